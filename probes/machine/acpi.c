/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <errno.h>
#include <string.h>

#define TABLES "/sys/firmware/acpi/tables"

/* Offsets of ACPI 6.5: the header of every table (5.2.6) and the FADT's hypervisor vendor identity (5.2.9).
 */
enum {
	LENGTH = 4,
	OEM_ID = 10,
	OEM_ID_SIZE = 6,
	OEM_TABLE_ID = 16,
	OEM_TABLE_ID_SIZE = 8,
	CREATOR_ID = 28,
	CREATOR_ID_SIZE = 4,
	HEADER_SIZE = 36,
	FADT_HYPERVISOR = 268,
	FADT_HYPERVISOR_SIZE = 8,
	FADT_SIZE = FADT_HYPERVISOR + FADT_HYPERVISOR_SIZE,
};

enum { TABLE_LIMIT = 128 };

int vw_acpi_header(struct vw_run *run, const void *table, size_t size, struct vw_acpi_table *ret)
{
	const uint8_t *bytes = table;

	if (size < HEADER_SIZE || vw_le32(bytes + LENGTH) < HEADER_SIZE)
		return -EBADMSG;
	ret->oem_id = vw_clean_copy(run, bytes + OEM_ID, OEM_ID_SIZE);
	ret->oem_table_id = vw_clean_copy(run, bytes + OEM_TABLE_ID, OEM_TABLE_ID_SIZE);
	ret->creator = vw_clean_copy(run, bytes + CREATOR_ID, CREATOR_ID_SIZE);
	return 0;
}

static void take_hypervisor(struct vw_run *run, const char *path, const char *bytes, size_t size)
{
	struct vw_text *fact = &run->facts->acpi.hypervisor_vendor;

	vw_text_is(fact, VW_ABSENT, path);
	if (size < FADT_SIZE || vw_le32((const uint8_t *)bytes + LENGTH) < FADT_SIZE)
		return;
	if (bytes[FADT_HYPERVISOR])
		vw_fact_set_text(run->source, fact, bytes + FADT_HYPERVISOR, FADT_HYPERVISOR_SIZE, path);
}

/* Returns 0 when the table's header is in @ret. */
static int read_table(struct vw_run *run, const char *name, struct vw_acpi_table *ret)
{
	const char *path = vw_path(run, TABLES "/%s", name), *bytes;
	bool fadt = vwb_text_equal(name, "FACP");
	struct vw_acpi_table table = {.name = vw_clean_name(run, name)};
	size_t size;
	int r = vw_source_read(run->source, path, FADT_SIZE, &bytes, &size);

	if (r == 0) {
		r = vw_acpi_header(run, bytes, size, &table);
		if (r < 0)
			vw_note(run, path, "EBADMSG");
	}
	if (fadt)
		vw_text_is(&run->facts->acpi.hypervisor_vendor, vw_state_of(r), path);
	if (r < 0)
		return r;
	if (fadt)
		take_hypervisor(run, path, bytes, size);
	*ret = table;
	return 0;
}

/* FACS has no header (5.2.10). "data" and "dynamic" are directories. */
static bool is_worth(const struct vw_run *run, const char *name)
{
	if (vwb_text_equal(name, "FACP") || vwb_text_equal(name, "DSDT"))
		return true;
	return (run->flags & VW_PROBE_WIDE) && *name >= 'A' && *name <= 'Z' && !vwb_text_equal(name, "FACS");
}

static void read_tables(struct vw_run *run)
{
	struct vw_acpi_facts *acpi = &run->facts->acpi;
	struct vw_acpi_table *table;
	const char *const *name;
	size_t count;
	int r = vw_names_list_some(run, TABLES, TABLE_LIMIT, &count, &name), failed = 0;

	acpi->state = vw_state_of(r);
	vw_text_is(&acpi->hypervisor_vendor, r < 0 ? vw_state_of(r) : VW_ABSENT, TABLES "/FACP");
	if (r < 0)
		return;
	table = vwb_arena_array(run->arena, count, sizeof(*table));
	if (!table)
		return;
	acpi->table = table;
	for (size_t i = 0; i < count; i++) {
		if (!is_worth(run, name[i]))
			continue;
		r = read_table(run, name[i], &table[acpi->count]);
		if (r == 0)
			acpi->count++;
		else
			failed = r;
	}
	if (!acpi->count && failed < 0)
		acpi->state = vw_state_of(failed);
}

/* "QEMU0002:00" is the first device of hardware id QEMU0002; "device:1f" has no id. */
static void read_hids(struct vw_run *run)
{
	static const char path[] = "/sys/bus/acpi/devices";
	struct vw_names *hids = &run->facts->acpi.hids;
	struct vw_name_list list;

	vw_fact_read_list(run->source, path, hids);
	if (hids->state != VW_VALUE || !vw_name_list_init(run, &list, hids->count))
		return;
	for (size_t i = 0; i < hids->count; i++) {
		size_t size = strcspn(hids->name[i], ":");

		if (size != strlen("device") || memcmp(hids->name[i], "device", size) != 0)
			vw_name_list_add(&list, vw_clean_copy(run, hids->name[i], size));
	}
	vw_name_list_sort(&list);
	vw_fact_set_names(hids, &list, path);
}

/**
 * Who made the ACPI tables, and which hardware ids they name.
 *
 * The tables are for root only, the ids for everybody.
 *
 * Source: ACPI 6.5, sections 5.2.6 and 5.2.9; Linux, Documentation/ABI/testing/sysfs-firmware-acpi.
 */
void vw_probe_acpi(struct vw_run *run)
{
	read_tables(run);
	read_hids(run);
}
