/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include "agent/body.h"
#include "agent/connections.h"
#include "agent/gzip.h"
#include "agent/negotiate.h"
#include "agent/tls.h"
#include "agent/web_config.h"

/* --- what clients ask for ----------------------------------------------------------------------------- */

static void openmetrics_is_for_who_names_it(void **state)
{
	static const struct {
		const char *accept;
		bool openmetrics;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"*/*", false},
		{"application/*", false},
		{"text/plain", false},
		{"application/openmetrics-text", true},
		{"APPLICATION/OpenMetrics-Text", true},
		{"application/openmetrics-text;version=1.0.0", true},
		{"application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", true},
		{"application/openmetrics-text;version=0.0.1", false},
		{"application/openmetrics-text;version=2.0.0, text/plain", false},
		{"application/openmetrics-text;q=0", false},
		{"application/openmetrics-text;q=0.000", false},
		{"application/openmetrics-text;q=0.001", true},
		{"application/openmetrics-text;q=1.001", false},
		{"application/openmetrics-text;q=x", false},
		{"application/openmetrics-text;q=", false},
		{"application/openmetrics-text;q=-1", false},
		{"application/openmetrics-text;q=0.5,text/plain;q=0.6", false},
		{"application/openmetrics-text;q=0.6,text/plain;q=0.5", true},
		{"text/plain;q=0.5 , application/openmetrics-text;q=0.5", true},
		{"text/plain, application/openmetrics-text;q=0.9", false},
		{"text/html;a=\",application/openmetrics-text,\"", false},
		{"application/openmetrics-textual", false},
		/* Prometheus 2.42, 2.53 and 3 */
		{"application/openmetrics-text;version=1.0.0,application/"
		 "openmetrics-text;version=0.0.1;q=0.75,"
		 "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 true},
		{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		 "application/openmetrics-text;version=0.0.1;q=0.5,text/"
		 "plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
		 "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		 true},
		/* a browser */
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
		{",,;;==\"", false},
		{";q=1", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vw_accepts_openmetrics(rows[i].accept) != rows[i].openmetrics)
			fail_msg("%s", rows[i].accept);
}

static void gzip_is_for_who_can_take_it(void **state)
{
	static const struct {
		const char *accept_encoding;
		bool gzip;
	} rows[] = {
		{NULL, false},       {"", false},
		{"gzip", true},      {"x-gzip", true},
		{"GZIP", true},      {"deflate, gzip;q=1.0, *;q=0.5", true},
		{"gzip;q=0", false}, {"*", true},
		{"*;q=0", false},    {"gzip;q=0, *", false},
		{"gzipped", false},  {"identity", false},
		{"br,gzip", true},   {"gzip ; q=0.5", true},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vw_accepts_gzip(rows[i].accept_encoding) != rows[i].gzip)
			fail_msg("%s", rows[i].accept_encoding);
}

static void tags_match_as_a_whole(void **state)
{
	static const struct {
		const char *header;
		bool matches;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"\"abc\"", true},
		{"W/\"abc\"", true},
		{"*", true},
		{"abc", false},
		{"\"abcd\"", false},
		{"\"ab\"", false},
		{"\"ABC\"", false},
		{"\"x\",\"y\"", false},
		{"\"x\", \"abc\"", true},
		{"\"x,\"abc\"", false},
		{"\"a,b\", \"abc\"", true},
		{"W/", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vw_etag_matches(rows[i].header, "\"abc\"") != rows[i].matches)
			fail_msg("%s", rows[i].header);
}

/* --- bodies ------------------------------------------------------------------------------------------- */

static struct vw_body *body_of(const char *text)
{
	struct vw_buffer buffer = {0};
	struct vw_body *body;

	vw_put(&buffer, text);
	assert_int_equal(vw_body_new("text/plain", &buffer, &body), 0);
	assert_null(buffer.data);
	return body;
}

static void a_body_is_tagged_by_its_bytes(void **state)
{
	_cleanup_(vw_body_unrefp) struct vw_body *one = body_of("one"), *same = body_of("one"),
						 *other = body_of("two"), *empty = body_of("");

	(void)state;
	assert_string_equal(vw_body_etag(one), vw_body_etag(same));
	assert_string_not_equal(vw_body_etag(one), vw_body_etag(other));
	/* sha256sum of "one" and of nothing */
	assert_string_equal(vw_body_etag(one), "\"7692c3ad3540bb803c020b3aee66cd88\"");
	assert_string_equal(vw_body_etag(empty), "\"e3b0c44298fc1c149afbf4c8996fb924\"");
	assert_int_equal(vw_body_size(one), 3);
	assert_string_equal(vw_body_bytes(one), "one");
	assert_string_equal(vw_body_media_type(one), "text/plain");
	assert_int_equal(vw_body_size(empty), 0);
}

static void a_body_lives_as_long_as_its_references(void **state)
{
	struct vw_body *body = body_of("text"), *again = vw_body_ref(body);

	(void)state;
	vw_body_unref(body);
	assert_string_equal(vw_body_bytes(again), "text");
	vw_body_unref(again);
	assert_null(vw_body_ref(NULL));
	vw_body_unref(NULL);
}

static void a_body_that_cannot_be_leaves_its_text(void **state)
{
	struct vw_buffer broken = {.error = -ENOMEM}, good = {0};
	char type[VW_MEDIA_TYPE_MAX + 2];
	struct vw_body *body = NULL;

	(void)state;
	assert_int_equal(vw_body_new("text/plain", &broken, &body), -ENOMEM);
	memset(type, 'x', sizeof(type) - 1);
	type[sizeof(type) - 1] = '\0';
	vw_put(&good, "text");
	assert_int_equal(vw_body_new(type, &good, &body), -EINVAL);
	assert_null(body);
	assert_string_equal(good.data, "text");
	vw_buffer_free(&good);
}

static void what_is_compressed_is_gzip(void **state)
{
	struct vw_buffer text = {0}, small = {0};

	(void)state;
	vw_put_repeated(&text, "0123456789", 10000);
	assert_int_equal(vw_gzip(text.data, text.size, &small), 0);
	assert_true(small.size > 18 && small.size < text.size / 50);
	assert_memory_equal(small.data, "\x1f\x8b\x08", 3);
	/* The length at the end, RFC 1952, section 2.3.1. */
	assert_memory_equal(small.data + small.size - 4, "\xa0\x86\x01\x00", 4);
	vw_buffer_free(&text);
	vw_buffer_free(&small);
}

/* --- connections -------------------------------------------------------------------------------------- */

enum { SECOND = 1000000 };

struct crowd {
	struct vw_connections connections;
	uint64_t now;
};

static struct crowd crowd_of(unsigned limit, unsigned per_address)
{
	return (struct crowd){
		.connections = {.limit = limit,
				.limit_per_address = per_address,
				.timeout = 10 * SECOND,
				.idle_timeout = 100 * SECOND},
		.now = 1000ULL * SECOND,
	};
}

/* No descriptor is behind them: dropping is seen by the mark. */
static struct vw_connection *join(struct crowd *crowd, const char *address, bool *ret_dropped)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr local = {.sa_family = AF_UNIX};
	const struct sockaddr *from = &local;

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
		from = (const void *)&v4;
	else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1)
		from = (const void *)&v6;
	crowd->now++;
	if (!vw_connections_make_room(&crowd->connections, from, crowd->now, ret_dropped))
		return NULL;
	return vw_connections_add(&crowd->connections, -1, from, crowd->now);
}

