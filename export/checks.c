/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "detect/checks.h"
#include "export/draw.h"
#include "export/jansson.h"

int vw_render_checks(const struct vw_view *view, struct vw_buffer *out)
{
	struct vw_canvas canvas = vw_canvas(view, out);
	const struct vw_check_word *check;

	canvas.margin = 18;
	for (size_t i = 0; (check = vw_check_at(i)); i++) {
		vw_draw(&canvas, VW_INK_BOLD, check->id);
		vw_draw_to(&canvas, 8);
		vw_draw(&canvas, VW_INK_PLAIN, vw_severity_word(check->severity));
		vw_draw_to(&canvas, canvas.margin);
		vw_draw_words(&canvas, VW_INK_PLAIN, check->title);
		vw_draw_end(&canvas);
	}
	return out->error;
}

/* A check of the running guest has no target. */
static json_t *targets_of(const struct vw_jansson *j, const struct vw_check_word *check)
{
	json_t *array = j->json_array();

	for (unsigned i = 0; array && i < VW_TARGETS; i++)
		if (check->targets & 1u << i)
			array = vw_jansson_append(j, array, j->json_pack("s", vw_target_word(1u << i)));
	return array;
}

int vw_render_checks_json(const struct vw_view *view, struct vw_buffer *out)
{
	const struct vw_jansson *j = vw_jansson();
	const struct vw_check_word *check;
	json_t *array;

	if (!j)
		return -EOPNOTSUPP;
	array = j->json_array();
	for (size_t i = 0; array && (check = vw_check_at(i)); i++)
		array = vw_jansson_append(j, array,
					  j->json_pack("{s:s, s:s, s:s, s:o, s:s?, s:s?}", "id", check->id,
						       "severity", vw_severity_word(check->severity), "title",
						       check->title, "targets", targets_of(j, check),
						       "remedy", check->remedy, "reference",
						       check->reference));
	return vw_jansson_finish(j, j->json_pack("{s:s, s:o}", "list", "checks", "checks", array), view, out);
}
