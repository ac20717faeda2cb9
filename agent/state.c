/* SPDX-License-Identifier: MIT */
#include "agent/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "export/file.h"

#define LAST        "last.json"
#define LAST_CHANGE "last-change"

enum {
	LEFTOVERS = 16384,       /* entries of a directory that are looked at */
	LAST_CHANGE_MAX = 16,    /* bytes */
	END_OF_TIME_DIGITS = 12, /* of Unix seconds: more is no time of a clock that we know */
};

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
	char folder[PATH_MAX] = ".";
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *file = slash ? slash + 1 : path;
	const struct dirent *entry;
	size_t left = LEFTOVERS;
	DIR *directory;

	if (!path || strlen(path) >= sizeof(folder))
		return;
	if (slash) {
		memcpy(folder, path, (size_t)(file - path));
		folder[file - path] = '\0';
	}
	directory = opendir(folder);
	if (!directory)
		return;
	while (left-- && (entry = readdir(directory)))
		if (is_leftover(entry->d_name, file))
			(void)unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
}

/* --- life -------------------------------------------------------------------------------------------- */

int vw_store_init(struct vw_store *store, const char *report_file, const char *directory,
		  const char *textfile)
{
	struct vw_store made = {.last.own = true, .last_change.own = true};
	struct vw_kept *const all[] = {&made.report, &made.last, &made.last_change, &made.textfile};
	int r = vw_arena_new(&made.arena);

	if (r < 0)
		return r;
	made.report.path = vw_arena_string(made.arena, report_file);
	made.textfile.path = vw_arena_string(made.arena, textfile);
	if (directory) {
		made.last.path = vw_arena_printf(made.arena, "%s/" LAST, directory);
		made.last_change.path = vw_arena_printf(made.arena, "%s/" LAST_CHANGE, directory);
	}
	if (vw_arena_failed(made.arena)) {
		vw_store_free(&made);
		return -ENOMEM;
	}
	for (size_t i = 0; i < VW_COUNT(all); i++)
		sweep(all[i]->path);
	*store = made;
	return 0;
}

void vw_store_free(struct vw_store *store)
{
	vw_arena_free(store->arena);
	*store = (struct vw_store){0};
}

/* --- reading ----------------------------------------------------------------------------------------- */

/* Read a file of at most @limit bytes. @ret_bytes: free with free() */
static int read_whole(int fd, off_t limit, char **ret_bytes, size_t *ret_size)
{
	struct stat status;
	size_t size = 0, room;
	char *bytes;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > limit)
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

static int read_file(const char *path, off_t limit, char **ret_bytes, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW), r;

	if (fd < 0)
		return -errno;
	r = read_whole(fd, limit, ret_bytes, ret_size);
	close(fd);
	return r;
}

static int read_digest(const char *path, struct vw_digest *ret)
{
	char *bytes = NULL;
	size_t size = 0;
	int r = read_file(path, VW_DIGEST_LIMIT, &bytes, &size);

	if (r < 0)
		return r;
	r = vw_digest_parse(bytes, size, ret);
	free(bytes);
	return r;
}

/* Digits and the end of a line, and nothing else. */
static int read_time(const char *path, uint64_t *ret)
{
	char text[LAST_CHANGE_MAX + 1] = "", *bytes = NULL;
	size_t size = 0, digits;
	uint64_t value;
	int r = read_file(path, LAST_CHANGE_MAX, &bytes, &size);

	if (r < 0)
		return r;
	if (size)
		memcpy(text, bytes, size);
	free(bytes);
	digits = strspn(text, "0123456789");
	if (digits > END_OF_TIME_DIGITS || digits + 1 != size || text[digits] != '\n')
		return -EBADMSG;
	text[digits] = '\0';
	if (vw_parse_number(text, 10, UINT64_MAX, &value) < 0 || !value)
		return -EBADMSG;
	*ret = value;
	return 0;
}

static const char *reason_of(int err)
{
	switch (err) {
	case -EBADMSG:
		return "is damaged";
	case -E2BIG:
		return "is too big";
	case -EINVAL:
		return "is no regular file";
	case -ELOOP:
		return "is a symbolic link";
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

int vw_store_read_change(const struct vw_store *store, uint64_t *ret)
{
	const char *path = store->last_change.path;
	int r = path ? read_time(path, ret) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		vw_say(LOG_WARNING, "%s: %s; when the machine last changed is not known", path, reason_of(r));
	return r;
}

/* --- writing ----------------------------------------------------------------------------------------- */

static int look_at(const struct vw_kept *kept, struct stat *ret)
{
	return fstatat(AT_FDCWD, kept->path, ret, kept->own ? AT_SYMLINK_NOFOLLOW : 0);
}

/* Is it the file that was written, and has nobody touched it? */
static bool is_in_place(const struct vw_kept *kept)
{
	struct stat status;

	return kept->written && look_at(kept, &status) == 0 && status.st_dev == kept->device &&
	       status.st_ino == kept->inode && status.st_size == kept->size &&
	       status.st_mtim.tv_sec == kept->modified.tv_sec &&
	       status.st_mtim.tv_nsec == kept->modified.tv_nsec;
}

static int write_kept(struct vw_kept *kept, const char *bytes, size_t size)
{
	struct stat status;
	int r = vw_replace_file(kept->path, bytes, size, !kept->own);

	if (r < 0)
		return r;
	if (look_at(kept, &status) < 0)
		return -errno;
	kept->device = status.st_dev;
	kept->inode = status.st_ino;
	kept->size = status.st_size;
	kept->modified = status.st_mtim;
	return 0;
}

void vw_keep(struct vw_kept *kept, const char *bytes, size_t size, bool changed)
{
	int r;

	if (!kept->path || (!changed && is_in_place(kept)))
		return;
	r = write_kept(kept, bytes, size);
	kept->written = r == 0;
	vw_trouble(&kept->trouble, r, kept->path, r == -EINVAL ? reason_of(r) : NULL);
}

void vw_store_keep(struct vw_store *store, const char *bytes, size_t size, bool changed)
{
	vw_keep(&store->report, bytes, size, changed);
	vw_keep(&store->last, bytes, size, changed);
}

void vw_store_keep_change(struct vw_store *store, uint64_t when)
{
	char text[32];
	int size = snprintf(text, sizeof(text), "%ju\n", (uintmax_t)when);

	if (!when || size < 0)
		return;
	vw_keep(&store->last_change, text, (size_t)size, when != store->when);
	store->when = when;
}
