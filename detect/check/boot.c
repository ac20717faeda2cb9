/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* Boot entries, and what the firmware starts. */

VW_CHECKS_OF(boot);

static const struct vw_boot_entry *default_entry(const struct vw_boot *boot)
{
	for (size_t i = 0; i < boot->count; i++)
		if (boot->entry[i].is_default)
			return &boot->entry[i];
	return NULL;
}

/* An EFI system partition that fstab mounts and that is empty here may hold what the image boots from. */
static const struct vw_mount *unmounted_boot(const struct vw_image_facts *image)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++) {
		const struct vw_mount *mount = &image->mounts.mount[i];

		if (vwb_text_has_word("/boot /boot/efi /efi", mount->where) &&
		    image->esp.folder.state != VW_VALUE)
			return mount;
	}
	return NULL;
}

static bool unread_loader(const struct vw_image_facts *image)
{
	for (size_t i = 0; i < image->unread_count; i++)
		if (vwb_text_starts(image->unread[i].source, "/boot") ||
		    vwb_text_starts(image->unread[i].source, "/efi"))
			return true;
	return image->boot.grub_config.state == VW_DENIED;
}

static const struct vw_image_kernel *booted_by(const struct vw_image_facts *image,
					       const struct vw_boot_entry *entry)
{
	for (size_t i = 0; i < image->kernel_count; i++)
		if (image->kernel[i].entry == entry || image->kernel[i].is_default ||
		    vwb_text_equal(image->kernel[i].file.path, entry->kernel_at))
			return &image->kernel[i];
	return NULL;
}

/* GRUB and systemd-boot start the first entry where the default does not exist; GRUB goes on without an
 * initramfs. Others end there. Source: GRUB grub-core/normal/menu.c; systemd, src/boot/boot.c; boots of whole
 * disks. */
static bool is_grub(const struct vw_image_facts *image, const struct vw_boot_entry *entry)
{
	return vwb_text_equal(entry->loader, "grub") ||
	       (vwb_text_equal(entry->loader, "bls") && image->boot.grub_config.state == VW_VALUE);
}

static bool starts_the_first(const struct vw_boot *boot)
{
	return boot->count && vwb_text_has_word("grub bls systemd-boot uki", boot->entry[0].loader);
}

static void default_is_there(struct vw_assessment *a)
{
	const struct vw_boot *boot = &a->image->boot;
	const struct vw_boot_entry *entry = default_entry(boot);
	const struct vw_image_kernel *kernel = entry ? booted_by(a->image, entry) : NULL;

	if (boot->default_lost)
		vw_say(a, VW_FAIL, starts_the_first(boot) ? VW_DEGRADED : a->severity, boot->default_lost,
		       boot->default_by, "the default entry '%s' does not exist%s%s", boot->default_lost,
		       boot->default_by ? "; it is named by " : "", boot->default_by ? boot->default_by : "");
	else if (!boot->count)
		vw_say(a, VW_SKIP, a->severity, NULL, NULL, "no boot entry was found: KRN004 tells");
	else if (!entry)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "default", boot->default_by,
		       "which of %zu boot entries is the default is not known", boot->count);
	else if (entry->kernel && !entry->kernel_at)
		vw_say(a, VW_FAIL, a->severity, entry->kernel, entry->source,
		       "the default entry boots %s, which is not there", entry->kernel);
	else if (entry->kernel && !kernel)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, entry->kernel, entry->source,
		       "the default entry boots %s, which is none of the kernels that were found",
		       entry->kernel);
	vw_say_passed(a, entry ? entry->source : NULL, "the default entry boots kernel %s",
		      kernel ? kernel->release : "");
}

static const char *const choose_default[VW_FAMILIES] = {
	[VW_DEBIAN] = "set GRUB_DEFAULT=0 in /etc/default/grub, then: update-grub",
	[VW_REDHAT] = "grubby --set-default /boot/vmlinuz-RELEASE, of a kernel that is installed",
	[VW_SUSE] = "grub2-set-default 0",
	[VW_ALPINE] = "set default= in /etc/update-extlinux.conf, then: update-extlinux",
};

VW_CHECK(KRN002, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the default boot entry names a kernel that is there",
	 "choose an entry that exists as the default",
	 "https://www.gnu.org/software/grub/manual/grub/html_node/default.html", .remedies = choose_default,
	 .assess = default_is_there);

/* Is /boot a file system of its own? A subvolume of the root's is none. */
static enum vw_tristate has_own_boot(const struct vw_image_facts *image)
{
	const struct vw_mount *root = vw_mounted_at(image, "/"), *boot = vw_mounted_at(image, "/boot");

	if (!root || (boot && vwb_text_equal(boot->what, root->what)) ||
	    (boot && (strstr(boot->options, "bind") || vwb_text_equal(boot->type, "zfs"))))
		return VW_UNKNOWN;
	return boot ? VW_YES : VW_NO;
}

/* GRUB's paths are those of the file system that /boot lies on: after /boot became one of its own, or was
 * one, they have a folder too many or too few. */
static void path_fits_partition(struct vw_assessment *a, const struct vw_boot_entry *entry,
				enum vw_severity severity)
{
	enum vw_tristate own = has_own_boot(a->image);

