/* SPDX-License-Identifier: MIT */
#include "probes/image/contents.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	ITEMS_LIMIT = 1000000,
	NAMES_LIMIT = 64 * 1024 * 1024, /* bytes of all names and link targets */
	TEXT_LIMIT = 1024 * 1024,       /* of one file */
	INDEX_LIMIT = 4 * 1024 * 1024,  /* of one modules.dep */
	TEXTS_LIMIT = 32 * 1024 * 1024, /* of all */
	ELF_LIMIT = 16 * 1024 * 1024,   /* of one program or library */
	ELF_COUNT = 4096,
	NEEDED_LIMIT = 65536, /* names of libraries in all of them */
	HARD_LIMIT = 65536,   /* files of several names */
	HARD_BUCKETS = 1024,
	LINKS_LIMIT = 40, /* path_resolution(7) */
	HEAD_SIZE = 20,   /* enough to tell an ELF program, or a script */
	SCRIPT_LINE = 256,
	LATE_EVERY = 256,
};

#define NONE UINT32_MAX /* no item */

/* What is done with the data of the entry at hand. */
enum taking { SKIP, LOOK, TEXT, SCRIPT, ELF, LINK };

/* A file of several names, which share their data. */
struct hard {
	uint32_t ino, major, minor, archive, next;
	struct vw_content *content;
};

struct vw_contents {
	struct vw_image *image;
	struct vwb_arena *arena; /* names and texts, until the initramfs is read */
	struct vw_item *item;
	size_t count, space;
	uint32_t *bucket;
	size_t buckets; /* a power of two */
	struct hard *hard;
	size_t hard_count;
	uint32_t hard_bucket[HARD_BUCKETS];
	size_t entries, name_bytes, text_bytes, elf_count, needed_count;
	bool incomplete;

	uint32_t current; /* item of the entry at hand, or NONE */
	struct vw_content *content;
	enum taking taking;
	size_t limit; /* bytes of it that are taken */
	unsigned char *buffer;
	size_t size, buffer_space;
	char path[PATH_MAX + 1];
};

/* Items by name. */

/* FNV-1a. */
static uint32_t hash_of(const char *name, size_t length)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	return hash;
}

static uint32_t find_item(const struct vw_contents *contents, const char *name, size_t length)
{
	uint32_t hash = hash_of(name, length), i;

	if (!contents->buckets)
		return NONE;
	for (i = contents->bucket[hash & (contents->buckets - 1)]; i != NONE; i = contents->item[i].next) {
		const struct vw_item *item = &contents->item[i];

		if (item->hash == hash && item->length == length && memcmp(item->name, name, length) == 0)
			break;
	}
	return i;
}

static int make_room(struct vw_contents *contents)
{
	size_t space = contents->space ? 2 * contents->space : 1024;
	struct vw_item *item;
	uint32_t *bucket;

	if (contents->count < contents->space)
		return 0;
	if (!vwb_budget_take(vw_image_budget(contents->image),
			     (space - contents->space) * (sizeof(*item) + sizeof(*bucket))))
		return -E2BIG;
	item = reallocarray(contents->item, space, sizeof(*item));
	if (!item)
		return -ENOMEM;
	contents->item = item;
	bucket = reallocarray(contents->bucket, space, sizeof(*bucket));
	if (!bucket)
		return -ENOMEM;
	contents->bucket = bucket;
	contents->space = contents->buckets = space;

	for (size_t i = 0; i < space; i++)
		bucket[i] = NONE;
	for (uint32_t i = 0; i < contents->count; i++) {
		uint32_t *head = &bucket[item[i].hash & (space - 1)];

		item[i].next = *head;
		*head = i;
	}
	return 0;
}

static const char *keep_name(struct vw_contents *contents, const char *bytes, size_t size)
{
	contents->name_bytes += size + 1;
	return vwb_arena_copy(contents->arena, bytes, size);
}

static int add_item(struct vw_contents *contents, const char *name, size_t length, uint32_t *ret)
{
	struct vw_item item = {.length = length, .hash = hash_of(name, length)};
	uint32_t *head;
	int r;

	if (contents->count == ITEMS_LIMIT || length > NAMES_LIMIT - contents->name_bytes)
		return -E2BIG;
	r = make_room(contents);
	if (r < 0)
		return r;
	item.name = keep_name(contents, name, length);
	if (!item.name)
		return -ENOMEM;
	head = &contents->bucket[item.hash & (contents->buckets - 1)];
	item.next = *head;
	*head = (uint32_t)contents->count;
	*ret = (uint32_t)contents->count;
	contents->item[contents->count++] = item;
	return 0;
}

/* Paths. */

/* A path being followed: what is behind, in the contents' own names, and what is ahead. */
struct walk {
	char behind[PATH_MAX + 1], ahead[2 * PATH_MAX + 2];
	size_t length;
	unsigned links;
};

