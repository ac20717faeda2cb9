/* SPDX-License-Identifier: MIT */
#include "tests/unit/good_image.h"

/* What the checks on kernels, their modules and what keeps drivers from being loaded say, word for word. */

/* Drivers. */

static const struct {
	int line;
	const char *check;
	unsigned target;
	const char *drivers; /* change_drivers() */
	const char *expected;
} drivers[] = {
	{__LINE__, "AZR001", VW_AZURE, "",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for Hyper-V's disks is built in or in its initramfs "
	 "| - | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "AZR001", VW_AZURE, "~hv_vmbus",
	 "fail fatal hv_vmbus | hv_vmbus, for Hyper-V's disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo hv_vmbus >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	 "6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "AZR001", VW_AZURE, "-hv_storvsc",
	 "fail fatal hv_storvsc | kernel 6.1.0-9 has no hv_storvsc, for Hyper-V's disks | echo hv_storvsc >> "
	 "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /lib/modules/6.1.0-9"},
	{__LINE__, "AZR001", VW_AZURE, "~sd_mod ~hv_storvsc",
	 "fail fatal hv_storvsc | hv_storvsc, for Hyper-V's disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo hv_storvsc >> /etc/initramfs-tools/modules && update-initramfs -u "
	 "-k 6.1.0-9 | /boot/initrd.img-6.1.0-9\n"
	 "fail fatal sd_mod | sd_mod, for Hyper-V's disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo sd_mod >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	 "6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "AZR002", VW_AZURE, "",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for Hyper-V's network interfaces | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "AZR002", VW_AZURE, "-hv_vmbus",
	 "fail fatal hv_vmbus | kernel 6.1.0-9 has no hv_vmbus, neither built in nor as a module: it cannot "
	 "drive Hyper-V's network interfaces | apt-get install linux-image-amd64 (arm64: linux-image-arm64; "
	 "Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "AZR002", VW_AZURE, "-hv_netvsc",
	 "fail fatal hv_netvsc | kernel 6.1.0-9 has no hv_netvsc, neither built in nor as a module: it "
	 "cannot drive Hyper-V's network interfaces | apt-get install linux-image-amd64 (arm64: "
	 "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "AZR002", VW_AZURE, "-hv_storvsc",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for Hyper-V's network interfaces | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "AZR003", VW_AZURE, "~nvme",
	 "pass advice 6.1.0-9 | kernel 6.1.0-9 has the drivers for NVMe disks | - | /lib/modules/6.1.0-9"},
	{__LINE__, "AZR003", VW_AZURE, "-nvme",
	 "fail advice nvme | kernel 6.1.0-9 has no nvme, neither built in nor as a module: it cannot drive "
	 "NVMe disks | apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "AZR004", VW_AZURE, "",
	 "pass advice 6.1.0-9 | kernel 6.1.0-9 has the drivers for Azure's own network adapter | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "AZR004", VW_AZURE, "-mana",
	 "fail advice mana | kernel 6.1.0-9 has no mana, neither built in nor as a module: it cannot drive "
	 "Azure's own network adapter | install kernel 6.2 or later, or one into which mana was brought | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "ENA001", VW_NITRO, "",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for the Elastic Network Adapter | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "ENA001", VW_NITRO, "-ena +ena",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for the Elastic Network Adapter | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "ENA001", VW_NITRO, "-ena",
	 "fail fatal ena | kernel 6.1.0-9 has no ena, neither built in nor as a module: it cannot drive the "
	 "Elastic Network Adapter | apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: "
	 "linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "ENA001", VW_XEN_HVM, "-ena",
	 "fail degraded ena | kernel 6.1.0-9 has no ena, neither built in nor as a module: it cannot drive "
	 "the Elastic Network Adapter | apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: "
	 "linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "GCP001", VW_GCP, "",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for persistent disks is built in or in its "
	 "initramfs | - | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "GCP001", VW_GCP, "-virtio_scsi",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for persistent disks is built in or in its "
	 "initramfs | - | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "GCP001", VW_GCP, "~virtio_scsi ~nvme",
	 "fail fatal virtio_scsi | virtio_scsi, for persistent disks, is a module of kernel 6.1.0-9 and not "
	 "in /boot/initrd.img-6.1.0-9 | echo virtio_scsi >> /etc/initramfs-tools/modules && update-initramfs "
	 "-u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "GCP001", VW_GCP, "~sd_mod -nvme",
	 "fail fatal sd_mod | sd_mod, for persistent disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo sd_mod >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	 "6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "GCP001", VW_GCP, "-virtio_pci -nvme",
	 "fail fatal virtio_pci | kernel 6.1.0-9 has no virtio_pci, for persistent disks | echo virtio_pci "
	 ">> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /lib/modules/6.1.0-9"},
	{__LINE__, "GCP001", VW_GCP, "-virtio_scsi ~nvme",
	 "fail fatal nvme | nvme, for persistent disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	 "6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "GCP002", VW_GCP, "-virtio_net",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for the network interface | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "GCP002", VW_GCP, "-gve",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for the network interface | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "GCP002", VW_GCP, "-virtio_net -gve",
	 "fail fatal virtio_net | kernel 6.1.0-9 has no virtio_net, neither built in nor as a module: it "
	 "cannot drive the network interface | apt-get install linux-image-amd64 (arm64: linux-image-arm64; "
	 "Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "GCP002", VW_GCP, "-virtio_pci -gve",
	 "fail fatal virtio_pci | kernel 6.1.0-9 has no virtio_pci, neither built in nor as a module: it "
	 "cannot drive the network interface | apt-get install linux-image-amd64 (arm64: linux-image-arm64; "
	 "Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "GCP003", VW_GCP, "",
	 "pass advice 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs | - "
	 "| /boot/initrd.img-6.1.0-9"},
	{__LINE__, "GCP003", VW_GCP, "~nvme",
	 "fail advice nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	 "6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "GCP003", VW_GCP, "-nvme",
	 "fail advice nvme | kernel 6.1.0-9 has no nvme, for NVMe disks | echo nvme >> "
	 "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /lib/modules/6.1.0-9"},
	{__LINE__, "NVM001", VW_NITRO, "~nvme",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for NVMe disks | - | /lib/modules/6.1.0-9"},
	{__LINE__, "NVM001", VW_NITRO, "-nvme",
	 "fail fatal nvme | kernel 6.1.0-9 has no nvme, neither built in nor as a module: it cannot drive "
	 "NVMe disks | apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "NVM002", VW_NITRO, "",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs | - "
	 "| /boot/initrd.img-6.1.0-9"},
	{__LINE__, "NVM002", VW_NITRO, "-nvme +nvme",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs | - "
	 "| /boot/initrd.img-6.1.0-9"},
	{__LINE__, "NVM002", VW_NITRO, "~nvme",
	 "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	 "6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "NVM002", VW_NITRO, "~nvme_core",
	 "fail fatal nvme | nvme is in /boot/initrd.img-6.1.0-9, but nvme_core, which it depends on, is not "
	 "| echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	 "/boot/initrd.img-6.1.0-9"},
	{__LINE__, "NVM002", VW_NITRO, "-nvme",
	 "skip fatal nvme | kernel 6.1.0-9 does not have the drivers for NVMe disks at all | - | -"},
	{__LINE__, "VF001", VW_XEN_HVM, "",
	 "pass degraded 6.1.0-9 | kernel 6.1.0-9 has the drivers for Intel 82599 virtual functions | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "VF001", VW_XEN_HVM, "-ixgbevf",
	 "fail degraded ixgbevf | kernel 6.1.0-9 has no ixgbevf, neither built in nor as a module: it cannot "
	 "drive Intel 82599 virtual functions | apt-get install linux-image-amd64 (arm64: linux-image-arm64; "
	 "Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for virtio disks is built in or in its initramfs | "
	 "- | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "-virtio_blk",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for virtio disks is built in or in its initramfs | "
	 "- | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "-virtio_scsi -sd_mod",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for virtio disks is built in or in its initramfs | "
	 "- | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "~virtio_blk ~sd_mod",
	 "fail fatal virtio_blk | virtio_blk, for virtio disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo virtio_blk >> /etc/initramfs-tools/modules && update-initramfs -u "
	 "-k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "-virtio_blk ~sd_mod",
	 "fail fatal sd_mod | sd_mod, for virtio disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo sd_mod >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	 "6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "-virtio_blk ~virtio_scsi",
	 "fail fatal virtio_scsi | virtio_scsi, for virtio disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo virtio_scsi >> /etc/initramfs-tools/modules && update-initramfs -u "
	 "-k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "-virtio_blk -virtio_scsi",
	 "fail fatal virtio_blk | kernel 6.1.0-9 has no virtio_blk, for virtio disks | echo virtio_blk >> "
	 "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /lib/modules/6.1.0-9"},
	{__LINE__, "VIO001", VW_KVM, "~virtio_pci",
	 "fail fatal virtio_pci | virtio_pci, for virtio disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo virtio_pci >> /etc/initramfs-tools/modules && update-initramfs -u "
	 "-k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "VIO002", VW_KVM, "-virtio_blk",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for virtio network interfaces | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "VIO002", VW_KVM, "-virtio_net",
	 "fail fatal virtio_net | kernel 6.1.0-9 has no virtio_net, neither built in nor as a module: it "
	 "cannot drive virtio network interfaces | apt-get install linux-image-amd64 (arm64: "
	 "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "VIO002", VW_KVM, "-virtio_pci -virtio_net",
	 "fail fatal virtio_pci | kernel 6.1.0-9 has no virtio_pci, neither built in nor as a module: it "
	 "cannot drive virtio network interfaces | apt-get install linux-image-amd64 (arm64: "
	 "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "XEN001", VW_XEN_PV, "",
	 "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for Xen's disks is built in or in its initramfs | - "
	 "| /boot/initrd.img-6.1.0-9"},
	{__LINE__, "XEN001", VW_XEN_PV, "~xen_blkfront",
	 "fail fatal xen_blkfront | xen_blkfront, for Xen's disks, is a module of kernel 6.1.0-9 and not in "
	 "/boot/initrd.img-6.1.0-9 | echo xen_blkfront >> /etc/initramfs-tools/modules && update-initramfs "
	 "-u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
	{__LINE__, "XEN001", VW_XEN_HVM, "-xen_blkfront",
	 "fail fatal xen_blkfront | kernel 6.1.0-9 has no xen_blkfront, for Xen's disks | echo xen_blkfront "
	 ">> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /lib/modules/6.1.0-9"},
	{__LINE__, "XEN002", VW_XEN_PV, "~xen_netfront",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for Xen's network interfaces | - | "
	 "/lib/modules/6.1.0-9"},
	{__LINE__, "XEN002", VW_XEN_PV, "-xen_netfront",
	 "fail fatal xen_netfront | kernel 6.1.0-9 has no xen_netfront, neither built in nor as a module: it "
	 "cannot drive Xen's network interfaces | apt-get install linux-image-amd64 (arm64: "
	 "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "XEN002", VW_XEN_HVM, "-xen_netfront",
	 "fail degraded xen_netfront | kernel 6.1.0-9 has no xen_netfront, neither built in nor as a module: "
	 "it cannot drive Xen's network interfaces | apt-get install linux-image-amd64 (arm64: "
	 "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "KVM001", VW_NESTED_HOST, "",
	 "pass fatal 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9"},
	{__LINE__, "KVM001", VW_NESTED_HOST, "-kvm_intel",
	 "fail fatal kvm_intel | kernel 6.1.0-9 has no kvm_intel: it cannot host guests | apt-get install "
	 "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "KVM001", VW_EC2_METAL, "-kvm",
	 "fail advice kvm | kernel 6.1.0-9 has no kvm: it cannot host guests | apt-get install "
	 "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "KVM002", VW_NESTED_HOST, "",
	 "pass advice 6.1.0-9 | kernel 6.1.0-9 has what guests' networks use | - | /lib/modules/6.1.0-9"},
	{__LINE__, "KVM002", VW_NESTED_HOST, "-vhost_net",
	 "fail advice vhost_net | kernel 6.1.0-9 has no vhost_net, which guests' networks use | apt-get "
	 "install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
	{__LINE__, "KVM002", VW_NESTED_HOST, "-tun -vhost_vsock",
	 "fail advice tun | kernel 6.1.0-9 has no tun, which guests' networks use | apt-get install "
	 "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9\n"
	 "fail advice vhost_vsock | kernel 6.1.0-9 has no vhost_vsock, which guests' networks use | apt-get "
	 "install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9"},
};

static void test_drivers_of_each_target(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(drivers); i++) {
		struct world w;

		make_world(&w);
		change_drivers(&w, drivers[i].drivers);
		check_says(__FILE__, drivers[i].line, &w, drivers[i].target, drivers[i].check,
			   drivers[i].expected);
	}
}

/* The kernel's own modules and its configuration could not be read. */
static void test_drivers_that_are_not_known(void **state)
{
	IMAGE;
	w.kernel.modules = (struct vw_module_tree){.state = VW_DENIED, .folder = "/lib/modules/6.1.0-9"};
	w.kernel.config = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_AZURE, "AZR001",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for Hyper-V's disks is built in or in its "
	     "initramfs | - | /boot/initrd.img-6.1.0-9");
	w.tree[0].count = 0;
	SAYS(&w, VW_AZURE, "AZR001",
	     "unknown fatal hv_vmbus | whether hv_vmbus can be loaded before the root file system is not "
	     "known: /boot/initrd.img-6.1.0-9 was read, but the kernel's own modules were not | echo "
	     "hv_vmbus >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	     "/boot/initrd.img-6.1.0-9\n"
	     "unknown fatal hv_storvsc | whether hv_storvsc can be loaded before the root file system is not "
	     "known: /boot/initrd.img-6.1.0-9 was read, but the kernel's own modules were not | echo "
	     "hv_storvsc >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	     "/boot/initrd.img-6.1.0-9\n"
	     "unknown fatal sd_mod | whether sd_mod can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 was read, but the kernel's own modules were not | echo sd_mod >> "
	     "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	SAYS(&w, VW_AZURE, "AZR002",
	     "unknown fatal hv_netvsc | whether kernel 6.1.0-9 has hv_netvsc, for Hyper-V's network "
	     "interfaces, is not known: its modules may not be read | apt-get install linux-image-amd64 "
	     "(arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	SAYS(&w, VW_GCP, "GCP002",
	     "unknown fatal gve | whether kernel 6.1.0-9 has gve, for the network interface, is not known: "
	     "its modules may not be read | apt-get install linux-image-amd64 (arm64: linux-image-arm64; "
	     "Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	SAYS(&w, VW_KVM, "VIO002",
	     "unknown fatal virtio_net | whether kernel 6.1.0-9 has virtio_net, for virtio network "
	     "interfaces, is not known: its modules may not be read | apt-get install linux-image-amd64 "
	     "(arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	SAYS(&w, VW_NITRO, "NVM001",
	     "unknown fatal nvme | whether kernel 6.1.0-9 has nvme, for NVMe disks, is not known: its "
	     "modules may not be read | apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: "
	     "linux-aws) | /lib/modules/6.1.0-9");
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 was read, but the kernel's own modules were not | echo nvme >> "
	     "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	SAYS(&w, VW_NITRO, "ENA001",
	     "unknown fatal ena | whether kernel 6.1.0-9 has ena, for the Elastic Network Adapter, is not "
	     "known: its modules may not be read | apt-get install linux-image-amd64 (arm64: "
	     "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "unknown fatal kvm | whether kernel 6.1.0-9 has kvm is not known | apt-get install "
	     "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9\n"
	     "unknown fatal kvm_intel | whether kernel 6.1.0-9 has kvm_intel is not known | apt-get install "
	     "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	SAYS(&w, VW_NESTED_HOST, "KVM002",
	     "unknown advice vhost_net | whether kernel 6.1.0-9 has vhost_net is not known | apt-get install "
	     "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9\n"
	     "unknown advice tun | whether kernel 6.1.0-9 has tun is not known | apt-get install "
	     "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9\n"
	     "unknown advice vhost_vsock | whether kernel 6.1.0-9 has vhost_vsock is not known | apt-get "
	     "install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | "
	     "/lib/modules/6.1.0-9");
	w.kernel.modules.state = VW_NOT_PROBED;
	SAYS(&w, VW_NITRO, "NVM001",
	     "unknown fatal nvme | whether kernel 6.1.0-9 has nvme, for NVMe disks, is not known: its "
	     "modules was not read | apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: "
	     "linux-aws) | /lib/modules/6.1.0-9");
	w.kernel.modules.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "NVM001",
	     "unknown fatal nvme | whether kernel 6.1.0-9 has nvme, for NVMe disks, is not known: its "
	     "modules is damaged | apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: "
	     "linux-aws) | /lib/modules/6.1.0-9");
}

