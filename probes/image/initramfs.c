/* SPDX-License-Identifier: MIT */

/*
 * An initramfs: archives one after the other, each plain or compressed, which the kernel unpacks one over the
 * other. Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst, init/initramfs.c.
 */

#include "probes/image/contents.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/image/parts.h"

enum {
	UNPACKED_LIMIT = 1024 * 1024 * 1024,
	SEGMENTS_LIMIT = 256,
	SLICE = 1024 * 1024,
	TREES_LIMIT = 64,
	MODULES_LIMIT = 65536,
	RULES_LIMIT = 16384,
	LINES_LIMIT = 4096,
	FIRMWARE_LIMIT = 256,
	CLOSURE_LIMIT = 512,
	JOINED_LIMIT = 16384, /* bytes of a text made of several files */
};

struct reading {
	struct vw_image *image;
	struct vwb_arena *arena;
	struct vw_initramfs *ret;
	struct vw_contents *contents;
	struct vw_cpio cpio;
	struct vw_growing segments, early;
	uint64_t unpacked;
	bool is_early; /* no compressed segment came yet */
};

/* Problems. */

/* What the kernel would not unpack: the first of it is told. */
static int malformed(struct reading *reading, const char *problem)
{
	reading->ret->state = VW_MALFORMED;
	if (!reading->ret->problem)
		reading->ret->problem = problem;
	return -EBADMSG;
}

/* What we did not read, though the kernel would. */
static int unread(struct reading *reading, const char *problem)
{
	reading->ret->incomplete = true;
	if (!reading->ret->problem)
		reading->ret->problem = problem;
	return -E2BIG;
}

/* An error in words. @unpacked: what came out of the segment */
static int explain(struct reading *reading, int error, const char *format, uint64_t offset, uint64_t unpacked)
{
	struct vwb_arena *arena = reading->arena;
	size_t number = reading->segments.count;

	switch (error) {
	case 0:
	case -ENOMEM:
		return error;
	case -ENODATA:
		return malformed(reading, vwb_arena_printf(arena,
							   "segment %zu (%s, at byte %" PRIu64
							   ") ends too early, after %" PRIu64
							   " unpacked bytes: the file is cut off",
							   number, format, offset, unpacked));
	case -EBADMSG:
		return malformed(reading,
				 vwb_arena_printf(arena,
						  "segment %zu (%s, at byte %" PRIu64
						  ") is damaged after %" PRIu64 " unpacked bytes%s%s",
						  number, format, offset, unpacked,
						  reading->cpio.problem ? ": " : "",
						  reading->cpio.problem ? reading->cpio.problem : ""));
	case -EOPNOTSUPP:
		return unread(reading,
			      vwb_arena_printf(arena,
					       "segment %zu (at byte %" PRIu64
					       ") was not read: the library that unpacks %s is not installed",
					       number, offset, format));
	case -ETIME:
		return unread(reading,
			      vwb_arena_printf(arena,
					       "segment %zu (%s) was not read to its end: it took too long",
					       number, format));
	default:
		return unread(reading,
			      vwb_arena_printf(arena,
					       "segment %zu (%s) was not read to its end: too much is in it",
					       number, format));
	}
}

/* Segments. */

static int begin_entry(void *context, const struct vw_cpio_entry *entry)
{
	struct reading *reading = context;
	const char *base = strrchr(entry->name, '/');

	/* Microcode and ACPI tables, which the kernel looks for before anything is unpacked. Names that begin
	 * with a dot are padding. Source: Linux Documentation/arch/x86/microcode.rst,
	 * Documentation/admin-guide/acpi/initrd_table_override.rst. */
	if (reading->is_early && S_ISREG(entry->mode) && base && base[1] != '.' &&
	    vwb_text_starts(entry->name, "kernel/")) {
		const char **name = vw_grow(reading->image, &reading->early, sizeof(*name), FIRMWARE_LIMIT);

		if (name)
			*name = vw_image_clean(reading->image, entry->name, strlen(entry->name));
	}
	return vw_contents_sink.entry(reading->contents, entry);
}

static int take_data(void *context, const unsigned char *bytes, size_t size)
{
	struct reading *reading = context;

	return vw_contents_sink.data(reading->contents, bytes, size);
}

