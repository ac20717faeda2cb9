/* SPDX-License-Identifier: MIT */
#include "detect/checks_internal.h"

#include <string.h>

/* Checks on kernels, their modules, and what keeps drivers from being loaded. */

/* --- what each target's devices need --- */

#define WAY(...)  ((const char *const[]){__VA_ARGS__, NULL})
#define WAYS(...) ((const char *const *const[]){__VA_ARGS__, NULL})

/* Source: EC2 User Guide, "Amazon EBS and NVMe"; kernels before 3.19 have no nvme_core of its own, and the
 * module's dependencies name it on all others. */
static const struct vw_need nvme_disk = {"NVMe disks", WAYS(WAY("nvme"))};
static const struct vw_need ena_network = {"the Elastic Network Adapter", WAYS(WAY("ena"))};
static const struct vw_need ixgbevf_network = {"Intel 82599 virtual functions", WAYS(WAY("ixgbevf"))};
static const struct vw_need xen_disk = {"Xen's disks", WAYS(WAY("xen_blkfront"))};
static const struct vw_need xen_network = {"Xen's network interfaces", WAYS(WAY("xen_netfront"))};
/* Source: virtio 1.2, sections 4.1, 5.1, 5.2 and 5.6. */
static const struct vw_need virtio_disk = {
	"virtio disks", WAYS(WAY("virtio_pci", "virtio_blk"), WAY("virtio_pci", "virtio_scsi", "sd_mod"))};
static const struct vw_need virtio_network = {"virtio network interfaces",
					      WAYS(WAY("virtio_pci", "virtio_net"))};
/* Source: Compute Engine, "Requirements for building custom images" and "Using gVNIC". */
static const struct vw_need google_disk = {"persistent disks",
					   WAYS(WAY("virtio_pci", "virtio_scsi", "sd_mod"), WAY("nvme"))};
static const struct vw_need google_network = {"the network interface",
					      WAYS(WAY("virtio_pci", "virtio_net"), WAY("gve"))};
/* Source: Azure, "Create and upload a generic Linux VHD". */
static const struct vw_need azure_disk = {"Hyper-V's disks", WAYS(WAY("hv_vmbus", "hv_storvsc", "sd_mod"))};
static const struct vw_need azure_network = {"Hyper-V's network interfaces",
					     WAYS(WAY("hv_vmbus", "hv_netvsc"))};
static const struct vw_need azure_mana = {"Azure's own network adapter", WAYS(WAY("mana"))};

/* What must not be blocked where. */
static const struct {
	unsigned targets;
	bool disk;
	const struct vw_need *need;
} needs[] = {
	{VW_ON_NVME, true, &nvme_disk}, {VW_ON_NVME, false, &ena_network},
	{VW_ON_XEN, true, &xen_disk},   {VW_ON_XEN, false, &xen_network},
	{VW_KVM, true, &virtio_disk},   {VW_KVM, false, &virtio_network},
	{VW_GCP, true, &google_disk},   {VW_GCP, false, &google_network},
	{VW_AZURE, true, &azure_disk},  {VW_AZURE, false, &azure_network},
};

const char *const vw_checked_modules[] = {
	"nvme",       "nvme_core",  "ena",         "ixgbevf", "xen_blkfront", "xen_netfront", "virtio_pci",
	"virtio_blk", "virtio_net", "virtio_scsi", "sd_mod",  "gve",          "hv_vmbus",     "hv_storvsc",
	"hv_netvsc",  "mana",       "ext4",        "xfs",     "btrfs",        NULL,
};

/* --- drivers --- */

static void driver_there(struct vw_assessment *a)
{
	const char *absent = NULL, *unknown = NULL, *seen = NULL;

	for (const char *const *const *way = a->check->need->way; *way && !seen; way++) {
		const char *lost = NULL, *unsure = NULL;

		for (const char *const *driver = *way; *driver; driver++) {
			enum vw_driver_state state = vw_image_driver(a->kernel, *driver);

			lost = state == VW_DRIVER_ABSENT && !lost ? *driver : lost;
			unsure = state == VW_DRIVER_UNKNOWN ? *driver : unsure;
		}
		seen = lost || unsure ? NULL : (*way)[0];
		absent = absent ? absent : lost;
		unknown = !lost && unsure ? unsure : unknown;
	}
	if (seen)
		vw_say_passed(a, a->kernel->modules.folder, "kernel %s has the drivers for %s",
			      a->kernel->release, a->check->need->what);
	else if (unknown)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, unknown, a->kernel->modules.folder,
		       "whether kernel %s has %s, for %s, is not known: its modules %s", a->kernel->release,
		       unknown, a->check->need->what, vw_state_reason(a->kernel->modules.state));
	else
		vw_say(a, VW_FAIL, a->severity, absent, a->kernel->modules.folder,
		       "kernel %s has no %s, neither built in nor as a module: it cannot drive %s",
		       a->kernel->release, absent, a->check->need->what);
}

static const struct vw_module_tree *own_tree(const struct vw_image_kernel *kernel)
{
	const struct vw_initramfs *initramfs = &kernel->initramfs;

	for (size_t i = 0; i < initramfs->tree_count; i++) {
		const char *folder = initramfs->tree[i].folder, *slash = folder ? strrchr(folder, '/') : NULL;

		if (vw_equal(slash ? slash + 1 : folder, kernel->release))
			return &initramfs->tree[i];
	}
	return NULL;
}

/* What a module depends on, and the initramfs does not have; the kernel's own index knows best. */
static const char *lacking(const struct vw_image_kernel *kernel, const struct vw_module_tree *tree,
			   const struct vw_module *module)
{
	const struct vw_module *own = vw_image_module(&kernel->modules, module->name);

	for (size_t i = 0; own && i < own->depend_count; i++) {
		const char *name = kernel->modules.module[own->depend[i]].name;

		if (!vw_image_module(tree, name))
			return name;
	}
	if (module->unresolved)
		return module->lacking ? module->lacking : "a module";
	return NULL;
}

/* The initramfs could not be read to its end: what is not seen in it may be there. */
static const char *doubt(const struct vw_initramfs *initramfs)
{
	if (initramfs->state == VW_DENIED || initramfs->state == VW_NOT_PROBED)
		return vw_state_reason(initramfs->state);
	if (initramfs->nested)
		return "holds a file system image, which was not read";
	if (initramfs->incomplete)
		return "was not read to its end";
	return initramfs->state == VW_MALFORMED ? "is damaged" : NULL;
}

bool vw_passed_over(const struct vw_initramfs *initramfs)
{
	bool seen = initramfs->state == VW_VALUE || initramfs->state == VW_MALFORMED;

	return seen && !initramfs->init && !initramfs->nested && !initramfs->incomplete;
}

enum vw_early vw_early(const struct vw_image_kernel *kernel, const char *driver, const char **ret_lacking)
{
	const struct vw_module_tree *tree = own_tree(kernel);
	const struct vw_module *module = tree ? vw_image_module(tree, driver) : NULL;
	enum vw_driver_state state = vw_image_driver(kernel, driver);
	const char *why = doubt(&kernel->initramfs);
	const char *depends = module ? lacking(kernel, tree, module) : NULL;

	if (state == VW_DRIVER_BUILTIN)
		return VW_EARLY_BUILTIN;
	if (state == VW_DRIVER_MODULE && vw_passed_over(&kernel->initramfs))
		return VW_EARLY_MISSING;
	if (module && !depends && tree->index == VW_VALUE && kernel->initramfs.state == VW_VALUE)
		return VW_EARLY_THERE;
	if (state == VW_DRIVER_ABSENT && !module)
		return VW_EARLY_ABSENT;
	if (!why && state == VW_DRIVER_UNKNOWN && !module)
		why = "was read, but the kernel's own modules were not";
	if (!why && module && !depends)
		why = "has it, and its modules.dep could not be read or is not there";
	if (why) {
		*ret_lacking = why;
		return VW_EARLY_UNKNOWN;
	}
	if (depends)
		*ret_lacking = depends;
	return depends ? VW_EARLY_PARTLY : VW_EARLY_MISSING;
}

