/* SPDX-License-Identifier: MIT */
#include "guest_root.h"

#include "probes/machine/carrier.h"

/* Devices: PCI, virtio, xenbus, vmbus, network interfaces and disks, on each way in which they are carried.
 */

#define PCI "/sys/bus/pci/devices/"

/* One PCI function as the kernel shows it; NULL leaves a file out. */
struct function {
	const char *slot, *vendor, *device, *class, *uevent, *driver;
};

static void put_function(struct guest *guest, const struct function *function)
{
	const struct {
		const char *name, *text;
	} files[] = {
		{"vendor", function->vendor},
		{"device", function->device},
		{"class", function->class},
		{"uevent", function->uevent},
	};
	char path[256], target[256];

	snprintf(path, sizeof(path), PCI "%s", function->slot);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s", function->slot);
	put_link(guest, path, target);
	for (size_t i = 0; i < VW_COUNT(files); i++) {
		snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/%s", function->slot, files[i].name);
		if (files[i].text)
			put(guest, path, files[i].text);
	}
	if (function->driver) {
		snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/driver", function->slot);
		snprintf(target, sizeof(target), "../../../bus/pci/drivers/%s", function->driver);
		put_link(guest, path, target);
	}
}

static const struct function host_bridge = {"0000:00:00.0", "0x8086\n", "0x1237\n", "0x060000\n", NULL, NULL};
static const struct function ena = {
	"0000:00:05.0",
	"0x1d0f\n",
	"0xec20\n",
	"0x020000\n",
	"DRIVER=ena\nPCI_CLASS=20000\nPCI_ID=1D0F:EC20\nPCI_SUBSYS_ID=1D0F:EC21\n",
	"other"};
static const struct function nvme = {"0000:00:04.0", "0x1d0f\n", "0x8061\n", "0x010802\n", NULL, "nvme"};

static void test_pci(void **state)
{
	const struct vw_pci_device *pci;
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_function(&guest, &host_bridge);
	put_function(&guest, &ena);
	put_function(&guest, &nvme);
	put_link(&guest, "/sys/devices/pci0000:00/0000:00:05.0/physfn", "../0000:00:00.0");
	facts = guest_probe(&guest, 0);
	pci = facts->devices.pci;
	assert_int_equal(facts->devices.pci_state, VW_VALUE);
	assert_int_equal(facts->devices.pci_count, 3);
	assert_false(facts->devices.pci_incomplete);

	assert_string_equal(pci[0].slot, "0000:00:00.0");
	assert_int_equal(pci[0].vendor, 0x8086);
	assert_int_equal(pci[0].device, 0x1237);
	assert_int_equal(pci[0].class, 0x0600);
	assert_null(pci[0].driver);

	assert_int_equal(pci[1].class, 0x0108);
	assert_string_equal(pci[1].driver, "nvme");
	assert_false(pci[1].virtual_function);
	assert_int_equal(pci[1].subvendor, 0);

	assert_int_equal(pci[2].vendor, 0x1d0f);
	assert_int_equal(pci[2].device, 0xec20);
	assert_int_equal(pci[2].class, 0x0200);
	assert_int_equal(pci[2].subvendor, 0x1d0f);
	assert_int_equal(pci[2].subdevice, 0xec21);
	assert_string_equal(pci[2].driver, "ena"); /* the summary's word */
	assert_true(pci[2].virtual_function);
	assert_int_equal(facts->unread_count, 0);
	guest_free(&guest);
}

/* What one function lacks costs that function alone, and is said. */
static void test_pci_malformed(void **state)
{
	static const struct function no_vendor = {"0000:00:01.0", NULL, "0x7000\n", "0x060100\n", NULL, NULL};
	static const struct function no_class = {"0000:00:02.0", "0x8086\n", "0x7000\n", NULL, NULL, NULL};
	static const struct function no_numbers = {"0000:00:06.0", "-\n", "-\n", "\n", NULL, NULL};
	const struct vw_facts *facts;
	struct guest guest;
	char huge[4096];

	(void)state;
	memset(huge, '1', sizeof(huge));
	guest_new(&guest, "x86_64");
	put_function(&guest, &no_vendor);
	put_function(&guest, &no_class);
	put_function(&guest, &ena);
	put_function(&guest, &no_numbers);
	put(&guest, PCI "0000:00:07.0/device", "0x1\n");
	put(&guest, PCI "0000:00:07.0/class", "0x1\n");
	put_bytes(&guest, PCI "0000:00:07.0/vendor", huge, sizeof(huge));
	put(&guest, PCI "0000:0:8.0/vendor", "0x1\n");
	put(&guest, PCI "not a slot/vendor", "0x1\n");
	put(&guest, PCI "80000000:00:01.0/vendor", "0x1\n");
	put(&guest, PCI "0000:00:09.0/vendor/deep", "");
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_state, VW_VALUE);
	assert_int_equal(facts->devices.pci_count, 2);
	assert_true(facts->devices.pci_incomplete);
	assert_int_equal(facts->devices.pci[0].vendor, 0x1d0f);
	assert_int_equal(facts->devices.pci[1].vendor, 0); /* what libpci makes of no number */
	assert_string_equal(unread_error(facts, "0000:00:01.0"), "EBADMSG");
	assert_string_equal(unread_error(facts, "0000:00:02.0"), "EBADMSG");
	assert_string_equal(unread_error(facts, "0000:00:07.0"), "EBADMSG");
	assert_string_equal(unread_error(facts, "0000:0:8.0"), "EBADMSG");
	assert_string_equal(unread_error(facts, "not a slot"), "EBADMSG");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	put_function(&guest, &no_vendor);
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_state, VW_MALFORMED);
	assert_int_equal(facts->devices.pci_count, 0);
	guest_free(&guest);
}

