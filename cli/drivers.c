/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "detect/checks.h"

/* A failed check weighs more than a platform that nobody knows; a decisive one that is unknown is no pass. */
static enum vw_exit exit_of(const struct vw_request *request, const struct vw_report *report)
{
	switch (vw_findings_status(report->finding, report->finding_count, request->fail_on)) {
	case VW_FAIL:
		return VW_EXIT_NO;
	case VW_STATUS_UNKNOWN:
		return VW_EXIT_UNDETERMINED;
	case VW_PASS:
	case VW_WARN:
	case VW_SKIP:
		break;
	}
	return vw_verdict_exit(report);
}

enum vw_exit vw_run_drivers(const struct vw_request *request)
{
	_cleanup_(vw_examined_free) struct vw_examined examined = {0};
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	enum vw_exit opened = vw_examine(request, &examined);
	int r;

	if (opened != VW_EXIT_YES)
		return opened;
	if (vw_equal(request->format, "json"))
		r = vw_render_json(examined.report, &request->view, &out);
	else
		r = vw_render_drivers(examined.report, &request->view, &out);
	return vw_print_to(request->output, &out, r, exit_of(request, examined.report));
}
