/* SPDX-License-Identifier: MIT */
#include "agent/web_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yaml.h>

#include "agent/tls.h"

enum {
	CONFIG_MAX = 64 * 1024,
	PEM_MAX = 1024 * 1024,
	LIST_MAX = 64,
	BRACKETS_MAX = 512,
	USERS_MAX = 256,
	NAME_MAX_LENGTH = 256,

	/* "$2b$10$" and 53 characters. Each step of the cost doubles the time; 15 is two seconds. */
	BCRYPT_LENGTH = 60,
	BCRYPT_COST_MIN = 4,
	BCRYPT_COST_MAX = 15,
};

/* A text of the file and where it stands. */
struct text {
	const char *text; /* NULL when the file does not say */
	size_t line;
};

struct texts {
	size_t count;
	struct text *text;
	size_t line;
};

struct pairs {
	size_t count;
	struct text *name, *value;
};

/* What stands in the file, before it is understood. */
struct wanted {
	struct text cert_file, key_file, client_ca_file, client_auth_type;
	struct text min_version, max_version, prefer_server_cipher_suites, http2;
	struct texts cipher_suites, curve_preferences, client_allowed_sans;
	struct pairs headers, users;
	size_t tls_line; /* 0 when there is no such section */
};

struct loader {
	const char *path;
	char *problem;
	size_t problem_size;
	yaml_document_t document;
	struct vw_arena *arena;
	struct wanted wanted;
};

/* --- problems ----------------------------------------------------------------------------------------- */

static int wrong(const struct loader *loader, size_t line, const char *format, ...) _printf_(3, 4);

static int wrong(const struct loader *loader, size_t line, const char *format, ...)
{
	char message[384];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	vw_clean(message, strlen(message));
	snprintf(loader->problem, loader->problem_size, "%s:%zu: %s", loader->path, line, message);
	return -EINVAL;
}

static int no_memory(const struct loader *loader)
{
	snprintf(loader->problem, loader->problem_size, "%s: out of memory", loader->path);
	return -ENOMEM;
}

/* --- files -------------------------------------------------------------------------------------------- */

static int read_open(int fd, size_t max, struct vw_arena *arena, char **ret, size_t *ret_size)
{
	size_t size = 0, room;
	struct stat status;
	char *bytes;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size < 0 || (uintmax_t)status.st_size > max)
		return -EFBIG;
	/* One more, so that a file that grows meanwhile is noticed. */
	room = (size_t)status.st_size + 1;
	bytes = vw_arena_alloc(arena, room + 1);
	if (!bytes)
		return -ENOMEM;
	while (size < room) {
		ssize_t got = read(fd, bytes + size, room - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		size += (size_t)got;
	}
	if (size == room)
		return -EAGAIN;
	*ret = bytes;
	*ret_size = size;
	return 0;
}

/* Reads a regular file of at most @max bytes; a NUL comes after them. */
static int read_whole(const char *path, size_t max, struct vw_arena *arena, char **ret, size_t *ret_size)
{
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	err = read_open(fd, max, arena, ret, ret_size);
	close(fd);
	return err;
}

/* --- nodes -------------------------------------------------------------------------------------------- */

static size_t line_of(const yaml_node_t *node)
{
	return node->start_mark.line + 1;
}

