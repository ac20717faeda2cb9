/* SPDX-License-Identifier: MIT */
#include "export/metrics.h"

#include <stdio.h>
#include <string.h>

#include "export/export.h"
#include "export/phrases.h"

enum type { GAUGE, COUNTER, INFO };

struct writer;

/* A row of the table: a family of samples that differ by their labels. */
struct family {
	const char *name; /* without the suffix that its type asks for */
	enum type type;
	const char *unit;  /* the last part of the name, where that is a unit; else NULL */
	unsigned decimals; /* of the number that its value is read as: 3 where that counts thousandths */
	const char *help;
	void (*put)(struct writer *writer); /* puts its samples, maybe none */
	const char *statistic;              /* ENA's name of it, else NULL */
};

struct writer {
	struct vwb_buffer *out;
	enum vwx_exposition exposition;
	const struct vw_report *report;
	const struct vwx_service_state *state;
	const struct vw_counters *counters;
	const struct family *family;
	size_t first; /* where the first sample of the family stands; 0 while there is none */
};

struct label {
	const char *name;
	const char *value; /* NULL or "": the label is left out, which means the same */
};

/* Samples. */

static const char *suffix_of(const struct family *family)
{
	static const char *const suffixes[] = {[GAUGE] = "", [COUNTER] = "_total", [INFO] = "_info"};

	return suffixes[family->type];
}

static void put_header(struct writer *writer)
{
	static const char *const prometheus[] = {[GAUGE] = "gauge", [COUNTER] = "counter", [INFO] = "gauge"};
	static const char *const openmetrics[] = {[GAUGE] = "gauge", [COUNTER] = "counter", [INFO] = "info"};
	const struct family *family = writer->family;

	if (writer->exposition == VW_PROMETHEUS_TEXT) {
		vwb_putf(writer->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", family->name, suffix_of(family),
			 family->help, family->name, suffix_of(family), prometheus[family->type]);
		return;
	}
	vwb_putf(writer->out, "# TYPE %s %s\n", family->name, openmetrics[family->type]);
	if (family->unit)
		vwb_putf(writer->out, "# UNIT %s %s\n", family->name, family->unit);
	vwb_putf(writer->out, "# HELP %s %s\n", family->name, family->help);
}

/* At the most VW_LABEL_MAX bytes, cut between characters (RFC 3629). */
static size_t label_size(const char *value)
{
	size_t size = strnlen(value, VW_LABEL_MAX + 1);

	if (size <= VW_LABEL_MAX)
		return size;
	for (size = VW_LABEL_MAX; size && ((unsigned char)value[size] & 0xc0) == 0x80; size--)
		;
	return size;
}

static void put_value(struct vwb_buffer *out, const char *value)
{
	char text[VW_LABEL_MAX + 1];
	size_t size = label_size(value);

	memcpy(text, value, size);
	size = vwb_text_clean(text,
			      size); /* what the probes read is clean; line breaks would forge samples */
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\\' || text[i] == '"')
			vwb_put_bytes(out, "\\", 1);
		vwb_put_bytes(out, &text[i], 1);
	}
}

static void put_labels(struct vwb_buffer *out, const struct label *label)
{
	const char *before = "{";

	for (; label->name; label++) {
		if (!label->value || !*label->value)
			continue;
		vwb_putf(out, "%s%s=\"", before, label->name);
		put_value(out, label->value);
		vwb_put(out, "\"");
		before = ",";
	}
	if (*before == ',')
		vwb_put(out, "}");
}

/* Is the series that stands from @line to the end in the family already? Names of hostile devices may be
 * equal. */
static bool is_double(const struct writer *writer, size_t line)
{
	const char *data = writer->out->data;
	size_t size = writer->out->size - line;

	for (size_t at = writer->first; at < line;) {
		if (data[at + size] == ' ' && memcmp(data + at, data + line, size) == 0)
			return true;
		at += strcspn(data + at, "\n") + 1;
	}
	return false;
}

static void put_number(struct vwb_buffer *out, uint64_t value, unsigned decimals)
{
	uint64_t scale = 1;

	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	while (decimals && value % 10 == 0) {
		value /= 10;
		scale /= 10;
		decimals--;
	}
	vwb_putf(out, "%llu", (unsigned long long)(value / scale));
	if (decimals)
		vwb_putf(out, ".%0*llu", (int)decimals, (unsigned long long)(value % scale));
}

