/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_OPEN_FAILS_H
#define VW_TESTS_UNIT_OPEN_FAILS_H

/* A credential "dmi.table" that cannot be opened, for want of what a test names. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

static int open_error; /* 0: it can be */

int open_in_place(const char *path, int flags, ...) __asm__("open");

int open_in_place(const char *path, int flags, ...)
{
	const size_t length = strlen(path);
	va_list arguments;
	unsigned mode = 0;

	if (open_error && length > 9 && strcmp(path + length - 9, "dmi.table") == 0) {
		errno = open_error;
		return -1;
	}
	va_start(arguments, flags);
	if (flags & O_CREAT)
		mode = va_arg(arguments, unsigned);
	va_end(arguments);
	return openat(AT_FDCWD, path, flags, mode);
}

#endif
