/* SPDX-License-Identifier: MIT */

/* Every identifier that a vendor chose, with what it stands for: the sources are named in
 * detect/know/signatures.c. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/base.h"
#include "detect/decide/kinds.h"
#include "probes/machine/probe.h"

static const char *const signatures[] = {
	"KVMKVMKVM",    "Linux KVM Hv", "TCGTCGTCGTCG", "XenVMMXenVMM", "VMwareVMware", "Microsoft Hv",
	"VBoxVBoxVBox", "bhyve bhyve ", "BHyVE BHyVE ", " lrpepyh  vr", " prl hyperv ", "prl hyperv",
	"ACRNACRNACRN", "SRESRESRESRE", "QNXQVMBSQG",   "Apple VZ",     "OpenBSDVMM58", "LKVMLKVMLKVM",
	"UnisysSpar64", "___ NVMM ___", "HAXMHAXMHAXM", "EVMMEVMMEVMM", "Jailhouse",
};

static void test_every_signature_is_known_and_nothing_like_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(signatures); i++) {
		char other[16] = "";

		assert_true(vw_signature_known(signatures[i]));
		assert_true(strlen(signatures[i]) <= 12);
		memcpy(other, signatures[i], strlen(signatures[i]));
		other[strlen(other) - 1]++;
		assert_false(vw_signature_known(other));
		other[strlen(other) - 1] = '\0';
		assert_false(vw_signature_known(other));
	}
	assert_false(vw_signature_known(""));
	assert_false(vw_signature_known("GenuineIntel"));
}

static const struct {
	uint16_t vendor, device;
	const char *what;
	enum vw_class class;
	enum vwk_disk_place place; /* of a disk that tells no model */
} functions[] = {
	{0x1d0f, 0xec20, "Amazon Elastic Network Adapter", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0xec21, "Amazon Elastic Network Adapter (LLQ)", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0x0ec2, "Amazon Elastic Network Adapter (PF)", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0x1ec2, "Amazon Elastic Network Adapter (PF, LLQ)", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa0, "Amazon Elastic Fabric Adapter", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa1, "Amazon Elastic Fabric Adapter", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa2, "Amazon Elastic Fabric Adapter", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0xefa3, "Amazon Elastic Fabric Adapter", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0x8061, "Amazon EBS volume (NVMe)", VW_CLASS_VH, VW_DISK_REMOTE},
	{0x1d0f, 0x0061, "Amazon NVMe controller", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0x0065, "Amazon NVMe controller", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0xcd00, "Amazon EC2 instance store (NVMe)", VW_CLASS_VH, VW_DISK_LOCAL},
	{0x1d0f, 0xcd01, "Amazon EC2 instance store (NVMe)", VW_CLASS_VH, VW_DISK_LOCAL},
	{0x1d0f, 0xcd02, "Amazon EC2 instance store (NVMe)", VW_CLASS_VH, VW_DISK_LOCAL},
	{0x1d0f, 0x1111, "Amazon VGA", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1d0f, 0x8250, "Amazon serial port", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1d0f, 0x7064, "AWS Inferentia", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0x7164, "AWS Trainium", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0x7264, "AWS Inferentia2", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1d0f, 0x7364, "AWS Trainium2", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x8086, 0x10ed, "Intel 82599 virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x8086, 0x1515, "Intel X540 virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x8086, 0x154c, "Intel XL710 virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x8086, 0x1889, "Intel adaptive virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x15b3, 0x1004, "Mellanox ConnectX-3 virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x15b3, 0x1016, "Mellanox ConnectX-4 Lx virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x15b3, 0x101a, "Mellanox ConnectX-5 virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x15b3, 0x101e, "Mellanox ConnectX virtual function", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1414, 0x00ba, "Microsoft Azure Network Adapter", VW_CLASS_VH, VW_DISK_UNTOLD},
	{0x1414, 0xb111, "Azure NVMe local disk", VW_CLASS_VH, VW_DISK_LOCAL},
	{0x1ae0, 0x0042, "Google Virtual NIC", VW_CLASS_P, VW_DISK_UNTOLD},
	{0x1ae0, 0x001f, "Google NVMe disk", VW_CLASS_UNKNOWN, VW_DISK_UNTOLD},
	{0x15ad, 0x07b0, "VMware vmxnet3", VW_CLASS_P, VW_DISK_UNTOLD},
	{0x15ad, 0x07c0, "VMware PVSCSI", VW_CLASS_P, VW_DISK_UNTOLD},
	{0x15ad, 0x07f0, "VMware NVMe controller", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x15ad, 0x07e0, "VMware AHCI controller", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x15ad, 0x0405, "VMware SVGA", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x5853, 0x0001, "Xen platform device", VW_CLASS_P, VW_DISK_UNTOLD},
	{0x1b36, 0x0010, "QEMU NVMe controller", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x5845, "QEMU NVMe controller", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x80ee, 0x4e56, "VirtualBox NVMe controller", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x80ee, 0xbeef, "VirtualBox graphics adapter", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1234, 0x1111, "QEMU standard VGA", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1013, 0x00b8, "Cirrus VGA", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x100e, "emulated Intel e1000", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x100f, "emulated Intel e1000", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x1004, "emulated Intel e1000", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x10d3, "emulated Intel e1000e", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x10ec, 0x8139, "emulated Realtek RTL8139", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x10ec, 0x8029, "emulated NE2000", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1022, 0x2000, "emulated AMD PCnet", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1011, 0x0009, "emulated DEC 21140", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x7010, "emulated PIIX3 IDE", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x7111, "emulated PIIX4 IDE", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x2922, "emulated ICH9 AHCI", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x8086, 0x2829, "emulated ICH8M AHCI", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1000, 0x0030, "emulated LSI 53C1030", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1000, 0x0012, "emulated LSI 53C895A", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1000, 0x0054, "emulated LSI SAS1068", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x104b, 0x1040, "emulated BusLogic", VW_CLASS_VS, VW_DISK_UNTOLD},
	{0x1022, 0x2020, "emulated AMD 53C974", VW_CLASS_VS, VW_DISK_UNTOLD},
};

static void test_every_pci_function_that_a_table_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(functions); i++) {
		const struct vwk_device_kind *kind = vw_pci_kind(functions[i].vendor, functions[i].device);

		assert_non_null(kind);
		assert_string_equal(kind->what, functions[i].what);
		assert_int_equal(kind->class, functions[i].class);
		assert_int_equal(vw_disk_place(NULL, functions[i].vendor, functions[i].device, NULL),
				 functions[i].place);
		assert_null(vw_pci_kind(functions[i].device, functions[i].vendor));
	}
}

