/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_SERVICE_H
#define VW_AGENT_SERVICE_H

#include "agent/config.h"

enum vwd_agent_exit {
	VW_AGENT_OK = 0,
	VW_AGENT_CONFIG = 2, /* what it was told is wrong */
	VW_AGENT_FAILED = 4,
};

/**
 * Run the service until SIGTERM or SIGINT: probe at start, when the machine may have changed
 * (agent/monitor.h), on SIGHUP, which also reads the configuration again, and at the interval; keep and serve
 * what came of it.
 *
 * Speaks sd_notify(3): READY=1 after the first report, STATUS= with its headline, RELOADING=1, STOPPING=1,
 * and WATCHDOG=1 where systemd asks for it.
 *
 * @argc, @argv: the command line, for reading the configuration again
 * @config: taken over
 */
enum vwd_agent_exit vwd_service_run(int argc, char **argv, struct vwd_config *config);

#endif
