/* SPDX-License-Identifier: MIT */
/*
 * What happens where there is no memory: in an image that has files of every kind, each allocation fails in
 * its turn, and each is the first of many that fail. The linker puts the functions below before those of the
 * arena.
 */
#include "tests/unit/pack.h"

#include <sys/syscall.h>
#include <time.h>

#include "tests/unit/image_dump.h"

static size_t calls, failing; /* allocations until now; which of them fails, 0 for none */
static bool failing_on, has_failed;

void *__real_vwb_arena_alloc(struct vwb_arena *arena, size_t size);
void *__wrap_vwb_arena_alloc(struct vwb_arena *arena, size_t size);
void *__real_vwb_arena_array(struct vwb_arena *arena, size_t count, size_t size);
void *__wrap_vwb_arena_array(struct vwb_arena *arena, size_t count, size_t size);
char *__real_vwb_arena_copy(struct vwb_arena *arena, const void *bytes, size_t size);
char *__wrap_vwb_arena_copy(struct vwb_arena *arena, const void *bytes, size_t size);
char *__real_vwb_arena_string(struct vwb_arena *arena, const char *text);
char *__wrap_vwb_arena_string(struct vwb_arena *arena, const char *text);
char *__wrap_vwb_arena_printf(struct vwb_arena *arena, const char *format, ...) _printf_(2, 3);
bool __real_vwb_arena_failed(const struct vwb_arena *arena);
bool __wrap_vwb_arena_failed(const struct vwb_arena *arena);

static bool fails(void)
{
	calls++;
	if (!failing || calls < failing || (calls > failing && !failing_on))
		return false;
	has_failed = true;
	return true;
}

void *__wrap_vwb_arena_alloc(struct vwb_arena *arena, size_t size)
{
	return fails() ? NULL : __real_vwb_arena_alloc(arena, size);
}

void *__wrap_vwb_arena_array(struct vwb_arena *arena, size_t count, size_t size)
{
	return fails() ? NULL : __real_vwb_arena_array(arena, count, size);
}

char *__wrap_vwb_arena_copy(struct vwb_arena *arena, const void *bytes, size_t size)
{
	return fails() ? NULL : __real_vwb_arena_copy(arena, bytes, size);
}

char *__wrap_vwb_arena_string(struct vwb_arena *arena, const char *text)
{
	return text && fails() ? NULL : __real_vwb_arena_string(arena, text);
}

char *__wrap_vwb_arena_printf(struct vwb_arena *arena, const char *format, ...)
{
	char text[8192];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	assert_true(length >= 0 && (size_t)length < sizeof(text));
	return fails() ? NULL : __real_vwb_arena_copy(arena, text, (size_t)length);
}

bool __wrap_vwb_arena_failed(const struct vwb_arena *arena)
{
	return has_failed || __real_vwb_arena_failed(arena);
}

/* an image with files of every kind */

#define T "/usr/lib/modules/6.1-a"

