/* SPDX-License-Identifier: MIT */
#include "agent/gzip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "export/library.h"

#define SONAME "libz.so.1"

/* A window of 8 KiB is as good as the largest for text that repeats itself every few lines. 16 asks for
 * gzip's header and trailer. Source: zlib.h, deflateInit2. */
enum { LEVEL = 6, WINDOW_BITS = 13 + 16, MEMORY_LEVEL = 6 };

static struct {
	VW_LIBRARY_FUNCTION(deflateInit2_);
	VW_LIBRARY_FUNCTION(deflateBound);
	VW_LIBRARY_FUNCTION(deflate);
	VW_LIBRARY_FUNCTION(deflateEnd);
} library;

static int load(void)
{
	static const struct vw_symbol symbols[] = {
		{"deflateInit2_", &library.deflateInit2_},
		{"deflateBound", &library.deflateBound},
		{"deflate", &library.deflate},
		{"deflateEnd", &library.deflateEnd},
	};

	return vw_library_open(SONAME, symbols, VW_COUNT(symbols));
}

static int compress_all(z_stream *stream, struct vw_buffer *ret)
{
	uLong bound = library.deflateBound(stream, stream->avail_in);
	struct vw_buffer out = {0};

	if (bound > VW_BUFFER_MAX)
		return -E2BIG;
	out.data = malloc(bound + 1);
	if (!out.data)
		return -ENOMEM;
	out.capacity = bound + 1;
	stream->next_out = (Bytef *)out.data;
	stream->avail_out = (uInt)bound;
	if (library.deflate(stream, Z_FINISH) != Z_STREAM_END) {
		vw_buffer_free(&out);
		return -ENOMEM;
	}
	out.size = stream->total_out;
	out.data[out.size] = '\0';
	*ret = out;
	return 0;
}

int vw_gzip(const char *bytes, size_t size, struct vw_buffer *ret)
{
	z_stream stream = {0};
	int err;

	err = load();
	if (err)
		return err;
	if (size > VW_BUFFER_MAX)
		return -E2BIG;
	if (library.deflateInit2_(&stream, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY,
				  ZLIB_VERSION, (int)sizeof(stream)) != Z_OK)
		return -ENOMEM;
	/* zlib's old interface has no const; it only reads. */
	stream.next_in = (Bytef *)(uintptr_t)bytes;
	stream.avail_in = (uInt)size;
	err = compress_all(&stream, ret);
	library.deflateEnd(&stream);
	return err;
}
