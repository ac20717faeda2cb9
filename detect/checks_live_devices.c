/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "detect/checks_live.h"
#include "detect/signatures.h"

/* Is each device driven, by the driver that it needs; and is it one that somebody emulates. */

enum kind { NETWORK, STORAGE };

static const char *const kind_words[] = {[NETWORK] = "network", [STORAGE] = "storage"};

/* A device that wants a driver. */
struct wanting {
	const char *subject;  /* "eth0 (1d0f:ec20)" */
	const char *evidence; /* its "driver" link */
	const char *driver;   /* NULL: none */
	const char *needs;    /* names of drivers that do, parted by spaces; NULL: any */
	const char *module;   /* to load */
	bool optional;        /* without a driver it is merely not used */
};

struct wanted {
	size_t count;
	struct wanting *device;
	bool unread;        /* no function of the bus shows a driver: that was not read */
	const char *source; /* of what could not be read, or NULL */
};

/*
 * PCI functions that one driver fits. Sources: the tables of ids in Linux drivers/nvme/host/pci.c,
 * drivers/net/ethernet (amazon/ena, intel/ixgbevf, intel/iavf, mellanox, microsoft/mana, google/gve),
 * drivers/net/vmxnet3, drivers/scsi/vmw_pvscsi.c, drivers/infiniband/hw/efa, drivers/virtio; amzn-drivers.
 */
static const struct {
	uint16_t vendor, device; /* device 0: all that are of the kind */
	enum kind kind;
	const char *needs, *module;
} needs[] = {
	{0x1d0f, 0xec20, NETWORK, "ena", "ena"},
	{0x1d0f, 0xec21, NETWORK, "ena", "ena"},
	{0x1d0f, 0x0ec2, NETWORK, "ena", "ena"},
	{0x1d0f, 0x1ec2, NETWORK, "ena", "ena"},
	{0x1d0f, 0x0051, NETWORK, "ena", "ena"},
	{0x1d0f, 0xefa0, NETWORK, "efa", "efa"},
	{0x1d0f, 0xefa1, NETWORK, "efa", "efa"},
	{0x1d0f, 0xefa2, NETWORK, "efa", "efa"},
	{0x1d0f, 0xefa3, NETWORK, "efa", "efa"},
	{0x1d0f, 0x8061, STORAGE, "nvme", "nvme"},
	{0x1d0f, 0x0061, STORAGE, "nvme", "nvme"},
	{0x1d0f, 0x0065, STORAGE, "nvme", "nvme"},
	{0x1d0f, 0xcd00, STORAGE, "nvme", "nvme"},
	{0x1d0f, 0xcd01, STORAGE, "nvme", "nvme"},
	{0x1d0f, 0xcd02, STORAGE, "nvme", "nvme"},
	{0x8086, 0x10ed, NETWORK, "ixgbevf", "ixgbevf"},
	{0x8086, 0x1515, NETWORK, "ixgbevf", "ixgbevf"},
	{0x8086, 0x154c, NETWORK, "iavf i40evf", "iavf"},
	{0x8086, 0x1889, NETWORK, "iavf i40evf", "iavf"},
	{0x15b3, 0x1004, NETWORK, "mlx4_core", "mlx4_core"},
	{0x15b3, 0x1016, NETWORK, "mlx5_core", "mlx5_core"},
	{0x15b3, 0x101a, NETWORK, "mlx5_core", "mlx5_core"},
	{0x15b3, 0x101e, NETWORK, "mlx5_core", "mlx5_core"},
	{0x1414, 0x00ba, NETWORK, "mana", "mana"},
	{0x1ae0, 0x0042, NETWORK, "gve gvnic", "gve"},
	{0x15ad, 0x07b0, NETWORK, "vmxnet3", "vmxnet3"},
	{0x15ad, 0x07c0, STORAGE, "vmw_pvscsi", "vmw_pvscsi"},
	{0x1af4, 0, NETWORK, "virtio-pci", "virtio_pci"},
	{0x1af4, 0, STORAGE, "virtio-pci", "virtio_pci"},
};

/* PCI class codes: PCI Code and ID Assignment, section 1. */
enum {
	CLASS_STORAGE = 0x01,
	CLASS_NETWORK = 0x02,
	CLASS_IDE = 0x0101,
	CLASS_SATA = 0x0106,
	CLASS_NVME = 0x0108
};

