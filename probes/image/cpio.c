/* SPDX-License-Identifier: MIT */
#include "probes/image/cpio.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define TRAILER "TRAILER!!!"

/* Fields of the header, eight hexadecimal digits each, after six bytes of magic. */
enum {
	INO,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	SIZE,
	MAJOR,
	MINOR,
	RDEV_MAJOR,
	RDEV_MINOR,
	NAME_SIZE,
	SUM,
	FIELDS
};

static int broken(struct vw_cpio *cpio, const char *problem)
{
	cpio->problem = problem;
	return -EBADMSG;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_fields(const char *at, uint32_t field[FIELDS])
{
	for (size_t i = 0; i < FIELDS; i++) {
		uint32_t value = 0;

		for (size_t k = 0; k < 8; k++) {
			int next = digit(*at++);

			if (next < 0)
				return false;
			value = value << 4 | (uint32_t)next;
		}
		field[i] = value;
	}
	return true;
}

static int begin_entry(struct vw_cpio *cpio)
{
	uint32_t field[FIELDS];

	if (memcmp(cpio->header, "070707", 6) == 0)
		return broken(cpio, "cpio's old format, not newc");
	if (memcmp(cpio->header, "070701", 6) != 0 && memcmp(cpio->header, "070702", 6) != 0)
		return broken(cpio, "no cpio header");
	if (!parse_fields(cpio->header + 6, field))
		return broken(cpio, "a cpio header that is not hexadecimal");
	if (field[NAME_SIZE] == 0 || field[NAME_SIZE] > PATH_MAX)
		return broken(cpio, "a cpio entry whose name is empty or longer than a path can be");
	if (S_ISLNK(field[MODE]) && field[SIZE] > PATH_MAX)
		return broken(cpio, "a symbolic link longer than a path can be");

	cpio->entry = (struct vw_cpio_entry){.name = cpio->name,
					     .mode = field[MODE],
					     .ino = field[INO],
					     .nlink = field[NLINK],
					     .major = field[MAJOR],
					     .minor = field[MINOR],
					     .size = field[SIZE],
					     .archive = cpio->entry.archive};
	cpio->name_size = field[NAME_SIZE];
	cpio->checked = cpio->header[5] == '2' && S_ISREG(field[MODE]);
	cpio->checksum = field[SUM];
	cpio->sum = 0;
	cpio->left = field[SIZE];
	cpio->padding = -cpio->left & 3;
	cpio->collected = 0;
	cpio->state = VW_CPIO_IN_NAME;
	return 0;
}

static int end_entry(struct vw_cpio *cpio)
{
	cpio->state = VW_CPIO_BETWEEN;
	if (cpio->trailer) {
		cpio->entry.archive++;
		return 0;
	}
	if (cpio->checked && cpio->sum != cpio->checksum)
		return broken(cpio, "a cpio entry whose checksum is wrong");
	return cpio->sink->end(cpio->context);
}

static int begin_data(struct vw_cpio *cpio)
{
	int r = 0;

	if (cpio->name[cpio->name_size - 1] != '\0')
		return broken(cpio, "a cpio entry whose name does not end");
	cpio->state = VW_CPIO_IN_DATA;
	cpio->trailer = strcmp(cpio->name, TRAILER) == 0;
	if (!cpio->trailer) {
		cpio->entries++;
		r = cpio->sink->entry(cpio->context, &cpio->entry);
	}
	return r;
}

/* The states: each takes some bytes, in @used. */

static int between(struct vw_cpio *cpio, const unsigned char *bytes, size_t size, size_t *used)
{
	size_t zeros = 0;

	while (zeros < size && bytes[zeros] == 0)
		zeros++;
	*used = zeros;
	if (zeros == size || bytes[zeros] != '0' || (cpio->position + zeros) & 3)
		return 0;
	cpio->state = VW_CPIO_IN_HEADER;
	cpio->collected = 0;
	return 0;
}

static size_t collect(struct vw_cpio *cpio, char *to, size_t want, const unsigned char *bytes, size_t size)
{
	size_t n = want - cpio->collected < size ? want - cpio->collected : size;

	memcpy(to + cpio->collected, bytes, n);
	cpio->collected += n;
	return n;
}

static int in_header(struct vw_cpio *cpio, const unsigned char *bytes, size_t size, size_t *used)
{
	*used = collect(cpio, cpio->header, sizeof(cpio->header), bytes, size);
	return cpio->collected == sizeof(cpio->header) ? begin_entry(cpio) : 0;
}

static int in_name(struct vw_cpio *cpio, const unsigned char *bytes, size_t size, size_t *used)
{
	size_t padded = ((VW_CPIO_HEADER + cpio->name_size + 3) & ~(size_t)3) - VW_CPIO_HEADER, n;

	if (cpio->collected < cpio->name_size) {
		*used = collect(cpio, cpio->name, cpio->name_size, bytes, size);
	} else {
		n = padded - cpio->collected;
		*used = n < size ? n : size;
		cpio->collected += *used;
	}
	return cpio->collected == padded ? begin_data(cpio) : 0;
}

static int in_data(struct vw_cpio *cpio, const unsigned char *bytes, size_t size, size_t *used)
{
	uint64_t *left = cpio->left ? &cpio->left : &cpio->padding;
	size_t n = *left < size ? (size_t)*left : size;
	int r = 0;

	*used = n;
	if (cpio->left && n && !cpio->trailer) {
		for (size_t i = 0; cpio->checked && i < n; i++)
			cpio->sum += bytes[i];
		r = cpio->sink->data(cpio->context, bytes, n);
	}
	*left -= n;
	return r < 0 || cpio->left || cpio->padding ? r : end_entry(cpio);
}

bool vw_cpio_is_whole(const struct vw_cpio *cpio)
{
	return cpio->state == VW_CPIO_BETWEEN;
}

int vw_cpio_feed(struct vw_cpio *cpio, const unsigned char *bytes, size_t size, size_t *ret_used)
{
	static int (*const step[])(struct vw_cpio *, const unsigned char *, size_t, size_t *) = {
		[VW_CPIO_BETWEEN] = between,
		[VW_CPIO_IN_HEADER] = in_header,
		[VW_CPIO_IN_NAME] = in_name,
		[VW_CPIO_IN_DATA] = in_data,
	};
	size_t done = 0;
	int r = 0;

	/* An entry without data ends as soon as its name is read, which takes no byte more. */
	while (r == 0 && (done < size || (cpio->state == VW_CPIO_IN_DATA && !cpio->left && !cpio->padding))) {
		enum vw_cpio_state before = cpio->state;
		size_t used = 0;

		r = step[before](cpio, bytes + done, size - done, &used);
		done += used;
		cpio->position += used;
		if (before != VW_CPIO_BETWEEN && cpio->state == VW_CPIO_BETWEEN)
			cpio->last = cpio->position;
		if (before == VW_CPIO_BETWEEN && cpio->state == VW_CPIO_BETWEEN)
			break;
	}
	*ret_used = done;
	return r;
}
