/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/unit/left_out.h"
#include "tests/unit/scratch.h"

/*
 * Opening below a root, both ways: by openat2(2), and by component where there is none. What the kernel gives
 * is what the walk has to give. openat2 passes through here, so that it may fail as on other kernels.
 */

static struct {
	int err;                    /* what openat2 fails with */
	bool but_root;              /* but not for the root itself */
	unsigned asked;             /* how often */
	unsigned after;             /* this many calls nothing fails any more; 0: never */
	const struct scratch *swap; /* whose "sys/file" becomes another one before the second call */
} openat2_calls;

long syscall(long sysno, ...)
{
	static long (*real)(long number, ...);
	const char *path;
	va_list list;
	long word[6];

	va_start(list, sysno);
	for (size_t i = 0; i < VW_COUNT(word); i++)
		word[i] = va_arg(list, long);
	va_end(list);
	if (!real) {
		void *found = dlsym(RTLD_NEXT, "syscall");

		memcpy(&real, &found, sizeof(real));
	}
	if (sysno == SYS_openat2) {
		path = (const char *)(uintptr_t)word[1];
		if (++openat2_calls.asked == 2 && openat2_calls.swap)
			put_file(openat2_calls.swap, "sys/file", "another");
		if (openat2_calls.after && openat2_calls.asked > openat2_calls.after)
			openat2_calls.err = 0;
		if (openat2_calls.err && !(openat2_calls.but_root && path && strcmp(path, ".") == 0)) {
			errno = openat2_calls.err;
			return -1;
		}
	}
	return real(sysno, word[0], word[1], word[2], word[3], word[4], word[5]);
}

/* Helpers. */

static int setup(void **state)
{
	memset(&openat2_calls, 0, sizeof(openat2_calls));
	return scratch_setup(state);
}

static bool have_openat2(void)
{
	return syscall(SYS_openat2, -1, "", NULL, 0) == 0 || errno != ENOSYS;
}

static struct vw_root root_of(const struct scratch *scratch, bool walk)
{
	return (struct vw_root){.fd = scratch->fd, .walk = walk};
}

/* A tree with links of every kind. */
static void plant(const struct scratch *scratch)
{
	char up[160];

	put_file(scratch, "file", "file");
	put_file(scratch, "a/b/c/file", "deep");
	put_link(scratch, "a/up", "..");
	put_link(scratch, "a/self", ".");
	put_link(scratch, "a/b/out", "../../../canary");
	put_link(scratch, "a/out_and_in", "../../snap/file");
	put_link(scratch, "absolute", "/file");
	put_link(scratch, "absolute_folder", "/a/b");
	put_link(scratch, "root", "/");
	put_link(scratch, "relative", "a/b/c/file");
	put_link(scratch, "to_folder", "a/b");
	put_link(scratch, "to_dot", ".");
	put_link(scratch, "to_link", "relative");
	put_link(scratch, "dangling", "none");
	put_link(scratch, "loop", "loop");
	put_link(scratch, "slashed", "a/b/");
	put_link(scratch, "file_slashed", "file/");
	put_link(scratch, "host", scratch->canary);
	snprintf(up, sizeof(up), "%s/a", scratch->snap);
	put_link(scratch, "host_inside", up);
}

/* Resolving. */

