/* SPDX-License-Identifier: MIT */
#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buffer.h"

/* AddressSanitizer wants terabytes of address space, /proc/self/maps, and a tracer at the end. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* Resources. */

enum { MEGABYTE = 1024 * 1024, FILES = 256, SECONDS = 600, MEMORY = 2048 };

static void limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0)
		return;
	/* RLIM_INFINITY is the greatest number */
	if (now.rlim_max > most)
		now.rlim_max = most;
	if (now.rlim_cur > now.rlim_max)
		now.rlim_cur = now.rlim_max;
	(void)setrlimit(resource, &now);
}

/* The size of a file that output goes to already: a log that is appended to may be long. */
static rlim_t size_behind(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 ? (rlim_t)st.st_size : 0;
}

static void limit_resources(uint64_t file_size)
{
	rlim_t out = size_behind(STDOUT_FILENO), messages = size_behind(STDERR_FILENO);

	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, FILES);
	limit(RLIMIT_CPU, SECONDS);
	limit(RLIMIT_AS, (rlim_t)MEMORY * MEGABYTE);
	out = (out > messages ? out : messages) + VW_BUFFER_MAX;
	limit(RLIMIT_FSIZE, out > file_size ? out : file_size);
}

/* Landlock. */

/* Source: Linux, include/uapi/linux/landlock.h of 6.12; older headers lack what came later. */
struct ruleset {
	uint64_t fs, net, scoped;
};

enum {
	ABI_NET = 4,
	ABI_SCOPED = 6,
	NET_ALL = 3,    /* bind and connect of TCP */
	SCOPED_ALL = 3, /* abstract UNIX sockets, signals */
};

#define FS_TRUNCATE  (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)

/* What each version of the ABI knows besides what the one before it does. */
static uint64_t rights_of(int abi)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (abi >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		rights |= FS_TRUNCATE;
	if (abi >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

static int allow(int ruleset, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights};
	int fd = open(path, O_PATH | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	rule.parent_fd = fd;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* What vwb_file_write() needs: a temporary file beside the file, renamed over it. What is no regular file is
 * opened itself; a pipe has no rule, and none holds for it. */
static void allow_output(int ruleset, const char *output)
{
	const uint64_t in_folder = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
				   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	char target[PATH_MAX];
	struct stat st;

	if (stat(output, &st) == 0 && !S_ISREG(st.st_mode)) {
		(void)allow(ruleset, output, LANDLOCK_ACCESS_FS_WRITE_FILE);
		return;
	}
	if (!realpath(output, target) &&
	    snprintf(target, sizeof(target), "%s", output) >= (int)sizeof(target))
		return;
	(void)allow(ruleset, dirname(target), in_folder);
}

/* Returns the version of the ABI that holds now, or 0. */
static int enter_landlock(const struct vwc_sandbox_needs *needs)
{
	struct ruleset rules = {.net = NET_ALL, .scoped = SCOPED_ALL};
	size_t size = sizeof(rules);
	int ruleset, r, abi;

	abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi <= 0)
		return 0;
	rules.fs = rights_of(abi);
	if (abi < ABI_NET)
		size = offsetof(struct ruleset, net);
	else if (abi < ABI_SCOPED)
		size = offsetof(struct ruleset, scoped);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0U);
	if (ruleset < 0)
		return 0;
	r = needs->root
		    ? allow(ruleset, needs->root, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
		    : 0;
	if (needs->output)
		allow_output(ruleset, needs->output);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0U) < 0)
		r = -errno;
	close(ruleset);
	return r == 0 ? abi : 0;
}

/* Seccomp. */

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OWN_ARCH

/* What is left to the process: to read, to write what is open or what Landlock lets it open, memory, time, to
 * end. Everything else fails with EPERM: to start a process, a program or a thread, sockets, tracing, mounts,
 * modules, bpf, keys, io_uring, limits, other processes' memory, … */
static const unsigned allowed[] = {
	/* files */
	__NR_read,
	__NR_pread64,
	__NR_readv,
	__NR_write,
	__NR_writev,
	__NR_close,
	__NR_lseek,
	__NR_fstat,
	__NR_newfstatat,
	__NR_statx,
	__NR_statfs,
	__NR_fstatfs,
	__NR_openat,
	__NR_openat2,
	__NR_readlinkat,
	__NR_getdents64,
	__NR_fcntl,
	__NR_dup,
	__NR_fadvise64,
	__NR_readahead,
	__NR_faccessat,
	__NR_faccessat2,
	__NR_getcwd,
	/* the output */
	__NR_fsync,
	__NR_fdatasync,
	__NR_renameat,
	__NR_renameat2,
	__NR_unlinkat,
	/* memory; mmap and mprotect have their own rule */
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_brk,
	/* itself */
	__NR_getpid,
	__NR_gettid,
	__NR_getuid,
	__NR_geteuid,
	__NR_getgid,
	__NR_getegid,
	__NR_uname,
	__NR_sysinfo,
	__NR_sched_getaffinity,
	__NR_sched_yield,
	__NR_getrandom,
	__NR_clock_gettime,
	__NR_gettimeofday,
	__NR_futex,
	__NR_rt_sigreturn,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigpending,
	__NR_sigaltstack,
	__NR_restart_syscall,
	__NR_exit,
	__NR_exit_group,
#ifdef __x86_64__
	/* older spellings of the same */
	__NR_open,
	__NR_stat,
	__NR_lstat,
	__NR_access,
	__NR_readlink,
	__NR_rename,
	__NR_unlink,
	__NR_time,
#endif
};

enum { HEAD = 4, MAPPING = 6, FILTER_SIZE = HEAD + MAPPING + 2 * VW_COUNT(allowed) + 1 };

struct program {
	struct sock_filter line[FILTER_SIZE];
	unsigned short length;
};

static void add(struct program *program, uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	program->line[program->length++] =
		(struct sock_filter){.code = code, .jt = if_true, .jf = if_false, .k = k};
}

/* Let system call @number through: the accumulator holds the one that is made. */
static void add_allowed(struct program *program, unsigned number)
{
	add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	add(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

/* Memory may be mapped, but not to be executed: the low half of the third argument has PROT_EXEC. Everything
 * that this needs was mapped before. */
static void add_mapping(struct program *program)
{
	const uint32_t prot = offsetof(struct seccomp_data, args) + 2 * sizeof(uint64_t);

	add(program, BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 1, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, __NR_mprotect, 0, 4);
	add(program, BPF_LD | BPF_W | BPF_ABS, prot, 0, 0);
	add(program, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
	add(program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
	add(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static bool enter_seccomp(void)
{
	struct program program = {0};
	struct sock_fprog filter = {.filter = program.line};

	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add(&program, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
	add(&program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	add_mapping(&program);
	for (size_t i = 0; i < VW_COUNT(allowed); i++)
		add_allowed(&program, allowed[i]);
	add(&program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
	filter.len = program.length;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &filter) == 0;
}

#else

static bool enter_seccomp(void)
{
	return false;
}

#endif

void vwc_sandbox_enter(const struct vwc_sandbox_needs *needs, struct vwc_sandbox *ret)
{
	*ret = (struct vwc_sandbox){0};
	if (SANITIZED) {
		ret->not = "built with AddressSanitizer";
		return;
	}
	limit_resources(needs->file_size);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0) {
		ret->not = "the kernel has no no_new_privs";
		return;
	}
	ret->landlock = enter_landlock(needs);
	ret->seccomp = enter_seccomp();
}
