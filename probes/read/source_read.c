/* SPDX-License-Identifier: MIT */

/*
 * How a source is asked: whatever is asked of a path is asked once, and its answer kept with the path.
 */

#include "probes/read/source_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BUFFER_SIZE = 64 * 1024,
	ATTRIBUTE_SIZE = 4096,
	COLLECT_LIMIT = 16 * VW_LIST_LIMIT, /* names read of a directory before the first are chosen */
	REGULAR_LIMIT = 64 * 1024 * 1024,   /* no copy of a file that probes read is larger */
	KEPT_LIMIT = 64 * 1024 * 1024,      /* bytes and names in all: a machine has a few hundred KiB */
};

/* What is known of a path. */

static uint32_t hash_step(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)c) * 16777619u; /* FNV-1a */
}

#define HASH_START 0x811c9dc5u

static struct vw_access **find_slot(const struct vw_source *source, const char *path, size_t length,
				    uint32_t hash)
{
	size_t i = hash & (source->slots - 1);

	for (;; i = (i + 1) & (source->slots - 1)) {
		struct vw_access *access = source->slot[i];

		if (!access || (access->hash == hash && strncmp(access->path, path, length) == 0 &&
				access->path[length] == '\0'))
			return &source->slot[i];
	}
}

static int grow_slots(struct vw_source *source)
{
	size_t slots = source->slots * 2;
	struct vw_access **bigger;

	if (source->accesses < source->slots / 2)
		return 0;
	bigger = calloc(slots, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	free(source->slot);
	source->slot = bigger;
	source->slots = slots;
	for (size_t i = 0; i < source->accesses; i++) {
		struct vw_access *access = source->access[i];

		*find_slot(source, access->path, strlen(access->path), access->hash) = access;
	}
	return 0;
}

static bool is_known_absent(const struct vw_access *access)
{
	const struct vw_access_answer *answers[] = {&access->read, &access->link, &access->list,
						    &access->exists};

	for (size_t i = 0; i < VW_COUNT(answers); i++)
		if (answers[i]->asked && answers[i]->err == -ENOENT)
			return true;
	return false;
}

/* Find what is known of @path, or begin to. @ret_absent: a directory above it is known not to be there. */
static int get_access(struct vw_source *source, const char *path, struct vw_access **ret_access,
		      bool *ret_absent)
{
	struct vw_access *access, **slot;
	uint32_t hash = HASH_START;
	bool absent = false;
	size_t length;
	int r;

	for (length = 0; path[length]; length++) {
		if (path[length] == '/' && length && !absent) {
			access = *find_slot(source, path, length, hash);
			absent = access && is_known_absent(access);
		}
		hash = hash_step(hash, path[length]);
	}
	*ret_absent = absent;

	slot = find_slot(source, path, length, hash);
	if (*slot) {
		*ret_access = *slot;
		return 0;
	}

	access = vwb_arena_alloc(source->arena, sizeof(*access));
	if (!access)
		return -ENOMEM;
	access->hash = hash;
	access->path = vwb_arena_copy(source->arena, path, length);
	r = vw_source_grow(source, &source->access, source->accesses, &source->access_space,
			   sizeof(struct vw_access *));
	if (!access->path || r < 0)
		return -ENOMEM;
	*slot = access;
	source->access[source->accesses++] = access;
	*ret_access = access;
	return grow_slots(source);
}

static bool is_failure(int err)
{
	return err && err != -ENOENT && err != -ENODATA;
}

static void note(struct vw_source *source, struct vw_access *access, int err)
{
	if (access->noted || !is_failure(err))
		return;
	access->noted = err;
	vw_source_note(source, vw_source_clean(source, access->path), err);
}

static int plain_error(int err)
{
	switch (err) {
	case -ENOTDIR:
		return -ENOENT;
	case -EPERM:
		return -EACCES;
	case -EISDIR:
		return -EINVAL;
	default:
		return err;
	}
}

/* A snapshot's record of a failure stands for what the snapshot itself cannot say. */
static int recorded_error(const struct vw_source *source, const char *path, int err)
{
	int denied = vw_source_denied(source, path);

	return denied && err == -ENOENT ? denied : err;
}

/* Opening. */

static int open_overlay(const struct vw_source *source, const char *path)
{
	_cleanup_(vw_closep) int fd = -1;
	const char *file = NULL;
	struct stat status;
	int r;

	for (size_t i = 0; i < source->overlays; i++)
		if (vwb_text_equal(source->overlay[i].path, path))
			file = source->overlay[i].file;
	if (!file)
		return -ENOENT;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return -ENOENT;
	r = fd;
	fd = -1;
	return r;
}

static bool is_kernel_file(const char *path)
{
	return vwb_text_starts(path, "/proc/") || vwb_text_starts(path, "/sys/");
}

static int open_path(struct vw_source *source, const char *path, int flags)
{
	int fd = vw_root_open(&source->root, path, flags, 0);

	if (fd == -ENOTDIR && source->snapshot)
		return vw_root_walk(&source->root, path, flags, VW_ROOT_FLAT_LINKS, NULL, NULL);
	return fd;
}

static int check_regular(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return -EINVAL;
	return status->st_size > REGULAR_LIMIT ? -EFBIG : 0;
}

/*
 * Open for reading what may be anything: even opening a device can have effects, so it is looked at first.
 * Who could swap it between the two opens may open it anyway.
 */
static int open_regular(struct vw_source *source, const char *path, size_t *limit)
{
	_cleanup_(vw_closep) int look = -1, fd = -1;
	struct stat before, after;
	int r;

	look = open_path(source, path, O_PATH);
	if (look < 0)
		return look;
	if (fstat(look, &before) < 0)
		return -errno;
	r = check_regular(&before);
	if (r < 0)
		return r;

	fd = open_path(source, path, O_RDONLY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &after) < 0)
		return -errno;
	if (before.st_dev != after.st_dev || before.st_ino != after.st_ino)
		return -ESTALE;
	/* no read is needed to see the end; procfs has files of size 0 that are not empty */
	if (after.st_size > 0 && (size_t)after.st_size < *limit)
		*limit = (size_t)after.st_size;
	r = fd;
	fd = -1;
	return r;
}

