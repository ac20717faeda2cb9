/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* A kernel's modules: their index, their compression, their signatures. */

VW_CHECKS_OF(modules);

/* Does the first word of vermagic name this release? Source: Linux include/linux/vermagic.h. */
bool vw_module_made_for(const struct vw_modinfo *info, const char *release)
{
	size_t length = strlen(release);

	return !strncmp(info->vermagic, release, length) && strchr(" ", info->vermagic[length]);
}

static void vermagic_fits(struct vw_assessment *a)
{
	const struct vw_module_tree *tree = &a->kernel->modules;

	for (const struct vwk_driver *row = vwk_drivers; row->module; row++) {
		const struct vw_module *module = row->modinfo ? vw_image_module(tree, row->module) : NULL;

		if (!module)
			continue;
		if (module->info.state == VW_MALFORMED)
			vw_say(a, VW_FAIL, a->severity, row->module, module->path, "%s is damaged",
			       module->path);
		else if (module->info.state == VW_VALUE && module->info.vermagic &&
			 !strstr(module->path ? module->path : "", "weak-updates/") &&
			 !vw_module_made_for(&module->info, a->kernel->release))
			vw_say(a, VW_FAIL, a->severity, row->module, module->path,
			       "%s is made for another kernel: %s", module->path, module->info.vermagic);
	}
}

static void index_is_current(struct vw_assessment *a)
{
	const struct vw_module_tree *tree = &a->kernel->modules;
	const char *needed = vw_needed_module(a);
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

VW_CHECK(MOD001, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT, "the index of modules is there and current",
	 "depmod -a {kernel}", "https://man7.org/linux/man-pages/man8/depmod.8.html", VW_EACH_KERNEL,
	 .assess = index_is_current);

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

		if (vwb_text_equal(suffix, "ko") ||
		    (kmod->state == VW_VALUE && vwb_text_has_word(kmod->text, suffix)))
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

VW_CHECK(MOD002, VW_ON_ALL, VW_FATAL, VW_BREAKS_BOOT,
	 "the image's kmod reads the modules as they are compressed",
	 "update kmod (zstd: 28 or later), or install a kernel whose modules it reads",
	 "https://github.com/kmod-project/kmod/blob/master/NEWS", VW_EACH_KERNEL,
	 .assess = kmod_reads_modules);

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
			vw_say(a, VW_FAIL, vwb_text_equal(module->name, "ena") ? VW_FATAL : VW_DEGRADED,
			       module->name, module->path,
			       "%s has no signature, and kernel %s loads none without", module->path,
			       a->kernel->release);
	}
	vw_say_passed(a, tree->folder,
		      "no module from elsewhere would be refused by kernel %s for its signature",
		      a->kernel->release);
}

VW_CHECK(ENA004, VW_ON_NVME, VW_FATAL, VW_BREAKS_REACH,
	 "modules from elsewhere are signed where the kernel demands it",
	 "sign {subject} with a key that kernel {kernel} trusts",
	 "https://docs.kernel.org/admin-guide/module-signing.html", VW_EACH_KERNEL,
	 .assess = modules_are_signed);
