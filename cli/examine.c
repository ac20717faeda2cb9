/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/cli.h"

enum { PROBLEM_SIZE = 512 };

enum vwc_exit vwc_source_open(const struct vwc_request *request, struct vw_source **ret_source)
{
	char problem[PROBLEM_SIZE] = "";
	int r;

	if (request->snapshot) {
		r = vw_source_snapshot(request->snapshot, ret_source, problem, sizeof(problem));
		if (r < 0)
			vwc_complain("%s", *problem ? problem : strerror(-r));
	} else {
		r = vw_source_live(ret_source);
		if (r < 0)
			vwc_complain("/: %s", strerror(-r));
	}
	return r < 0 ? VW_EXIT_UNDETERMINED : VW_EXIT_YES;
}

/* Read all that the command needs; after that the source is not asked again. */
static int look(const struct vwc_request *request, struct vwc_examined *examined)
{
	const char *command = request->command->name ? request->command->name : "";
	const struct vwx_format *format = vwx_format_find(request->format);
	bool wide = vwb_text_has_word("explain drivers metrics", command) || request->view.verbose ||
		    (format && format->whole);
	bool metrics = vwb_text_equal(command, "metrics");
	unsigned flags = (request->timing ? VW_PROBE_TIMING : 0U) | (wide ? VW_PROBE_WIDE : 0U) |
			 (metrics ? VW_PROBE_OUTCOMES : 0U);
	int r = vw_probe(examined->source, flags, &examined->facts);

	if (r == 0 && metrics)
		r = vw_counter_reader_new(examined->source, examined->facts, &examined->counters);
	vw_source_finish(examined->source); /* before output, which may wait for its reader */
	return r;
}

enum vwc_exit vwc_examine(const struct vwc_request *request, struct vwc_examined *ret)
{
	struct vwc_examined examined = {0};
	enum vwc_exit opened;
	int r;

	opened = vwc_source_open(request, &examined.source);
	if (opened != VW_EXIT_YES)
		return opened;
	r = look(request, &examined);
	if (r == 0)
		r = vw_detect(examined.facts, &examined.report);
	if (r < 0) {
		vwc_complain("%s", strerror(-r));
		vwc_examined_free(&examined);
		return VW_EXIT_INTERNAL;
	}
	*ret = examined;
	return VW_EXIT_YES;
}

void vwc_examined_free(struct vwc_examined *examined)
{
	vw_report_free(examined->report);
	vw_counter_reader_free(examined->counters);
	vw_facts_free(examined->facts);
	vw_source_free(examined->source);
	*examined = (struct vwc_examined){0};
}

enum vwc_exit vwc_verdict_exit(const struct vw_report *report)
{
	return vwb_text_equal(report->platform.id, "unknown") ? VW_EXIT_UNDETERMINED : VW_EXIT_YES;
}
