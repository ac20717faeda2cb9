/* SPDX-License-Identifier: MIT */
/* Initramfs of every layout that distributions make, and of those that nobody should. */
#include "tests/unit/pack.h"
#include "tests/unit/opened_image.h"

#include "probes/image/unpack.h"

#define MICROCODE "kernel/x86/microcode/GenuineIntel.bin"
#define RELEASE   "6.1.0-56-amd64"

struct reading {
	struct opened opened;
	struct bytes file;
	struct vw_initramfs initramfs;
};

static int setup(void **state)
{
	struct reading *reading = calloc(1, sizeof(*reading));

	assert_non_null(reading);
	opened_open(&reading->opened);
	*state = reading;
	return 0;
}

static int teardown(void **state)
{
	struct reading *reading = *state;

	free_bytes(&reading->file);
	opened_close(&reading->opened);
	free(reading);
	return 0;
}

static const struct vw_initramfs *initramfs_of(struct reading *o, const void *bytes, size_t size)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/initrd", o->opened.scratch->snap);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	o->initramfs = (struct vw_initramfs){0};
	assert_int_equal(vw_initramfs_read(o->opened.image, "/initrd", &o->initramfs), 0);
	return &o->initramfs;
}

static const struct vw_initramfs *read_file(struct reading *o)
{
	return initramfs_of(o, o->file.data, o->file.size);
}

/* An ELF program. */

static void store(struct bytes *bytes, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes->data[at + i] = (unsigned char)(value >> 8 * i);
}

/* A 64-bit one of two segments, whose dynamic section names two libraries at most. */
static void make_elf(struct bytes *to, uint16_t machine, const char *interpreter, const char *needed,
		     const char *other)
{
	enum { INTERP = 240, DYNAMIC = 320, STRINGS = 400, SIZE = 500, BASE = 0x1000 };
	size_t at = DYNAMIC;

	add_zeros(to, SIZE);
	memcpy(to->data, "\177ELF\2\1\1", 7);
	store(to, 16, 3, 2);
	store(to, 18, machine, 2);
	store(to, 32, 64, 8);
	store(to, 54, 56, 2);
	store(to, 56, interpreter ? 3 : 2, 2);
	store(to, 64, 1, 4); /* PT_LOAD */
	store(to, 64 + 16, BASE, 8);
	store(to, 64 + 32, SIZE, 8);
	store(to, 120, 2, 4); /* PT_DYNAMIC */
	store(to, 120 + 8, DYNAMIC, 8);
	store(to, 120 + 32, STRINGS - DYNAMIC, 8);
	if (interpreter) {
		store(to, 176, 3, 4); /* PT_INTERP */
		store(to, 176 + 8, INTERP, 8);
		store(to, 176 + 32, strlen(interpreter) + 1, 8);
		memcpy(to->data + INTERP, interpreter, strlen(interpreter));
	}
	memcpy(to->data + STRINGS + 1, needed, strlen(needed));
	store(to, at, 1, 8); /* DT_NEEDED */
	store(to, at + 8, 1, 8);
	at += 16;
	if (other) {
		memcpy(to->data + STRINGS + 50, other, strlen(other));
		store(to, at, 1, 8);
		store(to, at + 8, 50, 8);
		at += 16;
	}
	store(to, at, 5, 8); /* DT_STRTAB */
	store(to, at + 8, BASE + STRINGS, 8);
}

static void add_elf(struct bytes *cpio, const char *name, uint16_t machine, const char *interpreter,
		    const char *needed, const char *other)
{
	struct bytes elf = {0};

	make_elf(&elf, machine, interpreter, needed, other);
	add_entry(cpio,
		  &(struct entry){.name = name, .data = elf.data, .size = elf.size, .mode = S_IFREG | 0755});
	free_bytes(&elf);
}

/* Archives. */

static void add_microcode(struct bytes *cpio)
{
	add_folder(cpio, "kernel");
	add_folder(cpio, "kernel/x86");
	add_folder(cpio, "kernel/x86/microcode");
	add_file(cpio, "kernel/x86/microcode/.enuineIntel.align.0123456789abc", "");
	add_file(cpio, MICROCODE, "microcode");
	add_trailer(cpio);
}

