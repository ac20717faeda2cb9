/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "export/jansson.h"

int vwx_answers_render(const struct vwx_answer *answer, size_t count, enum vw_tristate all,
		       const struct vwx_view *view, struct vwb_buffer *out)
{
	const struct vwb_json *j = vwb_json();
	json_t *array;

	if (!j)
		return -EOPNOTSUPP;
	array = j->json_array();
	for (size_t i = 0; array && i < count; i++)
		array = vwx_jansson_append(j, array,
					   j->json_pack("{s:s, s:o}", "word", answer[i].word, "holds",
							vwx_jansson_tristate(j, answer[i].holds)));
	return vwx_jansson_finish(
		j, j->json_pack("{s:o, s:o}", "holds", vwx_jansson_tristate(j, all), "words", array), view,
		out);
}

int vwx_recorded_render(const char *path, bool with_ids, const struct vwx_view *view, struct vwb_buffer *out)
{
	const struct vwb_json *j = vwb_json();

	if (!j)
		return -EOPNOTSUPP;
	return vwx_jansson_finish(j, j->json_pack("{s:s, s:b}", "snapshot", path, "with_ids", with_ids), view,
				  out);
}
