/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_PAGE_H
#define VW_EXPORT_PAGE_H

/* The parts that vwx_html_render() puts together. */

#include "export/html.h"
#include "export/markup.h"
#include "export/phrases.h"

/* What is drawn, and where to. */
struct vwx_page {
	const struct vw_report *report;
	const struct vwx_view *view;
	struct vwb_buffer *out;
};

/** The head with the style, and the body's begin; @title is escaped. */
void vwx_page_begin(struct vwb_buffer *out, const char *title);
void vwx_page_end(struct vwb_buffer *out);

/** How a class looks: its letters, the word that the style knows it by, and what it is expected to cost. */
struct vwx_page_class {
	const char *letters, *style, *cost; /* cost: NULL where nobody says */
};
const struct vwx_page_class *vwx_page_class(enum vw_class class);

/** A box that scrolls a table sideways, reachable by keyboard. @label: of what is in it; ends with </div>. */
void vwx_page_scroll(struct vwb_buffer *out, const char *label);

/** Who says so: a link where it is an address, else text. */
void vwx_page_reference(struct vwb_buffer *out, const char *reference);

/** Findings of a group; and whether it is one of those that ask for nothing. */
size_t vwx_page_count(const struct vw_report *report, const struct vwx_finding_group *group);
bool vwx_page_is_quiet(const struct vwx_finding_group *group);

/* The sections, from top to bottom. */
void vwx_page_headline(const struct vwx_page *page);
void vwx_page_stack(const struct vwx_page *page);
void vwx_page_nested(const struct vwx_page *page);
void vwx_page_facts(const struct vwx_page *page);
void vwx_page_dimensions(const struct vwx_page *page);
void vwx_page_rows(const struct vwx_page *page);
void vwx_page_findings(const struct vwx_page *page);
void vwx_page_devices(const struct vwx_page *page);
void vwx_page_evidence(const struct vwx_page *page);
void vwx_page_conflicts(const struct vwx_page *page);
void vwx_page_unread(const struct vwx_page *page);
void vwx_page_footer(const struct vwx_page *page);

#endif
