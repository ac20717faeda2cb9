/* SPDX-License-Identifier: MIT */
#include "detect/checks_live.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What this guest needs, held against its report: the table, and the checks that are not of devices' drivers.
 */

bool vw_live_wide(const struct vw_build *build)
{
	return build->facts->clock.current.state != VW_NOT_PROBED;
}

const struct vw_row *vw_live_board(const struct vw_build *build)
{
	return build->row->below & VW_FROM_BOARD ? build->lower : build->row;
}

bool vw_live_given_away(const char *driver)
{
	return driver && vw_has_word("vfio-pci pciback xen-pciback pci-stub uio_pci_generic igb_uio", driver);
}

void vw_live_say(struct vw_build *build, const struct vw_check *check, enum vw_status status,
		 enum vw_severity severity, const struct vw_about *about, const char *format, ...)
{
	struct vw_report *report = build->report;
	char message[512];
	va_list arguments;

	if (report->finding_count == build->finding_room ||
	    (status == VW_STATUS_UNKNOWN && !vw_live_wide(build)))
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	build->finding[report->finding_count++] = (struct vw_finding){
		.id = check->word.id,
		.status = status,
		.severity = severity,
		.subject = about->subject,
		.message = vw_arena_string(build->arena, message),
		.remedy = about->remedy,
		.evidence = about->evidence,
		.reference = check->word.reference,
	};
}

/* --- ENA's version ---------------------------------------------------------------------------------------
 */

enum { PARTS = 8, PART_MAX = 100000000 };

/* The numbers of a version or release, in their order: "4.18.0-240.1.1.el8_3" is 4 18 0 240 1 1. Returns how
 * many; what begins with a letter ends it. */
static size_t parts_of(const char *text, unsigned long part[PARTS])
{
	size_t count = 0;

	while (text && count < PARTS && *text >= '0' && *text <= '9') {
		unsigned long number = 0;

		for (; *text >= '0' && *text <= '9'; text++)
			number = number < PART_MAX ? number * 10 + (unsigned long)(*text - '0') : number;
		part[count++] = number;
		text = *text == '.' || *text == '-' ? text + 1 : NULL;
	}
	return count;
}

static bool at_least(const char *version, const char *floor)
{
	unsigned long have[PARTS] = {0}, want[PARTS] = {0};

	parts_of(version, have);
	parts_of(floor, want);
	for (size_t i = 0; i < PARTS; i++)
		if (have[i] != want[i])
			return have[i] > want[i];
	return true;
}

/*
 * The first kernels of distributions whose own ENA driver knows devices of the third version.
 * Source: amzn-drivers, kernel/linux/ena/ENA_Linux_Best_Practices.rst. The driver of Linux 5.10 has it too.
 */
static const struct {
	const char *series, *mark, *floor;
} ena_kernels[] = {
	{"4.14.", "amzn", "4.14.186"},
	{"4.18.0-", ".el8", "4.18.0-240.1.1"},
	{"5.4.0-", "-aws", "5.4.0-1025"},
	{"4.12.14-95.", "-", "4.12.14-95.99.3"},
	{"4.12.14-122.", "-", "4.12.14-122.116.1"},
	{"4.12.14-150000.", "-", "4.12.14-150000.150.92.2"},
	{"4.12.14-150100.", "-", "4.12.14-150100.197.114.2"},
	{"5.3.18-24.", "-", "5.3.18-24.15.1"},
};

enum age { AGE_UNKNOWN, AGE_OLD, AGE_GOOD };

static enum age age_by_kernel(const char *release)
{
	unsigned long part[PARTS] = {0};

	if (!release || !parts_of(release, part))
		return AGE_UNKNOWN;
	if (at_least(release, "5.10"))
		return AGE_GOOD;
	for (size_t i = 0; i < VW_COUNT(ena_kernels); i++)
		if (vw_starts_with(release, ena_kernels[i].series) && strstr(release, ena_kernels[i].mark))
			return at_least(release, ena_kernels[i].floor) ? AGE_GOOD : AGE_OLD;
	return AGE_UNKNOWN;
}

