/* SPDX-License-Identifier: MIT */
/* What a reader of an initramfs tells, whole: a row is an archive, or a file of several. */
#include "tests/unit/pack.h"

#include "tests/unit/image_dump.h"

/* a stand-in for liblzo2, which may be missing */

int __real_vwb_dynlib_open(const char *soname, const struct vwb_symbol *symbol, size_t count);
int __wrap_vwb_dynlib_open(const char *soname, const struct vwb_symbol *symbol, size_t count);

/* Doubles each byte; a stream that begins with '!' is damaged. */
static int double_bytes(const unsigned char *from, unsigned long from_size, unsigned char *to,
			unsigned long *to_size, void *work)
{
	(void)work;
	if (from_size == 0 || *from == '!' || 2 * from_size > *to_size)
		return -6;
	for (unsigned long i = 0; i < from_size; i++)
		to[2 * i] = to[2 * i + 1] = from[i];
	*to_size = 2 * from_size;
	return 0;
}

int __wrap_vwb_dynlib_open(const char *soname, const struct vwb_symbol *symbol, size_t count)
{
	int (*function)(const unsigned char *, unsigned long, unsigned char *, unsigned long *, void *) =
		double_bytes;

	if (!vwb_text_equal(soname, "liblzo2.so.2"))
		return __real_vwb_dynlib_open(soname, symbol, count);
	memcpy(symbol[0].pointer, &function, sizeof(function));
	return 0;
}

/* archives */

/* A name that ends with '/' is a folder; a text that begins with "-> " is a link's. */
static void add_laid(struct bytes *cpio, const struct laid *laid, size_t count)
{
	for (size_t i = 0; i < count && laid[i].path; i++) {
		char name[256];
		size_t length = strlen(laid[i].path);

		snprintf(name, sizeof(name), "%s", laid[i].path);
		if (name[length - 1] == '/') {
			name[length - 1] = '\0';
			add_folder(cpio, name);
		} else if (vwb_text_starts(laid[i].text, "-> ")) {
			add_link(cpio, name, laid[i].text + 3);
		} else {
			add_file(cpio, name, laid[i].text);
		}
	}
}

static void read_into(struct vw_initramfs *it, const struct bytes *file, void **made)
{
	struct image_root *root;
	char problem[256];

	image_setup(made);
	root = *made;
	put_bytes(&root->guest, "/i", file->data, file->size);
	assert_int_equal(vw_image_open(root->guest.root, &root->image, problem, sizeof(problem)), 0);
	assert_int_equal(vw_initramfs_read(root->image, "/i", it), 0);
}

static void assert_initramfs(const char *name, const struct bytes *file, const char *expected)
{
	struct vw_initramfs it = {0};
	char *text = NULL;
	size_t size = 0;
	void *made = NULL;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	read_into(&it, file, &made);
	dump_initramfs(out, &it);
	assert_int_equal(fclose(out), 0);
	dump_compare(name, text, expected);
	free(text);
	image_teardown(&made);
}

/* The same, without the first line and those of segments, which hold sizes. */
static void assert_contents(const char *name, const struct bytes *file, bool incomplete, const char *expected)
{
	struct vw_initramfs it = {0};
	char *text = NULL;
	size_t size = 0;
	void *made = NULL;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	read_into(&it, file, &made);
	assert_int_equal(it.state, VW_VALUE);
	it.segment_count = 0;
	dump_initramfs(out, &it);
	assert_int_equal(fclose(out), 0);
	dump_compare(name, strchr(text, '\n') + 1, expected);
	assert_int_equal(it.incomplete, incomplete);
	free(text);
	image_teardown(&made);
}

/* what is in it */

#define M "lib/modules/6.1"

