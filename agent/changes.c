/* SPDX-License-Identifier: MIT */
#include "agent/changes.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

/* Whether a change of a kind says that the machine is another one, or does worse: a disk that was attached,
 * or a driver that was updated, does not. The row of the EC2 table follows from the others, or from our data.
 */
static const struct kind {
	const char *word;
	bool of_machine;
} kinds[VW_CHANGES] = {
	[VW_CHANGE_PLATFORM] = {"platform", true},
	[VW_CHANGE_INSTANCE_TYPE] = {"instance-type", true},
	[VW_CHANGE_CLOUD] = {"cloud", true},
	[VW_CHANGE_INSTANCE] = {"instance", true},
	[VW_CHANGE_VMM] = {"vmm", true},
	[VW_CHANGE_ROW] = {"row", false},
	[VW_CHANGE_CONTAINER] = {"container", true},
	[VW_CHANGE_CONFIDENTIAL] = {"confidential", true},
	[VW_CHANGE_LEVEL] = {"level", true},
	[VW_CHANGE_NESTED] = {"nested", true},
	[VW_CHANGE_DRIVER_FALLBACK] = {"driver-fallback", true},
	[VW_CHANGE_DRIVER] = {"driver", false},
	[VW_CHANGE_DRIVER_VERSION] = {"driver-version", false},
	[VW_CHANGE_DEVICE_NEW] = {"device-new", false},
	[VW_CHANGE_DEVICE_GONE] = {"device-gone", false},
	[VW_CHANGE_FINDING_FAILS] = {"finding-fails", false},
	[VW_CHANGE_FINDING_PASSES] = {"finding-passes", false},
};

/* What is being compared, and what was found so far. */
struct comparison {
	const struct vwd_digest *before, *after;
	struct vwd_changes changes;
	size_t room;
};

/* Texts of the machine as a whole, but for its platform, which has a sentence of its own. */
static const struct machine_text {
	enum vwd_change_kind kind;
	const char *label;
	int priority;
	size_t field;
} machine_texts[] = {
	{VW_CHANGE_CLOUD, "the cloud", LOG_NOTICE, offsetof(struct vw_platform, cloud.provider)},
	{VW_CHANGE_INSTANCE, "the instance", LOG_INFO, offsetof(struct vw_platform, cloud.instance_id)},
	{VW_CHANGE_VMM, "the VMM", LOG_NOTICE, offsetof(struct vw_platform, vmm)},
	{VW_CHANGE_ROW, "the row of the EC2 table", LOG_INFO, offsetof(struct vw_platform, row)},
	{VW_CHANGE_CONTAINER, "the container", LOG_NOTICE, offsetof(struct vw_platform, container)},
	{VW_CHANGE_CONFIDENTIAL, "confidential computing", LOG_WARNING,
	 offsetof(struct vw_platform, confidential)},
};

enum { MACHINE_CHANGES = 16 };

static const char *or_none(const char *text)
{
	return text ? text : "none";
}

static void add(struct comparison *c, enum vwd_change_kind kind, int priority, const char *device,
		const char *sentence)
{
	struct vwd_changes *changes = &c->changes;

	if (changes->count < c->room)
		changes->change[changes->count++] = (struct vwd_change){
			.kind = kind,
			.priority = priority,
			.device = vwb_arena_string(changes->arena, device),
			.sentence = sentence,
		};
}

#define ADD(c, kind, priority, device, ...) \
	add(c, kind, priority, device, vwb_arena_printf((c)->changes.arena, __VA_ARGS__))

/* "nitro on m5.large" */
static const char *machine(struct comparison *c, const struct vw_platform *platform)
{
	if (!platform->cloud.instance_type)
		return platform->id;
	return vwb_arena_printf(c->changes.arena, "%s on %s", platform->id, platform->cloud.instance_type);
}

static void compare_platform(struct comparison *c)
{
	const struct vw_platform *before = &c->before->platform, *after = &c->after->platform;
	bool other = !vwb_text_equal(before->id, after->id);

	if (!other && vwb_text_equal(before->cloud.instance_type, after->cloud.instance_type))
		return;
	ADD(c, other ? VW_CHANGE_PLATFORM : VW_CHANGE_INSTANCE_TYPE, LOG_NOTICE, NULL, "%s became %s",
	    machine(c, before), machine(c, after));
}

