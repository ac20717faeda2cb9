/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* The initramfs, and whether the root can be mounted from it or without it. */

VW_CHECKS_OF(initramfs);

const struct vw_mount *vw_mounted_at(const struct vw_image_facts *image, const char *where)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++)
		if (vwb_text_equal(image->mounts.mount[i].where, where) &&
		    !vwb_text_equal(image->mounts.mount[i].kind, "crypttab"))
			return &image->mounts.mount[i];
	return NULL;
}

bool vw_cmdline_value(const struct vw_image_kernel *kernel, const char *name, const char **value,
		      size_t *length)
{
	return kernel->cmdline.state == VW_VALUE &&
	       vw_cmdline_find(kernel->cmdline.text, name, value, length) && *value;
}

static bool value_is(const char *value, size_t length, const char *word)
{
	return strlen(word) == length && !strncmp(value, word, length);
}

/* The last rootfstype= wins over fstab. */
static const char *root_type(const struct vw_assessment *a)
{
	static const char *const types[] = {"ext2", "ext3", "ext4",     "xfs",   "btrfs",
					    "f2fs", "jfs",  "reiserfs", "erofs", "squashfs"};
	const struct vw_mount *root = vw_mounted_at(a->image, "/");
	const char *value;
	size_t length;

	for (size_t i = 0; i < VW_COUNT(types); i++) {
		if (vw_cmdline_value(a->kernel, "rootfstype", &value, &length)
			    ? value_is(value, length, types[i])
			    : root && vwb_text_equal(root->type, types[i]))
			return types[i];
	}
	return NULL;
}

/* Without an initramfs the kernel finds its root itself, which knows neither UUIDs nor labels of file
 * systems. Source: Linux block/early-lookup.c (init/do_mounts.c before 6.5), early_lookup_bdev(). */