/* Reading. */

static int reserve_buffer(struct vw_source *source, size_t size)
{
	char *buffer;

	if (source->buffer_size >= size)
		return 0;
	buffer = realloc(source->buffer, size);
	if (!buffer)
		return -ENOMEM;
	source->buffer = buffer;
	source->buffer_size = size;
	return 0;
}

/* Many files, each within its own limit, must not fill the memory either. */
static int keep(struct vw_source *source, size_t size)
{
	if (size > KEPT_LIMIT - source->kept)
		return -EFBIG;
	source->kept += size;
	return 0;
}

/* sysfs gives an attribute of text whole, and a binary one page by page. */
static bool is_end_of_attribute(const char *path, ssize_t bytes)
{
	return bytes < ATTRIBUTE_SIZE && vwb_text_starts(path, "/sys/");
}

static int read_all(struct vw_source *source, int fd, const char *path, size_t limit, size_t *ret_size)
{
	size_t size = 0;

	while (size < limit) {
		size_t room = limit - size < BUFFER_SIZE ? limit - size : BUFFER_SIZE;
		ssize_t bytes;
		int r = reserve_buffer(source, size + room);

		if (r < 0)
			return r;
		bytes = read(fd, source->buffer + size, room);
		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes < 0)
			return -errno;
		size += (size_t)bytes;
		if (bytes == 0 ||
		    (!source->snapshot && (size_t)bytes < room && is_end_of_attribute(path, bytes)))
			break;
	}
	*ret_size = size;
	return 0;
}

static int open_file(struct vw_source *source, const char *path, size_t *limit)
{
	int fd = open_overlay(source, path);

	if (fd >= 0)
		return fd;
	if (source->snapshot || !is_kernel_file(path))
		return open_regular(source, path, limit);
	return open_path(source, path, O_RDONLY);
}

static int read_file(struct vw_source *source, struct vw_access *access, size_t limit)
{
	_cleanup_(vw_closep) int fd = -1;
	const char *path = access->path;
	size_t size = 0;
	int r;

	r = vw_source_denied(source, path);
	if (r < 0)
		return r;
	fd = open_file(source, path, &limit);
	if (fd < 0)
		return plain_error(fd);
	r = read_all(source, fd, path, limit, &size);
	if (r == 0)
		r = keep(source, size);
	if (r < 0)
		return plain_error(r);

	access->bytes = vwb_arena_copy(source->arena, source->buffer, size);
	if (!access->bytes)
		return -ENOMEM;
	access->size = size;
	return 0;
}

