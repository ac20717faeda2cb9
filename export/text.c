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
	enum vw_ink ink;
} classes[] = {
	[VW_CLASS_UNKNOWN] = {" ?  ", VW_INK_DIM}, [VW_CLASS_NONE] = {" -  ", VW_INK_DIM},
	[VW_CLASS_VS] = {" VS ", VW_INK_CELL_VS},  [VW_CLASS_P] = {" P  ", VW_INK_CELL_P},
	[VW_CLASS_VH] = {" VH ", VW_INK_CELL_VH},  [VW_CLASS_H] = {" H  ", VW_INK_CELL_H},
};

static void label(struct vw_canvas *canvas, enum vw_ink ink, const char *text)
{
	vw_draw_to(canvas, LABEL_COLUMN);
	vw_draw_clipped(canvas, ink, text, TEXT_COLUMN - LABEL_COLUMN - 1);
	vw_draw_to(canvas, TEXT_COLUMN);
	canvas->margin = TEXT_COLUMN;
}

/* --- headline --------------------------------------------------------------------------------------------
 */

static void draw_headline(struct vw_canvas *canvas, const struct vw_platform *platform)
{
	static const enum vw_ink inks[] = {
		[VW_GUESS] = VW_INK_BAD, [VW_LIKELY] = VW_INK_WARN, [VW_CERTAIN] = VW_INK_GOOD};
	const struct vw_cloud *cloud = &platform->cloud;

	canvas->margin = 0;
	vw_draw_words(canvas, VW_INK_BOLD, platform->name);
	if (cloud->provider || cloud->instance_type)
		vw_draw_words(canvas, VW_INK_PLAIN, "on");
	if (cloud->provider)
		vw_draw_words(canvas, VW_INK_BOLD, vw_word_phrase("clouds", cloud->provider));
	if (cloud->instance_type)
		vw_draw_words(canvas, VW_INK_BOLD, cloud->instance_type);
	if (platform->container) {
		vw_draw_words(canvas, VW_INK_PLAIN, "in");
		vw_draw_words(canvas, VW_INK_BOLD, platform->container);
	}
	if (platform->confidential) {
		vw_draw_dot(canvas);
		vw_draw_words(canvas, VW_INK_PLAIN, "confidential:");
		vw_draw_words(canvas, VW_INK_BOLD, platform->confidential);
	}
	vw_draw_dot(canvas);
	vw_draw_words(canvas, inks[platform->confidence], vw_confidence_word(platform->confidence));
	vw_draw_end(canvas);
}

static void draw_origin(struct vw_canvas *canvas, const struct vw_facts *facts)
{
	if (!facts->snapshot)
		return;
	canvas->margin = 0;
	vw_draw_words(canvas, VW_INK_DIM, "from snapshot");
	if (facts->path)
		vw_draw_words(canvas, VW_INK_DIM, facts->path);
	if (facts->captured) {
		vw_draw_words(canvas, VW_INK_DIM, "of");
		vw_draw_words(canvas, VW_INK_DIM, facts->captured);
	}
	vw_draw_end(canvas);
}

/* --- stack -----------------------------------------------------------------------------------------------
 */

#define UNDER_UNKNOWN "under it: not known"

static void draw_rule(struct vw_canvas *canvas, enum vw_glyph left, enum vw_glyph right, size_t inside,
		      const char *note)
{
	vw_draw_to(canvas, BOX_COLUMN);
	vw_draw_glyph(canvas, VW_INK_DIM, left, 1);
	vw_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_LINE, inside);
	vw_draw_glyph(canvas, VW_INK_DIM, right, 1);
	if (*note)
		vw_draw_to(canvas, canvas->column + 1);
	vw_draw(canvas, VW_INK_DIM, note);
	vw_draw_end(canvas);
}

static void draw_layer(struct vw_canvas *canvas, const struct vw_report *report, const struct vw_layer *layer,
		       size_t inside)
{
	char level[VW_LEVEL_SIZE];

	vw_level_label(report, layer, level);
	vw_draw_to(canvas, LEVEL_COLUMN);
	vw_draw_clipped(canvas, VW_INK_BOLD, level, BOX_COLUMN - LEVEL_COLUMN - 1);
	vw_draw_to(canvas, BOX_COLUMN);
	vw_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_SIDE, 1);
	vw_draw_to(canvas, BOX_COLUMN + 2);
	vw_draw_clipped(canvas, VW_INK_PLAIN, layer->name ? layer->name : layer->kind, inside - 2);
	vw_draw_to(canvas, BOX_COLUMN + 1 + inside);
	vw_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_SIDE, 1);
	vw_draw_to(canvas, canvas->column + 1);
	vw_draw(canvas, layer->known == VW_OBSERVED ? VW_INK_DIM : VW_INK_WARN,
		layer == vw_kernel_layer(report) ? "this kernel" : vw_known_word(layer->known));
	vw_draw_end(canvas);
}

