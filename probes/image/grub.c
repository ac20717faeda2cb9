/* SPDX-License-Identifier: MIT */
/*
 * GRUB 2's configuration. It is a script: what grub-mkconfig writes is run here, as far as it names kernels
 * and the default entry. A condition that only the machine could answer lets each of its branches run.
 * Source: GNU GRUB manual, "Shell-like scripting", "Environment block"; Fedora's blscfg.
 */
#include "probes/image/grub.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_SIZE = 64 * 1024, /* of one statement's words */
	WORDS = 1024,
	VALUE_SIZE = 8 * 1024, /* of a variable: so that growth by doubling ends */
	NAME_SIZE = 256,       /* of a variable, and of a device */
	TITLE_SIZE = 4096,
	VARIABLES = 512,
	FRAMES = 64,
	MENUS = 16,
	SOURCES = 4,
	SOURCED = 64, /* files that are sourced, in all */
	CONFIGS = 16,
};

struct variable {
	char *name, *value;
	size_t name_space, value_space;
	bool is_cut; /* its value is longer than what was kept */
};

/* A line of the menu, as "default" counts and names them. */
struct menu_item {
	long parent; /* index of its submenu, or -1 */
	size_t number, children;
	bool is_submenu;
	const char *title, *id;
	long entry;
};

enum frame_kind { FRAME_IF, FRAME_LOOP, FRAME_MENU, FRAME_SUBMENU, FRAME_OTHER };

struct frame {
	enum frame_kind kind;
	bool is_active, was_taken;
	bool is_open;         /* of its conditions so far one could not be answered */
	long parent, entry;   /* to return to */
	const char *root_set; /* likewise */
};

struct statement {
	const char *raw;
	size_t raw_size;
	unsigned line;
	char end; /* '\n', '{' or '}' */
	size_t count, used;
	bool is_full;
	bool is_cut; /* a variable in it has lost the end of its value */
	const char *word[WORDS];
	char text[TEXT_SIZE];
};

struct script {
	const char *at, *end;
	unsigned line;
};

struct grub {
	struct vw_boot_build *build;
	struct vw_image *image;
	const char *config; /* the file being read */
	const char *folder; /* that it lies in */
	const char *environment;
	struct vw_growing variables, items;
	struct statement *statement,
		*statements[SOURCES + 1]; /* of the file, of the one that it sources, … */
	struct frame frame[FRAMES];
	unsigned frames, menus, sources;
	unsigned sourced; /* files, in all: each may name many that name many */
	size_t top_items;
	long parent, entry;
	const char *root_set;
	struct {
		const char *config,
			*saved; /* where the default was set, and from which variable of the block */
		unsigned line;
		bool is_open; /* only the machine knows whether it was set */
	} chosen;
	bool has_bls, has_next;
	char next_config[PATH_MAX];
	char joined[TEXT_SIZE]; /* words of the statement at hand */
};

/* Variables. */

/* Variables that GRUB's own environment or the machine sets; their values stay open. */
static const char *const machine_variables[] = {"grub_platform", "grub_cpu",   "cmdpath", "root",
						"lang",          "locale_dir", "theme"};

static struct variable *find_variable(const struct grub *grub, const char *name, size_t length)
{
	struct variable *variable = grub->variables.item;

	for (size_t i = 0; i < grub->variables.count; i++)
		if (strlen(variable[i].name) == length && memcmp(variable[i].name, name, length) == 0)
			return &variable[i];
	return NULL;
}

static const char *lookup(const struct grub *grub, const char *name, size_t length)
{
	const struct variable *variable = find_variable(grub, name, length);

	if (variable)
		return variable->value;
	for (size_t i = 0; i < VW_COUNT(machine_variables); i++)
		if (strlen(machine_variables[i]) == length && memcmp(machine_variables[i], name, length) == 0)
			return NULL;
	return length > 8 && memcmp(name, "feature_", 8) == 0 ? "y" : "";
}

/* Put a text where the one before it stood; a script may set a variable very often. */
static bool put_in_place(struct grub *grub, char **text, size_t *space, const char *value, size_t size)
{
	if (size >= *space) {
		size_t more = *space * 2 > size + 1 ? *space * 2 : size + 1;
		char *grown = vwb_arena_alloc(vw_image_arena(grub->image), more);

		if (!grown)
			return false;
		*text = grown;
		*space = more;
	}
	memcpy(*text, value, size);
	(*text)[size] = '\0';
	return true;
}

static void assign(struct grub *grub, const char *name, size_t length, const char *value)
{
	struct variable *variable = find_variable(grub, name, length);
	size_t size = strnlen(value, VALUE_SIZE);

	if (length > NAME_SIZE)
		return;
	if (!variable) {
		variable = vw_grow(grub->image, &grub->variables, sizeof(*variable), VARIABLES);
		if (!variable)
			return;
		if (!put_in_place(grub, &variable->name, &variable->name_space, name, length) ||
		    !put_in_place(grub, &variable->value, &variable->value_space, "", 0)) {
			grub->variables.count--;
			return;
		}
	}
	put_in_place(grub, &variable->value, &variable->value_space, value, size);
	variable->is_cut = value[size] != '\0' || (grub->statement && grub->statement->is_cut);
}

