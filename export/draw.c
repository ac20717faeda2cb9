/* SPDX-License-Identifier: MIT */
#include "export/draw.h"

#include <string.h>

enum {
	DEFAULT_COLUMNS = 80,
	LEAST_COLUMNS = 40,
	CI_COMMAND_SIZE = 8,
	PUNCTUATION = 2, /* columns that are kept for what may follow a word: a comma, a space and a dot */
};

/* Select Graphic Rendition, ECMA-48 8.3.117; 9x and 10x are the bright colours of aixterm. */
static const char *const inks[VW_INKS] = {
	[VW_INK_BOLD] = "\033[1m",       [VW_INK_DIM] = "\033[2m",         [VW_INK_GOOD] = "\033[32m",
	[VW_INK_WARN] = "\033[33m",      [VW_INK_BAD] = "\033[31m",        [VW_INK_CELL_VS] = "\033[97;41m",
	[VW_INK_CELL_P] = "\033[97;44m", [VW_INK_CELL_VH] = "\033[30;42m", [VW_INK_CELL_H] = "\033[30;102m",
};

static const struct {
	const char *utf8, *ascii;
} glyphs[VW_GLYPHS] = {
	[VW_GLYPH_TOP_LEFT] = {"╭", "+"},    [VW_GLYPH_TOP_RIGHT] = {"╮", "+"},
	[VW_GLYPH_BOTTOM_LEFT] = {"╰", "+"}, [VW_GLYPH_BOTTOM_RIGHT] = {"╯", "+"},
	[VW_GLYPH_TEE_LEFT] = {"├", "+"},    [VW_GLYPH_TEE_RIGHT] = {"┤", "+"},
	[VW_GLYPH_LINE] = {"─", "-"},        [VW_GLYPH_SIDE] = {"│", "|"},
	[VW_GLYPH_DOT] = {"·", "-"},         [VW_GLYPH_MORE] = {"…", "~"},
};

struct vwx_canvas vwx_canvas(const struct vwx_view *view, struct vwb_buffer *out)
{
	size_t columns = view->columns ? view->columns : DEFAULT_COLUMNS;

	return (struct vwx_canvas){
		.out = out,
		.colour = view->colour,
		.ascii = view->ascii,
		.columns = columns < LEAST_COLUMNS ? LEAST_COLUMNS : columns,
	};
}

size_t vwx_columns(const char *text)
{
	size_t columns = 0;
	uint32_t point;

	while (*text) {
		text += vwx_point_next(text, &point);
		columns++;
	}
	return columns;
}

/* Draw @count code points of @text. Returns what follows them. */
static const char *draw_points(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text, size_t count)
{
	bool inked = canvas->colour && ink != VW_INK_PLAIN && count && *text;

	if (inked)
		vwb_put(canvas->out, inks[ink]);
	for (; count && *text; count--) {
		uint32_t point;
		size_t length = vwx_point_next(text, &point);

		/* GitHub takes "::" at the begin of a line as a command, behind blanks too; the second colon
		 * may come with what is drawn next. */
		bool begins = !canvas->written && *text == ':' && (text[1] == ':' || !text[1]);

		if (begins || vwx_ci_command(text, strnlen(text, CI_COMMAND_SIZE)) ||
		    vwx_point_obeyed(point) || (canvas->ascii && point > 0x7E))
			vwb_put(canvas->out, "?");
		else
			vwb_put_bytes(canvas->out, text, length);
		canvas->written |= *text != ' ';
		text += length;
		canvas->column++;
	}
	if (inked)
		vwb_put(canvas->out, "\033[0m");
	return text;
}

void vwx_draw(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text)
{
	draw_points(canvas, ink, text, SIZE_MAX);
}

void vwx_draw_clipped(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text, size_t room)
{
	if (vwx_columns(text) <= room) {
		vwx_draw(canvas, ink, text);
	} else if (room) {
		draw_points(canvas, ink, text, room - 1);
		vwx_draw_glyph(canvas, ink, VW_GLYPH_MORE, 1);
	}
}

static void new_line(struct vwx_canvas *canvas)
{
	vwx_draw_end(canvas);
	vwx_draw_to(canvas, canvas->margin);
}

/* Draw one word of @count code points, on a new line if this one has no room. One that is longer than a line
 * is left to the terminal, from which it can then be copied whole. */
static const char *draw_word(struct vwx_canvas *canvas, enum vwx_ink ink, const char *word, size_t count)
{
	size_t space = canvas->column > canvas->margin;

	if (space && canvas->column + space + count + PUNCTUATION > canvas->columns)
		new_line(canvas);
	else if (space)
		vwx_draw_to(canvas, canvas->column + 1);
	return draw_points(canvas, ink, word, count);
}

void vwx_draw_words(struct vwx_canvas *canvas, enum vwx_ink ink, const char *text)
{
	for (;;) {
		size_t count = 0;
		uint32_t point;

		text += strspn(text, " ");
		if (!*text)
			return;
		for (const char *end = text; *end && *end != ' '; count++)
			end += vwx_point_next(end, &point);
		text = draw_word(canvas, ink, text, count);
	}
}

void vwx_draw_glyph(struct vwx_canvas *canvas, enum vwx_ink ink, enum vwx_glyph glyph, size_t count)
{
	bool inked = canvas->colour && ink != VW_INK_PLAIN && count;

	if (inked)
		vwb_put(canvas->out, inks[ink]);
	vwb_put_repeated(canvas->out, canvas->ascii ? glyphs[glyph].ascii : glyphs[glyph].utf8, count);
	if (inked)
		vwb_put(canvas->out, "\033[0m");
	canvas->column += count;
	canvas->written |= count > 0;
}

void vwx_draw_dot(struct vwx_canvas *canvas)
{
	vwx_draw_to(canvas, canvas->column + 1);
	vwx_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_DOT, 1);
}

void vwx_draw_to(struct vwx_canvas *canvas, size_t column)
{
	if (canvas->column >= column)
		return;
	vwb_put_repeated(canvas->out, " ", column - canvas->column);
	canvas->column = column;
}

void vwx_draw_end(struct vwx_canvas *canvas)
{
	vwb_put(canvas->out, "\n");
	canvas->column = 0;
	canvas->written = false;
}
