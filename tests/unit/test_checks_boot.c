/* SPDX-License-Identifier: MIT */
#include "tests/unit/good_image.h"

/* What the checks on boot entries, the initramfs, what is mounted and the console say, word for word. */

/* Boot entries. */

static void test_the_default_entry(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "KRN002",
	     "pass fatal image | the default entry boots kernel 6.1.0-9 | - | /boot/grub/grub.cfg:1");
	w.facts.boot.default_lost = "Old";
	SAYS(&w, VW_NITRO, "KRN002",
	     "fail degraded Old | the default entry 'Old' does not exist | set GRUB_DEFAULT=0 in "
	     "/etc/default/grub, then: update-grub | -");
	w.facts.boot.default_by = "saved_entry in /boot/grub/grubenv";
	SAYS(&w, VW_NITRO, "KRN002",
	     "fail degraded Old | the default entry 'Old' does not exist; it is named by saved_entry in "
	     "/boot/grub/grubenv | set GRUB_DEFAULT=0 in /etc/default/grub, then: update-grub | saved_entry "
	     "in /boot/grub/grubenv");
	w.facts.boot.default_lost = NULL;
	w.facts.boot.count = 0;
	SAYS(&w, VW_NITRO, "KRN002", "skip fatal image | no boot entry was found: KRN004 tells | - | -");
	w.entry[1] = w.entry[0];
	w.entry[0].is_default = w.entry[1].is_default = false;
	w.facts.boot.count = 2;
	SAYS(&w, VW_NITRO, "KRN002",
	     "unknown fatal default | which of 2 boot entries is the default is not known | set "
	     "GRUB_DEFAULT=0 in /etc/default/grub, then: update-grub | saved_entry in /boot/grub/grubenv");
	w.entry[1].is_default = true;
	w.entry[1].source = "/boot/grub/grub.cfg:2";
	SAYS(&w, VW_NITRO, "KRN002",
	     "pass fatal image | the default entry boots kernel 6.1.0-9 | - | /boot/grub/grub.cfg:2");
	w.entry[1].kernel_at = NULL;
	SAYS(&w, VW_NITRO, "KRN002",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | the default entry boots /boot/vmlinuz-6.1.0-9, which is not "
	     "there | set GRUB_DEFAULT=0 in /etc/default/grub, then: update-grub | /boot/grub/grub.cfg:2");
}

/* An entry boots the kernel that names it, the default one, or the one of its file. */
static void test_which_kernel_the_default_entry_boots(void **state)
{
	IMAGE;
	w.kernel.is_default = false;
	w.kernel.entry = NULL;
	SAYS(&w, VW_NITRO, "KRN002",
	     "pass fatal image | the default entry boots kernel 6.1.0-9 | - | /boot/grub/grub.cfg:1");
	w.entry[0].kernel = w.entry[0].kernel_at = "/boot/other";
	SAYS(&w, VW_NITRO, "KRN002",
	     "unknown fatal /boot/other | the default entry boots /boot/other, which is none of the kernels "
	     "that were found | set GRUB_DEFAULT=0 in /etc/default/grub, then: update-grub | "
	     "/boot/grub/grub.cfg:1");
	w.kernel.entry = w.entry;
	SAYS(&w, VW_NITRO, "KRN002",
	     "pass fatal image | the default entry boots kernel 6.1.0-9 | - | /boot/grub/grub.cfg:1");
	w.kernel.entry = NULL;
	w.kernel.is_default = true;
	SAYS(&w, VW_NITRO, "KRN002",
	     "pass fatal image | the default entry boots kernel 6.1.0-9 | - | /boot/grub/grub.cfg:1");
	w.facts.kernel_count = 0;
	w.entry[0].kernel = NULL;
	SAYS(&w, VW_NITRO, "KRN002",
	     "pass fatal image | the default entry boots kernel | - | /boot/grub/grub.cfg:1");
}

static void test_what_entries_name(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "KRN004",
	     "pass fatal image | all that 1 boot entries name is there | - | /boot/grub/grub.cfg");
	w.entry[0].kernel_at = NULL;
	w.initrd_at[0] = NULL;
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/grub/grub.cfg:1 names the kernel "
	     "/boot/vmlinuz-6.1.0-9, which is not there | update-grub | /boot/grub/grub.cfg:1\n"
	     "fail degraded /boot/initrd.img-6.1.0-9 | /boot/grub/grub.cfg:1 names the initramfs "
	     "/boot/initrd.img-6.1.0-9, which is not there | update-grub | /boot/grub/grub.cfg:1");
	w.entry[0].loader = "systemd-boot";
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal /boot/vmlinuz-6.1.0-9 | /boot/grub/grub.cfg:1 names the kernel "
	     "/boot/vmlinuz-6.1.0-9, which is not there | update-grub | /boot/grub/grub.cfg:1\n"
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/grub/grub.cfg:1 names the initramfs "
	     "/boot/initrd.img-6.1.0-9, which is not there | update-grub | /boot/grub/grub.cfg:1");
	w.entry[0].is_default = false;
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail degraded /boot/vmlinuz-6.1.0-9 | /boot/grub/grub.cfg:1 names the kernel "
	     "/boot/vmlinuz-6.1.0-9, which is not there | update-grub | /boot/grub/grub.cfg:1\n"
	     "fail degraded /boot/initrd.img-6.1.0-9 | /boot/grub/grub.cfg:1 names the initramfs "
	     "/boot/initrd.img-6.1.0-9, which is not there | update-grub | /boot/grub/grub.cfg:1");
	w.entry[0].kernel = NULL;
	w.entry[0].initrd_count = 0;
	SAYS(&w, VW_NITRO, "KRN004",
	     "pass fatal image | all that 1 boot entries name is there | - | /boot/grub/grub.cfg");
	w.entry[1] = w.entry[0];
	w.entry[1].kernel = "/boot/gone";
	w.entry[1].source = "/boot/grub/grub.cfg:9";
	w.facts.boot.count = 2;
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail degraded /boot/gone | /boot/grub/grub.cfg:9 names the kernel /boot/gone, which is not "
	     "there | update-grub | /boot/grub/grub.cfg:9");
}

