/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/cli.h"
#include "export/draw.h"

enum { INDENT = 2, MEANING_COLUMN = 24, NAME_SIZE = 64 };

static void put_row(struct vwx_canvas *canvas, const char *name, const char *meaning)
{
	vwx_draw_to(canvas, INDENT);
	vwx_draw(canvas, VW_INK_BOLD, name);
	canvas->margin = MEANING_COLUMN;
	if (canvas->column + 2 > MEANING_COLUMN)
		vwx_draw_end(canvas);
	vwx_draw_to(canvas, MEANING_COLUMN);
	vwx_draw_words(canvas, VW_INK_PLAIN, meaning);
	vwx_draw_end(canvas);
}

static void put_heading(struct vwx_canvas *canvas, const char *text)
{
	vwx_draw_end(canvas);
	vwx_draw(canvas, VW_INK_PLAIN, text);
	vwx_draw_end(canvas);
}

static void put_commands(struct vwx_canvas *canvas, const struct vwc_command *const *commands)
{
	char name[NAME_SIZE];

	put_heading(canvas, "Commands:");
	for (size_t i = 0; commands[i]; i++) {
		snprintf(name, sizeof(name), "%s %s", commands[i]->name ? commands[i]->name : "(none)",
			 commands[i]->arguments);
		put_row(canvas, name, commands[i]->summary);
	}
}

static void put_options(struct vwx_canvas *canvas, const struct vwc_command *command)
{
	const struct vwc_option *option;
	char name[NAME_SIZE];

	put_heading(canvas, "Options:");
	for (size_t i = 0; (option = vwc_option_at(i)); i++) {
		char letter[] = {'-', option->letter, ',', ' ', '\0'};

		if (!vwc_option_applies(option, command))
			continue;
		snprintf(name, sizeof(name), "%s--%s%s%s%s", option->letter ? letter : "    ", option->name,
			 option->optional   ? "[="
			 : option->argument ? " "
					    : "",
			 option->argument ? option->argument : "", option->optional ? "]" : "");
		put_row(canvas, name, option->meaning);
	}
}

static void put_formats(struct vwx_canvas *canvas, const struct vwc_command *command)
{
	const char *name;

	put_heading(canvas, "Formats:");
	for (size_t i = 0; (name = vwc_command_format(command, i)); i++) {
		const struct vwx_format *format = command->formats ? NULL : vwx_format_find(name);

		if (format) {
			put_row(canvas, name, format->meaning);
			continue;
		}
		canvas->margin = INDENT;
		vwx_draw_to(canvas, INDENT);
		vwx_draw_words(canvas, VW_INK_PLAIN, name);
	}
	if (command->formats)
		vwx_draw_end(canvas);
}

void vwc_help_put(const struct vwc_request *request, struct vwb_buffer *out)
{
	struct vwx_canvas canvas = vwx_canvas(&request->view, out);
	const struct vwc_command *command = request->command;

	if (command->name)
		vwb_putf(out, "Usage: virtwhere %s [OPTIONS] %s\n\n", command->name, command->arguments);
	else
		vwb_put(out, "Usage: virtwhere [OPTIONS] [COMMAND]\n\n"
			     "Says which layers of virtualization this Linux system runs in.\n\n");
	vwx_draw_words(&canvas, VW_INK_PLAIN, command->details);
	vwx_draw_end(&canvas);
	if (!command->name)
		put_commands(&canvas, request->commands);
	put_options(&canvas, command);
	put_formats(&canvas, command);
	if (!command->name)
		vwb_put(out, "\nExit status: 0 yes, 1 no, 2 usage, 3 not known, 4 internal error.\n");
}

static enum vwc_exit run_help(const struct vwc_request *request)
{
	const char *name = request->words ? request->word[0] : NULL;
	struct vwc_request asked = *request;
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

	asked.command = vwc_command_find(request->commands, name);
	if (!asked.command) {
		vwc_complain("help: no command '%s'", name);
		return VW_EXIT_USAGE;
	}
	vwc_help_put(&asked, &out);
	return vwc_output_print(&out, out.error, VW_EXIT_YES);
}

const struct vwc_command vwc_help_command = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "help on a command",
	.details = "Without COMMAND, on the whole program.",
	.formats = VWC_FORMATS("text"),
	.most_words = 1,
	.run = run_help,
};
