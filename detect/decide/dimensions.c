/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"
#include "detect/decide/kinds.h"

#include <string.h>

/* Devices: network and storage. */

struct cell {
	enum vw_dimension_id id;
	struct vw_dimension *dimension;
	bool untold; /* one of its devices could not be told */
	size_t named, refs;
	size_t *ref;
};

enum { NAMED_DEVICES = 3 };

static const char *class_folder(const char *kind)
{
	return vwb_text_equal(kind, "network") ? "class/net" : "block";
}

/* A guest that has a fast device and a slow one is judged by the fast one; the drivers' checks name the
 * other. */
static void put(struct vw_build *build, struct cell *cell, const struct vw_device *device)
{
	struct vw_dimension *dimension = cell->dimension;
	const char *folder = strchr(device->name, ':') ? "bus/pci/devices" : class_folder(device->kind);
	const char *source = vwb_arena_printf(build->arena, "/sys/%s/%s", folder, device->name);
	const char *driver = device->driver ? device->driver : device->bus;
	size_t ref;

	cell->untold = cell->untold || device->class == VW_CLASS_UNKNOWN;
	if (device->class > dimension->class || dimension->class == VW_CLASS_NONE)
		dimension->class = device->class;
	if (cell->named < NAMED_DEVICES)
		dimension->with =
			vwb_arena_printf(build->arena, "%s%s%s%s%s%s", dimension->with ? dimension->with : "",
					 dimension->with ? ", " : "", device->name, driver ? " (" : "",
					 driver ? driver : "", driver ? ")" : "");
	else if (cell->named == NAMED_DEVICES)
		dimension->with = vwb_arena_printf(build->arena, "%s, …", dimension->with);
	cell->named++;
	if (!source)
		return;
	ref = vw_evidence_add(build, source, driver ? driver : "no driver", VW_STRONG,
			      vw_dimension_word(cell->id), NULL);
	if (cell->ref && ref < VW_EVIDENCE_LIMIT)
		cell->ref[cell->refs++] = ref;
}

static struct cell open_cell(struct vw_build *build, enum vw_dimension_id id, enum vw_state state)
{
	struct cell cell = {
		.id = id,
		.dimension = &build->report->dimension[id],
		.ref = vwb_arena_array(build->arena, build->report->device_count + 1, sizeof(size_t)),
	};

	cell.dimension->class = state == VW_VALUE ? VW_CLASS_NONE : VW_CLASS_UNKNOWN;
	return cell;
}

/* What could not be read may be better than what was: only the best is sure. */
static void close_cell(struct cell *cell, bool incomplete)
{
	if ((incomplete || cell->untold) && cell->dimension->class != VW_CLASS_VH)
		cell->dimension->class = VW_CLASS_UNKNOWN;
	cell->dimension->evidence = (struct vw_refs){.count = cell->refs, .index = cell->ref};
}

static bool pci_is_known(const struct vw_device_facts *devices)
{
	return (devices->pci_state == VW_VALUE && !devices->pci_incomplete) ||
	       devices->pci_state == VW_ABSENT;
}

/* Interfaces come first among the devices; functions that have none count only where there is no interface.
 */
static void fill_network(struct vw_build *build)
{
	struct cell cell = open_cell(build, VW_NETWORK, build->facts->devices.net.state);
	const struct vw_device_list *net = &build->facts->devices.net;

	for (size_t i = 0; i < build->report->device_count; i++) {
		if (i == net->count && (net->count || net->incomplete || net->state != VW_VALUE))
			break;
		if (vwb_text_equal(build->report->device[i].kind, "network"))
			put(build, &cell, &build->report->device[i]);
	}
	close_cell(&cell, net->incomplete || (!net->count && !pci_is_known(&build->facts->devices)));
}

static enum vwk_disk_place place_of(const struct vw_facts *facts, const struct vw_class_device *disk)
{
	for (size_t i = 0; disk->pci && i < facts->devices.pci_count; i++) {
		const struct vw_pci_device *pci = &facts->devices.pci[i];

		if (vwb_text_equal(pci->slot, disk->pci))
			return vw_disk_place(disk->model, pci->vendor, pci->device, disk->transport);
	}
	return vw_disk_place(disk->model, 0, 0, disk->transport);
}

/* Removable media say nothing of how the guest's disks are virtualized. */
static bool is_medium(const char *name)
{
	return vwb_text_starts(name, "sr") || vwb_text_starts(name, "fd");
}

/*
 * Whether a virtual disk lies in the host or across a network is seldom told. Where it is not, the disk
 * stands for both cells, as in the EC2 table's Xen rows; on the hardware itself it is local.
 */