/* What @path gives: @r, or 0 with the place that was opened ("" for the root). */
static const struct resolved {
	const char *path, *place;
	int r, beneath; /* the errno, without and with VW_ROOT_BENEATH */
} resolved[] = {
	{"/", "", 0, 0},
	{"", "", 0, 0},
	{".", "", 0, 0},
	{"///", "", 0, 0},
	{"file", "/file", 0, 0},
	{"/file", "/file", 0, 0},
	{"//file", "/file", 0, 0},
	{"a/b/c/file", "/a/b/c/file", 0, 0},
	{"a//b/./c/.//file", "/a/b/c/file", 0, 0},
	{"a/b/../b", "/a/b", 0, 0},
	{"a/b/../..", "", 0, 0},
	{"a/b/../../file", "/file", 0, 0},
	{"..", "", 0, EXDEV},
	{"../file", "/file", 0, EXDEV},
	{"a/../../file", "/file", 0, EXDEV},
	{"a/up/file", "/file", 0, 0},
	{"a/up/up", NULL, ENOENT, ENOENT},
	{"a/up/../file", "/file", 0, EXDEV},
	{"a/b/out", NULL, ENOENT, EXDEV},
	{"a/out_and_in", NULL, ENOENT, EXDEV},
	{"absolute", "/file", 0, EXDEV},
	{"absolute_folder", "/a/b", 0, EXDEV},
	{"absolute_folder/c/file", "/a/b/c/file", 0, EXDEV},
	{"root", "", 0, EXDEV},
	{"root/file", "/file", 0, EXDEV},
	{"root/a/up/root/file", "/file", 0, EXDEV},
	{"relative", "/a/b/c/file", 0, 0},
	{"to_folder", "/a/b", 0, 0},
	{"to_folder/", "/a/b", 0, 0},
	{"to_folder/c/file", "/a/b/c/file", 0, 0},
	{"to_folder/../b", "/a/b", 0, 0},
	{"to_dot", "", 0, 0},
	{"to_dot/file", "/file", 0, 0},
	{"to_link", "/a/b/c/file", 0, 0},
	{"slashed", "/a/b", 0, 0},
	{"slashed/c", "/a/b/c", 0, 0},
	{"dangling", NULL, ENOENT, ENOENT},
	{"none", NULL, ENOENT, ENOENT},
	{"none/file", NULL, ENOENT, ENOENT},
	{"a/none", NULL, ENOENT, ENOENT},
	{"loop", NULL, ELOOP, ELOOP},
	{"loop/file", NULL, ELOOP, ELOOP},
	{"file/", NULL, ENOTDIR, ENOTDIR},
	{"file/.", NULL, ENOTDIR, ENOTDIR},
	{"file/..", NULL, ENOTDIR, ENOTDIR},
	{"file/x", NULL, ENOTDIR, ENOTDIR},
	{"relative/", NULL, ENOTDIR, ENOTDIR},
	{"file_slashed", NULL, ENOTDIR, ENOTDIR},
	{"host", NULL, ENOENT, EXDEV},
	{"host_inside/b", NULL, ENOENT, EXDEV},
};

static void same_place(const struct scratch *scratch, int fd, const char *place)
{
	char path[160];
	struct stat here, there;

	snprintf(path, sizeof(path), "%s%s", scratch->snap, place);
	assert_int_equal(fstat(fd, &here), 0);
	assert_int_equal(stat(path, &there), 0);
	assert_int_equal(here.st_ino, there.st_ino);
	assert_int_equal(here.st_dev, there.st_dev);
}

static void paths_resolve(const struct scratch *scratch, bool walk, unsigned flags, int open_flags)
{
	struct vw_root root = root_of(scratch, walk);

	for (size_t i = 0; i < VW_COUNT(resolved); i++) {
		const struct resolved *row = &resolved[i];
		int expected = flags & VW_ROOT_BENEATH ? row->beneath : row->r;
		int fd = vw_root_open(&root, row->path, open_flags, flags);

		if (expected ? fd != -expected : fd < 0)
			fail_msg("\"%s\", %s, flags %u: %d, not %d", row->path, walk ? "walk" : "openat2",
				 flags, fd, -expected);
		if (fd < 0)
			continue;
		same_place(scratch, fd, row->place);
		close(fd);
	}
	assert_int_equal(root.walk, walk || !have_openat2());
}

static void all_paths_resolve(void **state)
{
	static const unsigned flags[] = {0, VW_ROOT_BENEATH};
	static const int open_flags[] = {O_PATH, O_RDONLY};
	const struct scratch *scratch = *state;

	plant(scratch);
	for (size_t f = 0; f < VW_COUNT(flags); f++)
		for (size_t o = 0; o < VW_COUNT(open_flags); o++)
			for (int walk = 0; walk < 2; walk++)
				paths_resolve(scratch, walk, flags[f], open_flags[o]);
}

/* Without a root nothing is opened. */
static void no_root(void **state)
{
	(void)state;
	for (int walk = 0; walk < 2; walk++)
		for (size_t i = 0; i < VW_COUNT(resolved); i++) {
			struct vw_root root = {.fd = -1, .walk = walk};

			if (resolved[i].path[0])
				assert_int_equal(vw_root_open(&root, resolved[i].path, O_PATH, 0), -EBADF);
		}
}

