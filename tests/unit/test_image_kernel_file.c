/* SPDX-License-Identifier: MIT */
/* What the header of a kernel's file tells: a row is a file of zeros with some bytes in it. */
#include "tests/unit/pack.h"

#include "tests/unit/image_dump.h"

#include "probes/image/kernels.h"

struct patch {
	size_t at;
	const char *bytes;
	size_t size;
};

#define P(at, bytes)                         \
	{                                    \
		at, bytes, sizeof(bytes) - 1 \
	}

static void assert_kernel(const char *name, const void *bytes, size_t size, const char *expected)
{
	struct vw_kernel_file file;
	char problem[256], *text = NULL;
	struct image_root *root;
	size_t length = 0;
	void *state = NULL;
	FILE *out;

	image_setup(&state);
	root = state;
	put_bytes(&root->guest, "/k", bytes, size);
	assert_int_equal(vw_image_open(root->guest.root, &root->image, problem, sizeof(problem)), 0);
	assert_int_equal(vw_kernel_file_read(root->image, "/k", &file), 0);
	out = open_memstream(&text, &length);
	assert_non_null(out);
	dump_kernel_file(out, &file);
	assert_int_equal(fclose(out), 0);
	dump_compare(name, text, expected);
	free(text);
	image_teardown(&state);
}

struct kernel_case {
	const char *name;
	size_t size;
	struct patch patch[16];
	const char *expected;
};

static void assert_kernels(const struct kernel_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned char *bytes = calloc(1, cases[i].size);

		assert_non_null(bytes);
		for (size_t k = 0; k < VW_COUNT(cases[i].patch) && cases[i].patch[k].bytes; k++) {
			const struct patch *patch = &cases[i].patch[k];

			assert_true(patch->at + patch->size <= cases[i].size);
			memcpy(bytes + patch->at, patch->bytes, patch->size);
		}
		assert_kernel(cases[i].name, bytes, cases[i].size, cases[i].expected);
		free(bytes);
	}
}

#define ASSERT_KERNELS(cases) assert_kernels(cases, VW_COUNT(cases))

/* x86 */

#define HDRS(protocol) P(0x202, "HdrS" protocol)
#define PE64           P(0, "MZ"), P(0x3c, "\x80\0\0\0"), P(0x80, "PE\0\0\x64\x86")
#define PE32           P(0, "MZ"), P(0x3c, "\x80\0\0\0"), P(0x80, "PE\0\0\x4c\x01")
#define BANNER         P(0x20e, "\0\2"), P(0x400, "6.1.0-1 (a@b) #1")
#define PAYLOAD        P(0x248, "\0\1\0\0\0\2\0\0") /* 0x100 behind the setup, 0x200 long */

