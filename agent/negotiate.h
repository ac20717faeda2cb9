/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_NEGOTIATE_H
#define VW_AGENT_NEGOTIATE_H

/*
 * What a client asks for in its headers. All of it comes from outside: one pass over the text, no allocation.
 */

#include "base/base.h"

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
bool vwd_client_accepts_openmetrics(const char *accept);

/**
 * May the answer be compressed with gzip?
 *
 * @accept_encoding: the header's value; NULL when there is none, which means no here: who can take it says so
 *
 * Source: RFC 9110, section 12.5.3.
 */
bool vwd_client_accepts_gzip(const char *accept_encoding);

/**
 * Does If-None-Match name an entity tag? The comparison is the weak one, as the header asks for.
 *
 * @if_none_match: the header's value; NULL when there is none
 * @etag: with its quotes
 *
 * Source: RFC 9110, section 13.1.2.
 */
bool vwd_etag_matches(const char *if_none_match, const char *etag);

/** Is it a header's name: a token, without a blank before the colon? Source: RFC 9112, section 5.1. */
bool vwd_is_header_name(const char *name);

/**
 * Does Host name this machine, or an address, rather than a name that anybody may have pointed here?
 *
 * @host: the header's value: "localhost", an IPv4 address or an IPv6 address in brackets, each with a port or
 *        without one; NULL for none
 *
 * Source: RFC 9110, section 7.2; RFC 6761, section 6.3.
 */
bool vwd_host_is_local(const char *host);

#endif
