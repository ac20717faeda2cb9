/* SPDX-License-Identifier: MIT */

/*
 * Each command on three small machines, in a process of its own: what it prints, where to, and how it ends.
 * Help is held line by line, by tests/unit/help.txt.
 */

#include "tests/unit/guest_root.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "cli/cli.h"
#include "tests/unit/heard.h"
#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"

enum { ARGUMENTS = 16, PRINTED = 1 << 20, MEMORY_ENDED = 0x40 };

#define CPUID_LEAVES(ecx)                                                                   \
	"CPU 0:\n"                                                                          \
	"   0x00000000 0x00: eax=0x0000000d ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\n" \
	"   0x00000001 0x00: eax=0x000306f2 ebx=0x00010800 ecx=" ecx " edx=0x0fabfbff\n"

enum machine { GUEST, METAL, EMPTY, MACHINES };

struct world {
	struct guest machine[MACHINES];
};

/* What a command line did. */
struct done {
	int status;
	char text[PRINTED];
	size_t size;
	struct heard heard;
	bool memory_ended;
};

static struct done done;
static unsigned long memory; /* the allocation of the command's that fails, or 0 */

static void put_machines(struct world *world)
{
	struct guest *guest = &world->machine[GUEST], *metal = &world->machine[METAL];

	for (size_t i = 0; i < MACHINES; i++)
		guest_new(&world->machine[i], "x86_64");
	put(guest, "/cpuid.txt",
	    CPUID_LEAVES("0x80000000") "   0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 "
				       "edx=0x0000004d\n");
	put(guest, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor\n");
	put(guest, "/proc/1/environ", "");
	put(guest, "/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
	put(guest, "/sys/class/dmi/id/product_name", "c5.large\n");
	put(guest, "/sys/class/dmi/id/board_asset_tag", "i-0123456789abcdef0\n");
	put(metal, "/cpuid.txt", CPUID_LEAVES("0x00000000"));
	put(metal, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx\n");
	put(metal, "/proc/1/environ", "");
	put(metal, "/sys/class/dmi/id/sys_vendor", "Dell Inc.\n");
	put(metal, "/sys/class/dmi/id/product_name", "PowerEdge R640\n");
}

/* What a command asks of the C library; counted in memory that its process shares. */
static struct counts {
	unsigned opened, clock;
} * counts;

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	put_machines(world);
	setenv("LC_ALL", "C.UTF-8", 1);
	if (!counts)
		counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			      0);
	assert_true(counts != MAP_FAILED);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < MACHINES; i++)
		guest_free(&world->machine[i]);
	free(world);
	return 0;
}

int openat_in_place(int folder, const char *path, int flags, ...) __asm__("openat");
int clock_in_place(clockid_t id, struct timespec *ret) __asm__("clock_gettime");
long syscall_in_place(long number, ...) __asm__("syscall");

static long call(long number, long a, long b, long c, long d)
{
	static long (*real)(long, ...);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a, b, c, d, 0L, 0L);
}

int openat_in_place(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	unsigned mode;

	va_start(arguments, flags);
	mode = va_arg(arguments, unsigned);
	va_end(arguments);
	if (counts)
		counts->opened++;
	return (int)call(SYS_openat, folder, (long)path, flags, (long)mode);
}

int clock_in_place(clockid_t id, struct timespec *ret)
{
	if (counts)
		counts->clock++;
	return (int)call(SYS_clock_gettime, id, (long)ret, 0, 0);
}

