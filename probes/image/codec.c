/* SPDX-License-Identifier: MIT */

/*
 * Compressed streams, as Linux reads them of an initramfs: one row is one format. Each decoder stops at the
 * end of its one stream and tells how many bytes that took, since another archive may follow.
 */

#include "probes/image/unpack.h"

#include <bzlib.h>
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/dynlib.h"

enum {
	OUT_SIZE = 256 * 1024,        /* what a decoder gives at once */
	IN_SIZE = 1024 * 1024 * 1024, /* what a decoder takes at once; fits an int */
	LZ4_CHUNK = 8 * 1024 * 1024,  /* Linux lib/decompress_unlz4.c, LZ4_DEFAULT_UNCOMPRESSED_CHUNK_SIZE */
	LZO_BLOCK = 256 * 1024,       /* Linux lib/decompress_unlzo.c, LZO_BLOCK_SIZE */
	LZMA_MEMORY = 272 * 1024 * 1024, /* of the decoder and what it decodes; xz -9 needs 65 MiB */
	LARGE_FREE = 48 * 1024 * 1024,   /* of a large file, not counted in the image's memory */
	RATIO = 250,                     /* of unpacked to packed bytes, once there are more than … */
	RATIO_FREE = 16 * 1024 * 1024,
	LARGE_PAGE = 2 * 1024 * 1024,
	PIECE = 1024 * 1024, /* of a file that is read */
};

/* --- libraries --------------------------------------------------------------------------------------- */

/* Of these two a function each is all that is called. Source: lz4.h, lzo1x.h. */
extern int LZ4_decompress_safe(const char *from, char *to, int from_size, int to_size);
extern int lzo1x_decompress_safe(const unsigned char *from, unsigned long from_size, unsigned char *to,
				 unsigned long *to_size, void *work);

#define ZLIB(X)          \
	X(inflateInit2_) \
	X(inflate)       \
	X(inflateEnd)
#define LZMA(X)                \
	X(lzma_stream_decoder) \
	X(lzma_alone_decoder)  \
	X(lzma_code)           \
	X(lzma_end)
#define ZSTD(X)                  \
	X(ZSTD_createDStream)    \
	X(ZSTD_freeDStream)      \
	X(ZSTD_decompressStream) \
	X(ZSTD_getErrorCode)     \
	X(ZSTD_isError)
#define BZIP2(X)                \
	X(BZ2_bzDecompressInit) \
	X(BZ2_bzDecompress)     \
	X(BZ2_bzDecompressEnd)
#define LZ4(X) X(LZ4_decompress_safe)
#define LZO(X) X(lzo1x_decompress_safe)

static struct {
	ZLIB(VWB_DYNLIB_MEMBER)
	LZMA(VWB_DYNLIB_MEMBER)
	ZSTD(VWB_DYNLIB_MEMBER)
	BZIP2(VWB_DYNLIB_MEMBER)
	LZ4(VWB_DYNLIB_MEMBER)
	LZO(VWB_DYNLIB_MEMBER)
} library;

/* What is missing is not looked for again, by when nothing outside the image is read any more. */
#define OPENER(name, FUNCTIONS, soname)                                                    \
	static int open_##name(void)                                                       \
	{                                                                                  \
		static const struct vwb_symbol symbols[] = {FUNCTIONS(VWB_DYNLIB_SYMBOL)}; \
		static bool missing;                                                       \
                                                                                           \
		if (!missing)                                                              \
			missing = vwb_dynlib_open(soname, symbols, VW_COUNT(symbols)) < 0; \
		return missing ? -EOPNOTSUPP : 0;                                          \
	}

OPENER(zlib, ZLIB, "libz.so.1")
OPENER(lzma, LZMA, "liblzma.so.5")
OPENER(zstd, ZSTD, "libzstd.so.1")
OPENER(bzip2, BZIP2, "libbz2.so.1.0")
OPENER(lz4, LZ4, "liblz4.so.1")
OPENER(lzo, LZO, "liblzo2.so.2")

/* --- what comes out ---------------------------------------------------------------------------------- */

struct stream {
	struct vw_image *image;
	const unsigned char *bytes;
	size_t size, used;
	uint64_t limit, given;
	vw_unpack_sink sink;
	void *context;
	unsigned char *out;
};

