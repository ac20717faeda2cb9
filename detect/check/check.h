/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_CHECK_CHECK_H
#define VW_DETECT_CHECK_CHECK_H

/* How checks are written. Only the files of this folder include it. */

#include "base/base.h"
#include "detect/checks.h"
#include "detect/know/drivers.h"
#include "detect/know/tables.h"
#include "detect/know/targets.h"

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

/* One check. In a message or remedy {kernel} and {subject} stand for the kernel's release and the finding's
 * subject. */
struct vw_check {
	struct vw_check_word word;
	bool each_kernel; /* it is asked of every kernel; else once of the image */
	bool any_machine; /* it is also asked of a kernel that is made for another machine than the target */
	unsigned milder_on; /* targets where its worst is @milder */
	enum vw_severity milder;
	const char *const *remedies; /* VW_FAMILIES of them, each may be NULL; NULL: only word.remedy */
	/* Of a check that asks for drivers: those of the target's disk or network, or these, any of which
	 * does; and what messages call what they drive. */
	enum vwk_drives device;
	const char *const *drivers;
	const char *drives;
	void (*assess)(struct vw_assessment *a);
};

#define VW_EC2_GUIDE    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"
#define VW_EACH_KERNEL  .each_kernel = true
#define VW_DRIVERS(...) ((const char *const[]){__VA_ARGS__, NULL})

/*
 * A check's row. It stands behind the function that assesses it, and is in no list: a pointer to it goes into
 * a section of its own, over which the engine walks.
 */
#define VW_CHECK(identity, on, worst, what_breaks, says, mended_by, url, ...)                            \
	static const struct vw_check check_##identity = {.word = {.id = #identity,                       \
								  .title = says,                         \
								  .targets = on,                         \
								  .severity = worst,                     \
								  .breaks = what_breaks,                 \
								  .reference = url,                      \
								  .remedy = mended_by},                  \
							 __VA_ARGS__};                                   \
	static const struct vw_check *const row_##identity __attribute__((section("vw_checks"), used)) = \
		&check_##identity

/* Each file of checks has one, by which engine.c names it. */
#define VW_CHECKS_OF(subject)                     \
	extern const char vw_checks_of_##subject; \
	const char vw_checks_of_##subject = 0

/* A finding while they are gathered. */
struct vw_found {
	struct vw_found *next;
	size_t order;  /* of its kernel: 0 for the image */
	size_t number; /* in the order of saying */
	struct vw_image_finding said;
};

/* A check at work: on one target of an image, and on one kernel where it is about kernels; or on the running
 * guest. */
struct vw_assessment {
	const struct vw_check *check;
	/* Of the running guest; NULL for an image. */
	const struct vw_facts *facts;
	const struct vw_report *report;    /* as far as it is filled */
	const struct vwk_row *row, *lower; /* the platform, and the layer that shows through it or NULL */
	/* Of an image; NULL for the running guest. */
	const struct vw_image_facts *image;
	const struct vw_image_kernel *kernel;         /* the one asked about; for checks of the image: NULL */
	const struct vw_image_kernel *default_kernel; /* the one that decides, or NULL */
	const struct vw_preflight_request *request;
	unsigned target;
	enum vw_severity severity; /* the check's on this target */
	enum vw_family family;
	const char *remedy; /* of what is said from now on by this check, in place of the table's; "" for
			       none; or NULL */
	bool decides;
	struct vwb_arena *arena;
	struct vw_found *found; /* the last one first; of all checks so far */
	size_t count;           /* of them, those of this check on this target and kernel */
	size_t all, order;
};

/*
 * Say what was found. @subject: the module, file or setting it is about; @evidence: "/etc/fstab:3", or NULL.
 * Strings but the formatted one must live as long as the facts.
 *
 * Of the running guest, what is unknown has the remedy that was set, and is left out where the probes were
 * not asked to read widely: the bare command reads less, and what it did not look at is no news.
 */
void vw_say(struct vw_assessment *a, enum vw_status status, enum vw_severity severity, const char *subject,
	    const char *evidence, const char *format, ...) _printf_(6, 7);

