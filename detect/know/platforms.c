/* SPDX-License-Identifier: MIT */
#include "detect/know/tables.h"

#include "base/base.h"

#define IDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define ARM "aarch64 arm64 armv7l armv8l arm"
#define X86 "x86_64 i686 i586 i386"

#define LINUX_XEN_SYSFS "Linux drivers/xen/sys-hypervisor.c"
#define XEN_FEATURES    "Xen public/features.h"
#define XEN_CPUID       "Xen public/arch-x86/cpuid.h"
#define LINUX_CPUID     "Linux arch/x86/kernel/cpu/hypervisor.c"
#define KVM_CPUID       "Linux Documentation/virt/kvm/x86/cpuid.rst"
#define HYPERV_TLFS     "Hyper-V Top Level Functional Specification, section 2.4"
#define SMBIOS          "DMTF DSP0134, SMBIOS reference specification"
#define ACPI_FADT       "ACPI specification 6.0 and later, table 5-9: Hypervisor Vendor Identity"
#define EC2_IDENTIFY    "AWS, EC2 User Guide, \"Detect whether a host is an EC2 instance\""
#define QEMU_IDS        "QEMU docs/specs/pci-ids.rst, hw/i386/acpi-build.c"
#define CPUINFO_FLAG    "Linux arch/x86/include/asm/cpufeatures.h: X86_FEATURE_HYPERVISOR"

/*
 * Parallels and VirtualBox answer with KVM's signature, and under User Mode Linux CPUID is the host's: KVM is
 * believed only where the board, or the kernel's view of the processor, could be looked at, and was none of
 * theirs.
 */
#define BOARD_WAS_LOOKED_AT                                                                  \
	VW_ANY(A_THERE(dmi.sys_vendor), A_ABSENT(dmi.sys_vendor), A_THERE(dmi.product_name), \
	       B_PCI_ANY(VW_DECISIVE, NULL))
#define PROCESSOR_WAS_LOOKED_AT                                                            \
	VW_ANY(A_THERE(cpuinfo.vendor), A_ABSENT(cpuinfo.vendor), A_THERE(dmi.sys_vendor), \
	       A_THERE(acpi.hids), B_PCI_ANY(VW_DECISIVE, NULL),                           \
	       K_WORD(clock.available, "kvm-clock", VW_DECISIVE, NULL))

/* /sys/bus/xen is there wherever the kernel was built for Xen, on Nitro too; on Itanium nothing else tells.
 */
#define IA64_WITH_XEN_DRIVERS           \
	VW_ALL(K_ARCH("ia64", VW_WEAK), \
	       K_NAME(xen.bus_drivers, "vbd", VW_WEAK, "Linux drivers/block/xen-blkfront.c"))

/* Enough to know that Xen is right under this kernel. CPUID counts as well: no other hypervisor shows this
 * one. */
#define ON_XEN                                                                                            \
	VW_ANY(K_IS(xen.type, "xen", VW_DECISIVE, LINUX_XEN_SYSFS), C_XEN_PREFIX(VW_DECISIVE, XEN_CPUID), \
	       C_SIGNATURE("XenVMMXenVMM", VW_DECISIVE, XEN_CPUID),                                       \
	       VW_ALL(VW_ANY(K_WORD(clock.available, "xen", VW_STRONG, "Linux arch/x86/xen/time.c"),      \
			     K_XENBUS(VW_STRONG, "Linux drivers/xen/xenbus"),                             \
			     K_THERE(xen.proc, VW_STRONG, "Linux drivers/xen/xenfs"),                     \
			     IA64_WITH_XEN_DRIVERS),                                                      \
		      VW_UNLESS(C_SIGNATURE("KVMKVMKVM", 0, NULL))))

#define IS_DOM0                                                                     \
	VW_ANY(K_BIT(xen.features, 11, VW_DECISIVE, XEN_FEATURES ": XENFEAT_dom0"), \
	       K_WORD(xen.proc_capabilities, "control_d", VW_DECISIVE, "Linux drivers/xen/xenfs/super.c"))

/* It must be read that this is no dom0: what merely cannot be read would otherwise turn a dom0 into a guest.
 */
#define IS_NOT_DOM0                                                                                         \
	VW_ANY(K_CLEAR(xen.features, 11, VW_DECISIVE, XEN_FEATURES ": XENFEAT_dom0"),                       \
	       K_LACKS(xen.proc_capabilities, "control_d", VW_DECISIVE, "Linux drivers/xen/xenfs/super.c"), \
	       VW_ALL(K_ABSENT(xen.features, VW_STRONG, NULL),                                              \
		      K_ABSENT(xen.proc_capabilities, VW_STRONG, NULL)))

#define NOT_A_PV_KERNEL                                                                                 \
	VW_NONE(VW_DECISIVE, K_IS(xen.guest_type, "PV", 0, NULL), K_IS(xen.guest_type, "PVH", 0, NULL), \
		K_BIT(xen.features, 5, 0, NULL))

/* What QEMU's machines leave behind, whatever runs them: KVM, TCG, Xen's device model. */
#define QEMU_MARKS                                                                                   \
	B_IS(dmi.sys_vendor, "QEMU", VW_STRONG, "QEMU hw/i386/fw_cfg.c"),                            \
		B_STARTS(dmi.product_name, "Standard PC (", VW_STRONG, "QEMU hw/i386/pc_q35.c"),     \
		B_PCI_VENDOR(0x1b36, VW_STRONG, QEMU_IDS),                                           \
		B_NAME(acpi.hids, "QEMU0002", VW_STRONG, "QEMU docs/specs/fw_cfg.rst"),              \
		B_THERE(passport.fw_cfg_present, VW_STRONG, "Linux drivers/firmware/qemu_fw_cfg.c"), \
		B_IS(acpi.hypervisor_vendor, "QEMU", VW_STRONG, ACPI_FADT),                          \
		B_HAS(cpuinfo.model, "QEMU Virtual CPU", VW_STRONG, "QEMU target/i386/cpu.c")

