/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

/* Whether a system can host guests of its own. */

VW_CHECKS_OF(hosting);

static void kvm_is_there(struct vw_assessment *a)
{
	bool arm = a->target & VW_ON_EC2_ARM64;
	static const char *const x86[] = {"kvm", "kvm_intel", NULL}, *const arm64[] = {"kvm", NULL};
	bool host = a->target == VW_NESTED_HOST;

	for (const char *const *driver = arm ? arm64 : x86; *driver; driver++) {
		enum vw_driver_state state = vw_image_driver(a->kernel, *driver);
		const struct vw_modprobe_rule *rule = vw_modprobe_blocks(&a->image->modprobe, *driver);

		a->remedy = rule && state == VW_DRIVER_MODULE ? "delete the line that names {subject}" : NULL;
		if (state == VW_DRIVER_ABSENT)
			vw_say(a, VW_FAIL, a->severity, *driver, a->kernel->modules.folder,
			       "kernel %s has no %s: it cannot host guests", a->kernel->release, *driver);
		else if (state == VW_DRIVER_UNKNOWN)
			vw_say(a, VW_STATUS_UNKNOWN, a->severity, *driver, a->kernel->modules.folder,
			       "whether kernel %s has %s is not known", a->kernel->release, *driver);
		else if (rule && state == VW_DRIVER_MODULE)
			vw_say(a, VW_FAIL, a->severity, *driver, rule->source, "%s forbids %s", rule->source,
			       *driver);
	}
	a->remedy = "delete nested=0 of {subject}";
	for (size_t i = 0; host && a->image->modprobe.state == VW_VALUE && i < a->image->modprobe.count;
	     i++) {
		const struct vw_modprobe_rule *rule = &a->image->modprobe.rule[i];

		if (vwb_text_equal(rule->kind, "options") && vwb_text_starts(rule->module, "kvm_") &&
		    (vwb_text_has_word(rule->argument, "nested=0") ||
		     vwb_text_has_word(rule->argument, "nested=N")))
			vw_say(a, VW_FAIL, VW_ADVICE, rule->module, rule->source,
			       "%s switches nesting off: guests of this host cannot be hosts", rule->source);
	}
	vw_say_passed(a, a->kernel->modules.folder, "kernel %s can host guests", a->kernel->release);
}

VW_CHECK(KVM001, VW_NESTED_HOST | VW_EC2_METAL | VW_EC2_METAL_ARM64, VW_FATAL, VW_BREAKS_HOSTING,
	 "the kernel can host guests", "install a kernel that has {subject}, and let modprobe.d allow it",
	 VW_EC2_GUIDE "amazon-ec2-nested-virtualization.html", VW_EACH_KERNEL,
	 .milder_on = VW_EC2_METAL | VW_EC2_METAL_ARM64, .milder = VW_ADVICE, .remedies = vw_install_driver,
	 .assess = kvm_is_there);

static void vhost_is_there(struct vw_assessment *a)
{
	static const char *const wanted[] = {"vhost_net", "tun", "vhost_vsock"};

	for (size_t i = 0; i < VW_COUNT(wanted); i++) {
		enum vw_driver_state state = vw_image_driver(a->kernel, wanted[i]);

		if (state == VW_DRIVER_ABSENT || state == VW_DRIVER_UNKNOWN)
			vw_say(a, state == VW_DRIVER_ABSENT ? VW_FAIL : VW_STATUS_UNKNOWN, a->severity,
			       wanted[i], a->kernel->modules.folder,
			       state == VW_DRIVER_ABSENT ? "kernel %s has no %s, which guests' networks use"
							 : "whether kernel %s has %s is not known",
			       a->kernel->release, wanted[i]);
	}
	vw_say_passed(a, a->kernel->modules.folder, "kernel %s has what guests' networks use",
		      a->kernel->release);
}

VW_CHECK(KVM002, VW_NESTED_HOST, VW_ADVICE, VW_BREAKS_HOSTING, "the kernel has what guests' networks use",
	 "install a kernel that has {subject}", "https://docs.kernel.org/networking/tuntap.html",
	 VW_EACH_KERNEL, .remedies = vw_install_driver, .assess = vhost_is_there);

static const char *nested_remedy(const struct vw_assessment *a)
{
	const struct vw_nested *nested = &a->report->nested;

	if (nested->hint)
		return nested->hint_is_reason ? "" : nested->hint;
	return vwb_text_equal(nested->kvm, "denied") ? a->check->word.remedy : "";
}

static void guests_can_be_hosted(struct vw_assessment *a)
{
	const struct vw_nested *nested = &a->report->nested;
	const char *subject = "guests of its own", *extension = nested->extension;
	const char *reason = nested->hint_is_reason ? nested->hint : NULL;
	const char *colon = reason ? ": " : "";

	if (!vw_live_wide(a) || a->row->traits & VWK_UNDETERMINED)
		return;
	a->remedy = nested_remedy(a);
	if (nested->can_host == VW_UNKNOWN)
		vw_say(a, VW_STATUS_UNKNOWN, VW_ADVICE, subject, extension,
		       "whether this system can host guests is not known%s%s", colon, reason ? reason : "");
	else if (nested->can_host == VW_NO)
		vw_say(a, VW_FAIL, VW_ADVICE, subject, extension, "this system cannot host guests%s%s", colon,
		       reason ? reason : "");
	else if (nested->hint)
		vw_say(a, VW_FAIL, VW_ADVICE, subject, extension,
		       "this system could host guests, and is not ready");
	else
		vw_say(a, VW_PASS, VW_ADVICE, subject, extension, "this system can host guests");
}

VW_CHECK(DRV009, 0, VW_ADVICE, VW_BREAKS_HOSTING, "This system can host guests of its own",
	 "read /dev/kvm as root, or as a member of the group kvm",
	 "Linux Documentation/virt/kvm/x86/nested-vmx.rst; AWS, EC2 User Guide, \"Nested "
	 "virtualization\"",
	 .assess = guests_can_be_hosted);
