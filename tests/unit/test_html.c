/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/html.h"
#include "export/markup.h"
#include "export/phrases.h"
#include "tests/unit/contains.h"
#include "tests/unit/sample_reports.h"

static char *render(const struct vw_report *report, const struct vwx_view *view)
{
	struct vwb_buffer out = {0};

	assert_int_equal(vwx_html_render(report, view, &out), 0);
	assert_int_equal(strlen(out.data), out.size);
	return out.data;
}

/* Markup. */

static void assert_escaped(const char *text, const char *escaped)
{
	struct vwb_buffer out = {0};

	vwx_markup(&out, "%s", text);
	assert_int_equal(out.error, 0);
	assert_string_equal(out.data ? out.data : "", escaped);
	vwb_buffer_free(&out);
}

static void text_from_outside_is_escaped(void **state)
{
	(void)state;
	assert_escaped(NULL, "");
	assert_escaped("plain é ハイパー", "plain é ハイパー");
	assert_escaped("</style><script>", "&lt;/style&gt;&lt;script&gt;");
	assert_escaped("\" onload='x' & \\", "&quot; onload=&#39;x&#39; &amp; \\");
	assert_escaped("%s%n", "%s%n");
	assert_escaped("a\033[2Jb\ac\n\td\x7f", "a?[2Jb?c??d?");
	assert_escaped("\u202e\u2066\u200b\ufeff\xc2\x85", "?????");
	assert_escaped("\uffff\ufffe\U000e0041", "???");
}

static void bytes_that_are_not_utf8_do_not_come_through(void **state)
{
	(void)state;
	assert_escaped("caf\xe9 <", "caf? &lt;");
	assert_escaped("\xc0\xbc", "??");                     /* '<', overlong */
	assert_escaped("\xe0\x80\xbc\xed\xa0\x80", "??????"); /* overlong; a surrogate */
	assert_escaped("\xf4\x90\x80\x80", "????");           /* beyond Unicode */
	assert_escaped("\xe2\x82", "??");                     /* cut short */
}

static void long_texts_are_cut_between_characters(void **state)
{
	struct vwb_buffer text = {0}, out = {0};

	(void)state;
	vwb_put_repeated(&text, "é", 5000);
	vwx_markup(&out, "%s", text.data);
	assert_int_equal(out.size, VW_MARKUP_POINTS * strlen("é") + strlen("…"));
	assert_string_equal(out.data + VW_MARKUP_POINTS * strlen("é"), "…");
	vwb_buffer_free(&text);
	vwb_buffer_free(&out);
}

/* As many characters as are allowed are whole, and one more is cut. */
static void texts_have_a_bound(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct vwb_buffer text = {0}, out = {0};

		vwb_put_repeated(&text, "é", VW_MARKUP_POINTS + over);
		vwx_markup(&out, "<%s>", text.data);
		assert_int_equal(out.size, 2 + VW_MARKUP_POINTS * strlen("é") + (over ? strlen("…") : 0));
		vwb_buffer_free(&text);
		vwb_buffer_free(&out);
	}
}

static void formats_take_numbers_and_nothing_else(void **state)
{
	struct vwb_buffer out = {0};
	const char *unknown = "%x";

	(void)state;
	vwx_markup(&out, "<p>%d %zu 100%%</p>", -3, (size_t)7);
	assert_string_equal(out.data, "<p>-3 7 100%</p>");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	vwx_markup(&out, unknown, 1U);
#pragma GCC diagnostic pop
	assert_int_equal(out.error, -EINVAL);
	vwb_buffer_free(&out);
}