/* @label: ends with one without a name; @value: in units of 10 to the power of minus the family's decimals */
static void put_sample(struct writer *writer, const struct label *label, uint64_t value)
{
	struct vwb_buffer *out = writer->out;
	size_t line;

	if (!writer->first) {
		put_header(writer);
		writer->first = out->size;
	}
	line = out->size;
	vwb_putf(out, "%s%s", writer->family->name, suffix_of(writer->family));
	put_labels(out, label);
	if (out->error)
		return;
	if (is_double(writer, line)) {
		out->size = line;
		out->data[line] = '\0';
		return;
	}
	vwb_put(out, " ");
	put_number(out, value, writer->family->decimals);
	vwb_put(out, "\n");
}

#define LABELS(...) ((const struct label[]){__VA_ARGS__, {NULL, NULL}})
#define NO_LABELS   ((const struct label[]){{NULL, NULL}})

/* Of the report. */

static void put_info(struct writer *writer)
{
	const struct vw_platform *platform = &writer->report->platform;

	put_sample(writer,
		   LABELS({"platform", platform->id}, {"hypervisor", platform->hypervisor},
			  {"vmm", platform->vmm}, {"mode", platform->mode}, {"row", platform->row},
			  {"cloud", platform->cloud.provider},
			  {"instance_type", platform->cloud.instance_type},
			  {"container", platform->container}, {"confidential", platform->confidential},
			  {"confidence", vw_confidence_word(platform->confidence)}),
		   1);
}

static void put_build(struct writer *writer)
{
	put_sample(writer, LABELS({"version", VW_VERSION}, {"schema", VW_REPORT_SCHEMA}), 1);
}

static void put_kernel(struct writer *writer)
{
	const struct vw_facts *facts = writer->report->facts;

	put_sample(writer, LABELS({"arch", facts->arch}, {"release", facts->kernel.release.text}), 1);
}

static void put_level(struct writer *writer)
{
	if (!vwx_answer_undecided(writer->report, "vm"))
		put_sample(writer, NO_LABELS, (uint64_t)writer->report->level);
}

static void put_dimensions(struct writer *writer)
{
	for (int i = 0; i < VW_DIMENSIONS; i++)
		put_sample(writer,
			   LABELS({"dimension", vw_dimension_word((enum vw_dimension_id)i)},
				  {"class", vw_class_word(writer->report->dimension[i].class)}),
			   1);
}

static void put_can_host(struct writer *writer)
{
	enum vw_tristate can_host = writer->report->nested.can_host;

	if (can_host != VW_UNKNOWN)
		put_sample(writer, NO_LABELS, can_host == VW_YES);
}

static void put_nested(struct writer *writer)
{
	const struct vw_nested *nested = &writer->report->nested;

	if (nested->extension || nested->kvm)
		put_sample(writer, LABELS({"extension", nested->extension}, {"kvm", nested->kvm}), 1);
}

static void put_features(struct writer *writer)
{
	const struct vw_nested *nested = &writer->report->nested;

	for (size_t i = 0; i < nested->feature_count; i++)
		put_sample(writer, LABELS({"feature", nested->feature[i]}), 1);
}

/* Which of the findings of one check speaks for it: the worst. */
static int badness(enum vw_status status)
{
	static const int badness[] = {
		[VW_SKIP] = 0, [VW_PASS] = 1, [VW_WARN] = 2, [VW_STATUS_UNKNOWN] = 3, [VW_FAIL] = 4};

	return badness[status];
}

static bool speaks(const struct vw_report *report, size_t index)
{
	const struct vw_finding *finding = &report->finding[index];

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct vw_finding *other = &report->finding[i];
		int worse = badness(other->status) - badness(finding->status);

		if (!worse)
			worse = (int)other->severity - (int)finding->severity;
		if (vwb_text_equal(other->id, finding->id) && (worse > 0 || (worse == 0 && i < index)))
			return false;
	}
	return true;
}

static void put_checks(struct writer *writer)
{
	const struct vw_report *report = writer->report;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct vw_finding *finding = &report->finding[i];

		if (speaks(report, i))
			put_sample(writer,
				   LABELS({"check", finding->id},
					  {"severity", vw_severity_word(finding->severity)},
					  {"status", vw_status_word(finding->status)}),
				   1);
	}
}

static void put_devices(struct writer *writer)
{
	for (size_t i = 0; i < writer->report->device_count; i++) {
		const struct vw_device *device = &writer->report->device[i];

		put_sample(writer,
			   LABELS({"kind", device->kind}, {"device", device->name}, {"bus", device->bus},
				  {"driver", device->driver}, {"driver_version", device->driver_version},
				  {"class", vw_class_word(device->class)}),
			   1);
	}
}

