/* SPDX-License-Identifier: MIT */
#ifndef VW_CLI_SANDBOX_H
#define VW_CLI_SANDBOX_H

/*
 * What a process gives up before it reads an image that nobody vouches for: new privileges, programs, the
 * network, files outside the image, memory and time without end. A bug in a parser then has little to reach.
 */

#include "detect/base.h"

/* What holds, as far as the kernel has it. */
struct vw_sandbox {
	int landlock;      /* the version of its ABI, or 0 */
	bool seccomp;      /* the filter of system calls */
	const char * not ; /* why there is none at all, or NULL */
};

/* What it still needs. */
struct vw_sandbox_needs {
	const char *root;    /* a directory, read */
	const char *scratch; /* a directory in which files are made, and which is removed at the end; NULL for
				none */
	uint64_t file_size;  /* bytes of the largest file in it */
	const char *output;  /* the file that vw_write_file() is going to write; NULL for none */
};

/**
 * Enter it. From here on the process opens nothing for reading but what is below the root, makes nothing but
 * what it says it needs, starts no process and opens no socket. There is no way back.
 *
 * @ret: what holds
 */
void vw_sandbox_enter(const struct vw_sandbox_needs *needs, struct vw_sandbox *ret);

#endif
