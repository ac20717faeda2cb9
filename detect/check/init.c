/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* What the kernel or the initramfs starts in the root file system. */

VW_CHECKS_OF(init);

/* A root without a single shared library was not taken whole: what is not there may be so elsewhere. */
static enum vw_severity of_what_lacks(const struct vw_assessment *a)
{
	return a->image->init.libraries ? a->severity : VW_DEGRADED;
}

/* Source: systemd, src/core/main.c, do_reexecute(): after switch-root its own path, and then /sbin/init. */
static enum vw_status without_init(const struct vw_assessment *a)
{
	const struct vw_initramfs *initramfs = a->default_kernel ? &a->default_kernel->initramfs : NULL;
	const char *value;
	size_t length;

	if (a->image->layout.state != VW_ABSENT || a->image->init.path.state != VW_ABSENT ||
	    (a->default_kernel && vw_cmdline_value(a->default_kernel, "init", &value, &length)))
		return VW_STATUS_UNKNOWN;
	if (a->image->init.systemd.state == VW_ABSENT || !initramfs || initramfs->state == VW_ABSENT)
		return VW_FAIL;
	if (vwb_text_equal(initramfs->generator, "dracut") || vwb_text_equal(initramfs->generator, "systemd"))
		return VW_PASS;
	return initramfs->generator ? VW_FAIL : VW_STATUS_UNKNOWN;
}

static bool runs_on(const char *arch, const char *machine)
{
	return vwb_text_equal(arch, machine) ||
	       (vwb_text_equal(machine, "x86_64") && vwb_text_equal(arch, "i386")) ||
	       (vwb_text_equal(machine, "aarch64") && vwb_text_equal(arch, "arm"));
}

static void init_is_there(struct vw_assessment *a)
{
	const struct vw_text *path = &a->image->init.path;
	const char *arch = a->image->init.arch, *machine = vw_target_arch(a->target);

	if (!machine && a->default_kernel)
		machine = a->default_kernel->file.arch;
	if (path->state != VW_VALUE && without_init(a) == VW_FAIL)
		vw_say(a, VW_FAIL, a->severity, "/sbin/init", NULL,
		       "there is no /sbin/init, nor another init that is looked for");
	else if (path->state != VW_VALUE && without_init(a) == VW_STATUS_UNKNOWN)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/sbin/init", a->image->layout.text,
		       "which init is started is not known: /sbin/init %s", vw_state_reason(path->state));
	else if (arch && machine && !runs_on(arch, machine))
		vw_say(a, VW_FAIL, a->severity, path->text, path->text, "%s is for %s; %s runs %s",
		       path->text, arch, vw_target_name(a->target), machine);
	vw_say_passed(a, path->text, "init is there: %s",
		      path->state == VW_VALUE ? path->text : a->image->init.systemd.text);
}

static const char *const install_init[VW_FAMILIES] = {
	[VW_DEBIAN] = "apt-get install --reinstall systemd-sysv",
	[VW_REDHAT] = "dnf reinstall systemd",
	[VW_REDHAT_7] = "yum reinstall systemd",
	[VW_SUSE] = "zypper install --force systemd-sysvinit",
	[VW_ALPINE] = "apk fix busybox alpine-baselayout",
	[VW_ARCH] = "pacman -S systemd-sysvcompat",
};

VW_CHECK(INI001, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "init is there, for the target's machine",
	 "install an init of the target's machine as /sbin/init",
	 "https://docs.kernel.org/admin-guide/init.html", .remedies = install_init, .assess = init_is_there);

static void init_finds_its_libraries(struct vw_assessment *a)
{
	const struct vw_image_init *init = &a->image->init;
	const struct vw_names *lacking = &init->lacking;

	if (init->path.state != VW_VALUE) {
		vw_say(a, VW_SKIP, a->severity, "/sbin/init", NULL, "INI001 tells of init");
		return;
	}
	if (lacking->state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, of_what_lacks(a), init->path.text, init->path.text,
		       "whether %s has its libraries is not known", init->path.text);
	for (size_t i = 0; lacking->state == VW_VALUE && i < lacking->count; i++)
		vw_say(a, init->libraries ? VW_FAIL : VW_STATUS_UNKNOWN, of_what_lacks(a), lacking->name[i],
		       init->path.text,
		       init->libraries ? "%s needs %s, which is not there"
				       : "%s needs %s, and no shared library at all is in this root",
		       init->path.text, lacking->name[i]);
	vw_say_passed(a, init->path.text, "%s has its interpreter and libraries", init->path.text);
}

VW_CHECK(INI002, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "init has its interpreter and its libraries",
	 "install the package that has {subject}; /lib and /lib64 may be links to /usr/lib and /usr/lib64",
	 "https://man7.org/linux/man-pages/man8/ld.so.8.html", .assess = init_finds_its_libraries);

