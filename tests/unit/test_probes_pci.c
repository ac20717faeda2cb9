/* SPDX-License-Identifier: MIT */
#include "guest_root.h"

#include "probes/machine/probe.h"

/* PCI: names, bounds, the kernel's summary of a function, and what stands in for it. */

#define PCI     "/sys/bus/pci/devices/"
#define SUMMARY "PCI_CLASS=20000\nPCI_ID=1D0F:EC20\n"

static void put_summary(struct guest *guest, const char *slot, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), PCI "%s/uevent", slot);
	put(guest, path, text);
}

static const struct vw_pci_device *find(const struct vw_facts *facts, const char *slot)
{
	for (size_t i = 0; i < facts->devices.pci_count; i++)
		if (strcmp(facts->devices.pci[i].slot, slot) == 0)
			return &facts->devices.pci[i];
	return NULL;
}

/* Names. */

/* A bus has 32 devices of 8 functions, and a name has one form. */
static void test_names(void **state)
{
	static const char *const good[] = {"0000:00:00.0", "0000:00:1f.7",  "0000:ff:1f.7",
					   "0000:0a:0b.0", "10000:00:00.0", "7fffffff:00:00.0"};
	static const char *const bad[] = {
		"0000:00:20.0",  "0000:00:ff.0",  "0000:00:00.8",     "0000:00:00.f",  "0000:100:00.0",
		"0000:00:100.0", "0000:00:00.10", "80000000:00:00.0", "0000:00:0A.0",  "0000:0:00.0",
		"0000:00:0.0",   "000:00:00.0",   "00000:00:00.0",    "0000:00:00.00", "0x00:00:00.0",
		"+000:00:00.0",  " 000:00:00.0",  "-001:00:00.0",     "0000:00:00.1 ", "0000.00:00.0",
		"0000:00.00.0",  "0000:00:00:0",  "0000:00:00",       ":00:00.0",      "0000:00:00.",
	};
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	for (size_t i = 0; i < VW_COUNT(good); i++)
		put_summary(&guest, good[i], SUMMARY);
	for (size_t i = 0; i < VW_COUNT(bad); i++)
		put_summary(&guest, bad[i], SUMMARY);
	facts = guest_probe(&guest, 0);
	for (size_t i = 0; i < VW_COUNT(good); i++) {
		char path[64];

		snprintf(path, sizeof(path), PCI "%s", good[i]);
		if (!find(facts, good[i]) || unread_error(facts, path))
			fail_msg("%s", good[i]);
	}
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		char path[64];

		snprintf(path, sizeof(path), PCI "%s", bad[i]);
		if (vwb_text_ends(path, " ")) /* what is told is trimmed */
			path[strlen(path) - 1] = '\0';
		if (find(facts, bad[i]) || !vwb_text_equal(unread_error(facts, path), "EBADMSG"))
			fail_msg("\"%s\"", bad[i]);
	}
	assert_int_equal(facts->devices.pci_count, VW_COUNT(good));
	assert_true(facts->devices.pci_incomplete);
	guest_free(&guest);
}

/* How many. */

/* As many as are looked at may be some of more: what is not among them may be there all the same. */
static void test_many(void **state)
{
	static const unsigned counts[] = {VW_PCI_LIMIT - 1, VW_PCI_LIMIT, VW_PCI_LIMIT + 1};
	struct guest guest;
	unsigned made = 0;

	(void)state;
	guest_new(&guest, "x86_64");
	for (size_t i = 0; i < VW_COUNT(counts); i++) {
		const struct vw_facts *facts;

		for (; made < counts[i]; made++) {
			char slot[32];

			snprintf(slot, sizeof(slot), "0000:%02x:%02x.%x", made >> 8, made >> 3 & 31,
				 made & 7);
			put_summary(&guest, slot, SUMMARY);
		}
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->devices.pci_state, VW_VALUE);
		assert_int_equal(facts->devices.pci_count, i == 0 ? VW_PCI_LIMIT - 1 : VW_PCI_LIMIT);
		assert_int_equal(facts->devices.pci_incomplete, i > 0);
		assert_int_equal(vwb_text_equal(unread_error(facts, "/sys/bus/pci/devices"), "EFBIG"),
				 counts[i] > VW_PCI_LIMIT);
		guest_close(&guest);
	}
	guest_free(&guest);
}

/* Virtual functions. */