static void add_main(struct bytes *cpio)
{
	add_folder(cpio, ".");
	add_link(cpio, "bin", "usr/bin");
	add_link(cpio, "lib", "usr/lib");
	add_folder(cpio, "usr");
	add_folder(cpio, "usr/lib");
	add_folder(cpio, "usr/lib/modules");
	add_folder(cpio, "usr/lib/modules/" RELEASE);
	add_file(cpio, "lib/modules/" RELEASE "/kernel/nvme.ko", "a module");
	add_file(cpio, "lib/modules/" RELEASE "/modules.dep", "kernel/nvme.ko:\n");
	add_folder(cpio, "etc");
	add_folder(cpio, "etc/modprobe.d");
	add_file(cpio, "etc/modprobe.d/no.conf", "# comment\nblacklist nvme\n");
	add_folder(cpio, "conf");
	add_file(cpio, "conf/modules", "nvme\n# none\next4\n");
	add_file(cpio, "conf/initramfs.conf", "# most or dep\nMODULES=most\n");
	add_folder(cpio, "scripts");
	add_file(cpio, "scripts/functions", "");
	add_file(cpio, "init", "#!/bin/sh\nexec true\n");
	add_link(cpio, "usr/bin/sh", "busybox");
	add_elf(cpio, "usr/bin/busybox", 62, "/lib/ld.so", "libc.so.6", NULL);
	add_file(cpio, "usr/lib/libc.so.6", "\177ELF");
	add_file(cpio, "usr/lib/ld.so", "\177ELF");
	add_trailer(cpio);
}

enum { MICROCODE_ENTRIES = 5, MAIN_ENTRIES = 22 };

static void assert_main(const struct vw_initramfs *it)
{
	assert_null(it->problem);
	assert_int_equal(it->state, VW_VALUE);
	assert_string_equal(it->init, "/init");
	assert_string_equal(it->init_arch, "x86_64");
	assert_string_equal(it->generator, "initramfs-tools");
	assert_int_equal(it->load.count, 2);
	assert_string_equal(it->load.line[1].text, "ext4");
	assert_string_equal(it->load.line[1].source, "/initrd:/conf/modules:3");
	assert_string_equal(it->build.text, "MODULES=most");
	assert_int_equal(it->cmdline.state, VW_ABSENT);
}

static void assert_modules(const struct vw_initramfs *it)
{
	assert_int_equal(it->tree_count, 1);
	assert_string_equal(it->tree[0].folder, "/usr/lib/modules/" RELEASE);
	assert_int_equal(it->tree[0].count, 1);
	assert_string_equal(it->tree[0].module[0].name, "nvme");
	assert_int_equal(it->modprobe.count, 1);
	assert_string_equal(it->modprobe.rule[0].kind, "blacklist");
	assert_string_equal(it->modprobe.rule[0].source, "/initrd:/etc/modprobe.d/no.conf:2");
}

static void test_plain(void **state)
{
	struct reading *o = *state;
	const struct vw_initramfs *it;

	add_main(&o->file);
	it = read_file(o);
	assert_main(it);
	assert_modules(it);
	assert_int_equal(it->segment_count, 1);
	assert_string_equal(it->segment[0].format, "cpio");
	assert_int_equal(it->segment[0].size, o->file.size);
	assert_int_equal(it->entries, MAIN_ENTRIES);
	assert_int_equal(it->firmware_early.count, 0);
}

/* Debian 12: microcode, zeros, then the rest in one compressed stream; with each codec. */
static void test_early_then_compressed(void **state)
{
	struct reading *o = *state;

	for (size_t i = 0; i < VW_COUNT(packers); i++) {
		struct bytes cpio = {0};
		const struct vw_initramfs *it;
		size_t at, size;

		free_bytes(&o->file);
		add_microcode(&o->file);
		size = o->file.size;
		add_zeros(&o->file, 512 - o->file.size % 512);
		at = o->file.size;
		add_main(&cpio);
		packers[i].pack(&o->file, cpio.data, cpio.size);
		it = read_file(o);
		assert_int_equal(it->segment_count, 2);
		assert_int_equal(it->segment[0].entries, MICROCODE_ENTRIES);
		assert_int_equal(it->segment[0].size, size);
		assert_string_equal(it->segment[1].format, packers[i].name);
		assert_int_equal(it->segment[1].offset, at);
		assert_int_equal(it->firmware_early.count, 1);
		assert_string_equal(it->firmware_early.name[0], MICROCODE);
		if (can_unpack(&packers[i])) {
			assert_int_equal(it->segment[1].size, o->file.size - at);
			assert_int_equal(it->segment[1].unpacked, cpio.size);
			assert_int_equal(it->segment[1].entries, MAIN_ENTRIES);
			assert_main(it);
			assert_modules(it);
		} else {
			assert_true(it->incomplete);
			assert_int_equal(it->state, VW_VALUE);
			assert_non_null(strstr(it->problem, "lzo"));
		}
		free_bytes(&cpio);
	}
}