static const struct image_case contents[] = {
	{"nested file systems", {{"squash-root.img", "x"}}, "    nested squash-root.img\n"},
	{"nested squashfs", {{"a/", ""}, {"a/squashfs-root.img", "x"}}, "    nested squashfs-root.img\n"},
	{"nested erofs", {{"erofs-root.img", "x"}}, "    nested erofs-root.img\n"},
	{"what only sounds so",
	 {{"erofs-root.img/", ""}, {"squash-root.img.txt", "x"}, {"a-squashfs-root.img", "x"}},
	 ""},

	{"dracut", {{"usr/", ""}, {"usr/lib/", ""}, {"usr/lib/dracut/", ""}}, "    generator dracut\n"},
	{"dracut in /lib", {{"lib/", ""}, {"lib/dracut/", ""}}, "    generator dracut\n"},
	{"an older dracut", {{"usr/lib/dracut-lib.sh", ""}}, "    generator dracut\n"},
	{"an older dracut in /lib", {{"lib/dracut-lib.sh", ""}}, "    generator dracut\n"},
	{"initramfs-tools", {{"scripts/functions", ""}, {"conf/", ""}}, "    generator initramfs-tools\n"},
	{"half of initramfs-tools", {{"scripts/functions", ""}}, ""},
	{"the other half", {{"conf/", ""}}, ""},
	{"mkinitcpio", {{"init_functions", ""}, {"config", ""}}, "    generator mkinitcpio\n"},
	{"mkinitcpio by its configuration",
	 {{"buildconfig", "HOOKS=x\n"}, {"config", ""}},
	 "    generator mkinitcpio\n    build: 'HOOKS=x' @ /i:/buildconfig:1\n"},
	{"half of mkinitcpio", {{"init_functions", ""}}, ""},
	{"mkinitfs", {{"sbin/nlplug-findfs", ""}}, "    generator mkinitfs\n"},
	{"mkinitfs in /usr", {{"usr/sbin/nlplug-findfs", ""}}, "    generator mkinitfs\n"},
	{"systemd", {{"etc/initrd-release", ""}, {"usr/lib/systemd/systemd", ""}}, "    generator systemd\n"},
	{"half of systemd", {{"etc/initrd-release", ""}}, ""},

	{"modules in /lib",
	 {{"lib/", ""},
	  {"lib/modules/", ""},
	  {M "/", ""},
	  {M "/kernel/a-b.ko", ""},
	  {M "/kernel/c.ko.zst", ""},
	  {M "/kernel/d.txt", ""},
	  {M "/modules.dep", "kernel/a-b.ko: kernel/c.ko.zst\nkernel/c.ko.zst:\n"}},
	 "  tree /lib/modules/6.1 value, index value, 2 files\n"
	 "    module a_b kernel/a-b.ko needs c\n    module c kernel/c.ko.zst\n"
	 "    suffixes: ko ko.zst\n"},
	{"modules in /usr/lib, without a link /lib",
	 {{"usr/", ""}, {"usr/lib/", ""}, {"usr/lib/modules/", ""}, {"usr/lib/modules/6.1/a.ko", ""}},
	 "  tree /usr/lib/modules/6.1 value, index absent, 1 files\n    module a a.ko\n"
	 "    unindexed 1 a.ko\n    suffixes: ko\n"},
	{"modules in both",
	 {{"lib/", ""},
	  {"lib/modules/", ""},
	  {"lib/modules/1/a.ko", ""},
	  {"usr/", ""},
	  {"usr/lib/", ""},
	  {"usr/lib/modules/", ""},
	  {"usr/lib/modules/2/b.ko", ""}},
	 "  tree /lib/modules/1 value, index absent, 1 files\n    module a a.ko\n    unindexed 1 a.ko\n"
	 "    suffixes: ko\n"
	 "  tree /usr/lib/modules/2 value, index absent, 1 files\n    module b b.ko\n    unindexed 1 b.ko\n"
	 "    suffixes: ko\n"},
	{"modules behind a link, once",
	 {{"lib", "-> usr/lib"},
	  {"usr/", ""},
	  {"usr/lib/", ""},
	  {"usr/lib/modules/", ""},
	  {"lib/modules/6.1/a.ko", ""}},
	 "  tree /usr/lib/modules/6.1 value, index absent, 1 files\n    module a a.ko\n"
	 "    unindexed 1 a.ko\n    suffixes: ko\n"},
	{"each suffix, and a link to a module",
	 {{"lib/", ""},
	  {"lib/modules/", ""},
	  {M "/a.ko", ""},
	  {M "/b.ko.xz", ""},
	  {M "/c.ko.zst", ""},
	  {M "/d.ko.gz", ""},
	  {M "/e.ko.bz2", ""},
	  {M "/f.ko.lzma", ""},
	  {M "/g.ko.lzx", ""},
	  {M "/h.ko/", ""},
	  {M "/i.ko", "-> a.ko"},
	  {"lib/modules/file.ko", ""}},
	 "  tree /lib/modules/6.1 value, index absent, 7 files\n    module a a.ko\n    module b b.ko.xz\n"
	 "    module c c.ko.zst\n    module d d.ko.gz\n    module e e.ko.bz2\n    module f f.ko.lzma\n"
	 "    module i i.ko\n    unindexed 7 a.ko\n"
	 "    suffixes: ko ko.bz2 ko.gz ko.lzma ko.xz ko.zst\n"},
	{"a module that is gone",
	 {{"lib/", ""}, {"lib/modules/", ""}, {M "/a.ko", ""}, {M "/modules.dep", "a.ko: b.ko\nb.ko:\n"}},
	 "  tree /lib/modules/6.1 value, index value, 1 files\n    module a a.ko lacking=b\n"
	 "    missing 1 b.ko\n    suffixes: ko\n"},

	{"modprobe.d of each folder",
	 {{"etc/modprobe.d/", ""},
	  {"etc/modprobe.d/e.conf", "blacklist e\n"},
	  {"run/modprobe.d/", ""},
	  {"run/modprobe.d/d.conf", "blacklist d\n"},
	  {"usr/local/lib/modprobe.d/", ""},
	  {"usr/local/lib/modprobe.d/c.conf", "blacklist c\n"},
	  {"usr/lib/modprobe.d/", ""},
	  {"usr/lib/modprobe.d/b.conf", "blacklist b\n"},
	  {"usr/lib/modprobe.d/e.conf", "blacklist no\n"},
	  {"lib/modprobe.d/", ""},
	  {"lib/modprobe.d/a.conf", "blacklist a\n"},
	  {"lib/modprobe.d/b.conf", "blacklist no\n"},
	  {"etc/modprobe.d/x.txt", "blacklist no\n"}},
	 "    modprobe: blacklist|a| @ /i:/lib/modprobe.d/a.conf:1\n"
	 "    modprobe: blacklist|b| @ /i:/usr/lib/modprobe.d/b.conf:1\n"
	 "    modprobe: blacklist|c| @ /i:/usr/local/lib/modprobe.d/c.conf:1\n"
	 "    modprobe: blacklist|d| @ /i:/run/modprobe.d/d.conf:1\n"
	 "    modprobe: blacklist|e| @ /i:/etc/modprobe.d/e.conf:1\n"},
	{"modules to load",
	 {{"conf/modules", "\t a # x\n#b\n;c\n\n d\t\r\n"},
	  {"etc/modules", "e\n"},
	  {"etc/modules-load.d/", ""},
	  {"etc/modules-load.d/i.conf", "i\n"},
	  {"run/modules-load.d/", ""},
	  {"run/modules-load.d/h.conf", "h\n"},
	  {"run/modules-load.d/i.conf", "no\n"},
	  {"usr/lib/modules-load.d/", ""},
	  {"usr/lib/modules-load.d/g.conf", "g\n"},
	  {"lib/modules-load.d/", ""},
	  {"lib/modules-load.d/f.conf", "f\n"}},
	 "    load: 'a' @ /i:/conf/modules:1\n    load: 'd' @ /i:/conf/modules:5\n    load: 'e' @ "
	 "/i:/etc/modules:1\n"
	 "    load: 'f' @ /i:/lib/modules-load.d/f.conf:1\n    load: 'g' @ "
	 "/i:/usr/lib/modules-load.d/g.conf:1\n"
	 "    load: 'h' @ /i:/run/modules-load.d/h.conf:1\n    load: 'i' @ "
	 "/i:/etc/modules-load.d/i.conf:1\n"},

	{"how dracut was called",
	 {{"usr/lib/dracut/build-parameter.txt", "--a\n--b\n"}, {"conf/initramfs.conf", "MODULES=no\n"}},
	 "    build: '--a --b' @ /i:/usr/lib/dracut/build-parameter.txt:1\n"},
	{"how an older dracut was called",
	 {{"lib/dracut/build-parameter.txt", "--a\n"}},
	 "    build: '--a' @ /i:/lib/dracut/build-parameter.txt:1\n"},
	{"settings of initramfs-tools",
	 {{"conf/initramfs.conf", "MODULES=dep\n"},
	  {"conf/conf.d/", ""},
	  {"conf/conf.d/b", "B=1\n"},
	  {"conf/conf.d/a", "A=1\n"}},
	 "    build: 'MODULES=dep A=1 B=1' @ /i:/conf/initramfs.conf:1\n"},
	{"a command line of its own",
	 {{"etc/cmdline", "a\n"},
	  {"etc/cmdline.d/", ""},
	  {"etc/cmdline.d/2.conf", "c\n"},
	  {"etc/cmdline.d/1.conf", "b\n"}},
	 "    cmdline: 'a b c' @ /i:/etc/cmdline:1\n"},

	{"early files",
	 {{"kernel/", ""},
	  {"kernel/x86/", ""},
	  {"kernel/x86/microcode/", ""},
	  {"kernel/x86/microcode/GenuineIntel.bin", "x"},
	  {"kernel/x86/microcode/.padding", "x"},
	  {"kernel/firmware/acpi/dsdt.aml", "x"},
	  {"kernel/x86/microcode/AuthenticAMD.bin", "-> x"},
	  {"other/kernel/x", "x"}},
	 "    firmware: kernel/firmware/acpi/dsdt.aml kernel/x86/microcode/GenuineIntel.bin @ /i\n"},
	{"an init that is a script",
	 {{"init", "#!/bin/x -e\n"}},
	 "    init /init \n    lacking: /bin/x @ /i\n"},
	{"an init that is a folder", {{"init/", ""}}, ""},
	{"later files win",
	 {{"conf/modules", "a\n"}, {"conf/modules", "b\n"}},
	 "    load: 'b' @ /i:/conf/modules:1\n"},
};