/* Of two ways, one that is not known is not called absent. */
static void test_a_way_that_is_not_known_comes_before_one_that_is_not(void **state)
{
	IMAGE;
	w.kernel.modules = (struct vw_module_tree){.state = VW_DENIED, .folder = "/lib/modules/6.1.0-9"};
	w.kernel.config.text = "CONFIG_VIRTIO_NET=n\nCONFIG_VIRTIO_PCI=y\nCONFIG_GVE=m\n";
	SAYS(&w, VW_GCP, "GCP002",
	     "unknown fatal gve | whether kernel 6.1.0-9 has gve, for the network interface, is not known: "
	     "its modules may not be read | apt-get install linux-image-amd64 (arm64: linux-image-arm64; "
	     "Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	/* What is not known of a way that lacks another driver helps nobody. */
	w.kernel.config.text = "CONFIG_VIRTIO_NET=m\n";
	SAYS(&w, VW_GCP, "GCP002",
	     "fail fatal virtio_pci | kernel 6.1.0-9 has no virtio_pci, neither built in nor as a module: it "
	     "cannot drive the network interface | apt-get install linux-image-amd64 (arm64: "
	     "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	w.kernel.config.text = "CONFIG_VIRTIO_PCI=m\n";
	SAYS(&w, VW_GCP, "GCP002",
	     "fail fatal virtio_net | kernel 6.1.0-9 has no virtio_net, neither built in nor as a module: it "
	     "cannot drive the network interface | apt-get install linux-image-amd64 (arm64: "
	     "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	w.kernel.config.text = "CONFIG_VIRTIO_NET=m\nCONFIG_VIRTIO_PCI=y\n";
	SAYS(&w, VW_GCP, "GCP002",
	     "unknown fatal virtio_net | whether kernel 6.1.0-9 has virtio_net, for the network interface, "
	     "is not known: its modules may not be read | apt-get install linux-image-amd64 (arm64: "
	     "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
	w.kernel.config.text = "CONFIG_GVE=y\n";
	SAYS(&w, VW_GCP, "GCP002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for the network interface | - | "
	     "/lib/modules/6.1.0-9");
	w.kernel.config.text = "";
	SAYS(&w, VW_GCP, "GCP002",
	     "fail fatal virtio_pci | kernel 6.1.0-9 has no virtio_pci, neither built in nor as a module: it "
	     "cannot drive the network interface | apt-get install linux-image-amd64 (arm64: "
	     "linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
}

/* What the initramfs has. */

static void test_an_initramfs_that_was_not_read_whole(void **state)
{
	IMAGE;
	w.kernel.initramfs.incomplete = true;
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
	leave_out(&w, "nvme");
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 was not read to its end | echo nvme >> /etc/initramfs-tools/modules "
	     "&& update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.nested = "squashfs-root.img";
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 holds a file system image, which was not read | echo nvme >> "
	     "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 may not be read | echo nvme >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.state = VW_NOT_PROBED;
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 was not read | echo nvme >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	make_world(&w);
	w.kernel.initramfs.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 is damaged | echo nvme >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.init = NULL;
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9, and nothing loads it: "
	     "/boot/initrd.img-6.1.0-9 has no /init that the kernel unpacks | echo nvme >> "
	     "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.state = VW_VALUE;
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9, and nothing loads it: "
	     "/boot/initrd.img-6.1.0-9 has no /init | echo nvme >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = true;
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = false;
	w.kernel.initramfs.nested = "root.img";
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
	make_world(&w);
	w.kernel.initramfs = (struct vw_initramfs){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9, and there is no "
	     "initramfs to load it from | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u "
	     "-k 6.1.0-9 | -");
	make_world(&w);
	leave_out(&w, "nvme");
	w.kernel.initramfs.path = NULL;
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9 and not in its initramfs "
	     "| echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | -");
}

/* Modules are loaded by name through the initramfs' own index. */
static void test_an_initramfs_without_index(void **state)
{
	IMAGE;
	w.tree[0].index = VW_ABSENT;
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 has it, and its modules.dep could not be read or is not there | echo "
	     "nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	     "/boot/initrd.img-6.1.0-9");
	w.tree[0].index = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 has it, and its modules.dep could not be read or is not there | echo "
	     "nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	     "/boot/initrd.img-6.1.0-9");
	leave_out(&w, "nvme");
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9 and not in "
	     "/boot/initrd.img-6.1.0-9 | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	     "6.1.0-9 | /boot/initrd.img-6.1.0-9");
	make_world(&w);
	w.tree[0].index = VW_ABSENT;
	leave_out(&w, "nvme_core");
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme is in /boot/initrd.img-6.1.0-9, but nvme_core, which it depends on, is "
	     "not | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	     "/boot/initrd.img-6.1.0-9");
}

static void test_what_a_module_of_the_initramfs_depends_on(void **state)
{
	IMAGE;
	w.early[module_at("nvme")].unresolved = true;
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme is in /boot/initrd.img-6.1.0-9, but a module, which it depends on, is "
	     "not | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	     "/boot/initrd.img-6.1.0-9");
	w.early[module_at("nvme")].lacking = "t10_pi";
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme is in /boot/initrd.img-6.1.0-9, but t10_pi, which it depends on, is not "
	     "| echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = true;
	SAYS(&w, VW_NITRO, "NVM002",
	     "unknown fatal nvme | whether nvme can be loaded before the root file system is not known: "
	     "/boot/initrd.img-6.1.0-9 was not read to its end | echo nvme >> /etc/initramfs-tools/modules "
	     "&& update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	make_world(&w);
	w.module[module_at("nvme")].unresolved = true;
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
	/* The initramfs has it, and the kernel's own folder does not. */
	w.module[module_at("nvme")].name = "nvmd";
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
}

/* Modules of another kernel are of no use, and one initramfs may have several kernels'. */
static void test_whose_modules_an_initramfs_has(void **state)
{
	struct vw_module_tree trees[2];
	IMAGE;
	w.tree[0].folder = RELEASE;
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
	w.tree[0].folder = "/usr/lib/modules/6.1.0-9";
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
	w.tree[0].folder = "/lib/modules/16.1.0-9";
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9 and not in "
	     "/boot/initrd.img-6.1.0-9 | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	     "6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.tree[0].folder = "/lib/modules/6.1.0-90";
	SAYS(&w, VW_NITRO, "NVM002",
	     "fail fatal nvme | nvme, for NVMe disks, is a module of kernel 6.1.0-9 and not in "
	     "/boot/initrd.img-6.1.0-9 | echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	     "6.1.0-9 | /boot/initrd.img-6.1.0-9");
	trees[0] = trees[1] = w.tree[0];
	trees[1].folder = "/lib/modules/6.1.0-9";
	w.kernel.initramfs.tree = trees;
	w.kernel.initramfs.tree_count = 2;
	SAYS(&w, VW_NITRO, "NVM002",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs for NVMe disks is built in or in its initramfs "
	     "| - | /boot/initrd.img-6.1.0-9");
	SAYS(&w, VW_NITRO, "IRD001",
	     "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
	     "/boot/initrd.img-6.1.0-9");
}

/* Kernels. */

static void test_a_kernel_with_its_modules(void **state)
{
	IMAGE;
	SAYS(&w, VW_KVM, "KRN001",
	     "pass fatal image | kernel 6.1.0-9 is installed with its modules | - | /boot/vmlinuz-6.1.0-9");
	w.kernel.modules.file_count = 0;
	SAYS(&w, VW_KVM, "KRN001",
	     "fail fatal 6.1.0-9 | no kernel is whole: of 6.1.0-9 the modules' folder has no module in it | "
	     "apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "/lib/modules/6.1.0-9");
	build_in(&w, "ext4");
	SAYS(&w, VW_KVM, "KRN001",
	     "pass fatal image | kernel 6.1.0-9 is installed with its modules | - | /boot/vmlinuz-6.1.0-9");
	w.kernel.modules = (struct vw_module_tree){.state = VW_ABSENT};
	SAYS(&w, VW_KVM, "KRN001",
	     "fail fatal 6.1.0-9 | no kernel is whole: of 6.1.0-9 the modules' folder is not there | apt-get "
	     "install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | -");
	w.kernel.config.text = "CONFIG_MODULES=n\n";
	SAYS(&w, VW_KVM, "KRN001",
	     "pass fatal image | kernel 6.1.0-9 is installed with its modules | - | /boot/vmlinuz-6.1.0-9");
	w.kernel.config.text = "CONFIG_64BIT=y\n";
	SAYS(&w, VW_KVM, "KRN001",
	     "pass fatal image | kernel 6.1.0-9 is installed with its modules | - | /boot/vmlinuz-6.1.0-9");
	w.kernel.file.state = VW_ABSENT;
	SAYS(&w, VW_KVM, "KRN001",
	     "fail fatal 6.1.0-9 | no kernel is whole: of 6.1.0-9 the kernel's file is not there | apt-get "
	     "install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | -");
	w.kernel.file.state = VW_DENIED;
	SAYS(&w, VW_KVM, "KRN001",
	     "unknown fatal /boot | no kernel with its modules was found, and not all places could be read | "
	     "apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "-");
	make_world(&w);
	w.kernel.file.state = VW_MALFORMED;
	SAYS(&w, VW_KVM, "KRN001",
	     "fail fatal 6.1.0-9 | no kernel is whole: of 6.1.0-9 the kernel's file is damaged | apt-get "
	     "install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "/lib/modules/6.1.0-9");
	w.kernel.file.state = VW_NOT_PROBED;
	SAYS(&w, VW_KVM, "KRN001",
	     "unknown fatal /boot | no kernel with its modules was found, and not all places could be read | "
	     "apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "-");
	make_world(&w);
	w.kernel.modules = (struct vw_module_tree){.state = VW_DENIED};
	SAYS(&w, VW_KVM, "KRN001",
	     "unknown fatal /boot | no kernel with its modules was found, and not all places could be read | "
	     "apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "-");
	w.facts.kernel_count = 0;
	SAYS(&w, VW_KVM, "KRN001",
	     "fail fatal /boot | no kernel is installed | apt-get install linux-image-cloud-amd64 (arm64: "
	     "linux-image-cloud-arm64; Ubuntu: linux-aws) | -");
}

static void test_places_that_may_hide_a_kernel(void **state)
{
	static const char *const hide[] = {"/boot", "/boot/vmlinuz-5", "/lib/modules", "/usr/lib/modules/5",
					   "/efi"};
	IMAGE;
	w.facts.kernel_count = 0;
	w.facts.unread = w.unread;
	w.facts.unread_count = 1;
	w.unread[0] = (struct vw_unread){"/etc/shadow", "EACCES"};
	SAYS(&w, VW_KVM, "KRN001",
	     "fail fatal /boot | no kernel is installed | apt-get install linux-image-cloud-amd64 (arm64: "
	     "linux-image-cloud-arm64; Ubuntu: linux-aws) | -");
	for (size_t i = 0; i < VW_COUNT(hide); i++) {
		w.unread[0].source = hide[i];
		SAYS(&w, VW_KVM, "KRN001",
		     "unknown fatal /boot | no kernel with its modules was found, and not all places could "
		     "be read | apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; "
		     "Ubuntu: linux-aws) | -");
	}
	w.unread[1] = w.unread[0];
	w.unread[0].source = "/var";
	w.facts.unread_count = 2;
	SAYS(&w, VW_KVM, "KRN001",
	     "unknown fatal /boot | no kernel with its modules was found, and not all places could be read | "
	     "apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "-");
}

static void test_one_whole_kernel_is_enough(void **state)
{
	struct vw_image_kernel kernels[2];
	IMAGE;
	kernels[0] = kernels[1] = w.kernel;
	kernels[0].release = "7.0";
	kernels[0].file.state = VW_ABSENT;
	w.facts.kernel = kernels;
	w.facts.kernel_count = 2;
	SAYS(&w, VW_KVM, "KRN001",
	     "pass fatal image | kernel 6.1.0-9 is installed with its modules | - | /boot/vmlinuz-6.1.0-9");
	kernels[0].file.state = VW_DENIED;
	SAYS(&w, VW_KVM, "KRN001",
	     "pass fatal image | kernel 6.1.0-9 is installed with its modules | - | /boot/vmlinuz-6.1.0-9");
	kernels[1].file.state = VW_ABSENT;
	SAYS(&w, VW_KVM, "KRN001",
	     "unknown fatal /boot | no kernel with its modules was found, and not all places could be read | "
	     "apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "-");
	kernels[0].file.state = VW_ABSENT;
	SAYS(&w, VW_KVM, "KRN001",
	     "fail fatal 7.0 | no kernel is whole: of 7.0 the kernel's file is not there | apt-get install "
	     "linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | "
	     "/lib/modules/6.1.0-9");
}

static void test_the_file_of_a_kernel(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for x86_64 | - | /boot/vmlinuz-6.1.0-9");
	w.kernel.file.arch = NULL;
	SAYS(&w, VW_NITRO, "KRN003",
	     "unknown fatal /boot/vmlinuz-6.1.0-9 | for which machine kernel 6.1.0-9 is made is not known: "
	     "its file does not tell | install the kernel package for the target's machine, or reinstall "
	     "6.1.0-9 | /boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_KVM, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for this machine | - | "
	     "/boot/vmlinuz-6.1.0-9");
	w.kernel.file.arch = "aarch64";
	SAYS(&w, VW_NITRO, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 is for aarch64; a Nitro instance runs "
	     "x86_64 | install the kernel package for the target's machine, or reinstall 6.1.0-9 | "
	     "/boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_NITRO_ARM64, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for aarch64 | - | "
	     "/boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_EC2_METAL_ARM64, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for aarch64 | - | "
	     "/boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_XEN_HVM, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 is for aarch64; a Xen HVM guest runs "
	     "x86_64 | install the kernel package for the target's machine, or reinstall 6.1.0-9 | "
	     "/boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_GCP, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for aarch64 | - | "
	     "/boot/vmlinuz-6.1.0-9");
	make_world(&w);
	w.kernel.file.state = VW_ABSENT;
	w.kernel.file.path = NULL;
	SAYS(&w, VW_NITRO, "KRN003",
	     "fail fatal 6.1.0-9 | kernel 6.1.0-9 has modules, but its file is not there | install the "
	     "kernel package for the target's machine, or reinstall 6.1.0-9 | /lib/modules/6.1.0-9");
	w.kernel.file.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "KRN003",
	     "fail fatal 6.1.0-9 | 6.1.0-9 is no kernel, or is cut short | install the kernel package for "
	     "the target's machine, or reinstall 6.1.0-9 | -");
	w.kernel.file.state = VW_NOT_PROBED;
	SAYS(&w, VW_NITRO, "KRN003",
	     "unknown fatal 6.1.0-9 | for which machine kernel 6.1.0-9 is made is not known: its file was "
	     "not read | install the kernel package for the target's machine, or reinstall 6.1.0-9 | -");
	w.kernel.file.path = "/boot/vmlinuz";
	w.kernel.file.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "KRN003",
	     "unknown fatal /boot/vmlinuz | for which machine kernel 6.1.0-9 is made is not known: its file "
	     "may not be read | install the kernel package for the target's machine, or reinstall 6.1.0-9 | "
	     "/boot/vmlinuz");
	w.kernel.file.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "KRN003",
	     "fail fatal /boot/vmlinuz | /boot/vmlinuz is no kernel, or is cut short | install the kernel "
	     "package for the target's machine, or reinstall 6.1.0-9 | /boot/vmlinuz");
}

/* Xen starts kernels of 32 bits, EC2's newer machines do not. */
static void test_a_kernel_of_32_bits(void **state)
{
	IMAGE;
	w.kernel.file.arch = "i386";
	SAYS(&w, VW_XEN_PV, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for i386 | - | /boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_XEN_HVM, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for i386 | - | /boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_NITRO, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 is for i386; a Nitro instance runs "
	     "x86_64 | install the kernel package for the target's machine, or reinstall 6.1.0-9 | "
	     "/boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_EC2_METAL, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 is for i386; a bare metal instance "
	     "runs x86_64 | install the kernel package for the target's machine, or reinstall 6.1.0-9 | "
	     "/boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_NESTED_HOST, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 is for i386; an instance that hosts "
	     "guests runs x86_64 | install the kernel package for the target's machine, or reinstall 6.1.0-9 "
	     "| /boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_KVM, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for i386 | - | /boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_NITRO_ARM64, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 is for i386; a Graviton instance runs "
	     "aarch64 | install the kernel package for the target's machine, or reinstall 6.1.0-9 | "
	     "/boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_NITRO_ARM64, "NVM001",
	     "skip fatal 6.1.0-9 | kernel 6.1.0-9 is for i386 | - | /boot/vmlinuz-6.1.0-9");
	SAYS(&w, VW_NITRO, "NVM001",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 has the drivers for NVMe disks | - | /lib/modules/6.1.0-9");
}

static void test_a_kernel_that_calls_itself_otherwise(void **state)
{
	IMAGE;
	w.kernel.file.version = "6.1.0-90";
	SAYS(&w, VW_NITRO, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 says that it is 6.1.0-90; its modules "
	     "would be looked for below that name | install the kernel package for the target's machine, or "
	     "reinstall 6.1.0-9 | /boot/vmlinuz-6.1.0-9");
	w.kernel.file.version = NULL;
	SAYS(&w, VW_NITRO, "KRN003",
	     "pass fatal 6.1.0-9 | /boot/vmlinuz-6.1.0-9 is a kernel for x86_64 | - | /boot/vmlinuz-6.1.0-9");
	w.kernel.file.version = "5.10";
	w.kernel.file.arch = "aarch64";
	SAYS(&w, VW_NITRO, "KRN003",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 is for aarch64; a Nitro instance runs "
	     "x86_64 | install the kernel package for the target's machine, or reinstall 6.1.0-9 | "
	     "/boot/vmlinuz-6.1.0-9\n"
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/vmlinuz-6.1.0-9 says that it is 5.10; its modules "
	     "would be looked for below that name | install the kernel package for the target's machine, or "
	     "reinstall 6.1.0-9 | /boot/vmlinuz-6.1.0-9");
	w.kernel.file.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "KRN003",
	     "unknown fatal /boot/vmlinuz-6.1.0-9 | for which machine kernel 6.1.0-9 is made is not known: "
	     "its file may not be read | install the kernel package for the target's machine, or reinstall "
	     "6.1.0-9 | /boot/vmlinuz-6.1.0-9");
}

/* Modules. */

static void test_the_index_of_modules(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "MOD001",
	     "pass fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 knows all 24 modules | - | "
	     "/lib/modules/6.1.0-9");
	w.kernel.modules.unindexed_count = 2;
	w.kernel.modules.unindexed = "extra/a.ko";
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail degraded 6.1.0-9 | modules.dep of kernel 6.1.0-9 does not know 2 modules, as extra/a.ko | "
	     "depmod -a 6.1.0-9 | extra/a.ko");
	w.kernel.modules.missing_count = 3;
	w.kernel.modules.missing = "kernel/b.ko";
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail degraded 6.1.0-9 | modules.dep of kernel 6.1.0-9 names 3 modules that are not there, as "
	     "kernel/b.ko | depmod -a 6.1.0-9 | kernel/b.ko");
	w.kernel.modules.index = VW_ABSENT;
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 is not there: nvme cannot be loaded by name "
	     "| depmod -a 6.1.0-9 | /lib/modules/6.1.0-9");
	w.kernel.modules.index = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 is damaged: nvme cannot be loaded by name | "
	     "depmod -a 6.1.0-9 | /lib/modules/6.1.0-9");
	w.kernel.modules.index = VW_DENIED;
	SAYS(&w, VW_NITRO, "MOD001",
	     "unknown fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 may not be read | depmod -a 6.1.0-9 | "
	     "/lib/modules/6.1.0-9");
	w.kernel.modules.index = VW_NOT_PROBED;
	SAYS(&w, VW_NITRO, "MOD001",
	     "unknown fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 was not read | depmod -a 6.1.0-9 | "
	     "/lib/modules/6.1.0-9");
	w.kernel.modules.index = VW_ABSENT;
	w.kernel.modules.file_count = 0;
	w.kernel.modules.unindexed_count = w.kernel.modules.missing_count = 0;
	SAYS(&w, VW_NITRO, "MOD001",
	     "pass fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 knows all 24 modules | - | "
	     "/lib/modules/6.1.0-9");
	w.kernel.modules.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "MOD001",
	     "unknown degraded 6.1.0-9 | modules.dep of kernel 6.1.0-9 may not be read | depmod -a 6.1.0-9 | "
	     "/lib/modules/6.1.0-9");
	w.kernel.modules.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "MOD001",
	     "unknown degraded 6.1.0-9 | modules.dep of kernel 6.1.0-9 is damaged | depmod -a 6.1.0-9 | "
	     "/lib/modules/6.1.0-9");
	w.kernel.modules.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "MOD001", "skip fatal 6.1.0-9 | kernel 6.1.0-9 has no folder of modules | - | -");
}

/* Without an index no module is loaded by name: it is fatal where the target's drivers are modules. */
static void test_an_index_that_nothing_needs(void **state)
{
	static const struct {
		unsigned target;
		const char *built_in;
	} rows[] = {
		{VW_NITRO, "+nvme +ena"},
		{VW_NITRO_ARM64, "+nvme +ena"},
		{VW_EC2_METAL, "+nvme +ena"},
		{VW_XEN_PV, "+xen_blkfront +xen_netfront"},
		{VW_XEN_HVM, "+xen_blkfront +xen_netfront"},
		{VW_KVM, "+virtio_pci +virtio_blk +virtio_scsi +sd_mod +virtio_net"},
		{VW_GCP, "+virtio_pci +virtio_scsi +sd_mod +nvme +virtio_net +gve"},
		{VW_AZURE, "+hv_vmbus +hv_storvsc +sd_mod +hv_netvsc"},
	};
	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct world w;
		size_t built_in;

		make_world(&w);
		if (rows[i].target == VW_NITRO_ARM64)
			w.kernel.file.arch = "aarch64";
		change_drivers(&w, rows[i].built_in);
		w.kernel.modules.index = VW_ABSENT;
		SAYS(&w, rows[i].target, "MOD001",
		     "fail degraded 6.1.0-9 | modules.dep of kernel 6.1.0-9 is not there: a module cannot be "
		     "loaded by name | depmod -a 6.1.0-9 | /lib/modules/6.1.0-9");
		built_in = w.kernel.modules.builtin.count;
		/* Any one of them that is a module needs the index. */
		for (size_t k = 0; k < built_in; k++) {
			const char *name = w.built_in[k];
			char expected[512];

			w.built_in[k] = "loop";
			snprintf(expected, sizeof(expected),
				 "fail fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 is not there: %s cannot "
				 "be loaded by name | depmod -a 6.1.0-9 | /lib/modules/6.1.0-9",
				 name);
			SAYS(&w, rows[i].target, "MOD001", expected);
			w.built_in[k] = name;
		}
	}
}

static void test_modules_made_for_another_kernel(void **state)
{
	struct vw_module *nvme;
	IMAGE;
	nvme = &w.module[module_at("nvme")];
	nvme->path = "kernel/drivers/nvme/host/nvme.ko";
	nvme->info.vermagic = "6.1.0-90 SMP mod_unload";
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail fatal nvme | kernel/drivers/nvme/host/nvme.ko is made for another kernel: 6.1.0-90 SMP "
	     "mod_unload | depmod -a 6.1.0-9 | kernel/drivers/nvme/host/nvme.ko");
	nvme->info.vermagic = "6.1.0- SMP";
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail fatal nvme | kernel/drivers/nvme/host/nvme.ko is made for another kernel: 6.1.0- SMP | "
	     "depmod -a 6.1.0-9 | kernel/drivers/nvme/host/nvme.ko");
	nvme->info.vermagic = RELEASE;
	SAYS(&w, VW_NITRO, "MOD001",
	     "pass fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 knows all 24 modules | - | "
	     "/lib/modules/6.1.0-9");
	nvme->info.vermagic = NULL;
	SAYS(&w, VW_NITRO, "MOD001",
	     "pass fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 knows all 24 modules | - | "
	     "/lib/modules/6.1.0-9");
	nvme->info = (struct vw_modinfo){.state = VW_MALFORMED};
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail fatal nvme | kernel/drivers/nvme/host/nvme.ko is damaged | depmod -a 6.1.0-9 | "
	     "kernel/drivers/nvme/host/nvme.ko");
	nvme->info = (struct vw_modinfo){.state = VW_NOT_PROBED, .vermagic = "5.10.0"};
	SAYS(&w, VW_NITRO, "MOD001",
	     "pass fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 knows all 24 modules | - | "
	     "/lib/modules/6.1.0-9");
	nvme->info = (struct vw_modinfo){.state = VW_VALUE, .vermagic = "5.10.0 SMP"};
	w.kernel.modules.index = VW_DENIED;
	SAYS(&w, VW_KVM, "MOD001",
	     "unknown fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 may not be read | depmod -a 6.1.0-9 | "
	     "/lib/modules/6.1.0-9\n"
	     "fail fatal nvme | kernel/drivers/nvme/host/nvme.ko is made for another kernel: 5.10.0 SMP | "
	     "depmod -a 6.1.0-9 | kernel/drivers/nvme/host/nvme.ko");
	nvme->path = "weak-updates/nvme.ko";
	w.kernel.modules.index = VW_VALUE;
	SAYS(&w, VW_KVM, "MOD001",
	     "pass fatal 6.1.0-9 | modules.dep of kernel 6.1.0-9 knows all 24 modules | - | "
	     "/lib/modules/6.1.0-9");
	nvme->path = "updates/nvme.ko";
	SAYS(&w, VW_KVM, "MOD001",
	     "fail fatal nvme | updates/nvme.ko is made for another kernel: 5.10.0 SMP | depmod -a 6.1.0-9 | "
	     "updates/nvme.ko");
	w.kernel.modules.state = VW_DENIED;
	SAYS(&w, VW_KVM, "MOD001",
	     "unknown degraded 6.1.0-9 | modules.dep of kernel 6.1.0-9 may not be read | depmod -a 6.1.0-9 | "
	     "/lib/modules/6.1.0-9");
}

