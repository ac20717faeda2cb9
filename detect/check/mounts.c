/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* How what is mounted is named. */

VW_CHECKS_OF(mounts);

/* Names that another platform gives otherwise. Source: EC2 User Guide, "Resize limitations" (device names);
 * udev's by-path and by-id carry the bus. */
static bool is_fickle(const char *device, size_t length)
{
	static const char *const fickle[] = {"/dev/sd",
					     "/dev/xvd",
					     "/dev/vd",
					     "/dev/hd",
					     "/dev/nvme",
					     "/dev/loop",
					     "/dev/mapper/loop",
					     "/dev/disk/by-path/",
					     "/dev/disk/by-id/virtio",
					     "/dev/disk/by-id/xen",
					     "/dev/disk/by-id/wwn",
					     "/dev/disk/by-id/nvme",
					     "/dev/disk/by-id/scsi",
					     "/dev/disk/by-id/ata"};

	for (size_t i = 0; i < VW_COUNT(fickle); i++)
		if (length > strlen(fickle[i]) && !strncmp(device, fickle[i], strlen(fickle[i])))
			return true;
	return false;
}

static bool may_be_missing(const struct vw_mount *mount)
{
	return vwb_text_has_word(mount->options, "nofail") || vwb_text_has_word(mount->options, "noauto") ||
	       vwb_text_has_word(mount->options, "x-systemd.automount") ||
	       vwb_text_equal(mount->kind, "resume") || vwb_text_equal(mount->type, "swap");
}

/* A name that the target gives too. Source: the boots that proved it. */
static bool is_right_here(const struct vw_assessment *a, const char *device, size_t length)
{
	static const struct {
		unsigned targets;
		const char *prefix;
	} names[] = {
		{VW_ON_NVME, "/dev/nvme0n1"},
		{VW_XEN_PV | VW_XEN_HVM, "/dev/xvd"},
		{VW_KVM, "/dev/vda"},
		{VW_GCP | VW_AZURE, "/dev/sda"},
	};

	for (size_t i = 0; i < VW_COUNT(names); i++)
		if (names[i].targets & a->target && length >= strlen(names[i].prefix) &&
		    !strncmp(device, names[i].prefix, strlen(names[i].prefix)))
			return true;
	return false;
}

