/* SPDX-License-Identifier: MIT */
#include "agent/publish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int render_document(const struct vw_report *report, const char *captured, struct vwd_body **ret)
{
	const struct vwx_view view = {.captured = *captured ? captured : NULL};
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};
	int r = vwx_json_render(report, &view, &text);

	return r < 0 ? r : vwd_body_new("application/json", &text, ret);
}

static int render_metrics(const struct vw_report *report, enum vwx_exposition exposition,
			  struct vwd_body **ret)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};
	int r = vwx_metrics_fixed(report, NULL, exposition, &text);

	return r < 0 ? r : vwd_body_new(vwx_metrics_media_type(exposition), &text, ret);
}

static bool is_same(const struct vwd_body *a, const struct vwd_body *b)
{
	return a && b && a->text.size == b->text.size &&
	       memcmp(a->text.data, b->text.data, a->text.size) == 0;
}

/* What the command says first; its text has a line for it. */
static int render_headline(const struct vw_report *report, char headline[VW_HEADLINE_MAX])
{
	const struct vwx_view view = {.columns = VW_HEADLINE_MAX};
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};
	int r = vwx_text_render(report, &view, &text);

	if (r < 0)
		return r;
	snprintf(headline, VW_HEADLINE_MAX, "%.*s", (int)strcspn(text.data, "\n"), text.data);
	vwb_text_clean(headline, strlen(headline));
	return 0;
}

int vwd_report_render(const struct vw_report *report, const struct vwd_rendered *before,
		      struct vwd_rendered *ret)
{
	_cleanup_(vwd_rendered_free) struct vwd_rendered made = {0};
	bool same;
	int r;

	memcpy(made.captured, before->captured, sizeof(made.captured));
	r = render_document(report, made.captured, &made.document);
	same = r == 0 && is_same(made.document, before->document);
	if (r == 0 && !same) {
		(void)vwb_time_now(made.captured);
		vwd_body_unref(made.document);
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
	made = (struct vwd_rendered){0};
	return !same;
}

void vwd_rendered_free(struct vwd_rendered *rendered)
{
	vwd_body_unref(rendered->document);
	vwd_body_unref(rendered->metrics);
	*rendered = (struct vwd_rendered){0};
}

static int serve_openmetrics(struct vwd_http *http, const struct vw_report *report)
{
	_cleanup_(vwd_body_unrefp) struct vwd_body *body = NULL;
	int r = render_metrics(report, VW_OPENMETRICS, &body);

	if (r == 0)
		vwd_http_publish(http, VW_RESOURCE_OPENMETRICS, body);
	return r;
}

static int serve_page(struct vwd_http *http, const struct vw_report *report,
		      const struct vwd_rendered *rendered)
{
	const struct vwx_view view = {.captured = *rendered->captured ? rendered->captured : NULL,
				      .served = true};
	const struct vwx_format *page = vwx_format_find("html");
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};
	_cleanup_(vwd_body_unrefp) struct vwd_body *body = NULL;
	int r;

	if (!page)
		return -EOPNOTSUPP;
	r = page->render(report, &view, &text);
	if (r == 0)
		r = vwd_body_new(page->media_type, &text, &body);
	if (r == 0)
		vwd_http_publish(http, VW_RESOURCE_PAGE, body);
	return r;
}

int vwd_publish(struct vwd_http *http, const struct vw_report *report, const struct vwd_rendered *rendered)
{
	const int page = serve_page(http, report, rendered), openmetrics = serve_openmetrics(http, report);

	vwd_http_publish(http, VW_RESOURCE_REPORT, rendered->document);
	vwd_http_publish(http, VW_RESOURCE_METRICS, rendered->metrics);
	return page < 0 ? page : openmetrics;
}

int vwd_publish_tail(const struct vwx_service_state *state, struct vw_counter_reader *counters,
		     enum vwx_exposition exposition, struct vwb_buffer *out)
{
	struct vw_counters values = {0};
	int r = vwx_metrics_fixed(NULL, state, exposition, out);

	if (r == 0 && counters)
		r = vw_counter_reader_read(counters, &values);
	if (r == 0)
		r = vwx_metrics_counters(&values, exposition, out);
	return r < 0 ? r : vwx_metrics_end(exposition, out);
}

int vwd_publish_text(const struct vwd_rendered *rendered, const struct vwx_service_state *state,
		     struct vw_counter_reader *counters, struct vwb_buffer *out)
{
	vwb_put_bytes(out, rendered->metrics->text.data, rendered->metrics->text.size);
	return vwd_publish_tail(state, counters, VW_PROMETHEUS_TEXT, out);
}