/* Debian 13: the modules are in the plain archive, all else is in the compressed one. */
static void test_modules_in_the_first(void **state)
{
	struct reading *o = *state;
	struct bytes cpio = {0};
	const struct vw_initramfs *it;

	add_folder(&o->file, "usr");
	add_folder(&o->file, "usr/lib");
	add_folder(&o->file, "usr/lib/modules");
	add_folder(&o->file, "usr/lib/modules/" RELEASE);
	add_file(&o->file, "usr/lib/modules/" RELEASE "/kernel/ext4.ko.xz", "a module");
	add_trailer(&o->file);
	add_zeros(&o->file, 92);
	add_main(&cpio);
	pack_zstd(&o->file, cpio.data, cpio.size);
	free_bytes(&cpio);
	it = read_file(o);
	assert_main(it);
	assert_int_equal(it->segment_count, 2);
	assert_int_equal(it->entries, MAIN_ENTRIES + 5);
	assert_int_equal(it->tree_count, 1);
	assert_int_equal(it->tree[0].file_count, 2);
}

/* Streams that follow each other with and without zeros between them; later files win. */
static void test_several_compressed(void **state)
{
	struct reading *o = *state;
	struct bytes first = {0}, second = {0};
	const struct vw_initramfs *it;

	add_folder(&first, "conf");
	add_file(&first, "conf/modules", "old\n");
	add_trailer(&first);
	add_main(&second);
	pack_gzip(&o->file, first.data, first.size);
	pack_xz(&o->file, first.data, first.size);
	add_zeros(&o->file, 3);
	pack_bzip2(&o->file, first.data, first.size);
	pack_lzma(&o->file, first.data, first.size);
	pack_zstd(&o->file, second.data, second.size);
	add_zeros(&o->file, 7);
	free_bytes(&first);
	free_bytes(&second);
	it = read_file(o);
	assert_main(it);
	assert_modules(it);
	assert_int_equal(it->segment_count, 5);
	assert_int_equal(it->entries, MAIN_ENTRIES + 4 * 2);
}

/* The whole, or a problem, or the end of an entry: nothing else may come of a file that is cut. */
static void test_cut_anywhere(void **state)
{
	struct reading *o = *state;
	struct bytes cpio = {0};
	size_t early;

	add_file(&o->file, MICROCODE, "microcode");
	add_trailer(&o->file);
	early = o->file.size;
	add_zeros(&o->file, 4);
	add_file(&cpio, "init", "#!/bin/sh\n");
	add_trailer(&cpio);
	pack_zstd(&o->file, cpio.data, cpio.size);
	free_bytes(&cpio);
	assert_string_equal(read_file(o)->init, "/init");

	for (size_t size = 0; size < o->file.size; size++) {
		const struct vw_initramfs *it = initramfs_of(o, o->file.data, size);
		bool legal = size == early || (size > early && size <= early + 4);

		if (it->state == VW_VALUE && !legal)
			/* Behind the first entry the kernel sees no end, and no problem either. */
			assert_true(size < early && it->entries == 1 && size % 4 == 0);
		else
			assert_int_equal(it->state == VW_MALFORMED, !legal);
		assert_true(it->state == VW_VALUE || it->problem);
	}
}

static void test_damage(void **state)
{
	static const struct {
		size_t at;
		const char *bytes, *problem;
	} cases[] = {
		{10, "g", "not hexadecimal"},
		{0, "070707", "old format"},
		{0, "070703", "no cpio header"},
		{94, "00000000", "name is empty"},
		{94, "00001001", "longer than a path"},
		{94, "00000004", "does not end"},
		{54, "7fffffff", "cut off"},
		{54, "ffffffff", "cut off"},
	};
	struct reading *o = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_initramfs *it;

		free_bytes(&o->file);
		add_file(&o->file, "init", "text");
		add_trailer(&o->file);
		memcpy(o->file.data + cases[i].at, cases[i].bytes, strlen(cases[i].bytes));
		it = read_file(o);
		assert_int_equal(it->state, VW_MALFORMED);
		assert_non_null(strstr(it->problem, cases[i].problem));
	}
}

