/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

enum { NAMES_LIMIT = 256 };

static void add_name(struct vw_image *image, struct vw_growing *names, struct vw_span name)
{
	const char *copy = vw_span_copy(image, name), **item;

	if (!copy || !copy[0])
		return;
	item = vw_grow(image, names, sizeof(*item), NAMES_LIMIT);
	if (item)
		*item = copy;
}

static struct vw_span span_of_text(const char *text)
{
	return vw_span_of(text, strlen(text));
}

/* SELinux, identity. */

static int visit_selinux(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	struct vw_assignment assignment = {.rest = {text, size}};

	while (vw_assignment_next(&assignment))
		if (vw_span_is(assignment.key, "SELINUX")) {
			const char *value = vw_assigned(image, &assignment);

			if (value)
				vw_image_set_text(image, context, 0, value, strlen(value), path);
		}
	return vw_image_memory(image);
}

/* Source: selinux_config(5), fixfiles(8) */
static int read_selinux(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char path[] = "/etc/selinux/config", relabel[] = "/.autorelabel";
	bool lost = false;
	int r = vw_file_one(image, path, visit_selinux, &facts->selinux, &lost);

	if (facts->selinux.state == VW_NOT_PROBED)
		vw_image_set_text(image, &facts->selinux, lost ? -EIO : -ENOENT, NULL, 0, path);
	vw_flag_set(&facts->autorelabel, vw_image_stat(image, relabel, NULL, NULL) == 0, relabel);
	return r;
}

/* Source: machine-id(5) */
static int read_machine_id(struct vw_image *image, struct vw_text *fact)
{
	static const char path[] = "/etc/machine-id";
	const char *text = NULL;
	size_t size = 0;
	int r = vw_image_read_head(image, path, 128, &text, &size);

	if (r == -ENOMEM)
		return r;
	vw_image_set_text(image, fact, r, text, size, path);
	return 0;
}

static int read_host_keys(struct vw_image *image, struct vw_names *fact)
{
	static const char folder[] = "/etc/ssh";
	struct vw_growing names = {0};
	const struct vw_entry *entry;
	size_t count = 0;
	int r = vw_image_list(image, folder, &count, &entry);

	if (r == -ENOMEM)
		return r;
	for (size_t i = 0; r == 0 && i < count; i++)
		if (vwb_text_starts(entry[i].name, "ssh_host_") && vwb_text_ends(entry[i].name, "_key"))
			add_name(image, &names, span_of_text(entry[i].name));
	vw_image_set_names(fact, vw_image_state(r), &names, folder);
	return vw_image_memory(image);
}

/* Modules that DKMS builds. */

/* The versions of one: folders, beside links to what was built for a kernel. Source: dkms(8) */
static int read_dkms_versions(struct vw_image *image, struct vw_growing *names, const char *module)
{
	struct vwb_arena *arena = vw_image_arena(image);
	const char *folder = vwb_arena_printf(arena, "/var/lib/dkms/%s", module), *name;
	const struct vw_entry *entry;
	size_t count = 0;
	int r = folder ? vw_image_list(image, folder, &count, &entry) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count; i++) {
		if (entry[i].type != VW_ENTRY_FOLDER || vwb_text_equal(entry[i].name, "original_module"))
			continue;
		name = vwb_arena_printf(arena, "%s/%s", module, entry[i].name);
		if (!name)
			return -ENOMEM;
		add_name(image, names, span_of_text(name));
	}
	return 0;
}

static int read_dkms(struct vw_image *image, struct vw_names *fact)
{
	static const char folder[] = "/var/lib/dkms";
	struct vw_growing names = {0};
	const struct vw_entry *entry;
	size_t count = 0;
	int r = vw_image_list(image, folder, &count, &entry), failed = 0;

	if (r == -ENOMEM)
		return r;
	for (size_t i = 0; r == 0 && i < count && i < NAMES_LIMIT && failed == 0; i++)
		if (entry[i].type == VW_ENTRY_FOLDER)
			failed = read_dkms_versions(image, &names, entry[i].name);
	vw_image_set_names(fact, vw_image_state(r), &names, folder);
	return failed;
}

/* Terminals that get a login. */

/* "serial-getty@ttyS0.service" gives "ttyS0". */
static void keep_instance(struct vw_image *image, struct vw_growing *names, const char *name)
{
	static const char *const templates[] = {"serial-getty@", "getty@", "autovt@", "agetty."};
	static const char suffix[] = ".service";

	if (vwb_text_equal(name, "console-getty.service"))
		add_name(image, names, span_of_text("console"));
	for (size_t i = 0; i < VW_COUNT(templates); i++) {
		struct vw_span terminal;

		if (!vwb_text_starts(name, templates[i]))
			continue;
		terminal = span_of_text(name + strlen(templates[i]));
		if (vwb_text_ends(name, suffix))
			terminal.size -= strlen(suffix);
		add_name(image, names, terminal);
	}
}

