/* SPDX-License-Identifier: MIT */
#include "probes/read/source_internal.h"

#include <errno.h>

enum vw_state vw_state_of(int error)
{
	switch (error) {
	case 0:
		return VW_VALUE;
	case -ENOENT:
	case -ENODATA:
		return VW_ABSENT;
	case -EACCES:
	case -EPERM:
		return VW_DENIED;
	case -EOPNOTSUPP:
		return VW_NOT_PROBED;
	default:
		return VW_MALFORMED;
	}
}

void vw_fact_set_text(struct vw_source *source, struct vw_text *fact, const char *bytes, size_t size,
		      const char *origin)
{
	char *text = vwb_arena_copy(source->arena, bytes, size);

	fact->source = vw_source_clean(source, origin);
	fact->state = text ? VW_VALUE : VW_MALFORMED;
	fact->text = text;
	if (text)
		vwb_text_clean(text, size);
}

void vw_fact_set_number(struct vw_number *fact, uint64_t value, const char *origin)
{
	*fact = (struct vw_number){.state = VW_VALUE, .value = value, .source = origin};
}

void vw_fact_read_text(struct vw_source *source, const char *path, struct vw_text *fact)
{
	const char *bytes;
	size_t size;
	int r = vw_source_read(source, path, VW_TEXT_LIMIT, &bytes, &size);

	if (r == 0)
		vw_fact_set_text(source, fact, bytes, size, path);
	else
		*fact = (struct vw_text){.state = vw_state_of(r), .source = vw_source_clean(source, path)};
}

void vw_fact_read_number(struct vw_source *source, const char *path, int base, struct vw_number *fact)
{
	const char *bytes;
	uint64_t value = 0;
	size_t size;
	int r = vw_source_read(source, path, VW_TEXT_LIMIT, &bytes, &size);

	if (r == 0)
		r = vwb_number_parse(bytes, base, UINT64_MAX, &value);
	*fact = (struct vw_number){
		.state = vw_state_of(r),
		.value = value,
		.source = vw_source_clean(source, path),
	};
}

void vw_fact_read_present(struct vw_source *source, const char *path, struct vw_number *fact)
{
	int r = vw_source_exists(source, path);

	*fact = (struct vw_number){
		.state = vw_state_of(r),
		.value = r == 0,
		.source = vw_source_clean(source, path),
	};
}

void vw_fact_read_list(struct vw_source *source, const char *path, struct vw_names *fact)
{
	const char *const *names = NULL, **clean;
	size_t count = 0;
	int r = vw_source_list(source, path, &count, &names);

	*fact = (struct vw_names){.state = vw_state_of(r), .source = vw_source_clean(source, path)};
	if (r < 0)
		return;
	clean = vwb_arena_array(source->arena, count, sizeof(*clean));
	if (!clean) {
		fact->state = VW_MALFORMED;
		return;
	}
	for (size_t i = 0; i < count; i++)
		clean[i] = vw_source_clean(source, names[i]);
	fact->count = count;
	fact->name = clean;
}
