/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

enum vw_exit vw_run_explain(const struct vw_request *request)
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
		r = vw_render_explain(examined.report, &request->view, &out);
	return vw_print_to(request->output, &out, r, vw_verdict_exit(examined.report));
}
