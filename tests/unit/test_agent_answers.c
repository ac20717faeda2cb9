/* SPDX-License-Identifier: MIT */

/* What is answered: each path, method, notice, header and entity tag. libmicrohttpd's place is taken by a
 * table of headers, so that an answer is looked at as it was handed over. */

#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <zlib.h>

#include "agent/answers.h"
#include "export/html.h"
#include "tests/unit/left_behind.h"

enum { HEADERS_MAX = 24, SECOND = 1000000 };

/* Libmicrohttpd's place. */

struct header {
	char *name, *value;
};

struct MHD_Response {
	const char *bytes;
	size_t size, headers;
	struct header header[HEADERS_MAX];
	MHD_ContentReaderFreeCallback release;
	void *context;
};

struct MHD_Connection {
	const char *accept, *accept_encoding, *if_none_match, *transfer_encoding;
	const char *named[4][2]; /* names and values, in the order in which they came */
	unsigned status;         /* 0: nothing was queued */
	struct MHD_Response *response;
};

static unsigned made, alive; /* responses */
static int fails;            /* this call from now on that makes a response or a header fails; 0: none */

static bool fails_now(void)
{
	return fails && --fails == 0;
}

static struct MHD_Response *make(size_t size, const void *bytes)
{
	struct MHD_Response *response;

	if (fails_now())
		return NULL;
	response = calloc(1, sizeof(*response));
	assert_non_null(response);
	response->bytes = bytes;
	response->size = size;
	made++;
	alive++;
	return response;
}

struct MHD_Response *MHD_create_response_from_buffer(size_t size, void *buffer,
						     enum MHD_ResponseMemoryMode mode)
{
	assert_int_equal(mode, MHD_RESPMEM_PERSISTENT);
	return make(size, buffer);
}

struct MHD_Response *MHD_create_response_from_buffer_with_free_callback_cls(
	size_t size, void *buffer, MHD_ContentReaderFreeCallback release, void *context)
{
	struct MHD_Response *response = make(size, buffer);

	if (response) {
		response->release = release;
		response->context = context;
	}
	return response;
}

enum MHD_Result MHD_add_response_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (fails_now())
		return MHD_NO;
	assert_true(response->headers < HEADERS_MAX);
	response->header[response->headers++] = (struct header){strdup(name), strdup(value)};
	return MHD_YES;
}

void MHD_destroy_response(struct MHD_Response *response)
{
	for (size_t i = 0; i < response->headers; i++) {
		free(response->header[i].name);
		free(response->header[i].value);
	}
	if (response->release)
		response->release(response->context);
	free(response);
	alive--;
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned status,
				   struct MHD_Response *response)
{
	assert_int_equal(connection->status, 0);
	connection->status = status;
	connection->response = response;
	return MHD_YES;
}

const char *MHD_lookup_connection_value(struct MHD_Connection *connection, enum MHD_ValueKind kind,
					const char *key)
{
	assert_int_equal(kind, MHD_HEADER_KIND);
	if (strcmp(key, "Accept") == 0)
		return connection->accept;
	if (strcmp(key, "Accept-Encoding") == 0)
		return connection->accept_encoding;
	if (strcmp(key, "If-None-Match") == 0)
		return connection->if_none_match;
	assert_string_equal(key, "Transfer-Encoding");
	return connection->transfer_encoding;
}

int MHD_get_connection_values(struct MHD_Connection *connection, enum MHD_ValueKind kind,
			      MHD_KeyValueIterator iterator, void *context)
{
	assert_int_equal(kind, MHD_HEADER_KIND);
	for (size_t i = 0; i < VW_COUNT(connection->named) && connection->named[i][0]; i++)
		assert_int_equal(iterator(context, kind, connection->named[i][0], connection->named[i][1]),
				 MHD_YES);
	return 0;
}

/* The server. */

static struct {
	struct vwd_answers *answers;
	unsigned tails; /* that were rendered */
	int tail_error;
	uint64_t now;
} server;

