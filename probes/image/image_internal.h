/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_IMAGE_INTERNAL_H
#define VW_PROBES_IMAGE_IMAGE_INTERNAL_H

/* What an image is made of: for reader.c, image.c and archive.c alone. */

#include "probes/read/index.h"
#include "probes/read/root.h"

#include "probes/image/reader.h"

struct vw_image {
	struct vwb_arena *arena; /* of the part that is being read, else @own */
	struct vwb_arena *own;
	struct vwb_budget memory;
	size_t text;    /* bytes of files that may still be read whole */
	uint64_t asked; /* lines and files since the time was looked at */
	bool stopped;   /* the time is used up */
	bool cut;       /* a bound of the whole image kept us from reading all of it */
	struct vw_store store;
	struct vw_root root; /* of a folder */
	const char *path;
	const struct vw_image_wish *wish;
	uint64_t deadline;        /* ns of this process's processor time */
	struct vw_growing unread; /* of struct vw_unread */
	vw_image_progress progress;
	void *progress_context;

	/* of an archive; else -1, 0, NULL and zeros */
	int archive, bytes; /* the file; what its files have, where it is compressed */
	uint64_t archive_size;
	struct vw_index *index;
};

/** Begin to count time and text anew. */
void vw_image_start(struct vw_image *image);

/** Read from the archive at @fd, which is the image's from here on. Returns as vw_image_open(). */
_must_check_ int vw_image_open_archive(struct vw_image *image, int fd, char *problem, size_t problem_size);

/** Read from the archive that standard input is, which is copied to a file without a name. */
_must_check_ int vw_image_open_input(struct vw_image *image, char *problem, size_t problem_size);

void vw_image_close_archive(struct vw_image *image);

#endif
