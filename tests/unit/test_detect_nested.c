/* SPDX-License-Identifier: MIT */
#include "detected.h"

/* Whether a machine can host guests: the extension, each of its features, the kernel's part, and what to do.
 */

static void assert_features(const struct vw_facts *facts, const char *extension, const char *expected)
{
	struct vw_report *report = detect(facts);
	char text[512] = "";

	assert_word(report->nested.extension, extension);
	for (size_t i = 0; i < report->nested.feature_count; i++)
		snprintf(&text[strlen(text)], sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 report->nested.feature[i]);
	assert_string_equal(text, expected);
	vw_report_free(report);
}

/* Features. */

static const char *const vmx_words[] = {
	"ept",
	"vpid",
	"unrestricted_guest",
	"shadow_vmcs",
	"apicv",
	"posted_intr",
	"vid",
	"vapic_reg",
	"flexpriority",
	"preemption_timer",
	"pml",
	"ept_ad",
	"ept_1gb",
	"tsc_scaling",
	"vnmi",
	"ple",
	"ept_mode_based_exec",
};

static void test_each_feature_of_vmx_by_its_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(vmx_words); i++) {
		char line[96], flags[96];
		struct vw_facts new_kernel = {KVM, .cpuinfo.flags = TEXT("fpu vmx"),
					      .cpuinfo.vmx_flags = TEXT(line)};
		struct vw_facts old_kernel = {KVM, .cpuinfo.flags = TEXT(flags)};

		snprintf(line, sizeof(line), "invvpid %s mtf", vmx_words[i]);
		snprintf(flags, sizeof(flags), "fpu vmx %s hypervisor", vmx_words[i]);
		assert_features(&new_kernel, "vmx", vmx_words[i]);
		assert_features(&old_kernel, "vmx", vmx_words[i]);
		/* The line of its own is believed where it is there. */
		new_kernel.cpuinfo.flags.text = flags;
		new_kernel.cpuinfo.vmx_flags.text = "invvpid mtf";
		assert_features(&new_kernel, "vmx", "");
	}
}

static const struct {
	unsigned bit;
	const char *word;
} svm_bits[] = {
	{0, "npt"},          {1, "lbrv"},        {3, "nrip_save"},        {4, "tsc_scale"},
	{5, "vmcb_clean"},   {6, "flushbyasid"}, {7, "decodeassists"},    {10, "pausefilter"},
	{12, "pfthreshold"}, {13, "avic"},       {15, "v_vmsave_vmload"}, {16, "vgif"},
	{18, "x2avic"},      {25, "vnmi"},
};

static void test_each_feature_of_svm_by_its_bit(void **state)
{
	uint32_t named = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(svm_bits); i++) {
		char flags[64];
		struct vw_facts by_leaf = {
			LOOKED_AT, .cpuinfo.flags = TEXT("svm npt avic"),
			.cpuid = {READ, LEAVES({.leaf = 0x8000000a, .edx = 1u << svm_bits[i].bit})}};
		struct vw_facts by_flag = {KVM, .cpuinfo.flags = TEXT(flags)};

		snprintf(flags, sizeof(flags), "fpu svm %s", svm_bits[i].word);
		assert_features(&by_leaf, "svm", svm_bits[i].word);
		assert_features(&by_flag, "svm", svm_bits[i].word);
		named |= 1u << svm_bits[i].bit;
	}
	struct vw_facts others = {LOOKED_AT, .cpuinfo.flags = TEXT("svm"),
				  .cpuid = {READ, LEAVES({.leaf = 0x8000000a, .edx = ~named, .eax = ~0u})}};

	assert_features(&others, "svm", "");
}

static void test_hyperv_that_wants_its_own_vmcs(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		struct vw_facts facts = {LOOKED_AT, .cpuinfo.flags = TEXT("vmx ept"),
					 .cpuid = {READ, LEAVES({.leaf = 0x40000004, .eax = 1u << bit}),
						   SIGNED_BY("Microsoft Hv")}};

		assert_features(&facts, "vmx", bit == 14 ? "ept evmcs" : "ept");
		/* The leaf is Hyper-V's where Hyper-V's interface stands first. */
		sign(&facts, NULL);
		assert_features(&facts, "vmx", "ept");
		sign(&facts, "VMwareVMware");
		sign(&facts, "Microsoft Hv");
		assert_features(&facts, "vmx", "ept");
	}
}

