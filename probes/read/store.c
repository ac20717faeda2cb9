/* SPDX-License-Identifier: MIT */
#include "probes/read/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "probes/read/root.h"

void vw_file_close(struct vw_file *file)
{
	if (file->is_own && file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

ssize_t vw_file_pread(const struct vw_file *file, void *bytes, size_t size, uint64_t offset)
{
	size_t done = 0;

	if (offset >= file->size)
		return 0;
	if (size > file->size - offset)
		size = (size_t)(file->size - offset);
	while (done < size) {
		ssize_t n = pread(file->fd, (char *)bytes + done, size - done,
				  (off_t)(file->offset + offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* A folder. */

/* Opened as a mere place first: opening a device or a FIFO can have effects. */
static int open_checked(struct vw_root *root, const char *path, mode_t kind, struct stat *ret_status)
{
	_cleanup_(vw_closep) int place = vw_root_open(root, path, O_PATH, 0);

	if (place < 0)
		return place;
	if (fstat(place, ret_status) < 0)
		return -errno;
	if ((ret_status->st_mode & S_IFMT) != kind)
		return kind == S_IFDIR ? -ENOTDIR : -EINVAL;
	return vw_root_open(root, path, O_RDONLY | (kind == S_IFDIR ? O_DIRECTORY : 0), 0);
}

static int folder_open(void *from, const char *path, struct vw_file *ret)
{
	struct stat status;
	int fd = open_checked(from, path, S_IFREG, &status);

	if (fd < 0)
		return fd;
	*ret = (struct vw_file){.fd = fd, .size = (uint64_t)status.st_size, .is_own = true};
	return 0;
}

static enum vw_entry_type type_of_mode(mode_t mode)
{
	return S_ISREG(mode)   ? VW_ENTRY_FILE
	       : S_ISDIR(mode) ? VW_ENTRY_FOLDER
	       : S_ISLNK(mode) ? VW_ENTRY_LINK
			       : VW_ENTRY_OTHER;
}

/* Some file systems leave d_type out. */
static enum vw_entry_type type_of_entry(int fd, const struct dirent *entry)
{
	struct stat status;

	switch (entry->d_type) {
	case DT_REG:
		return VW_ENTRY_FILE;
	case DT_DIR:
		return VW_ENTRY_FOLDER;
	case DT_LNK:
		return VW_ENTRY_LINK;
	case DT_UNKNOWN:
		return fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0
			       ? VW_ENTRY_OTHER
			       : type_of_mode(status.st_mode);
	default:
		return VW_ENTRY_OTHER;
	}
}

static int folder_list(void *from, const char *path, vw_store_visit visit, void *context)
{
	struct dirent *entry;
	struct stat status;
	int fd = open_checked(from, path, S_IFDIR, &status), r = 0;
	DIR *stream;

	if (fd < 0)
		return fd;
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	for (errno = 0; r == 0 && (entry = readdir(stream)); errno = 0)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = visit(context, entry->d_name, type_of_entry(dirfd(stream), entry));
	if (r == 0)
		r = -errno;
	closedir(stream);
	return r;
}

static int folder_link(void *from, const char *path, char target[PATH_MAX])
{
	_cleanup_(vw_closep) int fd = vw_root_open(from, path, O_PATH | O_NOFOLLOW, 0);

	return fd < 0 ? fd : vw_root_readlink(fd, target);
}

/* The walk tells each place in turn; the last one that is no link is where the path leads. */
static int keep_place(void *context, const char *place, const struct stat *status, const char *target)
{
	size_t length = strlen(place);

	(void)status;
	if (target)
		return 0;
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(context, place, length + 1);
	return 0;
}

static int folder_stat(void *from, const char *path, enum vw_entry_type *ret_type, uint64_t *ret_size,
		       char place[PATH_MAX])
{
	_cleanup_(vw_closep) int fd = -1;
	struct stat status;

	if (place)
		memcpy(place, "/", sizeof("/"));
	fd = place ? vw_root_walk(from, path, O_PATH, 0, keep_place, place)
		   : vw_root_open(from, path, O_PATH, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	*ret_type = type_of_mode(status.st_mode);
	if (ret_size)
		*ret_size = (uint64_t)status.st_size;
	return 0;
}

const struct vw_store_calls vw_folder_calls = {
	.open = folder_open,
	.read = vw_file_pread,
	.list = folder_list,
	.link = folder_link,
	.stat = folder_stat,
};