static void test_functions_that_no_table_names(void **state)
{
	/* A neighbour of a known id, and hardware that is sold. */
	static const uint16_t unknown[][2] = {{0x1d0f, 0xec22}, {0x1d0e, 0xec20}, {0x8086, 0x1521},
					      {0x1af4, 0x1041}, {0, 0},           {0xffff, 0xffff}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(unknown); i++) {
		assert_null(vw_pci_kind(unknown[i][0], unknown[i][1]));
		assert_int_equal(vw_disk_place(NULL, unknown[i][0], unknown[i][1], NULL), VW_DISK_UNTOLD);
	}
}

static const struct {
	const char *driver, *what;
	enum vw_class class;
} drivers[] = {
	{"vif", "Xen paravirtual network", VW_CLASS_P},
	{"vbd", "Xen paravirtual disk", VW_CLASS_P},
	{"xen_netfront", "Xen paravirtual network", VW_CLASS_P},
	{"xen-netfront", "Xen paravirtual network", VW_CLASS_P},
	{"xen_blkfront", "Xen paravirtual disk", VW_CLASS_P},
	{"xen-blkfront", "Xen paravirtual disk", VW_CLASS_P},
	{"virtio_net", "virtio network", VW_CLASS_P},
	{"virtio_blk", "virtio disk", VW_CLASS_P},
	{"virtio_scsi", "virtio SCSI disk", VW_CLASS_P},
	{"virtio_pmem", "virtio persistent memory", VW_CLASS_P},
	{"virtiofs", "virtio file system", VW_CLASS_P},
	{"hv_netvsc", "Hyper-V network", VW_CLASS_P},
	{"hv_storvsc", "Hyper-V disk", VW_CLASS_P},
	{"storvsc", "Hyper-V disk", VW_CLASS_P},
	{"vmxnet3", "VMware vmxnet3", VW_CLASS_P},
	{"vmw_pvscsi", "VMware PVSCSI", VW_CLASS_P},
	{"gve", "Google Virtual NIC", VW_CLASS_P},
	{"ibmveth", "PowerVM virtual Ethernet", VW_CLASS_P},
	{"ibmvscsi", "PowerVM virtual SCSI", VW_CLASS_P},
	{"ibmvfc", "PowerVM virtual Fibre Channel", VW_CLASS_P},
	{"uml-netdev", "User Mode Linux network", VW_CLASS_P},
	{"uml-blkdev", "User Mode Linux disk", VW_CLASS_P},
	{"uml-vector", "User Mode Linux network", VW_CLASS_P},
	{"sunvnet", "LDoms virtual network", VW_CLASS_P},
	{"vdc", "LDoms virtual disk", VW_CLASS_P},
};

