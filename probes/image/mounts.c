/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

enum { MOUNTS_LIMIT = 4096 };

static struct vw_mount *new_mount(struct vw_image *image, struct vw_growing *mounts, const char *path)
{
	struct vw_mount *mount = vw_grow(image, mounts, sizeof(*mount), MOUNTS_LIMIT);

	if (!mount) {
		vw_image_unread(image, path, -E2BIG);
		return NULL;
	}
	mount->what = mount->where = mount->type = mount->options = "";
	return mount;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Source: fstab(5), getmntent(3): a space is written \040 */
static const char *unescape(struct vw_image *image, struct vw_span word)
{
	char *text = vwb_arena_copy(vw_image_arena(image), word.at, word.size);
	size_t size = 0;

	if (!text)
		return "";
	for (size_t i = 0; i < word.size; i++) {
		const char *at = word.at + i;

		if (at[0] == '\\' && i + 3 < word.size && at[1] <= '3' && is_octal(at[1]) &&
		    is_octal(at[2]) && is_octal(at[3])) {
			text[size++] = (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
			i += 3;
		} else {
			text[size++] = at[0];
		}
	}
	vwb_text_clean(text, size);
	return text;
}

/* One line of white-space separated fields; @field: where each goes in a struct vw_mount. */
static int read_fields(struct vw_image *image, struct vw_growing *mounts, const char *path,
		       struct vw_line_reader lines, const char *kind, const size_t *field, size_t fields)
{
	while (vw_image_next_line(&lines)) {
		struct vw_span rest = {lines.line, lines.length}, word;
		struct vw_mount *mount = NULL;

		for (size_t i = 0; i < fields && vw_word_next(&rest, &word); i++) {
			if (!mount)
				mount = new_mount(image, mounts, path);
			if (!mount)
				return vw_image_memory(image);
			if (field[i] != SIZE_MAX)
				*(const char **)(void *)((char *)mount + field[i]) = unescape(image, word);
		}
		if (mount) {
			mount->kind = kind;
			mount->source = vw_image_place(image, path, lines.number);
		}
	}
	return vw_image_memory(image);
}

static int read_table(struct vw_image *image, struct vw_growing *mounts, const char *path, const char *kind,
		      const size_t *field, size_t fields, enum vw_state *ret_state)
{
	struct vw_line_reader lines = {.image = image};
	int r = vw_image_read(image, path, VW_IMAGE_TEXT_LIMIT, &lines.rest, &lines.size);

	if (ret_state)
		*ret_state = vw_image_state(r);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return read_fields(image, mounts, path, lines, kind, field, fields);
}

static int visit_unit(void *context, struct vw_image *image, const char *path, const char *text, size_t size)
{
	static const struct {
		const char *key;
		size_t offset;
	} keys[] = {
		{"What", offsetof(struct vw_mount, what)},
		{"Where", offsetof(struct vw_mount, where)},
		{"Type", offsetof(struct vw_mount, type)},
		{"Options", offsetof(struct vw_mount, options)},
	};
	struct vw_ini ini = {.lines = {.image = image, .rest = text, .size = size}};
	struct vw_mount *mount = NULL;

	while (vw_setting_next(&ini)) {
		if (!vw_span_is(ini.section, "Mount"))
			continue;
		for (size_t i = 0; i < VW_COUNT(keys); i++) {
			if (!vw_span_is(ini.key, keys[i].key))
				continue;
			if (!mount)
				mount = new_mount(image, context, path);
			if (!mount)
				return vw_image_memory(image);
			if (!mount->source || keys[i].offset == offsetof(struct vw_mount, what))
				mount->source = vw_image_place(image, path, ini.lines.number);
			mount->kind = "mount unit";
			*(const char **)(void *)((char *)mount + keys[i].offset) =
				vw_span_copy(image, ini.value);
		}
	}
	return vw_image_memory(image);
}

/* Source: initramfs-tools(7), RESUME */
static int visit_resume(void *context, struct vw_image *image, const char *path, const char *text,
			size_t size)
{
	struct vw_assignment assignment = {.rest = {text, size}};

	while (vw_assignment_next(&assignment)) {
		struct vw_mount *mount;

		if (!vw_span_is(assignment.key, "RESUME"))
			continue;
		mount = new_mount(image, context, path);
		if (!mount)
			break;
		mount->kind = "resume";
		mount->what = vw_assigned(image, &assignment);
		mount->source = vw_image_place(image, path, assignment.line);
	}
	return vw_image_memory(image);
}

int vw_image_probe_mounts(struct vw_image *image, struct vw_image_facts *facts)
{
	static const size_t fstab[] = {offsetof(struct vw_mount, what), offsetof(struct vw_mount, where),
				       offsetof(struct vw_mount, type), offsetof(struct vw_mount, options)};
	/* crypttab(5): name, device, key file, options */
	static const size_t crypttab[] = {offsetof(struct vw_mount, where), offsetof(struct vw_mount, what),
					  SIZE_MAX, offsetof(struct vw_mount, options)};
	static const char *const resume[] = {"/etc/initramfs-tools/conf.d", NULL};
	struct vw_file_set units = {.folder = vw_unit_folders, .suffix = ".mount"};
	struct vw_file_set resumes = {.folder = resume};
	struct vw_growing mounts = {0};
	int r;

	r = read_table(image, &mounts, "/etc/fstab", "fstab", fstab, VW_COUNT(fstab), &facts->mounts.state);
	if (r == 0)
		r = read_table(image, &mounts, "/etc/crypttab", "crypttab", crypttab, VW_COUNT(crypttab),
			       NULL);
	if (r == 0)
		r = vw_files_each(image, &units, visit_unit, &mounts);
	if (r == 0)
		r = vw_files_each(image, &resumes, visit_resume, &mounts);
	if (r < 0)
		return r;
	facts->mounts.count = mounts.count;
	facts->mounts.mount = mounts.item;
	return 0;
}
