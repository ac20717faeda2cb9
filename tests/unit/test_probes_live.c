/* SPDX-License-Identifier: MIT */
#include "guest_root.h"

#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>

#include "probes/machine/probe.h"
#include "probes/read/source_internal.h"
#include "tests/unit/left_out.h"

/*
 * A running machine, made: a live source whose root is a private directory, and below its processor a Xen
 * that answers the forced-emulation prefix.
 */

/* How the kernel answers. */

/* Reads pass through here: they may come in pages, be interrupted, or fail; a directory may be made up. */
static struct {
	size_t page; /* bytes that a call gives at the most; 0: all */
	int err;     /* that the next call fails with */
	unsigned called;
	unsigned made_up; /* names of a directory that are still to be told, the greatest first */
} answers;

static bool answers_fail(void)
{
	errno = answers.err;
	answers.err = 0;
	answers.called++;
	return errno != 0;
}

/* Under a name of its own: the fortified headers define read() inline, and clang takes ours for that. */
ssize_t read_in_place(int fd, void *buf, size_t nbytes) __asm__("read");

ssize_t read_in_place(int fd, void *buf, size_t nbytes)
{
	if (answers_fail())
		return -1;
	return syscall(SYS_read, fd, buf, answers.page && nbytes > answers.page ? answers.page : nbytes);
}

static ssize_t make_up(char *buffer, size_t length)
{
	size_t used = 0;

	while (answers.made_up && length - used >= sizeof(struct dirent64)) {
		struct dirent64 entry = {.d_ino = 1, .d_reclen = sizeof(entry), .d_type = DT_REG};

		snprintf(entry.d_name, sizeof(entry.d_name), "%07u", --answers.made_up);
		memcpy(buffer + used, &entry, sizeof(entry));
		used += sizeof(entry);
	}
	return (ssize_t)used;
}

ssize_t getdents64(int fd, void *buffer, size_t length)
{
	if (answers_fail())
		return -1;
	if (answers.made_up)
		return make_up(buffer, length);
	return syscall(SYS_getdents64, fd, buffer,
		       answers.page && length > answers.page ? answers.page : length);
}

/* A clock that goes on by so much each time that it is looked at, or does not work. */
static struct {
	bool on, broken;
	struct timespec now, step;
} ticking;

int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	if (!ticking.on || clock_id != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock_id, tp);
	if (ticking.broken) {
		errno = EINVAL;
		return -1;
	}
	ticking.now.tv_sec += ticking.step.tv_sec;
	ticking.now.tv_nsec += ticking.step.tv_nsec;
	*tp = ticking.now;
	return 0;
}

/* A live source. */

