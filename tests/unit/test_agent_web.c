/* SPDX-License-Identifier: MIT */

/* The web configuration: what each key comes to, each bound at its limit and beyond, and the line that names
 * what is wrong. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/web/tls.h"
#include "agent/web/web.h"
#include "tests/unit/certificate.h"
#include "tests/unit/left_behind.h"
#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/piecemeal.h"
#include "tests/unit/scratch.h"

#define HASH "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"
#define TLS  "tls_server_config:\n  cert_file: cert\n  key_file: key\n"

static char *write_config(const char *text, size_t size)
{
	static char path[] = "/tmp/virtwhere-web.XXXXXX";
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	close(fd);
	return path;
}

static int load(const char *text, size_t size, struct vwd_web_config **ret, char *problem,
		size_t problem_size)
{
	char *path = write_config(text, size);
	int err = vwd_web_config_load(path, ret, problem, problem_size);

	unlink(path);
	return err;
}

static void wrong_configurations_are_told_by_their_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} rows[] = {
		{"surprise: 1\n", 1, "unknown key surprise"},
		{"\n\nbasic_auth_users: {}\nsurprise: 1\n", 4, "unknown key surprise"},
		{"tls_server_config:\n  cert_file: a\n  cert: b\n", 3, "unknown key cert"},
		{"http_server_config:\n  http3: true\n", 2, "unknown key http3"},
		{"http_server_config:\n  http2: maybe\n", 2, "true or false"},
		{"http_server_config:\n  http2: [true]\n", 2, "a single value"},
		{"http_server_config: 5\n", 1, "keys with values"},
		{"http_server_config:\n  headers:\n    Server: x\n", 3, "the header Server cannot be set"},
		{"http_server_config:\n  headers:\n    X-Frame-Options: allowall\n", 3,
		 "X-Frame-Options cannot be"},
		{"http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\r\\nb: c\"\n", 3,
		 "control character"},
		{"http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\x9b1mb\"\n", 3,
		 "control character"},
		{"http_server_config:\n  headers: [a]\n", 2, "names with values"},
		{"- a\n- b\n", 1, "keys with values"},
		{"http_server_config: {}\n---\nbasic_auth_users:\n  a: " HASH "\n", 2, "a second document"},
		{"---\n---\nbasic_auth_users:\n  a: " HASH "\n", 2, "a second document"},
		{"{}\n...\n# more\n---\n", 4, "a second document"},
		{"{}\n---\na: [\n", 4, ""},
		{"text\n", 1, "keys with values"},
		{"a: b: c\n", 1, "mapping"},
		{"a: [\n", 2, ""},
		{"\"\n", 2, ""},
		{"a: !!binary \"\\q\"\n", 1, "escape"},
		{"a: *nobody\n", 1, "alias"},
		{"tls_server_config: {}\ntls_server_config: {}\n", 2, "twice"},
		{"basic_auth_users:\n  a: " HASH "\n  a: " HASH "\n", 3, "a stands here twice"},
		{"basic_auth_users:\n  a: secret\n", 2, "the password of a is no bcrypt hash"},
		{"basic_auth_users:\n  a: $2y$03$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG\n", 2,
		 "cost 3"},
		{"basic_auth_users:\n  a: $2y$31$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG\n", 2,
		 "cost 31"},
		{"basic_auth_users:\n  a: $2z$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG\n", 2,
		 "no bcrypt"},
		{"basic_auth_users:\n  a: $2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7z!\n", 2,
		 "no bcrypt"},
		{"basic_auth_users:\n  a: " HASH "x\n", 2, "no bcrypt"},
		{"basic_auth_users:\n  \"a:b\": " HASH "\n", 2, "no colon"},
		{"basic_auth_users:\n  \"\": " HASH "\n", 2, "not empty"},
		{"basic_auth_users: [a]\n", 1, "names with values"},
		{"tls_server_config:\n  min_version: TLS12\n", 2, "no cert_file"},
		{"tls_server_config:\n  cert_file: a\n", 2, "no key_file"},
		{TLS "  min_version: SSL30\n", 4, "unknown TLS version SSL30"},
		{TLS "  max_version: TLS11\n", 4, "below min_version"},
		{TLS "  min_version: TLS13\n  max_version: TLS12\n", 5, "below min_version"},
		{TLS "  cipher_suites:\n  - TLS_NULL\n", 5, "unknown cipher suite TLS_NULL"},
		{TLS "  cipher_suites: TLS_AES_128_GCM_SHA256\n", 4, "a list"},
		{TLS "  cipher_suites:\n  - [a]\n", 5, "a single value"},
		{TLS "  cipher_suites:\n  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n"
		     "  - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n",
		 5, "would allow"},
		{TLS "  curve_preferences: [CurveP1]\n", 4, "unknown curve CurveP1"},
		{TLS "  prefer_server_cipher_suites: 2\n", 4, "true or false"},
		{TLS "  client_auth_type: Anybody\n", 4, "unknown client_auth_type Anybody"},
		{TLS "  client_auth_type: RequireAndVerifyClientCert\n", 4, "needs client_ca_file"},
		{TLS "  client_auth_type: VerifyClientCertIfGiven\n", 4, "needs client_ca_file"},
		{TLS "  client_ca_file: ca\n", 4, "needs a client_auth_type"},
		{TLS "  client_auth_type: NoClientCert\n  client_ca_file: ca\n", 5,
		 "needs a client_auth_type"},
		{TLS "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a]\n", 5,
		 "that verifies"},
		{"tls_server_config:\n  key_file: k\n  cert_file: /nothing/at/all\n", 3,
		 "/nothing/at/all: No such file"},
		{"tls_server_config:\n  key_file: k\n  cert_file: /proc/self\n", 3, "no regular file"},
		{"tls_server_config:\n  key_file: k\n  cert_file: nothing-beside-it\n", 3,
		 "/tmp/nothing-beside-it"},
		{"tls_server_config:\n  key_file: /etc/passwd\n  cert_file: /etc/passwd\n", 3,
		 "cert_file and key_file"},
	};
	struct vwd_web_config *config = NULL;
	char problem[512], place[64];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int err;

		problem[0] = '\0';
		err = load(rows[i].text, strlen(rows[i].text), &config, problem, sizeof(problem));
		snprintf(place, sizeof(place), ":%u: ", rows[i].line);
		if (err == 0 || config || !strstr(problem, place) || !strstr(problem, rows[i].words) ||
		    strchr(problem, '\n'))
			fail_msg("%d: %s\n%s", err, rows[i].text, problem);
		/* A hash is not to be seen in a log. */
		assert_null(strstr(problem, "$2"));
	}
}

