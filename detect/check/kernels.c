/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* Kernels: their files, and what they are configured to do. */

VW_CHECKS_OF(kernels);

static bool unread_kernels(const struct vw_image_facts *image)
{
	static const char *const places[] = {"/boot", "/lib/modules", "/usr/lib/modules", "/efi"};

	for (size_t i = 0; i < image->unread_count; i++)
		for (size_t k = 0; k < VW_COUNT(places); k++)
			if (vwb_text_starts(image->unread[i].source, places[k]))
				return true;
	return false;
}

static bool has_no_modules(const struct vw_image_kernel *kernel)
{
	char value;

	return vw_image_config(kernel, "MODULES", &value) == 0 && value == 'n';
}

/* A folder with nothing but indexes is what a removed package leaves. */
static bool has_modules(const struct vw_module_tree *tree)
{
	return tree->state == VW_VALUE && (tree->file_count || tree->builtin.count);
}

static bool is_unread(enum vw_state state)
{
	return state == VW_DENIED || state == VW_NOT_PROBED;
}

static void say_incomplete(struct vw_assessment *a, const struct vw_image_kernel *kernel)
{
	bool file = kernel->file.state == VW_VALUE;

	vw_say(a, VW_FAIL, a->severity, kernel->release, kernel->modules.folder,
	       "no kernel is whole: of %s the %s %s", kernel->release,
	       file ? "modules' folder" : "kernel's file",
	       !file                               ? vw_state_reason(kernel->file.state)
	       : kernel->modules.state == VW_VALUE ? "has no module in it"
						   : vw_state_reason(kernel->modules.state));
}

static void a_kernel_is_there(struct vw_assessment *a)
{
	bool unsure = unread_kernels(a->image) || a->image->layout.state == VW_VALUE;

	for (size_t i = 0; i < a->image->kernel_count; i++) {
		const struct vw_image_kernel *kernel = &a->image->kernel[i];
		bool file = kernel->file.state == VW_VALUE, modules = has_modules(&kernel->modules);

		if (file && (modules || has_no_modules(kernel)))
			vw_say_passed(a, kernel->file.path, "kernel %s is installed with its modules",
				      kernel->release);
		unsure |= is_unread(kernel->file.state) || is_unread(kernel->modules.state);
	}
	if (a->count)
		return;
	if (unsure)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/boot", NULL,
		       "no kernel with its modules was found, and not all places could be read");
	else if (a->image->kernel_count)
		say_incomplete(a, &a->image->kernel[0]);
	else
		vw_say(a, VW_FAIL, a->severity, "/boot", NULL, "no kernel is installed");
}

static const char *const install_kernel[VW_FAMILIES] = {
	[VW_DEBIAN] =
		"apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws)",
	[VW_REDHAT] = "dnf install kernel kernel-modules",
	[VW_REDHAT_7] = "yum install kernel",
	[VW_SUSE] = "zypper install kernel-default",
	[VW_ALPINE] = "apk add linux-virt",
	[VW_ARCH] = "pacman -S linux",
};

VW_CHECK(KRN001, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "a kernel is installed with its modules",
	 "install a kernel", "https://docs.kernel.org/admin-guide/README.html", .remedies = install_kernel,
	 .assess = a_kernel_is_there);

static void file_fits(struct vw_assessment *a)
{
	const struct vw_kernel_file *file = &a->kernel->file;
	const char *wanted = vw_target_arch(a->target);
	bool old = vwb_text_equal(file->arch, "i386") && a->target & VW_ON_XEN;

	if (file->state == VW_ABSENT)
		vw_say(a, a->image->layout.state == VW_VALUE ? VW_STATUS_UNKNOWN : VW_FAIL, a->severity,
		       a->kernel->release, a->kernel->modules.folder,
		       "kernel %s has modules, but its file is not there", a->kernel->release);
	else if (file->state == VW_MALFORMED)
		vw_say(a, VW_FAIL, a->severity, file->path, file->path, "%s is no kernel, or is cut short",
		       file->path ? file->path : a->kernel->release);
	else if (file->state != VW_VALUE || (wanted && !file->arch))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, file->path, file->path,
		       "for which machine kernel %s is made is not known: its file %s", a->kernel->release,
		       file->state == VW_VALUE ? "does not tell" : vw_state_reason(file->state));
	else if (wanted && !vwb_text_equal(file->arch, wanted) && !old)
		vw_say(a, VW_FAIL, a->severity, file->path, file->path, "%s is for %s; %s runs %s",
		       file->path, file->arch, vw_target_name(a->target), wanted);
	if (file->state == VW_VALUE && file->version && !vwb_text_equal(file->version, a->kernel->release))
		vw_say(a, VW_FAIL, a->severity, file->path, file->path,
		       "%s says that it is %s; its modules would be looked for below that name", file->path,
		       file->version);
	vw_say_passed(a, file->path, "%s is a kernel for %s", file->path ? file->path : a->kernel->release,
		      file->arch ? file->arch : "this machine");
}

VW_CHECK(KRN003, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT,
	 "the kernel's file is whole and for the target's machine",
	 "install the kernel package for the target's machine, or reinstall {kernel}",
	 "https://docs.kernel.org/arch/x86/boot.html", VW_EACH_KERNEL, .any_machine = true,
	 .assess = file_fits);

