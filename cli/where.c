/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

/* The older tools' words decide the exit code as those tools do: systemd-detect-virt says "none" with 1. */
static enum vw_exit exit_of(const struct vw_request *request, const struct vw_report *report,
			    const struct vw_buffer *out)
{
	if (vw_equal(request->format, "systemd-detect-virt") && vw_equal(out->data, "none\n"))
		return VW_EXIT_NO;
	if (vw_equal(request->format, "systemd-detect-virt") && out->size)
		return VW_EXIT_YES;
	return vw_verdict_exit(report);
}

enum vw_exit vw_run_where(const struct vw_request *request)
{
	_cleanup_(vw_examined_free) struct vw_examined examined = {0};
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	enum vw_exit opened = vw_examine(request, &examined);
	int r;

	if (opened != VW_EXIT_YES)
		return opened;
	r = vw_format_find(request->format)->render(examined.report, &request->view, &out);
	return vw_print_to(request->output, &out, r, exit_of(request, examined.report, &out));
}
