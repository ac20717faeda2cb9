/* SPDX-License-Identifier: MIT */
#include "probes/probe.h"

/**
 * The running kernel's release and command line.
 *
 * Source: proc(5).
 */
void vw_probe_kernel(struct vw_run *run)
{
	struct vw_kernel_facts *kernel = &run->facts->kernel;

	vw_read_text(run->source, "/proc/sys/kernel/osrelease", &kernel->release);
	vw_read_text(run->source, "/proc/cmdline", &kernel->cmdline);
}
