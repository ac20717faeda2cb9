/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_PIECEMEAL_H
#define VW_TESTS_UNIT_PIECEMEAL_H

/* Files that come in small pieces, with signals between them. */

#include <errno.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PIECE = 7 }; /* bytes */

static bool piecemeal; /* they do from now on */
static unsigned pieces;

ssize_t read_in_pieces(int fd, void *bytes, size_t size) __asm__("read");

ssize_t read_in_pieces(int fd, void *bytes, size_t size)
{
	if (piecemeal && pieces++ % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	return syscall(SYS_read, fd, bytes, piecemeal && size > PIECE ? PIECE : size);
}

#endif
