/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_DRAW_H
#define VW_EXPORT_DRAW_H

/*
 * Drawing on a terminal: ink, columns, glyphs, words that wrap. Whatever text comes in, nothing goes out that
 * a terminal would obey: control characters, invisible ones and those that turn the direction of writing
 * become '?'. Each other code point counts as one column.
 */

#include "export/export.h"

enum vw_ink {
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

enum vw_glyph {
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

struct vw_canvas {
	struct vw_buffer *out;
	bool colour, ascii;
	size_t columns; /* width of the paper */
	size_t column;  /* where the pen is */
	size_t margin;  /* where a wrapped line begins */
};

/** A canvas over @out. */
struct vw_canvas vw_canvas(const struct vw_view *view, struct vw_buffer *out);

/**
 * Read the code point at @text, which need not be UTF-8 (RFC 3629): a stray byte is one by itself, and 0.
 *
 * Returns its length in bytes.
 */
size_t vw_point_next(const char *text, uint32_t *ret_point);

/**
 * Is this a code point that a terminal or a browser obeys or hides? C0, DEL, C1; zero width and direction
 * marks; line separators, embeddings and overrides; invisible operators and isolates; the byte order mark;
 * annotations; tags; what is no character. Source: Unicode 15, chapter 23.
 */
bool vw_point_obeyed(uint32_t point);

/** Columns that a text takes. */
size_t vw_columns(const char *text);

/** Draw a text as it is. */
void vw_draw(struct vw_canvas *canvas, enum vw_ink ink, const char *text);

/** Draw a text, cut to @room columns with a sign that there is more. */
void vw_draw_clipped(struct vw_canvas *canvas, enum vw_ink ink, const char *text, size_t room);

/** Draw a text word by word; a word that would pass the right edge begins a new line at the margin. */
void vw_draw_words(struct vw_canvas *canvas, enum vw_ink ink, const char *text);

void vw_draw_glyph(struct vw_canvas *canvas, enum vw_ink ink, enum vw_glyph glyph, size_t count);

/** A dot that parts two phrases. */
void vw_draw_dot(struct vw_canvas *canvas);

/** Spaces up to a column; none when the pen is there or beyond. */
void vw_draw_to(struct vw_canvas *canvas, size_t column);

void vw_draw_end(struct vw_canvas *canvas); /* end the line */

#endif
