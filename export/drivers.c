/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "export/phrases.h"

enum {
	STATUS_COLUMN = 2,
	ID_COLUMN = 12,
	TEXT_COLUMN = 20,
	SUMMARY_SIZE = 128,
};

static void draw_finding(struct vwx_canvas *canvas, const struct vw_finding *finding,
			 const struct vwx_finding_group *group, bool verbose)
{
	canvas->margin = TEXT_COLUMN;
	vwx_draw_to(canvas, STATUS_COLUMN);
	vwx_draw(canvas, group->ink, group->word);
	vwx_draw_to(canvas, ID_COLUMN);
	vwx_draw(canvas, VW_INK_DIM, finding->id);
	vwx_draw_to(canvas, TEXT_COLUMN);
	vwx_draw_words(canvas, VW_INK_BOLD, finding->subject);
	vwx_draw(canvas, VW_INK_PLAIN, ":");
	vwx_draw_words(canvas, VW_INK_PLAIN, finding->message);
	if (finding->remedy) {
		vwx_draw_dot(canvas);
		vwx_draw_words(canvas, VW_INK_GOOD, finding->remedy);
	}
	vwx_draw_end(canvas);
	if (!verbose || !finding->evidence)
		return;
	vwx_draw_to(canvas, TEXT_COLUMN);
	vwx_draw_words(canvas, VW_INK_DIM, finding->evidence);
	vwx_draw_end(canvas);
}

static void draw_summary(struct vwx_canvas *canvas, const struct vw_report *report)
{
	size_t passed = 0, failed = 0, unknown = 0;
	char text[SUMMARY_SIZE];

	for (size_t i = 0; i < report->finding_count; i++) {
		passed += report->finding[i].status == VW_PASS;
		failed += report->finding[i].status == VW_FAIL;
		unknown += report->finding[i].status == VW_STATUS_UNKNOWN;
	}
	canvas->margin = 0;
	snprintf(text, sizeof(text), "%zu passed, %zu failed, %zu not known", passed, failed, unknown);
	vwx_draw_words(canvas, failed ? VW_INK_WARN : VW_INK_GOOD, text);
	vwx_draw_end(canvas);
}

int vwx_drivers_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out)
{
	struct vwx_canvas canvas = vwx_canvas(view, out);
	const struct vwx_finding_group *group;

	vwx_draw_words(&canvas, VW_INK_BOLD, report->platform.name);
	vwx_draw_end(&canvas);
	for (size_t i = 0; (group = vwx_finding_group_at(i)); i++)
		for (size_t j = 0; j < report->finding_count; j++)
			if (vwx_finding_belongs(&report->finding[j], group))
				draw_finding(&canvas, &report->finding[j], group, view->verbose);
	draw_summary(&canvas, report);
	return out->error;
}
