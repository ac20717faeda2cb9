/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_SAMPLE_REPORTS_H
#define VW_TESTS_UNIT_SAMPLE_REPORTS_H

/* Reports made by hand, for the tests of what renders them. */

#include "detect/report.h"

static const struct vw_unread sample_unread[] = {
	{"/sys/firmware/dmi/tables/DMI", "EACCES"},
	{"/sys/firmware/acpi/tables/FACP", "EACCES"},
	{"/sys/class/dmi/id/product_uuid", "EACCES"},
	{"/proc/1/environ", "EACCES"},
	{"/proc/interrupts", "EIO"},
};

/* An instance of EC2 with its own KVM, in a container, seen by an ordinary user. */
static const struct vw_facts sample_nitro_facts = {
	.arch = "x86_64",
	.kernel.release = {VW_VALUE, "6.1.102-108.177.amzn2023.x86_64", "/proc/sys/kernel/osrelease"},
	.unread_count = sizeof(sample_unread) / sizeof(sample_unread[0]),
	.unread = sample_unread,
};

static const struct vw_layer sample_nitro_layers[] = {
	{0, "nitro", "AWS Nitro hypervisor (KVM)", VW_OBSERVED},
	{1, "linux", "Linux 6.1.102-108.177.amzn2023.x86_64", VW_OBSERVED},
	{1, "docker", "Docker container", VW_INFERRED},
	{2, "one-too-many", "is not counted", VW_DECLARED},
};

static const char *const sample_supports[] = {"nitro", "kvm", "aws", "nested", "nonsense", "xen-hvm"};

static const struct vw_evidence sample_evidence[] = {
	{"e1", "cpuid 0x40000000", "KVMKVMKVM", 2, sample_supports, VW_DECISIVE,
	 "Linux, arch/x86/include/uapi/asm/kvm_para.h"},
	{"e2", "/sys/class/dmi/id/sys_vendor", "Amazon EC2", 6, sample_supports, VW_STRONG, NULL},
	{"e3", "/sys/hypervisor/type", NULL, 0, NULL, VW_WEAK, NULL},
};

static const size_t sample_refs[] = {0, 1};
static const char *const sample_features[] = {"ept", "vpid", "unrestricted_guest", "shadow_vmcs"};

static const struct vw_device sample_devices[] = {
	{"network", "ens5", "pci", "1d0f:ec20", "ena", "2.10.0g", "Amazon Elastic Network Adapter",
	 VW_CLASS_VH},
	{"storage", "nvme0n1", "pci", "1d0f:8061", "nvme", NULL, "Amazon Elastic Block Store", VW_CLASS_VH},
	{"pmu", "cpu", NULL, NULL, NULL, NULL, "8 counters", VW_CLASS_UNKNOWN},
};

static const struct vw_finding sample_findings[] = {
	{"CLK001", VW_WARN, VW_ADVICE, "clocksource", "the clock is read through kvm-clock",
	 "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource", "e2",
	 "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/set-time.html"},
	{"NET001", VW_PASS, VW_FATAL, "ens5", "driven by ena", NULL, NULL, NULL},
};

static const struct vw_conflict sample_conflicts[] = {
	{{0, 2}, "the processor says KVM, the kernel says Xen"},
};

static const struct vw_report sample_nitro = {
	.facts = &sample_nitro_facts,
	.platform =
		{
			.id = "nitro",
			.name = "AWS Nitro (KVM)",
			.hypervisor = "kvm",
			.vmm = "nitro",
			.row = "aws-nitro-2017",
			.cloud = {"aws", "c8i.large", NULL},
			.container = "docker",
			.contained = VW_YES,
			.confidence = VW_CERTAIN,
		},
	.level = 1,
	.layer_count = 3,
	.layer = sample_nitro_layers,
	.dimension =
		{
			[VW_CPU_MEMORY] = {VW_CLASS_VH,
					   "VT-x or AMD-V with nested paging, below this guest",
					   {2, sample_refs}},
			[VW_NETWORK] = {VW_CLASS_VH, "ens5 (ena 1d0f:ec20)", {0, NULL}},
			[VW_LOCAL_STORAGE] = {VW_CLASS_NONE, NULL, {0, NULL}},
			[VW_REMOTE_STORAGE] = {VW_CLASS_VH, "nvme0n1 (nvme 1d0f:8061)", {1, sample_refs}},
			[VW_INTERRUPTS_TIMERS] = {VW_CLASS_P, "kvm-clock, MSI-X", {0, NULL}},
			[VW_MOTHERBOARD_BOOT] = {VW_CLASS_VS,
						 "SMBIOS and ACPI of Amazon EC2",
						 {1, sample_refs}},
		},
	.nested = {VW_YES, "vmx", 4, sample_features, "usable", "KVM is loaded with nested=Y", false},
	.device_count = 3,
	.device = sample_devices,
	.finding_count = 2,
	.finding = sample_findings,
	.evidence_count = 3,
	.evidence = sample_evidence,
	.conflict_count = 1,
	.conflict = sample_conflicts,
};

