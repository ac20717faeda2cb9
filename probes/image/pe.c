/* SPDX-License-Identifier: MIT */

/* Source: Microsoft PE Format, "Overview" to "Section Table (Section Headers)". */

#include "probes/image/unpack.h"

#include <errno.h>
#include <string.h>

enum {
	PE_POINTER = 0x3c,
	COFF_SIZE = 4 + 20, /* with the signature */
	SECTION_SIZE = 40,
	NAME_SIZE = 8,
	SECTIONS = 512,
};

static uint32_t little(const unsigned char *at, size_t size)
{
	uint32_t value = 0;

	while (size-- > 0)
		value = value << 8 | at[size];
	return value;
}

static const char *arch_of(uint32_t machine)
{
	static const struct {
		uint32_t machine;
		const char *arch;
	} rows[] = {
		{0x8664, "x86_64"}, {0x014c, "i386"}, {0xaa64, "aarch64"}, {0x01c0, "arm"},
		{0x01c2, "arm"},    {0x01c4, "arm"},  {0x5064, "riscv64"}, {0x6264, "loongarch64"},
	};

	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (rows[i].machine == machine)
			return rows[i].arch;
	return NULL;
}

/* A section's size in memory is its own; in the file it is padded. */
static int read_section(struct vw_image *image, const unsigned char *row, uint64_t file_size,
			struct vw_pe_section *ret)
{
	uint32_t own = little(row + 8, 4), padded = little(row + 16, 4), offset = little(row + 20, 4);
	uint32_t size = own && own < padded ? own : padded;

	if (size && (offset > file_size || size > file_size - offset))
		return -EBADMSG;
	ret->name = vw_image_clean(image, (const char *)row, strnlen((const char *)row, NAME_SIZE));
	ret->offset = size ? offset : 0;
	ret->size = size;
	return ret->name ? 0 : -ENOMEM;
}

int vw_pe_read(struct vw_image *image, const unsigned char *head, size_t size, uint64_t file_size,
	       struct vw_pe *ret)
{
	struct vw_pe pe = {0};
	struct vw_pe_section *section;
	size_t at, count, table;

	if (size < PE_POINTER + 4 || memcmp(head, "MZ", 2) != 0)
		return -EBADMSG;
	at = little(head + PE_POINTER, 4);
	if (at > size || size - at < COFF_SIZE || memcmp(head + at, "PE\0\0", 4) != 0)
		return -EBADMSG;
	pe.arch = arch_of(little(head + at + 4, 2));
	count = little(head + at + 6, 2);
	table = at + COFF_SIZE + little(head + at + 20, 2);
	if (count > SECTIONS || table > size || size - table < count * SECTION_SIZE)
		return -EBADMSG;

	section = vwb_arena_array(vw_image_arena(image), count, sizeof(*section));
	if (!section)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int r = read_section(image, head + table + i * SECTION_SIZE, file_size, &section[i]);

		if (r < 0)
			return r;
	}
	pe.section = section;
	pe.count = count;
	*ret = pe;
	return 0;
}

const struct vw_pe_section *vw_pe_find(const struct vw_pe *pe, const char *name)
{
	for (size_t i = 0; i < pe->count; i++)
		if (strcmp(pe->section[i].name, name) == 0)
			return &pe->section[i];
	return NULL;
}