static yaml_node_t *node_at(struct loader *loader, int number)
{
	return yaml_document_get_node(&loader->document, number);
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
static int read_text(struct loader *loader, const yaml_node_t *node, struct text *ret)
{
	const unsigned char *value = node->data.scalar.value;

	if (node->type != YAML_SCALAR_NODE)
		return wrong(loader, line_of(node), "a single value is expected here");
	for (size_t i = 0; i < node->data.scalar.length; i++)
		if (is_control(&value[i]))
			return wrong(loader, line_of(node),
				     "a line break or control character within a value");
	ret->line = line_of(node);
	ret->text = vw_arena_copy(loader->arena, value, node->data.scalar.length);
	return ret->text ? 0 : no_memory(loader);
}

static int read_texts(struct loader *loader, const yaml_node_t *node, struct texts *ret)
{
	const yaml_node_item_t *items = node->data.sequence.items.start;
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return wrong(loader, line_of(node), "a list is expected here");
	count = (size_t)(node->data.sequence.items.top - items);
	if (count > LIST_MAX)
		return wrong(loader, line_of(node), "a list of more than %d", LIST_MAX);
	ret->line = line_of(node);
	ret->text = vw_arena_array(loader->arena, count, sizeof(*ret->text));
	if (!ret->text)
		return no_memory(loader);
	for (ret->count = 0; ret->count < count; ret->count++) {
		int err = read_text(loader, node_at(loader, items[ret->count]), &ret->text[ret->count]);

		if (err)
			return err;
	}
	return 0;
}

static int read_pairs(struct loader *loader, const yaml_node_t *node, struct pairs *ret)
{
	const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
	size_t count;
	int err = 0;

	if (node->type != YAML_MAPPING_NODE)
		return wrong(loader, line_of(node), "names with values are expected here");
	count = (size_t)(node->data.mapping.pairs.top - pairs);
	if (count > USERS_MAX)
		return wrong(loader, line_of(node), "more than %d of them", USERS_MAX);
	ret->name = vw_arena_array(loader->arena, count, sizeof(*ret->name));
	ret->value = vw_arena_array(loader->arena, count, sizeof(*ret->value));
	if (!ret->name || !ret->value)
		return no_memory(loader);
	for (size_t i = 0; i < count && !err; i++) {
		err = read_text(loader, node_at(loader, pairs[i].key), &ret->name[i]);
		if (!err)
			err = read_text(loader, node_at(loader, pairs[i].value), &ret->value[i]);
		for (size_t j = 0; j < i && !err; j++)
			if (strcmp(ret->name[j].text, ret->name[i].text) == 0)
				err = wrong(loader, ret->name[i].line, "%s stands here twice",
					    ret->name[i].text);
	}
	ret->count = count;
	return err;
}

/* --- the table of keys -------------------------------------------------------------------------------- */

enum kind { TEXT, TEXTS, PAIRS, SECTION };

struct field {
	const char *key;
	enum kind kind;
	size_t offset; /* in struct wanted; of a section the line where it begins, 0 for nowhere */
	const struct field *section;
	size_t section_count;
};

/* clang-format off */
#define FIELD(key, kind) {#key, kind, offsetof(struct wanted, key), NULL, 0}
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
	{"tls_server_config", SECTION, offsetof(struct wanted, tls_line), tls_fields, VW_COUNT(tls_fields)},
	{"http_server_config", SECTION, 0, http_fields, VW_COUNT(http_fields)},
	{"basic_auth_users", PAIRS, offsetof(struct wanted, users), NULL, 0},
};

static int read_section(struct loader *loader, const yaml_node_t *node, const struct field *fields,
			size_t count);

static int read_field(struct loader *loader, const yaml_node_t *node, const struct field *field)
{
	void *place = (char *)&loader->wanted + field->offset;

	if (is_null(node))
		return 0;
	switch (field->kind) {
	case TEXT:
		return read_text(loader, node, place);
	case TEXTS:
		return read_texts(loader, node, place);
	case PAIRS:
		return read_pairs(loader, node, place);
	case SECTION:
		if (field->offset)
			*(size_t *)place = line_of(node);
		return read_section(loader, node, field->section, field->section_count);
	}
	return -EINVAL;
}

static const struct field *find_field(const struct field *fields, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (vw_equal(fields[i].key, key))
			return &fields[i];
	return NULL;
}

static int read_section(struct loader *loader, const yaml_node_t *node, const struct field *fields,
			size_t count)
{
	bool seen[VW_COUNT(tls_fields)] = {false};

	if (node->type != YAML_MAPPING_NODE)
		return wrong(loader, line_of(node), "keys with values are expected here");
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const struct field *field;
		struct text key = {NULL, 0};
		int err;

		err = read_text(loader, node_at(loader, pair->key), &key);
		if (err)
			return err;
		field = find_field(fields, count, key.text);
		if (!field)
			return wrong(loader, key.line, "unknown key %s", key.text);
		if (seen[field - fields])
			return wrong(loader, key.line, "%s stands here twice", key.text);
		seen[field - fields] = true;
		err = read_field(loader, node_at(loader, pair->value), field);
		if (err)
			return err;
	}
	return 0;
}

/* --- what it means: passwords and headers ------------------------------------------------------------- */

static int parse_boolean(const struct loader *loader, const struct text *text, bool standard, bool *ret)
{
	static const struct {
		const char *word;
		bool is;
	} words[] = {{"true", true},   {"yes", true}, {"on", true},
		     {"false", false}, {"no", false}, {"off", false}};

	*ret = standard;
	if (!text->text)
		return 0;
	for (size_t i = 0; i < VW_COUNT(words); i++)
		if (strcasecmp(text->text, words[i].word) == 0) {
			*ret = words[i].is;
			return 0;
		}
	return wrong(loader, text->line, "true or false is expected, not %s", text->text);
}

