/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "export/phrases.h"

enum {
	STATUS_COLUMN = 2,
	ID_COLUMN = 12,
	TEXT_COLUMN = 20,
	SUMMARY_SIZE = 128,
};

static void draw_finding(struct vw_canvas *canvas, const struct vw_finding *finding,
			 const struct vw_finding_group *group, bool verbose)
{
	canvas->margin = TEXT_COLUMN;
	vw_draw_to(canvas, STATUS_COLUMN);
	vw_draw(canvas, group->ink, group->word);
	vw_draw_to(canvas, ID_COLUMN);
	vw_draw(canvas, VW_INK_DIM, finding->id);
	vw_draw_to(canvas, TEXT_COLUMN);
	vw_draw_words(canvas, VW_INK_BOLD, finding->subject);
	vw_draw(canvas, VW_INK_PLAIN, ":");
	vw_draw_words(canvas, VW_INK_PLAIN, finding->message);
	if (finding->remedy) {
		vw_draw_dot(canvas);
		vw_draw_words(canvas, VW_INK_GOOD, finding->remedy);
	}
	vw_draw_end(canvas);
	if (!verbose || !finding->evidence)
		return;
	vw_draw_to(canvas, TEXT_COLUMN);
	vw_draw_words(canvas, VW_INK_DIM, finding->evidence);
	vw_draw_end(canvas);
}

static void draw_summary(struct vw_canvas *canvas, const struct vw_report *report)
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
	vw_draw_words(canvas, failed ? VW_INK_WARN : VW_INK_GOOD, text);
	vw_draw_end(canvas);
}

int vw_render_drivers(const struct vw_report *report, const struct vw_view *view, struct vw_buffer *out)
{
	struct vw_canvas canvas = vw_canvas(view, out);
	const struct vw_finding_group *group;

	vw_draw_words(&canvas, VW_INK_BOLD, report->platform.name);
	vw_draw_end(&canvas);
	for (size_t i = 0; (group = vw_finding_group_at(i)); i++)
		for (size_t j = 0; j < report->finding_count; j++)
			if (vw_finding_belongs(&report->finding[j], group))
				draw_finding(&canvas, &report->finding[j], group, view->verbose);
	draw_summary(&canvas, report);
	return out->error;
}
