/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "detect/passport.h"
#include "detect/report.h"
#include "detect/know/rules.h"
#include "detect/know/tables.h"
#include "tests/unit/fact_values.h"

/* Rules. */

static enum vwk_answer ask(const struct vw_facts *facts, const struct vwk_rule *rule,
			   enum vw_weight *ret_weight)
{
	struct vwk_trial trial = {.facts = facts, .domains = VW_FROM_ALL};

	return vw_rule_ask(&trial, rule, ret_weight);
}

static enum vwk_answer holds(const struct vw_facts *facts, const struct vwk_rule *rule)
{
	enum vw_weight weight;

	return ask(facts, rule, &weight);
}

static void test_a_fact_that_cannot_be_read_is_neither_yes_nor_no(void **state)
{
	static const struct vwk_rule is = B_IS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);
	const struct vwk_rule none = VW_NONE(VW_STRONG, B_IS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL));
	static const struct vwk_rule absent = B_ABSENT(dmi.sys_vendor, VW_STRONG, NULL);
	struct vw_facts facts = {.dmi.sys_vendor.state = VW_DENIED};

	(void)state;
	assert_int_equal(holds(&facts, &is), VW_CANNOT_TELL);
	assert_int_equal(holds(&facts, &none), VW_CANNOT_TELL);
	assert_int_equal(holds(&facts, &absent), VW_CANNOT_TELL);
	facts.dmi.sys_vendor.state = VW_ABSENT;
	assert_int_equal(holds(&facts, &is), VW_HOLDS_NOT);
	assert_int_equal(holds(&facts, &none), VW_HOLDS);
	assert_int_equal(holds(&facts, &absent), VW_HOLDS);
	facts.dmi.sys_vendor = (struct vw_text)TEXT("QEMU");
	assert_int_equal(holds(&facts, &is), VW_HOLDS);
	assert_int_equal(holds(&facts, &none), VW_HOLDS_NOT);
	assert_int_equal(holds(&facts, &absent), VW_HOLDS_NOT);
}

static void test_any_is_as_strong_as_its_strongest_all_as_its_weakest(void **state)
{
	const struct vwk_rule any = VW_ANY(B_IS(dmi.sys_vendor, "a", VW_WEAK, NULL),
					   B_IS(dmi.board_vendor, "b", VW_DECISIVE, NULL));
	const struct vwk_rule all = VW_ALL(B_IS(dmi.sys_vendor, "a", VW_WEAK, NULL),
					   B_IS(dmi.board_vendor, "b", VW_DECISIVE, NULL));
	struct vw_facts facts = {.dmi = {.sys_vendor = TEXT("a"), .board_vendor = TEXT("b")}};
	enum vw_weight weight = VW_STRONG;

	(void)state;
	assert_int_equal(ask(&facts, &any, &weight), VW_HOLDS);
	assert_int_equal(weight, VW_DECISIVE);
	assert_int_equal(ask(&facts, &all, &weight), VW_HOLDS);
	assert_int_equal(weight, VW_WEAK);
	facts.dmi.board_vendor.state = VW_DENIED;
	assert_int_equal(ask(&facts, &any, &weight), VW_HOLDS);
	assert_int_equal(weight, VW_WEAK);
	assert_int_equal(ask(&facts, &all, &weight), VW_CANNOT_TELL);
	facts.dmi.sys_vendor = (struct vw_text)TEXT("other");
	assert_int_equal(ask(&facts, &any, &weight), VW_CANNOT_TELL);
	assert_int_equal(ask(&facts, &all, &weight), VW_HOLDS_NOT);
}

static void test_a_rule_of_another_domain_holds_not(void **state)
{
	static const struct vwk_rule board = B_IS(dmi.sys_vendor, "QEMU", VW_STRONG, NULL);
	struct vw_facts facts = {.dmi.sys_vendor = TEXT("QEMU")};
	struct vwk_trial trial = {.facts = &facts, .domains = VW_FROM_CPUID | VW_FROM_KERNEL};
	enum vw_weight weight;

	(void)state;
	assert_int_equal(vw_rule_ask(&trial, &board, &weight), VW_HOLDS_NOT);
	trial.domains = VW_FROM_BOARD;
	assert_int_equal(vw_rule_ask(&trial, &board, &weight), VW_HOLDS);
}

