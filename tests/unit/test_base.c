/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "base/clock.h"

/* Arena. */

static void arena_gives_zeroed_aligned_memory(void **state)
{
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	for (size_t size = 0; size < 40000; size = size * 2 + 1) {
		unsigned char *memory = vwb_arena_alloc(arena, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	assert_false(vwb_arena_failed(arena));
}

static void arena_pieces_do_not_overlap(void **state)
{
	enum { PIECES = 500 };
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	unsigned char *piece[PIECES];

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	for (size_t i = 0; i < PIECES; i++) {
		/* every tenth is larger than a block, and must not lose the one in use */
		size_t size = i % 10 ? 100 : 40000;

		piece[i] = vwb_arena_alloc(arena, size);
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
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	assert_null(vwb_arena_array(arena, SIZE_MAX / 2, 4));
	assert_true(vwb_arena_failed(arena));
	assert_null(vwb_arena_alloc(arena, SIZE_MAX));
	assert_null(vwb_arena_copy(arena, "", SIZE_MAX));
	assert_non_null(vwb_arena_alloc(arena, 8)); /* it goes on working */
	assert_true(vwb_arena_failed(arena));
}

/* Arenas that share a budget: what is freed is given back, what is joined stays counted. */
static void arenas_keep_to_a_budget(void **state)
{
	enum { LIMIT = 256 * 1024, PIECE = 64 * 1024 };
	struct vwb_budget budget = {.limit = LIMIT};
	struct vwb_arena *arena[3];
	const char *kept;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(arena); i++) {
		assert_int_equal(vwb_arena_new(&arena[i]), 0);
		if (i > 0)
			vwb_arena_bound(arena[i], &budget);
	}
	assert_non_null(vwb_arena_alloc(arena[0], (size_t)2 * LIMIT)); /* this one has no bound */
	kept = vwb_arena_string(arena[1], "kept");
	assert_non_null(vwb_arena_alloc(arena[1], PIECE));
	assert_non_null(vwb_arena_alloc(arena[2], PIECE));
	assert_in_range(budget.used, 2 * PIECE, 3 * PIECE);
	assert_false(budget.spent);
	assert_null(vwb_arena_alloc(arena[2], 2 * PIECE));
	assert_true(budget.spent && vwb_arena_failed(arena[2]) && !vwb_arena_failed(arena[1]));
	assert_null(vwb_arena_alloc(arena[1], PIECE)); /* once spent, for all of them */
	vwb_arena_freep(&arena[2]);
	budget.spent = false;
	assert_non_null(vwb_arena_alloc(arena[1], PIECE));
	assert_in_range(budget.used, 2 * PIECE, 3 * PIECE);
	vwb_arena_join(arena[0], &arena[1]);
	assert_null(arena[1]);
	assert_true(vwb_arena_failed(arena[0]));
	assert_string_equal(kept, "kept");
	vwb_arena_freep(&arena[0]);
	assert_in_range(budget.used, 2 * PIECE, 3 * PIECE);
}

static void budgets_are_taken_and_given_back(void **state)
{
	struct vwb_budget budget = {.limit = 10};

	(void)state;
	assert_true(vwb_budget_take(&budget, 4));
	assert_false(vwb_budget_take(&budget, 7));
	assert_false(vwb_budget_take(&budget, SIZE_MAX));
	assert_false(budget.spent);
	assert_true(vwb_budget_take(&budget, 6));
	assert_false(vwb_budget_take(&budget, 1));
	vwb_budget_give(&budget, 10);
	assert_int_equal(budget.used, 0);
	budget.spent = true;
	assert_false(vwb_budget_take(&budget, 1));
}

static void arena_copies_and_formats(void **state)
{
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	char *copy;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	copy = vwb_arena_copy(arena, "ab\0cd", 5);
	assert_memory_equal(copy, "ab\0cd", 6);
	assert_string_equal(vwb_arena_copy(arena, NULL, 0), "");
	assert_string_equal(vwb_arena_string(arena, "text"), "text");
	assert_null(vwb_arena_string(arena, NULL));
	assert_string_equal(vwb_arena_printf(arena, "%s %d", "x", 7), "x 7");
	assert_int_equal(strlen(vwb_arena_printf(arena, "%5000d", 1)), 5000);
	assert_false(vwb_arena_failed(arena));
}

/* Text. */

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
		length = vwb_text_clean(text, cases[i].size);
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
		length = vwb_text_clean(text, 16);
		assert_true(length <= 16);
		assert_int_equal(text[length], '\0');
		for (size_t i = 0; i < length; i++)
			assert_true((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
		memcpy(again, text, length + 1);
		assert_int_equal(vwb_text_clean(again, length), length);
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

		assert_int_equal(vwb_number_parse(cases[i].text, cases[i].base, cases[i].max, &value),
				 cases[i].r);
		assert_true(value == (cases[i].r ? 77 : cases[i].value));
	}
}

static void words_are_whole(void **state)
{
	(void)state;
	assert_true(vwb_text_has_word("fpu vmx sse", "vmx"));
	assert_true(vwb_text_has_word("vmx", "vmx"));
	assert_true(vwb_text_has_word("a,b\tvmx\n", "vmx"));
	assert_false(vwb_text_has_word("vmx2 xvmx v mx", "vmx"));
	assert_false(vwb_text_has_word("", "vmx"));
	assert_false(vwb_text_has_word("vmx", ""));
	assert_false(vwb_text_has_word(NULL, "vmx"));
	assert_false(vwb_text_has_word("vmx", NULL));
}

static void ends_are_compared(void **state)
{
	(void)state;
	assert_true(vwb_text_starts("ec2abc", "ec2"));
	assert_true(vwb_text_starts("ec2", ""));
	assert_false(vwb_text_starts("ec", "ec2"));
	assert_false(vwb_text_starts(NULL, "ec2"));
	assert_true(vwb_text_ends("x.brightbox.com", ".brightbox.com"));
	assert_false(vwb_text_ends(".com", "x.com"));
	assert_false(vwb_text_ends("a", NULL));
	assert_true(vwb_text_equal(NULL, NULL));
	assert_false(vwb_text_equal(NULL, ""));
	assert_true(vwb_text_equal("a", "a"));
	assert_false(vwb_text_equal("a", "b"));
}

/* In ascending order; equal ones in one row. */
static void leading_numbers_of_versions(void **state)
{
	static const char *const ascending[][3] = {
		{"", "no number", "0"},
		{"1.1.9", "1.1.9K", "v1.1.9"},
		{"1.2", "1.2.0", "01.2"},
		{"1.10", "1-10", "1.10.0g1"},
		{"2.2", "2.2g9", "2.2.0.0"},
		{"2.2.8.1", "2.2.8.1-", "2.2.8.1"},
		{"2.2.9", "2-2-9", "2.2.9g"},
		{"4.18.0-240.1", "4.18.0-240.1.el8", "4.18.0-240.1.0.el8_3"},
		{"4.18.0-240.1.1.el8_3.x86_64", "4.18.0-240.1.1", "4.18.0.240.1.1"},
		{"99999999999999999999.0", "99999999999999999999", "99999999999999999998.0.0"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(ascending); i++)
		for (size_t k = 0; k < VW_COUNT(ascending); k++)
			for (size_t x = 0; x < 3; x++)
				for (size_t y = 0; y < 3; y++)
					assert_int_equal(
						vwb_version_compare_numbers(ascending[i][x], ascending[k][y]),
						i < k ? -1 : i > k);
}

/* Seconds since 1970; GNU date says the same. */
static void times_are_written_in_utc(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},          {59, "1970-01-01T00:00:59Z"},
		{3600, "1970-01-01T01:00:00Z"},       {86399, "1970-01-01T23:59:59Z"},
		{86400, "1970-01-02T00:00:00Z"},      {5097600, "1970-03-01T00:00:00Z"},
		{31535999, "1970-12-31T23:59:59Z"},   {68169599, "1972-02-28T23:59:59Z"},
		{68169600, "1972-02-29T00:00:00Z"},   {68256000, "1972-03-01T00:00:00Z"},
		{951782400, "2000-02-29T00:00:00Z"},  {951868800, "2000-03-01T00:00:00Z"},
		{1735689599, "2024-12-31T23:59:59Z"}, {4107542399, "2100-02-28T23:59:59Z"},
		{4107542400, "2100-03-01T00:00:00Z"}, {253402300799, "9999-12-31T23:59:59Z"},
	};
	char text[VWB_TIME_SIZE];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		assert_true(vwb_time_format(rows[i].seconds, text));
		assert_string_equal(text, rows[i].text);
	}
	assert_false(vwb_time_format(253402300800, text));
	assert_string_equal(text, "");
	assert_false(vwb_time_format(UINT64_MAX, text));
}