static bool is_bcrypt(const char *hash, unsigned *ret_cost)
{
	static const char digits[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	if (strlen(hash) != BCRYPT_LENGTH || strncmp(hash, "$2", 2) != 0 || !strchr("aby", hash[2]) ||
	    hash[3] != '$' || hash[6] != '$' || strspn(hash + 7, digits) != BCRYPT_LENGTH - 7)
		return false;
	if (hash[4] < '0' || hash[4] > '9' || hash[5] < '0' || hash[5] > '9')
		return false;
	*ret_cost = (unsigned)(hash[4] - '0') * 10 + (unsigned)(hash[5] - '0');
	return true;
}

/* The hash itself is never shown. */
static int check_user(const struct loader *loader, const struct text *name, const struct text *hash)
{
	unsigned cost;

	if (name->text[0] == '\0' || strchr(name->text, ':') || strlen(name->text) > NAME_MAX_LENGTH)
		return wrong(loader, name->line,
			     "a user's name is not empty, has no colon and at most %d bytes",
			     NAME_MAX_LENGTH);
	if (!is_bcrypt(hash->text, &cost))
		return wrong(loader, hash->line, "the password of %s is no bcrypt hash", name->text);
	if (cost < BCRYPT_COST_MIN || cost > BCRYPT_COST_MAX)
		return wrong(loader, hash->line,
			     "the bcrypt hash of %s has cost %u; from %d to %d can be computed", name->text,
			     cost, BCRYPT_COST_MIN, BCRYPT_COST_MAX);
	return 0;
}

static int take_users(struct loader *loader, struct vw_web_config *config)
{
	const struct pairs *pairs = &loader->wanted.users;
	struct vw_web_user *user = vw_arena_array(loader->arena, pairs->count, sizeof(*user));

	if (!user)
		return no_memory(loader);
	for (size_t i = 0; i < pairs->count; i++) {
		int err = check_user(loader, &pairs->name[i], &pairs->value[i]);

		if (err)
			return err;
		user[i] = (struct vw_web_user){pairs->name[i].text, pairs->value[i].text};
	}
	config->user = user;
	config->user_count = pairs->count;
	return 0;
}

/* Source: exporter-toolkit, web/handler.go: the headers that it lets one set, and their values. */
static const struct {
	const char *name, *values[2];
} known_headers[] = {
	{"Content-Security-Policy", {NULL, NULL}},
	{"Strict-Transport-Security", {NULL, NULL}},
	{"X-Content-Type-Options", {"nosniff", NULL}},
	{"X-Frame-Options", {"deny", "sameorigin"}},
	{"X-XSS-Protection", {NULL, NULL}},
};

static bool is_value_of(size_t header, const char *value)
{
	const char *const *values = known_headers[header].values;

	if (!values[0])
		return true;
	for (size_t i = 0; i < VW_COUNT(known_headers[header].values); i++)
		if (values[i] && strcasecmp(values[i], value) == 0)
			return true;
	return false;
}

static int check_header(const struct loader *loader, const struct text *name, const struct text *value)
{
	for (size_t i = 0; i < VW_COUNT(known_headers); i++) {
		if (strcasecmp(known_headers[i].name, name->text) != 0)
			continue;
		if (value->text[0] == '\0' || !is_value_of(i, value->text))
			return wrong(loader, value->line, "%s cannot be \"%s\"", name->text, value->text);
		return 0;
	}
	return wrong(loader, name->line, "the header %s cannot be set", name->text);
}

static int take_headers(struct loader *loader, struct vw_web_config *config)
{
	const struct pairs *pairs = &loader->wanted.headers;
	struct vw_web_header *header = vw_arena_array(loader->arena, pairs->count, sizeof(*header));

	if (!header)
		return no_memory(loader);
	for (size_t i = 0; i < pairs->count; i++) {
		int err = check_header(loader, &pairs->name[i], &pairs->value[i]);

		if (err)
			return err;
		header[i] = (struct vw_web_header){pairs->name[i].text, pairs->value[i].text};
	}
	config->header = header;
	config->header_count = pairs->count;
	return 0;
}

static int take_http2(struct loader *loader, struct vw_web_config *config)
{
	static const char *const note[] = {"http2: only HTTP/1.1 is spoken here"};
	bool http2;
	int err;

	err = parse_boolean(loader, &loader->wanted.http2, false, &http2);
	if (!err && http2) {
		config->note = note;
		config->note_count = VW_COUNT(note);
	}
	return err;
}

/* --- what it means: TLS ------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum vw_client_auth auth;
} client_auths[] = {
	{"NoClientCert", VW_NO_CLIENT_CERT},
	{"RequestClientCert", VW_REQUEST_CLIENT_CERT},
	{"RequireAnyClientCert", VW_REQUIRE_ANY_CLIENT_CERT},
	{"RequireClientCert", VW_REQUIRE_ANY_CLIENT_CERT}, /* its older name */
	{"VerifyClientCertIfGiven", VW_VERIFY_CLIENT_CERT_IF_GIVEN},
	{"RequireAndVerifyClientCert", VW_REQUIRE_AND_VERIFY_CLIENT_CERT},
};