/* --- gathering -------------------------------------------------------------------------------------------
 */

static bool is_of_kind(const struct vw_pci_device *pci, enum kind kind)
{
	return pci->class >> 8 == (kind == NETWORK ? CLASS_NETWORK : CLASS_STORAGE);
}

static const char *interface_of(const struct vw_facts *facts, const char *slot)
{
	for (size_t i = 0; i < facts->devices.net.count; i++)
		if (vw_equal(facts->devices.net.item[i].pci, slot))
			return facts->devices.net.item[i].name;
	return NULL;
}

static struct wanting pci_wanting(struct vw_build *build, const struct vw_pci_device *pci, enum kind kind)
{
	const char *name = kind == NETWORK ? interface_of(build->facts, pci->slot) : NULL;

	return (struct wanting){
		.subject = vw_arena_printf(build->arena, "%s (%04x:%04x)", name ? name : pci->slot,
					   pci->vendor, pci->device),
		.evidence = vw_arena_printf(build->arena, "/sys/bus/pci/devices/%s/driver", pci->slot),
		.driver = pci->driver,
	};
}

/* Returns whether the function is of the kind, and a device that somebody should drive. */
static bool pci_wants(struct vw_build *build, const struct vw_pci_device *pci, enum kind kind,
		      struct wanting *ret)
{
	bool of_kind = is_of_kind(pci, kind);

	for (size_t i = 0; i < VW_COUNT(needs); i++) {
		if (needs[i].kind != kind || needs[i].vendor != pci->vendor ||
		    (needs[i].device ? needs[i].device != pci->device : !of_kind))
			continue;
		*ret = pci_wanting(build, pci, kind);
		ret->needs = needs[i].needs;
		ret->module = needs[i].module;
		return true;
	}
	if (!of_kind)
		return false;
	*ret = pci_wanting(build, pci, kind);
	if (pci->class == CLASS_NVME)
		ret->needs = ret->module = "nvme";
	/* The boards that VMMs build have such controllers with nothing behind them. */
	ret->optional = pci->class == CLASS_IDE || pci->class == CLASS_SATA;
	return true;
}

static void gather_pci(struct vw_build *build, enum kind kind, struct wanted *wanted)
{
	const struct vw_device_facts *devices = &build->facts->devices;
	size_t before = wanted->count;
	bool driven = false;

	for (size_t i = 0; i < devices->pci_count; i++) {
		driven |= devices->pci[i].driver != NULL;
		if (pci_wants(build, &devices->pci[i], kind, &wanted->device[wanted->count]))
			wanted->count++;
	}
	if (devices->pci_state == VW_DENIED || devices->pci_state == VW_MALFORMED || devices->pci_incomplete)
		wanted->source = "/sys/bus/pci/devices";
	if (driven || wanted->count == before)
		return;
	wanted->count = before;
	wanted->unread = true;
	wanted->source = "/sys/bus/pci/devices";
}

/* Source: virtio 1.2, section 5; Linux drivers/net/virtio_net.c, drivers/block/virtio_blk.c,
 * drivers/scsi/virtio_scsi.c. */
static const struct {
	uint32_t type;
	enum kind kind;
	const char *what, *module;
} virtio_kinds[] = {
	{1, NETWORK, "virtio network", "virtio_net"},
	{2, STORAGE, "virtio disk", "virtio_blk"},
	{8, STORAGE, "virtio SCSI host", "virtio_scsi"},
};

static void gather_virtio(struct vw_build *build, enum kind kind, struct wanted *wanted)
{
	const struct vw_device_facts *devices = &build->facts->devices;

	for (size_t i = 0; i < devices->virtio_count; i++) {
		const struct vw_virtio_device *virtio = &devices->virtio[i];

		for (size_t j = 0; j < VW_COUNT(virtio_kinds); j++) {
			if (virtio_kinds[j].type != virtio->type || virtio_kinds[j].kind != kind)
				continue;
			wanted->device[wanted->count++] = (struct wanting){
				.subject = vw_arena_printf(build->arena, "%s (%s)", virtio->name,
							   virtio_kinds[j].what),
				.evidence = vw_arena_printf(build->arena, "/sys/bus/virtio/devices/%s/driver",
							    virtio->name),
				.driver = virtio->driver,
				.module = virtio_kinds[j].module,
			};
		}
	}
}

