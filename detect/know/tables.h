/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_KNOW_TABLES_H
#define VW_DETECT_KNOW_TABLES_H

/*
 * The tables that verdicts come from. A row holds when all of its needs hold and nothing of its unless does;
 * it is as strong as the weakest of its needs. The order of rows means nothing: which of two rows that hold
 * wins is said by refines.
 */

#include "detect/know/rules.h"

/* How interrupts and timers reach a guest of this platform. */
enum vwk_interrupts {
	VW_INTERRUPTS_UNKNOWN = 0,
	VW_INTERRUPTS_VS,
	VW_INTERRUPTS_P,
	VW_INTERRUPTS_VH,
	VW_INTERRUPTS_H,
	VW_INTERRUPTS_KVM, /* paravirtual where the guest sees KVM's clock */
};

/* What else is to be known of a platform, beside what its rules ask. */
enum vwk_trait {
	VWK_BARE = 1 << 0,         /* no hypervisor */
	VWK_UNDETERMINED = 1 << 1, /* nothing decisive was read */
	VWK_UNNAMED = 1 << 2,      /* there is a hypervisor, and nobody knows which */
	VWK_VAGUE = 1 << 3,        /* it may be any of those that refine it */
	VWK_EMULATES = 1 << 4,     /* each instruction is emulated */
	VWK_MAY_EMULATE = 1 << 5,  /* whether it is so is not told */
	VWK_BY_TYPE = 1 << 6,      /* an EC2 instance on Nitro: its type says what it has */
	VWK_BY_KERNEL = 1 << 7, /* a container that the kernel itself is made for: nothing is left behind */
};

struct vwk_row {
	union {
		struct {
			const char *id, *name;
			const char *hypervisor; /* platforms: the family */
		};
		struct vw_word word; /* the same three, for lists */
	};
	const char *vmm, *mode; /* platforms; each may be NULL */
	const char *layer;      /* the kind that stands for it in the stack; NULL: its id */
	/* What CPUID may say at a base leaf, without trailing NULs; the scan takes a leaf for a hypervisor's
	 * only where it says one of these. NULL-terminated, or NULL. Sources: Linux arch/x86/include/asm
	 * (kvm_para, mshyperv, vmware, acrn), Xen public/arch-x86/cpuid.h, QEMU target/i386, OpenBSD and
	 * NetBSD vmm, Intel HAXM and TDX module specification, the vendors' SDKs. */
	const char *const *signatures;
	const char *const
		*refines; /* ids that it wins over, and over what they win over; NULL-terminated, or NULL */
	/* Words of vwk_board_makers that go with it: any other maker's board makes it less certain. NULL: the
	 * board is not its own, or it is told by the board alone. */
	const char *boards;
	const struct vwk_rule *needs;
	const struct vwk_rule *unless; /* may be NULL */
	unsigned below;                /* domains of facts that speak of the layer under this one */
	unsigned traits;               /* of enum vwk_trait */
	bool on_hardware;              /* this hypervisor runs on nothing else */
	bool fallback;                 /* yields to every row that is not one */
	bool part; /* only a family is known: not a word of its own, its id is another row's */
	enum vw_class cpu, board;
	enum vwk_interrupts interrupts;
};

struct vwk_table {
	const struct vwk_row *row;
	size_t count;
};

extern const struct vwk_table vwk_platforms, vwk_vmms, vwk_clouds, vwk_containers, vwk_confidentials;

/* What confines a process, whoever did it. */
extern const struct vwk_table vwk_confinement;

/* Two observations that do not go together on an ordinary machine. */
struct vwk_pair {
	struct vwk_rule a, b;
	const char *message;
};

struct vwk_pairs {
	const struct vwk_pair *pair;
	size_t count;
};

extern const struct vwk_pairs vwk_pairs;

/** Does @row win over @other wherever both hold, by itself or through the rows that it refines? */
bool vw_row_refines(const struct vwk_table *table, const struct vwk_row *row, const struct vwk_row *other);

/* A way in which EC2's hypervisors, and others before them, give a guest its six dimensions. */
struct vwk_ec2_row {
	struct vw_word word;
	const char *platforms[2];
	const char *provider; /* NULL: any */
	bool only;            /* the platform has no other row: cells that are not known do not matter */
	enum vw_class cell[VW_DIMENSIONS]; /* in the order of enum vw_dimension_id */
};

struct vwk_ec2_rows {
	const struct vwk_ec2_row *row;
	size_t count;
};

extern const struct vwk_ec2_rows vwk_ec2_rows;

#endif