/* A driver that the kernel does not have hides none of the others. */
static void test_a_missing_driver_hides_no_other(void **state)
{
	IMAGE;
	lose(&w, "nvme");
	lose(&w, "virtio_pci");
	w.module[module_at("ena")].info.vermagic = w.module[module_at("ext4")].info.vermagic = "5.10.0 SMP";
	SAYS(&w, VW_NITRO, "MOD001",
	     "fail fatal ena | kernel/one.ko is made for another kernel: 5.10.0 SMP | depmod -a 6.1.0-9 | "
	     "kernel/one.ko\n"
	     "fail fatal ext4 | kernel/one.ko is made for another kernel: 5.10.0 SMP | depmod -a 6.1.0-9 | "
	     "kernel/one.ko");
}

/* Each driver that a check may ask for is looked at, wherever it is needed. */
static void test_each_driver_is_held_against_its_kernel(void **state)
{
	static const char *const names[] = {"nvme",         "nvme_core",    "ena",        "ixgbevf",
					    "xen_blkfront", "xen_netfront", "virtio_pci", "virtio_blk",
					    "virtio_net",   "virtio_scsi",  "sd_mod",     "gve",
					    "hv_vmbus",     "hv_storvsc",   "hv_netvsc",  "mana",
					    "ext4",         "xfs",          "btrfs"};
	(void)state;
	for (size_t i = 0; i < VW_COUNT(names); i++) {
		char expected[512];
		struct world w;

		make_world(&w);
		w.module[0].name = "btrfs"; /* the first and the last, which no other check asks for */
		w.module[MODULES - 1].name =
			vwb_text_equal(names[i], "xen_netfront") ? "xen_netfront" : "xfs";
		for (size_t k = 0; k < MODULES; k++)
			if (vwb_text_equal(w.module[k].name, names[i]))
				w.module[k].info.vermagic = "5.10.0 SMP";
		snprintf(expected, sizeof(expected),
			 "fail fatal %s | kernel/one.ko is made for another kernel: 5.10.0 SMP | depmod -a "
			 "6.1.0-9 | kernel/one.ko",
			 names[i]);
		SAYS(&w, VW_KVM, "MOD001", expected);
	}
}

