/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"

static bool set_help(struct vwc_request *request, const char *argument)
{
	(void)argument;
	return request->help = true;
}

static bool set_version(struct vwc_request *request, const char *argument)
{
	(void)argument;
	return request->version = true;
}

static bool set_json(struct vwc_request *request, const char *argument)
{
	request->format = "json";
	request->view.compact = vwb_text_equal(argument, "compact");
	return !argument || request->view.compact || vwb_text_equal(argument, "pretty");
}

static bool set_format(struct vwc_request *request, const char *argument)
{
	request->format = argument;
	return true;
}

static bool set_snapshot(struct vwc_request *request, const char *argument)
{
	request->snapshot = argument;
	return true;
}

static bool set_colour(struct vwc_request *request, const char *argument)
{
	static const char *const words[] = {
		[VW_COLOUR_AUTO] = "auto", [VW_COLOUR_ALWAYS] = "always", [VW_COLOUR_NEVER] = "never"};

	for (size_t i = 0; i < VW_COUNT(words); i++) {
		if (!vwb_text_equal(argument ? argument : "always", words[i]))
			continue;
		request->colour = (enum vwc_colour)i;
		return true;
	}
	return false;
}

static bool set_timing(struct vwc_request *request, const char *argument)
{
	(void)argument;
	return request->timing = true;
}

static bool set_verbose(struct vwc_request *request, const char *argument)
{
	(void)argument;
	return request->view.verbose = true;
}

static bool set_output(struct vwc_request *request, const char *argument)
{
	request->output = argument;
	return true;
}

static bool set_with_ids(struct vwc_request *request, const char *argument)
{
	(void)argument;
	return request->with_ids = true;
}

static bool set_root(struct vwc_request *request, const char *argument)
{
	request->root = argument;
	return *argument;
}

static bool set_target(struct vwc_request *request, const char *argument)
{
	if (request->targets == VW_TARGET_WORDS)
		return false;
	request->target[request->targets++] = argument;
	return true;
}

static bool set_kernel(struct vwc_request *request, const char *argument)
{
	request->kernel = argument;
	return *argument;
}

static bool set_ami_json(struct vwc_request *request, const char *argument)
{
	request->ami_json = argument;
	return true;
}

static bool set_fail_on(struct vwc_request *request, const char *argument)
{
	for (enum vw_severity severity = VW_ADVICE; severity <= VW_FATAL; severity++) {
		if (!vwb_text_equal(argument, vw_severity_word(severity)))
			continue;
		request->fail_on = severity;
		return true;
	}
	return false;
}

#define COMMANDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct vwc_option options[] = {
	{"output", 'o', "PATH", false, COMMANDS("", "explain", "drivers", "snapshot", "preflight"),
	 "where to record; the file to write, whole or not at all", set_output},
	{"root", 0, "DIR", false, COMMANDS("preflight"), "the same as IMAGE", set_root},
	{"target", 't', "TARGET", false, COMMANDS("preflight"),
	 "where it is to boot; several times, or with commas", set_target},
	{"kernel", 0, "KERNEL", false, COMMANDS("preflight"), "all, default or a release", set_kernel},
	{"ami-json", 0, "FILE", false, COMMANDS("preflight"),
	 "the answer of describe-images, to hold the image against", set_ami_json},
	{"fail-on", 0, "SEVERITY", false, COMMANDS("drivers", "preflight"),
	 "what makes it fail: fatal, degraded or advice", set_fail_on},
	{"textfile", 0, "FILE", false, COMMANDS("metrics"),
	 "the file to write, for node_exporter's textfile collector", set_output},
	{"with-ids", 0, NULL, false, COMMANDS("snapshot"),
	 "keep serials, UUIDs, MAC addresses and instance ids", set_with_ids},
	{"json", 0, "STYLE", true, NULL, "print JSON; STYLE is pretty or compact", set_json},
	{"format", 0, "FORMAT", false, NULL, "print in another format", set_format},
	{"snapshot", 0, "PATH", false, NULL, "answer from a recorded machine, never from this one",
	 set_snapshot},
	{"timing", 0, NULL, false, NULL, "measure how long a CPUID instruction takes, too", set_timing},
	{"color", 0, "WHEN", true, NULL, "auto, always or never", set_colour},
	{"verbose", 'v', NULL, false, NULL, "leave nothing out to fit the screen", set_verbose},
	{"help", 'h', NULL, false, NULL, "print this", set_help},
	{"version", 'V', NULL, false, NULL, "print the version", set_version},
};

const struct vwc_option *vwc_option_at(size_t index)
{
	return index < VW_COUNT(options) ? &options[index] : NULL;
}

bool vwc_option_applies(const struct vwc_option *option, const struct vwc_command *command)
{
	const char *name = command->name ? command->name : "";

	if (!option->commands)
		return true;
	for (size_t i = 0; option->commands[i]; i++)
		if (vwb_text_equal(option->commands[i], name))
			return true;
	return false;
}

const struct vwc_command *vwc_command_find(const struct vwc_command *const *commands, const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (vwb_text_equal(commands[i]->name, name))
			return commands[i];
	return NULL;
}

const char *vwc_command_format(const struct vwc_command *command, size_t index)
{
	const struct vwx_format *format;

	if (!command->formats) {
		format = vwx_format_at(index);
		return format ? format->name : NULL;
	}
	for (size_t i = 0; i < index; i++)
		if (!command->formats[i])
			return NULL;
	return command->formats[index];
}

enum { LONG_ONLY = 256 }; /* getopt's value of an option without a letter is this and its row */

