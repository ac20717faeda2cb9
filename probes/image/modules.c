/* SPDX-License-Identifier: MIT */
#include "probes/image/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_SIZE = 256,
	DEPENDS_LIMIT = 1024 * 1024, /* of all modules of a tree */
	MODULE_LIMIT = 64 * 1024 * 1024,
	LINE_LIMIT = 64 * 1024,
};

static const char *const suffixes[] = {".ko",     ".ko.xz",   ".ko.zst", ".ko.gz",
				       ".ko.bz2", ".ko.lzma", ".ko.lz4"};

/* Names. */

/* The suffix of a module's file, with its dot, or NULL. */
static const char *suffix_of(const char *path, size_t size)
{
	for (size_t i = 0; i < VW_COUNT(suffixes); i++) {
		size_t length = strlen(suffixes[i]);

		if (size > length && memcmp(path + size - length, suffixes[i], length) == 0 &&
		    path[size - length - 1] != '/')
			return suffixes[i];
	}
	return NULL;
}

/* Write a module's name; false for what is no module's file. */
static bool name_module(const char *path, size_t size, char name[NAME_SIZE])
{
	const char *suffix = suffix_of(path, size), *slash = size ? memrchr(path, '/', size) : NULL;
	const char *base = slash ? slash + 1 : path;
	size_t length;

	if (!suffix)
		return false;
	length = size - (size_t)(base - path) - strlen(suffix);
	if (length >= NAME_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		name[i] = base[i] == '-' ? '_' : base[i];
	name[length] = '\0';
	return true;
}

const char *vw_module_name(struct vw_image *image, const char *path)
{
	char name[NAME_SIZE];

	return name_module(path, strlen(path), name) ? vw_image_clean(image, name, strlen(name)) : NULL;
}

/* Which of several files of one name modprobe would load. Source: depmod.d(5), "search"; the order that
 * distributions set with it. */
static int rank_of(const char *path)
{
	static const char *const order[] = {"updates/", "extra/", "weak-updates/"};

	for (size_t i = 0; i < VW_COUNT(order); i++)
		if (vwb_text_starts(path, order[i]))
			return (int)i;
	return (int)VW_COUNT(order);
}

static bool is_extra(const char *path)
{
	return rank_of(path) < 3;
}

/* The index. */

/* A module while its tree is read: what modules.dep says after its colon. */
struct raw_module {
	struct vw_module module;
	const char *depends;
	size_t depends_size;
};

struct indexing {
	struct vw_image *image;
	const char **file; /* sorted */
	size_t files;
	bool *is_named;        /* of each file: modules.dep names it */
	struct vw_growing raw; /* struct raw_module */
	struct vw_module *module;
	size_t count, depends;
	struct vw_module_tree *tree;
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_raw(const void *a, const void *b)
{
	const struct vw_module *x = &((const struct raw_module *)a)->module;
	const struct vw_module *y = &((const struct raw_module *)b)->module;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = rank_of(x->path) - rank_of(y->path);
	return order ? order : strcmp(x->path, y->path);
}

static int compare_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct vw_module *)element)->name);
}

static struct vw_module *find_module(const struct indexing *work, const char *name)
{
	return work->count ? bsearch(name, work->module, work->count, sizeof(*work->module), compare_name)
			   : NULL;
}

/* The files that are modules, sorted, and the suffixes that occur among them. */
static int take_files(struct indexing *work, const char *const *file, size_t files)
{
	struct vwb_arena *arena = vw_image_arena(work->image);
	struct vw_growing seen = {.item = NULL};
	bool has[VW_COUNT(suffixes)] = {false};

	work->file = vwb_arena_array(arena, files, sizeof(*work->file));
	work->is_named = vwb_arena_array(arena, files, sizeof(*work->is_named));
	if (!work->file || !work->is_named)
		return -ENOMEM;
	for (size_t i = 0; i < files; i++) {
		const char *suffix = suffix_of(file[i], strlen(file[i]));

		if (!suffix)
			continue;
		work->file[work->files++] = file[i];
		for (size_t k = 0; k < VW_COUNT(suffixes); k++)
			has[k] |= suffix == suffixes[k];
	}
	if (work->files)
		qsort(work->file, work->files, sizeof(*work->file), compare_texts);
	for (size_t k = 0; k < VW_COUNT(suffixes); k++) {
		const char **name = has[k] ? vw_grow(work->image, &seen, sizeof(*name), 16) : NULL;

		if (name)
			*name = suffixes[k] + 1;
	}
	vw_image_set_names(&work->tree->suffixes, VW_VALUE, &seen, work->tree->folder);
	work->tree->file_count = work->files;
	return 0;
}

