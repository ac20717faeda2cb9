/* SPDX-License-Identifier: MIT */
#include "agent/log.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "export/buffer.h"

/* A reader that has stopped must not stop us: what nobody takes is dropped. A pipe that takes anything takes
 * a line of ours whole (pipe(7), PIPE_BUF). */
static void put_line(const char *line, size_t size)
{
	struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (poll(&standard_error, 1, 0) == 1 && standard_error.revents & POLLOUT)
		(void)!write(STDERR_FILENO, line, size);
}

void vw_say(int priority, const char *format, ...)
{
	_cleanup_(vw_buffer_free) struct vw_buffer line = {0};
	char text[1024];
	bool journal = getenv("JOURNAL_STREAM");
	va_list arguments;

	if (!journal && priority == LOG_DEBUG)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	vw_clean(text, strlen(text));
	if (journal)
		vw_putf(&line, "<%d>%s\n", priority, text);
	else
		vw_putf(&line, "virtwhered: %s\n", text);
	if (line.data)
		put_line(line.data, line.size);
}

void vw_trouble(struct vw_trouble *trouble, int err, const char *what, const char *reason)
{
	if (err == trouble->err)
		return;
	if (err < 0)
		vw_say(LOG_WARNING, "%s: %s", what, reason ? reason : strerror(-err));
	else
		vw_say(LOG_NOTICE, "%s: works again", what);
	trouble->err = err;
}

int vw_blame(char *problem, size_t size, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem, size, format, arguments);
	va_end(arguments);
	vw_clean(problem, strlen(problem));
	return err;
}
