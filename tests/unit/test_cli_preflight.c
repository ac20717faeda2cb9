/* SPDX-License-Identifier: MIT */

/*
 * The pre-flight command as a whole, in a process of its own: what it says while it reads, of its sandbox,
 * and of arguments that do not fit. The clock, the terminal and the kernel's sandboxes are played by this
 * program.
 */

#include "tests/unit/guest_root.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "cli/cli.h"
#include "detect/checks.h"
#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/sanitized.h"

enum { PIECES = 1024, MEGABYTE = 1024 * 1024, NOBODY = 65534 };

#define RELEASE "6.1.0-1-amd64"
#define ERASE   "\r\033[K"

/* What the process finds, and what it does. In memory that it shares. */
struct run {
	int abi; /* of Landlock, or 0 */
	bool no_seccomp, no_privs;
	bool terminal;
	unsigned long memory; /* the allocation that fails, or 0 */
	bool memory_ended;
	unsigned disturbed; /* so many reads are interrupted in turn, or short */
	bool unprivileged;  /* where root runs this: as somebody else */
	int64_t pace;       /* ms that pass whenever the clock is read */

	int64_t clock, asked_at; /* µs; when it was asked what standard error is */
	int asked;               /* of which descriptor */
	struct {
		int64_t at;
		size_t from, to;
	} piece[PIECES]; /* of @said: each as it was written */
	size_t pieces;
	char said[65536]; /* on standard error */
	size_t size;
	enum vwc_exit status;
	unsigned opened, left_open; /* descriptors before and after */
};

static struct run *run;
static bool played;

int clock_in_place(clockid_t id, struct timespec *ret) __asm__("clock_gettime");
int isatty_in_place(int fd) __asm__("isatty");
ssize_t write_in_place(int fd, const void *bytes, size_t size) __asm__("write");
ssize_t read_in_place(int fd, void *bytes, size_t size) __asm__("read");
long syscall_in_place(long number, ...) __asm__("syscall");
int prctl_in_place(int option, ...) __asm__("prctl");

static long call(long number, long a, long b, long c, long d)
{
	static long (*real)(long, ...);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a, b, c, d, 0L, 0L);
}

static long fail_with(int error)
{
	errno = error;
	return -1;
}

int clock_in_place(clockid_t id, struct timespec *ret)
{
	if (!played || id != CLOCK_MONOTONIC)
		return (int)call(SYS_clock_gettime, id, (long)ret, 0, 0);
	run->clock += run->pace;
	*ret = (struct timespec){.tv_sec = run->clock / 1000000, .tv_nsec = run->clock % 1000000 * 1000};
	return 0;
}

int isatty_in_place(int fd)
{
	run->asked = fd;
	run->asked_at = run->clock;
	return run->terminal;
}

ssize_t write_in_place(int fd, const void *bytes, size_t size)
{
	if (!played || fd != STDERR_FILENO)
		return call(SYS_write, fd, (long)bytes, (long)size, 0);
	if (run->pieces == PIECES || size > sizeof(run->said) - run->size)
		_exit(100);
	memcpy(run->said + run->size, bytes, size);
	run->piece[run->pieces].at = run->clock;
	run->piece[run->pieces].from = run->size;
	run->size += size;
	run->piece[run->pieces++].to = run->size;
	return (ssize_t)size;
}

ssize_t read_in_place(int fd, void *bytes, size_t size)
{
	if (!played || !run->disturbed)
		return call(SYS_read, fd, (long)bytes, (long)size, 0);
	if (run->disturbed-- % 2 == 0)
		return fail_with(EINTR);
	return call(SYS_read, fd, (long)bytes, size < 3 ? (long)size : 3, 0);
}

static long play_landlock(long number, long size)
{
	if (!run->abi)
		return fail_with(ENOSYS);
	if (number == SYS_landlock_create_ruleset)
		return size == 0 ? run->abi : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return 0;
}

