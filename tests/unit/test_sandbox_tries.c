/* SPDX-License-Identifier: MIT */

/*
 * What a real kernel forbids once the sandbox is entered: a process of each row enters it and tries. Each row
 * is tried without a sandbox too, and counts only where it then ends otherwise; a filter of this program's
 * keeps Landlock or seccomp from the sandbox, so that each is seen to hold without the other.
 */

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/sandbox.h"
#include "tests/unit/sanitized.h"
#include "tests/unit/scratch.h"

/* What of the sandbox is entered. */
enum part { NOTHING, LANDLOCK_ALONE, SECCOMP_ALONE, BOTH, PARTS };

static const char *const part_names[PARTS] = {"no sandbox", "Landlock alone", "seccomp alone", "the sandbox"};

enum { ABI_TRUNCATE = 3, ABI_NET = 4, ABI_SCOPED = 6, LATE = 30 /* seconds */ };

/* What a row may use. */
struct ground {
	char top[64];                     /* root/, out/, work/scratch/ and outside/ are in it */
	int tcp, udp, bound, unix_socket; /* sockets that were opened before */
	in_port_t port;                   /* somebody listens there */
	struct sockaddr_un abstract;      /* and there */
	socklen_t abstract_size;
	int readable; /* a file of the root, opened before */
	int writable; /* a file outside, opened before */
	pid_t other;  /* a process that may be signalled */
};

static int abi;             /* of Landlock here, or 0 */
static bool has_seccomp;    /* the filter can be had here */
static int *volatile heard; /* what the row's process tells: 0 or an errno */

static int said(long r)
{
	return r < 0 ? errno : 0;
}

/* Files. */

enum operation {
	READ,
	LIST,
	READ_LINK,
	STATUS,
	WRITE,
	CREATE,
	UNLINK,
	MAKE_FOLDER,
	REMOVE_FOLDER,
	RENAME,
	SYMLINK,
	HARD_LINK,
	TRUNCATE,
	MAKE_FIFO,
	MAKE_SOCKET,
	EXECUTE,
};

static const struct {
	const char *name;
	bool filtered; /* no call for it passes the filter */
	int least_abi; /* that holds it */
} operations[] = {
	[READ] = {"read", false, 1},
	[LIST] = {"list", false, 1},
	[READ_LINK] = {"read the link", false, 1},
	[STATUS] = {"stat", false, 1},
	[WRITE] = {"write", false, 1},
	[CREATE] = {"create", false, 1},
	[UNLINK] = {"unlink", false, 1},
	[MAKE_FOLDER] = {"mkdir", true, 1},
	[REMOVE_FOLDER] = {"rmdir", false, 1},
	[RENAME] = {"rename", false, 1},
	[SYMLINK] = {"symlink", true, 1},
	[HARD_LINK] = {"link", true, 1},
	[TRUNCATE] = {"truncate", true, ABI_TRUNCATE},
	[MAKE_FIFO] = {"mkfifo", true, 1},
	[MAKE_SOCKET] = {"make a socket", true, 1},
	[EXECUTE] = {"execute", true, 1},
};

static int open_and_close(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int error = said(fd);

	if (fd >= 0)
		close(fd);
	return error;
}

static int execute(const char *path)
{
	char *const arguments[] = {(char[]){"true"}, NULL}, *const none[] = {NULL};

	*heard = 0; /* where it succeeds, nothing comes back */
	execve(path, arguments, none);
	return errno;
}

/* @path, and for some operations another one beside it */
static int operate(enum operation operation, const char *path)
{
	char beside[PATH_MAX], text[8];

	snprintf(beside, sizeof(beside), "%s-beside", path);
	switch (operation) {
	case READ:
		return open_and_close(path, O_RDONLY);
	case LIST:
		return open_and_close(path, O_RDONLY | O_DIRECTORY);
	case READ_LINK:
		return said(readlinkat(AT_FDCWD, path, text, sizeof(text)));
	case STATUS:
		return said(access(path, F_OK));
	case WRITE:
		return open_and_close(path, O_WRONLY);
	case CREATE:
		return open_and_close(path, O_WRONLY | O_CREAT | O_EXCL);
	case UNLINK:
		return said(unlinkat(AT_FDCWD, path, 0));
	case MAKE_FOLDER:
		return said(mkdirat(AT_FDCWD, path, 0700));
	case REMOVE_FOLDER:
		return said(unlinkat(AT_FDCWD, path, AT_REMOVEDIR));
	case RENAME:
		return said(renameat(AT_FDCWD, path, AT_FDCWD, beside));
	case SYMLINK:
		return said(symlinkat("file", AT_FDCWD, path));
	case HARD_LINK:
		return said(linkat(AT_FDCWD, path, AT_FDCWD, beside, 0));
	case TRUNCATE:
		return said(truncate(path, 0));
	case MAKE_FIFO:
		return said(mknodat(AT_FDCWD, path, S_IFIFO | 0600, 0));
	case MAKE_SOCKET:
		return said(mknodat(AT_FDCWD, path, S_IFSOCK | 0600, 0));
	case EXECUTE:
		return execute(path);
	}
	return -1;
}

