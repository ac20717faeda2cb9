/* SPDX-License-Identifier: MIT */
#include "probes/image/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/image/image_internal.h"
#include "base/clock.h"

enum {
	UNREAD_LIMIT = 1024,
	ASK_EVERY = 256, /* lines and files for one look at the clock */
	GROW_START = 16,
};

struct vwb_arena *vw_image_arena(struct vw_image *image)
{
	return image->arena;
}

struct vwb_budget *vw_image_budget(struct vw_image *image)
{
	return &image->memory;
}

const struct vw_image_wish *vw_image_wish(const struct vw_image *image)
{
	return image->wish;
}

/* What could not be read. */

static int same_errno(int error)
{
	return error == -ENOTDIR ? -ENOENT : error == -EPERM ? -EACCES : error;
}

void vw_image_unread(struct vw_image *image, const char *path, int error)
{
	const char *name = strerrorname_np(-error);
	struct vwb_arena *part = image->arena;
	struct vw_unread *unread;

	for (size_t i = 0; i < image->unread.count; i++)
		if (vwb_text_equal(((struct vw_unread *)image->unread.item)[i].source, path))
			return;
	image->arena = image->own; /* it outlives a part that is too much to read */
	unread = vw_grow(image, &image->unread, sizeof(*unread), UNREAD_LIMIT);
	if (unread) {
		unread->source = vw_image_clean(image, path, strlen(path));
		unread->error = name ? name : "EIO";
	}
	image->arena = part;
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

void vw_image_start(struct vw_image *image)
{
	image->deadline = vwb_clock_ns(CLOCK_PROCESS_CPUTIME_ID) + VW_IMAGE_SECONDS * 1000000000ULL;
	image->text = VW_IMAGE_TEXT;
	image->stopped = image->cut = false;
}

bool vw_image_late(const struct vw_image *image)
{
	return image->stopped || vwb_clock_ns(CLOCK_PROCESS_CPUTIME_ID) > image->deadline;
}

/* Is it time to give up? The clock is not asked for every line. */
static bool give_up(struct vw_image *image)
{
	if (image->asked++ % ASK_EVERY == 0)
		image->stopped = vw_image_late(image);
	return image->stopped || image->memory.spent;
}

void vw_image_tell(struct vw_image *image, const char *what, uint64_t done, uint64_t all)
{
	if (image->progress)
		image->progress(image->progress_context, what, done, all);
}

/* Files. */

int vw_image_open_file(struct vw_image *image, const char *path, struct vw_file *ret)
{
	int r = same_errno(image->store.call->open(image->store.from, path, ret));

	if (r < 0 && r != -ENOENT)
		vw_image_unread(image, path, r);
	return r;
}

ssize_t vw_image_pread(const struct vw_image *image, const struct vw_file *file, void *bytes, size_t size,
		       uint64_t offset)
{
	return image->store.call->read(file, bytes, size, offset);
}

/* Take a file's bytes from what is left of the image's. */
static int take_text(struct vw_image *image, uint64_t size)
{
	bool late = give_up(image);

	if (!late && size <= image->text) {
		image->text -= size;
		return 0;
	}
	image->cut = true;
	return image->stopped ? -ETIME : -EFBIG;
}

static int read_file(struct vw_image *image, const char *path, size_t limit, bool head,
		     const char **ret_bytes, size_t *ret_size)
{
	_cleanup_(vw_file_close) struct vw_file file = {.fd = -1};
	uint64_t size;
	char *bytes;
	ssize_t n;
	int r;

	r = vw_image_open_file(image, path, &file);
	if (r < 0)
		return r;
	size = file.size > limit && head ? limit : file.size;
	r = size > limit ? -EFBIG : take_text(image, size);
	if (r < 0) {
		vw_image_unread(image, path, r);
		return r;
	}
	bytes = vwb_arena_alloc(image->arena, size + 1);
	if (!bytes)
		return -ENOMEM;
	n = vw_image_pread(image, &file, bytes, size, 0);
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

/* Directories and links. */

static int by_name(const void *a, const void *b)
{
	const struct vw_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct listing {
	struct vw_image *image;
	struct vw_growing entries;
};

static int take_entry(void *context, const char *name, enum vw_entry_type type)
{
	struct listing *listing = context;
	struct vw_entry *item;

	if (listing->entries.count == VW_IMAGE_LIST_LIMIT)
		return -E2BIG;
	item = vw_grow(listing->image, &listing->entries, sizeof(*item), VW_IMAGE_LIST_LIMIT);
	if (!item)
		return -ENOMEM;
	item->name = vwb_arena_string(listing->image->arena, name);
	item->type = type;
	return item->name ? 0 : -ENOMEM;
}

int vw_image_list(struct vw_image *image, const char *path, size_t *ret_count,
		  const struct vw_entry **ret_entry)
{
	struct listing listing = {.image = image};
	int r = same_errno(image->store.call->list(image->store.from, path, take_entry, &listing));

	if (r < 0) {
		if (r != -ENOENT && r != -ENOMEM)
			vw_image_unread(image, path, r);
		return r;
	}
	if (listing.entries.count)
		qsort(listing.entries.item, listing.entries.count, sizeof(struct vw_entry), by_name);
	*ret_count = listing.entries.count;
	*ret_entry = listing.entries.item;
	return 0;
}

int vw_image_readlink(struct vw_image *image, const char *path, const char **ret_target)
{
	char target[PATH_MAX];
	int r = same_errno(image->store.call->link(image->store.from, path, target));

	if (r < 0)
		return r;
	*ret_target = vwb_arena_string(image->arena, target);
	return *ret_target ? 0 : -ENOMEM;
}

int vw_image_stat(struct vw_image *image, const char *path, enum vw_entry_type *ret_type, uint64_t *ret_size)
{
	enum vw_entry_type type;

	return same_errno(image->store.call->stat(image->store.from, path, ret_type ? ret_type : &type,
						  ret_size, NULL));
}

int vw_image_mode(struct vw_image *image, const char *path, unsigned *ret_mode)
{
	_cleanup_(vw_closep) int fd = -1;
	struct stat status;

	if (image->index)
		return -ENODATA;
	fd = vw_root_open(&image->root, path, O_PATH, 0);
	if (fd < 0)
		return same_errno(fd);
	if (fstat(fd, &status) < 0)
		return -errno;
	*ret_mode = status.st_mode & 07777;
	return 0;
}

int vw_image_resolve(struct vw_image *image, const char *path, const char **ret_path)
{
	enum vw_entry_type type;
	char place[PATH_MAX];
	int r = same_errno(image->store.call->stat(image->store.from, path, &type, NULL, place));

	if (r < 0)
		return r;
	*ret_path = vwb_arena_string(image->arena, place);
	return *ret_path ? 0 : -ENOMEM;
}

/* Texts. */

bool vw_image_next_line(struct vw_line_reader *lines)
{
	const char *end;

	if (!lines->size || (lines->image && give_up(lines->image)))
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
	char *text = vwb_arena_copy(image->arena, bytes, size);

	if (text)
		vwb_text_clean(text, size);
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

/* Lists. */

void *vw_grow(struct vw_image *image, struct vw_growing *list, size_t size, size_t limit)
{
	if (list->count >= limit)
		return NULL;
	if (list->count == list->space) {
		size_t space = list->space ? list->space * 2 : GROW_START;
		void *grown = vwb_arena_array(image->arena, space, size);

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
		if (!count || !vwb_text_equal(name[count - 1], name[i]))
			name[count++] = name[i];
	*fact = (struct vw_names){.state = state, .name = name, .source = source, .count = count};
}