static void leave_all(struct crowd *crowd)
{
	while (crowd->connections.first)
		vw_connections_remove(&crowd->connections, crowd->connections.first);
	assert_int_equal(crowd->connections.count, 0);
}

static void the_least_needed_makes_room(void **state)
{
	struct crowd crowd = crowd_of(4, 4);
	struct vw_connection *idle, *answering, *oldest, *second;
	bool dropped;

	(void)state;
	idle = join(&crowd, "10.0.0.1", &dropped);
	answering = join(&crowd, "10.0.0.2", &dropped);
	oldest = join(&crowd, "10.0.0.3", &dropped);
	second = join(&crowd, "10.0.0.4", &dropped);
	vw_connection_enter(idle, VW_STAGE_IDLE, crowd.now);
	vw_connection_enter(answering, VW_STAGE_ANSWERING, crowd.now);
	assert_false(dropped);

	assert_non_null(join(&crowd, "10.0.0.5", &dropped));
	assert_true(dropped && oldest->dropped && !second->dropped);
	assert_non_null(join(&crowd, "10.0.0.5", &dropped));
	assert_true(dropped && second->dropped && !idle->dropped);
	assert_int_equal(crowd.connections.count, 4);
	leave_all(&crowd);
}

static void idle_ones_go_before_those_that_are_answered(void **state)
{
	struct crowd crowd = crowd_of(2, 2);
	struct vw_connection *idle, *answering, *held;
	bool dropped;

	(void)state;
	idle = join(&crowd, "10.0.0.1", &dropped);
	answering = join(&crowd, "10.0.0.2", &dropped);
	vw_connection_enter(idle, VW_STAGE_IDLE, crowd.now);
	vw_connection_enter(answering, VW_STAGE_ANSWERING, crowd.now);
	held = join(&crowd, "10.0.0.3", &dropped);
	assert_true(held && idle->dropped);
	vw_connection_enter(held, VW_STAGE_HELD, crowd.now);

	/* An answer has a second before it makes room; a password has as long as it takes. */
	assert_null(join(&crowd, "10.0.0.4", &dropped));
	assert_false(dropped || answering->dropped);
	crowd.now += SECOND;
	assert_non_null(join(&crowd, "10.0.0.4", &dropped));
	assert_true(dropped && answering->dropped && !held->dropped);
	leave_all(&crowd);
}