static void test_how_modules_are_compressed(void **state)
{
	static const char *const suffixes[] = {"ko", "ko.xz", "ko.zst", "ko.gz"};
	IMAGE;
	SAYS(&w, VW_NITRO, "MOD002",
	     "pass fatal 6.1.0-9 | the image's kmod reads the modules of kernel 6.1.0-9 | - | /place");
	w.kernel.modules.suffixes = (struct vw_names){VW_VALUE, suffixes, "/place", 2};
	SAYS(&w, VW_NITRO, "MOD002",
	     "pass fatal 6.1.0-9 | the image's kmod reads the modules of kernel 6.1.0-9 | - | /place");
	w.kernel.modules.suffixes.count = 4;
	SAYS(&w, VW_NITRO, "MOD002",
	     "fail fatal ko.zst | modules of kernel 6.1.0-9 end in .ko.zst, which this image's kmod does not "
	     "read (ko ko.xz) | update kmod (zstd: 28 or later), or install a kernel whose modules it reads "
	     "| /place\n"
	     "fail fatal ko.gz | modules of kernel 6.1.0-9 end in .ko.gz, which this image's kmod does not "
	     "read (ko ko.xz) | update kmod (zstd: 28 or later), or install a kernel whose modules it reads "
	     "| /place");
	w.facts.kmod = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "MOD002",
	     "unknown fatal ko.xz | modules of kernel 6.1.0-9 end in .ko.xz; whether the image's kmod reads "
	     "them is not known | update kmod (zstd: 28 or later), or install a kernel whose modules it "
	     "reads | /lib/modules/6.1.0-9\n"
	     "unknown fatal ko.zst | modules of kernel 6.1.0-9 end in .ko.zst; whether the image's kmod "
	     "reads them is not known | update kmod (zstd: 28 or later), or install a kernel whose modules "
	     "it reads | /lib/modules/6.1.0-9\n"
	     "unknown fatal ko.gz | modules of kernel 6.1.0-9 end in .ko.gz; whether the image's kmod reads "
	     "them is not known | update kmod (zstd: 28 or later), or install a kernel whose modules it "
	     "reads | /lib/modules/6.1.0-9");
	w.kernel.modules.suffixes.count = 1;
	SAYS(&w, VW_NITRO, "MOD002",
	     "pass fatal 6.1.0-9 | the image's kmod reads the modules of kernel 6.1.0-9 | - | -");
	w.kernel.modules.suffixes.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "MOD002",
	     "unknown fatal 6.1.0-9 | how the modules of kernel 6.1.0-9 are compressed is not known | update "
	     "kmod (zstd: 28 or later), or install a kernel whose modules it reads | /lib/modules/6.1.0-9");
	w.kernel.modules.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "MOD002",
	     "pass fatal 6.1.0-9 | the image's kmod reads the modules of kernel 6.1.0-9 | - | -");
}

/* NVMe's time-out. */

static void test_how_long_nvme_is_waited_for(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "NVM003",
	     "pass degraded 6.1.0-9 | the command line sets the time-out of NVMe: 255 | - | /place");
	set_cmdline(&w, "root=UUID=1 nvme.io_timeout=4294967295 quiet");
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme.io_timeout | kernel 6.1.0-9 passes over nvme.io_timeout: it is called "
	     "nvme_core.io_timeout since Linux 4.6 | add nvme_core.io_timeout=4294967295 to "
	     "GRUB_CMDLINE_LINUX in "
	     "/etc/default/grub, then: update-grub | /place");
	set_cmdline(&w, "nvme_core.io_timeout=253");
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nvme_core.io_timeout=253 is short: a longer pause of a "
	     "volume becomes "
	     "an I/O error | add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, "
	     "then: "
	     "update-grub | /place");
	set_cmdline(&w, "root=UUID=1 nvme_core.io_timeout=4294967295 quiet");
	SAYS(&w, VW_NITRO, "NVM003",
	     "pass degraded 6.1.0-9 | the command line sets the time-out of NVMe: 4294967295 | - | /place");
	set_cmdline(&w, "nvme_core.io_timeout");
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an "
	     "answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 to "
	     "GRUB_CMDLINE_LINUX "
	     "in /etc/default/grub, then: update-grub | /place");
	set_cmdline(&w, "root=UUID=1");
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
	w.line[0] = (struct vw_line){"ATTR{queue/io_timeout}=\"4294967295\"", "/etc/udev/rules.d/a.rules:3"};
	w.facts.io_timeout = (struct vw_lines){VW_VALUE, 1, w.line};
	SAYS(&w, VW_NITRO, "NVM003",
	     "pass degraded 6.1.0-9 | /etc/udev/rules.d/a.rules:3 sets the time-out of NVMe disks | - | "
	     "/etc/udev/rules.d/a.rules:3");
	w.line[0].text = "ATTR{queue/scheduler}=\"none\"";
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
	w.facts.io_timeout = (struct vw_lines){.state = VW_DENIED};
	SAYS(&w, VW_NITRO, "NVM003",
	     "unknown degraded io_timeout | whether a udev rule sets the time-out of NVMe disks is not known "
	     "| add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
	     "update-grub | -");
	w.facts.io_timeout = (struct vw_lines){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
}

static void test_a_time_out_that_the_initramfs_sets(void **state)
{
	IMAGE;
	set_cmdline(&w, "root=UUID=1");
	w.rule[0] = (struct vw_modprobe_rule){"options", "nvme_core", "io_timeout=255",
					      "/etc/modprobe.d/n.conf:1"};
	w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, w.rule};
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
	w.kernel.initramfs.modprobe = w.facts.modprobe;
	SAYS(&w, VW_NITRO, "NVM003",
	     "pass degraded 6.1.0-9 | /etc/modprobe.d/n.conf:1 sets the time-out of NVMe disks | - | "
	     "/etc/modprobe.d/n.conf:1");
	w.rule[0].argument = "multipath=N";
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
	w.rule[0] =
		(struct vw_modprobe_rule){"options", "nvme", "io_timeout=255", "/etc/modprobe.d/n.conf:1"};
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
	w.rule[0] = (struct vw_modprobe_rule){"install", "nvme_core", "io_timeout=255",
					      "/etc/modprobe.d/n.conf:1"};
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
}

/* Amazon's own kernels wait long enough; somebody else's on Amazon Linux need not, nor one so named
 * elsewhere. */
static void test_whose_kernel_waits_by_itself(void **state)
{
	IMAGE;
	set_cmdline(&w, "root=UUID=1");
	w.facts.os.id.text = "amzn";
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | grubby --update-kernel=ALL "
	     "--args=nvme_core.io_timeout=4294967295 | /place");
	w.kernel.release = "6.1.119-129.201.amzn2023.x86_64";
	SAYS(&w, VW_NITRO, "NVM003",
	     "pass degraded 6.1.119-129.201.amzn2023.x86_64 | Amazon's kernels wait long enough for NVMe by "
	     "themselves | - | -");
	w.facts.os.id.text = "rhel";
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | grubby --update-kernel=ALL "
	     "--args=nvme_core.io_timeout=4294967295 | /place");
	w.facts.os.id = (struct vw_text){.state = VW_DENIED, .text = "amzn"};
	SAYS(&w, VW_NITRO, "NVM003",
	     "fail degraded nvme_core.io_timeout | nothing sets the time-out of NVMe requests: after 30 s "
	     "without an answer from EBS the kernel gives up the disk | add nvme_core.io_timeout=4294967295 "
	     "to the kernel's command line | /place");
}

/* ENA. */

static void set_ena(struct world *w, const char *os, const char *release, const char *version)
{
	w->facts.os.id.text = os;
	w->kernel.release = release;
	w->module[module_at("ena")].info.version = version;
}

