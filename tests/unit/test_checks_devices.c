/* SPDX-License-Identifier: MIT */
#include "tests/unit/told.h"

#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"

#include "detect/check/check.h"
#include "detect/decide/build.h"
#include "detect/checks.h"

/* What the checks of the running guest say, word for word, of facts and platforms that are made here. */

#define TEXT(t)                        \
	{                              \
		VW_VALUE, (t), "/fact" \
	}

enum { SEVERAL = 4 };

struct live {
	struct vw_facts facts;
	struct vwk_row row, lower;
	struct vw_nested nested;
	struct vw_pci_device pci[SEVERAL];
	struct vw_virtio_device virtio[1];
	struct vw_xenbus_device xenbus[2];
	struct vw_vmbus_device vmbus[1];
	struct vw_class_device net[1], disk[1];
	struct vw_device device[SEVERAL]; /* as devices.c would have filled them in */
	size_t device_count;
};

/* What stands behind the end of each list: no check may look at it. */
static void make_beyond(struct live *l)
{
	for (size_t i = 0; i < SEVERAL; i++) {
		l->pci[i] = (struct vw_pci_device){.slot = "beyond",
						   .vendor = 0x1d0f,
						   .device = i % 2 ? 0xec20 : 0x8061,
						   .driver = "beyond"};
		l->device[i] = (struct vw_device){.kind = i % 2 ? "network" : "storage",
						  .name = "beyond",
						  .driver = "e1000",
						  .class = VW_CLASS_VS};
	}
	l->pci[SEVERAL - 1].vendor = 0x5853;
	l->pci[SEVERAL - 1].device = 0x0001;
	l->virtio[0] = (struct vw_virtio_device){.name = "beyond", .type = 1};
	l->xenbus[0] = (struct vw_xenbus_device){.name = "beyond", .type = "vif"};
	l->vmbus[0] =
		(struct vw_vmbus_device){.name = "beyond", .class = "f8615163-df3e-46c5-913f-f2d2f965ed0e"};
	l->net[0] = (struct vw_class_device){
		.name = "beyond", .driver = "ena", .version = "1", .pci = "0000:00:05.0"};
	l->disk[0] = (struct vw_class_device){.name = "beyond",
					      .model = "Amazon Elastic Block Store",
					      .io_timeout = {VW_VALUE, 1, "beyond"}};
	l->facts.devices.pci = l->pci;
	l->facts.devices.virtio = l->virtio;
	l->facts.devices.vmbus_device = l->vmbus;
	l->facts.xen.device = l->xenbus;
	l->facts.devices.net = (struct vw_device_list){.state = VW_VALUE, .item = l->net};
	l->facts.devices.block = (struct vw_device_list){.state = VW_VALUE, .item = l->disk};
}

/* A KVM guest that was probed widely, with a display that is driven. */
static void make_live(struct live *l)
{
	*l = (struct live){.row = {.id = "kvm", .name = "KVM", .hypervisor = "kvm"}};
	l->facts.arch = "x86_64";
	l->facts.clock.current = (struct vw_text)TEXT("tsc");
	make_beyond(l);
	l->facts.devices.pci_state = VW_VALUE;
	l->facts.devices.pci_count = 1;
	l->pci[0] = (struct vw_pci_device){.slot = "0000:00:02.0",
					   .vendor = 0x1234,
					   .device = 0x1111,
					   .class = 0x0300,
					   .driver = "bochs-drm"};
}

static struct vw_pci_device *add_pci(struct live *l, uint16_t vendor, uint16_t device, uint16_t class)
{
	static const char *const slots[SEVERAL] = {"", "0000:00:05.0", "0000:00:06.0", "0000:00:07.0"};
	size_t count = l->facts.devices.pci_count++;

	assert_true(count < SEVERAL);
	l->pci[count] = (struct vw_pci_device){
		.slot = slots[count], .vendor = vendor, .device = device, .class = class};
	return &l->pci[count];
}

static void check_live(const char *file, int line, struct live *l, const char *id, const char *expected)
{
	struct vw_report report = {.nested = l->nested, .device = l->device, .device_count = l->device_count};
	struct vw_build build = {.facts = &l->facts,
				 .report = &report,
				 .row = &l->row,
				 .lower = l->lower.id ? &l->lower : NULL};
	char told[TOLD_MAX] = "";

	assert_int_equal(vwb_arena_new(&build.arena), 0);
	assert_int_equal(vw_check_live(&build), 0);
	for (size_t i = 0; i < report.finding_count; i++)
		if (vwb_text_equal(report.finding[i].id, id))
			tell(told, &report.finding[i]);
	vwb_arena_free(build.arena);
	compare_told(file, line, told, expected);
}

#define SAYS(l, id, expected) check_live(__FILE__, __LINE__, l, id, expected)

#define LIVE           \
	struct live l; \
                       \
	(void)state;   \
	make_live(&l)

static void test_what_is_not_there_is_not_judged(void **state)
{
	static const char *const none[] = {"DRV001", "DRV002", "DRV003", "DRV004",
					   "DRV005", "DRV006", "DRV008", "DRV011"};
	LIVE;
	for (size_t i = 0; i < VW_COUNT(none); i++)
		SAYS(&l, none[i], "");
}

/* Wherever memory ends, it is told. */
static void test_memory_that_ends(void **state)
{
	unsigned long number;
	LIVE;
	add_pci(&l, 0x1d0f, 0xec20, 0x0200);
	l.facts.devices.net.count = 1;
	for (number = 1; number < 1000; number++) {
		struct vw_report report = {0};
		struct vw_build build = {.facts = &l.facts, .report = &report, .row = &l.row};
		int r;

		if (!memory_ends_at(number))
			LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
		r = vwb_arena_new(&build.arena);
		if (r == 0) {
			r = vw_check_live(&build);
			vwb_arena_free(build.arena);
		}
		if (!memory_had_ended()) {
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	assert_true(number > 2 && number < 1000);
}

/* A message has room for 1023 bytes, whatever a driver calls itself. */
static void test_long_messages_are_cut(void **state)
{
	struct vw_report report = {0};
	struct vw_build build = {.report = &report};
	char name[2048];
	LIVE;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	l.facts.clock.current.text = name;
	build.facts = &l.facts;
	build.row = &l.row;
	assert_int_equal(vwb_arena_new(&build.arena), 0);
	assert_int_equal(vw_check_live(&build), 0);
	for (size_t i = 0; i < report.finding_count; i++)
		if (vwb_text_equal(report.finding[i].id, "DRV007"))
			assert_int_equal(strlen(report.finding[i].message), 1023);
	vwb_arena_free(build.arena);
}

/* Drivers of PCI functions. */

/* A function that is told by its ids, of no class that would tell it. */
static const struct {
	uint16_t vendor, device;
	const char *check, *drivers[2], *module;
} functions[] = {
	{0x1d0f, 0xec20, "DRV001", {"ena"}, "ena"},
	{0x1d0f, 0xec21, "DRV001", {"ena"}, "ena"},
	{0x1d0f, 0x0ec2, "DRV001", {"ena"}, "ena"},
	{0x1d0f, 0x1ec2, "DRV001", {"ena"}, "ena"},
	{0x1d0f, 0x0051, "DRV001", {"ena"}, "ena"},
	{0x1d0f, 0xefa0, "DRV001", {"efa"}, "efa"},
	{0x1d0f, 0xefa1, "DRV001", {"efa"}, "efa"},
	{0x1d0f, 0xefa2, "DRV001", {"efa"}, "efa"},
	{0x1d0f, 0xefa3, "DRV001", {"efa"}, "efa"},
	{0x1d0f, 0x8061, "DRV002", {"nvme"}, "nvme"},
	{0x1d0f, 0x0061, "DRV002", {"nvme"}, "nvme"},
	{0x1d0f, 0x0065, "DRV002", {"nvme"}, "nvme"},
	{0x1d0f, 0xcd00, "DRV002", {"nvme"}, "nvme"},
	{0x1d0f, 0xcd01, "DRV002", {"nvme"}, "nvme"},
	{0x1d0f, 0xcd02, "DRV002", {"nvme"}, "nvme"},
	{0x8086, 0x10ed, "DRV001", {"ixgbevf"}, "ixgbevf"},
	{0x8086, 0x1515, "DRV001", {"ixgbevf"}, "ixgbevf"},
	{0x8086, 0x154c, "DRV001", {"iavf", "i40evf"}, "iavf"},
	{0x8086, 0x1889, "DRV001", {"iavf", "i40evf"}, "iavf"},
	{0x15b3, 0x1004, "DRV001", {"mlx4_core"}, "mlx4_core"},
	{0x15b3, 0x1016, "DRV001", {"mlx5_core"}, "mlx5_core"},
	{0x15b3, 0x101a, "DRV001", {"mlx5_core"}, "mlx5_core"},
	{0x15b3, 0x101e, "DRV001", {"mlx5_core"}, "mlx5_core"},
	{0x1414, 0x00ba, "DRV001", {"mana"}, "mana"},
	{0x1ae0, 0x0042, "DRV001", {"gve", "gvnic"}, "gve"},
	{0x15ad, 0x07b0, "DRV001", {"vmxnet3"}, "vmxnet3"},
	{0x15ad, 0x07c0, "DRV002", {"vmw_pvscsi"}, "vmw_pvscsi"},
};

static void test_functions_that_one_driver_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(functions); i++) {
		const char *other = vwb_text_equal(functions[i].check, "DRV001") ? "DRV002" : "DRV001";
		struct vw_pci_device *pci;
		char expected[512];
		struct live l;

		make_live(&l);
		pci = add_pci(&l, functions[i].vendor, functions[i].device, 0x0880);
		snprintf(expected, sizeof(expected),
			 "fail fatal 0000:00:05.0 (%04x:%04x) | no driver is bound to it | modprobe %s; "
			 "where there is no such module, install the kernel's full set of them | "
			 "/sys/bus/pci/devices/0000:00:05.0/driver",
			 pci->vendor, pci->device, functions[i].module);
		SAYS(&l, functions[i].check, expected);
		SAYS(&l, other, "");
		for (size_t k = 0; k < 2 && functions[i].drivers[k]; k++) {
			pci->driver = functions[i].drivers[k];
			snprintf(expected, sizeof(expected),
				 "pass degraded 0000:00:05.0 (%04x:%04x) | driven by %s | - | "
				 "/sys/bus/pci/devices/0000:00:05.0/driver",
				 pci->vendor, pci->device, pci->driver);
			SAYS(&l, functions[i].check, expected);
		}
		pci->driver = "other";
		snprintf(expected, sizeof(expected),
			 "fail degraded 0000:00:05.0 (%04x:%04x) | driven by other, it needs %s%s%s | "
			 "modprobe %s; where there is no such module, install the kernel's full set of them "
			 "| /sys/bus/pci/devices/0000:00:05.0/driver",
			 pci->vendor, pci->device, functions[i].drivers[0],
			 functions[i].drivers[1] ? " " : "",
			 functions[i].drivers[1] ? functions[i].drivers[1] : "", functions[i].module);
		SAYS(&l, functions[i].check, expected);
		pci->vendor ^= 0x8000;
		SAYS(&l, functions[i].check, "");
	}
}

