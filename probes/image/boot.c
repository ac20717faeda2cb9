/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INITRDS = 16, INTENT_LINES = 4096, UKI_HEAD = 64 * 1024 };

const char *const vw_esp_folders[] = {"/boot/efi", "/efi", "/boot", NULL};

/* --- paths --------------------------------------------------------------------------------------------- */

static const char *exists(struct vw_image *image, const char *folder, const char *path)
{
	const char *whole =
		vw_arena_printf(vw_image_arena(image), "%s%s%s", folder, *path == '/' ? "" : "/", path);
	enum vw_entry_type type;

	if (!whole || vw_image_stat(image, whole, &type, NULL) < 0 || type != VW_ENTRY_FILE)
		return NULL;
	return whole;
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
	if (vw_starts_with(path, "/@") && strchr(path + 1, '/'))
		return strchr(path + 1, '/');
	return path;
}

const char *vw_boot_find(struct vw_image *image, const char *folder, const char *path)
{
	static const char *const places[] = {"", "/boot", "/boot/efi", "/efi"};
	const char *found = NULL;

	path = strip_device(path);
	if (!*path || strlen(path) > 4000)
		return NULL;
	if (*path != '/' && folder)
		found = exists(image, folder, path);
	for (size_t i = 0; i < VW_COUNT(places) && !found; i++)
		found = exists(image, places[i], path);
	return found;
}

/* --- entries ------------------------------------------------------------------------------------------- */

static const char *clean(struct vw_image *image, const char *text)
{
	return text ? vw_image_clean(image, text, strlen(text)) : NULL;
}

struct vw_boot_entry *vw_boot_entry_at(struct vw_boot_build *build, long index)
{
	return (struct vw_boot_entry *)build->entries.item + index;
}

long vw_boot_add(struct vw_boot_build *build, const char *loader, const char *title, const char *source)
{
	struct vw_boot_entry *entry = vw_grow(build->image, &build->entries, sizeof(*entry), VW_BOOT_ENTRIES);

	if (!entry || !source)
		return vw_arena_failed(vw_image_arena(build->image)) ? -ENOMEM : -E2BIG;
	entry->loader = loader;
	entry->title = clean(build->image, title);
	entry->source = clean(build->image, source);
	entry->cmdline = "";
	return (long)build->entries.count - 1;
}

void vw_boot_set_kernel(struct vw_boot_build *build, long index, const char *folder, const char *path)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);

	entry->kernel = clean(build->image, path);
	entry->kernel_at = vw_boot_find(build->image, folder, path);
}

static void add_initrd(struct vw_boot_build *build, long index, const char *folder, const char *path)
{
	struct vw_arena *arena = vw_image_arena(build->image);
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);
	size_t count = entry->initrd_count;
	const char **initrd = vw_arena_array(arena, count + 1, sizeof(*initrd));
	const char **at = vw_arena_array(arena, count + 1, sizeof(*at));

	if (!initrd || !at || count >= INITRDS)
		return;
	for (size_t i = 0; i < count; i++) {
		initrd[i] = entry->initrd[i];
		at[i] = entry->initrd_at[i];
	}
	initrd[count] = clean(build->image, path);
	at[count] = vw_boot_find(build->image, folder, path);
	entry->initrd = initrd;
	entry->initrd_at = at;
	entry->initrd_count = count + 1;
}

void vw_boot_add_initrd(struct vw_boot_build *build, long index, const char *folder, const char *paths)
{
	while (*paths) {
		size_t length = strcspn(paths, " \t,");

		if (length && *paths != '$') {
			const char *path = vw_arena_copy(vw_image_arena(build->image), paths, length);

			if (!path)
				return;
			add_initrd(build, index, folder, path);
		}
		paths += length;
		paths += strspn(paths, " \t,");
	}
}

void vw_boot_add_cmdline(struct vw_boot_build *build, long index, const char *words)
{
	struct vw_boot_entry *entry = vw_boot_entry_at(build, index);
	const char *more = clean(build->image, words);

	if (!more || !*more)
		return;
	entry->cmdline =
		*entry->cmdline ? vw_arena_printf(vw_image_arena(build->image), "%s %s", entry->cmdline, more)
				: more;
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

/* --- UKIs ---------------------------------------------------------------------------------------------- */

/* A section's text, or NULL. */
static const char *section_text(struct vw_image *image, int fd, const struct vw_pe_section *section)
{
	char *text;
	ssize_t size;

	if (!section || section->size > VW_CMDLINE_LIMIT)
		return NULL;
	text = vw_arena_alloc(vw_image_arena(image), section->size + 1);
	size = text ? pread(fd, text, section->size, (off_t)section->offset) : -1;
	return size < 0 ? NULL : vw_image_clean(image, text, (size_t)size);
}

/* PRETTY_NAME of .osrel, as systemd-boot shows it. */
static const char *title_of(struct vw_image *image, int fd, const struct vw_pe *pe)
{
	const char *text = section_text(image, fd, vw_pe_find(pe, ".osrel"));
	const char *name = text ? strstr(text, "PRETTY_NAME=\"") : NULL;
	size_t length;

	if (!name)
		return NULL;
	name += strlen("PRETTY_NAME=\"");
	length = strcspn(name, "\"");
	return vw_arena_copy(vw_image_arena(image), name, length);
}

static int read_uki(struct vw_boot_build *build, const char *path)
{
	struct vw_image *image = build->image;
	_cleanup_(vw_closep) int fd = -1;
	const char *cmdline;
	unsigned char *head;
	uint64_t size;
	struct vw_pe pe;
	ssize_t got;
	long index;

	fd = vw_image_open_file(image, path, &size);
	if (fd < 0)
		return fd == -ENOMEM ? fd : 0;
	head = vw_arena_alloc(vw_image_arena(image), UKI_HEAD);
	if (!head)
		return -ENOMEM;
	got = pread(fd, head, UKI_HEAD, 0);
	if (got < 64 || vw_pe_read(image, head, (size_t)got, size, &pe) < 0 || !vw_pe_find(&pe, ".linux"))
		return 0;
	index = vw_boot_add(build, "uki", title_of(image, fd, &pe), path);
	if (index < 0)
		return index == -ENOMEM ? -ENOMEM : 0;
	vw_boot_set_kernel(build, index, NULL, path);
	cmdline = section_text(image, fd, vw_pe_find(&pe, ".cmdline"));
	if (cmdline)
		vw_boot_add_cmdline(build, index, cmdline);
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
		    (!vw_ends_with(entry[i].name, ".efi") && !vw_ends_with(entry[i].name, ".EFI")))
			continue;
		path = vw_arena_printf(vw_image_arena(build->image), "%s/%s", folder, entry[i].name);
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
		if (best < 0 || vw_version_compare(path, vw_boot_entry_at(build, best)->source) > 0)
			best = i;
	}
	if (best >= 0)
		vw_boot_decide(build, best, "the newest UKI", NULL);
}

