/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

/*
 * What starts behind the kernel and before it: init with its interpreter and libraries, the folders that are
 * mounted upon before init runs, and the loader that a BIOS starts.
 */

enum {
	CLOSURE_LIMIT = 128,
	FOLDERS_LIMIT = 128,
	PROGRAM_LIMIT = 64 * 1024 * 1024,
};

/* Programs and libraries that are needed, each once, and what is not there. */
struct closure {
	struct vw_image *image;
	const char *arch;
	struct vw_growing folders; /* of const char *: where the dynamic linker looks */
	struct vw_growing lacking;
	size_t count;
	const char *name[CLOSURE_LIMIT];
	bool unknown; /* something could not be read, or where the linker looks is not known */
};

static void look_in(struct closure *closure, const char *folder, size_t size)
{
	const char *copy = vwb_arena_printf(vw_image_arena(closure->image), "%.*s", (int)size, folder);
	const char **item =
		copy ? vw_grow(closure->image, &closure->folders, sizeof(*item), FOLDERS_LIMIT) : NULL;

	if (item)
		*item = copy;
	else
		closure->unknown = true;
}

/* Source: ld.so(8), "Dynamic string tokens". What is not understood may lead anywhere. */
static void look_in_runpath(struct closure *closure, const char *runpath, const char *path)
{
	static const char *const tokens[] = {"$ORIGIN", "${ORIGIN}"};
	struct vwb_arena *arena = vw_image_arena(closure->image);

	for (const char *at = runpath; at && *at; at += *at == ':') {
		size_t size = strcspn(at, ":"), token = 0;

		for (size_t i = 0; i < VW_COUNT(tokens); i++)
			if (size >= strlen(tokens[i]) && strncmp(at, tokens[i], strlen(tokens[i])) == 0)
				token = strlen(tokens[i]);
		if (memchr(at + token, '$', size - token) || (!token && *at != '/')) {
			closure->unknown |= size > 0;
		} else {
			const char *slash = token ? strrchr(path, '/') : path;
			const char *folder = vwb_arena_printf(arena, "%.*s%.*s", (int)(slash - path), path,
							      (int)(size - token), at + token);

			if (folder)
				look_in(closure, folder, strlen(folder));
		}
		at += size;
	}
}

static int look_as_configured(void *context, struct vw_image *image, const char *path, const char *text,
			      size_t size)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};
	struct vw_span rest, word;

	(void)path;
	while (vw_image_next_line(&lines)) {
		rest = vw_span_of(lines.line, lines.length);
		if (vw_word_next(&rest, &word) && *word.at == '/')
			look_in(context, word.at, word.size);
	}
	return 0;
}

/* Source: ld.so(8), ldconfig(8); Debian's multiarch folders, which its linker looks into by itself; musl,
 * ldso/dynlink.c. */
static int list_folders(struct closure *closure)
{
	static const char *const folders[] = {"/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"};
	struct vwb_arena *arena = vw_image_arena(closure->image);
	struct vw_file_set set = {.folder = (const char *const[]){"/etc/ld.so.conf.d", NULL},
				  .suffix = ".conf"};
	const char *names = vwb_text_equal(closure->arch, "ppc64le") ? "powerpc64le" : closure->arch;
	const char *abi = vwb_text_equal(closure->arch, "arm") ? "gnueabihf" : "gnu";
	int r;

	for (size_t i = 0; i < VW_COUNT(folders); i++) {
		const char *multiarch = vwb_arena_printf(arena, "%s/%s-linux-%s", folders[i], names, abi);

		look_in(closure, folders[i], strlen(folders[i]));
		if (multiarch)
			look_in(closure, multiarch, strlen(multiarch));
	}
	r = vw_file_one(closure->image, "/etc/ld.so.conf", look_as_configured, closure, &closure->unknown);
	if (r == 0)
		r = vw_files_each(closure->image, &set, look_as_configured, closure);
	closure->unknown |= set.lost;
	return r;
}

/* Read a program or library, the bytes of which are needed for a moment only. */
static int read_elf(struct vw_image *image, const char *path, struct vw_elf *ret, char *head,
		    size_t head_size)
{
	unsigned char *bytes = NULL;
	size_t size = 0;
	int r = vw_file_read_large(image, path, 0, PROGRAM_LIMIT, &bytes, &size);

	if (r < 0)
		return r;
	if (head) {
		size_t copied = size < head_size - 1 ? size : head_size - 1;

		memcpy(head, bytes, copied);
		head[copied] = '\0';
	}
	r = vw_elf_read(image, bytes, size, ret);
	vw_file_free_large(image, bytes, size);
	return r;
}

