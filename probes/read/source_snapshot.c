/* SPDX-License-Identifier: MIT */
#include "probes/read/source_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/read/archive.h"
#include "probes/read/meta.h"

enum {
	ARCHIVE_MAX = 64 * 1024 * 1024 /* bytes of a packed snapshot; real ones have less than a hundredth */
};

/* A whole recording has some two thousand entries. Of a longer file one byte more is kept than anybody reads,
 * so that whoever reads it sees that it was longer. */
static const struct vw_archive_bounds bounds = {
	.entries = 32768, .total = 64 * 1024 * 1024, .file = VW_TABLE_LIMIT + 1, .seconds = 5};

/* Whoever recorded no architecture recorded CPUID leaves or /proc/cpuinfo; of other machines nothing is to be
 * guessed. */
static const char *guess_arch(struct vw_source *source)
{
	const char *bytes;
	size_t size;

	if (vw_source_exists(source, "/cpuid.txt") == 0)
		return "x86_64";
	/* only the kernel's x86 code prints this line: arch/x86/kernel/cpu/proc.c */
	if (vw_source_read(source, "/proc/cpuinfo", VW_TEXT_LIMIT, &bytes, &size) == 0 &&
	    strstr(bytes, "\ncpuid level\t:"))
		return "x86_64";
	return "unknown";
}

/* Finding the snapshot. */

/* A directory that holds none of these is no snapshot. Returns 1, 0 or a negative errno. */
static int looks_like_snapshot(int fd)
{
	static const char *const names[] = {"meta.json", "cpuid.txt", "proc", "sys",
					    "dev",       "run",       "etc",  ".dockerenv"};
	struct stat status;

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		if (fstatat(fd, names[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
			return 1;
		if (errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* The name of the only entry of a directory, or "" when there is none or more than one. */
static int only_entry(int fd, char name[NAME_MAX + 1])
{
	DIR *directory = fdopendir(fd);
	const struct dirent *entry;
	size_t count = 0;

	name[0] = '\0';
	if (!directory) {
		close(fd);
		return -errno;
	}
	while (count < 2 && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
		count++;
	}
	closedir(directory);
	if (count > 1)
		name[0] = '\0';
	return 0;
}

/* Archives may hold the snapshot in a folder of its own: put that in place of @source's root. */
static int enter_only_folder(struct vw_source *source)
{
	_cleanup_(vw_closep) int fd = -1;
	char name[NAME_MAX + 1];
	int r = openat(source->root.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (r < 0)
		return -errno;
	r = only_entry(r, name);
	if (r < 0)
		return r;
	fd = openat(source->root.fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -EBADMSG;
	r = looks_like_snapshot(fd);
	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	vw_closep(&source->root.fd);
	source->root.fd = fd;
	fd = -1;
	return 0;
}

static int check_root(struct vw_source *source)
{
	int r = looks_like_snapshot(source->root.fd);

	if (r)
		return r < 0 ? r : 0;
	return source->unpacked ? enter_only_folder(source) : -EBADMSG;
}

struct opened {
	int fd;         /* O_PATH of a directory */
	char *unpacked; /* or NULL */
	struct vw_hold hold;
};

static int open_archive(const char *path, struct opened *opened, char *problem, size_t problem_size)
{
	static const char *const parents[] = {"/dev/shm", NULL};
	_cleanup_(vw_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const struct vw_archive_job job = {.fd = fd, .path = path, .bounds = &bounds, .hold = &opened->hold};
	struct stat status;
	int r;

	if (fd < 0 || fstat(fd, &status) < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return vw_problem(problem, problem_size, -EBADMSG, "%s: changed while it was opened", path);
	if (status.st_size == 0)
		return vw_problem(problem, problem_size, -EBADMSG, "%s: is empty", path);
	if (status.st_size > ARCHIVE_MAX)
		return vw_problem(problem, problem_size, -E2BIG, "%s: too big for a snapshot", path);

	vw_hold_begin(&opened->hold);
	r = vw_archive_make_folder(parents, &opened->unpacked);
	if (r < 0)
		return vw_problem(problem, problem_size, -EIO, "%s: no temporary directory to unpack into",
				  path);
	r = vw_archive_unpack(&job, opened->unpacked, problem, problem_size);
	if (r < 0)
		return r;
	opened->fd = open(opened->unpacked, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (opened->fd < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", opened->unpacked, strerror(errno));
	return 0;
}

/* Look at what it is before it is opened: a FIFO would block, a device may have effects. */
static int open_snapshot(const char *path, struct opened *opened, char *problem, size_t problem_size)
{
	_cleanup_(vw_closep) int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return vw_problem(problem, problem_size, -errno, "%s: %s", path, strerror(errno));
	if (S_ISREG(status.st_mode))
		return open_archive(path, opened, problem, problem_size);
	if (!S_ISDIR(status.st_mode))
		return vw_problem(problem, problem_size, -EBADMSG,
				  "%s: is neither a directory nor an archive", path);
	opened->fd = fd;
	fd = -1;
	return 0;
}

static int begin(struct vw_source *source, const char *path, char *problem, size_t problem_size)
{
	int r = check_root(source);

	if (r < 0)
		return vw_problem(problem, problem_size, r, "%s: %s", path,
				  r == -EBADMSG ? "is no snapshot" : strerror(-r));
	r = vw_meta_read(source);
	if (r == -EBADMSG)
		return vw_problem(problem, problem_size, r, "%s: meta.json is not of " VW_SNAPSHOT_FORMAT,
				  path);
	if (r == -EOPNOTSUPP)
		return vw_problem(problem, problem_size, r,
				  "%s: cannot read meta.json without libjansson.so.4", path);
	if (r < 0)
		return vw_problem(problem, problem_size, r, "%s: meta.json: %s", path, strerror(-r));

	source->path = vw_source_clean(source, path);
	if (!source->arch)
		source->arch = guess_arch(source);
	if (!source->path || vwb_arena_failed(source->arena))
		return vw_problem(problem, problem_size, -ENOMEM, "%s: out of memory", path);
	return 0;
}

int vw_source_snapshot(const char *path, struct vw_source **ret_source, char *problem, size_t problem_size)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	struct opened opened = {.fd = -1};
	int r = open_snapshot(path, &opened, problem, problem_size);

	if (r == 0) {
		r = vw_source_new(opened.fd, &source);
		if (r < 0)
			vw_problem(problem, problem_size, r, "%s: out of memory", path);
	}
	if (!source) {
		if (opened.unpacked)
			vw_tree_remove(AT_FDCWD, opened.unpacked);
		free(opened.unpacked);
		vw_hold_end(&opened.hold);
		return r;
	}

	source->snapshot = true;
	source->unpacked = opened.unpacked;
	source->hold = opened.hold;
	r = begin(source, path, problem, problem_size);
	if (r < 0)
		return r;
	*ret_source = source;
	source = NULL;
	return 0;
}
