/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

enum {
	HEAD_SIZE = 4096, /* of a PE file: the headers of all that boots are far shorter */
	DEPTH_LIMIT = 4,
	ENTRIES_LIMIT = 4096,
	LOADERS_LIMIT = 256,
};

struct esp {
	struct vw_image *image;
	const char *folder; /* "/boot/efi" */
	struct vw_growing loaders, archs;
	size_t entries;
};

static void add_name(struct esp *esp, struct vw_growing *names, const char *name)
{
	const char **item = vw_grow(esp->image, names, sizeof(*item), LOADERS_LIMIT);

	if (item)
		*item = vw_image_clean(esp->image, name, strlen(name));
	else
		vw_image_unread(esp->image, esp->folder, -E2BIG);
}

/* Is it what firmware starts where no variable names a loader? UEFI specification, 3.5.1.1 */
static bool is_removable(const char *name)
{
	return strncasecmp(name, "EFI/BOOT/", strlen("EFI/BOOT/")) == 0;
}

/* @name: below the ESP, "EFI/debian/grubx64.efi" */
static int look_at(struct esp *esp, const char *folder, const char *file, const char *name)
{
	const char *path = vwb_arena_printf(vw_image_arena(esp->image), "%s/%s", folder, file), *head;
	struct vw_pe pe = {0};
	uint64_t file_size = 0;
	size_t size;
	int r = path ? vw_image_stat(esp->image, path, NULL, &file_size) : -ENOMEM;

	if (r == 0)
		r = vw_image_read_head(esp->image, path, HEAD_SIZE, &head, &size);
	if (r == 0)
		r = vw_pe_read(esp->image, (const unsigned char *)head, size, file_size, &pe);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	add_name(esp, &esp->loaders, name);
	if (pe.arch && is_removable(name))
		add_name(esp, &esp->archs, pe.arch);
	return 0;
}

static bool is_efi_file(const struct vw_entry *entry)
{
	size_t size = strlen(entry->name);

	return entry->type == VW_ENTRY_FILE && size > 4 && strcasecmp(entry->name + size - 4, ".efi") == 0;
}

/* @name: of the folder, below the ESP */
static int walk(struct esp *esp, const char *name, unsigned depth)
{
	struct vwb_arena *arena = vw_image_arena(esp->image);
	const char *folder = vwb_arena_printf(arena, "%s/%s", esp->folder, name);
	const struct vw_entry *entry;
	size_t count = 0;
	int r = folder ? vw_image_list(esp->image, folder, &count, &entry) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		const char *below;

		if (++esp->entries > ENTRIES_LIMIT || vw_image_late(esp->image)) {
			vw_image_unread(esp->image, esp->folder, -E2BIG);
			break;
		}
		if (!is_efi_file(&entry[i]) && (entry[i].type != VW_ENTRY_FOLDER || depth >= DEPTH_LIMIT))
			continue;
		below = vwb_arena_printf(arena, "%s/%s", name, entry[i].name);
		if (!below)
			return -ENOMEM;
		if (entry[i].type == VW_ENTRY_FOLDER)
			r = walk(esp, below, depth + 1);
		else
			r = look_at(esp, folder, entry[i].name, below);
	}
	return r;
}

/* The name of the folder @word in this one, however it is written; NULL when there is none. */
static const char *find_folder(struct vw_image *image, const char *folder, const char *word)
{
	const struct vw_entry *entry;
	size_t count = 0;

	if (vw_image_list(image, folder, &count, &entry) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(entry[i].name, word) == 0 && entry[i].type == VW_ENTRY_FOLDER)
			return entry[i].name;
	return NULL;
}

/* /boot/efi is where an ESP is mounted, and by its name alone no EFI folder of a /boot that is one. */
static const char *find_efi(struct vw_image *image, const char *folder)
{
	const char *name = find_folder(image, folder, "EFI");

	if (vwb_text_equal(folder, "/boot") && vwb_text_equal(name, "efi") &&
	    !find_folder(image, "/boot/efi", "BOOT"))
		return NULL;
	return name;
}

int vw_image_probe_esp(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char *const folders[] = {"/boot/efi", "/efi", "/boot"};
	struct vw_image_esp *ret = &facts->esp;
	struct esp esp = {.image = image};
	const char *name = NULL;
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(folders) && !name; i++) {
		esp.folder = folders[i];
		name = find_efi(image, folders[i]);
	}
	if (name)
		r = walk(&esp, name, 0);
	vw_image_set_text(image, &ret->folder, name ? 0 : -ENOENT, esp.folder, name ? strlen(esp.folder) : 0,
			  name ? esp.folder : folders[0]);
	vw_image_set_names(&ret->loaders, name ? VW_VALUE : VW_ABSENT, &esp.loaders, ret->folder.source);
	vw_image_set_names(&ret->archs, name ? VW_VALUE : VW_ABSENT, &esp.archs, ret->folder.source);
	return r < 0 ? r : vw_image_memory(image);
}
