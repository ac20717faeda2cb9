/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_CONFIG_H
#define VW_AGENT_CONFIG_H

/*
 * What the service is told: one table of options, each of them a key of the configuration file and an option
 * of the command line, which wins.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "base/buffer.h"

#define VW_CONFIG_FILE "/etc/virtwhere/virtwhered.conf"

enum {
	VW_LISTEN_MAX = 16,
	VW_CONFIG_LIMIT = 64 * 1024, /* bytes of the file */
};

struct vwd_listen {
	size_t count;
	const char *address[VW_LISTEN_MAX];
};

/* Strings belong to the arena or to the command line. */
struct vwd_config {
	struct vwb_arena *arena;
	bool help, version, check;
	const char *file; /* the configuration file */
	struct vwd_listen listen;
	const char *web_config;      /* exporter-toolkit's file; NULL: plain HTTP */
	const char *report_file;     /* NULL: none */
	const char *state_directory; /* NULL: nothing is kept */
	const char *textfile;        /* NULL: none */
	const char *snapshot;        /* NULL: this machine */
	uint64_t interval;           /* ms between two probes; 0: only when something happens */
	uint64_t settle;             /* ms of quiet that end a storm of events */
	uint64_t timeout;            /* ms for a request to arrive, and for its answer to be taken */
	uint64_t connections;
	bool timing;
};

/**
 * Read the command line and the configuration file.
 *
 * @argv: must outlive the configuration; its options may be put in front
 * @ret: free with vwd_config_free()
 * @problem: on failure receives one line, without newline: "FILE:LINE: reason", or what names the option
 *
 * Returns 0, or a negative errno: -EINVAL for what is not understood, else why the file could not be read. A
 * file that is missing is an error only when --config names it. With --help or --version the file is not
 * read.
 */
_must_check_ int vwd_config_read(int argc, char **argv, struct vwd_config *ret, char *problem,
				 size_t problem_size);

void vwd_config_free(struct vwd_config *config);

/** The help, made from the table. */
void vwd_config_help(struct vwb_buffer *out);

#endif
