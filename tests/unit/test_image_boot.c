/* SPDX-License-Identifier: MIT */
#include "tests/unit/image_parts.h"

#include "probes/image/kernels.h"

static const struct vw_boot *read_boot(struct image_root *root)
{
	return &image_read(root, vw_image_probe_boot, NULL)->boot;
}

static void put_boot(struct image_root *root, const char *release)
{
	char path[256];

	snprintf(path, sizeof(path), "/boot/vmlinuz-%s", release);
	put(&root->guest, path, "kernel");
	snprintf(path, sizeof(path), "/boot/initrd.img-%s", release);
	put(&root->guest, path, "initrd");
}

static const struct vw_boot_entry *default_of(const struct vw_boot *boot)
{
	const struct vw_boot_entry *found = NULL;

	for (size_t i = 0; i < boot->count; i++)
		if (boot->entry[i].is_default) {
			assert_null(found);
			found = &boot->entry[i];
		}
	return found;
}

/* GRUB. */

#define GRUB_HEADER(by_default)                                                                        \
	"if [ -s $prefix/grubenv ]; then\n  set have_grubenv=true\n  load_env\nfi\n"                   \
	"if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\n   set next_entry=\n"      \
	"   save_env next_entry\n   set boot_once=true\nelse\n   set default=\"" by_default "\"\nfi\n" \
	"if [ x\"${feature_menuentry_id}\" = xy ]; then\n  menuentry_id_option=\"--id\"\n"             \
	"else\n  menuentry_id_option=\"\"\nfi\nexport menuentry_id_option\n"                           \
	"function savedefault {\n  if [ -z \"${boot_once}\" ]; then\n    set default=9\n  fi\n}\n"

#define GRUB_MENU                                                                                          \
	"menuentry 'Debian GNU/Linux' --class debian --class os $menuentry_id_option 'gnulinux-simple-1' " \
	"{\n"                                                                                              \
	"\tinsmod gzio\n\tif [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi\n"            \
	"\tset root='hd0,gpt1'\n"                                                                          \
	"\tif [ x$feature_platform_search_hint = xy ]; then\n"                                             \
	"\t  search --no-floppy --fs-uuid --set=root --hint-bios=hd0,gpt1  1111-2222\n\telse\n"            \
	"\t  search --no-floppy --fs-uuid --set=root 1111-2222\n\tfi\n"                                    \
	"\techo\t'Loading Linux ...'\n\tlinux\t/boot/vmlinuz-6.12 root=UUID=1111-2222 ro  quiet\n"         \
	"\tinitrd\t/boot/initrd.img-6.12\n}\n"                                                             \
	"submenu 'Advanced options for Debian' $menuentry_id_option 'gnulinux-advanced-1' {\n"             \
	"\tmenuentry 'Debian, with Linux 6.12' --class debian $menuentry_id_option 'gnulinux-6.12-1' {\n"  \
	"\t\tlinux /boot/vmlinuz-6.12 root=UUID=1111-2222 ro\n\t\tinitrd /boot/initrd.img-6.12\n\t}\n"     \
	"\tmenuentry 'Debian, with Linux 6.1' --class debian $menuentry_id_option 'gnulinux-6.1-1' {\n"    \
	"\t\tset root='hd0,msdos1'\n\t\tlinux /boot/vmlinuz-6.1 root=/dev/xvda1 ro\n"                      \
	"\t\tinitrd /boot/initrd.img-6.1 /boot/lost.img\n\t}\n}\n"                                         \
	"if [ \"$grub_platform\" = \"efi\" ]; then\n"                                                      \
	"menuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {\n\tfwsetup\n}\nfi\n"

static void put_environment(struct image_root *root, const char *path, const char *text)
{
	char block[1025];

	memset(block, '#', sizeof(block) - 1);
	block[sizeof(block) - 1] = '\0';
	put_word(block, "# GRUB Environment Block\n");
	put_word(block + strlen("# GRUB Environment Block\n"), text);
	put(&root->guest, path, block);
}

