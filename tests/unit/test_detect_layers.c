/* SPDX-License-Identifier: MIT */
#include "detected.h"

/* The layers of a machine and how each is known, what wins, what contradicts, and the data of an instance. */

/* Layers. */

/* "LEVEL KIND KNOWN (NAME)" of each layer, the first one at the bottom. */
static void assert_layers(const struct vw_facts *facts, int level, const char *const *expected)
{
	struct vw_report *report = detect(facts);

	assert_int_equal(report->level, level);
	for (size_t i = 0; i < report->layer_count; i++) {
		const struct vw_layer *layer = &report->layer[i];
		char text[256];

		snprintf(text, sizeof(text), "%d %s %s (%s)", layer->level, layer->kind,
			 vw_word_known(layer->known), layer->name);
		assert_non_null(expected[i]);
		assert_string_equal(text, expected[i]);
	}
	assert_null(expected[report->layer_count]);
	vw_report_free(report);
}

#define LAYERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_a_machine_and_its_kernel(void **state)
{
	struct vw_facts facts = {BARE, .kernel.release = TEXT("6.1.0")};

	(void)state;
	assert_layers(&facts, 0, LAYERS("0 metal observed (bare metal)", "0 linux observed (Linux 6.1.0)"));
	facts.dmi.product_name = (struct vw_text)TEXT("Product");
	facts.kernel.release.state = VW_DENIED;
	assert_layers(&facts, 0,
		      LAYERS("0 metal observed (bare metal (Vendor Product))", "0 linux observed (Linux)"));
	facts = (struct vw_facts){.arch = "x86_64"};
	assert_layers(&facts, 0, LAYERS("0 linux observed (Linux)"));
}

static void test_a_container_is_the_last_layer(void **state)
{
	struct vw_facts facts = {KVM, .container.pid1_container = TEXT("lxc")};

	(void)state;
	assert_layers(&facts, 1,
		      LAYERS("0 kvm observed (KVM)", "1 linux observed (Linux)", "1 lxc observed (LXC)"));
	facts.container.pid1_container.text = "something";
	assert_layers(&facts, 1,
		      LAYERS("0 kvm observed (KVM)", "1 linux observed (Linux)",
			     "1 container-other observed (container of another manager)"));
}

/* A guess is inferred; what is likely or certain was observed. */
static void test_what_is_guessed_is_inferred(void **state)
{
	struct vw_facts facts = {.arch = "x86_64",
				 .cpuinfo = {.vendor = TEXT("GenuineIntel"), .flags = TEXT("hypervisor")},
				 .dmi.sys_vendor = TEXT("Nutanix")};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_int_equal(report->platform.confidence, VW_GUESS);
	vw_report_free(report);
	assert_layers(&facts, 1, LAYERS("0 kvm inferred (KVM)", "1 linux observed (Linux)"));
	facts.dmi.product_name = (struct vw_text)TEXT("A KVM machine");
	report = detect(&facts);
	assert_int_equal(report->platform.confidence, VW_LIKELY);
	vw_report_free(report);
	assert_layers(&facts, 1, LAYERS("0 kvm observed (KVM)", "1 linux observed (Linux)"));
	sign(&facts, "KVMKVMKVM");
	report = detect(&facts);
	assert_int_equal(report->platform.confidence, VW_CERTAIN);
	vw_report_free(report);
}

static void test_hyperv_below_hyperv(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		struct vw_facts facts = {LOOKED_AT,
					 .cpuid = {READ, SIGNED_BY("Microsoft Hv"),
						   LEAVES({.leaf = 0x40000004, .eax = 1u << bit})}};

		facts.dmi.sys_vendor.text = "Microsoft Corporation";

		if (bit == 12)
			assert_layers(&facts, 2,
				      LAYERS("0 hyperv observed (Microsoft Hyper-V)",
					     "1 hyperv observed (Microsoft Hyper-V)",
					     "2 linux observed (Linux)"));
		else
			assert_layers(
				&facts, 1,
				LAYERS("0 hyperv observed (Microsoft Hyper-V)", "1 linux observed (Linux)"));
		/* The leaf is another's where another answers. */
		facts.cpuid.interfaces = 0;
		sign(&facts, "KVMKVMKVM");
		assert_layers(&facts, 1, LAYERS("0 kvm observed (KVM)", "1 linux observed (Linux)"));
	}
}

