/* SPDX-License-Identifier: MIT */
#include "detected.h"

/* The devices of a machine, and the six cells that follow from them and from the platform. */

#define LIST(...)                                                                         \
	{                                                                                 \
		.state = VW_VALUE, .item = (const struct vw_class_device[]){__VA_ARGS__}, \
		.count = sizeof((const struct vw_class_device[]){__VA_ARGS__}) /          \
			 sizeof(struct vw_class_device)                                   \
	}
#define FUNCTIONS(...)                                                             \
	.pci_state = VW_VALUE, .pci = (const struct vw_pci_device[]){__VA_ARGS__}, \
	.pci_count = sizeof((const struct vw_pci_device[]){__VA_ARGS__}) / sizeof(struct vw_pci_device)
#define NO_FUNCTIONS .pci_state = VW_ABSENT
#define EMPTY        .state = VW_VALUE

static void assert_cells(const struct vw_facts *facts, enum vw_dimension_id id, enum vw_class class,
			 const char *with)
{
	struct vw_report *report = detect(facts);

	assert_cell(report, id, class, with);
	vw_report_free(report);
}

/* Storage. */

static void test_removable_media_are_no_disks(void **state)
{
	struct vw_facts facts = {KVM,
				 .devices = {NO_FUNCTIONS, .block = LIST({.name = "fd0", .driver = "floppy"},
									 {.name = "sr0", .driver = "sr"})}};

	(void)state;
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_NONE, NULL);
	assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_NONE, NULL);
	facts.devices.block = (struct vw_device_list)LIST({.name = "fd0", .driver = "floppy"},
							  {.name = "vda", .driver = "virtio_blk"});
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_P, "vda (virtio_blk)");
	assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_P, "vda (virtio_blk)");
}

static void test_a_disk_that_does_not_tell_stands_for_both_cells_in_a_guest_only(void **state)
{
	struct vw_facts guest = {
		KVM, .devices = {NO_FUNCTIONS, .block = LIST({.name = "vda", .driver = "virtio_blk"})}};
	struct vw_facts metal = {BARE,
				 .devices = {NO_FUNCTIONS, .block = LIST({.name = "sda", .driver = "ahci"})}};

	(void)state;
	assert_cells(&guest, VW_LOCAL_STORAGE, VW_CLASS_P, "vda (virtio_blk)");
	assert_cells(&guest, VW_REMOTE_STORAGE, VW_CLASS_P, "vda (virtio_blk)");
	assert_cells(&metal, VW_LOCAL_STORAGE, VW_CLASS_H, "sda (ahci)");
	assert_cells(&metal, VW_REMOTE_STORAGE, VW_CLASS_NONE, NULL);
}

static void test_a_disk_that_tells_stands_where_it_is(void **state)
{
	static const struct {
		const char *model, *transport;
		enum vw_class local, remote;
	} cases[] = {
		{"Amazon Elastic Block Store", "pcie", VW_CLASS_NONE, VW_CLASS_VH},
		{"Amazon EC2 NVMe Instance Storage", "pcie", VW_CLASS_VH, VW_CLASS_NONE},
		{"Somebody's", "tcp", VW_CLASS_NONE, VW_CLASS_VH},
		{"Somebody's", "pcie", VW_CLASS_VH, VW_CLASS_VH},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {KVM, .devices = {FUNCTIONS({.slot = "00:04.0",
								     .class = 0x0108,
								     .vendor = 0x144d,
								     .device = 1}),
							  .block = LIST({.name = "nvme0n1",
									 .driver = "nvme",
									 .pci = "00:04.0",
									 .model = cases[i].model,
									 .transport = cases[i].transport})}};

		assert_cells(&facts, VW_LOCAL_STORAGE, cases[i].local,
			     cases[i].local == VW_CLASS_NONE ? NULL : "nvme0n1 (nvme)");
		assert_cells(&facts, VW_REMOTE_STORAGE, cases[i].remote,
			     cases[i].remote == VW_CLASS_NONE ? NULL : "nvme0n1 (nvme)");
	}
}

static void test_the_controller_tells_where_a_disk_without_a_model_is(void **state)
{
	struct vw_facts facts = {
		KVM,
		.devices = {
			FUNCTIONS({.slot = "00:04.0", .vendor = 0x1d0f, .device = 0x8061, .class = 0x0108},
				  {.slot = "00:1f.0", .vendor = 0x1d0f, .device = 0xcd01, .class = 0x0108}),
			.block = LIST({.name = "nvme0n1", .pci = "00:1f.0"})}};

	(void)state;
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_VH, "nvme0n1");
	assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_NONE, NULL);
	facts.devices.block = (struct vw_device_list)LIST({.name = "nvme0n1", .pci = "00:04.0"});
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_NONE, NULL);
	assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_VH, "nvme0n1");
}

/* What could not be told. */

static void test_only_the_best_is_sure_where_not_all_was_read(void **state)
{
	struct vw_facts facts = {
		KVM, .devices = {NO_FUNCTIONS, .block = LIST({.name = "vda", .driver = "virtio_blk"})}};

	(void)state;
	facts.devices.block.incomplete = true;
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_UNKNOWN, "vda (virtio_blk)");
	assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_UNKNOWN, "vda (virtio_blk)");
	facts.devices.block = (struct vw_device_list)LIST({.name = "sda", .driver = "nobody's"},
							  {.name = "vda", .driver = "virtio_blk"});
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_UNKNOWN, "sda (nobody's), vda (virtio_blk)");
	facts.devices.pci_state = VW_VALUE;
	facts.devices.pci_count = 1;
	facts.devices.pci =
		&(const struct vw_pci_device){.slot = "00:04.0", .class = 0x0108, .vendor = 0x144d};
	facts.devices.block =
		(struct vw_device_list)LIST({.name = "nvme0n1", .driver = "nvme", .pci = "00:04.0"});
	facts.devices.block.incomplete = true;
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_VH, "nvme0n1 (nvme)");
}

