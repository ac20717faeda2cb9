/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_GUEST_ROOT_H
#define VW_TESTS_UNIT_GUEST_ROOT_H

/* A guest made at run time: files in a private directory, which the probes read as a snapshot. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/probes.h"

struct guest {
	char root[64];
	struct vw_source *source;
	struct vw_facts *facts;
};

static inline void guest_path(const struct guest *guest, const char *path, char full[PATH_MAX])
{
	int size = snprintf(full, PATH_MAX, "%s%s", guest->root, path);

	assert_true(size > 0 && size < PATH_MAX);
}

/* Make the directories above @full. */
static inline void guest_make_parents(const struct guest *guest, char *full)
{
	for (char *slash = strchr(full + strlen(guest->root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(full, 0755) < 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
}

static inline void put_bytes(struct guest *guest, const char *path, const void *bytes, size_t size)
{
	char full[PATH_MAX];
	FILE *file;

	guest_path(guest, path, full);
	guest_make_parents(guest, full);
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* The bytes of a text without its end, as binary formats hold it. */
static inline void put_word(void *bytes, const char *text)
{
	for (char *at = bytes; *text; text++)
		*at++ = *text;
}

static inline void put(struct guest *guest, const char *path, const char *text)
{
	put_bytes(guest, path, text, strlen(text));
}

static inline void put_directory(struct guest *guest, const char *path)
{
	char full[PATH_MAX];

	guest_path(guest, path, full);
	guest_make_parents(guest, full);
	if (mkdir(full, 0755) < 0)
		assert_int_equal(errno, EEXIST);
}

static inline void put_link(struct guest *guest, const char *path, const char *target)
{
	char full[PATH_MAX];

	guest_path(guest, path, full);
	guest_make_parents(guest, full);
	assert_int_equal(symlink(target, full), 0);
}

static inline void put_fifo(struct guest *guest, const char *path)
{
	char full[PATH_MAX];

	guest_path(guest, path, full);
	guest_make_parents(guest, full);
	assert_int_equal(mkfifo(full, 0644), 0);
}

/* An empty guest of an architecture; NULL leaves it untold. */
static inline void guest_new(struct guest *guest, const char *arch)
{
	char meta[128];

	*guest = (struct guest){.root = "/tmp/virtwhere-test.XXXXXX"};
	assert_non_null(mkdtemp(guest->root));
	if (arch)
		snprintf(meta, sizeof(meta), "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"%s\"}",
			 arch);
	else
		snprintf(meta, sizeof(meta), "{\"format\": \"virtwhere.snapshot/1\"}");
	put(guest, "/meta.json", meta);
}

static inline void guest_open(struct guest *guest)
{
	char problem[256] = "";

	assert_int_equal(vw_source_snapshot(guest->root, &guest->source, problem, sizeof(problem)), 0);
}

/* Read the facts of what was put; opens the guest when that was not done. */
static inline const struct vw_facts *guest_probe(struct guest *guest, unsigned flags)
{
	if (!guest->source)
		guest_open(guest);
	assert_int_equal(vw_probe(guest->source, flags, &guest->facts), 0);
	return guest->facts;
}

static inline int guest_remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

/* Forget the facts, so that more can be put and probed again. */
static inline void guest_close(struct guest *guest)
{
	vw_facts_free(guest->facts);
	vw_source_free(guest->source);
	guest->facts = NULL;
	guest->source = NULL;
}

static inline void guest_free(struct guest *guest)
{
	guest_close(guest);
	assert_int_equal(nftw(guest->root, guest_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void guest_assert_text(const struct vw_text *fact, const char *expected)
{
	assert_int_equal(fact->state, VW_VALUE);
	assert_string_equal(fact->text, expected);
	assert_non_null(fact->source);
}

static inline void guest_assert_number(const struct vw_number *fact, uint64_t expected)
{
	assert_int_equal(fact->state, VW_VALUE);
	assert_int_equal(fact->value, expected);
	assert_non_null(fact->source);
}

#define assert_text(fact, expected)   guest_assert_text(&(fact), expected)
#define assert_number(fact, expected) guest_assert_number(&(fact), expected)
#define assert_state(fact, expected)  assert_int_equal((fact).state, expected)

static inline void guest_assert_names(size_t count, const char *const *name, const char *expected)
{
	char joined[4096] = "";
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		int more = snprintf(joined + size, sizeof(joined) - size, "%s%s", i ? " " : "", name[i]);

		assert_true(more >= 0 && (size_t)more < sizeof(joined) - size);
		size += (size_t)more;
	}
	assert_string_equal(joined, expected);
}

/* Are the names these, joined by one space? */
static inline void guest_assert_list(const struct vw_names *fact, const char *expected)
{
	assert_int_equal(fact->state, VW_VALUE);
	assert_non_null(fact->source);
	guest_assert_names(fact->count, fact->name, expected);
}

#define assert_names(fact, expected) guest_assert_list(&(fact), expected)

/* Is there an unread source that ends so? Its error, or NULL. */
static inline const char *unread_error(const struct vw_facts *facts, const char *end)
{
	for (size_t i = 0; i < facts->unread_count; i++)
		if (vwb_text_ends(facts->unread[i].source, end))
			return facts->unread[i].error;
	return NULL;
}

#endif