void vw_say_early(struct vw_assessment *a, const char *driver, const char *what)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	const char *path = initramfs->path ? initramfs->path : "its initramfs", *lack = NULL;

	switch (vw_early(a->kernel, driver, &lack)) {
	case VW_EARLY_ABSENT:
		vw_say(a, VW_FAIL, a->severity, driver, a->kernel->modules.folder,
		       "kernel %s has no %s, for %s", a->kernel->release, driver, what);
		break;
	case VW_EARLY_MISSING:
		if (initramfs->state == VW_ABSENT)
			vw_say(a, VW_FAIL, a->severity, driver, NULL,
			       "%s, for %s, is a module of kernel %s, and there is no initramfs to load it "
			       "from",
			       driver, what, a->kernel->release);
		else if (vw_passed_over(initramfs))
			vw_say(a, VW_FAIL, a->severity, driver, initramfs->path,
			       "%s, for %s, is a module of kernel %s, and nothing loads it: %s has no "
			       "/init%s",
			       driver, what, a->kernel->release, path,
			       initramfs->state == VW_MALFORMED ? " that the kernel unpacks" : "");
		else
			vw_say(a, VW_FAIL, a->severity, driver, initramfs->path,
			       "%s, for %s, is a module of kernel %s and not in %s", driver, what,
			       a->kernel->release, path);
		break;
	case VW_EARLY_PARTLY:
		vw_say(a, VW_FAIL, a->severity, driver, initramfs->path,
		       "%s is in %s, but %s, which it depends on, is not", driver, path, lack);
		break;
	case VW_EARLY_UNKNOWN:
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, driver, initramfs->path,
		       "whether %s can be loaded before the root file system is not known: %s %s", driver,
		       path, lack);
		break;
	case VW_EARLY_BUILTIN:
	case VW_EARLY_THERE:
		break;
	}
}

static enum vw_early worst_of(const struct vw_image_kernel *kernel, const char *const *way)
{
	enum vw_early worst = VW_EARLY_THERE;
	const char *lack;

	for (; *way; way++) {
		enum vw_early now = vw_early(kernel, *way, &lack);

		worst = now < worst ? now : worst;
	}
	return worst;
}

/* Of several ways to drive the disks, the one that comes furthest. */
static const char *const *best_way(const struct vw_image_kernel *kernel, const struct vw_need *need)
{
	const char *const *best = need->way[0];

	for (const char *const *const *way = need->way; *way; way++)
		if (worst_of(kernel, *way) > worst_of(kernel, best))
			best = *way;
	return best;
}

static void driver_early(struct vw_assessment *a)
{
	const char *const *way = best_way(a->kernel, a->check->need);

	if (worst_of(a->kernel, way) == VW_EARLY_ABSENT)
		vw_say(a, VW_SKIP, a->severity, way[0], NULL,
		       "kernel %s does not have the drivers for %s at all", a->kernel->release,
		       a->check->need->what);
	for (const char *const *driver = way; *driver && worst_of(a->kernel, way) != VW_EARLY_ABSENT;
	     driver++)
		vw_say_early(a, *driver, a->check->need->what);
	vw_say_passed(a, a->kernel->initramfs.path,
		      "what kernel %s needs for %s is built in or in its initramfs", a->kernel->release,
		      a->check->need->what);
}

static void driver_there_and_early(struct vw_assessment *a)
{
	const char *const *way = best_way(a->kernel, a->check->need);

	for (const char *const *driver = way; *driver; driver++)
		vw_say_early(a, *driver, a->check->need->what);
	vw_say_passed(a, a->kernel->initramfs.path,
		      "what kernel %s needs for %s is built in or in its initramfs", a->kernel->release,
		      a->check->need->what);
}

/* --- kernels --- */

static bool unread_kernels(const struct vw_image_facts *image)
{
	static const char *const places[] = {"/boot", "/lib/modules", "/usr/lib/modules", "/efi"};

	for (size_t i = 0; i < image->unread_count; i++)
		for (size_t k = 0; k < VW_COUNT(places); k++)
			if (vw_starts_with(image->unread[i].source, places[k]))
				return true;
	return false;
}

static bool has_no_modules(const struct vw_image_kernel *kernel)
{
	char value;

	return vw_image_config(kernel, "MODULES", &value) == 0 && value == 'n';
}

/* A folder with nothing but indexes is what a removed package leaves. */
static bool has_modules(const struct vw_module_tree *tree)
{
	return tree->state == VW_VALUE && (tree->file_count || tree->builtin.count);
}

static bool is_unread(enum vw_state state)
{
	return state == VW_DENIED || state == VW_NOT_PROBED;
}

static void say_incomplete(struct vw_assessment *a, const struct vw_image_kernel *kernel)
{
	bool file = kernel->file.state == VW_VALUE;

	vw_say(a, VW_FAIL, a->severity, kernel->release, kernel->modules.folder,
	       "no kernel is whole: of %s the %s %s", kernel->release,
	       file ? "modules' folder" : "kernel's file",
	       !file                               ? vw_state_reason(kernel->file.state)
	       : kernel->modules.state == VW_VALUE ? "has no module in it"
						   : vw_state_reason(kernel->modules.state));
}

static void a_kernel_is_there(struct vw_assessment *a)
{
	bool unsure = unread_kernels(a->image);

	for (size_t i = 0; i < a->image->kernel_count; i++) {
		const struct vw_image_kernel *kernel = &a->image->kernel[i];
		bool file = kernel->file.state == VW_VALUE, modules = has_modules(&kernel->modules);

		if (file && (modules || has_no_modules(kernel)))
			vw_say_passed(a, kernel->file.path, "kernel %s is installed with its modules",
				      kernel->release);
		unsure |= is_unread(kernel->file.state) || is_unread(kernel->modules.state);
	}
	if (a->count)
		return;
	if (unsure)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "/boot", NULL,
		       "no kernel with its modules was found, and not all places could be read");
	else if (a->image->kernel_count)
		say_incomplete(a, &a->image->kernel[0]);
	else
		vw_say(a, VW_FAIL, a->severity, "/boot", NULL, "no kernel is installed");
}

static void file_fits(struct vw_assessment *a)
{
	const struct vw_kernel_file *file = &a->kernel->file;
	const char *wanted = vw_target_arch(a->target);
	bool old = vw_equal(file->arch, "i386") && a->target & VW_ON_XEN;

	if (file->state == VW_ABSENT)
		vw_say(a, VW_FAIL, a->severity, a->kernel->release, a->kernel->modules.folder,
		       "kernel %s has modules, but its file is not there", a->kernel->release);
	else if (file->state == VW_MALFORMED)
		vw_say(a, VW_FAIL, a->severity, file->path, file->path, "%s is no kernel, or is cut short",
		       file->path ? file->path : a->kernel->release);
	else if (file->state != VW_VALUE || (wanted && !file->arch))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, file->path, file->path,
		       "for which machine kernel %s is made is not known: its file %s", a->kernel->release,
		       file->state == VW_VALUE ? "does not tell" : vw_state_reason(file->state));
	else if (wanted && !vw_equal(file->arch, wanted) && !old)
		vw_say(a, VW_FAIL, a->severity, file->path, file->path, "%s is for %s; %s runs %s",
		       file->path, file->arch, vw_target_name(a->target), wanted);
	if (file->state == VW_VALUE && file->version && !vw_equal(file->version, a->kernel->release))
		vw_say(a, VW_FAIL, a->severity, file->path, file->path,
		       "%s says that it is %s; its modules would be looked for below that name", file->path,
		       file->version);
	vw_say_passed(a, file->path, "%s is a kernel for %s", file->path ? file->path : a->kernel->release,
		      file->arch ? file->arch : "this machine");
}