static void live_open(struct guest *guest)
{
	int fd = open(guest->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(vw_source_new(fd, &guest->source), 0);
	guest->source->arch = "x86_64";
}

static void live_new(struct guest *guest)
{
	guest_new(guest, "x86_64");
	live_open(guest);
}

/* Was @path looked at? */
static bool touched(const struct guest *guest, const char *path)
{
	for (size_t i = 0; i < guest->source->accesses; i++)
		if (vwb_text_equal(guest->source->access[i]->path, path))
			return true;
	return false;
}

/* One probe alone, with facts that others would have read. */
static void run_probe(struct guest *guest, void (*probe)(struct vw_run *run), struct vw_facts *facts,
		      unsigned flags)
{
	struct vw_run run = {.source = guest->source,
			     .arena = vw_source_arena(guest->source),
			     .facts = facts,
			     .flags = flags};

	facts->arch = "x86_64";
	probe(&run);
}

static const char *outside_of(const struct guest *guest, const char *path)
{
	static char full[PATH_MAX];

	guest_path(guest, path, full);
	return full;
}

/* Copies that are handed in. */

#define TABLE "/sys/firmware/dmi/tables/DMI"

/* A file stands in for another; what is no file was not handed in. */
static void test_overlays(void **state)
{
	static const struct {
		const char *name;
		bool taken;
	} cases[] = {
		{"/copy", true},  {"/empty", true}, {"/link", true},  {"/fifo", false},
		{"/none", false}, {"/dir", false},  {"/zero", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int there = 0; there < 2; there++) {
			struct guest guest;
			const char *bytes = NULL, *file;
			size_t size;
			int r;

			guest_new(&guest, "x86_64");
			if (there)
				put(&guest, TABLE, "the machine's");
			put(&guest, "/copy", "the copy's");
			put(&guest, "/empty", "");
			put_link(&guest, "/link", "copy");
			put_fifo(&guest, "/fifo");
			put_directory(&guest, "/dir");
			live_open(&guest);
			file = vwb_text_equal(cases[i].name, "/zero") ? "/dev/zero"
								      : outside_of(&guest, cases[i].name);
			assert_int_equal(vw_source_overlay(guest.source, TABLE, file), 0);
			r = vw_source_read(guest.source, TABLE, VW_TABLE_LIMIT, &bytes, &size);
			assert_int_equal(r, cases[i].taken || there ? 0 : -ENOENT);
			if (r == 0)
				assert_string_equal(bytes, !cases[i].taken ? "the machine's"
							   : vwb_text_equal(cases[i].name, "/empty")
								   ? ""
								   : "the copy's");
			/* and nothing else is read from there */
			assert_int_equal(
				vw_source_read(guest.source, "/sys/firmware/dmi/tables", 64, &bytes, &size),
				there ? -EINVAL : -ENOENT);
			guest_free(&guest);
		}
}

static void test_last_overlay(void **state)
{
	struct guest guest;
	const char *bytes;
	size_t size;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/one", "one");
	put(&guest, "/two", "two");
	live_open(&guest);
	assert_int_equal(vw_source_overlay(guest.source, TABLE, outside_of(&guest, "/one")), 0);
	assert_int_equal(vw_source_overlay(guest.source, "/sys/other", outside_of(&guest, "/one")), 0);
	assert_int_equal(vw_source_overlay(guest.source, TABLE, outside_of(&guest, "/two")), 0);
	assert_int_equal(vw_source_read(guest.source, TABLE, 64, &bytes, &size), 0);
	assert_string_equal(bytes, "two");
	/* what is denied stays denied */
	assert_int_equal(vw_source_deny(guest.source, TABLE), 0);
	assert_int_equal(vw_source_read(guest.source, TABLE, 64, &bytes, &size), -EACCES);
	guest_free(&guest);
}

/* Files of the kernel and others. */

/* All of a file arrives, be it at once, in pages or by bytes, and interrupted. */
static void test_reading(void **state)
{
	static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 65535, 65536, 65537, 200000};
	static const char *const places[] = {"/sys/attribute", "/proc/file", "/run/file"};
	static const size_t pages[] = {0, 4096};
	char *text = malloc(sizes[VW_COUNT(sizes) - 1]);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizes[VW_COUNT(sizes) - 1]; i++)
		text[i] = (char)('a' + i / 7 % 26);
	for (size_t i = 0; i < VW_COUNT(sizes) * VW_COUNT(places) * VW_COUNT(pages); i++) {
		const char *place = places[i % VW_COUNT(places)];
		size_t expected = sizes[i / VW_COUNT(places) / VW_COUNT(pages)], size;
		struct guest guest;
		const char *bytes;

		guest_new(&guest, "x86_64");
		put_bytes(&guest, place, text, expected);
		live_open(&guest);
		memset(&answers, 0, sizeof(answers));
		answers.page = pages[i / VW_COUNT(places) % VW_COUNT(pages)];
		answers.err = EINTR;
		assert_int_equal(vw_source_read(guest.source, place, VW_TABLE_LIMIT, &bytes, &size), 0);
		answers.page = 0;
		if (size != expected)
			fail_msg("%s of %zu: %zu", place, expected, size);
		assert_memory_equal(bytes, text, size);
		guest_free(&guest);
	}
	free(text);
}

/* What is short is an attribute's end at once; elsewhere only nothing is the end. No more is asked than
 * needed. */
