/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "tests/unit/left_out.h"
#include "tests/unit/scratch.h"

#if defined(__x86_64__) || defined(__i386__)
#define HAVE_CPUID 1
#else
#define HAVE_CPUID 0
#endif

/* No way out of the root. */

/* Paths of a snapshot that looks like a machine, with links that try to leave it. */
static void plant_links(const struct scratch *scratch)
{
	char target[256];

	put_file(scratch, "meta.json", "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"x86_64\"}");
	put_file(scratch, "sys/inside", "inside\n");
	put_file(scratch, "canary", "the snapshot's own\n");
	put_directory(scratch, "sys/class/net");
	put_link(scratch, "sys/absolute", scratch->canary);
	put_link(scratch, "sys/up", "../../canary");
	put_link(scratch, "sys/upmost", "../../../../../../../../../../../../../../../../canary");
	put_link(scratch, "sys/hops", "hop");
	put_link(scratch, "sys/hop", "class/net/../../../../canary");
	put_link(scratch, "sys/away", "/");
	put_link(scratch, "sys/parent", "..");
	put_link(scratch, "sys/loop", "loop");
	put_link(scratch, "sys/ping", "pong");
	put_link(scratch, "sys/pong", "ping");
	put_link(scratch, "sys/slashes", "//sys///inside");
	put_link(scratch, "sys/tree", scratch->directory);
	snprintf(target, sizeof(target), "/proc/%d/root%s", (int)getpid(), scratch->canary);
	put_link(scratch, "sys/magic", target);
	put_link(scratch, "sys/host", "/etc/passwd");
}

static bool have_openat2(void)
{
	return syscall(SYS_openat2, -1, "", NULL, 0) == 0 || errno != ENOSYS;
}

static void links_stay_inside(struct scratch *scratch, bool walk)
{
	static const struct {
		const char *path;
		int r;
		const char *text;
	} cases[] = {
		{"/sys/inside", 0, "inside\n"},
		{"sys/inside", 0, "inside\n"},
		{"//sys//.//inside", 0, "inside\n"},
		{"/sys/class/../inside", 0, "inside\n"},
		{"/../../sys/inside", 0, "inside\n"},
		{"/sys/absolute", -ENOENT, NULL},
		{"/sys/up", 0, "the snapshot's own\n"},
		{"/sys/upmost", 0, "the snapshot's own\n"},
		{"/sys/hops", 0, "the snapshot's own\n"},
		{"/sys/away/canary", 0, "the snapshot's own\n"},
		{"/sys/parent/canary", 0, "the snapshot's own\n"},
		{"/sys/parent/../../canary", 0, "the snapshot's own\n"},
		{"/../canary", 0, "the snapshot's own\n"},
		{"/sys/slashes", 0, "inside\n"},
		{"/sys/loop", -ELOOP, NULL},
		{"/sys/ping", -ELOOP, NULL},
		{"/sys/loop/x", -ELOOP, NULL},
		{"/sys/tree/canary", -ENOENT, NULL},
		{"/sys/magic", -ENOENT, NULL},
		{"/sys/host", -ENOENT, NULL},
		{"/sys/inside/", -ENOENT, NULL}, /* ENOTDIR */
		{"/sys/inside/x", -ENOENT, NULL},
		{"/sys", -EINVAL, NULL},
		{"/", -EINVAL, NULL},
	};
	struct vw_source *source;

	plant_links(scratch);
	source = begin_source(scratch, walk);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const char *bytes = NULL;

		assert_int_equal(read_of(source, cases[i].path, &bytes), cases[i].r);
		if (cases[i].text)
			assert_string_equal(bytes, cases[i].text);
		else
			assert_null(bytes);
		assert_int_equal(unread_error(source, cases[i].path) != NULL,
				 cases[i].r != 0 && cases[i].r != -ENOENT);
	}
	assert_string_equal(unread_error(source, "/sys/loop"), "ELOOP");
	/* the test of openat2 has used it, where there is one */
	assert_int_equal(source->root.walk, walk || !have_openat2());
}

static void links_stay_inside_by_openat2(void **state)
{
	links_stay_inside(*state, false);
}

static void links_stay_inside_by_walking(void **state)
{
	links_stay_inside(*state, true);
}

/* Forty links are followed, as the kernel does, and not one more. */
static void link_chain(struct scratch *scratch, bool walk)
{
	const char *bytes;
	struct vw_source *source;

	put_file(scratch, "sys/0", "end");
	for (int i = 1; i <= 41; i++) {
		char name[16], target[16];

		snprintf(name, sizeof(name), "sys/%d", i);
		snprintf(target, sizeof(target), "%d", i - 1);
		put_link(scratch, name, target);
	}
	source = begin_source(scratch, walk);
	assert_int_equal(read_of(source, "/sys/40", &bytes), 0);
	assert_string_equal(bytes, "end");
	assert_int_equal(read_of(source, "/sys/41", &bytes), -ELOOP);
}

static void link_chain_by_openat2(void **state)
{
	link_chain(*state, false);
}

static void link_chain_by_walking(void **state)
{
	link_chain(*state, true);
}

