/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* --- versions ------------------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *skip_others(const char *text)
{
	while (*text && !is_digit(*text) && !is_letter(*text) && !strchr("~-^.", *text))
		text++;
	return text;
}

static int compare_numbers(const char **a, const char **b)
{
	size_t x, y;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	x = strspn(*a, "0123456789");
	y = strspn(*b, "0123456789");
	order = x != y ? (x < y ? -1 : 1) : strncmp(*a, *b, x);
	*a += x;
	*b += y;
	return order;
}

static int compare_letters(const char **a, const char **b)
{
	while (is_letter(**a) && **a == **b) {
		(*a)++;
		(*b)++;
	}
	if (!is_letter(**a) && !is_letter(**b))
		return 0;
	return (is_letter(**a) ? **a : 0) < (is_letter(**b) ? **b : 0) ? -1 : 1;
}

/* Of two texts, the one that goes on with @mark: @older says whether that makes it the older one. Returns 2
 * when neither or both do. */
static int compare_mark(const char **a, const char **b, char mark, bool older)
{
	if (**a == mark && **b == mark) {
		(*a)++;
		(*b)++;
		return 2;
	}
	if (**a == mark)
		return older ? -1 : 1;
	if (**b == mark)
		return older ? 1 : -1;
	return 2;
}

int vw_version_compare(const char *a, const char *b)
{
	for (;;) {
		static const char marks[] = "-^.";
		int order;

		a = skip_others(a);
		b = skip_others(b);
		order = compare_mark(&a, &b, '~', true);
		if (order != 2)
			return order;
		if (!*a || !*b)
			return *a ? 1 : (*b ? -1 : 0);
		for (const char *mark = marks; *mark; mark++) {
			order = compare_mark(&a, &b, *mark, true);
			if (order != 2)
				return order;
		}
		if (is_digit(*a) || is_digit(*b)) {
			if (!is_digit(*a) || !is_digit(*b))
				return is_digit(*a) ? 1 : -1;
			order = compare_numbers(&a, &b);
		} else {
			order = compare_letters(&a, &b);
		}
		if (order)
			return order < 0 ? -1 : 1;
	}
}

/* --- entries ------------------------------------------------------------------------------------------- */

static const char *join(struct vw_image *image, const char *before, const char *more)
{
	return before ? vw_arena_printf(vw_image_arena(image), "%s %s", before, more) : more;
}

