/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_INTERNAL_H
#define VW_PROBES_IMAGE_INTERNAL_H

/* What an image is made of: for reader.c and image.c alone. */

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
};

void vw_image_start_clock(struct vw_image *image);

#endif