static void test_words_are_whole_words(void **state)
{
	static const struct vwk_rule word = K_WORD(clock.available, "xen", VW_STRONG, NULL);
	static const struct vwk_rule lacks = K_LACKS(clock.available, "xen", VW_STRONG, NULL);
	struct vw_facts facts = {.clock.available = TEXT("tsc xenon hpet")};

	(void)state;
	assert_int_equal(holds(&facts, &word), VW_HOLDS_NOT);
	assert_int_equal(holds(&facts, &lacks), VW_HOLDS);
	facts.clock.available = (struct vw_text)TEXT("tsc xen hpet");
	assert_int_equal(holds(&facts, &word), VW_HOLDS);
	assert_int_equal(holds(&facts, &lacks), VW_HOLDS_NOT);
	facts.clock.available.state = VW_ABSENT;
	assert_int_equal(holds(&facts, &lacks), VW_CANNOT_TELL);
}

static void test_metal_is_the_size_not_a_part_of_a_word(void **state)
{
	static const struct vwk_rule metal = B_METAL_TYPE(VW_DECISIVE, NULL);
	static const struct {
		const char *type;
		enum vwk_answer answer;
	} cases[] = {
		{"i3.metal", VW_HOLDS},       {"m7i.metal-24xl", VW_HOLDS}, {"c5.large", VW_HOLDS_NOT},
		{"x.metallic", VW_HOLDS_NOT}, {"metal", VW_HOLDS_NOT},      {"", VW_HOLDS_NOT},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.dmi.product_name = TEXT(cases[i].type)};

		assert_int_equal(holds(&facts, &metal), cases[i].answer);
	}
}

static void test_ec2_uuids_in_both_byte_orders(void **state)
{
	static const struct vwk_rule ec2 = B_EC2_UUID(dmi.product_uuid, VW_STRONG, NULL);
	static const struct {
		const char *uuid;
		enum vwk_answer answer;
	} cases[] = {
		{"ec2e1916-9099-7caf-fd21-012345abcdef", VW_HOLDS},
		{"EC23AEF5-54BE-4843-8D24-8C819F88453E", VW_HOLDS},
		{"45e12aec-dcd1-b213-94ed-012345abcdef", VW_HOLDS},
		{"AB232AEC-54BE-4843-8D24-8C819F88453E", VW_HOLDS},
		{"45e13aec-dcd1-b213-94ed-012345abcdef", VW_HOLDS_NOT},
		{"fec2aef5-54be-4843-8d24-8c819f88453e", VW_HOLDS_NOT},
		{"ec2", VW_HOLDS_NOT},
		{"", VW_HOLDS_NOT},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.dmi.product_uuid = TEXT(cases[i].uuid)};

		assert_int_equal(holds(&facts, &ec2), cases[i].answer);
	}
}

static void test_a_leaf_of_garbage_has_no_hypervisor_bit(void **state)
{
	static const struct vwk_rule set = C_HYPERVISOR_BIT(1, VW_DECISIVE, NULL);
	/* As read on a VIA Samuel: SSSE3 without SSE2. */
	const struct vw_leaf samuel = {.leaf = 1, .ecx = 0xc1705f8c, .edx = 0x00803035};
	const struct vw_leaf guest = {.leaf = 1, .ecx = 0x80000001, .edx = 0x0781abfd};
	struct vw_facts facts = {.cpuid = {.state = VW_VALUE, .count = 1, .leaf = &samuel}};

	(void)state;
	assert_int_equal(holds(&facts, &set), VW_CANNOT_TELL);
	facts.cpuid.leaf = &guest;
	assert_int_equal(holds(&facts, &set), VW_HOLDS);
}