/* GRUB's paths begin at the file system on which /boot lies. */
static void test_paths_of_a_boot_file_system(void **state)
{
	static const char good[] =
		"pass fatal image | all that 1 boot entries name is there | - | /boot/grub/grub.cfg";
	static const char bad[] =
		"fail fatal /boot/vmlinuz-6.1.0-9 | /boot/grub/grub.cfg:1 names the kernel "
		"/boot/vmlinuz-6.1.0-9, which is not there: fstab mounts another file system "
		"on /boot | update-grub | /boot/grub/grub.cfg:1";
	static const char unknown[] =
		"unknown fatal /boot/vmlinuz-6.1.0-9 | /boot/grub/grub.cfg:1 names the kernel "
		"/boot/vmlinuz-6.1.0-9, which is in /boot: whether that is a file system of its own is not "
		"known, fstab mounts none there | update-grub | /boot/grub/grub.cfg:1";
	IMAGE;
	w.facts.mounts.count = 2;
	w.mount[0] = (struct vw_mount){"fstab", "UUID=1", "/", "xfs", "", "/etc/fstab:1"};
	w.mount[1] = (struct vw_mount){"fstab", "UUID=2", "/boot", "xfs", "", "/etc/fstab:2"};
	w.entry[0].kernel_on = VW_ON_ROOT;
	SAYS(&w, VW_NITRO, "KRN004", bad);
	w.entry[0].loader = "bls";
	SAYS(&w, VW_NITRO, "KRN004", bad);
	w.entry[0].kernel_on = VW_ON_ROOT | VW_ON_BOOT; /* /boot/boot is a link to "." */
	SAYS(&w, VW_NITRO, "KRN004", good);
	w.entry[0].kernel_on = 0; /* "(hd0,1)/vmlinuz" */
	SAYS(&w, VW_NITRO, "KRN004", good);
	w.entry[0].kernel_on = VW_ON_ROOT;
	w.entry[0].loader = "systemd-boot";
	SAYS(&w, VW_NITRO, "KRN004", good);
	w.entry[0].loader = "grub";
	w.mount[1].what = "UUID=1"; /* a subvolume */
	SAYS(&w, VW_NITRO, "KRN004", good);
	w.mount[1].what = "/var/boot";
	w.mount[1].options = "defaults,bind";
	SAYS(&w, VW_NITRO, "KRN004", good);
	w.mount[1].options = "";
	w.mount[1].type = "zfs";
	SAYS(&w, VW_NITRO, "KRN004", good);
	w.facts.mounts.count = 1;
	SAYS(&w, VW_NITRO, "KRN004", good);
	w.entry[0].kernel_on = VW_ON_BOOT;
	SAYS(&w, VW_NITRO, "KRN004", unknown);
	w.mount[0].where = "/home";
	SAYS(&w, VW_NITRO, "KRN004", good);
}

static void test_an_image_without_entries(void **state)
{
	IMAGE;
	w.facts.boot.count = 0;
	w.facts.boot.grub_config = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal boot loader | no boot loader's configuration was found | update-grub | -");
	w.facts.boot.grub_config = (struct vw_text){VW_MALFORMED, NULL, "/boot/grub/grub.cfg"};
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal boot loader | the boot loader's configuration has no entry | update-grub | "
	     "/boot/grub/grub.cfg");
	w.facts.boot.grub_config.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "KRN004",
	     "unknown fatal /boot | no boot entry was found, and not all of /boot could be read | "
	     "update-grub | /boot/grub/grub.cfg");
	w.facts.boot.grub_config.state = VW_ABSENT;
	w.facts.unread = w.unread;
	w.facts.unread_count = 2;
	w.unread[0] = (struct vw_unread){"/lib/modules", "EACCES"};
	w.unread[1] = (struct vw_unread){"/var/boot", "EACCES"};
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal boot loader | no boot loader's configuration was found | update-grub | "
	     "/boot/grub/grub.cfg");
	w.unread[1].source = "/boot/loader";
	SAYS(&w, VW_NITRO, "KRN004",
	     "unknown fatal /boot | no boot entry was found, and not all of /boot could be read | "
	     "update-grub | /boot/grub/grub.cfg");
	w.unread[0].source = "/boot";
	w.facts.unread_count = 1;
	SAYS(&w, VW_NITRO, "KRN004",
	     "unknown fatal /boot | no boot entry was found, and not all of /boot could be read | "
	     "update-grub | /boot/grub/grub.cfg");
	w.unread[0].source = "/lib/modules";
	w.facts.unread_count = 2;
	w.unread[1].source = "/efi";
	SAYS(&w, VW_NITRO, "KRN004",
	     "unknown fatal /boot | no boot entry was found, and not all of /boot could be read | "
	     "update-grub | /boot/grub/grub.cfg");
}

/* What fstab mounts, and this folder does not hold, may have the entries. */
static void test_a_boot_partition_that_is_not_here(void **state)
{
	static const char *const places[] = {"/boot", "/boot/efi", "/efi"};
	IMAGE;
	w.facts.boot.count = 0;
	w.facts.boot.grub_config = (struct vw_text){.state = VW_ABSENT};
	w.facts.esp.folder = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal boot loader | no boot loader's configuration was found | update-grub | -");
	w.facts.mounts.count = 2;
	for (size_t i = 0; i < VW_COUNT(places); i++) {
		char expected[512];

		w.mount[1] = (struct vw_mount){"fstab", "UUID=2", places[i], "vfat", "", "/etc/fstab:2"};
		snprintf(expected, sizeof(expected),
			 "unknown fatal %s | no boot entry was found; %s, which /etc/fstab:2 mounts, is not "
			 "here | update-grub | /etc/fstab:2",
			 places[i], places[i]);
		SAYS(&w, VW_NITRO, "KRN004", expected);
	}
	w.facts.boot.grub_config.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal boot loader | the boot loader's configuration has no entry | update-grub | -");
	w.facts.boot.grub_config.state = VW_ABSENT;
	w.facts.esp.folder.state = VW_VALUE;
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal boot loader | no boot loader's configuration was found | update-grub | -");
	w.facts.esp.folder.state = VW_ABSENT;
	w.facts.mounts.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "KRN004",
	     "fail fatal boot loader | no boot loader's configuration was found | update-grub | -");
}

/* The initramfs. */