static int add_module(struct indexing *work, const char *path, const char *depends, size_t size)
{
	struct raw_module *raw = vw_grow(work->image, &work->raw, sizeof(*raw), VW_IMAGE_FILES_LIMIT);

	if (!raw)
		return vwb_arena_failed(vw_image_arena(work->image)) ? -ENOMEM : -E2BIG;
	raw->module.path = path;
	raw->module.name = vw_module_name(work->image, path);
	raw->depends = depends;
	raw->depends_size = size;
	return raw->module.name ? 0 : -ENOMEM;
}

/* module-init-tools before 3.5 wrote absolute paths. */
static const char *below_folder(const char *path)
{
	const char *rest = path[0] == '/' ? strstr(path, "/lib/modules/") : NULL;

	rest = rest ? strchr(rest + strlen("/lib/modules/"), '/') : NULL;
	return rest ? rest + 1 : path;
}

/* One line of modules.dep: "kernel/a.ko: kernel/b.ko kernel/c.ko". */
static int take_line(struct indexing *work, const struct vw_line_reader *lines)
{
	const char *colon = lines->length ? memchr(lines->line, ':', lines->length) : NULL, *path, **found;
	char text[NAME_SIZE * 16];
	size_t length = colon ? (size_t)(colon - lines->line) : 0;

	if (!colon || length >= sizeof(text) || !suffix_of(lines->line, length))
		return 0;
	memcpy(text, lines->line, length);
	text[length] = '\0';
	path = below_folder(text);
	found = work->files ? bsearch(&path, work->file, work->files, sizeof(*work->file), compare_texts)
			    : NULL;
	if (!found) {
		if (!work->tree->missing_count++)
			work->tree->missing = vw_image_clean(work->image, path, strlen(path));
		return 0;
	}
	work->is_named[found - work->file] = true;
	return add_module(work, *found, colon + 1, lines->length - length - 1);
}

/* Sort the modules by name and keep the one of each name that would be loaded. */
static int settle(struct indexing *work)
{
	struct raw_module *raw = work->raw.item;
	size_t kept = 0;

	if (work->raw.count)
		qsort(raw, work->raw.count, sizeof(*raw), compare_raw);
	for (size_t i = 0; i < work->raw.count; i++)
		if (!kept || strcmp(raw[kept - 1].module.name, raw[i].module.name) != 0)
			raw[kept++] = raw[i];
	work->raw.count = kept;
	work->module = vwb_arena_array(vw_image_arena(work->image), kept, sizeof(*work->module));
	if (!work->module)
		return -ENOMEM;
	for (size_t i = 0; i < kept; i++)
		work->module[i] = raw[i].module;
	work->count = kept;
	return 0;
}

/* Add a module to those that another depends on; @name is remembered when there is none. */
static int add_depend(struct indexing *work, struct vw_module *module, struct vw_growing *list,
		      const char *name)
{
	const struct vw_module *found = find_module(work, name);
	uint32_t *depend;

	if (!found) {
		module->unresolved = true;
		if (!module->lacking)
			module->lacking = vw_image_clean(work->image, name, strlen(name));
		return 0;
	}
	if (found == module)
		return 0;
	for (size_t i = 0; i < list->count; i++)
		if (((uint32_t *)list->item)[i] == (uint32_t)(found - work->module))
			return 0;
	if (++work->depends > DEPENDS_LIMIT)
		return -E2BIG;
	depend = vw_grow(work->image, list, sizeof(*depend), 4096);
	if (!depend)
		return vwb_arena_failed(vw_image_arena(work->image)) ? -ENOMEM : -E2BIG;
	*depend = (uint32_t)(found - work->module);
	return 0;
}

static int read_depends(struct indexing *work, struct vw_module *module, const char *text, size_t size)
{
	struct vw_growing list = {.item = NULL};
	char name[NAME_SIZE];
	int r = 0;

	while (size && r == 0) {
		size_t length = 0;

		while (length < size && text[length] != ' ' && text[length] != '\t')
			length++;
		if (length && name_module(text, length, name))
			r = add_depend(work, module, &list, name);
		length += length < size;
		text += length;
		size -= length;
	}
	module->depend = list.item;
	module->depend_count = list.count;
	return r;
}