/* Tables. */

static const struct {
	const char *name;
	const struct vwk_table *table;
} tables[] = {
	{"platforms", &vwk_platforms},
	{"vmms", &vwk_vmms},
	{"clouds", &vwk_clouds},
	{"containers", &vwk_containers},
	{"confidential", &vwk_confidentials},
};

static const struct vwk_row *row(const struct vwk_table *table, const char *id)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!table->row[i].part && vwb_text_equal(table->row[i].id, id))
			return &table->row[i];
	}
	return NULL;
}

static void test_rows_refine_rows_that_exist_and_never_in_a_circle(void **state)
{
	(void)state;
	for (size_t t = 0; t < VW_COUNT(tables); t++) {
		for (size_t i = 0; i < tables[t].table->count; i++) {
			const struct vwk_row *one = &tables[t].table->row[i];

			for (const char *const *id = one->refines; id && *id; id++)
				assert_non_null(row(tables[t].table, *id));
			assert_false(!one->part &&
				     vw_row_refines(tables[t].table, row(tables[t].table, one->id), one));
			for (size_t j = 0; j < tables[t].table->count; j++)
				assert_false(vw_row_refines(tables[t].table, one, &tables[t].table->row[j]) &&
					     vw_row_refines(tables[t].table, &tables[t].table->row[j], one));
		}
	}
}

static void test_refining_is_passed_on(void **state)
{
	const struct vwk_row *enclave = row(&vwk_platforms, "nitro-enclave"),
			     *qemu = row(&vwk_platforms, "qemu");

	(void)state;
	assert_true(vw_row_refines(&vwk_platforms, enclave, qemu));
	assert_false(vw_row_refines(&vwk_platforms, qemu, enclave));
}

static bool listed(const char *list, const char *wanted)
{
	const struct vw_word *word;

	for (size_t i = 0; (word = vw_word_at(list, i)); i++) {
		if (vwb_text_equal(word->word, wanted))
			return true;
	}
	return false;
}

static void test_each_family_mode_and_vmm_is_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < vwk_platforms.count; i++) {
		const struct vwk_row *one = &vwk_platforms.row[i];

		assert_true(listed("hypervisors", one->hypervisor));
		assert_true(!one->mode || listed("modes", one->mode));
		assert_true(!one->vmm || listed("vmms", one->vmm));
		assert_true(one->part || listed("platforms", one->id));
	}
	for (size_t i = 0; i < vwk_vmms.count; i++)
		assert_true(listed("vmms", vwk_vmms.row[i].id));
	assert_true(listed("platforms", "unknown"));
	assert_true(listed("rows", "xen-aws-2017"));
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(vw_word_at("rows", i) != NULL, vw_row_cells(i) != NULL);
	assert_null(vw_word_at("no such list", 0));
}

static void test_each_listed_word_can_be_asked_for(void **state)
{
	static const char *const lists[] = {"platforms", "hypervisors", "modes",        "vmms",
					    "clouds",    "containers",  "confidential", "words"};
	struct vw_facts facts = {.arch = "x86_64"};
	struct vw_report *report = NULL;
	const struct vw_word *word;
	enum vw_tristate answer;

	(void)state;
	assert_int_equal(vw_detect(&facts, &report), 0);
	for (size_t l = 0; l < VW_COUNT(lists); l++) {
		for (size_t i = 0; (word = vw_word_at(lists[l], i)); i++) {
			bool family_of_nothing = vwb_text_equal(word->word, "none");

			assert_int_equal(vw_report_is(report, word->word, &answer),
					 family_of_nothing ? -EINVAL : 0);
		}
	}
	assert_int_equal(vw_report_is(report, "nonsense", &answer), -EINVAL);
	vw_report_free(report);
}

/* Verdicts from next to nothing. */

