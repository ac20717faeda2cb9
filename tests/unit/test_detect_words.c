/* SPDX-License-Identifier: MIT */
#include "detected.h"

#include <errno.h>

/* The closed lists of words, those of the enumerations, and what each word says of a report. */

/* Words of enumerations. */

static void test_words_of_each_enumeration(void **state)
{
	(void)state;
	assert_string_equal(vw_class_word(VW_CLASS_UNKNOWN), "unknown");
	assert_string_equal(vw_class_word(VW_CLASS_NONE), "none");
	assert_string_equal(vw_class_word(VW_CLASS_VS), "VS");
	assert_string_equal(vw_class_word(VW_CLASS_P), "P");
	assert_string_equal(vw_class_word(VW_CLASS_VH), "VH");
	assert_string_equal(vw_class_word(VW_CLASS_H), "H");
	assert_string_equal(vw_class_word((enum vw_class)(VW_CLASS_H + 1)), "unknown");
	assert_string_equal(vw_dimension_word(VW_CPU_MEMORY), "cpu_memory");
	assert_string_equal(vw_dimension_word(VW_NETWORK), "network");
	assert_string_equal(vw_dimension_word(VW_LOCAL_STORAGE), "local_storage");
	assert_string_equal(vw_dimension_word(VW_REMOTE_STORAGE), "remote_storage");
	assert_string_equal(vw_dimension_word(VW_INTERRUPTS_TIMERS), "interrupts_timers");
	assert_string_equal(vw_dimension_word(VW_MOTHERBOARD_BOOT), "motherboard_boot");
	assert_string_equal(vw_dimension_word(VW_DIMENSIONS), "unknown");
	assert_string_equal(vw_confidence_word((enum vw_confidence)0), "unknown");
	assert_string_equal(vw_confidence_word(VW_GUESS), "guess");
	assert_string_equal(vw_confidence_word(VW_LIKELY), "likely");
	assert_string_equal(vw_confidence_word(VW_CERTAIN), "certain");
	assert_string_equal(vw_word_known((enum vw_known)0), "unknown");
	assert_string_equal(vw_word_known(VW_OBSERVED), "observed");
	assert_string_equal(vw_word_known(VW_INFERRED), "inferred");
	assert_string_equal(vw_word_known(VW_DECLARED), "declared");
	assert_string_equal(vw_weight_word(VW_WEAK), "weak");
	assert_string_equal(vw_weight_word(VW_STRONG), "strong");
	assert_string_equal(vw_weight_word(VW_DECISIVE), "decisive");
	assert_string_equal(vw_status_word(VW_PASS), "pass");
	assert_string_equal(vw_status_word(VW_FAIL), "fail");
	assert_string_equal(vw_status_word(VW_WARN), "warn");
	assert_string_equal(vw_status_word(VW_SKIP), "skip");
	assert_string_equal(vw_status_word(VW_STATUS_UNKNOWN), "unknown");
	assert_string_equal(vw_severity_word(VW_ADVICE), "advice");
	assert_string_equal(vw_severity_word(VW_DEGRADED), "degraded");
	assert_string_equal(vw_severity_word(VW_FATAL), "fatal");
}

/* Lists. */