/* At the floor it passes, and one below it does not. */
static void test_versions_of_ena(void **state)
{
	IMAGE;
	set_ena(&w, "debian", "4.9.0", "2.2.9");
	SAYS(&w, VW_NITRO, "ENA002",
	     "pass fatal 4.9.0 | ena 2.2.9 of kernel 4.9.0 is new enough | - | kernel/one.ko");
	set_ena(&w, "debian", "4.9.0", "2.2.8");
	SAYS(&w, VW_NITRO, "ENA002",
	     "fail advice ena | ena 2.2.8 of kernel 4.9.0 is older than 2.2.9: it does not attach on Nitro "
	     "v5 and later, and is slow on v4 "
	     "| update the kernel, or its ena module | kernel/one.ko");
	set_ena(&w, "debian", "4.9.0", "2.10.0g");
	SAYS(&w, VW_NITRO, "ENA002",
	     "pass fatal 4.9.0 | ena 2.10.0g of kernel 4.9.0 is new enough | - | kernel/one.ko");
	set_ena(&w, "debian", "6.1.0", "1.2");
	SAYS(&w, VW_NITRO, "ENA002",
	     "fail advice ena | ena 1.2 of kernel 6.1.0 is older than 2.2.9: it does not attach on Nitro v5 "
	     "and later, and is slow on v4 "
	     "| update the kernel, or its ena module | kernel/one.ko");
	set_ena(&w, "debian", "6.1.0", "1.1.9");
	SAYS(&w, VW_NITRO, "ENA002",
	     "fail fatal ena | ena 1.1.9 of kernel 6.1.0 is older than 1.2: interfaces of current instances "
	     "do not attach | update the kernel, or its ena module | kernel/one.ko");
	set_ena(&w, "debian", "6.1.0", "1.10");
	SAYS(&w, VW_NITRO, "ENA002",
	     "fail advice ena | ena 1.10 of kernel 6.1.0 is older than 2.2.9: it does not attach on Nitro v5 "
	     "and later, and is slow on v4 "
	     "| update the kernel, or its ena module | kernel/one.ko");
	/* Linux' own driver keeps its version, whatever a distribution adds to it: the kernel's release
	 * tells. */
	set_ena(&w, "ubuntu", "5.4.0-1100-aws", "2.1.0K");
	SAYS(&w, VW_NITRO, "ENA002",
	     "pass fatal 5.4.0-1100-aws | ena 2.1.0K of kernel 5.4.0-1100-aws is new enough | - | "
	     "kernel/one.ko");
	set_ena(&w, "rhel", "4.18.0-305.el8.x86_64", "2.1.0K");
	SAYS(&w, VW_NITRO, "ENA002",
	     "pass fatal 4.18.0-305.el8.x86_64 | ena 2.1.0K of kernel 4.18.0-305.el8.x86_64 is new enough | "
	     "- | "
	     "kernel/one.ko");
	set_ena(&w, "debian", "5.4.0-1100-generic", "2.1.0K");
	SAYS(&w, VW_NITRO, "ENA002",
	     "unknown advice ena | whether the ENA driver of kernel 5.4.0-1100-generic knows the newest "
	     "instances "
	     "is not known | update the kernel, or its ena module | kernel/one.ko");
	set_ena(&w, "rhel", "4.18.0-305.el8.x86_64", "2.1.0");
	SAYS(&w, VW_NITRO, "ENA002",
	     "fail advice ena | ena 2.1.0 of kernel 4.18.0-305.el8.x86_64 is older than 2.2.9: it does not "
	     "attach "
	     "on Nitro v5 and later, and is slow on v4 | update the kernel, or its ena module | "
	     "kernel/one.ko");
	/* What has no number is no version, and nobody knows whose driver it is. */
	set_ena(&w, "debian", "6.1.0", "unknown");
	SAYS(&w, VW_NITRO, "ENA002",
	     "unknown advice ena | whether the ENA driver of kernel 6.1.0 knows the newest instances is not "
	     "known "
	     "| update the kernel, or its ena module | kernel/one.ko");
	set_ena(&w, "debian", "6.1.0", "");
	SAYS(&w, VW_NITRO, "ENA002",
	     "unknown advice ena | whether the ENA driver of kernel 6.1.0 knows the newest instances is not "
	     "known "
	     "| update the kernel, or its ena module | kernel/one.ko");
	set_ena(&w, "debian", "6.1.0", "1.10");
	w.module[module_at("ena")].info.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "ENA002",
	     "pass fatal 6.1.0 | the ENA driver of kernel 6.1.0 is new enough | - | -");
	lose(&w, "ena");
	SAYS(&w, VW_NITRO, "ENA002", "skip fatal ena | kernel 6.1.0: ENA001 tells of its driver | - | -");
	build_in(&w, "ena");
	SAYS(&w, VW_NITRO, "ENA002",
	     "pass fatal 6.1.0 | the ENA driver of kernel 6.1.0 is new enough | - | -");
	w.kernel.modules.state = VW_DENIED;
	w.kernel.config.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "ENA002", "skip fatal ena | kernel 6.1.0: ENA001 tells of its driver | - | -");
}

/* Numbers that no version has are no overflow. */
static void test_versions_are_compared_by_their_numbers(void **state)
{
	static const struct {
		const char *version, *status;
	} rows[] = {
		{"2.2.10", "pass"},  {"2.3", "pass"},    {"3", "pass"},
		{"2.2.09", "pass"},  {"2.2", "fail"},    {"2-2-8", "fail"},
		{"2.1.99", "fail"},  {"v2.2.9", "pass"}, {"0", "fail"},
		{"2.2.8.9", "fail"}, {"2.1", "fail"},    {"99999999999999999999.0", "pass"},
	};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_preflight *preflight;

		set_ena(&w, "debian", "4.9.0", rows[i].version);
		preflight = hold(&w, VW_NITRO);
		for (size_t k = 0; k < preflight->finding_count; k++)
			if (vwb_text_equal(preflight->finding[k].finding.id, "ENA002"))
				compare_told(rows[i].version, __LINE__,
					     vw_status_word(preflight->finding[k].finding.status),
					     rows[i].status);
		vw_preflight_free(preflight);
	}
}

/* The kernel's own driver tells no version: each distribution's first kernel that has it, and the one before.
 */
static void test_kernels_whose_ena_is_new_enough(void **state)
{
	static const struct {
		const char *os, *release, *status;
	} rows[] = {
		{"amzn", "4.14.186-146.268.amzn2.x86_64", "pass"},
		{"amzn", "4.14.185-145.1.amzn2.x86_64", "fail"},
		{"rhel", "4.18.0-240.1.1.el8_3.x86_64", "pass"},
		{"rhel", "4.18.0-240.1.0.el8_3.x86_64", "fail"},
		{"rhel", "4.18.0-239.9.9.el8_3.x86_64", "fail"},
		{"ubuntu", "5.4.0-1025-aws", "pass"},
		{"ubuntu", "5.4.0-1024-aws", "fail"},
		{"ubuntu", "5.4.0-1024-azure", "unknown"},
		{"sles", "4.12.14-95.99.3-default", "pass"},
		{"sles", "4.12.14-95.99.2-default", "fail"},
		{"sles", "4.12.14-122.116.1-default", "pass"},
		{"sles", "4.12.14-122.116.0-default", "fail"},
		{"sles", "5.3.18-24.15.1-default", "pass"},
		{"sles", "5.3.18-24.15.0-default", "fail"},
		{"sles", "5.3.18-25.1-default", "unknown"},
		{"centos", "4.18.0-240.1.1.el8_3.x86_64", "pass"},
		{"rhel", "4.18.0-305.el8.x86_64", "pass"},
		{"sles", "4.12.14-150000.150.92.2-default", "pass"},
		{"sles", "4.12.14-150100.197.114.1-default", "fail"},
		{"debian", "4.14.185", "unknown"},
		{"debian", "4.18.0-240.1.1", "unknown"},
		{"debian", "5.9.16", "unknown"},
		{"debian", "5.10.0-8-amd64", "pass"},
		{"debian", "6.1.0", "pass"},
	};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char expected[512];

		set_ena(&w, rows[i].os, rows[i].release, NULL);
		if (vwb_text_equal(rows[i].status, "fail"))
			snprintf(expected, sizeof(expected),
				 "fail advice ena | kernel %s has an old driver of ENA: it does not attach "
				 "on Nitro v5 "
				 "and later, and is slow on v4 | update the kernel, or its ena module | -",
				 rows[i].release);
		else if (vwb_text_equal(rows[i].status, "pass"))
			snprintf(expected, sizeof(expected),
				 "pass fatal %s | the ENA driver of kernel %s is new enough | - | -",
				 rows[i].release, rows[i].release);
		else
			snprintf(expected, sizeof(expected),
				 "unknown advice ena | whether the ENA driver of kernel %s knows the newest "
				 "instances "
				 "is not known | update the kernel, or its ena module | -",
				 rows[i].release);
		SAYS(&w, VW_NITRO, "ENA002", expected);
	}
}

static void add_module(struct world *w, const char *name, const char *path, const char *vermagic)
{
	size_t count = w->kernel.modules.extra_count++;

	assert_true(count < SEVERAL);
	w->extra[count] = (struct vw_module){
		.name = name, .path = path, .info = {.state = VW_VALUE, .vermagic = vermagic}};
	w->kernel.modules.extra = w->extra;
}

static void test_an_ena_driver_from_elsewhere(void **state)
{
	static const char *const dkms[] = {"nvidia/550.1", "ena/2.13.0"};
	IMAGE;
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | the ENA driver of kernel 6.1.0-9 is its own | - | -");
	add_module(&w, "efa", "updates/efa.ko", "5.10.0 SMP");
	add_module(&w, "ena", "updates/ena.ko", "6.1.0-9 SMP");
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | updates/ena.ko is made for kernel 6.1.0-9 | - | updates/ena.ko");
	w.extra[1].info.vermagic = NULL;
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | updates/ena.ko is made for kernel 6.1.0-9 | - | updates/ena.ko");
	w.extra[1].info.vermagic = "6.1.0-90 SMP";
	SAYS(&w, VW_NITRO, "ENA003",
	     "fail fatal ena | updates/ena.ko hides the kernel's own driver and is made for another kernel: "
	     "6.1.0-90 SMP | dkms autoinstall -k 6.1.0-9 | updates/ena.ko");
	w.extra[1].path = "weak-updates/ena.ko";
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | weak-updates/ena.ko is made for kernel 6.1.0-9 | - | weak-updates/ena.ko");
	/* a path is a key, and told as what can be printed */
	w.extra[1].path = "weak-updates/\x9A\xC2\x9B"
			  "ena.ko";
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | weak-updates/??ena.ko is made for kernel 6.1.0-9 | - | "
	     "weak-updates/??ena.ko");
	w.extra[1].path = "weak-updates/ena.ko";
	w.extra[1].info.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "ENA003",
	     "unknown fatal ena | weak-updates/ena.ko may not be read | dkms autoinstall -k 6.1.0-9 | "
	     "weak-updates/ena.ko");
	w.extra[1].info.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "ENA003",
	     "unknown fatal ena | weak-updates/ena.ko is damaged | dkms autoinstall -k 6.1.0-9 | "
	     "weak-updates/ena.ko");
	make_world(&w);
	w.facts.dkms = (struct vw_names){VW_VALUE, dkms, "/var/lib/dkms", 1};
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | the ENA driver of kernel 6.1.0-9 is its own | - | -");
	w.facts.dkms.count = 2;
	SAYS(&w, VW_NITRO, "ENA003",
	     "fail degraded ena | ena/2.13.0 was not built for kernel 6.1.0-9, which would use its own ENA "
	     "driver | dkms autoinstall -k 6.1.0-9 | /var/lib/dkms");
	add_module(&w, "ena", "updates/dkms/ena.ko", "6.1.0-9 SMP");
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | updates/dkms/ena.ko is made for kernel 6.1.0-9 | - | updates/dkms/ena.ko");
	w.kernel.modules.extra_count = 0;
	lose(&w, "ena");
	SAYS(&w, VW_NITRO, "ENA003",
	     "fail fatal ena | ena/2.13.0 was not built for kernel 6.1.0-9, which has no ENA driver of its "
	     "own | dkms autoinstall -k 6.1.0-9 | /var/lib/dkms");
	build_in(&w, "ena");
	SAYS(&w, VW_NITRO, "ENA003",
	     "fail degraded ena | ena/2.13.0 was not built for kernel 6.1.0-9, which would use its own ENA "
	     "driver | dkms autoinstall -k 6.1.0-9 | /var/lib/dkms");
	w.facts.dkms.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | the ENA driver of kernel 6.1.0-9 is its own | - | -");
}

static void test_amazons_own_name_of_the_driver(void **state)
{
	static const char *const dkms[] = {"amzn-drivers/2.8.9"}, *const other[] = {"ena-tools/1"};
	IMAGE;
	w.facts.dkms = (struct vw_names){VW_VALUE, dkms, "/var/lib/dkms", 1};
	SAYS(&w, VW_NITRO, "ENA003",
	     "fail degraded ena | amzn-drivers/2.8.9 was not built for kernel 6.1.0-9, which would use its "
	     "own ENA driver | dkms autoinstall -k 6.1.0-9 | /var/lib/dkms");
	w.facts.dkms.name = other;
	SAYS(&w, VW_NITRO, "ENA003",
	     "pass fatal 6.1.0-9 | the ENA driver of kernel 6.1.0-9 is its own | - | -");
}

