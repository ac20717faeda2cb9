/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_MARKUP_H
#define VW_EXPORT_MARKUP_H

/* HTML that is well-formed XML too. Text from outside has one way into it, which escapes. */

#include "base/buffer.h"

enum { VW_MARKUP_POINTS = 1000 }; /* code points of one string; what is longer is cut, with a sign of it */

/**
 * Append markup. @format is ours and goes out as it is but for %s, %zu, %d and %%; each %s is a text from
 * anywhere, NULL for none: markup in it is escaped, and what a browser would obey or hide becomes '?', as
 * does each byte that is not UTF-8. Fit for the content of elements and for attributes between double quotes.
 */
void vwx_markup(struct vwb_buffer *out, const char *format, ...) _printf_(2, 3);

/** Is this an address that a page may link to: https, and nothing but the characters of RFC 3986? */
bool vwx_markup_is_link(const char *text);

#endif
