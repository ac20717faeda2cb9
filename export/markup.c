/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "export/draw.h"
#include "export/markup.h"

/* Source: HTML Living Standard, 13.3 "Serializing HTML fragments"; XML 1.0, 2.4. */
static const char *entity_of(uint32_t point)
{
	switch (point) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return vwx_point_obeyed(point) ? "?" : NULL;
	}
}

static void put_text(struct vwb_buffer *out, const char *text)
{
	for (size_t points = 0; *text; points++) {
		uint32_t point;
		size_t length = vwx_point_next(text, &point);
		const char *entity = entity_of(point);

		if (points == VW_MARKUP_POINTS) {
			vwb_put(out, "…");
			return;
		}
		if (entity)
			vwb_put(out, entity);
		else
			vwb_put_bytes(out, text, length);
		text += length;
	}
}

/* Returns the length of the conversion at @format, which begins with '%'; 0 for one that is not known. */
static size_t put_conversion(struct vwb_buffer *out, const char *format, va_list *arguments)
{
	const char *text;

	switch (format[1]) {
	case 's':
		text = va_arg(*arguments, const char *);
		put_text(out, text ? text : "");
		return 2;
	case 'd':
		vwb_putf(out, "%d", va_arg(*arguments, int));
		return 2;
	case 'z':
		vwb_putf(out, "%zu", va_arg(*arguments, size_t));
		return 3;
	case '%':
		vwb_put(out, "%");
		return 2;
	default:
		return 0;
	}
}

void vwx_markup(struct vwb_buffer *out, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	while (*format) {
		size_t plain = strcspn(format, "%"), taken;

		vwb_put_bytes(out, format, plain);
		format += plain;
		if (!*format)
			break;
		taken = put_conversion(out, format, &arguments);
		if (!taken) {
			out->error = -EINVAL;
			break;
		}
		format += taken;
	}
	va_end(arguments);
}

bool vwx_markup_is_link(const char *text)
{
	static const char fit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				  "-._~:/?#[]@!$&'()*+,;=%";

	return text && vwb_text_starts(text, "https://") && text[strspn(text, fit)] == '\0';
}