/* The last component. */

static void last_components(void **state)
{
	static const struct {
		const char *path;
		int flags, err;
		mode_t type;
	} cases[] = {
		{"absolute", O_PATH | O_NOFOLLOW, 0, S_IFLNK},
		{"loop", O_PATH | O_NOFOLLOW, 0, S_IFLNK},
		{"root", O_PATH | O_NOFOLLOW, 0, S_IFLNK},
		{"to_folder/", O_PATH | O_NOFOLLOW, 0, S_IFDIR},
		{"to_folder/.", O_PATH | O_NOFOLLOW, 0, S_IFDIR},
		{"to_folder/c", O_PATH | O_NOFOLLOW, 0, S_IFDIR},
		{"a/up", O_RDONLY | O_NOFOLLOW, ELOOP, 0},
		{"file", O_RDONLY | O_NOFOLLOW, 0, S_IFREG},
		{"file", O_RDONLY | O_DIRECTORY, ENOTDIR, 0},
		{"relative", O_RDONLY | O_DIRECTORY, ENOTDIR, 0},
		{"a", O_RDONLY | O_DIRECTORY, 0, S_IFDIR},
		{"to_folder", O_RDONLY | O_DIRECTORY, 0, S_IFDIR},
		{"a", O_RDWR, EISDIR, 0},
		{"file", O_RDWR, 0, S_IFREG},
	};
	const struct scratch *scratch = *state;

	plant(scratch);
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int walk = 0; walk < 2; walk++) {
			struct vw_root root = root_of(scratch, walk);
			int fd = vw_root_open(&root, cases[i].path, cases[i].flags, 0);
			struct stat status;

			if (fd != -cases[i].err && fd < 0)
				fail_msg("\"%s\": %d", cases[i].path, fd);
			assert_int_equal(fd < 0, cases[i].err != 0);
			if (fd < 0)
				continue;
			assert_int_equal(fstat(fd, &status), 0);
			assert_int_equal(status.st_mode & S_IFMT, cases[i].type);
			close(fd);
		}
}

/* How it is opened. */

/* What was a file a moment ago may be a FIFO now, which nobody writes to: opening must not wait. A child of a
 * program that is started must not get it. */
static void nothing_blocks_or_is_handed_on(void **state)
{
	static const char *const paths[] = {"fifo", "link", "file", "a", "/"};
	const struct scratch *scratch = *state;

	plant(scratch);
	assert_int_equal(mkfifoat(scratch->fd, "fifo", 0644), 0);
	put_link(scratch, "link", "fifo");
	alarm(20); /* one that waits, waits for ever */
	for (size_t i = 0; i < VW_COUNT(paths); i++)
		for (int walk = 0; walk < 2; walk++) {
			struct vw_root root = root_of(scratch, walk);
			int fd = vw_root_open(&root, paths[i], O_RDONLY, 0);

			assert_true(fd >= 0);
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
			assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
			close(fd);
			fd = vw_root_open(&root, paths[i], O_PATH, 0);
			assert_true(fd >= 0);
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
			assert_true(fcntl(fd, F_GETFL) & O_PATH);
			close(fd);
		}
	alarm(60);
}

/* Whoever leads a session without a terminal gets the first one that it opens, unless it asks not to. */
static int opens_terminal(const char *name, bool walk)
{
	struct vw_root root = {.fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), .walk = walk};
	int fd;

	if (setsid() < 0)
		return 1;
	fd = vw_root_open(&root, name, O_RDWR, 0);
	if (fd < 0)
		return 2;
	return open("/dev/tty", O_RDWR | O_CLOEXEC) < 0 && errno == ENXIO ? 0 : 3;
}

static void no_terminal_is_taken(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64];

	(void)state;
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0 ||
	    ptsname_r(terminal, name, sizeof(name)) != 0 || access(name, R_OK | W_OK) < 0) {
		LEAVE_OUT_ALL("no pseudo terminal here");
	}
	for (int walk = 0; walk < 2; walk++) {
		pid_t child = fork();
		int status;

		if (child == 0)
			_exit(opens_terminal(name, walk));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	close(terminal);
}

/* Procfs. */