/* A seccomp filter in place of an old kernel: @err is what openat2 gives. */
static int forbid_openat2(int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = VW_COUNT(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

static int without_openat2(const char *snap, int err)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	char problem[256];
	const char *bytes;

	if (forbid_openat2(err) < 0)
		return 77;
	if (vw_source_snapshot(snap, &source, problem, sizeof(problem)) < 0)
		return 1;
	if (read_of(source, "/sys/upmost", &bytes) < 0 || strcmp(bytes, "the snapshot's own\n") != 0)
		return 2;
	if (read_of(source, "/sys/absolute", &bytes) != -ENOENT)
		return 3;
	return source->root.walk ? 0 : 4;
}

static void kernels_without_openat2(void **state)
{
	static const int errors[] = {ENOSYS, EPERM};
	struct scratch *scratch = *state;

	plant_links(scratch);
	for (size_t i = 0; i < VW_COUNT(errors); i++) {
		pid_t child = fork();
		int status;

		if (child == 0)
			_exit(without_openat2(scratch->snap, errors[i]));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) == 77)
			LEAVE_OUT_ALL("no seccomp filter may be set here");
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void links_are_read_not_followed(struct scratch *scratch, bool walk)
{
	struct vw_source *source;
	const char *target = NULL;

	plant_links(scratch);
	source = begin_source(scratch, walk);
	assert_int_equal(vw_source_link(source, "/sys/absolute", &target), 0);
	assert_string_equal(target, scratch->canary);
	assert_int_equal(vw_source_link(source, "/sys/parent/sys/loop", &target), 0);
	assert_string_equal(target, "loop");
	assert_int_equal(vw_source_link(source, "/sys/inside", &target), -EINVAL);
	assert_int_equal(vw_source_link(source, "/sys/class", &target), -EINVAL);
	assert_int_equal(vw_source_link(source, "/sys/missing", &target), -ENOENT);
	assert_int_equal(vw_source_link(source, "/sys/tree/canary", &target), -ENOENT);
	assert_string_equal(target, "loop");
	assert_null(unread_error(source, "/sys/inside")); /* to be no link is no failure */

	assert_int_equal(vw_source_exists(source, "/sys/up"), 0);
	assert_int_equal(vw_source_exists(source, "/sys/absolute"), -ENOENT);
	assert_int_equal(vw_source_exists(source, "/sys/loop"), -ELOOP);
	assert_int_equal(vw_source_exists(source, "/"), 0);
}

static void links_are_read_by_openat2(void **state)
{
	links_are_read_not_followed(*state, false);
}

static void links_are_read_by_walking(void **state)
{
	links_are_read_not_followed(*state, true);
}

/* What is no regular file. */

static void make_socket(const struct scratch *scratch, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", scratch->snap, name) <
		    (int)sizeof(address.sun_path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static void odd_files_are_refused(struct scratch *scratch, bool walk)
{
	static const char *const odd[] = {"/proc/cpuinfo", "/proc/socket", "/proc/directory", "/proc/zero"};
	bool device;
	const char *bytes;
	struct vw_source *source;

	put_directory(scratch, "proc/directory");
	assert_int_equal(mkfifoat(scratch->fd, "proc/cpuinfo", 0644), 0);
	make_socket(scratch, "proc/socket");
	device = mknodat(scratch->fd, "proc/zero", S_IFCHR | 0644, makedev(1, 5)) == 0;
	source = begin_source(scratch, walk);
	for (size_t i = 0; i < VW_COUNT(odd) - !device; i++) {
		assert_int_equal(read_of(source, odd[i], &bytes), -EINVAL);
		assert_string_equal(unread_error(source, odd[i]), "EINVAL");
		assert_int_equal(vw_source_exists(source, odd[i]), 0);
		assert_int_equal(vw_source_usable(source, odd[i]), 0);
	}
}

static void odd_files_by_openat2(void **state)
{
	odd_files_are_refused(*state, false);
}

static void odd_files_by_walking(void **state)
{
	odd_files_are_refused(*state, true);
}

static void big_files_are_bounded(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes, *more;
	size_t size;
	int fd;

	put_file(scratch, "proc/cpuinfo", "");
	fd = openat(scratch->fd, "proc/cpuinfo", O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 1024L * 1024 * 1024), 0);
	close(fd);
	put_file(scratch, "proc/big", "begin");
	fd = openat(scratch->fd, "proc/big", O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 3 * VW_TABLE_LIMIT), 0);
	close(fd);

	source = begin_source(scratch, false);
	/* no file of /proc or /sys is a gigabyte long: this one is not looked into */
	assert_int_equal(read_of(source, "/proc/cpuinfo", &bytes), -EFBIG);
	assert_string_equal(unread_error(source, "/proc/cpuinfo"), "EFBIG");
	assert_true(source->buffer_size <= VW_TABLE_LIMIT);

	assert_int_equal(vw_source_read(source, "/proc/big", VW_TEXT_LIMIT, &bytes, &size), 0);
	assert_int_equal(size, VW_TEXT_LIMIT);
	assert_string_equal(bytes, "begin");
	assert_null(unread_error(source, "/proc/big"));
	/* more of it, then less */
	assert_int_equal(vw_source_read(source, "/proc/big", VW_TABLE_LIMIT, &more, &size), 0);
	assert_int_equal(size, VW_TABLE_LIMIT);
	assert_int_equal(vw_source_read(source, "/proc/big", 3, &bytes, &size), 0);
	assert_int_equal(size, 3);
	assert_string_equal(bytes, "beg");
}

static void many_files_are_bounded(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	size_t read_well = 0;

	for (int i = 0; i < 100; i++) {
		char name[24];
		int fd;

		snprintf(name, sizeof(name), "sys/%d", i);
		put_file(scratch, name, "");
		fd = openat(scratch->fd, name, O_WRONLY | O_CLOEXEC);
		assert_int_equal(ftruncate(fd, VW_TABLE_LIMIT), 0);
		close(fd);
	}
	source = begin_source(scratch, false);
	for (int i = 0; i < 100; i++) {
		const char *bytes;
		char path[24];
		size_t size;
		int r;

		snprintf(path, sizeof(path), "/sys/%d", i);
		r = vw_source_read(source, path, VW_TABLE_LIMIT, &bytes, &size);
		assert_true(r == 0 || r == -EFBIG);
		read_well += r == 0;
	}
	assert_int_equal(read_well, 64);
	assert_string_equal(unread_error(source, "/sys/99"), "EFBIG");
}

static void deep_directories(void **state)
{
	enum { LEVELS = 500 };
	struct scratch *scratch = *state;
	char path[2 * LEVELS + 16] = "/sys";
	struct vw_source *source;
	const char *bytes;
	int fd = scratch->fd;

	put_directory(scratch, "sys");
	fd = openat(scratch->fd, "sys", O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < LEVELS; i++) {
		int below;

		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		below = openat(fd, "d", O_RDONLY | O_CLOEXEC);
		close(fd);
		fd = below;
		memcpy(path + strlen("/sys") + 2 * (size_t)i, "/d", sizeof("/d"));
	}
	close(fd);

	for (int walk = 0; walk < 2; walk++) {
		source = begin_source(scratch, walk);
		assert_int_equal(vw_source_exists(source, path), 0);
		assert_int_equal(read_of(source, path, &bytes), -EINVAL);
	}
	/* vw_tree_remove() gives up at a depth that it never makes */
	for (int i = LEVELS; i > 0; i--) {
		char outside[sizeof(path) + sizeof(scratch->snap)];

		path[4 + 2 * i] = '\0';
		snprintf(outside, sizeof(outside), "%s%s", scratch->snap, path);
		assert_int_equal(rmdir(outside), 0);
	}
}

static void long_paths(void **state)
{
	struct scratch *scratch = *state;
	char path[2 * PATH_MAX];
	const char *bytes;

	put_directory(scratch, "sys");
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	for (int walk = 0; walk < 2; walk++) {
		struct vw_source *source = begin_source(scratch, walk);

		path[sizeof(path) / 2] = 'x';
		assert_int_equal(read_of(source, path, &bytes), -ENAMETOOLONG);
		path[NAME_MAX + 2] = '\0';
		assert_int_equal(read_of(source, path, &bytes), -ENAMETOOLONG);
		path[NAME_MAX + 2] = 'x';
	}
}

/* Lists. */

static void lists_are_sorted(void **state)
{
	static const char *const names[] = {"b", "a", "\xff", "B", "a-b", ".hidden", "ab"};
	static const char *const sorted[] = {".hidden", "B", "a", "a-b", "ab", "b", "\xff"};
	struct scratch *scratch = *state;
	const char *const *name;
	struct vw_names fact;
	size_t count;

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		char path[32];

		snprintf(path, sizeof(path), "sys/%s", names[i]);
		put_file(scratch, path, "");
	}
	put_link(scratch, "sys/link", "/sys");
	assert_int_equal(unlinkat(scratch->fd, "sys/link", 0), 0);
	for (int walk = 0; walk < 2; walk++) {
		struct vw_source *source = begin_source(scratch, walk);

		assert_int_equal(vw_source_list(source, "/sys", &count, &name), 0);
		assert_int_equal(count, VW_COUNT(sorted));
		for (size_t i = 0; i < count; i++)
			assert_string_equal(name[i], sorted[i]);
		assert_int_equal(vw_source_list(source, "/sys/a", &count, &name), -ENOENT);
		assert_int_equal(vw_source_list(source, "/none", &count, &name), -ENOENT);

		vw_fact_read_list(source, "/sys", &fact);
		assert_int_equal(fact.state, VW_VALUE);
		assert_string_equal(fact.name[6], "?"); /* fit to print */
	}
}

