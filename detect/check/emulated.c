/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include "detect/decide/kinds.h"

/* Hardware that somebody emulates for the running guest, where better devices can be had. */

VW_CHECKS_OF(emulated);

/*
 * What a hypervisor offers instead of emulated hardware. Sources: Xen, docs/misc/hvm-emulated-unplug.pandoc
 * and Linux arch/x86/xen/platform-pci-unplug.c; QEMU docs/system/devices; AWS, EC2 User Guide, "Enhanced
 * networking" and "EBS and NVMe"; VMware KB 1001805; Linux Documentation/virt/hyperv; VirtualBox manual 6.1.
 */
static const struct offer {
	const char *id, *hypervisor; /* the platform's, or the family's; the first row that fits */
	const char *network, *storage;
	enum vw_severity network_severity, storage_severity;
} offers[] = {
	{"nitro", NULL, "the instance needs ENA: set enaSupport and load ena",
	 "the instance needs NVMe: load nvme", VW_DEGRADED, VW_DEGRADED},
	{NULL, "xen", "load xen_netfront early, and boot without xen_emul_unplug= and nopv",
	 "put xen_blkfront into the initramfs, and boot without xen_emul_unplug= and nopv", VW_DEGRADED,
	 VW_DEGRADED},
	{NULL, "microsoft", "load hv_netvsc; give the machine a network adapter that is not a legacy one",
	 "put hv_storvsc into the initramfs", VW_DEGRADED, VW_DEGRADED},
	{NULL, "vmware", "set the adapter's type to vmxnet3",
	 "move the disk to a paravirtual SCSI controller", VW_DEGRADED, VW_ADVICE},
	{NULL, "oracle", "set the adapter's type to virtio-net", NULL, VW_ADVICE, VW_ADVICE},
	{NULL, "parallels", "set the adapter's type to virtio", NULL, VW_ADVICE, VW_ADVICE},
	{NULL, "kvm", "let the host give it as virtio: -device virtio-net-pci, or <model type='virtio'/>",
	 "let the host give it as virtio: -device virtio-blk-pci, or <target bus='virtio'/>", VW_DEGRADED,
	 VW_DEGRADED},
	{NULL, "qemu", "let the host give it as virtio: -device virtio-net-pci, or <model type='virtio'/>",
	 "let the host give it as virtio: -device virtio-blk-pci, or <target bus='virtio'/>", VW_DEGRADED,
	 VW_DEGRADED},
	{NULL, "bhyve", "give it as virtio-net", "give it as virtio-blk", VW_DEGRADED, VW_DEGRADED},
};

static const struct offer *offer_of(const struct vw_assessment *a)
{
	const struct vwk_row *board = vw_live_board(a);

	for (size_t i = 0; board && i < VW_COUNT(offers); i++)
		if (offers[i].id ? vwb_text_equal(offers[i].id, board->id)
				 : vwb_text_equal(offers[i].hypervisor, board->hypervisor))
			return &offers[i];
	return NULL;
}

/* An emulated NVMe controller does no worse than a paravirtual disk: no word of it here. */
static bool counts(const struct vw_device *device, enum vwk_drives kind)
{
	return vwb_text_equal(device->kind, vw_drives_word(kind)) && device->driver &&
	       !vw_live_given_away(device->driver) && device->class != VW_CLASS_UNKNOWN;
}

static const char *better_one(const struct vw_report *report, enum vwk_drives kind)
{
	for (size_t i = 0; i < report->device_count; i++)
		if (counts(&report->device[i], kind) && report->device[i].class > VW_CLASS_VS)
			return report->device[i].name;
	return NULL;
}

static void judge_emulated(struct vw_assessment *a, const struct vw_device *device, const struct offer *offer,
			   enum vwk_drives kind)
{
	const char *better = better_one(a->report, kind);
	enum vw_severity severity = kind == VWK_NETWORK ? offer->network_severity : offer->storage_severity;
	const char *evidence =
		device->ids ? vwb_arena_printf(a->arena, "%s, driver %s", device->ids, device->driver)
			    : device->driver;
	const char *what = device->what && kind == VWK_NETWORK ? device->what : "emulated hardware";

	a->remedy = kind == VWK_NETWORK ? offer->network : offer->storage;
	if (!a->remedy)
		a->remedy = "";
	if (better)
		vw_say(a, VW_FAIL, severity, device->name, evidence, "%s is in use, while %s is there", what,
		       better);
	else if (vwb_text_equal(offer->hypervisor, "xen"))
		vw_say(a, VW_FAIL, severity, device->name, evidence,
		       "fell back to %s: Xen's paravirtual one is not in use", what);
	else
		vw_say(a, VW_FAIL, severity, device->name, evidence, "%s is in use", what);
}

