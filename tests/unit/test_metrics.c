/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/export.h"
#include "export/metrics.h"
#include "tests/unit/contains.h"
#include "tests/unit/sample_metrics.h"
#include "tests/unit/sample_reports.h"

/* Helpers. */

static const struct vwx_service_state idle_state = {0};
static const struct vw_counters no_counters = {0};

static char *render(const struct vw_report *report, const struct vwx_service_state *state,
		    const struct vw_counters *counters, enum vwx_exposition exposition)
{
	struct vwb_buffer out = {0};

	assert_int_equal(vwx_metrics_fixed(report, state, exposition, &out), 0);
	assert_int_equal(vwx_metrics_counters(counters, exposition, &out), 0);
	assert_int_equal(vwx_metrics_end(exposition, &out), 0);
	return out.data ? out.data : calloc(1, 1);
}

/* Does a sample of this name stand in the text? */
static bool has_sample(const char *text, const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "\n%s{", name);
	if (strstr(text, line))
		return true;
	snprintf(line, sizeof(line), "\n%s ", name);
	return strstr(text, line);
}

/* A machine of which all is known. */

static struct vw_report full_report(void)
{
	struct vw_report report = sample_nitro;

	report.facts = &sample_full_facts;
	return report;
}

/* Tests. */

static void test_every_metric_has_a_sample(void **state)
{
	struct vw_report report = full_report();
	char *text = render(&report, &sample_full_state, &sample_full_counters, VW_PROMETHEUS_TEXT);
	struct vwx_metric metric;
	size_t count = 0;

	(void)state;
	for (; memset(&metric, 0, sizeof(metric)), vwx_metric_at(count, &metric); count++) {
		if (!has_sample(text, metric.name))
			fail_msg("no sample of %s in:\n%s", metric.name, text);
		assert_true(strlen(metric.help) > 10);
		assert_null(strpbrk(metric.help, "\\\"\n"));
	}
	assert_true(count > 30);
	assert_int_equal(count_parts(text, "# TYPE "), count);
	assert_int_equal(count_parts(text, "# HELP "), count);
	free(text);
}

static void test_prometheus_text(void **state)
{
	struct vw_report report = full_report();
	char *text = render(&report, &sample_full_state, &sample_full_counters, VW_PROMETHEUS_TEXT);

	(void)state;
	assert_has(text, "# HELP virtwhere_info Where this system runs; labels as the report's platform.\n"
			 "# TYPE virtwhere_info gauge\n"
			 "virtwhere_info{platform=\"nitro\",hypervisor=\"kvm\",vmm=\"nitro\","
			 "row=\"aws-nitro-2017\",cloud=\"aws\",instance_type=\"c8i.large\","
			 "container=\"docker\",confidence=\"certain\"} 1\n");
	assert_has(text, "# TYPE virtwhere_changes_total counter\n"
			 "virtwhere_changes_total{kind=\"platform\"} 2\n"
			 "virtwhere_changes_total{kind=\"device-new\"} 0\n");
	assert_has(text, "\nvirtwhere_file_written{file=\"report\"} 1\n"
			 "virtwhere_file_written{file=\"textfile\"} 0\n");
	assert_has(text, "\nvirtwhere_last_probe_success 1\n");
	assert_has(text, "\nvirtwhere_level 1\n");
	assert_has(text, "\nvirtwhere_dimension_class{dimension=\"cpu_memory\",class=\"VH\"} 1\n");
	assert_has(text, "\nvirtwhere_nested_can_host 1\n");
	assert_has(text, "\nvirtwhere_nested_feature{feature=\"shadow_vmcs\"} 1\n");
	assert_has(text,
		   "\nvirtwhere_device_info{kind=\"network\",device=\"ens5\",bus=\"pci\",driver=\"ena\","
		   "driver_version=\"2.10.0g\",class=\"VH\"} 1\n");
	assert_has(text, "\nvirtwhere_conflicts 1\n");
	assert_has_not(text, "# EOF");
	assert_has_not(text, "# UNIT");
	assert_has_not(text, "a_statistic_of_tomorrow");
	free(text);
}