static int put_tail(void *context, enum vwd_resource resource, struct vwb_buffer *out)
{
	assert_ptr_equal(context, &server);
	assert_true(resource == VW_RESOURCE_METRICS || resource == VW_RESOURCE_OPENMETRICS);
	vwb_putf(out, "tail %u of %s\n", ++server.tails,
		 resource == VW_RESOURCE_METRICS ? "text" : "openmetrics");
	return server.tail_error;
}

static void publish(enum vwd_resource resource, const char *media_type, const char *text, size_t repeated)
{
	struct vwb_buffer buffer = {0};
	struct vwd_body *body;

	vwb_put_repeated(&buffer, text, repeated);
	assert_int_equal(vwd_body_new(media_type, &buffer, &body), 0);
	vwd_answers_publish(server.answers, resource, body);
	vwd_body_unref(body);
}

static void publish_all(void)
{
	publish(VW_RESOURCE_METRICS, "text/x-metrics", "sample 1\n", 1);
	publish(VW_RESOURCE_OPENMETRICS, "text/x-openmetrics", "sample 2\n", 1);
	publish(VW_RESOURCE_REPORT, "text/x-report", "0123456789abcdef", 64);
	publish(VW_RESOURCE_PAGE, "text/x-page", "page\n", 1);
}

static int setup(void **state)
{
	const struct vwd_http_options options = {.tail = put_tail, .context = &server};

	(void)state;
	memset(&server, 0, sizeof(server));
	made = alive = 0;
	fails = 0;
	server.now = 50 * SECOND;
	return vwd_answers_new(&options, &server.answers);
}

static int teardown(void **state)
{
	(void)state;
	vwd_answers_free(server.answers);
	assert_int_equal(alive, 0);
	return 0;
}

static void ask_with(struct MHD_Connection *connection, const char *path, const char *method)
{
	connection->status = 0;
	connection->response = NULL;
	assert_int_equal(vwd_answers_queue(server.answers, connection, path, method, server.now), MHD_YES);
}

static struct MHD_Connection ask(const char *path)
{
	struct MHD_Connection connection = {.status = 0};

	ask_with(&connection, path, "GET");
	return connection;
}

/* The one value of a header, or NULL. */
static const char *header_of(const struct MHD_Connection *connection, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < connection->response->headers; i++)
		if (strcasecmp(connection->response->header[i].name, name) == 0) {
			assert_null(value);
			value = connection->response->header[i].value;
		}
	return value;
}

static void check_header(const struct MHD_Connection *connection, const char *name, const char *value)
{
	const char *is = header_of(connection, name);

	if (!vwb_text_equal(is, value))
		fail_msg("%u: %s is %s, not %s", connection->status, name, is ? is : "(none)",
			 value ? value : "(none)");
}

static void check_text(const struct MHD_Connection *connection, const char *text)
{
	assert_int_equal(connection->response->size, strlen(text));
	assert_memory_equal(connection->response->bytes, text, strlen(text));
}

/* What every answer tells a browser. */
static void check_guards(const struct MHD_Connection *connection, const char *policy)
{
	char whole[600];

	snprintf(whole, sizeof(whole), "%s; frame-ancestors 'none'", policy);
	check_header(connection, "Content-Security-Policy", whole);
	check_header(connection, "Cross-Origin-Resource-Policy", "same-origin");
	check_header(connection, "Referrer-Policy", "no-referrer");
	check_header(connection, "X-Content-Type-Options", "nosniff");
	check_header(connection, "X-Frame-Options", "DENY");
}

enum { GUARDS = 5 };

#define NOTHING "default-src 'none'"

/* Notices. */

