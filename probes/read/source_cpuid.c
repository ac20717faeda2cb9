/* SPDX-License-Identifier: MIT */
#include "probes/read/source_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/read/meta.h"
#include "base/clock.h"

#if defined(__x86_64__) || defined(__i386__)
#define HAVE_CPUID 1
#include <libcpuid/libcpuid.h>
#include <setjmp.h>
#include <signal.h>
#endif

enum {
	LEAVES_MAX = 4096,
	TIMING_RUNS = 1000,
};

#define XEN_SIGNATURE  "XenVMMXenVMM"
#define XEN_FIRST_BASE 0x40000000u
#define XEN_LAST_BASE  0x40000300u
#define XEN_BASE_STEP  0x100u

/* The leaves of a snapshot. */

static const struct vw_leaf *find_leaf(const struct vw_leaf *leaf, size_t count, uint32_t number,
				       uint32_t subleaf)
{
	for (size_t i = 0; i < count; i++)
		if (leaf[i].leaf == number && leaf[i].subleaf == subleaf)
			return &leaf[i];
	return NULL;
}

/* Take "0x0000000d" off @text, which ends at white space, ':' or the end. */
static bool take_number(const char **text, const char *label, uint32_t *ret)
{
	const char *at = *text + strspn(*text, " \t");
	char digits[16];
	uint64_t value;
	size_t length;

	if (!vwb_text_starts(at, label))
		return false;
	at += strlen(label);
	length = strcspn(at, " \t:");
	if (length >= sizeof(digits) || !vwb_text_starts(at, "0x"))
		return false;
	memcpy(digits, at, length);
	digits[length] = '\0';
	if (vwb_number_parse(digits, 16, UINT32_MAX, &value) < 0)
		return false;

	*ret = (uint32_t)value;
	*text = at + length;
	return true;
}

/* "   0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 edx=0x0000004d"; contract, section 4. */
static bool parse_leaf(const char *line, struct vw_leaf *ret)
{
	struct vw_leaf leaf;

	if (!take_number(&line, "", &leaf.leaf) || !take_number(&line, "", &leaf.subleaf) || *line++ != ':')
		return false;
	if (!take_number(&line, "eax=", &leaf.eax) || !take_number(&line, "ebx=", &leaf.ebx) ||
	    !take_number(&line, "ecx=", &leaf.ecx) || !take_number(&line, "edx=", &leaf.edx))
		return false;
	*ret = leaf;
	return true;
}

/* The leaves of the first processor: up to the second head line. Lines that say anything else are skipped. */
static int parse_leaves(struct vw_source *source, struct vw_leaves *leaves, char *text)
{
	unsigned processors = 0;
	size_t space = 0;

	for (char *line = text, *next; line; line = next) {
		struct vw_leaf leaf;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (vwb_text_starts(line, "CPU") && strchr(line, ':') && ++processors > 1)
			break;
		if (!parse_leaf(line, &leaf) ||
		    find_leaf(leaves->hold, leaves->held, leaf.leaf, leaf.subleaf))
			continue;
		if (leaves->held == LEAVES_MAX)
			break;
		if (vw_source_grow(source, &leaves->hold, leaves->held, &space, sizeof(leaf)) < 0)
			return -ENOMEM;
		leaves->hold[leaves->held++] = leaf;
	}
	return leaves->held ? 0 : -EBADMSG;
}

static int load_leaves(struct vw_source *source, enum vw_cpuid_kind kind)
{
	struct vw_leaves *leaves = &source->leaves[kind];
	const char *bytes;
	char *text;
	size_t size;
	int r = vw_source_read(source, vw_cpuid_kinds[kind].file, VW_TABLE_LIMIT, &bytes, &size);

	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	text = vwb_arena_copy(source->arena, bytes, size);
	if (!text)
		return -ENOMEM;
	r = parse_leaves(source, leaves, text);
	if (r == -EBADMSG)
		vw_source_note(source, vw_cpuid_kinds[kind].file, r);
	return r;
}

static int replay_leaf(struct vw_source *source, enum vw_cpuid_kind kind, struct vw_leaf *leaf)
{
	struct vw_leaves *leaves = &source->leaves[kind];
	const struct vw_leaf *held;

	if (!leaves->tried) {
		leaves->err = load_leaves(source, kind);
		leaves->tried = true;
	}
	if (leaves->err < 0)
		return leaves->err;
	held = find_leaf(leaves->hold, leaves->held, leaf->leaf, leaf->subleaf);
	if (!held)
		return -ENODATA;
	*leaf = *held;
	return 0;
}

