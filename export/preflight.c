/* SPDX-License-Identifier: MIT */
#include "export/preflight.h"

#include <stdio.h>
#include <string.h>

#include "export/draw.h"

enum { INDENT = 2, SEVERITY_COLUMN = 10, TEXT_COLUMN = 20, LINE_DIGITS = 9 };

enum vwx_outcome vwx_outcome_of(const struct vw_preflight *preflight, const struct vw_image_finding *finding)
{
	switch (finding->finding.status) {
	case VW_PASS:
		return VW_OUTCOME_PASS;
	case VW_FAIL:
		return finding->decides && finding->finding.severity >= preflight->fail_on ? VW_OUTCOME_FAIL
											   : VW_OUTCOME_NOTE;
	case VW_WARN:
		return VW_OUTCOME_NOTE;
	case VW_SKIP:
		return VW_OUTCOME_SKIP;
	case VW_STATUS_UNKNOWN:
		break;
	}
	return finding->decides && finding->finding.severity == VW_FATAL ? VW_OUTCOME_UNKNOWN
									 : VW_OUTCOME_UNSURE;
}

/* The number after a path's colon; 0 for what is none, or does not end there. */
static unsigned long line_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long line = 0;

	if (!digits || digits > LINE_DIGITS || (text[digits] && !strchr(" ,;:", text[digits])))
		return 0;
	for (size_t i = 0; i < digits; i++)
		line = line * 10 + (unsigned long)(text[i] - '0');
	return line;
}

struct vwx_place vwx_place_of(const char *evidence)
{
	struct vwx_place place = {0};
	size_t length = 0;

	if (!evidence || *evidence != '/')
		return place;
	for (; evidence[length]; length++) {
		const char *rest = evidence + length;

		if (*rest == ':' && (place.line = line_number(rest + 1)))
			break;
		if ((strchr(":,;", *rest) && (rest[1] == ' ' || !rest[1])) || vwb_text_starts(rest, " ("))
			break;
	}
	place.path = evidence;
	place.length = length;
	return place;
}

const char *vwx_finding_kernel(const struct vw_image_finding *finding)
{
	return finding->kernel ? finding->kernel : "all kernels";
}

/* Text. */

/* Of what fails fatally, the worst names the verdict. */
static const char *failure_phrase(const struct vw_preflight *preflight, unsigned target)
{
	static const char *const phrases[] = {
		[VW_BREAKS_BOOT] = "will not boot",
		[VW_BREAKS_START] = "will not start as it is registered",
		[VW_BREAKS_REACH] = "boots, but will not be reached",
		[VW_BREAKS_HOSTING] = "boots, but cannot host guests",
		[VW_BREAKS_NOTHING] = "boots, but not as it should",
	};
	enum vw_breaks worst = VW_BREAKS_NOTHING;

	for (size_t i = 0; i < preflight->finding_count; i++) {
		const struct vw_image_finding *f = &preflight->finding[i];

		if (f->target == target && f->finding.severity == VW_FATAL && f->breaks < worst &&
		    vwx_outcome_of(preflight, f) == VW_OUTCOME_FAIL)
			worst = f->breaks;
	}
	return phrases[worst];
}

static void draw_count(struct vwx_canvas *canvas, enum vwx_ink ink, size_t count, const char *what)
{
	char text[48];

	if (!count)
		return;
	snprintf(text, sizeof(text), "%zu %s", count, what);
	vwx_draw_dot(canvas);
	vwx_draw_words(canvas, ink, text);
}

static void draw_verdict(struct vwx_canvas *canvas, const struct vw_preflight *preflight,
			 const struct vw_target_verdict *verdict)
{
	vwx_draw_end(canvas);
	vwx_draw(canvas, VW_INK_BOLD, vw_target_word(verdict->target));
	vwx_draw_to(canvas, TEXT_COLUMN);
	canvas->margin = TEXT_COLUMN;
	if (verdict->status == VW_PASS)
		vwx_draw_words(canvas, VW_INK_GOOD, "will boot");
	else if (verdict->status == VW_FAIL)
		vwx_draw_words(canvas, VW_INK_BAD, failure_phrase(preflight, verdict->target));
	else
		vwx_draw_words(canvas, VW_INK_WARN, "cannot tell");
	draw_count(canvas, VW_INK_PLAIN, verdict->fatal, "fatal");
	draw_count(canvas, VW_INK_PLAIN, verdict->degraded, "degraded");
	draw_count(canvas, VW_INK_PLAIN, verdict->advice, "advice");
	draw_count(canvas, VW_INK_PLAIN, verdict->unknown, "unknown");
	draw_count(canvas, VW_INK_DIM, verdict->passed, "passed");
	vwx_draw_end(canvas);
}

