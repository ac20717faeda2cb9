/* SPDX-License-Identifier: MIT */
/* Images that are archives: where the root is in one, and what is left behind. */
#include "tests/unit/pack.h"

#include "tests/unit/image_dump.h"

static void add_octal(char *field, size_t width, unsigned long value)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%0*lo", (int)width - 1, value);
	memcpy(field, digits, width - 1);
}

/* One entry of ustar; a name that ends with '/' is a folder's, a text that begins with "-> " a link's. */
static void add_tar(struct bytes *tar, const char *name, const char *text)
{
	bool is_link = vwb_text_starts(text, "-> "), is_folder = vwb_text_ends(name, "/");
	size_t size = is_link || is_folder ? 0 : strlen(text);
	char header[512] = "";
	unsigned long sum = 0;

	put_word(header, name);
	add_octal(header + 100, 8, 0755);
	add_octal(header + 124, 12, size);
	memset(header + 148, ' ', 8);
	header[156] = is_link ? '2' : is_folder ? '5' : '0';
	if (is_link)
		put_word(header + 157, text + 3);
	memcpy(header + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	add_octal(header + 148, 7, sum);
	add_bytes(tar, header, sizeof(header));
	add_bytes(tar, text, size);
	add_zeros(tar, -size & 511);
}

/* Open and unpack an archive of these files. */
static int unpack(struct image_root *root, const struct laid *laid, size_t count, char problem[512])
{
	struct bytes tar = {0};
	char path[PATH_MAX];

	for (size_t i = 0; i < count && laid[i].path; i++)
		add_tar(&tar, laid[i].path, laid[i].text);
	add_zeros(&tar, 1024);
	put_bytes(&root->guest, "/image.tar", tar.data, tar.size);
	free_bytes(&tar);
	guest_path(&root->guest, "/image.tar", path);
	vw_image_freep(&root->image);
	assert_int_equal(vw_image_open(path, &root->image, problem, 512), 0);
	return vw_image_unpack(root->image, problem, 512);
}

static const struct {
	struct laid laid[4];
	const char *file; /* that the root has then, NULL: there is no root in it */
} roots[] = {
	{{{"etc/", ""}, {"x", "y"}}, "/x"},
	{{{"usr/", ""}, {"x", "y"}}, "/x"},
	{{{"boot/", ""}, {"x", "y"}}, "/x"},
	{{{"lib/", ""}, {"x", "y"}}, "/x"},
	{{{"efi/", ""}, {"x", "y"}}, "/x"},
	{{{"EFI/", ""}, {"x", "y"}}, "/x"},
	{{{"etc", "-> x"}, {"x", "y"}}, "/x"},
	{{{"home/", ""}, {"x", "y"}}, NULL},
	{{{"r/etc/", ""}, {"r/x", "y"}}, "/x"},
	{{{"r/EFI/", ""}, {"r/x", "y"}}, "/x"},
	{{{"r/etc/", ""}, {"r/x", "y"}, {"other", "z"}}, NULL},
	{{{"r/r/etc/", ""}, {"r/r/x", "y"}}, NULL},
	{{{"etc/", ""}, {"r/etc/", ""}, {"x", "y"}, {"r/x", "z"}}, "/x"},
	{{{"x", "y"}}, NULL},
	{{{"r", "-> /"}}, NULL},
};

static void roots_in_archives(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(roots); i++) {
		char problem[512] = "";
		struct image_root *root;
		const char *text = NULL;
		size_t size = 0;
		void *made = NULL;
		int r;

		image_setup(&made);
		root = made;
		r = unpack(root, roots[i].laid, VW_COUNT(roots[i].laid), problem);
		if (r != (roots[i].file ? 0 : -EBADMSG))
			fail_msg("row %zu: %d, %s", i, r, problem);
		if (roots[i].file) {
			assert_int_equal(vw_image_read(root->image, roots[i].file, 9, &text, &size), 0);
			assert_string_equal(text, "y");
		} else if (!vwb_text_ends(problem,
					  "/image.tar: an archive, but not of a root directory: neither etc, "
					  "usr, lib nor boot is in it"))
			fail_msg("row %zu: %s", i, problem);
		image_teardown(&made);
	}
}

/* Nothing is made below TMPDIR, or anywhere, that would have to be removed. */
static void nothing_is_made_of_an_archive(void **state)
{
	static const struct laid laid[] = {{"etc/", ""}, {"etc/a", "b"}};
	struct image_root *root = *state;
	char folder[PATH_MAX], problem[512];

	put_directory(&root->guest, "/tmp");
	guest_path(&root->guest, "/tmp", folder);
	assert_int_equal(setenv("TMPDIR", folder, 1), 0);
	assert_int_equal(unpack(root, laid, 2, problem), 0);
	assert_int_equal(rmdir(folder), 0); /* nothing is in it */
	vw_image_freep(&root->image);
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* A directory is read where it is. */
static void directories_are_not_unpacked(void **state)
{
	struct image_root *root = *state;
	char problem[512] = "";

	assert_int_equal(vw_image_open(root->guest.root, &root->image, problem, sizeof(problem)), 0);
	assert_false(vw_image_is_archive(root->image));
	assert_int_equal(vw_image_unpack(root->image, problem, sizeof(problem)), 0);
	assert_string_equal(problem, "");
}

static void progress_of_an_archive(void *context, const char *what, uint64_t done, uint64_t all)
{
	uint64_t *told = context;

	assert_true(vwb_text_ends(what, "/image.tar"));
	assert_true(done <= all);
	*told = all;
}

static void progress_is_told(void **state)
{
	static const struct laid laid[] = {{"etc/", ""}, {"x", "y"}};
	struct image_root *root = *state;
	char problem[512], path[PATH_MAX];
	uint64_t told = 0;

	assert_int_equal(unpack(root, laid, 2, problem), 0);
	guest_path(&root->guest, "/image.tar", path);
	vw_image_freep(&root->image);
	assert_int_equal(vw_image_open(path, &root->image, problem, sizeof(problem)), 0);
	vw_image_set_progress(root->image, progress_of_an_archive, &told);
	assert_int_equal(vw_image_unpack(root->image, problem, sizeof(problem)), 0);
	assert_int_equal(told, 512 * 3 + 512 + 512);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, image_setup, image_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_in_archives),
		TEST(nothing_is_made_of_an_archive),
		TEST(directories_are_not_unpacked),

		TEST(progress_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