/* As many names as are kept are all of them; of more the rest is left out, and that is said. */
static void long_lists_are_cut(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *const *name;
	size_t count;

	for (int i = VW_LIST_LIMIT + 4; i >= 0; i--) {
		char path[32];

		snprintf(path, sizeof(path), "sys/%05d", i);
		put_file(scratch, path, "");
		if (i != 5)
			continue;
		source = begin_source(scratch, false);
		assert_int_equal(vw_source_list(source, "/sys", &count, &name), 0);
		assert_int_equal(count, VW_LIST_LIMIT);
		assert_string_equal(name[0], "00005");
		assert_null(unread_error(source, "/sys"));
	}
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_list(source, "/sys", &count, &name), 0);
	assert_int_equal(count, VW_LIST_LIMIT);
	/* the first by name, not by the file system's order */
	assert_string_equal(name[0], "00000");
	assert_string_equal(name[VW_LIST_LIMIT - 1], "04095");
	assert_string_equal(unread_error(source, "/sys"), "EFBIG");
}

/* A file of 64 MiB is looked into, one of a byte more is not. */
static void huge_files_are_not_looked_into(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes;
	size_t size;

	for (long more = 0; more < 2; more++) {
		int fd;

		put_file(scratch, "sys/file", "begin");
		fd = openat(scratch->fd, "sys/file", O_WRONLY | O_CLOEXEC);
		assert_int_equal(ftruncate(fd, (64L << 20) + more), 0);
		close(fd);
		source = begin_source(scratch, false);
		assert_int_equal(vw_source_read(source, "/sys/file", 5, &bytes, &size), more ? -EFBIG : 0);
	}
}

/* What is denied by name, what is below it, and what only begins alike. */
static void denials_reach_so_far(void **state)
{
	static const struct {
		const char *denied, *path;
		bool is;
	} cases[] = {
		{"/sys/a", "/sys/a", true},    {"/sys/a", "/sys/a/b", true},  {"/sys/a", "/sys/ab", false},
		{"/sys/a", "/sys", false},     {"/sys/a/", "/sys/a", true},   {"/sys/a//", "/sys/a/b", true},
		{"/sys/a/", "/sys/ab", false}, {"/", "/sys/a", true},         {"//", "/sys/a", true},
		{"/s", "/sys/a", false},       {"/sys/a/b", "/sys/a", false}, {"sys/a", "/sys/a", false},
	};
	struct scratch *scratch = *state;

	put_file(scratch, "sys/a/b", "");
	put_file(scratch, "sys/ab", "");
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_source *source = begin_source(scratch, false);

		assert_int_equal(vw_source_deny(source, cases[i].denied), 0);
		if (vw_source_exists(source, cases[i].path) != (cases[i].is ? -EACCES : 0))
			fail_msg("%s denied, %s", cases[i].denied, cases[i].path);
		assert_int_equal(vw_source_denied(source, cases[i].path), cases[i].is ? -EACCES : 0);
	}
}

