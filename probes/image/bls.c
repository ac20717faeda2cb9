/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The values of a key that may stand in many lines, with a space between them. */
struct joined {
	char *text;
	size_t size, space;
	bool is_cut; /* beyond VW_CMDLINE_LIMIT; what comes after is left out */
};

static void join(struct vw_image *image, struct joined *joined, const char *value)
{
	size_t length = strlen(value), start = joined->size ? joined->size + 1 : 0;

	joined->is_cut |= start + length > VW_CMDLINE_LIMIT;
	if (joined->is_cut)
		return;
	if (start + length >= joined->space) {
		size_t space = (start + length + 1) * 2;
		char *grown = vwb_arena_alloc(vw_image_arena(image), space);

		if (!grown)
			return;
		if (joined->size)
			memcpy(grown, joined->text, joined->size);
		joined->text = grown;
		joined->space = space;
	}
	if (start)
		joined->text[start - 1] = ' ';
	memcpy(joined->text + start, value, length + 1);
	joined->size = start + length;
}

static int take_bls(struct vw_image *image, const char *text, size_t size, struct vw_bls *bls)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};
	struct joined options = {.text = NULL}, initrd = {.text = NULL};
	const struct {
		const char *key;
		const char **value;
		struct joined *joined;
	} keys[] = {
		{"title", &bls->title, NULL},       {"version", &bls->version, NULL},
		{"linux", &bls->kernel, NULL},      {"machine-id", &bls->machine_id, NULL},
		{"options", NULL, &options},        {"initrd", NULL, &initrd},
		{"sort-key", &bls->sort_key, NULL}, {"efi", &bls->kernel, NULL},
		{"uki", &bls->kernel, NULL},
	};

	while (vw_image_next_line(&lines)) {
		const char *line = vw_image_clean(image, lines.line, lines.length), *value;
		size_t length;

		if (!line)
			return -ENOMEM;
		length = strcspn(line, " ");
		value = line + length + strspn(line + length, " ");
		for (size_t i = 0; i < VW_COUNT(keys); i++) {
			if (strlen(keys[i].key) != length || memcmp(line, keys[i].key, length) != 0)
				continue;
			if (keys[i].joined)
				join(image, keys[i].joined, value);
			else
				*keys[i].value = value;
		}
	}
	bls->options = options.text;
	bls->options_cut = options.is_cut;
	bls->initrd = initrd.text;
	bls->initrd_cut = initrd.is_cut;
	return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

void vw_bls_note_cuts(struct vw_boot_build *build, long index, const struct vw_bls *bls)
{
	if (bls->options_cut)
		vw_boot_cut_cmdline(build, index);
	if (bls->initrd_cut)
		vw_boot_cut_initrds(build, index);
}

int vw_bls_read(struct vw_image *image, const char *folder, struct vw_growing *list)
{
	struct vwb_arena *arena = vw_image_arena(image);
	const struct vw_entry *entry;
	size_t count, size;
	const char *text;
	int r = vw_image_list(image, folder, &count, &entry);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct vw_bls bls = {.title = NULL}, *kept;
		size_t length = strlen(entry[i].name);

		if (!vwb_text_ends(entry[i].name, ".conf") || entry[i].type == VW_ENTRY_FOLDER)
			continue;
		bls.source = vwb_arena_printf(arena, "%s/%s", folder, entry[i].name);
		bls.id = vwb_arena_copy(arena, entry[i].name, length - strlen(".conf"));
		if (!bls.source || !bls.id)
			return -ENOMEM;
		r = vw_image_read(image, bls.source, VW_IMAGE_TEXT_LIMIT, &text, &size);
		if (r == 0)
			r = take_bls(image, text, size, &bls);
		if (r == -ENOMEM)
			return r;
		kept = r == 0 ? vw_grow(image, list, sizeof(*kept), VW_BOOT_ENTRIES) : NULL;
		if (kept)
			*kept = bls;
		r = 0;
	}
	return vwb_arena_failed(arena) ? -ENOMEM : 0;
}

const char *vw_bls_folder(struct vw_image *image)
{
	static const char *const folders[] = {"/boot/loader/entries", "/loader/entries",
					      "/boot/efi/loader/entries", "/efi/loader/entries"};
	enum vw_entry_type type;

	for (size_t i = 0; i < VW_COUNT(folders); i++)
		if (vw_image_stat(image, folders[i], &type, NULL) == 0 && type == VW_ENTRY_FOLDER)
			return folders[i];
	return NULL;
}

/* Systemd-boot. */

/* "NAME+3-1" has three tries left. Source: systemd, Automatic Boot Assessment. */
static const char *without_tries(struct vw_image *image, const char *id)
{
	const char *plus = strrchr(id, '+');

	if (!plus || !is_digit(plus[1]) || plus[1 + strspn(plus + 1, "0123456789-")])
		return id;
	return vwb_arena_copy(vw_image_arena(image), id, (size_t)(plus - id));
}

