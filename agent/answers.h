/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_ANSWERS_H
#define VW_AGENT_ANSWERS_H

/*
 * What is at which path, as responses that are made once and queued for many requests. Internal to the HTTP
 * server.
 */

#include <stdint.h>

#include <microhttpd.h>

#include "agent/http.h"
#include "agent/web/web.h"

struct vwd_answers;

/** What an answer says that comes from no resource. */
enum vwd_notice {
	VW_NOTICE_HEALTHY,
	VW_NOTICE_READY,
	VW_NOTICE_NOT_READY,
	VW_NOTICE_NOT_THERE_YET,
	VW_NOTICE_NO_SUCH_PAGE,
	VW_NOTICE_NO_SUCH_METHOD,
	VW_NOTICE_NO_BODIES,
	VW_NOTICE_UNCLEAR,
	VW_NOTICE_OTHER_HOST,
	VW_NOTICE_WHO_ARE_YOU,
	VW_NOTICE_TOO_MANY_TRIES,
	VW_NOTICE_FAILED,
	VW_NOTICES,
};

/**
 * Make the answers.
 *
 * @options: of the server; what it needs is copied
 *
 * Returns 0 or -ENOMEM; free with vwd_answers_free().
 */
_must_check_ int vwd_answers_new(const struct vwd_http_options *options, struct vwd_answers **ret);

void vwd_answers_free(struct vwd_answers *answers);

/** See vwd_http_publish() and vwd_http_ready(). */
void vwd_answers_publish(struct vwd_answers *answers, enum vwd_resource resource, struct vwd_body *body);
void vwd_answers_ready(struct vwd_answers *answers, bool ready);

/** Send these headers with every answer, in place of our own of the same name. @config: NULL for none; copied
 */
_must_check_ int vwd_answers_set_headers(struct vwd_answers *answers, const struct vwd_web_config *config);

/**
 * Is something wrong with the headers of a request? It is to be answered before anything else comes; the
 * connection is closed then.
 *
 * @local_names: the Host must be localhost or an address. A page that a browser has loaded from elsewhere can
 *               make its own name one for 127.0.0.1, and would read what only this machine may
 *
 * Returns what to answer, or VW_NOTICES when nothing is wrong.
 *
 * Source: RFC 9112, sections 3.2, 5.1 and 6.3; RFC 9110, section 15.5.20.
 */
enum vwd_notice vwd_answers_fault(struct MHD_Connection *connection, const char *method, bool local_names);

/** Answer a request without a body, by its path and method. @now: microseconds of CLOCK_MONOTONIC */
enum MHD_Result vwd_answers_queue(struct vwd_answers *answers, struct MHD_Connection *connection,
				  const char *path, const char *method, uint64_t now);

/** Answer with a notice. */
enum MHD_Result vwd_answers_notice(struct vwd_answers *answers, struct MHD_Connection *connection,
				   enum vwd_notice notice);

#endif