/* Links that are more than their text are not followed, plain ones are. */
static void magic_links(void **state)
{
	static const struct {
		const char *path;
		int flags, err;
	} cases[] = {
		{"/proc/self/exe", O_PATH, ELOOP},          {"/proc/self/cwd", O_PATH, ELOOP},
		{"/proc/self/cwd/.", O_PATH, ELOOP},        {"/proc/self/root/proc", O_PATH, ELOOP},
		{"/proc/self/fd/0", O_PATH, ELOOP},         {"/proc/self/ns/mnt", O_PATH, ELOOP},
		{"/proc/self/exe", O_PATH | O_NOFOLLOW, 0}, {"/proc/self", O_PATH, 0},
		{"/proc/self/status", O_RDONLY, 0},         {"/proc/mounts", O_RDONLY, 0},
		{"/proc/net/../status", O_RDONLY, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int walk = 0; walk < 2; walk++) {
			struct vw_root root = {.fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
					       .walk = walk};
			int fd = vw_root_open(&root, cases[i].path, cases[i].flags, 0);

			if (cases[i].err ? fd != -cases[i].err : fd < 0)
				fail_msg("%s, %s: %d", cases[i].path, walk ? "walk" : "openat2", fd);
			if (fd >= 0)
				close(fd);
			close(root.fd);
		}
}

/* Bounds. */

static void names_at_their_bounds(void **state)
{
	const struct scratch *scratch = *state;
	char name[NAME_MAX + 2], path[PATH_MAX + 2];

	put_file(scratch, "file", "file");
	memset(name, 'n', sizeof(name));
	name[NAME_MAX] = '\0';
	put_file(scratch, name, "long");
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? '/' : '.';
	for (int walk = 0; walk < 2; walk++) {
		struct vw_root root = root_of(scratch, walk);
		int fd;

		name[NAME_MAX] = '\0';
		fd = vw_root_open(&root, name, O_PATH, 0);
		assert_true(fd >= 0);
		close(fd);
		name[NAME_MAX] = 'n';
		name[NAME_MAX + 1] = '\0';
		assert_int_equal(vw_root_open(&root, name, O_PATH, 0), -ENAMETOOLONG);

		memcpy(path + PATH_MAX - 6, "/file", 6);
		assert_int_equal(strlen(path), PATH_MAX - 1);
		fd = vw_root_open(&root, path, O_PATH, 0);
		assert_true(fd >= 0);
		close(fd);
		memcpy(path + PATH_MAX - 6, "//file", 7);
		assert_int_equal(vw_root_open(&root, path, O_PATH, 0), -ENAMETOOLONG);
		path[PATH_MAX] = '.';
	}
}

/* Forty links in one path, wherever they stand, and not one more. */
static void links_at_their_bound(void **state)
{
	const struct scratch *scratch = *state;
	char path[256] = "";

	put_file(scratch, "file", "file");
	put_link(scratch, "l", ".");
	for (int i = 0; i < 40; i++)
		memcpy(path + 2 * i, "l/", 3);
	for (int walk = 0; walk < 2; walk++) {
		struct vw_root root = root_of(scratch, walk);
		int fd;

		memcpy(path + 80, "file", 5);
		fd = vw_root_open(&root, path, O_PATH, 0);
		assert_true(fd >= 0);
		close(fd);
		memcpy(path + 80, "l/file", 7);
		assert_int_equal(vw_root_open(&root, path, O_PATH, 0), -ELOOP);
	}
}

/* A link's text and what is left to go fit together into PATH_MAX; the kernel has no such bound. */
static void texts_at_their_bound(void **state)
{
	enum { REST = 2000 };
	const struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);
	char target[PATH_MAX], path[REST + 16] = "l";
	int fd;

	put_file(scratch, "file", "file");
	for (size_t i = 0; i < sizeof(target); i++)
		target[i] = i % 2 ? '/' : '.';
	target[PATH_MAX - 1 - REST] = '\0'; /* with the rest one byte less than PATH_MAX */
	put_link(scratch, "l", target);
	memset(path + 1, '/', REST);
	memcpy(path + 1 + REST - 4, "file", 5);
	fd = vw_root_open(&root, path, O_PATH, 0);
	assert_true(fd >= 0);
	close(fd);
	memcpy(path + 1 + REST - 4, "/file", 6);
	assert_int_equal(vw_root_open(&root, path, O_PATH, 0), -ENAMETOOLONG);
}

