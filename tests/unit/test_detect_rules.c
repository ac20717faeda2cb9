/* SPDX-License-Identifier: MIT */

/* What each question of the tables' language answers, and what it shows as evidence. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "detect/know/rules.h"
#include "tests/unit/fact_values.h"

/* Asking. */

struct noted {
	size_t count;
	enum vw_weight weight[8];
	char source[64];
	char value[VW_VALUE_MAX + 1];
};

static void note(void *user, const struct vwk_rule *rule, const struct vwk_seen *seen)
{
	struct noted *noted = user;

	assert_true(noted->count < VW_COUNT(noted->weight));
	noted->weight[noted->count++] = rule->weight;
	snprintf(noted->source, sizeof(noted->source), "%s", seen->source);
	snprintf(noted->value, sizeof(noted->value), "%s", seen->value);
}

static enum vwk_answer ask(const struct vw_facts *facts, const struct vwk_rule *rule,
			   enum vw_weight *ret_weight, struct noted *noted)
{
	struct vwk_trial trial = {
		.facts = facts, .domains = VW_FROM_ALL, .witness = noted ? note : NULL, .user = noted};

	return vw_rule_ask(&trial, rule, ret_weight);
}

static enum vwk_answer answer(const struct vw_facts *facts, const struct vwk_rule *rule)
{
	enum vw_weight weight;

	return ask(facts, rule, &weight, NULL);
}

/* What a rule that holds shows: "SOURCE: VALUE", or "" when it shows nothing. */
static const char *shown(const struct vw_facts *facts, const struct vwk_rule *rule)
{
	static char text[256];
	struct noted noted = {.count = 0};
	enum vw_weight weight;

	assert_int_equal(ask(facts, rule, &weight, &noted), VW_HOLDS);
	assert_true(noted.count <= 1);
	snprintf(text, sizeof(text), "%s%s%s", noted.source, noted.count ? ": " : "", noted.value);
	return text;
}

/* Texts. */

static const struct vwk_rule is = B_IS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);
static const struct vwk_rule has = B_HAS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);
static const struct vwk_rule starts = B_STARTS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);
static const struct vwk_rule ends = B_ENDS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);
static const struct vwk_rule word = K_WORD(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);
static const struct vwk_rule lacks = K_LACKS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);

static void test_texts_are_compared_as_the_rule_says(void **state)
{
	static const struct {
		const char *text;
		bool is, has, starts, ends, word;
	} cases[] = {
		{"QEMU", true, true, true, true, true},      {"QEMU Machine", false, true, true, false, true},
		{"A QEMU", false, true, false, true, true},  {"QEMULATOR", false, true, true, false, false},
		{"XQEMU", false, true, false, true, false},  {"a QEMU b", false, true, false, false, true},
		{"qemu", false, false, false, false, false}, {"QEM", false, false, false, false, false},
		{"", false, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.dmi.sys_vendor = TEXT(cases[i].text)};

		assert_int_equal(answer(&facts, &is), cases[i].is ? VW_HOLDS : VW_HOLDS_NOT);
		assert_int_equal(answer(&facts, &has), cases[i].has ? VW_HOLDS : VW_HOLDS_NOT);
		assert_int_equal(answer(&facts, &starts), cases[i].starts ? VW_HOLDS : VW_HOLDS_NOT);
		assert_int_equal(answer(&facts, &ends), cases[i].ends ? VW_HOLDS : VW_HOLDS_NOT);
		assert_int_equal(answer(&facts, &word), cases[i].word ? VW_HOLDS : VW_HOLDS_NOT);
		assert_int_equal(answer(&facts, &lacks), cases[i].word ? VW_HOLDS_NOT : VW_HOLDS);
	}
}

/* What stands in place of a value: looked at and not there, or nobody knows. */
static const struct {
	enum vw_state state;
	enum vwk_answer answer, absent;
} valueless[] = {
	{VW_ABSENT, VW_HOLDS_NOT, VW_HOLDS},
	{VW_DENIED, VW_CANNOT_TELL, VW_CANNOT_TELL},
	{VW_MALFORMED, VW_CANNOT_TELL, VW_CANNOT_TELL},
	{VW_NOT_PROBED, VW_CANNOT_TELL, VW_CANNOT_TELL},
};

static void test_what_is_absent_is_no_and_what_was_not_read_is_not_known(void **state)
{
	static const struct vwk_rule texts[] = {
		B_IS(dmi.sys_vendor, "a", VW_STRONG, NULL),
		B_HAS(dmi.sys_vendor, "a", VW_STRONG, NULL),
		B_STARTS(dmi.sys_vendor, "a", VW_STRONG, NULL),
		B_ENDS(dmi.sys_vendor, "a", VW_STRONG, NULL),
		K_WORD(dmi.sys_vendor, "a", VW_STRONG, NULL),
		B_THERE(dmi.sys_vendor, VW_STRONG, NULL),
		B_EQUALS(dmi.vm_bit, 1, VW_STRONG, NULL),
		B_NAME(acpi.hids, "a", VW_STRONG, NULL),
		B_NAME_STARTS(acpi.hids, "a", VW_STRONG, NULL),
		K_FIRST(acpi.hids, "a", VW_STRONG, NULL),
		B_EC2_UUID(dmi.sys_vendor, VW_STRONG, NULL),
		K_CGROUP_OF(container.cgroup, "a", VW_STRONG, NULL),
		B_METAL_TYPE(VW_STRONG, NULL),
		B_PCI(1, 1, VW_STRONG, NULL),
		B_GUEST_DEVICE(VW_STRONG, NULL),
		B_PCI_ANY(VW_STRONG, NULL),
		B_ACPI_OEM("a", VW_STRONG, NULL),
		K_XENBUS(VW_STRONG, NULL),
	};
	static const struct vwk_rule absent[] = {B_ABSENT(dmi.sys_vendor, VW_STRONG, NULL),
						 C_ABSENT(VW_STRONG, NULL)};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(valueless); i++) {
		enum vw_state s = valueless[i].state;
		struct vw_facts facts = {
			.dmi = {.sys_vendor.state = s, .vm_bit.state = s, .product_name.state = s},
			.acpi = {.state = s, .hids.state = s},
			.container.cgroup.state = s,
			.devices.pci_state = s,
			.xen.devices_state = s,
			.cpuid.state = s,
		};

		for (size_t j = 0; j < VW_COUNT(texts); j++)
			assert_int_equal(answer(&facts, &texts[j]), valueless[i].answer);
		for (size_t j = 0; j < VW_COUNT(absent); j++)
			assert_int_equal(answer(&facts, &absent[j]), valueless[i].absent);
		/* That a word is missing needs a text in which it is. */
		assert_int_equal(answer(&facts, &lacks), VW_CANNOT_TELL);
	}
}

