/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

/* What a guest of Xen needs. */

VW_CHECKS_OF(xen);

static void kernel_knows_xen(struct vw_assessment *a)
{
	bool pv = a->target == VW_XEN_PV;
	const char *option = pv ? "CONFIG_XEN_PV" : "CONFIG_XEN_PVHVM";
	char value = 'n', other = 'n';

	if (vw_image_config(a->kernel, pv ? "XEN_PV" : "XEN_PVHVM", &value) < 0)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, option, a->kernel->config.source,
		       "whether kernel %s can be %s is not known: its configuration %s", a->kernel->release,
		       vw_target_name(a->target), vw_state_reason(a->kernel->config.state));
	else if (vw_image_config(a->kernel, pv ? "X86_64_XEN" : "XEN_PVHVM_GUEST", &other) == 0 &&
		 value != 'y' && other != 'y')
		vw_say(a, VW_FAIL, a->severity, option, a->kernel->config.source,
		       pv ? "kernel %s has no %s: Xen cannot start it without hardware"
			  : "kernel %s has no %s: Xen's devices stay emulated",
		       a->kernel->release, option);
	vw_say_passed(a, a->kernel->config.source, "kernel %s can be %s", a->kernel->release,
		      vw_target_name(a->target));
}

VW_CHECK(XEN003, VW_ON_XEN, VW_FATAL, VW_BREAKS_BOOT, "the kernel can be a guest of Xen",
	 "use a kernel with {subject}=y", "https://wiki.xenproject.org/wiki/Mainline_Linux_Kernel_Configs",
	 VW_EACH_KERNEL, .milder_on = VW_XEN_HVM, .milder = VW_DEGRADED, .assess = kernel_knows_xen);

/* Source: EC2 User Guide, "Use your own Linux kernels", and Xen's pv-grub: GRUB 0.97's file systems, and the
 * decompressors of Xen's domain builder. */
static void pv_grub_starts(struct vw_assessment *a)
{
	const struct vw_text *menu = &a->image->boot.menu_lst;
	const char *compression = a->kernel->file.compression;

	if (menu->state == VW_ABSENT || menu->state == VW_MALFORMED)
		vw_say(a, VW_FAIL, a->severity, "menu.lst", menu->source,
		       "PV-GRUB reads /boot/grub/menu.lst, which %s",
		       menu->state == VW_ABSENT ? "is not there" : "has no entry");
	else if (menu->state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "menu.lst", menu->source,
		       "PV-GRUB reads /boot/grub/menu.lst, which %s", vw_state_reason(menu->state));
	if (compression && !vwb_text_has_word("gzip bzip2 lzo xz lzma", compression))
		vw_say(a, VW_FAIL, a->severity, compression, a->kernel->file.path,
		       "%s is compressed with %s, which PV-GRUB does not unpack", a->kernel->file.path,
		       compression);
	else if (!compression && a->kernel->file.state != VW_ABSENT)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, NULL, a->kernel->file.path,
		       "how kernel %s is compressed is not known; PV-GRUB does not unpack all",
		       a->kernel->release);
	for (size_t i = 0; a->image->mounts.state == VW_VALUE && i < a->image->mounts.count; i++) {
		const struct vw_mount *mount = &a->image->mounts.mount[i];

		if ((vwb_text_equal(mount->where, "/boot") || vwb_text_equal(mount->where, "/")) &&
		    *mount->type && !vwb_text_has_word("ext2 ext3 ext4 jfs xfs reiserfs auto", mount->type))
			vw_say(a, VW_FAIL, VW_DEGRADED, mount->where, mount->source,
			       "%s is %s, which PV-GRUB does not read", mount->where, mount->type);
	}
	vw_say_passed(a, menu->text, "PV-GRUB can start kernel %s", a->kernel->release);
}

VW_CHECK(XEN004, VW_XEN_PV, VW_FATAL, VW_BREAKS_BOOT, "PV-GRUB can start the kernel",
	 "write /boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz",
	 VW_EC2_GUIDE "UserProvidedKernels.html", VW_EACH_KERNEL, .assess = pv_grub_starts);

/* Without its driver an HVM guest has neither grant tables nor Xenbus, hence no paravirtual device.
 * Source: Linux drivers/xen/platform-pci.c. */
static void xen_platform_is_driven(struct vw_assessment *a)
{
	const struct vw_device_facts *devices = &a->facts->devices;
	bool driven = false;

	for (size_t i = 0; i < devices->pci_count; i++)
		driven |= devices->pci[i].driver != NULL;
	for (size_t i = 0; i < devices->pci_count; i++) {
		const struct vw_pci_device *pci = &devices->pci[i];
		const char *evidence =
			vwb_arena_printf(a->arena, "/sys/bus/pci/devices/%s/driver", pci->slot);

		if (pci->vendor != 0x5853 || pci->device != 0x0001)
			continue;
		if (pci->driver) {
			vw_say(a, VW_PASS, VW_DEGRADED, pci->slot, evidence, "driven by %s", pci->driver);
		} else if (driven) {
			vw_say(a, VW_FAIL, VW_DEGRADED, pci->slot, evidence,
			       "nothing drives Xen's platform device: no paravirtual disk or network");
		} else {
			vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, pci->slot, evidence,
			       "which drivers PCI devices are bound to was not recorded");
		}
	}
}

VW_CHECK(DRV011, 0, VW_DEGRADED, VW_BREAKS_NOTHING, "Xen's platform device is driven",
	 "use a kernel with CONFIG_XEN_PVHVM, or load xen_platform_pci; boot without nopv",
	 "Linux drivers/xen/platform-pci.c", .assess = xen_platform_is_driven);
