/* SPDX-License-Identifier: MIT */
#include "agent/log.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buffer.h"

void vwd_log_say(int priority, const char *format, ...)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer line = {0};
	struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};
	char text[1024];
	bool journal = getenv("JOURNAL_STREAM");
	va_list arguments;

	if (!journal && priority == LOG_DEBUG)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	vwb_text_clean(text, strlen(text));
	if (journal)
		vwb_putf(&line, "<%d>%s\n", priority, text);
	else
		vwb_putf(&line, "virtwhered: %s\n", text);
	/* A reader that has stopped must not stop us: what nobody takes is dropped. A pipe that takes
	 * anything takes a line of ours whole (pipe(7), PIPE_BUF). */
	if (line.data && poll(&standard_error, 1, 0) == 1 && standard_error.revents & POLLOUT)
		(void)!write(STDERR_FILENO, line.data, line.size);
}

void vwd_log_trouble(struct vwd_log_trouble *trouble, int err, const char *what, const char *reason)
{
	if (err == trouble->err)
		return;
	if (err < 0)
		vwd_log_say(LOG_WARNING, "%s: %s", what, reason ? reason : strerror(-err));
	else
		vwd_log_say(LOG_NOTICE, "%s: works again", what);
	trouble->err = err;
}

int vwd_log_problem(char *problem, size_t size, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem, size, format, arguments);
	va_end(arguments);
	vwb_text_clean(problem, strlen(problem));
	return err;
}