/* Nothing that libpci opens by itself may lie outside, or block. */
static void test_pci_hostile(void **state)
{
	static const struct function plain = {"0000:00:03.0", NULL, "0x1111\n", "0x030000\n", NULL, NULL};
	const struct vw_facts *facts;
	struct guest guest;
	char outside[] = "/tmp/virtwhere-outside.XXXXXX";
	int fd = mkstemp(outside);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "0xcafe\n", 7), 7);
	close(fd);
	guest_new(&guest, "x86_64");
	put_function(&guest, &plain);
	put_link(&guest, "/sys/devices/pci0000:00/0000:00:03.0/vendor", outside);
	put_fifo(&guest, PCI "0000:00:04.0/vendor");
	put(&guest, PCI "0000:00:04.0/device", "0x1\n");
	put(&guest, PCI "0000:00:04.0/class", "0x1\n");
	put_link(&guest, PCI "0000:00:05.0", "0000:00:05.0");
	put_link(&guest, PCI "0000:00:06.0", "../../../../../../../../../../tmp");
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_count, 0);
	assert_int_equal(facts->devices.pci_state, VW_MALFORMED);
	guest_free(&guest);
	unlink(outside);
}

static void test_pci_denied(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_function(&guest, &host_bridge);
	put_function(&guest, &ena);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, PCI "0000:00:05.0"), 0);
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_state, VW_VALUE);
	assert_int_equal(facts->devices.pci_count, 1);
	guest_close(&guest);

	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/bus/pci"), 0);
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_state, VW_DENIED);
	assert_string_equal(unread_error(facts, "/sys/bus/pci/devices"), "EACCES");
	guest_free(&guest);
}

/* Domains of more than 16 bits, and functions that a dump copied as directories. */
static void test_pci_shapes(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, PCI "10000:01:1f.7/vendor", "0x1af4\n");
	put(&guest, PCI "10000:01:1f.7/device", "0x1042\n");
	put(&guest, PCI "10000:01:1f.7/class", "0x010000\n");
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_count, 1);
	assert_string_equal(facts->devices.pci[0].slot, "10000:01:1f.7");
	assert_int_equal(facts->devices.pci[0].device, 0x1042);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	put_directory(&guest, "/sys/bus/pci/devices");
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_state, VW_VALUE);
	assert_int_equal(facts->devices.pci_count, 0);
	guest_free(&guest);
}

static void test_pci_of_old_kernels(void **state)
{
	static const char list[] = "0008\t80867000\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t\n"
				   "01fb\t8086100e\tb\t1\t2\t3\t4\t5\t6\t7\t1\t2\t3\t4\t5\t6\t7\te1000\n"
				   "short\n"
				   "zzzz\t8086100e\tb\n"
				   "0010\t10130";
	const struct vw_pci_device *pci;
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/proc/bus/pci/devices", list);
	facts = guest_probe(&guest, 0);
	pci = facts->devices.pci;
	assert_int_equal(facts->devices.pci_state, VW_VALUE);
	assert_int_equal(facts->devices.pci_count, 2);
	assert_string_equal(pci[0].slot, "0000:00:01.0");
	assert_int_equal(pci[0].vendor, 0x8086);
	assert_int_equal(pci[0].device, 0x7000);
	assert_null(pci[0].driver);
	assert_string_equal(pci[1].slot, "0000:01:1f.3");
	assert_string_equal(pci[1].driver, "e1000");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_state, VW_ABSENT);
	guest_free(&guest);
}

/* Virtio, vmbus, PMU. */

static void put_virtio(struct guest *guest, const char *name, const char *parent, const char *driver)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "/sys/bus/virtio/devices/%s", name);
	snprintf(target, sizeof(target), "../../../devices/%s/%s", parent, name);
	put_link(guest, path, target);
	snprintf(path, sizeof(path), "/sys/devices/%s/%s", parent, name);
	put_directory(guest, path);
	if (driver) {
		snprintf(path, sizeof(path), "/sys/devices/%s/%s/driver", parent, name);
		snprintf(target, sizeof(target), "../../../../bus/virtio/drivers/%s", driver);
		put_link(guest, path, target);
	}
}

static void test_virtio(void **state)
{
	static const struct function modern = {"0000:00:01.0", "0x1af4\n", "0x1053\n",
					       "0xffff00\n",   NULL,       NULL};
	static const struct function transitional = {"0000:00:02.0", "0x1af4\n", "0x1002\n",
						     "0x00ff00\n",   NULL,       NULL};
	static const struct function foreign = {"0000:00:03.0", "0x1022\n", "0x1000\n",
						"0x020000\n",   NULL,       NULL};
	const struct vw_virtio_device *virtio;
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_function(&guest, &modern);
	put_function(&guest, &transitional);
	put_function(&guest, &foreign);
	put_virtio(&guest, "virtio0", "pci0000:00/0000:00:01.0", "vmw_vsock_virtio_transport");
	put_virtio(&guest, "virtio1", "pci0000:00/0000:00:02.0", NULL);
	put_virtio(&guest, "virtio2", "platform/LNRO0005:00", "virtio_blk");
	put(&guest, "/sys/devices/platform/LNRO0005:00/virtio2/device", "0x0002\n");
	put_virtio(&guest, "virtio3", "pci0000:00/0000:00:03.0", NULL);
	put(&guest, "/sys/devices/pci0000:00/0000:00:03.0/virtio3/device", "nonsense\n");
	facts = guest_probe(&guest, 0);
	virtio = facts->devices.virtio;
	assert_int_equal(facts->devices.virtio_state, VW_VALUE);
	assert_int_equal(facts->devices.virtio_count, 4);
	assert_int_equal(virtio[0].type, 19);
	assert_string_equal(virtio[0].parent, "0000:00:01.0");
	assert_string_equal(virtio[0].driver, "vmw_vsock_virtio_transport");
	assert_int_equal(virtio[1].type, 5);
	assert_null(virtio[1].driver);
	assert_int_equal(virtio[2].type, 2);
	assert_string_equal(virtio[2].parent, "LNRO0005:00");
	assert_int_equal(virtio[3].type, 0);
	guest_free(&guest);
}

