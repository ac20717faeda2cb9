/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPORARY_TRIES = 100 };

ssize_t vwb_fd_read(int fd, void *bytes, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t got = read(fd, (char *)bytes + have, size - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static int read_open(struct vwb_arena *arena, int fd, size_t most, char **ret, size_t *ret_size)
{
	struct stat status;
	ssize_t size;
	size_t room;
	char *bytes;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size < 0 || (uintmax_t)status.st_size > most)
		return -EFBIG;
	room = (size_t)status.st_size + 1; /* one more, so that a file that grows is noticed */
	bytes = vwb_arena_alloc(arena, room + 1);
	if (!bytes)
		return -ENOMEM;
	size = vwb_fd_read(fd, bytes, room);
	if (size < 0)
		return (int)size;
	if ((size_t)size == room)
		return -EAGAIN;
	*ret = bytes;
	*ret_size = (size_t)size;
	return 0;
}

int vwb_file_read(struct vwb_arena *arena, const char *path, int flags, size_t most, char **ret,
		  size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags), r;

	if (fd < 0)
		return -errno;
	r = read_open(arena, fd, most, ret, ret_size);
	close(fd);
	return r;
}

int vwb_fd_write(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

static int write_and_close(int fd, const char *bytes, size_t size, bool sync)
{
	int r = vwb_fd_write(fd, bytes, size);

	if (r == 0 && sync && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

/* Create a file that was not there, named after @path. @name: PATH_MAX bytes for its name */
static int open_temporary(const char *path, char *name)
{
	for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
		int length = snprintf(name, PATH_MAX, "%s.%ld-%u~", path, (long)getpid(), i);
		int fd;

		if (length < 0 || length >= PATH_MAX)
			return -ENAMETOOLONG;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* Make the new name itself outlive a crash; a file system that cannot is not an error. */
static void sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static int replace(const char *path, const char *bytes, size_t size)
{
	char temporary[PATH_MAX];
	int fd, r;

	fd = open_temporary(path, temporary);
	if (fd < 0)
		return fd;
	r = write_and_close(fd, bytes, size, true);
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(temporary);
		return r;
	}
	sync_folder(path);
	return 0;
}

static int replace_target(const char *path, const char *bytes, size_t size)
{
	char target[PATH_MAX];

	return realpath(path, target) ? replace(target, bytes, size) : -errno;
}

int vwb_file_replace(const char *path, const char *bytes, size_t size, bool follow)
{
	struct stat st;

	if (fstatat(AT_FDCWD, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? replace(path, bytes, size) : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISLNK(st.st_mode))
		return replace(path, bytes, size);
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return follow ? replace_target(path, bytes, size) : replace(path, bytes, size);
}

int vwb_file_write(const char *path, const char *bytes, size_t size)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0 || S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))
		return vwb_file_replace(path, bytes, size, true);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	return write_and_close(fd, bytes, size, false);
}
