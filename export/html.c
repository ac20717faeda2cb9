/* SPDX-License-Identifier: MIT */
#include "export/page.h"

/* Headline. */

static void put_origin(const struct vwx_page *page)
{
	const struct vw_facts *facts = page->report->facts;
	const char *captured = facts->snapshot ? facts->captured : page->view->captured;

	vwx_markup(page->out, "<p class=\"origin\">%s", facts->snapshot ? "Recorded in a snapshot" : "Live");
	if (facts->snapshot && facts->path)
		vwx_markup(page->out, " <code>%s</code>", facts->path);
	if (captured)
		vwx_markup(page->out, " · <time>%s</time>", captured);
	vwb_put(page->out, "</p>\n");
}

static void put_where(const struct vwx_page *page)
{
	const struct vw_platform *platform = &page->report->platform;
	const struct vw_cloud *cloud = &platform->cloud;

	if (!cloud->provider && !cloud->instance_type && !platform->container && !platform->confidential)
		return;
	vwb_put(page->out, "<p class=\"where\">");
	if (cloud->provider || cloud->instance_type)
		vwb_put(page->out, "on");
	if (cloud->provider)
		vwx_markup(page->out, " <strong>%s</strong>", vwx_word_phrase("clouds", cloud->provider));
	if (cloud->instance_type)
		vwx_markup(page->out, " <strong>%s</strong>", cloud->instance_type);
	if (platform->container)
		vwx_markup(page->out, " in <strong>%s</strong>",
			   vwx_word_phrase("containers", platform->container));
	if (platform->confidential)
		vwx_markup(page->out, " · confidential: <strong>%s</strong>",
			   vwx_word_phrase("confidential", platform->confidential));
	vwb_put(page->out, "</p>\n");
}

static void put_count(struct vwb_buffer *out, size_t count, const char *style, const char *section,
		      const char *one, const char *many)
{
	if (count)
		vwx_markup(out, "<li class=\"%s\"><a href=\"#%s\">%zu %s</a></li>\n", style, section, count,
			   count == 1 ? one : many);
}

static void put_finding_badges(const struct vwx_page *page)
{
	const struct vwx_finding_group *group;

	for (size_t i = 0; (group = vwx_finding_group_at(i)); i++) {
		size_t count = vwx_page_is_quiet(group) ? 0 : vwx_page_count(page->report, group);

		if (count)
			vwx_markup(page->out, "<li class=\"%s\"><a href=\"#findings\">%zu %s: %s</a></li>\n",
				   group->ink == VW_INK_BAD    ? "bad"
				   : group->ink == VW_INK_WARN ? "warn"
							       : "plain",
				   count, count == 1 ? "finding" : "findings", group->word);
	}
}

static void put_badges(const struct vwx_page *page)
{
	static const char *const styles[] = {[VW_GUESS] = "bad", [VW_LIKELY] = "warn", [VW_CERTAIN] = "good"};
	const struct vw_report *report = page->report;
	enum vw_confidence confidence = report->platform.confidence;

	vwx_markup(page->out, "<ul class=\"badges\" role=\"list\">\n<li class=\"%s\">%s</li>\n",
		   styles[confidence], vw_confidence_word(confidence));
	put_finding_badges(page);
	put_count(page->out, report->conflict_count, "warn", "conflicts", "conflict", "conflicts");
	put_count(page->out, report->facts->unread_count, "plain", "unread", "source not readable",
		  "sources not readable");
	vwb_put(page->out, "</ul>\n");
}

void vwx_page_headline(const struct vwx_page *page)
{
	vwb_put(page->out, "<section class=\"headline\" aria-labelledby=\"headline\">\n");
	put_origin(page);
	vwx_markup(page->out, "<h1 id=\"headline\">%s</h1>\n", page->report->platform.name);
	put_where(page);
	put_badges(page);
	vwb_put(page->out, "</section>\n");
}

/* Stack. */

static void put_layer(const struct vwx_page *page, const struct vw_layer *layer)
{
	bool kernel = layer == vwx_kernel_layer(page->report);
	char level[VW_LEVEL_SIZE];

	vwx_level_label(page->report, layer, level);
	vwx_markup(page->out,
		   "<li class=\"%s%s\"><span class=\"level\">%s</span> <span class=\"name\">%s</span> "
		   "<span class=\"known\">%s</span></li>\n",
		   vw_word_known(layer->known), kernel ? " kernel" : "", level,
		   layer->name ? layer->name : layer->kind,
		   kernel ? "this kernel" : vw_word_known(layer->known));
}

static const char *ground_of(const struct vw_report *report)
{
	if (vwx_answer_undecided(report, "nested"))
		return "under it: not known";
	return report->layer[0].level == 0 ? "hardware" : "";
}

/* What the words in the drawing mean; only those that are in it. */
static void put_known_words(const struct vwx_page *page)
{
	static const struct {
		enum vw_known known;
		const char *meaning;
	} words[] = {
		{VW_INFERRED, "concluded from traces, not seen itself"},
		{VW_DECLARED, "told by a passport that the host handed in"},
	};

	for (size_t i = 0; i < VW_COUNT(words); i++) {
		for (size_t k = 0; k < page->report->layer_count; k++) {
			if (page->report->layer[k].known != words[i].known)
				continue;
			vwx_markup(page->out, "<p class=\"note\"><em>%s</em>: %s</p>\n",
				   vw_word_known(words[i].known), words[i].meaning);
			break;
		}
	}
}

