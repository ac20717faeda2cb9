/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/image/settings.h"

enum { RULES_LIMIT = 65536, CONF_FILES = 4096 };

/* Folders of configuration. */

struct conf_file {
	const char *name, *path;
	bool is_mask; /* a link to /dev/null hides the files of its name */
};

static int compare_conf(const void *a, const void *b)
{
	return strcmp(((const struct conf_file *)a)->name, ((const struct conf_file *)b)->name);
}

static int take_conf(struct vw_image *image, const char *folder, const struct vw_entry *entry,
		     struct vw_growing *files)
{
	struct conf_file *file = files->item;
	const char *target;

	/* kmod and systemd pass over hidden files */
	if (entry->name[0] == '.' || !vwb_text_ends(entry->name, ".conf") || entry->type == VW_ENTRY_FOLDER)
		return 0;
	for (size_t i = 0; i < files->count; i++)
		if (vwb_text_equal(file[i].name, entry->name))
			return 0;
	file = vw_grow(image, files, sizeof(*file), CONF_FILES);
	if (!file) {
		vw_image_unread(image, folder, -E2BIG);
		return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
	}
	file->name = entry->name;
	file->path = vwb_arena_printf(vw_image_arena(image), "%s/%s", folder, entry->name);
	if (!file->path)
		return -ENOMEM;
	file->is_mask = entry->type == VW_ENTRY_LINK && vw_image_readlink(image, file->path, &target) == 0 &&
			vwb_text_equal(target, "/dev/null");
	return 0;
}

static int list_confs(struct vw_image *image, const char *const *folders, struct vw_growing *files,
		      enum vw_state *ret_state)
{
	const struct vw_entry *entry;
	size_t count;
	int r;

	*ret_state = VW_ABSENT;
	for (size_t i = 0; folders[i]; i++) {
		r = vw_image_list(image, folders[i], &count, &entry);
		if (r == -ENOMEM)
			return r;
		if (r == 0 && *ret_state == VW_ABSENT)
			*ret_state = VW_VALUE;
		if (r < 0 && r != -ENOENT)
			*ret_state = vw_image_state(r);
		for (size_t k = 0; r == 0 && k < count; k++)
			if (take_conf(image, folders[i], &entry[k], files) < 0)
				return -ENOMEM;
	}
	if (files->count)
		qsort(files->item, files->count, sizeof(struct conf_file), compare_conf);
	return 0;
}

int vw_conf_folders_read(struct vw_image *image, const char *const *folders, vw_conf_taker take,
			 struct vw_growing *list, enum vw_state *ret_state)
{
	struct vw_growing files = {.item = NULL};
	const struct conf_file *file;
	int r = list_confs(image, folders, &files, ret_state);

	file = files.item;
	for (size_t i = 0; i < files.count && r == 0; i++) {
		const char *text;
		size_t size;

		if (file[i].is_mask)
			continue;
		r = vw_image_read(image, file[i].path, VW_IMAGE_TEXT_LIMIT, &text, &size);
		if (r == 0)
			r = take(image, text, size, file[i].path, list);
		else if (r != -ENOMEM) {
			*ret_state = r == -ENOENT ? *ret_state : vw_image_state(r); /* a link to nowhere */
			r = 0;
		}
	}
	return r;
}

/* modprobe.d. */

/* Source: modprobe.d(5); SUSE's allow_unsupported_modules and kmod 33's weakdep besides. */
static const struct {
	const char *kind;
	bool has_module;
} directives[] = {
	{"blacklist", true}, {"install", true}, {"options", true}, {"alias", true},
	{"softdep", true},   {"remove", true},  {"weakdep", true}, {"allow_unsupported_modules", false},
};

/* Take the next word off a text. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t\r");
	size_t length = strcspn(word, " \t\r");

	*rest = word + length;
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

/* "PATH:LINE", fit to print. */
static const char *place_of(struct vw_image *image, const char *path, unsigned line)
{
	const char *clean = vw_image_clean(image, path, strlen(path));

	return clean ? vwb_arena_printf(vw_image_arena(image), "%s:%u", clean, line) : NULL;
}

