/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#ifdef VW_JANSSON_LINKED
#define LINKED(function) .function = function,

const struct vwb_json *vwb_json(void)
{
	static const struct vwb_json json = {VWB_JSON_FUNCTIONS(LINKED)};

	return &json;
}
#else
const struct vwb_json *vwb_json(void)
{
	static struct vwb_json library;
	static const struct vwb_symbol symbols[] = {VWB_JSON_FUNCTIONS(VWB_DYNLIB_SYMBOL)};

	return vwb_dynlib_open("libjansson.so.4", symbols, VW_COUNT(symbols)) < 0 ? NULL : &library;
}
#endif

void vwb_json_release(json_t **json)
{
	if (*json && --(*json)->refcount == 0)
		vwb_json()->json_delete(*json);
	*json = NULL;
}
