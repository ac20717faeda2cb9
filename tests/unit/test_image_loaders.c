/* SPDX-License-Identifier: MIT */
/* Configurations of boot loaders, and all the entries that each gives: a row is an image. */
#include "tests/unit/image_dump.h"

#define K "/boot/vmlinuz"

static const struct image_case systemd_boot_cases[] = {
	{"each key",
	 {{"/efi/loader/loader.conf", ""},
	  {"/efi/loader/entries/a.conf",
	   "# comment\ntitle  A b\nversion 1\nmachine-id m\nsort-key s\nlinux\t/k\ninitrd /i\ninitrd "
	   " /j /l\n"
	   "options a=1  b\noptions c\narchitecture x64\noption no\nlinuxx /no\nlin /no\n"},
	  {"/efi/k", "kernel"},
	  {"/efi/i", "x"},
	  {"/efi/l", "x"}},
	 "entry * systemd-boot 'A b' @ /efi/loader/entries/a.conf\n"
	 "  kernel /k -> /efi/k\n  initrd /i -> /efi/i\n  initrd /j -> nowhere\n  initrd /l -> "
	 "/efi/l\n"
	 "  cmdline a=1  b c\n"
	 "default by the first entry in the loader's order\n"},
	{"an EFI program, a UKI; the last of a key holds",
	 {{"/efi/loader/loader.conf", ""},
	  {"/efi/loader/entries/a.conf", "efi /a\n"},
	  {"/efi/loader/entries/b.conf", "title x\ntitle y\nlinux /x\nuki /b\n"},
	  {"/efi/loader/entries/c.txt", "linux /no\n"},
	  {"/efi/loader/entries/d.conf/x", "linux /no\n"}},
	 "entry * systemd-boot 'y' @ /efi/loader/entries/b.conf\n  kernel /b -> nowhere\n"
	 "entry systemd-boot 'a' @ /efi/loader/entries/a.conf\n  kernel /a -> nowhere\n"
	 "default by the first entry in the loader's order\n"},
	{"no loader.conf",
	 {{"/boot/loader/entries/a.conf", "linux /k\n"}},
	 "entry * bls 'a' @ /boot/loader/entries/a.conf\n  kernel /k -> nowhere\n"
	 "default by the first entry in the loader's order\n"},
	{"newer versions first, by their numbers",
	 {{"/efi/loader/loader.conf", ""},
	  {"/efi/loader/entries/a.conf", "title 6.9\nversion 6.9\nsort-key s\n"},
	  {"/efi/loader/entries/b.conf", "title 6.10\nversion 6.10\nsort-key s\n"},
	  {"/efi/loader/entries/c.conf", "title 6.2\nversion 6.2\nsort-key s\n"},
	  {"/efi/loader/entries/d.conf", "title none\nsort-key s\n"}},
	 "entry * systemd-boot '6.10' @ /efi/loader/entries/b.conf\n"
	 "entry systemd-boot '6.9' @ /efi/loader/entries/a.conf\n"
	 "entry systemd-boot '6.2' @ /efi/loader/entries/c.conf\n"
	 "entry systemd-boot 'none' @ /efi/loader/entries/d.conf\n"
	 "default by the first entry in the loader's order\n"},
	{"sort keys before versions, entries with one before those without, machines between",
	 {{"/efi/loader/loader.conf", ""},
	  {"/efi/loader/entries/a.conf", "title 4\nversion 9\nsort-key t\n"},
	  {"/efi/loader/entries/b.conf", "title 3\nversion 9\nsort-key s\nmachine-id n\n"},
	  {"/efi/loader/entries/c.conf", "title 2\nversion 1\nsort-key s\nmachine-id m\n"},
	  {"/efi/loader/entries/d.conf", "title 1\nversion 1\nsort-key s\n"},
	  {"/efi/loader/entries/y.conf", "title 6\nversion 99\n"},
	  {"/efi/loader/entries/z.conf", "title 5\nversion 1\n"}},
	 "entry * systemd-boot '1' @ /efi/loader/entries/d.conf\n"
	 "entry systemd-boot '2' @ /efi/loader/entries/c.conf\n"
	 "entry systemd-boot '3' @ /efi/loader/entries/b.conf\n"
	 "entry systemd-boot '4' @ /efi/loader/entries/a.conf\n"
	 "entry systemd-boot '5' @ /efi/loader/entries/z.conf\n"
	 "entry systemd-boot '6' @ /efi/loader/entries/y.conf\n"
	 "default by the first entry in the loader's order\n"},
	{"equal otherwise: newer names first",
	 {{"/efi/loader/loader.conf", ""},
	  {"/efi/loader/entries/m-6.9.conf", "title a\nsort-key s\nversion 1\n"},
	  {"/efi/loader/entries/m-6.10.conf", "title b\nsort-key s\nversion 1\n"}},
	 "entry * systemd-boot 'b' @ /efi/loader/entries/m-6.10.conf\n"
	 "entry systemd-boot 'a' @ /efi/loader/entries/m-6.9.conf\n"
	 "default by the first entry in the loader's order\n"},
	{"a default whose tries are counted",
	 {{"/efi/loader/loader.conf", "timeout 1\ndefault a.conf\n"},
	  {"/efi/loader/entries/a+3-1.conf", "title A\n"},
	  {"/efi/loader/entries/b.conf", "title B\n"}},
	 "entry systemd-boot 'B' @ /efi/loader/entries/b.conf\n"
	 "entry * systemd-boot 'A' @ /efi/loader/entries/a+3-1.conf\n"
	 "default by default in /efi/loader/loader.conf\n"},
	{"what only looks like tries",
	 {{"/efi/loader/loader.conf", "default a.conf\n"},
	  {"/efi/loader/entries/a+x.conf", "title A\n"},
	  {"/efi/loader/entries/a+1x.conf", "title B\n"},
	  {"/efi/loader/entries/a+.conf", "title C\n"}},
	 "entry * systemd-boot 'B' @ /efi/loader/entries/a+1x.conf\n"
	 "entry systemd-boot 'A' @ /efi/loader/entries/a+x.conf\n"
	 "entry systemd-boot 'C' @ /efi/loader/entries/a+.conf\n"
	 "default by the first entry in the loader's order\ndefault lost a.conf\n"},
	{"a pattern, and the last default of the file",
	 {{"/efi/loader/loader.conf", "default z\ndefault   *-6.1*\ndefaults no\n"},
	  {"/efi/loader/entries/m-6.9.conf", "title A\n"},
	  {"/efi/loader/entries/m-6.1.conf", "title B\n"}},
	 "entry systemd-boot 'A' @ /efi/loader/entries/m-6.9.conf\n"
	 "entry * systemd-boot 'B' @ /efi/loader/entries/m-6.1.conf\n"
	 "default by default in /efi/loader/loader.conf\n"},
	{"a name without its suffix",
	 {{"/efi/loader/loader.conf", "default a\n"},
	  {"/efi/loader/entries/b.conf", "title B\n"},
	  {"/efi/loader/entries/a.conf", "title A\n"}},
	 "entry systemd-boot 'B' @ /efi/loader/entries/b.conf\n"
	 "entry * systemd-boot 'A' @ /efi/loader/entries/a.conf\n"
	 "default by default in /efi/loader/loader.conf\n"},
	{"a variable of the firmware",
	 {{"/efi/loader/loader.conf", "default @saved\n"}, {"/efi/loader/entries/a.conf", "title A\n"}},
	 "entry systemd-boot 'A' @ /efi/loader/entries/a.conf\n"},
	{"a UKI as the default",
	 {{"/efi/loader/loader.conf", "default a.efi\n"}, {"/efi/loader/entries/a.conf", "title A\n"}},
	 "entry systemd-boot 'A' @ /efi/loader/entries/a.conf\n"},
	{"two folders: the first that has an entry names the default",
	 {{"/boot/efi/loader/entries/a.conf", "title A\n"},
	  {"/efi", "-> boot/efi"},
	  {"/boot/loader/loader.conf", "default b.conf\n"},
	  {"/boot/loader/entries/b.conf", "title B\n"}},
	 "entry * bls 'A' @ /boot/efi/loader/entries/a.conf\n"
	 "entry systemd-boot 'B' @ /boot/loader/entries/b.conf\n"
	 "default by the first entry in the loader's order\n"},
};