static void times_are_known(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{"2026-01-02T03:04:05Z", true},      {"2026-01-02T03:04:05+00:00", true},
		{"2026-01-02T03:04:05-09:30", true}, {"2026-01-02T03:04:05.1Z", true},
		{"2026-01-02T03:04:05", false},      {"2026-01-02T03:04:05.Z", false},
		{"2026-01-02 03:04:05Z", false},     {"2026-01-02T03:04:05+00:0", false},
		{"2026-01-02T03:04:05Zx", false},    {"2026-01-02T03:04:05+00:00x", false},
		{"x026-01-02T03:04:05Z", false},     {"", false},
	};
	char text[VWB_TIME_SIZE];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		assert_int_equal(vwb_time_is(rows[i].text), rows[i].is);
	assert_true(vwb_time_now(text) && vwb_time_is(text));
}

static void clocks_run(void **state)
{
	uint64_t before = vwb_clock_ns(CLOCK_MONOTONIC), after;
	const struct timespec pause = {.tv_nsec = 2000000};

	(void)state;
	nanosleep(&pause, NULL);
	after = vwb_clock_ns(CLOCK_MONOTONIC);
	assert_in_range(after - before, 2000000, UINT64_C(60) * 1000000000);
	assert_in_range(vwb_clock_ns(CLOCK_REALTIME) / 1000000000, (uint64_t)time(NULL) - 1,
			(uint64_t)time(NULL) + 1);
	assert_int_equal(vwb_clock_ns((clockid_t)1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_in_utc),
		cmocka_unit_test(times_are_known),
		cmocka_unit_test(clocks_run),
		cmocka_unit_test(leading_numbers_of_versions),
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(arena_pieces_do_not_overlap),
		cmocka_unit_test(arena_remembers_failure),
		cmocka_unit_test(arenas_keep_to_a_budget),
		cmocka_unit_test(budgets_are_taken_and_given_back),
		cmocka_unit_test(arena_copies_and_formats),
		cmocka_unit_test(clean_keeps_what_may_be_printed),
		cmocka_unit_test(clean_is_stable),
		cmocka_unit_test(numbers_are_checked),
		cmocka_unit_test(words_are_whole),
		cmocka_unit_test(ends_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
