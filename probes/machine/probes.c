/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"
#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * THE TABLE of probes, in the order in which they run: a probe may read the facts of those above it. What no
 * x86 kernel has is not looked for there.
 */
static const struct {
	const char *name;
	void (*run)(struct vw_run *run);
	bool foreign_x86;
} probes[] = {
	{"kernel", vw_probe_kernel, false},
	{"cpuid", vw_probe_cpuid, false},
	{"cpuinfo", vw_probe_cpuinfo, false},
	{"clock", vw_probe_clock, false},
	{"xen", vw_probe_xen, false},
	{"cpuid_xen", vw_probe_cpuid_xen, false}, /* reads cpuid, clock, xen */
	{"dmi", vw_probe_dmi, false},
	{"acpi", vw_probe_acpi, false},
	{"devicetree", vw_probe_devicetree, true},
	{"pci", vw_probe_pci, false},
	{"bus", vw_probe_bus, false},               /* reads pci */
	{"net", vw_probe_net, false},               /* reads pci, bus, xen */
	{"block", vw_probe_block, false},           /* reads pci, bus, xen */
	{"interrupts", vw_probe_interrupts, false}, /* reads cpuid, xen */
	{"kvm", vw_probe_kvm, false},
	{"container", vw_probe_container, false},       /* reads kernel */
	{"confidential", vw_probe_confidential, false}, /* reads cpuid */
	{"s390", vw_probe_s390, true},
	{"power", vw_probe_power, true}, /* reads devicetree */
	{"sparc", vw_probe_sparc, true},
	{"passport", vw_probe_passport, false}, /* reads dmi */
	{"exits", vw_probe_exits, false},
};

/* How many things could not be read so far. */
static size_t count_unread(const struct vw_run *run)
{
	size_t count;

	(void)vw_source_unread(run->source, &count);
	return count + run->notes;
}

static void run_probe(struct vw_run *run, size_t index, struct vw_probe_outcome *outcome)
{
	size_t unread;
	uint64_t start;

	if (!outcome) {
		probes[index].run(run);
		return;
	}
	unread = count_unread(run);
	start = vwb_clock_ns(CLOCK_MONOTONIC);
	probes[index].run(run);
	*outcome = (struct vw_probe_outcome){.name = probes[index].name,
					     .success = count_unread(run) == unread,
					     .duration_ns = vwb_clock_ns(CLOCK_MONOTONIC) - start};
	run->facts->outcome_count++;
}

static void run_probes(struct vw_run *run)
{
	struct vw_probe_outcome *outcome = NULL;

	if (run->flags & VW_PROBE_OUTCOMES)
		outcome = vwb_arena_array(run->arena, VW_COUNT(probes), sizeof(*outcome));
	run->facts->outcome = outcome;
	for (size_t i = 0; i < VW_COUNT(probes); i++)
		if (!probes[i].foreign_x86 || !vw_arch_is_x86(run->facts->arch))
			run_probe(run, i, outcome ? &outcome[run->facts->outcome_count] : NULL);
}

/* What the source could not read, and behind it what the probes noted. */
static void collect_unread(struct vw_run *run)
{
	size_t count;
	const struct vw_unread *unread = vw_source_unread(run->source, &count);
	struct vw_unread *all = vwb_arena_array(run->arena, count + run->notes, sizeof(*all));

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
	run_probes(&run);
	collect_unread(&run);
	if (vwb_arena_failed(run.arena)) {
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