/* Kernels without openat2. */

static void kernels_without_openat2(void **state)
{
	static const struct {
		int err;
		bool but_root;
		int r;     /* of opening a file that is there */
		bool walk; /* ever after */
	} cases[] = {
		{ENOSYS, false, 0, true},        /* Linux before 5.6 */
		{EPERM, false, 0, true},         /* a filter that does not know it */
		{EPERM, true, -EPERM, false},    /* this file is what is not permitted */
		{EAGAIN, false, -EAGAIN, false}, /* somebody renames all the time */
		{EACCES, false, -EACCES, false}, {ENOENT, false, -ENOENT, false},
		{EXDEV, false, -EXDEV, false},
	};
	const struct scratch *scratch = *state;

	plant(scratch);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_root root = root_of(scratch, false);
		int fd;

		openat2_calls.err = cases[i].err;
		openat2_calls.but_root = cases[i].but_root;
		openat2_calls.asked = 0;
		fd = vw_root_open(&root, "absolute", O_RDONLY, 0);
		assert_true(cases[i].r ? fd == cases[i].r : fd >= 0);
		if (fd >= 0)
			same_place(scratch, fd, "/file");
		if (fd >= 0)
			close(fd);
		assert_int_equal(root.walk, cases[i].walk);

		/* one that is not there is not asked again */
		openat2_calls.asked = 0;
		fd = vw_root_open(&root, "file", O_RDONLY, 0);
		assert_int_equal(openat2_calls.asked > 0, !cases[i].walk);
		if (fd >= 0)
			close(fd);
	}
}

/* Renames. */

/* Somebody else's rename is no reason to give up, nor to go another way; one that never stops is. */
static void renames_are_outlasted(void **state)
{
	const struct scratch *scratch = *state;

	plant(scratch);
	if (!have_openat2())
		LEAVE_OUT_ALL("no openat2 here");
	for (unsigned after = 1; after <= 64; after++) {
		struct vw_root root = root_of(scratch, false);
		int fd;

		openat2_calls.err = EAGAIN;
		openat2_calls.after = after;
		openat2_calls.asked = 0;
		fd = vw_root_open(&root, "a/../file", O_RDONLY, 0);
		assert_int_equal(openat2_calls.asked, after < 64 ? after + 1 : 64);
		assert_int_equal(fd < 0 ? fd : 0, after < 64 ? 0 : -EAGAIN);
		assert_false(root.walk);
		if (fd >= 0)
			close(fd);
	}
}

/* Moves "d/m" out of the root when the walk has come there, at the first time. */
static int move_out(void *context, const char *place, const struct stat *status, const char *target)
{
	const struct scratch *scratch = context;

	(void)status;
	(void)target;
	if (strcmp(place, "/d/m") == 0)
		(void)renameat(scratch->fd, "d/m", AT_FDCWD, beside(scratch, "m"));
	return 0;
}

/* A folder's own ".." is then outside. */
static void a_moved_folder_leads_nowhere(void **state)
{
	struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);
	int fd;

	put_directory(scratch, "d/m");
	put_file(scratch, "d/canary", "inside");
	put_file(scratch, "canary", "inside");
	fd = vw_root_walk(&root, "d/m/../canary", O_RDONLY, 0, move_out, scratch);
	same_place(scratch, fd, "/d/canary");
	close(fd);
	put_directory(scratch, "d/m");
	assert_int_equal(unlinkat(AT_FDCWD, beside(scratch, "m"), AT_REMOVEDIR), 0);
	fd = vw_root_walk(&root, "d/m/../../../canary", O_RDONLY, 0, move_out, scratch);
	same_place(scratch, fd, "/canary");
	close(fd);
}

/* Exchange the folder @a of the root with @b, until killed. */
static pid_t begin_renaming(const struct scratch *scratch, const char *a, const char *b)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(1);
	while (child == 0)
		if (renameat2(scratch->fd, a, AT_FDCWD, b, RENAME_EXCHANGE) < 0)
			_exit(1);
	return child;
}