static void each_notice_has_its_words(void **state)
{
	static const struct {
		enum vwd_notice notice;
		unsigned status;
		const char *text, *name, *value;
	} rows[] = {
		{VW_NOTICE_HEALTHY, 200, "healthy\n", NULL, NULL},
		{VW_NOTICE_READY, 200, "ready\n", NULL, NULL},
		{VW_NOTICE_NOT_READY, 503, "not ready\n", "Retry-After", "1"},
		{VW_NOTICE_NOT_THERE_YET, 503, "not there yet\n", "Retry-After", "1"},
		{VW_NOTICE_NO_SUCH_PAGE, 404, "there is no such page\n", NULL, NULL},
		{VW_NOTICE_NO_SUCH_METHOD, 405, "GET and HEAD only\n", "Allow", "GET, HEAD"},
		{VW_NOTICE_NO_BODIES, 413, "requests have no body here\n", NULL, NULL},
		{VW_NOTICE_UNCLEAR, 400, "a header can be read in two ways\n", NULL, NULL},
		{VW_NOTICE_OTHER_HOST, 421, "the host is neither localhost nor an address\n", NULL, NULL},
		{VW_NOTICE_WHO_ARE_YOU, 401, "a name and its password are needed\n", "WWW-Authenticate",
		 "Basic realm=\"virtwhere\", charset=\"UTF-8\""},
		{VW_NOTICE_TOO_MANY_TRIES, 429, "too many passwords to try, come again later\n",
		 "Retry-After", "2"},
		{VW_NOTICE_FAILED, 500, "out of memory\n", NULL, NULL},
	};

	(void)state;
	assert_int_equal(VW_COUNT(rows), VW_NOTICES);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct MHD_Connection one = {.status = 0}, two = {.status = 0};

		assert_int_equal(vwd_answers_notice(server.answers, &one, rows[i].notice), MHD_YES);
		assert_int_equal(one.status, rows[i].status);
		check_text(&one, rows[i].text);
		check_guards(&one, NOTHING);
		check_header(&one, "Content-Type", "text/plain; charset=utf-8");
		check_header(&one, "Cache-Control", "no-store");
		if (rows[i].name)
			check_header(&one, rows[i].name, rows[i].value);
		assert_int_equal(one.response->headers, GUARDS + 2 + (rows[i].name ? 1 : 0));
		/* it is made once */
		assert_int_equal(vwd_answers_notice(server.answers, &two, rows[i].notice), MHD_YES);
		assert_ptr_equal(one.response, two.response);
	}
	assert_int_equal(made, VW_COUNT(rows));
}

/* Paths and methods. */

static void each_path_has_its_answer(void **state)
{
	static const struct {
		const char *path, *type, *text, *cache, *vary;
		bool tagged;
	} rows[] = {
		{"/metrics", "text/x-metrics", "sample 1\ntail 1 of text\n", "no-store",
		 "Accept, Accept-Encoding", false},
		{"/report", "text/x-report", NULL, "no-cache", "Accept-Encoding", true},
		{"/", "text/x-page", "page\n", "no-cache", "Accept-Encoding", true},
	};
	static const char *const nowhere[] = {"",    "//",        "/metrics/", "/Metrics", "/report.json",
					      "/-/", "/-/health", "*"};

	(void)state;
	publish_all();
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct MHD_Connection one = ask(rows[i].path);

		assert_int_equal(one.status, 200);
		check_guards(&one, strcmp(rows[i].path, "/") == 0 ? vwx_page_policy : NOTHING);
		check_header(&one, "Content-Type", rows[i].type);
		check_header(&one, "Cache-Control", rows[i].cache);
		check_header(&one, "Vary", rows[i].vary);
		check_header(&one, "Content-Encoding", NULL);
		assert_int_equal(header_of(&one, "ETag") != NULL, rows[i].tagged);
		assert_int_equal(one.response->headers, GUARDS + 3 + rows[i].tagged);
		if (rows[i].text)
			check_text(&one, rows[i].text);
		else
			assert_int_equal(one.response->size, 1024);
	}
	for (size_t i = 0; i < VW_COUNT(nowhere); i++)
		assert_int_equal(ask(nowhere[i]).status, 404);
}

static void only_get_and_head_are_methods(void **state)
{
	static const char *const paths[] = {"/metrics", "/report", "/", "/-/healthy", "/-/ready"};
	static const char *const others[] = {"POST", "PUT", "DELETE", "OPTIONS", "get", "GETS", "HEADER", ""};
	struct MHD_Connection one = {.status = 0};

	(void)state;
	publish_all();
	vwd_answers_ready(server.answers, true);
	for (size_t i = 0; i < VW_COUNT(paths); i++) {
		ask_with(&one, paths[i], "GET");
		assert_int_equal(one.status, 200);
		ask_with(&one, paths[i], "HEAD");
		assert_int_equal(one.status, 200);
		for (size_t k = 0; k < VW_COUNT(others); k++) {
			ask_with(&one, paths[i], others[k]);
			assert_int_equal(one.status, 405);
		}
	}
	ask_with(&one, "/nothing", "POST");
	assert_int_equal(one.status, 404);
}

