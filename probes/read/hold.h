/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_HOLD_H
#define VW_PROBES_READ_HOLD_H

/*
 * Holding back the signals that end a program while something temporary stands on disk, so that it is removed
 * first. No handler is installed: who handles them, ignores them or blocks them himself sees no difference.
 * Internal to probes/.
 */

#include <signal.h>

#include "base/base.h"

/* A structure of zeros holds nothing. */
struct vw_hold {
	bool holding;
	sigset_t held; /* those that this one blocks */
};

/** Hold the signals back, in this thread. */
void vw_hold_begin(struct vw_hold *hold);

/** Has one of them come? What takes long ends then with -EINTR, to clean up. */
bool vw_hold_broken(const struct vw_hold *hold);

/** Let them through. One that has come is delivered now: where nobody handles it, this does not return. */
void vw_hold_end(struct vw_hold *hold);

#endif
