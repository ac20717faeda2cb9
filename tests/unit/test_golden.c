/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "export/html.h"
#include "tests/unit/golden.h"
#include "tests/unit/sample_metrics.h"
#include "tests/unit/sample_preflights.h"
#include "tests/unit/sample_reports.h"

/* Every format of what all is known of, of what nothing is known of, and of what means harm. */

static const struct vwx_view plain = {.captured = "2026-11-21T12:00:00Z"}, verbose = {.verbose = true},
			     colour = {.colour = true}, ascii = {.ascii = true},
			     narrow = {.columns = 40, .verbose = true}, narrower = {.columns = 1},
			     wide = {.columns = 200}, root = {.privileged = true},
			     compact = {.compact = true}, served = {.served = true, .privileged = true},
			     loud = {.colour = true, .verbose = true};

/* Reports. */

static const struct {
	const char *name;
	int (*render)(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out);
	const struct vw_report *report;
	const struct vwx_view *view;
} reports[] = {
	{"text-full", vwx_text_render, &sample_full, &plain},
	{"text-full-verbose", vwx_text_render, &sample_full, &verbose},
	{"text-full-colour", vwx_text_render, &sample_full, &loud},
	{"text-full-ascii", vwx_text_render, &sample_full, &ascii},
	{"text-full-narrow", vwx_text_render, &sample_full, &narrow},
	{"text-full-narrower", vwx_text_render, &sample_full, &narrower},
	{"text-full-wide", vwx_text_render, &sample_full, &wide},
	{"text-nitro", vwx_text_render, &sample_nitro, &plain},
	{"text-nitro-root", vwx_text_render, &sample_nitro, &root},
	{"text-metal", vwx_text_render, &sample_metal, &plain},
	{"text-empty", vwx_text_render, &sample_empty, &plain},
	{"text-empty-colour", vwx_text_render, &sample_empty, &colour},
	{"text-nitro-colour", vwx_text_render, &sample_nitro, &loud},
	{"text-metal-colour", vwx_text_render, &sample_metal, &colour},
	{"text-hostile", vwx_text_render, &sample_hostile, &verbose},
	{"explain-full", vwx_explain_render, &sample_full, &plain},
	{"explain-full-narrow", vwx_explain_render, &sample_full, &narrow},
	{"explain-full-colour", vwx_explain_render, &sample_full, &colour},
	{"explain-empty", vwx_explain_render, &sample_empty, &plain},
	{"explain-hostile", vwx_explain_render, &sample_hostile, &plain},
	{"drivers-full", vwx_drivers_render, &sample_full, &plain},
	{"drivers-full-verbose", vwx_drivers_render, &sample_full, &narrow},
	{"drivers-full-colour", vwx_drivers_render, &sample_full, &loud},
	{"drivers-empty", vwx_drivers_render, &sample_empty, &colour},
	{"full.json", vwx_json_render, &sample_full, &plain},
	{"full-compact.json", vwx_json_render, &sample_full, &compact},
	{"nitro.json", vwx_json_render, &sample_nitro, &plain},
	{"empty.json", vwx_json_render, &sample_empty, &plain},
	{"full.html", vwx_html_render, &sample_full, &plain},
	{"nitro.html", vwx_html_render, &sample_nitro, &plain},
	{"nitro-served.html", vwx_html_render, &sample_nitro, &served},
	{"metal.html", vwx_html_render, &sample_metal, &plain},
	{"empty.html", vwx_html_render, &sample_empty, &plain},
	{"hostile.html", vwx_html_render, &sample_hostile, &plain},
	{"text-quiet", vwx_text_render, &sample_quiet, &plain},
	{"explain-quiet", vwx_explain_render, &sample_quiet, &plain},
	{"drivers-quiet", vwx_drivers_render, &sample_quiet, &plain},
	{"quiet.json", vwx_json_render, &sample_quiet, &verbose},
	{"quiet.html", vwx_html_render, &sample_quiet, &verbose},
	{"text-partial", vwx_text_render, &sample_partial, &plain},
	{"partial.html", vwx_html_render, &sample_partial, &root},
};

