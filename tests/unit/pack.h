/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_PACK_H
#define VW_TESTS_UNIT_PACK_H

/* Bytes made at run time: cpio archives, and compressed streams by the libraries that unpack them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bzlib.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "base/dynlib.h"

struct bytes {
	unsigned char *data;
	size_t size, space;
};

static inline void add_bytes(struct bytes *bytes, const void *data, size_t size)
{
	if (size > bytes->space - bytes->size) {
		bytes->space = 2 * bytes->space + size + 1;
		bytes->data = realloc(bytes->data, bytes->space);
		assert_non_null(bytes->data);
	}
	if (size)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static inline void add_zeros(struct bytes *bytes, size_t count)
{
	while (count-- > 0)
		add_bytes(bytes, "", 1);
}

static inline void free_bytes(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){0};
}

/* Cpio. */

struct entry {
	const char *name;
	const void *data;
	size_t size;
	uint32_t mode;       /* 0: a regular file */
	uint32_t ino, nlink; /* 0: a number of its own */
};

static inline void add_entry(struct bytes *cpio, const struct entry *entry)
{
	static uint32_t ino = 1000;
	char header[128];

	ino++;
	snprintf(header, sizeof(header), "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
		 entry->ino ? entry->ino : ino, entry->mode ? entry->mode : S_IFREG | 0644, 0, 0,
		 entry->nlink ? entry->nlink : 1, 0, entry->size, 8, 1, 0, 0, strlen(entry->name) + 1, 0);
	add_bytes(cpio, header, 110);
	add_bytes(cpio, entry->name, strlen(entry->name) + 1);
	add_zeros(cpio, -cpio->size & 3);
	add_bytes(cpio, entry->data, entry->size);
	add_zeros(cpio, -cpio->size & 3);
}

static inline void add_file(struct bytes *cpio, const char *name, const char *text)
{
	add_entry(cpio, &(struct entry){.name = name, .data = text, .size = strlen(text)});
}

static inline void add_folder(struct bytes *cpio, const char *name)
{
	add_entry(cpio, &(struct entry){.name = name, .mode = S_IFDIR | 0755});
}

static inline void add_link(struct bytes *cpio, const char *name, const char *target)
{
	add_entry(cpio,
		  &(struct entry){
			  .name = name, .data = target, .size = strlen(target), .mode = S_IFLNK | 0777});
}

static inline void add_trailer(struct bytes *cpio)
{
	add_entry(cpio, &(struct entry){.name = "TRAILER!!!", .mode = 1});
}

/* Compressors. */

static inline void pack_gzip(struct bytes *to, const void *data, size_t size)
{
	struct {
		VWB_DYNLIB_MEMBER(deflateInit2_)
		VWB_DYNLIB_MEMBER(deflate)
		VWB_DYNLIB_MEMBER(deflateEnd)
		VWB_DYNLIB_MEMBER(deflateBound)
	} z = {0};
	const struct vwb_symbol symbols[] = {{"deflateInit2_", &z.deflateInit2_},
					     {"deflate", &z.deflate},
					     {"deflateEnd", &z.deflateEnd},
					     {"deflateBound", &z.deflateBound}};
	z_stream stream = {0};
	unsigned char *out;
	unsigned long bound;

	assert_int_equal(vwb_dynlib_open("libz.so.1", symbols, VW_COUNT(symbols)), 0);
	assert_int_equal(z.deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, 0, ZLIB_VERSION, sizeof(stream)),
			 Z_OK);
	bound = z.deflateBound(&stream, size);
	out = malloc(bound);
	assert_non_null(out);
	stream.next_in = (unsigned char *)(uintptr_t)data;
	stream.avail_in = (unsigned)size;
	stream.next_out = out;
	stream.avail_out = (unsigned)bound;
	assert_int_equal(z.deflate(&stream, Z_FINISH), Z_STREAM_END);
	add_bytes(to, out, bound - stream.avail_out);
	z.deflateEnd(&stream);
	free(out);
}

static inline void pack_bzip2(struct bytes *to, const void *data, size_t size)
{
	struct {
		VWB_DYNLIB_MEMBER(BZ2_bzBuffToBuffCompress)
	} bz = {0};
	const struct vwb_symbol symbols[] = {{"BZ2_bzBuffToBuffCompress", &bz.BZ2_bzBuffToBuffCompress}};
	unsigned out_size = (unsigned)(size + size / 100 + 600);
	char *out = malloc(out_size);

	assert_non_null(out);
	assert_int_equal(vwb_dynlib_open("libbz2.so.1.0", symbols, 1), 0);
	assert_int_equal(
		bz.BZ2_bzBuffToBuffCompress(out, &out_size, (char *)(uintptr_t)data, (unsigned)size, 9, 0, 0),
		BZ_OK);
	add_bytes(to, out, out_size);
	free(out);
}

