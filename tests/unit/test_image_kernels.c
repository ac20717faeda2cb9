/* SPDX-License-Identifier: MIT */
#include "tests/unit/image_parts.h"

#include "probes/image/kernels.h"

static int read_all(struct vw_image *image, struct vw_image_facts *facts)
{
	int r = vw_image_probe_boot(image, facts);

	if (r == 0)
		r = vw_image_probe_modprobe(image, facts);
	return r < 0 ? r : vw_image_probe_kernels(image, facts);
}

static const struct vw_image_kernel *find_kernel(const struct image_root *root, const char *release)
{
	for (size_t i = 0; i < root->facts.kernel_count; i++)
		if (vwb_text_equal(root->facts.kernel[i].release, release))
			return &root->facts.kernel[i];
	fail_msg("no kernel %s", release);
	return NULL;
}

/* Versions. */

static void versions_are_ordered(void **state)
{
	static const char *const ascending[] = {
		"",
		"4.9.0-13-amd64",
		"4.19.0-6-amd64",
		"5.10.0-9-amd64",
		"5.10.0-46-amd64",
		"6.1~rc1",
		"6.1",
		"6.1.0-50-amd64",
		"6.1.0-50-cloud-amd64",
		"6.1.0-56-amd64",
		"6.1.148-173.267.amzn2023.x86_64",
		"6.12.107",
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(ascending); i++)
		for (size_t k = 0; k < VW_COUNT(ascending); k++) {
			int expected = i < k ? -1 : i > k;

			assert_int_equal(vwb_version_compare(ascending[i], ascending[k]), expected);
		}
	assert_int_equal(vwb_version_compare("1.007", "1.7"), 0);
}

/* Kernel files. */

enum { KERNEL_SIZE = 8192 };

static void put32(unsigned char *bytes, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(value >> (8 * i));
}

/* A PE header that names a machine, at 0x80. */
static void make_pe(unsigned char *bytes, uint32_t machine)
{
	put_word(bytes, "MZ");
	put32(bytes + 0x3c, 0x80);
	put_word(bytes + 0x80, "PE");
	bytes[0x84] = (unsigned char)machine;
	bytes[0x85] = (unsigned char)(machine >> 8);
}

static void make_bzimage(unsigned char *bytes, const char *version)
{
	memset(bytes, 0, KERNEL_SIZE);
	make_pe(bytes, 0x8664);
	bytes[0x1f1] = 3;
	put_word(bytes + 0x202, "HdrS");
	put32(bytes + 0x206, 0x20f);
	bytes[0x20f] = 0x02; /* the banner at 0x200 + 0x200 */
	bytes[0x236] = 1;
	put32(bytes + 0x248, 0x100);
	put32(bytes + 0x24c, 0x200);
	put_word(bytes + 0x400, version);
	memcpy(bytes + 4 * 512 + 0x100,
	       "\xfd"
	       "7zXZ",
	       6);
}

static struct vw_kernel_file read_kernel(struct image_root *root, const unsigned char *bytes, size_t size)
{
	struct vw_kernel_file file;
	char problem[256];

	put_bytes(&root->guest, "/boot/kernel", bytes, size);
	vw_image_freep(&root->image);
	assert_int_equal(vw_image_open(root->guest.root, &root->image, problem, sizeof(problem)), 0);
	assert_int_equal(vw_kernel_file_read(root->image, "/boot/kernel", &file), 0);
	return file;
}