/* The kernel's own driver called itself "2.1.0K", and has no version since Linux 5.8: what it knows is told
 * by the kernel's release. */
static void judge_ena(struct vw_build *build, const struct vw_check *check,
		      const struct vw_class_device *device)
{
	const struct vw_text *fact = &build->facts->kernel.release;
	const char *release = fact->state == VW_VALUE ? fact->text : NULL;
	bool own = !device->version || vw_ends_with(device->version, "K");
	struct vw_about about = {.subject = device->name,
				 .evidence = own ? fact->source : "/sys/module/ena/version"};
	enum age age = AGE_UNKNOWN;

	if (own)
		age = age_by_kernel(release);
	if (device->version && age == AGE_UNKNOWN)
		age = at_least(device->version, "2.2.9") ? AGE_GOOD : own ? AGE_UNKNOWN : AGE_OLD;
	if (device->version && !at_least(device->version, "1.2")) {
		about.remedy = check->word.remedy;
		vw_live_say(build, check, VW_FAIL, VW_FATAL, &about,
			    "ena %s: instances of the sixth generation and later cannot attach to it",
			    device->version);
	} else if (age == AGE_GOOD) {
		vw_live_say(build, check, VW_PASS, VW_DEGRADED, &about, "ena%s%s of Linux %s",
			    device->version ? " " : "", device->version ? device->version : "",
			    release ? release : "?");
	} else if (age == AGE_OLD) {
		about.remedy = check->word.remedy;
		vw_live_say(build, check, VW_FAIL, VW_DEGRADED, &about,
			    "ena %s is older than 2.2.9: slow on instances of the sixth generation and later",
			    device->version && !own ? device->version : release);
	} else {
		about.remedy = check->word.remedy;
		vw_live_say(build, check, VW_STATUS_UNKNOWN, VW_ADVICE, &about,
			    "whether ena%s%s of Linux %s knows newer devices is not known",
			    device->version ? " " : "", device->version ? device->version : "",
			    release ? release : "?");
	}
}

static void check_ena_version(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_device_list *net = &build->facts->devices.net;

	for (size_t i = 0; i < net->count; i++)
		if (vw_equal(net->item[i].driver, "ena"))
			judge_ena(build, check, &net->item[i]);
}

/* --- NVMe disks of EC2 -----------------------------------------------------------------------------------
 */

enum {
	BYTE_SECONDS = 254, /* the most that the parameter held before Linux 4.15, or one less, as AWS says */
};

/* What the kernel makes of 4294967295, in seconds or milliseconds, differs by its tick: it ends within this.
 */
static const uint64_t longest_ms = UINT64_C(4294960000), longest_seconds = UINT64_C(4294967);

static void judge_timeout(struct vw_build *build, const struct vw_check *check,
			  const struct vw_class_device *disk)
{
	const struct vw_number *parameter = &build->facts->devices.nvme_timeout;
	bool by_disk = disk->io_timeout.state == VW_VALUE;
	const struct vw_number *fact = by_disk ? &disk->io_timeout : parameter;
	const struct vw_text *release = &build->facts->kernel.release;
	struct vw_about about = {.subject = disk->name, .evidence = fact->source};
	uint64_t seconds = by_disk ? fact->value / 1000 : fact->value;
	bool old = release->state == VW_VALUE && !at_least(release->text, "4.15");

	if (disk->io_timeout.state == VW_NOT_PROBED)
		return;
	if (fact->state != VW_VALUE) {
		about.evidence = disk->io_timeout.source;
		vw_live_say(build, check, VW_STATUS_UNKNOWN, VW_DEGRADED, &about,
			    disk->io_timeout.state == VW_ABSENT && parameter->state == VW_ABSENT
				    ? "how long a request may take is not told: neither the disk nor "
				      "nvme_core has a setting"
				    : "how long a request may take could not be read");
	} else if ((by_disk ? fact->value >= longest_ms : seconds >= longest_seconds) ||
		   (old && seconds >= BYTE_SECONDS)) {
		vw_live_say(build, check, VW_PASS, VW_DEGRADED, &about,
			    "a request may take as long as the kernel can wait");
	} else {
		about.remedy = check->word.remedy;
		vw_live_say(build, check, VW_FAIL, VW_DEGRADED, &about,
			    "a request fails after %llu seconds: a pause of the volume becomes an I/O error",
			    (unsigned long long)seconds);
	}
}

