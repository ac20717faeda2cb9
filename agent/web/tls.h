/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_WEB_TLS_H
#define VW_AGENT_WEB_TLS_H

/*
 * What of TLS libmicrohttpd leaves to us: words of the web configuration in GnuTLS' own. Internal to
 * agent/web/.
 */

#include "agent/web/web.h"
#include "base/buffer.h"

/* Versions in the order in which they came; 0 is none. */
enum vwd_tls_version { VW_TLS_ANY, VW_TLS_1_0, VW_TLS_1_1, VW_TLS_1_2, VW_TLS_1_3 };

/** "TLS12" is VW_TLS_1_2. Returns VW_TLS_ANY for another word. */
enum vwd_tls_version vwd_tls_version(const char *word);

/** What GnuTLS calls the curve that Go calls @word: "CurveP256" is "SECP256R1". Returns NULL for another
 * word. */
const char *vwd_tls_curve(const char *word);

/** Is it the name of a suite that can be asked for? */
bool vwd_tls_knows_suite(const char *word);

/* What the file asks for; no suites and no curves mean those that GnuTLS takes for good. */
struct vwd_tls_wish {
	enum vwd_tls_version min, max;
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
_must_check_ int vwd_tls_priorities(const struct vwd_tls_wish *wish, struct vwb_buffer *out, char *problem,
				    size_t problem_size);

/**
 * Do certificate, key, authority and priorities fit together?
 *
 * Returns 0, or -EINVAL with what is wrong in @problem.
 */
_must_check_ int vwd_tls_check(const struct vwd_web_config *config, char *problem, size_t problem_size);

#endif