struct spelling {
	char letters[2 * VW_COUNT(options) + 1];
	struct option names[VW_COUNT(options) + 1];
};

/* The table as getopt_long(3) wants it. */
static struct spelling spell(void)
{
	struct spelling spelling = {0};
	size_t used = 0;

	for (size_t i = 0; i < VW_COUNT(options); i++) {
		const struct vwc_option *option = &options[i];

		spelling.names[i] = (struct option){
			.name = option->name,
			.has_arg = !option->argument  ? no_argument
				   : option->optional ? optional_argument
						      : required_argument,
			.val = LONG_ONLY + (int)i,
		};
		if (!option->letter)
			continue;
		spelling.letters[used++] = option->letter;
		if (option->argument)
			spelling.letters[used++] = ':';
	}
	return spelling;
}

static const struct vwc_option *option_of(int value)
{
	for (size_t i = 0; i < VW_COUNT(options); i++)
		if (value == LONG_ONLY + (int)i || (options[i].letter && value == options[i].letter))
			return &options[i];
	return NULL;
}

/* Set all options; @ret_used has a bit for each row of the table. */
static enum vwc_exit take_options(int argc, char **argv, struct vwc_request *request, unsigned *ret_used)
{
	struct spelling spelling = spell();
	int value;

	*ret_used = 0;
	optind = 0; /* start anew, as glibc reads it */
	while ((value = getopt_long(argc, argv, spelling.letters, spelling.names, NULL)) != -1) {
		const struct vwc_option *option = option_of(value);

		if (!option) /* getopt has said what is wrong */
			return VW_EXIT_USAGE;
		*ret_used |= 1U << (option - options);
		if (!option->set(request, optarg)) {
			vwc_complain("--%s: '%s' is none of its words: %s", option->name, optarg,
				     option->meaning);
			return VW_EXIT_USAGE;
		}
	}
	return VW_EXIT_YES;
}

static enum vwc_exit take_command(int argc, char **argv, struct vwc_request *request)
{
	struct vwc_nearest nearest = {.asked = optind < argc ? argv[optind] : NULL};

	request->command = vwc_command_find(request->commands, nearest.asked);
	if (!request->command) {
		for (size_t i = 0; request->commands[i]; i++)
			if (request->commands[i]->name)
				vwc_nearest_offer(&nearest, request->commands[i]->name);
		if (nearest.word)
			vwc_complain("no command '%s'; did you mean '%s'?", nearest.asked, nearest.word);
		else
			vwc_complain("no command '%s'; see 'virtwhere --help'", nearest.asked);
		return VW_EXIT_USAGE;
	}
	if (nearest.asked)
		optind++;
	request->word = argv + optind;
	request->words = (size_t)(argc - optind);
	return VW_EXIT_YES;
}

static enum vwc_exit check_words(const struct vwc_request *request)
{
	const struct vwc_command *command = request->command;

	if (request->words < command->least_words) {
		vwc_complain("%s: which %s?", command->name, command->arguments);
		return VW_EXIT_USAGE;
	}
	if (request->words > command->most_words) {
		vwc_complain("%s: '%s' is one argument too many", command->name,
			     request->word[command->most_words]);
		return VW_EXIT_USAGE;
	}
	return VW_EXIT_YES;
}

static void refuse_option(const struct vwc_option *option)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer names = {0};

	for (size_t i = 0; option->commands[i]; i++) {
		const char *part = i == 0 ? "" : option->commands[i + 1] ? ", " : " and ";

		if (*option->commands[i])
			vwb_putf(&names, "%s'%s'", part, option->commands[i]);
		else
			vwb_putf(&names, "%sthe bare command", part);
	}
	vwc_complain("--%s is for %s only", option->name, names.data ? names.data : "others");
}

static enum vwc_exit check_options(const struct vwc_request *request, unsigned used)
{
	for (size_t i = 0; i < VW_COUNT(options); i++) {
		if (!(used & 1U << i) || vwc_option_applies(&options[i], request->command))
			continue;
		refuse_option(&options[i]);
		return VW_EXIT_USAGE;
	}
	return VW_EXIT_YES;
}

static enum vwc_exit check_format(struct vwc_request *request)
{
	struct vwc_nearest nearest = {.asked = request->format};
	const char *format;

	if (!request->format)
		request->format = vwc_command_format(request->command, 0);
	for (size_t i = 0; (format = vwc_command_format(request->command, i)); i++) {
		if (vwb_text_equal(format, request->format))
			return VW_EXIT_YES;
		vwc_nearest_offer(&nearest, format);
	}
	if (nearest.word)
		vwc_complain("no format '%s' here; did you mean '%s'?", request->format, nearest.word);
	else
		vwc_complain("no format '%s' here; see 'virtwhere --help'", request->format);
	return VW_EXIT_USAGE;
}

enum vwc_exit vwc_arguments_parse(int argc, char **argv, const struct vwc_command *const *commands,
				  struct vwc_request *ret)
{
	unsigned used = 0;
	enum vwc_exit r;

	*ret = (struct vwc_request){.commands = commands, .fail_on = VW_DEGRADED, .kernel = "all"};
	r = take_options(argc, argv, ret, &used);
	if (r == VW_EXIT_YES)
		r = take_command(argc, argv, ret);
	if (r != VW_EXIT_YES || ret->help || ret->version)
		return r;
	r = check_words(ret);
	if (r == VW_EXIT_YES)
		r = check_options(ret, used);
	if (r == VW_EXIT_YES)
		r = check_format(ret);
	return r;
}