/* A request that has a body, or headers that a proxy may read otherwise, or that is meant for another host.
 */
static void faults_are_told(void **state)
{
	static const struct {
		const char *method, *encoding, *named[4][2];
		enum vwd_notice fault, elsewhere; /* where the host must be local, and where it need not */
	} rows[] = {
		{"GET", NULL, {{NULL, NULL}}, VW_NOTICES, VW_NOTICES},
		{"GET", NULL, {{"Content-Length", "0"}}, VW_NOTICES, VW_NOTICES},
		{"GET", NULL, {{"content-length", "1"}}, VW_NOTICE_NO_BODIES, VW_NOTICE_NO_BODIES},
		{"GET", NULL, {{"Content-Length", "00"}}, VW_NOTICE_NO_BODIES, VW_NOTICE_NO_BODIES},
		{"GET", NULL, {{"Content-Length", ""}}, VW_NOTICE_NO_BODIES, VW_NOTICE_NO_BODIES},
		{"HEAD", NULL, {{"Content-Length", "1"}}, VW_NOTICE_NO_BODIES, VW_NOTICE_NO_BODIES},
		{"POST", NULL, {{"Content-Length", "1"}}, VW_NOTICE_NO_SUCH_METHOD, VW_NOTICE_NO_SUCH_METHOD},
		{"PUT", NULL, {{"Content-Length", "1"}}, VW_NOTICE_NO_SUCH_METHOD, VW_NOTICE_NO_SUCH_METHOD},
		{"GET", "chunked", {{NULL, NULL}}, VW_NOTICE_NO_BODIES, VW_NOTICE_NO_BODIES},
		{"GET", "identity", {{"Content-Length", "0"}}, VW_NOTICE_NO_BODIES, VW_NOTICE_NO_BODIES},
		{"GET",
		 NULL,
		 {{"Content-Length", "0"}, {"content-length", "0"}},
		 VW_NOTICE_UNCLEAR,
		 VW_NOTICE_UNCLEAR},
		{"GET", NULL, {{"Content-Length ", "0"}}, VW_NOTICE_UNCLEAR, VW_NOTICE_UNCLEAR},
		{"GET", NULL, {{"X\tY", "0"}}, VW_NOTICE_UNCLEAR, VW_NOTICE_UNCLEAR},
		{"GET", NULL, {{"", "0"}}, VW_NOTICE_UNCLEAR, VW_NOTICE_UNCLEAR},
		{"GET", NULL, {{"X-Y_z!9", "0"}, {"x-y", "1"}, {"x-y", "2"}}, VW_NOTICES, VW_NOTICES},
		{"GET",
		 NULL,
		 {{"Host", "localhost"}, {"host", "localhost"}},
		 VW_NOTICE_UNCLEAR,
		 VW_NOTICE_UNCLEAR},
		{"GET", NULL, {{"Host", "localhost:9796"}}, VW_NOTICES, VW_NOTICES},
		{"GET", NULL, {{"Host", "a.example"}}, VW_NOTICE_OTHER_HOST, VW_NOTICES},
		{"POST", NULL, {{"host", "a.example"}}, VW_NOTICE_OTHER_HOST, VW_NOTICES},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct MHD_Connection one = {.transfer_encoding = rows[i].encoding};

		memcpy(one.named, rows[i].named, sizeof(one.named));
		if (vwd_answers_fault(&one, rows[i].method, true) != rows[i].fault ||
		    vwd_answers_fault(&one, rows[i].method, false) != rows[i].elsewhere)
			fail_msg("row %zu", i);
	}
}

