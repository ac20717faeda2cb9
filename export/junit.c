/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "export/consumer.h"
#include "export/preflight.h"

/* How an outcome is told: an element within the test case. */
static const char *const elements[VW_OUTCOMES] = {
	[VW_OUTCOME_FAIL] = "failure",  [VW_OUTCOME_NOTE] = "skipped",   [VW_OUTCOME_SKIP] = "skipped",
	[VW_OUTCOME_UNKNOWN] = "error", [VW_OUTCOME_UNSURE] = "skipped",
};

static void put_text(struct vwb_buffer *out, const char *text)
{
	vwx_escape(out, VW_FOR_XML, text, strlen(text));
}

static void put_attribute(struct vwb_buffer *out, const char *name, const char *value)
{
	vwb_putf(out, " %s=\"", name);
	put_text(out, value);
	vwb_put(out, "\"");
}

static void put_line(struct vwb_buffer *out, const char *lead, const char *text)
{
	if (!text)
		return;
	vwb_put(out, lead);
	put_text(out, text);
	vwb_put(out, "\n");
}

static void put_result(struct vwb_buffer *out, const struct vw_finding *f, const char *element)
{
	vwb_putf(out, ">\n      <%s", element);
	put_attribute(out, "message", f->message);
	if (!vwb_text_equal(element, "skipped"))
		put_attribute(out, "type", vw_severity_word(f->severity));
	vwb_put(out, ">");
	put_line(out, "status: ", vw_status_word(f->status));
	put_line(out, "severity: ", vw_severity_word(f->severity));
	put_line(out, "subject: ", f->subject);
	put_line(out, "evidence: ", f->evidence);
	put_line(out, "remedy: ", f->remedy);
	put_line(out, "reference: ", f->reference);
	vwb_putf(out, "</%s>\n    </testcase>\n", element);
}

static void put_case(struct vwb_buffer *out, const struct vw_preflight *preflight,
		     const struct vw_image_finding *found)
{
	const struct vw_finding *f = &found->finding;
	const char *element = elements[vwx_outcome_of(preflight, found)];

	vwb_putf(out, "    <testcase classname=\"%s.", vw_target_word(found->target));
	put_text(out, vwx_finding_kernel(found));
	vwb_putf(out, "\" name=\"%s", f->id);
	if (f->subject && *f->subject) {
		vwb_put(out, " ");
		put_text(out, f->subject);
	}
	vwb_put(out, "\" time=\"0\"");
	if (element)
		put_result(out, f, element);
	else
		vwb_put(out, "/>\n");
}

struct tally {
	size_t tests, outcome[VW_OUTCOMES];
};

/* @target: 0 for all */
static struct tally tally_of(const struct vw_preflight *preflight, unsigned target)
{
	struct tally tally = {0};

	for (size_t i = 0; i < preflight->finding_count; i++) {
		if (target && preflight->finding[i].target != target)
			continue;
		tally.tests++;
		tally.outcome[vwx_outcome_of(preflight, &preflight->finding[i])]++;
	}
	return tally;
}

static size_t counted(const struct tally *tally, const char *element)
{
	size_t count = 0;

	for (size_t i = 0; i < VW_OUTCOMES; i++)
		if (vwb_text_equal(elements[i], element))
			count += tally->outcome[i];
	return count;
}

static void put_counts(struct vwb_buffer *out, const struct vw_preflight *preflight, unsigned target,
		       bool skipped)
{
	struct tally tally = tally_of(preflight, target);

	vwb_putf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tally.tests,
		 counted(&tally, "failure"), counted(&tally, "error"));
	if (skipped)
		vwb_putf(out, " skipped=\"%zu\"", counted(&tally, "skipped"));
	vwb_put(out, " time=\"0\"");
}

static void put_suite(struct vwb_buffer *out, const struct vw_preflight *preflight,
		      const struct vw_target_verdict *verdict, const struct vwx_view *view)
{
	vwb_put(out, "  <testsuite");
	put_attribute(out, "name", vw_target_word(verdict->target));
	put_counts(out, preflight, verdict->target, true);
	if (view->captured)
		put_attribute(out, "timestamp", view->captured);
	vwb_put(out, ">\n    <properties>\n      <property name=\"image\"");
	put_attribute(out, "value", preflight->image->path);
	vwb_put(out, "/>\n      <property name=\"verdict\"");
	put_attribute(out, "value", vw_status_word(verdict->status));
	vwb_put(out, "/>\n    </properties>\n");
	for (size_t i = 0; i < preflight->finding_count; i++)
		if (preflight->finding[i].target == verdict->target)
			put_case(out, preflight, &preflight->finding[i]);
	vwb_put(out, "  </testsuite>\n");
}

int vwx_preflight_junit_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			       struct vwb_buffer *out)
{
	vwb_put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"virtwhere preflight\"");
	put_counts(out, preflight, 0, false);
	vwb_put(out, ">\n");
	for (size_t i = 0; i < preflight->target_count; i++)
		put_suite(out, preflight, &preflight->target[i], view);
	vwb_put(out, "</testsuites>\n");
	return out->error;
}
