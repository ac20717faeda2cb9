/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "detect/check/check.h"
#include "detect/know/ena.h"

/* The ENA driver: of a kernel in an image, and of the running one. */

VW_CHECKS_OF(ena);

#define TOO_OLD "it does not attach on Nitro v5 and later, and is slow on v4"

enum age { AGE_UNKNOWN, AGE_NOT_ATTACHING, AGE_OLD, AGE_CURRENT };

struct judgement {
	enum age age;
	bool by_kernel; /* the kernel's release tells, not the driver's version */
};

/* Linux' own driver called itself "2.1.0K" whatever a distribution had added, and tells no version since
 * Linux 5.8. */
static bool is_linux_own(const char *version)
{
	return !version || vwb_text_ends(version, "K");
}

static bool has_number(const char *version)
{
	return strpbrk(version, "0123456789");
}

static enum age age_of_kernel(const char *release)
{
	if (!release || !has_number(release))
		return AGE_UNKNOWN;
	if (vwb_version_compare_numbers(release, VWK_ENA_LINUX) >= 0)
		return AGE_CURRENT;
	for (const struct vwk_ena_kernel *row = vwk_ena_kernels; row->series; row++)
		if (vwb_text_starts(release, row->series) && strstr(release, row->mark))
			return vwb_version_compare_numbers(release, row->floor) < 0 ? AGE_OLD : AGE_CURRENT;
	return AGE_UNKNOWN;
}

/* Either text may be NULL. */
static struct judgement judge_ena(const char *version, const char *release)
{
	struct judgement judgement = {AGE_UNKNOWN, is_linux_own(version)};

	if (version && !has_number(version))
		return judgement;
	if (version && vwb_version_compare_numbers(version, VWK_ENA_ATTACHES) < 0)
		return (struct judgement){AGE_NOT_ATTACHING, false};
	if (judgement.by_kernel)
		judgement.age = age_of_kernel(release);
	if (version && vwb_version_compare_numbers(version, VWK_ENA_CURRENT) >= 0)
		judgement.age = AGE_CURRENT;
	else if (!judgement.by_kernel)
		judgement.age = AGE_OLD;
	return judgement;
}

static void ena_is_new(struct vw_assessment *a)
{
	const struct vw_module *module = vw_image_module(&a->kernel->modules, "ena");
	const char *version = module && module->info.state == VW_VALUE ? module->info.version : NULL;
	const char *path = version ? module->path : NULL, *release = a->kernel->release;
	enum vw_driver_state state = vw_image_driver(a->kernel, "ena");
	struct judgement judgement = judge_ena(version, release);

	if (state == VW_DRIVER_ABSENT || state == VW_DRIVER_UNKNOWN)
		vw_say(a, VW_SKIP, a->severity, "ena", NULL, "kernel %s: ENA001 tells of its driver",
		       release);
	else if (judgement.age == AGE_NOT_ATTACHING)
		vw_say(a, VW_FAIL, VW_FATAL, "ena", path,
		       "ena %s of kernel %s is older than " VWK_ENA_ATTACHES
		       ": interfaces of current instances do not attach",
		       version, release);
	else if (judgement.age == AGE_OLD && judgement.by_kernel)
		vw_say(a, VW_FAIL, VW_ADVICE, "ena", path, "kernel %s has an old driver of ENA: " TOO_OLD,
		       release);
	else if (judgement.age == AGE_OLD)
		vw_say(a, VW_FAIL, VW_ADVICE, "ena", path,
		       "ena %s of kernel %s is older than " VWK_ENA_CURRENT ": " TOO_OLD, version, release);
	else if (judgement.age == AGE_UNKNOWN)
		vw_say(a, VW_STATUS_UNKNOWN, VW_ADVICE, "ena", path,
		       "whether the ENA driver of kernel %s knows the newest instances is not known",
		       release);
	else if (version)
		vw_say_passed(a, path, "ena %s of kernel %s is new enough", version, release);
	else
		vw_say_passed(a, NULL, "the ENA driver of kernel %s is new enough", release);
}

VW_CHECK(ENA002, VW_ON_NVME, VW_FATAL, VW_BREAKS_REACH, "the ENA driver is new enough",
	 "update the kernel, or its ena module",
	 "https://github.com/amzn/amzn-drivers/blob/master/kernel/linux/ena/"
	 "ENA_Linux_Best_Practices.rst",
	 VW_EACH_KERNEL, .assess = ena_is_new);

static const struct vw_module *extra(const struct vw_module_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->extra_count; i++)
		if (vwb_text_equal(tree->extra[i].name, name))
			return &tree->extra[i];
	return NULL;
}