long syscall_in_place(long number, ...)
{
	va_list arguments;
	long a[4];

	va_start(arguments, number);
	for (size_t i = 0; i < VW_COUNT(a); i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (played && (number == SYS_landlock_create_ruleset || number == SYS_landlock_add_rule ||
		       number == SYS_landlock_restrict_self))
		return play_landlock(number, a[1]);
	if (played && number == SYS_seccomp)
		return run->no_seccomp ? fail_with(ENOSYS) : 0;
	return call(number, a[0], a[1], a[2], a[3]);
}

int prctl_in_place(int option, ...)
{
	(void)option;
	return played && run->no_privs ? (int)fail_with(EINVAL) : 0;
}

/* A root, and a run. */

struct place {
	struct guest guest;
	char out[80]; /* the file that standard output goes to */
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	run = mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(run != MAP_FAILED);
	guest_new(&place->guest, NULL);
	snprintf(place->out, sizeof(place->out), "%s.out", place->guest.root);
	put(&place->guest, "/etc/os-release", "ID=debian\n");
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	guest_free(&place->guest);
	unlink(place->out);
	free(place);
	munmap(run, sizeof(*run));
	return 0;
}

static void begin(void)
{
	memset(run, 0, sizeof(*run));
	run->abi = 7;
	run->asked = -1;
}

static struct vwc_request request_of(const struct place *place)
{
	return (struct vwc_request){.command = vwc_command_find(vwc_commands, "preflight"),
				    .format = "text",
				    .root = place->guest.root,
				    .target = {"nitro"},
				    .targets = 1,
				    .kernel = "all",
				    .fail_on = VW_DEGRADED};
}

static unsigned descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 100; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* @term: as in the environment, or NULL */
static void preflight(const struct place *place, const struct vwc_request *request, const char *term)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		int out = open(place->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		alarm(60);
		if (out < 0 || dup2(out, STDOUT_FILENO) < 0)
			_exit(101);
		if (run->unprivileged && geteuid() == 0 &&
		    (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0))
			_exit(102);
		if (term)
			setenv("TERM", term, 1);
		else
			unsetenv("TERM");
		played = true;
		run->opened = descriptors();
		(void)memory_ends_at(run->memory);
		run->status = vwc_command_find(vwc_commands, "preflight")->run(request);
		run->memory_ended = memory_had_ended();
		run->left_open = descriptors();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	if (!run->memory)
		assert_int_equal(run->left_open,
				 run->opened - (run->status == VW_EXIT_NO && !request->output));
	run->said[run->size] = '\0';
}

/* Progress. */

/* Put a kernel whose initramfs is read in @pieces of a MiB; all zeros, it holds nothing. */
static void put_kernel(struct place *place, const char *release, off_t pieces)
{
	char path[256], full[PATH_MAX];

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	put(&place->guest, path, "");
	snprintf(path, sizeof(path), "/boot/vmlinuz-%s", release);
	put(&place->guest, path, "no kernel");
	snprintf(path, sizeof(path), "/boot/initrd.img-%s", release);
	put(&place->guest, path, "");
	guest_path(&place->guest, path, full);
	assert_int_equal(truncate(full, pieces * MEGABYTE), 0);
}

/* The lines of progress: "reading NAME SHARE", each erased before the next and after the last. */
static size_t lines_of(char line[][256], int64_t *at, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < run->pieces; i++) {
		size_t size = run->piece[i].to - run->piece[i].from;
		const char *text = run->said + run->piece[i].from;

		if (size == strlen(ERASE) && memcmp(text, ERASE, size) == 0)
			continue;
		assert_true(count < most && size < 256);
		if (count) /* the one before was erased */
			assert_memory_equal(text - strlen(ERASE), ERASE, strlen(ERASE));
		memcpy(line[count], text, size);
		line[count][size] = '\0';
		at[count++] = run->piece[i].at;
	}
	return count;
}

enum { MOST = 128, PARTS = 40, SILENT = 1000000, BETWEEN = 100000, ASKED = 100000 };