static void grub_menu_is_read(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;
	const struct vw_boot_entry *entry;

	put_boot(root, "6.12");
	put_boot(root, "6.1");
	put(&root->guest, "/boot/grub/grub.cfg", GRUB_HEADER("0") GRUB_MENU);
	boot = read_boot(root);
	assert_int_equal(boot->count, 4);
	assert_text(boot->grub_config, "/boot/grub/grub.cfg");
	entry = default_of(boot);
	assert_ptr_equal(entry, &boot->entry[0]);
	assert_string_equal(entry->loader, "grub");
	assert_string_equal(entry->title, "Debian GNU/Linux");
	assert_string_equal(entry->kernel, "/boot/vmlinuz-6.12");
	assert_string_equal(entry->kernel_at, "/boot/vmlinuz-6.12");
	assert_string_equal(entry->cmdline, "root=UUID=1111-2222 ro quiet");
	assert_int_equal(entry->initrd_count, 1);
	assert_string_equal(entry->initrd_at[0], "/boot/initrd.img-6.12");
	assert_null(entry->root_set);
	assert_true(vwb_text_starts(boot->default_by, "set default in /boot/grub/grub.cfg:"));
	assert_null(boot->default_lost);

	entry = &boot->entry[2];
	assert_string_equal(entry->title, "Debian, with Linux 6.1");
	assert_string_equal(entry->root_set, "hd0,msdos1");
	assert_int_equal(entry->initrd_count, 2);
	assert_null(entry->initrd_at[1]);
	assert_string_equal(entry->initrd[1], "/boot/lost.img");
	assert_null(boot->entry[3].kernel);
}

static void grub_default_is_found(void **state)
{
	static const struct {
		const char *environment;
		size_t entry;
		const char *by, *lost;
	} cases[] = {
		{"saved_entry=gnulinux-advanced-1>gnulinux-6.1-1\n", 2, "saved_entry in /boot/grub/grubenv",
		 NULL},
		{"saved_entry=1>0\n", 1, "saved_entry in /boot/grub/grubenv", NULL},
		{"saved_entry=1\n", 1, "saved_entry in /boot/grub/grubenv", NULL},
		{"saved_entry=Debian GNU/Linux\n", 0, "saved_entry in /boot/grub/grubenv", NULL},
		{"saved_entry=0\nnext_entry=1>1\n", 2, "next_entry in /boot/grub/grubenv", NULL},
		{"saved_entry=1>7\n", 0, "the first entry of /boot/grub/grub.cfg", "1>7"},
		{"saved_entry=Debian, with Linux 6.1\n", 0, "the first entry of /boot/grub/grub.cfg",
		 "Debian, with Linux 6.1"},
		{"", 0, "the first entry of /boot/grub/grub.cfg", NULL},
	};
	struct image_root *root = *state;

	put_boot(root, "6.12");
	put_boot(root, "6.1");
	put(&root->guest, "/boot/grub/grub.cfg", GRUB_HEADER("${saved_entry}") GRUB_MENU);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_boot *boot;

		put_environment(root, "/boot/grub/grubenv", cases[i].environment);
		boot = read_boot(root);
		assert_ptr_equal(default_of(boot), &boot->entry[cases[i].entry]);
		assert_string_equal(boot->default_by, cases[i].by);
		assert_true(vwb_text_equal(boot->default_lost, cases[i].lost));
	}
}

static void grub_reads_bls(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put(&root->guest, "/boot/efi/EFI/redhat/grub.cfg",
	    "search --no-floppy --fs-uuid --set=dev 3333\nset prefix=($dev)/grub2\nexport $prefix\n"
	    "configfile $prefix/grub.cfg\n");
	put(&root->guest, "/boot/grub2/grub.cfg",
	    "if [ -f ${config_directory}/grubenv ]; then\n  load_env -f ${config_directory}/grubenv\nfi\n"
	    "if [ \"${next_entry}\" ] ; then set default=\"${next_entry}\"; else "
	    "set default=\"${saved_entry}\"; fi\ninsmod blscfg\nblscfg\n");
	put_environment(root, "/boot/grub2/grubenv",
			"saved_entry=abc-5.14.0-70.el9.x86_64\nkernelopts=root=UUID=44 ro\n");
	put(&root->guest, "/boot/loader/entries/abc-5.14.0-70.el9.x86_64.conf",
	    "title RHEL (5.14.0-70)\nversion 5.14.0-70.el9.x86_64\nlinux /vmlinuz-5.14.0-70\n"
	    "initrd /initramfs-5.14.0-70.img $tuned_initrd\noptions $kernelopts $tuned_params quiet\n");
	put(&root->guest, "/boot/loader/entries/abc-5.14.0-162.el9.x86_64.conf",
	    "title RHEL (5.14.0-162)\nlinux /vmlinuz-5.14.0-162\noptions root=/dev/sda1\n");
	put(&root->guest, "/boot/vmlinuz-5.14.0-70", "kernel");
	boot = read_boot(root);
	assert_int_equal(boot->count, 2);
	assert_string_equal(boot->entry[0].title, "RHEL (5.14.0-162)");
	assert_null(boot->entry[0].kernel_at);
	assert_ptr_equal(default_of(boot), &boot->entry[1]);
	assert_string_equal(boot->default_by, "saved_entry in /boot/grub2/grubenv");
	assert_string_equal(boot->entry[1].loader, "bls");
	assert_string_equal(boot->entry[1].kernel_at, "/boot/vmlinuz-5.14.0-70");
	assert_string_equal(boot->entry[1].cmdline, "root=UUID=44 ro  quiet");
	assert_int_equal(boot->entry[1].initrd_count, 1);
}

