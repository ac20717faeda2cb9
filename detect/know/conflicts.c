/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "detect/know/tables.h"

/* Pairs of observations that do not go together on an ordinary machine, and what they mean when they do. */

#define KNOWN_SIGNATURE                                                                                    \
	VW_ANY(C_SIGNATURE("KVMKVMKVM", VW_STRONG, NULL), C_SIGNATURE("TCGTCGTCGTCG", VW_STRONG, NULL),    \
	       C_SIGNATURE("XenVMMXenVMM", VW_STRONG, NULL), C_SIGNATURE("VMwareVMware", VW_STRONG, NULL), \
	       C_SIGNATURE("Microsoft Hv", VW_STRONG, NULL), C_SIGNATURE("VBoxVBoxVBox", VW_STRONG, NULL))

static const struct vwk_pair pairs[] = {
	{C_HYPERVISOR_BIT(0, VW_STRONG, NULL), KNOWN_SIGNATURE,
	 "the hypervisor bit is clear, yet a hypervisor answers CPUID: the bit is hidden"},
	{C_HYPERVISOR_BIT(0, VW_STRONG, NULL), B_EQUALS(dmi.vm_bit, 1, VW_STRONG, NULL),
	 "SMBIOS says virtual machine, yet the hypervisor bit is clear: the bit is hidden, or the firmware "
	 "is wrong"},
	{C_SIGNATURE("Microsoft Hv", VW_STRONG, NULL), C_SIGNATURE("KVMKVMKVM", VW_STRONG, NULL),
	 "KVM offers Hyper-V's interface too (hv_* flags): two interfaces of one hypervisor, no nesting"},
	{C_SIGNATURE("Microsoft Hv", VW_STRONG, NULL), C_SIGNATURE("XenVMMXenVMM", VW_STRONG, NULL),
	 "Xen offers Hyper-V's interface too (viridian): two interfaces of one hypervisor, no nesting"},
	{C_SIGNATURE("XenVMMXenVMM", VW_STRONG, NULL), C_SIGNATURE("KVMKVMKVM", VW_STRONG, NULL),
	 "KVM offers Xen's interface too (xen-version): two interfaces of one hypervisor, no nesting"},
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

const struct vwk_pairs vwk_pairs = {.pair = pairs, .count = VW_COUNT(pairs)};
