/* SPDX-License-Identifier: MIT */
#include "probes/read/meta.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "probes/read/archive.h"
#include "probes/machine/counters.h"
#include "probes/read/redact.h"
#include "base/clock.h"

/*
 * A source remembers every access, so recording is probing, and then writing down what the source remembers:
 * each object at its place without links, and each link that was passed on the way.
 */

struct recording {
	struct vw_source *source;
	bool with_ids;
	size_t nodes, space;
	struct vw_node *node;
	/* where the walk has come to */
	char place[PATH_MAX];
	mode_t type;
};

/* Nodes. */

/* @place: absolute; the root itself needs no node */
static int add_node(struct recording *recording, const char *place, enum vw_node_type type, const void *bytes,
		    size_t size)
{
	struct vw_source *source = recording->source;
	const char *name = vwb_arena_string(source->arena, place + 1);

	if (!place[1])
		return 0;
	if (!name || vw_source_grow(source, &recording->node, recording->nodes, &recording->space,
				    sizeof(*recording->node)) < 0)
		return -ENOMEM;
	recording->node[recording->nodes++] = (struct vw_node){
		.name = name,
		.type = type,
		.bytes = bytes ? bytes : "",
		.size = size,
		.private = recording->with_ids,
	};
	return 0;
}

static int add_file(struct recording *recording, const char *place, const char *bytes, size_t size)
{
	char *copy = vwb_arena_copy(recording->source->arena, bytes, size);

	if (!copy)
		return -ENOMEM;
	size = vw_redact(place, copy, size, recording->with_ids);
	return add_node(recording, place, VW_NODE_FILE, copy, size);
}

/* Absolute targets become relative to the link's place, so that they lead to the same file in the snapshot.
 */
static int add_link(struct recording *recording, const char *place, const char *target)
{
	struct vwb_arena *arena = recording->source->arena;
	const char *relative = vwb_arena_string(arena, target);

	if (target[0] == '/') {
		target += strspn(target, "/");
		relative = vwb_arena_string(arena, *target ? target : ".");
		for (const char *at = place + 1; relative && *at; at++)
			if (*at == '/')
				relative = vwb_arena_printf(arena, "../%s", relative);
	}
	return relative ? add_node(recording, place, VW_NODE_LINK, relative, 0) : -ENOMEM;
}

static enum vw_node_type node_type(mode_t mode)
{
	return S_ISDIR(mode) ? VW_NODE_DIRECTORY : VW_NODE_FILE;
}

/* Places. */

static int visit(void *context, const char *place, const struct stat *status, const char *target)
{
	struct recording *recording = context;

	memcpy(recording->place, place, strlen(place) + 1);
	recording->type = status->st_mode;
	if (target)
		return add_link(recording, place, target);
	return S_ISDIR(status->st_mode) ? add_node(recording, place, VW_NODE_DIRECTORY, NULL, 0) : 0;
}

/* Go to @path as the source does, noting links and directories on the way. What has gone meanwhile stays
 * where it was asked for. */
static int go(struct recording *recording, const char *path, int open_flags)
{
	unsigned flags = recording->source->snapshot ? VW_ROOT_FLAT_LINKS : 0;
	int fd;

	recording->place[0] = '/';
	recording->place[1] = '\0';
	recording->type = S_IFDIR;
	fd = vw_root_walk(&recording->source->root, path, O_PATH | open_flags, flags, visit, recording);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (fd == -ENOMEM || strlen(path) >= sizeof(recording->place))
		return -ENOMEM;
	memcpy(recording->place, path, strlen(path) + 1);
	recording->type = S_IFREG;
	return 0;
}

/* What the source remembers. */

