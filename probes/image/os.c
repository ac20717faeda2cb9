/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

enum {
	KMOD_LIMIT = 4 * 1024 * 1024,
	GROUPS_LIMIT = 64,
};

/* Os-release. */

/* Of two keys for one fact the earlier row holds. */
static const struct {
	const char *key;
	size_t offset;
} release_keys[] = {
	{"ID", offsetof(struct vw_image_os, id)},
	{"ID_LIKE", offsetof(struct vw_image_os, id_like)},
	{"VERSION_ID", offsetof(struct vw_image_os, version_id)},
	{"PRETTY_NAME", offsetof(struct vw_image_os, name)},
	{"NAME", offsetof(struct vw_image_os, name)},
};

enum { RELEASE_KEYS = VW_COUNT(release_keys) };

static struct vw_text *release_fact(struct vw_image_os *os, size_t row)
{
	return (struct vw_text *)(void *)((char *)os + release_keys[row].offset);
}

static void keep_release(struct vw_image *image, const char *path, const char *text, size_t size,
			 struct vw_image_os *os)
{
	struct vw_assignment assignment = {.rest = {text, size}};
	const char *value[RELEASE_KEYS] = {NULL};

	while (vw_assignment_next(&assignment))
		for (size_t i = 0; i < RELEASE_KEYS; i++)
			if (vw_span_is(assignment.key, release_keys[i].key))
				value[i] = vw_assigned(image, &assignment);
	for (size_t i = 0; i < RELEASE_KEYS; i++) {
		struct vw_text *fact = release_fact(os, i);

		if (value[i] && fact->state != VW_VALUE)
			vw_image_set_text(image, fact, 0, value[i], strlen(value[i]), path);
		else if (fact->state == VW_NOT_PROBED)
			vw_image_set_text(image, fact, -ENOENT, NULL, 0, path);
	}
}

/* Source: os-release(5) */
static int read_release(struct vw_image *image, struct vw_image_os *os)
{
	static const char *const places[] = {"/etc/os-release", "/usr/lib/os-release"};
	const char *text = NULL;
	size_t size = 0, i = 0;
	int r, first = 0;

	for (; i < VW_COUNT(places); i++) {
		r = vw_image_read(image, places[i], VW_IMAGE_TEXT_LIMIT, &text, &size);
		if (r == -ENOMEM)
			return r;
		if (r == 0) {
			keep_release(image, places[i], text, size, os);
			return 0;
		}
		if (i == 0 || first == -ENOENT)
			first = r;
	}
	for (i = 0; i < RELEASE_KEYS; i++)
		vw_image_set_text(image, release_fact(os, i), first, NULL, 0, places[0]);
	return 0;
}

/* What machine it is for. */

/* Source: uname(2)'s machine for each e_machine of elf.h */
static const struct {
	uint16_t machine;
	unsigned char class;
	const char *arch;
} machines[] = {
	{EM_X86_64, ELFCLASS64, "x86_64"},   {EM_386, ELFCLASS32, "i386"},
	{EM_AARCH64, ELFCLASS64, "aarch64"}, {EM_ARM, ELFCLASS32, "arm"},
	{EM_PPC64, ELFCLASS64, "ppc64le"},   {EM_S390, ELFCLASS64, "s390x"},
	{EM_RISCV, ELFCLASS64, "riscv64"},   {258, ELFCLASS64, "loongarch64"}, /* EM_LOONGARCH */
};

static const char *arch_of(const unsigned char *head, size_t size)
{
	unsigned machine;

	if (size < 20 || memcmp(head, ELFMAG, SELFMAG) != 0)
		return NULL;
	machine = head[EI_DATA] == ELFDATA2MSB ? head[18] * 256U + head[19] : head[19] * 256U + head[18];
	for (size_t i = 0; i < VW_COUNT(machines); i++)
		if (machines[i].machine == machine && machines[i].class == head[EI_CLASS])
			return machines[i].arch;
	return NULL;
}