static bool is_name(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	return length > 0;
}

static const char *value_of(const struct grub *grub, const char *name)
{
	return lookup(grub, name, strlen(name));
}

/* Words. */

static void put(struct statement *statement, char c)
{
	if (statement->used < TEXT_SIZE - 1)
		statement->text[statement->used++] = c;
	else
		statement->is_full = true;
}

static void put_text(struct statement *statement, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		put(statement, text[i]);
}

/* "$name" or "${name}" at the script's place; what is no variable is a plain '$'. */
static void put_variable(struct grub *grub, struct script *script, struct statement *statement)
{
	const char *name = script->at + 1, *start = script->at, *value;
	const struct variable *variable;
	size_t length = 0, skip;
	bool braced = name < script->end && *name == '{';

	name += braced;
	while (name + length < script->end && (isalnum((unsigned char)name[length]) || name[length] == '_'))
		length++;
	skip = (size_t)(name - start) + length;
	if (braced && name + length < script->end && name[length] == '}')
		skip++;
	else if (braced)
		length = 0;
	if (!length) {
		put(statement, '$');
		script->at++;
		return;
	}
	value = lookup(grub, name, length);
	variable = find_variable(grub, name, length);
	statement->is_cut |= variable && variable->is_cut;
	if (value)
		put_text(statement, value, strlen(value));
	else
		put_text(statement, start, skip);
	script->at += skip;
}

static void put_quoted(struct grub *grub, struct script *script, struct statement *statement)
{
	char quote = *script->at++;

	while (script->at < script->end && *script->at != quote) {
		char c = *script->at;

		script->line += c == '\n';
		if (quote == '"' && c == '$') {
			put_variable(grub, script, statement);
			continue;
		}
		if (quote == '"' && c == '\\' && script->at + 1 < script->end &&
		    strchr("\"\\$", script->at[1]))
			c = *++script->at;
		put(statement, c);
		script->at++;
	}
	script->at += script->at < script->end;
}

static bool ends_word(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';';
}

static void read_word(struct grub *grub, struct script *script, struct statement *statement)
{
	size_t start = statement->used;
	bool was_quoted = false;

	while (script->at < script->end && !ends_word(*script->at)) {
		char c = *script->at;

		if (c == '\'' || c == '"') {
			was_quoted = true;
			put_quoted(grub, script, statement);
		} else if (c == '$') {
			put_variable(grub, script, statement);
		} else if (c == '\\' && script->at + 1 < script->end) {
			if (script->at[1] == '\n')
				script->line++;
			else
				put(statement, script->at[1]);
			script->at += 2;
		} else {
			put(statement, c);
			script->at++;
		}
	}
	if (statement->used == start && !was_quoted)
		return;
	put(statement, '\0');
	if (statement->is_full || statement->count == WORDS) {
		statement->is_full = true;
		return;
	}
	statement->word[statement->count++] = statement->text + start;
}

static bool is_brace(const struct script *script, char brace)
{
	return *script->at == brace &&
	       (brace == '}' || script->at + 1 == script->end || ends_word(script->at[1]));
}

static void skip_comment(struct script *script)
{
	while (script->at < script->end && *script->at != '\n')
		script->at++;
}

/* The next statement: words up to the end of a line, ';', '{' or '}'. */
static bool next_statement(struct grub *grub, struct script *script)
{
	struct statement *statement = grub->statement;

	statement->count = statement->used = statement->raw_size = 0;
	statement->is_full = statement->is_cut = false;
	statement->end = '\n';
	while (script->at < script->end) {
		char c = *script->at;

		if (!statement->count) {
			statement->raw = script->at;
			statement->line = script->line;
		}
		if (c == '\n' || c == ';') {
			script->at++;
			script->line += c == '\n';
			if (!statement->count)
				continue;
			break;
		}
		if (ends_word(c)) {
			script->at++;
		} else if (c == '#') {
			skip_comment(script);
		} else if (is_brace(script, '{') || is_brace(script, '}')) {
			if (c == '}' && statement->count)
				break;
			statement->end = c;
			script->at++;
			return true;
		} else {
			read_word(grub, script, statement);
			statement->raw_size = (size_t)(script->at - statement->raw);
		}
	}
	return statement->count > 0;
}

/* Conditions. */

static enum vw_grub_truth answer_file(void *context, char option, const char *path)
{
	struct grub *grub = context;
	char found[PATH_MAX];

	if (*path == '(' || option == 'd')
		return VW_GRUB_OPEN;
	return vw_boot_find(grub->image, grub->folder, path, found) ? VW_GRUB_TRUE : VW_GRUB_FALSE;
}

static enum vw_grub_truth answer_condition(struct grub *grub, const char *const *word, size_t count)
{
	struct vw_grub_word tested[WORDS];