static void only_addresses_become_links(void **state)
{
	(void)state;
	assert_true(vwx_markup_is_link("https://docs.kernel.org/a_b/c.html?d=1&e=%20#f"));
	assert_false(vwx_markup_is_link(NULL));
	assert_false(vwx_markup_is_link("http://example.org/"));
	assert_false(vwx_markup_is_link("javascript:alert(1)"));
	assert_false(vwx_markup_is_link("https://example.org/ and more"));
	assert_false(vwx_markup_is_link("https://example.org/\"x"));
	assert_false(vwx_markup_is_link("https://example.org/\xc3\xa9"));
	assert_false(vwx_markup_is_link("Linux, Documentation/virt"));
}

/* Page. */

static void a_page_says_what_the_report_does(void **state)
{
	const struct vwx_view view = {.captured = "2026-11-21T12:00:00Z"};
	char *page = render(&sample_nitro, &view);

	(void)state;
	assert_has(page, "<title>AWS Nitro (KVM) · virtwhere</title>");
	assert_has(page, "<h1 id=\"headline\">AWS Nitro (KVM)</h1>");
	assert_has(page, "<time>2026-11-21T12:00:00Z</time>");
	assert_has(page, "on <strong>Amazon EC2</strong> <strong>c8i.large</strong> in <strong>Docker");
	assert_has(page, "<li class=\"good\">certain</li>");
	assert_has(page, "<li class=\"warn\"><a href=\"#findings\">1 finding: warn</a></li>");
	assert_has(page, "<a href=\"#conflicts\">1 conflict</a>");
	assert_has(page, "<a href=\"#unread\">5 sources not readable</a>");
	assert_has(page, "<li class=\"inferred\"><span class=\"level\"></span> <span class=\"name\">Docker "
			 "container</span> <span class=\"known\">inferred</span></li>");
	assert_has(page, "concluded from traces");
	assert_has_not(page, "told by a passport");
	assert_has(page, "<strong class=\"yes\">yes</strong> with <code>vmx</code> · /dev/kvm is usable");
	assert_has(page, "<strong>What to do:</strong> echo tsc &gt; /sys/devices/system/clocksource");
	assert_has(page, "<a href=\"https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/set-time.html\"");
	assert_has(page, "<summary>1 passed</summary>");
	assert_has(page, "<td><p>for <code>nitro</code>, <code>kvm</code></p></td>");
	assert_has(page, "<p>also fits <code>nested</code>, <code>xen-hvm</code></p>");
	assert_has(page, "the processor says KVM, the kernel says Xen <span class=\"note\">evidence: "
			 "<a href=\"#evidence-0\">e1</a>, <a href=\"#evidence-2\">e3</a>");
	assert_has(page, "Run as root to read the SMBIOS virtual-machine bit, ");
	assert_has_not(page, "/metrics");
	free(page);
}

/* L0 is at the bottom: what runs on another layer is told before it. */
static void the_hardware_is_at_the_bottom(void **state)
{
	const struct vwx_view view = {0};
	char *page = render(&sample_metal, &view), *kernel, *hardware;

	(void)state;
	kernel = strstr(page, "<span class=\"level\">L0</span> <span class=\"name\">Linux 6.1.0</span>");
	assert_non_null(kernel);
	hardware = strstr(kernel, "<span class=\"level\">hw</span> <span class=\"name\">Bare metal (Dell");
	assert_non_null(hardware);
	assert_non_null(strstr(hardware, "<p class=\"ground\">"));
	free(page);
}