static void put_conflicts(struct writer *writer)
{
	put_sample(writer, NO_LABELS, writer->report->conflict_count);
}

static void put_unread(struct writer *writer)
{
	put_sample(writer, NO_LABELS, writer->report->facts->unread_count);
}

static void put_disk_timeout(struct writer *writer)
{
	const struct vw_device_list *block = &writer->report->facts->devices.block;

	for (size_t i = 0; i < block->count; i++)
		if (block->item[i].io_timeout.state == VW_VALUE)
			put_sample(writer,
				   LABELS({"device", block->item[i].name}, {"model", block->item[i].model}),
				   block->item[i].io_timeout.value);
}

static void put_module_timeout(struct writer *writer)
{
	const struct vw_number *timeout = &writer->report->facts->devices.nvme_timeout;

	if (timeout->state == VW_VALUE)
		put_sample(writer, NO_LABELS, timeout->value);
}

static void put_latency(struct writer *writer)
{
	const struct vw_exit_facts *exits = &writer->report->facts->exits;

	if (exits->min_ns.state == VW_VALUE)
		put_sample(writer, LABELS({"stat", "min"}), exits->min_ns.value);
	if (exits->median_ns.state == VW_VALUE)
		put_sample(writer, LABELS({"stat", "median"}), exits->median_ns.value);
}

static void put_success(struct writer *writer)
{
	const struct vw_facts *facts = writer->report->facts;

	for (size_t i = 0; i < facts->outcome_count; i++)
		put_sample(writer, LABELS({"probe", facts->outcome[i].name}), facts->outcome[i].success);
}

static void put_duration(struct writer *writer)
{
	const struct vw_facts *facts = writer->report->facts;

	for (size_t i = 0; i < facts->outcome_count; i++)
		put_sample(writer, LABELS({"probe", facts->outcome[i].name}), facts->outcome[i].duration_ns);
}

/* Of the service. */

/* Seconds in microseconds; what is no time has no sample. */
static void put_seconds(struct writer *writer, double seconds)
{
	if (seconds > 0 && seconds < 1e12)
		put_sample(writer, NO_LABELS, (uint64_t)(seconds * 1e6 + 0.5));
}

static void put_last_probe(struct writer *writer)
{
	put_seconds(writer, writer->state->last_probe);
}

static void put_last_change(struct writer *writer)
{
	put_seconds(writer, writer->state->last_change);
}

static void put_probe_seconds(struct writer *writer)
{
	put_seconds(writer, writer->state->probe_seconds);
}

static void put_probes(struct writer *writer)
{
	put_sample(writer, NO_LABELS, writer->state->probes);
}

static void put_probe_failures(struct writer *writer)
{
	put_sample(writer, NO_LABELS, writer->state->probe_failures);
}

static void put_last_success(struct writer *writer)
{
	if (writer->state->probes)
		put_sample(writer, NO_LABELS, writer->state->probe_succeeded);
}

static void put_changes(struct writer *writer)
{
	for (size_t i = 0; i < writer->state->change_kinds; i++)
		put_sample(writer, LABELS({"kind", writer->state->change[i].label}),
			   writer->state->change[i].value);
}

static void put_files(struct writer *writer)
{
	for (size_t i = 0; i < writer->state->files; i++)
		put_sample(writer, LABELS({"file", writer->state->file[i].label}),
			   writer->state->file[i].value);
}

/* Of what runs on. */

static void put_steal(struct writer *writer)
{
	const struct vw_number *steal = &writer->counters->steal_ms;

	if (steal->state == VW_VALUE)
		put_sample(writer, NO_LABELS, steal->value);
}

static void put_ena_driver(struct writer *writer)
{
	const struct vw_counters *counters = writer->counters;

	for (size_t i = 0; i < counters->interfaces; i++)
		put_sample(writer,
			   LABELS({"device", counters->interface[i].name},
				  {"version", counters->interface[i].version},
				  {"firmware", counters->interface[i].firmware}),
			   1);
}

static void put_ena(struct writer *writer)
{
	const struct vw_counters *counters = writer->counters;

	for (size_t i = 0; i < counters->interfaces; i++) {
		const struct vw_interface_counters *interface = &counters->interface[i];

		for (size_t j = 0; j < interface->count; j++)
			if (vwb_text_equal(interface->counter[j].name, writer->family->statistic))
				put_sample(writer, LABELS({"device", interface->name}),
					   interface->counter[j].value);
	}
}

/* THE TABLE of metrics. */

