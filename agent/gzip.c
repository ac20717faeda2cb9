/* SPDX-License-Identifier: MIT */
#include "agent/gzip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/dynlib.h"

#define SONAME "libz.so.1"

/* A window of 8 KiB is as good as the largest for text that repeats itself every few lines. 16 asks for
 * gzip's header and trailer. Source: zlib.h, deflateInit2. */
enum { LEVEL = 6, WINDOW_BITS = 13 + 16, MEMORY_LEVEL = 6 };

#define FUNCTIONS(X)     \
	X(deflateInit2_) \
	X(deflateBound)  \
	X(deflate)       \
	X(deflateEnd)

static struct {
	FUNCTIONS(VWB_DYNLIB_MEMBER)
} library;

static int load(void)
{
	static const struct vwb_symbol symbols[] = {FUNCTIONS(VWB_DYNLIB_SYMBOL)};

	return vwb_dynlib_open(SONAME, symbols, VW_COUNT(symbols));
}

int vwd_gzip(const char *bytes, size_t size, struct vwb_buffer *ret)
{
	/* zlib's old interface has no const; it only reads. */
	z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)size};
	struct vwb_buffer out = {0};
	uLong bound;
	int err;

	err = load();
	if (err)
		return err;
	if (size > VW_BUFFER_MAX)
		return -E2BIG;
	if (library.deflateInit2_(&stream, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY,
				  ZLIB_VERSION, (int)sizeof(stream)) != Z_OK)
		return -ENOMEM;
	bound = library.deflateBound(&stream, stream.avail_in);
	if (bound > VW_BUFFER_MAX) {
		library.deflateEnd(&stream);
		return -E2BIG;
	}
	out.data = malloc(bound + 1);
	out.capacity = bound + 1;
	stream.next_out = (Bytef *)out.data;
	stream.avail_out = (uInt)bound;
	err = out.data && library.deflate(&stream, Z_FINISH) == Z_STREAM_END ? 0 : -ENOMEM;
	out.size = stream.total_out;
	library.deflateEnd(&stream);
	if (err) {
		vwb_buffer_free(&out);
		return err;
	}
	out.data[out.size] = '\0';
	*ret = out;
	return 0;
}