static int record_entry(struct recording *recording, const char *directory, const char *name)
{
	const char *path = vwb_arena_printf(recording->source->arena, "%s/%s",
					    strcmp(directory, "/") ? directory : "", name);
	char target[PATH_MAX];
	struct stat status;
	int fd, r;

	if (!path)
		return -ENOMEM;
	fd = vw_root_open(&recording->source->root, path, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0) /* gone, or not to be looked at: its name is still listed */
		return add_node(recording, path, VW_NODE_FILE, NULL, 0);

	r = fstat(fd, &status) < 0 ? -errno : 0;
	if (r == 0 && S_ISLNK(status.st_mode))
		r = vw_root_readlink(fd, target);
	close(fd);
	if (r < 0)
		return r;
	return S_ISLNK(status.st_mode) ? add_link(recording, path, target)
				       : add_node(recording, path, node_type(status.st_mode), NULL, 0);
}

static int record_list(struct recording *recording, const struct vw_access *access)
{
	const char *directory = vwb_arena_string(recording->source->arena, recording->place);
	int r = directory ? 0 : -ENOMEM;

	for (size_t i = 0; i < access->count && r == 0; i++)
		r = record_entry(recording, directory, access->name[i]);
	return r;
}

static bool worked(const struct vw_access_answer *answer)
{
	return answer->asked && !answer->err;
}

static int record_access(struct recording *recording, const struct vw_access *access)
{
	int r = 0;

	if (worked(&access->link))
		r = go(recording, access->path, O_NOFOLLOW);
	if (r == 0 && worked(&access->link))
		r = add_link(recording, recording->place, access->target);
	if (r < 0 || (!worked(&access->read) && !worked(&access->list) && !worked(&access->exists) &&
		      !worked(&access->usable)))
		return r;

	r = go(recording, access->path, 0);
	if (r < 0)
		return r;
	if (worked(&access->read))
		return add_file(recording, recording->place, access->bytes, access->size);
	if (worked(&access->list))
		return record_list(recording, access);
	return add_node(recording, recording->place, node_type(recording->type), NULL, 0);
}

/* A snapshot's own files are written anew. */
static bool is_own_file(const char *path)
{
	static const char *const own[] = {"/meta.json", "/timing.json", "/ethtool.json", "/cpuid.txt",
					  "/cpuid-xenpv.txt"};

	for (size_t i = 0; i < VW_COUNT(own); i++)
		if (strcmp(path, own[i]) == 0)
			return true;
	return false;
}

static int record_accesses(struct recording *recording)
{
	struct vw_source *source = recording->source;
	int r = 0;

	for (size_t i = 0; i < source->accesses && r == 0; i++)
		if (!source->snapshot || !is_own_file(source->access[i]->path))
			r = record_access(recording, source->access[i]);
	return r;
}

/* The snapshot's own files. */

static int record_leaves(struct recording *recording, enum vw_cpuid_kind kind, const char *place)
{
	enum { LINE_SIZE = 96 };
	size_t count, used;
	const struct vw_leaf *leaf = vw_source_leaves(recording->source, kind, &count);
	char *text;

	if (!count)
		return 0;
	text = vwb_arena_array(recording->source->arena, count + 1, LINE_SIZE);
	if (!text)
		return -ENOMEM;
	used = (size_t)snprintf(text, LINE_SIZE, "CPU 0:\n");
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, LINE_SIZE,
					 "   0x%08x 0x%02x: eax=0x%08x ebx=0x%08x ecx=0x%08x edx=0x%08x\n",
					 leaf[i].leaf, leaf[i].subleaf, leaf[i].eax, leaf[i].ebx, leaf[i].ecx,
					 leaf[i].edx);
	return add_node(recording, place, VW_NODE_FILE, text, used);
}

static int record_timing(struct recording *recording)
{
	uint64_t min, median;
	const char *text;

	if (vw_source_cpuid_timing(recording->source, &min, &median) < 0)
		return 0; /* no CPUID here, or not to be executed */
	text = vwb_arena_printf(recording->source->arena,
				"{\"cpuid_exit_ns\": {\"min\": %llu, \"median\": %llu}}\n",
				(unsigned long long)min, (unsigned long long)median);
	return text ? add_node(recording, "/timing.json", VW_NODE_FILE, text, strlen(text)) : -ENOMEM;
}