/* The extension. */

static void assert_nested(const struct vw_facts *facts, enum vw_tristate can_host, const char *extension)
{
	struct vw_report *report = detect(facts);

	assert_int_equal(report->nested.can_host, can_host);
	assert_word(report->nested.extension, extension);
	vw_report_free(report);
}

static void test_the_extension_of_x86_by_its_bit_and_by_its_flag(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 31; bit++) {
		struct vw_facts vmx = {LOOKED_AT, .kvm.pvm.state = VW_ABSENT,
				       .cpuid = {READ, LEAVES({.leaf = 1, .ecx = 1u << bit})}};
		struct vw_facts svm = {
			LOOKED_AT, .kvm.pvm.state = VW_ABSENT,
			.cpuid = {READ, LEAVES({.leaf = 1}, {.leaf = 0x80000001, .ecx = 1u << bit})}};

		assert_nested(&vmx, bit == 5 ? VW_YES : VW_NO, bit == 5 ? "vmx" : NULL);
		assert_nested(&svm, bit == 2 ? VW_YES : VW_NO, bit == 2 ? "svm" : NULL);
	}
	struct vw_facts flags = {KVM, .kvm.pvm.state = VW_ABSENT, .cpuinfo.flags = TEXT("vmx")};

	assert_nested(&flags, VW_YES, "vmx");
	flags.cpuinfo.flags.text = "svm";
	assert_nested(&flags, VW_YES, "svm");
	flags.cpuinfo.flags.text = "fpu svm_lock vmxnet";
	assert_nested(&flags, VW_NO, NULL);
}

static void test_where_the_extension_was_seen_is_evidence(void **state)
{
	static const struct {
		const char *flags, *source, *value;
		uint32_t vmx, svm;
	} cases[] = {
		{"fpu vmx", "flags", "vmx", 1u << 5, 0},
		{"fpu", "cpuid 0x00000001", "vmx", 1u << 5, 0},
		{"fpu svm", "flags", "svm", 0, 1u << 2},
		{"fpu", "cpuid 0x80000001", "svm", 0, 1u << 2},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.arch = "x86_64",
					 .cpuinfo.flags = {VW_VALUE, cases[i].flags, "flags"},
					 .cpuid = {READ, LEAVES({.leaf = 1, .ecx = cases[i].vmx},
								{.leaf = 0x80000001, .ecx = cases[i].svm})}};
		struct vw_report *report = detect(&facts);
		const struct vw_evidence *evidence = NULL;

		for (size_t j = 0; j < report->evidence_count; j++) {
			if (supports(&report->evidence[j], "nested-host"))
				evidence = &report->evidence[j];
		}
		assert_non_null(evidence);
		assert_string_equal(evidence->source, cases[i].source);
		assert_string_equal(evidence->value, cases[i].value);
		assert_int_equal(evidence->weight, VW_STRONG);
		vw_report_free(report);
	}
}

static void test_a_kernel_that_needs_no_extension(void **state)
{
	struct vw_facts facts = {KVM, .cpuinfo.flags = TEXT("fpu"), .kvm.pvm = NUMBER(1)};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_word(report->nested.extension, "pvm");
	assert_int_equal(report->nested.can_host, VW_UNKNOWN);
	assert_word(report->nested.hint, "kvm_pvm is loaded; whether it runs guests here was not tried");
	assert_true(report->nested.hint_is_reason);
	vw_report_free(report);
	facts.kvm.pvm.state = VW_DENIED;
	assert_nested(&facts, VW_UNKNOWN, NULL);
	facts.kvm.pvm.state = VW_ABSENT;
	assert_nested(&facts, VW_NO, NULL);
	/* Nothing of the processor was seen. */
	facts.cpuinfo.flags.state = VW_DENIED;
	assert_nested(&facts, VW_UNKNOWN, NULL);
	facts.cpuinfo.flags = (struct vw_text)TEXT("fpu vmx");
	facts.kvm.pvm = (struct vw_number)NUMBER(1);
	assert_nested(&facts, VW_YES, "vmx");
}

