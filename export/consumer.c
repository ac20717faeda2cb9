/* SPDX-License-Identifier: MIT */
#include "export/consumer.h"

#include <string.h>
#include <strings.h>

#include "base/base.h"

size_t vwx_point_next(const char *text, uint32_t *ret_point)
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

bool vwx_point_obeyed(uint32_t point)
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

bool vwx_ci_command(const char *text, size_t size)
{
	return (size >= 3 && memcmp(text, "##[", 3) == 0) ||
	       (size >= 6 && strncasecmp(text, "##vso[", 6) == 0);
}

/* Each writes what stands for a code point and returns true, or false where it stands for itself. @command:
 * it is the '#' with which a command of a build service begins. */

/* Source: actions/runner, ActionCommand.cs; microsoft/azure-pipelines-agent, Command.cs. */
static bool escape_log(struct vwb_buffer *out, uint32_t point, bool command)
{
	if (!command && !vwx_point_obeyed(point))
		return false;
	vwb_put(out, "?");
	return true;
}

/* Source: TAP 14, "Escaping". */
static bool escape_tap(struct vwb_buffer *out, uint32_t point, bool command)
{
	(void)command;
	if (point == '#' || point == '\\')
		vwb_putf(out, "\\%c", (char)point);
	else if (vwx_point_obeyed(point))
		vwb_put(out, "?");
	else
		return false;
	return true;
}

/* Source: YAML 1.2, 5.7 and 7.3.1. */
static bool escape_yaml(struct vwb_buffer *out, uint32_t point, bool command)
{
	if (point == '"' || point == '\\')
		vwb_putf(out, "\\%c", (char)point);
	else if (!command && !vwx_point_obeyed(point))
		return false;
	else
		vwb_putf(out, point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
	return true;
}

/* Source: XML 1.0, 2.2 (Char) and 2.4. */
static bool escape_xml(struct vwb_buffer *out, uint32_t point, bool command)
{
	static const struct {
		char character;
		const char *entity;
	} entities[] = {
		{'&', "&amp;"},  {'<', "&lt;"},    {'>', "&gt;"},
		{'"', "&quot;"}, {'\'', "&apos;"}, {'\n', "&#10;"},
	};

	for (size_t i = 0; i < VW_COUNT(entities); i++) {
		if (point != (unsigned char)entities[i].character)
			continue;
		vwb_put(out, entities[i].entity);
		return true;
	}
	if (command)
		vwb_put(out, "&#35;");
	else if (vwx_point_obeyed(point))
		vwb_put(out, "?");
	else
		return false;
	return true;
}

/* Source: actions/toolkit, command.ts: what the runner turns back, and no more. */
static bool escape_github(struct vwb_buffer *out, uint32_t point, bool command)
{
	if (point == '%' || point == '\r' || point == '\n')
		vwb_putf(out, "%%%02X", point);
	else
		return escape_log(out, point, command);
	return true;
}

static bool escape_github_property(struct vwb_buffer *out, uint32_t point, bool command)
{
	if (point != ':' && point != ',')
		return escape_github(out, point, command);
	vwb_putf(out, "%%%02X", point);
	return true;
}

/* Source: RFC 8259, 7. Below U+0020 there are only the document's own line breaks. */
static bool escape_json(struct vwb_buffer *out, uint32_t point, bool command)
{
	if (!command && (point < 0x7F || !vwx_point_obeyed(point)))
		return false;
	if (point < 0x10000)
		vwb_putf(out, "\\u%04x", point);
	else
		vwb_putf(out, "\\u%04x\\u%04x", 0xD800 + ((point - 0x10000) >> 10), 0xDC00 + (point & 0x3FF));
	return true;
}

/* Source: SARIF 2.1.0, 3.11.5 (placeholders) and 3.11.6 (links). */
static bool escape_sarif(struct vwb_buffer *out, uint32_t point, bool command)
{
	(void)command;
	if (point == '{' || point == '}')
		vwb_putf(out, "%c%c", (char)point, (char)point);
	else if (point == '[' || point == ']' || point == '\\')
		vwb_putf(out, "\\%c", (char)point);
	else
		return false;
	return true;
}

static bool (*const escapes[VW_CONSUMERS])(struct vwb_buffer *out, uint32_t point, bool command) = {
	[VW_FOR_LOG] = escape_log,
	[VW_FOR_TAP] = escape_tap,
	[VW_FOR_YAML] = escape_yaml,
	[VW_FOR_XML] = escape_xml,
	[VW_FOR_GITHUB] = escape_github,
	[VW_FOR_JSON] = escape_json,
	[VW_FOR_GITHUB_PROPERTY] = escape_github_property,
	[VW_FOR_SARIF] = escape_sarif,
};

void vwx_escape(struct vwb_buffer *out, enum vwx_consumer consumer, const char *text, size_t size)
{
	for (size_t i = 0, length; i < size; i += length) {
		uint32_t point;

		length = vwx_point_next(text + i, &point);
		if (!point)
			vwb_put(out, "?");
		else if (!escapes[consumer](out, point, vwx_ci_command(text + i, size - i)))
			vwb_put_bytes(out, text + i, length);
	}
}