static void test_an_initramfs_is_whole(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "IRD001",
	     "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.problem = "segment 2 (zstd) ends in the middle of a block";
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: segment 2 (zstd) "
	     "ends in the middle of a block | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "IRD001",
	     "unknown fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 segment 2 (zstd) ends in the "
	     "middle of a block | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.problem = NULL;
	SAYS(&w, VW_NITRO, "IRD001",
	     "unknown fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 may not be read | "
	     "update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = true;
	SAYS(&w, VW_NITRO, "IRD001",
	     "unknown fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 was not read to its end | "
	     "update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.state = VW_VALUE;
	SAYS(&w, VW_NITRO, "IRD001",
	     "unknown fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 was not read to its end | "
	     "update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.path = NULL;
	SAYS(&w, VW_NITRO, "IRD001",
	     "unknown fatal the initramfs | the initramfs was not read to its end | update-initramfs -c -k "
	     "6.1.0-9 | -");
	w.kernel.initramfs.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal 6.1.0-9 | the initramfs that the entry of kernel 6.1.0-9 loads is not there | "
	     "update-initramfs -c -k 6.1.0-9 | /boot/grub/grub.cfg:1");
	w.entry[0].initrd_count = 0;
	SAYS(&w, VW_NITRO, "IRD001",
	     "skip fatal 6.1.0-9 | kernel 6.1.0-9 has no initramfs: IRD005 tells whether it needs one | - | "
	     "-");
	w.kernel.entry = NULL;
	SAYS(&w, VW_NITRO, "IRD001",
	     "skip fatal 6.1.0-9 | kernel 6.1.0-9 has no initramfs: IRD005 tells whether it needs one | - | "
	     "-");
}

static void test_init_and_modules_of_an_initramfs(void **state)
{
	IMAGE;
	w.kernel.initramfs.init = NULL;
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail degraded /init | /boot/initrd.img-6.1.0-9 has no /init: kernel 6.1.0-9 passes over it | "
	     "update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.tree[0].folder = "/lib/modules/5.10.0";
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail degraded /init | /boot/initrd.img-6.1.0-9 has no /init: kernel 6.1.0-9 passes over it | "
	     "update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9\n"
	     "fail degraded /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 holds the modules of another "
	     "kernel: /lib/modules/5.10.0 | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.tree_count = 0;
	w.kernel.initramfs.init = "/init";
	SAYS(&w, VW_NITRO, "IRD001",
	     "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
	     "/boot/initrd.img-6.1.0-9");
}

/* A 64-bit kernel of x86 runs programs of 32 bits, and none of another machine. */
static void test_for_which_machine_init_is(void **state)
{
	static const struct {
		int line;
		const char *kernel, *init, *expected;
	} rows[] = {
		{__LINE__, "x86_64", "i386",
		 "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
		 "/boot/initrd.img-6.1.0-9"},
		{__LINE__, "i386", "x86_64",
		 "fail fatal /init | /init of /boot/initrd.img-6.1.0-9 is for x86_64; kernel 6.1.0-9 is for "
		 "i386 | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
		{__LINE__, "x86_64", "aarch64",
		 "fail fatal /init | /init of /boot/initrd.img-6.1.0-9 is for aarch64; kernel 6.1.0-9 is for "
		 "x86_64 | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
		{__LINE__, "x86_64", NULL,
		 "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
		 "/boot/initrd.img-6.1.0-9"},
		{__LINE__, NULL, "i386",
		 "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
		 "/boot/initrd.img-6.1.0-9"},
		{__LINE__, "aarch64", "i386",
		 "fail fatal /init | /init of /boot/initrd.img-6.1.0-9 is for i386; kernel 6.1.0-9 is for "
		 "aarch64 | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9"},
		{__LINE__, "aarch64", "aarch64",
		 "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
		 "/boot/initrd.img-6.1.0-9"},
		{__LINE__, "i386", "i386",
		 "pass fatal 6.1.0-9 | /boot/initrd.img-6.1.0-9 unpacks to its end: 9 entries | - | "
		 "/boot/initrd.img-6.1.0-9"},
	};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		w.kernel.file.arch = rows[i].kernel;
		w.kernel.initramfs.init_arch = rows[i].init;
		check_says(__FILE__, rows[i].line, &w, VW_KVM, "IRD001", rows[i].expected);
	}
}

/* What the kernel passes over does no harm where it finds and mounts its root itself. */
static void test_damage_that_does_no_harm(void **state)
{
	IMAGE;
	w.kernel.initramfs.state = VW_MALFORMED;
	w.kernel.initramfs.init = NULL;
	build_in(&w, "ext4");
	set_cmdline(&w, "root=/dev/nvme0n1p1");
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail degraded /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root=PARTUUID=1");
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail degraded /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root=PARTLABEL=root");
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail degraded /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root=UUID=1");
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root=PARTUUID");
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root= quiet");
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root");
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root=/dev/nvme0n1p1");
	w.kernel.modules.builtin.count = 0;
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.facts.mounts.count = 0;
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail degraded /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = true;
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = false;
	w.kernel.cmdline.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "IRD001",
	     "fail fatal /boot/initrd.img-6.1.0-9 | /boot/initrd.img-6.1.0-9 is damaged: it cannot be "
	     "unpacked | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
}

/* Each way to compress, and the option with which a kernel unpacks it. */
static const struct {
	const char *format, *option;
	enum vw_severity unsure;
} codecs[] = {
	{"gzip", "RD_GZIP", VW_ADVICE},   {"bzip2", "RD_BZIP2", VW_DEGRADED},
	{"lzma", "RD_LZMA", VW_DEGRADED}, {"xz", "RD_XZ", VW_DEGRADED},
	{"lzo", "RD_LZO", VW_DEGRADED},   {"lz4 legacy", "RD_LZ4", VW_DEGRADED},
	{"zstd", "RD_ZSTD", VW_DEGRADED},
};

static void test_a_kernel_unpacks_what_it_is_configured_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(codecs); i++) {
		char expected[512], config[512] = "";
		struct world w;

		make_world(&w);
		w.segment[0].format = codecs[i].format;
		w.kernel.config.text = config;
		snprintf(config, sizeof(config), "CONFIG_X=y\nCONFIG_%s=y\n", codecs[i].option);
		SAYS(&w, VW_NITRO, "IRD002",
		     "pass fatal 6.1.0-9 | kernel 6.1.0-9 unpacks /boot/initrd.img-6.1.0-9 | - | "
		     "/boot/initrd.img-6.1.0-9");
		for (size_t k = 0, size = 0; k < VW_COUNT(codecs); k++)
			size += (size_t)snprintf(config + size, sizeof(config) - size, "CONFIG_%s=%s\n",
						 codecs[k].option, k == i ? "n" : "y");
		snprintf(expected, sizeof(expected),
			 "fail fatal %s | /boot/initrd.img-6.1.0-9 is compressed with %s, which kernel "
			 "6.1.0-9 does not unpack (CONFIG_%s) | compress the initramfs with what kernel "
			 "6.1.0-9 unpacks | /boot/initrd.img-6.1.0-9",
			 codecs[i].format, codecs[i].format, codecs[i].option);
		SAYS(&w, VW_NITRO, "IRD002", expected);
		w.kernel.config = (struct vw_text){VW_DENIED, NULL, "/boot/config-6.1.0-9"};
		snprintf(expected, sizeof(expected),
			 "unknown %s %s | whether kernel 6.1.0-9 unpacks %s is not known: its configuration "
			 "may not be read | compress the initramfs with what kernel 6.1.0-9 unpacks | "
			 "/boot/config-6.1.0-9",
			 vw_severity_word(codecs[i].unsure), codecs[i].format, codecs[i].format);
		SAYS(&w, VW_NITRO, "IRD002", expected);
	}
}

static void test_formats_that_no_kernel_unpacks(void **state)
{
	IMAGE;
	w.segment[0].format = "lz4 frame";
	SAYS(&w, VW_NITRO, "IRD002",
	     "fail fatal lz4 frame | /boot/initrd.img-6.1.0-9 is in the lz4 frame format, which the kernel "
	     "does not unpack; lz4 -l makes one that it does | compress the initramfs with what kernel "
	     "6.1.0-9 unpacks | /boot/initrd.img-6.1.0-9");
	w.segment[0].format = "xz CRC64";
	SAYS(&w, VW_NITRO, "IRD002",
	     "fail fatal xz CRC64 | /boot/initrd.img-6.1.0-9 is in the xz CRC64 format, which the kernel "
	     "does not unpack; xz --check=crc32 makes one that it does | compress the initramfs with what "
	     "kernel 6.1.0-9 unpacks | /boot/initrd.img-6.1.0-9");
	w.segment[0].format = "xz SHA-256";
	SAYS(&w, VW_NITRO, "IRD002",
	     "fail fatal xz SHA-256 | /boot/initrd.img-6.1.0-9 is in the xz SHA-256 format, which the kernel "
	     "does not unpack; xz --check=crc32 makes one that it does | compress the initramfs with what "
	     "kernel 6.1.0-9 unpacks | /boot/initrd.img-6.1.0-9");
	/* Passed over, where the kernel needs none of it. */
	w.kernel.initramfs.init = NULL;
	build_in(&w, "ext4");
	set_cmdline(&w, "root=/dev/nvme0n1p1");
	SAYS(&w, VW_NITRO, "IRD002",
	     "fail degraded xz SHA-256 | /boot/initrd.img-6.1.0-9 is in the xz SHA-256 format, which the "
	     "kernel does not unpack; xz --check=crc32 makes one that it does | compress the initramfs with "
	     "what kernel 6.1.0-9 unpacks | /boot/initrd.img-6.1.0-9");
}

static void test_every_segment_is_unpacked(void **state)
{
	IMAGE;
	w.segment[0].format = "cpio";
	w.segment[1].format = "xz CRC64";
	w.segment[2].format = "lzo";
	SAYS(&w, VW_NITRO, "IRD002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 unpacks /boot/initrd.img-6.1.0-9 | - | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.segment_count = 3;
	SAYS(&w, VW_NITRO, "IRD002",
	     "fail fatal xz CRC64 | /boot/initrd.img-6.1.0-9 is in the xz CRC64 format, which the kernel "
	     "does not unpack; xz --check=crc32 makes one that it does | compress the initramfs with what "
	     "kernel 6.1.0-9 unpacks | /boot/initrd.img-6.1.0-9\n"
	     "fail fatal lzo | /boot/initrd.img-6.1.0-9 is compressed with lzo, which kernel 6.1.0-9 does "
	     "not unpack (CONFIG_RD_LZO) | compress the initramfs with what kernel 6.1.0-9 unpacks | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.segment_count = 0;
	SAYS(&w, VW_NITRO, "IRD002",
	     "unknown fatal /boot/initrd.img-6.1.0-9 | how the initramfs of kernel 6.1.0-9 is compressed is "
	     "not known | compress the initramfs with what kernel 6.1.0-9 unpacks | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.segment_count = 1;
	w.kernel.initramfs.path = NULL;
	SAYS(&w, VW_NITRO, "IRD002", "pass fatal 6.1.0-9 | kernel 6.1.0-9 unpacks its initramfs | - | -");
	w.kernel.initramfs.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "IRD002", "skip fatal 6.1.0-9 | kernel 6.1.0-9 has no initramfs | - | -");
}

/* Whether the root can be mounted. */

static void test_the_file_system_of_the_root(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "IRD003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: ext4 | - | /boot/initrd.img-6.1.0-9");
	leave_out(&w, "ext4");
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal ext4 | ext4, for the root file system, is a module of kernel 6.1.0-9 and not in "
	     "/boot/initrd.img-6.1.0-9 | echo ext4 >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	     "6.1.0-9 | /boot/initrd.img-6.1.0-9");
	lose(&w, "ext4");
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal ext4 | kernel 6.1.0-9 has no ext4, for the root file system | echo ext4 >> "
	     "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /lib/modules/6.1.0-9");
	set_cmdline(&w, "root=UUID=1 rootfstype=xfs rootfstype=btrfs");
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal btrfs | kernel 6.1.0-9 has no btrfs, for the root file system | echo btrfs >> "
	     "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | /lib/modules/6.1.0-9");
	set_cmdline(&w, "root=UUID=1 rootfstype=ext");
	SAYS(&w, VW_NITRO, "IRD003",
	     "skip fatal / | neither fstab nor rootfstype= names the root's type | - | -");
	set_cmdline(&w, "root=UUID=1 rootfstype=ext44");
	SAYS(&w, VW_NITRO, "IRD003",
	     "skip fatal / | neither fstab nor rootfstype= names the root's type | - | -");
	set_cmdline(&w, "root=UUID=1 rootfstype=");
	SAYS(&w, VW_NITRO, "IRD003",
	     "skip fatal / | neither fstab nor rootfstype= names the root's type | - | -");
	set_cmdline(&w, "root=UUID=1");
	w.facts.mounts.count = 0;
	SAYS(&w, VW_NITRO, "IRD003",
	     "skip fatal / | neither fstab nor rootfstype= names the root's type | - | -");
	w.facts.mounts.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "IRD003",
	     "unknown degraded / | of what type the root file system is, is not known: /etc/fstab may not be "
	     "read | let /etc/fstab be read, and check again | /etc/fstab");
	w.facts.mounts.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "IRD003",
	     "skip fatal / | neither fstab nor rootfstype= names the root's type | - | -");
}

