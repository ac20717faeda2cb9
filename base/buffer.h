/* SPDX-License-Identifier: MIT */
#ifndef VW_BASE_BUFFER_H
#define VW_BASE_BUFFER_H

/*
 * A growing text. It remembers its first failure and ignores what comes after it, so that a renderer checks
 * once, at its end.
 */

#include "base/base.h"

enum { VW_BUFFER_MAX = 64 * 1024 * 1024 };

/* A structure of zeros is an empty buffer. */
struct vwb_buffer {
	char *data; /* NUL-terminated; NULL while nothing was put */
	size_t size;
	size_t capacity;
	int error; /* 0, -ENOMEM, or -E2BIG beyond VW_BUFFER_MAX */
};

/** Free the text and make the buffer empty and usable again. */
void vwb_buffer_free(struct vwb_buffer *buffer);

/** Append @size bytes. */
void vwb_put_bytes(struct vwb_buffer *buffer, const char *bytes, size_t size);

/** Append a string. */
void vwb_put(struct vwb_buffer *buffer, const char *text);

/** Append @count times @text. */
void vwb_put_repeated(struct vwb_buffer *buffer, const char *text, size_t count);

/** Append a formatted string. */
void vwb_putf(struct vwb_buffer *buffer, const char *format, ...) _printf_(2, 3);

#endif
