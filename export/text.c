/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/phrases.h"

enum {
	LABEL_COLUMN = 2,
	TEXT_COLUMN = 24, /* of what stands beside a label */
	LEVEL_COLUMN = 4,
	BOX_COLUMN = 8,
	BOX_LEAST = 24,       /* columns inside a box */
	SEPARATED_LAYERS = 2, /* with more layers the stack is drawn without lines between them */
	WITH_LINES = 2,       /* of what provides a dimension; what is longer is cut to one */
	UNREAD_NAMED = 2,     /* sources that could not be read */
	FINDINGS_SHOWN = 5,
	CONFLICTS_SHOWN = 3,
	NUMBER_SIZE = 32,
};

static const struct {
	const char *cell;
	enum vwx_ink ink;
} classes[] = {
	[VW_CLASS_UNKNOWN] = {" ?  ", VW_INK_DIM}, [VW_CLASS_NONE] = {" -  ", VW_INK_DIM},
	[VW_CLASS_VS] = {" VS ", VW_INK_CELL_VS},  [VW_CLASS_P] = {" P  ", VW_INK_CELL_P},
	[VW_CLASS_VH] = {" VH ", VW_INK_CELL_VH},  [VW_CLASS_H] = {" H  ", VW_INK_CELL_H},
};

static void label(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text)
{
	vwx_draw_to(canvas, LABEL_COLUMN);
	vwx_draw_clipped(canvas, ink, text, TEXT_COLUMN - LABEL_COLUMN - 1);
	vwx_draw_to(canvas, TEXT_COLUMN);
	canvas->margin = TEXT_COLUMN;
}

/* Headline. */

static void draw_headline(struct vwx_canvas *canvas, const struct vw_platform *platform)
{
	static const enum vwx_ink inks[] = {
		[VW_GUESS] = VW_INK_BAD, [VW_LIKELY] = VW_INK_WARN, [VW_CERTAIN] = VW_INK_GOOD};
	const struct vw_cloud *cloud = &platform->cloud;

	vwx_draw_words(canvas, VW_INK_BOLD, platform->name);
	if (cloud->provider || cloud->instance_type)
		vwx_draw_words(canvas, VW_INK_PLAIN, "on");
	if (cloud->provider)
		vwx_draw_words(canvas, VW_INK_BOLD, vwx_word_phrase("clouds", cloud->provider));
	if (cloud->instance_type)
		vwx_draw_words(canvas, VW_INK_BOLD, cloud->instance_type);
	if (platform->container) {
		vwx_draw_words(canvas, VW_INK_PLAIN, "in");
		vwx_draw_words(canvas, VW_INK_BOLD, platform->container);
	}
	if (platform->translated == VW_YES) {
		vwx_draw_dot(canvas);
		vwx_draw_words(canvas, VW_INK_BOLD, "translated");
	}
	if (platform->confidential) {
		vwx_draw_dot(canvas);
		vwx_draw_words(canvas, VW_INK_PLAIN, "confidential:");
		vwx_draw_words(canvas, VW_INK_BOLD, platform->confidential);
	}
	vwx_draw_dot(canvas);
	vwx_draw_words(canvas, inks[platform->confidence], vw_confidence_word(platform->confidence));
	vwx_draw_end(canvas);
}

static void draw_origin(struct vwx_canvas *canvas, const struct vw_facts *facts)
{
	if (!facts->snapshot)
		return;
	vwx_draw_words(canvas, VW_INK_DIM, "from snapshot");
	if (facts->path)
		vwx_draw_words(canvas, VW_INK_DIM, facts->path);
	if (facts->captured) {
		vwx_draw_words(canvas, VW_INK_DIM, "of");
		vwx_draw_words(canvas, VW_INK_DIM, facts->captured);
	}
	vwx_draw_end(canvas);
}

/* Stack. */

#define UNDER_UNKNOWN "under it: not known"

