/* SPDX-License-Identifier: MIT */
#include "export/html.h"

#include <string.h>

static const struct vwx_format formats[] = {
	{"text", "text/plain; charset=utf-8", "for people, on one screen", false, vwx_text_render},
	{"json", "application/json", "the document " VW_REPORT_SCHEMA, false, vwx_json_render},
	{"html", "text/html; charset=utf-8", "for people, as one page that needs nothing else", true,
	 vwx_html_render},
	{"systemd-detect-virt", "text/plain; charset=us-ascii", "the word that systemd-detect-virt prints",
	 false, vwx_systemd_words_render},
	{"virt-what", "text/plain; charset=us-ascii", "the words that virt-what prints", false,
	 vwx_virt_what_words_render},
};

const struct vwx_format *vwx_format_at(size_t index)
{
	return index < VW_COUNT(formats) ? &formats[index] : NULL;
}

const struct vwx_format *vwx_format_find(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
