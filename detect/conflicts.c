/* SPDX-License-Identifier: MIT */
#include "detect/build.h"

/* Pairs of observations that do not go together on an ordinary machine, and what they mean when they do. */

#define KNOWN_SIGNATURE                                                                                    \
	VW_ANY(C_SIGNATURE("KVMKVMKVM", VW_STRONG, NULL), C_SIGNATURE("TCGTCGTCGTCG", VW_STRONG, NULL),    \
	       C_SIGNATURE("XenVMMXenVMM", VW_STRONG, NULL), C_SIGNATURE("VMwareVMware", VW_STRONG, NULL), \
	       C_SIGNATURE("Microsoft Hv", VW_STRONG, NULL), C_SIGNATURE("VBoxVBoxVBox", VW_STRONG, NULL))

static const struct {
	struct vw_rule a, b;
	const char *message;
} pairs[] = {
	{C_HYPERVISOR_BIT(0, VW_STRONG, NULL), KNOWN_SIGNATURE,
	 "the hypervisor bit is clear, yet a hypervisor answers CPUID: the bit is hidden"},
	{C_HYPERVISOR_BIT(0, VW_STRONG, NULL), B_EQUALS(dmi.vm_bit, 1, VW_STRONG, NULL),
	 "SMBIOS says virtual machine, yet the hypervisor bit is clear: the bit is hidden"},
	{C_SIGNATURE("Microsoft Hv", VW_STRONG, NULL), C_SIGNATURE("KVMKVMKVM", VW_STRONG, NULL),
	 "KVM offers Hyper-V's interface too (hv_* flags): two interfaces of one hypervisor, no nesting"},
	{C_SIGNATURE("Microsoft Hv", VW_STRONG, NULL), C_SIGNATURE("XenVMMXenVMM", VW_STRONG, NULL),
	 "Xen offers Hyper-V's interface too (viridian): two interfaces of one hypervisor, no nesting"},
	{B_IS(dmi.sys_vendor, "Amazon EC2", VW_STRONG, NULL), B_PCI_VENDOR(0x1b36, VW_STRONG, NULL),
	 "EC2's SMBIOS strings on a machine with QEMU's devices: no EC2 instance"},
	{B_IS(dmi.sys_vendor, "Amazon EC2", VW_STRONG, NULL), B_PCI(0x1234, 0x1111, VW_STRONG, NULL),
	 "EC2's SMBIOS strings on a machine with QEMU's devices: no EC2 instance"},
	{B_IS(dmi.product_name, "HVM domU", VW_STRONG, NULL), C_SIGNATURE("TCGTCGTCGTCG", VW_STRONG, NULL),
	 "SMBIOS says Xen HVM guest, CPUID says QEMU's emulation"},
	{B_STARTS(dmi.sys_vendor, "Parallels", VW_STRONG, NULL), C_SIGNATURE("KVMKVMKVM", VW_STRONG, NULL),
	 "Parallels answers CPUID with KVM's signature"},
	{B_IS(dmi.product_name, "VirtualBox", VW_STRONG, NULL), C_SIGNATURE("KVMKVMKVM", VW_STRONG, NULL),
	 "VirtualBox answers CPUID with KVM's signature"},
};

struct found {
	struct vw_build *build;
	size_t evidence;
};

static void remember(void *user, const struct vw_rule *rule, const struct vw_seen *seen)
{
	struct found *found = user;

	if (found->evidence == VW_EVIDENCE_LIMIT)
		found->evidence = vw_evidence_add(found->build, seen->source, seen->value, rule->weight,
						  "conflict", rule->reference);
}

static size_t evidence_of(struct vw_build *build, const struct vw_rule *rule)
{
	struct found found = {.build = build, .evidence = VW_EVIDENCE_LIMIT};
	struct vw_trial trial = {
		.facts = build->facts, .domains = VW_FROM_ALL, .witness = remember, .user = &found};
	enum vw_weight weight;

	(void)vw_rule_ask(&trial, rule, &weight);
	return found.evidence;
}

static bool holds(const struct vw_facts *facts, const struct vw_rule *rule)
{
	struct vw_trial trial = {.facts = facts, .domains = VW_FROM_ALL};
	enum vw_weight weight;

	return vw_rule_ask(&trial, rule, &weight) == VW_HOLDS;
}

void vw_fill_conflicts(struct vw_build *build)
{
	for (size_t i = 0; i < VW_COUNT(pairs); i++) {
		if (!holds(build->facts, &pairs[i].a) || !holds(build->facts, &pairs[i].b))
			continue;
		vw_conflict_add(build, evidence_of(build, &pairs[i].a), evidence_of(build, &pairs[i].b),
				pairs[i].message);
	}
}