static void check_timeout(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_device_list *block = &build->facts->devices.block;

	for (size_t i = 0; i < block->count; i++)
		if (vw_starts_with(block->item[i].model, "Amazon Elastic Block Store"))
			judge_timeout(build, check, &block->item[i]);
}

static void check_disk_model(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_device_list *block = &build->facts->devices.block;

	for (size_t i = 0; i < block->count; i++) {
		const struct vw_class_device *disk = &block->item[i];
		struct vw_about about = {.subject = disk->name, .evidence = disk->model};

		if (vw_starts_with(disk->model, "Amazon Elastic Block Store"))
			vw_live_say(build, check, VW_PASS, VW_ADVICE, &about,
				    "an EBS volume: over the network, outlives the instance");
		else if (vw_starts_with(disk->model, "Amazon EC2 NVMe Instance Storage"))
			vw_live_say(build, check, VW_PASS, VW_ADVICE, &about,
				    "instance store: in the host, lost when the instance stops");
	}
}

/* --- clocksource -----------------------------------------------------------------------------------------
 */

static const char *const clocks_slow[] = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"};
/* The best first. Sources: Linux Documentation/virt/kvm/x86/timekeeping.rst, arch/x86/kernel/kvmclock.c,
 * drivers/clocksource/hyperv_timer.c; AWS knowledge centre, "manage Linux clock source". */
static const char *const clocks_good[] = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "xen"};

static bool is_slow(const char *clock)
{
	for (size_t i = 0; i < VW_COUNT(clocks_slow); i++)
		if (vw_equal(clocks_slow[i], clock))
			return true;
	return false;
}

static const char *better_clock(const struct vw_clock_facts *clock)
{
	for (size_t i = 0; clock->available.state == VW_VALUE && i < VW_COUNT(clocks_good); i++)
		if (vw_has_word(clock->available.text, clocks_good[i]))
			return clocks_good[i];
	return NULL;
}

static const char *clock_remedy(struct vw_build *build, const char *better)
{
	return vw_arena_printf(
		build->arena,
		"echo %s >/sys/devices/system/clocksource/clocksource0/current_clocksource, and "
		"clocksource=%s on the kernel's command line",
		better, better);
}

/* In a PV guest the instruction may be emulated, so that Xen's clock is the right one there. */
static bool xen_with_tsc(const struct vw_build *build, const struct vw_clock_facts *clock)
{
	return vw_equal(clock->current.text, "xen") && !vw_equal(build->row->mode, "pv") &&
	       !vw_equal(build->row->mode, "dom0") && clock->available.state == VW_VALUE &&
	       vw_has_word(clock->available.text, "tsc");
}

static void check_clock(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_clock_facts *clock = &build->facts->clock;
	struct vw_about about = {.subject = "clocksource", .evidence = clock->current.source};
	/* Under full emulation each clock is slow, and a counter that runs evenly is not to be had. */
	enum vw_severity severity = vw_has_word("qemu-tcg bochs", build->row->id) ? VW_ADVICE : VW_DEGRADED;
	const char *better = better_clock(clock);

	if (clock->current.state == VW_NOT_PROBED || clock->current.state == VW_ABSENT)
		return;
	if (clock->current.state != VW_VALUE) {
		vw_live_say(build, check, VW_STATUS_UNKNOWN, VW_DEGRADED, &about, "it could not be read");
	} else if (is_slow(clock->current.text)) {
		about.remedy = better ? clock_remedy(build, better) : check->word.remedy;
		vw_live_say(build, check, VW_FAIL, severity, &about,
			    "%s: each reading of the time is slow%s%s", clock->current.text,
			    better ? ", and there is " : "", better ? better : "");
	} else if (xen_with_tsc(build, clock)) {
		about.remedy = clock_remedy(build, "tsc");
		vw_live_say(build, check, VW_FAIL, VW_ADVICE, &about,
			    "xen: slower to read than tsc, which is there");
	} else {
		vw_live_say(build, check, VW_PASS, severity, &about, "%s", clock->current.text);
	}
}