static void step_up(struct walk *walk)
{
	while (walk->length > 0 && walk->behind[--walk->length] != '/')
		;
	walk->behind[walk->length] = '\0';
}

static int step_down(struct walk *walk, const char *name, size_t length)
{
	size_t slash = walk->length > 0;

	if (walk->length + slash + length > PATH_MAX)
		return -ENAMETOOLONG;
	if (slash)
		walk->behind[walk->length] = '/';
	memcpy(walk->behind + walk->length + slash, name, length);
	walk->length += slash + length;
	walk->behind[walk->length] = '\0';
	return 0;
}

/* Put the target of a link, which is the last step, in its place. @rest: of what is ahead */
static int follow(struct walk *walk, const char *target, const char *rest)
{
	size_t size = strlen(target), rest_size = strlen(rest);

	if (++walk->links > LINKS_LIMIT)
		return -ELOOP;
	if (size + rest_size + 2 > sizeof(walk->ahead))
		return -ENAMETOOLONG;
	memmove(walk->ahead + size + 1, rest, rest_size + 1);
	memcpy(walk->ahead, target, size);
	walk->ahead[size] = '/';
	if (target[0] == '/')
		walk->length = 0;
	else
		step_up(walk);
	walk->behind[walk->length] = '\0';
	return 0;
}

/* Follow a path; @last: its last component too. The result is in contents->path. */
static int resolve(struct vw_contents *contents, const char *path, bool last)
{
	struct walk walk; /* large, so not cleared each time */
	const char *at = walk.ahead;
	size_t size = strlen(path);

	if (size >= sizeof(walk.ahead))
		return -ENAMETOOLONG;
	walk.length = 0;
	walk.links = 0;
	walk.behind[0] = '\0';
	memcpy(walk.ahead, path, size + 1);
	for (at += strspn(at, "/"); *at; at += strspn(at, "/")) {
		size_t length = strcspn(at, "/");
		const char *rest = at + length;
		uint32_t i;
		int r;

		if (length == 2 && memcmp(at, "..", 2) == 0)
			step_up(&walk);
		if (at[0] == '.' && (length == 1 || (length == 2 && at[1] == '.'))) {
			at = rest;
			continue;
		}
		r = step_down(&walk, at, length);
		at = rest;
		if (r < 0)
			return r;
		if (!last && rest[strspn(rest, "/")] == '\0')
			continue;
		i = find_item(contents, walk.behind, walk.length);
		if (i == NONE || !contents->item[i].target)
			continue;
		r = follow(&walk, contents->item[i].target, rest);
		if (r < 0)
			return r;
		at = walk.ahead;
	}
	memcpy(contents->path, walk.behind, walk.length + 1);
	return 0;
}

const struct vw_item *vw_contents_find(struct vw_contents *contents, const char *path)
{
	uint32_t i;

	if (resolve(contents, path, true) < 0)
		return NULL;
	i = find_item(contents, contents->path, strlen(contents->path));
	return i == NONE ? NULL : &contents->item[i];
}

/* Whose text is wanted. */

static size_t text_limit(const char *name)
{
	static const struct {
		const char *start, *end;
		size_t limit;
	} rows[] = {
		{"lib/modules/", "/modules.dep", INDEX_LIMIT},
		{"usr/lib/modules/", "/modules.dep", INDEX_LIMIT},
		{"etc/modprobe.d/", ".conf", TEXT_LIMIT},
		{"run/modprobe.d/", ".conf", TEXT_LIMIT},
		{"usr/local/lib/modprobe.d/", ".conf", TEXT_LIMIT},
		{"usr/lib/modprobe.d/", ".conf", TEXT_LIMIT},
		{"lib/modprobe.d/", ".conf", TEXT_LIMIT},
		{"etc/modules-load.d/", ".conf", TEXT_LIMIT},
		{"run/modules-load.d/", ".conf", TEXT_LIMIT},
		{"usr/lib/modules-load.d/", ".conf", TEXT_LIMIT},
		{"lib/modules-load.d/", ".conf", TEXT_LIMIT},
		{"etc/modules", "", TEXT_LIMIT},
		{"conf/modules", "", TEXT_LIMIT},
		{"conf/initramfs.conf", "", TEXT_LIMIT},
		{"conf/conf.d/", "", TEXT_LIMIT},
		{"usr/lib/dracut/build-parameter.txt", "", TEXT_LIMIT},
		{"lib/dracut/build-parameter.txt", "", TEXT_LIMIT},
		{"buildconfig", "", TEXT_LIMIT},
		{"etc/cmdline", "", TEXT_LIMIT},
	};

	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vwb_text_starts(name, rows[i].start) && vwb_text_ends(name, rows[i].end))
			return rows[i].limit;
	return 0;
}