static void test_each_list_holds_its_words_and_no_other(void **state)
{
	static const struct {
		const char *list, *word, *meaning, *hypervisor;
	} words[] = {
		{"platforms", "xen-dom0", "Xen control domain", "xen"},
		{"platforms", "xen-pv", "Xen paravirtual guest", "xen"},
		{"platforms", "xen-pvh", "Xen PVH guest", "xen"},
		{"platforms", "xen-pvhvm", "Xen HVM guest with paravirtual interrupts and timers", "xen"},
		{"platforms", "xen-hvm", "Xen HVM guest with emulated interrupts and timers", "xen"},
		{"platforms", "xen-arm", "Xen guest on Arm", "xen"},
		{"platforms", "nitro", "AWS Nitro (KVM)", "kvm"},
		{"platforms", "ec2-metal", "Amazon EC2 bare metal", "none"},
		{"platforms", "nitro-enclave", "AWS Nitro enclave", "kvm"},
		{"platforms", "firecracker", "Firecracker (KVM)", "kvm"},
		{"platforms", "cloud-hypervisor", "Cloud Hypervisor (KVM)", "kvm"},
		{"platforms", "crosvm", "crosvm (KVM)", "kvm"},
		{"platforms", "kvm", "KVM", "kvm"},
		{"platforms", "qemu-tcg", "QEMU full emulation (TCG)", "qemu"},
		{"platforms", "qemu", "QEMU machine, accelerator not told", "qemu"},
		{"platforms", "hyperv", "Microsoft Hyper-V", "microsoft"},
		{"platforms", "hyperv-root", "Hyper-V root partition", "microsoft"},
		{"platforms", "vmware", "VMware", "vmware"},
		{"platforms", "virtualbox", "Oracle VirtualBox", "oracle"},
		{"platforms", "parallels", "Parallels", "parallels"},
		{"platforms", "bhyve", "bhyve", "bhyve"},
		{"platforms", "openbsd-vmm", "OpenBSD vmm", "openbsd"},
		{"platforms", "acrn", "ACRN", "acrn"},
		{"platforms", "jailhouse", "Jailhouse cell", "jailhouse"},
		{"platforms", "qnx", "QNX hypervisor", "qnx"},
		{"platforms", "apple-vz", "Apple Virtualization framework", "apple"},
		{"platforms", "uml", "User Mode Linux", "uml"},
		{"platforms", "powervm", "IBM PowerVM logical partition", "powervm"},
		{"platforms", "zvm", "IBM z/VM", "zvm"},
		{"platforms", "lpar", "IBM Z logical partition (PR/SM)", "lpar"},
		{"platforms", "ldoms", "Oracle VM Server for SPARC (LDoms)", "ldoms"},
		{"platforms", "bochs", "Bochs", "bochs"},
		{"platforms", "unknown-hypervisor", "a hypervisor that does not say which", "unknown"},
		{"platforms", "metal", "bare metal", "none"},
		{"platforms", "unknown", "the decisive facts could not be read", "unknown"},
		{"clouds", "aws", "Amazon EC2", NULL},
		{"clouds", "gcp", "Google Compute Engine", NULL},
		{"clouds", "azure", "Microsoft Azure", NULL},
		{"clouds", "alibaba", "Alibaba Cloud", NULL},
		{"clouds", "oracle", "Oracle Cloud Infrastructure", NULL},
		{"clouds", "openstack", "OpenStack", NULL},
		{"clouds", "digitalocean", "DigitalOcean", NULL},
		{"clouds", "hetzner", "Hetzner Cloud", NULL},
		{"clouds", "upcloud", "UpCloud", NULL},
		{"clouds", "vultr", "Vultr", NULL},
		{"clouds", "scaleway", "Scaleway", NULL},
		{"clouds", "linode", "Akamai Linode", NULL},
		{"clouds", "huaweicloud", "Huawei Cloud", NULL},
		{"clouds", "opentelekomcloud", "Open Telekom Cloud", NULL},
		{"clouds", "sapccloud", "SAP Converged Cloud", NULL},
		{"clouds", "samsungcloud", "Samsung Cloud Platform", NULL},
		{"clouds", "nwcs", "NWCS", NULL},
		{"clouds", "cloudcix", "CloudCIX", NULL},
		{"clouds", "outscale", "3DS Outscale", NULL},
		{"clouds", "e24cloud", "e24cloud", NULL},
		{"clouds", "tilaa", "Tilaa", NULL},
		{"clouds", "zstack", "ZStack", NULL},
		{"clouds", "brightbox", "Brightbox", NULL},
		{"clouds", "cloudstack", "Apache CloudStack", NULL},
		{"clouds", "cloudsigma", "CloudSigma", NULL},
		{"clouds", "exoscale", "Exoscale", NULL},
		{"clouds", "smartos", "SmartOS (Triton)", NULL},
		{"containers", "docker", "Docker", NULL},
		{"containers", "podman", "Podman", NULL},
		{"containers", "lxc", "LXC", NULL},
		{"containers", "lxd", "LXD or Incus", NULL},
		{"containers", "crio", "CRI-O", NULL},
		{"containers", "oci", "OCI runtime", NULL},
		{"containers", "systemd-nspawn", "systemd-nspawn", NULL},
		{"containers", "openvz", "OpenVZ", NULL},
		{"containers", "linux-vserver", "Linux-VServer", NULL},
		{"containers", "wsl", "Windows Subsystem for Linux", NULL},
		{"containers", "illumos-lx", "illumos lx zone", NULL},
		{"containers", "rkt", "rkt", NULL},
		{"containers", "proot", "PRoot", NULL},
		{"containers", "pouch", "PouchContainer", NULL},
		{"containers", "kubernetes", "Kubernetes pod", NULL},
		{"containers", "ecs", "Amazon ECS task", NULL},
		{"containers", "buildkit", "BuildKit", NULL},
		{"containers", "flatpak", "Flatpak", NULL},
		{"containers", "firejail", "Firejail", NULL},
		{"containers", "apptainer", "Apptainer or Singularity", NULL},
		{"containers", "charliecloud", "Charliecloud", NULL},
		{"containers", "gvisor", "gVisor", NULL},
		{"containers", "kata", "Kata Containers", NULL},
		{"containers", "container-other", "container of another manager", NULL},
		{"confidential", "sev", "AMD SEV", NULL},
		{"confidential", "sev-es", "AMD SEV-ES", NULL},
		{"confidential", "sev-snp", "AMD SEV-SNP", NULL},
		{"confidential", "tdx", "Intel TDX", NULL},
		{"confidential", "vbs", "Hyper-V VBS isolation", NULL},
		{"confidential", "protvirt", "IBM Secure Execution", NULL},
		{"confidential", "cca", "Arm CCA realm", NULL},
		{"confidential", "nitro-enclave", "AWS Nitro enclave", NULL},
		{"hypervisors", "none", "no hypervisor", "none"},
		{"hypervisors", "xen", "Xen", "xen"},
		{"hypervisors", "kvm", "Linux KVM", "kvm"},
		{"hypervisors", "qemu", "QEMU without a hypervisor that could be told", "qemu"},
		{"hypervisors", "microsoft", "Microsoft Hyper-V", "microsoft"},
		{"hypervisors", "vmware", "VMware", "vmware"},
		{"hypervisors", "oracle", "Oracle VirtualBox", "oracle"},
		{"hypervisors", "parallels", "Parallels", "parallels"},
		{"hypervisors", "bhyve", "FreeBSD bhyve", "bhyve"},
		{"hypervisors", "acrn", "ACRN", "acrn"},
		{"hypervisors", "jailhouse", "Jailhouse", "jailhouse"},
		{"hypervisors", "qnx", "QNX hypervisor", "qnx"},
		{"hypervisors", "apple", "Apple Virtualization framework", "apple"},
		{"hypervisors", "openbsd", "OpenBSD vmm", "openbsd"},
		{"hypervisors", "ldoms", "Oracle VM Server for SPARC", "ldoms"},
		{"hypervisors", "uml", "User Mode Linux", "uml"},
		{"hypervisors", "powervm", "IBM PowerVM", "powervm"},
		{"hypervisors", "zvm", "IBM z/VM", "zvm"},
		{"hypervisors", "lpar", "IBM Z PR/SM", "lpar"},
		{"hypervisors", "bochs", "Bochs", "bochs"},
		{"hypervisors", "unknown", "not known", "unknown"},
		{"modes", "pv", "Xen: paravirtual kernel", "xen"},
		{"modes", "hvm", "Xen: hardware virtual machine with emulated interrupts", "xen"},
		{"modes", "pvhvm", "Xen: hardware virtual machine with paravirtual interrupts", "xen"},
		{"modes", "pvh", "Xen: paravirtual platform in a hardware container", "xen"},
		{"modes", "dom0", "Xen: control domain", "xen"},
		{"vmms", "qemu", "QEMU", "kvm"},
		{"vmms", "firecracker", "Firecracker", "kvm"},
		{"vmms", "cloud-hypervisor", "Cloud Hypervisor", "kvm"},
		{"vmms", "crosvm", "crosvm", "kvm"},
		{"vmms", "kvmtool", "kvmtool", "kvm"},
		{"vmms", "nitro", "AWS Nitro", "kvm"},
		{"vmms", "ahv", "Nutanix AHV", "kvm"},
		{"vmms", "rhev", "Red Hat Virtualization or oVirt", "kvm"},
		{"targets", "xen-pv", "Xen paravirtual guest", NULL},
		{"targets", "xen-hvm", "Xen HVM guest, with paravirtual or SR-IOV devices", NULL},
		{"targets", "nitro", "EC2 Nitro instance, x86-64", NULL},
		{"targets", "nitro-arm64", "EC2 Nitro instance, Graviton", NULL},
		{"targets", "ec2-metal", "EC2 bare metal, x86-64", NULL},
		{"targets", "ec2-metal-arm64", "EC2 bare metal, Graviton", NULL},
		{"targets", "nested-host", "EC2 instance that is to host guests", NULL},
		{"targets", "kvm", "KVM guest with virtio devices", NULL},
		{"targets", "gcp", "Google Compute Engine", NULL},
		{"targets", "azure", "Microsoft Azure", NULL},
		{"targets", "ec2", "all that EC2's current x86-64 instances need", NULL},
		{"rows", "emulated", "full emulation", NULL},
		{"rows", "xen-pv-3.0", "Xen PV, with PV drivers", NULL},
		{"rows", "xen-hvm-3.0", "Xen HVM, with PV drivers", NULL},
		{"rows", "xen-hvm-4.0.1", "Xen HVM, with PVHVM drivers", NULL},
		{"rows", "xen-aws-2013", "Xen on EC2, with SR-IOV network: ixgbevf or ena", NULL},
		{"rows", "xen-aws-2017", "Xen on EC2, with SR-IOV network and NVMe instance store", NULL},
		{"rows", "aws-nitro-2017", "AWS Nitro", NULL},
		{"rows", "aws-metal-2017", "Amazon EC2 bare metal", NULL},
		{"rows", "metal", "bare metal", NULL},
		{"words", "vm", "runs on a hypervisor", NULL},
		{"words", "nested", "runs on a hypervisor that runs on another", NULL},
		{"words", "container", "runs in a container", NULL},
		{"words", "chroot", "has another root than the host, and shares its processes", NULL},
		{"words", "incus", "runs in a container of Incus", NULL},
		{"words", "translated", "runs under a translator: Rosetta, qemu-user", NULL},
		{"words", "confidential", "memory is protected from the host", NULL},
		{"words", "metal", "runs on the hardware, EC2's .metal included", NULL},
	};
	size_t index = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(words); i++) {
		const struct vw_word *word;

		if (i > 0 && !vwb_text_equal(words[i].list, words[i - 1].list)) {
			assert_null(vw_word_at(words[i - 1].list, index));
			index = 0;
		}
		word = vw_word_at(words[i].list, index++);
		assert_non_null(word);
		assert_string_equal(word->word, words[i].word);
		assert_string_equal(word->meaning, words[i].meaning);
		assert_word(word->hypervisor, words[i].hypervisor);
	}
	assert_null(vw_word_at("words", index));
	assert_null(vw_word_at("words", SIZE_MAX));
	assert_null(vw_word_at("platforms", SIZE_MAX));
	assert_null(vw_word_at("", 0));
	assert_null(vw_word_at("platform", 0));
}

