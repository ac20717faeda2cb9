/* SPDX-License-Identifier: MIT */
#include "probes/image/yaml.h"

#include <errno.h>
#include <string.h>

#include "probes/image/settings.h"

enum {
	DEPTH_LIMIT = 24,
	NODES_LIMIT = 16384,
};

struct reader {
	struct vw_image *image;
	const char *text;
	size_t size, at;
	unsigned line;
	size_t line_start; /* where the line at hand begins */
	bool inside;       /* @at is at content behind a dash: its column is its indent */
	size_t nodes;
	bool lost;
};

static char peek(const struct reader *reader)
{
	return reader->at < reader->size ? reader->text[reader->at] : '\n';
}

static bool at_end(const struct reader *reader)
{
	return reader->at >= reader->size;
}

static void next(struct reader *reader)
{
	if (at_end(reader))
		return;
	if (reader->text[reader->at++] == '\n') {
		reader->line++;
		reader->line_start = reader->at;
	}
}

static void skip_blanks(struct reader *reader)
{
	while (!at_end(reader) && (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\r'))
		next(reader);
}

/* To the end of the line, its break included. */
static void skip_line(struct reader *reader)
{
	while (!at_end(reader) && peek(reader) != '\n')
		next(reader);
	next(reader);
}

static bool starts(const struct reader *reader, const char *word)
{
	size_t size = strlen(word);

	return reader->size - reader->at >= size && memcmp(reader->text + reader->at, word, size) == 0;
}

/* Is the character at @offset from here the end of a token? */
static bool parted(const struct reader *reader, size_t offset)
{
	size_t at = reader->at + offset;

	return at >= reader->size || strchr(" \t\r\n", reader->text[at]) != NULL;
}

/* Behind a value nothing may follow but a comment. */
static void end_line(struct reader *reader)
{
	skip_blanks(reader);
	if (peek(reader) != '\n' && peek(reader) != '#')
		reader->lost = true;
	skip_line(reader);
}

/*
 * Go to the next line with content. Returns false at the document's end; @ret_indent is its column, and the
 * reader stands at the content.
 */
static bool to_content(struct reader *reader, size_t *ret_indent)
{
	if (reader->inside) {
		*ret_indent = reader->at - reader->line_start;
		return true;
	}
	while (!at_end(reader)) {
		reader->at = reader->line_start;
		while (peek(reader) == ' ')
			next(reader);
		*ret_indent = reader->at - reader->line_start;
		if (peek(reader) == '\t') {
			skip_blanks(reader);
			reader->lost |= peek(reader) != '\n' && peek(reader) != '#';
		}
		if (peek(reader) == '\n' || peek(reader) == '\r' || peek(reader) == '#') {
			skip_line(reader);
			continue;
		}
		if (at_end(reader))
			return false;
		if (*ret_indent == 0 && (starts(reader, "---") || starts(reader, "...")) &&
		    parted(reader, 3)) {
			reader->lost = true; /* a second document */
			reader->at = reader->line_start = reader->size;
			return false;
		}
		return true;
	}
	return false;
}

static struct vw_yaml *new_node(struct reader *reader, enum vw_yaml_kind kind)
{
	struct vw_yaml *node = NULL;

	if (reader->nodes < NODES_LIMIT)
		node = vwb_arena_alloc(vw_image_arena(reader->image), sizeof(*node));
	if (!node) {
		reader->lost = true;
		reader->at = reader->line_start = reader->size;
		reader->inside = false;
		return NULL;
	}
	reader->nodes++;
	node->kind = kind;
	node->line = reader->line;
	return node;
}

static struct vw_yaml *new_text(struct reader *reader, size_t start, size_t end)
{
	struct vw_yaml *node = new_node(reader, VW_YAML_TEXT);

	if (node)
		node->text = vw_span_copy(reader->image, vw_span_of(reader->text + start, end - start));
	return node;
}

/* Scalars. */

/* What escapes and folded lines stand for is not needed of the texts that are looked at. */
static struct vw_yaml *read_quoted(struct reader *reader)
{
	char quote = peek(reader);
	size_t start = reader->at + 1, end;

	next(reader);
	while (!at_end(reader) && peek(reader) != quote) {
		if (quote == '"' && peek(reader) == '\\')
			next(reader);
		next(reader);
	}
	end = reader->at;
	reader->lost |= at_end(reader);
	next(reader);
	return new_text(reader, start, end);
}

/* A plain scalar of one line. @flow: it also ends where the collection around it goes on */
static struct vw_yaml *read_plain(struct reader *reader, bool flow)
{
	size_t start = reader->at, end = start;

	reader->lost |= strchr("&*!%@`,[]{}", peek(reader)) && peek(reader) != '\0';
	for (; !at_end(reader) && peek(reader) != '\n'; next(reader)) {
		char c = peek(reader);

		if (flow && strchr(",[]{}", c) && c)
			break;
		if (flow && c == ':' && (parted(reader, 1) || strchr(",[]{}", reader->text[reader->at + 1])))
			break;
		if (c == '#' && reader->at > start && parted(reader, (size_t)-1))
			break;
		if (c != ' ' && c != '\t' && c != '\r')
			end = reader->at + 1;
	}
	return new_text(reader, start, end);
}

/* Lines that are indented deeper than @indent belong to the scalar before. Returns whether there were any. */
static bool skip_deeper(struct reader *reader, size_t indent)
{
	bool any = false;

	while (!at_end(reader)) {
		size_t here;

		reader->at = reader->line_start;
		while (peek(reader) == ' ')
			next(reader);
		here = reader->at - reader->line_start;
		if (here <= indent && peek(reader) != '\n' && peek(reader) != '\r') {
			reader->at = reader->line_start;
			return any;
		}
		any |= here > indent && peek(reader) != '\n' && peek(reader) != '\r' && peek(reader) != '#';
		skip_line(reader);
	}
	return any;
}

/* Flow. */

static void skip_flow_space(struct reader *reader)
{
	while (!at_end(reader)) {
		if (peek(reader) == '#')
			skip_line(reader);
		else if (strchr(" \t\r\n", peek(reader)) && peek(reader))
			next(reader);
		else
			return;
	}
}

static struct vw_yaml *read_flow(struct reader *reader, unsigned depth);

static struct vw_yaml *read_flow_value(struct reader *reader, unsigned depth)
{
	char c = peek(reader);

	if (c == '[' || c == '{')
		return read_flow(reader, depth + 1);
	return c == '"' || c == '\'' ? read_quoted(reader) : read_plain(reader, true);
}

/* A value of a mapping, behind its key. */
static struct vw_yaml *read_flow_pair(struct reader *reader, unsigned depth, const struct vw_yaml *key)
{
	struct vw_yaml *value;

	next(reader); /* the colon */
	skip_flow_space(reader);
	value = read_flow_value(reader, depth);
	if (value)
		value->key = vw_yaml_text(key);
	return value;
}

static struct vw_yaml *read_flow(struct reader *reader, unsigned depth)
{
	char close = peek(reader) == '[' ? ']' : '}';
	struct vw_yaml *node = new_node(reader, close == ']' ? VW_YAML_LIST : VW_YAML_MAPPING), **end;

	if (!node)
		return NULL;
	end = &node->child;
	next(reader);
	for (;;) {
		size_t before = reader->at;
		struct vw_yaml *item;

		skip_flow_space(reader);
		if (at_end(reader) || depth >= DEPTH_LIMIT) {
			reader->lost = true;
			reader->at = reader->line_start = reader->size;
			return node;
		}
		if (peek(reader) == close) {
			next(reader);
			return node;
		}
		if (peek(reader) == ',') {
			next(reader);
			continue;
		}
		item = read_flow_value(reader, depth);
		skip_flow_space(reader);
		if (item && close == '}' && peek(reader) == ':')
			item = read_flow_pair(reader, depth, item);
		else if (close == '}' || peek(reader) == ':')
			reader->lost = true;
		if (item) {
			*end = item;
			end = &item->next;
		}
		if (reader->at == before) /* a bracket that closes nothing */
			next(reader);
	}
}

/* Block. */

static struct vw_yaml *read_block(struct reader *reader, unsigned depth);

/* The length of a key with what ends it, from here; 0 when there is none on this line. */
static size_t key_size(const struct reader *reader, size_t *ret_length)
{
	const char *text = reader->text + reader->at;
	size_t left = reader->size - reader->at, i = 0;

	if (left && (text[0] == '"' || text[0] == '\'')) {
		for (i = 1; i < left && text[i] != text[0] && text[i] != '\n';)
			i++;
		if (i < left)
			i++;
		*ret_length = i;
		while (i < left && text[i] == ' ')
			i++;
		return i < left && text[i] == ':' && parted(reader, i + 1) ? i + 1 : 0;
	}
	for (; i < left && text[i] != '\n'; i++) {
		if (text[i] == ':' && parted(reader, i + 1)) {
			*ret_length = i;
			return i + 1;
		}
		if ((text[i] == '#' && i > 0 && text[i - 1] == ' ') || (i == 0 && strchr("[{", text[i])))
			return 0;
	}
	return 0;
}

static bool at_dash(const struct reader *reader)
{
	return peek(reader) == '-' && parted(reader, 1);
}

/* What follows a key or a dash. @indent: of the key or the dash; @dash: a list may begin in the key's column
 */
static struct vw_yaml *read_value(struct reader *reader, size_t indent, bool after_key, unsigned depth)
{
	struct vw_yaml *node;
	size_t here;

	skip_blanks(reader);
	switch (peek(reader)) {
	case '\n':
	case '#':
		skip_line(reader);
		if (to_content(reader, &here) &&
		    (here > indent || (after_key && here == indent && at_dash(reader))))
			return read_block(reader, depth + 1);
		reader->at = reader->line_start;
		return new_text(reader, reader->at, reader->at);
	case '[':
	case '{':
		node = read_flow(reader, depth);
		break;
	case '"':
	case '\'':
		node = read_quoted(reader);
		break;
	case '|':
	case '>':
		node = new_text(reader, reader->at, reader->at);
		skip_line(reader);
		(void)skip_deeper(reader, indent);
		return node;
	default:
		node = read_plain(reader, false);
		skip_line(reader);
		reader->lost |= skip_deeper(reader, indent); /* of several lines: they are not joined */
		return node;
	}
	end_line(reader);
	return node;
}

/* "- key: value" is a mapping whose column is that of its first key. */
static struct vw_yaml *read_item(struct reader *reader, size_t indent, unsigned depth)
{
	size_t length;

	next(reader); /* the dash */
	skip_blanks(reader);
	if (at_dash(reader) || (peek(reader) != '\n' && peek(reader) != '#' && key_size(reader, &length))) {
		reader->inside = true;
		return read_block(reader, depth + 1);
	}
	return read_value(reader, indent, false, depth);
}

static struct vw_yaml *read_pair(struct reader *reader, size_t indent, unsigned depth)
{
	size_t length = 0, size = key_size(reader, &length);
	struct vw_span key = vw_span_trim(vw_span_of(reader->text + reader->at, length));
	unsigned line = reader->line;
	struct vw_yaml *value;

	if (size == 0) {
		reader->lost = true;
		skip_line(reader);
		return NULL;
	}
	if (key.size >= 2 && (key.at[0] == '"' || key.at[0] == '\''))
		key = vw_span_of(key.at + 1, key.size - 2);
	reader->lost |= key.size && strchr("&*!?", key.at[0]) && key.at[0];
	reader->at += size;
	value = read_value(reader, indent, true, depth);
	if (value) {
		value->key = vw_span_copy(reader->image, key);
		value->line = line;
	}
	return value;
}

static struct vw_yaml *read_block(struct reader *reader, unsigned depth)
{
	struct vw_yaml *node, **end;
	size_t indent, here;
	bool list;

	if (!to_content(reader, &indent) || depth >= DEPTH_LIMIT) {
		reader->lost |= depth >= DEPTH_LIMIT;
		reader->inside = false;
		skip_line(reader);
		return NULL;
	}
	list = at_dash(reader);
	node = new_node(reader, list ? VW_YAML_LIST : VW_YAML_MAPPING);
	if (!node)
		return NULL;
	end = &node->child;
	while (to_content(reader, &here)) {
		struct vw_yaml *item;

		if (here < indent || (here == indent && at_dash(reader) != list)) {
			reader->lost |= reader->inside;
			reader->at = reader->line_start;
			break;
		}
		if (here > indent) {
			reader->lost = true;
			skip_line(reader);
			continue;
		}
		reader->inside = false;
		item = list ? read_item(reader, indent, depth) : read_pair(reader, indent, depth);
		if (item) {
			*end = item;
			end = &item->next;
		}
	}
	return node;
}

/* What it gives. */

int vw_yaml_read(struct vw_image *image, const char *text, size_t size, const struct vw_yaml **ret_root,
		 bool *ret_lost)
{
	struct reader reader = {.image = image, .text = text, .size = size, .line = 1};
	const struct vw_yaml *root;
	size_t indent;

	while (!at_end(&reader) && (peek(&reader) == '#' || peek(&reader) == '\n'))
		skip_line(&reader);
	if (starts(&reader, "---") && parted(&reader, 3))
		skip_line(&reader);
	if (to_content(&reader, &indent) && (peek(&reader) == '{' || peek(&reader) == '[')) {
		root = read_flow(&reader, 0);
		end_line(&reader);
	} else {
		reader.at = reader.line_start;
		root = read_block(&reader, 0);
	}
	if (to_content(&reader, &indent))
		reader.lost = true;
	if (vwb_arena_failed(vw_image_arena(image)))
		return -ENOMEM;
	*ret_root = root;
	*ret_lost = reader.lost;
	return 0;
}

const struct vw_yaml *vw_yaml_get(const struct vw_yaml *mapping, const char *key)
{
	const struct vw_yaml *found = NULL;

	if (!mapping || mapping->kind != VW_YAML_MAPPING)
		return NULL;
	for (const struct vw_yaml *node = mapping->child; node; node = node->next)
		if (vwb_text_equal(node->key, key))
			found = node;
	return found;
}

const char *vw_yaml_text(const struct vw_yaml *node)
{
	return node && node->kind == VW_YAML_TEXT ? node->text : NULL;
}
