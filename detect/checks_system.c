/* SPDX-License-Identifier: MIT */
#include "detect/checks_internal.h"

#include <string.h>

/* Checks on network, firmware, cloud-init and what else a platform expects of a system. */

const char *const vw_checked_units[] = {"systemd-logind", "acpid", NULL};
const char *const vw_checked_groups[] = {"kvm", NULL};

static bool holds(const struct vw_names *names, const char *name)
{
	for (size_t i = 0; names->state == VW_VALUE && i < names->count; i++)
		if (vw_equal(names->name[i], name))
			return true;
	return false;
}

/* --- network --- */

static void network_unread(struct vw_assessment *a)
{
	const struct vw_netconfs *network = &a->image->network;

	if (vw_unreadable(network->state) || network->incomplete)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "network", NULL, "the network's configuration %s",
		       vw_unreadable(network->state) ? vw_state_reason(network->state)
						     : "was not understood as a whole");
}

static void no_address_is_pinned(struct vw_assessment *a)
{
	const struct vw_netconfs *network = &a->image->network;
	const struct vw_lines *rules = &a->image->persistent_net;

	for (size_t i = 0; rules->state == VW_VALUE && i < rules->count; i++)
		vw_say(a, VW_FAIL, a->severity, rules->line[i].source, rules->line[i].source,
		       "%s binds an interface's name to a hardware address, which the next instance does not "
		       "have",
		       rules->line[i].source);
	for (size_t i = 0; network->state == VW_VALUE && i < network->count; i++) {
		const struct vw_netconf *conf = &network->conf[i];

		if (conf->mac && !vw_equal(conf->kind, "udev"))
			vw_say(a, VW_FAIL, a->severity, conf->source, conf->source,
			       "%s is bound to the hardware address %s, which the next instance does not "
			       "have",
			       conf->source, conf->mac);
	}
	if (vw_unreadable(rules->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "udev", NULL, "the udev rules %s",
		       vw_state_reason(rules->state));
	network_unread(a);
	vw_say_passed(a, NULL, "nothing binds the network to a hardware address");
}

static bool is_pattern(const char *interface)
{
	return !interface || strpbrk(interface, "*?[") != NULL;
}

/* Names that no driver gives by itself are those of bridges, bonds and the like: nobody's device. */
static bool is_a_device(const char *interface)
{
	return vw_starts_with(interface, "eth") || vw_starts_with(interface, "en");
}

static bool old_names(const struct vw_image_facts *image)
{
	const char *value;
	size_t length;

	for (size_t i = 0; i < image->kernel_count; i++)
		if (image->kernel[i].cmdline.state == VW_VALUE &&
		    vw_cmdline_find(image->kernel[i].cmdline.text, "net.ifnames", &value, &length) &&
		    length == 1 && *value == '0')
			return true;
	return false;
}

static bool reaches_all(const struct vw_netconfs *network)
{
	for (size_t i = 0; i < network->count; i++)
		if (network->conf[i].dhcp && is_pattern(network->conf[i].interface) && !network->conf[i].mac)
			return true;
	return false;
}

static bool renamed(const struct vw_netconfs *network, const char *interface)
{
	for (size_t i = 0; i < network->count; i++)
		if (network->conf[i].renames && vw_equal(network->conf[i].interface, interface))
			return true;
	return false;
}

/* Interfaces are renamed by systemd's udev: under another init eth0 is what the kernel says. Source: systemd,
 * systemd.net-naming-scheme(7). */
static bool renames_none(const struct vw_image_os *os)
{
	return os->init.state == VW_VALUE && !strstr(os->init.text, "systemd");
}

/* cloud-init writes the network's configuration at each first boot, unless it is told not to. */
static void names_will_exist(struct vw_assessment *a)
{
	const struct vw_netconfs *network = &a->image->network;
	bool others = reaches_all(network) ||
		      (a->image->cloud_init.enabled.state == VW_VALUE && a->image->cloud_init.enabled.value);
	bool old = old_names(a->image) || renames_none(&a->image->os) || a->target & VW_ON_XEN;

	for (size_t i = 0; network->state == VW_VALUE && i < network->count; i++) {
		const struct vw_netconf *conf = &network->conf[i];

		if (is_pattern(conf->interface) || conf->renames || !is_a_device(conf->interface) ||
		    (old && vw_starts_with(conf->interface, "eth")) || renamed(network, conf->interface))
			continue;
		vw_say(a, VW_FAIL, others ? VW_ADVICE : a->severity, conf->interface, conf->source,
		       "%s configures %s; %s may call its interface otherwise", conf->source, conf->interface,
		       vw_target_name(a->target));
	}
	network_unread(a);
	vw_say_passed(a, NULL, "no interface is configured by a name that may not exist");
}

static void dhcp_is_used(struct vw_assessment *a)
{
	const struct vw_netconfs *network = &a->image->network;
	bool dhcp = false;

	for (size_t i = 0; i < network->count; i++)
		dhcp |= network->conf[i].dhcp;
	for (size_t i = 0; network->state == VW_VALUE && i < network->count; i++) {
		const struct vw_netconf *conf = &network->conf[i];

		if (conf->address && !conf->dhcp && (!conf->interface || is_a_device(conf->interface)))
			vw_say(a, VW_FAIL, dhcp ? VW_ADVICE : a->severity, conf->source, conf->source,
			       "%s gives the fixed address %s", conf->source, conf->address);
	}
	network_unread(a);
	vw_say_passed(a, NULL, "no fixed address is configured");
}

/* --- firmware --- */

static void power_button_works(struct vw_assessment *a)
{
	const struct vw_names *units = &a->image->units;

	if (holds(units, "systemd-logind") || holds(units, "acpid"))
		vw_say_passed(a, NULL, "the power button is listened to");
	else if (units->state == VW_VALUE || units->state == VW_ABSENT)
		vw_say(a, VW_FAIL, a->severity, "acpid", units->source,
		       "neither systemd-logind nor acpid is there: stopping the instance cuts its power");
	else
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "acpid", units->source,
		       "whether something listens to the power button is not known: the units %s",
		       vw_state_reason(units->state));
}

