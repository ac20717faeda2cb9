/* SPDX-License-Identifier: MIT */
#include "export/preflight.h"

#include <string.h>

/* Annotations by outcome; those of NULL are not worth one. */
static const char *const commands[VW_OUTCOMES] = {
	[VW_OUTCOME_FAIL] = "error",
	[VW_OUTCOME_UNKNOWN] = "error",
	[VW_OUTCOME_NOTE] = "warning",
	[VW_OUTCOME_UNSURE] = "warning",
};

/* A command's text: '%', CR and LF are escaped, in properties ':' and ',' too. Other control characters have
 * no place in a log. */
static void put_escaped(struct vw_buffer *out, const char *text, size_t size, bool property)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == '%' || byte == '\r' || byte == '\n' || (property && (byte == ':' || byte == ',')))
			vw_putf(out, "%%%02X", byte);
		else if (byte < 0x20 || byte == 0x7F)
			vw_put(out, "?");
		else
			vw_put_bytes(out, text + i, 1);
	}
}

static void put_text(struct vw_buffer *out, const char *text)
{
	put_escaped(out, text, strlen(text), false);
}

/* A file is named as the runner sees it: below the root that the user named. */
static void put_file(struct vw_buffer *out, const char *root, const struct vw_place *place)
{
	size_t length = strlen(root);

	while (length && root[length - 1] == '/')
		length--;
	vw_put(out, "file=");
	put_escaped(out, root, length, true);
	put_escaped(out, place->path, place->length, true);
	if (place->line)
		vw_putf(out, ",line=%lu", place->line);
	vw_put(out, ",");
}

static void put_annotation(struct vw_buffer *out, const struct vw_preflight *preflight,
			   const struct vw_image_finding *found, const char *command)
{
	const struct vw_finding *f = &found->finding;
	struct vw_place place = vw_place_of(f->evidence);

	vw_putf(out, "::%s ", command);
	if (place.path)
		put_file(out, preflight->image->path, &place);
	vw_putf(out, "title=%s %s (%s)::", f->id, vw_target_word(found->target),
		vw_severity_word(f->severity));
	if (found->kernel) {
		put_text(out, found->kernel);
		vw_put(out, ": ");
	}
	if (f->status == VW_STATUS_UNKNOWN)
		vw_put(out, "cannot tell: ");
	put_text(out, f->message);
	if (f->remedy) {
		vw_put(out, "%0A");
		put_text(out, f->remedy);
	}
	vw_put(out, "\n");
}

/* The verdict, for who reads the log; the text must not begin with "::". */
static void put_verdict(struct vw_buffer *out, const struct vw_target_verdict *verdict)
{
	vw_putf(out, "%s: %s\n", vw_target_word(verdict->target), vw_status_word(verdict->status));
}

int vw_render_preflight_github(const struct vw_preflight *preflight, const struct vw_view *view,
			       struct vw_buffer *out)
{
	(void)view;
	for (size_t i = 0; i < preflight->finding_count; i++) {
		const char *command = commands[vw_outcome_of(preflight, &preflight->finding[i])];

		if (command)
			put_annotation(out, preflight, &preflight->finding[i], command);
	}
	for (size_t i = 0; i < preflight->target_count; i++)
		put_verdict(out, &preflight->target[i]);
	return out->error;
}
