/* SPDX-License-Identifier: MIT */
/* Reading an image: links stay inside the root, nothing but regular files is opened, every size has a bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/opened_image.h"

static const char *unread_of(const struct vw_image *image, const char *path)
{
	const struct vw_unread *unread = image->unread.item;

	for (size_t i = 0; i < image->unread.count; i++)
		if (vw_equal(unread[i].source, path))
			return unread[i].error;
	return NULL;
}

static void test_file_is_read_whole(void **state)
{
	struct opened *o = *state;
	const char *bytes = NULL;
	size_t size = 0;

	put_file(o->scratch, "etc/fstab", "a b\n");
	assert_int_equal(vw_image_read(o->image, "/etc/fstab", 100, &bytes, &size), 0);
	assert_int_equal(size, 4);
	assert_string_equal(bytes, "a b\n");
	assert_int_equal(vw_image_read(o->image, "/etc/none", 100, &bytes, &size), -ENOENT);
	assert_int_equal(vw_image_read(o->image, "/etc/fstab/none", 100, &bytes, &size), -ENOENT);
	assert_null(unread_of(o->image, "/etc/none"));
}

static void test_longer_than_the_limit_is_not_read(void **state)
{
	struct opened *o = *state;
	const char *bytes = NULL;
	size_t size = 0;

	put_file(o->scratch, "etc/fstab", "12345");
	assert_int_equal(vw_image_read(o->image, "/etc/fstab", 5, &bytes, &size), 0);
	assert_int_equal(vw_image_read(o->image, "/etc/fstab", 4, &bytes, &size), -EFBIG);
	assert_string_equal(unread_of(o->image, "/etc/fstab"), "EFBIG");
	assert_int_equal(vw_image_read_head(o->image, "/etc/fstab", 4, &bytes, &size), 0);
	assert_int_equal(size, 4);
	assert_string_equal(bytes, "1234");
}

static void test_links_stay_inside(void **state)
{
	static const char *const ways[] = {"../../canary", "/canary", "../../../../../../canary"};
	struct opened *o = *state;
	const char *bytes = NULL, *place = NULL;
	size_t size = 0;
	char name[32];

	for (size_t i = 0; i < VW_COUNT(ways); i++) {
		snprintf(name, sizeof(name), "etc/link%zu", i);
		put_link(o->scratch, name, ways[i]);
		snprintf(name, sizeof(name), "/etc/link%zu", i);
		assert_int_equal(vw_image_read(o->image, name, 100, &bytes, &size), -ENOENT);
	}
	put_link(o->scratch, "etc/self", "/proc/self/root/etc/hostname");
	assert_int_equal(vw_image_read(o->image, "/etc/self", 100, &bytes, &size), -ENOENT);
	put_link(o->scratch, "etc/loop", "loop");
	assert_int_equal(vw_image_read(o->image, "/etc/loop", 100, &bytes, &size), -ELOOP);
	put_file(o->scratch, "canary", "inside");
	assert_int_equal(vw_image_read(o->image, "/etc/link1", 100, &bytes, &size), 0);
	assert_string_equal(bytes, "inside");
	assert_int_equal(vw_image_resolve(o->image, "/etc/link0", &place), 0);
	assert_string_equal(place, "/canary");
	assert_int_equal(vw_image_readlink(o->image, "/etc/link1", &place), 0);
	assert_string_equal(place, "/canary");
	assert_int_equal(vw_image_readlink(o->image, "/canary", &place), -EINVAL);
}

static void test_only_regular_files_are_opened(void **state)
{
	struct opened *o = *state;
	const char *bytes = NULL;
	size_t size = 0;

	put_directory(o->scratch, "etc");
	assert_int_equal(mkfifoat(o->scratch->fd, "etc/fifo", 0600), 0);
	assert_int_equal(vw_image_read(o->image, "/etc/fifo", 100, &bytes, &size), -EINVAL);
	assert_int_equal(vw_image_read(o->image, "/etc", 100, &bytes, &size), -EINVAL);
	assert_string_equal(unread_of(o->image, "/etc/fifo"), "EINVAL");
}

static void test_lists_are_sorted_and_tell_types(void **state)
{
	struct opened *o = *state;
	const struct vw_entry *entry = NULL;
	size_t count = 0;

	put_file(o->scratch, "d/b", "");
	put_link(o->scratch, "d/a", "b");
	put_directory(o->scratch, "d/c");
	assert_int_equal(vw_image_list(o->image, "/d", &count, &entry), 0);
	assert_int_equal(count, 3);
	assert_string_equal(entry[0].name, "a");
	assert_int_equal(entry[0].type, VW_ENTRY_LINK);
	assert_int_equal(entry[1].type, VW_ENTRY_FILE);
	assert_int_equal(entry[2].type, VW_ENTRY_FOLDER);
	assert_int_equal(vw_image_list(o->image, "/d/b", &count, &entry), -ENOENT);
}

static void test_a_list_has_a_bound(void **state)
{
	struct opened *o = *state;
	const struct vw_entry *entry = NULL;
	size_t count = 7;
	char name[32];

	put_directory(o->scratch, "d");
	for (size_t i = 0; i <= VW_IMAGE_LIST_LIMIT; i++) {
		snprintf(name, sizeof(name), "d/%zu", i);
		assert_int_equal(mknodat(o->scratch->fd, name, S_IFREG | 0600, 0), 0);
	}
	assert_int_equal(vw_image_list(o->image, "/d", &count, &entry), -E2BIG);
	assert_int_equal(count, 7);
	assert_string_equal(unread_of(o->image, "/d"), "E2BIG");
	assert_int_equal(unlinkat(o->scratch->fd, "d/0", 0), 0);
	assert_int_equal(vw_image_list(o->image, "/d", &count, &entry), 0);
	assert_int_equal(count, VW_IMAGE_LIST_LIMIT);
}

static void test_lines(void **state)
{
	struct vw_line_reader lines = {.rest = "a\r\n\nlast", .size = 8};

	(void)state;
	assert_true(vw_image_next_line(&lines));
	assert_int_equal(lines.length, 1);
	assert_true(vw_image_next_line(&lines));
	assert_int_equal(lines.length, 0);
	assert_true(vw_image_next_line(&lines));
	assert_int_equal(lines.number, 3);
	assert_memory_equal(lines.line, "last", 4);
	assert_false(vw_image_next_line(&lines));
}

static void test_names_are_sorted_each_once(void **state)
{
	struct opened *o = *state;
	struct vw_growing list = {0};
	struct vw_names names;
	static const char *const words[] = {"b", "a", "b"};

	for (size_t i = 0; i < VW_COUNT(words); i++)
		*(const char **)vw_grow(o->image, &list, sizeof(char *), 3) = words[i];
	assert_null(vw_grow(o->image, &list, sizeof(char *), 3));
	vw_image_set_names(&names, VW_VALUE, &list, "x");
	assert_int_equal(names.count, 2);
	assert_string_equal(names.name[0], "a");
}

static void test_a_root_that_is_none_is_told(void **state)
{
	struct vw_image *image = NULL;
	char problem[256];

	(void)state;
	assert_int_equal(vw_image_open("/nowhere/at/all", &image, problem, sizeof(problem)), -ENOENT);
	assert_non_null(strstr(problem, "/nowhere/at/all"));
	assert_int_equal(vw_image_open("/dev/null", &image, problem, sizeof(problem)), -ENOTDIR);
	assert_non_null(strstr(problem, "/dev/null: neither a directory nor an archive"));
	assert_null(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file_is_read_whole, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_longer_than_the_limit_is_not_read, opened_setup,
						opened_teardown),
		cmocka_unit_test_setup_teardown(test_links_stay_inside, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_only_regular_files_are_opened, opened_setup,
						opened_teardown),
		cmocka_unit_test_setup_teardown(test_lists_are_sorted_and_tell_types, opened_setup,
						opened_teardown),
		cmocka_unit_test_setup_teardown(test_a_list_has_a_bound, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_names_are_sorted_each_once, opened_setup,
						opened_teardown),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_a_root_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