static void bzimage_is_read(void **state)
{
	struct image_root *root = *state;
	unsigned char bytes[KERNEL_SIZE];
	struct vw_kernel_file file;

	make_bzimage(bytes, "6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP");
	file = read_kernel(root, bytes, sizeof(bytes));
	assert_int_equal(file.state, VW_VALUE);
	assert_string_equal(file.format, "bzImage");
	assert_string_equal(file.arch, "x86_64");
	assert_string_equal(file.version, "6.1.0-56-amd64");
	assert_string_equal(file.compression, "xz");
	assert_true(file.efi_stub);
	assert_int_equal(file.size, KERNEL_SIZE);
	bytes[0x236] = 0;
	assert_string_equal(read_kernel(root, bytes, sizeof(bytes)).arch, "i386");
	memcpy(bytes + 4 * 512 + 0x100, "\x02\x21\x4c\x18", 4);
	assert_string_equal(read_kernel(root, bytes, sizeof(bytes)).compression, "lz4");
	assert_int_equal(read_kernel(root, bytes, 2048).state, VW_MALFORMED);
	bytes[0x20e] = bytes[0x20f] = 0xff; /* a banner beyond the end */
	assert_null(read_kernel(root, bytes, sizeof(bytes)).version);
	bytes[0x3c] = bytes[0x3d] = bytes[0x3e] = bytes[0x3f] = 0xff;
	assert_false(read_kernel(root, bytes, sizeof(bytes)).efi_stub);
}

static void other_kernels_are_read(void **state)
{
	struct image_root *root = *state;
	unsigned char bytes[KERNEL_SIZE] = {0};
	struct vw_kernel_file file;

	put_word(bytes, "MZ");
	memcpy(bytes + 0x38, "ARM\x64", 4);
	file = read_kernel(root, bytes, sizeof(bytes));
	assert_string_equal(file.format, "arm64 Image");
	assert_string_equal(file.arch, "aarch64");
	assert_null(file.version);

	memset(bytes, 0, sizeof(bytes));
	make_pe(bytes, 0xaa64);
	put_word(bytes + 4, "zimg");
	put32(bytes + 8, 4096);
	put32(bytes + 12, 4096);
	put_word(bytes + 24, "zstd22");
	file = read_kernel(root, bytes, sizeof(bytes));
	assert_string_equal(file.format, "zboot");
	assert_string_equal(file.arch, "aarch64");
	assert_string_equal(file.compression, "zstd");
	put32(bytes + 12, 4097);
	assert_int_equal(read_kernel(root, bytes, sizeof(bytes)).state, VW_MALFORMED);

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "\177ELF\2\1\1", 7);
	bytes[18] = 21;
	assert_string_equal(read_kernel(root, bytes, sizeof(bytes)).arch, "ppc64le");

	memset(bytes, 0, sizeof(bytes));
	file = read_kernel(root, bytes, sizeof(bytes));
	assert_int_equal(file.state, VW_VALUE);
	assert_null(file.format);
	assert_int_equal(read_kernel(root, bytes, 0).state, VW_MALFORMED);
}

/* Modules. */

#define TREE  "/usr/lib/modules/6.1.0-56-amd64"
#define HOSTS "kernel/drivers/nvme/host/"

static void put_module(struct image_root *root, const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), TREE "/%s", path);
	put(&root->guest, full, "not a module");
}

static struct vw_module_tree read_tree(struct image_root *root)
{
	struct vw_module_tree tree;
	char problem[256];

	vw_image_freep(&root->image);
	assert_int_equal(vw_image_open(root->guest.root, &root->image, problem, sizeof(problem)), 0);
	assert_int_equal(vw_module_tree_read(root->image, TREE, &tree), 0);
	return tree;
}

static const struct vw_module *module_of(const struct vw_module_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->count; i++)
		if (vwb_text_equal(tree->module[i].name, name))
			return &tree->module[i];
	return NULL;
}