/* Of network cards and NVMe disks it counts whether they are part of another function. */
static void test_virtual_functions(void **state)
{
	static const struct {
		const char *slot, *class;
		uint16_t number;
		bool looked_at;
	} cases[] = {
		{"0000:00:01.0", "20000", 0x0200, true},   {"0000:00:02.0", "28000", 0x0280, true},
		{"0000:00:03.0", "10802", 0x0108, true},   {"0000:00:04.0", "10601", 0x0106, false},
		{"0000:00:05.0", "10900", 0x0109, false},  {"0000:00:06.0", "30000", 0x0300, false},
		{"0000:00:07.0", "C0330", 0x0c03, false},  {"0000:00:08.0", "FF0000", 0xff00, false},
		{"0000:00:09.0", "120000", 0x1200, false},
	};
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char text[64], path[64];

		snprintf(text, sizeof(text), "PCI_CLASS=%s\nPCI_ID=1D0F:CD01\n", cases[i].class);
		put_summary(&guest, cases[i].slot, text);
		snprintf(path, sizeof(path), PCI "%s/physfn", cases[i].slot);
		put_link(&guest, path, "../0000:00:00.0");
	}
	put_summary(&guest, "0000:00:0a.0", "PCI_CLASS=10802\nPCI_ID=1D0F:CD01\n");
	put_link(&guest, PCI "0000:00:0a.0/virtfn0", "../0000:00:00.0");
	facts = guest_probe(&guest, 0);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_pci_device *device = find(facts, cases[i].slot);

		assert_non_null(device);
		assert_int_equal(device->class, cases[i].number);
		if (device->virtual_function != cases[i].looked_at)
			fail_msg("%s of class %s", cases[i].slot, cases[i].class);
	}
	assert_false(find(facts, "0000:00:0a.0")->virtual_function);
	guest_free(&guest);
}

/* The summary. */

/* One that does not tell ids and class is none; without files of single values the function is then left out.
 */