static void test_number_of_reads(void **state)
{
	static const struct {
		const char *place;
		bool snapshot;
		unsigned reads;
	} cases[] = {
		{"/sys/attribute", false, 1}, {"/sys/attribute", true, 1}, {"/proc/file", false, 2},
		{"/proc/file", true, 1},      {"/run/file", false, 1},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct guest guest;
		const char *bytes;
		size_t size;

		guest_new(&guest, "x86_64");
		put(&guest, cases[i].place, "text\n");
		if (cases[i].snapshot)
			guest_open(&guest);
		else
			live_open(&guest);
		answers.called = 0;
		assert_int_equal(vw_source_read(guest.source, cases[i].place, 64, &bytes, &size), 0);
		assert_string_equal(bytes, "text\n");
		assert_int_equal(answers.called, cases[i].reads);
		assert_int_equal(vw_source_read(guest.source, cases[i].place, 64, &bytes, &size), 0);
		assert_int_equal(answers.called, cases[i].reads); /* once is enough */
		guest_free(&guest);
	}
}

static void test_failing_reads(void **state)
{
	static const int errors[][2] = {
		{EIO, EIO}, {EPERM, EACCES}, {EACCES, EACCES}, {EISDIR, EINVAL}, {ENODATA, ENODATA}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(errors); i++) {
		struct guest guest;
		const char *bytes;
		const char *const *name;
		size_t size;

		guest_new(&guest, "x86_64");
		put(&guest, "/sys/file", "text\n");
		live_open(&guest);
		answers.err = errors[i][0];
		assert_int_equal(vw_source_read(guest.source, "/sys/file", 64, &bytes, &size), -errors[i][1]);
		assert_int_equal(vw_source_read(guest.source, "/sys/file", 64, &bytes, &size), -errors[i][1]);
		answers.err = errors[i][0];
		assert_int_equal(vw_source_list(guest.source, "/sys", &size, &name), -errors[i][1]);
		vw_source_unread(guest.source, &size);
		assert_int_equal(size, errors[i][0] == ENODATA ? 0 : 2);
		guest_free(&guest);
	}
}

/* A snapshot's directory is read until nothing comes; the kernel's own trees fill what they are given. */
static void test_listing(void **state)
{
	enum { MANY = 300 };

	(void)state;
	for (int snapshot = 0; snapshot < 2; snapshot++) {
		struct guest guest;
		const char *const *name;
		size_t count;

		guest_new(&guest, "x86_64");
		for (unsigned i = 0; i < MANY; i++) {
			char path[32];

			snprintf(path, sizeof(path), "/sys/dir/%03u", i);
			put(&guest, path, "");
		}
		if (snapshot)
			guest_open(&guest);
		else
			live_open(&guest);
		memset(&answers, 0, sizeof(answers));
		answers.page = snapshot ? 1024 : 4096;
		assert_int_equal(vw_source_list(guest.source, "/sys/dir", &count, &name), 0);
		if (snapshot)
			assert_int_equal(count, MANY);
		else
			assert_in_range(count, 1, MANY);
		assert_int_equal(answers.called > 2, snapshot);
		answers.page = 0;
		guest_free(&guest);
	}
}

/* Of a directory without end so many names are looked at, and the first of those kept. */
static void test_endless_directories(void **state)
{
	enum { LOOKED_AT = 16 * VW_LIST_LIMIT + 1 };
	static const unsigned more[] = {0, 1, 1000};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(more); i++) {
		struct guest guest;
		const char *const *name;
		char first[16];
		size_t count;

		guest_new(&guest, "x86_64");
		put(&guest, "/sys/x", "");
		guest_open(&guest);
		answers.made_up = LOOKED_AT + more[i];
		snprintf(first, sizeof(first), "%07u", more[i]);
		assert_int_equal(vw_source_list(guest.source, "/sys", &count, &name), 0);
		assert_int_equal(count, VW_LIST_LIMIT);
		assert_string_equal(name[0], first);
		answers.made_up = 0;
		guest_free(&guest);
	}
}