/* The clock is read twice for each part of the file, so that a part takes as long as lines are apart. */
static void progress_is_told_in_time(void **state)
{
	static char line[MOST][256];
	struct place *place = *state;
	const struct vwc_request request = request_of(place);
	int64_t at[MOST] = {0};
	char right[256];
	size_t count;

	put_kernel(place, RELEASE, PARTS);
	begin();
	run->terminal = true;
	run->pace = ASKED;
	preflight(place, &request, "xterm");
	assert_int_equal(run->asked, STDERR_FILENO);
	count = lines_of(line, at, MOST);
	assert_true(count > 10);
	assert_int_equal(at[0], run->asked_at + ASKED + SILENT);
	for (size_t i = 0; i < count; i++) {
		size_t part = PARTS - count + 1 + i;

		assert_int_equal(at[i], at[0] + (int64_t)i * BETWEEN);
		/* a byte less than each 2.5 % that a part is, but for the last */
		snprintf(right, sizeof(right), "reading /boot/initrd.img-" RELEASE " %3zu %%",
			 part == PARTS ? 100 : (part * 25 - 1) / 10);
		assert_string_equal(line[i], right);
	}
	/* the screen is left as it was, and nothing of it was erased before there was something */
	assert_memory_equal(run->said + run->size - strlen(ERASE), ERASE, strlen(ERASE));
	assert_int_equal(run->piece[0].to - run->piece[0].from, strlen(line[0]));
	assert_int_equal(run->pieces, 2 * count);
}

/* Lines are no closer than that, however often there is something to tell. */
static void progress_is_not_told_too_often(void **state)
{
	static const int64_t paces[] = {17000, 49500, 166500};
	static char line[MOST][256];
	struct place *place = *state;
	const struct vwc_request request = request_of(place);

	put_kernel(place, RELEASE, 2 * PARTS);
	for (size_t i = 0; i < VW_COUNT(paces); i++) {
		int64_t at[MOST] = {0}, part = 2 * paces[i], begun;
		size_t count;

		begin();
		run->terminal = true;
		run->pace = paces[i];
		preflight(place, &request, "xterm");
		count = lines_of(line, at, MOST);
		assert_true(count > 3);
		begun = run->asked_at + paces[i];
		assert_in_range(at[0] / 1000 - begun / 1000, SILENT / 1000, (SILENT + part) / 1000);
		for (size_t k = 1; k < count; k++)
			assert_in_range(at[k] / 1000 - at[k - 1] / 1000, BETWEEN / 1000,
					(BETWEEN + part) / 1000);
	}
}

static void progress_needs_a_terminal_and_time(void **state)
{
	static const struct {
		bool terminal;
		const char *term;
		int64_t pace;
		bool told;
	} rows[] = {
		{true, "xterm", ASKED, true}, {true, "linux", ASKED, true}, {false, "xterm", ASKED, false},
		{true, "dumb", ASKED, false}, {true, NULL, ASKED, false},   {true, "xterm", 0, false},
		{true, "xterm", 8000, false}, /* all is read before a second has passed */
	};
	struct place *place = *state;
	const struct vwc_request request = request_of(place);

	put_kernel(place, RELEASE, PARTS);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		begin();
		run->terminal = rows[i].terminal;
		run->pace = rows[i].pace;
		preflight(place, &request, rows[i].term);
		assert_int_equal(run->size != 0, rows[i].told);
		assert_int_equal(run->status, VW_EXIT_NO);
	}
}

/* What an image calls its files must not reach the terminal as it is. */
static void names_in_progress_are_clean(void **state)
{
	static const struct {
		const char *release, *name;
	} rows[] = {
		{"6.1\033[31m\a\r\n", "/boot/initrd.img-6.1?[31m?"},
		{"6.1\302\233m\303\244", "/boot/initrd.img-6.1?m\303\244"},
		{"6.1\377", "/boot/initrd.img-6.1?"},
		/* cut to 47 bytes, of which the last is half of a letter in the second */
		{"0123456789012345678901234567890", "/boot/initrd.img-012345678901234567890123456789"},
		{"01234567890123456789012345678\303\244", "/boot/initrd.img-01234567890123456789012345678?"},
	};
	static char line[MOST][256];
	char right[256];

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct place *place = NULL;
		struct vwc_request request;
		int64_t at[MOST];
		size_t count;

		assert_int_equal(setup((void **)&place), 0);
		request = request_of(place);
		put_kernel(place, rows[i].release, PARTS);
		begin();
		run->terminal = true;
		run->pace = ASKED;
		preflight(place, &request, "xterm");
		count = lines_of(line, at, MOST);
		assert_true(count > 10);
		snprintf(right, sizeof(right), "reading %s 100 %%", rows[i].name);
		assert_string_equal(line[count - 1], right);
		assert_int_equal(teardown((void **)&place), 0);
	}
	(void)state;
}