	if (count == 1 && (vwb_text_equal(word[0], "true") || vwb_text_equal(word[0], "false")))
		return vwb_text_equal(word[0], "true") ? VW_GRUB_TRUE : VW_GRUB_FALSE;
	if (count && vwb_text_equal(word[count - 1], "]"))
		count--;
	if (!count || (!vwb_text_equal(word[0], "[") && !vwb_text_equal(word[0], "test")))
		return VW_GRUB_OPEN;
	if (count == 1)
		return VW_GRUB_FALSE; /* of GRUB 1.98 to 1.99, whose own headers ask so */
	for (size_t i = 1; i < count; i++)
		tested[i - 1] = (struct vw_grub_word){.text = word[i], .is_open = strchr(word[i], '$')};
	return vw_grub_test(tested, count - 1, answer_file, grub);
}

/* Blocks. */

static bool is_active(const struct grub *grub)
{
	return !grub->frames || grub->frame[grub->frames - 1].is_active;
}

static int push(struct grub *grub, enum frame_kind kind, bool active)
{
	struct frame *frame;

	if (grub->frames == FRAMES)
		return -E2BIG;
	active = active && is_active(grub);
	frame = &grub->frame[grub->frames++];
	*frame = (struct frame){.kind = kind,
				.is_active = active,
				.parent = grub->parent,
				.entry = grub->entry,
				.root_set = grub->root_set};
	return 0;
}

static void pop(struct grub *grub)
{
	const struct frame *frame = &grub->frame[--grub->frames];

	if (frame->kind != FRAME_MENU && frame->kind != FRAME_SUBMENU)
		return;
	grub->parent = frame->parent;
	grub->entry = frame->entry;
	grub->root_set = frame->root_set;
	grub->menus -= frame->kind == FRAME_SUBMENU;
}

/* Close the innermost block of braces, and what was left open in it. */
static void close_brace(struct grub *grub)
{
	bool is_brace_block = false;

	while (grub->frames && !is_brace_block) {
		enum frame_kind kind = grub->frame[grub->frames - 1].kind;

		is_brace_block = kind != FRAME_IF && kind != FRAME_LOOP;
		pop(grub);
	}
}

static void close_word(struct grub *grub, enum frame_kind kind)
{
	if (grub->frames && grub->frame[grub->frames - 1].kind == kind)
		pop(grub);
}

static int open_if(struct grub *grub, const char *const *word, size_t count)
{
	enum vw_grub_truth answer = is_active(grub) ? answer_condition(grub, word, count) : VW_GRUB_FALSE;
	int r = push(grub, FRAME_IF, answer != VW_GRUB_FALSE);

	if (r == 0) {
		grub->frame[grub->frames - 1].was_taken = answer == VW_GRUB_TRUE;
		grub->frame[grub->frames - 1].is_open = answer == VW_GRUB_OPEN;
	}
	return r;
}

static void go_else(struct grub *grub, const char *const *word, size_t count, bool is_last)
{
	struct frame *frame = grub->frames ? &grub->frame[grub->frames - 1] : NULL;
	bool outer = grub->frames < 2 || grub->frame[grub->frames - 2].is_active;
	enum vw_grub_truth answer;

	if (!frame || frame->kind != FRAME_IF)
		return;
	answer = VW_GRUB_TRUE;
	if (!outer || frame->was_taken)
		answer = VW_GRUB_FALSE;
	else if (!is_last)
		answer = answer_condition(grub, word, count);
	frame->is_active = answer != VW_GRUB_FALSE;
	frame->was_taken |= answer == VW_GRUB_TRUE;
	frame->is_open |= answer == VW_GRUB_OPEN;
}

/* The menu. */

static const char *source_of(const struct grub *grub)
{
	return vwb_arena_printf(vw_image_arena(grub->image), "%s:%u", grub->config, grub->statement->line);
}

static long add_item(struct grub *grub, const char *title, const char *id, bool is_submenu, long entry)
{
	struct vwb_arena *arena = vw_image_arena(grub->image);
	struct menu_item *item = vw_grow(grub->image, &grub->items, sizeof(*item), VW_BOOT_ENTRIES * 2);
	struct menu_item *all = grub->items.item;

	if (!item)
		return -E2BIG;
	item->parent = grub->parent;
	item->number = grub->parent < 0 ? grub->top_items++ : all[grub->parent].children++;
	item->is_submenu = is_submenu;
	item->title = vwb_arena_copy(arena, title ? title : "", title ? strnlen(title, TITLE_SIZE) : 0);
	item->id = id ? vwb_arena_copy(arena, id, strnlen(id, TITLE_SIZE)) : NULL;
	item->entry = entry;
	if (!item->title)
		return -ENOMEM;
	return (long)grub->items.count - 1;
}

