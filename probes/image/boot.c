/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <errno.h>
#include <string.h>

enum { INTENT_LINES = 4096 };

/* What the next update of the loader would use. */

static int take_intent(struct vw_image *image, const char *text, size_t size, const char *path,
		       struct vw_growing *list)
{
	bool is_grub = strstr(path, "grub") != NULL, is_suse = strstr(path, "sysconfig") != NULL;
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		const char *copy = vw_image_clean(image, lines.line, lines.length);
		struct vw_line *line;

		if (!copy)
			return -ENOMEM;
		if (vwb_text_starts(copy, "export "))
			copy += strlen("export ");
		if (!*copy || *copy == '#' || (is_grub && !is_suse && !vwb_text_starts(copy, "GRUB_")) ||
		    (is_suse && !vwb_text_starts(copy, "DEFAULTKERNEL=") && !vwb_text_starts(copy, "GRUB_")))
			continue;
		line = vw_grow(image, list, sizeof(*line), INTENT_LINES);
		if (!line)
			break;
		line->text = copy;
		line->source = vwb_arena_printf(vw_image_arena(image), "%s:%u", path, lines.number);
	}
	return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
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

		if (!vwb_text_ends(entry[i].name, ".cfg"))
			continue;
		path = vwb_arena_printf(vw_image_arena(build->image), "/etc/default/grub.d/%s",
					entry[i].name);
		if (path && vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) == 0)
			r = take_intent(build->image, text, size, path, &list);
	}
	intent->line = list.item;
	intent->count = list.count;
	return r == -ENOMEM || vwb_arena_failed(vw_image_arena(build->image)) ? -ENOMEM : 0;
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
