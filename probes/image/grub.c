/* SPDX-License-Identifier: MIT */
/*
 * GRUB 2's configuration. It is a script: what grub-mkconfig writes is run here, as far as it names kernels
 * and the default entry. A condition that only the machine could answer lets each of its branches run.
 * Source: GNU GRUB manual, "Shell-like scripting", "Environment block"; Fedora's blscfg.
 */
#include "probes/image/kernels.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_SIZE = 64 * 1024, /* of one statement's words */
	WORDS = 1024,
	VALUE_SIZE = 8 * 1024, /* of a variable: so that growth by doubling ends */
	VARIABLES = 512,
	FRAMES = 64,
	MENUS = 16,
	SOURCES = 4,
	SOURCED = 64, /* files that are sourced, in all */
	CONFIGS = 16,
};

struct variable {
	const char *name, *value;
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
	struct statement *statement;
	struct frame frame[FRAMES];
	unsigned frames, menus, sources;
	unsigned sourced; /* files, in all: each may name many that name many */
	size_t top_items;
	long parent, entry;
	const char *root_set;
	const char *default_by, *next_config;
	bool has_bls;
};

/* --- variables ----------------------------------------------------------------------------------------- */

/* Variables that GRUB's own environment or the machine sets; their values stay open. */
static const char *const machine_variables[] = {"grub_platform", "grub_cpu",   "cmdpath", "root",
						"lang",          "locale_dir", "theme"};

static const char *lookup(const struct grub *grub, const char *name, size_t length)
{
	const struct variable *variable = grub->variables.item;

	for (size_t i = 0; i < grub->variables.count; i++)
		if (strlen(variable[i].name) == length && memcmp(variable[i].name, name, length) == 0)
			return variable[i].value;
	for (size_t i = 0; i < VW_COUNT(machine_variables); i++)
		if (strlen(machine_variables[i]) == length && memcmp(machine_variables[i], name, length) == 0)
			return NULL;
	return length > 8 && memcmp(name, "feature_", 8) == 0 ? "y" : "";
}

static void assign(struct grub *grub, const char *name, size_t length, const char *value)
{
	struct vw_arena *arena = vw_image_arena(grub->image);
	struct variable *variable = grub->variables.item;
	const char *copy = vw_arena_copy(arena, value, strnlen(value, VALUE_SIZE));
	size_t i = 0;

	while (i < grub->variables.count &&
	       (strlen(variable[i].name) != length || memcmp(variable[i].name, name, length) != 0))
		i++;
	if (i == grub->variables.count) {
		variable = vw_grow(grub->image, &grub->variables, sizeof(*variable), VARIABLES);
		if (!variable)
			return;
		variable->name = vw_arena_copy(arena, name, length);
	} else {
		variable += i;
	}
	variable->value = copy ? copy : "";
	if (!variable->name)
		grub->variables.count--;
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

/* --- words --------------------------------------------------------------------------------------------- */

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
	statement->is_full = false;
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

/* --- conditions ---------------------------------------------------------------------------------------- */

enum answer { NO, YES, OPEN };

static enum answer answer_file(struct grub *grub, const char *path)
{
	if (strchr(path, '$') || *path == '(')
		return OPEN;
	return vw_boot_find(grub->image, grub->folder, path) ? YES : NO;
}

static enum answer answer_test(struct grub *grub, const char *const *word, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strchr(word[i], '$'))
			return OPEN;
	if (count == 0)
		return NO;
	if (count == 1)
		return *word[0] ? YES : NO;
	if (count == 2 && vw_equal(word[0], "-n"))
		return *word[1] ? YES : NO;
	if (count == 2 && vw_equal(word[0], "-z"))
		return *word[1] ? NO : YES;
	if (count == 2 && (vw_equal(word[0], "-s") || vw_equal(word[0], "-f") || vw_equal(word[0], "-e")))
		return answer_file(grub, word[1]);
	if (count == 3 && (vw_equal(word[1], "=") || vw_equal(word[1], "==")))
		return vw_equal(word[0], word[2]) ? YES : NO;
	if (count == 3 && vw_equal(word[1], "!="))
		return vw_equal(word[0], word[2]) ? NO : YES;
	return OPEN;
}

static enum answer answer_condition(struct grub *grub, const char *const *word, size_t count)
{
	bool turned = false;
	enum answer answer;