static void test_layers_of_ibm_z(void **state)
{
	static const char *const names[] = {"KVM/Linux", "z/VM    7.2.0", "KVM/Linux"};
	struct vw_facts facts = {.arch = "s390x",
				 .dmi.sys_vendor.state = VW_ABSENT,
				 .cpuinfo.vendor = TEXT("IBM/S390"),
				 .s390.lpar_name = TEXT("LPAR1")};

	(void)state;
	/* No machine above the partition: the list is there and empty, or nobody says so. */
	facts.s390.vm.state = VW_VALUE;
	assert_layers(
		&facts, 1,
		LAYERS("0 lpar observed (IBM Z logical partition (PR/SM))", "1 linux observed (Linux)"));
	facts.s390.vm.state = VW_ABSENT;
	assert_layers(
		&facts, 1,
		LAYERS("0 lpar observed (IBM Z logical partition (PR/SM))", "1 linux observed (Linux)"));
	facts.s390.vm = (struct vw_names){VW_VALUE, names, "test", 1};
	assert_layers(&facts, 2,
		      LAYERS("0 lpar observed (IBM Z logical partition (PR/SM))", "1 kvm observed (KVM)",
			     "2 linux observed (Linux)"));
	facts.s390.vm.count = 3;
	assert_layers(&facts, 4,
		      LAYERS("0 lpar observed (IBM Z logical partition (PR/SM))",
			     "1 kvm observed (KVM/Linux)", "2 zvm observed (z/VM    7.2.0)",
			     "3 kvm observed (KVM)", "4 linux observed (Linux)"));
	facts.s390.lpar_name.state = VW_ABSENT;
	assert_layers(&facts, 3,
		      LAYERS("0 kvm observed (KVM/Linux)", "1 zvm observed (z/VM    7.2.0)",
			     "2 kvm observed (KVM)", "3 linux observed (Linux)"));
	facts.s390.vm.name = &names[1];
	facts.s390.vm.count = 1;
	assert_layers(&facts, 1, LAYERS("0 zvm observed (IBM z/VM)", "1 linux observed (Linux)"));
}

static void test_what_is_seen_is_believed_before_what_is_declared(void **state)
{
	static const char *const names[] = {"KVM/Linux", "z/VM 7.2.0"};
	struct vw_facts hyperv = {
		LOOKED_AT,
		.cpuid = {READ, SIGNED_BY("Microsoft Hv"), LEAVES({.leaf = 0x40000004, .eax = 1u << 12})},
		.passport.fw_cfg = TEXT("virtwhere:1;stack=nitro/kvm/hyperv")};
	struct vw_facts z = {.arch = "s390x",
			     .dmi.sys_vendor.state = VW_ABSENT,
			     .cpuinfo.vendor = TEXT("IBM/S390"),
			     .s390.vm = {VW_VALUE, names, "test", 2},
			     .passport.fw_cfg = TEXT("virtwhere:1;stack=nitro/xen/kvm")};
	(void)state;
	hyperv.dmi.sys_vendor.text = "Microsoft Corporation";
	assert_layers(&hyperv, 2,
		      LAYERS("0 hyperv observed (Microsoft Hyper-V)", "1 hyperv observed (Microsoft Hyper-V)",
			     "2 linux observed (Linux)"));
	assert_layers(
		&z, 2,
		LAYERS("0 zvm observed (z/VM 7.2.0)", "1 kvm observed (KVM)", "2 linux observed (Linux)"));
	/* Where nothing is seen of what is below, the passport speaks. */
	z.s390.vm.count = 1;
	assert_layers(&z, 3,
		      LAYERS("0 nitro declared (AWS Nitro (KVM))", "1 xen declared (Xen control domain)",
			     "2 kvm observed (KVM)", "3 linux observed (Linux)"));
}

