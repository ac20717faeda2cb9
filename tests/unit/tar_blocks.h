/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_TAR_BLOCKS_H
#define VW_TESTS_UNIT_TAR_BLOCKS_H

/* Archives made by hand, block by block (POSIX pax, ustar interchange format). Include after <cmocka.h>. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512 };

struct tar {
	unsigned char *bytes;
	size_t size;
};

static inline unsigned char *more(struct tar *tar, size_t size)
{
	tar->bytes = realloc(tar->bytes, tar->size + size);
	assert_non_null(tar->bytes);
	memset(tar->bytes + tar->size, 0, size);
	tar->size += size;
	return tar->bytes + tar->size - size;
}

/* A field that has no NUL when it is full. */
static inline void field(char *header, size_t at, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		header[at + i] = bytes[i];
}

/* @claimed: the size in the header, which need not be true */
static inline void entry_of_size(struct tar *tar, const char *name, char type, const char *target,
				 const char *content, unsigned claimed)
{
	size_t size = content ? strlen(content) : 0;
	char *header = (char *)more(tar, BLOCK);
	unsigned sum = 0;

	field(header, 0, name, strnlen(name, 100));
	snprintf(header + 100, 8, "%07o", 0644u);
	snprintf(header + 108, 8, "%07o", 0u);
	snprintf(header + 116, 8, "%07o", 0u);
	snprintf(header + 124, 12, "%011o", claimed);
	snprintf(header + 136, 12, "%011o", 0u);
	field(header, 148, "        ", 8);
	header[156] = type;
	if (target)
		field(header, 157, target, strnlen(target, 100));
	field(header, 257, "ustar", 6);
	field(header, 263, "00", 2);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 7, "%06o", sum);
	if (size)
		memcpy(more(tar, (size + BLOCK - 1) / BLOCK * BLOCK), content, size);
}

static inline void entry(struct tar *tar, const char *name, char type, const char *target,
			 const char *content)
{
	entry_of_size(tar, name, type, target, content, content ? (unsigned)strlen(content) : 0);
}

static inline void write_bytes(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static inline void end_tar(struct tar *tar, const char *path)
{
	more(tar, 2 * BLOCK);
	write_bytes(path, tar->bytes, tar->size);
	free(tar->bytes);
	*tar = (struct tar){0};
}

#endif
