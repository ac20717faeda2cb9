/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

/* Settings that decide what comes into an initramfs. Sources: dracut.conf(5), initramfs.conf(5),
 * mkinitcpio.conf(5), mkinitfs.conf(5). */
static const char *const dracut_keys[] = {
	"add_drivers",   "drivers",  "force_drivers", "omit_drivers",      "filesystems",        "hostonly",
	"hostonly_mode", "compress", "no_kernel",     "add_dracutmodules", "omit_dracutmodules", NULL,
};
static const char *const initramfs_tools_keys[] = {"MODULES", "COMPRESS", "BUSYBOX", NULL};
static const char *const mkinitcpio_keys[] = {"MODULES", "HOOKS", "COMPRESSION", NULL};
static const char *const mkinitfs_keys[] = {"features", NULL};

struct conf {
	struct vw_growing *lines;
	const char *const *keys;
};

/* Each setting as "KEY=VALUE" or "KEY+=VALUE", the value without quotes. */
static int visit_settings(void *context, struct vw_image *image, const char *path, const char *text,
			  size_t size)
{
	struct vw_assignment assignment = {.rest = {text, size}};
	const struct conf *conf = context;

	while (vw_assignment_next(&assignment)) {
		const char *key = NULL, *value, *line;

		for (size_t i = 0; conf->keys[i] && !key; i++)
			if (vw_span_is(assignment.key, conf->keys[i]))
				key = conf->keys[i];
		if (!key)
			continue;
		value = vw_assigned(image, &assignment);
		line = value ? vwb_arena_printf(vw_image_arena(image), "%s%s%s", key,
						assignment.append ? "+=" : "=", value)
			     : NULL;
		if (!line)
			return -ENOMEM;
		vw_lines_add(image, conf->lines, path, assignment.line, vw_span_of(line, strlen(line)));
	}
	return vw_image_memory(image);
}

/* /etc/initramfs-tools/modules: a module and its parameters on each line. */
static int visit_modules(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		struct vw_span line = vw_span_trim(vw_span_of(lines.line, lines.length));
		const char *comment = line.size ? memchr(line.at, '#', line.size) : NULL;

		if (comment)
			line = vw_span_trim(vw_span_of(line.at, (size_t)(comment - line.at)));
		if (line.size)
			vw_lines_add(image, context, path, lines.number, line);
	}
	return vw_image_memory(image);
}

/* Files by themselves, then folders of them; of those, a later setting holds. */
static const struct {
	const char *const *keys;
	const char *path;      /* NULL: a folder */
	const char *folder[3]; /* the earlier one hides */
	const char *suffix;
} places[] = {
	{.keys = dracut_keys, .path = "/etc/dracut.conf"},
	{
		.keys = dracut_keys,
		.folder = {"/etc/dracut.conf.d", "/usr/lib/dracut/dracut.conf.d"},
		.suffix = ".conf",
	},
	{.keys = initramfs_tools_keys, .path = "/etc/initramfs-tools/initramfs.conf"},
	{
		.keys = initramfs_tools_keys,
		.folder = {"/etc/initramfs-tools/conf.d", "/usr/share/initramfs-tools/conf.d"},
	},
	{.keys = mkinitcpio_keys, .path = "/etc/mkinitcpio.conf"},
	{.keys = mkinitcpio_keys, .folder = {"/etc/mkinitcpio.conf.d"}, .suffix = ".conf"},
	{.keys = mkinitfs_keys, .path = "/etc/mkinitfs/mkinitfs.conf"},
};

int vw_image_probe_initramfs_conf(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char *const modules[] = {"/etc/initramfs-tools/modules",
					      "/usr/share/initramfs-tools/modules"};
	struct vw_growing lines = {0};
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(places) && r == 0; i++) {
		struct vw_file_set set = {.folder = places[i].folder, .suffix = places[i].suffix};
		struct conf conf = {.lines = &lines, .keys = places[i].keys};

		if (places[i].path)
			r = vw_file_one(image, places[i].path, visit_settings, &conf, NULL);
		else
			r = vw_files_each(image, &set, visit_settings, &conf);
	}
	for (size_t i = 0; i < VW_COUNT(modules) && r == 0; i++)
		r = vw_file_one(image, modules[i], visit_modules, &lines, NULL);
	vw_lines_set(&facts->initramfs_conf, &lines);
	return r;
}
