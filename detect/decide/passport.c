/* SPDX-License-Identifier: MIT */
#include "detect/passport.h"

#include <errno.h>
#include <string.h>

struct reader {
	const char *at;
};

static bool is_kind(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_key(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_value(char c)
{
	return is_kind(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_';
}

static bool take(struct reader *reader, const char *literal)
{
	if (!vwb_text_starts(reader->at, literal))
		return false;
	reader->at += strlen(literal);
	return true;
}

/* One or more characters of a kind into @word. */
static int take_word(struct reader *reader, bool (*belongs)(char c), char *word, size_t size)
{
	size_t length = 0;

	while (belongs(reader->at[length]))
		length++;
	if (length == 0 || length >= size)
		return -EBADMSG;
	memcpy(word, reader->at, length);
	word[length] = '\0';
	reader->at += length;
	return 0;
}

static int take_stack(struct reader *reader, struct vw_passport *passport)
{
	do {
		int r;

		if (passport->layers == VW_PASSPORT_LAYERS)
			return -EBADMSG;
		r = take_word(reader, is_kind, passport->kind[passport->layers], VW_PASSPORT_KIND_SIZE);
		if (r < 0)
			return r;
		passport->layers++;
	} while (take(reader, "/"));
	return 0;
}

static int take_pair(struct reader *reader, struct vw_passport *passport)
{
	char key[17], value[VW_PASSPORT_VALUE_SIZE] = "", *known = NULL;
	int r = take_word(reader, is_key, key, sizeof(key));

	if (r < 0 || !take(reader, "="))
		return -EBADMSG;
	r = take_word(reader, is_value, value, sizeof(value));
	if (r < 0)
		return r;
	if (vwb_text_equal(key, "cloud"))
		known = passport->cloud;
	else if (vwb_text_equal(key, "type"))
		known = passport->instance_type;
	if (known && *known)
		return -EBADMSG;
	if (known)
		memcpy(known, value, sizeof(value));
	return 0;
}

int vw_passport_parse(const char *text, struct vw_passport *ret)
{
	struct vw_passport passport = {.layers = 0};
	struct reader reader = {.at = text};

	if (!text || strnlen(text, VW_PASSPORT_MAX + 1) > VW_PASSPORT_MAX ||
	    !take(&reader, VW_PASSPORT_PREFIX))
		return -EBADMSG;
	if (!take(&reader, "1;"))
		return -EPROTONOSUPPORT;
	if (!take(&reader, "stack=") || take_stack(&reader, &passport) < 0)
		return -EBADMSG;
	while (*reader.at) {
		if (!take(&reader, ";") || take_pair(&reader, &passport) < 0)
			return -EBADMSG;
	}
	*ret = passport;
	return 0;
}
