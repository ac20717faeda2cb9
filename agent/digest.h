/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_DIGEST_H
#define VW_AGENT_DIGEST_H

/*
 * What of a report is worth telling when it changes. It is made from a report, or from the JSON that a report
 * was written as, and both give the same.
 */

#include "detect/base.h"
#include "detect/report.h"

enum {
	VW_DIGEST_LIMIT = 1024 * 1024, /* bytes of a report that is read again */
	VW_DIGEST_DEVICES = 1024,
	VW_DIGEST_FINDINGS = 1024,
};

struct vw_digest_finding {
	const char *id, *subject, *message;
	enum vw_status status;
	enum vw_severity severity;
};

/* A structure of zeros is empty. Every string is the digest's own, clean, and NULL where the report has none.
 */
struct vw_digest {
	struct vw_arena *arena;
	struct vw_platform platform; /* without name and confidence */
	int level;
	enum vw_tristate can_host;
	bool devices_known; /* no list of devices was unreadable */
	size_t device_count;
	struct vw_device *device;
	size_t finding_count;
	struct vw_digest_finding *finding;
};

/** Returns 0 or -ENOMEM. */
_must_check_ int vw_digest_of(const struct vw_report *report, struct vw_digest *ret);

/**
 * Read what was written as virtwhere.report/1.
 *
 * @json: bytes from outside, @size of them
 *
 * Returns 0, -EBADMSG for what is no such report, -E2BIG beyond the bounds above, -EOPNOTSUPP without
 * libjansson, or -ENOMEM.
 */
_must_check_ int vw_digest_parse(const char *json, size_t size, struct vw_digest *ret);

void vw_digest_free(struct vw_digest *digest);

#endif