static void compare_texts(struct comparison *c)
{
	for (size_t i = 0; i < VW_COUNT(machine_texts); i++) {
		const struct machine_text *row = &machine_texts[i];
		const char *before, *after;

		memcpy(&before, (const char *)&c->before->platform + row->field, sizeof(before));
		memcpy(&after, (const char *)&c->after->platform + row->field, sizeof(after));
		if (!vwb_text_equal(before, after))
			ADD(c, row->kind, row->priority, NULL, "%s changed from %s to %s", row->label,
			    or_none(before), or_none(after));
	}
}

static void compare_level(struct comparison *c)
{
	int before = c->before->level, after = c->after->level;

	if (before != after)
		ADD(c, VW_CHANGE_LEVEL, LOG_NOTICE, NULL, "the level changed from %d to %d", before, after);
}

static void compare_nested(struct comparison *c)
{
	static const char *const sentences[] = {
		[VW_UNKNOWN] = "whether this system can host guests is not known any more",
		[VW_NO] = "this system can no longer host guests",
		[VW_YES] = "this system can host guests now",
	};

	if (c->before->can_host != c->after->can_host)
		ADD(c, VW_CHANGE_NESTED, c->after->can_host == VW_YES ? LOG_NOTICE : LOG_WARNING, NULL, "%s",
		    sentences[c->after->can_host]);
}

static bool is_same_device(const struct vw_device *a, const struct vw_device *b)
{
	if (!vwb_text_equal(a->kind, b->kind) || !vwb_text_equal(a->name, b->name))
		return false;
	return a->name || (vwb_text_equal(a->ids, b->ids) && vwb_text_equal(a->what, b->what));
}

static const char *label(const struct vw_device *device)
{
	if (device->name)
		return device->name;
	if (device->what)
		return device->what;
	return device->ids ? device->ids : device->kind;
}

static void compare_drivers(struct comparison *c, const struct vw_device *before,
			    const struct vw_device *after)
{
	bool worse = before->class > after->class && after->class > VW_CLASS_NONE;
	const char *name = label(after);

	if (vwb_text_equal(before->driver, after->driver)) {
		if (!vwb_text_equal(before->driver_version, after->driver_version))
			ADD(c, VW_CHANGE_DRIVER_VERSION, LOG_INFO, name,
			    "%s's driver %s changed from version %s to %s", name, or_none(after->driver),
			    or_none(before->driver_version), or_none(after->driver_version));
	} else if (!after->driver) {
		ADD(c, VW_CHANGE_DRIVER, LOG_WARNING, name, "%s lost its driver %s", name, before->driver);
	} else if (!before->driver) {
		ADD(c, VW_CHANGE_DRIVER, LOG_NOTICE, name, "%s got the driver %s", name, after->driver);
	} else {
		ADD(c, worse ? VW_CHANGE_DRIVER_FALLBACK : VW_CHANGE_DRIVER, worse ? LOG_WARNING : LOG_NOTICE,
		    name, worse ? "%s fell back from %s to %s" : "%s changed from %s to %s", name,
		    before->driver, after->driver);
	}
}

static void tell_device(struct comparison *c, const struct vw_device *device, bool new)
{
	const char *name = label(device);

	ADD(c, new ? VW_CHANGE_DEVICE_NEW : VW_CHANGE_DEVICE_GONE, LOG_NOTICE, name, "%s (%s) is %s", name,
	    device->driver ? device->driver : "without a driver", new ? "new" : "gone");
}

/* Each device of one side pairs with the first like it that is left on the other. */
static int compare_devices(struct comparison *c)
{
	const struct vwd_digest *before = c->before, *after = c->after;
	bool *paired = vwb_arena_array(c->changes.arena, after->device_count, sizeof(*paired));

	if (!paired)
		return -ENOMEM;
	for (size_t i = 0; i < before->device_count; i++) {
		size_t k = 0;

		while (k < after->device_count &&
		       (paired[k] || !is_same_device(&before->device[i], &after->device[k])))
			k++;
		if (k == after->device_count) {
			tell_device(c, &before->device[i], false);
			continue;
		}
		paired[k] = true;
		compare_drivers(c, &before->device[i], &after->device[k]);
	}
	for (size_t k = 0; k < after->device_count; k++)
		if (!paired[k])
			tell_device(c, &after->device[k], true);
	return 0;
}