static void test_arm_hosts_guests_where_kvm_has_its_device(void **state)
{
	static const struct {
		enum vw_state device, module;
		enum vw_tristate can_host;
		const char *extension;
	} cases[] = {
		{VW_VALUE, VW_VALUE, VW_YES, "el2"},     {VW_VALUE, VW_ABSENT, VW_YES, "el2"},
		{VW_ABSENT, VW_VALUE, VW_NO, NULL},      {VW_ABSENT, VW_ABSENT, VW_UNKNOWN, NULL},
		{VW_DENIED, VW_VALUE, VW_UNKNOWN, NULL},
	};
	static const char *const names[] = {"aarch64", "arm64", "armv7l", "armv8l"};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases) * VW_COUNT(names); i++) {
		struct vw_facts facts = {.arch = names[i % VW_COUNT(names)],
					 .cpuinfo.flags = TEXT("vmx svm"),
					 .kvm = {.device.state = cases[i / VW_COUNT(names)].device,
						 .module.state = cases[i / VW_COUNT(names)].module}};

		assert_nested(&facts, cases[i / VW_COUNT(names)].can_host,
			      cases[i / VW_COUNT(names)].extension);
	}
}

static void test_other_machines_host_guests_by_device_or_by_sie(void **state)
{
	struct vw_facts facts = {.arch = "s390x", .cpuinfo.flags = TEXT("esan3 zarch sie")};

	(void)state;
	assert_nested(&facts, VW_YES, NULL);
	facts.cpuinfo.flags.text = "esan3 zarch vmx";
	assert_nested(&facts, VW_UNKNOWN, NULL);
	facts.kvm.device.state = VW_ABSENT;
	assert_nested(&facts, VW_UNKNOWN, NULL);
	facts.kvm.device = (struct vw_number)NUMBER(1);
	assert_nested(&facts, VW_YES, NULL);
}

static void test_what_cpuid_shows_below_xen_is_not_this_kernels(void **state)
{
	/* A paravirtual guest sees the processor's own bits. */
	struct vw_facts facts = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PV"), .features = NUMBER(0x20)},
		.cpuinfo.flags = TEXT("fpu vmx"),
		.cpuid = {READ, LEAVES({.leaf = 1, .ecx = 1u << 5})}};

	(void)state;
	assert_nested(&facts, VW_NO, NULL);
}

/* The kernel's part. */

