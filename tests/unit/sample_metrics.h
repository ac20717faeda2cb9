/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_SAMPLE_METRICS_H
#define VW_TESTS_UNIT_SAMPLE_METRICS_H

/* What the service and the counters add to a report's metrics, with all that there is. Each list has one
 * element more than is counted, which must never be told. */

#include "export/metrics.h"

static const struct vwx_labelled sample_full_changes[] = {
	{"platform", 2}, {"device-new", 0}, {"one-too-many", 9}};
static const struct vwx_labelled sample_full_files[] = {{"report", 1}, {"textfile", 0}, {"one-too-many", 9}};

static const struct vwx_service_state sample_full_state = {
	.last_probe = 1700000000.25,
	.last_change = 1699999999,
	.probe_seconds = 0.0035,
	.probes = 3,
	.probe_failures = 1,
	.probe_succeeded = true,
	.change_kinds = 2,
	.change = sample_full_changes,
	.files = 2,
	.file = sample_full_files,
};

static const struct vw_counter sample_full_counter[] = {
	{"tx_timeout", 1},
	{"suspend", 2},
	{"resume", 2},
	{"wd_expired", 3},
	{"interface_up", 4},
	{"interface_down", 3},
	{"admin_q_pause", 5},
	{"reset_fail", 6},
	{"bw_in_allowance_exceeded", 18446744073709551615U},
	{"bw_out_allowance_exceeded", 7},
	{"pps_allowance_exceeded", 8},
	{"conntrack_allowance_exceeded", 9},
	{"linklocal_allowance_exceeded", 10},
	{"conntrack_allowance_available", 136812},
	{"ena_srd_mode", 1},
	{"ena_srd_tx_pkts", 11},
	{"ena_srd_eligible_tx_pkts", 12},
	{"ena_srd_rx_pkts", 13},
	{"ena_srd_resource_utilization", 7},
	{"a_statistic_of_tomorrow", 14},
	{"tx_timeout", 99},
};

static const struct vw_interface_counters sample_full_interfaces[] = {
	{"ens5", "ena", "2.13.0g", "1.2", VW_COUNT(sample_full_counter) - 1, sample_full_counter},
	{"ens6", "ena", NULL, NULL, 1, &sample_full_counter[8]},
	{"one-too-many", "ena", NULL, NULL, 1, &sample_full_counter[8]},
};

static const struct vw_counters sample_full_counters = {
	.steal_ms = {VW_VALUE, 428100, "/proc/stat"},
	.interfaces = 2,
	.interface = sample_full_interfaces,
};

#endif
