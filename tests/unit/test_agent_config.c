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
#include "tests/unit/left_behind.h"
#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/piecemeal.h"
#include "tests/unit/scratch.h"

#define HEAD "[virtwhered]\n"

enum { ARGUMENTS = 8 };

struct run {
	struct vwd_config config;
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
	run->r = vwd_config_read(argc, argv, &run->config, run->problem, sizeof(run->problem));
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
	vwd_config_free(&run.config);
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
	vwd_config_free(&run.config);
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
	vwd_config_free(&run.config);

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

/* Each value. */

static int read_key(struct scratch *scratch, const char *key, const char *value, struct run *run)
{
	char text[4096];

	snprintf(text, sizeof(text), HEAD "%s = %s\n", key, value);
	read_config(scratch, text, NULL, run);
	return run->r;
}

/* Both sides of each bound. */
static void test_bounds(void **state)
{
	static const struct {
		const char *key, *value;
		size_t field;
		int64_t is; /* -1: it is refused */
	} rows[] = {
#define FIELD(name) offsetof(struct vwd_config, name)
		{"connections", "1", FIELD(connections), 1},
		{"connections", "4096", FIELD(connections), 4096},
		{"connections", "0", FIELD(connections), -1},
		{"connections", "4097", FIELD(connections), -1},
		{"connections", "-1", FIELD(connections), -1},
		{"connections", "", FIELD(connections), -1},
		{"connections", "1s", FIELD(connections), -1},
		{"connections", "18446744073709551617", FIELD(connections), -1},
		{"timeout", "1000ms", FIELD(timeout), 1000},
		{"timeout", "999ms", FIELD(timeout), -1},
		{"timeout", "1h", FIELD(timeout), 3600000},
		{"timeout", "3600001ms", FIELD(timeout), -1},
		{"timeout", "0", FIELD(timeout), -1},
		{"interval", "0", FIELD(interval), 0},
		{"interval", "365d", FIELD(interval), 31536000000},
		{"interval", "31536000000ms", FIELD(interval), 31536000000},
		{"interval", "31536000001ms", FIELD(interval), -1},
		{"settle", "0", FIELD(settle), 0},
		{"settle", "5000ms", FIELD(settle), 5000},
		{"settle", "5001ms", FIELD(settle), -1},
		/* each unit */
		{"interval", "7", FIELD(interval), 7000},
		{"interval", "7ms", FIELD(interval), 7},
		{"interval", "7s", FIELD(interval), 7000},
		{"interval", "7m", FIELD(interval), 420000},
		{"interval", "7min", FIELD(interval), 420000},
		{"interval", "7h", FIELD(interval), 25200000},
		{"interval", "7d", FIELD(interval), 604800000},
		{"interval", "7 h", FIELD(interval), 25200000},
		{"interval", "7  h", FIELD(interval), 25200000},
		{"interval", "007h", FIELD(interval), 25200000},
		{"interval", "7\th", FIELD(interval), -1},
		{"interval", "7H", FIELD(interval), -1},
		{"interval", "7hours", FIELD(interval), -1},
		{"interval", "7us", FIELD(interval), -1},
		{"interval", "h", FIELD(interval), -1},
		{"interval", "+7h", FIELD(interval), -1},
		{"interval", "7.5h", FIELD(interval), -1},
		{"interval", "1h 7m", FIELD(interval), -1},
		{"interval", "00000000000000000000007", FIELD(interval), 7000},
		{"interval", "000000000000000000000007", FIELD(interval), -1},
		{"interval", "213503982334602d", FIELD(interval), -1},
#undef FIELD
	};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct run run;
		uint64_t is;

		if (read_key(*state, rows[i].key, rows[i].value, &run) != (rows[i].is < 0 ? -EINVAL : 0))
			fail_msg("%s = %s: %s", rows[i].key, rows[i].value, run.problem);
		if (rows[i].is < 0)
			continue;
		memcpy(&is, (const char *)&run.config + rows[i].field, sizeof(is));
		if (is != (uint64_t)rows[i].is)
			fail_msg("%s = %s is %ju", rows[i].key, rows[i].value, (uintmax_t)is);
		vwd_config_free(&run.config);
	}
}

