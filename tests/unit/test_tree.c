/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/unit/scratch.h"

/* Trees made of names that come from elsewhere: bounds, what takes whose place, modes, and removing them. */

static int add(const struct scratch *scratch, const char *name, enum vw_node_type type, const char *text)
{
	const struct vw_node node = {.name = name, .type = type, .bytes = text, .size = strlen(text)};

	return vw_tree_add(scratch->fd, &node);
}

static int add_file(const struct scratch *scratch, const char *name)
{
	return add(scratch, name, VW_NODE_FILE, "text");
}

static size_t made; /* directories, in all tests */

/* The four calls that take a name agree about it. */
static void name_is(const struct scratch *scratch, const char *name, int err)
{
	int fd;

	assert_int_equal(add_file(scratch, name), err);
	assert_int_equal(add(scratch, name, VW_NODE_LINK, "to"), err);
	fd = vw_tree_create(scratch->fd, name, false, &made);
	assert_true(err ? fd == err : fd >= 0);
	vw_closep(&fd);
	fd = vw_tree_open(scratch->fd, name);
	assert_true(err ? fd == err : fd >= 0);
	vw_closep(&fd);
}

/* What cannot be removed to make way. unlinkat passes through here. */
static int unlink_err;

int unlinkat(int fd, const char *name, int flag)
{
	if (unlink_err) {
		errno = unlink_err;
		return -1;
	}
	return (int)syscall(SYS_unlinkat, fd, name, flag);
}

/* Signals that come before any byte was written. write passes through here. */
static unsigned interruptions;

ssize_t write(int fd, const void *buf, size_t n)
{
	if (interruptions) {
		interruptions--;
		errno = EINTR;
		return -1;
	}
	return syscall(SYS_write, fd, buf, n);
}

/* Names. */

static void names_have_bounds(void **state)
{
	const struct scratch *scratch = *state;
	char name[VW_TREE_NAME + 2], deep[3 * VW_TREE_DEPTH] = "";

	/* 255 bytes of one component */
	memset(name, 'n', sizeof(name));
	name[NAME_MAX] = '\0';
	name_is(scratch, name, 0);
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = '\0';
	name_is(scratch, name, -E2BIG);
	name[NAME_MAX + 1] = '/';
	name[NAME_MAX + 3] = '\0';
	name_is(scratch, name, -E2BIG);

	/* 4096 in all, be they slashes */
	memset(name, '/', sizeof(name));
	name[VW_TREE_NAME - 1] = 'f';
	name[VW_TREE_NAME] = '\0';
	name_is(scratch, name, 0);
	name[VW_TREE_NAME] = 'f';
	name[VW_TREE_NAME + 1] = '\0';
	name_is(scratch, name, -E2BIG);

	/* 32 components; dots are none */
	for (size_t i = 0; i < VW_TREE_DEPTH; i++)
		memcpy(deep + 2 * i, "d/", 3);
	deep[2 * VW_TREE_DEPTH - 1] = '\0';
	name_is(scratch, deep, 0);
	memcpy(deep + 2 * VW_TREE_DEPTH - 1, "/.", 3);
	assert_int_equal(add(scratch, deep, VW_NODE_DIRECTORY, ""),
			 -ENOTDIR); /* the file that stands there */
	memcpy(deep + 2 * VW_TREE_DEPTH - 1, "/d", 3);
	name_is(scratch, deep, -E2BIG);
}

static void names_that_lead_out(void **state)
{
	static const char *const names[] = {"..",  "../x", "x/..",     "x/../y",
					    "/..", "./..", "x/./../y", "x//.."};
	static const char *const harmless[] = {"...", "..x", "x..", ".x", "a/...", "//./s//./t"};
	const struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		name_is(scratch, names[i], -EBADMSG);
		assert_int_equal(add(scratch, names[i], VW_NODE_DIRECTORY, ""), -EBADMSG);
	}
	assert_int_equal(entries_of(scratch->snap), 0); /* nothing was made on the way */
	for (size_t i = 0; i < VW_COUNT(harmless); i++)
		name_is(scratch, harmless[i], 0);
}