/* This machine's leaves. */

static int remember(struct vw_source *source, struct vw_leaves *leaves, const struct vw_leaf *leaf)
{
	int r = vw_source_grow(source, &leaves->leaf, leaves->count, &leaves->space, sizeof(*leaf));

	if (r == 0)
		leaves->leaf[leaves->count++] = *leaf;
	return r;
}

#if HAVE_CPUID

static void execute(struct vw_leaf *leaf)
{
	uint32_t registers[4] = {leaf->leaf, 0, leaf->subleaf, 0};

	cpu_exec_cpuid_ext(registers);
	leaf->eax = registers[0];
	leaf->ebx = registers[1];
	leaf->ecx = registers[2];
	leaf->edx = registers[3];
}

static __thread sigjmp_buf illegal;
static __thread volatile sig_atomic_t guarded;

static void on_illegal(int number)
{
	if (guarded)
		siglongjmp(illegal, 1);
	/* not ours: on return the instruction runs again, and now ends the process */
	signal(number, SIG_DFL);
}

/* Xen public/arch-x86/xen.h, XEN_CPUID: an invalid instruction that Xen takes, from a PV guest only. */
static void execute_prefixed(struct vw_leaf *leaf)
{
#if defined(__i386__) && defined(__PIC__)
	/* the compiler keeps EBX for itself there */
	__asm__ volatile("xchgl %%ebx, %1\n\tud2a\n\t.ascii \"xen\"\n\tcpuid\n\txchgl %%ebx, %1"
			 : "=a"(leaf->eax), "=&r"(leaf->ebx), "=c"(leaf->ecx), "=d"(leaf->edx)
			 : "0"(leaf->leaf), "2"(leaf->subleaf));
#else
	__asm__ volatile("ud2a\n\t.ascii \"xen\"\n\tcpuid"
			 : "=a"(leaf->eax), "=b"(leaf->ebx), "=c"(leaf->ecx), "=d"(leaf->edx)
			 : "0"(leaf->leaf), "2"(leaf->subleaf));
#endif
}

/* Execute with the prefix. Returns 0, or -EOPNOTSUPP when the processor called it illegal. */
static int execute_guarded(struct vw_leaf *leaf)
{
	struct sigaction action = {.sa_handler = on_illegal, .sa_flags = SA_NODEFER}, before;
	sigset_t illegal_set, mask;
	volatile int r = -EOPNOTSUPP;

	sigemptyset(&action.sa_mask);
	sigemptyset(&illegal_set);
	sigaddset(&illegal_set, SIGILL);
	if (sigaction(SIGILL, &action, &before) < 0)
		return -EOPNOTSUPP;
	/* a blocked SIGILL would end the process */
	pthread_sigmask(SIG_UNBLOCK, &illegal_set, &mask);

	if (sigsetjmp(illegal, 0) == 0) {
		guarded = 1;
		execute_prefixed(leaf);
		r = 0;
	}
	guarded = 0;
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGILL, &before, NULL);
	return r;
}

static int execute_xen(struct vw_source *source, struct vw_leaf *leaf)
{
	source->executions++;
	return execute_guarded(leaf);
}

static bool is_xen(const struct vw_leaf *leaf)
{
	const uint32_t text[3] = {leaf->ebx, leaf->ecx, leaf->edx};

	return memcmp(text, XEN_SIGNATURE, sizeof(text)) == 0;
}

/* Believe the prefix only when Xen's own signature comes back. */
static int look_for_xen(struct vw_source *source)
{
	struct vw_leaf seen[(XEN_LAST_BASE - XEN_FIRST_BASE) / XEN_BASE_STEP + 1] = {0};

	for (size_t i = 0; i < VW_COUNT(seen); i++) {
		int r;

		seen[i].leaf = XEN_FIRST_BASE + (uint32_t)i * XEN_BASE_STEP;
		r = execute_xen(source, &seen[i]);
		if (r < 0)
			return r;
		if (!is_xen(&seen[i]))
			continue;
		for (size_t k = 0; k <= i && r == 0; k++)
			r = remember(source, &source->leaves[VW_CPUID_XEN_PREFIX], &seen[k]);
		return r;
	}
	return -EOPNOTSUPP;
}