static void test_no_facts_give_no_verdict(void **state)
{
	struct vw_facts facts = {.arch = "x86_64"};
	struct vw_report *report = NULL;
	enum vw_tristate answer = VW_YES;

	(void)state;
	assert_int_equal(vw_detect(&facts, &report), 0);
	assert_string_equal(report->platform.id, "unknown");
	assert_string_equal(report->platform.hypervisor, "unknown");
	assert_int_equal(report->level, 0);
	for (size_t i = 0; i < VW_DIMENSIONS; i++)
		assert_int_equal(report->dimension[i].class, VW_CLASS_UNKNOWN);
	assert_int_equal(report->nested.can_host, VW_UNKNOWN);
	assert_int_equal(vw_report_is(report, "vm", &answer), 0);
	assert_int_equal(answer, VW_UNKNOWN);
	assert_int_equal(vw_report_is(report, "metal", &answer), 0);
	assert_int_equal(answer, VW_UNKNOWN);
	assert_int_equal(vw_report_is(report, "kvm", &answer), 0);
	assert_int_equal(answer, VW_UNKNOWN);
	vw_report_free(report);
}

static void test_a_guest_cannot_know_that_it_is_not_nested(void **state)
{
	struct vw_facts kvm = {
		.arch = "x86_64",
		.dmi.sys_vendor.state = VW_ABSENT,
		.cpuinfo.vendor.state = VW_ABSENT,
		.cpuid = {.state = VW_VALUE,
			  .interfaces = 1,
			  .interface = {{0x40000000, 0x40000001, "KVMKVMKVM", "cpuid 0x40000000"}}}};
	struct vw_report *report = NULL;
	enum vw_tristate answer = VW_NO;

	(void)state;
	assert_int_equal(vw_detect(&kvm, &report), 0);
	assert_string_equal(report->platform.id, "kvm");
	assert_int_equal(vw_report_is(report, "nested", &answer), 0);
	assert_int_equal(answer, VW_UNKNOWN);
	vw_report_free(report);

	kvm.passport.fw_cfg = (struct vw_text)TEXT("virtwhere:1;stack=nitro/kvm;cloud=aws");
	assert_int_equal(vw_detect(&kvm, &report), 0);
	assert_int_equal(report->level, 2);
	assert_int_equal(report->layer[0].known, VW_DECLARED);
	assert_string_equal(report->layer[0].kind, "nitro");
	assert_int_equal(report->layer[1].known, VW_OBSERVED);
	assert_int_equal(vw_report_is(report, "nested", &answer), 0);
	assert_int_equal(answer, VW_YES);
	vw_report_free(report);

	kvm.passport.fw_cfg = (struct vw_text)TEXT("virtwhere:1;stack=kvm");
	assert_int_equal(vw_detect(&kvm, &report), 0);
	assert_int_equal(report->level, 1);
	assert_int_equal(vw_report_is(report, "nested", &answer), 0);
	assert_int_equal(answer, VW_NO);
	vw_report_free(report);
}

static void test_kvm_is_not_believed_where_nothing_could_be_looked_at(void **state)
{
	/* Parallels and VirtualBox answer with the same signature. */
	struct vw_facts facts = {
		.arch = "x86_64",
		.dmi = {.sys_vendor.state = VW_DENIED, .product_name.state = VW_DENIED},
		.cpuinfo.vendor.state = VW_ABSENT,
		.devices.pci_state = VW_DENIED,
		.cpuid = {.state = VW_VALUE,
			  .interfaces = 1,
			  .interface = {{0x40000000, 0x40000001, "KVMKVMKVM", "cpuid 0x40000000"}}},
	};
	struct vw_report *report = NULL;

	(void)state;
	assert_int_equal(vw_detect(&facts, &report), 0);
	assert_string_not_equal(report->platform.id, "kvm");
	vw_report_free(report);
	facts.dmi.sys_vendor = (struct vw_text)TEXT("Red Hat");
	assert_int_equal(vw_detect(&facts, &report), 0);
	assert_string_equal(report->platform.id, "kvm");
	vw_report_free(report);
}