/* --- modules --- */

/* Is there a module among what the target needs? Without an index, none of them could be loaded. */
static const char *needed_module(const struct vw_assessment *a, const struct vw_module **ret)
{
	for (size_t i = 0; i < VW_COUNT(needs); i++) {
		if (!(needs[i].targets & a->target))
			continue;
		for (const char *const *const *way = needs[i].need->way; *way; way++) {
			for (const char *const *driver = *way; *driver; driver++) {
				*ret = vw_image_module(&a->kernel->modules, *driver);
				if (*ret && vw_image_driver(a->kernel, *driver) == VW_DRIVER_MODULE)
					return *driver;
			}
		}
	}
	return NULL;
}

/* Does the first word of vermagic name this release? Source: Linux include/linux/vermagic.h. */
static bool is_made_for(const struct vw_modinfo *info, const char *release)
{
	size_t length = strlen(release);

	return !strncmp(info->vermagic, release, length) && strchr(" ", info->vermagic[length]);
}

static void vermagic_fits(struct vw_assessment *a)
{
	const struct vw_module_tree *tree = &a->kernel->modules;

	for (const char *const *name = vw_checked_modules; *name; name++) {
		const struct vw_module *module = vw_image_module(tree, *name);

		if (!module)
			continue;
		if (module->info.state == VW_MALFORMED)
			vw_say(a, VW_FAIL, a->severity, *name, module->path, "%s is damaged", module->path);
		else if (module->info.state == VW_VALUE && module->info.vermagic &&
			 !strstr(module->path ? module->path : "", "weak-updates/") &&
			 !is_made_for(&module->info, a->kernel->release))
			vw_say(a, VW_FAIL, a->severity, *name, module->path,
			       "%s is made for another kernel: %s", module->path, module->info.vermagic);
	}
}

static void index_is_current(struct vw_assessment *a)
{
	const struct vw_module_tree *tree = &a->kernel->modules;
	const struct vw_module *module;
	const char *needed = needed_module(a, &module);
	enum vw_severity severity = needed ? a->severity : VW_DEGRADED;

	if (tree->state == VW_ABSENT)
		vw_say(a, VW_SKIP, a->severity, NULL, NULL, "kernel %s has no folder of modules",
		       a->kernel->release);
	else if (tree->state != VW_VALUE || tree->index == VW_DENIED || tree->index == VW_NOT_PROBED)
		vw_say(a, VW_STATUS_UNKNOWN, severity, a->kernel->release, tree->folder,
		       "modules.dep of kernel %s %s", a->kernel->release,
		       vw_state_reason(tree->state != VW_VALUE ? tree->state : tree->index));
	else if (tree->index != VW_VALUE && tree->file_count)
		vw_say(a, VW_FAIL, severity, a->kernel->release, tree->folder,
		       "modules.dep of kernel %s %s: %s cannot be loaded by name", a->kernel->release,
		       vw_state_reason(tree->index), needed ? needed : "a module");
	else if (tree->missing_count)
		vw_say(a, VW_FAIL, VW_DEGRADED, a->kernel->release, tree->missing,
		       "modules.dep of kernel %s names %zu modules that are not there, as %s",
		       a->kernel->release, tree->missing_count, tree->missing);
	else if (tree->unindexed_count)
		vw_say(a, VW_FAIL, VW_DEGRADED, a->kernel->release, tree->unindexed,
		       "modules.dep of kernel %s does not know %zu modules, as %s", a->kernel->release,
		       tree->unindexed_count, tree->unindexed);
	if (tree->state == VW_VALUE)
		vermagic_fits(a);
	vw_say_passed(a, tree->folder, "modules.dep of kernel %s knows all %zu modules", a->kernel->release,
		      tree->count);
}

/* A module that cannot be unpacked is as good as none. Source: kmod's NEWS: zstd since version 28. */
static void kmod_reads_modules(struct vw_assessment *a)
{
	const struct vw_names *suffixes = &a->kernel->modules.suffixes;
	const struct vw_text *kmod = &a->image->kmod;

	if (suffixes->state != VW_VALUE && a->kernel->modules.state != VW_ABSENT)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, NULL, a->kernel->modules.folder,
		       "how the modules of kernel %s are compressed is not known", a->kernel->release);
	for (size_t i = 0; suffixes->state == VW_VALUE && i < suffixes->count; i++) {
		const char *suffix = suffixes->name[i];

		if (vw_equal(suffix, "ko") || (kmod->state == VW_VALUE && vw_has_word(kmod->text, suffix)))
			continue;
		if (kmod->state == VW_VALUE)
			vw_say(a, VW_FAIL, a->severity, suffix, kmod->source,
			       "modules of kernel %s end in .%s, which this image's kmod does not read (%s)",
			       a->kernel->release, suffix, kmod->text);
		else
			vw_say(a, VW_STATUS_UNKNOWN, a->severity, suffix, a->kernel->modules.folder,
			       "modules of kernel %s end in .%s; whether the image's kmod reads them is not "
			       "known",
			       a->kernel->release, suffix);
	}
	vw_say_passed(a, kmod->source, "the image's kmod reads the modules of kernel %s", a->kernel->release);
}

/* --- NVMe's time-out --- */

static bool line_with(const struct vw_lines *lines, const char *word, const char **source)
{
	for (size_t i = 0; lines->state == VW_VALUE && i < lines->count; i++) {
		if (strstr(lines->line[i].text, word)) {
			*source = lines->line[i].source;
			return true;
		}
	}
	return false;
}

static bool option_rule(const struct vw_modprobe *modprobe, const char *module, const char *option,
			const char **source)
{
	for (size_t i = 0; modprobe->state == VW_VALUE && i < modprobe->count; i++) {
		const struct vw_modprobe_rule *rule = &modprobe->rule[i];

		if (vw_equal(rule->kind, "options") && vw_equal(rule->module, module) &&
		    strstr(rule->argument, option)) {
			*source = rule->source;
			return true;
		}
	}
	return false;
}

/* Source: EC2 User Guide, "NVMe I/O operation timeout"; amazon-ec2-utils, 70-ec2-nvme-devices.rules. Amazon
 * Linux' kernels have the long time-out by default. */
static void nvme_waits(struct vw_assessment *a)
{
	const char *value, *source = NULL, *release = a->kernel->release;
	size_t length;
	bool amazon = a->image->os.id.state == VW_VALUE && vw_equal(a->image->os.id.text, "amzn") &&
		      (strstr(release, ".amzn") != NULL);
	bool cmdline = a->kernel->cmdline.state == VW_VALUE &&
		       (vw_cmdline_find(a->kernel->cmdline.text, "nvme_core.io_timeout", &value, &length) ||
			vw_cmdline_find(a->kernel->cmdline.text, "nvme.io_timeout", &value, &length));

	if (cmdline)
		vw_say_passed(a, a->kernel->cmdline.source,
			      "the command line sets the time-out of NVMe: %.*s", value ? (int)length : 0,
			      value ? value : "");
	else if (amazon)
		vw_say_passed(a, NULL, "Amazon's kernels wait long enough for NVMe by themselves");
	else if (line_with(&a->image->io_timeout, "io_timeout", &source) ||
		 option_rule(&a->kernel->initramfs.modprobe, "nvme_core", "io_timeout", &source))
		vw_say_passed(a, source, "%s sets the time-out of NVMe disks", source);
	else if (a->image->io_timeout.state != VW_VALUE && a->image->io_timeout.state != VW_ABSENT)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "io_timeout", NULL,
		       "whether a udev rule sets the time-out of NVMe disks is not known");
	else
		vw_say(a, VW_FAIL, a->severity, "nvme_core.io_timeout", a->kernel->cmdline.source,
		       "nothing sets the time-out of NVMe requests: after 30 s without an answer from EBS "
		       "the "
		       "kernel gives up the disk");
}