static void names_of_errors(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;

	put_directory(scratch, "sys");
	source = begin_source(scratch, false);
	assert_int_equal(vw_errno_of("EPERM"), EPERM); /* the first */
	assert_int_equal(vw_errno_of("EACCES"), EACCES);
	assert_int_equal(vw_errno_of("EHWPOISON"), EHWPOISON); /* the last */
	assert_int_equal(vw_errno_of("EACCESS"), 0);
	assert_int_equal(vw_errno_of("eacces"), 0);
	assert_int_equal(vw_errno_of("0"), 0);
	assert_int_equal(vw_errno_of(""), 0);
	assert_string_equal(vw_errno_name(source, -EACCES), "EACCES");
	assert_string_equal(vw_errno_name(source, EFBIG), "EFBIG");
	assert_string_equal(vw_errno_name(source, -999), "E999");
}

/* Each error of the kernel as a fact's state. */
static void states_of_errors(void **state)
{
	static const struct {
		int err;
		enum vw_state state;
	} cases[] = {
		{0, VW_VALUE},           {-ENOENT, VW_ABSENT},          {-ENODATA, VW_ABSENT},
		{-EACCES, VW_DENIED},    {-EPERM, VW_DENIED},           {-EOPNOTSUPP, VW_NOT_PROBED},
		{-EINVAL, VW_MALFORMED}, {-EFBIG, VW_MALFORMED},        {-ELOOP, VW_MALFORMED},
		{-EIO, VW_MALFORMED},    {-ENAMETOOLONG, VW_MALFORMED}, {-EBADMSG, VW_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		assert_int_equal(vw_state_of(cases[i].err), cases[i].state);
}

/* What was asked once is not asked again. */

static void answers_are_remembered(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes, *target;
	const char *const *name;
	size_t count;

	put_file(scratch, "sys/file", "old");
	put_link(scratch, "sys/link", "old");
	source = begin_source(scratch, false);
	assert_int_equal(read_of(source, "/sys/file", &bytes), 0);
	assert_int_equal(vw_source_link(source, "/sys/link", &target), 0);
	assert_int_equal(vw_source_list(source, "/sys", &count, &name), 0);
	assert_int_equal(read_of(source, "/sys/none", &bytes), -ENOENT);
	assert_int_equal(vw_source_exists(source, "/sys/directory"), -ENOENT);

	put_file(scratch, "sys/file", "new");
	put_link(scratch, "sys/link", "new");
	put_file(scratch, "sys/none", "new");
	put_file(scratch, "sys/directory/file", "new");
	assert_int_equal(read_of(source, "/sys/file", &bytes), 0);
	assert_string_equal(bytes, "old");
	assert_int_equal(vw_source_link(source, "/sys/link", &target), 0);
	assert_string_equal(target, "old");
	assert_int_equal(vw_source_list(source, "/sys", &count, &name), 0);
	assert_int_equal(count, 2);
	assert_int_equal(read_of(source, "/sys/none", &bytes), -ENOENT);
	/* below what is not there is nothing */
	assert_int_equal(read_of(source, "/sys/directory/file", &bytes), -ENOENT);
	assert_int_equal(vw_source_exists(source, "/sys/directory/file"), -ENOENT);
	assert_int_equal(vw_source_list(source, "/sys/directory/sub", &count, &name), -ENOENT);
	/* but a name that only begins alike is another one */
	put_file(scratch, "sys/directory2", "other");
	assert_int_equal(read_of(source, "/sys/directory2", &bytes), 0);
}

/* What any question found missing is missing with all below it; to open for writing is no such question. */
static void what_is_missing_has_nothing_below(void **state)
{
	struct scratch *scratch = *state;

	for (int kind = 0; kind < 5; kind++) {
		struct vw_source *source;
		const char *const *name;
		const char *bytes;
		size_t count;
		int r;

		vw_tree_remove(scratch->fd, "sys");
		put_directory(scratch, "sys");
		source = begin_source(scratch, false);
		switch (kind) {
		case 0:
			r = read_of(source, "/sys/a", &bytes);
			break;
		case 1:
			r = vw_source_link(source, "/sys/a", &bytes);
			break;
		case 2:
			r = vw_source_list(source, "/sys/a", &count, &name);
			break;
		case 3:
			r = vw_source_exists(source, "/sys/a");
			break;
		default:
			r = vw_source_usable(source, "/sys/a");
		}
		assert_int_equal(r, -ENOENT);
		put_file(scratch, "sys/a/b/c", "text");
		assert_int_equal(read_of(source, "/sys/a/b/c", &bytes), kind < 4 ? -ENOENT : 0);
	}
}

/* More of a file is asked for where the limit had cut it, and only there. */
static void cut_files_are_read_again(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes;
	size_t size;

	put_file(scratch, "sys/long", "0123456789");
	put_file(scratch, "sys/exact", "0123");
	put_file(scratch, "sys/short", "012");
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_read(source, "/sys/long", 4, &bytes, &size), 0);
	assert_string_equal(bytes, "0123");
	assert_int_equal(vw_source_read(source, "/sys/exact", 4, &bytes, &size), 0);
	assert_int_equal(vw_source_read(source, "/sys/short", 4, &bytes, &size), 0);
	put_file(scratch, "sys/exact", "0123 and more");
	put_file(scratch, "sys/short", "012 and more");
	assert_int_equal(vw_source_read(source, "/sys/long", 6, &bytes, &size), 0);
	assert_string_equal(bytes, "012345");
	assert_int_equal(size, 6);
	assert_int_equal(vw_source_read(source, "/sys/long", 5, &bytes, &size), 0);
	assert_string_equal(bytes, "01234");
	assert_int_equal(size, 5);
	assert_int_equal(vw_source_read(source, "/sys/long", 64, &bytes, &size), 0);
	assert_int_equal(size, 10);
	/* it may have been longer, so it is looked at again; what was shorter than the limit is known */
	assert_int_equal(vw_source_read(source, "/sys/exact", 64, &bytes, &size), 0);
	assert_string_equal(bytes, "0123 and more");
	assert_int_equal(vw_source_read(source, "/sys/short", 64, &bytes, &size), 0);
	assert_string_equal(bytes, "012");
}

static void many_paths_are_remembered(void **state)
{
	enum { PATHS = 3000 };
	struct scratch *scratch = *state;
	struct vw_source *source;
	char path[32];

	put_file(scratch, "sys/7", "");
	source = begin_source(scratch, false);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < PATHS; i++) {
			snprintf(path, sizeof(path), "/sys/%d", i);
			assert_int_equal(vw_source_exists(source, path), i == 7 ? 0 : -ENOENT);
		}
	/* each once, besides what opening the snapshot looked for */
	assert_in_range(source->accesses, PATHS, PATHS + 3);
}