static void hostile_configurations_are_refused(void **state)
{
	struct vwd_web_config *config = NULL;
	struct vwb_buffer text = {0};
	char problem[512];

	(void)state;
	vwb_put_repeated(&text, "[", 20000);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EINVAL);
	assert_non_null(strstr(problem, ":1: more than"));
	vwb_buffer_free(&text);
	vwb_put_repeated(&text, "#", 70000);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EFBIG);
	vwb_buffer_free(&text);
	vwb_put(&text, "basic_auth_users:\n");
	for (unsigned i = 0; i < 300; i++)
		vwb_putf(&text, "  u%u: " HASH "\n", i);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EINVAL);
	vwb_buffer_free(&text);
	/* Aliases that would grow into 2^40 nodes are references. */
	vwb_put(&text, "a0: &a0 [x, x]\n");
	for (unsigned i = 1; i < 40; i++)
		vwb_putf(&text, "a%u: &a%u [*a%u, *a%u]\n", i, i, i - 1, i - 1);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EINVAL);
	vwb_buffer_free(&text);
	assert_true(load("a\0b: c\n", 7, &config, problem, sizeof(problem)) < 0);
	assert_true(load("\xff\xfe\xff\n", 4, &config, problem, sizeof(problem)) < 0);
	assert_int_equal(vwd_web_config_load("/tmp", &config, problem, sizeof(problem)), -EINVAL);
	assert_int_equal(vwd_web_config_load("/dev/zero", &config, problem, sizeof(problem)), -EINVAL);
	assert_int_equal(vwd_web_config_load("/nothing", &config, problem, sizeof(problem)), -ENOENT);
	assert_string_equal(problem, "/nothing: No such file or directory");
	assert_null(config);
}

static void right_configurations_are_understood(void **state)
{
	static const char text[] = "# comment\n"
				   "tls_server_config:\n"
				   "http_server_config:\n"
				   "  http2: on\n"
				   "  headers:\n"
				   "    x-frame-options: SAMEORIGIN\n"
				   "    Content-Security-Policy: \"default-src 'self'\"\n"
				   "basic_auth_users:\n"
				   "  alice: " HASH "\n"
				   "  bob: '" HASH "'\n";
	static const char *const empty[] = {"",    "# nothing\n",         "---\n...\n",
					    "~\n", "basic_auth_users:\n", "{}\n"};
	_cleanup_(vwd_web_config_freep) struct vwd_web_config *config = NULL;
	char problem[512] = "";

	(void)state;
	if (load(text, strlen(text), &config, problem, sizeof(problem)) != 0)
		fail_msg("%s", problem);
	assert_false(config->tls);
	assert_int_equal(config->user_count, 2);
	assert_string_equal(config->user[0].name, "alice");
	assert_string_equal(config->user[1].name, "bob");
	assert_string_equal(config->user[1].value, HASH);
	assert_int_equal(config->header_count, 2);
	assert_string_equal(config->header[1].value, "default-src 'self'");
	assert_int_equal(config->note_count, 1);

	for (size_t i = 0; i < VW_COUNT(empty); i++) {
		vwd_web_config_free(config);
		config = NULL;
		if (load(empty[i], strlen(empty[i]), &config, problem, sizeof(problem)) != 0)
			fail_msg("%s: %s", empty[i], problem);
		assert_false(config->tls);
		assert_int_equal(config->user_count + config->header_count + config->note_count, 0);
	}
}