static void test_buses(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/bus/vmbus/devices/f8615163-df3e-46c5-913f-f2d2f965ed0e/id", "1\n");
	put(&guest, "/sys/bus/event_source/devices/software/type", "1\n");
	put(&guest, "/sys/bus/event_source/devices/cpu/type", "4\n");
	facts = guest_probe(&guest, 0);
	assert_names(facts->devices.vmbus, "f8615163-df3e-46c5-913f-f2d2f965ed0e");
	assert_names(facts->devices.pmu, "cpu software");
	assert_int_equal(facts->devices.virtio_state, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	facts = guest_probe(&guest, 0);
	assert_state(facts->devices.vmbus, VW_ABSENT);
	assert_state(facts->devices.pmu, VW_ABSENT);
	guest_free(&guest);
}

/* Interfaces and disks. */

/* A member of a class, and what it must become. */
struct member {
	const char *link;                 /* from below /sys/devices */
	const char *driver_link, *driver; /* where the driver's link is, below /sys; its name */
	const char *bus, *address, *pci, *model_file, *model;
};

static const char *last_part(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void put_member(struct guest *guest, const char *directory, const char *up,
		       const struct member *member)
{
	char path[512], target[512];

	snprintf(path, sizeof(path), "%s/%s", directory, last_part(member->link));
	snprintf(target, sizeof(target), "%s/devices/%s", up, member->link);
	put_link(guest, path, target);
	snprintf(path, sizeof(path), "/sys/devices/%s", member->link);
	put_directory(guest, path);
	if (member->driver_link) {
		snprintf(path, sizeof(path), "/sys/%s/driver", member->driver_link);
		snprintf(target, sizeof(target), "somewhere/drivers/%s", member->driver);
		put_link(guest, path, target);
	}
	if (member->model_file) {
		snprintf(path, sizeof(path), "/sys/%s", member->model_file);
		put(guest, path, "QEMU HARDDISK   \n");
	}
}

static const struct vw_class_device *find(const struct vw_device_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i].name, name) == 0)
			return &list->item[i];
	return NULL;
}

static void assert_same(const char *name, const char *what, const char *seen, const char *expected)
{
	if (!vwb_text_equal(seen, expected))
		fail_msg("%s: %s is %s, not %s", name, what, seen ? seen : "NULL",
			 expected ? expected : "NULL");
}

static void assert_member(const struct vw_device_list *list, const struct member *member)
{
	const char *name = last_part(member->link);
	const struct vw_class_device *device = find(list, name);

	if (!device) {
		fail_msg("%s is not there", name);
		return;
	}
	assert_same(name, "driver", device->driver, member->driver);
	assert_same(name, "bus", device->bus, member->bus);
	assert_same(name, "address", device->address, member->address);
	assert_same(name, "pci", device->pci, member->pci);
	assert_same(name, "model", device->model, member->model);
}

#define GUID "f8615163-df3e-46c5-913f-f2d2f965ed0e"

/* The type by the PCI function's id, of which transitional devices have one of their own. */
static void test_virtio_types(void **state)
{
	static const struct {
		const char *id;
		uint32_t type; /* 0: the id does not tell, and the device's own file does */
	} cases[] = {
		{"1AF4:1040", 0}, {"1AF4:1041", 1}, {"1AF4:1042", 2}, {"1AF4:107F", 63}, {"1AF4:1080", 0},
		{"1AF4:0FFF", 0}, {"1AF4:1000", 1}, {"1AF4:1001", 2}, {"1AF4:1002", 5},  {"1AF4:1003", 3},
		{"1AF4:1004", 8}, {"1AF4:1005", 4}, {"1AF4:1006", 0}, {"1AF4:1009", 9},  {"1AF4:100A", 0},
		{"1AF5:1041", 0}, {"1AF5:1000", 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct function function = {.slot = "0000:00:01.0"};
		const struct vw_facts *facts;
		struct guest guest;
		char uevent[64];

		snprintf(uevent, sizeof(uevent), "PCI_CLASS=20000\nPCI_ID=%s\n", cases[i].id);
		function.uevent = uevent;
		guest_new(&guest, "x86_64");
		put_function(&guest, &function);
		put_virtio(&guest, "virtio0", "pci0000:00/0000:00:01.0", NULL);
		put(&guest, "/sys/devices/pci0000:00/0000:00:01.0/virtio0/device", "0x4d\n");
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->devices.virtio_count, 1);
		if (facts->devices.virtio[0].type != (cases[i].type ? cases[i].type : 0x4d))
			fail_msg("%s: %u", cases[i].id, facts->devices.virtio[0].type);
		guest_free(&guest);
	}
}

static void test_many_virtio_devices(void **state)
{
	(void)state;
	for (unsigned count = VW_CLASS_LIMIT; count <= VW_CLASS_LIMIT + 1; count++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		for (unsigned i = 0; i < count; i++) {
			char path[64];

			snprintf(path, sizeof(path), "/sys/bus/virtio/devices/virtio%02u/device", i);
			put(&guest, path, i ? "0x100000000\n" : "0xffffffff\n");
			snprintf(path, sizeof(path), "/sys/bus/vmbus/devices/vmbus_%02u/class_id", i);
			put(&guest, path, "");
		}
		facts = guest_probe(&guest, VW_PROBE_WIDE);
		assert_int_equal(facts->devices.virtio_count, VW_CLASS_LIMIT);
		assert_int_equal(facts->devices.vmbus_count, VW_CLASS_LIMIT);
		assert_int_equal(facts->devices.vmbus.count, count);
		assert_int_equal(vwb_text_equal(unread_error(facts, "/virtio/devices"), "EFBIG"),
				 count > VW_CLASS_LIMIT);
		assert_int_equal(vwb_text_equal(unread_error(facts, "/vmbus/devices"), "EFBIG"),
				 count > VW_CLASS_LIMIT);
		/* a type has 32 bits */
		assert_int_equal(facts->devices.virtio[0].type, UINT32_MAX);
		assert_int_equal(facts->devices.virtio[1].type, 0);
		guest_free(&guest);
	}
}