/* the Boot Loader Specification */

static void systemd_boot(void **state)
{
	(void)state;
	ASSERT_CASES(systemd_boot_cases, vw_image_probe_boot, NULL);
}

static const struct image_case extlinux_cases[] = {
	{"each word, in any case",
	 {{"/boot/extlinux/extlinux.conf",
	   "# c\nDEFAULT b\nappend no\nlabel a\nkernel k\nInitrd i,j\nAPPEND a=1 initrd=l b\nlabel "
	   "b\nLINUX ../k\n"
	   "fdt x\nmenu label B\nAppend c\nAppend d\nmenus default\n"},
	  {"/boot/extlinux/k", "kernel"},
	  {"/boot/k", "kernel"},
	  {"/boot/extlinux/j", "x"},
	  {"/boot/l", "x"}},
	 "entry extlinux 'a' @ /boot/extlinux/extlinux.conf:4\n  kernel k -> /boot/extlinux/k\n"
	 "  initrd i -> nowhere\n  initrd j -> /boot/extlinux/j\n  initrd l -> /boot/l\n  cmdline "
	 "a=1 b\n"
	 "entry * extlinux 'b' @ /boot/extlinux/extlinux.conf:8\n  kernel ../k -> "
	 "/boot/extlinux/../k\n"
	 "  cmdline c d\n"
	 "default by /boot/extlinux/extlinux.conf:2\n"},
	{"a default that comes after its label",
	 {{"/boot/extlinux.conf", "label a\nlabel b\ndefault b\n"}},
	 "entry extlinux 'a' @ /boot/extlinux.conf:1\nentry * extlinux 'b' @ /boot/extlinux.conf:2\n"
	 "default by /boot/extlinux.conf:3\n"},
	{"ONTIMEOUT",
	 {{"/extlinux.conf", "ontimeout b\nlabel a\nlabel b\nlabel b\n"}},
	 "entry extlinux 'a' @ /extlinux.conf:2\nentry * extlinux 'b' @ /extlinux.conf:3\n"
	 "entry extlinux 'b' @ /extlinux.conf:4\ndefault by /extlinux.conf:1\n"},
	{"MENU DEFAULT",
	 {{"/boot/syslinux/extlinux.conf", "menu default\nlabel a\nlabel b\nmenu Default\n"}},
	 "entry extlinux 'a' @ /boot/syslinux/extlinux.conf:2\nentry * extlinux 'b' @ "
	 "/boot/syslinux/extlinux.conf:3\n"
	 "default by /boot/syslinux/extlinux.conf:4\n"},
	{"no default",
	 {{"/boot/syslinux/syslinux.cfg", "label a\nlabel b\n"}},
	 "entry * extlinux 'a' @ /boot/syslinux/syslinux.cfg:1\nentry extlinux 'b' @ "
	 "/boot/syslinux/syslinux.cfg:2\n"
	 "default by the first entry of /boot/syslinux/syslinux.cfg\n"},
	{"a default that is a menu",
	 {{"/boot/efi/EFI/syslinux/syslinux.cfg", "default vesamenu.c32\nlabel a\n"}},
	 "entry * extlinux 'a' @ /boot/efi/EFI/syslinux/syslinux.cfg:2\n"
	 "default by the first entry of /boot/efi/EFI/syslinux/syslinux.cfg\n"},
	{"a default that is not there",
	 {{"/boot/extlinux.conf", "default c\nlabel a\n"}},
	 "entry * extlinux 'a' @ /boot/extlinux.conf:2\n"
	 "default by the first entry of /boot/extlinux.conf\ndefault lost c\n"},
	{"the first file that has an entry",
	 {{"/boot/extlinux/extlinux.conf", "default x\n"},
	  {"/boot/extlinux.conf", "label a\n"},
	  {"/extlinux.conf", "label b\n"}},
	 "entry * extlinux 'a' @ /boot/extlinux.conf:1\n"
	 "default by the first entry of /boot/extlinux.conf\n"},
	{"nothing in it", {{"/boot/extlinux.conf", "default x\n"}}, ""},
};

