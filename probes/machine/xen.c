/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <string.h>

#define HYPERVISOR "/sys/hypervisor/"
#define FEATURES   HYPERVISOR "properties/features"
#define BUS        "/sys/bus/xen"

static const struct hypervisor_text {
	const char *path;
	size_t fact; /* offset in struct vw_xen_facts */
} texts[] = {
	{HYPERVISOR "guest_type", offsetof(struct vw_xen_facts, guest_type)},
	{HYPERVISOR "uuid", offsetof(struct vw_xen_facts, uuid)},
	{HYPERVISOR "version/major", offsetof(struct vw_xen_facts, major)},
	{HYPERVISOR "version/minor", offsetof(struct vw_xen_facts, minor)},
	{HYPERVISOR "version/extra", offsetof(struct vw_xen_facts, extra)},
	{HYPERVISOR "properties/capabilities", offsetof(struct vw_xen_facts, capabilities)},
};

static void read_hypervisor(struct vw_run *run)
{
	struct vw_xen_facts *xen = &run->facts->xen;

	vw_fact_read_text(run->source, HYPERVISOR "type", &xen->type);
	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		struct vw_text *fact = (struct vw_text *)(void *)((char *)xen + texts[i].fact);

		if (xen->type.state == VW_ABSENT)
			vw_text_is(fact, VW_ABSENT, texts[i].path);
		else
			vw_fact_read_text(run->source, texts[i].path, fact);
	}
	if (xen->type.state == VW_ABSENT)
		vw_number_is(&xen->features, VW_ABSENT, FEATURES);
	else
		vw_fact_read_number(run->source, FEATURES, 16, &xen->features);
}

static void read_proc(struct vw_run *run)
{
	struct vw_xen_facts *xen = &run->facts->xen;
	static const char capabilities[] = "/proc/xen/capabilities";

	vw_fact_read_list(run->source, "/proc/xen", &xen->proc);
	vw_text_is(&xen->proc_capabilities, xen->proc.state == VW_VALUE ? VW_ABSENT : xen->proc.state,
		   capabilities);
	if (xen->proc.state == VW_VALUE && xen->proc.count)
		vw_fact_read_text(run->source, capabilities, &xen->proc_capabilities);
}

/* Frontend names are TYPE-NUMBER: "vif-0", "vbd-51712" (Linux, drivers/xen/xenbus/xenbus_probe_frontend.c).
 */
static void read_devices(struct vw_run *run, size_t count, const char *const *name)
{
	struct vw_xen_facts *xen = &run->facts->xen;
	struct vw_xenbus_device *device = vwb_arena_array(run->arena, count, sizeof(*device));

	if (!device)
		return;
	for (size_t i = 0; i < count; i++) {
		device[i].name = vw_clean_name(run, name[i]);
		device[i].type = vw_clean_copy(run, name[i], strcspn(name[i], "-"));
		device[i].driver = vw_bound_driver(run, vw_path(run, BUS "/devices/%s", name[i]));
	}
	xen->device = device;
	xen->devices = count;
}

static void read_bus(struct vw_run *run)
{
	struct vw_xen_facts *xen = &run->facts->xen;
	const char *const *name;
	size_t count;
	int r = vw_source_exists(run->source, BUS);

	if (r < 0) {
		xen->devices_state = vw_state_of(r);
		vw_names_are(&xen->bus_drivers, vw_state_of(r), BUS "/drivers");
		return;
	}
	vw_fact_read_list(run->source, BUS "/drivers", &xen->bus_drivers);
	r = vw_names_list_some(run, BUS "/devices", VW_CLASS_LIMIT, &count, &name);
	xen->devices_state = vw_state_of(r);
	if (r == 0)
		read_devices(run, count, name);
}

/**
 * What Xen's drivers in the kernel tell: the hypervisor's sysfs, /proc/xen and the paravirtual devices.
 *
 * /sys/bus/xen and an empty /proc/xen exist without Xen too, in kernels that could run on it.
 *
 * Source: Linux, drivers/xen/sys-hypervisor.c and Documentation/ABI/testing/sysfs-hypervisor-xen.
 */
void vw_probe_xen(struct vw_run *run)
{
	read_hypervisor(run);
	read_proc(run);
	read_bus(run);
}
