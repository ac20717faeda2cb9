/* SPDX-License-Identifier: MIT */
/*
 * The command "test" of GRUB. It reads its words from left to right: tests that stand side by side are joined
 * by and, "-o" begins another alternative, "!" turns the next test over. No word at all is true.
 */
#include "probes/image/grub.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 64 }; /* of parentheses */

struct test {
	const struct vw_grub_word *word;
	size_t at, count;
	unsigned depth;
	vw_grub_file_test file;
	void *context;
};

struct result {
	enum vw_grub_truth all, any; /* of the alternative at hand; of those before it */
	bool is_turned;
};

static enum vw_grub_truth truth(bool value)
{
	return value ? VW_GRUB_TRUE : VW_GRUB_FALSE;
}

static void add(struct result *result, enum vw_grub_truth value)
{
	if (result->is_turned)
		value = VW_GRUB_TRUE - value;
	if (value < result->all)
		result->all = value;
	result->is_turned = false;
}

static enum vw_grub_truth end_of(const struct result *result)
{
	return result->any > result->all ? result->any : result->all;
}

/* GRUB reads no sign but '-', and takes what has no digit for 0. Returns whether the number fits. */
static bool read_number(const char *text, long *ret)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	if (*text == '+') {
		*ret = 0;
		return true;
	}
	errno = 0;
	*ret = strtol(text, &end, 0);
	return errno == 0;
}

/* Where two texts differ, and back to the begin of the number there; GRUB never goes back to the first
 * character. */
static size_t prefix_length(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	while (i > 1 && isdigit((unsigned char)a[i - 1]))
		i--;
	return i;
}

static enum vw_grub_truth compare_numbers(const char *a, const char *operator, const char * b)
{
	long x, y;

	if (*operator== 'p') {
		size_t prefix = prefix_length(a, b);

		a += prefix;
		b += prefix;
		operator++;
	}
	if (!read_number(a, &x) || !read_number(b, &y))
		return VW_GRUB_OPEN;
	switch (operator[0]) {
	case 'e':
		return truth(x == y);
	case 'n':
		return truth(x != y);
	case 'g':
		return truth(operator[1] == 'e' ? x >= y : x> y);
	default:
		return truth(operator[1] == 'e' ? x <= y : x<y);
	}
}

static enum vw_grub_truth compare_texts(const char *a, const char *operator, const char * b)
{
	int order = strcmp(a, b);

	switch (operator[0]) {
	case '=':
		return truth(order == 0);
	case '!':
		return truth(order != 0);
	case '<':
		return truth(operator[1] ? order <= 0 : order<0);
	default:
		return truth(operator[1] ? order >= 0 : order> 0);
	}
}

/* "a = b". Returns false where the word in the middle is no operator. */
static bool take_three(struct test *test, struct result *result)
{
	static const char *const texts = "= == != < <= > >=", *const numbers =
								      "-eq -ne -ge -gt -le -lt -pgt -plt";
	const struct vw_grub_word *word = test->word + test->at;
	const char *operator= test->at + 2<test->count ? word[1].text : "";
	bool is_text = *operator&& vwb_text_has_word(texts, operator);
	bool is_number = *operator&& vwb_text_has_word(numbers, operator);
	bool is_time = vwb_text_starts(operator, "-nt") || vwb_text_starts(operator, "-ot");

	if (!is_text && !is_number && !is_time)
		return false;
	if (is_time || word[0].is_open || word[2].is_open)
		add(result, VW_GRUB_OPEN);
	else if (is_text)
		add(result, compare_texts(word[0].text, operator, word[2].text));
	else
		add(result, compare_numbers(word[0].text, operator+ 1, word[2].text));
	test->at += 3;
	return true;
}

/* "-n a", "-f /file". Returns false where the first word is no operator. */
static bool take_two(struct test *test, struct result *result)
{
	const struct vw_grub_word *word = test->word + test->at;
	const char *operator= test->at + 1<test->count ? word[0].text : "";

	if (!*operator|| !vwb_text_has_word("-d -e -f -s -n -z", operator))
		return false;
	if (word[1].is_open)
		add(result, VW_GRUB_OPEN);
	else if (operator[1] == 'n' || operator[1] == 'z')
		add(result, truth((operator[1] == 'n') == (*word[1].text != '\0')));
	else
		add(result, test->file(test->context, operator[1], word[1].text));
	test->at += 2;
	return true;
}

static enum vw_grub_truth evaluate(struct test *test)
{
	struct result result = {.all = VW_GRUB_TRUE, .any = VW_GRUB_FALSE};

	while (test->at < test->count) {
		const struct vw_grub_word *word = test->word + test->at;

		if (take_three(test, &result) || take_two(test, &result))
			continue;
		test->at++;
		if (word->is_open) {
			add(&result, VW_GRUB_OPEN);
		} else if (vwb_text_equal(word->text, ")")) {
			break;
		} else if (vwb_text_equal(word->text, "(")) {
			if (test->depth == DEPTH)
				return VW_GRUB_OPEN;
			test->depth++;
			add(&result, evaluate(test));
			test->depth--;
		} else if (vwb_text_equal(word->text, "!")) {
			result.is_turned = !result.is_turned;
		} else if (vwb_text_equal(word->text, "-o")) {
			result.any = end_of(&result);
			result.all = VW_GRUB_TRUE;
		} else if (!vwb_text_equal(word->text, "-a")) {
			add(&result, truth(*word->text != '\0'));
		}
	}
	return end_of(&result);
}

enum vw_grub_truth vw_grub_test(const struct vw_grub_word *word, size_t count, vw_grub_file_test file,
				void *context)
{
	struct test test = {.word = word, .count = count, .file = file, .context = context};
	enum vw_grub_truth answer = evaluate(&test);

	return test.depth ? VW_GRUB_OPEN : answer;
}