static void need(struct closure *closure, const char *name);

static void need_all_of(struct closure *closure, const struct vw_elf *elf, const char *path)
{
	if (elf->runpath)
		look_in_runpath(closure, elf->runpath, path);
	if (elf->interpreter)
		need(closure, elf->interpreter);
	for (size_t i = 0; i < elf->needed.count; i++)
		need(closure, elf->needed.name[i]);
}

/* One file that may be what is needed. Returns whether it is; a library of another machine is passed over, as
 * the linker does. */
static bool take(struct closure *closure, const char *path)
{
	const char *real = NULL;
	struct vw_elf elf = {0};
	int r = path ? vw_image_resolve(closure->image, path, &real) : -ENOMEM;

	if (r == -ENOENT)
		return false;
	if (r == 0)
		r = read_elf(closure->image, real, &elf, NULL, 0);
	if (r < 0)
		closure->unknown = true;
	else if (!vwb_text_equal(elf.arch, closure->arch))
		return false;
	else
		need_all_of(closure, &elf, real);
	return true;
}

static void need(struct closure *closure, const char *name)
{
	struct vwb_arena *arena = vw_image_arena(closure->image);
	const char **lacking;
	bool found = false;

	for (size_t i = 0; i < closure->count; i++)
		if (strcmp(closure->name[i], name) == 0)
			return;
	if (closure->count == CLOSURE_LIMIT || vw_image_late(closure->image)) {
		closure->unknown = true;
		return;
	}
	closure->name[closure->count++] = name;
	if (strchr(name, '/'))
		found = take(closure, name);
	for (size_t i = 0; !strchr(name, '/') && i < closure->folders.count && !found; i++)
		found = take(closure, vwb_arena_printf(arena, "%s/%s",
						       ((const char **)closure->folders.item)[i], name));
	lacking = found ? NULL : vw_grow(closure->image, &closure->lacking, sizeof(*lacking), CLOSURE_LIMIT);
	if (lacking)
		*lacking = vw_image_clean(closure->image, name, strlen(name));
}

/* Do the folders of libraries hold any? A root without a single one was not taken whole. */
static bool has_libraries(struct closure *closure)
{
	for (size_t i = 0; i < closure->folders.count; i++) {
		const struct vw_entry *entry;
		size_t count = 0;

		if (vw_image_list(closure->image, ((const char **)closure->folders.item)[i], &count, &entry) <
		    0)
			continue;
		for (size_t k = 0; k < count; k++)
			if (entry[k].type != VW_ENTRY_FOLDER && strstr(entry[k].name, ".so"))
				return true;
	}
	return false;
}

/* The interpreter that a script's first line names; NULL for what is no script. Source: execve(2). */
static const char *interpreter_of(struct vw_image *image, const char *head)
{
	const char *at = head + 2;

	if (strncmp(head, "#!", 2) != 0)
		return NULL;
	at += strspn(at, " \t");
	return vw_image_clean(image, at, strcspn(at, " \t\n"));
}

static int follow(struct vw_image *image, const struct vw_text *path, struct vw_image_init *ret)
{
	struct closure closure = {.image = image};
	const char *interpreter = NULL;
	struct vw_elf elf = {0};
	char head[256] = "";
	int r = read_elf(image, path->text, &elf, head, sizeof(head));

	if (r == -EBADMSG)
		interpreter = interpreter_of(image, head);
	if (interpreter)
		r = read_elf(image, interpreter, &elf, NULL, 0);
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT && interpreter) {
		const char **name = vw_grow(image, &closure.lacking, sizeof(*name), CLOSURE_LIMIT);

		if (name)
			*name = interpreter;
		vw_image_set_names(&ret->lacking, VW_VALUE, &closure.lacking, path->text);
		return 0;
	}
	if (r < 0 || !elf.arch) {
		ret->lacking.state = vw_image_state(r < 0 ? r : -EBADMSG);
		return 0;
	}
	ret->arch = closure.arch = elf.arch;
	r = list_folders(&closure);
	if (r < 0)
		return r;
	ret->libraries = has_libraries(&closure);
	need_all_of(&closure, &elf, interpreter ? interpreter : path->text);
	vw_image_set_names(&ret->lacking, closure.unknown ? VW_NOT_PROBED : VW_VALUE, &closure.lacking,
			   path->text);
	return 0;
}