/* Source: Brendan Gregg, "AWS EC2 Virtualization 2017: Introducing Nitro", the table's cells. */
static void the_own_line_stands_above_the_types_of_ec2(void **state)
{
	static const char *const rows[] = {
		"This machine",   "VH VH – VH P VS", "emulated",       "VS VS VS VS VS VS",
		"xen-pv-3.0",     "P P P P VS VS",   "xen-hvm-3.0",    "VH P P P VS VS",
		"xen-hvm-4.0.1",  "VH P P P P VS",   "xen-aws-2013",   "VH VH P P P VS",
		"xen-aws-2017",   "VH VH VH P P VS", "aws-nitro-2017", "VH VH VH VH VH VS",
		"aws-metal-2017", "H H H H H H",     "metal",          "H H H H H H",
	};
	const struct vwx_view view = {0};
	char *page = render(&sample_nitro, &view), *at = strstr(page, "<table class=\"types\">");

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i += 2) {
		char *end, *cell;
		char cells[64] = "";

		assert_non_null(at);
		at = strstr(at, i ? "<th scope=\"row\"><code>" : "<th scope=\"row\">");
		assert_non_null(at);
		at += strlen(i ? "<th scope=\"row\"><code>" : "<th scope=\"row\">");
		assert_memory_equal(at, rows[i], strlen(rows[i]));
		end = strstr(at, "</tr>");
		assert_non_null(end);
		for (cell = at; (cell = strstr(cell, "<td><span class=\"cell ")) && cell < end; cell++) {
			const char *letters = strchr(strchr(cell, '"') + 1, '"') + 2;

			snprintf(cells + strlen(cells), sizeof(cells) - strlen(cells), "%s%.*s",
				 *cells ? " " : "", (int)strcspn(letters, "<"), letters);
		}
		assert_string_equal(cells, rows[i + 1]);
		at = end;
	}
	assert_int_equal(count_parts(page, "<tr class=\"fits\">"), 1);
	assert_has(page, "<tr class=\"fits\"><th scope=\"row\"><code>aws-nitro-2017</code> (fits)");
	free(page);
}

static void an_empty_report_has_a_page(void **state)
{
	const struct vwx_view view = {0};
	char *page = render(&sample_empty, &view);

	(void)state;
	assert_has(page, "Recorded in a snapshot <code>dump</code>");
	assert_has(page, "<li class=\"bad\">guess</li>");
	assert_has(page, "<span class=\"level\">L?</span>");
	assert_has(page, "No check is for this platform.");
	assert_has(page, "No device is known.");
	assert_has(page, "Nothing contradicts itself.");
	assert_int_equal(count_parts(page, "<span class=\"cell unknown\">?</span>"), 6 + 6 + 1);
	assert_has_not(page, "<tr class=\"fits\">");
	free(page);
}

static void a_service_links_to_what_it_serves_beside(void **state)
{
	const struct vwx_view view = {.served = true};
	char *page = render(&sample_metal, &view);

	(void)state;
	assert_has(page, "<a href=\"/report\">");
	assert_has(page, "<a href=\"/metrics\">");
	free(page);
}

static void nothing_hostile_reaches_the_page(void **state)
{
	static const char *const never[] = {"\033",         "\a",   "\xe2\x80\xae", "\xc2\x9b",
					    "\xef\xbb\xbf", "\xe9", "\xc0"};
	const struct vwx_view view = {0};
	char *page = render(&sample_hostile, &view);

	(void)state;
	for (size_t i = 0; i < VW_COUNT(never); i++)
		assert_has_not(page, never[i]);
	free(page);
}

