/* SPDX-License-Identifier: MIT */
/* How much of each kind is read: as much as the bound says, and no more; what is left out is told. */
#include "tests/unit/pack.h"

#include "tests/unit/image_dump.h"

#include "probes/image/kernels.h"

/* A text that is made of numbered lines: @format has one "%zu". */
static char *numbered(const char *head, const char *format, size_t count, const char *tail)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fputs(head, out);
	for (size_t i = 0; i < count; i++) {
		const char *at = strstr(format, "%zu");

		if (at)
			fprintf(out, "%.*s%zu%s", (int)(at - format), format, i, at + 3);
		else
			fputs(format, out);
	}
	fputs(tail, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void put_numbered(struct image_root *root, const char *path, const char *head, const char *format,
			 size_t count, const char *tail)
{
	char *text = numbered(head, format, count, tail);

	put(&root->guest, path, text);
	free(text);
}

/* lines of one file */

static size_t count_modprobe(const struct vw_image_facts *facts)
{
	return facts->modprobe.count;
}

static size_t count_load(const struct vw_image_facts *facts)
{
	return facts->modules_load.count;
}

static size_t count_mounts(const struct vw_image_facts *facts)
{
	return facts->mounts.count;
}

static size_t count_network(const struct vw_image_facts *facts)
{
	return facts->network.count;
}

static size_t count_pins(const struct vw_image_facts *facts)
{
	return facts->persistent_net.count;
}

static size_t count_chrony(const struct vw_image_facts *facts)
{
	return facts->chrony.count;
}

static size_t count_conf(const struct vw_image_facts *facts)
{
	return facts->initramfs_conf.count;
}

static size_t count_intent(const struct vw_image_facts *facts)
{
	return facts->boot.intent.count;
}

static size_t count_entries(const struct vw_image_facts *facts)
{
	return facts->boot.count;
}

static size_t count_gettys(const struct vw_image_facts *facts)
{
	return facts->gettys.count;
}

static const struct {
	const char *path, *line;
	image_part part;
	size_t (*count)(const struct vw_image_facts *facts);
	size_t bound;
	bool told; /* as unread */
} lines[] = {
	{"/etc/modprobe.d/a.conf", "remove a\n", vw_image_probe_modprobe, count_modprobe, 65536, true},
	{"/etc/modules", "a\n", vw_image_probe_modprobe, count_load, 65536, false},
	{"/etc/fstab", "a b\n", vw_image_probe_mounts, count_mounts, 4096, true},
	{"/etc/network/interfaces", "iface a\n", vw_image_probe_network, count_network, 1024, true},
	{"/etc/udev/rules.d/a.rules", "ATTR{address}==\"a\", NAME=\"b\"\n", vw_image_probe_network,
	 count_pins, 1024, true},
	{"/etc/chrony.conf", "server a\n", vw_image_probe_system, count_chrony, 1024, true},
	{"/etc/dracut.conf", "hostonly=a\n", vw_image_probe_initramfs_conf, count_conf, 1024, true},
	{"/etc/default/grub", "GRUB_A=1\n", vw_image_probe_boot, count_intent, 4096, false},
	{"/boot/extlinux.conf", "label a\n", vw_image_probe_boot, count_entries, 4096, true},
	{"/boot/grub/menu.lst", "title a\n", vw_image_probe_boot, count_entries, 4096, true},
	{"/boot/grub/grub.cfg", "menuentry a { true; }\n", vw_image_probe_boot, count_entries, 4096, true},
	{"/etc/inittab", "getty tty%zu\n", vw_image_probe_system, count_gettys, 256, false},
};

static void lines_of_a_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3 * VW_COUNT(lines); i++) {
		size_t row = i / 3, count = lines[row].bound - 1 + i % 3;
		size_t expected = count < lines[row].bound ? count : lines[row].bound;
		struct image_root *root;
		void *made = NULL;

		image_setup(&made);
		root = made;
		put_numbered(root, lines[row].path, "", lines[row].line, count, "");
		image_read(root, lines[row].part, NULL);
		if (lines[row].count(&root->facts) != expected)
			fail_msg("%s: %zu of %zu", lines[row].path, lines[row].count(&root->facts), count);
		if (lines[row].told && count > expected && root->image->unread.count == 0)
			fail_msg("%s: not told", lines[row].path);
		if (count < lines[row].bound)
			assert_int_equal(root->image->unread.count, 0);
		image_teardown(&made);
	}
}

/* a file's size */