static void draw_rule(struct vwx_canvas *canvas, enum vwx_glyph left, enum vwx_glyph right, size_t inside,
		      const char *note)
{
	vwx_draw_to(canvas, BOX_COLUMN);
	vwx_draw_glyph(canvas, VW_INK_DIM, left, 1);
	vwx_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_LINE, inside);
	vwx_draw_glyph(canvas, VW_INK_DIM, right, 1);
	if (*note)
		vwx_draw_to(canvas, canvas->column + 1);
	vwx_draw(canvas, VW_INK_DIM, note);
	vwx_draw_end(canvas);
}

static void draw_layer(struct vwx_canvas *canvas, const struct vw_report *report,
		       const struct vw_layer *layer, size_t inside)
{
	char level[VW_LEVEL_SIZE];

	vwx_level_label(report, layer, level);
	vwx_draw_to(canvas, LEVEL_COLUMN);
	vwx_draw_clipped(canvas, VW_INK_BOLD, level, BOX_COLUMN - LEVEL_COLUMN - 1);
	vwx_draw_to(canvas, BOX_COLUMN);
	vwx_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_SIDE, 1);
	vwx_draw_to(canvas, BOX_COLUMN + 2);
	vwx_draw_clipped(canvas, VW_INK_PLAIN, layer->name ? layer->name : layer->kind, inside - 2);
	vwx_draw_to(canvas, BOX_COLUMN + 1 + inside);
	vwx_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_SIDE, 1);
	vwx_draw_to(canvas, canvas->column + 1);
	vwx_draw(canvas, layer->known == VW_OBSERVED ? VW_INK_DIM : VW_INK_WARN,
		 layer == vwx_kernel_layer(report) ? "this kernel" : vw_word_known(layer->known));
	vwx_draw_end(canvas);
}

/* Columns inside the boxes: the longest name decides, the paper limits. */
static size_t box_width(const struct vwx_canvas *canvas, const struct vw_report *report)
{
	size_t most = canvas->columns - BOX_COLUMN - sizeof("|| " UNDER_UNKNOWN);
	size_t inside = BOX_LEAST;

	for (size_t i = 0; i < report->layer_count; i++) {
		const struct vw_layer *layer = &report->layer[i];
		size_t needed = vwx_columns(layer->name ? layer->name : layer->kind) + 2;

		inside = needed > inside ? needed : inside;
	}
	return inside < most ? inside : most;
}

/* Bottom-up: the hardware is under the last line. */
static void draw_stack(struct vwx_canvas *canvas, const struct vw_report *report)
{
	size_t inside = box_width(canvas, report);
	bool separated = report->layer_count <= SEPARATED_LAYERS;

	if (!report->layer_count)
		return;
	vwx_draw_end(canvas);
	draw_rule(canvas, VW_GLYPH_TOP_LEFT, VW_GLYPH_TOP_RIGHT, inside, "");
	for (size_t i = report->layer_count; i-- > 0;) {
		draw_layer(canvas, report, &report->layer[i], inside);
		if (i && separated)
			draw_rule(canvas, VW_GLYPH_TEE_LEFT, VW_GLYPH_TEE_RIGHT, inside, "");
	}
	draw_rule(canvas, VW_GLYPH_BOTTOM_LEFT, VW_GLYPH_BOTTOM_RIGHT, inside,
		  vwx_answer_undecided(report, "nested") ? UNDER_UNKNOWN : "");
}

/* Dimensions. */

static void draw_cell(struct vwx_canvas *canvas, const char *text, enum vw_class class)
{
	vwx_draw_to(canvas, LABEL_COLUMN);
	vwx_draw_clipped(canvas, VW_INK_PLAIN, text, TEXT_COLUMN - LABEL_COLUMN - 2);
	vwx_draw_to(canvas, TEXT_COLUMN - 1);
	vwx_draw(canvas, classes[class].ink, classes[class].cell);
	canvas->margin = TEXT_COLUMN + 5;
	vwx_draw_to(canvas, canvas->margin);
}

