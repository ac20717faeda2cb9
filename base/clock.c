/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum { TIME_MAX = 64 }; /* bytes; RFC 3339 allows any number of digits below a second */

uint64_t vwb_clock_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) < 0 || now.tv_sec < 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static unsigned days_of_year(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365;
}

bool vwb_time_format(uint64_t seconds, char text[VWB_TIME_SIZE])
{
	static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t days = seconds / 86400;
	unsigned second = (unsigned)(seconds % 86400), year = 1970, month = 0;

	for (; year <= 9999 && days >= days_of_year(year); year++)
		days -= days_of_year(year);
	text[0] = '\0';
	if (year > 9999)
		return false;
	for (;; month++) {
		unsigned length = lengths[month] + (month == 1 && days_of_year(year) == 366);

		if (days < length)
			break;
		days -= length;
	}
	snprintf(text, VWB_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000, month + 1,
		 (unsigned)days % 32 + 1, second / 3600, second / 60 % 60, second % 60);
	return true;
}

bool vwb_time_now(char text[VWB_TIME_SIZE])
{
	struct timespec now;

	text[0] = '\0';
	return clock_gettime(CLOCK_REALTIME, &now) == 0 && now.tv_sec >= 0 &&
	       vwb_time_format((uint64_t)now.tv_sec, text);
}

/* Does @text begin like @form, where '0' stands for any digit? Returns how much of it, or 0. */
static size_t take_form(const char *text, const char *form)
{
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return 0;
	return i;
}

bool vwb_time_is(const char *text)
{
	size_t at = take_form(text, "0000-00-00T00:00:00");

	if (!at || strlen(text) > TIME_MAX)
		return false;
	if (take_form(text + at, ".0"))
		at += 1 + strspn(text + at + 1, "0123456789");
	if (vwb_text_equal(text + at, "Z"))
		return true;
	return strlen(text + at) == strlen("+00:00") &&
	       (take_form(text + at, "+00:00") || take_form(text + at, "-00:00"));
}
