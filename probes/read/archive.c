/* SPDX-License-Identifier: MIT */
#include "probes/read/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/dynlib.h"
#include "probes/read/root.h"
#include "base/clock.h"

#define SONAME "libarchive.so.13"

enum {
	READ_SIZE = 16 * 1024, /* small: between two reads the time is looked at */
	BLOCK_SIZE = 512,      /* of a tar */
	PIECE_SIZE = 64 * 1024,
	MEGABYTE = 1024 * 1024,
};

/* The library. */

#define READ_FUNCTIONS(X)                    \
	X(archive_read_new)                  \
	X(archive_read_support_filter_gzip)  \
	X(archive_read_support_filter_zstd)  \
	X(archive_read_support_filter_xz)    \
	X(archive_read_support_filter_bzip2) \
	X(archive_read_support_filter_lz4)   \
	X(archive_read_support_format_tar)   \
	X(archive_read_open2)                \
	X(archive_read_next_header)          \
	X(archive_read_data)                 \
	X(archive_read_data_skip)            \
	X(archive_read_free)                 \
	X(archive_filter_bytes)              \
	X(archive_filter_code)               \
	X(archive_set_error)                 \
	X(archive_error_string)              \
	X(archive_entry_pathname)            \
	X(archive_entry_symlink)             \
	X(archive_entry_hardlink)            \
	X(archive_entry_pathname_utf8)       \
	X(archive_entry_symlink_utf8)        \
	X(archive_entry_hardlink_utf8)       \
	X(archive_entry_filetype)            \
	X(archive_entry_size)                \
	X(archive_entry_sparse_count)

#define WRITE_FUNCTIONS(X)                         \
	X(archive_write_new)                       \
	X(archive_write_add_filter_gzip)           \
	X(archive_write_add_filter_zstd)           \
	X(archive_write_add_filter_none)           \
	X(archive_write_set_format_pax_restricted) \
	X(archive_write_set_options)               \
	X(archive_write_set_bytes_in_last_block)   \
	X(archive_write_open)                      \
	X(archive_write_header)                    \
	X(archive_write_data)                      \
	X(archive_write_close)                     \
	X(archive_write_free)                      \
	X(archive_entry_new)                       \
	X(archive_entry_free)                      \
	X(archive_entry_set_pathname)              \
	X(archive_entry_set_symlink)               \
	X(archive_entry_set_filetype)              \
	X(archive_entry_set_perm)                  \
	X(archive_entry_set_size)                  \
	X(archive_entry_set_mtime)

static struct {
	READ_FUNCTIONS(VWB_DYNLIB_MEMBER)
	WRITE_FUNCTIONS(VWB_DYNLIB_MEMBER)
} library;

static int load(void)
{
	static const struct vwb_symbol symbols[] = {READ_FUNCTIONS(VWB_DYNLIB_SYMBOL)
							    WRITE_FUNCTIONS(VWB_DYNLIB_SYMBOL)};

	return vwb_dynlib_open(SONAME, symbols, VW_COUNT(symbols));
}

int vw_archive_load(const char *path, char *problem, size_t problem_size)
{
	int r = load();

	if (r < 0)
		vw_problem(problem, problem_size, r, "%s: cannot handle archives without " SONAME, path);
	return r;
}

/* Reading. */

struct unpacking {
	struct archive *archive;
	const struct vw_archive_job *job;
	int root; /* where to; negative: into the index */
	const char *path;
	char *problem;
	size_t problem_size;
	uint64_t deadline;
	size_t entries;
	uint64_t packed, kept; /* bytes read, bytes written */
	uint64_t archive_size;
	char input[READ_SIZE], piece[PIECE_SIZE];
};

/* Of the processor: an archive is not worse because the machine is busy. */
static uint64_t seconds(void)
{
	return vwb_clock_ns(CLOCK_PROCESS_CPUTIME_ID) / 1000000000;
}