/* Anything else. */

/* Of many attempts: the errno that all ended with, 0 when one succeeded, -1 when they differ. */
static int together(int so_far, int error)
{
	return so_far == error ? error : !so_far || !error ? 0 : -1;
}

/* A family that the kernel lacks gives another errno without the sandbox. */
static int try_sockets(const struct ground *ground)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET};
	int all = said(socket(AF_UNIX, SOCK_STREAM, 0));

	(void)ground;
	for (int family = 0; family < AF_MAX; family++)
		for (size_t i = 0; i < VW_COUNT(types); i++)
			all = together(all, said(socket(family, types[i] | SOCK_CLOEXEC, 0)));
	return all;
}

static int try_socketpair(const struct ground *ground)
{
	int pair[2];

	(void)ground;
	return said(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static struct sockaddr_in loopback(in_port_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = port, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
}

static int try_connect(const struct ground *ground)
{
	const struct sockaddr_in address = loopback(ground->port);

	return said(connect(ground->tcp, (const struct sockaddr *)&address, sizeof(address)));
}

static int try_bind(const struct ground *ground)
{
	const struct sockaddr_in address = loopback(0);

	return said(bind(ground->tcp, (const struct sockaddr *)&address, sizeof(address)));
}

static int try_listen(const struct ground *ground)
{
	return said(listen(ground->bound, 1));
}

static int try_abstract(const struct ground *ground)
{
	return said(connect(ground->unix_socket, (const struct sockaddr *)&ground->abstract,
			    ground->abstract_size));
}

static int try_send(const struct ground *ground)
{
	const struct sockaddr_in address = loopback(ground->port);

	return said(sendto(ground->udp, "x", 1, 0, (const struct sockaddr *)&address, sizeof(address)));
}

static int try_signal(const struct ground *ground)
{
	return said(kill(ground->other, 0));
}

static int try_signal_to_itself(const struct ground *ground)
{
	(void)ground;
	return said(syscall(SYS_tgkill, getpid(), getpid(), 0));
}

static int map(int prot, int flags, int fd)
{
	return mmap(NULL, 4096, prot, flags | MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0;
}

static int try_executable_memory(const struct ground *ground)
{
	int all = map(PROT_EXEC, MAP_ANONYMOUS, -1);

	(void)ground;
	all = together(all, map(PROT_READ | PROT_EXEC, MAP_ANONYMOUS, -1));
	return together(all, map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_ANONYMOUS, -1));
}

static int try_executable_file(const struct ground *ground)
{
	return map(PROT_READ | PROT_EXEC, 0, ground->readable);
}

static int try_to_make_memory_executable(const struct ground *ground)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)ground;
	if (page == MAP_FAILED)
		return -1;
	return said(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int try_pkey_mprotect(const struct ground *ground)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)ground;
	return said(syscall(SYS_pkey_mprotect, page, 4096L, (long)(PROT_READ | PROT_EXEC), -1L));
}

static int try_shared_memory(const struct ground *ground)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	int error = said(id);

	(void)ground;
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return error;
}

static int try_memory(const struct ground *ground)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)ground;
	if (page == MAP_FAILED)
		return errno;
	if (mprotect(page, 4096, PROT_READ) < 0 || madvise(page, 4096, MADV_DONTNEED) < 0)
		return errno;
	return said(munmap(page, 4096));
}

static int try_fork(const struct ground *ground)
{
	pid_t child = (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);

	(void)ground;
	if (child == 0)
		_exit(0);
	return said(child);
}

static int try_clone3(const struct ground *ground)
{
	uint64_t arguments[8] = {[4] = SIGCHLD};
	pid_t child = (pid_t)syscall(SYS_clone3, arguments, sizeof(arguments));

	(void)ground;
	if (child == 0)
		_exit(0);
	return said(child);
}

static void *idle(void *nothing)
{
	return nothing;
}

static int try_thread(const struct ground *ground)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, idle, NULL);

	(void)ground;
	return error;
}

static int try_execveat(const struct ground *ground)
{
	char *const none[] = {NULL};

	(void)ground;
	*heard = 0;
	syscall(SYS_execveat, AT_FDCWD, "/bin/true", none, none, 0L);
	return errno;
}

static int try_memfd(const struct ground *ground)
{
	(void)ground;
	return said(syscall(SYS_memfd_create, "x", 0L));
}