/* The root is there; it is a directory and nothing else. */
static void names_of_the_root(void **state)
{
	static const char *const names[] = {"", ".", "/", "./", "//./", "/."};
	const struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		assert_int_equal(add(scratch, names[i], VW_NODE_DIRECTORY, ""), 0);
		assert_int_equal(add_file(scratch, names[i]), -EISDIR);
		assert_int_equal(add(scratch, names[i], VW_NODE_LINK, "x"), -EISDIR);
		assert_int_equal(vw_tree_create(scratch->fd, names[i], true, &made), -EISDIR);
		assert_int_equal(vw_tree_open(scratch->fd, names[i]), -EINVAL);
	}
}

/* What is there already. */

static mode_t type_of(const struct scratch *scratch, const char *name)
{
	struct stat status;

	return fstatat(scratch->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ? 0 : status.st_mode & S_IFMT;
}

static void later_nodes_take_the_place(void **state)
{
	static const enum vw_node_type types[] = {VW_NODE_FILE, VW_NODE_LINK, VW_NODE_DIRECTORY};
	static const mode_t modes[] = {
		[VW_NODE_DIRECTORY] = S_IFDIR, [VW_NODE_FILE] = S_IFREG, [VW_NODE_LINK] = S_IFLNK};
	static const struct {
		enum vw_node_type there, comes;
		int r;
	} cases[] = {
		{VW_NODE_FILE, VW_NODE_FILE, 0},
		{VW_NODE_FILE, VW_NODE_LINK, 0},
		{VW_NODE_LINK, VW_NODE_FILE, 0},
		{VW_NODE_LINK, VW_NODE_LINK, 0},
		{VW_NODE_DIRECTORY, VW_NODE_FILE, -EISDIR},
		{VW_NODE_DIRECTORY, VW_NODE_LINK, -EISDIR},
		{VW_NODE_DIRECTORY, VW_NODE_DIRECTORY, 0},
		{VW_NODE_FILE, VW_NODE_DIRECTORY, -ENOTDIR},
		{VW_NODE_LINK, VW_NODE_DIRECTORY, -ENOTDIR},
	};
	const struct scratch *scratch = *state;

	assert_int_equal(VW_COUNT(cases), VW_COUNT(types) * VW_COUNT(types));
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%zu", i);
		assert_int_equal(add(scratch, name, cases[i].there, scratch->canary), 0);
		assert_int_equal(add(scratch, name, cases[i].comes, "new"), cases[i].r);
		assert_int_equal(type_of(scratch, name), modes[cases[i].r ? cases[i].there : cases[i].comes]);
	}
	/* what a link led to is as it was */
	{
		size_t size;
		char *text = whole_file(scratch->canary, &size);

		assert_int_equal(size, strlen(CANARY));
		free(text);
	}
}

static void what_does_not_make_way(void **state)
{
	static const int errors[][2] = {{EPERM, EISDIR}, {EISDIR, EISDIR}, {EACCES, EACCES}, {EROFS, EROFS}};
	const struct scratch *scratch = *state;

	assert_int_equal(add_file(scratch, "file"), 0);
	for (size_t i = 0; i < VW_COUNT(errors); i++) {
		unlink_err = errors[i][0];
		assert_int_equal(add_file(scratch, "file"), -errors[i][1]);
		assert_int_equal(add(scratch, "file", VW_NODE_LINK, "to"), -errors[i][1]);
		assert_int_equal(vw_tree_create(scratch->fd, "file", false, &made), -errors[i][1]);
		unlink_err = 0;
	}
}

