/* SPDX-License-Identifier: MIT */
#include "probes/read/json.h"

#include <errno.h>
#include <stdlib.h>

int vw_json_read(struct vw_source *source, const char *path, json_t **ret_json)
{
	const char *bytes;
	json_t *json;
	size_t size;
	int r = vw_source_read(source, path, VW_TABLE_LIMIT, &bytes, &size);

	if (r < 0)
		return r;
	if (!vwb_json())
		return -EOPNOTSUPP;
	json = vwb_json()->json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
	if (json && !json_is_object(json))
		vwb_json_release(&json);
	if (!json)
		return -EBADMSG;
	*ret_json = json;
	return 0;
}

int vw_json_text(struct vw_source *source, const json_t *json, const char **ret_text)
{
	char *text = vwb_json()->json_dumps(json, JSON_INDENT(2));
	const char *copy = text ? vwb_arena_printf(vw_source_arena(source), "%s\n", text) : NULL;

	free(text);
	if (!copy)
		return -ENOMEM;
	*ret_text = copy;
	return 0;
}