static void test_odd_files(void **state)
{
	struct guest guest;
	const char *bytes;
	size_t size;

	(void)state;
	guest_new(&guest, "x86_64");
	put_fifo(&guest, "/run/fifo");
	put_directory(&guest, "/run/dir");
	put_directory(&guest, "/sys/dir");
	put(&guest, "/dev/node", "12345678");
	live_open(&guest);
	assert_int_equal(vw_source_read(guest.source, "/run/fifo", 64, &bytes, &size), -EINVAL);
	assert_int_equal(vw_source_read(guest.source, "/run/dir", 64, &bytes, &size), -EINVAL);
	assert_int_equal(vw_source_read(guest.source, "/sys/dir", 64, &bytes, &size), -EINVAL);
	/* what can be opened for reading and writing is of use */
	assert_int_equal(vw_source_usable(guest.source, "/dev/node"), 0);
	assert_int_equal(vw_source_usable(guest.source, "/run/dir"), -EINVAL);
	assert_int_equal(vw_source_usable(guest.source, "/dev/none"), -ENOENT);
	guest_free(&guest);
}

static void test_pread(void **state)
{
	struct guest guest;
	char bytes[9] = "........";

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/dev/node", "0123456789abcdef");
	live_open(&guest);
	assert_int_equal(vw_source_pread(guest.source, "/dev/node", bytes, 8, 8), 0);
	assert_string_equal(bytes, "89abcdef");
	assert_int_equal(vw_source_pread(guest.source, "/dev/node", bytes, 8, 9), -EIO);
	assert_int_equal(vw_source_pread(guest.source, "/dev/none", bytes, 8, 0), -ENOENT);
	assert_int_equal(vw_source_deny(guest.source, "/dev"), 0);
	assert_int_equal(vw_source_pread(guest.source, "/dev/node", bytes, 8, 8), -EACCES);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	put(&guest, "/dev/node", "0123456789abcdef");
	guest_open(&guest);
	assert_int_equal(vw_source_pread(guest.source, "/dev/node", bytes, 8, 8), -ENODATA);
	guest_free(&guest);
}

/* SEV. */

#define MSR        "/dev/cpu/0/msr"
#define SEV_STATUS 0xc0010131L

/* The register stands in a file at its number. */
static void put_register(struct guest *guest, size_t size)
{
	const uint64_t value = 0x1122334455667788;
	int fd;

	put(guest, MSR, "");
	fd = open(outside_of(guest, MSR), O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &value, size, SEV_STATUS), size);
	close(fd);
}

static void test_sev_status(void **state)
{
	static const struct {
		uint32_t leaf, eax; /* 0: no leaf */
		size_t size;        /* bytes of the register; 0: no such device */
		bool denied;
		enum vw_state expected;
	} cases[] = {
		{0x8000001f, 2, 8, false, VW_VALUE},
		{0x8000001f, ~0U, 8, false, VW_VALUE},
		{0x8000001f, ~2U, 8, false, VW_ABSENT},
		{0x8000001f, 0, 8, false, VW_ABSENT},
		{0, 0, 8, false, VW_ABSENT},
		{0x8000001e, 2, 8, false, VW_ABSENT},
		{0x8000001f, 2, 0, false, VW_ABSENT},
		{0x8000001f, 2, 7, false, VW_MALFORMED},
		{0x8000001f, 2, 8, true, VW_DENIED},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_leaf leaf[] = {{.leaf = 1, .eax = 2}, {.leaf = cases[i].leaf, .eax = cases[i].eax}};
		struct vw_facts facts = {.cpuid = {.leaf = leaf, .count = cases[i].leaf ? 2 : 1}};
		const struct vw_number *status = &facts.confidential.sev_status;
		struct guest guest;

		guest_new(&guest, "x86_64");
		if (cases[i].size)
			put_register(&guest, cases[i].size);
		live_open(&guest);
		if (cases[i].denied)
			assert_int_equal(vw_source_deny(guest.source, MSR), 0);
		run_probe(&guest, vw_probe_confidential, &facts, 0);
		assert_int_equal(status->state, cases[i].expected);
		assert_string_equal(status->source, MSR);
		if (status->state == VW_VALUE)
			assert_int_equal(status->value, 0x1122334455667788);
		guest_free(&guest);
	}
}

/* What is looked at only with a reason. */

