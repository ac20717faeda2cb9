/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "export/draw.h"
#include "export/jansson.h"

int vw_render_words(const char *list, const struct vw_view *view, struct vw_buffer *out)
{
	struct vw_canvas canvas = vw_canvas(view, out);
	const struct vw_word *word;
	size_t widest = 0;

	for (size_t i = 0; (word = vw_word_at(list, i)); i++)
		widest = vw_columns(word->word) > widest ? vw_columns(word->word) : widest;
	for (size_t i = 0; (word = vw_word_at(list, i)); i++) {
		vw_draw(&canvas, VW_INK_BOLD, word->word);
		if (word->meaning) {
			canvas.margin = widest + 2;
			vw_draw_to(&canvas, canvas.margin);
			vw_draw_words(&canvas, VW_INK_PLAIN, word->meaning);
		}
		vw_draw_end(&canvas);
	}
	return out->error;
}

int vw_render_words_json(const char *list, const struct vw_view *view, struct vw_buffer *out)
{
	const struct vw_jansson *j = vw_jansson();
	const struct vw_word *word;
	json_t *array;

	if (!j)
		return -EOPNOTSUPP;
	array = j->json_array();
	for (size_t i = 0; array && (word = vw_word_at(list, i)); i++)
		array = vw_jansson_append(
			j, array, j->json_pack("{s:s, s:s?}", "word", word->word, "meaning", word->meaning));
	return vw_jansson_finish(j, j->json_pack("{s:s, s:o}", "list", list, "words", array), view, out);
}