static void test_switches(void **state)
{
	static const struct {
		const char *word;
		int is; /* -1: it is refused */
	} rows[] = {{"yes", 1}, {"true", 1}, {"on", 1},   {"1", 1},  {"no", 0}, {"false", 0},
		    {"off", 0}, {"0", 0},    {"YES", -1}, {"2", -1}, {"", -1},  {"y", -1}};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct run run;

		if (read_key(*state, "timing", rows[i].word, &run) != (rows[i].is < 0 ? -EINVAL : 0))
			fail_msg("%s: %s", rows[i].word, run.problem);
		if (rows[i].is < 0)
			continue;
		assert_int_equal(run.config.timing, rows[i].is);
		vwd_config_free(&run.config);
	}
}

/* An empty text is none. */
static void test_texts(void **state)
{
	static const struct {
		const char *key;
		size_t field;
	} rows[] = {
#define FIELD(name) offsetof(struct vwd_config, name)
		{"web-config-file", FIELD(web_config)},
		{"report-file", FIELD(report_file)},
		{"state-directory", FIELD(state_directory)},
		{"textfile", FIELD(textfile)},
		{"snapshot", FIELD(snapshot)},
#undef FIELD
	};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const char *is;
		struct run run;

		assert_int_equal(read_key(*state, rows[i].key, "/a b", &run), 0);
		memcpy(&is, (const char *)&run.config + rows[i].field, sizeof(is));
		assert_string_equal(is, "/a b");
		vwd_config_free(&run.config);
		assert_int_equal(read_key(*state, rows[i].key, "", &run), 0);
		memcpy(&is, (const char *)&run.config + rows[i].field, sizeof(is));
		assert_null(is);
		vwd_config_free(&run.config);
	}
}

/* An address that is empty is nowhere; of a higher rank none of a lower one is left. */
static void test_addresses(void **state)
{
	static char empty[] = "--listen=", one[] = "-l/one", two[] = "--listen=/two";
	static char *const none[] = {empty, NULL}, *const some[] = {empty, one, two, NULL};
	static const struct {
		const char *text;
		char *const *more;
		size_t count;
		const char *first;
	} rows[] = {
		{HEAD, NULL, 1, "127.0.0.1:9796"},
		{HEAD "listen =\n", NULL, 0, NULL},
		{HEAD "listen =\nlisten = /a\n", NULL, 1, "/a"},
		{HEAD "listen = /a\nlisten =\n", NULL, 1, "/a"},
		{HEAD "listen = /a\nlisten = /b\n", NULL, 2, "/a"},
		{HEAD "listen = /a\nlisten = /b\n", none, 0, NULL},
		{HEAD "listen = /a\nlisten = /b\n", some, 2, "/one"},
		{HEAD
		 "listen = /0\nlisten = /1\nlisten = /2\nlisten = /3\nlisten = /4\nlisten = /5\nlisten = /6\n"
		 "listen = /7\nlisten = /8\nlisten = /9\nlisten = /a\nlisten = /b\nlisten = /c\nlisten = /d\n"
		 "listen = /e\nlisten = /f\n",
		 NULL, 16, "/0"},
	};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct run run;

		read_config(*state, rows[i].text, rows[i].more, &run);
		assert_int_equal(run.r, 0);
		assert_int_equal(run.config.listen.count, rows[i].count);
		if (rows[i].first)
			assert_string_equal(run.config.listen.address[0], rows[i].first);
		vwd_config_free(&run.config);
	}
}

/* The command line's own. */

