/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detect/base.h"

/* --- arena ------------------------------------------------------------------------------------------- */

static void arena_gives_zeroed_aligned_memory(void **state)
{
	_cleanup_(vw_arena_freep) struct vw_arena *arena = NULL;

	(void)state;
	assert_int_equal(vw_arena_new(&arena), 0);
	for (size_t size = 0; size < 40000; size = size * 2 + 1) {
		unsigned char *memory = vw_arena_alloc(arena, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	assert_false(vw_arena_failed(arena));
}

static void arena_pieces_do_not_overlap(void **state)
{
	enum { PIECES = 500 };
	_cleanup_(vw_arena_freep) struct vw_arena *arena = NULL;
	unsigned char *piece[PIECES];

	(void)state;
	assert_int_equal(vw_arena_new(&arena), 0);
	for (size_t i = 0; i < PIECES; i++) {
		/* every tenth is larger than a block, and must not lose the one in use */
		size_t size = i % 10 ? 100 : 40000;

		piece[i] = vw_arena_alloc(arena, size);
		assert_non_null(piece[i]);
		memset(piece[i], (int)(i % 251), size);
	}
	for (size_t i = 0; i < PIECES; i++) {
		assert_int_equal(piece[i][0], i % 251);
		assert_int_equal(piece[i][99], i % 251);
	}
}

static void arena_remembers_failure(void **state)
{
	_cleanup_(vw_arena_freep) struct vw_arena *arena = NULL;

	(void)state;
	assert_int_equal(vw_arena_new(&arena), 0);
	assert_null(vw_arena_array(arena, SIZE_MAX / 2, 4));
	assert_true(vw_arena_failed(arena));
	assert_null(vw_arena_alloc(arena, SIZE_MAX));
	assert_null(vw_arena_copy(arena, "", SIZE_MAX));
	assert_non_null(vw_arena_alloc(arena, 8)); /* it goes on working */
	assert_true(vw_arena_failed(arena));
}

static void arena_copies_and_formats(void **state)
{
	_cleanup_(vw_arena_freep) struct vw_arena *arena = NULL;
	char *copy;

	(void)state;
	assert_int_equal(vw_arena_new(&arena), 0);
	copy = vw_arena_copy(arena, "ab\0cd", 5);
	assert_memory_equal(copy, "ab\0cd", 6);
	assert_string_equal(vw_arena_copy(arena, NULL, 0), "");
	assert_string_equal(vw_arena_string(arena, "text"), "text");
	assert_null(vw_arena_string(arena, NULL));
	assert_string_equal(vw_arena_printf(arena, "%s %d", "x", 7), "x 7");
	assert_int_equal(strlen(vw_arena_printf(arena, "%5000d", 1)), 5000);
	assert_false(vw_arena_failed(arena));
}

/* --- text -------------------------------------------------------------------------------------------- */

static void clean_keeps_what_may_be_printed(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
#define CASE(in, out) {in, sizeof(in) - 1, out}
		CASE("", ""),
		CASE("Xen", "Xen"),
		CASE("  Xen HVM \n", "Xen HVM"),
		CASE("\t\r\n ", ""),
		CASE("a\tb\nc\rd", "a b c d"),
		CASE("a\0b", "a"),
		CASE("\x1b[31mred\x7f\x01", "?[31mred??"),
		CASE("a\vb\fc", "a?b?c"),
		/* UTF-8 of two, three and four bytes, at both ends of each form's range */
		CASE("\xc3\xa9", "\xc3\xa9"),
		CASE("\xc2\xa0\xdf\xbf", "\xc2\xa0\xdf\xbf"),
		CASE("\xe0\xa0\x80\xef\xbf\xbf", "\xe0\xa0\x80\xef\xbf\xbf"),
		CASE("\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"),
		CASE("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
		/* C1 controls, as UTF-8 and as bytes */
		CASE("a\xc2\x80"
		     "b\xc2\x9f"
		     "c",
		     "a?b?c"),
		CASE("a\x9b"
		     "31m",
		     "a?31m"),
		/* overlong forms */
		CASE("\xc0\xaf", "??"),
		CASE("\xc1\xbf", "??"),
		CASE("\xe0\x9f\xbf", "???"),
		CASE("\xf0\x8f\xbf\xbf", "????"),
		/* surrogates, and beyond U+10FFFF */
		CASE("\xed\xa0\x80", "???"),
		CASE("\xed\xbf\xbf", "???"),
		CASE("\xf4\x90\x80\x80", "????"),
		CASE("\xf5\x80\x80\x80", "????"),
		CASE("\xfe\xff", "??"),
		/* cut, or broken off by something else */
		CASE("\xc3", "?"),
		CASE("a\xe2\x82", "a??"),
		CASE("\xf0\x9f\x98", "???"),
		CASE("\xe2\x82"
		     "a",
		     "??a"),
		CASE("\xc3\xc3\xa9", "?\xc3\xa9"),
		CASE("\x80\xbf", "??"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char text[64];
		size_t length;

		memset(text, 'Z', sizeof(text));
		memcpy(text, cases[i].in, cases[i].size);
		length = vw_clean(text, cases[i].size);
		assert_string_equal(text, cases[i].out);
		assert_int_equal(length, strlen(cases[i].out));
	}
}

/* Whatever goes in: what comes out has no control character, and cleaning it again changes nothing. */
static void clean_is_stable(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[17], again[17];
		size_t length;

		for (size_t i = 0; i < 16; i++) {
			random = random * 1664525u + 1013904223u;
			text[i] = (char)(random >> 24);
		}
		length = vw_clean(text, 16);
		assert_true(length <= 16);
		assert_int_equal(text[length], '\0');
		for (size_t i = 0; i < length; i++)
			assert_true((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
		memcpy(again, text, length + 1);
		assert_int_equal(vw_clean(again, length), length);
		assert_string_equal(again, text);
	}
}

static void numbers_are_checked(void **state)
{
	static const struct {
		const char *text;
		int base, r;
		uint64_t max, value;
	} cases[] = {
		{"0", 10, 0, UINT64_MAX, 0},
		{" 42\n", 10, 0, 42, 42},
		{"43", 10, -ERANGE, 42, 0},
		{"18446744073709551615", 10, 0, UINT64_MAX, UINT64_MAX},
		{"18446744073709551616", 10, -ERANGE, UINT64_MAX, 0},
		{"99999999999999999999999", 10, -ERANGE, UINT64_MAX, 0},
		{"0x1d0f\n", 16, 0, UINT16_MAX, 0x1d0f},
		{"1D0F", 16, 0, UINT16_MAX, 0x1d0f},
		{"0X10", 16, 0, UINT64_MAX, 16},
		{"ffffffffffffffff", 16, 0, UINT64_MAX, UINT64_MAX},
		{"10000000000000000", 16, -ERANGE, UINT64_MAX, 0},
		{"00000000000000000000000000000001", 16, 0, 1, 1},
		{"", 10, -EINVAL, UINT64_MAX, 0},
		{" ", 10, -EINVAL, UINT64_MAX, 0},
		{"0x", 16, -EINVAL, UINT64_MAX, 0},
		{"0x10", 10, -EINVAL, UINT64_MAX, 0},
		{"-1", 10, -EINVAL, UINT64_MAX, 0},
		{"+1", 10, -EINVAL, UINT64_MAX, 0},
		{"1 2", 10, -EINVAL, UINT64_MAX, 0},
		{"12a", 10, -EINVAL, UINT64_MAX, 0},
		{"fg", 16, -EINVAL, UINT64_MAX, 0},
		{NULL, 10, -EINVAL, UINT64_MAX, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		uint64_t value = 77;

		assert_int_equal(vw_parse_number(cases[i].text, cases[i].base, cases[i].max, &value),
				 cases[i].r);
		assert_true(value == (cases[i].r ? 77 : cases[i].value));
	}
}

static void words_are_whole(void **state)
{
	(void)state;
	assert_true(vw_has_word("fpu vmx sse", "vmx"));
	assert_true(vw_has_word("vmx", "vmx"));
	assert_true(vw_has_word("a,b\tvmx\n", "vmx"));
	assert_false(vw_has_word("vmx2 xvmx v mx", "vmx"));
	assert_false(vw_has_word("", "vmx"));
	assert_false(vw_has_word("vmx", ""));
	assert_false(vw_has_word(NULL, "vmx"));
	assert_false(vw_has_word("vmx", NULL));
}

static void ends_are_compared(void **state)
{
	(void)state;
	assert_true(vw_starts_with("ec2abc", "ec2"));
	assert_true(vw_starts_with("ec2", ""));
	assert_false(vw_starts_with("ec", "ec2"));
	assert_false(vw_starts_with(NULL, "ec2"));
	assert_true(vw_ends_with("x.brightbox.com", ".brightbox.com"));
	assert_false(vw_ends_with(".com", "x.com"));
	assert_false(vw_ends_with("a", NULL));
	assert_true(vw_equal(NULL, NULL));
	assert_false(vw_equal(NULL, ""));
	assert_true(vw_equal("a", "a"));
	assert_false(vw_equal("a", "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(arena_pieces_do_not_overlap),
		cmocka_unit_test(arena_remembers_failure),
		cmocka_unit_test(arena_copies_and_formats),
		cmocka_unit_test(clean_keeps_what_may_be_printed),
		cmocka_unit_test(clean_is_stable),
		cmocka_unit_test(numbers_are_checked),
		cmocka_unit_test(words_are_whole),
		cmocka_unit_test(ends_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
