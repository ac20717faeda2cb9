/* SPDX-License-Identifier: MIT */
#include "export/preflight.h"

#include <stdio.h>
#include <string.h>

#include "export/draw.h"

enum { INDENT = 2, SEVERITY_COLUMN = 10, TEXT_COLUMN = 20, LINE_DIGITS = 9 };

/* --- formats ------------------------------------------------------------------------------------------- */

static const struct vw_preflight_format formats[] = {
	{"text", "text/plain; charset=utf-8", "for people", vw_render_preflight_text},
	{"json", "application/json", "all of it, as " VW_PREFLIGHT_SCHEMA, vw_render_preflight_json},
	{"junit", "application/xml", "a test suite for each target, for build servers",
	 vw_render_preflight_junit},
	{"tap", "text/plain; charset=utf-8", "the Test Anything Protocol", vw_render_preflight_tap},
	{"sarif", "application/sarif+json", "SARIF 2.1.0, for code scanning", vw_render_preflight_sarif},
	{"github", "text/plain; charset=utf-8", "annotations of GitHub's workflows",
	 vw_render_preflight_github},
};

const struct vw_preflight_format *vw_preflight_format_at(size_t index)
{
	return index < VW_COUNT(formats) ? &formats[index] : NULL;
}

const struct vw_preflight_format *vw_preflight_format_find(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(formats); i++)
		if (vw_equal(formats[i].name, name))
			return &formats[i];
	return NULL;
}

/* --- what the renderers share -------------------------------------------------------------------------- */

enum vw_outcome vw_outcome_of(const struct vw_preflight *preflight, const struct vw_image_finding *finding)
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

struct vw_place vw_place_of(const char *evidence)
{
	struct vw_place place = {0};
	size_t length = 0;

	if (!evidence || *evidence != '/')
		return place;
	for (; evidence[length]; length++) {
		const char *rest = evidence + length;

		if (*rest == ':' && (place.line = line_number(rest + 1)))
			break;
		if ((strchr(":,;", *rest) && (rest[1] == ' ' || !rest[1])) || vw_starts_with(rest, " ("))
			break;
	}
	place.path = evidence;
	place.length = length;
	return place;
}

const char *vw_finding_kernel(const struct vw_image_finding *finding)
{
	return finding->kernel ? finding->kernel : "all kernels";
}

/* --- text ---------------------------------------------------------------------------------------------- */

/* What fails and yet lets the kernel start: the checks' ids begin with these. */
static const struct {
	const char *prefix, *phrase;
} beyond_boot[] = {
	{"NET", "boots, but will not be reached"},
	{"CLI", "boots, but will not be reached"},
	{"KVM", "boots, but cannot host guests"},
	{"API", "will not start as it is registered"},
};

static const char *phrase_beyond_boot(const char *id)
{
	for (size_t i = 0; i < VW_COUNT(beyond_boot); i++)
		if (vw_starts_with(id, beyond_boot[i].prefix))
			return beyond_boot[i].phrase;
	return NULL;
}

static const char *failure_phrase(const struct vw_preflight *preflight, unsigned target)
{
	const char *phrase = NULL;

	for (size_t i = 0; i < preflight->finding_count; i++) {
		const struct vw_image_finding *f = &preflight->finding[i];

		if (f->target != target || f->finding.severity != VW_FATAL ||
		    vw_outcome_of(preflight, f) != VW_OUTCOME_FAIL)
			continue;
		phrase = phrase_beyond_boot(f->finding.id);
		if (!phrase)
			return "will not boot";
	}
	return phrase ? phrase : "boots, but not as it should";
}

static void draw_count(struct vw_canvas *canvas, enum vw_ink ink, size_t count, const char *what)
{
	char text[48];

	if (!count)
		return;
	snprintf(text, sizeof(text), "%zu %s", count, what);
	vw_draw_dot(canvas);
	vw_draw_words(canvas, ink, text);
}

