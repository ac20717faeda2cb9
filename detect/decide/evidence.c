/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"

#include <string.h>

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void support(struct vw_clue *clue, const char *word)
{
	for (size_t i = 0; i < clue->evidence.support_count; i++) {
		if (same(clue->support[i], word))
			return;
	}
	if (clue->evidence.support_count < VW_SUPPORT_LIMIT)
		clue->support[clue->evidence.support_count++] = word;
}

static struct vw_clue *find(struct vw_build *build, const char *source, const char *value)
{
	for (size_t i = 0; i < build->clues; i++) {
		struct vw_evidence *evidence = &build->clue[i]->evidence;

		if (same(evidence->source, source) && same(evidence->value, value))
			return build->clue[i];
	}
	return NULL;
}

static struct vw_clue *make(struct vw_build *build, const char *source, const char *value,
			    const char *reference)
{
	struct vw_clue *clue;

	if (build->clues == VW_EVIDENCE_LIMIT)
		return NULL;
	clue = vwb_arena_alloc(build->arena, sizeof(*clue));
	if (!clue)
		return NULL;
	clue->index = build->clues;
	build->clue[build->clues++] = clue;
	clue->evidence = (struct vw_evidence){
		.id = vwb_arena_printf(build->arena, "e%zu", build->clues),
		.source = source,
		.value = vwb_arena_string(build->arena, value),
		.weight = VW_WEAK,
		.reference = reference,
	};
	return clue;
}

size_t vw_evidence_add(struct vw_build *build, const char *source, const char *value, enum vw_weight weight,
		       const char *word, const char *reference)
{
	struct vw_clue *clue = find(build, source, value);

	if (!clue)
		clue = make(build, source, value, reference);
	if (!clue)
		return VW_EVIDENCE_LIMIT;
	if (weight > clue->evidence.weight)
		clue->evidence.weight = weight;
	if (!clue->evidence.reference)
		clue->evidence.reference = reference;
	support(clue, word);
	return clue->index;
}

static bool supports(const struct vw_clue *clue, const char *word)
{
	for (size_t i = 0; i < clue->evidence.support_count; i++) {
		if (same(clue->support[i], word))
			return true;
	}
	return false;
}

struct vw_refs vw_evidence_for(struct vw_build *build, const char *word)
{
	size_t *index = vwb_arena_array(build->arena, build->clues, sizeof(*index));
	struct vw_refs refs = {.index = index};

	for (size_t i = 0; index && i < build->clues; i++) {
		if (supports(build->clue[i], word))
			index[refs.count++] = i;
	}
	return refs;
}

size_t vw_evidence_strongest(const struct vw_build *build, const char *word)
{
	size_t best = VW_EVIDENCE_LIMIT;

	for (size_t i = 0; i < build->clues; i++) {
		if (!supports(build->clue[i], word))
			continue;
		if (best == VW_EVIDENCE_LIMIT ||
		    build->clue[i]->evidence.weight > build->clue[best]->evidence.weight)
			best = i;
	}
	return best;
}

void vw_conflict_add(struct vw_build *build, size_t a, size_t b, const char *message)
{
	struct vw_report *report = build->report;

	if (a >= build->clues || b >= build->clues || a == b || report->conflict_count == VW_CONFLICT_LIMIT)
		return;
	build->conflict[report->conflict_count++] =
		(struct vw_conflict){.evidence = {a, b}, .message = vwb_arena_string(build->arena, message)};
}
