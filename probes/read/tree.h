/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_TREE_H
#define VW_PROBES_READ_TREE_H

/*
 * Making and removing directories full of files whose names come from elsewhere. Internal to probes/.
 */

#include <sys/types.h>

#include "base/base.h"

enum {
	VW_TREE_DEPTH = 32,  /* components of a name */
	VW_TREE_NAME = 4096, /* bytes of a name */
};

enum vw_node_type { VW_NODE_DIRECTORY, VW_NODE_FILE, VW_NODE_LINK };

struct vw_node {
	const char *name; /* relative; leading slashes and "." do not count */
	enum vw_node_type type;
	const void *bytes; /* a file's content, a link's target with a NUL */
	size_t size;
	size_t *made; /* counts the directories that are made above it; may be NULL */
	bool private; /* modes 0700 and 0600, else what the umask leaves of 0777 and 0666 */
};

/**
 * Make a node below @root_fd, and the directories above it. No link is followed on the way, so that none made
 * earlier leads outside. A file or link that is there already is replaced, a directory is kept.
 *
 * Returns 0 or a negative errno: -EBADMSG for a name with "..", -E2BIG for one beyond the bounds, -ENOTDIR or
 * -ELOOP when something on the way is no directory, -EISDIR when a directory has that name.
 */
_must_check_ int vw_tree_add(int root_fd, const struct vw_node *node);

/**
 * Make an empty file as vw_tree_add() does.
 *
 * @private: mode 0600, and 0700 for directories that are made above it
 * @made: counts those
 *
 * Returns a file descriptor that is open for writing, or a negative errno.
 */
_must_check_ int vw_tree_create(int root_fd, const char *name, bool private, size_t *made);

/**
 * Open a file below @root_fd that vw_tree_add() made. No link is followed.
 *
 * Returns a file descriptor that is open for reading, or a negative errno: -EINVAL for what is no file.
 */
_must_check_ int vw_tree_open(int root_fd, const char *name);

/**
 * Remove a directory that vw_tree_add() filled, following no link. What cannot be removed stays.
 *
 * @at: the directory that @path is relative to, or AT_FDCWD
 */
void vw_tree_remove(int at, const char *path);

/** Write all of @buffer. Returns 0 or a negative errno. */
_must_check_ int vw_tree_write_bytes(int fd, const void *buffer, size_t size);

/**
 * Say in one line what went wrong: formats into @problem, fit to print. Returns @err.
 */
int vw_problem(char *problem, size_t size, int err, const char *format, ...) _printf_(4, 5);

#endif
