/* SPDX-License-Identifier: MIT */
#ifndef VW_BASE_BASE_H
#define VW_BASE_BASE_H

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
struct vwb_arena;

/** Make an arena. Returns 0, or -ENOMEM. */
_must_check_ int vwb_arena_new(struct vwb_arena **ret_arena);

/** Free an arena and all that came from it; NULL is fine. */
void vwb_arena_free(struct vwb_arena *arena);
void vwb_arena_freep(struct vwb_arena **arena);

/**
 * Allocate zeroed memory, aligned for any type. @size in bytes; 0 gives a valid pointer.
 *
 * Returns NULL when there is no memory; the arena then remembers it, see vwb_arena_failed().
 */
void *vwb_arena_alloc(struct vwb_arena *arena, size_t size);

/** The same for @count elements of @size bytes each; NULL also when their product overflows. */
void *vwb_arena_array(struct vwb_arena *arena, size_t count, size_t size);

/** Copy @size bytes and end them with a NUL. Returns NULL when there is no memory. */
char *vwb_arena_copy(struct vwb_arena *arena, const void *bytes, size_t size);

/** Copy a string. Returns NULL for NULL, and when there is no memory. */
char *vwb_arena_string(struct vwb_arena *arena, const char *text);

/** Format a string. Returns NULL when there is no memory. */
char *vwb_arena_printf(struct vwb_arena *arena, const char *format, ...) _printf_(2, 3);

/* Bytes that several arenas, and others, may take together. */
struct vwb_budget {
	size_t limit, used;
	bool spent; /* an arena asked for more; nothing more is given until the owner clears this */
};

/** Take @size bytes of a budget. Returns false where there are not so many. */
bool vwb_budget_take(struct vwb_budget *budget, size_t size);

/** Give back what was taken. */
void vwb_budget_give(struct vwb_budget *budget, size_t size);

/** Count what a new arena allocates in a budget, which must live as long. Beyond it allocations fail as where
 * there is no memory, and the budget is spent. */
void vwb_arena_bound(struct vwb_arena *arena, struct vwb_budget *budget);

/** Move all that came from @arena, which is NULL after it, into another one. It stays counted. */
void vwb_arena_join(struct vwb_arena *into, struct vwb_arena **arena);

/** Did any allocation from this arena fail? One check at the end stands for many on the way. */
bool vwb_arena_failed(const struct vwb_arena *arena);

/**
 * Make bytes from outside fit to print, in place: cut at the first NUL, each control character and each byte
 * that is not UTF-8 (RFC 3629) becomes '?', a tab or line break becomes a space, and spaces at both ends go.
 *
 * @text: at least @size + 1 bytes
 *
 * Returns the length; @text is NUL-terminated.
 */
size_t vwb_text_clean(char *text, size_t size);

/**
 * Parse an unsigned number that is the whole of @text but for white space around it.
 *
 * @base: 10 or 16; 16 takes an optional 0x
 * @max: the largest value allowed
 *
 * Returns 0, -EINVAL when it is no number, or -ERANGE when it is above @max; @ret is untouched on failure.
 */
_must_check_ int vwb_number_parse(const char *text, int base, uint64_t max, uint64_t *ret);

/** Is @word one of the words of @text, which are parted by white space or commas? False for NULL. */
bool vwb_text_has_word(const char *text, const char *word);

/**
 * Compare two versions, as loaders sort entries: runs of digits by their number, letters by their code, "~"
 * before all else. Source: UAPI Group, Version Format Specification.
 *
 * Returns -1, 0 or 1.
 */
int vwb_version_compare(const char *a, const char *b);

/**
 * Compare the leading numbers of two versions or releases: "4.18.0-240.1.1.el8_3" is 4 18 0 240 1 1. A number
 * that one of them lacks counts as 0; what stands before the first digit does not count.
 *
 * Returns -1, 0 or 1.
 */
int vwb_version_compare_numbers(const char *a, const char *b);

bool vwb_text_starts(const char *text, const char *prefix);
bool vwb_text_ends(const char *text, const char *suffix);
bool vwb_text_equal(const char *a, const char *b);           /* both NULL are equal too */
bool vwb_text_in(const char *const *list, const char *text); /* @list ends with NULL */

#endif
