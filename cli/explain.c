/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

static enum vwc_exit run_explain(const struct vwc_request *request)
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
		r = vwx_explain_render(examined.report, &request->view, &out);
	return vwc_output_print_to(request->output, &out, r, vwc_verdict_exit(examined.report));
}

const struct vwc_command vwc_explain_command = {
	.name = "explain",
	.arguments = "",
	.summary = "every piece of evidence, and what it supports",
	.details = "Each with its weight, its source, what was read there, what it speaks for and what "
		   "overruled it, and who says so. Then what contradicts itself, and what could not be read.",
	.formats = VWC_FORMATS("text", "json"),
	.run = run_explain,
};
