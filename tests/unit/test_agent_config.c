/* SPDX-License-Identifier: MIT */

/* The configuration: what a file and a command line may say, and the line that names what is wrong. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/config.h"
#include "agent/listen.h"
#include "tests/unit/scratch.h"

#define HEAD "[virtwhered]\n"

enum { ARGUMENTS = 8 };

struct run {
	struct vw_config config;
	char problem[512];
	int r;
};

/* Read DIR/conf, with @text in it, and up to four more arguments. */
static void read_config(struct scratch *scratch, const char *text, char *const *more, struct run *run)
{
	static char name[] = "virtwhered", option[] = "--config";
	char path[96], *argv[ARGUMENTS] = {name, option, path};
	int argc = 3;

	snprintf(path, sizeof(path), "%s/conf", scratch->directory);
	if (text)
		write_text(path, text);
	while (more && *more)
		argv[argc++] = *more++;
	memset(run, 0, sizeof(*run));
	run->r = vw_config_read(argc, argv, &run->config, run->problem, sizeof(run->problem));
}

static void test_bad_files(void **state)
{
	static const struct {
		const char *text, *problem; /* behind "DIR/conf" */
	} bad[] = {
		{"interval = 1h\n", ":1: interval: [virtwhered] is to stand above it"},
		{"[other]\ninterval = 1h\n", ":1: no such section: [other]"},
		{HEAD "\n[bad]\n", ":3: no such section: [bad]"},
		{HEAD " [bad]\n[worse]\n", ":2: no such section: [bad]"},
		{"\xef\xbb\xbf[bad]\n" HEAD, ":1: no such section: [bad]"},
		{"[]\n" HEAD, ":1: no such section: []"},
		{HEAD "nonsense\n[bad]\n", ":2: is neither [section] nor KEY = VALUE"},
		{HEAD "listen = 127.0.0.1:80\n  settle = soon\n",
		 ":3: settle: 'soon' is no time such as 500ms, 10s, 5min, 1h"},
		{HEAD "interval = 1h\n\tmore of it\n", ":3: is neither [section] nor KEY = VALUE"},
		{HEAD "listen = :9796\nlisten = localhost:9796\n",
		 ":3: listen: 'localhost:9796' is no address such as " VW_LISTEN_FORMS},
		{HEAD "listen = 127.0.0.1:65536\n",
		 ":2: listen: '127.0.0.1:65536' is no address such as " VW_LISTEN_FORMS},
		{HEAD "listen = run/x\n", ":2: listen: 'run/x' is no address such as " VW_LISTEN_FORMS},
		{HEAD "intervall = 1h\n", ":2: no such key: intervall"},
		{HEAD "\n; a comment\n# one more\nhelp = yes\n", ":5: no such key: help"},
		{HEAD "config = /etc/passwd\n", ":2: no such key: config"},
		{HEAD "interval\n", ":2: is neither [section] nor KEY = VALUE"},
		{HEAD "[virtwhered\n", ":2: is neither [section] nor KEY = VALUE"},
		{HEAD "interval = soon\n", ":2: interval: 'soon' is no time such as 500ms, 10s, 5min, 1h"},
		{HEAD "interval = 1 fortnight\n",
		 ":2: interval: '1 fortnight' is no time such as 500ms, 10s, 5min, 1h"},
		{HEAD "interval = -1h\n", ":2: interval: '-1h' is no time such as 500ms, 10s, 5min, 1h"},
		{HEAD "interval =\n", ":2: interval: '' is no time such as 500ms, 10s, 5min, 1h"},
		{HEAD "interval = 366d\n", ":2: interval: '366d' is not between 0 and 31536000000 ms"},
		{HEAD "interval = 99999999999999999999d\n",
		 ":2: interval: '99999999999999999999d' is not between 0 and 31536000000 ms"},
		{HEAD "interval = 1h\ninterval = 2h\n", ":3: interval: '2h' is its second value"},
		{HEAD "settle = 6s\n", ":2: settle: '6s' is not between 0 and 5000 ms"},
		{HEAD "timeout = 1ms\n", ":2: timeout: '1ms' is not between 1000 and 3600000 ms"},
		{HEAD "connections = many\n", ":2: connections: 'many' is no number"},
		{HEAD "connections = 0\n", ":2: connections: '0' is not between 1 and 4096"},
		{HEAD "connections = 4097\n", ":2: connections: '4097' is not between 1 and 4096"},
		{HEAD "timing = perhaps\n", ":2: timing: 'perhaps' is neither yes nor no"},
		{HEAD "textfile = a\033[2Jb\n",
		 ":2: textfile: 'a?[2Jb' is too long, or holds what cannot be printed"},
		{HEAD "textfile = a\xff\n",
		 ":2: textfile: 'a?' is too long, or holds what cannot be printed"},
		/* what is told of names is fit to print, too */
		{"a\033b = 1h\n", ":1: a?b: [virtwhered] is to stand above it"},
		{"[a\033b]\ninterval = 1h\n", ":1: no such section: [a?b]"},
		{HEAD "a\xc2\x9b = 1h\n", ":2: no such key: a?"},
		/* the first line that is wrong is the one that is told */
		{HEAD "nonsense\ninterval = soon\n", ":2: is neither [section] nor KEY = VALUE"},
		{HEAD "interval = soon\nnonsense\n",
		 ":2: interval: 'soon' is no time such as 500ms, 10s, 5min, 1h"},
	};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		char expected[512];
		struct run run;

		read_config(scratch, bad[i].text, NULL, &run);
		snprintf(expected, sizeof(expected), "%s/conf%s", scratch->directory, bad[i].problem);
		assert_string_equal(run.problem, expected);
		assert_int_equal(run.r, -EINVAL);
		assert_null(run.config.arena);
	}
}