	if (!is_grub(a->image, entry) || !entry->kernel_on)
		return;
	if (own == VW_YES && !(entry->kernel_on & VW_ON_BOOT))
		vw_say(a, VW_FAIL, severity, entry->kernel, entry->source,
		       "%s names the kernel %s, which is not there: fstab mounts another file system on "
		       "/boot",
		       entry->source, entry->kernel);
	/* systemd may mount one without a line in fstab: systemd-gpt-auto-generator(8) */
	else if (own == VW_NO && !(entry->kernel_on & VW_ON_ROOT))
		vw_say(a, VW_STATUS_UNKNOWN, severity, entry->kernel, entry->source,
		       "%s names the kernel %s, which is in /boot: whether that is a file system of its own "
		       "is not known, fstab mounts none there",
		       entry->source, entry->kernel);
}

static void entry_resolves(struct vw_assessment *a, const struct vw_boot_entry *entry)
{
	enum vw_severity severity = entry->is_default ? a->severity : VW_DEGRADED;

	if (entry->kernel && !entry->kernel_at)
		vw_say(a, VW_FAIL, severity, entry->kernel, entry->source,
		       "%s names the kernel %s, which is not there", entry->source, entry->kernel);
	path_fits_partition(a, entry, severity);
	for (size_t i = 0; i < entry->initrd_count; i++)
		if (!entry->initrd_at[i])
			vw_say(a, VW_FAIL, is_grub(a->image, entry) ? VW_DEGRADED : severity,
			       entry->initrd[i], entry->source,
			       "%s names the initramfs %s, which is not there", entry->source,
			       entry->initrd[i]);
}

static void entries_resolve(struct vw_assessment *a)
{
	const struct vw_boot *boot = &a->image->boot;
	const struct vw_mount *elsewhere = unmounted_boot(a->image);

	if (!boot->count && a->image->layout.state == VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/boot", a->image->layout.text,
		       "no boot entry was found, and not all of this layout is followed (%s)",
		       a->image->layout.text);
	else if (!boot->count && unread_loader(a->image))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/boot", boot->grub_config.source,
		       "no boot entry was found, and not all of /boot could be read");
	else if (!boot->count && elsewhere && boot->grub_config.state != VW_MALFORMED)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, elsewhere->where, elsewhere->source,
		       "no boot entry was found; %s, which %s mounts, is not here", elsewhere->where,
		       elsewhere->source);
	else if (!boot->count)
		vw_say(a, VW_FAIL, a->severity, "boot loader", boot->grub_config.source,
		       boot->grub_config.state == VW_MALFORMED
			       ? "the boot loader's configuration has no entry"
			       : "no boot loader's configuration was found");
	for (size_t i = 0; i < boot->count; i++)
		entry_resolves(a, &boot->entry[i]);
	vw_say_passed(a, boot->grub_config.text, "all that %zu boot entries name is there", boot->count);
}

static const char *const make_menu[VW_FAMILIES] = {
	[VW_DEBIAN] = "update-grub",
	[VW_REDHAT] = "grub2-mkconfig -o /boot/grub2/grub.cfg",
	[VW_SUSE] = "grub2-mkconfig -o /boot/grub2/grub.cfg",
	[VW_ALPINE] = "grub-mkconfig -o /boot/grub/grub.cfg, or update-extlinux",
	[VW_ARCH] = "grub-mkconfig -o /boot/grub/grub.cfg",
};

VW_CHECK(KRN004, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "there are boot entries, and what they name is there",
	 "make the boot loader's configuration again",
	 "https://www.gnu.org/software/grub/manual/grub/html_node/Configuration.html", .remedies = make_menu,
	 .assess = entries_resolve);

static bool esp_is_elsewhere(const struct vw_image_facts *image)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++)
		if (vwb_text_has_word("/boot/efi /efi /boot", image->mounts.mount[i].where) &&
		    vwb_text_equal(image->mounts.mount[i].type, "vfat"))
			return true;
	return false;
}

/* An image keeps no boot entries of the firmware: it starts the removable medium's path. Source: UEFI 2.10,
 * section 3.5.1.1. */
static void say_loader(struct vw_assessment *a, const char *arch, const char *file)
{
	const struct vw_image_esp *esp = &a->image->esp;

	if (vw_names_have(&esp->archs, arch))
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
	a->remedy = "make the image of packages for 64-bit Arm";
	if (arch->state == VW_VALUE && !vwb_text_equal(arch->text, "aarch64"))
		vw_say(a, VW_FAIL, a->severity, arch->source, arch->source, "%s is for %s; %s runs aarch64",
		       arch->source ? arch->source : "the system", arch->text, vw_target_name(a->target));
	a->remedy = "use a kernel with CONFIG_{subject}=y";
	for (size_t i = 0; a->default_kernel && i < 2; i++) {
		const char *option = i ? "ACPI" : "EFI_STUB";
		char value;

		if (vw_image_config(a->default_kernel, option, &value) == 0 && value != 'y')
			vw_say(a, VW_FAIL, a->severity, option, a->default_kernel->config.source,
			       "kernel %s has no CONFIG_%s", a->default_kernel->release, option);
	}
	vw_say_passed(a, a->image->esp.folder.text, "UEFI finds what it starts on the EFI system partition");
}