static int give(struct stream *stream, const unsigned char *bytes, size_t size)
{
	if (size > stream->limit - stream->given)
		return -E2BIG;
	stream->given += size;
	if (stream->given > RATIO_FREE && stream->given / RATIO > stream->used)
		return -E2BIG;
	if (vw_image_late(stream->image))
		return -ETIME;
	return size ? stream->sink(stream->context, bytes, size) : 0;
}

static unsigned at_most_a_piece(size_t size)
{
	return size < IN_SIZE ? (unsigned)size : IN_SIZE;
}

/* --- gzip, bzip2, xz, lzma, zstd --------------------------------------------------------------------- */

static int inflated(struct stream *stream, z_stream *z)
{
	for (;;) {
		int r, status;

		z->next_in = (unsigned char *)(uintptr_t)(stream->bytes + stream->used);
		z->avail_in = at_most_a_piece(stream->size - stream->used);
		z->next_out = stream->out;
		z->avail_out = OUT_SIZE;
		status = library.inflate(z, Z_NO_FLUSH);
		stream->used = (size_t)(z->next_in - stream->bytes);
		r = give(stream, stream->out, OUT_SIZE - z->avail_out);
		if (r < 0 || status == Z_STREAM_END)
			return r;
		if (status == Z_MEM_ERROR)
			return -ENOMEM;
		if (status == Z_BUF_ERROR || (status == Z_OK && stream->used == stream->size && z->avail_out))
			return -ENODATA;
		if (status != Z_OK)
			return -EBADMSG;
	}
}

static int decode_gzip(struct stream *stream)
{
	const int gzip_only = 16 + MAX_WBITS;
	z_stream z = {0};
	int r;

	if (library.inflateInit2_(&z, gzip_only, ZLIB_VERSION, (int)sizeof(z)) != Z_OK)
		return -ENOMEM;
	r = inflated(stream, &z);
	library.inflateEnd(&z);
	return r;
}

static int unbzipped(struct stream *stream, bz_stream *bz)
{
	for (;;) {
		int r, status;

		bz->next_in = (char *)(uintptr_t)(stream->bytes + stream->used);
		bz->avail_in = at_most_a_piece(stream->size - stream->used);
		bz->next_out = (char *)stream->out;
		bz->avail_out = OUT_SIZE;
		status = library.BZ2_bzDecompress(bz);
		stream->used = (size_t)((unsigned char *)bz->next_in - stream->bytes);
		r = give(stream, stream->out, OUT_SIZE - bz->avail_out);
		if (r < 0 || status == BZ_STREAM_END)
			return r;
		if (status == BZ_MEM_ERROR)
			return -ENOMEM;
		if (status != BZ_OK)
			return -EBADMSG;
		if (stream->used == stream->size && bz->avail_out)
			return -ENODATA;
	}
}

static int decode_bzip2(struct stream *stream)
{
	bz_stream bz = {0};
	int r;

	if (library.BZ2_bzDecompressInit(&bz, 0, 0) != BZ_OK)
		return -ENOMEM;
	r = unbzipped(stream, &bz);
	library.BZ2_bzDecompressEnd(&bz);
	return r;
}

static int lzma_error(lzma_ret status)
{
	switch (status) {
	case LZMA_OK:
		return 0;
	case LZMA_BUF_ERROR:
		return -ENODATA;
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	case LZMA_MEMLIMIT_ERROR:
		return -E2BIG;
	default:
		return -EBADMSG;
	}
}

static int unlzmaed(struct stream *stream, lzma_stream *lzma)
{
	lzma->next_in = stream->bytes;
	lzma->avail_in = stream->size;
	for (;;) {
		lzma_ret status;
		int r;

		lzma->next_out = stream->out;
		lzma->avail_out = OUT_SIZE;
		/* LZMA_FINISH tells it that nothing comes after these bytes. */
		status = library.lzma_code(lzma, LZMA_FINISH);
		stream->used = stream->size - lzma->avail_in;
		r = give(stream, stream->out, OUT_SIZE - lzma->avail_out);
		if (r < 0 || status == LZMA_STREAM_END)
			return r;
		r = lzma_error(status);
		if (r < 0)
			return r;
	}
}

