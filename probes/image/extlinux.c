/* SPDX-License-Identifier: MIT */
/* Loaders whose configuration is a list of lines: SYSLINUX and EXTLINUX, and GRUB legacy's menu.lst. */
#include "probes/image/kernels.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

/* A line's first word and the rest of it. */
struct directive {
	const char *word, *rest;
	size_t length;
};

static bool next_directive(struct vw_image *image, struct vw_line_reader *lines, struct directive *ret)
{
	while (vw_image_next_line(lines)) {
		const char *line = vw_image_clean(image, lines->line, lines->length);

		if (!line)
			return false;
		if (!*line || *line == '#')
			continue;
		ret->word = line;
		ret->length = strcspn(line, " =");
		ret->rest = line + ret->length + strspn(line + ret->length, " =");
		return true;
	}
	return false;
}

static bool is_word(const struct directive *directive, const char *word)
{
	return strlen(word) == directive->length &&
	       strncasecmp(directive->word, word, directive->length) == 0;
}

static const char *place_of(struct vw_image *image, const char *path, unsigned line)
{
	return vwb_arena_printf(vw_image_arena(image), "%s:%u", path, line);
}

/* EXTLINUX. */

struct extlinux {
	struct vw_boot_build *build;
	const char *path, *folder;
	const char *wanted, *by; /* the label of DEFAULT */
	long entry, first, chosen;
};

/* initrd= in APPEND is the loader's, not the kernel's. */
static void take_append(struct extlinux *extlinux, const char *words)
{
	struct vw_boot_build *build = extlinux->build;

	while (*words) {
		size_t length = strcspn(words, " ");
		const char *word = vwb_arena_copy(vw_image_arena(build->image), words, length);

		if (word && vwb_text_starts(word, "initrd="))
			vw_boot_add_initrd(build, extlinux->entry, extlinux->folder,
					   word + strlen("initrd="));
		else if (word)
			vw_boot_add_cmdline(build, extlinux->entry, word);
		words += length;
		words += strspn(words, " ");
	}
}

static int take_label(struct extlinux *extlinux, const char *label, unsigned line)
{
	struct vw_boot_build *build = extlinux->build;
	long entry = vw_boot_add(build, "extlinux", label, place_of(build->image, extlinux->path, line));

	if (entry < 0)
		return (int)entry;
	extlinux->entry = entry;
	if (extlinux->first < 0)
		extlinux->first = entry;
	if (extlinux->chosen < 0 && vwb_text_equal(extlinux->wanted, label))
		extlinux->chosen = entry;
	return 0;
}

static void take_extlinux(struct extlinux *extlinux, const struct directive *line, unsigned number)
{
	struct vw_boot_build *build = extlinux->build;

	if (is_word(line, "default") || is_word(line, "ontimeout")) {
		extlinux->wanted = line->rest;
		extlinux->by = place_of(build->image, extlinux->path, number);
	}
	if (extlinux->entry < 0)
		return;
	if (is_word(line, "linux") || is_word(line, "kernel"))
		vw_boot_set_kernel(build, extlinux->entry, extlinux->folder, line->rest);
	else if (is_word(line, "initrd"))
		vw_boot_add_initrd(build, extlinux->entry, extlinux->folder, line->rest);
	else if (is_word(line, "append"))
		take_append(extlinux, line->rest);
	else if (is_word(line, "menu") && strcasecmp(line->rest, "default") == 0) {
		extlinux->chosen = extlinux->entry;
		extlinux->by = place_of(build->image, extlinux->path, number);
	}
}

static void decide_extlinux(struct extlinux *extlinux)
{
	struct vw_boot_build *build = extlinux->build;
	const char *title;

	for (long i = extlinux->first; i >= 0 && i < (long)build->entries.count && extlinux->chosen < 0;
	     i++) {
		title = vw_boot_entry_at(build, i)->title;
		if (vwb_text_equal(title, extlinux->wanted))
			extlinux->chosen = i;
	}
	if (extlinux->chosen >= 0)
		vw_boot_decide(build, extlinux->chosen, extlinux->by, NULL);
	else if (extlinux->first >= 0)
		vw_boot_decide(build, extlinux->first,
			       vwb_arena_printf(vw_image_arena(build->image), "the first entry of %s",
						extlinux->path),
			       extlinux->wanted && !vwb_text_ends(extlinux->wanted, ".c32") ? extlinux->wanted
											    : NULL);
}

static int read_extlinux(struct vw_boot_build *build, const char *path)
{
	struct extlinux extlinux = {.build = build, .path = path, .entry = -1, .first = -1, .chosen = -1};
	struct vw_line_reader lines;
	struct directive line;
	const char *text;
	size_t size;
	int r = vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	extlinux.folder =
		vwb_arena_copy(vw_image_arena(build->image), path, (size_t)(strrchr(path, '/') - path));
	if (!extlinux.folder)
		return -ENOMEM;
	lines = (struct vw_line_reader){.image = build->image, .rest = text, .size = size};
	while (next_directive(build->image, &lines, &line)) {
		if (!is_word(&line, "label"))
			take_extlinux(&extlinux, &line, lines.number);
		else if (take_label(&extlinux, line.rest, lines.number) < 0)
			break;
	}
	decide_extlinux(&extlinux);
	return vwb_arena_failed(vw_image_arena(build->image)) ? -ENOMEM : 0;
}

