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

enum encoding { IDENTITY, GZIP, ENCODINGS };

static const struct {
	const char *path;
	enum vwd_resource resource; /* VW_RESOURCES where it is a notice */
	enum vwd_notice notice;     /* of such a one */
} routes[] = {
	{"/metrics", .resource = VW_RESOURCE_METRICS}, {"/report", .resource = VW_RESOURCE_REPORT},
	{"/", .resource = VW_RESOURCE_PAGE},           {"/-/healthy", VW_RESOURCES, VW_NOTICE_HEALTHY},
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
	[VW_RESOURCE_PAGE] = {"no-cache", "Accept-Encoding", vwx_page_policy, .has_etag = true},
};

static const struct {
	unsigned status;
	const char *text;
	struct vwd_web_pair header; /* one more */
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
	[VW_NOTICE_UNCLEAR] = {MHD_HTTP_BAD_REQUEST, "a header can be read in two ways\n", {NULL, NULL}},
	[VW_NOTICE_OTHER_HOST] = {MHD_HTTP_MISDIRECTED_REQUEST,
				  "the host is neither localhost nor an address\n",
				  {NULL, NULL}},
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
static const struct vwd_web_pair always[] = {
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
};

/* Responses are made when they are first asked for, and live as long as what they show. */
struct published {
	struct vwd_body *body;  /* as it was published */
	struct vwd_body *whole; /* with its tail */
	uint64_t made;          /* when that was */
	struct MHD_Response *response[ENCODINGS], *unchanged[ENCODINGS];
};

struct vwd_answers {
	int (*tail)(void *context, enum vwd_resource resource, struct vwb_buffer *out);
	void *context;
	bool ready;
	struct published published[VW_RESOURCES];
	struct MHD_Response *notice[VW_NOTICES];
	struct vwb_arena *header_arena;
	struct vwd_web_pair *header;
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
	vwd_body_unref(published->whole);
	published->whole = NULL;
}

static void forget_all(struct vwd_answers *answers)
{
	for (size_t i = 0; i < VW_RESOURCES; i++)
		forget_responses(&answers->published[i]);
	for (size_t i = 0; i < VW_NOTICES; i++)
		forget_response(&answers->notice[i]);
}

int vwd_answers_new(const struct vwd_http_options *options, struct vwd_answers **ret)
{
	struct vwd_answers *answers = calloc(1, sizeof(*answers));

	if (!answers)
		return -ENOMEM;
	answers->tail = options->tail;
	answers->context = options->context;
	*ret = answers;
	return 0;
}

void vwd_answers_free(struct vwd_answers *answers)
{
	if (!answers)
		return;
	forget_all(answers);
	for (size_t i = 0; i < VW_RESOURCES; i++)
		vwd_body_unref(answers->published[i].body);
	vwb_arena_free(answers->header_arena);
	free(answers);
}

void vwd_answers_publish(struct vwd_answers *answers, enum vwd_resource resource, struct vwd_body *body)
{
	struct published *published = &answers->published[resource];

	vwd_body_ref(body);
	forget_responses(published);
	vwd_body_unref(published->body);
	published->body = body;
}

void vwd_answers_ready(struct vwd_answers *answers, bool ready)
{
	answers->ready = ready;
}

int vwd_answers_set_headers(struct vwd_answers *answers, const struct vwd_web_config *config)
{
	size_t count = config ? config->header_count : 0;
	struct vwd_web_pair *header;
	struct vwb_arena *arena;
	int err;

	err = vwb_arena_new(&arena);
	if (err)
		return err;
	header = vwb_arena_array(arena, count, sizeof(*header));
	for (size_t i = 0; i < count && header; i++) {
		header[i].name = vwb_arena_string(arena, config->header[i].name);
		header[i].value = vwb_arena_string(arena, config->header[i].value);
	}
	if (vwb_arena_failed(arena)) {
		vwb_arena_free(arena);
		return -ENOMEM;
	}

	vwb_arena_free(answers->header_arena);
	answers->header_arena = arena;
	answers->header = header;
	answers->header_count = count;
	forget_all(answers);
	return 0;
}

static bool is_overridden(const struct vwd_answers *answers, const char *name)
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

static bool add_headers(const struct vwd_answers *answers, struct MHD_Response *response, const char *policy)
{
	bool good = is_overridden(answers, POLICY) || add_policy(response, policy);

	for (size_t i = 0; i < VW_COUNT(always); i++)
		if (!is_overridden(answers, always[i].name))
			good = good && add_header(response, always[i].name, always[i].value);
	for (size_t i = 0; i < answers->header_count; i++)
		good = good && add_header(response, answers->header[i].name, answers->header[i].value);
	return good;
}

static struct MHD_Response *make_notice(const struct vwd_answers *answers, enum vwd_notice notice)
{
	const struct vwd_web_pair *more = &notices[notice].header;
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

enum MHD_Result vwd_answers_notice(struct vwd_answers *answers, struct MHD_Connection *connection,
				   enum vwd_notice notice)
{
	if (!answers->notice[notice])
		answers->notice[notice] = make_notice(answers, notice);
	if (!answers->notice[notice])
		return MHD_NO;
	return MHD_queue_response(connection, notices[notice].status, answers->notice[notice]);
}

static void release_body(void *body)
{
	vwd_body_unref(body);
}

/* The response holds a reference to the body until it has been sent to everybody. */
static struct MHD_Response *respond_with(struct vwd_body *body)
{
	struct MHD_Response *response;

	response = MHD_create_response_from_buffer_with_free_callback_cls(
		body->text.size, (void *)body->text.data, release_body, body);
	if (response)
		vwd_body_ref(body);
	return response;
}

/* An encoding has a tag of its own: the bytes differ (RFC 9110, section 8.8.3.3). */
static void tag_of(const struct vwd_body *body, enum encoding encoding, char ret[TAGGED_SIZE])
{
	const char *etag = body->etag;

	snprintf(ret, TAGGED_SIZE, "%.*s%s\"", (int)strlen(etag) - 1, etag, encoding == GZIP ? "-gz" : "");
}

static bool describe(const struct vwd_answers *answers, enum vwd_resource resource, enum encoding encoding,
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
static int complete(struct vwd_answers *answers, enum vwd_resource resource, uint64_t now)
{
	struct published *published = &answers->published[resource];
	bool has_tail = answers->tail && resources[resource].has_tail;
	struct vwb_buffer buffer = {0};
	struct vwd_body *whole;
	int err;

	if (published->whole && (!has_tail || now - published->made < TAIL_LIFETIME))
		return 0;
	forget_responses(published);
	if (!has_tail) {
		published->whole = vwd_body_ref(published->body);
		return 0;
	}

	vwb_put_bytes(&buffer, published->body->text.data, published->body->text.size);
	err = answers->tail(answers->context, resource, &buffer);
	if (!err)
		err = vwd_body_new(published->body->media_type, &buffer, &whole);
	if (err) {
		vwb_buffer_free(&buffer);
		return err;
	}
	published->whole = whole;
	published->made = now;
	return 0;
}

static struct MHD_Response *make_compressed(const struct vwd_body *body)
{
	struct vwb_buffer compressed = {0};
	struct MHD_Response *response = NULL;
	struct vwd_body *as_body = NULL;

	if (vwd_gzip(body->text.data, body->text.size, &compressed) == 0 &&
	    vwd_body_new(body->media_type, &compressed, &as_body) == 0)
		response = respond_with(as_body);
	vwd_body_unref(as_body);
	vwb_buffer_free(&compressed);
	if (response && !add_header(response, "Content-Encoding", "gzip"))
		forget_response(&response);
	return response;
}

static struct MHD_Response *response_for(struct vwd_answers *answers, enum vwd_resource resource,
					 enum encoding encoding)
{
	struct published *published = &answers->published[resource];
	struct MHD_Response *response = published->response[encoding];

	if (response)
		return response;
	response = encoding == GZIP ? make_compressed(published->whole) : respond_with(published->whole);
	if (response && (!describe(answers, resource, encoding, response) ||
			 !add_header(response, "Content-Type", published->body->media_type)))
		forget_response(&response);
	published->response[encoding] = response;
	return response;
}

static enum MHD_Result queue_unchanged(struct vwd_answers *answers, struct MHD_Connection *connection,
				       enum vwd_resource resource, enum encoding encoding)
{
	struct MHD_Response **response = &answers->published[resource].unchanged[encoding];

	if (!*response) {
		*response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
		if (*response && !describe(answers, resource, encoding, *response))
			forget_response(response);
	}
	if (!*response)
		return vwd_answers_notice(answers, connection, VW_NOTICE_FAILED);
	return MHD_queue_response(connection, MHD_HTTP_NOT_MODIFIED, *response);
}

static const char *request_header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result queue_resource(struct vwd_answers *answers, struct MHD_Connection *connection,
				      enum vwd_resource resource, uint64_t now)
{
	struct published *published = &answers->published[resource];
	enum encoding encoding = IDENTITY;
	struct MHD_Response *response = NULL;
	char tag[TAGGED_SIZE];

	if (!published->body)
		return vwd_answers_notice(answers, connection, VW_NOTICE_NOT_THERE_YET);
	if (complete(answers, resource, now) != 0)
		return vwd_answers_notice(answers, connection, VW_NOTICE_FAILED);

	if (published->whole->text.size >= WORTH_COMPRESSING &&
	    vwd_client_accepts_gzip(request_header(connection, "Accept-Encoding")))
		encoding = GZIP;
	tag_of(published->body, encoding, tag);
	if (resources[resource].has_etag &&
	    vwd_etag_matches(request_header(connection, "If-None-Match"), tag))
		return queue_unchanged(answers, connection, resource, encoding);

	response = response_for(answers, resource, encoding);
	if (!response && encoding == GZIP)
		response = response_for(answers, resource, IDENTITY);
	if (!response)
		return vwd_answers_notice(answers, connection, VW_NOTICE_FAILED);
	return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

static bool is_known_method(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* Those of which there may be one only, and whether a name is written as none can be. */
struct headers {
	unsigned hosts, lengths;
	bool malformed;
	const char *host, *length;
};

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name,
				      const char *value)
{
	struct headers *headers = context;

	(void)kind;
	if (strcasecmp(name, "Host") == 0) {
		headers->hosts++;
		headers->host = value;
	} else if (strcasecmp(name, "Content-Length") == 0) {
		headers->lengths++;
		headers->length = value;
	}
	headers->malformed |= !vwd_is_header_name(name);
	return MHD_YES;
}

enum vwd_notice vwd_answers_fault(struct MHD_Connection *connection, const char *method, bool local_names)
{
	struct headers headers = {0};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, look_at_header, &headers);
	if (headers.hosts > 1 || headers.lengths > 1 || headers.malformed)
		return VW_NOTICE_UNCLEAR;
	if (local_names && headers.hosts && !vwd_host_is_local(headers.host))
		return VW_NOTICE_OTHER_HOST;
	if ((headers.lengths && !vwb_text_equal(headers.length, "0")) ||
	    request_header(connection, "Transfer-Encoding"))
		return is_known_method(method) ? VW_NOTICE_NO_BODIES : VW_NOTICE_NO_SUCH_METHOD;
	return VW_NOTICES;
}

enum MHD_Result vwd_answers_queue(struct vwd_answers *answers, struct MHD_Connection *connection,
				  const char *path, const char *method, uint64_t now)
{
	enum vwd_resource resource;
	enum vwd_notice notice;
	size_t route;

	for (route = 0; route < VW_COUNT(routes); route++)
		if (strcmp(routes[route].path, path) == 0)
			break;
	if (route == VW_COUNT(routes))
		return vwd_answers_notice(answers, connection, VW_NOTICE_NO_SUCH_PAGE);
	if (!is_known_method(method))
		return vwd_answers_notice(answers, connection, VW_NOTICE_NO_SUCH_METHOD);
	resource = routes[route].resource;
	notice = routes[route].notice;
	if (resource == VW_RESOURCES)
		return vwd_answers_notice(answers, connection,
					  notice == VW_NOTICE_READY && !answers->ready ? VW_NOTICE_NOT_READY
										       : notice);
	if (resource == VW_RESOURCE_METRICS && answers->published[VW_RESOURCE_OPENMETRICS].body &&
	    vwd_client_accepts_openmetrics(request_header(connection, "Accept")))
		resource = VW_RESOURCE_OPENMETRICS;
	return queue_resource(answers, connection, resource, now);
}
