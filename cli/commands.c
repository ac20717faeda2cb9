/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

/* VWC_COMMANDS comes from the Makefile: COMMAND(name) for each row that a file of this folder has. */
#define COMMAND(name) extern const struct vwc_command vwc_##name##_command;
VWC_COMMANDS
#undef COMMAND

#define COMMAND(name) &vwc_##name##_command,
const struct vwc_command *const vwc_commands[] = {VWC_COMMANDS NULL};
