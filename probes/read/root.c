/* SPDX-License-Identifier: MIT */
#include "probes/read/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	LINKS_MAX = 40,    /* as the kernel's MAXSYMLINKS */
	TRIES_MAX = 64,    /* of one openat2(2), while somebody renames */
	PROC_ROOT_INO = 1, /* Linux include/linux/proc_ns.h */
};

#define OPEN_FLAGS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

void vw_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int vw_root_readlink(int fd, char target[PATH_MAX])
{
	ssize_t length = readlinkat(fd, "", target, PATH_MAX - 1);

	if (length < 0)
		return errno == ENOENT ? -EINVAL : -errno; /* ENOENT: what an empty path says of no link */
	target[length] = '\0';
	return (int)length;
}

int vw_root_read_flat_link(int fd, char target[PATH_MAX])
{
	ssize_t length = pread(fd, target, PATH_MAX - 1, 0);

	if (length < 0)
		return -errno;
	target[length] = '\0';
	if (length == PATH_MAX - 1 || strlen(target) != (size_t)length || !vwb_text_starts(target, "../") ||
	    strpbrk(target, "\r\n"))
		return -EINVAL;
	return (int)length;
}

/* By component. */

/*
 * The folders from the root to where the walk is stay open, and ".." goes back to the one before: a folder's
 * own ".." leads out of the root once somebody has moved the folder there. How deep a walk goes is bounded by
 * the files that the process may have open.
 */
struct walk {
	const struct vw_root *root;
	int level[PATH_MAX / 2]; /* the folders of @place */
	size_t levels;
	int open_flags;
	unsigned flags;
	int links;
	bool told; /* @visit knows of where it is */
	vw_root_visit visit;
	void *context;
	char rest[PATH_MAX];  /* what is still to go */
	char place[PATH_MAX]; /* where it is, as a path without links; empty at the root */
};

/* The folder that the walk has come to. */
static int current_folder(const struct walk *walk)
{
	return walk->levels ? walk->level[walk->levels - 1] : walk->root->fd;
}

static void start_at_root(struct walk *walk)
{
	while (walk->levels)
		vw_closep(&walk->level[--walk->levels]);
	walk->place[0] = '\0';
	walk->told = false;
}

static int go_up(struct walk *walk)
{
	if (!walk->levels)
		return walk->flags & VW_ROOT_BENEATH ? -EXDEV : 0;
	vw_closep(&walk->level[--walk->levels]);
	*strrchr(walk->place, '/') = '\0';
	walk->told = false;
	return 0;
}

/* Take the next component off the rest. Returns its length, 0 when none is left. */
static size_t next_component(struct walk *walk, char name[NAME_MAX + 1])
{
	size_t skip = strspn(walk->rest, "/"), length = strcspn(walk->rest + skip, "/");

	if (length > NAME_MAX)
		return length;
	memcpy(name, walk->rest + skip, length);
	name[length] = '\0';
	memmove(walk->rest, walk->rest + skip + length, strlen(walk->rest + skip + length) + 1);
	return length;
}

static int append_place(struct walk *walk, const char *name, size_t length)
{
	size_t used = strlen(walk->place);

	if (used + 1 + length >= sizeof(walk->place))
		return -ENAMETOOLONG;
	walk->place[used] = '/';
	memcpy(walk->place + used + 1, name, length + 1);
	return 0;
}

static int visit_place(struct walk *walk, const struct stat *status, const char *target)
{
	if (!walk->visit)
		return 0;
	return walk->visit(walk->context, walk->place[0] ? walk->place : "/", status, target);
}

/* Links of procfs that are more than their text (/proc/PID/exe, fd/…) are all below its root, where the plain
 * ones are (self, mounts). RESOLVE_NO_MAGICLINKS refuses them. */
