/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_PAGE_H
#define VW_EXPORT_PAGE_H

/* The parts that vw_render_html() puts together. */

#include "export/html.h"
#include "export/markup.h"
#include "export/phrases.h"

/* What is drawn, and where to. */
struct vw_page {
	const struct vw_report *report;
	const struct vw_view *view;
	struct vw_buffer *out;
};

/** The head with the style, and the body's begin; @title is escaped. */
void vw_page_begin(struct vw_buffer *out, const char *title);
void vw_page_end(struct vw_buffer *out);

/** How a class looks: its letters, the word that the style knows it by, and what it is expected to cost. */
struct vw_page_class {
	const char *letters, *style, *cost; /* cost: NULL where nobody says */
};
const struct vw_page_class *vw_page_class(enum vw_class class);

/** A box that scrolls a table sideways, reachable by keyboard. @label: of what is in it; ends with </div>. */
void vw_page_scroll(struct vw_buffer *out, const char *label);

/** Who says so: a link where it is an address, else text. */
void vw_page_reference(struct vw_buffer *out, const char *reference);

/** Findings of a group; and whether it is one of those that ask for nothing. */
size_t vw_page_count(const struct vw_report *report, const struct vw_finding_group *group);
bool vw_page_is_quiet(const struct vw_finding_group *group);

/* The sections, from top to bottom. */
void vw_page_headline(const struct vw_page *page);
void vw_page_stack(const struct vw_page *page);
void vw_page_nested(const struct vw_page *page);
void vw_page_facts(const struct vw_page *page);
void vw_page_dimensions(const struct vw_page *page);
void vw_page_rows(const struct vw_page *page);
void vw_page_findings(const struct vw_page *page);
void vw_page_devices(const struct vw_page *page);
void vw_page_evidence(const struct vw_page *page);
void vw_page_conflicts(const struct vw_page *page);
void vw_page_unread(const struct vw_page *page);
void vw_page_footer(const struct vw_page *page);

#endif