/** Did the probes of the running guest read what only some commands need? */
bool vw_live_wide(const struct vw_assessment *a);

/** The platform's row; under a control domain, whose devices are those of the layer below, that layer's. */
const struct vwk_row *vw_live_board(const struct vw_assessment *a);

/** Does a driver's name say that the device was given to a guest or to a program? */
bool vw_live_given_away(const char *driver);

/** Say that the check passed, unless it has said anything. */
void vw_say_passed(struct vw_assessment *a, const char *evidence, const char *format, ...) _printf_(3, 4);

/** It is there, or may be, and what it holds is not known. */
bool vw_state_unreadable(enum vw_state state);

/** What is known of a target: of one bit, or of the first that has all bits. */
const struct vwk_target *vw_target_row(unsigned target);

/** The machine that a target runs on, as in an ELF header: "x86_64"; NULL: several. */
const char *vw_target_arch(unsigned target);

/* Whether a driver is at hand before the root file system is. */
enum vw_driver_early {
	VW_EARLY_ABSENT,  /* the kernel does not have it at all */
	VW_EARLY_MISSING, /* a module that is not in the initramfs */
	VW_EARLY_PARTLY,  /* it is there, and a module that it depends on is not */
	VW_EARLY_UNKNOWN,
	VW_EARLY_BUILTIN,
	VW_EARLY_THERE,
};

/** @ret_lacking: the dependency that is not there, or why it is not known; else untouched */
enum vw_driver_early vw_driver_early(const struct vw_image_kernel *kernel, const char *driver,
				     const char **ret_lacking);

/**
 * The kernel passes over an initramfs without /init, or in which it comes to none before it has to give up,
 * and mounts the root itself. Source: Linux init/main.c, kernel_init_freeable(); init/initramfs.c,
 * do_populate_rootfs(); boots that proved both.
 */
bool vw_initramfs_passed_over(const struct vw_initramfs *initramfs);

/** Say of one driver that is needed before root what vw_driver_early() tells; nothing when it is at hand. */
void vw_say_early(struct vw_assessment *a, const char *driver, const char *what);

enum { VW_WAY_MAX = 8 };

/* Drivers that work together: one for the device, what it needs to come to it, and what makes disks of it. */
struct vw_way {
	size_t count;
	const char *driver[VW_WAY_MAX];
};

/** The way to the target's disk or network that a kernel takes: the one that comes furthest, else the first.
 */
struct vw_way vw_way_used(const struct vw_assessment *a, enum vwk_drives device);

/** A module among what the target needs, or NULL: without an index none of them could be loaded. */
const char *vw_needed_module(const struct vw_assessment *a);

/** Does the first word of vermagic name this release? Source: Linux include/linux/vermagic.h. */
bool vw_module_made_for(const struct vw_modinfo *info, const char *release);

/** Why what is not seen in an initramfs may be in it all the same; NULL when it was read to its end. */
const char *vw_initramfs_doubt(const struct vw_initramfs *initramfs);

/** What in modprobe.d keeps a driver from being loaded, or NULL. */
const struct vw_modprobe_rule *vw_modprobe_blocks(const struct vw_modprobe *modprobe, const char *driver);

/** What is mounted there, or NULL. */
const struct vw_mount *vw_mounted_at(const struct vw_image_facts *image, const char *where);

/** The value of a word of a kernel's command line; false where it is not known or not there. */
bool vw_cmdline_value(const struct vw_image_kernel *kernel, const char *name, const char **value,
		      size_t *length);

bool vw_names_have(const struct vw_names *names, const char *name);

/** "network" or "storage" */
const char *vw_drives_word(enum vwk_drives drives);

/* Remedies by family, for checks whose subject is a driver. */
extern const char *const vw_add_to_initramfs[VW_FAMILIES], *const vw_install_driver[VW_FAMILIES];

/* Words of findings' messages. */
const char *vw_target_name(unsigned target);      /* "a Nitro instance" */
const char *vw_state_reason(enum vw_state state); /* "may not be read" */

enum vw_family vw_family_of(const struct vw_image_os *os);

#endif
