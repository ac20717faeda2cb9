/* SPDX-License-Identifier: MIT */
#ifndef VW_BASE_FILE_H
#define VW_BASE_FILE_H

#include <sys/types.h>

#include "base/base.h"

/**
 * Write a file whole or not at all: into a temporary file beside it, synchronized, then renamed over it. A
 * symbolic link is followed, its target replaced. What is there and is no regular file (a terminal, a FIFO,
 * /dev/null) is written to and stays what it is.
 *
 * @path: the file
 * @bytes: what it shall hold
 * @size: in bytes
 *
 * Returns 0 or a negative errno; on failure the file is as it was, and no temporary file stays.
 */
_must_check_ int vwb_file_write(const char *path, const char *bytes, size_t size);

/**
 * The same for who must never wait: what is there and is no regular file is not opened, but refused.
 *
 * @follow: replace the target of a symbolic link; else the link itself, without a look at where it leads
 *
 * Returns as vwb_file_write(), -EISDIR for a folder, and -EINVAL for anything else that is no regular file.
 */
_must_check_ int vwb_file_replace(const char *path, const char *bytes, size_t size, bool follow);

/**
 * Read from an open file descriptor until @size bytes are there or the file ends, going on after short reads
 * and signals.
 *
 * Returns how many were read, or a negative errno.
 */
_must_check_ ssize_t vwb_fd_read(int fd, void *bytes, size_t size);

/**
 * Read a regular file whole, without waiting for anybody.
 *
 * @flags: of open(2), beside those that every file is opened with
 * @most: bytes that it may have
 * @ret: its bytes and a NUL, in @arena; @ret_size: without the NUL
 *
 * Returns 0, -EINVAL for what is no regular file, -EFBIG for one that is too big, -EAGAIN for one that grew
 * meanwhile, or another negative errno.
 */
_must_check_ int vwb_file_read(struct vwb_arena *arena, const char *path, int flags, size_t most, char **ret,
			       size_t *ret_size);

/**
 * Write all bytes to an open file descriptor, going on after short writes and signals.
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vwb_fd_write(int fd, const char *bytes, size_t size);

#endif