static void test_a_value_is_there_and_not_absent(void **state)
{
	static const struct vwk_rule there = B_THERE(dmi.sys_vendor, VW_STRONG, NULL);
	static const struct vwk_rule absent = B_ABSENT(dmi.sys_vendor, VW_STRONG, NULL);
	struct vw_facts facts = {.dmi.sys_vendor = TEXT("")};

	(void)state;
	assert_int_equal(answer(&facts, &there), VW_HOLDS);
	assert_int_equal(answer(&facts, &absent), VW_HOLDS_NOT);
	assert_string_equal(shown(&facts, &there), "test: present");
	facts.dmi.sys_vendor.state = VW_ABSENT;
	assert_string_equal(shown(&facts, &absent), "");
}

static void test_long_values_are_cut_between_characters(void **state)
{
	/* The bound falls before, into and after a character of two bytes, and of four. */
	static const struct {
		size_t before;
		const char *character;
		size_t kept;
	} cases[] = {
		{VW_VALUE_MAX - 2, "\xc3\xa9", VW_VALUE_MAX},
		{VW_VALUE_MAX - 1, "\xc3\xa9", VW_VALUE_MAX - 1},
		{VW_VALUE_MAX, "\xc3\xa9", VW_VALUE_MAX},
		{VW_VALUE_MAX - 4, "\xf0\x9f\x98\x80", VW_VALUE_MAX},
		{VW_VALUE_MAX - 3, "\xf0\x9f\x98\x80", VW_VALUE_MAX - 3},
		{VW_VALUE_MAX - 1, "\xf0\x9f\x98\x80", VW_VALUE_MAX - 1},
	};
	static const struct vwk_rule rule = B_HAS(dmi.sys_vendor, "a", VW_STRONG, NULL);

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char text[2 * VW_VALUE_MAX] = "";
		struct vw_facts facts = {.dmi.sys_vendor = TEXT(text)};
		struct noted noted = {.count = 0};
		enum vw_weight weight;

		memset(text, 'a', cases[i].before);
		snprintf(&text[cases[i].before], 16, "%sxyz", cases[i].character);
		assert_int_equal(ask(&facts, &rule, &weight, &noted), VW_HOLDS);
		assert_int_equal(strlen(noted.value), cases[i].kept);
		assert_memory_equal(noted.value, text, cases[i].kept);
	}
}

static void test_a_value_of_the_greatest_length_is_whole(void **state)
{
	static const struct vwk_rule rule = B_HAS(dmi.sys_vendor, "a", VW_STRONG, NULL);
	char text[VW_VALUE_MAX + 1] = "";
	struct vw_facts facts = {.dmi.sys_vendor = TEXT(text)};
	struct noted noted = {.count = 0};
	enum vw_weight weight;

	(void)state;
	memset(text, 'a', VW_VALUE_MAX);
	assert_int_equal(ask(&facts, &rule, &weight, &noted), VW_HOLDS);
	assert_string_equal(noted.value, text);
}

static void test_of_a_long_line_only_the_word_is_shown(void **state)
{
	/* Forty bytes more than the word still stand as they are. */
	static const char line[] = "QEMU 01234567890123456789012345678901234567";
	char text[sizeof(line) + 8];
	struct vw_facts facts = {.dmi.sys_vendor = TEXT(text)};
	char whole[sizeof(text) + 8];

	(void)state;
	snprintf(text, sizeof(text), "%s8", line);
	assert_int_equal(strlen(text), strlen("QEMU") + 40);
	snprintf(whole, sizeof(whole), "test: %s", text);
	assert_string_equal(shown(&facts, &word), whole);
	snprintf(text, sizeof(text), "%s89", line);
	assert_string_equal(shown(&facts, &word), "test: QEMU");
}