static int end_entry(void *context)
{
	struct reading *reading = context;

	return vw_contents_sink.end(reading->contents);
}

static const struct vw_cpio_sink sink = {begin_entry, take_data, end_entry};

static struct vw_segment *add_segment(struct reading *reading, const char *format, uint64_t offset)
{
	struct vw_segment *segment =
		vw_grow(reading->image, &reading->segments, sizeof(*segment), SEGMENTS_LIMIT);

	if (segment) {
		segment->format = format;
		segment->offset = offset;
	}
	return segment;
}

static int too_many_segments(struct reading *reading)
{
	return vwb_arena_failed(reading->arena) ? -ENOMEM : unread(reading, "it has too many segments");
}

/* A plain archive: to its end, or to where something else begins. */
static int read_plain(struct reading *reading, const unsigned char *bytes, size_t size, size_t at,
		      uint64_t base, size_t *ret_used)
{
	struct vw_segment *segment = add_segment(reading, "cpio", base + at);
	struct vw_cpio *cpio = &reading->cpio;
	size_t entries = cpio->entries, start = at;
	int r = 0;

	if (!segment)
		return too_many_segments(reading);
	cpio->position = cpio->last = at;
	while (r == 0 && at < size) {
		size_t slice = size - at < SLICE ? size - at : SLICE, used;

		r = vw_cpio_feed(cpio, bytes + at, slice, &used);
		at += used;
		if (r == 0 && vw_image_late(reading->image))
			r = -ETIME;
		if (used < slice)
			break;
	}
	*ret_used = at - start;
	segment->entries = cpio->entries - entries;
	segment->unpacked = segment->size = cpio->last - start;
	if (r == 0 && !vw_cpio_is_whole(cpio))
		r = -ENODATA;
	return explain(reading, r, "cpio", base + start, at - start);
}

struct unpacking {
	struct reading *reading;
	uint64_t unpacked;
};

static int take_unpacked(void *context, const unsigned char *bytes, size_t size)
{
	struct unpacking *unpacking = context;
	struct vw_cpio *cpio = &unpacking->reading->cpio;
	size_t used;
	int r = vw_cpio_feed(cpio, bytes, size, &used);

	unpacking->unpacked += used;
	if (r == 0 && used < size) {
		cpio->problem = "what comes there is no cpio archive";
		r = -EBADMSG;
	}
	return r;
}

static int read_packed(struct reading *reading, const struct vw_codec *codec, const unsigned char *bytes,
		       size_t size, uint64_t offset, size_t *ret_used)
{
	const char *format = vw_codec_name(codec);
	struct vw_segment *segment = add_segment(reading, format, offset);
	struct unpacking unpacking = {.reading = reading};
	struct vw_cpio *cpio = &reading->cpio;
	size_t entries = cpio->entries;
	int r;

	if (!segment)
		return too_many_segments(reading);
	if (!vw_codec_in_linux(codec))
		return malformed(reading,
				 vwb_arena_printf(reading->arena,
						  "segment %zu (at byte %" PRIu64
						  ") is in the %s format, which the kernel cannot read",
						  reading->segments.count, offset, format));
	reading->is_early = false;
	cpio->position = 0;
	cpio->problem = NULL;
	r = vw_codec_unpack(reading->image, codec, bytes, size, UNPACKED_LIMIT - reading->unpacked,
			    take_unpacked, &unpacking, ret_used);
	reading->unpacked += unpacking.unpacked;
	segment->size = *ret_used;
	segment->unpacked = unpacking.unpacked;
	segment->entries = cpio->entries - entries;
	if (r == 0 && !vw_cpio_is_whole(cpio)) {
		cpio->problem = "it ends in the middle of an entry";
		r = -EBADMSG;
	}
	return explain(reading, r, format, offset, unpacking.unpacked);
}

