/* SPDX-License-Identifier: MIT */
#include "export/page.h"

#define EC2_TABLE "https://www.brendangregg.com/blog/2017-11-29/aws-ec2-virtualization-2017.html"

void vw_page_scroll(struct vw_buffer *out, const char *label)
{
	vw_markup(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n", label);
}

void vw_page_reference(struct vw_buffer *out, const char *reference)
{
	if (vw_markup_is_link(reference))
		vw_markup(out, "<a href=\"%s\" rel=\"noreferrer\">%s</a>", reference, reference);
	else
		vw_markup(out, "%s", reference);
}

/* --- dimensions and the rows of the EC2 table ------------------------------------------------------------
 */

static void put_evidence_links(const struct vw_page *page, const struct vw_refs *refs)
{
	const char *lead = "evidence: ";

	for (size_t i = 0; i < refs->count; i++) {
		size_t index = refs->index[i];

		if (index >= page->report->evidence_count)
			continue;
		vw_markup(page->out, "%s<a href=\"#evidence-%zu\">%s</a>", lead, index,
			  page->report->evidence[index].id);
		lead = ", ";
	}
}

static void put_dimension(const struct vw_page *page, enum vw_dimension_id id)
{
	const struct vw_dimension *dimension = &page->report->dimension[id];
	const struct vw_page_class *class = vw_page_class(dimension->class);

	vw_markup(page->out,
		  "<li><span class=\"cell %s\">%s</span>\n<div><h3>%s</h3>\n"
		  "<p class=\"class\">%s</p>\n<p class=\"with\">%s</p>\n<p class=\"note\">",
		  class->style, class->letters, vw_dimension_label(id), vw_class_phrase(dimension->class),
		  dimension->with);
	put_evidence_links(page, &dimension->evidence);
	vw_put(page->out, "</p></div></li>\n");
}

void vw_page_dimensions(const struct vw_page *page)
{
	vw_put(page->out, "<section class=\"card\" aria-labelledby=\"dimensions\">\n"
			  "<h2 id=\"dimensions\">How each part is virtualized</h2>\n"
			  "<ul class=\"dimensions\" role=\"list\">\n");
	for (size_t i = 0; i < VW_DIMENSIONS; i++)
		put_dimension(page, (enum vw_dimension_id)i);
	vw_put(page->out, "</ul>\n</section>\n");
}

static void put_cell(struct vw_buffer *out, enum vw_class class)
{
	const struct vw_page_class *look = vw_page_class(class);

	vw_markup(out, "<td><span class=\"cell %s\">%s</span></td>", look->style, look->letters);
}

static void put_own_row(const struct vw_page *page)
{
	vw_put(page->out, "<tbody class=\"own\">\n<tr><th scope=\"row\">This machine</th>");
	for (size_t i = 0; i < VW_DIMENSIONS; i++)
		put_cell(page->out, page->report->dimension[i].class);
	vw_put(page->out, "</tr>\n</tbody>\n");
}

static void put_rows(const struct vw_page *page)
{
	const struct vw_word *word;

	vw_put(page->out, "<tbody>\n");
	for (size_t i = 0; (word = vw_word_at("rows", i)); i++) {
		bool fits = vw_equal(word->word, page->report->platform.row);
		const enum vw_class *cell = vw_row_cells(i);

		vw_put(page->out, fits ? "<tr class=\"fits\">" : "<tr>");
		vw_markup(page->out,
			  "<th scope=\"row\"><code>%s</code>%s <span class=\"note\">%s</span></th>",
			  word->word, fits ? " (fits)" : "", word->meaning);
		for (size_t k = 0; k < VW_DIMENSIONS; k++)
			put_cell(page->out, cell[k]);
		vw_put(page->out, "</tr>\n");
	}
	vw_put(page->out, "</tbody>\n");
}

static void put_legend(struct vw_buffer *out)
{
	static const enum vw_class order[] = {VW_CLASS_VS, VW_CLASS_P,    VW_CLASS_VH,
					      VW_CLASS_H,  VW_CLASS_NONE, VW_CLASS_UNKNOWN};

	vw_put(out, "<dl class=\"legend\">\n");
	for (size_t i = 0; i < VW_COUNT(order); i++) {
		const struct vw_page_class *look = vw_page_class(order[i]);

		vw_markup(out, "<div><dt><span class=\"cell %s\">%s</span></dt><dd>%s%s%s</dd></div>\n",
			  look->style, look->letters, vw_class_phrase(order[i]), look->cost ? ": " : "",
			  look->cost);
	}
	vw_put(out, "</dl>\n");
}

void vw_page_rows(const struct vw_page *page)
{
	vw_put(page->out, "<section class=\"card\" aria-labelledby=\"rows\">\n"
			  "<h2 id=\"rows\">Beside the EC2 virtualization types</h2>\n");
	vw_page_scroll(page->out, "table of EC2 virtualization types");
	vw_put(page->out, "<table class=\"types\">\n<caption>This machine above the types that EC2 has had, "
			  "slowest first</caption>\n<thead>\n<tr><th scope=\"col\">Type</th>");
	for (size_t i = 0; i < VW_DIMENSIONS; i++)
		vw_markup(page->out, "<th scope=\"col\">%s</th>",
			  vw_dimension_label((enum vw_dimension_id)i));
	vw_put(page->out, "</tr>\n</thead>\n");
	put_own_row(page);
	put_rows(page);
	vw_put(page->out, "</table>\n</div>\n");
	put_legend(page->out);
	vw_put(page->out, "<p class=\"note\">Types and expected costs as in ");
	vw_put(page->out, "<a href=\"" EC2_TABLE "\" rel=\"noreferrer\">Brendan Gregg’s table of 2017</a>.");
	vw_put(page->out, "</p>\n</section>\n");
}

/* --- findings --------------------------------------------------------------------------------------------
 */

size_t vw_page_count(const struct vw_report *report, const struct vw_finding_group *group)
{
	size_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		count += vw_finding_belongs(&report->finding[i], group);
	return count;
}

bool vw_page_is_quiet(const struct vw_finding_group *group)
{
	return group->status == VW_PASS || group->status == VW_SKIP;
}

static void put_finding(struct vw_buffer *out, const struct vw_finding *finding,
			const struct vw_finding_group *group)
{
	vw_markup(out,
		  "<li class=\"%s\"><p class=\"tag\"><strong>%s</strong> <code>%s</code></p>\n"
		  "<div><h3>%s</h3>\n<p>%s</p>\n",
		  group->word, group->word, finding->id, finding->subject, finding->message);
	if (finding->remedy)
		vw_markup(out, "<p class=\"remedy\"><strong>What to do:</strong> %s</p>\n", finding->remedy);
	if (finding->evidence || finding->reference) {
		vw_put(out, "<p class=\"note\">");
		if (finding->evidence)
			vw_markup(out, "<code>%s</code>", finding->evidence);
		if (finding->evidence && finding->reference)
			vw_put(out, " · ");
		if (finding->reference)
			vw_page_reference(out, finding->reference);
		vw_put(out, "</p>\n");
	}
	vw_put(out, "</div></li>\n");
}

static void put_group(const struct vw_page *page, const struct vw_finding_group *group)
{
	for (size_t i = 0; i < page->report->finding_count; i++)
		if (vw_finding_belongs(&page->report->finding[i], group))
			put_finding(page->out, &page->report->finding[i], group);
}

/* What passed or does not apply, one line each behind a fold. */
static void put_quiet_group(const struct vw_page *page, const struct vw_finding_group *group)
{
	size_t count = vw_page_count(page->report, group);

	if (!count)
		return;
	vw_markup(page->out, "<details>\n<summary>%zu %s</summary>\n<ul class=\"quiet\" role=\"list\">\n",
		  count, group->status == VW_PASS ? "passed" : "do not apply here");
	for (size_t i = 0; i < page->report->finding_count; i++) {
		const struct vw_finding *finding = &page->report->finding[i];

		if (vw_finding_belongs(finding, group))
			vw_markup(page->out, "<li><code>%s</code> <strong>%s</strong>: %s</li>\n",
				  finding->id, finding->subject, finding->message);
	}
	vw_put(page->out, "</ul>\n</details>\n");
}

void vw_page_findings(const struct vw_page *page)
{
	const struct vw_finding_group *group;
	size_t loud = 0;

	vw_put(page->out, "<section class=\"card\" aria-labelledby=\"findings\">\n"
			  "<h2 id=\"findings\">Checks</h2>\n");
	for (size_t i = 0; (group = vw_finding_group_at(i)); i++)
		loud += vw_page_is_quiet(group) ? 0 : vw_page_count(page->report, group);
	if (!page->report->finding_count)
		vw_put(page->out, "<p class=\"note\">No check is for this platform.</p>\n");
	else if (!loud)
		vw_put(page->out,
		       "<p class=\"answer\"><strong class=\"yes\">Nothing is wrong</strong> as far "
		       "as these checks see.</p>\n");
	if (loud) {
		vw_put(page->out, "<ul class=\"findings\" role=\"list\">\n");
		for (size_t i = 0; (group = vw_finding_group_at(i)); i++)
			if (!vw_page_is_quiet(group))
				put_group(page, group);
		vw_put(page->out, "</ul>\n");
	}
	for (size_t i = 0; (group = vw_finding_group_at(i)); i++)
		if (vw_page_is_quiet(group))
			put_quiet_group(page, group);
	vw_put(page->out, "</section>\n");
}

/* --- devices ---------------------------------------------------------------------------------------------
 */

static void put_device(struct vw_buffer *out, const struct vw_device *device)
{
	vw_put(out, "<tr>");
	put_cell(out, device->class);
	vw_markup(out, "<th scope=\"row\">%s <span class=\"note\">%s</span></th><td>%s</td>", device->name,
		  device->kind, device->what);
	if (device->driver)
		vw_markup(out, "<td><code>%s</code> %s</td>", device->driver, device->driver_version);
	else
		vw_markup(out, "<td class=\"note\">%s</td>", device->bus ? "no driver" : "");
	vw_markup(out, "<td>%s%s<code>%s</code></td></tr>\n", device->bus,
		  device->bus && device->ids ? " " : "", device->ids);
}

void vw_page_devices(const struct vw_page *page)
{
	vw_put(page->out, "<section class=\"card\" aria-labelledby=\"devices\">\n"
			  "<h2 id=\"devices\">Devices and drivers</h2>\n");
	if (!page->report->device_count) {
		vw_put(page->out, "<p class=\"note\">No device is known.</p>\n</section>\n");
		return;
	}
	vw_page_scroll(page->out, "table of devices and drivers");
	vw_put(page->out, "<table class=\"devices\">\n<caption>Each device with its class and what drives "
			  "it</caption>\n<thead>\n"
			  "<tr><th scope=\"col\">Class</th><th scope=\"col\">Device</th>"
			  "<th scope=\"col\">What it is</th><th scope=\"col\">Driver</th>"
			  "<th scope=\"col\">Bus, ids</th></tr>\n</thead>\n<tbody>\n");
	for (size_t i = 0; i < page->report->device_count; i++)
		put_device(page->out, &page->report->device[i]);
	vw_put(page->out, "</tbody>\n</table>\n</div>\n</section>\n");
}

/* --- evidence, conflicts, what could not be read ---------------------------------------------------------
 */

static void begin_fold(struct vw_buffer *out, const char *id, const char *title, size_t count, bool open)
{
	vw_markup(out, "<section class=\"fold\" aria-labelledby=\"%s\">\n", id);
	vw_put(out, open ? "<details open=\"\">\n" : "<details>\n");
	vw_markup(out, "<summary><h2 id=\"%s\">%s</h2> <span class=\"count\">%zu</span></summary>\n", id,
		  title, count);
}

static void end_fold(struct vw_buffer *out)
{
	vw_put(out, "</details>\n</section>\n");
}

/* The words that it speaks for, those that it would fit too, and those that the report cannot tell. */
static void put_supports(const struct vw_page *page, const struct vw_evidence *evidence,
			 enum vw_tristate wanted)
{
	bool any = false;

	for (size_t i = 0; i < evidence->support_count; i++) {
		if (vw_support_holds(page->report, evidence->supports[i]) != wanted)
			continue;
		if (any)
			vw_put(page->out, ", ");
		else
			vw_markup(page->out, "<p>%s ", vw_support_phrase(wanted));
		vw_markup(page->out, "<code>%s</code>", evidence->supports[i]);
		any = true;
	}
	if (any)
		vw_put(page->out, "</p>");
}

static void put_evidence(const struct vw_page *page, size_t index)
{
	const struct vw_evidence *evidence = &page->report->evidence[index];

	vw_markup(page->out,
		  "<tr id=\"evidence-%zu\"><th scope=\"row\">%s</th><td>%s</td><td><code>%s</code>", index,
		  evidence->id, vw_weight_word(evidence->weight), evidence->source);
	if (evidence->value)
		vw_markup(page->out, "<br/><strong>%s</strong>", evidence->value);
	vw_put(page->out, "</td><td>");
	put_supports(page, evidence, VW_YES);
	put_supports(page, evidence, VW_NO);
	put_supports(page, evidence, VW_UNKNOWN);
	vw_put(page->out, "</td><td class=\"note\">");
	vw_page_reference(page->out, evidence->reference);
	vw_put(page->out, "</td></tr>\n");
}

static void put_evidence_table(const struct vw_page *page)
{
	vw_page_scroll(page->out, "table of evidence");
	vw_put(page->out, "<table class=\"evidence\">\n<caption>Every piece that the verdict rests "
			  "on</caption>\n<thead>\n"
			  "<tr><th scope=\"col\">Piece</th><th scope=\"col\">Weight</th>"
			  "<th scope=\"col\">Read where, and what</th><th scope=\"col\">Speaks</th>"
			  "<th scope=\"col\">Who says so</th></tr>\n</thead>\n<tbody>\n");
	for (size_t i = 0; i < page->report->evidence_count; i++)
		put_evidence(page, i);
	vw_put(page->out, "</tbody>\n</table>\n</div>\n");
}

void vw_page_evidence(const struct vw_page *page)
{
	begin_fold(page->out, "evidence", "Evidence", page->report->evidence_count, false);
	if (page->report->evidence_count)
		put_evidence_table(page);
	else
		vw_put(page->out, "<p class=\"note\">Nothing was found that a verdict could rest on.</p>\n");
	end_fold(page->out);
}

void vw_page_conflicts(const struct vw_page *page)
{
	const struct vw_report *report = page->report;

	begin_fold(page->out, "conflicts", "Conflicts", report->conflict_count, report->conflict_count);
	vw_put(page->out, report->conflict_count ? "<ul class=\"quiet\">\n"
						 : "<p class=\"note\">Nothing contradicts itself.</p>\n");
	for (size_t i = 0; i < report->conflict_count; i++) {
		const struct vw_conflict *conflict = &report->conflict[i];
		const struct vw_refs refs = {VW_COUNT(conflict->evidence), conflict->evidence};

		vw_markup(page->out, "<li>%s <span class=\"note\">", conflict->message);
		put_evidence_links(page, &refs);
		vw_put(page->out, "</span></li>\n");
	}
	if (report->conflict_count)
		vw_put(page->out, "</ul>\n");
	end_fold(page->out);
}

static void put_gains(const struct vw_page *page)
{
	const struct vw_facts *facts = page->report->facts;
	const char *gain, *lead = facts->snapshot          ? "The snapshot lacks "
				  : page->view->privileged ? "Kept even from root: "
							   : "Run as root to read ";
	size_t cursor = 0;

	for (; (gain = vw_next_gain(facts, &cursor)); lead = ", ")
		vw_markup(page->out, "%s%s", lead, gain);
}

void vw_page_unread(const struct vw_page *page)
{
	const struct vw_facts *facts = page->report->facts;

	begin_fold(page->out, "unread", "Not readable", facts->unread_count, false);
	vw_put(page->out, facts->unread_count
				  ? "<ul class=\"quiet\">\n"
				  : "<p class=\"note\">Whatever is there could be read. What is not there "
				    "tells nothing.</p>\n");
	for (size_t i = 0; i < facts->unread_count; i++)
		vw_markup(page->out, "<li><code>%s</code> %s</li>\n", facts->unread[i].source,
			  facts->unread[i].error);
	if (facts->unread_count) {
		vw_put(page->out, "</ul>\n<p class=\"note\">");
		put_gains(page);
		vw_put(page->out, "</p>\n");
	}
	end_fold(page->out);
}
