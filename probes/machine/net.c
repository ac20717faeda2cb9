/* SPDX-License-Identifier: MIT */
#include "probes/machine/carrier.h"

static bool take(struct vw_run *run, const char *path, struct vw_carrier *carrier,
		 struct vw_class_device *device)
{
	(void)run;
	(void)path;
	(void)device;
	return !carrier->is_virtual;
}

/**
 * The network interfaces that a device carries: no bridge, tunnel or loopback, no end of a pair.
 *
 * Source: Linux, Documentation/ABI/testing/sysfs-class-net.
 */
void vw_probe_net(struct vw_run *run)
{
	static const char *const skip[] = {"lo", NULL};
	static const struct vw_class_walk walk = {
		.directory = "/sys/class/net", .word = "net", .skip = skip, .take = take};

	vw_class_each(run, &walk, &run->facts->devices.net);
}