static void what_is_in_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(contents); i++) {
		struct bytes cpio = {0};

		add_laid(&cpio, contents[i].laid, VW_COUNT(contents[i].laid));
		add_trailer(&cpio);
		assert_contents(contents[i].name, &cpio, strstr(contents[i].expected, "nested") != NULL,
				contents[i].expected);
		free_bytes(&cpio);
	}
}

/* formats */

/* What the kernel has no decoder for is damage, however whole it is. */
static void foreign_formats(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *format;
	} cases[] = {
		{"\x04\x22\x4d\x18........", 12, "lz4 frame"},
		{"\xfd\x37zXZ\0\0\4....", 12, "xz CRC64"},
		{"\xfd\x37zXZ\0\0\12....", 12, "xz SHA-256"},
	};

	(void)state;
	for (size_t i = 0; i < 2 * VW_COUNT(cases); i++) {
		struct bytes file = {0};
		const char *format = cases[i / 2].format;
		char expected[512], *at = expected;
		bool behind = i % 2;

		if (behind)
			add_trailer(&file);
		at += sprintf(at,
			      "  initramfs /i malformed, %zu bytes, 0 entries\n    problem: segment %d (at "
			      "byte %zu) is in "
			      "the %s format, which the kernel cannot read\n",
			      file.size + cases[i / 2].size, behind ? 2 : 1, file.size, format);
		if (behind)
			at += sprintf(at, "    segment cpio at 0, 124 bytes, 124 unpacked, 0 entries\n");
		sprintf(at, "    segment %s at %zu, 0 bytes, 0 unpacked, 0 entries\n", format, file.size);
		add_bytes(&file, cases[i / 2].bytes, cases[i / 2].size);
		assert_initramfs(format, &file, expected);
		free_bytes(&file);
	}
}