static const struct kernel_case bzimage_cases[] = {
	{"64 bits",
	 4096,
	 {HDRS("\x0f\2"), PE64, P(0x236, "\1"), BANNER, PAYLOAD, P(0x1f1, "\3"), P(0x900, "\x1f\x8b")},
	 "/k value format=bzImage arch=x86_64 version=6.1.0-1 compression=gzip efi, 4096 bytes\n"},
	{"32 bits, whatever the EFI stub is of",
	 4096,
	 {HDRS("\x0f\2"), PE64, P(0x236, "\xfe\xff")},
	 "/k value format=bzImage arch=i386 efi, 4096 bytes\n"},
	{"without an EFI stub",
	 4096,
	 {HDRS("\x0f\2"), P(0x236, "\1")},
	 "/k value format=bzImage arch=x86_64, 4096 bytes\n"},
	{"an EFI stub of another machine",
	 4096,
	 {HDRS("\x0b\2"), PE32, P(0x236, "\1")},
	 "/k value format=bzImage arch=i386 efi, 4096 bytes\n"},
	{"flags from protocol 2.12 on",
	 4096,
	 {HDRS("\x0c\2"), PE32, P(0x236, "\1")},
	 "/k value format=bzImage arch=x86_64 efi, 4096 bytes\n"},
	{"a payload from protocol 2.8 on",
	 4096,
	 {HDRS("\x08\2"), P(0x1f1, "\3"), PAYLOAD,
	  P(0x900, "\xfd"
		   "7zXZ\0\0\1")},
	 "/k value format=bzImage compression=xz, 4096 bytes\n"},
	{"none before",
	 4096,
	 {HDRS("\x07\2"), P(0x1f1, "\3"), PAYLOAD,
	  P(0x900, "\xfd"
		   "7zXZ\0\0\1")},
	 "/k value format=bzImage, 4096 bytes\n"},
	{"a banner from protocol 2.0 on",
	 4096,
	 {HDRS("\0\2"), BANNER},
	 "/k value format=bzImage version=6.1.0-1, 4096 bytes\n"},
	{"none before", 4096, {HDRS("\xff\1"), BANNER}, "/k value format=bzImage, 4096 bytes\n"},
	{"no banner",
	 4096,
	 {HDRS("\7\2"), P(0x200, "no"), P(0x20e, "\0\0")},
	 "/k value format=bzImage, 4096 bytes\n"},
	{"a banner that ends with a line",
	 4096,
	 {HDRS("\7\2"), P(0x20e, "\0\2"), P(0x400, "6.1\n#1")},
	 "/k value format=bzImage version=6.1, 4096 bytes\n"},
	{"a banner that ends with a tab",
	 4096,
	 {HDRS("\7\2"), P(0x20e, "\0\2"), P(0x400, "6.1\t#1")},
	 "/k value format=bzImage version=6.1, 4096 bytes\n"},
	{"an empty banner",
	 4096,
	 {HDRS("\7\2"), P(0x20e, "\0\2"), P(0x400, " #1")},
	 "/k value format=bzImage, 4096 bytes\n"},
	{"a banner at the end",
	 1028,
	 {HDRS("\7\2"), P(0x20e, "\0\2"), P(0x400, "6.12")},
	 "/k value format=bzImage version=6.12, 1028 bytes\n"},
	{"a banner behind the end",
	 1024,
	 {HDRS("\7\2"), P(0x20e, "\0\2")},
	 "/k value format=bzImage, 1024 bytes\n"},
	{"no count of sectors means four",
	 4096,
	 {HDRS("\x08\2"), PAYLOAD, P(0xb00, "BZh9")},
	 "/k value format=bzImage compression=bzip2, 4096 bytes\n"},
	{"a payload up to the end",
	 0xb00,
	 {HDRS("\x08\2"), P(0x1f1, "\3"), PAYLOAD},
	 "/k value format=bzImage, 2816 bytes\n"},
	{"a payload beyond the end",
	 0xaff,
	 {HDRS("\x08\2"), P(0x1f1, "\3"), PAYLOAD},
	 "/k malformed format=bzImage, 2815 bytes\n"},
	{"a PE header as late as can be",
	 1024,
	 {HDRS("\7\2"), P(0, "MZ"), P(0x3c, "\xfa\3\0\0"), P(1018, "PE\0\0\x64\x86")},
	 "/k value format=bzImage arch=x86_64 efi, 1024 bytes\n"},
	{"a PE header that is cut",
	 1024,
	 {HDRS("\7\2"), P(0, "MZ"), P(0x3c, "\xfb\3\0\0"), P(1019, "PE\0\0\x64")},
	 "/k value format=bzImage, 1024 bytes\n"},
	{"no PE behind MZ",
	 1024,
	 {HDRS("\7\2"), P(0, "MZ"), P(0x3c, "\x80\0\0\0"), P(0x80, "PE\0\1\x64\x86")},
	 "/k value format=bzImage, 1024 bytes\n"},
	{"the least", 1024, {HDRS("\7\2")}, "/k value format=bzImage, 1024 bytes\n"},
	{"too short", 1023, {HDRS("\7\2")}, "/k malformed, 1023 bytes\n"},
};

