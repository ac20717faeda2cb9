/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"
#include "detect/checks.h"

#include <errno.h>
#include <stdlib.h>

/* The report and its arena in one block; the report is its first member. */
struct owned_report {
	struct vw_report report;
	struct vwb_arena *arena;
};

static void copy_evidence(struct vw_build *build)
{
	struct vw_report *report = build->report;
	struct vw_evidence *evidence = vwb_arena_array(build->arena, build->clues, sizeof(*evidence));

	for (size_t i = 0; evidence && i < build->clues; i++) {
		build->clue[i]->evidence.supports = build->clue[i]->support;
		evidence[i] = build->clue[i]->evidence;
	}
	report->evidence = evidence;
	report->evidence_count = evidence ? build->clues : 0;
}

static void fill(struct vw_build *build)
{
	build->clue = vwb_arena_array(build->arena, VW_EVIDENCE_LIMIT, sizeof(*build->clue));
	build->layer = vwb_arena_array(build->arena, VW_LAYER_LIMIT, sizeof(*build->layer));
	build->conflict = vwb_arena_array(build->arena, VW_CONFLICT_LIMIT, sizeof(*build->conflict));
	if (vwb_arena_failed(build->arena))
		return;
	vw_platform_decide(build);
	vw_devices_fill(build);
	vw_dimensions_fill(build);
	vw_stack_fill(build);
	vw_nested_fill(build);
	vw_conflicts_fill(build, &vwk_pairs);
	build->report->conflict = build->conflict;
	copy_evidence(build);
	if (vw_check_live(build) < 0) /* the arena remembers it */
		return;
}

int vw_detect(const struct vw_facts *facts, struct vw_report **ret_report)
{
	struct owned_report *owned = calloc(1, sizeof(*owned));
	struct vw_build build = {.facts = facts};

	if (!owned || vwb_arena_new(&owned->arena) < 0) {
		free(owned);
		return -ENOMEM;
	}
	owned->report.facts = facts;
	build.arena = owned->arena;
	build.report = &owned->report;
	fill(&build);
	if (vwb_arena_failed(owned->arena)) {
		vw_report_free(&owned->report);
		return -ENOMEM;
	}
	*ret_report = &owned->report;
	return 0;
}

void vw_report_free(struct vw_report *report)
{
	struct owned_report *owned = (struct owned_report *)report;

	if (!owned)
		return;
	vwb_arena_free(owned->arena);
	free(owned);
}
