/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_KNOW_TARGETS_H
#define VW_DETECT_KNOW_TARGETS_H

#include "detect/checks.h"

/* A word of --target. */
struct vwk_target {
	unsigned targets; /* of enum vw_target */
	const char *word;
	const char *arch; /* as in an ELF header: "x86_64"; NULL: several */
	const char *name; /* "a Nitro instance" */
	/* The drivers of its disk and of its network, any of which does; NULL-terminated. A word for several
	 * targets has none. */
	const char *const *disk, *const *network;
};

/* First a row for each bit, then words that stand for several; ends with a row of zeros. */
extern const struct vwk_target vwk_targets[];

#endif
