/* SPDX-License-Identifier: MIT */
#include "base/base.h"

#include <errno.h>
#include <string.h>

/* One row for each form of a multi-byte character; RFC 3629 section 4. The range of the second byte leaves
 * out overlong forms, surrogates and what is above U+10FFFF. */
static const struct utf8_form {
	unsigned char first, last; /* range of the first byte */
	unsigned char low, high;   /* range of the second one */
	unsigned char size;
} utf8_forms[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* Bytes of the multi-byte character that @text begins with, or 0 when it is not UTF-8. */
static size_t utf8_size(const unsigned char *text, size_t size)
{
	for (size_t i = 0; i < VW_COUNT(utf8_forms); i++) {
		const struct utf8_form *form = &utf8_forms[i];

		if (text[0] < form->first || text[0] > form->last)
			continue;
		if (size < form->size || text[1] < form->low || text[1] > form->high)
			return 0;
		for (size_t k = 2; k < form->size; k++)
			if (text[k] < 0x80 || text[k] > 0xbf)
				return 0;
		return form->size;
	}
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char clean_ascii(unsigned char c)
{
	if (c == '\t' || c == '\n' || c == '\r')
		return ' ';
	return c < 0x20 || c >= 0x7f ? '?' : (char)c;
}

size_t vwb_text_clean(char *text, size_t size)
{
	const unsigned char *in = (const unsigned char *)text;
	size_t length = 0, start = 0, i = 0;

	while (i < size && in[i]) {
		size_t bytes = in[i] < 0x80 ? 0 : utf8_size(in + i, size - i);

		/* U+0080 to U+009F are control characters: terminals obey some of them */
		if (bytes == 2 && in[i] == 0xc2 && in[i + 1] < 0xa0) {
			text[length++] = '?';
			i += 2;
		} else if (bytes) {
			memmove(text + length, text + i, bytes);
			length += bytes;
			i += bytes;
		} else {
			text[length++] = clean_ascii(in[i++]);
		}
	}

	while (length && text[length - 1] == ' ')
		length--;
	while (start < length && text[start] == ' ')
		start++;
	memmove(text, text + start, length - start);
	text[length - start] = '\0';
	return length - start;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int vwb_number_parse(const char *text, int base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	bool overflow = false;

	if (!text)
		return -EINVAL;
	while (is_space(*text))
		text++;
	if (base == 16 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	if (digit_value(*text) >= base)
		return -EINVAL;

	for (; digit_value(*text) < base; text++) {
		uint64_t digit = (uint64_t)digit_value(*text);

		overflow = overflow || value > (UINT64_MAX - digit) / (uint64_t)base;
		value = value * (uint64_t)base + digit;
	}
	while (is_space(*text))
		text++;
	if (*text)
		return -EINVAL;
	if (overflow || value > max)
		return -ERANGE;

	*ret = value;
	return 0;
}

static bool is_part(char c)
{
	return is_space(c) || c == ',' || c == '\0';
}

bool vwb_text_has_word(const char *text, const char *word)
{
	size_t length;

	if (!text || !word || !*word)
		return false;

	length = strlen(word);
	for (const char *at = text; (at = strstr(at, word)); at++) {
		if ((at == text || is_part(at[-1])) && is_part(at[length]))
			return true;
	}
	return false;
}

bool vwb_text_starts(const char *text, const char *prefix)
{
	return text && prefix && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool vwb_text_ends(const char *text, const char *suffix)
{
	size_t length = text ? strlen(text) : 0, size = suffix ? strlen(suffix) : 0;

	return text && suffix && length >= size && memcmp(text + length - size, suffix, size) == 0;
}

bool vwb_text_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool vwb_text_in(const char *const *list, const char *text)
{
	for (; *list; list++) {
		if (vwb_text_equal(*list, text))
			return true;
	}
	return false;
}