static void test_a_passport_comes_from_the_firmware_configuration_before_smbios(void **state)
{
	struct vw_facts facts = {KVM, .passport = {.fw_cfg = TEXT("virtwhere:1;stack=firecracker/kvm"),
						   .oem_string = TEXT("virtwhere:1;stack=nitro/kvm")}};

	(void)state;
	assert_layers(&facts, 2,
		      LAYERS("0 firecracker declared (Firecracker (KVM))", "1 kvm observed (KVM)",
			     "2 linux observed (Linux)"));
	facts.passport.fw_cfg.state = VW_ABSENT;
	assert_layers(&facts, 2,
		      LAYERS("0 nitro declared (AWS Nitro (KVM))", "1 kvm observed (KVM)",
			     "2 linux observed (Linux)"));
	facts.passport.oem_string.text = "virtwhere:1;stack=something/kvm";
	assert_layers(&facts, 2,
		      LAYERS("0 something declared (something)", "1 kvm observed (KVM)",
			     "2 linux observed (Linux)"));
	facts.passport.oem_string.text = "virtwhere:1;stack=nitro/";
	assert_layers(&facts, 1, LAYERS("0 kvm observed (KVM)", "1 linux observed (Linux)"));
}

static bool has_conflict(const struct vw_facts *facts, const char *message)
{
	struct vw_report *report = detect(facts);
	bool found = false;

	for (size_t i = 0; i < report->conflict_count; i++)
		found = found || vwb_text_equal(report->conflict[i].message, message);
	vw_report_free(report);
	return found;
}

static void test_whose_passport_it_is(void **state)
{
	static const struct {
		const char *signature, *innermost;
		bool agrees;
	} cases[] = {
		{"KVMKVMKVM", "kvm", true},         {"KVMKVMKVM", "nitro", true},
		{"KVMKVMKVM", "firecracker", true}, {"KVMKVMKVM", "qemu", true},
		{"KVMKVMKVM", "something", true},   {"KVMKVMKVM", "xen-hvm", false},
		{"KVMKVMKVM", "hyperv", false},     {"KVMKVMKVM", "qemu-tcg", false},
		{"TCGTCGTCGTCG", "qemu", true},     {"TCGTCGTCGTCG", "kvm", false},
		{"VMwareVMware", "qemu", false},    {"VMwareVMware", "vmware", true},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char text[96];
		struct vw_facts facts = {BARE, .passport.oem_string = TEXT(text)};
		struct vw_report *report;

		snprintf(text, sizeof(text), "virtwhere:1;stack=nitro/%s", cases[i].innermost);
		sign(&facts, cases[i].signature);
		report = detect(&facts);
		assert_int_equal(report->level, cases[i].agrees ? 2 : 1);
		vw_report_free(report);
		assert_int_equal(has_conflict(&facts, "the passport names another hypervisor than the one "
						      "observed: it is not this guest's"),
				 !cases[i].agrees);
	}
}

static void test_no_passport_on_the_hardware_itself(void **state)
{
	struct vw_facts facts = {BARE, .passport.oem_string = TEXT("virtwhere:1;stack=nitro/kvm")};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_int_equal(report->level, 0);
	for (size_t i = 0; i < report->evidence_count; i++)
		assert_false(supports(&report->evidence[i], "declared"));
	vw_report_free(report);
}

/* A layer that shows through another. */

#define DOM0 .xen = {.type = TEXT("xen"), .guest_type = TEXT("PV"), .features = NUMBER(1u << 11)}