static void count_unindexed(struct indexing *work)
{
	struct vw_module_tree *tree = work->tree;

	for (size_t i = 0; i < work->files; i++)
		if (!work->is_named[i] && !tree->unindexed_count++)
			tree->unindexed = vw_image_clean(work->image, work->file[i], strlen(work->file[i]));
}

static int index_dep(struct indexing *work, const char *dep, size_t dep_size)
{
	struct vw_line_reader lines = {.image = work->image, .rest = dep, .size = dep_size};
	const struct raw_module *raw;
	int r;

	while (vw_image_next_line(&lines)) {
		r = take_line(work, &lines);
		if (r < 0)
			return r;
	}
	count_unindexed(work);
	r = settle(work);
	raw = work->raw.item;
	for (size_t i = 0; i < work->count && r == 0; i++) {
		r = read_depends(work, &work->module[i], raw[i].depends, raw[i].depends_size);
		if (r == 0 && i % 256 == 0 && vw_image_late(work->image))
			r = -ETIME;
	}
	return r;
}

static int index_files(struct indexing *work)
{
	int r;

	for (size_t i = 0; i < work->files; i++) {
		r = add_module(work, work->file[i], NULL, 0);
		if (r < 0)
			return r;
	}
	work->tree->unindexed_count = work->files;
	work->tree->unindexed = work->files ? work->file[0] : NULL;
	return settle(work);
}

/* A bound that was hit leaves the index malformed: then nothing is known to be missing. */
static int run_index(struct indexing *work, const char *dep, size_t dep_size, const char *const *file,
		     size_t files)
{
	struct vw_module_tree *tree = work->tree;
	int r = take_files(work, file, files);

	if (r < 0)
		return r;
	tree->index = dep ? VW_VALUE : VW_ABSENT;
	r = dep ? index_dep(work, dep, dep_size) : index_files(work);
	if (r < 0 && r != -ENOMEM)
		tree->index = VW_MALFORMED;
	tree->count = work->count;
	tree->module = work->module;
	return r == -ENOMEM ? r : 0;
}

int vw_module_tree_index(struct vw_image *image, const char *dep, size_t dep_size, const char *const *file,
			 size_t files, struct vw_module_tree *ret)
{
	struct indexing work = {.image = image, .tree = ret};

	return run_index(&work, dep, dep_size, file, files);
}

/* A tree of the image. */

struct tree_walk {
	struct vw_image *image;
	const char *folder;
	struct vw_growing file; /* const char *, below the folder */
	size_t seen;
};

static int take_entry(struct tree_walk *walk, const char *below, const struct vw_entry *entry)
{
	struct vwb_arena *arena = vw_image_arena(walk->image);
	enum vw_entry_type type = entry->type;
	const char *path, **file;

	if (!suffix_of(entry->name, strlen(entry->name)))
		return 0;
	path = vwb_arena_printf(arena, "%s%s%s", below, *below ? "/" : "", entry->name);
	if (!path)
		return -ENOMEM;
	if (type == VW_ENTRY_LINK) { /* weak-updates/ holds links to the modules of another kernel */
		const char *whole = vwb_arena_printf(arena, "%s/%s", walk->folder, path);

		if (!whole)
			return -ENOMEM;
		if (vw_image_stat(walk->image, whole, &type, NULL) < 0)
			return 0;
	}
	if (type != VW_ENTRY_FILE)
		return 0;
	file = vw_grow(walk->image, &walk->file, sizeof(*file), VW_IMAGE_FILES_LIMIT);
	if (!file)
		return vwb_arena_failed(arena) ? -ENOMEM : -E2BIG;
	*file = path;
	return 0;
}