/* Columns inside the boxes: the longest name decides, the paper limits. */
static size_t box_width(const struct vw_canvas *canvas, const struct vw_report *report)
{
	size_t most = canvas->columns - BOX_COLUMN - sizeof("|| " UNDER_UNKNOWN);
	size_t inside = BOX_LEAST;

	for (size_t i = 0; i < report->layer_count; i++) {
		const struct vw_layer *layer = &report->layer[i];
		size_t needed = vw_columns(layer->name ? layer->name : layer->kind) + 2;

		inside = needed > inside ? needed : inside;
	}
	return inside < most ? inside : most;
}

/* Bottom-up: the hardware is under the last line. */
static void draw_stack(struct vw_canvas *canvas, const struct vw_report *report)
{
	size_t inside = box_width(canvas, report);
	bool separated = report->layer_count <= SEPARATED_LAYERS;

	if (!report->layer_count)
		return;
	vw_draw_end(canvas);
	draw_rule(canvas, VW_GLYPH_TOP_LEFT, VW_GLYPH_TOP_RIGHT, inside, "");
	for (size_t i = report->layer_count; i-- > 0;) {
		draw_layer(canvas, report, &report->layer[i], inside);
		if (i && separated)
			draw_rule(canvas, VW_GLYPH_TEE_LEFT, VW_GLYPH_TEE_RIGHT, inside, "");
	}
	draw_rule(canvas, VW_GLYPH_BOTTOM_LEFT, VW_GLYPH_BOTTOM_RIGHT, inside,
		  vw_undecided(report, "nested") ? UNDER_UNKNOWN : "");
}

/* --- dimensions ------------------------------------------------------------------------------------------
 */

static void draw_cell(struct vw_canvas *canvas, const char *text, enum vw_class class)
{
	vw_draw_to(canvas, LABEL_COLUMN);
	vw_draw_clipped(canvas, VW_INK_PLAIN, text, TEXT_COLUMN - LABEL_COLUMN - 2);
	vw_draw_to(canvas, TEXT_COLUMN - 1);
	vw_draw(canvas, classes[class].ink, classes[class].cell);
	canvas->margin = TEXT_COLUMN + 5;
	vw_draw_to(canvas, canvas->margin);
}

static void draw_with(struct vw_canvas *canvas, enum vw_ink ink, const char *with, bool whole)
{
	size_t room = canvas->columns - canvas->margin, needed = vw_columns(with);

	if (needed > room && (whole || needed < WITH_LINES * room))
		vw_draw_words(canvas, ink, with);
	else
		vw_draw_clipped(canvas, ink, with, room);
}

static void draw_dimensions(struct vw_canvas *canvas, const struct vw_report *report, bool verbose)
{
	vw_draw_end(canvas);
	for (size_t i = 0; i < VW_DIMENSIONS; i++) {
		const struct vw_dimension *dimension = &report->dimension[i];
		const char *with = dimension->with ? dimension->with : vw_class_phrase(dimension->class);
		enum vw_ink ink = dimension->class <= VW_CLASS_NONE ? VW_INK_DIM : VW_INK_PLAIN;

		draw_cell(canvas, vw_dimension_label((enum vw_dimension_id)i), dimension->class);
		draw_with(canvas, ink, with, verbose);
		vw_draw_end(canvas);
	}
	label(canvas, VW_INK_PLAIN, "");
	vw_draw_words(canvas, VW_INK_DIM, "VS software, P paravirtual, VH hardware, H bare");
	vw_draw_end(canvas);
	if (report->platform.row) {
		label(canvas, VW_INK_PLAIN, "Row of EC2's table");
		vw_draw_words(canvas, VW_INK_PLAIN, report->platform.row);
		vw_draw_end(canvas);
	}
}

/* --- the rest --------------------------------------------------------------------------------------------
 */

static void draw_nested(struct vw_canvas *canvas, const struct vw_nested *nested)
{
	static const struct {
		const char *word;
		enum vw_ink ink;
	} answers[] = {
		[VW_UNKNOWN] = {"not known", VW_INK_DIM},
		[VW_NO] = {"no", VW_INK_PLAIN},
		[VW_YES] = {"yes", VW_INK_GOOD},
	};

	label(canvas, VW_INK_PLAIN, "Can host guests");
	vw_draw_words(canvas, answers[nested->can_host].ink, answers[nested->can_host].word);
	if (nested->extension) {
		vw_draw_words(canvas, VW_INK_PLAIN, "with");
		vw_draw_words(canvas, VW_INK_PLAIN, nested->extension);
	}
	for (size_t i = 0; i < nested->feature_count; i++) {
		vw_draw(canvas, VW_INK_DIM, i ? "," : ":");
		vw_draw_words(canvas, VW_INK_DIM, nested->feature[i]);
	}
	if (nested->kvm) {
		vw_draw_dot(canvas);
		vw_draw_words(canvas, VW_INK_PLAIN, vw_kvm_phrase(nested->kvm));
	}
	if (nested->hint) {
		vw_draw_dot(canvas);
		vw_draw_words(canvas, VW_INK_PLAIN, nested->hint);
	}
	vw_draw_end(canvas);
}