	if (count && vw_equal(word[count - 1], "]"))
		count--;
	if (!count || (!vw_equal(word[0], "[") && !vw_equal(word[0], "test")))
		return OPEN;
	word++;
	count--;
	if (count > 1 && vw_equal(word[0], "!")) {
		turned = true;
		word++;
		count--;
	}
	answer = answer_test(grub, word, count);
	if (!turned || answer == OPEN)
		return answer;
	return answer == YES ? NO : YES;
}

/* --- blocks -------------------------------------------------------------------------------------------- */

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
	enum answer answer = is_active(grub) ? answer_condition(grub, word, count) : NO;
	int r = push(grub, FRAME_IF, answer != NO);

	if (r == 0)
		grub->frame[grub->frames - 1].was_taken = answer == YES;
	return r;
}

static void go_else(struct grub *grub, const char *const *word, size_t count, bool is_last)
{
	struct frame *frame = grub->frames ? &grub->frame[grub->frames - 1] : NULL;
	bool outer = grub->frames < 2 || grub->frame[grub->frames - 2].is_active;
	enum answer answer;

	if (!frame || frame->kind != FRAME_IF)
		return;
	answer = !outer || frame->was_taken ? NO : (is_last ? YES : answer_condition(grub, word, count));
	frame->is_active = answer != NO;
	frame->was_taken |= answer == YES;
}

/* --- the menu ------------------------------------------------------------------------------------------ */

static const char *source_of(const struct grub *grub)
{
	return vw_arena_printf(vw_image_arena(grub->image), "%s:%u", grub->config, grub->statement->line);
}