static void test_of_a_long_line_without_the_word_that_is_shown(void **state)
{
	char text[48];
	struct vw_facts facts = {.dmi.sys_vendor = TEXT(text)};

	(void)state;
	memset(text, 'a', sizeof(text));
	text[40] = '\0';
	assert_string_equal(shown(&facts, &lacks), "test: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	text[40] = 'a';
	text[41] = '\0';
	assert_string_equal(shown(&facts, &lacks), "test: without QEMU");
}

/* Numbers and names. */

static void test_bits_and_whole_numbers(void **state)
{
	static const struct vwk_rule bit = K_BIT(xen.features, 3, VW_STRONG, NULL);
	static const struct vwk_rule clear = K_CLEAR(xen.features, 3, VW_STRONG, NULL);
	static const struct vwk_rule equals = K_EQUALS(xen.features, 8, VW_STRONG, NULL);
	static const struct {
		uint64_t value;
		bool bit, equals;
	} cases[] = {
		{0, false, false},
		{4, false, false},
		{8, true, true},
		{16, false, false},
		{12, true, false},
		{UINT64_MAX, true, false},
		{UINT64_MAX - 8, false, false},
		{UINT64_C(0x100000008), true, false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.xen.features = NUMBER(cases[i].value)};

		assert_int_equal(answer(&facts, &bit), cases[i].bit ? VW_HOLDS : VW_HOLDS_NOT);
		assert_int_equal(answer(&facts, &clear), cases[i].bit ? VW_HOLDS_NOT : VW_HOLDS);
		assert_int_equal(answer(&facts, &equals), cases[i].equals ? VW_HOLDS : VW_HOLDS_NOT);
	}
}

static void test_small_numbers_are_shown_as_such_others_in_hexadecimal(void **state)
{
	static const struct vwk_rule clear = K_CLEAR(xen.features, 62, VW_STRONG, NULL);
	static const struct {
		uint64_t value;
		const char *text;
	} cases[] = {
		{0, "test: 0"}, {1, "test: 1"}, {9, "test: 9"}, {10, "test: 0xa"}, {0x2705, "test: 0x2705"}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.xen.features = NUMBER(cases[i].value)};

		assert_string_equal(shown(&facts, &clear), cases[i].text);
	}
}

static void test_names_whole_by_their_start_and_the_first(void **state)
{
	static const char *const names[] = {"KVM/Linux", "QEMU0002", "z/VM 6.4"};
	static const struct vwk_rule whole = B_NAME(acpi.hids, "QEMU0002", VW_STRONG, NULL);
	static const struct vwk_rule part = B_NAME(acpi.hids, "QEMU", VW_STRONG, NULL);
	static const struct vwk_rule start = B_NAME_STARTS(acpi.hids, "z/VM", VW_STRONG, NULL);
	static const struct vwk_rule inside = B_NAME_STARTS(acpi.hids, "VM 6", VW_STRONG, NULL);
	static const struct vwk_rule first = K_FIRST(acpi.hids, "KVM", VW_STRONG, NULL);
	static const struct vwk_rule second = K_FIRST(acpi.hids, "QEMU", VW_STRONG, NULL);
	struct vw_facts facts = {.acpi.hids = {VW_VALUE, names, "test", VW_COUNT(names)}};

	(void)state;
	assert_string_equal(shown(&facts, &whole), "test: QEMU0002");
	assert_int_equal(answer(&facts, &part), VW_HOLDS_NOT);
	assert_string_equal(shown(&facts, &start), "test: z/VM 6.4");
	assert_int_equal(answer(&facts, &inside), VW_HOLDS_NOT);
	assert_string_equal(shown(&facts, &first), "test: KVM/Linux");
	assert_int_equal(answer(&facts, &second), VW_HOLDS_NOT);
	facts.acpi.hids.count = 0;
	assert_int_equal(answer(&facts, &first), VW_HOLDS_NOT);
	assert_int_equal(answer(&facts, &whole), VW_HOLDS_NOT);
}

/* CPUID. */

static void test_signatures_of_each_interface(void **state)
{
	static const struct vwk_rule xen = C_SIGNATURE("XenVMMXenVMM", VW_STRONG, NULL);
	static const struct vwk_rule prefix = C_XEN_PREFIX(VW_STRONG, NULL);
	static const struct vwk_rule vmware = C_SIGNATURE("VMwareVMware", VW_STRONG, NULL);
	const struct vw_cpuid_facts viridian = {
		.state = VW_VALUE,
		.interfaces = 2,
		.interface = {{0x40000000, 0x40000006, "Microsoft Hv", "first"},
			      {0x40000100, 0x40000105, "XenVMMXenVMM", "second"},
			      {0x40000200, 0x40000205, "VMwareVMware", "beyond"}},
	};
	struct vw_facts facts = {.cpuid = viridian};

	(void)state;
	assert_string_equal(shown(&facts, &xen), "second: XenVMMXenVMM");
	assert_int_equal(answer(&facts, &vmware), VW_HOLDS_NOT);
	assert_int_equal(answer(&facts, &prefix), VW_HOLDS_NOT);
	facts = (struct vw_facts){.cpuid_xen = viridian};
	assert_int_equal(answer(&facts, &xen), VW_HOLDS_NOT);
	assert_int_equal(answer(&facts, &prefix), VW_HOLDS);
	/* An architecture without CPUID has no signature; one that was refused may have. */
	for (size_t i = 0; i < VW_COUNT(valueless); i++) {
		bool no = valueless[i].state == VW_NOT_PROBED || valueless[i].state == VW_ABSENT;

		facts = (struct vw_facts){.cpuid.state = valueless[i].state};
		assert_int_equal(answer(&facts, &xen), no ? VW_HOLDS_NOT : VW_CANNOT_TELL);
	}
}