static void test_flags(void **state)
{
	static char help[] = "--help", version[] = "--version", check[] = "--check-config", h[] = "-h",
		    v[] = "-V", off[] = "--timing=off", cut[] = "--sett=7ms";
	static const struct {
		char *argument;
		bool help, version, check;
	} rows[] = {{help, true, false, false}, {h, true, false, false},     {version, false, true, false},
		    {v, false, true, false},    {check, false, false, true}, {off, false, false, false},
		    {cut, false, false, false}};
	struct scratch *scratch = *state;
	char path[96];

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char *const more[] = {rows[i].argument, NULL};
		struct run run;

		read_config(scratch, HEAD "timing = yes\n", more, &run);
		assert_int_equal(run.r, 0);
		assert_int_equal(run.config.help, rows[i].help);
		assert_int_equal(run.config.version, rows[i].version);
		assert_int_equal(run.config.check, rows[i].check);
		/* who asks for help or the version need not have a file that is right */
		assert_int_equal(run.config.timing,
				 !rows[i].help && !rows[i].version && rows[i].argument != off);
		assert_int_equal(run.config.settle, rows[i].argument == cut ? 7 : 500);
		vwd_config_free(&run.config);
		snprintf(path, sizeof(path), "%s/conf", scratch->directory);
		assert_int_equal(unlink(path), 0);
		read_config(scratch, NULL, more, &run);
		assert_int_equal(run.r, rows[i].help || rows[i].version ? 0 : -ENOENT);
		vwd_config_free(&run.config);
	}
}

/* A file that nobody named may be missing; one that is named may not, but its name may be empty. */
static void test_files(void **state)
{
	static char name[] = "virtwhered", none[] = "--config=", letter[] = "-c", gone[] = "/nothing/at/all",
		    *argv[] = {name, none, NULL}, *missing[] = {name, letter, gone, NULL},
		    *plain[] = {name, NULL};
	struct run run = {.r = 0};

	(void)state;
	assert_int_equal(vwd_config_read(2, argv, &run.config, run.problem, sizeof(run.problem)), 0);
	assert_null(run.config.file);
	assert_int_equal(run.config.settle, 500);
	vwd_config_free(&run.config);
	assert_int_equal(vwd_config_read(3, missing, &run.config, run.problem, sizeof(run.problem)), -ENOENT);
	assert_string_equal(run.problem, "/nothing/at/all: No such file or directory");
	if (access(VW_CONFIG_FILE, F_OK) == 0)
		LEAVE_OUT_ALL(VW_CONFIG_FILE " is there on this machine");
	assert_int_equal(vwd_config_read(1, plain, &run.config, run.problem, sizeof(run.problem)), 0);
	assert_string_equal(run.config.file, VW_CONFIG_FILE);
	assert_int_equal(run.config.connections, 64);
	assert_int_equal(run.config.timeout, 10000);
	assert_null(run.config.textfile);
	assert_null(run.config.web_config);
	vwd_config_free(&run.config);
}

/* Sizes. */

/* A line that the parser has room for is taken whole, a longer one is told; none is cut. */
static void test_lengths(void **state)
{
	bool too_long = false;
	size_t taken = 0;

	for (size_t length = 100; length < 400; length++) {
		char value[512];
		struct run run;

		memset(value, 'x', length);
		value[length] = '\0';
		if (read_key(*state, "textfile", value, &run) == 0) {
			assert_false(too_long);
			assert_string_equal(run.config.textfile, value);
			taken = length;
			vwd_config_free(&run.config);
			continue;
		}
		too_long = true;
		assert_non_null(strstr(run.problem, "/conf:2: is too long"));
	}
	assert_true(too_long && taken > 150);
}

