/* SPDX-License-Identifier: MIT */
/* ELF files of both classes and both byte orders: programs, libraries and modules. */
#include "tests/unit/pack.h"

#include "tests/unit/opened_image.h"

#include <elf.h>

#include "probes/image/unpack.h"

/* making one */

struct making {
	struct bytes bytes;
	bool is64, big;
};

static void store(struct making *elf, size_t at, uint64_t value, size_t size)
{
	while (elf->bytes.size < at + size)
		add_zeros(&elf->bytes, 1);
	for (size_t i = 0; i < size; i++)
		elf->bytes.data[at + i] = (unsigned char)(value >> 8 * (elf->big ? size - 1 - i : i));
}

#define PUT(elf, at, type, member, value)                                                                  \
	store(elf, (at) + ((elf)->is64 ? offsetof(Elf64_##type, member) : offsetof(Elf32_##type, member)), \
	      value,                                                                                       \
	      (elf)->is64 ? sizeof(((Elf64_##type *)NULL)->member) : sizeof(((Elf32_##type *)NULL)->member))
#define SIZE(elf, type) ((elf)->is64 ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

static void begin_elf(struct making *elf, bool is64, bool big, uint16_t type, uint16_t machine)
{
	*elf = (struct making){.is64 = is64, .big = big};
	add_bytes(&elf->bytes, ELFMAG, SELFMAG);
	store(elf, EI_CLASS, is64 ? ELFCLASS64 : ELFCLASS32, 1);
	store(elf, EI_DATA, big ? ELFDATA2MSB : ELFDATA2LSB, 1);
	store(elf, SIZE(elf, Ehdr) - 1, 0, 1);
	PUT(elf, 0, Ehdr, e_type, type);
	PUT(elf, 0, Ehdr, e_machine, machine);
}

static void put_segment(struct making *elf, size_t index, uint32_t type, uint64_t address, uint64_t offset,
			uint64_t size)
{
	size_t at = SIZE(elf, Ehdr) + index * SIZE(elf, Phdr);

	PUT(elf, 0, Ehdr, e_phoff, SIZE(elf, Ehdr));
	PUT(elf, 0, Ehdr, e_phentsize, SIZE(elf, Phdr));
	PUT(elf, 0, Ehdr, e_phnum, index + 1);
	PUT(elf, at, Phdr, p_type, type);
	PUT(elf, at, Phdr, p_vaddr, address);
	PUT(elf, at, Phdr, p_offset, offset);
	PUT(elf, at, Phdr, p_filesz, size);
}

static void put_string(struct making *elf, size_t at, const char *text)
{
	store(elf, at, 0, 1);
	for (size_t i = 0; i <= strlen(text); i++)
		store(elf, at + i, (unsigned char)text[i], 1);
}

enum { DYNAMIC = 0x200, STRINGS = 0x300, INTERPRETER = 0x400, END = 0x420, ADDRESS = 0x10000 };

static void put_dynamic(struct making *elf, size_t index, uint64_t tag, uint64_t value)
{
	PUT(elf, DYNAMIC + index * SIZE(elf, Dyn), Dyn, d_tag, tag);
	PUT(elf, DYNAMIC + index * SIZE(elf, Dyn), Dyn, d_un, value);
}

/* Two segments that are loaded, one right behind the other: the strings are where the second begins. */
static void make_program(struct making *elf, bool is64, bool big)
{
	begin_elf(elf, is64, big, ET_DYN, EM_S390);
	put_segment(elf, 0, PT_LOAD, ADDRESS, 0, STRINGS);
	put_segment(elf, 1, PT_LOAD, ADDRESS + STRINGS, STRINGS, END - STRINGS);
	put_segment(elf, 2, PT_DYNAMIC, 0, DYNAMIC, 5 * SIZE(elf, Dyn));
	put_segment(elf, 3, PT_INTERP, 0, INTERPRETER, 8);
	put_dynamic(elf, 0, DT_NEEDED, 0);
	put_dynamic(elf, 1, DT_SONAME, 7);
	put_dynamic(elf, 2, DT_NEEDED, 14);
	put_dynamic(elf, 3, DT_STRTAB, ADDRESS + STRINGS);
	put_dynamic(elf, 4, DT_NULL, 0);
	put_string(elf, STRINGS, "libc.6");
	put_string(elf, STRINGS + 7, "libx.1");
	put_string(elf, STRINGS + 14, "libm.6");
	put_string(elf, INTERPRETER, "/lib/ld");
	store(elf, END - 1, 0, 1);
}

/* programs */

static void programs(void **state)
{
	struct opened *o = *state;

	for (unsigned i = 0; i < 4; i++) {
		struct making elf;
		struct vw_elf found = {0};

		make_program(&elf, i & 1, i & 2);
		assert_int_equal(vw_elf_read(o->image, elf.bytes.data, elf.bytes.size, &found), 0);
		assert_int_equal(found.is64, i & 1);
		assert_false(found.is_module);
		assert_true(vwb_text_equal(found.arch, i == 3 ? "s390x" : NULL));
		assert_string_equal(found.interpreter, "/lib/ld");
		assert_string_equal(found.soname, "libx.1");
		assert_int_equal(found.needed.state, VW_VALUE);
		assert_int_equal(found.needed.count, 2);
		assert_string_equal(found.needed.name[0], "libc.6");
		assert_string_equal(found.needed.name[1], "libm.6");
		free_bytes(&elf.bytes);
	}
}

/* One field of the program above that says something else. */
static void damaged_programs(void **state)
{
	static const struct {
		const char *what;
		size_t segment; /* SIZE_MAX: an entry of the dynamic section */
		uint32_t type;
		uint64_t address, offset, size;
		int result;
	} cases[] = {
		{"as it is", 0, PT_LOAD, ADDRESS, 0, STRINGS, 0},
		{"the file is as long as the segment", 1, PT_LOAD, ADDRESS + STRINGS, STRINGS, END - STRINGS,
		 0},
		{"a segment that is longer than the file", 1, PT_LOAD, ADDRESS + STRINGS, STRINGS,
		 END - STRINGS + 1, -EBADMSG},
		{"a segment behind the file", 1, PT_LOAD, ADDRESS + STRINGS, END + 1, END - STRINGS,
		 -EBADMSG},
		{"a segment that is huge", 1, PT_LOAD, ADDRESS + STRINGS, STRINGS, UINT64_MAX, -EBADMSG},
		{"strings that are not loaded", 1, PT_NOTE, ADDRESS + STRINGS, STRINGS, END - STRINGS,
		 -EBADMSG},
		{"strings that begin later", 1, PT_LOAD, ADDRESS + STRINGS + 1, STRINGS, END - STRINGS,
		 -EBADMSG},
		{"strings whose segment is empty", 1, PT_LOAD, ADDRESS + STRINGS, STRINGS, 0, -EBADMSG},
		{"strings that do not end", 1, PT_LOAD, ADDRESS + STRINGS, STRINGS, 20, -EBADMSG},
		{"strings that just end", 1, PT_LOAD, ADDRESS + STRINGS, STRINGS, 21, 0},
		{"an interpreter that does not end", 3, PT_INTERP, 0, INTERPRETER, 7, -EBADMSG},
		{"an interpreter at the end of the file", 3, PT_INTERP, 0, END - 1, 1, -EBADMSG},
		{"an interpreter behind it", 3, PT_INTERP, 0, END, 8, -EBADMSG},
		{"a dynamic section behind the file", 2, PT_DYNAMIC, 0, END - 3, 64, -EBADMSG},
		{"one that does not end", 2, PT_DYNAMIC, 0, DYNAMIC, 64, -EBADMSG},
		{"one that has none of it", 2, PT_DYNAMIC, 0, DYNAMIC + 64, 16, 0},
		{"one that is empty", 2, PT_DYNAMIC, 0, DYNAMIC, 0, -EBADMSG},
	};
	struct opened *o = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_elf found = {0};
		struct making elf;

		print_message("%s\n", cases[i].what);
		make_program(&elf, true, false);
		put_segment(&elf, cases[i].segment, cases[i].type, cases[i].address, cases[i].offset,
			    cases[i].size);
		PUT(&elf, 0, Ehdr, e_phnum, 4);
		assert_int_equal(vw_elf_read(o->image, elf.bytes.data, elf.bytes.size, &found),
				 cases[i].result);
		assert_true(cases[i].result == 0 || found.interpreter == NULL);
		free_bytes(&elf.bytes);
	}
}

static void read_changed(struct opened *o, size_t at, uint64_t value, size_t size, int result)
{
	struct vw_elf found = {0};
	struct making elf;

	make_program(&elf, true, false);
	store(&elf, at, value, size);
	assert_int_equal(vw_elf_read(o->image, elf.bytes.data, elf.bytes.size, &found), result);
	free_bytes(&elf.bytes);
}

static void damaged_headers(void **state)
{
	struct opened *o = *state;

	read_changed(o, 0, 0x7e, 1, -EBADMSG);
	read_changed(o, 3, 'G', 1, -EBADMSG);
	read_changed(o, EI_CLASS, 0, 1, -EBADMSG);
	read_changed(o, EI_CLASS, 3, 1, -EBADMSG);
	read_changed(o, EI_DATA, 0, 1, -EBADMSG);
	read_changed(o, EI_DATA, 3, 1, -EBADMSG);
	/* segments that are smaller than they must be, larger ones, more than there is room for */
	read_changed(o, offsetof(Elf64_Ehdr, e_phentsize), sizeof(Elf64_Phdr) - 1, 2, -EBADMSG);
	read_changed(o, offsetof(Elf64_Ehdr, e_phnum), 0, 2, 0);
	read_changed(o, offsetof(Elf64_Ehdr, e_phoff), UINT64_MAX, 8, -EBADMSG);
	read_changed(o, offsetof(Elf64_Ehdr, e_phoff), END, 8, -EBADMSG);
	/* names of libraries that are empty, or behind the table */
	read_changed(o, DYNAMIC + 8, 6, 8, -EBADMSG);
	read_changed(o, DYNAMIC + 8, END - STRINGS, 8, -EBADMSG);
	read_changed(o, DYNAMIC + 8, END - STRINGS - 1, 8, -EBADMSG);
	read_changed(o, DYNAMIC + 3 * 16, 0x7777, 8, -EBADMSG); /* no table of strings */
	read_changed(o, DYNAMIC + 3 * 16 + 8, ADDRESS + END, 8, -EBADMSG);
	read_changed(o, DYNAMIC + 3 * 16 + 8, ADDRESS - 1, 8, -EBADMSG);
}

/* A library may be needed by a name of 255 bytes, and 128 of them. */
static void long_names(void **state)
{
	struct opened *o = *state;

	for (size_t length = 254; length < 258; length++) {
		struct vw_elf found = {0};
		struct making elf;
		char name[300] = "";

		memset(name, 'n', length);
		make_program(&elf, true, true);
		put_segment(&elf, 1, PT_LOAD, ADDRESS + STRINGS, END, 512);
		PUT(&elf, 0, Ehdr, e_phnum, 4);
		put_string(&elf, END, name);
		put_string(&elf, END + 300, "x");
		store(&elf, END + 511, 0, 1);
		put_dynamic(&elf, 1, DT_SONAME, 300);
		put_dynamic(&elf, 2, DT_NEEDED, 300);
		assert_int_equal(vw_elf_read(o->image, elf.bytes.data, elf.bytes.size, &found),
				 length <= 255 ? 0 : -EBADMSG);
		if (length <= 255)
			assert_string_equal(found.needed.name[0], name);
		free_bytes(&elf.bytes);
	}
	for (size_t count = 127; count < 130; count++) {
		struct vw_elf found = {0};
		struct making elf;

		begin_elf(&elf, true, false, ET_DYN, EM_X86_64);
		put_segment(&elf, 0, PT_LOAD, ADDRESS, 0, 0x2000);
		put_segment(&elf, 1, PT_DYNAMIC, 0, DYNAMIC, (count + 2) * sizeof(Elf64_Dyn));
		for (size_t i = 0; i < count; i++)
			put_dynamic(&elf, i, DT_NEEDED, 1);
		put_dynamic(&elf, count, DT_STRTAB, ADDRESS + 0x1000);
		put_dynamic(&elf, count + 1, DT_NULL, 0);
		put_string(&elf, 0x1001, "a");
		store(&elf, 0x1fff, 0, 1);
		assert_int_equal(vw_elf_read(o->image, elf.bytes.data, elf.bytes.size, &found),
				 count <= 128 ? 0 : -EBADMSG);
		if (count <= 128)
			assert_int_equal(found.needed.count, count);
		free_bytes(&elf.bytes);
	}
}

static void machines(void **state)
{
	static const struct {
		uint16_t machine;
		bool is64, big;
		const char *arch;
	} rows[] = {
		{EM_X86_64, true, false, "x86_64"},
		{EM_X86_64, false, false, NULL},
		{EM_386, false, false, "i386"},
		{EM_386, true, false, NULL},
		{EM_AARCH64, true, false, "aarch64"},
		{EM_AARCH64, true, true, NULL},
		{EM_ARM, false, false, "arm"},
		{EM_ARM, false, true, NULL},
		{EM_PPC64, true, true, "ppc64"},
		{EM_PPC64, true, false, "ppc64le"},
		{EM_PPC, false, true, "ppc"},
		{EM_PPC, false, false, NULL},
		{EM_S390, true, true, "s390x"},
		{EM_S390, false, true, NULL},
		{EM_RISCV, true, false, "riscv64"},
		{EM_RISCV, false, false, "riscv32"},
		{EM_MIPS, true, true, "mips64"},
		{EM_MIPS, true, false, "mips64"},
		{EM_MIPS, false, true, "mips"},
		{EM_MIPS, false, false, "mips"},
		{EM_SPARCV9, true, true, "sparc64"},
		{EM_SPARCV9, true, false, NULL},
		{258, true, false, "loongarch64"},
		{258, false, false, NULL},
		{0, true, false, NULL},
	};
	struct opened *o = *state;

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_elf found = {0};
		struct making elf;

		begin_elf(&elf, rows[i].is64, rows[i].big, ET_EXEC, rows[i].machine);
		assert_int_equal(vw_elf_read(o->image, elf.bytes.data, elf.bytes.size, &found), 0);
		if (!vwb_text_equal(found.arch, rows[i].arch))
			fail_msg("row %zu: %s", i, found.arch ? found.arch : "none");
		assert_int_equal(found.needed.count, 0);
		assert_null(found.interpreter);
		assert_null(found.soname);
		for (size_t size = 0; size < elf.bytes.size; size++)
			assert_int_equal(vw_elf_read(o->image, elf.bytes.data, size, &found), -EBADMSG);
		free_bytes(&elf.bytes);
	}
}

/* modules */

enum { NAMES = 0x100, INFO = 0x200, SECTIONS = 0x180 };

static void put_section(struct making *elf, size_t index, uint32_t name, uint32_t type, uint64_t offset,
			uint64_t size)
{
	size_t at = SECTIONS + 0x200 + index * SIZE(elf, Shdr);

	PUT(elf, at, Shdr, sh_name, name);
	PUT(elf, at, Shdr, sh_type, type);
	PUT(elf, at, Shdr, sh_offset, offset);
	PUT(elf, at, Shdr, sh_size, size);
	PUT(elf, at, Shdr, sh_addralign, 0);
	PUT(elf, at, Shdr, sh_entsize, 0);
}

/* Sections: nothing, another, .modinfo, and the names, of which ".modinfo" is the last and at the very end.
 */
static void make_module(struct making *elf, bool is64, bool big, const char *info, size_t size)
{
	begin_elf(elf, is64, big, ET_REL, EM_S390);
	put_string(elf, NAMES + 1, ".modinf");
	put_string(elf, NAMES + 9, ".modinfo");
	for (size_t i = 0; i < size; i++)
		store(elf, INFO + i, (unsigned char)info[i], 1);
	PUT(elf, 0, Ehdr, e_shoff, SECTIONS + 0x200);
	PUT(elf, 0, Ehdr, e_shentsize, SIZE(elf, Shdr));
	PUT(elf, 0, Ehdr, e_shnum, 4);
	PUT(elf, 0, Ehdr, e_shstrndx, 3);
	put_section(elf, 0, 0, SHT_NULL, 0, 0);
	put_section(elf, 1, 1, SHT_PROGBITS, INFO, size);
	put_section(elf, 2, 9, SHT_PROGBITS, INFO, size);
	put_section(elf, 3, 0, SHT_STRTAB, NAMES, 18);
}

static void modules(void **state)
{
	static const char info[] =
		"intree=N\0version=1.2\0version=3\0depends=a,,b\0srcversion=AB\0vermagic=6.1 SMP\0"
		"intree=Y\0versions=no\0xversion=no\0version=";
	struct opened *o = *state;

	for (unsigned i = 0; i < 4; i++) {
		struct vw_modinfo found = {0};
		struct vw_names depends = {0};
		struct vw_elf program = {0};
		struct making elf;

		make_module(&elf, i & 1, i & 2, info, sizeof(info) - 1);
		assert_int_equal(vw_modinfo_read(o->image, elf.bytes.data, elf.bytes.size, &found, &depends),
				 0);
		assert_int_equal(found.state, VW_VALUE);
		assert_string_equal(found.version, "1.2");
		assert_string_equal(found.srcversion, "AB");
		assert_string_equal(found.vermagic, "6.1 SMP");
		assert_true(found.intree);
		assert_false(found.is_signed);
		assert_true(vwb_text_equal(found.arch, i == 3 ? "s390x" : NULL));
		assert_int_equal(depends.count, 2);
		assert_string_equal(depends.name[0], "a");
		assert_string_equal(depends.name[1], "b");
		assert_int_equal(vw_elf_read(o->image, elf.bytes.data, elf.bytes.size, &program), 0);
		assert_true(program.is_module);
		add_bytes(&elf.bytes, "~Module signature appended~\n", 28);
		assert_int_equal(vw_modinfo_read(o->image, elf.bytes.data, elf.bytes.size, &found, NULL), 0);
		assert_true(found.is_signed);
		add_bytes(&elf.bytes, "\n", 1);
		assert_int_equal(vw_modinfo_read(o->image, elf.bytes.data, elf.bytes.size, &found, NULL), 0);
		assert_false(found.is_signed);
		free_bytes(&elf.bytes);
	}
}

static void empty_modinfo(void **state)
{
	struct opened *o = *state;
	struct vw_modinfo found = {0};
	struct vw_names depends = {0};
	struct making elf;

	make_module(&elf, true, false, "intree=Yes\0depends=\0", 20);
	assert_int_equal(vw_modinfo_read(o->image, elf.bytes.data, elf.bytes.size, &found, &depends), 0);
	assert_false(found.intree);
	assert_null(found.version);
	assert_int_equal(depends.state, VW_VALUE);
	assert_int_equal(depends.count, 0);
	free_bytes(&elf.bytes);
}

static void damaged_modules(void **state)
{
	static const struct {
		const char *what;
		size_t section;
		uint32_t name, type;
		uint64_t offset, size;
		int result;
	} cases[] = {
		{"as it is", 2, 9, SHT_PROGBITS, INFO, 4, 0},
		{"another name", 2, 10, SHT_PROGBITS, INFO, 4, -EBADMSG},
		{"a name behind the table", 2, 18, SHT_PROGBITS, INFO, 4, -EBADMSG},
		{"no bits", 2, 9, SHT_NOBITS, INFO, 4, -EBADMSG},
		{"it lies behind the file", 2, 9, SHT_PROGBITS, 0x10000, 4, -EBADMSG},
		{"it is longer than the file", 2, 9, SHT_PROGBITS, 0, 0x10000, -EBADMSG},
		{"names that end too early", 3, 0, SHT_STRTAB, NAMES, 17, -EBADMSG},
		{"names without bits", 3, 0, SHT_NOBITS, NAMES, 18, -EBADMSG},
		{"names behind the file", 3, 0, SHT_STRTAB, 0x10000, 18, -EBADMSG},
	};
	struct opened *o = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_modinfo found = {0};
		struct making elf;

		print_message("%s\n", cases[i].what);
		make_module(&elf, true, false, "a=b", 4);
		put_section(&elf, cases[i].section, cases[i].name, cases[i].type, cases[i].offset,
			    cases[i].size);
		assert_int_equal(vw_modinfo_read(o->image, elf.bytes.data, elf.bytes.size, &found, NULL),
				 cases[i].result);
		assert_int_equal(found.state, cases[i].result ? VW_MALFORMED : VW_VALUE);
		free_bytes(&elf.bytes);
	}
}

static void damaged_module_headers(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		size_t size;
	} cases[] = {
		{offsetof(Elf64_Ehdr, e_type), ET_EXEC, 2},
		{offsetof(Elf64_Ehdr, e_shentsize), sizeof(Elf64_Shdr) - 1, 2},
		{offsetof(Elf64_Ehdr, e_shoff), UINT64_MAX, 8},
		{offsetof(Elf64_Ehdr, e_shoff), 0x10000, 8},
		{offsetof(Elf64_Ehdr, e_shnum), 3, 2}, /* the names are not among them */
		{offsetof(Elf64_Ehdr, e_shstrndx), 4, 2},
	};
	struct opened *o = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_modinfo found = {0};
		struct making elf;

		make_module(&elf, true, false, "a=b", 4);
		store(&elf, cases[i].at, cases[i].value, cases[i].size);
		assert_int_equal(vw_modinfo_read(o->image, elf.bytes.data, elf.bytes.size, &found, NULL),
				 -EBADMSG);
		free_bytes(&elf.bytes);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, opened_setup, opened_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(programs),      TEST(damaged_programs), TEST(damaged_headers),
		TEST(long_names),    TEST(machines),         TEST(modules),
		TEST(empty_modinfo), TEST(damaged_modules),  TEST(damaged_module_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