/* A class is told in braces; without them it stays as it is. */
static void test_vmbus(void **state)
{
	static const struct {
		const char *text, *class; /* NULL: no such file, no class */
	} cases[] = {
		{"{" GUID "}\n", GUID}, {GUID "\n", GUID}, {"{x}\n", "x"}, {"{}\n", "{}"},
		{"{x\n", "{x"},         {"x}\n", "x}"},    {"\n", ""},     {NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int wide = 0; wide < 2; wide++) {
			const struct vw_facts *facts;
			struct guest guest;

			guest_new(&guest, "x86_64");
			put_directory(&guest, "/sys/bus/vmbus/devices/" GUID);
			if (cases[i].text)
				put(&guest, "/sys/bus/vmbus/devices/" GUID "/class_id", cases[i].text);
			put_link(&guest, "/sys/bus/vmbus/devices/" GUID "/driver", "../../drivers/hv_netvsc");
			facts = guest_probe(&guest, wide ? VW_PROBE_WIDE : 0);
			assert_names(facts->devices.vmbus, GUID);
			assert_int_equal(facts->devices.vmbus_count, wide);
			if (wide) {
				assert_string_equal(facts->devices.vmbus_device[0].name, GUID);
				assert_same("vmbus", "class", facts->devices.vmbus_device[0].class,
					    cases[i].class);
				assert_string_equal(facts->devices.vmbus_device[0].driver, "hv_netvsc");
			}
			guest_free(&guest);
		}
}

static const struct member interfaces[] = {
	{.link = "pci0000:00/0000:00:05.0/net/ena0",
	 .driver = "ena",
	 .bus = "pci",
	 .address = "0000:00:05.0",
	 .pci = "0000:00:05.0"},
	{.link = "pci0000:00/0000:00:1c.0/0000:27:00.0/net/behind",
	 .driver_link = "bus/pci/devices/0000:27:00.0",
	 .driver = "mlx5_core",
	 .bus = "pci",
	 .address = "0000:27:00.0",
	 .pci = "0000:27:00.0"},
	{.link = "pci0000:00/0000:00:03.0/virtio2/net/virt0",
	 .driver = "virtio_net",
	 .bus = "virtio",
	 .address = "virtio2",
	 .pci = "0000:00:03.0"},
	{.link = "vif-0/net/xen0", .driver = "vif", .bus = "xen", .address = "vif-0"},
	{.link = "LNXSYSTM:00/LNXSYBUS:00/PNP0A03:00/device:07/VMBUS:01/" GUID "/net/hyper0",
	 .driver_link = "bus/vmbus/devices/" GUID,
	 .driver = "hv_netvsc",
	 .bus = "vmbus",
	 .address = GUID},
	{.link = "LNXSYSTM:00/VMBUS:01/" GUID "/pci0001:00/0001:00:02.0/net/vf0",
	 .driver_link = "class/net/vf0/device",
	 .driver = "mlx4_core",
	 .bus = "pci",
	 .address = "0001:00:02.0",
	 .pci = "0001:00:02.0"},
	{.link = "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/net/usb0",
	 .driver_link = "bus/usb/devices/2-1:1.0",
	 .driver = "cdc_ether",
	 .bus = "usb",
	 .address = "2-1:1.0",
	 .pci = "0000:00:14.0"},
	{.link = "platform/soc/30be0000.ethernet/net/soc0",
	 .driver_link = "bus/platform/devices/30be0000.ethernet",
	 .driver = "fec",
	 .bus = "platform",
	 .address = "30be0000.ethernet"},
	{.link = "vio/30000002/net/vio0",
	 .driver_link = "class/net/vio0/device",
	 .driver = "ibmveth",
	 .address = "30000002"},
};

static void test_interfaces(void **state)
{
	static const struct member left_out[] = {
		{.link = "virtual/net/lo"}, {.link = "virtual/net/veth0"}, {.link = "vif-1-0/net/vif1.0"}};
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	for (size_t i = 0; i < VW_COUNT(interfaces); i++)
		put_member(&guest, "/sys/class/net", "../..", &interfaces[i]);
	for (size_t i = 0; i < VW_COUNT(left_out); i++)
		put_member(&guest, "/sys/class/net", "../..", &left_out[i]);
	put_function(&guest, &ena);
	put_virtio(&guest, "virtio2", "pci0000:00/0000:00:03.0", "virtio_net");
	put_link(&guest, "/sys/bus/xen/devices/vif-0", "../../../devices/vif-0");
	put_link(&guest, "/sys/devices/vif-0/driver", "../../bus/xen/drivers/vif");
	put(&guest, "/sys/module/ena/version", "2.13.0g\n");
	put(&guest, "/sys/module/fec/version", "1\n");
	facts = guest_probe(&guest, 0);
	assert_state(facts->devices.net, VW_VALUE);
	assert_int_equal(facts->devices.net.count, VW_COUNT(interfaces));
	for (size_t i = 0; i < VW_COUNT(interfaces); i++)
		assert_member(&facts->devices.net, &interfaces[i]);
	assert_string_equal(find(&facts->devices.net, "ena0")->version, "2.13.0g");
	assert_null(find(&facts->devices.net, "soc0")->version);
	guest_close(&guest);

	facts = guest_probe(&guest, VW_PROBE_WIDE);
	assert_string_equal(find(&facts->devices.net, "soc0")->version, "1");
	guest_free(&guest);
}

static const struct member disks[] = {
	{.link = "pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1",
	 .driver = "nvme",
	 .bus = "pci",
	 .address = "0000:00:04.0",
	 .pci = "0000:00:04.0",
	 .model = "Amazon Elastic Block Store"},
	{.link = "virtual/nvme-subsystem/nvme-subsys1/nvme1n1",
	 .driver_link = "bus/pci/devices/0000:00:1f.0",
	 .driver = "nvme",
	 .bus = "pci",
	 .address = "0000:00:1f.0",
	 .pci = "0000:00:1f.0",
	 .model = "Amazon EC2 NVMe Instance Storage"},
	{.link = "virtual/nvme-fabrics/ctl/nvme2/nvme2n1", .address = "nvme2", .model = "Linux"},
	{.link = "pci0000:00/0000:00:03.0/virtio1/block/vda",
	 .driver = "virtio_blk",
	 .bus = "virtio",
	 .address = "virtio1",
	 .pci = "0000:00:03.0"},
	{.link = "pci0000:00/0000:00:06.0/virtio4/host2/target2:0:0/2:0:0:0/block/sda",
	 .driver = "virtio_scsi",
	 .bus = "virtio",
	 .address = "virtio4",
	 .pci = "0000:00:06.0",
	 .model_file = "block/sda/device/model",
	 .model = "QEMU HARDDISK"},
	{.link = "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sdb",
	 .driver_link = "bus/pci/devices/0000:00:1f.2",
	 .driver = "ahci",
	 .bus = "pci",
	 .address = "0000:00:1f.2",
	 .pci = "0000:00:1f.2"},
	{.link = "vbd-51712/block/xvda",
	 .driver_link = "bus/xen/devices/vbd-51712",
	 .driver = "vbd",
	 .bus = "xen",
	 .address = "vbd-51712"},
	{.link = "platform/host3/session1/target3:0:0/3:0:0:1/block/sdc",
	 .driver_link = "bus/scsi/devices/3:0:0:1",
	 .driver = "sd",
	 .bus = "scsi",
	 .address = "3:0:0:1"},
	{.link = "platform/uml-blkdev.0/block/ubda",
	 .driver_link = "bus/platform/devices/uml-blkdev.0",
	 .driver = "uml-blkdev",
	 .bus = "platform",
	 .address = "uml-blkdev.0"},
	{.link = "pci0000:00/0000:00:1f.5/host9/target9:0:0/9:0:0:0/block/cciss!c0d0",
	 .driver_link = "bus/pci/devices/0000:00:1f.5",
	 .driver = "hpsa",
	 .bus = "pci",
	 .address = "0000:00:1f.5",
	 .pci = "0000:00:1f.5"},
};

static void put_disks(struct guest *guest)
{
	put_function(guest, &nvme);
	put_virtio(guest, "virtio1", "pci0000:00/0000:00:03.0", "virtio_blk");
	put_virtio(guest, "virtio4", "pci0000:00/0000:00:06.0", "virtio_scsi");
	put_link(guest, "/sys/class/nvme/nvme0", "../../devices/pci0000:00/0000:00:04.0/nvme/nvme0");
	put(guest, "/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/model",
	    "Amazon Elastic Block Store    \n");
	put(guest, "/sys/class/nvme-subsystem/nvme-subsys1/nvme1/x", "");
	put(guest, "/sys/class/nvme-subsystem/nvme-subsys1/nvme1c1n1/x", "");
	put_link(guest, "/sys/class/nvme/nvme1", "../../devices/pci0000:00/0000:00:1f.0/nvme/nvme1");
	put(guest, "/sys/devices/pci0000:00/0000:00:1f.0/nvme/nvme1/model",
	    "Amazon EC2 NVMe Instance Storage\n");
	put_link(guest, "/sys/class/nvme/nvme2", "../../devices/virtual/nvme-fabrics/ctl/nvme2");
	put(guest, "/sys/devices/virtual/nvme-fabrics/ctl/nvme2/model", "Linux\n");
	put(guest, "/sys/devices/virtual/nvme-fabrics/ctl/nvme2/transport", "tcp\n");
}

static void test_disks(void **state)
{
	static const struct member left_out[] = {
		{.link = "virtual/block/loop0"},
		{.link = "virtual/block/dm-0"},
		{.link = "virtual/block/zram0"},
		{.link = "virtual/bdi/odd"},
		{.link = "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sr0"},
		{.link = "platform/floppy.0/block/fd0"},
		{.link = "pci0000:00/0000:00:1f.0/nvme/nvme1/nvme1c1n1"},
	};
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_disks(&guest);
	for (size_t i = 0; i < VW_COUNT(disks); i++)
		put_member(&guest, "/sys/block", "..", &disks[i]);
	for (size_t i = 0; i < VW_COUNT(left_out); i++)
		put_member(&guest, "/sys/block", "..", &left_out[i]);
	facts = guest_probe(&guest, 0);
	assert_state(facts->devices.block, VW_VALUE);
	for (size_t i = 0; i < VW_COUNT(disks); i++)
		assert_member(&facts->devices.block, &disks[i]);
	assert_int_equal(facts->devices.block.count, VW_COUNT(disks));
	assert_string_equal(find(&facts->devices.block, "nvme0n1")->transport, "pcie");
	assert_string_equal(find(&facts->devices.block, "nvme1n1")->transport, "pcie");
	assert_string_equal(find(&facts->devices.block, "nvme2n1")->transport, "tcp");
	assert_null(find(&facts->devices.block, "vda")->transport);
	assert_false(find(&facts->devices.block, "nvme0n1")->model_unread);
	guest_close(&guest);

	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/class/nvme/nvme0"), 0);
	facts = guest_probe(&guest, 0);
	assert_null(find(&facts->devices.block, "nvme0n1")->model);
	assert_true(find(&facts->devices.block, "nvme0n1")->model_unread);
	assert_string_equal(find(&facts->devices.block, "nvme0n1")->driver, "nvme");
	guest_free(&guest);
}

/* Which device carries what. */

/* One word of a path: what bus it names, below another device and at the top. NULL: none. */
static void test_words_of_paths(void **state)
{
	static const struct {
		const char *word, *below, *top;
	} cases[] = {
		{"0000:00:05.0", "pci", "pci"},
		{"10000:e1:0f.7", "pci", "pci"},
		{"0000:0:05.0", NULL, NULL},
		{"0000:00:5.0", NULL, NULL},
		{"0000:00:05.", NULL, NULL},
		{"0000:00:05.x", NULL, NULL},
		{":00:05.0", NULL, NULL},
		{"0000:00-05.0", NULL, NULL},
		{"virtio0", "virtio", "virtio"},
		{"virtio12", "virtio", "virtio"},
		{"virtio", NULL, NULL},
		{"virtio1x", NULL, NULL},
		{"Virtio1", NULL, NULL},
		{"f8615163-df3e-46c5-913f-f2d2f965ed0e", "vmbus", "vmbus"},
		{"F8615163-DF3E-46C5-913F-F2D2F965ED0E", "vmbus", "vmbus"},
		{"f8615163-df3e-46c5-913f-f2d2f965ed0", NULL, NULL},
		{"f8615163-df3e-46c5-913f-f2d2f965ed0eg", NULL, NULL},
		{"vmbus_0", "vmbus", "vmbus"},
		{"vmbus_0_15", "vmbus", "vmbus"},
		{"vmbus_0_1_2", NULL, NULL},
		{"1-1:1.0", "usb", "usb"},
		{"1-1.4:1.0", "usb", "usb"},
		{"1-1.4.2:1.0", "usb", "usb"},
		{"1-1.4.2.3:1.0", "usb", "usb"},
		{"1-1.4.2.3.5:1.0", NULL, NULL},
		{"1-1", NULL, NULL},
		{"usb1", NULL, NULL},
		{"vif-0", NULL, "xen"},
		{"vbd-51712", NULL, "xen"},
		{"vif-", NULL, NULL},
		{"-0", NULL, NULL},
		{"Vif-0", NULL, NULL},
		{"vif-1-0", NULL, "xen"},
		{"vif-1-0-2", NULL, NULL},
	};
	struct vw_facts facts = {0};
	struct vw_run run = {.facts = &facts};
	struct vwb_arena *arena;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int top = 0; top < 2; top++) {
			const char *bus = top ? cases[i].top : cases[i].below;
			struct vw_carrier carrier;
			char path[128];

			snprintf(path, sizeof(path), "../../devices/%s%s/net/x", top ? "" : "soc/",
				 cases[i].word);
			vw_carrier_of(&run, path, "net", &carrier);
			assert_same(cases[i].word, "bus", carrier.bus, bus);
			if (bus)
				assert_string_equal(carrier.address, cases[i].word);
			assert_same(cases[i].word, "pci", carrier.pci,
				    vwb_text_equal(bus, "pci") ? cases[i].word : NULL);
			assert_int_equal(carrier.is_backend, top && vwb_text_equal(cases[i].word, "vif-1-0"));
			assert_false(carrier.is_virtual);
			assert_false(carrier.has_scsi);
		}
	vwb_arena_free(arena);
}

