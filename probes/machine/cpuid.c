/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <errno.h>
#include <string.h>

#include "detect/know/tables.h"

/* Where hypervisors put their leaves: Linux looks at each of these (arch/x86/include/asm/cpuid.h,
 * hypervisor_cpuid_base()); Xen and KVM take the next free one below a Hyper-V interface. */
enum {
	FIRST_BASE = 0x40000000,
	LAST_BASE = 0x4000ff00,
	BASE_STEP = 0x100,
	NEAR_BASES = 4, /* asked always; the rest only when a hypervisor is there and did not show itself */
};

#define FEATURES          0x1U
#define INTEL_TDX         0x21U
#define EXTENDED          0x80000000U
#define EXTENDED_FEATURES 0x80000001U
#define BRAND             0x80000002U
#define SVM_FEATURES      0x8000000aU
#define MEMORY_ENCRYPTION 0x8000001fU

/* Basic leaves worth asking where the processor has them: features, PMU, TSC and processor frequency. */
static const uint32_t basic_leaves[] = {FEATURES, 0x7, 0xa, 0x15, 0x16, INTEL_TDX};

/* What each interface answers beyond its base. `shared` is for an interface beside another known one, where
 * it is only a face that Xen or KVM shows to Windows. */
static const struct own_leaves {
	const char *signature;
	uint8_t alone[8], shared[8]; /* offsets from the base, 0 ends */
} own_leaves[] = {
	{"KVMKVMKVM", {1}, {1}},
	{"XenVMMXenVMM", {1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}},
	{"Microsoft Hv", {1, 2, 3, 4, 5, 6, 0xa, 0xc}, {1, 3, 4}},
	{"Linux KVM Hv", {1, 3, 4}, {1, 3, 4}},
	{"VMwareVMware", {0x10}, {0x10}},
};

struct scan {
	struct vw_run *run;
	struct vw_cpuid_facts *facts;
	enum vw_cpuid_kind kind;
	int error; /* of the leaf asked last */
};

static bool ask(struct scan *scan, uint32_t number, struct vw_leaf *ret)
{
	scan->error = vw_source_cpuid(scan->run->source, scan->kind, number, 0, ret);
	return scan->error == 0;
}

static void ask_for_later(struct scan *scan, uint32_t number)
{
	struct vw_leaf leaf;

	(void)ask(scan, number, &leaf);
}

static const char *leaf_name(struct scan *scan, uint32_t number)
{
	return vw_path(scan->run, scan->kind == VW_CPUID_XEN_PREFIX ? "cpuid xen 0x%x" : "cpuid 0x%x",
		       number);
}

static void signature_of(const struct vw_leaf *leaf, char text[13])
{
	memcpy(text, &leaf->ebx, 4);
	memcpy(text + 4, &leaf->ecx, 4);
	memcpy(text + 8, &leaf->edx, 4);
	text[12] = '\0';
}

/* Old KVM says 0 for its highest leaf (Linux, arch/x86/kernel/kvm.c). A processor that answers a leaf beyond
 * its last one with the content of that one gives a number from elsewhere. */
static bool is_base(const struct vw_leaf *leaf)
{
	return leaf->eax == 0 || (leaf->eax >= leaf->leaf && leaf->eax <= leaf->leaf + 0xff);
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* A name that no table knows, as QEMU's hv-vendor-id= sets it. Leaf +1 tells whether it speaks Hyper-V's
 * tongue. */
static void take_unknown(struct scan *scan, const struct vw_leaf *leaf, const char *text)
{
	if (leaf->leaf != FIRST_BASE || !leaf->eax || !*text || !is_printable(text))
		return;
	vw_fact_set_text(scan->run->source, &scan->facts->unknown_signature, text, strlen(text),
			 leaf_name(scan, leaf->leaf));
	ask_for_later(scan, FIRST_BASE + 1);
}

static bool stands_in(const struct vwk_table *table, const char *signature)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->row[i].signatures && vwb_text_in(table->row[i].signatures, signature))
			return true;
	return false;
}

bool vw_signature_known(const char *signature)
{
	return stands_in(&vwk_platforms, signature) || stands_in(&vwk_vmms, signature);
}

