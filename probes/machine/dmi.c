/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TABLE   "/sys/firmware/dmi/tables/DMI"
#define ENTRIES "/sys/firmware/dmi/entries"

/* The kernel's own copy of the strings, and where the link to it is missing from a dump. */
static const char *const directories[] = {"/sys/class/dmi/id", "/sys/devices/virtual/dmi/id"};

static const struct dmi_text {
	const char *name;
	size_t fact; /* offset in struct vw_dmi_facts */
	bool wide;   /* no verdict waits for it */
} texts[] = {
#define TEXT(field)                                                 \
	{                                                           \
#field, offsetof(struct vw_dmi_facts, field), false \
	}
#define WIDE(field)                                                \
	{                                                          \
#field, offsetof(struct vw_dmi_facts, field), true \
	}
	TEXT(sys_vendor),      TEXT(bios_vendor),     TEXT(bios_version),      TEXT(product_name),
	TEXT(product_version), TEXT(product_serial),  TEXT(product_uuid),      TEXT(board_vendor),
	TEXT(board_name),      TEXT(board_asset_tag), TEXT(chassis_asset_tag), WIDE(product_family),
	WIDE(board_version),   WIDE(chassis_vendor),
#undef TEXT
#undef WIDE
};

/* Structure types and offsets of DSP0134: 7.1, 7.12, 7.128. */
enum {
	HEADER = 4, /* type, length, handle */
	BIOS_INFORMATION = 0,
	BIOS_EXTENSION_2 = 0x13,
	BIOS_VM_BIT = 4,
	OEM_STRINGS = 11,
	OEM_COUNT = 4,
	END_OF_TABLE = 127,
};

static struct vw_text *fact_at(struct vw_dmi_facts *dmi, size_t index)
{
	return (struct vw_text *)(void *)((char *)dmi + texts[index].fact);
}

/* Which directory holds the strings; the first text, read already, often answers. NULL when there is none. */
static const char *find_directory(struct vw_run *run, const struct vw_text *first)
{
	/* A kernel has both or none of the places; a dump may have either. */
	size_t places = run->facts->snapshot ? VW_COUNT(directories) : 1;

	if (first->state != VW_ABSENT)
		return directories[0];
	for (size_t i = 0; i < places; i++) {
		const char *const *name;
		size_t count;

		if (vw_source_list(run->source, directories[i], &count, &name) == 0)
			return directories[i];
	}
	return NULL;
}

static void read_texts(struct vw_run *run)
{
	struct vw_dmi_facts *dmi = &run->facts->dmi;
	struct vw_text *first = fact_at(dmi, 0);
	const char *directory;

	vw_fact_read_text(run->source, vw_path(run, "%s/%s", directories[0], texts[0].name), first);
	directory = find_directory(run, first);
	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		const char *path =
			vw_path(run, "%s/%s", directory ? directory : directories[0], texts[i].name);

		if (directory && (!texts[i].wide || (run->flags & VW_PROBE_WIDE)))
			vw_fact_read_text(run->source, path, fact_at(dmi, i));
		else if (!directory)
			vw_text_is(fact_at(dmi, i), VW_ABSENT, path);
	}
}

/* The strings behind a structure end with two NULs; @from is the first byte behind its formatted area.
 * Returns the offset behind them, or 0 when they overrun the table. */
static size_t skip_strings(const uint8_t *table, size_t size, size_t from)
{
	for (size_t i = from; i + 1 < size; i++)
		if (!table[i] && !table[i + 1])
			return i + 2;
	return 0;
}

static void take_oem_strings(struct vw_run *run, const uint8_t *structure, size_t length, size_t size,
			     struct vw_name_list *strings)
{
	size_t count = length > OEM_COUNT ? structure[OEM_COUNT] : 0;
	const char *text = (const char *)structure + length, *end = (const char *)structure + size;

	while (count-- && text < end && *text) {
		size_t bytes = strnlen(text, (size_t)(end - text));

		vw_name_list_add(strings, vw_clean_copy(run, text, bytes));
		text += bytes + 1;
	}
}

int vw_smbios_walk(struct vw_run *run, const void *table, size_t size, const char *origin,
		   struct vw_number *vm_bit, struct vw_name_list *strings)
{
	const uint8_t *bytes = table;