/* --- ENA --- */

/* Compare the numbers in two versions, from the left; what is no number parts them. */
static int compare_versions(const char *a, const char *b)
{
	while (*a && *b) {
		unsigned long x = 0, y = 0;

		a += strcspn(a, "0123456789");
		b += strcspn(b, "0123456789");
		for (; *a >= '0' && *a <= '9'; a++)
			x = x < 100000000 ? x * 10 + (unsigned long)(*a - '0') : x;
		for (; *b >= '0' && *b <= '9'; b++)
			y = y < 100000000 ? y * 10 + (unsigned long)(*b - '0') : y;
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* Kernels whose own driver is as good as 2.2.9. Source: amzn-drivers, ENA_Linux_Best_Practices.rst. */
static const struct {
	const char *os, *line, *ends, *floor;
} ena_floors[] = {
	{"amzn", "4.14.", "", "4.14.186"},
	{"rhel", "4.18.0-", "", "4.18.0-240.1.1"},
	{"ubuntu", "5.4.0-", "-aws", "5.4.0-1025"},
	{"sles", "4.12.14-95.", "", "4.12.14-95.99.3"},
	{"sles", "4.12.14-122.", "", "4.12.14-122.116.1"},
	{"sles", "5.3.18-24.", "", "5.3.18-24.15.1"},
};

static const char *ena_floor(const struct vw_image_facts *image, const char *release)
{
	for (size_t i = 0; i < VW_COUNT(ena_floors); i++)
		if (image->os.id.state == VW_VALUE && vw_equal(image->os.id.text, ena_floors[i].os) &&
		    vw_starts_with(release, ena_floors[i].line) && vw_ends_with(release, ena_floors[i].ends))
			return ena_floors[i].floor;
	return NULL;
}

static void ena_by_release(struct vw_assessment *a)
{
	const char *release = a->kernel->release, *floor = ena_floor(a->image, release);

	if (floor && compare_versions(release, floor) < 0)
		vw_say(a, VW_FAIL, VW_DEGRADED, "ena", NULL,
		       "the ENA driver of kernel %s is older than that of %s: slow on the newest instances",
		       release, floor);
	else if (floor || compare_versions(release, "5.10") >= 0)
		vw_say_passed(a, NULL, "the ENA driver of kernel %s is new enough", release);
	else
		vw_say(a, VW_STATUS_UNKNOWN, VW_ADVICE, "ena", NULL,
		       "the ENA driver of kernel %s tells no version, and no table tells that of this kernel",
		       release);
}

static void ena_is_new(struct vw_assessment *a)
{
	const struct vw_module *module = vw_image_module(&a->kernel->modules, "ena");
	const char *version = module && module->info.state == VW_VALUE ? module->info.version : NULL;
	enum vw_driver_state state = vw_image_driver(a->kernel, "ena");

	if (state == VW_DRIVER_ABSENT || state == VW_DRIVER_UNKNOWN)
		vw_say(a, VW_SKIP, a->severity, "ena", NULL, "kernel %s: ENA001 tells of its driver",
		       a->kernel->release);
	else if (!version)
		ena_by_release(a);
	else if (compare_versions(version, "1.2") < 0)
		vw_say(a, VW_FAIL, VW_FATAL, "ena", module->path,
		       "ena %s of kernel %s is older than 1.2: interfaces of current instances do not attach",
		       version, a->kernel->release);
	else if (compare_versions(version, "2.2.9") < 0)
		vw_say(a, VW_FAIL, VW_DEGRADED, "ena", module->path,
		       "ena %s of kernel %s is older than 2.2.9: slow on the newest instances", version,
		       a->kernel->release);
	else
		vw_say_passed(a, module->path, "ena %s of kernel %s is new enough", version,
			      a->kernel->release);
}

static const struct vw_module *extra(const struct vw_module_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->extra_count; i++)
		if (vw_equal(tree->extra[i].name, name))
			return &tree->extra[i];
	return NULL;
}

static const char *dkms_ena(const struct vw_image_facts *image)
{
	for (size_t i = 0; image->dkms.state == VW_VALUE && i < image->dkms.count; i++)
		if (vw_starts_with(image->dkms.name[i], "ena/") ||
		    vw_starts_with(image->dkms.name[i], "amzn-drivers/"))
			return image->dkms.name[i];
	return NULL;
}

static void ena_is_built(struct vw_assessment *a)
{
	const struct vw_module *module = extra(&a->kernel->modules, "ena");
	const char *dkms = dkms_ena(a->image);
	bool there = vw_image_driver(a->kernel, "ena") == VW_DRIVER_MODULE ||
		     vw_image_driver(a->kernel, "ena") == VW_DRIVER_BUILTIN;

	if (module && module->info.state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "ena", module->path, "%s %s", module->path,
		       vw_state_reason(module->info.state));
	else if (module && module->info.vermagic && !strstr(module->path, "weak-updates/") &&
		 !is_made_for(&module->info, a->kernel->release))
		vw_say(a, VW_FAIL, a->severity, "ena", module->path,
		       "%s hides the kernel's own driver and is made for another kernel: %s", module->path,
		       module->info.vermagic);
	else if (!module && dkms && !there)
		vw_say(a, VW_FAIL, a->severity, "ena", a->image->dkms.source,
		       "%s was not built for kernel %s, which has no ENA driver of its own", dkms,
		       a->kernel->release);
	else if (!module && dkms)
		vw_say(a, VW_FAIL, VW_DEGRADED, "ena", a->image->dkms.source,
		       "%s was not built for kernel %s, which would use its own ENA driver", dkms,
		       a->kernel->release);
	vw_say_passed(a, module ? module->path : NULL,
		      module ? "%s is made for kernel %s" : "%s of kernel %s is its own",
		      module ? module->path : "the ENA driver", a->kernel->release);
}

static void modules_are_signed(struct vw_assessment *a)
{
	const struct vw_module_tree *tree = &a->kernel->modules;
	char force = 'n';
	int r = vw_image_config(a->kernel, "MODULE_SIG_FORCE", &force);

	for (size_t i = 0; i < tree->extra_count; i++) {
		const struct vw_module *module = &tree->extra[i];

		if (module->info.state != VW_VALUE || module->info.is_signed)
			continue;
		if (r < 0)
			vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, module->name, module->path,
			       "%s has no signature, and whether kernel %s demands one is not known",
			       module->path, a->kernel->release);
		else if (force == 'y')
			vw_say(a, VW_FAIL, vw_equal(module->name, "ena") ? VW_FATAL : VW_DEGRADED,
			       module->name, module->path,
			       "%s has no signature, and kernel %s loads none without", module->path,
			       a->kernel->release);
	}
	vw_say_passed(a, tree->folder,
		      "no module from elsewhere would be refused by kernel %s for its signature",
		      a->kernel->release);
}

/* --- Xen --- */