/* What a word says of a report. */

/* Of a report, which of these words hold ("+"), do not ("-"), or are not known ("?"). */
static void assert_words(const struct vw_report *report, const char *expected)
{
	char copy[512], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", expected);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		static const char marks[] = "?-+";
		enum vw_tristate answer;
		char told[64];

		assert_int_equal(vw_report_is(report, &word[1], &answer), 0);
		snprintf(told, sizeof(told), "%c%s", marks[answer], &word[1]);
		assert_string_equal(told, word);
	}
}

static void test_words_of_a_kvm_guest(void **state)
{
	static const struct vw_facts facts = {.dmi.sys_vendor = TEXT("QEMU"),
					      .container.pid1_container = TEXT("")};
	struct vw_report report = {.facts = &facts,
				   .level = 1,
				   .platform = {.id = "kvm", .hypervisor = "kvm", .contained = VW_NO}};

	(void)state;
	assert_words(&report, "+vm ?nested -container -confidential -metal");
	assert_words(&report,
		     "+kvm -ec2-metal -qemu-tcg -xen -xen-pv -pv -dom0 -hyperv -unknown-hypervisor -unknown");
	assert_words(&report, "?firecracker ?cloud-hypervisor ?crosvm ?kvmtool ?ahv ?rhev ?qemu ?nitro");
	assert_words(&report, "-aws -gcp -docker -lxc -sev-snp -tdx");
	report.platform.vmm = "qemu";
	assert_words(&report, "+qemu -firecracker -ahv -kvmtool -nitro");
	report.platform.cloud.provider = "gcp";
	assert_words(&report, "+gcp -aws -azure");
	report.platform.container = "docker";
	report.platform.contained = VW_YES;
	assert_words(&report, "+container +docker -lxc");
	report.platform.confidential = "tdx";
	assert_words(&report, "+confidential +tdx -sev");
}