static int read_arch(struct vw_image *image, struct vw_text *fact)
{
	static const char *const programs[] = {"/bin/sh", "/usr/bin/env", "/sbin/init", "/bin/busybox"};
	const char *damaged = NULL;

	for (size_t i = 0; i < VW_COUNT(programs); i++) {
		const char *head, *arch;
		size_t size;
		int r = vw_image_read_head(image, programs[i], 64, &head, &size);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		arch = arch_of((const unsigned char *)head, size);
		if (arch) {
			vw_image_set_text(image, fact, 0, arch, strlen(arch), programs[i]);
			return 0;
		}
		damaged = damaged ? damaged : programs[i];
	}
	vw_image_set_text(image, fact, damaged ? -EBADMSG : -ENOENT, NULL, 0,
			  damaged ? damaged : programs[0]);
	return 0;
}

static int read_init(struct vw_image *image, struct vw_text *fact)
{
	const char *path = NULL;
	int r = vw_image_resolve(image, "/sbin/init", &path);

	if (r == -ENOMEM)
		return r;
	vw_image_set_text(image, fact, r, path, r == 0 ? strlen(path) : 0, "/sbin/init");
	return 0;
}

/* Kmod. */

/* What kmod's program says of itself with --version ("+ZSTD +XZ -ZLIB"), and the libraries that it or its own
 * library is bound to or opens. Source: kmod configure.ac, libkmod/libkmod-file*.c. */
static const struct {
	const char *suffix, *with, *without, *library;
} compressions[] = {
	{"ko.gz", "+ZLIB", "-ZLIB", "libz.so"},
	{"ko.xz", "+XZ", "-XZ", "liblzma.so"},
	{"ko.zst", "+ZSTD", "-ZSTD", "libzstd.so"},
};

struct kmod {
	const char *source; /* the first file of it that was found */
	int error;          /* of the last that could not be read */
	bool reads[VW_COUNT(compressions)], says[VW_COUNT(compressions)];
};

static void look_into(struct kmod *kmod, struct vw_span bytes)
{
	for (size_t i = 0; i < VW_COUNT(compressions); i++) {
		bool with = vw_span_has(bytes, compressions[i].with);

		if (kmod->says[i])
			continue;
		kmod->says[i] = with || vw_span_has(bytes, compressions[i].without);
		if (kmod->says[i])
			kmod->reads[i] = with;
		else
			kmod->reads[i] |= vw_span_has(bytes, compressions[i].library);
	}
}

static int look_at(struct vw_image *image, struct kmod *kmod, const char *path)
{
	const char *bytes;
	size_t size;
	int r = path ? vw_image_read(image, path, KMOD_LIMIT, &bytes, &size) : -ENOMEM;

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		if (r != -ENOENT)
			kmod->error = r;
		return 0;
	}
	if (size < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0) {
		kmod->error = -EBADMSG;
		return 0;
	}
	kmod->source = kmod->source ? kmod->source : path;
	look_into(kmod, vw_span_of(bytes, size));
	return 0;
}

static int look_at_library(struct vw_image *image, struct kmod *kmod)
{
	static const char *const folders[] = {
		"/usr/lib64",
		"/lib64",
		"/usr/lib/x86_64-linux-gnu",
		"/usr/lib/aarch64-linux-gnu",
		"/usr/lib/i386-linux-gnu",
		"/lib/x86_64-linux-gnu",
		"/lib/aarch64-linux-gnu",
		"/lib/i386-linux-gnu",
		"/usr/lib",
		"/lib",
	};

	for (size_t i = 0; i < VW_COUNT(folders); i++) {
		const char *path = vwb_arena_printf(vw_image_arena(image), "%s/libkmod.so.2", folders[i]);

		if (!path)
			return -ENOMEM;
		if (vw_image_stat(image, path, NULL, NULL) == 0)
			return look_at(image, kmod, path);
	}
	return 0;
}

