/* SPDX-License-Identifier: MIT */

/*
 * Count the CPUID instructions that a program executes: cpuids SITES COMMAND...
 *
 * SITES is a file of lines "OFFSET PATH": where in the files that the program maps, in hexadecimal, a CPUID
 * instruction stands. When the program has reached its entry point, each of them becomes a breakpoint; what
 * the dynamic loader executes before that, for itself and in every program, is not counted. Prints the count.
 * Output of the program goes to /dev/null. x86-64 only.
 */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

#ifdef __x86_64__

enum { SITES = 1024, LINE = 4096, BREAKPOINT = 0xcc };

struct site {
	uint64_t offset;
	char path[256];
};

struct breakpoint {
	uint64_t address;
	long word; /* what stood there */
};

static struct site site[SITES];
static struct breakpoint breakpoint[SITES + 1];
static size_t sites, breakpoints;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "cpuids: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Cut off and return the word at *@rest. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " ");

	*rest = word + strcspn(word, " \n");
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

static void read_sites(const char *name)
{
	FILE *file = fopen(name, "re");
	char line[LINE], *rest;

	if (!file)
		fail(name);
	while (sites < SITES && fgets(line, sizeof(line), file)) {
		rest = line;
		if (vwb_number_parse(next_word(&rest), 16, UINT64_MAX, &site[sites].offset) == 0) {
			snprintf(site[sites].path, sizeof(site[sites].path), "%s", next_word(&rest));
			sites++;
		}
	}
	fclose(file);
}

static FILE *open_of(pid_t pid, const char *what)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	file = fopen(path, "re");
	if (!file)
		fail(path);
	return file;
}

static uint64_t entry_of(pid_t pid)
{
	FILE *file = open_of(pid, "auxv");
	Elf64_auxv_t entry = {0};

	while (fread(&entry, sizeof(entry), 1, file) == 1 && entry.a_type != AT_ENTRY)
		continue;
	fclose(file);
	return entry.a_un.a_val;
}

static void poke(pid_t pid, uint64_t address, long word)
{
	if (ptrace(PTRACE_POKETEXT, pid, (void *)address, (void *)word) < 0)
		fail("poke");
}

static void arm(pid_t pid, const struct breakpoint *at)
{
	poke(pid, at->address, (at->word & ~0xffL) | BREAKPOINT);
}

static void set(pid_t pid, uint64_t address)
{
	struct breakpoint *at = &breakpoint[breakpoints++];

	at->address = address;
	errno = 0;
	at->word = ptrace(PTRACE_PEEKTEXT, pid, (void *)address, NULL);
	if (errno)
		fail("peek");
	arm(pid, at);
}

/* One line of maps: "START-END PERMISSIONS OFFSET DEVICE INODE PATH". */
static void set_in_mapping(pid_t pid, char *line)
{
	uint64_t start, end, offset;
	char *rest = line, *permissions, *path;
	char *dash = strchr(line, '-');

	if (!dash)
		return;
	*dash = ' ';
	if (vwb_number_parse(next_word(&rest), 16, UINT64_MAX, &start) < 0 ||
	    vwb_number_parse(next_word(&rest), 16, UINT64_MAX, &end) < 0)
		return;
	permissions = next_word(&rest);
	if (!strchr(permissions, 'x') || vwb_number_parse(next_word(&rest), 16, UINT64_MAX, &offset) < 0)
		return;
	next_word(&rest);
	next_word(&rest);
	path = next_word(&rest);
	for (size_t i = 0; i < sites; i++)
		if (vwb_text_equal(path, site[i].path) && site[i].offset >= offset &&
		    site[i].offset - offset < end - start)
			set(pid, start + site[i].offset - offset);
}

static void set_everywhere(pid_t pid)
{
	FILE *file = open_of(pid, "maps");
	char line[LINE];

	while (fgets(line, sizeof(line), file))
		set_in_mapping(pid, line);
	fclose(file);
}

static const struct breakpoint *at_breakpoint(const struct user_regs_struct *registers)
{
	for (size_t i = 0; i < breakpoints; i++)
		if (breakpoint[i].address == registers->rip - 1)
			return &breakpoint[i];
	return NULL;
}

/* Go on, with @signal when it is not 0. Returns false when the program has ended. */
static bool resume(pid_t pid, enum __ptrace_request how, int signal, int *status)
{
	if (ptrace(how, pid, NULL, (void *)(long)signal) < 0 || waitpid(pid, status, 0) != pid)
		fail("resume");
	return WIFSTOPPED(*status);
}

/* Execute the instruction under a breakpoint. */
static void step_over(pid_t pid, const struct breakpoint *at, struct user_regs_struct *registers, bool again)
{
	int status;

	registers->rip = at->address;
	poke(pid, at->address, at->word);
	if (ptrace(PTRACE_SETREGS, pid, NULL, registers) < 0)
		fail("registers");
	if (again && resume(pid, PTRACE_SINGLESTEP, 0, &status))
		arm(pid, at);
}

static unsigned count(pid_t pid, int *status)
{
	struct user_regs_struct registers;
	const struct breakpoint *at;
	unsigned cpuids = 0;
	int signal = 0;

	set(pid, entry_of(pid));
	while (resume(pid, PTRACE_CONT, signal, status)) {
		signal = WSTOPSIG(*status);
		if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) < 0)
			fail("registers");
		at = signal == SIGTRAP ? at_breakpoint(&registers) : NULL;
		if (!at)
			continue;
		signal = 0;
		step_over(pid, at, &registers, at != breakpoint);
		if (at == breakpoint)
			set_everywhere(pid);
		else
			cpuids++;
	}
	return cpuids;
}

static _Noreturn void become(char **command)
{
	int null = open("/dev/null", O_WRONLY);

	if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0 && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		execvp(command[0], command);
	_exit(127);
}

int main(int argc, char **argv)
{
	unsigned cpuids;
	int status;
	pid_t pid;

	if (argc < 3)
		return 2;
	read_sites(argv[1]);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0)
		become(&argv[2]);
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_EXITKILL) < 0)
		fail(argv[2]);
	cpuids = count(pid, &status);
	printf("%u\n", cpuids);
	return WIFEXITED(status) ? 0 : 1;
}

#else

int main(void)
{
	fputs("cpuids: this architecture has no CPUID\n", stderr);
	return 2;
}

#endif
