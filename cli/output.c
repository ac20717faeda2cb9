/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "export/file.h"

void vw_complain(const char *format, ...)
{
	_cleanup_(vw_buffer_free) struct vw_buffer line = {0};
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	vw_clean(text, strlen(text));
	vw_putf(&line, "virtwhere: %s\n", text);
	if (line.data)
		(void)!vw_write_all(STDERR_FILENO, line.data, line.size);
}

static const char *reason_of(int error)
{
	switch (error) {
	case -EOPNOTSUPP:
		return "JSON needs libjansson.so.4, which is not installed";
	case -EBADMSG:
		return "a string of the report is not UTF-8";
	default:
		return strerror(-error);
	}
}

enum vw_exit vw_print(const struct vw_buffer *out, int rendered, enum vw_exit otherwise)
{
	int r;

	if (rendered < 0) {
		vw_complain("%s", reason_of(rendered));
		return VW_EXIT_INTERNAL;
	}
	if (!out->size)
		return otherwise;
	r = vw_write_all(STDOUT_FILENO, out->data, out->size);
	if (r == 0 && close(STDOUT_FILENO) < 0)
		r = -errno;
	if (r < 0) {
		vw_complain("standard output: %s", strerror(-r));
		return VW_EXIT_INTERNAL;
	}
	return otherwise;
}

enum vw_exit vw_print_to(const char *path, const struct vw_buffer *out, int rendered, enum vw_exit otherwise)
{
	int r;

	if (!path || rendered < 0)
		return vw_print(out, rendered, otherwise);
	r = vw_write_file(path, out->data ? out->data : "", out->size);
	if (r < 0) {
		vw_complain("%s: %s", path, strerror(-r));
		return VW_EXIT_INTERNAL;
	}
	return otherwise;
}

/* --- how to show -----------------------------------------------------------------------------------------
 */

/* The character set as setlocale(3) would find it; setlocale() itself would open the locale's files. */
static bool speaks_utf8(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < VW_COUNT(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "utf8");
	}
	return false;
}

/* https://no-color.org: any value but the empty one. */
static bool wants_colour(enum vw_colour asked, bool terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (asked != VW_COLOUR_AUTO)
		return asked == VW_COLOUR_ALWAYS;
	return terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static int days_of_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365;
}

/* RFC 3339, in UTC. gmtime(3) would read the time zone's file first. */
static const char *now(char *text, size_t size)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct timespec time;
	int days, seconds, year = 1970, month = 0;

	if (clock_gettime(CLOCK_REALTIME, &time) < 0 || time.tv_sec < 0)
		return NULL;
	days = (int)(time.tv_sec / 86400);
	seconds = (int)(time.tv_sec % 86400);
	for (; days >= days_of_year(year); year++)
		days -= days_of_year(year);
	for (;; month++) {
		int length = lengths[month] + (month == 1 && days_of_year(year) == 366);

		if (days < length)
			break;
		days -= length;
	}
	snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month + 1, days + 1, seconds / 3600,
		 seconds / 60 % 60, seconds % 60);
	return text;
}

void vw_settle_view(struct vw_request *request)
{
	static char captured[64];
	struct winsize window = {0};
	bool terminal = ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0;

	request->view.colour = wants_colour(request->colour, terminal);
	request->view.ascii = !speaks_utf8();
	request->view.columns = window.ws_col;
	request->view.privileged = getauxval(AT_EUID) == 0;
	request->view.captured = now(captured, sizeof(captured));
}