static void look_at_base(struct scan *scan, uint32_t base)
{
	struct vw_cpuid_facts *facts = scan->facts;
	struct vw_interface *interface;
	struct vw_leaf leaf;
	char text[13];

	if (!ask(scan, base, &leaf) || !is_base(&leaf))
		return;
	signature_of(&leaf, text);
	if (!vw_signature_known(text)) {
		take_unknown(scan, &leaf, text);
		return;
	}
	if (facts->interfaces == VW_INTERFACES)
		return;
	interface = &facts->interface[facts->interfaces++];
	interface->base = base;
	interface->max = leaf.eax ? leaf.eax : base + 1;
	interface->source = leaf_name(scan, base);
	memcpy(interface->signature, text, sizeof(text));
}

static void ask_own_leaves(struct scan *scan, const struct vw_interface *interface)
{
	for (size_t i = 0; i < VW_COUNT(own_leaves); i++) {
		const uint8_t *offset =
			scan->facts->interfaces > 1 ? own_leaves[i].shared : own_leaves[i].alone;

		if (!vwb_text_equal(own_leaves[i].signature, interface->signature))
			continue;
		for (size_t n = 0; n < sizeof(own_leaves[i].alone) && offset[n]; n++)
			if (interface->base + offset[n] <= interface->max)
				ask_for_later(scan, interface->base + offset[n]);
	}
}

static void find_interfaces(struct scan *scan)
{
	const struct vw_number *bit = &scan->facts->hypervisor_bit;
	uint32_t base = FIRST_BASE;

	vw_text_is(&scan->facts->unknown_signature, VW_ABSENT, leaf_name(scan, FIRST_BASE));
	for (; base < FIRST_BASE + NEAR_BASES * BASE_STEP; base += BASE_STEP)
		look_at_base(scan, base);
	if ((bit->state == VW_VALUE && bit->value && !scan->facts->interfaces) ||
	    (scan->run->flags & VW_PROBE_WIDE))
		for (; base <= LAST_BASE; base += BASE_STEP)
			look_at_base(scan, base);
	for (size_t i = 0; i < scan->facts->interfaces; i++)
		ask_own_leaves(scan, &scan->facts->interface[i]);
}

static void read_basic(struct scan *scan)
{
	struct vw_cpuid_facts *facts = scan->facts;
	struct vw_leaf leaf;
	uint32_t max = FEATURES;

	vw_text_is(&facts->vendor, VW_ABSENT, leaf_name(scan, 0));
	if (ask(scan, 0, &leaf)) {
		uint32_t vendor[] = {leaf.ebx, leaf.edx, leaf.ecx};

		max = leaf.eax;
		vw_fact_set_text(scan->run->source, &facts->vendor, (const char *)vendor, sizeof(vendor),
				 leaf_name(scan, 0));
	}
	for (size_t i = 0; i < VW_COUNT(basic_leaves); i++)
		if (basic_leaves[i] <= max)
			ask_for_later(scan, basic_leaves[i]);
	vw_number_is(&facts->hypervisor_bit, VW_ABSENT, leaf_name(scan, FEATURES));
	if (ask(scan, FEATURES, &leaf))
		vw_fact_set_number(&facts->hypervisor_bit, leaf.ecx >> 31, leaf_name(scan, FEATURES));
}

static void read_brand(struct scan *scan, uint32_t max)
{
	uint32_t text[12];

	vw_text_is(&scan->facts->brand, VW_ABSENT, leaf_name(scan, BRAND));
	if (max < BRAND + 2)
		return;
	for (uint32_t i = 0; i < 3; i++) {
		struct vw_leaf leaf;

		if (!ask(scan, BRAND + i, &leaf))
			return;
		text[4 * i] = leaf.eax;
		text[4 * i + 1] = leaf.ebx;
		text[4 * i + 2] = leaf.ecx;
		text[4 * i + 3] = leaf.edx;
	}
	vw_fact_set_text(scan->run->source, &scan->facts->brand, (const char *)text, sizeof(text),
			 leaf_name(scan, BRAND));
}

static void read_extended(struct scan *scan)
{
	struct vw_leaf leaf;
	uint32_t max = EXTENDED;

	if (ask(scan, EXTENDED, &leaf) && leaf.eax >= EXTENDED && leaf.eax <= EXTENDED + 0xffff)
		max = leaf.eax;
	else if (scan->error == -ENODATA)
		max = UINT32_MAX;
	read_brand(scan, max);
	if (max >= EXTENDED_FEATURES && ask(scan, EXTENDED_FEATURES, &leaf) && (leaf.ecx & 1 << 2) &&
	    max >= SVM_FEATURES)
		ask_for_later(scan, SVM_FEATURES);
	if (max >= MEMORY_ENCRYPTION)
		ask_for_later(scan, MEMORY_ENCRYPTION);
}

