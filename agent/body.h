/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_BODY_H
#define VW_AGENT_BODY_H

/*
 * A rendered answer that requests share: its bytes, their media type and their entity tag. It is made when
 * what it shows changes, and never altered after that.
 */

#include "export/buffer.h"

enum {
	VW_MEDIA_TYPE_MAX = 128,
	VW_ETAG_SIZE = 35, /* 128 bits in hexadecimal between quotes, and a NUL */
};

struct vw_body;

/**
 * Make a body.
 *
 * @media_type: for Content-Type, at most VW_MEDIA_TYPE_MAX bytes; copied
 * @taken: the text; on success the body owns it and the buffer is empty, on failure it is untouched
 * @ret: holds one reference; give it back with vw_body_unref()
 *
 * The entity tag is strong (RFC 9110, section 8.8.1): the first half of the SHA-256 of the bytes, so that the
 * same bytes have the same tag on every machine and after every restart.
 *
 * Returns 0, the error of the buffer, -EINVAL for a media type that is too long, or -ENOMEM.
 */
_must_check_ int vw_body_new(const char *media_type, struct vw_buffer *taken, struct vw_body **ret);

/** Take one more reference; NULL gives NULL. */
struct vw_body *vw_body_ref(struct vw_body *body);

/** Give a reference back; the last one frees the body. NULL is fine. */
void vw_body_unref(struct vw_body *body);
void vw_body_unrefp(struct vw_body **body);

const char *vw_body_media_type(const struct vw_body *body);
const char *vw_body_etag(const struct vw_body *body); /* with its quotes */
const char *vw_body_bytes(const struct vw_body *body);
size_t vw_body_size(const struct vw_body *body);

#endif
