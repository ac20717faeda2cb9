/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

enum { PROBLEM_SIZE = 512 };

static enum vwc_exit record(const struct vwc_request *request, struct vw_source *source)
{
	unsigned flags =
		(request->with_ids ? VW_SNAPSHOT_WITH_IDS : 0U) | (request->timing ? VW_SNAPSHOT_TIMING : 0U);
	char problem[PROBLEM_SIZE] = "";
	int r;

	r = vw_snapshot_record(source, request->output, flags, problem, sizeof(problem));
	if (r < 0)
		vwc_complain("%s", *problem ? problem : strerror(-r));
	if (r == -EEXIST || r == -EOPNOTSUPP)
		return VW_EXIT_USAGE;
	return r < 0 ? VW_EXIT_INTERNAL : VW_EXIT_YES;
}

static enum vwc_exit run_snapshot(const struct vwc_request *request)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	enum vwc_exit result;
	int r = 0;

	if (!request->output) {
		vwc_complain("snapshot: where to? give -o PATH");
		return VW_EXIT_USAGE;
	}
	result = vwc_source_open(request, &source);
	if (result == VW_EXIT_YES)
		result = record(request, source);
	if (result != VW_EXIT_YES)
		return result;
	if (vwb_text_equal(request->format, "json"))
		r = vwx_recorded_render(request->output, request->with_ids, &request->view, &out);
	return vwc_output_print(&out, r, VW_EXIT_YES);
}

const struct vwc_command vwc_snapshot_command = {
	.name = "snapshot",
	.arguments = "-o PATH",
	.summary = "record all that a verdict rests on",
	.details = "PATH is a directory to be made, or an archive by its suffix: .tar, .tar.gz, .tar.zst. "
		   "Serials, UUIDs, MAC addresses and instance ids are left out. 'virtwhere --snapshot PATH' "
		   "then answers from it, on any machine.",
	.formats = VWC_FORMATS("text", "json"),
	.run = run_snapshot,
};