static void test_paths(void **state)
{
	static const struct {
		const char *path, *bus, *address, *pci;
		bool is_virtual, has_scsi;
	} cases[] = {
		{"../../devices/virtual/net/lo", NULL, NULL, NULL, true, false},
		{"../../devices/virtually/net/lo", NULL, NULL, NULL, false, false},
		{"../../devices/soc/virtual/net/lo", NULL, "virtual", NULL, false, false},
		{"/sys/devices/pci0000:00/0000:00:05.0/net/x", "pci", "0000:00:05.0", "0000:00:05.0", false,
		 false},
		{"../../../0000:00:05.0", "pci", "0000:00:05.0", "0000:00:05.0", false, false},
		{"../../../vif-0", "xen", "vif-0", NULL, false, false},
		/* the nearest one that names a bus */
		{"../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/net/x", "pci", "0000:01:00.0",
		 "0000:01:00.0", false, false},
		{"../../devices/pci0000:00/0000:00:01.0/virtio3/net/x", "virtio", "virtio3", "0000:00:01.0",
		 false, false},
		/* what stands behind the class is not looked at */
		{"../../devices/vif-0/net/0000:00:05.0", "xen", "vif-0", NULL, false, false},
		{"../../devices/vif-0/block/x", "xen", "vif-0", NULL, false, false},
		/* SCSI's own layer counts alone */
		{"../../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/net/x", "pci",
		 "0000:00:1f.2", "0000:00:1f.2", false, true},
		{"../../devices/platform/host3/session1/target3:0:0/3:0:0:1/net/x", "scsi", "3:0:0:1", NULL,
		 false, true},
		{"../../devices/platform/x/host3/target3:0:0/3:0:0:1/net/x", "platform", "x", NULL, false,
		 true},
		{"../../devices/platform/soc/30be0000.ethernet/net/x", "platform", "30be0000.ethernet", NULL,
		 false, false},
		{"../../devices/platform/net/x", NULL, NULL, NULL, false, false},
		{"../../devices/vio/30000002/net/x", NULL, "30000002", NULL, false, false},
		{"../../devices/x/nvme/y/net/z", NULL, NULL, NULL, false, false},
		{"../../devices/x/mmc_host/y/net/z", NULL, NULL, NULL, false, false},
		{"", NULL, NULL, NULL, false, false},
	};
	struct vw_facts facts = {0};
	struct vw_run run = {.facts = &facts};
	struct vwb_arena *arena;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_carrier carrier;

		vw_carrier_of(&run, cases[i].path, "net", &carrier);
		assert_same(cases[i].path, "bus", carrier.bus, cases[i].bus);
		assert_same(cases[i].path, "address", carrier.address, cases[i].address);
		assert_same(cases[i].path, "pci", carrier.pci, cases[i].pci);
		assert_int_equal(carrier.is_virtual, cases[i].is_virtual);
		assert_int_equal(carrier.has_scsi, cases[i].has_scsi);
	}
	vwb_arena_free(arena);
}

