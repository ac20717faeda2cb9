/* SPDX-License-Identifier: MIT */

/* Print what is read of an initramfs or UKI, for tests that hold it against another reader: initramfs ROOT
 * PATH */

#include <inttypes.h>
#include <stdio.h>

#include "probes/image/image.h"

static void print_tree(const struct vw_module_tree *tree)
{
	printf("tree %s %zu\n", tree->folder, tree->file_count);
	for (size_t i = 0; i < tree->count; i++)
		printf("module %s/%s\n", tree->folder, tree->module[i].path);
}

static void print_initramfs(const struct vw_initramfs *initramfs)
{
	printf("state %s\n", initramfs->state != VW_VALUE ? "damaged"
			     : initramfs->incomplete      ? "unread"
							  : "whole");
	if (initramfs->problem)
		printf("problem %s\n", initramfs->problem);
	for (size_t i = 0; i < initramfs->segment_count; i++) {
		const struct vw_segment *segment = &initramfs->segment[i];

		printf("segment %" PRIu64 " %" PRIu64 " %" PRIu64 " %zu %s\n", segment->offset, segment->size,
		       segment->unpacked, segment->entries, segment->format);
	}
	printf("entries %zu\n", initramfs->entries);
	for (size_t i = 0; i < initramfs->tree_count; i++)
		print_tree(&initramfs->tree[i]);
	for (size_t i = 0; i < initramfs->firmware_early.count; i++)
		printf("early %s\n", initramfs->firmware_early.name[i]);
	printf("init %s %s\n", initramfs->init ? initramfs->init : "-",
	       initramfs->init_arch ? initramfs->init_arch : "-");
	for (size_t i = 0; i < initramfs->lacking.count; i++)
		printf("lacking %s\n", initramfs->lacking.name[i]);
	printf("generator %s\n", initramfs->generator ? initramfs->generator : "-");
}

int main(int argc, char **argv)
{
	const struct vw_initramfs *initramfs;
	_cleanup_(vw_image_freep) struct vw_image *image = NULL;
	char problem[256];

	if (argc != 3) {
		fputs("initramfs ROOT PATH\n", stderr);
		return 2;
	}
	if (vw_image_open(argv[1], &image, problem, sizeof(problem)) < 0) {
		fprintf(stderr, "%s\n", problem);
		return 3;
	}
	if (vw_image_probe_initramfs(image, argv[2], &initramfs) < 0)
		return 4;
	print_initramfs(initramfs);
	return 0;
}