static void golden_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(reports); i++) {
		struct vwb_buffer out = {0};

		assert_int_equal(reports[i].render(reports[i].report, reports[i].view, &out), 0);
		/* The style is tests/e2e/page.py's, and so is the hash of it. */
		golden_replace(&out, "<style>", "</style>", "");
		golden_replace(&out, "sha256-", "=&#39;", "");
		assert_golden(reports[i].name, &out);
	}
}

/* Metrics. */

static void assert_metrics(const char *name, const struct vw_report *report,
			   const struct vwx_service_state *service, const struct vw_counters *counters)
{
	static const char *const suffixes[] = {
		[VW_PROMETHEUS_TEXT] = "prom", [VW_OPENMETRICS] = "openmetrics"};

	for (unsigned i = 0; i < VW_COUNT(suffixes); i++) {
		struct vwb_buffer out = {0};
		char file[64];

		assert_int_equal(vwx_metrics_fixed(report, service, (enum vwx_exposition)i, &out), 0);
		assert_int_equal(vwx_metrics_counters(counters, (enum vwx_exposition)i, &out), 0);
		assert_int_equal(vwx_metrics_end((enum vwx_exposition)i, &out), 0);
		snprintf(file, sizeof(file), "%s.%s", name, suffixes[i]);
		assert_golden(file, &out);
	}
}

static void golden_metrics(void **state)
{
	static const struct vwx_service_state idle = {0};
	static const struct vw_counters none = {0};

	(void)state;
	assert_metrics("full", &sample_full, &sample_full_state, &sample_full_counters);
	assert_metrics("empty", &sample_empty, &idle, &none);
	assert_metrics("hostile", &sample_hostile, NULL, &none);
	assert_metrics("nothing", NULL, &idle, &none);
	assert_metrics("quiet", &sample_quiet, NULL, &none);
	assert_metrics("partial", &sample_partial, NULL, &none);
}

/* Pre-flight. */

static const struct {
	const char *name, *format;
	const struct vw_preflight *preflight;
	const struct vwx_view *view;
} preflights[] = {
	{"preflight-text-full", "text", &sample_preflight, &plain},
	{"preflight-text-full-verbose", "text", &sample_preflight, &verbose},
	{"preflight-text-full-narrow", "text", &sample_preflight, &narrow},
	{"preflight-text-full-colour", "text", &sample_preflight, &loud},
	{"preflight-full.json", "json", &sample_preflight, &plain},
	{"preflight-full.junit", "junit", &sample_preflight, &plain},
	{"preflight-full.tap", "tap", &sample_preflight, &plain},
	{"preflight-full.sarif", "sarif", &sample_preflight, &plain},
	{"preflight-full.github", "github", &sample_preflight, &plain},
	{"preflight-text-empty", "text", &sample_no_preflight, &verbose},
	{"preflight-text-empty-colour", "text", &sample_no_preflight, &loud},
	{"preflight-empty.json", "json", &sample_no_preflight, &compact},
	{"preflight-empty.junit", "junit", &sample_no_preflight, &compact},
	{"preflight-empty.tap", "tap", &sample_no_preflight, &plain},
	{"preflight-empty.sarif", "sarif", &sample_no_preflight, &plain},
	{"preflight-empty.github", "github", &sample_no_preflight, &plain},
	{"preflight-text-odd", "text", &sample_odd_preflight, &verbose},
	{"preflight-odd.json", "json", &sample_odd_preflight, &plain},
	{"preflight-odd.junit", "junit", &sample_odd_preflight, &plain},
	{"preflight-odd.tap", "tap", &sample_odd_preflight, &plain},
	{"preflight-odd.sarif", "sarif", &sample_odd_preflight, &plain},
	{"preflight-odd.github", "github", &sample_odd_preflight, &plain},
};

static void golden_preflights(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(preflights); i++) {
		struct vwb_buffer out = {0};

		assert_int_equal(vwx_preflight_format_find(preflights[i].format)
					 ->render(preflights[i].preflight, preflights[i].view, &out),
				 0);
		/* The rules of SARIF are the table of checks: rules_of_sarif_are_the_checks. */
		golden_replace(&out, "\"rules\": [", "\"originalUriBaseIds\"", "]}},\n      ");
		assert_golden(preflights[i].name, &out);
	}
}

