/* SPDX-License-Identifier: MIT */

/* Text of an image is data in every format, and no command to who reads it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "export/consumer.h"
#include "export/preflight.h"

/* Each must not be in any output as it is. */
static const char *const everywhere[] = {
	"##[error]x", "##vso[task.setvariable]x",
	"##VSO[x]",   "a\u202Eb",
	"a\u2066b",   "a\u200Bb",
	"a\302\233b", "a\U000E0041b",
	"a\x1B[31mb", "a\177b",
	"a\uFEFFb",
};

static const struct vw_target_verdict verdict = {.target = VW_KVM, .status = VW_FAIL, .fatal = 1};

/* A pre-flight in which each text of an image is @text. */
static void render(const struct vwx_preflight_format *format, const char *text, struct vwb_buffer *out)
{
	struct vw_image_facts image = {.path = text, .os.name = {VW_VALUE, text, text}};
	struct vw_image_finding found = {.finding = {.id = "FST001",
						     .status = VW_FAIL,
						     .severity = VW_FATAL,
						     .subject = text,
						     .message = text,
						     .remedy = text,
						     .evidence = text,
						     .reference = text},
					 .target = VW_KVM,
					 .kernel = text,
					 .decides = true};
	struct vw_image_kernel kernel = {.release = text, .is_default = true, .file.path = text};
	struct vw_unread unread = {text, text};
	struct vw_preflight preflight = {.image = &image,
					 .fail_on = VW_FATAL,
					 .status = VW_FAIL,
					 .target_count = 1,
					 .target = &verdict,
					 .finding_count = 1,
					 .finding = &found};
	struct vwx_view view = {.verbose = true};

	image.kernel_count = image.unread_count = 1;
	image.kernel = &kernel;
	image.unread = &unread;
	assert_int_equal(format->render(&preflight, &view, out), 0);
}

static void nothing_is_obeyed(void **state)
{
	const struct vwx_preflight_format *format;

	(void)state;
	for (size_t i = 0; (format = vwx_preflight_format_at(i)); i++)
		for (size_t k = 0; k < VW_COUNT(everywhere); k++) {
			_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

			render(format, everywhere[k], &out);
			if (strstr(out.data, everywhere[k]))
				fail_msg("%s has %s", format->name, everywhere[k]);
		}
}

static bool has_command_line(const char *text)
{
	for (; text; text = strchr(text, '\n')) {
		text += strspn(text, "\n ");
		if (vwb_text_starts(text, "::"))
			return true;
	}
	return false;
}

static void no_line_begins_with_a_command(void **state)
{
	static const char *const texts[] = {"::error ::x", " ::add-mask::x", ":", "a ::b"};
	const struct vwx_preflight_format *format;

	(void)state;
	for (size_t i = 0; (format = vwx_preflight_format_at(i)); i++)
		for (size_t k = 0; k < VW_COUNT(texts); k++) {
			_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

			render(format, texts[k], &out);
			if (vwb_text_equal(format->name, "github")) /* its own, and that of no other */
				assert_null(strstr(out.data, "\n::add-mask"));
			else if (has_command_line(out.data))
				fail_msg("%s: %s", format->name, out.data);
		}
}

static void each_has_its_own_escapes(void **state)
{
	static const struct {
		enum vwx_consumer consumer;
		const char *text, *told;
	} rows[] = {
		{VW_FOR_LOG, "##[x] ##Vso[y # ##x", "?#[x] ?#Vso[y # ##x"},
		{VW_FOR_LOG, "\x9A\u202E", "??"},
		{VW_FOR_TAP, "# a\\b\xC2\x9B", "\\# a\\\\b?"},
		{VW_FOR_YAML, "\"a\\ ##[\xC2\x9B\u202E\U000E0041",
		 "\\\"a\\\\ \\x23#[\\x9b\\u202e\\U000e0041"},
		{VW_FOR_XML, "<&>\"'\n##[\u202E\uFFFE\x01", "&lt;&amp;&gt;&quot;&apos;&#10;&#35;#[???"},
		{VW_FOR_GITHUB, "100%\r\n##[a]: b,\x9A", "100%25%0D%0A?#[a]: b,?"},
		{VW_FOR_GITHUB_PROPERTY, "a:b,c%", "a%3Ab%2Cc%25"},
		{VW_FOR_JSON, "##[\u202E\U000E0041\n\x7F\"", "\\u0023#[\\u202e\\udb40\\udc41\n\\u007f\""},
		{VW_FOR_SARIF, "[a](https://b) {0} \\", "\\[a\\](https://b) {{0}} \\\\"},
		/* what is no command, and no language's marks, stays */
		{VW_FOR_LOG, "#[x] ##vso ##x[ \u00E9\u4E2D", "#[x] ##vso ##x[ \u00E9\u4E2D"},
		{VW_FOR_JSON, "## \u00E9", "## \u00E9"},
		{VW_FOR_XML, "# ## \u00E9\uFFFD", "# ## \u00E9\uFFFD"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

		vwx_escape(&out, rows[i].consumer, rows[i].text, strlen(rows[i].text));
		assert_int_equal(out.error, 0);
		assert_string_equal(out.data, rows[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_obeyed),
		cmocka_unit_test(no_line_begins_with_a_command),
		cmocka_unit_test(each_has_its_own_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