static void test_what_shows_below_a_control_domain(void **state)
{
	static const struct {
		const char *signature, *below;
		uint32_t ecx;
		int level;
	} cases[] = {
		{NULL, NULL, 0, 1},
		/* Xen itself sets the bit for its domains. */
		{NULL, NULL, 1u << 31, 1},
		{"KVMKVMKVM", "0 kvm observed (KVM)", 1u << 31, 2},
		{"VMwareVMware", "0 vmware observed (VMware)", 1u << 31, 2},
		/* Xen's own interface hides what is below it. */
		{"XenVMMXenVMM", NULL, 1u << 31, 1},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.arch = "x86_64",
					 DOM0,
					 .dmi.sys_vendor = TEXT("Vendor"),
					 .cpuinfo.vendor = TEXT("GenuineIntel"),
					 .cpuid = {READ, LEAVES({.leaf = 1, .ecx = cases[i].ecx})}};
		const char *top[] = {"0 xen observed (Xen)", "1 linux observed (Linux)", NULL};
		const char *both[] = {cases[i].below, "1 xen observed (Xen)", "2 linux observed (Linux)",
				      NULL};

		if (cases[i].signature)
			sign(&facts, cases[i].signature);
		assert_layers(&facts, cases[i].level, cases[i].below ? both : top);
	}
}

/* The bit says for certain that it is a guest's machine; the board says only likely whose, and says more. */
static void test_a_name_for_the_layer_below_is_better_than_none(void **state)
{
	struct vw_facts facts = {.arch = "x86_64",
				 DOM0,
				 .dmi.sys_vendor = TEXT("QEMU"),
				 .cpuinfo.vendor = TEXT("GenuineIntel"),
				 .cpuid = {READ, LEAVES({.leaf = 1, .ecx = 1u << 31})}};

	(void)state;
	assert_layers(&facts, 2,
		      LAYERS("0 qemu observed (QEMU machine, accelerator not told)", "1 xen observed (Xen)",
			     "2 linux observed (Linux)"));
}

/* What tells of the layer below is evidence though nothing speaks for it above: Xen's own interface excludes
 * it. */
static void test_evidence_of_the_layer_below(void **state)
{
	struct vw_facts facts = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PVH"), .features = NUMBER(1u << 11)},
		.dmi = {.sys_vendor = {VW_VALUE, "Microsoft Corporation", "vendor"},
			.product_name = {VW_VALUE, "Virtual Machine", "product"}},
		.cpuinfo.vendor = TEXT("GenuineIntel"),
		.cpuid = {READ, SIGNED_BY("XenVMMXenVMM")}};
	struct vw_report *report;

	(void)state;
	assert_layers(&facts, 2,
		      LAYERS("0 hyperv observed (Microsoft Hyper-V)", "1 xen observed (Xen)",
			     "2 linux observed (Linux)"));
	report = detect(&facts);
	assert_true(supports(evidence_of(report, "vendor"), "hyperv"));
	assert_true(supports(evidence_of(report, "product"), "hyperv"));
	vw_report_free(report);
}

static void test_a_paravirtual_guest_sees_the_processor_below_and_xens_own_board(void **state)
{
	struct vw_facts facts = {
		.arch = "x86_64",
		.xen = {.type = TEXT("xen"), .guest_type = TEXT("PV"), .features = NUMBER(0x20)},
		.dmi.sys_vendor = TEXT("QEMU"),
		.cpuinfo.vendor = TEXT("GenuineIntel"),
		.cpuid = {READ, SIGNED_BY("KVMKVMKVM")}};

	(void)state;
	assert_layers(&facts, 2,
		      LAYERS("0 kvm observed (KVM)", "1 xen observed (Xen)", "2 linux observed (Linux)"));
	facts.cpuid.interfaces = 0;
	assert_layers(&facts, 1, LAYERS("0 xen observed (Xen)", "1 linux observed (Linux)"));
}