/* The same of machines without SMBIOS and ACPI. */
#define QEMU_NODE B_NAME_STARTS(devicetree.root, "fw-cfg@", VW_STRONG, "QEMU docs/specs/fw_cfg.rst")
#define QEMU_TREE                                                                                          \
	QEMU_NODE, B_NAME_STARTS(devicetree.compatible, "qemu,", VW_STRONG, "QEMU hw/ppc/spapr.c, pnv.c"), \
		B_HAS(devicetree.model, "(emulated by qemu)", VW_STRONG, "QEMU hw/ppc/spapr.c, pnv.c"),    \
		B_HAS(cpuinfo.machine, "(emulated by qemu)", VW_STRONG, "QEMU hw/ppc/spapr.c")

/* What Bochs and QEMU have in common: on no machine of a vendor who builds neither. */
#define BOCHS_OR_QEMU B_PCI(0x1234, 0x1111, VW_STRONG, QEMU_IDS), B_ACPI_OEM("BOCHS", VW_STRONG, QEMU_IDS)

#define QEMU_BOARD                                                                                        \
	QEMU_MARKS, QEMU_TREE,                                                                            \
		VW_ALL(VW_ANY(BOCHS_OR_QEMU), VW_NONE(VW_STRONG, B_IS(dmi.bios_vendor, "Bochs", 0, NULL), \
						      B_IS(dmi.bios_vendor, "The Bochs Project", 0, NULL)))

#define EC2_BOARD                                                                     \
	B_IS(dmi.sys_vendor, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY),                \
		B_IS(dmi.bios_vendor, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY),       \
		B_IS(dmi.chassis_asset_tag, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY), \
		B_IS(dmi.board_vendor, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY),      \
		B_ACPI_OEM("AMAZON", VW_STRONG, "Linux boot logs of Nitro instances")

/* The processor says that it is a guest's. Not enough to say whose. */
#define PROCESSOR_OF_A_GUEST                                                                           \
	C_HYPERVISOR_BIT(1, VW_DECISIVE, "Intel SDM and AMD APM volume 3, CPUID Fn0000_0001 ECX[31]"), \
		K_WORD(cpuinfo.flags, "hypervisor", VW_DECISIVE, CPUINFO_FLAG)

#define IN_A_GUEST \
	PROCESSOR_OF_A_GUEST, B_EQUALS(dmi.vm_bit, 1, VW_DECISIVE, SMBIOS " section 7.1.2.2: byte 2 bit 4")

/* Kernels before this one know the bit by no name, and print none. */
#define FLAG_WOULD_BE_PRINTED VW_UNLESS(K_OLDER(kernel.release, "2.6.29", 0, NULL))

/* Machines of metal are sold under names with KVM in them. */
#define NO_HYPERVISOR_BIT                                                                             \
	C_HYPERVISOR_BIT(0, VW_STRONG, NULL),                                                         \
		VW_ALL(K_ARCH(X86, VW_STRONG), K_LACKS(cpuinfo.flags, "hypervisor", VW_STRONG, NULL), \
		       FLAG_WOULD_BE_PRINTED)

#define NOT_IN_A_GUEST                                                                                 \
	C_HYPERVISOR_BIT(0, VW_DECISIVE, "Intel SDM and AMD APM volume 3, CPUID Fn0000_0001 ECX[31]"), \
		VW_ALL(K_ARCH(X86, VW_DECISIVE),                                                       \
		       K_LACKS(cpuinfo.flags, "hypervisor", VW_STRONG, CPUINFO_FLAG), FLAG_WOULD_BE_PRINTED)

#define DEVICE_OF_A_GUEST \
	B_GUEST_DEVICE(VW_STRONG, "pci.ids: made for guests"), B_ACPI_OEM("BOCHS", VW_STRONG, QEMU_IDS)

#define VMWARE_DEVICE                                                                      \
	B_PCI(0x15ad, 0x0740, VW_STRONG, "Linux drivers/misc/vmw_vmci"),                   \
		B_PCI(0x15ad, 0x0790, VW_STRONG, "pci.ids: VMware PCI bridge"),            \
		B_PCI(0x15ad, 0x07a0, VW_STRONG, "pci.ids: VMware PCI Express root port"), \
		B_NAME(acpi.hids, "VMW0003", VW_STRONG, "Linux drivers/misc/vmw_balloon.c")

/* Virtio is also made in hardware, for one cloud's bare metal. */
#define VIRTIO_OF_A_GUEST                                                                            \
	VW_ALL(K_ARCH(X86, VW_STRONG), B_PCI_VENDOR(0x1af4, VW_STRONG, "virtio 1.2, section 4.1.2"), \
	       VW_UNLESS(B_IS(dmi.sys_vendor, "Alibaba Cloud", 0, NULL)))

/* Who starts guests by libvirt gives them these; hardware keeps its maker's. */
#define CLOUDS_GUEST                                                                                  \
	B_IS(dmi.product_name, "OpenStack Nova", VW_STRONG, "OpenStack nova/virt/libvirt/driver.py"), \
		B_IS(dmi.product_name, "OpenStack Compute", VW_STRONG,                                \
		     "OpenStack nova/virt/libvirt/driver.py"),                                        \
		VW_ALL(B_IS(dmi.product_name, "Alibaba Cloud ECS", VW_STRONG,                         \
			    "Alibaba Cloud, ECS instances"),                                          \
		       VW_UNLESS(NO_HYPERVISOR_BIT))

/* An instance type without .metal in EC2's strings. */
#define EC2_GUEST_TYPE                                                                  \
	VW_ALL(B_IS(dmi.sys_vendor, "Amazon EC2", VW_STRONG, EC2_IDENTIFY),             \
	       B_HAS(dmi.product_name, ".", VW_STRONG, "AWS, EC2 instance type names"), \
	       VW_UNLESS(B_METAL_TYPE(0, NULL)))

/* Other hypervisors offer Hyper-V's interface; none of them builds its board. */
#define HYPERV_BOARD(weight)                                                         \
	B_IS(dmi.sys_vendor, "Microsoft Corporation", weight, SMBIOS " type 1"),     \
		B_IS(dmi.product_name, "Virtual Machine", weight, SMBIOS " type 1"), \
		B_ACPI_OEM("VRTUAL", weight, "Hyper-V ACPI tables"),                 \
		B_PCI(0x1414, 0x5353, weight, "Linux drivers/gpu/drm/hyperv")