/* The title and the id of "menuentry 'Debian' --class debian --id 'gnulinux-…' {". */
static void read_header(const struct statement *statement, const char **ret_title, const char **ret_id)
{
	static const char *const with_value[] = {"--class", "--users", "--hotkey", "--source", "--id"};

	*ret_title = *ret_id = NULL;
	for (size_t i = 1; i < statement->count; i++) {
		const char *word = statement->word[i];
		bool has_value = false;

		for (size_t k = 0; k < VW_COUNT(with_value); k++)
			has_value |= vwb_text_equal(word, with_value[k]);
		if (vwb_text_starts(word, "--id="))
			*ret_id = word + strlen("--id=");
		if (has_value && i + 1 < statement->count) {
			if (vwb_text_equal(word, "--id"))
				*ret_id = statement->word[i + 1];
			i++;
		} else if (!vwb_text_starts(word, "--") && !*ret_title) {
			*ret_title = word;
		}
	}
}

static int open_menu(struct grub *grub, bool is_submenu)
{
	bool active = is_active(grub);
	const char *title, *id;
	long entry = -1, item;
	int r = push(grub, is_submenu ? FRAME_SUBMENU : FRAME_MENU, true);

	if (r < 0)
		return r;
	grub->menus += is_submenu;
	if (grub->menus > MENUS)
		return -E2BIG;
	if (!active)
		return 0;
	read_header(grub->statement, &title, &id);
	if (!is_submenu) {
		entry = vw_boot_add(grub->build, "grub", title, source_of(grub));
		if (entry < 0)
			return (int)entry;
	}
	item = add_item(grub, title, id, is_submenu, entry);
	if (item < 0)
		return (int)item;
	if (is_submenu)
		grub->parent = item;
	grub->entry = entry;
	return 0;
}

/* A script that boots at once, without a menu. */
static int open_bare_entry(struct grub *grub)
{
	long entry = vw_boot_add(grub->build, "grub", NULL, source_of(grub)), item;

	if (entry < 0)
		return (int)entry;
	item = add_item(grub, NULL, NULL, false, entry);
	grub->entry = entry;
	return item < 0 ? (int)item : 0;
}

static struct vw_boot_entry *entry_at_hand(struct grub *grub)
{
	return vw_boot_entry_at(grub->build, grub->entry);
}

static const char *option_id(const struct menu_item *item)
{
	return item->id ? item->id : "";
}

/* Is @name, in which ">>" stands for ">", this text? */
static bool names(const char *text, const char *name, size_t length)
{
	size_t i = 0;

	for (; *text && i < length; text++, i++) {
		if (*text != name[i])
			return false;
		if (name[i] == '>' && i + 1 < length && name[i + 1] == '>')
			i++;
	}
	return !*text && i == length;
}

static long find_item(const struct grub *grub, long parent, const char *name, size_t length)
{
	const struct menu_item *item = grub->items.item;
	bool is_number = length > 0 && length < 8;
	size_t number = 0;

	for (size_t i = 0; i < length && is_number; i++) {
		is_number = isdigit((unsigned char)name[i]) != 0;
		number = number * 10 + (size_t)(name[i] - '0');
	}
	for (size_t i = 0; i < grub->items.count; i++)
		if (item[i].parent == parent &&
		    (is_number ? item[i].number == number
			       : names(item[i].title, name, length) ||
					 (*option_id(&item[i]) && names(item[i].id, name, length))))
			return (long)i;
	return -1;
}

/* The first entry of a submenu, or of the whole menu for -1. */
static long first_entry(const struct grub *grub, long parent)
{
	const struct menu_item *item = grub->items.item;

	for (unsigned depth = 0; depth <= MENUS; depth++) {
		long found = find_item(grub, parent, "0", 1);

		if (found < 0)
			return -1;
		if (!item[found].is_submenu)
			return item[found].entry;
		parent = found;
	}
	return -1;
}

/* The entry that "1>2" or "gnulinux-advanced-X>gnulinux-6.1.0-X" names, or -1. */
static long resolve_default(const struct grub *grub, const char *name)
{
	const struct menu_item *item = grub->items.item;
	long parent = -1;

	for (;;) {
		size_t length = 0;
		long found;

		while (name[length] && (name[length] != '>' || name[length + 1] == '>'))
			length += name[length] == '>' ? 2 : 1;
		found = find_item(grub, parent, name, length);
		if (found < 0)
			return -1;
		if (!item[found].is_submenu)
			return item[found].entry;
		if (!name[length])
			return first_entry(grub, found);
		parent = found;
		name += length + 1;
	}
}

/* What set the default, in words. */
static const char *default_by(const struct grub *grub)
{
	struct vwb_arena *arena = vw_image_arena(grub->image);

	if (!grub->chosen.config)
		return NULL;
	if (grub->chosen.saved)
		return vwb_arena_printf(arena, "%s in %s", grub->chosen.saved, grub->environment);
	return vwb_arena_printf(arena, "set default in %s:%u", grub->chosen.config, grub->chosen.line);
}

static void decide(struct grub *grub)
{
	const char *name = value_of(grub, "default");
	long entry = name && *name ? resolve_default(grub, name) : -1;
	const char *fallback =
		vwb_arena_printf(vw_image_arena(grub->image), "the first entry of %s", grub->config);

	if (grub->chosen.is_open)
		vw_boot_decide(grub->build, -1, default_by(grub), NULL);
	else if (entry >= 0)
		vw_boot_decide(grub->build, entry, default_by(grub), NULL);
	else
		vw_boot_decide(grub->build, first_entry(grub, -1), fallback, name && *name ? name : NULL);
}