/* With files beside it. */

static char problem[512];

/* DIR/web.yml with that text. */
static int load_beside(const struct scratch *scratch, const char *text, struct vwd_web_config **ret)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/web.yml", scratch->directory);
	write_text(path, text);
	problem[0] = '\0';
	return vwd_web_config_load(path, ret, problem, sizeof(problem));
}

#define PEMS  "tls_server_config:\n  cert_file: one.pem\n  key_file: one.key\n"
#define PLAIN "NORMAL:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-VERS-ALL"
#define LIST  "NONE:+CTYPE-X509:+COMP-NULL:+SIGN-ALL:+GROUP-ALL"
#define OURS  ":%SERVER_PRECEDENCE"

/* Which versions, suites and curves are spoken. */
static void tls_is_what_the_file_asks_for(void **state)
{
	static const struct {
		const char *text, *priorities;
	} rows[] = {
		{"", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2" OURS},
		{"  min_version: TLS10\n", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0" OURS},
		{"  min_version: TLS11\n", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1" OURS},
		{"  min_version: TLS12\n", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2" OURS},
		{"  min_version: TLS13\n", PLAIN ":+VERS-TLS1.3" OURS},
		{"  max_version: TLS13\n", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2" OURS},
		{"  max_version: TLS12\n", PLAIN ":+VERS-TLS1.2" OURS},
		{"  min_version: TLS10\n  max_version: TLS11\n", PLAIN ":+VERS-TLS1.1:+VERS-TLS1.0" OURS},
		{"  min_version: TLS11\n  max_version: TLS11\n", PLAIN ":+VERS-TLS1.1" OURS},
		{"  prefer_server_cipher_suites: true\n", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2" OURS},
		{"  prefer_server_cipher_suites: false\n", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2"},
		{"  cipher_suites: []\n", PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2" OURS},
		{"  cipher_suites: [TLS_AES_256_GCM_SHA384]\n",
		 LIST ":+AES-256-GCM:+AEAD:+VERS-TLS1.3:+VERS-TLS1.2" OURS},
		{"  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "
		 "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA]\n",
		 LIST ":+ECDHE-RSA:+AES-128-GCM:+AEAD:+ECDHE-RSA:+AES-256-CBC:+SHA1:+VERS-TLS1.3:+VERS-TLS1."
		      "2" OURS},
		{"  curve_preferences: [CurveP384]\n",
		 PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2:-GROUP-ALL:+GROUP-SECP384R1" OURS},
		{"  curve_preferences: [X25519, CurveP256, CurveP521]\n",
		 PLAIN ":+VERS-TLS1.3:+VERS-TLS1.2:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:"
		       "+GROUP-SECP521R1" OURS},
	};

	write_certificate(*state, "one");
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		_cleanup_(vwd_web_config_freep) struct vwd_web_config *config = NULL;
		char text[512];

		snprintf(text, sizeof(text), PEMS "%s", rows[i].text);
		if (load_beside(*state, text, &config) != 0)
			fail_msg("%s: %s", rows[i].text, problem);
		assert_true(config->tls);
		assert_string_equal(config->priorities, rows[i].priorities);
		assert_int_equal(config->client_auth, VW_NO_CLIENT_CERT);
		assert_null(config->client_ca);
	}
}

static void each_client_auth_has_its_word(void **state)
{
	static const struct {
		const char *text;
		enum vwd_client_auth auth;
		size_t names;
		bool authority;
	} rows[] = {
		{"NoClientCert\n", VW_NO_CLIENT_CERT, 0, false},
		{"RequestClientCert\n", VW_REQUEST_CLIENT_CERT, 0, false},
		{"RequireAnyClientCert\n", VW_REQUIRE_ANY_CLIENT_CERT, 0, false},
		{"RequireClientCert\n", VW_REQUIRE_ANY_CLIENT_CERT, 0, false},
		{"RequireAnyClientCert\n  client_ca_file: two.pem\n", VW_REQUIRE_ANY_CLIENT_CERT, 0, true},
		{"VerifyClientCertIfGiven\n  client_ca_file: two.pem\n", VW_VERIFY_CLIENT_CERT_IF_GIVEN, 0,
		 true},
		{"RequireAndVerifyClientCert\n  client_ca_file: two.pem\n", VW_REQUIRE_AND_VERIFY_CLIENT_CERT,
		 0, true},
		{"RequireAndVerifyClientCert\n  client_ca_file: two.pem\n  client_allowed_sans: [a, b]\n",
		 VW_REQUIRE_AND_VERIFY_CLIENT_CERT, 2, true},
		{"VerifyClientCertIfGiven\n  client_ca_file: two.pem\n  client_allowed_sans: [a, b]\n",
		 VW_VERIFY_CLIENT_CERT_IF_GIVEN, 2, true},
		{"RequestClientCert\n  client_allowed_sans: []\n", VW_REQUEST_CLIENT_CERT, 0, false},
	};
	static const char *const bad[] = {"requestclientcert", "RequireAny", "''"};
	struct vwd_web_config *none = NULL;
	char text[512];

	write_certificate(*state, "one");
	write_certificate(*state, "two");
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		_cleanup_(vwd_web_config_freep) struct vwd_web_config *config = NULL;

		snprintf(text, sizeof(text), PEMS "  client_auth_type: %s", rows[i].text);
		if (load_beside(*state, text, &config) != 0)
			fail_msg("%s: %s", rows[i].text, problem);
		assert_int_equal(config->client_auth, rows[i].auth);
		assert_int_equal(config->allowed_name_count, rows[i].names);
		assert_int_equal(config->client_ca != NULL, rows[i].authority);
		if (rows[i].authority)
			assert_string_not_equal(config->client_ca, config->certificate);
		if (rows[i].names) {
			assert_string_equal(config->allowed_name[0], "a");
			assert_string_equal(config->allowed_name[1], "b");
		}
		assert_non_null(strstr(config->certificate, "BEGIN CERTIFICATE"));
		assert_non_null(strstr(config->key, "PRIVATE KEY"));
	}
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		snprintf(text, sizeof(text), PEMS "  client_auth_type: %s\n", bad[i]);
		assert_int_equal(load_beside(*state, text, &none), -EINVAL);
		assert_non_null(strstr(problem, "web.yml:4: unknown client_auth_type"));
	}
}

/* What cannot be a certificate is told by the line that names it. */
static void files_are_looked_into(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"  cert_file: one.pem\n  key_file: two.key\n", ":2: cert_file and key_file: "},
		{"  key_file: one.key\n  cert_file: one.key\n", ":3: cert_file and key_file: "},
		{"  cert_file: one.pem\n  key_file: one.key\n  client_auth_type: RequestClientCert\n"
		 "  client_ca_file: empty\n",
		 "client_ca_file: "},
		{"  cert_file: one.pem\n  key_file: one.key\n  client_auth_type: RequestClientCert\n"
		 "  client_ca_file: one.key\n",
		 "client_ca_file: "},
		{"  cert_file: one.pem\n  key_file: one.key\n  client_auth_type: RequestClientCert\n"
		 "  client_ca_file: gone.pem\n",
		 "/gone.pem: No such file or directory"},
		{"  cert_file: one.pem\n  key_file: zeros\n", ":3: "},
		{"  cert_file: zeros\n  key_file: one.key\n", "/zeros is no PEM file"},
		{"  cert_file: one.pem\n  key_file: huge\n", "/huge: File too large"},
		{"  cert_file: one.pem\n  key_file: large\n", ":2: cert_file and key_file: "},
		{"  cert_file: one.pem\n  key_file: snap\n", "/snap: this is no regular file"},
		{"  key_file: one.key\n", ":2: tls_server_config has no cert_file"},
		{"  cert_file: one.pem\n", ":2: tls_server_config has no key_file"},
		{"  cert_file: ~\n  key_file: one.key\n", ":2: tls_server_config has no cert_file"},
		{"  cert_file: one.pem\n  key_file: null\n", ":2: tls_server_config has no key_file"},
		{"  cert_file: one.pem\n  key_file:\n", ":2: tls_server_config has no key_file"},
		{"  cert_file: one.pem\n  key_file: 'null'\n", "/null: No such file"},
	};
	const struct scratch *scratch = *state;
	struct vwd_web_config *config = NULL;
	char path[128], text[512];

	write_certificate(scratch, "one");
	write_certificate(scratch, "two");
	snprintf(path, sizeof(path), "%s/empty", scratch->directory);
	write_text(path, "");
	snprintf(path, sizeof(path), "%s/zeros", scratch->directory);
	write_text(path, "");
	assert_int_equal(truncate(path, 100), 0);
	snprintf(path, sizeof(path), "%s/huge", scratch->directory);
	write_text(path, "");
	assert_int_equal(truncate(path, 1024 * 1024 + 1), 0);
	memset(path, 0, sizeof(path));
	snprintf(path, sizeof(path), "%s/large", scratch->directory);
	{
		char *most = malloc(1024 * 1024 + 1);

		assert_non_null(most);
		memset(most, 'x', 1024 * 1024);
		most[1024 * 1024] = '\0';
		write_text(path, most);
		free(most);
	}
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		snprintf(text, sizeof(text), "tls_server_config:\n%s", rows[i].text);
		assert_true(load_beside(scratch, text, &config) < 0);
		if (!strstr(problem, rows[i].words) || !strstr(problem, "/web.yml:"))
			fail_msg("%s%s", rows[i].text, problem);
		assert_null(config);
	}
}

/* Relative names begin in the configuration's own folder. */
static void names_are_relative_to_the_file(void **state)
{
	const struct scratch *scratch = *state;
	struct vwd_web_config *config = NULL;
	char text[512], here[PATH_MAX];

	write_certificate(scratch, "one");
	assert_int_equal(load_beside(scratch, PEMS, &config), 0);
	vwd_web_config_free(config);
	snprintf(text, sizeof(text), "tls_server_config:\n  cert_file: %s/one.pem\n  key_file: %s/one.key\n",
		 scratch->directory, scratch->directory);
	assert_int_equal(load_beside(scratch, text, &config), 0);
	vwd_web_config_free(config);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(scratch->directory), 0);
	assert_int_equal(vwd_web_config_load("web.yml", &config, problem, sizeof(problem)), 0);
	vwd_web_config_free(config);
	config = NULL;
	write_text("web.yml", PEMS);
	assert_int_equal(vwd_web_config_load("web.yml", &config, problem, sizeof(problem)), 0);
	assert_int_equal(chdir(here), 0);
	vwd_web_config_free(config);
}

/* Each bound. */

static int load_buffer(const struct scratch *scratch, struct vwb_buffer *text, struct vwd_web_config **ret)
{
	int err;

	assert_int_equal(text->error, 0);
	err = load_beside(scratch, text->data, ret);
	vwb_buffer_free(text);
	return err;
}

static void put_users(struct vwb_buffer *text, unsigned count)
{
	vwb_put(text, "basic_auth_users:\n");
	for (unsigned i = 0; i < count; i++)
		vwb_putf(text, "  u%u: " HASH "\n", i);
}

static void what_is_many_has_a_bound(void **state)
{
	struct vwd_web_config *config = NULL;
	struct vwb_buffer text = {0};

	put_users(&text, 256);
	assert_int_equal(load_buffer(*state, &text, &config), 0);
	assert_int_equal(config->user_count, 256);
	assert_string_equal(config->user[255].name, "u255");
	vwd_web_config_free(config);
	config = NULL;
	put_users(&text, 257);
	assert_int_equal(load_buffer(*state, &text, &config), -EINVAL);
	assert_non_null(strstr(problem, "web.yml:2: more than 256 of them"));

	for (unsigned count = 64; count <= 65; count++) {
		vwb_put(&text,
			PEMS "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: one.pem\n"
			     "  client_allowed_sans:\n");
		for (unsigned i = 0; i < count; i++)
			vwb_put(&text, "  - name\n");
		write_certificate(*state, "one");
		assert_int_equal(load_buffer(*state, &text, &config), count == 64 ? 0 : -EINVAL);
		if (count == 64)
			vwd_web_config_free(config);
		config = NULL;
	}
	assert_non_null(strstr(problem, "web.yml:7: a list of more than 64"));

	for (unsigned count = 512; count <= 513; count++) {
		vwb_put(&text, "#\n# ");
		vwb_put_repeated(&text, count == 512 ? "[" : "{", count);
		assert_int_equal(load_buffer(*state, &text, &config), count == 512 ? 0 : -EINVAL);
		if (count == 512)
			vwd_web_config_free(config);
		config = NULL;
	}
	assert_non_null(strstr(problem, "web.yml:2: more than 512 brackets"));

	for (unsigned size = 65536; size <= 65537; size++) {
		vwb_put_repeated(&text, "#", size);
		assert_int_equal(load_buffer(*state, &text, &config), size == 65536 ? 0 : -EFBIG);
		if (size == 65536)
			vwd_web_config_free(config);
		config = NULL;
	}
}

static void users_have_bounds(void **state)
{
	static const struct {
		const char *hash;
		const char *words; /* NULL: it is taken */
	} rows[] = {
		{"$2a$04$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", NULL},
		{"$2b$15$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", NULL},
		{"$2y$09$./ABYZabyz0189axFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", NULL},
		{"$2y$03$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "has cost 3; from 4 to 15"},
		{"$2y$16$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "has cost 16; from 4 to 15"},
		{"$2y$99$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "has cost 99; from 4 to 15"},
		{"$2y$1/$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$2y$:1$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$2y$/1$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$2y$1:$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$2y.10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$2y$10.X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$3y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"x2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$2x$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
		{"$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7z", "is no bcrypt hash"},
		{"$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zGG", "is no bcrypt hash"},
		{"$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7-G", "is no bcrypt hash"},
		{"$2y$10$_0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG", "is no bcrypt hash"},
	};
	struct vwd_web_config *config = NULL;
	struct vwb_buffer text = {0};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		vwb_putf(&text, "basic_auth_users:\n  anna: %s\n", rows[i].hash);
		if (load_buffer(*state, &text, &config) != (rows[i].words ? -EINVAL : 0) ||
		    (rows[i].words && !strstr(problem, rows[i].words)))
			fail_msg("%s: %s", rows[i].hash, problem);
		assert_null(strstr(problem, "$2"));
		if (rows[i].words)
			continue;
		assert_string_equal(config->user[0].value, rows[i].hash);
		vwd_web_config_free(config);
		config = NULL;
	}
	for (size_t length = 256; length <= 257; length++) {
		vwb_put(&text, "basic_auth_users:\n  ");
		vwb_put_repeated(&text, "n", length);
		vwb_put(&text, ": " HASH "\n");
		assert_int_equal(load_buffer(*state, &text, &config), length == 256 ? 0 : -EINVAL);
		vwd_web_config_free(config);
		config = NULL;
	}
	assert_non_null(
		strstr(problem, "web.yml:2: a user's name is not empty, has no colon and at most 256 bytes"));
}

/* Each word. */

static void headers_are_those_that_may_be_set(void **state)
{
	static const struct {
		const char *name, *value;
		bool good;
	} rows[] = {
		{"Content-Security-Policy", "default-src 'self'", true},
		{"strict-transport-security", "max-age=1", true},
		{"X-Content-Type-Options", "nosniff", true},
		{"x-content-type-options", "NoSniff", true},
		{"X-Content-Type-Options", "sniff", false},
		{"X-Frame-Options", "deny", true},
		{"X-Frame-Options", "DENY", true},
		{"X-FRAME-OPTIONS", "SameOrigin", true},
		{"X-Frame-Options", "nosniff", false},
		{"X-XSS-Protection", "1; mode=block", true},
		{"X-XSS-Protection", "", false},
		{"Content-Security-Policy", "", false},
		{"Strict-Transport-Security", "", false},
		{"X-Content-Type-Options", "", false},
		{"Set-Cookie", "a=b", false},
		{"Content-Security-Policy-Report-Only", "x", false},
		{"", "x", false},
	};
	struct vwd_web_config *config = NULL;
	struct vwb_buffer text = {0};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		vwb_putf(&text, "http_server_config:\n  headers:\n    \"%s\": \"%s\"\n", rows[i].name,
			 rows[i].value);
		if (load_buffer(*state, &text, &config) != (rows[i].good ? 0 : -EINVAL))
			fail_msg("%s: %s: %s", rows[i].name, rows[i].value, problem);
		if (!rows[i].good)
			continue;
		assert_int_equal(config->header_count, 1);
		assert_string_equal(config->header[0].name, rows[i].name);
		assert_string_equal(config->header[0].value, rows[i].value);
		vwd_web_config_free(config);
		config = NULL;
	}
}

static void switches_have_six_words(void **state)
{
	static const struct {
		const char *word;
		int is; /* -1: none of them */
	} rows[] = {{"true", 1},  {"yes", 1}, {"on", 1},  {"True", 1}, {"ON", 1},
		    {"false", 0}, {"no", 0},  {"off", 0}, {"OFF", 0},  {"~", 0},
		    {"1", -1},    {"0", -1},  {"y", -1},  {"''", -1},  {"tru", -1}};
	struct vwd_web_config *config = NULL;
	struct vwb_buffer text = {0};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		vwb_putf(&text, "http_server_config:\n  http2: %s\n", rows[i].word);
		if (load_buffer(*state, &text, &config) != (rows[i].is < 0 ? -EINVAL : 0))
			fail_msg("%s: %s", rows[i].word, problem);
		if (rows[i].is < 0)
			continue;
		assert_int_equal(config->note_count, rows[i].is);
		if (rows[i].is)
			assert_string_equal(config->note[0], "http2: only HTTP/1.1 is spoken here");
		vwd_web_config_free(config);
		config = NULL;
	}
}

/* Control characters are none of a value, whatever they are escaped as; what is printed is. */
static void values_can_be_printed(void **state)
{
	static const struct {
		const char *value;
		bool good;
	} rows[] = {{"a b", true},     {"\\x1f", false},   {"\\x20", true},    {"\\x7e", true},
		    {"\\x7f", false},  {"\\u0080", false}, {"\\u009f", false}, {"\\u00a0", true},
		    {"\\u0100", true}, {"\\n", false},     {"\\t", false},     {"\\0", false}};
	struct vwd_web_config *config = NULL;
	struct vwb_buffer text = {0};

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		vwb_putf(&text, "http_server_config:\n  headers:\n    X-XSS-Protection: \"a%sb\"\n",
			 rows[i].value);
		if (load_buffer(*state, &text, &config) != (rows[i].good ? 0 : -EINVAL))
			fail_msg("%s: %s", rows[i].value, problem);
		vwd_web_config_free(config);
		config = NULL;
	}
}

/* A message that is cut is one of whole characters. */
static void what_is_told_can_be_printed(void **state)
{
	struct vwd_web_config *config = NULL;

	for (unsigned more = 0; more < 2; more++) {
		struct vwb_buffer text = {0};

		vwb_put_repeated(&text, "a", more);
		vwb_put_repeated(&text, "\xc3\xa9", 300);
		vwb_put(&text, ": 1\n");
		assert_int_equal(load_buffer(*state, &text, &config), -EINVAL);
		assert_non_null(strstr(problem, "web.yml:1: unknown key "));
		/* one of them ends between two bytes of a character */
		assert_int_not_equal(problem[strlen(problem) - 1], '\xc3');
	}
}

/* Two of them. */

static void what_differs_is_seen(void **state)
{
#define AUTH    PEMS "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: one.pem\n"
#define HEADERS "http_server_config:\n  headers:\n    "
	static const struct {
		const char *a, *b;
		bool same_tls, same;
	} rows[] = {
		{"", "", true, true},
		{NULL, "", true, true},
		{NULL, NULL, true, true},
		{"", "# nothing\n", true, true},
		{"", PEMS, false, false},
		{NULL, PEMS, false, false},
		{PEMS, PEMS, true, true},
		{PEMS, PEMS "# the same\n", true, true},
		{PEMS, "tls_server_config:\n  cert_file: two.pem\n  key_file: two.key\n", false, false},
		{PEMS, PEMS "  min_version: TLS13\n", false, false},
		{PEMS, PEMS "  client_auth_type: RequestClientCert\n", false, false},
		{PEMS "  client_auth_type: RequestClientCert\n",
		 PEMS "  client_auth_type: RequestClientCert\n  client_ca_file: one.pem\n", false, false},
		{AUTH, AUTH "  client_allowed_sans: [a]\n", false, false},
		{AUTH "  client_allowed_sans: [a]\n", AUTH "  client_allowed_sans: [b]\n", false, false},
		{AUTH "  client_allowed_sans: [a, b]\n", AUTH "  client_allowed_sans: [a, c]\n", false,
		 false},
		{AUTH "  client_allowed_sans: [a]\n", AUTH "  client_allowed_sans: [a]\n", true, true},
		{"", "basic_auth_users:\n  a: " HASH "\n", true, false},
		{NULL, "basic_auth_users:\n  a: " HASH "\n", true, false},
		{"basic_auth_users:\n  a: " HASH "\n", "basic_auth_users:\n  a: " HASH "\n", true, true},
		{"basic_auth_users:\n  a: " HASH "\n", "basic_auth_users:\n  b: " HASH "\n", true, false},
		{"basic_auth_users:\n  a: " HASH "\n  b: " HASH "\n",
		 "basic_auth_users:\n  a: " HASH "\n  c: " HASH "\n", true, false},
		{"basic_auth_users:\n  a: " HASH "\n",
		 "basic_auth_users:\n  a: $2a$04$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG\n",
		 true, false},
		{"", HEADERS "X-Frame-Options: deny\n", true, false},
		{HEADERS "X-Frame-Options: deny\n", HEADERS "X-Frame-Options: deny\n", true, true},
		{HEADERS "X-Frame-Options: deny\n", HEADERS "X-Frame-Options: sameorigin\n", true, false},
		{HEADERS "X-XSS-Protection: deny\n", HEADERS "X-Frame-Options: deny\n", true, false},
		{"", "http_server_config:\n  http2: true\n", true, false},
	};

	write_certificate(*state, "one");
	write_certificate(*state, "two");
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		_cleanup_(vwd_web_config_freep) struct vwd_web_config *a = NULL, *b = NULL;

		if ((rows[i].a && load_beside(*state, rows[i].a, &a) != 0) ||
		    (rows[i].b && load_beside(*state, rows[i].b, &b) != 0))
			fail_msg("row %zu: %s", i, problem);
		if (vwd_web_config_same_tls(a, b) != rows[i].same_tls ||
		    vwd_web_config_same_tls(b, a) != rows[i].same_tls ||
		    vwd_web_config_same(a, b) != rows[i].same || vwd_web_config_same(b, a) != rows[i].same)
			fail_msg("row %zu", i);
	}
}

/* Without memory. */

/* Each allocation of a load fails in turn. Returns how many there are. */
static unsigned long load_without_memory(const char *path)
{
	struct vwd_web_config *config = NULL;
	unsigned long number;

	for (number = 1; number < 10000; number++) {
		int err;

		memory_ends_at(number);
		err = vwd_web_config_load(path, &config, problem, sizeof(problem));
		if (!memory_had_ended()) {
			assert_int_equal(err, 0);
			vwd_web_config_free(config);
			return number;
		}
		if (err != -ENOMEM || config || strncmp(problem, path, strlen(path)) != 0 ||
		    (!strstr(problem, ": out of memory") && !strstr(problem, ": Cannot allocate memory")))
			fail_msg("allocation %lu: %d, %s", number, err, problem);
	}
	return number;
}

/* Wherever memory ends, that is what is said, and nothing stays behind. */
static void memory_that_ends_is_told(void **state)
{
	struct vwb_buffer text = {0};
	char path[128];

	if (!memory_ends_at(0))
		LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
	snprintf(path, sizeof(path), "%s/web.yml", ((const struct scratch *)*state)->directory);
	vwb_put(&text, "http_server_config:\n  http2: on\n  headers:\n    X-Frame-Options: deny\n");
	put_users(&text, 250);
	vwb_put_repeated(&text, "#\n", 2000); /* the file is larger than a block of memory */
	write_text(path, text.data);
	vwb_buffer_free(&text);
	assert_in_range(load_without_memory(path), 100, 9999);
	vwd_web_config_free(NULL);
}

/* What comes in pieces is read whole. */
static void files_are_read_to_their_end(void **state)
{
	struct vwd_web_config *config = NULL;

	write_certificate(*state, "one");
	piecemeal = true;
	assert_int_equal(load_beside(*state, PEMS "basic_auth_users:\n  a: " HASH "\n", &config), 0);
	piecemeal = false;
	assert_true(config->tls);
	assert_int_equal(config->user_count, 1);
	vwd_web_config_free(config);
}

static const struct scratch *place;

static void live(void)
{
	struct vwd_web_config *config = NULL;

	assert_int_equal(load_beside(place,
				     AUTH "  client_allowed_sans: [a]\nbasic_auth_users:\n  a: " HASH "\n",
				     &config),
			 0);
	vwd_web_config_free(config);
	config = NULL;
	assert_int_equal(load_beside(place, PEMS "nonsense: 1\n", &config), -EINVAL);
	assert_int_equal(load_beside(place, PEMS "---\na: b\n", &config), -EINVAL);
	assert_int_equal(load_beside(place, PEMS "  cipher_suites: [TLS_NULL]\n", &config), -EINVAL);
	assert_int_equal(load_beside(place, "a: [\n", &config), -EINVAL);
	assert_int_equal(load_beside(place, "tls_server_config:\n  cert_file: one.key\n  key_file: one.key\n",
				     &config),
			 -EINVAL);
	assert_int_equal(vwd_web_config_load("/tmp", &config, problem, sizeof(problem)), -EINVAL);
}

static void nothing_is_left_behind(void **state)
{
	place = *state;
	write_certificate(place, "one");
	check_leaves_nothing(live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_configurations_are_told_by_their_line),
		cmocka_unit_test(hostile_configurations_are_refused),
		cmocka_unit_test(right_configurations_are_understood),
		TEST(tls_is_what_the_file_asks_for),
		TEST(each_client_auth_has_its_word),
		TEST(files_are_looked_into),
		TEST(names_are_relative_to_the_file),
		TEST(what_is_many_has_a_bound),
		TEST(users_have_bounds),
		TEST(headers_are_those_that_may_be_set),
		TEST(switches_have_six_words),
		TEST(values_can_be_printed),
		TEST(what_is_told_can_be_printed),
		TEST(what_differs_is_seen),
		TEST(memory_that_ends_is_told),
		TEST(files_are_read_to_their_end),
		TEST(nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
