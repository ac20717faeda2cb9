/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_PUBLISH_H
#define VW_AGENT_PUBLISH_H

/*
 * From a report to what is served and written: the document, the page, the metrics. All is rendered when a
 * report is made, so that a request costs no rendering but that of a few counters.
 */

#include "agent/http.h"
#include "export/export.h"
#include "export/metrics.h"
#include "probes/probes.h"

enum { VW_HEADLINE_MAX = 256 };

/* What was rendered. A structure of zeros is empty. */
struct vw_rendered {
	struct vw_body *document; /* virtwhere.report/1 */
	struct vw_body *metrics;  /* Prometheus' text, but for what changes without a report */
	char headline[VW_HEADLINE_MAX];
	char captured[32]; /* when the document was first this one */
};

/**
 * Render the document, the metrics and the headline of a report.
 *
 * @before: what was rendered the last time; when nothing but the time differs, @ret has the same bytes
 * @ret: free with vw_rendered_free()
 *
 * Returns 1 when the document is another one, 0 when it is the same, or a negative errno.
 */
_must_check_ int vw_render_all(const struct vw_report *report, const struct vw_rendered *before,
			       struct vw_rendered *ret);

void vw_rendered_free(struct vw_rendered *rendered);

/** Serve a report. Returns 0 or a negative errno; what could not be rendered is served as it was. */
_must_check_ int vw_publish(struct vw_http *http, const struct vw_report *report,
			    const struct vw_rendered *rendered);

/**
 * Append to the metrics of a report what changes without it, and the end of the exposition: how the service
 * does, and the counters, which run on. Returns 0 or a negative errno.
 */
_must_check_ int vw_publish_tail(const struct vw_service_state *state, struct vw_counter_reader *counters,
				 enum vw_exposition exposition, struct vw_buffer *out);

/** The whole text exposition, for a file. Returns 0 or a negative errno. */
_must_check_ int vw_publish_text(const struct vw_rendered *rendered, const struct vw_service_state *state,
				 struct vw_counter_reader *counters, struct vw_buffer *out);

#endif
