/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

void vwb_buffer_free(struct vwb_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct vwb_buffer){0};
}

/* Make room for @more bytes and the NUL. */
static bool reserve(struct vwb_buffer *buffer, size_t more)
{
	size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
	char *data;

	if (buffer->error)
		return false;
	if (more > VW_BUFFER_MAX || buffer->size > VW_BUFFER_MAX - more) {
		buffer->error = -E2BIG;
		return false;
	}
	if (buffer->data && buffer->size + more < buffer->capacity)
		return true;

	while (capacity <= buffer->size + more)
		capacity *= 2;
	data = realloc(buffer->data, capacity);
	if (!data) {
		buffer->error = -ENOMEM;
		return false;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

void vwb_put_bytes(struct vwb_buffer *buffer, const char *bytes, size_t size)
{
	if (!reserve(buffer, size))
		return;
	if (size)
		memcpy(buffer->data + buffer->size, bytes, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void vwb_put(struct vwb_buffer *buffer, const char *text)
{
	vwb_put_bytes(buffer, text, strlen(text));
}

void vwb_put_repeated(struct vwb_buffer *buffer, const char *text, size_t count)
{
	size_t size = strlen(text);

	while (count-- && !buffer->error)
		vwb_put_bytes(buffer, text, size);
}

void vwb_putf(struct vwb_buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	size_t room;
	int length;

	if (!reserve(buffer, 0))
		return;
	room = buffer->capacity - buffer->size;

	va_start(arguments, format);
	va_copy(again, arguments);
	length = vsnprintf(buffer->data + buffer->size, room, format, arguments);
	if (length < 0) {
		buffer->error = -EINVAL;
	} else if ((size_t)length < room) {
		buffer->size += (size_t)length;
	} else if (reserve(buffer, (size_t)length)) {
		vsnprintf(buffer->data + buffer->size, (size_t)length + 1, format, again);
		buffer->size += (size_t)length;
	}
	/* What did not fit must not be left half there. */
	buffer->data[buffer->size] = '\0';
	va_end(again);
	va_end(arguments);
}
