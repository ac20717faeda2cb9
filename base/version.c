/* SPDX-License-Identifier: MIT */
#include "base/base.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *skip_others(const char *text)
{
	while (*text && !is_digit(*text) && !is_letter(*text) && !strchr("~-^.", *text))
		text++;
	return text;
}

static int compare_numbers(const char **a, const char **b)
{
	size_t x, y;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	x = strspn(*a, "0123456789");
	y = strspn(*b, "0123456789");
	order = x != y ? (x < y ? -1 : 1) : strncmp(*a, *b, x);
	*a += x;
	*b += y;
	return order;
}

static int compare_letters(const char **a, const char **b)
{
	while (is_letter(**a) && **a == **b) {
		(*a)++;
		(*b)++;
	}
	if (!is_letter(**a) && !is_letter(**b))
		return 0;
	return (is_letter(**a) ? **a : 0) < (is_letter(**b) ? **b : 0) ? -1 : 1;
}

/* Of two texts, the one that goes on with @mark: @older says whether that makes it the older one. Returns 2
 * when neither or both do. */
static int compare_mark(const char **a, const char **b, char mark, bool older)
{
	if (**a == mark && **b == mark) {
		(*a)++;
		(*b)++;
		return 2;
	}
	if (**a == mark)
		return older ? -1 : 1;
	if (**b == mark)
		return older ? 1 : -1;
	return 2;
}

int vwb_version_compare(const char *a, const char *b)
{
	for (;;) {
		static const char marks[] = "-^.";
		int order;

		a = skip_others(a);
		b = skip_others(b);
		order = compare_mark(&a, &b, '~', true);
		if (order != 2)
			return order;
		if (!*a || !*b)
			return *a ? 1 : (*b ? -1 : 0);
		for (const char *mark = marks; *mark; mark++) {
			order = compare_mark(&a, &b, *mark, true);
			if (order != 2)
				return order;
		}
		if (is_digit(*a) || is_digit(*b)) {
			if (!is_digit(*a) || !is_digit(*b))
				return is_digit(*a) ? 1 : -1;
			order = compare_numbers(&a, &b);
		} else {
			order = compare_letters(&a, &b);
		}
		if (order)
			return order < 0 ? -1 : 1;
	}
}

enum { PARTS = 8, PART_MAX = 100000000 };

static void numbers_of(const char *text, unsigned long part[PARTS])
{
	size_t count = 0;

	text += strcspn(text, "0123456789");
	while (is_digit(*text) && count < PARTS) {
		unsigned long number = 0;

		for (; is_digit(*text); text++)
			number = number < PART_MAX ? number * 10 + (unsigned long)(*text - '0') : number;
		part[count++] = number;
		text += (*text == '.' || *text == '-') && is_digit(text[1]);
	}
}

int vwb_version_compare_numbers(const char *a, const char *b)
{
	unsigned long x[PARTS] = {0}, y[PARTS] = {0};

	numbers_of(a, x);
	numbers_of(b, y);
	for (size_t i = 0; i < PARTS; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}
