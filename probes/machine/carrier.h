/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_MACHINE_CARRIER_H
#define VW_PROBES_MACHINE_CARRIER_H

/*
 * Which device carries a network interface or a disk, by the path of its directory in sysfs: a disk on virtio
 * on PCI is ".../devices/pci0000:00/0000:00:03.0/virtio0/block/vda".
 */

#include "probes/machine/probe.h"

struct vw_carrier {
	const char *bus; /* of the nearest device that names one, SCSI's own layer only when alone; or NULL */
	const char *address; /* its name there, or NULL */
	const char *pci;     /* nearest PCI slot, or NULL */
	bool is_virtual;     /* software alone: below /sys/devices/virtual */
	bool is_backend;     /* the host's end of a Xen guest's device */
	bool has_scsi;
};

/**
 * Read a path of sysfs, as a link's text or absolute. Only the directories above @class count.
 *
 * @class: what ends the device's own path: "net", "block"
 * @ret: its strings are owned by the run's arena
 */
void vw_carrier_of(struct vw_run *run, const char *path, const char *class, struct vw_carrier *ret);

/** The last but one component of a path: the parent of what it leads to. NULL when there is none. */
const char *vw_path_parent(struct vw_run *run, const char *path);

/** A PCI function that was read, by its slot; NULL for NULL and when it was not. */
const struct vw_pci_device *vw_pci_find(const struct vw_facts *facts, const char *slot);

/** The driver of a carrier: from what other probes read, else by its link. NULL when none. */
const char *vw_carrier_driver(struct vw_run *run, const struct vw_carrier *carrier);

/** The version that a driver's module tells of itself; NULL when it does not, or it is not worth a look. */
const char *vw_driver_version(struct vw_run *run, const char *driver);

/* A class of devices whose members are walked. */
struct vw_class_walk {
	const char *directory;   /* "/sys/class/net" */
	const char *word;        /* as for vw_carrier_of() */
	const char *const *skip; /* prefixes of names that a digit or nothing follows; NULL ends */
	/* Tell of a member that is on a carrier. Returns false to leave it out. */
	bool (*take)(struct vw_run *run, const char *path, struct vw_carrier *carrier,
		     struct vw_class_device *device);
};

/** Walk the members of a class that are not virtual. */
void vw_class_each(struct vw_run *run, const struct vw_class_walk *walk, struct vw_device_list *ret);

#endif