/* Source: Linux drivers/net/xen-netfront.c and drivers/block/xen-blkfront.c. */
static void gather_xen(struct vw_build *build, enum kind kind, struct wanted *wanted)
{
	const struct vw_xen_facts *xen = &build->facts->xen;
	const char *type = kind == NETWORK ? "vif" : "vbd";

	for (size_t i = 0; i < xen->devices; i++) {
		const struct vw_xenbus_device *device = &xen->device[i];

		if (!vw_equal(device->type, type))
			continue;
		wanted->device[wanted->count++] = (struct wanting){
			.subject = device->name,
			.evidence =
				vw_arena_printf(build->arena, "/sys/bus/xen/devices/%s/driver", device->name),
			.driver = device->driver,
			.module = kind == NETWORK ? "xen_netfront" : "xen_blkfront",
		};
	}
}

/* Source: Linux include/linux/hyperv.h, HV_NIC_GUID and its neighbours. */
static const struct {
	const char *class;
	enum kind kind;
	const char *what, *module;
} vmbus_kinds[] = {
	{"f8615163-df3e-46c5-913f-f2d2f965ed0e", NETWORK, "Hyper-V network", "hv_netvsc"},
	{"ba6163d9-04a1-4d29-b605-72e2ffb1dc7f", STORAGE, "Hyper-V SCSI", "hv_storvsc"},
	{"32412632-86cb-44a2-9b5c-50d1417354f5", STORAGE, "Hyper-V IDE", "hv_storvsc"},
	{"2f9bcc4a-0069-4af3-b76b-6fd0be528cda", STORAGE, "Hyper-V Fibre Channel", "hv_storvsc"},
};

static void gather_vmbus(struct vw_build *build, enum kind kind, struct wanted *wanted)
{
	const struct vw_device_facts *devices = &build->facts->devices;

	for (size_t i = 0; i < devices->vmbus_count; i++) {
		const struct vw_vmbus_device *device = &devices->vmbus_device[i];

		for (size_t j = 0; device->class && j < VW_COUNT(vmbus_kinds); j++) {
			if (!vw_equal(vmbus_kinds[j].class, device->class) || vmbus_kinds[j].kind != kind)
				continue;
			wanted->device[wanted->count++] = (struct wanting){
				.subject = vw_arena_printf(build->arena, "%s (%s)", device->name,
							   vmbus_kinds[j].what),
				.evidence = vw_arena_printf(build->arena, "/sys/bus/vmbus/devices/%s/driver",
							    device->name),
				.driver = device->driver,
				.module = vmbus_kinds[j].module,
			};
		}
	}
}

static bool gather(struct vw_build *build, enum kind kind, struct wanted *ret)
{
	const struct vw_device_facts *devices = &build->facts->devices;
	size_t most = devices->pci_count + devices->virtio_count + devices->vmbus_count +
		      build->facts->xen.devices + 1;

	*ret = (struct wanted){.device = vw_arena_array(build->arena, most, sizeof(*ret->device))};
	if (!ret->device)
		return false;
	gather_pci(build, kind, ret);
	gather_virtio(build, kind, ret);
	gather_xen(build, kind, ret);
	gather_vmbus(build, kind, ret);
	return true;
}

/* --- is it driven ----------------------------------------------------------------------------------------
 */

/* A guest without any network or disk is broken; one device of several is a loss; on a machine of metal, and
 * where nobody knows what it is, idle devices are nobody's concern. */
static enum vw_severity severity_of(const struct vw_build *build, const struct wanted *wanted)
{
	const struct vw_row *board = vw_live_board(build);

	if (!board || vw_equal(board->hypervisor, "none") || vw_equal(board->id, "unknown"))
		return VW_ADVICE;
	for (size_t i = 0; i < wanted->count; i++)
		if (wanted->device[i].driver)
			return VW_DEGRADED;
	return VW_FATAL;
}

static void judge(struct vw_build *build, const struct vw_check *check, const struct wanting *device,
		  enum vw_severity severity)
{
	struct vw_about about = {.subject = device->subject, .evidence = device->evidence};