/* Zeros may stand between segments. @base: where the bytes are in the file */
static int read_segments(struct reading *reading, const unsigned char *bytes, size_t size, uint64_t base)
{
	size_t at = 0;
	int r = 0;

	while (r == 0 && at < size) {
		const struct vw_codec *codec;
		size_t used = 0;

		if (bytes[at] == 0) {
			at++;
			continue;
		}
		vw_image_tell(reading->image, reading->ret->path, base + at, reading->ret->size);
		codec = vw_codec_of(bytes + at, size - at);
		if (bytes[at] == '0' && (at & 3) == 0)
			r = read_plain(reading, bytes, size, at, base, &used);
		else if (codec)
			r = read_packed(reading, codec, bytes + at, size - at, base + at, &used);
		else
			r = malformed(reading,
				      vwb_arena_printf(reading->arena,
						       "at byte %" PRIu64
						       " is neither a cpio archive nor a format that the "
						       "kernel unpacks",
						       base + at));
		at += used;
	}
	return r;
}

/* What the stub of systemd hands to the kernel. Source: systemd-stub(7), the UAPI group's "Unified Kernel
 * Image". */
static int read_uki(struct reading *reading, const unsigned char *bytes, size_t size)
{
	static const char *const names[] = {".ucode", ".initrd"};
	struct vw_pe pe;
	int r = vw_pe_read(reading->image, bytes, size, size, &pe);

	if (r == -EBADMSG)
		return malformed(reading, "an EFI file whose headers are damaged, or that is cut off");
	if (r == 0 && !vw_pe_find(&pe, ".initrd"))
		return malformed(reading, "an EFI file without an .initrd section");
	for (size_t i = 0; r == 0 && i < VW_COUNT(names); i++) {
		const struct vw_pe_section *section = vw_pe_find(&pe, names[i]);

		if (section)
			r = read_segments(reading, bytes + section->offset, (size_t)section->size,
					  section->offset);
	}
	return r;
}

/* What is in it. */

static bool is_file(const struct vw_item *item)
{
	return item && S_ISREG(item->mode);
}

static const char *base_of(const struct vw_item *item)
{
	const char *slash = memrchr(item->name, '/', item->length);

	return slash ? slash + 1 : item->name;
}

/* A name inside, as messages have it: "/boot/initrd.img:/etc/modprobe.d/nvme.conf". */
static const char *place(struct reading *reading, const struct vw_item *item)
{
	const char *name = vw_image_clean(reading->image, item->name, item->length);

	return name ? vwb_arena_printf(reading->arena, "%s:/%s", reading->ret->path, name) : NULL;
}

static void find_nested(struct reading *reading)
{
	static const char *const names[] = {"squash-root.img", "squashfs-root.img", "erofs-root.img"};
	size_t count;
	const struct vw_item *item = vw_contents_items(reading->contents, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < VW_COUNT(names); k++)
			if (is_file(&item[i]) && strcmp(base_of(&item[i]), names[k]) == 0)
				reading->ret->nested = names[k];
	if (reading->ret->nested)
		reading->ret->incomplete = true;
}

static void find_generator(struct reading *reading)
{
	/* All of a row's names must be there. */
	static const struct {
		const char *generator, *name, *other;
	} rows[] = {
		{"dracut", "/usr/lib/dracut", NULL},
		{"dracut", "/lib/dracut", NULL},
		{"dracut", "/usr/lib/dracut-lib.sh", NULL},
		{"dracut", "/lib/dracut-lib.sh", NULL},
		{"initramfs-tools", "/scripts/functions", "/conf"},
		{"mkinitcpio", "/init_functions", "/config"},
		{"mkinitcpio", "/buildconfig", "/config"},
		{"mkinitfs", "/sbin/nlplug-findfs", NULL},
		{"mkinitfs", "/usr/sbin/nlplug-findfs", NULL},
		{"systemd", "/etc/initrd-release", "/usr/lib/systemd/systemd"},
	};

	for (size_t i = 0; i < VW_COUNT(rows) && !reading->ret->generator; i++)
		if (vw_contents_find(reading->contents, rows[i].name) &&
		    (!rows[i].other || vw_contents_find(reading->contents, rows[i].other)))
			reading->ret->generator = rows[i].generator;
}

/* Init and its libraries. */

static const struct vw_content *program_of(const struct vw_item *item)
{
	return is_file(item) ? item->content : NULL;
}