static int try_traceme(const struct ground *ground)
{
	(void)ground;
	return said(syscall(SYS_ptrace, (long)PTRACE_TRACEME, 0L, 0L, 0L));
}

static int try_seize(const struct ground *ground)
{
	return said(syscall(SYS_ptrace, (long)PTRACE_SEIZE, (long)ground->other, 0L, 0L));
}

static int other_memory(const struct ground *ground, long number)
{
	static char word[8] = "word"; /* there in the other process too */
	char copy[8] = "word";
	const struct iovec here = {copy, sizeof(copy)}, there = {word, sizeof(word)};

	return said(syscall(number, (long)ground->other, &here, 1L, &there, 1L, 0L));
}

static int try_to_read_other_memory(const struct ground *ground)
{
	return other_memory(ground, SYS_process_vm_readv);
}

static int try_to_write_other_memory(const struct ground *ground)
{
	return other_memory(ground, SYS_process_vm_writev);
}

static int try_pidfd(const struct ground *ground)
{
	return said(syscall(SYS_pidfd_open, (long)ground->other, 0L));
}

static int try_mount(const struct ground *ground)
{
	return said(mount("none", ground->top, "no-such-type", 0, NULL)); /* ENODEV for who may mount */
}

static int try_unmount(const struct ground *ground)
{
	(void)ground;
	return said(umount2("/nonexistent", MNT_DETACH));
}

static int try_unshare(const struct ground *ground)
{
	(void)ground;
	return said(unshare(CLONE_FS));
}

static int try_user_namespace(const struct ground *ground)
{
	(void)ground;
	return said(unshare(CLONE_NEWUSER));
}

static int try_setns(const struct ground *ground)
{
	return said(setns(ground->readable, 0));
}

static int try_chroot(const struct ground *ground)
{
	return said(chroot(ground->top));
}

static int try_chdir(const struct ground *ground)
{
	return said(chdir(ground->top));
}

static int try_keyctl(const struct ground *ground)
{
	(void)ground;
	return said(syscall(SYS_keyctl, (long)KEYCTL_GET_KEYRING_ID, (long)KEY_SPEC_PROCESS_KEYRING, 1L));
}

static int try_add_key(const struct ground *ground)
{
	(void)ground;
	return said(syscall(SYS_add_key, "user", "virtwhere-test", "x", 1L, (long)KEY_SPEC_PROCESS_KEYRING));
}

static int try_bpf(const struct ground *ground)
{
	static uint64_t nothing[16];

	(void)ground;
	return said(syscall(SYS_bpf, 9999L, nothing, sizeof(nothing))); /* no such command: EINVAL */
}

static int try_perf(const struct ground *ground)
{
	struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE,
					     .size = sizeof(attributes),
					     .config = PERF_COUNT_SW_CPU_CLOCK,
					     .exclude_kernel = 1};

	(void)ground;
	return said(syscall(SYS_perf_event_open, &attributes, 0L, -1L, -1L, 0L));
}

static int try_userfaultfd(const struct ground *ground)
{
	(void)ground;
	return said(syscall(SYS_userfaultfd, (long)(O_CLOEXEC | UFFD_USER_MODE_ONLY)));
}

static int try_io_uring(const struct ground *ground)
{
	static uint32_t parameters[30];

	(void)ground;
	return said(syscall(SYS_io_uring_setup, 1L, parameters));
}

static int try_terminal_input(const struct ground *ground)
{
	return said(ioctl(ground->readable, TIOCSTI, "x"));
}

static int try_open_by_handle(const struct ground *ground)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} there = {.handle = {.handle_bytes = 1}};

	return said(open_by_handle_at(ground->readable, &there.handle, O_RDONLY));
}

static int try_name_to_handle(const struct ground *ground)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} there = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
	int mount_id;

	return said(name_to_handle_at(ground->readable, "", &there.handle, &mount_id, AT_EMPTY_PATH));
}

static int try_own_limit(const struct ground *ground)
{
	const struct rlimit limit = {8, 8};

	(void)ground;
	return said(syscall(SYS_prlimit64, 0L, (long)RLIMIT_NOFILE, &limit, NULL));
}

static int try_other_limit(const struct ground *ground)
{
	struct rlimit limit;

	return said(syscall(SYS_prlimit64, (long)ground->other, (long)RLIMIT_NOFILE, NULL, &limit));
}

static int try_chmod(const struct ground *ground)
{
	return said(fchmodat(AT_FDCWD, ground->top, 0700, 0));
}

static int try_fchmod(const struct ground *ground)
{
	return said(fchmod(ground->writable, 0600));
}

static int try_ftruncate(const struct ground *ground)
{
	return said(ftruncate(ground->writable, 0));
}

static int try_attribute(const struct ground *ground)
{
	return said(futimens(ground->writable, NULL));
}

