/* SPDX-License-Identifier: MIT */
#include "export/page.h"

const struct vwx_page_class *vwx_page_class(enum vw_class class)
{
	/* Costs: Brendan Gregg, "AWS EC2 Virtualization 2017: Introducing Nitro". */
	static const struct vwx_page_class classes[] = {
		[VW_CLASS_UNKNOWN] = {"?", "unknown", NULL},
		[VW_CLASS_NONE] = {"–", "none", NULL},
		[VW_CLASS_VS] = {"VS", "vs", "2 to 10 times slower"},
		[VW_CLASS_P] = {"P", "p", "costs 10 to 50%"},
		[VW_CLASS_VH] = {"VH", "vh", "costs 0.1 to 1.5%"},
		[VW_CLASS_H] = {"H", "h", "costs nothing"},
	};

	return &classes[class];
}

#define EC2_TABLE "https://www.brendangregg.com/blog/2017-11-29/aws-ec2-virtualization-2017.html"

void vwx_page_scroll(struct vwb_buffer *out, const char *label)
{
	vwx_markup(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n", label);
}

void vwx_page_reference(struct vwb_buffer *out, const char *reference)
{
	if (vwx_markup_is_link(reference))
		vwx_markup(out, "<a href=\"%s\" rel=\"noreferrer\">%s</a>", reference, reference);
	else
		vwx_markup(out, "%s", reference);
}

/* Dimensions and the rows of the EC2 table. */

static void put_evidence_links(const struct vwx_page *page, const struct vw_refs *refs)
{
	const char *lead = "evidence: ";

	for (size_t i = 0; i < refs->count; i++) {
		size_t index = refs->index[i];

		if (index >= page->report->evidence_count)
			continue;
		vwx_markup(page->out, "%s<a href=\"#evidence-%zu\">%s</a>", lead, index,
			   page->report->evidence[index].id);
		lead = ", ";
	}
}

static void put_dimension(const struct vwx_page *page, enum vw_dimension_id id)
{
	const struct vw_dimension *dimension = &page->report->dimension[id];
	const struct vwx_page_class *class = vwx_page_class(dimension->class);

	vwx_markup(page->out,
		   "<li><span class=\"cell %s\">%s</span>\n<div><h3>%s</h3>\n"
		   "<p class=\"class\">%s</p>\n<p class=\"with\">%s</p>\n<p class=\"note\">",
		   class->style, class->letters, vwx_dimension_label(id), vwx_class_phrase(dimension->class),
		   dimension->with);
	put_evidence_links(page, &dimension->evidence);
	vwb_put(page->out, "</p></div></li>\n");
}

void vwx_page_dimensions(const struct vwx_page *page)
{
	vwb_put(page->out, "<section class=\"card\" aria-labelledby=\"dimensions\">\n"
			   "<h2 id=\"dimensions\">How each part is virtualized</h2>\n"
			   "<ul class=\"dimensions\" role=\"list\">\n");
	for (size_t i = 0; i < VW_DIMENSIONS; i++)
		put_dimension(page, (enum vw_dimension_id)i);
	vwb_put(page->out, "</ul>\n</section>\n");
}

static void put_cell(struct vwb_buffer *out, enum vw_class class)
{
	const struct vwx_page_class *look = vwx_page_class(class);

	vwx_markup(out, "<td><span class=\"cell %s\">%s</span></td>", look->style, look->letters);
}

static void put_own_row(const struct vwx_page *page)
{
	vwb_put(page->out, "<tbody class=\"own\">\n<tr><th scope=\"row\">This machine</th>");
	for (size_t i = 0; i < VW_DIMENSIONS; i++)
		put_cell(page->out, page->report->dimension[i].class);
	vwb_put(page->out, "</tr>\n</tbody>\n");
}

static void put_rows(const struct vwx_page *page)
{
	const struct vw_word *word;

	vwb_put(page->out, "<tbody>\n");
	for (size_t i = 0; (word = vw_word_at("rows", i)); i++) {
		bool fits = vwb_text_equal(word->word, page->report->platform.row);
		const enum vw_class *cell = vw_row_cells(i);

		vwb_put(page->out, fits ? "<tr class=\"fits\">" : "<tr>");
		vwx_markup(page->out,
			   "<th scope=\"row\"><code>%s</code>%s <span class=\"note\">%s</span></th>",
			   word->word, fits ? " (fits)" : "", word->meaning);
		for (size_t k = 0; k < VW_DIMENSIONS; k++)
			put_cell(page->out, cell[k]);
		vwb_put(page->out, "</tr>\n");
	}
	vwb_put(page->out, "</tbody>\n");
}

static void put_legend(struct vwb_buffer *out)
{
	static const enum vw_class order[] = {VW_CLASS_VS, VW_CLASS_P,    VW_CLASS_VH,
					      VW_CLASS_H,  VW_CLASS_NONE, VW_CLASS_UNKNOWN};

	vwb_put(out, "<dl class=\"legend\">\n");
	for (size_t i = 0; i < VW_COUNT(order); i++) {
		const struct vwx_page_class *look = vwx_page_class(order[i]);

		vwx_markup(out, "<div><dt><span class=\"cell %s\">%s</span></dt><dd>%s%s%s</dd></div>\n",
			   look->style, look->letters, vwx_class_phrase(order[i]), look->cost ? ": " : "",
			   look->cost);
	}
	vwb_put(out, "</dl>\n");
}

void vwx_page_rows(const struct vwx_page *page)
{
	vwb_put(page->out, "<section class=\"card\" aria-labelledby=\"rows\">\n"
			   "<h2 id=\"rows\">Beside the EC2 virtualization types</h2>\n");
	vwx_page_scroll(page->out, "table of EC2 virtualization types");
	vwb_put(page->out, "<table class=\"types\">\n<caption>This machine above the types that EC2 has had, "
			   "slowest first</caption>\n<thead>\n<tr><th scope=\"col\">Type</th>");
	for (size_t i = 0; i < VW_DIMENSIONS; i++)
		vwx_markup(page->out, "<th scope=\"col\">%s</th>",
			   vwx_dimension_label((enum vw_dimension_id)i));
	vwb_put(page->out, "</tr>\n</thead>\n");
	put_own_row(page);
	put_rows(page);
	vwb_put(page->out, "</table>\n</div>\n");
	put_legend(page->out);
	vwb_put(page->out, "<p class=\"note\">Types and expected costs as in ");
	vwb_put(page->out, "<a href=\"" EC2_TABLE "\" rel=\"noreferrer\">Brendan Gregg’s table of 2017</a>.");
	vwb_put(page->out, "</p>\n</section>\n");
}

/* Findings. */

size_t vwx_page_count(const struct vw_report *report, const struct vwx_finding_group *group)
{
	size_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		count += vwx_finding_belongs(&report->finding[i], group);
	return count;
}

bool vwx_page_is_quiet(const struct vwx_finding_group *group)
{
	return group->status == VW_PASS || group->status == VW_SKIP;
}

static void put_finding(struct vwb_buffer *out, const struct vw_finding *finding,
			const struct vwx_finding_group *group)
{
	vwx_markup(out,
		   "<li class=\"%s\"><p class=\"tag\"><strong>%s</strong> <code>%s</code></p>\n"
		   "<div><h3>%s</h3>\n<p>%s</p>\n",
		   group->word, group->word, finding->id, finding->subject, finding->message);
	if (finding->remedy)
		vwx_markup(out, "<p class=\"remedy\"><strong>What to do:</strong> %s</p>\n", finding->remedy);
	if (finding->evidence || finding->reference) {
		vwb_put(out, "<p class=\"note\">");
		if (finding->evidence)
			vwx_markup(out, "<code>%s</code>", finding->evidence);
		if (finding->evidence && finding->reference)
			vwb_put(out, " · ");
		if (finding->reference)
			vwx_page_reference(out, finding->reference);
		vwb_put(out, "</p>\n");
	}
	vwb_put(out, "</div></li>\n");
}

static void put_group(const struct vwx_page *page, const struct vwx_finding_group *group)
{
	for (size_t i = 0; i < page->report->finding_count; i++)
		if (vwx_finding_belongs(&page->report->finding[i], group))
			put_finding(page->out, &page->report->finding[i], group);
}

/* What passed or does not apply, one line each behind a fold. */
static void put_quiet_group(const struct vwx_page *page, const struct vwx_finding_group *group)
{
	size_t count = vwx_page_count(page->report, group);

	if (!count)
		return;
	vwx_markup(page->out, "<details>\n<summary>%zu %s</summary>\n<ul class=\"quiet\" role=\"list\">\n",
		   count, group->status == VW_PASS ? "passed" : "do not apply here");
	for (size_t i = 0; i < page->report->finding_count; i++) {
		const struct vw_finding *finding = &page->report->finding[i];

		if (vwx_finding_belongs(finding, group))
			vwx_markup(page->out, "<li><code>%s</code> <strong>%s</strong>: %s</li>\n",
				   finding->id, finding->subject, finding->message);
	}
	vwb_put(page->out, "</ul>\n</details>\n");
}

void vwx_page_findings(const struct vwx_page *page)
{
	const struct vwx_finding_group *group;
	bool loud = false;

	vwb_put(page->out, "<section class=\"card\" aria-labelledby=\"findings\">\n"
			   "<h2 id=\"findings\">Checks</h2>\n");
	for (size_t i = 0; (group = vwx_finding_group_at(i)); i++)
		loud = loud || (!vwx_page_is_quiet(group) && vwx_page_count(page->report, group));
	if (!page->report->finding_count)
		vwb_put(page->out, "<p class=\"note\">No check is for this platform.</p>\n");
	else if (!loud)
		vwb_put(page->out,
			"<p class=\"answer\"><strong class=\"yes\">Nothing is wrong</strong> as far "
			"as these checks see.</p>\n");
	if (loud) {
		vwb_put(page->out, "<ul class=\"findings\" role=\"list\">\n");
		for (size_t i = 0; (group = vwx_finding_group_at(i)); i++)
			if (!vwx_page_is_quiet(group))
				put_group(page, group);
		vwb_put(page->out, "</ul>\n");
	}
	for (size_t i = 0; (group = vwx_finding_group_at(i)); i++)
		if (vwx_page_is_quiet(group))
			put_quiet_group(page, group);
	vwb_put(page->out, "</section>\n");
}

/* Devices. */

static void put_device(struct vwb_buffer *out, const struct vw_device *device)
{
	vwb_put(out, "<tr>");
	put_cell(out, device->class);
	vwx_markup(out, "<th scope=\"row\">%s <span class=\"note\">%s</span></th><td>%s</td>", device->name,
		   device->kind, device->what);
	if (device->driver)
		vwx_markup(out, "<td><code>%s</code> %s</td>", device->driver, device->driver_version);
	else
		vwx_markup(out, "<td class=\"note\">%s</td>", device->bus ? "no driver" : "");
	vwx_markup(out, "<td>%s%s<code>%s</code></td></tr>\n", device->bus,
		   device->bus && device->ids ? " " : "", device->ids);
}

void vwx_page_devices(const struct vwx_page *page)
{
	vwb_put(page->out, "<section class=\"card\" aria-labelledby=\"devices\">\n"
			   "<h2 id=\"devices\">Devices and drivers</h2>\n");
	if (!page->report->device_count) {
		vwb_put(page->out, "<p class=\"note\">No device is known.</p>\n</section>\n");
		return;
	}
	vwx_page_scroll(page->out, "table of devices and drivers");
	vwb_put(page->out, "<table class=\"devices\">\n<caption>Each device with its class and what drives "
			   "it</caption>\n<thead>\n"
			   "<tr><th scope=\"col\">Class</th><th scope=\"col\">Device</th>"
			   "<th scope=\"col\">What it is</th><th scope=\"col\">Driver</th>"
			   "<th scope=\"col\">Bus, ids</th></tr>\n</thead>\n<tbody>\n");
	for (size_t i = 0; i < page->report->device_count; i++)
		put_device(page->out, &page->report->device[i]);
	vwb_put(page->out, "</tbody>\n</table>\n</div>\n</section>\n");
}

/* Evidence, conflicts, what could not be read. */

static void begin_fold(struct vwb_buffer *out, const char *id, const char *title, size_t count, bool open)
{
	vwx_markup(out, "<section class=\"fold\" aria-labelledby=\"%s\">\n", id);
	vwb_put(out, open ? "<details open=\"\">\n" : "<details>\n");
	vwx_markup(out, "<summary><h2 id=\"%s\">%s</h2> <span class=\"count\">%zu</span></summary>\n", id,
		   title, count);
}

static void end_fold(struct vwb_buffer *out)
{
	vwb_put(out, "</details>\n</section>\n");
}

/* The words that it speaks for, those that it would fit too, and those that the report cannot tell. */
static void put_supports(const struct vwx_page *page, const struct vw_evidence *evidence,
			 enum vw_tristate wanted)
{
	bool any = false;

	for (size_t i = 0; i < evidence->support_count; i++) {
		if (vwx_support_holds(page->report, evidence->supports[i]) != wanted)
			continue;
		if (any)
			vwb_put(page->out, ", ");
		else
			vwx_markup(page->out, "<p>%s ", vwx_support_phrase(wanted));
		vwx_markup(page->out, "<code>%s</code>", evidence->supports[i]);
		any = true;
	}
	if (any)
		vwb_put(page->out, "</p>");
}

static void put_evidence(const struct vwx_page *page, size_t index)
{
	const struct vw_evidence *evidence = &page->report->evidence[index];

	vwx_markup(page->out,
		   "<tr id=\"evidence-%zu\"><th scope=\"row\">%s</th><td>%s</td><td><code>%s</code>", index,
		   evidence->id, vw_weight_word(evidence->weight), evidence->source);
	if (evidence->value)
		vwx_markup(page->out, "<br/><strong>%s</strong>", evidence->value);
	vwb_put(page->out, "</td><td>");
	put_supports(page, evidence, VW_YES);
	put_supports(page, evidence, VW_NO);
	put_supports(page, evidence, VW_UNKNOWN);
	vwb_put(page->out, "</td><td class=\"note\">");
	vwx_page_reference(page->out, evidence->reference);
	vwb_put(page->out, "</td></tr>\n");
}

static void put_evidence_table(const struct vwx_page *page)
{
	vwx_page_scroll(page->out, "table of evidence");
	vwb_put(page->out, "<table class=\"evidence\">\n<caption>Every piece that the verdict rests "
			   "on</caption>\n<thead>\n"
			   "<tr><th scope=\"col\">Piece</th><th scope=\"col\">Weight</th>"
			   "<th scope=\"col\">Read where, and what</th><th scope=\"col\">Speaks</th>"
			   "<th scope=\"col\">Who says so</th></tr>\n</thead>\n<tbody>\n");
	for (size_t i = 0; i < page->report->evidence_count; i++)
		put_evidence(page, i);
	vwb_put(page->out, "</tbody>\n</table>\n</div>\n");
}

void vwx_page_evidence(const struct vwx_page *page)
{
	begin_fold(page->out, "evidence", "Evidence", page->report->evidence_count, false);
	if (page->report->evidence_count)
		put_evidence_table(page);
	else
		vwb_put(page->out, "<p class=\"note\">Nothing was found that a verdict could rest on.</p>\n");
	end_fold(page->out);
}

void vwx_page_conflicts(const struct vwx_page *page)
{
	const struct vw_report *report = page->report;

	begin_fold(page->out, "conflicts", "Conflicts", report->conflict_count, report->conflict_count);
	vwb_put(page->out, report->conflict_count ? "<ul class=\"quiet\">\n"
						  : "<p class=\"note\">Nothing contradicts itself.</p>\n");
	for (size_t i = 0; i < report->conflict_count; i++) {
		const struct vw_conflict *conflict = &report->conflict[i];
		const struct vw_refs refs = {VW_COUNT(conflict->evidence), conflict->evidence};

		vwx_markup(page->out, "<li>%s <span class=\"note\">", conflict->message);
		put_evidence_links(page, &refs);
		vwb_put(page->out, "</span></li>\n");
	}
	if (report->conflict_count)
		vwb_put(page->out, "</ul>\n");
	end_fold(page->out);
}

static void put_gains(const struct vwx_page *page)
{
	const struct vw_facts *facts = page->report->facts;
	const char *gain, *lead = facts->snapshot          ? "The snapshot lacks "
				  : page->view->privileged ? "Kept even from root: "
							   : "Run as root to read ";
	size_t cursor = 0;

	for (; (gain = vwx_gain_next(facts, &cursor)); lead = ", ")
		vwx_markup(page->out, "%s%s", lead, gain);
}

void vwx_page_unread(const struct vwx_page *page)
{
	const struct vw_facts *facts = page->report->facts;

	begin_fold(page->out, "unread", "Not readable", facts->unread_count, false);
	vwb_put(page->out, facts->unread_count
				   ? "<ul class=\"quiet\">\n"
				   : "<p class=\"note\">Whatever is there could be read. What is not there "
				     "tells nothing.</p>\n");
	for (size_t i = 0; i < facts->unread_count; i++)
		vwx_markup(page->out, "<li><code>%s</code> %s</li>\n", facts->unread[i].source,
			   facts->unread[i].error);
	if (facts->unread_count) {
		vwb_put(page->out, "</ul>\n<p class=\"note\">");
		put_gains(page);
		vwb_put(page->out, "</p>\n");
	}
	end_fold(page->out);
}