static void test_parents(void **state)
{
	static const struct {
		const char *path, *parent;
	} cases[] = {
		{"a/b/c", "b"}, {"/b/c", "b"},
		{"b/c", "b"},   {"c", NULL},
		{"", NULL},     {"/c", NULL},
		{"a//c", NULL}, {"../../devices/0000:00:01.0/virtio0", "0000:00:01.0"},
		{"a/b/", "b"},
	};
	struct vw_facts facts = {0};
	struct vw_run run = {.facts = &facts};
	struct vwb_arena *arena;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		assert_same(cases[i].path, "parent", vw_path_parent(&run, cases[i].path), cases[i].parent);
	vwb_arena_free(arena);
}

/* Which members are looked at. */

/* Software's own names, which a number may follow and nothing else. */
static void test_skipped_names(void **state)
{
	static const char *const skipped[] = {"loop0", "loop", "ram1", "zram0", "dm-0",
					      "md127", "nbd0", "sr0",  "fd0",   "mtdblock3"};
	static const char *const kept[] = {"loopy", "ramdisk", "dm-x", "mdx", "srx", "vda", "lo0p", "mtd0"};
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	for (size_t i = 0; i < VW_COUNT(skipped) + VW_COUNT(kept); i++) {
		char link[64];

		snprintf(link, sizeof(link), "vbd-%zu/block/%s", i,
			 i < VW_COUNT(skipped) ? skipped[i] : kept[i - VW_COUNT(skipped)]);
		put_member(&guest, "/sys/block", "..", &(struct member){.link = link});
	}
	put_member(&guest, "/sys/class/net", "../..", &(struct member){.link = "vif-0/net/lo"});
	put_member(&guest, "/sys/class/net", "../..", &(struct member){.link = "vif-1/net/lo0"});
	put_member(&guest, "/sys/class/net", "../..", &(struct member){.link = "vif-2/net/lowpan0"});
	facts = guest_probe(&guest, 0);
	for (size_t i = 0; i < VW_COUNT(kept); i++)
		if (!find(&facts->devices.block, kept[i]))
			fail_msg("%s", kept[i]);
	assert_int_equal(facts->devices.block.count, VW_COUNT(kept));
	assert_int_equal(facts->devices.net.count, 1);
	assert_non_null(find(&facts->devices.net, "lowpan0"));
	guest_free(&guest);
}

