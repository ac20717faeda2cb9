/* SPDX-License-Identifier: MIT */
#include "export/draw.h"

#include <string.h>

enum {
	DEFAULT_COLUMNS = 80,
	LEAST_COLUMNS = 40,
	PUNCTUATION = 2, /* columns that are kept for what may follow a word: a comma, a space and a dot */
};

/* Select Graphic Rendition, ECMA-48 8.3.117; 9x and 10x are the bright colours of aixterm. */
static const char *const inks[VW_INKS] = {
	[VW_INK_PLAIN] = "",
	[VW_INK_BOLD] = "\033[1m",
	[VW_INK_DIM] = "\033[2m",
	[VW_INK_GOOD] = "\033[32m",
	[VW_INK_WARN] = "\033[33m",
	[VW_INK_BAD] = "\033[31m",
	[VW_INK_CELL_VS] = "\033[97;41m",
	[VW_INK_CELL_P] = "\033[97;44m",
	[VW_INK_CELL_VH] = "\033[30;42m",
	[VW_INK_CELL_H] = "\033[30;102m",
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

struct vw_canvas vw_canvas(const struct vw_view *view, struct vw_buffer *out)
{
	size_t columns = view->columns ? view->columns : DEFAULT_COLUMNS;

	return (struct vw_canvas){
		.out = out,
		.colour = view->colour,
		.ascii = view->ascii,
		.columns = columns < LEAST_COLUMNS ? LEAST_COLUMNS : columns,
	};
}

size_t vw_point_next(const char *text, uint32_t *ret_point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = byte[0] < 0x80       ? 1
			: byte[0] >> 5 == 6  ? 2
			: byte[0] >> 4 == 14 ? 3
			: byte[0] >> 3 == 30 ? 4
					     : 0;
	uint32_t point;

	*ret_point = 0;
	if (!length)
		return 1;
	point = length == 1 ? byte[0] : byte[0] & (0x7FU >> length);
	for (size_t i = 1; i < length; i++) {
		if (byte[i] >> 6 != 2)
			return 1;
		point = point << 6 | (byte[i] & 0x3F);
	}
	if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
		return 1;
	*ret_point = point;
	return length;
}

bool vw_point_obeyed(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C}, {0x200B, 0x200F}, {0x2028, 0x202E},
		{0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF},
	};

	for (size_t i = 0; i < VW_COUNT(ranges); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

size_t vw_columns(const char *text)
{
	size_t columns = 0;
	uint32_t point;

	while (*text) {
		text += vw_point_next(text, &point);
		columns++;
	}
	return columns;
}

/* Draw @count code points of @text. Returns what follows them. */
static const char *draw_points(struct vw_canvas *canvas, enum vw_ink ink, const char *text, size_t count)
{
	bool inked = canvas->colour && ink != VW_INK_PLAIN && count && *text;

	if (inked)
		vw_put(canvas->out, inks[ink]);
	for (; count && *text; count--) {
		uint32_t point;
		size_t length = vw_point_next(text, &point);

		if (vw_point_obeyed(point) || (canvas->ascii && point > 0x7E))
			vw_put(canvas->out, "?");
		else
			vw_put_bytes(canvas->out, text, length);
		text += length;
		canvas->column++;
	}
	if (inked)
		vw_put(canvas->out, "\033[0m");
	return text;
}

void vw_draw(struct vw_canvas *canvas, enum vw_ink ink, const char *text)
{
	draw_points(canvas, ink, text, SIZE_MAX);
}

void vw_draw_clipped(struct vw_canvas *canvas, enum vw_ink ink, const char *text, size_t room)
{
	if (vw_columns(text) <= room) {
		vw_draw(canvas, ink, text);
	} else if (room) {
		draw_points(canvas, ink, text, room - 1);
		vw_draw_glyph(canvas, ink, VW_GLYPH_MORE, 1);
	}
}

static void new_line(struct vw_canvas *canvas)
{
	vw_draw_end(canvas);
	vw_draw_to(canvas, canvas->margin);
}

/* Draw one word of @count code points, on a new line if this one has no room. One that is longer than a line
 * is left to the terminal, from which it can then be copied whole. */
static const char *draw_word(struct vw_canvas *canvas, enum vw_ink ink, const char *word, size_t count)
{
	size_t space = canvas->column > canvas->margin;

	if (space && canvas->column + space + count + PUNCTUATION > canvas->columns)
		new_line(canvas);
	else if (space)
		vw_draw_to(canvas, canvas->column + 1);
	return draw_points(canvas, ink, word, count);
}

void vw_draw_words(struct vw_canvas *canvas, enum vw_ink ink, const char *text)
{
	for (;;) {
		size_t count = 0;
		uint32_t point;

		text += strspn(text, " ");
		if (!*text)
			return;
		for (const char *end = text; *end && *end != ' '; count++)
			end += vw_point_next(end, &point);
		text = draw_word(canvas, ink, text, count);
	}
}

void vw_draw_glyph(struct vw_canvas *canvas, enum vw_ink ink, enum vw_glyph glyph, size_t count)
{
	bool inked = canvas->colour && ink != VW_INK_PLAIN && count;

	if (inked)
		vw_put(canvas->out, inks[ink]);
	vw_put_repeated(canvas->out, canvas->ascii ? glyphs[glyph].ascii : glyphs[glyph].utf8, count);
	if (inked)
		vw_put(canvas->out, "\033[0m");
	canvas->column += count;
}

void vw_draw_dot(struct vw_canvas *canvas)
{
	vw_draw_to(canvas, canvas->column + 1);
	vw_draw_glyph(canvas, VW_INK_DIM, VW_GLYPH_DOT, 1);
}

void vw_draw_to(struct vw_canvas *canvas, size_t column)
{
	if (canvas->column >= column)
		return;
	vw_put_repeated(canvas->out, " ", column - canvas->column);
	canvas->column = column;
}

void vw_draw_end(struct vw_canvas *canvas)
{
	vw_put(canvas->out, "\n");
	canvas->column = 0;
}
