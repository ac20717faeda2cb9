/* SPDX-License-Identifier: MIT */
#include "export/metrics.h"

#include "cli/cli.h"

static int render(const struct vw_examined *examined, enum vw_exposition exposition, struct vw_buffer *out)
{
	struct vw_counters counters;
	int r = vw_counter_reader_read(examined->counters, &counters);

	if (r == 0)
		r = vw_metrics_fixed(examined->report, NULL, exposition, out);
	if (r == 0)
		r = vw_metrics_counters(&counters, exposition, out);
	if (r == 0)
		r = vw_metrics_end(exposition, out);
	return r;
}

enum vw_exit vw_run_metrics(const struct vw_request *request)
{
	_cleanup_(vw_examined_free) struct vw_examined examined = {0};
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	enum vw_exit opened;
	int r;

	if (request->output && !vw_equal(request->format, "prometheus")) {
		vw_complain("--textfile: node_exporter reads the format prometheus only, not %s",
			    request->format);
		return VW_EXIT_USAGE;
	}
	opened = vw_examine(request, &examined);
	if (opened != VW_EXIT_YES)
		return opened;
	if (vw_equal(request->format, "json"))
		r = vw_render_json(examined.report, &request->view, &out);
	else if (vw_equal(request->format, "openmetrics"))
		r = render(&examined, VW_OPENMETRICS, &out);
	else
		r = render(&examined, VW_PROMETHEUS_TEXT, &out);
	return vw_print_to(request->output, &out, r, vw_verdict_exit(examined.report));
}