#define ON_KVM                                                                    \
	C_SIGNATURE("KVMKVMKVM", VW_DECISIVE, KVM_CPUID),                         \
		C_SIGNATURE("Linux KVM Hv", VW_DECISIVE, "Linux Hyper-V on KVM"), \
		B_NAME(devicetree.hypervisor, "linux,kvm", VW_DECISIVE,           \
		       "Linux Documentation/devicetree, hypervisor node"),        \
		K_WORD(clock.available, "kvm-clock", VW_STRONG, "Linux arch/x86/kernel/kvmclock.c")

static const struct vwk_row rows[] = {
	/* Xen. */
	{
		.id = "xen-dom0",
		.name = "Xen control domain",
		.hypervisor = "xen",
		.mode = "dom0",
		.layer = "xen",
		.refines = IDS("xen-pv", "xen-pvh"),
		.needs = VW_RULES(ON_XEN, IS_DOM0),
		.below = VW_FROM_CPUID | VW_FROM_BOARD,
		.cpu = VW_CLASS_P,
		.interrupts = VW_INTERRUPTS_P,
	},
	{
		.id = "xen-pv",
		.name = "Xen paravirtual guest",
		.hypervisor = "xen",
		.mode = "pv",
		.layer = "xen",
		.refines = IDS("qemu", "unknown-hypervisor"),
		.needs = VW_RULES(ON_XEN, IS_NOT_DOM0,
				  VW_ANY(K_IS(xen.guest_type, "PV", VW_DECISIVE, LINUX_XEN_SYSFS),
					 K_BIT(xen.features, 5, VW_DECISIVE,
					       XEN_FEATURES ": XENFEAT_mmu_pt_update_preserve_ad"),
					 VW_ALL(K_ABSENT(xen.guest_type, VW_STRONG, NULL),
						K_ABSENT(xen.features, VW_STRONG, NULL),
						K_THERE(xen.proc, VW_STRONG, "Linux drivers/xen/xenfs"),
						B_ABSENT(dmi.sys_vendor, VW_STRONG, NULL)),
					 VW_ALL(C_XEN_PREFIX(VW_STRONG, XEN_CPUID),
						VW_NONE(VW_STRONG, C_SIGNATURE("XenVMMXenVMM", 0, NULL))))),
		.unless =
			VW_RULES(K_IS(xen.guest_type, "HVM", 0, NULL), K_IS(xen.guest_type, "PVH", 0, NULL)),
		.below = VW_FROM_CPUID,
		.cpu = VW_CLASS_P,
		.interrupts = VW_INTERRUPTS_VS,
		.board = VW_CLASS_VS,
	},
	{
		.id = "xen-pvh",
		.name = "Xen PVH guest",
		.hypervisor = "xen",
		.mode = "pvh",
		.layer = "xen",
		.refines = IDS("xen-pvhvm"),
		.needs = VW_RULES(ON_XEN, IS_NOT_DOM0,
				  VW_ANY(K_IS(xen.guest_type, "PVH", VW_DECISIVE, LINUX_XEN_SYSFS),
					 VW_ALL(K_BIT(xen.features, 8, VW_STRONG,
						      XEN_FEATURES ": XENFEAT_hvm_callback_vector"),
						K_CLEAR(xen.features, 10, VW_STRONG,
							XEN_FEATURES ": XENFEAT_hvm_pirqs"),
						B_ABSENT(dmi.sys_vendor, VW_STRONG, NULL)))),
		.unless = VW_RULES(K_IS(xen.guest_type, "PV", 0, NULL), K_IS(xen.guest_type, "HVM", 0, NULL)),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_P,
		.board = VW_CLASS_P,
	},
	{
		.id = "xen-pvhvm",
		.name = "Xen HVM guest with paravirtual interrupts and timers",
		.hypervisor = "xen",
		.mode = "pvhvm",
		.layer = "xen",
		.refines = IDS("xen-hvm"),
		.boards = "xen aws",
		.needs = VW_RULES(
			ON_XEN, IS_NOT_DOM0, NOT_A_PV_KERNEL,
			VW_ANY(C_SIGNATURE("XenVMMXenVMM", VW_DECISIVE, XEN_CPUID),
			       K_IS(xen.guest_type, "HVM", VW_DECISIVE, LINUX_XEN_SYSFS),
			       K_BIT(xen.features, 8, VW_DECISIVE,
				     XEN_FEATURES ": XENFEAT_hvm_callback_vector")),
			VW_ANY(K_BIT(xen.features, 8, VW_DECISIVE,
				     XEN_FEATURES ": XENFEAT_hvm_callback_vector"),
			       K_WORD(clock.available, "xen", VW_STRONG, "Linux arch/x86/xen/time.c"),
			       K_WORD(interrupts.names, "HYP", VW_STRONG, "Linux arch/x86/kernel/irq.c"))),
		.unless = VW_RULES(C_SIGNATURE("KVMKVMKVM", 0, NULL)),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_P,
		.board = VW_CLASS_VS,
	},
	{
		.id = "xen-hvm",
		.signatures = IDS("XenVMMXenVMM"),
		.name = "Xen HVM guest with emulated interrupts and timers",
		.hypervisor = "xen",
		.mode = "hvm",
		.layer = "xen",
		.refines = IDS("qemu", "unknown-hypervisor"),
		.boards = "xen aws",
		.needs = VW_RULES(VW_ANY(C_SIGNATURE("XenVMMXenVMM", VW_DECISIVE, XEN_CPUID),
					 K_IS(xen.guest_type, "HVM", VW_DECISIVE, LINUX_XEN_SYSFS),
					 IA64_WITH_XEN_DRIVERS,
					 VW_ALL(VW_ANY(C_ABSENT(VW_STRONG, NULL), K_ARCH("ia64", VW_STRONG)),
						B_IS(dmi.product_name, "HVM domU", VW_STRONG,
						     "Xen tools/firmware/hvmloader/smbios.c"))),
				  IS_NOT_DOM0, NOT_A_PV_KERNEL,
				  VW_ANY(K_CLEAR(xen.features, 8, VW_DECISIVE,
						 XEN_FEATURES ": XENFEAT_hvm_callback_vector"),
					 K_ABSENT(xen.features, VW_STRONG, NULL))),
		.unless = VW_RULES(C_SIGNATURE("KVMKVMKVM", 0, NULL), K_WORD(clock.available, "xen", 0, NULL),
				   K_WORD(interrupts.names, "HYP", 0, NULL)),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_VS,
		.board = VW_CLASS_VS,
	},
	{
		.id = "xen-arm",
		.name = "Xen guest on Arm",
		.hypervisor = "xen",
		.layer = "xen",
		.refines = IDS("qemu", "unknown-hypervisor"),
		.needs = VW_RULES(K_ARCH(ARM, VW_DECISIVE),
				  VW_ANY(B_NAME(devicetree.hypervisor, "xen,xen", VW_DECISIVE,
						"Linux Documentation/devicetree/bindings/arm/xen.txt"),
					 K_IS(xen.guest_type, "Xen", VW_DECISIVE, LINUX_XEN_SYSFS),
					 K_IS(xen.type, "xen", VW_DECISIVE, LINUX_XEN_SYSFS)),
				  IS_NOT_DOM0),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_P,
		.board = VW_CLASS_P,
	},
	{
		.id = "unknown-hypervisor",
		.name = "Xen, in a mode that could not be read",
		.hypervisor = "xen",
		.layer = "xen",
		.refines = IDS("qemu"),
		.needs = VW_RULES(VW_ANY(ON_XEN, IS_DOM0)),
		/* Two interfaces of one hypervisor: Xen shows no other's beside its own. */
		.unless = VW_RULES(
			VW_ALL(C_SIGNATURE("XenVMMXenVMM", 0, NULL), C_SIGNATURE("KVMKVMKVM", 0, NULL))),
		.part = true,
		.below = VW_FROM_CPUID,
	},

	/* Amazon EC2. */
	{
		.id = "nitro",
		.traits = VWK_BY_TYPE,
		.name = "AWS Nitro (KVM)",
		.hypervisor = "kvm",
		.vmm = "nitro",
		.refines = IDS("kvm"),
		.boards = "aws",
		.needs = VW_RULES(
			VW_ANY(EC2_BOARD),
			VW_ANY(IN_A_GUEST, ON_KVM,
			       VW_ALL(K_ARCH(ARM, VW_DECISIVE),
				      VW_ANY(B_THERE(acpi.hypervisor_vendor, VW_DECISIVE, ACPI_FADT),
					     B_PCI(0x1d0f, 0x0200, VW_STRONG,
						   "PCI listings of Graviton instances"),
					     B_HAS(dmi.product_name, ".", VW_STRONG,
						   "AWS, EC2 instance type names")))),
			VW_UNLESS(C_SIGNATURE("XenVMMXenVMM", 0, NULL), C_SIGNATURE("TCGTCGTCGTCG", 0, NULL),
				  K_IS(xen.type, "xen", 0, NULL)),
			/* It must be known that it is no metal instance's name. */
			VW_ANY(A_THERE(dmi.product_name), A_ABSENT(dmi.product_name))),
		.unless = VW_RULES(B_METAL_TYPE(0, NULL), BOCHS_OR_QEMU, QEMU_MARKS, QEMU_NODE),
		.on_hardware = true,
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "ec2-metal",
		.traits = VWK_BARE,
		.name = "Amazon EC2 bare metal",
		.hypervisor = "none",
		.needs =
			VW_RULES(VW_ANY(EC2_BOARD), B_METAL_TYPE(VW_DECISIVE, "AWS, EC2 instance type names"),
				 VW_ANY(NOT_IN_A_GUEST, K_ARCH(ARM, VW_STRONG)), A_PCI_KNOWN),
		/* Any other row that holds tells a guest that was given these strings. */
		.fallback = true,
		.refines = IDS("metal"),
		.unless = VW_RULES(B_PCI_VENDOR(0x1af4, 0, NULL)),
		.cpu = VW_CLASS_H,
		.interrupts = VW_INTERRUPTS_H,
		.board = VW_CLASS_H,
	},
	{
		.id = "nitro-enclave",
		.name = "AWS Nitro enclave",
		.hypervisor = "kvm",
		.vmm = "nitro",
		.refines = IDS("nitro", "firecracker"),
		.needs = VW_RULES(K_THERE(confidential.nsm, VW_DECISIVE, "Linux drivers/misc/nsm.c")),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_KVM,
		.board = VW_CLASS_VS,
	},

	/* KVM and the programs above it. */
	{
		.id = "firecracker",
		.name = "Firecracker (KVM)",
		.hypervisor = "kvm",
		.vmm = "firecracker",
		.refines = IDS("kvm"),
		.boards = "",
		.needs = VW_RULES(VW_ANY(
			B_IS(acpi.hypervisor_vendor, "FIRECKVM", VW_DECISIVE, "Firecracker src/acpi-tables"),
			B_ACPI_OEM("FIRECK", VW_DECISIVE, "Firecracker src/acpi-tables"),
			VW_ALL(VW_ANY(ON_KVM),
			       B_NAME(acpi.hids, "VMGENCTR", VW_STRONG,
				      "Firecracker src/vmm/src/devices/acpi/vmgenid.rs"),
			       B_ABSENT(dmi.sys_vendor, VW_STRONG, NULL)),
			VW_ALL(B_NAME(devicetree.compatible, "linux,dummy-virt", VW_STRONG,
				      "Firecracker src/vmm/src/arch/aarch64/fdt.rs"),
			       B_NAME(devicetree.root, "vmgenid", VW_STRONG,
				      "Firecracker src/vmm/src/arch/aarch64/fdt.rs")))),
		.unless = VW_RULES(BOCHS_OR_QEMU, QEMU_MARKS, QEMU_NODE),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_KVM,
		.board = VW_CLASS_VS,
	},
	{
		.id = "cloud-hypervisor",
		.name = "Cloud Hypervisor (KVM)",
		.hypervisor = "kvm",
		.vmm = "cloud-hypervisor",
		.refines = IDS("kvm", "hyperv"),
		.boards = "",
		.needs =
			VW_RULES(VW_ANY(B_IS(acpi.hypervisor_vendor, "CLOUDHYP", VW_DECISIVE,
					     "Cloud Hypervisor vmm/src/acpi.rs"),
					B_ACPI_OEM("CLOUDH", VW_DECISIVE, "Cloud Hypervisor vmm/src/acpi.rs"),
					B_IS(dmi.sys_vendor, "Cloud Hypervisor", VW_DECISIVE,
					     "Cloud Hypervisor arch/src/x86_64/smbios.rs"),
					B_IS(dmi.product_name, "cloud-hypervisor", VW_DECISIVE,
					     "Cloud Hypervisor arch/src/x86_64/smbios.rs"))),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_KVM,
		.board = VW_CLASS_VS,
	},
	{
		.id = "crosvm",
		.name = "crosvm (KVM)",
		.hypervisor = "kvm",
		.vmm = "crosvm",
		.refines = IDS("kvm"),
		.boards = "",
		.needs = VW_RULES(VW_ANY(
			B_IS(acpi.hypervisor_vendor, "CROSVM", VW_DECISIVE, "crosvm x86_64/src/acpi.rs"),
			B_ACPI_OEM("CROSVM", VW_DECISIVE, "crosvm x86_64/src/acpi.rs"),
			B_IS(dmi.product_name, "crosvm", VW_DECISIVE, "crosvm x86_64/src/smbios.rs"))),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_KVM,
		.board = VW_CLASS_VS,
	},
	{
		.id = "kvm",
		.signatures = IDS("KVMKVMKVM", "Linux KVM Hv"),
		.name = "KVM",
		.hypervisor = "kvm",
		.refines = IDS("qemu"),
		.boards = "qemu nutanix google",
		.needs = VW_RULES(
			VW_ANY(ON_KVM, C_SIGNATURE("LKVMLKVMLKVM", VW_DECISIVE, "virt-what 1.25, LKVM"),
			       K_FIRST(s390.vm, "KVM", VW_DECISIVE, "Linux arch/s390/kernel/sysinfo.c"),
			       VW_ALL(B_IS(dmi.product_name, "AHV", VW_DECISIVE, "Nutanix AHV"),
				      C_SIGNATURE("Microsoft Hv", VW_DECISIVE, HYPERV_TLFS)),
			       VW_ALL(VW_ANY(B_HAS(dmi.product_name, "KVM", VW_STRONG, SMBIOS " type 1"),
					     B_IS(dmi.board_vendor, "KVM", VW_STRONG, SMBIOS " type 2"),
					     B_HAS(dmi.bios_vendor, "KVM", VW_STRONG, SMBIOS " type 0"),
					     B_HAS(dmi.product_name, "RHEV Hypervisor", VW_STRONG,
						   SMBIOS " type 1"),
					     B_IS(dmi.product_name, "oVirt Node", VW_STRONG,
						  SMBIOS " type 1"),
					     B_IS(dmi.product_name, "AHV", VW_STRONG, "Nutanix AHV"),
					     B_IS(dmi.sys_vendor, "Nutanix", VW_WEAK,
						  "Nutanix AHV, which also sells hardware")),
				      VW_UNLESS(NO_HYPERVISOR_BIT))),
			BOARD_WAS_LOOKED_AT, PROCESSOR_WAS_LOOKED_AT),
		/* On IBM Z, QEMU's emulation says KVM/Linux too. */
		.unless = VW_RULES(C_SIGNATURE("TCGTCGTCGTCG", 0, NULL), K_IS(s390.type, "QEMU", 0, NULL)),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_KVM,
		.board = VW_CLASS_VS,
	},
	{
		.id = "qemu-tcg",
		.traits = VWK_EMULATES,
		.signatures = IDS("TCGTCGTCGTCG"),
		.name = "QEMU full emulation (TCG)",
		.hypervisor = "qemu",
		.vmm = "qemu",
		.refines = IDS("qemu"),
		.needs = VW_RULES(VW_ANY(
			C_SIGNATURE("TCGTCGTCGTCG", VW_DECISIVE, "QEMU target/i386/cpu.c"),
			K_IS(s390.type, "QEMU", VW_DECISIVE, "QEMU target/s390x/tcg/misc_helper.c: STSI"))),
		.cpu = VW_CLASS_VS,
		.interrupts = VW_INTERRUPTS_VS,
		.board = VW_CLASS_VS,
	},
	{
		.id = "qemu",
		.traits = VWK_VAGUE | VWK_MAY_EMULATE,
		.name = "QEMU machine, accelerator not told",
		.hypervisor = "qemu",
		.vmm = "qemu",
		.needs = VW_RULES(VW_ANY(QEMU_BOARD)),
		.board = VW_CLASS_VS,
	},

	/* Others. */
	{
		.id = "hyperv",
		.signatures = IDS("Microsoft Hv"),
		.name = "Microsoft Hyper-V",
		.hypervisor = "microsoft",
		.boards = "microsoft",
		.needs = VW_RULES(VW_ANY(
			VW_ALL(C_SIGNATURE("Microsoft Hv", VW_DECISIVE, HYPERV_TLFS),
			       VW_ANY(HYPERV_BOARD(VW_DECISIVE), A_ABSENT(dmi.sys_vendor))),
			VW_ALL(C_SIGNATURE("Microsoft Hv", VW_STRONG, HYPERV_TLFS),
			       VW_UNLESS(A_THERE(dmi.sys_vendor)), B_PCI_ANY(VW_STRONG, NULL)),
			VW_ALL(B_IS(dmi.sys_vendor, "Microsoft Corporation", VW_STRONG, SMBIOS " type 1"),
			       B_IS(dmi.product_name, "Virtual Machine", VW_STRONG, SMBIOS " type 1")),
			B_ACPI_OEM("VRTUAL", VW_STRONG, "Hyper-V ACPI tables"),
			B_PCI(0x1414, 0x5353, VW_STRONG, "Linux drivers/gpu/drm/hyperv"))),
		/* Others offer Hyper-V's interface to Windows guests: Xen's viridian, QEMU's hv_* flags. */
		.unless = VW_RULES(C_SIGNATURE("XenVMMXenVMM", 0, NULL), C_SIGNATURE("KVMKVMKVM", 0, NULL),
				   C_SIGNATURE("VBoxVBoxVBox", 0, NULL), C_SIGNATURE("Linux KVM Hv", 0, NULL),
				   BOCHS_OR_QEMU, QEMU_MARKS),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_P,
		.board = VW_CLASS_VS,
	},
	{
		.id = "hyperv-root",
		.name = "Hyper-V root partition",
		.hypervisor = "microsoft",
		.refines = IDS("hyperv"),
		.needs = VW_RULES(C_SIGNATURE("Microsoft Hv", VW_DECISIVE, HYPERV_TLFS),
				  VW_RULE(vw_rule_leaf, VW_FROM_CPUID, 0x40000003, "cpuid 0x40000003",
					  ((uint64_t)VW_EBX << 32) | (1u << 12), 1u << 12, VW_DECISIVE,
					  HYPERV_TLFS ": CpuManagement")),
		.below = VW_FROM_BOARD,
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_P,
	},
	{
		.id = "vmware",
		.signatures = IDS("VMwareVMware"),
		.name = "VMware",
		.hypervisor = "vmware",
		.refines = IDS("hyperv"),
		.boards = "vmware",
		.needs = VW_RULES(VW_ANY(
			C_SIGNATURE("VMwareVMware", VW_DECISIVE, "VMware KB 1009458"),
			B_STARTS(dmi.sys_vendor, "VMware, Inc.", VW_STRONG, "VMware KB 1009458"),
			B_STARTS(dmi.product_name, "VMware", VW_STRONG, "VMware KB 1009458"), VMWARE_DEVICE,
			B_NAME(devicetree.hypervisor, "vmware", VW_DECISIVE,
			       "Linux Documentation/devicetree"))),
		.unless = VW_RULES(C_SIGNATURE("KVMKVMKVM", 0, NULL), C_SIGNATURE("XenVMMXenVMM", 0, NULL),
				   C_SIGNATURE("TCGTCGTCGTCG", 0, NULL)),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "virtualbox",
		.signatures = IDS("VBoxVBoxVBox"),
		.name = "Oracle VirtualBox",
		.hypervisor = "oracle",
		.refines = IDS("kvm", "hyperv"),
		.boards = "oracle",
		.needs = VW_RULES(VW_ANY(
			C_SIGNATURE("VBoxVBoxVBox", VW_DECISIVE, "VirtualBox include/iprt/asm-amd64-x86.h"),
			B_IS(dmi.product_name, "VirtualBox", VW_STRONG, "VirtualBox DevEFI and DevPcBios"),
			B_STARTS(dmi.bios_vendor, "innotek", VW_STRONG, "VirtualBox DevPcBios"),
			B_PCI(0x80ee, 0xcafe, VW_STRONG, "Linux drivers/virt/vboxguest"),
			B_PCI(0x80ee, 0xbeef, VW_STRONG, "Linux drivers/gpu/drm/vboxvideo"),
			B_ACPI_OEM("VBOX", VW_STRONG, "VirtualBox DevACPI"))),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "parallels",
		.signatures = IDS(" lrpepyh  vr", " prl hyperv ", "prl hyperv"),
		.name = "Parallels",
		.hypervisor = "parallels",
		.refines = IDS("kvm", "hyperv"),
		.boards = "parallels",
		.needs = VW_RULES(
			VW_ANY(C_SIGNATURE(" lrpepyh  vr", VW_DECISIVE, "Parallels Desktop"),
			       C_SIGNATURE(" prl hyperv ", VW_DECISIVE, "Parallels Desktop"),
			       B_STARTS(dmi.sys_vendor, "Parallels", VW_STRONG, "Parallels Desktop"),
			       B_STARTS(dmi.bios_vendor, "Parallels", VW_STRONG, "Parallels Desktop"),
			       B_PCI_VENDOR(0x1ab8, VW_STRONG, "PCI-SIG: Parallels"))),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "bhyve",
		.signatures = IDS("bhyve bhyve ", "BHyVE BHyVE "),
		.name = "bhyve",
		.hypervisor = "bhyve",
		.boards = "bhyve",
		.needs = VW_RULES(VW_ANY(
			C_SIGNATURE("bhyve bhyve ", VW_DECISIVE, "FreeBSD sys/amd64/vmm/x86.c"),
			C_SIGNATURE("BHyVE BHyVE ", VW_DECISIVE, "FreeBSD sys/amd64/vmm/x86.c"),
			B_IS(dmi.product_name, "BHYVE", VW_STRONG, "FreeBSD usr.sbin/bhyve/smbiostbl.c"),
			B_IS(dmi.bios_vendor, "BHYVE", VW_STRONG, "FreeBSD usr.sbin/bhyve/smbiostbl.c"),
			B_NAME(devicetree.compatible, "freebsd,bhyve", VW_STRONG,
			       "FreeBSD usr.sbin/bhyve/aarch64/fdt.c"))),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "openbsd-vmm",
		.signatures = IDS("OpenBSDVMM58"),
		.name = "OpenBSD vmm",
		.hypervisor = "openbsd",
		.needs = VW_RULES(VW_ANY(
			C_SIGNATURE("OpenBSDVMM58", VW_DECISIVE, "OpenBSD sys/arch/amd64/include/vmmvar.h"),
			VW_ALL(B_IS(dmi.sys_vendor, "OpenBSD", VW_STRONG, "OpenBSD vmd"),
			       B_IS(dmi.product_name, "VMM", VW_STRONG, "OpenBSD vmd")))),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "acrn",
		.signatures = IDS("ACRNACRNACRN"),
		.name = "ACRN",
		.hypervisor = "acrn",
		.needs = VW_RULES(
			VW_ANY(C_SIGNATURE("ACRNACRNACRN", VW_DECISIVE, "Linux arch/x86/include/asm/acrn.h"),
			       B_IS(dmi.sys_vendor, "ACRN", VW_STRONG, "ACRN device model"))),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "jailhouse",
		.signatures = IDS("Jailhouse"),
		.name = "Jailhouse cell",
		.hypervisor = "jailhouse",
		.needs = VW_RULES(VW_ANY(C_SIGNATURE("Jailhouse", VW_DECISIVE,
						     "Linux arch/x86/include/uapi/asm/jailhouse_para.h"),
					 B_NAME(devicetree.hypervisor, "jailhouse,cell", VW_DECISIVE,
						"Jailhouse documentation"))),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_VH,
		.board = VW_CLASS_H,
	},
	{
		.id = "qnx",
		.signatures = IDS("QNXQVMBSQG"),
		.name = "QNX hypervisor",
		.hypervisor = "qnx",
		.needs = VW_RULES(VW_ANY(
			C_SIGNATURE("QNXQVMBSQG", VW_DECISIVE, "QNX Hypervisor user's guide"),
			B_NAME(devicetree.hypervisor, "QVM", VW_STRONG, "QNX Hypervisor user's guide"),
			B_IS(devicetree.model, "QNX Hypervisor", VW_STRONG, "QNX Hypervisor user's guide"))),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "apple-vz",
		.signatures = IDS("Apple VZ"),
		.name = "Apple Virtualization framework",
		.hypervisor = "apple",
		.boards = "apple",
		.needs =
			VW_RULES(VW_ANY(C_SIGNATURE("Apple VZ", VW_DECISIVE, "systemd-detect-virt(1), apple"),
					B_STARTS(dmi.product_name, "Apple Virtualization", VW_DECISIVE,
						 "systemd-detect-virt(1), apple"))),
		.cpu = VW_CLASS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "uml",
		.name = "User Mode Linux",
		.hypervisor = "uml",
		.needs = VW_RULES(
			VW_ANY(K_IS(cpuinfo.vendor, "User Mode Linux", VW_DECISIVE,
				    "Linux arch/um/kernel/um_arch.c"),
			       K_IS(cpuinfo.model, "UML", VW_DECISIVE, "Linux arch/um/kernel/um_arch.c"))),
		.below = VW_FROM_CPUID,
		.cpu = VW_CLASS_P,
		.interrupts = VW_INTERRUPTS_P,
		.board = VW_CLASS_P,
	},
	{
		.id = "powervm",
		.name = "IBM PowerVM logical partition",
		.hypervisor = "powervm",
		.needs = VW_RULES(VW_ANY(K_THERE(power.shared_processor, VW_DECISIVE,
						 "Linux arch/powerpc/platforms/pseries/lparcfg.c"),
					 B_THERE(power.hmc_managed, VW_DECISIVE, "LoPAR, ibm,hmc-managed?"),
					 B_THERE(power.partition, VW_STRONG, "LoPAR, ibm,partition-name")),
				  VW_NONE(VW_DECISIVE, B_NAME(devicetree.hypervisor, "linux,kvm", 0, NULL))),
		.unless = VW_RULES(QEMU_BOARD),
		.on_hardware = true,
		.cpu = VW_CLASS_P,
		.interrupts = VW_INTERRUPTS_P,
		.board = VW_CLASS_P,
	},
	{
		.id = "zvm",
		.name = "IBM z/VM",
		.hypervisor = "zvm",
		.needs = VW_RULES(K_FIRST(s390.vm, "z/VM", VW_DECISIVE, "Linux arch/s390/kernel/sysinfo.c")),
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_VH,
		.board = VW_CLASS_VS,
	},
	{
		.id = "lpar",
		.name = "IBM Z logical partition (PR/SM)",
		.hypervisor = "lpar",
		.needs = VW_RULES(K_THERE(s390.lpar_name, VW_DECISIVE, "Linux arch/s390/kernel/sysinfo.c"),
				  VW_NONE(VW_DECISIVE, K_NAME_STARTS(s390.vm, "", 0, NULL))),
		.on_hardware = true,
		.cpu = VW_CLASS_VH,
		.interrupts = VW_INTERRUPTS_VH,
		.board = VW_CLASS_H,
	},
	{
		.id = "ldoms",
		.name = "Oracle VM Server for SPARC (LDoms)",
		.hypervisor = "ldoms",
		.needs = VW_RULES(K_THERE(sparc.mdesc, VW_STRONG, "Linux arch/sparc/kernel/mdesc.c")),
		.cpu = VW_CLASS_P,
		.interrupts = VW_INTERRUPTS_P,
		.board = VW_CLASS_P,
	},
	{
		.id = "bochs",
		.traits = VWK_EMULATES,
		.name = "Bochs",
		.hypervisor = "bochs",
		.needs = VW_RULES(VW_ANY(
			B_IS(dmi.sys_vendor, "Bochs", VW_STRONG, "Bochs bios/rombios32.c"),
			B_IS(dmi.bios_vendor, "Bochs", VW_STRONG, "Bochs bios/rombios32.c"),
			B_IS(dmi.bios_vendor, "The Bochs Project", VW_STRONG, "Bochs bios/rombios32.c"))),
		/* QEMU used Bochs' BIOS until 2010 and still builds such tables for its microvm. */
		.unless = VW_RULES(C_HYPERVISOR_BIT(1, 0, NULL), K_WORD(cpuinfo.flags, "hypervisor", 0, NULL),
				   ON_KVM, C_SIGNATURE("TCGTCGTCGTCG", 0, NULL),
				   B_PCI_VENDOR(0x1b36, 0, NULL), B_NAME(acpi.hids, "QEMU0002", 0, NULL),
				   B_THERE(passport.fw_cfg_present, 0, NULL),
				   B_HAS(cpuinfo.model, "QEMU Virtual CPU", 0, NULL)),
		.refines = IDS("qemu"),
		.cpu = VW_CLASS_VS,
		.interrupts = VW_INTERRUPTS_VS,
		.board = VW_CLASS_VS,
	},

	/* What is left. */
	{
		.id = "unknown-hypervisor",
		.traits = VWK_UNNAMED | VWK_VAGUE,
		.signatures =
			IDS("SRESRESRESRE", "UnisysSpar64", "___ NVMM ___", "HAXMHAXMHAXM", "EVMMEVMMEVMM"),
		.name = "a hypervisor that does not say which",
		.hypervisor = "unknown",
		.refines = IDS("ec2-metal"),
		.needs = VW_RULES(VW_ANY(
			PROCESSOR_OF_A_GUEST,
			/* The firmware of some real PCs sets it: it tells where nothing tells otherwise, and
			   on EC2. */
			VW_ALL(B_EQUALS(dmi.vm_bit, 1, VW_DECISIVE, SMBIOS " section 7.1.2.2: byte 2 bit 4"),
			       VW_ANY(VW_UNLESS(NO_HYPERVISOR_BIT),
				      B_IS(dmi.sys_vendor, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY))),
			C_THERE(cpuid.unknown_signature, VW_DECISIVE, LINUX_CPUID),
			C_SIGNATURE("SRESRESRESRE", VW_DECISIVE, "LMHS"),
			C_SIGNATURE("UnisysSpar64", VW_DECISIVE, "Unisys s-Par"),
			C_SIGNATURE("___ NVMM ___", VW_DECISIVE, "NetBSD sys/dev/nvmm"),
			C_SIGNATURE("HAXMHAXMHAXM", VW_DECISIVE, "Intel HAXM"),
			C_SIGNATURE("EVMMEVMMEVMM", VW_DECISIVE, "Intel KGT (Trusty)"),
			VW_ALL(C_INTERFACE(VW_STRONG, LINUX_CPUID), C_HYPERVISOR_BIT(0, VW_STRONG, NULL)),
			DEVICE_OF_A_GUEST, CLOUDS_GUEST, EC2_GUEST_TYPE,
			B_NAME(devicetree.compatible, "linux,dummy-virt", VW_STRONG,
			       "QEMU, crosvm, Cloud Hypervisor, libkrun, kvmtool: device tree of a machine "
			       "of no maker"),
			VW_ALL(B_PCI_VENDOR(0x1af4, VW_STRONG, "virtio 1.2, section 4.1.2"),
			       VW_UNLESS(NO_HYPERVISOR_BIT)))),
		.fallback = true,
	},
	{
		.id = "metal",
		.traits = VWK_BARE,
		.name = "bare metal",
		.hypervisor = "none",
		.needs = VW_RULES(
			VW_ANY(NOT_IN_A_GUEST,
			       VW_ALL(K_ARCH(ARM, VW_STRONG),
				      B_EQUALS(dmi.vm_bit, 0, VW_STRONG, SMBIOS " section 7.1.2.2"),
				      VW_NONE(VW_STRONG, B_IS(dmi.sys_vendor, "Google", 0, NULL))),
			       VW_ALL(K_IS(cpuinfo.platform, "PowerNV", VW_STRONG,
					   "Linux arch/powerpc/platforms/powernv/setup.c"),
				      VW_NONE(VW_STRONG,
					      B_HAS(cpuinfo.machine, "(emulated by qemu)", 0, NULL),
					      B_NAME_STARTS(devicetree.compatible, "qemu,", 0, NULL))),
			       VW_ALL(K_ARCH(ARM " riscv64", VW_STRONG),
				      B_THERE(devicetree.model, VW_STRONG, "Devicetree specification, 2.3.2"),
				      VW_NONE(VW_STRONG,
					      B_NAME_STARTS(devicetree.root, "hypervisor", 0, NULL),
					      B_NAME_STARTS(devicetree.compatible, "qemu,", 0, NULL),
					      B_NAME_STARTS(devicetree.compatible, "riscv-virtio", 0,
							    NULL)))),
			VW_ANY(B_THERE(dmi.sys_vendor, VW_DECISIVE, SMBIOS " type 1"),
			       B_THERE(dmi.board_vendor, VW_DECISIVE, SMBIOS " type 2"),
			       B_THERE(devicetree.model, VW_DECISIVE, "Devicetree specification, 2.3.2"),
			       B_PCI_ANY(VW_STRONG, NULL),
			       VW_ALL(C_HYPERVISOR_BIT(
					      0, VW_STRONG,
					      "Intel SDM and AMD APM volume 3, CPUID Fn0000_0001 ECX[31]"),
				      B_ABSENT(dmi.sys_vendor, VW_STRONG, NULL))),
			PROCESSOR_WAS_LOOKED_AT,
			/* One emulated function is enough to tell a guest that hides. */
			A_PCI_KNOWN),
		.unless = VW_RULES(VIRTIO_OF_A_GUEST),
		.fallback = true,
		.cpu = VW_CLASS_H,
		.interrupts = VW_INTERRUPTS_H,
		.board = VW_CLASS_H,
	},
};