long syscall_in_place(long number, ...)
{
	va_list arguments;
	long a[4];

	va_start(arguments, number);
	for (size_t i = 0; i < VW_COUNT(a); i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (counts && number == SYS_openat2)
		counts->opened++;
	return call(number, a[0], a[1], a[2], a[3]);
}

/* As main() does it. */
static int perform(char **argv)
{
	struct vwc_request request;
	enum vwc_exit r;
	int argc = 0;

	while (argv[argc])
		argc++;
	r = vwc_arguments_parse(argc, argv, vwc_commands, &request);
	if (r != VW_EXIT_YES)
		return (int)r;
	vwc_view_settle(&request);
	return (int)request.command->run(&request);
}

/* @words: parted by blanks; @machine: NULL for this one */
static void run(const char *words, const struct guest *machine)
{
	char text[512], *rest = text, *argv[ARGUMENTS + 1] = {(char[]){"virtwhere"}};
	FILE *file = tmpfile();
	int argc = 1, status;
	pid_t child;

	assert_non_null(file);
	if (machine)
		snprintf(text, sizeof(text), "%s --snapshot %s", words, machine->root);
	else
		snprintf(text, sizeof(text), "%s", words);
	while (argc < ARGUMENTS && (argv[argc] = strsep(&rest, " ")))
		argc += *argv[argc] != '\0';
	argv[argc] = NULL;
	hear(&done.heard);
	child = fork();
	if (child == 0) {
		dup2(fileno(file), STDOUT_FILENO);
		(void)memory_ends_at(memory);
		status = perform(argv);
		_exit(status | (memory_had_ended() ? MEMORY_ENDED : 0));
	}
	(void)waitpid(child, &status, 0);
	heard_all(&done.heard);
	assert_true(WIFEXITED(status));
	done.status = WEXITSTATUS(status) & ~MEMORY_ENDED;
	done.memory_ended = WEXITSTATUS(status) & MEMORY_ENDED;
	rewind(file);
	done.size = fread(done.text, 1, sizeof(done.text) - 1, file);
	done.text[done.size] = '\0';
	assert_int_equal(fclose(file), 0);
}

/* What is printed begins so; all of it, where @begins ends with "\n$". NULL: nothing is
 * printed; "": anything. */
static void check(const char *words, const struct guest *machine, int status, const char *begins,
		  const char *said)
{
	size_t size = begins ? strlen(begins) : 0;

	run(words, machine);
	if (done.status != status || strcmp(done.heard.text, said) != 0)
		fail_msg("%s: status %d, not %d: %s", words, done.status, status, done.heard.text);
	if (!begins && done.size)
		fail_msg("%s: printed: %.200s", words, done.text);
	if (size >= 2 && strcmp(begins + size - 2, "\n$") == 0) {
		size--;
		if (done.size != size)
			fail_msg("%s: printed %zu bytes, not %zu: %.200s", words, done.size, size, done.text);
	}
	if (size && strncmp(done.text, begins, size) != 0)
		fail_msg("%s: printed: %.200s", words, done.text);
}

#define SAYS(word) assert_non_null(strstr(done.text, word))

/* What each says, and how it ends. */

static void verdicts_decide_the_status(void **state)
{
	static const struct {
		const char *words;
		struct {
			int status;
			const char *begins, *holds;
		} of[MACHINES];
	} rows[] = {
		{"",
		 {{0, "AWS Nitro", "\nfrom snapshot "},
		  {0, "bare metal", "\nfrom snapshot "},
		  {3, "undetermined", "\nfrom snapshot "}}},
		{"--json",
		 {{0, "{\n  \"schema\"", "\"id\": \"nitro\""},
		  {0, "{\n  \"schema\"", "\"id\": \"metal\""},
		  {3, "{\n  \"schema\"", "\"id\": \"unknown\""}}},
		{"--format=html",
		 {{0, "<!DOCTYPE html>", "Nitro"},
		  {0, "<!DOCTYPE html>", "metal"},
		  {3, "<!DOCTYPE html>", ""}}},
		{"--format=systemd-detect-virt", {{0, "amazon\n$", ""}, {1, "none\n$", ""}, {3, NULL, ""}}},
		{"--format=virt-what", {{0, "kvm\naws\n$", ""}, {0, NULL, ""}, {3, NULL, ""}}},
		{"explain",
		 {{0, "AWS Nitro", "decisive"},
		  {0, "bare metal", "\ne1 "},
		  {3, "undetermined", "\nNo evidence\n"}}},
		{"explain --json=compact",
		 {{0, "{\"schema\"", "\"id\":\"nitro\""},
		  {0, "{\"schema\"", "\"id\":\"metal\""},
		  {3, "{\"schema\"", "\"id\":\"unknown\""}}},
		{"drivers",
		 {{0, "AWS Nitro (KVM)\n", "DRV009"},
		  {0, "bare metal\n", "DRV009"},
		  {3, "undetermined\n", ""}}},
		{"drivers --json=compact",
		 {{0, "{\"schema\"", "\"id\":\"nitro\""},
		  {0, "{\"schema\"", "\"id\":\"metal\""},
		  {3, "{\"schema\"", "\"id\":\"unknown\""}}},
		{"passport",
		 {{0, "# What a guest", "\n# QEMU"}, {0, "# What", "\n# QEMU"}, {3, "# What", ""}}},
		{"passport --format=raw",
		 {{0, "virtwhere:1;stack=nitro/", "cloud=aws;type=c5.large\n"},
		  {0, "virtwhere:1;stack=", ""},
		  {3, "virtwhere:1;stack=unknown/", ""}}},
		{"passport --format=qemu",
		 {{0, "-smbios 'type=11", "-fw_cfg"}, {0, "-smbios", ""}, {3, "-smbios", ""}}},
		{"passport --format=libvirt",
		 {{0, "<sysinfo", "</sysinfo>"}, {0, "<sysinfo", ""}, {3, "<sysinfo", ""}}},
		{"passport --json",
		 {{0, "{\n", "\"passport\": \"virtwhere:1;"}, {0, "{\n", ""}, {3, "{\n", ""}}},
		{"metrics",
		 {{0, "# HELP virtwhere_info", "platform=\"nitro\""},
		  {0, "# HELP virtwhere_info", "platform=\"metal\""},
		  {3, "# HELP virtwhere_info", "platform=\"unknown\""}}},
		{"metrics --format=openmetrics",
		 {{0, "# TYPE virtwhere", "# EOF\n"},
		  {0, "# TYPE virtwhere", "# EOF\n"},
		  {3, "# TYPE virtwhere", "# EOF\n"}}},
		{"metrics --json",
		 {{0, "{\n  \"schema\"", "\"id\": \"nitro\""},
		  {0, "{\n  \"schema\"", "\"id\": \"metal\""},
		  {3, "{\n  \"schema\"", "\"id\": \"unknown\""}}},
		{"is nitro", {{0, NULL, ""}, {1, NULL, ""}, {3, NULL, ""}}},
		{"is vm kvm aws", {{0, NULL, ""}, {1, NULL, ""}, {3, NULL, ""}}},
		{"is metal", {{1, NULL, ""}, {0, NULL, ""}, {3, NULL, ""}}},
		{"is kvm metal vm", {{1, NULL, ""}, {1, NULL, ""}, {3, NULL, ""}}},
		{"is vm nested", {{1, NULL, ""}, {1, NULL, ""}, {3, NULL, ""}}},
		{"is nested metal", {{1, NULL, ""}, {1, NULL, ""}, {3, NULL, ""}}},
		{"is --json=compact metal vm",
		 {{1,
		   "{\"holds\":false,\"words\":[{\"word\":\"metal\",\"holds\":false},"
		   "{\"word\":\"vm\",\"holds\":true}]}\n$",
		   ""},
		  {1, "{\"holds\":false,\"words\":[{\"word\":\"metal\",\"holds\":true},", ""},
		  {3, "{\"holds\":null,\"words\":[{\"word\":\"metal\",\"holds\":null},", ""}}},
		{"is --json=compact nitro",
		 {{0, "{\"holds\":true,", ""}, {1, "{\"holds\":false,", ""}, {3, "{\"holds\":null,", ""}}},
	};
	const struct world *world = *state;

	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (size_t k = 0; k < MACHINES; k++) {
			check(rows[i].words, &world->machine[k], rows[i].of[k].status, rows[i].of[k].begins,
			      "");
			SAYS(rows[i].of[k].holds);
		}
}

/* What makes `drivers` fail: machines of which a check of one severity failed, at each level. */
static void severities_decide_on_drivers(void **state)
{
	static const struct {
		const char *machine;
		int status[4]; /* --fail-on fatal, degraded, advice; and none given */
	} rows[] = {
		{"l2-host", {0, 0, 0, 0}},
		{"l2-q35", {0, 0, 1, 0}},
		{"bochs-vmx", {0, 1, 1, 1}},
		{"tcg-pc-generic", {1, 1, 1, 1}},
	};
	static const char *const levels[] = {"--fail-on=fatal", "--fail-on=degraded", "--fail-on=advice", ""};
	char words[256];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (size_t k = 0; k < VW_COUNT(levels); k++)
			for (int json = 0; json < 2; json++) {
				snprintf(words, sizeof(words),
					 "drivers %s %s --snapshot tests/corpus/lab/%s.tar.gz", levels[k],
					 json ? "--json" : "", rows[i].machine);
				check(words, NULL, rows[i].status[k], json ? "{" : "", "");
			}
}

/* A report goes into the file, whole, and nowhere else; its status is the same. */
static void reports_go_where_they_shall(void **state)
{
	static const struct {
		const char *words, *option;
	} rows[] = {
		{"", "-o"},
		{"--json", "--output"},
		{"--format=html", "-o"},
		{"explain", "-o"},
		{"explain --json", "-o"},
		{"drivers", "-o"},
		{"drivers --json", "-o"},
		{"metrics --format=prometheus", "--textfile"},
	};
	const struct world *world = *state;
	static char shown[PRINTED], written[PRINTED];
	char words[256], path[128];

	snprintf(path, sizeof(path), "%s/report", world->machine[EMPTY].root);
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (size_t k = 0; k < MACHINES; k++) {
			int status;
			FILE *file;

			run(rows[i].words, &world->machine[k]);
			status = done.status;
			memcpy(shown, done.text, done.size + 1);
			snprintf(words, sizeof(words), "%s %s %s", rows[i].words, rows[i].option, path);
			check(words, &world->machine[k], status, NULL, "");
			file = fopen(path, "re");
			assert_non_null(file);
			written[fread(written, 1, sizeof(written) - 1, file)] = '\0';
			assert_int_equal(fclose(file), 0);
			/* times differ: in JSON, HTML and metrics */
			if (!strstr(rows[i].words, "json") && !strstr(rows[i].words, "html") && i != 7)
				assert_string_equal(written, shown);
			else
				assert_memory_equal(written, shown, 12);
			assert_int_equal(unlink(path), 0);
			snprintf(words, sizeof(words), "%s %s /nonexistent/report", rows[i].words,
				 rows[i].option);
			check(words, &world->machine[k], 4, NULL,
			      "virtwhere: /nonexistent/report: No such file or directory\n");
		}
	snprintf(words, sizeof(words), "metrics --format=openmetrics --textfile %s", path);
	check(words, &world->machine[GUEST], 2, NULL,
	      "virtwhere: --textfile: node_exporter reads the format prometheus only, not openmetrics\n");
	snprintf(words, sizeof(words), "metrics --json --textfile %s", path);
	check(words, &world->machine[GUEST], 2, NULL,
	      "virtwhere: --textfile: node_exporter reads the format prometheus only, not json\n");
	assert_int_equal(access(path, F_OK), -1);
}

/* Every command that looks at a machine says why it cannot, and does no more. */
static void machine_must_be_there(void **state)
{
	static const char *const rows[] = {
		"",        "--json",   "is vm",   "explain",
		"drivers", "passport", "metrics", "snapshot -o /nonexistent/taken"};
	char words[256];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		snprintf(words, sizeof(words), "%s --snapshot /nonexistent/machine", rows[i]);
		check(words, NULL, 3, NULL, "virtwhere: /nonexistent/machine: No such file or directory\n");
	}
}