static void test_every_driver_of_a_bus_that_a_hypervisor_makes(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(drivers); i++) {
		const struct vwk_device_kind *kind = vw_driver_kind(drivers[i].driver);

		assert_non_null(kind);
		assert_string_equal(kind->what, drivers[i].what);
		assert_int_equal(kind->class, drivers[i].class);
	}
	assert_null(vw_driver_kind(NULL));
	assert_null(vw_driver_kind(""));
	assert_null(vw_driver_kind("virtio"));
	assert_null(vw_driver_kind("ena"));
	assert_null(vw_driver_kind("virtio_net0"));
}

static const struct {
	const char *model;
	enum vwk_disk_place place;
} models[] = {
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

static void test_every_model_of_disk_says_where_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(models); i++) {
		char other[64] = "";

		assert_int_equal(vw_disk_place(models[i].model, 0, 0, NULL), models[i].place);
		assert_int_equal(vw_disk_place(models[i].model, 0, 0, "pcie"), models[i].place);
		/* The model says more than the controller. */
		assert_int_equal(vw_disk_place(models[i].model, 0x1d0f, 0x8061, "pcie"), models[i].place);
		assert_int_equal(vw_disk_place(models[i].model, 0x1d0f, 0xcd00, "pcie"), models[i].place);
		memcpy(other, models[i].model, strlen(models[i].model));
		other[strlen(other)] = 'x';
		assert_int_equal(vw_disk_place(other, 0, 0, "pcie"), VW_DISK_UNTOLD);
	}
}

static void test_a_disk_behind_a_network_is_remote_whatever_it_is(void **state)
{
	static const char *const fabrics[] = {"tcp", "rdma", "fc", "loop", ""};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(fabrics); i++) {
		assert_int_equal(
			vw_disk_place("Amazon EC2 NVMe Instance Storage", 0x1d0f, 0xcd00, fabrics[i]),
			VW_DISK_REMOTE);
		assert_int_equal(vw_disk_place(NULL, 0, 0, fabrics[i]), VW_DISK_REMOTE);
	}
	assert_int_equal(vw_disk_place("", 0, 0, NULL), VW_DISK_UNTOLD);
}

/* NVMe of Apple's own processors hangs on no bus. Source: Linux drivers/nvme/host/apple.c, nvme_ctrl_ops. */
static void test_apples_own_nvme_is_no_network(void **state)
{
	(void)state;
	assert_int_equal(vw_disk_place("APPLE SSD AP0512Q", 0, 0, "apple-nvme"), VW_DISK_UNTOLD);
	assert_int_equal(vw_disk_place("APPLE SSD AP0512Q", 0, 0, "apple"), VW_DISK_REMOTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_signature_is_known_and_nothing_like_it),
		cmocka_unit_test(test_every_pci_function_that_a_table_names),
		cmocka_unit_test(test_functions_that_no_table_names),
		cmocka_unit_test(test_every_driver_of_a_bus_that_a_hypervisor_makes),
		cmocka_unit_test(test_every_model_of_disk_says_where_it_is),
		cmocka_unit_test(test_a_disk_behind_a_network_is_remote_whatever_it_is),
		cmocka_unit_test(test_apples_own_nvme_is_no_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