/* Denied. */

static void denied_is_denied(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes = NULL, *path;
	const char *const *name;
	char byte;
	size_t count;

	put_file(scratch, "sys/class/dmi/id/sys_vendor", "Xen");
	put_file(scratch, "sys/class/dmi2", "other");
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_deny(source, "/sys/class/dmi"), 0);
	assert_int_equal(read_of(source, "/sys/class/dmi/id/sys_vendor", &bytes), -EACCES);
	assert_int_equal(read_of(source, "/sys/class/dmi/id/sys_vendor", &bytes), -EACCES);
	assert_int_equal(vw_source_exists(source, "/sys/class/dmi"), -EACCES);
	assert_int_equal(vw_source_link(source, "/sys/class/dmi/id", &bytes), -EACCES);
	assert_int_equal(vw_source_list(source, "/sys/class/dmi/id", &count, &name), -EACCES);
	assert_int_equal(vw_source_usable(source, "/sys/class/dmi/x"), -EACCES);
	assert_int_equal(vw_source_pread(source, "/sys/class/dmi/y", &byte, 1, 0), -EACCES);
	path = "/sys/class/dmi/id";
	assert_int_equal(vw_source_library_path(source, "/sys/class", &path, 1, &bytes), -EACCES);
	assert_null(bytes);
	assert_string_equal(unread_error(source, "/sys/class/dmi/id/sys_vendor"), "EACCES");
	assert_string_equal(unread_error(source, "/sys/class/dmi/id"), "EACCES");

	assert_int_equal(read_of(source, "/sys/class/dmi2", &bytes), 0);
	assert_int_equal(vw_source_deny(source, "/sys/class/dmi2/"), 0); /* after it was read, too */
	assert_int_equal(read_of(source, "/sys/class/dmi2", &bytes), -EACCES);
}

static void everything_denied(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes;

	put_file(scratch, "sys/file", "text");
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_deny(source, "/"), 0);
	assert_int_equal(read_of(source, "/sys/file", &bytes), -EACCES);
	assert_int_equal(vw_source_exists(source, "/"), -EACCES);
}

/* Libraries that open files themselves. */

static void library_paths_are_checked(struct scratch *scratch, bool walk)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{"/sys/inside", 0},
		{"/sys/class", 0},
		{"/sys/missing", 0},
		{"/sys/parent/sys/inside", 0},
		{"/sys/absolute", -EXDEV},
		{"/sys/slashes", -EXDEV}, /* absolute, even if it meant the inside */
		{"/sys/away/canary", -EXDEV},
		{"/sys/up", -EXDEV},
		{"/sys/hops", -EXDEV},
		{"/sys/loop", -ELOOP},
		{"/sys/fifo", -EINVAL},
	};
	struct vw_source *source;
	const char *path = NULL;
	char file[128];
	int fd;

	plant_links(scratch);
	assert_int_equal(mkfifoat(scratch->fd, "sys/fifo", 0644), 0);
	source = begin_source(scratch, walk);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		assert_int_equal(vw_source_library_path(source, "/sys", &cases[i].path, 1, &path),
				 cases[i].r);
		assert_int_equal(unread_error(source, cases[i].path) != NULL, cases[i].r != 0);
	}
	snprintf(file, sizeof(file), "%s/inside", path);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(vw_source_library_path(source, "/sys/absolute", NULL, 0, &path), -EXDEV);
}

static void library_paths_by_openat2(void **state)
{
	library_paths_are_checked(*state, false);
}

static void library_paths_by_walking(void **state)
{
	library_paths_are_checked(*state, true);
}

/* CPUID. */

static struct vw_source *with_cpuid(struct scratch *scratch, const char *text)
{
	put_file(scratch, "cpuid.txt", text);
	return begin_source(scratch, false);
}

static void leaves_of_a_snapshot(void **state)
{
	struct vw_source *source = with_cpuid(
		*state, "basic_cpuid[0]=1\nCPU 0:\r\n"
			"   0x00000000 0x00: eax=0x0000000d ebx=0x68747541 ecx=0x444d4163 edx=0x69746e65\n"
			"\t0x7 0x1: eax=0x1  ebx=0x2\tecx=0x3 edx=0x4   \r\n"
			"   0x0000000g 0x00: eax=0x1 ebx=0x2 ecx=0x3 edx=0x4\n"
			"   0x100000000 0x00: eax=0x1 ebx=0x2 ecx=0x3 edx=0x4\n"
			"   0x00000009 0x00 eax=0x1 ebx=0x2 ecx=0x3 edx=0x4\n"
			"   0x0000000a 0x00: eax=0x1 ebx=0x2 ecx=0x3\n"
			"   0x0000000b 0x00: ebx=0x1 eax=0x2 ecx=0x3 edx=0x4\n"
			"   0x00000000 0x00: eax=0xffffffff ebx=0x0 ecx=0x0 edx=0x0\n"
			"\xff\xfe rubbish \x01\n"
			"   0xffffffff 0xffffffff: eax=0xffffffff ebx=0x0 ecx=0x0 edx=0x0\n"
			"CPU 1:\n   0x00000001 0x00: eax=0x1 ebx=0x2 ecx=0x3 edx=0x4\n");
	static const uint32_t absent[] = {1, 9, 0xa, 0xb, 0x40000000};
	struct vw_leaf leaf = {0};
	const struct vw_leaf *leaves;
	size_t count;

	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 7, 1, &leaf), 0);
	assert_int_equal(leaf.leaf, 7);
	assert_int_equal(leaf.subleaf, 1);
	assert_int_equal(leaf.edx, 4);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 0, 0, &leaf), 0);
	assert_int_equal(leaf.eax, 0xd); /* the first of two */
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, UINT32_MAX, UINT32_MAX, &leaf), 0);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 7, 1, &leaf), 0);
	for (size_t i = 0; i < VW_COUNT(absent); i++) {
		leaf.eax = 77;
		assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, absent[i], 0, &leaf), -ENODATA);
		assert_int_equal(leaf.eax, 77);
	}
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 7, 0, &leaf), -ENODATA);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_XEN_PREFIX, 0, 0, &leaf), -ENODATA);

	/* in the order of asking, each once */
	leaves = vw_source_leaves(source, VW_CPUID_NATIVE, &count);
	assert_int_equal(count, 3);
	assert_int_equal(leaves[0].leaf, 7);
	assert_int_equal(leaves[1].leaf, 0);
	assert_int_equal(leaves[2].leaf, UINT32_MAX);
	assert_int_equal(vw_source_cpuid_executions(source), 0);
	vw_source_unread(source, &count);
	assert_int_equal(count, 0);
}