static void test_words_of_what_is_not_known(void **state)
{
	static const struct vw_facts facts = {.dmi.sys_vendor = {.state = VW_DENIED}};
	struct vw_report report = {.facts = &facts, .platform = {.id = "unknown", .hypervisor = "unknown"}};

	(void)state;
	assert_words(&report, "?vm ?nested ?container ?confidential ?metal");
	assert_words(&report, "?kvm ?nitro ?xen ?xen-pv ?pv ?qemu ?ec2-metal ?firecracker ?ahv +unknown");
	assert_words(&report, "?aws ?docker ?tdx");
}

static void test_words_of_a_hypervisor_that_does_not_say_which(void **state)
{
	static const struct vw_facts facts = {.dmi.product_name = TEXT("")};
	struct vw_report report = {.facts = &facts,
				   .level = 1,
				   .platform = {.id = "unknown-hypervisor", .hypervisor = "unknown"}};

	(void)state;
	assert_words(&report, "+vm ?nested -metal +unknown-hypervisor -unknown -ec2-metal");
	assert_words(&report, "?kvm ?nitro ?xen ?xen-pvh ?pvh ?vmware ?qemu ?rhev -aws");
	/* Xen, in a mode that could not be read. */
	report.platform.hypervisor = "xen";
	assert_words(&report, "+vm +xen ?xen-pv ?xen-dom0 ?pv ?dom0 -kvm -nitro -vmware -metal -rhev");
}

