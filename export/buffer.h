/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_BUFFER_H
#define VW_EXPORT_BUFFER_H

/*
 * A growing text. It remembers its first failure and ignores what comes after it, so that a renderer checks
 * once, at its end.
 */

#include "detect/base.h"

enum { VW_BUFFER_MAX = 64 * 1024 * 1024 };

/* A structure of zeros is an empty buffer. */
struct vw_buffer {
	char *data; /* NUL-terminated; NULL while nothing was put */
	size_t size;
	size_t capacity;
	int error; /* 0, -ENOMEM, or -E2BIG beyond VW_BUFFER_MAX */
};

/** Free the text and make the buffer empty and usable again. */
void vw_buffer_free(struct vw_buffer *buffer);

/** Append @size bytes. */
void vw_put_bytes(struct vw_buffer *buffer, const char *bytes, size_t size);

/** Append a string. */
void vw_put(struct vw_buffer *buffer, const char *text);

/** Append @count times @text. */
void vw_put_repeated(struct vw_buffer *buffer, const char *text, size_t count);

/** Append a formatted string. */
void vw_putf(struct vw_buffer *buffer, const char *format, ...) _printf_(2, 3);

#endif