/* EXTLINUX */

static void extlinux(void **state)
{
	(void)state;
	ASSERT_CASES(extlinux_cases, vw_image_probe_boot, NULL);
}

static const struct image_case menu_lst_cases[] = {
	{"each word",
	 {{"/boot/grub/menu.lst", "default 1\nkernel /no\ninitrd /no\ntitle A b\nroot "
				  "(hd0,0)\nkernel --type=x --no /k a=1 b\n"
				  "initrd (hd0,0)/i\ndefault 0\ntitle=B\nkernel=(hd0)/k\nkernel /k2 "
				  "c\nmodule /m\nmodules /no\n"},
	  {"/boot/k", "kernel"},
	  {"/boot/i", "x"},
	  {"/m", "x"}},
	 "entry menu.lst 'A b' @ /boot/grub/menu.lst:4\n  kernel /k -> /boot/k\n  initrd (hd0,0)/i "
	 "-> /boot/i\n"
	 "  cmdline a=1 b\n"
	 "entry * menu.lst 'B' @ /boot/grub/menu.lst:9\n  kernel /k2 -> nowhere\n  initrd /m -> /m\n "
	 " cmdline c\n"
	 "default by /boot/grub/menu.lst:1\nmenu.lst: '/boot/grub/menu.lst' @ /boot/grub/menu.lst\n"},
	{"behind Xen the first module is the kernel",
	 {{"/boot/grub/menu.lst", "title X\nkernel /xen.gz dom0_mem=1\nmodule /k a\nmodule /i\n"}},
	 "entry * menu.lst 'X' @ /boot/grub/menu.lst:1\n  kernel /k -> nowhere\n  initrd /i -> "
	 "nowhere\n  cmdline a\n"
	 "menu.lst: '/boot/grub/menu.lst' @ /boot/grub/menu.lst\n"},
	{"grub.conf, and no default",
	 {{"/boot/grub/grub.conf", "title a\ntitle b\n"}, {"/grub/menu.lst", "title c\n"}},
	 "entry * menu.lst 'a' @ /boot/grub/grub.conf:1\nentry menu.lst 'b' @ "
	 "/boot/grub/grub.conf:2\n"
	 "menu.lst: '/boot/grub/grub.conf' @ /boot/grub/grub.conf\n"},
	{"a partition of its own",
	 {{"/grub/menu.lst", "default 1\ntitle a\ntitle b\n"}},
	 "entry menu.lst 'a' @ /grub/menu.lst:2\nentry * menu.lst 'b' @ /grub/menu.lst:3\n"
	 "default by /grub/menu.lst:1\nmenu.lst: '/grub/menu.lst' @ /grub/menu.lst\n"},
	{"a default that was saved",
	 {{"/boot/grub/menu.lst", "default saved\ntitle a\ntitle b\n"}, {"/boot/grub/default", "1\n#\n"}},
	 "entry menu.lst 'a' @ /boot/grub/menu.lst:2\nentry * menu.lst 'b' @ /boot/grub/menu.lst:3\n"
	 "default by /boot/grub/default\nmenu.lst: '/boot/grub/menu.lst' @ /boot/grub/menu.lst\n"},
	{"a default that was never saved",
	 {{"/boot/grub/menu.lst", "default saved\ntitle a\ntitle b\n"}},
	 "entry * menu.lst 'a' @ /boot/grub/menu.lst:2\nentry menu.lst 'b' @ /boot/grub/menu.lst:3\n"
	 "default by the first entry of /boot/grub/menu.lst\n"
	 "menu.lst: '/boot/grub/menu.lst' @ /boot/grub/menu.lst\n"},
	{"the first number that no entry has",
	 {{"/boot/grub/menu.lst", "default 2\ntitle a\ntitle b\n"}},
	 "entry * menu.lst 'a' @ /boot/grub/menu.lst:2\nentry menu.lst 'b' @ /boot/grub/menu.lst:3\n"
	 "default by the first entry of /boot/grub/menu.lst\ndefault lost 2\n"
	 "menu.lst: '/boot/grub/menu.lst' @ /boot/grub/menu.lst\n"},
	{"no entry", {{"/boot/grub/menu.lst", "default 0\n"}}, "menu.lst: malformed @ /boot/grub/menu.lst\n"},
};

/* menu.lst */

static void menu_lst(void **state)
{
	(void)state;
	ASSERT_CASES(menu_lst_cases, vw_image_probe_boot, NULL);
}

#define TEST(function) cmocka_unit_test(function)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(systemd_boot),
		TEST(extlinux),
		TEST(menu_lst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