static const struct laid files[] = {
	{"/etc/os-release", "ID=a\nPRETTY_NAME=\"b c\"\n"},
	{"/bin/sh", "ELF 2 1 62"},
	{"/sbin/init", "-> ../bin/sh"},
	{"/usr/bin/kmod", "\177ELF +ZSTD +XZ"},
	{"/etc/systemd/system/a.service", "x"},
	{"/etc/group", "root:x:0:\nkvm:x:1:\n"},
	{"/boot/efi/EFI/debian/grub.cfg",
	 "search --set=dev x\nset prefix=($dev)/boot/grub\nconfigfile $prefix/grub.cfg\n"},
	{"/boot/grub/grub.cfg",
	 "load_env\nset default=$saved_entry\nset root=hd0\nsource x.cfg\nblscfg\nsubmenu s --id s { "
	 "menuentry 'a b' --id a { linux "
	 "/vmlinuz-6.1-a a b; initrd /initrd-6.1-a /lost; }\n}\nif [ -f x.cfg ]; then linux /k; fi\n"},
	{"/boot/grub/x.cfg", "set a=1\nset b=$a$a$a\n"},
	{"/boot/grub/grubenv", "saved_entry=s>a\nkernelopts=ro\n"},
	{"/boot/loader/entries/a.conf",
	 "title A\nlinux /vmlinuz-6.1-a\ninitrd /initrd-6.1-a\ninitrd /i\noptions $kernelopts\noptions b\n"},
	{"/efi/loader/loader.conf", "default a+1\n"},
	{"/efi/loader/entries/a+1.conf", "title A\nlinux /k\noptions b\n"},
	{"/boot/extlinux.conf", "default b\nlabel a\nlinux /k\nappend initrd=/i a b\nlabel b\ninitrd /j\n"},
	{"/boot/grub/menu.lst", "default saved\ntitle a\nkernel /k a\ninitrd /i\n"},
	{"/boot/grub/default", "0\n"},
	{"/efi/EFI/Linux/u.efi", "PE 8664 .linux=k;.cmdline=a b;.initrd=i;.osrel=PRETTY_NAME=\"A\"\n"},
	{"/boot/efi/EFI/BOOT/BOOTX64.EFI", "PE 8664 "},
	{"/etc/default/grub", "GRUB_CMDLINE_LINUX='a'\n"},
	{"/etc/default/grub.d/a.cfg", "GRUB_A=1\n"},
	{"/boot/vmlinuz-6.1-a", "bzImage 6.1-a (x)"},
	{"/boot/vmlinuz-6.0-b", "bzImage 6.0-b (x)"},
	{"/boot/config-6.1-a", "CONFIG_A=y\n"},
	{T "/modules.dep", "kernel/a.ko: kernel/b-c.ko kernel/lost.ko\nkernel/b-c.ko:\nkernel/gone.ko:\n"},
	{T "/modules.builtin", "kernel/x.ko\n"},
	{T "/modules.builtin.modinfo", "a.parmtype=b:int"},
	{T "/kernel/a.ko", "x"},
	{T "/kernel/b-c.ko", "x"},
	{T "/kernel/new.ko", "x"},
	{T "/extra/e.ko", "-> ../kernel/a.ko"},
	{"/usr/lib/modules/6.2-b/kernel/a.ko", "x"},
	{"/etc/modprobe.d/a.conf", "blacklist a\noptions b \\\n c=1\n"},
	{"/usr/lib/modprobe.d/b.conf", "alias a b\n"},
	{"/etc/modules", "a\n"},
	{"/etc/modules-load.d/a.conf", "b\n"},
	{"/etc/fstab", "/dev/sda1 / ext4 ro\n"},
	{"/etc/crypttab", "a b none c\n"},
	{"/etc/systemd/system/a.mount", "[Mount]\nWhat=a\nWhere=/a\n"},
	{"/etc/initramfs-tools/conf.d/resume", "RESUME=none\n"},
	{"/etc/sysconfig/network-scripts/ifcfg-a", "DEVICE=a\nHWADDR=b\nIPADDR=c\n"},
	{"/etc/network/interfaces", "source interfaces.d/*\niface a inet static\naddress b\n"},
	{"/etc/network/interfaces.d/b", "iface b inet dhcp\n"},
	{"/etc/netplan/a.yaml",
	 "network: {ethernets: {a: {match: {name: b, driver: [c, d]}, addresses: [e], dhcp4: true}}}\n"},
	{"/etc/systemd/network/a.network",
	 "[Match]\nName=a b\nMACAddress=c\nDriver=d\n[Network]\nAddress=e\n"},
	{"/etc/systemd/network/a.link", "[Match]\nMACAddress=c\nDriver=d\n[Link]\nName=e\n"},
	{"/etc/NetworkManager/system-connections/a",
	 "[connection]\ntype=ethernet\ninterface-name=a\n[ipv4]\naddress1=b\n"},
	{"/etc/udev/rules.d/a.rules",
	 "SUBSYSTEM==\"net\", ATTR{address}==\"a\", DRIVERS==\"b\", NAME=\"c\"\nX=\"io_timeout\"\n"},
	{"/etc/tuned/active_profile", "a\n"},
	{"/etc/tuned/a/tuned.conf", "[x]\nio_timeout=1\n"},
	{"/etc/dracut.conf", "add_drivers+=\" a b \"\n"},
	{"/etc/initramfs-tools/modules", "a\n"},
	{"/usr/bin/cloud-init", "x"},
	{"/etc/runlevels/boot/cloud-init", "x"},
	{"/etc/cloud/cloud.cfg", "datasource_list: [ Ec2, None ]\n"},
	{"/etc/cloud/ds-identify.cfg", "policy: a\n"},
	{"/var/lib/cloud/instance", "-> a"},
	{"/etc/selinux/config", "SELINUX=a\n"},
	{"/etc/machine-id", "0123\n"},
	{"/etc/ssh/ssh_host_a_key", "x"},
	{"/var/lib/dkms/a/1/x", "x"},
	{"/etc/inittab", "1:2:respawn:/sbin/getty tty1\n"},
	{"/etc/systemd/system/getty.target.wants/getty@tty2.service", "x"},
	{"/etc/chrony.conf", "server a\n"},
	{"/etc/systemd/timesyncd.conf", "[Time]\nNTP=a\n"},
	{"/boot/loader/entries/b.conf/x", ""},
	{"/etc/hosts", "x"},
};

