/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_HEARD_H
#define VW_TESTS_UNIT_HEARD_H

/* What a call writes to standard error. Include after <cmocka.h>. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct heard {
	char text[4096];
	FILE *file;
	int before; /* where standard error went */
};

/* From here on it goes into a file, until heard_all() takes it out. No assertion may stand between. */
static inline void hear(struct heard *heard)
{
	memset(heard->text, 0, sizeof(heard->text));
	heard->file = tmpfile();
	assert_non_null(heard->file);
	heard->before = dup(STDERR_FILENO);
	assert_true(heard->before >= 0);
	assert_true(dup2(fileno(heard->file), STDERR_FILENO) >= 0);
}

static inline void heard_all(struct heard *heard)
{
	assert_true(dup2(heard->before, STDERR_FILENO) >= 0);
	close(heard->before);
	rewind(heard->file);
	assert_true(fread(heard->text, 1, sizeof(heard->text) - 1, heard->file) < sizeof(heard->text) - 1);
	assert_int_equal(fclose(heard->file), 0);
}

#endif
