/* SPDX-License-Identifier: MIT */

/*
 * Every command with every option and every format: what is taken, what of it is in the request, and what is
 * refused with one line. The tables here say what a user may write; those of the program must agree.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "tests/unit/heard.h"

enum { ARGUMENTS = 48, WORDS = 4 };

extern const struct vwc_command vwc_drivers_command, vwc_explain_command, vwc_help_command, vwc_is_command,
	vwc_list_command, vwc_metrics_command, vwc_passport_command, vwc_preflight_command,
	vwc_snapshot_command, vwc_where_command;

static const struct {
	const char *name;    /* NULL: the bare command */
	const char *words;   /* the fewest, parted by blanks */
	const char *which;   /* what is asked for when they are missing, or NULL */
	size_t most;         /* words; 0 is none */
	const char *formats; /* the default first */
	const struct vwc_command *row;
} commands[] = {
	{NULL, "", NULL, 0, "text json html systemd-detect-virt virt-what", &vwc_where_command},
	{"is", "nitro", "WORD...", SIZE_MAX, "text json", &vwc_is_command},
	{"explain", "", NULL, 0, "text json", &vwc_explain_command},
	{"drivers", "", NULL, 0, "text json", &vwc_drivers_command},
	{"preflight", "", NULL, 1, "text json junit tap sarif github", &vwc_preflight_command},
	{"snapshot", "", NULL, 0, "text json", &vwc_snapshot_command},
	{"passport", "", NULL, 0, "text json qemu libvirt raw", &vwc_passport_command},
	{"metrics", "", NULL, 0, "prometheus openmetrics json", &vwc_metrics_command},
	{"list", "words", "LIST", 1, "text json", &vwc_list_command},
	{"help", "", NULL, 1, "text", &vwc_help_command},
};

enum taking { NEVER, ALWAYS, MAY };

static const struct {
	const char *name;
	char letter;
	enum taking argument;
	const char *good;     /* an argument of it, or NULL */
	const char *commands; /* "-" for the bare one; NULL: all */
	const char *only;     /* what a refusal says */
} options[] = {
	{"output", 'o', ALWAYS, "PATH", " - explain drivers snapshot preflight ",
	 "the bare command, 'explain', 'drivers', 'snapshot' and 'preflight'"},
	{"root", 0, ALWAYS, "DIR", " preflight ", "'preflight'"},
	{"target", 't', ALWAYS, "nitro", " preflight ", "'preflight'"},
	{"kernel", 0, ALWAYS, "default", " preflight ", "'preflight'"},
	{"ami-json", 0, ALWAYS, "FILE", " preflight ", "'preflight'"},
	{"fail-on", 0, ALWAYS, "fatal", " drivers preflight ", "'drivers' and 'preflight'"},
	{"textfile", 0, ALWAYS, "FILE", " metrics ", "'metrics'"},
	{"with-ids", 0, NEVER, NULL, " snapshot ", "'snapshot'"},
	{"json", 0, MAY, "compact", " - is explain drivers preflight snapshot passport metrics list ", NULL},
	{"format", 0, ALWAYS, NULL, NULL, NULL},
	{"snapshot", 0, ALWAYS, "PATH", NULL, NULL},
	{"timing", 0, NEVER, NULL, NULL, NULL},
	{"color", 0, MAY, "never", NULL, NULL},
	{"verbose", 'v', NEVER, NULL, NULL, NULL},
	{"help", 'h', NEVER, NULL, NULL, NULL},
	{"version", 'V', NEVER, NULL, NULL, NULL},
};

/* A command line that is put together. */
struct line {
	char word[ARGUMENTS][64];
	char *argument[ARGUMENTS + 1];
	int count;
};

static void add(struct line *line, const char *word)
{
	assert_true(line->count < ARGUMENTS);
	snprintf(line->word[line->count], sizeof(line->word[0]), "%s", word);
	line->argument[line->count] = line->word[line->count];
	line->count++;
}

static struct line *begin(size_t command)
{
	static struct line line;
	char words[64], *rest = words, *word;

	memset(&line, 0, sizeof(line));
	add(&line, "virtwhere");
	if (commands[command].name)
		add(&line, commands[command].name);
	snprintf(words, sizeof(words), "%s", commands[command].words);
	while ((word = strsep(&rest, " ")))
		if (*word)
			add(&line, word);
	return &line;
}

static enum vwc_exit parse(struct line *line, struct vwc_request *ret, struct heard *heard)
{
	enum vwc_exit status;