static const struct family report_families[] = {
	{"virtwhere", INFO, NULL, 0, "Where this system runs; labels as the report's platform.", put_info,
	 NULL},
	{"virtwhere_build", INFO, NULL, 0, "The version of virtwhere, and of its report.", put_build, NULL},
	{"virtwhere_kernel", INFO, NULL, 0, "The kernel that was looked at.", put_kernel, NULL},
	{"virtwhere_level", GAUGE, NULL, 0,
	 "Hypervisors that are known to be under this kernel; no sample where it cannot be told whether any "
	 "is.",
	 put_level, NULL},
	{"virtwhere_dimension_class", GAUGE, NULL, 0,
	 "1 for the class by which each dimension is virtualized: VS, P, VH, H, none or unknown.",
	 put_dimensions, NULL},
	{"virtwhere_nested_can_host", GAUGE, NULL, 0,
	 "Whether this system can host guests: 1 or 0; no sample where it cannot be told.", put_can_host,
	 NULL},
	{"virtwhere_nested", INFO, NULL, 0,
	 "The virtualization extension that this system sees, and the state of its KVM.", put_nested, NULL},
	{"virtwhere_nested_feature", GAUGE, NULL, 0, "1 for each feature of that extension.", put_features,
	 NULL},
	{"virtwhere_check_status", GAUGE, NULL, 0,
	 "1 for the status of each check of the running guest, the worst where it looks at several devices.",
	 put_checks, NULL},
	{"virtwhere_device", INFO, NULL, 0, "Each device with its driver, and how it is virtualized.",
	 put_devices, NULL},
	{"virtwhere_conflicts", GAUGE, NULL, 0, "Pairs of evidence that contradict each other.",
	 put_conflicts, NULL},
	{"virtwhere_unread_sources", GAUGE, NULL, 0, "Sources that exist and could not be read.", put_unread,
	 NULL},
	{"virtwhere_nvme_io_timeout_seconds", GAUGE, "seconds", 3,
	 "How long the kernel waits for a request to an NVMe disk.", put_disk_timeout, NULL},
	{"virtwhere_nvme_core_io_timeout_seconds", GAUGE, "seconds", 0,
	 "The same for all NVMe disks, where the kernel has no setting by disk.", put_module_timeout, NULL},
	{"virtwhere_cpuid_exit_latency_seconds", GAUGE, "seconds", 9,
	 "How long one CPUID instruction takes; only when measured.", put_latency, NULL},
	{"virtwhere_probe_success", GAUGE, NULL, 0,
	 "1 when a probe could read all that it found, 0 when something was denied or damaged.", put_success,
	 NULL},
	{"virtwhere_probe_duration_seconds", GAUGE, "seconds", 9, "How long a probe took.", put_duration,
	 NULL},
};

static const struct family service_families[] = {
	{"virtwhere_last_probe_success", GAUGE, NULL, 0,
	 "1 when the last probe of the machine succeeded, 0 when it failed as a whole.", put_last_success,
	 NULL},
	{"virtwhere_last_probe_timestamp_seconds", GAUGE, "seconds", 6,
	 "When the last probe of the machine that succeeded was made, as Unix time.", put_last_probe, NULL},
	{"virtwhere_last_change_timestamp_seconds", GAUGE, "seconds", 6,
	 "Since when the machine itself is another one, as Unix time; a disk or a driver's version is no "
	 "such change.",
	 put_last_change, NULL},
	{"virtwhere_last_probe_duration_seconds", GAUGE, "seconds", 6,
	 "How long the last probe of the machine took, all probes together.", put_probe_seconds, NULL},
	{"virtwhere_probes", COUNTER, NULL, 0, "Times that the machine was probed.", put_probes, NULL},
	{"virtwhere_probe_failures", COUNTER, NULL, 0, "Times that probing the machine failed as a whole.",
	 put_probe_failures, NULL},
	{"virtwhere_changes", COUNTER, NULL, 0, "Changes between reports, by their kind.", put_changes, NULL},
	{"virtwhere_file_written", GAUGE, NULL, 0,
	 "1 when a file of the service holds what it should, 0 when it could not be written.", put_files,
	 NULL},
};

/* ENA's statistics. Source: AWS, EC2 User Guide, "Monitor network performance for ENA settings",
 * "Troubleshoot the Elastic Network Adapter", "Monitor ENA Express"; Linux,
 * drivers/net/ethernet/amazon/ena/ena_ethtool.c. --- */

#define ENA(statistic, help)                                                           \
	{                                                                              \
		"virtwhere_ena_" statistic, COUNTER, NULL, 0, help, put_ena, statistic \
	}
