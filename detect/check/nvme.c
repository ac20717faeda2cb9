/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* NVMe disks of EC2: how long the kernel waits for them, and what they are. */

VW_CHECKS_OF(nvme);

static bool line_with(const struct vw_lines *lines, const char *word, const char **source)
{
	for (size_t i = 0; lines->state == VW_VALUE && i < lines->count; i++) {
		if (strstr(lines->line[i].text, word)) {
			*source = lines->line[i].source;
			return true;
		}
	}
	return false;
}

static bool option_rule(const struct vw_modprobe *modprobe, const char *module, const char *option,
			const char **source)
{
	for (size_t i = 0; modprobe->state == VW_VALUE && i < modprobe->count; i++) {
		const struct vw_modprobe_rule *rule = &modprobe->rule[i];

		if (vwb_text_equal(rule->kind, "options") && vwb_text_equal(rule->module, module) &&
		    strstr(rule->argument, option)) {
			*source = rule->source;
			return true;
		}
	}
	return false;
}

/* What AWS asks for where the parameter is a byte, before Linux 4.15; the default is 30. */
enum { LONG_SECONDS = 254 };

/* The parameter on the command line, by the name that this kernel has for it: nvme_core's since Linux 4.6,
 * which distributions brought into older ones. */
static bool timeout_on_cmdline(const struct vw_image_kernel *kernel, const char **name, const char **value,
			       size_t *length)
{
	*name = "nvme_core.io_timeout";
	if (vw_cmdline_value(kernel, *name, value, length))
		return true;
	*name = "nvme.io_timeout";
	return vw_cmdline_value(kernel, *name, value, length);
}

static bool is_long(const char *value, size_t length)
{
	unsigned long long seconds = 0;

	for (size_t i = 0; i < length; i++) {
		if (value[i] < '0' || value[i] > '9')
			return i > 0 && seconds >= LONG_SECONDS;
		seconds = seconds >= LONG_SECONDS ? seconds : seconds * 10 + (unsigned)(value[i] - '0');
	}
	return seconds >= LONG_SECONDS;
}

/* Source: EC2 User Guide, "NVMe I/O operation timeout"; amazon-ec2-utils, 70-ec2-nvme-devices.rules. Amazon
 * Linux' kernels have the long time-out by default. */
static void nvme_waits(struct vw_assessment *a)
{
	const char *name, *value = NULL, *source = NULL, *release = a->kernel->release;
	const char *cmdline = a->kernel->cmdline.source;
	size_t length = 0;
	bool amazon = a->image->os.id.state == VW_VALUE && vwb_text_equal(a->image->os.id.text, "amzn") &&
		      (strstr(release, ".amzn") != NULL);
	bool set = timeout_on_cmdline(a->kernel, &name, &value, &length);

	if (set && vwb_text_equal(name, "nvme.io_timeout") && vwb_text_ends(release, "-aws"))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, name, cmdline,
		       "kernel %s passes over nvme.io_timeout, and its own default is not known", release);
	else if (set && vwb_text_equal(name, "nvme.io_timeout") &&
		 vwb_version_compare_numbers(release, "4.6") >= 0)
		vw_say(a, VW_FAIL, a->severity, name, cmdline,
		       "kernel %s passes over nvme.io_timeout: it is called nvme_core.io_timeout since Linux "
		       "4.6",
		       release);
	else if (set && !is_long(value, length))
		vw_say(a, VW_FAIL, a->severity, name, cmdline,
		       "%s=%.*s is short: a longer pause of a volume becomes an I/O error", name, (int)length,
		       value);
	else if (set)
		vw_say_passed(a, cmdline, "the command line sets the time-out of NVMe: %.*s", (int)length,
			      value);
	else if (amazon)
		vw_say_passed(a, NULL, "Amazon's kernels wait long enough for NVMe by themselves");
	else if (line_with(&a->image->io_timeout, "io_timeout", &source) ||
		 option_rule(&a->kernel->initramfs.modprobe, "nvme_core", "io_timeout", &source))
		vw_say_passed(a, source, "%s sets the time-out of NVMe disks", source);
	else if (a->kernel->cmdline.state == VW_ABSENT && a->image->layout.state == VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, name, a->image->layout.text,
		       "what the command line of kernel %s will be is not known", release);
	else if (a->image->io_timeout.state != VW_VALUE && a->image->io_timeout.state != VW_ABSENT)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "io_timeout", NULL,
		       "whether a udev rule sets the time-out of NVMe disks is not known");
	else
		vw_say(a, VW_FAIL, a->severity, "nvme_core.io_timeout", a->kernel->cmdline.source,
		       "nothing sets the time-out of NVMe requests: after 30 s without an answer from EBS "
		       "the "
		       "kernel gives up the disk");
}

