/* SPDX-License-Identifier: MIT */
#include "detect/decide/kinds.h"

#include <stddef.h>

#include "base/base.h"

static const struct vwk_pci_row *find_pci(uint16_t vendor, uint16_t device)
{
	for (const struct vwk_pci_row *row = vwk_pci_rows; row->kind.what; row++) {
		if (row->vendor == vendor && row->device == device)
			return row;
	}
	return NULL;
}

const struct vwk_device_kind *vw_pci_kind(uint16_t vendor, uint16_t device)
{
	const struct vwk_pci_row *row = find_pci(vendor, device);

	return row ? &row->kind : NULL;
}

const char *vw_pci_driver(uint16_t vendor, uint16_t device)
{
	const struct vwk_pci_row *row = find_pci(vendor, device);

	return row ? row->driver : NULL;
}

const struct vwk_driver *vw_driver_row(const char *module)
{
	for (const struct vwk_driver *row = vwk_drivers; row->module; row++)
		if (vwb_text_equal(row->module, module))
			return row;
	return NULL;
}

const struct vwk_device_kind *vw_driver_kind(const char *driver)
{
	for (const struct vwk_driver *row = vwk_drivers; driver && row->module; row++)
		if (row->kind.what && vwb_text_has_word(row->bound ? row->bound : row->module, driver))
			return &row->kind;
	return NULL;
}

enum vwk_disk_place vw_disk_place(const char *model, uint16_t pci_vendor, uint16_t pci_device,
				  const char *transport)
{
	const struct vwk_pci_row *row;

	if (transport && !vwb_text_has_word("pcie apple-nvme", transport))
		return VW_DISK_REMOTE;
	for (const struct vwk_disk_model *known = vwk_disk_models; model && known->model; known++) {
		if (vwb_text_equal(known->model, model))
			return known->place;
	}
	row = find_pci(pci_vendor, pci_device);
	return row ? row->place : VW_DISK_UNTOLD;
}