static void test_words_of_a_machine_of_qemu(void **state)
{
	static const struct vw_facts facts = {.dmi.sys_vendor = TEXT("QEMU")};
	struct vw_report report = {
		.facts = &facts, .level = 1, .platform = {.id = "qemu", .hypervisor = "qemu", .vmm = "qemu"}};

	(void)state;
	/* What runs it may be what refines it, and nothing else. */
	assert_words(&report, "+qemu ?kvm ?qemu-tcg ?xen-hvm ?xen -vmware -hyperv -metal -bhyve -ahv");
	report.platform.id = "qemu-tcg";
	assert_words(&report, "+qemu +qemu-tcg -kvm -xen");
}

static void test_words_of_metal(void **state)
{
	struct vw_facts facts = {
		.dmi.sys_vendor = TEXT("Vendor"),
		.cpuid = {READ, .count = 1, .leaf = (struct vw_leaf[]){{.leaf = 0x8000001f, .eax = 2}}}};
	struct vw_report report = {.facts = &facts, .platform = {.id = "metal", .hypervisor = "none"}};

	(void)state;
	assert_words(&report,
		     "+metal -vm -nested -ec2-metal -kvm -xen -qemu -firecracker -unknown -confidential");
	report.platform.id = "ec2-metal";
	assert_words(&report, "+metal +ec2-metal -vm -nitro");
}

