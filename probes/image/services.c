/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

/*
 * Which services something starts at boot: links in a target's .wants and .requires, in the folders of SysV's
 * run levels, and in OpenRC's. Sources: systemd.unit(5); inittab(5) and LSB, "init.d"; openrc-run(8).
 */

enum { NAMES_LIMIT = 1024 };

struct finding {
	struct vw_image *image;
	struct vw_growing names;
	bool lost;
};

static void add(struct finding *finding, const char *name, size_t size)
{
	const char **item =
		size ? vw_grow(finding->image, &finding->names, sizeof(*item), NAMES_LIMIT) : NULL;

	if (item)
		*item = vw_image_clean(finding->image, name, size);
}

static int list(struct finding *finding, const char *folder, size_t *count, const struct vw_entry **entry)
{
	int r = folder ? vw_image_list(finding->image, folder, count, entry) : -ENOMEM;

	finding->lost |= r < 0 && r != -ENOENT;
	return r;
}

/* A link to a unit that is not there, or is masked, starts nothing. "getty@tty1.service" has its file in
 * "getty@.service". */
static bool is_unit(struct vw_image *image, const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	bool masked = false;
	const char *path = vw_unit_find(image, name, &masked);

	if (!path && at && dot && dot > at) {
		const char *file =
			vwb_arena_printf(vw_image_arena(image), "%.*s%s", (int)(at - name + 1), name, dot);

		path = file ? vw_unit_find(image, file, &masked) : NULL;
	}
	return path && !masked;
}

static void look_at_wants(struct finding *finding, const char *folder)
{
	const struct vw_entry *entry;
	size_t count = 0;

	if (list(finding, folder, &count, &entry) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const char *dot = strrchr(entry[i].name, '.');

		if (dot && vwb_text_has_word(".service .socket .timer", dot) &&
		    is_unit(finding->image, entry[i].name))
			add(finding, entry[i].name, (size_t)(dot - entry[i].name));
	}
}

static void look_at_units(struct finding *finding, const char *folder)
{
	const struct vw_entry *entry;
	size_t count = 0;

	if (list(finding, folder, &count, &entry) < 0)
		return;
	for (size_t i = 0; i < count && !vw_image_late(finding->image); i++)
		if (entry[i].type == VW_ENTRY_FOLDER &&
		    (vwb_text_ends(entry[i].name, ".wants") || vwb_text_ends(entry[i].name, ".requires")))
			look_at_wants(finding, vwb_arena_printf(vw_image_arena(finding->image), "%s/%s",
								folder, entry[i].name));
}

/* "S20ssh" in a folder of SysV's; in OpenRC's a service has its own name. Where systemd has a unit of the
 * name, that one decides. Source: systemd-sysv-generator(8). */
static void look_at_level(struct finding *finding, const char *folder, bool numbered)
{
	struct vwb_arena *arena = vw_image_arena(finding->image);
	bool masked;
	const struct vw_entry *entry;
	size_t count = 0;

	if (list(finding, folder, &count, &entry) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const char *name = entry[i].name, *path, *unit;

		if (numbered && *name != 'S')
			continue;
		name += numbered ? 1 + strspn(name + 1, "0123456789") : 0;
		path = vwb_arena_printf(arena, "%s/%s", folder, entry[i].name);
		unit = vwb_arena_printf(arena, "%s.service", name);
		if (path && unit && vw_image_stat(finding->image, path, NULL, NULL) != -ENOENT &&
		    !vw_unit_find(finding->image, unit, &masked))
			add(finding, name, strlen(name));
	}
}

static void find_default_target(struct vw_image *image, struct vw_text *fact)
{
	static const char target[] = "/etc/systemd/system/default.target";
	const char *link = NULL, *path = NULL;
	int r = vw_image_readlink(image, target, &link);

	if (r == 0) {
		r = vw_image_resolve(image, target, &path);
		r = r == -ENOENT ? -EBADMSG : r;
	}
	vw_image_set_text(image, fact, r, path, path ? strlen(path) : 0, target);
}

static void set_mode(struct vw_image *image, struct vw_number *fact, const char *path)
{
	unsigned mode = 0;
	int r = vw_image_mode(image, path, &mode);

	if (r != -ENODATA)
		*fact = (struct vw_number){.state = vw_image_state(r), .value = mode, .source = path};
}

int vw_image_probe_services(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char *const levels[] = {"/etc/rc2.d", "/etc/rc3.d", "/etc/rcS.d", "/etc/rc.d/rc3.d",
					     "/etc/init.d/rc3.d"};
	static const char *const openrc[] = {"/etc/runlevels/boot", "/etc/runlevels/default"};
	static const char *const clients[] = {"/sbin/dhclient",   "/usr/sbin/dhclient", "/sbin/dhcpcd",
					      "/usr/sbin/dhcpcd", "/usr/bin/dhcpcd",    "/sbin/udhcpc",
					      "/usr/sbin/udhcpc", "/usr/bin/udhcpc"};
	struct finding finding = {.image = image};
	const char *client = NULL;

	for (size_t i = 0; vw_unit_folders[i]; i++)
		look_at_units(&finding, vw_unit_folders[i]);
	for (size_t i = 0; i < VW_COUNT(levels); i++)
		look_at_level(&finding, levels[i], true);
	for (size_t i = 0; i < VW_COUNT(openrc); i++)
		look_at_level(&finding, openrc[i], false);
	vw_image_set_names(&facts->started, finding.lost ? VW_DENIED : VW_VALUE, &finding.names,
			   "/etc/systemd/system");
	for (size_t i = 0; i < VW_COUNT(clients) && !client; i++)
		client = vw_image_stat(image, clients[i], NULL, NULL) == 0 ? clients[i] : NULL;
	vw_image_set_text(image, &facts->dhcp_client, client ? 0 : -ENOENT, client,
			  client ? strlen(client) : 0, clients[0]);
	vw_flag_set(&facts->passwd, vw_image_stat(image, "/etc/passwd", NULL, NULL) != -ENOENT,
		    "/etc/passwd");
	set_mode(image, &facts->root_mode, "/");
	if (facts->init.path.state == VW_VALUE)
		set_mode(image, &facts->init_mode, facts->init.path.text);
	find_default_target(image, &facts->default_target);
	return vw_image_memory(image);
}
