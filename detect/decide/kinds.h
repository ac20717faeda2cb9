/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_DECIDE_KINDS_H
#define VW_DETECT_DECIDE_KINDS_H

/* What a device is, looked up in the tables of detect/know/drivers.h and signatures.h. */

#include <stdint.h>

#include "detect/know/drivers.h"

/** The module of the driver that alone fits a PCI function, or NULL. */
const char *vw_pci_driver(uint16_t vendor, uint16_t device);

/** A driver by its module's name, with '_'; NULL when no table knows it. */
const struct vwk_driver *vw_driver_row(const char *module);

/** A PCI function by its ids; NULL when no table knows it. */
const struct vwk_device_kind *vw_pci_kind(uint16_t vendor, uint16_t device);

/** What a driver of a paravirtual or software bus drives ("vif", "virtio_blk", "hv_netvsc"); NULL when
 * unknown. */
const struct vwk_device_kind *vw_driver_kind(const char *driver);

/**
 * Where a disk is: on this host, or behind a network.
 *
 * @model: as the kernel gives it; may be NULL
 * @transport: of an NVMe controller, as sysfs gives it ("pcie", "tcp"); NULL for other disks
 */
enum vwk_disk_place vw_disk_place(const char *model, uint16_t pci_vendor, uint16_t pci_device,
				  const char *transport);

#endif