static void hotplug_is_on(struct vw_assessment *a)
{
	static const struct {
		unsigned targets;
		const char *option;
	} wanted[] = {
		{VW_NITRO | VW_NITRO_ARM64 | VW_NESTED_HOST, "HOTPLUG_PCI_ACPI"},
		{VW_EC2_METAL | VW_EC2_METAL_ARM64, "HOTPLUG_PCI_PCIE"},
		{VW_EC2_METAL | VW_EC2_METAL_ARM64, "PCIEASPM"},
	};
	char value;

	for (size_t i = 0; i < VW_COUNT(wanted); i++) {
		if (!(wanted[i].targets & a->target))
			continue;
		if (vw_image_config(a->kernel, wanted[i].option, &value) < 0)
			vw_say(a, VW_STATUS_UNKNOWN, a->severity, wanted[i].option, a->kernel->config.source,
			       "whether kernel %s has CONFIG_%s is not known: its configuration %s",
			       a->kernel->release, wanted[i].option,
			       vw_state_reason(a->kernel->config.state));
		else if (value != 'y')
			vw_say(a, VW_FAIL, a->severity, wanted[i].option, a->kernel->config.source,
			       "kernel %s has no CONFIG_%s: volumes and interfaces attach only with a reboot",
			       a->kernel->release, wanted[i].option);
	}
	vw_say_passed(a, a->kernel->config.source, "kernel %s sees what is attached while it runs",
		      a->kernel->release);
}

VW_CHECK(HOT001, VW_ON_NVME, VW_DEGRADED, VW_BREAKS_NOTHING,
	 "the kernel sees devices that are attached while it runs", "use a kernel with CONFIG_{subject}=y",
	 VW_EC2_GUIDE "attaching-volume.html", VW_EACH_KERNEL, .assess = hotplug_is_on);

static void tpm_is_driven(struct vw_assessment *a)
{
	bool wanted = a->request->ami && a->request->ami->tpm_support;
	char value;

	if (vw_image_config(a->kernel, "TCG_CRB", &value) < 0)
		vw_say(a, VW_STATUS_UNKNOWN, VW_ADVICE, "TCG_CRB", a->kernel->config.source,
		       "whether kernel %s drives NitroTPM is not known: its configuration %s",
		       a->kernel->release, vw_state_reason(a->kernel->config.state));
	else if (value == 'n')
		vw_say(a, VW_FAIL, wanted ? a->severity : VW_ADVICE, "TCG_CRB", a->kernel->config.source,
		       "kernel %s has no CONFIG_TCG_CRB: NitroTPM cannot be used", a->kernel->release);
	vw_say_passed(a, a->kernel->config.source, "kernel %s drives NitroTPM", a->kernel->release);
}

VW_CHECK(UEF003, VW_NITRO, VW_DEGRADED, VW_BREAKS_NOTHING, "the kernel drives NitroTPM",
	 "use a kernel with CONFIG_TCG_CRB", VW_EC2_GUIDE "enable-nitrotpm-prerequisites.html",
	 VW_EACH_KERNEL, .assess = tpm_is_driven);

static bool has_console(const char *cmdline, const char *console)
{
	struct vw_cmdline_word word;

	while (cmdline && vw_cmdline_next(&cmdline, &word))
		if (vw_cmdline_is(&word, "console") && word.value && word.value_length >= strlen(console) &&
		    !strncmp(word.value, console, strlen(console)))
			return true;
	return false;
}

static void console_is_seen(struct vw_assessment *a)
{
	const char *console = a->target == VW_XEN_PV ? "hvc0" : "ttyS0";
	const char *option = a->target == VW_XEN_PV ? "HVC_XEN" : "SERIAL_8250_CONSOLE";
	const struct vw_text *cmdline = &a->kernel->cmdline;
	bool metal = a->target & (VW_EC2_METAL | VW_EC2_METAL_ARM64);
	char value;

	if (cmdline->state == VW_ABSENT && a->image->layout.state == VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, console, a->image->layout.text,
		       "what the command line of kernel %s will be is not known", a->kernel->release);
	else if (vw_state_unreadable(cmdline->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, console, cmdline->source,
		       "the command line of kernel %s %s", a->kernel->release,
		       vw_state_reason(cmdline->state));
	else if (!has_console(cmdline->state == VW_VALUE ? cmdline->text : "", console))
		vw_say(a, VW_FAIL, a->severity, console, cmdline->source,
		       "no console=%s on the command line of kernel %s: the console of %s stays empty",
		       console, a->kernel->release, vw_target_name(a->target));
	a->remedy = "use a kernel with CONFIG_{subject}=y";
	if (vw_image_config(a->kernel, option, &value) == 0 && value != 'y')
		vw_say(a, VW_FAIL, a->severity, option, a->kernel->config.source,
		       "kernel %s has no CONFIG_%s", a->kernel->release, option);
	if (metal && vw_image_config(a->kernel, "SERIAL_8250_PCI", &value) == 0 && value == 'n')
		vw_say(a, VW_FAIL, a->severity, "SERIAL_8250_PCI", a->kernel->config.source,
		       "kernel %s has no CONFIG_SERIAL_8250_PCI: bare metal's serial port is a PCI device",
		       a->kernel->release);
	vw_say_passed(a, cmdline->source, "kernel %s writes to %s", a->kernel->release, console);
}

static const char *const add_console[VW_FAMILIES] = {
	[VW_DEBIAN] = "add console={subject} to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub",
	[VW_REDHAT] = "grubby --update-kernel=ALL --args=console={subject}",
	[VW_SUSE] =
		"add console={subject} to GRUB_CMDLINE_LINUX in /etc/default/grub, then: grub2-mkconfig -o "
		"/boot/grub2/grub.cfg",
	[VW_ALPINE] = "add console={subject} to default_kernel_opts in /etc/update-extlinux.conf, then: "
		      "update-extlinux",
};

VW_CHECK(CON001, VW_ON_EC2, VW_DEGRADED, VW_BREAKS_NOTHING,
	 "the kernel writes to the console that the platform shows",
	 "add console={subject} to the kernel's command line", VW_EC2_GUIDE "instance-console.html",
	 VW_EACH_KERNEL, .remedies = add_console, .assess = console_is_seen);