static void test_a_passport_of_another_machine_is_a_conflict(void **state)
{
	struct vw_facts kvm = {
		.arch = "x86_64",
		.dmi.sys_vendor.state = VW_ABSENT,
		.cpuinfo.vendor.state = VW_ABSENT,
		.cpuid = {.state = VW_VALUE,
			  .interfaces = 1,
			  .interface = {{0x40000000, 0x40000001, "KVMKVMKVM", "cpuid 0x40000000"}}},
		.passport.oem_string = TEXT("virtwhere:1;stack=kvm/xen-hvm")};
	struct vw_report *report = NULL;

	(void)state;
	assert_int_equal(vw_detect(&kvm, &report), 0);
	assert_int_equal(report->level, 1);
	assert_int_equal(report->conflict_count, 1);
	vw_report_free(report);

	kvm.passport.oem_string = (struct vw_text)TEXT("virtwhere:1;stack=xen-pvh/qemu");
	assert_int_equal(vw_detect(&kvm, &report), 0);
	assert_int_equal(report->level, 2);
	assert_int_equal(report->conflict_count, 0);
	vw_report_free(report);
}

static void test_unreadable_modes_of_xen_stay_unnamed(void **state)
{
	struct vw_facts xen = {.arch = "x86_64",
			       .xen = {.type = TEXT("xen"),
				       .guest_type = {.state = VW_DENIED},
				       .features = {.state = VW_DENIED},
				       .proc_capabilities = {.state = VW_DENIED}}};
	struct vw_report *report = NULL;
	enum vw_tristate answer = VW_NO;

	(void)state;
	assert_int_equal(vw_detect(&xen, &report), 0);
	assert_string_equal(report->platform.id, "unknown-hypervisor");
	assert_string_equal(report->platform.hypervisor, "xen");
	assert_null(report->platform.mode);
	assert_int_equal(vw_report_is(report, "xen", &answer), 0);
	assert_int_equal(answer, VW_YES);
	assert_int_equal(vw_report_is(report, "xen-pv", &answer), 0);
	assert_int_equal(answer, VW_UNKNOWN);
	assert_int_equal(vw_report_is(report, "kvm", &answer), 0);
	assert_int_equal(answer, VW_NO);
	vw_report_free(report);
}

static void test_sev_by_its_status_register(void **state)
{
	static const struct {
		uint64_t status;
		const char *technology;
	} cases[] = {{0, NULL}, {1, "sev"}, {3, "sev-es"}, {7, "sev-snp"}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.arch = "x86_64",
					 .confidential.sev_status = NUMBER(cases[i].status)};
		struct vw_report *report = NULL;

		assert_int_equal(vw_detect(&facts, &report), 0);
		assert_true(vwb_text_equal(report->platform.confidential, cases[i].technology));
		vw_report_free(report);
	}
}

/* Memory. */

static void test_a_report_is_made_whole_or_not_at_all(void **state)
{
	static const struct vw_class_device disk = {.name = "vda", .driver = "virtio_blk"};
	char name[VW_VALUE_MAX + 1], vendor[20 * 1024];
	struct vw_facts facts = {
		.arch = "x86_64",
		.dmi = {.sys_vendor = TEXT(vendor), .product_name = TEXT(name)},
		.cpuinfo.vendor = TEXT("GenuineIntel"),
		.devices.block = {.state = VW_VALUE, .count = 1, .item = &disk},
		.cpuid = {.state = VW_VALUE,
			  .interfaces = 1,
			  .interface = {{0x40000000, 0x40000001, "KVMKVMKVM", "cpuid 0x40000000"}}}};
	unsigned long made = 0;

	(void)state;
	if (!memory_ends_at(1))
		LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	/* So long a text that an allocation in the middle gets a block of its own. */
	memset(vendor, 'b', sizeof(vendor));
	vendor[sizeof(vendor) - 1] = '\0';
	for (bool ended = true; ended; made++) {
		struct vw_report *untouched = (struct vw_report *)&facts, *report = untouched;
		int r;

		memory_ends_at(made + 1);
		r = vw_detect(&facts, &report);
		ended = memory_had_ended();
		assert_int_equal(r, ended ? -ENOMEM : 0);
		assert_true((report == untouched) == ended);
		if (!ended)
			vw_report_free(report);
	}
	/* The report, its arena, and its blocks. */
	assert_true(made > 4);
}

