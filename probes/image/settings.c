/* SPDX-License-Identifier: MIT */
#include "probes/image/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	SET_FILES_LIMIT = 4096,
	SET_BYTES_LIMIT = 8 * 1024 * 1024, /* of all files of one set */
	LINES_LIMIT = 1024,
	LINE_LENGTH_LIMIT = 1024,
};

/* Spans. */

struct vw_span vw_span_of(const char *at, size_t size)
{
	return (struct vw_span){.at = at, .size = size};
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

static void skip(struct vw_span *span, size_t size)
{
	span->at += size;
	span->size -= size;
}

static void skip_space(struct vw_span *span)
{
	while (span->size && is_space(span->at[0]))
		skip(span, 1);
}

struct vw_span vw_span_trim(struct vw_span span)
{
	skip_space(&span);
	while (span.size && is_space(span.at[span.size - 1]))
		span.size--;
	return span;
}

bool vw_span_is(struct vw_span span, const char *word)
{
	size_t size = strlen(word);

	return span.size == size && (size == 0 || memcmp(span.at, word, size) == 0);
}

bool vw_span_has(struct vw_span span, const char *part)
{
	return span.size && memmem(span.at, span.size, part, strlen(part));
}

const char *vw_span_copy(struct vw_image *image, struct vw_span span)
{
	return vw_image_clean(image, span.size ? span.at : "", span.size);
}

bool vw_word_next(struct vw_span *rest, struct vw_span *ret_word)
{
	size_t size = 0;

	skip_space(rest);
	if (rest->size == 0 || rest->at[0] == '#')
		return false;
	while (size < rest->size && !is_space(rest->at[size]))
		size++;
	*ret_word = vw_span_of(rest->at, size);
	skip(rest, size);
	return true;
}

bool vw_joined_next(struct vw_joined *joined)
{
	struct vw_line_reader *lines = &joined->lines;
	size_t used = 0;

	if (!joined->line)
		joined->line = vwb_arena_alloc(vw_image_arena(lines->image), lines->size + 1);
	if (!joined->line || !vw_image_next_line(lines))
		return false;
	joined->number = lines->number;
	do {
		size_t length = lines->length;
		bool ends = true;

		if (length && lines->line[length - 1] == '\r')
			length--;
		memcpy(joined->line + used, lines->line, length);
		used += length;
		joined->line[used] = '\0';
		if (joined->comments_go_on || joined->line[strspn(joined->line, " \t")] != '#')
			ends = length == 0 || joined->line[used - 1] != '\\';
		if (ends)
			break;
		joined->line[--used] = '\0';
	} while (vw_image_next_line(lines));
	joined->length = used;
	return true;
}

bool vw_span_true(struct vw_span span)
{
	static const char *const words[] = {"yes", "y", "true", "on", "1"};

	for (size_t i = 0; i < VW_COUNT(words); i++)
		if (span.size == strlen(words[i]) && strncasecmp(span.at, words[i], span.size) == 0)
			return true;
	return false;
}

const char *vw_image_place(struct vw_image *image, const char *path, unsigned line)
{
	const char *clean = vw_image_clean(image, path, strlen(path));

	return clean ? vwb_arena_printf(vw_image_arena(image), "%s:%u", clean, line) : NULL;
}

/* Folders of files. */

const char *const vw_unit_folders[] = {
	"/etc/systemd/system",     "/run/systemd/system", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system", NULL,
};

struct set_file {
	const char *name, *path;
	size_t folder; /* its index */
	bool link;
};

static int compare_files(const void *a, const void *b)
{
	const struct set_file *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->folder > y->folder) - (x->folder < y->folder);
}

static bool belongs(const struct vw_file_set *set, const struct vw_entry *entry)
{
	return (entry->type == VW_ENTRY_FILE || entry->type == VW_ENTRY_LINK) &&
	       (set->hidden || entry->name[0] != '.') &&
	       (!set->prefix || vwb_text_starts(entry->name, set->prefix)) &&
	       (!set->suffix || vwb_text_ends(entry->name, set->suffix));
}