/* What fails moves with --fail-on. */
static void golden_fail_on(void **state)
{
	static const char *const formats[] = {"text", "junit", "tap", "sarif", "github"};
	static const struct vwx_view view = {.compact = true, .colour = true};

	(void)state;
	for (int severity = VW_ADVICE; severity <= VW_FATAL; severity++)
		for (size_t i = 0; i < VW_COUNT(formats); i++) {
			struct vw_preflight preflight = sample_preflight;
			struct vwb_buffer out = {0};
			char name[64];

			if (severity == VW_DEGRADED)
				continue; /* golden_preflights has it */
			preflight.fail_on = (enum vw_severity)severity;
			preflight.finding_count = 15;
			preflight.target_count = 1;
			assert_int_equal(
				vwx_preflight_format_find(formats[i])->render(&preflight, &view, &out), 0);
			golden_replace(&out, "\"rules\":[", "\"originalUriBaseIds\"", "]}},");
			snprintf(name, sizeof(name), "fail-on-%s.%s",
				 vw_severity_word((enum vw_severity)severity), formats[i]);
			assert_golden(name, &out);
		}
}

/* Passport, answers, lists. */

static void golden_passport(void **state)
{
	static const struct {
		const char *name;
		enum vwx_passport_as as;
		const struct vwx_view *view;
	} rows[] = {
		{"passport-text", VW_PASSPORT_TEXT, &plain},
		{"passport-text-colour", VW_PASSPORT_TEXT, &colour},
		{"passport-raw", VW_PASSPORT_RAW, &colour},
		{"passport-qemu", VW_PASSPORT_QEMU, &colour},
		{"passport-libvirt", VW_PASSPORT_LIBVIRT, &colour},
	};
	char passport[VW_PASSPORT_MAX + 1];
	struct vwb_buffer out = {0};

	(void)state;
	assert_int_equal(vwx_passport_format(&sample_full, passport), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		assert_int_equal(vwx_passport_render(passport, rows[i].as, rows[i].view, &out), 0);
		assert_golden(rows[i].name, &out);
	}
	assert_int_equal(vwx_passport_json_render(passport, &plain, &out), 0);
	assert_golden("passport.json", &out);
}

static void golden_lists(void **state)
{
	static const struct vw_word one = {"a-long-word", "a meaning that is longer than a narrow line",
					   NULL},
				    other = {"word", NULL, NULL}, third = {"w", "short", "xen"};
	const struct vw_word *const words[] = {&one, &other, &third};
	const struct vwx_answer answers[] = {{"vm", VW_YES}, {"nested", VW_UNKNOWN}, {"metal", VW_NO}};
	struct vwb_buffer out = {0};

	(void)state;
	assert_int_equal(vwx_words_render(words, 3, &narrow, &out), 0);
	assert_golden("words-narrow", &out);
	assert_int_equal(vwx_words_render(words, 3, &colour, &out), 0);
	assert_golden("words-colour", &out);
	assert_int_equal(vwx_words_json_render("some", words, 3, &plain, &out), 0);
	assert_golden("words.json", &out);
	assert_int_equal(vwx_answers_render(answers, 3, VW_UNKNOWN, &plain, &out), 0);
	assert_golden("answers.json", &out);
	assert_int_equal(vwx_answers_render(answers, 1, VW_YES, &compact, &out), 0);
	assert_string_equal(out.data, "{\"holds\":true,\"words\":[{\"word\":\"vm\",\"holds\":true}]}\n");
	vwb_buffer_free(&out);
	assert_int_equal(vwx_recorded_render("/x", false, &plain, &out), 0);
	assert_string_equal(out.data, "{\n  \"snapshot\": \"/x\",\n  \"with_ids\": false\n}\n");
	vwb_buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_reports),    cmocka_unit_test(golden_metrics),
		cmocka_unit_test(golden_preflights), cmocka_unit_test(golden_fail_on),
		cmocka_unit_test(golden_passport),   cmocka_unit_test(golden_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