/* Any folder of it may be one that the loader is told to look into. */
static const struct vw_item *find_library(struct reading *reading, const char *soname)
{
	size_t count, size = strlen(soname);
	const struct vw_item *item = vw_contents_items(reading->contents, &count);

	if (strchr(soname, '/'))
		return vw_contents_find(reading->contents, soname);
	for (size_t i = 0; i < count; i++)
		if (item[i].length >= size && strcmp(item[i].name + item[i].length - size, soname) == 0 &&
		    base_of(&item[i]) == item[i].name + item[i].length - size && !S_ISDIR(item[i].mode))
			return vw_contents_find(reading->contents, item[i].name);
	return NULL;
}

/* Programs and libraries that are needed, each once, and what is not there. */
struct closure {
	struct reading *reading;
	size_t count;
	const struct vw_elf *elf[CLOSURE_LIMIT];
	const char *name[CLOSURE_LIMIT]; /* by which each was asked for */
	struct vw_growing lacking;
	bool unknown;
};

static void need(struct closure *closure, const char *name)
{
	const struct vw_content *content;
	const struct vw_item *item;

	for (size_t i = 0; i < closure->count; i++)
		if (strcmp(closure->name[i], name) == 0)
			return;
	if (closure->count == CLOSURE_LIMIT || vw_image_late(closure->reading->image)) {
		closure->unknown = true;
		return;
	}
	item = find_library(closure->reading, name);
	content = program_of(item);
	if (!item) {
		const char **lacking =
			vw_grow(closure->reading->image, &closure->lacking, sizeof(*lacking), CLOSURE_LIMIT);

		if (lacking)
			*lacking = vw_image_clean(closure->reading->image, name, strlen(name));
	} else if (!content || !content->elf) {
		closure->unknown = true;
	}
	closure->name[closure->count] = name;
	closure->elf[closure->count++] = content ? content->elf : NULL;
}

static void close_over(struct closure *closure)
{
	for (size_t i = 0; i < closure->count; i++) {
		const struct vw_elf *elf = closure->elf[i];

		if (elf && elf->interpreter)
			need(closure, elf->interpreter);
		for (size_t k = 0; elf && k < elf->needed.count; k++)
			need(closure, elf->needed.name[k]);
	}
}

static void find_lacking(struct reading *reading, const char *program)
{
	struct vw_initramfs *ret = reading->ret;
	struct closure closure = {.reading = reading};

	need(&closure, program);
	if (closure.elf[0])
		ret->init_arch = closure.elf[0]->arch;
	if (ret->incomplete || ret->state == VW_MALFORMED)
		return;
	close_over(&closure);
	if (closure.unknown)
		ret->incomplete = true;
	else
		vw_image_set_names(&ret->lacking, VW_VALUE, &closure.lacking, ret->path);
}

static void find_init(struct reading *reading)
{
	const struct vw_item *item = vw_contents_find(reading->contents, "/init");
	const struct vw_content *content = program_of(item);

	if (!item || S_ISDIR(item->mode))
		return;
	reading->ret->init = "/init";
	if (content && content->interpreter)
		find_lacking(reading, content->interpreter);
	else
		find_lacking(reading, "/init");
}

/* Texts. */

/* Items whose text was kept, in a folder, sorted by name. */
static int compare_base(const void *a, const void *b)
{
	const struct vw_item *const *x = a, *const *y = b;

	return strcmp(base_of(*x), base_of(*y));
}

static struct vw_growing texts_in(struct reading *reading, const char *folder)
{
	struct vw_growing list = {0};
	const struct vw_item *at = vw_contents_find(reading->contents, folder), *item;
	size_t count;

	item = vw_contents_items(reading->contents, &count);
	for (size_t i = 0; at && S_ISDIR(at->mode) && i < count; i++) {
		const struct vw_item **slot;

		if (item[i].length <= at->length + 1 || memcmp(item[i].name, at->name, at->length) != 0 ||
		    item[i].name + at->length + 1 != base_of(&item[i]) || !program_of(&item[i]) ||
		    !item[i].content->text)
			continue;
		slot = vw_grow(reading->image, &list, sizeof(struct vw_item *), LINES_LIMIT);
		if (!slot)
			break;
		*slot = &item[i];
	}
	if (list.count)
		qsort(list.item, list.count, sizeof(struct vw_item *), compare_base);
	return list;
}

