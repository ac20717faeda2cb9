/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_STORE_H
#define VW_PROBES_READ_STORE_H

/*
 * What files are read from: a folder, or an archive's index. Five calls tell them apart, and nothing else
 * does. Paths are resolved below the root as root.h has it; nothing reaches outside. Internal to probes/.
 */

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/base.h"

enum vw_entry_type { VW_ENTRY_OTHER, VW_ENTRY_FILE, VW_ENTRY_FOLDER, VW_ENTRY_LINK };

/* A regular file that is open. */
struct vw_file {
	int fd;
	uint64_t offset, size; /* where its bytes stand in @fd, and how many they are */
	bool is_own;           /* @fd is this file's alone, and is closed with it */
};

/* Takes the name of an entry; a negative errno ends the list with it. */
typedef int (*vw_store_visit)(void *context, const char *name, enum vw_entry_type type);

struct vw_store {
	const struct vw_store_calls *call;
	void *from; /* what the calls get */
};

/* Each returns 0 or a negative errno: -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, … as path_resolution(7) has
 * them. */
struct vw_store_calls {
	/* Open a regular file for reading; -EINVAL for anything else, which is not opened. Close with
	 * vw_file_close(). */
	int (*open)(void *from, const char *path, struct vw_file *ret);

	/* At most @size bytes at @offset. Returns how many, 0 at the end. */
	ssize_t (*read)(const struct vw_file *file, void *bytes, size_t size, uint64_t offset);

	/* Each entry of a folder but "." and "..", in any order; -ENOTDIR for what is none. */
	int (*list)(void *from, const char *path, vw_store_visit visit, void *context);

	/* The text of a link, which is not followed; -EINVAL for what is none. Returns its length. */
	int (*link)(void *from, const char *path, char target[PATH_MAX]);

	/* What a path leads to, and where that is without links. @ret_size and @place may be NULL */
	int (*stat)(void *from, const char *path, enum vw_entry_type *ret_type, uint64_t *ret_size,
		    char place[PATH_MAX]);
};

/** Of a folder. @from: struct vw_root */
extern const struct vw_store_calls vw_folder_calls;

void vw_file_close(struct vw_file *file); /* one that is not open is fine: its fd is negative */

/** Read what a file's descriptor has at its offset, for all kinds of stores. */
ssize_t vw_file_pread(const struct vw_file *file, void *bytes, size_t size, uint64_t offset);

#endif