	hear(heard);
	status = vwc_arguments_parse(line->count, line->argument, vwc_commands, ret);
	heard_all(heard);
	return status;
}

/* Commands. */

static void commands_are_these(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(commands); i++) {
		const struct vwc_command *command = vwc_command_find(vwc_commands, commands[i].name);
		char formats[128];
		size_t used = 0;
		const char *format;

		assert_non_null(command);
		assert_true(vwb_text_equal(command->name, commands[i].name) ||
			    (!command->name && !commands[i].name));
		assert_ptr_equal(command, commands[i].row);
		for (size_t k = 0; (format = vwc_command_format(command, k)); k++)
			used += (size_t)snprintf(formats + used, sizeof(formats) - used, "%s%s", k ? " " : "",
						 format);
		assert_string_equal(formats, commands[i].formats);
		/* and none beyond the end */
		for (size_t k = 0; k < 3; k++)
			assert_null(vwc_command_format(command, 20 + k));
	}
	for (size_t i = 0; i < VW_COUNT(commands); i++)
		assert_non_null(vwc_commands[i]);
	assert_null(vwc_commands[VW_COUNT(commands)]);
	assert_null(vwc_command_find(vwc_commands, "wher"));
	assert_null(vwc_command_find(vwc_commands, ""));
}

static void commands_take_their_words(void **state)
{
	struct vwc_request request;
	struct heard heard;
	char right[128];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(commands); i++) {
		struct line *line = begin(i);
		size_t words = *commands[i].words ? 1 : 0;

		assert_int_equal(parse(line, &request, &heard), VW_EXIT_YES);
		assert_string_equal(heard.text, "");
		assert_ptr_equal(request.command, commands[i].row);
		assert_int_equal(request.words, words);
		if (words)
			assert_string_equal(request.word[0], commands[i].words);

		/* one more, and one more */
		for (size_t more = words + 1; more <= 3; more++) {
			bool good = more <= commands[i].most;

			if (!commands[i].name) /* a word would be a command */
				break;
			add(line, "another");
			assert_int_equal(parse(line, &request, &heard), good ? VW_EXIT_YES : VW_EXIT_USAGE);
			snprintf(right, sizeof(right), "virtwhere: %s: '%s' is one argument too many\n",
				 commands[i].name, "another");
			assert_string_equal(heard.text, good ? "" : right);
			if (good)
				assert_int_equal(request.words, more);
		}
		if (!words)
			continue;
		line->count = 2;
		line->argument[2] = NULL;
		assert_int_equal(parse(line, &request, &heard), VW_EXIT_USAGE);
		snprintf(right, sizeof(right), "virtwhere: %s: which %s?\n", commands[i].name,
			 commands[i].which);
		assert_string_equal(heard.text, right);
	}
}

static void unknown_commands_are_refused(void **state)
{
	static const struct {
		const char *word, *said;
	} rows[] = {
		{"explian", "virtwhere: no command 'explian'; did you mean 'explain'?\n"},
		{"driver", "virtwhere: no command 'driver'; did you mean 'drivers'?\n"},
		{"Help", "virtwhere: no command 'Help'; did you mean 'help'?\n"},
		{"frobnicate", "virtwhere: no command 'frobnicate'; see 'virtwhere --help'\n"},
		{"", "virtwhere: no command ''; see 'virtwhere --help'\n"},
		{"a\033b", "virtwhere: no command 'a?b'; see 'virtwhere --help'\n"},
	};
	struct vwc_request request;
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct line *line = begin(0);

		add(line, rows[i].word);
		assert_int_equal(parse(line, &request, &heard), VW_EXIT_USAGE);
		assert_string_equal(heard.text, rows[i].said);
	}
}

/* Every command with every option. */

static bool takes(size_t option, size_t command)
{
	char name[32];

	if (!options[option].commands)
		return true;
	snprintf(name, sizeof(name), " %s ", commands[command].name ? commands[command].name : "-");
	return strstr(options[option].commands, name);
}

/* Write an option in one of four ways: --name VALUE, --name=VALUE, -lVALUE, -l VALUE. Returns false where
 * that is no way for it. */
