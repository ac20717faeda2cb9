/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_FACT_VALUES_H
#define VW_TESTS_UNIT_FACT_VALUES_H

/* Facts that were read, for initializers. */

#include "detect/facts.h"

#define TEXT(t)                       \
	{                             \
		VW_VALUE, (t), "test" \
	}
#define NUMBER(n)                     \
	{                             \
		VW_VALUE, (n), "test" \
	}

#endif