/* Wherever an archive in a compressed stream ends, but behind an entry, it is damaged. */
static void packed_archives_that_end_early(void **state)
{
	struct bytes cpio = {0};

	(void)state;
	add_file(&cpio, "init", "#!/x\n");
	for (size_t i = 0; i < VW_COUNT(packers); i++)
		for (size_t size = 109; size <= cpio.size; size++) {
			struct bytes file = {0};
			bool whole = size == cpio.size;
			char expected[1024];

			packers[i].pack(&file, cpio.data, size);
			snprintf(expected, sizeof(expected),
				 "  initramfs /i %s, %zu bytes, %d entries\n%s%s%s%.0zu%s"
				 "    segment %s at 0, %zu bytes, %zu unpacked, %d entries\n%s",
				 whole ? "value" : "malformed", file.size, size >= 116 ? 1 : 0,
				 whole ? "" : "    problem: segment 1 (", whole ? "" : packers[i].name,
				 whole ? "" : ", at byte 0) is damaged after ", whole ? 0 : size,
				 whole ? "" : " unpacked bytes: it ends in the middle of an entry\n",
				 packers[i].name, file.size, size, size >= 116 ? 1 : 0,
				 whole        ? "    init /init \n    lacking: /x @ /i\n"
				 : size < 116 ? ""
					      : "    init /init \n");
			assert_initramfs(packers[i].name, &file, expected);
			free_bytes(&file);
		}
	free_bytes(&cpio);
}