static void draw_with(struct vwx_canvas *canvas, enum vwx_ink ink, const char *with, bool whole)
{
	size_t room = canvas->columns - canvas->margin, needed = vwx_columns(with);

	if (needed > room && (whole || needed < WITH_LINES * room))
		vwx_draw_words(canvas, ink, with);
	else
		vwx_draw_clipped(canvas, ink, with, room);
}

static void draw_dimensions(struct vwx_canvas *canvas, const struct vw_report *report, bool verbose)
{
	vwx_draw_end(canvas);
	for (size_t i = 0; i < VW_DIMENSIONS; i++) {
		const struct vw_dimension *dimension = &report->dimension[i];
		const char *with = dimension->with ? dimension->with : vwx_class_phrase(dimension->class);
		enum vwx_ink ink = dimension->class <= VW_CLASS_NONE ? VW_INK_DIM : VW_INK_PLAIN;

		draw_cell(canvas, vwx_dimension_label((enum vw_dimension_id)i), dimension->class);
		draw_with(canvas, ink, with, verbose);
		vwx_draw_end(canvas);
	}
	label(canvas, VW_INK_PLAIN, "");
	vwx_draw_words(canvas, VW_INK_DIM, "VS software, P paravirtual, VH hardware, H bare");
	vwx_draw_end(canvas);
	if (report->platform.row) {
		label(canvas, VW_INK_PLAIN, "Row of EC2's table");
		vwx_draw_words(canvas, VW_INK_PLAIN, report->platform.row);
		vwx_draw_end(canvas);
	}
}

/* The rest. */

static void draw_nested(struct vwx_canvas *canvas, const struct vw_nested *nested)
{
	static const struct {
		const char *word;
		enum vwx_ink ink;
	} answers[] = {
		[VW_UNKNOWN] = {"not known", VW_INK_DIM},
		[VW_NO] = {"no", VW_INK_PLAIN},
		[VW_YES] = {"yes", VW_INK_GOOD},
	};

	label(canvas, VW_INK_PLAIN, "Can host guests");
	vwx_draw_words(canvas, answers[nested->can_host].ink, answers[nested->can_host].word);
	if (nested->extension) {
		vwx_draw_words(canvas, VW_INK_PLAIN, "with");
		vwx_draw_words(canvas, VW_INK_PLAIN, nested->extension);
	}
	for (size_t i = 0; i < nested->feature_count; i++) {
		vwx_draw(canvas, VW_INK_DIM, i ? "," : ":");
		vwx_draw_words(canvas, VW_INK_DIM, nested->feature[i]);
	}
	if (nested->kvm) {
		vwx_draw_dot(canvas);
		vwx_draw_words(canvas, VW_INK_PLAIN, vwx_kvm_phrase(nested->kvm));
	}
	if (nested->hint) {
		vwx_draw_dot(canvas);
		vwx_draw_words(canvas, VW_INK_PLAIN, nested->hint);
	}
	vwx_draw_end(canvas);
}

static void draw_devices(struct vwx_canvas *canvas, const struct vw_report *report)
{
	for (size_t i = 0; i < report->device_count; i++) {
		const struct vw_device *device = &report->device[i];
		const char *const parts[] = {device->name, device->bus, device->ids, device->driver,
					     device->driver_version};

		draw_cell(canvas, device->kind, device->class);
		for (size_t k = 0; k < VW_COUNT(parts); k++)
			if (parts[k])
				vwx_draw_words(canvas, VW_INK_PLAIN, parts[k]);
		if (device->what)
			vwx_draw_words(canvas, VW_INK_DIM, device->what);
		vwx_draw_end(canvas);
	}
}

static void draw_more(struct vwx_canvas *canvas, size_t left)
{
	char text[NUMBER_SIZE];

	if (!left)
		return;
	snprintf(text, sizeof(text), "and %zu more", left);
	vwx_draw_words(canvas, VW_INK_DIM, text);
}