/* What it says of its sandbox. */

static void lacks_of_the_sandbox_are_told(void **state)
{
	static const struct {
		int abi;
		bool no_seccomp, no_privs;
		const char *said;
	} rows[] = {
		{7, false, false, ""},
		{1, false, false, ""},
		{0, false, false, "virtwhere: a sandbox without Landlock: this kernel has none\n"},
		{7, true, false, "virtwhere: a sandbox without seccomp: this kernel has none\n"},
		{0, true, false,
		 "virtwhere: a sandbox of resource limits only: this kernel has no Landlock and no "
		 "seccomp\n"},
		{7, false, true, "virtwhere: no sandbox: the kernel has no no_new_privs\n"},
	};
	struct place *place = *state;
	struct vwc_request request = request_of(place);

	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (int verbose = 0; verbose < 2; verbose++) {
			const char *right = SANITIZED ? "virtwhere: no sandbox: built with AddressSanitizer\n"
						      : rows[i].said;

			begin();
			run->abi = rows[i].abi;
			run->no_seccomp = rows[i].no_seccomp;
			run->no_privs = rows[i].no_privs;
			request.view.verbose = verbose;
			preflight(place, &request, NULL);
			assert_string_equal(run->said, verbose ? right : "");
			assert_int_equal(run->status, VW_EXIT_NO); /* there is no kernel in it */
		}
}

/* Arguments that do not fit. */

static void check_refused(const struct place *place, const struct vwc_request *request, enum vwc_exit status,
			  const char *said)
{
	begin();
	preflight(place, request, NULL);
	assert_string_equal(run->said, said);
	assert_int_equal(run->status, status);
}

static void missing_arguments_are_asked_for(void **state)
{
	const struct place *place = *state;
	const struct vwc_request good = request_of(place);
	struct vwc_request request = good;

	request.snapshot = place->guest.root;
	check_refused(place, &request, VW_EXIT_USAGE,
		      "virtwhere: preflight: a snapshot has no image; IMAGE names one\n");
	request = good;
	request.root = NULL;
	check_refused(place, &request, VW_EXIT_USAGE,
		      "virtwhere: preflight: which image? give a root directory or an archive of one\n");
	request = good;
	request.word = (char *[]){"other"};
	request.words = 1;
	request.root = "ROOT";
	check_refused(place, &request, VW_EXIT_USAGE,
		      "virtwhere: preflight: 'other' and --root 'ROOT' are two images; give one\n");
	request = good;
	request.word = (char *[]){(char *)place->guest.root};
	request.words = 1;
	request.root = NULL;
	request.targets = 0;
	check_refused(place, &request, VW_EXIT_USAGE,
		      "virtwhere: preflight: to boot where? give --target TARGET; see 'virtwhere list "
		      "targets'\n");
}

