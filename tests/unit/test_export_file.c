/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/dynlib.h"

/*
 * A file that is replaced is the old or the new one, whatever happens meanwhile. The calls that make it so
 * pass through here on their way to the kernel: each is noted, and may fail.
 */

enum { CALLS = 16 };

static struct {
	char order[CALLS]; /* w: write, f: fsync of a file, d: of a folder, r: rename, u: unlink */
	size_t count;
	int write_err, fsync_err, folder_err, rename_err; /* fail with it */
	bool notes;                                       /* the writes to this one */
	int noted_fd;
	int interrupts; /* so many writes are interrupted first */
	int nothing;    /* so many writes take nothing then */
	size_t at_most; /* bytes that one write takes; 0: all */
	size_t synced;  /* bytes of the file at its fsync */
	dev_t device;
	ino_t folder; /* the one that was synced */
	char temporary[PATH_MAX];
} calls;

static void note_call(char call)
{
	assert_true(calls.count + 1 < sizeof(calls.order));
	calls.order[calls.count++] = call;
}

static int fails_with(int err)
{
	errno = err;
	return -1;
}

/* What a call that succeeds leaves in errno says nothing. */
static int succeeds(long result)
{
	assert_true(result >= 0);
	errno = EIO;
	return (int)result;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header names none that are ours */
ssize_t write(int fd, const void *bytes, size_t size)
{
	if (!calls.notes || fd != calls.noted_fd)
		return syscall(SYS_write, fd, bytes, size);
	note_call('w');
	if (calls.interrupts > 0) {
		calls.interrupts--;
		return fails_with(EINTR);
	}
	if (calls.write_err)
		return fails_with(calls.write_err);
	if (calls.nothing > 0) {
		calls.nothing--;
		errno = EIO;
		return 0;
	}
	return syscall(SYS_write, fd, bytes, calls.at_most && size > calls.at_most ? calls.at_most : size);
}

int fsync(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	if (S_ISDIR(status.st_mode)) {
		note_call('d');
		calls.device = status.st_dev;
		calls.folder = status.st_ino;
		return calls.folder_err ? fails_with(calls.folder_err) : succeeds(syscall(SYS_fsync, fd));
	}
	note_call('f');
	calls.synced = (size_t)status.st_size;
	return calls.fsync_err ? fails_with(calls.fsync_err) : succeeds(syscall(SYS_fsync, fd));
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int rename(const char *old, const char *name)
{
	note_call('r');
	snprintf(calls.temporary, sizeof(calls.temporary), "%s", old);
	return calls.rename_err ? fails_with(calls.rename_err)
				: succeeds(syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, name, 0));
}

/* A folder for each test. */

struct folder {
	char path[64], file[96], link[96];
};

static int make_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	memset(&calls, 0, sizeof(calls));
	snprintf(folder->path, sizeof(folder->path), "/tmp/virtwhere-test-XXXXXX");
	if (!mkdtemp(folder->path))
		return -1;
	snprintf(folder->file, sizeof(folder->file), "%s/file", folder->path);
	snprintf(folder->link, sizeof(folder->link), "%s/link", folder->path);
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;

	unlink(folder->file);
	unlink(folder->link);
	/* A temporary file that stayed behind makes this fail, and with it the test. */
	if (rmdir(folder->path) < 0)
		return -1;
	free(folder);
	return 0;
}

static void assert_holds(const char *path, const char *expected)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text) - 1), (int)strlen(expected));
	close(fd);
	assert_string_equal(text, expected);
}

static void assert_synced_folder(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(calls.device, status.st_dev);
	assert_int_equal(calls.folder, status.st_ino);
}

/* What is replaced, and what is not. */

static void file_is_written_and_replaced(void **state)
{
	struct folder *folder = *state;

	assert_int_equal(vwb_file_write(folder->file, "one", 3), 0);
	assert_holds(folder->file, "one");
	assert_int_equal(vwb_file_write(folder->file, "second", 6), 0);
	assert_holds(folder->file, "second");
}

