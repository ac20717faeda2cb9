/* SPDX-License-Identifier: MIT */

/*
 * The document virtwhere.report/1. In json_pack()'s format, s? is a string or null, o an object that is given
 * away; a NULL in place of an object makes the whole NULL, so that the last one stands for all.
 */

#include <errno.h>

#include "export/jansson.h"

/* A key and its value stand on one line. */
/* clang-format off */

static json_t *strings(const struct vwb_json *j, const char *const *string, size_t count)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < count; i++)
		array = vwx_jansson_append(j, array, j->json_pack("s", string[i]));
	return array;
}

static json_t *evidence_ids(const struct vwb_json *j, const struct vw_report *report, const size_t *index,
                            size_t count)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < count; i++)
		if (index[i] < report->evidence_count)
			array = vwx_jansson_append(j, array, j->json_pack("s", report->evidence[index[i]].id));
	return array;
}

static json_t *source(const struct vwb_json *j, const struct vw_report *report, const struct vwx_view *view)
{
	const struct vw_facts *facts = report->facts;
	const struct vw_text *release = &facts->kernel.release;

	return j->json_pack("{s:s, s:s?, s:s?, s:s?, s:s?}",
		"kind", facts->snapshot ? "snapshot" : "live",
		"path", facts->path,
		"arch", facts->arch,
		"kernel", release->state == VW_VALUE ? release->text : NULL,
		"captured", facts->snapshot ? facts->captured : view->captured);
}

static json_t *platform(const struct vwb_json *j, const struct vw_platform *p)
{
	return j->json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:{s:s?, s:s?, s:s?}, s:s?, s:o, s:o, s:o, s:s?, s:s}",
		"id", p->id,
		"name", p->name,
		"hypervisor", p->hypervisor,
		"vmm", p->vmm,
		"mode", p->mode,
		"row", p->row,
		"cloud",
			"provider", p->cloud.provider,
			"instance_type", p->cloud.instance_type,
			"instance_id", p->cloud.instance_id,
		"container", p->container,
		"in_container", vwx_jansson_tristate(j, p->contained),
		"in_chroot", vwx_jansson_tristate(j, p->chroot),
		"translated", vwx_jansson_tristate(j, p->translated),
		"confidential", p->confidential,
		"confidence", vw_confidence_word(p->confidence));
}

static json_t *layer(const struct vwb_json *j, const struct vw_layer *l)
{
	return j->json_pack("{s:i, s:s, s:s?, s:s}",
		"level", l->level,
		"kind", l->kind,
		"name", l->name,
		"known", vw_word_known(l->known));
}

static json_t *stack(const struct vwb_json *j, const struct vw_report *report)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < report->layer_count; i++)
		array = vwx_jansson_append(j, array, layer(j, &report->layer[i]));
	return array;
}

static json_t *dimension(const struct vwb_json *j, const struct vw_report *report, enum vw_dimension_id id)
{
	const struct vw_dimension *d = &report->dimension[id];

	return j->json_pack("{s:s, s:s?, s:o}",
		"class", vw_class_word(d->class),
		"with", d->with,
		"evidence", evidence_ids(j, report, d->evidence.index, d->evidence.count));
}

static json_t *dimensions(const struct vwb_json *j, const struct vw_report *report)
{
	return j->json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
		vw_dimension_word(VW_CPU_MEMORY), dimension(j, report, VW_CPU_MEMORY),
		vw_dimension_word(VW_NETWORK), dimension(j, report, VW_NETWORK),
		vw_dimension_word(VW_LOCAL_STORAGE), dimension(j, report, VW_LOCAL_STORAGE),
		vw_dimension_word(VW_REMOTE_STORAGE), dimension(j, report, VW_REMOTE_STORAGE),
		vw_dimension_word(VW_INTERRUPTS_TIMERS), dimension(j, report, VW_INTERRUPTS_TIMERS),
		vw_dimension_word(VW_MOTHERBOARD_BOOT), dimension(j, report, VW_MOTHERBOARD_BOOT));
}