static bool esp_is_elsewhere(const struct vw_image_facts *image)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++)
		if (vw_has_word("/boot/efi /efi /boot", image->mounts.mount[i].where) &&
		    vw_equal(image->mounts.mount[i].type, "vfat"))
			return true;
	return false;
}

/* An image keeps no boot entries of the firmware: it starts the removable medium's path. Source: UEFI 2.10,
 * section 3.5.1.1. */
static void say_loader(struct vw_assessment *a, const char *arch, const char *file)
{
	const struct vw_image_esp *esp = &a->image->esp;

	if (holds(&esp->archs, arch))
		return;
	if (esp->folder.state == VW_VALUE && esp->archs.state != VW_DENIED)
		vw_say(a, VW_FAIL, a->severity, file, esp->folder.text, "%s has no EFI/BOOT/%s",
		       esp->folder.text, file);
	else if (esp->folder.state == VW_ABSENT && !esp_is_elsewhere(a->image))
		vw_say(a, VW_FAIL, a->severity, file, NULL,
		       "there is no EFI system partition with EFI/BOOT/%s", file);
	else
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, file, esp->folder.source,
		       "whether EFI/BOOT/%s is there is not known: the EFI system partition %s", file,
		       esp->folder.state == VW_ABSENT ? "is not in this folder"
						      : vw_state_reason(esp->folder.state));
}

static void arm_boots(struct vw_assessment *a)
{
	const struct vw_text *arch = &a->image->os.arch;

	say_loader(a, "aarch64", "BOOTAA64.EFI");
	a->cure = "make the image of packages for 64-bit Arm";
	if (arch->state == VW_VALUE && !vw_equal(arch->text, "aarch64"))
		vw_say(a, VW_FAIL, a->severity, arch->source, arch->source, "%s is for %s; %s runs aarch64",
		       arch->source ? arch->source : "the system", arch->text, vw_target_name(a->target));
	a->cure = "use a kernel with CONFIG_{subject}=y";
	for (size_t i = 0; a->default_kernel && i < 2; i++) {
		const char *option = i ? "ACPI" : "EFI_STUB";
		char value;

		if (vw_image_config(a->default_kernel, option, &value) == 0 && value != 'y')
			vw_say(a, VW_FAIL, a->severity, option, a->default_kernel->config.source,
			       "kernel %s has no CONFIG_%s", a->default_kernel->release, option);
	}
	vw_say_passed(a, a->image->esp.folder.text, "UEFI finds what it starts on the EFI system partition");
}

