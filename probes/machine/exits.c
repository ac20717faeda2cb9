/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

/**
 * How long one CPUID instruction takes: measured when asked for, or what a snapshot recorded.
 */
void vw_probe_exits(struct vw_run *run)
{
	static const char origin[] = "cpuid timing";
	uint64_t min, median;

	if (!(run->flags & VW_PROBE_TIMING) && !run->facts->snapshot)
		return;
	if (vw_source_cpuid_timing(run->source, &min, &median) < 0)
		return;
	vw_fact_set_number(&run->facts->exits.min_ns, min, origin);
	vw_fact_set_number(&run->facts->exits.median_ns, median, origin);
}
