/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_MONITOR_H
#define VW_AGENT_MONITOR_H

/*
 * What tells that the machine may have changed: devices that come, go or change drivers, a new VM generation
 * id, and a clock that was set or had stood still.
 *
 * A storm of events is gathered into one call: when there was quiet for a while, or at last after
 * VW_MONITOR_STORM_MS. It costs nothing while nothing happens.
 *
 * A guest that is suspended or migrated under Xen finds its clock set when it runs again (Linux,
 * drivers/xen/manage.c: do_suspend(), syscore_resume()); "control/shutdown" of the XenStore is not for
 * unprivileged programs to watch. A live migration that the guest's kernel is not told of, or does not tell
 * of, is seen at the next interval, or when the time service sets the clock.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/base.h"

enum { VW_MONITOR_STORM_MS = 5000 };

struct vwd_monitor;

/**
 * Watch.
 *
 * @settle: ms of quiet that end a storm
 * @happened: called from the loop, with @why such as "net event"; NULL is not allowed
 *
 * Where events cannot be received, the clock alone is watched, and standard error told so.
 *
 * Returns 0 or a negative errno.
 */
_must_check_ int vwd_monitor_new(sd_event *event, uint64_t settle,
				 void (*happened)(void *context, const char *why), void *context,
				 struct vwd_monitor **ret);

/** Change the quiet that ends a storm. */
void vwd_monitor_settle(struct vwd_monitor *monitor, uint64_t settle);

void vwd_monitor_free(struct vwd_monitor *monitor); /* NULL is fine */

#endif