static int list_folder(struct vw_image *image, struct vw_file_set *set, size_t folder,
		       struct vw_growing *files)
{
	const struct vw_entry *entry;
	size_t count;
	int r = vw_image_list(image, set->folder[folder], &count, &entry);

	if (r < 0) {
		set->lost |= r != -ENOENT;
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct set_file *file;

		if (!belongs(set, &entry[i]))
			continue;
		file = vw_grow(image, files, sizeof(*file), SET_FILES_LIMIT);
		if (!file) {
			set->lost = true;
			break;
		}
		file->name = entry[i].name;
		file->path =
			vwb_arena_printf(vw_image_arena(image), "%s/%s", set->folder[folder], entry[i].name);
		file->folder = folder;
		file->link = entry[i].type == VW_ENTRY_LINK;
	}
	return vw_image_memory(image);
}

static bool is_null_link(struct vw_image *image, const char *path)
{
	const char *target;

	return vw_image_readlink(image, path, &target) == 0 && vwb_text_equal(target, "/dev/null");
}

static int visit_file(struct vw_image *image, const char *path, size_t limit, vw_file_visit visit,
		      void *context, size_t *ret_size)
{
	const char *text;
	int r = vw_image_read(image, path, limit, &text, ret_size);

	return r < 0 ? r : visit(context, image, path, text, *ret_size);
}

int vw_files_each(struct vw_image *image, struct vw_file_set *set, vw_file_visit visit, void *context)
{
	struct vw_growing files = {0};
	const struct set_file *file;
	size_t left = SET_BYTES_LIMIT;
	int r;

	for (size_t i = 0; set->folder[i]; i++) {
		r = list_folder(image, set, i, &files);
		if (r < 0)
			return r;
	}
	if (files.count == 0)
		return 0;
	qsort(files.item, files.count, sizeof(*file), compare_files);
	file = files.item;
	for (size_t i = 0; i < files.count; i++) {
		size_t size = 0;

		if (i > 0 && strcmp(file[i].name, file[i - 1].name) == 0)
			continue;
		if (file[i].link && is_null_link(image, file[i].path))
			continue;
		if (vw_image_late(image)) {
			set->lost = true;
			break;
		}
		r = visit_file(image, file[i].path, left < VW_IMAGE_TEXT_LIMIT ? left : VW_IMAGE_TEXT_LIMIT,
			       visit, context, &size);
		if (r == -ENOMEM)
			return r;
		set->lost |= r < 0 && r != -ENOENT;
		left -= size < left ? size : left;
	}
	return vw_image_memory(image);
}

int vw_file_one(struct vw_image *image, const char *path, vw_file_visit visit, void *context, bool *lost)
{
	size_t size;
	int r = visit_file(image, path, VW_IMAGE_TEXT_LIMIT, visit, context, &size);

	if (lost && r < 0 && r != -ENOENT)
		*lost = true;
	return r == -ENOMEM ? r : vw_image_memory(image);
}

const char *vw_unit_find(struct vw_image *image, const char *name, bool *ret_masked)
{
	*ret_masked = false;
	for (size_t i = 0; vw_unit_folders[i]; i++) {
		const char *path = vwb_arena_printf(vw_image_arena(image), "%s/%s", vw_unit_folders[i], name);

		if (!path)
			return NULL;
		*ret_masked = is_null_link(image, path);
		if (*ret_masked || vw_image_stat(image, path, NULL, NULL) == 0)
			return path;
	}
	return NULL;
}

/* Lists of lines. */

void vw_lines_add(struct vw_image *image, struct vw_growing *lines, const char *path, unsigned number,
		  struct vw_span text)
{
	struct vw_line *line = vw_grow(image, lines, sizeof(*line), LINES_LIMIT);