static int get_read(struct vw_source *source, const char *path, size_t limit, struct vw_access **ret_access)
{
	struct vw_access *access;
	bool absent;
	int r = get_access(source, path, &access, &absent);

	if (r < 0)
		return r;
	*ret_access = access;
	r = vw_source_denied_outright(source, path);
	if (r < 0) {
		note(source, access, r);
		return r;
	}

	/* ask again only for more of a file that the limit had cut */
	if (!access->read.asked ||
	    (!access->read.err && access->size == access->limit && limit > access->limit)) {
		access->read.err =
			absent ? recorded_error(source, path, -ENOENT) : read_file(source, access, limit);
		access->read.asked = true;
		access->limit = limit;
		note(source, access, access->read.err);
	}
	return access->read.err;
}

int vw_source_read(struct vw_source *source, const char *path, size_t limit, const char **ret_bytes,
		   size_t *ret_size)
{
	struct vw_access *access;
	const char *bytes;
	int r = get_read(source, path, limit, &access);

	if (r < 0)
		return r;
	bytes = access->bytes;
	if (access->size > limit)
		bytes = vwb_arena_copy(source->arena, bytes, limit);
	if (!bytes)
		return -ENOMEM;
	*ret_bytes = bytes;
	*ret_size = access->size < limit ? access->size : limit;
	return 0;
}

/* Links, existence, devices. */

/* On the live machine there is nothing to leave, and one call does what takes three in a snapshot. */
static int read_live_link(struct vw_source *source, const char *path, char target[PATH_MAX])
{
	ssize_t length = readlinkat(source->root.fd, path + strspn(path, "/"), target, PATH_MAX - 1);

	if (length < 0)
		return -errno;
	target[length] = '\0';
	return (int)length;
}

