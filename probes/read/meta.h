/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_META_H
#define VW_PROBES_READ_META_H

/*
 * The JSON files of a snapshot, through jansson, which is loaded when first needed. Contract, section 4.
 * Internal to probes/.
 */

#include "probes/read/source_internal.h"

#define VW_SNAPSHOT_FORMAT "virtwhere.snapshot/1"

/**
 * Read meta.json: the architecture, the time, and what could not be read when the snapshot was taken
 * ("denied", names of errno by path), which from then on is answered so.
 *
 * Returns 0, also without such a file; -EBADMSG when it is none of this format; -EOPNOTSUPP without jansson.
 */
_must_check_ int vw_meta_read(struct vw_source *source);

/** The exit latency in timing.json, in ns. Returns 0 or a negative errno; -ENODATA without such a file. */
_must_check_ int vw_meta_timing(struct vw_source *source, uint64_t *ret_min, uint64_t *ret_median);

/**
 * Make the text of meta.json for what @source has read so far.
 *
 * @captured: RFC 3339, or NULL
 * @ret_text: owned by the source
 *
 * Returns 0, -ENOMEM, or -EOPNOTSUPP without jansson.
 */
_must_check_ int vw_meta_write(struct vw_source *source, const char *captured, const char **ret_text);

#endif