static void test_a_leaf_1_that_breaks_its_own_rules_tells_nothing(void **state)
{
	enum { SSSE3 = 1 << 9, FMA = 1 << 12, AVX = 1 << 28, SSE2 = 1 << 26 };
	static const struct vwk_rule set = C_HYPERVISOR_BIT(1, VW_STRONG, NULL);
	static const struct vwk_rule clear = C_HYPERVISOR_BIT(0, VW_STRONG, NULL);
	static const struct {
		uint32_t ecx, edx;
		bool consistent;
	} cases[] = {
		{0, 0, true},
		{SSSE3, SSE2, true},
		{0, SSE2, true},
		{AVX, 0, true},
		{SSSE3, 0, false},
		{FMA, 0, false},
		{FMA | AVX, 0, true},
		{FMA | SSSE3, SSE2, false},
		{FMA | AVX | SSSE3, SSE2, true},
		{FMA | AVX | SSSE3, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < 2 * VW_COUNT(cases); i++) {
		bool bit = i & 1;
		struct vw_leaf leaf = {.leaf = 1,
				       .ecx = cases[i / 2].ecx | (bit ? 0x80000000u : 0),
				       .edx = cases[i / 2].edx};
		struct vw_facts facts = {.cpuid = {.state = VW_VALUE, .count = 1, .leaf = &leaf}};
		enum vwk_answer other = cases[i / 2].consistent ? VW_HOLDS_NOT : VW_CANNOT_TELL;
		enum vwk_answer same = cases[i / 2].consistent ? VW_HOLDS : VW_CANNOT_TELL;

		assert_int_equal(answer(&facts, &set), bit ? same : other);
		assert_int_equal(answer(&facts, &clear), bit ? other : same);
		leaf.subleaf = 1;
		assert_int_equal(answer(&facts, &set), VW_CANNOT_TELL);
		leaf = (struct vw_leaf){.leaf = 2, .ecx = 0x80000000u};
		assert_int_equal(answer(&facts, &set), VW_CANNOT_TELL);
	}
}

static void test_the_hypervisor_bit_is_shown_with_its_register(void **state)
{
	static const struct vwk_rule set = C_HYPERVISOR_BIT(1, VW_STRONG, NULL);
	static const struct vwk_rule clear = C_HYPERVISOR_BIT(0, VW_STRONG, NULL);
	struct vw_leaf leaf = {.leaf = 1, .ecx = 0x80000001u};
	struct vw_facts facts = {.cpuid = {.state = VW_VALUE, .count = 1, .leaf = &leaf}};

	(void)state;
	assert_string_equal(shown(&facts, &set), "cpuid 0x00000001: ecx=0x80000001: hypervisor bit set");
	leaf.ecx = 1;
	assert_string_equal(shown(&facts, &clear), "cpuid 0x00000001: ecx=0x00000001: hypervisor bit clear");
}

static void test_each_register_of_a_leaf(void **state)
{
	static const struct vw_leaf both[] = {
		{.leaf = 0x40000003, .subleaf = 1, .eax = 2},
		{.leaf = 0x40000003, .eax = 1, .ebx = 2, .ecx = 4, .edx = 8},
	};
	struct vw_facts facts = {.cpuid = {.state = VW_VALUE, .count = 2, .leaf = both}};

	(void)state;
	for (unsigned of = 0; of < 4; of++) {
		for (unsigned bit = 0; bit < 4; bit++) {
			const struct vwk_rule rule =
				VW_RULE(vw_rule_leaf, VW_FROM_CPUID, 0x40000003, "leaf",
					((uint64_t)of << 32) | (1u << bit), 1u << bit, VW_STRONG, NULL);

			assert_int_equal(answer(&facts, &rule), of == bit ? VW_HOLDS : VW_HOLDS_NOT);
			if (of == bit)
				assert_string_equal(shown(&facts, &rule),
						    "leaf: eax=0x00000001 ebx=0x00000002 ecx=0x00000004 "
						    "edx=0x00000008");
		}
	}
}

static void test_a_leaf_that_is_not_there(void **state)
{
	static const struct vwk_rule rule = VW_LEAF_RULE(0x40000003, VW_EBX, 1, 1, VW_STRONG, NULL);
	struct vw_facts facts = {.cpuid.state = VW_VALUE};

	(void)state;
	assert_int_equal(answer(&facts, &rule), VW_HOLDS_NOT);
	for (size_t i = 0; i < VW_COUNT(valueless); i++) {
		facts.cpuid.state = valueless[i].state;
		assert_int_equal(answer(&facts, &rule), valueless[i].answer);
	}
}

/* Devices and firmware. */

static const struct vw_pci_device functions[] = {
	{.slot = "0000:00:01.0",
	 .vendor = 0x8086,
	 .device = 0x1237,
	 .subvendor = 0x1af4,
	 .subdevice = 0x1100},
	{.slot = "0000:00:02.0",
	 .vendor = 0x1af4,
	 .device = 0x1041,
	 .subvendor = 0x1af4,
	 .subdevice = 0x1100},
	{.slot = "0000:00:03.0", .vendor = 0x1b36, .device = 0x000c},
};

static void test_pci_functions_by_id_and_by_vendor(void **state)
{
	static const struct vwk_rule id = B_PCI(0x1b36, 0x000c, VW_STRONG, NULL);
	static const struct vwk_rule other_id = B_PCI(0x1b36, 0x000d, VW_STRONG, NULL);
	static const struct vwk_rule mixed = B_PCI(0x8086, 0x000c, VW_STRONG, NULL);
	static const struct vwk_rule vendor = B_PCI_VENDOR(0x1b36, VW_STRONG, NULL);
	static const struct vwk_rule other_vendor = B_PCI_VENDOR(0x1b37, VW_STRONG, NULL);
	static const struct vwk_rule any = B_PCI_ANY(VW_STRONG, NULL);
	struct vw_facts facts = {.devices = {.pci_state = VW_VALUE, .pci_count = 3, .pci = functions}};

	(void)state;
	assert_string_equal(shown(&facts, &id), "/sys/bus/pci/devices: 0000:00:03.0 1b36:000c");
	assert_int_equal(answer(&facts, &other_id), VW_HOLDS_NOT);
	assert_int_equal(answer(&facts, &mixed), VW_HOLDS_NOT);
	assert_string_equal(shown(&facts, &vendor), "/sys/bus/pci/devices: 0000:00:03.0 1b36:000c");
	assert_int_equal(answer(&facts, &other_vendor), VW_HOLDS_NOT);
	assert_string_equal(shown(&facts, &any), "/sys/bus/pci/devices: 3 functions");
	facts.devices.pci_count = 0;
	assert_int_equal(answer(&facts, &id), VW_HOLDS_NOT);
	assert_int_equal(answer(&facts, &any), VW_HOLDS_NOT);
	facts.devices.pci_count = 1;
	assert_int_equal(answer(&facts, &any), VW_HOLDS);
}

static void test_a_subsystem_counts_on_another_vendors_function_only(void **state)
{
	static const struct vwk_rule rule = B_GUEST_DEVICE(VW_STRONG, NULL);
	static const struct vw_pci_device other = {.slot = "00:01.0",
						   .vendor = 0x8086,
						   .device = 0x1237,
						   .subvendor = 0x1af4,
						   .subdevice = 0x1101};
	struct vw_facts facts = {.devices = {.pci_state = VW_VALUE, .pci_count = 3, .pci = functions}};

	(void)state;
	assert_string_equal(shown(&facts, &rule),
			    "/sys/bus/pci/devices: 0000:00:01.0 8086:1237, subsystem 1af4:1100");
	/* The vendor of virtio itself: such cards are sold. */
	facts.devices.pci = &functions[1];
	facts.devices.pci_count = 1;
	assert_int_equal(answer(&facts, &rule), VW_HOLDS_NOT);
	facts.devices.pci = &other;
	assert_int_equal(answer(&facts, &rule), VW_HOLDS_NOT);
}

/* Ids that no hardware has, and their neighbours: hardware of the same makers, and models that were sold. */
static void test_devices_that_are_made_for_guests(void **state)
{
	static const struct vwk_rule rule = B_GUEST_DEVICE(VW_STRONG, NULL);
	static const struct {
		uint16_t vendor, device;
		enum vwk_answer answer;
	} cases[] = {
		{0x15ad, 0x07b0, VW_HOLDS},     {0x15ad, 0x07c0, VW_HOLDS},
		{0x15ad, 0x0405, VW_HOLDS},     {0x15ad, 0x07e0, VW_HOLDS},
		{0x15ad, 0x07f0, VW_HOLDS},     {0x5853, 0x0001, VW_HOLDS},
		{0x80ee, 0xcafe, VW_HOLDS},     {0x80ee, 0xbeef, VW_HOLDS},
		{0x80ee, 0x4e56, VW_HOLDS},     {0x1234, 0x1111, VW_HOLDS},
		{0x1b36, 0x0010, VW_HOLDS},     {0x8086, 0x5845, VW_HOLDS},
		{0x8086, 0x100e, VW_HOLDS_NOT}, {0x1013, 0x00b8, VW_HOLDS_NOT},
		{0x1d0f, 0x8061, VW_HOLDS_NOT}, {0x1af4, 0x1041, VW_HOLDS_NOT},
		{0x5853, 0x0002, VW_HOLDS_NOT}, {0x15ad, 0x0001, VW_HOLDS_NOT},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_pci_device pci = {
			.slot = "00:01.0", .vendor = cases[i].vendor, .device = cases[i].device};
		struct vw_facts facts = {.devices = {.pci_state = VW_VALUE, .pci_count = 1, .pci = &pci}};

		assert_int_equal(answer(&facts, &rule), cases[i].answer);
	}
}

/* The leaf above the interface's own base, wherever that stands; another's leaf is none of its. */
static void test_a_feature_is_read_above_its_interfaces_base(void **state)
{
	static const struct vwk_rule rule = C_FEATURE("KVMKVMKVM", 3, VW_STRONG, NULL);
	struct vw_leaf leaves[] = {{.leaf = 0x40000001, .eax = 8}, {.leaf = 0x40000101, .eax = 0}};
	struct vw_facts facts = {.cpuid = {.state = VW_VALUE,
					   .count = 2,
					   .leaf = leaves,
					   .interfaces = 2,
					   .interface = {{0x40000000, 0, "Microsoft Hv", "a"},
							 {0x40000100, 0, "KVMKVMKVM", "b"}}}};

	(void)state;
	assert_int_equal(answer(&facts, &rule), VW_HOLDS_NOT);
	leaves[1].eax = 8;
	assert_string_equal(shown(&facts, &rule), "b: KVMKVMKVM, features 0x00000008");
	facts.cpuid.count = 1;
	assert_int_equal(answer(&facts, &rule), VW_HOLDS_NOT);
	facts.cpuid.state = VW_DENIED;
	assert_int_equal(answer(&facts, &rule), VW_CANNOT_TELL);
	facts.cpuid.state = VW_NOT_PROBED;
	assert_int_equal(answer(&facts, &rule), VW_HOLDS_NOT);
}

static void test_releases_that_are_older(void **state)
{
	static const struct vwk_rule rule = K_OLDER(kernel.release, "2.6.29", VW_STRONG, NULL);
	static const struct {
		const char *release;
		enum vwk_answer answer;
	} cases[] = {
		{"2.6.18-408.el5", VW_HOLDS},     {"2.6.28", VW_HOLDS},     {"2.4.37", VW_HOLDS},
		{"2.6.29-rc1", VW_HOLDS_NOT},     {"2.6.29", VW_HOLDS_NOT}, {"2.6.32-754.el6", VW_HOLDS_NOT},
		{"6.1.0-18-amd64", VW_HOLDS_NOT},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.kernel.release = {VW_VALUE, cases[i].release, "test"}};

		assert_int_equal(answer(&facts, &rule), cases[i].answer);
	}
}

