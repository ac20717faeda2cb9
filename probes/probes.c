/* SPDX-License-Identifier: MIT */
#include "probes/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * THE TABLE of probes, in the order in which they run: a probe may read the facts of those above it. What no
 * x86 kernel has is not looked for there.
 */
static const struct {
	void (*run)(struct vw_run *run);
	bool foreign_x86;
} probes[] = {
	{vw_probe_kernel, false},       {vw_probe_cpuid, false},
	{vw_probe_cpuinfo, false},      {vw_probe_clock, false},
	{vw_probe_xen, false},          {vw_probe_cpuid_xen, false}, /* reads cpuid, clock, xen */
	{vw_probe_dmi, false},          {vw_probe_acpi, false},
	{vw_probe_devicetree, true},    {vw_probe_pci, false},
	{vw_probe_bus, false},                                       /* reads pci */
	{vw_probe_net, false},                                       /* reads pci, bus, xen */
	{vw_probe_block, false},                                     /* reads pci, bus, xen */
	{vw_probe_interrupts, false},                                /* reads cpuid, xen */
	{vw_probe_kvm, false},          {vw_probe_container, false}, /* reads kernel */
	{vw_probe_confidential, false},                              /* reads cpuid */
	{vw_probe_s390, true},          {vw_probe_power, true},      /* reads devicetree */
	{vw_probe_sparc, true},         {vw_probe_passport, false},  /* reads dmi */
	{vw_probe_exits, false},
};

/* What the source could not read, and behind it what the probes noted. */
static void collect_unread(struct vw_run *run)
{
	size_t count;
	const struct vw_unread *unread = vw_source_unread(run->source, &count);
	struct vw_unread *all = vw_arena_array(run->arena, count + run->notes, sizeof(*all));

	if (!all)
		return;
	if (count)
		memcpy(all, unread, count * sizeof(*all));
	memcpy(all + count, run->note, run->notes * sizeof(*all));
	run->facts->unread = all;
	run->facts->unread_count = count + run->notes;
}

int vw_probe(struct vw_source *source, unsigned flags, struct vw_facts **ret_facts)
{
	struct vw_run run = {.source = source, .arena = vw_source_arena(source), .flags = flags};

	run.facts = calloc(1, sizeof(*run.facts));
	if (!run.facts)
		return -ENOMEM;
	run.facts->snapshot = vw_source_is_snapshot(source);
	run.facts->path = vw_source_path(source);
	run.facts->arch = vw_source_arch(source);
	run.facts->captured = vw_source_captured(source);
	for (size_t i = 0; i < VW_COUNT(probes); i++) {
		if (!probes[i].foreign_x86 || !vw_is_x86(run.facts->arch))
			probes[i].run(&run);
	}
	collect_unread(&run);
	if (vw_arena_failed(run.arena)) {
		vw_facts_free(run.facts);
		return -ENOMEM;
	}
	*ret_facts = run.facts;
	return 0;
}

void vw_facts_free(struct vw_facts *facts)
{
	free(facts);
}

void vw_facts_freep(struct vw_facts **facts)
{
	vw_facts_free(*facts);
}
