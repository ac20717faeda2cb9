/* SPDX-License-Identifier: MIT */
#include "export/html.h"

#include <string.h>

static const struct vw_format formats[] = {
	{"text", "text/plain; charset=utf-8", "for people, on one screen", false, vw_render_text},
	{"json", "application/json", "the document " VW_REPORT_SCHEMA, false, vw_render_json},
	{"html", "text/html; charset=utf-8", "for people, as one page that needs nothing else", true,
	 vw_render_html},
	{"systemd-detect-virt", "text/plain; charset=us-ascii", "the word that systemd-detect-virt prints",
	 false, vw_render_systemd_words},
	{"virt-what", "text/plain; charset=us-ascii", "the words that virt-what prints", false,
	 vw_render_virt_what_words},
};

const struct vw_format *vw_format_at(size_t index)
{
	return index < VW_COUNT(formats) ? &formats[index] : NULL;
}

const struct vw_format *vw_format_find(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