static void leaves_without_any(void **state)
{
	static const char *const texts[] = {"", "CPU 0:\n", "no leaves\n",
					    "CPU 0:\nCPU 1:\n   0x1 0x0: eax=0x1 ebx=0x1 ecx=0x1 edx=0x1\n"};
	struct vw_leaf leaf;

	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		struct vw_source *source = with_cpuid(*state, texts[i]);

		assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 1, 0, &leaf), -EBADMSG);
		assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 0, 0, &leaf), -EBADMSG);
		assert_string_equal(unread_error(source, "/cpuid.txt"), "EBADMSG");
	}
}

static void leaves_are_bounded(void **state)
{
	struct scratch *scratch = *state;
	FILE *file;
	char path[128];
	struct vw_source *source;
	struct vw_leaf leaf;

	put_directory(scratch, "sys");
	snprintf(path, sizeof(path), "%s/cpuid.txt", scratch->snap);
	file = fopen(path, "we");
	for (unsigned i = 0; i < 30000; i++)
		fprintf(file, "   0x%08x 0x00: eax=0x0 ebx=0x0 ecx=0x0 edx=0x0\n", i);
	assert_int_equal(fclose(file), 0);
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 4095, 0, &leaf), 0);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 4096, 0, &leaf), -ENODATA);
}

static void leaves_behind_the_prefix(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	struct vw_leaf leaf;

	put_directory(scratch, "proc");
	put_file(scratch, "cpuid-xenpv.txt",
		 "CPU:\n   0x40000000 0x00: eax=0x40000005 ebx=0x566e6558 ecx=0x65584d4d edx=0x4d4d566e\n");
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_XEN_PREFIX, 0x40000000, 0, &leaf), 0);
	assert_int_equal(leaf.ebx, 0x566e6558);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 0x40000000, 0, &leaf), -ENODATA);

	assert_int_equal(vw_source_deny(source, "cpuid xen"), 0);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_XEN_PREFIX, 0x40000000, 0, &leaf), -EACCES);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_XEN_PREFIX, 0x40000001, 0, &leaf), -EACCES);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 0x40000000, 0, &leaf), -ENODATA);
	assert_string_equal(unread_error(source, "cpuid xen"), "EACCES");
}

static void on_signal(int number)
{
	(void)number;
}

static void leaves_of_this_machine(void **state)
{
	struct scratch *scratch = *state;
	struct vw_leaf leaf = {0}, again = {0};
	struct sigaction mine = {.sa_handler = on_signal}, after;
	struct vw_source *source;
	size_t executions, count;
	int r;

	assert_int_equal(vw_source_live(&scratch->source), 0);
	source = scratch->source;
	r = vw_source_cpuid(source, VW_CPUID_NATIVE, 0, 0, &leaf);
	if (!HAVE_CPUID) {
		assert_int_equal(r, -EOPNOTSUPP);
		assert_int_equal(vw_source_cpuid(source, VW_CPUID_XEN_PREFIX, 0, 0, &leaf), -EOPNOTSUPP);
		assert_int_equal(vw_source_cpuid_executions(source), 0);
		return;
	}
	assert_int_equal(r, 0);
	assert_true(leaf.eax > 0);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 0, 0, &again), 0);
	assert_memory_equal(&leaf, &again, sizeof(leaf));
	assert_int_equal(vw_source_cpuid_executions(source), 1);

	/* the prefix: Xen answers, or nobody; either way the process and its signal handler live on */
	assert_int_equal(sigaction(SIGILL, &mine, NULL), 0);
	r = vw_source_cpuid(source, VW_CPUID_XEN_PREFIX, 0x40000000, 0, &leaf);
	assert_true(r == 0 || r == -EOPNOTSUPP);
	executions = vw_source_cpuid_executions(source);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_XEN_PREFIX, 0x40000000, 0, &leaf), r);
	assert_int_equal(vw_source_cpuid_executions(source), executions);
	assert_int_equal(sigaction(SIGILL, NULL, &after), 0);
	assert_ptr_equal(after.sa_handler, on_signal);
	vw_source_leaves(source, VW_CPUID_XEN_PREFIX, &count);
	assert_int_equal(count > 0, r == 0);

	assert_int_equal(vw_source_deny(source, "cpuid"), 0);
	assert_int_equal(vw_source_cpuid(source, VW_CPUID_NATIVE, 0, 0, &leaf), -EACCES);
	assert_int_equal(vw_source_cpuid_executions(source), executions);
	assert_string_equal(unread_error(source, "cpuid"), "EACCES");
}

static void timing_of_this_machine(void **state)
{
	struct scratch *scratch = *state;
	uint64_t min = 0, median = 0;
	size_t executions;
	int r;

	assert_int_equal(vw_source_live(&scratch->source), 0);
	r = vw_source_cpuid_timing(scratch->source, &min, &median);
	if (!HAVE_CPUID) {
		assert_int_equal(r, -ENODATA);
		return;
	}
	assert_int_equal(r, 0);
	assert_true(min <= median);
	assert_in_range(median, 1, 10000000);
	executions = vw_source_cpuid_executions(scratch->source);
	assert_int_equal(vw_source_cpuid_timing(scratch->source, &min, &median), 0);
	assert_int_equal(vw_source_cpuid_executions(scratch->source), executions);
	assert_int_equal(vw_source_deny(scratch->source, "cpuid"), 0);
	assert_int_equal(vw_source_cpuid_timing(scratch->source, &min, &median), -EACCES);
}