static void test_a_bus_is_known_when_all_of_it_was_seen(void **state)
{
	static const struct vwk_rule known = A_PCI_KNOWN;
	static const struct {
		enum vw_state state;
		bool incomplete;
		enum vwk_answer answer;
	} cases[] = {
		{VW_VALUE, false, VW_HOLDS},        {VW_VALUE, true, VW_CANNOT_TELL},
		{VW_ABSENT, false, VW_HOLDS},       {VW_NOT_PROBED, false, VW_HOLDS},
		{VW_DENIED, false, VW_CANNOT_TELL}, {VW_MALFORMED, false, VW_CANNOT_TELL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {
			.devices = {.pci_state = cases[i].state, .pci_incomplete = cases[i].incomplete}};

		assert_int_equal(answer(&facts, &known), cases[i].answer);
	}
}

static void test_acpi_tables_by_their_maker(void **state)
{
	static const struct vw_acpi_table tables[] = {
		{.name = "APIC", .oem_id = "ALASKA", .oem_table_id = "A M I"},
		{.name = "FACP", .oem_id = "BOCHS", .oem_table_id = "BXPC"},
	};
	static const struct vwk_rule bochs = B_ACPI_OEM("BOCHS", VW_STRONG, NULL);
	static const struct vwk_rule part = B_ACPI_OEM("BOCH", VW_STRONG, NULL);
	struct vw_facts facts = {.acpi = {.state = VW_VALUE, .count = 2, .table = tables}};

	(void)state;
	assert_string_equal(shown(&facts, &bochs),
			    "/sys/firmware/acpi/tables: FACP: OEM id BOCHS, table id BXPC");
	assert_int_equal(answer(&facts, &part), VW_HOLDS_NOT);
	facts.acpi.count = 1;
	assert_int_equal(answer(&facts, &bochs), VW_HOLDS_NOT);
	/* The folder is there, and none of its tables could be read: any of them may carry it. */
	facts.acpi.count = 0;
	assert_int_equal(answer(&facts, &bochs), VW_CANNOT_TELL);
}

static void test_a_xen_bus_needs_a_device(void **state)
{
	static const struct vw_xenbus_device device = {.name = "vif-0"};
	static const struct vwk_rule rule = K_XENBUS(VW_STRONG, NULL);
	struct vw_facts facts = {.xen = {.devices_state = VW_VALUE, .devices = 1, .device = &device}};

	(void)state;
	assert_string_equal(shown(&facts, &rule), "/sys/bus/xen/devices: vif-0");
	facts.xen.devices = 0;
	assert_int_equal(answer(&facts, &rule), VW_HOLDS_NOT);
}

static void test_architectures(void **state)
{
	static const struct vwk_rule arm = K_ARCH("aarch64 arm64", VW_STRONG);
	static const struct {
		const char *arch;
		enum vwk_answer answer;
	} cases[] = {
		{"aarch64", VW_HOLDS},   {"arm64", VW_HOLDS},      {"arm", VW_HOLDS_NOT},
		{"aarch", VW_HOLDS_NOT}, {"x86_64", VW_HOLDS_NOT}, {NULL, VW_CANNOT_TELL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.arch = cases[i].arch};

		assert_int_equal(answer(&facts, &arm), cases[i].answer);
	}
}

/* Behind each list stands what would answer yes. */
static void test_no_list_is_read_beyond_its_end(void **state)
{
	static const char *const names[] = {"one", "two"};
	static const struct vw_leaf leaves[] = {{.leaf = 0}, {.leaf = 1, .ecx = 1u << 31}};
	static const struct vw_acpi_table tables[] = {{.name = "A", .oem_id = "one"},
						      {.name = "B", .oem_id = "two"}};
	static const struct vwk_rule rules[] = {
		B_NAME(acpi.hids, "two", VW_STRONG, NULL),
		B_NAME_STARTS(acpi.hids, "tw", VW_STRONG, NULL),
		K_FIRST(acpi.hids, "tw", VW_STRONG, NULL),
		C_HYPERVISOR_BIT(1, VW_STRONG, NULL),
		VW_LEAF_RULE(1, VW_ECX, 1u << 31, 1u << 31, VW_STRONG, NULL),
		C_SIGNATURE("VMwareVMware", VW_STRONG, NULL),
		B_ACPI_OEM("two", VW_STRONG, NULL),
		B_PCI(0x1af4, 0x1041, VW_STRONG, NULL),
		B_GUEST_DEVICE(VW_STRONG, NULL),
	};
	const struct vw_pci_device pci[] = {functions[2], functions[1], functions[0]};
	struct vw_facts facts = {
		.acpi = {.state = VW_VALUE,
			 .count = 1,
			 .table = tables,
			 .hids = {VW_VALUE, names, "test", 1}},
		.cpuid = {.state = VW_VALUE,
			  .count = 1,
			  .leaf = leaves,
			  .interfaces = 1,
			  .interface = {{0x40000000, 0, "KVMKVMKVM", "a"},
					{0x40000100, 0, "VMwareVMware", "b"}}},
		.devices = {.pci_state = VW_VALUE, .pci_count = 1, .pci = pci},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rules); i++)
		assert_int_not_equal(answer(&facts, &rules[i]), VW_HOLDS);
	facts.acpi.count = facts.acpi.hids.count = facts.cpuid.count = facts.cpuid.interfaces = 2;
	facts.devices.pci_count = 3;
	for (size_t i = 0; i < VW_COUNT(rules); i++)
		assert_int_equal(answer(&facts, &rules[i]), i == 2 ? VW_HOLDS_NOT : VW_HOLDS);
}

