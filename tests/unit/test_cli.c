/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"

enum { ARGUMENTS = 16 };

/* Parse a command line that makes sense. */
#define PARSED(request, ...) parse((char *[ARGUMENTS]){(char[]){"virtwhere"}, __VA_ARGS__}, request)

static void parse(char **argv, struct vwc_request *request)
{
	int argc = 0;

	while (argc < ARGUMENTS && argv[argc])
		argc++;
	assert_int_equal(vwc_arguments_parse(argc, argv, vwc_commands, request), VW_EXIT_YES);
}

static void bare_command_has_its_defaults(void **state)
{
	struct vwc_request request;

	(void)state;
	PARSED(&request, NULL);
	assert_null(request.command->name);
	assert_string_equal(request.format, "text");
	assert_null(request.snapshot);
	assert_int_equal(request.words, 0);
	assert_int_equal(request.colour, VW_COLOUR_AUTO);
	assert_false(request.timing || request.with_ids || request.help || request.version ||
		     request.view.verbose);
}

static void options_may_stand_anywhere(void **state)
{
	struct vwc_request request;

	(void)state;
	PARSED(&request, "--timing", "is", "nitro", "--json=compact", "vm", "-v", "--snapshot", "dump");
	assert_string_equal(request.command->name, "is");
	assert_int_equal(request.words, 2);
	assert_string_equal(request.word[0], "nitro");
	assert_string_equal(request.word[1], "vm");
	assert_string_equal(request.format, "json");
	assert_string_equal(request.snapshot, "dump");
	assert_true(request.view.compact && request.view.verbose && request.timing);
}

static void two_dashes_end_the_options(void **state)
{
	struct vwc_request request;

	(void)state;
	PARSED(&request, "is", "--", "--json");
	assert_int_equal(request.words, 1);
	assert_string_equal(request.word[0], "--json");
	assert_string_equal(request.format, "text");
}

static void the_last_of_two_options_wins(void **state)
{
	struct vwc_request request;

	(void)state;
	PARSED(&request, "--json", "--format=virt-what", "--color", "--color=never");
	assert_string_equal(request.format, "virt-what");
	assert_int_equal(request.colour, VW_COLOUR_NEVER);
}

static void help_asks_for_no_words(void **state)
{
	struct vwc_request request;

	(void)state;
	PARSED(&request, "is", "--help");
	assert_true(request.help);
	assert_string_equal(request.command->name, "is");
}

/* Each command takes each of its formats, and every option belongs to a command that exists. */
static void tables_agree(void **state)
{
	const struct vwc_command *command;
	const struct vwc_option *option;
	const char *format;

	(void)state;
	for (size_t i = 0; (command = vwc_commands[i]); i++) {
		assert_ptr_equal(vwc_command_find(vwc_commands, command->name), command);
		assert_true(command->least_words <= command->most_words);
		for (size_t k = 0; (format = vwc_command_format(command, k)); k++)
			assert_true(command->formats || vwx_format_find(format));
	}
	for (size_t i = 0; (option = vwc_option_at(i)); i++)
		for (size_t k = 0; option->commands && option->commands[k]; k++)
			assert_non_null(vwc_command_find(vwc_commands,
							 *option->commands[k] ? option->commands[k] : NULL));
}

static const char *nearest_of(const char *asked)
{
	static const char *const words[] = {"nitro", "xen-pv", "xen-pvh", "kvm", "metal", "explain"};
	struct vwc_nearest nearest = {.asked = asked};

	for (size_t i = 0; i < VW_COUNT(words); i++)
		vwc_nearest_offer(&nearest, words[i]);
	return nearest.word;
}

