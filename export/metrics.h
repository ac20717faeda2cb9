/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_METRICS_H
#define VW_EXPORT_METRICS_H

/*
 * A report as Prometheus' text exposition, or as OpenMetrics 1.0. A body is the fixed part, which changes
 * with the report only, then the counters, then the end. Every metric is a row of the table in metrics.c.
 *
 * Nothing in it names the machine: no serial, UUID, address or instance id is a label, unless udev made an
 * interface's name of its hardware address ("enx" and twelve digits), which is then the label device. Labels
 * come from closed lists, or from devices, whose number the probes bound; each is cut at VW_LABEL_MAX bytes.
 * What is not known has no sample: no 0 stands for it. A word that one of several can hold (a class, a
 * status) is a label of a sample that is always 1, and only the word that holds is there.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text 0.0.4);
 * https://prometheus.io/docs/specs/om/open_metrics_spec/ (OpenMetrics 1.0).
 */

#include "detect/report.h"
#include "base/buffer.h"

enum { VW_LABEL_MAX = 128 };

enum vwx_exposition { VW_PROMETHEUS_TEXT, VW_OPENMETRICS };

/* A sample with one label. */
struct vwx_labelled {
	const char *label;
	uint64_t value;
};

/* What only the service knows. A structure of zeros: it has not probed yet. */
struct vwx_service_state {
	double last_probe;    /* Unix seconds of the last one that succeeded; 0: none did, and no sample */
	double last_change;   /* Unix seconds since when the machine is another one; 0: no sample */
	double probe_seconds; /* how long the last probe of the machine took, as a whole */
	uint64_t probes;      /* of the machine since the service started, failed ones too */
	uint64_t probe_failures;
	bool probe_succeeded; /* the last one */
	size_t change_kinds;
	const struct vwx_labelled *change; /* of the report since the service started, by kind */
	size_t files;
	const struct vwx_labelled *file; /* 1: it holds what it should */
};

/**
 * Render all that changes with the report only.
 *
 * @report: NULL to leave its metrics out
 * @state: NULL for what is no service; its metrics are then left out
 *
 * Returns 0 or a negative errno: -ENOMEM, -E2BIG. After a failure the buffer holds no more than a part.
 */
int vwx_metrics_fixed(const struct vw_report *report, const struct vwx_service_state *state,
		      enum vwx_exposition exposition, struct vwb_buffer *out);

/** Render what runs on while the machine does. Returns as vwx_metrics_fixed(). */
int vwx_metrics_counters(const struct vw_counters *counters, enum vwx_exposition exposition,
			 struct vwb_buffer *out);

/** End a body: OpenMetrics wants a mark there. Returns as vwx_metrics_fixed(). */
int vwx_metrics_end(enum vwx_exposition exposition, struct vwb_buffer *out);

/** The media type to answer with, static. */
const char *vwx_metrics_media_type(enum vwx_exposition exposition);

/* A metric, for lists, docs and tests. */
struct vwx_metric {
	char name[96]; /* of its samples in both expositions: "virtwhere_changes_total" */
	const char *help;
};

/** The table of metrics, in the order in which they are rendered. Returns false past the end. */
bool vwx_metric_at(size_t index, struct vwx_metric *ret);

#endif