static void sizes_of_files(void **state)
{
	static const struct {
		const char *path;
		image_part part;
		size_t bound;
	} files[] = {
		{"/etc/fstab", vw_image_probe_mounts, 1 << 20},
		{"/etc/modprobe.d/a.conf", vw_image_probe_modprobe, 1 << 20},
		{"/etc/network/interfaces", vw_image_probe_network, 1 << 20},
		{"/etc/chrony.conf", vw_image_probe_system, 1 << 20},
		{"/boot/grub/grub.cfg", vw_image_probe_boot, 1 << 20},
		{"/usr/bin/kmod", vw_image_probe_os, 4 << 20},
	};

	(void)state;
	for (size_t i = 0; i < 2 * VW_COUNT(files); i++) {
		size_t size = files[i / 2].bound + i % 2;
		char *zeros = calloc(1, size);
		struct image_root *root;
		void *made = NULL;

		assert_non_null(zeros);
		memcpy(zeros, "\177ELF", 4);
		image_setup(&made);
		root = made;
		put_bytes(&root->guest, files[i / 2].path, zeros, size);
		image_read(root, files[i / 2].part, NULL);
		if (!vwb_text_equal(image_unread_error(root, files[i / 2].path), i % 2 ? "EFBIG" : NULL))
			fail_msg("%s of %zu bytes", files[i / 2].path, size);
		free(zeros);
		image_teardown(&made);
	}
}

/* GRUB's blocks, menus, variables and files */

static const struct {
	const char *what, *head, *part;
	size_t bound;
	const char *tail;
} scripts[] = {
	{"blocks", "", "{\n", 64, "menuentry a { true; }\n"},
	{"conditions", "", "if [ a ]; then\n", 63, "menuentry a { true; }\n"},
	{"menus", "", "submenu s {\n", 16, "menuentry a { true; }\n"},
};

static void depths_of_grub(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * VW_COUNT(scripts); i++) {
		size_t row = i / 2, count = scripts[row].bound - (row == 0) + i % 2;
		struct image_root *root;
		void *made = NULL;

		image_setup(&made);
		root = made;
		put_numbered(root, "/boot/grub/grub.cfg", scripts[row].head, scripts[row].part, count,
			     scripts[row].tail);
		image_read(root, vw_image_probe_boot, NULL);
		if (root->facts.boot.count != (i % 2 ? 0 : 1))
			fail_msg("%zu %s", count, scripts[row].what);
		if (!vwb_text_equal(image_unread_error(root, "/boot/grub/grub.cfg"), i % 2 ? "E2BIG" : NULL))
			fail_msg("%zu %s: told", count, scripts[row].what);
		image_teardown(&made);
	}
}

static void variables_of_grub(void **state)
{
	struct image_root *root = *state;

	/* two are there from the beginning */
	put_numbered(root, "/boot/grub/grub.cfg", "", "set v%zu=x%zu\n", 511,
		     "menuentry $v508-$v509-$v510- { true; }\n");
	image_read(root, vw_image_probe_boot, NULL);
	assert_string_equal(root->facts.boot.entry[0].title, "x%zu-x%zu--");
}

static void names_of_grub(void **state)
{
	struct image_root *root = *state;
	char name[300] = "", text[2000];

	memset(name, 'n', 257);
	snprintf(text, sizeof(text), "set %s=1\nset %s=2\nset root=%s\nmenuentry ${%s}${%s}- { linux /k; }\n",
		 name, name + 1, name, name, name + 1);
	put(&root->guest, "/boot/grub/grub.cfg", text);
	image_read(root, vw_image_probe_boot, NULL);
	assert_string_equal(root->facts.boot.entry[0].title, "2-");
	assert_int_equal(strlen(root->facts.boot.entry[0].root_set), 256);
}

static void sources_of_grub(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/boot/grub/a", "menuentry a { true; }\n");
	put_numbered(root, "/boot/grub/grub.cfg", "", "source a\n", 65, "");
	image_read(root, vw_image_probe_boot, NULL);
	assert_int_equal(root->facts.boot.count, 64);
}

static void vendors_of_grub(void **state)
{
	for (size_t count = 14; count < 16; count++) {
		struct image_root *root;
		void *made = NULL;

		(void)state;
		image_setup(&made);
		root = made;
		for (size_t i = 0; i < count; i++) {
			char path[64];

			snprintf(path, sizeof(path), "/boot/efi/EFI/%02zu/grub.cfg", i);
			put(&root->guest, path, i + 1 == count ? "menuentry a { true; }\n" : "");
		}
		image_read(root, vw_image_probe_boot, NULL);
		assert_int_equal(root->facts.boot.count, count == 14);
		image_teardown(&made);
	}
}

