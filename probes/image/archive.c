/* SPDX-License-Identifier: MIT */

/*
 * An image that is an archive of its root: one pass over it makes an index of its names, which is then read
 * as a folder is. The archive stays as it is, and nothing is unpacked; the bytes of a compressed one go into
 * a file without a name. Whatever is in the archive, no more than these bounds comes out of it.
 */

#include "probes/read/archive.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "probes/image/image_internal.h"

enum {
	ENTRIES_LIMIT = 500000, /* a desktop has some 300,000 */
	SECONDS_LIMIT = 300,
	/* what comes out of each byte, besides what is free: a packed system has some kilobytes for each
	   entry */
	RATIO = 100,
	BYTES_OF_ENTRY = 256,
	ENTRIES_FREE = 20000,
	PIECE = 64 * 1024,
};

#define TOTAL_FREE  (256ULL * 1024 * 1024)
#define TOTAL_LIMIT (8ULL * 1024 * 1024 * 1024)

static size_t entries_of(const struct vw_image *image)
{
	uint64_t entries = ENTRIES_FREE + image->archive_size / BYTES_OF_ENTRY;

	return entries < ENTRIES_LIMIT ? (size_t)entries : ENTRIES_LIMIT;
}

/* not in memory: it may be large */
static const char *const parents[] = {"/var/tmp", NULL};

/* Copy until the input ends. Returns 0 or a negative errno; -EFBIG past the bound of any archive. */
static int copy(int from, int to)
{
	static char bytes[PIECE];
	uint64_t total = 0;
	ssize_t size;

	while ((size = vwb_fd_read(from, bytes, sizeof(bytes))) > 0) {
		int r = vwb_fd_write(to, bytes, (size_t)size);

		if (r < 0)
			return r;
		total += (uint64_t)size;
		if (total > TOTAL_LIMIT)
			return -EFBIG;
	}
	return (int)size;
}

int vw_image_open_input(struct vw_image *image, char *problem, size_t problem_size)
{
	int fd = vw_archive_make_store(parents), r;

	if (fd < 0)
		return vw_problem(problem, problem_size, fd, "no temporary file for standard input: %s",
				  strerror(-fd));
	r = copy(STDIN_FILENO, fd);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		return vw_image_open_archive(image, fd, problem, problem_size);
	close(fd);
	return vw_problem(problem, problem_size, r, "standard input: %s", strerror(-r));
}

int vw_image_open_archive(struct vw_image *image, int fd, char *problem, size_t problem_size)
{
	struct stat status;
	int r;

	image->archive = fd;
	if (fstat(fd, &status) < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", image->path, strerror(errno));
	image->archive_size = (uint64_t)status.st_size;
	r = vw_archive_load(image->path, problem, problem_size);
	if (r < 0)
		return r;

	image->bytes = vw_archive_make_store(parents);
	if (image->bytes < 0)
		return vw_problem(problem, problem_size, image->bytes,
				  "%s: no temporary file to unpack into: %s", image->path,
				  strerror(-image->bytes));
	r = vw_index_new(&image->memory, entries_of(image), &image->index);
	if (r < 0)
		return vw_problem(problem, problem_size, r, "%s: out of memory", image->path);
	image->store = (struct vw_store){.call = &vw_index_calls, .from = image->index};
	return 0;
}

void vw_image_close_archive(struct vw_image *image)
{
	vw_index_free(image->index);
	vw_closep(&image->archive);
	vw_closep(&image->bytes);
}

bool vw_image_is_archive(const struct vw_image *image)
{
	return image->index;
}

/* Archives may hold the root in a folder of its own, which is then the only one. */
static bool is_root(const struct vw_index *index)
{
	static const char *const names[] = {"etc", "usr", "boot", "lib", "efi", "EFI"};

	for (size_t i = 0; i < VW_COUNT(names); i++)
		if (vw_index_has(index, names[i]))
			return true;
	return false;
}

static void tell(void *context, uint64_t packed)
{
	struct vw_image *image = context;

	vw_image_tell(image, image->path, packed, image->archive_size);
}

static uint64_t total_of(const struct vw_image *image)
{
	uint64_t total = TOTAL_LIMIT;

	if (image->archive_size < (TOTAL_LIMIT - TOTAL_FREE) / RATIO)
		total = TOTAL_FREE + RATIO * image->archive_size;
	return total;
}

/* A piece more than the bound: it is asked when that was written. */
uint64_t vw_image_store_size(const struct vw_image *image)
{
	return image->index ? total_of(image) + PIECE : 0;
}

int vw_image_unpack(struct vw_image *image, char *problem, size_t problem_size)
{
	const struct vw_archive_bounds bounds = {.entries = entries_of(image),
						 .total = total_of(image),
						 .file = VW_IMAGE_FILE_MAX + 1,
						 .seconds = SECONDS_LIMIT,
						 .every_codec = true};
	const struct vw_hold hold = {.holding = false}; /* nothing is left behind, whenever it ends */
	const struct vw_archive_job job = {.fd = image->archive,
					   .path = image->path,
					   .bounds = &bounds,
					   .hold = &hold,
					   .index = image->index,
					   .memory = &image->memory,
					   .store = image->bytes,
					   .tell = tell,
					   .context = image};
	int r;

	if (!image->index)
		return 0;
	r = vw_archive_index(&job, problem, problem_size);
	image->memory.spent = false;
	if (r < 0)
		return r;
	if (!is_root(image->index) && (vw_index_enter_only(image->index) < 0 || !is_root(image->index)))
		return vw_problem(
			problem, problem_size, -EBADMSG,
			"%s: an archive, but not of a root directory: neither etc, usr, lib nor boot "
			"is in it",
			image->path);
	return 0;
}
