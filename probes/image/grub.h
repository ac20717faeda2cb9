/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_GRUB_H
#define VW_PROBES_IMAGE_GRUB_H

/* The parts of GRUB's configuration reader, shared between the files grub*.c alone. */

#include "probes/image/kernels.h"

/* What is known of a condition. The order is that of min and max in three-valued logic. */
enum vw_grub_truth { VW_GRUB_FALSE, VW_GRUB_OPEN, VW_GRUB_TRUE };

/* A word after expansion. */
struct vw_grub_word {
	const char *text;
	bool is_open; /* it has a part that only the machine knows; @text names the variable there */
};

/* What a file test of test(1) is answered by. @option: 'd', 'e', 'f' or 's' */
typedef enum vw_grub_truth (*vw_grub_file_test)(void *context, char option, const char *path);

/**
 * Evaluate the words of "test" or "[", without a closing "]".
 *
 * @file: asked about files, with @context
 *
 * Source: GNU GRUB manual, "test"; GRUB 2.06, grub-core/commands/test.c.
 */
enum vw_grub_truth vw_grub_test(const struct vw_grub_word *word, size_t count, vw_grub_file_test file,
				void *context);

#endif