static la_ssize_t read_input(struct archive *archive, void *context, const void **buffer)
{
	struct unpacking *unpacking = context;
	ssize_t bytes;

	if (seconds() > unpacking->deadline) {
		library.archive_set_error(archive, ETIME, "takes too long to unpack");
		return ARCHIVE_FATAL;
	}
	do {
		bytes = read(unpacking->job->fd, unpacking->input, sizeof(unpacking->input));
	} while (bytes < 0 && errno == EINTR);
	if (bytes < 0)
		library.archive_set_error(archive, errno, "cannot be read");
	else
		unpacking->packed += (uint64_t)bytes;
	if (unpacking->job->tell)
		unpacking->job->tell(unpacking->job->context, unpacking->packed);
	*buffer = unpacking->input;
	return bytes < 0 ? ARCHIVE_FATAL : bytes;
}

/* Over the content of a file that is read where it stands. What is less than was asked for is read then. */
static la_int64_t skip_input(struct archive *archive, void *context, la_int64_t request)
{
	struct unpacking *unpacking = context;
	off_t at = lseek(unpacking->job->fd, 0, SEEK_CUR);
	int64_t left = at < 0 ? 0 : (int64_t)unpacking->archive_size - at;

	(void)archive;
	if (request > left)
		request = left;
	if (request <= 0 || lseek(unpacking->job->fd, request, SEEK_CUR) < 0)
		return 0;
	unpacking->packed += (uint64_t)request;
	return request;
}

/* In the library's own words. */
static int damaged(struct unpacking *unpacking)
{
	const char *reason = library.archive_error_string(unpacking->archive);

	return vw_problem(unpacking->problem, unpacking->problem_size, -EBADMSG, "%s: %s: %s",
			  unpacking->path,
			  unpacking->entries ? "damaged archive" : "no archive that can be read",
			  reason ? reason : "no reason given");
}

static int too_big(struct unpacking *unpacking, const char *reason)
{
	return vw_problem(unpacking->problem, unpacking->problem_size, -E2BIG, "%s: too big an archive: %s",
			  unpacking->path, reason);
}

/* What an entry may fail with because of the archive and not of this machine. */
static const struct fault {
	int err;
	const char *reason;
	int result;
} faults[] = {
	{-EBADMSG, "leads out of the archive", -EBADMSG},
	{-E2BIG, "name too long or too deep", -E2BIG},
	{-ELOOP, "leads through a link", -EBADMSG},
	{-ENOTDIR, "leads through what is no directory", -EBADMSG},
	{-EISDIR, "is a directory already", -EBADMSG},
	{-ENOENT, "names a file that is not there", -EBADMSG},
	{-EINVAL, "names what is no file", -EBADMSG},
	{-EILSEQ, "has no name that can be read", -EBADMSG},
};

static int too_many(struct unpacking *unpacking)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "more than %zu entries", unpacking->job->bounds->entries);
	return too_big(unpacking, reason);
}

static int bad_entry(struct unpacking *unpacking, int err, const char *name)
{
	const char *reason = strerror(-err);

	if (err == -ENOBUFS)
		return too_many(unpacking);
	if (err == -ENOMEM && unpacking->job->memory && unpacking->job->memory->spent)
		return too_big(unpacking, "its names take too much memory");
	for (size_t i = 0; i < VW_COUNT(faults); i++)
		if (faults[i].err == err) {
			reason = faults[i].reason;
			err = faults[i].result;
			break;
		}
	return vw_problem(unpacking->problem, unpacking->problem_size, err, "%s: entry \"%.200s\": %s",
			  unpacking->path, name, reason);
}

/* @size: of what is about to be unpacked, as the archive has it */
static int check_bounds(struct unpacking *unpacking, int64_t size)
{
	const struct vw_archive_bounds *bounds = unpacking->job->bounds;
	bool stays = unpacking->job->index &&
		     library.archive_filter_code(unpacking->archive, 0) == ARCHIVE_FILTER_NONE;
	int64_t unpacked = stays ? 0 : library.archive_filter_bytes(unpacking->archive, 0);
	char reason[64];

	if ((size <= 0 || (uint64_t)size <= bounds->total) && (uint64_t)unpacked <= bounds->total &&
	    unpacking->kept <= bounds->total)
		return 0;
	snprintf(reason, sizeof(reason), "more than %llu MiB unpacked",
		 (unsigned long long)(bounds->total / MEGABYTE));
	return too_big(unpacking, reason);
}

