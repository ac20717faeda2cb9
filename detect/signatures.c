/* SPDX-License-Identifier: MIT */
#include "detect/signatures.h"

#include <stddef.h>
#include <string.h>

#include "detect/base.h"

/*
 * Sources: Linux arch/x86/include/asm (kvm_para, mshyperv, vmware, acrn), Xen public/arch-x86/cpuid.h, QEMU
 * target/i386, OpenBSD and NetBSD vmm, Intel haxm and TDX module specification, the vendors' SDKs.
 */
static const char *const signatures[] = {
	"KVMKVMKVM",    "Linux KVM Hv", "TCGTCGTCGTCG", "XenVMMXenVMM", "VMwareVMware", "Microsoft Hv",
	"VBoxVBoxVBox", "bhyve bhyve ", "BHyVE BHyVE ", " lrpepyh  vr", " prl hyperv ", "prl hyperv",
	"ACRNACRNACRN", "SRESRESRESRE", "QNXQVMBSQG",   "Apple VZ",     "OpenBSDVMM58", "LKVMLKVMLKVM",
	"UnisysSpar64", "___ NVMM ___", "HAXMHAXMHAXM", "EVMMEVMMEVMM", "Jailhouse",
};

bool vw_signature_known(const char *signature)
{
	for (size_t i = 0; i < VW_COUNT(signatures); i++) {
		if (vw_equal(signatures[i], signature))
			return true;
	}
	return false;
}

struct pci_row {
	uint16_t vendor, device;
	struct vw_device_kind kind;
	enum vw_disk_place place;
};

/*
 * Sources: Linux include/linux/pci_ids.h and the drivers' alias tables (ena, ixgbevf, nvme, gve, vmxnet3,
 * virtio), amzn-drivers, QEMU docs/specs/pci-ids.rst, VMware and Hyper-V drivers in Linux. Emulated models
 * are those that a VMM builds by default; the same silicon passed through carries the same ids only for parts
 * that nobody sells.
 */