/* Every field is filled in, each with a text of its own; every class, weight, status and way of knowing is
 * there. */
static const struct vw_unread sample_full_unread[] = {
	{"/sys/firmware/dmi/tables/DMI", "EACCES"},
	{"/sys/firmware/acpi/tables/FACP", "EPERM"},
	{"/sys/firmware/qemu_fw_cfg/by_name", "EACCES"},
	{"/sys/class/dmi/id/product_uuid", "EACCES"},
	{"/sys/hypervisor/uuid", "EPERM"},
	{"/proc/1/environ", "EACCES"},
	{"/proc/xen/capabilities", "EACCES"},
	{"/dev/cpu/0/msr", "EACCES"},
	{"/dev/kvm", "EACCES"},
	{"/proc/interrupts", "EIO"},
	{"/sys/class/dmi/id/product_serial", "EPERM"},
	{"/one/too/many", "EMANY"},
};

static const struct vw_class_device sample_full_disks[] = {
	{.name = "nvme0n1",
	 .driver = "nvme",
	 .model = "Amazon Elastic Block Store",
	 .io_timeout = {VW_VALUE, 4294967295, "/sys/block/nvme0n1/queue/io_timeout"}},
	{.name = "nvme1n1", .driver = "nvme", .io_timeout = {VW_VALUE, 30500, "x"}},
	{.name = "nvme2n1", .driver = "nvme", .io_timeout = {VW_DENIED, 7, "x"}},
	{.name = "one-too-many", .driver = "nvme", .io_timeout = {VW_VALUE, 1, "x"}},
};

static const struct vw_probe_outcome sample_full_outcomes[] = {
	{"kernel", true, 1500}, {"dmi", false, 2000000000}, {"one-too-many", true, 1}};

static const struct vw_facts sample_full_facts = {
	.snapshot = true,
	.path = "/srv/shots/full.tar.gz",
	.captured = "2026-01-02T03:04:05Z",
	.arch = "x86_64",
	.kernel.release = {VW_VALUE, "6.1.0-56-cloud-amd64", "/proc/sys/kernel/osrelease"},
	.devices.block = {.state = VW_VALUE, .count = 3, .item = sample_full_disks},
	.devices.nvme_timeout = {VW_VALUE, 255, "/sys/module/nvme_core/parameters/io_timeout"},
	.exits = {.min_ns = {VW_VALUE, 820, "cpuid timing"}, .median_ns = {VW_VALUE, 1001, "cpuid timing"}},
	.outcome_count = 2,
	.outcome = sample_full_outcomes,
	.unread_count = sizeof(sample_full_unread) / sizeof(sample_full_unread[0]) - 1,
	.unread = sample_full_unread,
};

static const struct vw_layer sample_full_layers[] = {
	{0, "kvm", "KVM of the host", VW_DECLARED},
	{1, "xen-pvhvm", "Xen 4.17.7", VW_OBSERVED},
	{2, "linux", "Linux 6.1.0-56-cloud-amd64", VW_OBSERVED},
	{2, "podman", NULL, VW_INFERRED},
	{3, "one-too-many", "one too many", VW_OBSERVED},
};

static const char *const sample_full_supports[] = {"xen-pvhvm",  "xen",      "nitro",       "nested",
						   "kubernetes", "nonsense", "one-too-many"};

static const struct vw_evidence sample_full_evidence[] = {
	{"e1", "cpuid 0x40000000", "XenVMMXenVMM", 6, sample_full_supports, VW_DECISIVE,
	 "https://xenbits.xen.org/docs/unstable/hypercall/x86_64/arch-x86,cpuid.h.html"},
	{"e2", "/sys/hypervisor/type", "xen", 2, sample_full_supports, VW_STRONG,
	 "Linux, drivers/xen/sys-hypervisor.c"},
	{"e3", "/sys/class/dmi/id/bios_version", NULL, 1, &sample_full_supports[2], VW_WEAK, NULL},
	{"e4", "/proc/cmdline", "console=hvc0", 0, NULL, VW_WEAK, NULL},
	{"e5", "one too many", "x", 0, NULL, VW_WEAK, NULL},
};