static bool finds_root(const char *value, size_t length)
{
	static const char *const prefixes[] = {"/dev/", "PARTUUID=", "PARTLABEL="};

	for (size_t i = 0; i < VW_COUNT(prefixes); i++)
		if (length >= strlen(prefixes[i]) && !strncmp(value, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

/* The file system of the root is in the kernel, as far as is known. */
static bool mounts_root(const struct vw_assessment *a)
{
	const char *type = root_type(a);
	enum vw_driver_state state = type ? vw_image_driver(a->kernel, type) : VW_DRIVER_UNKNOWN;

	return state == VW_DRIVER_BUILTIN || state == VW_DRIVER_UNKNOWN;
}

static bool named(const struct vw_boot_entry *entry)
{
	return entry && entry->initrd_count;
}

static const struct vw_module_tree *tree_of(const struct vw_image_kernel *kernel)
{
	const struct vw_initramfs *initramfs = &kernel->initramfs;

	for (size_t i = 0; i < initramfs->tree_count; i++)
		if (vwb_text_ends(initramfs->tree[i].folder, kernel->release))
			return &initramfs->tree[i];
	return NULL;
}

/* What the kernel passes over does no harm where it finds and mounts its root itself. */
static enum vw_severity of_damage(const struct vw_assessment *a)
{
	const char *value;
	size_t length;

	return (vw_initramfs_passed_over(&a->kernel->initramfs) ||
		(a->kernel->initramfs.state == VW_ABSENT && a->kernel->entry &&
		 vwb_text_equal(a->kernel->entry->loader, "grub"))) &&
			       vw_cmdline_value(a->kernel, "root", &value, &length) &&
			       finds_root(value, length) && mounts_root(a)
		       ? VW_DEGRADED
		       : a->severity;
}

/* Whether the kernel does without what is not in it, IRD005 and the checks of drivers tell. */
static void initramfs_holds(struct vw_assessment *a)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	const char *arch = a->kernel->file.arch;

	if (!initramfs->init)
		vw_say(a, VW_FAIL, VW_DEGRADED, "/init", initramfs->path,
		       "%s has no /init: kernel %s passes over it", initramfs->path, a->kernel->release);
	else if (initramfs->init_arch && arch && !vwb_text_equal(initramfs->init_arch, arch) &&
		 !(vwb_text_equal(arch, "x86_64") && vwb_text_equal(initramfs->init_arch, "i386")))
		vw_say(a, VW_FAIL, a->severity, initramfs->init, initramfs->path,
		       "%s of %s is for %s; kernel %s is for %s", initramfs->init, initramfs->path,
		       initramfs->init_arch, a->kernel->release, arch);
	if (initramfs->tree_count && !tree_of(a->kernel))
		vw_say(a, VW_FAIL, VW_DEGRADED, initramfs->path, initramfs->path,
		       "%s holds the modules of another kernel: %s", initramfs->path,
		       initramfs->tree[0].folder);
}

static void initramfs_is_whole(struct vw_assessment *a)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	const char *path = initramfs->path ? initramfs->path : "the initramfs";

	if (initramfs->state == VW_ABSENT) {
		vw_say(a, named(a->kernel->entry) ? VW_FAIL : VW_SKIP,
		       named(a->kernel->entry) ? of_damage(a) : a->severity, a->kernel->release,
		       named(a->kernel->entry) ? a->kernel->entry->source : NULL,
		       named(a->kernel->entry)
			       ? "the initramfs that the entry of kernel %s loads is not there"
			       : "kernel %s has no initramfs: IRD005 tells whether it needs one",
		       a->kernel->release);
		return;
	}
	if (initramfs->state == VW_MALFORMED)
		vw_say(a, VW_FAIL, of_damage(a), path, initramfs->path, "%s is damaged: %s", path,
		       initramfs->problem ? initramfs->problem : "it cannot be unpacked");
	else if (initramfs->state != VW_VALUE || initramfs->incomplete)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, path, initramfs->path, "%s %s", path,
		       initramfs->problem      ? initramfs->problem
		       : initramfs->incomplete ? "was not read to its end"
					       : vw_state_reason(initramfs->state));
	else
		initramfs_holds(a);
	vw_say_passed(a, initramfs->path, "%s unpacks to its end: %zu entries", path, initramfs->entries);
}

#define RAMFS_DOC "https://docs.kernel.org/driver-api/early-userspace/buffer-format.html"

static const char *const make_again[VW_FAMILIES] = {
	[VW_DEBIAN] = "update-initramfs -c -k {kernel}",
	[VW_REDHAT] = "dracut -f --kver {kernel}",
	[VW_SUSE] = "dracut -f --kver {kernel}",
	[VW_ALPINE] = "mkinitfs {kernel}",
	[VW_ARCH] = "mkinitcpio -P",
};

VW_CHECK(IRD001, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the initramfs is whole and for this kernel",
	 "make the initramfs of kernel {kernel} again; is the disk full?", RAMFS_DOC, VW_EACH_KERNEL,
	 .remedies = make_again, .assess = initramfs_is_whole);

/* Source: Linux lib/decompress.c, usr/Kconfig. */
static const struct {
	const char *format, *option;
} codecs[] = {
	{"gzip", "RD_GZIP"}, {"bzip2", "RD_BZIP2"},    {"lzma", "RD_LZMA"}, {"xz", "RD_XZ"},
	{"lzo", "RD_LZO"},   {"lz4 legacy", "RD_LZ4"}, {"zstd", "RD_ZSTD"},
};

/* Source: Linux lib/decompress_unlz4.c, Documentation/staging/xz.rst. */
static const struct {
	const char *format, *instead;
} foreign[] = {
	{"lz4 frame", "lz4 -l"},
	{"xz CRC64", "xz --check=crc32"},
	{"xz SHA-256", "xz --check=crc32"},
};

