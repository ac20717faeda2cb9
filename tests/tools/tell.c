/* SPDX-License-Identifier: MIT */

/* What `virtwhere drivers --json=compact` tells of each snapshot directory, a line each, in one process: tell
 * DIRECTORY... */

#include <stdio.h>
#include <string.h>

#include "detect/report.h"
#include "export/export.h"
#include "probes/probes.h"

static int tell(const char *path)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	_cleanup_(vw_facts_freep) struct vw_facts *facts = NULL;
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	const struct vwx_view view = {.compact = true};
	struct vw_report *report = NULL;
	char problem[256] = "";
	int r = vw_source_snapshot(path, &source, problem, sizeof(problem));

	if (r == 0)
		r = vw_probe(source, VW_PROBE_WIDE, &facts);
	if (r == 0)
		r = vw_detect(facts, &report);
	if (r == 0)
		r = vwx_json_render(report, &view, &out);
	vw_report_free(report);
	if (r < 0) {
		fprintf(stderr, "tell: %s: %s\n", path, *problem ? problem : strerror(-r));
		return r;
	}
	fwrite(out.data, 1, out.size, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (tell(argv[i]) < 0)
			return 1;
	return 0;
}
