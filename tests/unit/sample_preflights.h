/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_SAMPLE_PREFLIGHTS_H
#define VW_TESTS_UNIT_SAMPLE_PREFLIGHTS_H

/* What pre-flight found, made by hand, for the tests of what renders it. */

#include "export/preflight.h"

/* Each list has one element more than is counted, which must never be told. */

static const struct vw_boot_entry sample_entry = {.loader = "grub", .source = "/boot/grub/grub.cfg:120"};

static const struct vw_image_kernel sample_kernels[] = {
	{.release = "6.1.0-60-amd64"},
	{.release = "6.1.0-56-amd64",
	 .is_default = true,
	 .file = {.path = "/boot/vmlinuz-6.1.0-56-amd64", .arch = "x86_64"},
	 .initramfs.path = "/boot/initrd.img-6.1.0-56-amd64",
	 .entry = &sample_entry,
	 .cmdline = {VW_VALUE, "root=LABEL=root ro", "/boot/grub/grub.cfg:121"}},
	{.release = "6.1.0-40-amd64"},
	{.release = "6.1.0-50-amd64", .cmdline = {VW_MALFORMED, "not to be told", "x"}},
	{.release = "one-too-many"},
};

static const struct vw_unread sample_image_unread[] = {
	{"/etc/shadow", "EACCES"}, {"/boot/efi", "EIO"}, {"/one/too/many", "EMANY"}};

static const struct vw_image_facts sample_image = {
	.path = "/srv/image/",
	.os = {.name = {VW_VALUE, "Debian GNU/Linux 12 (bookworm)", "/etc/os-release"},
	       .id = {VW_VALUE, "debian", "/etc/os-release"},
	       .version_id = {VW_VALUE, "12", "/etc/os-release"},
	       .arch = {VW_VALUE, "x86_64", "/bin/sh"}},
	.kernel_count = 4,
	.kernel = sample_kernels,
	.unread_count = 2,
	.unread = sample_image_unread,
};

/* Each status with each severity, of the kernel that decides and of one that does not. */
#define SAMPLE_FOUND(id, status, severity, kernel, decides)       \
	{                                                         \
		{id,                                              \
		 status,                                          \
		 severity,                                        \
		 "subject of " id,                                \
		 "message of " id,                                \
		 "remedy of " id,                                 \
		 "/etc/" id ":7: evidence",                       \
		 "https://example.org/" id},                      \
			VW_NITRO, kernel, decides, VW_BREAKS_BOOT \
	}
#define SAMPLE_SEVERITIES(id, status, kernel, decides)                      \
	SAMPLE_FOUND(id "1", status, VW_ADVICE, kernel, decides),           \
		SAMPLE_FOUND(id "2", status, VW_DEGRADED, kernel, decides), \
		SAMPLE_FOUND(id "3", status, VW_FATAL, kernel, decides)
#define SAMPLE_STATUSES(id, kernel, decides)                         \
	SAMPLE_SEVERITIES(id "P", VW_PASS, kernel, decides),         \
		SAMPLE_SEVERITIES(id "F", VW_FAIL, kernel, decides), \
		SAMPLE_SEVERITIES(id "W", VW_WARN, kernel, decides), \
		SAMPLE_SEVERITIES(id "S", VW_SKIP, kernel, decides), \
		SAMPLE_SEVERITIES(id "U", VW_STATUS_UNKNOWN, kernel, decides)

static const struct vw_image_finding sample_found[] = {
	SAMPLE_STATUSES("DEC", "6.1.0-56-amd64", true),
	SAMPLE_STATUSES("OTH", "6.1.0-50-amd64", false),
	{{"NET001", VW_FAIL, VW_FATAL, "eth0", "eth0 is bound to a MAC address", NULL, NULL, NULL},
	 VW_XEN_HVM,
	 NULL,
	 true,
	 VW_BREAKS_REACH},
	{{"NET002", VW_FAIL, VW_DEGRADED, "", "the subject is empty", NULL, "no file", NULL},
	 VW_XEN_HVM,
	 NULL,
	 true,
	 VW_BREAKS_REACH},
	{{"NET003", VW_PASS, VW_FATAL, NULL, "there is no subject", NULL, NULL, NULL},
	 VW_XEN_HVM,
	 NULL,
	 true,
	 VW_BREAKS_REACH},
	{{"KRN001", VW_WARN, VW_ADVICE, "x", "seen in /boot/x", "", "/boot/x", NULL},
	 VW_XEN_HVM,
	 "6.1.0-60-amd64",
	 false,
	 VW_BREAKS_REACH},
	{{"KRN002", VW_PASS, VW_FATAL, "x", "passes", NULL, NULL, NULL},
	 VW_KVM,
	 "6.1.0-60-amd64",
	 false,
	 VW_BREAKS_BOOT},
	{{"KRN003", VW_PASS, VW_FATAL, "x", "nothing against it", NULL, NULL, NULL},
	 VW_KVM,
	 "6.1.0-40-amd64",
	 false,
	 VW_BREAKS_BOOT},
	{{"ONE001", VW_FAIL, VW_FATAL, "x", "one too many", NULL, NULL, NULL},
	 VW_NITRO,
	 "one-too-many",
	 false,
	 VW_BREAKS_BOOT},
};

