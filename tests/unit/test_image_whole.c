/* SPDX-License-Identifier: MIT */
/* Kernels with their files and entries, UKIs, the ESP, and programs: a row is an image. */
#include "tests/unit/image_dump.h"

/* All parts, as the program has them. */
static int read_all(struct vw_image *image, struct vw_image_facts *facts)
{
	const struct vw_image_facts *all;
	int r = vw_image_probe(image, NULL, &all);

	if (r == 0)
		*facts = *all;
	return r;
}

static int read_boot_and_kernels(struct vw_image *image, struct vw_image_facts *facts)
{
	int r = vw_image_probe_boot(image, facts);

	return r < 0 ? r : vw_image_probe_kernels(image, facts);
}

static const struct image_case kernel_files_cases[] = {
	{"/boot/vmlinuz-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/vmlinuz-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/vmlinuz-6.1-a value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/vmlinux-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/vmlinux-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/vmlinux-6.1-a value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/Image-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/Image-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/Image-6.1-a value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/image-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/image-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/image-6.1-a value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/kernel-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/kernel-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/kernel-6.1-a value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/bzImage-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/bzImage-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/bzImage-6.1-a value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/zImage-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/zImage-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/zImage-6.1-a value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/lib/modules/6.1-a/vmlinuz",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/lib/modules/6.1-a/vmlinuz", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /lib/modules/6.1-a/vmlinuz value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/lib/modules/6.1-a/Image",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/lib/modules/6.1-a/Image", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /lib/modules/6.1-a/Image value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/lib/modules/6.1-a/image",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/lib/modules/6.1-a/image", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /lib/modules/6.1-a/image value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/lib/modules/6.1-a/vmlinux",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/lib/modules/6.1-a/vmlinux", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /lib/modules/6.1-a/vmlinux value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/efi/Default/6.1-a/linux",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/efi/Default/6.1-a/linux", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /efi/Default/6.1-a/linux value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/Default/6.1-a/linux",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/Default/6.1-a/linux", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/Default/6.1-a/linux value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/efi/Default/6.1-a/linux",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/efi/Default/6.1-a/linux", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/efi/Default/6.1-a/linux value format=bzImage version=9, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/vmlinuz-6.1",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/vmlinuz-6.1", "bzImage 9"}},
	 "kernel * 9\n"
	 "  file /boot/vmlinuz-6.1 value format=bzImage version=9, 2048 bytes\n"
	 "kernel 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/other-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/other-6.1-a", "bzImage 9"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
};

static void kernel_files(void **state)
{
	(void)state;
	ASSERT_CASES(kernel_files_cases, read_boot_and_kernels, NULL);
}

static const struct image_case initramfs_files_cases[] = {
	{"/boot/initramfs-6.1-a.img",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initramfs-6.1-a.img", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initramfs-6.1-a.img malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initrd.img-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd.img-6.1-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initrd.img-6.1-a malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initrd-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd-6.1-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initrd-6.1-a malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initrd-6.1-a.img",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd-6.1-a.img", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initrd-6.1-a.img malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initramfs-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initramfs-6.1-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initramfs-6.1-a malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/lib/modules/6.1-a/initrd",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/lib/modules/6.1-a/initrd", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /lib/modules/6.1-a/initrd malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/lib/modules/6.1-a/initramfs.img",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/lib/modules/6.1-a/initramfs.img", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /lib/modules/6.1-a/initramfs.img malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/efi/Default/6.1-a/initrd",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/efi/Default/6.1-a/initrd", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /efi/Default/6.1-a/initrd malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/Default/6.1-a/initrd",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/Default/6.1-a/initrd", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/Default/6.1-a/initrd malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/efi/Default/6.1-a/initrd",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/efi/Default/6.1-a/initrd", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/efi/Default/6.1-a/initrd malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initrd.img-6.1-a.old",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd.img-6.1-a.old", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/initramfs-6.1-a-fallback.img",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initramfs-6.1-a-fallback.img", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/initrd-my-6.1-a-x",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd-my-6.1-a-x", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initrd-my-6.1-a-x malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/my-initrd-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/my-initrd-6.1-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/initrd-6.2",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd-6.2", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/initramfs-a.img",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initramfs-a.img", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initramfs-a.img malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initrd-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initrd-a malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initramfs-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initramfs-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initramfs-a malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initrd.img-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd.img-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initrd.img-a malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"/boot/initrd-a.img",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/initrd-a.img", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/initrd-a.img malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
};

static void initramfs_files(void **state)
{
	(void)state;
	ASSERT_CASES(initramfs_files_cases, read_boot_and_kernels, NULL);
}

static const struct image_case config_files_cases[] = {
	{"/boot/config-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/config-6.1-a", "CONFIG_A=y\n"}},
	 "kernel * 6.1-a\n"
	 "  config: 'CONFIG_A=y\n"
	 "' @ /boot/config-6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/usr/lib/kernel/config-6.1-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/usr/lib/kernel/config-6.1-a", "CONFIG_A=y\n"}},
	 "kernel * 6.1-a\n"
	 "  config: 'CONFIG_A=y\n"
	 "' @ /usr/lib/kernel/config-6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/lib/modules/6.1-a/config",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/lib/modules/6.1-a/config", "CONFIG_A=y\n"}},
	 "kernel * 6.1-a\n"
	 "  config: 'CONFIG_A=y\n"
	 "' @ /lib/modules/6.1-a/config\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/config-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/config-a", "CONFIG_A=y\n"}},
	 "kernel * 6.1-a\n"
	 "  config: 'CONFIG_A=y\n"
	 "' @ /boot/config-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/usr/lib/kernel/config-a",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/usr/lib/kernel/config-a", "CONFIG_A=y\n"}},
	 "kernel * 6.1-a\n"
	 "  config: 'CONFIG_A=y\n"
	 "' @ /usr/lib/kernel/config-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"/boot/config-6.1",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/config-6.1", "CONFIG_A=y\n"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"the first of them",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/boot/config-6.1-a", "1"},
	  {"/lib/modules/6.1-a/config", "2"},
	  {"/boot/config-a", "3"}},
	 "kernel * 6.1-a\n"
	 "  config: '1' @ /boot/config-6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"a folder",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/config-6.1-a/x", ""}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
};

