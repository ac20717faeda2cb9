/* SPDX-License-Identifier: MIT */
/* Small images, and all the facts that one part of the reader makes of each: a row is an image. */
#include "tests/unit/image_dump.h"

static const struct image_case modprobe_cases[] = {
	{"nothing", {{NULL, NULL}}, ""},
	{"each directive, and words that are none",
	 {{"/etc/modprobe.d/a.conf",
	   "blacklist a-b\ninstall b /bin/true x\noptions c-d x=1 y-z\nalias net-* e\nsoftdep f pre: "
	   "g\n"
	   "remove h /bin/y\nweakdep i j\nallow_unsupported_modules 1\nblacklists k\nblack "
	   "l\ninclude m\n"
	   "blacklist\n# blacklist n\n  # blacklist o\n\n\tblacklist\t p \n"}},
	 "modprobe: blacklist|a_b| @ /etc/modprobe.d/a.conf:1\n"
	 "modprobe: install|b|/bin/true x @ /etc/modprobe.d/a.conf:2\n"
	 "modprobe: options|c_d|x=1 y-z @ /etc/modprobe.d/a.conf:3\n"
	 "modprobe: alias|net_*|e @ /etc/modprobe.d/a.conf:4\n"
	 "modprobe: softdep|f|pre: g @ /etc/modprobe.d/a.conf:5\n"
	 "modprobe: remove|h|/bin/y @ /etc/modprobe.d/a.conf:6\n"
	 "modprobe: weakdep|i|j @ /etc/modprobe.d/a.conf:7\n"
	 "modprobe: allow_unsupported_modules||1 @ /etc/modprobe.d/a.conf:8\n"
	 "modprobe: blacklist|p| @ /etc/modprobe.d/a.conf:16\n"},
	{"lines that a backslash joins",
	 {{"/etc/modprobe.d/a.conf", "options a \\\nx=1 \\\r\ny=2\n# \\\nblacklist c\nblacklist d\\"}},
	 "modprobe: options|a|x=1 y=2 @ /etc/modprobe.d/a.conf:1\n"
	 "modprobe: blacklist|d| @ /etc/modprobe.d/a.conf:6\n"},
	{"a word that a backslash parts",
	 {{"/etc/modprobe.d/a.conf", "blacklist e\\\nna\nblacklist e\\ \nblacklist nb\n"}},
	 "modprobe: blacklist|ena| @ /etc/modprobe.d/a.conf:1\n"
	 "modprobe: blacklist|e\\| @ /etc/modprobe.d/a.conf:3\n"
	 "modprobe: blacklist|nb| @ /etc/modprobe.d/a.conf:4\n"},
	{"hidden files",
	 {{"/etc/modprobe.d/.a.conf", "blacklist no\n"},
	  {"/etc/modprobe.d/a.b.conf", "blacklist b\n"},
	  {"/etc/modules-load.d/.c.conf", "no\n"}},
	 "modprobe: blacklist|b| @ /etc/modprobe.d/a.b.conf:1\n"},
	{"the order of names, whatever the folder",
	 {{"/etc/modprobe.d/c.conf", "blacklist c\n"},
	  {"/run/modprobe.d/b.conf", "blacklist b\n"},
	  {"/usr/local/lib/modprobe.d/e.conf", "blacklist e\n"},
	  {"/usr/lib/modprobe.d/a.conf", "blacklist a\n"},
	  {"/lib/modprobe.d/d.conf", "blacklist d\n"}},
	 "modprobe: blacklist|a| @ /usr/lib/modprobe.d/a.conf:1\n"
	 "modprobe: blacklist|b| @ /run/modprobe.d/b.conf:1\n"
	 "modprobe: blacklist|c| @ /etc/modprobe.d/c.conf:1\n"
	 "modprobe: blacklist|d| @ /lib/modprobe.d/d.conf:1\n"
	 "modprobe: blacklist|e| @ /usr/local/lib/modprobe.d/e.conf:1\n"},
	{"an earlier folder hides",
	 {{"/etc/modprobe.d/a.conf", "blacklist etc\n"},
	  {"/run/modprobe.d/a.conf", "blacklist run\n"},
	  {"/run/modprobe.d/b.conf", "blacklist run\n"},
	  {"/usr/local/lib/modprobe.d/b.conf", "blacklist local\n"},
	  {"/usr/local/lib/modprobe.d/c.conf", "blacklist local\n"},
	  {"/usr/lib/modprobe.d/c.conf", "blacklist usr\n"},
	  {"/usr/lib/modprobe.d/d.conf", "blacklist usr\n"},
	  {"/lib/modprobe.d/d.conf", "blacklist lib\n"}},
	 "modprobe: blacklist|etc| @ /etc/modprobe.d/a.conf:1\n"
	 "modprobe: blacklist|run| @ /run/modprobe.d/b.conf:1\n"
	 "modprobe: blacklist|local| @ /usr/local/lib/modprobe.d/c.conf:1\n"
	 "modprobe: blacklist|usr| @ /usr/lib/modprobe.d/d.conf:1\n"},
	{"a link to /dev/null masks, another link does not",
	 {{"/etc/modprobe.d/a.conf", "-> /dev/null"},
	  {"/dev/null", "blacklist no\n"},
	  {"/usr/lib/modprobe.d/a.conf", "blacklist masked\n"},
	  {"/etc/modprobe.d/b.conf", "-> /usr/share/b"},
	  {"/usr/share/b", "blacklist b\n"},
	  {"/usr/lib/modprobe.d/b.conf", "blacklist hidden\n"},
	  {"/etc/modprobe.d/c.conf", "-> /nowhere"},
	  {"/etc/modprobe.d/d.txt", "blacklist d\n"},
	  {"/etc/modprobe.d/e.conf/x.conf", "blacklist e\n"}},
	 "modprobe: blacklist|b| @ /etc/modprobe.d/b.conf:1\n"},
	{"modules that are loaded in any case",
	 {{"/etc/modules", " nvme \n; no\n#no\nena x=1 # why\n\n"},
	  {"/etc/modules-load.d/b.conf", "b\n"},
	  {"/run/modules-load.d/a.conf", "a\n"},
	  {"/usr/local/lib/modules-load.d/c.conf", "c\n"},
	  {"/usr/lib/modules-load.d/d.conf", "d\n"},
	  {"/lib/modules-load.d/e.conf", "e\n"},
	  {"/lib/modules-load.d/b.conf", "no\n"},
	  {"/etc/modules-load.d/d.conf", "-> /dev/null"},
	  {"/dev/null", "no\n"}},
	 "modules_load: 'a' @ /run/modules-load.d/a.conf:1\n"
	 "modules_load: 'b' @ /etc/modules-load.d/b.conf:1\n"
	 "modules_load: 'c' @ /usr/local/lib/modules-load.d/c.conf:1\n"
	 "modules_load: 'e' @ /lib/modules-load.d/e.conf:1\n"
	 "modules_load: 'nvme' @ /etc/modules:1\n"
	 "modules_load: 'ena x=1' @ /etc/modules:4\n"},
};

/* modprobe.d */

static void modprobe(void **state)
{
	(void)state;
	ASSERT_CASES(modprobe_cases, vw_image_probe_modprobe, NULL);
}

