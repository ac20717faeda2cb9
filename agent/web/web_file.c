/* SPDX-License-Identifier: MIT */
#include "agent/web/web_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "base/file.h"

enum {
	CONFIG_MAX = 64 * 1024,
	LIST_MAX = 64,
	BRACKETS_MAX = 512,
	USERS_MAX = 256,
};

int vwd_web_file_wrong(const struct vwd_web_file *file, size_t line, const char *format, ...)
{
	char message[384];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	vwb_text_clean(message, strlen(message));
	snprintf(file->problem, file->problem_size, "%s:%zu: %s", file->path, line, message);
	return -EINVAL;
}

int vwd_web_file_no_memory(const struct vwd_web_file *file)
{
	snprintf(file->problem, file->problem_size, "%s: out of memory", file->path);
	return -ENOMEM;
}

static size_t line_of(const yaml_node_t *node)
{
	return node->start_mark.line + 1;
}

static bool is_null(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (node->data.scalar.length == 0 || strcmp((const char *)node->data.scalar.value, "~") == 0 ||
		strcmp((const char *)node->data.scalar.value, "null") == 0);
}

/* Of Unicode: ASCII's, and those from U+0080 to U+009F. */
static bool is_control(const unsigned char *at)
{
	return at[0] < ' ' || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0);
}

/* A scalar without control characters. */
static int read_text(struct vwd_web_file *file, const yaml_node_t *node, struct vwd_web_text *ret)
{
	const unsigned char *value = node->data.scalar.value;

	if (node->type != YAML_SCALAR_NODE)
		return vwd_web_file_wrong(file, line_of(node), "a single value is expected here");
	for (size_t i = 0; i < node->data.scalar.length; i++)
		if (is_control(&value[i]))
			return vwd_web_file_wrong(file, line_of(node),
						  "a line break or control character within a value");
	ret->line = line_of(node);
	ret->text = vwb_arena_copy(file->arena, value, node->data.scalar.length);
	return ret->text ? 0 : vwd_web_file_no_memory(file);
}

static int read_texts(struct vwd_web_file *file, const yaml_node_t *node, struct vwd_web_texts *ret)
{
	const yaml_node_item_t *items = node->data.sequence.items.start;
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return vwd_web_file_wrong(file, line_of(node), "a list is expected here");
	count = (size_t)(node->data.sequence.items.top - items);
	if (count > LIST_MAX)
		return vwd_web_file_wrong(file, line_of(node), "a list of more than %d", LIST_MAX);
	ret->line = line_of(node);
	ret->text = vwb_arena_array(file->arena, count, sizeof(*ret->text));
	if (!ret->text)
		return vwd_web_file_no_memory(file);
	for (ret->count = 0; ret->count < count; ret->count++) {
		int err = read_text(file, yaml_document_get_node(file->document, items[ret->count]),
				    &ret->text[ret->count]);

		if (err)
			return err;
	}
	return 0;
}

static int read_pairs(struct vwd_web_file *file, const yaml_node_t *node, struct vwd_web_pairs *ret)
{
	const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
	size_t count;
	int err = 0;

	if (node->type != YAML_MAPPING_NODE)
		return vwd_web_file_wrong(file, line_of(node), "names with values are expected here");
	count = (size_t)(node->data.mapping.pairs.top - pairs);
	if (count > USERS_MAX)
		return vwd_web_file_wrong(file, line_of(node), "more than %d of them", USERS_MAX);
	ret->name = vwb_arena_array(file->arena, count, sizeof(*ret->name));
	ret->value = vwb_arena_array(file->arena, count, sizeof(*ret->value));
	if (!ret->name || !ret->value)
		return vwd_web_file_no_memory(file);
	for (size_t i = 0; i < count && !err; i++) {
		err = read_text(file, yaml_document_get_node(file->document, pairs[i].key), &ret->name[i]);
		if (!err)
			err = read_text(file, yaml_document_get_node(file->document, pairs[i].value),
					&ret->value[i]);
		for (size_t j = 0; j < i && !err; j++)
			if (strcmp(ret->name[j].text, ret->name[i].text) == 0)
				err = vwd_web_file_wrong(file, ret->name[i].line, "%s stands here twice",
							 ret->name[i].text);
	}
	ret->count = count;
	return err;
}

enum kind { TEXT, TEXTS, PAIRS, SECTION };

struct field {
	const char *key;
	enum kind kind;
	size_t offset; /* in struct vwd_web_wanted; of a section the line where it begins, 0 for nowhere */
	const struct field *section;
	size_t section_count;
};

/* clang-format off */
#define FIELD(key, kind) {#key, kind, offsetof(struct vwd_web_wanted, key), NULL, 0}
/* clang-format on */

static const struct field tls_fields[] = {
	FIELD(cert_file, TEXT),
	FIELD(key_file, TEXT),
	FIELD(client_ca_file, TEXT),
	FIELD(client_auth_type, TEXT),
	FIELD(client_allowed_sans, TEXTS),
	FIELD(min_version, TEXT),
	FIELD(max_version, TEXT),
	FIELD(cipher_suites, TEXTS),
	FIELD(curve_preferences, TEXTS),
	FIELD(prefer_server_cipher_suites, TEXT),
};