static bool is_magic(const struct walk *walk, int link)
{
	struct statfs filesystem;
	struct stat parent;

	return fstatfs(link, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC &&
	       fstat(current_folder(walk), &parent) == 0 && parent.st_ino != PROC_ROOT_INO;
}

static int follow_text(struct walk *walk, const char *target, size_t length, const struct stat *status)
{
	size_t rest = strlen(walk->rest);
	int r = visit_place(walk, status, target);

	if (r < 0)
		return r;
	*strrchr(walk->place, '/') = '\0';
	walk->told = false;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	if (length == 0)
		return -ENOENT;
	if (length + rest >= sizeof(walk->rest))
		return -ENAMETOOLONG;

	/* the rest is empty or begins with a slash */
	memmove(walk->rest + length, walk->rest, rest + 1);
	memcpy(walk->rest, target, length);
	if (target[0] != '/')
		return 0;
	if (walk->flags & VW_ROOT_BENEATH)
		return -EXDEV;
	start_at_root(walk);
	return 0;
}

static int follow(struct walk *walk, int link, const struct stat *status)
{
	char target[PATH_MAX];
	int length = vw_root_readlink(link, target);

	if (length < 0)
		return length;
	return is_magic(walk, link) ? -ELOOP : follow_text(walk, target, (size_t)length, status);
}

static int follow_flat(struct walk *walk, const char *name, const struct stat *status)
{
	_cleanup_(vw_closep) int fd = -1;
	char target[PATH_MAX];
	int length;

	if (!(walk->flags & VW_ROOT_FLAT_LINKS) || !S_ISREG(status->st_mode))
		return -ENOTDIR;
	fd = openat(current_folder(walk), name, O_RDONLY | O_NOFOLLOW | OPEN_FLAGS);
	length = fd < 0 ? -errno : vw_root_read_flat_link(fd, target);
	return length < 0 ? -ENOTDIR : follow_text(walk, target, (size_t)length, status);
}

/* Open what the path ends at. O_NOFOLLOW: it was no link a moment ago. */
static int open_last(struct walk *walk, const char *name, const struct stat *status)
{
	int r = visit_place(walk, status, NULL), fd;

	if (r < 0)
		return r;
	fd = openat(current_folder(walk), name, walk->open_flags | O_NOFOLLOW | OPEN_FLAGS);
	return fd < 0 ? -errno : fd;
}

/* One step. Returns 0 when there is more to go; @ret_fd is set when the end is reached. */
static int step(struct walk *walk, const char *name, size_t length, int *ret_fd)
{
	_cleanup_(vw_closep) int fd = -1;
	struct stat status;
	int r;

	fd = openat(current_folder(walk), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	r = append_place(walk, name, length);
	if (r < 0)
		return r;

	if (S_ISLNK(status.st_mode)) {
		if (walk->rest[0] != '\0' || !(walk->open_flags & O_NOFOLLOW))
			return follow(walk, fd, &status);
	} else if (S_ISDIR(status.st_mode)) {
		/* the last one too: it may be followed by slashes, dots, or nothing */
		r = visit_place(walk, &status, NULL);
		if (r < 0)
			return r;
		walk->told = true;
		walk->level[walk->levels++] = fd;
		fd = -1;
		return 0;
	} else if (walk->rest[0] != '\0') {
		return follow_flat(walk, name, &status);
	}

	r = open_last(walk, name, &status);
	if (r < 0)
		return r;
	*ret_fd = r;
	return 0;
}

/* Open the directory that the walk has come to, be it by dots or through a link that ends in them. */
static int open_here(struct walk *walk)
{
	struct stat status;
	int fd, r = 0;

	if (walk->visit && !walk->told)
		r = fstat(current_folder(walk), &status) < 0 ? -errno : visit_place(walk, &status, NULL);
	if (r < 0)
		return r;
	fd = openat(current_folder(walk), ".", walk->open_flags | OPEN_FLAGS);
	return fd < 0 ? -errno : fd;
}

static int walk_all(struct walk *walk)
{
	char name[NAME_MAX + 1];
	int fd = -1, r = 0;

	while (r == 0 && fd < 0) {
		size_t length = next_component(walk, name);

		if (length > NAME_MAX)
			return -ENAMETOOLONG;
		if (length == 0)
			return open_here(walk);
		if (strcmp(name, "..") == 0)
			r = go_up(walk);
		else if (strcmp(name, ".") != 0)
			r = step(walk, name, length, &fd);
	}
	return r < 0 ? r : fd;
}

int vw_root_walk(const struct vw_root *root, const char *path, int open_flags, unsigned flags,
		 vw_root_visit visit, void *context)
{
	struct walk walk = {
		.root = root,
		.open_flags = open_flags,
		.flags = flags,
		.visit = visit,
		.context = context,
	};
	size_t size = strlen(path) + 1;
	int fd;

	if (size > sizeof(walk.rest))
		return -ENAMETOOLONG;
	memcpy(walk.rest, path, size);
	fd = walk_all(&walk);
	start_at_root(&walk);
	return fd;
}

/* openat2. */

static int openat2_below(const struct vw_root *root, const char *path, int open_flags, unsigned flags)
{
	struct open_how how = {
		.flags = (unsigned)(open_flags | OPEN_FLAGS),
		.resolve =
			RESOLVE_NO_MAGICLINKS | (flags & VW_ROOT_BENEATH ? RESOLVE_BENEATH : RESOLVE_IN_ROOT),
	};
	long fd;

	if (open_flags & O_PATH) /* openat2 refuses what O_PATH would ignore */
		how.flags &= ~(unsigned)(O_NONBLOCK | O_NOCTTY);
	/* RESOLVE_BENEATH takes no leading slash */
	path += strspn(path, "/");
	fd = syscall(SYS_openat2, root->fd, *path ? path : ".", &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* Filters made before openat2 existed answer EPERM instead of ENOSYS. */
static bool is_forbidden(const struct vw_root *root)
{
	int fd = openat2_below(root, ".", O_PATH, 0);

	if (fd >= 0)
		close(fd);
	return fd == -EPERM;
}

int vw_root_open(struct vw_root *root, const char *path, int open_flags, unsigned flags)
{
	int fd = -EAGAIN;

	/* EAGAIN: a rename crossed a "..", which may lead out then; Linux fs/namei.c, handle_dots() */
	for (unsigned i = 0; i < TRIES_MAX && fd == -EAGAIN && !root->walk; i++)
		fd = openat2_below(root, path, open_flags, flags);
	if (!root->walk && fd != -ENOSYS && !(fd == -EPERM && is_forbidden(root)))
		return fd;
	root->walk = true;
	return vw_root_walk(root, path, open_flags, flags, NULL, NULL);
}