/* As many as are looked at are all, where there are no more; what is skipped does not count. */
static void test_interfaces_at_their_bound(void **state)
{
	(void)state;
	for (unsigned count = VW_CLASS_LIMIT; count <= VW_CLASS_LIMIT + 1; count++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		for (unsigned i = 0; i < count; i++) {
			char link[64];

			snprintf(link, sizeof(link), "vif-%u/net/eth%u", i, i);
			put_member(&guest, "/sys/class/net", "../..", &(struct member){.link = link});
		}
		put_member(&guest, "/sys/class/net", "../..", &(struct member){.link = "virtual/net/lo"});
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->devices.net.count, VW_CLASS_LIMIT);
		assert_int_equal(facts->devices.net.incomplete, count > VW_CLASS_LIMIT);
		assert_int_equal(vwb_text_equal(unread_error(facts, "/sys/class/net"), "EFBIG"),
				 count > VW_CLASS_LIMIT);
		guest_free(&guest);
	}
}

/* Versions of two drivers decide what a network can do; others are read when all is. */
static void test_versions(void **state)
{
	static const struct {
		const char *driver;
		bool always;
	} cases[] = {
		{"ena", true}, {"ixgbevf", true}, {"ixgbe", false}, {"virtio_net", false}, {"enad", false}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int wide = 0; wide < 2; wide++) {
			struct member member = {.link = "platform/x/net/eth0",
						.driver_link = "bus/platform/devices/x",
						.driver = cases[i].driver};
			const struct vw_facts *facts;
			struct guest guest;
			char path[64];

			guest_new(&guest, "x86_64");
			put_member(&guest, "/sys/class/net", "../..", &member);
			snprintf(path, sizeof(path), "/sys/module/%s/version", cases[i].driver);
			put(&guest, path, "1.2\n");
			facts = guest_probe(&guest, wide ? VW_PROBE_WIDE : 0);
			assert_same(cases[i].driver, "version", find(&facts->devices.net, "eth0")->version,
				    wide || cases[i].always ? "1.2" : NULL);
			guest_free(&guest);
		}
}

/* NVMe. */

/* How long the kernel waits: by disk, else by its module's parameter; and not without a reason. */
static void test_timeouts(void **state)
{
	static const char file[] = "/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1/queue/io_timeout";
	static const struct {
		unsigned flags;
		const char *disk, *module; /* NULL: no such file */
		enum vw_state disk_state, module_state;
	} cases[] = {
		{0, "30000\n", "30\n", VW_NOT_PROBED, VW_NOT_PROBED},
		{VW_PROBE_WIDE, "30000\n", "30\n", VW_VALUE, VW_NOT_PROBED},
		{VW_PROBE_WIDE, NULL, "30\n", VW_ABSENT, VW_VALUE},
		{VW_PROBE_WIDE, NULL, NULL, VW_ABSENT, VW_ABSENT},
		{VW_PROBE_WIDE, "-\n", "30\n", VW_MALFORMED, VW_NOT_PROBED},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_facts *facts;
		const struct vw_class_device *disk;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put_disks(&guest);
		put_member(&guest, "/sys/block", "..", &disks[0]);
		if (cases[i].disk)
			put(&guest, file, cases[i].disk);
		if (cases[i].module)
			put(&guest, "/sys/module/nvme_core/parameters/io_timeout", cases[i].module);
		facts = guest_probe(&guest, cases[i].flags);
		disk = find(&facts->devices.block, "nvme0n1");
		assert_state(disk->io_timeout, cases[i].disk_state);
		assert_state(facts->devices.nvme_timeout, cases[i].module_state);
		if (cases[i].disk_state == VW_VALUE)
			assert_number(disk->io_timeout, 30000);
		if (cases[i].module_state == VW_VALUE)
			assert_number(facts->devices.nvme_timeout, 30);
		guest_free(&guest);
	}
}

