/* SPDX-License-Identifier: MIT */
#include "probes/meta.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "export/library.h"

enum {
	DENIALS_MAX = 4096,
	ARCH_MAX = 32, /* bytes, as of the next */
	TIME_MAX = 64,
};

/* --- jansson ----------------------------------------------------------------------------------------- */

#define FUNCTIONS(X)              \
	X(json_loadb)             \
	X(json_delete)            \
	X(json_object)            \
	X(json_object_get)        \
	X(json_object_set_new)    \
	X(json_object_size)       \
	X(json_object_iter)       \
	X(json_object_iter_next)  \
	X(json_object_iter_key)   \
	X(json_object_iter_value) \
	X(json_string)            \
	X(json_string_value)      \
	X(json_number_value)      \
	X(json_dumps)

#define DECLARE(function) VW_LIBRARY_FUNCTION(function);
#define SYMBOL(function)  {#function, &library.function},

static struct {
	FUNCTIONS(DECLARE)
} library;

static int load(void)
{
	static const struct vw_symbol symbols[] = {FUNCTIONS(SYMBOL)};

	return vw_library_open("libjansson.so.4", symbols, VW_COUNT(symbols));
}

static void release(json_t **json)
{
	/* json_decref() would call the library by name */
	if (*json && --(*json)->refcount == 0)
		library.json_delete(*json);
	*json = NULL;
}

/* --- reading ----------------------------------------------------------------------------------------- */

/* @ret_json: an object */
static int load_json(struct vw_source *source, const char *path, json_t **ret_json)
{
	const char *bytes;
	json_t *json;
	size_t size;
	int r = vw_source_read(source, path, VW_TABLE_LIMIT, &bytes, &size);

	if (r < 0)
		return r;
	r = load();
	if (r < 0)
		return r;
	json = library.json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
	if (json && !json_is_object(json))
		release(&json);
	if (!json)
		return -EBADMSG;
	*ret_json = json;
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As uname(1) calls one. */
static bool is_arch(const char *text)
{
	size_t length = strspn(text, "0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	return length && length <= ARCH_MAX && !text[length];
}

/* Does @text begin like @form, where '0' stands for any digit? Returns how much of it, or 0. */
static size_t take_form(const char *text, const char *form)
{
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == '0' ? !is_digit(text[i]) : text[i] != form[i])
			return 0;
	return i;
}

/* A time of RFC 3339, section 5.6. */
static bool is_time(const char *text)
{
	size_t at = take_form(text, "0000-00-00T00:00:00");

	if (!at || strlen(text) > TIME_MAX)
		return false;
	if (take_form(text + at, ".0"))
		at += 1 + strspn(text + at + 1, "0123456789");
	if (vw_equal(text + at, "Z"))
		return true;
	return strlen(text + at) == strlen("+00:00") &&
	       (take_form(text + at, "+00:00") || take_form(text + at, "-00:00"));
}

/* What is not of its kind was not told. */
static const char *text_of(struct vw_source *source, const json_t *meta, const char *key,
			   bool (*belongs)(const char *text))
{
	const char *text = library.json_string_value(library.json_object_get(meta, key));

	return text && belongs(text) ? vw_arena_string(source->arena, text) : NULL;
}

/* What could not be read when the snapshot was taken is neither there nor absent. */
static int take_denials(struct vw_source *source, json_t *denied)
{
	int r = 0;

	for (void *i = library.json_object_iter(denied); i && r == 0;
	     i = library.json_object_iter_next(denied, i)) {
		const char *path = library.json_object_iter_key(i);
		const char *name = library.json_string_value(library.json_object_iter_value(i));
		int err = name ? vw_errno_of(name) : 0;

		if (!err || source->denials >= DENIALS_MAX)
			return -EBADMSG;
		r = vw_source_add_denial(source, path, -err, true);
	}
	return r;
}

int vw_meta_read(struct vw_source *source)
{
	_cleanup_(release) json_t *meta = NULL;
	int r = load_json(source, "/meta.json", &meta);

	if (r == -ENOENT)
		return 0; /* dumps that other tools took have none */
	if (r < 0)
		return r;
	if (!vw_equal(library.json_string_value(library.json_object_get(meta, "format")), VW_SNAPSHOT_FORMAT))
		return -EBADMSG;
	source->arch = text_of(source, meta, "arch", is_arch);
	source->captured = text_of(source, meta, "captured", is_time);
	return take_denials(source, library.json_object_get(meta, "denied"));
}

static bool take_ns(const json_t *number, uint64_t *ret)
{
	double value = library.json_number_value(number);

	if (!json_is_number(number) || value < 0 || value > 1e15)
		return false;
	*ret = (uint64_t)value;
	return true;
}

int vw_meta_timing(struct vw_source *source, uint64_t *ret_min, uint64_t *ret_median)
{
	static const char path[] = "/timing.json";
	_cleanup_(release) json_t *timing = NULL;
	uint64_t min, median;
	int r = load_json(source, path, &timing);

	if (r == -ENOENT)
		return -ENODATA;
	if (r == 0) {
		const json_t *exits = library.json_object_get(timing, "cpuid_exit_ns");

		if (take_ns(library.json_object_get(exits, "min"), &min) &&
		    take_ns(library.json_object_get(exits, "median"), &median)) {
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

/* --- writing ----------------------------------------------------------------------------------------- */

/* Leaves a key out that has no value. */
static int put(json_t *object, const char *key, const char *value)
{
	if (!value)
		return 0;
	return library.json_object_set_new(object, key, library.json_string(value)) < 0 ? -ENOMEM : 0;
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
	_cleanup_(release) json_t *denied = library.json_object();
	int r = denied ? 0 : -ENOMEM;

	for (size_t i = 0; i < source->accesses && r == 0; i++)
		r = put_denial(source, denied, source->access[i]->path, source->access[i]->noted);
	for (size_t i = 0; i < VW_COUNT(source->leaves) && r == 0; i++)
		r = put_denial(source, denied, vw_cpuid_kind_name((enum vw_cpuid_kind)i),
			       source->leaves[i].noted);
	if (r < 0 || library.json_object_size(denied) == 0)
		return r;
	denied->refcount++; /* json_object_set_new() takes one */
	return library.json_object_set_new(meta, "denied", denied) < 0 ? -ENOMEM : 0;
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
	_cleanup_(release) json_t *meta = NULL;
	char *text;
	int r = load();

	if (r < 0)
		return r;
	meta = library.json_object();
	if (!meta || put(meta, "format", VW_SNAPSHOT_FORMAT) < 0 || put(meta, "arch", source->arch) < 0 ||
	    put(meta, "kernel", kernel_release(source)) < 0 || put(meta, "captured", captured) < 0 ||
	    put_denials(source, meta) < 0)
		return -ENOMEM;

	text = library.json_dumps(meta, JSON_INDENT(2));
	if (text)
		*ret_text = vw_arena_printf(source->arena, "%s\n", text);
	free(text);
	return text && *ret_text ? 0 : -ENOMEM;
}