static void check_emulated(struct vw_assessment *a, enum vwk_drives kind)
{
	const struct offer *offer = offer_of(a);
	const struct vw_report *report = a->report;

	for (size_t i = 0; offer && i < report->device_count; i++) {
		const struct vw_device *device = &report->device[i];

		if (!counts(device, kind))
			continue;
		if (device->class == VW_CLASS_VS && !vwb_text_equal(device->driver, "nvme"))
			judge_emulated(a, device, offer, kind);
		else
			vw_say(a, VW_PASS, a->check->word.severity, device->name, device->ids,
			       "%s: not emulated in software", device->driver);
	}
}

static void network_is_not_emulated(struct vw_assessment *a)
{
	check_emulated(a, VWK_NETWORK);
}

VW_CHECK(DRV003, 0, VW_DEGRADED, VW_BREAKS_NOTHING,
	 "No network device is emulated in software where a better one can be had",
	 "let the hypervisor give a paravirtual device, and load its driver",
	 "QEMU docs/system/devices/net.rst; Xen docs/misc/hvm-emulated-unplug.pandoc",
	 .assess = network_is_not_emulated);

static void storage_is_not_emulated(struct vw_assessment *a)
{
	check_emulated(a, VWK_STORAGE);
}

VW_CHECK(DRV004, 0, VW_DEGRADED, VW_BREAKS_NOTHING,
	 "No disk is emulated in software where a better one can be had",
	 "let the hypervisor give a paravirtual device, and load its driver",
	 "QEMU docs/system/devices; Xen docs/misc/hvm-emulated-unplug.pandoc",
	 .assess = storage_is_not_emulated);

static void nothing_is_emulated(struct vw_assessment *a)
{
	const struct vwk_row *row = a->row;

	a->remedy = a->check->word.remedy;
	if (row->traits & VWK_EMULATES)
		vw_say(a, VW_FAIL, VW_DEGRADED, "processor", NULL, "%s: slow emulation of each instruction",
		       row->name);
	else if (row->traits & VWK_MAY_EMULATE)
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "processor", NULL,
		       "whether QEMU uses the processor's virtualization or emulates it is not told");
	else if (vwb_text_equal(row->hypervisor, "kvm"))
		vw_say(a, VW_PASS, VW_DEGRADED, "processor", NULL,
		       "KVM runs the instructions on the processor");
}

VW_CHECK(DRV010, 0, VW_DEGRADED, VW_BREAKS_NOTHING, "The processor's instructions are not emulated",
	 "start the guest with KVM (-accel kvm, or <domain type='kvm'>), on a host that has "
	 "/dev/kvm",
	 "QEMU docs/system/introduction.rst, accelerators", .assess = nothing_is_emulated);

enum { VENDOR_AMAZON = 0x1d0f };

/* An instance on Nitro has its network from ENA and its volumes from NVMe controllers, and nothing else.
 * Source: AWS, EC2 User Guide, "Instances built on the AWS Nitro System". */
static void check_nitro(struct vw_assessment *a, enum vwk_drives kind)
{
	const struct vw_device_facts *devices = &a->facts->devices;
	const char *device = kind == VWK_NETWORK ? "ENA adapter" : "NVMe controller";
	const char *source = "/sys/bus/pci/devices";
	const struct vw_pci_device *found = NULL;

	for (size_t i = 0; i < devices->pci_count && !found; i++) {
		const struct vw_pci_device *pci = &devices->pci[i];

		const char *driver =
			pci->vendor == VENDOR_AMAZON ? vw_pci_driver(pci->vendor, pci->device) : NULL;

		if (vwb_text_equal(driver, kind == VWK_NETWORK ? "ena" : "nvme"))
			found = pci;
	}
	if (found) {
		vw_say(a, VW_PASS, VW_DEGRADED, vw_drives_word(kind), source, "there is an %s: %s", device,
		       found->slot);
	} else if (devices->pci_incomplete) {
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, vw_drives_word(kind), source,
		       "not all PCI devices could be read");
	} else {
		vw_say(a, VW_FAIL, VW_DEGRADED, vw_drives_word(kind), source,
		       "this instance on Nitro has no %s", device);
	}
}

static void nitro_has_its_devices(struct vw_assessment *a)
{
	const struct vw_device_facts *devices = &a->facts->devices;

	if (!(a->row->traits & VWK_BY_TYPE) || devices->pci_state != VW_VALUE || !devices->pci_count)
		return;
	check_nitro(a, VWK_NETWORK);
	check_nitro(a, VWK_STORAGE);
}

VW_CHECK(DRV012, 0, VW_DEGRADED, VW_BREAKS_NOTHING, "An instance on Nitro has ENA and NVMe devices",
	 "stop the instance, set its enaSupport, and start it again",
	 "AWS, EC2 User Guide, \"Instances built on the AWS Nitro System\"", .assess = nitro_has_its_devices);