static void test_modes_of_xen(void **state)
{
	static const struct vw_facts facts = {.dmi.sys_vendor = TEXT("Xen")};
	struct vw_report report = {.facts = &facts,
				   .level = 1,
				   .platform = {.id = "xen-pvhvm", .hypervisor = "xen", .mode = "pvhvm"}};

	(void)state;
	assert_words(&report, "+xen +xen-pvhvm +pvhvm -hvm -pv -pvh -dom0 -xen-hvm -xen-pv");
	/* On Arm, Xen has one mode without a word. */
	report.platform = (struct vw_platform){.id = "xen-arm", .hypervisor = "xen"};
	assert_words(&report, "+xen +xen-arm ?pv ?dom0 -xen-pv");
}

/* Nested. */

static void test_who_can_be_nested(void **state)
{
	static const struct {
		const char *id, *hypervisor;
		int level;
		size_t conflicts;
		enum vw_state passport;
		const char *expected;
	} cases[] = {
		{"kvm", "kvm", 2, 0, VW_ABSENT, "+nested"},
		{"kvm", "kvm", 2, 0, VW_VALUE, "+nested"},
		{"kvm", "kvm", 1, 0, VW_ABSENT, "?nested"},
		{"kvm", "kvm", 1, 0, VW_VALUE, "-nested"},
		{"kvm", "kvm", 1, 1, VW_VALUE, "?nested"},
		{"metal", "none", 0, 0, VW_ABSENT, "-nested"},
		{"nitro", "kvm", 1, 0, VW_ABSENT, "-nested"},
		{"nitro", "kvm", 2, 0, VW_ABSENT, "+nested"},
		{"powervm", "powervm", 1, 0, VW_ABSENT, "-nested"},
		{"lpar", "lpar", 1, 0, VW_ABSENT, "-nested"},
		{"zvm", "zvm", 1, 0, VW_ABSENT, "?nested"},
		{"unknown", "unknown", 0, 0, VW_VALUE, "?nested"},
	};

	(void)state;
	for (size_t i = 0; i < 2 * VW_COUNT(cases); i++) {
		struct vw_facts facts = {.arch = "x86_64"};
		struct vw_report report = {
			.facts = &facts,
			.level = cases[i / 2].level,
			.conflict_count = cases[i / 2].conflicts,
			.platform = {.id = cases[i / 2].id, .hypervisor = cases[i / 2].hypervisor}};

		facts.passport.fw_cfg.state = i & 1 ? cases[i / 2].passport : VW_ABSENT;
		facts.passport.oem_string.state = i & 1 ? VW_ABSENT : cases[i / 2].passport;
		assert_words(&report, cases[i / 2].expected);
	}
}

/* Containers, clouds, protected memory. */

static void test_that_it_is_no_container_needs_evidence(void **state)
{
	struct vw_report report = {.facts = &(struct vw_facts){.container.pid1_container = TEXT("")},
				   .level = 1,
				   .platform = {.id = "kvm", .hypervisor = "kvm"}};

	(void)state;
	assert_words(&report, "?container ?docker ?chroot");
	report.platform.contained = VW_NO;
	report.platform.chroot = VW_YES;
	assert_words(&report, "-container -docker +chroot");
	report.platform.contained = VW_YES;
	report.platform.container = "lxc";
	report.platform.chroot = VW_NO;
	assert_words(&report, "+container +lxc -docker -chroot");
}

