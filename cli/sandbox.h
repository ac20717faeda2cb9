/* SPDX-License-Identifier: MIT */
#ifndef VW_CLI_SANDBOX_H
#define VW_CLI_SANDBOX_H

/*
 * What a process gives up before it reads an image that nobody vouches for: new privileges, programs, the
 * network, files outside the image, memory and time without end. A bug in a parser then has little to reach.
 */

#include "base/base.h"

/* What holds, as far as the kernel has it. */
struct vwc_sandbox {
	int landlock;      /* the version of its ABI, or 0 */
	bool seccomp;      /* the filter of system calls */
	const char * not ; /* why there is none at all, or NULL */
};

/* What it still needs. */
struct vwc_sandbox_needs {
	const char *root;   /* a directory, read; NULL for none */
	uint64_t file_size; /* bytes of the largest file that is written to, besides the output */
	const char *output; /* the file that vwb_file_write() is going to write; NULL for none */
};

/**
 * Enter it. From here on the process opens nothing for reading but what is below the root, makes nothing but
 * what it says it needs, starts no process and opens no socket. There is no way back.
 *
 * @ret: what holds
 */
void vwc_sandbox_enter(const struct vwc_sandbox_needs *needs, struct vwc_sandbox *ret);

#endif
