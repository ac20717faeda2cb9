/* SPDX-License-Identifier: MIT */
#include "agent/publish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- the document ------------------------------------------------------------------------------------ */

static void stamp(char captured[32])
{
	struct timespec now;
	struct tm parts;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || !gmtime_r(&now.tv_sec, &parts) ||
	    !strftime(captured, 32, "%Y-%m-%dT%H:%M:%SZ", &parts))
		captured[0] = '\0';
}

static int render_document(const struct vw_report *report, const char *captured, struct vw_body **ret)
{
	const struct vw_view view = {.captured = *captured ? captured : NULL};
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};
	int r = vw_render_json(report, &view, &text);

	return r < 0 ? r : vw_body_new("application/json", &text, ret);
}

static int render_metrics(const struct vw_report *report, enum vw_exposition exposition, struct vw_body **ret)
{
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};
	int r = vw_metrics_fixed(report, NULL, exposition, &text);

	return r < 0 ? r : vw_body_new(vw_metrics_media_type(exposition), &text, ret);
}

static bool is_same(const struct vw_body *a, const struct vw_body *b)
{
	return a && b && vw_body_size(a) == vw_body_size(b) &&
	       memcmp(vw_body_bytes(a), vw_body_bytes(b), vw_body_size(a)) == 0;
}

/* What the command says first; its text has a line for it. */
static int render_headline(const struct vw_report *report, char headline[VW_HEADLINE_MAX])
{
	const struct vw_view view = {.columns = VW_HEADLINE_MAX};
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};
	int r = vw_render_text(report, &view, &text);

	if (r < 0)
		return r;
	snprintf(headline, VW_HEADLINE_MAX, "%.*s", (int)strcspn(text.data, "\n"), text.data);
	vw_clean(headline, strlen(headline));
	return 0;
}

int vw_render_all(const struct vw_report *report, const struct vw_rendered *before, struct vw_rendered *ret)
{
	_cleanup_(vw_rendered_free) struct vw_rendered made = {0};
	bool same;
	int r;

	memcpy(made.captured, before->captured, sizeof(made.captured));
	r = render_document(report, made.captured, &made.document);
	same = r == 0 && is_same(made.document, before->document);
	if (r == 0 && !same) {
		stamp(made.captured);
		vw_body_unref(made.document);
		made.document = NULL;
		r = render_document(report, made.captured, &made.document);
	}
	if (r == 0)
		r = render_metrics(report, VW_PROMETHEUS_TEXT, &made.metrics);
	if (r == 0)
		r = render_headline(report, made.headline);
	if (r < 0)
		return r;
	*ret = made;
	made = (struct vw_rendered){0};
	return !same;
}

void vw_rendered_free(struct vw_rendered *rendered)
{
	vw_body_unref(rendered->document);
	vw_body_unref(rendered->metrics);
	*rendered = (struct vw_rendered){0};
}

/* --- what is served ---------------------------------------------------------------------------------- */

static int serve_openmetrics(struct vw_http *http, const struct vw_report *report)
{
	_cleanup_(vw_body_unrefp) struct vw_body *body = NULL;
	int r = render_metrics(report, VW_OPENMETRICS, &body);

	if (r == 0)
		vw_http_publish(http, VW_RESOURCE_OPENMETRICS, body);
	return r;
}

static int serve_page(struct vw_http *http, const struct vw_report *report,
		      const struct vw_rendered *rendered)
{
	const struct vw_view view = {.captured = *rendered->captured ? rendered->captured : NULL,
				     .served = true};
	const struct vw_format *page = vw_format_find("html");
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};
	_cleanup_(vw_body_unrefp) struct vw_body *body = NULL;
	int r;

	if (!page)
		return -EOPNOTSUPP;
	r = page->render(report, &view, &text);
	if (r == 0)
		r = vw_body_new(page->media_type, &text, &body);
	if (r == 0)
		vw_http_publish(http, VW_RESOURCE_PAGE, body);
	return r;
}

int vw_publish(struct vw_http *http, const struct vw_report *report, const struct vw_rendered *rendered)
{
	const int page = serve_page(http, report, rendered), openmetrics = serve_openmetrics(http, report);

	vw_http_publish(http, VW_RESOURCE_REPORT, rendered->document);
	vw_http_publish(http, VW_RESOURCE_METRICS, rendered->metrics);
	return page < 0 ? page : openmetrics;
}

/* --- what changes without a report ------------------------------------------------------------------- */

int vw_publish_tail(const struct vw_service_state *state, struct vw_counter_reader *counters,
		    enum vw_exposition exposition, struct vw_buffer *out)
{
	struct vw_counters values = {0};
	int r = vw_metrics_fixed(NULL, state, exposition, out);

	if (r == 0 && counters)
		r = vw_counter_reader_read(counters, &values);
	if (r == 0)
		r = vw_metrics_counters(&values, exposition, out);
	return r < 0 ? r : vw_metrics_end(exposition, out);
}

int vw_publish_text(const struct vw_rendered *rendered, const struct vw_service_state *state,
		    struct vw_counter_reader *counters, struct vw_buffer *out)
{
	vw_put_bytes(out, vw_body_bytes(rendered->metrics), vw_body_size(rendered->metrics));
	return vw_publish_tail(state, counters, VW_PROMETHEUS_TEXT, out);
}