/* lzop's header of each age and shape. Source: lzop's conf.h; Linux lib/decompress_unlzo.c */
static void lzop_headers(void **state)
{
	static const struct {
		unsigned version;
		bool filter;
		const char *name;
	} cases[] = {
		{0x1030, false, "abc"},          {0x0940, false, ""},    {0x0940, true, "a"},
		{0x093f, false, "abcdefghijkl"}, {0x093f, true, "abcd"}, {0x0900, false, "abcd"},
		{0x0840, false, "abcd"},         {0x0a00, false, ""},
	};
	static const unsigned char magic[] = {0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'};
	struct bytes cpio = {0};

	(void)state;
	add_folder(&cpio, "a");
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		unsigned char head[7] = {(unsigned char)(cases[i].version >> 8),
					 (unsigned char)cases[i].version,
					 0x20,
					 0xa0,
					 9,
					 0x40,
					 1};
		unsigned char length = (unsigned char)strlen(cases[i].name);
		bool recent = cases[i].version >= 0x940;
		struct bytes file = {0};
		char expected[256];

		add_bytes(&file, magic, sizeof(magic));
		add_bytes(&file, head, sizeof(head));
		add_bytes(&file, "\5", recent ? 1 : 0);
		add_big32(&file, cases[i].filter ? 0x800 : 0);
		add_big32(&file, cases[i].filter ? 1 : 0100644);
		if (cases[i].filter)
			add_big32(&file, 0100644);
		add_big32(&file, 0x12345678);
		if (recent)
			add_big32(&file, 0);
		add_bytes(&file, &length, 1);
		add_bytes(&file, cases[i].name, length);
		add_big32(&file, 0xabcdef01);
		add_big32(&file, (uint32_t)cpio.size);
		add_big32(&file, (uint32_t)cpio.size);
		add_big32(&file, 0);
		add_bytes(&file, cpio.data, cpio.size);
		add_big32(&file, 0);
		snprintf(expected, sizeof(expected),
			 "  initramfs /i value, %zu bytes, 1 entries\n    segment lzo at 0, %zu bytes, %zu "
			 "unpacked, 1 "
			 "entries\n",
			 file.size, file.size, cpio.size);
		assert_initramfs("lzop", &file, expected);
		free_bytes(&file);
	}
	free_bytes(&cpio);
}

/* The state of a file, and whether a problem of it is told so. */
static void assert_told(const char *name, const struct bytes *file, enum vw_state expected,
			const char *problem)
{
	struct vw_initramfs it = {0};
	void *made = NULL;

	read_into(&it, file, &made);
	if (it.state != expected || !it.problem != !problem || (problem && !strstr(it.problem, problem)))
		fail_msg("%s: %s", name, it.problem ? it.problem : "no problem");
	image_teardown(&made);
}

/* cpio, header by header */

struct raw {
	const char *magic;
	unsigned mode, nlink, ino;
	size_t size, name_size; /* as the header says */
	const char *name, *data;
	unsigned sum;
};

static void add_raw(struct bytes *cpio, const struct raw *raw)
{
	char header[128];
	size_t name = strlen(raw->name) + 1;

	snprintf(header, sizeof(header), "%s%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
		 raw->magic, raw->ino, raw->mode, 0, 0, raw->nlink, 0, raw->size, 8, 1, 0, 0, raw->name_size,
		 raw->sum);
	add_bytes(cpio, header, 110);
	add_bytes(cpio, raw->name, name);
	add_zeros(cpio, -cpio->size & 3);
	add_bytes(cpio, raw->data, strlen(raw->data));
	add_zeros(cpio, -cpio->size & 3);
}

#define NEWC "070701"
#define CRC  "070702"
#define REG  (S_IFREG | 0644)

static const struct {
	const char *what;
	struct raw raw;
	const char *problem; /* NULL: it is whole */
} raws[] = {
	{"newc", {NEWC, REG, 1, 1, 3, 3, "ab", "xyz", 9}, NULL},
	{"crc", {CRC, REG, 1, 1, 3, 3, "ab", "abc", 'a' + 'b' + 'c'}, NULL},
	{"a sum that is one too much",
	 {CRC, REG, 1, 1, 3, 3, "ab", "abc", 'a' + 'b' + 'c' + 1},
	 "a cpio entry whose checksum is wrong"},
	{"the sum of a link is not looked at", {CRC, S_IFLNK | 0777, 1, 1, 3, 3, "ab", "abc", 1}, NULL},
	{"the sum of a folder neither", {CRC, S_IFDIR | 0755, 1, 1, 3, 3, "ab", "abc", 1}, NULL},
	{"odc", {"070707", REG, 1, 1, 3, 3, "ab", "xyz", 0}, "cpio's old format, not newc"},
	{"another magic", {"070703", REG, 1, 1, 3, 3, "ab", "xyz", 0}, "no cpio header"},
	{"no name",
	 {NEWC, REG, 1, 1, 3, 0, "ab", "xyz", 0},
	 "a cpio entry whose name is empty or longer than a path can be"},
	{"a name that does not end",
	 {NEWC, REG, 1, 1, 3, 2, "ab", "xyz", 0},
	 "a cpio entry whose name does not end"},
};