static void test_a_model_that_was_not_read_may_be_any(void **state)
{
	struct vw_facts facts = {
		KVM,
		.devices = {NO_FUNCTIONS,
			    .block = LIST({.name = "vda", .driver = "virtio_blk", .model_unread = true})}};

	(void)state;
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_UNKNOWN, "vda (virtio_blk)");
	assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_UNKNOWN, "vda (virtio_blk)");
	/* Where it lies is told by something else. */
	facts.devices.block = (struct vw_device_list)LIST(
		{.name = "vda", .driver = "virtio_blk", .model_unread = true, .transport = "tcp"});
	assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_NONE, NULL);
	assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_P, "vda (virtio_blk)");
}

static void test_lists_that_could_not_be_read(void **state)
{
	static const enum vw_state states[] = {VW_NOT_PROBED, VW_ABSENT, VW_DENIED, VW_MALFORMED};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(states); i++) {
		struct vw_facts facts = {
			KVM, .devices = {NO_FUNCTIONS, .block.state = states[i], .net.state = states[i]}};

		assert_cells(&facts, VW_LOCAL_STORAGE, VW_CLASS_UNKNOWN, NULL);
		assert_cells(&facts, VW_REMOTE_STORAGE, VW_CLASS_UNKNOWN, NULL);
		assert_cells(&facts, VW_NETWORK, VW_CLASS_UNKNOWN, NULL);
	}
}

/* Network. */

static void test_the_fastest_device_counts_and_three_are_named(void **state)
{
	struct vw_facts facts = {
		KVM,
		.devices = {
			FUNCTIONS({.slot = "00:05.0", .vendor = 0x1d0f, .device = 0xec20, .class = 0x0200},
				  {.slot = "00:06.0", .vendor = 0x8086, .device = 0x100e, .class = 0x0200}),
			.net = LIST({.name = "a", .driver = "virtio_net"},
				    {.name = "b", .driver = "ena", .pci = "00:05.0"},
				    {.name = "c", .driver = "e1000", .pci = "00:06.0"})}};

	(void)state;
	assert_cells(&facts, VW_NETWORK, VW_CLASS_VH, "a (virtio_net), b (ena), c (e1000)");
	facts.devices.net = (struct vw_device_list)LIST({.name = "c", .driver = "e1000", .pci = "00:06.0"},
							{.name = "a", .driver = "virtio_net"});
	assert_cells(&facts, VW_NETWORK, VW_CLASS_P, "c (e1000), a (virtio_net)");
	facts.devices.net = (struct vw_device_list)LIST(
		{.name = "a", .driver = "virtio_net"}, {.name = "b", .bus = "virtio"},
		{.name = "c", .bus = "xen"}, {.name = "d", .bus = "xen"}, {.name = "e", .bus = "xen"},
		{.name = "f", .bus = "xen"});
	assert_cells(&facts, VW_NETWORK, VW_CLASS_P, "a (virtio_net), b (virtio), c (xen), …");
	/* One more than are named. */
	facts.devices.net.count = 4;
	assert_cells(&facts, VW_NETWORK, VW_CLASS_P, "a (virtio_net), b (virtio), c (xen), …");
}

static void test_functions_count_where_there_is_no_interface(void **state)
{
	struct vw_facts facts = {
		KVM,
		.devices = {
			FUNCTIONS({.slot = "00:05.0", .vendor = 0x1d0f, .device = 0xec20, .class = 0x0200},
				  {.slot = "00:06.0", .vendor = 0x8086, .device = 1, .class = 0x0100}),
			.net = {EMPTY}}};

	(void)state;
	assert_cells(&facts, VW_NETWORK, VW_CLASS_VH, "00:05.0 (pci)");
	facts.devices.net = (struct vw_device_list)LIST({.name = "a", .driver = "virtio_net"});
	assert_cells(&facts, VW_NETWORK, VW_CLASS_P, "a (virtio_net)");
	facts.devices.net = (struct vw_device_list){EMPTY, .incomplete = true};
	assert_cells(&facts, VW_NETWORK, VW_CLASS_UNKNOWN, NULL);
	facts.devices.net = (struct vw_device_list){.state = VW_DENIED};
	assert_cells(&facts, VW_NETWORK, VW_CLASS_UNKNOWN, NULL);
}

