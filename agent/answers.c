/* SPDX-License-Identifier: MIT */
#include "agent/answers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/gzip.h"
#include "agent/negotiate.h"
#include "export/html.h"

enum {
	TAIL_LIFETIME = 1000 * 1000, /* microseconds */
	WORTH_COMPRESSING = 1024,    /* below that it would fit into one packet anyway */
	TAGGED_SIZE = VW_ETAG_SIZE + 3,
	POLICY_MAX = 512,
};

#define PLAIN_TEXT "text/plain; charset=utf-8"
#define POLICY     "Content-Security-Policy"
#define NOTHING    "default-src 'none'"

/* --- the tables --------------------------------------------------------------------------------------- */

enum encoding { IDENTITY, GZIP, ENCODINGS };

static const struct {
	const char *path;
	enum vw_resource resource; /* VW_RESOURCES where it is a notice */
	enum vw_notice notice;
} routes[] = {
	{"/metrics", VW_RESOURCE_METRICS, VW_NOTICES}, {"/report", VW_RESOURCE_REPORT, VW_NOTICES},
	{"/", VW_RESOURCE_PAGE, VW_NOTICES},           {"/-/healthy", VW_RESOURCES, VW_NOTICE_HEALTHY},
	{"/-/ready", VW_RESOURCES, VW_NOTICE_READY},
};

static const struct {
	const char *cache_control, *vary;
	const char *policy; /* the part of it that is its own */
	bool has_tail, has_etag;
} resources[VW_RESOURCES] = {
	[VW_RESOURCE_METRICS] = {"no-store", "Accept, Accept-Encoding", NOTHING, .has_tail = true},
	[VW_RESOURCE_OPENMETRICS] = {"no-store", "Accept, Accept-Encoding", NOTHING, .has_tail = true},
	[VW_RESOURCE_REPORT] = {"no-cache", "Accept-Encoding", NOTHING, .has_etag = true},
	[VW_RESOURCE_PAGE] = {"no-cache", "Accept-Encoding", vw_page_policy, .has_etag = true},
};

