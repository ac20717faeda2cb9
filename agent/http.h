/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_HTTP_H
#define VW_AGENT_HTTP_H

/*
 * The service's HTTP server: few resources, rendered beforehand, on the caller's event loop. It has no timer
 * and no wake-up while nobody is connected.
 *
 *   /metrics     VW_RESOURCE_OPENMETRICS where Accept prefers it, else VW_RESOURCE_METRICS
 *   /report      VW_RESOURCE_REPORT, with a strong entity tag
 *   /            VW_RESOURCE_PAGE, the same
 *   /-/healthy   200 while the loop runs
 *   /-/ready     200 or 503, see vwd_http_ready()
 *
 * GET and HEAD only; a request with a body is refused. What was not published yet is answered with 503.
 *
 * Connections are bounded in number, per address, in the size of their headers and in the time that a request
 * may take. When all are taken, a new connection takes the place of another: a connection has a quarter of a
 * second to send its first request and a second to take the answer, and as much after a pause. Beyond that
 * one that never sent a whole request goes before one that waits for the next, and that before one that is
 * answered; where all have time left, the oldest goes. So a scrape gets through however many stand there
 * slowly, or ask again and again.
 */

#include <systemd/sd-event.h>

#include "agent/body.h"

enum vwd_resource {
	VW_RESOURCE_METRICS,
	VW_RESOURCE_OPENMETRICS,
	VW_RESOURCE_REPORT,
	VW_RESOURCE_PAGE,
	VW_RESOURCES,
};

enum {
	VW_HTTP_CONNECTIONS = 64,
	VW_HTTP_CONNECTIONS_MAX = 4096,
	VW_HTTP_TIMEOUT_SECONDS = 10,
	VW_HTTP_PROBLEM_MAX = 512,
};

struct vwd_http_options {
	/* "127.0.0.1:9796", "[::1]:9796", ":9796" for every address, "/run/virtwhere/http" for a Unix socket
	 */
	const char *const *listen;
	size_t listen_count;

	/* Listening stream sockets of socket activation; where there are some, `listen` is not used. They are
	 * owned by the server once vwd_http_new() has succeeded. */
	const int *inherited;
	size_t inherited_count;

	const char *web_config; /* agent/web/web.h; NULL for plain HTTP without passwords */
	unsigned connections; /* 0 for VW_HTTP_CONNECTIONS, at most VW_HTTP_CONNECTIONS_MAX; half per address
			       */
	unsigned timeout_seconds; /* for a request to arrive, and for its answer to be taken; 0 for the
				     default */

	/* Appends to the body of METRICS and OPENMETRICS what changes faster than they are published: called
	 * for a request, at most once a second for each. NULL where there is nothing. Returns 0 or a negative
	 * errno. */
	int (*tail)(void *context, enum vwd_resource resource, struct vwb_buffer *out);
	void *context;
};

struct vwd_http;

/**
 * Listen and serve.
 *
 * @event: the loop that the server lives on; a reference is taken
 * @options: copied as far as needed later
 * @ret: free with vwd_http_free()
 * @problem: after a failure one line for people, with file and line number where the web configuration is
 * wrong;
 *           "" after a success. @problem_size: VW_HTTP_PROBLEM_MAX is enough
 *
 * Returns 0, -EINVAL for an option that is wrong, and for a web configuration that is wrong or cannot be
 * read, or another negative errno; nothing listens then.
 */
_must_check_ int vwd_http_new(sd_event *event, const struct vwd_http_options *options, struct vwd_http **ret,
			      char *problem, size_t problem_size);

/**
 * Serve @body for @resource from now on, in place of the one before. Answers that are under way end with what
 * they began. Takes a reference of its own. NULL: not there (again).
 */
void vwd_http_publish(struct vwd_http *http, enum vwd_resource resource, struct vwd_body *body);

/** What /-/ready answers: 200 or, as at the beginning, 503. */
void vwd_http_ready(struct vwd_http *http, bool ready);

/**
 * Read the web configuration and its certificates again. When what TLS is to be has changed, the connections
 * from before get the answers that they wait for and are closed; other passwords and headers hold for the
 * next request of each.
 *
 * @web_config: as in the options; it may be another file, or NULL
 *
 * Returns 0, or a negative errno with @problem as in vwd_http_new(); the old configuration then stays in
 * force.
 */
_must_check_ int vwd_http_reload(struct vwd_http *http, const char *web_config, char *problem,
				 size_t problem_size);

/**
 * What is listened on, as addresses: a port of 0 is shown as the one that the kernel chose.
 *
 * Returns the text at @index, which lives as long as the server does, or NULL past the end.
 */
const char *vwd_http_listening(const struct vwd_http *http, size_t index);

/**
 * What the web configuration asks for and is not done, where that makes nothing less safe: a line for people
 * each.
 *
 * Returns the note at @index, which lives until the next reload, or NULL past the end.
 */
const char *vwd_http_note(const struct vwd_http *http, size_t index);

/** Close every connection, stop listening and free; a Unix socket that was made is removed. NULL is fine. */
void vwd_http_free(struct vwd_http *http);

#endif