/* Names of kernel and initramfs in files of their own, as VMware's Photon has them. */
static void grub_loads_files_of_variables(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put(&root->guest, "/boot/grub2/grub.cfg",
	    "load_env -f /boot/photon.cfg\nload_env --file=/boot/other.cfg photon_cmdline\n"
	    "load_env -f /boot/gone.cfg\nmenuentry P {\n  linux /boot/$photon_linux root=/dev/sda1 "
	    "$photon_cmdline\n  if [ -f /boot/$photon_initrd ]; then\n    initrd /boot/$photon_initrd\n  "
	    "fi\n}\n");
	put_environment(root, "/boot/photon.cfg",
			"photon_linux=vmlinuz-4.9\nphoton_initrd=initrd.img-4.9\nphoton_cmdline=quiet\n");
	put_environment(root, "/boot/other.cfg", "photon_linux=vmlinuz-not-allowed\nphoton_cmdline=ro\n");
	put(&root->guest, "/boot/vmlinuz-4.9", "kernel");
	put(&root->guest, "/boot/initrd.img-4.9", "initramfs");
	boot = read_boot(root);
	assert_int_equal(boot->count, 1);
	assert_string_equal(boot->entry[0].kernel_at, "/boot/vmlinuz-4.9");
	assert_int_equal(boot->entry[0].kernel_on, VW_ON_ROOT);
	assert_string_equal(boot->entry[0].cmdline, "root=/dev/sda1 ro");
	assert_int_equal(boot->entry[0].initrd_count, 1);
	assert_string_equal(boot->entry[0].initrd_at[0], "/boot/initrd.img-4.9");
}

static void grub_names_a_device(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put(&root->guest, "/boot/grub/grub.cfg",
	    "menuentry A {\n linux ($root)/vmlinuz\n}\nmenuentry B {\n linux (hd0,1)/vmlinuz\n}\n"
	    "menuentry C {\n linux /@/boot/vmlinuz\n}\nmenuentry D {\n linux /boot/vmlinuz\n}\n");
	put(&root->guest, "/boot/vmlinuz", "kernel");
	boot = read_boot(root);
	assert_int_equal(boot->count, 4);
	assert_int_equal(boot->entry[0].kernel_on, VW_ON_BOOT);
	assert_int_equal(boot->entry[1].kernel_on, 0);
	assert_int_equal(boot->entry[2].kernel_on, 0);
	assert_int_equal(boot->entry[3].kernel_on, VW_ON_ROOT);
	assert_string_equal(boot->entry[2].kernel_at, "/boot/vmlinuz");
}

static void grub_of_xen(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot_entry *entry;

	put(&root->guest, "/boot/grub/grub.cfg",
	    "menuentry 'Xen' {\n multiboot2 /boot/xen.gz placeholder\n"
	    " module2 /boot/vmlinuz-6.1 placeholder root=/dev/x ro\n module2 --nounzip "
	    "/boot/initrd-6.1\n}\n");
	entry = default_of(read_boot(root));
	assert_non_null(entry);
	assert_string_equal(entry->kernel, "/boot/vmlinuz-6.1");
	assert_string_equal(entry->cmdline, "root=/dev/x ro");
	assert_string_equal(entry->initrd[0], "/boot/initrd-6.1");
}

