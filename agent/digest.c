/* SPDX-License-Identifier: MIT */
#include "agent/digest.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/buffer.h"

/*
 * A digest as text: the version with the number of devices and findings, then a line for the machine, for
 * each device and for each finding. A line is a word and its fields, with a tab before each. A text has "="
 * before it, so that an empty one is not taken for none; a number is written in digits, or as the word of its
 * closed list.
 */
#define VERSION "virtwhere.last/1"

struct counts {
	int devices, findings;
};

struct field {
	size_t offset;
	bool needed;                /* of a text: there is one */
	int first, last;            /* of a number; 0 and 0 for a text */
	const char *(*word)(int n); /* NULL: in digits */
};

struct record {
	const char *name;
	size_t count;
	const struct field *field;
};

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

#define TEXT(type, member)                              \
	{                                               \
		.offset = offsetof(struct type, member) \
	}
#define NEEDED(type, member)                                            \
	{                                                               \
		.offset = offsetof(struct type, member), .needed = true \
	}
#define NUMBER(type, member, from, to, of)                                                           \
	{                                                                                            \
		.offset = offsetof(struct type, member), .first = (from), .last = (to), .word = (of) \
	}
#define RECORD(word, fields) ((struct record){(word), VW_COUNT(fields), (fields)})

static const struct field count_fields[] = {
	NUMBER(counts, devices, 0, VW_DIGEST_DEVICES, NULL),
	NUMBER(counts, findings, 0, VW_DIGEST_FINDINGS, NULL),
};

static const struct field machine_fields[] = {
	NUMBER(vwd_digest, level, 0, INT_MAX, NULL),
	NUMBER(vwd_digest, can_host, VW_UNKNOWN, VW_YES, NULL),
	NUMBER(vwd_digest, devices_known, 0, 1, NULL),
	NEEDED(vwd_digest, platform.id),
	NEEDED(vwd_digest, platform.hypervisor),
	TEXT(vwd_digest, platform.vmm),
	TEXT(vwd_digest, platform.mode),
	TEXT(vwd_digest, platform.row),
	TEXT(vwd_digest, platform.container),
	TEXT(vwd_digest, platform.confidential),
	TEXT(vwd_digest, platform.cloud.provider),
	TEXT(vwd_digest, platform.cloud.instance_type),
	TEXT(vwd_digest, platform.cloud.instance_id),
};

static const struct field device_fields[] = {
	NEEDED(vw_device, kind),
	TEXT(vw_device, name),
	TEXT(vw_device, ids),
	TEXT(vw_device, driver),
	TEXT(vw_device, driver_version),
	TEXT(vw_device, what),
	NUMBER(vw_device, class, VW_CLASS_UNKNOWN, VW_CLASS_H, class_word),
};

static const struct field finding_fields[] = {
	NEEDED(vwd_digest_finding, id),
	TEXT(vwd_digest_finding, subject),
	TEXT(vwd_digest_finding, message),
	NUMBER(vwd_digest_finding, status, VW_PASS, VW_STATUS_UNKNOWN, status_word),
	NUMBER(vwd_digest_finding, severity, VW_ADVICE, VW_FATAL, severity_word),
};

#define COUNTS  RECORD(VERSION, count_fields)
#define MACHINE RECORD("machine", machine_fields)
#define DEVICE  RECORD("device", device_fields)
#define FINDING RECORD("finding", finding_fields)

static void put_text(struct vwb_buffer *out, const char *text)
{
	if (text)
		vwb_put(out, "=");
	for (; text && *text; text++)
		vwb_put_bytes(out, *text == '\t' || *text == '\n' ? "?" : text, 1);
}

static void put_record(struct vwb_buffer *out, struct record record, const void *from)
{
	vwb_put(out, record.name);
	for (size_t i = 0; i < record.count; i++) {
		const struct field *field = &record.field[i];
		const void *at = (const char *)from + field->offset;

		vwb_put(out, "\t");
		if (!field->last)
			put_text(out, *(const char *const *)at);
		else if (field->word)
			vwb_put(out, field->word(*(const int *)at));
		else
			vwb_putf(out, "%d", *(const int *)at);
	}
	vwb_put(out, "\n");
}

static bool take_number(const struct field *field, const char *text, int *ret)
{
	uint64_t number;

	if (!field->word) {
		if (vwb_number_parse(text, 10, (uint64_t)field->last, &number) < 0)
			return false;
		*ret = (int)number;
		return true;
	}
	for (*ret = field->last; *ret >= field->first; (*ret)--)
		if (vwb_text_equal(field->word(*ret), text))
			return true;
	return false;
}