/* Below binfmt_misc systemd mounts something: it is looked at on Microsoft's kernels alone. */
static void test_wsl(void **state)
{
	static const char interop[] = "/proc/sys/fs/binfmt_misc/WSLInterop";
	static const struct {
		const char *release;
		bool looked_at;
	} cases[] = {
		{"5.15.90.1-microsoft-standard-WSL2", true},
		{"4.4.0-19041-Microsoft", true},
		{"6.1.0-1-amd64", false},
		{NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {.kernel.release = {.state = cases[i].release ? VW_VALUE : VW_DENIED,
							    .text = cases[i].release}};
		struct guest guest;

		guest_new(&guest, "x86_64");
		put(&guest, interop, "enabled\n");
		live_open(&guest);
		run_probe(&guest, vw_probe_container, &facts, 0);
		assert_int_equal(touched(&guest, interop), cases[i].looked_at);
		assert_int_equal(facts.container.wsl.state, cases[i].looked_at ? VW_VALUE : VW_ABSENT);
		guest_free(&guest);
	}
}

static void test_vserver(void **state)
{
	static const struct {
		const char *release;
		enum vw_state state;
		unsigned flags;
		bool read;
	} cases[] = {
		{"2.6.32-5-vserver-amd64", VW_VALUE, 0, true},
		{"3.18.7-vs2.3.7.4", VW_VALUE, 0, true},
		{"6.1.0-1-amd64", VW_VALUE, 0, false},
		{"6.1.0-1-amd64", VW_VALUE, VW_PROBE_WIDE, true},
		{NULL, VW_DENIED, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {
			.kernel.release = {.state = cases[i].state, .text = cases[i].release}};
		struct guest guest;

		guest_new(&guest, "x86_64");
		put(&guest, "/proc/self/status", "Name:\tx\nVxID:\t49\n");
		live_open(&guest);
		run_probe(&guest, vw_probe_container, &facts, cases[i].flags);
		assert_int_equal(facts.container.vxid.state, cases[i].read ? VW_VALUE : VW_ABSENT);
		guest_free(&guest);
	}
}

/* The kernel counts for a while to print its interrupts: not without a reason. */
static void test_interrupts_are_worth_it(void **state)
{
	static const struct {
		const char *signature;
		enum vw_state xen;
		unsigned flags;
		bool read;
	} cases[] = {
		{NULL, VW_ABSENT, 0, false},          {NULL, VW_VALUE, 0, true},
		{NULL, VW_DENIED, 0, false},          {NULL, VW_ABSENT, VW_PROBE_WIDE, true},
		{"XenVMMXenVMM", VW_ABSENT, 0, true}, {"Microsoft Hv", VW_ABSENT, 0, true},
		{"KVMKVMKVM", VW_ABSENT, 0, false},   {"Linux KVM Hv", VW_ABSENT, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (size_t at = 0; at < 2; at++) { /* as the first interface, or the second */
			struct vw_facts facts = {.xen.type.state = cases[i].xen};
			struct guest guest;

			facts.cpuid.interfaces = cases[i].signature ? at + 1 : 0;
			put_word(facts.cpuid.interface[0].signature, "KVMKVMKVM");
			if (cases[i].signature)
				snprintf(facts.cpuid.interface[at].signature, 13, "%s", cases[i].signature);
			guest_new(&guest, "x86_64");
			put(&guest, "/proc/interrupts", "HYP: 1 callback\n");
			live_open(&guest);
			run_probe(&guest, vw_probe_interrupts, &facts, cases[i].flags);
			assert_int_equal(facts.interrupts.names.state,
					 cases[i].read ? VW_VALUE : VW_NOT_PROBED);
			assert_int_equal(touched(&guest, "/proc/interrupts"), cases[i].read);
			guest_free(&guest);
		}
}

/* A kernel has both of DMI's places or none, a dump may have either. */
static void test_dmi_places(void **state)
{
	static const char place[] = "/sys/devices/virtual/dmi/id";
	struct vw_facts facts = {0};
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/devices/virtual/dmi/id/sys_vendor", "QEMU\n");
	live_open(&guest);
	run_probe(&guest, vw_probe_dmi, &facts, 0);
	assert_state(facts.dmi.sys_vendor, VW_ABSENT);
	assert_false(touched(&guest, place));
	guest_free(&guest);
}

/* Measured when asked for, and only then. */
static void test_timing(void **state)
{
	struct vw_facts facts = {0};
	struct guest guest;

	(void)state;
	live_new(&guest);
	run_probe(&guest, vw_probe_exits, &facts, 0);
	assert_state(facts.exits.min_ns, VW_NOT_PROBED);
	assert_int_equal(vw_source_cpuid_executions(guest.source), 0);
	guest_free(&guest);
}

/* How long each probe took. */
static void test_durations(void **state)
{
	(void)state;
	for (int broken = 0; broken < 2; broken++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "aarch64");
		guest_open(&guest);
		memset(&ticking, 0, sizeof(ticking));
		ticking.step = (struct timespec){.tv_sec = 2, .tv_nsec = 3};
		ticking.broken = broken;
		ticking.on = true;
		facts = guest_probe(&guest, VW_PROBE_OUTCOMES);
		ticking.on = false;
		assert_true(facts->outcome_count > 10);
		for (size_t i = 0; i < facts->outcome_count; i++) {
			assert_int_equal(facts->outcome[i].duration_ns, broken ? 0 : 2000000003);
			assert_true(facts->outcome[i].success);
		}
		guest_free(&guest);
	}
}

/* Xen below. */

#if defined(__x86_64__)

enum { PREFIXED = 7 }; /* bytes of "ud2a", "xen" and "cpuid" */

/* What Xen answers. Without it the instruction is as illegal as on any machine. */
static struct {
	bool there;
	uint32_t base;    /* where its signature stands; 0: nowhere */
	uint32_t flaw[3]; /* bits of the signature that are turned over */
	unsigned executed;
	struct sigaction theirs; /* the program's own handler */
} xen;

static void on_illegal(int number, siginfo_t *information, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	const void *instruction = (const void *)registers[REG_RIP];
	uint32_t leaf = (uint32_t)registers[REG_RAX];

	(void)information;
	if (!xen.there || memcmp(instruction, "\x0f\x0bxen\x0f\xa2", PREFIXED) != 0) {
		xen.theirs.sa_handler(number);
		return;
	}
	xen.executed++;
	registers[REG_RAX] = leaf == xen.base ? xen.base + 5 : leaf;
	registers[REG_RBX] = leaf == xen.base ? 0x566e6558 ^ xen.flaw[0] : 0x11;
	registers[REG_RCX] = leaf == xen.base ? 0x65584d4d ^ xen.flaw[1] : 0x22;
	registers[REG_RDX] = leaf == xen.base ? 0x4d4d566e ^ xen.flaw[2] : 0x33;
	registers[REG_RIP] += PREFIXED;
}

/* The handler that the program sets for the prefix stands behind ours. */
int sigaction(int sig, const struct sigaction *act, struct sigaction *oact)
{
	static int (*real)(int sig, const struct sigaction *act, struct sigaction *oact);
	struct sigaction ours = {.sa_sigaction = on_illegal, .sa_flags = SA_SIGINFO | SA_NODEFER};

	if (!real) {
		void *found = dlsym(RTLD_NEXT, "sigaction");

		memcpy(&real, &found, sizeof(real));
	}
	if (sig != SIGILL || !act || !(act->sa_flags & SA_NODEFER))
		return real(sig, act, oact);
	xen.theirs = *act;
	return real(sig, &ours, oact);
}

static void test_xen_at_each_base(void **state)
{
	static const struct {
		uint32_t base;
		unsigned tried; /* prefixes until it is believed or given up */
	} cases[] = {
		{0x40000000, 1}, {0x40000100, 2}, {0x40000200, 3}, {0x40000300, 4},
		{0x40000400, 0}, {0x40000080, 0}, {0, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_leaf leaf = {0};
		const struct vw_leaf *leaves;
		struct guest guest;
		size_t count;

		memset(&xen, 0, sizeof(xen));
		xen.there = true;
		xen.base = cases[i].base;
		live_new(&guest);
		assert_int_equal(vw_source_cpuid(guest.source, VW_CPUID_XEN_PREFIX, 0x40000000, 0, &leaf),
				 cases[i].tried ? 0 : -EOPNOTSUPP);
		assert_int_equal(xen.executed, cases[i].tried ? cases[i].tried : 4);
		assert_int_equal(vw_source_cpuid_executions(guest.source), xen.executed);
		leaves = vw_source_leaves(guest.source, VW_CPUID_XEN_PREFIX, &count);
		assert_int_equal(count, cases[i].tried);
		for (size_t k = 0; k < count; k++)
			assert_int_equal(leaves[k].leaf, 0x40000000 + 0x100 * k);
		if (cases[i].tried) {
			assert_int_equal(leaves[count - 1].ebx, 0x566e6558);
			/* another one, once */
			for (int again = 0; again < 2; again++) {
				assert_int_equal(
					vw_source_cpuid(guest.source, VW_CPUID_XEN_PREFIX, 1, 0, &leaf), 0);
				assert_int_equal(leaf.eax, 1);
				assert_int_equal(leaf.ebx, 0x11);
				assert_int_equal(leaf.ecx, 0x22);
				assert_int_equal(leaf.edx, 0x33);
				assert_int_equal(xen.executed, cases[i].tried + 1);
			}
		}
		guest_free(&guest);
	}
}

/* Any other answer is not Xen's. */
static void test_other_signatures(void **state)
{
	(void)state;
	for (size_t word = 0; word < VW_COUNT(xen.flaw); word++) {
		struct vw_leaf leaf;
		struct guest guest;

		memset(&xen, 0, sizeof(xen));
		xen.there = true;
		xen.base = 0x40000000;
		xen.flaw[word] = 1U << 24;
		live_new(&guest);
		assert_int_equal(vw_source_cpuid(guest.source, VW_CPUID_XEN_PREFIX, 0x40000000, 0, &leaf),
				 -EOPNOTSUPP);
		assert_int_equal(xen.executed, 4);
		guest_free(&guest);
	}
}

/* The instruction is illegal: that is told once, and signals are as before. */
static void test_no_xen(void **state)
{
	struct sigaction before, after;
	sigset_t blocked, mask;
	struct vw_leaf leaf;
	struct guest guest;

	(void)state;
	memset(&xen, 0, sizeof(xen));
	live_new(&guest);
	assert_int_equal(sigaction(SIGILL, NULL, &before), 0);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGILL);
	assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, &mask), 0);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(vw_source_cpuid(guest.source, VW_CPUID_XEN_PREFIX, 0x40000000, 0, &leaf),
				 -EOPNOTSUPP);
		assert_int_equal(vw_source_cpuid_executions(guest.source), 1);
	}
	assert_int_equal(sigprocmask(SIG_SETMASK, &mask, &blocked), 0);
	assert_int_equal(sigismember(&blocked, SIGILL), 1);
	assert_int_equal(sigaction(SIGILL, NULL, &after), 0);
	assert_ptr_equal(after.sa_handler, before.sa_handler);
	guest_free(&guest);
}