static void snapshots_are_taken(void **state)
{
	const struct world *world = *state;
	char words[256], path[128], right[256];

	check("snapshot", &world->machine[GUEST], 2, NULL, "virtwhere: snapshot: where to? give -o PATH\n");
	snprintf(path, sizeof(path), "%s/taken", world->machine[EMPTY].root);
	snprintf(words, sizeof(words), "snapshot -o %s", path);
	check(words, &world->machine[GUEST], 0, NULL, "");
	run(words, &world->machine[GUEST]);
	assert_int_equal(done.status, 2); /* it is there */
	assert_non_null(strstr(done.heard.text, path));
	assert_string_equal(done.text, "");

	snprintf(words, sizeof(words), "snapshot --json=compact -o %s.tar", path);
	snprintf(right, sizeof(right), "{\"snapshot\":\"%s.tar\",\"with_ids\":false}\n$", path);
	check(words, &world->machine[GUEST], 0, right, "");
	snprintf(words, sizeof(words), "snapshot --with-ids --json=compact -o %s-ids.tar", path);
	snprintf(right, sizeof(right), "{\"snapshot\":\"%s-ids.tar\",\"with_ids\":true}\n$", path);
	check(words, &world->machine[GUEST], 0, right, "");
	/* a suffix that is none of ours */
	snprintf(words, sizeof(words), "snapshot -o %s.zip", path);
	run(words, &world->machine[GUEST]);
	assert_int_equal(done.status, 2);
	run("snapshot -o /nonexistent/folder/taken", &world->machine[GUEST]);
	assert_int_equal(done.status, 4);
	assert_non_null(strstr(done.heard.text, "/nonexistent/folder/taken"));
}