static void tree_is_indexed(void **state)
{
	struct image_root *root = *state;
	const struct vw_module *nvme;
	struct vw_module_tree tree;

	put_module(root, HOSTS "nvme.ko.xz");
	put_module(root, HOSTS "nvme-core.ko.xz");
	put_module(root, "kernel/lib/crc64.ko");
	put_module(root, "kernel/new/late.ko");
	put_module(root, "updates/dkms/ena.ko");
	put_module(root, "kernel/net/ena.ko.txt");
	put_link(&root->guest, TREE "/build", "/usr/src");
	put_link(&root->guest, TREE "/kernel/away", "/usr/src");
	put(&root->guest, "/usr/src/trap.ko", "");
	put(&root->guest, TREE "/modules.dep",
	    HOSTS "nvme.ko.xz: " HOSTS "nvme-core.ko.xz kernel/lib/crc64.ko\n" HOSTS
		  "nvme-core.ko.xz: kernel/lib/crc64.ko kernel/lib/t10-pi.ko\nkernel/lib/crc64.ko:\n"
		  "kernel/lib/t10-pi.ko:\nupdates/dkms/ena.ko:\n");
	put(&root->guest, TREE "/modules.builtin",
	    "kernel/fs/ext4/ext4.ko\nkernel/drivers/x/xen-blkfront.ko\n");
	put_bytes(&root->guest, TREE "/modules.builtin.modinfo",
		  "nvme_core.parmtype=io_timeout:uint\0ext4.license=GPL\0", 52);
	tree = read_tree(root);
	assert_int_equal(tree.state, VW_VALUE);
	assert_int_equal(tree.index, VW_VALUE);
	assert_int_equal(tree.count, 4);
	assert_int_equal(tree.file_count, 5);
	assert_int_equal(tree.unindexed_count, 1);
	assert_string_equal(tree.unindexed, "kernel/new/late.ko");
	assert_int_equal(tree.missing_count, 1);
	assert_string_equal(tree.missing, "kernel/lib/t10-pi.ko");
	assert_names(tree.builtin, "ext4 xen_blkfront");
	assert_names(tree.parameters, "nvme_core.io_timeout:uint");
	assert_names(tree.suffixes, "ko ko.xz");
	assert_int_equal(tree.extra_count, 1);
	assert_string_equal(tree.extra[0].name, "ena");

	nvme = module_of(&tree, "nvme");
	assert_non_null(nvme);
	assert_int_equal(nvme->depend_count, 2);
	assert_string_equal(tree.module[nvme->depend[0]].name, "nvme_core");
	assert_string_equal(tree.module[nvme->depend[1]].name, "crc64");
	assert_false(nvme->unresolved);
	assert_true(module_of(&tree, "nvme_core")->unresolved);
	assert_string_equal(module_of(&tree, "nvme_core")->lacking, "t10_pi");
}

static void tree_without_index(void **state)
{
	struct image_root *root = *state;
	struct vw_module_tree tree;

	put_module(root, "kernel/net/ena.ko");
	put_module(root, "extra/ena.ko");
	put_module(root, "updates/ena.ko.zst");
	tree = read_tree(root);
	assert_int_equal(tree.index, VW_ABSENT);
	assert_int_equal(tree.count, 1);
	assert_string_equal(tree.module[0].path, "updates/ena.ko.zst");
	assert_int_equal(tree.unindexed_count, 3);
	put(&root->guest, TREE "/modules.dep", "");
	tree = read_tree(root);
	assert_int_equal(tree.index, VW_VALUE);
	assert_int_equal(tree.count, 0);
	put(&root->guest, TREE "/modules.dep",
	    ":\n: x\nkernel/net/ena.ko\n/lib/modules/x/extra/ena.ko: a.ko b");
	tree = read_tree(root);
	assert_int_equal(tree.count, 1);
	assert_string_equal(tree.module[0].path, "extra/ena.ko");
	assert_string_equal(tree.module[0].lacking, "a");
}

static void names_of_modules(void **state)
{
	static const char *const cases[][2] = {
		{"kernel/a/nvme-core.ko", "nvme_core"},
		{"x.ko.zst", "x"},
		{"a/b.ko.gz", "b"},
		{"a/b.ko.debug", NULL},
		{"a/.ko", NULL},
		{"", NULL},
		{"ko", NULL},
		{"a.ko/b", NULL},
	};
	struct image_root *root = *state;

	read_tree(root);
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		assert_true(vwb_text_equal(vw_module_name(root->image, cases[i][0]), cases[i][1]));
}

/* modprobe.d. */