/* What no table names is told by its class. */
static void test_functions_by_their_class(void **state)
{
	struct vw_pci_device *pci;
	LIVE;
	pci = add_pci(&l, 0x8086, 0x100e, 0x0200);
	SAYS(&l, "DRV001",
	     "fail fatal 0000:00:05.0 (8086:100e) | no driver is bound to it | load the driver's module, or "
	     "install the package that has it | /sys/bus/pci/devices/0000:00:05.0/driver");
	SAYS(&l, "DRV002", "");
	pci->class = 0x0280;
	pci->driver = "e1000";
	SAYS(&l, "DRV001",
	     "pass degraded 0000:00:05.0 (8086:100e) | driven by e1000 | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->class = 0x0108;
	SAYS(&l, "DRV001", "");
	SAYS(&l, "DRV002",
	     "fail degraded 0000:00:05.0 (8086:100e) | driven by e1000, it needs nvme | modprobe nvme; where "
	     "there is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->driver = NULL;
	SAYS(&l, "DRV002",
	     "fail fatal 0000:00:05.0 (8086:100e) | no driver is bound to it | modprobe nvme; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->class = 0x0100;
	SAYS(&l, "DRV002",
	     "fail fatal 0000:00:05.0 (8086:100e) | no driver is bound to it | load the driver's module, or "
	     "install the package that has it | /sys/bus/pci/devices/0000:00:05.0/driver");
	pci->class = 0x0301;
	SAYS(&l, "DRV001", "");
	SAYS(&l, "DRV002", "");
}

/* The boards that VMMs build have IDE and SATA controllers with nothing behind them. */
static void test_idle_controllers(void **state)
{
	static const uint16_t idle[] = {0x0101, 0x0106};
	struct vw_pci_device *pci;
	LIVE;
	pci = add_pci(&l, 0x8086, 0x7010, 0);
	for (size_t i = 0; i < VW_COUNT(idle); i++) {
		pci->class = idle[i];
		pci->driver = NULL;
		SAYS(&l, "DRV002", "");
		pci->driver = "ata_piix";
		SAYS(&l, "DRV002",
		     "pass degraded 0000:00:05.0 (8086:7010) | driven by ata_piix | - | "
		     "/sys/bus/pci/devices/0000:00:05.0/driver");
	}
	pci->driver = NULL;
	pci->class = 0x0104;
	SAYS(&l, "DRV002",
	     "fail fatal 0000:00:05.0 (8086:7010) | no driver is bound to it | load the driver's module, or "
	     "install the package that has it | /sys/bus/pci/devices/0000:00:05.0/driver");
	pci->class = 0x0107;
	SAYS(&l, "DRV002",
	     "fail fatal 0000:00:05.0 (8086:7010) | no driver is bound to it | load the driver's module, or "
	     "install the package that has it | /sys/bus/pci/devices/0000:00:05.0/driver");
}

/* virtio functions are of a kind by their class, and none of them by their vendor alone. */
static void test_virtio_functions(void **state)
{
	struct vw_pci_device *pci;
	LIVE;
	pci = add_pci(&l, 0x1af4, 0x1041, 0x0200);
	SAYS(&l, "DRV001",
	     "fail fatal 0000:00:05.0 (1af4:1041) | no driver is bound to it | modprobe virtio_pci; where "
	     "there is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	SAYS(&l, "DRV002", "");
	pci->driver = "virtio-pci";
	SAYS(&l, "DRV001",
	     "pass degraded 0000:00:05.0 (1af4:1041) | driven by virtio-pci | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->driver = "other";
	SAYS(&l, "DRV001",
	     "fail degraded 0000:00:05.0 (1af4:1041) | driven by other, it needs virtio-pci | modprobe "
	     "virtio_pci; where there is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->driver = NULL;
	pci->class = 0x0100;
	SAYS(&l, "DRV001", "");
	SAYS(&l, "DRV002",
	     "fail fatal 0000:00:05.0 (1af4:1041) | no driver is bound to it | modprobe virtio_pci; where "
	     "there is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->driver = "virtio-pci";
	SAYS(&l, "DRV002",
	     "pass degraded 0000:00:05.0 (1af4:1041) | driven by virtio-pci | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->driver = "other";
	SAYS(&l, "DRV002",
	     "fail degraded 0000:00:05.0 (1af4:1041) | driven by other, it needs virtio-pci | modprobe "
	     "virtio_pci; where there is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->class = 0x00ff;
	SAYS(&l, "DRV001", "");
	SAYS(&l, "DRV002", "");
}

static void test_devices_that_were_given_away(void **state)
{
	static const char *const to[] = {"vfio-pci", "pciback",         "xen-pciback",
					 "pci-stub", "uio_pci_generic", "igb_uio"};
	struct vw_pci_device *pci;
	LIVE;
	pci = add_pci(&l, 0x1d0f, 0xec20, 0x0200);
	for (size_t i = 0; i < VW_COUNT(to); i++) {
		char expected[256];

		pci->driver = to[i];
		snprintf(expected, sizeof(expected),
			 "pass degraded 0000:00:05.0 (1d0f:ec20) | given away, to %s | - | "
			 "/sys/bus/pci/devices/0000:00:05.0/driver",
			 to[i]);
		SAYS(&l, "DRV001", expected);
	}
	pci->driver = "vfio";
	SAYS(&l, "DRV001",
	     "fail degraded 0000:00:05.0 (1d0f:ec20) | driven by vfio, it needs ena | modprobe ena; where "
	     "there is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
}

/* A network function is called by its interface. */
static void test_names_of_interfaces(void **state)
{
	LIVE;
	add_pci(&l, 0x1d0f, 0xec20, 0x0200)->driver = "ena";
	add_pci(&l, 0x1d0f, 0x8061, 0x0108)->driver = "nvme";
	l.net[0] = (struct vw_class_device){.name = "eth0", .driver = "e1000", .pci = "0000:00:05.0"};
	l.facts.devices.net = (struct vw_device_list){.state = VW_VALUE, .count = 1, .item = l.net};
	SAYS(&l, "DRV001",
	     "pass degraded eth0 (1d0f:ec20) | driven by ena | - | /sys/bus/pci/devices/0000:00:05.0/driver");
	l.net[0].pci = "0000:00:06.0";
	SAYS(&l, "DRV001",
	     "pass degraded 0000:00:05.0 (1d0f:ec20) | driven by ena | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	SAYS(&l, "DRV002",
	     "pass degraded 0000:00:06.0 (1d0f:8061) | driven by nvme | - | "
	     "/sys/bus/pci/devices/0000:00:06.0/driver");
}

/* Drivers of other buses. */

static void test_drivers_of_virtio_devices(void **state)
{
	static const struct {
		uint32_t type;
		const char *check, *what, *module;
	} rows[] = {
		{1, "DRV001", "virtio network", "virtio_net"},
		{2, "DRV002", "virtio disk", "virtio_blk"},
		{8, "DRV002", "virtio SCSI host", "virtio_scsi"},
	};
	static const uint32_t others[] = {0, 3, 4, 5, 7, 9, 16, 19, 26};
	LIVE;
	l.facts.devices.virtio = l.virtio;
	l.facts.devices.virtio_count = 1;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char expected[512];

		l.virtio[0] = (struct vw_virtio_device){.name = "virtio3", .type = rows[i].type};
		snprintf(expected, sizeof(expected),
			 "fail fatal virtio3 (%s) | no driver is bound to it | modprobe %s; where there is "
			 "no such module, install the kernel's full set of them | "
			 "/sys/bus/virtio/devices/virtio3/driver",
			 rows[i].what, rows[i].module);
		SAYS(&l, rows[i].check, expected);
		SAYS(&l, vwb_text_equal(rows[i].check, "DRV001") ? "DRV002" : "DRV001", "");
		l.virtio[0].driver = "any";
		snprintf(expected, sizeof(expected),
			 "pass degraded virtio3 (%s) | driven by any | - | "
			 "/sys/bus/virtio/devices/virtio3/driver",
			 rows[i].what);
		SAYS(&l, rows[i].check, expected);
	}
	for (size_t i = 0; i < VW_COUNT(others); i++) {
		l.virtio[0] = (struct vw_virtio_device){.name = "virtio3", .type = others[i]};
		SAYS(&l, "DRV001", "");
		SAYS(&l, "DRV002", "");
	}
}

static void test_drivers_of_xen_devices(void **state)
{
	LIVE;
	l.facts.xen.device = l.xenbus;
	l.facts.xen.devices = 2;
	l.xenbus[0] = (struct vw_xenbus_device){.name = "vif-0", .type = "vif"};
	l.xenbus[1] = (struct vw_xenbus_device){.name = "vbd-768", .type = "vbd"};
	SAYS(&l, "DRV001",
	     "fail fatal vif-0 | no driver is bound to it | modprobe xen_netfront; where there is no such "
	     "module, install the kernel's full set of them | /sys/bus/xen/devices/vif-0/driver");
	SAYS(&l, "DRV002",
	     "fail fatal vbd-768 | no driver is bound to it | modprobe xen_blkfront; where there is no such "
	     "module, install the kernel's full set of them | /sys/bus/xen/devices/vbd-768/driver");
	l.xenbus[0].driver = "vif";
	l.xenbus[1].driver = "vbd";
	SAYS(&l, "DRV001", "pass degraded vif-0 | driven by vif | - | /sys/bus/xen/devices/vif-0/driver");
	SAYS(&l, "DRV002", "pass degraded vbd-768 | driven by vbd | - | /sys/bus/xen/devices/vbd-768/driver");
	l.xenbus[0].type = l.xenbus[1].type = "vkbd";
	SAYS(&l, "DRV001", "");
	SAYS(&l, "DRV002", "");
}

static void test_drivers_of_hyperv_devices(void **state)
{
	static const struct {
		const char *class, *check, *what, *module;
	} rows[] = {
		{"f8615163-df3e-46c5-913f-f2d2f965ed0e", "DRV001", "Hyper-V network", "hv_netvsc"},
		{"ba6163d9-04a1-4d29-b605-72e2ffb1dc7f", "DRV002", "Hyper-V SCSI", "hv_storvsc"},
		{"32412632-86cb-44a2-9b5c-50d1417354f5", "DRV002", "Hyper-V IDE", "hv_storvsc"},
		{"2f9bcc4a-0069-4af3-b76b-6fd0be528cda", "DRV002", "Hyper-V Fibre Channel", "hv_storvsc"},
	};
	LIVE;
	l.facts.devices.vmbus_device = l.vmbus;
	l.facts.devices.vmbus_count = 1;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char expected[512];

		l.vmbus[0] = (struct vw_vmbus_device){.name = "00aa", .class = rows[i].class};
		snprintf(expected, sizeof(expected),
			 "fail fatal 00aa (%s) | no driver is bound to it | modprobe %s; where there is no "
			 "such module, install the kernel's full set of them | "
			 "/sys/bus/vmbus/devices/00aa/driver",
			 rows[i].what, rows[i].module);
		SAYS(&l, rows[i].check, expected);
		SAYS(&l, vwb_text_equal(rows[i].check, "DRV001") ? "DRV002" : "DRV001", "");
		l.vmbus[0].driver = "any";
		snprintf(expected, sizeof(expected),
			 "pass degraded 00aa (%s) | driven by any | - | /sys/bus/vmbus/devices/00aa/driver",
			 rows[i].what);
		SAYS(&l, rows[i].check, expected);
	}
	l.vmbus[0].class = "57164f39-9115-4e78-ab55-382f3bd5422d";
	SAYS(&l, "DRV001", "");
	SAYS(&l, "DRV002", "");
	l.vmbus[0].class = NULL;
	SAYS(&l, "DRV001", "");
	SAYS(&l, "DRV002", "");
}

/* Every bus at once, with one device of each kind. */
static void test_devices_of_all_buses(void **state)
{
	static const struct vw_virtio_device virtio[] = {{.name = "virtio0", .type = 1},
							 {.name = "virtio1", .type = 1}};
	static const struct vw_xenbus_device xen[] = {{.name = "vif-0", .type = "vif"},
						      {.name = "vif-1", .type = "vif"}};
	static const struct vw_vmbus_device vmbus[] = {
		{.name = "00aa", .class = "f8615163-df3e-46c5-913f-f2d2f965ed0e"},
		{.name = "00bb", .class = "f8615163-df3e-46c5-913f-f2d2f965ed0e"}};
	LIVE;
	add_pci(&l, 0x1d0f, 0xec20, 0x0200);
	add_pci(&l, 0x1d0f, 0xec21, 0x0200);
	l.facts.devices.virtio = virtio;
	l.facts.xen.device = xen;
	l.facts.devices.vmbus_device = vmbus;
	l.facts.devices.virtio_count = l.facts.devices.vmbus_count = l.facts.xen.devices = 2;
	SAYS(&l, "DRV001",
	     "fail fatal 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "fail fatal 0000:00:06.0 (1d0f:ec21) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:06.0/driver\n"
	     "fail fatal virtio0 (virtio network) | no driver is bound to it | modprobe virtio_net; where "
	     "there is no such module, install the kernel's full set of them | "
	     "/sys/bus/virtio/devices/virtio0/driver\n"
	     "fail fatal virtio1 (virtio network) | no driver is bound to it | modprobe virtio_net; where "
	     "there is no such module, install the kernel's full set of them | "
	     "/sys/bus/virtio/devices/virtio1/driver\n"
	     "fail fatal vif-0 | no driver is bound to it | modprobe xen_netfront; where there is no such "
	     "module, install the kernel's full set of them | /sys/bus/xen/devices/vif-0/driver\n"
	     "fail fatal vif-1 | no driver is bound to it | modprobe xen_netfront; where there is no such "
	     "module, install the kernel's full set of them | /sys/bus/xen/devices/vif-1/driver\n"
	     "fail fatal 00aa (Hyper-V network) | no driver is bound to it | modprobe hv_netvsc; where there "
	     "is no such module, install the kernel's full set of them | /sys/bus/vmbus/devices/00aa/driver\n"
	     "fail fatal 00bb (Hyper-V network) | no driver is bound to it | modprobe hv_netvsc; where there "
	     "is no such module, install the kernel's full set of them | /sys/bus/vmbus/devices/00bb/driver");
	SAYS(&l, "DRV002", "");
}

static void set_device(struct live *l, size_t at, const char *kind, const char *driver, enum vw_class class)
{
	static const char *const names[SEVERAL] = {"one0", "two0", "three0", "four0"};

	l->device[at] = (struct vw_device){.kind = kind, .name = names[at], .driver = driver, .class = class};
	if (l->device_count <= at)
		l->device_count = at + 1;
}

enum { MANY = 200 };

static struct vw_device many[MANY];

static size_t found_of(struct live *l, const char *id)
{
	struct vw_report report = {.device = many, .device_count = l->device_count};
	struct vw_build build = {.facts = &l->facts, .report = &report, .row = &l->row};
	size_t count = 0;

	assert_int_equal(vwb_arena_new(&build.arena), 0);
	assert_int_equal(vw_check_live(&build), 0);
	for (size_t i = 0; i < report.finding_count; i++)
		count += vwb_text_equal(report.finding[i].id, id);
	vwb_arena_free(build.arena);
	return count;
}

/* However many there are of one kind, each is told. */
static void test_many_devices_of_one_kind(void **state)
{
	static struct vw_pci_device pci[MANY];
	static struct vw_virtio_device virtio[MANY];
	static struct vw_xenbus_device xen[MANY];
	static struct vw_vmbus_device vmbus[MANY];
	static struct vw_class_device net[MANY], disk[MANY];
	LIVE;
	for (size_t i = 0; i < MANY; i++) {
		pci[i] = (struct vw_pci_device){
			.slot = "a", .vendor = 0x1d0f, .device = 0xec20, .class = 0x0200, .driver = "ena"};
		virtio[i] = (struct vw_virtio_device){.name = "a", .type = 1};
		xen[i] = (struct vw_xenbus_device){.name = "a", .type = "vif"};
		vmbus[i] = (struct vw_vmbus_device){.name = "a",
						    .class = "f8615163-df3e-46c5-913f-f2d2f965ed0e"};
		net[i] = (struct vw_class_device){.name = "a", .driver = "ena", .version = "3"};
		disk[i] = (struct vw_class_device){.name = "a",
						   .model = "Amazon Elastic Block Store",
						   .io_timeout = {.state = VW_ABSENT}};
	}
	l.facts.devices.pci_count = 0;
	l.facts.devices.virtio = virtio;
	l.facts.devices.virtio_count = MANY;
	assert_int_equal(found_of(&l, "DRV001"), MANY);
	l.facts.devices.virtio_count = 0;
	l.facts.xen.device = xen;
	l.facts.xen.devices = MANY;
	assert_int_equal(found_of(&l, "DRV001"), MANY);
	l.facts.xen.devices = 0;
	l.facts.devices.vmbus_device = vmbus;
	l.facts.devices.vmbus_count = MANY;
	assert_int_equal(found_of(&l, "DRV001"), MANY);
	l.facts.devices.vmbus_count = 0;
	l.facts.devices.pci = pci;
	l.facts.devices.pci_count = MANY;
	assert_int_equal(found_of(&l, "DRV001"), MANY);
	l.facts.devices.pci_count = 0;
	l.facts.devices.net = (struct vw_device_list){.state = VW_VALUE, .count = MANY, .item = net};
	assert_int_equal(found_of(&l, "DRV005"), MANY);
	l.facts.devices.net.count = 0;
	l.facts.devices.block = (struct vw_device_list){.state = VW_VALUE, .count = MANY, .item = disk};
	assert_int_equal(found_of(&l, "DRV006"), MANY);
	assert_int_equal(found_of(&l, "DRV008"), MANY);
	l.facts.devices.block.count = 0;
	for (size_t i = 0; i < MANY; i++)
		many[i] = (struct vw_device){
			.kind = "network", .name = "a", .driver = "e1000", .class = VW_CLASS_VS};
	l.device_count = MANY;
	assert_int_equal(found_of(&l, "DRV003"), MANY);
}

/* A check may say as much as it likes: there is no room that it could fill. */
static void test_no_finding_is_dropped(void **state)
{
	static const struct vw_check check = {
		.word = {.id = "DRV999", .remedy = "remedy", .reference = "reference"}};
	struct vw_assessment a = {.check = &check};
	LIVE;
	a.facts = &l.facts;
	assert_int_equal(vwb_arena_new(&a.arena), 0);
	for (size_t i = 0; i < MANY; i++)
		vw_say(&a, VW_FAIL, VW_ADVICE, "subject", NULL, "number %zu", i);
	assert_int_equal(a.all, MANY);
	assert_string_equal(a.found->said.finding.message, "number 199");
	assert_string_equal(a.found->said.finding.remedy, "remedy");
	vwb_arena_free(a.arena);
}

/* How grave it is. */

/* Without any network a guest is lost, with one of two it is slower; metal and the unknown are nobody's
 * concern. */
static void test_how_grave_a_device_without_driver_is(void **state)
{
	struct vw_pci_device *one, *other;
	LIVE;
	one = add_pci(&l, 0x1d0f, 0xec20, 0x0200);
	other = add_pci(&l, 0x1d0f, 0xec20, 0x0200);
	SAYS(&l, "DRV001",
	     "fail fatal 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "fail fatal 0000:00:06.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:06.0/driver");
	other->driver = "ena";
	SAYS(&l, "DRV001",
	     "fail degraded 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there "
	     "is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "pass degraded 0000:00:06.0 (1d0f:ec20) | driven by ena | - | "
	     "/sys/bus/pci/devices/0000:00:06.0/driver");
	one->driver = "ena";
	other->driver = NULL;
	SAYS(&l, "DRV001",
	     "pass degraded 0000:00:05.0 (1d0f:ec20) | driven by ena | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "fail degraded 0000:00:06.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there "
	     "is no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:06.0/driver");
	one->driver = NULL;
	l.row.traits = VWK_BARE;
	SAYS(&l, "DRV001",
	     "fail advice 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "fail advice 0000:00:06.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:06.0/driver");
	l.row.traits = VWK_UNDETERMINED;
	SAYS(&l, "DRV001",
	     "fail advice 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "fail advice 0000:00:06.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:06.0/driver");
}

/* A control domain drives the devices of what is below its hypervisor. */
static void test_devices_of_a_control_domain(void **state)
{
	LIVE;
	add_pci(&l, 0x1d0f, 0xec20, 0x0200);
	l.facts.devices.pci_count = 2;
	l.row = (struct vwk_row){
		.id = "xen-dom0", .hypervisor = "xen", .below = VW_FROM_BOARD | VW_FROM_CPUID};
	SAYS(&l, "DRV001",
	     "fail advice 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	l.lower = (struct vwk_row){.id = "bare-metal", .hypervisor = "none", .traits = VWK_BARE};
	SAYS(&l, "DRV001",
	     "fail advice 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	l.lower = (struct vwk_row){.id = "kvm", .hypervisor = "kvm"};
	SAYS(&l, "DRV001",
	     "fail fatal 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	l.row.below = VW_FROM_CPUID;
	l.lower = (struct vwk_row){.id = "bare-metal", .hypervisor = "none", .traits = VWK_BARE};
	SAYS(&l, "DRV001",
	     "fail fatal 0000:00:05.0 (1d0f:ec20) | no driver is bound to it | modprobe ena; where there is "
	     "no such module, install the kernel's full set of them | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
}

static void test_functions_that_could_not_be_read(void **state)
{
	LIVE;
	add_pci(&l, 0x1d0f, 0xec20, 0x0200)->driver = "ena";
	l.facts.devices.pci_incomplete = true;
	SAYS(&l, "DRV001",
	     "pass degraded 0000:00:05.0 (1d0f:ec20) | driven by ena | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "unknown degraded network | not all PCI devices could be read | - | /sys/bus/pci/devices");
	l.facts.devices.pci_incomplete = false;
	l.facts.devices.pci_state = VW_MALFORMED;
	SAYS(&l, "DRV001",
	     "pass degraded 0000:00:05.0 (1d0f:ec20) | driven by ena | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver\n"
	     "unknown degraded network | not all PCI devices could be read | - | /sys/bus/pci/devices");
	SAYS(&l, "DRV002",
	     "unknown fatal storage | not all PCI devices could be read | - | /sys/bus/pci/devices");
	l.facts.devices.pci_state = VW_DENIED;
	l.facts.devices.pci_count = 0;
	SAYS(&l, "DRV001",
	     "unknown fatal network | not all PCI devices could be read | - | /sys/bus/pci/devices");
	l.facts.devices.pci_state = VW_ABSENT;
	SAYS(&l, "DRV001", "");
	/* The bare command reads less. */
	l.facts.devices.pci_state = VW_DENIED;
	l.facts.clock.current.state = VW_NOT_PROBED;
	SAYS(&l, "DRV001", "");
}

/* Where no function of the bus shows a driver, the links were not recorded; other buses' devices count still.
 */
static void test_drivers_that_were_not_recorded(void **state)
{
	LIVE;
	add_pci(&l, 0x1af4, 0x1041, 0x0200);
	l.pci[0].driver = NULL;
	l.virtio[0] = (struct vw_virtio_device){.name = "virtio0", .type = 1, .driver = "virtio_net"};
	l.facts.devices.virtio = l.virtio;
	SAYS(&l, "DRV001",
	     "unknown fatal network | which drivers PCI devices are bound to was not recorded | - | "
	     "/sys/bus/pci/devices");
	SAYS(&l, "DRV002", "");
	l.facts.devices.virtio_count = 1;
	SAYS(&l, "DRV001",
	     "pass degraded virtio0 (virtio network) | driven by virtio_net | - | "
	     "/sys/bus/virtio/devices/virtio0/driver\n"
	     "unknown degraded network | which drivers PCI devices are bound to was not recorded | - | "
	     "/sys/bus/pci/devices");
}

/* Devices that somebody emulates. */

/* What each hypervisor offers instead. */
static void test_what_is_offered_in_the_place_of_emulation(void **state)
{
	static const struct {
		int line;
		const char *id, *hypervisor, *network, *storage;
	} rows[] = {
		{__LINE__, "nitro", "kvm",
		 "fail degraded one0 | emulated hardware is in use | the instance needs ENA: set enaSupport "
		 "and load ena | e1000",
		 "fail degraded two0 | emulated hardware is in use | the instance needs NVMe: load nvme | "
		 "ata_piix"},
		{__LINE__, "xen-hvm", "xen",
		 "fail degraded one0 | fell back to emulated hardware: Xen's paravirtual one is not in use | "
		 "load xen_netfront early, and boot without xen_emul_unplug= and nopv | e1000",
		 "fail degraded two0 | fell back to emulated hardware: Xen's paravirtual one is not in use | "
		 "put xen_blkfront into the initramfs, and boot without xen_emul_unplug= and nopv | "
		 "ata_piix"},
		{__LINE__, "hyperv", "microsoft",
		 "fail degraded one0 | emulated hardware is in use | load hv_netvsc; give the machine a "
		 "network adapter that is not a legacy one | e1000",
		 "fail degraded two0 | emulated hardware is in use | put hv_storvsc into the initramfs | "
		 "ata_piix"},
		{__LINE__, "vmware", "vmware",
		 "fail degraded one0 | emulated hardware is in use | set the adapter's type to vmxnet3 | "
		 "e1000",
		 "fail advice two0 | emulated hardware is in use | move the disk to a paravirtual SCSI "
		 "controller | ata_piix"},
		{__LINE__, "virtualbox", "oracle",
		 "fail advice one0 | emulated hardware is in use | set the adapter's type to virtio-net | "
		 "e1000",
		 "fail advice two0 | emulated hardware is in use | - | ata_piix"},
		{__LINE__, "parallels", "parallels",
		 "fail advice one0 | emulated hardware is in use | set the adapter's type to virtio | e1000",
		 "fail advice two0 | emulated hardware is in use | - | ata_piix"},
		{__LINE__, "kvm", "kvm",
		 "fail degraded one0 | emulated hardware is in use | let the host give it as virtio: -device "
		 "virtio-net-pci, or <model type='virtio'/> | e1000",
		 "fail degraded two0 | emulated hardware is in use | let the host give it as virtio: -device "
		 "virtio-blk-pci, or <target bus='virtio'/> | ata_piix"},
		{__LINE__, "qemu", "qemu",
		 "fail degraded one0 | emulated hardware is in use | let the host give it as virtio: -device "
		 "virtio-net-pci, or <model type='virtio'/> | e1000",
		 "fail degraded two0 | emulated hardware is in use | let the host give it as virtio: -device "
		 "virtio-blk-pci, or <target bus='virtio'/> | ata_piix"},
		{__LINE__, "bhyve", "bhyve",
		 "fail degraded one0 | emulated hardware is in use | give it as virtio-net | e1000",
		 "fail degraded two0 | emulated hardware is in use | give it as virtio-blk | ata_piix"},
		{__LINE__, "acrn", "acrn", "", ""},
		{__LINE__, "bare-metal", "none", "", ""},
	};
	LIVE;
	set_device(&l, 0, "network", "e1000", VW_CLASS_VS);
	set_device(&l, 1, "storage", "ata_piix", VW_CLASS_VS);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		l.row = (struct vwk_row){.id = rows[i].id, .hypervisor = rows[i].hypervisor};
		check_live(__FILE__, rows[i].line, &l, "DRV003", rows[i].network);
		check_live(__FILE__, rows[i].line, &l, "DRV004", rows[i].storage);
	}
}

static void test_an_emulated_device_beside_a_better_one(void **state)
{
	LIVE;
	set_device(&l, 0, "network", "e1000", VW_CLASS_VS);
	l.device[0].what = "Intel 82540EM";
	l.device[0].ids = "8086:100e";
	set_device(&l, 1, "network", "virtio_net", VW_CLASS_P);
	set_device(&l, 2, "storage", "ahci", VW_CLASS_VS);
	l.device[2].what = "QEMU HARDDISK";
	set_device(&l, 3, "storage", "nvme", VW_CLASS_VS);
	l.device[3].ids = "1b36:0010";
	SAYS(&l, "DRV003",
	     "fail degraded one0 | Intel 82540EM is in use, while two0 is there | let the host give it as "
	     "virtio: -device virtio-net-pci, or <model type='virtio'/> | 8086:100e, driver e1000\n"
	     "pass degraded two0 | virtio_net: not emulated in software | - | -");
	SAYS(&l, "DRV004",
	     "fail degraded three0 | emulated hardware is in use | let the host give it as virtio: -device "
	     "virtio-blk-pci, or <target bus='virtio'/> | ahci\n"
	     "pass degraded four0 | nvme: not emulated in software | - | 1b36:0010");
	l.device[1].class = VW_CLASS_VH;
	SAYS(&l, "DRV003",
	     "fail degraded one0 | Intel 82540EM is in use, while two0 is there | let the host give it as "
	     "virtio: -device virtio-net-pci, or <model type='virtio'/> | 8086:100e, driver e1000\n"
	     "pass degraded two0 | virtio_net: not emulated in software | - | -");
	l.device[1].class = VW_CLASS_VS;
	SAYS(&l, "DRV003",
	     "fail degraded one0 | Intel 82540EM is in use | let the host give it as virtio: -device "
	     "virtio-net-pci, or <model type='virtio'/> | 8086:100e, driver e1000\n"
	     "fail degraded two0 | emulated hardware is in use | let the host give it as virtio: -device "
	     "virtio-net-pci, or <model type='virtio'/> | virtio_net");
	l.device[1].class = VW_CLASS_UNKNOWN;
	SAYS(&l, "DRV003",
	     "fail degraded one0 | Intel 82540EM is in use | let the host give it as virtio: -device "
	     "virtio-net-pci, or <model type='virtio'/> | 8086:100e, driver e1000");
	l.device[1].class = VW_CLASS_P;
	l.device[1].driver = NULL;
	SAYS(&l, "DRV003",
	     "fail degraded one0 | Intel 82540EM is in use | let the host give it as virtio: -device "
	     "virtio-net-pci, or <model type='virtio'/> | 8086:100e, driver e1000");
	l.device[1].driver = "vfio-pci";
	SAYS(&l, "DRV003",
	     "fail degraded one0 | Intel 82540EM is in use | let the host give it as virtio: -device "
	     "virtio-net-pci, or <model type='virtio'/> | 8086:100e, driver e1000");
	l.device[1] = (struct vw_device){
		.kind = "storage", .name = "sdb", .driver = "virtio_blk", .class = VW_CLASS_P};
	SAYS(&l, "DRV003",
	     "fail degraded one0 | Intel 82540EM is in use | let the host give it as virtio: -device "
	     "virtio-net-pci, or <model type='virtio'/> | 8086:100e, driver e1000");
	SAYS(&l, "DRV004",
	     "pass degraded sdb | virtio_blk: not emulated in software | - | -\n"
	     "fail degraded three0 | emulated hardware is in use, while sdb is there | let the host give it "
	     "as virtio: -device virtio-blk-pci, or <target bus='virtio'/> | ahci\n"
	     "pass degraded four0 | nvme: not emulated in software | - | 1b36:0010");
	l.row = (struct vwk_row){.id = "xen-hvm", .hypervisor = "xen"};
	SAYS(&l, "DRV004",
	     "pass degraded sdb | virtio_blk: not emulated in software | - | -\n"
	     "fail degraded three0 | emulated hardware is in use, while sdb is there | put xen_blkfront into "
	     "the initramfs, and boot without xen_emul_unplug= and nopv | ahci\n"
	     "pass degraded four0 | nvme: not emulated in software | - | 1b36:0010");
}

/* The better one may stand before the emulated one. */
static void test_a_better_device_that_stands_first(void **state)
{
	LIVE;
	set_device(&l, 0, "network", "virtio_net", VW_CLASS_P);
	set_device(&l, 1, "network", "e1000", VW_CLASS_VS);
	SAYS(&l, "DRV003",
	     "pass degraded one0 | virtio_net: not emulated in software | - | -\n"
	     "fail degraded two0 | emulated hardware is in use, while one0 is there | let the host give it "
	     "as virtio: -device virtio-net-pci, or <model type='virtio'/> | e1000");
	SAYS(&l, "DRV004", "");
	set_device(&l, 0, "network", "lan9118", VW_CLASS_H);
	SAYS(&l, "DRV003",
	     "pass degraded one0 | lan9118: not emulated in software | - | -\n"
	     "fail degraded two0 | emulated hardware is in use, while one0 is there | let the host give it "
	     "as virtio: -device virtio-net-pci, or <model type='virtio'/> | e1000");
	set_device(&l, 0, "network", "lan9118", VW_CLASS_NONE);
	SAYS(&l, "DRV003",
	     "pass degraded one0 | lan9118: not emulated in software | - | -\n"
	     "fail degraded two0 | emulated hardware is in use | let the host give it as virtio: -device "
	     "virtio-net-pci, or <model type='virtio'/> | e1000");
}

/* ENA. */

static void test_versions_of_ena(void **state)
{
	static const struct {
		int line;
		const char *version, *release, *expected;
	} rows[] = {
		{__LINE__, "2.13.0g", "4.4.0-1128-aws",
		 "pass degraded eth0 | ena 2.13.0g of Linux 4.4.0-1128-aws | - | /sys/module/ena/version"},
		{__LINE__, "2.2.9", "3.10.0-1160.el7",
		 "pass degraded eth0 | ena 2.2.9 of Linux 3.10.0-1160.el7 | - | /sys/module/ena/version"},
		{__LINE__, "2.2.8", "3.10.0-1160.el7",
		 "fail advice eth0 | ena 2.2.8 is older than 2.2.9: it does not attach on Nitro v5 and "
		 "later, and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "2.2.8", "6.1.0",
		 "fail advice eth0 | ena 2.2.8 is older than 2.2.9: it does not attach on Nitro v5 and "
		 "later, and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "1.2", "3.10.0-1160.el7",
		 "fail advice eth0 | ena 1.2 is older than 2.2.9: it does not attach on Nitro v5 and later, "
		 "and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "1.1.9", "3.10.0-1160.el7",
		 "fail fatal eth0 | ena 1.1.9 is older than 1.2: interfaces of current instances do not "
		 "attach | update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "1.0.2K", "4.9.0",
		 "fail fatal eth0 | ena 1.0.2K is older than 1.2: interfaces of current instances do not "
		 "attach | update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "1.2.0K", "4.9.0",
		 "unknown advice eth0 | whether ena 1.2.0K of Linux 4.9.0 knows newer devices is not known | "
		 "update the kernel, or install the driver of amzn-drivers | /fact"},
		{__LINE__, "2.1.0K", "5.10.0", "pass degraded eth0 | ena 2.1.0K of Linux 5.10.0 | - | /fact"},
		{__LINE__, "2.1.0K", "5.4.0-1024-aws",
		 "fail advice eth0 | Linux 5.4.0-1024-aws has an old driver of ENA: it does not attach on "
		 "Nitro v5 and later, and is slow on v4 | update the kernel, or install the driver of "
		 "amzn-drivers | "
		 "/fact"},
		{__LINE__, "2.2.9K", "4.9.0", "pass degraded eth0 | ena 2.2.9K of Linux 4.9.0 | - | /fact"},
		{__LINE__, NULL, "5.10", "pass degraded eth0 | ena of Linux 5.10 | - | /fact"},
		{__LINE__, NULL, "5.9.16",
		 "unknown advice eth0 | whether ena of Linux 5.9.16 knows newer devices is not known | "
		 "update the kernel, or install the driver of amzn-drivers | /fact"},
		{__LINE__, NULL, "5.4.0-1024-aws",
		 "fail advice eth0 | Linux 5.4.0-1024-aws has an old driver of ENA: it does not attach on "
		 "Nitro v5 and later, and is slow on v4 | update the kernel, or install the driver of "
		 "amzn-drivers | "
		 "/fact"},
		{__LINE__, "unknown", "6.1.0",
		 "unknown advice eth0 | whether ena unknown of Linux 6.1.0 knows newer devices is not known "
		 "| "
		 "update the kernel, or install the driver of amzn-drivers | /sys/module/ena/version"},
		{__LINE__, NULL, "no number",
		 "unknown advice eth0 | whether ena of Linux no number knows newer devices is not known | "
		 "update the kernel, or install the driver of amzn-drivers | /fact"},
		{__LINE__, NULL, "99999999999.1",
		 "pass degraded eth0 | ena of Linux 99999999999.1 | - | /fact"},
		{__LINE__, NULL, NULL,
		 "unknown advice eth0 | whether ena of Linux ? knows newer devices is not known | update the "
		 "kernel, or install the driver of amzn-drivers | /fact"},
		{__LINE__, "2.2.9", NULL,
		 "pass degraded eth0 | ena 2.2.9 of Linux ? | - | /sys/module/ena/version"},
		{__LINE__, "02.2.009", NULL,
		 "pass degraded eth0 | ena 02.2.009 of Linux ? | - | /sys/module/ena/version"},
		{__LINE__, "2.2.0008", NULL,
		 "fail advice eth0 | ena 2.2.0008 is older than 2.2.9: it does not attach on Nitro v5 and "
		 "later, and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "2.10", NULL,
		 "pass degraded eth0 | ena 2.10 of Linux ? | - | /sys/module/ena/version"},
		{__LINE__, "2.2", NULL,
		 "fail advice eth0 | ena 2.2 is older than 2.2.9: it does not attach on Nitro v5 and later, "
		 "and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "2.2-9", NULL,
		 "pass degraded eth0 | ena 2.2-9 of Linux ? | - | /sys/module/ena/version"},
		{__LINE__, "2.2g9", NULL,
		 "fail advice eth0 | ena 2.2g9 is older than 2.2.9: it does not attach on Nitro v5 and "
		 "later, and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "3", NULL, "pass degraded eth0 | ena 3 of Linux ? | - | /sys/module/ena/version"},
		{__LINE__, "2.2.8.1.1.1.1.1.1.1", NULL,
		 "fail advice eth0 | ena 2.2.8.1.1.1.1.1.1.1 is older than 2.2.9: it does not attach on "
		 "Nitro v5 and later, and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
		{__LINE__, "2.2.8", NULL,
		 "fail advice eth0 | ena 2.2.8 is older than 2.2.9: it does not attach on Nitro v5 and "
		 "later, and is slow on v4 | "
		 "update the kernel, or install the driver of amzn-drivers | "
		 "/sys/module/ena/version"},
	};
	LIVE;
	l.facts.devices.net = (struct vw_device_list){.state = VW_VALUE, .count = 1, .item = l.net};
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		l.net[0] =
			(struct vw_class_device){.name = "eth0", .driver = "ena", .version = rows[i].version};
		l.facts.kernel.release =
			(struct vw_text){rows[i].release ? VW_VALUE : VW_DENIED, rows[i].release, "/fact"};
		check_live(__FILE__, rows[i].line, &l, "DRV005", rows[i].expected);
	}
	l.net[0].driver = "e1000";
	SAYS(&l, "DRV005", "");
}

/* Each distribution's first kernel whose own driver is new enough, and the one before. */
static void test_kernels_whose_ena_is_new_enough(void **state)
{
	static const struct {
		const char *release, *status;
	} rows[] = {
		{"4.14.186-146.268.amzn2.x86_64", "pass"},
		{"4.14.185-145.1.amzn2.x86_64", "fail"},
		{"4.14.186", "unknown"},
		{"4.18.0-240.1.1.el8_3.x86_64", "pass"},
		{"4.18.0-240.1.0.el8_3.x86_64", "fail"},
		{"4.18.0-240.0.1.el8", "fail"},
		{"4.18.0-239.99.1.el8", "fail"},
		{"4.18.0-240.1.1", "unknown"},
		{"5.4.0-1025-aws", "pass"},
		{"5.4.0-1024-aws", "fail"},
		{"5.4.0-1026-gcp", "unknown"},
		{"4.12.14-95.99.3-default", "pass"},
		{"4.12.14-95.99.2-default", "fail"},
		{"4.12.14-122.116.1-default", "pass"},
		{"4.12.14-122.116.0-default", "fail"},
		{"4.12.14-150000.150.92.2-default", "pass"},
		{"4.12.14-150000.150.92.1-default", "fail"},
		{"4.12.14-150100.197.114.2-default", "pass"},
		{"4.12.14-150100.197.114.1-default", "fail"},
		{"5.3.18-24.15.1-default", "pass"},
		{"5.3.18-24.15.0-default", "fail"},
		{"5.3.18-24.15-default", "fail"},
		{"5.3.18-57-default", "unknown"},
		{"4.12.14-96.1-default", "unknown"},
		{"5.10.0-8-amd64", "pass"},
		{"5.9.99", "unknown"},
	};
	LIVE;
	l.facts.devices.net = (struct vw_device_list){.state = VW_VALUE, .count = 1, .item = l.net};
	l.net[0] = (struct vw_class_device){.name = "eth0", .driver = "ena"};
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const char *status = rows[i].status, *release = rows[i].release;
		char expected[512];

		l.facts.kernel.release = (struct vw_text){VW_VALUE, release, "/fact"};
		if (vwb_text_equal(status, "pass"))
			snprintf(expected, sizeof(expected),
				 "pass degraded eth0 | ena of Linux %s | - | /fact", release);
		else if (vwb_text_equal(status, "fail"))
			snprintf(
				expected, sizeof(expected),
				"fail advice eth0 | Linux %s has an old driver of ENA: it does not attach on "
				"Nitro v5 and later, and is slow on v4 | update the kernel, or install the "
				"driver of "
				"amzn-drivers | /fact",
				release);
		else
			snprintf(expected, sizeof(expected),
				 "unknown advice eth0 | whether ena of Linux %s knows newer devices is not "
				 "known | update the kernel, or install the driver of amzn-drivers | /fact",
				 release);
		SAYS(&l, "DRV005", expected);
	}
}

/* NVMe disks of EC2. */

static void make_ebs(struct live *l)
{
	make_live(l);
	l->disk[0] = (struct vw_class_device){.name = "nvme0n1",
					      .driver = "nvme",
					      .model = "Amazon Elastic Block Store",
					      .io_timeout = {.state = VW_ABSENT, .source = "/queue"}};
	l->facts.devices.block = (struct vw_device_list){.state = VW_VALUE, .count = 1, .item = l->disk};
	l->facts.devices.nvme_timeout.state = VW_ABSENT;
	l->facts.kernel.release = (struct vw_text)TEXT("6.1.0");
}

/* The disk's own setting counts in milliseconds, the parameter in seconds; the longest ends by the kernel's
 * tick. */
static void test_time_outs_of_ebs_volumes(void **state)
{
	static const struct {
		uint64_t disk, parameter; /* 0: not there */
		const char *release, *status;
	} rows[] = {
		{4294960000, 0, "6.1.0", "pass"},  {4294959999, 0, "6.1.0", "fail"},
		{4294967295, 0, "6.1.0", "pass"},  {30000, 0, "6.1.0", "fail"},
		{254000, 0, "6.1.0", "fail"},      {254000, 0, "4.15", "fail"},
		{254000, 0, "4.14.186", "pass"},   {253999, 0, "4.14.186", "fail"},
		{0, 4294967, "6.1.0", "pass"},     {0, 4294966, "6.1.0", "fail"},
		{0, 4294967295, "6.1.0", "pass"},  {0, 254, "4.14.186", "pass"},
		{0, 253, "4.14.186", "fail"},      {0, 254, "4.15.0", "fail"},
		{0, 255, "3.10.0", "pass"},        {30000, 4294967295, "6.1.0", "fail"},
		{4294967295, 30, "6.1.0", "pass"}, {254000, 0, NULL, "fail"},
		{0, 30, "6.1.0", "fail"},
	};
	struct live l;

	(void)state;
	make_ebs(&l);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		bool by_disk = rows[i].disk != 0;
		unsigned long long seconds = by_disk ? rows[i].disk / 1000 : rows[i].parameter;
		char expected[512];

		l.disk[0].io_timeout =
			(struct vw_number){by_disk ? VW_VALUE : VW_ABSENT, rows[i].disk, "/queue"};
		l.facts.devices.nvme_timeout = (struct vw_number){rows[i].parameter ? VW_VALUE : VW_ABSENT,
								  rows[i].parameter, "/parameter"};
		l.facts.kernel.release =
			(struct vw_text){rows[i].release ? VW_VALUE : VW_DENIED, rows[i].release, "/fact"};
		if (vwb_text_equal(rows[i].status, "pass"))
			snprintf(expected, sizeof(expected),
				 "pass degraded nvme0n1 | a request may take as long as the kernel can wait "
				 "| - | %s",
				 by_disk ? "/queue" : "/parameter");
		else
			snprintf(expected, sizeof(expected),
				 "fail degraded nvme0n1 | a request fails after %llu seconds: a pause of the "
				 "volume becomes an I/O error | nvme_core.io_timeout=4294967295 on the "
				 "kernel's command line, or a udev rule that sets queue/io_timeout | %s",
				 seconds, by_disk ? "/queue" : "/parameter");
		SAYS(&l, "DRV006", expected);
	}
}

static void test_time_outs_that_are_not_known(void **state)
{
	struct live l;

	(void)state;
	make_ebs(&l);
	SAYS(&l, "DRV006",
	     "unknown degraded nvme0n1 | how long a request may take is not told: neither the disk nor "
	     "nvme_core has a setting | - | /queue");
	l.facts.devices.nvme_timeout.state = VW_DENIED;
	SAYS(&l, "DRV006",
	     "unknown degraded nvme0n1 | how long a request may take could not be read | - | /queue");
	l.facts.devices.nvme_timeout.state = VW_ABSENT;
	l.disk[0].io_timeout.state = VW_DENIED;
	SAYS(&l, "DRV006",
	     "unknown degraded nvme0n1 | how long a request may take could not be read | - | /queue");
	l.disk[0].io_timeout.state = VW_NOT_PROBED;
	SAYS(&l, "DRV006", "");
	l.disk[0].io_timeout.state = VW_ABSENT;
	l.disk[0].model = "Amazon EC2 NVMe Instance Storage";
	SAYS(&l, "DRV006", "");
}

static void test_models_of_nvme_disks(void **state)
{
	struct live l;

	(void)state;
	make_ebs(&l);
	SAYS(&l, "DRV008",
	     "pass advice nvme0n1 | an EBS volume: over the network, outlives the instance | - | Amazon "
	     "Elastic Block Store");
	l.disk[0].model = "Amazon EC2 NVMe Instance Storage     ";
	SAYS(&l, "DRV008",
	     "pass advice nvme0n1 | instance store: in the host, lost when the instance stops | - | Amazon "
	     "EC2 NVMe Instance Storage");
	l.disk[0].model = "Amazon Elastic";
	SAYS(&l, "DRV008", "");
	l.disk[0].model = "nvme_card";
	SAYS(&l, "DRV008", "");
	l.disk[0].model = NULL;
	SAYS(&l, "DRV008", "");
	SAYS(&l, "DRV006", "");
}

/* Clocks. */

/* Each slow clock beside each good one, of which the best is named. */
static void test_slow_clocks(void **state)
{
	static const char *const slow[] = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"};
	static const struct {
		const char *available, *better;
	} rows[] = {
		{"hpet acpi_pm", NULL},
		{"xen hpet", "xen"},
		{"xen hyperv_clocksource_tsc_page", "hyperv_clocksource_tsc_page"},
		{"xen hyperv_clocksource_tsc_page kvm-clock", "kvm-clock"},
		{"xen hyperv_clocksource_tsc_page kvm-clock tsc", "tsc"},
	};
	LIVE;
	for (size_t i = 0; i < VW_COUNT(slow); i++) {
		for (size_t k = 0; k < VW_COUNT(rows); k++) {
			const char *better = rows[k].better;
			char expected[512];

			l.facts.clock.current.text = slow[i];
			l.facts.clock.available = (struct vw_text){VW_VALUE, rows[k].available, "/available"};
			if (better)
				snprintf(expected, sizeof(expected),
					 "fail degraded clocksource | %s: each reading of the time is slow, "
					 "and there is %s | echo %s "
					 ">/sys/devices/system/clocksource/clocksource0/current_clocksource, "
					 "and clocksource=%s on the kernel's command line | /fact",
					 slow[i], better, better, better);
			else
				snprintf(expected, sizeof(expected),
					 "fail degraded clocksource | %s: each reading of the time is slow | "
					 "let the host offer a clock: kvm-clock, Hyper-V's, or an invariant "
					 "TSC | /fact",
					 slow[i]);
			SAYS(&l, "DRV007", expected);
		}
	}
	l.facts.clock.available.state = VW_DENIED;
	SAYS(&l, "DRV007",
	     "fail degraded clocksource | refined-jiffies: each reading of the time is slow | let the host "
	     "offer a clock: kvm-clock, Hyper-V's, or an invariant TSC | /fact");
}

static void test_clocks_that_are_fast(void **state)
{
	static const char *const fast[] = {
		"tsc",   "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "timebase", "tod",
		"hpet2", "tsc-early"};
	LIVE;
	l.facts.clock.available = (struct vw_text)TEXT("tsc kvm-clock xen hpet");
	for (size_t i = 0; i < VW_COUNT(fast); i++) {
		char expected[128];

		l.facts.clock.current.text = fast[i];
		snprintf(expected, sizeof(expected), "pass degraded clocksource | %s | - | /fact", fast[i]);
		SAYS(&l, "DRV007", expected);
	}
}

/* Xen's clock is right where the instruction may be emulated, and slower than the instruction elsewhere. */
static void test_xens_clock(void **state)
{
	static const struct {
		int line;
		const char *mode, *available, *expected;
	} rows[] = {
		{__LINE__, "hvm", "xen tsc",
		 "fail advice clocksource | xen: slower to read than tsc, which is there | echo tsc "
		 ">/sys/devices/system/clocksource/clocksource0/current_clocksource, and clocksource=tsc on "
		 "the kernel's command line | /fact"},
		{__LINE__, "pvh", "xen tsc",
		 "fail advice clocksource | xen: slower to read than tsc, which is there | echo tsc "
		 ">/sys/devices/system/clocksource/clocksource0/current_clocksource, and clocksource=tsc on "
		 "the kernel's command line | /fact"},
		{__LINE__, NULL, "xen tsc",
		 "fail advice clocksource | xen: slower to read than tsc, which is there | echo tsc "
		 ">/sys/devices/system/clocksource/clocksource0/current_clocksource, and clocksource=tsc on "
		 "the kernel's command line | /fact"},
		{__LINE__, "pv", "xen tsc", "pass degraded clocksource | xen | - | /fact"},
		{__LINE__, "dom0", "xen tsc", "pass degraded clocksource | xen | - | /fact"},
		{__LINE__, "hvm", "xen hpet", "pass degraded clocksource | xen | - | /fact"},
	};
	LIVE;
	l.facts.clock.current.text = "xen";
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		l.row = (struct vwk_row){.id = "xen", .hypervisor = "xen", .mode = rows[i].mode};
		l.facts.clock.available = (struct vw_text){VW_VALUE, rows[i].available, "/available"};
		check_live(__FILE__, rows[i].line, &l, "DRV007", rows[i].expected);
	}
	l.row.mode = "hvm";
	l.facts.clock.available = (struct vw_text){VW_DENIED, "xen tsc", "/available"};
	SAYS(&l, "DRV007", "pass degraded clocksource | xen | - | /fact");
}

static void test_clocks_under_full_emulation(void **state)
{
	static const char *const emulators[] = {"qemu-tcg", "bochs"};
	LIVE;
	for (size_t i = 0; i < VW_COUNT(emulators); i++) {
		l.row.id = emulators[i];
		l.facts.clock.current.text = "hpet";
		SAYS(&l, "DRV007",
		     "fail advice clocksource | hpet: each reading of the time is slow | let the host offer "
		     "a clock: kvm-clock, Hyper-V's, or an invariant TSC | /fact");
		l.facts.clock.current.text = "tsc";
		SAYS(&l, "DRV007", "pass advice clocksource | tsc | - | /fact");
	}
}

static void test_clocks_that_are_not_known(void **state)
{
	LIVE;
	l.facts.clock.current.state = VW_DENIED;
	SAYS(&l, "DRV007", "unknown degraded clocksource | it could not be read | - | /fact");
	l.facts.clock.current.state = VW_MALFORMED;
	SAYS(&l, "DRV007", "unknown degraded clocksource | it could not be read | - | /fact");
	l.facts.clock.current.state = VW_ABSENT;
	SAYS(&l, "DRV007", "");
	l.facts.clock.current.state = VW_NOT_PROBED;
	SAYS(&l, "DRV007", "");
}

/* Emulation, and guests of its own. */

static void test_who_runs_the_instructions(void **state)
{
	static const struct {
		int line;
		unsigned traits;
		const char *id, *name, *hypervisor, *expected;
	} rows[] = {
		{__LINE__, VWK_EMULATES, "qemu-tcg", "QEMU (TCG)", "qemu",
		 "fail degraded processor | QEMU (TCG): slow emulation of each instruction | start the guest "
		 "with KVM (-accel kvm, or <domain type='kvm'>), on a host that has /dev/kvm | -"},
		{__LINE__, VWK_EMULATES, "bochs", "Bochs", "bochs",
		 "fail degraded processor | Bochs: slow emulation of each instruction | start the guest with "
		 "KVM (-accel kvm, or <domain type='kvm'>), on a host that has /dev/kvm | -"},
		{__LINE__, VWK_VAGUE | VWK_MAY_EMULATE, "qemu", "QEMU", "qemu",
		 "unknown degraded processor | whether QEMU uses the processor's virtualization or emulates "
		 "it is not told | start the guest with KVM (-accel kvm, or <domain type='kvm'>), on a host "
		 "that has /dev/kvm | -"},
		{__LINE__, 0, "kvm", "KVM", "kvm",
		 "pass degraded processor | KVM runs the instructions on the processor | - | -"},
		{__LINE__, VWK_BY_TYPE, "nitro", "Nitro", "kvm",
		 "pass degraded processor | KVM runs the instructions on the processor | - | -"},
		{__LINE__, 0, "xen-hvm", "Xen HVM", "xen", ""},
		{__LINE__, VWK_BARE, "bare-metal", "bare metal", "none", ""},
	};
	LIVE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		l.row = (struct vwk_row){.id = rows[i].id,
					 .name = rows[i].name,
					 .hypervisor = rows[i].hypervisor,
					 .traits = rows[i].traits};
		check_live(__FILE__, rows[i].line, &l, "DRV010", rows[i].expected);
	}
}

static void test_guests_of_its_own(void **state)
{
	static const struct {
		int line;
		struct vw_nested nested;
		const char *expected;
	} rows[] = {
		{__LINE__,
		 {.can_host = VW_YES, .extension = "vmx", .kvm = "usable"},
		 "pass advice guests of its own | this system can host guests | - | vmx"},
		{__LINE__,
		 {.can_host = VW_YES, .extension = "vmx", .kvm = "denied"},
		 "pass advice guests of its own | this system can host guests | - | vmx"},
		{__LINE__,
		 {.can_host = VW_YES, .extension = "svm", .kvm = "not-loaded", .hint = "load it"},
		 "fail advice guests of its own | this system could host guests, and is not ready | load it "
		 "| svm"},
		{__LINE__,
		 {.can_host = VW_YES, .extension = "pvm", .hint = "not tried", .hint_is_reason = true},
		 "fail advice guests of its own | this system could host guests, and is not ready | - | pvm"},
		{__LINE__,
		 {.can_host = VW_NO, .hint = "use another"},
		 "fail advice guests of its own | this system cannot host guests | use another | -"},
		{__LINE__,
		 {.can_host = VW_NO, .hint = "it has none", .hint_is_reason = true},
		 "fail advice guests of its own | this system cannot host guests: it has none | - | -"},
		{__LINE__,
		 {.can_host = VW_NO},
		 "fail advice guests of its own | this system cannot host guests | - | -"},
		{__LINE__,
		 {.can_host = VW_NO, .kvm = "denied"},
		 "fail advice guests of its own | this system cannot host guests | read /dev/kvm as root, or "
		 "as a member of the group kvm | -"},
		{__LINE__,
		 {.can_host = VW_UNKNOWN},
		 "unknown advice guests of its own | whether this system can host guests is not known | - | "
		 "-"},
		{__LINE__,
		 {.can_host = VW_UNKNOWN, .kvm = "denied"},
		 "unknown advice guests of its own | whether this system can host guests is not known | read "
		 "/dev/kvm as root, or as a member of the group kvm | -"},
		{__LINE__,
		 {.can_host = VW_UNKNOWN, .kvm = "usable", .hint = "so it is", .hint_is_reason = true},
		 "unknown advice guests of its own | whether this system can host guests is not known: so it "
		 "is | - | -"},
	};
	LIVE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		l.nested = rows[i].nested;
		check_live(__FILE__, rows[i].line, &l, "DRV009", rows[i].expected);
	}
	l.row.traits = VWK_UNDETERMINED;
	SAYS(&l, "DRV009", "");
	l.row.traits = 0;
	l.nested.can_host = VW_YES;
	l.facts.clock.current.state = VW_NOT_PROBED;
	SAYS(&l, "DRV009", "");
}

/* Xen's platform device, and Nitro's devices. */

static void test_xens_platform_device(void **state)
{
	struct vw_pci_device *pci;
	LIVE;
	SAYS(&l, "DRV011", "");
	pci = add_pci(&l, 0x5853, 0x0001, 0xff80);
	SAYS(&l, "DRV011",
	     "fail degraded 0000:00:05.0 | nothing drives Xen's platform device: no paravirtual disk or "
	     "network | use a kernel with CONFIG_XEN_PVHVM, or load xen_platform_pci; boot without nopv | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->driver = "xen-platform-pci";
	SAYS(&l, "DRV011",
	     "pass degraded 0000:00:05.0 | driven by xen-platform-pci | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->driver = l.pci[0].driver = NULL;
	SAYS(&l, "DRV011",
	     "unknown degraded 0000:00:05.0 | which drivers PCI devices are bound to was not recorded | - | "
	     "/sys/bus/pci/devices/0000:00:05.0/driver");
	pci->device = 0x0002;
	SAYS(&l, "DRV011", "");
	pci->device = 0x0001;
	pci->vendor = 0x5854;
	SAYS(&l, "DRV011", "");
}

static void test_devices_of_an_instance_on_nitro(void **state)
{
	LIVE;
	SAYS(&l, "DRV012", "");
	l.row = (struct vwk_row){.id = "nitro", .hypervisor = "kvm", .traits = VWK_BY_TYPE};
	SAYS(&l, "DRV012",
	     "fail degraded network | this instance on Nitro has no ENA adapter | stop the instance, set its "
	     "enaSupport, and start it again | /sys/bus/pci/devices\n"
	     "fail degraded storage | this instance on Nitro has no NVMe controller | stop the instance, set "
	     "its enaSupport, and start it again | /sys/bus/pci/devices");
	l.facts.devices.pci_incomplete = true;
	SAYS(&l, "DRV012",
	     "unknown degraded network | not all PCI devices could be read | - | /sys/bus/pci/devices\n"
	     "unknown degraded storage | not all PCI devices could be read | - | /sys/bus/pci/devices");
	l.facts.devices.pci_incomplete = false;
	add_pci(&l, 0x1d0f, 0xefa0, 0x0200);
	add_pci(&l, 0x1d0e, 0x8061, 0x0108);
	SAYS(&l, "DRV012",
	     "fail degraded network | this instance on Nitro has no ENA adapter | stop the instance, set its "
	     "enaSupport, and start it again | /sys/bus/pci/devices\n"
	     "fail degraded storage | this instance on Nitro has no NVMe controller | stop the instance, set "
	     "its enaSupport, and start it again | /sys/bus/pci/devices");
	l.facts.devices.pci_count = 1;
	add_pci(&l, 0x1d0f, 0x8061, 0x0108);
	add_pci(&l, 0x1d0f, 0xec20, 0x0200);
	SAYS(&l, "DRV012",
	     "pass degraded network | there is an ENA adapter: 0000:00:06.0 | - | /sys/bus/pci/devices\n"
	     "pass degraded storage | there is an NVMe controller: 0000:00:05.0 | - | /sys/bus/pci/devices");
	l.pci[0] = l.pci[2];
	l.facts.devices.pci_count = 1;
	SAYS(&l, "DRV012",
	     "pass degraded network | there is an ENA adapter: 0000:00:06.0 | - | /sys/bus/pci/devices\n"
	     "fail degraded storage | this instance on Nitro has no NVMe controller | stop the instance, set "
	     "its enaSupport, and start it again | /sys/bus/pci/devices");
	l.facts.devices.pci_state = VW_DENIED;
	SAYS(&l, "DRV012", "");
	l.facts.devices.pci_state = VW_VALUE;
	l.facts.devices.pci_count = 0;
	SAYS(&l, "DRV012", "");
}

/* Each function that Amazon makes is one or the other. */
static void test_which_function_is_which_on_nitro(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(functions); i++) {
		bool network = vwb_text_equal(functions[i].check, "DRV001");
		bool counts = functions[i].vendor == 0x1d0f && !vwb_text_equal(functions[i].module, "efa");
		char expected[1024];
		struct live l;

		make_live(&l);
		l.row = (struct vwk_row){.id = "nitro", .hypervisor = "kvm", .traits = VWK_BY_TYPE};
		add_pci(&l, functions[i].vendor, functions[i].device, 0);
		snprintf(expected, sizeof(expected), "%s\n%s",
			 counts && network ? "pass degraded network | there is an ENA adapter: 0000:00:05.0 "
					     "| - | /sys/bus/pci/devices"
					   : "fail degraded network | this instance on Nitro has no ENA "
					     "adapter | stop the instance, set its enaSupport, and start it "
					     "again | /sys/bus/pci/devices",
			 counts && !network ? "pass degraded storage | there is an NVMe controller: "
					      "0000:00:05.0 | - | /sys/bus/pci/devices"
					    : "fail degraded storage | this instance on Nitro has no NVMe "
					      "controller | stop the instance, set its enaSupport, and start "
					      "it again | /sys/bus/pci/devices");
		SAYS(&l, "DRV012", expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_FINDINGS(test_what_is_not_there_is_not_judged),
		TEST_OF_FINDINGS(test_memory_that_ends),
		TEST_OF_FINDINGS(test_long_messages_are_cut),
		TEST_OF_FINDINGS(test_functions_that_one_driver_fits),
		TEST_OF_FINDINGS(test_functions_by_their_class),
		TEST_OF_FINDINGS(test_idle_controllers),
		TEST_OF_FINDINGS(test_virtio_functions),
		TEST_OF_FINDINGS(test_devices_that_were_given_away),
		TEST_OF_FINDINGS(test_names_of_interfaces),
		TEST_OF_FINDINGS(test_drivers_of_virtio_devices),
		TEST_OF_FINDINGS(test_drivers_of_xen_devices),
		TEST_OF_FINDINGS(test_drivers_of_hyperv_devices),
		TEST_OF_FINDINGS(test_devices_of_all_buses),
		TEST_OF_FINDINGS(test_many_devices_of_one_kind),
		TEST_OF_FINDINGS(test_no_finding_is_dropped),
		TEST_OF_FINDINGS(test_how_grave_a_device_without_driver_is),
		TEST_OF_FINDINGS(test_devices_of_a_control_domain),
		TEST_OF_FINDINGS(test_functions_that_could_not_be_read),
		TEST_OF_FINDINGS(test_drivers_that_were_not_recorded),
		TEST_OF_FINDINGS(test_what_is_offered_in_the_place_of_emulation),
		TEST_OF_FINDINGS(test_an_emulated_device_beside_a_better_one),
		TEST_OF_FINDINGS(test_a_better_device_that_stands_first),
		TEST_OF_FINDINGS(test_versions_of_ena),
		TEST_OF_FINDINGS(test_kernels_whose_ena_is_new_enough),
		TEST_OF_FINDINGS(test_time_outs_of_ebs_volumes),
		TEST_OF_FINDINGS(test_time_outs_that_are_not_known),
		TEST_OF_FINDINGS(test_models_of_nvme_disks),
		TEST_OF_FINDINGS(test_slow_clocks),
		TEST_OF_FINDINGS(test_clocks_that_are_fast),
		TEST_OF_FINDINGS(test_xens_clock),
		TEST_OF_FINDINGS(test_clocks_under_full_emulation),
		TEST_OF_FINDINGS(test_clocks_that_are_not_known),
		TEST_OF_FINDINGS(test_who_runs_the_instructions),
		TEST_OF_FINDINGS(test_guests_of_its_own),
		TEST_OF_FINDINGS(test_xens_platform_device),
		TEST_OF_FINDINGS(test_devices_of_an_instance_on_nitro),
		TEST_OF_FINDINGS(test_which_function_is_which_on_nitro),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
