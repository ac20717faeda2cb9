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
		return vw_point_obeyed(point) ? "?" : NULL;
	}
}

static void put_text(struct vw_buffer *out, const char *text)
{
	for (size_t points = 0; *text; points++) {
		uint32_t point;
		size_t length = vw_point_next(text, &point);
		const char *entity = entity_of(point);

		if (points == VW_MARKUP_POINTS) {
			vw_put(out, "…");
			return;
		}
		if (entity)
			vw_put(out, entity);
		else
			vw_put_bytes(out, text, length);
		text += length;
	}
}

/* Returns the length of the conversion at @format, which begins with '%'; 0 for one that is not known. */
static size_t put_conversion(struct vw_buffer *out, const char *format, va_list *arguments)
{
	const char *text;

	switch (format[1]) {
	case 's':
		text = va_arg(*arguments, const char *);
		put_text(out, text ? text : "");
		return 2;
	case 'd':
		vw_putf(out, "%d", va_arg(*arguments, int));
		return 2;
	case 'z':
		vw_putf(out, "%zu", va_arg(*arguments, size_t));
		return 3;
	case '%':
		vw_put(out, "%");
		return 2;
	default:
		return 0;
	}
}

void vw_markup(struct vw_buffer *out, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	while (*format) {
		size_t plain = strcspn(format, "%"), taken;

		vw_put_bytes(out, format, plain);
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

bool vw_markup_is_link(const char *text)
{
	static const char fit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				  "-._~:/?#[]@!$&'()*+,;=%";

	return text && vw_starts_with(text, "https://") && text[strspn(text, fit)] == '\0';
}