static const size_t sample_full_refs[] = {0, 1, 9, 3, 2};
static const char *const sample_full_features[] = {"npt", "vgif", "one-too-many"};

static const struct vw_device sample_full_devices[] = {
	{"network", "eth0", "xen", "ids-of-eth0", "vif", "1.2.3", "Xen network", VW_CLASS_P},
	{"network", "eth1", "pci", "8086:10ed", "ixgbevf", NULL, "Intel 82599 virtual function", VW_CLASS_VH},
	{"storage", "sda", "scsi", NULL, NULL, NULL, "a disk that nothing drives", VW_CLASS_VS},
	{"storage", "nvme0n1", "pci", "1d0f:8061", "nvme", "1.0", "Amazon Elastic Block Store", VW_CLASS_H},
	{"balloon", "xen-balloon", NULL, NULL, NULL, NULL, NULL, VW_CLASS_NONE},
	{"pmu", "cpu", NULL, "ids-of-cpu", NULL, NULL, "8 counters", VW_CLASS_UNKNOWN},
	{"network", "one-too-many", "pci", "x", "x", "x", "x", VW_CLASS_P},
};

#define SAMPLE_FINDING(id, status, severity)                                               \
	{                                                                                  \
		id, status, severity, "subject of " id, "message of " id, "remedy of " id, \
			"evidence of " id, "https://example.org/" id                       \
	}

static const struct vw_finding sample_full_findings[] = {
	SAMPLE_FINDING("AAA001", VW_PASS, VW_FATAL),
	SAMPLE_FINDING("AAA002", VW_SKIP, VW_DEGRADED),
	SAMPLE_FINDING("AAA003", VW_STATUS_UNKNOWN, VW_ADVICE),
	SAMPLE_FINDING("AAA004", VW_WARN, VW_DEGRADED),
	SAMPLE_FINDING("AAA005", VW_FAIL, VW_ADVICE),
	SAMPLE_FINDING("AAA006", VW_FAIL, VW_DEGRADED),
	SAMPLE_FINDING("AAA007", VW_FAIL, VW_FATAL),
	{"AAA008", VW_FAIL, VW_FATAL, "eth1", "no remedy, a book as the reference", NULL, NULL,
	 "A book, page 7"},
	{"AAA009", VW_FAIL, VW_ADVICE, "eth1", "evidence alone", NULL, "/sys/class/net/eth1", NULL},
	{"AAA007", VW_PASS, VW_FATAL, "eth2", "passes where it fails for another", NULL, NULL, NULL},
	{"AAA010", VW_FAIL, VW_FATAL, "one too many", "one too many", NULL, NULL, NULL},
};

static const struct vw_conflict sample_full_conflicts[] = {
	{{0, 2}, "the first contradicts the third"},
	{{1, 3}, "the second contradicts the fourth"},
	{{2, 2}, "the third contradicts itself"},
	{{3, 99}, "the fourth contradicts what is not there"},
	{{0, 1}, "one too many"},
};

static const struct vw_report sample_full = {
	.facts = &sample_full_facts,
	.platform =
		{
			.id = "xen-pvhvm",
			.name = "Xen HVM guest with paravirtual interrupts and timers",
			.hypervisor = "xen",
			.vmm = "qemu",
			.mode = "pvhvm",
			.row = "xen-aws-2017",
			.cloud = {"aws", "m4.large", "i-0123456789abcdef0"},
			.container = "podman",
			.contained = VW_YES,
			.confidential = "sev-es",
			.confidence = VW_LIKELY,
		},
	.level = 2,
	.layer_count = 4,
	.layer = sample_full_layers,
	.dimension =
		{
			[VW_CPU_MEMORY] =
				{VW_CLASS_H,
				 "the hardware itself, with a text that takes two lines of eighty columns",
				 {4, sample_full_refs}},
			[VW_NETWORK] = {VW_CLASS_P, "eth0 (vif)", {1, &sample_full_refs[1]}},
			[VW_LOCAL_STORAGE] = {VW_CLASS_VH,
					      "a text that takes more than two lines of eighty columns, "
					      "which is why no more than its "
					      "begin is shown where it is not asked for all of it, and the "
					      "whole where it is",
					      {1, sample_full_refs}},
			[VW_REMOTE_STORAGE] = {VW_CLASS_VS, "sda", {1, &sample_full_refs[3]}},
			[VW_INTERRUPTS_TIMERS] = {VW_CLASS_NONE, NULL, {0, NULL}},
			[VW_MOTHERBOARD_BOOT] = {VW_CLASS_UNKNOWN, NULL, {1, &sample_full_refs[2]}},
		},
	.nested = {VW_NO, "svm", 2, sample_full_features, "denied",
		   "Xen 4.17.7 shows no virtualization extension", true},
	.device_count = 6,
	.device = sample_full_devices,
	.finding_count = 10,
	.finding = sample_full_findings,
	.evidence_count = 4,
	.evidence = sample_full_evidence,
	.conflict_count = 4,
	.conflict = sample_full_conflicts,
};