static void put_initramfs(struct image_root *root)
{
	struct bytes cpio = {0}, packed = {0};

	add_file(&packed, "kernel/x86/microcode/a.bin", "x");
	add_trailer(&packed);
	add_folder(&cpio, "lib");
	add_folder(&cpio, "lib/modules");
	add_file(&cpio, "lib/modules/6.1-a/a.ko", "x");
	add_file(&cpio, "lib/modules/6.1-a/modules.dep", "a.ko: b.ko\n");
	add_folder(&cpio, "etc/modprobe.d");
	add_file(&cpio, "etc/modprobe.d/a.conf", "blacklist a\n");
	add_file(&cpio, "conf/modules", "a\n");
	add_file(&cpio, "etc/cmdline", "a\n");
	add_file(&cpio, "init", "#!/bin/sh\n");
	add_link(&cpio, "sh", "bin/sh");
	add_trailer(&cpio);
	pack_gzip(&packed, cpio.data, cpio.size);
	put_bytes(&root->guest, "/boot/initrd-6.1-a", packed.data, packed.size);
	put(&root->guest, "/boot/initrd-6.0-b", "damaged");
	free_bytes(&cpio);
	free_bytes(&packed);
}

static const char *const modules[] = {"a", "b_c", NULL}, *const units[] = {"a", NULL},
			 *const groups[] = {"kvm", NULL};
static const struct vw_image_wish wish = {.modinfo = modules, .units = units, .groups = groups};

/* The image, opened anew. */
static void reopen(struct image_root *root)
{
	char problem[256];

	failing = 0;
	vw_image_freep(&root->image);
	assert_int_equal(vw_image_open(root->guest.root, &root->image, problem, sizeof(problem)), 0);
}

static int probe(struct image_root *root, size_t which)
{
	const struct vw_image_facts *facts;
	int r;

	reopen(root);
	calls = 0;
	failing = which;
	has_failed = false;
	r = vw_image_probe(root->image, &wish, &facts);
	failing = 0;
	return r;
}

