/* SPDX-License-Identifier: MIT */
#include "probes/read/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/read/root.h"

int vw_problem(char *problem, size_t size, int err, const char *format, ...)
{
	va_list arguments;

	if (!size)
		return err;
	va_start(arguments, format);
	vsnprintf(problem, size, format, arguments);
	va_end(arguments);
	vwb_text_clean(problem, strlen(problem));
	return err;
}

/* Names. */

/* Take a component off @name. Returns 1, 0 at the end, or a negative errno. */
static int next_component(const char **name, char component[NAME_MAX + 1])
{
	const char *at = *name;
	size_t length;

	do {
		at += strspn(at, "/");
		length = strcspn(at, "/");
		*name = at + length;
		if (length != 1 || at[0] != '.')
			break;
		at += length;
	} while (*at);

	if (!*at) /* a dot was the last */
		length = 0;
	if (length > NAME_MAX)
		return -E2BIG;
	memcpy(component, at, length);
	component[length] = '\0';
	if (strcmp(component, "..") == 0)
		return -EBADMSG;
	return length > 0;
}

/* Check the whole name before anything is made. Returns the number of components. */
static int check_name(const char *name)
{
	char component[NAME_MAX + 1];
	int depth = 0, r;

	if (strlen(name) > VW_TREE_NAME)
		return -E2BIG;
	while ((r = next_component(&name, component)) > 0)
		if (++depth > VW_TREE_DEPTH)
			return -E2BIG;
	return r < 0 ? r : depth;
}

/* Open the directory that holds the last component, which is left in @last. @make: what is missing is made,
 * and counted; NULL: it is not. */
static int open_parent(int root_fd, const char *name, size_t *make, mode_t mode, char last[NAME_MAX + 1])
{
	_cleanup_(vw_closep) int fd = openat(root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int depth = check_name(name), r;

	last[0] = '\0';
	if (depth < 0)
		return depth;
	if (fd < 0)
		return -errno;

	for (int i = 0; i < depth; i++) {
		int next;

		r = next_component(&name, last);
		if (r < 0)
			return r;
		if (i == depth - 1)
			break;
		next = openat(fd, last, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && make) {
			if (mkdirat(fd, last, mode) < 0 && errno != EEXIST)
				return -errno;
			++*make;
			next = openat(fd, last, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		if (next < 0)
			return -errno;
		vw_closep(&fd);
		fd = next;
	}
	r = fd;
	fd = -1;
	return r;
}

/* Making. */

int vw_tree_write_bytes(int fd, const void *buffer, size_t size)
{
	const char *bytes = buffer;

	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

static int make_directory(int parent, const char *name, mode_t mode)
{
	struct stat status;

	if (mkdirat(parent, name, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
}

static int make_file(int parent, const char *name, bool private)
{
	int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			private ? 0600 : 0666);

	return fd < 0 ? -errno : fd;
}

static int make_link(int parent, const char *name, const char *target)
{
	return symlinkat(target, parent, name) < 0 ? -errno : 0;
}

/* Remove what a file or a link takes the place of. */
static int make_way(int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0)
		return 0;
	return errno == EPERM ? -EISDIR : -errno;
}

static int put_file(int parent, const char *name, bool private)
{
	int r = make_file(parent, name, private);

	if (r == -EEXIST)
		r = make_way(parent, name);
	else
		return r;
	return r < 0 ? r : make_file(parent, name, private);
}

static int put_link(int parent, const char *name, const char *target)
{
	int r = make_link(parent, name, target);

	if (r == -EEXIST)
		r = make_way(parent, name);
	else
		return r;
	return r < 0 ? r : make_link(parent, name, target);
}

static int write_file(int fd, const struct vw_node *node)
{
	int r = vw_tree_write_bytes(fd, node->bytes, node->size);

	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int vw_tree_add(int root_fd, const struct vw_node *node)
{
	_cleanup_(vw_closep) int parent = -1;
	mode_t mode = node->private ? 0700 : 0777;
	char name[NAME_MAX + 1];
	size_t made = 0;
	int r;

	parent = open_parent(root_fd, node->name, node->made ? node->made : &made, mode, name);
	if (parent < 0)
		return parent;
	if (!name[0]) /* the root itself */
		return node->type == VW_NODE_DIRECTORY ? 0 : -EISDIR;
	if (node->type == VW_NODE_DIRECTORY)
		return make_directory(parent, name, mode);

	if (node->type == VW_NODE_LINK)
		return put_link(parent, name, node->bytes);
	r = put_file(parent, name, node->private);
	return r < 0 ? r : write_file(r, node);
}

int vw_tree_create(int root_fd, const char *name, bool private, size_t *made)
{
	_cleanup_(vw_closep) int parent = -1;
	char last[NAME_MAX + 1];

	parent = open_parent(root_fd, name, made, private ? 0700 : 0777, last);
	if (parent < 0)
		return parent;
	return last[0] ? put_file(parent, last, private) : -EISDIR;
}

int vw_tree_open(int root_fd, const char *name)
{
	_cleanup_(vw_closep) int parent = -1, fd = -1;
	char last[NAME_MAX + 1];
	struct stat status;
	int r;

	parent = open_parent(root_fd, name, NULL, 0, last);
	if (parent < 0)
		return parent;
	fd = openat(parent, last[0] ? last : ".", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	r = fd;
	fd = -1;
	return r;
}

/* Removing. */

static void remove_entries(int fd, int depth)
{
	DIR *directory = fdopendir(fd);
	const struct dirent *entry;

	if (!directory) {
		close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		const char *name = entry->d_name;
		int below;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (unlinkat(fd, name, 0) == 0 || depth == 0)
			continue;
		below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0)
			continue;
		remove_entries(below, depth - 1);
		unlinkat(fd, name, AT_REMOVEDIR);
	}
	closedir(directory);
}

void vw_tree_remove(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		remove_entries(fd, VW_TREE_DEPTH);
	unlinkat(at, path, AT_REMOVEDIR);
}