static json_t *nested(const struct vwb_json *j, const struct vw_nested *n)
{
	return j->json_pack("{s:o, s:s?, s:o, s:s?, s:s?}",
		"can_host", vwx_jansson_tristate(j, n->can_host),
		"extension", n->extension,
		"features", strings(j, n->feature, n->feature_count),
		"kvm", n->kvm,
		"hint", n->hint);
}

enum device_group { NETWORK, STORAGE, OTHER };

static enum device_group group_of(const struct vw_device *device)
{
	if (vwb_text_equal(device->kind, "network"))
		return NETWORK;
	return vwb_text_equal(device->kind, "storage") ? STORAGE : OTHER;
}

static json_t *device(const struct vwb_json *j, const struct vw_device *d)
{
	return j->json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s}",
		"kind", d->kind,
		"name", d->name,
		"bus", d->bus,
		"ids", d->ids,
		"driver", d->driver,
		"driver_version", d->driver_version,
		"what", d->what,
		"class", vw_class_word(d->class));
}

static json_t *device_list(const struct vwb_json *j, const struct vw_report *report, enum device_group group)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < report->device_count; i++)
		if (group_of(&report->device[i]) == group)
			array = vwx_jansson_append(j, array, device(j, &report->device[i]));
	return array;
}

static json_t *devices(const struct vwb_json *j, const struct vw_report *report)
{
	return j->json_pack("{s:o, s:o, s:o}",
		"network", device_list(j, report, NETWORK),
		"storage", device_list(j, report, STORAGE),
		"other", device_list(j, report, OTHER));
}

static json_t *finding(const struct vwb_json *j, const struct vw_finding *f)
{
	return j->json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s?}",
		"id", f->id,
		"status", vw_status_word(f->status),
		"severity", vw_severity_word(f->severity),
		"subject", f->subject,
		"message", f->message,
		"remedy", f->remedy,
		"evidence", f->evidence,
		"reference", f->reference);
}

static json_t *findings(const struct vwb_json *j, const struct vw_report *report)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < report->finding_count; i++)
		array = vwx_jansson_append(j, array, finding(j, &report->finding[i]));
	return array;
}

static json_t *piece(const struct vwb_json *j, const struct vw_evidence *e)
{
	return j->json_pack("{s:s, s:s, s:s?, s:o, s:s}",
		"id", e->id,
		"source", e->source,
		"value", e->value,
		"supports", strings(j, e->supports, e->support_count),
		"weight", vw_weight_word(e->weight));
}

static json_t *evidence(const struct vwb_json *j, const struct vw_report *report)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < report->evidence_count; i++)
		array = vwx_jansson_append(j, array, piece(j, &report->evidence[i]));
	return array;
}

static json_t *conflict(const struct vwb_json *j, const struct vw_report *report, const struct vw_conflict *c)
{
	return j->json_pack("{s:o, s:s}",
		"evidence", evidence_ids(j, report, c->evidence, VW_COUNT(c->evidence)),
		"message", c->message);
}

static json_t *conflicts(const struct vwb_json *j, const struct vw_report *report)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < report->conflict_count; i++)
		array = vwx_jansson_append(j, array, conflict(j, report, &report->conflict[i]));
	return array;
}

static json_t *unread(const struct vwb_json *j, const struct vw_facts *facts)
{
	json_t *array = j->json_array();

	for (size_t i = 0; array && i < facts->unread_count; i++)
		array = vwx_jansson_append(j, array, j->json_pack("{s:s, s:s}",
			"source", facts->unread[i].source,
			"error", facts->unread[i].error));
	return array;
}

int vwx_json_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out)
{
	const struct vwb_json *j = vwb_json();
	json_t *document;

	if (!j)
		return -EOPNOTSUPP;
	document = j->json_pack("{s:s, s:s, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"schema", VW_REPORT_SCHEMA,
		"version", VW_VERSION,
		"source", source(j, report, view),
		"platform", platform(j, &report->platform),
		"level", report->level,
		"stack", stack(j, report),
		"dimensions", dimensions(j, report),
		"nested", nested(j, &report->nested),
		"devices", devices(j, report),
		"findings", findings(j, report),
		"evidence", evidence(j, report),
		"conflicts", conflicts(j, report),
		"unread", unread(j, report->facts));
	return vwx_jansson_finish(j, document, view, out);
}