/* Source: SYSLINUX, "Config". */
int vw_extlinux_read(struct vw_boot_build *build)
{
	static const char *const paths[] = {
		"/boot/extlinux/extlinux.conf",
		"/boot/extlinux.conf",
		"/extlinux.conf",
		"/boot/syslinux/extlinux.conf",
		"/boot/syslinux/syslinux.cfg",
		"/boot/efi/EFI/syslinux/syslinux.cfg",
	};
	size_t before = build->entries.count;
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(paths) && r == 0 && build->entries.count == before; i++)
		r = read_extlinux(build, paths[i]);
	return r;
}

/* menu.lst. */

struct menu_lst {
	struct vw_boot_build *build;
	const char *path, *wanted, *by;
	long entry, first;
};

static void take_kernel(struct menu_lst *menu, const char *rest)
{
	struct vw_boot_build *build = menu->build;
	size_t length;
	const char *path;

	while (vwb_text_starts(rest, "--")) {
		rest += strcspn(rest, " ");
		rest += strspn(rest, " ");
	}
	length = strcspn(rest, " ");
	path = vwb_arena_copy(vw_image_arena(build->image), rest, length);
	if (!path)
		return;
	vw_boot_set_kernel(build, menu->entry, NULL, path);
	vw_boot_clear_cmdline(build, menu->entry);
	vw_boot_add_cmdline(build, menu->entry, rest + length);
}

static void take_menu_line(struct menu_lst *menu, const struct directive *line, unsigned number)
{
	struct vw_boot_entry *entry;
	bool behind_xen;

	if (is_word(line, "default") && menu->entry < 0) {
		menu->wanted = line->rest;
		menu->by = place_of(menu->build->image, menu->path, number);
	}
	if (menu->entry < 0)
		return;
	entry = vw_boot_entry_at(menu->build, menu->entry);
	/* Where the kernel was the hypervisor, the first module is the kernel. */
	behind_xen = is_word(line, "module") && entry->kernel && strstr(entry->kernel, "xen");
	if (is_word(line, "kernel") || behind_xen)
		take_kernel(menu, line->rest);
	else if (is_word(line, "initrd") || is_word(line, "module"))
		vw_boot_add_initrd(menu->build, menu->entry, NULL, line->rest);
}

/* "default saved" is the number that grub-set-default left in a file besides. */
static void decide_menu(struct menu_lst *menu)
{
	struct vw_boot_build *build = menu->build;
	struct vwb_arena *arena = vw_image_arena(build->image);
	const char *wanted = menu->wanted ? menu->wanted : "0", *text;
	uint64_t number, all = build->entries.count - (size_t)menu->first;
	size_t size;

	if (vwb_text_equal(wanted, "saved") &&
	    vw_image_read(build->image, "/boot/grub/default", VW_IMAGE_TEXT_LIMIT, &text, &size) == 0) {
		wanted = vwb_arena_copy(arena, text, strcspn(text, "\n"));
		menu->by = "/boot/grub/default";
	}
	if (wanted && vwb_number_parse(wanted, 10, VW_BOOT_ENTRIES, &number) == 0 && number < all)
		vw_boot_decide(build, menu->first + (long)number, menu->by, NULL);
	else
		vw_boot_decide(build, menu->first,
			       vwb_arena_printf(arena, "the first entry of %s", menu->path),
			       vwb_text_equal(wanted, "saved") ? NULL : wanted);
}

static int read_menu(struct vw_boot_build *build, const char *path)
{
	struct menu_lst menu = {.build = build, .path = path, .entry = -1, .first = -1};
	struct vw_text *fact = &build->boot->menu_lst;
	struct vw_line_reader lines;
	struct directive line;
	const char *text;
	size_t size;
	int r = vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size);

	if (r < 0) {
		if (r != -ENOENT)
			*fact = (struct vw_text){.state = vw_image_state(r), .source = path};
		return r == -ENOMEM ? r : 0;
	}
	lines = (struct vw_line_reader){.image = build->image, .rest = text, .size = size};
	while (next_directive(build->image, &lines, &line)) {
		if (!is_word(&line, "title")) {
			take_menu_line(&menu, &line, lines.number);
			continue;
		}
		menu.entry =
			vw_boot_add(build, "menu.lst", line.rest, place_of(build->image, path, lines.number));
		if (menu.entry < 0)
			break;
		if (menu.first < 0)
			menu.first = menu.entry;
	}
	*fact = (struct vw_text){.state = VW_MALFORMED, .source = path};
	if (menu.first >= 0) {
		*fact = (struct vw_text){.state = VW_VALUE, .text = path, .source = path};
		decide_menu(&menu);
	}
	return vwb_arena_failed(vw_image_arena(build->image)) ? -ENOMEM : 0;
}

/* Source: GNU GRUB legacy manual; Amazon EC2 User Guide, "User provided kernels" for where PV-GRUB looks. */
int vw_menu_lst_read(struct vw_boot_build *build)
{
	static const char *const paths[] = {"/boot/grub/menu.lst", "/boot/grub/grub.conf", "/grub/menu.lst"};
	int r = 0;

	build->boot->menu_lst.state = VW_ABSENT;
	for (size_t i = 0; i < VW_COUNT(paths) && r == 0; i++) {
		r = read_menu(build, paths[i]);
		if (build->boot->menu_lst.state != VW_ABSENT)
			break;
	}
	return r;
}
