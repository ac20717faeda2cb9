/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_HTML_H
#define VW_EXPORT_HTML_H

#include "export/export.h"

/**
 * A report as one page: an HTML document that needs nothing else, neither script nor another file, and is
 * well-formed XML too. It names its own Content-Security-Policy, follows the reader's light or dark scheme,
 * and prints. Pure, with the errors of the renderers in export/export.h.
 *
 * @view: of it served, privileged and captured count
 */
int vwx_html_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out);

/**
 * What the page allows itself, as a Content-Security-Policy: for the header of whoever serves it.
 * Source: W3C, Content Security Policy Level 3.
 */
extern const char vwx_page_policy[];

#endif
