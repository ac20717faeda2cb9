/* SPDX-License-Identifier: MIT */
#include "agent/digest.h"

#include <errno.h>
#include <string.h>

#include "export/jansson.h"

enum { LEVEL_MAX = 64 };

/* The strings of a platform that count, with where the document has them. */
static const struct platform_text {
	const char *key;
	bool cloud; /* in the object "cloud" */
	size_t field;
} platform_texts[] = {
	{"id", false, offsetof(struct vw_platform, id)},
	{"hypervisor", false, offsetof(struct vw_platform, hypervisor)},
	{"vmm", false, offsetof(struct vw_platform, vmm)},
	{"mode", false, offsetof(struct vw_platform, mode)},
	{"row", false, offsetof(struct vw_platform, row)},
	{"container", false, offsetof(struct vw_platform, container)},
	{"confidential", false, offsetof(struct vw_platform, confidential)},
	{"provider", true, offsetof(struct vw_platform, cloud.provider)},
	{"instance_type", true, offsetof(struct vw_platform, cloud.instance_type)},
	{"instance_id", true, offsetof(struct vw_platform, cloud.instance_id)},
};

/* Where devices are listed: what cannot be read there has not gone. */
static bool is_list_of_devices(const char *path)
{
	static const char *const lists[] = {"/sys/class/net", "/sys/class/block", "/sys/block",
					    "/sys/bus/pci", "/sys/bus/pci/devices"};

	for (size_t i = 0; i < VW_COUNT(lists); i++)
		if (vw_equal(path, lists[i]))
			return true;
	return false;
}

static const char **text_of(struct vw_platform *platform, size_t field)
{
	return (const char **)(void *)((char *)platform + field);
}

void vw_digest_free(struct vw_digest *digest)
{
	vw_arena_free(digest->arena);
	*digest = (struct vw_digest){0};
}

static int finish(struct vw_digest *digest, struct vw_digest *ret)
{
	if (vw_arena_failed(digest->arena))
		return -ENOMEM;
	*ret = *digest;
	*digest = (struct vw_digest){0};
	return 0;
}

static int make_room(struct vw_digest *digest, size_t devices, size_t findings)
{
	if (devices > VW_DIGEST_DEVICES)
		devices = VW_DIGEST_DEVICES;
	if (findings > VW_DIGEST_FINDINGS)
		findings = VW_DIGEST_FINDINGS;
	digest->device = vw_arena_array(digest->arena, devices, sizeof(*digest->device));
	digest->finding = vw_arena_array(digest->arena, findings, sizeof(*digest->finding));
	return digest->device && digest->finding ? 0 : -ENOMEM;
}

/* --- from a report ----------------------------------------------------------------------------------- */

static void copy_devices(const struct vw_report *report, struct vw_digest *digest)
{
	for (size_t i = 0; i < report->device_count && i < VW_DIGEST_DEVICES; i++) {
		const struct vw_device *from = &report->device[i];

		digest->device[digest->device_count++] = (struct vw_device){
			.kind = vw_arena_string(digest->arena, from->kind),
			.name = vw_arena_string(digest->arena, from->name),
			.ids = vw_arena_string(digest->arena, from->ids),
			.driver = vw_arena_string(digest->arena, from->driver),
			.driver_version = vw_arena_string(digest->arena, from->driver_version),
			.what = vw_arena_string(digest->arena, from->what),
			.class = from->class,
		};
	}
}

static void copy_findings(const struct vw_report *report, struct vw_digest *digest)
{
	for (size_t i = 0; i < report->finding_count && i < VW_DIGEST_FINDINGS; i++) {
		const struct vw_finding *from = &report->finding[i];

		digest->finding[digest->finding_count++] = (struct vw_digest_finding){
			.id = vw_arena_string(digest->arena, from->id),
			.subject = vw_arena_string(digest->arena, from->subject),
			.message = vw_arena_string(digest->arena, from->message),
			.status = from->status,
			.severity = from->severity,
		};
	}
}

int vw_digest_of(const struct vw_report *report, struct vw_digest *ret)
{
	_cleanup_(vw_digest_free) struct vw_digest digest = {
		.level = report->level, .can_host = report->nested.can_host, .devices_known = true};
	struct vw_platform platform = report->platform;
	int r = vw_arena_new(&digest.arena);

	if (r == 0)
		r = make_room(&digest, report->device_count, report->finding_count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < VW_COUNT(platform_texts); i++) {
		size_t field = platform_texts[i].field;

		*text_of(&digest.platform, field) = vw_arena_string(digest.arena, *text_of(&platform, field));
	}
	copy_devices(report, &digest);
	copy_findings(report, &digest);
	for (size_t i = 0; i < report->facts->unread_count; i++)
		if (is_list_of_devices(report->facts->unread[i].source))
			digest.devices_known = false;
	return finish(&digest, ret);
}

/* --- from a document --------------------------------------------------------------------------------- */

struct parser {
	const struct vw_jansson *j;
	struct vw_digest *digest;
};

/* A member's text, clean; NULL for null, for what is no text, and where there is no such member. */
static const char *text(const struct parser *parser, const json_t *object, const char *key)
{
	const char *value = parser->j->json_string_value(parser->j->json_object_get(object, key));
	char *copy = vw_arena_string(parser->digest->arena, value);

	if (copy)
		vw_clean(copy, strlen(copy));
	return copy;
}

/* The number of a word in one of the closed lists, 0 for none of them. From the last on: the first of some
 * has no word of its own, and is called "unknown", too. */
