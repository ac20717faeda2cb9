/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

/**
 * The kernel's clocksources.
 *
 * The *available* list tells the paravirtual clocks that a hypervisor offers ("xen", "kvm-clock",
 * "hyperv_clocksource_tsc_page"); the current one is often "tsc" even under KVM.
 *
 * Source: Linux, Documentation/ABI/testing/sysfs-devices-system-clocksource.
 */
void vw_probe_clock(struct vw_run *run)
{
	struct vw_clock_facts *clock = &run->facts->clock;

	if (run->flags & VW_PROBE_WIDE)
		vw_fact_read_text(run->source, CLOCKSOURCE "current_clocksource", &clock->current);
	vw_fact_read_text(run->source, CLOCKSOURCE "available_clocksource", &clock->available);
}