/* Source: UAPI Group, Boot Loader Specification, "Sorting". */
static int compare_bls(const void *a, const void *b)
{
	const struct vw_bls *x = a, *y = b;
	int order = 0;

	if (!x->sort_key != !y->sort_key)
		return x->sort_key ? -1 : 1;
	if (x->sort_key) {
		order = strcmp(x->sort_key, y->sort_key);
		if (!order)
			order = strcmp(x->machine_id ? x->machine_id : "",
				       y->machine_id ? y->machine_id : "");
		if (!order)
			order = vwb_version_compare(y->version ? y->version : "",
						    x->version ? x->version : "");
	}
	return order ? order : vwb_version_compare(y->id, x->id);
}

static long add_bls(struct vw_boot_build *build, const struct vw_bls *bls, const char *loader)
{
	long index = vw_boot_add(build, loader, bls->title ? bls->title : bls->id, bls->source);

	if (index < 0)
		return index;
	if (bls->kernel)
		vw_boot_set_kernel(build, index, NULL, bls->kernel);
	if (bls->initrd)
		vw_boot_add_initrd(build, index, NULL, bls->initrd);
	if (bls->options)
		vw_boot_add_cmdline(build, index, bls->options);
	vw_bls_note_cuts(build, index, bls);
	return index;
}

/* The pattern of "default" in loader.conf, or NULL. */
static const char *default_pattern(struct vw_image *image, const char *text, size_t size)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};
	const char *pattern = NULL;

	while (vw_image_next_line(&lines)) {
		const char *line = vw_image_clean(image, lines.line, lines.length);

		if (line && vwb_text_starts(line, "default "))
			pattern = line + strlen("default ") + strspn(line + strlen("default "), " ");
	}
	return pattern;
}

static void decide_bls(struct vw_boot_build *build, const char *folder, const struct vw_bls *bls,
		       size_t count, long first)
{
	const char *path = vwb_arena_printf(vw_image_arena(build->image), "%s/loader.conf", folder);
	const char *text, *pattern = NULL;
	size_t size;

	if (path && vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) == 0)
		pattern = default_pattern(build->image, text, size);
	if (pattern && (*pattern == '@' || strstr(pattern, ".efi")))
		return; /* a variable of the firmware, or a UKI */
	for (size_t i = 0; pattern && i < count; i++) {
		const char *plain = without_tries(build->image, bls[i].id), *id;

		id = plain ? vwb_arena_printf(vw_image_arena(build->image), "%s.conf", plain) : NULL;
		if (id && (fnmatch(pattern, id, 0) == 0 || vwb_text_equal(pattern, bls[i].id))) {
			vw_boot_decide(build, first + (long)i,
				       vwb_arena_printf(vw_image_arena(build->image), "default in %s", path),
				       NULL);
			return;
		}
	}
	if (count)
		vw_boot_decide(build, first, "the first entry in the loader's order", pattern);
}

/* Entries that GRUB's blscfg has not read yet: systemd-boot's, or those of a firmware that reads them itself.
 */
int vw_systemd_boot_read(struct vw_boot_build *build)
{
	static const char *const folders[] = {"/boot/efi/loader", "/efi/loader", "/boot/loader", NULL};
	const char *place, *seen = NULL;
	int r = 0;

	for (size_t i = 0; i < build->entries.count; i++)
		if (vwb_text_equal(vw_boot_entry_at(build, (long)i)->loader, "bls"))
			return 0;
	for (size_t i = 0; folders[i] && r == 0; i++) {
		struct vw_growing list = {.item = NULL};
		const char *folder = vwb_arena_printf(vw_image_arena(build->image), "%s/entries", folders[i]);
		long first = (long)build->entries.count;
		const char *conf =
			vwb_arena_printf(vw_image_arena(build->image), "%s/loader.conf", folders[i]);
		const struct vw_bls *bls;
		bool is_systemd;

		if (!folder || !conf)
			return -ENOMEM;
		if (vw_image_resolve(build->image, folder, &place) < 0 || vwb_text_equal(place, seen))
			continue;
		seen = place;
		r = vw_bls_read(build->image, folder, &list);
		if (list.count)
			qsort(list.item, list.count, sizeof(*bls), compare_bls);
		bls = list.item;
		is_systemd = vw_image_stat(build->image, conf, NULL, NULL) == 0;
		for (size_t k = 0; k < list.count && r == 0; k++)
			if (add_bls(build, &bls[k], is_systemd ? "systemd-boot" : "bls") == -ENOMEM)
				r = -ENOMEM;
		if (r == 0 && build->entries.count == (size_t)first + list.count)
			decide_bls(build, folders[i], bls, list.count, first);
	}
	return r;
}
