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