static void markup_in_a_report_stays_text(void **state)
{
#define ENEMY "</style></title><script>alert(1)</script><img src=x onerror='a'>\" x=\"&amp;"
	static const struct vw_layer layers[] = {{0, "xen-pv", ENEMY, VW_DECLARED},
						 {1, "linux", ENEMY, VW_OBSERVED}};
	static const struct vw_device devices[] = {
		{ENEMY, ENEMY, ENEMY, ENEMY, ENEMY, ENEMY, ENEMY, VW_CLASS_VS}};
	static const struct vw_finding findings[] = {
		{ENEMY, VW_FAIL, VW_FATAL, ENEMY, ENEMY, ENEMY, ENEMY, "https://x/\"><script>"},
		{ENEMY, VW_PASS, VW_FATAL, ENEMY, ENEMY, ENEMY, ENEMY, "https://x/\"><script>"}};
	static const char *const words[] = {ENEMY};
	static const struct vw_evidence evidence[] = {{ENEMY, ENEMY, ENEMY, 1, words, VW_WEAK, ENEMY}};
	static const struct vw_conflict conflicts[] = {{{0, 0}, ENEMY}};
	static const struct vw_unread unread[] = {{ENEMY, ENEMY}};
	static const struct vw_facts facts = {.snapshot = true,
					      .path = ENEMY,
					      .arch = ENEMY,
					      .captured = ENEMY,
					      .kernel.release = {VW_VALUE, ENEMY, ENEMY},
					      .unread_count = 1,
					      .unread = unread};
	const struct vw_report report = {
		.facts = &facts,
		.platform = {ENEMY,
			     ENEMY,
			     ENEMY,
			     ENEMY,
			     ENEMY,
			     ENEMY,
			     {ENEMY, ENEMY, ENEMY},
			     ENEMY,
			     ENEMY,
			     VW_GUESS,
			     VW_YES,
			     VW_NO,
			     VW_NO},
		.layer_count = 2,
		.layer = layers,
		.dimension = {[VW_NETWORK] = {VW_CLASS_P, ENEMY, {1, (const size_t[]){0}}}},
		.nested = {VW_YES, ENEMY, 1, words, ENEMY, ENEMY, false},
		.device_count = 1,
		.device = devices,
		.finding_count = 2,
		.finding = findings,
		.evidence_count = 1,
		.evidence = evidence,
		.conflict_count = 1,
		.conflict = conflicts,
	};
	const struct vwx_view view = {.captured = ENEMY};
	char *page = render(&report, &view);

	(void)state;
	assert_int_equal(count_parts(page, "<style>"), 1);
	assert_int_equal(count_parts(page, "</style>"), 1);
	assert_int_equal(count_parts(page, "</title>"), 1);
	assert_has_not(page, "<script");
	assert_has_not(page, "<img");
	assert_has_not(page, " x=\"");
	assert_has_not(page, "href=\"https://x/");
	assert_has(page, "&lt;script&gt;");
	free(page);
}

static void the_same_report_gives_the_same_bytes(void **state)
{
	const struct vw_report *const reports[] = {&sample_nitro, &sample_empty, &sample_metal,
						   &sample_hostile};
	const struct vwx_view plain = {0}, terminal = {.colour = true, .ascii = true, .columns = 40};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(reports); i++) {
		char *one = render(reports[i], &plain), *other = render(reports[i], &terminal);

		assert_string_equal(one, other);
		free(one);
		free(other);
	}
}

static void the_page_names_the_policy_that_servers_send(void **state)
{
	const struct vwx_view view = {0};
	char *page = render(&sample_empty, &view);
	struct vwb_buffer meta = {0};

	(void)state;
	vwx_markup(&meta, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\"/>", vwx_page_policy);
	assert_has(page, meta.data);
	assert_has(vwx_page_policy, "default-src 'none'");
	assert_has_not(vwx_page_policy, "unsafe");
	vwb_buffer_free(&meta);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_from_outside_is_escaped),
		cmocka_unit_test(bytes_that_are_not_utf8_do_not_come_through),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(texts_have_a_bound),
		cmocka_unit_test(formats_take_numbers_and_nothing_else),
		cmocka_unit_test(only_addresses_become_links),
		cmocka_unit_test(a_page_says_what_the_report_does),
		cmocka_unit_test(the_hardware_is_at_the_bottom),
		cmocka_unit_test(the_own_line_stands_above_the_types_of_ec2),
		cmocka_unit_test(an_empty_report_has_a_page),
		cmocka_unit_test(a_service_links_to_what_it_serves_beside),
		cmocka_unit_test(nothing_hostile_reaches_the_page),
		cmocka_unit_test(markup_in_a_report_stays_text),
		cmocka_unit_test(the_same_report_gives_the_same_bytes),
		cmocka_unit_test(the_page_names_the_policy_that_servers_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