static const struct pci_row pci_rows[] = {
	{0x1d0f, 0xec20, {"Amazon Elastic Network Adapter", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0xec21, {"Amazon Elastic Network Adapter (LLQ)", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0x0ec2, {"Amazon Elastic Network Adapter (PF)", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0x1ec2, {"Amazon Elastic Network Adapter (PF, LLQ)", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa0, {"Amazon Elastic Fabric Adapter", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa1, {"Amazon Elastic Fabric Adapter", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa2, {"Amazon Elastic Fabric Adapter", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa3, {"Amazon Elastic Fabric Adapter", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0x8061, {"Amazon EBS volume (NVMe)", VW_CLASS_VH}, VW_DISK_REMOTE},
	{0x1d0f, 0x0061, {"Amazon NVMe controller", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0x0065, {"Amazon NVMe controller", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0xcd00, {"Amazon EC2 instance store (NVMe)", VW_CLASS_VH}, VW_DISK_LOCAL},
	{0x1d0f, 0xcd01, {"Amazon EC2 instance store (NVMe)", VW_CLASS_VH}, VW_DISK_LOCAL},
	{0x1d0f, 0xcd02, {"Amazon EC2 instance store (NVMe)", VW_CLASS_VH}, VW_DISK_LOCAL},
	{0x1d0f, 0x1111, {"Amazon VGA", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1d0f, 0x8250, {"Amazon serial port", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1d0f, 0x7064, {"AWS Inferentia", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0x7164, {"AWS Trainium", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0x7264, {"AWS Inferentia2", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1d0f, 0x7364, {"AWS Trainium2", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x8086, 0x10ed, {"Intel 82599 virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x8086, 0x1515, {"Intel X540 virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x8086, 0x154c, {"Intel XL710 virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x8086, 0x1889, {"Intel adaptive virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x15b3, 0x1004, {"Mellanox ConnectX-3 virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x15b3, 0x1016, {"Mellanox ConnectX-4 Lx virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x15b3, 0x101a, {"Mellanox ConnectX-5 virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x15b3, 0x101e, {"Mellanox ConnectX virtual function", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1414, 0x00ba, {"Microsoft Azure Network Adapter", VW_CLASS_VH}, VW_DISK_UNTOLD},
	{0x1414, 0xb111, {"Azure NVMe local disk", VW_CLASS_VH}, VW_DISK_LOCAL},
	{0x1ae0, 0x0042, {"Google Virtual NIC", VW_CLASS_P}, VW_DISK_UNTOLD},
	{0x1ae0, 0x001f, {"Google NVMe disk", VW_CLASS_UNKNOWN}, VW_DISK_UNTOLD},
	{0x15ad, 0x07b0, {"VMware vmxnet3", VW_CLASS_P}, VW_DISK_UNTOLD},
	{0x15ad, 0x07c0, {"VMware PVSCSI", VW_CLASS_P}, VW_DISK_UNTOLD},
	{0x15ad, 0x07f0, {"VMware NVMe controller", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x15ad, 0x07e0, {"VMware AHCI controller", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x15ad, 0x0405, {"VMware SVGA", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x5853, 0x0001, {"Xen platform device", VW_CLASS_P}, VW_DISK_UNTOLD},
	{0x1b36, 0x0010, {"QEMU NVMe controller", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x5845, {"QEMU NVMe controller", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x80ee, 0x4e56, {"VirtualBox NVMe controller", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x80ee, 0xbeef, {"VirtualBox graphics adapter", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1234, 0x1111, {"QEMU standard VGA", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1013, 0x00b8, {"Cirrus VGA", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x100e, {"emulated Intel e1000", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x100f, {"emulated Intel e1000", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x1004, {"emulated Intel e1000", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x10d3, {"emulated Intel e1000e", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x10ec, 0x8139, {"emulated Realtek RTL8139", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x10ec, 0x8029, {"emulated NE2000", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1022, 0x2000, {"emulated AMD PCnet", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1011, 0x0009, {"emulated DEC 21140", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x7010, {"emulated PIIX3 IDE", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x7111, {"emulated PIIX4 IDE", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x2922, {"emulated ICH9 AHCI", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x8086, 0x2829, {"emulated ICH8M AHCI", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1000, 0x0030, {"emulated LSI 53C1030", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1000, 0x0012, {"emulated LSI 53C895A", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1000, 0x0054, {"emulated LSI SAS1068", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x104b, 0x1040, {"emulated BusLogic", VW_CLASS_VS}, VW_DISK_UNTOLD},
	{0x1022, 0x2020, {"emulated AMD 53C974", VW_CLASS_VS}, VW_DISK_UNTOLD},
};

static const struct pci_row *find_pci(uint16_t vendor, uint16_t device)
{
	for (size_t i = 0; i < VW_COUNT(pci_rows); i++) {
		if (pci_rows[i].vendor == vendor && pci_rows[i].device == device)
			return &pci_rows[i];
	}
	return NULL;
}

const struct vw_device_kind *vw_pci_kind(uint16_t vendor, uint16_t device)
{
	const struct pci_row *row = find_pci(vendor, device);

	return row ? &row->kind : NULL;
}

static const struct {
	const char *driver;
	struct vw_device_kind kind;
} driver_rows[] = {
	{"vif", {"Xen paravirtual network", VW_CLASS_P}},
	{"vbd", {"Xen paravirtual disk", VW_CLASS_P}},
	{"xen_netfront", {"Xen paravirtual network", VW_CLASS_P}},
	{"xen-netfront", {"Xen paravirtual network", VW_CLASS_P}},
	{"xen_blkfront", {"Xen paravirtual disk", VW_CLASS_P}},
	{"xen-blkfront", {"Xen paravirtual disk", VW_CLASS_P}},
	{"virtio_net", {"virtio network", VW_CLASS_P}},
	{"virtio_blk", {"virtio disk", VW_CLASS_P}},
	{"virtio_scsi", {"virtio SCSI disk", VW_CLASS_P}},
	{"virtio_pmem", {"virtio persistent memory", VW_CLASS_P}},
	{"virtiofs", {"virtio file system", VW_CLASS_P}},
	{"hv_netvsc", {"Hyper-V network", VW_CLASS_P}},
	{"hv_storvsc", {"Hyper-V disk", VW_CLASS_P}},
	{"storvsc", {"Hyper-V disk", VW_CLASS_P}},
	{"vmxnet3", {"VMware vmxnet3", VW_CLASS_P}},
	{"vmw_pvscsi", {"VMware PVSCSI", VW_CLASS_P}},
	{"gve", {"Google Virtual NIC", VW_CLASS_P}},
	{"ibmveth", {"PowerVM virtual Ethernet", VW_CLASS_P}},
	{"ibmvscsi", {"PowerVM virtual SCSI", VW_CLASS_P}},
	{"ibmvfc", {"PowerVM virtual Fibre Channel", VW_CLASS_P}},
	{"uml_net", {"User Mode Linux network", VW_CLASS_P}},
	{"ubd", {"User Mode Linux disk", VW_CLASS_P}},
	{"uml-vector", {"User Mode Linux network", VW_CLASS_P}},
	{"sunvnet", {"LDoms virtual network", VW_CLASS_P}},
	{"vdc", {"LDoms virtual disk", VW_CLASS_P}},
};

const struct vw_device_kind *vw_driver_kind(const char *driver)
{
	for (size_t i = 0; driver && i < VW_COUNT(driver_rows); i++) {
		if (vw_equal(driver_rows[i].driver, driver))
			return &driver_rows[i].kind;
	}
	return NULL;
}

/* Sources: AWS ebsnvme-id and EC2 User Guide; GCE guest-configs udev rules; Azure "NVMe disk identification";
 * OCI. */
static const struct {
	const char *model;
	enum vw_disk_place place;
} disk_models[] = {
	{"Amazon Elastic Block Store", VW_DISK_REMOTE},
	{"Amazon EC2 NVMe Instance Storage", VW_DISK_LOCAL},
	{"nvme_card-pd", VW_DISK_REMOTE},
	{"nvme_card", VW_DISK_LOCAL},
	{"PersistentDisk", VW_DISK_REMOTE},
	{"EphemeralDisk", VW_DISK_LOCAL},
	{"MSFT NVMe Accelerator v1.0", VW_DISK_REMOTE},
	{"Microsoft NVMe Direct Disk", VW_DISK_LOCAL},
	{"Microsoft NVMe Direct Disk v2", VW_DISK_LOCAL},
	{"BlockVolume", VW_DISK_REMOTE},
};

enum vw_disk_place vw_disk_place(const char *model, uint16_t pci_vendor, uint16_t pci_device,
				 const char *transport)
{
	const struct pci_row *row;

	if (transport && !vw_equal(transport, "pcie"))
		return VW_DISK_REMOTE;
	for (size_t i = 0; model && i < VW_COUNT(disk_models); i++) {
		if (vw_equal(disk_models[i].model, model))
			return disk_models[i].place;
	}
	row = find_pci(pci_vendor, pci_device);
	return row ? row->place : VW_DISK_UNTOLD;
}
