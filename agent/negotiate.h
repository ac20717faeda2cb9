/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_NEGOTIATE_H
#define VW_AGENT_NEGOTIATE_H

/*
 * What a client asks for in its headers. All of it comes from outside: one pass over the text, no allocation.
 */

#include "detect/base.h"

/**
 * Does Accept ask for OpenMetrics rather than for Prometheus' text format?
 *
 * Only when it names application/openmetrics-text, without a version or with 1.0.0, at a quality that is not
 * below that of text/plain. A wildcard does not ask for it: who takes anything gets the older format, which
 * everybody can read.
 *
 * @accept: the header's value; NULL when there is none
 *
 * Source: RFC 9110, section 12.5.1; OpenMetrics 1.0, "Protocol Negotiation".
 */
bool vw_accepts_openmetrics(const char *accept);

/**
 * May the answer be compressed with gzip?
 *
 * @accept_encoding: the header's value; NULL when there is none, which means no here: who can take it says so
 *
 * Source: RFC 9110, section 12.5.3.
 */
bool vw_accepts_gzip(const char *accept_encoding);

/**
 * Does If-None-Match name an entity tag? The comparison is the weak one, as the header asks for.
 *
 * @if_none_match: the header's value; NULL when there is none
 * @etag: with its quotes
 *
 * Source: RFC 9110, section 13.1.2.
 */
bool vw_etag_matches(const char *if_none_match, const char *etag);

#endif