static void draw_findings(struct vwx_canvas *canvas, const struct vw_report *report, size_t limit)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct vw_finding *finding = &report->finding[i];

		if (finding->status == VW_PASS)
			continue;
		if (shown == limit) {
			left++;
			continue;
		}
		shown++;
		label(canvas, finding->status == VW_FAIL ? VW_INK_BAD : VW_INK_WARN, finding->id);
		vwx_draw_words(canvas, VW_INK_BOLD, vw_status_word(finding->status));
		if (finding->subject) {
			vwx_draw_words(canvas, VW_INK_PLAIN, finding->subject);
			vwx_draw(canvas, VW_INK_PLAIN, ":");
		}
		vwx_draw_words(canvas, VW_INK_PLAIN, finding->message);
		if (finding->remedy) {
			vwx_draw_dot(canvas);
			vwx_draw_words(canvas, VW_INK_GOOD, finding->remedy);
		}
		vwx_draw_end(canvas);
	}
	if (left) {
		label(canvas, VW_INK_PLAIN, "");
		draw_more(canvas, left);
		vwx_draw_end(canvas);
	}
}

static void draw_conflicts(struct vwx_canvas *canvas, const struct vw_report *report, size_t limit)
{
	size_t shown = report->conflict_count < limit ? report->conflict_count : limit;

	for (size_t i = 0; i < shown; i++) {
		label(canvas, VW_INK_WARN, "Conflict");
		vwx_draw_words(canvas, VW_INK_PLAIN, report->conflict[i].message);
		if (i + 1 == shown)
			draw_more(canvas, report->conflict_count - shown);
		vwx_draw_end(canvas);
	}
}

/* What the denied sources would add, each once, and how to get at them. */
static void draw_gains(struct vwx_canvas *canvas, const struct vw_facts *facts, bool privileged)
{
	const char *gain, *lead = facts->snapshot ? "the snapshot lacks:"
				  : privileged    ? "kept even from root:"
						  : "run as root to read:";
	size_t cursor = 0;

	for (bool first = true; (gain = vwx_gain_next(facts, &cursor)); first = false) {
		if (first) {
			vwx_draw_dot(canvas);
			vwx_draw_words(canvas, VW_INK_PLAIN, lead);
		} else {
			vwx_draw(canvas, VW_INK_PLAIN, ",");
		}
		vwx_draw_words(canvas, VW_INK_PLAIN, gain);
	}
}

static void draw_unread(struct vwx_canvas *canvas, const struct vw_facts *facts, size_t limit,
			bool privileged)
{
	size_t shown = facts->unread_count < limit ? facts->unread_count : limit;
	char text[NUMBER_SIZE];

	if (!facts->unread_count)
		return;
	label(canvas, VW_INK_WARN, "Not readable");
	snprintf(text, sizeof(text), "%zu:", facts->unread_count);
	vwx_draw_words(canvas, VW_INK_PLAIN, text);
	for (size_t i = 0; i < shown; i++) {
		const struct vw_unread *unread = &facts->unread[i];

		if (i)
			vwx_draw(canvas, VW_INK_DIM, ",");
		vwx_draw_words(canvas, VW_INK_DIM, unread->source);
		if (!vwx_unread_was_denied(unread))
			vwx_draw_words(canvas, VW_INK_DIM, unread->error);
	}
	draw_more(canvas, facts->unread_count - shown);
	draw_gains(canvas, facts, privileged);
	vwx_draw_end(canvas);
}

int vwx_text_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out)
{
	struct vwx_canvas canvas = vwx_canvas(view, out);
	size_t all = SIZE_MAX;

	draw_headline(&canvas, &report->platform);
	draw_origin(&canvas, report->facts);
	draw_stack(&canvas, report);
	draw_dimensions(&canvas, report, view->verbose);
	draw_nested(&canvas, &report->nested);
	if (view->verbose)
		draw_devices(&canvas, report);
	draw_findings(&canvas, report, view->verbose ? all : FINDINGS_SHOWN);
	draw_conflicts(&canvas, report, view->verbose ? all : CONFLICTS_SHOWN);
	draw_unread(&canvas, report->facts, view->verbose ? all : UNREAD_NAMED, view->privileged);
	return out->error;
}