static void draw_verdict(struct vw_canvas *canvas, const struct vw_preflight *preflight,
			 const struct vw_target_verdict *verdict)
{
	canvas->margin = 0;
	vw_draw_end(canvas);
	vw_draw(canvas, VW_INK_BOLD, vw_target_word(verdict->target));
	vw_draw_to(canvas, TEXT_COLUMN);
	canvas->margin = TEXT_COLUMN;
	if (verdict->status == VW_PASS)
		vw_draw_words(canvas, VW_INK_GOOD, "will boot");
	else if (verdict->status == VW_FAIL)
		vw_draw_words(canvas, VW_INK_BAD, failure_phrase(preflight, verdict->target));
	else
		vw_draw_words(canvas, VW_INK_WARN, "cannot tell");
	draw_count(canvas, VW_INK_PLAIN, verdict->fatal, "fatal");
	draw_count(canvas, VW_INK_PLAIN, verdict->degraded, "degraded");
	draw_count(canvas, VW_INK_PLAIN, verdict->advice, "advice");
	draw_count(canvas, VW_INK_PLAIN, verdict->unknown, "unknown");
	draw_count(canvas, VW_INK_DIM, verdict->passed, "passed");
	vw_draw_end(canvas);
}

/* Findings are shown in the order of these rows. */
static const struct {
	const char *word; /* NULL: the severity */
	enum vw_outcome outcome;
	enum vw_severity severity; /* 0: each */
	enum vw_ink ink;
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
	return vw_outcome_of(preflight, finding) == ranks[rank].outcome &&
	       (!ranks[rank].severity || ranks[rank].severity == finding->finding.severity);
}

static void draw_more(struct vw_canvas *canvas, enum vw_ink ink, const char *lead, const char *text)
{
	if (!text || !*text)
		return;
	vw_draw_to(canvas, TEXT_COLUMN);
	if (lead)
		vw_draw_words(canvas, VW_INK_DIM, lead);
	vw_draw_words(canvas, ink, text);
	vw_draw_end(canvas);
}

static void draw_finding(struct vw_canvas *canvas, const struct vw_view *view,
			 const struct vw_image_finding *found, size_t rank)
{
	const struct vw_finding *f = &found->finding;
	bool right = ranks[rank].verbose;

	canvas->margin = TEXT_COLUMN;
	vw_draw_to(canvas, INDENT);
	vw_draw(canvas, VW_INK_BOLD, f->id);
	vw_draw_to(canvas, SEVERITY_COLUMN);
	vw_draw(canvas, ranks[rank].ink, ranks[rank].word ? ranks[rank].word : vw_severity_word(f->severity));
	vw_draw_to(canvas, TEXT_COLUMN);
	if (f->subject && *f->subject && !strstr(f->message, f->subject)) {
		vw_draw_words(canvas, VW_INK_PLAIN, f->subject);
		vw_draw(canvas, VW_INK_PLAIN, ":");
	}
	vw_draw_words(canvas, right ? VW_INK_DIM : VW_INK_PLAIN, f->message);
	vw_draw_end(canvas);
	if (right)
		return;
	if (!f->evidence || !strstr(f->message, f->evidence))
		draw_more(canvas, VW_INK_DIM, NULL, f->evidence);
	draw_more(canvas, VW_INK_PLAIN, "do:", f->remedy);
	if (view->verbose)
		draw_more(canvas, VW_INK_DIM, "see:", f->reference);
}

static void draw_target(struct vw_canvas *canvas, const struct vw_preflight *preflight,
			const struct vw_view *view, const struct vw_target_verdict *verdict)
{
	draw_verdict(canvas, preflight, verdict);
	for (size_t rank = 0; rank < VW_COUNT(ranks); rank++) {
		if (ranks[rank].verbose && !view->verbose)
			continue;
		for (size_t i = 0; i < preflight->finding_count; i++) {
			const struct vw_image_finding *f = &preflight->finding[i];

			if (f->target == verdict->target && f->decides && has_rank(preflight, f, rank))
				draw_finding(canvas, view, f, rank);
		}
	}
}

/* What is wrong with a kernel that does not decide, for one target. Returns whether anything is. */
static bool draw_other_target(struct vw_canvas *canvas, const struct vw_preflight *preflight,
			      const char *release, unsigned target)
{
	bool begun = false;

	for (size_t rank = 0; rank < VW_COUNT(ranks) && !ranks[rank].verbose; rank++)
		for (size_t i = 0; i < preflight->finding_count; i++) {
			const struct vw_image_finding *f = &preflight->finding[i];
			char text[64];

			if (f->decides || f->target != target || !vw_equal(f->kernel, release) ||
			    !has_rank(preflight, f, rank))
				continue;
			if (!begun) {
				vw_draw_to(canvas, 2 * INDENT);
				vw_draw(canvas, VW_INK_PLAIN, vw_target_word(target));
				vw_draw_to(canvas, TEXT_COLUMN);
				canvas->margin = TEXT_COLUMN;
			}
			begun = true;
			snprintf(text, sizeof(text), "%s (%s)", f->finding.id,
				 ranks[rank].word ? ranks[rank].word : vw_severity_word(f->finding.severity));
			vw_draw_words(canvas, ranks[rank].ink, text);
		}
	if (begun)
		vw_draw_end(canvas);
	return begun;
}