/* All files of a folder that are modules. Folders that are links (build, source) are not entered. */
static int walk_folder(struct tree_walk *walk, const char *below, unsigned depth)
{
	struct vwb_arena *arena = vw_image_arena(walk->image);
	const char *path = vwb_arena_printf(arena, "%s%s%s", walk->folder, *below ? "/" : "", below);
	const struct vw_entry *entry = NULL;
	size_t count = 0;
	int r;

	if (!path)
		return -ENOMEM;
	if (depth > VW_IMAGE_DEPTH)
		r = -ELOOP;
	else if (vw_image_late(walk->image))
		r = -ETIME;
	else
		r = vw_image_list(walk->image, path, &count, &entry);
	walk->seen += count;
	if (r == 0 && walk->seen > VW_IMAGE_FILES_LIMIT)
		r = -E2BIG;
	if (r == -ELOOP || r == -ETIME || r == -E2BIG)
		vw_image_unread(walk->image, path, r);

	for (size_t i = 0; i < count && r == 0; i++) {
		const char *next;

		if (entry[i].type != VW_ENTRY_FOLDER) {
			r = take_entry(walk, below, &entry[i]);
			continue;
		}
		if (!*below &&
		    (vwb_text_equal(entry[i].name, "build") || vwb_text_equal(entry[i].name, "source")))
			continue;
		next = vwb_arena_printf(arena, "%s%s%s", below, *below ? "/" : "", entry[i].name);
		r = next ? walk_folder(walk, next, depth + 1) : -ENOMEM;
	}
	return r;
}

