/* SPDX-License-Identifier: MIT */
#include "probes/image/reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probes/image/image_internal.h"

enum {
	UNREAD_LIMIT = 1024,
	TIME_LIMIT = 60, /* seconds; what is bounded otherwise takes far less, even on a slow machine */
	GROW_START = 16,
};

struct vw_arena *vw_image_arena(struct vw_image *image)
{
	return image->arena;
}

const struct vw_image_wish *vw_image_wish(const struct vw_image *image)
{
	return image->wish;
}

/* --- what could not be read ---------------------------------------------------------------------------- */

static int same_errno(int error)
{
	return error == -ENOTDIR ? -ENOENT : error == -EPERM ? -EACCES : error;
}

void vw_image_unread(struct vw_image *image, const char *path, int error)
{
	const char *name = strerrorname_np(-error);
	struct vw_unread *unread;

	for (size_t i = 0; i < image->unread.count; i++)
		if (vw_equal(((struct vw_unread *)image->unread.item)[i].source, path))
			return;
	unread = vw_grow(image, &image->unread, sizeof(*unread), UNREAD_LIMIT);
	if (!unread)
		return;
	unread->source = vw_image_clean(image, path, strlen(path));
	unread->error = name ? name : "EIO";
}

enum vw_state vw_image_state(int error)
{
	switch (same_errno(error)) {
	case 0:
		return VW_VALUE;
	case -ENOENT:
		return VW_ABSENT;
	case -EACCES:
		return VW_DENIED;
	default:
		return VW_MALFORMED;
	}
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

void vw_image_start_clock(struct vw_image *image)
{
	image->deadline = now() + TIME_LIMIT * 1000;
}

bool vw_image_late(const struct vw_image *image)
{
	return now() > image->deadline || vw_hold_broken(&image->hold);
}

void vw_image_tell(struct vw_image *image, const char *what, uint64_t done, uint64_t all)
{
	if (image->progress)
		image->progress(image->progress_context, what, done, all);
}

/* --- files --------------------------------------------------------------------------------------------- */

/* Opened as a mere place first: opening a device or a FIFO can have effects. */
static int open_checked(struct vw_image *image, const char *path, mode_t kind, struct stat *ret_status)
{
	_cleanup_(vw_closep) int place = -1;
	int fd;

	place = vw_root_open(&image->root, path, O_PATH, 0);
	if (place < 0)
		return same_errno(place);
	if (fstat(place, ret_status) < 0)
		return -errno;
	if ((ret_status->st_mode & S_IFMT) != kind)
		return kind == S_IFDIR ? -ENOENT : -EINVAL;
	fd = vw_root_open(&image->root, path, O_RDONLY | (kind == S_IFDIR ? O_DIRECTORY : 0), 0);
	return same_errno(fd);
}

int vw_image_open_file(struct vw_image *image, const char *path, uint64_t *ret_size)
{
	struct stat status;
	int fd = open_checked(image, path, S_IFREG, &status);

	if (fd < 0) {
		if (fd != -ENOENT)
			vw_image_unread(image, path, fd);
		return fd;
	}
	*ret_size = (uint64_t)status.st_size;
	return fd;
}

/* Reads @size bytes, or fewer where the file is shorter than it said. Returns how many, or a negative errno.
 */
static ssize_t read_bytes(int fd, char *bytes, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, bytes + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

static int read_file(struct vw_image *image, const char *path, size_t limit, bool head,
		     const char **ret_bytes, size_t *ret_size)
{
	_cleanup_(vw_closep) int fd = -1;
	uint64_t size = 0;
	char *bytes;
	ssize_t n;

	fd = vw_image_open_file(image, path, &size);
	if (fd < 0)
		return fd;
	if (size > limit && !head) {
		vw_image_unread(image, path, -EFBIG);
		return -EFBIG;
	}
	if (size > limit)
		size = limit;
	bytes = vw_arena_alloc(image->arena, size + 1);
	if (!bytes)
		return -ENOMEM;
	n = read_bytes(fd, bytes, size);
	if (n < 0) {
		vw_image_unread(image, path, (int)n);
		return (int)n;
	}
	bytes[n] = '\0';
	*ret_bytes = bytes;
	*ret_size = (size_t)n;
	return 0;
}

int vw_image_read(struct vw_image *image, const char *path, size_t limit, const char **ret_bytes,
		  size_t *ret_size)
{
	return read_file(image, path, limit, false, ret_bytes, ret_size);
}

int vw_image_read_head(struct vw_image *image, const char *path, size_t limit, const char **ret_bytes,
		       size_t *ret_size)
{
	return read_file(image, path, limit, true, ret_bytes, ret_size);
}

/* --- directories and links ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	const struct vw_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static enum vw_entry_type type_of_mode(mode_t mode)
{
	return S_ISREG(mode)   ? VW_ENTRY_FILE
	       : S_ISDIR(mode) ? VW_ENTRY_FOLDER
	       : S_ISLNK(mode) ? VW_ENTRY_LINK
			       : VW_ENTRY_OTHER;
}

/* Some file systems leave d_type out. */
static enum vw_entry_type type_of_entry(int fd, const struct dirent *entry)
{
	struct stat status;

	switch (entry->d_type) {
	case DT_REG:
		return VW_ENTRY_FILE;
	case DT_DIR:
		return VW_ENTRY_FOLDER;
	case DT_LNK:
		return VW_ENTRY_LINK;
	case DT_UNKNOWN:
		return fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0
			       ? VW_ENTRY_OTHER
			       : type_of_mode(status.st_mode);
	default:
		return VW_ENTRY_OTHER;
	}
}

static int read_entries(struct vw_image *image, DIR *stream, struct vw_growing *entries)
{
	struct dirent *entry;

	for (errno = 0; (entry = readdir(stream)); errno = 0) {
		struct vw_entry *item;

		if (vw_equal(entry->d_name, ".") || vw_equal(entry->d_name, ".."))
			continue;
		if (entries->count == VW_IMAGE_LIST_LIMIT)
			return -E2BIG;
		item = vw_grow(image, entries, sizeof(*item), VW_IMAGE_LIST_LIMIT);
		if (!item)
			return -ENOMEM;
		item->name = vw_arena_string(image->arena, entry->d_name);
		item->type = type_of_entry(dirfd(stream), entry);
		if (!item->name)
			return -ENOMEM;
	}
	return -errno;
}

int vw_image_list(struct vw_image *image, const char *path, size_t *ret_count,
		  const struct vw_entry **ret_entry)
{
	struct vw_growing entries = {0};
	struct stat status;
	DIR *stream;
	int fd, r;

	fd = open_checked(image, path, S_IFDIR, &status);
	if (fd < 0) {
		if (fd != -ENOENT)
			vw_image_unread(image, path, fd);
		return fd;
	}
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	r = read_entries(image, stream, &entries);
	closedir(stream);
	if (r < 0) {
		vw_image_unread(image, path, r);
		return r;
	}
	if (entries.count)
		qsort(entries.item, entries.count, sizeof(struct vw_entry), by_name);
	*ret_count = entries.count;
	*ret_entry = entries.item;
	return 0;
}

int vw_image_readlink(struct vw_image *image, const char *path, const char **ret_target)
{
	_cleanup_(vw_closep) int fd = -1;
	char target[PATH_MAX];
	int r;

	fd = vw_root_open(&image->root, path, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return same_errno(fd);
	r = vw_root_readlink(fd, target);
	if (r < 0)
		return r;
	*ret_target = vw_arena_string(image->arena, target);
	return *ret_target ? 0 : -ENOMEM;
}

int vw_image_stat(struct vw_image *image, const char *path, enum vw_entry_type *ret_type, uint64_t *ret_size)
{
	_cleanup_(vw_closep) int fd = -1;
	struct stat status;

	fd = vw_root_open(&image->root, path, O_PATH, 0);
	if (fd < 0)
		return same_errno(fd);
	if (fstat(fd, &status) < 0)
		return -errno;
	if (ret_type)
		*ret_type = type_of_mode(status.st_mode);
	if (ret_size)
		*ret_size = (uint64_t)status.st_size;
	return 0;
}

/* The walk tells each place in turn; the last one that is no link is where the path leads. */
static int keep_place(void *context, const char *place, const struct stat *status, const char *target)
{
	char *kept = context;
	size_t length = strlen(place);

	(void)status;
	if (target)
		return 0;
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(kept, place, length + 1);
	return 0;
}

int vw_image_resolve(struct vw_image *image, const char *path, const char **ret_path)
{
	_cleanup_(vw_closep) int fd = -1;
	char place[PATH_MAX] = "/";

	fd = vw_root_walk(&image->root, path, O_PATH, 0, keep_place, place);
	if (fd < 0)
		return same_errno(fd);
	*ret_path = vw_arena_string(image->arena, place[0] ? place : "/");
	return *ret_path ? 0 : -ENOMEM;
}

/* --- texts --------------------------------------------------------------------------------------------- */

bool vw_image_next_line(struct vw_line_reader *lines)
{
	const char *end;

	if (!lines->size)
		return false;
	end = memchr(lines->rest, '\n', lines->size);
	lines->line = lines->rest;
	lines->length = end ? (size_t)(end - lines->rest) : lines->size;
	lines->rest += lines->length + (end ? 1 : 0);
	lines->size -= lines->length + (end ? 1 : 0);
	if (lines->length && lines->line[lines->length - 1] == '\r')
		lines->length--;
	lines->number++;
	return true;
}

const char *vw_image_clean(struct vw_image *image, const char *bytes, size_t size)
{
	char *text = vw_arena_copy(image->arena, bytes, size);

	if (text)
		vw_clean(text, size);
	return text;
}

void vw_image_set_text(struct vw_image *image, struct vw_text *fact, int error, const char *bytes,
		       size_t size, const char *source)
{
	fact->state = vw_image_state(error);
	fact->source = source;
	if (fact->state == VW_VALUE)
		fact->text = vw_image_clean(image, bytes, size);
	if (fact->state == VW_VALUE && !fact->text)
		fact->state = VW_MALFORMED;
}

/* --- lists --------------------------------------------------------------------------------------------- */

void *vw_grow(struct vw_image *image, struct vw_growing *list, size_t size, size_t limit)
{
	if (list->count >= limit)
		return NULL;
	if (list->count == list->space) {
		size_t space = list->space ? list->space * 2 : GROW_START;
		void *grown = vw_arena_array(image->arena, space, size);

		if (!grown)
			return NULL;
		if (list->count)
			memcpy(grown, list->item, list->count * size);
		list->item = grown;
		list->space = space;
	}
	return (char *)list->item + size * list->count++;
}

static int by_text(const void *a, const void *b)
{
	const char *x, *y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return strcmp(x, y);
}

void vw_image_set_names(struct vw_names *fact, enum vw_state state, struct vw_growing *list,
			const char *source)
{
	const char **name = list->item;
	size_t count = 0;

	if (list->count)
		qsort(name, list->count, sizeof(*name), by_text);
	for (size_t i = 0; i < list->count; i++)
		if (!count || !vw_equal(name[count - 1], name[i]))
			name[count++] = name[i];
	*fact = (struct vw_names){.state = state, .name = name, .source = source, .count = count};
}