VW_CHECK(UEF001, VW_ON_EC2_ARM64, VW_FATAL, VW_BREAKS_BOOT, "UEFI finds a loader for 64-bit Arm",
	 "grub-install --target=arm64-efi --removable", VW_EC2_GUIDE "launch-instance-boot-mode.html",
	 .assess = arm_boots);

static void boot_mode_fits(struct vw_assessment *a)
{
	const struct vw_ami *ami = a->request->ami;

	if (!ami || !ami->boot_mode)
		vw_say(a, VW_SKIP, a->severity, "boot-mode", NULL,
		       "the image's boot mode was not given (--ami-json)");
	else if (vwb_text_equal(ami->boot_mode, "uefi"))
		say_loader(a, "x86_64", "BOOTX64.EFI");
	vw_say_passed(a, a->image->esp.folder.text, "the image holds what boot mode %s starts",
		      ami && ami->boot_mode ? ami->boot_mode : "");
}

VW_CHECK(UEF002, VW_ON_X86_ONLY, VW_FATAL, VW_BREAKS_BOOT,
	 "the image holds what its boot mode starts (--ami-json)",
	 "grub-install --target=x86_64-efi --removable, or register with another boot mode",
	 VW_EC2_GUIDE "launch-instance-boot-mode.html", .assess = boot_mode_fits);

/* What is mounted below /boot and is not here may hold the loader. */
static bool loader_is_elsewhere(const struct vw_image_facts *image)
{
	bool esp = image->esp.folder.state == VW_VALUE;

	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++) {
		const struct vw_mount *mount = &image->mounts.mount[i];

		if (vwb_text_has_word("/boot/efi /efi", mount->where) ||
		    (vwb_text_equal(mount->where, "/boot") && vwb_text_equal(mount->type, "vfat"))) {
			if (!esp)
				return true;
		} else if (vwb_text_starts(mount->where, "/boot/")) {
			return true;
		}
	}
	return image->mounts.state != VW_VALUE && image->mounts.state != VW_ABSENT;
}

/* An AMI without a boot mode is started by the BIOS on Intel and AMD. Source: EC2 User Guide, "Boot modes".
 */
static bool bios_only(const struct vw_assessment *a)
{
	const struct vw_ami *ami = a->request->ami;

	return a->target == VW_XEN_HVM ||
	       (a->target & VW_ON_EC2_X86 && ami &&
		(!ami->boot_mode || vwb_text_equal(ami->boot_mode, "legacy-bios")));
}

static void loader_is_there(struct vw_assessment *a)
{
	const struct vw_image_facts *image = a->image;
	const struct vw_text *bios = &image->boot.bios_loader;
	const char *arch = image->os.arch.state == VW_VALUE ? image->os.arch.text : "x86_64";
	bool arm = vwb_text_equal(arch, "aarch64");
	bool uefi = vw_names_have(&image->esp.archs, arm ? "aarch64" : "x86_64"), only = bios_only(a);
	bool whole = image->init.libraries && image->layout.state == VW_ABSENT && image->boot.count &&
		     !loader_is_elsewhere(image) && !unread_loader(image);

	if ((!only && uefi) || (bios->state == VW_VALUE && !arm)) {
		vw_say_passed(a, bios->state == VW_VALUE ? bios->text : image->esp.folder.text,
			      "there is a boot loader that the firmware starts");
		return;
	}
	if (bios->state == VW_ABSENT && only && (uefi || whole))
		vw_say(a, VW_FAIL, a->severity, "boot loader", image->esp.folder.text,
		       uefi ? "only UEFI can start this image, and %s has a BIOS"
			    : "no boot loader is installed that the BIOS of %s starts",
		       vw_target_name(a->target));
	else if (bios->state == VW_ABSENT && whole)
		vw_say(a, VW_FAIL, a->severity, "boot loader", image->esp.folder.text,
		       "no boot loader is installed, neither for a BIOS nor for UEFI");
	else
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "boot loader", bios->source,
		       "whether a boot loader is installed is not known: none was found in this root");
}

static const char *const install_loader[VW_FAMILIES] = {
	[VW_DEBIAN] = "grub-install DISK, with grub-pc; for UEFI grub-install --removable, with grub-efi",
	[VW_REDHAT] = "grub2-install DISK, with the package grub2-pc",
	[VW_SUSE] = "grub2-install DISK, with the package grub2-i386-pc",
	[VW_ARCH] = "grub-install --target=i386-pc DISK",
};

VW_CHECK(
	LDR001, VW_XEN_HVM | VW_ON_EC2_X86 | VW_KVM | VW_GCP | VW_AZURE, VW_FATAL, VW_BREAKS_BOOT,
	"a boot loader is installed that the firmware starts",
	"install a boot loader for the target's firmware",
	"https://www.gnu.org/software/grub/manual/grub/html_node/Installing-GRUB-using-grub_002dinstall.html",
	.remedies = install_loader, .assess = loader_is_there);
