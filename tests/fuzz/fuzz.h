/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_FUZZ_FUZZ_H
#define VW_TESTS_FUZZ_FUZZ_H

/*
 * What the programs under libFuzzer share (main.c): a table of rows of which VW_FUZZ names the one to run, a
 * private directory in which each run's machine or image is built, and what must hold whatever the bytes are.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "probes/read/tree.h"

enum { PROBLEM_SIZE = 512, PATH_SIZE = 256 };

/* One way to take an input. */
struct row {
	const char *name;
	void (*run)(const struct row *row, const char *bytes, size_t size);
	const void *of; /* what run() is told besides: a path, or more in a structure of its program */
};

/* Each program has its own; one without a name ends it. */
extern const struct row rows[];

/* The private directory, and in it the machine of the run at hand. */
extern char folder[PATH_SIZE], machine[PATH_SIZE + 16];

_Noreturn void give_up(const char *what, const char *why);

/* What must hold whatever the bytes are. */
#define MUST(condition)                                \
	do {                                           \
		if (!(condition))                      \
			give_up(#condition, "broken"); \
	} while (0)

/* Machines on disk. */

/** Make the machine's directory anew, empty. Returns a descriptor of it. */
int open_machine(void);

/** Add a node to it; a name that cannot be is passed over, for names are hostile too. */
void add(int fd, enum vw_node_type type, const char *name, const void *bytes, size_t size);

/** Add what the parts of an input tell: "\n@path\ncontent" is a file, "\n@>path\ntarget" a link, "\n@/path\n"
 * a directory. */
void add_parts(int fd, const char *bytes, size_t size);

/** A part of an input, up to the next mark or the end. Returns its size. */
size_t part_size(const char *bytes, size_t size, const char *mark);

/** The input as a file. Returns its path. */
const char *write_archive(const char *bytes, size_t size);

/* What must hold of texts. */

/** No control character but the line's end gets out, and no byte above ASCII where none was asked for. */
void check_text(const struct vwb_buffer *out, bool ascii);

/** One line without its end; check_problem(): with something in it. */
void check_line(const char *line);
void check_problem(const char *problem);

#endif
