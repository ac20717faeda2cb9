/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_PUBLISH_H
#define VW_AGENT_PUBLISH_H

/*
 * From a report to what is served and written: the document, the page, the metrics. All is rendered when a
 * report is made, so that a request costs no rendering but that of a few counters.
 */

#include "agent/http.h"
#include "base/clock.h"
#include "export/export.h"
#include "export/metrics.h"
#include "probes/probes.h"

enum { VW_HEADLINE_MAX = 256 };

/* What was rendered. A structure of zeros is empty. */
struct vwd_rendered {
	struct vwd_body *document; /* virtwhere.report/1 */
	struct vwd_body *metrics;  /* Prometheus' text, but for what changes without a report */
	char headline[VW_HEADLINE_MAX];
	char captured[VWB_TIME_SIZE]; /* when the document was first this one */
};

/**
 * Render the document, the metrics and the headline of a report.
 *
 * @before: what was rendered the last time; when nothing but the time differs, @ret has the same bytes
 * @ret: free with vwd_rendered_free()
 *
 * Returns 1 when the document is another one, 0 when it is the same, or a negative errno.
 */
_must_check_ int vwd_report_render(const struct vw_report *report, const struct vwd_rendered *before,
				   struct vwd_rendered *ret);

void vwd_rendered_free(struct vwd_rendered *rendered);

/** Serve a report. Returns 0 or a negative errno; what could not be rendered is served as it was. */
_must_check_ int vwd_publish(struct vwd_http *http, const struct vw_report *report,
			     const struct vwd_rendered *rendered);

/**
 * Append to the metrics of a report what changes without it, and the end of the exposition: how the service
 * does, and the counters, which run on. Returns 0 or a negative errno.
 */
_must_check_ int vwd_publish_tail(const struct vwx_service_state *state, struct vw_counter_reader *counters,
				  enum vwx_exposition exposition, struct vwb_buffer *out);

/** The whole text exposition, for a file. Returns 0 or a negative errno. */
_must_check_ int vwd_publish_text(const struct vwd_rendered *rendered, const struct vwx_service_state *state,
				  struct vw_counter_reader *counters, struct vwb_buffer *out);

#endif