/* The leaves of this kind; what the source remembers moves when it learns another one. */
static void keep_leaves(struct scan *scan)
{
	size_t count;
	const struct vw_leaf *leaf = vw_source_leaves(scan->run->source, scan->kind, &count);
	struct vw_leaf *copy;

	if (!count || !(copy = vwb_arena_array(scan->run->arena, count, sizeof(*copy))))
		return;
	memcpy(copy, leaf, count * sizeof(*copy));
	scan->facts->leaf = copy;
	scan->facts->count = count;
	scan->facts->state = VW_VALUE;
}

/* Nothing was read: why. An architecture without the instruction has no such source, recorded or not. */
static void nothing_read(struct scan *scan, int error)
{
	const char *arch = scan->run->facts->arch;
	enum vw_state state = vw_state_of(error);

	*scan->facts = (struct vw_cpuid_facts){0};
	if (state == VW_NOT_PROBED || (!vw_arch_is_x86(arch) && !vwb_text_equal(arch, "unknown")))
		return;
	scan->facts->state = state;
	vw_text_is(&scan->facts->unknown_signature, state, leaf_name(scan, FIRST_BASE));
	vw_number_is(&scan->facts->hypervisor_bit, state, leaf_name(scan, FEATURES));
	vw_text_is(&scan->facts->vendor, state, leaf_name(scan, 0));
	vw_text_is(&scan->facts->brand, state, leaf_name(scan, BRAND));
}

/**
 * CPUID as the running kernel executes it.
 *
 * Source: Intel SDM volume 2, CPUID; AMD APM volume 3, appendix E; Linux, arch/x86/include/asm/cpuid.h;
 * Xen, public/arch-x86/cpuid.h; Microsoft, Hypervisor Top-Level Functional Specification, chapter 2.
 */
void vw_probe_cpuid(struct vw_run *run)
{
	struct scan scan = {.run = run, .facts = &run->facts->cpuid, .kind = VW_CPUID_NATIVE};

	read_basic(&scan);
	if (scan.error == -EOPNOTSUPP || scan.error == -EACCES) {
		nothing_read(&scan, scan.error);
		return;
	}
	find_interfaces(&scan);
	read_extended(&scan);
	keep_leaves(&scan);
	if (!run->facts->cpuid.count)
		nothing_read(&scan, -ENODATA);
}

static bool has_xen_interface(const struct vw_cpuid_facts *cpuid)
{
	for (size_t i = 0; i < cpuid->interfaces; i++)
		if (vwb_text_equal(cpuid->interface[i].signature, "XenVMMXenVMM"))
			return true;
	return false;
}

/* Is there any trace of Xen, or was looking for one not allowed? */
static bool may_be_xen(const struct vw_facts *facts)
{
	const struct vw_xen_facts *xen = &facts->xen;

	if (xen->type.state != VW_ABSENT || xen->proc.state != VW_ABSENT)
		return true;
	return xen->devices_state == VW_VALUE && vwb_text_has_word(facts->clock.available.text, "xen");
}

/* In a PV guest the plain instruction shows the machine below Xen, unless Xen makes it fault. */
static bool may_be_xen_pv(const struct vw_facts *facts)
{
	if (facts->snapshot)
		return true;
	return may_be_xen(facts) &&
	       (vwb_text_equal(facts->xen.guest_type.text, "PV") || !has_xen_interface(&facts->cpuid));
}

/**
 * CPUID as Xen answers it to a PV guest, by its forced-emulation prefix.
 *
 * Source: Xen, public/arch-x86/xen.h (XEN_EMULATE_PREFIX).
 */
void vw_probe_cpuid_xen(struct vw_run *run)
{
	struct scan scan = {.run = run, .facts = &run->facts->cpuid_xen, .kind = VW_CPUID_XEN_PREFIX};
	struct vw_leaf leaf;

	if (!may_be_xen_pv(run->facts)) {
		nothing_read(&scan, -ENODATA);
		return;
	}
	if (!ask(&scan, FIRST_BASE, &leaf) && scan.error != -ENODATA) {
		nothing_read(&scan, scan.error == -EOPNOTSUPP ? -ENODATA : scan.error);
		return;
	}
	find_interfaces(&scan);
	if (ask(&scan, FEATURES, &leaf))
		vw_fact_set_number(&scan.facts->hypervisor_bit, leaf.ecx >> 31, leaf_name(&scan, FEATURES));
	keep_leaves(&scan);
	if (!run->facts->cpuid_xen.count)
		nothing_read(&scan, -ENODATA);
}