static void fill_storage(struct vw_build *build)
{
	const struct vw_device_list *block = &build->facts->devices.block;
	struct cell local = open_cell(build, VW_LOCAL_STORAGE, block->state);
	struct cell remote = open_cell(build, VW_REMOTE_STORAGE, block->state);
	const struct vw_device *device = build->report->device + build->facts->devices.net.count;
	bool untold = false;

	for (size_t i = 0; build->report->device && i < block->count; i++) {
		enum vwk_disk_place place = place_of(build->facts, &block->item[i]);

		if (is_medium(block->item[i].name))
			continue;
		untold = untold || (place == VW_DISK_UNTOLD && block->item[i].model_unread);
		if (place == VW_DISK_UNTOLD && device[i].class == VW_CLASS_H)
			place = VW_DISK_LOCAL;
		if (place != VW_DISK_REMOTE)
			put(build, &local, &device[i]);
		if (place != VW_DISK_LOCAL)
			put(build, &remote, &device[i]);
	}
	close_cell(&local, block->incomplete || untold);
	close_cell(&remote, block->incomplete || untold);
}

/* Processor, interrupts, board. */

/*
 * A control domain is paravirtual, or PVH; kernels that do not tell which are all of the first kind. On Arm,
 * Xen has no paravirtual kind.
 */
static enum vw_class cpu_class(const struct vw_build *build)
{
	const struct vw_text *guest_type = &build->facts->xen.guest_type;
	bool is_dom0 = vwb_text_equal(build->row->mode, "dom0");

	if (is_dom0 && vwb_text_has_word("aarch64 arm64 armv7l armv8l arm", build->facts->arch))
		return VW_CLASS_VH;
	if (!is_dom0 || guest_type->state == VW_ABSENT)
		return build->row->cpu;
	if (guest_type->state != VW_VALUE)
		return VW_CLASS_UNKNOWN;
	return vwb_text_equal(guest_type->text, "PVH") ? VW_CLASS_VH : build->row->cpu;
}

static const char *cpu_text(struct vw_build *build, enum vw_class class)
{
	const char *hypervisor = vw_layer_name(build, build->row);

	switch (class) {
	case VW_CLASS_H:
		return "the processor itself";
	case VW_CLASS_VH:
		return vwb_arena_printf(build->arena, "the processor's virtualization, used by %s",
					hypervisor);
	case VW_CLASS_P:
		return vwb_arena_printf(build->arena, "calls to %s", hypervisor);
	case VW_CLASS_VS:
		return vwb_arena_printf(build->arena, "software: %s", hypervisor);
	case VW_CLASS_NONE:
	case VW_CLASS_UNKNOWN:
		break;
	}
	return NULL;
}

static const struct vwk_rule kvm_time[] = {
	VW_ANY(K_WORD(clock.available, "kvm-clock", VW_STRONG, "Linux arch/x86/kernel/kvmclock.c"),
	       C_FEATURE("KVMKVMKVM", 3, VW_STRONG,
			 "Linux Documentation/virt/kvm/x86/cpuid.rst: KVM_FEATURE_CLOCKSOURCE2")),
};

static enum vw_class kvm_interrupts(const struct vw_facts *facts)
{
	struct vwk_trial trial = {.facts = facts, .domains = VW_FROM_ALL};
	enum vw_weight weight;

	/* A board that could not be looked at may be a Nitro instance's, whose interrupts are the hardware's.
	 */
	if (facts->dmi.sys_vendor.state == VW_DENIED || facts->dmi.product_name.state == VW_DENIED)
		return VW_CLASS_UNKNOWN;
	/* Where it does not show, the hardware may still deliver interrupts (APICv, AVIC): a guest cannot
	 * tell. */
	return vw_rule_ask(&trial, kvm_time, &weight) == VW_HOLDS ? VW_CLASS_P : VW_CLASS_UNKNOWN;
}

static enum vw_class interrupts_class(const struct vw_build *build)
{
	switch (build->row->interrupts) {
	case VW_INTERRUPTS_VS:
		return VW_CLASS_VS;
	case VW_INTERRUPTS_P:
		return VW_CLASS_P;
	case VW_INTERRUPTS_VH:
		return VW_CLASS_VH;
	case VW_INTERRUPTS_H:
		return VW_CLASS_H;
	case VW_INTERRUPTS_KVM:
		return kvm_interrupts(build->facts);
	case VW_INTERRUPTS_UNKNOWN:
		break;
	}
	return VW_CLASS_UNKNOWN;
}

/* What delivers them, by family and class; the first row that fits. */
static const struct {
	const char *hypervisor; /* NULL: any */
	enum vw_class class;
	const char *text;
} interrupt_texts[] = {
	{"xen", VW_CLASS_P, "Xen event channels and clock"},
	{"xen", VW_CLASS_VS, "event channels and timers in Xen's software"},
	{"kvm", VW_CLASS_P, "kvm-clock and KVM's paravirtual interrupts"},
	{"kvm", VW_CLASS_VH, "the processor's virtual APIC, posted interrupts"},
	{"microsoft", VW_CLASS_P, "Hyper-V's synthetic interrupts and timers"},
	{NULL, VW_CLASS_H, "the machine's own APIC and timers"},
	{NULL, VW_CLASS_P, "the hypervisor's interrupt and timer calls"},
	{NULL, VW_CLASS_VH, "the processor's interrupt virtualization"},
	{NULL, VW_CLASS_VS, "emulated APIC and timers"},
};