static int list_gettys(struct vw_image *image, struct vw_growing *names, const char *folder)
{
	const struct vw_entry *entry;
	size_t count = 0;
	int r = vw_image_list(image, folder, &count, &entry);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count; i++)
		keep_instance(image, names, entry[i].name);
	return 0;
}

static struct vw_span without_dev(struct vw_span word)
{
	bool dev = word.size > 5 && memcmp(word.at, "/dev/", 5) == 0;

	return dev ? vw_span_of(word.at + 5, word.size - 5) : word;
}

static bool is_terminal(struct vw_span word)
{
	static const char *const names[] = {"tty", "hvc", "xvc", "console"};

	word = without_dev(word);
	for (size_t i = 0; i < VW_COUNT(names); i++)
		if (word.size >= strlen(names[i]) && memcmp(word.at, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* "T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100". Source: inittab(5) */
static int visit_inittab(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};

	(void)path;
	while (vw_image_next_line(&lines)) {
		struct vw_span rest = {lines.line, lines.length}, word;
		bool getty = false;

		while (vw_word_next(&rest, &word)) {
			if (getty && is_terminal(word)) {
				add_name(image, context, without_dev(word));
				break;
			}
			getty |= vw_span_has(word, "getty");
		}
	}
	return vw_image_memory(image);
}

static int read_gettys(struct vw_image *image, struct vw_names *fact)
{
	static const char *const folders[] = {
		"/etc/systemd/system/getty.target.wants",
		"/usr/lib/systemd/system/getty.target.wants",
		"/etc/systemd/system/multi-user.target.wants",
		"/etc/runlevels/default",
	};
	struct vw_growing names = {0};
	int r = vw_file_one(image, "/etc/inittab", visit_inittab, &names, NULL);

	for (size_t i = 0; i < VW_COUNT(folders) && r == 0; i++)
		r = list_gettys(image, &names, folders[i]);
	vw_image_set_names(fact, VW_VALUE, &names, folders[0]);
	return r;
}

/* Time. */

/* Source: chrony.conf(5), ntp.conf(5) */
static int visit_servers(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	static const char *const directives[] = {"server", "pool", "peer", "refclock"};
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		struct vw_span line = {lines.line, lines.length}, rest = line, word;

		if (!vw_word_next(&rest, &word))
			continue;
		for (size_t i = 0; i < VW_COUNT(directives); i++)
			if (vw_span_is(word, directives[i]))
				vw_lines_add(image, context, path, lines.number, line);
	}
	return vw_image_memory(image);
}

/* Source: timesyncd.conf(5) */
static int visit_timesyncd(void *context, struct vw_image *image, const char *path, const char *text,
			   size_t size)
{
	struct vw_ini ini = {.lines = {.image = image, .rest = text, .size = size}};

	while (vw_setting_next(&ini))
		if (vw_span_is(ini.section, "Time") && ini.value.size &&
		    (vw_span_is(ini.key, "NTP") || vw_span_is(ini.key, "FallbackNTP")))
			vw_lines_add(image, context, path, ini.lines.number,
				     vw_span_of(ini.lines.line, ini.lines.length));
	return vw_image_memory(image);
}

static int read_time(struct vw_image *image, struct vw_lines *fact)
{
	static const struct {
		const char *path, *folder[3], *suffix;
		vw_file_visit visit;
	} places[] = {
		{.path = "/etc/chrony.conf", .visit = visit_servers},
		{.path = "/etc/chrony/chrony.conf", .visit = visit_servers},
		{.folder = {"/etc/chrony.d"}, .visit = visit_servers},
		{.folder = {"/etc/chrony/conf.d"}, .suffix = ".conf", .visit = visit_servers},
		{.folder = {"/etc/chrony/sources.d"}, .suffix = ".sources", .visit = visit_servers},
		{.path = "/etc/ntp.conf", .visit = visit_servers},
		{.path = "/etc/ntpsec/ntp.conf", .visit = visit_servers},
		{.path = "/etc/systemd/timesyncd.conf", .visit = visit_timesyncd},
		{
			.folder = {"/etc/systemd/timesyncd.conf.d", "/usr/lib/systemd/timesyncd.conf.d"},
			.suffix = ".conf",
			.visit = visit_timesyncd,
		},
	};
	struct vw_growing lines = {0};
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(places) && r == 0; i++) {
		struct vw_file_set set = {.folder = places[i].folder, .suffix = places[i].suffix};

		r = places[i].path ? vw_file_one(image, places[i].path, places[i].visit, &lines, NULL)
				   : vw_files_each(image, &set, places[i].visit, &lines);
	}
	vw_lines_set(fact, &lines);
	return r;
}

int vw_image_probe_system(struct vw_image *image, struct vw_image_facts *facts)
{
	int r = read_selinux(image, facts);

	if (r == 0)
		r = read_machine_id(image, &facts->machine_id);
	if (r == 0)
		r = read_host_keys(image, &facts->host_keys);
	if (r == 0)
		r = read_dkms(image, &facts->dkms);
	if (r == 0)
		r = read_gettys(image, &facts->gettys);
	return r < 0 ? r : read_time(image, &facts->chrony);
}