/* Ids are kept, and CPUID is timed, when that is asked for. */
static void snapshots_hold_what_was_asked_for(void **state)
{
	static const struct {
		const char *options;
		bool ids, timing;
	} rows[] = {
		{"", false, false},
		{"--with-ids", true, false},
		{"--timing", false, true},
		{"--with-ids --timing", true, true},
	};
	const struct world *world = *state;
	char words[256], path[128], text[64];

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		FILE *file;

		snprintf(words, sizeof(words), "snapshot %s -o %s/guest-%zu", rows[i].options,
			 world->machine[EMPTY].root, i);
		check(words, &world->machine[GUEST], 0, NULL, "");
		snprintf(path, sizeof(path), "%s/guest-%zu/sys/class/dmi/id/board_asset_tag",
			 world->machine[EMPTY].root, i);
		file = fopen(path, "re");
		assert_non_null(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		assert_int_equal(fclose(file), 0);
		assert_int_equal(strstr(text, "0123456789abcdef0") != NULL, rows[i].ids);
#ifdef __x86_64__
		snprintf(words, sizeof(words), "snapshot %s -o %s/live-%zu", rows[i].options,
			 world->machine[EMPTY].root, i);
		check(words, NULL, 0, NULL, "");
		snprintf(path, sizeof(path), "%s/live-%zu/timing.json", world->machine[EMPTY].root, i);
		assert_int_equal(access(path, F_OK) == 0, rows[i].timing);
#endif
	}
}