/* Little is known, nothing is wrong, and there is one of what is counted: each text has another form then. */
static const struct vw_unread sample_quiet_unread[] = {{"/proc/interrupts", "EIO"}};
static const struct vw_facts sample_quiet_facts = {
	.kernel.release = {VW_DENIED, NULL, "x"},
	.exits.median_ns = {VW_DENIED, 7, "x"},
	.unread_count = 1,
	.unread = sample_quiet_unread,
};
static const struct vw_finding sample_quiet_findings[] = {
	SAMPLE_FINDING("BBB001", VW_PASS, VW_FATAL),
	SAMPLE_FINDING("BBB002", VW_SKIP, VW_DEGRADED),
	SAMPLE_FINDING("BBB003", VW_SKIP, VW_DEGRADED),
};
static const struct vw_report sample_quiet = {
	.facts = &sample_quiet_facts,
	.platform = {.id = "kvm",
		     .name = "KVM",
		     .hypervisor = "kvm",
		     .container = "docker",
		     .contained = VW_YES,
		     .confidence = VW_CERTAIN},
	.level = 1,
	.nested = {VW_UNKNOWN, "vmx", 0, NULL, NULL, NULL, false},
	.device_count = 1,
	.device = &sample_full_devices[5],
	.finding_count = 3,
	.finding = sample_quiet_findings,
	.evidence_count = 1,
	.evidence = sample_evidence,
	.conflict_count = 1,
	.conflict = sample_conflicts,
};

/* A guest of which the lowest layer is not at the bottom, of a type whose cloud is not known. */
static const struct vw_layer sample_partial_layers[] = {{1, "kvm", "KVM", VW_OBSERVED},
							{2, "linux", "Linux", VW_OBSERVED}};
static const struct vw_report sample_partial = {
	.facts = &sample_quiet_facts,
	.platform = {.id = "kvm",
		     .name = "KVM",
		     .hypervisor = "kvm",
		     .vmm = "a-monitor-of-tomorrow",
		     .cloud = {NULL, "m9.large", NULL},
		     .confidential = "tdx",
		     .confidence = VW_LIKELY},
	.level = 2,
	.layer_count = 2,
	.layer = sample_partial_layers,
	.nested = {VW_UNKNOWN, NULL, 0, NULL, "usable", "a hint", false},
	.finding_count = 1,
	.finding = &sample_full_findings[5],
};

/* Nothing is known: every pointer that may be NULL is. */
static const struct vw_facts sample_empty_facts = {.snapshot = true, .path = "dump"};

static const struct vw_layer sample_empty_layers[] = {{0, "linux", "Linux", VW_OBSERVED}};

static const struct vw_report sample_empty = {
	.facts = &sample_empty_facts,
	.platform = {.id = "unknown", .name = "Unknown", .hypervisor = "unknown", .confidence = VW_GUESS},
	.layer_count = 1,
	.layer = sample_empty_layers,
};

static const struct vw_facts sample_metal_facts = {
	.arch = "x86_64",
	.kernel.release = {VW_VALUE, "6.1.0", "/proc/sys/kernel/osrelease"},
};

static const struct vw_layer sample_metal_layers[] = {
	{0, "metal", "Bare metal (Dell Inc. PowerEdge R640)", VW_OBSERVED},
	{0, "linux", "Linux 6.1.0", VW_OBSERVED},
	{0, "one-too-many", "is not counted", VW_INFERRED},
};