static void draw_devices(struct vw_canvas *canvas, const struct vw_report *report)
{
	for (size_t i = 0; i < report->device_count; i++) {
		const struct vw_device *device = &report->device[i];
		const char *const parts[] = {device->name, device->bus, device->ids, device->driver,
					     device->driver_version};

		draw_cell(canvas, device->kind, device->class);
		for (size_t k = 0; k < VW_COUNT(parts); k++)
			if (parts[k])
				vw_draw_words(canvas, VW_INK_PLAIN, parts[k]);
		if (device->what)
			vw_draw_words(canvas, VW_INK_DIM, device->what);
		vw_draw_end(canvas);
	}
}

static void draw_more(struct vw_canvas *canvas, size_t left)
{
	char text[NUMBER_SIZE];

	if (!left)
		return;
	snprintf(text, sizeof(text), "and %zu more", left);
	vw_draw_words(canvas, VW_INK_DIM, text);
}

static void draw_findings(struct vw_canvas *canvas, const struct vw_report *report, size_t limit)
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
		vw_draw_words(canvas, VW_INK_BOLD, vw_status_word(finding->status));
		if (finding->subject) {
			vw_draw_words(canvas, VW_INK_PLAIN, finding->subject);
			vw_draw(canvas, VW_INK_PLAIN, ":");
		}
		vw_draw_words(canvas, VW_INK_PLAIN, finding->message);
		if (finding->remedy) {
			vw_draw_dot(canvas);
			vw_draw_words(canvas, VW_INK_GOOD, finding->remedy);
		}
		vw_draw_end(canvas);
	}
	if (left) {
		label(canvas, VW_INK_PLAIN, "");
		draw_more(canvas, left);
		vw_draw_end(canvas);
	}
}

static void draw_conflicts(struct vw_canvas *canvas, const struct vw_report *report, size_t limit)
{
	size_t shown = report->conflict_count < limit ? report->conflict_count : limit;

	for (size_t i = 0; i < shown; i++) {
		label(canvas, VW_INK_WARN, "Conflict");
		vw_draw_words(canvas, VW_INK_PLAIN, report->conflict[i].message);
		if (i + 1 == shown)
			draw_more(canvas, report->conflict_count - shown);
		vw_draw_end(canvas);
	}
}

/* What the denied sources would add, each once, and how to get at them. */
static void draw_gains(struct vw_canvas *canvas, const struct vw_facts *facts, bool privileged)
{
	const char *gain, *lead = facts->snapshot ? "the snapshot lacks:"
				  : privileged    ? "kept even from root:"
						  : "run as root to read:";
	size_t cursor = 0;

	for (bool first = true; (gain = vw_next_gain(facts, &cursor)); first = false) {
		if (first) {
			vw_draw_dot(canvas);
			vw_draw_words(canvas, VW_INK_PLAIN, lead);
		} else {
			vw_draw(canvas, VW_INK_PLAIN, ",");
		}
		vw_draw_words(canvas, VW_INK_PLAIN, gain);
	}
}

static void draw_unread(struct vw_canvas *canvas, const struct vw_facts *facts, size_t limit, bool privileged)
{
	size_t shown = facts->unread_count < limit ? facts->unread_count : limit;
	char text[NUMBER_SIZE];

	if (!facts->unread_count)
		return;
	label(canvas, VW_INK_WARN, "Not readable");
	snprintf(text, sizeof(text), "%zu:", facts->unread_count);
	vw_draw_words(canvas, VW_INK_PLAIN, text);
	for (size_t i = 0; i < shown; i++) {
		const struct vw_unread *unread = &facts->unread[i];

		if (i)
			vw_draw(canvas, VW_INK_DIM, ",");
		vw_draw_words(canvas, VW_INK_DIM, unread->source);
		if (!vw_was_denied(unread))
			vw_draw_words(canvas, VW_INK_DIM, unread->error);
	}
	draw_more(canvas, facts->unread_count - shown);
	draw_gains(canvas, facts, privileged);
	vw_draw_end(canvas);
}

int vw_render_text(const struct vw_report *report, const struct vw_view *view, struct vw_buffer *out)
{
	struct vw_canvas canvas = vw_canvas(view, out);
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