static void test_no_network_is_none_only_where_the_bus_was_seen(void **state)
{
	static const struct {
		enum vw_state pci;
		bool incomplete;
		enum vw_class class;
	} cases[] = {
		{VW_ABSENT, false, VW_CLASS_NONE},       {VW_VALUE, false, VW_CLASS_NONE},
		{VW_VALUE, true, VW_CLASS_UNKNOWN},      {VW_DENIED, false, VW_CLASS_UNKNOWN},
		{VW_MALFORMED, false, VW_CLASS_UNKNOWN}, {VW_NOT_PROBED, false, VW_CLASS_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {KVM, .devices = {.pci_state = cases[i].pci,
							  .pci_incomplete = cases[i].incomplete,
							  .net = {EMPTY}}};

		assert_cells(&facts, VW_NETWORK, cases[i].class, NULL);
	}
}

/* Devices. */

static const struct vw_device *device(const struct vw_report *report, const char *name)
{
	for (size_t i = 0; i < report->device_count; i++) {
		if (vwb_text_equal(report->device[i].name, name))
			return &report->device[i];
	}
	return NULL;
}

static void assert_device(const struct vw_facts *facts, const char *name, const char *kind, const char *what,
			  enum vw_class class)
{
	struct vw_report *report = detect(facts);
	const struct vw_device *found = device(report, name);

	if (!kind) {
		assert_null(found);
	} else {
		assert_non_null(found);
		assert_word(found->kind, kind);
		assert_word(found->what, what);
		assert_string_equal(vw_class_word(found->class), vw_class_word(class));
	}
	vw_report_free(report);
}

static void test_virtio_devices_of_each_type(void **state)
{
	static const struct {
		uint32_t type;
		const char *kind, *what;
	} cases[] = {
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
		{1, NULL, NULL},
		{2, NULL, NULL},
		{99, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_virtio_device virtio = {.name = "virtio0", .type = cases[i].type};
		struct vw_facts facts = {
			KVM, .devices = {.virtio_state = VW_VALUE, .virtio_count = 1, .virtio = &virtio}};

		assert_device(&facts, "virtio0", cases[i].kind, cases[i].what, VW_CLASS_P);
	}
}

static void test_devices_of_a_bus_that_a_hypervisor_makes(void **state)
{
	static const struct {
		const char *bus, *what;
		enum vw_class class;
	} cases[] = {
		{"virtio", "virtio device", VW_CLASS_P}, {"xen", "Xen paravirtual device", VW_CLASS_P},
		{"vmbus", "Hyper-V device", VW_CLASS_P}, {"vio", "PowerVM virtual device", VW_CLASS_P},
		{"usb", NULL, VW_CLASS_UNKNOWN},         {NULL, NULL, VW_CLASS_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {
			KVM,
			.devices.net = LIST({.name = "eth0", .bus = cases[i].bus, .driver = "nobody's"})};

		assert_device(&facts, "eth0", "network", cases[i].what, cases[i].class);
	}
}

/* A function in a guest, on the hardware, and where nobody knows which it is. */
static void test_pci_functions_by_what_the_machine_is(void **state)
{
	static const struct {
		struct vw_pci_device pci;
		const char *guest, *metal;
		enum vw_class class;
	} cases[] = {
		{{.vendor = 0x1d0f, .device = 0xec20, .class = 0x0200},
		 "Amazon Elastic Network Adapter",
		 "Amazon Elastic Network Adapter",
		 VW_CLASS_VH},
		{{.vendor = 0x8086, .device = 0x100e, .class = 0x0200},
		 "emulated Intel e1000",
		 "emulated Intel e1000",
		 VW_CLASS_VS},
		{{.vendor = 0x1af4, .device = 0x1041, .class = 0x0200},
		 "virtio device",
		 "virtio device",
		 VW_CLASS_P},
		{{.vendor = 0x8086, .device = 0x1521, .class = 0x0200},
		 "passed-through PCI function",
		 "PCI function",
		 VW_CLASS_VH},
		{{.vendor = 0x144d, .device = 0xa808, .class = 0x0108},
		 "passed-through PCI function",
		 "PCI function",
		 VW_CLASS_VH},
		{{.vendor = 0x8086, .device = 0x1520, .class = 0x0280, .virtual_function = true},
		 "passed-through PCI function",
		 "PCI function",
		 VW_CLASS_VH},
		{{.vendor = 0x8086, .device = 0x1520, .class = 0x0280}, NULL, NULL, VW_CLASS_UNKNOWN},
		{{.vendor = 0x8086, .device = 0x1520, .class = 0x0106}, NULL, NULL, VW_CLASS_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_pci_device pci = cases[i].pci;
		struct vw_device_facts devices = {
			.pci_state = VW_VALUE,
			.pci_count = 1,
			.pci = &pci,
			.block = LIST({.name = "x", .bus = "pci", .pci = "00:05.0"})};
		struct vw_facts guest = {KVM, .devices = devices}, metal = {BARE, .devices = devices};
		struct vw_facts either = {.arch = "x86_64", .devices = devices};

		pci.slot = "00:05.0";
		assert_device(&guest, "x", "storage", cases[i].guest, cases[i].class);
		if (pci.vendor != 0x1af4)
			assert_device(&metal, "x", "storage", cases[i].metal, VW_CLASS_H);
		if (pci.vendor != 0x1af4)
			assert_device(&either, "x", "storage", cases[i].metal, VW_CLASS_UNKNOWN);
	}
}

static void test_what_a_driver_tells_holds_before_what_its_function_tells(void **state)
{
	struct vw_facts facts = {
		KVM,
		.devices = {
			FUNCTIONS({.slot = "00:05.0", .vendor = 0x8086, .device = 0x100e, .class = 0x0200}),
			.net = LIST({.name = "eth0", .driver = "virtio_net", .pci = "00:05.0"})}};

	(void)state;
	assert_device(&facts, "eth0", "network", "virtio network", VW_CLASS_P);
	facts.devices.net = (struct vw_device_list)LIST(
		{.name = "eth0", .driver = "e1000", .pci = "00:05.0", .model = "Somebody's card"});
	assert_device(&facts, "eth0", "network", "Somebody's card", VW_CLASS_VS);
	/* Nobody is known to make this machine: the driver alone does not tell a guest. */
	facts.cpuid.interfaces = 0;
	facts.devices.net = (struct vw_device_list)LIST({.name = "eth0", .driver = "virtio_net"});
	assert_device(&facts, "eth0", "network", "virtio network", VW_CLASS_UNKNOWN);
}

static void test_a_control_domain_drives_the_devices_below_xen(void **state)
{
	struct vw_facts facts = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PV"), .features = NUMBER(1u << 11)},
		.dmi.sys_vendor = TEXT("Vendor"),
		.cpuinfo.vendor = TEXT("GenuineIntel"),
		.devices = {
			FUNCTIONS({.slot = "00:05.0", .vendor = 0x8086, .device = 0x1521, .class = 0x0200}),
			.net = LIST({.name = "eth0", .driver = "igb", .pci = "00:05.0"})}};

	(void)state;
	/* CPUID tells nothing of what is below: it may be another hypervisor's board. */
	assert_device(&facts, "eth0", "network", "PCI function", VW_CLASS_UNKNOWN);
	facts.cpuid = (struct vw_cpuid_facts){READ, LEAVES({.leaf = 1})};
	assert_device(&facts, "eth0", "network", "PCI function", VW_CLASS_H);
	assert_cells(&facts, VW_NETWORK, VW_CLASS_H, "eth0 (igb)");
	facts.cpuid = (struct vw_cpuid_facts){READ, SIGNED_BY("KVMKVMKVM")};
	assert_device(&facts, "eth0", "network", "passed-through PCI function", VW_CLASS_VH);
}

static void test_display_and_platform_functions_that_a_table_names(void **state)
{
	static const struct {
		uint16_t vendor, device, class;
		const char *kind, *what;
		enum vw_class in_a_guest;
	} cases[] = {
		{0x1234, 0x1111, 0x0300, "display", "QEMU standard VGA", VW_CLASS_VS},
		{0x1d0f, 0x1111, 0x0380, "display", "Amazon VGA", VW_CLASS_VS},
		{0x5853, 0x0001, 0xff80, "platform", "Xen platform device", VW_CLASS_P},
		{0x1d0f, 0x7064, 0x0880, "platform", "AWS Inferentia", VW_CLASS_VH},
		{0x1d0f, 0xcd00, 0x0108, NULL, NULL, VW_CLASS_VH},
		{0x8086, 0x7010, 0x0101, NULL, NULL, VW_CLASS_VS},
		{0x8086, 0x1237, 0x0600, NULL, NULL, VW_CLASS_VS},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_pci_device pci = {.slot = "00:02.0",
					    .vendor = cases[i].vendor,
					    .device = cases[i].device,
					    .class = cases[i].class};
		struct vw_device_facts devices = {.pci_state = VW_VALUE, .pci_count = 1, .pci = &pci};
		struct vw_facts guest = {KVM, .devices = devices}, metal = {BARE, .devices = devices};

		assert_device(&guest, "00:02.0", cases[i].kind, cases[i].what, cases[i].in_a_guest);
		/* On hardware there is no device that is made for guests. */
		if (cases[i].vendor != 0x1234 && cases[i].vendor != 0x5853)
			assert_device(&metal, "00:02.0", cases[i].kind, cases[i].what, VW_CLASS_H);
	}
}

static void test_network_functions_without_an_interface_are_devices(void **state)
{
	struct vw_facts facts = {
		KVM,
		.devices = {
			FUNCTIONS({.slot = "00:05.0", .vendor = 0x1d0f, .device = 0xec20, .class = 0x0200},
				  {.slot = "00:06.0", .vendor = 0x1d0f, .device = 0xec20, .class = 0x0200}),
			.net = LIST({.name = "lan", .bus = "usb"},
				    {.name = "eth0", .driver = "ena", .pci = "00:05.0"})}};

	(void)state;
	assert_device(&facts, "00:05.0", NULL, NULL, VW_CLASS_VH);
	assert_device(&facts, "00:06.0", "network", "Amazon Elastic Network Adapter", VW_CLASS_VH);
	assert_device(&facts, "eth0", "network", "Amazon Elastic Network Adapter", VW_CLASS_VH);
}

static void test_no_list_of_devices_is_read_beyond_its_end(void **state)
{
	static const char *const sources[] = {"msr", "cpu"};
	static const struct vw_class_device items[] = {{.name = "eth0", .driver = "virtio_net"},
						       {.name = "eth1", .driver = "ena", .pci = "00:06.0"}};
	static const struct vw_pci_device pci[] = {
		{.slot = "00:05.0", .vendor = 0x8086, .device = 0x1237, .class = 0x0600},
		{.slot = "00:06.0", .vendor = 0x1d0f, .device = 0x8061, .class = 0x0200}};
	static const struct vw_virtio_device virtio[] = {{.name = "virtio0", .type = 1},
							 {.name = "virtio1", .type = 4}};
	struct vw_facts facts = {KVM, .devices = {.pci_state = VW_VALUE,
						  .pci_count = 1,
						  .pci = pci,
						  .net = {.state = VW_VALUE, .count = 1, .item = items},
						  .block = LIST({.name = "sda", .pci = "00:06.0"}),
						  .virtio_state = VW_VALUE,
						  .virtio_count = 1,
						  .virtio = virtio,
						  .pmu = {VW_VALUE, sources, "test", 1}}};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_null(device(report, "sda")->ids);
	assert_null(device(report, "eth1"));
	assert_null(device(report, "00:06.0"));
	assert_null(device(report, "virtio1"));
	assert_string_equal(device(report, "cpu")->what, "no hardware performance counters");
	assert_cell(report, VW_NETWORK, VW_CLASS_P, "eth0 (virtio_net)");
	assert_cell(report, VW_LOCAL_STORAGE, VW_CLASS_UNKNOWN, "sda");
	vw_report_free(report);
	facts.devices.pci_count = facts.devices.virtio_count = facts.devices.pmu.count = 2;
	report = detect(&facts);
	assert_string_equal(device(report, "sda")->ids, "1d0f:8061");
	assert_non_null(device(report, "virtio1"));
	assert_non_null(device(report, "00:06.0"));
	assert_string_equal(device(report, "cpu")->what, "performance counters");
	assert_cell(report, VW_LOCAL_STORAGE, VW_CLASS_NONE, NULL);
	vw_report_free(report);
	/* Its interface stands for the function. */
	facts.devices.net.count = 2;
	report = detect(&facts);
	assert_null(device(report, "00:06.0"));
	vw_report_free(report);
}

static void test_performance_counters(void **state)
{
	static const struct {
		uint32_t top, eax;
		const char *source, *what;
		enum vw_class class;
	} cases[] = {
		{0xd, 0x07300402, NULL, "performance monitoring version 2, 4 counters", VW_CLASS_VH},
		{0xa, 0x00000801, "msr", "performance monitoring version 1, 8 counters", VW_CLASS_VH},
		{0xa, 0x00000800, "cpu", "performance counters", VW_CLASS_VH},
		{0xa, 0, "armv8_pmuv3_0", "performance counters", VW_CLASS_VH},
		{0xa, 0, "msr", "no hardware performance counters", VW_CLASS_NONE},
		/* Above the highest leaf, what is read there means nothing. */
		{0x9, 0x07300402, "cpu", "performance counters", VW_CLASS_VH},
		{0x9, 0x07300402, "cpu_core", "no hardware performance counters", VW_CLASS_NONE},
		{0x9, 0x07300402, NULL, NULL, VW_CLASS_NONE},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {LOOKED_AT, .cpuid = {READ, SIGNED_BY("KVMKVMKVM"),
							      LEAVES({.leaf = 0, .eax = cases[i].top},
								     {.leaf = 0xa, .eax = cases[i].eax})}};

		if (cases[i].source)
			facts.devices.pmu = (struct vw_names){VW_VALUE, &cases[i].source, "test", 1};
		assert_device(&facts, "cpu", cases[i].what ? "pmu" : NULL, cases[i].what, cases[i].class);
	}
}

/* Processor, interrupts, board. */

static void test_a_control_domain_is_paravirtual_or_pvh(void **state)
{
	static const struct {
		struct vw_text guest_type;
		enum vw_class class;
		const char *with;
	} cases[] = {
		{TEXT("PV"), VW_CLASS_P, "calls to Xen"},
		{TEXT("PVH"), VW_CLASS_VH, "the processor's virtualization, used by Xen"},
		{{.state = VW_ABSENT}, VW_CLASS_P, "calls to Xen"},
		{{.state = VW_DENIED}, VW_CLASS_UNKNOWN, NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.arch = "x86_64",
					 .xen = {.type = TEXT("xen"),
						 .guest_type = cases[i].guest_type,
						 .features = NUMBER(1u << 11)}};

		assert_cells(&facts, VW_CPU_MEMORY, cases[i].class, cases[i].with);
	}
}

/* Xen on Arm runs every domain in hardware, its control domain too. Source: Xen docs, "Xen ARM with
 * Virtualization Extensions". */
static void test_a_control_domain_on_arm_uses_the_processors_virtualization(void **state)
{
	static const struct vw_text guest_types[] = {TEXT("Xen"), {.state = VW_ABSENT}, {.state = VW_DENIED}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(guest_types); i++) {
		struct vw_facts facts = {.arch = "aarch64",
					 .xen = {.type = TEXT("xen"),
						 .guest_type = guest_types[i],
						 .features = NUMBER(1u << 11)}};

		assert_cells(&facts, VW_CPU_MEMORY, VW_CLASS_VH,
			     "the processor's virtualization, used by Xen");
	}
}

static void test_the_processor_of_each_class(void **state)
{
	static const struct {
		const char *signature, *with;
		enum vw_class class;
	} cases[] = {
		{"KVMKVMKVM", "the processor's virtualization, used by KVM", VW_CLASS_VH},
		{"TCGTCGTCGTCG", "software: QEMU full emulation (TCG)", VW_CLASS_VS},
		{"SRESRESRESRE", NULL, VW_CLASS_UNKNOWN},
		{NULL, "the processor itself", VW_CLASS_H},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {BARE};

		sign(&facts, cases[i].signature);
		assert_cells(&facts, VW_CPU_MEMORY, cases[i].class, cases[i].with);
	}
}

static void test_xen_tells_its_version_in_three_parts(void **state)
{
	struct vw_facts facts = {.arch = "x86_64",
				 .xen = {.type = TEXT("xen"),
					 .guest_type = TEXT("PV"),
					 .features = NUMBER(1u << 11),
					 .major = TEXT("4"),
					 .minor = TEXT("17"),
					 .extra = TEXT(".amazon")}};

	(void)state;
	assert_cells(&facts, VW_CPU_MEMORY, VW_CLASS_P, "calls to Xen 4.17.amazon");
	facts.xen.extra.state = VW_DENIED;
	assert_cells(&facts, VW_CPU_MEMORY, VW_CLASS_P, "calls to Xen 4.17");
	facts.xen.minor.state = VW_DENIED;
	assert_cells(&facts, VW_CPU_MEMORY, VW_CLASS_P, "calls to Xen");
	facts.xen.minor = (struct vw_text)TEXT("17");
	facts.xen.major.state = VW_DENIED;
	assert_cells(&facts, VW_CPU_MEMORY, VW_CLASS_P, "calls to Xen");
}

static void test_kvms_clock_in_three_places(void **state)
{
	static const char with[] = "kvm-clock and KVM's paravirtual interrupts";

	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		struct vw_facts plain = {LOOKED_AT,
					 .cpuid = {READ, SIGNED_BY("KVMKVMKVM"),
						   LEAVES({.leaf = 0x40000001, .eax = 1u << bit})}};
		struct vw_facts behind = {LOOKED_AT,
					  .cpuid = {READ, SIGNED_BY("KVMKVMKVM"),
						    LEAVES({.leaf = 0x40000101, .eax = 1u << bit})}};
		struct vw_facts dressed = plain;

		behind.cpuid.interface[0].base = 0x40000100;
		dressed.cpuid.interface[0].base = 0x40000100;
		assert_cells(&dressed, VW_INTERRUPTS_TIMERS, VW_CLASS_UNKNOWN, NULL);
		assert_cells(&plain, VW_INTERRUPTS_TIMERS, bit == 3 ? VW_CLASS_P : VW_CLASS_UNKNOWN,
			     bit == 3 ? with : NULL);
		assert_cells(&behind, VW_INTERRUPTS_TIMERS, bit == 3 ? VW_CLASS_P : VW_CLASS_UNKNOWN,
			     bit == 3 ? with : NULL);
	}
	struct vw_facts clock = {KVM, .clock.available = TEXT("tsc kvm-clock")};

	assert_cells(&clock, VW_INTERRUPTS_TIMERS, VW_CLASS_P, with);
	clock.clock.available.text = "tsc kvm";
	assert_cells(&clock, VW_INTERRUPTS_TIMERS, VW_CLASS_UNKNOWN, NULL);
	/* What could not be looked at may be a Nitro instance. */
	clock.clock.available.text = "kvm-clock";
	clock.dmi.sys_vendor.state = VW_DENIED;
	clock.dmi.product_name = (struct vw_text)TEXT("something");
	assert_cells(&clock, VW_INTERRUPTS_TIMERS, VW_CLASS_UNKNOWN, NULL);
}

static void test_what_delivers_interrupts(void **state)
{
	static const struct {
		const char *signature, *with;
		enum vw_class class;
	} cases[] = {
		{"Microsoft Hv", "Hyper-V's synthetic interrupts and timers", VW_CLASS_P},
		{"TCGTCGTCGTCG", "emulated APIC and timers", VW_CLASS_VS},
		{"Jailhouse", "the processor's interrupt virtualization", VW_CLASS_VH},
		{"VMwareVMware", NULL, VW_CLASS_UNKNOWN},
		{NULL, "the machine's own APIC and timers", VW_CLASS_H},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {BARE};
		sign(&facts, cases[i].signature);
		if (i == 0)
			facts.dmi.sys_vendor.text = "Microsoft Corporation";
		assert_cells(&facts, VW_INTERRUPTS_TIMERS, cases[i].class, cases[i].with);
	}
}

static void test_what_delivers_interrupts_where_cpuid_says_nothing(void **state)
{
	struct vw_facts uml = {.arch = "x86_64", .cpuinfo.vendor = TEXT("User Mode Linux")};
	struct vw_facts nitro = {
		.arch = "aarch64",
		.dmi = {.sys_vendor = TEXT("Amazon EC2"), .product_name = TEXT("c6g.large")}};
	struct vw_facts pv = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PV"), .features = NUMBER(0x20)}};
	struct vw_facts pvh = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PVH"), .features = NUMBER(0x100)}};

	(void)state;
	assert_cells(&uml, VW_INTERRUPTS_TIMERS, VW_CLASS_P, "the hypervisor's interrupt and timer calls");
	assert_cells(&nitro, VW_INTERRUPTS_TIMERS, VW_CLASS_VH,
		     "the processor's virtual APIC, posted interrupts");
	assert_cells(&pv, VW_INTERRUPTS_TIMERS, VW_CLASS_VS, "event channels and timers in Xen's software");
	assert_cells(&pvh, VW_INTERRUPTS_TIMERS, VW_CLASS_P, "Xen event channels and clock");
}

static void test_the_board_by_its_vendor_its_product_or_its_tree(void **state)
{
	static const struct {
		const char *vendor, *product, *model, *guest, *metal;
	} cases[] = {
		{"Vendor", "Product", "Model", "Vendor Product", "Vendor Product"},
		{"Vendor", NULL, "Model", "Vendor", "Vendor"},
		{"", "Product", "Model", "Product", "Product"},
		{"", "", "Model", "Model", "Model"},
		{"", NULL, NULL, "emulated, without SMBIOS", "the machine's own"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {KVM};

		facts.dmi.sys_vendor.text = cases[i].vendor;
		facts.dmi.product_name =
			(struct vw_text){cases[i].product ? VW_VALUE : VW_ABSENT, cases[i].product, "test"};
		facts.devicetree.model =
			(struct vw_text){cases[i].model ? VW_VALUE : VW_ABSENT, cases[i].model, "test"};
		assert_cells(&facts, VW_MOTHERBOARD_BOOT, VW_CLASS_VS, cases[i].guest);
		facts.cpuid = (struct vw_cpuid_facts){READ, LEAVES({.leaf = 1})};
		assert_cells(&facts, VW_MOTHERBOARD_BOOT, VW_CLASS_H, cases[i].metal);
	}
	struct vw_facts pvh = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PVH"), .features = NUMBER(0x100)}};

	assert_cells(&pvh, VW_MOTHERBOARD_BOOT, VW_CLASS_P,
		     "none emulated: started by the hypervisor's own protocol");
}

static void test_a_root_partitions_board_is_the_layers_below(void **state)
{
	struct vw_facts facts = {LOOKED_AT, .cpuid = {READ, SIGNED_BY("Microsoft Hv"),
						      LEAVES({.leaf = 0x40000003, .ebx = 1u << 12})}};

	(void)state;
	assert_cells(&facts, VW_MOTHERBOARD_BOOT, VW_CLASS_UNKNOWN, NULL);
	facts.dmi.product_name = (struct vw_text)TEXT("Standard PC (Q35)");
	assert_cells(&facts, VW_MOTHERBOARD_BOOT, VW_CLASS_VS, "Vendor Standard PC (Q35)");
}

/* The row of the EC2 table. */

#define XEN_ON_EC2                                                    \
	.arch = "x86_64", .cpuid = {READ, SIGNED_BY("XenVMMXenVMM")}, \
	.xen = {.type = TEXT("xen"),                                  \
		.guest_type = TEXT("HVM"),                            \
		.features = NUMBER(0x100),                            \
		.extra = TEXT(".amazon")},                            \
	.dmi = {.sys_vendor = TEXT("Xen"),                            \
		.product_name = TEXT("HVM domU"),                     \
		.bios_version = TEXT("4.11.amazon")}
#define ENA                                                                            \
	{                                                                              \
		.slot = "00:03.0", .vendor = 0x1d0f, .device = 0xec20, .class = 0x0200 \
	}
#define NVME                                                                           \
	{                                                                              \
		.slot = "00:1f.0", .vendor = 0x1d0f, .device = 0xcd01, .class = 0x0108 \
	}

static void assert_row(const struct vw_facts *facts, const char *row)
{
	struct vw_report *report = detect(facts);

	assert_word(report->platform.row, row);
	vw_report_free(report);
}

static void test_rows_of_xen_by_their_devices(void **state)
{
	struct vw_facts facts = {XEN_ON_EC2,
				 .devices = {FUNCTIONS(ENA, NVME), .net = {EMPTY}, .block = {EMPTY}}};

	(void)state;
	facts.devices.net = (struct vw_device_list)LIST({.name = "eth0", .driver = "vif"});
	facts.devices.block = (struct vw_device_list)LIST({.name = "xvda", .driver = "vbd"});
	assert_row(&facts, "xen-hvm-4.0.1");
	facts.devices.net = (struct vw_device_list)LIST({.name = "eth0", .driver = "ena", .pci = "00:03.0"});
	assert_row(&facts, "xen-aws-2013");
	facts.devices.block = (struct vw_device_list)LIST({.name = "xvda", .driver = "vbd"},
							  {.name = "nvme0n1", .pci = "00:1f.0"});
	assert_row(&facts, "xen-aws-2017");
	/* A disk that could not be told belongs to no row of Xen's. */
	facts.devices.block = (struct vw_device_list)LIST({.name = "sda", .driver = "nobody's"});
	assert_row(&facts, NULL);
	/* Somebody else's Xen has neither of EC2's rows. */
	facts.devices.block = (struct vw_device_list)LIST({.name = "xvda", .driver = "vbd"});
	facts.xen.extra = facts.dmi.bios_version = (struct vw_text)TEXT(".0");
	assert_row(&facts, NULL);
}

static void test_a_platform_of_one_row_keeps_it_whatever_is_unknown(void **state)
{
	struct vw_facts nitro = {
		.arch = "aarch64",
		.dmi = {.sys_vendor = TEXT("Amazon EC2"), .product_name = TEXT("c6g.large")},
		.devices = {.pci_state = VW_DENIED, .net.state = VW_DENIED, .block = {EMPTY}}};
	struct vw_facts ec2_metal = nitro, metal = {BARE};

	(void)state;
	assert_row(&nitro, "aws-nitro-2017");
	ec2_metal.dmi.product_name.text = "c6g.metal";
	assert_row(&ec2_metal, NULL); /* a bus that was not read may hold a device of a guest's */
	ec2_metal.devices.pci_state = VW_VALUE;
	assert_row(&ec2_metal, "aws-metal-2017");
	metal.devices =
		(struct vw_device_facts){NO_FUNCTIONS, .net.state = VW_DENIED, .block.state = VW_DENIED};
	assert_row(&metal, "metal");
	/* But a cell that says otherwise speaks against it. */
	nitro.devices = (struct vw_device_facts){
		NO_FUNCTIONS, .net = LIST({.name = "a", .driver = "virtio_net"}), .block = {EMPTY}};
	assert_row(&nitro, NULL);
}

static void test_full_emulation_is_a_row_without_any_other_device(void **state)
{
	struct vw_facts facts = {LOOKED_AT, .cpuid = {READ, SIGNED_BY("TCGTCGTCGTCG")},
				 .devices = {NO_FUNCTIONS, .net = {EMPTY}, .block = {EMPTY}}};

	(void)state;
	assert_row(&facts, "emulated");
	facts.devices.net = (struct vw_device_list)LIST({.name = "a", .driver = "virtio_net"});
	assert_row(&facts, NULL);
	facts.devices.net = (struct vw_device_list){.state = VW_DENIED};
	assert_row(&facts, NULL);
}

static void test_rows_and_their_cells(void **state)
{
	static const struct {
		const char *word, *cells;
	} rows[] = {
		{"emulated", "VS VS VS VS VS VS"},
		{"xen-pv-3.0", "P P P P VS VS"},
		{"xen-hvm-3.0", "VH P P P VS VS"},
		{"xen-hvm-4.0.1", "VH P P P P VS"},
		{"xen-aws-2013", "VH VH P P P VS"},
		{"xen-aws-2017", "VH VH VH P P VS"},
		{"aws-nitro-2017", "VH VH VH VH VH VS"},
		{"aws-metal-2017", "H H H H H H"},
		{"metal", "H H H H H H"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vw_word *word = vw_word_at("rows", i);
		char cells[64] = "";

		assert_non_null(word);
		assert_string_equal(word->word, rows[i].word);
		for (size_t j = 0; j < VW_DIMENSIONS; j++)
			snprintf(&cells[strlen(cells)], sizeof(cells) - strlen(cells), "%s%s", j ? " " : "",
				 vw_class_word(vw_row_cells(i)[j]));
		assert_string_equal(cells, rows[i].cells);
	}
	assert_null(vw_word_at("rows", VW_COUNT(rows)));
	assert_null(vw_row_cells(VW_COUNT(rows)));
}

/* Evidence of cells. */

static void test_cells_name_the_sources_that_they_rest_on(void **state)
{
	static const struct {
		enum vw_dimension_id id;
		const char *source;
	} cases[] = {
		{VW_CPU_MEMORY, "cpuid 0x40000000"},
		{VW_NETWORK, "/sys/class/net/eth0"},
		{VW_LOCAL_STORAGE, "/sys/block/vda"},
		{VW_REMOTE_STORAGE, "/sys/block/vda"},
		{VW_INTERRUPTS_TIMERS, "/sys/devices/system/clocksource/available"},
		{VW_MOTHERBOARD_BOOT, "/sys/class/dmi/id/product_name"},
	};
	struct vw_facts facts = {
		KVM, .clock.available = {VW_VALUE, "kvm-clock", "/sys/devices/system/clocksource/available"},
		.devices = {NO_FUNCTIONS, .net = LIST({.name = "eth0", .driver = "virtio_net"}),
			    .block = LIST({.name = "vda", .driver = "virtio_blk"})}};
	struct vw_report *report;

	(void)state;
	facts.dmi.product_name = (struct vw_text){VW_VALUE, "KVM", "/sys/class/dmi/id/product_name"};
	report = detect(&facts);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_refs *refs = &report->dimension[cases[i].id].evidence;

		assert_int_equal(refs->count, 1);
		assert_string_equal(report->evidence[refs->index[0]].source, cases[i].source);
	}
	vw_report_free(report);
}

static void test_a_function_is_quoted_by_its_slot(void **state)
{
	struct vw_facts facts = {KVM, .devices = {FUNCTIONS({.slot = "0000:00:05.0",
							     .vendor = 0x1d0f,
							     .device = 0xec20,
							     .class = 0x0200}),
						  .net = {EMPTY}, .block = LIST({.name = "sda"})}};
	struct vw_report *report = detect(&facts);
	const struct vw_evidence *function = evidence_of(report, "/sys/bus/pci/devices/0000:00:05.0");
	const struct vw_evidence *disk = evidence_of(report, "/sys/block/sda");

	(void)state;
	assert_true(supports(function, "network"));
	assert_string_equal(function->value, "pci");
	assert_int_equal(function->weight, VW_STRONG);
	assert_true(supports(disk, "local_storage"));
	assert_true(supports(disk, "remote_storage"));
	assert_string_equal(disk->value, "no driver");
	vw_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removable_media_are_no_disks),
		cmocka_unit_test(test_a_disk_that_does_not_tell_stands_for_both_cells_in_a_guest_only),
		cmocka_unit_test(test_a_disk_that_tells_stands_where_it_is),
		cmocka_unit_test(test_the_controller_tells_where_a_disk_without_a_model_is),
		cmocka_unit_test(test_only_the_best_is_sure_where_not_all_was_read),
		cmocka_unit_test(test_a_model_that_was_not_read_may_be_any),
		cmocka_unit_test(test_lists_that_could_not_be_read),
		cmocka_unit_test(test_the_fastest_device_counts_and_three_are_named),
		cmocka_unit_test(test_functions_count_where_there_is_no_interface),
		cmocka_unit_test(test_no_network_is_none_only_where_the_bus_was_seen),
		cmocka_unit_test(test_virtio_devices_of_each_type),
		cmocka_unit_test(test_devices_of_a_bus_that_a_hypervisor_makes),
		cmocka_unit_test(test_pci_functions_by_what_the_machine_is),
		cmocka_unit_test(test_what_a_driver_tells_holds_before_what_its_function_tells),
		cmocka_unit_test(test_a_control_domain_drives_the_devices_below_xen),
		cmocka_unit_test(test_display_and_platform_functions_that_a_table_names),
		cmocka_unit_test(test_network_functions_without_an_interface_are_devices),
		cmocka_unit_test(test_no_list_of_devices_is_read_beyond_its_end),
		cmocka_unit_test(test_performance_counters),
		cmocka_unit_test(test_a_control_domain_is_paravirtual_or_pvh),
		cmocka_unit_test(test_a_control_domain_on_arm_uses_the_processors_virtualization),
		cmocka_unit_test(test_the_processor_of_each_class),
		cmocka_unit_test(test_xen_tells_its_version_in_three_parts),
		cmocka_unit_test(test_kvms_clock_in_three_places),
		cmocka_unit_test(test_what_delivers_interrupts),
		cmocka_unit_test(test_what_delivers_interrupts_where_cpuid_says_nothing),
		cmocka_unit_test(test_the_board_by_its_vendor_its_product_or_its_tree),
		cmocka_unit_test(test_a_root_partitions_board_is_the_layers_below),
		cmocka_unit_test(test_rows_of_xen_by_their_devices),
		cmocka_unit_test(test_a_platform_of_one_row_keeps_it_whatever_is_unknown),
		cmocka_unit_test(test_full_emulation_is_a_row_without_any_other_device),
		cmocka_unit_test(test_rows_and_their_cells),
		cmocka_unit_test(test_cells_name_the_sources_that_they_rest_on),
		cmocka_unit_test(test_a_function_is_quoted_by_its_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
