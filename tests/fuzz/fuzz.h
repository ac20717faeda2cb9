/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_FUZZ_H
#define VW_TESTS_FUZZ_H

/*
 * What the programs under libFuzzer share: a private directory in which each run's machine or image is built,
 * and what must hold whatever the bytes are.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/buffer.h"
#include "export/file.h"
#include "probes/tree.h"

enum { PROBLEM_SIZE = 512, PATH_SIZE = 256 };

/* libFuzzer's. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Where the machines are built: a private directory, and in it the one of the run at hand. */
static char folder[PATH_SIZE], machine[PATH_SIZE + 16];

static inline _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "fuzz: %s: %s\n", what, why);
	abort();
}

/* What must hold whatever the bytes are. */
#define MUST(condition)                                \
	do {                                           \
		if (!(condition))                      \
			give_up(#condition, "broken"); \
	} while (0)

/* --- machines on disk -------------------------------------------------------------------------------- */

static inline int open_machine(void)
{
	int fd;

	vw_tree_remove(AT_FDCWD, machine);
	if (mkdir(machine, 0700) < 0)
		give_up(machine, strerror(errno));
	fd = open(machine, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		give_up(machine, strerror(errno));
	return fd;
}

static inline void add(int fd, enum vw_node_type type, const char *name, const void *bytes, size_t size)
{
	struct vw_node node = {.name = name, .type = type, .bytes = bytes, .size = size};

	(void)!vw_tree_add(fd, &node); /* names are hostile too */
}

/* The input as a file. Returns its path. */
static inline const char *write_archive(const char *bytes, size_t size)
{
	static char path[PATH_SIZE + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/archive.tar", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || vw_write_all(fd, bytes, size) < 0)
		give_up(path, strerror(errno));
	close(fd);
	return path;
}

/* --- what must hold of texts ------------------------------------------------------------------------- */

/* No control character but the line's end gets out, and no byte above ASCII where none was asked for. */
static inline void check_text(const struct vw_buffer *out, bool ascii)
{
	for (size_t i = 0; i < out->size; i++) {
		unsigned char c = (unsigned char)out->data[i];

		bool c1 = c == 0xc2 && i + 1 < out->size && (unsigned char)out->data[i + 1] < 0xa0;

		MUST(c == '\n' || (c >= 0x20 && c != 0x7f && !c1));
		MUST(!ascii || c < 0x80);
	}
}

static inline void check_problem(const char *problem)
{
	struct vw_buffer line = {.data = (char *)(uintptr_t)problem, .size = strlen(problem)};

	MUST(line.size && !strchr(problem, '\n'));
	check_text(&line, false);
}

/* Make the directory. Without a row that was chosen, whose name was in VW_FUZZ, the rows have been listed. */
static inline void begin(const void *chosen, const char *name)
{
	const char *parent = getenv("TMPDIR");

	if (!chosen)
		exit(name && strcmp(name, "list") != 0);
	snprintf(folder, sizeof(folder), "%s/virtwhere-fuzz.XXXXXX", parent ? parent : "/dev/shm");
	if (!mkdtemp(folder))
		give_up(folder, strerror(errno));
	snprintf(machine, sizeof(machine), "%s/machine", folder);
}

#endif