static int take_client_auth(const struct loader *loader, struct vw_web_config *config)
{
	const struct wanted *wanted = &loader->wanted;
	const struct text *type = &wanted->client_auth_type;
	bool verifies;
	size_t i;

	for (i = 0; type->text && i < VW_COUNT(client_auths); i++)
		if (strcmp(client_auths[i].word, type->text) == 0)
			break;
	if (i == VW_COUNT(client_auths))
		return wrong(loader, type->line, "unknown client_auth_type %s", type->text);
	config->client_auth = type->text ? client_auths[i].auth : VW_NO_CLIENT_CERT;

	verifies = config->client_auth >= VW_VERIFY_CLIENT_CERT_IF_GIVEN;
	if (verifies && !wanted->client_ca_file.text)
		return wrong(loader, type->line, "%s needs client_ca_file", type->text);
	if (config->client_auth == VW_NO_CLIENT_CERT && wanted->client_ca_file.text)
		return wrong(loader, wanted->client_ca_file.line, "client_ca_file needs a client_auth_type");
	if (wanted->client_allowed_sans.count && !verifies)
		return wrong(loader, wanted->client_allowed_sans.line,
			     "client_allowed_sans needs a client_auth_type that verifies");
	return 0;
}

static int check_words(const struct loader *loader, const struct texts *texts, const char *what,
		       bool (*is_known)(const char *word))
{
	for (size_t i = 0; i < texts->count; i++)
		if (!is_known(texts->text[i].text))
			return wrong(loader, texts->text[i].line, "unknown %s %s", what, texts->text[i].text);
	return 0;
}

static bool knows_curve(const char *word)
{
	return vw_tls_curve(word) != NULL;
}

static int list_words(struct loader *loader, const struct texts *texts, const char *const **ret)
{
	const char **word = vw_arena_array(loader->arena, texts->count, sizeof(*word));

	if (!word)
		return no_memory(loader);
	for (size_t i = 0; i < texts->count; i++)
		word[i] = texts->text[i].text;
	*ret = word;
	return 0;
}

static int take_version(const struct loader *loader, const struct text *text, enum vw_tls_version *ret)
{
	if (!text->text)
		return 0;
	*ret = vw_tls_version(text->text);
	if (*ret == VW_TLS_ANY)
		return wrong(loader, text->line,
			     "unknown TLS version %s; TLS10, TLS11, TLS12 and TLS13 are known", text->text);
	return 0;
}

static int make_wish(struct loader *loader, struct vw_tls_wish *ret)
{
	const struct wanted *wanted = &loader->wanted;
	bool server_chooses;
	int err;

	err = take_version(loader, &wanted->min_version, &ret->min);
	if (!err)
		err = take_version(loader, &wanted->max_version, &ret->max);
	if (!err && ret->max && ret->max < (ret->min ? ret->min : VW_TLS_1_2))
		err = wrong(loader, wanted->max_version.line, "max_version is below min_version");
	if (!err)
		err = parse_boolean(loader, &wanted->prefer_server_cipher_suites, true, &server_chooses);
	if (!err)
		err = check_words(loader, &wanted->cipher_suites, "cipher suite", vw_tls_knows_suite);
	if (!err)
		err = check_words(loader, &wanted->curve_preferences, "curve", knows_curve);
	if (!err)
		err = list_words(loader, &wanted->cipher_suites, &ret->suite);
	if (!err)
		err = list_words(loader, &wanted->curve_preferences, &ret->curve);
	if (err)
		return err;
	ret->suite_count = wanted->cipher_suites.count;
	ret->curve_count = wanted->curve_preferences.count;
	ret->client_chooses = !server_chooses;
	return 0;
}

