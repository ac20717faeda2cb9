/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_WEB_CONFIG_H
#define VW_AGENT_WEB_CONFIG_H

/*
 * The web configuration file of Prometheus' exporters: TLS, headers and passwords, in YAML.
 *
 * Source: Prometheus exporter-toolkit, docs/web-configuration.md.
 */

#include "detect/base.h"

enum vw_client_auth {
	VW_NO_CLIENT_CERT,
	VW_REQUEST_CLIENT_CERT,
	VW_REQUIRE_ANY_CLIENT_CERT,
	VW_VERIFY_CLIENT_CERT_IF_GIVEN,
	VW_REQUIRE_AND_VERIFY_CLIENT_CERT,
};

struct vw_web_user {
	const char *name;
	const char *hash; /* as crypt(5) writes bcrypt: "$2b$10$…" */
};

struct vw_web_header {
	const char *name, *value;
};

struct vw_web_config {
	bool tls;
	const char *certificate, *key; /* PEM; NULL without TLS */
	const char *client_ca;         /* PEM; NULL when clients need no certificate of an authority */
	enum vw_client_auth client_auth;
	size_t allowed_name_count;
	const char *const *allowed_name; /* alternative names of which a client's certificate has one */
	const char *priorities; /* of GnuTLS: what the versions, suites and curves asked for come to */

	size_t header_count;
	const struct vw_web_header *header;
	size_t user_count;
	const struct vw_web_user *user; /* without any, everybody may read */

	size_t note_count;
	const char *const *note; /* what was asked for and is not done, where that makes nothing less safe */

	struct vw_arena *arena;
};

/**
 * Read a web configuration and the files that it names; relative paths begin in its own folder.
 *
 * @path: a regular file of at most 64 KiB; keys and certificates at most 1 MiB each
 * @ret: free with vw_web_config_free()
 * @problem: after a failure one line for people: "FILE:LINE: what is wrong"
 *
 * An unknown key, a value that is not understood, and a demand that cannot be met as it is written are
 * errors: nothing is served with less protection than the file asks for.
 *
 * Returns 0, -EINVAL for content that is wrong, or another negative errno.
 */
_must_check_ int vw_web_config_load(const char *path, struct vw_web_config **ret, char *problem,
				    size_t problem_size);

/** Do they ask for the same connections: is TLS, with its certificates and demands, the same? NULL is plain
 * HTTP. */
bool vw_web_config_same_tls(const struct vw_web_config *a, const struct vw_web_config *b);

/** Do they ask for the same in all? NULL asks for nothing. */
bool vw_web_config_same(const struct vw_web_config *a, const struct vw_web_config *b);

/** Free it; the key is wiped first. NULL is fine. */
void vw_web_config_free(struct vw_web_config *config);
void vw_web_config_freep(struct vw_web_config **config);

#endif
