/* SPDX-License-Identifier: MIT */
#ifndef VW_BASE_DYNLIB_H
#define VW_BASE_DYNLIB_H

/*
 * Shared libraries that are loaded when first needed, so that the default command does not pay for them.
 */

#include <stddef.h>

#include "base/base.h"

struct vwb_symbol {
	const char *name;
	void *pointer; /* address of the function pointer that receives it */
};

/*
 * A file lists the functions of a library once, as a macro of the form FUNCTIONS(X) X(first) X(second), and
 *makes of it the members of a structure called `library`, with the prototypes that the library's header
 *declares, and the table for vwb_dynlib_open():
 *
 *	static struct { FUNCTIONS(VWB_DYNLIB_MEMBER) } library;
 *	static const struct vwb_symbol symbols[] = {FUNCTIONS(VWB_DYNLIB_SYMBOL)};
 */
#define VWB_DYNLIB_MEMBER(function) __typeof__(function) *function;
#define VWB_DYNLIB_SYMBOL(function) {#function, &library.function},

/**
 * Open a library and resolve all of @symbols. Once it worked, later calls with the same table return at once;
 * the library stays loaded until the process ends.
 *
 * @soname: "libjansson.so.4"; searched as the dynamic loader does
 * @symbols: at least one; on failure every pointer of the table is NULL
 *
 * Returns 0, or -EOPNOTSUPP when the library or one of its symbols is missing.
 */
_must_check_ int vwb_dynlib_open(const char *soname, const struct vwb_symbol *symbols, size_t count);

#endif