/* What runs on while the machine does, as it stands now: the time that was stolen, and what ENA counts. */
static int record_counters(struct recording *recording, const struct vw_facts *facts)
{
	_cleanup_(vw_counter_reader_freep) struct vw_counter_reader *reader = NULL;
	struct vw_counters counters = {0};
	const char *text;
	size_t size;
	int r;

	/* from which record_accesses() takes it; what cannot be read is noted */
	(void)!vw_source_read(recording->source, "/proc/stat", VW_STAT_HEAD, &text, &size);
	r = vw_counter_reader_new(recording->source, facts, &reader);
	if (r == 0)
		r = vw_counter_reader_read(reader, &counters);
	if (r < 0 || !counters.interfaces)
		return r;
	r = vw_ethtool_write(recording->source, &counters, &text);
	return r < 0 ? r : add_node(recording, "/ethtool.json", VW_NODE_FILE, text, strlen(text));
}

static int record_meta(struct recording *recording)
{
	struct vw_source *source = recording->source;
	const char *captured = source->captured, *text = NULL;
	char now[VWB_TIME_SIZE];
	int r;

	if (!source->snapshot && vwb_time_now(now))
		captured = now;
	r = vw_meta_write(source, captured, &text);
	return r < 0 ? r : add_node(recording, "/meta.json", VW_NODE_FILE, text, strlen(text));
}

/* Order. */

/* By name; of two with the same one, the one that says more comes first: a link before the file that stands
 * for it, a file that was read before one that was only listed. */
static int compare_nodes(const void *a, const void *b)
{
	const struct vw_node *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	if (r == 0)
		r = (y->type == VW_NODE_LINK) - (x->type == VW_NODE_LINK);
	return r ? r : (x->size < y->size) - (x->size > y->size);
}

static void sort_nodes(struct recording *recording)
{
	size_t kept = 0;

	qsort(recording->node, recording->nodes, sizeof(*recording->node), compare_nodes);
	for (size_t i = 0; i < recording->nodes; i++)
		if (!kept || strcmp(recording->node[kept - 1].name, recording->node[i].name) != 0)
			recording->node[kept++] = recording->node[i];
	recording->nodes = kept;
}

static int record_all(struct recording *recording, unsigned flags)
{
	bool timing = flags & VW_SNAPSHOT_TIMING;
	struct vw_facts *facts;
	int r = vw_probe(recording->source, VW_PROBE_WIDE | (timing ? VW_PROBE_TIMING : 0), &facts);

	if (r < 0)
		return r;
	r = record_counters(recording, facts);
	vw_facts_free(facts);
	if (r == 0)
		r = record_accesses(recording);
	if (r == 0)
		r = record_leaves(recording, VW_CPUID_NATIVE, "/cpuid.txt");
	if (r == 0)
		r = record_leaves(recording, VW_CPUID_XEN_PREFIX, "/cpuid-xenpv.txt");
	if (r == 0 && timing)
		r = record_timing(recording);
	if (r == 0)
		r = record_meta(recording);
	if (r == 0)
		sort_nodes(recording);
	return r;
}

/* Writing: whole or not at all. */

struct target {
	const char *path;
	char *problem;
	size_t problem_size;
	int parent;                   /* the directory that it is to stand in */
	char name[NAME_MAX + 1];      /* in that directory */
	char temporary[NAME_MAX + 1]; /* its name until it is whole */
};

static int fail(const struct target *target, int err)
{
	return vw_problem(target->problem, target->problem_size, err, "%s: %s", target->path,
			  err == -EEXIST ? "is there already" : strerror(-err));
}

