/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_H
#define VW_PROBES_IMAGE_H

/*
 * What this folder offers: the facts of an image, read from its root directory. Nothing is written, no
 * process is spawned, nothing outside the root is read, whatever the image holds.
 */

#include <stddef.h>

#include "detect/base.h"
#include "detect/image.h"

struct vw_image;

/**
 * Open an image, and the libraries that its reading may need (decompressors), which a sandbox would keep from
 * being opened later.
 *
 * @path: the root directory
 * @problem: on failure receives one line, without newline, that names the path and the reason
 *
 * Returns 0 or a negative errno: -ENOENT, -EACCES, -ENOTDIR.
 */
_must_check_ int vw_image_open(const char *path, struct vw_image **ret_image, char *problem,
			       size_t problem_size);

void vw_image_free(struct vw_image *image);
void vw_image_freep(struct vw_image **image);

/* Told of what is being read; for a line of progress. @what: "/boot/initrd.img-6.1.0"; @done and @all in
 * bytes,
 * @all 0 when not known. */
typedef void (*vw_image_progress)(void *context, const char *what, uint64_t done, uint64_t all);

void vw_image_set_progress(struct vw_image *image, vw_image_progress progress, void *context);

/* What checks want to know beyond what is always read; lists end with NULL. */
struct vw_image_wish {
	const char *const *modinfo; /* modules whose .modinfo is read */
	const char *const *units;   /* systemd units or init scripts, without a suffix */
	const char *const *groups;  /* of /etc/group */
};

/**
 * Read all that is to be known from an image.
 *
 * @ret_facts: belongs to @image
 *
 * Returns 0 or -ENOMEM. What cannot be read is a fact with its state, and in the facts' unread.
 */
_must_check_ int vw_image_probe(struct vw_image *image, const struct vw_image_wish *wish,
				const struct vw_image_facts **ret_facts);

/** Read one initramfs or UKI by itself, as vw_image_probe() does for each kernel; @path as the user names it.
 */
_must_check_ int vw_image_probe_initramfs(struct vw_image *image, const char *path,
					  const struct vw_initramfs **ret_initramfs);

#endif