/* Who owns the folders exchanges two of them, one inside and one outside, while a link goes through them. */
static void renames_while_we_read(void **state)
{
	enum { UPS = 60, RUNS = 4000 };
	struct scratch *scratch = *state;
	unsigned opened = 0;
	char path[1024] = "d/";
	pid_t child;
	int status;

	put_directory(scratch, "d/m");
	put_file(scratch, "canary", "inside");
	assert_int_equal(mkdir(beside(scratch, "out"), 0755), 0);
	assert_int_equal(mkdir(beside(scratch, "out/m"), 0755), 0);
	for (size_t i = 0; i < UPS; i++)
		strcat(path, "m/../"); /* NOLINT: it has the room */
	strcat(path, "../canary");     /* NOLINT */
	child = begin_renaming(scratch, "d/m", beside(scratch, "out/m"));
	for (unsigned i = 0; i < RUNS; i++) {
		struct vw_root root = root_of(scratch, i % 2);
		int fd = vw_root_open(&root, path, O_RDONLY, 0);
		char text[sizeof(CANARY)] = "";

		if (fd < 0) {
			assert_int_equal(fd, -EAGAIN);
			continue;
		}
		opened++;
		assert_true(read(fd, text, sizeof(text) - 1) > 0);
		close(fd);
		assert_string_equal(text, "inside");
	}
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(opened >= RUNS / 2); /* the walk always gets there */
}

/* As deep as files may be open, and none of them stays open. */
static void folders_at_their_bound(void **state)
{
	enum { DEEP = 65, FEW = 40 };
	const struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);
	char path[2 * DEEP + 1] = "";
	struct rlimit before, few;
	size_t open_files;
	int fd;

	for (size_t i = 0; i < DEEP; i++) {
		memcpy(path + 2 * i, "d/", 3);
		assert_int_equal(mkdirat(scratch->fd, path, 0755), 0);
	}
	open_files = entries_of("/proc/self/fd");
	fd = vw_root_open(&root, path, O_PATH, 0);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){.rlim_cur = FEW, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(vw_root_open(&root, path, O_PATH, 0), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(entries_of("/proc/self/fd"), open_files);
}

/* A file is looked at before it is opened; one that took its place meanwhile is not read. */
static void swapped_files_are_not_read(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes;

	put_file(scratch, "sys/file", "file");
	if (!have_openat2())
		LEAVE_OUT_ALL("no openat2 here");
	source = begin_source(scratch, false);
	openat2_calls.asked = 0;
	openat2_calls.swap = scratch;
	assert_int_equal(read_of(source, "/sys/file", &bytes), -ESTALE);
	assert_int_equal(openat2_calls.asked, 2);
	assert_string_equal(unread_error(source, "/sys/file"), "ESTALE");
}

/* Visiting. */

struct visits {
	char text[1024];
	size_t count, stop; /* end the walk at this one */
};

static int visit(void *context, const char *place, const struct stat *status, const char *target)
{
	struct visits *visits = context;
	size_t used = strlen(visits->text);

	snprintf(visits->text + used, sizeof(visits->text) - used, "%s%s%s%s", used ? " " : "", place,
		 S_ISDIR(status->st_mode) ? "/"
		 : target                 ? ">"
					  : "",
		 target ? target : "");
	return ++visits->count == visits->stop ? -ECANCELED : 0;
}

static void places_are_told(void **state)
{
	static const struct {
		const char *path, *told;
	} cases[] = {
		{"/", "//"},
		{"..", "//"},
		{"file", "/file"},
		{"a/b/c/file", "/a/ /a/b/ /a/b/c/ /a/b/c/file"},
		{"a/b/..", "/a/ /a/b/ /a/"},
		{"a/b/../../file", "/a/ /a/b/ /file"},
		{"absolute", "/absolute>/file /file"},
		{"to_folder/c", "/to_folder>a/b /a/ /a/b/ /a/b/c/"},
		{"to_dot", "/to_dot>. //"},
		{"a/up", "/a/ /a/up>.. //"},
		{"a/self", "/a/ /a/self>. /a/"},
		{"a/self/b/..", "/a/ /a/self>. /a/b/ /a/"},
		{"root", "/root>/ //"},
		{"slashed", "/slashed>a/b/ /a/ /a/b/"},
		{"dangling", "/dangling>none"},
		{"a/none", "/a/"},
	};
	const struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);

	plant(scratch);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct visits visits = {0};
		int fd = vw_root_walk(&root, cases[i].path, O_PATH, 0, visit, &visits);
		size_t all = visits.count;

		if (fd >= 0)
			close(fd);
		assert_string_equal(visits.text, cases[i].told);
		for (size_t stop = 1; stop <= all; stop++) {
			visits = (struct visits){.stop = stop};
			assert_int_equal(vw_root_walk(&root, cases[i].path, O_PATH, 0, visit, &visits),
					 -ECANCELED);
			assert_int_equal(visits.count, stop);
		}
	}
}

