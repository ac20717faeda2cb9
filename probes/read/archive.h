/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_ARCHIVE_H
#define VW_PROBES_READ_ARCHIVE_H

/*
 * tar archives, plain or compressed, through libarchive, which is loaded when first needed.
 * Internal to probes/.
 */

#include "probes/read/hold.h"
#include "probes/read/index.h"
#include "probes/read/tree.h"

/** Load the library. @path: the archive it is for. Returns 0, or -EOPNOTSUPP with @problem filled. */
_must_check_ int vw_archive_load(const char *path, char *problem, size_t problem_size);

/**
 * Make a new private directory: under $TMPDIR, else the first of @parents that can be written, else /tmp.
 *
 * @parents: ends with NULL
 * @ret_folder: to be removed with vw_tree_remove() and freed
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vw_archive_make_folder(const char *const *parents, char **ret_folder);

/** Make a file without a name, in the same place. Returns its descriptor or a negative errno. */
_must_check_ int vw_archive_make_store(const char *const *parents);

struct vw_archive_bounds {
	size_t entries;
	uint64_t total;   /* bytes unpacked, headers among them */
	uint64_t file;    /* bytes that are kept of one */
	unsigned seconds; /* of processor time */
	bool every_codec; /* xz, bzip2 and lz4 besides gzip and zstd */
};

struct vw_archive_job {
	int fd;           /* the archive, a regular file; stays open */
	const char *path; /* its name, for problems */
	const struct vw_archive_bounds *bounds;
	const struct vw_hold *hold; /* begun by the caller, who ends it when the directory is gone; for
				       vw_archive_index() one that holds nothing */
	/* for vw_archive_index() alone */
	struct vw_index *index;
	struct vwb_budget *memory; /* that the index counts in */
	int store; /* where bytes of files go that cannot be read in the archive; at its begin */
	void (*tell)(void *context, uint64_t packed); /* how many bytes of it were read; may be NULL */
	void *context;
};

/**
 * Unpack an archive into a directory that is empty. Directories, regular files and links are made; device
 * nodes become empty files; FIFOs are left out. No entry reaches outside of the directory.
 *
 * Returns 0 or a negative errno as vw_source_snapshot() does, with @problem filled; -EINTR when the hold is
 * broken. What was unpacked till then stays.
 */
_must_check_ int vw_archive_unpack(const struct vw_archive_job *job, const char *folder, char *problem,
				   size_t problem_size);

/**
 * Take an archive's names into an index, and where the bytes of its files stand: in the archive, or, where
 * that is compressed, in the store. Both must stay open as long as the index is read. Returns as
 * vw_archive_unpack().
 */
_must_check_ int vw_archive_index(const struct vw_archive_job *job, char *problem, size_t problem_size);

/** Does the name end like an archive that vw_archive_write() can make? */
bool vw_archive_has_suffix(const char *path);

/**
 * Write nodes as an archive in pax format, without times and owners: equal nodes give equal bytes.
 *
 * @fd: where to; stays open
 * @path: its name; the suffix chooses the compression
 * @hold: as for struct vw_archive_job
 *
 * Returns 0 or a negative errno: -EOPNOTSUPP for a missing library, -EINTR when @hold is broken, or what
 * writing gave; @problem is filled.
 */
_must_check_ int vw_archive_write(int fd, const char *path, const struct vw_hold *hold,
				  const struct vw_node *nodes, size_t count, char *problem,
				  size_t problem_size);

#endif