static void test_that_it_is_no_cloud_needs_the_board(void **state)
{
	static const struct {
		enum vw_state vendor, product;
		const char *expected;
	} cases[] = {
		{VW_VALUE, VW_DENIED, "-aws"},
		{VW_DENIED, VW_VALUE, "-aws"},
		{VW_DENIED, VW_DENIED, "?aws"},
		{VW_ABSENT, VW_ABSENT, "?aws"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {
			.dmi = {.sys_vendor.state = cases[i].vendor, .product_name.state = cases[i].product}};
		struct vw_report report = {.facts = &facts, .platform = {.id = "kvm", .hypervisor = "kvm"}};

		assert_words(&report, cases[i].expected);
		report.platform.cloud.provider = "gcp";
		assert_words(&report, "-aws +gcp");
	}
}

static void test_memory_that_may_be_protected(void **state)
{
	static const struct {
		int level;
		uint32_t eax;
		enum vw_state status;
		const char *expected;
	} cases[] = {
		{1, 2, VW_DENIED, "?confidential ?sev"}, {1, 2, VW_VALUE, "-confidential -sev"},
		{1, 1, VW_DENIED, "-confidential -sev"}, {0, 2, VW_DENIED, "-confidential -sev"},
		{1, 7, VW_ABSENT, "?confidential ?sev"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_leaf leaf = {.leaf = 0x8000001f, .eax = cases[i].eax};
		struct vw_facts facts = {.cpuid = {READ, .count = 1, .leaf = &leaf},
					 .confidential.sev_status.state = cases[i].status};
		struct vw_report report = {.facts = &facts,
					   .level = cases[i].level,
					   .platform = {.id = "kvm", .hypervisor = "kvm"}};

		assert_words(&report, cases[i].expected);
		leaf.leaf = 0x80000020;
		assert_words(&report, "-confidential");
	}
}

static void test_a_word_that_stands_for_two_things(void **state)
{
	static const struct vw_facts facts = {.dmi.sys_vendor = TEXT("innotek")};
	struct vw_report report = {
		.facts = &facts, .level = 1, .platform = {.id = "virtualbox", .hypervisor = "oracle"}};

	(void)state;
	/* A family, and a cloud that this is not. */
	assert_words(&report, "+oracle");
	report.platform = (struct vw_platform){.id = "kvm", .hypervisor = "kvm", .cloud.provider = "oracle"};
	assert_words(&report, "+oracle");
	report.platform.cloud.provider = NULL;
	assert_words(&report, "-oracle");
	/* One of them is not known. */
	report.platform = (struct vw_platform){.id = "unknown-hypervisor", .hypervisor = "unknown"};
	assert_words(&report, "?oracle");
}

static void test_words_that_nobody_knows(void **state)
{
	static const char *const words[] = {"", "none", "Xen", "kvm ", "linux", "pvhv"};
	static const struct vw_facts facts = {.arch = "x86_64"};
	struct vw_report report = {.facts = &facts, .platform = {.id = "kvm", .hypervisor = "kvm"}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(words); i++) {
		enum vw_tristate answer = (enum vw_tristate)77;

		assert_int_equal(vw_report_is(&report, words[i], &answer), -EINVAL);
		assert_int_equal(answer, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_each_enumeration),
		cmocka_unit_test(test_each_list_holds_its_words_and_no_other),
		cmocka_unit_test(test_words_of_a_kvm_guest),
		cmocka_unit_test(test_words_of_what_is_not_known),
		cmocka_unit_test(test_words_of_a_hypervisor_that_does_not_say_which),
		cmocka_unit_test(test_words_of_a_machine_of_qemu),
		cmocka_unit_test(test_words_of_metal),
		cmocka_unit_test(test_modes_of_xen),
		cmocka_unit_test(test_who_can_be_nested),
		cmocka_unit_test(test_that_it_is_no_container_needs_evidence),
		cmocka_unit_test(test_that_it_is_no_cloud_needs_the_board),
		cmocka_unit_test(test_memory_that_may_be_protected),
		cmocka_unit_test(test_a_word_that_stands_for_two_things),
		cmocka_unit_test(test_words_that_nobody_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
