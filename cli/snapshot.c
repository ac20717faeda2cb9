/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

enum { PROBLEM_SIZE = 512 };

static enum vw_exit record(const struct vw_request *request, struct vw_source *source)
{
	unsigned flags =
		(request->with_ids ? VW_SNAPSHOT_WITH_IDS : 0U) | (request->timing ? VW_SNAPSHOT_TIMING : 0U);
	char problem[PROBLEM_SIZE] = "";
	int r;

	r = vw_snapshot_record(source, request->output, flags, problem, sizeof(problem));
	if (r < 0)
		vw_complain("%s", *problem ? problem : strerror(-r));
	if (r == -EEXIST || r == -EOPNOTSUPP)
		return VW_EXIT_USAGE;
	return r < 0 ? VW_EXIT_INTERNAL : VW_EXIT_YES;
}

enum vw_exit vw_run_snapshot(const struct vw_request *request)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	enum vw_exit result;
	int r = 0;

	if (!request->output) {
		vw_complain("snapshot: where to? give -o PATH");
		return VW_EXIT_USAGE;
	}
	result = vw_open_source(request, &source);
	if (result == VW_EXIT_YES)
		result = record(request, source);
	if (result != VW_EXIT_YES)
		return result;
	if (vw_equal(request->format, "json"))
		r = vw_render_recorded(request->output, request->with_ids, &request->view, &out);
	return vw_print(&out, r, VW_EXIT_YES);
}
