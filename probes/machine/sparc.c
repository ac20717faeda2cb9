/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

/**
 * The hypervisor's machine description, which exists in a logical domain of a sun4v machine.
 *
 * Source: Linux, arch/sparc/kernel/mdesc.c.
 */
void vw_probe_sparc(struct vw_run *run)
{
	vw_fact_read_present(run->source, "/dev/mdesc", &run->facts->sparc.mdesc);
}