static int decode_lzma_family(struct stream *stream, bool alone)
{
	lzma_stream lzma = LZMA_STREAM_INIT;
	uint64_t memory = stream->size < LZMA_MEMORY ? LZMA_MEMORY - stream->size : 1;
	lzma_ret status = alone ? library.lzma_alone_decoder(&lzma, memory)
				: library.lzma_stream_decoder(&lzma, memory, 0);
	int r;

	if (status != LZMA_OK)
		return -ENOMEM;
	r = unlzmaed(stream, &lzma);
	library.lzma_end(&lzma);
	return r;
}

static int decode_xz(struct stream *stream)
{
	return decode_lzma_family(stream, false);
}

static int decode_lzma(struct stream *stream)
{
	return decode_lzma_family(stream, true);
}

static int unzstded(struct stream *stream, ZSTD_DStream *zstd)
{
	ZSTD_inBuffer in = {.src = stream->bytes, .size = stream->size};

	for (;;) {
		ZSTD_outBuffer out = {.dst = stream->out, .size = OUT_SIZE};
		size_t status = library.ZSTD_decompressStream(zstd, &out, &in);
		int r;

		stream->used = in.pos;
		if (library.ZSTD_isError(status))
			return library.ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation ? -ENOMEM
												 : -EBADMSG;
		r = give(stream, stream->out, out.pos);
		if (r < 0 || status == 0)
			return r;
		if (in.pos == in.size && out.pos < out.size)
			return -ENODATA;
	}
}

static int decode_zstd(struct stream *stream)
{
	ZSTD_DStream *zstd = library.ZSTD_createDStream();
	int r;

	if (!zstd)
		return -ENOMEM;
	r = unzstded(stream, zstd);
	library.ZSTD_freeDStream(zstd);
	return r;
}

/* --- lz4, lzo ---------------------------------------------------------------------------------------- */

static uint32_t little32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t big32(const unsigned char *at)
{
	return (uint32_t)at[3] | (uint32_t)at[2] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[0] << 24;
}

static int lz4_chunks(struct stream *stream, unsigned char *out)
{
	const uint32_t magic = 0x184c2102, largest = LZ4_CHUNK + LZ4_CHUNK / 255 + 16;

	for (;;) {
		const unsigned char *at = stream->bytes + stream->used;
		size_t left = stream->size - stream->used;
		uint32_t chunk = left < 4 ? 0 : little32(at);
		int r;

		/* The format has no end of its own: the kernel stops at less than four bytes, or at zeros. */
		if (chunk == 0)
			return 0;
		if (chunk == magic) {
			stream->used += 4;
			continue;
		}
		if (chunk > largest)
			return -EBADMSG;
		if (chunk > left - 4)
			return -ENODATA;
		r = library.LZ4_decompress_safe((const char *)at + 4, (char *)out, (int)chunk, LZ4_CHUNK);
		if (r < 0)
			return -EBADMSG;
		stream->used += 4 + (size_t)chunk;
		r = give(stream, out, (size_t)r);
		if (r < 0)
			return r;
	}
}

static int decode_lz4(struct stream *stream)
{
	unsigned char *out = malloc(LZ4_CHUNK);
	int r;

	if (!out)
		return -ENOMEM;
	r = lz4_chunks(stream, out);
	free(out);
	return r;
}