static void test_junk(void **state)
{
	struct reading *o = *state;
	struct bytes cpio = {0};

	assert_int_equal(initramfs_of(o, "", 0)->state, VW_MALFORMED);
	assert_int_equal(initramfs_of(o, "\0\0\0", 3)->state, VW_MALFORMED);
	assert_int_equal(initramfs_of(o, "junk", 4)->state, VW_MALFORMED);
	assert_non_null(strstr(initramfs_of(o, "\x04\x22\x4d\x18....", 8)->problem, "lz4 frame"));
	assert_non_null(strstr(initramfs_of(o, "\xfd\x37zXZ\0\0\4", 8)->problem, "xz CRC64"));
	assert_int_equal(o->initramfs.state, VW_MALFORMED);

	/* Behind a good archive: plain, and inside a compressed stream. */
	add_file(&cpio, "init", "");
	add_bytes(&cpio, "junk", 4);
	assert_non_null(strstr(initramfs_of(o, cpio.data, cpio.size)->problem, "neither"));
	assert_string_equal(o->initramfs.init, "/init");
	pack_gzip(&o->file, cpio.data, cpio.size);
	assert_non_null(strstr(read_file(o)->problem, "no cpio archive"));
	assert_int_equal(o->initramfs.state, VW_MALFORMED);

	/* An archive that does not start at a multiple of four. */
	free_bytes(&o->file);
	add_zeros(&o->file, 2);
	add_bytes(&o->file, cpio.data, cpio.size - 4);
	assert_int_equal(read_file(o)->state, VW_MALFORMED);
	free_bytes(&cpio);
}

/* A stream of zeros, which is as good as none to the walker, but not to the clock. */
static void test_bombs(void **state)
{
	struct reading *o = *state;
	const size_t size = 64 * 1024 * 1024;
	char *zeros = calloc(1, size);

	assert_non_null(zeros);
	for (size_t i = 0; i < VW_COUNT(packers); i++) {
		const struct vw_initramfs *it;

		if (packers[i].pack == pack_lzo || packers[i].pack == pack_lz4)
			continue; /* their ratio is at most 255 */
		free_bytes(&o->file);
		packers[i].pack(&o->file, zeros, size);
		it = read_file(o);
		assert_true(it->incomplete);
		assert_non_null(strstr(it->problem, "too much"));
		assert_true(it->segment[0].unpacked < 20 * 1024 * 1024);
	}
	free(zeros);
}

/* What is in it. */

static void test_libraries(void **state)
{
	struct reading *o = *state;
	const struct vw_initramfs *it;

	add_link(&o->file, "lib64", "usr/lib64");
	add_link(&o->file, "init", "/usr/lib/systemd/systemd");
	add_elf(&o->file, "usr/lib/systemd/systemd", 183, "/lib64/ld.so", "libc.so.6", "libmount.so.1");
	add_elf(&o->file, "usr/lib/libc.so.6", 183, NULL, "ld.so", NULL);
	add_elf(&o->file, "usr/lib/libmount.so.1.1.0", 183, NULL, "libblkid.so.1", "libc.so.6");
	add_link(&o->file, "usr/lib/libmount.so.1", "libmount.so.1.1.0");
	add_elf(&o->file, "usr/lib64/ld.so", 183, NULL, "ld.so", NULL);
	it = read_file(o);
	assert_string_equal(it->init, "/init");
	assert_string_equal(it->init_arch, "aarch64");
	assert_false(it->incomplete);
	assert_int_equal(it->lacking.count, 1);
	assert_string_equal(it->lacking.name[0], "libblkid.so.1");
}

static void test_interpreter_is_missing(void **state)
{
	struct reading *o = *state;
	const struct vw_initramfs *it;

	add_file(&o->file, "init", "#! /bin/bash -e\n");
	it = read_file(o);
	assert_int_equal(it->lacking.count, 1);
	assert_string_equal(it->lacking.name[0], "/bin/bash");
	assert_null(it->init_arch);

	free_bytes(&o->file);
	add_link(&o->file, "init", "usr/lib/systemd/systemd");
	assert_null(read_file(o)->init);
}