static void grub_damaged(void **state)
{
	static const char *const texts[] = {
		"}}}}}",
		"menuentry 'never closed {\n linux /x\n",
		"menuentry a { linux /boot/k ${",
		"set a=$a$a$a; set a=$a$a$a\nelse\nfi\ndone\nelif\n",
		"if [ ; then\nif if if",
		"menuentry\nsubmenu {\n{ { {\n",
		"\\",
		"source $prefix/grub.cfg\n. /boot/grub/grub.cfg",
		"$ ${} $1 \"$\" '",
	};
	struct image_root *root = *state;
	char *deep = calloc(1, 65 * 12 + 1);

	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		put(&root->guest, "/boot/grub/grub.cfg", texts[i]);
		read_boot(root);
	}
	assert_non_null(deep);
	for (size_t i = 0; i < 65; i++)
		put_word(deep + i * 12, "submenu a {\n");
	put(&root->guest, "/boot/grub/grub.cfg", deep);
	free(deep);
	assert_int_equal(read_boot(root)->count, 0);
	assert_non_null(image_unread_error(root, "/boot/grub/grub.cfg"));
	put(&root->guest, "/boot/grub/grub.cfg", "");
	assert_state(read_boot(root)->grub_config, VW_MALFORMED);
}

static void grub_too_large(void **state)
{
	struct image_root *root = *state;
	char path[PATH_MAX];

	put(&root->guest, "/boot/grub/grub.cfg", "menuentry a {\nlinux /boot/k\n}\n");
	guest_path(&root->guest, "/boot/grub/grub.cfg", path);
	assert_int_equal(truncate(path, 50 * 1024 * 1024), 0);
	assert_int_equal(read_boot(root)->count, 0);
	assert_non_null(image_unread_error(root, "/boot/grub/grub.cfg"));
	assert_state(root->facts.boot.grub_config, VW_MALFORMED);
}

/* Other loaders. */

static void systemd_boot_sorts(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put(&root->guest, "/boot/efi/loader/loader.conf", "timeout 3\ndefault m-6.1*\n");
	put(&root->guest, "/boot/efi/loader/entries/m-6.9.conf",
	    "title A\nversion 6.9\nlinux /m/6.9/linux\ninitrd /m/6.9/initrd\noptions root=UUID=1 ro\n");
	put(&root->guest, "/boot/efi/loader/entries/m-6.10+3-1.conf",
	    "title B\nversion 6.10\nlinux /m/6.10/linux\noptions a\noptions b\n");
	put(&root->guest, "/boot/efi/m/6.10/linux", "kernel");
	boot = read_boot(root);
	assert_int_equal(boot->count, 2);
	assert_string_equal(boot->entry[0].title, "B");
	assert_string_equal(boot->entry[0].loader, "systemd-boot");
	assert_string_equal(boot->entry[0].kernel_at, "/boot/efi/m/6.10/linux");
	assert_string_equal(boot->entry[0].cmdline, "a b");
	assert_ptr_equal(default_of(boot), &boot->entry[0]);
	assert_string_equal(boot->default_by, "default in /boot/efi/loader/loader.conf");
	put(&root->guest, "/boot/efi/loader/loader.conf", "default other.conf\n");
	assert_string_equal(read_boot(root)->default_lost, "other.conf");
}

static void extlinux_is_read(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put(&root->guest, "/boot/vmlinuz-virt", "kernel");
	put(&root->guest, "/boot/initramfs-virt", "initrd");
	put(&root->guest, "/boot/extlinux.conf",
	    "DEFAULT menu.c32\nPROMPT 0\nLABEL lts\n  LINUX vmlinuz-lts\nLABEL virt\n  MENU DEFAULT\n"
	    "  MENU LABEL Linux virt\n  LINUX vmlinuz-virt\n  INITRD initramfs-virt\n"
	    "  APPEND root=UUID=9 modules=ext4,nvme initrd=extra.img rw\n");
	boot = read_boot(root);
	assert_int_equal(boot->count, 2);
	assert_ptr_equal(default_of(boot), &boot->entry[1]);
	assert_string_equal(boot->entry[1].kernel_at, "/boot/vmlinuz-virt");
	assert_string_equal(boot->entry[1].initrd_at[0], "/boot/initramfs-virt");
	assert_string_equal(boot->entry[1].initrd[1], "extra.img");
	assert_string_equal(boot->entry[1].cmdline, "root=UUID=9 modules=ext4,nvme rw");
	assert_null(boot->default_lost);
}

