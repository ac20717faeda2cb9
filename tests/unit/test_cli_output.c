/* SPDX-License-Identifier: MIT */

/*
 * Where output goes and how it is shown: what is said when it cannot be written, and what terminal,
 * environment and clock decide. They are played by this program.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "tests/unit/heard.h"

static struct {
	bool on;
	int64_t clock; /* seconds since 1970 */
	bool no_clock;
	int close_error; /* of standard output, or 0 */
	bool terminal;
	unsigned short columns;
	unsigned long user; /* the effective one, as the kernel told at the start */
} played;

int clock_in_place(clockid_t id, struct timespec *ret) __asm__("clock_gettime");
int close_in_place(int fd) __asm__("close");
int ioctl_in_place(int fd, unsigned long number, void *argument) __asm__("ioctl");
unsigned long auxiliary_in_place(unsigned long type) __asm__("getauxval");

static int fail_with(int error)
{
	errno = error;
	return -1;
}

int clock_in_place(clockid_t id, struct timespec *ret)
{
	if (!played.on || id != CLOCK_REALTIME)
		return (int)syscall(SYS_clock_gettime, id, ret);
	*ret = (struct timespec){.tv_sec = played.clock, .tv_nsec = 999999999};
	return played.no_clock ? fail_with(EINVAL) : 0;
}

int close_in_place(int fd)
{
	int r = (int)syscall(SYS_close, fd);

	return played.on && fd == STDOUT_FILENO && played.close_error ? fail_with(played.close_error) : r;
}

int ioctl_in_place(int fd, unsigned long number, void *argument)
{
	if (!played.on)
		return (int)syscall(SYS_ioctl, fd, number, argument);
	if (fd != STDOUT_FILENO || number != TIOCGWINSZ || !played.terminal)
		return fail_with(ENOTTY);
	*(struct winsize *)argument = (struct winsize){.ws_row = 25, .ws_col = played.columns};
	return 0;
}

unsigned long auxiliary_in_place(unsigned long type)
{
	unsigned long (*real)(unsigned long);

	if (played.on && type == AT_EUID)
		return played.user;
	*(void **)&real = dlsym(RTLD_NEXT, "getauxval");
	return real ? real(type) : 0;
}

/* What is written. */

/* Standard output of a call, and how it ended. */
struct printed {
	int status;
	char text[256];
	size_t size;
	bool closed; /* afterwards */
};

/* In a process of its own, whose standard output is @out, or what is read back. */
static void print(const char *path, const struct vwb_buffer *buffer, int rendered, int out,
		  struct printed *ret, struct heard *heard)
{
	FILE *file = tmpfile();
	int status;
	pid_t child;

	assert_non_null(file);
	hear(heard);
	child = fork();
	if (child == 0) {
		int result;

		dup2(out >= 0 ? out : fileno(file), STDOUT_FILENO);
		played.on = true;
		result = path ? (int)vwc_output_print_to(path, buffer, rendered, VW_EXIT_NO)
			      : (int)vwc_output_print(buffer, rendered, VW_EXIT_UNDETERMINED);
		_exit(result | (fcntl(STDOUT_FILENO, F_GETFD) < 0 ? 0x40 : 0));
	}
	(void)waitpid(child, &status, 0);
	heard_all(heard);
	assert_true(WIFEXITED(status));
	ret->status = WEXITSTATUS(status) & 0x3f;
	ret->closed = WEXITSTATUS(status) & 0x40;
	rewind(file);
	ret->size = fread(ret->text, 1, sizeof(ret->text) - 1, file);
	ret->text[ret->size] = '\0';
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	struct vwb_buffer *buffer = calloc(1, sizeof(*buffer));

	assert_non_null(buffer);
	vwb_put(buffer, "what was rendered\n");
	played.close_error = 0;
	*state = buffer;
	return 0;
}

static int teardown(void **state)
{
	vwb_buffer_free(*state);
	free(*state);
	return 0;
}

static void output_is_written_and_closed(void **state)
{
	const struct vwb_buffer none = {0};
	struct printed printed;
	struct heard heard;

	print(NULL, *state, 0, -1, &printed, &heard);
	assert_string_equal(printed.text, "what was rendered\n");
	assert_string_equal(heard.text, "");
	assert_int_equal(printed.status, VW_EXIT_UNDETERMINED);
	assert_true(printed.closed);

	print(NULL, &none, 0, -1, &printed, &heard);
	assert_string_equal(printed.text, "");
	assert_string_equal(heard.text, "");
	assert_int_equal(printed.status, VW_EXIT_UNDETERMINED);
	assert_false(printed.closed);
}