static void test_hostile_files(void **state)
{
	struct scratch *scratch = *state;
	static char text[VW_CONFIG_LIMIT + 64];
	char path[96];
	struct run run;
	FILE *file;

	memset(text, '#', VW_CONFIG_LIMIT + 1);
	read_config(scratch, text, NULL, &run);
	assert_int_equal(run.r, -EINVAL);
	assert_non_null(strstr(run.problem, "/conf: is too big"));

	snprintf(text, sizeof(text), HEAD "\ntextfile = /%0300d", 0);
	read_config(scratch, text, NULL, &run);
	assert_int_equal(run.r, -EINVAL);
	assert_non_null(strstr(run.problem, "/conf:3: is too long"));

	snprintf(path, sizeof(path), "%s/conf", scratch->directory);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(HEAD "timing\0 = yes\n", 1, 26, file), 26);
	assert_int_equal(fclose(file), 0);
	read_config(scratch, NULL, NULL, &run);
	assert_int_equal(run.r, -EINVAL);
	assert_non_null(strstr(run.problem, "/conf: is no text"));

	assert_int_equal(unlink(path), 0);
	read_config(scratch, NULL, NULL, &run);
	assert_int_equal(run.r, -ENOENT);

	assert_int_equal(mkfifo(path, 0600), 0);
	read_config(scratch, NULL, NULL, &run);
	assert_int_equal(run.r, -EINVAL);
	assert_non_null(strstr(run.problem, "/conf: is no regular file"));
}

static void test_all_keys(void **state)
{
	struct run run;

	read_config(
		*state,
		"\xef\xbb\xbf" HEAD
		"listen = 0.0.0.0:80\n  listen = [::1]:9796 ; a comment\nlisten = /run/x\n"
		"\t\r\n  web-config-file = /w #1\n \tconnections = 7\r\ntimeout = 2min\nreport-file = /r\n"
		"state-directory =\ntextfile = /t\ninterval = 1d\nsettle = 20 ms\ntiming = on\n"
		"snapshot = /s\n",
		NULL, &run);
	assert_int_equal(run.r, 0);
	assert_int_equal(run.config.listen.count, 3);
	assert_string_equal(run.config.listen.address[0], "0.0.0.0:80");
	assert_string_equal(run.config.listen.address[1], "[::1]:9796");
	assert_string_equal(run.config.listen.address[2], "/run/x");
	assert_string_equal(run.config.web_config, "/w #1");
	assert_int_equal(run.config.connections, 7);
	assert_int_equal(run.config.timeout, 120000);
	assert_string_equal(run.config.report_file, "/r");
	assert_null(run.config.state_directory);
	assert_string_equal(run.config.textfile, "/t");
	assert_int_equal(run.config.interval, 86400000);
	assert_int_equal(run.config.settle, 20);
	assert_true(run.config.timing);
	assert_string_equal(run.config.snapshot, "/s");
	vw_config_free(&run.config);
}