static void menu_lst_is_read(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put(&root->guest, "/boot/vmlinuz-4.14", "kernel");
	put(&root->guest, "/boot/grub/menu.lst",
	    "default=1\ntimeout 0\n# kopt=root=/dev/xvda\ntitle old\nroot (hd0)\n"
	    "kernel /boot/vmlinuz-4.9 root=LABEL=/\ntitle Amazon Linux\nroot (hd0,0)\n"
	    "kernel (hd0,0)/vmlinuz-4.14 root=LABEL=/ console=hvc0\ninitrd /boot/initramfs-4.14.img\n");
	boot = read_boot(root);
	assert_text(boot->menu_lst, "/boot/grub/menu.lst");
	assert_state(boot->grub_config, VW_ABSENT);
	assert_int_equal(boot->count, 2);
	assert_ptr_equal(default_of(boot), &boot->entry[1]);
	assert_string_equal(boot->entry[1].kernel_at, "/boot/vmlinuz-4.14");
	assert_string_equal(boot->entry[1].cmdline, "root=LABEL=/ console=hvc0");
	assert_null(boot->entry[1].initrd_at[0]);
	put(&root->guest, "/boot/grub/menu.lst", "default 5\ntitle a\nkernel /k\n");
	assert_string_equal(read_boot(root)->default_lost, "5");
	put(&root->guest, "/boot/grub/menu.lst", "# nothing\n");
	assert_state(read_boot(root)->menu_lst, VW_MALFORMED);
}

/* Bounds of what an entry is kept with. */

#define EXTLINUX "/boot/extlinux.conf"
#define BLS_FILE "/boot/loader/entries/a.conf"
#define MENU_LST "/boot/grub/menu.lst"
#define GRUB_CFG "/boot/grub/grub.cfg"

/* @head, @count times @part, and @tail. */
static void put_many(struct image_root *root, const char *path, const char *head, const char *part,
		     size_t count, const char *tail)
{
	size_t size = strlen(head), step = strlen(part);
	char *text = malloc(size + step * count + strlen(tail));

	assert_non_null(text);
	put_word(text, head);
	for (size_t i = 0; i < count; i++, size += step)
		put_word(text + size, part);
	put_word(text + size, tail);
	put_bytes(&root->guest, path, text, size + strlen(tail));
	free(text);
}

