/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_SAID_H
#define VW_TESTS_UNIT_SAID_H

/* What is written to standard error, which nobody else sees meanwhile. Include after <cmocka.h>. */

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	int pipe[2], before;
	char text[8192];
} said;

static inline void said_begin(void)
{
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(pipe2(said.pipe, O_CLOEXEC | O_NONBLOCK), 0);
	said.before = dup(STDERR_FILENO);
	assert_true(said.before >= 0 && dup2(said.pipe[1], STDERR_FILENO) >= 0);
}

/* Since it was asked the last time. */
static inline const char *said_since(void)
{
	ssize_t size = read(said.pipe[0], said.text, sizeof(said.text) - 1);

	said.text[size > 0 ? size : 0] = '\0';
	return said.text;
}

static inline const char *said_end(void)
{
	const char *text = said_since();

	assert_true(dup2(said.before, STDERR_FILENO) >= 0);
	close(said.before);
	close(said.pipe[0]);
	close(said.pipe[1]);
	return text;
}

#endif
