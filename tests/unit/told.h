/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_TOLD_H
#define VW_TESTS_UNIT_TOLD_H

/* A finding as one line of text, so that a test holds all of it against what it expects. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/report.h"

enum { TOLD_MAX = 8192 };

/* "fail fatal nvme | what is wrong | what to do | where", and "-" for what is not told. */
static inline void tell(char told[TOLD_MAX], const struct vw_finding *finding)
{
	size_t length = strlen(told);
	int more = snprintf(told + length, TOLD_MAX - length, "%s%s %s %s | %s | %s | %s", length ? "\n" : "",
			    vw_status_word(finding->status), vw_severity_word(finding->severity),
			    finding->subject, finding->message, finding->remedy ? finding->remedy : "-",
			    finding->evidence ? finding->evidence : "-");

	assert_true(more > 0 && (size_t)more < TOLD_MAX - length);
}

/* Findings that are not as they should be, of one test: all are told before it fails. */
static size_t wrong_findings;

static inline void compare_told(const char *file, int line, const char *told, const char *expected)
{
	if (!strcmp(told, expected))
		return;
	/* cmocka's own cuts what is long. */
	fprintf(stderr, "%s:%d:\n  said     %s\n  expected %s\n", file, line, told, expected);
	wrong_findings++;
}

static inline int findings_begin(void **state)
{
	(void)state;
	wrong_findings = 0;
	return 0;
}

static inline int findings_end(void **state)
{
	(void)state;
	return wrong_findings ? -1 : 0;
}

/** A test of what is said: it fails after its end when something was not as expected. */
#define TEST_OF_FINDINGS(test) cmocka_unit_test_setup_teardown(test, findings_begin, findings_end)

#endif