/* The environment block, BLS. */

static bool is_one_of(const char *name, size_t length, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == length && !strncmp(list[i], name, length))
			return true;
	return false;
}

/* @allowed: the names that may be set, @count of them; 0: all */
static void take_environment(struct grub *grub, const char *text, size_t size, const char *const *allowed,
			     size_t count)
{
	struct vw_line_reader lines = {.image = grub->image, .rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		char value[1025];
		size_t used = 0, name = 0;

		while (name < lines.length && lines.line[name] != '=')
			name++;
		if (!is_name(lines.line, name) || name == lines.length ||
		    (count && !is_one_of(lines.line, name, allowed, count)))
			continue;
		for (size_t i = name + 1; i < lines.length && used < sizeof(value) - 1; i++) {
			if (lines.line[i] == '\\' && i + 1 < lines.length)
				i++;
			value[used++] = lines.line[i];
		}
		value[used] = '\0';
		assign(grub, lines.line, name, value);
	}
}

static int load_environment(struct grub *grub)
{
	const char *const folders[] = {grub->folder, "/boot/grub2", "/boot/grub"};
	const char *text;
	size_t size;

	for (size_t i = 0; i < VW_COUNT(folders) && !grub->environment; i++) {
		const char *path = vwb_arena_printf(vw_image_arena(grub->image), "%s/grubenv", folders[i]);
		int r = path ? vw_image_read(grub->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) : -ENOMEM;

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		grub->environment = path;
		take_environment(grub, text, size, NULL, 0);
	}
	return 0;
}

/* Expand the variables in a text that is no script: options of a BLS entry. What is returned holds until the
 * next statement or text. */
static const char *expand(struct grub *grub, const char *text)
{
	struct statement *statement = grub->statement;
	struct script script = {.at = text, .end = text ? text + strlen(text) : NULL};

	if (!text)
		return NULL;
	statement->used = 0;
	statement->is_full = statement->is_cut = false;
	while (script.at < script.end) {
		if (*script.at == '$')
			put_variable(grub, &script, statement);
		else
			put(statement, *script.at++);
	}
	put(statement, '\0');
	statement->text[statement->used - 1] = '\0'; /* also where it is full */
	return statement->text;
}

static int compare_bls(const void *a, const void *b)
{
	return vwb_version_compare(((const struct vw_bls *)b)->id, ((const struct vw_bls *)a)->id);
}

/* What has lost its end leaves the rest of the line unknown. */
static bool is_short(const struct grub *grub)
{
	return grub->statement->is_full || grub->statement->is_cut;
}

static void add_words(struct grub *grub, long entry, const char *text)
{
	vw_boot_add_cmdline(grub->build, entry, text);
	if (is_short(grub))
		vw_boot_cut_cmdline(grub->build, entry);
}

static void add_initrds(struct grub *grub, long entry, const char *text)
{
	vw_boot_add_initrd(grub->build, entry, NULL, text);
	if (is_short(grub))
		vw_boot_cut_initrds(grub->build, entry);
}

static int add_bls(struct grub *grub, const struct vw_bls *bls)
{
	long entry = vw_boot_add(grub->build, "bls", bls->title ? bls->title : bls->id, bls->source), item;
	const char *text;

	if (entry < 0)
		return (int)entry;
	vw_boot_entry_at(grub->build, entry)->root_set = grub->root_set;
	text = expand(grub, bls->kernel);
	if (text)
		vw_boot_set_kernel(grub->build, entry, NULL, text);
	text = expand(grub, bls->initrd);
	if (text)
		add_initrds(grub, entry, text);
	text = expand(grub, bls->options);
	if (text)
		add_words(grub, entry, text);
	vw_bls_note_cuts(grub->build, entry, bls);
	item = add_item(grub, bls->title, bls->id, false, entry);
	return item < 0 ? (int)item : 0;
}

static int read_bls(struct grub *grub)
{
	const char *folder = grub->has_bls ? NULL : vw_bls_folder(grub->image);
	struct vw_growing list = {.item = NULL};
	int r;

	grub->has_bls = true;
	if (!folder)
		return 0;
	r = load_environment(grub);
	if (r == 0)
		r = vw_bls_read(grub->image, folder, &list);
	if (list.count)
		qsort(list.item, list.count, sizeof(struct vw_bls), compare_bls);
	for (size_t i = 0; i < list.count && r == 0; i++)
		r = add_bls(grub, &((struct vw_bls *)list.item)[i]);
	return r;
}

/* Commands. */

/* The words of a statement from @first on, with a space between them: they are no longer than its text, in
 * which a NUL ends each. */
