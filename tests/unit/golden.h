/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_GOLDEN_H
#define VW_TESTS_UNIT_GOLDEN_H

/*
 * Whole documents, held byte for byte against tests/unit/golden/NAME. With VW_GOLDEN=write in the environment
 * they are recorded instead: whoever does that reads each line that changed. Include after <cmocka.h>.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"

#define GOLDEN_FOLDER "tests/unit/golden/"

/* Put @with in the place of what stands from each @begin to the next @end; neither is replaced itself. */
static inline void golden_replace(struct vwb_buffer *text, const char *begin, const char *end,
				  const char *with)
{
	struct vwb_buffer out = {0};
	const char *at = text->data, *found;

	while ((found = strstr(at, begin))) {
		const char *rest = strstr(found + strlen(begin), end);

		if (!rest)
			break;
		vwb_put_bytes(&out, at, (size_t)(found - at) + strlen(begin));
		vwb_put(&out, with);
		at = rest;
	}
	vwb_put(&out, at);
	vwb_buffer_free(text);
	*text = out;
}

static inline void golden_replace_version(struct vwb_buffer *text)
{
	struct vwb_buffer out = {0};
	const char *at = text->data ? text->data : "", *found;

	for (; (found = strstr(at, VW_VERSION)); at = found + strlen(VW_VERSION)) {
		vwb_put_bytes(&out, at, (size_t)(found - at));
		vwb_put(&out, "VERSION");
	}
	vwb_put(&out, at);
	vwb_buffer_free(text);
	*text = out;
}

static inline void golden_differs(const char *name, const char *got, const char *wanted)
{
	size_t line = 1, at = 0;

	for (size_t i = 0; got[i] && got[i] == wanted[i]; i++)
		if (got[i] == '\n') {
			line++;
			at = i + 1;
		}
	fail_msg(GOLDEN_FOLDER "%s:%zu: is not\n%.*s\nbut\n%.*s", name, line, (int)strcspn(wanted + at, "\n"),
		 wanted + at, (int)strcspn(got + at, "\n"), got + at);
}

/* @text: is freed. The program's version stands as VERSION in the file. */
static inline void assert_golden(const char *name, struct vwb_buffer *text)
{
	const char *mode = getenv("VW_GOLDEN");
	char path[256], *wanted;
	FILE *file;
	long size;

	golden_replace_version(text);
	snprintf(path, sizeof(path), GOLDEN_FOLDER "%s", name);
	file = fopen(path, mode && strcmp(mode, "write") == 0 ? "w+e" : "re");
	if (!file)
		fail_msg("%s: not there, or not started in the top folder", path);
	if (mode && strcmp(mode, "write") == 0)
		assert_int_equal(fwrite(text->data, 1, text->size, file), text->size);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	assert_true(size >= 0);
	rewind(file);
	wanted = calloc(1, (size_t)size + 1);
	assert_non_null(wanted);
	assert_int_equal(fread(wanted, 1, (size_t)size, file), (size_t)size);
	fclose(file);
	if (strcmp(text->data ? text->data : "", wanted) != 0)
		golden_differs(name, text->data ? text->data : "", wanted);
	free(wanted);
	vwb_buffer_free(text);
}

#endif
