/* SPDX-License-Identifier: MIT */
#include "base/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With AddressSanitizer each allocation gets a block of its own, so that an overflow is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_SIZE ((size_t)1)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCK_SIZE ((size_t)1)
#endif
#endif
#ifndef BLOCK_SIZE
#define BLOCK_SIZE ((size_t)16 * 1024)
#endif

struct block {
	struct block *next;
	size_t used, size;
	max_align_t memory[];
};

struct vwb_arena {
	struct block *block; /* the first one is allocated from */
	struct vwb_budget *budget;
	bool failed;
};

bool vwb_budget_take(struct vwb_budget *budget, size_t size)
{
	if (budget->spent || size > budget->limit - budget->used)
		return false;
	budget->used += size;
	return true;
}

void vwb_budget_give(struct vwb_budget *budget, size_t size)
{
	budget->used -= size;
}

int vwb_arena_new(struct vwb_arena **ret_arena)
{
	struct vwb_arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return -ENOMEM;

	*ret_arena = arena;
	return 0;
}

void vwb_arena_free(struct vwb_arena *arena)
{
	if (!arena)
		return;

	while (arena->block) {
		struct block *next = arena->block->next;

		if (arena->budget)
			vwb_budget_give(arena->budget, sizeof(*next) + arena->block->size);
		free(arena->block);
		arena->block = next;
	}
	free(arena);
}

void vwb_arena_freep(struct vwb_arena **arena)
{
	vwb_arena_free(*arena);
	*arena = NULL;
}

void vwb_arena_bound(struct vwb_arena *arena, struct vwb_budget *budget)
{
	arena->budget = budget;
}

void vwb_arena_join(struct vwb_arena *into, struct vwb_arena **arena)
{
	struct block **last = &into->block;

	while (*last)
		last = &(*last)->next;
	*last = (*arena)->block;
	into->failed |= (*arena)->failed;
	free(*arena);
	*arena = NULL;
}

/* Memory for a block, counted. */
static struct block *allocate_block(struct vwb_arena *arena, size_t size)
{
	struct block *block;

	if (arena->budget && !vwb_budget_take(arena->budget, size)) {
		arena->budget->spent = true;
		return NULL;
	}
	block = malloc(size);
	if (!block && arena->budget)
		vwb_budget_give(arena->budget, size);
	return block;
}

static struct block *add_block(struct vwb_arena *arena, size_t size)
{
	struct block *block = NULL;

	if (size < SIZE_MAX - sizeof(*block))
		block = allocate_block(arena, sizeof(*block) + size);
	if (!block) {
		arena->failed = true;
		return NULL;
	}
	block->used = 0;
	block->size = size;

	/* A block made for one large piece goes behind the current one, whose rest stays usable. */
	if (size > BLOCK_SIZE && arena->block) {
		block->next = arena->block->next;
		arena->block->next = block;
	} else {
		block->next = arena->block;
		arena->block = block;
	}
	return block;
}

void *vwb_arena_alloc(struct vwb_arena *arena, size_t size)
{
	struct block *block = arena->block;
	size_t step = sizeof(max_align_t), rounded;
	void *memory;

	if (size > SIZE_MAX / 2) {
		arena->failed = true;
		return NULL;
	}
	rounded = size ? (size + step - 1) / step * step : step;

	if (!block || block->size - block->used < rounded)
		block = add_block(arena, rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE);
	if (!block)
		return NULL;

	memory = (unsigned char *)block->memory + block->used;
	block->used += rounded;
	return memset(memory, 0, size);
}

void *vwb_arena_array(struct vwb_arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		arena->failed = true;
		return NULL;
	}
	return vwb_arena_alloc(arena, count * size);
}

char *vwb_arena_copy(struct vwb_arena *arena, const void *bytes, size_t size)
{
	char *copy = size < SIZE_MAX ? vwb_arena_alloc(arena, size + 1) : NULL;

	if (copy && size)
		memcpy(copy, bytes, size);
	return copy;
}

char *vwb_arena_string(struct vwb_arena *arena, const char *text)
{
	return text ? vwb_arena_copy(arena, text, strlen(text)) : NULL;
}

char *vwb_arena_printf(struct vwb_arena *arena, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);

	if (length >= 0)
		text = vwb_arena_alloc(arena, (size_t)length + 1);
	if (!text) {
		arena->failed = true;
		return NULL;
	}

	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

bool vwb_arena_failed(const struct vwb_arena *arena)
{
	return arena->failed;
}