static inline void pack_lzma_family(struct bytes *to, const void *data, size_t size, bool alone)
{
	struct {
		VWB_DYNLIB_MEMBER(lzma_lzma_preset)
		VWB_DYNLIB_MEMBER(lzma_alone_encoder)
		VWB_DYNLIB_MEMBER(lzma_easy_encoder)
		VWB_DYNLIB_MEMBER(lzma_code)
		VWB_DYNLIB_MEMBER(lzma_end)
	} lzma = {0};
	const struct vwb_symbol symbols[] = {{"lzma_lzma_preset", &lzma.lzma_lzma_preset},
					     {"lzma_alone_encoder", &lzma.lzma_alone_encoder},
					     {"lzma_easy_encoder", &lzma.lzma_easy_encoder},
					     {"lzma_code", &lzma.lzma_code},
					     {"lzma_end", &lzma.lzma_end}};
	size_t out_size = size + size / 2 + 4096;
	unsigned char *out = malloc(out_size);
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_options_lzma options;

	assert_non_null(out);
	assert_int_equal(vwb_dynlib_open("liblzma.so.5", symbols, VW_COUNT(symbols)), 0);
	assert_false(lzma.lzma_lzma_preset(&options, 1));
	assert_int_equal(alone ? lzma.lzma_alone_encoder(&stream, &options)
			       : lzma.lzma_easy_encoder(&stream, 1, LZMA_CHECK_CRC32),
			 LZMA_OK);
	stream.next_in = data;
	stream.avail_in = size;
	stream.next_out = out;
	stream.avail_out = out_size;
	assert_int_equal(lzma.lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
	add_bytes(to, out, out_size - stream.avail_out);
	lzma.lzma_end(&stream);
	free(out);
}

static inline void pack_xz(struct bytes *to, const void *data, size_t size)
{
	pack_lzma_family(to, data, size, false);
}

static inline void pack_lzma(struct bytes *to, const void *data, size_t size)
{
	pack_lzma_family(to, data, size, true);
}

static inline void pack_zstd(struct bytes *to, const void *data, size_t size)
{
	struct {
		VWB_DYNLIB_MEMBER(ZSTD_compress)
		VWB_DYNLIB_MEMBER(ZSTD_compressBound)
	} zstd = {0};
	const struct vwb_symbol symbols[] = {{"ZSTD_compress", &zstd.ZSTD_compress},
					     {"ZSTD_compressBound", &zstd.ZSTD_compressBound}};
	unsigned char *out;
	size_t bound;

	assert_int_equal(vwb_dynlib_open("libzstd.so.1", symbols, VW_COUNT(symbols)), 0);
	bound = zstd.ZSTD_compressBound(size);
	out = malloc(bound);
	assert_non_null(out);
	add_bytes(to, out, zstd.ZSTD_compress(out, bound, data, size, 3));
	free(out);
}

extern int LZ4_compress_default(const char *from, char *to, int from_size, int to_size);

static inline void add_little32(struct bytes *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		add_bytes(to, &(unsigned char){(unsigned char)(value >> 8 * i)}, 1);
}

static inline void add_big32(struct bytes *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		add_bytes(to, &(unsigned char){(unsigned char)(value >> (24 - 8 * i))}, 1);
}

static inline void pack_lz4(struct bytes *to, const void *data, size_t size)
{
	struct {
		VWB_DYNLIB_MEMBER(LZ4_compress_default)
	} lz4 = {0};
	const struct vwb_symbol symbols[] = {{"LZ4_compress_default", &lz4.LZ4_compress_default}};
	const size_t chunk = 8 * 1024 * 1024;
	char *out = malloc(chunk + chunk / 100);

	assert_non_null(out);
	assert_int_equal(vwb_dynlib_open("liblz4.so.1", symbols, 1), 0);
	add_little32(to, 0x184c2102);
	for (size_t at = 0; at < size; at += chunk) {
		int part = (int)(size - at < chunk ? size - at : chunk);
		int used = lz4.LZ4_compress_default((const char *)data + at, out, part,
						    (int)(chunk + chunk / 100));

		assert_true(used > 0);
		add_little32(to, (uint32_t)used);
		add_bytes(to, out, (size_t)used);
	}
	free(out);
}

/* lzop's framing, with blocks that are not compressed. */
static inline void pack_lzo(struct bytes *to, const void *data, size_t size)
{
	static const unsigned char header[] = {0x89, 'L',  'Z',  'O',  0, '\r', '\n', 0x1a, '\n', 0x10, 0x30,
					       0x20, 0xa0, 0x09, 0x40, 1, 5,    0,    0,    0,    1,    0,
					       0,    0,    0,    0,    0, 0,    0,    0,    0,    0,    0,
					       3,    'a',  'b',  'c',  0, 0,    0,    0};
	const size_t block = 256 * 1024;

	add_bytes(to, header, sizeof(header));
	for (size_t at = 0; at < size; at += block) {
		size_t part = size - at < block ? size - at : block;

		add_big32(to, (uint32_t)part);
		add_big32(to, (uint32_t)part);
		add_big32(to, 0);
		add_bytes(to, (const unsigned char *)data + at, part);
	}
	add_big32(to, 0);
}

struct packer {
	const char *name;
	void (*pack)(struct bytes *to, const void *data, size_t size);
};

static const struct packer packers[] = {
	{"gzip", pack_gzip}, {"bzip2", pack_bzip2},    {"xz", pack_xz},   {"lzma", pack_lzma},
	{"zstd", pack_zstd}, {"lz4 legacy", pack_lz4}, {"lzo", pack_lzo},
};

/* liblzo2 is the one that may be missing. */
static inline bool can_unpack(const struct packer *packer)
{
	struct {
		void (*function)(void);
	} lzo = {0};
	const struct vwb_symbol symbol = {"lzo1x_decompress_safe", &lzo.function};

	return packer->pack != pack_lzo || vwb_dynlib_open("liblzo2.so.2", &symbol, 1) == 0;
}

#endif