static const char *join_words(struct grub *grub, size_t first)
{
	const struct statement *statement = grub->statement;
	size_t used = 0;

	for (size_t i = first; i < statement->count; i++) {
		size_t length = strlen(statement->word[i]);

		if (used)
			grub->joined[used++] = ' ';
		memcpy(grub->joined + used, statement->word[i], length);
		used += length;
	}
	grub->joined[used] = '\0';
	return grub->joined;
}

/* The first word that is no option, from @first on. */
static size_t skip_options(const struct statement *statement, size_t first)
{
	while (first < statement->count && vwb_text_starts(statement->word[first], "--"))
		first++;
	return first;
}

static int run_linux(struct grub *grub)
{
	const struct statement *statement = grub->statement;
	size_t path = skip_options(statement, 1);
	int r = grub->entry < 0 ? open_bare_entry(grub) : 0;

	if (r < 0 || path >= statement->count)
		return r;
	vw_boot_set_kernel(grub->build, grub->entry, NULL, statement->word[path]);
	vw_boot_clear_cmdline(grub->build, grub->entry);
	add_words(grub, grub->entry, join_words(grub, path + 1));
	entry_at_hand(grub)->root_set = grub->root_set;
	return 0;
}

static int run_initrd(struct grub *grub)
{
	if (grub->entry >= 0)
		add_initrds(grub, grub->entry, join_words(grub, skip_options(grub->statement, 1)));
	return 0;
}

/* Xen: the first module is the kernel, with "placeholder" for the name that the multiboot protocol wants. */
static int run_module(struct grub *grub)
{
	const struct statement *statement = grub->statement;
	size_t path = skip_options(statement, 1), words = path + 1;

	if (grub->entry < 0 || path >= statement->count)
		return 0;
	if (entry_at_hand(grub)->kernel) {
		add_initrds(grub, grub->entry, statement->word[path]);
		return 0;
	}
	if (words < statement->count && vwb_text_equal(statement->word[words], "placeholder"))
		words++;
	vw_boot_set_kernel(grub->build, grub->entry, NULL, statement->word[path]);
	add_words(grub, grub->entry, join_words(grub, words));
	entry_at_hand(grub)->root_set = grub->root_set;
	return 0;
}

static int run_chainloader(struct grub *grub)
{
	const struct statement *statement = grub->statement;
	size_t path = skip_options(statement, 1);

	if (grub->entry >= 0 && path < statement->count && strstr(statement->word[path], "/EFI/Linux/"))
		vw_boot_set_kernel(grub->build, grub->entry, NULL, statement->word[path]);
	return 0;
}

static bool raw_has(const struct statement *statement, const char *word)
{
	return memmem(statement->raw, statement->raw_size, word, strlen(word)) != NULL;
}

static void note_default(struct grub *grub)
{
	static const char *const saved[] = {"next_entry", "saved_entry"};
	bool is_open = false;

	for (unsigned i = 0; i < grub->frames; i++)
		is_open |= grub->frame[i].is_open;
	grub->chosen.is_open = is_open;

	grub->chosen.config = grub->config;
	grub->chosen.line = grub->statement->line;
	grub->chosen.saved = NULL;
	for (size_t i = 0; i < VW_COUNT(saved); i++)
		if (raw_has(grub->statement, saved[i]) && grub->environment)
			grub->chosen.saved = saved[i];
}

static int set_variable(struct grub *grub, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : 0;

	if (!equals || !is_name(word, length))
		return 0;
	if (length == 7 && memcmp(word, "default", 7) == 0) {
		if (grub->entry >= 0)
			return 0;
		note_default(grub);
	}
	if (length == 4 && memcmp(word, "root", 4) == 0) {
		grub->root_set = vw_image_clean(grub->image, equals + 1, strnlen(equals + 1, NAME_SIZE));
		return 0; /* as a device in paths it stays open */
	}
	assign(grub, word, length, equals + 1);
	return 0;
}

static int run_set(struct grub *grub)
{
	return grub->statement->count > 1 ? set_variable(grub, grub->statement->word[1]) : 0;
}

static int run_unset(struct grub *grub)
{
	if (grub->statement->count > 1)
		assign(grub, grub->statement->word[1], strlen(grub->statement->word[1]), "");
	return 0;
}

/* load_env [-f FILE] [-s] [NAME]...; GRUB 2.06, grub-core/commands/loadenv.c. */
static int run_load_env(struct grub *grub)
{
	const struct statement *statement = grub->statement;
	const char *file = NULL, *allowed[WORDS], *text;
	char path[PATH_MAX];
	size_t count = 0, size;

	for (size_t i = 1; i < statement->count; i++) {
		const char *word = statement->word[i];

		if (vwb_text_starts(word, "--file="))
			file = word + strlen("--file=");
		else if ((vwb_text_equal(word, "-f") || vwb_text_equal(word, "--file")) &&
			 i + 1 < statement->count)
			file = statement->word[++i];
		else if (*word != '-')
			allowed[count++] = word;
	}
	if (!file)
		return load_environment(grub);
	if (!vw_boot_find(grub->image, grub->folder, file, path))
		return 0;
	switch (vw_image_read(grub->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size)) {
	case 0:
		grub->environment = vwb_arena_string(vw_image_arena(grub->image), path);
		take_environment(grub, text, size, allowed, count);
		return 0;
	case -ENOMEM:
		return -ENOMEM;
	default:
		return 0;
	}
}

