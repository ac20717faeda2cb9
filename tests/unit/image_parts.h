/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_IMAGE_PARTS_H
#define VW_TESTS_UNIT_IMAGE_PARTS_H

/* An image made at run time, of which single parts are read. */

#include "tests/unit/guest_root.h"

#include "probes/image/image_internal.h"
#include "probes/image/parts.h"

struct image_root {
	struct guest guest; /* its files are put with put() and its kin */
	struct vw_image *image;
	struct vw_image_facts facts;
};

typedef int (*image_part)(struct vw_image *image, struct vw_image_facts *facts);

static inline int image_setup(void **state)
{
	struct image_root *root = calloc(1, sizeof(*root));

	assert_non_null(root);
	guest_new(&root->guest, NULL);
	alarm(300); /* a test that blocks has failed; an emulated processor needs its time */
	*state = root;
	return 0;
}

static inline int image_teardown(void **state)
{
	struct image_root *root = *state;

	vw_image_free(root->image);
	guest_free(&root->guest);
	alarm(0);
	free(root);
	return 0;
}

/* Read one part of what was put until now, in an image that is opened anew. @wish: may be NULL */
static inline const struct vw_image_facts *image_read(struct image_root *root, image_part part,
						      const struct vw_image_wish *wish)
{
	char problem[256] = "";

	vw_image_freep(&root->image);
	root->facts = (struct vw_image_facts){0};
	assert_int_equal(vw_image_open(root->guest.root, &root->image, problem, sizeof(problem)), 0);
	if (wish)
		root->image->wish = wish;
	assert_int_equal(part(root->image, &root->facts), 0);
	return &root->facts;
}

/* The error that a path is among the unread with, or NULL. */
static inline const char *image_unread_error(const struct image_root *root, const char *path)
{
	const struct vw_unread *unread = root->image->unread.item;

	for (size_t i = 0; i < root->image->unread.count; i++)
		if (vwb_text_equal(unread[i].source, path))
			return unread[i].error;
	return NULL;
}

static inline void assert_line(const struct vw_lines *lines, size_t index, const char *source,
			       const char *text)
{
	assert_int_equal(lines->state, VW_VALUE);
	assert_true(index < lines->count);
	assert_string_equal(lines->line[index].source, source);
	assert_string_equal(lines->line[index].text, text);
}

#endif