static int read_builtin(struct vw_image *image, struct vw_module_tree *tree)
{
	const char *path = vwb_arena_printf(vw_image_arena(image), "%s/modules.builtin", tree->folder), *text;
	struct vw_growing list = {.item = NULL};
	struct vw_line_reader lines;
	size_t size;
	int r = path ? vw_image_read(image, path, VW_IMAGE_INDEX_LIMIT, &text, &size) : -ENOMEM;

	if (r == -ENOMEM)
		return r;
	lines = (struct vw_line_reader){
		.image = image, .rest = r < 0 ? NULL : text, .size = r < 0 ? 0 : size};
	while (vw_image_next_line(&lines)) {
		char name[NAME_SIZE];
		const char **item;

		if (!name_module(lines.line, lines.length, name))
			continue;
		item = vw_grow(image, &list, sizeof(*item), VW_IMAGE_FILES_LIMIT);
		if (!item)
			break;
		*item = vw_image_clean(image, name, strlen(name));
	}
	vw_image_set_names(&tree->builtin, vw_image_state(r), &list, path);
	return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

/* "nvme_core.parmtype=io_timeout:uint" becomes "nvme_core.io_timeout:uint". */
static const char *parameter_of(struct vw_image *image, const char *text, size_t size)
{
	static const char key[] = ".parmtype=";
	const char *found = memmem(text, size, key, strlen(key));
	size_t length, rest;

	if (!found || size > LINE_LIMIT)
		return NULL;
	length = (size_t)(found - text);
	rest = size - length - strlen(key);
	return vwb_arena_printf(vw_image_arena(image), "%s.%s", vw_image_clean(image, text, length),
				vw_image_clean(image, found + strlen(key), rest));
}

/* Source: Linux Documentation/kbuild/kbuild.rst, modules.builtin.modinfo; kernels before 5.2 have none. */
static int read_parameters(struct vw_image *image, struct vw_module_tree *tree)
{
	const char *path =
		vwb_arena_printf(vw_image_arena(image), "%s/modules.builtin.modinfo", tree->folder);
	const char *text = NULL;
	struct vw_growing list = {.item = NULL};
	size_t size = 0;
	int r = path ? vw_image_read(image, path, VW_IMAGE_INDEX_LIMIT, &text, &size) : -ENOMEM;

	if (r == -ENOMEM)
		return r;
	for (size_t at = 0; r == 0 && at < size;) {
		size_t length = strnlen(text + at, size - at);
		const char *name = parameter_of(image, text + at, length);
		const char **item = name ? vw_grow(image, &list, sizeof(*item), VW_IMAGE_FILES_LIMIT) : NULL;

		if (item)
			*item = name;
		at += length + 1;
	}
	vw_image_set_names(&tree->parameters, vw_image_state(r), &list, path);
	return vwb_arena_failed(vw_image_arena(image)) ? -ENOMEM : 0;
}

/* Read a module's own .modinfo, and what it says to depend on. */
static int read_modinfo(struct vw_image *image, const struct vw_module_tree *tree, struct vw_module *module,
			struct vw_names *ret_depends)
{
	const char *path = vwb_arena_printf(vw_image_arena(image), "%s/%s", tree->folder, module->path);
	unsigned char *bytes = NULL;
	size_t size;
	int r = path ? vw_file_read_unpacked(image, path, MODULE_LIMIT, &bytes, &size) : -ENOMEM;

	if (r == 0)
		r = vw_modinfo_read(image, bytes, size, &module->info, ret_depends);
	free(bytes);
	if (r == -ENOMEM)
		return r;
	module->info.state = vw_image_state(r);
	return 0;
}

/* A dependency as .modinfo has it: the name of a file, "nvme-core". */
static int add_named_depend(struct indexing *work, struct vw_module *module, struct vw_growing *list,
			    const char *name)
{
	char *copy = vwb_arena_string(vw_image_arena(work->image), name);

	for (char *c = copy; c && *c; c++)
		*c = *c == '-' ? '_' : *c;
	return copy ? add_depend(work, module, list, copy) : -ENOMEM;
}

/* Without modules.dep, a wanted module's dependencies are those of its .modinfo, and of theirs. */
static int follow_modinfo(struct indexing *work, struct vw_module *module)
{
	struct vw_growing list = {.item = NULL};
	struct vw_names depends = {.count = 0};
	int r = read_modinfo(work->image, work->tree, module, &depends);

	for (size_t i = 0; i < depends.count && r == 0; i++)
		r = add_named_depend(work, module, &list, depends.name[i]);
	for (size_t k = 0; k < list.count && r == 0; k++) {
		struct vw_module *next = &work->module[((uint32_t *)list.item)[k]];
		struct vw_module other = *next;

		depends = (struct vw_names){.count = 0};
		if (vw_image_late(work->image))
			r = -ETIME;
		else
			r = read_modinfo(work->image, work->tree, &other, &depends);
		for (size_t i = 0; i < depends.count && r == 0; i++)
			r = add_named_depend(work, module, &list, depends.name[i]);
	}
	module->depend = list.item;
	module->depend_count = list.count;
	return r;
}

static int read_wished(struct indexing *work)
{
	const struct vw_image_wish *wish = vw_image_wish(work->image);
	int r = 0;

	for (size_t i = 0; wish && wish->modinfo && wish->modinfo[i] && r == 0; i++) {
		struct vw_module *module = find_module(work, wish->modinfo[i]);
		struct vw_names depends = {.count = 0};

		if (!module || module->info.state != VW_NOT_PROBED)
			continue;
		r = work->tree->index == VW_VALUE ? read_modinfo(work->image, work->tree, module, &depends)
						  : follow_modinfo(work, module);
	}
	return r == -ENOMEM ? r : 0;
}

static int read_extra(struct indexing *work)
{
	struct vw_growing list = {.item = NULL};
	int r = 0;

	for (size_t i = 0; i < work->files && r == 0; i++) {
		struct vw_names depends = {.count = 0};
		struct vw_module *extra;

		if (!is_extra(work->file[i]))
			continue;
		extra = vw_grow(work->image, &list, sizeof(*extra), 4096);
		if (!extra)
			break;
		extra->path = work->file[i];
		extra->name = vw_module_name(work->image, extra->path);
		r = extra->name ? read_modinfo(work->image, work->tree, extra, &depends) : -ENOMEM;
	}
	work->tree->extra = list.item;
	work->tree->extra_count = list.count;
	return r;
}

static int read_index(struct indexing *work, const struct tree_walk *walk)
{
	const char *path = vwb_arena_printf(vw_image_arena(work->image), "%s/modules.dep", walk->folder);
	const char *dep = NULL;
	size_t size = 0;
	int read = path ? vw_image_read(work->image, path, VW_IMAGE_INDEX_LIMIT, &dep, &size) : -ENOMEM, r;

	if (read == -ENOMEM)
		return read;
	r = run_index(work, read < 0 ? NULL : dep, size, walk->file.item, walk->file.count);
	if (read < 0)
		work->tree->index = vw_image_state(read);
	return r;
}

int vw_module_tree_read(struct vw_image *image, const char *folder, struct vw_module_tree *ret)
{
	struct tree_walk walk = {.image = image, .folder = folder};
	struct indexing work = {.image = image, .tree = ret};
	enum vw_entry_type type;
	int r = vw_image_stat(image, folder, &type, NULL);

	*ret = (struct vw_module_tree){.folder = folder, .state = vw_image_state(r)};
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (type != VW_ENTRY_FOLDER) {
		ret->state = VW_MALFORMED;
		return 0;
	}
	r = walk_folder(&walk, "", 0);
	if (r == -ENOMEM)
		return r;
	ret->state = vw_image_state(r);
	r = read_index(&work, &walk);
	if (r == 0)
		r = read_builtin(image, ret);
	if (r == 0)
		r = read_parameters(image, ret);
	if (r == 0)
		r = read_wished(&work);
	return r < 0 ? r : read_extra(&work);
}