static void test_openmetrics(void **state)
{
	struct vw_report report = full_report();
	char *text = render(&report, &sample_full_state, &sample_full_counters, VW_OPENMETRICS);

	(void)state;
	assert_has(text, "# TYPE virtwhere info\n# HELP virtwhere ");
	assert_has(text, "\nvirtwhere_info{platform=\"nitro\"");
	assert_has(text, "# TYPE virtwhere_changes counter\n");
	assert_has(text, "\nvirtwhere_changes_total{kind=\"platform\"} 2\n");
	assert_has(text, "# TYPE virtwhere_steal_seconds counter\n# UNIT virtwhere_steal_seconds seconds\n"
			 "# HELP virtwhere_steal_seconds ");
	assert_has(text, "\nvirtwhere_steal_seconds_total 428.1\n");
	assert_true(strlen(text) > 6 && strcmp(text + strlen(text) - 6, "# EOF\n") == 0);
	assert_int_equal(count_parts(text, "# EOF"), 1);
	free(text);
}

static void test_values_in_base_units(void **state)
{
	struct vw_report report = full_report();
	char *text = render(&report, &sample_full_state, &sample_full_counters, VW_PROMETHEUS_TEXT);

	(void)state;
	assert_has(text, "{device=\"nvme0n1\",model=\"Amazon Elastic Block Store\"} 4294967.295\n");
	assert_has(text, "{device=\"nvme1n1\"} 30.5\n");
	assert_has_not(text, "nvme2n1\"} ");
	assert_has(text, "\nvirtwhere_nvme_core_io_timeout_seconds 255\n");
	assert_has(text, "{stat=\"min\"} 0.00000082\n");
	assert_has(text, "{stat=\"median\"} 0.000001001\n");
	assert_has(text, "\nvirtwhere_probe_duration_seconds{probe=\"dmi\"} 2\n");
	assert_has(text, "\nvirtwhere_probe_success{probe=\"dmi\"} 0\n");
	assert_has(text, "\nvirtwhere_last_probe_timestamp_seconds 1700000000.25\n");
	assert_has(text, "\nvirtwhere_last_probe_duration_seconds 0.0035\n");
	assert_has(text, "{device=\"ens5\"} 18446744073709551615\n");
	assert_has(text, "\nvirtwhere_ena_srd_resource_utilization_ratio{device=\"ens5\"} 0.07\n");
	free(text);
}

/* What is not known has no sample, and a family without a sample no header. */
static void test_nothing_known(void **state)
{
	char *text = render(&sample_empty, NULL, &no_counters, VW_PROMETHEUS_TEXT);
	char *idle = render(&sample_empty, &idle_state, &no_counters, VW_PROMETHEUS_TEXT);

	(void)state;
	assert_has(text, "virtwhere_info{platform=\"unknown\"");
	assert_has(text, "\nvirtwhere_build_info{version=\"" VW_VERSION "\",");
	assert_has_not(text, "virtwhere_steal");
	assert_has_not(text, "virtwhere_ena");
	assert_has_not(text, "virtwhere_nested_can_host");
	assert_has_not(text, "virtwhere_probes_total");
	assert_has_not(text, "\"\"");
	assert_has(idle, "\nvirtwhere_probes_total 0\n");
	assert_has_not(idle, "virtwhere_file_written");
	assert_has_not(idle, "virtwhere_last_probe_success");
	assert_has_not(idle, "timestamp_seconds");
	free(text);
	free(idle);
}

static void test_no_time_has_no_sample(void **state)
{
	static const double no_times[] = {-1, 1e300, 0};
	struct vwx_service_state service = {0};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(no_times); i++) {
		char *text;

		service.last_probe = service.last_change = service.probe_seconds = no_times[i];
		text = render(&sample_metal, &service, &no_counters, VW_PROMETHEUS_TEXT);
		assert_has_not(text, "virtwhere_last_");
		free(text);
	}
}

