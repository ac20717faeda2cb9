/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_PHRASES_H
#define VW_EXPORT_PHRASES_H

/* What renderers for people say alike, on a terminal and on a page. All strings are static. */

#include "detect/report.h"
#include "export/draw.h"

/** "CPU, memory". */
const char *vwx_dimension_label(enum vw_dimension_id id);

/** What a class means: "in software", "paravirtual". */
const char *vwx_class_phrase(enum vw_class class);

/** The name for people of a word of a list (see vw_word_at()); the word itself when the list lacks it. */
const char *vwx_word_phrase(const char *list, const char *word);

/** "/dev/kvm is usable" for "usable"; the word itself when it is none of vw_nested's. */
const char *vwx_kvm_phrase(const char *kvm);

/** The layer that is the running kernel; the last one when the stack has no kernel, NULL when it is empty. */
const struct vw_layer *vwx_kernel_layer(const struct vw_report *report);

enum { VW_LEVEL_SIZE = 16 };

/**
 * The label of a layer: its level, "hw" for the hardware below level 0, "L?" where it is not known whether
 * there is a machine below, and nothing for the containers above the kernel.
 *
 * @ret: VW_LEVEL_SIZE bytes
 */
void vwx_level_label(const struct vw_report *report, const struct vw_layer *layer, char *ret);

/** Can the report not tell whether a word of `virtwhere is` holds? */
bool vwx_answer_undecided(const struct vw_report *report, const char *word);

/** Was a source closed to us, in contrast to one that is damaged? */
bool vwx_unread_was_denied(const struct vw_unread *unread);

/**
 * What a verdict would gain from the sources that were denied, each once: "the SMBIOS virtual-machine bit".
 *
 * @cursor: 0 at the first call; moves on
 *
 * Returns NULL at the end.
 */
const char *vwx_gain_next(const struct vw_facts *facts, size_t *cursor);

/** Findings are told in groups: the worst of what failed first, then what is not known, then what is well. */
struct vwx_finding_group {
	enum vw_status status;
	enum vw_severity severity; /* 0: any */
	const char *word;          /* "fatal" */
	enum vwx_ink ink;
};

/** Returns the group at @index, or NULL past the end. Each finding belongs to one. */
const struct vwx_finding_group *vwx_finding_group_at(size_t index);

bool vwx_finding_belongs(const struct vw_finding *finding, const struct vwx_finding_group *group);

/** What evidence is to a word that it supports, by whether the word holds: "for", "also fits", "about". */
const char *vwx_support_phrase(enum vw_tristate holds);

/** Does a word that evidence supports hold? One that nobody knows is VW_UNKNOWN. */
enum vw_tristate vwx_support_holds(const struct vw_report *report, const char *word);

#endif