static bool take_text(const struct field *field, char *text, const char **ret)
{
	if (*text != '=')
		return !*text && !field->needed;
	*ret = text + 1;
	vwb_text_clean(text + 1, strlen(text + 1));
	return true;
}

/* Takes a line off @rest; texts stay where they are. */
static bool take_record(char **rest, struct record record, void *to)
{
	char *line = strsep(rest, "\n"), *value = strsep(&line, "\t");

	if (!*rest || !vwb_text_equal(value, record.name))
		return false;
	for (size_t i = 0; i < record.count; i++) {
		const struct field *field = &record.field[i];
		void *at = (char *)to + field->offset;

		value = strsep(&line, "\t");
		if (!value || !(field->last ? take_number(field, value, at) : take_text(field, value, at)))
			return false;
	}
	return !line;
}

static int take_all(char *text, struct vwd_digest *digest)
{
	struct counts counts = {0};

	if (!take_record(&text, COUNTS, &counts) || !take_record(&text, MACHINE, digest))
		return -EBADMSG;
	digest->device_count = (size_t)counts.devices;
	digest->finding_count = (size_t)counts.findings;
	digest->device = vwb_arena_array(digest->arena, digest->device_count, sizeof(*digest->device));
	digest->finding = vwb_arena_array(digest->arena, digest->finding_count, sizeof(*digest->finding));
	if (!digest->device || !digest->finding)
		return -ENOMEM;
	for (size_t i = 0; i < digest->device_count; i++)
		if (!take_record(&text, DEVICE, &digest->device[i]))
			return -EBADMSG;
	for (size_t i = 0; i < digest->finding_count; i++)
		if (!take_record(&text, FINDING, &digest->finding[i]))
			return -EBADMSG;
	return *text ? -EBADMSG : 0;
}

int vwd_digest_parse(const char *text, size_t size, struct vwd_digest *ret)
{
	_cleanup_(vwd_digest_free) struct vwd_digest digest = {.size = size};
	char *copy;
	int r;

	if (size && memchr(text, '\0', size))
		return -EBADMSG;
	r = vwb_arena_new(&digest.arena);
	if (r < 0)
		return r;
	digest.text = vwb_arena_copy(digest.arena, text, size);
	copy = vwb_arena_copy(digest.arena, text, size);
	if (!digest.text || !copy)
		return -ENOMEM;
	r = take_all(copy, &digest);
	if (r < 0)
		return r;
	*ret = digest;
	digest = (struct vwd_digest){0};
	return 0;
}

/* Where devices are listed: what cannot be read there has not gone. */
static bool is_list_of_devices(const char *path)
{
	static const char *const lists[] = {"/sys/class/net", "/sys/class/block", "/sys/block",
					    "/sys/bus/pci", "/sys/bus/pci/devices"};

	for (size_t i = 0; i < VW_COUNT(lists); i++)
		if (vwb_text_equal(path, lists[i]))
			return true;
	return false;
}

static int at_most(size_t count, int most)
{
	return count < (size_t)most ? (int)count : most;
}

int vwd_digest_of(const struct vw_report *report, struct vwd_digest *ret)
{
	const struct counts counts = {at_most(report->device_count, VW_DIGEST_DEVICES),
				      at_most(report->finding_count, VW_DIGEST_FINDINGS)};
	struct vwd_digest machine = {.platform = report->platform,
				     .level = report->level,
				     .can_host = report->nested.can_host,
				     .devices_known = 1};
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};

	for (size_t i = 0; i < report->facts->unread_count; i++)
		if (is_list_of_devices(report->facts->unread[i].source))
			machine.devices_known = 0;
	put_record(&text, COUNTS, &counts);
	put_record(&text, MACHINE, &machine);
	for (int i = 0; i < counts.devices; i++)
		put_record(&text, DEVICE, &report->device[i]);
	for (int i = 0; i < counts.findings; i++) {
		const struct vw_finding *finding = &report->finding[i];

		put_record(&text, FINDING,
			   &(struct vwd_digest_finding){finding->id, finding->subject, finding->message,
							finding->status, finding->severity});
	}
	return text.error ? text.error : vwd_digest_parse(text.data, text.size, ret);
}

void vwd_digest_free(struct vwd_digest *digest)
{
	vwb_arena_free(digest->arena);
	*digest = (struct vwd_digest){0};
}
