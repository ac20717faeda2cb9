/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "detect/checks.h"

/* A failed check weighs more than a platform that nobody knows; a decisive one that is unknown is no pass. */
static enum vwc_exit exit_of(const struct vwc_request *request, const struct vw_report *report)
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
	return vwc_verdict_exit(report);
}

static enum vwc_exit run_drivers(const struct vwc_request *request)
{
	_cleanup_(vwc_examined_free) struct vwc_examined examined = {0};
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	enum vwc_exit opened = vwc_examine(request, &examined);
	int r;

	if (opened != VW_EXIT_YES)
		return opened;
	if (vwb_text_equal(request->format, "json"))
		r = vwx_json_render(examined.report, &request->view, &out);
	else
		r = vwx_drivers_render(examined.report, &request->view, &out);
	return vwc_output_print_to(request->output, &out, r, exit_of(request, examined.report));
}

const struct vwc_command vwc_drivers_command = {
	.name = "drivers",
	.arguments = "",
	.summary = "is each device driven by the driver that it needs",
	.details = "And: is it emulated where a better one can be had, does the kernel wait for EBS volumes, "
		   "is the clock a fast one, can guests be started here. What failed comes first, with what "
		   "to do. Exits 1 when a check failed, 3 when a decisive one could not be made.",
	.formats = VWC_FORMATS("text", "json"),
	.run = run_drivers,
};
