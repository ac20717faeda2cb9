/* SPDX-License-Identifier: MIT */
#include "probes/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* THE TABLE of probes, in the order in which they run: a probe may read the facts of those above it. */
static void (*const probes[])(struct vw_run *run) = {
	vw_probe_kernel,       vw_probe_cpuid,     vw_probe_cpuinfo,
	vw_probe_clock,        vw_probe_xen,       vw_probe_cpuid_xen, /* reads cpuid, clock, xen */
	vw_probe_dmi,          vw_probe_acpi,      vw_probe_devicetree,
	vw_probe_pci,          vw_probe_bus,       /* reads pci */
	vw_probe_net,                              /* reads pci, bus, xen */
	vw_probe_block,                            /* reads pci, bus, xen */
	vw_probe_interrupts,                       /* reads cpuid, xen */
	vw_probe_kvm,          vw_probe_container, /* reads kernel */
	vw_probe_confidential,                     /* reads cpuid */
	vw_probe_s390,         vw_probe_power,     /* reads devicetree */
	vw_probe_sparc,        vw_probe_passport,  /* reads dmi */
	vw_probe_exits,
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
	for (size_t i = 0; i < VW_COUNT(probes); i++)
		probes[i](&run);
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
