/* SPDX-License-Identifier: MIT */
#include "export/jansson.h"

#include <errno.h>

#ifdef VW_JANSSON_LINKED
const struct vw_jansson *vw_jansson(void)
{
	static const struct vw_jansson jansson = {
		.json_pack = json_pack,
		.json_array = json_array,
		.json_array_append_new = json_array_append_new,
		.json_dump_callback = json_dump_callback,
		.json_delete = json_delete,
		.json_loadb = json_loadb,
		.json_object_get = json_object_get,
		.json_array_get = json_array_get,
		.json_string_value = json_string_value,
		.json_integer_value = json_integer_value,
	};

	return &jansson;
}
#else
const struct vw_jansson *vw_jansson(void)
{
	static struct vw_jansson jansson;
	static const struct vw_symbol symbols[] = {
		{"json_pack", &jansson.json_pack},
		{"json_array", &jansson.json_array},
		{"json_array_append_new", &jansson.json_array_append_new},
		{"json_dump_callback", &jansson.json_dump_callback},
		{"json_delete", &jansson.json_delete},
		{"json_loadb", &jansson.json_loadb},
		{"json_object_get", &jansson.json_object_get},
		{"json_array_get", &jansson.json_array_get},
		{"json_string_value", &jansson.json_string_value},
		{"json_integer_value", &jansson.json_integer_value},
	};

	return vw_library_open("libjansson.so.4", symbols, VW_COUNT(symbols)) < 0 ? NULL : &jansson;
}
#endif

json_t *vw_jansson_append(const struct vw_jansson *jansson, json_t *array, json_t *item)
{
	if (array && jansson->json_array_append_new(array, item) == 0)
		return array;
	if (array)
		jansson->json_delete(array);
	else if (item)
		jansson->json_delete(item);
	return NULL;
}

json_t *vw_jansson_tristate(const struct vw_jansson *jansson, enum vw_tristate value)
{
	return value == VW_UNKNOWN ? jansson->json_pack("n") : jansson->json_pack("b", value == VW_YES);
}

static int put(const char *bytes, size_t size, void *data)
{
	struct vw_buffer *out = data;

	vw_put_bytes(out, bytes, size);
	return out->error ? -1 : 0;
}

int vw_jansson_finish(const struct vw_jansson *jansson, json_t *document, const struct vw_view *view,
		      struct vw_buffer *out)
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
	vw_put(out, "\n");
	return out->error;
}