/* Entries. */

static struct vw_content *find_hard(struct vw_contents *contents, const struct vw_cpio_entry *entry,
				    uint32_t bucket)
{
	for (uint32_t i = contents->hard_bucket[bucket]; i != NONE; i = contents->hard[i].next) {
		const struct hard *hard = &contents->hard[i];

		if (hard->ino == entry->ino && hard->major == entry->major && hard->minor == entry->minor &&
		    hard->archive == entry->archive)
			return hard->content;
	}
	return NULL;
}

/* The content of a regular file, which other names may share. */
static int content_of(struct vw_contents *contents, const struct vw_cpio_entry *entry,
		      struct vw_content **ret)
{
	uint32_t bucket = (entry->ino ^ entry->ino >> 10 ^ entry->minor) & (HARD_BUCKETS - 1);
	struct vw_content *content = entry->nlink >= 2 ? find_hard(contents, entry, bucket) : NULL;
	struct hard *hard;

	if (!content)
		content = vwb_arena_alloc(contents->arena, sizeof(*content));
	else
		entry = NULL;
	if (!content)
		return -ENOMEM;
	*ret = content;
	if (!entry || entry->nlink < 2)
		return 0;

	if (contents->hard_count == HARD_LIMIT)
		return -E2BIG;
	if ((contents->hard_count & (contents->hard_count - 1)) == 0) {
		size_t space = contents->hard_count ? 2 * contents->hard_count : 1;

		hard = reallocarray(contents->hard, space, sizeof(*hard));
		if (!hard)
			return -ENOMEM;
		contents->hard = hard;
	}
	hard = &contents->hard[contents->hard_count];
	*hard = (struct hard){.ino = entry->ino,
			      .major = entry->major,
			      .minor = entry->minor,
			      .archive = entry->archive,
			      .next = contents->hard_bucket[bucket],
			      .content = content};
	contents->hard_bucket[bucket] = (uint32_t)contents->hard_count++;
	return 0;
}

static void begin_taking(struct vw_contents *contents, const struct vw_cpio_entry *entry, const char *name)
{
	size_t wanted = text_limit(name);

	contents->size = 0;
	if (S_ISLNK(entry->mode)) {
		contents->taking = LINK;
		contents->limit = PATH_MAX;
	} else if (!S_ISREG(entry->mode)) {
		contents->taking = SKIP;
	} else if (!wanted) {
		contents->taking = LOOK;
		contents->limit = HEAD_SIZE;
	} else if (entry->size > wanted || entry->size > TEXTS_LIMIT - contents->text_bytes) {
		contents->taking = SKIP;
		contents->incomplete = true;
	} else {
		contents->taking = TEXT;
		contents->limit = wanted;
	}
}

static int begin_entry(void *context, const struct vw_cpio_entry *entry)
{
	struct vw_contents *contents = context;
	struct vw_item *item;
	uint32_t i;
	int r;

	contents->current = NONE;
	contents->content = NULL;
	contents->taking = SKIP;
	if (contents->entries++ == ITEMS_LIMIT)
		return -E2BIG;
	if (contents->entries % LATE_EVERY == 0 && vw_image_late(contents->image))
		return -ETIME;
	/* The kernel could not make a file of such a name either. */
	if (resolve(contents, entry->name, false) < 0)
		return 0;

	i = find_item(contents, contents->path, strlen(contents->path));
	if (i == NONE) {
		r = add_item(contents, contents->path, strlen(contents->path), &i);
		if (r < 0)
			return r;
	}
	item = &contents->item[i];
	item->mode = entry->mode;
	item->target = NULL;
	item->content = NULL;
	contents->current = i;
	if (S_ISREG(entry->mode)) {
		r = content_of(contents, entry, &contents->content);
		if (r < 0)
			return r;
		item->content = contents->content;
	}
	begin_taking(contents, entry, item->name);
	return 0;
}

static int append(struct vw_contents *contents, const unsigned char *bytes, size_t size)
{
	if (size > contents->limit - contents->size)
		size = contents->limit - contents->size;
	if (size > contents->buffer_space - contents->size) {
		size_t space = 2 * contents->buffer_space + size;
		unsigned char *buffer = realloc(contents->buffer, space);

		if (!buffer)
			return -ENOMEM;
		contents->buffer = buffer;
		contents->buffer_space = space;
	}
	if (size)
		memcpy(contents->buffer + contents->size, bytes, size);
	contents->size += size;
	return 0;
}

/* A program or a library, not an object file: a kernel module is one. */
static bool is_linked(const unsigned char *head)
{
	unsigned type = head[EI_DATA] == ELFDATA2MSB ? head[EI_NIDENT + 1] : head[EI_NIDENT];

	return memcmp(head, ELFMAG, SELFMAG) == 0 && (type == ET_EXEC || type == ET_DYN);
}

