/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

/* The older tools' words decide the exit code as those tools do: systemd-detect-virt says "none" with 1. */
static enum vwc_exit exit_of(const struct vwc_request *request, const struct vw_report *report,
			     const struct vwb_buffer *out)
{
	if (vwb_text_equal(request->format, "systemd-detect-virt") && vwb_text_equal(out->data, "none\n"))
		return VW_EXIT_NO;
	if (vwb_text_equal(request->format, "systemd-detect-virt") && out->size)
		return VW_EXIT_YES;
	return vwc_verdict_exit(report);
}

static enum vwc_exit run_where(const struct vwc_request *request)
{
	_cleanup_(vwc_examined_free) struct vwc_examined examined = {0};
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	enum vwc_exit opened = vwc_examine(request, &examined);
	int r;

	if (opened != VW_EXIT_YES)
		return opened;
	r = vwx_format_find(request->format)->render(examined.report, &request->view, &out);
	return vwc_output_print_to(request->output, &out, r, exit_of(request, examined.report, &out));
}

const struct vwc_command vwc_where_command = {
	.name = NULL,
	.arguments = "",
	.summary = "say where this system runs",
	.details = "One headline, the stack of layers, the six dimensions of virtualization, and what could "
		   "not be read. Exits 0 when there is a verdict, 3 when there is none.",
	.run = run_where,
};