static int count_entry(struct unpacking *unpacking)
{
	return ++unpacking->entries <= unpacking->job->bounds->entries ? 0 : too_many(unpacking);
}

/* The next bytes of a file's content: from the archive, or from the file that another one is a copy of.
 * Returns how many, 0 at the end, or a negative errno. */
static ssize_t next_piece(struct unpacking *unpacking, int copied, size_t most)
{
	ssize_t bytes;

	if (copied < 0) {
		bytes = library.archive_read_data(unpacking->archive, unpacking->piece, most);
		return bytes < 0 ? damaged(unpacking) : bytes;
	}
	do {
		bytes = read(copied, unpacking->piece, most);
	} while (bytes < 0 && errno == EINTR);
	return bytes < 0 ? bad_entry(unpacking, -errno, "a hard link") : bytes;
}

/* Write as much of a file's content as is kept. */
static int write_content(struct unpacking *unpacking, const char *name, int copied, int fd)
{
	uint64_t left = unpacking->job->bounds->file;

	while (left) {
		ssize_t bytes = next_piece(unpacking, copied, left < PIECE_SIZE ? (size_t)left : PIECE_SIZE);
		int r;

		if (bytes <= 0)
			return (int)bytes;
		r = vw_tree_write_bytes(fd, unpacking->piece, (size_t)bytes);
		if (r < 0)
			return bad_entry(unpacking, r, name);
		left -= (uint64_t)bytes;
		unpacking->kept += (uint64_t)bytes;
		r = check_bounds(unpacking, 0);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A file whose content is that of @copied, or the archive's if that is negative. */
static int unpack_file(struct unpacking *unpacking, const char *name, int copied)
{
	_cleanup_(vw_closep) int fd = vw_tree_create(unpacking->root, name, true, &unpacking->entries);

	return fd < 0 ? bad_entry(unpacking, fd, name) : write_content(unpacking, name, copied, fd);
}

/* A file of the index: where its bytes stand. Those of an archive that is not compressed stay there. */
static int index_file(struct unpacking *unpacking, const char *name, struct archive_entry *entry)
{
	const struct vw_archive_job *job = unpacking->job;
	uint64_t size = (uint64_t)library.archive_entry_size(entry), before = unpacking->kept;
	struct vw_file bytes = {.fd = job->fd,
				.offset = (uint64_t)library.archive_filter_bytes(unpacking->archive, 0),
				.size = size < job->bounds->file ? size : job->bounds->file};
	int r;

	if (library.archive_filter_code(unpacking->archive, 0) == ARCHIVE_FILTER_NONE &&
	    library.archive_entry_sparse_count(entry) == 0 && bytes.offset % BLOCK_SIZE == 0 &&
	    bytes.offset <= unpacking->archive_size && size <= unpacking->archive_size - bytes.offset) {
		if (library.archive_read_data_skip(unpacking->archive) < ARCHIVE_WARN)
			return damaged(unpacking);
	} else {
		r = write_content(unpacking, name, -1, job->store);
		if (r < 0)
			return r;
		bytes = (struct vw_file){
			.fd = job->store, .offset = before, .size = unpacking->kept - before};
	}
	r = vw_index_add(job->index, name, VW_NODE_FILE, NULL, &bytes);
	return r < 0 ? bad_entry(unpacking, r, name) : 0;
}

static int index_hard_link(struct unpacking *unpacking, const char *name, const char *target)
{
	int r = vw_index_add_hard_link(unpacking->job->index, name, target);

	return r < 0 ? bad_entry(unpacking, r, r == -ENOENT || r == -EINVAL ? target : name) : 0;
}

/* A hard link is another name of what came before it: in a directory it becomes a copy. */
static int unpack_hard_link(struct unpacking *unpacking, const char *name, const char *target)
{
	_cleanup_(vw_closep) int copied = -1;

	if (unpacking->job->index)
		return index_hard_link(unpacking, name, target);
	copied = vw_tree_open(unpacking->root, target);
	return copied < 0 ? bad_entry(unpacking, copied, target) : unpack_file(unpacking, name, copied);
}

/*
 * Names in a pax header are UTF-8, and the library gives them in the locale's characters, or not at all where
 * the locale has none; all others are bytes, which it gives as they are.
 */
static const char *entry_name(struct archive_entry *entry)
{
	const char *name = library.archive_entry_pathname(entry);

	return name ? name : library.archive_entry_pathname_utf8(entry);
}

static const char *entry_link(struct archive_entry *entry)
{
	const char *target = library.archive_entry_symlink(entry);

	return target ? target : library.archive_entry_symlink_utf8(entry);
}

static const char *entry_hard_link(struct archive_entry *entry)
{
	const char *target = library.archive_entry_hardlink(entry);

	return target ? target : library.archive_entry_hardlink_utf8(entry);
}

static int unpack_node(struct unpacking *unpacking, const char *name, enum vw_node_type type,
		       const char *target)
{
	struct vw_node node = {
		.name = name, .type = type, .bytes = target, .made = &unpacking->entries, .private = true};
	struct vw_index *index = unpacking->job->index;
	int r = index ? vw_index_add(index, name, type, target, NULL) : vw_tree_add(unpacking->root, &node);

	return r < 0 ? bad_entry(unpacking, r, name) : 0;
}

static int unpack_entry(struct unpacking *unpacking, struct archive_entry *entry)
{
	const char *name = entry_name(entry), *target = entry_hard_link(entry);
	int r = count_entry(unpacking);

	if (r == 0)
		r = check_bounds(unpacking, library.archive_entry_size(entry));
	if (r < 0)
		return r;
	if (!name)
		return bad_entry(unpacking, -EILSEQ, "?");
	if (target)
		return unpack_hard_link(unpacking, name, target);

	switch (library.archive_entry_filetype(entry)) {
	case AE_IFDIR:
		return unpack_node(unpacking, name, VW_NODE_DIRECTORY, NULL);
	case AE_IFLNK:
		target = entry_link(entry);
		return target ? unpack_node(unpacking, name, VW_NODE_LINK, target) : 0;
	case AE_IFREG:
		return unpacking->job->index ? index_file(unpacking, name, entry)
					     : unpack_file(unpacking, name, -1);
	case AE_IFCHR:
	case AE_IFBLK:
		return unpack_node(unpacking, name, VW_NODE_FILE, "");
	default:
		return 0;
	}
}

/* A tar ends with blocks of zeros; without one the rest was cut off between two entries. */
static int check_end(struct unpacking *unpacking, int64_t before)
{
	if (library.archive_filter_bytes(unpacking->archive, 0) - before >= 512)
		return 0;
	return vw_problem(unpacking->problem, unpacking->problem_size, -EBADMSG,
			  "%s: damaged archive: the end is missing", unpacking->path);
}

/* A few compressed bytes may be thousands of entries: the time is looked at for each. */
static int check_patience(struct unpacking *unpacking)
{
	if (vw_hold_broken(unpacking->job->hold))
		return vw_problem(unpacking->problem, unpacking->problem_size, -EINTR, "%s: interrupted",
				  unpacking->path);
	return seconds() > unpacking->deadline ? too_big(unpacking, "takes too long to unpack") : 0;
}

static int unpack_entries(struct unpacking *unpacking)
{
	for (;;) {
		int64_t before = library.archive_filter_bytes(unpacking->archive, 0);
		struct archive_entry *entry;
		int r = library.archive_read_next_header(unpacking->archive, &entry);

		if (r == ARCHIVE_EOF)
			return check_end(unpacking, before);
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return damaged(unpacking);
		r = check_patience(unpacking);
		if (r == 0)
			r = unpack_entry(unpacking, entry);
		if (r < 0)
			return r;
	}
}

/* Without these the library would run a program to decompress. */
static int support_formats(struct archive *archive, bool every_codec)
{
	if (library.archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
	    library.archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
	    library.archive_read_support_format_tar(archive) != ARCHIVE_OK)
		return -EOPNOTSUPP;
	if (every_codec && (library.archive_read_support_filter_xz(archive) != ARCHIVE_OK ||
			    library.archive_read_support_filter_bzip2(archive) != ARCHIVE_OK ||
			    library.archive_read_support_filter_lz4(archive) != ARCHIVE_OK))
		return -EOPNOTSUPP;
	return 0;
}

static int unpack(struct unpacking *unpacking)
{
	int r;

	unpacking->archive = library.archive_read_new();
	if (!unpacking->archive)
		return vw_problem(unpacking->problem, unpacking->problem_size, -ENOMEM, "%s: out of memory",
				  unpacking->path);
	r = support_formats(unpacking->archive, unpacking->job->bounds->every_codec);
	if (r < 0)
		return vw_problem(unpacking->problem, unpacking->problem_size, r,
				  "%s: this " SONAME " lacks a format", unpacking->path);
	if (library.archive_read_open2(unpacking->archive, unpacking, NULL, read_input, skip_input, NULL) !=
	    ARCHIVE_OK)
		return damaged(unpacking);
	return unpack_entries(unpacking);
}

/* Where something temporary goes. */
static const char *temporary_parent(const char *const *parents)
{
	const char *parent = secure_getenv("TMPDIR");

	if (parent && parent[0] == '/')
		return parent;
	for (; *parents; parents++)
		if (access(*parents, W_OK | X_OK) == 0)
			return *parents;
	return "/tmp";
}

int vw_archive_make_folder(const char *const *parents, char **ret_folder)
{
	char *path;

	if (asprintf(&path, "%s/virtwhere.XXXXXX", temporary_parent(parents)) < 0)
		return -ENOMEM;
	if (!mkdtemp(path)) {
		int error = errno;

		free(path);
		return -error;
	}
	*ret_folder = path;
	return 0;
}

int vw_archive_make_store(const char *const *parents)
{
	const char *parent = temporary_parent(parents);
	char path[PATH_MAX];
	int fd = open(parent, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
		return fd < 0 ? -errno : fd;
	/* a file system that has no files without a name */
	if (snprintf(path, sizeof(path), "%s/virtwhere.XXXXXX", parent) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

static int run_job(const struct vw_archive_job *job, int root, char *problem, size_t problem_size)
{
	struct unpacking *unpacking;
	struct stat status;
	int r = vw_archive_load(job->path, problem, problem_size);

	if (r < 0)
		return r;
	unpacking = calloc(1, sizeof(*unpacking));
	if (!unpacking)
		return vw_problem(problem, problem_size, -ENOMEM, "%s: out of memory", job->path);

	unpacking->job = job;
	unpacking->root = root;
	unpacking->path = job->path;
	unpacking->problem = problem;
	unpacking->problem_size = problem_size;
	unpacking->deadline = seconds() + job->bounds->seconds;
	unpacking->archive_size = fstat(job->fd, &status) < 0 ? 0 : (uint64_t)status.st_size;
	r = unpack(unpacking);
	if (unpacking->archive)
		library.archive_read_free(unpacking->archive);
	free(unpacking);
	return r;
}

int vw_archive_unpack(const struct vw_archive_job *job, const char *folder, char *problem,
		      size_t problem_size)
{
	_cleanup_(vw_closep) int root = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (root < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", folder, strerror(errno));
	return run_job(job, root, problem, problem_size);
}

int vw_archive_index(const struct vw_archive_job *job, char *problem, size_t problem_size)
{
	return run_job(job, -1, problem, problem_size);
}

/* Writing. */

static int add_zstd(struct archive *archive)
{
	return library.archive_write_add_filter_zstd(archive);
}

static int add_gzip(struct archive *archive)
{
	return library.archive_write_add_filter_gzip(archive);
}

static int add_none(struct archive *archive)
{
	return library.archive_write_add_filter_none(archive);
}

static const struct suffix {
	const char *suffix;
	int (*add_filter)(struct archive *archive);
	const char *options;
} suffixes[] = {
	{".tar", add_none, NULL},
	{".tar.gz", add_gzip, "gzip:!timestamp"},
	{".tar.zst", add_zstd, NULL},
};

static const struct suffix *find_suffix(const char *path)
{
	for (size_t i = 0; i < VW_COUNT(suffixes); i++)
		if (vwb_text_ends(path, suffixes[i].suffix))
			return &suffixes[i];
	return NULL;
}

bool vw_archive_has_suffix(const char *path)
{
	return find_suffix(path) != NULL;
}

static const struct form {
	unsigned type;
	mode_t mode;
} forms[] = {
	[VW_NODE_DIRECTORY] = {AE_IFDIR, 0755},
	[VW_NODE_FILE] = {AE_IFREG, 0644},
	[VW_NODE_LINK] = {AE_IFLNK, 0777},
};

static int write_node(struct archive *archive, const struct vw_node *node)
{
	struct archive_entry *entry = library.archive_entry_new();
	bool file = node->type == VW_NODE_FILE;
	int r;

	if (!entry)
		return ARCHIVE_FATAL;
	library.archive_entry_set_pathname(entry, node->name);
	library.archive_entry_set_filetype(entry, forms[node->type].type);
	library.archive_entry_set_perm(entry, forms[node->type].mode);
	library.archive_entry_set_mtime(entry, 0, 0);
	library.archive_entry_set_size(entry, file ? (int64_t)node->size : 0);
	if (node->type == VW_NODE_LINK)
		library.archive_entry_set_symlink(entry, node->bytes);

	r = library.archive_write_header(archive, entry);
	library.archive_entry_free(entry);
	if (r >= ARCHIVE_WARN && file && node->size &&
	    library.archive_write_data(archive, node->bytes, node->size) != (la_ssize_t)node->size)
		r = ARCHIVE_FATAL;
	return r;
}

struct writing {
	int fd;
	int err;
	const struct vw_hold *hold;
};

/* The library leaks when a write fails: it is told that all went well, and whoever called it is told the
 * truth. */
static la_ssize_t write_output(struct archive *archive, void *context, const void *bytes, size_t size)
{
	struct writing *writing = context;

	(void)archive;
	if (!writing->err)
		writing->err = vw_tree_write_bytes(writing->fd, bytes, size);
	return (la_ssize_t)size;
}

static int write_nodes(struct archive *archive, struct writing *writing, const struct suffix *suffix,
		       const struct vw_node *nodes, size_t count)
{
	if (suffix->add_filter(archive) != ARCHIVE_OK ||
	    library.archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
	    library.archive_write_set_options(archive, suffix->options) != ARCHIVE_OK)
		return -EOPNOTSUPP;
	/* nothing behind the end: zeros there would be garbage to a decompressor */
	library.archive_write_set_bytes_in_last_block(archive, 1);
	if (library.archive_write_open(archive, writing, NULL, write_output, NULL) != ARCHIVE_OK)
		return -EIO;
	for (size_t i = 0; i < count && !writing->err; i++)
		if (vw_hold_broken(writing->hold))
			writing->err = -EINTR;
		else if (write_node(archive, &nodes[i]) < ARCHIVE_WARN)
			return -EIO;
	return library.archive_write_close(archive) == ARCHIVE_OK ? writing->err : -EIO;
}

int vw_archive_write(int fd, const char *path, const struct vw_hold *hold, const struct vw_node *nodes,
		     size_t count, char *problem, size_t problem_size)
{
	const struct suffix *suffix = find_suffix(path);
	struct writing writing = {.fd = fd, .hold = hold};
	struct archive *archive;
	int r = vw_archive_load(path, problem, problem_size);

	if (r < 0)
		return r;
	if (!suffix)
		return vw_problem(problem, problem_size, -EOPNOTSUPP, "%s: unknown kind of archive", path);
	archive = library.archive_write_new();
	if (!archive)
		return vw_problem(problem, problem_size, -ENOMEM, "%s: out of memory", path);

	r = write_nodes(archive, &writing, suffix, nodes, count);
	if (r < 0) {
		const char *reason = library.archive_error_string(archive);

		vw_problem(problem, problem_size, r, "%s: %s", path,
			   writing.err || !reason ? strerror(-r) : reason);
	}
	library.archive_write_free(archive);
	return r;
}
