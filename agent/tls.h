/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_TLS_H
#define VW_AGENT_TLS_H

/*
 * What of TLS libmicrohttpd leaves to us: words of the web configuration in GnuTLS' own, and who may connect.
 * Internal to the HTTP server.
 */

#include <microhttpd.h>

#include "agent/web_config.h"
#include "export/buffer.h"

/* Versions in the order in which they came; 0 is none. */
enum vw_tls_version { VW_TLS_ANY, VW_TLS_1_0, VW_TLS_1_1, VW_TLS_1_2, VW_TLS_1_3 };

/** "TLS12" is VW_TLS_1_2. Returns VW_TLS_ANY for another word. */
enum vw_tls_version vw_tls_version(const char *word);

/** What GnuTLS calls the curve that Go calls @word: "CurveP256" is "SECP256R1". Returns NULL for another
 * word. */
const char *vw_tls_curve(const char *word);

/** Is it the name of a suite that can be asked for? */
bool vw_tls_knows_suite(const char *word);

/* What the file asks for; no suites and no curves mean those that GnuTLS takes for good. */
struct vw_tls_wish {
	enum vw_tls_version min, max;
	const char *const *suite;
	size_t suite_count;
	const char *const *curve;
	size_t curve_count;
	bool client_chooses; /* the client's order of suites counts */
};

/**
 * Say it in a priority string of GnuTLS.
 *
 * GnuTLS chooses key exchange, cipher and MAC one by one, so that some lists of suites bring others with
 * them. Such a list is refused, for it would allow what was not asked for.
 *
 * @out: the string is appended
 * @problem: after a failure what is wrong, for people
 *
 * Returns 0, -EINVAL, or the error of the buffer.
 */
_must_check_ int vw_tls_priorities(const struct vw_tls_wish *wish, struct vw_buffer *out, char *problem,
				   size_t problem_size);

/**
 * Do certificate, key, authority and priorities fit together?
 *
 * Returns 0, or -EINVAL with what is wrong in @problem.
 */
_must_check_ int vw_tls_check(const struct vw_web_config *config, char *problem, size_t problem_size);

/**
 * Ask a new connection for the certificate that @config demands, before its handshake. A client that does not
 * have it gets no further than the handshake.
 *
 * @config: must live as long as the connection; NULL or without TLS: nothing is to be done
 *
 * Returns false when it cannot be asked, and must not be served then.
 */
bool vw_tls_prepare(const struct vw_web_config *config, struct MHD_Connection *connection);

#endif
