/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "export/jansson.h"
#include "export/preflight.h"
#include "tests/unit/sample_preflights.h"
#include "tests/unit/sample_reports.h"

/*
 * A machine without libjansson. These stand in the place of export/jansson.c: there is no library, and
 * nothing may be asked of it.
 */

const struct vwb_json *vwb_json(void)
{
	return NULL;
}

json_t *vwx_jansson_append(const struct vwb_json *jansson, json_t *array, json_t *item)
{
	(void)jansson, (void)array, (void)item;
	fail();
	return NULL;
}

json_t *vwx_jansson_tristate(const struct vwb_json *jansson, enum vw_tristate value)
{
	(void)jansson, (void)value;
	fail();
	return NULL;
}

int vwx_jansson_finish(const struct vwb_json *jansson, json_t *document, const struct vwx_view *view,
		       struct vwb_buffer *out)
{
	(void)jansson, (void)document, (void)view, (void)out;
	fail();
	return -1;
}

static const struct vwx_view view = {.captured = "2026-11-21T12:00:00Z"};

static void no_document_is_made(void **state)
{
	static const struct vwx_answer answer = {"vm", VW_YES};
	static const struct vw_word word = {"xen", "Xen", NULL};
	const struct vw_word *const words[] = {&word};
	struct vwb_buffer out = {0};
	int results[8];

	(void)state;
	results[0] = vwx_json_render(&sample_full, &view, &out);
	results[1] = vwx_preflight_json_render(&sample_preflight, &view, &out);
	results[2] = vwx_preflight_sarif_render(&sample_preflight, &view, &out);
	results[3] = vwx_answers_render(&answer, 1, VW_YES, &view, &out);
	results[4] = vwx_recorded_render("/x", false, &view, &out);
	results[5] = vwx_words_json_render("some", words, 1, &view, &out);
	results[6] = vwx_checks_json_render(&view, &out);
	results[7] = vwx_passport_json_render("virtwhere:1;stack=kvm", &view, &out);
	for (size_t i = 0; i < VW_COUNT(results); i++)
		assert_int_equal(results[i], -EOPNOTSUPP);
	assert_null(out.data);
	vwx_json_load(); /* for lack of it nothing ends */
}

static void what_registered_an_image_cannot_be_read(void **state)
{
	static const char text[] = "{\"ImageId\": \"ami-1\"}";
	struct vwb_arena *arena = NULL;
	struct vw_ami ami = {.image_id = "untouched"};
	char problem[128] = "";

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	assert_int_equal(vwx_ami_parse(text, sizeof(text) - 1, arena, &ami, problem, sizeof(problem)),
			 -EOPNOTSUPP);
	assert_string_equal(problem, "JSON needs libjansson.so.4, which is not installed");
	assert_string_equal(ami.image_id, "untouched");
	vwb_arena_free(arena);
}

/* The other formats need none. */
static void other_formats_are_made(void **state)
{
	static const char *const formats[] = {"text", "junit", "tap", "github"};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(formats); i++) {
		struct vwb_buffer out = {0};

		assert_int_equal(
			vwx_preflight_format_find(formats[i])->render(&sample_preflight, &view, &out), 0);
		assert_true(out.size > 1000);
		vwb_buffer_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_document_is_made),
		cmocka_unit_test(what_registered_an_image_cannot_be_read),
		cmocka_unit_test(other_formats_are_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