static bool add_option(struct line *line, size_t option, const char *value, int way)
{
	char word[64];

	if ((way >= 2 && !options[option].letter) || (way == 0 && value && options[option].argument == MAY))
		return false;
	if ((way == 1 || way == 2) && !value)
		return false;
	if (way >= 2)
		snprintf(word, sizeof(word), "-%c%s", options[option].letter, way == 2 ? value : "");
	else
		snprintf(word, sizeof(word), "--%s%s%s", options[option].name, way == 1 ? "=" : "",
			 way == 1 ? value : "");
	add(line, word);
	if (value && (way == 0 || way == 3))
		add(line, value);
	return true;
}

static void check_pair(size_t command, size_t option, int way, bool before)
{
	const char *value = options[option].good;
	struct line *line, reversed = {0};
	struct vwc_request request;
	struct heard heard;
	char right[256];

	if (strcmp(options[option].name, "format") == 0)
		value = commands[command].formats[0] == 'p' ? "prometheus" : "text";
	line = begin(command);
	if (!add_option(line, option, value, way))
		return;
	if (before) { /* the command: the same */
		size_t words = 1U + (commands[command].name ? 1 : 0) + (*commands[command].words ? 1 : 0);

		add(&reversed, "virtwhere");
		for (size_t i = words; i < (size_t)line->count; i++)
			add(&reversed, line->word[i]);
		for (size_t i = 1; i < words; i++)
			add(&reversed, line->word[i]);
		line = &reversed;
	}
	if (takes(option, command)) {
		assert_int_equal(parse(line, &request, &heard), VW_EXIT_YES);
		assert_string_equal(heard.text, "");
		return;
	}
	assert_int_equal(parse(line, &request, &heard), VW_EXIT_USAGE);
	if (options[option].only)
		snprintf(right, sizeof(right), "virtwhere: --%s is for %s only\n", options[option].name,
			 options[option].only);
	else
		snprintf(right, sizeof(right), "virtwhere: no format 'json' here; see 'virtwhere --help'\n");
	assert_string_equal(heard.text, right);
}

static void every_command_with_every_option(void **state)
{
	(void)state;
	for (size_t command = 0; command < VW_COUNT(commands); command++)
		for (size_t option = 0; option < VW_COUNT(options); option++)
			for (int way = 0; way < 4; way++)
				for (int before = 0; before < 2; before++)
					check_pair(command, option, way, before);
}

static void options_are_these(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(options); i++) {
		const struct vwc_option *option = vwc_option_at(i);

		assert_non_null(option);
		assert_string_equal(option->name, options[i].name);
		assert_int_equal(option->letter, options[i].letter);
		assert_int_equal(option->argument != NULL, options[i].argument != NEVER);
		assert_int_equal(option->optional, options[i].argument == MAY);
		assert_true(*option->meaning);
		for (size_t k = 0; k < VW_COUNT(commands); k++)
			if (strcmp(options[i].name, "json") != 0)
				assert_int_equal(vwc_option_applies(option, commands[k].row), takes(i, k));
	}
	assert_null(vwc_option_at(VW_COUNT(options)));
}

/* An argument that is missing, or that none is taken; getopt's own words. */
static void arguments_of_options_are_right(void **state)
{
	struct vwc_request request;
	struct heard heard;
	char right[128];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(options); i++) {
		struct line *line = begin(0);

		if (options[i].argument == MAY)
			continue;
		add_option(line, i, options[i].argument == NEVER ? "x" : NULL,
			   options[i].argument == NEVER ? 1 : 0);
		assert_int_equal(parse(line, &request, &heard), VW_EXIT_USAGE);
		snprintf(right, sizeof(right), "virtwhere: option '--%s' %s\n", options[i].name,
			 options[i].argument == NEVER ? "doesn't allow an argument" : "requires an argument");
		assert_string_equal(heard.text, right);
		if (!options[i].letter || options[i].argument == NEVER)
			continue;
		line = begin(0);
		add_option(line, i, NULL, 3);
		assert_int_equal(parse(line, &request, &heard), VW_EXIT_USAGE);
		snprintf(right, sizeof(right), "virtwhere: option requires an argument -- '%c'\n",
			 options[i].letter);
		assert_string_equal(heard.text, right);
	}
}

static void unknown_options_are_refused(void **state)
{
	static const struct {
		const char *word, *said;
	} rows[] = {
		{"--nonsense", "virtwhere: unrecognized option '--nonsense'\n"},
		{"-x", "virtwhere: invalid option -- 'x'\n"},
		{"-vx", "virtwhere: invalid option -- 'x'\n"},
		{"-r", "virtwhere: invalid option -- 'r'\n"},
		{"--t=x", "virtwhere: option '--t=x' is ambiguous; possibilities: '--target' '--textfile' "
			  "'--timing'\n"},
	};
	struct vwc_request request;
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct line *line = begin(4);

		add(line, rows[i].word);
		assert_int_equal(parse(line, &request, &heard), VW_EXIT_USAGE);
		assert_string_equal(heard.text, rows[i].said);
	}
}

