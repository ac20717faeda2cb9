/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dynlib.h"

#define BUS     "/sys/bus/pci"
#define DEVICES BUS "/devices"
#define PROC    "/proc/bus/pci/devices"

enum { SLOT_SIZE = 32, PROC_DRIVER = 17 /* column, counted from 0 */ };

/* Base and sub class, PCI Code and ID Assignment Specification 1.11. */
enum { NETWORK = 0x02, NVME = 0x0108 };

/* libpci and what it loads itself cost the start of every command; few machines need it, see read_function().
 */
#define FUNCTIONS(X)     \
	X(pci_alloc)     \
	X(pci_cleanup)   \
	X(pci_fill_info) \
	X(pci_free_dev)  \
	X(pci_get_dev)   \
	X(pci_init)      \
	X(pci_set_param)

static struct {
	FUNCTIONS(VWB_DYNLIB_MEMBER)
} library;

static int load(void)
{
	static const struct vwb_symbol symbols[] = {FUNCTIONS(VWB_DYNLIB_SYMBOL)};

	return vwb_dynlib_open("libpci.so.3", symbols, VW_COUNT(symbols));
}

/* libpci's error handler must not return, and is given nothing by which it could know who called. */
static _Thread_local jmp_buf failed;

__attribute__((noreturn)) static void on_error(char *message, ...)
{
	(void)message;
	longjmp(failed, 1);
}

static void on_message(char *message, ...)
{
	(void)message;
}

/* An access to the bus whose sysfs directory libpci may open at @path. Returns NULL when it cannot be made.
 */
static struct pci_access *open_bus(const char *path)
{
	struct pci_access *access = load() < 0 ? NULL : library.pci_alloc();
	char name[] = "sysfs.path";

	if (!access)
		return NULL;
	access->error = on_error;
	access->warning = on_message; /* or it would print, should it ever warn of what is asked here */
	access->method = PCI_ACCESS_SYS_BUS_PCI;
	/* it copies the value, and is older than const */
	if (library.pci_set_param(access, name, (char *)path) < 0 || setjmp(failed)) {
		library.pci_cleanup(access);
		return NULL;
	}
	library.pci_init(access);
	return access;
}

struct slot {
	int domain, bus, device, function;
};

/* Only the very form in which libpci puts it together again, or it would open another path than was checked.
 */
static bool parse_slot(const char *name, struct slot *ret)
{
	static const char ends[] = {':', ':', '.', '\0'};
	unsigned long part[VW_COUNT(ends)];
	char again[SLOT_SIZE];
	const char *at = name;

	for (size_t i = 0; i < VW_COUNT(ends); i++) {
		char *end;

		part[i] = strtoul(at, &end, 16);
		if (end == at || *end != ends[i])
			return false;
		at = end + 1;
	}
	snprintf(again, sizeof(again), "%04lx:%02lx:%02lx.%lx", part[0], part[1], part[2], part[3]);
	if (!vwb_text_equal(again, name) || part[0] > INT_MAX || part[1] > 0xff || part[2] > 0x1f ||
	    part[3] > 7)
		return false;
	*ret = (struct slot){(int)part[0], (int)part[1], (int)part[2], (int)part[3]};
	return true;
}

static int fill(struct pci_dev *device)
{
	if (setjmp(failed))
		return -EBADMSG;
	library.pci_fill_info(device, PCI_FILL_IDENT | PCI_FILL_CLASS);
	return 0;
}

/* Read one function through libpci. Returns 0, or -EBADMSG when a file is not there or cannot be read. */
static int identify(struct pci_access *access, const struct slot *slot, struct vw_pci_device *ret)
{
	struct pci_dev *device;
	int r;

	if (setjmp(failed))
		return -EBADMSG;
	device = library.pci_get_dev(access, slot->domain, slot->bus, slot->device, slot->function);
	r = fill(device);
	if (r == 0) {
		ret->vendor = device->vendor_id;
		ret->device = device->device_id;
		ret->class = device->device_class;
	}
	library.pci_free_dev(device);
	return r;
}

/*
 * May libpci open the files of a function? A snapshot's are read through the source too: what is denied or no
 * regular file shows there, and not in libpci.
 */