static void cpio_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(raws); i++) {
		struct bytes file = {0};

		add_raw(&file, &raws[i].raw);
		assert_told(raws[i].what, &file, raws[i].problem ? VW_MALFORMED : VW_VALUE, raws[i].problem);
		free_bytes(&file);
	}
}

/* Names up to PATH_MAX with their end, links up to PATH_MAX without. */
static void long_cpio_names(void **state)
{
	(void)state;
	for (size_t length = 4094; length < 4098; length++) {
		struct bytes file = {0};
		char name[4200] = "";

		memset(name, 'n', length);
		add_raw(&file, &(struct raw){NEWC, REG, 1, 1, 0, length + 1, name, "", 0});
		assert_told("name", &file, length < 4096 ? VW_VALUE : VW_MALFORMED,
			    length < 4096 ? NULL
					  : "a cpio entry whose name is empty or longer than a path can be");
		free_bytes(&file);
		add_raw(&file, &(struct raw){NEWC, S_IFLNK | 0777, 1, 1, length, 2, "l", name, 0});
		assert_told("link", &file, length < 4097 ? VW_VALUE : VW_MALFORMED,
			    length < 4097 ? NULL : "a symbolic link longer than a path can be");
		free_bytes(&file);
		add_raw(&file, &(struct raw){NEWC, REG, 1, 1, length, 2, "f", name, 0});
		assert_told("file", &file, VW_VALUE, NULL);
		free_bytes(&file);
	}
}

/* Names and data of each length modulo four, and what follows them. */
static void cpio_padding(void **state)
{
	(void)state;
	for (size_t i = 0; i < 36; i++) {
		struct bytes file = {0};
		char name[16] = "", data[16] = "", expected[256];

		memset(name, 'n', 1 + i % 6);
		memset(data, 'd', i / 6);
		add_file(&file, name, data);
		add_file(&file, "conf/modules", "m\n");
		if (i % 2)
			add_trailer(&file);
		snprintf(expected, sizeof(expected),
			 "  initramfs /i value, %zu bytes, 2 entries\n    segment cpio at 0, %zu bytes, %zu "
			 "unpacked, 2 entries\n"
			 "    load: 'm' @ /i:/conf/modules:1\n",
			 file.size, file.size, file.size);
		assert_initramfs("padding", &file, expected);
		free_bytes(&file);
	}
}

/* Numbers of files are those of one archive. */
static void hard_links(void **state)
{
	struct bytes file = {0};

	(void)state;
	add_raw(&file, &(struct raw){NEWC, REG, 2, 7, 0, 13, "conf/modules", "", 0});
	add_raw(&file, &(struct raw){NEWC, REG, 2, 7, 2, 2, "a", "m\n", 0});
	add_raw(&file, &(struct raw){NEWC, REG, 1, 7, 2, 12, "etc/modules", "n\n", 0});
	add_trailer(&file);
	add_raw(&file, &(struct raw){NEWC, REG, 2, 7, 0, 12, "etc/cmdline", "", 0});
	assert_contents("hard links", &file, false, "    load: 'n' @ /i:/etc/modules:1\n");
	free_bytes(&file);
	add_raw(&file, &(struct raw){NEWC, REG, 2, 7, 2, 2, "a", "m\n", 0});
	add_raw(&file, &(struct raw){NEWC, REG, 2, 7, 2, 13, "conf/modules", "k\n", 0});
	assert_contents("the last one's data", &file, false, "    load: 'k' @ /i:/conf/modules:1\n");
	free_bytes(&file);
}

/* zstd's window, and its end. Source: RFC 8878, 3.1.1.1.2; Linux lib/decompress_unzstd.c */
static void zstd_windows(void **state)
{
	struct bytes cpio = {0};

	(void)state;
	add_folder(&cpio, "a");
	for (unsigned exponent = 10; exponent < 31; exponent++) {
		unsigned char head[9] = {0x28, 0xb5, 0x2f, 0xfd, 0, (unsigned char)((exponent - 10) << 3)};
		struct bytes file = {0};

		head[6] = (unsigned char)(1 | cpio.size << 3);
		head[7] = (unsigned char)(cpio.size >> 5);
		add_bytes(&file, head, sizeof(head));
		add_bytes(&file, cpio.data, cpio.size);
		assert_told("window", &file, exponent <= 27 ? VW_VALUE : VW_MALFORMED,
			    exponent <= 27 ? NULL : "is damaged");
		free_bytes(&file);
	}
	free_bytes(&cpio);
}

