/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_KNOW_SIGNATURES_H
#define VW_DETECT_KNOW_SIGNATURES_H

/* Identifiers that vendors chose: PCI ids, disk models. Tables, no decisions.
 */

#include <stdint.h>

#include "detect/facts.h"
#include "detect/report.h"

/* What a device is to the guest that drives it. */
struct vwk_device_kind {
	const char *what;
	enum vw_class class; /* in a guest; on the hardware itself everything is VW_CLASS_H */
};

/* What is behind a disk, where its model or its controller tells. */
enum vwk_disk_place { VW_DISK_UNTOLD = 0, VW_DISK_LOCAL, VW_DISK_REMOTE };

/* A PCI function by its ids. The table ends with a row whose kind is empty. */
struct vwk_pci_row {
	uint16_t vendor, device;
	struct vwk_device_kind kind;
	enum vwk_disk_place place;
	const char *driver; /* the module that fits it alone (vwk_drivers); or NULL */
	bool guests_only;   /* no hardware has these ids: hypervisors emulate it for their guests */
};

extern const struct vwk_pci_row vwk_pci_rows[];

/* Ends with a row without a model. */
struct vwk_disk_model {
	const char *model;
	enum vwk_disk_place place;
};

extern const struct vwk_disk_model vwk_disk_models[];

/* Whose board it is, by how SMBIOS' strings of vendor and product begin. Ends with a row without a text. */
struct vwk_board_maker {
	const char *text, *maker;
};

extern const struct vwk_board_maker vwk_board_makers[];

#endif