/* Was this kernel checked, without deciding? */
static bool is_other(const struct vw_preflight *preflight, const char *release)
{
	for (size_t i = 0; i < preflight->finding_count; i++)
		if (!preflight->finding[i].decides && vw_equal(preflight->finding[i].kernel, release))
			return true;
	return false;
}

static void draw_others(struct vw_canvas *canvas, const struct vw_preflight *preflight)
{
	const struct vw_image_facts *image = preflight->image;
	bool begun = false;

	for (size_t k = 0; k < image->kernel_count; k++) {
		const char *release = image->kernel[k].release;
		bool wrong = false;

		if (!is_other(preflight, release))
			continue;
		canvas->margin = 0;
		if (!begun) {
			vw_draw_end(canvas);
			vw_draw(canvas, VW_INK_BOLD, "Kernels that are not the default");
			vw_draw_end(canvas);
		}
		begun = true;
		vw_draw_to(canvas, INDENT);
		vw_draw(canvas, VW_INK_PLAIN, release);
		vw_draw_end(canvas);
		for (size_t t = 0; t < preflight->target_count; t++)
			wrong |= draw_other_target(canvas, preflight, release, preflight->target[t].target);
		if (!wrong) {
			vw_draw_to(canvas, 2 * INDENT);
			vw_draw(canvas, VW_INK_GOOD, "nothing against it");
			vw_draw_end(canvas);
		}
	}
}

static void draw_unread(struct vw_canvas *canvas, const struct vw_image_facts *image)
{
	canvas->margin = 0;
	if (image->unread_count) {
		vw_draw_end(canvas);
		vw_draw(canvas, VW_INK_BOLD, "Not readable");
		vw_draw_end(canvas);
	}
	for (size_t i = 0; i < image->unread_count; i++) {
		vw_draw_to(canvas, INDENT);
		vw_draw(canvas, VW_INK_WARN, image->unread[i].error);
		vw_draw_to(canvas, TEXT_COLUMN - 1);
		canvas->margin = TEXT_COLUMN;
		vw_draw_words(canvas, VW_INK_PLAIN, image->unread[i].source);
		vw_draw_end(canvas);
	}
}

static const struct vw_image_kernel *default_kernel(const struct vw_image_facts *image)
{
	for (size_t i = 0; i < image->kernel_count; i++)
		if (image->kernel[i].is_default)
			return &image->kernel[i];
	return NULL;
}

static void draw_head(struct vw_canvas *canvas, const struct vw_image_facts *image)
{
	const struct vw_image_kernel *kernel = default_kernel(image);

	vw_draw(canvas, VW_INK_BOLD, image->path);
	vw_draw_end(canvas);
	vw_draw_words(canvas, VW_INK_PLAIN,
		      image->os.name.state == VW_VALUE ? image->os.name.text : "system not known");
	if (image->os.arch.state == VW_VALUE) {
		vw_draw_dot(canvas);
		vw_draw_words(canvas, VW_INK_PLAIN, image->os.arch.text);
	}
	vw_draw_dot(canvas);
	if (!image->kernel_count) {
		vw_draw_words(canvas, VW_INK_WARN, "no kernel");
	} else if (!kernel) {
		vw_draw_words(canvas, VW_INK_WARN, "no kernel is known to be the default");
	} else {
		vw_draw_words(canvas, VW_INK_DIM, "boots");
		vw_draw_words(canvas, VW_INK_PLAIN, kernel->release);
	}
	vw_draw_end(canvas);
}

int vw_render_preflight_text(const struct vw_preflight *preflight, const struct vw_view *view,
			     struct vw_buffer *out)
{
	struct vw_canvas canvas = vw_canvas(view, out);

	draw_head(&canvas, preflight->image);
	for (size_t i = 0; i < preflight->target_count; i++)
		draw_target(&canvas, preflight, view, &preflight->target[i]);
	draw_others(&canvas, preflight);
	if (view->verbose)
		draw_unread(&canvas, preflight->image);
	return out->error;
}
