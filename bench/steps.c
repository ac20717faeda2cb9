/* SPDX-License-Identifier: MIT */

/*
 * Count the CPUID instructions that a program executes in user space: steps COMMAND...
 *
 * Runs it one instruction at a time, which needs no help from the program or the processor, and looks at
 * each. Prints "INSTRUCTIONS CPUIDS". Output of the program goes to /dev/null. x86-64 only.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "detect/base.h"

#ifdef __x86_64__

enum { CPUID = 0xa20f, SEEN = 1 << 16 };

/* Code does not change while it is mapped, so an address that was looked at once is not looked at again. */
static struct {
	uint64_t address;
	bool known, cpuid;
} seen[SEEN];

static bool is_cpuid(pid_t pid, uint64_t address)
{
	size_t slot = (size_t)(address % SEEN);

	if (!seen[slot].known || seen[slot].address != address) {
		seen[slot].known = true;
		seen[slot].address = address;
		seen[slot].cpuid = (ptrace(PTRACE_PEEKTEXT, pid, (void *)address, NULL) & 0xffff) == CPUID;
	}
	return seen[slot].cpuid;
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
	unsigned long long instructions = 0, cpuids = 0;
	pid_t pid = argc > 1 ? fork() : -1;
	int status;

	if (pid < 0)
		return 2;
	if (pid == 0)
		become(&argv[1]);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status);
		long address;

		errno = 0;
		address = ptrace(PTRACE_PEEKUSER, pid, (void *)offsetof(struct user_regs_struct, rip), NULL);
		if (errno)
			return 1;
		instructions++;
		cpuids += is_cpuid(pid, (uint64_t)address);
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, (void *)(long)(signal == SIGTRAP ? 0 : signal)) < 0)
			return 1;
	}
	printf("%llu %llu\n", instructions, cpuids);
	return WIFEXITED(status) && WEXITSTATUS(status) != 127 ? 0 : 1;
}

#else

int main(void)
{
	fputs("steps: this architecture has no CPUID\n", stderr);
	return 2;
}

#endif
