/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_DRAW_H
#define VW_EXPORT_DRAW_H

/*
 * Drawing on a terminal: ink, columns, glyphs, words that wrap. Whatever text comes in, nothing goes out that
 * a terminal would obey: control characters, invisible ones and those that turn the direction of writing
 * become '?'. Each other code point counts as one column.
 */

#include "export/consumer.h"
#include "export/export.h"

enum vwx_ink {
	VW_INK_PLAIN,
	VW_INK_BOLD,
	VW_INK_DIM,
	VW_INK_GOOD,
	VW_INK_WARN,
	VW_INK_BAD,
	VW_INK_CELL_VS, /* the cells of the EC2 virtualization-types table: in software */
	VW_INK_CELL_P,  /* paravirtual */
	VW_INK_CELL_VH, /* in hardware */
	VW_INK_CELL_H,  /* the hardware itself */
	VW_INKS,
};

enum vwx_glyph {
	VW_GLYPH_TOP_LEFT,
	VW_GLYPH_TOP_RIGHT,
	VW_GLYPH_BOTTOM_LEFT,
	VW_GLYPH_BOTTOM_RIGHT,
	VW_GLYPH_TEE_LEFT,
	VW_GLYPH_TEE_RIGHT,
	VW_GLYPH_LINE,
	VW_GLYPH_SIDE,
	VW_GLYPH_DOT,
	VW_GLYPH_MORE,
	VW_GLYPHS,
};

struct vwx_canvas {
	struct vwb_buffer *out;
	bool colour, ascii, written; /* written: the line has more than blanks */
	size_t columns;              /* width of the paper */
	size_t column;               /* where the pen is */
	size_t margin;               /* where a wrapped line begins */
};

/** A canvas over @out. */
struct vwx_canvas vwx_canvas(const struct vwx_view *view, struct vwb_buffer *out);

/** Columns that a text takes. */
size_t vwx_columns(const char *text);

/** Draw a text as it is. */
void vwx_draw(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text);

/** Draw a text, cut to @room columns with a sign that there is more. */
void vwx_draw_clipped(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text, size_t room);

/** Draw a text word by word; a word that would pass the right edge begins a new line at the margin. */
void vwx_draw_words(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text);

void vwx_draw_glyph(struct vwx_canvas *canvas, enum vwx_ink ink, enum vwx_glyph glyph, size_t count);

/** A dot that parts two phrases. */
void vwx_draw_dot(struct vwx_canvas *canvas);

/** Spaces up to a column; none when the pen is there or beyond. */
void vwx_draw_to(struct vwx_canvas *canvas, size_t column);

void vwx_draw_end(struct vwx_canvas *canvas); /* end the line */

#endif