static void nearest_word_is_near(void **state)
{
	static char endless[1000];

	(void)state;
	memset(endless, 'x', sizeof(endless) - 1);
	assert_string_equal(nearest_of("nitro"), "nitro");
	assert_string_equal(nearest_of("nitr"), "nitro");
	assert_string_equal(nearest_of("intro"), "nitro");
	assert_string_equal(nearest_of("xen-pvx"), "xen-pv");
	assert_string_equal(nearest_of("explian"), "explain");
	assert_string_equal(nearest_of("kvn"), "kvm");
	assert_null(nearest_of("docker"));
	assert_null(nearest_of(""));
	assert_null(nearest_of(endless));
	assert_null(nearest_of(NULL));
}

/* A third of the letters, rounded up, may be wrong; of words as near, the first is meant. */
static void nearest_word_has_a_bound(void **state)
{
	static const struct {
		const char *asked, *word;
		bool near;
		size_t distance;
	} rows[] = {
		{"", "", true, 0},
		{"", "a", false, 0},
		{"a", "", true, 1},
		{"a", "b", true, 1},
		{"a", "bc", false, 0},
		{"abc", "abd", true, 1},
		{"abc", "add", false, 0},
		{"abcd", "axxd", true, 2},
		{"abcd", "axxx", false, 0},
		{"abcdef", "abcdxx", true, 2},
		{"abcdef", "abcxxx", false, 0},
		{"abcdefg", "abcdxxx", true, 3},
		{"abcdefg", "abcxxxx", false, 0},
		{"kitten", "sitting", false, 0},
		{"kittens", "sitting", true, 3},
		{"abcdefghij", "jabcdefghi", true, 2},
		{"abcd", "ab", true, 2},
		{"ab", "abc", true, 1},
		{"123456789012345678901234567890123456789012345678",
		 "123456789012345678901234567890123456789012345678", true, 0},
		{"1234567890123456789012345678901234567890123456789",
		 "1234567890123456789012345678901234567890123456789", false, 0},
		{"123456789012345678901234567890123456789012345678",
		 "1234567890123456789012345678901234567890123456789", false, 0},
		{"1234567890123456789012345678901234567890123456789",
		 "123456789012345678901234567890123456789012345678", false, 0},
	};
	struct vwc_nearest nearest = {.asked = "abcdef"};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwc_nearest one = {.asked = rows[i].asked};

		vwc_nearest_offer(&one, rows[i].word);
		if ((one.word != NULL) != rows[i].near || one.distance != rows[i].distance)
			fail_msg("%s, %s: %s, %zu", rows[i].asked, rows[i].word, one.word ? "near" : "far",
				 one.distance);
	}
	vwc_nearest_offer(&nearest, "abcdxx");
	assert_string_equal(nearest.word, "abcdxx");
	vwc_nearest_offer(&nearest, "xxcdef"); /* no nearer */
	assert_string_equal(nearest.word, "abcdxx");
	vwc_nearest_offer(&nearest, "abcdex");
	assert_string_equal(nearest.word, "abcdex");
	assert_int_equal(nearest.distance, 1);
	vwc_nearest_offer(&nearest, "abcdyy"); /* farther */
	assert_string_equal(nearest.word, "abcdex");
	vwc_nearest_offer(&nearest, "abcdef");
	assert_string_equal(nearest.word, "abcdef");
}

static void wordlists_have_each_word_once(void **state)
{
	const struct vwc_wordlist *list;

	(void)state;
	for (size_t i = 0; (list = vwc_wordlist_at(i)); i++) {
		const struct vw_word **word = NULL;
		size_t count = 0;

		assert_int_equal(vwc_wordlist_gather(list, &word, &count), 0);
		if (!count)
			fail_msg("list %s is empty", list->name);
		for (size_t k = 0; k < count; k++)
			for (size_t l = 0; l < k; l++)
				assert_string_not_equal(word[k]->word, word[l]->word);
		free(word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_command_has_its_defaults),
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(the_last_of_two_options_wins),
		cmocka_unit_test(help_asks_for_no_words),
		cmocka_unit_test(tables_agree),
		cmocka_unit_test(nearest_word_is_near),
		cmocka_unit_test(nearest_word_has_a_bound),
		cmocka_unit_test(wordlists_have_each_word_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