static int try_timer(const struct ground *ground)
{
	(void)ground;
	return said(timerfd_create(CLOCK_MONOTONIC, 0));
}

static int try_second_filter(const struct ground *ground)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = {1, &allow};

	(void)ground;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
	return said(syscall(SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, 0L, &program));
}

static int try_name(const struct ground *ground)
{
	(void)ground;
	return said(prctl(PR_SET_NAME, "other", 0L, 0L, 0L));
}

static int try_open_file(const struct ground *ground)
{
	char byte;

	if (pread(ground->readable, &byte, 1, 0) < 0 || write(ground->writable, "x", 1) < 0)
		return errno;
	return said(lseek(ground->readable, 0, SEEK_SET));
}

static int try_time(const struct ground *ground)
{
	struct timespec now;

	(void)ground;
	return said(syscall(SYS_clock_gettime, (long)CLOCK_MONOTONIC, &now));
}

/* The handler's return is a system call too. */
static volatile sig_atomic_t alarmed;

static void hear_alarm(int number)
{
	alarmed = number;
}

static int try_handler(const struct ground *ground)
{
	(void)ground;
	for (unsigned i = 0; !alarmed && i < 2000000000; i++)
		sched_yield();
	return alarmed ? 0 : ETIME;
}

static int try_much_memory(const struct ground *ground)
{
	(void)ground;
	return mmap(NULL, 3UL << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) ==
			       MAP_FAILED
		       ? errno
		       : 0;
}

static int try_many_files(const struct ground *ground)
{
	int error = 0;

	for (int i = 0; i < 300 && !error; i++)
		error = said(dup(ground->readable));
	return error;
}

static int try_large_file(const struct ground *ground)
{
	signal(SIGXFSZ, SIG_IGN);
	if (lseek(ground->writable, 65L << 20, SEEK_SET) < 0)
		return errno;
	return said(write(ground->writable, "x", 1));
}

/* The errno that each ends with, 0 for one that succeeds. What has no row for Landlock alone, Landlock leaves
 * alone. */
static const struct row {
	const char *what;
	int (*attempt)(const struct ground *ground);
	int filtered; /* with seccomp */
	int held;     /* with Landlock alone */
	int least_abi;
} rows[] = {
	{"open sockets of every family", try_sockets, EPERM, 0, 0},
	{"open a pair of sockets", try_socketpair, EPERM, 0, 0},
	{"connect by TCP", try_connect, EPERM, EACCES, ABI_NET},
	{"bind to a TCP port", try_bind, EPERM, EACCES, ABI_NET},
	{"listen", try_listen, EPERM, 0, 0},
	{"send by UDP", try_send, EPERM, 0, 0},
	{"connect to an abstract UNIX socket", try_abstract, EPERM, EPERM, ABI_SCOPED},
	{"signal another process", try_signal, EPERM, EPERM, ABI_SCOPED},
	{"signal itself", try_signal_to_itself, EPERM, 0, 0},
	{"map executable memory", try_executable_memory, EPERM, 0, 0},
	{"map a file to be executed", try_executable_file, EPERM, 0, 0},
	{"make memory executable", try_to_make_memory_executable, EPERM, 0, 0},
	{"make memory executable by key", try_pkey_mprotect, EPERM, 0, 0},
	{"make shared memory", try_shared_memory, EPERM, 0, 0},
	{"fork", try_fork, EPERM, 0, 0},
	{"fork by clone3", try_clone3, EPERM, 0, 0},
	{"start a thread", try_thread, EPERM, 0, 0},
	{"start a program by execveat", try_execveat, EPERM, EACCES, 1},
	{"make a file in memory", try_memfd, EPERM, 0, 0},
	{"be traced", try_traceme, EPERM, 0, 0},
	{"trace another process", try_seize, EPERM, EPERM, 1},
	{"read another process's memory", try_to_read_other_memory, EPERM, EPERM, 1},
	{"write another process's memory", try_to_write_other_memory, EPERM, EPERM, 1},
	{"get a handle of another process", try_pidfd, EPERM, 0, 0},
	{"mount", try_mount, EPERM, EPERM, 1},
	{"unmount", try_unmount, EPERM, 0, 0},
	{"unshare", try_unshare, EPERM, 0, 0},
	{"make a user namespace", try_user_namespace, EPERM, 0, 0},
	{"enter a namespace", try_setns, EPERM, 0, 0},
	{"chroot", try_chroot, EPERM, 0, 0},
	{"chdir", try_chdir, EPERM, 0, 0},
	{"ask for a keyring", try_keyctl, EPERM, 0, 0},
	{"add a key", try_add_key, EPERM, 0, 0},
	{"use bpf", try_bpf, EPERM, 0, 0},
	{"count performance", try_perf, EPERM, 0, 0},
	{"handle page faults", try_userfaultfd, EPERM, 0, 0},
	{"make an io_uring", try_io_uring, EPERM, 0, 0},
	{"type into a terminal", try_terminal_input, EPERM, 0, 0},
	{"open a file by handle", try_open_by_handle, EPERM, 0, 0},
	{"get the handle of a file", try_name_to_handle, EPERM, 0, 0},
	{"set its own limits", try_own_limit, EPERM, 0, 0},
	{"read another process's limits", try_other_limit, EPERM, 0, 0},
	{"chmod", try_chmod, EPERM, 0, 0},
	{"fchmod", try_fchmod, EPERM, 0, 0},
	{"truncate what is open", try_ftruncate, EPERM, 0, 0},
	{"set the time of a file", try_attribute, EPERM, 0, 0},
	{"make a timer", try_timer, EPERM, 0, 0},
	{"set a second filter", try_second_filter, EPERM, 0, 0},
	{"set its name", try_name, EPERM, 0, 0},
	/* what is left to it */
	{"map memory", try_memory, 0, 0, 0},
	{"use files that are open", try_open_file, 0, 0, 0},
	{"read the time", try_time, 0, 0, 0},
	{"handle a signal", try_handler, 0, 0, 0},
};

