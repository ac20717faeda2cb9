/* SPDX-License-Identifier: MIT */
#include "export/preflight.h"

/* How an outcome is told: a failure that is a TODO does not fail the run. */
static const struct {
	const char *result, *directive;
} outcomes[VW_OUTCOMES] = {
	[VW_OUTCOME_PASS] = {"ok", NULL},
	[VW_OUTCOME_FAIL] = {"not ok", NULL},
	[VW_OUTCOME_NOTE] = {"not ok", " # TODO does not decide"},
	[VW_OUTCOME_SKIP] = {"ok", " # SKIP does not apply"},
	[VW_OUTCOME_UNKNOWN] = {"not ok", NULL},
	[VW_OUTCOME_UNSURE] = {"ok", " # SKIP cannot tell"},
};

/* A description: '#' and '\' are escaped, and it is one line. */
static void put_description(struct vw_buffer *out, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '#' || byte == '\\')
			vw_put(out, "\\");
		if (byte < 0x20 || byte == 0x7F)
			vw_put(out, "?");
		else
			vw_put_bytes(out, text, 1);
	}
}

/* A key of the YAML block, its value in double quotes. Source: YAML 1.2, 7.3.1. */
static void put_key(struct vw_buffer *out, const char *key, const char *value)
{
	if (!value)
		return;
	vw_putf(out, "  %s: \"", key);
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (byte == '"' || byte == '\\')
			vw_put(out, "\\");
		if (byte < 0x20 || byte == 0x7F)
			vw_putf(out, "\\x%02x", byte);
		else
			vw_put_bytes(out, value, 1);
	}
	vw_put(out, "\"\n");
}

static void put_point(struct vw_buffer *out, const struct vw_preflight *preflight, size_t index)
{
	const struct vw_image_finding *found = &preflight->finding[index];
	const struct vw_finding *f = &found->finding;
	enum vw_outcome outcome = vw_outcome_of(preflight, found);

	vw_putf(out, "%s %zu - %s %s, ", outcomes[outcome].result, index + 1, f->id,
		vw_target_word(found->target));
	put_description(out, vw_finding_kernel(found));
	vw_put(out, ": ");
	put_description(out, f->message);
	if (outcomes[outcome].directive)
		vw_put(out, outcomes[outcome].directive);
	vw_put(out, "\n");
	if (outcome == VW_OUTCOME_PASS || outcome == VW_OUTCOME_SKIP)
		return;
	vw_put(out, "  ---\n");
	put_key(out, "message", f->message);
	put_key(out, "status", vw_status_word(f->status));
	put_key(out, "severity", vw_severity_word(f->severity));
	put_key(out, "subject", f->subject);
	put_key(out, "evidence", f->evidence);
	put_key(out, "remedy", f->remedy);
	put_key(out, "reference", f->reference);
	vw_put(out, "  ...\n");
}

int vw_render_preflight_tap(const struct vw_preflight *preflight, const struct vw_view *view,
			    struct vw_buffer *out)
{
	(void)view;
	vw_putf(out, "TAP version 14\n1..%zu%s\n", preflight->finding_count,
		preflight->finding_count ? "" : " # SKIP no check applies");
	for (size_t i = 0; i < preflight->finding_count; i++)
		put_point(out, preflight, i);
	return out->error;
}
