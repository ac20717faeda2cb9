/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_IMAGE_H
#define VW_PROBES_IMAGE_IMAGE_H

/*
 * What this folder offers: the facts of an image, read from its root directory or from an archive of that. No
 * process is spawned, nothing outside the root is read, whatever the image holds; nothing is written but what
 * an archive is unpacked into.
 */

#include <stddef.h>

#include "base/base.h"
#include "detect/image.h"

struct vw_image;

/**
 * Open an image, and the libraries that its reading may need (decompressors), which a sandbox would keep from
 * being opened later.
 *
 * @path: the root directory, or a tar archive of one, plain or compressed with gzip, zstd, xz, bzip2 or lz4;
 * "-": such an archive on standard input, read to its end
 * @problem: on failure receives one line, without newline, that names the path and the reason
 *
 * Returns 0 or a negative errno: -ENOENT, -EACCES, -ENOTDIR for what is neither, -EOPNOTSUPP where libarchive
 * is missing, or what making a temporary file gave.
 */
_must_check_ int vw_image_open(const char *path, struct vw_image **ret_image, char *problem,
			       size_t problem_size);

enum {
	VW_IMAGE_FILE_MAX = 192 * 1024 * 1024
}; /* bytes of the largest file that is read; it is held in memory */

/** Is it an archive, and no directory? */
bool vw_image_is_archive(const struct vw_image *image);

/** How many bytes vw_image_unpack() may write into a file: 0 for a directory. */
uint64_t vw_image_store_size(const struct vw_image *image);

/**
 * Read an archive's names; of a directory there is nothing to be done. To be called before the image is read.
 * No file or folder is made, but a file without a name for the bytes of a compressed archive.
 *
 * Returns 0 or a negative errno, with @problem filled: -EBADMSG for what is no archive, a damaged one or one
 * that holds no root, -E2BIG for one beyond the bounds (8 GiB, 100 times its own size, 500,000
 * entries, one for each 256 bytes, folders that no entry declares among them, five minutes), or what writing
 * gave.
 */
_must_check_ int vw_image_unpack(struct vw_image *image, char *problem, size_t problem_size);

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
