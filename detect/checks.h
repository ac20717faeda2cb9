/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_CHECKS_H
#define VW_DETECT_CHECKS_H

/*
 * Checks: what a target needs, held against an image's facts (pre-flight), or what this guest needs, held
 * against its report (drivers). One check is one row of a table. Pure, as all of detect/.
 */

#include "base/base.h"
#include "detect/image.h"
#include "detect/report.h"

enum vw_target {
	VW_XEN_PV = 1 << 0,
	VW_XEN_HVM = 1 << 1,
	VW_NITRO = 1 << 2,
	VW_NITRO_ARM64 = 1 << 3,
	VW_EC2_METAL = 1 << 4,
	VW_EC2_METAL_ARM64 = 1 << 5,
	VW_NESTED_HOST = 1 << 6,
	VW_KVM = 1 << 7,
	VW_GCP = 1 << 8,
	VW_AZURE = 1 << 9,
	VW_TARGETS = 10,
};

/** The targets that a word of --target stands for; "ec2" stands for several. Returns 0 for an unknown word.
 */
unsigned vw_target_of(const char *word);
const char *vw_target_word(unsigned target); /* of one bit: "xen-pv" */

/* What registered the image, as describe-images tells: --ami-json. Each may be NULL. */
struct vw_ami {
	enum vw_tristate ena_support;
	const char *image_id, *sriov_net_support, *virtualization_type, *boot_mode, *architecture,
		*root_device_type;
	const char *tpm_support;
};

/* What a failure of a check breaks, the worst first. A failure that is less than fatal breaks none of it, but
 * harms it. */
enum vw_breaks {
	VW_BREAKS_BOOT,
	VW_BREAKS_START,   /* the platform does not start it as it is registered */
	VW_BREAKS_REACH,   /* it boots, and nobody reaches it */
	VW_BREAKS_HOSTING, /* it cannot host guests */
	VW_BREAKS_NOTHING, /* it can be less than fatal only */
};

/* A row of a table of checks, for lists and docs; how it is assessed is the engine's. */
struct vw_check_word {
	const char *id, *title;
	unsigned targets;          /* of enum vw_target; 0: the running guest */
	enum vw_severity severity; /* the worst that it can say */
	enum vw_breaks breaks;
	const char *reference; /* a public document */
	const char *remedy;    /* the general one */
};

/** The table of checks, image and live ones, in the order of their ids. Returns the row at @index or NULL. */
const struct vw_check_word *vw_check_at(size_t index);

/* What a check found, for one target and one kernel. */
struct vw_image_finding {
	struct vw_finding finding;
	unsigned target;    /* one bit of enum vw_target */
	const char *kernel; /* the release, or NULL for what is the same for all kernels */
	bool decides;       /* it is about the default kernel, or about all */
	enum vw_breaks breaks;
};

struct vw_target_verdict {
	unsigned target;
	enum vw_status status; /* VW_PASS, VW_FAIL or VW_STATUS_UNKNOWN, by fail_on */
	size_t fatal, degraded, advice, unknown, passed; /* findings that decide, by kind */
};

/* What pre-flight has to say of an image. */
struct vw_preflight {
	const struct vw_image_facts *image;
	enum vw_severity fail_on;
	enum vw_status status; /* the worst of the targets */
	size_t target_count;
	const struct vw_target_verdict *target;
	size_t finding_count;
	const struct vw_image_finding *finding; /* by target, then kernel, then id */
};

struct vw_preflight_request {
	unsigned targets;         /* of enum vw_target */
	const char *kernel;       /* "all", "default" or a release */
	enum vw_severity fail_on; /* VW_DEGRADED unless told otherwise */
	const struct vw_ami *ami; /* or NULL */
};

/**
 * Hold an image against targets.
 *
 * @ret: free with vw_preflight_free(), before the facts
 *
 * Returns 0, -ENOMEM, or -ENOENT when the image has no kernel of the release that was asked for.
 */
_must_check_ int vw_preflight(const struct vw_image_facts *image, const struct vw_preflight_request *request,
			      struct vw_preflight **ret);
void vw_preflight_free(struct vw_preflight *preflight);
void vw_preflight_freep(struct vw_preflight **preflight);

/* What the tables of checks want to be read of an image: lists that end with NULL (probes/image/image.h). */
extern const char *const vw_checked_units[], *const vw_checked_groups[];

enum { VW_CHECKED_MODULES = 64 };

/** The modules whose .modinfo is to be read. @ret: gets their names, static, and a NULL behind them */
void vw_checked_modules(const char *ret[VW_CHECKED_MODULES]);

/**
 * Hold a guest's report against what its platform needs, and put the findings into it. vw_detect() calls it.
 *
 * Returns 0 or -ENOMEM.
 */
struct vw_build;
int vw_check_live(struct vw_build *build);

/** The worst of findings: VW_FAIL when one of @fail_on or worse failed, VW_STATUS_UNKNOWN when a fatal one is
 * unknown, else VW_PASS. */
enum vw_status vw_findings_status(const struct vw_finding *finding, size_t count, enum vw_severity fail_on);

#endif
