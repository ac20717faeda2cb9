/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_KNOW_DRIVERS_H
#define VW_DETECT_KNOW_DRIVERS_H

/* Linux' drivers, by module: what they are called, what they drive, what they need. */

#include "detect/know/signatures.h"

enum vwk_drives {
	VWK_NETWORK = 1 << 0,
	VWK_STORAGE = 1 << 1,
};

/* A device of a paravirtual bus, as the bus calls it: a virtio type, a VMBus class, a Xenbus type. */
struct vwk_bus_device {
	const char *bus;  /* "virtio", "vmbus", "xen" */
	const char *id;   /* "1", "f8615163-df3e-46c5-913f-f2d2f965ed0e", "vif" */
	const char *what; /* "virtio network"; NULL: nothing to add to its name */
};

struct vwk_driver {
	const char *module;   /* with '_'; what is no module has its name in sysfs here */
	const char *bound;    /* names by which sysfs shows it bound, parted by spaces; NULL: as the module */
	const char *option;   /* in the kernel's configuration, without CONFIG_; or NULL */
	const char *initcall; /* its module_init() routine, for initcall_blacklist; or NULL */
	unsigned drives;      /* of enum vwk_drives */
	struct vwk_device_kind kind;      /* of all that it drives; empty where each PCI id tells its own */
	const struct vwk_bus_device *bus; /* ends with a row of NULLs; or NULL */
	uint16_t pci_vendor; /* it drives all functions of this vendor that are of its kind; or 0 */
	uint16_t pci_class;  /* it drives all functions of this class and subclass; or 0 */
	const char *const
		*before;         /* drivers without which it does not come to its devices; NULL-terminated */
	const char *const *then; /* drivers that make disks of what it drives; NULL-terminated, or NULL */
	bool modinfo;            /* checks read what its module's file says */
};

/* Ends with a row without a module. The functions that a driver fits by their ids stand in vwk_pci_rows. */
extern const struct vwk_driver vwk_drivers[];

#endif
