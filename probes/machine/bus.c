/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <string.h>

#include "probes/machine/carrier.h"

#define VIRTIO "/sys/bus/virtio/devices"
#define VMBUS  "/sys/bus/vmbus/devices"

/* PCI ids of virtio devices (virtio 1.2, section 4.1.2): 0x1040 and the type, or the older ones of
 * transitional devices. */
enum { VIRTIO_VENDOR = 0x1af4, VIRTIO_MODERN = 0x1040, VIRTIO_MODERN_LAST = 0x107f };

static const struct transitional {
	uint16_t device;
	uint32_t type;
} transitional[] = {
	{0x1000, 1}, {0x1001, 2}, {0x1002, 5}, {0x1003, 3}, {0x1004, 8}, {0x1005, 4}, {0x1009, 9},
};

/* The type by the id of the PCI function that carries the device; 0 when that does not tell. */
static uint32_t type_of_function(const struct vw_pci_device *function)
{
	if (!function || function->vendor != VIRTIO_VENDOR)
		return 0;
	if (function->device > VIRTIO_MODERN && function->device <= VIRTIO_MODERN_LAST)
		return function->device - VIRTIO_MODERN;
	for (size_t i = 0; i < VW_COUNT(transitional); i++)
		if (function->device == transitional[i].device)
			return transitional[i].type;
	return 0;
}

static void read_virtio_device(struct vw_run *run, const char *name, struct vw_virtio_device *ret)
{
	const char *directory = vw_path(run, VIRTIO "/%s", name), *target;
	struct vw_number type;

	ret->name = vw_clean_name(run, name);
	if (vw_source_link(run->source, directory, &target) == 0)
		ret->parent = vw_path_parent(run, target);
	ret->driver = vw_bound_driver(run, directory);
	ret->type = type_of_function(vw_pci_find(run->facts, ret->parent));
	if (ret->type)
		return;
	vw_fact_read_number(run->source, vw_path(run, "%s/device", directory), 16, &type);
	if (type.state == VW_VALUE && type.value <= UINT32_MAX)
		ret->type = (uint32_t)type.value;
}

static void read_virtio(struct vw_run *run)
{
	struct vw_device_facts *devices = &run->facts->devices;
	struct vw_virtio_device *device;
	const char *const *name;
	size_t count;
	int r = vw_names_list_some(run, VIRTIO, VW_CLASS_LIMIT, &count, &name);

	devices->virtio_state = vw_state_of(r);
	if (r < 0 || !(device = vwb_arena_array(run->arena, count, sizeof(*device))))
		return;
	for (size_t i = 0; i < count; i++)
		read_virtio_device(run, name[i], &device[i]);
	devices->virtio = device;
	devices->virtio_count = count;
}

static const char *read_vmbus_class(struct vw_run *run, const char *directory)
{
	struct vw_text class;
	size_t size;

	vw_fact_read_text(run->source, vw_path(run, "%s/class_id", directory), &class);
	size = class.text ? strlen(class.text) : 0;
	if (size > 2 && class.text[0] == '{' && class.text[size - 1] == '}')
		return vw_clean_copy(run, class.text + 1, size - 2);
	return class.text;
}

static void read_vmbus(struct vw_run *run)
{
	struct vw_device_facts *devices = &run->facts->devices;
	struct vw_vmbus_device *device;
	const char *const *name;
	size_t count;

	if (vw_names_list_some(run, VMBUS, VW_CLASS_LIMIT, &count, &name) < 0 || !count ||
	    !(device = vwb_arena_array(run->arena, count, sizeof(*device))))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *directory = vw_path(run, VMBUS "/%s", name[i]);

		device[i].name = vw_clean_name(run, name[i]);
		device[i].class = read_vmbus_class(run, directory);
		device[i].driver = vw_bound_driver(run, directory);
	}
	devices->vmbus_device = device;
	devices->vmbus_count = count;
}

/**
 * The paravirtual buses, and the performance counters that the guest is given.
 *
 * Source: virtio 1.2, section 5; Linux, drivers/virtio/virtio.c, Documentation/ABI/stable/sysfs-bus-vmbus,
 * Documentation/ABI/testing/sysfs-bus-event_source-devices-*.
 */
void vw_probe_bus(struct vw_run *run)
{
	struct vw_device_facts *devices = &run->facts->devices;

	read_virtio(run);
	vw_fact_read_list(run->source, VMBUS, &devices->vmbus);
	if ((run->flags & VW_PROBE_WIDE) && devices->vmbus.state == VW_VALUE)
		read_vmbus(run);
	vw_fact_read_list(run->source, "/sys/bus/event_source/devices", &devices->pmu);
}
