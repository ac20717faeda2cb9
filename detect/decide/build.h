/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_DECIDE_BUILD_H
#define VW_DETECT_DECIDE_BUILD_H

/* How a report grows. Only the files of this folder include it. */

#include "base/base.h"
#include "detect/report.h"
#include "detect/know/tables.h"

enum {
	VW_EVIDENCE_LIMIT = 512,
	VW_SUPPORT_LIMIT = 24,
	VW_LAYER_LIMIT = 24,
	VW_CONFLICT_LIMIT = 16,
};

/* Evidence while it grows: the words that it supports are added one by one. */
struct vw_clue {
	size_t index;
	struct vw_evidence evidence;
	const char *support[VW_SUPPORT_LIMIT];
};

struct vw_build {
	struct vwb_arena *arena;
	const struct vw_facts *facts;
	struct vw_report *report;
	const struct vwk_row *row;   /* the platform; never NULL */
	const struct vwk_row *lower; /* the layer that shows through it, or NULL */
	unsigned domains;            /* whose facts speak of the platform: enum vwk_domain */
	size_t clues;
	struct vw_clue **clue;
	struct vw_layer *layer;
	struct vw_conflict *conflict;
};

/**
 * Add a piece of evidence, or one more word to one that is there: the same source and value is one piece.
 *
 * Returns its index in the report's evidence, or VW_EVIDENCE_LIMIT when there is no room.
 */
size_t vw_evidence_add(struct vw_build *build, const char *source, const char *value, enum vw_weight weight,
		       const char *word, const char *reference);

/** Indexes of all evidence that supports @word; in the report's memory. */
struct vw_refs vw_evidence_for(struct vw_build *build, const char *word);

/** Strongest evidence that supports @word, or VW_EVIDENCE_LIMIT. */
size_t vw_evidence_strongest(const struct vw_build *build, const char *word);

void vw_conflict_add(struct vw_build *build, size_t a, size_t b, const char *message);

/** What a row is called as a layer of the stack: its name, or the hypervisor's where rows are modes of one.
 */
const char *vw_layer_name(struct vw_build *build, const struct vwk_row *row);

/* What a rule looked at, for rules of other files. */
void vw_rule_see_text(struct vwk_seen *seen, const struct vw_text *fact);
void vw_rule_see_number(struct vwk_seen *seen, const struct vw_number *fact);

/** Where no row of vwk_confinement holds: is it certain that no container confines this process? */
bool vw_confined_not(const struct vw_facts *facts);

/** Is there something that tells whether a container confines this process, and may not be read? */
bool vw_confinement_denied(const struct vw_facts *facts);

/** Is the root another folder than the host's, in the first PID namespace? */
enum vw_tristate vw_chroot_decide(const struct vw_facts *facts);

/* Each fills its part of the report, from what the ones before it left there; in the order of this list. */
void vw_platform_decide(struct vw_build *build);
void vw_devices_fill(struct vw_build *build);
void vw_dimensions_fill(struct vw_build *build);
void vw_stack_fill(struct vw_build *build);
void vw_nested_fill(struct vw_build *build);
void vw_conflicts_fill(struct vw_build *build, const struct vwk_pairs *among);

#endif