/* The size of lzop's header. Source: Linux lib/decompress_unlzo.c, parse_header(). */
static int lzop_header(const unsigned char *bytes, size_t size, size_t *ret_size)
{
	static const unsigned char magic[] = {0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a};
	const size_t smallest = sizeof(magic) + 7 + 4 + 8 + 1 + 4;
	size_t at = sizeof(magic) + 7;
	bool recent;

	if (size < smallest + 5)
		return -ENODATA;
	if (memcmp(bytes, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	recent = bytes[9] > 0x09 || (bytes[9] == 0x09 && bytes[10] >= 0x40);
	at += recent ? 1 : 0;                    /* level */
	at += big32(bytes + at) & 0x800 ? 8 : 4; /* flags, filter */
	at += recent ? 12 : 8;                   /* mode, times */
	if (at >= size || size - at < (size_t)1 + bytes[at] + 4)
		return -ENODATA;
	*ret_size = at + 1 + bytes[at] + 4;
	return 0;
}

static int lzo_block(struct stream *stream, const unsigned char *from, size_t from_size, size_t to_size)
{
	unsigned long out = to_size;

	if (from_size == to_size)
		return give(stream, from, from_size);
	if (library.lzo1x_decompress_safe(from, from_size, stream->out, &out, NULL) != 0 || out != to_size)
		return -EBADMSG;
	return give(stream, stream->out, to_size);
}

_Static_assert((int)LZO_BLOCK <= (int)OUT_SIZE, "a block fits");

static int decode_lzo(struct stream *stream)
{
	int r = lzop_header(stream->bytes, stream->size, &stream->used);

	while (r == 0) {
		const unsigned char *at = stream->bytes + stream->used;
		size_t left = stream->size - stream->used, from, to;

		if (left < 4)
			return -ENODATA;
		to = big32(at);
		if (to == 0) {
			stream->used += 4;
			return 0;
		}
		if (left < 12)
			return -ENODATA;
		from = big32(at + 4);
		if (to > LZO_BLOCK || from == 0 || from > to)
			return -EBADMSG;
		if (from > left - 12)
			return -ENODATA;
		stream->used += 12 + from;
		r = lzo_block(stream, at + 12, from, to);
	}
	return r;
}

/* --- the table --------------------------------------------------------------------------------------- */

struct vw_codec {
	const char *name;
	size_t magic_size;
	unsigned char magic[8];
	int (*open)(void);
	int (*decode)(struct stream *stream); /* NULL: we have none for it */
	bool foreign;                         /* the kernel has none for it */
};

/* Source: Linux lib/decompress.c, compressed_formats; it looks at two bytes, where the rest of a longer magic
 * would then fail in the decoder. So does any check sum of xz but CRC32: Documentation/staging/xz.rst, xz's
 * file format 2.1.1.2. */
static const struct vw_codec codecs[] = {
	{"gzip", 2, {0x1f, 0x8b}, open_zlib, decode_gzip, false},
	{"bzip2", 2, {'B', 'Z'}, open_bzip2, decode_bzip2, false},
	{"lzma", 2, {0x5d, 0x00}, open_lzma, decode_lzma, false},
	{"xz CRC64", 8, {0xfd, '7', 'z', 'X', 'Z', 0, 0, 4}, open_lzma, decode_xz, true},
	{"xz SHA-256", 8, {0xfd, '7', 'z', 'X', 'Z', 0, 0, 10}, open_lzma, decode_xz, true},
	{"xz", 2, {0xfd, '7'}, open_lzma, decode_xz, false},
	{"lzo", 2, {0x89, 'L'}, open_lzo, decode_lzo, false},
	{"lz4 legacy", 4, {0x02, 0x21, 0x4c, 0x18}, open_lz4, decode_lz4, false},
	{"lz4 frame", 4, {0x04, 0x22, 0x4d, 0x18}, NULL, NULL, true},
	{"zstd", 2, {0x28, 0xb5}, open_zstd, decode_zstd, false},
};

void vw_codecs_open(void)
{
	for (size_t i = 0; i < VW_COUNT(codecs); i++)
		if (codecs[i].open)
			(void)!codecs[i].open();
}

const struct vw_codec *vw_codec_of(const unsigned char *head, size_t size)
{
	for (size_t i = 0; i < VW_COUNT(codecs); i++)
		if (head && size >= codecs[i].magic_size &&
		    memcmp(head, codecs[i].magic, codecs[i].magic_size) == 0)
			return &codecs[i];
	return NULL;
}

const char *vw_codec_name(const struct vw_codec *codec)
{
	return codec->name;
}

bool vw_codec_in_linux(const struct vw_codec *codec)
{
	return !codec->foreign;
}

int vw_codec_unpack(struct vw_image *image, const struct vw_codec *codec, const unsigned char *bytes,
		    size_t size, uint64_t limit, vw_unpack_sink sink, void *context, size_t *ret_used)
{
	struct stream stream = {.image = image,
				.bytes = bytes,
				.size = size,
				.limit = limit,
				.sink = sink,
				.context = context};
	int r;

	*ret_used = 0;
	if (!codec->decode || codec->open() < 0)
		return -EOPNOTSUPP;
	stream.out = malloc(OUT_SIZE);
	if (!stream.out)
		return -ENOMEM;
	r = codec->decode(&stream);
	free(stream.out);
	*ret_used = stream.used;
	return r;
}

/* --- files ------------------------------------------------------------------------------------------- */

static int read_all(struct vw_image *image, const char *path, const struct vw_file *file, uint64_t offset,
		    unsigned char *bytes, size_t size, size_t *ret_size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = vw_image_pread(image, file, bytes + done,
					   size - done < PIECE ? size - done : PIECE, offset + done);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		if (vw_image_late(image))
			return -ETIME;
		done += (size_t)n;
		vw_image_tell(image, path, done, size);
	}
	*ret_size = done;
	return 0;
}

/* Large pages, where there are any: to touch as much memory page by page would take longer. */
static void *allocate_large(size_t size)
{
	size_t whole = (size + LARGE_PAGE - 1) & ~(size_t)(LARGE_PAGE - 1);
	void *bytes;

	if (size < LARGE_PAGE)
		return malloc(size);
	bytes = aligned_alloc(LARGE_PAGE, whole);
	if (bytes)
		(void)madvise(bytes, whole, MADV_HUGEPAGE);
	return bytes;
}

static size_t counted_of(size_t size)
{
	return size > LARGE_FREE ? size - LARGE_FREE : 0;
}

void vw_file_free_large(struct vw_image *image, unsigned char *bytes, size_t size)
{
	vwb_budget_give(vw_image_budget(image), counted_of(size));
	free(bytes);
}

int vw_file_read_large(struct vw_image *image, const char *path, uint64_t offset, uint64_t limit,
		       unsigned char **ret_bytes, size_t *ret_size)
{
	struct vwb_budget *budget = vw_image_budget(image);
	_cleanup_(vw_file_close) struct vw_file file = {.fd = -1};
	unsigned char *bytes = NULL;
	uint64_t size;
	int r = vw_image_open_file(image, path, &file);

	if (r < 0)
		return r;
	size = file.size > offset ? file.size - offset : 0;
	size = size < limit ? size : limit;
	if (size > VW_IMAGE_FILE_MAX || !vwb_budget_take(budget, counted_of((size_t)size)))
		r = -EFBIG;
	if (r == 0) {
		bytes = allocate_large((size_t)size + 1);
		r = bytes ? read_all(image, path, &file, offset, bytes, (size_t)size, ret_size) : -ENOMEM;
		vwb_budget_give(budget, counted_of((size_t)size) - (r < 0 ? 0 : counted_of(*ret_size)));
	}
	if (r < 0) {
		free(bytes);
		if (r != -ENOMEM)
			vw_image_unread(image, path, r);
		return r;
	}
	*ret_bytes = bytes;
	return 0;
}

struct unpacked {
	unsigned char *bytes;
	size_t size, space;
};

static int keep(void *context, const unsigned char *bytes, size_t size)
{
	struct unpacked *unpacked = context;

	if (!size)
		return 0;
	if (size > unpacked->space - unpacked->size) {
		size_t space = 2 * unpacked->space + size;
		unsigned char *larger = realloc(unpacked->bytes, space);

		if (!larger)
			return -ENOMEM;
		unpacked->bytes = larger;
		unpacked->space = space;
	}
	memcpy(unpacked->bytes + unpacked->size, bytes, size);
	unpacked->size += size;
	return 0;
}

static int unpack_whole(struct vw_image *image, const unsigned char *bytes, size_t size, size_t limit,
			struct unpacked *unpacked)
{
	const struct vw_codec *codec = vw_codec_of(bytes, size);
	size_t used;

	if (codec)
		return vw_codec_unpack(image, codec, bytes, size, limit, keep, unpacked, &used);
	return size > limit ? -E2BIG : keep(unpacked, bytes, size);
}

int vw_file_read_unpacked(struct vw_image *image, const char *path, size_t limit, unsigned char **ret_bytes,
			  size_t *ret_size)
{
	struct unpacked unpacked = {0};
	unsigned char *bytes = NULL;
	size_t size = 0;
	int r = vw_file_read_large(image, path, 0, UINT64_MAX, &bytes, &size);

	if (r < 0)
		return r;
	r = unpack_whole(image, bytes, size, limit, &unpacked);
	vw_file_free_large(image, bytes, size);
	if (r < 0) {
		free(unpacked.bytes);
		if (r != -ENOMEM)
			vw_image_unread(image, path, r);
		return r;
	}
	*ret_bytes = unpacked.bytes;
	*ret_size = unpacked.size;
	return 0;
}
