/* SPDX-License-Identifier: MIT */
#include "probes/read/source_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probes/read/tree.h"

const struct vw_cpuid_kind_words vw_cpuid_kinds[] = {
	[VW_CPUID_NATIVE] = {"cpuid", "/cpuid.txt"},
	[VW_CPUID_XEN_PREFIX] = {"cpuid xen", "/cpuid-xenpv.txt"},
};

enum {
	SLOTS = 512, /* of the first hash table */
	ERRNO_MAX = 255,
};

/* Life. */

int vw_source_new(int root_fd, struct vw_source **ret_source)
{
	struct vw_source *source = calloc(1, sizeof(*source));

	if (!source) {
		close(root_fd);
		return -ENOMEM;
	}
	source->root.fd = root_fd;
	source->slots = SLOTS;
	source->slot = calloc(SLOTS, sizeof(struct vw_access *));
	if (!source->slot || vwb_arena_new(&source->arena) < 0) {
		vw_source_free(source);
		return -ENOMEM;
	}
	*ret_source = source;
	return 0;
}

int vw_source_live(struct vw_source **ret_source)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	struct utsname name;
	int fd, r;

	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = vw_source_new(fd, &source);
	if (r < 0)
		return r;
	if (uname(&name) < 0)
		return -errno;
	source->arch = vwb_arena_string(source->arena, name.machine);
	if (!source->arch)
		return -ENOMEM;

	*ret_source = source;
	source = NULL;
	return 0;
}

void vw_source_finish(struct vw_source *source)
{
	if (source->unpacked)
		vw_tree_remove(AT_FDCWD, source->unpacked);
	free(source->unpacked);
	source->unpacked = NULL;
	vw_hold_end(&source->hold);
}

void vw_source_free(struct vw_source *source)
{
	if (!source)
		return;

	vw_closep(&source->root.fd);
	vw_source_finish(source);
	vwb_arena_free(source->arena);
	free(source->slot);
	free(source->buffer);
	free(source);
}

void vw_source_freep(struct vw_source **source)
{
	vw_source_free(*source);
	*source = NULL;
}

struct vwb_arena *vw_source_arena(struct vw_source *source)
{
	return source->arena;
}

bool vw_source_is_snapshot(const struct vw_source *source)
{
	return source->snapshot;
}

const char *vw_source_path(const struct vw_source *source)
{
	return source->path;
}

const char *vw_source_arch(const struct vw_source *source)
{
	return source->arch;
}

const char *vw_source_captured(const struct vw_source *source)
{
	return source->captured;
}

int vw_source_grow(struct vw_source *source, void *array, size_t count, size_t *space, size_t size)
{
	size_t bigger = *space ? *space * 2 : 64;
	void *old, *grown;

	if (count < *space)
		return 0;
	grown = vwb_arena_array(source->arena, bigger, size);
	if (!grown)
		return -ENOMEM;
	memcpy(&old, array, sizeof(old));
	if (count)
		memcpy(grown, old, count * size);
	memcpy(array, &grown, sizeof(grown));
	*space = bigger;
	return 0;
}

/* What could not be read. */

const char *vw_source_clean(struct vw_source *source, const char *text)
{
	size_t length = strlen(text);
	char *copy = vwb_arena_copy(source->arena, text, length);

	if (copy)
		vwb_text_clean(copy, length);
	return copy;
}

int vw_errno_of(const char *name)
{
	for (int err = 1; err <= ERRNO_MAX; err++)
		if (vwb_text_equal(strerrorname_np(err), name))
			return err;
	return 0;
}

const char *vw_errno_name(struct vw_source *source, int err)
{
	const char *name = strerrorname_np(abs(err));

	return name ? name : vwb_arena_printf(source->arena, "E%d", abs(err));
}

void vw_source_note(struct vw_source *source, const char *shown, int err)
{
	const char *name = vw_errno_name(source, err);

	if (!name || vw_source_grow(source, &source->unread, source->unreads, &source->unread_space,
				    sizeof(*source->unread)) < 0)
		return; /* the arena remembers that it failed */
	source->unread[source->unreads++] = (struct vw_unread){.source = shown, .error = name};
}

const struct vw_unread *vw_source_unread(const struct vw_source *source, size_t *ret_count)
{
	*ret_count = source->unreads;
	return source->unread;
}

/* Denied. */

int vw_source_add_denial(struct vw_source *source, const char *path, int err, bool recorded)
{
	const char *copy = vwb_arena_string(source->arena, path);
	int r;

	if (!copy)
		return -ENOMEM;
	r = vw_source_grow(source, &source->denial, source->denials, &source->denial_space,
			   sizeof(*source->denial));
	if (r < 0)
		return r;
	source->denial[source->denials++] = (struct vw_denial){
		.path = copy,
		.err = err,
		.recorded = recorded,
	};
	return 0;
}

int vw_source_deny(struct vw_source *source, const char *what)
{
	return vw_source_add_denial(source, what, -EACCES, false);
}

static bool is_at_or_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	while (length > 1 && directory[length - 1] == '/')
		length--;
	if (strncmp(path, directory, length) != 0)
		return false;
	return path[length] == '\0' || path[length] == '/' || (length == 1 && directory[0] == '/');
}

int vw_source_denied(const struct vw_source *source, const char *what)
{
	for (size_t i = 0; i < source->denials; i++) {
		const struct vw_denial *denial = &source->denial[i];

		if (denial->recorded ? vwb_text_equal(denial->path, what)
				     : is_at_or_below(what, denial->path))
			return denial->err;
	}
	return 0;
}

int vw_source_denied_outright(const struct vw_source *source, const char *path)
{
	for (size_t i = 0; i < source->denials; i++)
		if (!source->denial[i].recorded && is_at_or_below(path, source->denial[i].path))
			return source->denial[i].err;
	return 0;
}

/* Handed in. */

int vw_source_overlay(struct vw_source *source, const char *path, const char *file)
{
	struct vw_overlay overlay = {
		.path = vwb_arena_string(source->arena, path),
		.file = vwb_arena_string(source->arena, file),
	};
	int r = vw_source_grow(source, &source->overlay, source->overlays, &source->overlay_space,
			       sizeof(*source->overlay));

	if (r < 0 || !overlay.path || !overlay.file)
		return -ENOMEM;
	source->overlay[source->overlays++] = overlay;
	return 0;
}
