/* SPDX-License-Identifier: MIT */
#include "probes/probe.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUS     "/sys/bus/pci"
#define DEVICES BUS "/devices"
#define PROC    "/proc/bus/pci/devices"

enum { SLOT_SIZE = 32, PROC_DRIVER = 17 /* column, counted from 0 */ };

/* Base and sub class, PCI Code and ID Assignment Specification 1.11. */
enum { NETWORK = 0x02, NVME = 0x0108 };

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
	struct pci_access *access = pci_alloc();
	char name[] = "sysfs.path";

	access->error = on_error;
	access->warning = on_message;
	access->debug = on_message;
	access->method = PCI_ACCESS_SYS_BUS_PCI;
	/* it copies the value, and is older than const */
	if (pci_set_param(access, name, (char *)path) < 0 || setjmp(failed)) {
		pci_cleanup(access);
		return NULL;
	}
	pci_init(access);
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
	if (!vw_equal(again, name) || part[0] > INT_MAX || part[1] > 0xff || part[2] > 0x1f || part[3] > 7)
		return false;
	*ret = (struct slot){(int)part[0], (int)part[1], (int)part[2], (int)part[3]};
	return true;
}

static int fill(struct pci_dev *device, int flags)
{
	if (setjmp(failed))
		return -EIO;
	pci_fill_info(device, flags);
	return 0;
}

/*
 * Read one function's ids through libpci, and its class where the kernel's summary did not tell it.
 *
 * Returns 0, or -EBADMSG when a file is not there or cannot be read.
 */
static int identify(struct pci_access *access, const struct slot *slot, bool has_class,
		    struct vw_pci_device *ret)
{
	struct pci_dev *device;
	int r;

	if (setjmp(failed))
		return -EBADMSG;
	device = pci_get_dev(access, slot->domain, slot->bus, slot->device, slot->function);
	r = fill(device, has_class ? PCI_FILL_IDENT : PCI_FILL_IDENT | PCI_FILL_CLASS);
	if (r == 0) {
		ret->vendor = device->vendor_id;
		ret->device = device->device_id;
	}
	if (r == 0 && !has_class)
		ret->class = device->device_class;
	pci_free_dev(device);
	return r < 0 ? -EBADMSG : 0;
}

/*
 * May libpci open the files of a function? A snapshot's are read through the source too: what is denied or no
 * regular file shows there, and not in libpci.
 */
static int check_function(struct vw_run *run, const char *directory, bool has_class, const char **ret_bus)
{
	static const char *const names[] = {"vendor", "device", "class"};
	size_t count = has_class ? VW_COUNT(names) - 1 : VW_COUNT(names), size;
	const char *path[VW_COUNT(names)], *bytes;
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		path[i] = vw_path(run, "%s/%s", directory, names[i]);
		if (run->facts->snapshot || (run->flags & VW_PROBE_WIDE))
			r = vw_source_read(run->source, path[i], VW_TEXT_LIMIT, &bytes, &size);
	}
	if (r < 0)
		return r;
	return vw_source_library_path(run->source, BUS, path, count, ret_bus);
}

/* Where a dump's links were flattened to files, the source finds what libpci would not. */
static int identify_without_library(struct vw_run *run, const char *directory, bool has_class,
				    struct vw_pci_device *ret)
{
	struct vw_number vendor, device, class;

	vw_read_number(run->source, vw_path(run, "%s/vendor", directory), 16, &vendor);
	vw_read_number(run->source, vw_path(run, "%s/device", directory), 16, &device);
	if (vendor.state != VW_VALUE || device.state != VW_VALUE)
		return -EBADMSG;
	ret->vendor = (uint16_t)vendor.value;
	ret->device = (uint16_t)device.value;
	if (has_class)
		return 0;
	vw_read_number(run->source, vw_path(run, "%s/class", directory), 16, &class);
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
	return vw_parse_number(copy, 16, UINT32_MAX, ret) == 0;
}

