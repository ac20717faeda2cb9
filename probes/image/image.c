/* SPDX-License-Identifier: MIT */
#include "probes/image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/image/image_internal.h"
#include "probes/image/parts.h"
#include "probes/tree.h"

static const struct vw_image_wish no_wish;

/* Later ones may look at what earlier ones left in the facts. */
static int (*const parts[])(struct vw_image *image, struct vw_image_facts *facts) = {
	vw_image_probe_os,         vw_image_probe_esp,     vw_image_probe_boot,
	vw_image_probe_modprobe,   vw_image_probe_kernels, vw_image_probe_mounts,
	vw_image_probe_network,    vw_image_probe_udev,    vw_image_probe_initramfs_conf,
	vw_image_probe_cloud_init, vw_image_probe_system,
};

static int new_image(const char *path, struct vw_image **ret_image)
{
	struct vw_image *image = calloc(1, sizeof(*image));

	if (!image)
		return -ENOMEM;
	image->root.fd = image->archive = -1;
	image->wish = &no_wish;
	if (vw_arena_new(&image->arena) < 0) {
		vw_image_free(image);
		return -ENOMEM;
	}
	image->path = vw_arena_string(image->arena, path);
	if (!image->path) {
		vw_image_free(image);
		return -ENOMEM;
	}
	*ret_image = image;
	return 0;
}

static int open_root(struct vw_image *image, const char *path, char *problem, size_t problem_size)
{
	_cleanup_(vw_closep) int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat status;
	int file;

	if (fd < 0 || fstat(fd, &status) < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode)) {
		image->root.fd = fd;
		fd = -1;
		return 0;
	}
	/* looked at before it is opened: a FIFO would block, a device may have effects */
	if (!S_ISREG(status.st_mode))
		return vw_problem(
			problem, problem_size, -ENOTDIR,
			"%s: neither a directory nor an archive; an image is given as its root directory",
			path);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", path, strerror(errno));
	return vw_image_open_archive(image, file, problem, problem_size);
}

int vw_image_open(const char *path, struct vw_image **ret_image, char *problem, size_t problem_size)
{
	_cleanup_(vw_image_freep) struct vw_image *image = NULL;
	int r = new_image(path, &image);

	if (r < 0)
		return vw_problem(problem, problem_size, r, "%s: %s", path, strerror(-r));
	r = open_root(image, path, problem, problem_size);
	if (r < 0)
		return r;
	vw_codecs_open();
	vw_image_start_clock(image);
	*ret_image = image;
	image = NULL;
	return 0;
}

void vw_image_free(struct vw_image *image)
{
	if (!image)
		return;
	vw_closep(&image->root.fd);
	vw_image_close_archive(image);
	vw_arena_free(image->arena);
	free(image);
}

void vw_image_freep(struct vw_image **image)
{
	vw_image_free(*image);
	*image = NULL;
}

void vw_image_set_progress(struct vw_image *image, vw_image_progress progress, void *context)
{
	image->progress = progress;
	image->progress_context = context;
}

int vw_image_probe(struct vw_image *image, const struct vw_image_wish *wish,
		   const struct vw_image_facts **ret_facts)
{
	struct vw_image_facts *facts = vw_arena_alloc(image->arena, sizeof(*facts));
	int r = 0;

	if (!facts)
		return -ENOMEM;
	image->wish = wish ? wish : &no_wish;
	vw_image_start_clock(image);
	facts->path = image->path;
	for (size_t i = 0; i < VW_COUNT(parts) && r == 0; i++)
		r = parts[i](image, facts);
	if (r < 0)
		return r;
	facts->unread = image->unread.item;
	facts->unread_count = image->unread.count;
	if (vw_arena_failed(image->arena))
		return -ENOMEM;
	*ret_facts = facts;
	return 0;
}

int vw_image_probe_initramfs(struct vw_image *image, const char *path,
			     const struct vw_initramfs **ret_initramfs)
{
	struct vw_initramfs *initramfs = vw_arena_alloc(image->arena, sizeof(*initramfs));
	int r;

	if (!initramfs)
		return -ENOMEM;
	vw_image_start_clock(image);
	r = vw_initramfs_read(image, path, initramfs);
	if (r < 0)
		return r;
	*ret_initramfs = initramfs;
	return 0;
}