/* Words of options that have a list of them. */
static void words_of_options_are_held(void **state)
{
	static const struct {
		const char *word;
		bool good;
		const char *said;
	} rows[] = {
		{"--json", true, NULL},
		{"--json=pretty", true, NULL},
		{"--json=compact", true, NULL},
		{"--json=", false, "--json: '' is none of its words: print JSON; STYLE is pretty or compact"},
		{"--json=Compact", false,
		 "--json: 'Compact' is none of its words: print JSON; STYLE is pretty or compact"},
		{"--color", true, NULL},
		{"--color=auto", true, NULL},
		{"--color=always", true, NULL},
		{"--color=never", true, NULL},
		{"--color=no", false, "--color: 'no' is none of its words: auto, always or never"},
		{"--color=", false, "--color: '' is none of its words: auto, always or never"},
		{"--fail-on=advice", true, NULL},
		{"--fail-on=degraded", true, NULL},
		{"--fail-on=fatal", true, NULL},
		{"--fail-on=unknown", false,
		 "--fail-on: 'unknown' is none of its words: what makes it fail: fatal, degraded or advice"},
		{"--fail-on=", false,
		 "--fail-on: '' is none of its words: what makes it fail: fatal, degraded or advice"},
		{"--root=", false, "--root: '' is none of its words: the same as IMAGE"},
		{"--kernel=", false, "--kernel: '' is none of its words: all, default or a release"},
		{"--kernel=6.1.0", true, NULL},
		{"--format=", false, "no format '' here; see 'virtwhere --help'"},
		{"--format=jsn", false, "no format 'jsn' here; did you mean 'json'?"},
		{"--format=yaml", false, "no format 'yaml' here; see 'virtwhere --help'"},
	};
	struct vwc_request request;
	struct heard heard;
	char right[256];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct line *line = begin(4);

		add(line, rows[i].word);
		assert_int_equal(parse(line, &request, &heard), rows[i].good ? VW_EXIT_YES : VW_EXIT_USAGE);
		snprintf(right, sizeof(right), "virtwhere: %s\n", rows[i].good ? "" : rows[i].said);
		assert_string_equal(heard.text, rows[i].good ? "" : right);
	}
}

static void every_command_with_every_format(void **state)
{
	static const char *const formats[] = {
		"text",       "json",        "html",    "systemd-detect-virt",
		"virt-what",  "junit",       "tap",     "sarif",
		"github",     "qemu",        "libvirt", "raw",
		"prometheus", "openmetrics",
	};
	struct vwc_request request;
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(commands); i++)
		for (size_t k = 0; k < VW_COUNT(formats); k++) {
			struct line *line = begin(i);
			char all[160], one[64];
			bool good;

			snprintf(all, sizeof(all), " %s ", commands[i].formats);
			snprintf(one, sizeof(one), " %s ", formats[k]);
			good = strstr(all, one);
			add(line, "--format");
			add(line, formats[k]);
			assert_int_equal(parse(line, &request, &heard), good ? VW_EXIT_YES : VW_EXIT_USAGE);
			if (good) {
				assert_string_equal(request.format, formats[k]);
				assert_string_equal(heard.text, "");
				continue;
			}
			snprintf(one, sizeof(one), "virtwhere: no format '%s' here; ", formats[k]);
			assert_memory_equal(heard.text, one, strlen(one));
			assert_ptr_equal(strchr(heard.text, '\n'), heard.text + strlen(heard.text) - 1);
		}
}

/* What is in the request. */

#define PARSED(request, command, ...) parsed(request, command, (const char *const[]){__VA_ARGS__, NULL})

static void parsed(struct vwc_request *request, size_t command, const char *const *words)
{
	struct line *line = begin(command);
	struct heard heard;

	for (size_t i = 0; words[i]; i++)
		add(line, words[i]);
	assert_int_equal(parse(line, request, &heard), VW_EXIT_YES);
	assert_string_equal(heard.text, "");
}