static const struct {
	unsigned status;
	const char *text;
	struct vw_web_header header; /* one more */
} notices[VW_NOTICES] = {
	[VW_NOTICE_HEALTHY] = {MHD_HTTP_OK, "healthy\n", {NULL, NULL}},
	[VW_NOTICE_READY] = {MHD_HTTP_OK, "ready\n", {NULL, NULL}},
	[VW_NOTICE_NOT_READY] = {MHD_HTTP_SERVICE_UNAVAILABLE, "not ready\n", {"Retry-After", "1"}},
	[VW_NOTICE_NOT_THERE_YET] = {MHD_HTTP_SERVICE_UNAVAILABLE, "not there yet\n", {"Retry-After", "1"}},
	[VW_NOTICE_NO_SUCH_PAGE] = {MHD_HTTP_NOT_FOUND, "there is no such page\n", {NULL, NULL}},
	[VW_NOTICE_NO_SUCH_METHOD] = {MHD_HTTP_METHOD_NOT_ALLOWED,
				      "GET and HEAD only\n",
				      {"Allow", "GET, HEAD"}},
	[VW_NOTICE_NO_BODIES] = {MHD_HTTP_CONTENT_TOO_LARGE, "requests have no body here\n", {NULL, NULL}},
	[VW_NOTICE_WHO_ARE_YOU] = {MHD_HTTP_UNAUTHORIZED,
				   "a name and its password are needed\n",
				   {"WWW-Authenticate", "Basic realm=\"virtwhere\", charset=\"UTF-8\""}},
	[VW_NOTICE_TOO_MANY_TRIES] = {MHD_HTTP_TOO_MANY_REQUESTS,
				      "too many passwords to try, come again later\n",
				      {"Retry-After", "2"}},
	[VW_NOTICE_FAILED] = {MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n", {NULL, NULL}},
};

/* What a browser is told about every answer: show it, do nothing else with it, and give it to no other site.
 */
static const struct vw_web_header always[] = {
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
};

/* --- state -------------------------------------------------------------------------------------------- */

/* Responses are made when they are first asked for, and live as long as what they show. */
struct published {
	struct vw_body *body;  /* as it was published */
	struct vw_body *whole; /* with its tail */
	uint64_t made;         /* when that was */
	struct MHD_Response *response[ENCODINGS], *unchanged[ENCODINGS];
};

struct vw_answers {
	int (*tail)(void *context, enum vw_resource resource, struct vw_buffer *out);
	void *context;
	bool ready;
	struct published published[VW_RESOURCES];
	struct MHD_Response *notice[VW_NOTICES];
	struct vw_arena *header_arena;
	struct vw_web_header *header;
	size_t header_count;
};

static void forget_response(struct MHD_Response **response)
{
	if (*response)
		MHD_destroy_response(*response);
	*response = NULL;
}

static void forget_responses(struct published *published)
{
	for (size_t i = 0; i < ENCODINGS; i++) {
		forget_response(&published->response[i]);
		forget_response(&published->unchanged[i]);
	}
	vw_body_unref(published->whole);
	published->whole = NULL;
}

static void forget_all(struct vw_answers *answers)
{
	for (size_t i = 0; i < VW_RESOURCES; i++)
		forget_responses(&answers->published[i]);
	for (size_t i = 0; i < VW_NOTICES; i++)
		forget_response(&answers->notice[i]);
}

int vw_answers_new(const struct vw_http_options *options, struct vw_answers **ret)
{
	struct vw_answers *answers = calloc(1, sizeof(*answers));

	if (!answers)
		return -ENOMEM;
	answers->tail = options->tail;
	answers->context = options->context;
	*ret = answers;
	return 0;
}

void vw_answers_free(struct vw_answers *answers)
{
	if (!answers)
		return;
	forget_all(answers);
	for (size_t i = 0; i < VW_RESOURCES; i++)
		vw_body_unref(answers->published[i].body);
	vw_arena_free(answers->header_arena);
	free(answers);
}

void vw_answers_publish(struct vw_answers *answers, enum vw_resource resource, struct vw_body *body)
{
	struct published *published = &answers->published[resource];

	vw_body_ref(body);
	forget_responses(published);
	vw_body_unref(published->body);
	published->body = body;
}

void vw_answers_ready(struct vw_answers *answers, bool ready)
{
	answers->ready = ready;
}

/* --- headers ------------------------------------------------------------------------------------------ */

int vw_answers_set_headers(struct vw_answers *answers, const struct vw_web_config *config)
{
	size_t count = config ? config->header_count : 0;
	struct vw_web_header *header;
	struct vw_arena *arena;
	int err;

	err = vw_arena_new(&arena);
	if (err)
		return err;
	header = vw_arena_array(arena, count, sizeof(*header));
	for (size_t i = 0; i < count && header; i++) {
		header[i].name = vw_arena_string(arena, config->header[i].name);
		header[i].value = vw_arena_string(arena, config->header[i].value);
	}
	if (vw_arena_failed(arena)) {
		vw_arena_free(arena);
		return -ENOMEM;
	}

	vw_arena_free(answers->header_arena);
	answers->header_arena = arena;
	answers->header = header;
	answers->header_count = count;
	forget_all(answers);
	return 0;
}

static bool is_overridden(const struct vw_answers *answers, const char *name)
{
	for (size_t i = 0; i < answers->header_count; i++)
		if (strcasecmp(answers->header[i].name, name) == 0)
			return true;
	return false;
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_policy(struct MHD_Response *response, const char *policy)
{
	char text[POLICY_MAX];
	int length = snprintf(text, sizeof(text), "%s; frame-ancestors 'none'", policy);

	return length > 0 && (size_t)length < sizeof(text) && add_header(response, POLICY, text);
}

static bool add_headers(const struct vw_answers *answers, struct MHD_Response *response, const char *policy)
{
	bool good = is_overridden(answers, POLICY) || add_policy(response, policy);

	for (size_t i = 0; i < VW_COUNT(always); i++)
		if (!is_overridden(answers, always[i].name))
			good = good && add_header(response, always[i].name, always[i].value);
	for (size_t i = 0; i < answers->header_count; i++)
		good = good && add_header(response, answers->header[i].name, answers->header[i].value);
	return good;
}

/* --- notices ------------------------------------------------------------------------------------------ */

static struct MHD_Response *make_notice(const struct vw_answers *answers, enum vw_notice notice)
{
	const struct vw_web_header *more = &notices[notice].header;
	struct MHD_Response *response;
	const char *text = notices[notice].text;

	/* It is only read: MHD_RESPMEM_PERSISTENT. */
	response = MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return NULL;
	if (!add_headers(answers, response, NOTHING) || !add_header(response, "Content-Type", PLAIN_TEXT) ||
	    !add_header(response, "Cache-Control", "no-store") ||
	    (more->name && !add_header(response, more->name, more->value)))
		forget_response(&response);
	return response;
}

enum MHD_Result vw_answers_notice(struct vw_answers *answers, struct MHD_Connection *connection,
				  enum vw_notice notice)
{
	if (!answers->notice[notice])
		answers->notice[notice] = make_notice(answers, notice);
	if (!answers->notice[notice])
		return MHD_NO;
	return MHD_queue_response(connection, notices[notice].status, answers->notice[notice]);
}

/* --- resources ---------------------------------------------------------------------------------------- */

static void release_body(void *body)
{
	vw_body_unref(body);
}

/* The response holds a reference to the body until it has been sent to everybody. */
static struct MHD_Response *respond_with(struct vw_body *body)
{
	struct MHD_Response *response;

	response = MHD_create_response_from_buffer_with_free_callback_cls(
		vw_body_size(body), (void *)vw_body_bytes(body), release_body, body);
	if (response)
		vw_body_ref(body);
	return response;
}

/* An encoding has a tag of its own: the bytes differ (RFC 9110, section 8.8.3.3). */
static void tag_of(const struct vw_body *body, enum encoding encoding, char ret[TAGGED_SIZE])
{
	const char *etag = vw_body_etag(body);

	snprintf(ret, TAGGED_SIZE, "%.*s%s\"", (int)strlen(etag) - 1, etag, encoding == GZIP ? "-gz" : "");
}

static bool describe(const struct vw_answers *answers, enum vw_resource resource, enum encoding encoding,
		     struct MHD_Response *response)
{
	char tag[TAGGED_SIZE];

	tag_of(answers->published[resource].body, encoding, tag);
	return add_headers(answers, response, resources[resource].policy) &&
	       add_header(response, "Cache-Control", resources[resource].cache_control) &&
	       add_header(response, "Vary", resources[resource].vary) &&
	       (!resources[resource].has_etag || add_header(response, "ETag", tag));
}

/* Brings `whole` up to date: the body with its tail, or the body itself. */
static int complete(struct vw_answers *answers, enum vw_resource resource, uint64_t now)
{
	struct published *published = &answers->published[resource];
	bool has_tail = answers->tail && resources[resource].has_tail;
	struct vw_buffer buffer = {0};
	struct vw_body *whole;
	int err;

	if (published->whole && (!has_tail || now - published->made < TAIL_LIFETIME))
		return 0;
	forget_responses(published);
	if (!has_tail) {
		published->whole = vw_body_ref(published->body);
		return 0;
	}

	vw_put_bytes(&buffer, vw_body_bytes(published->body), vw_body_size(published->body));
	err = answers->tail(answers->context, resource, &buffer);
	if (!err)
		err = vw_body_new(vw_body_media_type(published->body), &buffer, &whole);
	if (err) {
		vw_buffer_free(&buffer);
		return err;
	}
	published->whole = whole;
	published->made = now;
	return 0;
}

static struct MHD_Response *make_compressed(const struct vw_body *body)
{
	struct vw_buffer compressed = {0};
	struct MHD_Response *response = NULL;
	struct vw_body *as_body = NULL;

	if (vw_gzip(vw_body_bytes(body), vw_body_size(body), &compressed) == 0 &&
	    vw_body_new(vw_body_media_type(body), &compressed, &as_body) == 0)
		response = respond_with(as_body);
	vw_body_unref(as_body);
	vw_buffer_free(&compressed);
	if (response && !add_header(response, "Content-Encoding", "gzip"))
		forget_response(&response);
	return response;
}

static struct MHD_Response *response_for(struct vw_answers *answers, enum vw_resource resource,
					 enum encoding encoding)
{
	struct published *published = &answers->published[resource];
	struct MHD_Response *response = published->response[encoding];

	if (response)
		return response;
	response = encoding == GZIP ? make_compressed(published->whole) : respond_with(published->whole);
	if (response && (!describe(answers, resource, encoding, response) ||
			 !add_header(response, "Content-Type", vw_body_media_type(published->body))))
		forget_response(&response);
	published->response[encoding] = response;
	return response;
}

static enum MHD_Result queue_unchanged(struct vw_answers *answers, struct MHD_Connection *connection,
				       enum vw_resource resource, enum encoding encoding)
{
	struct MHD_Response **response = &answers->published[resource].unchanged[encoding];

	if (!*response) {
		*response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
		if (*response && !describe(answers, resource, encoding, *response))
			forget_response(response);
	}
	if (!*response)
		return vw_answers_notice(answers, connection, VW_NOTICE_FAILED);
	return MHD_queue_response(connection, MHD_HTTP_NOT_MODIFIED, *response);
}

static const char *request_header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool is_unchanged(const struct vw_body *body, enum encoding encoding,
			 struct MHD_Connection *connection)
{
	char tag[TAGGED_SIZE];

	tag_of(body, encoding, tag);
	return vw_etag_matches(request_header(connection, "If-None-Match"), tag);
}

static enum MHD_Result queue_resource(struct vw_answers *answers, struct MHD_Connection *connection,
				      enum vw_resource resource, uint64_t now)
{
	struct published *published = &answers->published[resource];
	enum encoding encoding = IDENTITY;
	struct MHD_Response *response = NULL;

	if (!published->body)
		return vw_answers_notice(answers, connection, VW_NOTICE_NOT_THERE_YET);
	if (complete(answers, resource, now) != 0)
		return vw_answers_notice(answers, connection, VW_NOTICE_FAILED);

	if (vw_body_size(published->whole) >= WORTH_COMPRESSING &&
	    vw_accepts_gzip(request_header(connection, "Accept-Encoding")))
		encoding = GZIP;
	if (resources[resource].has_etag && is_unchanged(published->body, encoding, connection))
		return queue_unchanged(answers, connection, resource, encoding);

	response = response_for(answers, resource, encoding);
	if (!response && encoding == GZIP)
		response = response_for(answers, resource, IDENTITY);
	if (!response)
		return vw_answers_notice(answers, connection, VW_NOTICE_FAILED);
	return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

/* --- requests ----------------------------------------------------------------------------------------- */

bool vw_answers_has_body(struct MHD_Connection *connection)
{
	const char *length = request_header(connection, "Content-Length");

	return (length && strcmp(length, "0") != 0) || request_header(connection, "Transfer-Encoding");
}

static bool is_known_method(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

enum MHD_Result vw_answers_refuse_body(struct vw_answers *answers, struct MHD_Connection *connection,
				       const char *method)
{
	return vw_answers_notice(answers, connection,
				 is_known_method(method) ? VW_NOTICE_NO_BODIES : VW_NOTICE_NO_SUCH_METHOD);
}

static enum vw_resource negotiated(const struct vw_answers *answers, enum vw_resource resource,
				   struct MHD_Connection *connection)
{
	if (resource == VW_RESOURCE_METRICS && answers->published[VW_RESOURCE_OPENMETRICS].body &&
	    vw_accepts_openmetrics(request_header(connection, "Accept")))
		return VW_RESOURCE_OPENMETRICS;
	return resource;
}

static enum MHD_Result queue_route(struct vw_answers *answers, struct MHD_Connection *connection,
				   size_t route, uint64_t now)
{
	enum vw_notice notice = routes[route].notice;

	if (routes[route].resource != VW_RESOURCES)
		return queue_resource(answers, connection,
				      negotiated(answers, routes[route].resource, connection), now);
	if (notice == VW_NOTICE_READY && !answers->ready)
		notice = VW_NOTICE_NOT_READY;
	return vw_answers_notice(answers, connection, notice);
}

enum MHD_Result vw_answers_queue(struct vw_answers *answers, struct MHD_Connection *connection,
				 const char *path, const char *method, uint64_t now)
{
	size_t route;

	for (route = 0; route < VW_COUNT(routes); route++)
		if (strcmp(routes[route].path, path) == 0)
			break;
	if (route == VW_COUNT(routes))
		return vw_answers_notice(answers, connection, VW_NOTICE_NO_SUCH_PAGE);
	if (!is_known_method(method))
		return vw_answers_notice(answers, connection, VW_NOTICE_NO_SUCH_METHOD);
	return queue_route(answers, connection, route, now);
}
