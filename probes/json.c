/* SPDX-License-Identifier: MIT */
#include "probes/json.h"

#include <errno.h>
#include <stdlib.h>

#define SYMBOL(function) {#function, &vw_json.function},

struct vw_json vw_json;

int vw_json_open(void)
{
	static const struct vw_symbol symbols[] = {VW_JSON_FUNCTIONS(SYMBOL)};

	return vw_library_open("libjansson.so.4", symbols, VW_COUNT(symbols));
}

void vw_json_release(json_t **json)
{
	if (*json && --(*json)->refcount == 0)
		vw_json.json_delete(*json);
	*json = NULL;
}

int vw_json_read(struct vw_source *source, const char *path, json_t **ret_json)
{
	const char *bytes;
	json_t *json;
	size_t size;
	int r = vw_source_read(source, path, VW_TABLE_LIMIT, &bytes, &size);

	if (r < 0)
		return r;
	r = vw_json_open();
	if (r < 0)
		return r;
	json = vw_json.json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
	if (json && !json_is_object(json))
		vw_json_release(&json);
	if (!json)
		return -EBADMSG;
	*ret_json = json;
	return 0;
}

int vw_json_text(struct vw_source *source, const json_t *json, const char **ret_text)
{
	char *text = vw_json.json_dumps(json, JSON_INDENT(2));
	const char *copy = text ? vw_arena_printf(vw_source_arena(source), "%s\n", text) : NULL;

	free(text);
	if (!copy)
		return -ENOMEM;
	*ret_text = copy;
	return 0;
}
