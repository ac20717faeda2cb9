/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_SOURCE_H
#define VW_PROBES_READ_SOURCE_H

/*
 * How probes read. Only the files of this folder include it.
 *
 * Paths are absolute as the guest sees them ("/proc/cpuinfo") and never leave the source's root, whatever
 * links lie on the way: openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, and a walk by component
 * where the kernel has no openat2. Every access is remembered: once read, a file is not read again; what
 * exists and could not be read is in vw_source_unread().
 */

#include "probes/probes.h"

enum {
	VW_TEXT_LIMIT = 64 * 1024,
	VW_TABLE_LIMIT = 1024 * 1024,
	VW_LIST_LIMIT = 4096, /* entries of one directory */
};

struct vwb_arena *vw_source_arena(struct vw_source *source); /* lives as long as the source */
bool vw_source_is_snapshot(const struct vw_source *source);
const char *vw_source_path(const struct vw_source *source);     /* as the user named it; NULL when live */
const char *vw_source_arch(const struct vw_source *source);     /* uname -m's word, or meta.json's "arch" */
const char *vw_source_captured(const struct vw_source *source); /* RFC 3339 or NULL */

/**
 * Read a file whole.
 *
 * @path: absolute, inside the source
 * @limit: bytes at the most; what is longer is cut there without an error
 * @ret_bytes: the bytes and one NUL behind them, owned by the source
 *
 * Returns 0, or -ENOENT (also for ENOTDIR), -EACCES (also for EPERM), -EINVAL for what is not a regular file,
 * -ELOOP, -EIO and others as the kernel gave them; outputs are untouched on failure.
 */
_must_check_ int vw_source_read(struct vw_source *source, const char *path, size_t limit,
				const char **ret_bytes, size_t *ret_size);

/** The text of a symbolic link, not followed; owned by the source. Returns 0 or a negative errno as above. */
_must_check_ int vw_source_link(struct vw_source *source, const char *path, const char **ret_target);

/** A directory's entries in ascending byte order, without "." and "..", VW_LIST_LIMIT at the most. */
_must_check_ int vw_source_list(struct vw_source *source, const char *path, size_t *ret_count,
				const char *const **ret_name);

/** Is there anything at @path (links followed)? Returns 0 or a negative errno. */
_must_check_ int vw_source_exists(struct vw_source *source, const char *path);

/**
 * Can a device node be opened for reading and writing? On a snapshot, where nodes are empty files: is it
 * there.
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vw_source_usable(struct vw_source *source, const char *path);

/**
 * Read @size bytes at @offset of a device such as /dev/cpu/0/msr. Never works on a snapshot (-ENODATA).
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vw_source_pread(struct vw_source *source, const char *path, void *buffer, size_t size,
				 uint64_t offset);

/**
 * A path by which a library that opens files itself reaches @path of this source
 * ("/proc/self/fd/7/sys/bus/pci", or the path itself on the live machine), after making sure that each of
 * @paths_below resolves inside the source without any absolute or escaping link. Owned by the source.
 *
 * Returns 0, -EXDEV when some link leaves the source, or another negative errno.
 */
_must_check_ int vw_source_library_path(struct vw_source *source, const char *path,
					const char *const *paths_below, size_t count, const char **ret_path);

enum vw_cpuid_kind {
	VW_CPUID_NATIVE,
	VW_CPUID_XEN_PREFIX, /* ud2a; .ascii "xen"; cpuid */
};

/**
 * Execute a CPUID leaf, or take it from the snapshot. Each leaf is executed once and remembered.
 *
 * Returns 0; -ENODATA when the snapshot does not hold it; -EOPNOTSUPP where the architecture has no CPUID or
 * no Xen answers the prefix; -EACCES when denied.
 */
_must_check_ int vw_source_cpuid(struct vw_source *source, enum vw_cpuid_kind kind, uint32_t leaf,
				 uint32_t subleaf, struct vw_leaf *ret_leaf);

/** All leaves seen so far of one kind, in the order of execution; owned by the source, valid until the next
 * one. */
const struct vw_leaf *vw_source_leaves(const struct vw_source *source, enum vw_cpuid_kind kind,
				       size_t *ret_count);

/** Measured CPUID exit latency in ns: measured now when live, timing.json's on a snapshot. Returns 0 or
 * -ENODATA. */
_must_check_ int vw_source_cpuid_timing(struct vw_source *source, uint64_t *ret_min, uint64_t *ret_median);

/** Everything that exists and could not be read, in the order of access; owned by the source. */
const struct vw_unread *vw_source_unread(const struct vw_source *source, size_t *ret_count);

/* Facts from files: each fills the fact's state, value and source, and never fails. */

enum vw_state vw_state_of(int error); /* 0, -ENOENT, -EACCES, … as a fact's state */

void vw_fact_read_text(struct vw_source *source, const char *path, struct vw_text *fact);
void vw_fact_read_number(struct vw_source *source, const char *path, int base, struct vw_number *fact);
void vw_fact_read_present(struct vw_source *source, const char *path,
			  struct vw_number *fact); /* 1 when it is there */
void vw_fact_read_list(struct vw_source *source, const char *path, struct vw_names *fact);

/* A text fact from bytes at hand, cleaned; @size 0 gives an empty text. */
void vw_fact_set_text(struct vw_source *source, struct vw_text *fact, const char *bytes, size_t size,
		      const char *origin);
void vw_fact_set_number(struct vw_number *fact, uint64_t value, const char *origin);

#endif
