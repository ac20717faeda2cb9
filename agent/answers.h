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
#include "agent/web_config.h"

struct vw_answers;

/** What an answer says that comes from no resource. */
enum vw_notice {
	VW_NOTICE_HEALTHY,
	VW_NOTICE_READY,
	VW_NOTICE_NOT_READY,
	VW_NOTICE_NOT_THERE_YET,
	VW_NOTICE_NO_SUCH_PAGE,
	VW_NOTICE_NO_SUCH_METHOD,
	VW_NOTICE_NO_BODIES,
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
 * Returns 0 or -ENOMEM; free with vw_answers_free().
 */
_must_check_ int vw_answers_new(const struct vw_http_options *options, struct vw_answers **ret);

void vw_answers_free(struct vw_answers *answers);

/** See vw_http_publish() and vw_http_ready(). */
void vw_answers_publish(struct vw_answers *answers, enum vw_resource resource, struct vw_body *body);
void vw_answers_ready(struct vw_answers *answers, bool ready);

/** Send these headers with every answer, in place of our own of the same name. @config: NULL for none; copied
 */
_must_check_ int vw_answers_set_headers(struct vw_answers *answers, const struct vw_web_config *config);

/** Does a request announce a body? */
bool vw_answers_has_body(struct MHD_Connection *connection);

/** Answer such a request before its body comes; the connection is closed then. */
enum MHD_Result vw_answers_refuse_body(struct vw_answers *answers, struct MHD_Connection *connection,
				       const char *method);

/** Answer a request without a body, by its path and method. @now: microseconds of CLOCK_MONOTONIC */
enum MHD_Result vw_answers_queue(struct vw_answers *answers, struct MHD_Connection *connection,
				 const char *path, const char *method, uint64_t now);

/** Answer with a notice. */
enum MHD_Result vw_answers_notice(struct vw_answers *answers, struct MHD_Connection *connection,
				  enum vw_notice notice);

#endif
