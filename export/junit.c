/* SPDX-License-Identifier: MIT */
#include "export/preflight.h"

#include <string.h>

/* How an outcome is told: an element within the test case. */
static const char *const elements[VW_OUTCOMES] = {
	[VW_OUTCOME_FAIL] = "failure",  [VW_OUTCOME_NOTE] = "skipped",   [VW_OUTCOME_SKIP] = "skipped",
	[VW_OUTCOME_UNKNOWN] = "error", [VW_OUTCOME_UNSURE] = "skipped",
};

static const struct {
	char byte;
	const char *entity;
} entities[] = {
	{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"},
};

static const char *entity_of(char byte)
{
	for (size_t i = 0; i < VW_COUNT(entities); i++)
		if (entities[i].byte == byte)
			return entities[i].entity;
	return NULL;
}

/* Is there one of the two non-characters at @text that UTF-8 can tell and XML cannot: U+FFFE, U+FFFF? */
static bool is_noncharacter(const char *text)
{
	return vw_starts_with(text, "\xEF\xBF\xBE") || vw_starts_with(text, "\xEF\xBF\xBF");
}

/* Text of an attribute or an element. Source: XML 1.0, 2.2 (Char) and 2.4. */
static void put_text(struct vw_buffer *out, const char *text)
{
	for (; *text; text++) {
		const char *entity = entity_of(*text);

		if (entity) {
			vw_put(out, entity);
		} else if (is_noncharacter(text)) {
			vw_put(out, "?");
			text += 2;
		} else if ((unsigned char)*text < 0x20 || *text == 0x7F) {
			vw_put(out, *text == '\n' ? "&#10;" : "?");
		} else {
			vw_put_bytes(out, text, 1);
		}
	}
}

static void put_attribute(struct vw_buffer *out, const char *name, const char *value)
{
	vw_putf(out, " %s=\"", name);
	put_text(out, value);
	vw_put(out, "\"");
}

static void put_line(struct vw_buffer *out, const char *lead, const char *text)
{
	if (!text)
		return;
	vw_put(out, lead);
	put_text(out, text);
	vw_put(out, "\n");
}

static void put_result(struct vw_buffer *out, const struct vw_finding *f, const char *element)
{
	vw_putf(out, ">\n      <%s", element);
	put_attribute(out, "message", f->message);
	if (!vw_equal(element, "skipped"))
		put_attribute(out, "type", vw_severity_word(f->severity));
	vw_put(out, ">");
	put_line(out, "status: ", vw_status_word(f->status));
	put_line(out, "severity: ", vw_severity_word(f->severity));
	put_line(out, "subject: ", f->subject);
	put_line(out, "evidence: ", f->evidence);
	put_line(out, "remedy: ", f->remedy);
	put_line(out, "reference: ", f->reference);
	vw_putf(out, "</%s>\n    </testcase>\n", element);
}

static void put_case(struct vw_buffer *out, const struct vw_preflight *preflight,
		     const struct vw_image_finding *found)
{
	const struct vw_finding *f = &found->finding;
	const char *element = elements[vw_outcome_of(preflight, found)];

	vw_putf(out, "    <testcase classname=\"%s.", vw_target_word(found->target));
	put_text(out, vw_finding_kernel(found));
	vw_putf(out, "\" name=\"%s", f->id);
	if (f->subject && *f->subject) {
		vw_put(out, " ");
		put_text(out, f->subject);
	}
	vw_put(out, "\" time=\"0\"");
	if (element)
		put_result(out, f, element);
	else
		vw_put(out, "/>\n");
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
		tally.outcome[vw_outcome_of(preflight, &preflight->finding[i])]++;
	}
	return tally;
}

static size_t counted(const struct tally *tally, const char *element)
{
	size_t count = 0;

	for (size_t i = 0; i < VW_OUTCOMES; i++)
		if (vw_equal(elements[i], element))
			count += tally->outcome[i];
	return count;
}

static void put_counts(struct vw_buffer *out, const struct vw_preflight *preflight, unsigned target,
		       bool skipped)
{
	struct tally tally = tally_of(preflight, target);

	vw_putf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tally.tests,
		counted(&tally, "failure"), counted(&tally, "error"));
	if (skipped)
		vw_putf(out, " skipped=\"%zu\"", counted(&tally, "skipped"));
	vw_put(out, " time=\"0\"");
}

static void put_suite(struct vw_buffer *out, const struct vw_preflight *preflight,
		      const struct vw_target_verdict *verdict, const struct vw_view *view)
{
	vw_put(out, "  <testsuite");
	put_attribute(out, "name", vw_target_word(verdict->target));
	put_counts(out, preflight, verdict->target, true);
	if (view->captured)
		put_attribute(out, "timestamp", view->captured);
	vw_put(out, ">\n    <properties>\n      <property name=\"image\"");
	put_attribute(out, "value", preflight->image->path);
	vw_put(out, "/>\n      <property name=\"verdict\"");
	put_attribute(out, "value", vw_status_word(verdict->status));
	vw_put(out, "/>\n    </properties>\n");
	for (size_t i = 0; i < preflight->finding_count; i++)
		if (preflight->finding[i].target == verdict->target)
			put_case(out, preflight, &preflight->finding[i]);
	vw_put(out, "  </testsuite>\n");
}

int vw_render_preflight_junit(const struct vw_preflight *preflight, const struct vw_view *view,
			      struct vw_buffer *out)
{
	vw_put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"virtwhere preflight\"");
	put_counts(out, preflight, 0, false);
	vw_put(out, ">\n");
	for (size_t i = 0; i < preflight->target_count; i++)
		put_suite(out, preflight, &preflight->target[i], view);
	vw_put(out, "</testsuites>\n");
	return out->error;
}