static void test_sizes(void **state)
{
	static char text[VW_CONFIG_LIMIT + 2], long_path[PATH_MAX + 16] = "--textfile=";
	char *const more[] = {long_path, NULL};
	struct run run;

	/* the largest file */
	memset(text, '\n', VW_CONFIG_LIMIT);
	memcpy(text, HEAD, strlen(HEAD));
	memcpy(text + VW_CONFIG_LIMIT - 13, "timing = yes\n", 13);
	read_config(*state, text, NULL, &run);
	assert_int_equal(run.r, 0);
	assert_true(run.config.timing);
	vwd_config_free(&run.config);
	text[VW_CONFIG_LIMIT] = '\n';
	read_config(*state, text, NULL, &run);
	assert_int_equal(run.r, -EINVAL);

	memset(long_path + 11, 'x', PATH_MAX - 1);
	read_config(*state, HEAD, more, &run);
	assert_int_equal(run.r, 0);
	assert_int_equal(strlen(run.config.textfile), PATH_MAX - 1);
	vwd_config_free(&run.config);
	long_path[11 + PATH_MAX - 1] = 'x';
	read_config(*state, HEAD, more, &run);
	assert_int_equal(run.r, -EINVAL);
	assert_non_null(strstr(run.problem, "is too long, or holds what cannot be printed"));
}

/* A name in a message is cut, its line is not lost. */
static void test_long_names(void **state)
{
	char text[256], expected[320], name[101];
	struct scratch *scratch = *state;
	struct run run;

	memset(name, 'n', 100);
	name[100] = '\0';
	snprintf(text, sizeof(text), "[%s]\n", name);
	read_config(scratch, text, NULL, &run);
	snprintf(expected, sizeof(expected), "%s/conf:1: no such section: [%.60s]", scratch->directory, name);
	assert_string_equal(run.problem, expected);
	snprintf(text, sizeof(text), HEAD "%.70s = 1\n", name);
	read_config(scratch, text, NULL, &run);
	assert_int_equal(run.r, -EINVAL);
	snprintf(text, sizeof(text), HEAD "timing = %s\n", name);
	read_config(scratch, text, NULL, &run);
	snprintf(expected, sizeof(expected), "%s/conf:2: timing: '%.63s' is neither yes nor no",
		 scratch->directory, name);
	assert_string_equal(run.problem, expected);
}

/* Wherever memory ends, it is said, and nothing of the configuration is left. @length: of four values, so
 * that what comes after them begins another block of memory. */
static void read_without_memory(const struct scratch *scratch, size_t length)
{
	static char name[] = "virtwhered", option[] = "--config", text[4][PATH_MAX + 32];
	static const char *const keys[] = {"textfile", "report-file", "state-directory", "snapshot"};
	char path[96], *argv[] = {name, option, path, text[0], text[1], text[2], text[3], NULL};
	unsigned long number;

	snprintf(path, sizeof(path), "%s/conf", scratch->directory);
	for (size_t i = 0; i < 4; i++)
		snprintf(text[i], sizeof(text[i]), "--%s=/%0*d", keys[i], (int)length, 0);
	for (number = 1; number < 1000; number++) {
		struct run run = {.r = 0};

		memory_ends_at(number);
		run.r = vwd_config_read(7, argv, &run.config, run.problem, sizeof(run.problem));
		if (!memory_had_ended()) {
			assert_int_equal(run.r, 0);
			assert_int_equal(run.config.listen.count, 6);
			vwd_config_free(&run.config);
			break;
		}
		if (run.r != -ENOMEM || strcmp(run.problem, "out of memory") != 0)
			fail_msg("allocation %lu: %d, %s", number, run.r, run.problem);
		assert_null(run.config.arena);
	}
	assert_in_range(number, 3, 999);
}

static void test_memory(void **state)
{
	struct vwb_buffer text = {0};
	char path[96];

	if (!memory_ends_at(0))
		LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
	snprintf(path, sizeof(path), "%s/conf", ((const struct scratch *)*state)->directory);
	vwb_put(&text, HEAD);
	for (unsigned i = 0; i < 6; i++)
		vwb_putf(&text, "listen = /%090u\n", i);
	vwb_putf(&text, "web-config-file = /%090u\n", 0U);
	write_text(path, text.data);
	vwb_buffer_free(&text);
	for (size_t length = 3800; length < PATH_MAX - 2; length += 16)
		read_without_memory(*state, length);
}