static void kernel_knows_xen(struct vw_assessment *a)
{
	bool pv = a->target == VW_XEN_PV;
	char value = 'n', other = 'n';

	if (vw_image_config(a->kernel, pv ? "XEN_PV" : "XEN_PVHVM", &value) < 0)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, NULL, a->kernel->config.source,
		       "whether kernel %s can be %s is not known: its configuration %s", a->kernel->release,
		       vw_target_name(a->target), vw_state_reason(a->kernel->config.state));
	else if (vw_image_config(a->kernel, pv ? "X86_64_XEN" : "XEN_PVHVM_GUEST", &other) == 0 &&
		 value != 'y' && other != 'y')
		vw_say(a, VW_FAIL, a->severity, pv ? "CONFIG_XEN_PV" : "CONFIG_XEN_PVHVM",
		       a->kernel->config.source,
		       pv ? "kernel %s has no %s: Xen cannot start it without hardware"
			  : "kernel %s has no %s: Xen's devices stay emulated",
		       a->kernel->release, pv ? "CONFIG_XEN_PV" : "CONFIG_XEN_PVHVM");
	vw_say_passed(a, a->kernel->config.source, "kernel %s can be %s", a->kernel->release,
		      vw_target_name(a->target));
}

static bool among(const char *word, const char *words)
{
	return vw_has_word(words, word);
}

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
	if (compression && !among(compression, "gzip bzip2 lzo xz lzma"))
		vw_say(a, VW_FAIL, a->severity, compression, a->kernel->file.path,
		       "%s is compressed with %s, which PV-GRUB does not unpack", a->kernel->file.path,
		       compression);
	else if (!compression && a->kernel->file.state != VW_ABSENT)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, NULL, a->kernel->file.path,
		       "how kernel %s is compressed is not known; PV-GRUB does not unpack all",
		       a->kernel->release);
	for (size_t i = 0; a->image->mounts.state == VW_VALUE && i < a->image->mounts.count; i++) {
		const struct vw_mount *mount = &a->image->mounts.mount[i];

		if ((vw_equal(mount->where, "/boot") || vw_equal(mount->where, "/")) && *mount->type &&
		    !among(mount->type, "ext2 ext3 ext4 jfs xfs reiserfs auto"))
			vw_say(a, VW_FAIL, VW_DEGRADED, mount->where, mount->source,
			       "%s is %s, which PV-GRUB does not read", mount->where, mount->type);
	}
	vw_say_passed(a, menu->text, "PV-GRUB can start kernel %s", a->kernel->release);
}

/* --- what is forbidden to load --- */

/* Where a driver's kernel-own start routine has another name than DRIVER_init. Source: the drivers'
 * module_init() lines, and the macros of include/linux/device/driver.h. */
static const struct {
	const char *driver, *initcall;
} initcalls[] = {
	{"xen_blkfront", "xlblk_init"},
	{"xen_netfront", "netif_init"},
	{"virtio_pci", "virtio_pci_driver_init"},
	{"virtio_net", "virtio_net_driver_init"},
	{"virtio_scsi", "virtio_scsi_init"},
	{"hv_vmbus", "hv_acpi_init"},
	{"hv_storvsc", "storvsc_drv_init"},
	{"hv_netvsc", "netvsc_drv_init"},
	{"gve", "gve_driver_init"},
	{"sd_mod", "init_sd"},
	{"ena", "ena_init"},
	{"nvme", "nvme_init"},
	{"virtio_blk", "virtio_blk_init"},
};

static bool listed(const struct vw_cmdline_word *word, const char *name)
{
	const char *at = word->value, *end = at ? at + word->value_length : NULL;

	while (at && at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
		struct vw_cmdline_word one = {.name = at, .name_length = (size_t)(stop - at)};

		if (vw_cmdline_is(&one, name))
			return true;
		at = stop + 1;
	}
	return false;
}

static bool initcall_forbidden(const struct vw_cmdline_word *word, const char *driver)
{
	for (size_t i = 0; i < VW_COUNT(initcalls); i++)
		if (vw_equal(initcalls[i].driver, driver))
			return listed(word, initcalls[i].initcall);
	return false;
}

/* Source: Linux Documentation/admin-guide/kernel-parameters.txt (module_blacklist, initcall_blacklist);
 * kmod's modprobe.d(5) (modprobe.blacklist); dracut.cmdline(7) (rd.driver.blacklist). */
static const char *forbidden_by(const struct vw_image_kernel *kernel, const char *cmdline, const char *driver,
				bool disk)
{
	bool module = vw_image_driver(kernel, driver) == VW_DRIVER_MODULE;
	struct vw_cmdline_word word;

	while (cmdline && vw_cmdline_next(&cmdline, &word)) {
		if (vw_cmdline_is(&word, "initcall_blacklist") && initcall_forbidden(&word, driver))
			return "initcall_blacklist";
		if (module && vw_cmdline_is(&word, "module_blacklist") && listed(&word, driver))
			return "module_blacklist";
		if (module && vw_cmdline_is(&word, "modprobe.blacklist") && listed(&word, driver))
			return "modprobe.blacklist";
		if (module && disk && vw_cmdline_is(&word, "rd.driver.blacklist") && listed(&word, driver))
			return "rd.driver.blacklist";
	}
	return NULL;
}

/* An install line that runs anything else may well load it. */
static bool does_nothing(const char *command)
{
	size_t length = strcspn(command, " \t");
	static const char *const nothing[] = {
		"/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true", "false",
		"true",       ":",         "/dev/null",      "/sbin/nologin", "/bin/echo"};

	for (size_t i = 0; i < VW_COUNT(nothing); i++)
		if (strlen(nothing[i]) == length && !strncmp(command, nothing[i], length))
			return true;
	return false;
}

static const struct vw_modprobe_rule *blocks(const struct vw_modprobe *modprobe, const char *driver)
{
	for (size_t i = 0; modprobe->state == VW_VALUE && i < modprobe->count; i++) {
		const struct vw_modprobe_rule *rule = &modprobe->rule[i];

		if (vw_equal(rule->module, driver) &&
		    (vw_equal(rule->kind, "blacklist") ||
		     (vw_equal(rule->kind, "install") && does_nothing(rule->argument))))
			return rule;
	}
	return NULL;
}

/* initramfs-tools loads what conf/modules lists by name, which a blacklist does not hinder. */
static bool loaded_by_name(const struct vw_initramfs *initramfs, const char *driver)
{
	for (size_t i = 0; vw_equal(initramfs->generator, "initramfs-tools") && i < initramfs->load.count;
	     i++)
		if (vw_has_word(initramfs->load.line[i].text, driver))
			return true;
	return false;
}

static void blocked_in_modprobe(struct vw_assessment *a, const char *driver, bool disk)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	const struct vw_modprobe_rule *early = disk ? blocks(&initramfs->modprobe, driver) : NULL;
	const struct vw_modprobe_rule *rule = blocks(&a->image->modprobe, driver);

	if (vw_image_driver(a->kernel, driver) != VW_DRIVER_MODULE)
		return;
	if (early && !(vw_equal(early->kind, "blacklist") && loaded_by_name(initramfs, driver)))
		vw_say(a, VW_FAIL, a->severity, driver, early->source,
		       "%s in %s keeps %s from being loaded: %s %s", early->source,
		       initramfs->path ? initramfs->path : "the initramfs", driver, early->kind,
		       early->argument);
	else if (rule && disk)
		vw_say(a, VW_FAIL, VW_DEGRADED, driver, rule->source,
		       "%s forbids %s: the next initramfs that is made will not load it", rule->source,
		       driver);
	else if (rule)
		vw_say(a, VW_FAIL, a->severity, driver, rule->source, "%s keeps %s from being loaded: %s %s",
		       rule->source, driver, rule->kind, rule->argument);
}