/* paths and titles */

/* "/././…/k" of 4,000 bytes is looked for, "/././…//k" of 4,001 is not. */
static void paths_of_entries(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/k", "kernel");
	put_numbered(root, "/boot/extlinux.conf", "LABEL a\nLINUX /", "./", 1999, "k\n");
	image_read(root, vw_image_probe_boot, NULL);
	assert_int_equal(strlen(root->facts.boot.entry[0].kernel), 4000);
	assert_non_null(root->facts.boot.entry[0].kernel_at);
	put_numbered(root, "/boot/extlinux.conf", "LABEL a\nLINUX /", "./", 1999, "/k\n");
	image_read(root, vw_image_probe_boot, NULL);
	assert_int_equal(strlen(root->facts.boot.entry[0].kernel), 4001);
	assert_null(root->facts.boot.entry[0].kernel_at);
}

static void titles_of_entries(void **state)
{
	struct image_root *root = *state;
	char text[6000] = "menuentry ";

	memset(text + strlen(text), 't', 4097);
	put_word(text + strlen(text), " { linux /k; }\n");
	put(&root->guest, "/boot/grub/grub.cfg", text);
	image_read(root, vw_image_probe_boot, NULL);
	assert_int_equal(strlen(root->facts.boot.entry[0].title), 4096);
}

/* files of a folder */

static void put_each(struct image_root *root, const char *format, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		char path[128];
		const char *at = strstr(format, "%zu");

		snprintf(path, sizeof(path), "%.*s%05zu%s", (int)(at - format), format, i, at + 3);
		put(&root->guest, path, text);
	}
}

static void files_of_folders(void **state)
{
	struct image_root *root = *state;

	put_each(root, "/etc/modprobe.d/%zu.conf", 4097, "blacklist a\n");
	put_each(root, "/etc/systemd/system/%zu.mount", 4097, "[Mount]\nWhat=a\n");
	image_read(root, vw_image_probe_modprobe, NULL);
	assert_int_equal(root->facts.modprobe.count, 4096);
	assert_string_equal(image_unread_error(root, "/etc/modprobe.d"), "E2BIG");
	image_read(root, vw_image_probe_mounts, NULL);
	assert_int_equal(root->facts.mounts.count, 4096);
}

static void bytes_of_folders(void **state)
{
	struct image_root *root = *state;
	char *text = numbered("[Mount]\nWhat=a\n", "#%zu\n", 100000, "");

	/* 8 MiB of all files together */
	put_each(root, "/etc/systemd/system/%zu.mount", 14, text);
	image_read(root, vw_image_probe_mounts, NULL);
	assert_int_equal(root->facts.mounts.count, (8 << 20) / strlen(text));
	free(text);
}

static void kernels(void **state)
{
	struct image_root *root = *state;

	put_each(root, "/lib/modules/%zu/a.ko", 257, "x");
	image_read(root, vw_image_probe_kernels, NULL);
	assert_int_equal(root->facts.kernel_count, 256);
	assert_string_equal(image_unread_error(root, "/lib/modules/00256"), "E2BIG");
}

static void long_lines(void **state)
{
	struct image_root *root = *state;
	char text[1100] = "server ";

	memset(text + 7, 'a', 1025 - 7);
	put(&root->guest, "/etc/chrony.conf", text);
	image_read(root, vw_image_probe_system, NULL);
	assert_int_equal(strlen(root->facts.chrony.line[0].text), 1024);
}

/* sources of ifupdown */

static void sources_of_ifupdown(void **state)
{
	struct image_root *root = *state;
	char path[PATH_MAX];

	put_each(root, "/etc/network/d/%zu", 128, "iface a inet dhcp\n");
	put(&root->guest, "/etc/network/interfaces", "source d/*\n");
	image_read(root, vw_image_probe_network, NULL);
	assert_int_equal(root->facts.network.count, 127); /* and the file that names them */
	assert_true(root->facts.network.incomplete);
	guest_path(&root->guest, "/etc/network/d/00127", path);
	assert_int_equal(unlink(path), 0);
	image_read(root, vw_image_probe_network, NULL);
	assert_int_equal(root->facts.network.count, 127);
	assert_false(root->facts.network.incomplete);
}

