/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "export/jansson.h"

int vw_render_answers(const struct vw_answer *answer, size_t count, enum vw_tristate all,
		      const struct vw_view *view, struct vw_buffer *out)
{
	const struct vw_jansson *j = vw_jansson();
	json_t *array;

	if (!j)
		return -EOPNOTSUPP;
	array = j->json_array();
	for (size_t i = 0; array && i < count; i++)
		array = vw_jansson_append(j, array,
					  j->json_pack("{s:s, s:o}", "word", answer[i].word, "holds",
						       vw_jansson_tristate(j, answer[i].holds)));
	return vw_jansson_finish(
		j, j->json_pack("{s:o, s:o}", "holds", vw_jansson_tristate(j, all), "words", array), view,
		out);
}

int vw_render_recorded(const char *path, bool with_ids, const struct vw_view *view, struct vw_buffer *out)
{
	const struct vw_jansson *j = vw_jansson();

	if (!j)
		return -EOPNOTSUPP;
	return vw_jansson_finish(j, j->json_pack("{s:s, s:b}", "snapshot", path, "with_ids", with_ids), view,
				 out);
}