static void defaults_are_these(void **state)
{
	struct vwc_request request;
	struct heard heard;
	char first[32];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(commands); i++) {
		assert_int_equal(parse(begin(i), &request, &heard), VW_EXIT_YES);
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(commands[i].formats, " "),
			 commands[i].formats);
		assert_string_equal(request.format, first);
		assert_string_equal(request.kernel, "all");
		assert_int_equal(request.fail_on, VW_DEGRADED);
		assert_int_equal(request.colour, VW_COLOUR_AUTO);
		assert_true(!request.snapshot && !request.output && !request.root && !request.ami_json);
		assert_false(request.with_ids || request.timing || request.help || request.version ||
			     request.view.verbose || request.view.compact);
		assert_int_equal(request.targets, 0);
	}
}

static void options_are_in_the_request(void **state)
{
	struct vwc_request request;

	(void)state;
	PARSED(&request, 4, "--root", "a", "--kernel=b", "--ami-json", "c", "-o", "d", "--fail-on=fatal",
	       "-v", "--snapshot", "e");
	assert_string_equal(request.root, "a");
	assert_string_equal(request.kernel, "b");
	assert_string_equal(request.ami_json, "c");
	assert_string_equal(request.output, "d");
	assert_int_equal(request.fail_on, VW_FATAL);
	assert_true(request.view.verbose);
	assert_string_equal(request.snapshot, "e");
	PARSED(&request, 4, "--fail-on", "advice", "--target", "nitro,kvm", "-t", "xen-hvm", "-tec2");
	assert_int_equal(request.fail_on, VW_ADVICE);
	assert_int_equal(request.targets, 3);
	assert_string_equal(request.target[0], "nitro,kvm");
	assert_string_equal(request.target[1], "xen-hvm");
	assert_string_equal(request.target[2], "ec2");
	PARSED(&request, 3, "--fail-on=degraded", "--timing");
	assert_int_equal(request.fail_on, VW_DEGRADED);
	assert_true(request.timing);
	PARSED(&request, 7, "--textfile", "f");
	assert_string_equal(request.output, "f");
	PARSED(&request, 5, "--with-ids");
	assert_true(request.with_ids);
	PARSED(&request, 0, "--json=compact");
	assert_true(request.view.compact);
	assert_string_equal(request.format, "json");
	PARSED(&request, 0, "--json=compact", "--json=pretty");
	assert_false(request.view.compact);
	PARSED(&request, 0, "--json=compact", "--json");
	assert_false(request.view.compact);
	PARSED(&request, 0, "--color");
	assert_int_equal(request.colour, VW_COLOUR_ALWAYS);
	PARSED(&request, 0, "--color=always", "--color=auto");
	assert_int_equal(request.colour, VW_COLOUR_AUTO);
	PARSED(&request, 0, "--color=never");
	assert_int_equal(request.colour, VW_COLOUR_NEVER);
}

/* --help and --version ask for nothing else to be right, but for the command. */
static void help_and_version_come_first(void **state)
{
	static const char *const rows[] = {"--help", "-h", "--version", "-V"};
	struct vwc_request request;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		PARSED(&request, 2, "too", "many", "--with-ids", "--format=none", rows[i]);
		assert_int_equal(request.help, i < 2);
		assert_int_equal(request.version, i >= 2);
		assert_string_equal(request.command->name, "explain");
	}
}

static void targets_have_a_bound(void **state)
{
	struct vwc_request request;
	struct line *line = begin(4);
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < 32; i++)
		add(line, "-tkvm");
	assert_int_equal(parse(line, &request, &heard), VW_EXIT_YES);
	assert_int_equal(request.targets, 32);
	line = begin(4);
	for (size_t i = 0; i < 33; i++)
		add(line, "-tkvm");
	assert_int_equal(parse(line, &request, &heard), VW_EXIT_USAGE);
	assert_string_equal(heard.text,
			    "virtwhere: --target: 'kvm' is none of its words: where it is to boot; "
			    "several times, or with commas\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_these),
		cmocka_unit_test(commands_take_their_words),
		cmocka_unit_test(unknown_commands_are_refused),
		cmocka_unit_test(every_command_with_every_option),
		cmocka_unit_test(options_are_these),
		cmocka_unit_test(arguments_of_options_are_right),
		cmocka_unit_test(unknown_options_are_refused),
		cmocka_unit_test(words_of_options_are_held),
		cmocka_unit_test(every_command_with_every_format),
		cmocka_unit_test(defaults_are_these),
		cmocka_unit_test(options_are_in_the_request),
		cmocka_unit_test(help_and_version_come_first),
		cmocka_unit_test(targets_have_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
