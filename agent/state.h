/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_STATE_H
#define VW_AGENT_STATE_H

/*
 * What the service leaves on disk: the report for others to read, and its digest, which outlives a boot. Each
 * file is written whole or not at all, and only when its content changed or somebody else touched it. A disk
 * that is full or read-only is said once, and tried again at the next probe. Only regular files are written:
 * nothing else could be without waiting for somebody.
 *
 * The report's "captured" is the time when this content was seen first. When it was seen last is a metric:
 * the file would be written at each probe otherwise.
 */

#include <sys/types.h>
#include <time.h>

#include "agent/digest.h"
#include "agent/log.h"
#include "base/buffer.h"

/* One file, and whether it holds what it should. */
struct vwd_kept {
	const char *path; /* NULL: is not kept */
	bool own;         /* in a folder of ours: a symbolic link there is replaced, not followed */
	bool written;     /* it holds the last bytes that were to be written */
	dev_t device;     /* how it was then: the next three, too */
	ino_t inode;
	off_t size;
	struct timespec modified;
	struct vwd_log_trouble trouble;
};

struct vwd_store {
	struct vwb_arena *arena;
	struct vwd_kept report, last, last_change, textfile;
	uint64_t when; /* that is kept in last_change; 0: nothing is */
};

/**
 * Name the files, and remove what a killed service has left beside them.
 *
 * @report_file, @directory, @textfile: each may be NULL
 *
 * Returns 0 or -ENOMEM.
 */
_must_check_ int vwd_store_init(struct vwd_store *store, const char *report_file, const char *directory,
				const char *textfile);

void vwd_store_free(struct vwd_store *store);

/**
 * Read the digest that was kept before this service started. One that is damaged is said and ignored.
 *
 * Returns 0, -ENOENT when there is none, or another negative errno after saying so; @ret is untouched on
 * failure.
 */
_must_check_ int vwd_store_read(const struct vwd_store *store, struct vwd_digest *ret);

/**
 * Read when the machine last became another one, as it was kept before this service started. What is no such
 * time is said and ignored.
 *
 * @ret: Unix seconds
 *
 * Returns 0, -ENOENT when there is none, or another negative errno after saying so.
 */
_must_check_ int vwd_store_read_change(const struct vwd_store *store, uint64_t *ret);

/** Keep when the machine last became another one. @when: Unix seconds; 0: never, as far as is known */
void vwd_store_write_change(struct vwd_store *store, uint64_t when);

/**
 * Keep bytes in one file, and say when that begins or ceases to fail.
 *
 * @changed: they are others than the last time; else they are written only if they could not be then, or if
 * the file is not as it was
 */
void vwd_state_write(struct vwd_kept *kept, const char *bytes, size_t size, bool changed);

#endif
