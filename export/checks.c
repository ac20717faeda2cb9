/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "detect/checks.h"
#include "export/draw.h"
#include "export/jansson.h"

int vwx_checks_render(const struct vwx_view *view, struct vwb_buffer *out)
{
	struct vwx_canvas canvas = vwx_canvas(view, out);
	const struct vw_check_word *check;

	canvas.margin = 18;
	for (size_t i = 0; (check = vw_check_at(i)); i++) {
		vwx_draw(&canvas, VW_INK_BOLD, check->id);
		vwx_draw_to(&canvas, 8);
		vwx_draw(&canvas, VW_INK_PLAIN, vw_severity_word(check->severity));
		vwx_draw_to(&canvas, canvas.margin);
		vwx_draw_words(&canvas, VW_INK_PLAIN, check->title);
		vwx_draw_end(&canvas);
	}
	return out->error;
}

/* A check of the running guest has no target. */
static json_t *targets_of(const struct vwb_json *j, const struct vw_check_word *check)
{
	json_t *array = j->json_array();

	for (unsigned i = 0; array && i < VW_TARGETS; i++)
		if (check->targets & 1u << i)
			array = vwx_jansson_append(j, array, j->json_pack("s", vw_target_word(1u << i)));
	return array;
}

int vwx_checks_json_render(const struct vwx_view *view, struct vwb_buffer *out)
{
	const struct vwb_json *j = vwb_json();
	const struct vw_check_word *check;
	json_t *array;

	if (!j)
		return -EOPNOTSUPP;
	array = j->json_array();
	for (size_t i = 0; array && (check = vw_check_at(i)); i++)
		array = vwx_jansson_append(j, array,
					   j->json_pack("{s:s, s:s, s:s, s:o, s:s?, s:s?}", "id", check->id,
							"severity", vw_severity_word(check->severity),
							"title", check->title, "targets",
							targets_of(j, check), "remedy", check->remedy,
							"reference", check->reference));
	return vwx_jansson_finish(j, j->json_pack("{s:s, s:o}", "list", "checks", "checks", array), view,
				  out);
}
