/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	INITRDS = 64,
	PATH_LONGEST = 4000, /* of a file that is looked for; below PATH_MAX with a folder before it */
	TEXTS_SIZE = 16 * 1024 * 1024, /* of all entries' command lines and initramfs paths */
	TEXT_START = 128,
	TITLE_SIZE = 4096,
};

const char *const vw_esp_folders[] = {"/boot/efi", "/efi", "/boot", NULL};

static bool exists(struct vw_image *image, const char *folder, const char *path, char ret_found[PATH_MAX])
{
	int length = snprintf(ret_found, PATH_MAX, "%s%s%s", folder, *path == '/' ? "" : "/", path);
	enum vw_entry_type type;

	return length > 0 && length < PATH_MAX && vw_image_stat(image, ret_found, &type, NULL) == 0 &&
	       type == VW_ENTRY_FILE;
}

/* Without GRUB's device "(hd0,gpt1)" or "($root)", and without a subvolume of btrfs or a data set of ZFS:
 * "/@/boot/vmlinuz", "/BOOT/debian@/vmlinuz". */
static const char *strip_device(const char *path)
{
	const char *end = *path == '(' ? strchr(path, ')') : NULL, *volume;

	if (end)
		path = end + 1;
	volume = strstr(path, "@/");
	if (volume)
		return volume + 1;
	if (vwb_text_starts(path, "/@") && strchr(path + 1, '/'))
		return strchr(path + 1, '/');
	return path;
}

bool vw_boot_find(struct vw_image *image, const char *folder, const char *path, char ret_found[PATH_MAX])
{
	static const char *const places[] = {"", "/boot", "/boot/efi", "/efi"};
	bool found = false;

	path = strip_device(path);
	if (!*path || strlen(path) > PATH_LONGEST)
		return false;
	if (*path != '/' && folder)
		found = exists(image, folder, path, ret_found);
	for (size_t i = 0; i < VW_COUNT(places) && !found; i++)
		found = exists(image, places[i], path, ret_found);
	return found;
}

static unsigned places_of(struct vw_image *image, const char *path)
{
	char found[PATH_MAX];

	if (vwb_text_starts(path, "($root)"))
		path = strip_device(path);
	if (*path != '/' || strip_device(path) != path || strlen(path) > PATH_LONGEST)
		return 0;
	return (exists(image, "", path, found) ? VW_ON_ROOT : 0U) |
	       (exists(image, "/boot", path, found) ? VW_ON_BOOT : 0U);
}

/* Entries. */

static const char *clean(struct vw_image *image, const char *text)
{
	return text ? vw_image_clean(image, text, strlen(text)) : NULL;
}

/* Room for @size bytes and a NUL behind what @text has of an entry, or false. */
static bool make_room(struct vw_boot_build *build, struct vw_boot_text *text, size_t size)
{
	size_t space = TEXT_START;
	char *grown;

	if (text->size + size < text->space)
		return true;
	while (space <= text->size + size)
		space *= 2;
	grown = vwb_arena_alloc(vw_image_arena(build->image), space);
	if (!grown)
		return false;
	if (text->size)
		memcpy(grown, text->text, text->size + 1);
	text->text = grown;
	text->space = space;
	return true;
}

/* Begin a text of an entry: over the one before, if that was the same entry's. */
static void begin_text(struct vw_boot_text *text, long index)
{
	if (text->entry != index)
		text->space = 0;
	text->entry = index;
	text->size = 0;
}

/* Returns the text, or NULL when there is no memory. */
static char *set_text(struct vw_boot_build *build, struct vw_boot_text *text, long index, const char *value,
		      size_t size)
{
	begin_text(text, index);
	if (!make_room(build, text, size))
		return NULL;
	memcpy(text->text, value, size);
	text->text[size] = '\0';
	text->size = size;
	return text->text;
}

struct vw_boot_entry *vw_boot_entry_at(struct vw_boot_build *build, long index)
{
	return (struct vw_boot_entry *)build->entries.item + index;
}

long vw_boot_add(struct vw_boot_build *build, const char *loader, const char *title, const char *source)
{
	struct vw_boot_entry *entry = vw_grow(build->image, &build->entries, sizeof(*entry), VW_BOOT_ENTRIES);

	if (!entry || !source)
		return vwb_arena_failed(vw_image_arena(build->image)) ? -ENOMEM : -E2BIG;
	entry->loader = loader;
	entry->title = title ? vw_image_clean(build->image, title, strnlen(title, TITLE_SIZE)) : NULL;
	entry->source = clean(build->image, source);
	entry->cmdline = "";
	if (!entry->source)
		return -ENOMEM;
	return (long)build->entries.count - 1;
}

void vw_boot_set_kernel(struct vw_boot_build *build, long index, const char *folder, const char *path)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);
	size_t size = strnlen(path, PATH_MAX);
	char found[PATH_MAX], *kernel = set_text(build, &build->kernel, index, path, size);

	if (kernel)
		vwb_text_clean(kernel, size);
	entry->kernel = kernel;
	entry->kernel_at = NULL;
	entry->kernel_on = places_of(build->image, path);
	if (vw_boot_find(build->image, folder, path, found))
		entry->kernel_at = set_text(build, &build->kernel_at, index, found, strlen(found));
}

