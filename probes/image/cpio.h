/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_CPIO_H
#define VW_PROBES_IMAGE_CPIO_H

/*
 * cpio archives in the "newc" format, fed piece by piece. Internal to probes/image/. Source: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst, init/initramfs.c.
 */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"

enum { VW_CPIO_HEADER = 110 };

struct vw_cpio_entry {
	const char *name; /* as written, NUL-terminated; gone after the call */
	uint32_t mode, ino, nlink, major, minor;
	uint32_t size;
	uint32_t archive; /* hard links hold within one */
};

/* Each returns 0, or a negative errno, which ends the walk with it. */
struct vw_cpio_sink {
	int (*entry)(void *context, const struct vw_cpio_entry *entry);
	int (*data)(void *context, const unsigned char *bytes, size_t size); /* of the entry at hand */
	int (*end)(void *context);                                           /* it is whole */
};

enum vw_cpio_state { VW_CPIO_BETWEEN, VW_CPIO_IN_HEADER, VW_CPIO_IN_NAME, VW_CPIO_IN_DATA };

/* A structure of zeros, with a sink, is ready. */
struct vw_cpio {
	const struct vw_cpio_sink *sink;
	void *context;
	const char *problem; /* what -EBADMSG was about */
	size_t entries;      /* TRAILER!!! not counted */
	uint64_t position;   /* entries start at multiples of four of this; may be set between segments */
	uint64_t last;       /* where the last whole entry ended */

	enum vw_cpio_state state;
	bool checked, trailer;
	uint32_t checksum, sum;
	size_t collected, name_size;
	uint64_t left, padding; /* of the data at hand; after it */
	struct vw_cpio_entry entry;
	char header[VW_CPIO_HEADER];
	char name[PATH_MAX];
};

/**
 * Take the next bytes of an archive.
 *
 * @ret_used: how many were understood: fewer than @size when, between two entries, something follows that is
 * none
 *
 * Returns 0, -EBADMSG with a problem, or what the sink gave.
 */
_must_check_ int vw_cpio_feed(struct vw_cpio *cpio, const unsigned char *bytes, size_t size,
			      size_t *ret_used);

/** May an archive end here: is nothing begun that is not whole? */
bool vw_cpio_is_whole(const struct vw_cpio *cpio);

#endif