/* The first of @places that is there, as a text fact. */
static int find_first(struct vw_image *image, const char *const *places, size_t count, struct vw_text *fact)
{
	const char *path = NULL;
	int r = -ENOENT;

	for (size_t i = 0; i < count && r == -ENOENT; i++)
		r = vw_image_resolve(image, places[i], &path);
	if (r == -ENOMEM)
		return r;
	vw_image_set_text(image, fact, r, path, r == 0 ? strlen(path) : 0, places[0]);
	return 0;
}

/* Which folders lack of those that the initramfs and init mount upon, before anybody could make them. */
static int find_mount_points(struct vw_image *image, struct vw_names *fact)
{
	static const char *const folders[] = {"/dev", "/proc", "/sys", "/run"};
	struct vw_growing names = {0};

	for (size_t i = 0; i < VW_COUNT(folders); i++) {
		const char **name;

		if (vw_image_stat(image, folders[i], NULL, NULL) != -ENOENT)
			continue;
		name = vw_grow(image, &names, sizeof(*name), VW_COUNT(folders));
		if (name)
			*name = folders[i];
	}
	vw_image_set_names(fact, VW_VALUE, &names, "/");
	return vw_image_memory(image);
}

static int keep_line(void *context, struct vw_image *image, const char *path, const char *text, size_t size)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};
	struct vw_growing *list = context;

	while (vw_image_next_line(&lines)) {
		struct vw_line *line;

		if (!vw_span_has(vw_span_of(lines.line, lines.length), "IDTYPE=") || *lines.line == '#')
			continue;
		line = vw_grow(image, list, sizeof(*line), FOLDERS_LIMIT);
		if (line)
			*line = (struct vw_line){vw_image_clean(image, lines.line, lines.length),
						 vw_image_place(image, path, lines.number)};
	}
	return 0;
}

/* Source: lvmdevices(8). */
static int read_lvm_devices(struct vw_image *image, struct vw_lines *fact)
{
	struct vw_growing list = {0};
	bool lost = false;
	int r = vw_file_one(image, "/etc/lvm/devices/system.devices", keep_line, &list, &lost);

	*fact = (struct vw_lines){
		.state = lost ? VW_DENIED : VW_VALUE, .count = list.count, .line = list.item};
	return r;
}

int vw_image_probe_init(struct vw_image *image, struct vw_image_facts *facts)
{
	/* Source: Linux init/main.c, kernel_init(). */
	static const char *const inits[] = {"/sbin/init", "/etc/init", "/bin/init"};
	/* What grub-install, extlinux and GRUB 0.97's setup leave in the file system that they start from. */
	static const char *const loaders[] = {
		"/boot/grub/i386-pc/core.img",
		"/boot/grub2/i386-pc/core.img",
		"/boot/grub/i386-pc/normal.mod",
		"/boot/grub2/i386-pc/normal.mod",
		"/boot/extlinux/ldlinux.sys",
		"/boot/syslinux/ldlinux.sys",
		"/boot/ldlinux.sys",
		"/extlinux/ldlinux.sys",
		"/boot/grub/stage2",
		"/boot/grub/stage1",
		"/boot/limine-bios.sys",
		"/boot/limine/limine-bios.sys",
	};
	/* Layouts of which the root is no system by itself. */
	static const char *const layouts[] = {"/ostree",
					      "/sysroot/ostree",
					      "/nix/store",
					      "/usr/lib/ostree",
					      "/etc/flatcar",
					      "/usr/share/flatcar",
					      "/usr/share/bottlerocket"};
	static const char *const systemds[] = {"/usr/lib/systemd/systemd", "/lib/systemd/systemd"};
	struct vw_image_init *ret = &facts->init;
	int r = find_first(image, inits, VW_COUNT(inits), &ret->path);

	if (r == 0)
		r = find_first(image, systemds, VW_COUNT(systemds), &ret->systemd);
	if (r == 0)
		r = find_first(image, loaders, VW_COUNT(loaders), &facts->boot.bios_loader);
	if (r == 0)
		r = find_first(image, layouts, VW_COUNT(layouts), &facts->layout);
	if (r == 0 && facts->layout.state == VW_ABSENT && facts->os.id.state == VW_VALUE &&
	    vwb_text_has_word("flatcar bottlerocket nixos talos coreos endless", facts->os.id.text))
		facts->layout = (struct vw_text){VW_VALUE, "/etc/os-release", facts->os.id.source};
	if (r == 0)
		r = find_mount_points(image, &ret->mount_points_lacking);
	if (r == 0)
		r = read_lvm_devices(image, &facts->lvm_devices);
	if (r == 0 && ret->path.state == VW_VALUE)
		r = follow(image, &ret->path, ret);
	return r < 0 ? r : vw_image_memory(image);
}