static int take_priorities(struct loader *loader, struct vw_web_config *config)
{
	size_t line = loader->wanted.cipher_suites.line;
	struct vw_tls_wish wish = {.min = VW_TLS_ANY};
	struct vw_buffer text = {0};
	char problem[256] = "";
	int err;

	err = make_wish(loader, &wish);
	if (err)
		return err;
	err = vw_tls_priorities(&wish, &text, problem, sizeof(problem));
	if (err == -EINVAL)
		wrong(loader, line ? line : loader->wanted.tls_line, "%s", problem);
	else if (!err)
		config->priorities = vw_arena_copy(loader->arena, text.data, text.size);
	vw_buffer_free(&text);
	if (!err && !config->priorities)
		err = -ENOMEM;
	return err == -ENOMEM ? no_memory(loader) : err;
}

/* Relative to the folder that the configuration is in. */
static char *beside(const struct loader *loader, const char *name)
{
	const char *slash = strrchr(loader->path, '/');

	if (name[0] == '/' || !slash)
		return vw_arena_string(loader->arena, name);
	return vw_arena_printf(loader->arena, "%.*s/%s", (int)(slash - loader->path), loader->path, name);
}

static int take_pem(struct loader *loader, const struct text *name, const char **ret)
{
	const char *path = beside(loader, name->text);
	char *bytes = NULL;
	size_t size = 0;
	int err;

	if (!path)
		return no_memory(loader);
	err = read_whole(path, PEM_MAX, loader->arena, &bytes, &size);
	if (err) {
		wrong(loader, name->line, "%s: %s", path,
		      err == -EINVAL ? "this is no regular file" : strerror(-err));
		return err;
	}
	if (!bytes || strlen(bytes) != size)
		return wrong(loader, name->line, "%s is no PEM file", path);
	*ret = bytes;
	return 0;
}

static int take_files(struct loader *loader, struct vw_web_config *config)
{
	const struct wanted *wanted = &loader->wanted;
	int err;

	if (!wanted->cert_file.text)
		return wrong(loader, wanted->tls_line, "tls_server_config has no cert_file");
	if (!wanted->key_file.text)
		return wrong(loader, wanted->tls_line, "tls_server_config has no key_file");
	err = take_pem(loader, &wanted->cert_file, &config->certificate);
	if (!err)
		err = take_pem(loader, &wanted->key_file, &config->key);
	if (!err && wanted->client_ca_file.text)
		err = take_pem(loader, &wanted->client_ca_file, &config->client_ca);
	return err;
}

static int take_tls(struct loader *loader, struct vw_web_config *config)
{
	char problem[256] = "";
	int err;

	if (!loader->wanted.tls_line)
		return 0;
	config->tls = true;
	err = take_client_auth(loader, config);
	if (!err)
		err = take_priorities(loader, config);
	if (!err)
		err = list_words(loader, &loader->wanted.client_allowed_sans, &config->allowed_name);
	if (!err)
		err = take_files(loader, config);
	if (err)
		return err;
	config->allowed_name_count = loader->wanted.client_allowed_sans.count;
	err = vw_tls_check(config, problem, sizeof(problem));
	return err ? wrong(loader, loader->wanted.cert_file.line, "%s", problem) : 0;
}

/* --- the file ----------------------------------------------------------------------------------------- */

static int understand(struct loader *loader, struct vw_web_config *config)
{
	yaml_node_t *root = yaml_document_get_root_node(&loader->document);
	int err = 0;

	if (root && !is_null(root))
		err = read_section(loader, root, root_fields, VW_COUNT(root_fields));
	if (!err)
		err = take_users(loader, config);
	if (!err)
		err = take_headers(loader, config);
	if (!err)
		err = take_http2(loader, config);
	if (!err)
		err = take_tls(loader, config);
	return err;
}

/* @loader: its document has to be deleted after a success */
static int next_document(struct loader *loader, yaml_parser_t *parser)
{
	if (yaml_parser_load(parser, &loader->document))
		return 0;
	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(loader);
	return wrong(loader, parser->problem_mark.line + 1, "%s",
		     parser->problem ? parser->problem : "this is no YAML");
}

static int load_document(struct loader *loader, yaml_parser_t *parser, struct vw_web_config *config)
{
	int err;

	err = next_document(loader, parser);
	if (err)
		return err;
	err = understand(loader, config);
	yaml_document_delete(&loader->document);
	return err;
}

