/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_CONTAINS_H
#define VW_TESTS_UNIT_CONTAINS_H

/* What stands in a text that was rendered, and what does not. Include after <cmocka.h>. */

#include <string.h>

static inline void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static inline void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* How often @part stands in @text, without overlap. */
static inline size_t count_parts(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

#endif