/* The ground. */

static void put_at(const char *top, const char *name, const char *bytes, mode_t mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	write_text(path, bytes);
	assert_int_equal(chmod(path, mode), 0);
}

static void make_files(const char *top)
{
	static const char *const folders[] = {"root",       "root/folder",    "out",
					      "out/folder", "work",           "work/scratch",
					      "outside",    "outside/folder", "work/scratch/folder"};
	static const char *const places[] = {"root", "out", "work", "work/scratch", "outside"};
	char path[128];

	for (size_t i = 0; i < VW_COUNT(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, folders[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	for (size_t i = 0; i < VW_COUNT(places); i++) {
		snprintf(path, sizeof(path), "%s/file", places[i]);
		put_at(top, path, "text", 0644);
		snprintf(path, sizeof(path), "%s/program", places[i]);
		put_at(top, path, "#!/bin/true\n", 0755);
		snprintf(path, sizeof(path), "%s/%s/link", top, places[i]);
		assert_int_equal(symlink("file", path), 0);
	}
}

static int listen_at(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (bind(fd, address, size) < 0 || listen(fd, 64) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What listens and waits for all rows. */
struct world {
	int tcp, abstract;
	pid_t other;
	struct ground ground;
};

static void make_world(struct world *world)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);
	struct ground *ground = &world->ground;
	int length;

	world->tcp = listen_at((const struct sockaddr *)&address, size);
	if (world->tcp >= 0) {
		assert_int_equal(getsockname(world->tcp, (struct sockaddr *)&address, &size), 0);
		ground->port = address.sin_port;
	}
	ground->abstract.sun_family = AF_UNIX;
	length = snprintf(ground->abstract.sun_path + 1, sizeof(ground->abstract.sun_path) - 1,
			  "virtwhere-test-%ld", (long)getpid());
	ground->abstract_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
	world->abstract = listen_at((const struct sockaddr *)&ground->abstract, ground->abstract_size);
	world->other = ground->other = fork();
	assert_true(world->other >= 0);
	if (world->other == 0) {
		(void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0L, 0L, 0L);
		(void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0L, 0L, 0L);
		for (;;)
			pause();
	}
}

static void end_world(struct world *world)
{
	close(world->tcp);
	close(world->abstract);
	kill(world->other, SIGKILL);
	waitpid(world->other, NULL, 0);
}

static void begin_ground(struct ground *ground)
{
	char path[PATH_MAX];

	snprintf(ground->top, sizeof(ground->top), "/tmp/virtwhere-test.XXXXXX");
	assert_non_null(mkdtemp(ground->top));
	make_files(ground->top);
	ground->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ground->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ground->bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ground->unix_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(path, sizeof(path), "%s/root/program", ground->top);
	ground->readable = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/outside/file", ground->top);
	ground->writable = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(ground->readable >= 0 && ground->writable >= 0);
}

static void end_ground(struct ground *ground)
{
	const int fds[] = {ground->tcp,         ground->udp,      ground->bound,
			   ground->unix_socket, ground->readable, ground->writable};

	for (size_t i = 0; i < VW_COUNT(fds); i++)
		close(fds[i]);
	vw_tree_remove(AT_FDCWD, ground->top);
}

/* A try. */

/* Take a system call from this process: it fails as on a kernel that has none. */
static bool take_away(unsigned number)
{
	struct sock_filter lines[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {VW_COUNT(lines), lines};

	return prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0 &&
	       syscall(SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, 0L, &program) == 0;
}

enum { NOT_ENTERED = 1000, NO_ANSWER };

/* Enter the parts and nothing else, or end. */
static void enter(enum part part, const struct vwc_sandbox_needs *needs)
{
	struct vwc_sandbox sandbox;
	bool landlock = part == BOTH || part == LANDLOCK_ALONE,
	     seccomp = part == BOTH || part == SECCOMP_ALONE;

	if (part == NOTHING)
		return;
	if ((part == LANDLOCK_ALONE && !take_away(SYS_seccomp)) ||
	    (part == SECCOMP_ALONE && !take_away(SYS_landlock_create_ruleset)))
		_exit(1);
	vwc_sandbox_enter(needs, &sandbox);
	if (sandbox.not || (sandbox.landlock > 0) != landlock || sandbox.seccomp != seccomp) {
		*heard = NOT_ENTERED;
		_exit(1);
	}
}

/* In a process of its own. Returns what it told: 0 or an errno. */
static int try_in(enum part part, const struct vwc_sandbox_needs *needs, const struct row *row,
		  const struct ground *ground, enum operation operation, const char *path)
{
	pid_t child;
	int status;

	*heard = NO_ANSWER;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct itimerval soon = {.it_value = {.tv_usec = 1000}};

		alarm(LATE);
		signal(SIGVTALRM, hear_alarm);
		if (row && row->attempt == try_handler)
			(void)setitimer(ITIMER_VIRTUAL, &soon, NULL);
		enter(part, needs);
		*heard = row ? row->attempt(ground) : operate(operation, path);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return *heard;
}

/* Of those that cannot be had here, one line each. */
static bool have(enum part part)
{
	return !(part == LANDLOCK_ALONE || part == BOTH ? !abi : false) &&
	       !(part == SECCOMP_ALONE || part == BOTH ? !has_seccomp : false);
}

static void need(enum part part, const char *test)
{
	if (have(part) && !SANITIZED)
		return;
	print_message("skipped: %s: %s\n", test,
		      SANITIZED     ? "a build with AddressSanitizer has no sandbox"
		      : has_seccomp ? "this kernel has no Landlock"
				    : "this kernel has no seccomp");
	skip();
}

#define NEED(part) need(part, __func__)

static int expected(const struct row *row, enum part part)
{
	if (part == BOTH || part == SECCOMP_ALONE)
		return row->filtered;
	return abi >= row->least_abi ? row->held : 0;
}

static int try_row(const struct ground *ground, const struct row *row, enum part part)
{
	char root[128];
	const struct vwc_sandbox_needs needs = {.root = root};

	snprintf(root, sizeof(root), "%s/root", ground->top);
	return try_in(part, &needs, row, ground, READ, NULL);
}

/* Does the row end otherwise without a sandbox? One that does not shows nothing: it is told, once. */
static bool shows(const struct ground *ground, size_t index, int right)
{
	static int known[VW_COUNT(rows)]; /* an errno and 1 */

	if (!right)
		return true;
	if (!known[index]) {
		known[index] = try_row(ground, &rows[index], NOTHING) + 1;
		if (known[index] - 1 == right)
			print_message("skipped: try to %s: %s without a sandbox too\n", rows[index].what,
				      strerror(right));
	}
	return known[index] - 1 != right;
}

static void try_rows(enum part part, size_t least_shown, const char *test)
{
	struct world world = {0};
	size_t shown = 0, wrong = 0;

	need(part, test);
	make_world(&world);
	begin_ground(&world.ground);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		int error, right = expected(row, part);

		/* what Landlock leaves alone is tried where the filter does too */
		if ((part == LANDLOCK_ALONE && row->filtered && !right) || !shows(&world.ground, i, right))
			continue;
		error = try_row(&world.ground, row, part);
		shown += right != 0;
		if (error == right)
			continue;
		wrong++;
		print_message("%s: %s: %d (%s), not %d (%s)\n", part_names[part], row->what, error,
			      strerror(error), right, strerror(right));
	}
	end_ground(&world.ground);
	end_world(&world);
	assert_int_equal(wrong, 0);
	assert_true(shown >= least_shown);
}

static void sandbox_forbids(void **state)
{
	(void)state;
	try_rows(BOTH, 30, __func__);
}

static void seccomp_forbids_without_landlock(void **state)
{
	(void)state;
	try_rows(SECCOMP_ALONE, 30, __func__);
}

static void landlock_forbids_without_seccomp(void **state)
{
	(void)state;
	try_rows(LANDLOCK_ALONE, 1, __func__);
}

/* Files, by what the sandbox was told of. */

/* What a process may do there with Landlock. */
struct file_row {
	enum operation operation;
	const char *path;
	int error;
};

static const struct file_row of_root[] = {
	{READ, "root/file", 0},
	{READ, "root/folder", 0},
	{LIST, "root", 0},
	{LIST, "root/folder", 0},
	{READ_LINK, "root/link", 0},
	{STATUS, "root/file", 0},
	{STATUS, "outside/file", 0}, /* that a file is there, Landlock does not hide */
	{READ, "outside/file", EACCES},
	{LIST, "outside", EACCES},
	{LIST, ".", EACCES},
	{WRITE, "root/file", EACCES},
	{WRITE, "outside/file", EACCES},
	{CREATE, "root/new", EACCES},
	{CREATE, "outside/new", EACCES},
	{UNLINK, "root/file", EACCES},
	{UNLINK, "outside/file", EACCES},
	{MAKE_FOLDER, "root/new", EACCES},
	{MAKE_FOLDER, "outside/new", EACCES},
	{REMOVE_FOLDER, "root/folder", EACCES},
	{REMOVE_FOLDER, "outside/folder", EACCES},
	{RENAME, "root/file", EACCES},
	{RENAME, "outside/file", EACCES},
	{SYMLINK, "root/new", EACCES},
	{SYMLINK, "outside/new", EACCES},
	{HARD_LINK, "root/file", EACCES},
	{HARD_LINK, "outside/file", EACCES},
	{TRUNCATE, "root/file", EACCES},
	{TRUNCATE, "outside/file", EACCES},
	{MAKE_FIFO, "root/new", EACCES},
	{MAKE_FIFO, "outside/new", EACCES},
	{MAKE_SOCKET, "root/new", EACCES},
	{MAKE_SOCKET, "outside/new", EACCES},
	{EXECUTE, "root/program", EACCES},
	{EXECUTE, "outside/program", EACCES},
	{EXECUTE, "/bin/true", EACCES},
	{READ, "/etc/passwd", EACCES},
	{READ, "/proc/self/status", EACCES},
};

static const struct file_row of_output[] = {
	{READ, "root/file", 0},
	{WRITE, "root/file", EACCES},
	{CREATE, "root/new", EACCES},
	{CREATE, "out/new", 0},
	{WRITE, "out/file", 0},
	{RENAME, "out/file", 0},
	{UNLINK, "out/file", 0},
	{LIST, "out", 0},
	{READ, "out/file", EACCES},
	{MAKE_FOLDER, "out/new", EACCES},
	{REMOVE_FOLDER, "out/folder", EACCES},
	{SYMLINK, "out/new", EACCES},
	{HARD_LINK, "out/file", 0}, /* a file may be made there; the filter keeps it from links */
	{MAKE_FIFO, "out/new", EACCES},
	{EXECUTE, "out/program", EACCES},
	{CREATE, "outside/new", EACCES},
	{WRITE, "outside/file", EACCES},
	{UNLINK, "outside/file", EACCES},
};

static const struct file_row of_archive[] = {
	{READ, "root/file", EACCES}, /* the archive is open already */
	{READ, "work/scratch/file", EACCES},
	{WRITE, "work/scratch/file", EACCES},
	{LIST, "work/scratch/folder", EACCES},
	{CREATE, "work/scratch/new", EACCES},
	{UNLINK, "work/scratch/file", EACCES},
	{MAKE_FOLDER, "work/scratch/new", EACCES},
	{REMOVE_FOLDER, "work/scratch/folder", EACCES},
	{RENAME, "work/scratch/file", EACCES},
	{SYMLINK, "work/scratch/new", EACCES},
	{HARD_LINK, "work/scratch/file", EACCES},
	{EXECUTE, "work/scratch/program", EACCES},
	{TRUNCATE, "work/scratch/file", EACCES},
	{LIST, "work", EACCES},
	{REMOVE_FOLDER, "outside/folder", EACCES},
};

/* What the sandbox is told of, below the ground; and whether a try has changed the ground. */
struct told {
	bool is_archive;
	const char *output;
	struct ground ground;
	bool changed;
};

static int try_file(struct told *told, const struct file_row *row, enum part part)
{
	char root[128], full[256], output[128];
	const struct vwc_sandbox_needs needs = {.root = told->is_archive ? NULL : root,
						.output = told->output ? output : NULL};
	const char *top = told->ground.top;
	int error;

	if (told->changed) {
		end_ground(&told->ground);
		begin_ground(&told->ground);
	}
	snprintf(root, sizeof(root), "%s/root", top);
	snprintf(output, sizeof(output), "%s/%s", top, told->output ? told->output : "");
	snprintf(full, sizeof(full), "%s%s%s", *row->path == '/' ? "" : top, *row->path == '/' ? "" : "/",
		 row->path);
	error = try_in(part, &needs, NULL, NULL, row->operation, full);
	told->changed = !error && row->operation >= CREATE;
	return error;
}

static size_t check_file(struct told *told, const struct file_row *row, enum part part, int right)
{
	int error = try_file(told, row, part);

	if (error == right)
		return 0;
	print_message("%s: %s %s: %d (%s), not %d (%s)\n", part_names[part], operations[row->operation].name,
		      row->path, error, strerror(error), right, strerror(right));
	return 1;
}

/* Landlock decides as the table says, but for what the filter refuses before it. What neither holds succeeds:
 * that is tried, lest a row says nothing. */
static size_t check_parts(struct told *told, const struct file_row *row)
{
	bool filtered = operations[row->operation].filtered;
	int held = abi >= operations[row->operation].least_abi ? row->error : 0;
	size_t wrong = check_file(told, row, LANDLOCK_ALONE, held);

	if (filtered || !have(BOTH))
		wrong += check_file(told, row, NOTHING, 0);
	if (!have(BOTH))
		return wrong;
	wrong += check_file(told, row, BOTH, filtered ? EPERM : held);
	return wrong + check_file(told, row, SECCOMP_ALONE, filtered ? EPERM : 0);
}

static void try_files(const struct file_row *table, size_t count, struct told *told)
{
	size_t wrong = 0;

	begin_ground(&told->ground);
	for (size_t i = 0; i < count; i++)
		wrong += check_parts(told, &table[i]);
	end_ground(&told->ground);
	assert_int_equal(wrong, 0);
}

static void root_is_only_read(void **state)
{
	struct told told = {0};

	(void)state;
	NEED(LANDLOCK_ALONE);
	try_files(of_root, VW_COUNT(of_root), &told);
}

static void output_is_only_written(void **state)
{
	struct told told = {.output = "out/report"};

	(void)state;
	NEED(LANDLOCK_ALONE);
	try_files(of_output, VW_COUNT(of_output), &told);
}

static void archive_has_no_file(void **state)
{
	struct told told = {.is_archive = true};

	(void)state;
	NEED(LANDLOCK_ALONE);
	try_files(of_archive, VW_COUNT(of_archive), &told);
}

/* Limits and foreign calls. */

static void limits_are_felt(void **state)
{
	static const struct row felt[] = {
		{"3 GiB of memory", try_much_memory, ENOMEM, 0, 0},
		{"300 descriptors", try_many_files, EMFILE, 0, 0},
		{"a file of 65 MiB", try_large_file, EFBIG, 0, 0},
	};
	struct ground ground;
	struct rlimit limit;

	(void)state;
	NEED(SECCOMP_ALONE);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur < 310) {
		print_message("skipped: %s: a process may open only %ju files here\n", __func__,
			      (uintmax_t)limit.rlim_cur);
		skip();
	}
	begin_ground(&ground);
	for (size_t i = 0; i < VW_COUNT(felt); i++) {
		assert_int_equal(try_row(&ground, &felt[i], NOTHING), 0);
		assert_int_equal(try_row(&ground, &felt[i], SECCOMP_ALONE), felt[i].filtered);
	}
	end_ground(&ground);
}

#ifdef __x86_64__

/* getpid(2) of i386, which is number 39 of x86-64: mkdir(2). */
static int how_it_ends(bool sandboxed)
{
	const struct vwc_sandbox_needs needs = {.root = "/"};
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		int result;

		/* where the kernel has no such calls; cmocka would take the signal for a failure of the test
		 */
		(void)signal(SIGSEGV, SIG_DFL);
		enter(sandboxed ? SECCOMP_ALONE : NOTHING, &needs);
		__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
		_exit(result > 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void foreign_call_ends_the_process(void **state)
{
	int status;

	(void)state;
	NEED(SECCOMP_ALONE);
	if (how_it_ends(false) != 0) {
		print_message("skipped: %s: this kernel has no system calls of i386\n", __func__);
		skip();
	}
	status = how_it_ends(true);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

#endif

static int setup(void **state)
{
	const struct rlimit no_core = {0, 0};

	(void)state;
	(void)setrlimit(RLIMIT_CORE, &no_core); /* a process that is killed shall leave nothing */
	heard = mmap(NULL, sizeof(*heard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(heard != MAP_FAILED);
	abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0L, (long)LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0)
		abi = 0;
	/* A filter at an impossible address: EFAULT where there are filters, EINVAL or ENOSYS where not. */
	has_seccomp = syscall(SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, 0L, NULL) < 0 && errno == EFAULT;
	print_message("Landlock: version %d of its ABI; seccomp: %s\n", abi, has_seccomp ? "yes" : "no");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox_forbids),
		cmocka_unit_test(seccomp_forbids_without_landlock),
		cmocka_unit_test(landlock_forbids_without_seccomp),
		cmocka_unit_test(root_is_only_read),
		cmocka_unit_test(output_is_only_written),
		cmocka_unit_test(archive_has_no_file),
		cmocka_unit_test(limits_are_felt),
#ifdef __x86_64__
		cmocka_unit_test(foreign_call_ends_the_process),
#endif
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