#define SRD(statistic, help)                                                                  \
	{                                                                                     \
		"virtwhere_ena_" statistic, COUNTER, NULL, 0, help, put_ena, "ena_" statistic \
	}

static const struct family counter_families[] = {
	{"virtwhere_steal_seconds", COUNTER, "seconds", 3,
	 "Time that the hypervisor ran something else while this system's processors were ready to run.",
	 put_steal, NULL},
	{"virtwhere_ena_driver", INFO, NULL, 0, "ENA's driver and firmware, as the driver tells them.",
	 put_ena_driver, NULL},
	ENA("bw_in_allowance_exceeded",
	    "Packets queued or dropped since inbound bandwidth exceeded the instance's maximum."),
	ENA("bw_out_allowance_exceeded",
	    "Packets queued or dropped since outbound bandwidth exceeded the instance's maximum."),
	ENA("pps_allowance_exceeded",
	    "Packets queued or dropped since packets per second exceeded the instance's maximum."),
	ENA("conntrack_allowance_exceeded",
	    "Packets dropped since tracked connections exceeded the instance's maximum."),
	ENA("linklocal_allowance_exceeded",
	    "Packets dropped since those to link-local services exceeded the interface's maximum."),
	{"virtwhere_ena_conntrack_allowance_available", GAUGE, NULL, 0,
	 "Connections that can be tracked besides those that are.", put_ena, "conntrack_allowance_available"},
	ENA("tx_timeout", "Times that the kernel found a transmit queue stuck."),
	ENA("wd_expired", "Times that the device gave no sign of life for three seconds."),
	ENA("reset_fail", "Times that resetting the device failed."),
	ENA("suspend", "Times that the driver was suspended."),
	ENA("resume", "Times that the driver was resumed."),
	ENA("interface_up", "Times that the interface was brought up."),
	ENA("interface_down", "Times that the interface was brought down."),
	ENA("admin_q_pause", "Times that the device's command queue was not running."),
	{"virtwhere_ena_srd_mode", GAUGE, NULL, 0,
	 "Features of ENA Express that are enabled, as AWS numbers them; 0 is none.", put_ena,
	 "ena_srd_mode"},
	SRD("srd_tx_pkts", "Packets sent through ENA Express."),
	SRD("srd_eligible_tx_pkts", "Packets sent that could go through ENA Express."),
	SRD("srd_rx_pkts", "Packets received through ENA Express."),
	{"virtwhere_ena_srd_resource_utilization_ratio", GAUGE, "ratio", 2,
	 "Part of the memory for connections of ENA Express that is in use.", put_ena,
	 "ena_srd_resource_utilization"},
};

static const struct {
	const struct family *family;
	size_t count;
} tables[] = {
	{report_families, VW_COUNT(report_families)},
	{service_families, VW_COUNT(service_families)},
	{counter_families, VW_COUNT(counter_families)},
};

static void put_families(struct writer *writer, const struct family *family, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		writer->family = &family[i];
		writer->first = 0;
		family[i].put(writer);
	}
}

int vwx_metrics_fixed(const struct vw_report *report, const struct vwx_service_state *state,
		      enum vwx_exposition exposition, struct vwb_buffer *out)
{
	struct writer writer = {.out = out, .exposition = exposition, .report = report, .state = state};

	if (report)
		put_families(&writer, report_families, VW_COUNT(report_families));
	if (state)
		put_families(&writer, service_families, VW_COUNT(service_families));
	return out->error;
}

int vwx_metrics_counters(const struct vw_counters *counters, enum vwx_exposition exposition,
			 struct vwb_buffer *out)
{
	struct writer writer = {.out = out, .exposition = exposition, .counters = counters};

	put_families(&writer, counter_families, VW_COUNT(counter_families));
	return out->error;
}

int vwx_metrics_end(enum vwx_exposition exposition, struct vwb_buffer *out)
{
	if (exposition == VW_OPENMETRICS)
		vwb_put(out, "# EOF\n");
	return out->error;
}

bool vwx_metric_at(size_t index, struct vwx_metric *ret)
{
	for (size_t i = 0; i < VW_COUNT(tables); i++) {
		if (index < tables[i].count) {
			const struct family *family = &tables[i].family[index];

			snprintf(ret->name, sizeof(ret->name), "%s%s", family->name, suffix_of(family));
			ret->help = family->help;
			return true;
		}
		index -= tables[i].count;
	}
	return false;
}

const char *vwx_metrics_media_type(enum vwx_exposition exposition)
{
	return exposition == VW_OPENMETRICS ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
					    : "text/plain; version=0.0.4; charset=utf-8";
}
