/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_CHECKS_INTERNAL_H
#define VW_DETECT_CHECKS_INTERNAL_H

/* How checks are written. Only the checks_*.c of this folder include it. */

#include "detect/build.h"
#include "detect/checks.h"

/* Of distributions, by what they install and make things with. */
enum vw_family {
	VW_ANY_FAMILY,
	VW_DEBIAN,
	VW_REDHAT,
	VW_REDHAT_7, /* with yum; where it has no remedy of its own, VW_REDHAT's holds */
	VW_SUSE,
	VW_ALPINE,
	VW_ARCH,
	VW_FAMILIES
};

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

/* What a target's devices need: drivers that work together, or others in their place. */
struct vw_need {
	const char *what;              /* "disks" */
	const char *const *const *way; /* each a list of drivers, NULL-terminated; NULL-terminated itself */
};

/* One check. In a message or remedy {kernel} and {subject} stand for the kernel's release and the finding's
 * subject. */
struct vw_check {
	struct vw_check_word word;
	bool each_kernel;   /* it is asked of every kernel; else once of the image */
	unsigned milder_on; /* targets where its worst is @milder */
	enum vw_severity milder;
	const char *const *remedies; /* VW_FAMILIES of them, each may be NULL; NULL: only word.remedy */
	const struct vw_need *need;  /* of what it asks, where it asks for drivers */
	void (*assess)(struct vw_assessment *a);                            /* of an image */
	void (*live)(struct vw_build *build, const struct vw_check *check); /* of the running guest */
};

#define VW_EC2_GUIDE   "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"
#define VW_EACH_KERNEL .each_kernel = true

/* The word of a row. */
#define VW_CHECK(identity, on, worst, says, cure, url) \
	.word = {.id = identity,                       \
		 .title = says,                        \
		 .targets = on,                        \
		 .severity = worst,                    \
		 .reference = url,                     \
		 .remedy = cure}

struct vw_check_table {
	const struct vw_check *check; /* in ascending order of id */
	size_t count;
};

/* Drivers and kernels; initramfs and boot; what is mounted, network and the rest; the running guest. */
extern const struct vw_check_table vw_kernel_checks, vw_boot_checks, vw_system_checks, vw_live_checks;

/* A finding while they are gathered. */
struct vw_found {
	struct vw_found *next;
	size_t order;  /* of its kernel: 0 for the image */
	size_t number; /* in the order of saying */
	struct vw_image_finding said;
};

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
	const char *cure; /* of what is said from now on by this check, in place of the table's; or NULL */
	bool decides;
	struct vw_arena *arena;
	struct vw_found *found; /* the last one first; of all checks so far */
	size_t count;           /* of them, those of this check on this target and kernel */
	size_t all, order;
};

/*
 * Say what was found. @subject: the module, file or setting it is about; @evidence: "/etc/fstab:3", or NULL.
 * Strings but the formatted one must live as long as the facts.
 */
void vw_say(struct vw_assessment *a, enum vw_status status, enum vw_severity severity, const char *subject,
	    const char *evidence, const char *format, ...) _printf_(6, 7);

/** Say that the check passed, unless it has said anything. */
void vw_say_passed(struct vw_assessment *a, const char *evidence, const char *format, ...) _printf_(3, 4);

/** It is there, or may be, and what it holds is not known. */
bool vw_unreadable(enum vw_state state);

/** The machine that a target runs on, as in an ELF header: "x86_64"; NULL: several. */
const char *vw_target_arch(unsigned target);

/* Whether a driver is at hand before the root file system is. */
enum vw_early {
	VW_EARLY_ABSENT,  /* the kernel does not have it at all */
	VW_EARLY_MISSING, /* a module that is not in the initramfs */
	VW_EARLY_PARTLY,  /* it is there, and a module that it depends on is not */
	VW_EARLY_UNKNOWN,
	VW_EARLY_BUILTIN,
	VW_EARLY_THERE,
};

/** @ret_lacking: the dependency that is not there, or why it is not known; else untouched */
enum vw_early vw_early(const struct vw_image_kernel *kernel, const char *driver, const char **ret_lacking);

/**
 * The kernel passes over an initramfs without /init, or in which it comes to none before it has to give up,
 * and mounts the root itself. Source: Linux init/main.c, kernel_init_freeable(); init/initramfs.c,
 * do_populate_rootfs(); boots that proved both.
 */
bool vw_passed_over(const struct vw_initramfs *initramfs);

/** Say of one driver that is needed before root what vw_early() tells; nothing when it is at hand. */
void vw_say_early(struct vw_assessment *a, const char *driver, const char *what);

/* Words of findings' messages. */
const char *vw_target_name(unsigned target);      /* "a Nitro instance" */
const char *vw_state_reason(enum vw_state state); /* "may not be read" */

/** The remedy for what is said now, with its {words} replaced; in the arena's memory, NULL for none. */
const char *vw_remedy(const struct vw_assessment *a, const char *kernel, const char *subject);

enum vw_family vw_family_of(const struct vw_image_os *os);

#endif
