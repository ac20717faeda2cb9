/* SPDX-License-Identifier: MIT */

/* SARIF 2.1.0. Section numbers are those of the standard. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/consumer.h"
#include "export/jansson.h"
#include "export/preflight.h"

enum { URI_SIZE = 3 * 4096 + 16 };

/* 3.27.9 and 3.27.10: a level says something of a failure only. */
static const char *const kinds[VW_OUTCOMES] = {
	[VW_OUTCOME_PASS] = "pass",          [VW_OUTCOME_FAIL] = "fail",    [VW_OUTCOME_NOTE] = "fail",
	[VW_OUTCOME_SKIP] = "notApplicable", [VW_OUTCOME_UNKNOWN] = "open", [VW_OUTCOME_UNSURE] = "open",
};

static const char *const levels[] = {
	[VW_ADVICE] = "note",
	[VW_DEGRADED] = "warning",
	[VW_FATAL] = "error",
};

/* A path as a relative URI reference: what RFC 3986, 2.3 does not reserve stays, and '/'. */
static const char *uri_of(const struct vwx_place *place, char *uri, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	size_t used = 0;

	for (size_t i = 1; i < place->length && used + 4 < size; i++) {
		unsigned char byte = (unsigned char)place->path[i];

		if (strchr(plain, byte))
			uri[used++] = (char)byte;
		else
			used += (size_t)snprintf(uri + used, size - used, "%%%02X", byte);
	}
	uri[used] = '\0';
	return uri;
}

/* A key and its value stand on one line. */
/* clang-format off */

static json_t *rule(const struct vwb_json *j, const struct vw_check_word *check)
{
	const char *help = check->remedy ? check->remedy : check->title;
	bool linked = check->reference && vwb_text_starts(check->reference, "https://");

	return j->json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:s*}",
		"id", check->id,
		"shortDescription",
			"text", check->title,
		"help",
			"text", help,
		"defaultConfiguration",
			"level", levels[check->severity],
		"helpUri", linked ? check->reference : NULL);
}

static json_t *rules(const struct vwb_json *j)
{
	json_t *array = j->json_array();
	const struct vw_check_word *check;

	for (size_t i = 0; array && (check = vw_check_at(i)); i++)
		array = vwx_jansson_append(j, array, rule(j, check));
	return array;
}

/* 3.28: where in the image, and for which target and kernel. */
static json_t *location(const struct vwb_json *j, const struct vw_image_finding *found)
{
	struct vwx_place place = vwx_place_of(found->finding.evidence);
	json_t *logical, *physical = NULL;
	char uri[URI_SIZE];

	logical = j->json_pack("[{s:s, s:s}]",
		"name", vwx_finding_kernel(found),
		"kind", "kernel");
	if (place.path && place.line)
		physical = j->json_pack("{s:{s:s, s:s}, s:{s:I}}",
			"artifactLocation",
				"uri", uri_of(&place, uri, sizeof(uri)),
				"uriBaseId", "IMAGE",
			"region",
				"startLine", (json_int_t)place.line);
	else if (place.path)
		physical = j->json_pack("{s:{s:s, s:s}}",
			"artifactLocation",
				"uri", uri_of(&place, uri, sizeof(uri)),
				"uriBaseId", "IMAGE");
	return j->json_pack("{s:o, s:o*}",
		"logicalLocations", logical,
		"physicalLocation", physical);
}

/* 3.27. The message carries the remedy: viewers show nothing else. */
static json_t *result(const struct vwb_json *j, const struct vw_preflight *preflight,
                      const struct vw_image_finding *found)
{
	const struct vw_finding *f = &found->finding;
	enum vwx_outcome outcome = vwx_outcome_of(preflight, found);
	bool fails = vwb_text_equal(kinds[outcome], "fail");
	_cleanup_(vwb_buffer_free) struct vwb_buffer message = {0};

	vwx_escape(&message, VW_FOR_SARIF, f->message, strlen(f->message));
	if (f->remedy) {
		vwb_put(&message, "\n");
		vwx_escape(&message, VW_FOR_SARIF, f->remedy, strlen(f->remedy));
	}
	if (message.error)
		return NULL;
	return j->json_pack("{s:s, s:s, s:s, s:{s:s%}, s:[o], s:{s:s, s:s?, s:b, s:s, s:s?}}",
		"ruleId", f->id,
		"kind", kinds[outcome],
		"level", fails ? levels[f->severity] : "none",
		"message",
			"text", message.data ? message.data : "", message.size,
		"locations", location(j, found),
		"properties",
			"target", vw_target_word(found->target),
			"kernel", found->kernel,
			"decides", found->decides,
			"severity", vw_severity_word(f->severity),
			"evidence", f->evidence);
}

static json_t *results(const struct vwb_json *j, const struct vw_preflight *preflight)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < preflight->finding_count; i++)
		array = vwx_jansson_append(j, array, result(j, preflight, &preflight->finding[i]));
	return array;
}

static json_t *verdicts(const struct vwb_json *j, const struct vw_preflight *preflight)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < preflight->target_count; i++)
		array = vwx_jansson_append(j, array, j->json_pack("{s:s, s:s}",
			"target", vw_target_word(preflight->target[i].target),
			"status", vw_status_word(preflight->target[i].status)));
	return array;
}

static json_t *run(const struct vwb_json *j, const struct vw_preflight *preflight)
{
	return j->json_pack("{s:{s:{s:s, s:s, s:o}}, s:{s:{s:{s:s}}}, s:s, s:o, s:{s:s, s:o}}",
		"tool",
			"driver",
				"name", "virtwhere",
				"semanticVersion", VW_VERSION,
				"rules", rules(j),
		"originalUriBaseIds",
			"IMAGE",
				"description",
					"text", "The root of the image",
		"columnKind", "unicodeCodePoints",
		"results", results(j, preflight),
		"properties",
			"image", preflight->image->path,
			"verdicts", verdicts(j, preflight));
}

int vwx_preflight_sarif_render(const struct vw_preflight *preflight, const struct vwx_view *view,
                              struct vwb_buffer *out)
{
	const struct vwb_json *j = vwb_json();

	if (!j)
		return -EOPNOTSUPP;
	return vwx_jansson_finish(j, j->json_pack("{s:s, s:s, s:[o]}",
		"$schema", "https://json.schemastore.org/sarif-2.1.0.json",
		"version", "2.1.0",
		"runs", run(j, preflight)), view, out);
}