/* What search finds is a device of the machine: "($name)" in paths, which are tried without it. */
static int run_search(struct grub *grub)
{
	const struct statement *statement = grub->statement;

	for (size_t i = 1; i < statement->count; i++) {
		const char *word = statement->word[i], *name = NULL;

		if (vwb_text_starts(word, "--set="))
			name = word + strlen("--set=");
		else if (vwb_text_equal(word, "--set") || vwb_text_equal(word, "-s"))
			name = "root";
		if (!name)
			continue;
		if (vwb_text_equal(name, "root"))
			grub->root_set = NULL;
		else
			assign(grub, name, strlen(name), name);
	}
	return 0;
}

static int run_configfile(struct grub *grub)
{
	if (grub->statement->count > 1 && grub->entry < 0)
		grub->has_next =
			vw_boot_find(grub->image, grub->folder, grub->statement->word[1], grub->next_config);
	return 0;
}

static int read_script(struct grub *grub, const char *text, size_t size);

/* Give the file at hand a statement of its own; the one that sources it is not at its end. */
static bool use_statement(struct grub *grub)
{
	struct statement **statement = &grub->statements[grub->sources];

	if (!*statement)
		*statement = vwb_arena_alloc(vw_image_arena(grub->image), sizeof(**statement));
	grub->statement = *statement;
	return *statement != NULL;
}

static int run_source(struct grub *grub)
{
	const char *config = grub->config, *text;
	char path[PATH_MAX];
	size_t size;
	int r;

	if (grub->statement->count < 2 || grub->entry >= 0 || grub->sources == SOURCES ||
	    grub->sourced == SOURCED ||
	    !vw_boot_find(grub->image, grub->folder, grub->statement->word[1], path) ||
	    vw_image_read(grub->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) < 0)
		return 0;
	grub->config = vwb_arena_string(vw_image_arena(grub->image), path);
	grub->sources++;
	grub->sourced++;
	r = grub->config && use_statement(grub) ? read_script(grub, text, size) : -ENOMEM;
	grub->sources--;
	grub->statement = grub->statements[grub->sources];
	grub->config = config;
	return r;
}

static int run_blscfg(struct grub *grub)
{
	return grub->entry < 0 ? read_bls(grub) : 0;
}

static const struct {
	const char *name;
	int (*run)(struct grub *grub);
} commands[] = {
	{"linux", run_linux},
	{"linux16", run_linux},
	{"linuxefi", run_linux},
	{"initrd", run_initrd},
	{"initrd16", run_initrd},
	{"initrdefi", run_initrd},
	{"module", run_module},
	{"module2", run_module},
	{"xen_linux", run_module},
	{"xen_initrd", run_module},
	{"xen_module", run_module},
	{"chainloader", run_chainloader},
	{"set", run_set},
	{"unset", run_unset},
	{"load_env", run_load_env},
	{"search", run_search},
	{"configfile", run_configfile},
	{"extract_entries_configfile", run_configfile},
	{"source", run_source},
	{".", run_source},
	{"blscfg", run_blscfg},
};

static int run_command(struct grub *grub)
{
	const char *name = grub->statement->word[0];

	for (size_t i = 0; i < VW_COUNT(commands); i++)
		if (vwb_text_equal(name, commands[i].name))
			return commands[i].run(grub);
	return strchr(name, '=') ? set_variable(grub, name) : 0;
}

/* Statements. */

static void drop_word(struct statement *statement)
{
	statement->count--;
	memmove(statement->word, statement->word + 1, statement->count * sizeof(*statement->word));
}

static int run_block(struct grub *grub)
{
	const struct statement *statement = grub->statement;
	const char *name = statement->count ? statement->word[0] : "";

	if (vwb_text_equal(name, "menuentry"))
		return open_menu(grub, false);
	if (vwb_text_equal(name, "submenu"))
		return open_menu(grub, true);
	return push(grub, FRAME_OTHER, !vwb_text_equal(name, "function"));
}

static int run_statement(struct grub *grub)
{
	struct statement *statement = grub->statement;
	const char *const *word = statement->word;

	while (statement->count && (vwb_text_equal(word[0], "then") || vwb_text_equal(word[0], "do")))
		drop_word(statement);
	if (statement->end == '}' && !statement->count) {
		close_brace(grub);
		return 0;
	}
	if (statement->count && vwb_text_equal(word[0], "else")) {
		go_else(grub, NULL, 0, true);
		drop_word(statement);
	}
	if (statement->end == '{')
		return run_block(grub);
	if (!statement->count)
		return 0;
	if (vwb_text_equal(word[0], "if"))
		return open_if(grub, word + 1, statement->count - 1);
	if (vwb_text_equal(word[0], "elif"))
		go_else(grub, word + 1, statement->count - 1, false);
	else if (vwb_text_equal(word[0], "fi"))
		close_word(grub, FRAME_IF);
	else if (vwb_text_equal(word[0], "while") || vwb_text_equal(word[0], "until") ||
		 vwb_text_equal(word[0], "for"))
		return push(grub, FRAME_LOOP, true);
	else if (vwb_text_equal(word[0], "done"))
		close_word(grub, FRAME_LOOP);
	else if (is_active(grub))
		return run_command(grub);
	return 0;
}