static int live_leaf(struct vw_source *source, enum vw_cpuid_kind kind, struct vw_leaf *leaf)
{
	struct vw_leaves *leaves = &source->leaves[kind];
	const struct vw_leaf *seen;
	int r;

	if (kind == VW_CPUID_NATIVE) {
		source->executions++;
		execute(leaf);
		return remember(source, leaves, leaf);
	}

	if (!leaves->tried) {
		leaves->tried = true;
		leaves->err = look_for_xen(source);
	}
	if (leaves->err < 0)
		return leaves->err;
	seen = find_leaf(leaves->leaf, leaves->count, leaf->leaf, leaf->subleaf);
	if (seen) {
		*leaf = *seen;
		return 0;
	}
	r = execute_xen(source, leaf);
	return r < 0 ? r : remember(source, leaves, leaf);
}

#else

static int live_leaf(struct vw_source *source, enum vw_cpuid_kind kind, struct vw_leaf *leaf)
{
	(void)source;
	(void)kind;
	(void)leaf;
	return -EOPNOTSUPP;
}

#endif

int vw_source_cpuid(struct vw_source *source, enum vw_cpuid_kind kind, uint32_t leaf, uint32_t subleaf,
		    struct vw_leaf *ret_leaf)
{
	struct vw_leaves *leaves = &source->leaves[kind];
	struct vw_leaf asked = {.leaf = leaf, .subleaf = subleaf};
	const struct vw_leaf *seen;
	int r = vw_source_denied(source, vw_cpuid_kinds[kind].name);

	if (r < 0) {
		if (!leaves->noted)
			vw_source_note(source, vw_cpuid_kinds[kind].name, r);
		leaves->noted = r;
		return r;
	}

	seen = find_leaf(leaves->leaf, leaves->count, leaf, subleaf);
	if (seen) {
		*ret_leaf = *seen;
		return 0;
	}
	if (source->snapshot) {
		r = replay_leaf(source, kind, &asked);
		if (r == 0)
			r = remember(source, leaves, &asked);
	} else {
		r = live_leaf(source, kind, &asked);
	}
	if (r < 0)
		return r;
	*ret_leaf = asked;
	return 0;
}

const struct vw_leaf *vw_source_leaves(const struct vw_source *source, enum vw_cpuid_kind kind,
				       size_t *ret_count)
{
	*ret_count = source->leaves[kind].count;
	return source->leaves[kind].leaf;
}

size_t vw_source_cpuid_executions(const struct vw_source *source)
{
	return source->executions;
}

/* Exit latency. */

#if HAVE_CPUID

static int compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Leaf 0 costs a hypervisor as little as any; what reading the clock costs is taken off. */
static int measure(struct vw_source *source)
{
	struct vw_leaf leaf = {0};
	int64_t *taken = vwb_arena_array(source->arena, TIMING_RUNS, sizeof(*taken));
	int64_t clock = INT64_MAX;

	if (!taken)
		return -ENOMEM;
	for (size_t i = 0; i < TIMING_RUNS; i++) {
		int64_t start = (int64_t)vwb_clock_ns(CLOCK_MONOTONIC_RAW),
			before = (int64_t)vwb_clock_ns(CLOCK_MONOTONIC_RAW);

		execute(&leaf);
		taken[i] = (int64_t)vwb_clock_ns(CLOCK_MONOTONIC_RAW) - before;
		if (before - start < clock)
			clock = before - start;
	}
	source->executions += TIMING_RUNS;
	qsort(taken, TIMING_RUNS, sizeof(*taken), compare_times);
	source->timing_min = taken[0] > clock ? (uint64_t)(taken[0] - clock) : 0;
	source->timing_median =
		taken[TIMING_RUNS / 2] > clock ? (uint64_t)(taken[TIMING_RUNS / 2] - clock) : 0;
	return 0;
}

#else

static int measure(struct vw_source *source)
{
	(void)source;
	return -ENODATA;
}

#endif

int vw_source_cpuid_timing(struct vw_source *source, uint64_t *ret_min, uint64_t *ret_median)
{
	int r = vw_source_denied(source, vw_cpuid_kinds[VW_CPUID_NATIVE].name);

	if (r < 0)
		return r;
	if (!source->timed) {
		source->timing_err =
			source->snapshot ? vw_meta_timing(source, &source->timing_min, &source->timing_median)
					 : measure(source);
		source->timed = true;
	}
	if (source->timing_err < 0)
		return source->timing_err;
	*ret_min = source->timing_min;
	*ret_median = source->timing_median;
	return 0;
}
