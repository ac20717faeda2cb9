/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_CHANGES_H
#define VW_AGENT_CHANGES_H

/*
 * What became of a machine between two reports. Pure.
 */

#include "agent/digest.h"

/* sd-id128(3): "the machine under this system changed"; systemd/virtwhered.catalog explains it. */
#define VW_CHANGE_MESSAGE_ID "6b1f3a0c7d5e4c0f9a52d3c84be1f7a6"

/* The closed list of what can change; changes.c has a row for each. */
enum vwd_change_kind {
	VW_CHANGE_PLATFORM,
	VW_CHANGE_INSTANCE_TYPE,
	VW_CHANGE_CLOUD,
	VW_CHANGE_INSTANCE,
	VW_CHANGE_VMM,
	VW_CHANGE_ROW,
	VW_CHANGE_CONTAINER,
	VW_CHANGE_CONFIDENTIAL,
	VW_CHANGE_LEVEL,
	VW_CHANGE_NESTED,
	VW_CHANGE_DRIVER_FALLBACK, /* to one of a worse class */
	VW_CHANGE_DRIVER,
	VW_CHANGE_DRIVER_VERSION,
	VW_CHANGE_DEVICE_NEW,
	VW_CHANGE_DEVICE_GONE,
	VW_CHANGE_FINDING_FAILS,
	VW_CHANGE_FINDING_PASSES,
	VW_CHANGES,
};

struct vwd_change {
	enum vwd_change_kind kind;
	int priority;       /* of syslog(3) */
	const char *device; /* NULL: not of a device */
	const char *sentence;
};

/* A structure of zeros is empty. */
struct vwd_changes {
	struct vwb_arena *arena;
	size_t count;
	struct vwd_change *change; /* the whole machine's first, then devices, then findings */
};

/**
 * Compare two digests.
 *
 * @ret: free with vwd_changes_free()
 *
 * Returns 0 or -ENOMEM.
 */
_must_check_ int vwd_changes_between(const struct vwd_digest *before, const struct vwd_digest *after,
				     struct vwd_changes *ret);

void vwd_changes_free(struct vwd_changes *changes);

/** The word of a kind: "platform", "driver-fallback". Static. */
const char *vwd_change_word(enum vwd_change_kind kind);

/** Does one of them say that the machine is another, or worse, not only that something was plugged in? */
bool vwd_changes_are_of_machine(const struct vwd_changes *changes);

/** The most urgent priority among them. */
int vwd_changes_priority(const struct vwd_changes *changes);

#endif