	if (!device->driver && device->optional)
		return;
	if (vw_live_given_away(device->driver)) {
		vw_live_say(build, check, VW_PASS, severity, &about, "given away, to %s", device->driver);
	} else if (device->driver && (!device->needs || vw_has_word(device->needs, device->driver))) {
		vw_live_say(build, check, VW_PASS, severity, &about, "driven by %s", device->driver);
	} else {
		about.remedy =
			device->module
				? vw_arena_printf(build->arena,
						  "modprobe %s; where there is no such module, install the "
						  "kernel's full set of them",
						  device->module)
				: check->word.remedy;
		if (device->driver)
			vw_live_say(build, check, VW_FAIL, VW_DEGRADED, &about, "driven by %s, it needs %s",
				    device->driver, device->needs);
		else
			vw_live_say(build, check, VW_FAIL, severity, &about, "no driver is bound to it");
	}
}

static void check_bound(struct vw_build *build, const struct vw_check *check, enum kind kind)
{
	struct wanted wanted;
	enum vw_severity severity;

	if (!gather(build, kind, &wanted))
		return;
	severity = severity_of(build, &wanted);
	for (size_t i = 0; i < wanted.count; i++)
		judge(build, check, &wanted.device[i], severity);
	if (wanted.source) {
		struct vw_about about = {.subject = kind_words[kind], .evidence = wanted.source};

		vw_live_say(build, check, VW_STATUS_UNKNOWN, severity, &about, "%s",
			    wanted.unread ? "which drivers PCI devices are bound to was not recorded"
					  : "not all PCI devices could be read");
	}
}

void vw_live_network_bound(struct vw_build *build, const struct vw_check *check)
{
	check_bound(build, check, NETWORK);
}

void vw_live_storage_bound(struct vw_build *build, const struct vw_check *check)
{
	check_bound(build, check, STORAGE);
}

/* --- emulated devices ------------------------------------------------------------------------------------
 */

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

static const struct offer *offer_of(const struct vw_build *build)
{
	const struct vw_row *board = vw_live_board(build);

	for (size_t i = 0; board && i < VW_COUNT(offers); i++)
		if (offers[i].id ? vw_equal(offers[i].id, board->id)
				 : vw_equal(offers[i].hypervisor, board->hypervisor))
			return &offers[i];
	return NULL;
}

/* An emulated NVMe controller does no worse than a paravirtual disk: no word of it here. */
static bool counts(const struct vw_device *device, enum kind kind)
{
	return vw_equal(device->kind, kind_words[kind]) && device->driver &&
	       !vw_live_given_away(device->driver) && device->class != VW_CLASS_UNKNOWN;
}

static const char *better_one(const struct vw_report *report, enum kind kind)
{
	for (size_t i = 0; i < report->device_count; i++)
		if (counts(&report->device[i], kind) && report->device[i].class > VW_CLASS_VS)
			return report->device[i].name;
	return NULL;
}

static void judge_emulated(struct vw_build *build, const struct vw_check *check,
			   const struct vw_device *device, const struct offer *offer, enum kind kind)
{
	const char *better = better_one(build->report, kind);
	enum vw_severity severity = kind == NETWORK ? offer->network_severity : offer->storage_severity;
	struct vw_about about = {
		.subject = device->name,
		.evidence = device->ids ? vw_arena_printf(build->arena, "%s, driver %s", device->ids,
							  device->driver)
					: device->driver,
		.remedy = kind == NETWORK ? offer->network : offer->storage,
	};
	const char *what = device->what && kind == NETWORK ? device->what : "emulated hardware";

	if (better)
		vw_live_say(build, check, VW_FAIL, severity, &about, "%s is in use, while %s is there", what,
			    better);
	else if (vw_equal(offer->hypervisor, "xen"))
		vw_live_say(build, check, VW_FAIL, severity, &about,
			    "fell back to %s: Xen's paravirtual one is not in use", what);
	else
		vw_live_say(build, check, VW_FAIL, severity, &about, "%s is in use", what);
}

