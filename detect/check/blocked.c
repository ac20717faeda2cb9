/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

#include "detect/decide/kinds.h"

/* What forbids a driver that is needed to load: modprobe.d and the command line. */

VW_CHECKS_OF(blocked);

static bool listed(const struct vw_cmdline_word *word, const char *name)
{
	const char *at = word->value, *end = at ? at + word->value_length : NULL;

	while (at && at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
		struct vw_cmdline_word one = {.name = at, .name_length = (size_t)(stop - at)};

		if (vw_cmdline_is(&one, name))
			return true;
		at = stop + 1;
	}
	return false;
}

/* Source: Linux Documentation/admin-guide/kernel-parameters.txt (module_blacklist, initcall_blacklist);
 * kmod's modprobe.d(5) (modprobe.blacklist); dracut.cmdline(7) (rd.driver.blacklist). */
static const char *forbidden_by(const struct vw_image_kernel *kernel, const char *cmdline, const char *driver,
				bool disk)
{
	const struct vwk_driver *row = vw_driver_row(driver);
	bool module = vw_image_driver(kernel, driver) == VW_DRIVER_MODULE;
	struct vw_cmdline_word word;

	while (cmdline && vw_cmdline_next(&cmdline, &word)) {
		if (vw_cmdline_is(&word, "initcall_blacklist") && row && row->initcall &&
		    listed(&word, row->initcall))
			return "initcall_blacklist";
		if (module && vw_cmdline_is(&word, "module_blacklist") && listed(&word, driver))
			return "module_blacklist";
		if (module && vw_cmdline_is(&word, "modprobe.blacklist") && listed(&word, driver))
			return "modprobe.blacklist";
		if (module && disk && vw_cmdline_is(&word, "rd.driver.blacklist") && listed(&word, driver))
			return "rd.driver.blacklist";
	}
	return NULL;
}

/* An install line that runs anything else may well load it. */
static bool does_nothing(const char *command)
{
	size_t length = strcspn(command, " \t");
	static const char *const nothing[] = {
		"/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true", "false",
		"true",       ":",         "/dev/null",      "/sbin/nologin", "/bin/echo"};

	for (size_t i = 0; i < VW_COUNT(nothing); i++)
		if (strlen(nothing[i]) == length && !strncmp(command, nothing[i], length))
			return true;
	return false;
}

const struct vw_modprobe_rule *vw_modprobe_blocks(const struct vw_modprobe *modprobe, const char *driver)
{
	for (size_t i = 0; modprobe->state == VW_VALUE && i < modprobe->count; i++) {
		const struct vw_modprobe_rule *rule = &modprobe->rule[i];

		if (vwb_text_equal(rule->module, driver) &&
		    (vwb_text_equal(rule->kind, "blacklist") ||
		     (vwb_text_equal(rule->kind, "install") && does_nothing(rule->argument))))
			return rule;
	}
	return NULL;
}

/* initramfs-tools loads what conf/modules lists by name, which a blacklist does not hinder. */
static bool loaded_by_name(const struct vw_initramfs *initramfs, const char *driver)
{
	for (size_t i = 0;
	     vwb_text_equal(initramfs->generator, "initramfs-tools") && i < initramfs->load.count; i++)
		if (vwb_text_has_word(initramfs->load.line[i].text, driver))
			return true;
	return false;
}

static void blocked_in_modprobe(struct vw_assessment *a, const char *driver, bool disk)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	const struct vw_modprobe_rule *early = disk ? vw_modprobe_blocks(&initramfs->modprobe, driver) : NULL;
	const struct vw_modprobe_rule *rule = vw_modprobe_blocks(&a->image->modprobe, driver);

	if (vw_image_driver(a->kernel, driver) != VW_DRIVER_MODULE)
		return;
	if (early && !(vwb_text_equal(early->kind, "blacklist") && loaded_by_name(initramfs, driver)))
		vw_say(a, VW_FAIL, a->severity, driver, early->source,
		       "%s in %s keeps %s from being loaded: %s %s", early->source,
		       initramfs->path ? initramfs->path : "the initramfs", driver, early->kind,
		       early->argument);
	else if (rule && disk)
		vw_say(a, VW_FAIL, VW_DEGRADED, driver, rule->source,
		       "%s forbids %s: the next initramfs that is made will not load it", rule->source,
		       driver);
	else if (rule)
		vw_say(a, VW_FAIL, a->severity, driver, rule->source, "%s keeps %s from being loaded: %s %s",
		       rule->source, driver, rule->kind, rule->argument);
}