static int word(const struct parser *parser, const json_t *object, const char *key, int last,
		const char *(*word_of)(int))
{
	const char *value = parser->j->json_string_value(parser->j->json_object_get(object, key));

	for (int i = last; value && i > 0; i--)
		if (vw_equal(word_of(i), value))
			return i;
	return 0;
}

static const char *class_word(int class)
{
	return vw_class_word((enum vw_class) class);
}

static const char *status_word(int status)
{
	return vw_status_word((enum vw_status)status);
}

static const char *severity_word(int severity)
{
	return vw_severity_word((enum vw_severity)severity);
}

static size_t count(const struct parser *parser, const json_t *array)
{
	size_t size = 0;

	while (parser->j->json_array_get(array, size))
		size++;
	return size;
}

static int parse_devices(const struct parser *parser, const json_t *array)
{
	struct vw_digest *digest = parser->digest;
	const json_t *item;

	for (size_t i = 0; (item = parser->j->json_array_get(array, i)); i++) {
		struct vw_device device = {
			.kind = text(parser, item, "kind"),
			.name = text(parser, item, "name"),
			.ids = text(parser, item, "ids"),
			.driver = text(parser, item, "driver"),
			.driver_version = text(parser, item, "driver_version"),
			.what = text(parser, item, "what"),
			.class = (enum vw_class)word(parser, item, "class", VW_CLASS_H, class_word),
		};

		if (!device.kind)
			return -EBADMSG;
		if (digest->device_count == VW_DIGEST_DEVICES)
			return 0;
		digest->device[digest->device_count++] = device;
	}
	return 0;
}

static int parse_findings(const struct parser *parser, const json_t *array)
{
	struct vw_digest *digest = parser->digest;
	const json_t *item;

	for (size_t i = 0; (item = parser->j->json_array_get(array, i)); i++) {
		struct vw_digest_finding finding = {
			.id = text(parser, item, "id"),
			.subject = text(parser, item, "subject"),
			.message = text(parser, item, "message"),
			.status =
				(enum vw_status)word(parser, item, "status", VW_STATUS_UNKNOWN, status_word),
			.severity = (enum vw_severity)word(parser, item, "severity", VW_FATAL, severity_word),
		};

		if (!finding.id || !finding.status || !finding.severity)
			return -EBADMSG;
		if (digest->finding_count == VW_DIGEST_FINDINGS)
			return 0;
		digest->finding[digest->finding_count++] = finding;
	}
	return 0;
}

static void parse_platform(const struct parser *parser, const json_t *object)
{
	const json_t *cloud = parser->j->json_object_get(object, "cloud");

	for (size_t i = 0; i < VW_COUNT(platform_texts); i++) {
		const struct platform_text *row = &platform_texts[i];

		*text_of(&parser->digest->platform, row->field) =
			text(parser, row->cloud ? cloud : object, row->key);
	}
}

static void parse_unread(const struct parser *parser, const json_t *array)
{
	const json_t *item;

	parser->digest->devices_known = true;
	for (size_t i = 0; (item = parser->j->json_array_get(array, i)); i++)
		if (is_list_of_devices(text(parser, item, "source")))
			parser->digest->devices_known = false;
}

static enum vw_tristate tristate(const json_t *value)
{
	if (json_is_true(value))
		return VW_YES;
	return json_is_false(value) ? VW_NO : VW_UNKNOWN;
}

static int parse_report(const struct parser *parser, const json_t *document)
{
	static const char *const groups[] = {"network", "storage", "other"};
	const struct vw_jansson *j = parser->j;
	struct vw_digest *digest = parser->digest;
	const json_t *devices = j->json_object_get(document, "devices");
	const json_t *findings = j->json_object_get(document, "findings");
	json_int_t level = j->json_integer_value(j->json_object_get(document, "level"));
	size_t total = 0;
	int r;

	if (!vw_equal(j->json_string_value(j->json_object_get(document, "schema")), VW_REPORT_SCHEMA) ||
	    level < 0 || level > LEVEL_MAX)
		return -EBADMSG;
	digest->level = (int)level;
	digest->can_host = tristate(j->json_object_get(j->json_object_get(document, "nested"), "can_host"));
	parse_platform(parser, j->json_object_get(document, "platform"));
	parse_unread(parser, j->json_object_get(document, "unread"));
	if (!digest->platform.id || !digest->platform.hypervisor)
		return -EBADMSG;

	for (size_t i = 0; i < VW_COUNT(groups); i++)
		total += count(parser, j->json_object_get(devices, groups[i]));
	r = make_room(digest, total, count(parser, findings));
	for (size_t i = 0; i < VW_COUNT(groups) && r == 0; i++)
		r = parse_devices(parser, j->json_object_get(devices, groups[i]));
	return r < 0 ? r : parse_findings(parser, findings);
}

int vw_digest_parse(const char *json, size_t size, struct vw_digest *ret)
{
	_cleanup_(vw_digest_free) struct vw_digest digest = {0};
	struct parser parser = {.j = vw_jansson(), .digest = &digest};
	json_t *document;
	int r;

	if (!parser.j)
		return -EOPNOTSUPP;
	if (size > VW_DIGEST_LIMIT)
		return -E2BIG;
	r = vw_arena_new(&digest.arena);
	if (r < 0)
		return r;
	document = parser.j->json_loadb(json, size, JSON_REJECT_DUPLICATES, NULL);
	if (!document)
		return -EBADMSG;
	r = parse_report(&parser, document);
	/* json_decref() is an inline function that would link the library; this is the only reference. */
	parser.j->json_delete(document);
	return r < 0 ? r : finish(&digest, ret);
}
