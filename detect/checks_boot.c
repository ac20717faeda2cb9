/* SPDX-License-Identifier: MIT */
#include "detect/checks_internal.h"

#include <string.h>

/* Checks on boot entries, the initramfs, and what is mounted from which device. */

/* --- boot entries --- */

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

		if (vw_has_word("/boot /boot/efi /efi", mount->where) && image->esp.folder.state != VW_VALUE)
			return mount;
	}
	return NULL;
}

static bool unread_loader(const struct vw_image_facts *image)
{
	for (size_t i = 0; i < image->unread_count; i++)
		if (vw_starts_with(image->unread[i].source, "/boot") ||
		    vw_starts_with(image->unread[i].source, "/efi"))
			return true;
	return image->boot.grub_config.state == VW_DENIED;
}

static const struct vw_image_kernel *booted_by(const struct vw_image_facts *image,
					       const struct vw_boot_entry *entry)
{
	for (size_t i = 0; i < image->kernel_count; i++)
		if (image->kernel[i].entry == entry || image->kernel[i].is_default ||
		    vw_equal(image->kernel[i].file.path, entry->kernel_at))
			return &image->kernel[i];
	return NULL;
}

static void default_is_there(struct vw_assessment *a)
{
	const struct vw_boot *boot = &a->image->boot;
	const struct vw_boot_entry *entry = default_entry(boot);
	const struct vw_image_kernel *kernel = entry ? booted_by(a->image, entry) : NULL;

	if (boot->default_lost)
		vw_say(a, VW_FAIL, a->severity, boot->default_lost, boot->default_by,
		       "the default entry '%s' does not exist%s%s", boot->default_lost,
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

static void entry_resolves(struct vw_assessment *a, const struct vw_boot_entry *entry)
{
	enum vw_severity severity = entry->is_default ? a->severity : VW_DEGRADED;

	if (entry->kernel && !entry->kernel_at)
		vw_say(a, VW_FAIL, severity, entry->kernel, entry->source,
		       "%s names the kernel %s, which is not there", entry->source, entry->kernel);
	for (size_t i = 0; i < entry->initrd_count; i++)
		if (!entry->initrd_at[i])
			vw_say(a, VW_FAIL, severity, entry->initrd[i], entry->source,
			       "%s names the initramfs %s, which is not there", entry->source,
			       entry->initrd[i]);
}

static void entries_resolve(struct vw_assessment *a)
{
	const struct vw_boot *boot = &a->image->boot;
	const struct vw_mount *elsewhere = unmounted_boot(a->image);

	if (!boot->count && unread_loader(a->image))
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

/* --- the root file system --- */

static const struct vw_mount *mounted_at(const struct vw_image_facts *image, const char *where)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++)
		if (vw_equal(image->mounts.mount[i].where, where) &&
		    !vw_equal(image->mounts.mount[i].kind, "crypttab"))
			return &image->mounts.mount[i];
	return NULL;
}

static bool cmdline_value(const struct vw_image_kernel *kernel, const char *name, const char **value,
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
	const struct vw_mount *root = mounted_at(a->image, "/");
	const char *value;
	size_t length;

	for (size_t i = 0; i < VW_COUNT(types); i++) {
		if (cmdline_value(a->kernel, "rootfstype", &value, &length)
			    ? value_is(value, length, types[i])
			    : root && vw_equal(root->type, types[i]))
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

/* --- the initramfs --- */

static bool named(const struct vw_boot_entry *entry)
{
	return entry && entry->initrd_count;
}

static const struct vw_module_tree *tree_of(const struct vw_image_kernel *kernel)
{
	const struct vw_initramfs *initramfs = &kernel->initramfs;

	for (size_t i = 0; i < initramfs->tree_count; i++)
		if (vw_ends_with(initramfs->tree[i].folder, kernel->release))
			return &initramfs->tree[i];
	return NULL;
}

/* What the kernel passes over does no harm where it finds and mounts its root itself. */
static enum vw_severity of_damage(const struct vw_assessment *a)
{
	const char *value;
	size_t length;

	return vw_passed_over(&a->kernel->initramfs) && cmdline_value(a->kernel, "root", &value, &length) &&
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
	else if (initramfs->init_arch && arch && !vw_equal(initramfs->init_arch, arch) &&
		 !(vw_equal(arch, "x86_64") && vw_equal(initramfs->init_arch, "i386")))
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
		vw_say(a, named(a->kernel->entry) ? VW_FAIL : VW_SKIP, a->severity, a->kernel->release,
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
		if (vw_equal(segment->format, foreign[i].format))
			vw_say(a, VW_FAIL, of_damage(a), segment->format, path,
			       "%s is in the %s format, which the kernel does not unpack; %s makes one that "
			       "it "
			       "does",
			       path, segment->format, foreign[i].instead);
	for (size_t i = 0; i < VW_COUNT(codecs); i++) {
		if (!vw_equal(codecs[i].format, segment->format))
			continue;
		if (vw_image_config(a->kernel, codecs[i].option, &value) < 0)
			vw_say(a, VW_STATUS_UNKNOWN,
			       vw_equal(segment->format, "gzip") ? VW_ADVICE : VW_DEGRADED, segment->format,
			       a->kernel->config.source,
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

/* --- whether the root can be mounted --- */

static bool has_crypt(const struct vw_image_facts *image)
{
	for (size_t i = 0; image->mounts.state == VW_VALUE && i < image->mounts.count; i++)
		if (vw_equal(image->mounts.mount[i].kind, "crypttab") &&
		    !strstr(image->mounts.mount[i].options, "swap"))
			return true;
	return false;
}

static bool is_mapped(const struct vw_assessment *a)
{
	const struct vw_mount *root = mounted_at(a->image, "/");
	const char *value;
	size_t length;

	return (cmdline_value(a->kernel, "root", &value, &length) && length > 12 &&
		!strncmp(value, "/dev/mapper/", 12)) ||
	       (root && vw_starts_with(root->what, "/dev/mapper/"));
}

/* ext4 serves ext2 and ext3 too. Source: Linux fs/ext4/Kconfig, EXT4_USE_FOR_EXT2. */
static void root_can_be_mounted(struct vw_assessment *a)
{
	const char *type = root_type(a);
	const struct vw_mounts *mounts = &a->image->mounts;
	const char *driver =
		type && vw_has_word("ext2 ext3", type) && vw_image_driver(a->kernel, type) == VW_DRIVER_ABSENT
			? "ext4"
			: type;

	if (driver)
		vw_say_early(a, driver, "the root file system");
	if (is_mapped(a))
		vw_say_early(a, "dm_mod", "the device of the root file system");
	if (is_mapped(a) && has_crypt(a->image))
		vw_say_early(a, "dm_crypt", "the device of the root file system");
	if (!type && vw_unreadable(mounts->state))
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/", "/etc/fstab",
		       "of what type the root file system is, is not known: /etc/fstab %s",
		       vw_state_reason(mounts->state));
	else if (!type && !a->count)
		vw_say(a, VW_SKIP, a->severity, "/", NULL,
		       "neither fstab nor rootfstype= names the root's type");
	vw_say_passed(a, a->kernel->initramfs.path, "kernel %s can mount its root: %s", a->kernel->release,
		      driver ? driver : "device mapper");
}

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
	else if (vw_unreadable(a->image->initramfs_conf.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "hostonly", NULL,
		       "how the initramfs of kernel %s is made is not known: its configuration %s",
		       a->kernel->release, vw_state_reason(a->image->initramfs_conf.state));
	vw_say_passed(a, a->kernel->initramfs.path, "the initramfs of kernel %s is not made for one machine",
		      a->kernel->release);
}

static void boots_without(struct vw_assessment *a)
{
	const char *value = NULL;
	size_t length = 0;
	bool root = cmdline_value(a->kernel, "root", &value, &length);

	if (a->kernel->initramfs.state != VW_ABSENT && !vw_passed_over(&a->kernel->initramfs)) {
		vw_say_passed(a, a->kernel->initramfs.path, "kernel %s has an initramfs", a->kernel->release);
		return;
	}
	if (vw_unreadable(a->kernel->cmdline.state))
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

static void init_has_libraries(struct vw_assessment *a)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	bool partly = initramfs->nested || initramfs->incomplete || vw_unreadable(initramfs->state);

	if (initramfs->state == VW_ABSENT || vw_passed_over(initramfs))
		vw_say(a, VW_SKIP, a->severity, NULL, NULL, "kernel %s starts no initramfs",
		       a->kernel->release);
	else if (partly || vw_unreadable(initramfs->lacking.state))
		vw_say(a, VW_STATUS_UNKNOWN, partly ? VW_DEGRADED : a->severity, initramfs->path,
		       initramfs->path, "whether init of the initramfs has its libraries is not known");
	for (size_t i = 0; !partly && initramfs->lacking.state == VW_VALUE && i < initramfs->lacking.count;
	     i++)
		vw_say(a, VW_FAIL, a->severity, initramfs->lacking.name[i], initramfs->path,
		       "init of %s needs %s, which is not in it", initramfs->path,
		       initramfs->lacking.name[i]);
	vw_say_passed(a, initramfs->path, "init of the initramfs has its libraries");
}

/* --- names of devices --- */

/* Names that another platform gives otherwise. Source: EC2 User Guide, "Resize limitations" (device names);
 * udev's by-path and by-id carry the bus. */
static bool is_fickle(const char *device, size_t length)
{
	static const char *const fickle[] = {"/dev/sd",
					     "/dev/xvd",
					     "/dev/vd",
					     "/dev/hd",
					     "/dev/nvme",
					     "/dev/disk/by-path/",
					     "/dev/disk/by-id/virtio",
					     "/dev/disk/by-id/xen",
					     "/dev/disk/by-id/wwn",
					     "/dev/disk/by-id/nvme",
					     "/dev/disk/by-id/scsi",
					     "/dev/disk/by-id/ata"};

	for (size_t i = 0; i < VW_COUNT(fickle); i++)
		if (length > strlen(fickle[i]) && !strncmp(device, fickle[i], strlen(fickle[i])))
			return true;
	return false;
}

static bool may_be_missing(const struct vw_mount *mount)
{
	return vw_has_word(mount->options, "nofail") || vw_has_word(mount->options, "noauto") ||
	       vw_equal(mount->kind, "resume") || vw_equal(mount->type, "swap");
}

static void mounts_are_steady(struct vw_assessment *a)
{
	const struct vw_mounts *mounts = &a->image->mounts;

	for (size_t i = 0; mounts->state == VW_VALUE && i < mounts->count; i++) {
		const struct vw_mount *mount = &mounts->mount[i];

		if (is_fickle(mount->what, strlen(mount->what)))
			vw_say(a, VW_FAIL, may_be_missing(mount) ? VW_DEGRADED : a->severity, mount->what,
			       mount->source, "%s %s%s%s: %s may call it otherwise, use its UUID",
			       mount->source, mount->what, *mount->where ? " on " : "", mount->where,
			       vw_target_name(a->target));
	}
	if (vw_unreadable(mounts->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/etc/fstab", "/etc/fstab", "/etc/fstab %s",
		       vw_state_reason(mounts->state));
	vw_say_passed(a, "/etc/fstab", "what is mounted is named by what moves with it");
}

/* A name that the target gives too. Source: the boots that proved it. */
static bool is_right_here(const struct vw_assessment *a, const char *device, size_t length)
{
	static const struct {
		unsigned targets;
		const char *prefix;
	} names[] = {
		{VW_ON_NVME, "/dev/nvme0n1"},
		{VW_XEN_PV | VW_XEN_HVM, "/dev/xvd"},
		{VW_KVM, "/dev/vda"},
		{VW_GCP | VW_AZURE, "/dev/sda"},
	};

	for (size_t i = 0; i < VW_COUNT(names); i++)
		if (names[i].targets & a->target && length >= strlen(names[i].prefix) &&
		    !strncmp(device, names[i].prefix, strlen(names[i].prefix)))
			return true;
	return false;
}

/* Other makers have other sources of it, or other words: "boot=live". Source: initramfs-tools(7),
 * scripts/local. */
static bool needs_root_word(const struct vw_image_kernel *kernel)
{
	const char *value;
	size_t length;

	return kernel->cmdline.state == VW_VALUE &&
	       vw_equal(kernel->initramfs.generator, "initramfs-tools") &&
	       !vw_cmdline_find(kernel->cmdline.text, "root", &value, &length) &&
	       !vw_cmdline_find(kernel->cmdline.text, "boot", &value, &length);
}

static void root_is_steady(struct vw_assessment *a)
{
	const struct vw_text *cmdline = &a->kernel->cmdline;
	const struct vw_boot_entry *entry = a->kernel->entry;
	const char *value = NULL;
	size_t length = 0;

	if (vw_unreadable(cmdline->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "root", cmdline->source,
		       "where kernel %s looks for its root is not known: its command line %s",
		       a->kernel->release, vw_state_reason(cmdline->state));
	else if (needs_root_word(a->kernel))
		vw_say(a, VW_FAIL, a->severity, "root", cmdline->source,
		       "the command line of kernel %s has no root=, and %s finds none without it",
		       a->kernel->release, a->kernel->initramfs.path);
	else if (cmdline_value(a->kernel, "root", &value, &length) && is_fickle(value, length)) {
		bool right = is_right_here(a, value, length);

		vw_say(a, VW_FAIL, right ? VW_ADVICE : a->severity, "root", cmdline->source,
		       right ? "root=%.*s holds on %s as long as it has one disk: use its UUID"
			     : "root=%.*s is a name that %s does not give: use its UUID",
		       (int)length, value, vw_target_name(a->target));
	}
	if (entry && entry->root_set && strchr(entry->root_set, 'h'))
		vw_say(a, VW_FAIL, VW_ADVICE, "set root", entry->source,
		       "%s sets root to %s and does not search for it by its UUID", entry->source,
		       entry->root_set);
	vw_say_passed(a, cmdline->source, "kernel %s looks for its root by what moves with it",
		      a->kernel->release);
}

static void superblocks_agree(struct vw_assessment *a)
{
	vw_say(a, VW_SKIP, a->severity, "UUID", NULL, "a folder has no super block to compare UUIDs with");
}

/* --- the console --- */

static bool has_console(const char *cmdline, const char *console)
{
	struct vw_cmdline_word word;

	while (cmdline && vw_cmdline_next(&cmdline, &word))
		if (vw_cmdline_is(&word, "console") && word.value && word.value_length >= strlen(console) &&
		    !strncmp(word.value, console, strlen(console)))
			return true;
	return false;
}

static void console_is_seen(struct vw_assessment *a)
{
	const char *console = a->target == VW_XEN_PV ? "hvc0" : "ttyS0";
	const char *option = a->target == VW_XEN_PV ? "HVC_XEN" : "SERIAL_8250_CONSOLE";
	const struct vw_text *cmdline = &a->kernel->cmdline;
	bool metal = a->target & (VW_EC2_METAL | VW_EC2_METAL_ARM64);
	char value;

	if (vw_unreadable(cmdline->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, console, cmdline->source,
		       "the command line of kernel %s %s", a->kernel->release,
		       vw_state_reason(cmdline->state));
	else if (!has_console(cmdline->state == VW_VALUE ? cmdline->text : "", console))
		vw_say(a, VW_FAIL, a->severity, console, cmdline->source,
		       "no console=%s on the command line of kernel %s: the console of %s stays empty",
		       console, a->kernel->release, vw_target_name(a->target));
	a->cure = "use a kernel with CONFIG_{subject}=y";
	if (vw_image_config(a->kernel, option, &value) == 0 && value != 'y')
		vw_say(a, VW_FAIL, a->severity, option, a->kernel->config.source,
		       "kernel %s has no CONFIG_%s", a->kernel->release, option);
	if (metal && vw_image_config(a->kernel, "SERIAL_8250_PCI", &value) == 0 && value == 'n')
		vw_say(a, VW_FAIL, a->severity, "SERIAL_8250_PCI", a->kernel->config.source,
		       "kernel %s has no CONFIG_SERIAL_8250_PCI: bare metal's serial port is a PCI device",
		       a->kernel->release);
	vw_say_passed(a, cmdline->source, "kernel %s writes to %s", a->kernel->release, console);
}

/* --- the table --- */

#define RAMFS_DOC "https://docs.kernel.org/driver-api/early-userspace/buffer-format.html"

static const char *const make_again[VW_FAMILIES] = {
	[VW_DEBIAN] = "update-initramfs -c -k {kernel}",
	[VW_REDHAT] = "dracut -f --kver {kernel}",
	[VW_SUSE] = "dracut -f --kver {kernel}",
	[VW_ALPINE] = "mkinitfs {kernel}",
	[VW_ARCH] = "mkinitcpio -P",
};
static const char *const add_driver[VW_FAMILIES] = {
	[VW_DEBIAN] = "echo {subject} >> /etc/initramfs-tools/modules && update-initramfs -u -k {kernel}",
	[VW_REDHAT] = "echo 'add_drivers+=\" {subject} \"' > /etc/dracut.conf.d/root.conf && dracut -f "
		      "--kver {kernel}",
	[VW_SUSE] = "echo 'add_drivers+=\" {subject} \"' > /etc/dracut.conf.d/root.conf && dracut -f --kver "
		    "{kernel}",
	[VW_ALPINE] = "add {subject} to features= in /etc/mkinitfs/mkinitfs.conf, then: mkinitfs {kernel}",
	[VW_ARCH] = "add {subject} to MODULES=() in /etc/mkinitcpio.conf, then: mkinitcpio -P",
};
static const char *const for_all[VW_FAMILIES] = {
	[VW_DEBIAN] =
		"set MODULES=most in /etc/initramfs-tools/initramfs.conf, then: update-initramfs -u -k all",
	[VW_REDHAT] = "dracut -f --no-hostonly --kver {kernel}",
	[VW_SUSE] = "dracut -f --no-hostonly --kver {kernel}",
	[VW_ARCH] = "take autodetect out of HOOKS=() in /etc/mkinitcpio.conf, then: mkinitcpio -P",
};
static const char *const make_menu[VW_FAMILIES] = {
	[VW_DEBIAN] = "update-grub",
	[VW_REDHAT] = "grub2-mkconfig -o /boot/grub2/grub.cfg",
	[VW_SUSE] = "grub2-mkconfig -o /boot/grub2/grub.cfg",
	[VW_ALPINE] = "grub-mkconfig -o /boot/grub/grub.cfg, or update-extlinux",
	[VW_ARCH] = "grub-mkconfig -o /boot/grub/grub.cfg",
};
static const char *const choose_default[VW_FAMILIES] = {
	[VW_DEBIAN] = "set GRUB_DEFAULT=0 in /etc/default/grub, then: update-grub",
	[VW_REDHAT] = "grubby --set-default /boot/vmlinuz-RELEASE, of a kernel that is installed",
	[VW_SUSE] = "grub2-set-default 0",
	[VW_ALPINE] = "set default= in /etc/update-extlinux.conf, then: update-extlinux",
};
static const char *const add_console[VW_FAMILIES] = {
	[VW_DEBIAN] = "add console={subject} to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub",
	[VW_REDHAT] = "grubby --update-kernel=ALL --args=console={subject}",
	[VW_SUSE] =
		"add console={subject} to GRUB_CMDLINE_LINUX in /etc/default/grub, then: grub2-mkconfig -o "
		"/boot/grub2/grub.cfg",
	[VW_ALPINE] = "add console={subject} to default_kernel_opts in /etc/update-extlinux.conf, then: "
		      "update-extlinux",
};

static const struct vw_check rows[] = {
	{VW_CHECK("CON001", VW_ON_EC2, VW_DEGRADED,
		  "the kernel writes to the console that the platform shows",
		  "add console={subject} to the kernel's command line", VW_EC2_GUIDE "instance-console.html"),
	 VW_EACH_KERNEL, .remedies = add_console, .assess = console_is_seen},
	{VW_CHECK("FST001", VW_ON_ALL, VW_FATAL, "what is mounted is named by what moves with it",
		  "replace {subject} by UUID= and what blkid -s UUID tells of it",
		  "https://man7.org/linux/man-pages/man5/fstab.5.html"),
	 .assess = mounts_are_steady},
	{VW_CHECK("FST002", VW_ON_ALL, VW_FATAL, "the root is looked for by what moves with it",
		  "use root=UUID=, without GRUB_DISABLE_LINUX_UUID, and make the boot loader's configuration "
		  "again",
		  "https://www.gnu.org/software/grub/manual/grub/html_node/Simple-configuration.html"),
	 VW_EACH_KERNEL, .assess = root_is_steady},
	{VW_CHECK("FST003", VW_ON_ALL, VW_FATAL, "UUIDs are those of the file systems",
		  "blkid, and correct fstab and root=", "https://man7.org/linux/man-pages/man8/blkid.8.html"),
	 .assess = superblocks_agree},
	{VW_CHECK("IRD001", VW_ON_ALL, VW_FATAL, "the initramfs is whole and for this kernel",
		  "make the initramfs of kernel {kernel} again; is the disk full?", RAMFS_DOC),
	 VW_EACH_KERNEL, .remedies = make_again, .assess = initramfs_is_whole},
	{VW_CHECK("IRD002", VW_ON_ALL, VW_FATAL, "the kernel unpacks the initramfs as it is compressed",
		  "compress the initramfs with what kernel {kernel} unpacks", RAMFS_DOC),
	 VW_EACH_KERNEL, .assess = kernel_unpacks},
	{VW_CHECK("IRD003", VW_ON_ALL, VW_FATAL, "what the root file system needs is there before root",
		  "add {subject} to the initramfs of kernel {kernel}",
		  "https://docs.kernel.org/filesystems/ramfs-rootfs-initramfs.html"),
	 VW_EACH_KERNEL, .remedies = add_driver, .assess = root_can_be_mounted},
	{VW_CHECK("IRD004", VW_ON_ALL, VW_ADVICE, "the initramfs is not made for one machine only",
		  "make the initramfs with the drivers of all machines",
		  "https://man7.org/linux/man-pages/man5/dracut.conf.5.html"),
	 VW_EACH_KERNEL, .remedies = for_all, .assess = built_for_all},
	{VW_CHECK("IRD005", VW_ON_ALL, VW_FATAL,
		  "without an initramfs, the kernel finds and mounts its root itself",
		  "make an initramfs for kernel {kernel}, or use root=PARTUUID=",
		  "https://docs.kernel.org/admin-guide/kernel-parameters.html"),
	 VW_EACH_KERNEL, .remedies = make_again, .assess = boots_without},
	{VW_CHECK("IRD006", VW_ON_ALL, VW_ADVICE, "nothing in the initramfs is hidden from these checks",
		  "make the initramfs without a squashed part",
		  "https://man7.org/linux/man-pages/man8/lsinitrd.8.html"),
	 VW_EACH_KERNEL, .assess = nothing_is_hidden},
	{VW_CHECK("IRD007", VW_ON_ALL, VW_FATAL, "init of the initramfs has its libraries",
		  "make the initramfs of kernel {kernel} again",
		  "https://github.com/amazonlinux/amazon-linux-2023/issues/1040"),
	 VW_EACH_KERNEL, .remedies = make_again, .assess = init_has_libraries},
	{VW_CHECK("KRN002", VW_ON_ALL, VW_FATAL, "the default boot entry names a kernel that is there",
		  "choose an entry that exists as the default",
		  "https://www.gnu.org/software/grub/manual/grub/html_node/default.html"),
	 .remedies = choose_default, .assess = default_is_there},
	{VW_CHECK("KRN004", VW_ON_ALL, VW_FATAL, "there are boot entries, and what they name is there",
		  "make the boot loader's configuration again",
		  "https://www.gnu.org/software/grub/manual/grub/html_node/Configuration.html"),
	 .remedies = make_menu, .assess = entries_resolve},
};

const struct vw_check_table vw_boot_checks = {rows, VW_COUNT(rows)};
