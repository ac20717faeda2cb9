/* SPDX-License-Identifier: MIT */
#include "agent/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

struct vw_body {
	unsigned references;
	char media_type[VW_MEDIA_TYPE_MAX + 1];
	char etag[VW_ETAG_SIZE];
	struct vw_buffer text;
};

static int make_etag(const struct vw_buffer *text, char ret[VW_ETAG_SIZE])
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

int vw_body_new(const char *media_type, struct vw_buffer *taken, struct vw_body **ret)
{
	size_t length = strlen(media_type);
	struct vw_body *body;

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
	*taken = (struct vw_buffer){0};
	*ret = body;
	return 0;
}

struct vw_body *vw_body_ref(struct vw_body *body)
{
	if (body)
		body->references++;
	return body;
}

void vw_body_unref(struct vw_body *body)
{
	if (!body || --body->references > 0)
		return;
	vw_buffer_free(&body->text);
	free(body);
}

void vw_body_unrefp(struct vw_body **body)
{
	vw_body_unref(*body);
}

const char *vw_body_media_type(const struct vw_body *body)
{
	return body->media_type;
}

const char *vw_body_etag(const struct vw_body *body)
{
	return body->etag;
}

const char *vw_body_bytes(const struct vw_body *body)
{
	return body->text.data ? body->text.data : "";
}

size_t vw_body_size(const struct vw_body *body)
{
	return body->text.size;
}