static void modprobe_is_read(void **state)
{
	struct image_root *root = *state;
	const struct vw_modprobe *modprobe;

	put(&root->guest, "/etc/modprobe.d/b.conf",
	    "# blacklist no\nblacklist xen-blkfront\r\n\toptions nvme-core \\\n  io_timeout=255\nnonsense x\n"
	    "install nvme /bin/false\nblacklist\n# a comment \\\nblacklist hidden\nblacklist last");
	put(&root->guest, "/usr/lib/modprobe.d/b.conf", "blacklist overridden\n");
	put(&root->guest, "/usr/lib/modprobe.d/a.conf", "blacklist ena\nallow_unsupported_modules 1\n");
	put(&root->guest, "/usr/lib/modprobe.d/m.conf", "blacklist masked\n");
	put(&root->guest, "/usr/lib/modprobe.d/note.txt", "blacklist text\n");
	put_link(&root->guest, "/etc/modprobe.d/m.conf", "/dev/null");
	put_link(&root->guest, "/lib", "usr/lib");
	put(&root->guest, "/etc/modules", "# none\nnvme # a disk\n\n");
	put(&root->guest, "/etc/modules-load.d/x.conf", "; none\ntun");
	image_read(root, vw_image_probe_modprobe, NULL);
	modprobe = &root->facts.modprobe;
	assert_int_equal(modprobe->state, VW_VALUE);
	assert_int_equal(modprobe->count, 6);
	assert_string_equal(modprobe->rule[0].module, "ena");
	assert_string_equal(modprobe->rule[1].kind, "allow_unsupported_modules");
	assert_string_equal(modprobe->rule[1].argument, "1");
	assert_string_equal(modprobe->rule[2].module, "xen_blkfront");
	assert_string_equal(modprobe->rule[2].source, "/etc/modprobe.d/b.conf:2");
	assert_string_equal(modprobe->rule[3].module, "nvme_core");
	assert_string_equal(modprobe->rule[3].argument, "io_timeout=255");
	assert_string_equal(modprobe->rule[4].argument, "/bin/false");
	assert_string_equal(modprobe->rule[5].module, "last");
	assert_int_equal(root->facts.modules_load.count, 2);
	assert_line(&root->facts.modules_load, 0, "/etc/modules-load.d/x.conf:2", "tun");
	assert_line(&root->facts.modules_load, 1, "/etc/modules:2", "nvme");
}

static void modprobe_unreadable(void **state)
{
	struct image_root *root = *state;

	put_fifo(&root->guest, "/etc/modprobe.d/a.conf");
	put(&root->guest, "/etc/modprobe.d/b.conf", "blacklist b\n");
	image_read(root, vw_image_probe_modprobe, NULL);
	assert_int_not_equal(root->facts.modprobe.state, VW_VALUE);
	assert_int_equal(root->facts.modprobe.count, 1);
}

/* Kernels of an image. */

static void put_kernel(struct image_root *root, const char *path, const char *release)
{
	unsigned char bytes[KERNEL_SIZE];

	make_bzimage(bytes, release);
	put_bytes(&root->guest, path, bytes, sizeof(bytes));
}