/* A container is an answer to systemd-detect-virt, whatever is under it. */
static void container_is_a_word_of_its_own(void **state)
{
	struct world *world = *state;
	struct guest *empty = &world->machine[EMPTY];

	put(empty, "/run/systemd/container", "lxc\n");
	check("--format=systemd-detect-virt", empty, 0, "lxc\n$", "");
	check("--format=virt-what", empty, 3, "lxc\n$", "");
	check("", empty, 3, "undetermined in lxc", "");
}

static void words_of_is_are_held(void **state)
{
	const struct world *world = *state;
	const struct guest *guest = &world->machine[GUEST];

	check("is nitr", guest, 2, NULL, "virtwhere: is: no word 'nitr'; did you mean 'nitro'?\n");
	check("is vm frobnicated", guest, 2, NULL,
	      "virtwhere: is: no word 'frobnicated'; see 'virtwhere list words'\n");
	check("is nitr frobnicated", guest, 2, NULL,
	      "virtwhere: is: no word 'nitr'; did you mean 'nitro'?\n");
	/* before the machine is looked at */
	check("is nitr --snapshot /nonexistent", NULL, 2, NULL,
	      "virtwhere: is: no word 'nitr'; did you mean 'nitro'?\n");
}

/* What no verdict waits for is read for who shows it, and for nobody else. */
static void what_is_shown_is_read(void **state)
{
	static const struct {
		const char *words;
		bool wide;
	} rows[] = {
		{"", false},
		{"-v", true},
		{"--format=html", true},
		{"--format=virt-what", false},
		{"explain", true},
		{"explain --json", true},
		{"drivers", true},
		{"drivers -v", true},
		{"passport", false},
		{"passport -v", true},
		{"is vm", false},
		{"is vm -v", true},
	};
	struct world *world = *state;
	struct guest *guest = &world->machine[GUEST];
	unsigned narrow, wide;

	put(guest, "/sys/class/dmi/id/bios_date", "10/16/2017\n");
	put(guest, "/proc/interrupts", "           CPU0\n  0:   1   IO-APIC   2-edge   timer\n");
	counts->opened = 0;
	run("", guest);
	narrow = counts->opened;
	counts->opened = 0;
	run("-v", guest);
	wide = counts->opened;
	assert_true(narrow > 0 && wide > narrow);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		counts->opened = 0;
		run(rows[i].words, guest);
		if (counts->opened != (rows[i].wide ? wide : narrow))
			fail_msg("'%s' opens %u files, not %u", rows[i].words, counts->opened,
				 rows[i].wide ? wide : narrow);
	}
	/* metrics read counters besides, and tell how long each probe took */
	counts->opened = 0;
	run("metrics", guest);
	assert_true(counts->opened > wide);
	SAYS("virtwhere_probe_duration_seconds{probe=\"exits\"} ");
}