	if (!line) {
		vw_image_unread(image, path, -E2BIG);
		return;
	}
	if (text.size > LINE_LENGTH_LIMIT)
		text.size = LINE_LENGTH_LIMIT;
	line->text = vw_span_copy(image, text);
	line->source = vw_image_place(image, path, number);
}

void vw_lines_set(struct vw_lines *fact, const struct vw_growing *lines)
{
	*fact = (struct vw_lines){.state = VW_VALUE, .count = lines->count, .line = lines->item};
}

int vw_image_memory(struct vw_image *image)
{
	return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

void vw_flag_set(struct vw_number *fact, bool is, const char *source)
{
	*fact = (struct vw_number){.state = VW_VALUE, .value = is, .source = source};
}

/* Shell assignments. */

static void advance(struct vw_assignment *assignment, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assignment->breaks += assignment->rest.at[i] == '\n';
	skip(&assignment->rest, size);
}

static size_t line_length(struct vw_span span)
{
	const char *end = span.size ? memchr(span.at, '\n', span.size) : NULL;

	return end ? (size_t)(end - span.at) : span.size;
}

/* The length of what a quote at the start of the span holds, with both quotes; 0: it is never closed. */
static size_t quoted_length(struct vw_span span)
{
	for (size_t i = 1; i < span.size; i++) {
		if (span.at[i] == span.at[0])
			return i + 1;
		if (span.at[i] == '\\' && span.at[0] == '"')
			i++;
	}
	return 0;
}

/* The length of the value that starts the span. */
static size_t value_length(struct vw_span span, bool *unclosed)
{
	bool array = span.size && span.at[0] == '(';
	size_t i = array;

	if (array && *unclosed)
		return line_length(span);

	while (i < span.size) {
		char c = span.at[i];

		if (c == '"' || c == '\'') {
			size_t quoted = quoted_length(vw_span_of(span.at + i, span.size - i));

			if (quoted == 0) {
				*unclosed |= array;
				return line_length(span);
			}
			i += quoted;
		} else if (c == '\\') {
			i += i + 1 < span.size ? 2 : 1;
		} else if (array && c == ')') {
			return i + 1;
		} else if (array && c == '#') {
			i += line_length(vw_span_of(span.at + i, span.size - i));
		} else if (!array && (is_space(c) || c == ';')) {
			return i;
		} else {
			i++;
		}
	}
	*unclosed |= array;
	return array ? line_length(span) : span.size;
}

static size_t key_length(struct vw_span span)
{
	size_t size = 0;

	while (size < span.size && (isalpha((unsigned char)span.at[size]) || span.at[size] == '_' ||
				    (size > 0 && isdigit((unsigned char)span.at[size]))))
		size++;
	return size;
}

bool vw_assignment_next(struct vw_assignment *assignment)
{
	struct vw_span *rest = &assignment->rest;

	while (rest->size > 0) {
		size_t key;

		if (is_space(rest->at[0]) || rest->at[0] == ';') {
			advance(assignment, 1);
			continue;
		}
		key = key_length(*rest);
		assignment->key = vw_span_of(rest->at, key);
		assignment->line = assignment->breaks + 1;
		if (vw_span_is(assignment->key, "export")) {
			advance(assignment, key);
			continue;
		}
		assignment->append = key + 1 < rest->size && rest->at[key] == '+' && rest->at[key + 1] == '=';
		if (key == 0 || (!assignment->append && (key >= rest->size || rest->at[key] != '='))) {
			advance(assignment, line_length(*rest));
			continue;
		}
		advance(assignment, key + (assignment->append ? 2 : 1));
		assignment->raw = vw_span_of(rest->at, value_length(*rest, &assignment->unclosed));
		advance(assignment, assignment->raw.size);
		return true;
	}
	return false;
}

const char *vw_assigned(struct vw_image *image, const struct vw_assignment *assignment)
{
	struct vw_span raw = assignment->raw;
	bool array = raw.size && raw.at[0] == '(';
	char *text = vwb_arena_alloc(vw_image_arena(image), raw.size + 1), quote = '\0';
	size_t size = 0;

	if (!text)
		return NULL;
	for (size_t i = array; i < raw.size; i++) {
		char c = raw.at[i];

		if (c == quote) {
			quote = '\0';
		} else if (!quote && (c == '"' || c == '\'')) {
			quote = c;
		} else if (array && !quote && c == '#') {
			i += line_length(vw_span_of(raw.at + i, raw.size - i));
			text[size++] = ' '; /* never beyond: the '#' made room */
		} else if (array && !quote && c == ')') {
			break;
		} else if (c == '\\' && quote != '\'' && i + 1 < raw.size) {
			c = raw.at[++i];
			/* between double quotes it escapes only what has a meaning there */
			if (quote && !strchr("$`\"\\\n", c))
				text[size++] = '\\';
			if (c != '\n')
				text[size++] = c;
		} else {
			text[size++] = c;
		}
	}
	vwb_text_clean(text, size);
	return text;
}

/* INI. */

bool vw_setting_next(struct vw_ini *ini)
{
	while (vw_image_next_line(&ini->lines)) {
		struct vw_span line = vw_span_trim(vw_span_of(ini->lines.line, ini->lines.length));
		const char *equals;

		if (line.size == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (line.at[0] == '[') {
			const char *end = memchr(line.at, ']', line.size);

			ini->section = vw_span_of(line.at + 1, end ? (size_t)(end - line.at - 1) : 0);
			continue;
		}
		equals = memchr(line.at, '=', line.size);
		if (!equals)
			continue;
		ini->key = vw_span_trim(vw_span_of(line.at, (size_t)(equals - line.at)));
		ini->value = vw_span_trim(vw_span_of(equals + 1, line.size - (size_t)(equals - line.at) - 1));
		return true;
	}
	return false;
}

/* Rules of udev. */

/* Take the next line off, with those that a backslash at the end joins to it. */
static struct vw_span take_joined(struct vw_rules *rules)
{
	struct vw_span line = {.at = rules->rest.at};

	rules->line = rules->next + 1;
	while (rules->rest.size) {
		size_t size = line_length(rules->rest);
		bool joined = size > 0 && rules->rest.at[size - 1] == '\\';

		line.size += size;
		skip(&rules->rest, size);
		rules->next++;
		if (rules->rest.size == 0)
			break;
		skip(&rules->rest, 1);
		if (!joined)
			break;
		line.size++;
	}
	return line;
}

bool vw_rule_next(struct vw_rules *rules)
{
	while (rules->rest.size) {
		rules->rule = vw_span_trim(take_joined(rules));
		if (rules->rule.size && rules->rule.at[0] != '#')
			return true;
	}
	return false;
}

bool vw_token_next(struct vw_span *rest, struct vw_rule_token *ret)
{
	struct vw_rule_token token;
	size_t size = 0;

	while (rest->size && (is_space(rest->at[0]) || rest->at[0] == ',' || rest->at[0] == '\\'))
		skip(rest, 1);
	while (size < rest->size && !strchr("=!+-: \t\",", rest->at[size]))
		size++;
	token.key = vw_span_of(rest->at, size);
	skip(rest, size);
	skip_space(rest);
	for (size = 0; size < rest->size && size < 2 && strchr("=!+-:", rest->at[size]) && rest->at[size];)
		size++;
	token.operation = vw_span_of(rest->at, size);
	skip(rest, size);
	skip_space(rest);
	if (token.key.size == 0 || size == 0 || rest->size == 0 || rest->at[0] != '"')
		return false;
	size = quoted_length(*rest);
	if (size == 0)
		return false;
	token.value = vw_span_of(rest->at + 1, size - 2);
	skip(rest, size);
	*ret = token;
	return true;
}
