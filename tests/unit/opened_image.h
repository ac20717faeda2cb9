/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_OPENED_IMAGE_H
#define VW_TESTS_UNIT_OPENED_IMAGE_H

/* An empty image that is open, for tests of what reads bytes on its behalf. */

#include "tests/unit/scratch.h"

#include "probes/image/image_internal.h"

struct opened {
	struct scratch *scratch;
	struct vw_image *image;
};

static inline void opened_open(struct opened *opened)
{
	void *scratch = NULL;

	assert_int_equal(scratch_setup(&scratch), 0);
	opened->scratch = scratch;
	assert_int_equal(vw_image_open(opened->scratch->snap, &opened->image, opened->scratch->problem,
				       sizeof(opened->scratch->problem)),
			 0);
}

static inline void opened_close(struct opened *opened)
{
	void *scratch = opened->scratch;

	vw_image_free(opened->image);
	assert_int_equal(scratch_teardown(&scratch), 0);
}

static inline int opened_setup(void **state)
{
	struct opened *opened = calloc(1, sizeof(*opened));

	assert_non_null(opened);
	opened_open(opened);
	*state = opened;
	return 0;
}

static inline int opened_teardown(void **state)
{
	struct opened *opened = *state;

	opened_close(opened);
	free(opened);
	return 0;
}

#endif