/* Passport. */

static void test_passports(void **state)
{
	static const struct {
		const char *text;
		int error;
		size_t layers;
	} cases[] = {
		{"virtwhere:1;stack=kvm", 0, 1},
		{"virtwhere:1;stack=nitro/kvm;cloud=aws;type=c8i.large", 0, 2},
		{"virtwhere:1;stack=a/b/c/d/e/f/g/h", 0, 8},
		{"virtwhere:1;stack=kvm;future=1", 0, 1},
		{"virtwhere:1;stack=a/b/c/d/e/f/g/h/i", -EBADMSG, 0},
		{"virtwhere:2;stack=kvm", -EPROTONOSUPPORT, 0},
		{"virtwhere:1;stack=", -EBADMSG, 0},
		{"virtwhere:1;stack=kvm/", -EBADMSG, 0},
		{"virtwhere:1;stack=KVM", -EBADMSG, 0},
		{"virtwhere:1;stack=Kvm", -EBADMSG, 0},
		{"virtwhere:1;stack=kvm/Xen-hvm", -EBADMSG, 0},
		{"virtwhere:1;stack=kvm;", -EBADMSG, 0},
		{"virtwhere:1;stack=kvm;cloud", -EBADMSG, 0},
		{"virtwhere:1;stack=kvm;cloud=", -EBADMSG, 0},
		{"virtwhere:1;stack=kvm;cloud=aws;cloud=gcp", -EBADMSG, 0},
		{"virtwhere:1;stack=kvm;cloud=a,b", -EBADMSG, 0},
		{"virtwhere:1;cloud=aws;stack=kvm", -EBADMSG, 0},
		{"virtwhere:1;stack=abcdefghijklmnopqrstuvwxyz", -EBADMSG, 0},
		{"somebody:1;stack=kvm", -EBADMSG, 0},
		{"", -EBADMSG, 0},
		{NULL, -EBADMSG, 0},
	};
	struct vw_passport passport;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		passport.layers = 99;
		assert_int_equal(vw_passport_parse(cases[i].text, &passport), cases[i].error);
		assert_int_equal(passport.layers, cases[i].error ? 99 : cases[i].layers);
	}
	assert_int_equal(vw_passport_parse(cases[1].text, &passport), 0);
	assert_string_equal(passport.kind[0], "nitro");
	assert_string_equal(passport.kind[1], "kvm");
	assert_string_equal(passport.cloud, "aws");
	assert_string_equal(passport.instance_type, "c8i.large");
}

static void test_each_part_of_a_passport_has_its_greatest_length(void **state)
{
	static const struct {
		const char *before, *after;
		size_t most; /* letters between the two */
	} cases[] = {
		{"virtwhere:1;stack=", "", VW_PASSPORT_KIND_SIZE - 1},
		{"virtwhere:1;stack=kvm;", "=v", 16},
		{"virtwhere:1;stack=kvm;k=", "", VW_PASSPORT_VALUE_SIZE - 1},
		{"virtwhere:1;stack=kvm;cloud=", ";type=t", VW_PASSPORT_VALUE_SIZE - 1},
	};
	struct vw_passport passport;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char text[VW_PASSPORT_MAX + 1], letters[VW_PASSPORT_MAX] = "";

		memset(letters, 'a', cases[i].most);
		snprintf(text, sizeof(text), "%s%s%s", cases[i].before, letters, cases[i].after);
		assert_int_equal(vw_passport_parse(text, &passport), 0);
		letters[cases[i].most] = 'a';
		snprintf(text, sizeof(text), "%s%s%s", cases[i].before, letters, cases[i].after);
		assert_int_equal(vw_passport_parse(text, &passport), -EBADMSG);
	}
}