static void targets_are_words_of_the_list(void **state)
{
	static const struct {
		const char *first, *second, *said;
	} rows[] = {
		{"xen-pw", NULL, "virtwhere: no target 'xen-pw'; did you mean 'xen-pv'?\n"}, /* the first */
		{"nitrox", NULL, "virtwhere: no target 'nitrox'; did you mean 'nitro'?\n"},
		{"nitro", "xen-hvn", "virtwhere: no target 'xen-hvn'; did you mean 'xen-hvm'?\n"},
		{"nitro,kvmm,xen-hvm", NULL, "virtwhere: no target 'kvmm'; did you mean 'kvm'?\n"},
		{"moonbase", NULL, "virtwhere: no target 'moonbase'; see 'virtwhere list targets'\n"},
		{"nitro,", NULL, "virtwhere: no target ''; see 'virtwhere list targets'\n"},
		{"", NULL, "virtwhere: no target ''; see 'virtwhere list targets'\n"},
		/* 32 bytes and more are no target of ours, and are not cut to one */
		{"0123456789012345678901234567890", NULL,
		 "virtwhere: no target '0123456789012345678901234567890'; see 'virtwhere list targets'\n"},
		{"01234567890123456789012345678901", NULL,
		 "virtwhere: no target '0123456789012345678901234567890'; see 'virtwhere list targets'\n"},
		{"nitro,kvm", "xen-hvm", NULL},
		{"nitro,nitro", "nitro", NULL},
		{"kvm", NULL, NULL},
	};
	const struct place *place = *state;
	struct vwc_request request = request_of(place);

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		request.target[0] = rows[i].first;
		request.target[1] = rows[i].second;
		request.targets = rows[i].second ? 2 : 1;
		check_refused(place, &request, rows[i].said ? VW_EXIT_USAGE : VW_EXIT_NO,
			      rows[i].said ? rows[i].said : "");
	}
}

static void kernel_must_be_there(void **state)
{
	static const struct {
		const char *kernel, *said;
		enum vwc_exit status;
	} rows[] = {
		{"all", "", VW_EXIT_NO},
		{"default", "", VW_EXIT_NO},
		{"6.1.0-1-amd64", "", VW_EXIT_NO},
		{"6.1.0-2-amd64", "no kernel '6.1.0-2-amd64'; one that is there is '6.1.0-1-amd64'\n",
		 VW_EXIT_USAGE},
		{"9.9.9-cloud", "no kernel '9.9.9-cloud'; one that is there is '9.9.8-cloud'\n",
		 VW_EXIT_USAGE},
	};
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char right[256];

	request.kernel = "6.1.0-1-amd64";
	snprintf(right, sizeof(right), "virtwhere: %s: no kernel '6.1.0-1-amd64', nor any other\n",
		 request.root);
	check_refused(place, &request, VW_EXIT_USAGE, right);
	put_kernel(place, RELEASE, 0);
	put_kernel(place, "9.9.8-cloud", 0);
	put_kernel(place, "9.9.7-clone", 0); /* near it too, but farther */
	put_kernel(place, "6.1.0-33-amd64", 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		request.kernel = rows[i].kernel;
		if (*rows[i].said)
			snprintf(right, sizeof(right), "virtwhere: %s: %s", request.root, rows[i].said);
		else
			*right = '\0';
		check_refused(place, &request, rows[i].status, right);
	}
	/* one like none that is there: any */
	request.kernel = "none-of-them";
	begin();
	preflight(place, &request, NULL);
	assert_non_null(strstr(run->said, ": no kernel 'none-of-them'; one that is there is '"));
	assert_int_equal(run->status, VW_EXIT_USAGE);
}

static void description_must_be_readable(void **state)
{
	static const struct {
		const char *name, *said;
	} rows[] = {
		{"/none.json", "No such file or directory"},
		{"/folder", "Is a directory"},
	};
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX], right[PATH_MAX + 64];

	put_directory(&place->guest, "/folder");
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		guest_path(&place->guest, rows[i].name, path);
		request.ami_json = path;
		snprintf(right, sizeof(right), "virtwhere: %s: %s\n", path, rows[i].said);
		check_refused(place, &request, VW_EXIT_UNDETERMINED, right);
	}
}

static void empty_description_is_none(void **state)
{
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX];

	put(&place->guest, "/empty.json", "");
	guest_path(&place->guest, "/empty.json", path);
	request.ami_json = path;
	begin();
	preflight(place, &request, NULL);
	assert_non_null(strstr(run->said, "/empty.json: line 1: ")); /* the parser's own words */
	assert_int_equal(run->status, VW_EXIT_UNDETERMINED);
}

#define IMAGE(word) "{\"Images\": [{\"ImageId\": \"ami-0\", \"EnaSupport\": " word "}]}"

/* What was printed. */
static const char *printed(const struct place *place)
{
	static char text[65536];
	FILE *file = fopen(place->out, "re");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	return text;
}

