/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agent/web/tls.h"
#include "agent/web/web.h"
#include "agent/web/web_file.h"
#include "base/file.h"

enum {
	PEM_MAX = 1024 * 1024,
	NAME_MAX_LENGTH = 256,

	/* "$2b$10$" and 53 characters. Each step of the cost doubles the time; 15 is two seconds. */
	BCRYPT_LENGTH = 60,
	BCRYPT_COST_MIN = 4,
	BCRYPT_COST_MAX = 15,
};

static int parse_boolean(const struct vwd_web_file *file, const struct vwd_web_text *text, bool standard,
			 bool *ret)
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
	return vwd_web_file_wrong(file, text->line, "true or false is expected, not %s", text->text);
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
static int check_user(const struct vwd_web_file *file, const struct vwd_web_text *name,
		      const struct vwd_web_text *hash)
{
	unsigned cost;

	if (name->text[0] == '\0' || strchr(name->text, ':') || strlen(name->text) > NAME_MAX_LENGTH)
		return vwd_web_file_wrong(file, name->line,
					  "a user's name is not empty, has no colon and at most %d bytes",
					  NAME_MAX_LENGTH);
	if (!is_bcrypt(hash->text, &cost))
		return vwd_web_file_wrong(file, hash->line, "the password of %s is no bcrypt hash",
					  name->text);
	if (cost < BCRYPT_COST_MIN || cost > BCRYPT_COST_MAX)
		return vwd_web_file_wrong(file, hash->line,
					  "the bcrypt hash of %s has cost %u; from %d to %d can be computed",
					  name->text, cost, BCRYPT_COST_MIN, BCRYPT_COST_MAX);
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

static int check_header(const struct vwd_web_file *file, const struct vwd_web_text *name,
			const struct vwd_web_text *value)
{
	for (size_t i = 0; i < VW_COUNT(known_headers); i++) {
		if (strcasecmp(known_headers[i].name, name->text) != 0)
			continue;
		if (value->text[0] == '\0' || !is_value_of(i, value->text))
			return vwd_web_file_wrong(file, value->line, "%s cannot be \"%s\"", name->text,
						  value->text);
		return 0;
	}
	return vwd_web_file_wrong(file, name->line, "the header %s cannot be set", name->text);
}

static int take_pairs(const struct vwd_web_file *file, const struct vwd_web_pairs *pairs,
		      int (*check)(const struct vwd_web_file *file, const struct vwd_web_text *name,
				   const struct vwd_web_text *value),
		      const struct vwd_web_pair **ret)
{
	struct vwd_web_pair *pair = vwb_arena_array(file->arena, pairs->count, sizeof(*pair));

	if (!pair)
		return vwd_web_file_no_memory(file);
	for (size_t i = 0; i < pairs->count; i++) {
		int err = check(file, &pairs->name[i], &pairs->value[i]);

		if (err)
			return err;
		pair[i] = (struct vwd_web_pair){pairs->name[i].text, pairs->value[i].text};
	}
	*ret = pair;
	return 0;
}

static int take_http2(struct vwd_web_file *file, struct vwd_web_config *config)
{
	static const char *const note[] = {"http2: only HTTP/1.1 is spoken here"};
	bool http2;
	int err;

	err = parse_boolean(file, &file->wanted.http2, false, &http2);
	if (!err && http2) {
		config->note = note;
		config->note_count = VW_COUNT(note);
	}
	return err;
}

static const struct {
	const char *word;
	enum vwd_client_auth auth;
} client_auths[] = {
	{"NoClientCert", VW_NO_CLIENT_CERT},
	{"RequestClientCert", VW_REQUEST_CLIENT_CERT},
	{"RequireAnyClientCert", VW_REQUIRE_ANY_CLIENT_CERT},
	{"RequireClientCert", VW_REQUIRE_ANY_CLIENT_CERT}, /* its older name */
	{"VerifyClientCertIfGiven", VW_VERIFY_CLIENT_CERT_IF_GIVEN},
	{"RequireAndVerifyClientCert", VW_REQUIRE_AND_VERIFY_CLIENT_CERT},
};

static int take_client_auth(const struct vwd_web_file *file, struct vwd_web_config *config)
{
	const struct vwd_web_wanted *wanted = &file->wanted;
	const struct vwd_web_text *type = &wanted->client_auth_type;
	bool verifies;
	size_t i;

	for (i = 0; type->text && i < VW_COUNT(client_auths); i++)
		if (strcmp(client_auths[i].word, type->text) == 0)
			break;
	if (i == VW_COUNT(client_auths))
		return vwd_web_file_wrong(file, type->line, "unknown client_auth_type %s", type->text);
	config->client_auth = type->text ? client_auths[i].auth : VW_NO_CLIENT_CERT;

	verifies = config->client_auth >= VW_VERIFY_CLIENT_CERT_IF_GIVEN;
	if (verifies && !wanted->client_ca_file.text)
		return vwd_web_file_wrong(file, type->line, "%s needs client_ca_file", type->text);
	if (config->client_auth == VW_NO_CLIENT_CERT && wanted->client_ca_file.text)
		return vwd_web_file_wrong(file, wanted->client_ca_file.line,
					  "client_ca_file needs a client_auth_type");
	if (wanted->client_allowed_sans.count && !verifies)
		return vwd_web_file_wrong(file, wanted->client_allowed_sans.line,
					  "client_allowed_sans needs a client_auth_type that verifies");
	return 0;
}

static int check_words(const struct vwd_web_file *file, const struct vwd_web_texts *texts, const char *what,
		       bool (*is_known)(const char *word))
{
	for (size_t i = 0; i < texts->count; i++)
		if (!is_known(texts->text[i].text))
			return vwd_web_file_wrong(file, texts->text[i].line, "unknown %s %s", what,
						  texts->text[i].text);
	return 0;
}

static bool knows_curve(const char *word)
{
	return vwd_tls_curve(word) != NULL;
}

static int list_words(struct vwd_web_file *file, const struct vwd_web_texts *texts, const char *const **ret)
{
	const char **word = vwb_arena_array(file->arena, texts->count, sizeof(*word));

	if (!word)
		return vwd_web_file_no_memory(file);
	for (size_t i = 0; i < texts->count; i++)
		word[i] = texts->text[i].text;
	*ret = word;
	return 0;
}

static int take_version(const struct vwd_web_file *file, const struct vwd_web_text *text,
			enum vwd_tls_version *ret)
{
	if (!text->text)
		return 0;
	*ret = vwd_tls_version(text->text);
	if (*ret == VW_TLS_ANY)
		return vwd_web_file_wrong(file, text->line,
					  "unknown TLS version %s; TLS10, TLS11, TLS12 and TLS13 are known",
					  text->text);
	return 0;
}

static int make_wish(struct vwd_web_file *file, struct vwd_tls_wish *ret)
{
	const struct vwd_web_wanted *wanted = &file->wanted;
	bool server_chooses;
	int err;

	err = take_version(file, &wanted->min_version, &ret->min);
	if (!err)
		err = take_version(file, &wanted->max_version, &ret->max);
	if (!err && ret->max && ret->max < (ret->min ? ret->min : VW_TLS_1_2))
		err = vwd_web_file_wrong(file, wanted->max_version.line, "max_version is below min_version");
	if (!err)
		err = parse_boolean(file, &wanted->prefer_server_cipher_suites, true, &server_chooses);
	if (!err)
		err = check_words(file, &wanted->cipher_suites, "cipher suite", vwd_tls_knows_suite);
	if (!err)
		err = check_words(file, &wanted->curve_preferences, "curve", knows_curve);
	if (!err)
		err = list_words(file, &wanted->cipher_suites, &ret->suite);
	if (!err)
		err = list_words(file, &wanted->curve_preferences, &ret->curve);
	if (err)
		return err;
	ret->suite_count = wanted->cipher_suites.count;
	ret->curve_count = wanted->curve_preferences.count;
	ret->client_chooses = !server_chooses;
	return 0;
}

static int take_priorities(struct vwd_web_file *file, struct vwd_web_config *config)
{
	size_t line = file->wanted.cipher_suites.line;
	struct vwd_tls_wish wish = {.min = VW_TLS_ANY};
	struct vwb_buffer text = {0};
	char problem[256] = "";
	int err;

	err = make_wish(file, &wish);
	if (err)
		return err;
	err = vwd_tls_priorities(&wish, &text, problem, sizeof(problem));
	if (err == -EINVAL)
		vwd_web_file_wrong(file, line ? line : file->wanted.tls_line, "%s", problem);
	else if (!err)
		config->priorities = vwb_arena_copy(file->arena, text.data, text.size);
	vwb_buffer_free(&text);
	if (!err && !config->priorities)
		err = -ENOMEM;
	return err == -ENOMEM ? vwd_web_file_no_memory(file) : err;
}

/* Relative to the folder that the configuration is in. */
static char *beside(const struct vwd_web_file *file, const char *name)
{
	const char *slash = strrchr(file->path, '/');

	if (name[0] == '/' || !slash)
		return vwb_arena_string(file->arena, name);
	return vwb_arena_printf(file->arena, "%.*s/%s", (int)(slash - file->path), file->path, name);
}

static int take_pem(struct vwd_web_file *file, const struct vwd_web_text *name, const char **ret)
{
	const char *path = beside(file, name->text);
	char *bytes = NULL;
	size_t size = 0;
	int err;

	if (!path)
		return vwd_web_file_no_memory(file);
	err = vwb_file_read(file->arena, path, 0, PEM_MAX, &bytes, &size);
	if (err) {
		vwd_web_file_wrong(file, name->line, "%s: %s", path,
				   err == -EINVAL ? "this is no regular file" : strerror(-err));
		return err;
	}
	if (!bytes || strlen(bytes) != size)
		return vwd_web_file_wrong(file, name->line, "%s is no PEM file", path);
	*ret = bytes;
	return 0;
}

static int take_files(struct vwd_web_file *file, struct vwd_web_config *config)
{
	const struct vwd_web_wanted *wanted = &file->wanted;
	int err;

	if (!wanted->cert_file.text)
		return vwd_web_file_wrong(file, wanted->tls_line, "tls_server_config has no cert_file");
	if (!wanted->key_file.text)
		return vwd_web_file_wrong(file, wanted->tls_line, "tls_server_config has no key_file");
	err = take_pem(file, &wanted->cert_file, &config->certificate);
	if (!err)
		err = take_pem(file, &wanted->key_file, &config->key);
	if (!err && wanted->client_ca_file.text)
		err = take_pem(file, &wanted->client_ca_file, &config->client_ca);
	return err;
}

static int take_tls(struct vwd_web_file *file, struct vwd_web_config *config)
{
	char problem[256] = "";
	int err;

	if (!file->wanted.tls_line)
		return 0;
	config->tls = true;
	err = take_client_auth(file, config);
	if (!err)
		err = take_priorities(file, config);
	if (!err)
		err = list_words(file, &file->wanted.client_allowed_sans, &config->allowed_name);
	if (!err)
		err = take_files(file, config);
	if (err)
		return err;
	config->allowed_name_count = file->wanted.client_allowed_sans.count;
	err = vwd_tls_check(config, problem, sizeof(problem));
	return err ? vwd_web_file_wrong(file, file->wanted.cert_file.line, "%s", problem) : 0;
}

static int load(struct vwd_web_file *file, struct vwd_web_config *config)
{
	int err;

	err = vwd_web_file_read(file);
	if (!err)
		err = take_pairs(file, &file->wanted.users, check_user, &config->user);
	if (!err)
		err = take_pairs(file, &file->wanted.headers, check_header, &config->header);
	config->user_count = file->wanted.users.count;
	config->header_count = file->wanted.headers.count;
	if (!err)
		err = take_http2(file, config);
	if (!err)
		err = take_tls(file, config);
	return err;
}

int vwd_web_config_load(const char *path, struct vwd_web_config **ret, char *problem, size_t problem_size)
{
	struct vwd_web_file file = {.path = path, .problem = problem, .problem_size = problem_size};
	struct vwd_web_config *config;
	int err;

	err = vwb_arena_new(&file.arena);
	if (err)
		return vwd_web_file_no_memory(&file);
	config = vwb_arena_alloc(file.arena, sizeof(*config));
	if (!config) {
		vwb_arena_free(file.arena);
		return vwd_web_file_no_memory(&file);
	}
	config->arena = file.arena;
	err = load(&file, config);
	if (err) {
		vwd_web_config_free(config);
		return err;
	}
	*ret = config;
	return 0;
}

static const struct vwd_web_config *or_nothing(const struct vwd_web_config *config)
{
	static const struct vwd_web_config nothing = {.tls = false};

	return config ? config : &nothing;
}

static bool same_texts(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	bool same = a_count == b_count;

	for (size_t i = 0; same && i < a_count; i++)
		same = vwb_text_equal(a[i], b[i]);
	return same;
}

bool vwd_web_config_same_tls(const struct vwd_web_config *a, const struct vwd_web_config *b)
{
	a = or_nothing(a);
	b = or_nothing(b);
	return a->tls == b->tls && a->client_auth == b->client_auth &&
	       vwb_text_equal(a->certificate, b->certificate) && vwb_text_equal(a->key, b->key) &&
	       vwb_text_equal(a->client_ca, b->client_ca) && vwb_text_equal(a->priorities, b->priorities) &&
	       same_texts(a->allowed_name, a->allowed_name_count, b->allowed_name, b->allowed_name_count);
}

/* Names and values one after the other. */
static bool same_pairs(const struct vwd_web_pair *a, size_t a_count, const struct vwd_web_pair *b,
		       size_t b_count)
{
	return same_texts((const char *const *)a, 2 * a_count, (const char *const *)b, 2 * b_count);
}

bool vwd_web_config_same(const struct vwd_web_config *a, const struct vwd_web_config *b)
{
	a = or_nothing(a);
	b = or_nothing(b);
	return vwd_web_config_same_tls(a, b) && same_texts(a->note, a->note_count, b->note, b->note_count) &&
	       same_pairs(a->user, a->user_count, b->user, b->user_count) &&
	       same_pairs(a->header, a->header_count, b->header, b->header_count);
}

void vwd_web_config_free(struct vwd_web_config *config)
{
	if (!config)
		return;
	if (config->key)
		explicit_bzero((char *)(uintptr_t)config->key, strlen(config->key));
	vwb_arena_free(config->arena);
}

void vwd_web_config_freep(struct vwd_web_config **config)
{
	vwd_web_config_free(*config);
}
