/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_INDEX_H
#define VW_PROBES_READ_INDEX_H

/*
 * The names of an archive as a tree in memory, and where the bytes of its files stand. Links are resolved in
 * the tree, so nothing leads out of it, and no file or folder is made. Internal to probes/.
 */

#include "probes/read/store.h"
#include "probes/read/tree.h"

struct vw_index;

/**
 * Make an empty one.
 *
 * @memory: what its names are counted in
 * @entries: how many there may be, folders that no entry declares among them
 */
_must_check_ int vw_index_new(struct vwb_budget *memory, size_t entries, struct vw_index **ret_index);
void vw_index_free(struct vw_index *index);

/**
 * Add a folder, a link or a file, and the folders above it. A file or link that is there already is replaced.
 *
 * @type, @target: of the node; a link's text
 * @bytes: of a file, where its content stands; not closed; NULL for an empty one
 *
 * Returns 0 or a negative errno as vw_tree_add(), -ENOBUFS beyond @entries, -ENOMEM.
 */
_must_check_ int vw_index_add(struct vw_index *index, const char *name, enum vw_node_type type,
			      const char *target, const struct vw_file *bytes);

/** Add another name of a file that is there. Returns as vw_index_add(); -ENOENT, and -EINVAL for what is no
 * file. */
_must_check_ int vw_index_add_hard_link(struct vw_index *index, const char *name, const char *target);

/** Is there an entry of this name at the root? */
bool vw_index_has(const struct vw_index *index, const char *name);

/** Make the root's only entry the root, if it is a folder. Returns 0 or -ENOENT. */
_must_check_ int vw_index_enter_only(struct vw_index *index);

/** Reading from it. @from: struct vw_index */
extern const struct vw_store_calls vw_index_calls;

#endif
