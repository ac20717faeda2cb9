/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_JANSSON_H
#define VW_EXPORT_JANSSON_H

/* libjansson, loaded when the first JSON document is made. Only files of this folder and
 * the service's reader of its last report include this. */

#include <jansson.h>

#include "export/export.h"
#include "export/library.h"

struct vw_jansson {
	VW_LIBRARY_FUNCTION(json_pack);
	VW_LIBRARY_FUNCTION(json_array);
	VW_LIBRARY_FUNCTION(json_array_append_new);
	VW_LIBRARY_FUNCTION(json_dump_callback);
	VW_LIBRARY_FUNCTION(json_delete);
	VW_LIBRARY_FUNCTION(json_loadb);
	VW_LIBRARY_FUNCTION(json_object_get);
	VW_LIBRARY_FUNCTION(json_array_get);
	VW_LIBRARY_FUNCTION(json_string_value);
	VW_LIBRARY_FUNCTION(json_integer_value);
};

/** The library's functions, or NULL when it is not installed. */
const struct vw_jansson *vw_jansson(void);

/**
 * Append to an array; both are given away.
 *
 * @array: may be NULL, as what an earlier call returned
 *
 * Returns the array, or NULL after a failure.
 */
json_t *vw_jansson_append(const struct vw_jansson *jansson, json_t *array, json_t *item);

/** true, false, or null for what is not known. */
json_t *vw_jansson_tristate(const struct vw_jansson *jansson, enum vw_tristate value);

/**
 * Append a document to a buffer, with a line break, and free it.
 *
 * @document: may be NULL: json_pack() gives that for a string that is not UTF-8
 *
 * Returns 0, -EBADMSG for NULL, or the buffer's error.
 */
int vw_jansson_finish(const struct vw_jansson *jansson, json_t *document, const struct vw_view *view,
		      struct vw_buffer *out);

#endif
