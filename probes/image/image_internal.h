/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_INTERNAL_H
#define VW_PROBES_IMAGE_INTERNAL_H

/* What an image is made of: for reader.c, image.c and archive.c alone. */

#include "probes/hold.h"

#include "probes/image/reader.h"

struct vw_image {
	struct vw_arena *arena;
	struct vw_root root;
	const char *path;
	const struct vw_image_wish *wish;
	uint64_t deadline;        /* ms of the monotonic clock */
	struct vw_growing unread; /* of struct vw_unread */
	vw_image_progress progress;
	void *progress_context;

	/* of an archive; else -1, 0, NULL and zeros */
	int archive;
	uint64_t archive_size;
	char *folder; /* private, to be removed */
	struct vw_hold hold;
};

void vw_image_start_clock(struct vw_image *image);

/** Make the folder that the archive at @fd is going to be unpacked into, which becomes the image's root. @fd
 * is the image's from here on. Returns as vw_image_open(). */
_must_check_ int vw_image_open_archive(struct vw_image *image, int fd, char *problem, size_t problem_size);

/** Remove it. */
void vw_image_close_archive(struct vw_image *image);

#endif