	for (size_t at = 0; at < size;) {
		const uint8_t *structure = bytes + at;
		size_t length, next;

		if (size - at < HEADER || structure[1] < HEADER || structure[1] > size - at)
			return -EBADMSG;
		length = structure[1];
		next = skip_strings(bytes, size, at + length);
		if (!next && structure[0] != END_OF_TABLE)
			return -EBADMSG;
		if (structure[0] == BIOS_INFORMATION && length > BIOS_EXTENSION_2 &&
		    vm_bit->state != VW_VALUE)
			vw_fact_set_number(vm_bit, structure[BIOS_EXTENSION_2] >> BIOS_VM_BIT & 1, origin);
		if (structure[0] == OEM_STRINGS)
			take_oem_strings(run, structure, length, next - at, strings);
		if (structure[0] == END_OF_TABLE)
			return 0;
		at = next;
	}
	return 0;
}

static void walk(struct vw_run *run, const char *path, const void *bytes, size_t size,
		 struct vw_name_list *strings)
{
	struct vw_dmi_facts *dmi = &run->facts->dmi;

	if (vw_smbios_walk(run, bytes, size, path, &dmi->vm_bit, strings) == 0)
		return;
	vw_note(run, path, "EBADMSG");
	if (dmi->vm_bit.state != VW_VALUE)
		vw_number_is(&dmi->vm_bit, VW_MALFORMED, path);
	if (!strings->count)
		vw_names_are(&dmi->oem_strings, VW_MALFORMED, path);
}

/* One file per structure, where a dump has no whole table: 0-0 is the BIOS, 11-N the OEM strings. */
static void read_entries(struct vw_run *run, struct vw_name_list *strings)
{
	struct vw_dmi_facts *dmi = &run->facts->dmi;
	const char *path = ENTRIES "/0-0/raw", *bytes;
	size_t size;
	int r = vw_source_read(run->source, path, VW_TEXT_LIMIT, &bytes, &size);

	vw_number_is(&dmi->vm_bit, r < 0 ? vw_state_of(r) : VW_ABSENT, path);
	vw_names_are(&dmi->oem_strings, r < 0 ? vw_state_of(r) : VW_ABSENT, ENTRIES);
	if (r < 0)
		return;
	walk(run, path, bytes, size, strings);
	for (unsigned i = 0; strings->count < strings->room; i++) {
		path = vw_path(run, ENTRIES "/%d-%u/raw", OEM_STRINGS, i);
		r = vw_source_read(run->source, path, VW_TEXT_LIMIT, &bytes, &size);
		if (r < 0)
			break;
		walk(run, path, bytes, size, strings);
	}
	if (strings->count)
		vw_fact_set_names(&dmi->oem_strings, strings, ENTRIES);
}

static void read_structures(struct vw_run *run)
{
	struct vw_dmi_facts *dmi = &run->facts->dmi;
	struct vw_name_list strings;
	const char *bytes;
	size_t size;
	int r;

	if (!vw_name_list_init(run, &strings, VW_SMBIOS_LIMIT))
		return;
	r = vw_source_read(run->source, TABLE, VW_TABLE_LIMIT, &bytes, &size);
	if (r == -ENOENT) {
		read_entries(run, &strings);
		return;
	}
	vw_number_is(&dmi->vm_bit, r < 0 ? vw_state_of(r) : VW_ABSENT, TABLE);
	vw_names_are(&dmi->oem_strings, r < 0 ? vw_state_of(r) : VW_ABSENT, TABLE);
	if (r < 0)
		return;
	walk(run, TABLE, bytes, size, &strings);
	if (strings.count)
		vw_fact_set_names(&dmi->oem_strings, &strings, TABLE);
}

/**
 * The firmware's own description of the machine: DMI strings, the SMBIOS bit that says "virtual machine", and
 * the strings that a hypervisor's user may put there.
 *
 * Serials, the UUID and the raw structures are for root only.
 *
 * Source: DMTF DSP0134 (SMBIOS 3.7); Linux, drivers/firmware/dmi-id.c and
 * Documentation/ABI/testing/sysfs-firmware-dmi-*.
 */
void vw_probe_dmi(struct vw_run *run)
{
	read_texts(run);
	read_structures(run);
}