static void check_emulated(struct vw_build *build, const struct vw_check *check, enum kind kind)
{
	const struct offer *offer = offer_of(build);
	const struct vw_report *report = build->report;

	for (size_t i = 0; offer && i < report->device_count; i++) {
		const struct vw_device *device = &report->device[i];
		struct vw_about about = {.subject = device->name, .evidence = device->ids};

		if (!counts(device, kind))
			continue;
		if (device->class == VW_CLASS_VS && !vw_equal(device->driver, "nvme"))
			judge_emulated(build, check, device, offer, kind);
		else
			vw_live_say(build, check, VW_PASS, check->word.severity, &about,
				    "%s: not emulated in software", device->driver);
	}
}

void vw_live_network_emulated(struct vw_build *build, const struct vw_check *check)
{
	check_emulated(build, check, NETWORK);
}

void vw_live_storage_emulated(struct vw_build *build, const struct vw_check *check)
{
	check_emulated(build, check, STORAGE);
}

/* --- Xen's platform device -------------------------------------------------------------------------------
 */

/* Without its driver an HVM guest has neither grant tables nor Xenbus, hence no paravirtual device.
 * Source: Linux drivers/xen/platform-pci.c. */
void vw_live_xen_platform(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_device_facts *devices = &build->facts->devices;
	bool driven = false;

	for (size_t i = 0; i < devices->pci_count; i++)
		driven |= devices->pci[i].driver != NULL;
	for (size_t i = 0; i < devices->pci_count; i++) {
		const struct vw_pci_device *pci = &devices->pci[i];
		struct vw_about about = {.subject = pci->slot,
					 .evidence = vw_arena_printf(
						 build->arena, "/sys/bus/pci/devices/%s/driver", pci->slot)};

		if (pci->vendor != 0x5853 || pci->device != 0x0001)
			continue;
		if (pci->driver) {
			vw_live_say(build, check, VW_PASS, VW_DEGRADED, &about, "driven by %s", pci->driver);
		} else if (driven) {
			about.remedy = check->word.remedy;
			vw_live_say(build, check, VW_FAIL, VW_DEGRADED, &about,
				    "nothing drives Xen's platform device: no paravirtual disk or network");
		} else {
			vw_live_say(build, check, VW_STATUS_UNKNOWN, VW_DEGRADED, &about,
				    "which drivers PCI devices are bound to was not recorded");
		}
	}
}

/* --- Nitro -----------------------------------------------------------------------------------------------
 */

/* An instance on Nitro has its network from ENA and its volumes from NVMe controllers, and nothing else.
 * Source: AWS, EC2 User Guide, "Instances built on the AWS Nitro System". */
static void check_nitro(struct vw_build *build, const struct vw_check *check, enum kind kind)
{
	const struct vw_device_facts *devices = &build->facts->devices;
	const char *device = kind == NETWORK ? "ENA adapter" : "NVMe controller";
	struct vw_about about = {.subject = kind_words[kind], .evidence = "/sys/bus/pci/devices"};
	const struct vw_pci_device *found = NULL;

	for (size_t i = 0; i < devices->pci_count && !found; i++) {
		const struct vw_pci_device *pci = &devices->pci[i];

		for (size_t j = 0; j < VW_COUNT(needs) && !found; j++)
			if (needs[j].kind == kind && needs[j].vendor == 0x1d0f &&
			    needs[j].device == pci->device && pci->vendor == 0x1d0f &&
			    !vw_equal(needs[j].needs, "efa"))
				found = pci;
	}
	if (found) {
		vw_live_say(build, check, VW_PASS, VW_DEGRADED, &about, "there is an %s: %s", device,
			    found->slot);
	} else if (devices->pci_incomplete) {
		vw_live_say(build, check, VW_STATUS_UNKNOWN, VW_DEGRADED, &about,
			    "not all PCI devices could be read");
	} else {
		about.remedy = check->word.remedy;
		vw_live_say(build, check, VW_FAIL, VW_DEGRADED, &about, "this instance on Nitro has no %s",
			    device);
	}
}

void vw_live_nitro(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_device_facts *devices = &build->facts->devices;

	if (!vw_equal(build->row->id, "nitro") || devices->pci_state != VW_VALUE || !devices->pci_count)
		return;
	check_nitro(build, check, NETWORK);
	check_nitro(build, check, STORAGE);
}