static bool has_base(const struct vw_growing *list, const char *base)
{
	const struct vw_item *const *item = list->item;

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(base_of(item[i]), base) == 0)
			return true;
	return false;
}

/* The files of several folders, as modprobe.d(5) and modules-load.d(5) have it: one of a name that an earlier
 * folder has too does not count. */
static struct vw_growing texts_of(struct reading *reading, const char *const *folder)
{
	struct vw_growing all = {0};

	for (; *folder; folder++) {
		struct vw_growing list = texts_in(reading, *folder);
		const struct vw_item *const *item = list.item;

		for (size_t i = 0; i < list.count; i++) {
			const struct vw_item **slot;

			if (has_base(&all, base_of(item[i])))
				continue;
			slot = vw_grow(reading->image, &all, sizeof(struct vw_item *), LINES_LIMIT);
			if (slot)
				*slot = item[i];
		}
	}
	if (all.count)
		qsort(all.item, all.count, sizeof(struct vw_item *), compare_base);
	return all;
}

static int read_modprobe(struct reading *reading)
{
	static const char *const folders[] = {"/etc/modprobe.d",           "/run/modprobe.d",
					      "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
					      "/lib/modprobe.d",           NULL};
	struct vw_growing list = texts_of(reading, folders), rules = {0};
	const struct vw_item *const *item = list.item;

	for (size_t i = 0; i < list.count && rules.count < RULES_LIMIT; i++) {
		const char *path = place(reading, item[i]);
		int r = path ? vw_modprobe_parse(reading->image, item[i]->content->text,
						 item[i]->content->size, path, &rules)
			     : -ENOMEM;

		if (r < 0)
			return r;
	}
	reading->ret->modprobe =
		(struct vw_modprobe){.state = VW_VALUE, .count = rules.count, .rule = rules.item};
	return 0;
}

/* A line without its comment and the white space around it; 0 for one with nothing else. */
static size_t bare(const char **line, size_t length)
{
	const char *hash = memchr(*line, '#', length);

	if (hash)
		length = (size_t)(hash - *line);
	while (length && (**line == ' ' || **line == '\t' || **line == '\r')) {
		(*line)++;
		length--;
	}
	while (length && strchr(" \t\r", (*line)[length - 1]))
		length--;
	return length;
}

static void add_lines(struct reading *reading, const struct vw_item *item, struct vw_growing *lines)
{
	struct vw_line_reader reader = {.image = reading->image};
	const char *path;

	if (!program_of(item) || !item->content->text)
		return;
	path = place(reading, item);
	reader.rest = item->content->text;
	reader.size = item->content->size;
	while (path && vw_image_next_line(&reader)) {
		const char *text = reader.line;
		size_t length = bare(&text, reader.length);
		struct vw_line *line;

		if (length == 0 || *text == ';')
			continue;
		line = vw_grow(reading->image, lines, sizeof(*line), LINES_LIMIT);
		if (!line)
			break;
		line->text = vw_image_clean(reading->image, text, length);
		line->source = vwb_arena_printf(reading->arena, "%s:%u", path, reader.number);
	}
}

static void read_load(struct reading *reading)
{
	static const char *const folders[] = {"/etc/modules-load.d", "/run/modules-load.d",
					      "/usr/lib/modules-load.d", "/lib/modules-load.d", NULL};
	struct vw_growing list = texts_of(reading, folders), lines = {0};
	const struct vw_item *const *item = list.item;

	add_lines(reading, vw_contents_find(reading->contents, "/conf/modules"), &lines);
	add_lines(reading, vw_contents_find(reading->contents, "/etc/modules"), &lines);
	for (size_t i = 0; i < list.count; i++)
		add_lines(reading, item[i], &lines);
	reading->ret->load = (struct vw_lines){.state = VW_VALUE, .count = lines.count, .line = lines.item};
}