static void bzimage(void **state)
{
	(void)state;
	ASSERT_KERNELS(bzimage_cases);
}

static void payloads(void **state)
{
	static const struct {
		const char *magic, *name;
	} formats[] = {
		{"\x1f\x8b", "gzip"},
		{"BZh", "bzip2"},
		{"\x5d\0\0\0", "lzma"},
		{"\xfd"
		 "7zXZ\0\0\1",
		 "xz"},
		{"\x89LZO", "lzo"},
		{"\x02\x21\x4c\x18", "lz4"},
		{"\x04\x22\x4d\x18", "lz4"},
		{"\x28\xb5\x2f\xfd", "zstd"},
		{"\177ELF", NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(formats); i++) {
		struct kernel_case one = {
			.name = "payload", .size = 4096, .patch = {HDRS("\x08\2"), P(0x1f1, "\3"), PAYLOAD}};
		char expected[128];

		one.patch[3] = (struct patch){0x900, formats[i].magic, i == 2 ? 4 : strlen(formats[i].magic)};
		snprintf(expected, sizeof(expected), "/k value format=bzImage%s%s, 4096 bytes\n",
			 formats[i].name ? " compression=" : "", formats[i].name ? formats[i].name : "");
		one.expected = expected;
		assert_kernels(&one, 1);
	}
}

/* A version is a word of less than 255 bytes. */
static void long_banners(void **state)
{
	(void)state;
	for (size_t length = 253; length < 257; length++) {
		unsigned char bytes[4096] = {0};
		char expected[512], word[300] = "";

		memset(word, '6', length);
		put_word(bytes + 0x202, "HdrS\7\2");
		bytes[0x20f] = 2;
		put_word(bytes + 0x400, word);
		bytes[0x400 + length] = ' ';
		snprintf(expected, sizeof(expected), "/k value format=bzImage%s%s, 4096 bytes\n",
			 length < 255 ? " version=" : "", length < 255 ? word : "");
		assert_kernel("banner", bytes, sizeof(bytes), expected);
	}
}

static const struct kernel_case other_images_cases[] = {
	{"arm64",
	 1024,
	 {P(0, "MZ"), P(0x38, "ARM\x64")},
	 "/k value format=arm64 Image arch=aarch64 efi, 1024 bytes\n"},
	{"arm64 without EFI",
	 1024,
	 {P(0x38, "ARM\x64")},
	 "/k value format=arm64 Image arch=aarch64, 1024 bytes\n"},
	{"RISC-V",
	 1024,
	 {P(0, "MZ"), P(0x38, "RSC\x05")},
	 "/k value format=riscv Image arch=riscv64 efi, 1024 bytes\n"},
	{"RISC-V without EFI",
	 1024,
	 {P(0x38, "RSC\x05")},
	 "/k value format=riscv Image arch=riscv64, 1024 bytes\n"},
	{"neither", 1024, {P(0x38, "RSC\x06")}, "/k value, 1024 bytes\n"},
	{"zboot",
	 2048,
	 {P(0, "MZ\0\0zimg"), P(8, "\0\4\0\0\0\4\0\0"), P(24, "gzip"), P(0x3c, "\x80\0\0\0"),
	  P(0x80, "PE\0\0\x64\xaa")},
	 "/k value format=zboot arch=aarch64 compression=gzip efi, 2048 bytes\n"},
	{"zboot that is cut",
	 2048,
	 {P(0, "MZ\0\0zimg"), P(8, "\1\4\0\0\0\4\0\0"), P(24, "zstd22"), P(0x3c, "\x80\0\0\0"),
	  P(0x80, "PE\0\0\x64\x50")},
	 "/k malformed format=zboot arch=riscv64 compression=zstd efi, 2048 bytes\n"},
	{"zboot whose sizes are huge",
	 2048,
	 {P(0, "MZ\0\0zimg"), P(8, "\0\0\0\x80\0\0\0\x80"), P(24, "xzkern")},
	 "/k malformed format=zboot compression=xzkern efi, 2048 bytes\n"},
	{"zimg without MZ", 1024, {P(4, "zimg")}, "/k value, 1024 bytes\n"},
	{"s390", 0x1000e, {P(0x10008, "S390EP")}, "/k value format=s390 image arch=s390x, 65550 bytes\n"},
	{"s390 that is cut", 0x1000d, {P(0x10008, "S390E")}, "/k value, 65549 bytes\n"},
	{"zeros", 1024, {{0, NULL, 0}}, "/k value, 1024 bytes\n"},
	{"an lz4 frame, for which there is no decoder",
	 1024,
	 {P(0, "\x04\x22\x4d\x18")},
	 "/k value compression=lz4 frame, 1024 bytes\n"},
	{"a damaged gzip", 1024, {P(0, "\x1f\x8b\x09")}, "/k malformed, 1024 bytes\n"},
};

/* others */

static void other_images(void **state)
{
	(void)state;
	ASSERT_KERNELS(other_images_cases);
}

static void machines(void **state)
{
	static const struct {
		const char *elf_little, *elf_big;
		uint16_t elf, pe;
	} rows[] = {
		{"x86_64", "x86_64", 62, 0x8664},
		{"i386", "i386", 3, 0x14c},
		{"aarch64", "aarch64", 183, 0xaa64},
		{"arm", "arm", 40, 0x1c2},
		{"riscv64", "riscv64", 243, 0x5064},
		{"loongarch64", "loongarch64", 258, 0x6264},
		{"ppc64le", "ppc64", 21, 0},
		{"s390x", "s390x", 22, 0},
		{"sparc64", "sparc64", 43, 0},
		{"alpha", "alpha", 0x9026, 0x184},
		{"ia64", "ia64", 50, 0x200},
		{NULL, NULL, 0x7777, 0x7777},
		{NULL, NULL, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (int kind = 0; kind < 3; kind++) {
			unsigned char bytes[1024] = {0}, low, high;
			const char *arch = kind == 1 ? rows[i].elf_big : rows[i].elf_little;
			uint16_t machine = kind < 2 ? rows[i].elf : rows[i].pe;
			char expected[128];

			low = (unsigned char)machine;
			high = (unsigned char)(machine >> 8);
			if (kind == 2 && !machine)
				continue;
			put_word(bytes, kind < 2 ? "\177ELF\2\1" : "MZ");
			bytes[5] = kind == 1 ? 2 : kind == 0;
			bytes[kind < 2 ? 18 + kind : 0x84] = low;
			bytes[kind < 2 ? 19 - kind : 0x85] = high;
			if (kind == 2) {
				bytes[0x3c] = 0x80;
				put_word(bytes + 0x80, "PE");
			}
			snprintf(expected, sizeof(expected), "/k value format=%s%s%s%s, 1024 bytes\n",
				 kind < 2 ? "ELF" : "EFI", arch ? " arch=" : "", arch ? arch : "",
				 kind < 2 ? "" : " efi");
			assert_kernel("machine", bytes, sizeof(bytes), expected);
		}
}

/* Image.gz and its like, which hold a kernel as a whole. */
static void compressed(void **state)
{
	static unsigned char arm[4096] = "MZ", other[4096];

	(void)state;
	put_word(arm + 0x38, "ARM\x64");
	for (size_t i = 0; i < VW_COUNT(packers); i++) {
		static const struct {
			const unsigned char *bytes;
			size_t size;
			const char *told;
		} cases[] = {
			{arm, sizeof(arm), " format=arm64 Image arch=aarch64"},
			{arm, 1024, " format=arm64 Image arch=aarch64"},
			{arm, 1023, ""},
			{other, sizeof(other), ""},
		};

		for (size_t k = 0; k < VW_COUNT(cases) && can_unpack(&packers[i]); k++) {
			struct bytes file = {0};
			char expected[256];

			packers[i].pack(&file, cases[k].bytes, cases[k].size);
			if (file.size < 1024)
				add_zeros(&file, 1024 - file.size);
			snprintf(expected, sizeof(expected), "/k value%s compression=%s%s, %zu bytes\n",
				 cases[k].told, packers[i].name, *cases[k].told ? " efi" : "", file.size);
			assert_kernel(packers[i].name, file.data, file.size, expected);
			free_bytes(&file);
		}
	}
}

/* UKI */

#define UKI_HEAD    P(0, "MZ"), P(0x3c, "\x40\0\0\0"), P(0x40, "PE\0\0\x64\xaa\2\0"), P(0x58, ".linux")
#define LINUX(size) P(0x60, size), P(0x68, size "\0\2\0\0")
#define UNAME(size) P(0x80, ".uname"), P(0x88, size), P(0x90, size "\0\1\0\0")

static void uki(void **state)
{
	static const struct kernel_case cases[] = {
		{"a kernel and its release",
		 4096,
		 {UKI_HEAD, LINUX("\0\4\0\0"), UNAME("\5\0\0\0"), P(0x100, "6.1-x9"), P(0x238, "ARM\x64")},
		 "/k value format=arm64 Image arch=aarch64 version=6.1-x efi, 4096 bytes\n"},
		{"no release",
		 4096,
		 {UKI_HEAD, LINUX("\0\4\0\0"), UNAME("\0\0\0\0"), P(0x238, "RSC\x05")},
		 "/k value format=riscv Image arch=riscv64 efi, 4096 bytes\n"},
		{"a kernel that tells no machine",
		 4096,
		 {UKI_HEAD, LINUX("\0\4\0\0")},
		 "/k value arch=aarch64 efi, 4096 bytes\n"},
		{"a kernel that is too short",
		 4096,
		 {UKI_HEAD, LINUX("\xff\3\0\0"), P(0x238, "ARM\x64")},
		 "/k malformed arch=aarch64 efi, 4096 bytes\n"},
		{"a kernel that lies behind the end",
		 1024,
		 {UKI_HEAD, LINUX("\0\4\0\0")},
		 "/k value format=EFI arch=aarch64 efi, 1024 bytes\n"},
		{"an x86 kernel with a name of its own",
		 8192,
		 {UKI_HEAD, LINUX("\0\x10\0\0"), UNAME("\3\0\0\0"), P(0x100, "6.2"), P(0x402, "HdrS\x0f\2"),
		  P(0x436, "\1"), P(0x40e, "\0\2"), P(0x600, "6.1 x")},
		 "/k value format=bzImage arch=x86_64 version=6.2 efi, 8192 bytes\n"},
	};

	(void)state;
	ASSERT_KERNELS(cases);
}

/* A release is kept up to 256 bytes. */
static void long_release(void **state)
{
	unsigned char bytes[8192] = {0};
	char expected[512], word[257] = "";

	(void)state;
	put_word(bytes, "MZ");
	bytes[0x3c] = 0x40;
	memcpy(bytes + 0x40, "PE\0\0\x64\xaa\2\0", 8);
	put_word(bytes + 0x58, ".linux");
	bytes[0x61] = bytes[0x69] = 4;
	bytes[0x6d] = 2;
	put_word(bytes + 0x80, ".uname");
	bytes[0x89] = bytes[0x91] = 2;
	bytes[0x95] = 16;
	memset(bytes + 0x1000, '7', 512);
	memset(word, '7', 256);
	snprintf(expected, sizeof(expected), "/k value arch=aarch64 version=%s efi, 8192 bytes\n", word);
	assert_kernel("release", bytes, sizeof(bytes), expected);
}

#define TEST(function) cmocka_unit_test(function)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bzimage),  TEST(payloads),   TEST(long_banners), TEST(other_images),
		TEST(machines), TEST(compressed), TEST(uki),          TEST(long_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
