/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_CHECKS_INTERNAL_H
#define VW_DETECT_CHECKS_INTERNAL_H

/* How checks are written. Only the checks_*.c of this folder include it. */

#include "detect/build.h"
#include "detect/checks.h"

enum vw_family { VW_ANY_FAMILY, VW_DEBIAN, VW_REDHAT, VW_SUSE, VW_ALPINE, VW_ARCH, VW_FAMILIES };

enum {
	VW_ON_EC2_X86 = VW_NITRO | VW_EC2_METAL | VW_NESTED_HOST,
	VW_ON_EC2_ARM64 = VW_NITRO_ARM64 | VW_EC2_METAL_ARM64,
	VW_ON_NVME = VW_ON_EC2_X86 |
		     VW_ON_EC2_ARM64, /* all of EC2 whose disks are NVMe and whose network is ENA */
	VW_ON_XEN = VW_XEN_PV | VW_XEN_HVM,
	VW_ON_EC2 = VW_ON_NVME | VW_ON_XEN,
	VW_ON_X86_ONLY = VW_ON_XEN | VW_ON_EC2_X86,
	VW_ON_ALL = (1 << VW_TARGETS) - 1,
};

struct vw_assessment;

/* One check. In a message or remedy {kernel} and {subject} stand for the kernel's release and the finding's
 * subject. */
struct vw_check {
	struct vw_check_word word;
	bool each_kernel;   /* it is asked of every kernel; else once of the image */
	unsigned milder_on; /* targets where its worst is @milder */
	enum vw_severity milder;
	const char *const *remedies; /* VW_FAMILIES of them, each may be NULL; NULL: only word.remedy */
	void (*assess)(struct vw_assessment *a);                            /* of an image */
	void (*live)(struct vw_build *build, const struct vw_check *check); /* of the running guest */
};

struct vw_check_table {
	const struct vw_check *check; /* in ascending order of id */
	size_t count;
};

extern const struct vw_check_table vw_image_checks, vw_live_checks;

/* A check at work: on one target, and on one kernel where it is about kernels. */
struct vw_assessment {
	const struct vw_check *check;
	const struct vw_image_facts *image;
	const struct vw_image_kernel *kernel;         /* the one asked about; for checks of the image: NULL */
	const struct vw_image_kernel *default_kernel; /* the one that decides, or NULL */
	const struct vw_preflight_request *request;
	unsigned target;
	enum vw_severity severity; /* the check's on this target */
	enum vw_family family;
	bool decides;
	struct vw_arena *arena;
	struct vw_found *first, *last; /* findings so far */
	size_t count;
};

/*
 * Say what was found. @subject: the module, file or setting it is about; @evidence: "/etc/fstab:3", or NULL.
 * Strings but the formatted one must live as long as the facts.
 */
void vw_say(struct vw_assessment *a, enum vw_status status, enum vw_severity severity, const char *subject,
	    const char *evidence, const char *format, ...) _printf_(6, 7);

/** The remedy of a check for a family, with its {words} replaced; in the arena's memory, NULL for none. */
const char *vw_remedy(struct vw_arena *arena, const struct vw_check *check, enum vw_family family,
		      const char *kernel, const char *subject);

enum vw_family vw_family_of(const struct vw_image_os *os);

#endif