static void test_a_passport_that_is_too_long_is_refused(void **state)
{
	char text[VW_PASSPORT_MAX + 2] = "virtwhere:1;stack=kvm";
	struct vw_passport passport;
	size_t length = strlen(text);

	(void)state;
	for (; length + 8 <= VW_PASSPORT_MAX; length += 4)
		memcpy(&text[length], ";k=v", 4);
	assert_int_equal(vw_passport_parse(text, &passport), 0);
	memcpy(&text[length], ";k=", 3);
	memset(&text[length + 3], 'v', VW_PASSPORT_MAX - length - 3);
	assert_int_equal(strlen(text), VW_PASSPORT_MAX);
	assert_int_equal(vw_passport_parse(text, &passport), 0);
	text[VW_PASSPORT_MAX] = 'v';
	assert_int_equal(vw_passport_parse(text, &passport), -EBADMSG);
}

static void test_characters_of_a_passport(void **state)
{
	(void)state;
	for (int c = 1; c < 128; c++) {
		char kind[64], key[64], value[64];
		struct vw_passport passport;
		bool small = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9', big = c >= 'A' && c <= 'Z';
		bool of_kind = small || digit || c == '-', of_value = of_kind || big || c == '.' || c == '_';

		snprintf(kind, sizeof(kind), "virtwhere:1;stack=x%cx", c);
		snprintf(key, sizeof(key), "virtwhere:1;stack=x;x%cx=v", c);
		snprintf(value, sizeof(value), "virtwhere:1;stack=x;type=x%cx", c);
		/* "x/x" is two layers, "k==v" has no key's end. */
		assert_int_equal(vw_passport_parse(kind, &passport) == 0, of_kind || c == '/');
		assert_int_equal(vw_passport_parse(key, &passport) == 0, small);
		assert_int_equal(vw_passport_parse(value, &passport) == 0, of_value);
		if (of_value)
			assert_memory_equal(passport.instance_type, ((char[]){'x', (char)c, 'x', '\0'}), 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fact_that_cannot_be_read_is_neither_yes_nor_no),
		cmocka_unit_test(test_any_is_as_strong_as_its_strongest_all_as_its_weakest),
		cmocka_unit_test(test_a_rule_of_another_domain_holds_not),
		cmocka_unit_test(test_words_are_whole_words),
		cmocka_unit_test(test_metal_is_the_size_not_a_part_of_a_word),
		cmocka_unit_test(test_ec2_uuids_in_both_byte_orders),
		cmocka_unit_test(test_a_leaf_of_garbage_has_no_hypervisor_bit),
		cmocka_unit_test(test_rows_refine_rows_that_exist_and_never_in_a_circle),
		cmocka_unit_test(test_refining_is_passed_on),
		cmocka_unit_test(test_each_family_mode_and_vmm_is_listed),
		cmocka_unit_test(test_each_listed_word_can_be_asked_for),
		cmocka_unit_test(test_no_facts_give_no_verdict),
		cmocka_unit_test(test_a_guest_cannot_know_that_it_is_not_nested),
		cmocka_unit_test(test_kvm_is_not_believed_where_nothing_could_be_looked_at),
		cmocka_unit_test(test_a_passport_of_another_machine_is_a_conflict),
		cmocka_unit_test(test_unreadable_modes_of_xen_stay_unnamed),
		cmocka_unit_test(test_sev_by_its_status_register),
		cmocka_unit_test(test_a_report_is_made_whole_or_not_at_all),
		cmocka_unit_test(test_passports),
		cmocka_unit_test(test_each_part_of_a_passport_has_its_greatest_length),
		cmocka_unit_test(test_a_passport_that_is_too_long_is_refused),
		cmocka_unit_test(test_characters_of_a_passport),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