static int take_bls(struct vw_image *image, const char *text, size_t size, struct vw_bls *bls)
{
	struct vw_line_reader lines = {.rest = text, .size = size};
	const struct {
		const char *key;
		const char **value;
		bool joins;
	} keys[] = {
		{"title", &bls->title, false},       {"version", &bls->version, false},
		{"linux", &bls->kernel, false},      {"machine-id", &bls->machine_id, false},
		{"options", &bls->options, true},    {"initrd", &bls->initrd, true},
		{"sort-key", &bls->sort_key, false}, {"efi", &bls->kernel, false},
		{"uki", &bls->kernel, false},
	};

	while (vw_image_next_line(&lines)) {
		const char *line = vw_image_clean(image, lines.line, lines.length), *value;
		size_t length;

		if (!line)
			return -ENOMEM;
		length = strcspn(line, " ");
		value = line + length + strspn(line + length, " ");
		for (size_t i = 0; i < VW_COUNT(keys); i++)
			if (strlen(keys[i].key) == length && memcmp(line, keys[i].key, length) == 0)
				*keys[i].value = keys[i].joins ? join(image, *keys[i].value, value) : value;
	}
	return vw_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

int vw_bls_read(struct vw_image *image, const char *folder, struct vw_growing *list)
{
	struct vw_arena *arena = vw_image_arena(image);
	const struct vw_entry *entry;
	size_t count, size;
	const char *text;
	int r = vw_image_list(image, folder, &count, &entry);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct vw_bls bls = {.title = NULL}, *kept;
		size_t length = strlen(entry[i].name);

		if (!vw_ends_with(entry[i].name, ".conf") || entry[i].type == VW_ENTRY_FOLDER)
			continue;
		bls.source = vw_arena_printf(arena, "%s/%s", folder, entry[i].name);
		bls.id = vw_arena_copy(arena, entry[i].name, length - strlen(".conf"));
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
	return vw_arena_failed(arena) ? -ENOMEM : 0;
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

/* --- systemd-boot -------------------------------------------------------------------------------------- */

/* "NAME+3-1" has three tries left. Source: systemd, Automatic Boot Assessment. */
static const char *without_tries(struct vw_image *image, const char *id)
{
	const char *plus = strrchr(id, '+');

	if (!plus || !is_digit(plus[1]) || plus[1 + strspn(plus + 1, "0123456789-")])
		return id;
	return vw_arena_copy(vw_image_arena(image), id, (size_t)(plus - id));
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
			order = vw_version_compare(y->version ? y->version : "",
						   x->version ? x->version : "");
	}
	return order ? order : vw_version_compare(y->id, x->id);
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
	return index;
}

/* The pattern of "default" in loader.conf, or NULL. */
static const char *default_pattern(struct vw_image *image, const char *text, size_t size)
{
	struct vw_line_reader lines = {.rest = text, .size = size};
	const char *pattern = NULL;

	while (vw_image_next_line(&lines)) {
		const char *line = vw_image_clean(image, lines.line, lines.length);

		if (line && vw_starts_with(line, "default "))
			pattern = line + strlen("default ") + strspn(line + strlen("default "), " ");
	}
	return pattern;
}

static void decide_bls(struct vw_boot_build *build, const char *folder, const struct vw_bls *bls,
		       size_t count, long first)
{
	const char *path = vw_arena_printf(vw_image_arena(build->image), "%s/loader.conf", folder);
	const char *text, *pattern = NULL;
	size_t size;

	if (path && vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) == 0)
		pattern = default_pattern(build->image, text, size);
	if (pattern && (*pattern == '@' || strstr(pattern, ".efi")))
		return; /* a variable of the firmware, or a UKI */
	for (size_t i = 0; pattern && i < count; i++) {
		const char *id = vw_arena_printf(vw_image_arena(build->image), "%s.conf",
						 without_tries(build->image, bls[i].id));

		if (id && (fnmatch(pattern, id, 0) == 0 || vw_equal(pattern, bls[i].id))) {
			vw_boot_decide(build, first + (long)i,
				       vw_arena_printf(vw_image_arena(build->image), "default in %s", path),
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
		if (vw_equal(vw_boot_entry_at(build, (long)i)->loader, "bls"))
			return 0;
	for (size_t i = 0; folders[i] && r == 0; i++) {
		struct vw_growing list = {.item = NULL};
		const char *folder = vw_arena_printf(vw_image_arena(build->image), "%s/entries", folders[i]);
		long first = (long)build->entries.count;
		const struct vw_bls *bls;
		bool is_systemd;

		if (!folder)
			return -ENOMEM;
		if (vw_image_resolve(build->image, folder, &place) < 0 || vw_equal(place, seen))
			continue;
		seen = place;
		r = vw_bls_read(build->image, folder, &list);
		if (list.count)
			qsort(list.item, list.count, sizeof(*bls), compare_bls);
		bls = list.item;
		is_systemd = vw_image_stat(build->image,
					   vw_arena_printf(vw_image_arena(build->image), "%s/loader.conf",
							   folders[i]),
					   NULL, NULL) == 0;
		for (size_t k = 0; k < list.count && r == 0; k++)
			if (add_bls(build, &bls[k], is_systemd ? "systemd-boot" : "bls") == -ENOMEM)
				r = -ENOMEM;
		if (r == 0 && build->entries.count == (size_t)first + list.count)
			decide_bls(build, folders[i], bls, list.count, first);
	}
	return r;
}