static void long_lines_are_cut(void **state)
{
	static const struct {
		const char *path, *head, *part;
		size_t count;
		const char *tail;
		size_t length; /* of the command line that is kept */
		bool is_cut;
	} cases[] = {
		{EXTLINUX, "LABEL a\nLINUX /k\nAPPEND ", "x", 65536, "\n", 65536, false},
		{EXTLINUX, "LABEL a\nLINUX /k\nAPPEND ", "x", 65537, "\n", 0, true},
		{EXTLINUX, "LABEL a\nLINUX /k\n", "APPEND y\n", 32768, "", 65535, false},
		{EXTLINUX, "LABEL a\nLINUX /k\n", "APPEND y\n", 32769, "APPEND z\n", 65535, true},
		{BLS_FILE, "linux /k\noptions ", "x", 65536, "\n", 65536, false},
		{BLS_FILE, "linux /k\noptions ", "x", 65537, "\n", 0, true},
		{BLS_FILE, "linux /k\n", "options y\n", 32768, "", 65535, false},
		{BLS_FILE, "linux /k\n", "options y\n", 32769, "", 65535, true},
		{MENU_LST, "title a\nkernel /k ", "x", 65535, "\n", 65535, false}, /* and a space before it */
		{MENU_LST, "title a\nkernel /k ", "x", 65537, "\n", 0, true},
		{MENU_LST, "title a\n", "kernel /k y\n", 40000, "", 1, false},
		{GRUB_CFG, "menuentry a {\n", "linux /k y\n", 40000, "}\n", 1, false},
		{GRUB_CFG, "menuentry a {\nlinux /k ", "y ", 1022, "\n}\n", 2043, false},
		{GRUB_CFG, "menuentry a {\nlinux /k ", "y ", 1023, "\n}\n", 2043, true},
		{GRUB_CFG, "menuentry a {\nlinux /k ", "x", 65525, "\n}\n", 65525, false},
		{GRUB_CFG, "menuentry a {\nlinux /k ", "x", 65526, "\n}\n", 0, true},
		{GRUB_CFG, "set a=", "x", 8192, "\nmenuentry a {\nlinux /k $a\n}\n", 8192, false},
		{GRUB_CFG, "set a=", "x", 8193, "\nmenuentry a {\nlinux /k $a\n}\n", 8192, true},
		{GRUB_CFG, "set a=", "x", 8193, "\nset b=y$a\nmenuentry a {\nlinux /k $b\n}\n", 8192, true},
		{GRUB_CFG, "set a=", "x", 8193, "\nset a=x\nmenuentry a {\nlinux /k $a\n}\n", 1, false},
		{GRUB_CFG, "set a=", "x", 8193, "\nmenuentry a {\nlinux /k $a\nlinux /k y\n}\n", 1, false},
		{GRUB_CFG, "set a=x\n", "set a=$a$a\n", 13, "menuentry a {\nlinux /k $a\n}\n", 8192, false},
		{GRUB_CFG, "set a=x\n", "set a=$a$a\n", 60, "menuentry a {\nlinux /k $a\n}\n", 8192, true},
	};
	struct image_root *root = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_boot_entry *entry;
		char path[PATH_MAX];

		print_message("case %zu\n", i);
		put_many(root, cases[i].path, cases[i].head, cases[i].part, cases[i].count, cases[i].tail);
		assert_int_equal(read_boot(root)->count, 1);
		entry = root->facts.boot.entry;
		assert_string_equal(entry->kernel, "/k");
		assert_int_equal(entry->cmdline_cut, cases[i].is_cut);
		assert_int_equal(strlen(entry->cmdline), cases[i].length);
		assert_false(entry->initrds_cut);
		if (cases[i].is_cut)
			assert_string_equal(image_unread_error(root, entry->source), "E2BIG");
		else if (!strstr(cases[i].tail, "linux /k y")) /* which replaces one that was cut */
			assert_int_equal(root->image->unread.count, 0);
		guest_path(&root->guest, cases[i].path, path);
		assert_int_equal(unlink(path), 0);
	}
}

static void many_initrds_are_cut(void **state)
{
	static const struct {
		const char *path, *head, *part, *tail;
	} cases[] = {
		{EXTLINUX, "LABEL a\nLINUX /k\n", "INITRD /i\n", ""},
		{EXTLINUX, "LABEL a\nLINUX /k\nAPPEND", " initrd=/i", "\n"},
		{BLS_FILE, "linux /k\n", "initrd /i\n", ""},
		{MENU_LST, "title a\nkernel /k\n", "initrd /i\n", ""},
		{MENU_LST, "title a\nkernel /k\n", "module /i\n", ""},
		{GRUB_CFG, "menuentry a {\nlinux /k\n", "initrd /i\n", "}\n"},
		{GRUB_CFG, "menuentry a {\nlinux /k\ninitrd", " /i", "\n}\n"},
		{GRUB_CFG, "menuentry a {\nmodule /k\n", "module /i\n", "}\n"},
	};
	struct image_root *root = *state;

	put(&root->guest, "/boot/i", "initrd");
	for (size_t i = 0; i < 3 * VW_COUNT(cases); i++) {
		size_t row = i / 3, count = i % 3 < 2 ? 64 + i % 3 : 5000;
		const struct vw_boot_entry *entry;
		char path[PATH_MAX];

		print_message("case %zu, %zu files\n", row, count);
		put_many(root, cases[row].path, cases[row].head, cases[row].part, count, cases[row].tail);
		assert_int_equal(read_boot(root)->count, 1);
		entry = root->facts.boot.entry;
		assert_int_equal(entry->initrds_cut, count > 64 ? 1 : 0);
		assert_false(entry->cmdline_cut);
		assert_int_equal(entry->initrd_count, 64);
		for (size_t k = 0; k < entry->initrd_count; k++) {
			assert_string_equal(entry->initrd[k], "/i");
			assert_string_equal(entry->initrd_at[k], "/boot/i");
		}
		if (count > 64)
			assert_string_equal(image_unread_error(root, entry->source), "E2BIG");
		guest_path(&root->guest, cases[row].path, path);
		assert_int_equal(unlink(path), 0);
	}
}