/* Texts of a certain form. */

static void test_ec2_uuids_have_a_first_group_of_eight_digits(void **state)
{
	static const struct vwk_rule rule = B_EC2_UUID(dmi.product_uuid, VW_STRONG, NULL);
	static const struct {
		const char *uuid;
		enum vwk_answer answer;
	} cases[] = {
		{"ec2e1916-", VW_HOLDS},          {"ec2e1916", VW_HOLDS_NOT},
		{"ec2e19169-9099", VW_HOLDS_NOT}, {"ec2e191-69099", VW_HOLDS_NOT},
		{"EC2E1916-9099", VW_HOLDS},      {"00002A\x45\x43-0000", VW_HOLDS},
		{"0000A2EC-0000", VW_HOLDS_NOT},  {"00002ECA-0000", VW_HOLDS_NOT},
		{"0ec20000-0000", VW_HOLDS_NOT},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.dmi.product_uuid = TEXT(cases[i].uuid)};

		assert_int_equal(answer(&facts, &rule), cases[i].answer);
	}
}

static void test_a_container_id_has_twelve_digits(void **state)
{
	static const struct vwk_rule rule = K_CGROUP_OF(container.cgroup, "/docker-", VW_STRONG, NULL);
	static const struct {
		const char *cgroup;
		enum vwk_answer answer;
	} cases[] = {
		{"0::/system.slice/docker-0123456789abcdef.scope", VW_HOLDS},
		{"0::/docker-0123456789ab", VW_HOLDS},
		{"0::/docker-0123456789a", VW_HOLDS_NOT},
		{"0::/docker-abc.service", VW_HOLDS_NOT},
		{"0::/docker-", VW_HOLDS_NOT},
		{"0::/docker-0123456789aB", VW_HOLDS_NOT},
		{"0::/docker-0123456789ag", VW_HOLDS_NOT},
		{"0::/docker-a.slice/docker-0123456789ab", VW_HOLDS},
		{"0::/docker-99999999999f", VW_HOLDS},
		{"0::/docker-00000000000/", VW_HOLDS_NOT},
		{"0::/podman-0123456789ab", VW_HOLDS_NOT},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.container.cgroup = TEXT(cases[i].cgroup)};

		assert_int_equal(answer(&facts, &rule), cases[i].answer);
	}
}