static bool is_wrong(const struct vwd_digest_finding *finding)
{
	return finding && (finding->status == VW_FAIL || finding->status == VW_WARN);
}

/* The first like it that is left, or NULL: there are twins, for devices without names. */
static const struct vwd_digest_finding *pair_finding(const struct vwd_digest *digest, bool *paired,
						     const struct vwd_digest_finding *like)
{
	for (size_t i = 0; i < digest->finding_count; i++) {
		if (paired[i] || !vwb_text_equal(digest->finding[i].id, like->id) ||
		    !vwb_text_equal(digest->finding[i].subject, like->subject))
			continue;
		paired[i] = true;
		return &digest->finding[i];
	}
	return NULL;
}

static int priority_of(const struct vwd_digest_finding *finding)
{
	static const int priorities[] = {
		[VW_ADVICE] = LOG_NOTICE, [VW_DEGRADED] = LOG_WARNING, [VW_FATAL] = LOG_ERR};

	return finding->status == VW_FAIL ? priorities[finding->severity] : LOG_NOTICE;
}

/* What cannot be told any more has neither passed nor failed: nothing is said of it. */
static int compare_findings(struct comparison *c)
{
	bool *paired = vwb_arena_array(c->changes.arena, c->before->finding_count, sizeof(*paired));

	if (!paired)
		return -ENOMEM;
	for (size_t i = 0; i < c->after->finding_count; i++) {
		const struct vwd_digest_finding *after = &c->after->finding[i];
		const struct vwd_digest_finding *before = pair_finding(c->before, paired, after);

		if (is_wrong(after) && !is_wrong(before))
			ADD(c, VW_CHANGE_FINDING_FAILS, priority_of(after), NULL, "%s fails for %s: %s",
			    after->id, or_none(after->subject), or_none(after->message));
		else if (after->status == VW_PASS && is_wrong(before))
			ADD(c, VW_CHANGE_FINDING_PASSES, LOG_INFO, NULL, "%s passes for %s now", after->id,
			    or_none(after->subject));
	}
	return 0;
}

int vwd_changes_between(const struct vwd_digest *before, const struct vwd_digest *after,
			struct vwd_changes *ret)
{
	struct comparison c = {
		.before = before,
		.after = after,
		.room = MACHINE_CHANGES + before->device_count + after->device_count + after->finding_count,
	};
	int r = vwb_arena_new(&c.changes.arena);

	if (r < 0)
		return r;
	c.changes.change = vwb_arena_array(c.changes.arena, c.room, sizeof(*c.changes.change));
	if (c.changes.change) {
		compare_platform(&c);
		compare_texts(&c);
		compare_level(&c);
		compare_nested(&c);
		if (before->devices_known && after->devices_known)
			r = compare_devices(&c);
		if (r == 0)
			r = compare_findings(&c);
	}
	if (r < 0 || vwb_arena_failed(c.changes.arena)) {
		vwd_changes_free(&c.changes);
		return -ENOMEM;
	}
	*ret = c.changes;
	return 0;
}

void vwd_changes_free(struct vwd_changes *changes)
{
	vwb_arena_free(changes->arena);
	*changes = (struct vwd_changes){0};
}

const char *vwd_change_word(enum vwd_change_kind kind)
{
	return kinds[kind].word;
}

bool vwd_changes_are_of_machine(const struct vwd_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		if (kinds[changes->change[i].kind].of_machine)
			return true;
	return false;
}

int vwd_changes_priority(const struct vwd_changes *changes)
{
	int priority = LOG_DEBUG;

	for (size_t i = 0; i < changes->count; i++)
		if (changes->change[i].priority < priority)
			priority = changes->change[i].priority;
	return priority;
}