/* Are there so many bytes left for the texts of all entries? A variable of GRUB makes long ones of short
 * ones. */
static bool may_use(struct vw_boot_build *build, size_t size)
{
	if (size > TEXTS_SIZE - build->used)
		return false;
	build->used += size;
	return true;
}

void vw_boot_cut_initrds(struct vw_boot_build *build, long index)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);

	entry->initrds_cut = true;
	if (entry->source)
		vw_image_unread(build->image, entry->source, -E2BIG);
}

/* Room for one more initramfs file, or false. */
static bool make_initrd_room(struct vw_boot_build *build, struct vw_boot_entry *entry)
{
	struct vwb_arena *arena = vw_image_arena(build->image);
	size_t count = entry->initrd_count, space = count ? count * 2 : 1;
	const char **initrd, **at;

	if (count & (count - 1)) /* it has grown to a power of two before */
		return true;
	initrd = vwb_arena_array(arena, space, sizeof(*initrd));
	at = vwb_arena_array(arena, space, sizeof(*at));
	if (!initrd || !at)
		return false;
	for (size_t i = 0; i < count; i++) {
		initrd[i] = entry->initrd[i];
		at[i] = entry->initrd_at[i];
	}
	entry->initrd = initrd;
	entry->initrd_at = at;
	return true;
}

static void add_initrd(struct vw_boot_build *build, long index, const char *folder, const char *path)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);
	struct vwb_arena *arena = vw_image_arena(build->image);
	size_t size = strlen(path), count = entry->initrd_count;
	char found[PATH_MAX];

	if (count == INITRDS || !may_use(build, 2 * size)) {
		vw_boot_cut_initrds(build, index);
		return;
	}
	if (!make_initrd_room(build, entry))
		return;
	((const char **)entry->initrd)[count] = vw_image_clean(build->image, path, size);
	((const char **)entry->initrd_at)[count] =
		vw_boot_find(build->image, folder, path, found) ? vwb_arena_string(arena, found) : NULL;
	if (entry->initrd[count])
		entry->initrd_count++;
}

/* The length of the path that a list begins with: the comma of GRUB's "(hd0,gpt1)/initrd" is none of the
 * list's. */
static size_t path_length(const char *paths)
{
	size_t device = *paths == '(' ? strcspn(paths, ") \t") : 0;

	return device + strcspn(paths + device, " \t,");
}

void vw_boot_add_initrd(struct vw_boot_build *build, long index, const char *folder, const char *paths)
{
	while (*paths && !vw_boot_entry_at(build, index)->initrds_cut) {
		size_t length = path_length(paths);
		char path[PATH_MAX + 1];

		if (length && *paths != '$') {
			snprintf(path, sizeof(path), "%.*s", (int)(length < PATH_MAX ? length : PATH_MAX),
				 paths);
			add_initrd(build, index, folder, path);
		}
		paths += length;
		paths += strspn(paths, " \t,");
	}
}

void vw_boot_clear_cmdline(struct vw_boot_build *build, long index)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);

	begin_text(&build->cmdline, index);
	entry->cmdline = "";
	entry->cmdline_cut = false;
}

void vw_boot_cut_cmdline(struct vw_boot_build *build, long index)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);

	entry->cmdline_cut = true;
	if (entry->source)
		vw_image_unread(build->image, entry->source, -E2BIG);
}

void vw_boot_add_cmdline(struct vw_boot_build *build, long index, const char *words)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);
	struct vw_boot_text *line = &build->cmdline;
	size_t size = strnlen(words, VW_CMDLINE_LIMIT + 1), start;

	if (entry->cmdline_cut || !size)
		return;
	if (line->entry != index || !*entry->cmdline)
		line = set_text(build, line, index, entry->cmdline, strlen(entry->cmdline)) ? line : NULL;
	if (!line)
		return;
	start = line->size ? line->size + 1 : 0;
	if (start + size > VW_CMDLINE_LIMIT || !may_use(build, size)) {
		vw_boot_cut_cmdline(build, index);
		return;
	}
	if (!make_room(build, line, size + 1))
		return;
	memcpy(line->text + start, words, size);
	size = vwb_text_clean(line->text + start, size);
	if (size && start)
		line->text[start - 1] = ' ';
	line->size = size ? start + size : line->size;
	line->text[line->size] = '\0';
	entry->cmdline = line->text;
}

void vw_boot_decide(struct vw_boot_build *build, long index, const char *by, const char *lost)
{
	if (build->is_decided)
		return;
	build->is_decided = true;
	build->boot->default_by = by;
	build->boot->default_lost = clean(build->image, lost);
	if (index >= 0)
		vw_boot_entry_at(build, index)->is_default = true;
}