static const struct vw_target_verdict sample_verdicts[] = {
	{.target = VW_NITRO,
	 .status = VW_FAIL,
	 .fatal = 1,
	 .degraded = 2,
	 .advice = 3,
	 .unknown = 4,
	 .passed = 5},
	{.target = VW_XEN_HVM, .status = VW_FAIL, .fatal = 1, .passed = 1},
	{.target = VW_KVM, .status = VW_PASS},
	{.target = VW_GCP, .status = VW_STATUS_UNKNOWN, .unknown = 6},
	{.target = VW_AZURE, .status = VW_PASS, .passed = 7},
};

static const struct vw_preflight sample_preflight = {
	.image = &sample_image,
	.fail_on = VW_DEGRADED,
	.status = VW_FAIL,
	.target_count = 4,
	.target = sample_verdicts,
	.finding_count = sizeof(sample_found) / sizeof(sample_found[0]) - 1,
	.finding = sample_found,
};

/* Nothing was found, not even what the image is. */
static const struct vw_image_facts sample_no_image = {.path = "nowhere"};
static const struct vw_target_verdict sample_no_verdict[] = {
	{.target = VW_XEN_PV, .status = VW_STATUS_UNKNOWN}};
static const struct vw_preflight sample_no_preflight = {
	.image = &sample_no_image,
	.fail_on = VW_FATAL,
	.status = VW_STATUS_UNKNOWN,
	.target_count = 1,
	.target = sample_no_verdict,
};

/* All that means something to one of the formats. */
#define SAMPLE_ODD                                                                                         \
	"%25 a::b,c:d #e \\f \"g\" 'h' <i> &j;\r\n\tk \x01\x1b\x1f\x7f \xc3\xa9 \xef\xbf\xbe\xef\xbf\xbd " \
	"]]> --- ... \xe2\x80\xae"

static const struct vw_image_kernel sample_odd_kernels[] = {
	{.release = "6.1" SAMPLE_ODD, .is_default = true}};
static const struct vw_image_facts sample_odd_image = {
	.path = "/srv/o%d:d,\n//",
	.os = {.name = {VW_VALUE, SAMPLE_ODD, "x"}, .arch = {VW_VALUE, SAMPLE_ODD, "x"}},
	.kernel_count = 1,
	.kernel = sample_odd_kernels,
};
static const struct vw_image_finding sample_odd_found[] = {
	{{"ODD001", VW_FAIL, VW_FATAL, SAMPLE_ODD, SAMPLE_ODD, SAMPLE_ODD, "/etc/" SAMPLE_ODD, SAMPLE_ODD},
	 VW_NITRO,
	 "6.1" SAMPLE_ODD,
	 true,
	 VW_BREAKS_BOOT},
	{{"ODD002", VW_STATUS_UNKNOWN, VW_FATAL, SAMPLE_ODD, SAMPLE_ODD, SAMPLE_ODD, "/a b%/\xc3\xa9,x:12: y",
	  SAMPLE_ODD},
	 VW_NITRO,
	 NULL,
	 true,
	 VW_BREAKS_BOOT},
	{{"ODD003", VW_PASS, VW_FATAL, SAMPLE_ODD, SAMPLE_ODD, NULL, SAMPLE_ODD, NULL},
	 VW_NITRO,
	 NULL,
	 true,
	 VW_BREAKS_BOOT},
	{{"ODD004", VW_SKIP, VW_FATAL, SAMPLE_ODD, SAMPLE_ODD, NULL, NULL, NULL},
	 VW_NITRO,
	 NULL,
	 true,
	 VW_BREAKS_BOOT},
};
static const struct vw_target_verdict sample_odd_verdict[] = {
	{.target = VW_NITRO, .status = VW_FAIL, .fatal = 1}};
static const struct vw_preflight sample_odd_preflight = {
	.image = &sample_odd_image,
	.fail_on = VW_FATAL,
	.status = VW_FAIL,
	.target_count = 1,
	.target = sample_odd_verdict,
	.finding_count = 4,
	.finding = sample_odd_found,
};

#endif