static int read_kmod(struct vw_image *image, struct vw_text *fact)
{
	static const char *const programs[] = {"/usr/bin/kmod", "/bin/kmod", "/usr/sbin/kmod", "/sbin/kmod"};
	struct kmod kmod = {0};
	const char *list = "ko";
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(programs) && r == 0 && !kmod.source; i++)
		r = look_at(image, &kmod, programs[i]);
	if (r == 0)
		r = look_at_library(image, &kmod);
	if (r < 0)
		return r;
	if (!kmod.source) {
		vw_image_set_text(image, fact, kmod.error ? kmod.error : -ENOENT, NULL, 0, programs[0]);
		return 0;
	}
	for (size_t i = 0; i < VW_COUNT(compressions) && list; i++)
		if (kmod.reads[i])
			list = vwb_arena_printf(vw_image_arena(image), "%s %s", list, compressions[i].suffix);
	if (!list)
		return -ENOMEM;
	vw_image_set_text(image, fact, 0, list, strlen(list), kmod.source);
	return 0;
}

/* Units and groups. */

/* Where a service of each init lies, %s its name; a masked unit hides those of other inits too. */
static bool has_unit(struct vw_image *image, const char *name)
{
	static const char *const suffixes[] = {".service", ".socket"};
	static const char *const others[] = {"/etc/init.d", "/etc/init", "/etc/sv"};
	struct vwb_arena *arena = vw_image_arena(image);

	for (size_t i = 0; i < VW_COUNT(suffixes); i++) {
		const char *unit = vwb_arena_printf(arena, "%s%s", name, suffixes[i]);
		bool masked = false;

		if (unit && vw_unit_find(image, unit, &masked))
			return !masked;
	}
	for (size_t i = 0; i < VW_COUNT(others); i++) {
		const char *path = vwb_arena_printf(arena, "%s/%s%s", others[i], name, i == 1 ? ".conf" : "");

		if (path && vw_image_stat(image, path, NULL, NULL) == 0)
			return true;
	}
	return false;
}

static int read_units(struct vw_image *image, struct vw_names *fact)
{
	const char *const *wish = vw_image_wish(image)->units;
	struct vw_growing names = {0};

	for (size_t i = 0; wish && wish[i]; i++)
		if (has_unit(image, wish[i])) {
			const char **name = vw_grow(image, &names, sizeof(*name), GROUPS_LIMIT);

			if (name)
				*name = wish[i];
		}
	vw_image_set_names(fact, VW_VALUE, &names, vw_unit_folders[3]);
	return vw_image_memory(image);
}

static bool is_wished(const char *const *wish, struct vw_span name, const char **ret)
{
	for (size_t i = 0; wish && wish[i]; i++)
		if (vw_span_is(name, wish[i])) {
			*ret = wish[i];
			return true;
		}
	return false;
}

static int read_groups(struct vw_image *image, struct vw_names *fact)
{
	const char *const *wish = vw_image_wish(image)->groups;
	struct vw_line_reader lines = {.image = image};
	struct vw_growing names = {0};
	int r = vw_image_read(image, "/etc/group", VW_IMAGE_TEXT_LIMIT, &lines.rest, &lines.size);

	if (r == -ENOMEM)
		return r;
	while (r == 0 && vw_image_next_line(&lines)) {
		const char *colon = lines.length ? memchr(lines.line, ':', lines.length) : NULL, *found;

		if (colon && is_wished(wish, vw_span_of(lines.line, (size_t)(colon - lines.line)), &found)) {
			const char **name = vw_grow(image, &names, sizeof(*name), GROUPS_LIMIT);

			if (name)
				*name = found;
		}
	}
	vw_image_set_names(fact, vw_image_state(r), &names, "/etc/group");
	return vw_image_memory(image);
}

int vw_image_probe_os(struct vw_image *image, struct vw_image_facts *facts)
{
	int r = read_release(image, &facts->os);

	if (r == 0)
		r = read_arch(image, &facts->os.arch);
	if (r == 0)
		r = read_init(image, &facts->os.init);
	if (r == 0)
		r = read_kmod(image, &facts->kmod);
	if (r == 0)
		r = read_units(image, &facts->units);
	return r < 0 ? r : read_groups(image, &facts->groups);
}