static void each_allocation_may_fail(void **state)
{
	struct image_root *root = *state;
	size_t all;

	lay(root, files, VW_COUNT(files));
	put_initramfs(root);
	assert_int_equal(probe(root, 0), 0);
	all = calls;
	assert_true(all > 500);
	for (size_t i = 1; i <= 2 * all; i++) {
		failing_on = i % 2;
		alarm(60); /* all together take longer where a machine is emulated */
		if (probe(root, (i + 1) / 2) != -ENOMEM)
			fail_msg("allocation %zu of %zu failed, and nobody said so", (i + 1) / 2, all);
	}
}

/* Bounds of the whole image. */

static unsigned long looks, late_at; /* at the processor's time; from which on it is late, 0 for never */

int clock_in_place(clockid_t id, struct timespec *ret) __asm__("clock_gettime");

int clock_in_place(clockid_t id, struct timespec *ret)
{
	if (id != CLOCK_PROCESS_CPUTIME_ID)
		return (int)syscall(SYS_clock_gettime, id, ret);
	*ret = (struct timespec){.tv_sec = late_at && ++looks >= late_at ? VW_IMAGE_SECONDS + 1 : 0};
	return 0;
}

/* Is a part among the unread? Their names are no paths. */
static bool has_unread_part(const struct vw_image_facts *facts, const char *error)
{
	for (size_t i = 0; i < facts->unread_count; i++)
		if (facts->unread[i].source[0] != '/' && vwb_text_equal(facts->unread[i].error, error))
			return true;
	return false;
}

/* The facts of an image that has to end well; all that is in them is looked at. */
static const struct vw_image_facts *probe_bounded(struct image_root *root, char **ret_dump)
{
	const struct vw_image_facts *facts;
	size_t size;
	FILE *out;

	assert_int_equal(vw_image_probe(root->image, &wish, &facts), 0);
	free(*ret_dump);
	out = open_memstream(ret_dump, &size);
	assert_non_null(out);
	dump_facts(out, facts, root->image);
	assert_int_equal(fclose(out), 0);
	return facts;
}

/* Whatever memory an image may take, what comes of it is facts; those that are there are right. */
static void any_bound_of_memory_leaves_facts(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_facts *facts;
	char *whole = NULL, *dump = NULL;
	size_t all;

	lay(root, files, VW_COUNT(files));
	put_initramfs(root);
	has_failed = false;
	reopen(root);
	assert_false(probe_bounded(root, &whole)->cut);
	all = root->image->memory.used;
	for (size_t limit = 0; limit < all; limit += all / 400 + 1) {
		alarm(60);
		reopen(root);
		root->image->memory.limit = limit;
		facts = probe_bounded(root, &dump);
		if (!facts->cut || !has_unread_part(facts, "EFBIG"))
			fail_msg("%zu bytes did, of %zu", limit, all);
		assert_true(root->image->memory.used <= limit);
	}
	reopen(root);
	root->image->memory.limit = 2 * all; /* what a part needs for a while comes on top */
	facts = probe_bounded(root, &dump);
	assert_false(facts->cut);
	assert_string_equal(whole, dump);
	free(whole);
	free(dump);
}

static void any_bound_of_time_leaves_facts(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_facts *facts;
	char *dump = NULL;
	bool cut = true;

	lay(root, files, VW_COUNT(files));
	put_initramfs(root);
	has_failed = false;
	for (late_at = 1; cut; late_at++) {
		late_at = late_at < 3 ? 3 : late_at; /* the first two begin to count */
		alarm(60);
		looks = 0;
		reopen(root);
		facts = probe_bounded(root, &dump);
		cut = looks >= late_at;
		assert_true(facts->cut <= cut);
		assert_int_equal(has_unread_part(facts, "ETIME"), root->image->stopped);
	}
	assert_true(late_at > 5);
	late_at = 0;
	free(dump);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_allocation_may_fail, image_setup, image_teardown),
		cmocka_unit_test_setup_teardown(any_bound_of_memory_leaves_facts, image_setup,
						image_teardown),
		cmocka_unit_test_setup_teardown(any_bound_of_time_leaves_facts, image_setup, image_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
