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
#include "export/consumer.h"
#include "base/file.h"
#include "base/clock.h"

void vwc_complain(const char *format, ...)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer line = {0};
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	vwb_text_clean(text, strlen(text));
	vwb_put(&line, "virtwhere: ");
	vwx_escape(&line, VW_FOR_LOG, text, strlen(text));
	vwb_put(&line, "\n");
	if (line.data)
		(void)!vwb_fd_write(STDERR_FILENO, line.data, line.size);
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

enum vwc_exit vwc_output_print(const struct vwb_buffer *out, int rendered, enum vwc_exit otherwise)
{
	int r;

	if (rendered < 0) {
		vwc_complain("%s", reason_of(rendered));
		return VW_EXIT_INTERNAL;
	}
	if (!out->size)
		return otherwise;
	r = vwb_fd_write(STDOUT_FILENO, out->data, out->size);
	if (r == 0 && close(STDOUT_FILENO) < 0)
		r = -errno;
	if (r < 0) {
		vwc_complain("standard output: %s", strerror(-r));
		return VW_EXIT_INTERNAL;
	}
	return otherwise;
}

enum vwc_exit vwc_output_print_to(const char *path, const struct vwb_buffer *out, int rendered,
				  enum vwc_exit otherwise)
{
	int r;

	if (!path || rendered < 0)
		return vwc_output_print(out, rendered, otherwise);
	r = vwb_file_write(path, out->data ? out->data : "", out->size);
	if (r < 0) {
		vwc_complain("%s: %s", path, strerror(-r));
		return VW_EXIT_INTERNAL;
	}
	return otherwise;
}

/* How to show. */

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
static bool wants_colour(enum vwc_colour asked, bool terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (asked != VW_COLOUR_AUTO)
		return asked == VW_COLOUR_ALWAYS;
	return terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

void vwc_view_settle(struct vwc_request *request)
{
	static char captured[VWB_TIME_SIZE];
	struct winsize window = {0};
	bool terminal = ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0;

	request->view.colour = wants_colour(request->colour, terminal);
	request->view.ascii = !speaks_utf8();
	request->view.columns = window.ws_col;
	request->view.privileged = getauxval(AT_EUID) == 0;
	if (vwb_time_now(captured))
		request->view.captured = captured;
}
