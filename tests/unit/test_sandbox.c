/* SPDX-License-Identifier: MIT */

/*
 * What the sandbox asks of the kernel: each resource limit, the ruleset and rules of Landlock for each
 * version of its ABI, and the answer of its filter to every system call. The kernel is played by this
 * program, so that all of it is tested wherever it is built. test_sandbox_tries.c holds what a real kernel
 * then forbids.
 */

#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/sandbox.h"
#include "tests/unit/sanitized.h"
#include "tests/unit/scratch.h"

enum { RULES = 8, LINES = 1024, RULESET_FD = 100, ABSENT = -1 };

#define MEGABYTE (1024ULL * 1024)

/* What the played kernel has, and what it was asked. In memory that a child shares. */
struct kernel {
	int abi;             /* of Landlock; ABSENT: ENOSYS */
	int failing;         /* the system call of Landlock's that fails, or 0 */
	bool no_seccomp;     /* ENOSYS */
	bool no_privs_fails; /* no PR_SET_NO_NEW_PRIVS */

	uint64_t ruleset[3]; /* file system, network, scopes */
	size_t ruleset_size;
	unsigned ruleset_flags;
	struct {
		char path[PATH_MAX];
		uint64_t rights;
	} rule[RULES];
	size_t rules;
	bool restricted, privs_given_up, privs_before_restriction, privs_before_filter;
	struct sock_filter line[LINES];
	size_t lines;
	unsigned opened, left_open; /* descriptors before and after */
	struct vwc_sandbox sandbox;
};

static struct kernel *kernel;
static bool played; /* false: system calls reach the real one */

/* As assert_true(), in the child, to which cmocka does not belong. */
static void must(bool holds, const char *what)
{
	if (holds)
		return;
	dprintf(STDERR_FILENO, "in the sandbox: not: %s\n", what);
	_exit(1);
}

#define MUST(condition) must(condition, #condition)

static long fail_with(int error)
{
	errno = error;
	return -1;
}

static long make_ruleset(const void *attributes, size_t size, unsigned flags)
{
	if (kernel->abi == ABSENT)
		return fail_with(ENOSYS);
	if (!attributes && size == 0 && flags == LANDLOCK_CREATE_RULESET_VERSION)
		return kernel->abi;
	if (kernel->failing == SYS_landlock_create_ruleset)
		return fail_with(EINVAL);
	MUST(size <= sizeof(kernel->ruleset));
	memcpy(kernel->ruleset, attributes, size);
	kernel->ruleset_size = size;
	kernel->ruleset_flags = flags;
	return fcntl(STDERR_FILENO, F_DUPFD, RULESET_FD);
}

