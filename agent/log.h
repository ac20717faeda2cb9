/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_LOG_H
#define VW_AGENT_LOG_H

/*
 * What the service says of itself: lines on standard error, which systemd takes into the journal.
 */

#include <stddef.h>

#include "base/base.h"

/**
 * One line on standard error, cleaned. Below systemd it begins with the priority (sd-daemon(3)), else with
 * the program's name. It is dropped where it could not be written at once.
 *
 * @priority: LOG_ERR … LOG_DEBUG of syslog(3); the last is for the journal alone
 */
void vwd_log_say(int priority, const char *format, ...) _printf_(2, 3);

/* Something that may fail each time anew, and is said when it begins and when it ends. Zeros: it went well.
 */
struct vwd_log_trouble {
	int err;
};

/**
 * Take note of an outcome of @what.
 *
 * @err: 0 or a negative errno
 * @what: "/run/virtwhere/report.json"
 * @reason: of a failure; NULL for what strerror(3) says
 */
void vwd_log_trouble(struct vwd_log_trouble *trouble, int err, const char *what, const char *reason);

/** Fill @problem with one line, cleaned, and return @err. @size: not 0 */
int vwd_log_problem(char *problem, size_t size, int err, const char *format, ...) _printf_(4, 5);

#endif