/* What is no link may be a file that stands for one. */
static int read_link(struct vw_source *source, const char *path, char target[PATH_MAX])
{
	_cleanup_(vw_closep) int fd = -1;
	_cleanup_(vw_closep) int file = -1;
	struct stat status;
	int length;

	fd = open_path(source, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	length = vw_root_readlink(fd, target);
	if (length != -EINVAL || fstat(fd, &status) < 0 || check_regular(&status) < 0)
		return length;
	file = open_path(source, path, O_RDONLY | O_NOFOLLOW);
	return file < 0 ? -EINVAL : vw_root_read_flat_link(file, target);
}

static int ask_link(struct vw_source *source, struct vw_access *access)
{
	char target[PATH_MAX];
	int length = source->snapshot ? read_link(source, access->path, target)
				      : read_live_link(source, access->path, target);

	if (length < 0)
		return length;
	access->target = vwb_arena_copy(source->arena, target, (size_t)length);
	return access->target ? 0 : -ENOMEM;
}

/* One kind of access: does it, and leaves its result in @access. */
typedef int (*ask_function)(struct vw_source *source, struct vw_access *access);

static int ask(struct vw_source *source, const char *path, size_t answer_offset, ask_function function,
	       struct vw_access **ret_access)
{
	struct vw_access *access;
	struct vw_access_answer *answer;
	bool absent;
	int r = get_access(source, path, &access, &absent);

	if (r < 0)
		return r;
	*ret_access = access;
	answer = (struct vw_access_answer *)(void *)((char *)access + answer_offset);
	r = vw_source_denied_outright(source, path);
	if (r == 0) {
		if (!answer->asked) {
			answer->err = plain_error(absent ? -ENOENT : function(source, access));
			answer->err = recorded_error(source, path, answer->err);
			answer->asked = true;
		}
		r = answer->err;
	}
	/* to be no link is an answer, not a failure */
	if (function != ask_link || r != -EINVAL)
		note(source, access, r);
	return r;
}

#define ASK(kind, function) ask(source, path, offsetof(struct vw_access, kind), function, &access)

int vw_source_link(struct vw_source *source, const char *path, const char **ret_target)
{
	struct vw_access *access;
	int r = ASK(link, ask_link);

	if (r < 0)
		return r;
	*ret_target = access->target;
	return 0;
}

static int ask_exists(struct vw_source *source, struct vw_access *access)
{
	int fd = open_path(source, access->path, O_PATH);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int vw_source_exists(struct vw_source *source, const char *path)
{
	struct vw_access *access;

	return ASK(exists, ask_exists);
}

static int ask_usable(struct vw_source *source, struct vw_access *access)
{
	int fd = vw_source_denied(source, access->path);

	if (fd == 0)
		fd = open_path(source, access->path, source->snapshot ? O_PATH : O_RDWR);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int vw_source_usable(struct vw_source *source, const char *path)
{
	struct vw_access *access;

	return ASK(usable, ask_usable);
}

int vw_source_pread(struct vw_source *source, const char *path, void *buffer, size_t size, uint64_t offset)
{
	_cleanup_(vw_closep) int fd = -1;
	struct vw_access *access;
	bool absent;
	ssize_t bytes;
	int r = get_access(source, path, &access, &absent);

	if (r < 0)
		return r;
	r = vw_source_denied(source, path);
	if (r == 0 && source->snapshot)
		return -ENODATA;
	if (r == 0) {
		r = fd = open_path(source, path, O_RDONLY);
		if (fd >= 0) {
			bytes = pread(fd, buffer, size, (off_t)offset);
			r = bytes < 0 ? -errno : (size_t)bytes < size ? -EIO : 0;
		}
	}
	r = plain_error(r);
	note(source, access, r);
	return r;
}

/* Lists. */

static int compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

struct names {
	size_t count, space;
	const char **name;
};

static int collect(struct vw_source *source, struct names *names, const char *entries, size_t size)
{
	size_t at = 0;

	while (at < size && names->count <= COLLECT_LIMIT) {
		const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
		const char *name = entry->d_name;
		int r;

		at += entry->d_reclen;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		r = keep(source, strlen(name) + sizeof(name));
		if (r == 0)
			r = vw_source_grow(source, &names->name, names->count, &names->space,
					   sizeof(*names->name));
		if (r < 0)
			return r;
		names->name[names->count] = vwb_arena_string(source->arena, name);
		if (!names->name[names->count++])
			return -ENOMEM;
	}
	return 0;
}

static int ask_list(struct vw_source *source, struct vw_access *access)
{
	_cleanup_(vw_closep) int fd = -1;
	struct names names = {0};
	int r = vw_source_denied(source, access->path);
	bool cut = r == -EFBIG; /* when it was recorded */

	if (r < 0 && !cut)
		return r;
	fd = open_path(source, access->path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	r = reserve_buffer(source, BUFFER_SIZE);
	while (r == 0 && names.count <= COLLECT_LIMIT) {
		ssize_t bytes = getdents64(fd, source->buffer, BUFFER_SIZE);

		if (bytes < 0)
			return -errno;
		r = collect(source, &names, source->buffer, (size_t)bytes);
		/* the kernel's own trees fill the buffer as far as they can */
		if (bytes == 0 || (!source->snapshot && is_end_of_attribute(access->path, bytes)))
			break;
	}
	if (r < 0)
		return r;

	if (names.count)
		qsort(names.name, names.count, sizeof(*names.name), compare_names);
	if (names.count > VW_LIST_LIMIT) {
		names.count = VW_LIST_LIMIT;
		cut = true;
	}
	if (cut)
		note(source, access, -EFBIG); /* the rest is not in the list */
	access->count = names.count;
	access->name = names.name;
	return 0;
}

int vw_source_list(struct vw_source *source, const char *path, size_t *ret_count,
		   const char *const **ret_name)
{
	struct vw_access *access;
	int r = ASK(list, ask_list);

	if (r < 0)
		return r;
	*ret_count = access->count;
	*ret_name = access->name;
	return 0;
}

/* Libraries that open files themselves. */

/* A path that a library follows from outside must stay inside by itself, and not block or have effects. */
static int check_beneath(struct vw_source *source, const char *path)
{
	_cleanup_(vw_closep) int fd = -1;
	struct stat status;

	fd = vw_root_open(&source->root, path, O_PATH, VW_ROOT_BENEATH);
	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	return S_ISDIR(status.st_mode) ? 0 : check_regular(&status);
}

static int library_check(struct vw_source *source, const char *path)
{
	struct vw_access *access;
	bool absent;
	int r = get_access(source, path, &access, &absent);

	if (r < 0)
		return r;
	r = vw_source_denied(source, path);
	if (r == 0 && source->snapshot)
		r = plain_error(check_beneath(source, path));
	note(source, access, r);
	return r;
}

int vw_source_library_path(struct vw_source *source, const char *path, const char *const *paths_below,
			   size_t count, const char **ret_path)
{
	const char *outside;
	int r = library_check(source, path);

	for (size_t i = 0; i < count && r == 0; i++)
		r = library_check(source, paths_below[i]);
	if (r < 0)
		return r;

	outside = source->snapshot
			  ? vwb_arena_printf(source->arena, "/proc/self/fd/%d%s", source->root.fd, path)
			  : vwb_arena_string(source->arena, path);
	if (!outside)
		return -ENOMEM;
	*ret_path = outside;
	return 0;
}
