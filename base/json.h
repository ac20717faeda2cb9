/* SPDX-License-Identifier: MIT */
#ifndef VW_BASE_JSON_H
#define VW_BASE_JSON_H

/*
 * libjansson: linked in where the build found an archive of it, else opened when first needed. Callers see no
 * difference. Inline functions of jansson.h that call the library (json_decref() and its like) would link it.
 */

#include <jansson.h>

#include "base/dynlib.h"

#define VWB_JSON_FUNCTIONS(X)     \
	X(json_pack)              \
	X(json_array)             \
	X(json_array_append_new)  \
	X(json_array_get)         \
	X(json_dump_callback)     \
	X(json_dumps)             \
	X(json_delete)            \
	X(json_loadb)             \
	X(json_object)            \
	X(json_object_get)        \
	X(json_object_set_new)    \
	X(json_object_size)       \
	X(json_object_iter)       \
	X(json_object_iter_next)  \
	X(json_object_iter_key)   \
	X(json_object_iter_value) \
	X(json_string)            \
	X(json_string_value)      \
	X(json_integer)           \
	X(json_integer_value)     \
	X(json_number_value)

struct vwb_json {
	VWB_JSON_FUNCTIONS(VWB_DYNLIB_MEMBER)
};

/** The library's functions, or NULL when it is not installed. */
const struct vwb_json *vwb_json(void);

/** Give a reference back and forget it; NULL inside is fine. For _cleanup_ too. */
void vwb_json_release(json_t **json);

#endif
