/* SPDX-License-Identifier: MIT */

/*
 * An image that is an archive of its root: unpacked into a private directory, which is then read as any other
 * root is. Whatever is in the archive, no more than these bounds comes out of it.
 */

#include "probes/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/image/image_internal.h"

enum {
	ENTRIES_LIMIT = 500000, /* a desktop has some 300,000 */
	SECONDS_LIMIT = 300,
	/* what comes out of each byte, besides what is free: a packed system has some kilobytes for each
	   entry */
	RATIO = 100,
	BYTES_OF_ENTRY = 256,
	ENTRIES_FREE = 20000,
};

#define TOTAL_FREE  (256ULL * 1024 * 1024)
#define TOTAL_LIMIT (8ULL * 1024 * 1024 * 1024)

int vw_image_open_archive(struct vw_image *image, int fd, char *problem, size_t problem_size)
{
	static const char *const parents[] = {"/var/tmp", NULL}; /* not in memory: it may be large */
	struct stat status;
	int r;

	image->archive = fd;
	if (fstat(fd, &status) < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", image->path, strerror(errno));
	image->archive_size = (uint64_t)status.st_size;
	r = vw_archive_load(image->path, problem, problem_size);
	if (r < 0)
		return r;

	vw_hold_begin(&image->hold);
	r = vw_archive_make_folder(parents, &image->folder);
	if (r < 0)
		return vw_problem(problem, problem_size, r, "%s: no temporary directory to unpack into: %s",
				  image->path, strerror(-r));
	image->root.fd = open(image->folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (image->root.fd < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", image->folder, strerror(errno));
	return 0;
}

void vw_image_close_archive(struct vw_image *image)
{
	vw_closep(&image->archive);
	if (image->folder)
		vw_tree_remove(AT_FDCWD, image->folder);
	free(image->folder);
	vw_hold_end(&image->hold);
}

const char *vw_image_folder(const struct vw_image *image)
{
	return image->folder;
}

/* --- the root in it ------------------------------------------------------------------------------------ */

static bool is_root(int fd)
{
	static const char *const names[] = {"etc", "usr", "boot", "lib", "efi", "EFI"};
	struct stat status;

	for (size_t i = 0; i < VW_COUNT(names); i++)
		if (fstatat(fd, names[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
}

/* Archives may hold the root in a folder of its own, which is then the only one. */
static int find_only_folder(int fd, char name[NAME_MAX + 1])
{
	DIR *directory = fdopendir(fd);
	const struct dirent *entry;
	size_t count = 0;

	if (!directory) {
		close(fd);
		return -errno;
	}
	while (count < 2 && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
		count++;
	}
	closedir(directory);
	return count == 1 ? 0 : -ENOENT;
}

static int enter_root(struct vw_image *image)
{
	_cleanup_(vw_closep) int fd = -1;
	char name[NAME_MAX + 1];
	int r;

	if (is_root(image->root.fd))
		return 0;
	r = openat(image->root.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = r < 0 ? -errno : find_only_folder(r, name);
	if (r < 0)
		return r;
	fd = openat(image->root.fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || !is_root(fd))
		return -ENOENT;
	vw_closep(&image->root.fd);
	image->root.fd = fd;
	fd = -1;
	return 0;
}

/* --- unpacking ----------------------------------------------------------------------------------------- */

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

static size_t entries_of(const struct vw_image *image)
{
	uint64_t entries = ENTRIES_FREE + image->archive_size / BYTES_OF_ENTRY;

	return entries < ENTRIES_LIMIT ? (size_t)entries : ENTRIES_LIMIT;
}

int vw_image_unpack(struct vw_image *image, char *problem, size_t problem_size)
{
	const struct vw_archive_bounds bounds = {.entries = entries_of(image),
						 .total = total_of(image),
						 .file = VW_IMAGE_FILE_MAX + 1,
						 .seconds = SECONDS_LIMIT,
						 .every_codec = true};
	const struct vw_archive_job job = {.fd = image->archive,
					   .path = image->path,
					   .bounds = &bounds,
					   .hold = &image->hold,
					   .tell = tell,
					   .context = image};
	int r;

	if (!image->folder)
		return 0;
	r = vw_archive_unpack(&job, image->folder, problem, problem_size);
	if (r < 0)
		return r;
	r = enter_root(image);
	if (r < 0)
		return vw_problem(problem, problem_size, r == -ENOENT ? -EBADMSG : r,
				  r == -ENOENT
					  ? "%s: an archive, but not of a root directory: neither etc, usr, "
					    "lib nor boot is in it"
					  : "%s: the root in it cannot be opened",
				  image->path);
	return 0;
}
