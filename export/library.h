/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_LIBRARY_H
#define VW_EXPORT_LIBRARY_H

/*
 * Shared libraries that are loaded when first needed, so that the default command does not pay for them.
 * probes/ includes this header too: the one exception to the rule that it does not include export/.
 */

#include <stddef.h>

#include "detect/base.h"

struct vw_symbol {
	const char *name;
	void *pointer; /* address of the function pointer that receives it */
};

/** The prototype of @function, as the library's header declares it, for a table of function pointers. */
#define VW_LIBRARY_FUNCTION(function) __typeof__(function) *function

/**
 * Open a library and resolve all of @symbols. Once it worked, later calls with the same table return at once;
 * the library stays loaded until the process ends.
 *
 * @soname: "libjansson.so.4"; searched as the dynamic loader does
 * @symbols: at least one; on failure every pointer of the table is NULL
 *
 * Returns 0, or -EOPNOTSUPP when the library or one of its symbols is missing.
 */
_must_check_ int vw_library_open(const char *soname, const struct vw_symbol *symbols, size_t count);

#endif