/* Composition. */

#define YES(w) B_IS(dmi.sys_vendor, "yes", w, NULL)
#define NO     B_IS(dmi.sys_vendor, "no", VW_DECISIVE, NULL)
#define UNTOLD B_IS(dmi.board_vendor, "yes", VW_DECISIVE, NULL)

static const struct vw_facts three = {
	.dmi = {.sys_vendor = TEXT("yes"), .board_vendor = {.state = VW_DENIED}}};

static void test_one_of_several(void **state)
{
	const struct vwk_rule yes = VW_ANY(NO, UNTOLD, YES(VW_STRONG), YES(VW_WEAK), NO, UNTOLD);
	const struct vwk_rule untold = VW_ANY(NO, UNTOLD, NO), untold_first = VW_ANY(UNTOLD, NO);
	const struct vwk_rule no = VW_ANY(NO, NO);
	struct noted noted = {.count = 0};
	enum vw_weight weight = 0;

	(void)state;
	assert_int_equal(ask(&three, &yes, &weight, &noted), VW_HOLDS);
	assert_int_equal(weight, VW_STRONG);
	/* Each that holds is evidence. */
	assert_int_equal(noted.count, 2);
	assert_int_equal(noted.weight[0], VW_STRONG);
	assert_int_equal(noted.weight[1], VW_WEAK);
	assert_int_equal(answer(&three, &untold), VW_CANNOT_TELL);
	assert_int_equal(answer(&three, &untold_first), VW_CANNOT_TELL);
	assert_int_equal(answer(&three, &no), VW_HOLDS_NOT);
}

static void test_all_of_several(void **state)
{
	const struct vwk_rule yes = VW_ALL(YES(VW_DECISIVE), YES(VW_STRONG), YES(VW_DECISIVE));
	const struct vwk_rule untold = VW_ALL(YES(VW_STRONG), UNTOLD, YES(VW_STRONG));
	const struct vwk_rule no = VW_ALL(YES(VW_STRONG), UNTOLD, NO), no_first = VW_ALL(NO, UNTOLD);
	struct noted noted = {.count = 0};
	enum vw_weight weight = 0;

	(void)state;
	assert_int_equal(ask(&three, &no, &weight, &noted), VW_HOLDS_NOT);
	assert_int_equal(ask(&three, &no_first, &weight, &noted), VW_HOLDS_NOT);
	assert_int_equal(ask(&three, &untold, &weight, &noted), VW_CANNOT_TELL);
	/* What does not hold as a whole is no evidence in part. */
	assert_int_equal(noted.count, 0);
	assert_int_equal(weight, 0);
	assert_int_equal(ask(&three, &yes, &weight, &noted), VW_HOLDS);
	assert_int_equal(noted.count, 3);
	assert_int_equal(weight, VW_STRONG);
}