static const char *interrupts_text(const struct vw_build *build, enum vw_class class)
{
	for (size_t i = 0; i < VW_COUNT(interrupt_texts); i++) {
		const char *family = interrupt_texts[i].hypervisor;

		if (interrupt_texts[i].class == class &&
		    (!family || vwb_text_equal(family, build->row->hypervisor)))
			return interrupt_texts[i].text;
	}
	return NULL;
}

static enum vw_class board_class(const struct vw_build *build)
{
	if (!(build->row->below & VW_FROM_BOARD))
		return build->row->board;
	return build->lower ? build->lower->board : VW_CLASS_UNKNOWN;
}

static const char *value_of(const struct vw_text *text)
{
	return text->state == VW_VALUE && *text->text ? text->text : NULL;
}

static const char *board_text(struct vw_build *build, enum vw_class class)
{
	const struct vw_dmi_facts *dmi = &build->facts->dmi;
	const char *vendor = value_of(&dmi->sys_vendor), *product = value_of(&dmi->product_name);

	if (class == VW_CLASS_UNKNOWN)
		return NULL;
	if (class == VW_CLASS_P)
		return "none emulated: started by the hypervisor's own protocol";
	if (!vendor && !product)
		vendor = value_of(&build->facts->devicetree.model);
	if (!vendor && !product)
		return class == VW_CLASS_H ? "the machine's own" : "emulated, without SMBIOS";
	return vwb_arena_printf(build->arena, "%s%s%s", vendor ? vendor : "", vendor && product ? " " : "",
				product ? product : "");
}

/* Evidence for the platform, of sources that begin with one of the prefixes; all of it when there is none. */
static struct vw_refs platform_evidence(struct vw_build *build, const char *const *prefix)
{
	struct vw_refs all = vw_evidence_for(build, build->row->id), some = {.count = 0};
	size_t *index = vwb_arena_array(build->arena, all.count, sizeof(*index));

	for (size_t i = 0; index && i < all.count; i++) {
		for (const char *const *one = prefix; *one; one++) {
			if (!vwb_text_starts(build->clue[all.index[i]]->evidence.source, *one))
				continue;
			index[some.count++] = all.index[i];
			break;
		}
	}
	some.index = index;
	return some.count ? some : all;
}

static const char *const cpu_sources[] = {"cpuid", "/proc/cpuinfo", "/sys/hypervisor", "/proc/sysinfo", NULL};
static const char *const time_sources[] = {"/sys/devices/system/clocksource", "/proc/interrupts",
					   "/sys/hypervisor/properties", NULL};
static const char *const board_sources[] = {"/sys/class/dmi", "/sys/firmware", "/proc/device-tree",
					    "/sys/bus/acpi", NULL};

static void set(struct vw_build *build, enum vw_dimension_id id, enum vw_class class, const char *with,
		const char *const *sources)
{
	build->report->dimension[id] = (struct vw_dimension){
		.class = class,
		.with = with,
		.evidence = platform_evidence(build, sources),
	};
}

static bool is_for(const struct vwk_ec2_row *row, const struct vw_platform *platform)
{
	if (row->provider && !vwb_text_equal(row->provider, platform->cloud.provider))
		return false;
	for (size_t i = 0; i < VW_COUNT(row->platforms); i++) {
		if (row->platforms[i] && vwb_text_equal(row->platforms[i], platform->id))
			return true;
	}
	return false;
}

/* Returns how many of the three cells agree, or -1 when one contradicts. */
static int agreement(const struct vwk_ec2_row *row, const struct vw_dimension *dimension)
{
	/* Processor, interrupts and board follow from the platform. */
	static const enum vw_dimension_id compared[] = {VW_NETWORK, VW_LOCAL_STORAGE, VW_REMOTE_STORAGE};
	int agree = 0;

	for (size_t i = 0; i < VW_COUNT(compared); i++) {
		enum vw_class class = dimension[compared[i]].class;

		if (class == row->cell[compared[i]])
			agree++;
		else if (class != VW_CLASS_NONE && !(class == VW_CLASS_UNKNOWN && row->only))
			return -1;
	}
	return agree;
}

static const char *ec2_row_of(const struct vw_report *report)
{
	const char *found = NULL;
	int best = -1;

	for (size_t i = 0; i < vwk_ec2_rows.count; i++) {
		int agree = is_for(&vwk_ec2_rows.row[i], &report->platform)
				    ? agreement(&vwk_ec2_rows.row[i], report->dimension)
				    : -1;

		if (agree > best) {
			best = agree;
			found = vwk_ec2_rows.row[i].word.word;
		}
	}
	return found;
}

void vw_dimensions_fill(struct vw_build *build)
{
	enum vw_class cpu = cpu_class(build), interrupts = interrupts_class(build),
		      board = board_class(build);

	set(build, VW_CPU_MEMORY, cpu, cpu_text(build, cpu), cpu_sources);
	fill_network(build);
	fill_storage(build);
	set(build, VW_INTERRUPTS_TIMERS, interrupts, interrupts_text(build, interrupts), time_sources);
	set(build, VW_MOTHERBOARD_BOOT, board, board_text(build, board), board_sources);
	build->report->platform.row = ec2_row_of(build->report);
}