static const char *const set_cmdline[VW_FAMILIES] = {
	[VW_DEBIAN] = "add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
		      "update-grub",
	[VW_REDHAT] = "grubby --update-kernel=ALL --args=nvme_core.io_timeout=4294967295",
	[VW_SUSE] = "add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
		    "grub2-mkconfig -o /boot/grub2/grub.cfg",
	[VW_ALPINE] =
		"add nvme_core.io_timeout=4294967295 to default_kernel_opts in /etc/update-extlinux.conf, "
		"then: update-extlinux",
};

VW_CHECK(NVM003, VW_ON_NVME, VW_DEGRADED, VW_BREAKS_NOTHING,
	 "NVMe requests to EBS are waited for long enough",
	 "add nvme_core.io_timeout=4294967295 to the kernel's command line",
	 VW_EC2_GUIDE "timeout-nvme-ebs-volumes.html", VW_EACH_KERNEL, .remedies = set_cmdline,
	 .assess = nvme_waits);

enum {
	BYTE_SECONDS = 254, /* the most that the parameter held before Linux 4.15, or one less, as AWS says */
};

/* What the kernel makes of 4294967295, in seconds or milliseconds, differs by its tick: it ends within this.
 */
static const uint64_t longest_ms = UINT64_C(4294960000), longest_seconds = UINT64_C(4294967);

static void judge_timeout(struct vw_assessment *a, const struct vw_class_device *disk)
{
	const struct vw_number *parameter = &a->facts->devices.nvme_timeout;
	bool by_disk = disk->io_timeout.state == VW_VALUE;
	const struct vw_number *fact = by_disk ? &disk->io_timeout : parameter;
	const struct vw_text *release = &a->facts->kernel.release;
	uint64_t seconds = by_disk ? fact->value / 1000 : fact->value;
	bool old = release->state == VW_VALUE && vwb_version_compare_numbers(release->text, "4.15") < 0;

	if (disk->io_timeout.state == VW_NOT_PROBED)
		return;
	if (fact->state != VW_VALUE) {
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, disk->name, disk->io_timeout.source,
		       disk->io_timeout.state == VW_ABSENT && parameter->state == VW_ABSENT
			       ? "how long a request may take is not told: neither the disk nor "
				 "nvme_core has a setting"
			       : "how long a request may take could not be read");
	} else if ((by_disk ? fact->value >= longest_ms : seconds >= longest_seconds) ||
		   (old && seconds >= BYTE_SECONDS)) {
		vw_say(a, VW_PASS, VW_DEGRADED, disk->name, fact->source,
		       "a request may take as long as the kernel can wait");
	} else {
		vw_say(a, VW_FAIL, VW_DEGRADED, disk->name, fact->source,
		       "a request fails after %llu seconds: a pause of the volume becomes an I/O error",
		       (unsigned long long)seconds);
	}
}

static void timeout_is_long(struct vw_assessment *a)
{
	const struct vw_device_list *block = &a->facts->devices.block;

	for (size_t i = 0; i < block->count; i++)
		if (vwb_text_starts(block->item[i].model, "Amazon Elastic Block Store"))
			judge_timeout(a, &block->item[i]);
}

VW_CHECK(DRV006, 0, VW_DEGRADED, VW_BREAKS_NOTHING, "The kernel waits for EBS volumes as long as it can",
	 "nvme_core.io_timeout=4294967295 on the kernel's command line, or a udev rule that "
	 "sets "
	 "queue/io_timeout",
	 "AWS, EBS User Guide, \"I/O operation timeout\"", .assess = timeout_is_long);

static void disks_are_known(struct vw_assessment *a)
{
	const struct vw_device_list *block = &a->facts->devices.block;

	for (size_t i = 0; i < block->count; i++) {
		const struct vw_class_device *disk = &block->item[i];

		if (vwb_text_starts(disk->model, "Amazon Elastic Block Store"))
			vw_say(a, VW_PASS, VW_ADVICE, disk->name, disk->model,
			       "an EBS volume: over the network, outlives the instance");
		else if (vwb_text_starts(disk->model, "Amazon EC2 NVMe Instance Storage"))
			vw_say(a, VW_PASS, VW_ADVICE, disk->name, disk->model,
			       "instance store: in the host, lost when the instance stops");
	}
}

VW_CHECK(DRV008, 0, VW_ADVICE, VW_BREAKS_NOTHING,
	 "Which NVMe disks are EBS volumes, and which are instance store",
	 "keep nothing in instance store that is in no other place",
	 "AWS, EBS User Guide, \"Identify the EBS device\"", .assess = disks_are_known);