/* Lines as one text, with a space between them. */
static void join(struct reading *reading, const struct vw_growing *lines, struct vw_text *ret)
{
	const struct vw_line *line = lines->item;
	char *text = vwb_arena_alloc(reading->arena, JOINED_LIMIT + 1);
	size_t size = 0;

	for (size_t i = 0; text && i < lines->count && line[i].text; i++) {
		size_t length = strlen(line[i].text);

		if (length + 1 > JOINED_LIMIT - size)
			break;
		if (size)
			text[size++] = ' ';
		memcpy(text + size, line[i].text, length);
		size += length;
	}
	if (text)
		vw_image_set_text(reading->image, ret, lines->count ? 0 : -ENOENT, text, size,
				  lines->count ? line[0].source : reading->ret->path);
}

static void read_build(struct reading *reading)
{
	static const char *const names[] = {"/usr/lib/dracut/build-parameter.txt",
					    "/lib/dracut/build-parameter.txt", "/conf/initramfs.conf",
					    "/buildconfig"};
	static const char *const conf[] = {"/conf/conf.d", NULL}, *const cmdline[] = {"/etc/cmdline.d", NULL};
	struct vw_growing lines = {0}, words = {0}, list = texts_of(reading, conf);
	const struct vw_item *const *item = list.item;

	for (size_t i = 0; i < VW_COUNT(names) && lines.count == 0; i++)
		add_lines(reading, vw_contents_find(reading->contents, names[i]), &lines);
	for (size_t i = 0; i < list.count; i++)
		add_lines(reading, item[i], &lines);
	join(reading, &lines, &reading->ret->build);

	add_lines(reading, vw_contents_find(reading->contents, "/etc/cmdline"), &words);
	list = texts_of(reading, cmdline);
	item = list.item;
	for (size_t i = 0; i < list.count; i++)
		add_lines(reading, item[i], &words);
	join(reading, &words, &reading->ret->cmdline);
}

/* Modules. */

struct release {
	char *name;
	size_t length;
	struct vw_growing files;
};