/* CPUID is timed on this machine when that is asked for. */
static void cpuid_is_timed_when_asked_for(void **state)
{
	unsigned without;

	(void)state;
#ifdef __x86_64__
	counts->clock = 0;
	run("explain", NULL);
	without = counts->clock;
	counts->clock = 0;
	run("explain --timing", NULL);
	assert_true(counts->clock > without + 2);
#else
	(void)without;
	LEAVE_OUT_ALL("CPUID is an instruction of x86-64");
#endif
}

/* Where memory ends, whenever that is, the command ends with one line, or does without what it wanted. */
static void memory_may_end(void **state)
{
	static const struct {
		const char *words;
		bool silent; /* it may say nothing */
	} rows[] = {
		{"", false},        {"--json", false},         {"--format=html", false},   {"explain", false},
		{"drivers", false}, {"passport", false},       {"passport --json", false}, {"metrics", false},
		{"is metal", true}, {"is --json metal", true}, {"is nitr", true},
	};
	const struct world *world = *state;

	if (!MEMORY_CAN_END)
		LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int good, internal = 0;

		run(rows[i].words, &world->machine[GUEST]);
		good = done.status;
		for (memory = 1;; memory += rows[i].silent ? 1 : 1 + memory / 16) {
			run(rows[i].words, &world->machine[GUEST]);
			if (!done.memory_ended)
				break;
			internal += done.status == 4;
			assert_true(done.status == 3 || done.status == 4 || done.status == good);
			if (done.status == good)
				continue;
			assert_true((rows[i].silent && done.status == 4) || *done.heard.text);
			assert_true(!strchr(done.heard.text, '\n') ||
				    strchr(done.heard.text, '\n')[1] == '\0');
		}
		memory = 0;
		assert_true(internal > 0);
	}
}

/* Lists. */

/* Is @word in a list that is given as one text, or in a list of the program's? */
static bool is_in(const char *lists, const char *word)
{
	char text[256], *rest = text, *list;
	const struct vw_word *one;

	snprintf(text, sizeof(text), "%s", lists);
	while ((list = strsep(&rest, " ")))
		for (size_t i = 0; (one = vw_word_at(list, i)); i++)
			if (vwb_text_equal(one->word, word))
				return true;
	return false;
}

static void lists_have_their_words(void **state)
{
	static const struct {
		const char *name, *lists;
	} rows[] = {
		{"platforms", "platforms"},
		{"targets", "targets"},
		{"words", "words platforms hypervisors modes vmms clouds containers confidential"},
		{"clouds", "clouds"},
		{"containers", "containers"},
		{"hypervisors", "hypervisors"},
		{"modes", "modes"},
		{"vmms", "vmms"},
		{"confidential", "confidential"},
		{"rows", "rows"},
	};
	static const char *const every[] = {"platforms", "targets", "clouds", "containers",   "hypervisors",
					    "modes",     "vmms",    "words",  "confidential", "rows"};
	char words[64], right[128];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		size_t lines = 0, expected = 0;
		char *rest = done.text, *line;

		snprintf(words, sizeof(words), "list %s", rows[i].name);
		check(words, NULL, 0, "", "");
		while ((line = strsep(&rest, "\n")))
			if (*line && *line != ' ') { /* a line that goes on is indented */
				line[strcspn(line, " ")] = '\0';
				assert_true(is_in(rows[i].lists, line));
				lines++;
			}
		/* each of them, once */
		for (size_t k = 0; k < VW_COUNT(every); k++) {
			const struct vw_word *one;

			if (!strstr(rows[i].lists, every[k]))
				continue;
			for (size_t j = 0; (one = vw_word_at(every[k], j)); j++) {
				bool before = false;

				for (size_t l = 0; l < k && !before; l++)
					before =
						strstr(rows[i].lists, every[l]) && is_in(every[l], one->word);
				expected += !before;
			}
		}
		assert_int_equal(lines, expected);
		assert_true(expected > 2);

		snprintf(words, sizeof(words), "list --json=compact %s", rows[i].name);
		snprintf(right, sizeof(right), "{\"list\":\"%s\",\"words\":[{\"word\":\"", rows[i].name);
		check(words, NULL, 0, right, "");
		assert_string_equal(vwc_wordlist_at(i)->name, rows[i].name);
	}
	assert_null(vwc_wordlist_at(VW_COUNT(rows)));
	assert_string_equal(vwc_wordlist_of_is()->name, "words");
}