static void test_standards(void **state)
{
	struct run run;

	read_config(*state, "", NULL, &run);
	assert_int_equal(run.r, 0);
	assert_int_equal(run.config.listen.count, 1);
	assert_string_equal(run.config.listen.address[0], "127.0.0.1:9796");
	assert_string_equal(run.config.report_file, "/run/virtwhere/report.json");
	assert_string_equal(run.config.state_directory, "/var/lib/virtwhere");
	assert_int_equal(run.config.interval, 3600000);
	assert_int_equal(run.config.settle, 500);
	assert_false(run.config.timing || run.config.check || run.config.help || run.config.version);
	assert_null(run.config.snapshot);
	vw_config_free(&run.config);
}

/* The command line wins, whatever the file says of the same; both are checked. */
static void test_ranks(void **state)
{
	static char listen[] = "--listen=/a", listen_too[] = "--web.listen-address=/b",
		    never[] = "--interval=0", timing[] = "--timing", web[] = "--web.config.file=/w";
	static char *const more[] = {listen, listen_too, never, timing, web, NULL};
	struct run run;

	read_config(*state, HEAD "listen = /c\ninterval = 5min\ntiming = no\nsettle = 1s\n", more, &run);
	assert_int_equal(run.r, 0);
	assert_int_equal(run.config.listen.count, 2);
	assert_string_equal(run.config.listen.address[1], "/b");
	assert_string_equal(run.config.web_config, "/w");
	assert_int_equal(run.config.interval, 0);
	assert_true(run.config.timing);
	assert_int_equal(run.config.settle, 1000);
	vw_config_free(&run.config);

	read_config(*state, HEAD "interval = soon\n", more, &run);
	assert_int_equal(run.r, -EINVAL);
}

static void test_bad_arguments(void **state)
{
	static char unknown[] = "--nonsense", word[] = "word", missing[] = "--settle", bad[] = "--settle=7d",
		    letter[] = "-x", several[] = "--con=3", letters[] = "-hx", flag[] = "--help=3",
		    cut[] = "-c", address[] = "--listen=here", hostile[] = "--a\nb\033";
	static const struct {
		char *argument;
		const char *problem;
	} cases[] = {
		{unknown, "--nonsense: no such option; see 'virtwhered --help'"},
		{letter, "-x: no such option; see 'virtwhered --help'"},
		{hostile, "--a b?: no such option; see 'virtwhered --help'"},
		{word, "word: no argument is wanted; see 'virtwhered --help'"},
		{missing, "--settle: an argument is missing; see 'virtwhered --help'"},
		{bad, "--settle: '7d' is not between 0 and 5000 ms"},
		{several, "--con=3: several options begin so; see 'virtwhered --help'"},
		{letters, "-x: no such option; see 'virtwhered --help'"},
		{flag, "--help=3: takes no argument; see 'virtwhered --help'"},
		{cut, "-c: an argument is missing; see 'virtwhered --help'"},
		{address, "--listen: 'here' is no address such as " VW_LISTEN_FORMS},
	};

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char *const more[] = {cases[i].argument, NULL};
		struct run run;

		read_config(*state, "", more, &run);
		assert_int_equal(run.r, -EINVAL);
		assert_string_equal(run.problem, cases[i].problem);
	}
}

static void test_too_many_addresses(void **state)
{
	static char text[1024] = HEAD;
	struct run run;

	for (size_t i = 0; i <= VW_LISTEN_MAX; i++)
		memcpy(text + strlen(text), "listen = /a\n", sizeof("listen = /a\n"));
	read_config(*state, text, NULL, &run);
	assert_int_equal(run.r, -EINVAL);
	assert_non_null(strstr(run.problem, "/conf:18: listen: '/a' is one address too many"));
}

/* The help names each key, and fits a terminal's lines. */
static void test_help(void **state)
{
	static const char *const names[] = {"--config=FILE",
					    "--listen=ADDRESS",
					    "--web-config-file=FILE",
					    "--check-config",
					    "-h, --help",
					    "-V, --version",
					    "(1h)"};
	struct vw_buffer out = {0};

	(void)state;
	vw_config_help(&out);
	assert_int_equal(out.error, 0);
	for (size_t i = 0; i < VW_COUNT(names); i++)
		assert_non_null(strstr(out.data, names[i]));
	vw_buffer_free(&out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_bad_files),          TEST(test_hostile_files), TEST(test_all_keys),
		TEST(test_standards),          TEST(test_ranks),         TEST(test_bad_arguments),
		TEST(test_too_many_addresses), TEST(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
