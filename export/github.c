/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "export/consumer.h"
#include "export/preflight.h"

/* Annotations by outcome; those of NULL are not worth one. */
static const char *const commands[VW_OUTCOMES] = {
	[VW_OUTCOME_FAIL] = "error",
	[VW_OUTCOME_UNKNOWN] = "error",
	[VW_OUTCOME_NOTE] = "warning",
	[VW_OUTCOME_UNSURE] = "warning",
};

static void put_text(struct vwb_buffer *out, const char *text)
{
	vwx_escape(out, VW_FOR_GITHUB, text, strlen(text));
}

/* A file is named as the runner sees it: below the root that the user named. */
static void put_file(struct vwb_buffer *out, const char *root, const struct vwx_place *place)
{
	size_t length = strlen(root);

	while (length && root[length - 1] == '/')
		length--;
	vwb_put(out, "file=");
	vwx_escape(out, VW_FOR_GITHUB_PROPERTY, root, length);
	vwx_escape(out, VW_FOR_GITHUB_PROPERTY, place->path, place->length);
	if (place->line)
		vwb_putf(out, ",line=%lu", place->line);
	vwb_put(out, ",");
}

static void put_annotation(struct vwb_buffer *out, const struct vw_preflight *preflight,
			   const struct vw_image_finding *found, const char *command)
{
	const struct vw_finding *f = &found->finding;
	struct vwx_place place = vwx_place_of(f->evidence);

	vwb_putf(out, "::%s ", command);
	if (place.path)
		put_file(out, preflight->image->path, &place);
	vwb_putf(out, "title=%s %s (%s)::", f->id, vw_target_word(found->target),
		 vw_severity_word(f->severity));
	if (found->kernel) {
		put_text(out, found->kernel);
		vwb_put(out, ": ");
	}
	if (f->status == VW_STATUS_UNKNOWN)
		vwb_put(out, "cannot tell: ");
	put_text(out, f->message);
	if (f->remedy) {
		vwb_put(out, "%0A");
		put_text(out, f->remedy);
	}
	vwb_put(out, "\n");
}

/* The verdict, for who reads the log; the text must not begin with "::". */
static void put_verdict(struct vwb_buffer *out, const struct vw_target_verdict *verdict)
{
	vwb_putf(out, "%s: %s\n", vw_target_word(verdict->target), vw_status_word(verdict->status));
}

int vwx_preflight_github_render(const struct vw_preflight *preflight, const struct vwx_view *view,
				struct vwb_buffer *out)
{
	(void)view;
	for (size_t i = 0; i < preflight->finding_count; i++) {
		const char *command = commands[vwx_outcome_of(preflight, &preflight->finding[i])];

		if (command)
			put_annotation(out, preflight, &preflight->finding[i], command);
	}
	for (size_t i = 0; i < preflight->target_count; i++)
		put_verdict(out, &preflight->target[i]);
	return out->error;
}