static void description_is_read_whole(void **state)
{
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX];

	guest_path(&place->guest, "/ami.json", path);
	request.ami_json = path;
	put(&place->guest, "/ami.json", IMAGE("false"));
	for (unsigned disturbed = 0; disturbed < 6; disturbed++) {
		begin();
		run->disturbed = disturbed;
		preflight(place, &request, NULL);
		assert_string_equal(run->said, "");
		assert_non_null(strstr(printed(place), "API001"));
	}
	request.ami_json = NULL;
	check_refused(place, &request, VW_EXIT_NO, "");
	assert_null(strstr(printed(place), "API001"));
}

/* It is read to its bound, which a description that is not longer has room for. */
static void description_has_a_bound(void **state)
{
	static char text[MEGABYTE + 2];
	static const char image[] = IMAGE("true");
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX];

	guest_path(&place->guest, "/ami.json", path);
	request.ami_json = path;
	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, image, strlen(image));
	put_bytes(&place->guest, "/ami.json", text, MEGABYTE);
	check_refused(place, &request, VW_EXIT_NO, "");
	put_bytes(&place->guest, "/ami.json", text, MEGABYTE + 1);
	begin();
	preflight(place, &request, NULL);
	assert_non_null(strstr(run->said, "/ami.json: "));
	assert_int_equal(run->status, VW_EXIT_UNDETERMINED);
}

/* The report. */

/* The user's own bytes may be no text. */
static void path_in_the_report_is_clean(void **state)
{
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX], right[PATH_MAX];

	put(&place->guest, "/e\033vil\377/etc/os-release", "ID=debian\n");
	guest_path(&place->guest, "/e\033vil\377", path);
	request.root = path;
	request.format = "json";
	check_refused(place, &request, VW_EXIT_NO, "");
	snprintf(right, sizeof(right), "\"%s/e?vil?\"", place->guest.root);
	assert_non_null(strstr(printed(place), right));
}

/* What was settled for a terminal does not go into a file; what was asked for does. */
static void file_has_no_colours_unless_asked_for(void **state)
{
	static const struct {
		enum vwc_colour colour;
		bool settled, file, coloured;
	} rows[] = {
		{VW_COLOUR_AUTO, true, false, true},   {VW_COLOUR_AUTO, false, false, false},
		{VW_COLOUR_AUTO, true, true, false},   {VW_COLOUR_AUTO, false, true, false},
		{VW_COLOUR_ALWAYS, true, true, true},  {VW_COLOUR_NEVER, false, true, false},
		{VW_COLOUR_ALWAYS, true, false, true},
	};
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX], report[PATH_MAX];

	guest_path(&place->guest, "/report", report);
	snprintf(path, sizeof(path), "%s", place->out);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		request.colour = rows[i].colour;
		request.view.colour = rows[i].settled;
		request.output = rows[i].file ? report : NULL;
		check_refused(place, &request, VW_EXIT_NO, "");
		if (rows[i].file) {
			assert_string_equal(printed(place), "");
			assert_int_equal(rename(report, place->out), 0);
		}
		assert_non_null(strstr(printed(place), "nitro"));
		assert_int_equal(strchr(printed(place), '\033') != NULL, rows[i].coloured);
	}
}

/* Where memory ends, whenever that is, it ends with one line that says so, or does without what it wanted. */
static void memory_may_end(void **state)
{
	struct place *place = *state;
	const struct vwc_request request = request_of(place);
	size_t internal = 0;

	if (!MEMORY_CAN_END)
		LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
	put_kernel(place, RELEASE, 1);
	for (unsigned long memory = 1;; memory++) {
		begin();
		run->memory = memory;
		preflight(place, &request, NULL);
		if (!run->memory_ended)
			break;
		if (run->status == VW_EXIT_NO) {
			assert_string_equal(run->said, "");
			continue;
		}
		internal += run->status == VW_EXIT_INTERNAL;
		assert_true(run->status == VW_EXIT_INTERNAL || run->status == VW_EXIT_UNDETERMINED);
		assert_memory_equal(run->said, "virtwhere: ", 11);
		assert_memory_equal(run->said + run->size - 23, "Cannot allocate memory\n", 23);
	}
	assert_true(internal > 2);
}

