/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_WEB_FILE_H
#define VW_AGENT_WEB_FILE_H

/*
 * What stands in a web configuration file, before it is understood: its keys are known, and each value has
 * the form that its key asks for. Internal to agent/web/.
 */

#include "base/base.h"

/* A text of the file and where it stands. */
struct vwd_web_text {
	const char *text; /* NULL when the file does not say */
	size_t line;
};

struct vwd_web_texts {
	size_t count;
	struct vwd_web_text *text;
	size_t line;
};

struct vwd_web_pairs {
	size_t count;
	struct vwd_web_text *name, *value;
};

/* What stands in the file, before it is understood. */
struct vwd_web_wanted {
	struct vwd_web_text cert_file, key_file, client_ca_file, client_auth_type;
	struct vwd_web_text min_version, max_version, prefer_server_cipher_suites, http2;
	struct vwd_web_texts cipher_suites, curve_preferences, client_allowed_sans;
	struct vwd_web_pairs headers, users;
	size_t tls_line; /* 0 when there is no such section */
};

struct yaml_document_s;

/* What is read, and where to say what is wrong. */
struct vwd_web_file {
	const char *path;
	char *problem; /* one line for people */
	size_t problem_size;
	struct vwb_arena *arena;          /* of all that is read */
	struct yaml_document_s *document; /* while it is read */
	struct vwd_web_wanted wanted;
};

/**
 * Read the file into `wanted`.
 *
 * Returns 0, or a negative errno with the problem said.
 */
_must_check_ int vwd_web_file_read(struct vwd_web_file *file);

/** Say what is wrong at a line. Returns -EINVAL. */
int vwd_web_file_wrong(const struct vwd_web_file *file, size_t line, const char *format, ...) _printf_(3, 4);

/** Say that there is no memory. Returns -ENOMEM. */
int vwd_web_file_no_memory(const struct vwd_web_file *file);

#endif
