/* SPDX-License-Identifier: MIT */
#include "agent/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"

#define LAST        "last"
#define LAST_CHANGE "last-change"

enum {
	LEFTOVERS = 16384,       /* entries of a directory that are looked at */
	LAST_CHANGE_MAX = 16,    /* bytes */
	END_OF_TIME_DIGITS = 12, /* of Unix seconds: more is no time of a clock that we know */
};

/* "report.json.4711-0~": as vwb_file_write() names what it has not finished. */
static bool is_leftover(const char *name, const char *file)
{
	const char *at = name + strlen(file);

	if (!vwb_text_starts(name, file) || *at++ != '.')
		return false;
	at += strspn(at, "0123456789-");
	return vwb_text_equal(at, "~");
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

int vwd_store_init(struct vwd_store *store, const char *report_file, const char *directory,
		   const char *textfile)
{
	struct vwd_store made = {.last.own = true, .last_change.own = true};
	struct vwd_kept *const all[] = {&made.report, &made.last, &made.last_change, &made.textfile};
	int r = vwb_arena_new(&made.arena);

	if (r < 0)
		return r;
	made.report.path = vwb_arena_string(made.arena, report_file);
	made.textfile.path = vwb_arena_string(made.arena, textfile);
	if (directory) {
		made.last.path = vwb_arena_printf(made.arena, "%s/" LAST, directory);
		made.last_change.path = vwb_arena_printf(made.arena, "%s/" LAST_CHANGE, directory);
	}
	if (vwb_arena_failed(made.arena)) {
		vwd_store_free(&made);
		return -ENOMEM;
	}
	for (size_t i = 0; i < VW_COUNT(all); i++)
		sweep(all[i]->path);
	*store = made;
	return 0;
}

void vwd_store_free(struct vwd_store *store)
{
	vwb_arena_free(store->arena);
	*store = (struct vwd_store){0};
}

static int read_digest(const char *path, struct vwd_digest *ret)
{
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	size_t size = 0;
	char *bytes = NULL;
	int r = vwb_arena_new(&arena);

	if (r == 0)
		r = vwb_file_read(arena, path, O_NOFOLLOW, VW_DIGEST_LIMIT, &bytes, &size);
	return r < 0 ? r : vwd_digest_parse(bytes, size, ret);
}

/* Digits and the end of a line, and nothing else. */
static int read_time(const char *path, uint64_t *ret)
{
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	size_t size = 0, digits;
	uint64_t value;
	char *text = NULL;
	int r = vwb_arena_new(&arena);

	if (r == 0)
		r = vwb_file_read(arena, path, O_NOFOLLOW, LAST_CHANGE_MAX, &text, &size);
	if (r < 0 || !text)
		return r < 0 ? r : -EBADMSG;
	digits = strspn(text, "0123456789");
	if (digits > END_OF_TIME_DIGITS || digits + 1 != size || text[digits] != '\n')
		return -EBADMSG;
	text[digits] = '\0';
	if (vwb_number_parse(text, 10, UINT64_MAX, &value) < 0 || !value)
		return -EBADMSG;
	*ret = value;
	return 0;
}

static const char *reason_of(int err)
{
	switch (err) {
	case -EBADMSG:
		return "is damaged";
	case -EFBIG:
		return "is too big";
	case -EINVAL:
		return "is no regular file";
	case -ELOOP:
		return "is a symbolic link";
	default:
		return strerror(-err);
	}
}

int vwd_store_read(const struct vwd_store *store, struct vwd_digest *ret)
{
	int r = store->last.path ? read_digest(store->last.path, ret) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		vwd_log_say(LOG_WARNING, "%s: %s; what changed since it was written is not told",
			    store->last.path, reason_of(r));
	return r;
}

int vwd_store_read_change(const struct vwd_store *store, uint64_t *ret)
{
	const char *path = store->last_change.path;
	int r = path ? read_time(path, ret) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		vwd_log_say(LOG_WARNING, "%s: %s; when the machine last changed is not known", path,
			    reason_of(r));
	return r;
}

static int look_at(const struct vwd_kept *kept, struct stat *ret)
{
	return fstatat(AT_FDCWD, kept->path, ret, kept->own ? AT_SYMLINK_NOFOLLOW : 0);
}

/* Is it the file that was written, and has nobody touched it? */
static bool is_in_place(const struct vwd_kept *kept)
{
	struct stat status;

	return kept->written && look_at(kept, &status) == 0 && status.st_dev == kept->device &&
	       status.st_ino == kept->inode && status.st_size == kept->size &&
	       status.st_mtim.tv_sec == kept->modified.tv_sec &&
	       status.st_mtim.tv_nsec == kept->modified.tv_nsec;
}

static int write_kept(struct vwd_kept *kept, const char *bytes, size_t size)
{
	struct stat status;
	int r = vwb_file_replace(kept->path, bytes, size, !kept->own);

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

void vwd_state_write(struct vwd_kept *kept, const char *bytes, size_t size, bool changed)
{
	int r;

	if (!kept->path || (!changed && is_in_place(kept)))
		return;
	r = write_kept(kept, bytes, size);
	kept->written = r == 0;
	vwd_log_trouble(&kept->trouble, r, kept->path, r == -EINVAL ? reason_of(r) : NULL);
}

void vwd_store_write_change(struct vwd_store *store, uint64_t when)
{
	char text[32];
	int size = snprintf(text, sizeof(text), "%ju\n", (uintmax_t)when);

	if (!when || size < 0)
		return;
	vwd_state_write(&store->last_change, text, (size_t)size, when != store->when);
	store->when = when;
}
