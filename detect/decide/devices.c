/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"
#include "detect/decide/kinds.h"

#include <string.h>

/* What carries the devices that this kernel drives: the hardware, a guest's board, or nobody knows. */
enum machine { MACHINE_UNKNOWN, MACHINE_GUEST, MACHINE_HARDWARE };

static enum machine machine_of(const struct vw_build *build)
{
	const struct vwk_row *row = build->row;

	/* A control domain drives the devices of the layer below its hypervisor. */
	if (row->below & VW_FROM_BOARD)
		row = build->lower;
	if (!row || row->part || row->traits & (VWK_UNDETERMINED | VWK_UNNAMED))
		return MACHINE_UNKNOWN;
	return row->traits & VWK_BARE ? MACHINE_HARDWARE : MACHINE_GUEST;
}

static const struct vw_pci_device *find_slot(const struct vw_facts *facts, const char *slot)
{
	for (size_t i = 0; slot && i < facts->devices.pci_count; i++) {
		if (vwb_text_equal(facts->devices.pci[i].slot, slot))
			return &facts->devices.pci[i];
	}
	return NULL;
}

/* The buses that a hypervisor makes for its guests, for devices whose driver no table knows or that have
 * none. */
static const struct {
	const char *bus;
	struct vwk_device_kind kind;
} buses[] = {
	{"virtio", {"virtio device", VW_CLASS_P}},
	{"xen", {"Xen paravirtual device", VW_CLASS_P}},
	{"vmbus", {"Hyper-V device", VW_CLASS_P}},
	{"vio", {"PowerVM virtual device", VW_CLASS_P}},
};

static const struct vwk_device_kind *bus_kind(const char *bus)
{
	for (size_t i = 0; bus && i < VW_COUNT(buses); i++) {
		if (vwb_text_equal(buses[i].bus, bus))
			return &buses[i].kind;
	}
	return NULL;
}

/*
 * A PCI function that no table knows, in a guest: nobody emulates it, so it was passed through. Storage
 * behind an unknown controller is left unknown: VMMs emulate many.
 */
static const struct vwk_device_kind passed_through = {"passed-through PCI function", VW_CLASS_VH};
static const struct vwk_device_kind virtio_function = {"virtio device", VW_CLASS_P};
static const struct vwk_device_kind told_by_nothing = {NULL, VW_CLASS_UNKNOWN};

static const struct vwk_device_kind *pci_kind(const struct vw_pci_device *pci)
{
	const struct vwk_device_kind *kind = vw_pci_kind(pci->vendor, pci->device);

	if (kind)
		return kind;
	if (pci->vendor == 0x1af4)
		return &virtio_function;
	if (pci->virtual_function || pci->class == 0x0200 || pci->class == 0x0108)
		return &passed_through;
	return &told_by_nothing;
}

static struct vwk_device_kind kind_of(const struct vw_build *build, const struct vw_class_device *device)
{
	const struct vw_pci_device *pci = find_slot(build->facts, device->pci);
	const struct vwk_device_kind *kind = vw_driver_kind(device->driver);
	struct vwk_device_kind found;
	enum machine machine = machine_of(build);

	if (!kind && pci)
		kind = pci_kind(pci);
	if (!kind || (!kind->what && bus_kind(device->bus)))
		kind = bus_kind(device->bus);
	found = kind ? *kind : told_by_nothing;
	if (kind == &passed_through && machine != MACHINE_GUEST)
		found.what = "PCI function";
	if (machine == MACHINE_HARDWARE)
		found.class = VW_CLASS_H;
	/* There is virtio made in hardware, on machines of metal: its driver alone tells no guest. */
	else if (machine == MACHINE_UNKNOWN &&
		 (!vw_driver_kind(device->driver) || build->row->traits & VWK_UNDETERMINED))
		found.class = VW_CLASS_UNKNOWN;
	return found;
}

static char *ids_of(struct vw_build *build, const struct vw_pci_device *pci)
{
	return pci ? vwb_arena_printf(build->arena, "%04x:%04x", pci->vendor, pci->device) : NULL;
}

static struct vw_device class_device(struct vw_build *build, const struct vw_class_device *from,
				     const char *kind)
{
	const struct vw_pci_device *pci = find_slot(build->facts, from->pci);
	struct vwk_device_kind found = kind_of(build, from);

	return (struct vw_device){
		.kind = kind,
		.name = from->name,
		.bus = from->bus,
		.ids = ids_of(build, pci),
		.driver = from->driver,
		.driver_version = from->version,
		.what = from->model ? from->model : found.what,
		.class = found.class,
	};
}

/* Virtio device types that are neither network nor disk. Source: virtio 1.2, section 5. */
static const struct {
	uint32_t type;
	const char *kind, *what;
} virtio_types[] = {
	{3, "console", "virtio console"},
	{4, "entropy", "virtio entropy source"},
	{5, "balloon", "virtio balloon"},
	{8, "scsi", "virtio SCSI host"},
	{9, "filesystem", "virtio 9P"},
	{16, "gpu", "virtio GPU"},
	{18, "input", "virtio input"},
	{19, "vsock", "virtio socket"},
	{20, "crypto", "virtio crypto"},
	{23, "iommu", "virtio IOMMU"},
	{24, "memory", "virtio memory"},
	{26, "filesystem", "virtio file system"},
	{27, "pmem", "virtio persistent memory"},
};