static void file_behind_a_link_is_replaced(void **state)
{
	struct folder *folder = *state;
	struct stat st;

	assert_int_equal(vwb_file_write(folder->file, "one", 3), 0);
	assert_int_equal(symlink("file", folder->link), 0);
	assert_int_equal(vwb_file_write(folder->link, "two", 3), 0);
	assert_holds(folder->file, "two");
	assert_int_equal(lstat(folder->link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void file_that_is_no_file_stays_what_it_is(void **state)
{
	struct folder *folder = *state;
	struct stat st;

	assert_int_equal(vwb_file_write(folder->path, "x", 1), -EISDIR);
	assert_int_equal(vwb_file_write("/dev/null", "x", 1), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(vwb_file_write("/dev/full", "x", 1), -ENOSPC);
}

/* Who must not wait touches regular files only; a link is followed or replaced, as he wants. */
static void file_that_is_no_file_is_refused(void **state)
{
	struct folder *folder = *state;
	char fifo[128];
	struct stat st;

	snprintf(fifo, sizeof(fifo), "%s/fifo", folder->path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(vwb_file_replace(fifo, "x", 1, true), -EINVAL);
	assert_int_equal(symlink("fifo", folder->link), 0);
	assert_int_equal(vwb_file_replace(folder->link, "x", 1, true), -EINVAL);
	assert_int_equal(vwb_file_replace("/dev/null", "x", 1, false), -EINVAL);
	assert_int_equal(vwb_file_replace(folder->path, "x", 1, false), -EISDIR);
	assert_int_equal(vwb_file_replace(folder->link, "x", 1, false), 0);
	assert_int_equal(lstat(folder->link, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(lstat(fifo, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(unlink(fifo), 0);
}

static void file_in_no_folder_fails(void **state)
{
	struct folder *folder = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/none/file", folder->path);
	assert_int_equal(vwb_file_write(path, "x", 1), -ENOENT);
	snprintf(path, sizeof(path), "%s/file", folder->file);
	assert_int_equal(vwb_file_write(folder->file, "x", 1), 0);
	assert_int_equal(vwb_file_write(path, "x", 1), -ENOTDIR);
}

/* Whole, with a NUL behind it, and nothing that is too big, is no file, or is not to be followed. */
static void file_is_read_whole(void **state)
{
	static const char bytes[] = {'a', '\0', 'b', '\n'};
	struct folder *folder = *state;
	struct vwb_arena *arena;
	char *text = NULL;
	size_t size = 0;

	assert_int_equal(vwb_arena_new(&arena), 0);
	assert_int_equal(vwb_file_read(arena, folder->file, 0, 9, &text, &size), -ENOENT);
	assert_int_equal(vwb_file_write(folder->file, bytes, sizeof(bytes)), 0);
	assert_int_equal(vwb_file_read(arena, folder->file, 0, 3, &text, &size), -EFBIG);
	assert_null(text);
	assert_int_equal(vwb_file_read(arena, folder->file, O_NOFOLLOW, 4, &text, &size), 0);
	assert_int_equal(size, sizeof(bytes));
	assert_memory_equal(text, bytes, sizeof(bytes));
	assert_int_equal(text[size], '\0');
	assert_int_equal(symlink(folder->file, folder->link), 0);
	assert_int_equal(vwb_file_read(arena, folder->link, O_NOFOLLOW, 9, &text, &size), -ELOOP);
	assert_int_equal(vwb_file_read(arena, folder->link, 0, 9, &text, &size), 0);
	assert_int_equal(truncate(folder->file, 0), 0);
	assert_int_equal(vwb_file_read(arena, folder->file, 0, 0, &text, &size), 0);
	assert_int_equal(size, 0);
	assert_string_equal(text, "");
	assert_int_equal(unlink(folder->file), 0);
	assert_int_equal(mkfifo(folder->file, 0600), 0);
	assert_int_equal(vwb_file_read(arena, folder->file, 0, 9, &text, &size), -EINVAL);
	assert_int_equal(vwb_file_read(arena, folder->path, 0, 9, &text, &size), -EINVAL);
	/* of the kernel's files nobody knows how long they are */
	if (access("/proc/self/status", R_OK) == 0)
		assert_int_equal(vwb_file_read(arena, "/proc/self/status", 0, 9, &text, &size), -EAGAIN);
	vwb_arena_free(arena);
}

/* What outlives a crash. */

/* The bytes are on the disk before the name is theirs, and then the name is. */
static void replaced_file_outlives_a_crash(void **state)
{
	struct folder *folder = *state;
	char expected[PATH_MAX];

	for (int again = 0; again < 2; again++) {
		memset(&calls, 0, sizeof(calls));
		assert_int_equal(vwb_file_replace(folder->file, "whole", 5, again), 0);
		assert_string_equal(calls.order, "frd");
		assert_int_equal(calls.synced, 5);
		assert_synced_folder(folder->path);
		snprintf(expected, sizeof(expected), "%s.%ld-0~", folder->file, (long)getpid());
		assert_string_equal(calls.temporary, expected);
		assert_holds(folder->file, "whole");
	}
}

/* Behind a link it is the folder of the file that is replaced. */
static void replaced_file_behind_a_link_too(void **state)
{
	struct folder *folder = *state;
	char below[96], target[112];

	snprintf(below, sizeof(below), "%s/below", folder->path);
	snprintf(target, sizeof(target), "%s/file", below);
	assert_int_equal(mkdir(below, 0700), 0);
	assert_int_equal(vwb_file_write(target, "old", 3), 0);
	assert_int_equal(symlink("below/file", folder->link), 0);
	memset(&calls, 0, sizeof(calls));
	assert_int_equal(vwb_file_write(folder->link, "new", 3), 0);
	assert_string_equal(calls.order, "frd");
	assert_synced_folder(below);
	assert_holds(target, "new");
	assert_int_equal(unlink(target), 0);
	assert_int_equal(rmdir(below), 0);
}

/* Whatever fails, the old file is whole, nothing else is left, and it is told. A folder that cannot be synced
 * is none of it: the file is there. */
static void what_fails_leaves_the_old_file(void **state)
{
	static const struct {
		int fsync_err, rename_err, folder_err, result;
		const char *order, *holds;
	} rows[] = {
		{EIO, 0, 0, -EIO, "f", "old"},
		{0, EXDEV, 0, -EXDEV, "fr", "old"},
		{0, 0, EINVAL, 0, "frd", "new"},
	};
	struct folder *folder = *state;

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		memset(&calls, 0, sizeof(calls));
		assert_int_equal(vwb_file_write(folder->file, "old", 3), 0);
		memset(&calls, 0, sizeof(calls));
		calls.fsync_err = rows[i].fsync_err;
		calls.rename_err = rows[i].rename_err;
		calls.folder_err = rows[i].folder_err;
		assert_int_equal(vwb_file_write(folder->file, "new", 3), rows[i].result);
		assert_string_equal(calls.order, rows[i].order);
		assert_holds(folder->file, rows[i].holds);
	}
}

/* What is no file is written as it is, and not synced: a pipe cannot be. */
static void what_is_no_file_is_not_synced(void **state)
{
	int ends[2];
	char path[64], got[8] = "";

	(void)state;
	assert_int_equal(vwb_file_write("/dev/null", "x", 1), 0);
	assert_string_equal(calls.order, "");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
	assert_int_equal(vwb_file_write(path, "piped", 5), 0);
	assert_string_equal(calls.order, "");
	assert_int_equal(read(ends[0], got, sizeof(got)), 5);
	assert_string_equal(got, "piped");
	close(ends[0]);
	close(ends[1]);
}

/* A socket in the file system cannot be opened, and stays. */
static void what_cannot_be_opened_is_told(void **state)
{
	struct folder *folder = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat status;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", folder->file);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(vwb_file_write(folder->file, "x", 1), -ENXIO);
	assert_int_equal(lstat(folder->file, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	close(fd);
}

static void writes_go_on_until_all_is_written(void **state)
{
	struct folder *folder = *state;
	int fd = open(folder->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	calls.notes = true;
	calls.noted_fd = fd;
	calls.interrupts = 2;
	calls.nothing = 1;
	calls.at_most = 4;
	assert_int_equal(vwb_fd_write(fd, "0123456789", 10), 0);
	assert_string_equal(calls.order, "wwwwww");
	assert_holds(folder->file, "0123456789");
	assert_int_equal(vwb_fd_write(fd, "", 0), 0);
	assert_string_equal(calls.order, "wwwwww");
	calls.write_err = ENOSPC;
	assert_int_equal(vwb_fd_write(fd, "x", 1), -ENOSPC);
	assert_string_equal(calls.order, "wwwwwww");
	close(fd);
	assert_int_equal(vwb_fd_write(-1, "x", 1), -EBADF);
}

/* Names that others left behind are passed over, up to a hundred. */
static void names_that_are_taken_are_passed_over(void **state)
{
	struct folder *folder = *state;
	char taken[PATH_MAX];
	int made = 0;

	for (int i = 0; i < 100; i++) {
		int fd;

		snprintf(taken, sizeof(taken), "%s.%ld-%d~", folder->file, (long)getpid(), i);
		fd = open(taken, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		close(fd);
		made++;
		if (i == 98) {
			assert_int_equal(vwb_file_replace(folder->file, "last", 4, false), 0);
			assert_true(vwb_text_ends(calls.temporary, "-99~"));
		}
	}
	assert_int_equal(vwb_file_replace(folder->file, "none", 4, false), -EEXIST);
	assert_holds(folder->file, "last");
	for (int i = 0; i < made; i++) {
		snprintf(taken, sizeof(taken), "%s.%ld-%d~", folder->file, (long)getpid(), i);
		assert_int_equal(unlink(taken), 0);
	}
}

static void names_that_are_too_long_are_told(void **state)
{
	char path[PATH_MAX + 16], suffix[32];
	int fits = PATH_MAX - 1 - snprintf(suffix, sizeof(suffix), ".%ld-0~", (long)getpid());

	(void)state;
	memset(path, 'x', sizeof(path));
	for (size_t i = 0; i < sizeof(path); i += 100)
		path[i] = '/';
	path[fits] = '\0';
	assert_int_equal(vwb_file_replace(path, "x", 1, false), -ENOENT);
	path[fits] = 'x';
	path[fits + 1] = '\0'; /* its temporary name does not fit */
	assert_int_equal(vwb_file_replace(path, "x", 1, false), -ENAMETOOLONG);
	path[fits + 1] = 'x';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(vwb_file_replace(path, "x", 1, false), -ENAMETOOLONG);
	assert_int_equal(vwb_file_write(path, "x", 1), -ENAMETOOLONG);
}

/* Where nobody holds the first descriptor, a file gets it, and is a file like any other. */
static void the_first_descriptor_is_one(void **state)
{
	struct folder *folder = *state;
	int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 100), results[2];
	struct stat status;

	if (kept >= 0)
		close(STDIN_FILENO);
	results[0] = vwb_file_replace(folder->file, "first", 5, false);
	results[1] = vwb_file_write("/dev/null", "x", 1);
	assert_int_equal(fstat(STDIN_FILENO, &status), -1); /* and gives it back */
	if (kept >= 0)
		assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
	close(kept);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], 0);
	assert_string_equal(calls.order, "frd");
	assert_holds(folder->file, "first");
}

/* A new file is as open as the umask lets it be. */
static void new_files_have_the_mode_of_the_umask(void **state)
{
	static const mode_t masks[] = {0, 027, 0777};
	struct folder *folder = *state;

	for (size_t i = 0; i < VW_COUNT(masks); i++) {
		const mode_t before = umask(masks[i]);
		struct stat status;

		assert_int_equal(vwb_file_write(folder->file, "x", 1), 0);
		umask(before);
		assert_int_equal(stat(folder->file, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0666 & ~masks[i]);
	}
}

/* Libraries that are opened when first needed. */

typedef double (*unary)(double);

static void a_library_gives_all_symbols_or_none(void **state)
{
	unary sine = NULL, root = NULL, missing = NULL;
	const struct vwb_symbol good[] = {{"sin", &sine}, {"sqrt", &root}};
	const struct vwb_symbol first[] = {{"vw_is_not_there", &missing}, {"sin", &sine}, {"sqrt", &root}};
	const struct vwb_symbol last[] = {{"sin", &sine}, {"sqrt", &root}, {"vw_is_not_there", &missing}};

	(void)state;
	assert_int_equal(vwb_dynlib_open("libvirtwhere-is-not-there.so.9", good, 2), -EOPNOTSUPP);
	assert_true(!sine && !root);
	assert_int_equal(vwb_dynlib_open("libm.so.6", first, 3), -EOPNOTSUPP);
	assert_true(!sine && !root && !missing);
	assert_int_equal(vwb_dynlib_open("libm.so.6", last, 3), -EOPNOTSUPP);
	assert_true(!sine && !root && !missing);
	assert_int_equal(vwb_dynlib_open("libm.so.6", good, 2), 0);
	assert_non_null(sine);
	assert_true(root(49) > 6.9 && root(49) < 7.1);
	/* It is not opened again: no library of this name would be found. */
	assert_int_equal(vwb_dynlib_open("libvirtwhere-is-not-there.so.9", good, 2), 0);
	assert_true(root(4) > 1.9);
	/* The last symbol that is counted stands for all, and no other. */
	assert_int_equal(vwb_dynlib_open("libvirtwhere-is-not-there.so.9", last, 2), 0);
	assert_int_equal(vwb_dynlib_open("libvirtwhere-is-not-there.so.9", last, 3), -EOPNOTSUPP);
	assert_true(sine && root && !missing);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(file_is_written_and_replaced),
		IN_FOLDER(file_behind_a_link_is_replaced),
		IN_FOLDER(file_that_is_no_file_stays_what_it_is),
		IN_FOLDER(file_that_is_no_file_is_refused),
		IN_FOLDER(file_in_no_folder_fails),
		IN_FOLDER(file_is_read_whole),
		IN_FOLDER(replaced_file_outlives_a_crash),
		IN_FOLDER(replaced_file_behind_a_link_too),
		IN_FOLDER(what_fails_leaves_the_old_file),
		IN_FOLDER(what_is_no_file_is_not_synced),
		IN_FOLDER(what_cannot_be_opened_is_told),
		IN_FOLDER(writes_go_on_until_all_is_written),
		IN_FOLDER(names_that_are_taken_are_passed_over),
		IN_FOLDER(names_that_are_too_long_are_told),
		IN_FOLDER(the_first_descriptor_is_one),
		IN_FOLDER(new_files_have_the_mode_of_the_umask),
		cmocka_unit_test(a_library_gives_all_symbols_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