static const struct vw_report sample_metal = {
	.facts = &sample_metal_facts,
	.platform = {.id = "metal",
		     .name = "Bare metal",
		     .hypervisor = "none",
		     .row = "metal",
		     .confidence = VW_CERTAIN},
	.layer_count = 2,
	.layer = sample_metal_layers,
	.dimension =
		{
			[VW_CPU_MEMORY] = {VW_CLASS_H, NULL, {0, NULL}},
			[VW_NETWORK] = {VW_CLASS_H, "eno1 (igb 8086:1521)", {0, NULL}},
			[VW_LOCAL_STORAGE] = {VW_CLASS_H, "sda (ahci)", {0, NULL}},
			[VW_REMOTE_STORAGE] = {VW_CLASS_NONE, NULL, {0, NULL}},
			[VW_INTERRUPTS_TIMERS] = {VW_CLASS_H, NULL, {0, NULL}},
			[VW_MOTHERBOARD_BOOT] = {VW_CLASS_H, NULL, {0, NULL}},
		},
	.nested = {VW_YES, "svm", 0, NULL, "usable", NULL, false},
};

/* Strings of an enemy: control sequences, direction marks, no UTF-8, and a word longer than any line. */
#define HOSTILE_TEXT                                \
	"\033[2J\033]0;owned\a\xe2\x80\xae\xc2\x9b" \
	"31mred\xef\xbb\xbf\n"
#define HOSTILE_LONG                                                                                         \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xx"                                                                                                 \
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" \
	"yy"
#define HOSTILE_BYTES "caf\xe9 \xf0\x9f \xc0\x9b[31m"

static const struct vw_unread sample_hostile_unread[] = {{HOSTILE_TEXT, HOSTILE_LONG}};
static const struct vw_facts sample_hostile_facts = {
	.snapshot = true,
	.path = HOSTILE_TEXT,
	.captured = HOSTILE_TEXT,
	.unread_count = 1,
	.unread = sample_hostile_unread,
};
static const struct vw_layer sample_hostile_layers[] = {
	{0, "xen-pv", HOSTILE_LONG, VW_DECLARED},
	{1, "xen-pv", HOSTILE_TEXT, VW_DECLARED},
	{2, "kvm", HOSTILE_BYTES, VW_DECLARED},
	{3, "kvm", "", VW_INFERRED},
	{4, "kvm", NULL, VW_INFERRED},
	{2147483647, "linux", HOSTILE_TEXT, VW_OBSERVED},
	{2147483647, "lxc", NULL, VW_OBSERVED},
};
static const char *const sample_hostile_supports[] = {HOSTILE_TEXT, HOSTILE_LONG, ""};
static const struct vw_evidence sample_hostile_evidence[] = {
	{HOSTILE_LONG, HOSTILE_TEXT, HOSTILE_BYTES, 3, sample_hostile_supports, VW_WEAK, HOSTILE_LONG}};
static const struct vw_device sample_hostile_devices[] = {
	{HOSTILE_TEXT, HOSTILE_LONG, HOSTILE_LONG, NULL, HOSTILE_BYTES, NULL, HOSTILE_TEXT, VW_CLASS_VS}};
static const struct vw_finding sample_hostile_findings[] = {
	{HOSTILE_LONG, VW_FAIL, VW_FATAL, HOSTILE_TEXT, HOSTILE_LONG, HOSTILE_TEXT, NULL, NULL}};
static const struct vw_conflict sample_hostile_conflicts[] = {{{7, 0}, HOSTILE_TEXT HOSTILE_LONG}};

static const struct vw_report sample_hostile = {
	.facts = &sample_hostile_facts,
	.platform =
		{
			.id = "kvm",
			.name = HOSTILE_TEXT,
			.hypervisor = "kvm",
			.cloud = {"aws", HOSTILE_LONG, HOSTILE_TEXT},
			.container = "lxc",
			.contained = VW_YES,
			.confidential = HOSTILE_TEXT,
			.confidence = VW_LIKELY,
		},
	.level = 5,
	.layer_count = 7,
	.layer = sample_hostile_layers,
	.dimension = {[VW_NETWORK] = {VW_CLASS_VS, HOSTILE_LONG, {0, NULL}}},
	.nested = {VW_NO, HOSTILE_TEXT, 3, sample_hostile_supports, HOSTILE_LONG, HOSTILE_TEXT, false},
	.device_count = 1,
	.device = sample_hostile_devices,
	.finding_count = 1,
	.finding = sample_hostile_findings,
	.evidence_count = 1,
	.evidence = sample_hostile_evidence,
	.conflict_count = 1,
	.conflict = sample_hostile_conflicts,
};

#endif