/* Source: UAPI Group, Boot Loader Specification, type 2. */
int vw_uki_read(struct vw_boot_build *build)
{
	static const char *const below[] = {"EFI/Linux", "EFI/BOOT"};
	struct vw_arena *arena = vw_image_arena(build->image);
	long first = (long)build->entries.count;
	const char *seen[8] = {NULL};
	size_t seen_count = 0;
	int r = 0;

	for (size_t i = 0; vw_esp_folders[i] && r == 0; i++)
		for (size_t k = 0; k < VW_COUNT(below) && r == 0; k++) {
			const char *folder = vw_arena_printf(arena, "%s/%s", vw_esp_folders[i], below[k]);
			const char *place;
			bool known = false;

			if (!folder || vw_image_resolve(build->image, folder, &place) < 0)
				continue;
			for (size_t n = 0; n < seen_count; n++)
				known |= vw_equal(seen[n], place);
			if (known || seen_count == VW_COUNT(seen))
				continue;
			seen[seen_count++] = place;
			r = read_uki_folder(build, folder);
		}
	if (r == 0)
		decide_uki(build, first);
	return r;
}

/* --- what the next update of the loader would use ------------------------------------------------------ */

static int take_intent(struct vw_image *image, const char *text, size_t size, const char *path,
		       struct vw_growing *list)
{
	bool is_grub = strstr(path, "grub") != NULL, is_suse = strstr(path, "sysconfig") != NULL;
	struct vw_line_reader lines = {.rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		const char *copy = vw_image_clean(image, lines.line, lines.length);
		struct vw_line *line;

		if (!copy)
			return -ENOMEM;
		if (vw_starts_with(copy, "export "))
			copy += strlen("export ");
		if (!*copy || *copy == '#' || (is_grub && !is_suse && !vw_starts_with(copy, "GRUB_")) ||
		    (is_suse && !vw_starts_with(copy, "DEFAULTKERNEL=") && !vw_starts_with(copy, "GRUB_")))
			continue;
		line = vw_grow(image, list, sizeof(*line), INTENT_LINES);
		if (!line)
			break;
		line->text = copy;
		line->source = vw_arena_printf(vw_image_arena(image), "%s:%u", path, lines.number);
	}
	return vw_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

static int read_intent(struct vw_boot_build *build)
{
	static const char *const files[] = {
		"/etc/default/grub",
		"/etc/kernel/cmdline",
		"/etc/sysconfig/kernel",
		"/usr/lib/kernel/cmdline",
	};
	struct vw_lines *intent = &build->boot->intent;
	struct vw_growing list = {.item = NULL};
	const struct vw_entry *entry;
	const char *text;
	size_t size, count;
	int r;

	intent->state = VW_VALUE;
	for (size_t i = 0; i < VW_COUNT(files); i++) {
		r = vw_image_read(build->image, files[i], VW_IMAGE_TEXT_LIMIT, &text, &size);
		if (r == 0)
			r = take_intent(build->image, text, size, files[i], &list);
		if (r == -ENOMEM)
			return r;
		if (r < 0 && r != -ENOENT)
			intent->state = vw_image_state(r);
	}
	r = vw_image_list(build->image, "/etc/default/grub.d", &count, &entry);
	for (size_t i = 0; r == 0 && i < count; i++) {
		const char *path;

		if (!vw_ends_with(entry[i].name, ".cfg"))
			continue;
		path = vw_arena_printf(vw_image_arena(build->image), "/etc/default/grub.d/%s", entry[i].name);
		if (path && vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) == 0)
			r = take_intent(build->image, text, size, path, &list);
	}
	intent->line = list.item;
	intent->count = list.count;
	return r == -ENOMEM || vw_arena_failed(vw_image_arena(build->image)) ? -ENOMEM : 0;
}

/* The order is that of trust: a configuration of GRUB is what boots, whatever else lies about. */
int vw_image_probe_boot(struct vw_image *image, struct vw_image_facts *facts)
{
	static int (*const readers[])(struct vw_boot_build *) = {
		vw_grub_read,     vw_systemd_boot_read, vw_extlinux_read,
		vw_menu_lst_read, vw_uki_read,          read_intent,
	};
	struct vw_boot_build build = {.image = image, .boot = &facts->boot};
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(readers) && r == 0; i++)
		r = readers[i](&build);
	if (build.entries.count >= VW_BOOT_ENTRIES)
		vw_image_unread(image, "/boot", -E2BIG);
	facts->boot.entry = build.entries.item;
	facts->boot.count = build.entries.count;
	return r;
}