/* Archives. */

/* An archive that ends within its only file. POSIX.1-2017, pax, "ustar Interchange Format" */
static void put_damaged_archive(struct place *place, off_t size)
{
	char header[512] = "etc/large", full[PATH_MAX];
	unsigned sum = 0;

	memcpy(header + 100, "0000644", 7);
	memcpy(header + 108, "0000000", 7);
	memcpy(header + 116, "0000000", 7);
	memcpy(header + 124, "00777777777", 11);
	memcpy(header + 136, "00000000000", 11);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	put_bytes(&place->guest, "/damaged.tar", header, sizeof(header));
	guest_path(&place->guest, "/damaged.tar", full);
	assert_int_equal(truncate(full, size), 0);
}

/* The line of progress is gone before it is said why there is nothing. */
static void unpacking_is_told_and_its_end(void **state)
{
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX], right[PATH_MAX + 128];
	const char *at;

	put_damaged_archive(place, 8 * MEGABYTE);
	guest_path(&place->guest, "/damaged.tar", path);
	request.root = path;
	begin();
	run->terminal = true;
	run->pace = ASKED;
	preflight(place, &request, "xterm");
	assert_int_equal(run->status, VW_EXIT_UNDETERMINED);
	snprintf(right, sizeof(right), "reading %.47s ", path);
	assert_memory_equal(run->said, right, strlen(right));
	snprintf(right, sizeof(right), ERASE "virtwhere: %s: damaged archive", path);
	at = strstr(run->said, "virtwhere: ");
	assert_non_null(at);
	assert_memory_equal(at - strlen(ERASE), right, strlen(right));
}

static void root_must_be_there(void **state)
{
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX], right[PATH_MAX + 128];

	guest_path(&place->guest, "/none", path);
	request.root = path;
	snprintf(right, sizeof(right), "virtwhere: %s: No such file or directory\n", path);
	check_refused(place, &request, VW_EXIT_UNDETERMINED, right);

	put_fifo(&place->guest, "/fifo");
	guest_path(&place->guest, "/fifo", path);
	snprintf(right, sizeof(right),
		 "virtwhere: %s: neither a directory nor an archive; an image is given as its root "
		 "directory\n",
		 path);
	check_refused(place, &request, VW_EXIT_UNDETERMINED, right);
}

static void root_must_be_readable(void **state)
{
	static const struct {
		mode_t mode;
		bool readable;
	} rows[] = {{0, false}, {0111, false}, {0444, false}, {0555, true}};
	struct place *place = *state;
	struct vwc_request request = request_of(place);
	char path[PATH_MAX], right[PATH_MAX + 128];

	put(&place->guest, "/closed/etc/os-release", "ID=debian\n");
	guest_path(&place->guest, "/closed", path);
	request.root = path;
	snprintf(right, sizeof(right), "virtwhere: %s: Permission denied\n", path);
	assert_int_equal(chmod(place->guest.root, 0755), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		assert_int_equal(chmod(path, rows[i].mode), 0);
		begin();
		run->unprivileged = true;
		preflight(place, &request, NULL);
		assert_string_equal(run->said, rows[i].readable ? "" : right);
		assert_int_equal(run->status, rows[i].readable ? VW_EXIT_NO : VW_EXIT_UNDETERMINED);
	}
	assert_int_equal(chmod(path, 0700), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(progress_is_told_in_time),
		TEST(progress_is_not_told_too_often),
		TEST(progress_needs_a_terminal_and_time),
		cmocka_unit_test(names_in_progress_are_clean),
		TEST(lacks_of_the_sandbox_are_told),
		TEST(missing_arguments_are_asked_for),
		TEST(targets_are_words_of_the_list),
		TEST(kernel_must_be_there),
		TEST(description_must_be_readable),
		TEST(empty_description_is_none),
		TEST(description_is_read_whole),
		TEST(description_has_a_bound),
		TEST(path_in_the_report_is_clean),
		TEST(file_has_no_colours_unless_asked_for),
		TEST(memory_may_end),
		TEST(unpacking_is_told_and_its_end),
		TEST(root_must_be_there),
		TEST(root_must_be_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
