/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_GZIP_H
#define VW_AGENT_GZIP_H

#include "base/buffer.h"

/**
 * Compress with gzip (RFC 1952). zlib is opened when this is first called, and its working memory, 72 KiB, is
 * given back before it returns.
 *
 * @ret: replaced by the compressed bytes
 *
 * Returns 0, -EOPNOTSUPP where zlib is not installed, -E2BIG beyond VW_BUFFER_MAX, or -ENOMEM; @ret is
 * untouched on failure.
 */
_must_check_ int vwd_gzip(const char *bytes, size_t size, struct vwb_buffer *ret);

#endif
