/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "export/draw.h"
#include "export/jansson.h"

int vwx_words_render(const struct vw_word *const *word, size_t count, const struct vwx_view *view,
		     struct vwb_buffer *out)
{
	struct vwx_canvas canvas = vwx_canvas(view, out);
	size_t widest = 0;

	for (size_t i = 0; i < count; i++)
		widest = vwx_columns(word[i]->word) > widest ? vwx_columns(word[i]->word) : widest;
	canvas.margin = widest + 2;
	for (size_t i = 0; i < count; i++) {
		vwx_draw(&canvas, VW_INK_BOLD, word[i]->word);
		if (word[i]->meaning) {
			vwx_draw_to(&canvas, canvas.margin);
			vwx_draw_words(&canvas, VW_INK_PLAIN, word[i]->meaning);
		}
		vwx_draw_end(&canvas);
	}
	return out->error;
}

int vwx_words_json_render(const char *name, const struct vw_word *const *word, size_t count,
			  const struct vwx_view *view, struct vwb_buffer *out)
{
	const struct vwb_json *j = vwb_json();
	json_t *array;

	if (!j)
		return -EOPNOTSUPP;
	array = j->json_array();
	for (size_t i = 0; array && i < count; i++)
		array = vwx_jansson_append(
			j, array,
			j->json_pack("{s:s, s:s?}", "word", word[i]->word, "meaning", word[i]->meaning));
	return vwx_jansson_finish(j, j->json_pack("{s:s, s:o}", "list", name, "words", array), view, out);
}
