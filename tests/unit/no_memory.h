/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_NO_MEMORY_H
#define VW_TESTS_UNIT_NO_MEMORY_H

/*
 * A C library that runs out of memory at the allocation that a test names. A sanitizer has an allocator of
 * its own: such a test leaves itself out there, with WHY_IT_DOES_NOT_END. Include after <cmocka.h>.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_CAN_END 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_CAN_END 0
#endif
#endif
#ifndef MEMORY_CAN_END
#define MEMORY_CAN_END 1
#endif

#define WHY_IT_DOES_NOT_END "the sanitizer's allocator cannot be made to fail"

static unsigned long memory_left; /* allocations until one fails; 0: none does */
static bool memory_ended;         /* one has failed */

#if MEMORY_CAN_END

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc_in_place(size_t size) __asm__("malloc");
void *calloc_in_place(size_t count, size_t size) __asm__("calloc");
void *realloc_in_place(void *memory, size_t size) __asm__("realloc");

static inline bool memory_ends(void)
{
	if (memory_left == 0 || --memory_left > 0)
		return false;
	memory_ended = true;
	errno = ENOMEM;
	return true;
}

void *malloc_in_place(size_t size)
{
	return memory_ends() ? NULL : __libc_malloc(size);
}

void *calloc_in_place(size_t count, size_t size)
{
	return memory_ends() ? NULL : __libc_calloc(count, size);
}

void *realloc_in_place(void *memory, size_t size)
{
	return memory_ends() ? NULL : __libc_realloc(memory, size);
}

#endif

/* The allocation of that number from now on fails. Returns false where none can. */
static inline bool memory_ends_at(unsigned long number)
{
	if (!MEMORY_CAN_END)
		return false;
	memory_left = number;
	memory_ended = false;
	return true;
}

/* Memory is there again. Returns whether it had ended. */
static inline bool memory_had_ended(void)
{
	memory_left = 0;
	return memory_ended;
}

#endif