static void segment_unpacks(struct vw_assessment *a, const struct vw_segment *segment)
{
	const char *path = a->kernel->initramfs.path;
	char value = 'n';

	for (size_t i = 0; i < VW_COUNT(foreign); i++)
		if (vwb_text_equal(segment->format, foreign[i].format))
			vw_say(a, VW_FAIL, of_damage(a), segment->format, path,
			       "%s is in the %s format, which the kernel does not unpack; %s makes one that "
			       "it "
			       "does",
			       path, segment->format, foreign[i].instead);
	for (size_t i = 0; i < VW_COUNT(codecs); i++) {
		if (!vwb_text_equal(codecs[i].format, segment->format))
			continue;
		if (vw_image_config(a->kernel, codecs[i].option, &value) < 0)
			vw_say(a, VW_STATUS_UNKNOWN,
			       vwb_text_equal(segment->format, "gzip") ? VW_ADVICE : VW_DEGRADED,
			       segment->format, a->kernel->config.source,
			       "whether kernel %s unpacks %s is not known: its configuration %s",
			       a->kernel->release, segment->format, vw_state_reason(a->kernel->config.state));
		else if (value != 'y')
			vw_say(a, VW_FAIL, a->severity, segment->format, path,
			       "%s is compressed with %s, which kernel %s does not unpack (CONFIG_%s)", path,
			       segment->format, a->kernel->release, codecs[i].option);
	}
}

static void kernel_unpacks(struct vw_assessment *a)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;

	if (initramfs->state == VW_ABSENT) {
		vw_say(a, VW_SKIP, a->severity, NULL, NULL, "kernel %s has no initramfs", a->kernel->release);
		return;
	}
	if (!initramfs->segment_count)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, initramfs->path, initramfs->path,
		       "how the initramfs of kernel %s is compressed is not known", a->kernel->release);
	for (size_t i = 0; i < initramfs->segment_count; i++)
		segment_unpacks(a, &initramfs->segment[i]);
	vw_say_passed(a, initramfs->path, "kernel %s unpacks %s", a->kernel->release,
		      initramfs->path ? initramfs->path : "its initramfs");
}

VW_CHECK(IRD002, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the kernel unpacks the initramfs as it is compressed",
	 "compress the initramfs with what kernel {kernel} unpacks", RAMFS_DOC, VW_EACH_KERNEL,
	 .assess = kernel_unpacks);

static bool has_crypt(const struct vw_image_facts *image)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++)
		if (vwb_text_equal(image->mounts.mount[i].kind, "crypttab") &&
		    !strstr(image->mounts.mount[i].options, "swap"))
			return true;
	return false;
}

static bool is_mapped(const struct vw_assessment *a)
{
	const struct vw_mount *root = vw_mounted_at(a->image, "/");
	const char *value;
	size_t length;

	return (vw_cmdline_value(a->kernel, "root", &value, &length) && length > 12 &&
		!strncmp(value, "/dev/mapper/", 12)) ||
	       (root && vwb_text_starts(root->what, "/dev/mapper/"));
}

/* ext4 serves ext2 and ext3 too. Source: Linux fs/ext4/Kconfig, EXT4_USE_FOR_EXT2. */
static void root_can_be_mounted(struct vw_assessment *a)
{
	const char *type = root_type(a);
	const struct vw_mounts *mounts = &a->image->mounts;
	const char *driver = type && vwb_text_has_word("ext2 ext3", type) &&
					     vw_image_driver(a->kernel, type) == VW_DRIVER_ABSENT
				     ? "ext4"
				     : type;

	if (driver)
		vw_say_early(a, driver, "the root file system");
	if (is_mapped(a))
		vw_say_early(a, "dm_mod", "the device of the root file system");
	if (is_mapped(a) && has_crypt(a->image))
		vw_say_early(a, "dm_crypt", "the device of the root file system");
	a->remedy = "let /etc/fstab be read, and check again";
	if (!type && vw_state_unreadable(mounts->state))
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/", "/etc/fstab",
		       "of what type the root file system is, is not known: /etc/fstab %s",
		       vw_state_reason(mounts->state));
	else if (!type && !a->count)
		vw_say(a, VW_SKIP, a->severity, "/", NULL,
		       "neither fstab nor rootfstype= names the root's type");
	vw_say_passed(a, a->kernel->initramfs.path, "kernel %s can mount its root: %s", a->kernel->release,
		      driver ? driver : "device mapper");
}

