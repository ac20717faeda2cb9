/* SPDX-License-Identifier: MIT */

/*
 * Time whole processes: spawn [-c CPU] RUNS -- COMMAND... [-- COMMAND...]...
 *
 * In each round every command runs once, one after another, so that whatever slows the machine down for a
 * while hits all of them. Output of the commands goes to /dev/null. Prints one line per command: its times in
 * nanoseconds, from before posix_spawn(3) to after waitpid(2). A command that cannot be started or dies by a
 * signal ends the run with 1.
 */

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

enum { COMMANDS = 4096, RUNS = 100000 };

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static int time_one(char **command, const posix_spawn_file_actions_t *actions, uint64_t *ret_time)
{
	uint64_t start = now();
	int error, status;
	pid_t pid;

	error = posix_spawnp(&pid, command[0], actions, NULL, command, environ);
	if (error) {
		fprintf(stderr, "spawn: %s: %s\n", command[0], strerror(error));
		return -error;
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
		fprintf(stderr, "spawn: %s did not end by itself\n", command[0]);
		return -1;
	}
	*ret_time = now() - start;
	return 0;
}

static int pin(const char *text)
{
	uint64_t cpu;
	cpu_set_t set;

	if (vwb_number_parse(text, 10, CPU_SETSIZE - 1, &cpu) < 0)
		return -1;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

/* Cut the arguments at each "--"; returns how many commands there are. */
static size_t split(char **argument, char ***command)
{
	size_t count = 0;

	while (*argument && count < COMMANDS) {
		char **first = argument + 1;

		*argument = NULL;
		for (argument = first; *argument && strcmp(*argument, "--") != 0;)
			argument++;
		if (argument > first)
			command[count++] = first;
	}
	return count;
}

static void print_times(const uint64_t *times, size_t commands, size_t runs)
{
	for (size_t i = 0; i < commands; i++)
		for (size_t run = 0; run < runs; run++)
			printf("%llu%c", (unsigned long long)times[run * commands + i],
			       run + 1 < runs ? ' ' : '\n');
}

int main(int argc, char **argv)
{
	static char **command[COMMANDS];
	posix_spawn_file_actions_t actions;
	uint64_t runs, *times;
	int at = 1, error = 0;
	size_t count;

	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		if (pin(argv[2]) < 0)
			return 2;
		at = 3;
	}
	if (argc < at + 3 || vwb_number_parse(argv[at], 10, RUNS, &runs) < 0 ||
	    strcmp(argv[at + 1], "--") != 0)
		return 2;
	count = split(&argv[at + 1], command);
	if (runs == 0 || count == 0)
		return 2;
	times = calloc((size_t)runs * count, sizeof(*times));
	if (!times)
		return 1;
	if (posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) ||
	    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)) {
		free(times);
		return 1;
	}
	for (size_t i = 0; i < runs * count && !error; i++)
		error = time_one(command[i % count], &actions, &times[i]);
	if (!error)
		print_times(times, count, (size_t)runs);
	posix_spawn_file_actions_destroy(&actions);
	free(times);
	return error ? 1 : 0;
}
