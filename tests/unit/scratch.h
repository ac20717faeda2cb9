/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_SCRATCH_H
#define VW_TESTS_UNIT_SCRATCH_H

/*
 * A directory for one test: DIR/snap is to be read as a snapshot, DIR/canary is a file outside of it, whose
 * word no call may ever return. Include after <cmocka.h>.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/read/source_internal.h"
#include "probes/read/tree.h"

#define CANARY "canary-7f3a91"

struct scratch {
	char directory[64], snap[72], canary[80];
	int fd; /* of the snapshot's directory */
	struct vw_source *source;
	char problem[512];
};

static inline void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A path beside the snapshot's directory. Valid until the next call but three. */
static inline const char *beside(const struct scratch *scratch, const char *name)
{
	static char path[4][128];
	static unsigned next;
	char *at = path[next++ % 4];

	snprintf(at, sizeof(path[0]), "%s/%s", scratch->directory, name);
	return at;
}

static inline size_t entries_of(const char *path)
{
	DIR *directory = opendir(path);
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count - 2;
}

static inline char *whole_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	char *bytes;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	bytes = malloc((size_t)status.st_size + 1);
	assert_non_null(bytes);
	*ret_size = fread(bytes, 1, (size_t)status.st_size, file);
	assert_int_equal(*ret_size, status.st_size);
	fclose(file);
	return bytes;
}

static inline int scratch_setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	assert_non_null(scratch);
	snprintf(scratch->directory, sizeof(scratch->directory), "/tmp/virtwhere-test.XXXXXX");
	assert_non_null(mkdtemp(scratch->directory));
	snprintf(scratch->snap, sizeof(scratch->snap), "%s/snap", scratch->directory);
	snprintf(scratch->canary, sizeof(scratch->canary), "%s/canary", scratch->directory);
	assert_int_equal(mkdir(scratch->snap, 0755), 0);
	write_text(scratch->canary, CANARY);
	scratch->fd = open(scratch->snap, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(scratch->fd >= 0);
	alarm(300); /* a test that blocks has failed; an emulated processor needs its time */
	*state = scratch;
	return 0;
}

/* Nothing that a source gave may come from outside. */
static inline void check_canary(const struct vw_source *source)
{
	for (size_t i = 0; source && i < source->accesses; i++) {
		const struct vw_access *access = source->access[i];

		if (access->bytes)
			assert_null(memmem(access->bytes, access->size, CANARY, strlen(CANARY)));
		for (size_t k = 0; k < access->count; k++)
			assert_null(strstr(access->name[k], CANARY));
	}
}

static inline int scratch_teardown(void **state)
{
	struct scratch *scratch = *state;

	check_canary(scratch->source);
	vw_source_free(scratch->source);
	close(scratch->fd);
	vw_tree_remove(AT_FDCWD, scratch->directory);
	alarm(0);
	free(scratch);
	return 0;
}

static inline void put(const struct scratch *scratch, const char *name, enum vw_node_type type,
		       const void *bytes, size_t size)
{
	const struct vw_node node = {.name = name, .type = type, .bytes = bytes, .size = size};

	assert_int_equal(vw_tree_add(scratch->fd, &node), 0);
}

static inline void put_file(const struct scratch *scratch, const char *name, const char *text)
{
	put(scratch, name, VW_NODE_FILE, text, strlen(text));
}

static inline void put_link(const struct scratch *scratch, const char *name, const char *target)
{
	put(scratch, name, VW_NODE_LINK, target, 0);
}

static inline void put_directory(const struct scratch *scratch, const char *name)
{
	put(scratch, name, VW_NODE_DIRECTORY, NULL, 0);
}

/* Open the snapshot; @walk: as on a kernel without openat2. */
static inline struct vw_source *begin_source(struct scratch *scratch, bool walk)
{
	struct vw_source *source = NULL;

	vw_source_free(scratch->source);
	assert_int_equal(
		vw_source_snapshot(scratch->snap, &source, scratch->problem, sizeof(scratch->problem)), 0);
	if (source)
		source->root.walk = walk;
	scratch->source = source;
	return source;
}

static inline int read_of(struct vw_source *source, const char *path, const char **ret_bytes)
{
	size_t size;

	return vw_source_read(source, path, VW_TEXT_LIMIT, ret_bytes, &size);
}

/* The error that @path is among the unread with, or NULL; it may be there once. */
static inline const char *unread_error(const struct vw_source *source, const char *path)
{
	size_t count, found = 0;
	const struct vw_unread *unread = vw_source_unread(source, &count);
	const char *error = NULL;

	for (size_t i = 0; i < count; i++)
		if (strcmp(unread[i].source, path) == 0) {
			error = unread[i].error;
			found++;
		}
	assert_true(found <= 1);
	return error;
}

#endif