void vwx_page_stack(const struct vwx_page *page)
{
	const struct vw_report *report = page->report;

	vwb_put(page->out, "<section class=\"card\" aria-labelledby=\"stack\">\n"
			   "<h2 id=\"stack\">Layers</h2>\n");
	if (report->layer_count) {
		vwb_put(page->out, "<ol class=\"stack\" role=\"list\" reversed=\"\">\n");
		for (size_t i = report->layer_count; i-- > 0;)
			put_layer(page, &report->layer[i]);
		vwx_markup(page->out, "</ol>\n<p class=\"ground\">%s</p>\n", ground_of(report));
		put_known_words(page);
	} else {
		vwb_put(page->out, "<p class=\"note\">No layer is known.</p>\n");
	}
	vwb_put(page->out, "</section>\n");
}

/* Facts. */

static void put_fact(struct vwb_buffer *out, const char *name, const char *value)
{
	if (value)
		vwx_markup(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

static void put_platform(const struct vwx_page *page)
{
	const struct vw_platform *platform = &page->report->platform;
	const struct vw_text *release = &page->report->facts->kernel.release;
	const struct vw_number *exit = &page->report->facts->exits.median_ns;

	put_fact(page->out, "Platform", platform->id);
	put_fact(page->out, "Hypervisor", platform->hypervisor);
	put_fact(page->out, "Machine monitor", platform->vmm ? vwx_word_phrase("vmms", platform->vmm) : NULL);
	put_fact(page->out, "Mode", platform->mode ? vwx_word_phrase("modes", platform->mode) : NULL);
	if (vwx_answer_undecided(page->report, "vm"))
		put_fact(page->out, "Levels under this kernel", "not known");
	else
		vwx_markup(page->out, "<div><dt>Levels under this kernel</dt><dd>%d</dd></div>\n",
			   page->report->level);
	put_fact(page->out, "Row of EC2’s table", platform->row);
	put_fact(page->out, "Instance id", platform->cloud.instance_id);
	put_fact(page->out, "Kernel", release->state == VW_VALUE ? release->text : NULL);
	put_fact(page->out, "Architecture", page->report->facts->arch);
	if (exit->state == VW_VALUE)
		vwx_markup(page->out, "<div><dt>One CPUID instruction</dt><dd>%zu ns</dd></div>\n",
			   (size_t)exit->value);
}

static void put_nested(const struct vwx_page *page)
{
	static const struct {
		const char *style, *word;
	} answers[] = {
		[VW_UNKNOWN] = {"unknown", "not known"}, [VW_NO] = {"no", "no"}, [VW_YES] = {"yes", "yes"}};
	const struct vw_nested *nested = &page->report->nested;

	vwx_markup(page->out, "<p class=\"answer\"><strong class=\"%s\">%s</strong>",
		   answers[nested->can_host].style, answers[nested->can_host].word);
	if (nested->extension)
		vwx_markup(page->out, " with <code>%s</code>", nested->extension);
	if (nested->kvm)
		vwx_markup(page->out, " · %s", vwx_kvm_phrase(nested->kvm));
	vwb_put(page->out, "</p>\n");
	if (nested->hint)
		vwx_markup(page->out, "<p>%s</p>\n", nested->hint);
	if (!nested->feature_count)
		return;
	vwb_put(page->out, "<ul class=\"words\" role=\"list\" aria-label=\"features for guests\">\n");
	for (size_t i = 0; i < nested->feature_count; i++)
		vwx_markup(page->out, "<li><code>%s</code></li>\n", nested->feature[i]);
	vwb_put(page->out, "</ul>\n");
}

void vwx_page_facts(const struct vwx_page *page)
{
	vwb_put(page->out, "<section class=\"card\" aria-labelledby=\"facts\">\n"
			   "<h2 id=\"facts\">In short</h2>\n<dl class=\"facts\">\n");
	put_platform(page);
	vwb_put(page->out, "</dl>\n</section>\n");
}

void vwx_page_nested(const struct vwx_page *page)
{
	vwb_put(page->out, "<section class=\"card\" aria-labelledby=\"nested\">\n"
			   "<h2 id=\"nested\">Can it host guests?</h2>\n");
	put_nested(page);
	vwb_put(page->out, "</section>\n");
}

/* The whole. */

void vwx_page_footer(const struct vwx_page *page)
{
	vwb_put(page->out, "<footer>\n");
	if (page->view->served)
		vwb_put(page->out, "<p><a href=\"/report\">This report as JSON</a> · "
				   "<a href=\"/metrics\">metrics</a></p>\n");
	vwx_markup(page->out,
		   "<p>Made by virtwhere %s from the report <code>%s</code>. What could not be read is "
		   "<em>not known</em>, never a guess.</p>\n</footer>\n",
		   VW_VERSION, VW_REPORT_SCHEMA);
}

int vwx_html_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out)
{
	const struct vwx_page page = {.report = report, .view = view, .out = out};

	vwx_page_begin(out, report->platform.name);
	vwb_put(out, "<main>\n");
	vwx_page_headline(&page);
	vwb_put(out, "<div class=\"pair\">\n<div class=\"column\">\n");
	vwx_page_stack(&page);
	vwx_page_nested(&page);
	vwb_put(out, "</div>\n");
	vwx_page_facts(&page);
	vwb_put(out, "</div>\n");
	vwx_page_dimensions(&page);
	vwx_page_rows(&page);
	vwx_page_findings(&page);
	vwx_page_devices(&page);
	vwb_put(out, "<div class=\"card\">\n");
	vwx_page_evidence(&page);
	vwx_page_conflicts(&page);
	vwx_page_unread(&page);
	vwb_put(out, "</div>\n");
	vwb_put(out, "</main>\n");
	vwx_page_footer(&page);
	vwx_page_end(out);
	return out->error;
}