static void debian_kernels(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_kernel *kernel;

	put_link(&root->guest, "/lib", "usr/lib");
	put(&root->guest, "/usr/lib/modules/6.1.0-9-amd64/kernel/x.ko", "");
	put(&root->guest, "/usr/lib/modules/6.1.0-56-amd64/kernel/x.ko", "");
	put(&root->guest, "/usr/lib/modules/5.10.0-1-amd64/modules.dep", "");
	put_kernel(root, "/boot/vmlinuz-6.1.0-9-amd64", "6.1.0-9-amd64 (x)");
	put_kernel(root, "/boot/vmlinuz-6.1.0-56-amd64", "6.1.0-56-amd64 (x)");
	put_link(&root->guest, "/boot/vmlinuz", "vmlinuz-6.1.0-56-amd64");
	put_kernel(root, "/boot/vmlinuz-0-rescue-1234", "6.1.0-9-amd64 (x)");
	put_kernel(root, "/boot/vmlinuz-4.4-lone", "4.4-lone (x)");
	put(&root->guest, "/boot/config-6.1.0-56-amd64", "CONFIG_XEN_PV=y\nCONFIG_X=m\n");
	put(&root->guest, "/boot/initrd.img-6.1.0-9-amd64", "junk");
	put(&root->guest, "/boot/grub/grub.cfg",
	    "set default=1\nmenuentry a {\n linux /vmlinuz-6.1.0-56-amd64 root=/dev/a\n}\n"
	    "menuentry b {\n linux /vmlinuz-6.1.0-9-amd64 root=/dev/b\n initrd "
	    "/initrd.img-6.1.0-9-amd64\n}\n");
	put(&root->guest, "/etc/default/grub",
	    "GRUB_CMDLINE_LINUX='a=1'\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	image_read(root, read_all, NULL);
	assert_int_equal(root->facts.kernel_count, 3);
	kernel = &root->facts.kernel[0];
	assert_string_equal(kernel->release, "6.1.0-56-amd64");
	assert_false(kernel->is_default);
	assert_text(kernel->config, "CONFIG_XEN_PV=y\nCONFIG_X=m\n");
	assert_text(kernel->cmdline, "root=/dev/a");
	assert_state(kernel->initramfs, VW_ABSENT);
	assert_string_equal(kernel->modules.folder, "/usr/lib/modules/6.1.0-56-amd64");
	kernel = find_kernel(root, "6.1.0-9-amd64");
	assert_true(kernel->is_default);
	assert_ptr_equal(kernel->entry, &root->facts.boot.entry[1]);
	assert_string_equal(kernel->file.path, "/boot/vmlinuz-6.1.0-9-amd64");
	assert_string_equal(kernel->initramfs.path, "/boot/initrd.img-6.1.0-9-amd64");
	assert_state(kernel->config, VW_ABSENT);
	kernel = find_kernel(root, "4.4-lone");
	assert_state(kernel->modules, VW_ABSENT);
	assert_null(kernel->entry);
	assert_text(kernel->cmdline, "a=1 quiet");
}

/* What was not kept of an entry may decide: neither the line nor which initramfs is the last one is known. */
static void cut_entries_leave_a_kernel_unknown(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_kernel *kernel;
	char *text = calloc(1, 70000);

	assert_non_null(text);
	put_kernel(root, "/boot/vmlinuz-6.1", "6.1 (x)");
	put(&root->guest, "/boot/initrd-6.1", "junk");
	put_word(text, "LABEL a\nLINUX /boot/vmlinuz-6.1\nAPPEND ");
	memset(text + strlen(text), 'x', 65537);
	put(&root->guest, "/boot/extlinux.conf", text);
	image_read(root, read_all, NULL);
	kernel = find_kernel(root, "6.1");
	assert_state(kernel->cmdline, VW_MALFORMED);
	assert_string_equal(kernel->cmdline.source, "/boot/extlinux.conf:1");
	assert_state(kernel->initramfs, VW_ABSENT);

	memset(text, 0, 70000);
	put_word(text, "LABEL a\nLINUX /boot/vmlinuz-6.1\nAPPEND y\nINITRD");
	for (size_t i = 0; i < 65; i++)
		put_word(text + strlen(text), " /initrd-6.1");
	put(&root->guest, "/boot/extlinux.conf", text);
	image_read(root, read_all, NULL);
	kernel = find_kernel(root, "6.1");
	assert_text(kernel->cmdline, "y");
	assert_state(kernel->initramfs, VW_NOT_PROBED);
	assert_string_equal(kernel->initramfs.path, "/boot/initrd-6.1");
	free(text);
}

/* A package has its kernel beside its modules; what an entry boots is a copy of it. */
static void copies_of_a_package_s_kernel(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_kernel *kernel;

	put(&root->guest, "/usr/lib/modules/6.11.6-arch1-1/kernel/x.ko", "");
	put_kernel(root, "/usr/lib/modules/6.11.6-arch1-1/vmlinuz", "6.11.6-arch1-1 (x)");
	put_kernel(root, "/boot/vmlinuz-linux", "6.11.6-arch1-1 (x)");
	put(&root->guest, "/boot/loader/entries/arch.conf",
	    "title Arch\nlinux /vmlinuz-linux\noptions root=/dev/a\n");
	image_read(root, read_all, NULL);
	assert_int_equal(root->facts.kernel_count, 1);
	kernel = &root->facts.kernel[0];
	assert_string_equal(kernel->file.path, "/boot/vmlinuz-linux");
	assert_ptr_equal(kernel->entry, &root->facts.boot.entry[0]);
	assert_true(kernel->is_default);
	assert_text(kernel->cmdline, "root=/dev/a");

	/* the package's own is what an entry boots: a copy that another names does not take its place */
	put(&root->guest, "/boot/loader/entries/arch.conf",
	    "title Arch\nlinux /usr/lib/modules/6.11.6-arch1-1/vmlinuz\noptions root=/dev/b\n");
	put(&root->guest, "/boot/loader/entries/old.conf",
	    "title Old\nlinux /vmlinuz-linux\noptions root=/dev/a\n");
	image_read(root, read_all, NULL);
	kernel = &root->facts.kernel[0];
	assert_string_equal(kernel->file.path, "/usr/lib/modules/6.11.6-arch1-1/vmlinuz");
}

static void kernels_without_a_loader(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_kernel *kernel;

	put(&root->guest, "/lib/modules/6.6.14-0-virt/kernel/x.ko", "");
	put(&root->guest, "/lib/modules/6.6.2-0-lts/kernel/x.ko", "");
	put(&root->guest, "/boot/initramfs-virt", "junk");
	put(&root->guest, "/boot/config-virt", "CONFIG_A=y\n");
	put_kernel(root, "/boot/vmlinuz-virt", "6.6.14-0-virt (x)");
	image_read(root, read_all, NULL);
	assert_int_equal(root->facts.kernel_count, 2);
	kernel = &root->facts.kernel[0];
	assert_string_equal(kernel->release, "6.6.14-0-virt");
	assert_true(kernel->is_default);
	assert_null(root->facts.boot.default_by);
	assert_string_equal(kernel->file.path, "/boot/vmlinuz-virt");
	assert_string_equal(kernel->initramfs.path, "/boot/initramfs-virt");
	assert_text(kernel->config, "CONFIG_A=y\n");
	assert_false(root->facts.kernel[1].is_default);
	assert_state(root->facts.kernel[1].file, VW_ABSENT);
}

/* What is in a squashfs is not read, and so not known to be missing. */
static void modules_in_a_modloop(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_kernel *kernel;

	put(&root->guest, "/boot/modloop-virt", "hsqs");
	put(&root->guest, "/boot/config-virt", "CONFIG_ENA_ETHERNET=m\nCONFIG_BLK_DEV_NVME=y\n");
	put_kernel(root, "/boot/vmlinuz-virt", "6.6.14-0-virt (x)");
	put_kernel(root, "/boot/vmlinuz-6.6.2-0-lts", "6.6.2-0-lts (x)");
	image_read(root, read_all, NULL);
	kernel = find_kernel(root, "6.6.14-0-virt");
	assert_state(kernel->modules, VW_NOT_PROBED);
	assert_int_equal(kernel->modules.index, VW_NOT_PROBED);
	assert_string_equal(kernel->modules.folder, "/boot/modloop-virt");
	assert_int_equal(vw_image_driver(kernel, "ena"), VW_DRIVER_UNKNOWN);
	assert_int_equal(vw_image_driver(kernel, "nvme"), VW_DRIVER_BUILTIN);
	assert_state(find_kernel(root, "6.6.2-0-lts")->modules, VW_ABSENT);
}

static void no_kernels(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/lib/modules", "a file");
	put_directory(&root->guest, "/boot/vmlinuz-1");
	image_read(root, read_all, NULL);
	assert_int_equal(root->facts.kernel_count, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, image_setup, image_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_ordered),
		TEST(bzimage_is_read),
		TEST(other_kernels_are_read),
		TEST(tree_is_indexed),
		TEST(tree_without_index),
		TEST(names_of_modules),
		TEST(modprobe_is_read),
		TEST(modprobe_unreadable),
		TEST(debian_kernels),
		TEST(cut_entries_leave_a_kernel_unknown),
		TEST(copies_of_a_package_s_kernel),
		TEST(kernels_without_a_loader),
		TEST(modules_in_a_modloop),
		TEST(no_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
