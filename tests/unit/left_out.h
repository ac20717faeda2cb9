/* SPDX-License-Identifier: MIT */
/* left_out.h: what a unit test cannot test on this machine is told in the form that tests/run.py counts. */
#ifndef VW_TESTS_UNIT_LEFT_OUT_H
#define VW_TESTS_UNIT_LEFT_OUT_H

/* A part of the running test; the rest of it goes on. */
#define LEAVE_OUT(why) print_message("skipped: %s: %s\n", __func__, why)

/* All of the running test, which must be the function that cmocka calls. */
#define LEAVE_OUT_ALL(why)      \
	do {                    \
		LEAVE_OUT(why); \
		skip();         \
	} while (0)

#endif