static void test_hard_links(void **state)
{
	struct reading *o = *state;
	struct bytes elf = {0};
	const struct vw_initramfs *it;

	make_elf(&elf, 62, NULL, "libc.so", NULL);
	add_entry(&o->file, &(struct entry){.name = "init", .ino = 7, .nlink = 2});
	add_entry(
		&o->file,
		&(struct entry){.name = "bin/sh", .data = elf.data, .size = elf.size, .ino = 7, .nlink = 2});
	free_bytes(&elf);
	it = read_file(o);
	assert_string_equal(it->init_arch, "x86_64");
	assert_int_equal(it->lacking.count, 1);
}

static void test_hostile_names(void **state)
{
	static const char *const names[] = {
		"/init",          "../../etc/passwd",        "a/../../../b", "./././.", "/", "..",
		"link/link/link", "lib/modules//x/../y/z.ko"};
	struct reading *o = *state;
	const struct vw_initramfs *it;

	add_link(&o->file, "link", "link");
	add_link(&o->file, "up", "../../../../..");
	add_link(&o->file, "up/up", o->opened.scratch->canary);
	for (size_t i = 0; i < VW_COUNT(names); i++)
		add_file(&o->file, names[i], "x");
	it = read_file(o);
	assert_int_equal(it->state, VW_VALUE);
	assert_int_equal(it->entries, VW_COUNT(names) + 3);
	assert_string_equal(it->init, "/init");
}

static void test_nested(void **state)
{
	struct reading *o = *state;

	add_file(&o->file, "squashfs-root.img", "hsqs");
	add_file(&o->file, "usr/lib/dracut/build-parameter.txt", "--no-hostonly --kver '6.1'\n");
	add_file(&o->file, "usr/lib/dracut", "");
	add_folder(&o->file, "etc/cmdline.d");
	add_file(&o->file, "etc/cmdline.d/b.conf", " rd.b=1 \n");
	add_file(&o->file, "etc/cmdline.d/a.conf", "rd.a=1\n");
	read_file(o);
	assert_string_equal(o->initramfs.nested, "squashfs-root.img");
	assert_true(o->initramfs.incomplete);
	assert_string_equal(o->initramfs.generator, "dracut");
	assert_string_equal(o->initramfs.build.text, "--no-hostonly --kver '6.1'");
	assert_string_equal(o->initramfs.cmdline.text, "rd.a=1 rd.b=1");
}

static void test_no_file(void **state)
{
	struct reading *o = *state;

	assert_int_equal(vw_initramfs_read(o->opened.image, "/none", &o->initramfs), 0);
	assert_int_equal(o->initramfs.state, VW_ABSENT);
}

/* UKI. */

static void put_section(struct bytes *pe, size_t row, const char *name, size_t offset, size_t size)
{
	memcpy(pe->data + row, name, strlen(name));
	store(pe, row + 8, size, 4);
	store(pe, row + 16, size + 5, 4);
	store(pe, row + 20, offset, 4);
}

static void test_uki(void **state)
{
	struct reading *o = *state;
	struct bytes cpio = {0}, early = {0};
	const struct vw_initramfs *it;
	size_t offset;

	add_microcode(&early);
	add_main(&cpio);
	add_zeros(&o->file, 512);
	memcpy(o->file.data, "MZ", 2);
	store(&o->file, 0x3c, 64, 4);
	memcpy(o->file.data + 64, "PE", 2);
	store(&o->file, 64 + 4, 0x8664, 2);
	store(&o->file, 64 + 6, 3, 2);
	put_section(&o->file, 88, ".linux", 512, 3);
	add_bytes(&o->file, "xxx", 3);
	offset = o->file.size;
	put_section(&o->file, 168, ".ucode", offset, early.size);
	add_bytes(&o->file, early.data, early.size);
	put_section(&o->file, 128, ".initrd", o->file.size, 0);
	offset = o->file.size;
	pack_zstd(&o->file, cpio.data, cpio.size);
	put_section(&o->file, 128, ".initrd", offset, o->file.size - offset);
	add_zeros(&o->file, 5);
	free_bytes(&cpio);
	free_bytes(&early);

	it = read_file(o);
	assert_main(it);
	assert_modules(it);
	assert_int_equal(it->segment_count, 2);
	assert_int_equal(it->segment[1].offset, offset);
	assert_int_equal(it->firmware_early.count, 1);
	for (size_t size = 0; size + 1 < o->file.size; size += size < 600 ? 1 : 97)
		assert_int_equal(initramfs_of(o, o->file.data, size)->state, VW_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_early_then_compressed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modules_in_the_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several_compressed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_junk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bombs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_libraries, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interpreter_is_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hard_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nested, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_uki, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
