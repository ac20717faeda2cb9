/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_WEB_WEB_H
#define VW_AGENT_WEB_WEB_H

/*
 * All that the rest of agent/ sees of TLS and passwords: load the web configuration file of Prometheus'
 * exporters, prepare a connection for TLS, and judge the password of a request.
 *
 * Source: Prometheus exporter-toolkit, docs/web-configuration.md.
 */

#include <microhttpd.h>
#include <systemd/sd-event.h>

#include "base/base.h"

enum vwd_client_auth {
	VW_NO_CLIENT_CERT,
	VW_REQUEST_CLIENT_CERT,
	VW_REQUIRE_ANY_CLIENT_CERT,
	VW_VERIFY_CLIENT_CERT_IF_GIVEN,
	VW_REQUIRE_AND_VERIFY_CLIENT_CERT,
};

/* A header, or a user with his password. */
struct vwd_web_pair {
	const char *name, *value;
};

struct vwd_web_config {
	bool tls;
	const char *certificate, *key; /* PEM; NULL without TLS */
	const char *client_ca;         /* PEM; NULL when clients need no certificate of an authority */
	enum vwd_client_auth client_auth;
	size_t allowed_name_count;
	const char *const *allowed_name; /* alternative names of which a client's certificate has one */
	const char *priorities; /* of GnuTLS: what the versions, suites and curves asked for come to */

	size_t header_count;
	const struct vwd_web_pair *header;
	size_t user_count;
	const struct vwd_web_pair *user; /* the value is a hash as crypt(5) writes bcrypt: "$2b$10$…";
					  * without any user, everybody may read */

	size_t note_count;
	const char *const *note; /* what was asked for and is not done, where that makes nothing less safe */

	struct vwb_arena *arena;
};

/**
 * Read a web configuration and the files that it names; relative paths begin in its own folder.
 *
 * @path: a regular file of at most 64 KiB; keys and certificates at most 1 MiB each
 * @ret: free with vwd_web_config_free()
 * @problem: after a failure one line for people: "FILE:LINE: what is wrong"
 *
 * An unknown key, a value that is not understood, and a demand that cannot be met as it is written are
 * errors: nothing is served with less protection than the file asks for.
 *
 * Returns 0, -EINVAL for content that is wrong, or another negative errno.
 */
_must_check_ int vwd_web_config_load(const char *path, struct vwd_web_config **ret, char *problem,
				     size_t problem_size);

/** Do they ask for the same connections: is TLS, with its certificates and demands, the same? NULL is plain
 * HTTP. */
bool vwd_web_config_same_tls(const struct vwd_web_config *a, const struct vwd_web_config *b);

/** Do they ask for the same in all? NULL asks for nothing. */
bool vwd_web_config_same(const struct vwd_web_config *a, const struct vwd_web_config *b);

/** Free it; the key is wiped first. NULL is fine. */
void vwd_web_config_free(struct vwd_web_config *config);
void vwd_web_config_freep(struct vwd_web_config **config);

/**
 * Ask a new connection for the certificate that @config demands, before its handshake. A client that does not
 * have it gets no further than the handshake.
 *
 * @config: must live as long as the connection; NULL or without TLS: nothing is to be done
 *
 * Returns false when it cannot be asked, and must not be served then.
 */
bool vwd_tls_prepare(const struct vwd_web_config *config, struct MHD_Connection *connection);

/*
 * Names and passwords of the web configuration (RFC 7617). A bcrypt of the usual cost takes a twentieth of a
 * second and more. So one is computed at a time, on a thread of its own, and nobody else waits for it; a
 * password that was right is remembered, so that a scrape costs nothing; few may wait, of each network fewer;
 * and a wrong one is followed by a pause.
 */
struct vwd_auth;
struct vwd_attempt; /* a password that is being looked at */

enum { VW_AUTH_HELD_MAX = 28 }; /* connections that wait for a password, less than half of the usual limit */

enum vwd_auth_answer {
	VW_AUTH_YES,
	VW_AUTH_NO,
	VW_AUTH_TOO_MANY, /* try again later */
	VW_AUTH_LATER,    /* the connection is suspended until it is known; then ask again */
};

/**
 * Make one; free with vwd_auth_free().
 *
 * @resumed: called when connections were resumed, so that their daemon has its turn
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vwd_auth_new(sd_event *event, void (*resumed)(void *context), void *context,
			      struct vwd_auth **ret);

/** Free it. vwd_auth_cancel() comes first, while the daemon of the suspended connections still runs. */
void vwd_auth_free(struct vwd_auth *auth);

/**
 * May the sender of a request have an answer?
 *
 * What is remembered is remembered for a name, its hash and the password: a configuration that is read again
 * with another hash forgets the old password, and with the same hash keeps it.
 *
 * @config: NULL, or without users: everybody may
 * @request: what libmicrohttpd keeps for the request, NULL at first; give it to vwd_auth_forget() when it is
 * done
 * @client: the address that the request comes from
 */
enum vwd_auth_answer vwd_auth_check(struct vwd_auth *auth, const struct vwd_web_config *config,
				    struct MHD_Connection *connection, const struct sockaddr *client,
				    struct vwd_attempt **attempt);

/** The request is over. NULL is fine. */
void vwd_auth_forget(struct vwd_attempt *attempt);

/** Resume all that are suspended; they are told to come again. */
void vwd_auth_cancel(struct vwd_auth *auth);

#endif