static void mounts_are_steady(struct vw_assessment *a)
{
	const struct vw_mounts *mounts = &a->image->mounts;

	for (size_t i = 0; mounts->state == VW_VALUE && i < mounts->count; i++) {
		const struct vw_mount *mount = &mounts->mount[i];
		bool right = vwb_text_equal(mount->where, "/") &&
			     is_right_here(a, mount->what, strlen(mount->what));

		if (is_fickle(mount->what, strlen(mount->what)))
			vw_say(a, VW_FAIL,
			       right                   ? VW_ADVICE
			       : may_be_missing(mount) ? VW_DEGRADED
						       : a->severity,
			       mount->what, mount->source,
			       right ? "%s %s%s%s: holds on %s as long as it has one disk, use its UUID"
				     : "%s %s%s%s: %s may call it otherwise, use its UUID",
			       mount->source, mount->what, *mount->where ? " on " : "", mount->where,
			       vw_target_name(a->target));
	}
	a->remedy = "let /etc/fstab be read, and check again";
	if (vw_state_unreadable(mounts->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/etc/fstab", "/etc/fstab", "/etc/fstab %s",
		       vw_state_reason(mounts->state));
	vw_say_passed(a, "/etc/fstab", "what is mounted is named by what moves with it");
}

VW_CHECK(FST001, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "what is mounted is named by what moves with it",
	 "replace {subject} by UUID= and what blkid -s UUID tells of it",
	 "https://man7.org/linux/man-pages/man5/fstab.5.html", .assess = mounts_are_steady);

/* Other makers have other sources of it, or other words: "boot=live". Source: initramfs-tools(7),
 * scripts/local. */
static bool needs_root_word(const struct vw_image_kernel *kernel)
{
	const char *value;
	size_t length;

	return kernel->cmdline.state == VW_VALUE &&
	       vwb_text_equal(kernel->initramfs.generator, "initramfs-tools") &&
	       !vw_cmdline_find(kernel->cmdline.text, "root", &value, &length) &&
	       !vw_cmdline_find(kernel->cmdline.text, "boot", &value, &length);
}

/* What the next update of the boot loader would write. */
static void say_intended_root(struct vw_assessment *a)
{
	const struct vw_lines *intent = &a->image->boot.intent;

	for (size_t i = 0; intent->state == VW_VALUE && i < intent->count; i++) {
		const char *at = strstr(intent->line[i].text, "root="),
			   *value = at ? at + strlen("root=") : NULL;
		size_t length = value ? strcspn(value, " \t\"'") : 0;

		if (value && (at == intent->line[i].text || strchr(" \t\"'=", at[-1])) &&
		    is_fickle(value, length))
			vw_say(a, VW_FAIL, VW_ADVICE, "root", intent->line[i].source,
			       "%s has root=%.*s, which the next update of the boot loader takes over",
			       intent->line[i].source, (int)length, value);
	}
}

static void root_is_steady(struct vw_assessment *a)
{
	const struct vw_text *cmdline = &a->kernel->cmdline;
	const struct vw_boot_entry *entry = a->kernel->entry;
	const char *value = NULL;
	size_t length = 0;

	if (vw_state_unreadable(cmdline->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "root", cmdline->source,
		       "where kernel %s looks for its root is not known: its command line %s",
		       a->kernel->release, vw_state_reason(cmdline->state));
	else if (needs_root_word(a->kernel))
		vw_say(a, VW_FAIL, a->severity, "root", cmdline->source,
		       "the command line of kernel %s has no root=, and %s finds none without it",
		       a->kernel->release, a->kernel->initramfs.path);
	else if (vw_cmdline_value(a->kernel, "root", &value, &length) && is_fickle(value, length)) {
		bool right = is_right_here(a, value, length);

		vw_say(a, VW_FAIL, right ? VW_ADVICE : a->severity, "root", cmdline->source,
		       right ? "root=%.*s holds on %s as long as it has one disk: use its UUID"
			     : "root=%.*s is a name that %s does not give: use its UUID",
		       (int)length, value, vw_target_name(a->target));
	}
	if (entry && entry->root_set && strchr(entry->root_set, 'h'))
		vw_say(a, VW_FAIL, VW_ADVICE, "set root", entry->source,
		       "%s sets root to %s and does not search for it by its UUID", entry->source,
		       entry->root_set);
	if (!a->count)
		say_intended_root(a);
	vw_say_passed(a, cmdline->source, "kernel %s looks for its root by what moves with it",
		      a->kernel->release);
}

VW_CHECK(FST002, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the root is looked for by what moves with it",
	 "use root=UUID=, without GRUB_DISABLE_LINUX_UUID, and make the boot loader's configuration "
	 "again",
	 "https://www.gnu.org/software/grub/manual/grub/html_node/Simple-configuration.html", VW_EACH_KERNEL,
	 .assess = root_is_steady);

static bool is_swap(const struct vw_image_facts *image, const char *value, size_t length)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++)
		if (vwb_text_equal(image->mounts.mount[i].type, "swap") &&
		    strlen(image->mounts.mount[i].what) == length &&
		    !strncmp(image->mounts.mount[i].what, value, length))
			return true;
	return false;
}

/* Dracut and systemd wait for it; initramfs-tools gives up after a while. Source: systemd issue 35180;
 * initramfs-tools, scripts/local-premount/resume. */
static void resume_is_there(struct vw_assessment *a)
{
	const char *generator = a->kernel->initramfs.generator, *value;
	bool waits = vwb_text_equal(generator, "dracut") || vwb_text_equal(generator, "systemd");
	size_t length;

	if (!vw_cmdline_value(a->kernel, "resume", &value, &length) ||
	    a->kernel->initramfs.state == VW_ABSENT)
		return;
	if (is_fickle(value, length) && !is_right_here(a, value, length))
		vw_say(a, VW_FAIL, waits ? a->severity : VW_DEGRADED, "resume", a->kernel->cmdline.source,
		       "resume=%.*s is a name that %s does not give, and the initramfs waits for it",
		       (int)length, value, vw_target_name(a->target));
	else if (a->image->mounts.state == VW_VALUE && !is_swap(a->image, value, length))
		vw_say(a, VW_FAIL, VW_ADVICE, "resume", a->kernel->cmdline.source,
		       "resume=%.*s is none of the swap in fstab: without it, the initramfs waits for it",
		       (int)length, value);
}

/* With fips=1 the kernel's checksum is looked for on what boot= names, and a boot ends where it is not there.
 * Source: dracut, modules.d/01fips/fips.sh; RHEL, "Switching RHEL to FIPS mode". */
static void fips_finds_boot(struct vw_assessment *a)
{
	const char *value, *fips;
	size_t length, fips_length;
	bool separate = vw_mounted_at(a->image, "/boot");

	if (!vw_cmdline_value(a->kernel, "fips", &fips, &fips_length) || fips_length != 1 || *fips != '1')
		return;
	if (!vw_cmdline_value(a->kernel, "boot", &value, &length)) {
		if (separate)
			vw_say(a, VW_FAIL, a->severity, "boot", a->kernel->cmdline.source,
			       "fips=1 is there and boot= is not: /boot is a file system of its own");
	} else if (!separate && a->image->mounts.state == VW_VALUE) {
		vw_say(a, VW_FAIL, a->severity, "boot", a->kernel->cmdline.source,
		       "fips=1 looks for the kernel on boot=%.*s, and /boot is no file system of its own",
		       (int)length, value);
	} else if (is_fickle(value, length) && !is_right_here(a, value, length)) {
		vw_say(a, VW_FAIL, a->severity, "boot", a->kernel->cmdline.source,
		       "boot=%.*s is a name that %s does not give: use its UUID", (int)length, value,
		       vw_target_name(a->target));
	}
}

