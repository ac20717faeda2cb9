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

/**
 * Enter it. From here on the process opens files below @root for reading only, writes nothing but @output,
 * starts no process and opens no socket. There is no way back.
 *
 * @root: the image's root directory
 * @output: the file that vw_write_file() is going to write; NULL for none
 * @ret: what holds
 */
void vw_sandbox_enter(const char *root, const char *output, struct vw_sandbox *ret);

#endif