const struct vwk_table vwk_platforms = {.row = rows, .count = VW_COUNT(rows)};

/* The program above a kernel-based hypervisor, where the platform itself does not name it. */
static const struct vwk_row vmm_rows[] = {
	{
		.id = "qemu",
		.name = "QEMU",
		.needs = VW_RULES(
			VW_ANY(QEMU_BOARD, B_IS(dmi.sys_vendor, "Bochs", VW_WEAK, "QEMU's microvm"))),
	},
	{
		.id = "kvmtool",
		.signatures = IDS("LKVMLKVMLKVM"),
		.name = "kvmtool",
		.needs = VW_RULES(C_SIGNATURE("LKVMLKVMLKVM", VW_DECISIVE, "virt-what 1.25, LKVM")),
	},
	{
		.id = "ahv",
		.name = "Nutanix AHV",
		.refines = IDS("qemu"),
		.needs = VW_RULES(VW_ANY(B_IS(dmi.product_name, "AHV", VW_DECISIVE, "Nutanix AHV"),
					 B_IS(dmi.sys_vendor, "Nutanix", VW_STRONG, "Nutanix AHV"))),
	},
	{
		.id = "rhev",
		.name = "Red Hat Virtualization or oVirt",
		.refines = IDS("qemu"),
		.needs = VW_RULES(
			VW_ANY(B_HAS(dmi.product_name, "RHEV Hypervisor", VW_DECISIVE, SMBIOS " type 1"),
			       B_IS(dmi.product_name, "oVirt Node", VW_DECISIVE, SMBIOS " type 1"))),
	},
};

const struct vwk_table vwk_vmms = {.row = vmm_rows, .count = VW_COUNT(vmm_rows)};