static void test_none_of_several_and_unless(void **state)
{
	const struct vwk_rule none = VW_NONE(VW_STRONG, NO, NO),
			      not_none = VW_NONE(VW_STRONG, UNTOLD, YES(VW_WEAK));
	const struct vwk_rule untold = VW_NONE(VW_STRONG, NO, UNTOLD);
	const struct vwk_rule unless = VW_UNLESS(NO, NO), not_unless = VW_UNLESS(UNTOLD, YES(VW_WEAK));
	const struct vwk_rule open = VW_UNLESS(NO, UNTOLD);
	struct noted noted = {.count = 0};
	enum vw_weight weight = 0;

	(void)state;
	assert_int_equal(ask(&three, &none, &weight, &noted), VW_HOLDS);
	assert_int_equal(weight, VW_STRONG);
	assert_int_equal(ask(&three, &unless, &weight, &noted), VW_HOLDS);
	assert_int_equal(weight, VW_DECISIVE);
	weight = 0;
	assert_int_equal(ask(&three, &not_none, &weight, &noted), VW_HOLDS_NOT);
	assert_int_equal(ask(&three, &untold, &weight, &noted), VW_CANNOT_TELL);
	assert_int_equal(weight, 0);
	assert_int_equal(ask(&three, &not_unless, &weight, &noted), VW_HOLDS_NOT);
	/* What cannot be told does not shut a guard. */
	assert_int_equal(ask(&three, &open, &weight, &noted), VW_HOLDS);
	assert_int_equal(weight, VW_DECISIVE);
	/* What must not be there speaks for nobody. */
	assert_int_equal(noted.count, 0);
}

static void test_the_end_of_an_array_is_no_rule(void **state)
{
	static const struct vwk_rule end = {.combine = VW_END};
	const struct vwk_rule nested = VW_ANY(VW_ALL(YES(VW_STRONG), VW_NONE(VW_WEAK, NO)), NO);
	enum vw_weight weight = 0;

	(void)state;
	assert_int_equal(answer(&three, &end), VW_CANNOT_TELL);
	assert_int_equal(ask(&three, &nested, &weight, NULL), VW_HOLDS);
	assert_int_equal(weight, VW_WEAK);
}

static void test_domains_hold_inside_of_combinations(void **state)
{
	const struct vwk_rule any = VW_ANY(YES(VW_STRONG)), all = VW_ALL(YES(VW_STRONG));
	const struct vwk_rule none = VW_NONE(VW_STRONG, YES(VW_STRONG)), unless = VW_UNLESS(YES(VW_STRONG));
	struct vwk_trial trial = {.facts = &three, .domains = VW_FROM_KERNEL | VW_FROM_CPUID};
	enum vw_weight weight;

	(void)state;
	assert_int_equal(vw_rule_ask(&trial, &any, &weight), VW_HOLDS_NOT);
	assert_int_equal(vw_rule_ask(&trial, &all, &weight), VW_HOLDS_NOT);
	assert_int_equal(vw_rule_ask(&trial, &none, &weight), VW_HOLDS);
	assert_int_equal(vw_rule_ask(&trial, &unless, &weight), VW_HOLDS);
	trial.domains |= VW_FROM_BOARD;
	assert_int_equal(vw_rule_ask(&trial, &any, &weight), VW_HOLDS);
	assert_int_equal(vw_rule_ask(&trial, &all, &weight), VW_HOLDS);
	assert_int_equal(vw_rule_ask(&trial, &none, &weight), VW_HOLDS_NOT);
	assert_int_equal(vw_rule_ask(&trial, &unless, &weight), VW_HOLDS_NOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_are_compared_as_the_rule_says),
		cmocka_unit_test(test_what_is_absent_is_no_and_what_was_not_read_is_not_known),
		cmocka_unit_test(test_a_value_is_there_and_not_absent),
		cmocka_unit_test(test_long_values_are_cut_between_characters),
		cmocka_unit_test(test_a_value_of_the_greatest_length_is_whole),
		cmocka_unit_test(test_of_a_long_line_only_the_word_is_shown),
		cmocka_unit_test(test_of_a_long_line_without_the_word_that_is_shown),
		cmocka_unit_test(test_bits_and_whole_numbers),
		cmocka_unit_test(test_small_numbers_are_shown_as_such_others_in_hexadecimal),
		cmocka_unit_test(test_names_whole_by_their_start_and_the_first),
		cmocka_unit_test(test_signatures_of_each_interface),
		cmocka_unit_test(test_a_leaf_1_that_breaks_its_own_rules_tells_nothing),
		cmocka_unit_test(test_the_hypervisor_bit_is_shown_with_its_register),
		cmocka_unit_test(test_each_register_of_a_leaf),
		cmocka_unit_test(test_a_leaf_that_is_not_there),
		cmocka_unit_test(test_pci_functions_by_id_and_by_vendor),
		cmocka_unit_test(test_a_subsystem_counts_on_another_vendors_function_only),
		cmocka_unit_test(test_devices_that_are_made_for_guests),
		cmocka_unit_test(test_a_feature_is_read_above_its_interfaces_base),
		cmocka_unit_test(test_releases_that_are_older),
		cmocka_unit_test(test_a_bus_is_known_when_all_of_it_was_seen),
		cmocka_unit_test(test_acpi_tables_by_their_maker),
		cmocka_unit_test(test_a_xen_bus_needs_a_device),
		cmocka_unit_test(test_architectures),
		cmocka_unit_test(test_no_list_is_read_beyond_its_end),
		cmocka_unit_test(test_ec2_uuids_have_a_first_group_of_eight_digits),
		cmocka_unit_test(test_a_container_id_has_twelve_digits),
		cmocka_unit_test(test_one_of_several),
		cmocka_unit_test(test_all_of_several),
		cmocka_unit_test(test_none_of_several_and_unless),
		cmocka_unit_test(test_the_end_of_an_array_is_no_rule),
		cmocka_unit_test(test_domains_hold_inside_of_combinations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