static void test_user_mode_linux_sees_the_processor_of_its_host(void **state)
{
	struct vw_facts facts = {.arch = "x86_64",
				 .cpuinfo.vendor = TEXT("User Mode Linux"),
				 .dmi.sys_vendor.state = VW_ABSENT,
				 .cpuid = {READ, SIGNED_BY("KVMKVMKVM")}};

	(void)state;
	assert_layers(&facts, 2,
		      LAYERS("0 kvm observed (KVM)", "1 uml observed (User Mode Linux)",
			     "2 linux observed (Linux)"));
}

/* What wins, and what lost. */

static void assert_conflict(const struct vw_facts *facts, const char *id, const char *message)
{
	struct vw_report *report = detect(facts);
	bool found = false;

	assert_string_equal(report->platform.id, id);
	for (size_t i = 0; i < report->conflict_count; i++) {
		const struct vw_conflict *conflict = &report->conflict[i];

		found = found || vwb_text_equal(conflict->message, message);
		assert_true(conflict->evidence[0] != conflict->evidence[1]);
		assert_true(conflict->evidence[0] < report->evidence_count);
		assert_true(conflict->evidence[1] < report->evidence_count);
	}
	assert_int_equal(report->conflict_count, message ? 1 : 0);
	assert_true(!message || found);
	vw_report_free(report);
}

static void test_a_strong_loser_is_told_and_a_weak_one_is_not(void **state)
{
	struct vw_facts facts = {BARE};

	(void)state;
	/* Decisive against decisive: the first one of the table. */
	sign(&facts, "bhyve bhyve ");
	assert_conflict(&facts, "bhyve", NULL);
	sign(&facts, "ACRNACRNACRN");
	assert_conflict(&facts, "bhyve", "some evidence says acrn, stronger evidence says bhyve");
	/* Strong against decisive. */
	facts.cpuid.interfaces = 1;
	facts.dmi.sys_vendor.text = "ACRN";
	assert_conflict(&facts, "bhyve", "some evidence says acrn, stronger evidence says bhyve");
	/* Nobody says that it is weaker: a vendor that sells hardware too. */
	facts.dmi.sys_vendor.text = "Nutanix";
	facts.cpuid = (struct vw_cpuid_facts){READ, SIGNED_BY("bhyve bhyve ")};
	assert_conflict(&facts, "bhyve",
			"the board's strings are another maker's: they were given to this guest, or the "
			"interface is imitated");
}

static void test_the_stronger_row_wins_wherever_it_stands(void **state)
{
	struct vw_facts facts = {BARE};

	(void)state;
	facts.dmi.product_name = (struct vw_text)TEXT("BHYVE");
	assert_conflict(&facts, "bhyve", NULL);
	sign(&facts, "ACRNACRNACRN");
	assert_conflict(&facts, "acrn", "some evidence says bhyve, stronger evidence says acrn");
}

static void test_how_sure_a_verdict_is(void **state)
{
	static const struct {
		const char *vendor, *signature, *id;
		enum vw_confidence confidence;
	} cases[] = {
		{"Vendor", "ACRNACRNACRN", "acrn", VW_CERTAIN},
		{"ACRN", NULL, "acrn", VW_LIKELY},
		{"Vendor", NULL, "metal", VW_CERTAIN},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {BARE};
		struct vw_report *report;

		facts.dmi.sys_vendor.text = cases[i].vendor;
		sign(&facts, cases[i].signature);
		report = detect(&facts);
		assert_string_equal(report->platform.id, cases[i].id);
		assert_int_equal(report->platform.confidence, cases[i].confidence);
		vw_report_free(report);
	}
}

/* Conflicts. */

/* One fact of a pair, and the other. */
struct half {
	const char *signature, *vendor, *product;
	uint32_t ecx;
	bool vm_bit;
	struct vw_pci_device pci;
};

