/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_JANSSON_H
#define VW_EXPORT_JANSSON_H

/* What documents are made with, beside jansson itself. */

#include "base/json.h"
#include "export/export.h"

/**
 * Append to an array; both are given away.
 *
 * @array: may be NULL, as what an earlier call returned
 *
 * Returns the array, or NULL after a failure.
 */
json_t *vwx_jansson_append(const struct vwb_json *jansson, json_t *array, json_t *item);

/** true, false, or null for what is not known. */
json_t *vwx_jansson_tristate(const struct vwb_json *jansson, enum vw_tristate value);

/**
 * Append a document to a buffer, with a line break, and free it.
 *
 * @document: may be NULL: json_pack() gives that for a string that is not UTF-8
 *
 * Returns 0, -EBADMSG for NULL, or the buffer's error.
 */
int vwx_jansson_finish(const struct vwb_json *jansson, json_t *document, const struct vwx_view *view,
		       struct vwb_buffer *out);

#endif
