/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"

/* With a standard descriptor closed, the next file opened would take its number, and output would go there. A
 * descriptor that cannot be written to keeps the number and makes writing fail. */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0)
			return;
}

static enum vwc_exit print_version(void)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

	vwb_put(&out, "virtwhere " VW_VERSION "\n");
	return vwc_output_print(&out, out.error, VW_EXIT_YES);
}

static enum vwc_exit print_help(const struct vwc_request *request)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

	vwc_help_put(request, &out);
	return vwc_output_print(&out, out.error, VW_EXIT_YES);
}

int main(int argc, char **argv)
{
	static char name[] = "virtwhere";
	struct vwc_request request;
	enum vwc_exit r;

	hold_standard_descriptors();
	if (argc > 0)
		argv[0] = name; /* as messages of getopt begin */
	r = vwc_arguments_parse(argc, argv, vwc_commands, &request);
	if (r != VW_EXIT_YES)
		return (int)r;
	vwc_view_settle(&request);
	if (request.help)
		return (int)print_help(&request);
	if (request.version)
		return (int)print_version();
	return (int)request.command->run(&request);
}
