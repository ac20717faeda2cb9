/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_BODY_H
#define VW_AGENT_BODY_H

/*
 * A rendered answer that requests share: its bytes, their media type and their entity tag. It is made when
 * what it shows changes, and never altered after that.
 */

#include "base/buffer.h"

enum {
	VW_MEDIA_TYPE_MAX = 128,
	VW_ETAG_SIZE = 35, /* 128 bits in hexadecimal between quotes, and a NUL */
};

struct vwd_body {
	unsigned references;
	char media_type[VW_MEDIA_TYPE_MAX + 1];
	char etag[VW_ETAG_SIZE]; /* with its quotes */
	struct vwb_buffer text;
};

/**
 * Make a body.
 *
 * @media_type: for Content-Type, at most VW_MEDIA_TYPE_MAX bytes; copied
 * @taken: the text; on success the body owns it and the buffer is empty, on failure it is untouched
 * @ret: holds one reference; give it back with vwd_body_unref()
 *
 * The entity tag is strong (RFC 9110, section 8.8.1): the first half of the SHA-256 of the bytes, so that the
 * same bytes have the same tag on every machine and after every restart.
 *
 * Returns 0, the error of the buffer, -EINVAL for a media type that is too long, or -ENOMEM.
 */
_must_check_ int vwd_body_new(const char *media_type, struct vwb_buffer *taken, struct vwd_body **ret);

/** Take one more reference; NULL gives NULL. */
struct vwd_body *vwd_body_ref(struct vwd_body *body);

/** Give a reference back; the last one frees the body. NULL is fine. */
void vwd_body_unref(struct vwd_body *body);
void vwd_body_unrefp(struct vwd_body **body);

#endif
