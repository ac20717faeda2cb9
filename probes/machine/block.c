/* SPDX-License-Identifier: MIT */
#include "probes/machine/carrier.h"

#include <string.h>

#define NVME_CLASS "/sys/class/nvme"

/* The kernel's own names of what is made of memory, files or other disks, of removable media and of flash. */
static const char *const skip[] = {"loop", "ram", "zram", "dm-", "md", "nbd", "sr", "fd", "mtdblock", NULL};

/* "nvme0": a controller; "nvme0n1" and "nvme0c1n1" are its namespaces. */
static bool is_controller(const char *name)
{
	return vwb_text_starts(name, "nvme") && name[4] && strspn(name + 4, "0123456789") == strlen(name + 4);
}

/* With multipath a namespace hangs on a subsystem, which links to its controllers. */
static const char *controller_of_subsystem(struct vw_run *run, const char *subsystem)
{
	const char *const *name;
	size_t count;

	if (vw_source_list(run->source, vw_path(run, "/sys/class/nvme-subsystem/%s", subsystem), &count,
			   &name) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (is_controller(name[i]))
			return name[i];
	return NULL;
}

static const char *find_controller(struct vw_run *run, const char *path)
{
	const char *target, *parent;

	if (vw_source_link(run->source, path, &target) < 0 || !(parent = vw_path_parent(run, target)))
		return NULL;
	if (is_controller(parent))
		return parent;
	return vwb_text_starts(parent, "nvme-subsys") ? controller_of_subsystem(run, parent) : NULL;
}

static void read_model(struct vw_run *run, const char *path, struct vw_class_device *device)
{
	struct vw_text text;

	vw_fact_read_text(run->source, path, &text);
	device->model = text.text;
	device->model_unread = text.state != VW_VALUE && text.state != VW_ABSENT;
}

static void read_transport(struct vw_run *run, const char *path, struct vw_class_device *device)
{
	struct vw_text text;

	vw_fact_read_text(run->source, path, &text);
	device->transport = text.text;
}

/* How long the kernel waits for a disk: by disk since Linux 5.0, before that by the module's parameter. */
static void read_timeout(struct vw_run *run, const char *path, struct vw_class_device *device)
{
	struct vw_number *parameter = &run->facts->devices.nvme_timeout;

	if (!(run->flags & VW_PROBE_WIDE))
		return;
	vw_fact_read_number(run->source, vw_path(run, "%s/queue/io_timeout", path), 10, &device->io_timeout);
	if (device->io_timeout.state == VW_ABSENT && parameter->state == VW_NOT_PROBED)
		vw_fact_read_number(run->source, "/sys/module/nvme_core/parameters/io_timeout", 10,
				    parameter);
}

static bool take_nvme(struct vw_run *run, const char *path, struct vw_carrier *carrier,
		      struct vw_class_device *device)
{
	const char *controller = find_controller(run, path), *target;

	if (!controller) {
		read_model(run, vw_path(run, "%s/device/model", path), device);
		return !carrier->is_virtual;
	}
	if (carrier->is_virtual &&
	    vw_source_link(run->source, vw_path(run, NVME_CLASS "/%s", controller), &target) == 0)
		vw_carrier_of(run, target, "nvme", carrier);
	read_model(run, vw_path(run, NVME_CLASS "/%s/model", controller), device);
	if (vwb_text_equal(carrier->bus, "pci"))
		device->transport = "pcie";
	else
		read_transport(run, vw_path(run, NVME_CLASS "/%s/transport", controller), device);
	read_timeout(run, path, device);
	return true;
}

static bool take(struct vw_run *run, const char *path, struct vw_carrier *carrier,
		 struct vw_class_device *device)
{
	if (vwb_text_starts(device->name, "nvme"))
		return !strchr(device->name + 4, 'c') && take_nvme(run, path, carrier, device);
	if (carrier->is_virtual)
		return false;
	if (carrier->has_scsi)
		read_model(run, vw_path(run, "%s/device/model", path), device);
	return true;
}

/* In /sys/class/block, which a dump may hold alone, partitions stand beside disks. */
static bool take_disk(struct vw_run *run, const char *path, struct vw_carrier *carrier,
		      struct vw_class_device *device)
{
	const char *target, *parent;

	if (vw_source_link(run->source, path, &target) < 0 || !(parent = vw_path_parent(run, target)))
		return false;
	if (!vwb_text_equal(parent, "block") && !is_controller(parent) &&
	    !vwb_text_starts(parent, "nvme-subsys"))
		return false;
	return take(run, path, carrier, device);
}

/**
 * The disks that a device carries.
 *
 * Source: Linux, Documentation/ABI/stable/sysfs-block (queue/io_timeout too),
 * Documentation/ABI/testing/sysfs-nvme and drivers/nvme/host/multipath.c.
 */
void vw_probe_block(struct vw_run *run)
{
	static const struct vw_class_walk walk = {
		.directory = "/sys/block", .word = "block", .skip = skip, .take = take};
	static const struct vw_class_walk all = {
		.directory = "/sys/class/block", .word = "block", .skip = skip, .take = take_disk};
	struct vw_device_list *block = &run->facts->devices.block;

	vw_class_each(run, &walk, block);
	if (block->state == VW_ABSENT)
		vw_class_each(run, &all, block);
}