/* Nobody reads a second document, and what it asks for, a password, would not be done. */
static int check_end(struct loader *loader, yaml_parser_t *parser)
{
	int err;

	err = next_document(loader, parser);
	if (err)
		return err;
	if (yaml_document_get_root_node(&loader->document))
		err = wrong(loader, loader->document.start_mark.line + 1, "a second document begins here");
	yaml_document_delete(&loader->document);
	return err;
}

static int parse(struct loader *loader, const char *bytes, size_t size, struct vw_web_config *config)
{
	yaml_parser_t parser;
	int err;

	if (!yaml_parser_initialize(&parser))
		return no_memory(loader);
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
	err = load_document(loader, &parser, config);
	if (!err)
		err = check_end(loader, &parser);
	yaml_parser_delete(&parser);
	return err;
}

/* libyaml's time grows with the square of how deep lists stand within lists. */
static int check_depth(const struct loader *loader, const char *bytes, size_t size)
{
	size_t line = 1, brackets = 0;

	for (size_t i = 0; i < size && brackets <= BRACKETS_MAX; i++) {
		line += bytes[i] == '\n';
		brackets += bytes[i] == '[' || bytes[i] == '{';
	}
	return brackets <= BRACKETS_MAX ? 0 : wrong(loader, line, "more than %d brackets", BRACKETS_MAX);
}

static int load(struct loader *loader, struct vw_web_config *config)
{
	char *bytes = NULL;
	size_t size = 0;
	int err;

	err = read_whole(loader->path, CONFIG_MAX, loader->arena, &bytes, &size);
	if (err) {
		snprintf(loader->problem, loader->problem_size, "%s: %s", loader->path,
			 err == -EINVAL ? "this is no regular file" : strerror(-err));
		return err;
	}
	err = check_depth(loader, bytes, size);
	return err ? err : parse(loader, bytes, size, config);
}

int vw_web_config_load(const char *path, struct vw_web_config **ret, char *problem, size_t problem_size)
{
	struct loader loader = {.path = path, .problem = problem, .problem_size = problem_size};
	struct vw_web_config *config;
	int err;

	err = vw_arena_new(&loader.arena);
	if (err)
		return no_memory(&loader);
	config = vw_arena_alloc(loader.arena, sizeof(*config));
	if (!config) {
		vw_arena_free(loader.arena);
		return no_memory(&loader);
	}
	config->arena = loader.arena;
	err = load(&loader, config);
	if (err) {
		vw_web_config_free(config);
		return err;
	}
	*ret = config;
	return 0;
}

static const struct vw_web_config *or_nothing(const struct vw_web_config *config)
{
	static const struct vw_web_config nothing = {.tls = false};

	return config ? config : &nothing;
}

static bool same_texts(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	bool same = a_count == b_count;

	for (size_t i = 0; same && i < a_count; i++)
		same = vw_equal(a[i], b[i]);
	return same;
}

bool vw_web_config_same_tls(const struct vw_web_config *a, const struct vw_web_config *b)
{
	a = or_nothing(a);
	b = or_nothing(b);
	return a->tls == b->tls && a->client_auth == b->client_auth &&
	       vw_equal(a->certificate, b->certificate) && vw_equal(a->key, b->key) &&
	       vw_equal(a->client_ca, b->client_ca) && vw_equal(a->priorities, b->priorities) &&
	       same_texts(a->allowed_name, a->allowed_name_count, b->allowed_name, b->allowed_name_count);
}

bool vw_web_config_same(const struct vw_web_config *a, const struct vw_web_config *b)
{
	bool same;

	a = or_nothing(a);
	b = or_nothing(b);
	same = vw_web_config_same_tls(a, b) && a->user_count == b->user_count &&
	       a->header_count == b->header_count &&
	       same_texts(a->note, a->note_count, b->note, b->note_count);
	for (size_t i = 0; same && i < a->user_count; i++)
		same = vw_equal(a->user[i].name, b->user[i].name) &&
		       vw_equal(a->user[i].hash, b->user[i].hash);
	for (size_t i = 0; same && i < a->header_count; i++)
		same = vw_equal(a->header[i].name, b->header[i].name) &&
		       vw_equal(a->header[i].value, b->header[i].value);
	return same;
}

void vw_web_config_free(struct vw_web_config *config)
{
	if (!config)
		return;
	if (config->key)
		explicit_bzero((char *)(uintptr_t)config->key, strlen(config->key));
	vw_arena_free(config->arena);
}

void vw_web_config_freep(struct vw_web_config **config)
{
	vw_web_config_free(*config);
}
