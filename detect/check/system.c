/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* What a platform expects of a system: cloud-init, registration, and the rest. */

VW_CHECKS_OF(system);

const char *const vw_checked_units[] = {"systemd-logind", "acpid", "ssh", "sshd", "dropbear", NULL};
const char *const vw_checked_groups[] = {"kvm", NULL};

bool vw_names_have(const struct vw_names *names, const char *name)
{
	for (size_t i = 0; names->state == VW_VALUE && i < names->count; i++)
		if (vwb_text_equal(names->name[i], name))
			return true;
	return false;
}

static void power_button_works(struct vw_assessment *a)
{
	const struct vw_names *units = &a->image->units;

	if (vw_names_have(units, "systemd-logind") || vw_names_have(units, "acpid"))
		vw_say_passed(a, NULL, "the power button is listened to");
	else if (a->image->layout.state != VW_VALUE &&
		 (units->state == VW_VALUE || units->state == VW_ABSENT))
		vw_say(a, VW_FAIL, a->severity, "acpid", units->source,
		       "neither systemd-logind nor acpid is there: stopping the instance cuts its power");
	else
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "acpid", units->source,
		       "whether something listens to the power button is not known: the units %s",
		       vw_state_reason(units->state));
}

VW_CHECK(PWR001, VW_ON_NVME, VW_DEGRADED, VW_BREAKS_NOTHING, "the power button is listened to",
	 "install acpid, or systemd with systemd-logind", VW_EC2_GUIDE "instance-types.html",
	 .assess = power_button_works);

static bool cmdline_disables(const struct vw_image_kernel *kernel)
{
	const char *value;
	size_t length;

	return kernel && kernel->cmdline.state == VW_VALUE &&
	       vw_cmdline_find(kernel->cmdline.text, "cloud-init", &value, &length) && length == 8 &&
	       !strncmp(value, "disabled", 8);
}

static const char *datasource(unsigned target)
{
	if (target & VW_ON_EC2)
		return "Ec2";
	return target == VW_GCP ? "GCE" : target == VW_AZURE ? "Azure" : NULL;
}