/* A link on the way is not followed, a file is no directory. */
static void nothing_is_made_through_links(void **state)
{
	struct scratch *scratch = *state;

	put_link(scratch, "door", scratch->directory);
	put_file(scratch, "file", "text");
	name_is(scratch, "door/planted", -ENOTDIR);
	name_is(scratch, "door/deep/planted", -ENOTDIR);
	name_is(scratch, "file/planted", -ENOTDIR);
	assert_int_equal(access(beside(scratch, "planted"), F_OK), -1);
	assert_int_equal(access(beside(scratch, "deep"), F_OK), -1);
	/* nor is one opened at the end */
	put_link(scratch, "window", scratch->canary);
	assert_int_equal(vw_tree_open(scratch->fd, "window"), -ELOOP);
	assert_int_equal(vw_tree_open(scratch->fd, "door"), -ELOOP);
	assert_int_equal(vw_tree_open(scratch->fd, "none"), -ENOENT);
	assert_int_equal(vw_tree_open(scratch->fd, "none/deep"), -ENOENT);
	assert_int_equal(type_of(scratch, "none"), 0);
	/* what is no file is not opened, and does not wait */
	assert_int_equal(mkfifoat(scratch->fd, "fifo", 0600), 0);
	assert_int_equal(vw_tree_open(scratch->fd, "fifo"), -EINVAL);
	put_directory(scratch, "folder");
	assert_int_equal(vw_tree_open(scratch->fd, "folder"), -EINVAL);
}

/* Modes. */

static void modes(void **state)
{
	static const struct {
		mode_t umask, file, directory;
		bool private;
	} cases[] = {{0, 0666, 0777, false}, {027, 0640, 0750, false}, {0, 0600, 0700, true}};
	const struct scratch *scratch = *state;
	mode_t before = umask(0);

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char name[32];
		struct stat status;
		struct vw_node node = {.name = name,
				       .type = VW_NODE_FILE,
				       .bytes = "x",
				       .size = 1,
				       .private = cases[i].private};
		int fd;

		umask(cases[i].umask);
		snprintf(name, sizeof(name), "a%zu/b/file", i);
		assert_int_equal(vw_tree_add(scratch->fd, &node), 0);
		assert_int_equal(fstatat(scratch->fd, name, &status, 0), 0);
		assert_int_equal(status.st_mode & 07777, cases[i].file);
		snprintf(name, sizeof(name), "a%zu/c/made", i);
		fd = vw_tree_create(scratch->fd, name, cases[i].private, &made);
		assert_int_equal(fstat(fd, &status), 0);
		assert_int_equal(status.st_mode & 07777, cases[i].file);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		vw_closep(&fd);
		for (const char *c = "bc"; *c; c++) {
			snprintf(name, sizeof(name), "a%zu/%c", i, *c);
			assert_int_equal(fstatat(scratch->fd, name, &status, 0), 0);
			assert_int_equal(status.st_mode & 07777, cases[i].directory);
		}
		snprintf(name, sizeof(name), "a%zu/d", i);
		node.type = VW_NODE_DIRECTORY;
		assert_int_equal(vw_tree_add(scratch->fd, &node), 0);
		assert_int_equal(fstatat(scratch->fd, name, &status, 0), 0);
		assert_int_equal(status.st_mode & 07777, cases[i].directory);
	}
	umask(before);
}

/* Writing. */

static void on_signal(int number)
{
	(void)number;
}