/* --- emulation, and guests of its own --------------------------------------------------------------------
 */

static void check_emulation(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_row *row = build->row;
	struct vw_about about = {.subject = "processor", .remedy = check->word.remedy};

	if (vw_has_word("qemu-tcg bochs", row->id))
		vw_live_say(build, check, VW_FAIL, VW_DEGRADED, &about,
			    "%s: slow emulation of each instruction", row->name);
	else if (vw_equal(row->id, "qemu"))
		vw_live_say(build, check, VW_STATUS_UNKNOWN, VW_DEGRADED, &about,
			    "whether QEMU uses the processor's virtualization or emulates it is not told");
	else if (vw_equal(row->hypervisor, "kvm"))
		vw_live_say(build, check, VW_PASS, VW_DEGRADED, &(struct vw_about){.subject = "processor"},
			    "KVM runs the instructions on the processor");
}

static const char *nested_remedy(const struct vw_build *build, const struct vw_check *check)
{
	const struct vw_nested *nested = &build->report->nested;

	if (nested->hint)
		return nested->hint_is_reason ? NULL : nested->hint;
	return vw_equal(nested->kvm, "denied") ? check->word.remedy : NULL;
}

static void check_nested(struct vw_build *build, const struct vw_check *check)
{
	const struct vw_nested *nested = &build->report->nested;
	struct vw_about about = {.subject = "guests of its own",
				 .evidence = nested->extension,
				 .remedy = nested_remedy(build, check)};
	const char *reason = nested->hint_is_reason ? nested->hint : NULL;
	const char *colon = reason ? ": " : "";

	if (!vw_live_wide(build) || vw_equal(build->row->id, "unknown"))
		return;
	if (nested->can_host == VW_UNKNOWN)
		vw_live_say(build, check, VW_STATUS_UNKNOWN, VW_ADVICE, &about,
			    "whether this system can host guests is not known%s%s", colon,
			    reason ? reason : "");
	else if (nested->can_host == VW_NO)
		vw_live_say(build, check, VW_FAIL, VW_ADVICE, &about, "this system cannot host guests%s%s",
			    colon, reason ? reason : "");
	else if (nested->hint)
		vw_live_say(build, check, VW_FAIL, VW_ADVICE, &about,
			    "this system could host guests, and is not ready");
	else
		vw_live_say(build, check, VW_PASS, VW_ADVICE,
			    &(struct vw_about){.subject = about.subject, .evidence = about.evidence},
			    "this system can host guests");
}

/* --- the table -------------------------------------------------------------------------------------------
 */

