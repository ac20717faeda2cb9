/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/cli.h"
#include "export/draw.h"

enum { INDENT = 2, MEANING_COLUMN = 24, NAME_SIZE = 64 };

static void put_row(struct vw_canvas *canvas, const char *name, const char *meaning)
{
	vw_draw_to(canvas, INDENT);
	vw_draw(canvas, VW_INK_BOLD, name);
	canvas->margin = MEANING_COLUMN;
	if (canvas->column + 2 > MEANING_COLUMN)
		vw_draw_end(canvas);
	vw_draw_to(canvas, MEANING_COLUMN);
	vw_draw_words(canvas, VW_INK_PLAIN, meaning);
	vw_draw_end(canvas);
}

static void put_heading(struct vw_canvas *canvas, const char *text)
{
	vw_draw_end(canvas);
	vw_draw(canvas, VW_INK_PLAIN, text);
	vw_draw_end(canvas);
}

static void put_commands(struct vw_canvas *canvas)
{
	const struct vw_command *command;
	char name[NAME_SIZE];

	put_heading(canvas, "Commands:");
	for (size_t i = 0; (command = vw_command_at(i)); i++) {
		snprintf(name, sizeof(name), "%s %s", command->name ? command->name : "(none)",
			 command->arguments);
		put_row(canvas, name, command->summary);
	}
}

static void put_options(struct vw_canvas *canvas, const struct vw_command *command)
{
	const struct vw_option *option;
	char name[NAME_SIZE];

	put_heading(canvas, "Options:");
	for (size_t i = 0; (option = vw_option_at(i)); i++) {
		char letter[] = {'-', option->letter, ',', ' ', '\0'};

		if (!vw_option_applies(option, command))
			continue;
		snprintf(name, sizeof(name), "%s--%s%s%s%s", option->letter ? letter : "    ", option->name,
			 option->optional   ? "[="
			 : option->argument ? " "
					    : "",
			 option->argument ? option->argument : "", option->optional ? "]" : "");
		put_row(canvas, name, option->meaning);
	}
}

static void put_formats(struct vw_canvas *canvas, const struct vw_command *command)
{
	const char *name;

	put_heading(canvas, "Formats:");
	for (size_t i = 0; (name = vw_command_format(command, i)); i++) {
		const struct vw_format *format = command->formats ? NULL : vw_format_find(name);

		if (format) {
			put_row(canvas, name, format->meaning);
			continue;
		}
		canvas->margin = INDENT;
		vw_draw_to(canvas, INDENT);
		vw_draw_words(canvas, VW_INK_PLAIN, name);
	}
	if (command->formats)
		vw_draw_end(canvas);
}

void vw_put_help(const struct vw_command *command, const struct vw_view *view, struct vw_buffer *out)
{
	struct vw_canvas canvas = vw_canvas(view, out);

	if (command->name)
		vw_putf(out, "Usage: virtwhere %s [OPTIONS] %s\n\n", command->name, command->arguments);
	else
		vw_put(out, "Usage: virtwhere [OPTIONS] [COMMAND]\n\n"
			    "Says which layers of virtualization this Linux system runs in.\n\n");
	vw_draw_words(&canvas, VW_INK_PLAIN, command->details);
	vw_draw_end(&canvas);
	if (!command->name)
		put_commands(&canvas);
	put_options(&canvas, command);
	put_formats(&canvas, command);
	if (!command->name)
		vw_put(out, "\nExit status: 0 yes, 1 no, 2 usage, 3 not known, 4 internal error.\n");
}

enum vw_exit vw_run_help(const struct vw_request *request)
{
	const char *name = request->words ? request->word[0] : NULL;
	const struct vw_command *command = vw_command_find(name);
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};

	if (!command) {
		vw_complain("help: no command '%s'", name);
		return VW_EXIT_USAGE;
	}
	vw_put_help(command, &request->view, &out);
	return vw_print(&out, out.error, VW_EXIT_YES);
}
