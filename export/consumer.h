/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_CONSUMER_H
#define VW_EXPORT_CONSUMER_H

/*
 * Text of a guest or an image is data for whoever reads a document, never a command: a row for each consumer,
 * and what it obeys.
 */

#include "base/buffer.h"

enum vwx_consumer {
	VW_FOR_LOG,             /* a line of a log, behind our own words */
	VW_FOR_TAP,             /* a description of TAP */
	VW_FOR_YAML,            /* between double quotes */
	VW_FOR_XML,             /* an element's or attribute's text */
	VW_FOR_GITHUB,          /* a workflow command's message */
	VW_FOR_GITHUB_PROPERTY, /* and one of its properties */
	VW_FOR_JSON,            /* a document that is written already */
	VW_FOR_SARIF,           /* a message, before it becomes a string of JSON */
	VW_CONSUMERS,
};

/** Write @size bytes of @text so that the consumer obeys none of them. A byte that is not UTF-8 becomes '?'.
 */
void vwx_escape(struct vwb_buffer *out, enum vwx_consumer consumer, const char *text, size_t size);

/** Does a command of a build service begin at @text: "##[" (GitHub, Azure), "##vso[" (Azure)? @size: bytes of
 * it */
bool vwx_ci_command(const char *text, size_t size);

/**
 * Read the code point at @text, which need not be UTF-8 (RFC 3629): a stray byte is one by itself, and 0.
 *
 * Returns its length in bytes.
 */
size_t vwx_point_next(const char *text, uint32_t *ret_point);

/**
 * Is this a code point that a terminal or a browser obeys or hides? C0, DEL, C1; zero width and direction
 * marks; line separators, embeddings and overrides; invisible operators and isolates; the byte order mark;
 * annotations; tags; what is no character. Source: Unicode 15, chapter 23.
 */
bool vwx_point_obeyed(uint32_t point);

#endif
