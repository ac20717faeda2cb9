/* SPDX-License-Identifier: MIT */
#include "probes/image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/image/image_internal.h"
#include "probes/image/parts.h"
#include "probes/read/tree.h"

static const struct vw_image_wish no_wish;

/* Later ones may look at what earlier ones left in the facts; those of one part may change it. */
static const struct part {
	const char *subject; /* among the unread, when it is too much to read */
	int (*probe[2])(struct vw_image *image, struct vw_image_facts *facts);
} parts[] = {
	{"the system", {vw_image_probe_os}},
	{"the EFI system partition", {vw_image_probe_esp}},
	{"settings of modules", {vw_image_probe_modprobe}},
	{"boot entries and kernels", {vw_image_probe_boot, vw_image_probe_kernels}},
	{"init and its libraries", {vw_image_probe_init}},
	{"mounts", {vw_image_probe_mounts}},
	{"settings of the network", {vw_image_probe_network}},
	{"services", {vw_image_probe_services, vw_image_probe_sshd}},
	{"rules of udev", {vw_image_probe_udev}},
	{"settings of the initramfs", {vw_image_probe_initramfs_conf}},
	{"cloud-init", {vw_image_probe_cloud_init}},
	{"settings of the system", {vw_image_probe_system}},
};

static int new_image(const char *path, struct vw_image **ret_image)
{
	struct vw_image *image = calloc(1, sizeof(*image));

	if (!image)
		return -ENOMEM;
	image->root.fd = image->archive = image->bytes = -1;
	image->store = (struct vw_store){.call = &vw_folder_calls, .from = &image->root};
	image->wish = &no_wish;
	image->memory.limit = VW_IMAGE_MEMORY;
	if (vwb_arena_new(&image->own) < 0) {
		vw_image_free(image);
		return -ENOMEM;
	}
	image->arena = image->own;
	image->path = vwb_arena_string(image->own, path);
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
	bool input = vwb_text_equal(path, "-");
	int r = new_image(input ? "standard input" : path, &image);

	if (r < 0)
		return vw_problem(problem, problem_size, r, "%s: %s", path, strerror(-r));
	r = input ? vw_image_open_input(image, problem, problem_size)
		  : open_root(image, path, problem, problem_size);
	if (r < 0)
		return r;
	vw_codecs_open();
	vw_image_start(image);
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
	vwb_arena_free(image->own);
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

/* Read one part into memory of its own, so that it can be given up alone. */
static int read_part(struct vw_image *image, const struct part *part, struct vw_image_facts *facts)
{
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	struct vw_image_facts before = *facts;
	int r = vwb_arena_new(&arena);

	if (r < 0)
		return r;
	vwb_arena_bound(arena, &image->memory);
	image->arena = arena;
	for (size_t i = 0; i < VW_COUNT(part->probe) && part->probe[i] && r == 0; i++)
		r = part->probe[i](image, facts);
	image->arena = image->own;
	if (!image->memory.spent && !image->stopped) {
		vwb_arena_join(image->own, &arena);
		return r;
	}
	*facts = before;
	image->cut = true;
	image->memory.spent = false;
	vw_image_unread(image, part->subject, image->stopped ? -ETIME : -EFBIG);
	return 0;
}

int vw_image_probe(struct vw_image *image, const struct vw_image_wish *wish,
		   const struct vw_image_facts **ret_facts)
{
	struct vw_image_facts *facts = vwb_arena_alloc(image->own, sizeof(*facts));
	int r = 0;

	if (!facts)
		return -ENOMEM;
	image->wish = wish ? wish : &no_wish;
	vw_image_start(image);
	facts->path = image->path;
	for (size_t i = 0; i < VW_COUNT(parts) && r == 0; i++)
		r = read_part(image, &parts[i], facts);
	if (r < 0)
		return r;
	facts->cut = image->cut;
	facts->unread = image->unread.item;
	facts->unread_count = image->unread.count;
	if (vwb_arena_failed(image->own))
		return -ENOMEM;
	*ret_facts = facts;
	return 0;
}

int vw_image_probe_initramfs(struct vw_image *image, const char *path,
			     const struct vw_initramfs **ret_initramfs)
{
	struct vw_initramfs *initramfs = vwb_arena_alloc(image->own, sizeof(*initramfs));
	int r;

	if (!initramfs)
		return -ENOMEM;
	vw_image_start(image);
	r = vw_initramfs_read(image, path, initramfs);
	if (r < 0)
		return r;
	*ret_initramfs = initramfs;
	return 0;
}