/* Each file system that a root may have, by fstab and by the command line. */
static void test_each_type_of_root(void **state)
{
	static const char *const types[] = {"xfs", "btrfs", "f2fs", "jfs", "reiserfs", "erofs", "squashfs"};
	(void)state;
	for (size_t i = 0; i < VW_COUNT(types); i++) {
		char expected[512], cmdline[128];
		struct world w;

		make_world(&w);
		w.mount[0].type = types[i];
		snprintf(expected, sizeof(expected),
			 "fail fatal %s | kernel 6.1.0-9 has no %s, for the root file system | echo %s >> "
			 "/etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9 | "
			 "/lib/modules/6.1.0-9",
			 types[i], types[i], types[i]);
		SAYS(&w, VW_NITRO, "IRD003", expected);
		w.mount[0].type = "ext4";
		snprintf(cmdline, sizeof(cmdline), "root=UUID=1 rootfstype=%s quiet", types[i]);
		set_cmdline(&w, cmdline);
		SAYS(&w, VW_NITRO, "IRD003", expected);
		build_in(&w, types[i]);
		snprintf(expected, sizeof(expected),
			 "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: %s | - | "
			 "/boot/initrd.img-6.1.0-9",
			 types[i]);
		SAYS(&w, VW_NITRO, "IRD003", expected);
	}
}

/* ext4 serves the older ones too, where the kernel has no driver of theirs. */
static void test_ext4_mounts_its_elders(void **state)
{
	IMAGE;
	w.mount[0].type = "ext3";
	SAYS(&w, VW_NITRO, "IRD003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: ext4 | - | /boot/initrd.img-6.1.0-9");
	w.mount[0].type = "ext2";
	SAYS(&w, VW_NITRO, "IRD003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: ext4 | - | /boot/initrd.img-6.1.0-9");
	build_in(&w, "ext2");
	SAYS(&w, VW_NITRO, "IRD003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: ext2 | - | /boot/initrd.img-6.1.0-9");
	w.mount[0].type = "ext3";
	leave_out(&w, "ext4");
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal ext4 | ext4, for the root file system, is a module of kernel 6.1.0-9 and not in "
	     "/boot/initrd.img-6.1.0-9 | echo ext4 >> /etc/initramfs-tools/modules && update-initramfs -u -k "
	     "6.1.0-9 | /boot/initrd.img-6.1.0-9");
}

/* Device mapper is asked for by a mapped root, dm_crypt by what crypttab opens for it: not by swap. */
static void test_a_root_on_device_mapper(void **state)
{
	IMAGE;
	change_drivers(&w, "~dm_mod ~dm_crypt");
	SAYS(&w, VW_NITRO, "IRD003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: ext4 | - | /boot/initrd.img-6.1.0-9");
	w.mount[0].what = "/dev/mapper/vg-root";
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal dm_mod | dm_mod, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_mod >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.mount[0].what = "UUID=1";
	set_cmdline(&w, "root=/dev/mapper/vg-root");
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal dm_mod | dm_mod, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_mod >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.mount[1] =
		(struct vw_mount){"crypttab", "UUID=2", "swap", "", "/dev/urandom,swap", "/etc/crypttab:1"};
	w.facts.mounts.count = 2;
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal dm_mod | dm_mod, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_mod >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.mount[1] = (struct vw_mount){"crypttab", "UUID=2", "vg-root", "", "luks", "/etc/crypttab:1"};
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal dm_mod | dm_mod, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_mod >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9\n"
	     "fail fatal dm_crypt | dm_crypt, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_crypt >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.mount[1].kind = "fstab";
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal dm_mod | dm_mod, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_mod >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.mount[1].kind = "crypttab";
	set_cmdline(&w, "root=/dev/mapper/");
	SAYS(&w, VW_NITRO, "IRD003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: ext4 | - | /boot/initrd.img-6.1.0-9");
	set_cmdline(&w, "root=/dev/mapper/vg-root");
	w.facts.mounts.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal dm_mod | dm_mod, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_mod >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	change_drivers(&w, "+dm_mod");
	SAYS(&w, VW_NITRO, "IRD003",
	     "skip fatal / | neither fstab nor rootfstype= names the root's type | - | -");
}

