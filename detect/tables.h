/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_TABLES_H
#define VW_DETECT_TABLES_H

/*
 * The tables that verdicts come from. A row holds when all of its needs hold and nothing of its unless does;
 * it is as strong as the weakest of its needs. The order of rows means nothing: which of two rows that hold
 * wins is said by refines.
 */

#include "detect/rules.h"

/* How interrupts and timers reach a guest of this platform. */
enum vw_interrupts {
	VW_INTERRUPTS_UNKNOWN = 0,
	VW_INTERRUPTS_VS,
	VW_INTERRUPTS_P,
	VW_INTERRUPTS_VH,
	VW_INTERRUPTS_H,
	VW_INTERRUPTS_KVM, /* paravirtual where the guest sees KVM's clock */
};

struct vw_row {
	union {
		struct {
			const char *id, *name;
			const char *hypervisor; /* platforms: the family */
		};
		struct vw_word word; /* the same three, for lists */
	};
	const char *vmm, *mode; /* platforms; each may be NULL */
	const char *layer;      /* the kind that stands for it in the stack; NULL: its id */
	const char *const
		*refines; /* ids that it wins over, and over what they win over; NULL-terminated, or NULL */
	const struct vw_rule *needs;
	const struct vw_rule *unless; /* may be NULL */
	unsigned below;               /* domains of facts that speak of the layer under this one */
	bool on_hardware;             /* this hypervisor runs on nothing else */
	bool fallback;                /* yields to every row that is not one */
	bool part; /* only a family is known: not a word of its own, its id is another row's */
	enum vw_class cpu, board;
	enum vw_interrupts interrupts;
};

struct vw_table {
	const struct vw_row *row;
	size_t count;
};

extern const struct vw_table vw_platforms, vw_vmms, vw_clouds, vw_containers, vw_confidentials;

/** Does @row win over @other wherever both hold, by itself or through the rows that it refines? */
bool vw_row_refines(const struct vw_table *table, const struct vw_row *row, const struct vw_row *other);

/** The @index-th row of the EC2 table as a word, static; NULL past the end. */
const struct vw_word *vw_ec2_row_at(size_t index);

#endif