static const struct field http_fields[] = {
	FIELD(http2, TEXT),
	FIELD(headers, PAIRS),
};

static const struct field root_fields[] = {
	{"tls_server_config", SECTION, offsetof(struct vwd_web_wanted, tls_line), tls_fields,
	 VW_COUNT(tls_fields)},
	{"http_server_config", SECTION, 0, http_fields, VW_COUNT(http_fields)},
	{"basic_auth_users", PAIRS, offsetof(struct vwd_web_wanted, users), NULL, 0},
};

static int read_section(struct vwd_web_file *file, const yaml_node_t *node, const struct field *fields,
			size_t count);

static int read_field(struct vwd_web_file *file, const yaml_node_t *node, const struct field *field)
{
	void *place = (char *)&file->wanted + field->offset;

	if (is_null(node))
		return 0;
	switch (field->kind) {
	case TEXT:
		return read_text(file, node, place);
	case TEXTS:
		return read_texts(file, node, place);
	case PAIRS:
		return read_pairs(file, node, place);
	case SECTION:
		if (field->offset)
			*(size_t *)place = line_of(node);
		return read_section(file, node, field->section, field->section_count);
	}
	return -EINVAL;
}

static const struct field *find_field(const struct field *fields, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (vwb_text_equal(fields[i].key, key))
			return &fields[i];
	return NULL;
}

static int read_section(struct vwd_web_file *file, const yaml_node_t *node, const struct field *fields,
			size_t count)
{
	bool seen[VW_COUNT(tls_fields)] = {false};

	if (node->type != YAML_MAPPING_NODE)
		return vwd_web_file_wrong(file, line_of(node), "keys with values are expected here");
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const struct field *field;
		struct vwd_web_text key = {NULL, 0};
		int err;

		err = read_text(file, yaml_document_get_node(file->document, pair->key), &key);
		if (err)
			return err;
		field = find_field(fields, count, key.text);
		if (!field)
			return vwd_web_file_wrong(file, key.line, "unknown key %s", key.text);
		if (seen[field - fields])
			return vwd_web_file_wrong(file, key.line, "%s stands here twice", key.text);
		seen[field - fields] = true;
		err = read_field(file, yaml_document_get_node(file->document, pair->value), field);
		if (err)
			return err;
	}
	return 0;
}

/* @document: has to be deleted after a success */
static int next_document(const struct vwd_web_file *file, yaml_parser_t *parser, yaml_document_t *document)
{
	if (yaml_parser_load(parser, document))
		return 0;
	/* Where it has no memory for a node, libyaml (0.2.5) fails without saying why. */
	if (parser->error == YAML_MEMORY_ERROR || parser->error == YAML_NO_ERROR)
		return vwd_web_file_no_memory(file);
	return vwd_web_file_wrong(file, parser->problem_mark.line + 1, "%s",
				  parser->problem ? parser->problem : "this is no YAML");
}

static int read_document(struct vwd_web_file *file, yaml_parser_t *parser)
{
	yaml_document_t document;
	yaml_node_t *root;
	int err;

	err = next_document(file, parser, &document);
	if (err)
		return err;
	file->document = &document;
	root = yaml_document_get_root_node(&document);
	if (root && !is_null(root))
		err = read_section(file, root, root_fields, VW_COUNT(root_fields));
	file->document = NULL;
	yaml_document_delete(&document);
	return err;
}

/* Nobody reads a second document, and what it asks for, a password, would not be done. */
static int check_end(const struct vwd_web_file *file, yaml_parser_t *parser)
{
	yaml_document_t document;
	int err;

	err = next_document(file, parser, &document);
	if (err)
		return err;
	if (yaml_document_get_root_node(&document))
		err = vwd_web_file_wrong(file, document.start_mark.line + 1, "a second document begins here");
	yaml_document_delete(&document);
	return err;
}

static int parse_file(struct vwd_web_file *file, const char *bytes, size_t size)
{
	yaml_parser_t parser;
	int err;

	if (!yaml_parser_initialize(&parser))
		return vwd_web_file_no_memory(file);
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
	err = read_document(file, &parser);
	if (!err)
		err = check_end(file, &parser);
	yaml_parser_delete(&parser);
	return err;
}

/* libyaml's time grows with the square of how deep lists stand within lists. */
static int check_depth(const struct vwd_web_file *file, const char *bytes, size_t size)
{
	size_t line = 1, brackets = 0;

	for (size_t i = 0; i < size && brackets <= BRACKETS_MAX; i++) {
		line += bytes[i] == '\n';
		brackets += bytes[i] == '[' || bytes[i] == '{';
	}
	return brackets <= BRACKETS_MAX
		       ? 0
		       : vwd_web_file_wrong(file, line, "more than %d brackets", BRACKETS_MAX);
}

int vwd_web_file_read(struct vwd_web_file *file)
{
	char *bytes = NULL;
	size_t size = 0;
	int err;

	err = vwb_file_read(file->arena, file->path, 0, CONFIG_MAX, &bytes, &size);
	if (err) {
		snprintf(file->problem, file->problem_size, "%s: %s", file->path,
			 err == -EINVAL ? "this is no regular file" : strerror(-err));
		return err;
	}
	err = check_depth(file, bytes, size);
	return err ? err : parse_file(file, bytes, size);
}
