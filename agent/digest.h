/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_DIGEST_H
#define VW_AGENT_DIGEST_H

/*
 * What of a report is worth telling when it changes, and the text that it is kept as until the service runs
 * again.
 */

#include "base/base.h"
#include "detect/report.h"

enum {
	VW_DIGEST_LIMIT = 1024 * 1024, /* bytes of a text that is read again */
	VW_DIGEST_DEVICES = 1024,
	VW_DIGEST_FINDINGS = 1024,
};

struct vwd_digest_finding {
	const char *id, *subject, *message;
	enum vw_status status;
	enum vw_severity severity;
};

/* A structure of zeros is empty. Every string is the digest's own, clean, and NULL where the report has none.
 */
struct vwd_digest {
	struct vwb_arena *arena;
	struct vw_platform platform; /* without name and confidence */
	int level;
	enum vw_tristate can_host;
	int devices_known; /* 1: no list of devices was unreadable; else 0 */
	size_t device_count;
	struct vw_device *device;
	size_t finding_count;
	struct vwd_digest_finding *finding;
	const char *text; /* what it is kept as */
	size_t size;
};

/** Make one of a report. Returns 0 or -ENOMEM. */
_must_check_ int vwd_digest_of(const struct vw_report *report, struct vwd_digest *ret);

/**
 * Read the text of one.
 *
 * @text: bytes from outside, @size of them
 *
 * Returns 0, -EBADMSG for what is no such text, or -ENOMEM.
 */
_must_check_ int vwd_digest_parse(const char *text, size_t size, struct vwd_digest *ret);

void vwd_digest_free(struct vwd_digest *digest);

#endif
