/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_CHANGES_H
#define VW_AGENT_CHANGES_H

/*
 * What became of a machine between two reports. Pure.
 */

#include "agent/digest.h"

/* sd-id128(3): "the machine under this system changed"; systemd/virtwhered.catalog explains it. */
#define VW_CHANGE_MESSAGE_ID "6b1f3a0c7d5e4c0f9a52d3c84be1f7a6"

struct vw_change {
	const char *kind;   /* static: "platform", "level", "driver", "device-gone", … */
	int priority;       /* of syslog(3) */
	const char *device; /* NULL: not of a device */
	const char *sentence;
};

/* A structure of zeros is empty. */
struct vw_changes {
	struct vw_arena *arena;
	size_t count;
	struct vw_change *change; /* the whole machine's first, then devices, then findings */
};

/**
 * Compare two digests.
 *
 * @ret: free with vw_changes_free()
 *
 * Returns 0 or -ENOMEM.
 */
_must_check_ int vw_changes_between(const struct vw_digest *before, const struct vw_digest *after,
				    struct vw_changes *ret);

void vw_changes_free(struct vw_changes *changes);

/** The most urgent priority among them. */
int vw_changes_priority(const struct vw_changes *changes);

#endif