/* Each line of a hostile report is one that its families could have made. */
static void test_hostile_text(void **state)
{
	char *text = render(&sample_hostile, &sample_full_state, &sample_full_counters, VW_OPENMETRICS),
	     *rest, *line;

	(void)state;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_true(strncmp(line, "# ", 2) == 0 || strncmp(line, "virtwhere_", 10) == 0);
		for (const char *at = line; *at; at++)
			assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
		assert_true(strlen(line) < 8 * (2 * VW_LABEL_MAX + 32));
	}
	free(text);
}

static void test_labels_are_escaped_and_cut(void **state)
{
	char exact[VW_LABEL_MAX + 1], longer[VW_LABEL_MAX + 3];
	struct vw_device device[] = {
		{.kind = "storage", .name = "a\"b\\c\nd\xff", .class = VW_CLASS_P},
		{.kind = "storage", .name = exact},
		{.kind = "storage", .name = longer},
	};
	struct vw_report report = sample_empty;
	char *text;

	(void)state;
	memset(exact, 'e', VW_LABEL_MAX);
	exact[VW_LABEL_MAX] = '\0';
	memset(longer, 'l', VW_LABEL_MAX - 1); /* the cut would go through this character */
	memcpy(longer + VW_LABEL_MAX - 1, "\xe2\x82\xac", 4);
	report.device = device;
	report.device_count = VW_COUNT(device);
	text = render(&report, NULL, &no_counters, VW_PROMETHEUS_TEXT);
	assert_has(text, "device=\"a\\\"b\\\\c d?\",class=\"P\"} 1\n");
	assert_has(text, exact);
	longer[VW_LABEL_MAX - 1] = '\0';
	assert_has(text, longer);
	assert_has_not(text, "\xe2");
	free(text);
}

/* A label that is cut ends with a whole character, wherever the bound falls into it. */
static void test_labels_are_cut_between_characters(void **state)
{
	static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(characters); i++)
		for (size_t before = 0; before <= strlen(characters[i]); before++) {
			size_t first = VW_LABEL_MAX - before; /* of the bytes of the character that fit */
			bool whole = before == strlen(characters[i]);
			char name[VW_LABEL_MAX + 8], wanted[VW_LABEL_MAX + 32];
			struct vw_device device = {.kind = "storage", .name = name};
			struct vw_report report = sample_empty;
			char *text;

			memset(name, 'n', first);
			snprintf(name + first, sizeof(name) - first, "%s%s", characters[i], "m");
			snprintf(wanted, sizeof(wanted), "device=\"%.*s%s\",class", (int)first, name,
				 whole ? characters[i] : "");
			report.device = &device;
			report.device_count = 1;
			text = render(&report, NULL, &no_counters, VW_PROMETHEUS_TEXT);
			assert_has(text, wanted);
			free(text);
		}
}