static void test_what_kvm_is_here(void **state)
{
	static const struct {
		enum vw_state device, module;
		const char *kvm;
	} cases[] = {
		{VW_VALUE, VW_VALUE, "usable"},     {VW_VALUE, VW_ABSENT, "usable"},
		{VW_DENIED, VW_VALUE, "denied"},    {VW_DENIED, VW_ABSENT, "denied"},
		{VW_ABSENT, VW_VALUE, "no-device"}, {VW_ABSENT, VW_ABSENT, "not-loaded"},
		{VW_ABSENT, VW_DENIED, NULL},       {VW_ABSENT, VW_NOT_PROBED, NULL},
		{VW_NOT_PROBED, VW_VALUE, NULL},    {VW_MALFORMED, VW_VALUE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {
			KVM, .kvm = {.device.state = cases[i].device, .module.state = cases[i].module}};
		struct vw_report *report = detect(&facts);

		assert_word(report->nested.kvm, cases[i].kvm);
		vw_report_free(report);
	}
}

static void test_what_to_do_where_guests_can_be_hosted(void **state)
{
	static const char locked[] =
		"guests started here cannot host guests: kvm_intel has nested=N, load it with "
		"nested=1";
	static const char zero[] =
		"guests started here cannot host guests: kvm_amd has nested=0, load it with "
		"nested=1";
	static const struct {
		const char *arch, *flags, *nested, *hint;
		enum vw_state device, module;
	} cases[] = {
		{"x86_64", "vmx", NULL, "load the module: modprobe kvm_intel", VW_ABSENT, VW_ABSENT},
		{"i686", "svm", NULL, "load the module: modprobe kvm_amd", VW_ABSENT, VW_ABSENT},
		{"s390x", "sie", NULL, "the kernel lacks KVM: use one with CONFIG_KVM", VW_ABSENT, VW_ABSENT},
		{"x86_64", "vmx", "Y", "kvm is there but /dev/kvm is not: see the kernel log for why",
		 VW_ABSENT, VW_VALUE},
		{"x86_64", "vmx", "N", "/dev/kvm is not for this user: join the group kvm", VW_DENIED,
		 VW_VALUE},
		{"x86_64", "vmx", "Y", NULL, VW_VALUE, VW_VALUE},
		{"x86_64", "vmx", "y", NULL, VW_VALUE, VW_VALUE},
		{"x86_64", "svm", "1", NULL, VW_VALUE, VW_VALUE},
		{"x86_64", "vmx", NULL, NULL, VW_VALUE, VW_VALUE},
		{"x86_64", "vmx", "N", locked, VW_VALUE, VW_VALUE},
		{"x86_64", "svm", "0", zero, VW_VALUE, VW_VALUE},
		{"s390x", "sie", "0", NULL, VW_VALUE, VW_VALUE},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {
			KVM, .cpuinfo.flags = TEXT(cases[i].flags),
			.kvm = {.device.state = cases[i].device,
				.module.state = cases[i].module,
				.nested = {cases[i].nested ? VW_VALUE : VW_ABSENT, cases[i].nested, "test"}}};
		struct vw_report *report;

		facts.arch = cases[i].arch;
		report = detect(&facts);
		assert_int_equal(report->nested.can_host, VW_YES);
		assert_word(report->nested.hint, cases[i].hint);
		assert_false(report->nested.hint_is_reason);
		vw_report_free(report);
	}
}

/* Why not. */

#define EC2 .dmi = {.sys_vendor = TEXT("Amazon EC2"), .product_name = TEXT(type)}

static void assert_ec2_hint(const char *type, const char *words)
{
	char hint[256];
	struct vw_facts facts = {.arch = "x86_64",
				 EC2,
				 .kvm.pvm.state = VW_ABSENT,
				 .cpuinfo = {.vendor = TEXT("GenuineIntel"), .flags = TEXT("hypervisor")}};
	struct vw_report *report = detect(&facts);

	snprintf(hint, sizeof(hint), "%s%s", type, words);
	assert_string_equal(report->platform.id, "nitro");
	assert_int_equal(report->nested.can_host, VW_NO);
	assert_word(report->nested.hint, hint);
	assert_false(report->nested.hint_is_reason);
	vw_report_free(report);
}

static void test_what_each_family_of_ec2_is_known_to_offer(void **state)
{
	static const char documented[] =
		": the family offers nested virtualization and it is off: launch with "
		"CpuOptions NestedVirtualization=enabled";
	static const char reported[] =
		": users report that the family offers nested virtualization, AWS does not "
		"list it: try CpuOptions NestedVirtualization=enabled";
	static const char not_known[] =
		": not known to offer nested virtualization: use a family that does (c8i, "
		"m8i, r8i) or a .metal instance";
	static const struct {
		const char *words;
		const char *types[8];
	} cases[] = {
		{documented,
		 {"c8i.large", "c8id.large", "c8i-flex.large", "m8i.2xlarge", "m8i-flex.large", "r8i.large",
		  "r8i-flex.large"}},
		{reported, {"x8i.large", "c7i.large", "m7i.large", "r7i.large", "i7i.large"}},
		{not_known,
		 {"c7i-flex.large", "c8gn.large", "c8.large", "c8ib.large", "m7.large", "m5.large",
		  "xc8i.large", "m8id.large"}},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		for (size_t j = 0; j < VW_COUNT(cases[i].types) && cases[i].types[j]; j++)
			assert_ec2_hint(cases[i].types[j], cases[i].words);
	}
}

static void test_an_instance_whose_type_was_not_told(void **state)
{
	struct vw_facts facts = {.arch = "x86_64",
				 .kvm.pvm.state = VW_ABSENT,
				 .dmi = {.sys_vendor = TEXT("Amazon EC2"), .product_name.state = VW_ABSENT},
				 .cpuinfo = {.vendor = TEXT("GenuineIntel"), .flags = TEXT("hypervisor")}};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_word(
		report->nested.hint,
		"this instance: not known to offer nested virtualization: use a family that does (c8i, m8i, "
		"r8i) or a .metal instance");
	vw_report_free(report);
}

static void test_graviton_hosts_no_guests(void **state)
{
	const char *type = "c8g.large";
	struct vw_facts facts = {
		.arch = "aarch64", EC2, .kvm.module.state = VW_ABSENT, .kvm.device.state = VW_ABSENT};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_string_equal(report->platform.id, "nitro");
	assert_int_equal(report->nested.can_host, VW_NO);
	assert_word(report->nested.hint,
		    "Graviton instances do not offer nested virtualization: use a .metal instance");
	vw_report_free(report);
}

static void test_why_others_host_no_guests(void **state)
{
	static const char host[] =
		"the host does not pass vmx or svm on: load its kvm module with nested=1 and "
		"start this guest with the host's processor model";
	static const char off[] =
		"the processor has no virtualization extension, or the firmware turned it off";
	static const struct {
		const char *signature, *id, *hint;
		bool is_reason;
	} cases[] = {
		{"KVMKVMKVM", "kvm", host, false},
		{"bhyve bhyve ", "bhyve", "bhyve shows no virtualization extension to this kernel", true},
		{"VMwareVMware", "vmware", "VMware shows no virtualization extension to this kernel", true},
		{"SRESRESRESRE", "unknown-hypervisor", NULL, false},
		{NULL, "metal", off, true},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {LOOKED_AT, .cpuinfo.flags = TEXT("fpu"), .kvm.pvm.state = VW_ABSENT,
					 .cpuid = {READ, LEAVES({.leaf = 1})}};
		struct vw_report *report;

		sign(&facts, cases[i].signature);
		report = detect(&facts);
		assert_string_equal(report->platform.id, cases[i].id);
		assert_int_equal(report->nested.can_host, VW_NO);
		assert_word(report->nested.hint, cases[i].hint);
		assert_int_equal(report->nested.hint_is_reason, cases[i].is_reason);
		vw_report_free(report);
	}
}

static void test_guests_of_xen_run_beside_its_control_domain(void **state)
{
	struct vw_facts facts = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PV"), .features = NUMBER(1u << 11)}};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_string_equal(report->platform.id, "xen-dom0");
	assert_int_equal(report->nested.can_host, VW_NO);
	assert_word(report->nested.hint, "guests run on Xen, beside this domain: use xl");
	assert_false(report->nested.hint_is_reason);
	vw_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_feature_of_vmx_by_its_word),
		cmocka_unit_test(test_each_feature_of_svm_by_its_bit),
		cmocka_unit_test(test_hyperv_that_wants_its_own_vmcs),
		cmocka_unit_test(test_the_extension_of_x86_by_its_bit_and_by_its_flag),
		cmocka_unit_test(test_where_the_extension_was_seen_is_evidence),
		cmocka_unit_test(test_a_kernel_that_needs_no_extension),
		cmocka_unit_test(test_arm_hosts_guests_where_kvm_has_its_device),
		cmocka_unit_test(test_other_machines_host_guests_by_device_or_by_sie),
		cmocka_unit_test(test_what_cpuid_shows_below_xen_is_not_this_kernels),
		cmocka_unit_test(test_what_kvm_is_here),
		cmocka_unit_test(test_what_to_do_where_guests_can_be_hosted),
		cmocka_unit_test(test_what_each_family_of_ec2_is_known_to_offer),
		cmocka_unit_test(test_an_instance_whose_type_was_not_told),
		cmocka_unit_test(test_graviton_hosts_no_guests),
		cmocka_unit_test(test_why_others_host_no_guests),
		cmocka_unit_test(test_guests_of_xen_run_beside_its_control_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