static void mount_points_are_there(struct vw_assessment *a)
{
	const struct vw_image_init *init = &a->image->init;
	const struct vw_names *lacking = &init->mount_points_lacking;
	bool sure = init->libraries && a->image->layout.state == VW_ABSENT;

	if (lacking->state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/", NULL,
		       "which mount points are there is not known");
	for (size_t i = 0; lacking->state == VW_VALUE && i < lacking->count; i++)
		vw_say(a, sure ? VW_FAIL : VW_STATUS_UNKNOWN, sure ? a->severity : VW_DEGRADED,
		       lacking->name[i], NULL,
		       sure ? "the folder %s, which is mounted upon before init runs, is not there"
			    : "the folder %s is not in this root, which holds no whole system",
		       lacking->name[i]);
	vw_say_passed(a, NULL, "what is mounted before init runs has its mount points");
}

VW_CHECK(INI003, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "what is mounted before init runs has its mount points",
	 "make the folder {subject}, with mode 0755 and owned by root",
	 "https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html", .assess = mount_points_are_there);

/* Source: systemd, kernel-command-line(7); sysvinit, init(8). */
static bool stays_in_rescue(const char *cmdline)
{
	static const char *const words[] = {"single", "s", "S", "1", "rescue", "emergency"};
	struct vw_cmdline_word word;
	const char *unit;
	size_t length;

	for (const char *at = cmdline; vw_cmdline_next(&at, &word);)
		for (size_t i = 0; !word.value && i < VW_COUNT(words); i++)
			if (vw_cmdline_is(&word, words[i]))
				return true;
	return vw_cmdline_find(cmdline, "systemd.unit", &unit, &length) && unit &&
	       (!strncmp(unit, "rescue.", 7) || !strncmp(unit, "emergency.", 10));
}

static void boot_goes_on(struct vw_assessment *a)
{
	static const char *const repairs[] = {"rescue.target", "emergency.target", "poweroff.target",
					      "reboot.target", "halt.target",      "shutdown.target"};
	const struct vw_text *target = &a->image->default_target, *cmdline = &a->kernel->cmdline;

	if (cmdline->state == VW_VALUE && stays_in_rescue(cmdline->text))
		vw_say(a, VW_FAIL, a->severity, "single", cmdline->source,
		       "the command line of kernel %s ends the boot in rescue mode", a->kernel->release);
	for (size_t i = 0; target->state == VW_VALUE && i < VW_COUNT(repairs); i++)
		if (vwb_text_ends(target->text, repairs[i]))
			vw_say(a, VW_FAIL, a->severity, "default.target", target->source, "%s starts %s",
			       target->source, repairs[i]);
	if (target->state == VW_MALFORMED && a->image->init.systemd.state == VW_VALUE)
		vw_say(a, VW_FAIL, a->severity, "default.target", target->source, "%s leads to nothing",
		       target->source);
	if (vw_state_unreadable(cmdline->state) ||
	    (target->state != VW_MALFORMED && vw_state_unreadable(target->state)))
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "default.target", target->source,
		       "how far the boot of kernel %s goes is not known", a->kernel->release);
	vw_say_passed(a, cmdline->source, "nothing ends the boot of kernel %s in rescue mode",
		      a->kernel->release);
}

VW_CHECK(
	INI004, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the boot does not end in rescue mode",
	"take {subject} off the kernel's command line; systemctl set-default multi-user.target, in the image",
	"https://man7.org/linux/man-pages/man7/kernel-command-line.7.html", VW_EACH_KERNEL,
	.assess = boot_goes_on);

/* What a root without libraries has was put there by hand, its permissions too. */
static void init_may_be_executed(struct vw_assessment *a)
{
	const struct vw_number *mode = &a->image->init_mode;

	if (mode->state == VW_NOT_PROBED || !a->image->init.libraries)
		vw_say(a, VW_SKIP, a->severity, "/sbin/init", NULL,
		       "not looked at: no permissions of init are in this image");
	else if (mode->state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/sbin/init", mode->source,
		       "whether init may be executed is not known: %s %s", mode->source,
		       vw_state_reason(mode->state));
	else if (!(mode->value & 0111))
		vw_say(a, VW_FAIL, a->severity, mode->source, mode->source,
		       "%s has mode %04o and may not be executed", mode->source, (unsigned)mode->value);
	vw_say_passed(a, mode->source, "%s may be executed", mode->source);
}

VW_CHECK(INI005, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "init may be executed",
	 "chmod 0755 {subject}, in the image", "https://man7.org/linux/man-pages/man2/execve.2.html",
	 .assess = init_may_be_executed);