static void output_that_fails_is_told(void **state)
{
	static const struct {
		const char *path;
		int close_error;
		const char *said;
	} rows[] = {
		{"/dev/full", 0, "virtwhere: standard output: No space left on device\n"},
		{"/dev/full", EIO, "virtwhere: standard output: No space left on device\n"},
		{"/dev/null", EIO, "virtwhere: standard output: Input/output error\n"},
		{"/dev/null", ENOSPC, "virtwhere: standard output: No space left on device\n"},
		{"/dev/null", EDQUOT, "virtwhere: standard output: Disk quota exceeded\n"},
		{"/dev/null", 0, ""},
	};
	const struct vwb_buffer none = {0};
	struct printed printed;
	struct heard heard;
	int fd;

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		fd = open(rows[i].path, O_WRONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		played.close_error = rows[i].close_error;
		print(NULL, *state, 0, fd, &printed, &heard);
		assert_string_equal(heard.text, rows[i].said);
		assert_int_equal(printed.status, *rows[i].said ? VW_EXIT_INTERNAL : VW_EXIT_UNDETERMINED);
		/* of nothing, nothing can fail */
		print(NULL, &none, 0, fd, &printed, &heard);
		assert_string_equal(heard.text, "");
		assert_int_equal(printed.status, VW_EXIT_UNDETERMINED);
		close(fd);
	}
	played.close_error = 0;
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	print(NULL, *state, 0, fd, &printed, &heard);
	assert_string_equal(heard.text, "virtwhere: standard output: Bad file descriptor\n");
	assert_int_equal(printed.status, VW_EXIT_INTERNAL);
	close(fd);
}

/* Nothing is written of what was not rendered, to a file neither. */
static void reasons_are_told(void **state)
{
	static const struct {
		int error;
		const char *said;
	} rows[] = {
		{-EOPNOTSUPP, "virtwhere: JSON needs libjansson.so.4, which is not installed\n"},
		{-EBADMSG, "virtwhere: a string of the report is not UTF-8\n"},
		{-ENOMEM, "virtwhere: Cannot allocate memory\n"},
		{-E2BIG, "virtwhere: Argument list too long\n"},
	};
	char path[64];
	struct printed printed;
	struct heard heard;

	snprintf(path, sizeof(path), "/tmp/virtwhere-test-not-written-%ld", (long)getpid());
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (int file = 0; file < 2; file++) {
			print(file ? path : NULL, *state, rows[i].error, -1, &printed, &heard);
			assert_string_equal(heard.text, rows[i].said);
			assert_string_equal(printed.text, "");
			assert_int_equal(printed.status, VW_EXIT_INTERNAL);
			assert_int_equal(access(path, F_OK), -1);
		}
}

static void file_is_written_whole(void **state)
{
	char path[] = "/tmp/virtwhere-test.XXXXXX", text[64];
	const struct vwb_buffer none = {0};
	const struct vwb_buffer *rows[] = {*state, &none};
	struct printed printed;
	struct heard heard;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		FILE *file;

		print(path, rows[i], 0, -1, &printed, &heard);
		assert_string_equal(heard.text, "");
		assert_string_equal(printed.text, "");
		assert_int_equal(printed.status, VW_EXIT_NO);
		assert_false(printed.closed);
		file = fopen(path, "re");
		assert_non_null(file);
		assert_int_equal(fread(text, 1, sizeof(text), file), rows[i]->size);
		if (rows[i]->size)
			assert_memory_equal(text, rows[i]->data, rows[i]->size);
		assert_int_equal(fclose(file), 0);
	}
	unlink(path);
	print("/nonexistent/report", *state, 0, -1, &printed, &heard);
	assert_string_equal(heard.text, "virtwhere: /nonexistent/report: No such file or directory\n");
	assert_int_equal(printed.status, VW_EXIT_INTERNAL);
}

static void complaints_are_one_clean_line(void **state)
{
	static char endless[2000];
	struct heard heard;

	(void)state;
	hear(&heard);
	vwc_complain("%s: %d",
		     "a\033[31m\xff"
		     "b\xc3\xa4",
		     7);
	heard_all(&heard);
	assert_string_equal(heard.text, "virtwhere: a?[31m?b\xc3\xa4: 7\n");
	memset(endless, 'x', sizeof(endless) - 1);
	hear(&heard);
	vwc_complain("%s", endless);
	heard_all(&heard);
	assert_int_equal(strlen(heard.text), strlen("virtwhere: ") + 1023 + 1);
	assert_int_equal(heard.text[strlen(heard.text) - 1], '\n');
	hear(&heard);
	vwc_complain("%s", "one\ntwo");
	heard_all(&heard);
	assert_ptr_equal(strchr(heard.text, '\n'), heard.text + strlen(heard.text) - 1);
}

/* How it is shown. */

static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "TERM"};

/* Settle it in an environment of @values, in the order of @variables; NULL leaves one out. */
static struct vwc_request settled(const char *const *values, enum vwc_colour colour)
{
	struct vwc_request request = {.colour = colour};

	for (size_t i = 0; i < VW_COUNT(variables); i++) {
		if (values[i])
			setenv(variables[i], values[i], 1);
		else
			unsetenv(variables[i]);
	}
	played.on = true;
	vwc_view_settle(&request);
	played.on = false;
	return request;
}

