/* SPDX-License-Identifier: MIT */
#include "export/jansson.h"

#include <errno.h>

#include "export/consumer.h"

json_t *vwx_jansson_append(const struct vwb_json *jansson, json_t *array, json_t *item)
{
	if (array && jansson->json_array_append_new(array, item) == 0)
		return array;
	if (array)
		jansson->json_delete(array);
	else if (item)
		jansson->json_delete(item);
	return NULL;
}

json_t *vwx_jansson_tristate(const struct vwb_json *jansson, enum vw_tristate value)
{
	return value == VW_UNKNOWN ? jansson->json_pack("n") : jansson->json_pack("b", value == VW_YES);
}

static int put(const char *bytes, size_t size, void *data)
{
	struct vwb_buffer *out = data;

	vwx_escape(out, VW_FOR_JSON, bytes, size);
	return out->error ? -1 : 0;
}

int vwx_jansson_finish(const struct vwb_json *jansson, json_t *document, const struct vwx_view *view,
		       struct vwb_buffer *out)
{
	int r;

	if (!document)
		return -EBADMSG;
	r = jansson->json_dump_callback(document, put, out, view->compact ? JSON_COMPACT : JSON_INDENT(2));
	/* json_decref() is an inline function that would link the library; this is the only reference. */
	jansson->json_delete(document);
	if (out->error)
		return out->error;
	if (r < 0)
		return -ENOMEM;
	vwb_put(out, "\n");
	return out->error;
}