static int check_function(struct vw_run *run, const char *directory, const char **ret_bus)
{
	static const char *const names[] = {"vendor", "device", "class"};
	const char *path[VW_COUNT(names)], *bytes;
	size_t size;
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(names) && r == 0; i++) {
		path[i] = vw_path(run, "%s/%s", directory, names[i]);
		if (run->facts->snapshot || (run->flags & VW_PROBE_WIDE))
			r = vw_source_read(run->source, path[i], VW_TEXT_LIMIT, &bytes, &size);
	}
	if (r < 0)
		return r;
	return vw_source_library_path(run->source, BUS, path, VW_COUNT(path), ret_bus);
}

/* Where a dump's links were flattened to files, the source finds what libpci would not. */
static int identify_without_library(struct vw_run *run, const char *directory, struct vw_pci_device *ret)
{
	struct vw_number vendor, device, class;

	vw_fact_read_number(run->source, vw_path(run, "%s/vendor", directory), 16, &vendor);
	vw_fact_read_number(run->source, vw_path(run, "%s/device", directory), 16, &device);
	if (vendor.state != VW_VALUE || device.state != VW_VALUE)
		return -EBADMSG;
	ret->vendor = (uint16_t)vendor.value;
	ret->device = (uint16_t)device.value;
	vw_fact_read_number(run->source, vw_path(run, "%s/class", directory), 16, &class);
	if (class.state == VW_VALUE)
		ret->class = (uint16_t)(class.value >> 8);
	return 0;
}

/* The number in the first @digits hexadecimal digits of a text. */
static bool parse_digits(const char *text, size_t digits, uint64_t *ret)
{
	char copy[SLOT_SIZE];

	if (digits >= sizeof(copy))
		return false;
	memcpy(copy, text, digits);
	copy[digits] = '\0';
	return vwb_number_parse(copy, 16, UINT32_MAX, ret) == 0;
}

/* "1AF4:1100". Returns false for anything else. */
static bool parse_ids(const struct vw_text_line *line, uint16_t *ret_vendor, uint16_t *ret_device)
{
	uint64_t vendor, device;

	if (line->value_size != strlen("1AF4:1100") || line->value[4] != ':' ||
	    !parse_digits(line->value, 4, &vendor) || !parse_digits(line->value + 5, 4, &device))
		return false;
	*ret_vendor = (uint16_t)vendor;
	*ret_device = (uint16_t)device;
	return true;
}

/*
 * The kernel's summary of a function: ids, class, driver and subsystem in one file (Linux, pci_uevent() in
 * drivers/pci/pci-driver.c). Returns whether it told ids and class; old dumps lack the file.
 */
static bool read_summary(struct vw_run *run, const char *directory, struct vw_pci_device *device)
{
	bool has_class = false, has_ids = false;
	struct vw_text_line line;
	const char *text;
	uint64_t number;
	size_t size;

	if (vw_source_read(run->source, vw_path(run, "%s/uevent", directory), VW_TEXT_LIMIT, &text, &size) <
	    0)
		return false;
	while (vw_line_next(&text, &size, '=', &line)) {
		if (vw_line_is(&line, "DRIVER")) {
			device->driver = vw_clean_copy(run, line.value, line.value_size);
		} else if (vw_line_is(&line, "PCI_ID")) {
			has_ids = parse_ids(&line, &device->vendor, &device->device);
		} else if (vw_line_is(&line, "PCI_SUBSYS_ID")) {
			(void)parse_ids(&line, &device->subvendor, &device->subdevice);
		} else if (vw_line_is(&line, "PCI_CLASS")) {
			has_class = parse_digits(line.value, line.value_size, &number);
			device->class = has_class ? (uint16_t)(number >> 8) : 0;
		}
	}
	return has_class && has_ids;
}

/* The files of single values, through libpci. Returns 0, or why they cannot be read. */
static int read_values(struct vw_run *run, struct pci_access **access, const char *directory,
		       const struct slot *slot, struct vw_pci_device *ret)
{
	const char *bus, *target;
	int r = check_function(run, directory, &bus);

	if (r == 0 && !*access && !(*access = open_bus(bus)))
		r = -EOPNOTSUPP;
	if (r == 0)
		r = identify(*access, slot, ret);
	if (r == -EBADMSG && run->facts->snapshot && vw_source_link(run->source, directory, &target) == 0)
		r = identify_without_library(run, directory, ret);
	if (r == 0)
		ret->driver = vw_bound_driver(run, directory);
	return r;
}

/* Returns 0 with @ret complete, or why the function is left out. */
static int read_function(struct vw_run *run, struct pci_access **access, const char *name,
			 struct vw_pci_device *ret)
{
	const char *directory = vw_path(run, DEVICES "/%s", name), *target;
	struct vw_pci_device device = {.slot = name};
	struct slot slot;
	int r = parse_slot(name, &slot) ? 0 : -EBADMSG;

