/* SPDX-License-Identifier: MIT */
#include "agent/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

static int make_etag(const struct vwb_buffer *text, char ret[VW_ETAG_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[32];
	char *out = ret;

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text->size ? text->data : "", text->size, digest) != 0)
		return -ENOMEM;

	*out++ = '"';
	for (size_t i = 0; i < sizeof(digest) / 2; i++) {
		*out++ = digits[digest[i] >> 4];
		*out++ = digits[digest[i] & 15];
	}
	*out++ = '"';
	*out = '\0';
	return 0;
}

int vwd_body_new(const char *media_type, struct vwb_buffer *taken, struct vwd_body **ret)
{
	size_t length = strlen(media_type);
	struct vwd_body *body;

	if (taken->error)
		return taken->error;
	if (length > VW_MEDIA_TYPE_MAX)
		return -EINVAL;

	body = calloc(1, sizeof(*body));
	if (!body)
		return -ENOMEM;
	if (make_etag(taken, body->etag) != 0) {
		free(body);
		return -ENOMEM;
	}

	body->references = 1;
	memcpy(body->media_type, media_type, length + 1);
	body->text = *taken;
	*taken = (struct vwb_buffer){0};
	*ret = body;
	return 0;
}

struct vwd_body *vwd_body_ref(struct vwd_body *body)
{
	if (body)
		body->references++;
	return body;
}

void vwd_body_unref(struct vwd_body *body)
{
	if (!body || --body->references > 0)
		return;
	vwb_buffer_free(&body->text);
	free(body);
}

void vwd_body_unrefp(struct vwd_body **body)
{
	vwd_body_unref(*body);
}
