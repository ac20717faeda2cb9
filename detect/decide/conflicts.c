/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"

struct found {
	struct vw_build *build;
	size_t evidence;
};

static void add_first(void *user, const struct vwk_rule *rule, const struct vwk_seen *seen)
{
	struct found *found = user;

	if (found->evidence == VW_EVIDENCE_LIMIT)
		found->evidence = vw_evidence_add(found->build, seen->source, seen->value, rule->weight,
						  "conflict", rule->reference);
}

static size_t evidence_of(struct vw_build *build, const struct vwk_rule *rule)
{
	struct found found = {.build = build, .evidence = VW_EVIDENCE_LIMIT};
	struct vwk_trial trial = {
		.facts = build->facts, .domains = VW_FROM_ALL, .witness = add_first, .user = &found};
	enum vw_weight weight;

	(void)vw_rule_ask(&trial, rule, &weight);
	return found.evidence;
}

static bool rule_holds(const struct vw_facts *facts, const struct vwk_rule *rule)
{
	struct vwk_trial trial = {.facts = facts, .domains = VW_FROM_ALL};
	enum vw_weight weight;

	return vw_rule_ask(&trial, rule, &weight) == VW_HOLDS;
}

void vw_conflicts_fill(struct vw_build *build, const struct vwk_pairs *among)
{
	for (size_t i = 0; i < among->count; i++) {
		const struct vwk_pair *pair = &among->pair[i];

		if (!rule_holds(build->facts, &pair->a) || !rule_holds(build->facts, &pair->b))
			continue;
		vw_conflict_add(build, evidence_of(build, &pair->a), evidence_of(build, &pair->b),
				pair->message);
	}
}
