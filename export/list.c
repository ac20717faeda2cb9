/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "export/draw.h"
#include "export/jansson.h"

int vw_render_words(const struct vw_word *const *word, size_t count, const struct vw_view *view,
		    struct vw_buffer *out)
{
	struct vw_canvas canvas = vw_canvas(view, out);
	size_t widest = 0;

	for (size_t i = 0; i < count; i++)
		widest = vw_columns(word[i]->word) > widest ? vw_columns(word[i]->word) : widest;
	canvas.margin = widest + 2;
	for (size_t i = 0; i < count; i++) {
		vw_draw(&canvas, VW_INK_BOLD, word[i]->word);
		if (word[i]->meaning) {
			vw_draw_to(&canvas, canvas.margin);
			vw_draw_words(&canvas, VW_INK_PLAIN, word[i]->meaning);
		}
		vw_draw_end(&canvas);
	}
	return out->error;
}

int vw_render_words_json(const char *name, const struct vw_word *const *word, size_t count,
			 const struct vw_view *view, struct vw_buffer *out)
{
	const struct vw_jansson *j = vw_jansson();
	json_t *array;

	if (!j)
		return -EOPNOTSUPP;
	array = j->json_array();
	for (size_t i = 0; array && i < count; i++)
		array = vw_jansson_append(
			j, array,
			j->json_pack("{s:s, s:s?}", "word", word[i]->word, "meaning", word[i]->meaning));
	return vw_jansson_finish(j, j->json_pack("{s:s, s:o}", "list", name, "words", array), view, out);
}
