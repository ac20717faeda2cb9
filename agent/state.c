/* SPDX-License-Identifier: MIT */
#include "agent/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "export/file.h"

#define LAST "last.json"

enum { LEFTOVERS = 16384 }; /* entries of a directory that are looked at */

/* --- what a killed service leaves ---------------------------------------------------------------------- */

/* "report.json.4711-0~": as vw_write_file() names what it has not finished. */
static bool is_leftover(const char *name, const char *file)
{
	const char *at = name + strlen(file);

	if (!vw_starts_with(name, file) || *at++ != '.')
		return false;
	at += strspn(at, "0123456789-");
	return vw_equal(at, "~");
}

static void sweep(const char *path)
{
	char copy[PATH_MAX];
	const char *slash = path ? strrchr(path, '/') : NULL;
	const struct dirent *entry;
	size_t left = LEFTOVERS;
	DIR *directory;

	if (!slash || (size_t)(slash - path) >= sizeof(copy))
		return;
	memcpy(copy, path, (size_t)(slash - path));
	copy[slash - path] = '\0';
	directory = opendir(slash == path ? "/" : copy);
	if (!directory)
		return;
	while (left-- && (entry = readdir(directory)))
		if (is_leftover(entry->d_name, slash + 1))
			(void)unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
}

/* --- life -------------------------------------------------------------------------------------------- */

int vw_store_init(struct vw_store *store, const char *report_file, const char *directory)
{
	struct vw_store made = {0};
	int r = vw_arena_new(&made.arena);

	if (r < 0)
		return r;
	made.report.path = vw_arena_string(made.arena, report_file);
	if (directory)
		made.last.path = vw_arena_printf(made.arena, "%s/" LAST, directory);
	if (vw_arena_failed(made.arena)) {
		vw_store_free(&made);
		return -ENOMEM;
	}
	sweep(made.report.path);
	sweep(made.last.path);
	*store = made;
	return 0;
}

void vw_store_free(struct vw_store *store)
{
	vw_arena_free(store->arena);
	*store = (struct vw_store){0};
}

/* --- reading ----------------------------------------------------------------------------------------- */

/* Read a file of at most VW_DIGEST_LIMIT bytes. @ret_bytes: free with free() */
static int read_whole(int fd, char **ret_bytes, size_t *ret_size)
{
	struct stat status;
	size_t size = 0, room;
	char *bytes;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > VW_DIGEST_LIMIT)
		return -E2BIG;
	room = (size_t)status.st_size;
	bytes = malloc(room + 1);
	if (!bytes)
		return -ENOMEM;
	while (size < room) {
		ssize_t got = read(fd, bytes + size, room - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(bytes);
			return -EIO;
		}
		if (got == 0)
			break;
		size += (size_t)got;
	}
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

static int read_digest(const char *path, struct vw_digest *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW), r;
	char *bytes = NULL;
	size_t size = 0;

	if (fd < 0)
		return -errno;
	r = read_whole(fd, &bytes, &size);
	close(fd);
	if (r < 0)
		return r;
	r = vw_digest_parse(bytes, size, ret);
	free(bytes);
	return r;
}

static const char *reason_of(int err)
{
	switch (err) {
	case -EBADMSG:
		return "is damaged";
	case -E2BIG:
		return "is too big";
	case -EINVAL:
	case -ELOOP:
		return "is no regular file";
	case -EOPNOTSUPP:
		return "cannot be read without libjansson.so.4";
	default:
		return strerror(-err);
	}
}

int vw_store_read(const struct vw_store *store, struct vw_digest *ret)
{
	int r = store->last.path ? read_digest(store->last.path, ret) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		vw_say(LOG_WARNING, "%s: %s; what changed since it was written is not told", store->last.path,
		       reason_of(r));
	return r;
}

/* --- writing ----------------------------------------------------------------------------------------- */

void vw_keep(struct vw_kept *kept, const char *bytes, size_t size, bool changed)
{
	int r;

	if (!kept->path || (kept->written && !changed))
		return;
	r = vw_write_file(kept->path, bytes, size);
	kept->written = r == 0;
	vw_trouble(&kept->trouble, r, kept->path, NULL);
}

void vw_store_keep(struct vw_store *store, const char *bytes, size_t size, bool changed)
{
	vw_keep(&store->report, bytes, size, changed);
	vw_keep(&store->last, bytes, size, changed);
}