static bool is_module(const char *name)
{
	static const char *const suffixes[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz", ".ko.bz2", ".ko.lzma"};

	for (size_t i = 0; i < VW_COUNT(suffixes); i++)
		if (vwb_text_ends(name, suffixes[i]))
			return true;
	return false;
}

static struct release *release_of(struct reading *reading, struct vw_growing *releases, const char *name,
				  size_t length)
{
	struct release *release = releases->item;

	for (size_t i = 0; i < releases->count; i++)
		if (release[i].length == length && memcmp(release[i].name, name, length) == 0)
			return &release[i];
	release = vw_grow(reading->image, releases, sizeof(*release), TREES_LIMIT);
	if (release) {
		release->name = vwb_arena_copy(reading->arena, name, length);
		release->length = length;
	}
	return release && release->name ? release : NULL;
}

/* Each folder below @folder, with the modules in it. */
static void find_releases(struct reading *reading, const struct vw_item *folder, struct vw_growing *releases)
{
	size_t count;
	const struct vw_item *item = vw_contents_items(reading->contents, &count);

	for (size_t i = 0; i < count; i++) {
		const char *name = item[i].name + folder->length + 1, *slash;
		struct release *release;
		const char **file;

		if (item[i].length <= folder->length + 1 || item[i].name[folder->length] != '/' ||
		    memcmp(item[i].name, folder->name, folder->length) != 0)
			continue;
		slash = strchr(name, '/');
		if (!slash && !S_ISDIR(item[i].mode))
			continue;
		release = release_of(reading, releases, name, slash ? (size_t)(slash - name) : strlen(name));
		if (!release || !slash || S_ISDIR(item[i].mode) || !is_module(slash))
			continue;
		file = vw_grow(reading->image, &release->files, sizeof(*file), MODULES_LIMIT);
		if (file)
			*file = vwb_arena_string(reading->arena, slash + 1);
		else
			reading->ret->incomplete = true;
	}
}

static int read_tree(struct reading *reading, const struct vw_item *folder, const struct release *release,
		     struct vw_module_tree *tree)
{
	const char *path = vwb_arena_printf(reading->arena, "/%s/%s", folder->name, release->name);
	const char *dep = path ? vwb_arena_printf(reading->arena, "%s/modules.dep", path) : NULL;
	const struct vw_item *item = dep ? vw_contents_find(reading->contents, dep) : NULL;
	const struct vw_content *content = program_of(item);
	int r;

	if (!dep)
		return -ENOMEM;
	r = vw_module_tree_index(reading->image, content ? content->text : NULL, content ? content->size : 0,
				 release->files.item, release->files.count, tree);
	if (r < 0)
		return r;
	tree->state = VW_VALUE;
	tree->folder = vw_image_clean(reading->image, path, strlen(path));
	return tree->folder ? 0 : -ENOMEM;
}

static int read_trees(struct reading *reading)
{
	static const char *const folders[] = {"/lib/modules", "/usr/lib/modules"};
	struct vw_growing trees = {0};
	const struct vw_item *seen = NULL;

	for (size_t i = 0; i < VW_COUNT(folders); i++) {
		const struct vw_item *folder = vw_contents_find(reading->contents, folders[i]);
		struct vw_growing releases = {0};
		const struct release *release;

		if (!folder || folder == seen)
			continue;
		seen = folder;
		find_releases(reading, folder, &releases);
		release = releases.item;
		for (size_t k = 0; k < releases.count; k++) {
			struct vw_module_tree *tree =
				vw_grow(reading->image, &trees, sizeof(*tree), TREES_LIMIT);
			int r = tree ? read_tree(reading, folder, &release[k], tree) : 0;

			if (r < 0)
				return r;
		}
	}
	reading->ret->tree = trees.item;
	reading->ret->tree_count = trees.count;
	return 0;
}

/* The whole. */

static int conclude(struct reading *reading)
{
	struct vw_initramfs *ret = reading->ret;
	int r;

	ret->segment = reading->segments.item;
	ret->segment_count = reading->segments.count;
	ret->entries = reading->cpio.entries;
	if (vw_contents_incomplete(reading->contents))
		ret->incomplete = true;
	vw_image_set_names(&ret->firmware_early, VW_VALUE, &reading->early, ret->path);
	find_nested(reading);
	find_generator(reading);
	find_init(reading);
	read_load(reading);
	read_build(reading);
	r = read_modprobe(reading);
	if (r == 0)
		r = read_trees(reading);
	return r == 0 && vwb_arena_failed(reading->arena) ? -ENOMEM : r;
}

static int read_bytes(struct reading *reading, const unsigned char *bytes, size_t size)
{
	int r;

	if (size >= 2 && memcmp(bytes, "MZ", 2) == 0)
		r = read_uki(reading, bytes, size);
	else
		r = read_segments(reading, bytes, size, 0);
	if (r == -ENOMEM)
		return r;
	if (reading->segments.count == 0)
		malformed(reading, size ? "it holds nothing but zeros" : "it is empty");
	return conclude(reading);
}

int vw_initramfs_read(struct vw_image *image, const char *path, struct vw_initramfs *ret)
{
	_cleanup_(vw_contents_freep) struct vw_contents *contents = NULL;
	struct vw_initramfs initramfs = {.state = VW_VALUE};
	struct reading reading = {
		.image = image, .arena = vw_image_arena(image), .ret = &initramfs, .is_early = true};
	unsigned char *bytes = NULL;
	size_t size = 0;
	int r;

	initramfs.path = vw_image_clean(image, path, strlen(path));
	if (!initramfs.path || vw_contents_new(image, &contents) < 0)
		return -ENOMEM;
	reading.contents = contents;
	reading.cpio.sink = &sink;
	reading.cpio.context = &reading;

	r = vw_file_read_large(image, path, 0, UINT64_MAX, &bytes, &size);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		initramfs.state = r == -ETIME || r == -EFBIG ? VW_VALUE : vw_image_state(r);
		initramfs.incomplete = true;
		initramfs.problem = vwb_arena_printf(reading.arena, "it could not be read: %s", strerror(-r));
		*ret = initramfs;
		return 0;
	}
	initramfs.size = size;
	r = read_bytes(&reading, bytes, size);
	vw_file_free_large(image, bytes, size);
	if (r == 0)
		*ret = initramfs;
	return r;
}
