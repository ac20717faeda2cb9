/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_AUTH_H
#define VW_AGENT_AUTH_H

/*
 * Names and passwords of the web configuration (RFC 7617). A bcrypt of the usual cost takes a twentieth of a
 * second and more: it is computed on a thread that lives as long as there is one to compute, so that nobody
 * else waits; what was found is remembered, so that a scrape costs nothing; and the time spent on it is
 * bounded, so that who guesses passwords does not get the processor. Each network has an account of its own
 * for what it got wrong, and half of all the time is kept for networks that got nothing wrong lately: who
 * guesses keeps nobody else out. Internal to the HTTP server.
 */

#include <microhttpd.h>
#include <systemd/sd-event.h>

#include "agent/web_config.h"

struct vw_auth;
struct vw_attempt; /* a password that is being looked at */

enum vw_auth_answer {
	VW_AUTH_YES,
	VW_AUTH_NO,
	VW_AUTH_TOO_MANY, /* try again later */
	VW_AUTH_LATER,    /* the connection is suspended until it is known; then ask again */
};

/**
 * Make one; free with vw_auth_free().
 *
 * @resumed: called when connections were resumed, so that their daemon has its turn
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vw_auth_new(sd_event *event, void (*resumed)(void *context), void *context,
			     struct vw_auth **ret);

/** Free it. vw_auth_cancel() comes first, while the daemon of the suspended connections still runs. */
void vw_auth_free(struct vw_auth *auth);

/**
 * May the sender of a request have an answer?
 *
 * What is remembered is remembered for a name, its hash and the password: a configuration that is read again
 * with another hash forgets the old password, and with the same hash keeps it.
 *
 * @config: NULL, or without users: everybody may
 * @request: what libmicrohttpd keeps for the request, NULL at first; give it to vw_auth_forget() when it is
 * done
 * @client: the address that the request comes from
 * @now: microseconds of CLOCK_MONOTONIC
 */
enum vw_auth_answer vw_auth_check(struct vw_auth *auth, const struct vw_web_config *config,
				  struct MHD_Connection *connection, const struct sockaddr *client,
				  struct vw_attempt **attempt, uint64_t now);

/** The request is over. NULL is fine. */
void vw_auth_forget(struct vw_attempt *attempt);

/** Resume all that are suspended; they are told to come again. */
void vw_auth_cancel(struct vw_auth *auth);

#endif