	if (r == 0 && !read_summary(run, directory, &device))
		r = read_values(run, access, directory, &slot, &device);
	if (r < 0) {
		if (r != -EACCES)
			vw_note(run, directory, r == -EOPNOTSUPP ? "EOPNOTSUPP" : "EBADMSG");
		return r;
	}
	if (device.class >> 8 == NETWORK || device.class == NVME)
		device.virtual_function =
			vw_source_link(run->source, vw_path(run, "%s/physfn", directory), &target) == 0;
	*ret = device;
	return 0;
}

static void read_functions(struct vw_run *run, size_t count, const char *const *name)
{
	struct vw_device_facts *devices = &run->facts->devices;
	struct vw_pci_device *device = vwb_arena_array(run->arena, count, sizeof(*device));
	struct pci_access *access = NULL;
	int failure = 0;

	if (!device)
		return;
	for (size_t i = 0; i < count; i++) {
		int r = read_function(run, &access, name[i], &device[devices->pci_count]);

		if (r == 0)
			devices->pci_count++;
		else
			failure = r;
	}
	devices->pci_incomplete = failure < 0 || count == VW_PCI_LIMIT;
	if (access)
		library.pci_cleanup(access);
	devices->pci = device;
	if (!devices->pci_count && failure < 0)
		devices->pci_state = failure == -ENOENT ? VW_MALFORMED : vw_state_of(failure);
}

/* "0018\t8086100e\tb\t...\te1000": bus and devfn, vendor and device, interrupt, seven addresses, seven sizes,
 * driver (Linux, drivers/pci/proc.c). It tells neither domain nor class. */
static bool parse_proc_line(struct vw_run *run, const char *line, size_t size, struct vw_pci_device *ret)
{
	const char *end = line + size;
	uint64_t where, ids;

	if (size < 13 || line[4] != '\t' || !parse_digits(line, 4, &where) ||
	    !parse_digits(line + 5, 8, &ids))
		return false;
	*ret = (struct vw_pci_device){.vendor = (uint16_t)(ids >> 16), .device = (uint16_t)ids};
	ret->slot = vw_path(run, "0000:%02x:%02x.%x", (unsigned)(where >> 8), (unsigned)(where >> 3 & 0x1f),
			    (unsigned)(where & 7));
	for (size_t column = 0; line && column < PROC_DRIVER; column++) {
		line = memchr(line, '\t', (size_t)(end - line));
		line = line ? line + 1 : NULL;
	}
	if (line && line < end)
		ret->driver = vw_clean_copy(run, line, (size_t)(end - line));
	return true;
}

/* Dumps of old kernels hold nothing else of the bus. */
static void read_proc(struct vw_run *run)
{
	struct vw_device_facts *devices = &run->facts->devices;
	struct vw_pci_device *device;
	struct vw_text_line line;
	const char *text;
	size_t size;
	int r = vw_source_read(run->source, PROC, VW_TEXT_LIMIT, &text, &size);

	devices->pci_state = vw_state_of(r);
	if (r < 0 || !(device = vwb_arena_array(run->arena, VW_PCI_LIMIT, sizeof(*device))))
		return;
	devices->pci = device;
	devices->pci_incomplete = size == VW_TEXT_LIMIT; /* it may be longer */
	while (devices->pci_count < VW_PCI_LIMIT && vw_line_next(&text, &size, '\n', &line))
		if (parse_proc_line(run, line.key, line.key_size, &device[devices->pci_count]))
			devices->pci_count++;
	devices->pci_incomplete |= devices->pci_count == VW_PCI_LIMIT;
}

/**
 * The functions on the PCI bus with their drivers.
 *
 * A function that cannot be read is left out and is among the unread; the fact is malformed or denied only
 * when none could be read.
 *
 * Source: Linux, Documentation/ABI/testing/sysfs-bus-pci; libpci's pci.h.
 */
void vw_probe_pci(struct vw_run *run)
{
	struct vw_device_facts *devices = &run->facts->devices;
	const char *const *name;
	size_t count;
	int r = vw_names_list_some(run, DEVICES, VW_PCI_LIMIT, &count, &name);

	if (r == -ENOENT) {
		read_proc(run);
		return;
	}
	devices->pci_state = vw_state_of(r);
	if (r == 0 && count)
		read_functions(run, count, name);
}