/* Some dumps hold /sys/class/block alone, where partitions stand beside the disks. */
static void test_partitions(void **state)
{
	static const struct member members[] = {
		{.link = "pci0000:00/0000:00:03.0/virtio1/block/vda",
		 .driver = "virtio_blk",
		 .bus = "virtio",
		 .address = "virtio1",
		 .pci = "0000:00:03.0"},
		{.link = "pci0000:00/0000:00:03.0/virtio1/block/vda/vda1"},
		{.link = "pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1/nvme0n1p1"},
	};
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_disks(&guest);
	for (size_t i = 0; i < VW_COUNT(members); i++)
		put_member(&guest, "/sys/class/block", "../..", &members[i]);
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.block.count, 1);
	assert_member(&facts->devices.block, &members[0]);
	guest_free(&guest);
}

/* Members that a dump copied as directories, and what no link leads to. */
static void test_copied_members(void **state)
{
	const struct vw_class_device *device;
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_function(&guest, &ena);
	put(&guest, "/sys/class/net/eth0/address", "0\n");
	put_link(&guest, "/sys/class/net/eth0/device", "../../../0000:00:05.0");
	put(&guest, "/sys/class/net/eth1/address", "0\n");
	put_link(&guest, "/sys/class/net/eth1/device", "../../../vif-0");
	put_link(&guest, "/sys/bus/xen/devices/vif-0/driver", "../../bus/xen/drivers/vif");
	put(&guest, "/sys/class/net/br0/address", "0\n");
	facts = guest_probe(&guest, 0);
	assert_state(facts->devices.net, VW_VALUE);
	assert_int_equal(facts->devices.net.count, 2);
	device = find(&facts->devices.net, "eth0");
	assert_string_equal(device->driver, "ena");
	assert_string_equal(device->pci, "0000:00:05.0");
	device = find(&facts->devices.net, "eth1");
	assert_string_equal(device->driver, "vif");
	assert_string_equal(device->bus, "xen");
	guest_free(&guest);

	/* links that became files of text */
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/class/net/eth0", "../../devices/vif-0/net/eth0");
	facts = guest_probe(&guest, 0);
	assert_state(facts->devices.net, VW_VALUE);
	device = find(&facts->devices.net, "eth0");
	assert_string_equal(device->bus, "xen");
	assert_string_equal(device->address, "vif-0");
	guest_free(&guest);

	/* what is neither: not to be told from no interfaces, so it must not look like that */
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/class/net/eth0", "a text");
	facts = guest_probe(&guest, 0);
	assert_state(facts->devices.net, VW_MALFORMED);
	assert_string_equal(unread_error(facts, "/sys/class/net"), "EBADMSG");
	guest_free(&guest);
}

static void test_class_denied_and_absent(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_member(&guest, "/sys/class/net", "../..", &interfaces[0]);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/class/net/ena0"), 0);
	facts = guest_probe(&guest, 0);
	assert_state(facts->devices.net, VW_DENIED);
	assert_state(facts->devices.block, VW_ABSENT);
	guest_close(&guest);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/class/net"), 0);
	assert_state(guest_probe(&guest, 0)->devices.net, VW_DENIED);
	guest_free(&guest);
}

/* A list that is cut says so. */
static void test_many_interfaces(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;
	char link[64];

	(void)state;
	guest_new(&guest, "x86_64");
	for (unsigned i = 0; i < 80; i++) {
		snprintf(link, sizeof(link), "vif-%u/net/eth%u", i, i);
		put_member(&guest, "/sys/class/net", "../..", &(struct member){.link = link});
	}
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.net.count, 64);
	assert_true(facts->devices.net.incomplete);
	assert_string_equal(unread_error(facts, "/sys/class/net"), "EFBIG");
	guest_close(&guest);
	facts = guest_probe(&guest, VW_PROBE_WIDE);
	assert_int_equal(facts->devices.net.count, 80);
	assert_false(facts->devices.net.incomplete);
	assert_null(unread_error(facts, "/sys/class/net"));
	guest_free(&guest);
}

/* Names that are no text reach no fact as they are. */
static void test_hostile_names(void **state)
{
	static const struct member members[] = {
		{.link = "vif-0/net/\xff\x1b[31m"},
		{.link = "pci0000:00/0000:00:05.0/net/ "},
		{.link = "\xc0\xaf/\x01/net/deep"},
	};
	const struct vw_device_list *net;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	for (size_t i = 0; i < VW_COUNT(members); i++)
		put_member(&guest, "/sys/class/net", "../..", &members[i]);
	put_link(&guest, "/sys/bus/pci/devices/\xfe\x07", "nowhere");
	net = &guest_probe(&guest, 0)->devices.net;
	assert_int_equal(net->count, 3);
	assert_non_null(find(net, "?"));
	assert_non_null(find(net, "??[31m"));
	assert_string_equal(find(net, "deep")->address, "?");
	assert_string_equal(unread_error(guest.facts, "/sys/bus/pci/devices/??"), "EBADMSG");
	guest_free(&guest);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pci),
		cmocka_unit_test(test_pci_malformed),
		cmocka_unit_test(test_pci_hostile),
		cmocka_unit_test(test_pci_denied),
		cmocka_unit_test(test_pci_shapes),
		cmocka_unit_test(test_pci_of_old_kernels),
		cmocka_unit_test(test_virtio),
		cmocka_unit_test(test_buses),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_disks),
		cmocka_unit_test(test_virtio_types),
		cmocka_unit_test(test_many_virtio_devices),
		cmocka_unit_test(test_vmbus),
		cmocka_unit_test(test_words_of_paths),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_parents),
		cmocka_unit_test(test_skipped_names),
		cmocka_unit_test(test_interfaces_at_their_bound),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_partitions),
		cmocka_unit_test(test_copied_members),
		cmocka_unit_test(test_class_denied_and_absent),
		cmocka_unit_test(test_many_interfaces),
		cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