static void test_summaries(void **state)
{
	static const struct {
		const char *text;
		bool complete;
		uint16_t class;
	} cases[] = {
		{SUMMARY, true, 0x0200},
		{"PCI_ID=1d0f:ec20\nPCI_CLASS=10802", true, 0x0108},
		{"PCI_CLASS=FFFFFFFF\nPCI_ID=1D0F:EC20\n", true, 0xffff},
		{"PCI_CLASS=0\nPCI_ID=1D0F:EC20\n", true, 0},
		{"PCI_CLASS=0000000000000000000000000020000\nPCI_ID=1D0F:EC20\n", true, 0x0200},
		{"PCI_CLASS=00000000000000000000000000020000\nPCI_ID=1D0F:EC20\n", false, 0},
		{"PCI_CLASS=100000000\nPCI_ID=1D0F:EC20\n", false, 0},
		{"PCI_CLASS=\nPCI_ID=1D0F:EC20\n", false, 0},
		{"PCI_CLASS=2000G\nPCI_ID=1D0F:EC20\n", false, 0},
		{"PCI_CLASS\nPCI_ID=1D0F:EC20\n", false, 0},
		{"PCI_CLASS=20000\n", false, 0},
		{"PCI_ID=1D0F:EC20\n", false, 0},
		{"PCI_CLASS=20000\nPCI_ID=1D0F:EC2\n", false, 0},
		{"PCI_CLASS=20000\nPCI_ID=1D0F:EC200\n", false, 0},
		{"PCI_CLASS=20000\nPCI_ID=1D0F-EC20\n", false, 0},
		{"PCI_CLASS=20000\nPCI_ID=1D0G:EC20\n", false, 0},
		{"PCI_CLASS=20000\nPCI_ID=1D0F:EC2G\n", false, 0},
		{"PCI_CLASS=20000\nPCI_ID=\n", false, 0},
		{"PCI_CLASS=20000\nPCI_SUBSYS_ID=1D0F:EC20\n", false, 0},
		{"", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put_summary(&guest, "0000:00:05.0", cases[i].text);
		facts = guest_probe(&guest, 0);
		if (facts->devices.pci_count != cases[i].complete)
			fail_msg("%s", cases[i].text);
		assert_int_equal(facts->devices.pci_incomplete, !cases[i].complete);
		assert_int_equal(facts->devices.pci_state, cases[i].complete ? VW_VALUE : VW_MALFORMED);
		if (cases[i].complete) {
			assert_int_equal(facts->devices.pci[0].vendor, 0x1d0f);
			assert_int_equal(facts->devices.pci[0].device, 0xec20);
			assert_int_equal(facts->devices.pci[0].class, cases[i].class);
			assert_null(facts->devices.pci[0].driver);
			assert_int_equal(facts->devices.pci[0].subvendor, 0);
		}
		guest_free(&guest);
	}
}

static void test_all_of_a_summary(void **state)
{
	const struct vw_pci_device *device;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_summary(&guest, "0000:00:05.0",
		    "DRIVER=ena\x1b\nPCI_CLASS=20001\nPCI_ID=1D0F:EC20\nPCI_SUBSYS_ID=ABCD:1234\n"
		    "PCI_SLOT_NAME=0000:00:05.0\n");
	device = guest_probe(&guest, 0)->devices.pci;
	assert_string_equal(device->driver, "ena?");
	assert_int_equal(device->subvendor, 0xabcd);
	assert_int_equal(device->subdevice, 0x1234);
	assert_int_equal(device->class, 0x0200);
	guest_free(&guest);

	/* subsystem ids that are none cost only themselves */
	guest_new(&guest, "x86_64");
	put_summary(&guest, "0000:00:05.0", SUMMARY "PCI_SUBSYS_ID=0:0\n");
	device = guest_probe(&guest, 0)->devices.pci;
	assert_int_equal(device->subvendor, 0);
	assert_int_equal(device->vendor, 0x1d0f);
	guest_free(&guest);
}

/* Links that became files. */

/* libpci cannot follow those; the source can. */
static void test_flat_links(void **state)
{
	static const struct {
		const char *vendor, *device, *class; /* NULL: no such file */
		bool known;
		uint16_t number;
	} cases[] = {
		{"0x1d0f\n", "0xec20\n", "0x020000\n", true, 0x0200},
		{"0x1d0f\n", "0xec20\n", "0x010802\n", true, 0x0108},
		{"0x1d0f\n", "0xec20\n", "nothing\n", true, 0},
		{"0x1d0f\n", "-\n", "0x020000\n", false, 0},
		{"-\n", "0xec20\n", "0x020000\n", false, 0},
		{"0x1d0f\n", NULL, "0x020000\n", false, 0},
		{NULL, "0xec20\n", "0x020000\n", false, 0},
	};
	static const char folder[] = "/sys/devices/pci0000:00/0000:00:05.0/";

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const char *const text[] = {cases[i].vendor, cases[i].device, cases[i].class};
		static const char *const name[] = {"vendor", "device", "class"};
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put(&guest, PCI "0000:00:05.0", "../../../devices/pci0000:00/0000:00:05.0");
		put_link(&guest, "/sys/devices/pci0000:00/0000:00:05.0/driver",
			 "../../../bus/pci/drivers/ena");
		for (size_t k = 0; k < VW_COUNT(name); k++) {
			char path[128];

			snprintf(path, sizeof(path), "%s%s", folder, name[k]);
			if (text[k])
				put(&guest, path, text[k]);
		}
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->devices.pci_count, cases[i].known);
		assert_int_equal(facts->devices.pci_incomplete, !cases[i].known);
		if (cases[i].known) {
			assert_int_equal(facts->devices.pci[0].vendor, 0x1d0f);
			assert_int_equal(facts->devices.pci[0].device, 0xec20);
			assert_int_equal(facts->devices.pci[0].class, cases[i].number);
			assert_string_equal(facts->devices.pci[0].driver, "ena");
		} else {
			assert_string_equal(unread_error(facts, "0000:00:05.0"), "EBADMSG");
		}
		guest_free(&guest);
	}
}

/* Old kernels. */

/* Bus, device and function are eight, five and three bits of one number. */
static void test_lines_of_old_kernels(void **state)
{
	static const struct {
		const char *line, *slot; /* NULL: no function */
	} cases[] = {
		{"0000\t80867000", "0000:00:00.0"},
		{"0007\t80867000\t0", "0000:00:00.7"},
		{"0008\t80867000\t0", "0000:00:01.0"},
		{"00ff\t80867000\t0", "0000:00:1f.7"},
		{"0100\t80867000\t0", "0000:01:00.0"},
		{"ffff\t80867000\t0", "0000:ff:1f.7"},
		{"a5F9\t80867000\t0", "0000:a5:1f.1"},
		{"0000\t8086700", NULL},
		{"000g\t80867000\t0", NULL},
		{"0000\t8086700g\t0", NULL},
		{"0000 80867000\t0", NULL},
		{"", NULL},
		{"000\t80867000\t00", NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put(&guest, "/proc/bus/pci/devices", cases[i].line);
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->devices.pci_state, VW_VALUE);
		assert_int_equal(facts->devices.pci_count, cases[i].slot != NULL);
		assert_false(facts->devices.pci_incomplete);
		if (cases[i].slot) {
			assert_string_equal(facts->devices.pci[0].slot, cases[i].slot);
			assert_int_equal(facts->devices.pci[0].vendor, 0x8086);
			assert_int_equal(facts->devices.pci[0].device, 0x7000);
			assert_int_equal(facts->devices.pci[0].class, 0);
			assert_null(facts->devices.pci[0].driver);
		}
		guest_free(&guest);
	}
}