static int read_script(struct grub *grub, const char *text, size_t size)
{
	struct script script = {.at = text, .end = text + size, .line = 1};
	unsigned count = 0;
	int r = 0;

	while (r == 0 && next_statement(grub, &script)) {
		r = run_statement(grub);
		if (grub->statement->is_full)
			r = -E2BIG;
		if (r == 0 && ++count % 1024 == 0 && vw_image_late(grub->image))
			r = -ETIME;
	}
	return vwb_arena_failed(vw_image_arena(grub->image)) ? -ENOMEM : r;
}

/* Files. */

static const char *folder_of(struct vw_image *image, const char *path)
{
	return vwb_arena_copy(vw_image_arena(image), path, (size_t)(strrchr(path, '/') - path));
}

/* Begin with another file; what the one before has used of memory is used again. */
static int begin_config(struct grub *grub, const char *path)
{
	grub->config = path;
	grub->folder = folder_of(grub->image, path);
	grub->environment = grub->root_set = NULL;
	grub->variables.count = grub->items.count = grub->top_items = 0;
	grub->frames = grub->menus = grub->sources = 0;
	grub->parent = grub->entry = -1;
	memset(&grub->chosen, 0, sizeof(grub->chosen));
	grub->has_bls = grub->has_next = false;
	if (!grub->folder || !use_statement(grub))
		return -ENOMEM;
	grub->statement->is_cut = false;
	assign(grub, "prefix", 6, grub->folder);
	assign(grub, "config_directory", 16, grub->folder);
	return 0;
}

/* Read one grub.cfg. The file that it goes on with, if any, is left in @grub. */
static int read_config(struct grub *grub, const char *path)
{
	struct vw_boot_build *build = grub->build;
	struct vw_text *fact = &build->boot->grub_config;
	size_t size, before = build->entries.count;
	const char *text;
	int r = begin_config(grub, path);

	if (r == 0)
		r = vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size);
	if (r < 0) {
		if (r != -ENOENT && r != -ENOMEM)
			*fact = (struct vw_text){.state = vw_image_state(r), .source = path};
		return r == -ENOMEM ? r : 0;
	}
	r = read_script(grub, text, size);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		vw_image_unread(build->image, path, r);
	if (build->entries.count > before) {
		*fact = (struct vw_text){.state = VW_VALUE, .text = path, .source = path};
		decide(grub);
	} else if (fact->state == VW_ABSENT) {
		*fact = (struct vw_text){.state = VW_MALFORMED, .source = path};
	}
	return vwb_arena_failed(vw_image_arena(build->image)) ? -ENOMEM : 0;
}

/* Files grub.cfg of each vendor on the ESP. */
static int list_vendors(struct vw_image *image, const char *folder, const char **path, size_t *count)
{
	const struct vw_entry *entry;
	size_t entries;
	int r = vw_image_list(image, folder, &entries, &entry);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < entries && *count < CONFIGS; i++) {
		const char *name;
		enum vw_entry_type type;

		if (entry[i].type != VW_ENTRY_FOLDER)
			continue;
		name = vwb_arena_printf(vw_image_arena(image), "%s/%s/grub.cfg", folder, entry[i].name);
		if (!name)
			return -ENOMEM;
		if (vw_image_stat(image, name, &type, NULL) == 0)
			path[(*count)++] = name;
	}
	return 0;
}

/* The file that a configuration goes on with, unless it is known. */
static int add_next(struct grub *grub, const char **path, size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		if (vwb_text_equal(grub->next_config, path[i]))
			return 0;
	if (*count == CONFIGS * 2)
		return 0;
	path[*count] = vwb_arena_string(vw_image_arena(grub->image), grub->next_config);
	return path[(*count)++] ? 0 : -ENOMEM;
}

/* The first configuration that has entries is the one. */
int vw_grub_read(struct vw_boot_build *build)
{
	const char *path[CONFIGS * 2] = {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"};
	struct grub *grub = vwb_arena_alloc(vw_image_arena(build->image), sizeof(*grub));
	size_t count = 2;
	int r;

	if (!grub)
		return -ENOMEM;
	grub->build = build;
	grub->image = build->image;
	build->boot->grub_config.state = VW_ABSENT;
	r = list_vendors(build->image, "/boot/efi/EFI", path, &count);
	if (r == 0)
		r = list_vendors(build->image, "/efi/EFI", path, &count);
	for (size_t i = 0; i < count && r == 0 && !build->entries.count; i++) {
		r = read_config(grub, path[i]);
		if (r == 0 && grub->has_next)
			r = add_next(grub, path, &count);
	}
	return r;
}