static void add_half(struct vw_facts *facts, const struct half *half)
{
	if (half->signature)
		sign(facts, half->signature);
	if (half->vendor)
		facts->dmi.sys_vendor = (struct vw_text){VW_VALUE, half->vendor, "sys_vendor"};
	if (half->product)
		facts->dmi.product_name = (struct vw_text){VW_VALUE, half->product, "product_name"};
	if (half->vm_bit)
		facts->dmi.vm_bit = (struct vw_number){VW_VALUE, 1, "vm_bit"};
	if (half->pci.vendor) {
		facts->devices.pci = &half->pci;
		facts->devices.pci_count = 1;
	}
}

static void test_each_pair_that_does_not_go_together(void **state)
{
	static const char hidden[] =
		"the hypervisor bit is clear, yet a hypervisor answers CPUID: the bit is hidden";
	static const char no_ec2[] = "EC2's SMBIOS strings on a machine with QEMU's devices: no EC2 instance";
	const uint32_t has_bit = 1u << 31;
	static const struct {
		const char *message;
		struct half a, b;
		bool bit; /* the hypervisor bit is set */
	} cases[] = {
		{hidden, {0}, {.signature = "KVMKVMKVM"}, false},
		{hidden, {0}, {.signature = "TCGTCGTCGTCG"}, false},
		{hidden, {0}, {.signature = "XenVMMXenVMM"}, false},
		{hidden, {0}, {.signature = "VMwareVMware"}, false},
		{hidden, {0}, {.signature = "Microsoft Hv"}, false},
		{hidden, {0}, {.signature = "VBoxVBoxVBox"}, false},
		{"SMBIOS says virtual machine, yet the hypervisor bit is clear: the bit is hidden, or the "
		 "firmware is wrong",
		 {0},
		 {.vm_bit = true},
		 false},
		{"KVM offers Hyper-V's interface too (hv_* flags): two interfaces of one hypervisor, no "
		 "nesting",
		 {.signature = "Microsoft Hv"},
		 {.signature = "KVMKVMKVM"},
		 true},
		{"Xen offers Hyper-V's interface too (viridian): two interfaces of one hypervisor, no "
		 "nesting",
		 {.signature = "Microsoft Hv"},
		 {.signature = "XenVMMXenVMM"},
		 true},
		{"KVM offers Xen's interface too (xen-version): two interfaces of one hypervisor, no nesting",
		 {.signature = "XenVMMXenVMM"},
		 {.signature = "KVMKVMKVM"},
		 true},
		{no_ec2,
		 {.vendor = "Amazon EC2"},
		 {.pci = {.slot = "00:01.0", .vendor = 0x1b36, .device = 0x000c, .class = 0x0604}},
		 true},
		{no_ec2,
		 {.vendor = "Amazon EC2"},
		 {.pci = {.slot = "00:01.0", .vendor = 0x1234, .device = 0x1111, .class = 0x0300}},
		 true},
		{"SMBIOS says Xen HVM guest, CPUID says QEMU's emulation",
		 {.product = "HVM domU"},
		 {.signature = "TCGTCGTCGTCG"},
		 true},
		{"Parallels answers CPUID with KVM's signature",
		 {.vendor = "Parallels Software"},
		 {.signature = "KVMKVMKVM"},
		 true},
		{"VirtualBox answers CPUID with KVM's signature",
		 {.product = "VirtualBox"},
		 {.signature = "KVMKVMKVM"},
		 true},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_leaf leaf = {.leaf = 1, .ecx = cases[i].bit ? has_bit : 0};
		struct vw_facts base = {.arch = "x86_64",
					.dmi.sys_vendor = TEXT("Vendor"),
					.cpuinfo.vendor = TEXT("GenuineIntel"),
					.cpuid = {READ, .count = 1, .leaf = &leaf},
					.devices.pci_state = VW_VALUE};
		struct vw_facts a = base, b = base, both = base;

		add_half(&a, &cases[i].a);
		add_half(&b, &cases[i].b);
		add_half(&both, &cases[i].a);
		add_half(&both, &cases[i].b);
		assert_true(has_conflict(&both, cases[i].message));
		assert_false(has_conflict(&a, cases[i].message));
		if (cases[i].bit) {
			assert_false(has_conflict(&b, cases[i].message));
			continue;
		}
		leaf.ecx = has_bit;
		assert_false(has_conflict(&both, cases[i].message));
	}
}

