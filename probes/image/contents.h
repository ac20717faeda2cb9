/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_CONTENTS_H
#define VW_PROBES_IMAGE_CONTENTS_H

/*
 * What is in an initramfs once all of its archives are unpacked one over the other: every name, and of the
 * files only the bytes that somebody asks for. Internal to probes/image/.
 */

#include "probes/image/cpio.h"
#include "probes/image/unpack.h"

/* What hard links share. */
struct vw_content {
	const char *text; /* of a file whose text is wanted, NUL-terminated; else NULL */
	size_t size;
	const struct vw_elf *elf; /* of a program or a shared library */
	const char *interpreter;  /* that the first line of a script names */
};

struct vw_item {
	const char *name; /* where it lies, links followed, without a leading slash: "usr/bin/sh" */
	size_t length;
	uint32_t hash, next;
	uint32_t mode;
	const char *target;               /* of a symbolic link */
	const struct vw_content *content; /* NULL where nothing of it was kept */
};

struct vw_contents;

_must_check_ int vw_contents_new(struct vw_image *image, struct vw_contents **ret_contents);
void vw_contents_free(struct vw_contents *contents);
void vw_contents_freep(struct vw_contents **contents);

/** Takes entries of cpio archives, with the contents as its context. Gives -ENOMEM, -ETIME, and -E2BIG beyond
 * a bound. */
extern const struct vw_cpio_sink vw_contents_sink;

/** Items in the order in which they first came. */
const struct vw_item *vw_contents_items(const struct vw_contents *contents, size_t *ret_count);

/** Find by a path as the initramfs' own programs would, links followed. NULL: there is none. */
const struct vw_item *vw_contents_find(struct vw_contents *contents, const char *path);

/** Was something left out that somebody asks for, since it is too large? */
bool vw_contents_incomplete(const struct vw_contents *contents);

#endif