static void cmdline_names_devices(struct vw_assessment *a)
{
	const struct vw_text *cmdline = &a->kernel->cmdline;

	if (vw_state_unreadable(cmdline->state))
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "command line", cmdline->source,
		       "which devices the command line of kernel %s names is not known: it %s",
		       a->kernel->release, vw_state_reason(cmdline->state));
	resume_is_there(a);
	fips_finds_boot(a);
	vw_say_passed(a, cmdline->source, "the command line of kernel %s names no device that may be missing",
		      a->kernel->release);
}

VW_CHECK(FST003, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the command line names no device that may be missing",
	 "take {subject}= off the kernel's command line, or let it name a device by its UUID",
	 "https://man7.org/linux/man-pages/man7/dracut.cmdline.7.html", VW_EACH_KERNEL,
	 .assess = cmdline_names_devices);

/* File systems on the network that systemd does not know for such: they need _netdev. Source: systemd,
 * src/basic/mountpoint-util.c, fstype_is_network(). */
static void network_is_waited_for(struct vw_assessment *a)
{
	static const char types[] =
		"efs fuse.s3fs s3fs fuse.goofys goofys fuse.rclone rclone fuse.mount-s3 mount-s3 beegfs "
		"weka wekafs quobyte moosefs";
	const struct vw_mounts *mounts = &a->image->mounts;

	for (size_t i = 0; mounts->state == VW_VALUE && i < mounts->count; i++) {
		const struct vw_mount *mount = &mounts->mount[i];

		if (*mount->type && vwb_text_has_word(types, mount->type) &&
		    !vwb_text_has_word(mount->options, "_netdev") && !may_be_missing(mount))
			vw_say(a, VW_FAIL, a->severity, mount->where, mount->source,
			       "%s mounts %s without _netdev: it is tried before the network is up, and the "
			       "boot ends in "
			       "emergency mode",
			       mount->source, mount->type);
	}
	if (vw_state_unreadable(mounts->state))
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/etc/fstab", "/etc/fstab", "/etc/fstab %s",
		       vw_state_reason(mounts->state));
	vw_say_passed(a, "/etc/fstab", "no file system is mounted before the network that it needs");
}

VW_CHECK(FST004, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "file systems on the network wait for it",
	 "add _netdev,nofail to the options of {subject} in /etc/fstab",
	 "https://docs.aws.amazon.com/efs/latest/ug/mount-fs-auto-mount-update-fstab.html",
	 .assess = network_is_waited_for);

static bool is_mapped(const struct vw_mount *mount)
{
	return vwb_text_starts(mount->what, "/dev/mapper/") && !may_be_missing(mount);
}

/* LVM looks at the devices of this file only, and a serial number or a WWID is another on each platform.
 * Source: lvmdevices(8). */
static void lvm_finds_its_devices(struct vw_assessment *a)
{
	const struct vw_lines *lines = &a->image->lvm_devices;
	const struct vw_mount *mapped = NULL;

	for (size_t i = 0; a->image->mounts.state == VW_VALUE && i < a->image->mounts.count && !mapped; i++)
		mapped = is_mapped(&a->image->mounts.mount[i]) ? &a->image->mounts.mount[i] : NULL;
	for (size_t i = 0; mapped && lines->state == VW_VALUE && i < lines->count; i++)
		if (strstr(lines->line[i].text, "IDTYPE=") &&
		    !strstr(lines->line[i].text, "IDTYPE=devname") &&
		    !strstr(lines->line[i].text, "IDTYPE=mpath_uuid"))
			vw_say(a, VW_FAIL, a->severity, "/etc/lvm/devices/system.devices",
			       lines->line[i].source,
			       "%s names a disk of the machine that made the image: LVM passes over the one "
			       "that %s "
			       "gives, and %s stays away",
			       lines->line[i].source, vw_target_name(a->target), mapped->what);
	if (vw_state_unreadable(lines->state))
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/etc/lvm/devices/system.devices", NULL,
		       "which devices LVM looks at is not known: its file %s", vw_state_reason(lines->state));
	vw_say_passed(a, NULL, "LVM finds its devices wherever they are, or is not asked for any");
}

VW_CHECK(LVM001, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "LVM does not look for the disks of another machine",
	 "rm /etc/lvm/devices/system.devices in the image; vgimportdevices -a makes it anew",
	 "https://man7.org/linux/man-pages/man8/lvmdevices.8.html", .assess = lvm_finds_its_devices);
