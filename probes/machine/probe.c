/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 1024 };

void vw_note(struct vw_run *run, const char *source, const char *error)
{
	if (run->notes < VW_NOTES)
		run->note[run->notes++] =
			(struct vw_unread){.source = vw_clean_name(run, source), .error = error};
}

const char *vw_path(struct vw_run *run, const char *format, ...)
{
	va_list arguments;
	char text[PATH_SIZE];
	const char *path = NULL;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (size >= 0 && (size_t)size < sizeof(text))
		path = vwb_arena_copy(run->arena, text, (size_t)size);
	return path ? path : "";
}

const char *vw_clean_copy(struct vw_run *run, const void *bytes, size_t size)
{
	char *copy = vwb_arena_copy(run->arena, bytes, size);

	return copy && vwb_text_clean(copy, size) ? copy : NULL;
}

const char *vw_clean_name(struct vw_run *run, const char *name)
{
	const char *copy = vw_clean_copy(run, name, strlen(name));

	return copy ? copy : "?";
}

const char *vw_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *vw_bound_driver(struct vw_run *run, const char *device)
{
	const char *target;

	if (vw_source_link(run->source, vw_path(run, "%s/driver", device), &target) < 0)
		return NULL;
	return vw_clean_name(run, vw_last_part(target));
}

int vw_names_list_some(struct vw_run *run, const char *path, size_t limit, size_t *ret_count,
		       const char *const **ret_name)
{
	size_t count;
	int r = vw_source_list(run->source, path, &count, ret_name);

	if (r < 0)
		return r;
	if (count > limit) {
		vw_note(run, path, "EFBIG");
		count = limit;
	}
	*ret_count = count;
	return 0;
}

void vw_text_is(struct vw_text *fact, enum vw_state state, const char *origin)
{
	*fact = (struct vw_text){.state = state, .source = origin};
}

void vw_number_is(struct vw_number *fact, enum vw_state state, const char *origin)
{
	*fact = (struct vw_number){.state = state, .source = origin};
}

void vw_names_are(struct vw_names *fact, enum vw_state state, const char *origin)
{
	*fact = (struct vw_names){.state = state, .source = origin};
}

bool vw_name_list_init(struct vw_run *run, struct vw_name_list *list, size_t room)
{
	const char **name = vwb_arena_array(run->arena, room, sizeof(*name));

	*list = (struct vw_name_list){.name = name, .room = name ? room : 0};
	return name;
}

void vw_name_list_add(struct vw_name_list *list, const char *name)
{
	if (name && list->count < list->room)
		list->name[list->count++] = name;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void vw_name_list_sort(struct vw_name_list *list)
{
	size_t kept = 0;

	if (!list->count)
		return;
	qsort(list->name, list->count, sizeof(*list->name), compare_names);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || !vwb_text_equal(list->name[kept - 1], list->name[i]))
			list->name[kept++] = list->name[i];
	list->count = kept;
}

void vw_fact_set_names(struct vw_names *fact, const struct vw_name_list *list, const char *origin)
{
	*fact = (struct vw_names){
		.state = VW_VALUE, .count = list->count, .name = list->name, .source = origin};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **text, size_t *size)
{
	while (*size && is_blank(**text)) {
		(*text)++;
		(*size)--;
	}
	while (*size && is_blank((*text)[*size - 1]))
		(*size)--;
}

bool vw_line_next(const char **text, size_t *size, char separator, struct vw_text_line *ret)
{
	const char *start = *text, *end, *mark;
	size_t length;

	if (!*size)
		return false;
	end = memchr(start, '\n', *size);
	length = end ? (size_t)(end - start) : *size;
	*text += end ? length + 1 : length;
	*size -= end ? length + 1 : length;

	mark = memchr(start, separator, length);
	*ret = (struct vw_text_line){.key = start, .key_size = mark ? (size_t)(mark - start) : length};
	if (mark) {
		ret->value = mark + 1;
		ret->value_size = length - ret->key_size - 1;
		trim(&ret->value, &ret->value_size);
	}
	trim(&ret->key, &ret->key_size);
	return true;
}

bool vw_line_is(const struct vw_text_line *line, const char *key)
{
	return line->value && strlen(key) == line->key_size && !memcmp(line->key, key, line->key_size);
}

bool vw_arch_is_x86(const char *arch)
{
	return vwb_text_equal(arch, "x86_64") || (vwb_text_starts(arch, "i") && vwb_text_ends(arch, "86"));
}

uint16_t vw_le16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t vw_le32(const uint8_t *bytes)
{
	return vw_le16(bytes) | (uint32_t)vw_le16(bytes + 2) << 16;
}
