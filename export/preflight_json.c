/* SPDX-License-Identifier: MIT */

/* The document virtwhere.preflight/1. In json_pack()'s format, s? is a string or null; a NULL in place of an
 * object makes the whole NULL, so that the last one stands for all. */

#include <errno.h>

#include "export/jansson.h"
#include "export/preflight.h"

void vwx_json_load(void)
{
	(void)vwb_json();
}

/* A key and its value stand on one line. */
/* clang-format off */

static const char *text_of(const struct vw_text *text)
{
	return text->state == VW_VALUE ? text->text : NULL;
}

static json_t *image(const struct vwb_json *j, const struct vw_image_facts *facts)
{
	return j->json_pack("{s:s, s:s?, s:s?, s:s?, s:s?}",
		"path", facts->path,
		"name", text_of(&facts->os.name),
		"id", text_of(&facts->os.id),
		"version", text_of(&facts->os.version_id),
		"arch", text_of(&facts->os.arch));
}

static json_t *kernel(const struct vwb_json *j, const struct vw_image_kernel *k)
{
	return j->json_pack("{s:s, s:b, s:s?, s:s?, s:s?, s:s?, s:s?}",
		"release", k->release,
		"default", k->is_default,
		"file", k->file.path,
		"arch", k->file.arch,
		"initramfs", k->initramfs.path,
		"entry", k->entry ? k->entry->source : NULL,
		"cmdline", text_of(&k->cmdline));
}

static json_t *kernels(const struct vwb_json *j, const struct vw_image_facts *facts)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < facts->kernel_count; i++)
		array = vwx_jansson_append(j, array, kernel(j, &facts->kernel[i]));
	return array;
}

static json_t *target(const struct vwb_json *j, const struct vw_target_verdict *t)
{
	return j->json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}",
		"target", vw_target_word(t->target),
		"status", vw_status_word(t->status),
		"fatal", (json_int_t)t->fatal,
		"degraded", (json_int_t)t->degraded,
		"advice", (json_int_t)t->advice,
		"unknown", (json_int_t)t->unknown,
		"passed", (json_int_t)t->passed);
}

static json_t *targets(const struct vwb_json *j, const struct vw_preflight *preflight)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < preflight->target_count; i++)
		array = vwx_jansson_append(j, array, target(j, &preflight->target[i]));
	return array;
}

static json_t *finding(const struct vwb_json *j, const struct vw_image_finding *found)
{
	const struct vw_finding *f = &found->finding;

	return j->json_pack("{s:s, s:s?, s:b, s:s, s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s?}",
		"target", vw_target_word(found->target),
		"kernel", found->kernel,
		"decides", found->decides,
		"id", f->id,
		"status", vw_status_word(f->status),
		"severity", vw_severity_word(f->severity),
		"subject", f->subject,
		"message", f->message,
		"remedy", f->remedy,
		"evidence", f->evidence,
		"reference", f->reference);
}

static json_t *findings(const struct vwb_json *j, const struct vw_preflight *preflight)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < preflight->finding_count; i++)
		array = vwx_jansson_append(j, array, finding(j, &preflight->finding[i]));
	return array;
}

static json_t *unread(const struct vwb_json *j, const struct vw_image_facts *facts)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < facts->unread_count; i++)
		array = vwx_jansson_append(j, array, j->json_pack("{s:s, s:s}",
			"source", facts->unread[i].source,
			"error", facts->unread[i].error));
	return array;
}

int vwx_preflight_json_render(const struct vw_preflight *preflight, const struct vwx_view *view,
                             struct vwb_buffer *out)
{
	const struct vwb_json *j = vwb_json();
	json_t *document;

	if (!j)
		return -EOPNOTSUPP;
	document = j->json_pack("{s:s, s:s, s:s?, s:o, s:s, s:s, s:o, s:o, s:o, s:o}",
		"schema", VW_PREFLIGHT_SCHEMA,
		"version", VW_VERSION,
		"captured", view->captured,
		"image", image(j, preflight->image),
		"status", vw_status_word(preflight->status),
		"fail_on", vw_severity_word(preflight->fail_on),
		"kernels", kernels(j, preflight->image),
		"targets", targets(j, preflight),
		"findings", findings(j, preflight),
		"unread", unread(j, preflight->image));
	return vwx_jansson_finish(j, document, view, out);
}
