/* SPDX-License-Identifier: MIT */
#include "export/metrics.h"

#include "cli/cli.h"

static int render(const struct vwc_examined *examined, enum vwx_exposition exposition, struct vwb_buffer *out)
{
	struct vw_counters counters;
	int r = vw_counter_reader_read(examined->counters, &counters);

	if (r == 0)
		r = vwx_metrics_fixed(examined->report, NULL, exposition, out);
	if (r == 0)
		r = vwx_metrics_counters(&counters, exposition, out);
	if (r == 0)
		r = vwx_metrics_end(exposition, out);
	return r;
}

static enum vwc_exit run_metrics(const struct vwc_request *request)
{
	_cleanup_(vwc_examined_free) struct vwc_examined examined = {0};
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	enum vwc_exit opened;
	int r;

	if (request->output && !vwb_text_equal(request->format, "prometheus")) {
		vwc_complain("--textfile: node_exporter reads the format prometheus only, not %s",
			     request->format);
		return VW_EXIT_USAGE;
	}
	opened = vwc_examine(request, &examined);
	if (opened != VW_EXIT_YES)
		return opened;
	if (vwb_text_equal(request->format, "json"))
		r = vwx_json_render(examined.report, &request->view, &out);
	else if (vwb_text_equal(request->format, "openmetrics"))
		r = render(&examined, VW_OPENMETRICS, &out);
	else
		r = render(&examined, VW_PROMETHEUS_TEXT, &out);
	return vwc_output_print_to(request->output, &out, r, vwc_verdict_exit(examined.report));
}

const struct vwc_command vwc_metrics_command = {
	.name = "metrics",
	.arguments = "",
	.summary = "what a monitoring system shall know, once",
	.details = "As Prometheus reads it, or as OpenMetrics 1.0. With --textfile it goes into a file for "
		   "node_exporter's textfile collector, written whole or not at all. The service virtwhered "
		   "gives the same over HTTP.",
	.formats = VWC_FORMATS("prometheus", "openmetrics", "json"),
	.run = run_metrics,
};