static void what_is_not_there_yet_is_told(void **state)
{
	static const char *const paths[] = {"/metrics", "/report", "/"};
	struct MHD_Connection one;

	(void)state;
	assert_int_equal(ask("/-/healthy").status, 200);
	one = ask("/-/ready");
	assert_int_equal(one.status, 503);
	check_text(&one, "not ready\n");
	vwd_answers_ready(server.answers, true);
	assert_int_equal(ask("/-/ready").status, 200);
	vwd_answers_ready(server.answers, false);
	assert_int_equal(ask("/-/ready").status, 503);
	for (size_t i = 0; i < VW_COUNT(paths); i++) {
		one = ask(paths[i]);
		assert_int_equal(one.status, 503);
		check_text(&one, "not there yet\n");
	}
	publish_all();
	for (size_t i = 0; i < VW_COUNT(paths); i++)
		assert_int_equal(ask(paths[i]).status, 200);
	vwd_answers_publish(server.answers, VW_RESOURCE_REPORT, NULL);
	assert_int_equal(ask("/report").status, 503);
	assert_int_equal(ask("/metrics").status, 200);
}

/* Forms. */

static void openmetrics_is_for_who_asks(void **state)
{
	struct MHD_Connection one = {.accept = "application/openmetrics-text"};

	(void)state;
	publish(VW_RESOURCE_METRICS, "text/x-metrics", "sample 1\n", 1);
	ask_with(&one, "/metrics", "GET");
	check_header(&one, "Content-Type", "text/x-metrics");
	publish(VW_RESOURCE_OPENMETRICS, "text/x-openmetrics", "sample 2\n", 1);
	ask_with(&one, "/metrics", "GET");
	check_header(&one, "Content-Type", "text/x-openmetrics");
	check_header(&one, "Vary", "Accept, Accept-Encoding");
	check_header(&one, "Cache-Control", "no-store");
	check_header(&one, "ETag", NULL);
	check_guards(&one, NOTHING);
	check_text(&one, "sample 2\ntail 2 of openmetrics\n");
	publish(VW_RESOURCE_REPORT, "text/x-report", "x", 1);
	ask_with(&one, "/report", "GET");
	check_header(&one, "Content-Type", "text/x-report");
	one.accept = "text/plain";
	ask_with(&one, "/metrics", "GET");
	check_header(&one, "Content-Type", "text/x-metrics");
}