static void checks_are_listed(void **state)
{
	(void)state;
	check("list checks", NULL, 0, "", "");
	SAYS("DRV001");
	SAYS("KRN001");
	assert_int_not_equal(done.text[0], '{');
	check("list checks --json=compact", NULL, 0, "{\"", "");
	SAYS("\"DRV001\"");
	check("list check", NULL, 2, NULL, "virtwhere: no list 'check'; did you mean 'checks'?\n");
	check("list cheks", NULL, 2, NULL, "virtwhere: no list 'cheks'; did you mean 'checks'?\n");
	check("list platform", NULL, 2, NULL, "virtwhere: no list 'platform'; did you mean 'platforms'?\n");
	check("list row", NULL, 2, NULL, "virtwhere: no list 'row'; did you mean 'rows'?\n");
	check("list frobnicated", NULL, 2, NULL,
	      "virtwhere: no list 'frobnicated'; see 'virtwhere help list'\n");
}

/* Help. */

/* The file has "$ virtwhere help COMMAND" before what that prints. */
static void help_is_as_written(void **state)
{
	static char text[65536];
	FILE *file = fopen("tests/unit/help.txt", "re");
	size_t found = 0;
	char *at = text;

	(void)state;
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	while (*at) {
		char words[64], *end;

		assert_memory_equal(at, "$ virtwhere ", 12);
		snprintf(words, sizeof(words), "%.*s", (int)strcspn(at + 12, "\n"), at + 12);
		at += strcspn(at, "\n") + 1;
		end = strstr(at, "\n$ virtwhere ");
		end = end ? end + 1 : at + strlen(at);
		run(words, NULL);
		assert_int_equal(done.status, 0);
		assert_string_equal(done.heard.text, "");
		if (done.size != (size_t)(end - at) || memcmp(done.text, at, done.size) != 0)
			fail_msg("%s: not as in tests/unit/help.txt:\n%s", words, done.text);
		at = end;
		found++;
	}
	assert_non_null(vwc_commands[found - 1]); /* each has its place in the file */
	assert_null(vwc_commands[found]);
	check("help frobnicate", NULL, 2, NULL, "virtwhere: help: no command 'frobnicate'\n");
}

/* Names are bold, and nothing else is. */
static void names_in_help_are_bold(void **state)
{
	static const char bold[] = "  \033[1m", plain[] = "\033[0m";
	static char text[PRINTED];
	const struct vwc_command *command;
	char words[64];

	(void)state;
	for (size_t i = 0; (command = vwc_commands[i]); i++) {
		char *with = done.text, *without = text, *line, *other;
		bool formats = false;

		snprintf(words, sizeof(words), "help %s", command->name ? command->name : "");
		run(words, NULL);
		memcpy(text, done.text, done.size + 1);
		snprintf(words, sizeof(words), "help --color=always %s", command->name ? command->name : "");
		run(words, NULL);
		while ((line = strsep(&with, "\n")) && (other = strsep(&without, "\n"))) {
			size_t indent = strspn(other, " ");
			bool named = (indent == 2 || indent == 6) && !(formats && command->name);
			char *end;

			formats = formats || strcmp(other, "Formats:") == 0;
			if (named) {
				assert_memory_equal(line, bold, strlen(bold));
				line += strlen(bold);
				other += 2;
				end = strstr(line, plain);
				assert_non_null(end);
				assert_memory_equal(line, other, (size_t)(end - line));
				other += end - line;
				line = end + strlen(plain);
			}
			assert_string_equal(line, other);
		}
		assert_true(!with && formats);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts_decide_the_status),
		cmocka_unit_test(severities_decide_on_drivers),
		TEST(reports_go_where_they_shall),
		cmocka_unit_test(machine_must_be_there),
		TEST(snapshots_are_taken),
		TEST(snapshots_hold_what_was_asked_for),
		TEST(container_is_a_word_of_its_own),
		TEST(words_of_is_are_held),
		TEST(what_is_shown_is_read),
		TEST(cpuid_is_timed_when_asked_for),
		TEST(memory_may_end),
		cmocka_unit_test(lists_have_their_words),
		cmocka_unit_test(checks_are_listed),
		cmocka_unit_test(help_is_as_written),
		cmocka_unit_test(names_in_help_are_bold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
