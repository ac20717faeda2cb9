/* SPDX-License-Identifier: MIT */
#include "probes/read/meta.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "probes/read/json.h"

enum {
	DENIALS_MAX = 4096,
	ARCH_MAX = 32, /* bytes */
};

/* Reading. */

/* As uname(1) calls one. */
static bool is_arch(const char *text)
{
	size_t length = strspn(text, "0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	return length && length <= ARCH_MAX && !text[length];
}

/* What is not of its kind was not told. */
static const char *text_of(struct vw_source *source, const json_t *meta, const char *key,
			   bool (*belongs)(const char *text))
{
	const char *text = vwb_json()->json_string_value(vwb_json()->json_object_get(meta, key));

	return text && belongs(text) ? vwb_arena_string(source->arena, text) : NULL;
}

/* What could not be read when the snapshot was taken is neither there nor absent. */
static int take_denials(struct vw_source *source, json_t *denied)
{
	int r = 0;

	for (void *i = vwb_json()->json_object_iter(denied); i && r == 0;
	     i = vwb_json()->json_object_iter_next(denied, i)) {
		const char *path = vwb_json()->json_object_iter_key(i);
		const char *name = vwb_json()->json_string_value(vwb_json()->json_object_iter_value(i));
		int err = name ? vw_errno_of(name) : 0;

		if (!err || source->denials >= DENIALS_MAX)
			return -EBADMSG;
		r = vw_source_add_denial(source, path, -err, true);
	}
	return r;
}

int vw_meta_read(struct vw_source *source)
{
	_cleanup_(vwb_json_release) json_t *meta = NULL;
	int r = vw_json_read(source, "/meta.json", &meta);

	if (r == -ENOENT)
		return 0; /* dumps that other tools took have none */
	if (r < 0)
		return r;
	if (!vwb_text_equal(vwb_json()->json_string_value(vwb_json()->json_object_get(meta, "format")),
			    VW_SNAPSHOT_FORMAT))
		return -EBADMSG;
	source->arch = text_of(source, meta, "arch", is_arch);
	source->captured = text_of(source, meta, "captured", vwb_time_is);
	return take_denials(source, vwb_json()->json_object_get(meta, "denied"));
}

static bool take_ns(const json_t *number, uint64_t *ret)
{
	double value = vwb_json()->json_number_value(number);

	if (!json_is_number(number) || value < 0 || value > 1e15)
		return false;
	*ret = (uint64_t)value;
	return true;
}

int vw_meta_timing(struct vw_source *source, uint64_t *ret_min, uint64_t *ret_median)
{
	static const char path[] = "/timing.json";
	_cleanup_(vwb_json_release) json_t *timing = NULL;
	uint64_t min, median;
	int r = vw_json_read(source, path, &timing);

	if (r == -ENOENT)
		return -ENODATA;
	if (r == 0) {
		const json_t *exits = vwb_json()->json_object_get(timing, "cpuid_exit_ns");

		if (take_ns(vwb_json()->json_object_get(exits, "min"), &min) &&
		    take_ns(vwb_json()->json_object_get(exits, "median"), &median)) {
			*ret_min = min;
			*ret_median = median;
			return 0;
		}
		r = -EBADMSG;
	}
	if (r == -EBADMSG)
		vw_source_note(source, path, r);
	return r;
}

/* Writing. */

/* Leaves a key out that has no value. */
static int put(json_t *object, const char *key, const char *value)
{
	if (!value)
		return 0;
	return vwb_json()->json_object_set_new(object, key, vwb_json()->json_string(value)) < 0 ? -ENOMEM : 0;
}

static int put_denial(struct vw_source *source, json_t *denied, const char *what, int err)
{
	const char *shown, *name;

	if (!err)
		return 0;
	shown = vw_source_clean(source, what);
	name = vw_errno_name(source, err);
	if (!shown || !name)
		return -ENOMEM;
	return put(denied, shown, name);
}

static int put_denials(struct vw_source *source, json_t *meta)
{
	_cleanup_(vwb_json_release) json_t *denied = vwb_json()->json_object();
	int r = denied ? 0 : -ENOMEM;

	for (size_t i = 0; i < source->accesses && r == 0; i++)
		r = put_denial(source, denied, source->access[i]->path, source->access[i]->noted);
	for (size_t i = 0; i < VW_COUNT(source->leaves) && r == 0; i++)
		r = put_denial(source, denied, vw_cpuid_kinds[i].name, source->leaves[i].noted);
	if (r < 0 || vwb_json()->json_object_size(denied) == 0)
		return r;
	denied->refcount++; /* json_object_set_new() takes one */
	return vwb_json()->json_object_set_new(meta, "denied", denied) < 0 ? -ENOMEM : 0;
}

static const char *kernel_release(struct vw_source *source)
{
	const char *bytes;
	size_t size;

	if (vw_source_read(source, "/proc/sys/kernel/osrelease", VW_TEXT_LIMIT, &bytes, &size) < 0)
		return NULL;
	return vw_source_clean(source, bytes);
}

int vw_meta_write(struct vw_source *source, const char *captured, const char **ret_text)
{
	_cleanup_(vwb_json_release) json_t *meta = NULL;

	if (!vwb_json())
		return -EOPNOTSUPP;
	meta = vwb_json()->json_object();
	if (!meta || put(meta, "format", VW_SNAPSHOT_FORMAT) < 0 || put(meta, "arch", source->arch) < 0 ||
	    put(meta, "kernel", kernel_release(source)) < 0 || put(meta, "captured", captured) < 0 ||
	    put_denials(source, meta) < 0)
		return -ENOMEM;

	return vw_json_text(source, meta, ret_text);
}
