/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

enum { PROFILES_LIMIT = 8 }; /* that include each other */

static const char word[] = "io_timeout";

static int visit_rules(void *context, struct vw_image *image, const char *path, const char *text, size_t size)
{
	struct vw_rules rules = {.rest = {text, size}};

	if (!vw_span_has(rules.rest, word))
		return 0;
	while (vw_rule_next(&rules))
		if (vw_span_has(rules.rule, word))
			vw_lines_add(image, context, path, rules.line, rules.rule);
	return vw_image_memory(image);
}

/* Tuned: the profiles that are in force. */

struct tuned {
	struct vw_growing *lines;
	struct vw_span next[PROFILES_LIMIT]; /* profiles that are to be read, the first @done of them were */
	size_t count, done;
};

static void want_profiles(struct tuned *tuned, struct vw_span names)
{
	struct vw_span name;

	while (tuned->count < PROFILES_LIMIT && vw_word_next(&names, &name))
		if (!memchr(name.at, '/', name.size) && !memchr(name.at, '\0', name.size) &&
		    name.at[0] != '.')
			tuned->next[tuned->count++] = name;
}

static int visit_profile(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	struct vw_ini ini = {.lines = {.image = image, .rest = text, .size = size}};
	struct tuned *tuned = context;

	while (vw_setting_next(&ini)) {
		struct vw_span line = {ini.lines.line, ini.lines.length};

		if (vw_span_is(ini.section, "main") && vw_span_is(ini.key, "include"))
			want_profiles(tuned, ini.value);
		else if (vw_span_has(line, word))
			vw_lines_add(image, tuned->lines, path, ini.lines.number, line);
	}
	return vw_image_memory(image);
}

static int visit_active(void *context, struct vw_image *image, const char *path, const char *text,
			size_t size)
{
	(void)image;
	(void)path;
	want_profiles(context, vw_span_of(text, size));
	return 0;
}

/* A profile of the administrator's hides the package's. Source: tuned-profiles(7) */
static int read_profile(struct vw_image *image, struct tuned *tuned, struct vw_span name)
{
	static const char *const folders[] = {"/etc/tuned", "/etc/tuned/profiles", "/usr/lib/tuned/profiles",
					      "/usr/lib/tuned"};

	for (size_t i = 0; i < VW_COUNT(folders); i++) {
		const char *path = vwb_arena_printf(vw_image_arena(image), "%s/%.*s/tuned.conf", folders[i],
						    (int)name.size, name.at);

		if (!path)
			return -ENOMEM;
		if (vw_image_stat(image, path, NULL, NULL) == 0)
			return vw_file_one(image, path, visit_profile, tuned, NULL);
	}
	return 0;
}

int vw_image_probe_udev(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char *const folders[] = {"/etc/udev/rules.d",           "/run/udev/rules.d",
					      "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d",
					      "/lib/udev/rules.d",           NULL};
	struct vw_file_set set = {.folder = folders, .suffix = ".rules"};
	struct vw_growing lines = {0};
	struct tuned tuned = {.lines = &lines};
	int r = vw_files_each(image, &set, visit_rules, &lines);

	if (r == 0)
		r = vw_file_one(image, "/etc/tuned/active_profile", visit_active, &tuned, NULL);
	while (r == 0 && tuned.done < tuned.count)
		r = read_profile(image, &tuned, tuned.next[tuned.done++]);
	vw_lines_set(&facts->io_timeout, &lines);
	return r;
}
