/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "cli/cli.h"

#define FORMATS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct vw_command commands[] = {
	{
		.name = NULL,
		.arguments = "",
		.summary = "say where this system runs",
		.details = "One headline, the stack of layers, the six dimensions of virtualization, and "
			   "what could "
			   "not be read. Exits 0 when there is a verdict, 3 when there is none.",
		.run = vw_run_where,
	},
	{
		.name = "is",
		.arguments = "WORD...",
		.summary = "exit 0 if every WORD holds, and print nothing",
		.details = "A WORD is a platform, hypervisor, mode, cloud, container, or one of vm, nested, "
			   "container, "
			   "confidential, metal; see 'virtwhere list words'. Exits 1 when one does not hold, "
			   "3 when "
			   "it is not known.",
		.formats = FORMATS("text", "json"),
		.least_words = 1,
		.most_words = SIZE_MAX,
		.run = vw_run_is,
	},
	{
		.name = "explain",
		.arguments = "",
		.summary = "every piece of evidence, and what it supports",
		.details = "Each with its weight, its source, what was read there, what it speaks for and "
			   "what overruled "
			   "it, and who says so. Then what contradicts itself, and what could not be read.",
		.formats = FORMATS("text", "json"),
		.run = vw_run_explain,
	},
	{
		.name = "drivers",
		.arguments = "",
		.summary = "is each device driven by the driver that it needs",
		.details =
			"And: is it emulated where a better one can be had, does the kernel wait for EBS "
			"volumes, "
			"is the clock a fast one, can guests be started here. What failed comes first, with "
			"what to do. Exits 1 when a check failed, 3 when a decisive one could not be made.",
		.formats = FORMATS("text", "json"),
		.run = vw_run_drivers,
	},
	{
		.name = "preflight",
		.arguments = "--root DIR --target TARGET...",
		.summary = "will an image boot there, and be driven right",
		.details =
			"DIR is the root directory of a system that does not run, or a tar archive of one; "
			"nothing in it is started or written. Every kernel in it is checked, the default "
			"one decides. See 'virtwhere list targets' and 'virtwhere list checks'. Exits 0 "
			"when it passes, 1 when a check fails, 3 when it cannot be told.",
		.formats = FORMATS("text", "json", "junit", "tap", "sarif", "github"),
		.run = vw_run_preflight,
	},
	{
		.name = "snapshot",
		.arguments = "-o PATH",
		.summary = "record all that a verdict rests on",
		.details = "PATH is a directory to be made, or an archive by its suffix: .tar, .tar.gz, "
			   ".tar.zst. "
			   "Serials, UUIDs, MAC addresses and instance ids are left out. 'virtwhere "
			   "--snapshot PATH' "
			   "then answers from it, on any machine.",
		.formats = FORMATS("text", "json"),
		.run = vw_run_snapshot,
	},
	{
		.name = "passport",
		.arguments = "",
		.summary = "the line that tells a guest the layers under it",
		.details = "Ready for QEMU and libvirt. A guest that was started with it reports those "
			   "layers as "
			   "declared.",
		.formats = FORMATS("text", "json", "qemu", "libvirt", "raw"),
		.run = vw_run_passport,
	},
	{
		.name = "metrics",
		.arguments = "",
		.summary = "what a monitoring system shall know, once",
		.details = "As Prometheus reads it, or as OpenMetrics 1.0. With --textfile it goes into a "
			   "file for node_exporter's textfile collector, written whole or not at all. The "
			   "service virtwhered gives the same over HTTP.",
		.formats = FORMATS("prometheus", "openmetrics", "json"),
		.run = vw_run_metrics,
	},
	{
		.name = "list",
		.arguments = "LIST",
		.summary = "the closed lists that other commands use",
		.details = "LIST is one of platforms, targets, words, clouds, containers, hypervisors, "
			   "modes, vmms, "
			   "confidential, rows, checks. 'words' are all that 'virtwhere is' knows.",
		.formats = FORMATS("text", "json"),
		.least_words = 1,
		.most_words = 1,
		.run = vw_run_list,
	},
	{
		.name = "help",
		.arguments = "[COMMAND]",
		.summary = "help on a command",
		.details = "Without COMMAND, on the whole program.",
		.formats = FORMATS("text"),
		.most_words = 1,
		.run = vw_run_help,
	},
};

const struct vw_command *vw_command_at(size_t index)
{
	return index < VW_COUNT(commands) ? &commands[index] : NULL;
}

const struct vw_command *vw_command_find(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(commands); i++)
		if (vw_equal(commands[i].name, name))
			return &commands[i];
	return NULL;
}

const char *vw_command_format(const struct vw_command *command, size_t index)
{
	const struct vw_format *format;

	if (!command->formats) {
		format = vw_format_at(index);
		return format ? format->name : NULL;
	}
	for (size_t i = 0; i < index; i++)
		if (!command->formats[i])
			return NULL;
	return command->formats[index];
}