static void config_files(void **state)
{
	(void)state;
	ASSERT_CASES(config_files_cases, read_boot_and_kernels, NULL);
}

static const struct image_case tokens_cases[] = {
	{"the machine's id",
	 {{"/etc/machine-id", "0123\n"},
	  {"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/boot/0123/6.1-a/linux", "bzImage 6.1-a"},
	  {"/boot/0123/6.1-a/initrd", "x"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/0123/6.1-a/linux value format=bzImage version=6.1-a, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /boot/0123/6.1-a/initrd malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"a token of its own",
	 {{"/etc/kernel/entry-token", "tok\n"},
	  {"/etc/machine-id", "0123\n"},
	  {"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/efi/tok/6.1-a/linux", "bzImage 6.1-a"},
	  {"/boot/0123/6.1-a/initrd", "x"}},
	 "kernel * 6.1-a\n"
	 "  file /efi/tok/6.1-a/linux value format=bzImage version=6.1-a, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"a token that is too short",
	 {{"/etc/kernel/entry-token", "t"},
	  {"/etc/machine-id", "0123"},
	  {"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/efi/t/6.1-a/linux", "x"},
	  {"/efi/0123/6.1-a/initrd", "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /efi/0123/6.1-a/initrd malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"a token that is too long",
	 {{"/etc/kernel/entry-token", "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
				      "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
	  {"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/efi/"
	   "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
	   "ttttttttttttttttttttttttttttttt/6.1-a/linux",
	   "x"}},
	 "kernel * 6.1-a\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"a token as long as can be",
	 {{"/etc/kernel/entry-token", "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
				      "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
	  {"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/efi/"
	   "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
	   "tttttttttttttttttttttttttttttt/6.1-a/linux",
	   "bzImage 6"}},
	 "kernel * 6.1-a\n"
	 "  file "
	 "/efi/"
	 "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
	 "tttttttttttttttttttttttttttt/6.1-a/linux value format=bzImage version=6, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"a kernel of a token, its initramfs beside",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/boot/vmlinuz-6.1-a", "bzImage 6.1-a"},
	  {"/efi/Default/6.1-a/initrd", "x"},
	  {"/boot/initrd.img-6.1-a", "x"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/vmlinuz-6.1-a value format=bzImage version=6.1-a, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"
	 "  initramfs /efi/Default/6.1-a/initrd malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
};

static void tokens(void **state)
{
	(void)state;
	ASSERT_CASES(tokens_cases, read_boot_and_kernels, NULL);
}

static const struct image_case releases_cases[] = {
	{"two folders",
	 {{"/lib/modules/1-a/kernel/x.ko", ""},
	  {"/usr/lib/modules/2-a/kernel/x.ko", ""},
	  {"/usr/lib/modules/1-a/kernel/y.ko", ""},
	  {"/usr/lib/modules/.hidden/kernel/x.ko", ""},
	  {"/usr/lib/modules/file", ""}},
	 "kernel * 2-a\n"
	 "  tree /usr/lib/modules/2-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /usr/lib/modules/2-a/modules.builtin\n"
	 "    parameters: absent @ /usr/lib/modules/2-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /usr/lib/modules/2-a\n"
	 "kernel 1-a\n"
	 "  tree /lib/modules/1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/1-a\n"},
	{"one folder by two names",
	 {{"/lib", "-> usr/lib"}, {"/usr/lib/modules/1-a/kernel/x.ko", ""}},
	 "kernel * 1-a\n"
	 "  tree /usr/lib/modules/1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /usr/lib/modules/1-a/modules.builtin\n"
	 "    parameters: absent @ /usr/lib/modules/1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /usr/lib/modules/1-a\n"},
	{"what is left of a package",
	 {{"/lib/modules/1-a/modules.dep", ""},
	  {"/lib/modules/2-a/modules.builtin", "kernel/x.ko\n"},
	  {"/lib/modules/3-a/modules.dep", ""},
	  {"/boot/vmlinuz-3-a", "bzImage 3-a"}},
	 "kernel * 3-a\n"
	 "  file /boot/vmlinuz-3-a value format=bzImage version=3-a, 2048 bytes\n"
	 "  tree /lib/modules/3-a value, index value, 0 files\n"
	 "    builtin: absent @ /lib/modules/3-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/3-a/modules.builtin.modinfo\n"
	 "    suffixes: @ /lib/modules/3-a\n"
	 "kernel 2-a\n"
	 "  tree /lib/modules/2-a value, index absent, 0 files\n"
	 "    builtin: x @ /lib/modules/2-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/2-a/modules.builtin.modinfo\n"
	 "    suffixes: @ /lib/modules/2-a\n"},
	{"newest first",
	 {{"/lib/modules/6.9-a/x.ko", ""},
	  {"/lib/modules/6.10-a/x.ko", ""},
	  {"/lib/modules/6.10-rc1-a/x.ko", ""},
	  {"/lib/modules/6.10~rc1-a/x.ko", ""},
	  {"/lib/modules/6.010-a/x.ko", ""}},
	 "kernel * 6.10-rc1-a\n"
	 "  tree /lib/modules/6.10-rc1-a value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.10-rc1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.10-rc1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.10-rc1-a\n"
	 "kernel 6.010-a\n"
	 "  tree /lib/modules/6.010-a value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.010-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.010-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.010-a\n"
	 "kernel 6.10-a\n"
	 "  tree /lib/modules/6.10-a value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.10-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.10-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.10-a\n"
	 "kernel 6.10~rc1-a\n"
	 "  tree /lib/modules/6.10~rc1-a value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.10~rc1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.10~rc1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.10~rc1-a\n"
	 "kernel 6.9-a\n"
	 "  tree /lib/modules/6.9-a value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.9-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.9-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.9-a\n"},
	{"a kernel without modules",
	 {{"/boot/vmlinuz-6.1-a", "bzImage 6.1-a"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/vmlinuz-6.1-a value format=bzImage version=6.1-a, 2048 bytes\n"},
	{"a kernel whose header names the release of a folder",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""}, {"/boot/vmlinuz-x", "bzImage 6.1-a (b@c)"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/vmlinuz-x value format=bzImage version=6.1-a, 2048 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"a flavour",
	 {{"/lib/modules/6.1-a/kernel/x.ko", ""},
	  {"/lib/modules/6.1-b/x.ko", ""},
	  {"/boot/vmlinuz-b", "ELF 2 1 62"},
	  {"/boot/vmlinuz-a", "x"}},
	 "kernel * 6.1-b\n"
	 "  file /boot/vmlinuz-b malformed, 64 bytes\n"
	 "  tree /lib/modules/6.1-b value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-b/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-b/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-b\n"
	 "kernel 6.1-a\n"
	 "  file /boot/vmlinuz-a malformed, 1 bytes\n"
	 "  tree /lib/modules/6.1-a value, index absent, 1 files\n"
	 "    module x kernel/x.ko\n"
	 "    unindexed 1 kernel/x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-a/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-a/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-a\n"},
	{"pkgbase",
	 {{"/lib/modules/6.1-arch1-1/x.ko", ""},
	  {"/lib/modules/6.1-arch1-1/pkgbase", "linux-lts\n"},
	  {"/boot/initramfs-linux-lts.img", "x"},
	  {"/boot/config-linux-lts", "A=y\n"},
	  {"/lib/modules/6.2-3/x.ko", ""},
	  {"/boot/initramfs-3.img", "x"}},
	 "kernel * 6.2-3\n"
	 "  tree /lib/modules/6.2-3 value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.2-3/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.2-3/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.2-3\n"
	 "kernel 6.1-arch1-1\n"
	 "  config: 'A=y\n"
	 "' @ /boot/config-linux-lts\n"
	 "  tree /lib/modules/6.1-arch1-1 value, index absent, 1 files\n"
	 "    module x x.ko\n"
	 "    unindexed 1 x.ko\n"
	 "    builtin: absent @ /lib/modules/6.1-arch1-1/modules.builtin\n"
	 "    parameters: absent @ /lib/modules/6.1-arch1-1/modules.builtin.modinfo\n"
	 "    suffixes: ko @ /lib/modules/6.1-arch1-1\n"
	 "  initramfs /boot/initramfs-linux-lts.img malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"what is no kernel of its own",
	 {{"/boot/vmlinuz-1-rescue", "bzImage 1"},
	  {"/boot/vmlinuz-2-kdump", "bzImage 2"},
	  {"/boot/vmlinuz-3.old", "bzImage 3"},
	  {"/boot/vmlinuz-4.bak", "bzImage 4"},
	  {"/boot/vmlinuz-5.sig", "bzImage 5"},
	  {"/boot/vmlinuz-6.hmac", "bzImage 6"},
	  {"/boot/vmlinuz-memtest", "bzImage 7"},
	  {"/boot/vmlinuz-ucode", "bzImage 8"},
	  {"/boot/vmlinuz-fallback", "bzImage 9"}},
	 ""},
	{"each name of a kernel",
	 {{"/boot/vmlinuz", "bzImage 1"},
	  {"/boot/vmlinux", "bzImage 2"},
	  {"/boot/Image", "bzImage 3"},
	  {"/boot/image-4", "bzImage 4"},
	  {"/boot/kernel-5", "bzImage 5"},
	  {"/boot/bzImage", "bzImage 6"},
	  {"/boot/zImage", "bzImage 7"},
	  {"/boot/image", "bzImage no"},
	  {"/boot/kernel", "bzImage no"},
	  {"/boot/my-vmlinuz", "bzImage no"},
	  {"/boot/vmlinuz-folder/x", ""}},
	 "kernel * 7\n"
	 "  file /boot/zImage value format=bzImage version=7, 2048 bytes\n"
	 "kernel 6\n"
	 "  file /boot/bzImage value format=bzImage version=6, 2048 bytes\n"
	 "kernel 5\n"
	 "  file /boot/kernel-5 value format=bzImage version=5, 2048 bytes\n"
	 "kernel 4\n"
	 "  file /boot/image-4 value format=bzImage version=4, 2048 bytes\n"
	 "kernel 3\n"
	 "  file /boot/Image value format=bzImage version=3, 2048 bytes\n"
	 "kernel 2\n"
	 "  file /boot/vmlinux value format=bzImage version=2, 2048 bytes\n"
	 "kernel 1\n"
	 "  file /boot/vmlinuz value format=bzImage version=1, 2048 bytes\n"},
	{"links to one kernel",
	 {{"/boot/vmlinuz-6.1-a", "bzImage 6.1-a"},
	  {"/boot/vmlinuz", "-> vmlinuz-6.1-a"},
	  {"/boot/vmlinuz.old", "-> vmlinuz-6.1-a"}},
	 "kernel * 6.1-a\n"
	 "  file /boot/vmlinuz value format=bzImage version=6.1-a, 2048 bytes\n"},
	{"a name that is none, and a header that is none",
	 {{"/boot/vmlinuz-x",
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
	  {"/boot/vmlinuz-y", "y"}},
	 "kernel * y\n"
	 "  file /boot/vmlinuz-y malformed, 1 bytes\n"},
	{"modloop",
	 {{"/boot/vmlinuz-virt", "bzImage 6.1-virt"},
	  {"/boot/modloop-virt", "x"},
	  {"/boot/vmlinuz-6.1", "bzImage 6.1-0"}},
	 "kernel * 6.1-0\n"
	 "  file /boot/vmlinuz-6.1 value format=bzImage version=6.1-0, 2048 bytes\n"
	 "kernel 6.1-virt\n"
	 "  file /boot/vmlinuz-virt value format=bzImage version=6.1-virt, 2048 bytes\n"
	 "  tree /boot/modloop-virt not probed, index not probed, 0 files\n"
	 "unread /boot/modloop-virt EOPNOTSUPP\n"},
	{"modules that are a file", {{"/lib/modules", "x"}}, ""},
};

static void releases(void **state)
{
	(void)state;
	ASSERT_CASES(releases_cases, read_boot_and_kernels, NULL);
}

static const struct image_case entries_and_kernels_cases[] = {
	{"the default's kernel, and its command line",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/boot/vmlinuz-2", "bzImage 2"},
	  {"/boot/initrd-1", "x"},
	  {"/boot/initrd-2", "x"},
	  {"/boot/grub/grub.cfg",
	   "set default=1\nmenuentry a { linux /vmlinuz-2 a; initrd /initrd-2; }\nmenuentry b { linux "
	   "/vmlinuz-1 b; initrd /initrd-1; }\nmenuentry c { linux /vmlinuz-1 c; }\n"}},
	 "entry grub 'a' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /vmlinuz-2 -> /boot/vmlinuz-2\n"
	 "  initrd /initrd-2 -> /boot/initrd-2\n"
	 "  cmdline a\n"
	 "entry * grub 'b' @ /boot/grub/grub.cfg:3\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  initrd /initrd-1 -> /boot/initrd-1\n"
	 "  cmdline b\n"
	 "entry grub 'c' @ /boot/grub/grub.cfg:4\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  cmdline c\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel 2 entry 0\n"
	 "  file /boot/vmlinuz-2 value format=bzImage version=2, 2048 bytes\n"
	 "  cmdline: 'a' @ /boot/grub/grub.cfg:2\n"
	 "  initramfs /boot/initrd-2 malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"
	 "kernel * 1 entry 1\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: 'b' @ /boot/grub/grub.cfg:3\n"
	 "  initramfs /boot/initrd-1 malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"the first entry of a kernel, unless another is the default",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/boot/grub/grub.cfg", "set default=2\nmenuentry a { linux /vmlinuz-1 a; }\nmenuentry b { linux "
				  "/vmlinuz-1 b; }\nmenuentry c { linux /vmlinuz-1 c; }\n"}},
	 "entry grub 'a' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  cmdline a\n"
	 "entry grub 'b' @ /boot/grub/grub.cfg:3\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  cmdline b\n"
	 "entry * grub 'c' @ /boot/grub/grub.cfg:4\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  cmdline c\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel * 1 entry 2\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: 'c' @ /boot/grub/grub.cfg:4\n"},
	{"the last initramfs that is one of its own",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/boot/initrd-1", "x"},
	  {"/boot/grub/grub.cfg",
	   "menuentry a { linux /vmlinuz-1; initrd /ucode.img /initrd-0 /initrd-1 /initrd-kdump; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  initrd /ucode.img -> nowhere\n"
	 "  initrd /initrd-0 -> nowhere\n"
	 "  initrd /initrd-1 -> /boot/initrd-1\n"
	 "  initrd /initrd-kdump -> nowhere\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel * 1 entry 0\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: '' @ /boot/grub/grub.cfg:1\n"
	 "  initramfs /boot/initrd-1 malformed, 1 bytes, 0 entries\n"
	 "    problem: at byte 0 is neither a cpio archive nor a format that the kernel unpacks\n"},
	{"an initramfs that is lost",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/boot/initrd-1", "x"},
	  {"/boot/grub/grub.cfg", "menuentry a { linux /vmlinuz-1; initrd /initrd-9; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  initrd /initrd-9 -> nowhere\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel * 1 entry 0\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: '' @ /boot/grub/grub.cfg:1\n"
	 "  initramfs /initrd-9 absent, 0 bytes, 0 entries\n"},
	{"an entry without an initramfs",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/boot/initrd-1", "x"},
	  {"/boot/grub/grub.cfg", "menuentry a { linux /vmlinuz-1; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel * 1 entry 0\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: '' @ /boot/grub/grub.cfg:1\n"},
	{"a kernel that only an entry names",
	 {{"/k", "bzImage 7"}, {"/boot/grub/grub.cfg", "menuentry a { linux /k a; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> /k\n"
	 "  cmdline a\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel * 7 entry 0\n"
	 "  file /k value format=bzImage version=7, 2048 bytes\n"
	 "  cmdline: 'a' @ /boot/grub/grub.cfg:1\n"},
	{"no entry: the kernel's own file",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/etc/kernel/cmdline", "a b\n"},
	  {"/etc/default/grub", "GRUB_CMDLINE_LINUX=no\n"}},
	 "intent: 'GRUB_CMDLINE_LINUX=no' @ /etc/default/grub:1\n"
	 "intent: 'a b' @ /etc/kernel/cmdline:1\n"
	 "kernel * 1\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: 'a b' @ /etc/kernel/cmdline:1\n"},
	{"no entry: GRUB's settings",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/etc/default/grub", "GRUB_CMDLINE_LINUX=no\nGRUB_CMDLINE_LINUX='a "
				"b'\nGRUB_CMDLINE_LINUX_DEFAULT=\"c\"\nGRUB_CMDLINE_LINUX_X=no\n"}},
	 "intent: 'GRUB_CMDLINE_LINUX=no' @ /etc/default/grub:1\n"
	 "intent: 'GRUB_CMDLINE_LINUX='a b'' @ /etc/default/grub:2\n"
	 "intent: 'GRUB_CMDLINE_LINUX_DEFAULT=\"c\"' @ /etc/default/grub:3\n"
	 "intent: 'GRUB_CMDLINE_LINUX_X=no' @ /etc/default/grub:4\n"
	 "kernel * 1\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: 'a b c' @ /etc/default/grub\n"},
	{"no entry: one of them",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=c\"\nGRUB_CMDLINE_LINUX=\"\n"}},
	 "intent: 'GRUB_CMDLINE_LINUX_DEFAULT=c\"' @ /etc/default/grub:1\n"
	 "intent: 'GRUB_CMDLINE_LINUX=\"' @ /etc/default/grub:2\n"
	 "kernel * 1\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: '\" c\"' @ /etc/default/grub\n"},
	{"no entry: the other",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/etc/default/grub", "GRUB_CMDLINE_LINUX='d\"\nGRUB_CMDLINE_LINUX_DEFAULT=''\n"}},
	 "intent: 'GRUB_CMDLINE_LINUX='d\"' @ /etc/default/grub:1\n"
	 "intent: 'GRUB_CMDLINE_LINUX_DEFAULT=''' @ /etc/default/grub:2\n"
	 "kernel * 1\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: ''d\"' @ /etc/default/grub\n"},
	{"an entry for another kernel",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/boot/vmlinuz-2", "bzImage 2"},
	  {"/boot/grub/grub.cfg", "menuentry a { linux /vmlinuz-1 a; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "  cmdline a\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel 2\n"
	 "  file /boot/vmlinuz-2 value format=bzImage version=2, 2048 bytes\n"
	 "kernel * 1 entry 0\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: 'a' @ /boot/grub/grub.cfg:1\n"},
	{"an entry by a link",
	 {{"/boot/vmlinuz-1", "bzImage 1"},
	  {"/vmlinuz", "-> boot/vmlinuz-1"},
	  {"/boot/grub/grub.cfg", "menuentry a { linux /vmlinuz a; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /vmlinuz -> /vmlinuz\n"
	 "  cmdline a\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"
	 "kernel * 1 entry 0\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: 'a' @ /boot/grub/grub.cfg:1\n"},
};

static void entries_and_kernels(void **state)
{
	(void)state;
	ASSERT_CASES(entries_and_kernels_cases, read_boot_and_kernels, NULL);
}

static const struct image_case ukis_cases[] = {
	{"each section",
	 {{"/efi/EFI/Linux/a.efi",
	   "PE aa64 .linux=k;.cmdline=a b;.initrd=i;.osrel=ID=x\nPRETTY_NAME=\"A b\"\n"}},
	 "entry * uki 'A b' @ /efi/EFI/Linux/a.efi\n"
	 "  kernel /efi/EFI/Linux/a.efi -> /efi/EFI/Linux/a.efi\n"
	 "  initrd /efi/EFI/Linux/a.efi -> /efi/EFI/Linux/a.efi\n"
	 "  cmdline a b\n"
	 "default by the newest UKI\n"},
	{"no other sections",
	 {{"/boot/efi/EFI/Linux/a.EFI", "PE 8664 .linux=k"},
	  {"/boot/efi/EFI/Linux/b.efi", "PE 8664 .cmdline=no"},
	  {"/boot/efi/EFI/Linux/c.txt", "PE 8664 .linux=k"},
	  {"/boot/efi/EFI/Linux/d.efi/x", ""}},
	 "entry * uki '' @ /boot/efi/EFI/Linux/a.EFI\n"
	 "  kernel /boot/efi/EFI/Linux/a.EFI -> /boot/efi/EFI/Linux/a.EFI\n"
	 "default by the newest UKI\n"},
	{"no name in .osrel",
	 {{"/boot/EFI/Linux/a.efi", "PE 8664 .linux=k;.osrel=NAME=\"x\";.initrd="}},
	 "entry * uki '' @ /boot/EFI/Linux/a.efi\n"
	 "  kernel /boot/EFI/Linux/a.efi -> /boot/EFI/Linux/a.efi\n"
	 "  initrd /boot/EFI/Linux/a.efi -> /boot/EFI/Linux/a.efi\n"
	 "default by the newest UKI\n"},
	{"the newest",
	 {{"/efi/EFI/Linux/a-6.9.efi", "PE 8664 .linux=k"},
	  {"/efi/EFI/Linux/a-6.10.efi", "PE 8664 .linux=k"},
	  {"/efi/EFI/Linux/a-6.2.efi", "PE 8664 .linux=k"}},
	 "entry * uki '' @ /efi/EFI/Linux/a-6.10.efi\n"
	 "  kernel /efi/EFI/Linux/a-6.10.efi -> /efi/EFI/Linux/a-6.10.efi\n"
	 "entry uki '' @ /efi/EFI/Linux/a-6.2.efi\n"
	 "  kernel /efi/EFI/Linux/a-6.2.efi -> /efi/EFI/Linux/a-6.2.efi\n"
	 "entry uki '' @ /efi/EFI/Linux/a-6.9.efi\n"
	 "  kernel /efi/EFI/Linux/a-6.9.efi -> /efi/EFI/Linux/a-6.9.efi\n"
	 "default by the newest UKI\n"},
	{"what the firmware starts",
	 {{"/efi/EFI/Linux/a-6.9.efi", "PE 8664 .linux=k"},
	  {"/efi/EFI/BOOT/BOOTX64.EFI", "PE 8664 .linux=k"},
	  {"/efi/EFI/BOOT/a.efi", "PE 8664 .linux=k"}},
	 "entry uki '' @ /efi/EFI/Linux/a-6.9.efi\n"
	 "  kernel /efi/EFI/Linux/a-6.9.efi -> /efi/EFI/Linux/a-6.9.efi\n"
	 "entry * uki '' @ /efi/EFI/BOOT/BOOTX64.EFI\n"
	 "  kernel /efi/EFI/BOOT/BOOTX64.EFI -> /efi/EFI/BOOT/BOOTX64.EFI\n"
	 "entry uki '' @ /efi/EFI/BOOT/a.efi\n"
	 "  kernel /efi/EFI/BOOT/a.efi -> /efi/EFI/BOOT/a.efi\n"
	 "default by a UKI in EFI/BOOT, which the firmware starts\n"},
	{"one folder by two names",
	 {{"/efi", "-> boot/efi"}, {"/boot/efi/EFI/Linux/a.efi", "PE 8664 .linux=k"}},
	 "entry * uki '' @ /boot/efi/EFI/Linux/a.efi\n"
	 "  kernel /boot/efi/EFI/Linux/a.efi -> /boot/efi/EFI/Linux/a.efi\n"
	 "default by the newest UKI\n"},
	{"behind another loader",
	 {{"/boot/extlinux.conf", "label a\n"}, {"/efi/EFI/BOOT/BOOTX64.EFI", "PE 8664 .linux=k"}},
	 "entry * extlinux 'a' @ /boot/extlinux.conf:1\n"
	 "entry uki '' @ /efi/EFI/BOOT/BOOTX64.EFI\n"
	 "  kernel /efi/EFI/BOOT/BOOTX64.EFI -> /efi/EFI/BOOT/BOOTX64.EFI\n"
	 "default by the first entry of /boot/extlinux.conf\n"},
};

static void ukis(void **state)
{
	(void)state;
	ASSERT_CASES(ukis_cases, vw_image_probe_boot, NULL);
}

static const struct image_case esp_cases[] = {
	{"nothing",
	 {{NULL, NULL}},
	 "esp.folder: absent @ /boot/efi\n"
	 "esp.loaders: absent @ /boot/efi\n"
	 "esp.archs: absent @ /boot/efi\n"},
	{"loaders",
	 {{"/boot/efi/EFI/BOOT/BOOTX64.EFI", "PE 8664 "},
	  {"/boot/efi/EFI/BOOT/bootaa64.efi", "PE aa64 "},
	  {"/boot/efi/EFI/BOOT/x.efi", "PE 7777 "},
	  {"/boot/efi/EFI/debian/shimx64.efi", "PE 14c "},
	  {"/boot/efi/EFI/debian/grub.cfg", "x"},
	  {"/boot/efi/EFI/debian/y.efi", "x"},
	  {"/boot/efi/EFI/z.efi/x", ""},
	  {"/boot/efi/EFI/.efi", "PE 8664 "},
	  {"/boot/efi/EFI/a.efi", "-> BOOT/x.efi"}},
	 "esp.folder: '/boot/efi' @ /boot/efi\n"
	 "esp.loaders: EFI/BOOT/BOOTX64.EFI EFI/BOOT/bootaa64.efi EFI/BOOT/x.efi EFI/debian/shimx64.efi @ "
	 "/boot/efi\n"
	 "esp.archs: aarch64 x86_64 @ /boot/efi\n"},
	{"each machine",
	 {{"/boot/efi/EFI/boot/0.efi", "PE 8664 "},
	  {"/boot/efi/EFI/boot/1.efi", "PE 14c "},
	  {"/boot/efi/EFI/boot/2.efi", "PE aa64 "},
	  {"/boot/efi/EFI/boot/3.efi", "PE 1c0 "},
	  {"/boot/efi/EFI/boot/4.efi", "PE 5064 "},
	  {"/boot/efi/EFI/boot/5.efi", "PE 6264 "}},
	 "esp.folder: '/boot/efi' @ /boot/efi\n"
	 "esp.loaders: EFI/boot/0.efi EFI/boot/1.efi EFI/boot/2.efi EFI/boot/3.efi EFI/boot/4.efi "
	 "EFI/boot/5.efi @ /boot/efi\n"
	 "esp.archs: aarch64 arm i386 loongarch64 riscv64 x86_64 @ /boot/efi\n"},
	{"arm",
	 {{"/boot/efi/EFI/boot/a.efi", "PE 1c2 "}},
	 "esp.folder: '/boot/efi' @ /boot/efi\n"
	 "esp.loaders: EFI/boot/a.efi @ /boot/efi\n"
	 "esp.archs: arm @ /boot/efi\n"},
	{"thumb",
	 {{"/boot/efi/EFI/boot/a.efi", "PE 1c4 "}},
	 "esp.folder: '/boot/efi' @ /boot/efi\n"
	 "esp.loaders: EFI/boot/a.efi @ /boot/efi\n"
	 "esp.archs: arm @ /boot/efi\n"},
	{"in small letters",
	 {{"/efi/efi/boot/a.Efi", "PE 8664 "}},
	 "esp.folder: '/efi' @ /efi\n"
	 "esp.loaders: efi/boot/a.Efi @ /efi\n"
	 "esp.archs: x86_64 @ /efi\n"},
	{"a /boot that is one",
	 {{"/boot/EFI/BOOT/a.efi", "PE 8664 "}, {"/boot/loader/x", ""}},
	 "esp.folder: '/boot' @ /boot\n"
	 "esp.loaders: EFI/BOOT/a.efi @ /boot\n"
	 "esp.archs: x86_64 @ /boot\n"},
	{"a mount point is no ESP",
	 {{"/boot/efi/x", ""}, {"/efi/x", ""}},
	 "esp.folder: absent @ /boot/efi\n"
	 "esp.loaders: absent @ /boot/efi\n"
	 "esp.archs: absent @ /boot/efi\n"},
	{"a /boot with efi in small letters",
	 {{"/boot/efi/BOOT/a.efi", "PE 8664 "}},
	 "esp.folder: '/boot' @ /boot\n"
	 "esp.loaders: efi/BOOT/a.efi @ /boot\n"
	 "esp.archs: x86_64 @ /boot\n"},
	{"a file",
	 {{"/boot/efi/EFI", "x"}, {"/efi/EFI/BOOT/a.efi", "PE 8664 "}},
	 "esp.folder: '/efi' @ /efi\n"
	 "esp.loaders: EFI/BOOT/a.efi @ /efi\n"
	 "esp.archs: x86_64 @ /efi\n"},
	{"depth",
	 {{"/efi/EFI/1/2/3/4/a.efi", "PE 8664 "}, {"/efi/EFI/1/2/3/4/5/b.efi", "PE 8664 "}},
	 "esp.folder: '/efi' @ /efi\n"
	 "esp.loaders: EFI/1/2/3/4/a.efi @ /efi\n"
	 "esp.archs: @ /efi\n"},
};

static void esp(void **state)
{
	(void)state;
	ASSERT_CASES(esp_cases, vw_image_probe_esp, NULL);
}

static const struct image_case machines_of_programs_cases[] = {
	{"ELF 2 1 62",
	 {{"/bin/sh", "ELF 2 1 62"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'x86_64' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 1 1 3",
	 {{"/bin/sh", "ELF 1 1 3"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'i386' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 1 183",
	 {{"/bin/sh", "ELF 2 1 183"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'aarch64' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 1 1 40",
	 {{"/bin/sh", "ELF 1 1 40"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'arm' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 1 21",
	 {{"/bin/sh", "ELF 2 1 21"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'ppc64le' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 2 22",
	 {{"/bin/sh", "ELF 2 2 22"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 's390x' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 1 243",
	 {{"/bin/sh", "ELF 2 1 243"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'riscv64' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 1 258",
	 {{"/bin/sh", "ELF 2 1 258"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'loongarch64' @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 1 1 62",
	 {{"/bin/sh", "ELF 1 1 62"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: malformed @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 1 3",
	 {{"/bin/sh", "ELF 2 1 3"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: malformed @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 1 1 183",
	 {{"/bin/sh", "ELF 1 1 183"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: malformed @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 1 40",
	 {{"/bin/sh", "ELF 2 1 40"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: malformed @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"ELF 2 1 9999",
	 {{"/bin/sh", "ELF 2 1 9999"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: malformed @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/usr/bin/env",
	 {{"/usr/bin/env", "ELF 2 1 183"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'aarch64' @ /usr/bin/env\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/sbin/init",
	 {{"/sbin/init", "ELF 2 1 183"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'aarch64' @ /sbin/init\n"
	 "os.init: '/sbin/init' @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/bin/busybox",
	 {{"/bin/busybox", "ELF 2 1 183"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'aarch64' @ /bin/busybox\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/bin/other",
	 {{"/bin/other", "ELF 2 1 183"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"the first of them",
	 {{"/bin/sh", "x"}, {"/usr/bin/env", "ELF 2 1 62"}, {"/bin/busybox", "ELF 2 1 183"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: 'x86_64' @ /usr/bin/env\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
};

static void machines_of_programs(void **state)
{
	(void)state;
	ASSERT_CASES(machines_of_programs_cases, vw_image_probe_os, NULL);
}

static const struct image_case kmods_cases[] = {
	{"it says so",
	 {{"/usr/bin/kmod", "\177ELF+ZSTD +XZ -ZLIB libz.so"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.xz ko.zst' @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"its libraries",
	 {{"/bin/kmod", "\177ELFliblzma.so.5 "}, {"/usr/lib64/libkmod.so.2", "\177ELFlibzstd.so.1"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.xz ko.zst' @ /bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"the program's word before its library's",
	 {{"/usr/bin/kmod", "\177ELF-ZSTD -XZ +ZLIB"},
	  {"/usr/lib/libkmod.so.2", "\177ELFlibzstd.so libz.so liblzma.so +XZ"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.gz' @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"the first of its programs",
	 {{"/usr/bin/kmod", "\177ELF+XZ"}, {"/bin/kmod", "\177ELF+ZSTD"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.xz' @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"sbin",
	 {{"/usr/sbin/kmod", "\177ELF+XZ"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.xz' @ /usr/sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"an older sbin",
	 {{"/sbin/kmod", "\177ELF+ZLIB"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.gz' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"no program",
	 {{"/usr/bin/kmod", "#!/bin/sh +XZ"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: malformed @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"one that is none, and one that is",
	 {{"/usr/bin/kmod", "x"}, {"/bin/kmod", "\177ELF+XZ"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.xz' @ /bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"a library alone",
	 {{"/lib/libkmod.so.2", "\177ELF+XZ"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.xz' @ /lib/libkmod.so.2\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/usr/lib64",
	 {{"/usr/lib64/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/lib64",
	 {{"/lib64/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/usr/lib/x86_64-linux-gnu",
	 {{"/usr/lib/x86_64-linux-gnu/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/usr/lib/aarch64-linux-gnu",
	 {{"/usr/lib/aarch64-linux-gnu/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/usr/lib/i386-linux-gnu",
	 {{"/usr/lib/i386-linux-gnu/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/lib/x86_64-linux-gnu",
	 {{"/lib/x86_64-linux-gnu/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/lib/aarch64-linux-gnu",
	 {{"/lib/aarch64-linux-gnu/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/lib/i386-linux-gnu",
	 {{"/lib/i386-linux-gnu/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/usr/lib",
	 {{"/usr/lib/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/lib",
	 {{"/lib/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko ko.zst' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"/opt",
	 {{"/opt/libkmod.so.2", "\177ELF+ZSTD"}, {"/sbin/kmod", "\177ELF"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: 'ko' @ /sbin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
};

static void kmods(void **state)
{
	(void)state;
	ASSERT_CASES(kmods_cases, vw_image_probe_os, NULL);
}

static const struct image_case everything_cases[] = {
	{"a file for each part",
	 {{"/etc/os-release", "ID=a\n"},
	  {"/efi/EFI/BOOT/a.efi", "PE aa64 "},
	  {"/boot/extlinux.conf", "label a\nlinux /vmlinuz-1\n"},
	  {"/etc/modprobe.d/a.conf", "blacklist a\n"},
	  {"/boot/vmlinuz-1", "bzImage 1"},
	  {"/etc/fstab", "a /\n"},
	  {"/etc/network/interfaces", "iface a inet dhcp\n"},
	  {"/lib/udev/rules.d/a.rules", "io_timeout\n"},
	  {"/etc/dracut.conf", "hostonly=yes\n"},
	  {"/usr/bin/cloud-init", "x"},
	  {"/etc/machine-id", "01\n"},
	  {"/etc/selinux/config/x", ""}},
	 "os.id: 'a' @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"
	 "entry * extlinux 'a' @ /boot/extlinux.conf:1\n"
	 "  kernel /vmlinuz-1 -> /boot/vmlinuz-1\n"
	 "default by the first entry of /boot/extlinux.conf\n"
	 "kernel * 1 entry 0\n"
	 "  file /boot/vmlinuz-1 value format=bzImage version=1, 2048 bytes\n"
	 "  cmdline: '' @ /boot/extlinux.conf:1\n"
	 "modprobe: blacklist|a| @ /etc/modprobe.d/a.conf:1\n"
	 "mount fstab: a|/|| @ /etc/fstab:1\n"
	 "net ifupdown interface=a dhcp by hand @ /etc/network/interfaces:1\n"
	 "io_timeout: 'io_timeout' @ /lib/udev/rules.d/a.rules:1\n"
	 "initramfs_conf: 'hostonly=yes' @ /etc/dracut.conf:1\n"
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"
	 "esp.folder: '/efi' @ /efi\n"
	 "esp.loaders: EFI/BOOT/a.efi @ /efi\n"
	 "esp.archs: aarch64 @ /efi\n"
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: malformed @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: '01' @ /etc/machine-id\n"
	 "unread /etc/selinux/config EINVAL\n"},
};

static void everything(void **state)
{
	(void)state;
	ASSERT_CASES(everything_cases, read_all, NULL);
}

#define TEST(function) cmocka_unit_test(function)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kernel_files),
		TEST(initramfs_files),
		TEST(config_files),
		TEST(tokens),
		TEST(releases),
		TEST(entries_and_kernels),
		TEST(ukis),
		TEST(esp),
		TEST(machines_of_programs),
		TEST(kmods),
		TEST(everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
