/* SPDX-License-Identifier: MIT */
#ifndef VW_BASE_CLOCK_H
#define VW_BASE_CLOCK_H

/* Time as numbers, and as RFC 3339 writes it. */

#include <stdint.h>
#include <time.h>

#include "base/base.h"

enum { VWB_TIME_SIZE = sizeof("9999-12-31T23:59:59Z") };

/** What a clock of clock_gettime(2) shows, in nanoseconds; 0 where the kernel does not have it. */
uint64_t vwb_clock_ns(clockid_t clock);

/**
 * Write a time in UTC, "2026-01-31T00:00:00Z". gmtime(3) would read the time zone's file first.
 *
 * @seconds: since 1970
 *
 * Returns false, with an empty text, for a year after 9999.
 */
bool vwb_time_format(uint64_t seconds, char text[VWB_TIME_SIZE]);

/** The same of the time that it is now. Returns false where the clock is not known or stands before 1970. */
bool vwb_time_now(char text[VWB_TIME_SIZE]);

/** Is @text a time as RFC 3339, section 5.6, writes one? That its day exists is not asked. */
bool vwb_time_is(const char *text);

#endif
