/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_ARCHIVE_H
#define VW_PROBES_ARCHIVE_H

/*
 * tar archives, plain or compressed with gzip or zstd, through libarchive, which is loaded when first needed.
 * Internal to probes/.
 */

#include "probes/hold.h"
#include "probes/tree.h"

/**
 * Unpack an archive into a new private directory: under $TMPDIR, else /dev/shm, else /tmp.
 *
 * Directories, regular files and links are made; device nodes become empty files; FIFOs are left out. A file
 * longer than VW_TABLE_LIMIT is cut one byte behind it. No entry reaches outside of the directory.
 *
 * @fd: the archive, a regular file; stays open
 * @path: its name, for @problem
 * @hold: begun by the caller, who ends it when the directory is gone
 * @ret_directory: to be removed with vw_tree_remove() and freed
 *
 * Returns 0 or a negative errno as vw_source_snapshot() does, with @problem filled; -EINTR when @hold is
 * broken.
 */
_must_check_ int vw_archive_unpack(int fd, const char *path, const struct vw_hold *hold, char **ret_directory,
				   char *problem, size_t problem_size);

/** Does the name end like an archive that vw_archive_write() can make? */
bool vw_archive_has_suffix(const char *path);

/**
 * Write nodes as an archive in pax format, without times and owners: equal nodes give equal bytes.
 *
 * @fd: where to; stays open
 * @path: its name; the suffix chooses the compression
 * @hold: as for vw_archive_unpack()
 *
 * Returns 0 or a negative errno: -EOPNOTSUPP for a missing library, -EINTR when @hold is broken, or what
 * writing gave; @problem is filled.
 */
_must_check_ int vw_archive_write(int fd, const char *path, const struct vw_hold *hold,
				  const struct vw_node *nodes, size_t count, char *problem,
				  size_t problem_size);

#endif