static void blocked_on_cmdline(struct vw_assessment *a, const char *driver, bool disk)
{
	const struct vw_text *cmdline = &a->kernel->cmdline, *own = &a->kernel->initramfs.cmdline;
	const char *by =
		cmdline->state == VW_VALUE ? forbidden_by(a->kernel, cmdline->text, driver, disk) : NULL;
	const char *source = cmdline->source;

	if (!by && disk && own->state == VW_VALUE) {
		by = forbidden_by(a->kernel, own->text, driver, disk);
		source = own->source;
	}
	if (by)
		vw_say(a, VW_FAIL, a->severity, driver, source,
		       "%s on the command line of kernel %s forbids %s", by, a->kernel->release, driver);
}

/* Of alternatives, those are asked that the kernel has: a driver that does not exist is another check's. */
static void each_needed(struct vw_assessment *a, void (*ask)(struct vw_assessment *, const char *, bool))
{
	for (size_t i = 0; i < VW_COUNT(needs); i++) {
		const char *const *way;

		if (!(needs[i].targets & a->target))
			continue;
		way = needs[i].disk ? best_way(a->kernel, needs[i].need) : needs[i].need->way[0];
		for (const char *const *driver = way; *driver; driver++)
			ask(a, *driver, needs[i].disk);
	}
}

static void nothing_in_modprobe(struct vw_assessment *a)
{
	const struct vw_module *module;

	each_needed(a, blocked_in_modprobe);
	if (!needed_module(a, &module)) {
		vw_say_passed(a, NULL, "what kernel %s needs is no module, or is not there",
			      a->kernel->release);
		return;
	}
	if (vw_unreadable(a->image->modprobe.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "modprobe.d", "/etc/modprobe.d",
		       "whether modprobe.d forbids a driver is not known: it %s",
		       vw_state_reason(a->image->modprobe.state));
	else if (a->kernel->initramfs.state != VW_ABSENT && !vw_passed_over(&a->kernel->initramfs) &&
		 doubt(&a->kernel->initramfs))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "modprobe.d", a->kernel->initramfs.path,
		       "whether modprobe.d in the initramfs forbids a driver is not known: it %s",
		       doubt(&a->kernel->initramfs));
	vw_say_passed(a, "/etc/modprobe.d", "modprobe.d forbids nothing that kernel %s needs",
		      a->kernel->release);
}