/* The prefix is executed where there is a trace of Xen, and nowhere else. */
static void test_traces_of_xen(void **state)
{
	static const struct {
		enum vw_state type, proc, devices;
		const char *clocks, *guest_type, *signature;
		bool asked;
	} cases[] = {
		{VW_ABSENT, VW_ABSENT, VW_ABSENT, NULL, NULL, NULL, false},
		{VW_VALUE, VW_ABSENT, VW_ABSENT, NULL, NULL, NULL, true},
		{VW_DENIED, VW_ABSENT, VW_ABSENT, NULL, NULL, NULL, true},
		{VW_ABSENT, VW_VALUE, VW_ABSENT, NULL, NULL, NULL, true},
		{VW_ABSENT, VW_DENIED, VW_ABSENT, NULL, NULL, NULL, true},
		{VW_ABSENT, VW_ABSENT, VW_VALUE, NULL, NULL, NULL, false},
		{VW_ABSENT, VW_ABSENT, VW_VALUE, "xen tsc", NULL, NULL, true},
		{VW_ABSENT, VW_ABSENT, VW_VALUE, "tsc hpet", NULL, NULL, false},
		{VW_ABSENT, VW_ABSENT, VW_ABSENT, "xen tsc", NULL, NULL, false},
		{VW_ABSENT, VW_ABSENT, VW_DENIED, "xen tsc", NULL, NULL, false},
		/* Xen shows itself to plain CPUID: no PV guest */
		{VW_VALUE, VW_ABSENT, VW_ABSENT, NULL, NULL, "XenVMMXenVMM", false},
		{VW_VALUE, VW_ABSENT, VW_ABSENT, NULL, "HVM", "XenVMMXenVMM", false},
		{VW_VALUE, VW_ABSENT, VW_ABSENT, NULL, "PV", "XenVMMXenVMM", true},
		{VW_VALUE, VW_ABSENT, VW_ABSENT, NULL, "HVM", "KVMKVMKVM", true},
		{VW_ABSENT, VW_ABSENT, VW_ABSENT, NULL, "PV", "KVMKVMKVM", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int there = 0; there < 2; there++) {
			struct vw_facts facts = {
				.xen = {.type.state = cases[i].type,
					.proc.state = cases[i].proc,
					.devices_state = cases[i].devices,
					.guest_type.text = cases[i].guest_type},
				.clock.available.text = cases[i].clocks,
			};
			struct guest guest;

			if (cases[i].signature) {
				facts.cpuid.interfaces = 1;
				snprintf(facts.cpuid.interface[0].signature, 13, "%s", cases[i].signature);
			}
			memset(&xen, 0, sizeof(xen));
			xen.there = there;
			xen.base = 0x40000000;
			live_new(&guest);
			run_probe(&guest, vw_probe_cpuid_xen, &facts, 0);
			assert_int_equal(vw_source_cpuid_executions(guest.source) > 0, cases[i].asked);
			assert_state(facts.cpuid_xen, cases[i].asked && there ? VW_VALUE : VW_ABSENT);
			assert_int_equal(facts.cpuid_xen.interfaces, cases[i].asked && there);
			if (facts.cpuid_xen.interfaces)
				assert_string_equal(facts.cpuid_xen.interface[0].signature, "XenVMMXenVMM");
			guest_free(&guest);
		}
}

static void test_xen_denied(void **state)
{
	struct vw_facts facts = {.xen.type.state = VW_VALUE};
	struct guest guest;

	(void)state;
	memset(&xen, 0, sizeof(xen));
	xen.there = true;
	xen.base = 0x40000000;
	live_new(&guest);
	assert_int_equal(vw_source_deny(guest.source, "cpuid xen"), 0);
	run_probe(&guest, vw_probe_cpuid_xen, &facts, 0);
	assert_state(facts.cpuid_xen, VW_DENIED);
	assert_state(facts.cpuid_xen.hypervisor_bit, VW_DENIED);
	assert_int_equal(xen.executed, 0);
	guest_free(&guest);
}

#else

static void no_processor(void **state)
{
	(void)state;
	LEAVE_OUT_ALL("Xen's prefix is of x86 processors");
}

#define test_xen_at_each_base no_processor
#define test_other_signatures no_processor
#define test_no_xen           no_processor
#define test_traces_of_xen    no_processor
#define test_xen_denied       no_processor

#endif

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlays),
		cmocka_unit_test(test_last_overlay),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_number_of_reads),
		cmocka_unit_test(test_failing_reads),
		cmocka_unit_test(test_listing),
		cmocka_unit_test(test_endless_directories),
		cmocka_unit_test(test_odd_files),
		cmocka_unit_test(test_pread),
		cmocka_unit_test(test_sev_status),
		cmocka_unit_test(test_wsl),
		cmocka_unit_test(test_vserver),
		cmocka_unit_test(test_interrupts_are_worth_it),
		cmocka_unit_test(test_dmi_places),
		cmocka_unit_test(test_timing),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_xen_at_each_base),
		cmocka_unit_test(test_other_signatures),
		cmocka_unit_test(test_no_xen),
		cmocka_unit_test(test_traces_of_xen),
		cmocka_unit_test(test_xen_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