/* Lists are written as "[Ec2, None]" and with quotes. */
static void cloud_init_starts(struct vw_assessment *a)
{
	const struct vw_image_cloud_init *init = &a->image->cloud_init;
	const char *source = datasource(a->target);

	if (init->installed.state == VW_ABSENT ||
	    (init->installed.state == VW_VALUE && !init->installed.value)) {
		vw_say(a, VW_SKIP, a->severity, "cloud-init", NULL, "cloud-init is not installed");
		return;
	}
	if (vw_state_unreadable(init->installed.state) || vw_state_unreadable(init->disabled.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "cloud-init", init->disabled.source,
		       "whether cloud-init starts is not known: its files %s",
		       vw_state_reason(vw_state_unreadable(init->installed.state) ? init->installed.state
										  : init->disabled.state));
	else if (init->disabled.state == VW_VALUE)
		vw_say(a, VW_FAIL, a->severity, "cloud-init", init->disabled.text, "%s disables cloud-init",
		       init->disabled.text);
	else if (init->enabled.state == VW_VALUE && !init->enabled.value)
		vw_say(a, VW_FAIL, a->severity, "cloud-init", init->enabled.source,
		       "nothing starts cloud-init");
	if (cmdline_disables(a->default_kernel))
		vw_say(a, VW_FAIL, a->severity, "cloud-init", a->default_kernel->cmdline.source,
		       "cloud-init=disabled is on the command line of kernel %s", a->default_kernel->release);
	if (source && init->datasource_list.state == VW_VALUE && !strstr(init->datasource_list.text, source))
		vw_say(a, VW_FAIL, a->severity, "datasource_list", init->datasource_list.source,
		       "cloud-init asks for %s only, and %s is %s", init->datasource_list.text,
		       vw_target_name(a->target), source);
	if (init->ds_identify.state == VW_VALUE && vwb_text_has_word(init->ds_identify.text, "disabled"))
		vw_say(a, VW_FAIL, a->severity, "ds-identify", init->ds_identify.source,
		       "%s switches ds-identify off, and cloud-init with it",
		       init->ds_identify.source ? init->ds_identify.source : "its policy");
	vw_say_passed(a, init->datasource_list.source, "cloud-init starts and finds its data");
}

VW_CHECK(CLI001, VW_ON_EC2 | VW_GCP | VW_AZURE, VW_FATAL, VW_BREAKS_REACH,
	 "cloud-init starts and knows the platform",
	 "rm -f /etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, "
	 "None])",
	 "https://docs.cloud-init.io/en/latest/howto/disable_cloud_init.html", .assess = cloud_init_starts);

static void nothing_is_baked_in(struct vw_assessment *a)
{
	const struct vw_text *id = &a->image->machine_id;
	const struct vw_names *keys = &a->image->host_keys;
	const struct vw_number *instance = &a->image->cloud_init.instance;

	if (id->state == VW_VALUE && *id->text && !vwb_text_equal(id->text, "uninitialized"))
		vw_say(a, VW_FAIL, a->severity, "/etc/machine-id", id->source,
		       "all instances would have the same machine-id");
	if (keys->state == VW_VALUE && keys->count)
		vw_say(a, VW_FAIL, a->severity, keys->name[0], keys->name[0],
		       "all instances would have the same SSH host keys, as %s", keys->name[0]);
	if (instance->state == VW_VALUE && instance->value)
		vw_say(a, VW_FAIL, a->severity, "/var/lib/cloud/instance", instance->source,
		       "cloud-init has data of an instance");
	if (vw_state_unreadable(id->state) || vw_state_unreadable(keys->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/etc", id->source,
		       "whether a machine's identity is in the image is not known");
	vw_say_passed(a, id->source, "no machine's identity is in the image");
}

VW_CHECK(CLI002, VW_ON_ALL, VW_ADVICE, VW_BREAKS_NOTHING, "no machine's identity is in the image",
	 "in the image: cloud-init clean --logs --machine-id; delete its ssh_host_* where cloud-init makes "
	 "new ones",
	 "https://docs.cloud-init.io/en/latest/reference/cli.html", .assess = nothing_is_baked_in);

static void labels_are_right(struct vw_assessment *a)
{
	const struct vw_text *selinux = &a->image->selinux;

	if (selinux->state == VW_ABSENT)
		vw_say(a, VW_SKIP, a->severity, "selinux", NULL, "the image has no SELinux configuration");
	else if (selinux->state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "selinux", selinux->source,
		       "/etc/selinux/config %s", vw_state_reason(selinux->state));
	else if (vwb_text_equal(selinux->text, "enforcing") &&
		 !(a->image->autorelabel.state == VW_VALUE && a->image->autorelabel.value))
		vw_say(a, VW_FAIL, a->severity, "/.autorelabel", selinux->source,
		       "SELinux enforces, and /.autorelabel is not there: what was changed from outside has "
		       "no label");
	vw_say_passed(a, selinux->source, "SELinux finds its labels, or does not enforce them");
}

VW_CHECK(SEL001, VW_ON_ALL, VW_ADVICE, VW_BREAKS_NOTHING,
	 "files that were changed from outside get their SELinux label", "touch /.autorelabel",
	 "https://man7.org/linux/man-pages/man8/fixfiles.8.html", .assess = labels_are_right);

static void say_registered(struct vw_assessment *a, const char *field, const char *value, const char *wanted)
{
	if (value && !vwb_text_equal(value, wanted))
		vw_say(a, VW_FAIL, a->severity, field, NULL,
		       "the image is registered with %s %s; %s needs %s", field, value,
		       vw_target_name(a->target), wanted);
}

static void registered_right(struct vw_assessment *a)
{
	const struct vw_ami *ami = a->request->ami;
	bool arm = a->target & VW_ON_EC2_ARM64;

	if (!ami) {
		vw_say(a, VW_SKIP, a->severity, "--ami-json", NULL,
		       "how the image is registered was not given");
		return;
	}
	if (a->target == VW_XEN_PV)
		a->remedy = "aws ec2 register-image --virtualization-type paravirtual, with the right "
			    "--architecture";
	say_registered(a, "Architecture", ami->architecture, arm ? "arm64" : "x86_64");
	say_registered(a, "VirtualizationType", ami->virtualization_type,
		       a->target == VW_XEN_PV ? "paravirtual" : "hvm");
	if (a->target & VW_ON_NVME) {
		say_registered(a, "RootDeviceType", ami->root_device_type, "ebs");
		if (ami->ena_support == VW_NO)
			vw_say(a, VW_FAIL, a->severity, "EnaSupport", NULL,
			       "the image is registered without EnaSupport, which %s needs",
			       vw_target_name(a->target));
		else if (ami->ena_support == VW_UNKNOWN)
			vw_say(a, VW_STATUS_UNKNOWN, a->severity, "EnaSupport", NULL,
			       "whether the image is registered with EnaSupport is not told");
	}
	if (arm && ami->boot_mode && !vwb_text_starts(ami->boot_mode, "uefi"))
		say_registered(a, "BootMode", ami->boot_mode, "uefi");
	vw_say_passed(a, NULL, "the image is registered with what %s needs", vw_target_name(a->target));
}

VW_CHECK(API001, VW_ON_EC2, VW_FATAL, VW_BREAKS_START,
	 "the image is registered with what it needs (--ami-json)",
	 "aws ec2 register-image --ena-support --virtualization-type hvm, with the right "
	 "--architecture",
	 VW_EC2_GUIDE "enhanced-networking-ena.html", .assess = registered_right);