static void test_signatures_of_modules(void **state)
{
	IMAGE;
	add_module(&w, "ena", "updates/ena.ko", "6.1.0-9 SMP");
	add_module(&w, "nvidia", "updates/nvidia.ko", "6.1.0-9 SMP");
	add_module(&w, "zfs", "extra/zfs.ko", "6.1.0-9 SMP");
	w.extra[2].info.is_signed = true;
	SAYS(&w, VW_NITRO, "ENA004",
	     "pass fatal 6.1.0-9 | no module from elsewhere would be refused by kernel 6.1.0-9 for its "
	     "signature | - | /lib/modules/6.1.0-9");
	w.kernel.config.text = "CONFIG_MODULE_SIG_FORCE=y\n";
	SAYS(&w, VW_NITRO, "ENA004",
	     "fail fatal ena | updates/ena.ko has no signature, and kernel 6.1.0-9 loads none without | sign "
	     "ena with a key that kernel 6.1.0-9 trusts | updates/ena.ko\n"
	     "fail degraded nvidia | updates/nvidia.ko has no signature, and kernel 6.1.0-9 loads none "
	     "without | sign nvidia with a key that kernel 6.1.0-9 trusts | updates/nvidia.ko");
	w.kernel.config = (struct vw_text){.state = VW_DENIED};
	SAYS(&w, VW_NITRO, "ENA004",
	     "unknown degraded ena | updates/ena.ko has no signature, and whether kernel 6.1.0-9 demands one "
	     "is not known | sign ena with a key that kernel 6.1.0-9 trusts | updates/ena.ko\n"
	     "unknown degraded nvidia | updates/nvidia.ko has no signature, and whether kernel 6.1.0-9 "
	     "demands one is not known | sign nvidia with a key that kernel 6.1.0-9 trusts | "
	     "updates/nvidia.ko");
	w.kernel.config = (struct vw_text)TEXT("CONFIG_MODULE_SIG_FORCE=y\n");
	w.extra[0].info.is_signed = true;
	SAYS(&w, VW_NITRO, "ENA004",
	     "fail degraded nvidia | updates/nvidia.ko has no signature, and kernel 6.1.0-9 loads none "
	     "without | sign nvidia with a key that kernel 6.1.0-9 trusts | updates/nvidia.ko");
	w.extra[0].info.is_signed = false;
	w.extra[0].info.state = w.extra[1].info.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "ENA004",
	     "pass fatal 6.1.0-9 | no module from elsewhere would be refused by kernel 6.1.0-9 for its "
	     "signature | - | /lib/modules/6.1.0-9");
}

/* Xen. */

static void test_a_kernel_that_knows_xen(void **state)
{
	IMAGE;
	SAYS(&w, VW_XEN_PV, "XEN003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can be a Xen PV guest | - | /place");
	SAYS(&w, VW_XEN_HVM, "XEN003",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 can be a Xen HVM guest | - | /place");
	w.kernel.config.text = "CONFIG_XEN_PV=y\n";
	SAYS(&w, VW_XEN_PV, "XEN003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can be a Xen PV guest | - | /place");
	SAYS(&w, VW_XEN_HVM, "XEN003",
	     "fail degraded CONFIG_XEN_PVHVM | kernel 6.1.0-9 has no CONFIG_XEN_PVHVM: Xen's devices stay "
	     "emulated | use a kernel with CONFIG_XEN_PVHVM=y | /place");
	w.kernel.config.text = "CONFIG_XEN_PVHVM=y\n";
	SAYS(&w, VW_XEN_PV, "XEN003",
	     "fail fatal CONFIG_XEN_PV | kernel 6.1.0-9 has no CONFIG_XEN_PV: Xen cannot start it without "
	     "hardware | use a kernel with CONFIG_XEN_PV=y | /place");
	SAYS(&w, VW_XEN_HVM, "XEN003",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 can be a Xen HVM guest | - | /place");
	w.kernel.config.text = "CONFIG_X86_64_XEN=y\n";
	SAYS(&w, VW_XEN_PV, "XEN003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can be a Xen PV guest | - | /place");
	SAYS(&w, VW_XEN_HVM, "XEN003",
	     "fail degraded CONFIG_XEN_PVHVM | kernel 6.1.0-9 has no CONFIG_XEN_PVHVM: Xen's devices stay "
	     "emulated | use a kernel with CONFIG_XEN_PVHVM=y | /place");
	w.kernel.config.text = "CONFIG_XEN_PVHVM_GUEST=y\n";
	SAYS(&w, VW_XEN_PV, "XEN003",
	     "fail fatal CONFIG_XEN_PV | kernel 6.1.0-9 has no CONFIG_XEN_PV: Xen cannot start it without "
	     "hardware | use a kernel with CONFIG_XEN_PV=y | /place");
	SAYS(&w, VW_XEN_HVM, "XEN003",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 can be a Xen HVM guest | - | /place");
	w.kernel.config.text = "CONFIG_XEN_PV=m\nCONFIG_X86_64_XEN=m\n";
	SAYS(&w, VW_XEN_PV, "XEN003",
	     "fail fatal CONFIG_XEN_PV | kernel 6.1.0-9 has no CONFIG_XEN_PV: Xen cannot start it without "
	     "hardware | use a kernel with CONFIG_XEN_PV=y | /place");
	w.kernel.config = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_XEN_PV, "XEN003",
	     "unknown fatal CONFIG_XEN_PV | whether kernel 6.1.0-9 can be a Xen PV guest is not known: its "
	     "configuration is not there | use a kernel with CONFIG_XEN_PV=y | -");
	SAYS(&w, VW_XEN_HVM, "XEN003",
	     "unknown degraded CONFIG_XEN_PVHVM | whether kernel 6.1.0-9 can be a Xen HVM guest is not "
	     "known: its configuration is not there | use a kernel with CONFIG_XEN_PVHVM=y | -");
}

static void test_what_pv_grub_reads(void **state)
{
	static const char *const known[] = {"gzip", "bzip2", "lzo", "xz", "lzma"};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(known); i++) {
		w.kernel.file.compression = known[i];
		SAYS(&w, VW_XEN_PV, "XEN004",
		     "pass fatal 6.1.0-9 | PV-GRUB can start kernel 6.1.0-9 | - | /boot/grub/menu.lst");
	}
	w.kernel.file.compression = "lz4";
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "fail fatal lz4 | /boot/vmlinuz-6.1.0-9 is compressed with lz4, which PV-GRUB does not unpack | "
	     "write /boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz | "
	     "/boot/vmlinuz-6.1.0-9");
	w.kernel.file.compression = "zstd";
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "fail fatal zstd | /boot/vmlinuz-6.1.0-9 is compressed with zstd, which PV-GRUB does not unpack "
	     "| write /boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz | "
	     "/boot/vmlinuz-6.1.0-9");
	w.kernel.file.compression = NULL;
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "unknown fatal 6.1.0-9 | how kernel 6.1.0-9 is compressed is not known; PV-GRUB does not unpack "
	     "all | write /boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz | "
	     "/boot/vmlinuz-6.1.0-9");
	w.kernel.file.state = VW_ABSENT;
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "pass fatal 6.1.0-9 | PV-GRUB can start kernel 6.1.0-9 | - | /boot/grub/menu.lst");
	w.facts.boot.menu_lst = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "fail fatal menu.lst | PV-GRUB reads /boot/grub/menu.lst, which is not there | write "
	     "/boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz | -");
	w.facts.boot.menu_lst = (struct vw_text){VW_MALFORMED, NULL, "/boot/grub/menu.lst"};
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "fail fatal menu.lst | PV-GRUB reads /boot/grub/menu.lst, which has no entry | write "
	     "/boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz | "
	     "/boot/grub/menu.lst");
	w.facts.boot.menu_lst.state = VW_DENIED;
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "unknown fatal menu.lst | PV-GRUB reads /boot/grub/menu.lst, which may not be read | write "
	     "/boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz | "
	     "/boot/grub/menu.lst");
}

static void test_file_systems_that_pv_grub_reads(void **state)
{
	static const char *const known[] = {"ext2", "ext3", "ext4", "jfs", "xfs", "reiserfs", "auto", ""};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(known); i++) {
		w.mount[0].type = known[i];
		SAYS(&w, VW_XEN_PV, "XEN004",
		     "pass fatal 6.1.0-9 | PV-GRUB can start kernel 6.1.0-9 | - | /boot/grub/menu.lst");
	}
	w.mount[0].type = "btrfs";
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "fail degraded / | / is btrfs, which PV-GRUB does not read | write /boot/grub/menu.lst, and use "
	     "a kernel that is compressed with gzip or xz | /etc/fstab:1");
	w.mount[1] = (struct vw_mount){"fstab", "UUID=2", "/boot", "f2fs", "defaults", "/etc/fstab:2"};
	w.mount[2] = (struct vw_mount){"fstab", "UUID=3", "/srv", "btrfs", "defaults", "/etc/fstab:3"};
	w.facts.mounts.count = 3;
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "fail degraded / | / is btrfs, which PV-GRUB does not read | write /boot/grub/menu.lst, and use "
	     "a kernel that is compressed with gzip or xz | /etc/fstab:1\n"
	     "fail degraded /boot | /boot is f2fs, which PV-GRUB does not read | write /boot/grub/menu.lst, "
	     "and use a kernel that is compressed with gzip or xz | /etc/fstab:2");
	w.facts.mounts.state = VW_DENIED;
	SAYS(&w, VW_XEN_PV, "XEN004",
	     "pass fatal 6.1.0-9 | PV-GRUB can start kernel 6.1.0-9 | - | /boot/grub/menu.lst");
}

/* What is forbidden to load. */

/* Each driver that the target needs, and how it is called where it is built in. */
static const struct {
	unsigned target;
	const char *driver, *initcall;
	bool disk, network;
} needed[] = {
	{VW_NITRO, "nvme", "nvme_init", true, false},
	{VW_NITRO, "ena", "ena_init", false, true},
	{VW_EC2_METAL, "nvme", "nvme_init", true, false},
	{VW_EC2_METAL, "ena", "ena_init", false, true},
	{VW_NESTED_HOST, "nvme", "nvme_init", true, false},
	{VW_NESTED_HOST, "ena", "ena_init", false, true},
	{VW_XEN_PV, "xen_blkfront", "xlblk_init", true, false},
	{VW_XEN_PV, "xen_netfront", "netif_init", false, true},
	{VW_XEN_HVM, "xen_blkfront", "xlblk_init", true, false},
	{VW_XEN_HVM, "xen_netfront", "netif_init", false, true},
	{VW_KVM, "virtio_pci", "virtio_pci_driver_init", true, true},
	{VW_KVM, "virtio_blk", "virtio_blk_init", true, false},
	{VW_KVM, "virtio_net", "virtio_net_driver_init", false, true},
	{VW_GCP, "virtio_pci", "virtio_pci_driver_init", true, true},
	{VW_GCP, "virtio_scsi", "virtio_scsi_init", true, false},
	{VW_GCP, "sd_mod", "init_sd", true, false},
	{VW_GCP, "virtio_net", "virtio_net_driver_init", false, true},
	{VW_AZURE, "hv_vmbus", "hv_acpi_init", true, true},
	{VW_AZURE, "hv_storvsc", "storvsc_drv_init", true, false},
	{VW_AZURE, "sd_mod", "init_sd", true, false},
	{VW_AZURE, "hv_netvsc", "netvsc_drv_init", false, true},
};

/* With what severity the check fails on that driver, and on no other. */
static void check_blocked(const struct world *w, size_t row, const char *id, enum vw_severity severity)
{
	struct vw_preflight *preflight = hold(w, needed[row].target);
	enum vw_severity said = 0;

	for (size_t i = 0; i < preflight->finding_count; i++) {
		const struct vw_finding *finding = &preflight->finding[i].finding;

		if (!vwb_text_equal(finding->id, id) || finding->status != VW_FAIL)
			continue;
		compare_told(__FILE__, __LINE__, finding->subject, needed[row].driver);
		said = said > finding->severity ? said : finding->severity;
	}
	vw_preflight_free(preflight);
	if (said == severity)
		return;
	print_error("%s, %s on %s: %s, not %s\n", id, needed[row].driver, vw_target_word(needed[row].target),
		    said ? vw_severity_word(said) : "nothing",
		    severity ? vw_severity_word(severity) : "nothing");
	wrong_findings++;
}

static void test_no_needed_driver_may_be_in_modprobe(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(needed); i++) {
		struct world w;

		make_world(&w);
		w.rule[0] = (struct vw_modprobe_rule){"blacklist", needed[i].driver, "",
						      "/etc/modprobe.d/a.conf:1"};
		w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, w.rule};
		check_blocked(&w, i, "BLK001", needed[i].network ? VW_FATAL : VW_DEGRADED);
		w.kernel.initramfs.modprobe = w.facts.modprobe;
		check_blocked(&w, i, "BLK001", VW_FATAL);
		w.facts.modprobe.count = 0;
		check_blocked(&w, i, "BLK001", needed[i].disk ? VW_FATAL : 0);
		build_in(&w, needed[i].driver);
		check_blocked(&w, i, "BLK001", 0);
	}
}

