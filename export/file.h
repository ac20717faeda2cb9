/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_FILE_H
#define VW_EXPORT_FILE_H

#include "detect/base.h"

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
_must_check_ int vw_write_file(const char *path, const char *bytes, size_t size);

/**
 * The same for who must never wait: what is there and is no regular file is not opened, but refused.
 *
 * @follow: replace the target of a symbolic link; else the link itself, without a look at where it leads
 *
 * Returns as vw_write_file(), -EISDIR for a folder, and -EINVAL for anything else that is no regular file.
 */
_must_check_ int vw_replace_file(const char *path, const char *bytes, size_t size, bool follow);

/**
 * Write all bytes to an open file descriptor, going on after short writes and signals.
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vw_write_all(int fd, const char *bytes, size_t size);

#endif