/*
 * The kernel's summary of a function: driver, class and subsystem in one file (Linux, pci_uevent() in
 * drivers/pci/pci-driver.c). Returns whether it told the class; old dumps lack the file.
 */
static bool read_summary(struct vw_run *run, const char *directory, struct vw_pci_device *device)
{
	struct vw_line line;
	const char *text;
	uint64_t number;
	bool has_class = false;
	size_t size;

	if (vw_source_read(run->source, vw_path(run, "%s/uevent", directory), VW_TEXT_LIMIT, &text, &size) <
	    0)
		return false;
	while (vw_next_line(&text, &size, '=', &line)) {
		if (vw_line_is(&line, "DRIVER")) {
			device->driver = vw_clean_copy(run, line.value, line.value_size);
		} else if (vw_line_is(&line, "PCI_CLASS") &&
			   parse_digits(line.value, line.value_size, &number)) {
			device->class = (uint16_t)(number >> 8);
			has_class = true;
		} else if (vw_line_is(&line, "PCI_SUBSYS_ID") && line.value_size == strlen("1AF4:1100")) {
			if (parse_digits(line.value, 4, &number))
				device->subvendor = (uint16_t)number;
			if (parse_digits(line.value + 5, 4, &number))
				device->subdevice = (uint16_t)number;
		}
	}
	return has_class;
}

/* Returns 0 with @ret complete, or why the function is left out. */
static int read_function(struct vw_run *run, struct pci_access **access, const char *name,
			 struct vw_pci_device *ret)
{
	const char *directory = vw_path(run, DEVICES "/%s", name), *bus, *target;
	struct vw_pci_device device = {.slot = name};
	struct slot slot;
	bool has_class = read_summary(run, directory, &device);
	int r = parse_slot(name, &slot) ? check_function(run, directory, has_class, &bus) : -EBADMSG;

	if (r == 0 && !*access && !(*access = open_bus(bus)))
		r = -EIO;
	if (r == 0)
		r = identify(*access, &slot, has_class, &device);
	if (r == -EBADMSG && run->facts->snapshot && vw_source_link(run->source, directory, &target) == 0)
		r = identify_without_library(run, directory, has_class, &device);
	if (r < 0) {
		if (r != -EACCES)
			vw_note(run, directory, "EBADMSG");
		return r;
	}
	if (!has_class)
		device.driver = vw_bound_driver(run, directory);
	if (device.class >> 8 == NETWORK || device.class == NVME)
		device.virtual_function =
			vw_source_link(run->source, vw_path(run, "%s/physfn", directory), &target) == 0;
	*ret = device;
	return 0;
}

static void read_functions(struct vw_run *run, size_t count, const char *const *name)
{
	struct vw_device_facts *devices = &run->facts->devices;
	struct vw_pci_device *device = vw_arena_array(run->arena, count, sizeof(*device));
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
		pci_cleanup(access);
	devices->pci = device;
	if (!devices->pci_count && failure < 0)
		devices->pci_state = failure == -EACCES ? VW_DENIED : VW_MALFORMED;
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
	struct vw_line line;
	const char *text;
	size_t size;
	int r = vw_source_read(run->source, PROC, VW_TEXT_LIMIT, &text, &size);

	devices->pci_state = vw_state_of(r);
	if (r < 0 || !(device = vw_arena_array(run->arena, VW_PCI_LIMIT, sizeof(*device))))
		return;
	devices->pci = device;
	while (devices->pci_count < VW_PCI_LIMIT && vw_next_line(&text, &size, '\n', &line))
		if (parse_proc_line(run, line.key, line.key_size, &device[devices->pci_count]))
			devices->pci_count++;
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
	int r = vw_list_some(run, DEVICES, VW_PCI_LIMIT, &count, &name);

	if (r == -ENOENT) {
		read_proc(run);
		return;
	}
	devices->pci_state = vw_state_of(r);
	if (r == 0 && count)
		read_functions(run, count, name);
}