static void test_no_needed_driver_may_be_on_the_command_line(void **state)
{
	static const struct {
		const char *word;
		bool early; /* it is for the initramfs only */
	} words[] = {
		{"module_blacklist", false}, {"modprobe.blacklist", false}, {"rd.driver.blacklist", true}};
	(void)state;
	for (size_t i = 0; i < VW_COUNT(needed); i++) {
		char cmdline[128];
		struct world w;

		make_world(&w);
		set_cmdline(&w, cmdline);
		for (size_t k = 0; k < VW_COUNT(words); k++) {
			snprintf(cmdline, sizeof(cmdline), "root=UUID=1 %s=floppy,%s", words[k].word,
				 needed[i].driver);
			check_blocked(&w, i, "BLK002", words[k].early && !needed[i].disk ? 0 : VW_FATAL);
			snprintf(cmdline, sizeof(cmdline), "root=UUID=1 %s=%s0,x%s", words[k].word,
				 needed[i].driver, needed[i].driver);
			check_blocked(&w, i, "BLK002", 0);
		}
		snprintf(cmdline, sizeof(cmdline), "initcall_blacklist=%s", needed[i].initcall);
		check_blocked(&w, i, "BLK002", VW_FATAL);
		for (size_t k = 0; k < MODULES; k++)
			build_in(&w, module_names[k]);
		check_blocked(&w, i, "BLK002", VW_FATAL);
		snprintf(cmdline, sizeof(cmdline),
			 "module_blacklist=%s modprobe.blacklist=%s rd.driver.blacklist=%s", needed[i].driver,
			 needed[i].driver, needed[i].driver);
		check_blocked(&w, i, "BLK002", 0);
	}
}

/* Of alternatives, those are asked that the kernel has. */
static void test_the_network_driver_that_a_kernel_has(void **state)
{
	const struct vw_modprobe_rule rules[] = {{"blacklist", "gve", "", "/etc/modprobe.d/a.conf:1"},
						 {"blacklist", "virtio_net", "", "/etc/modprobe.d/a.conf:2"}};
	IMAGE;
	w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, rules};
	set_cmdline(&w, "root=UUID=1 initcall_blacklist=gve_driver_init");
	SAYS(&w, VW_GCP, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	SAYS(&w, VW_GCP, "BLK002",
	     "pass fatal 6.1.0-9 | the command line forbids nothing that kernel 6.1.0-9 needs | - | /place");
	lose(&w, "virtio_net");
	SAYS(&w, VW_GCP, "BLK001",
	     "fail fatal gve | /etc/modprobe.d/a.conf:1 keeps gve from being loaded: blacklist | delete the "
	     "line that names gve, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/a.conf:1");
	SAYS(&w, VW_GCP, "BLK002",
	     "fail fatal gve | initcall_blacklist on the command line of kernel 6.1.0-9 forbids gve | take "
	     "gve out of the black list on the kernel's command line, and update the boot loader | /place");
	build_in(&w, "gve");
	SAYS(&w, VW_GCP, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	SAYS(&w, VW_GCP, "BLK002",
	     "fail fatal gve | initcall_blacklist on the command line of kernel 6.1.0-9 forbids gve | take "
	     "gve out of the black list on the kernel's command line, and update the boot loader | /place");
	make_world(&w);
	w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 2, rules};
	SAYS(&w, VW_GCP, "BLK001",
	     "fail fatal virtio_net | /etc/modprobe.d/a.conf:2 keeps virtio_net from being loaded: blacklist "
	     "| delete the line that names virtio_net, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/a.conf:2");
	lose(&w, "virtio_pci");
	SAYS(&w, VW_GCP, "BLK001",
	     "fail fatal gve | /etc/modprobe.d/a.conf:1 keeps gve from being loaded: blacklist | delete the "
	     "line that names gve, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/a.conf:1");
	lose(&w, "gve");
	SAYS(&w, VW_GCP, "BLK001",
	     "fail fatal virtio_net | /etc/modprobe.d/a.conf:2 keeps virtio_net from being loaded: blacklist "
	     "| delete the line that names virtio_net, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/a.conf:2");
}

static void test_what_modprobe_says_of_a_driver(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	w.rule[0] = (struct vw_modprobe_rule){"blacklist", "nvme", "", "/etc/modprobe.d/a.conf:1"};
	w.rule[1] = (struct vw_modprobe_rule){"install", "ena", "/bin/true --x", "/etc/modprobe.d/b.conf:2"};
	w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 2, w.rule};
	SAYS(&w, VW_NITRO, "BLK001",
	     "fail degraded nvme | /etc/modprobe.d/a.conf:1 forbids nvme: the next initramfs that is made "
	     "will not load it | delete the line that names nvme, and make the initramfs of kernel 6.1.0-9 "
	     "again | /etc/modprobe.d/a.conf:1\n"
	     "fail fatal ena | /etc/modprobe.d/b.conf:2 keeps ena from being loaded: install /bin/true --x | "
	     "delete the line that names ena, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/b.conf:2");
	w.early_rule[0] = w.rule[0];
	w.kernel.initramfs.modprobe = (struct vw_modprobe){VW_VALUE, 1, w.early_rule};
	SAYS(&w, VW_NITRO, "BLK001",
	     "fail fatal nvme | /etc/modprobe.d/a.conf:1 in /boot/initrd.img-6.1.0-9 keeps nvme from being "
	     "loaded: blacklist | delete the line that names nvme, and make the initramfs of kernel 6.1.0-9 "
	     "again | /etc/modprobe.d/a.conf:1\n"
	     "fail fatal ena | /etc/modprobe.d/b.conf:2 keeps ena from being loaded: install /bin/true --x | "
	     "delete the line that names ena, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/b.conf:2");
	w.kernel.initramfs.path = NULL;
	SAYS(&w, VW_NITRO, "BLK001",
	     "fail fatal nvme | /etc/modprobe.d/a.conf:1 in the initramfs keeps nvme from being loaded: "
	     "blacklist | delete the line that names nvme, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/a.conf:1\n"
	     "fail fatal ena | /etc/modprobe.d/b.conf:2 keeps ena from being loaded: install /bin/true --x | "
	     "delete the line that names ena, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/b.conf:2");
	w.kernel.initramfs.modprobe.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "BLK001",
	     "fail degraded nvme | /etc/modprobe.d/a.conf:1 forbids nvme: the next initramfs that is made "
	     "will not load it | delete the line that names nvme, and make the initramfs of kernel 6.1.0-9 "
	     "again | /etc/modprobe.d/a.conf:1\n"
	     "fail fatal ena | /etc/modprobe.d/b.conf:2 keeps ena from being loaded: install /bin/true --x | "
	     "delete the line that names ena, and make the initramfs of kernel 6.1.0-9 again | "
	     "/etc/modprobe.d/b.conf:2");
	w.rule[0].kind = w.rule[1].kind = "options";
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
}

/* What a line of modprobe.d runs in the place of loading. */
static void test_install_lines_that_load_nothing(void **state)
{
	static const char *const nothing[] = {
		"/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true", "false",        "true",
		":",          "/dev/null", "/sbin/nologin",  "/bin/echo",     "/bin/true\t-x"};
	static const char *const something[] = {"/sbin/modprobe --ignore-install ena", "/bin/falsehood",
						"/bin/fals", "", "/bin/sh -c true"};
	IMAGE;
	w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, w.rule};
	for (size_t i = 0; i < VW_COUNT(nothing); i++) {
		char expected[512];

		w.rule[0] =
			(struct vw_modprobe_rule){"install", "ena", nothing[i], "/etc/modprobe.d/a.conf:1"};
		snprintf(expected, sizeof(expected),
			 "fail fatal ena | /etc/modprobe.d/a.conf:1 keeps ena from being loaded: install %s "
			 "| delete the line that names ena, and make the initramfs of kernel 6.1.0-9 again | "
			 "/etc/modprobe.d/a.conf:1",
			 nothing[i]);
		/* a tab is told as a blank */
		for (char *tab = expected; (tab = strchr(tab, '\t'));)
			*tab = ' ';
		SAYS(&w, VW_NITRO, "BLK001", expected);
	}
	for (size_t i = 0; i < VW_COUNT(something); i++) {
		w.rule[0].argument = something[i];
		SAYS(&w, VW_NITRO, "BLK001",
		     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
		     "/etc/modprobe.d");
	}
}

/* initramfs-tools loads by name what conf/modules lists, in spite of a blacklist, but not of an install line.
 */
static void test_a_driver_that_is_loaded_by_name(void **state)
{
	static const struct vw_line load[] = {{"loop", "conf/modules"}, {"nvme", "conf/modules"}};
	IMAGE;
	w.rule[0] = (struct vw_modprobe_rule){"blacklist", "nvme", "", "/etc/modprobe.d/a.conf:1"};
	w.kernel.initramfs.modprobe = (struct vw_modprobe){VW_VALUE, 1, w.rule};
	w.kernel.initramfs.generator = "initramfs-tools";
	w.kernel.initramfs.load = (struct vw_lines){VW_VALUE, 2, load};
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	w.kernel.initramfs.load = (struct vw_lines){VW_VALUE, 1, load + 1};
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	w.kernel.initramfs.load = (struct vw_lines){VW_VALUE, 1, load};
	SAYS(&w, VW_NITRO, "BLK001",
	     "fail fatal nvme | /etc/modprobe.d/a.conf:1 in /boot/initrd.img-6.1.0-9 keeps nvme from being "
	     "loaded: blacklist | delete the line that names nvme, and make the initramfs of kernel 6.1.0-9 "
	     "again | /etc/modprobe.d/a.conf:1");
	w.kernel.initramfs.load.count = 2;
	w.kernel.initramfs.generator = "dracut";
	SAYS(&w, VW_NITRO, "BLK001",
	     "fail fatal nvme | /etc/modprobe.d/a.conf:1 in /boot/initrd.img-6.1.0-9 keeps nvme from being "
	     "loaded: blacklist | delete the line that names nvme, and make the initramfs of kernel 6.1.0-9 "
	     "again | /etc/modprobe.d/a.conf:1");
	w.kernel.initramfs.generator = "initramfs-tools";
	w.rule[0].kind = "install";
	w.rule[0].argument = "/bin/false";
	SAYS(&w, VW_NITRO, "BLK001",
	     "fail fatal nvme | /etc/modprobe.d/a.conf:1 in /boot/initrd.img-6.1.0-9 keeps nvme from being "
	     "loaded: install /bin/false | delete the line that names nvme, and make the initramfs of kernel "
	     "6.1.0-9 again | /etc/modprobe.d/a.conf:1");
}

static void test_rules_that_could_not_be_read(void **state)
{
	IMAGE;
	w.facts.modprobe = (struct vw_modprobe){.state = VW_MALFORMED};
	SAYS(&w, VW_NITRO, "BLK001",
	     "unknown fatal modprobe.d | whether modprobe.d forbids a driver is not known: it is damaged | "
	     "let modprobe.d be read, and check again | /etc/modprobe.d");
	w.facts.modprobe.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	w.kernel.initramfs.nested = "root.img";
	SAYS(&w, VW_NITRO, "BLK001",
	     "unknown fatal modprobe.d | whether modprobe.d in the initramfs forbids a driver is not known: "
	     "it holds a file system image, which was not read | let modprobe.d be read, and check again | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.nested = NULL;
	w.kernel.initramfs.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "BLK001",
	     "unknown fatal modprobe.d | whether modprobe.d in the initramfs forbids a driver is not known: "
	     "it may not be read | let modprobe.d be read, and check again | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "BLK001",
	     "unknown fatal modprobe.d | whether modprobe.d in the initramfs forbids a driver is not known: "
	     "it is damaged | let modprobe.d be read, and check again | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.init = NULL;
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	w.kernel.initramfs.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | modprobe.d forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/etc/modprobe.d");
	w.facts.modprobe.state = VW_DENIED;
	change_drivers(&w, "+nvme +ena");
	SAYS(&w, VW_NITRO, "BLK001",
	     "pass fatal 6.1.0-9 | what kernel 6.1.0-9 needs is no module, or is not there | - | -");
}

static void test_what_the_command_line_says_of_a_driver(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "BLK002",
	     "pass fatal 6.1.0-9 | the command line forbids nothing that kernel 6.1.0-9 needs | - | /place");
	set_cmdline(&w, "module_blacklist=nvme,ena");
	SAYS(&w, VW_NITRO, "BLK002",
	     "fail fatal nvme | module_blacklist on the command line of kernel 6.1.0-9 forbids nvme | take "
	     "nvme out of the black list on the kernel's command line, and update the boot loader | /place\n"
	     "fail fatal ena | module_blacklist on the command line of kernel 6.1.0-9 forbids ena | take ena "
	     "out of the black list on the kernel's command line, and update the boot loader | /place");
	set_cmdline(&w, "initcall_blacklist=floppy_init,nvme_init modprobe.blacklist=ena");
	SAYS(&w, VW_NITRO, "BLK002",
	     "fail fatal nvme | initcall_blacklist on the command line of kernel 6.1.0-9 forbids nvme | take "
	     "nvme out of the black list on the kernel's command line, and update the boot loader | /place\n"
	     "fail fatal ena | modprobe.blacklist on the command line of kernel 6.1.0-9 forbids ena | take "
	     "ena out of the black list on the kernel's command line, and update the boot loader | /place");
	set_cmdline(&w, "module_blacklist initcall_blacklist module_blacklist=,");
	SAYS(&w, VW_NITRO, "BLK002",
	     "pass fatal 6.1.0-9 | the command line forbids nothing that kernel 6.1.0-9 needs | - | /place");
	w.kernel.cmdline = (struct vw_text){VW_DENIED, NULL, "/boot/grub/grub.cfg"};
	SAYS(&w, VW_NITRO, "BLK002",
	     "unknown fatal command line | whether the command line of kernel 6.1.0-9 forbids a driver is "
	     "not known: it may not be read | let the command line be read, and check again | "
	     "/boot/grub/grub.cfg");
	w.kernel.cmdline.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "BLK002",
	     "pass fatal 6.1.0-9 | the command line forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/boot/grub/grub.cfg");
	w.kernel.initramfs.cmdline =
		(struct vw_text){VW_VALUE, "rd.driver.blacklist=nvme,ena", "etc/cmdline.d/a.conf"};
	SAYS(&w, VW_NITRO, "BLK002",
	     "fail fatal nvme | rd.driver.blacklist on the command line of kernel 6.1.0-9 forbids nvme | "
	     "take nvme out of the black list on the kernel's command line, and update the boot loader | "
	     "etc/cmdline.d/a.conf");
	w.kernel.initramfs.cmdline.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "BLK002",
	     "pass fatal 6.1.0-9 | the command line forbids nothing that kernel 6.1.0-9 needs | - | "
	     "/boot/grub/grub.cfg");
}