/* The head is there: what is it? */
static void look(struct vw_contents *contents)
{
	if (contents->size >= 2 && memcmp(contents->buffer, "#!", 2) == 0) {
		contents->taking = SCRIPT;
		contents->limit = SCRIPT_LINE;
	} else if (contents->size >= HEAD_SIZE && is_linked(contents->buffer) &&
		   contents->elf_count < ELF_COUNT) {
		contents->taking = ELF;
		contents->limit = ELF_LIMIT;
		contents->elf_count++;
	} else {
		contents->taking = SKIP;
	}
}

static int take_data(void *context, const unsigned char *bytes, size_t size)
{
	struct vw_contents *contents = context;
	size_t before = contents->size;
	int r;

	if (contents->taking == LOOK) {
		r = append(contents, bytes, size);
		if (r < 0 || contents->size < HEAD_SIZE)
			return r;
		look(contents);
		bytes += HEAD_SIZE - before;
		size -= HEAD_SIZE - before;
	}
	return contents->taking == SKIP ? 0 : append(contents, bytes, size);
}

static int end_link(struct vw_contents *contents, struct vw_item *item)
{
	if (contents->size > NAMES_LIMIT - contents->name_bytes)
		return -E2BIG;
	item->target = keep_name(contents, (const char *)contents->buffer, contents->size);
	return item->target ? 0 : -ENOMEM;
}

static int end_text(struct vw_contents *contents)
{
	const char *text = vwb_arena_copy(contents->arena, contents->buffer, contents->size);

	if (!text)
		return -ENOMEM;
	contents->text_bytes += contents->size;
	contents->content->text = text;
	contents->content->size = contents->size;
	return 0;
}

/* Source: execve(2), "Interpreter scripts". */
static int end_script(struct vw_contents *contents)
{
	const char *line = (const char *)contents->buffer + 2;
	size_t size = contents->size - 2, start = 0, end;

	while (start < size && (line[start] == ' ' || line[start] == '\t'))
		start++;
	for (end = start; end < size && !strchr(" \t\r\n", line[end]); end++)
		;
	if (end == start || end == size)
		return 0;
	contents->content->interpreter = vwb_arena_copy(contents->arena, line + start, end - start);
	return contents->content->interpreter ? 0 : -ENOMEM;
}

static int end_elf(struct vw_contents *contents)
{
	struct vw_elf elf, *copy;
	int r = vw_elf_read(contents->image, contents->buffer, contents->size, &elf);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (elf.needed.count > NEEDED_LIMIT - contents->needed_count)
		return -E2BIG;
	contents->needed_count += elf.needed.count;
	copy = vwb_arena_alloc(contents->arena, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = elf;
	contents->content->elf = copy;
	return 0;
}

static int end_entry(void *context)
{
	struct vw_contents *contents = context;

	if (contents->taking == LOOK)
		look(contents);
	switch (contents->taking) {
	case LINK:
		return contents->size ? end_link(contents, &contents->item[contents->current]) : 0;
	case TEXT:
		/* The data of hard links comes once, with any of them. */
		return contents->size || !contents->content->text ? end_text(contents) : 0;
	case SCRIPT:
		return end_script(contents);
	case ELF:
		return end_elf(contents);
	case SKIP:
	case LOOK:
		break;
	}
	return 0;
}

const struct vw_cpio_sink vw_contents_sink = {begin_entry, take_data, end_entry};

/* All of it. */

int vw_contents_new(struct vw_image *image, struct vw_contents **ret_contents)
{
	struct vw_contents *contents = calloc(1, sizeof(*contents));

	if (!contents)
		return -ENOMEM;
	if (vwb_arena_new(&contents->arena) < 0) {
		free(contents);
		return -ENOMEM;
	}
	contents->image = image;
	vwb_arena_bound(contents->arena, vw_image_budget(image));
	for (size_t i = 0; i < HARD_BUCKETS; i++)
		contents->hard_bucket[i] = NONE;
	*ret_contents = contents;
	return 0;
}

void vw_contents_free(struct vw_contents *contents)
{
	if (!contents)
		return;
	vwb_arena_free(contents->arena);
	vwb_budget_give(vw_image_budget(contents->image),
			contents->space * (sizeof(*contents->item) + sizeof(*contents->bucket)));
	free(contents->item);
	free(contents->bucket);
	free(contents->hard);
	free(contents->buffer);
	free(contents);
}

void vw_contents_freep(struct vw_contents **contents)
{
	vw_contents_free(*contents);
}

const struct vw_item *vw_contents_items(const struct vw_contents *contents, size_t *ret_count)
{
	*ret_count = contents->count;
	return contents->item;
}

bool vw_contents_incomplete(const struct vw_contents *contents)
{
	return contents->incomplete;
}