static size_t add_virtio(struct vw_device *device, const struct vw_device_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->virtio_count; i++) {
		const struct vw_virtio_device *virtio = &facts->virtio[i];

		for (size_t j = 0; j < VW_COUNT(virtio_types); j++) {
			if (virtio_types[j].type != virtio->type)
				continue;
			device[count++] = (struct vw_device){.kind = virtio_types[j].kind,
							     .name = virtio->name,
							     .bus = "virtio",
							     .driver = virtio->driver,
							     .what = virtio_types[j].what,
							     .class = VW_CLASS_P};
		}
	}
	return count;
}

static bool has_interface(const struct vw_device_facts *facts, const char *slot)
{
	for (size_t i = 0; i < facts->net.count; i++) {
		if (facts->net.item[i].pci && vwb_text_equal(facts->net.item[i].pci, slot))
			return true;
	}
	return false;
}

/* Network functions that no interface stands for: nothing drives them, or the driver failed. */
static size_t add_idle_network(struct vw_build *build, struct vw_device *device)
{
	const struct vw_device_facts *facts = &build->facts->devices;
	size_t count = 0;

	for (size_t i = 0; i < facts->pci_count; i++) {
		const struct vw_pci_device *pci = &facts->pci[i];
		struct vw_class_device function = {
			.name = pci->slot, .driver = pci->driver, .bus = "pci", .pci = pci->slot};

		if (pci->class == 0x0200 && !has_interface(facts, pci->slot))
			device[count++] = class_device(build, &function, "network");
	}
	return count;
}

/* Display and platform functions that a table names. */
static size_t add_pci(struct vw_build *build, struct vw_device *device)
{
	const struct vw_device_facts *facts = &build->facts->devices;
	enum machine machine = machine_of(build);
	size_t count = 0;

	for (size_t i = 0; i < facts->pci_count; i++) {
		const struct vw_pci_device *pci = &facts->pci[i];
		const struct vwk_device_kind *kind = vw_pci_kind(pci->vendor, pci->device);
		unsigned base = pci->class >> 8;

		if (!kind || base == 0x01 || base == 0x02)
			continue;
		device[count++] = (struct vw_device){
			.kind = base == 0x03 ? "display" : "platform",
			.name = pci->slot,
			.bus = "pci",
			.ids = ids_of(build, pci),
			.driver = pci->driver,
			.what = kind->what,
			.class = machine == MACHINE_HARDWARE ? VW_CLASS_H : kind->class,
		};
	}
	return count;
}

/*
 * How many performance counters the guest is given.
 * Source: Intel SDM volume 2, CPUID leaf 0xA EAX[7:0] version, EAX[15:8] counters.
 */
static size_t add_pmu(struct vw_build *build, struct vw_device *device)
{
	const struct vw_leaf *leaf = vw_cpuid_find(&build->facts->cpuid, 0xa, 0);
	const struct vw_leaf *top = vw_cpuid_find(&build->facts->cpuid, 0, 0);
	const struct vw_names *sources = &build->facts->devices.pmu;
	const char *what = NULL;
	bool there = true;

	if (leaf && top && top->eax >= 0xa && (leaf->eax & 0xff))
		what = vwb_arena_printf(build->arena, "performance monitoring version %u, %u counters",
					leaf->eax & 0xff, (leaf->eax >> 8) & 0xff);
	for (size_t i = 0; !what && sources->state == VW_VALUE && i < sources->count; i++) {
		if (vwb_text_equal(sources->name[i], "cpu") || vwb_text_starts(sources->name[i], "armv8_pmu"))
			what = "performance counters";
	}
	if (!what && sources->state == VW_VALUE) {
		what = "no hardware performance counters";
		there = false;
	}
	if (!what)
		return 0;
	*device = (struct vw_device){
		.kind = "pmu",
		.name = "cpu",
		.what = what,
		.class = there ? build->row->cpu : VW_CLASS_NONE,
	};
	return 1;
}

void vw_devices_fill(struct vw_build *build)
{
	const struct vw_device_facts *facts = &build->facts->devices;
	size_t most = facts->net.count + facts->block.count + facts->virtio_count + facts->pci_count + 1,
	       count = 0;
	struct vw_device *device = vwb_arena_array(build->arena, most, sizeof(*device));

	if (!device)
		return;
	for (size_t i = 0; i < facts->net.count; i++)
		device[count++] = class_device(build, &facts->net.item[i], "network");
	for (size_t i = 0; i < facts->block.count; i++)
		device[count++] = class_device(build, &facts->block.item[i], "storage");
	count += add_idle_network(build, &device[count]);
	count += add_virtio(&device[count], facts);
	count += add_pci(build, &device[count]);
	count += add_pmu(build, &device[count]);
	build->report->device = device;
	build->report->device_count = count;
}