static long add_rule(int ruleset, int type, const struct landlock_path_beneath_attr *rule, unsigned flags)
{
	char link[64];
	ssize_t size;

	if (kernel->failing == SYS_landlock_add_rule)
		return fail_with(EINVAL);
	MUST(ruleset >= RULESET_FD && kernel->rules < RULES);
	MUST(type == LANDLOCK_RULE_PATH_BENEATH && flags == 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", rule->parent_fd);
	size = readlink(link, kernel->rule[kernel->rules].path, PATH_MAX - 1);
	MUST(size > 0);
	kernel->rule[kernel->rules++].rights = rule->allowed_access;
	return 0;
}

static long restrict_self(int ruleset, unsigned flags)
{
	if (kernel->failing == SYS_landlock_restrict_self)
		return fail_with(EPERM);
	MUST(ruleset >= RULESET_FD && flags == 0);
	kernel->restricted = true;
	kernel->privs_before_restriction = kernel->privs_given_up;
	return 0;
}

static long set_filter(unsigned operation, unsigned flags, const struct sock_fprog *program)
{
	if (kernel->no_seccomp)
		return fail_with(ENOSYS);
	MUST(operation == SECCOMP_SET_MODE_FILTER && flags == 0 && program->len <= LINES);
	memcpy(kernel->line, program->filter, program->len * sizeof(program->filter[0]));
	kernel->lines = program->len;
	kernel->privs_before_filter = kernel->privs_given_up;
	return 0;
}

/* In the place of the C library's. */
long syscall_in_place(long number, ...) __asm__("syscall");
int prctl_in_place(int option, ...) __asm__("prctl");

long syscall_in_place(long number, ...)
{
	long a[6], (*real)(long, ...);
	va_list arguments;

	va_start(arguments, number);
	for (size_t i = 0; i < VW_COUNT(a); i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (played && number == SYS_landlock_create_ruleset)
		return make_ruleset((const void *)a[0], (size_t)a[1], (unsigned)a[2]);
	if (played && number == SYS_landlock_add_rule)
		return add_rule((int)a[0], (int)a[1], (const void *)a[2], (unsigned)a[3]);
	if (played && number == SYS_landlock_restrict_self)
		return restrict_self((int)a[0], (unsigned)a[1]);
	if (played && number == SYS_seccomp)
		return set_filter((unsigned)a[0], (unsigned)a[1], (const void *)a[2]);
	*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int prctl_in_place(int option, ...)
{
	va_list arguments;
	unsigned long first;
	long r;

	va_start(arguments, option);
	first = va_arg(arguments, unsigned long);
	va_end(arguments);
	if (played && kernel->no_privs_fails)
		return (int)fail_with(EINVAL);
	r = syscall(SYS_prctl, (long)option, first, 0L, 0L, 0L);
	if (r == 0 && option == PR_SET_NO_NEW_PRIVS && first == 1)
		kernel->privs_given_up = true;
	return (int)r;
}

/* A sandbox, entered by a child. */

static int setup(void **state)
{
	kernel = mmap(NULL, sizeof(*kernel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(kernel != MAP_FAILED);
	return scratch_setup(state);
}

static int teardown(void **state)
{
	munmap(kernel, sizeof(*kernel));
	return scratch_teardown(state);
}

static void begin_kernel(int abi)
{
	memset(kernel, 0, sizeof(*kernel));
	kernel->abi = abi;
	kernel->sandbox = (struct vwc_sandbox){.landlock = 55, .seccomp = true, .not = "left over"};
}

static void end(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static unsigned descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd <= RULESET_FD; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void enter(const struct vwc_sandbox_needs *needs)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		played = true;
		kernel->opened = descriptors();
		vwc_sandbox_enter(needs, &kernel->sandbox);
		kernel->left_open = descriptors();
		_exit(0);
	}
	end(child);
	assert_int_equal(kernel->left_open, kernel->opened);
}

/* Where the sandbox is left out, nothing of it can be tested. */
static void need_sandbox(const char *test)
{
	if (!SANITIZED)
		return;
	print_message("skipped: %s: a build with AddressSanitizer has no sandbox\n", test);
	skip();
}

#define NEED_SANDBOX() need_sandbox(__func__)

static void sanitizer_is_told(void **state)
{
	const struct scratch *scratch = *state;
	const struct vwc_sandbox_needs needs = {.root = scratch->snap};

	begin_kernel(7);
	enter(&needs);
	if (SANITIZED)
		assert_string_equal(kernel->sandbox.not, "built with AddressSanitizer");
	else
		assert_null(kernel->sandbox.not );
	assert_int_equal(kernel->sandbox.landlock, SANITIZED ? 0 : 7);
	assert_int_equal(kernel->sandbox.seccomp, !SANITIZED);
}

static void no_new_privileges_come_first(void **state)
{
	const struct scratch *scratch = *state;
	const struct vwc_sandbox_needs needs = {.root = scratch->snap};

	NEED_SANDBOX();
	begin_kernel(7);
	enter(&needs);
	assert_true(kernel->privs_given_up);
	assert_true(kernel->privs_before_restriction && kernel->privs_before_filter);

	begin_kernel(7);
	kernel->no_privs_fails = true;
	enter(&needs);
	assert_string_equal(kernel->sandbox.not, "the kernel has no no_new_privs");
	assert_int_equal(kernel->sandbox.landlock, 0);
	assert_false(kernel->sandbox.seccomp || kernel->restricted || kernel->lines);
}

static void missing_parts_are_told(void **state)
{
	static const struct {
		int abi, failing;
		bool no_seccomp;
		int landlock;
	} rows[] = {
		{7, 0, false, 7},
		{1, 0, false, 1},
		{0, 0, false, 0},
		{ABSENT, 0, false, 0},
		{7, 0, true, 7},
		{ABSENT, 0, true, 0},
		{7, SYS_landlock_create_ruleset, false, 0},
		{7, SYS_landlock_add_rule, false, 0},
		{7, SYS_landlock_restrict_self, false, 0},
	};
	const struct scratch *scratch = *state;
	const struct vwc_sandbox_needs needs = {.root = scratch->snap};

	NEED_SANDBOX();
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		begin_kernel(rows[i].abi);
		kernel->failing = rows[i].failing;
		kernel->no_seccomp = rows[i].no_seccomp;
		enter(&needs);
		assert_null(kernel->sandbox.not );
		assert_int_equal(kernel->sandbox.landlock, rows[i].landlock);
		assert_int_equal(kernel->sandbox.seccomp, !rows[i].no_seccomp);
		assert_int_equal(kernel->restricted, rows[i].landlock != 0);
	}
}

/* Limits. */

/* A child that has entered the sandbox and waits for the end of a pipe. */
struct entered {
	pid_t child;
	int pipe;
};

/* What is set before: two limits for each of some resources. */
struct before {
	__rlimit_resource_t resource;
	rlim_t soft, hard;
};

static void start_child(const struct vwc_sandbox_needs *needs, const struct before *before, int out,
			int messages, int hold[2], int ready[2])
{
	char byte = 0;

	close(hold[1]);
	if (before) {
		const struct rlimit limit = {before->soft, before->hard};

		if (setrlimit(before->resource, &limit) < 0)
			_exit(1);
	}
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(messages, STDERR_FILENO) < 0)
		_exit(1);
	played = true;
	vwc_sandbox_enter(needs, &kernel->sandbox);
	(void)!write(ready[1], &byte, 1);
	(void)!read(hold[0], &byte, 1);
	_exit(0);
}

static struct entered start(const struct vwc_sandbox_needs *needs, const struct before *before, int out,
			    int messages)
{
	int hold[2], ready[2];
	char byte;
	pid_t child;

	begin_kernel(7);
	assert_int_equal(pipe(hold), 0);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		start_child(needs, before, out, messages, hold, ready);
	close(hold[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return (struct entered){child, hold[1]};
}

static void stop(const struct entered *entered)
{
	close(entered->pipe);
	end(entered->child);
}

static rlim_t least(rlim_t a, rlim_t b)
{
	return a < b ? a : b; /* RLIM_INFINITY is the greatest number */
}

/* Hold a limit of the child against @most; @before: what it was. */
static void check_limit(const struct entered *entered, __rlimit_resource_t resource,
			const struct rlimit *before, rlim_t most)
{
	struct rlimit now;

	assert_int_equal(prlimit(entered->child, resource, NULL, &now), 0);
	assert_int_equal(now.rlim_max, least(before->rlim_max, most));
	assert_int_equal(now.rlim_cur, least(before->rlim_cur, least(before->rlim_max, most)));
}

/* QEMU's user mode keeps some limits from the kernel. */
static bool limits_are_kept(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		const struct rlimit limit = {1ULL << 40, 1ULL << 40};
		struct rlimit now;

		_exit(setrlimit(RLIMIT_AS, &limit) == 0 && prlimit(getpid(), RLIMIT_AS, NULL, &now) == 0 &&
				      now.rlim_max == limit.rlim_max
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void need_limits(const char *test)
{
	need_sandbox(test);
	if (limits_are_kept())
		return;
	print_message("skipped: %s: this kernel does not keep RLIMIT_AS, as qemu-user does not\n", test);
	skip();
}

#define NEED_LIMITS() need_limits(__func__)

static const struct {
	__rlimit_resource_t resource;
	rlim_t most;
} limits[] = {
	{RLIMIT_CORE, 0},
	{RLIMIT_NOFILE, 256},
	{RLIMIT_CPU, 600},
	{RLIMIT_AS, 2048 * MEGABYTE},
	{RLIMIT_FSIZE, 64 * MEGABYTE},
};

static void limits_hold(void **state)
{
	const struct scratch *scratch = *state;
	const struct vwc_sandbox_needs needs = {.root = scratch->snap};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct entered entered;
	struct rlimit before;

	NEED_LIMITS();
	entered = start(&needs, NULL, null, null);
	for (size_t i = 0; i < VW_COUNT(limits); i++) {
		assert_int_equal(getrlimit(limits[i].resource, &before), 0);
		check_limit(&entered, limits[i].resource, &before, limits[i].most);
	}
	stop(&entered);
	close(null);
}

/* A limit that is lower already stays; the soft one is never raised. */
static void lower_limits_stay(void **state)
{
	static const struct before rows[] = {
		{RLIMIT_NOFILE, 100, 200},  {RLIMIT_NOFILE, 100, 300},
		{RLIMIT_NOFILE, 300, 300},  {RLIMIT_NOFILE, 256, 256},
		{RLIMIT_NOFILE, 255, 257},  {RLIMIT_CPU, 50, 60},
		{RLIMIT_CPU, 599, 599},     {RLIMIT_CPU, 601, 601},
		{RLIMIT_CPU, 601, 602},     {RLIMIT_AS, 2047 * MEGABYTE, 2049 * MEGABYTE},
		{RLIMIT_FSIZE, 1000, 2000}, {RLIMIT_CORE, 0, 0},
	};
	const struct scratch *scratch = *state;
	const struct vwc_sandbox_needs needs = {.root = scratch->snap};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	NEED_LIMITS();
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct rlimit before = {rows[i].soft, rows[i].hard};
		struct entered entered = start(&needs, &rows[i], null, null);

		for (size_t k = 0; k < VW_COUNT(limits); k++)
			if (limits[k].resource == rows[i].resource)
				check_limit(&entered, rows[i].resource, &before, limits[k].most);
		stop(&entered);
	}
	close(null);
}

static int file_of(const struct scratch *scratch, const char *name, off_t size)
{
	int fd = openat(scratch->fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	return fd;
}

/* A file may grow by one report beyond what is there already, or to what an archive may hold. */
static void file_size_has_room(void **state)
{
	const struct scratch *scratch = *state;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), folder = scratch->fd;
	int one = file_of(scratch, "one", 1), small = file_of(scratch, "small", 5);
	int large = file_of(scratch, "large", 70000);
	const struct {
		int out, messages;
		uint64_t file_size;
		rlim_t size;
	} rows[] = {
		{null, null, 0, 64 * MEGABYTE},
		{folder, folder, 0, 64 * MEGABYTE},
		{one, null, 0, 64 * MEGABYTE + 1},
		{small, null, 0, 64 * MEGABYTE + 5},
		{null, small, 0, 64 * MEGABYTE + 5},
		{small, large, 0, 64 * MEGABYTE + 70000},
		{large, small, 0, 64 * MEGABYTE + 70000},
		{null, null, 200 * MEGABYTE, 200 * MEGABYTE},
		{null, null, 1000, 64 * MEGABYTE},
		{null, null, 64 * MEGABYTE + 1, 64 * MEGABYTE + 1},
		{large, null, 64 * MEGABYTE + 1, 64 * MEGABYTE + 70000},
	};

	NEED_LIMITS();
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vwc_sandbox_needs needs = {.root = scratch->snap,
							.file_size = rows[i].file_size};
		struct entered entered = start(&needs, NULL, rows[i].out, rows[i].messages);
		struct rlimit before;

		assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
		check_limit(&entered, RLIMIT_FSIZE, &before, rows[i].size);
		stop(&entered);
	}
	close(null);
	close(one);
	close(small);
	close(large);
}

/* Landlock. */

/* Linux, include/uapi/linux/landlock.h of 6.12 */
enum {
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_REG = 1 << 8,
};

/* All that a version of the ABI can hold is held. */
static void ruleset_fits_the_version(void **state)
{
	static const struct {
		int abi;
		size_t size;
		uint64_t fs, net, scoped;
	} rows[] = {
		{1, 8, 0x1fff, 0, 0},  {2, 8, 0x3fff, 0, 0},  {3, 8, 0x7fff, 0, 0},
		{4, 16, 0x7fff, 3, 0}, {5, 16, 0xffff, 3, 0}, {6, 24, 0xffff, 3, 3},
		{7, 24, 0xffff, 3, 3}, {8, 24, 0xffff, 3, 3}, {99, 24, 0xffff, 3, 3},
	};
	const struct scratch *scratch = *state;
	const struct vwc_sandbox_needs needs = {.root = scratch->snap};

	NEED_SANDBOX();
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		begin_kernel(rows[i].abi);
		enter(&needs);
		assert_int_equal(kernel->sandbox.landlock, rows[i].abi);
		assert_int_equal(kernel->ruleset_size, rows[i].size);
		assert_int_equal(kernel->ruleset_flags, 0);
		assert_int_equal(kernel->ruleset[0], rows[i].fs);
		assert_int_equal(kernel->ruleset[1], rows[i].net);
		assert_int_equal(kernel->ruleset[2], rows[i].scoped);
	}
}

static void check_rule(size_t index, const char *path, uint64_t rights)
{
	char real[PATH_MAX];

	assert_true(index < kernel->rules);
	assert_non_null(realpath(path, real));
	assert_string_equal(kernel->rule[index].path, real);
	assert_int_equal(kernel->rule[index].rights, rights);
}

static void root_is_only_read(void **state)
{
	const struct scratch *scratch = *state;
	struct vwc_sandbox_needs needs = {.root = scratch->snap};

	NEED_SANDBOX();
	begin_kernel(7);
	enter(&needs);
	assert_int_equal(kernel->rules, 1);
	check_rule(0, scratch->snap, READ_FILE | READ_DIR);

	needs.root = "/nonexistent/root"; /* then there is no Landlock, which is told */
	begin_kernel(7);
	enter(&needs);
	assert_int_equal(kernel->rules, 0);
	assert_int_equal(kernel->sandbox.landlock, 0);
	assert_false(kernel->restricted);
}

/* It is open already, and nothing else is opened. */
static void an_archive_needs_no_file(void **state)
{
	const struct vwc_sandbox_needs needs = {.file_size = 8 * MEGABYTE};

	(void)state;
	NEED_SANDBOX();
	begin_kernel(7);
	enter(&needs);
	assert_int_equal(kernel->rules, 0);
	assert_int_equal(kernel->sandbox.landlock, 7);
	assert_true(kernel->restricted);
}

static void output_has_its_folder(void **state)
{
	const uint64_t in_folder = WRITE_FILE | MAKE_REG | REMOVE_FILE | READ_DIR;
	const struct scratch *scratch = *state;
	struct vwc_sandbox_needs needs = {.root = scratch->snap};
	char there[128], not_there[128], link[128], far[128], fifo[128], far_folder[128];
	const struct {
		const char *output, *allowed;
		uint64_t rights;
	} rows[] = {
		{there, scratch->directory, in_folder}, {not_there, scratch->directory, in_folder},
		{link, far_folder, in_folder},          {fifo, fifo, WRITE_FILE},
		{"/dev/null", "/dev/null", WRITE_FILE}, {"report", ".", in_folder},
	};

	NEED_SANDBOX();
	snprintf(there, sizeof(there), "%s/there", scratch->directory);
	snprintf(not_there, sizeof(not_there), "%s/not-there", scratch->directory);
	snprintf(link, sizeof(link), "%s/link", scratch->directory);
	snprintf(fifo, sizeof(fifo), "%s/fifo", scratch->directory);
	snprintf(far_folder, sizeof(far_folder), "%s/far", scratch->snap);
	snprintf(far, sizeof(far), "%s/far/file", scratch->snap);
	put_file(scratch, "far/file", "");
	write_text(there, "");
	assert_int_equal(symlink(far, link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		begin_kernel(7);
		needs.output = rows[i].output;
		enter(&needs);
		assert_int_equal(kernel->sandbox.landlock, 7);
		assert_int_equal(kernel->rules, 2);
		check_rule(0, scratch->snap, READ_FILE | READ_DIR);
		check_rule(1, rows[i].allowed, rows[i].rights);
	}
}

/* An output that no rule can be made for takes nothing from the sandbox. */
static void impossible_output_has_no_rule(void **state)
{
	static char endless[PATH_MAX + 100];
	const struct scratch *scratch = *state;
	struct vwc_sandbox_needs needs = {.root = scratch->snap, .output = "/nonexistent/folder/report"};

	NEED_SANDBOX();
	begin_kernel(7);
	enter(&needs);
	assert_int_equal(kernel->rules, 1);
	assert_int_equal(kernel->sandbox.landlock, 7);

	memset(endless, 'x', sizeof(endless) - 1);
	memcpy(endless, "/tmp/", 5);
	needs.output = endless;
	for (size_t length = PATH_MAX - 2; length <= PATH_MAX + 2; length++) {
		endless[length] = '\0';
		begin_kernel(7);
		enter(&needs);
		endless[length] = 'x';
		assert_int_equal(kernel->rules, length < PATH_MAX ? 2 : 1);
		assert_int_equal(kernel->sandbox.landlock, 7);
	}
}

/* The filter of system calls. */

#if defined(__x86_64__) || defined(__aarch64__)
#define FILTERED true
#else
#define FILTERED false
#endif

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#else
#define OWN_ARCH AUDIT_ARCH_AARCH64
#endif

/* One call of a process, as the filter sees it; Linux, Documentation/userspace-api/seccomp_filter.rst */
static bool step(const struct sock_filter *line, const struct seccomp_data *data, uint32_t *value, size_t *at)
{
	const char *bytes = (const char *)data;

	if (BPF_CLASS(line->code) != BPF_JMP) /* only what jumps says where to */
		assert_int_equal(line->jt | line->jf, 0);
	switch (line->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		assert_true(line->k % 4 == 0 && line->k < sizeof(*data));
		memcpy(value, bytes + line->k, sizeof(*value));
		return true;
	case BPF_JMP | BPF_JEQ | BPF_K:
		*at += *value == line->k ? line->jt : line->jf;
		return true;
	case BPF_JMP | BPF_JSET | BPF_K:
		*at += *value & line->k ? line->jt : line->jf;
		return true;
	case BPF_RET | BPF_K:
		*value = line->k;
		return false;
	default:
		fail_msg("an instruction that this test does not know: %#x", line->code);
		return false;
	}
}

static uint32_t answer_to(uint32_t arch, uint32_t number, uint64_t third)
{
	const struct seccomp_data data = {.nr = (int)number, .arch = arch, .args = {0, 4096, third, 0, 0, 0}};
	uint32_t value = 0;

	for (size_t at = 0; at < kernel->lines; at++)
		if (!step(&kernel->line[at], &data, &value, &at))
			return value;
	fail_msg("the filter has no end");
	return 0;
}

/* What reading an image, unpacking an archive and writing a report need. */
static const uint32_t needed[] = {
	/* files */
	SYS_read,
	SYS_pread64,
	SYS_readv,
	SYS_write,
	SYS_writev,
	SYS_close,
	SYS_lseek,
	SYS_fstat,
	SYS_newfstatat,
	SYS_statx,
	SYS_statfs,
	SYS_fstatfs,
	SYS_openat,
	SYS_openat2,
	SYS_readlinkat,
	SYS_getdents64,
	SYS_fcntl,
	SYS_dup,
	SYS_fadvise64,
	SYS_readahead,
	SYS_faccessat,
	SYS_faccessat2,
	SYS_getcwd,
	SYS_fsync,
	SYS_fdatasync,
	SYS_renameat,
	SYS_renameat2,
	SYS_unlinkat,
	/* memory */
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_brk,
	/* the process itself */
	SYS_getpid,
	SYS_gettid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_uname,
	SYS_sysinfo,
	SYS_sched_getaffinity,
	SYS_sched_yield,
	SYS_getrandom,
	SYS_clock_gettime,
	SYS_gettimeofday,
	SYS_futex,
	SYS_rt_sigreturn,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigpending,
	SYS_sigaltstack,
	SYS_restart_syscall,
	SYS_exit,
	SYS_exit_group,
#ifdef __x86_64__
	SYS_open,
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_readlink,
	SYS_rename,
	SYS_unlink,
	SYS_time,
#endif
};

static bool is_needed(uint32_t number)
{
	for (size_t i = 0; i < VW_COUNT(needed); i++)
		if (needed[i] == number)
			return true;
	return false;
}

static void take_filter(const struct scratch *scratch, const char *test)
{
	const struct vwc_sandbox_needs needs = {.root = scratch->snap};

	need_sandbox(test);
	if (!FILTERED) {
		print_message("skipped: %s: no filter of system calls for this processor\n", test);
		skip();
	}
	begin_kernel(7);
	enter(&needs);
	assert_true(kernel->sandbox.seccomp);
	assert_true(kernel->lines > 0);
}

static void filter_lets_through_what_is_needed_only(void **state)
{
	const uint32_t x32 = 0x40000000;

	take_filter(*state, __func__);
	for (uint32_t number = 0; number < 1024; number++) {
		bool allowed = is_needed(number) || number == SYS_mmap || number == SYS_mprotect;
		uint32_t answer = answer_to(OWN_ARCH, number, PROT_READ);

		if (answer != (allowed ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM))
			fail_msg("system call %u: answer %#x", number, answer);
		/* an executable mapping is no business of other calls */
		answer = answer_to(OWN_ARCH, number, PROT_EXEC);
		if (answer != (is_needed(number) ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM))
			fail_msg("system call %u with PROT_EXEC: answer %#x", number, answer);
		assert_int_equal(answer_to(OWN_ARCH, number | x32, 0), SECCOMP_RET_ERRNO | EPERM);
	}
}

static void nothing_is_mapped_to_be_executed(void **state)
{
	static const uint32_t numbers[] = {SYS_mmap, SYS_mprotect};

	take_filter(*state, __func__);
	for (size_t i = 0; i < VW_COUNT(numbers); i++)
		for (uint64_t prot = 0; prot < 16; prot++) {
			uint32_t right =
				prot & PROT_EXEC ? SECCOMP_RET_ERRNO | EPERM : (uint32_t)SECCOMP_RET_ALLOW;

			assert_int_equal(answer_to(OWN_ARCH, numbers[i], prot), right);
			/* the kernel has 32 bits of it in mind, the filter those */
			assert_int_equal(answer_to(OWN_ARCH, numbers[i], prot | 0xffULL << 32), right);
		}
}

/* Another set of system calls, such as i386's by int 0x80, has other numbers. */
static void foreign_calls_end_the_process(void **state)
{
	static const uint32_t foreign[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_S390X, 0};

	take_filter(*state, __func__);
	for (size_t i = 0; i < VW_COUNT(foreign); i++)
		for (uint32_t number = 0; number < 512; number++)
			assert_int_equal(answer_to(foreign[i], number, 0), SECCOMP_RET_KILL_PROCESS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sanitizer_is_told),
		TEST(no_new_privileges_come_first),
		TEST(missing_parts_are_told),
		TEST(limits_hold),
		TEST(lower_limits_stay),
		TEST(file_size_has_room),
		TEST(ruleset_fits_the_version),
		TEST(root_is_only_read),
		TEST(an_archive_needs_no_file),
		TEST(output_has_its_folder),
		TEST(impossible_output_has_no_rule),
		TEST(filter_lets_through_what_is_needed_only),
		TEST(nothing_is_mapped_to_be_executed),
		TEST(foreign_calls_end_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
