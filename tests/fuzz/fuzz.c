/* SPDX-License-Identifier: MIT */

/*
 * Hostile bytes for every parser and for the whole way from a snapshot to each format, under libFuzzer. One
 * program; VW_FUZZ names the row of the table below that it runs. tests/fuzz/run.py makes the seeds.
 */

#include "detect/passport.h"
#include "export/export.h"
#include "export/metrics.h"
#include "probes/machine/probe.h"
#include "tests/fuzz/fuzz.h"

#define META "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"%s\"}"

static void add_meta(int fd, const char *arch)
{
	char meta[128];
	int size = snprintf(meta, sizeof(meta), META, arch);

	add(fd, VW_NODE_FILE, "meta.json", meta, (size_t)size);
}

static void build(const char *bytes, size_t size)
{
	int fd = open_machine();

	add_parts(fd, bytes, size);
	close(fd);
}

/* What must hold of reports. */

static void check_passport(const struct vw_report *report, const struct vwx_view *view)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	char line[VW_PASSPORT_MAX + 1];
	struct vw_passport passport;
	int r = vwx_passport_format(report, line);

	MUST(r == 0 || r == -EOVERFLOW);
	if (r < 0)
		return;
	MUST(vw_passport_parse(line, &passport) == 0);
	for (int as = VW_PASSPORT_TEXT; as <= VW_PASSPORT_LIBVIRT; as++)
		MUST(vwx_passport_render(line, (enum vwx_passport_as)as, view, &out) == 0);
	check_text(&out, true);
}

static void check_formats(const struct vw_report *report, const struct vwx_view *view)
{
	const struct vwx_format *format;

	for (size_t i = 0; (format = vwx_format_at(i)); i++) {
		_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

		MUST(format->render(report, view, &out) == 0);
		check_text(&out, strstr(format->media_type, "us-ascii") || (view->ascii && i == 0));
	}
}

static void check_words(const struct vw_report *report)
{
	static const char *const lists[] = {"platforms", "clouds", "words"};
	enum vw_tristate holds;

	for (size_t i = 0; i < VW_COUNT(lists); i++)
		for (size_t k = 0; vw_word_at(lists[i], k); k++)
			MUST(vw_report_is(report, vw_word_at(lists[i], k)->word, &holds) == 0);
}

static void check_metrics(const struct vw_report *report, const struct vw_counters *counters)
{
	static const struct vwx_service_state state = {.last_probe = 1};

	for (int exposition = VW_PROMETHEUS_TEXT; exposition <= VW_OPENMETRICS; exposition++) {
		_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};

		MUST(vwx_metrics_fixed(report, &state, (enum vwx_exposition)exposition, &out) == 0);
		MUST(vwx_metrics_counters(counters, (enum vwx_exposition)exposition, &out) == 0);
		MUST(vwx_metrics_end((enum vwx_exposition)exposition, &out) == 0);
		check_text(&out, false);
	}
}

static void check_report(const struct vw_facts *facts, const struct vw_counters *counters)
{
	static const struct vwx_view views[] = {
		{.columns = 80}, {.ascii = true, .verbose = true}, {.compact = true, .columns = 20}};
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	struct vw_report *report;

	MUST(vw_detect(facts, &report) == 0);
	for (size_t i = 0; i < VW_COUNT(views); i++) {
		check_formats(report, &views[i]);
		check_passport(report, &views[i]);
	}
	MUST(vwx_explain_render(report, &views[1], &out) == 0);
	check_text(&out, true);
	check_words(report);
	check_metrics(report, counters);
	vw_report_free(report);
}

/* Ways. */

/* Open a snapshot as the command line does, and take it all the way. */
static void examine(const char *path)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	_cleanup_(vw_facts_freep) struct vw_facts *facts = NULL;
	_cleanup_(vw_counter_reader_freep) struct vw_counter_reader *reader = NULL;
	struct vw_counters counters;
	char problem[PROBLEM_SIZE] = "";

	if (vw_source_snapshot(path, &source, problem, sizeof(problem)) < 0) {
		check_problem(problem);
		return;
	}
	MUST(vw_probe(source, VW_PROBE_WIDE | VW_PROBE_TIMING, &facts) == 0);
	MUST(vw_counter_reader_new(source, facts, &reader) == 0);
	MUST(vw_counter_reader_read(reader, &counters) == 0);
	check_report(facts, &counters);
}

/* The file that the input becomes. */
struct file {
	const char *arch; /* of the machine; NULL: no meta.json is made */
	const char *path;
	void (*probe)(struct vw_run *run); /* the one that reads it; NULL: all of them */
};

