/* SPDX-License-Identifier: MIT */

/* ELF files. Source: System V gABI, "Object Files" and "Dynamic Linking"; elf(5). */

#include "probes/image/unpack.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

enum {
	DYNAMIC_LIMIT = 4096, /* entries of a dynamic section */
	NEEDED_LIMIT = 128,
	NAME_LIMIT = 255,
	DEPENDS_LIMIT = 256,
};

#define SIGNATURE "~Module signature appended~\n"

/* One file, and where the fields of its class are. */
struct file {
	const unsigned char *bytes;
	size_t size;
	bool is64, big;
};

/* What a field is called in both classes. */
#define FIELD(file, type, member)                                                                    \
	number(file, (file)->is64 ? offsetof(Elf64_##type, member) : offsetof(Elf32_##type, member), \
	       (file)->is64 ? sizeof(((Elf64_##type *)NULL)->member)                                 \
			    : sizeof(((Elf32_##type *)NULL)->member))
#define SIZE(file, type) ((file)->is64 ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

/* A number of the file; 0 where the file has ended: whoever asks has looked at the size of its structure. */
static uint64_t number(const struct file *file, uint64_t at, size_t size)
{
	uint64_t value = 0;

	if (at > file->size || size > file->size - at)
		return 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | file->bytes[at + (file->big ? i : size - 1 - i)];
	return value;
}

/* The file as seen from one structure in it. */
static bool at_structure(const struct file *file, uint64_t at, size_t size, struct file *ret)
{
	if (at > file->size || size > file->size - at)
		return false;
	*ret = *file;
	ret->bytes += at;
	ret->size = size;
	return true;
}

static bool open_file(const unsigned char *bytes, size_t size, struct file *ret)
{
	if (size < EI_NIDENT || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return false;
	*ret = (struct file){.bytes = bytes,
			     .size = size,
			     .is64 = bytes[EI_CLASS] == ELFCLASS64,
			     .big = bytes[EI_DATA] == ELFDATA2MSB};
	return (bytes[EI_CLASS] == ELFCLASS64 || bytes[EI_CLASS] == ELFCLASS32) &&
	       (bytes[EI_DATA] == ELFDATA2MSB || bytes[EI_DATA] == ELFDATA2LSB) && size >= SIZE(ret, Ehdr);
}

static const char *arch_of(const struct file *file)
{
	static const struct {
		uint16_t machine;
		bool is64, big;
		const char *arch;
	} rows[] = {
		{EM_X86_64, true, false, "x86_64"},
		{EM_386, false, false, "i386"},
		{EM_AARCH64, true, false, "aarch64"},
		{EM_ARM, false, false, "arm"},
		{EM_PPC64, true, true, "ppc64"},
		{EM_PPC64, true, false, "ppc64le"},
		{EM_PPC, false, true, "ppc"},
		{EM_S390, true, true, "s390x"},
		{EM_RISCV, true, false, "riscv64"},
		{EM_RISCV, false, false, "riscv32"},
		{EM_MIPS, true, true, "mips64"},
		{EM_MIPS, true, false, "mips64"},
		{EM_MIPS, false, true, "mips"},
		{EM_MIPS, false, false, "mips"},
		{EM_SPARCV9, true, true, "sparc64"},
		{258, true, false, "loongarch64"}, /* EM_LOONGARCH, which older headers lack */
	};
	uint64_t machine = FIELD(file, Ehdr, e_machine);

	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (rows[i].machine == machine && rows[i].is64 == file->is64 && rows[i].big == file->big)
			return rows[i].arch;
	return NULL;
}

/* Sections. */

static bool section_at(const struct file *file, uint64_t index, struct file *ret)
{
	uint64_t size = FIELD(file, Ehdr, e_shentsize);

	return size >= SIZE(file, Shdr) && FIELD(file, Ehdr, e_shoff) <= file->size &&
	       index < FIELD(file, Ehdr, e_shnum) &&
	       at_structure(file, FIELD(file, Ehdr, e_shoff) + index * size, SIZE(file, Shdr), ret);
}

static bool section_bytes(const struct file *file, const struct file *section, struct file *ret)
{
	return FIELD(section, Shdr, sh_type) != SHT_NOBITS && FIELD(section, Shdr, sh_size) <= file->size &&
	       at_structure(file, FIELD(section, Shdr, sh_offset), (size_t)FIELD(section, Shdr, sh_size),
			    ret);
}

static bool find_section(const struct file *file, const char *name, struct file *ret)
{
	struct file section, names;
	size_t size = strlen(name) + 1;

	if (!section_at(file, FIELD(file, Ehdr, e_shstrndx), &section) ||
	    !section_bytes(file, &section, &names))
		return false;
	for (uint64_t i = 0; section_at(file, i, &section); i++) {
		uint64_t at = FIELD(&section, Shdr, sh_name);

		if (at < names.size && names.size - at >= size && memcmp(names.bytes + at, name, size) == 0)
			return section_bytes(file, &section, ret);
	}
	return false;
}

/* Dynamic linking. */

static bool segment_at(const struct file *file, uint64_t index, struct file *ret)
{
	uint64_t size = FIELD(file, Ehdr, e_phentsize);

	return size >= SIZE(file, Phdr) && FIELD(file, Ehdr, e_phoff) <= file->size &&
	       index < FIELD(file, Ehdr, e_phnum) &&
	       at_structure(file, FIELD(file, Ehdr, e_phoff) + index * size, SIZE(file, Phdr), ret);
}

/* The bytes of the first segment of @type. Returns 0, -ENOENT when there is none, -EBADMSG. */
static int find_segment(const struct file *file, uint32_t type, struct file *ret)
{
	struct file segment;
	uint64_t i;

	for (i = 0; segment_at(file, i, &segment); i++)
		if (FIELD(&segment, Phdr, p_type) == type) {
			uint64_t size = FIELD(&segment, Phdr, p_filesz);

			return size <= file->size && at_structure(file, FIELD(&segment, Phdr, p_offset),
								  (size_t)size, ret)
				       ? 0
				       : -EBADMSG;
		}
	return i < FIELD(file, Ehdr, e_phnum) ? -EBADMSG : -ENOENT;
}

/* Where in the file an address of memory lies; all bytes from there to the end of its segment. */
static bool find_address(const struct file *file, uint64_t address, struct file *ret)
{
	struct file segment;

	for (uint64_t i = 0; segment_at(file, i, &segment); i++) {
		uint64_t start = FIELD(&segment, Phdr, p_vaddr), size = FIELD(&segment, Phdr, p_filesz);
		uint64_t offset = FIELD(&segment, Phdr, p_offset);

		if (FIELD(&segment, Phdr, p_type) != PT_LOAD || address < start || address - start >= size)
			continue;
		return offset <= file->size && size <= file->size - offset &&
		       at_structure(file, offset + (address - start), (size_t)(size - (address - start)),
				    ret);
	}
	return false;
}

/* A string at an offset into a string table; NULL when it does not end, or is empty or too long. */
static const char *string_at(struct vw_image *image, const struct file *table, uint64_t at)
{
	size_t room, size;

	if (at >= table->size)
		return NULL;
	room = table->size - (size_t)at;
	size = strnlen((const char *)table->bytes + at, room < NAME_LIMIT + 1 ? room : NAME_LIMIT + 1);
	if (size == 0 || size == room || size > NAME_LIMIT)
		return NULL;
	return vw_image_clean(image, (const char *)table->bytes + at, size);
}

struct dynamic {
	size_t needed_count;
	uint64_t needed[NEEDED_LIMIT], soname, runpath, strings;
	bool has_soname, has_runpath, has_strings;
};

static int scan_dynamic(const struct file *dynamic, struct dynamic *ret)
{
	struct file entry;
	size_t size = SIZE(dynamic, Dyn);

	for (uint64_t i = 0; i < DYNAMIC_LIMIT && at_structure(dynamic, i * size, size, &entry); i++) {
		uint64_t tag = FIELD(&entry, Dyn, d_tag), value = FIELD(&entry, Dyn, d_un);

		if (tag == DT_NULL)
			return 0;
		if (tag == DT_NEEDED && ret->needed_count == NEEDED_LIMIT)
			return -EBADMSG;
		if (tag == DT_NEEDED) {
			ret->needed[ret->needed_count++] = value;
		} else if (tag == DT_SONAME) {
			ret->soname = value;
			ret->has_soname = true;
		} else if (tag == DT_RUNPATH || (tag == DT_RPATH && !ret->has_runpath)) {
			ret->runpath = value;
			ret->has_runpath = true;
		} else if (tag == DT_STRTAB) {
			ret->strings = value;
			ret->has_strings = true;
		}
	}
	return -EBADMSG;
}

static int read_dynamic(struct vw_image *image, const struct file *file, struct vw_elf *elf)
{
	struct dynamic dynamic = {0};
	struct file bytes, strings;
	const char **name;
	int r = find_segment(file, PT_DYNAMIC, &bytes);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = scan_dynamic(&bytes, &dynamic);
	if (r < 0 || (dynamic.needed_count == 0 && !dynamic.has_soname))
		return r;
	if (!dynamic.has_strings || !find_address(file, dynamic.strings, &strings))
		return -EBADMSG;

	name = vwb_arena_array(vw_image_arena(image), dynamic.needed_count, sizeof(*name));
	if (!name)
		return -ENOMEM;
	for (size_t i = 0; i < dynamic.needed_count; i++) {
		name[i] = string_at(image, &strings, dynamic.needed[i]);
		if (!name[i])
			return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : -EBADMSG;
	}
	elf->needed.name = name;
	elf->needed.count = dynamic.needed_count;
	if (dynamic.has_runpath) {
		elf->runpath = string_at(image, &strings, dynamic.runpath);
		elf->runpath = elf->runpath ? elf->runpath : "$";
	}
	elf->soname = dynamic.has_soname ? string_at(image, &strings, dynamic.soname) : NULL;
	return 0;
}

static int read_interpreter(struct vw_image *image, const struct file *file, struct vw_elf *elf)
{
	struct file bytes;
	int r = find_segment(file, PT_INTERP, &bytes);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	elf->interpreter = string_at(image, &bytes, 0);
	return elf->interpreter ? 0 : -EBADMSG;
}

int vw_elf_read(struct vw_image *image, const unsigned char *bytes, size_t size, struct vw_elf *ret)
{
	struct vw_elf elf = {.needed.state = VW_VALUE};
	struct file file, modinfo;
	int r;

	if (!open_file(bytes, size, &file))
		return -EBADMSG;
	elf.arch = arch_of(&file);
	elf.is64 = file.is64;
	elf.is_module = FIELD(&file, Ehdr, e_type) == ET_REL && find_section(&file, ".modinfo", &modinfo);
	r = read_interpreter(image, &file, &elf);
	if (r == 0)
		r = read_dynamic(image, &file, &elf);
	if (r < 0)
		return r;
	*ret = elf;
	return 0;
}

/* Modules. */

/* "a,b" as names. */
static int split_depends(struct vw_image *image, const char *text, size_t size, struct vw_names *ret)
{
	struct vw_growing list = {0};

	for (const char *end = text + size; text < end; text++) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma ? comma : end;

		if (stop > text) {
			const char **name = vw_grow(image, &list, sizeof(*name), DEPENDS_LIMIT);

			if (!name)
				break;
			*name = vw_image_clean(image, text, (size_t)(stop - text));
			if (!*name)
				return -ENOMEM;
		}
		text = stop;
	}
	*ret = (struct vw_names){.state = VW_VALUE, .name = list.item, .count = list.count};
	return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

static int take_info(struct vw_image *image, const char *line, size_t size, struct vw_modinfo *info,
		     struct vw_names *depends)
{
	const struct {
		const char *key;
		const char **value;
	} rows[] = {
		{"vermagic=", &info->vermagic},
		{"version=", &info->version},
		{"srcversion=", &info->srcversion},
	};

	if (size == strlen("intree=Y") && memcmp(line, "intree=Y", size) == 0)
		info->intree = true;
	if (depends && size >= strlen("depends=") && memcmp(line, "depends=", strlen("depends=")) == 0)
		return split_depends(image, line + strlen("depends="), size - strlen("depends="), depends);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		size_t key = strlen(rows[i].key);

		if (size <= key || memcmp(line, rows[i].key, key) != 0 || *rows[i].value)
			continue;
		*rows[i].value = vw_image_clean(image, line + key, size - key);
		return *rows[i].value ? 0 : -ENOMEM;
	}
	return 0;
}

int vw_modinfo_read(struct vw_image *image, const unsigned char *bytes, size_t size, struct vw_modinfo *ret,
		    struct vw_names *ret_depends)
{
	struct vw_modinfo info = {.state = VW_VALUE};
	struct vw_names depends = {.state = VW_VALUE};
	size_t mark = strlen(SIGNATURE);
	struct file file, section;

	if (!open_file(bytes, size, &file) || FIELD(&file, Ehdr, e_type) != ET_REL ||
	    !find_section(&file, ".modinfo", &section)) {
		ret->state = VW_MALFORMED;
		return -EBADMSG;
	}
	info.arch = arch_of(&file);
	info.is_signed = size >= mark && memcmp(bytes + size - mark, SIGNATURE, mark) == 0;
	for (size_t at = 0; at < section.size;) {
		const char *line = (const char *)section.bytes + at;
		size_t length = strnlen(line, section.size - at);
		int r = take_info(image, line, length, &info, ret_depends ? &depends : NULL);

		if (r < 0)
			return r;
		at += length + 1;
	}
	*ret = info;
	if (ret_depends)
		*ret_depends = depends;
	return 0;
}