/* Findings are shown in the order of these rows. */
static const struct {
	const char *word; /* NULL: the severity */
	enum vwx_outcome outcome;
	enum vw_severity severity; /* 0: each */
	enum vwx_ink ink;
	bool verbose;
} ranks[] = {
	{NULL, VW_OUTCOME_FAIL, VW_FATAL, VW_INK_BAD, false},
	{"unknown", VW_OUTCOME_UNKNOWN, 0, VW_INK_WARN, false},
	{NULL, VW_OUTCOME_FAIL, VW_DEGRADED, VW_INK_BAD, false},
	{NULL, VW_OUTCOME_NOTE, VW_FATAL, VW_INK_WARN, false},
	{NULL, VW_OUTCOME_NOTE, VW_DEGRADED, VW_INK_WARN, false},
	{NULL, VW_OUTCOME_FAIL, VW_ADVICE, VW_INK_BAD, false},
	{"unknown", VW_OUTCOME_UNSURE, 0, VW_INK_WARN, false},
	{NULL, VW_OUTCOME_NOTE, VW_ADVICE, VW_INK_DIM, false},
	{"pass", VW_OUTCOME_PASS, 0, VW_INK_GOOD, true},
	{"skip", VW_OUTCOME_SKIP, 0, VW_INK_DIM, true},
};

static bool has_rank(const struct vw_preflight *preflight, const struct vw_image_finding *finding,
		     size_t rank)
{
	return vwx_outcome_of(preflight, finding) == ranks[rank].outcome &&
	       (!ranks[rank].severity || ranks[rank].severity == finding->finding.severity);
}

static void draw_more(struct vwx_canvas *canvas, enum vwx_ink ink, const char *lead, const char *text)
{
	if (!text || !*text)
		return;
	vwx_draw_to(canvas, TEXT_COLUMN);
	if (lead)
		vwx_draw_words(canvas, VW_INK_DIM, lead);
	vwx_draw_words(canvas, ink, text);
	vwx_draw_end(canvas);
}

static void draw_finding(struct vwx_canvas *canvas, const struct vwx_view *view,
			 const struct vw_image_finding *found, size_t rank)
{
	const struct vw_finding *f = &found->finding;
	bool right = ranks[rank].verbose;

	vwx_draw_to(canvas, INDENT);
	vwx_draw(canvas, VW_INK_BOLD, f->id);
	vwx_draw_to(canvas, SEVERITY_COLUMN);
	vwx_draw(canvas, ranks[rank].ink,
		 ranks[rank].word ? ranks[rank].word : vw_severity_word(f->severity));
	vwx_draw_to(canvas, TEXT_COLUMN);
	if (f->subject && *f->subject && !strstr(f->message, f->subject)) {
		vwx_draw_words(canvas, VW_INK_PLAIN, f->subject);
		vwx_draw(canvas, VW_INK_PLAIN, ":");
	}
	vwx_draw_words(canvas, right ? VW_INK_DIM : VW_INK_PLAIN, f->message);
	vwx_draw_end(canvas);
	if (right)
		return;
	if (!f->evidence || !strstr(f->message, f->evidence))
		draw_more(canvas, VW_INK_DIM, NULL, f->evidence);
	draw_more(canvas, VW_INK_PLAIN, "do:", f->remedy);
	if (view->verbose)
		draw_more(canvas, VW_INK_DIM, "see:", f->reference);
}

static void draw_target(struct vwx_canvas *canvas, const struct vw_preflight *preflight,
			const struct vwx_view *view, const struct vw_target_verdict *verdict)
{
	draw_verdict(canvas, preflight, verdict);
	for (size_t rank = 0; rank < VW_COUNT(ranks) && (view->verbose || !ranks[rank].verbose); rank++)
		for (size_t i = 0; i < preflight->finding_count; i++) {
			const struct vw_image_finding *f = &preflight->finding[i];

			if (f->target == verdict->target && f->decides && has_rank(preflight, f, rank))
				draw_finding(canvas, view, f, rank);
		}
}

