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
		if (vwb_text_equal(unread[i].source, path))
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

/* Of all files together no more than the bound is read; a head counts as what is read of it. */
static void test_an_image_has_a_bound_of_text(void **state)
{
	struct opened *o = *state;
	const char *bytes = NULL;
	size_t size = 0;

	put_file(o->scratch, "a", "12345");
	put_file(o->scratch, "b", "1234");
	o->image->text = 9;
	assert_int_equal(vw_image_read(o->image, "/a", 4, &bytes, &size), -EFBIG);
	assert_false(o->image->cut); /* a bound of its own */
	assert_int_equal(vw_image_read(o->image, "/a", 100, &bytes, &size), 0);
	assert_int_equal(vw_image_read(o->image, "/a", 100, &bytes, &size), -EFBIG);
	assert_string_equal(unread_of(o->image, "/a"), "EFBIG");
	assert_true(o->image->cut);
	assert_int_equal(vw_image_read_head(o->image, "/a", 4, &bytes, &size), 0);
	assert_int_equal(vw_image_read_head(o->image, "/a", 1, &bytes, &size), -EFBIG);
	assert_int_equal(o->image->text, 0);
	assert_int_equal(vw_image_read(o->image, "/none", 100, &bytes, &size), -ENOENT);
}

/* Neither files nor lines are read when the time is over, or the memory. */
static void test_an_image_has_a_bound_of_time(void **state)
{
	struct opened *o = *state;
	struct vw_line_reader lines = {.image = o->image, .rest = "a\nb\n", .size = 4};
	const char *bytes = NULL;
	size_t size = 0;

	put_file(o->scratch, "a", "12345");
	assert_true(vw_image_next_line(&lines));
	assert_false(vw_image_late(o->image));
	o->image->memory.spent = true;
	assert_false(vw_image_next_line(&lines));
	assert_int_equal(vw_image_read(o->image, "/a", 100, &bytes, &size), -EFBIG);
	o->image->memory.spent = false;
	assert_true(vw_image_next_line(&lines));
	o->image->deadline = 0;
	o->image->asked = 0;
	lines = (struct vw_line_reader){.image = o->image, .rest = "a\nb\n", .size = 4};
	assert_false(vw_image_next_line(&lines));
	assert_true(vw_image_late(o->image) && o->image->stopped);
	assert_int_equal(vw_image_read(o->image, "/a", 100, &bytes, &size), -ETIME);
	assert_true(o->image->cut);
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

struct told {
	size_t count;
	uint64_t done, all;
	bool wrong;
};

static void count_told(void *context, const char *what, uint64_t done, uint64_t all)
{
	struct told *told = context;

	told->wrong |= strcmp(what, "/initrd") != 0 || done < told->done || done > all;
	told->count++;
	told->done = done;
	told->all = all;
}

/* A line of progress: what is read, how much of it, out of how much. */
static void test_progress_is_told(void **state)
{
	struct opened *o = *state;
	const struct vw_initramfs *initramfs = NULL;
	const size_t size = 3 * 1024 * 1024 + 5;
	struct told told = {0};
	char *zeros = calloc(1, size);

	assert_non_null(zeros);
	put(o->scratch, "initrd", VW_NODE_FILE, zeros, size);
	free(zeros);
	vw_image_set_progress(o->image, count_told, &told);
	assert_int_equal(vw_image_probe_initramfs(o->image, "/initrd", &initramfs), 0);
	assert_int_equal(told.count, 4); /* a piece is 1 MiB */
	assert_int_equal(told.done, size);
	assert_int_equal(told.all, size);
	assert_false(told.wrong);
	assert_int_equal(initramfs->state, VW_MALFORMED);
	vw_image_set_progress(o->image, NULL, NULL);
	assert_int_equal(vw_image_probe_initramfs(o->image, "/initrd", &initramfs), 0);
	assert_int_equal(told.count, 4);
}

/* The path, without links, of what a path leads to; and what cannot be there. */
static void test_errors_are_told_apart(void **state)
{
	struct opened *o = *state;
	const char *bytes = NULL, *place = NULL;
	enum vw_entry_type type = VW_ENTRY_OTHER;
	uint64_t size = 7;
	size_t length = 0;

	put_file(o->scratch, "a/b", "text");
	assert_int_equal(vw_image_stat(o->image, "/a/b", &type, &size), 0);
	assert_int_equal(type, VW_ENTRY_FILE);
	assert_int_equal(size, 4);
	assert_int_equal(vw_image_stat(o->image, "/a", &type, NULL), 0);
	assert_int_equal(type, VW_ENTRY_FOLDER);
	assert_int_equal(vw_image_stat(o->image, "/a/b/c", &type, NULL), -ENOENT);
	assert_int_equal(vw_image_read(o->image, "/a/b/c", 9, &bytes, &length), -ENOENT);
	assert_int_equal(vw_image_resolve(o->image, "/a/b/c", &place), -ENOENT);
	assert_int_equal(vw_image_readlink(o->image, "/a/b/c", &place), -ENOENT);
	assert_int_equal(vw_image_resolve(o->image, "/", &place), 0);
	assert_string_equal(place, "/");
	assert_int_equal(vw_image_read_head(o->image, "/a/b", 2, &bytes, &length), 0);
	assert_int_equal(length, 2);
	assert_string_equal(bytes, "te");
	assert_int_equal(vw_image_read_head(o->image, "/a/b", 9, &bytes, &length), 0);
	assert_int_equal(length, 4);
	assert_int_equal(o->image->unread.count, 0);
	assert_int_equal(vw_image_state(0), VW_VALUE);
	assert_int_equal(vw_image_state(-ENOENT), VW_ABSENT);
	assert_int_equal(vw_image_state(-ENOTDIR), VW_ABSENT);
	assert_int_equal(vw_image_state(-EACCES), VW_DENIED);
	assert_int_equal(vw_image_state(-EPERM), VW_DENIED);
	assert_int_equal(vw_image_state(-EIO), VW_MALFORMED);
}

/* A place is told once, the first reason that there was; 1,024 of them. */
static void test_unread_places(void **state)
{
	struct opened *o = *state;
	char path[32];

	vw_image_unread(o->image, "/a\033", -EFBIG);
	assert_string_equal(unread_of(o->image, "/a?"), "EFBIG");
	vw_image_unread(o->image, "/b", -E2BIG);
	vw_image_unread(o->image, "/b", -EIO);
	assert_string_equal(unread_of(o->image, "/b"), "E2BIG");
	vw_image_unread(o->image, "/c", -99999);
	assert_string_equal(unread_of(o->image, "/c"), "EIO");
	assert_int_equal(o->image->unread.count, 3);
	for (size_t i = 3; i < 1030; i++) {
		snprintf(path, sizeof(path), "/%zu", i);
		vw_image_unread(o->image, path, -EIO);
	}
	assert_int_equal(o->image->unread.count, 1024);
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
		cmocka_unit_test_setup_teardown(test_an_image_has_a_bound_of_text, opened_setup,
						opened_teardown),
		cmocka_unit_test_setup_teardown(test_an_image_has_a_bound_of_time, opened_setup,
						opened_teardown),
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
		cmocka_unit_test_setup_teardown(test_progress_is_told, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_errors_are_told_apart, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_unread_places, opened_setup, opened_teardown),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_a_root_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
