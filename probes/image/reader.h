/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_READER_H
#define VW_PROBES_IMAGE_READER_H

/*
 * How the files of this folder read an image. Internal to it.
 *
 * Paths are absolute as the image's own system would see them. Links are followed inside the root only
 * (probes/read/store.h); only regular files are ever opened for reading: a device or a FIFO is not even
 * opened. What exists and could not be read is remembered for the facts' unread.
 */

#include "probes/image/image.h"
#include "probes/read/store.h"

enum {
	VW_IMAGE_TEXT_LIMIT = 1024 * 1024,       /* a configuration file */
	VW_IMAGE_INDEX_LIMIT = 16 * 1024 * 1024, /* modules.dep and its like; a kernel's configuration */
	VW_IMAGE_LIST_LIMIT = 16384,             /* entries of one directory */
	VW_IMAGE_DEPTH = 16,                     /* of a walk through directories */
	VW_IMAGE_FILES_LIMIT = 200000,           /* entries of all walks through one folder */

	/* of the whole image; what is beyond is unread, and the verdict unknown */
	VW_IMAGE_MEMORY = 200 * 1024 *
			  1024, /* bytes; with the program, and the first 48 MiB of an initramfs, 256 MiB */
	VW_IMAGE_TEXT = 64 * 1024 * 1024, /* bytes of files that are read whole */
	VW_IMAGE_SECONDS = 25,            /* of the processor; checks and report need some more */
};

/* All that is read belongs to this arena. */
struct vwb_arena *vw_image_arena(struct vw_image *image);

/* What all memory for reading the image is counted in, but what a decoder holds. */
struct vwb_budget *vw_image_budget(struct vw_image *image);

const struct vw_image_wish *vw_image_wish(const struct vw_image *image); /* never NULL while probing */

/**
 * Open a regular file for reading; read with vw_image_pread(), close with vw_file_close().
 *
 * Returns 0 or a negative errno: -ENOENT (also for ENOTDIR, silently), -EACCES, -EINVAL for what is no
 * regular file, -ELOOP, …; all but -ENOENT are remembered as unread.
 */
_must_check_ int vw_image_open_file(struct vw_image *image, const char *path, struct vw_file *ret);

/** At most @size bytes at @offset of a file. Returns how many, 0 at its end, or a negative errno. */
ssize_t vw_image_pread(const struct vw_image *image, const struct vw_file *file, void *bytes, size_t size,
		       uint64_t offset);

/**
 * Read a file whole. What is longer than @limit, or than what is left for the image, is not read at all:
 * -EFBIG, remembered as unread.
 *
 * @ret_bytes: the bytes and one NUL behind them
 */
_must_check_ int vw_image_read(struct vw_image *image, const char *path, size_t limit, const char **ret_bytes,
			       size_t *ret_size);

/** Read at most the first @limit bytes of a file, however long it is. */
_must_check_ int vw_image_read_head(struct vw_image *image, const char *path, size_t limit,
				    const char **ret_bytes, size_t *ret_size);

struct vw_entry {
	const char *name;
	enum vw_entry_type type; /* of the entry itself: links are not followed */
};

/** A directory's entries in ascending byte order, without "." and "..". -E2BIG beyond VW_IMAGE_LIST_LIMIT. */
_must_check_ int vw_image_list(struct vw_image *image, const char *path, size_t *ret_count,
			       const struct vw_entry **ret_entry);

/** The text of a symbolic link, not followed. */
_must_check_ int vw_image_readlink(struct vw_image *image, const char *path, const char **ret_target);

/** What is at @path, links followed? Returns 0 or a negative errno; nothing is remembered. @ret_type may be
 * NULL */
_must_check_ int vw_image_stat(struct vw_image *image, const char *path, enum vw_entry_type *ret_type,
			       uint64_t *ret_size);

/** The permissions of what is at @path, links followed. Returns 0, a negative errno, or -ENODATA for an
 * archive, of which they are not kept. */
_must_check_ int vw_image_mode(struct vw_image *image, const char *path, unsigned *ret_mode);

/** The path, without links, of what @path leads to. Returns 0 or a negative errno. */
_must_check_ int vw_image_resolve(struct vw_image *image, const char *path, const char **ret_path);

/** Remember that something is there and could not be read, and why: @error a negative errno. */
void vw_image_unread(struct vw_image *image, const char *path, int error);

/** Is the time for reading this image used up? What takes long and reads no lines asks now and then, and ends
 * with -ETIME. */
bool vw_image_late(const struct vw_image *image);

void vw_image_tell(struct vw_image *image, const char *what, uint64_t done, uint64_t all); /* progress */

enum vw_state vw_image_state(int error); /* 0, -ENOENT, -EACCES, … as a fact's state */

/* Texts. */

/* Lines of a text, for loops of the kind: while (vw_image_next_line(&lines)). Start with {.image = image,
 * .rest = text, .size = size}. */
struct vw_line_reader {
	struct vw_image *image;
	const char *rest;
	size_t size;
	unsigned number;  /* of the line at hand, from 1 */
	const char *line; /* not NUL-terminated */
	size_t length;    /* without the line break */
};

/** The next line. Returns false at the text's end, and when the image has taken too much time or memory: its
 * part is unread then. */
bool vw_image_next_line(struct vw_line_reader *lines);

/** A copy of bytes that is safe to print. */
const char *vw_image_clean(struct vw_image *image, const char *bytes, size_t size);

/** Fill a text fact. @error: 0, or a negative errno, which becomes its state. */
void vw_image_set_text(struct vw_image *image, struct vw_text *fact, int error, const char *bytes,
		       size_t size, const char *source);

/* A list that grows in the image's arena. */
struct vw_growing {
	void *item;
	size_t count, space;
};

/** Room for one more item of @size bytes, zeroed. Returns NULL when there is no memory, or @limit are there.
 */
void *vw_grow(struct vw_image *image, struct vw_growing *list, size_t size, size_t limit);

/** A names fact out of a growing list of strings, sorted, each once. */
void vw_image_set_names(struct vw_names *fact, enum vw_state state, struct vw_growing *list,
			const char *source);

#endif
