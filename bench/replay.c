/* SPDX-License-Identifier: MIT */

/* Replay snapshots in one process, round robin, each to a report as JSON: replay COUNT SNAPSHOT... */

#include <stdio.h>
#include <string.h>

#include "detect/report.h"
#include "export/export.h"
#include "probes/probes.h"

static int replay(const char *path)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	_cleanup_(vw_facts_freep) struct vw_facts *facts = NULL;
	struct vwb_buffer out = {0};
	struct vw_report *report;
	struct vwx_view view = {.compact = true};
	char problem[256] = "";
	int error;

	error = vw_source_snapshot(path, &source, problem, sizeof(problem));
	if (error < 0) {
		fprintf(stderr, "replay: %s\n", problem);
		return error;
	}
	error = vw_probe(source, 0, &facts);
	if (error < 0)
		return error;
	error = vw_detect(facts, &report);
	if (error < 0)
		return error;
	error = vwx_json_render(report, &view, &out);
	vwb_buffer_free(&out);
	vw_report_free(report);
	return error;
}

int main(int argc, char **argv)
{
	uint64_t count;

	if (argc < 3 || vwb_number_parse(argv[1], 10, 1000000, &count) < 0)
		return 2;
	for (uint64_t i = 0; i < count; i++) {
		const char *path = argv[2 + i % (uint64_t)(argc - 2)];
		int error = replay(path);

		if (error < 0) {
			fprintf(stderr, "replay: %s: %s\n", path, strerror(-error));
			return 1;
		}
	}
	return 0;
}