/* A file that is swapped for a link after it was looked at is not followed. */
static int swap(void *context, const char *place, const struct stat *status, const char *target)
{
	const struct scratch *scratch = context;

	(void)place;
	(void)target;
	if (S_ISREG(status->st_mode))
		put_link(scratch, "file", scratch->canary);
	return 0;
}

static void swapped_files_are_not_followed(void **state)
{
	struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);

	put_file(scratch, "file", "file");
	assert_int_equal(vw_root_walk(&root, "file", O_RDONLY, 0, swap, scratch), -ELOOP);
}

/* The place that is told has less than PATH_MAX bytes, however it was come to. */
static void places_at_their_bound(void **state)
{
	enum { STEP = 250, STEPS = 16, LEFT = PATH_MAX - 1 - STEPS * (STEP + 1) - 1 };
	struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);
	char folder[PATH_MAX], path[NAME_MAX];
	int fd;

	for (size_t i = 0; i < STEPS * (STEP + 1); i++)
		folder[i] = i % (STEP + 1) ? 'd' : '/';
	folder[STEPS * (STEP + 1)] = '\0';
	put_directory(scratch, folder);
	/* longer by a byte than a path may be, from the root; from here it is not */
	fd = vw_root_walk(&root, folder, O_PATH, 0, NULL, NULL);
	assert_true(fd >= 0);
	memset(path, 'f', sizeof(path));
	path[LEFT + 1] = '\0';
	assert_int_equal(mkdirat(fd, path, 0755), 0);
	path[LEFT] = '\0';
	assert_int_equal(mkdirat(fd, path, 0755), 0);
	close(fd);

	/* through two links, each of which leads half the way */
	fd = vw_root_walk(&root, folder + STEPS / 2 * (STEP + 1), O_PATH, 0, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(symlinkat(folder + STEPS / 2 * (STEP + 1) + 1, fd, "l"), 0);
	close(fd);
	folder[STEPS / 2 * (STEP + 1)] = '\0';
	put_link(scratch, "l", folder);
	memcpy(path, "l/l/", 4);
	for (size_t more = 0; more < 2; more++) {
		memset(path + 4, 'f', LEFT + more);
		path[4 + LEFT + more] = '\0';
		fd = vw_root_walk(&root, path, O_PATH, 0, NULL, NULL);
		assert_int_equal(fd < 0 ? fd : 0, more ? -ENAMETOOLONG : 0);
		if (fd >= 0)
			close(fd);
	}
}

/* Files that stand for links. */

static void flat_links(void **state)
{
	static const struct {
		const char *text;
		int r; /* of reading it as a link, where it fails */
	} cases[] = {
		{"../a/b", 6},       {"../", 3},          {"..", -EINVAL},
		{"./../a", -EINVAL}, {"", -EINVAL},       {"/../a", -EINVAL},
		{"../a\n", -EINVAL}, {"../a\r", -EINVAL}, {"..a/b", -EINVAL},
	};
	const struct scratch *scratch = *state;
	char target[PATH_MAX], text[PATH_MAX + 1];

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		int fd;

		put_file(scratch, "link", cases[i].text);
		fd = openat(scratch->fd, "link", O_RDONLY | O_CLOEXEC);
		assert_int_equal(vw_root_read_flat_link(fd, target), cases[i].r);
		if (cases[i].r > 0)
			assert_string_equal(target, cases[i].text);
		close(fd);
	}

	/* a NUL is in no link, and what fills the room may have been longer */
	put(scratch, "link", VW_NODE_FILE, "../a\0b", 6);
	memset(text, 'n', sizeof(text));
	memcpy(text, "../", 3);
	for (size_t size = 0; size < 4; size++) {
		int fd = openat(scratch->fd, "link", O_RDONLY | O_CLOEXEC);

		assert_int_equal(vw_root_read_flat_link(fd, target), size == 1 ? PATH_MAX - 2 : -EINVAL);
		close(fd);
		put(scratch, "link", VW_NODE_FILE, text, PATH_MAX - 2 + size);
	}
}