static size_t inflated(const struct MHD_Response *response, char *bytes, size_t room)
{
	z_stream stream = {.next_in = (Bytef *)(uintptr_t)response->bytes,
			   .avail_in = (uInt)response->size,
			   .next_out = (Bytef *)bytes,
			   .avail_out = (uInt)room};
	int (*init)(z_stream *, int, const char *, int), (*step)(z_stream *, int), (*end)(z_stream *);
	void *library = dlopen("libz.so.1", RTLD_NOW);

	assert_non_null(library);
	*(void **)&init = dlsym(library, "inflateInit2_");
	*(void **)&step = dlsym(library, "inflate");
	*(void **)&end = dlsym(library, "inflateEnd");
	assert_int_equal(init(&stream, 15 + 16, ZLIB_VERSION, (int)sizeof(stream)), Z_OK);
	assert_int_equal(step(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(end(&stream), Z_OK);
	dlclose(library);
	return stream.total_out;
}

/* From 1,024 bytes on, for who can take it, and with a tag of its own. */
static void what_is_worth_it_is_compressed(void **state)
{
	struct MHD_Connection plain = {.accept_encoding = "gzip;q=0"}, packed = {.accept_encoding = "gzip"};
	char text[4096], tag[64];

	(void)state;
	publish(VW_RESOURCE_REPORT, "text/x-report", "x", 1023);
	ask_with(&packed, "/report", "GET");
	check_header(&packed, "Content-Encoding", NULL);
	assert_int_equal(packed.response->size, 1023);

	publish(VW_RESOURCE_REPORT, "text/x-report", "x", 1024);
	ask_with(&plain, "/report", "GET");
	check_header(&plain, "Content-Encoding", NULL);
	assert_int_equal(plain.response->size, 1024);
	ask_with(&packed, "/report", "GET");
	check_header(&packed, "Content-Encoding", "gzip");
	check_header(&packed, "Content-Type", "text/x-report");
	check_header(&packed, "Cache-Control", "no-cache");
	check_header(&packed, "Vary", "Accept-Encoding");
	check_guards(&packed, NOTHING);
	assert_true(packed.response->size < 100);
	assert_int_equal(inflated(packed.response, text, sizeof(text)), 1024);
	assert_memory_equal(text, plain.response->bytes, 1024);
	/* RFC 9110, section 8.8.3.3 */
	snprintf(tag, sizeof(tag), "%.33s-gz\"", header_of(&plain, "ETag"));
	assert_int_equal(strlen(header_of(&plain, "ETag")), 34);
	check_header(&packed, "ETag", tag);

	/* the metrics with their tail are what counts */
	publish(VW_RESOURCE_METRICS, "text/x-metrics", "y", 1024 - strlen("tail 1 of text\n"));
	ask_with(&packed, "/metrics", "GET");
	check_header(&packed, "Content-Encoding", "gzip");
	assert_int_equal(inflated(packed.response, text, sizeof(text)), 1024);
	assert_memory_equal(text + 1024 - 15, "tail 1 of text\n", 15);
}

/* What has not changed. */

static void what_is_known_is_not_sent_again(void **state)
{
	static const char *const paths[] = {"/report", "/"};
	static const char *const encodings[] = {"identity", "gzip"};

	(void)state;
	publish_all();
	publish(VW_RESOURCE_PAGE, "text/x-page", "0123456789abcdef", 65);
	for (size_t i = 0; i < VW_COUNT(paths) * VW_COUNT(encodings); i++) {
		struct MHD_Connection one = {.accept_encoding = encodings[i % 2]}, other;
		const char *path = paths[i / 2];
		char tag[64];

		ask_with(&one, path, "GET");
		snprintf(tag, sizeof(tag), "%s", header_of(&one, "ETag"));
		one.if_none_match = tag;
		ask_with(&one, path, "GET");
		assert_int_equal(one.status, 304);
		assert_int_equal(one.response->size, 0);
		check_header(&one, "ETag", tag);
		check_header(&one, "Vary", "Accept-Encoding");
		check_header(&one, "Cache-Control", "no-cache");
		check_guards(&one, i / 2 ? vwx_page_policy : NOTHING);
		other = one;
		ask_with(&other, path, "HEAD");
		assert_int_equal(other.status, 304);
		assert_ptr_equal(other.response, one.response);
		/* the tag of the other encoding is another's */
		other.accept_encoding = encodings[1 - i % 2];
		ask_with(&other, path, "GET");
		assert_int_equal(other.status, 200);
		one.if_none_match = "\"0\"";
		ask_with(&one, path, "GET");
		assert_int_equal(one.status, 200);
	}
	{
		struct MHD_Connection one = {.if_none_match = "*"};

		ask_with(&one, "/metrics", "GET");
		assert_int_equal(one.status, 200);
		ask_with(&one, "/report", "GET");
		assert_int_equal(one.status, 304);
		publish(VW_RESOURCE_REPORT, "text/x-report", "another", 1);
		one.if_none_match = "\"7692c3ad3540bb803c020b3aee66cd88\"";
		ask_with(&one, "/report", "GET");
		check_text(&one, "another");
	}
}

/* A response is made once, until what it shows is another one. */
static void answers_are_made_once(void **state)
{
	struct MHD_Response *first;
	unsigned before;

	(void)state;
	publish_all();
	first = ask("/report").response;
	before = made;
	assert_ptr_equal(ask("/report").response, first);
	assert_ptr_equal(ask("/report").response, first);
	assert_int_equal(made, before);
	publish(VW_RESOURCE_PAGE, "text/x-page", "other", 1);
	assert_ptr_equal(ask("/report").response, first);
	publish(VW_RESOURCE_REPORT, "text/x-report", "other", 1);
	{
		struct MHD_Connection one = ask("/report");

		check_text(&one, "other");
	}
}

/* The tail. */

static void tails_live_for_a_second(void **state)
{
	struct MHD_Connection one, open = {.accept = "application/openmetrics-text"};

	(void)state;
	publish_all();
	one = ask("/metrics");
	check_text(&one, "sample 1\ntail 1 of text\n");
	server.now += SECOND - 1;
	one = ask("/metrics");
	check_text(&one, "sample 1\ntail 1 of text\n");
	ask_with(&open, "/metrics", "GET");
	check_text(&open, "sample 2\ntail 2 of openmetrics\n");
	server.now += 1;
	one = ask("/metrics");
	check_text(&one, "sample 1\ntail 3 of text\n");
	ask_with(&open, "/metrics", "GET");
	check_text(&open, "sample 2\ntail 2 of openmetrics\n");
	server.now += SECOND - 1;
	one = ask("/metrics");
	check_text(&one, "sample 1\ntail 3 of text\n");
	/* what is published is new at once */
	publish(VW_RESOURCE_METRICS, "text/x-metrics", "sample 3\n", 1);
	one = ask("/metrics");
	check_text(&one, "sample 3\ntail 4 of text\n");
	assert_int_equal(ask("/report").status, 200);
	assert_int_equal(server.tails, 4);
}

static void without_a_tail_there_is_none(void **state)
{
	const struct vwd_http_options options = {.tail = NULL};
	struct MHD_Connection one;

	(void)state;
	vwd_answers_free(server.answers);
	assert_int_equal(vwd_answers_new(&options, &server.answers), 0);
	publish_all();
	one = ask("/metrics");
	check_text(&one, "sample 1\n");
	server.now += 10 * SECOND;
	assert_ptr_equal(ask("/metrics").response, one.response);
}

static void a_tail_that_fails_is_told(void **state)
{
	struct MHD_Connection one;

	(void)state;
	publish_all();
	server.tail_error = -EIO;
	assert_int_equal(ask("/metrics").status, 500);
	assert_int_equal(ask("/report").status, 200);
	server.tail_error = 0;
	one = ask("/metrics");
	check_text(&one, "sample 1\ntail 2 of text\n");
}

/* Headers of the configuration. */

static void headers_take_the_place_of_ours(void **state)
{
	static const struct vwd_web_pair header[] = {{"content-security-policy", "default-src 'self'"},
						     {"X-FRAME-OPTIONS", "sameorigin"},
						     {"X-XSS-Protection", "0"}};
	const struct vwd_web_config config = {.header_count = VW_COUNT(header), .header = header};
	static const char *const paths[] = {"/metrics", "/report", "/", "/-/healthy", "/nothing"};
	struct MHD_Connection one;

	(void)state;
	publish_all();
	for (size_t i = 0; i < VW_COUNT(paths); i++)
		check_header(&(struct MHD_Connection){.response = ask(paths[i]).response}, "X-Frame-Options",
			     "DENY");
	assert_int_equal(vwd_answers_set_headers(server.answers, &config), 0);
	for (size_t i = 0; i < VW_COUNT(paths); i++) {
		one = ask(paths[i]);
		check_header(&one, "Content-Security-Policy", "default-src 'self'");
		check_header(&one, "X-Frame-Options", "sameorigin");
		check_header(&one, "X-XSS-Protection", "0");
		check_header(&one, "X-Content-Type-Options", "nosniff");
		check_header(&one, "Referrer-Policy", "no-referrer");
		check_header(&one, "Cross-Origin-Resource-Policy", "same-origin");
	}
	one = (struct MHD_Connection){.if_none_match = "*"};
	ask_with(&one, "/report", "GET");
	assert_int_equal(one.status, 304);
	check_header(&one, "X-Frame-Options", "sameorigin");
	assert_int_equal(vwd_answers_set_headers(server.answers, NULL), 0);
	ask_with(&one, "/report", "GET");
	check_guards(&one, NOTHING);
	one = ask("/");
	check_guards(&one, vwx_page_policy);
	check_header(&one, "X-XSS-Protection", NULL);
}

/* Without memory. */

/* Whatever cannot be made, an answer is whole or another one; the next is right again. */
static void what_cannot_be_made_is_not_sent_in_part(void **state)
{
	static const char *const paths[] = {"/metrics", "/report", "/-/healthy"};

	(void)state;
	publish_all();
	for (size_t i = 0; i < VW_COUNT(paths); i++) {
		struct MHD_Connection whole = ask(paths[i]);
		size_t headers = whole.response->headers;
		int call;

		for (call = 1; call < 100; call++) {
			struct MHD_Connection one = {.status = 0};
			enum MHD_Result result;

			assert_int_equal(vwd_answers_set_headers(server.answers, NULL), 0);
			fails = call;
			result = vwd_answers_queue(server.answers, &one, paths[i], "GET", server.now);
			if (fails) {
				fails = 0;
				assert_int_equal(one.status, 200);
				break;
			}
			if (strcmp(paths[i], "/-/healthy") == 0)
				assert_true(result == MHD_NO && one.status == 0);
			else
				assert_true(result == MHD_YES && one.status == 500);
			one = ask(paths[i]);
			assert_int_equal(one.status, 200);
			assert_int_equal(one.response->headers, headers);
		}
		assert_true(call > 5 && call < 100);
	}
}

static void what_has_not_changed_is_told_whole(void **state)
{
	struct MHD_Connection one = {.if_none_match = "*"};
	int call;

	(void)state;
	publish_all();
	for (call = 1; call < 100; call++) {
		assert_int_equal(vwd_answers_set_headers(server.answers, NULL), 0);
		fails = call;
		ask_with(&one, "/report", "GET");
		if (fails)
			break;
		assert_int_equal(one.status, 500);
		ask_with(&one, "/report", "GET");
		assert_int_equal(one.status, 304);
	}
	fails = 0;
	assert_int_equal(one.status, 304);
	assert_true(call > 5);
}

/* What cannot be compressed is sent as it is. */
static void what_cannot_be_compressed_is_sent(void **state)
{
	struct MHD_Connection one = {.accept_encoding = "gzip"};

	(void)state;
	publish_all();
	fails = 1;
	ask_with(&one, "/report", "GET");
	assert_int_equal(one.status, 200);
	assert_int_equal(one.response->size, 1024);
	check_header(&one, "Content-Encoding", NULL);
	ask_with(&one, "/report", "GET");
	check_header(&one, "Content-Encoding", "gzip");
}

/* What is left behind. */

static void live(void)
{
	static const struct vwd_web_pair header[] = {{"X-XSS-Protection", "0"}};
	const struct vwd_web_config config = {.header_count = 1, .header = header};
	const struct vwd_http_options options = {.tail = put_tail, .context = &server};
	struct MHD_Connection one = {.accept_encoding = "gzip", .if_none_match = "*"};

	server.tails = 0;
	vwd_answers_free(server.answers);
	assert_int_equal(vwd_answers_new(&options, &server.answers), 0);
	for (unsigned i = 0; i < 2; i++) {
		publish_all();
		ask("/report");
		ask("/metrics");
		server.now += 2 * SECOND;
		ask("/metrics");
		ask("/nothing");
		ask_with(&one, "/report", "GET");
		assert_int_equal(vwd_answers_set_headers(server.answers, &config), 0);
		one.if_none_match = NULL;
		ask_with(&one, "/report", "GET");
	}
	server.tail_error = -EIO;
	server.now += 2 * SECOND;
	assert_int_equal(ask("/metrics").status, 500);
	server.tail_error = 0;
	vwd_answers_free(NULL);
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	check_leaves_nothing(live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_notice_has_its_words),
		TEST(each_path_has_its_answer),
		TEST(only_get_and_head_are_methods),
		TEST(faults_are_told),
		TEST(what_is_not_there_yet_is_told),
		TEST(openmetrics_is_for_who_asks),
		TEST(what_is_worth_it_is_compressed),
		TEST(what_is_known_is_not_sent_again),
		TEST(answers_are_made_once),
		TEST(tails_live_for_a_second),
		TEST(without_a_tail_there_is_none),
		TEST(a_tail_that_fails_is_told),
		TEST(headers_take_the_place_of_ours),
		TEST(what_cannot_be_made_is_not_sent_in_part),
		TEST(what_has_not_changed_is_told_whole),
		TEST(what_cannot_be_compressed_is_sent),
		TEST(nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