/* crypttab's second word is a name, no place: "/" in it is no root. */
static void test_what_crypttab_opens_is_no_root(void **state)
{
	IMAGE;
	w.mount[1] = w.mount[0];
	w.mount[0] = (struct vw_mount){"crypttab", "UUID=2", "/", "btrfs", "luks", "/etc/crypttab:1"};
	w.facts.mounts.count = 2;
	SAYS(&w, VW_NITRO, "IRD003",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 can mount its root: ext4 | - | /boot/initrd.img-6.1.0-9");
}

/* It may stand first, too. */
static void test_what_crypttab_opens_first(void **state)
{
	IMAGE;
	change_drivers(&w, "~dm_crypt");
	w.mount[0] = (struct vw_mount){"crypttab", "UUID=2", "vg-root", "", "luks", "/etc/crypttab:1"};
	set_cmdline(&w, "root=/dev/mapper/vg-root rootfstype=ext4");
	SAYS(&w, VW_NITRO, "IRD003",
	     "fail fatal dm_crypt | dm_crypt, for the device of the root file system, is a module of kernel "
	     "6.1.0-9 and not in /boot/initrd.img-6.1.0-9 | echo dm_crypt >> /etc/initramfs-tools/modules && "
	     "update-initramfs -u -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
}

static void test_an_initramfs_for_one_machine(void **state)
{
	static const char *const signs[] = {"hostonly=yes", "hostonly=\"yes\"", "MODULES=dep", "--hostonly"};
	IMAGE;
	SAYS(&w, VW_NITRO, "IRD004",
	     "pass advice 6.1.0-9 | the initramfs of kernel 6.1.0-9 is not made for one machine | - | "
	     "/boot/initrd.img-6.1.0-9");
	w.line[0] = (struct vw_line){"compress=zstd", "/etc/dracut.conf:1"};
	w.line[1].source = "/etc/dracut.conf:2";
	w.facts.initramfs_conf = (struct vw_lines){VW_VALUE, 2, w.line};
	for (size_t i = 0; i < VW_COUNT(signs); i++) {
		w.line[1].text = signs[i];
		SAYS(&w, VW_NITRO, "IRD004",
		     "fail advice hostonly | /etc/dracut.conf:2: the initramfs of kernel 6.1.0-9 holds only "
		     "the drivers of the machine that made it | set MODULES=most in "
		     "/etc/initramfs-tools/initramfs.conf, then: update-initramfs -u -k all | "
		     "/etc/dracut.conf:2");
	}
	w.line[1].text = "hostonly=no MODULES=most";
	SAYS(&w, VW_NITRO, "IRD004",
	     "pass advice 6.1.0-9 | the initramfs of kernel 6.1.0-9 is not made for one machine | - | "
	     "/boot/initrd.img-6.1.0-9");
}

/* How it was made tells more than how the next one would be. */
static void test_how_an_initramfs_was_made(void **state)
{
	IMAGE;
	w.kernel.initramfs.build = (struct vw_text)TEXT("-f --hostonly");
	SAYS(&w, VW_NITRO, "IRD004",
	     "fail advice hostonly | /boot/initrd.img-6.1.0-9: the initramfs of kernel 6.1.0-9 holds only "
	     "the drivers of the machine that made it | set MODULES=most in "
	     "/etc/initramfs-tools/initramfs.conf, then: update-initramfs -u -k all | "
	     "/boot/initrd.img-6.1.0-9");
	w.line[0] = (struct vw_line){"hostonly=yes", "/etc/dracut.conf:1"};
	w.facts.initramfs_conf = (struct vw_lines){VW_VALUE, 1, w.line};
	SAYS(&w, VW_NITRO, "IRD004",
	     "fail advice hostonly | /boot/initrd.img-6.1.0-9: the initramfs of kernel 6.1.0-9 holds only "
	     "the drivers of the machine that made it | set MODULES=most in "
	     "/etc/initramfs-tools/initramfs.conf, then: update-initramfs -u -k all | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.build.text = "-f --no-hostonly";
	SAYS(&w, VW_NITRO, "IRD004",
	     "pass advice 6.1.0-9 | the initramfs of kernel 6.1.0-9 is not made for one machine | - | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.build.text = "-f";
	SAYS(&w, VW_NITRO, "IRD004",
	     "fail advice hostonly | /etc/dracut.conf:1: the initramfs of kernel 6.1.0-9 holds only the "
	     "drivers of the machine that made it | set MODULES=most in /etc/initramfs-tools/initramfs.conf, "
	     "then: update-initramfs -u -k all | /etc/dracut.conf:1");
	w.kernel.initramfs.build = (struct vw_text){.state = VW_ABSENT, .text = "--no-hostonly"};
	SAYS(&w, VW_NITRO, "IRD004",
	     "fail advice hostonly | /etc/dracut.conf:1: the initramfs of kernel 6.1.0-9 holds only the "
	     "drivers of the machine that made it | set MODULES=most in /etc/initramfs-tools/initramfs.conf, "
	     "then: update-initramfs -u -k all | /etc/dracut.conf:1");
	w.facts.initramfs_conf = (struct vw_lines){.state = VW_DENIED};
	SAYS(&w, VW_NITRO, "IRD004",
	     "unknown advice hostonly | how the initramfs of kernel 6.1.0-9 is made is not known: its "
	     "configuration may not be read | set MODULES=most in /etc/initramfs-tools/initramfs.conf, then: "
	     "update-initramfs -u -k all | -");
}

/* Without an initramfs. */

static void test_a_kernel_that_starts_no_initramfs(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "IRD005",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 has an initramfs | - | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs = (struct vw_initramfs){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "IRD005",
	     "fail fatal root | kernel 6.1.0-9 starts no initramfs, and cannot find root=UUID=1 without | "
	     "update-initramfs -c -k 6.1.0-9 | /place\n"
	     "fail fatal ext4 | kernel 6.1.0-9 starts no initramfs, and ext4 is not built in | "
	     "update-initramfs -c -k 6.1.0-9 | /lib/modules/6.1.0-9");
	build_in(&w, "ext4");
	SAYS(&w, VW_NITRO, "IRD005",
	     "fail fatal root | kernel 6.1.0-9 starts no initramfs, and cannot find root=UUID=1 without | "
	     "update-initramfs -c -k 6.1.0-9 | /place");
	set_cmdline(&w, "root=PARTUUID=1");
	SAYS(&w, VW_NITRO, "IRD005", "pass fatal 6.1.0-9 | kernel 6.1.0-9 needs no initramfs | - | /place");
	set_cmdline(&w, "quiet");
	SAYS(&w, VW_NITRO, "IRD005",
	     "fail fatal root | kernel 6.1.0-9 starts no initramfs, and its command line has no root= | "
	     "update-initramfs -c -k 6.1.0-9 | /place");
	set_cmdline(&w, "root=/dev/nvme0n1p1 rootfstype=xfs");
	SAYS(&w, VW_NITRO, "IRD005",
	     "fail fatal xfs | kernel 6.1.0-9 starts no initramfs, and xfs is not built in | "
	     "update-initramfs -c -k 6.1.0-9 | /lib/modules/6.1.0-9");
	w.kernel.cmdline.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "IRD005",
	     "unknown fatal root | kernel 6.1.0-9 starts no initramfs, and its command line may not be read "
	     "| update-initramfs -c -k 6.1.0-9 | /place");
	w.kernel.cmdline.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "IRD005",
	     "fail fatal root | kernel 6.1.0-9 starts no initramfs, and its command line has no root= | "
	     "update-initramfs -c -k 6.1.0-9 | /place");
	make_world(&w);
	w.kernel.initramfs.init = NULL;
	SAYS(&w, VW_NITRO, "IRD005",
	     "fail fatal root | kernel 6.1.0-9 starts no initramfs, and cannot find root=UUID=1 without | "
	     "update-initramfs -c -k 6.1.0-9 | /place\n"
	     "fail fatal ext4 | kernel 6.1.0-9 starts no initramfs, and ext4 is not built in | "
	     "update-initramfs -c -k 6.1.0-9 | /lib/modules/6.1.0-9");
	w.kernel.initramfs.nested = "root.img";
	SAYS(&w, VW_NITRO, "IRD005",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 has an initramfs | - | /boot/initrd.img-6.1.0-9");
}

static void test_what_an_initramfs_hides(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "IRD006",
	     "pass advice 6.1.0-9 | nothing in the initramfs of kernel 6.1.0-9 is hidden | - | "
	     "/boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = true;
	SAYS(&w, VW_NITRO, "IRD006",
	     "unknown advice /boot/initrd.img-6.1.0-9 | not all of /boot/initrd.img-6.1.0-9 was read | make "
	     "the initramfs without a squashed part | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.nested = "squashfs-root.img";
	SAYS(&w, VW_NITRO, "IRD006",
	     "unknown advice squashfs-root.img | /boot/initrd.img-6.1.0-9 holds squashfs-root.img, a file "
	     "system image that was not read | make the initramfs without a squashed part | "
	     "/boot/initrd.img-6.1.0-9");
}

static void test_libraries_of_init(void **state)
{
	IMAGE;
	w.name[0] = "libc.so.6";
	w.name[1] = "libkmod.so.2";
	SAYS(&w, VW_NITRO, "IRD007",
	     "pass fatal 6.1.0-9 | init of the initramfs has its libraries | - | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.lacking = (struct vw_names){VW_VALUE, w.name, "", 2};
	SAYS(&w, VW_NITRO, "IRD007",
	     "fail fatal libc.so.6 | init of /boot/initrd.img-6.1.0-9 needs libc.so.6, which is not in it | "
	     "update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9\n"
	     "fail fatal libkmod.so.2 | init of /boot/initrd.img-6.1.0-9 needs libkmod.so.2, which is not in "
	     "it | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.lacking.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "IRD007",
	     "unknown fatal /boot/initrd.img-6.1.0-9 | whether init of the initramfs has its libraries is "
	     "not known | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.lacking.state = VW_VALUE;
	w.kernel.initramfs.nested = "root.img";
	SAYS(&w, VW_NITRO, "IRD007",
	     "unknown degraded /boot/initrd.img-6.1.0-9 | whether init of the initramfs has its libraries is "
	     "not known | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.nested = NULL;
	w.kernel.initramfs.incomplete = true;
	SAYS(&w, VW_NITRO, "IRD007",
	     "unknown degraded /boot/initrd.img-6.1.0-9 | whether init of the initramfs has its libraries is "
	     "not known | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.incomplete = false;
	w.kernel.initramfs.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "IRD007",
	     "unknown degraded /boot/initrd.img-6.1.0-9 | whether init of the initramfs has its libraries is "
	     "not known | update-initramfs -c -k 6.1.0-9 | /boot/initrd.img-6.1.0-9");
	w.kernel.initramfs.init = NULL;
	SAYS(&w, VW_NITRO, "IRD007", "skip fatal 6.1.0-9 | kernel 6.1.0-9 starts no initramfs | - | -");
	w.kernel.initramfs = (struct vw_initramfs){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "IRD007", "skip fatal 6.1.0-9 | kernel 6.1.0-9 starts no initramfs | - | -");
}

/* Names of devices. */

static void test_names_that_another_platform_does_not_give(void **state)
{
	static const char *const fickle[] = {"/dev/sda1",
					     "/dev/xvda1",
					     "/dev/vda1",
					     "/dev/hda1",
					     "/dev/nvme0n1p1",
					     "/dev/disk/by-path/a",
					     "/dev/disk/by-id/virtio-1",
					     "/dev/disk/by-id/xen-1",
					     "/dev/disk/by-id/wwn-1",
					     "/dev/disk/by-id/nvme-1",
					     "/dev/disk/by-id/scsi-1",
					     "/dev/disk/by-id/ata-1"};
	static const char *const steady[] = {"UUID=1",
					     "LABEL=root",
					     "/dev/mapper/vg-root",
					     "/dev/disk/by-uuid/1",
					     "/dev/disk/by-label/a",
					     "/dev/disk/by-id/dm-name-a",
					     "tmpfs",
					     "/dev/sd",
					     "/dev/vd",
					     ""};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(fickle); i++) {
		char expected[512];

		w.mount[0].what = fickle[i];
		w.mount[0].where = "/srv";
		snprintf(expected, sizeof(expected),
			 "fail fatal %s | /etc/fstab:1 %s on /srv: a Nitro instance may call it otherwise, "
			 "use "
			 "its UUID | replace %s by UUID= and what blkid -s UUID tells of it | /etc/fstab:1",
			 fickle[i], fickle[i], fickle[i]);
		SAYS(&w, VW_NITRO, "FST001", expected);
	}
	w.mount[0].where = "/";
	w.mount[0].what = "/dev/nvme0n1p1";
	SAYS(&w, VW_NITRO, "FST001",
	     "fail advice /dev/nvme0n1p1 | /etc/fstab:1 /dev/nvme0n1p1 on /: holds on a Nitro instance as "
	     "long as it "
	     "has one disk, use its UUID | replace /dev/nvme0n1p1 by UUID= and what blkid -s UUID tells of "
	     "it | "
	     "/etc/fstab:1");
	for (size_t i = 0; i < VW_COUNT(steady); i++) {
		w.mount[0].what = steady[i];
		SAYS(&w, VW_NITRO, "FST001",
		     "pass fatal image | what is mounted is named by what moves with it | - | /etc/fstab");
	}
}

static void test_mounts_that_may_be_missing(void **state)
{
	IMAGE;
	w.mount[0] =
		(struct vw_mount){"fstab", "/dev/sda1", "/srv", "ext4", "defaults,nofail", "/etc/fstab:1"};
	w.mount[1] = (struct vw_mount){"fstab", "/dev/sda2", "/opt", "ext4", "noauto", "/etc/fstab:2"};
	w.mount[2] = (struct vw_mount){"fstab", "/dev/sda3", "none", "swap", "sw", "/etc/fstab:3"};
	w.mount[3] =
		(struct vw_mount){"resume", "/dev/sda3", "", "", "", "/etc/initramfs-tools/conf.d/resume:1"};
	w.facts.mounts.count = 4;
	SAYS(&w, VW_AZURE, "FST001",
	     "fail degraded /dev/sda1 | /etc/fstab:1 /dev/sda1 on /srv: an Azure virtual machine may call it "
	     "otherwise, use its UUID | replace /dev/sda1 by UUID= and what blkid -s UUID tells of it | "
	     "/etc/fstab:1\n"
	     "fail degraded /dev/sda2 | /etc/fstab:2 /dev/sda2 on /opt: an Azure virtual machine may call it "
	     "otherwise, use its UUID | replace /dev/sda2 by UUID= and what blkid -s UUID tells of it | "
	     "/etc/fstab:2\n"
	     "fail degraded /dev/sda3 | /etc/fstab:3 /dev/sda3 on none: an Azure virtual machine may call it "
	     "otherwise, use its UUID | replace /dev/sda3 by UUID= and what blkid -s UUID tells of it | "
	     "/etc/fstab:3\n"
	     "fail degraded /dev/sda3 | /etc/initramfs-tools/conf.d/resume:1 /dev/sda3: an Azure virtual "
	     "machine may call it otherwise, use its UUID | replace /dev/sda3 by UUID= and what blkid -s "
	     "UUID tells of it | /etc/initramfs-tools/conf.d/resume:1");
	w.mount[0].options = "nofails";
	w.facts.mounts.count = 1;
	SAYS(&w, VW_AZURE, "FST001",
	     "fail fatal /dev/sda1 | /etc/fstab:1 /dev/sda1 on /srv: an Azure virtual machine may call it "
	     "otherwise, use its UUID | replace /dev/sda1 by UUID= and what blkid -s UUID tells of it | "
	     "/etc/fstab:1");
	w.facts.mounts.state = VW_DENIED;
	SAYS(&w, VW_AZURE, "FST001",
	     "unknown fatal /etc/fstab | /etc/fstab may not be read | let /etc/fstab be read, and check "
	     "again | /etc/fstab");
	w.facts.mounts.state = VW_ABSENT;
	SAYS(&w, VW_AZURE, "FST001",
	     "pass fatal image | what is mounted is named by what moves with it | - | /etc/fstab");
}

/* root= by a name: which targets give that name too. */
static void test_names_that_the_target_gives_too(void **state)
{
	static const char *const names[] = {"/dev/nvme0n1p1", "/dev/nvme1n1p1", "/dev/xvda1", "/dev/vda1",
					    "/dev/vdb1",      "/dev/sda1",      "/dev/sdb1"};
	static const struct {
		unsigned target;
		const char *right; /* of the names, by their number */
	} rows[] = {
		{VW_NITRO, "0"},  {VW_NITRO_ARM64, "0"}, {VW_EC2_METAL, "0"},   {VW_EC2_METAL_ARM64, "0"},
		{VW_XEN_PV, "2"}, {VW_XEN_HVM, "2"},     {VW_NESTED_HOST, "0"}, {VW_KVM, "3"},
		{VW_GCP, "5"},    {VW_AZURE, "5"},
	};
	static const char *const called[] = {"a Nitro instance",
					     "a Graviton instance",
					     "a bare metal instance",
					     "a Graviton bare metal instance",
					     "a Xen PV guest",
					     "a Xen HVM guest",
					     "an instance that hosts guests",
					     "a KVM guest",
					     "a Compute Engine instance",
					     "an Azure virtual machine"};
	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		for (size_t k = 0; k < VW_COUNT(names); k++) {
			char expected[512], cmdline[128];
			struct world w;
			bool right;

			make_world(&w);
			if (rows[i].target & (VW_NITRO_ARM64 | VW_EC2_METAL_ARM64))
				w.kernel.file.arch = "aarch64";
			snprintf(cmdline, sizeof(cmdline), "root=%s quiet", names[k]);
			set_cmdline(&w, cmdline);
			right = strchr(rows[i].right, '0' + (char)k) != NULL;
			snprintf(expected, sizeof(expected),
				 "fail %s root | root=%s %s %s%s: use its UUID | use root=UUID=, without "
				 "GRUB_DISABLE_LINUX_UUID, and make the boot loader's configuration again | "
				 "/place",
				 right ? "advice" : "fatal", names[k], right ? "holds on" : "is a name that",
				 called[i], right ? " as long as it has one disk" : " does not give");
			SAYS(&w, rows[i].target, "FST002", expected);
		}
	}
}

/* A disk without partitions has the name alone. */
static void test_a_whole_disk_as_root(void **state)
{
	IMAGE;
	set_cmdline(&w, "root=/dev/vda");
	SAYS(&w, VW_KVM, "FST002",
	     "fail advice root | root=/dev/vda holds on a KVM guest as long as it has one disk: use its UUID "
	     "| use root=UUID=, without GRUB_DISABLE_LINUX_UUID, and make the boot loader's configuration "
	     "again | /place");
	set_cmdline(&w, "root=/dev/nvme0n1");
	SAYS(&w, VW_NITRO, "FST002",
	     "fail advice root | root=/dev/nvme0n1 holds on a Nitro instance as long as it has one disk: use "
	     "its UUID | use root=UUID=, without GRUB_DISABLE_LINUX_UUID, and make the boot loader's "
	     "configuration again | /place");
}

static void test_a_root_that_is_not_named(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "FST002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 looks for its root by what moves with it | - | /place");
	set_cmdline(&w, "quiet");
	SAYS(&w, VW_NITRO, "FST002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 looks for its root by what moves with it | - | /place");
	w.kernel.initramfs.generator = "initramfs-tools";
	SAYS(&w, VW_NITRO, "FST002",
	     "fail fatal root | the command line of kernel 6.1.0-9 has no root=, and "
	     "/boot/initrd.img-6.1.0-9 finds none without it | use root=UUID=, without "
	     "GRUB_DISABLE_LINUX_UUID, and make the boot loader's configuration again | /place");
	set_cmdline(&w, "boot=live");
	SAYS(&w, VW_NITRO, "FST002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 looks for its root by what moves with it | - | /place");
	w.kernel.cmdline.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "FST002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 looks for its root by what moves with it | - | /place");
	w.kernel.cmdline.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "FST002",
	     "unknown fatal root | where kernel 6.1.0-9 looks for its root is not known: its command line is "
	     "damaged | use root=UUID=, without GRUB_DISABLE_LINUX_UUID, and make the boot loader's "
	     "configuration again | /place");
}

/* GRUB's own root, by the number of a disk. */
static void test_grubs_root_by_number(void **state)
{
	IMAGE;
	w.entry[0].root_set = "hd0,msdos1";
	SAYS(&w, VW_NITRO, "FST002",
	     "fail advice set root | /boot/grub/grub.cfg:1 sets root to hd0,msdos1 and does not search for "
	     "it by its UUID | use root=UUID=, without GRUB_DISABLE_LINUX_UUID, and make the boot loader's "
	     "configuration again | /boot/grub/grub.cfg:1");
	w.entry[0].root_set = "lvm/vg-root";
	SAYS(&w, VW_NITRO, "FST002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 looks for its root by what moves with it | - | /place");
	w.kernel.entry = NULL;
	w.entry[0].root_set = "hd0";
	SAYS(&w, VW_NITRO, "FST002",
	     "pass fatal 6.1.0-9 | kernel 6.1.0-9 looks for its root by what moves with it | - | /place");
}

/* The console. */

static void test_the_console_that_is_seen(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "CON001", "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to ttyS0 | - | /place");
	SAYS(&w, VW_XEN_PV, "CON001", "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to hvc0 | - | /place");
	set_cmdline(&w, "console=tty0 console=ttyS0,115200n8 root=UUID=1");
	SAYS(&w, VW_XEN_HVM, "CON001", "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to ttyS0 | - | /place");
	SAYS(&w, VW_XEN_PV, "CON001",
	     "fail degraded hvc0 | no console=hvc0 on the command line of kernel 6.1.0-9: the console of a "
	     "Xen PV guest stays empty | add console=hvc0 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
	     "update-grub | /place");
	set_cmdline(&w, "console=tty0 console=ttyS console=hvc0 earlycon=ttyS0 console");
	SAYS(&w, VW_NITRO, "CON001",
	     "fail degraded ttyS0 | no console=ttyS0 on the command line of kernel 6.1.0-9: the console of a "
	     "Nitro instance stays empty | add console=ttyS0 to GRUB_CMDLINE_LINUX in /etc/default/grub, "
	     "then: update-grub | /place");
	SAYS(&w, VW_XEN_PV, "CON001", "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to hvc0 | - | /place");
	w.kernel.cmdline.state = VW_ABSENT;
	SAYS(&w, VW_EC2_METAL, "CON001",
	     "fail degraded ttyS0 | no console=ttyS0 on the command line of kernel 6.1.0-9: the console of a "
	     "bare metal instance stays empty | add console=ttyS0 to GRUB_CMDLINE_LINUX in "
	     "/etc/default/grub, then: update-grub | /place");
	w.kernel.cmdline.state = VW_DENIED;
	SAYS(&w, VW_EC2_METAL, "CON001",
	     "unknown degraded ttyS0 | the command line of kernel 6.1.0-9 may not be read | add "
	     "console=ttyS0 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub | /place");
}

static void test_the_drivers_of_consoles(void **state)
{
	IMAGE;
	w.kernel.config.text = "CONFIG_HVC_XEN=y\n";
	SAYS(&w, VW_XEN_PV, "CON001", "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to hvc0 | - | /place");
	SAYS(&w, VW_NITRO, "CON001",
	     "fail degraded SERIAL_8250_CONSOLE | kernel 6.1.0-9 has no CONFIG_SERIAL_8250_CONSOLE | use a "
	     "kernel with CONFIG_SERIAL_8250_CONSOLE=y | /place");
	SAYS(&w, VW_EC2_METAL, "CON001",
	     "fail degraded SERIAL_8250_CONSOLE | kernel 6.1.0-9 has no CONFIG_SERIAL_8250_CONSOLE | use a "
	     "kernel with CONFIG_SERIAL_8250_CONSOLE=y | /place\n"
	     "fail degraded SERIAL_8250_PCI | kernel 6.1.0-9 has no CONFIG_SERIAL_8250_PCI: bare metal's "
	     "serial port is a PCI device | use a kernel with CONFIG_SERIAL_8250_PCI=y | /place");
	w.kernel.config.text = "CONFIG_SERIAL_8250_CONSOLE=y\nCONFIG_SERIAL_8250_PCI=m\n";
	SAYS(&w, VW_XEN_PV, "CON001",
	     "fail degraded HVC_XEN | kernel 6.1.0-9 has no CONFIG_HVC_XEN | use a kernel with "
	     "CONFIG_HVC_XEN=y | /place");
	SAYS(&w, VW_NITRO, "CON001", "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to ttyS0 | - | /place");
	SAYS(&w, VW_EC2_METAL, "CON001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to ttyS0 | - | /place");
	w.kernel.config.text = "CONFIG_SERIAL_8250_CONSOLE=y\n";
	SAYS(&w, VW_NESTED_HOST, "CON001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to ttyS0 | - | /place");
	SAYS(&w, VW_EC2_METAL, "CON001",
	     "fail degraded SERIAL_8250_PCI | kernel 6.1.0-9 has no CONFIG_SERIAL_8250_PCI: bare metal's "
	     "serial port is a PCI device | use a kernel with CONFIG_SERIAL_8250_PCI=y | /place");
	w.kernel.file.arch = "aarch64";
	SAYS(&w, VW_NITRO_ARM64, "CON001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to ttyS0 | - | /place");
	SAYS(&w, VW_EC2_METAL_ARM64, "CON001",
	     "fail degraded SERIAL_8250_PCI | kernel 6.1.0-9 has no CONFIG_SERIAL_8250_PCI: bare metal's "
	     "serial port is a PCI device | use a kernel with CONFIG_SERIAL_8250_PCI=y | /place");
	w.kernel.config = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_EC2_METAL_ARM64, "CON001",
	     "pass degraded 6.1.0-9 | kernel 6.1.0-9 writes to ttyS0 | - | /place");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_FINDINGS(test_the_default_entry),
		TEST_OF_FINDINGS(test_which_kernel_the_default_entry_boots),
		TEST_OF_FINDINGS(test_what_entries_name),
		TEST_OF_FINDINGS(test_paths_of_a_boot_file_system),
		TEST_OF_FINDINGS(test_an_image_without_entries),
		TEST_OF_FINDINGS(test_a_boot_partition_that_is_not_here),
		TEST_OF_FINDINGS(test_an_initramfs_is_whole),
		TEST_OF_FINDINGS(test_init_and_modules_of_an_initramfs),
		TEST_OF_FINDINGS(test_for_which_machine_init_is),
		TEST_OF_FINDINGS(test_damage_that_does_no_harm),
		TEST_OF_FINDINGS(test_a_kernel_unpacks_what_it_is_configured_for),
		TEST_OF_FINDINGS(test_formats_that_no_kernel_unpacks),
		TEST_OF_FINDINGS(test_every_segment_is_unpacked),
		TEST_OF_FINDINGS(test_the_file_system_of_the_root),
		TEST_OF_FINDINGS(test_each_type_of_root),
		TEST_OF_FINDINGS(test_ext4_mounts_its_elders),
		TEST_OF_FINDINGS(test_a_root_on_device_mapper),
		TEST_OF_FINDINGS(test_what_crypttab_opens_is_no_root),
		TEST_OF_FINDINGS(test_what_crypttab_opens_first),
		TEST_OF_FINDINGS(test_an_initramfs_for_one_machine),
		TEST_OF_FINDINGS(test_how_an_initramfs_was_made),
		TEST_OF_FINDINGS(test_a_kernel_that_starts_no_initramfs),
		TEST_OF_FINDINGS(test_what_an_initramfs_hides),
		TEST_OF_FINDINGS(test_libraries_of_init),
		TEST_OF_FINDINGS(test_names_that_another_platform_does_not_give),
		TEST_OF_FINDINGS(test_mounts_that_may_be_missing),
		TEST_OF_FINDINGS(test_names_that_the_target_gives_too),
		TEST_OF_FINDINGS(test_a_whole_disk_as_root),
		TEST_OF_FINDINGS(test_a_root_that_is_not_named),
		TEST_OF_FINDINGS(test_grubs_root_by_number),
		TEST_OF_FINDINGS(test_the_console_that_is_seen),
		TEST_OF_FINDINGS(test_the_drivers_of_consoles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