static int take_directive(struct vw_image *image, char *text, const char *path, unsigned line,
			  struct vw_growing *rules)
{
	struct vwb_arena *arena = vw_image_arena(image);
	const char *word = next_word(&text);
	struct vw_modprobe_rule *rule;
	char *module = NULL;
	size_t i = 0;

	while (i < VW_COUNT(directives) && !vwb_text_equal(word, directives[i].kind))
		i++;
	if (i == VW_COUNT(directives))
		return 0;
	if (directives[i].has_module) {
		module = next_word(&text);
		if (!*module)
			return 0;
		for (char *c = module; *c; c++)
			*c = *c == '-' ? '_' : *c;
	}
	rule = vw_grow(image, rules, sizeof(*rule), RULES_LIMIT);
	if (!rule) {
		vw_image_unread(image, path, -E2BIG);
		return vwb_arena_failed(arena) ? -ENOMEM : 0;
	}
	rule->kind = directives[i].kind;
	rule->module = module ? vw_image_clean(image, module, strlen(module)) : "";
	rule->argument = vw_image_clean(image, text, strlen(text));
	rule->source = place_of(image, path, line);
	return vwb_arena_failed(arena) ? -ENOMEM : 0;
}

int vw_modprobe_parse(struct vw_image *image, const char *text, size_t size, const char *path,
		      struct vw_growing *rules)
{
	struct vw_joined joined = {.lines = {.image = image, .rest = text, .size = size},
				   .comments_go_on = true};
	int r = 0;

	while (r == 0 && vw_joined_next(&joined))
		if (joined.line[strspn(joined.line, " \t")] != '#')
			r = take_directive(image, joined.line, path, joined.number, rules);
	return r < 0 ? r : vw_image_memory(image);
}

/* Modules that are loaded in any case. */

static int take_modules(struct vw_image *image, const char *text, size_t size, const char *path,
			struct vw_growing *list)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		const char *line = lines.line;
		size_t length = lines.length;
		struct vw_line *item;

		while (length && isspace((unsigned char)*line)) {
			line++;
			length--;
		}
		if (!length || *line == '#' || *line == ';')
			continue;
		if (memchr(line, '#', length))
			length = (size_t)((const char *)memchr(line, '#', length) - line);
		item = vw_grow(image, list, sizeof(*item), RULES_LIMIT);
		if (!item)
			break;
		item->text = vw_image_clean(image, line, length);
		item->source = place_of(image, path, lines.number);
	}
	return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

static int read_modules_load(struct vw_image *image, struct vw_lines *ret)
{
	static const char *const folders[] = {
		"/etc/modules-load.d",     "/run/modules-load.d", "/usr/local/lib/modules-load.d",
		"/usr/lib/modules-load.d", "/lib/modules-load.d", NULL,
	};
	struct vw_growing list = {.item = NULL};
	enum vw_state state;
	const char *text;
	size_t size;
	int r = vw_conf_folders_read(image, folders, take_modules, &list, &state);

	if (r < 0)
		return r;
	r = vw_image_read(image, "/etc/modules", VW_IMAGE_TEXT_LIMIT, &text, &size);
	if (r == 0)
		r = take_modules(image, text, size, "/etc/modules", &list);
	else if (r != -ENOMEM && r != -ENOENT)
		state = vw_image_state(r);
	ret->state = state == VW_ABSENT ? VW_VALUE : state;
	ret->line = list.item;
	ret->count = list.count;
	return r == -ENOMEM ? r : 0;
}

int vw_image_probe_modprobe(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char *const folders[] = {
		"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
		"/usr/lib/modprobe.d", "/lib/modprobe.d", NULL,
	};
	struct vw_growing rules = {.item = NULL};
	int r = vw_conf_folders_read(image, folders, vw_modprobe_parse, &rules, &facts->modprobe.state);

	if (r < 0)
		return r;
	facts->modprobe.rule = rules.item;
	facts->modprobe.count = rules.count;
	return read_modules_load(image, &facts->modules_load);
}
