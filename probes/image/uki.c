/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Unified kernel images on the EFI system partition. */

enum {
	UKI_HEAD = 64 * 1024,
};

/* A section's text, or NULL. */
static const char *section_text(struct vw_image *image, const struct vw_file *file,
				const struct vw_pe_section *section)
{
	char *text;
	ssize_t size;

	if (!section || section->size > VW_CMDLINE_LIMIT)
		return NULL;
	text = vwb_arena_alloc(vw_image_arena(image), section->size + 1);
	size = text ? vw_image_pread(image, file, text, section->size, section->offset) : -1;
	return size < 0 ? NULL : vw_image_clean(image, text, (size_t)size);
}

/* PRETTY_NAME of .osrel, as systemd-boot shows it. */
static const char *title_of(struct vw_image *image, const struct vw_file *file, const struct vw_pe *pe)
{
	const char *text = section_text(image, file, vw_pe_find(pe, ".osrel"));
	const char *name = text ? strstr(text, "PRETTY_NAME=\"") : NULL;
	size_t length;

	if (!name)
		return NULL;
	name += strlen("PRETTY_NAME=\"");
	length = strcspn(name, "\"");
	return vwb_arena_copy(vw_image_arena(image), name, length);
}

static int read_uki(struct vw_boot_build *build, const char *path)
{
	struct vw_image *image = build->image;
	_cleanup_(vw_file_close) struct vw_file file = {.fd = -1};
	const struct vw_pe_section *section;
	const char *cmdline;
	unsigned char *head;
	struct vw_pe pe;
	ssize_t got;
	long index;
	int r;

	r = vw_image_open_file(image, path, &file);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	head = vwb_arena_alloc(vw_image_arena(image), UKI_HEAD);
	if (!head)
		return -ENOMEM;
	got = vw_image_pread(image, &file, head, UKI_HEAD, 0);
	if (got < 64 || vw_pe_read(image, head, (size_t)got, file.size, &pe) < 0 ||
	    !vw_pe_find(&pe, ".linux"))
		return 0;
	index = vw_boot_add(build, "uki", title_of(image, &file, &pe), path);
	if (index < 0)
		return index == -ENOMEM ? -ENOMEM : 0;
	vw_boot_set_kernel(build, index, NULL, path);
	section = vw_pe_find(&pe, ".cmdline");
	cmdline = section_text(image, &file, section);
	if (cmdline)
		vw_boot_add_cmdline(build, index, cmdline);
	else if (section)
		vw_boot_cut_cmdline(build, index);
	if (vw_pe_find(&pe, ".initrd"))
		vw_boot_add_initrd(build, index, NULL, path);
	return 0;
}

static int read_uki_folder(struct vw_boot_build *build, const char *folder)
{
	const struct vw_entry *entry;
	size_t count;
	int r = vw_image_list(build->image, folder, &count, &entry);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		const char *path;

		if (entry[i].type == VW_ENTRY_FOLDER ||
		    (!vwb_text_ends(entry[i].name, ".efi") && !vwb_text_ends(entry[i].name, ".EFI")))
			continue;
		path = vwb_arena_printf(vw_image_arena(build->image), "%s/%s", folder, entry[i].name);
		r = path ? read_uki(build, path) : -ENOMEM;
	}
	return r;
}

static void decide_uki(struct vw_boot_build *build, long first)
{
	const char *by = "a UKI in EFI/BOOT, which the firmware starts";
	long best = -1;

	for (long i = first; i < (long)build->entries.count; i++) {
		const char *path = vw_boot_entry_at(build, i)->source;

		if (strstr(path, "/EFI/BOOT/")) {
			vw_boot_decide(build, i, by, NULL);
			return;
		}
		if (best < 0 || vwb_version_compare(path, vw_boot_entry_at(build, best)->source) > 0)
			best = i;
	}
	if (best >= 0)
		vw_boot_decide(build, best, "the newest UKI", NULL);
}

/* Source: UAPI Group, Boot Loader Specification, type 2. */
int vw_uki_read(struct vw_boot_build *build)
{
	static const char *const below[] = {"EFI/Linux", "EFI/BOOT"};
	struct vwb_arena *arena = vw_image_arena(build->image);
	long first = (long)build->entries.count;
	const char *seen[8] = {NULL};
	size_t seen_count = 0;
	int r = 0;

	for (size_t i = 0; vw_esp_folders[i] && r == 0; i++)
		for (size_t k = 0; k < VW_COUNT(below) && r == 0; k++) {
			const char *folder = vwb_arena_printf(arena, "%s/%s", vw_esp_folders[i], below[k]);
			const char *place;
			bool known = false;

			if (!folder || vw_image_resolve(build->image, folder, &place) < 0)
				continue;
			for (size_t n = 0; n < seen_count; n++)
				known |= vwb_text_equal(seen[n], place);
			if (known || seen_count == VW_COUNT(seen))
				continue;
			seen[seen_count++] = place;
			r = read_uki_folder(build, folder);
		}
	if (r == 0)
		decide_uki(build, first);
	return r;
}