static void nothing_on_cmdline(struct vw_assessment *a)
{
	each_needed(a, blocked_on_cmdline);
	if (vw_unreadable(a->kernel->cmdline.state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "command line", a->kernel->cmdline.source,
		       "whether the command line of kernel %s forbids a driver is not known: it %s",
		       a->kernel->release, vw_state_reason(a->kernel->cmdline.state));
	vw_say_passed(a, a->kernel->cmdline.source, "the command line forbids nothing that kernel %s needs",
		      a->kernel->release);
}

/* --- hosts of guests --- */

static void kvm_is_there(struct vw_assessment *a)
{
	bool arm = a->target & VW_ON_EC2_ARM64;
	static const char *const x86[] = {"kvm", "kvm_intel", NULL}, *const arm64[] = {"kvm", NULL};
	bool host = a->target == VW_NESTED_HOST;

	for (const char *const *driver = arm ? arm64 : x86; *driver; driver++) {
		enum vw_driver_state state = vw_image_driver(a->kernel, *driver);
		const struct vw_modprobe_rule *rule = blocks(&a->image->modprobe, *driver);

		a->cure = rule && state == VW_DRIVER_MODULE ? "delete the line that names {subject}" : NULL;
		if (state == VW_DRIVER_ABSENT)
			vw_say(a, VW_FAIL, a->severity, *driver, a->kernel->modules.folder,
			       "kernel %s has no %s: it cannot host guests", a->kernel->release, *driver);
		else if (state == VW_DRIVER_UNKNOWN)
			vw_say(a, VW_STATUS_UNKNOWN, a->severity, *driver, a->kernel->modules.folder,
			       "whether kernel %s has %s is not known", a->kernel->release, *driver);
		else if (rule && state == VW_DRIVER_MODULE)
			vw_say(a, VW_FAIL, a->severity, *driver, rule->source, "%s forbids %s", rule->source,
			       *driver);
	}
	a->cure = "delete nested=0 of {subject}";
	for (size_t i = 0; host && a->image->modprobe.state == VW_VALUE && i < a->image->modprobe.count;
	     i++) {
		const struct vw_modprobe_rule *rule = &a->image->modprobe.rule[i];

		if (vw_equal(rule->kind, "options") && vw_starts_with(rule->module, "kvm_") &&
		    (vw_has_word(rule->argument, "nested=0") || vw_has_word(rule->argument, "nested=N")))
			vw_say(a, VW_FAIL, VW_ADVICE, rule->module, rule->source,
			       "%s switches nesting off: guests of this host cannot be hosts", rule->source);
	}
	vw_say_passed(a, a->kernel->modules.folder, "kernel %s can host guests", a->kernel->release);
}

static void vhost_is_there(struct vw_assessment *a)
{
	static const char *const wanted[] = {"vhost_net", "tun", "vhost_vsock"};

	for (size_t i = 0; i < VW_COUNT(wanted); i++) {
		enum vw_driver_state state = vw_image_driver(a->kernel, wanted[i]);

		if (state == VW_DRIVER_ABSENT || state == VW_DRIVER_UNKNOWN)
			vw_say(a, state == VW_DRIVER_ABSENT ? VW_FAIL : VW_STATUS_UNKNOWN, a->severity,
			       wanted[i], a->kernel->modules.folder,
			       state == VW_DRIVER_ABSENT ? "kernel %s has no %s, which guests' networks use"
							 : "whether kernel %s has %s is not known",
			       a->kernel->release, wanted[i]);
	}
	vw_say_passed(a, a->kernel->modules.folder, "kernel %s has what guests' networks use",
		      a->kernel->release);
}

static void hotplug_is_on(struct vw_assessment *a)
{
	static const struct {
		unsigned targets;
		const char *option;
	} wanted[] = {
		{VW_NITRO | VW_NITRO_ARM64 | VW_NESTED_HOST, "HOTPLUG_PCI_ACPI"},
		{VW_EC2_METAL | VW_EC2_METAL_ARM64, "HOTPLUG_PCI_PCIE"},
		{VW_EC2_METAL | VW_EC2_METAL_ARM64, "PCIEASPM"},
	};
	char value;

	for (size_t i = 0; i < VW_COUNT(wanted); i++) {
		if (!(wanted[i].targets & a->target))
			continue;
		if (vw_image_config(a->kernel, wanted[i].option, &value) < 0)
			vw_say(a, VW_STATUS_UNKNOWN, a->severity, wanted[i].option, a->kernel->config.source,
			       "whether kernel %s has CONFIG_%s is not known: its configuration %s",
			       a->kernel->release, wanted[i].option,
			       vw_state_reason(a->kernel->config.state));
		else if (value != 'y')
			vw_say(a, VW_FAIL, a->severity, wanted[i].option, a->kernel->config.source,
			       "kernel %s has no CONFIG_%s: volumes and interfaces attach only with a reboot",
			       a->kernel->release, wanted[i].option);
	}
	vw_say_passed(a, a->kernel->config.source, "kernel %s sees what is attached while it runs",
		      a->kernel->release);
}

static void tpm_is_driven(struct vw_assessment *a)
{
	bool wanted = a->request->ami && a->request->ami->tpm_support;
	char value;

	if (vw_image_config(a->kernel, "TCG_CRB", &value) < 0)
		vw_say(a, VW_STATUS_UNKNOWN, VW_ADVICE, "TCG_CRB", a->kernel->config.source,
		       "whether kernel %s drives NitroTPM is not known: its configuration %s",
		       a->kernel->release, vw_state_reason(a->kernel->config.state));
	else if (value == 'n')
		vw_say(a, VW_FAIL, wanted ? a->severity : VW_ADVICE, "TCG_CRB", a->kernel->config.source,
		       "kernel %s has no CONFIG_TCG_CRB: NitroTPM cannot be used", a->kernel->release);
	vw_say_passed(a, a->kernel->config.source, "kernel %s drives NitroTPM", a->kernel->release);
}

/* --- the table --- */

static const char *const initramfs_nvme[VW_FAMILIES] = {
	[VW_DEBIAN] = "echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k {kernel}",
	[VW_REDHAT] =
		"echo 'add_drivers+=\" nvme \"' > /etc/dracut.conf.d/nvme.conf && dracut -f --kver {kernel}",
	[VW_SUSE] =
		"echo 'add_drivers+=\" nvme \"' > /etc/dracut.conf.d/nvme.conf && dracut -f --kver {kernel}",
	[VW_ALPINE] = "add nvme to features= in /etc/mkinitfs/mkinitfs.conf, then: mkinitfs {kernel}",
	[VW_ARCH] = "add nvme to MODULES=() in /etc/mkinitcpio.conf, then: mkinitcpio -P",
};
static const char *const initramfs_driver[VW_FAMILIES] = {
	[VW_DEBIAN] = "echo {subject} >> /etc/initramfs-tools/modules && update-initramfs -u -k {kernel}",
	[VW_REDHAT] =
		"echo 'add_drivers+=\" {subject} \"' > /etc/dracut.conf.d/drivers.conf && dracut -f --kver "
		"{kernel}",
	[VW_SUSE] =
		"echo 'add_drivers+=\" {subject} \"' > /etc/dracut.conf.d/drivers.conf && dracut -f --kver "
		"{kernel}",
	[VW_ALPINE] = "add {subject} to features= in /etc/mkinitfs/mkinitfs.conf, then: mkinitfs {kernel}",
	[VW_ARCH] = "add {subject} to MODULES=() in /etc/mkinitcpio.conf, then: mkinitcpio -P",
};
static const char *const install_kernel[VW_FAMILIES] = {
	[VW_DEBIAN] =
		"apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws)",
	[VW_REDHAT] = "dnf install kernel kernel-modules",
	[VW_REDHAT_7] = "yum install kernel",
	[VW_SUSE] = "zypper install kernel-default",
	[VW_ALPINE] = "apk add linux-virt",
	[VW_ARCH] = "pacman -S linux",
};
static const char *const install_driver[VW_FAMILIES] = {
	[VW_DEBIAN] = "apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws)",
	[VW_REDHAT] = "dnf install kernel-modules kernel-modules-extra, of a kernel that has {subject}",
	[VW_REDHAT_7] = "yum install kernel, one that has {subject}",
	[VW_SUSE] = "zypper install kernel-default (not kernel-default-base)",
	[VW_ALPINE] = "apk add linux-lts",
};
static const char *const set_cmdline[VW_FAMILIES] = {
	[VW_DEBIAN] = "add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
		      "update-grub",
	[VW_REDHAT] = "grubby --update-kernel=ALL --args=nvme_core.io_timeout=4294967295",
	[VW_SUSE] = "add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
		    "grub2-mkconfig -o /boot/grub2/grub.cfg",
	[VW_ALPINE] =
		"add nvme_core.io_timeout=4294967295 to default_kernel_opts in /etc/update-extlinux.conf, "
		"then: update-extlinux",
};

static const struct vw_check rows[] = {
	{VW_CHECK("AZR001", VW_AZURE, VW_FATAL, "Hyper-V's disk drivers are there before root",
		  "add hv_vmbus, hv_storvsc and sd_mod to the initramfs of kernel {kernel}",
		  "https://learn.microsoft.com/en-us/azure/virtual-machines/linux/create-upload-generic"),
	 VW_EACH_KERNEL, .need = &azure_disk, .remedies = initramfs_driver, .assess = driver_there_and_early},
	{VW_CHECK("AZR002", VW_AZURE, VW_FATAL, "the kernel has Hyper-V's network drivers",
		  "install a kernel that has {subject}",
		  "https://learn.microsoft.com/en-us/azure/virtual-machines/linux/create-upload-generic"),
	 VW_EACH_KERNEL, .need = &azure_network, .remedies = install_driver, .assess = driver_there},
	{VW_CHECK("AZR003", VW_AZURE, VW_ADVICE, "the kernel has NVMe, for the sizes whose disks are NVMe",
		  "install a kernel that has {subject}",
		  "https://learn.microsoft.com/en-us/azure/virtual-machines/enable-nvme-interface"),
	 VW_EACH_KERNEL, .need = &nvme_disk, .remedies = install_driver, .assess = driver_there},
	{VW_CHECK(
		 "AZR004", VW_AZURE, VW_ADVICE, "the kernel has the driver of Azure's own network adapter",
		 "install kernel 6.2 or later, or one into which mana was brought",
		 "https://learn.microsoft.com/en-us/azure/virtual-network/accelerated-networking-mana-linux"),
	 VW_EACH_KERNEL, .need = &azure_mana, .assess = driver_there},
	{VW_CHECK("BLK001", VW_ON_ALL, VW_FATAL, "modprobe.d forbids no driver that is needed",
		  "delete the line that names {subject}, and make the initramfs of kernel {kernel} again",
		  VW_EC2_GUIDE "nvme-ebs-volumes.html"),
	 VW_EACH_KERNEL, .assess = nothing_in_modprobe},
	{VW_CHECK("BLK002", VW_ON_ALL, VW_FATAL, "the command line forbids no driver that is needed",
		  "take {subject} out of the black list on the kernel's command line, and update the boot "
		  "loader",
		  "https://docs.kernel.org/admin-guide/kernel-parameters.html"),
	 VW_EACH_KERNEL, .assess = nothing_on_cmdline},
	{VW_CHECK("ENA001", VW_ON_NVME | VW_XEN_HVM, VW_FATAL, "the kernel has the ENA network driver",
		  "install a kernel that has ena", VW_EC2_GUIDE "enhanced-networking-ena.html"),
	 VW_EACH_KERNEL, .need = &ena_network, .milder_on = VW_XEN_HVM, .milder = VW_DEGRADED,
	 .remedies = install_driver, .assess = driver_there},
	{VW_CHECK("ENA002", VW_ON_NVME, VW_FATAL, "the ENA driver is new enough",
		  "update the kernel, or its ena module",
		  "https://github.com/amzn/amzn-drivers/blob/master/kernel/linux/ena/"
		  "ENA_Linux_Best_Practices.rst"),
	 VW_EACH_KERNEL, .assess = ena_is_new},
	{VW_CHECK("ENA003", VW_ON_NVME, VW_FATAL, "an ENA driver from elsewhere is built for this kernel",
		  "dkms autoinstall -k {kernel}",
		  "https://github.com/amzn/amzn-drivers/blob/master/kernel/linux/ena/README.rst"),
	 VW_EACH_KERNEL, .assess = ena_is_built},
	{VW_CHECK("ENA004", VW_ON_NVME, VW_FATAL,
		  "modules from elsewhere are signed where the kernel demands it",
		  "sign {subject} with a key that kernel {kernel} trusts",
		  "https://docs.kernel.org/admin-guide/module-signing.html"),
	 VW_EACH_KERNEL, .assess = modules_are_signed},
	{VW_CHECK("GCP001", VW_GCP, VW_FATAL, "Compute Engine's disk drivers are there before root",
		  "add virtio_pci, virtio_scsi and sd_mod to the initramfs of kernel {kernel}",
		  "https://cloud.google.com/compute/docs/images/building-custom-os"),
	 VW_EACH_KERNEL, .need = &google_disk, .remedies = initramfs_driver,
	 .assess = driver_there_and_early},
	{VW_CHECK("GCP002", VW_GCP, VW_FATAL, "the kernel has Compute Engine's network drivers",
		  "install a kernel that has {subject}",
		  "https://cloud.google.com/compute/docs/images/building-custom-os"),
	 VW_EACH_KERNEL, .need = &google_network, .remedies = install_driver, .assess = driver_there},
	{VW_CHECK("GCP003", VW_GCP, VW_ADVICE,
		  "NVMe is there before root, for the machines whose disks are NVMe",
		  "add nvme to the initramfs of kernel {kernel}",
		  "https://cloud.google.com/compute/docs/disks/about-nvme"),
	 VW_EACH_KERNEL, .need = &nvme_disk, .remedies = initramfs_nvme, .assess = driver_there_and_early},
	{VW_CHECK("HOT001", VW_ON_NVME, VW_DEGRADED,
		  "the kernel sees devices that are attached while it runs",
		  "use a kernel with CONFIG_{subject}=y", VW_EC2_GUIDE "attaching-volume.html"),
	 VW_EACH_KERNEL, .assess = hotplug_is_on},
	{VW_CHECK("KRN001", VW_ON_ALL, VW_FATAL, "a kernel is installed with its modules", "install a kernel",
		  "https://docs.kernel.org/admin-guide/README.html"),
	 .remedies = install_kernel, .assess = a_kernel_is_there},
	{VW_CHECK("KRN003", VW_ON_ALL, VW_FATAL, "the kernel's file is whole and for the target's machine",
		  "install the kernel package for the target's machine, or reinstall {kernel}",
		  "https://docs.kernel.org/arch/x86/boot.html"),
	 VW_EACH_KERNEL, .assess = file_fits},
	{VW_CHECK("KVM001", VW_NESTED_HOST | VW_EC2_METAL | VW_EC2_METAL_ARM64, VW_FATAL,
		  "the kernel can host guests",
		  "install a kernel that has {subject}, and let modprobe.d allow it",
		  VW_EC2_GUIDE "amazon-ec2-nested-virtualization.html"),
	 VW_EACH_KERNEL, .milder_on = VW_EC2_METAL | VW_EC2_METAL_ARM64, .milder = VW_ADVICE,
	 .remedies = install_driver, .assess = kvm_is_there},
	{VW_CHECK("KVM002", VW_NESTED_HOST, VW_ADVICE, "the kernel has what guests' networks use",
		  "install a kernel that has {subject}", "https://docs.kernel.org/networking/tuntap.html"),
	 VW_EACH_KERNEL, .remedies = install_driver, .assess = vhost_is_there},
	{VW_CHECK("MOD001", VW_ON_ALL, VW_FATAL, "the index of modules is there and current",
		  "depmod -a {kernel}", "https://man7.org/linux/man-pages/man8/depmod.8.html"),
	 VW_EACH_KERNEL, .assess = index_is_current},
	{VW_CHECK("MOD002", VW_ON_ALL, VW_FATAL, "the image's kmod reads the modules as they are compressed",
		  "update kmod (zstd: 28 or later), or install a kernel whose modules it reads",
		  "https://github.com/kmod-project/kmod/blob/master/NEWS"),
	 VW_EACH_KERNEL, .assess = kmod_reads_modules},
	{VW_CHECK("NVM001", VW_ON_NVME, VW_FATAL, "the kernel has the NVMe driver",
		  "install a kernel that has nvme", VW_EC2_GUIDE "nvme-ebs-volumes.html"),
	 VW_EACH_KERNEL, .need = &nvme_disk, .remedies = install_driver, .assess = driver_there},
	{VW_CHECK("NVM002", VW_ON_NVME, VW_FATAL, "the NVMe driver is there before root",
		  "add nvme to the initramfs of kernel {kernel}", VW_EC2_GUIDE "nvme-ebs-volumes.html"),
	 VW_EACH_KERNEL, .need = &nvme_disk, .remedies = initramfs_nvme, .assess = driver_early},
	{VW_CHECK("NVM003", VW_ON_NVME, VW_DEGRADED, "NVMe requests to EBS are waited for long enough",
		  "add nvme_core.io_timeout=4294967295 to the kernel's command line",
		  VW_EC2_GUIDE "timeout-nvme-ebs-volumes.html"),
	 VW_EACH_KERNEL, .remedies = set_cmdline, .assess = nvme_waits},
	{VW_CHECK("UEF003", VW_NITRO, VW_DEGRADED, "the kernel drives NitroTPM",
		  "use a kernel with CONFIG_TCG_CRB", VW_EC2_GUIDE "enable-nitrotpm-prerequisites.html"),
	 VW_EACH_KERNEL, .assess = tpm_is_driven},
	{VW_CHECK("VF001", VW_XEN_HVM, VW_DEGRADED, "the kernel has the driver of Intel's virtual functions",
		  "install a kernel that has ixgbevf", VW_EC2_GUIDE "sriov-networking.html"),
	 VW_EACH_KERNEL, .need = &ixgbevf_network, .remedies = install_driver, .assess = driver_there},
	{VW_CHECK("VIO001", VW_KVM, VW_FATAL, "virtio's disk drivers are there before root",
		  "add virtio_pci and virtio_blk to the initramfs of kernel {kernel}",
		  "https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html"),
	 VW_EACH_KERNEL, .need = &virtio_disk, .remedies = initramfs_driver,
	 .assess = driver_there_and_early},
	{VW_CHECK("VIO002", VW_KVM, VW_FATAL, "the kernel has virtio's network driver",
		  "install a kernel that has {subject}",
		  "https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html"),
	 VW_EACH_KERNEL, .need = &virtio_network, .remedies = install_driver, .assess = driver_there},
	{VW_CHECK("XEN001", VW_ON_XEN, VW_FATAL, "Xen's disk driver is there before root",
		  "add xen-blkfront to the initramfs of kernel {kernel}", VW_EC2_GUIDE "instance-types.html"),
	 VW_EACH_KERNEL, .need = &xen_disk, .remedies = initramfs_driver, .assess = driver_there_and_early},
	{VW_CHECK("XEN002", VW_ON_XEN, VW_FATAL, "the kernel has Xen's network driver",
		  "install a kernel that has xen-netfront", VW_EC2_GUIDE "instance-types.html"),
	 VW_EACH_KERNEL, .need = &xen_network, .milder_on = VW_XEN_HVM, .milder = VW_DEGRADED,
	 .remedies = install_driver, .assess = driver_there},
	{VW_CHECK("XEN003", VW_ON_XEN, VW_FATAL, "the kernel can be a guest of Xen",
		  "use a kernel with {subject}=y",
		  "https://wiki.xenproject.org/wiki/Mainline_Linux_Kernel_Configs"),
	 VW_EACH_KERNEL, .milder_on = VW_XEN_HVM, .milder = VW_DEGRADED, .assess = kernel_knows_xen},
	{VW_CHECK("XEN004", VW_XEN_PV, VW_FATAL, "PV-GRUB can start the kernel",
		  "write /boot/grub/menu.lst, and use a kernel that is compressed with gzip or xz",
		  VW_EC2_GUIDE "UserProvidedKernels.html"),
	 VW_EACH_KERNEL, .assess = pv_grub_starts},
};

const struct vw_check_table vw_kernel_checks = {rows, VW_COUNT(rows)};
