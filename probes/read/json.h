/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_JSON_H
#define VW_PROBES_READ_JSON_H

/* The JSON files of a snapshot, through jansson. Internal to probes/. */

#include "base/json.h"
#include "probes/read/source.h"

/**
 * Read a file of a snapshot that holds one object.
 *
 * @ret_json: free with vwb_json_release()
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