/* One file and the probe that reads it: the fast way. */
static void run_probe(const struct row *row, const char *bytes, size_t size)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	const struct file *file = row->of;
	struct vw_facts facts = {.snapshot = true, .arch = file->arch};
	struct vw_run run = {.facts = &facts, .flags = VW_PROBE_WIDE};
	struct vw_report *report;
	char problem[PROBLEM_SIZE];
	int fd = open_machine();

	add_meta(fd, file->arch);
	add(fd, VW_NODE_FILE, file->path, bytes, size);
	close(fd);
	MUST(vw_source_snapshot(machine, &source, problem, sizeof(problem)) == 0);
	run.source = source;
	run.arena = vw_source_arena(source);
	file->probe(&run);
	MUST(!vwb_arena_failed(run.arena));
	MUST(vw_detect(&facts, &report) == 0);
	vw_report_free(report);
}

/* One file and the whole way. */
static void run_file(const struct row *row, const char *bytes, size_t size)
{
	const struct file *file = row->of;
	int fd = open_machine();

	if (file->arch)
		add_meta(fd, file->arch);
	add(fd, VW_NODE_FILE, file->path, bytes, size);
	close(fd);
	examine(machine);
}

static void run_passport(const struct row *row, const char *bytes, size_t size)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0}, out = {0};
	struct vw_passport passport;

	(void)row;
	vwb_put_bytes(&text, bytes, size);
	if (!text.data || vw_passport_parse(text.data, &passport) < 0)
		return;
	MUST(passport.layers >= 1 && passport.layers <= VW_PASSPORT_LAYERS);
	for (size_t i = 0; i < passport.layers; i++)
		MUST(strnlen(passport.kind[i], VW_PASSPORT_KIND_SIZE) < VW_PASSPORT_KIND_SIZE);
	MUST(vwx_passport_render(text.data, VW_PASSPORT_TEXT, &(struct vwx_view){0}, &out) == 0);
}

static void run_machine(const struct row *row, const char *bytes, size_t size)
{
	(void)row;
	build(bytes, size);
	examine(machine);
}

/* What a machine is recorded to can be read again. */
static void run_record(const struct row *row, const char *bytes, size_t size)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	char path[PATH_SIZE + 32], problem[PROBLEM_SIZE] = "";
	bool archive = size % 2;

	(void)row;
	build(bytes, size);
	if (vw_source_snapshot(machine, &source, problem, sizeof(problem)) < 0)
		return;
	snprintf(path, sizeof(path), "%s/recorded%s", folder, archive ? ".tar" : "");
	if (vw_snapshot_record(source, path, VW_SNAPSHOT_TIMING, problem, sizeof(problem)) == 0) {
		vw_source_freep(&source);
		MUST(vw_source_snapshot(path, &source, problem, sizeof(problem)) == 0);
	} else {
		check_problem(problem);
	}
	if (archive)
		unlink(path);
	else
		vw_tree_remove(AT_FDCWD, path);
}

static void run_archive(const struct row *row, const char *bytes, size_t size)
{
	(void)row;
	examine(write_archive(bytes, size));
}

/* The table. */

const struct row rows[] = {
	{"cpuid", run_probe, &(const struct file){"x86_64", "cpuid.txt", vw_probe_cpuid}},
	{"smbios", run_probe, &(const struct file){"x86_64", "sys/firmware/dmi/tables/DMI", vw_probe_dmi}},
	{"acpi", run_probe, &(const struct file){"x86_64", "sys/firmware/acpi/tables/FACP", vw_probe_acpi}},
	{"cpuinfo", run_probe, &(const struct file){"x86_64", "proc/cpuinfo", vw_probe_cpuinfo}},
	{"cpuinfo-s390", run_probe, &(const struct file){"s390x", "proc/cpuinfo", vw_probe_cpuinfo}},
	{"interrupts", run_probe, &(const struct file){"x86_64", "proc/interrupts", vw_probe_interrupts}},
	{"sysinfo", run_probe, &(const struct file){"s390x", "proc/sysinfo", vw_probe_s390}},
	{"environ", run_probe, &(const struct file){"x86_64", "proc/1/environ", vw_probe_container}},
	{"meta", run_file, &(const struct file){NULL, "meta.json", NULL}},
	{"timing", run_file, &(const struct file){"x86_64", "timing.json", NULL}},
	{"ethtool", run_file, &(const struct file){"x86_64", "ethtool.json", NULL}},
	{"stat", run_file, &(const struct file){"x86_64", "proc/stat", NULL}},
	{"passport", run_passport, NULL},
	{"machine", run_machine, NULL},
	{"record", run_record, NULL},
	{"archive", run_archive, NULL},
	{NULL, NULL, NULL},
};