static void boot_mode_fits(struct vw_assessment *a)
{
	const struct vw_ami *ami = a->request->ami;

	if (!ami || !ami->boot_mode)
		vw_say(a, VW_SKIP, a->severity, "boot-mode", NULL,
		       "the image's boot mode was not given (--ami-json)");
	else if (vw_equal(ami->boot_mode, "uefi"))
		say_loader(a, "x86_64", "BOOTX64.EFI");
	vw_say_passed(a, a->image->esp.folder.text, "the image holds what boot mode %s starts",
		      ami && ami->boot_mode ? ami->boot_mode : "");
}

/* --- cloud-init --- */

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
static bool lists(const char *list, const char *name)
{
	return strstr(list, name) != NULL;
}

static void cloud_init_starts(struct vw_assessment *a)
{
	const struct vw_image_cloud_init *init = &a->image->cloud_init;
	const char *source = datasource(a->target);

	if (init->installed.state == VW_ABSENT ||
	    (init->installed.state == VW_VALUE && !init->installed.value)) {
		vw_say(a, VW_SKIP, a->severity, "cloud-init", NULL, "cloud-init is not installed");
		return;
	}
	if (vw_unreadable(init->installed.state) || vw_unreadable(init->disabled.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "cloud-init", init->disabled.source,
		       "whether cloud-init starts is not known: its files %s",
		       vw_state_reason(vw_unreadable(init->installed.state) ? init->installed.state
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
	if (source && init->datasource_list.state == VW_VALUE && !lists(init->datasource_list.text, source))
		vw_say(a, VW_FAIL, a->severity, "datasource_list", init->datasource_list.source,
		       "cloud-init asks for %s only, and %s is %s", init->datasource_list.text,
		       vw_target_name(a->target), source);
	if (init->ds_identify.state == VW_VALUE && vw_has_word(init->ds_identify.text, "disabled"))
		vw_say(a, VW_FAIL, a->severity, "ds-identify", init->ds_identify.source,
		       "%s switches ds-identify off, and cloud-init with it",
		       init->ds_identify.source ? init->ds_identify.source : "its policy");
	vw_say_passed(a, init->datasource_list.source, "cloud-init starts and finds its data");
}

static void nothing_is_baked_in(struct vw_assessment *a)
{
	const struct vw_text *id = &a->image->machine_id;
	const struct vw_names *keys = &a->image->host_keys;
	const struct vw_number *instance = &a->image->cloud_init.instance;

	if (id->state == VW_VALUE && *id->text && !vw_equal(id->text, "uninitialized"))
		vw_say(a, VW_FAIL, a->severity, "/etc/machine-id", id->source,
		       "all instances would have the same machine-id");
	if (keys->state == VW_VALUE && keys->count)
		vw_say(a, VW_FAIL, a->severity, keys->name[0], keys->name[0],
		       "all instances would have the same SSH host keys, as %s", keys->name[0]);
	if (instance->state == VW_VALUE && instance->value)
		vw_say(a, VW_FAIL, a->severity, "/var/lib/cloud/instance", instance->source,
		       "cloud-init has data of an instance");
	if (vw_unreadable(id->state) || vw_unreadable(keys->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/etc", id->source,
		       "whether a machine's identity is in the image is not known");
	vw_say_passed(a, id->source, "no machine's identity is in the image");
}

/* --- the rest --- */

static void labels_are_right(struct vw_assessment *a)
{
	const struct vw_text *selinux = &a->image->selinux;

	if (selinux->state == VW_ABSENT)
		vw_say(a, VW_SKIP, a->severity, "selinux", NULL, "the image has no SELinux configuration");
	else if (selinux->state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "selinux", selinux->source,
		       "/etc/selinux/config %s", vw_state_reason(selinux->state));
	else if (vw_equal(selinux->text, "enforcing") &&
		 !(a->image->autorelabel.state == VW_VALUE && a->image->autorelabel.value))
		vw_say(a, VW_FAIL, a->severity, "/.autorelabel", selinux->source,
		       "SELinux enforces, and /.autorelabel is not there: what was changed from outside has "
		       "no label");
	vw_say_passed(a, selinux->source, "SELinux finds its labels, or does not enforce them");
}

static void time_is_near(struct vw_assessment *a)
{
	static const char *const near[] = {"169.254.169.123", "fd00:ec2::123", "PHC", "time.aws.com",
					   "/dev/ptp"};
	const struct vw_lines *lines = &a->image->chrony;

	for (size_t i = 0; lines->state == VW_VALUE && i < lines->count; i++)
		for (size_t k = 0; k < VW_COUNT(near); k++)
			if (strstr(lines->line[i].text, near[k]))
				vw_say_passed(a, lines->line[i].source, "the time comes from %s", near[k]);
	if (a->count)
		return;
	if (vw_unreadable(lines->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "chrony", NULL,
		       "from where the time comes is not known");
	else
		vw_say(a, VW_FAIL, a->severity, "chrony", NULL,
		       "no time service asks 169.254.169.123, Amazon's, which is the nearest");
}

static void say_registered(struct vw_assessment *a, const char *field, const char *value, const char *wanted)
{
	if (value && !vw_equal(value, wanted))
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
	if (arm && ami->boot_mode && !vw_starts_with(ami->boot_mode, "uefi"))
		say_registered(a, "BootMode", ami->boot_mode, "uefi");
	vw_say_passed(a, NULL, "the image is registered with what %s needs", vw_target_name(a->target));
}

/* --- the table --- */

static const struct vw_check rows[] = {
	{VW_CHECK("API001", VW_ON_EC2, VW_FATAL, "the image is registered with what it needs (--ami-json)",
		  "aws ec2 register-image --ena-support --virtualization-type hvm, with the right "
		  "--architecture",
		  VW_EC2_GUIDE "enhanced-networking-ena.html"),
	 .assess = registered_right},
	{VW_CHECK("CLI001", VW_ON_EC2 | VW_GCP | VW_AZURE, VW_FATAL,
		  "cloud-init starts and knows the platform",
		  "rm -f /etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, "
		  "None])",
		  "https://docs.cloud-init.io/en/latest/howto/disable_cloud_init.html"),
	 .assess = cloud_init_starts},
	{VW_CHECK("CLI002", VW_ON_ALL, VW_ADVICE, "no machine's identity is in the image",
		  "cloud-init clean --logs --machine-id && rm -f /etc/ssh/ssh_host_*",
		  "https://docs.cloud-init.io/en/latest/reference/cli.html"),
	 .assess = nothing_is_baked_in},
	{VW_CHECK("NET001", VW_ON_ALL, VW_FATAL, "no hardware address is configured",
		  "delete {subject}, or what names a hardware address in it",
		  VW_EC2_GUIDE "enhanced-networking-ena.html"),
	 .assess = no_address_is_pinned},
	{VW_CHECK("NET002", VW_ON_ALL, VW_FATAL, "no interface is configured by a name that may not exist",
		  "configure the interface by its driver or by en* and eth*, with DHCP",
		  "https://www.freedesktop.org/software/systemd/man/latest/systemd.net-naming-scheme.html"),
	 .assess = names_will_exist},
	{VW_CHECK("NET003", VW_ON_ALL, VW_FATAL, "the address comes by DHCP", "use DHCP in {subject}",
		  "https://docs.aws.amazon.com/vm-import/latest/userguide/prerequisites.html"),
	 .milder_on = VW_KVM, .milder = VW_ADVICE, .assess = dhcp_is_used},
	{VW_CHECK("PWR001", VW_ON_NVME, VW_DEGRADED, "the power button is listened to",
		  "install acpid, or systemd with systemd-logind", VW_EC2_GUIDE "instance-types.html"),
	 .assess = power_button_works},
	{VW_CHECK("SEL001", VW_ON_ALL, VW_ADVICE,
		  "files that were changed from outside get their SELinux label", "touch /.autorelabel",
		  "https://man7.org/linux/man-pages/man8/fixfiles.8.html"),
	 .assess = labels_are_right},
	{VW_CHECK("TIM001", VW_ON_EC2, VW_ADVICE, "the time comes from the platform",
		  "add to chrony's configuration: server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4",
		  VW_EC2_GUIDE "set-time.html"),
	 .assess = time_is_near},
	{VW_CHECK("UEF001", VW_ON_EC2_ARM64, VW_FATAL, "UEFI finds a loader for 64-bit Arm",
		  "grub-install --target=arm64-efi --removable",
		  VW_EC2_GUIDE "launch-instance-boot-mode.html"),
	 .assess = arm_boots},
	{VW_CHECK("UEF002", VW_ON_X86_ONLY, VW_FATAL,
		  "the image holds what its boot mode starts (--ami-json)",
		  "grub-install --target=x86_64-efi --removable, or register with another boot mode",
		  VW_EC2_GUIDE "launch-instance-boot-mode.html"),
	 .assess = boot_mode_fits},
};

const struct vw_check_table vw_system_checks = {rows, VW_COUNT(rows)};