static const struct vw_check checks[] = {
	{
		.word = {"DRV001", "Each network device has the driver that it needs", 0, VW_FATAL,
			 "Linux Documentation/ABI/testing/sysfs-bus-pci",
			 "load the driver's module, or install the package that has it"},
		.live = vw_live_network_bound,
	},
	{
		.word = {"DRV002", "Each storage device has the driver that it needs", 0, VW_FATAL,
			 "Linux Documentation/ABI/testing/sysfs-bus-pci",
			 "load the driver's module, or install the package that has it"},
		.live = vw_live_storage_bound,
	},
	{
		.word = {"DRV003", "No network device is emulated in software where a better one can be had",
			 0, VW_DEGRADED,
			 "QEMU docs/system/devices/net.rst; Xen docs/misc/hvm-emulated-unplug.pandoc",
			 "let the hypervisor give a paravirtual device, and load its driver"},
		.live = vw_live_network_emulated,
	},
	{
		.word = {"DRV004", "No disk is emulated in software where a better one can be had", 0,
			 VW_DEGRADED, "QEMU docs/system/devices; Xen docs/misc/hvm-emulated-unplug.pandoc",
			 "let the hypervisor give a paravirtual device, and load its driver"},
		.live = vw_live_storage_emulated,
	},
	{
		.word = {"DRV005", "ENA's driver knows the devices of newer instances", 0, VW_FATAL,
			 "amzn-drivers, kernel/linux/ena/ENA_Linux_Best_Practices.rst",
			 "update the kernel, or install the driver of amzn-drivers"},
		.live = check_ena_version,
	},
	{
		.word = {"DRV006", "The kernel waits for EBS volumes as long as it can", 0, VW_DEGRADED,
			 "AWS, EBS User Guide, \"I/O operation timeout\"",
			 "nvme_core.io_timeout=4294967295 on the kernel's command line, or a udev rule that "
			 "sets "
			 "queue/io_timeout"},
		.live = check_timeout,
	},
	{
		.word = {"DRV007", "The clocksource is a fast one", 0, VW_DEGRADED,
			 "Linux Documentation/virt/kvm/x86/timekeeping.rst",
			 "let the host offer a clock: kvm-clock, Hyper-V's, or an invariant TSC"},
		.live = check_clock,
	},
	{
		.word = {"DRV008", "Which NVMe disks are EBS volumes, and which are instance store", 0,
			 VW_ADVICE, "AWS, EBS User Guide, \"Identify the EBS device\"",
			 "keep nothing in instance store that is in no other place"},
		.live = check_disk_model,
	},
	{
		.word = {"DRV009", "This system can host guests of its own", 0, VW_ADVICE,
			 "Linux Documentation/virt/kvm/x86/nested-vmx.rst; AWS, EC2 User Guide, \"Nested "
			 "virtualization\"",
			 "read /dev/kvm as root, or as a member of the group kvm"},
		.live = check_nested,
	},
	{
		.word = {"DRV010", "The processor's instructions are not emulated", 0, VW_DEGRADED,
			 "QEMU docs/system/introduction.rst, accelerators",
			 "start the guest with KVM (-accel kvm, or <domain type='kvm'>), on a host that has "
			 "/dev/kvm"},
		.live = check_emulation,
	},
	{
		.word = {"DRV011", "Xen's platform device is driven", 0, VW_DEGRADED,
			 "Linux drivers/xen/platform-pci.c",
			 "use a kernel with CONFIG_XEN_PVHVM, or load xen_platform_pci; boot without nopv"},
		.live = vw_live_xen_platform,
	},
	{
		.word = {"DRV012", "An instance on Nitro has ENA and NVMe devices", 0, VW_DEGRADED,
			 "AWS, EC2 User Guide, \"Instances built on the AWS Nitro System\"",
			 "stop the instance, set its enaSupport, and start it again"},
		.live = vw_live_nitro,
	},
};

const struct vw_check_table vw_live_checks = {checks, VW_COUNT(checks)};

int vw_check_live(struct vw_build *build)
{
	const struct vw_device_facts *devices = &build->facts->devices;
	size_t per_disk = 3, others = 16;

	build->finding_room = devices->pci_count * 2 + devices->virtio_count + devices->vmbus_count +
			      build->facts->xen.devices + build->report->device_count +
			      (devices->block.count + devices->net.count) * per_disk + others;
	build->finding = vw_arena_array(build->arena, build->finding_room, sizeof(*build->finding));
	if (!build->finding)
		return -ENOMEM;
	build->report->finding = build->finding;
	for (size_t i = 0; i < VW_COUNT(checks); i++)
		checks[i].live(build, &checks[i]);
	return vw_arena_failed(build->arena) ? -ENOMEM : 0;
}