static long add_item(struct grub *grub, const char *title, const char *id, bool is_submenu, long entry)
{
	struct vw_arena *arena = vw_image_arena(grub->image);
	struct menu_item *item = vw_grow(grub->image, &grub->items, sizeof(*item), VW_BOOT_ENTRIES * 2);
	struct menu_item *all = grub->items.item;

	if (!item)
		return -E2BIG;
	item->parent = grub->parent;
	item->number = grub->parent < 0 ? grub->top_items++ : all[grub->parent].children++;
	item->is_submenu = is_submenu;
	item->title = vw_arena_string(arena, title ? title : "");
	item->id = vw_arena_string(arena, id);
	item->entry = entry;
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
			has_value |= vw_equal(word, with_value[k]);
		if (vw_starts_with(word, "--id="))
			*ret_id = word + strlen("--id=");
		if (has_value && i + 1 < statement->count) {
			if (vw_equal(word, "--id"))
				*ret_id = statement->word[i + 1];
			i++;
		} else if (!vw_starts_with(word, "--") && !*ret_title) {
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

static void decide(struct grub *grub)
{
	const char *name = value_of(grub, "default");
	long entry = name && *name ? resolve_default(grub, name) : -1;
	const char *fallback =
		vw_arena_printf(vw_image_arena(grub->image), "the first entry of %s", grub->config);

	if (entry >= 0)
		vw_boot_decide(grub->build, entry, grub->default_by, NULL);
	else
		vw_boot_decide(grub->build, first_entry(grub, -1), fallback, name && *name ? name : NULL);
}

/* --- the environment block, BLS ------------------------------------------------------------------------ */

static void take_environment(struct grub *grub, const char *text, size_t size)
{
	struct vw_line_reader lines = {.rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		char value[1025];
		size_t used = 0, name = 0;

		while (name < lines.length && lines.line[name] != '=')
			name++;
		if (!is_name(lines.line, name) || name == lines.length)
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
		const char *path = vw_arena_printf(vw_image_arena(grub->image), "%s/grubenv", folders[i]);
		int r = path ? vw_image_read(grub->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) : -ENOMEM;

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		grub->environment = path;
		take_environment(grub, text, size);
	}
	return 0;
}

/* Expand the variables in a text that is no script: options of a BLS entry. */
static const char *expand(struct grub *grub, const char *text)
{
	struct statement *statement = grub->statement;
	struct script script = {.at = text, .end = text ? text + strlen(text) : NULL};

	if (!text)
		return NULL;
	statement->used = 0;
	statement->is_full = false;
	while (script.at < script.end) {
		if (*script.at == '$')
			put_variable(grub, &script, statement);
		else
			put(statement, *script.at++);
	}
	return vw_arena_copy(vw_image_arena(grub->image), statement->text, statement->used);
}

static int compare_bls(const void *a, const void *b)
{
	return vw_version_compare(((const struct vw_bls *)b)->id, ((const struct vw_bls *)a)->id);
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
		vw_boot_add_initrd(grub->build, entry, NULL, text);
	text = expand(grub, bls->options);
	if (text)
		vw_boot_add_cmdline(grub->build, entry, text);
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

/* --- commands ------------------------------------------------------------------------------------------ */

static const char *join_words(struct grub *grub, size_t first)
{
	const struct statement *statement = grub->statement;
	size_t size = 1, used = 0;
	char *text;

	for (size_t i = first; i < statement->count; i++)
		size += strlen(statement->word[i]) + 1;
	text = vw_arena_alloc(vw_image_arena(grub->image), size);
	for (size_t i = first; i < statement->count && text; i++) {
		size_t length = strlen(statement->word[i]);

		if (used)
			text[used++] = ' ';
		memcpy(text + used, statement->word[i], length);
		used += length;
	}
	return text ? text : "";
}

/* The first word that is no option, from @first on. */
static size_t skip_options(const struct statement *statement, size_t first)
{
	while (first < statement->count && vw_starts_with(statement->word[first], "--"))
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
	entry_at_hand(grub)->cmdline = "";
	vw_boot_add_cmdline(grub->build, grub->entry, join_words(grub, path + 1));
	entry_at_hand(grub)->root_set = grub->root_set;
	return 0;
}

static int run_initrd(struct grub *grub)
{
	if (grub->entry >= 0)
		vw_boot_add_initrd(grub->build, grub->entry, NULL,
				   join_words(grub, skip_options(grub->statement, 1)));
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
		vw_boot_add_initrd(grub->build, grub->entry, NULL, statement->word[path]);
		return 0;
	}
	if (words < statement->count && vw_equal(statement->word[words], "placeholder"))
		words++;
	vw_boot_set_kernel(grub->build, grub->entry, NULL, statement->word[path]);
	vw_boot_add_cmdline(grub->build, grub->entry, join_words(grub, words));
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
	struct vw_arena *arena = vw_image_arena(grub->image);

	grub->default_by = vw_arena_printf(arena, "set default in %s", source_of(grub));
	for (size_t i = 0; i < VW_COUNT(saved); i++)
		if (raw_has(grub->statement, saved[i]) && grub->environment)
			grub->default_by = vw_arena_printf(arena, "%s in %s", saved[i], grub->environment);
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
		grub->root_set = vw_image_clean(grub->image, equals + 1, strlen(equals + 1));
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

static int run_load_env(struct grub *grub)
{
	return load_environment(grub);
}

/* What search finds is a device of the machine: "($name)" in paths, which are tried without it. */
static int run_search(struct grub *grub)
{
	const struct statement *statement = grub->statement;

	for (size_t i = 1; i < statement->count; i++) {
		const char *word = statement->word[i], *name = NULL;

		if (vw_starts_with(word, "--set="))
			name = word + strlen("--set=");
		else if (vw_equal(word, "--set") || vw_equal(word, "-s"))
			name = "root";
		if (!name)
			continue;
		if (vw_equal(name, "root"))
			grub->root_set = NULL;
		else
			assign(grub, name, strlen(name), name);
	}
	return 0;
}

static int run_configfile(struct grub *grub)
{
	if (grub->statement->count > 1 && grub->entry < 0)
		grub->next_config = vw_boot_find(grub->image, grub->folder, grub->statement->word[1]);
	return 0;
}

static int read_script(struct grub *grub, const char *text, size_t size);

static int run_source(struct grub *grub)
{
	const char *path = NULL, *config = grub->config, *text;
	struct statement *statement = grub->statement;
	size_t size;
	int r = 0;

	if (statement->count > 1 && grub->entry < 0 && grub->sources < SOURCES && grub->sourced < SOURCED)
		path = vw_boot_find(grub->image, grub->folder, statement->word[1]);
	if (!path || vw_image_read(grub->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) < 0)
		return 0;
	grub->statement = vw_arena_alloc(vw_image_arena(grub->image), sizeof(*statement));
	grub->config = path;
	grub->sources++;
	grub->sourced++;
	r = grub->statement ? read_script(grub, text, size) : -ENOMEM;
	grub->sources--;
	grub->config = config;
	grub->statement = statement;
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
		if (vw_equal(name, commands[i].name))
			return commands[i].run(grub);
	return strchr(name, '=') ? set_variable(grub, name) : 0;
}

/* --- statements ---------------------------------------------------------------------------------------- */

static void drop_word(struct statement *statement)
{
	statement->count--;
	memmove(statement->word, statement->word + 1, statement->count * sizeof(*statement->word));
}

static int run_block(struct grub *grub)
{
	const struct statement *statement = grub->statement;
	const char *name = statement->count ? statement->word[0] : "";

	if (vw_equal(name, "menuentry"))
		return open_menu(grub, false);
	if (vw_equal(name, "submenu"))
		return open_menu(grub, true);
	return push(grub, FRAME_OTHER, !vw_equal(name, "function"));
}

static int run_statement(struct grub *grub)
{
	struct statement *statement = grub->statement;
	const char *const *word = statement->word;

	while (statement->count && (vw_equal(word[0], "then") || vw_equal(word[0], "do")))
		drop_word(statement);
	if (statement->end == '}' && !statement->count) {
		close_brace(grub);
		return 0;
	}
	if (statement->count && vw_equal(word[0], "else")) {
		go_else(grub, NULL, 0, true);
		drop_word(statement);
	}
	if (statement->end == '{')
		return run_block(grub);
	if (!statement->count)
		return 0;
	if (vw_equal(word[0], "if"))
		return open_if(grub, word + 1, statement->count - 1);
	if (vw_equal(word[0], "elif"))
		go_else(grub, word + 1, statement->count - 1, false);
	else if (vw_equal(word[0], "fi"))
		close_word(grub, FRAME_IF);
	else if (vw_equal(word[0], "while") || vw_equal(word[0], "until") || vw_equal(word[0], "for"))
		return push(grub, FRAME_LOOP, true);
	else if (vw_equal(word[0], "done"))
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
	return vw_arena_failed(vw_image_arena(grub->image)) ? -ENOMEM : r;
}

/* --- files --------------------------------------------------------------------------------------------- */

static const char *folder_of(struct vw_image *image, const char *path)
{
	return vw_arena_copy(vw_image_arena(image), path, (size_t)(strrchr(path, '/') - path));
}

/* Read one grub.cfg. @ret_next: the file that it goes on with, or NULL */
static int read_config(struct vw_boot_build *build, const char *path, const char **ret_next)
{
	struct vw_arena *arena = vw_image_arena(build->image);
	struct vw_text *fact = &build->boot->grub_config;
	size_t size, before = build->entries.count;
	struct grub *grub;
	const char *text;
	int r = vw_image_read(build->image, path, VW_IMAGE_TEXT_LIMIT, &text, &size);

	if (r < 0) {
		if (r != -ENOENT && r != -ENOMEM)
			*fact = (struct vw_text){.state = vw_image_state(r), .source = path};
		return r == -ENOMEM ? r : 0;
	}
	grub = vw_arena_alloc(arena, sizeof(*grub));
	if (!grub)
		return -ENOMEM;
	*grub = (struct grub){
		.build = build, .image = build->image, .config = path, .parent = -1, .entry = -1};
	grub->folder = folder_of(build->image, path);
	grub->statement = vw_arena_alloc(arena, sizeof(*grub->statement));
	if (!grub->folder || !grub->statement)
		return -ENOMEM;
	assign(grub, "prefix", 6, grub->folder);
	assign(grub, "config_directory", 16, grub->folder);
	r = read_script(grub, text, size);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		vw_image_unread(build->image, path, r);
	*ret_next = grub->next_config;
	if (build->entries.count > before) {
		*fact = (struct vw_text){.state = VW_VALUE, .text = path, .source = path};
		decide(grub);
	} else if (fact->state == VW_ABSENT) {
		*fact = (struct vw_text){.state = VW_MALFORMED, .source = path};
	}
	return vw_arena_failed(arena) ? -ENOMEM : 0;
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
		name = vw_arena_printf(vw_image_arena(image), "%s/%s/grub.cfg", folder, entry[i].name);
		if (!name)
			return -ENOMEM;
		if (vw_image_stat(image, name, &type, NULL) == 0)
			path[(*count)++] = name;
	}
	return 0;
}

/* The first configuration that has entries is the one. */
int vw_grub_read(struct vw_boot_build *build)
{
	const char *path[CONFIGS * 2] = {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"};
	size_t count = 2;
	int r;

	build->boot->grub_config.state = VW_ABSENT;
	r = list_vendors(build->image, "/boot/efi/EFI", path, &count);
	if (r == 0)
		r = list_vendors(build->image, "/efi/EFI", path, &count);
	for (size_t i = 0; i < count && r == 0 && !build->entries.count; i++) {
		const char *next = NULL;

		r = read_config(build, path[i], &next);
		for (size_t k = 0; next && k < count; k++)
			if (vw_equal(next, path[k]))
				next = NULL;
		if (next && count < VW_COUNT(path))
			path[count++] = next;
	}
	return r;
}
