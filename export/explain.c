/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "export/phrases.h"

enum { WEIGHT_COLUMN = 6, TEXT_COLUMN = 16 };

static void heading(struct vwx_canvas *canvas, const char *text)
{
	vwx_draw_end(canvas);
	vwx_draw(canvas, VW_INK_BOLD, text);
	vwx_draw_end(canvas);
}

static void begin(struct vwx_canvas *canvas)
{
	vwx_draw_to(canvas, TEXT_COLUMN);
	canvas->margin = TEXT_COLUMN;
}

/* The words that a piece of evidence speaks for: those that hold, those that do not, and those that the
 * report cannot tell. */
static void draw_supports(struct vwx_canvas *canvas, const struct vw_report *report,
			  const struct vw_evidence *evidence)
{
	static const struct {
		enum vw_tristate holds;
		enum vwx_ink ink;
	} groups[] = {{VW_YES, VW_INK_GOOD}, {VW_NO, VW_INK_WARN}, {VW_UNKNOWN, VW_INK_DIM}};

	for (size_t g = 0; g < VW_COUNT(groups); g++) {
		bool led = false;

		for (size_t i = 0; i < evidence->support_count; i++) {
			if (vwx_support_holds(report, evidence->supports[i]) != groups[g].holds)
				continue;
			if (!led && canvas->column > canvas->margin)
				vwx_draw_dot(canvas);
			if (!led)
				vwx_draw_words(canvas, VW_INK_DIM, vwx_support_phrase(groups[g].holds));
			vwx_draw_words(canvas, groups[g].ink, evidence->supports[i]);
			led = true;
		}
	}
}

static void draw_evidence(struct vwx_canvas *canvas, const struct vw_report *report,
			  const struct vw_evidence *evidence)
{
	vwx_draw(canvas, VW_INK_BOLD, evidence->id);
	vwx_draw_to(canvas, WEIGHT_COLUMN);
	vwx_draw(canvas, VW_INK_PLAIN, vw_weight_word(evidence->weight));
	begin(canvas);
	vwx_draw_words(canvas, VW_INK_PLAIN, evidence->source);
	if (evidence->value) {
		vwx_draw(canvas, VW_INK_DIM, ":");
		vwx_draw_words(canvas, VW_INK_BOLD, evidence->value);
	}
	vwx_draw_end(canvas);
	if (evidence->support_count) {
		begin(canvas);
		draw_supports(canvas, report, evidence);
		vwx_draw_end(canvas);
	}
	if (evidence->reference) {
		begin(canvas);
		vwx_draw_words(canvas, VW_INK_DIM, evidence->reference);
		vwx_draw_end(canvas);
	}
}

static void draw_conflict(struct vwx_canvas *canvas, const struct vw_report *report,
			  const struct vw_conflict *conflict)
{
	for (size_t i = 0; i < VW_COUNT(conflict->evidence); i++)
		if (conflict->evidence[i] < report->evidence_count) {
			canvas->margin = 0;
			vwx_draw_words(canvas, VW_INK_BOLD, report->evidence[conflict->evidence[i]].id);
		}
	begin(canvas);
	vwx_draw_words(canvas, VW_INK_PLAIN, conflict->message);
	vwx_draw_end(canvas);
}

static void draw_verdict(struct vwx_canvas *canvas, const struct vw_platform *platform)
{
	vwx_draw_words(canvas, VW_INK_BOLD, platform->name);
	vwx_draw_words(canvas, VW_INK_DIM, platform->id);
	vwx_draw_dot(canvas);
	vwx_draw_words(canvas, VW_INK_PLAIN, vw_confidence_word(platform->confidence));
	vwx_draw_end(canvas);
}

int vwx_explain_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out)
{
	struct vwx_canvas canvas = vwx_canvas(view, out);
	const struct vw_facts *facts = report->facts;

	draw_verdict(&canvas, &report->platform);
	heading(&canvas, report->evidence_count ? "Evidence" : "No evidence");
	for (size_t i = 0; i < report->evidence_count; i++)
		draw_evidence(&canvas, report, &report->evidence[i]);

	if (report->conflict_count)
		heading(&canvas, "Conflicts");
	for (size_t i = 0; i < report->conflict_count; i++)
		draw_conflict(&canvas, report, &report->conflict[i]);

	if (facts->unread_count)
		heading(&canvas, "Not readable");
	for (size_t i = 0; i < facts->unread_count; i++) {
		vwx_draw(&canvas, VW_INK_WARN, facts->unread[i].error);
		vwx_draw_to(&canvas, TEXT_COLUMN - 1);
		begin(&canvas);
		vwx_draw_words(&canvas, VW_INK_PLAIN, facts->unread[i].source);
		vwx_draw_end(&canvas);
	}
	return out->error;
}