/* Hosts of guests, hotplug, TPM. */

static void test_hosts_of_guests(void **state)
{
	IMAGE;
	w.rule[0] = (struct vw_modprobe_rule){"blacklist", "kvm_intel", "", "/etc/modprobe.d/a.conf:1"};
	w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, w.rule};
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "fail fatal kvm_intel | /etc/modprobe.d/a.conf:1 forbids kvm_intel | delete the line that names "
	     "kvm_intel | /etc/modprobe.d/a.conf:1");
	SAYS(&w, VW_EC2_METAL, "KVM001",
	     "fail advice kvm_intel | /etc/modprobe.d/a.conf:1 forbids kvm_intel | delete the line that "
	     "names kvm_intel | /etc/modprobe.d/a.conf:1");
	build_in(&w, "kvm_intel");
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9");
	make_world(&w);
	w.facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, w.rule};
	w.rule[0] = (struct vw_modprobe_rule){"options", "kvm_intel", "nested=0 ept=1",
					      "/etc/modprobe.d/a.conf:1"};
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "fail advice kvm_intel | /etc/modprobe.d/a.conf:1 switches nesting off: guests of this host "
	     "cannot be hosts | delete nested=0 of kvm_intel | /etc/modprobe.d/a.conf:1");
	SAYS(&w, VW_EC2_METAL, "KVM001",
	     "pass advice 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9");
	w.rule[0].argument = "nested=N";
	w.rule[0].module = "kvm_amd";
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "fail advice kvm_amd | /etc/modprobe.d/a.conf:1 switches nesting off: guests of this host "
	     "cannot be hosts | delete nested=0 of kvm_amd | /etc/modprobe.d/a.conf:1");
	w.rule[0].argument = "nested=1";
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9");
	w.rule[0].argument = "nested=0";
	w.rule[0].module = "kvm";
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9");
	w.rule[0].kind = "alias";
	w.rule[0].module = "kvm_amd";
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9");
	w.rule[0].kind = "options";
	w.facts.modprobe.state = VW_DENIED;
	SAYS(&w, VW_NESTED_HOST, "KVM001",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9");
}

static void test_hosts_of_guests_on_arm(void **state)
{
	IMAGE;
	w.kernel.file.arch = "aarch64";
	lose(&w, "kvm_intel");
	SAYS(&w, VW_EC2_METAL_ARM64, "KVM001",
	     "pass advice 6.1.0-9 | kernel 6.1.0-9 can host guests | - | /lib/modules/6.1.0-9");
	lose(&w, "kvm");
	SAYS(&w, VW_EC2_METAL_ARM64, "KVM001",
	     "fail advice kvm | kernel 6.1.0-9 has no kvm: it cannot host guests | apt-get install "
	     "linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws) | /lib/modules/6.1.0-9");
}

static void test_devices_that_are_attached_later(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "HOT001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 sees what is attached while it runs | - | /place");
	w.kernel.config.text = "CONFIG_HOTPLUG_PCI_ACPI=y\n";
	SAYS(&w, VW_NITRO, "HOT001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 sees what is attached while it runs | - | /place");
	SAYS(&w, VW_NESTED_HOST, "HOT001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 sees what is attached while it runs | - | /place");
	SAYS(&w, VW_EC2_METAL, "HOT001",
	     "fail degraded HOTPLUG_PCI_PCIE | kernel 6.1.0-9 has no CONFIG_HOTPLUG_PCI_PCIE: volumes and "
	     "interfaces attach only with a reboot | use a kernel with CONFIG_HOTPLUG_PCI_PCIE=y | /place\n"
	     "fail degraded PCIEASPM | kernel 6.1.0-9 has no CONFIG_PCIEASPM: volumes and interfaces attach "
	     "only with a reboot | use a kernel with CONFIG_PCIEASPM=y | /place");
	w.kernel.config.text = "CONFIG_HOTPLUG_PCI_PCIE=y\nCONFIG_PCIEASPM=y\n";
	SAYS(&w, VW_NITRO, "HOT001",
	     "fail degraded HOTPLUG_PCI_ACPI | kernel 6.1.0-9 has no CONFIG_HOTPLUG_PCI_ACPI: volumes and "
	     "interfaces attach only with a reboot | use a kernel with CONFIG_HOTPLUG_PCI_ACPI=y | /place");
	SAYS(&w, VW_NESTED_HOST, "HOT001",
	     "fail degraded HOTPLUG_PCI_ACPI | kernel 6.1.0-9 has no CONFIG_HOTPLUG_PCI_ACPI: volumes and "
	     "interfaces attach only with a reboot | use a kernel with CONFIG_HOTPLUG_PCI_ACPI=y | /place");
	SAYS(&w, VW_EC2_METAL, "HOT001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 sees what is attached while it runs | - | /place");
	w.kernel.config = (struct vw_text){.state = VW_DENIED};
	SAYS(&w, VW_NITRO, "HOT001",
	     "unknown degraded HOTPLUG_PCI_ACPI | whether kernel 6.1.0-9 has CONFIG_HOTPLUG_PCI_ACPI is not "
	     "known: its configuration may not be read | use a kernel with CONFIG_HOTPLUG_PCI_ACPI=y | -");
	SAYS(&w, VW_EC2_METAL, "HOT001",
	     "unknown degraded HOTPLUG_PCI_PCIE | whether kernel 6.1.0-9 has CONFIG_HOTPLUG_PCI_PCIE is not "
	     "known: its configuration may not be read | use a kernel with CONFIG_HOTPLUG_PCI_PCIE=y | -\n"
	     "unknown degraded PCIEASPM | whether kernel 6.1.0-9 has CONFIG_PCIEASPM is not known: its "
	     "configuration may not be read | use a kernel with CONFIG_PCIEASPM=y | -");
	make_world(&w);
	w.kernel.file.arch = "aarch64";
	w.kernel.config.text = "CONFIG_HOTPLUG_PCI_ACPI=m\n";
	SAYS(&w, VW_NITRO_ARM64, "HOT001",
	     "fail degraded HOTPLUG_PCI_ACPI | kernel 6.1.0-9 has no CONFIG_HOTPLUG_PCI_ACPI: volumes and "
	     "interfaces attach only with a reboot | use a kernel with CONFIG_HOTPLUG_PCI_ACPI=y | /place");
	SAYS(&w, VW_EC2_METAL_ARM64, "HOT001",
	     "fail degraded HOTPLUG_PCI_PCIE | kernel 6.1.0-9 has no CONFIG_HOTPLUG_PCI_PCIE: volumes and "
	     "interfaces attach only with a reboot | use a kernel with CONFIG_HOTPLUG_PCI_PCIE=y | /place\n"
	     "fail degraded PCIEASPM | kernel 6.1.0-9 has no CONFIG_PCIEASPM: volumes and interfaces attach "
	     "only with a reboot | use a kernel with CONFIG_PCIEASPM=y | /place");
}

static void test_nitros_tpm(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "UEF003", "pass degraded 6.1.0-9 | kernel 6.1.0-9 drives NitroTPM | - | /place");
	w.kernel.config.text = "CONFIG_TCG_CRB=y\n";
	SAYS(&w, VW_NITRO, "UEF003", "pass degraded 6.1.0-9 | kernel 6.1.0-9 drives NitroTPM | - | /place");
	w.kernel.config.text = "# CONFIG_TCG_CRB is not set\n";
	SAYS(&w, VW_NITRO, "UEF003",
	     "fail advice TCG_CRB | kernel 6.1.0-9 has no CONFIG_TCG_CRB: NitroTPM cannot be used | use a "
	     "kernel with CONFIG_TCG_CRB | /place");
	w.ami.tpm_support = "v2.0";
	SAYS(&w, VW_NITRO, "UEF003",
	     "fail degraded TCG_CRB | kernel 6.1.0-9 has no CONFIG_TCG_CRB: NitroTPM cannot be used | use a "
	     "kernel with CONFIG_TCG_CRB | /place");
	w.has_ami = false;
	SAYS(&w, VW_NITRO, "UEF003",
	     "fail advice TCG_CRB | kernel 6.1.0-9 has no CONFIG_TCG_CRB: NitroTPM cannot be used | use a "
	     "kernel with CONFIG_TCG_CRB | /place");
	w.kernel.config = (struct vw_text){.state = VW_DENIED};
	w.has_ami = true;
	SAYS(&w, VW_NITRO, "UEF003",
	     "unknown advice TCG_CRB | whether kernel 6.1.0-9 drives NitroTPM is not known: its "
	     "configuration may not be read | use a kernel with CONFIG_TCG_CRB | -");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_FINDINGS(test_drivers_of_each_target),
		TEST_OF_FINDINGS(test_drivers_that_are_not_known),
		TEST_OF_FINDINGS(test_a_way_that_is_not_known_comes_before_one_that_is_not),
		TEST_OF_FINDINGS(test_an_initramfs_that_was_not_read_whole),
		TEST_OF_FINDINGS(test_an_initramfs_without_index),
		TEST_OF_FINDINGS(test_what_a_module_of_the_initramfs_depends_on),
		TEST_OF_FINDINGS(test_whose_modules_an_initramfs_has),
		TEST_OF_FINDINGS(test_a_kernel_with_its_modules),
		TEST_OF_FINDINGS(test_places_that_may_hide_a_kernel),
		TEST_OF_FINDINGS(test_one_whole_kernel_is_enough),
		TEST_OF_FINDINGS(test_the_file_of_a_kernel),
		TEST_OF_FINDINGS(test_a_kernel_of_32_bits),
		TEST_OF_FINDINGS(test_a_kernel_that_calls_itself_otherwise),
		TEST_OF_FINDINGS(test_the_index_of_modules),
		TEST_OF_FINDINGS(test_an_index_that_nothing_needs),
		TEST_OF_FINDINGS(test_modules_made_for_another_kernel),
		TEST_OF_FINDINGS(test_a_missing_driver_hides_no_other),
		TEST_OF_FINDINGS(test_each_driver_is_held_against_its_kernel),
		TEST_OF_FINDINGS(test_how_modules_are_compressed),
		TEST_OF_FINDINGS(test_how_long_nvme_is_waited_for),
		TEST_OF_FINDINGS(test_a_time_out_that_the_initramfs_sets),
		TEST_OF_FINDINGS(test_whose_kernel_waits_by_itself),
		TEST_OF_FINDINGS(test_versions_of_ena),
		TEST_OF_FINDINGS(test_versions_are_compared_by_their_numbers),
		TEST_OF_FINDINGS(test_kernels_whose_ena_is_new_enough),
		TEST_OF_FINDINGS(test_an_ena_driver_from_elsewhere),
		TEST_OF_FINDINGS(test_amazons_own_name_of_the_driver),
		TEST_OF_FINDINGS(test_signatures_of_modules),
		TEST_OF_FINDINGS(test_a_kernel_that_knows_xen),
		TEST_OF_FINDINGS(test_what_pv_grub_reads),
		TEST_OF_FINDINGS(test_file_systems_that_pv_grub_reads),
		TEST_OF_FINDINGS(test_no_needed_driver_may_be_in_modprobe),
		TEST_OF_FINDINGS(test_no_needed_driver_may_be_on_the_command_line),
		TEST_OF_FINDINGS(test_the_network_driver_that_a_kernel_has),
		TEST_OF_FINDINGS(test_what_modprobe_says_of_a_driver),
		TEST_OF_FINDINGS(test_install_lines_that_load_nothing),
		TEST_OF_FINDINGS(test_a_driver_that_is_loaded_by_name),
		TEST_OF_FINDINGS(test_rules_that_could_not_be_read),
		TEST_OF_FINDINGS(test_what_the_command_line_says_of_a_driver),
		TEST_OF_FINDINGS(test_hosts_of_guests),
		TEST_OF_FINDINGS(test_hosts_of_guests_on_arm),
		TEST_OF_FINDINGS(test_devices_that_are_attached_later),
		TEST_OF_FINDINGS(test_nitros_tpm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