static void one_address_takes_its_share_only(void **state)
{
	static const char *const same[][3] = {
		{"10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"2001:db8::1", "2001:db8::2", "2001:db8::ffff:3"},
		{"10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1"},
	};
	static const char *const different[][3] = {
		{"10.0.0.1", "10.0.0.2", "::ffff:10.0.0.3"},
		{"2001:db8::1", "2001:db8:0:1::1", "10.0.0.1"},
		{"local", "local", "local"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(same); i++) {
		struct crowd crowd = crowd_of(10, 2);
		struct vw_connection *first;
		bool dropped;

		first = join(&crowd, same[i][0], &dropped);
		assert_non_null(join(&crowd, same[i][1], &dropped));
		assert_false(dropped);
		assert_non_null(join(&crowd, same[i][2], &dropped));
		assert_true(dropped && first->dropped);
		leave_all(&crowd);
	}
	for (size_t i = 0; i < VW_COUNT(different); i++) {
		struct crowd crowd = crowd_of(10, 1);
		bool dropped;

		for (size_t j = 0; j < 3; j++) {
			assert_non_null(join(&crowd, different[i][j], &dropped));
			assert_false(dropped);
		}
		leave_all(&crowd);
	}
}

static void stages_have_deadlines(void **state)
{
	struct crowd crowd = crowd_of(10, 10);
	struct vw_connection *first, *idle, *held, *answering;
	uint64_t start;
	bool dropped;

	(void)state;
	assert_true(vw_connections_expire(&crowd.connections, crowd.now) == UINT64_MAX);
	first = join(&crowd, "10.0.0.1", &dropped);
	start = crowd.now;
	idle = join(&crowd, "10.0.0.1", &dropped);
	held = join(&crowd, "10.0.0.1", &dropped);
	answering = join(&crowd, "10.0.0.1", &dropped);
	vw_connection_enter(idle, VW_STAGE_IDLE, start);
	vw_connection_enter(held, VW_STAGE_HELD, start);
	vw_connection_enter(answering, VW_STAGE_ANSWERING, start + SECOND);

	assert_true(vw_connections_expire(&crowd.connections, start) == start + 10 * SECOND);
	assert_false(first->dropped);
	assert_true(vw_connections_expire(&crowd.connections, start + 10 * SECOND) == start + 11 * SECOND);
	assert_true(first->dropped);
	assert_true(vw_connections_expire(&crowd.connections, start + 11 * SECOND) == start + 100 * SECOND);
	assert_true(answering->dropped && !idle->dropped);
	assert_true(vw_connections_expire(&crowd.connections, start + 100 * SECOND) == UINT64_MAX);
	assert_true(idle->dropped && !held->dropped);
	assert_int_equal(crowd.connections.count, 1);
	assert_false(vw_connections_drop_one(&crowd.connections, start + 1000ULL * SECOND));
	leave_all(&crowd);
}

/* --- TLS ---------------------------------------------------------------------------------------------- */

static int priorities_of(const struct vw_tls_wish *wish, char *problem, size_t problem_size)
{
	struct vw_buffer out = {0};
	int err = vw_tls_priorities(wish, &out, problem, problem_size);

	vw_buffer_free(&out);
	return err;
}

#define SUITES(...)                                  \
	.suite = (const char *const[]){__VA_ARGS__}, \
	.suite_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static void suites_are_those_that_were_asked_for(void **state)
{
	const struct vw_tls_wish good[] = {
		{.min = VW_TLS_ANY},
		{.min = VW_TLS_1_0},
		{.min = VW_TLS_1_3},
		{.max = VW_TLS_1_2},
		{.client_chooses = true},
		{.curve = (const char *const[]){"CurveP521", "X25519"}, .curve_count = 2},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")},
		{SUITES("TLS_AES_128_GCM_SHA256")},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA")},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), .min = VW_TLS_1_0, .max = VW_TLS_1_0},
		{SUITES("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
			"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")},
	};
	const struct {
		struct vw_tls_wish wish;
		const char *words;
	} bad[] = {
		{{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")},
		 "would allow"},
		{{SUITES("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA")},
		 "would allow"},
		{{SUITES("TLS_AES_128_GCM_SHA256"), .max = VW_TLS_1_2}, "no cipher suite"},
	};
	char problem[256];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(good); i++) {
		snprintf(problem, sizeof(problem), "row %zu", i);
		if (priorities_of(&good[i], problem, sizeof(problem)) != 0)
			fail_msg("%s", problem);
	}
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		problem[0] = '\0';
		assert_int_equal(priorities_of(&bad[i].wish, problem, sizeof(problem)), -EINVAL);
		if (!strstr(problem, bad[i].words))
			fail_msg("row %zu: %s", i, problem);
	}
}

/* --- the web configuration ---------------------------------------------------------------------------- */

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

static int load(const char *text, size_t size, struct vw_web_config **ret, char *problem, size_t problem_size)
{
	char *path = write_config(text, size);
	int err = vw_web_config_load(path, ret, problem, problem_size);

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
	struct vw_web_config *config = NULL;
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
	struct vw_web_config *config = NULL;
	struct vw_buffer text = {0};
	char problem[512];

	(void)state;
	vw_put_repeated(&text, "[", 20000);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EINVAL);
	assert_non_null(strstr(problem, ":1: more than"));
	vw_buffer_free(&text);
	vw_put_repeated(&text, "#", 70000);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EFBIG);
	vw_buffer_free(&text);
	vw_put(&text, "basic_auth_users:\n");
	for (unsigned i = 0; i < 300; i++)
		vw_putf(&text, "  u%u: " HASH "\n", i);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EINVAL);
	vw_buffer_free(&text);
	/* Aliases that would grow into 2^40 nodes are references. */
	vw_put(&text, "a0: &a0 [x, x]\n");
	for (unsigned i = 1; i < 40; i++)
		vw_putf(&text, "a%u: &a%u [*a%u, *a%u]\n", i, i, i - 1, i - 1);
	assert_int_equal(load(text.data, text.size, &config, problem, sizeof(problem)), -EINVAL);
	vw_buffer_free(&text);
	assert_true(load("a\0b: c\n", 7, &config, problem, sizeof(problem)) < 0);
	assert_true(load("\xff\xfe\xff\n", 4, &config, problem, sizeof(problem)) < 0);
	assert_int_equal(vw_web_config_load("/tmp", &config, problem, sizeof(problem)), -EINVAL);
	assert_int_equal(vw_web_config_load("/dev/zero", &config, problem, sizeof(problem)), -EINVAL);
	assert_int_equal(vw_web_config_load("/nothing", &config, problem, sizeof(problem)), -ENOENT);
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
	_cleanup_(vw_web_config_freep) struct vw_web_config *config = NULL;
	char problem[512] = "";

	(void)state;
	if (load(text, strlen(text), &config, problem, sizeof(problem)) != 0)
		fail_msg("%s", problem);
	assert_false(config->tls);
	assert_int_equal(config->user_count, 2);
	assert_string_equal(config->user[0].name, "alice");
	assert_string_equal(config->user[1].name, "bob");
	assert_string_equal(config->user[1].hash, HASH);
	assert_int_equal(config->header_count, 2);
	assert_string_equal(config->header[1].value, "default-src 'self'");
	assert_int_equal(config->note_count, 1);

	for (size_t i = 0; i < VW_COUNT(empty); i++) {
		vw_web_config_free(config);
		config = NULL;
		if (load(empty[i], strlen(empty[i]), &config, problem, sizeof(problem)) != 0)
			fail_msg("%s: %s", empty[i], problem);
		assert_false(config->tls);
		assert_int_equal(config->user_count + config->header_count + config->note_count, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(openmetrics_is_for_who_names_it),
		cmocka_unit_test(gzip_is_for_who_can_take_it),
		cmocka_unit_test(tags_match_as_a_whole),
		cmocka_unit_test(a_body_is_tagged_by_its_bytes),
		cmocka_unit_test(a_body_lives_as_long_as_its_references),
		cmocka_unit_test(a_body_that_cannot_be_leaves_its_text),
		cmocka_unit_test(what_is_compressed_is_gzip),
		cmocka_unit_test(the_least_needed_makes_room),
		cmocka_unit_test(idle_ones_go_before_those_that_are_answered),
		cmocka_unit_test(one_address_takes_its_share_only),
		cmocka_unit_test(stages_have_deadlines),
		cmocka_unit_test(suites_are_those_that_were_asked_for),
		cmocka_unit_test(wrong_configurations_are_told_by_their_line),
		cmocka_unit_test(hostile_configurations_are_refused),
		cmocka_unit_test(right_configurations_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