/* An instance's data. */

static void test_an_instances_type_and_id(void **state)
{
	static const struct {
		const char *vendor, *product, *tag, *type, *id;
	} cases[] = {
		{"Amazon EC2", "c5.large", "i-0123456789abcdef0", "c5.large", "i-0123456789abcdef0"},
		{"Amazon EC2", "c5.large", "", "c5.large", NULL},
		{"Amazon EC2", "", "i-0123456789abcdef0", NULL, "i-0123456789abcdef0"},
		/* EC2 all the same by its BIOS, and these texts are somebody else's. */
		{"Somebody", "c5.large", "i-0123456789abcdef0", NULL, NULL},
		{"", "c5.large", "i-0123456789abcdef0", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {
			.arch = "x86_64",
			.cpuinfo = {.vendor = TEXT("GenuineIntel"), .flags = TEXT("hypervisor")},
			.dmi = {.sys_vendor = TEXT(cases[i].vendor),
				.product_name = TEXT(cases[i].product),
				.board_asset_tag = TEXT(cases[i].tag),
				.bios_vendor = TEXT("Amazon EC2")}};
		struct vw_report *report = detect(&facts);

		assert_word(report->platform.cloud.provider, "aws");
		assert_word(report->platform.cloud.instance_type, cases[i].type);
		assert_word(report->platform.cloud.instance_id, cases[i].id);
		vw_report_free(report);
	}
}

static void test_instances_of_other_clouds_tell_no_type(void **state)
{
	struct vw_facts facts = {KVM};
	struct vw_report *report;

	(void)state;
	facts.dmi.sys_vendor.text = "Google";
	facts.dmi.product_name = (struct vw_text)TEXT("Google Compute Engine");
	facts.dmi.board_asset_tag = (struct vw_text)TEXT("8E4D");
	report = detect(&facts);
	assert_word(report->platform.cloud.provider, "gcp");
	assert_word(report->platform.cloud.instance_type, NULL);
	assert_word(report->platform.cloud.instance_id, NULL);
	vw_report_free(report);
}

static void test_the_program_above_a_hypervisor_is_asked_for_under_kvm_only(void **state)
{
	struct vw_facts facts = {BARE};
	struct vw_report *report;

	(void)state;
	facts.dmi.product_name = (struct vw_text)TEXT("AHV");
	sign(&facts, "KVMKVMKVM");
	report = detect(&facts);
	assert_word(report->platform.vmm, "ahv");
	vw_report_free(report);
	facts.cpuid = (struct vw_cpuid_facts){READ, SIGNED_BY("bhyve bhyve ")};
	report = detect(&facts);
	assert_string_equal(report->platform.id, "bhyve");
	assert_word(report->platform.vmm, NULL);
	vw_report_free(report);
}

/* Evidence. */

static void test_one_piece_of_evidence_for_several_words(void **state)
{
	struct vw_facts facts = {KVM};
	struct vw_report *report;
	const struct vw_evidence *evidence;

	(void)state;
	facts.dmi.product_name = (struct vw_text){VW_VALUE, "AHV", "product"};
	report = detect(&facts);
	evidence = evidence_of(report, "product");
	/* The same source and value: strong for KVM, decisive for the program above it. */
	assert_non_null(evidence);
	assert_int_equal(evidence->support_count, 2);
	assert_true(supports(evidence, "kvm"));
	assert_true(supports(evidence, "ahv"));
	assert_int_equal(evidence->weight, VW_DECISIVE);
	assert_non_null(evidence->reference);
	for (size_t i = 0; i < report->evidence_count; i++) {
		char id[24];

		snprintf(id, sizeof(id), "e%zu", i + 1);
		assert_string_equal(report->evidence[i].id, id);
		for (size_t j = 0; j < i; j++)
			assert_false(vwb_text_equal(report->evidence[i].source, report->evidence[j].source) &&
				     vwb_text_equal(report->evidence[i].value, report->evidence[j].value));
	}
	vw_report_free(report);
}

/* Two rows quote the same value, each with its own source of what it means: the first one's is shown. */
static void test_the_first_reference_of_a_piece_of_evidence_stays(void **state)
{
	static const char *const compatible[] = {"linux,dummy-virt"}, *const root[] = {"cpus", "vmgenid"};
	struct vw_facts facts = {.arch = "aarch64",
				 .dmi.sys_vendor.state = VW_ABSENT,
				 .cpuinfo.vendor.state = VW_ABSENT,
				 .devicetree = {.compatible = {VW_VALUE, compatible, "compatible", 1},
						.root = {VW_VALUE, root, "root", 2}}};
	struct vw_report *report = detect(&facts);
	const struct vw_evidence *evidence = evidence_of(report, "compatible");

	(void)state;
	assert_string_equal(report->platform.id, "firecracker");
	assert_true(supports(evidence, "firecracker"));
	assert_true(supports(evidence, "unknown-hypervisor"));
	assert_string_equal(evidence->reference, "Firecracker src/vmm/src/arch/aarch64/fdt.rs");
	vw_report_free(report);
}

static void test_guards_are_no_evidence(void **state)
{
	struct vw_facts facts = {KVM};
	struct vw_report *report;

	(void)state;
	/* That somebody's board was looked at makes KVM believed, and speaks for nobody. */
	facts.dmi.sys_vendor = (struct vw_text){VW_VALUE, "Vendor", "sys_vendor"};
	report = detect(&facts);
	assert_string_equal(report->platform.id, "kvm");
	assert_null(evidence_of(report, "sys_vendor"));
	assert_null(evidence_of(report, "test"));
	vw_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_machine_and_its_kernel),
		cmocka_unit_test(test_a_container_is_the_last_layer),
		cmocka_unit_test(test_what_is_guessed_is_inferred),
		cmocka_unit_test(test_hyperv_below_hyperv),
		cmocka_unit_test(test_layers_of_ibm_z),
		cmocka_unit_test(test_what_is_seen_is_believed_before_what_is_declared),
		cmocka_unit_test(test_a_passport_comes_from_the_firmware_configuration_before_smbios),
		cmocka_unit_test(test_whose_passport_it_is),
		cmocka_unit_test(test_no_passport_on_the_hardware_itself),
		cmocka_unit_test(test_what_shows_below_a_control_domain),
		cmocka_unit_test(test_a_name_for_the_layer_below_is_better_than_none),
		cmocka_unit_test(test_evidence_of_the_layer_below),
		cmocka_unit_test(test_a_paravirtual_guest_sees_the_processor_below_and_xens_own_board),
		cmocka_unit_test(test_user_mode_linux_sees_the_processor_of_its_host),
		cmocka_unit_test(test_a_strong_loser_is_told_and_a_weak_one_is_not),
		cmocka_unit_test(test_the_stronger_row_wins_wherever_it_stands),
		cmocka_unit_test(test_how_sure_a_verdict_is),
		cmocka_unit_test(test_each_pair_that_does_not_go_together),
		cmocka_unit_test(test_an_instances_type_and_id),
		cmocka_unit_test(test_instances_of_other_clouds_tell_no_type),
		cmocka_unit_test(test_the_program_above_a_hypervisor_is_asked_for_under_kvm_only),
		cmocka_unit_test(test_one_piece_of_evidence_for_several_words),
		cmocka_unit_test(test_the_first_reference_of_a_piece_of_evidence_stays),
		cmocka_unit_test(test_guards_are_no_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