static void blocked_on_cmdline(struct vw_assessment *a, const char *driver, bool disk)
{
	const struct vw_text *cmdline = &a->kernel->cmdline, *own = &a->kernel->initramfs.cmdline;
	const char *by =
		cmdline->state == VW_VALUE ? forbidden_by(a->kernel, cmdline->text, driver, disk) : NULL;
	const char *source = cmdline->source;

	if (!by && disk && own->state == VW_VALUE) {
		by = forbidden_by(a->kernel, own->text, driver, disk);
		source = own->source;
	}
	if (by)
		vw_say(a, VW_FAIL, a->severity, driver, source,
		       "%s on the command line of kernel %s forbids %s", by, a->kernel->release, driver);
}

/* Of alternatives, those are asked that the kernel has: a driver that does not exist is another check's. */
static void each_needed(struct vw_assessment *a, void (*ask)(struct vw_assessment *, const char *, bool))
{
	static const enum vwk_drives devices[] = {VWK_STORAGE, VWK_NETWORK};

	for (size_t d = 0; d < VW_COUNT(devices); d++) {
		const struct vw_way way = vw_way_used(a, devices[d]);

		for (size_t i = 0; i < way.count; i++)
			ask(a, way.driver[i], devices[d] == VWK_STORAGE);
	}
}

static void nothing_in_modprobe(struct vw_assessment *a)
{
	each_needed(a, blocked_in_modprobe);
	if (!vw_needed_module(a)) {
		vw_say_passed(a, NULL, "what kernel %s needs is no module, or is not there",
			      a->kernel->release);
		return;
	}
	a->remedy = "let modprobe.d be read, and check again";
	if (vw_state_unreadable(a->image->modprobe.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "modprobe.d", "/etc/modprobe.d",
		       "whether modprobe.d forbids a driver is not known: it %s",
		       vw_state_reason(a->image->modprobe.state));
	else if (a->kernel->initramfs.state != VW_ABSENT &&
		 !vw_initramfs_passed_over(&a->kernel->initramfs) &&
		 vw_initramfs_doubt(&a->kernel->initramfs))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "modprobe.d", a->kernel->initramfs.path,
		       "whether modprobe.d in the initramfs forbids a driver is not known: it %s",
		       vw_initramfs_doubt(&a->kernel->initramfs));
	vw_say_passed(a, "/etc/modprobe.d", "modprobe.d forbids nothing that kernel %s needs",
		      a->kernel->release);
}

VW_CHECK(BLK001, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "modprobe.d forbids no driver that is needed",
	 "delete the line that names {subject}, and make the initramfs of kernel {kernel} again",
	 VW_EC2_GUIDE "nvme-ebs-volumes.html", VW_EACH_KERNEL, .assess = nothing_in_modprobe);

static void nothing_on_cmdline(struct vw_assessment *a)
{
	each_needed(a, blocked_on_cmdline);
	a->remedy = "let the command line be read, and check again";
	if (vw_state_unreadable(a->kernel->cmdline.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "command line", a->kernel->cmdline.source,
		       "whether the command line of kernel %s forbids a driver is not known: it %s",
		       a->kernel->release, vw_state_reason(a->kernel->cmdline.state));
	vw_say_passed(a, a->kernel->cmdline.source, "the command line forbids nothing that kernel %s needs",
		      a->kernel->release);
}

VW_CHECK(BLK002, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the command line forbids no driver that is needed",
	 "take {subject} out of the black list on the kernel's command line, and update the boot "
	 "loader",
	 "https://docs.kernel.org/admin-guide/kernel-parameters.html", VW_EACH_KERNEL,
	 .assess = nothing_on_cmdline);
