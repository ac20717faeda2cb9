/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_SOURCE_INTERNAL_H
#define VW_PROBES_READ_SOURCE_INTERNAL_H

/*
 * The inside of a source. Only source*.c, snapshot.c and their tests include it.
 */

#include "probes/read/hold.h"
#include "probes/read/root.h"
#include "probes/read/source.h"

/* What one kind of access to a path gave. */
struct vw_access_answer {
	bool asked;
	int err; /* 0 or a negative errno */
};

/* Everything known of one path. */
struct vw_access {
	const char *path; /* as asked for */
	uint32_t hash;
	int noted; /* the errno that it is among the unread with, or 0 */
	struct vw_access_answer read, link, list, exists, usable;
	const char *bytes;
	size_t size, limit; /* read with this limit */
	const char *target;
	size_t count;
	const char *const *name;
};

/* A path that is answered without asking the kernel. */
struct vw_denial {
	const char *path;
	int err;       /* -EACCES, or what a snapshot recorded */
	bool recorded; /* by a snapshot: for this path alone, and only where the snapshot has nothing */
};

/* A file whose bytes stand elsewhere, see vw_source_overlay(). */
struct vw_overlay {
	const char *path, *file;
};

/* The leaves of one kind: those that were asked for, and those that a snapshot holds. */
struct vw_leaves {
	bool tried; /* the snapshot's file was read, or Xen was asked */
	int noted;  /* the errno that it is among the unread with, or 0 */
	int err;
	size_t count, space;
	struct vw_leaf *leaf;
	size_t held;
	struct vw_leaf *hold;
};

struct vw_source {
	struct vwb_arena *arena;
	struct vw_root root;
	bool snapshot;
	const char *path, *arch, *captured;
	char *unpacked;      /* private directory to remove at the end, or NULL */
	struct vw_hold hold; /* while there is one, or a recording is being written */

	size_t accesses, access_space;
	struct vw_access **access; /* in the order of access */
	size_t slots;              /* a power of two */
	struct vw_access **slot;   /* by hash, open addressing */

	size_t denials, denial_space;
	struct vw_denial *denial;
	size_t overlays, overlay_space;
	struct vw_overlay *overlay;
	size_t unreads, unread_space;
	struct vw_unread *unread;

	char *buffer; /* files are read into it */
	size_t buffer_size;
	size_t kept; /* bytes of files and names */

	struct vw_leaves leaves[2]; /* by enum vw_cpuid_kind */
	size_t executions;
	bool timed;
	int timing_err;
	uint64_t timing_min, timing_median;
};

/** Make a source that reads below @root_fd, which it owns from then on, even when this fails. */
_must_check_ int vw_source_new(int root_fd, struct vw_source **ret_source);

/** Make room for one more element of @size bytes in an array of the arena. Returns 0 or -ENOMEM. */
_must_check_ int vw_source_grow(struct vw_source *source, void *array, size_t count, size_t *space,
				size_t size);

/** A copy of @text that is fit to print, owned by the source. Returns NULL when there is no memory. */
const char *vw_source_clean(struct vw_source *source, const char *text);

/** Add to the unread ones; @shown is kept. */
void vw_source_note(struct vw_source *source, const char *shown, int err);

/** Answer @path with @err, see struct vw_denial. Returns 0 or -ENOMEM. */
_must_check_ int vw_source_add_denial(struct vw_source *source, const char *path, int err, bool recorded);

/** Is @what ("cpuid", "cpuid xen") denied? Returns 0 or a negative errno. */
_must_check_ int vw_source_denied(const struct vw_source *source, const char *what);

/** The same for what vw_source_deny() denied alone, which is not even looked at. */
_must_check_ int vw_source_denied_outright(const struct vw_source *source, const char *path);

/* By enum vw_cpuid_kind. */
extern const struct vw_cpuid_kind_words {
	const char *name; /* as vw_source_deny() and the unread have it: "cpuid", "cpuid xen" */
	const char *file; /* of a snapshot */
} vw_cpuid_kinds[];

/** The errno of a name such as "EACCES", or 0. */
int vw_errno_of(const char *name);

/** The name of an errno, "EACCES", owned by the source or static. */
const char *vw_errno_name(struct vw_source *source, int err);

#endif
