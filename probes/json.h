/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_JSON_H
#define VW_PROBES_JSON_H

/* The JSON files of a snapshot, through jansson, which is loaded when first needed. Internal to probes/. */

#include <jansson.h>

#include "export/library.h"
#include "probes/source.h"

#define VW_JSON_FUNCTIONS(X)      \
	X(json_loadb)             \
	X(json_delete)            \
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
	X(json_number_value)      \
	X(json_dumps)

#define VW_JSON_DECLARE(function) VW_LIBRARY_FUNCTION(function);

/* The library's functions; of use once vw_json_open() or vw_json_read() worked. */
extern struct vw_json {
	VW_JSON_FUNCTIONS(VW_JSON_DECLARE)
} vw_json;

/** Load the library. Returns 0, or -EOPNOTSUPP when it is not installed. */
_must_check_ int vw_json_open(void);

/** Give a reference back and forget it; for _cleanup_ too. json_decref() would link the library. */
void vw_json_release(json_t **json);

/**
 * Read a file of a snapshot that holds one object.
 *
 * @ret_json: free with vw_json_release()
 *
 * Returns 0, what vw_source_read() gave, -EOPNOTSUPP without jansson, or -EBADMSG for what is no object.
 */
_must_check_ int vw_json_read(struct vw_source *source, const char *path, json_t **ret_json);

/**
 * Make the text of an object, with a line break at its end.
 *
 * @ret_text: owned by the source
 *
 * Returns 0 or -ENOMEM.
 */
_must_check_ int vw_json_text(struct vw_source *source, const json_t *json, const char **ret_text);

#endif