/* Split the path, and make sure that nothing is there. */
static int open_target(struct target *target, const char *path, char *problem, size_t problem_size)
{
	size_t length = strlen(path), base;
	char directory[PATH_MAX];
	struct stat status;
	uint64_t number;

	*target =
		(struct target){.path = path, .problem = problem, .problem_size = problem_size, .parent = -1};
	while (length > 1 && path[length - 1] == '/')
		length--;
	for (base = length; base && path[base - 1] != '/'; base--)
		;
	if (length >= sizeof(directory) || length - base > NAME_MAX)
		return fail(target, -ENAMETOOLONG);
	if (length == 0)
		return fail(target, -ENOENT);
	if (base == length)
		return fail(target, -EEXIST); /* the root */
	memcpy(target->name, path + base, length - base);
	memcpy(directory, base ? path : ".", base ? base : 1);
	directory[base ? base : 1] = '\0';

	target->parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target->parent < 0)
		return fail(target, -errno);
	if (fstatat(target->parent, target->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return fail(target, -EEXIST);
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return fail(target, -EIO);
	snprintf(target->temporary, sizeof(target->temporary), ".virtwhere.%016llx",
		 (unsigned long long)number);
	return 0;
}

static int write_directory(const struct target *target, const struct recording *recording)
{
	_cleanup_(vw_closep) int fd = -1;

	if (mkdirat(target->parent, target->temporary, recording->with_ids ? 0700 : 0777) < 0)
		return fail(target, -errno);
	fd = openat(target->parent, target->temporary, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(target, -errno);
	for (size_t i = 0; i < recording->nodes; i++) {
		bool broken = vw_hold_broken(&recording->source->hold);
		int r = broken ? -EINTR : vw_tree_add(fd, &recording->node[i]);

		if (r < 0)
			return vw_problem(target->problem, target->problem_size, r, "%s/%s: %s", target->path,
					  recording->node[i].name, strerror(-r));
	}
	return 0;
}

static int write_archive(const struct target *target, const struct recording *recording)
{
	_cleanup_(vw_closep) int fd = -1;
	int r;

	fd = openat(target->parent, target->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    recording->with_ids ? 0600 : 0666);
	if (fd < 0)
		return fail(target, -errno);
	r = vw_archive_write(fd, target->path, &recording->source->hold, recording->node, recording->nodes,
			     target->problem, target->problem_size);
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? fail(target, -errno) : 0;
}

/* Give it its name, over nothing that is there. */
static int put_in_place(const struct target *target)
{
	struct stat status;

	if (renameat2(target->parent, target->temporary, target->parent, target->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return fail(target, -errno);
	/* a file system without that flag */
	if (fstatat(target->parent, target->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return fail(target, -EEXIST);
	if (renameat(target->parent, target->temporary, target->parent, target->name) < 0)
		return fail(target, -errno);
	return 0;
}

/* Suffixes of archives that are not written: a directory of that name would surprise. */
static bool is_other_archive(const char *path)
{
	static const char *const others[] = {".tgz", ".tzst", ".txz", ".tbz2", ".zip", ".7z",  ".cpio",
					     ".gz",  ".zst",  ".xz",  ".bz2",  ".lz4", ".rar", ".Z"};

	for (size_t i = 0; i < VW_COUNT(others); i++)
		if (vwb_text_ends(path, others[i]))
			return !vw_archive_has_suffix(path);
	return false;
}

static int write_target(const struct target *target, const struct recording *recording)
{
	struct vw_hold *hold = &recording->source->hold;
	bool held = hold->holding;
	int r;

	vw_hold_begin(hold);
	r = vw_archive_has_suffix(target->name) ? write_archive(target, recording)
						: write_directory(target, recording);
	if (r == 0)
		r = put_in_place(target);
	if (r < 0 && unlinkat(target->parent, target->temporary, 0) < 0)
		vw_tree_remove(target->parent, target->temporary);
	if (!held)
		vw_hold_end(hold);
	return r;
}

int vw_snapshot_record(struct vw_source *source, const char *path, unsigned flags, char *problem,
		       size_t problem_size)
{
	struct recording recording = {.source = source, .with_ids = flags & VW_SNAPSHOT_WITH_IDS};
	struct target target;
	int r;

	if (is_other_archive(path))
		return vw_problem(problem, problem_size, -EOPNOTSUPP,
				  "%s: archives are .tar, .tar.gz or .tar.zst", path);
	r = open_target(&target, path, problem, problem_size);
	if (r == 0) {
		r = record_all(&recording, flags);
		if (r < 0)
			fail(&target, r);
		else
			r = write_target(&target, &recording);
	}
	vw_closep(&target.parent);
	return r;
}