/* All entries together have a bound: a variable makes long lines of short ones. */
static void all_lines_have_a_bound(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put_many(root, GRUB_CFG,
		 "set a=x\nset a=$a$a$a$a\nset a=$a$a$a$a\nset a=$a$a$a$a\nset a=$a$a$a$a\nset a=$a$a$a$a\n"
		 "set a=$a$a$a$a\nset b=$a$a\n",
		 "menuentry a { linux /k $b; }\n", 2049, "");
	boot = read_boot(root);
	assert_int_equal(boot->count, 2049);
	for (size_t i = 0; i < boot->count; i++) {
		assert_int_equal(boot->entry[i].cmdline_cut, i == 2048);
		assert_int_equal(strlen(boot->entry[i].cmdline), i == 2048 ? 0 : 8192);
	}
}

/* An entry inside of another: each has its own line, also when the outer one goes on. */
static void nested_entries_keep_their_lines(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put(&root->guest, GRUB_CFG,
	    "menuentry a {\n module /k a\n menuentry b {\n linux /l b\n }\n linux /m c\n initrd /i\n}\n");
	boot = read_boot(root);
	assert_int_equal(boot->count, 2);
	assert_string_equal(boot->entry[0].kernel, "/m");
	assert_string_equal(boot->entry[0].cmdline, "c");
	assert_int_equal(boot->entry[0].initrd_count, 1);
	assert_string_equal(boot->entry[1].kernel, "/l");
	assert_string_equal(boot->entry[1].cmdline, "b");
	assert_int_equal(boot->entry[1].initrd_count, 0);
}

/* The rest. */

static void nothing_boots(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot = read_boot(root);

	assert_int_equal(boot->count, 0);
	assert_null(boot->default_by);
	assert_state(boot->grub_config, VW_ABSENT);
	assert_state(boot->menu_lst, VW_ABSENT);
	assert_int_equal(boot->intent.count, 0);
}

static void intent_is_told(void **state)
{
	struct image_root *root = *state;
	const struct vw_lines *intent;

	put(&root->guest, "/etc/default/grub",
	    "# GRUB_DEFAULT=9\nGRUB_DEFAULT=saved\nexport GRUB_TIMEOUT=1\nX=1\n");
	put(&root->guest, "/etc/kernel/cmdline", "root=/dev/sda ro\n");
	put(&root->guest, "/etc/sysconfig/kernel", "UPDATEDEFAULT=yes\nDEFAULTKERNEL=kernel-core\n");
	intent = &read_boot(root)->intent;
	assert_int_equal(intent->count, 4);
	assert_line(intent, 0, "/etc/default/grub:2", "GRUB_DEFAULT=saved");
	assert_line(intent, 1, "/etc/default/grub:3", "GRUB_TIMEOUT=1");
	assert_line(intent, 2, "/etc/kernel/cmdline:1", "root=/dev/sda ro");
	assert_line(intent, 3, "/etc/sysconfig/kernel:2", "DEFAULTKERNEL=kernel-core");
}

static void links_do_not_lead_out(void **state)
{
	struct image_root *root = *state;
	const struct vw_boot *boot;

	put_link(&root->guest, "/boot/vmlinuz-6.1", "/../../../../etc/passwd");
	put(&root->guest, "/boot/grub/grub.cfg",
	    "menuentry a {\n linux /boot/vmlinuz-6.1\n initrd /boot/../../../../etc/passwd\n}\n"
	    "source /../../../../etc/passwd\n");
	boot = read_boot(root);
	assert_int_equal(boot->count, 1);
	assert_null(boot->entry[0].kernel_at);
	assert_null(boot->entry[0].initrd_at[0]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, image_setup, image_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(grub_menu_is_read),
		TEST(grub_default_is_found),
		TEST(grub_reads_bls),
		TEST(grub_loads_files_of_variables),
		TEST(grub_names_a_device),
		TEST(grub_of_xen),
		TEST(grub_damaged),
		TEST(grub_too_large),
		TEST(systemd_boot_sorts),
		TEST(extlinux_is_read),
		TEST(menu_lst_is_read),
		TEST(long_lines_are_cut),
		TEST(many_initrds_are_cut),
		TEST(all_lines_have_a_bound),
		TEST(nested_entries_keep_their_lines),
		TEST(nothing_boots),
		TEST(intent_is_told),
		TEST(links_do_not_lead_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
