/* SPDX-License-Identifier: MIT */
#include "export/preflight.h"

static const struct vwx_preflight_format formats[] = {
	{"text", "text/plain; charset=utf-8", "for people", vwx_preflight_text_render},
	{"json", "application/json", "all of it, as " VW_PREFLIGHT_SCHEMA, vwx_preflight_json_render},
	{"junit", "application/xml", "a test suite for each target, for build servers",
	 vwx_preflight_junit_render},
	{"tap", "text/plain; charset=utf-8", "the Test Anything Protocol", vwx_preflight_tap_render},
	{"sarif", "application/sarif+json", "SARIF 2.1.0, for code scanning", vwx_preflight_sarif_render},
	{"github", "text/plain; charset=utf-8", "annotations of GitHub's workflows",
	 vwx_preflight_github_render},
};

const struct vwx_preflight_format *vwx_preflight_format_at(size_t index)
{
	return index < VW_COUNT(formats) ? &formats[index] : NULL;
}

const struct vwx_preflight_format *vwx_preflight_format_find(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(formats); i++)
		if (vwb_text_equal(formats[i].name, name))
			return &formats[i];
	return NULL;
}