/* Fractions are exact, without zeros that say nothing. */
static void test_numbers(void **state)
{
	static const struct {
		uint64_t ms;
		const char *wanted;
	} rows[] = {
		{0, " 0\n"},
		{1, " 0.001\n"},
		{10, " 0.01\n"},
		{100, " 0.1\n"},
		{1000, " 1\n"},
		{1001, " 1.001\n"},
		{1010, " 1.01\n"},
		{10000, " 10\n"},
		{999, " 0.999\n"},
		{1230, " 1.23\n"},
		{UINT64_MAX, " 18446744073709551.615\n"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vw_counters counters = {.steal_ms = {VW_VALUE, rows[i].ms, "/proc/stat"}};
		struct vwb_buffer out = {0};
		char wanted[96];

		assert_int_equal(vwx_metrics_counters(&counters, VW_PROMETHEUS_TEXT, &out), 0);
		snprintf(wanted, sizeof(wanted), "\nvirtwhere_steal_seconds_total%s", rows[i].wanted);
		assert_true(vwb_text_ends(out.data, wanted));
		vwb_buffer_free(&out);
	}
}

/* Times are told in microseconds, rounded; what is none, or beyond all sense, is not told. */
static void test_times(void **state)
{
	static const struct {
		double seconds;
		const char *wanted; /* NULL: no sample */
	} rows[] = {
		{1, " 1\n"},
		{0.0000014, " 0.000001\n"},
		{0.0000016, " 0.000002\n"},
		{1.5, " 1.5\n"},
		{1e-9, " 0\n"},
		{0, NULL},
		{-1, NULL},
		{1e12, NULL},
		{999999999999.0, " 999999999999"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vwx_service_state service = {.probe_seconds = rows[i].seconds};
		char *text = render(NULL, &service, &no_counters, VW_PROMETHEUS_TEXT), wanted[96];

		snprintf(wanted, sizeof(wanted), "\nvirtwhere_last_probe_duration_seconds%s",
			 rows[i].wanted ? rows[i].wanted : "");
		if (rows[i].wanted)
			assert_has(text, wanted);
		else
			assert_has_not(text, wanted);
		free(text);
	}
}

/* Two lines of one series would make a scrape fail as a whole. */
static void test_series_are_unique(void **state)
{
	struct vw_device device[] = {
		{.kind = "storage", .name = "sda", .class = VW_CLASS_P},
		{.kind = "storage", .name = "sda1", .class = VW_CLASS_P},
		{.kind = "storage", .name = "sda", .class = VW_CLASS_P},
		{.kind = "network", .name = "sda", .class = VW_CLASS_P},
		{.kind = "storage", .name = "sda", .class = VW_CLASS_P},
		{.kind = "network", .name = "sda", .class = VW_CLASS_P},
		{.kind = "storage", .name = "sda1", .class = VW_CLASS_P},
	};
	struct vw_interface_counters interface[] = {sample_full_interfaces[1], sample_full_interfaces[1]};
	struct vw_counters counters = {.interfaces = 2, .interface = interface};
	struct vw_report report = sample_empty;
	char *text;

	(void)state;
	report.device = device;
	report.device_count = VW_COUNT(device);
	text = render(&report, NULL, &counters, VW_PROMETHEUS_TEXT);
	assert_int_equal(count_parts(text, "\nvirtwhere_device_info{"), 3);
	assert_int_equal(count_parts(text, "virtwhere_device_info{kind=\"storage\",device=\"sda\","), 1);
	assert_int_equal(count_parts(text, "virtwhere_ena_bw_in_allowance_exceeded_total{"), 1);
	free(text);
}

/* One series for each check, and the worst finding speaks for it. */
static void test_worst_finding(void **state)
{
	static const struct {
		struct vw_finding finding[3];
		const char *severity, *status;
	} cases[] = {
		{{{"DRV001", VW_PASS, VW_FATAL, .subject = "a"},
		  {"DRV001", VW_FAIL, VW_DEGRADED, .subject = "b"},
		  {"DRV001", VW_STATUS_UNKNOWN, VW_FATAL, .subject = "c"}},
		 "degraded",
		 "fail"},
		{{{"DRV001", VW_FAIL, VW_DEGRADED, .subject = "a"},
		  {"DRV001", VW_FAIL, VW_FATAL, .subject = "b"},
		  {"DRV001", VW_FAIL, VW_FATAL, .subject = "c"}},
		 "fatal",
		 "fail"},
		{{{"DRV001", VW_SKIP, VW_ADVICE, .subject = "a"},
		  {"DRV001", VW_WARN, VW_ADVICE, .subject = "b"},
		  {"DRV001", VW_PASS, VW_ADVICE, .subject = "c"}},
		 "advice",
		 "warn"},
		{{{"DRV001", VW_WARN, VW_ADVICE, .subject = "a"},
		  {"DRV001", VW_STATUS_UNKNOWN, VW_DEGRADED, .subject = "b"},
		  {"DRV001", VW_SKIP, VW_ADVICE, .subject = "c"}},
		 "degraded",
		 "unknown"},
	};
	struct vw_report report = sample_empty;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char sample[128], *text;

		report.finding = cases[i].finding;
		report.finding_count = VW_COUNT(cases[i].finding);
		text = render(&report, NULL, &no_counters, VW_PROMETHEUS_TEXT);
		snprintf(sample, sizeof(sample),
			 "\nvirtwhere_check_status{check=\"DRV001\",severity=\"%s\",status=\"%s\"} 1\n",
			 cases[i].severity, cases[i].status);
		assert_has(text, sample);
		assert_int_equal(count_parts(text, "virtwhere_check_status{"), 1);
		free(text);
	}
}

/* Each status outweighs the ones before it, of whatever severity and in whatever order. */
static void test_worst_status(void **state)
{
	static const enum vw_status order[] = {VW_SKIP, VW_PASS, VW_WARN, VW_STATUS_UNKNOWN, VW_FAIL};
	struct vw_report report = sample_empty;

	(void)state;
	for (size_t i = 0; i < 2 * (VW_COUNT(order) - 1); i++) {
		const struct vw_finding better = {"DRV001", order[i / 2], VW_FATAL, .subject = "a"};
		const struct vw_finding worse = {"DRV001", order[i / 2 + 1], VW_ADVICE, .subject = "b"};
		const struct vw_finding findings[] = {i % 2 ? better : worse, i % 2 ? worse : better};
		char sample[128], *text;

		report.finding = findings;
		report.finding_count = 2;
		text = render(&report, NULL, &no_counters, VW_PROMETHEUS_TEXT);
		snprintf(sample, sizeof(sample),
			 "\nvirtwhere_check_status{check=\"DRV001\",severity=\"advice\",status=\"%s\"} 1\n",
			 vw_status_word(worse.status));
		assert_has(text, sample);
		assert_int_equal(count_parts(text, "virtwhere_check_status{"), 1);
		free(text);
	}
}

/* No id, serial or address of the machine: nothing that the samples have there comes out. */
static void test_nothing_names_the_machine(void **state)
{
	struct vw_report report = full_report();
	char *text;

	(void)state;
	report.platform.cloud.instance_id = "i-0123456789abcdef0";
	text = render(&report, &sample_full_state, &sample_full_counters, VW_PROMETHEUS_TEXT);
	assert_has_not(text, "i-0123456789abcdef0");
	free(text);
}

static void test_a_failure_is_told(void **state)
{
	struct vwb_buffer out = {.error = -ENOMEM};

	(void)state;
	assert_int_equal(vwx_metrics_fixed(&sample_nitro, &sample_full_state, VW_OPENMETRICS, &out), -ENOMEM);
	assert_int_equal(vwx_metrics_counters(&sample_full_counters, VW_OPENMETRICS, &out), -ENOMEM);
	assert_int_equal(vwx_metrics_end(VW_OPENMETRICS, &out), -ENOMEM);
	assert_null(out.data);
}

static void test_media_types(void **state)
{
	(void)state;
	assert_string_equal(vwx_metrics_media_type(VW_PROMETHEUS_TEXT),
			    "text/plain; version=0.0.4; charset=utf-8");
	assert_string_equal(vwx_metrics_media_type(VW_OPENMETRICS),
			    "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_metric_has_a_sample),
		cmocka_unit_test(test_prometheus_text),
		cmocka_unit_test(test_openmetrics),
		cmocka_unit_test(test_values_in_base_units),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_no_time_has_no_sample),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_labels_are_escaped_and_cut),
		cmocka_unit_test(test_labels_are_cut_between_characters),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_series_are_unique),
		cmocka_unit_test(test_worst_finding),
		cmocka_unit_test(test_worst_status),
		cmocka_unit_test(test_nothing_names_the_machine),
		cmocka_unit_test(test_a_failure_is_told),
		cmocka_unit_test(test_media_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