/* words of one list */

static void lists_of_words(void **state)
{
	struct image_root *root = *state;
	char *text = numbered("network: {ethernets: {a: {match: {driver: [", "d%zu,", 33, "]}}}}\n");

	put(&root->guest, "/etc/netplan/a.yaml", text);
	free(text);
	image_read(root, vw_image_probe_network, NULL);
	assert_true(vwb_text_ends(root->facts.network.conf[0].driver, " d31"));
	put_numbered(root, "/etc/cloud/cloud.cfg", "datasource_list: [", "s%zu,", 65, "]\n");
	image_read(root, vw_image_probe_cloud_init, NULL);
	assert_true(vwb_text_ends(root->facts.cloud_init.datasource_list.text, ", s63"));
	put(&root->guest, "/etc/tuned/active_profile", "p p p p p p p q r\n");
	put(&root->guest, "/etc/tuned/p/tuned.conf", "");
	put(&root->guest, "/etc/tuned/q/tuned.conf", "io_timeout=q\n");
	put(&root->guest, "/etc/tuned/r/tuned.conf", "io_timeout=r\n");
	image_read(root, vw_image_probe_udev, NULL);
	assert_int_equal(root->facts.io_timeout.count, 1);
	assert_line(&root->facts.io_timeout, 0, "/etc/tuned/q/tuned.conf:1", "io_timeout=q");
}

/* what lies on an ESP */

static void files_of_an_esp(void **state)
{
	struct image_root *root = *state;

	for (size_t i = 0; i < 257; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/efi/EFI/%zu.efi", i);
		put_pe_file(&root->guest, path, "8664 ");
	}
	image_read(root, vw_image_probe_esp, NULL);
	assert_int_equal(root->facts.esp.loaders.count, 256);
	assert_string_equal(image_unread_error(root, "/efi"), "E2BIG");
}

static void entries_of_an_esp(void **state)
{
	for (size_t count = 4096; count < 4098; count++) {
		struct image_root *root;
		void *made = NULL;

		(void)state;
		image_setup(&made);
		root = made;
		put_each(root, "/efi/EFI/%zu", count, "");
		image_read(root, vw_image_probe_esp, NULL);
		assert_true(vwb_text_equal(image_unread_error(root, "/efi"), count > 4096 ? "E2BIG" : NULL));
		image_teardown(&made);
	}
}

/* folders within each other */

static void depths_of_modules(void **state)
{
	struct image_root *root = *state;
	char path[256] = "/lib/modules/6.1";

	for (size_t i = 0; i < 17; i++) {
		put_word(path + strlen(path), "/d");
		if (i >= 15) {
			put_word(path + strlen(path), "/a.ko");
			put(&root->guest, path, "x");
			memset(path + strlen(path) - 5, 0, 5);
		}
	}
	image_read(root, vw_image_probe_kernels, NULL);
	assert_int_equal(root->facts.kernel_count, 1);
	assert_int_equal(root->facts.kernel[0].modules.file_count, 1);
	assert_int_equal(root->facts.kernel[0].modules.state, VW_MALFORMED);
	assert_string_equal(image_unread_error(root, path), "ELOOP");
}

static void names_of_modules(void **state)
{
	struct image_root *root = *state;
	char name[257] = "", text[600];

	memset(name, 'm', 256);
	snprintf(text, sizeof(text), "kernel/%s.ko\nkernel/%s.ko\n", name, name + 1);
	put(&root->guest, "/lib/modules/6.1/modules.builtin", text);
	image_read(root, vw_image_probe_kernels, NULL);
	assert_int_equal(root->facts.kernel[0].modules.builtin.count, 1);
	assert_string_equal(root->facts.kernel[0].modules.builtin.name[0], name + 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, image_setup, image_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_a_file),
		cmocka_unit_test(sizes_of_files),
		cmocka_unit_test(depths_of_grub),
		TEST(variables_of_grub),
		TEST(names_of_grub),
		TEST(sources_of_grub),
		cmocka_unit_test(vendors_of_grub),
		TEST(paths_of_entries),
		TEST(titles_of_entries),
		TEST(files_of_folders),
		TEST(bytes_of_folders),
		TEST(kernels),
		TEST(long_lines),
		TEST(sources_of_ifupdown),
		TEST(depths_of_modules),
		TEST(names_of_modules),
		TEST(lists_of_words),
		TEST(files_of_an_esp),
		cmocka_unit_test(entries_of_an_esp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
