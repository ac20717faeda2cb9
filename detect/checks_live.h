/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_CHECKS_LIVE_H
#define VW_DETECT_CHECKS_LIVE_H

/* How checks of the running guest are written. Only the checks_live*.c of this folder include it. */

#include "detect/checks_internal.h"

/* What a finding is about, and where it comes from. */
struct vw_about {
	const char *subject;
	const char *evidence; /* may be NULL */
	const char *remedy;   /* may be NULL */
};

/**
 * Put a finding into the report. One that is unknown is left out where the probes were not asked to read
 * widely: the bare command reads less, and what it did not look at is no news.
 */
void vw_live_say(struct vw_build *build, const struct vw_check *check, enum vw_status status,
		 enum vw_severity severity, const struct vw_about *about, const char *format, ...)
	_printf_(6, 7);

/** Did the probes read what only some commands need? */
bool vw_live_wide(const struct vw_build *build);

/** The platform's row; under a control domain, whose devices are those of the layer below, that layer's. */
const struct vw_row *vw_live_board(const struct vw_build *build);

/** Does a driver's name say that the device was given to a guest or to a program? */
bool vw_live_given_away(const char *driver);

/* Checks of devices: checks_live_devices.c */
void vw_live_network_bound(struct vw_build *build, const struct vw_check *check);
void vw_live_storage_bound(struct vw_build *build, const struct vw_check *check);
void vw_live_network_emulated(struct vw_build *build, const struct vw_check *check);
void vw_live_storage_emulated(struct vw_build *build, const struct vw_check *check);
void vw_live_xen_platform(struct vw_build *build, const struct vw_check *check);
void vw_live_nitro(struct vw_build *build, const struct vw_check *check);

#endif