/* A pipe takes what it has room for, and a signal interrupts it: all arrives all the same. */
static void bytes_are_written_whole(void **state)
{
	enum { SIZE = 1 << 20 };
	struct sigaction action = {.sa_handler = on_signal}, before; /* without SA_RESTART */
	char *bytes = calloc(1, SIZE);
	pid_t child, parent = getpid();
	int ends[2], status;

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
	child = fork();
	if (child == 0) {
		size_t left = SIZE;

		close(ends[1]);
		while (left) {
			char piece[4096];
			ssize_t got;

			usleep(20);
			kill(parent, SIGUSR1);
			got = read(ends[0], piece, sizeof(piece));
			if (got <= 0)
				_exit(1);
			left -= (size_t)got;
		}
		_exit(0);
	}
	close(ends[0]);
	assert_int_equal(vw_tree_write_bytes(ends[1], bytes, SIZE), 0);
	close(ends[1]);
	while (waitpid(child, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	assert_int_equal(status, 0);
	assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
	assert_int_equal(vw_tree_write_bytes(-1, bytes, 1), -EBADF);
	assert_int_equal(vw_tree_write_bytes(-1, bytes, 0), 0);
	free(bytes);
}

static void writing_goes_on_after_signals(void **state)
{
	char text[8] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	interruptions = 2;
	assert_int_equal(vw_tree_write_bytes(ends[1], "text", 4), 0);
	assert_int_equal(interruptions, 0);
	close(ends[1]);
	assert_int_equal(read(ends[0], text, sizeof(text)), 4);
	assert_string_equal(text, "text");
	close(ends[0]);
}

/* Removing. */

/* As deep as one can be made, with links that lead elsewhere. */
static void trees_are_removed(void **state)
{
	struct scratch *scratch = *state;
	char deep[2 * VW_TREE_DEPTH + 8] = "";

	for (size_t i = 0; i < VW_TREE_DEPTH; i++)
		memcpy(deep + 2 * i, "d/", 3);
	deep[2 * VW_TREE_DEPTH - 1] = '\0';
	put_file(scratch, deep, "deepest");
	deep[2 * VW_TREE_DEPTH - 2] = 'e';
	put_directory(scratch, deep);
	put_link(scratch, "d/d/out", scratch->directory);
	put_link(scratch, "d/canary", scratch->canary);
	put_file(scratch, ".hidden", "");
	put_directory(scratch, "...");
	vw_tree_remove(AT_FDCWD, scratch->snap);
	assert_int_equal(access(scratch->snap, F_OK), -1);
	assert_int_equal(access(scratch->canary, F_OK), 0);
	assert_int_equal(mkdir(scratch->snap, 0755), 0);
}

/* A link to a directory is not what it leads to; a file is no directory. */
static void only_directories_are_removed(void **state)
{
	struct scratch *scratch = *state;

	put_file(scratch, "file", "");
	assert_int_equal(symlink("snap", beside(scratch, "link")), 0);
	vw_tree_remove(AT_FDCWD, beside(scratch, "link"));
	vw_tree_remove(AT_FDCWD, beside(scratch, "snap/file"));
	vw_tree_remove(AT_FDCWD, beside(scratch, "none"));
	assert_int_equal(entries_of(scratch->snap), 1);
	assert_int_equal(entries_of(scratch->directory), 3);
}

/* Problems. */

static void problems_are_one_line(void **state)
{
	char text[16] = "untouched";

	(void)state;
	assert_int_equal(vw_problem(text, 0, -EIO, "%s", "x"), -EIO);
	assert_string_equal(text, "untouched");
	assert_int_equal(vw_problem(text, sizeof(text), -ENOENT, "%s\x1b\n%d", "a", 7), -ENOENT);
	assert_string_equal(text, "a? 7");
	assert_int_equal(vw_problem(text, sizeof(text), 0, "%s", "longer than sixteen"), 0);
	assert_string_equal(text, "longer than six");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

/* Directories that no name declares are counted. */
static void made_directories_are_counted(void **state)
{
	struct scratch *scratch = *state;
	size_t count = 0;
	const struct vw_node node = {.name = "a/b/c/d", .type = VW_NODE_DIRECTORY, .made = &count};
	int fd;

	assert_int_equal(vw_tree_add(scratch->fd, &node), 0);
	assert_int_equal(count, 3); /* the last is the node itself */
	assert_int_equal(vw_tree_add(scratch->fd, &node), 0);
	assert_int_equal(count, 3);
	fd = vw_tree_create(scratch->fd, "a/x/y/file", true, &count);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(count, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(made_directories_are_counted),
		TEST(names_have_bounds),
		TEST(names_that_lead_out),
		TEST(names_of_the_root),
		TEST(later_nodes_take_the_place),
		TEST(what_does_not_make_way),
		TEST(nothing_is_made_through_links),
		TEST(modes),
		cmocka_unit_test(bytes_are_written_whole),
		cmocka_unit_test(writing_goes_on_after_signals),
		TEST(trees_are_removed),
		TEST(only_directories_are_removed),
		cmocka_unit_test(problems_are_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