static void links_and_what_is_none(void **state)
{
	const struct scratch *scratch = *state;
	char target[PATH_MAX];
	int fd;

	plant(scratch);
	fd = openat(scratch->fd, "relative", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	assert_int_equal(vw_root_readlink(fd, target), 10);
	assert_string_equal(target, "a/b/c/file");
	close(fd);
	fd = openat(scratch->fd, "file", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	assert_int_equal(vw_root_readlink(fd, target), -EINVAL);
	close(fd);
	assert_int_equal(vw_root_readlink(-1, target), -EBADF);
	assert_int_equal(vw_root_read_flat_link(-1, target), -EBADF);
}

/* Only where they are asked for, and only in the place of a directory. */
static void flat_links_on_the_way(void **state)
{
	static const struct {
		const char *path;
		int r, flat; /* without and with VW_ROOT_FLAT_LINKS */
	} cases[] = {
		{"a/b/link/file", -ENOTDIR, 0}, {"a/b/link", 0, 0},
		{"a/b/link/..", -ENOTDIR, 0},   {"a/b/out/canary", -ENOTDIR, -ENOENT},
		{"file/x", -ENOTDIR, -ENOTDIR}, {"fifo/x", -ENOTDIR, -ENOTDIR},
	};
	const struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);

	put_file(scratch, "file", "file");
	put_file(scratch, "c/d/file", "deep");
	put_file(scratch, "a/b/link", "../../c/d");
	put_file(scratch, "a/b/out", "../../../..");
	assert_int_equal(mkfifoat(scratch->fd, "fifo", 0644), 0);
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int flat = 0; flat < 2; flat++) {
			int fd = vw_root_walk(&root, cases[i].path, O_PATH, flat ? VW_ROOT_FLAT_LINKS : 0,
					      NULL, NULL);

			if ((fd < 0 ? fd : 0) != (flat ? cases[i].flat : cases[i].r))
				fail_msg("%s: %d", cases[i].path, fd);
			if (fd >= 0)
				close(fd);
		}
}

/* Opening a FIFO or a device may have effects: what is no file is not opened to see whether it holds a link.
 */
static void only_files_are_opened_for_links(void **state)
{
	const struct scratch *scratch = *state;
	struct vw_root root = root_of(scratch, true);
	int notices = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	_Alignas(struct inotify_event) char event[512];

	assert_true(notices >= 0);
	put_file(scratch, "file", "file");
	assert_int_equal(mkfifoat(scratch->fd, "fifo", 0644), 0);
	assert_true(inotify_add_watch(notices, scratch->snap, IN_OPEN) >= 0);
	assert_int_equal(vw_root_walk(&root, "fifo/x", O_PATH, VW_ROOT_FLAT_LINKS, NULL, NULL), -ENOTDIR);
	assert_int_equal(read(notices, event, sizeof(event)), -1);
	assert_int_equal(vw_root_walk(&root, "file/x", O_PATH, VW_ROOT_FLAT_LINKS, NULL, NULL), -ENOTDIR);
	assert_true(read(notices, event, sizeof(event)) > 0);
	close(notices);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_paths_resolve),
		cmocka_unit_test(no_root),
		TEST(last_components),
		TEST(nothing_blocks_or_is_handed_on),
		TEST(no_terminal_is_taken),
		TEST(magic_links),
		TEST(names_at_their_bounds),
		TEST(links_at_their_bound),
		TEST(texts_at_their_bound),
		TEST(kernels_without_openat2),
		TEST(renames_are_outlasted),
		TEST(a_moved_folder_leads_nowhere),
		TEST(renames_while_we_read),
		TEST(folders_at_their_bound),
		TEST(swapped_files_are_not_read),
		TEST(places_are_told),
		TEST(swapped_files_are_not_followed),
		TEST(places_at_their_bound),
		TEST(flat_links),
		TEST(links_and_what_is_none),
		TEST(flat_links_on_the_way),
		TEST(only_files_are_opened_for_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