/* The driver is in the eighteenth column, and nowhere else. */
static void test_drivers_of_old_kernels(void **state)
{
	static const struct {
		const char *columns, *driver;
	} cases[] = {
		{"\tb\t1\t2\t3\t4\t5\t6\t7\t1\t2\t3\t4\t5\t6\t7\te1000", "e1000"},
		{"\tb\t1\t2\t3\t4\t5\t6\t7\t1\t2\t3\t4\t5\t6\t7\te1000\tmore", "e1000 more"},
		{"\tb\t1\t2\t3\t4\t5\t6\t7\t1\t2\t3\t4\t5\t6\te1000", NULL},
		{"\tb\t1\t2\t3\t4\t5\t6\t7\t1\t2\t3\t4\t5\t6\t7\t", NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_pci_device *device;
		struct guest guest;
		char line[128];

		guest_new(&guest, "x86_64");
		snprintf(line, sizeof(line), "0018\t8086100e%s", cases[i].columns);
		put(&guest, "/proc/bus/pci/devices", line);
		device = guest_probe(&guest, 0)->devices.pci;
		if (cases[i].driver)
			assert_string_equal(device->driver, cases[i].driver);
		else
			assert_null(device->driver);
		guest_free(&guest);
	}
}

/* A list that was cut, at the number of functions or at the file's size, may lack any. */
static void test_many_of_old_kernels(void **state)
{
	static const struct {
		unsigned lines;
		size_t width, count; /* of a line with its break; functions that are read */
		bool incomplete;
	} cases[] = {
		{VW_PCI_LIMIT - 1, 16, VW_PCI_LIMIT - 1, false},
		{VW_PCI_LIMIT, 16, VW_PCI_LIMIT, true},
		{VW_PCI_LIMIT + 1, 16, VW_PCI_LIMIT, true},
		{255, 256, 255, false},
		{VW_TEXT_LIMIT / 256, 256, VW_TEXT_LIMIT / 256, true},
		{VW_TEXT_LIMIT / 256 + 1, 256, VW_TEXT_LIMIT / 256, true},
	};
	char *text = malloc(2 * VW_TEXT_LIMIT);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_facts *facts;
		struct guest guest;
		size_t size = cases[i].lines * cases[i].width;

		memset(text, '0', size);
		for (unsigned k = 0; k < cases[i].lines; k++) {
			char *line = text + k * cases[i].width;

			line[4] = line[13] = '\t';
			line[cases[i].width - 1] = '\n';
		}
		guest_new(&guest, "x86_64");
		put_bytes(&guest, "/proc/bus/pci/devices", text, size);
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->devices.pci_count, cases[i].count);
		assert_int_equal(facts->devices.pci_incomplete, cases[i].incomplete);
		guest_free(&guest);
	}
	free(text);
}

/* What may not be read is among the unread by itself, and makes no sense of no other kind. */
static void test_denied(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_summary(&guest, "0000:00:05.0", SUMMARY);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, PCI "0000:00:05.0"), 0);
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.pci_state, VW_DENIED);
	assert_true(facts->devices.pci_incomplete);
	assert_string_equal(unread_error(facts, "0000:00:05.0/uevent"), "EACCES");
	assert_null(unread_error(facts, "0000:00:05.0"));
	guest_free(&guest);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_virtual_functions),
		cmocka_unit_test(test_summaries),
		cmocka_unit_test(test_all_of_a_summary),
		cmocka_unit_test(test_flat_links),
		cmocka_unit_test(test_lines_of_old_kernels),
		cmocka_unit_test(test_drivers_of_old_kernels),
		cmocka_unit_test(test_many_of_old_kernels),
		cmocka_unit_test(test_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