static const char *dkms_ena(const struct vw_image_facts *image)
{
	for (size_t i = 0; image->dkms.state == VW_VALUE && i < image->dkms.count; i++)
		if (vwb_text_starts(image->dkms.name[i], "ena/") ||
		    vwb_text_starts(image->dkms.name[i], "amzn-drivers/"))
			return image->dkms.name[i];
	return NULL;
}

static void ena_is_built(struct vw_assessment *a)
{
	const struct vw_module *module = extra(&a->kernel->modules, "ena");
	const char *dkms = dkms_ena(a->image);
	bool there = vw_image_driver(a->kernel, "ena") == VW_DRIVER_MODULE ||
		     vw_image_driver(a->kernel, "ena") == VW_DRIVER_BUILTIN;

	if (module && module->info.state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "ena", module->path, "%s %s", module->path,
		       vw_state_reason(module->info.state));
	else if (module && module->info.vermagic && !strstr(module->path, "weak-updates/") &&
		 !vw_module_made_for(&module->info, a->kernel->release))
		vw_say(a, VW_FAIL, a->severity, "ena", module->path,
		       "%s hides the kernel's own driver and is made for another kernel: %s", module->path,
		       module->info.vermagic);
	else if (!module && dkms && !there)
		vw_say(a, VW_FAIL, a->severity, "ena", a->image->dkms.source,
		       "%s was not built for kernel %s, which has no ENA driver of its own", dkms,
		       a->kernel->release);
	else if (!module && dkms)
		vw_say(a, VW_FAIL, VW_DEGRADED, "ena", a->image->dkms.source,
		       "%s was not built for kernel %s, which would use its own ENA driver", dkms,
		       a->kernel->release);
	vw_say_passed(a, module ? module->path : NULL,
		      module ? "%s is made for kernel %s" : "%s of kernel %s is its own",
		      module ? module->path : "the ENA driver", a->kernel->release);
}

VW_CHECK(ENA003, VW_ON_NVME, VW_FATAL, VW_BREAKS_REACH,
	 "an ENA driver from elsewhere is built for this kernel", "dkms autoinstall -k {kernel}",
	 "https://github.com/amzn/amzn-drivers/blob/master/kernel/linux/ena/README.rst", VW_EACH_KERNEL,
	 .assess = ena_is_built);

static void judge_interface(struct vw_assessment *a, const struct vw_class_device *device)
{
	const struct vw_text *fact = &a->facts->kernel.release;
	const char *release = fact->state == VW_VALUE ? fact->text : NULL, *version = device->version;
	struct judgement judgement = judge_ena(version, release);
	const char *source = judgement.by_kernel ? fact->source : "/sys/module/ena/version";

	a->remedy = a->check->word.remedy;
	if (judgement.age == AGE_NOT_ATTACHING)
		vw_say(a, VW_FAIL, VW_FATAL, device->name, source,
		       "ena %s is older than " VWK_ENA_ATTACHES
		       ": interfaces of current instances do not attach",
		       version);
	else if (judgement.age == AGE_OLD && judgement.by_kernel)
		vw_say(a, VW_FAIL, VW_ADVICE, device->name, source,
		       "Linux %s has an old driver of ENA: " TOO_OLD, release);
	else if (judgement.age == AGE_OLD)
		vw_say(a, VW_FAIL, VW_ADVICE, device->name, source,
		       "ena %s is older than " VWK_ENA_CURRENT ": " TOO_OLD, version);
	else
		vw_say(a, judgement.age == AGE_CURRENT ? VW_PASS : VW_STATUS_UNKNOWN,
		       judgement.age == AGE_CURRENT ? VW_DEGRADED : VW_ADVICE, device->name, source,
		       judgement.age == AGE_CURRENT
			       ? "ena%s%s of Linux %s"
			       : "whether ena%s%s of Linux %s knows newer devices is not known",
		       version ? " " : "", version ? version : "", release ? release : "?");
}

static void running_ena_is_new(struct vw_assessment *a)
{
	const struct vw_device_list *net = &a->facts->devices.net;

	for (size_t i = 0; i < net->count; i++)
		if (vwb_text_equal(net->item[i].driver, "ena"))
			judge_interface(a, &net->item[i]);
}

VW_CHECK(DRV005, 0, VW_FATAL, VW_BREAKS_REACH, "ENA's driver knows the devices of newer instances",
	 "update the kernel, or install the driver of amzn-drivers",
	 "amzn-drivers, kernel/linux/ena/ENA_Linux_Best_Practices.rst", .assess = running_ena_is_new);
