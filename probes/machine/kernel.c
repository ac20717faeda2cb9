/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <string.h>

#define VERSION "/proc/version"

/* The container probe wants this file too, so that it is read in any case (Linux, init/version-timestamp.c).
 */
static bool take_release(struct vw_run *run, const struct vw_text *version)
{
	static const char banner[] = "Linux version ";
	const char *release;

	if (version->state != VW_VALUE || !vwb_text_starts(version->text, banner))
		return false;
	release = version->text + strlen(banner);
	vw_fact_set_text(run->source, &run->facts->kernel.release, release, strcspn(release, " "), VERSION);
	return true;
}

/**
 * The running kernel's release and command line.
 *
 * Source: proc(5).
 */
void vw_probe_kernel(struct vw_run *run)
{
	struct vw_kernel_facts *kernel = &run->facts->kernel;
	struct vw_text version;

	vw_fact_read_text(run->source, VERSION, &version);
	if (!take_release(run, &version))
		vw_fact_read_text(run->source, "/proc/sys/kernel/osrelease", &kernel->release);
	if (run->flags & VW_PROBE_WIDE)
		vw_fact_read_text(run->source, "/proc/cmdline", &kernel->cmdline);
}
