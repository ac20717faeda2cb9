/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_ROOT_H
#define VW_PROBES_READ_ROOT_H

/*
 * Opening files below a directory that no path and no link leads out of. Internal to probes/.
 */

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/base.h"

struct vw_root {
	int fd;    /* the root directory, O_PATH */
	bool walk; /* the kernel has no openat2(2), or a filter forbids it: go component by component */
};

enum vw_root_flags {
	VW_ROOT_FLAT_LINKS = 1 << 1, /* walk only: a file in a directory's place, that holds the text of a
					relative link, is that link: so leave it dumps that went through file
					systems or checkouts without links (git, core.symlinks) */
	VW_ROOT_BENEATH = 1 << 0,    /* -EXDEV for absolute links and for ".." above the root, instead of
					resolving them inside the root */
};

/**
 * Open @path below the root; absolute links start at the root, ".." does not leave it.
 *
 * @path: with or without a leading slash; "/" is the root itself
 * @open_flags: of open(2), without O_CREAT; O_CLOEXEC, O_NONBLOCK and O_NOCTTY are added
 * @flags: of enum vw_root_flags
 *
 * Returns a file descriptor, or a negative errno as the kernel gave it: -ELOOP after 40 links, -ENAMETOOLONG.
 * Source: openat2(2), RESOLVE_IN_ROOT, RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS; path_resolution(7).
 */
_must_check_ int vw_root_open(struct vw_root *root, const char *path, int open_flags, unsigned flags);

/* Told of what lies on a path, at its place without links ("/sys/class/net/eth0"); @target is NULL for
 * anything but a link. Returns 0 or a negative errno, which ends the walk. */
typedef int (*vw_root_visit)(void *context, const char *place, const struct stat *status, const char *target);

/** The same as vw_root_open(), by component, and telling @visit of each directory, link and the last object.
 */
_must_check_ int vw_root_walk(const struct vw_root *root, const char *path, int open_flags, unsigned flags,
			      vw_root_visit visit, void *context);

/** Read the text of the link that @fd (O_PATH | O_NOFOLLOW) is. Returns its length or a negative errno;
 * -EINVAL when it is no link. */
_must_check_ int vw_root_readlink(int fd, char target[PATH_MAX]);

/** Read a relative link's text from the file that stands for it, if @fd is one. Returns as
 * vw_root_readlink(). */
_must_check_ int vw_root_read_flat_link(int fd, char target[PATH_MAX]);

void vw_closep(int *fd); /* closes unless negative; for _cleanup_ */

#endif