static const struct image_case os_release_cases[] = {
	{"nothing",
	 {{NULL, NULL}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"each key; the last of a key holds",
	 {{"/etc/os-release",
	   "NAME=\"Na me\"\nID=no\nID=debian\nID_LIKE=\"a b\"\nVERSION_ID='12'\nPRETTY_NAME=\"Debian "
	   "GNU/Linux 12\"\nVERSION=no\nIDS=no\n#ID=no\n"}},
	 "os.id: 'debian' @ /etc/os-release\n"
	 "os.id_like: 'a b' @ /etc/os-release\n"
	 "os.version_id: '12' @ /etc/os-release\n"
	 "os.name: 'Debian GNU/Linux 12' @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"NAME where there is no PRETTY_NAME",
	 {{"/usr/lib/os-release", "ID=alpine\nNAME=\"Alpine Linux\"\n"}},
	 "os.id: 'alpine' @ /usr/lib/os-release\n"
	 "os.id_like: absent @ /usr/lib/os-release\n"
	 "os.version_id: absent @ /usr/lib/os-release\n"
	 "os.name: 'Alpine Linux' @ /usr/lib/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"backslashes, within quotes and without",
	 {{"/etc/os-release",
	   "ID=\"a\\nb\"\nID_LIKE=a\\\nb\nVERSION_ID=\"a\\\nb\\\"\\$\\`\\\\\"\nNAME='a\\nb'\\c\n"}},
	 "os.id: 'a\\nb' @ /etc/os-release\n"
	 "os.id_like: 'ab' @ /etc/os-release\n"
	 "os.version_id: 'ab\"$`\\' @ /etc/os-release\n"
	 "os.name: 'a\\nbc' @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"the file in /etc holds",
	 {{"/etc/os-release", "ID=a\n"}, {"/usr/lib/os-release", "ID=b\nNAME=c\n"}},
	 "os.id: 'a' @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"a link to the vendor's",
	 {{"/etc/os-release", "-> ../usr/lib/os-release"}, {"/usr/lib/os-release", "ID=b\n"}},
	 "os.id: 'b' @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"a folder, and the vendor's",
	 {{"/etc/os-release/x", ""}, {"/usr/lib/os-release", "ID=b\n"}},
	 "os.id: 'b' @ /usr/lib/os-release\n"
	 "os.id_like: absent @ /usr/lib/os-release\n"
	 "os.version_id: absent @ /usr/lib/os-release\n"
	 "os.name: absent @ /usr/lib/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"
	 "unread /etc/os-release EINVAL\n"},
	{"a folder alone",
	 {{"/etc/os-release/x", ""}},
	 "os.id: malformed @ /etc/os-release\n"
	 "os.id_like: malformed @ /etc/os-release\n"
	 "os.version_id: malformed @ /etc/os-release\n"
	 "os.name: malformed @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"
	 "unread /etc/os-release EINVAL\n"},
	{"init",
	 {{"/sbin", "-> usr/sbin"},
	  {"/usr/sbin/init", "-> ../lib/systemd/systemd"},
	  {"/usr/lib/systemd/systemd", "x"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: malformed @ /sbin/init\n"
	 "os.init: '/usr/lib/systemd/systemd' @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"programs that are none",
	 {{"/bin/sh", "#!/bin/x"}, {"/bin/busybox", "x"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: malformed @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
};

/* the rest of the facts */

static void os_release(void **state)
{
	(void)state;
	ASSERT_CASES(os_release_cases, vw_image_probe_os, NULL);
}

static const struct image_case units_cases[] = {
	{"units of every place",
	 {{"/etc/systemd/system/a.service", "x"},
	  {"/run/systemd/system/b.socket", "x"},
	  {"/usr/local/lib/systemd/system/c.service", "x"},
	  {"/usr/lib/systemd/system/d.service", "x"},
	  {"/lib/systemd/system/e.service", "x"},
	  {"/etc/init.d/f", "x"},
	  {"/etc/init/g.conf", "x"},
	  {"/etc/sv/h/run", "x"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: a b c d e f g h @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"what only sounds so",
	 {{"/etc/systemd/system/a.timer", "x"},
	  {"/etc/init/b", "x"},
	  {"/etc/init.d/c.conf", "x"},
	  {"/etc/sv/dd/run", "x"},
	  {"/usr/lib/systemd/user/e.service", "x"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
	{"masked units",
	 {{"/etc/systemd/system/a.service", "-> /dev/null"},
	  {"/usr/lib/systemd/system/a.service", "x"},
	  {"/etc/init.d/a", "x"},
	  {"/usr/lib/systemd/system/b.service", "-> /dev/null"},
	  {"/usr/lib/systemd/system/b.socket", "x"},
	  {"/etc/systemd/system/c.service", "-> /lib/systemd/system/c.service"},
	  {"/lib/systemd/system/c.service", "x"},
	  {"/etc/systemd/system/d.service", "-> /nowhere"},
	  {"/etc/systemd/system/e.service", "x"},
	  {"/lib/systemd/system/e.service", "-> /dev/null"}},
	 "os.id: absent @ /etc/os-release\n"
	 "os.id_like: absent @ /etc/os-release\n"
	 "os.version_id: absent @ /etc/os-release\n"
	 "os.name: absent @ /etc/os-release\n"
	 "os.arch: absent @ /bin/sh\n"
	 "os.init: absent @ /sbin/init\n"
	 "kmod: absent @ /usr/bin/kmod\n"
	 "units: c e @ /usr/lib/systemd/system\n"
	 "groups: absent @ /etc/group\n"},
};

static void units(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", NULL};
	const struct vw_image_wish wish = {.units = names};
	(void)state;
	ASSERT_CASES(units_cases, vw_image_probe_os, &wish);
}

static void groups(void **state)
{
	static const char *const names[] = {"b", "kvm", "c", "lost", NULL};
	const struct vw_image_wish wish = {.groups = names};
	static const struct image_case cases[] = {
		{"groups",
		 {{"/etc/group", "root:x:0:\nkvm:x:1:a\nnone\nc:x\nkv:x:2:\nkvm2:x:\nb\n:x\nb:\n"}},
		 "os.id: absent @ /etc/os-release\n"
		 "os.id_like: absent @ /etc/os-release\n"
		 "os.version_id: absent @ /etc/os-release\n"
		 "os.name: absent @ /etc/os-release\n"
		 "os.arch: absent @ /bin/sh\n"
		 "os.init: absent @ /sbin/init\n"
		 "kmod: absent @ /usr/bin/kmod\n"
		 "units: @ /usr/lib/systemd/system\n"
		 "groups: b c kvm @ /etc/group\n"},
	};

	(void)state;
	ASSERT_CASES(cases, vw_image_probe_os, &wish);
}

static const struct image_case mounts_cases[] = {
	{"fstab",
	 {{"/etc/fstab", "# c\n\n/dev/sda1 / ext4 defaults,ro 0 1\n UUID=1\t/a\\040b\\011c "
			 "xfs\nLABEL=x /boot # ext2\n//h/s\\134 \\040 \\400 \\08 \\04\nswap\n"}},
	 "mount fstab: /dev/sda1|/|ext4|defaults,ro @ /etc/fstab:3\n"
	 "mount fstab: UUID=1|/a b c|xfs| @ /etc/fstab:4\n"
	 "mount fstab: LABEL=x|/boot|| @ /etc/fstab:5\n"
	 "mount fstab: //h/s\\||\\400|\\08 @ /etc/fstab:6\n"
	 "mount fstab: swap||| @ /etc/fstab:7\n"},
	{"crypttab",
	 {{"/etc/crypttab", "# c\nroot /dev/sda2 none luks,x\nswap UUID=2 /key\nlone\n"}},
	 "mount crypttab: /dev/sda2|root||luks,x @ /etc/crypttab:2\n"
	 "mount crypttab: UUID=2|swap|| @ /etc/crypttab:3\n"
	 "mount crypttab: |lone|| @ /etc/crypttab:4\n"},
	{"mount units",
	 {{"/etc/systemd/system/a.mount", "[Unit]\nWhat=no\n[Mount]\nWhere=/a\nWhat=/dev/"
					  "a\nType=ext4\nOptions=ro\nLazyUnmount=yes\n[Install]\nWhere=no\n"},
	  {"/usr/lib/systemd/system/a.mount", "[Mount]\nWhat=hidden\n"},
	  {"/usr/lib/systemd/system/b.mount", "[Mount]\nWhat=b\n"},
	  {"/lib/systemd/system/c.mount", "[Mount]\nOptions=c\n"},
	  {"/run/systemd/system/d.mount", "[Mount]\nType=d\n"},
	  {"/usr/local/lib/systemd/system/e.mount", "[Mount]\n Where = /e \n"},
	  {"/etc/systemd/system/b.mount", "-> /dev/null"},
	  {"/dev/null", "[Mount]\nWhat=no\n"},
	  {"/etc/systemd/system/f.automount", "[Mount]\nWhat=no\n"}},
	 "mount mount unit: /dev/a|/a|ext4|ro @ /etc/systemd/system/a.mount:5\n"
	 "mount mount unit: |||c @ /lib/systemd/system/c.mount:2\n"
	 "mount mount unit: ||d| @ /run/systemd/system/d.mount:2\n"
	 "mount mount unit: |/e|| @ /usr/local/lib/systemd/system/e.mount:2\n"},
	{"resume",
	 {{"/etc/initramfs-tools/conf.d/resume", "# RESUME=no\nX=1\nRESUME=\"UUID=3\"\nRESUMES=no\n"},
	  {"/etc/initramfs-tools/conf.d/z", "export RESUME=none\n"}},
	 "mount resume: UUID=3||| @ /etc/initramfs-tools/conf.d/resume:3\n"
	 "mount resume: none||| @ /etc/initramfs-tools/conf.d/z:1\n"},
	{"all of them, in their order",
	 {{"/etc/fstab", "a /\n"},
	  {"/etc/crypttab", "b c\n"},
	  {"/lib/systemd/system/d.mount", "[Mount]\nWhat=d\n"},
	  {"/etc/initramfs-tools/conf.d/e", "RESUME=e\n"}},
	 "mount fstab: a|/|| @ /etc/fstab:1\n"
	 "mount crypttab: c|b|| @ /etc/crypttab:1\n"
	 "mount mount unit: d||| @ /lib/systemd/system/d.mount:2\n"
	 "mount resume: e||| @ /etc/initramfs-tools/conf.d/e:1\n"},
	{"a folder",
	 {{"/etc/fstab/x", ""}},
	 "mounts: malformed\n"
	 "unread /etc/fstab EINVAL\n"},
};

static void mounts(void **state)
{
	(void)state;
	ASSERT_CASES(mounts_cases, vw_image_probe_mounts, NULL);
}

static const struct image_case io_timeout_cases[] = {
	{"rules of every place",
	 {{"/etc/udev/rules.d/e.rules",
	   "# io_timeout\nA==\"1\", \\\n  ATTR{queue/io_timeout}=\"1\"\nB==\"2\"\n"},
	  {"/run/udev/rules.d/d.rules", "io_timeout=\"d\"\n"},
	  {"/usr/local/lib/udev/rules.d/c.rules", "io_timeout=\"c\"\n"},
	  {"/usr/lib/udev/rules.d/b.rules", "io_timeout=\"b\"\n"},
	  {"/lib/udev/rules.d/a.rules", "io_timeout=\"a\"\n"},
	  {"/lib/udev/rules.d/e.rules", "io_timeout=\"no\"\n"},
	  {"/lib/udev/rules.d/f.txt", "io_timeout=\"no\"\n"},
	  {"/lib/udev/rules.d/g.rules", "timeout=\"no\"\n"}},
	 "io_timeout: 'io_timeout=\"a\"' @ /lib/udev/rules.d/a.rules:1\n"
	 "io_timeout: 'io_timeout=\"b\"' @ /usr/lib/udev/rules.d/b.rules:1\n"
	 "io_timeout: 'io_timeout=\"c\"' @ /usr/local/lib/udev/rules.d/c.rules:1\n"
	 "io_timeout: 'io_timeout=\"d\"' @ /run/udev/rules.d/d.rules:1\n"
	 "io_timeout: 'A==\"1\", \\   ATTR{queue/io_timeout}=\"1\"' @ /etc/udev/rules.d/e.rules:2\n"},
	{"the profiles of tuned that are in force",
	 {{"/etc/tuned/active_profile", "a b ../c .d\n"},
	  {"/etc/tuned/a/tuned.conf",
	   "[main]\ninclude=e f\nio_timeout=no\n[other]\ninclude=g\nx=io_timeout\n"},
	  {"/usr/lib/tuned/a/tuned.conf", "[x]\nio_timeout=hidden\n"},
	  {"/usr/lib/tuned/b/tuned.conf", "[x]\nio_timeout=b\n"},
	  {"/etc/tuned/c/tuned.conf", "[x]\nio_timeout=no\n"},
	  {"/etc/tuned/.d/tuned.conf", "[x]\nio_timeout=no\n"},
	  {"/etc/tuned/profiles/e/tuned.conf", "[x]\nio_timeout=e\n"},
	  {"/usr/lib/tuned/profiles/f/tuned.conf", "[main]\ninclude=a\n[x]\nio_timeout=f\n"},
	  {"/etc/tuned/g/tuned.conf", "[x]\nio_timeout=no\n"}},
	 "io_timeout: 'io_timeout=no' @ /etc/tuned/a/tuned.conf:3\n"
	 "io_timeout: 'x=io_timeout' @ /etc/tuned/a/tuned.conf:6\n"
	 "io_timeout: 'io_timeout=b' @ /usr/lib/tuned/b/tuned.conf:2\n"
	 "io_timeout: 'io_timeout=e' @ /etc/tuned/profiles/e/tuned.conf:2\n"
	 "io_timeout: 'io_timeout=f' @ /usr/lib/tuned/profiles/f/tuned.conf:4\n"
	 "io_timeout: 'io_timeout=no' @ /etc/tuned/a/tuned.conf:3\n"
	 "io_timeout: 'x=io_timeout' @ /etc/tuned/a/tuned.conf:6\n"
	 "io_timeout: 'io_timeout=e' @ /etc/tuned/profiles/e/tuned.conf:2\n"
	 "io_timeout: 'io_timeout=f' @ /usr/lib/tuned/profiles/f/tuned.conf:4\n"
	 "io_timeout: 'io_timeout=no' @ /etc/tuned/a/tuned.conf:3\n"
	 "io_timeout: 'x=io_timeout' @ /etc/tuned/a/tuned.conf:6\n"},
	{"no profile in force", {{"/etc/tuned/a/tuned.conf", "[x]\nio_timeout=no\n"}}, ""},
};

static void io_timeout(void **state)
{
	(void)state;
	ASSERT_CASES(io_timeout_cases, vw_image_probe_udev, NULL);
}

static const struct image_case initramfs_conf_cases[] = {
	{"dracut",
	 {{"/etc/dracut.conf",
	   "add_drivers+=\" a b \"\ndrivers=\"c\"\nforce_drivers+=\" d "
	   "\"\nomit_drivers+=\"e\"\nfilesystems+=\"f\"\nhostonly=\"yes\"\nhostonly_mode="
	   "strict\ncompress=zstd\nno_kernel=yes\nadd_dracutmodules+=g\nomit_dracutmodules+="
	   "h\nmdadmconf=no\n#hostonly=no\n"},
	  {"/etc/dracut.conf.d/b.conf", "hostonly=no\n"},
	  {"/usr/lib/dracut/dracut.conf.d/a.conf", "compress=xz\n"},
	  {"/usr/lib/dracut/dracut.conf.d/b.conf", "compress=hidden\n"},
	  {"/etc/dracut.conf.d/c.txt", "compress=no\n"}},
	 "initramfs_conf: 'add_drivers+=a b' @ /etc/dracut.conf:1\n"
	 "initramfs_conf: 'drivers=c' @ /etc/dracut.conf:2\n"
	 "initramfs_conf: 'force_drivers+=d' @ /etc/dracut.conf:3\n"
	 "initramfs_conf: 'omit_drivers+=e' @ /etc/dracut.conf:4\n"
	 "initramfs_conf: 'filesystems+=f' @ /etc/dracut.conf:5\n"
	 "initramfs_conf: 'hostonly=yes' @ /etc/dracut.conf:6\n"
	 "initramfs_conf: 'hostonly_mode=strict' @ /etc/dracut.conf:7\n"
	 "initramfs_conf: 'compress=zstd' @ /etc/dracut.conf:8\n"
	 "initramfs_conf: 'no_kernel=yes' @ /etc/dracut.conf:9\n"
	 "initramfs_conf: 'add_dracutmodules+=g' @ /etc/dracut.conf:10\n"
	 "initramfs_conf: 'omit_dracutmodules+=h' @ /etc/dracut.conf:11\n"
	 "initramfs_conf: 'compress=xz' @ /usr/lib/dracut/dracut.conf.d/a.conf:1\n"
	 "initramfs_conf: 'hostonly=no' @ /etc/dracut.conf.d/b.conf:1\n"},
	{"initramfs-tools",
	 {{"/etc/initramfs-tools/initramfs.conf", "MODULES=most\nBUSYBOX=auto\nCOMPRESS=zstd\nKEYMAP=n\n"},
	  {"/etc/initramfs-tools/conf.d/b", "MODULES=dep\n"},
	  {"/usr/share/initramfs-tools/conf.d/a", "MODULES=list\n"},
	  {"/usr/share/initramfs-tools/conf.d/b", "MODULES=hidden\n"},
	  {"/etc/initramfs-tools/modules", "# c\n nvme  x=1 # y\n\nena\n"},
	  {"/usr/share/initramfs-tools/modules", "z\n"}},
	 "initramfs_conf: 'MODULES=most' @ /etc/initramfs-tools/initramfs.conf:1\n"
	 "initramfs_conf: 'BUSYBOX=auto' @ /etc/initramfs-tools/initramfs.conf:2\n"
	 "initramfs_conf: 'COMPRESS=zstd' @ /etc/initramfs-tools/initramfs.conf:3\n"
	 "initramfs_conf: 'MODULES=list' @ /usr/share/initramfs-tools/conf.d/a:1\n"
	 "initramfs_conf: 'MODULES=dep' @ /etc/initramfs-tools/conf.d/b:1\n"
	 "initramfs_conf: 'nvme  x=1' @ /etc/initramfs-tools/modules:2\n"
	 "initramfs_conf: 'ena' @ /etc/initramfs-tools/modules:4\n"
	 "initramfs_conf: 'z' @ /usr/share/initramfs-tools/modules:1\n"},
	{"mkinitcpio",
	 {{"/etc/mkinitcpio.conf", "MODULES=(nvme ena # x\n xen)\nHOOKS=(base 'udev' \"a "
				   "b\")\nCOMPRESSION=\"lz4\"\nFILES=()\n"},
	  {"/etc/mkinitcpio.conf.d/a.conf", "MODULES+=(b)\n"},
	  {"/etc/mkinitcpio.conf.d/b", "MODULES=(no)\n"}},
	 "initramfs_conf: 'MODULES=nvme ena   xen' @ /etc/mkinitcpio.conf:1\n"
	 "initramfs_conf: 'HOOKS=base udev a b' @ /etc/mkinitcpio.conf:3\n"
	 "initramfs_conf: 'COMPRESSION=lz4' @ /etc/mkinitcpio.conf:4\n"
	 "initramfs_conf: 'MODULES+=b' @ /etc/mkinitcpio.conf.d/a.conf:1\n"},
	{"mkinitfs",
	 {{"/etc/mkinitfs/mkinitfs.conf", "features=\"base nvme\"\nkernel_opts=no\n"}},
	 "initramfs_conf: 'features=base nvme' @ /etc/mkinitfs/mkinitfs.conf:1\n"},
	{"shell",
	 {{"/etc/dracut.conf",
	   "export hostonly=yes; compress='a\\b' ;drivers=a\\ b\\\nc\nomit_drivers=\"a\\\"b\" "
	   "filesystems=x\n hostonly=no\n1hostonly=no\nhostonly "
	   "=no\nhostonly\nadd_drivers=(open\nno_kernel=\"open\n"}},
	 "initramfs_conf: 'hostonly=yes' @ /etc/dracut.conf:1\n"
	 "initramfs_conf: 'compress=a\\b' @ /etc/dracut.conf:1\n"
	 "initramfs_conf: 'drivers=a bc' @ /etc/dracut.conf:1\n"
	 "initramfs_conf: 'omit_drivers=a\"b' @ /etc/dracut.conf:3\n"
	 "initramfs_conf: 'filesystems=x' @ /etc/dracut.conf:3\n"
	 "initramfs_conf: 'hostonly=no' @ /etc/dracut.conf:4\n"
	 "initramfs_conf: 'add_drivers=open' @ /etc/dracut.conf:8\n"
	 "initramfs_conf: 'no_kernel=open' @ /etc/dracut.conf:9\n"},
};

static void initramfs_conf(void **state)
{
	(void)state;
	ASSERT_CASES(initramfs_conf_cases, vw_image_probe_initramfs_conf, NULL);
}

static const struct image_case modules_of_cloud_init_cases[] = {
	{"nothing",
	 {{NULL, NULL}},
	 "cloud.installed: 0 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"a unit that is enabled",
	 {{"/usr/lib/systemd/system/cloud-init.service", "x"},
	  {"/etc/systemd/system/cloud-init.target.wants/cloud-init.service", "-> x"},
	  {"/var/lib/cloud/instance", "-> instances/i-1"},
	  {"/etc/cloud/cloud.cfg", "datasource_list: [ Ec2, 'None' ]\n"},
	  {"/etc/cloud/ds-identify.cfg", "# c\npolicy: search,found=all # x\n"}},
	 "cloud.installed: 1 @ /usr/lib/systemd/system/cloud-init.service\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/systemd/system/cloud-init.target.wants/cloud-init.service\n"
	 "cloud.datasource_list: 'Ec2, None' @ /etc/cloud/cloud.cfg:1\n"
	 "cloud.ds_identify: 'search,found=all' @ /etc/cloud/ds-identify.cfg:2\n"
	 "cloud.instance: 1 @ /var/lib/cloud/instance\n"},
	{"later files hold",
	 {{"/etc/cloud/cloud.cfg", "a: 1\ndatasource_list: [ A ]\n"},
	  {"/etc/cloud/cloud.cfg.d/b.cfg", "datasource_list:\n - B\n - C\n"},
	  {"/etc/cloud/cloud.cfg.d/a.cfg", "datasource_list: [ X ]\n"},
	  {"/etc/cloud/cloud.cfg.d/c.txt", "datasource_list: [ no ]\n"},
	  {"/etc/cloud/cloud.cfg.d/d.cfg", "x_datasource_list: [ no ]\n"},
	  {"/etc/cloud/ds-identify.cfg", "policy : a\n policy: b\npolicys: c\npolicy:\ndatasource: Ec2\n"}},
	 "cloud.installed: 0 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: 'B, C' @ /etc/cloud/cloud.cfg.d/b.cfg:1\n"
	 "cloud.ds_identify: 'b' @ /etc/cloud/ds-identify.cfg:2\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"a text, a mapping, a folder of an instance",
	 {{"/etc/cloud/cloud.cfg", "datasource_list: NoCloud\n"},
	  {"/etc/cloud/cloud.cfg.d/a.cfg", "datasource_list: {a: b}\n"},
	  {"/var/lib/cloud/instance/x", ""}},
	 "cloud.installed: 0 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: malformed @ /etc/cloud/cloud.cfg.d/a.cfg:1\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 1 @ /var/lib/cloud/instance\n"},
	{"disabled by its file",
	 {{"/etc/cloud/cloud-init.disabled", ""}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: '/etc/cloud/cloud-init.disabled' @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"disabled by a mask",
	 {{"/etc/systemd/system/cloud-init.service", "-> /dev/null"},
	  {"/lib/systemd/system/cloud-init.service", "x"},
	  {"/lib/systemd/system/cloud-init-local.service", "x"}},
	 "cloud.installed: 1 @ /lib/systemd/system/cloud-init-local.service\n"
	 "cloud.disabled: '/etc/systemd/system/cloud-init.service' @ "
	 "/etc/systemd/system/cloud-init.service\n"
	 "cloud.enabled: 0 @ /lib/systemd/system/cloud-init-local.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"the file before the mask",
	 {{"/etc/cloud/cloud-init.disabled", ""}, {"/etc/systemd/system/cloud-init.service", "-> /dev/null"}},
	 "cloud.installed: 0 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: '/etc/cloud/cloud-init.disabled' @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"a starter without it",
	 {{"/etc/runlevels/boot/cloud-init", "x"}},
	 "cloud.installed: 0 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
};

static void modules_of_cloud_init(void **state)
{
	(void)state;
	ASSERT_CASES(modules_of_cloud_init_cases, vw_image_probe_cloud_init, NULL);
}

static const struct image_case programs_of_cloud_init_cases[] = {
	{"/usr/bin/cloud-init",
	 {{"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/usr/local/bin/cloud-init",
	 {{"/usr/local/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/local/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/local/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/bin/cloud-init",
	 {{"/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/init.d/cloud-init",
	 {{"/etc/init.d/cloud-init", "x"}},
	 "cloud.installed: 1 @ /etc/init.d/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /etc/init.d/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/lib/systemd/system/cloud-init.service",
	 {{"/lib/systemd/system/cloud-init.service", "x"}},
	 "cloud.installed: 1 @ /lib/systemd/system/cloud-init.service\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /lib/systemd/system/cloud-init.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/lib/systemd/system/cloud-init-main.service",
	 {{"/lib/systemd/system/cloud-init-main.service", "x"}},
	 "cloud.installed: 1 @ /lib/systemd/system/cloud-init-main.service\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /lib/systemd/system/cloud-init-main.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/lib/systemd/system/cloud-init-local.service",
	 {{"/lib/systemd/system/cloud-init-local.service", "x"}},
	 "cloud.installed: 1 @ /lib/systemd/system/cloud-init-local.service\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /lib/systemd/system/cloud-init-local.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/lib/systemd/system/cloud-init-network.service",
	 {{"/lib/systemd/system/cloud-init-network.service", "x"}},
	 "cloud.installed: 1 @ /lib/systemd/system/cloud-init-network.service\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /lib/systemd/system/cloud-init-network.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/lib/systemd/system/cloud-init.target",
	 {{"/lib/systemd/system/cloud-init.target", "x"}},
	 "cloud.installed: 1 @ /lib/systemd/system/cloud-init.target\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /lib/systemd/system/cloud-init.target\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/lib/systemd/system/cloud-config.service",
	 {{"/lib/systemd/system/cloud-config.service", "x"}},
	 "cloud.installed: 0 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
};

static void programs_of_cloud_init(void **state)
{
	(void)state;
	ASSERT_CASES(programs_of_cloud_init_cases, vw_image_probe_cloud_init, NULL);
}

static const struct image_case starters_of_cloud_init_cases[] = {
	{"/usr/lib/systemd/system-generators/cloud-init-generator",
	 {{"/usr/lib/systemd/system-generators/cloud-init-generator", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /usr/lib/systemd/system-generators/cloud-init-generator\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/lib/systemd/system-generators/cloud-init-generator",
	 {{"/lib/systemd/system-generators/cloud-init-generator", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /lib/systemd/system-generators/cloud-init-generator\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/systemd/system-generators/cloud-init-generator",
	 {{"/etc/systemd/system-generators/cloud-init-generator", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/systemd/system-generators/cloud-init-generator\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/systemd/system/cloud-init.target.wants/cloud-init.service",
	 {{"/etc/systemd/system/cloud-init.target.wants/cloud-init.service", "x"},
	  {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/systemd/system/cloud-init.target.wants/cloud-init.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/systemd/system/multi-user.target.wants/cloud-init-main.service",
	 {{"/etc/systemd/system/multi-user.target.wants/cloud-init-main.service", "x"},
	  {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/systemd/system/multi-user.target.wants/cloud-init-main.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/systemd/system/sysinit.target.wants/cloud-init.service",
	 {{"/etc/systemd/system/sysinit.target.wants/cloud-init.service", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/systemd/system/sysinit.target.wants/cloud-init.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/usr/lib/systemd/system/cloud-init.target.wants/cloud-init.service",
	 {{"/usr/lib/systemd/system/cloud-init.target.wants/cloud-init.service", "x"},
	  {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /usr/lib/systemd/system/cloud-init.target.wants/cloud-init.service\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/usr/lib/systemd/system/multi-user.target.wants/cloud-init.target",
	 {{"/usr/lib/systemd/system/multi-user.target.wants/cloud-init.target", "x"},
	  {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /usr/lib/systemd/system/multi-user.target.wants/cloud-init.target\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/runlevels/boot/cloud-init",
	 {{"/etc/runlevels/boot/cloud-init", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/runlevels/boot/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/runlevels/default/cloud-init-local",
	 {{"/etc/runlevels/default/cloud-init-local", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/runlevels/default/cloud-init-local\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/rc3.d/S01cloud-init",
	 {{"/etc/rc3.d/S01cloud-init", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/rc3.d/S01cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/rc2.d/S50cloud-init-local",
	 {{"/etc/rc2.d/S50cloud-init-local", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/rc2.d/S50cloud-init-local\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/rc.d/rc3.d/S50cloud-init",
	 {{"/etc/rc.d/rc3.d/S50cloud-init", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/rc.d/rc3.d/S50cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/init/cloud-init.conf",
	 {{"/etc/init/cloud-init.conf", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 1 @ /etc/init/cloud-init.conf\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/rc3.d/K01cloud-init",
	 {{"/etc/rc3.d/K01cloud-init", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/runlevels/boot/my-cloud-init",
	 {{"/etc/runlevels/boot/my-cloud-init", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/runlevels/boot/cloud-config",
	 {{"/etc/runlevels/boot/cloud-config", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
	{"/etc/rc5.d/S01cloud-init",
	 {{"/etc/rc5.d/S01cloud-init", "x"}, {"/usr/bin/cloud-init", "x"}},
	 "cloud.installed: 1 @ /usr/bin/cloud-init\n"
	 "cloud.disabled: absent @ /etc/cloud/cloud-init.disabled\n"
	 "cloud.enabled: 0 @ /usr/bin/cloud-init\n"
	 "cloud.datasource_list: absent @ /etc/cloud/cloud.cfg\n"
	 "cloud.ds_identify: absent @ /etc/cloud/ds-identify.cfg\n"
	 "cloud.instance: 0 @ /var/lib/cloud/instance\n"},
};

static void starters_of_cloud_init(void **state)
{
	(void)state;
	ASSERT_CASES(starters_of_cloud_init_cases, vw_image_probe_cloud_init, NULL);
}

static const struct image_case system_files_cases[] = {
	{"nothing",
	 {{NULL, NULL}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: absent @ /etc/machine-id\n"},
	{"SELinux, identity, keys",
	 {{"/etc/selinux/config", "# SELINUX=no\nSELINUXTYPE=targeted\nSELINUX=enforcing\n"},
	  {"/.autorelabel", ""},
	  {"/etc/machine-id", "0123456789abcdef\n"},
	  {"/etc/ssh/ssh_host_rsa_key", ""},
	  {"/etc/ssh/ssh_host_ed25519_key", ""},
	  {"/etc/ssh/ssh_host_rsa_key.pub", ""},
	  {"/etc/ssh/sshd_config", ""},
	  {"/etc/ssh/my_ssh_host_key", ""}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: 'enforcing' @ /etc/selinux/config\n"
	 "autorelabel: 1 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: ssh_host_ed25519_key ssh_host_rsa_key @ /etc/ssh\n"
	 "machine_id: '0123456789abcdef' @ /etc/machine-id\n"},
	{"an empty identity",
	 {{"/etc/machine-id", ""}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: '' @ /etc/machine-id\n"},
	{"one that is to be made",
	 {{"/etc/machine-id", "uninitialized\n"}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: 'uninitialized' @ /etc/machine-id\n"},
	{"folders instead of files",
	 {{"/etc/selinux/config/x", ""}, {"/etc/machine-id/x", ""}, {"/etc/ssh", "x"}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: malformed @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: malformed @ /etc/machine-id\n"
	 "unread /etc/selinux/config EINVAL\n"
	 "unread /etc/machine-id EINVAL\n"},
	{"DKMS",
	 {{"/var/lib/dkms/ena/2.13.0/source/x", ""},
	  {"/var/lib/dkms/ena/2.12/x", ""},
	  {"/var/lib/dkms/ena/kernel-6.1", "-> 2.13.0"},
	  {"/var/lib/dkms/ena/original_module/x", ""},
	  {"/var/lib/dkms/mok.key", ""},
	  {"/var/lib/dkms/a-b/1/x", ""}},
	 "dkms: a-b/1 ena/2.12 ena/2.13.0 @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: absent @ /etc/machine-id\n"},
	{"gettys of systemd",
	 {{"/etc/systemd/system/getty.target.wants/getty@tty1.service", "-> x"},
	  {"/etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service", "-> x"},
	  {"/usr/lib/systemd/system/getty.target.wants/console-getty.service", "-> x"},
	  {"/etc/systemd/system/multi-user.target.wants/autovt@tty2.service", "-> x"},
	  {"/etc/systemd/system/multi-user.target.wants/sshd.service", "-> x"},
	  {"/etc/systemd/system/getty.target.wants/serial-getty@.service", "-> x"},
	  {"/etc/systemd/system/other.wants/getty@no.service", "-> x"},
	  {"/etc/systemd/system/getty.target.wants/my-getty@no.service", "-> x"}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: console tty1 tty2 ttyS0 @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: absent @ /etc/machine-id\n"},
	{"gettys of others",
	 {{"/etc/runlevels/default/agetty.ttyS1", "-> x"},
	  {"/etc/inittab",
	   "# tty\n1:2345:respawn:/sbin/getty 38400 tty1\nT0:23:respawn:/sbin/agetty -L /dev/ttyS0 "
	   "9600 vt100 tty9\nh:2:respawn:/sbin/getty hvc0\nx:2:respawn:/sbin/mingetty "
	   "xvc0\nc:2:respawn:/sbin/getty console\nn:2:respawn:/sbin/login "
	   "tty7\nm:2:respawn:/sbin/getty modem\n#T1:/sbin/getty ttyS2\ntty8::respawn:x\n"}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: console hvc0 tty1 ttyS0 ttyS1 xvc0 @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: absent @ /etc/machine-id\n"},
	{"chrony",
	 {{"/etc/chrony.conf", "# server no\n server 169.254.169.123 prefer iburst\npool "
			       "a.pool\npeer b\nrefclock PHC /dev/ptp0\nservers no\ndriftfile x\n"},
	  {"/etc/chrony/chrony.conf", "server c\n"},
	  {"/etc/chrony.d/d", "server d\n"},
	  {"/etc/chrony/conf.d/e.conf", "server e\n"},
	  {"/etc/chrony/conf.d/e.txt", "server no\n"},
	  {"/etc/chrony/sources.d/f.sources", "server f\n"},
	  {"/etc/chrony/sources.d/f.conf", "server no\n"}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: absent @ /etc/machine-id\n"
	 "chrony: 'server 169.254.169.123 prefer iburst' @ /etc/chrony.conf:2\n"
	 "chrony: 'pool a.pool' @ /etc/chrony.conf:3\n"
	 "chrony: 'peer b' @ /etc/chrony.conf:4\n"
	 "chrony: 'refclock PHC /dev/ptp0' @ /etc/chrony.conf:5\n"
	 "chrony: 'server c' @ /etc/chrony/chrony.conf:1\n"
	 "chrony: 'server d' @ /etc/chrony.d/d:1\n"
	 "chrony: 'server e' @ /etc/chrony/conf.d/e.conf:1\n"
	 "chrony: 'server f' @ /etc/chrony/sources.d/f.sources:1\n"},
	{"ntp",
	 {{"/etc/ntp.conf", "server a\n"}, {"/etc/ntpsec/ntp.conf", "server b\n"}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: absent @ /etc/machine-id\n"
	 "chrony: 'server a' @ /etc/ntp.conf:1\n"
	 "chrony: 'server b' @ /etc/ntpsec/ntp.conf:1\n"},
	{"timesyncd",
	 {{"/etc/systemd/timesyncd.conf",
	   "[Time]\nNTP=a\n#NTP=no\nNTP=\nFallbackNTP=b c\nPollIntervalMinSec=1\n[Other]\nNTP=no\n"},
	  {"/etc/systemd/timesyncd.conf.d/x.conf", "[Time]\nNTP=d\n"},
	  {"/usr/lib/systemd/timesyncd.conf.d/y.conf", "[Time]\nNTP=e\n"},
	  {"/usr/lib/systemd/timesyncd.conf.d/x.conf", "[Time]\nNTP=hidden\n"},
	  {"/etc/systemd/timesyncd.conf.d/z.txt", "[Time]\nNTP=no\n"}},
	 "dkms: absent @ /var/lib/dkms\n"
	 "selinux: absent @ /etc/selinux/config\n"
	 "autorelabel: 0 @ /.autorelabel\n"
	 "gettys: @ /etc/systemd/system/getty.target.wants\n"
	 "host_keys: absent @ /etc/ssh\n"
	 "machine_id: absent @ /etc/machine-id\n"
	 "chrony: 'NTP=a' @ /etc/systemd/timesyncd.conf:2\n"
	 "chrony: 'FallbackNTP=b c' @ /etc/systemd/timesyncd.conf:5\n"
	 "chrony: 'NTP=d' @ /etc/systemd/timesyncd.conf.d/x.conf:2\n"
	 "chrony: 'NTP=e' @ /usr/lib/systemd/timesyncd.conf.d/y.conf:2\n"},
};

static void system_files(void **state)
{
	(void)state;
	ASSERT_CASES(system_files_cases, vw_image_probe_system, NULL);
}

static const struct image_case ifcfg_cases[] = {
	{"each key",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a",
	   "DEVICE=eth0\nHWADDR='aa:bb'\nBOOTPROTO=static\nIPADDR=1.2.3.4\n"},
	  {"/etc/sysconfig/network-scripts/ifcfg-b", "IPADDR0=5\n"},
	  {"/etc/sysconfig/network/ifcfg-c", "IPADDR_0=6\nBOOTPROTO=none\nDHCPV6C=no\n"},
	  {"/etc/sysconfig/network-scripts/ifcfg-d", "DEVICE=\nHWADDR=\nIPADDR=\nDHCPV6C=Yes\n"},
	  {"/etc/sysconfig/network-scripts/ifcfg-lo", "DEVICE=lo\n"},
	  {"/etc/sysconfig/network-scripts/ifcfg-e/x", ""},
	  {"/etc/sysconfig/network-scripts/route-f", "x"}},
	 "net ifcfg interface=eth0 mac=aa:bb address=1.2.3.4 renames @ "
	 "/etc/sysconfig/network-scripts/ifcfg-a\n"
	 "net ifcfg interface=b address=5 @ /etc/sysconfig/network-scripts/ifcfg-b\n"
	 "net ifcfg interface=d dhcp @ /etc/sysconfig/network-scripts/ifcfg-d\n"
	 "net wicked interface=c address=6 @ /etc/sysconfig/network/ifcfg-c\n"},
	{"BOOTPROTO=dhcp",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=dhcp\n"}},
	 "net wicked interface=a dhcp @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=DHCP4",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=DHCP4\n"}},
	 "net wicked interface=a dhcp @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=dhcp6",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=dhcp6\n"}},
	 "net wicked interface=a dhcp @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=dhcp+autoip",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=dhcp+autoip\n"}},
	 "net wicked interface=a dhcp @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=bootp",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=bootp\n"}},
	 "net wicked interface=a dhcp @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=auto",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=auto\n"}},
	 "net wicked interface=a dhcp @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=autoip",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=autoip\n"}},
	 "net wicked interface=a dhcp @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=static",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=static\n"}},
	 "net wicked interface=a @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=none",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=none\n"}},
	 "net wicked interface=a @ /etc/sysconfig/network/ifcfg-a\n"},
	{"BOOTPROTO=dhcpx",
	 {{"/etc/sysconfig/network/ifcfg-a", "BOOTPROTO=dhcpx\n"}},
	 "net wicked interface=a @ /etc/sysconfig/network/ifcfg-a\n"},
	{"DHCPV6C=yes",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "DHCPV6C=yes\n"}},
	 "net ifcfg interface=a dhcp @ /etc/sysconfig/network-scripts/ifcfg-a\n"},
	{"DHCPV6C=true",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "DHCPV6C=true\n"}},
	 "net ifcfg interface=a dhcp @ /etc/sysconfig/network-scripts/ifcfg-a\n"},
	{"DHCPV6C=on",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "DHCPV6C=on\n"}},
	 "net ifcfg interface=a dhcp @ /etc/sysconfig/network-scripts/ifcfg-a\n"},
	{"DHCPV6C=1",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "DHCPV6C=1\n"}},
	 "net ifcfg interface=a dhcp @ /etc/sysconfig/network-scripts/ifcfg-a\n"},
	{"DHCPV6C=no",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "DHCPV6C=no\n"}},
	 "net ifcfg interface=a @ /etc/sysconfig/network-scripts/ifcfg-a\n"},
	{"DHCPV6C=0",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "DHCPV6C=0\n"}},
	 "net ifcfg interface=a @ /etc/sysconfig/network-scripts/ifcfg-a\n"},
	{"DHCPV6C=yess",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "DHCPV6C=yess\n"}},
	 "net ifcfg interface=a @ /etc/sysconfig/network-scripts/ifcfg-a\n"},
	{"left behind: ~", {{"/etc/sysconfig/network-scripts/ifcfg-a~", "x=1\n"}}, ""},
	{"left behind: .bak", {{"/etc/sysconfig/network-scripts/ifcfg-a.bak", "x=1\n"}}, ""},
	{"left behind: .old", {{"/etc/sysconfig/network-scripts/ifcfg-a.old", "x=1\n"}}, ""},
	{"left behind: .orig", {{"/etc/sysconfig/network-scripts/ifcfg-a.orig", "x=1\n"}}, ""},
	{"left behind: .rpmnew", {{"/etc/sysconfig/network-scripts/ifcfg-a.rpmnew", "x=1\n"}}, ""},
	{"left behind: .rpmorig", {{"/etc/sysconfig/network-scripts/ifcfg-a.rpmorig", "x=1\n"}}, ""},
	{"left behind: .rpmsave", {{"/etc/sysconfig/network-scripts/ifcfg-a.rpmsave", "x=1\n"}}, ""},
	{"left behind: .swp", {{"/etc/sysconfig/network-scripts/ifcfg-a.swp", "x=1\n"}}, ""},
	{"left behind: .template", {{"/etc/sysconfig/network-scripts/ifcfg-a.template", "x=1\n"}}, ""},
	{"left behind: .x",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a.x", "x=1\n"}},
	 "net ifcfg interface=a.x @ /etc/sysconfig/network-scripts/ifcfg-a.x\n"},
};

static void ifcfg(void **state)
{
	(void)state;
	ASSERT_CASES(ifcfg_cases, vw_image_probe_network, NULL);
}

static const struct image_case ifupdown_cases[] = {
	{"methods",
	 {{"/etc/network/interfaces",
	   "iface lo inet static\niface a inet dhcp\niface b inet6 auto\niface c inet static\n "
	   "address 1.2.3.4\n netmask x\niface d inet loopback\niface e\niface f inet\niface\niface "
	   "g inet dhcpx\n# address no\naddresses no\n"}},
	 "net ifupdown interface=a dhcp by hand @ /etc/network/interfaces:2\n"
	 "net ifupdown interface=b dhcp by hand @ /etc/network/interfaces:3\n"
	 "net ifupdown interface=c address=1.2.3.4 by hand @ /etc/network/interfaces:4\n"
	 "net ifupdown interface=e by hand @ /etc/network/interfaces:8\n"
	 "net ifupdown interface=f by hand @ /etc/network/interfaces:9\n"
	 "net ifupdown interface=g by hand @ /etc/network/interfaces:11\n"},
	{"what ends a stanza",
	 {{"/etc/network/interfaces",
	   "iface a inet static\nauto a\naddress no\niface b inet static\nmapping b\naddress "
	   "no\niface c inet static\nrename c\naddress no\niface d inet static\nallow-hotplug "
	   "d\naddress no\niface e inet static\nsource /nowhere\naddress no\niface f inet static\nup "
	   "x\nallow- x\naddress yes\niface g inet static\nsource\naddress no\n"}},
	 "net ifupdown interface=a @ /etc/network/interfaces:1\n"
	 "net ifupdown interface=b by hand @ /etc/network/interfaces:4\n"
	 "net ifupdown interface=c by hand @ /etc/network/interfaces:7\n"
	 "net ifupdown interface=d @ /etc/network/interfaces:10\n"
	 "net ifupdown interface=e by hand @ /etc/network/interfaces:13\n"
	 "net ifupdown interface=f address=yes by hand @ /etc/network/interfaces:16\n"
	 "net ifupdown interface=g by hand @ /etc/network/interfaces:20\n"},
	{"sources",
	 {{"/etc/network/interfaces",
	   "source interfaces.d/*\nsource /etc/network/x/a.cfg\nsource-directory y\nsource "
	   "/root-file\nsource interfaces.d/[b]*\n"},
	  {"/etc/network/interfaces.d/b", "iface b inet dhcp\n"},
	  {"/etc/network/interfaces.d/.c", "iface no inet dhcp\n"},
	  {"/etc/network/interfaces.d/d/x", "iface no inet dhcp\n"},
	  {"/etc/network/x/a.cfg", "iface a inet dhcp\n"},
	  {"/etc/network/x/b.cfg", "iface no inet dhcp\n"},
	  {"/etc/network/y/e", "iface e inet dhcp\n"},
	  {"/root-file", "iface r inet dhcp\n"}},
	 "net ifupdown interface=b dhcp by hand @ /etc/network/interfaces.d/b:1\n"
	 "net ifupdown interface=a dhcp by hand @ /etc/network/x/a.cfg:1\n"
	 "net ifupdown interface=e dhcp by hand @ /etc/network/y/e:1\n"
	 "net ifupdown interface=r dhcp by hand @ //root-file:1\n"
	 "net ifupdown interface=b dhcp by hand @ /etc/network/interfaces.d/b:1\n"},
	{"lines that a backslash joins",
	 {{"/etc/network/interfaces",
	   "iface a \\\n inet dh\\\ncp\n# iface no \\\niface b inet dhcp\niface c inet\n dhcp\n"}},
	 "net ifupdown interface=a dhcp by hand @ /etc/network/interfaces:1\n"
	 "net ifupdown interface=b dhcp by hand @ /etc/network/interfaces:5\n"
	 "net ifupdown interface=c by hand @ /etc/network/interfaces:6\n"},
	{"names that source-directory takes, and source besides",
	 {{"/etc/network/interfaces", "source-directory y\nsource z/*\n"},
	  {"/etc/network/y/a-B_1", "iface a inet dhcp\n"},
	  {"/etc/network/y/b.cfg", "iface no inet dhcp\n"},
	  {"/etc/network/y/c.dpkg-old", "iface no inet dhcp\n"},
	  {"/etc/network/z/d.cfg", "iface d inet dhcp\n"}},
	 "net ifupdown interface=a dhcp by hand @ /etc/network/y/a-B_1:1\n"
	 "net ifupdown interface=d dhcp by hand @ /etc/network/z/d.cfg:1\n"},
	{"a pattern of folders",
	 {{"/etc/network/interfaces", "source /etc/*/x\n"}},
	 "network: value, incomplete\n"},
	{"depth",
	 {{"/etc/network/interfaces", "source 1\n"},
	  {"/etc/network/1", "iface one inet dhcp\nsource 2\n"},
	  {"/etc/network/2", "iface two inet dhcp\nsource 3\n"},
	  {"/etc/network/3", "iface three inet dhcp\nsource 4\n"},
	  {"/etc/network/4", "iface four inet dhcp\n"}},
	 "network: value, incomplete\n"
	 "net ifupdown interface=one dhcp by hand @ /etc/network/1:1\n"
	 "net ifupdown interface=two dhcp by hand @ /etc/network/2:1\n"
	 "net ifupdown interface=three dhcp by hand @ /etc/network/3:1\n"},
	{"a folder",
	 {{"/etc/network/interfaces/x", ""}},
	 "network: value, incomplete\n"
	 "unread /etc/network/interfaces EINVAL\n"},
	{"what is brought up at boot",
	 {{"/etc/network/interfaces",
	   "auto a\nallow-auto b c\nallow-hotplug d\nallow-other e\nauto g*\niface a inet dhcp\niface b inet "
	   "dhcp\n"
	   "iface c inet dhcp\niface d inet dhcp\niface e inet dhcp\niface f inet dhcp\niface g1 inet dhcp\n"
	   "iface h inet dhcp\nauto h\n"}},
	 "net ifupdown interface=a dhcp @ /etc/network/interfaces:6\n"
	 "net ifupdown interface=b dhcp @ /etc/network/interfaces:7\n"
	 "net ifupdown interface=c dhcp @ /etc/network/interfaces:8\n"
	 "net ifupdown interface=d dhcp @ /etc/network/interfaces:9\n"
	 "net ifupdown interface=e dhcp by hand @ /etc/network/interfaces:10\n"
	 "net ifupdown interface=f dhcp by hand @ /etc/network/interfaces:11\n"
	 "net ifupdown interface=g1 dhcp @ /etc/network/interfaces:12\n"
	 "net ifupdown interface=h dhcp @ /etc/network/interfaces:13\n"},
	{"the files of Red Hat",
	 {{"/etc/sysconfig/network-scripts/ifcfg-a", "ONBOOT=no\n"},
	  {"/etc/sysconfig/network-scripts/ifcfg-b", "ONBOOT=\"yes\"\n"}},
	 "net ifcfg interface=a by hand @ /etc/sysconfig/network-scripts/ifcfg-a\n"
	 "net ifcfg interface=b @ /etc/sysconfig/network-scripts/ifcfg-b\n"},
};

static void ifupdown(void **state)
{
	(void)state;
	ASSERT_CASES(ifupdown_cases, vw_image_probe_network, NULL);
}

static const struct image_case networkd_cases[] = {
	{"each key",
	 {{"/etc/systemd/network/b.network",
	   "[Match]\nName=eth* "
	   "ens5\nMACAddress=aa:bb\nDriver=ena\n[Network]\nDHCP=yes\nAddress=1.2.3.4/"
	   "24\nAddress=no\n[DHCPv4]\nDHCP=no\n"},
	  {"/run/systemd/network/a.network", "[Match]\nPermanentMACAddress=cc\n[Address]\nAddress=5\n"},
	  {"/usr/local/lib/systemd/network/c.network", "[Match]\nName=c\n"},
	  {"/usr/lib/systemd/network/d.network", "[Match]\nName=d\n"},
	  {"/lib/systemd/network/e.network", "[Match]\nName=e\n"},
	  {"/lib/systemd/network/b.network", "[Match]\nName=hidden\n"},
	  {"/etc/systemd/network/f.netdev", "[Match]\nName=no\n"},
	  {"/etc/systemd/network/g.network", "[Network]\nDHCP=yes\nName=no\n"},
	  {"/etc/systemd/network/h.network", "[Match]\nName=lo\n"},
	  {"/etc/systemd/network/i.network", ""}},
	 "net networkd mac=cc address=5 @ /run/systemd/network/a.network\n"
	 "net networkd interface=eth* mac=aa:bb driver=ena address=1.2.3.4/24 dhcp @ "
	 "/etc/systemd/network/b.network\n"
	 "net networkd interface=ens5 mac=aa:bb driver=ena address=1.2.3.4/24 dhcp @ "
	 "/etc/systemd/network/b.network\n"
	 "net networkd interface=c @ /usr/local/lib/systemd/network/c.network\n"
	 "net networkd interface=d @ /usr/lib/systemd/network/d.network\n"
	 "net networkd interface=e @ /lib/systemd/network/e.network\n"},
	{"DHCP=yes",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=yes\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=true",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=true\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=on",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=on\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=1",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=1\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=ipv4",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=ipv4\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=ipv6",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=ipv6\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=v4",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=v4\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=v6",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=v6\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=both",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=both\n"}},
	 "net networkd interface=a dhcp @ /etc/systemd/network/a.network\n"},
	{"DHCP=no",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=no\n"}},
	 "net networkd interface=a @ /etc/systemd/network/a.network\n"},
	{"DHCP=none",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\n[Network]\nDHCP=none\n"}},
	 "net networkd interface=a @ /etc/systemd/network/a.network\n"},
	{"Type=wlan", {{"/etc/systemd/network/a.network", "[Match]\nType=wlan\n"}}, ""},
	{"Type=wwan", {{"/etc/systemd/network/a.network", "[Match]\nType=wwan\n"}}, ""},
	{"Type=loopback", {{"/etc/systemd/network/a.network", "[Match]\nType=loopback\n"}}, ""},
	{"Type=bridge", {{"/etc/systemd/network/a.network", "[Match]\nType=bridge\n"}}, ""},
	{"Type=bond", {{"/etc/systemd/network/a.network", "[Match]\nType=bond\n"}}, ""},
	{"Type=vlan", {{"/etc/systemd/network/a.network", "[Match]\nType=vlan\n"}}, ""},
	{"Type=can", {{"/etc/systemd/network/a.network", "[Match]\nType=can\n"}}, ""},
	{"Type=ether",
	 {{"/etc/systemd/network/a.network", "[Match]\nType=ether\n"}},
	 "net networkd @ /etc/systemd/network/a.network\n"},
	{"Virtualization=container",
	 {{"/etc/systemd/network/a.network", "[Match]\nVirtualization=container\n"}},
	 ""},
	{"Virtualization=!vm", {{"/etc/systemd/network/a.network", "[Match]\nVirtualization=!vm\n"}}, ""},
	{"Virtualization=vm",
	 {{"/etc/systemd/network/a.network", "[Match]\nVirtualization=vm\n"}},
	 "net networkd @ /etc/systemd/network/a.network\n"},
	{"Virtualization=!container",
	 {{"/etc/systemd/network/a.network", "[Match]\nVirtualization=!container\n"}},
	 "net networkd @ /etc/systemd/network/a.network\n"},
	{"Virtualization=yes",
	 {{"/etc/systemd/network/a.network", "[Match]\nVirtualization=yes\n"}},
	 "net networkd @ /etc/systemd/network/a.network\n"},
	{"Kind=x", {{"/etc/systemd/network/a.network", "[Match]\nKind=x\n"}}, ""},
	{"WLANInterfaceType=x", {{"/etc/systemd/network/a.network", "[Match]\nWLANInterfaceType=x\n"}}, ""},
	{"SSID=x", {{"/etc/systemd/network/a.network", "[Match]\nSSID=x\n"}}, ""},
	{"BSSID=x", {{"/etc/systemd/network/a.network", "[Match]\nBSSID=x\n"}}, ""},
	{"Host=x",
	 {{"/etc/systemd/network/a.network", "[Match]\nHost=x\n"}},
	 "net networkd @ /etc/systemd/network/a.network\n"},
	{"Kind=!x",
	 {{"/etc/systemd/network/a.network", "[Match]\nKind=!x\n"}},
	 "net networkd @ /etc/systemd/network/a.network\n"},
	{"SSID=!x",
	 {{"/etc/systemd/network/a.network", "[Match]\nSSID=!x\n"}},
	 "net networkd @ /etc/systemd/network/a.network\n"},
	{"DHCP= in another section",
	 {{"/etc/systemd/network/a.network", "[Match]\nName=a\nAddress=no\n[Link]\nDHCP=yes\n"}},
	 "net networkd interface=a @ /etc/systemd/network/a.network\n"},
};

static void networkd(void **state)
{
	(void)state;
	ASSERT_CASES(networkd_cases, vw_image_probe_network, NULL);
}

static void links(void **state)
{
	static const struct image_case cases[] = {
		{"each key",
		 {{"/etc/systemd/network/b.link",
		   "[Match]\nMACAddress=aa\nDriver=ena\n[Link]\nName=eth0\nMTUBytes=1\n"},
		  {"/usr/lib/systemd/network/a.link",
		   "[Match]\nPermanentMACAddress=bb\n[Link]\nNamePolicy=keep\n"},
		  {"/run/systemd/network/c.link",
		   "[Match]\nName=no\nOriginalName=*\n[Link]\n\nName = eth1\n"},
		  {"/lib/systemd/network/d.link", "[Link]\nName=\n"},
		  {"/usr/local/lib/systemd/network/e.link", "[Link]\nName=eth2\nMACAddress=no\nDriver=no\n"},
		  {"/lib/systemd/network/b.link", "[Link]\nName=hidden\n"},
		  {"/lib/systemd/network/x.txt", "[Link]\nName=no\n"}},
		 "net link interface=eth0 mac=aa driver=ena renames @ /etc/systemd/network/b.link:5\n"
		 "net link interface=eth1 renames @ /run/systemd/network/c.link:6\n"
		 "net link interface=eth2 renames @ /usr/local/lib/systemd/network/e.link:2\n"},
	};

	(void)state;
	ASSERT_CASES(cases, vw_image_probe_network, NULL);
}

static const struct image_case network_manager_cases[] = {
	{"each key",
	 {{"/etc/NetworkManager/system-connections/b",
	   "[connection]\ntype=ethernet\ninterface-name=eth0 "
	   "eth1\n[ethernet]\nmac-address=aa\n[match]\ndriver=ena\n[ipv4]\nmethod=auto\naddress1=1.2."
	   "3.4/24\naddress2=no\n[ipv6]\naddresses=no\n"},
	  {"/run/NetworkManager/system-connections/c.nmconnection",
	   "[802-3-ethernet]\nmac-address=bb\n[ipv6]\naddresses=5\nmethod=manual\n"},
	  {"/usr/lib/NetworkManager/system-connections/d.nmconnection",
	   "[connection]\ntype=802-3-ethernet\n[ipv6]\nmethod=dhcp\n"},
	  {"/run/NetworkManager/system-connections/e", "[connection]\ntype=ethernet\n"},
	  {"/etc/NetworkManager/system-connections/.f", "[connection]\ntype=ethernet\n"},
	  {"/etc/NetworkManager/system-connections/g~", "[connection]\ntype=ethernet\n"},
	  {"/etc/NetworkManager/system-connections/h.rpmsave", "[connection]\ntype=ethernet\n"}},
	 "net NetworkManager interface=eth0 mac=aa driver=ena address=1.2.3.4/24 dhcp @ "
	 "/etc/NetworkManager/system-connections/b\n"
	 "net NetworkManager interface=eth1 mac=aa driver=ena address=1.2.3.4/24 dhcp @ "
	 "/etc/NetworkManager/system-connections/b\n"
	 "net NetworkManager mac=bb address=5 @ "
	 "/run/NetworkManager/system-connections/c.nmconnection\n"
	 "net NetworkManager dhcp @ /usr/lib/NetworkManager/system-connections/d.nmconnection\n"},
	{"another type",
	 {{"/etc/NetworkManager/system-connections/a", "[connection]\ntype=wifi\n[ipv4]\nmethod=auto\n"}},
	 ""},
	{"methods",
	 {{"/etc/NetworkManager/system-connections/a", "[ipv4]\nmethod=manual\n[ipv6]\nmethod=ignore\n"}},
	 "net NetworkManager @ /etc/NetworkManager/system-connections/a\n"},
	{"method of another section",
	 {{"/etc/NetworkManager/system-connections/a",
	   "[proxy]\nmethod=auto\n[x]\naddress1=no\n[y]\nmac-address=no\ndriver=no\n"}},
	 "net NetworkManager @ /etc/NetworkManager/system-connections/a\n"},
	{"a name on a bridge",
	 {{"/etc/NetworkManager/system-connections/a", "[ovs-bridge]\ninterface-name=no\n"}},
	 "net NetworkManager @ /etc/NetworkManager/system-connections/a\n"},
	{"nothing in it",
	 {{"/etc/NetworkManager/system-connections/a", "# x\n"}},
	 "network: value, incomplete\n"},
};

static void network_manager(void **state)
{
	(void)state;
	ASSERT_CASES(network_manager_cases, vw_image_probe_network, NULL);
}

static const struct image_case netplan_cases[] = {
	{"places",
	 {{"/etc/netplan/b.yaml", "network: {ethernets: {b: {dhcp4: true}}}\n"},
	  {"/run/netplan/b.yaml", "network: {ethernets: {run: {}}}\n"},
	  {"/lib/netplan/a.yaml", "network: {ethernets: {a: {}}}\n"},
	  {"/usr/lib/netplan/c.yaml", "network: {ethernets: {c: {}}}\n"},
	  {"/etc/netplan/d.yml", "network: {ethernets: {no: {}}}\n"}},
	 "net netplan interface=a @ /lib/netplan/a.yaml:1\n"
	 "net netplan interface=run @ /run/netplan/b.yaml:1\n"
	 "net netplan interface=c @ /usr/lib/netplan/c.yaml:1\n"},
	{"each key",
	 {{"/etc/netplan/a.yaml",
	   "network:\n version: 2\n ethernets:\n  eth0:\n   dhcp4: yes\n   dhcp6: no\n   addresses: "
	   "[1.2.3.4/24, no]\n   match: {macaddress: aa, name: ens5, driver: ena}\n   set-name: "
	   "lan\n  eth1:\n   dhcp6: on\n   match: {name: 'en*', driver: [a, b]}\n  eth2:\n   "
	   "set-name: no\n   addresses:\n   - 5: {label: x}\n  eth3: {match: {macaddress: bb}}\n  "
	   "lo: {dhcp4: true}\n"}},
	 "net netplan interface=lan mac=aa driver=ena address=1.2.3.4/24 renames dhcp @ "
	 "/etc/netplan/a.yaml:4\n"
	 "net netplan interface=en* driver=a b dhcp @ /etc/netplan/a.yaml:10\n"
	 "net netplan interface=eth2 address=5 @ /etc/netplan/a.yaml:13\n"
	 "net netplan mac=bb @ /etc/netplan/a.yaml:17\n"},
	{"words for yes, and what is none; a hidden file",
	 {{"/etc/netplan/a.yaml", "network: {ethernets: {a: {dhcp4: y}, b: {dhcp4: n}, c: {dhcp4: yy}}}\n"},
	  {"/etc/netplan/.b.yaml", "network: {ethernets: {no: {dhcp4: y}}}\n"}},
	 "net netplan interface=a dhcp @ /etc/netplan/a.yaml:1\n"
	 "net netplan interface=b @ /etc/netplan/a.yaml:1\n"
	 "net netplan interface=c @ /etc/netplan/a.yaml:1\n"},
	{"other devices",
	 {{"/etc/netplan/a.yaml", "network:\n  bonds: {b: {}}\n"}},
	 "network: value, incomplete\n"},
	{"bridges",
	 {{"/etc/netplan/a.yaml", "network:\n  bridges: {b: {}}\n"}},
	 "network: value, incomplete\n"},
	{"vlans", {{"/etc/netplan/a.yaml", "network:\n  vlans: {b: {}}\n"}}, "network: value, incomplete\n"},
	{"vrfs", {{"/etc/netplan/a.yaml", "network:\n  vrfs: {b: {}}\n"}}, "network: value, incomplete\n"},
	{"tunnels",
	 {{"/etc/netplan/a.yaml", "network:\n  tunnels: {b: {}}\n"}},
	 "network: value, incomplete\n"},
	{"wifis", {{"/etc/netplan/a.yaml", "network:\n  wifis: {b: {}}\n"}}, ""},
	{"no network", {{"/etc/netplan/a.yaml", "net: x\n"}}, "network: value, incomplete\n"},
	{"a network that is a word",
	 {{"/etc/netplan/a.yaml", "network: x\n"}},
	 "network: value, incomplete\n"},
	{"ethernets that are a list",
	 {{"/etc/netplan/a.yaml", "network: {ethernets: [a]}\n"}},
	 "network: value, incomplete\n"},
	{"ethernets that are empty", {{"/etc/netplan/a.yaml", "network:\n  ethernets:\n"}}, ""},
	{"ethernets that are a word",
	 {{"/etc/netplan/a.yaml", "network: {ethernets: a}\n"}},
	 "network: value, incomplete\n"},
	{"nothing", {{"/etc/netplan/a.yaml", ""}}, ""},
	{"an alias", {{"/etc/netplan/a.yaml", "network: *a\n"}}, "network: value, incomplete\n"},
};

static void netplan(void **state)
{
	(void)state;
	ASSERT_CASES(netplan_cases, vw_image_probe_network, NULL);
}

static const struct image_case rules_cases[] = {
	{"places",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", ATTR{address}==\"aa\", NAME=\"eth0\"\n"},
	  {"/usr/lib/udev/rules.d/b.rules", "SUBSYSTEM==\"net\", ATTR{address}==\"aa\", NAME=\"no\"\n"},
	  {"/etc/udev/rules.d/c.txt", "SUBSYSTEM==\"net\", ATTR{address}==\"aa\", NAME=\"no\"\n"}},
	 "net udev interface=eth0 mac=aa renames @ /etc/udev/rules.d/a.rules:1\n"
	 "persistent_net: 'SUBSYSTEM==\"net\", ATTR{address}==\"aa\", NAME=\"eth0\"' @ "
	 "/etc/udev/rules.d/a.rules:1\n"},
	{"ATTRS",
	 {{"/etc/udev/rules.d/a.rules", "ATTRS{address}==\"aa\", NAME=\"eth0\"\n"}},
	 "net udev interface=eth0 mac=aa renames @ /etc/udev/rules.d/a.rules:1\n"
	 "persistent_net: 'ATTRS{address}==\"aa\", NAME=\"eth0\"' @ /etc/udev/rules.d/a.rules:1\n"},
	{"SYSFS",
	 {{"/etc/udev/rules.d/a.rules", "SYSFS{address}==\"aa\", NAME:=\"eth0\"\n"}},
	 "net udev interface=eth0 mac=aa renames @ /etc/udev/rules.d/a.rules:1\n"
	 "persistent_net: 'SYSFS{address}==\"aa\", NAME:=\"eth0\"' @ /etc/udev/rules.d/a.rules:1\n"},
	{"no match",
	 {{"/etc/udev/rules.d/a.rules", "ATTR{address}!=\"aa\", SUBSYSTEM==\"net\", NAME=\"eth0\"\n"}},
	 "net udev interface=eth0 renames @ /etc/udev/rules.d/a.rules:1\n"},
	{"DRIVERS",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", DRIVERS==\"ena\", NAME=\"eth0\"\n"}},
	 "net udev interface=eth0 driver=ena renames @ /etc/udev/rules.d/a.rules:1\n"},
	{"DRIVER",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", DRIVER==\"ena\", NAME+=\"eth0\"\n"}},
	 "net udev interface=eth0 driver=ena renames @ /etc/udev/rules.d/a.rules:1\n"},
	{"ID_NET_DRIVER",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", ENV{ID_NET_DRIVER}==\"ena\", NAME=\"eth0\"\n"}},
	 "net udev interface=eth0 driver=ena renames @ /etc/udev/rules.d/a.rules:1\n"},
	{"any driver",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", DRIVERS==\"?*\", NAME=\"eth0\"\n"}},
	 "net udev interface=eth0 renames @ /etc/udev/rules.d/a.rules:1\n"},
	{"no driver",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", DRIVERS!=\"x\", NAME=\"eth0\"\n"}},
	 "net udev interface=eth0 renames @ /etc/udev/rules.d/a.rules:1\n"},
	{"a name that is asked for",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", ATTR{address}==\"aa\", NAME==\"eth0\"\n"}},
	 ""},
	{"a name that is not",
	 {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", ATTR{address}==\"aa\", NAME!=\"eth0\"\n"}},
	 ""},
	{"a device's file", {{"/etc/udev/rules.d/a.rules", "KERNEL==\"sda\", NAME=\"disk\"\n"}}, ""},
	{"no name", {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", ATTR{address}==\"aa\"\n"}}, ""},
	{"joined lines",
	 {{"/etc/udev/rules.d/a.rules", "# c\nSUBSYSTEM==\"net\", \\\n  ATTR{address}==\"aa\", \\\n "
					"NAME=\"eth0\"\nSUBSYSTEM==\"net\", NAME=\"eth1\"\n"}},
	 "net udev interface=eth0 mac=aa renames @ /etc/udev/rules.d/a.rules:2\n"
	 "net udev interface=eth1 renames @ /etc/udev/rules.d/a.rules:5\n"
	 "persistent_net: 'SUBSYSTEM==\"net\", \\   ATTR{address}==\"aa\", \\  NAME=\"eth0\"' @ "
	 "/etc/udev/rules.d/a.rules:2\n"},
	{"damaged",
	 {{"/etc/udev/rules.d/a.rules", "ATTR{address}==\"aa\", x y, SUBSYSTEM==\"net\", NAME=\"eth0\"\n"}},
	 ""},
	{"quotes",
	 {{"/etc/udev/rules.d/a.rules", "ATTR{address}==\"a\\\"a\", NAME=\"e\\\\\"\n"}},
	 "net udev interface=e\\\\ mac=a\\\"a renames @ /etc/udev/rules.d/a.rules:1\n"
	 "persistent_net: 'ATTR{address}==\"a\\\"a\", NAME=\"e\\\\\"' @ "
	 "/etc/udev/rules.d/a.rules:1\n"},
	{"not closed", {{"/etc/udev/rules.d/a.rules", "SUBSYSTEM==\"net\", NAME=\"eth0\n"}}, ""},
	{"spaces",
	 {{"/etc/udev/rules.d/a.rules", "  SUBSYSTEM == \"net\" , NAME  =  \"eth 0\"  \n"}},
	 "net udev interface=eth 0 renames @ /etc/udev/rules.d/a.rules:1\n"},
};

static void rules(void **state)
{
	(void)state;
	ASSERT_CASES(rules_cases, vw_image_probe_network, NULL);
}

#define TEST(function) cmocka_unit_test(function)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(modprobe),
		TEST(os_release),
		TEST(units),
		TEST(groups),
		TEST(mounts),
		TEST(io_timeout),
		TEST(initramfs_conf),
		TEST(modules_of_cloud_init),
		TEST(programs_of_cloud_init),
		TEST(starters_of_cloud_init),
		TEST(system_files),
		TEST(ifcfg),
		TEST(ifupdown),
		TEST(networkd),
		TEST(links),
		TEST(network_manager),
		TEST(netplan),
		TEST(rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