/* The help, as a whole: each option with its argument, meaning and standard. */
static void test_help(void **state)
{
	static const char help[] =
		"Usage: virtwhered [OPTIONS]\n"
		"\n"
		"Keep a report of the virtualization layers under this system, and serve it with its "
		"metrics.\n"
		"Each option but -c, -h, -V and --check-config is a key of /etc/virtwhere/virtwhered.conf, "
		"too.\n"
		"\n"
		"  -c, --config=FILE               read this configuration (/etc/virtwhere/virtwhered.conf)\n"
		"  -l, --listen=ADDRESS            serve HTTP there: 127.0.0.1:9796, [::1]:9796, "
		"/run/virtwhere/http; several times, empty: nowhere (127.0.0.1:9796)\n"
		"      --web-config-file=FILE      TLS and passwords, as exporter-toolkit reads them\n"
		"      --connections=COUNT         connections at one time (64)\n"
		"      --timeout=TIME              for a request to arrive, and for its answer to be taken "
		"(10s)\n"
		"      --report-file=FILE          keep the report there; empty: nowhere "
		"(/run/virtwhere/report.json)\n"
		"      --state-directory=DIR       remember the last report there, to say what changed; "
		"empty: nowhere (/var/lib/virtwhere)\n"
		"      --textfile=FILE             write the metrics there, too, for node_exporter's "
		"textfile collector\n"
		"      --interval=TIME             probe at least so often; 0: only when something happens "
		"(1h)\n"
		"      --settle=TIME               wait for so much quiet after an event of a device "
		"(500ms)\n"
		"      --timing=yes|no             measure how long a CPUID instruction takes, too (no)\n"
		"      --snapshot=PATH             report a recorded machine, never this one\n"
		"      --check-config              read the configuration, say what is wrong with it, and "
		"end\n"
		"  -h, --help                      print this\n"
		"  -V, --version                   print the version\n";
	struct vwb_buffer out = {0};

	(void)state;
	vwd_config_help(&out);
	assert_int_equal(out.error, 0);
	assert_string_equal(out.data, help);
	vwb_buffer_free(&out);
}

/* A file that comes in pieces is read whole. */
static void test_pieces(void **state)
{
	struct run run;

	piecemeal = true;
	read_config(*state, HEAD "listen = /a\ntextfile = /somewhere/else\ntiming = yes\n", NULL, &run);
	piecemeal = false;
	assert_int_equal(run.r, 0);
	assert_true(run.config.timing);
	vwd_config_free(&run.config);
}

static struct scratch *place;

static void live(void)
{
	struct run run;

	read_config(place, HEAD "listen = /a\ntextfile = /t\n", NULL, &run);
	assert_int_equal(run.r, 0);
	vwd_config_free(&run.config);
	read_config(place, HEAD "listen = /a\ntextfile = /t\nnonsense = 1\n", NULL, &run);
	assert_int_equal(run.r, -EINVAL);
}

/* Neither memory nor descriptors. */
static void test_left_behind(void **state)
{
	place = *state;
	check_leaves_nothing(live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_bad_files),
		TEST(test_hostile_files),
		TEST(test_all_keys),
		TEST(test_standards),
		TEST(test_ranks),
		TEST(test_bad_arguments),
		TEST(test_too_many_addresses),
		TEST(test_help),
		TEST(test_bounds),
		TEST(test_switches),
		TEST(test_texts),
		TEST(test_addresses),
		TEST(test_flags),
		TEST(test_files),
		TEST(test_lengths),
		TEST(test_sizes),
		TEST(test_long_names),
		TEST(test_memory),
		TEST(test_pieces),
		TEST(test_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