/* A stream that says that a block has more than a block may have, or is damaged. */
static void lzo_blocks(void **state)
{
	static const struct {
		const char *what;
		uint32_t to, from;
		const char *data, *problem;
	} cases[] = {
		{"packed", 220, 110, "", NULL},
		{"damaged", 220, 110, "!", "is damaged"},
		{"another size", 219, 110, "", "is damaged"},
		{"nothing", 220, 0, "", "is damaged"},
		{"it grows", 100, 110, "", "is damaged"},
		{"too large", 256 * 1024 + 1, 110, "", "is damaged"},
		{"it ends too early", 222, 111, "", "ends too early"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct bytes file = {0}, whole = {0};
		char block[112] = "";

		pack_lzo(&whole, "", 0);
		add_bytes(&file, whole.data, whole.size - 4);
		memset(block, 0, sizeof(block));
		memcpy(block, cases[i].data, strlen(cases[i].data));
		add_big32(&file, cases[i].to);
		add_big32(&file, cases[i].from);
		add_big32(&file, 0);
		add_bytes(&file, block, 110);
		if (!cases[i].problem)
			add_big32(&file, 0);
		assert_told(cases[i].what, &file, cases[i].problem ? VW_MALFORMED : VW_VALUE,
			    cases[i].problem);
		free_bytes(&file);
		free_bytes(&whole);
	}
}

/* bounds of what is in it */

static void links_in_a_row(void **state)
{
	(void)state;
	for (size_t count = 39; count < 42; count++) {
		struct bytes file = {0};

		add_link(&file, "init", "l1");
		for (size_t i = 1; i < count; i++) {
			char name[16], target[16];

			snprintf(name, sizeof(name), "l%zu", i);
			snprintf(target, sizeof(target), "%s%zu", i + 1 == count ? "end" : "l", i + 1);
			add_link(&file, name, target);
		}
		add_laid(&file,
			 &(struct laid){count == 39   ? "end39"
					: count == 40 ? "end40"
						      : "end41",
					"x"},
			 1);
		assert_contents("links", &file, count <= 40, count <= 40 ? "    init /init \n" : "");
		free_bytes(&file);
	}
}

static void links_to_everywhere(void **state)
{
	static const struct image_case cases[] = {
		{"absolute",
		 {{"a/", ""},
		  {"a/b", "-> /conf/modules"},
		  {"etc/modules", "-> ../a/b"},
		  {"conf/modules", "m\n"}},
		 "    load: 'm' @ /i:/conf/modules:1\n    load: 'm' @ /i:/conf/modules:1\n"},
		{"dots", {{"a/", ""}, {"etc", "-> ./a/.././b/"}, {"b/modules", "m\n"}}, ""},
		{"a file below a link", {{"etc", "-> b"}, {"etc/modules", "m\n"}}, ""},
		{"a wanted file below a link",
		 {{"a", "-> etc"}, {"a/modules", "m\n"}},
		 "    load: 'm' @ /i:/etc/modules:1\n"},
		{"above the top",
		 {{"etc/modules", "-> ../../../conf/x"}, {"conf/modules", "-> x"}, {"conf/x", "m\n"}},
		 ""},
		{"a link over a file, and a file over a link",
		 {{"etc/modules", "m\n"},
		  {"etc/modules", "-> x"},
		  {"conf/modules", "-> x"},
		  {"conf/modules", "n\n"}},
		 "    load: 'n' @ /i:/conf/modules:1\n"},
		{"slashes", {{"//etc///modules", "m\n"}}, "    load: 'm' @ /i:/etc/modules:1\n"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct bytes cpio = {0};

		add_laid(&cpio, cases[i].laid, VW_COUNT(cases[i].laid));
		assert_contents(cases[i].name, &cpio, false, cases[i].expected);
		free_bytes(&cpio);
	}
}

/* The first line of a script, up to 256 bytes of it. */
static void first_lines(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"#!/bin/x\n", "    init /init \n    lacking: /bin/x @ /i\n"},
		{"#! \t /bin/x -e y\n", "    init /init \n    lacking: /bin/x @ /i\n"},
		{"#!/bin/x\r\n", "    init /init \n    lacking: /bin/x @ /i\n"},
		{"#!/bin/x", "    init /init \n"},
		{"#!\n", "    init /init \n"},
		{"#", "    init /init \n"},
		{" #!/bin/x\n", "    init /init \n"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct bytes cpio = {0};

		add_file(&cpio, "init", cases[i].line);
		assert_contents(cases[i].line, &cpio, !strstr(cases[i].expected, "lacking"),
				cases[i].expected);
		free_bytes(&cpio);
	}
	for (size_t length = 252; length < 256; length++) {
		struct bytes cpio = {0};
		struct vw_initramfs it = {0};
		char line[300] = "#!";
		void *made = NULL;

		memset(line + 2, 'x', length);
		put_word(line + 2 + length, " y\n");
		add_file(&cpio, "init", line);
		read_into(&it, &cpio, &made);
		assert_int_equal(it.lacking.count, length < 254 ? 1 : 0);
		assert_int_equal(it.incomplete, length >= 254 ? 1 : 0);
		image_teardown(&made);
		free_bytes(&cpio);
	}
}

/* A text of as many bytes as one may have, and of one more. */
static void large_texts(void **state)
{
	static const struct {
		const char *name;
		size_t bound;
	} cases[] = {{"etc/modules", 1 << 20}, {"lib/modules/6.1/modules.dep", 4 << 20}};

	(void)state;
	for (size_t i = 0; i < 2 * VW_COUNT(cases); i++) {
		size_t size = cases[i / 2].bound + i % 2;
		struct vw_initramfs it = {0};
		struct bytes cpio = {0};
		char *text = malloc(size);
		void *made = NULL;

		assert_non_null(text);
		memset(text, '\n', size);
		memcpy(text + size - 2, "m\n", 2);
		add_entry(&cpio, &(struct entry){.name = cases[i / 2].name, .data = text, .size = size});
		read_into(&it, &cpio, &made);
		assert_int_equal(it.incomplete, i % 2);
		assert_int_equal(it.load.count, i == 0 ? 1 : 0);
		image_teardown(&made);
		free(text);
		free_bytes(&cpio);
	}
}

static void counts(void **state)
{
	static const struct {
		const char *name; /* with the number of each */
		size_t bound;
		bool is_told;
	} cases[] = {{"kernel/x/%zu", 256, false},
		     {"lib/modules/%zu/a.ko", 64, false},
		     {"etc/modules-load.d/%zu.conf", 4096, false},
		     {"segments", 256, true}};

	(void)state;
	for (size_t i = 0; i < 2 * VW_COUNT(cases); i++) {
		size_t row = i / 2, count = cases[row].bound + i % 2, found;
		struct vw_initramfs it = {0};
		struct bytes file = {0}, packed = {0};
		void *made = NULL;

		add_folder(&file, "lib/modules");
		add_folder(&file, "etc/modules-load.d");
		if (row == 3)
			pack_gzip(&packed, file.data, file.size);
		for (size_t k = 0; k < count; k++) {
			char name[64];

			snprintf(name, sizeof(name), cases[row].name, k);
			if (row == 3)
				add_bytes(&file, packed.data, packed.size);
			else
				add_file(&file, name, "m\n");
		}
		if (row == 3) /* without the plain one */
			memmove(file.data, file.data + file.size - count * packed.size, count * packed.size);
		if (row == 3)
			file.size = count * packed.size;
		read_into(&it, &file, &made);
		found = row == 0   ? it.firmware_early.count
			: row == 1 ? it.tree_count
			: row == 2 ? it.load.count
				   : it.segment_count;
		assert_int_equal(found, cases[row].bound);
		assert_int_equal(it.incomplete, cases[row].is_told && i % 2);
		assert_true(!it.problem == !it.incomplete);
		image_teardown(&made);
		free_bytes(&file);
		free_bytes(&packed);
	}
}

/* Lines of build parameters are joined up to 16 KiB. */
static void joined_lines(void **state)
{
	(void)state;
	for (size_t length = 16381; length < 16384; length++) {
		struct vw_initramfs it = {0};
		struct bytes file = {0};
		char *text = calloc(1, 17000);
		void *made = NULL;

		assert_non_null(text);
		put_word(text, "a\n");
		memset(text + 2, 'b', length);
		add_file(&file, "etc/cmdline", text);
		read_into(&it, &file, &made);
		assert_int_equal(strlen(it.cmdline.text), length <= 16382 ? length + 2 : 1);
		image_teardown(&made);
		free_bytes(&file);
		free(text);
	}
}

#define TEST(function) cmocka_unit_test(function)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_in_it), TEST(foreign_formats), TEST(packed_archives_that_end_early),
		TEST(lzop_headers),  TEST(cpio_headers),    TEST(long_cpio_names),
		TEST(cpio_padding),  TEST(hard_links),      TEST(zstd_windows),
		TEST(lzo_blocks),    TEST(links_in_a_row),  TEST(links_to_everywhere),
		TEST(first_lines),   TEST(large_texts),     TEST(counts),
		TEST(joined_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