VW_CHECK(IRD003, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "what the root file system needs is there before root",
	 "add {subject} to the initramfs of kernel {kernel}",
	 "https://docs.kernel.org/filesystems/ramfs-rootfs-initramfs.html", VW_EACH_KERNEL,
	 .remedies = vw_add_to_initramfs, .assess = root_can_be_mounted);

static const char *host_only(const struct vw_assessment *a)
{
	static const char *const signs[] = {"hostonly=yes", "hostonly=\"yes\"", "MODULES=dep", "--hostonly"};
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	const struct vw_lines *lines = &a->image->initramfs_conf;

	if (initramfs->build.state == VW_VALUE && strstr(initramfs->build.text, "--hostonly"))
		return initramfs->path;
	if (initramfs->build.state == VW_VALUE && strstr(initramfs->build.text, "--no-hostonly"))
		return NULL;
	for (size_t i = 0; lines->state == VW_VALUE && i < lines->count; i++)
		for (size_t k = 0; k < VW_COUNT(signs); k++)
			if (strstr(lines->line[i].text, signs[k]))
				return lines->line[i].source;
	return NULL;
}

static void built_for_all(struct vw_assessment *a)
{
	const char *source = host_only(a);

	if (source)
		vw_say(a, VW_FAIL, a->severity, "hostonly", source,
		       "%s: the initramfs of kernel %s holds only the drivers of the machine that made it",
		       source, a->kernel->release);
	else if (vw_state_unreadable(a->image->initramfs_conf.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "hostonly", NULL,
		       "how the initramfs of kernel %s is made is not known: its configuration %s",
		       a->kernel->release, vw_state_reason(a->image->initramfs_conf.state));
	vw_say_passed(a, a->kernel->initramfs.path, "the initramfs of kernel %s is not made for one machine",
		      a->kernel->release);
}

static const char *const for_all[VW_FAMILIES] = {
	[VW_DEBIAN] =
		"set MODULES=most in /etc/initramfs-tools/initramfs.conf, then: update-initramfs -u -k all",
	[VW_REDHAT] = "dracut -f --no-hostonly --kver {kernel}",
	[VW_SUSE] = "dracut -f --no-hostonly --kver {kernel}",
	[VW_ARCH] = "take autodetect out of HOOKS=() in /etc/mkinitcpio.conf, then: mkinitcpio -P",
};

VW_CHECK(IRD004, VW_ON_ALL, VW_ADVICE, VW_BREAKS_BOOT, "the initramfs is not made for one machine only",
	 "make the initramfs with the drivers of all machines",
	 "https://man7.org/linux/man-pages/man5/dracut.conf.5.html", VW_EACH_KERNEL, .remedies = for_all,
	 .assess = built_for_all);

/* Source: Linux usr/Kconfig, INITRAMFS_SOURCE: empty where there is none. */
static bool may_be_embedded(const struct vw_assessment *a)
{
	const struct vw_text *config = &a->kernel->config;
	const char *option =
		config->state == VW_VALUE ? strstr(config->text, "CONFIG_INITRAMFS_SOURCE=\"") : NULL;

	if (config->state != VW_VALUE)
		return a->image->layout.state == VW_VALUE;
	return option && option[strlen("CONFIG_INITRAMFS_SOURCE=\"")] != '"';
}

static void boots_without(struct vw_assessment *a)
{
	const char *value = NULL;
	size_t length = 0;
	bool root = vw_cmdline_value(a->kernel, "root", &value, &length);

	if (a->kernel->initramfs.state != VW_ABSENT && !vw_initramfs_passed_over(&a->kernel->initramfs)) {
		vw_say_passed(a, a->kernel->initramfs.path, "kernel %s has an initramfs", a->kernel->release);
		return;
	}
	if (may_be_embedded(a)) {
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "initramfs", a->kernel->file.path,
		       "kernel %s may hold an initramfs itself, which was not read", a->kernel->release);
		return;
	}
	if (vw_state_unreadable(a->kernel->cmdline.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "root", a->kernel->cmdline.source,
		       "kernel %s starts no initramfs, and its command line %s", a->kernel->release,
		       vw_state_reason(a->kernel->cmdline.state));
	else if (!root)
		vw_say(a, VW_FAIL, a->severity, "root", a->kernel->cmdline.source,
		       "kernel %s starts no initramfs, and its command line has no root=",
		       a->kernel->release);
	else if (!finds_root(value, length))
		vw_say(a, VW_FAIL, a->severity, "root", a->kernel->cmdline.source,
		       "kernel %s starts no initramfs, and cannot find root=%.*s without", a->kernel->release,
		       (int)length, value);
	if (!mounts_root(a))
		vw_say(a, VW_FAIL, a->severity, root_type(a), a->kernel->modules.folder,
		       "kernel %s starts no initramfs, and %s is not built in", a->kernel->release,
		       root_type(a));
	vw_say_passed(a, a->kernel->cmdline.source, "kernel %s needs no initramfs", a->kernel->release);
}

VW_CHECK(IRD005, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT,
	 "without an initramfs, the kernel finds and mounts its root itself",
	 "make an initramfs for kernel {kernel}, or use root=PARTUUID=",
	 "https://docs.kernel.org/admin-guide/kernel-parameters.html", VW_EACH_KERNEL, .remedies = make_again,
	 .assess = boots_without);

static void nothing_is_hidden(struct vw_assessment *a)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;

	if (initramfs->nested)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, initramfs->nested, initramfs->path,
		       "%s holds %s, a file system image that was not read", initramfs->path,
		       initramfs->nested);
	else if (initramfs->incomplete)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, initramfs->path, initramfs->path,
		       "not all of %s was read", initramfs->path);
	vw_say_passed(a, initramfs->path, "nothing in the initramfs of kernel %s is hidden",
		      a->kernel->release);
}

