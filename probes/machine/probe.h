/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_MACHINE_PROBE_H
#define VW_PROBES_MACHINE_PROBE_H

/*
 * What the probes of this folder share: one run, the helpers, and their prototypes. A probe reads through the
 * source and fills its part of the facts; it never fails, decides nothing, and names no platform.
 */

#include "probes/read/source.h"

enum {
	VW_NOTES = 32,         /* what a run notes itself, beyond what the source could not read */
	VW_PCI_LIMIT = 1024,   /* functions looked at */
	VW_CLASS_LIMIT = 64,   /* interfaces, disks, virtio and xenbus devices looked at, of each kind */
	VW_SMBIOS_LIMIT = 256, /* OEM strings kept */
};

/* One call of vw_probe(): what every probe gets. */
struct vw_run {
	struct vw_source *source;
	struct vwb_arena *arena; /* the source's */
	struct vw_facts *facts;
	unsigned flags; /* of enum vw_probe_flags */
	size_t notes;
	struct vw_unread note[VW_NOTES];
};

/* Helpers. */

/**
 * Say that something was left out, as part of the facts' unread list.
 *
 * @source: what it is about; cleaned and copied
 * @error: the name of an errno: "EFBIG" for a list that was cut, "EBADMSG" for what makes no sense
 */
void vw_note(struct vw_run *run, const char *source, const char *error);

/** Format a path on the run's arena. Never NULL: "" when there is no memory, which the arena remembers. */
const char *vw_path(struct vw_run *run, const char *format, ...) _printf_(2, 3);

/** A copy of bytes, fit to print; NULL when there is no memory or nothing is left of them. */
const char *vw_clean_copy(struct vw_run *run, const void *bytes, size_t size);

/** The same for the name of a directory's entry; "?" instead of NULL. */
const char *vw_clean_name(struct vw_run *run, const char *name);

/** What follows the last slash. */
const char *vw_last_part(const char *path);

/** The driver that a device's directory is bound to, by its "driver" link; NULL when none. */
const char *vw_bound_driver(struct vw_run *run, const char *device);

/** List a directory that may hold more than @limit entries; what is cut is noted. Returns as
 * vw_source_list(). */
_must_check_ int vw_names_list_some(struct vw_run *run, const char *path, size_t limit, size_t *ret_count,
				    const char *const **ret_name);

/* A fact that is known without reading it. */
void vw_text_is(struct vw_text *fact, enum vw_state state, const char *origin);
void vw_number_is(struct vw_number *fact, enum vw_state state, const char *origin);
void vw_names_are(struct vw_names *fact, enum vw_state state, const char *origin);

/* Names being collected: room for a known number of them. */
struct vw_name_list {
	const char **name;
	size_t count, room;
};

/** Room for @room names. Returns false when there is no memory; the list is then empty. */
bool vw_name_list_init(struct vw_run *run, struct vw_name_list *list, size_t room);

/** Append a name, which must live as long as the arena; NULL and names beyond the room are left out. */
void vw_name_list_add(struct vw_name_list *list, const char *name);

/** Sort by bytes and drop doubles. */
void vw_name_list_sort(struct vw_name_list *list);

void vw_fact_set_names(struct vw_names *fact, const struct vw_name_list *list, const char *origin);

/* Lines of "key separator value", as of /proc/cpuinfo; spaces around both are not part of them. */
struct vw_text_line {
	const char *key, *value;
	size_t key_size, value_size;
};

/**
 * Take the next line of a text, and step behind it.
 *
 * @separator: between key and value; a line without it has all in its key and a NULL value
 *
 * Returns false at the end.
 */
bool vw_line_next(const char **text, size_t *size, char separator, struct vw_text_line *ret);

/** Is this the line's key? */
bool vw_line_is(const struct vw_text_line *line, const char *key);

/** Does an architecture, as uname -m calls it, have CPUID? */
bool vw_arch_is_x86(const char *arch);

/** Little-endian numbers of firmware tables. */
uint16_t vw_le16(const uint8_t *bytes);
uint32_t vw_le32(const uint8_t *bytes);

/* SMBIOS and ACPI parsers, apart from reading so that tests can feed them. */

/**
 * Walk SMBIOS structures for what DMI's strings do not tell (DMTF DSP0134, sections 6.1.2, 7.1 and 7.12).
 *
 * @table: one or more structures, as /sys/firmware/dmi/tables/DMI or entries/N-N/raw give them
 * @origin: the file's path
 * @vm_bit: set from type 0 where it is long enough; untouched otherwise
 * @strings: OEM strings are appended
 *
 * Returns 0, or -EBADMSG when a structure overruns the table; what came before it counts.
 */
int vw_smbios_walk(struct vw_run *run, const void *table, size_t size, const char *origin,
		   struct vw_number *vm_bit, struct vw_name_list *strings);

/**
 * Read the header of an ACPI table (ACPI 6.5, section 5.2.6).
 *
 * @ret: oem_id, oem_table_id and creator; untouched on failure
 *
 * Returns 0, or -EBADMSG when the bytes are no table.
 */
_must_check_ int vw_acpi_header(struct vw_run *run, const void *table, size_t size,
				struct vw_acpi_table *ret);

/* Probes. */

void vw_probe_kernel(struct vw_run *run);
void vw_probe_cpuid(struct vw_run *run);
void vw_probe_cpuinfo(struct vw_run *run);
void vw_probe_clock(struct vw_run *run);
void vw_probe_xen(struct vw_run *run);
void vw_probe_cpuid_xen(struct vw_run *run);
void vw_probe_dmi(struct vw_run *run);
void vw_probe_acpi(struct vw_run *run);
void vw_probe_devicetree(struct vw_run *run);
void vw_probe_pci(struct vw_run *run);
void vw_probe_bus(struct vw_run *run);
void vw_probe_net(struct vw_run *run);
void vw_probe_block(struct vw_run *run);
void vw_probe_interrupts(struct vw_run *run);
void vw_probe_kvm(struct vw_run *run);
void vw_probe_container(struct vw_run *run);
void vw_confinement_read(struct vw_run *run); /* part of the container's probe */
void vw_probe_confidential(struct vw_run *run);
void vw_probe_s390(struct vw_run *run);
void vw_probe_power(struct vw_run *run);
void vw_probe_sparc(struct vw_run *run);
void vw_probe_passport(struct vw_run *run);
void vw_probe_exits(struct vw_run *run);

/**
 * Is this the signature of a hypervisor that a row of detect/know names?
 *
 * @signature: the twelve bytes of EBX, ECX, EDX at a base leaf, without trailing NULs, NUL-terminated
 */
bool vw_signature_known(const char *signature);

#endif