static void timing_of_a_snapshot(void **state)
{
	static const struct {
		const char *text;
		int r;
	} cases[] = {
		{"{\"cpuid_exit_ns\": {\"min\": 1200, \"median\": 1300.5}}", 0},
		{"{\"cpuid_exit_ns\": {\"min\": 1200}}", -EBADMSG},
		{"{\"cpuid_exit_ns\": {\"min\": -1, \"median\": 1}}", -EBADMSG},
		{"{\"cpuid_exit_ns\": {\"min\": 1e300, \"median\": 1}}", -EBADMSG},
		{"{\"cpuid_exit_ns\": {\"min\": 1000000000000001, \"median\": 1}}", -EBADMSG},
		{"{\"cpuid_exit_ns\": {\"min\": 1, \"median\": 1000000000000001}}", -EBADMSG},
		{"{\"cpuid_exit_ns\": {\"min\": 1, \"median\": \"1\"}}", -EBADMSG},
		{"{\"cpuid_exit_ns\": 3}", -EBADMSG},
		{"[]", -EBADMSG},
		{"", -EBADMSG},
		{NULL, -ENODATA},
	};
	struct scratch *scratch = *state;

	put_directory(scratch, "sys");
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		uint64_t min = 7, median = 7;
		struct vw_source *source;

		unlinkat(scratch->fd, "timing.json", 0);
		if (cases[i].text)
			put_file(scratch, "timing.json", cases[i].text);
		source = begin_source(scratch, false);
		assert_int_equal(vw_source_cpuid_timing(source, &min, &median), cases[i].r);
		assert_int_equal(min, cases[i].r ? 7 : 1200);
		assert_int_equal(median, cases[i].r ? 7 : 1300);
		assert_int_equal(unread_error(source, "/timing.json") != NULL, cases[i].r == -EBADMSG);
	}
}

/* From nothing to a fortnight. */
static void timing_at_its_bounds(void **state)
{
	struct scratch *scratch = *state;
	uint64_t min = 7, median = 7;

	put_file(scratch, "timing.json", "{\"cpuid_exit_ns\": {\"min\": 0, \"median\": 1000000000000000}}");
	put_directory(scratch, "sys");
	assert_int_equal(vw_source_cpuid_timing(begin_source(scratch, false), &min, &median), 0);
	assert_int_equal(min, 0);
	assert_int_equal(median, 1000000000000000);
}

/* This machine. */

static void this_machine_is_read(void **state)
{
	struct scratch *scratch = *state;
	struct utsname name;
	struct vw_source *source;
	struct vw_text text;
	const char *bytes, *again, *target;
	const char *const *names;
	char pid[16], nine[9];
	size_t size, count;

	assert_int_equal(uname(&name), 0);
	for (int walk = 0; walk < 2; walk++) {
		vw_source_free(scratch->source);
		assert_int_equal(vw_source_live(&scratch->source), 0);
		source = scratch->source;
		source->root.walk = walk;
		assert_false(vw_source_is_snapshot(source));
		assert_null(vw_source_path(source));
		assert_null(vw_source_captured(source));
		assert_string_equal(vw_source_arch(source), name.machine);

		vw_fact_read_text(source, "/proc/sys/kernel/osrelease", &text);
		assert_int_equal(text.state, VW_VALUE);
		assert_string_equal(text.text, name.release);
		assert_string_equal(text.source, "/proc/sys/kernel/osrelease");

		assert_int_equal(read_of(source, "/proc/self/status", &bytes), 0);
		assert_int_equal(read_of(source, "/proc/self/status", &again), 0);
		assert_ptr_equal(bytes, again);
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		assert_int_equal(vw_source_link(source, "/proc/self", &target), 0);
		assert_string_equal(target, pid);
		assert_int_equal(vw_source_list(source, "/proc/self/task", &count, &names), 0);
		assert_string_equal(names[0], pid);

		assert_int_equal(read_of(source, "/proc", &bytes), -EINVAL);
		assert_int_equal(read_of(source, "/proc/none", &bytes), -ENOENT);
		/* links of procfs that lead anywhere are not followed */
		assert_int_equal(vw_source_exists(source, "/proc/self/exe"), -ELOOP);
		assert_int_equal(read_of(source, "/proc/self/root/etc/passwd", &bytes), -ELOOP);
		/* a device outside of /proc and /sys is not read as if it were a file */
		assert_int_equal(vw_source_read(source, "/dev/zero", 16, &bytes, &size), -EINVAL);

		assert_int_equal(vw_source_usable(source, "/dev/null"), 0);
		assert_int_equal(vw_source_usable(source, "/dev/none"), -ENOENT);
		memset(nine, 'x', sizeof(nine));
		assert_int_equal(vw_source_pread(source, "/dev/zero", nine, 8, 4096), 0);
		assert_memory_equal(nine, "\0\0\0\0\0\0\0\0x", 9);
		assert_int_equal(vw_source_pread(source, "/dev/null", nine, 8, 0), -EIO);
		assert_int_equal(vw_source_library_path(source, "/sys/bus/pci", NULL, 0, &bytes), 0);
		assert_string_equal(bytes, "/sys/bus/pci");
	}
}

/* Facts. */