VW_CHECK(IRD006, VW_ON_ALL, VW_ADVICE, VW_BREAKS_NOTHING,
	 "nothing in the initramfs is hidden from these checks", "make the initramfs without a squashed part",
	 "https://man7.org/linux/man-pages/man8/lsinitrd.8.html", VW_EACH_KERNEL,
	 .assess = nothing_is_hidden);

static void init_has_libraries(struct vw_assessment *a)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	bool partly = initramfs->nested || initramfs->incomplete || vw_state_unreadable(initramfs->state);

	if (initramfs->state == VW_ABSENT || vw_initramfs_passed_over(initramfs))
		vw_say(a, VW_SKIP, a->severity, NULL, NULL, "kernel %s starts no initramfs",
		       a->kernel->release);
	else if (partly || vw_state_unreadable(initramfs->lacking.state))
		vw_say(a, VW_STATUS_UNKNOWN, partly ? VW_DEGRADED : a->severity, initramfs->path,
		       initramfs->path, "whether init of the initramfs has its libraries is not known");
	for (size_t i = 0; !partly && initramfs->lacking.state == VW_VALUE && i < initramfs->lacking.count;
	     i++)
		vw_say(a, VW_FAIL, a->severity, initramfs->lacking.name[i], initramfs->path,
		       "init of %s needs %s, which is not in it", initramfs->path,
		       initramfs->lacking.name[i]);
	vw_say_passed(a, initramfs->path, "init of the initramfs has its libraries");
}

VW_CHECK(IRD007, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "init of the initramfs has its libraries",
	 "make the initramfs of kernel {kernel} again",
	 "https://github.com/amazonlinux/amazon-linux-2023/issues/1040", VW_EACH_KERNEL,
	 .remedies = make_again, .assess = init_has_libraries);
