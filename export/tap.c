/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "export/consumer.h"
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

static void put_description(struct vwb_buffer *out, const char *text)
{
	vwx_escape(out, VW_FOR_TAP, text, strlen(text));
}

static void put_key(struct vwb_buffer *out, const char *key, const char *value)
{
	if (!value)
		return;
	vwb_putf(out, "  %s: \"", key);
	vwx_escape(out, VW_FOR_YAML, value, strlen(value));
	vwb_put(out, "\"\n");
}

static void put_point(struct vwb_buffer *out, const struct vw_preflight *preflight, size_t index)
{
	const struct vw_image_finding *found = &preflight->finding[index];
	const struct vw_finding *f = &found->finding;
	enum vwx_outcome outcome = vwx_outcome_of(preflight, found);

	vwb_putf(out, "%s %zu - %s %s, ", outcomes[outcome].result, index + 1, f->id,
		 vw_target_word(found->target));
	put_description(out, vwx_finding_kernel(found));
	vwb_put(out, ": ");
	put_description(out, f->message);
	if (outcomes[outcome].directive)
		vwb_put(out, outcomes[outcome].directive);
	vwb_put(out, "\n");
	if (outcome == VW_OUTCOME_PASS || outcome == VW_OUTCOME_SKIP)
		return;
	vwb_put(out, "  ---\n");
	put_key(out, "message", f->message);
	put_key(out, "status", vw_status_word(f->status));
	put_key(out, "severity", vw_severity_word(f->severity));
	put_key(out, "subject", f->subject);
	put_key(out, "evidence", f->evidence);
	put_key(out, "remedy", f->remedy);
	put_key(out, "reference", f->reference);
	vwb_put(out, "  ...\n");
}

int vwx_preflight_tap_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			     struct vwb_buffer *out)
{
	(void)view;
	vwb_putf(out, "TAP version 14\n1..%zu%s\n", preflight->finding_count,
		 preflight->finding_count ? "" : " # SKIP no check applies");
	for (size_t i = 0; i < preflight->finding_count; i++)
		put_point(out, preflight, i);
	return out->error;
}
