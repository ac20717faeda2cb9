/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_BASE_H
#define VW_DETECT_BASE_H

/*
 * What every folder stands on: memory with one owner, text that is safe to print, numbers that are checked.
 * Nothing here does I/O.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define _cleanup_(function)   __attribute__((cleanup(function)))
#define _must_check_          __attribute__((warn_unused_result))
#define _printf_(text, first) __attribute__((format(printf, text, first)))

#define VW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Allocations that are freed together. */
struct vw_arena;

/** Make an arena. Returns 0, or -ENOMEM. */
_must_check_ int vw_arena_new(struct vw_arena **ret_arena);

/** Free an arena and all that came from it; NULL is fine. */
void vw_arena_free(struct vw_arena *arena);
void vw_arena_freep(struct vw_arena **arena);

/**
 * Allocate zeroed memory, aligned for any type. @size in bytes; 0 gives a valid pointer.
 *
 * Returns NULL when there is no memory; the arena then remembers it, see vw_arena_failed().
 */
void *vw_arena_alloc(struct vw_arena *arena, size_t size);

/** The same for @count elements of @size bytes each; NULL also when their product overflows. */
void *vw_arena_array(struct vw_arena *arena, size_t count, size_t size);

/** Copy @size bytes and end them with a NUL. Returns NULL when there is no memory. */
char *vw_arena_copy(struct vw_arena *arena, const void *bytes, size_t size);

/** Copy a string. Returns NULL for NULL, and when there is no memory. */
char *vw_arena_string(struct vw_arena *arena, const char *text);

/** Format a string. Returns NULL when there is no memory. */
char *vw_arena_printf(struct vw_arena *arena, const char *format, ...) _printf_(2, 3);

/** Did any allocation from this arena fail? One check at the end stands for many on the way. */
bool vw_arena_failed(const struct vw_arena *arena);

/**
 * Make bytes from outside fit to print, in place: cut at the first NUL, each control character and each byte
 * that is not UTF-8 (RFC 3629) becomes '?', a tab or line break becomes a space, and spaces at both ends go.
 *
 * @text: at least @size + 1 bytes
 *
 * Returns the length; @text is NUL-terminated.
 */
size_t vw_clean(char *text, size_t size);

/**
 * Parse an unsigned number that is the whole of @text but for white space around it.
 *
 * @base: 10 or 16; 16 takes an optional 0x
 * @max: the largest value allowed
 *
 * Returns 0, -EINVAL when it is no number, or -ERANGE when it is above @max; @ret is untouched on failure.
 */
_must_check_ int vw_parse_number(const char *text, int base, uint64_t max, uint64_t *ret);

/** Is @word one of the words of @text, which are parted by white space or commas? False for NULL. */
bool vw_has_word(const char *text, const char *word);

bool vw_starts_with(const char *text, const char *prefix);
bool vw_ends_with(const char *text, const char *suffix);
bool vw_equal(const char *a, const char *b); /* both NULL are equal too */

#endif