/* What is wrong with a kernel that does not decide, for one target. Returns whether anything is. */
static bool draw_other_target(struct vwx_canvas *canvas, const struct vw_preflight *preflight,
			      const char *release, unsigned target)
{
	bool begun = false;

	for (size_t rank = 0; rank < VW_COUNT(ranks) && !ranks[rank].verbose; rank++)
		for (size_t i = 0; i < preflight->finding_count; i++) {
			const struct vw_image_finding *f = &preflight->finding[i];
			char text[64];

			if (f->decides || f->target != target || !vwb_text_equal(f->kernel, release) ||
			    !has_rank(preflight, f, rank))
				continue;
			if (!begun) {
				vwx_draw_to(canvas, 2 * INDENT);
				vwx_draw(canvas, VW_INK_PLAIN, vw_target_word(target));
				vwx_draw_to(canvas, TEXT_COLUMN);
				canvas->margin = TEXT_COLUMN;
			}
			begun = true;
			snprintf(text, sizeof(text), "%s (%s)", f->finding.id,
				 ranks[rank].word ? ranks[rank].word : vw_severity_word(f->finding.severity));
			vwx_draw_words(canvas, ranks[rank].ink, text);
		}
	if (begun)
		vwx_draw_end(canvas);
	return begun;
}

/* Was this kernel checked, without deciding? */
static bool is_other(const struct vw_preflight *preflight, const char *release)
{
	for (size_t i = 0; i < preflight->finding_count; i++)
		if (!preflight->finding[i].decides && vwb_text_equal(preflight->finding[i].kernel, release))
			return true;
	return false;
}

static void draw_others(struct vwx_canvas *canvas, const struct vw_preflight *preflight)
{
	const struct vw_image_facts *image = preflight->image;
	bool begun = false;

	for (size_t k = 0; k < image->kernel_count; k++) {
		const char *release = image->kernel[k].release;
		bool wrong = false;

		if (!is_other(preflight, release))
			continue;
		if (!begun) {
			vwx_draw_end(canvas);
			vwx_draw(canvas, VW_INK_BOLD, "Kernels that are not the default");
			vwx_draw_end(canvas);
		}
		begun = true;
		vwx_draw_to(canvas, INDENT);
		vwx_draw(canvas, VW_INK_PLAIN, release);
		vwx_draw_end(canvas);
		for (size_t t = 0; t < preflight->target_count; t++)
			wrong |= draw_other_target(canvas, preflight, release, preflight->target[t].target);
		if (!wrong) {
			vwx_draw_to(canvas, 2 * INDENT);
			vwx_draw(canvas, VW_INK_GOOD, "nothing against it");
			vwx_draw_end(canvas);
		}
	}
}

static void draw_unread(struct vwx_canvas *canvas, const struct vw_image_facts *image)
{
	if (image->unread_count) {
		vwx_draw_end(canvas);
		vwx_draw(canvas, VW_INK_BOLD, "Not readable");
		vwx_draw_end(canvas);
	}
	for (size_t i = 0; i < image->unread_count; i++) {
		vwx_draw_to(canvas, INDENT);
		vwx_draw(canvas, VW_INK_WARN, image->unread[i].error);
		vwx_draw_to(canvas, TEXT_COLUMN - 1);
		canvas->margin = TEXT_COLUMN;
		vwx_draw_words(canvas, VW_INK_PLAIN, image->unread[i].source);
		vwx_draw_end(canvas);
	}
}

static const struct vw_image_kernel *default_kernel(const struct vw_image_facts *image)
{
	for (size_t i = 0; i < image->kernel_count; i++)
		if (image->kernel[i].is_default)
			return &image->kernel[i];
	return NULL;
}

static void draw_head(struct vwx_canvas *canvas, const struct vw_image_facts *image)
{
	const struct vw_image_kernel *kernel = default_kernel(image);

	vwx_draw(canvas, VW_INK_BOLD, image->path);
	vwx_draw_end(canvas);
	vwx_draw_words(canvas, VW_INK_PLAIN,
		       image->os.name.state == VW_VALUE ? image->os.name.text : "system not known");
	if (image->os.arch.state == VW_VALUE) {
		vwx_draw_dot(canvas);
		vwx_draw_words(canvas, VW_INK_PLAIN, image->os.arch.text);
	}
	vwx_draw_dot(canvas);
	if (!image->kernel_count) {
		vwx_draw_words(canvas, VW_INK_WARN, "no kernel");
	} else if (!kernel) {
		vwx_draw_words(canvas, VW_INK_WARN, "no kernel is known to be the default");
	} else {
		vwx_draw_words(canvas, VW_INK_DIM, "boots");
		vwx_draw_words(canvas, VW_INK_PLAIN, kernel->release);
	}
	vwx_draw_end(canvas);
}

int vwx_preflight_text_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			      struct vwb_buffer *out)
{
	struct vwx_canvas canvas = vwx_canvas(view, out);

	draw_head(&canvas, preflight->image);
	for (size_t i = 0; i < preflight->target_count; i++)
		draw_target(&canvas, preflight, view, &preflight->target[i]);
	draw_others(&canvas, preflight);
	if (view->verbose)
		draw_unread(&canvas, preflight->image);
	return out->error;
}