static void facts_carry_their_state(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	struct vw_text text;
	struct vw_number number;
	struct vw_names names;

	put_file(scratch, "sys/text", "  Amazon\xff EC2\n\n");
	put_file(scratch, "sys/empty", "");
	put_file(scratch, "sys/hex", "00002705\n");
	put_file(scratch, "sys/word", "yes\n");
	put_directory(scratch, "sys/none");
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_deny(source, "/sys/denied"), 0);

	vw_fact_read_text(source, "/sys/text", &text);
	assert_int_equal(text.state, VW_VALUE);
	assert_string_equal(text.text, "Amazon? EC2");
	vw_fact_read_text(source, "/sys/empty", &text);
	assert_int_equal(text.state, VW_VALUE);
	assert_string_equal(text.text, "");
	vw_fact_read_text(source, "/sys/missing", &text);
	assert_int_equal(text.state, VW_ABSENT);
	assert_null(text.text);
	assert_string_equal(text.source, "/sys/missing");
	vw_fact_read_text(source, "/sys/denied", &text);
	assert_int_equal(text.state, VW_DENIED);
	vw_fact_read_text(source, "/sys/none", &text);
	assert_int_equal(text.state, VW_MALFORMED);

	vw_fact_read_number(source, "/sys/hex", 16, &number);
	assert_int_equal(number.state, VW_VALUE);
	assert_int_equal(number.value, 0x2705);
	vw_fact_read_number(source, "/sys/word", 10, &number);
	assert_int_equal(number.state, VW_MALFORMED);
	vw_fact_read_number(source, "/sys/missing", 10, &number);
	assert_int_equal(number.state, VW_ABSENT);

	vw_fact_read_present(source, "/sys/word", &number);
	assert_int_equal(number.state, VW_VALUE);
	assert_int_equal(number.value, 1);
	vw_fact_read_present(source, "/sys/missing", &number);
	assert_int_equal(number.state, VW_ABSENT);
	assert_int_equal(number.value, 0);

	vw_fact_read_list(source, "/sys/none", &names);
	assert_int_equal(names.state, VW_VALUE);
	assert_int_equal(names.count, 0);
	vw_fact_read_list(source, "/sys/denied", &names);
	assert_int_equal(names.state, VW_DENIED);

	assert_int_equal(vw_state_of(-EOPNOTSUPP), VW_NOT_PROBED);
	assert_int_equal(vw_state_of(-ENODATA), VW_ABSENT);
	assert_int_equal(vw_state_of(-EIO), VW_MALFORMED);
}

static void unread_names_are_fit_to_print(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes;

	put_directory(scratch, "sys/\x1b[31m\xff");
	source = begin_source(scratch, false);
	assert_int_equal(read_of(source, "/sys/\x1b[31m\xff", &bytes), -EINVAL);
	assert_string_equal(unread_error(source, "/sys/?[31m?"), "EINVAL");
}

/* Git without core.symlinks leaves files in place of links; nothing else may be taken for one, or lead out.
 */
static void files_in_place_of_links(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *bytes, *target;

	put_file(scratch, "sys/devices/pci0000:00/0000:00:05.0/vendor", "0x1d0f\n");
	put_file(scratch, "sys/bus/pci/devices/0000:00:05.0", "../../../devices/pci0000:00/0000:00:05.0");
	put_file(scratch, "sys/bus/pci/devices/0000:00:06.0", "../../../../../../canary-is-outside");
	put_file(scratch, "sys/bus/pci/devices/0000:00:07.0", "../devices/0000:00:07.0");
	put_file(scratch, "sys/bus/pci/devices/0000:00:08.0", "../../../devices/pci0000:00/0000:00:05.0\n");
	put_file(scratch, "sys/bus/pci/devices/0000:00:09.0", "/sys/devices/pci0000:00/0000:00:05.0");
	source = begin_source(scratch, false);
	assert_int_equal(read_of(source, "/sys/bus/pci/devices/0000:00:05.0/vendor", &bytes), 0);
	assert_string_equal(bytes, "0x1d0f\n");
	assert_int_equal(vw_source_link(source, "/sys/bus/pci/devices/0000:00:05.0", &target), 0);
	assert_string_equal(target, "../../../devices/pci0000:00/0000:00:05.0");
	assert_int_equal(read_of(source, "/sys/bus/pci/devices/0000:00:06.0/vendor", &bytes), -ENOENT);
	assert_int_equal(read_of(source, "/sys/bus/pci/devices/0000:00:07.0/vendor", &bytes), -ELOOP);
	assert_int_equal(read_of(source, "/sys/bus/pci/devices/0000:00:08.0/vendor", &bytes), -ENOENT);
	assert_int_equal(read_of(source, "/sys/bus/pci/devices/0000:00:09.0/vendor", &bytes), -ENOENT);
	assert_int_equal(vw_source_link(source, "/sys/bus/pci/devices/0000:00:09.0", &target), -EINVAL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(links_stay_inside_by_openat2),
		TEST(links_stay_inside_by_walking),
		TEST(link_chain_by_openat2),
		TEST(link_chain_by_walking),
		TEST(kernels_without_openat2),
		TEST(links_are_read_by_openat2),
		TEST(links_are_read_by_walking),
		TEST(files_in_place_of_links),
		TEST(odd_files_by_openat2),
		TEST(odd_files_by_walking),
		TEST(big_files_are_bounded),
		TEST(many_files_are_bounded),
		TEST(deep_directories),
		TEST(long_paths),
		TEST(lists_are_sorted),
		TEST(long_lists_are_cut),
		TEST(huge_files_are_not_looked_into),
		TEST(denials_reach_so_far),
		TEST(names_of_errors),
		cmocka_unit_test(states_of_errors),
		TEST(answers_are_remembered),
		TEST(what_is_missing_has_nothing_below),
		TEST(cut_files_are_read_again),
		TEST(many_paths_are_remembered),
		TEST(denied_is_denied),
		TEST(everything_denied),
		TEST(library_paths_by_openat2),
		TEST(library_paths_by_walking),
		TEST(leaves_of_a_snapshot),
		TEST(leaves_without_any),
		TEST(leaves_are_bounded),
		TEST(leaves_behind_the_prefix),
		TEST(leaves_of_this_machine),
		TEST(timing_of_this_machine),
		TEST(timing_of_a_snapshot),
		TEST(timing_at_its_bounds),
		TEST(this_machine_is_read),
		TEST(facts_carry_their_state),
		TEST(unread_names_are_fit_to_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