static void locale_decides_the_characters(void **state)
{
	static const struct {
		const char *values[5];
		bool ascii;
	} rows[] = {
		{{NULL}, true},
		{{"C"}, true},
		{{"C.UTF-8"}, false},
		{{"de_DE.utf8"}, false},
		{{"de_DE.Utf-8@euro"}, false},
		{{"de_DE.UTF8"}, false},
		{{"de_DE.ISO-8859-1"}, true},
		{{"utf"}, true},
		{{"C", "C.UTF-8", "C.UTF-8"}, true},
		{{"C.UTF-8", "C", "C"}, false},
		{{"", "C.UTF-8", "C"}, false},
		{{"", "C", "C.UTF-8"}, true},
		{{NULL, "C.UTF-8", "C"}, false},
		{{NULL, "C", "C.UTF-8"}, true},
		{{NULL, "", "C.UTF-8"}, false},
		{{NULL, NULL, "C.UTF-8"}, false},
		{{NULL, NULL, "C"}, true},
		{{"", "", ""}, true},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		assert_int_equal(settled(rows[i].values, VW_COLOUR_AUTO).view.ascii, rows[i].ascii);
}

static void terminal_and_environment_decide_on_colour(void **state)
{
	static const struct {
		bool terminal;
		const char *no_color, *term;
		bool coloured; /* unless told otherwise */
	} rows[] = {
		{true, NULL, "xterm", true},  {true, "", "xterm", true},     {true, "1", "xterm", false},
		{true, "0", "xterm", false},  {true, NULL, "dumb", false},   {true, NULL, NULL, false},
		{true, NULL, "dumber", true}, {false, NULL, "xterm", false}, {false, "", "xterm", false},
		{false, "1", "dumb", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const char *const values[] = {"C", NULL, NULL, rows[i].no_color, rows[i].term};

		played.terminal = rows[i].terminal;
		assert_int_equal(settled(values, VW_COLOUR_AUTO).view.colour, rows[i].coloured);
		assert_true(settled(values, VW_COLOUR_ALWAYS).view.colour);
		assert_false(settled(values, VW_COLOUR_NEVER).view.colour);
	}
}

static void terminal_has_its_width(void **state)
{
	static const unsigned short widths[] = {0, 1, 40, 80, 65535};
	static const char *const values[5];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(widths); i++) {
		played.columns = widths[i];
		played.terminal = true;
		assert_int_equal(settled(values, VW_COLOUR_AUTO).view.columns, widths[i]);
		played.terminal = false;
		assert_int_equal(settled(values, VW_COLOUR_AUTO).view.columns, 0);
	}
}

static void root_is_privileged(void **state)
{
	static const unsigned long users[] = {0, 1, 1000, 65534};
	static const char *const values[5];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(users); i++) {
		played.user = users[i];
		assert_int_equal(settled(values, VW_COLOUR_AUTO).view.privileged, users[i] == 0);
	}
}

static void time_is_in_utc(void **state)
{
	static const struct {
		int64_t clock;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},          {59, "1970-01-01T00:00:59Z"},
		{60, "1970-01-01T00:01:00Z"},         {3599, "1970-01-01T00:59:59Z"},
		{3600, "1970-01-01T01:00:00Z"},       {86399, "1970-01-01T23:59:59Z"},
		{86400, "1970-01-02T00:00:00Z"},      {31535999, "1970-12-31T23:59:59Z"},
		{31536000, "1971-01-01T00:00:00Z"},   {68169600, "1972-02-29T00:00:00Z"},
		{94694399, "1972-12-31T23:59:59Z"},   {951782400, "2000-02-29T00:00:00Z"},
		{951868800, "2000-03-01T00:00:00Z"},  {1709251199, "2024-02-29T23:59:59Z"},
		{1709251200, "2024-03-01T00:00:00Z"}, {1735689599, "2024-12-31T23:59:59Z"},
		{1740787200, "2025-03-01T00:00:00Z"}, {4107542399, "2100-02-28T23:59:59Z"},
		{4107542400, "2100-03-01T00:00:00Z"}, {13574563200, "2400-02-29T00:00:00Z"},
	};
	static const char *const values[5];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		played.clock = rows[i].clock;
		assert_string_equal(settled(values, VW_COLOUR_AUTO).view.captured, rows[i].text);
	}
	/* every day of a leap year and its neighbours, as the C library has it */
	for (int64_t day = 0; day < 3 * 366; day++) {
		time_t clock = 1672531200 + day * 86400 + 12345;
		struct tm tm;
		char right[64];

		played.clock = clock;
		assert_non_null(gmtime_r(&clock, &tm));
		strftime(right, sizeof(right), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_string_equal(settled(values, VW_COLOUR_AUTO).view.captured, right);
	}
	played.clock = -1;
	assert_null(settled(values, VW_COLOUR_AUTO).view.captured);
	played.clock = 0;
	played.no_clock = true;
	assert_null(settled(values, VW_COLOUR_AUTO).view.captured);
	played.no_clock = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_is_written_and_closed),
		TEST(output_that_fails_is_told),
		TEST(reasons_are_told),
		TEST(file_is_written_whole),
		TEST(complaints_are_one_clean_line),
		TEST(locale_decides_the_characters),
		TEST(terminal_and_environment_decide_on_colour),
		TEST(terminal_has_its_width),
		TEST(root_is_privileged),
		TEST(time_is_in_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
