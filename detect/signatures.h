/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_SIGNATURES_H
#define VW_DETECT_SIGNATURES_H

/* Identifiers that vendors chose: CPUID signatures, PCI ids, driver names, disk models. Tables, no decisions.
 */

#include <stdbool.h>
#include <stdint.h>

#include "detect/facts.h"
#include "detect/report.h"

/**
 * Is this the signature of a hypervisor that we know?
 *
 * @signature: the twelve bytes of EBX, ECX, EDX at a base leaf, without trailing NULs, NUL-terminated
 */
bool vw_signature_known(const char *signature);

/* What a device is to the guest that drives it. */
struct vw_device_kind {
	const char *what;
	enum vw_class class; /* in a guest; on the hardware itself everything is VW_CLASS_H */
};

/** A PCI function by its ids; NULL when no table knows it. */
const struct vw_device_kind *vw_pci_kind(uint16_t vendor, uint16_t device);

/** What a driver of a paravirtual or software bus drives ("vif", "virtio_blk", "hv_netvsc"); NULL when
 * unknown. */
const struct vw_device_kind *vw_driver_kind(const char *driver);

/** What is behind a disk, where its model tells. */
enum vw_disk_place { VW_DISK_UNTOLD = 0, VW_DISK_LOCAL, VW_DISK_REMOTE };
enum vw_disk_place vw_disk_place(const char *model, uint16_t pci_vendor, uint16_t pci_device,
				 const char *transport);

#endif
