/* SPDX-License-Identifier: MIT */
#include "guest_root.h"

#include "detect/checks.h"
#include "export/export.h"

/* The checks of the running guest, on facts made here and on guests made of files. */

#define TEXT(t)                       \
	{                             \
		VW_VALUE, (t), "test" \
	}

#define KVM                                                                      \
	.cpuid = {.state = VW_VALUE,                                             \
		  .interfaces = 1,                                               \
		  .interface = {{0x40000000, 0x40000001, "KVMKVMKVM", "test"}}}, \
	.arch = "x86_64", .dmi.sys_vendor.state = VW_ABSENT, .cpuinfo.vendor.state = VW_ABSENT

static struct vw_report *detect(const struct vw_facts *facts)
{
	struct vw_report *report;

	assert_int_equal(vw_detect(facts, &report), 0);
	return report;
}

/* The only finding of a check, or NULL. */
static const struct vw_finding *finding_of(const struct vw_report *report, const char *id)
{
	const struct vw_finding *found = NULL;

	for (size_t i = 0; i < report->finding_count; i++) {
		if (!vwb_text_equal(report->finding[i].id, id))
			continue;
		assert_null(found);
		found = &report->finding[i];
	}
	return found;
}

static void expect(const struct vw_facts *facts, const char *id, enum vw_status status,
		   enum vw_severity severity)
{
	struct vw_report *report = detect(facts);
	const struct vw_finding *finding = finding_of(report, id);

	assert_non_null(finding);
	assert_int_equal(finding->status, status);
	assert_int_equal(finding->severity, severity);
	assert_true(status != VW_FAIL || finding->remedy);
	vw_report_free(report);
}

static void expect_none(const struct vw_facts *facts, const char *id)
{
	struct vw_report *report = detect(facts);

	assert_null(finding_of(report, id));
	vw_report_free(report);
}

static void test_the_table_lists_live_checks_for_no_target(void **state)
{
	const struct vw_check_word *word;
	size_t live = 0;

	(void)state;
	for (size_t i = 0; (word = vw_check_at(i)); i++) {
		assert_int_equal(word->targets == 0, vwb_text_starts(word->id, "DRV"));
		live += word->targets == 0;
		assert_true(*word->title && *word->reference && *word->remedy);
	}
	assert_int_equal(live, 12);
}

static void test_facts_of_nothing_give_no_finding(void **state)
{
	struct vw_facts facts = {.arch = "x86_64"};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_int_equal(report->finding_count, 0);
	vw_report_free(report);
}

/* The bare command reads less than `drivers`: what it did not look at, it does not call unknown. */
static void test_what_the_bare_command_does_not_read_is_no_finding(void **state)
{
	struct vw_facts facts = {KVM, .devices = {.pci_state = VW_DENIED}};

	(void)state;
	expect_none(&facts, "DRV001");
	expect_none(&facts, "DRV009");
	facts.clock.current = (struct vw_text)TEXT("kvm-clock");
	expect(&facts, "DRV001", VW_STATUS_UNKNOWN, VW_FATAL);
}

static void test_decisive_checks_that_are_unknown_are_no_pass(void **state)
{
	struct vw_facts facts = {KVM, .clock.current = TEXT("tsc"), .devices = {.pci_state = VW_DENIED}};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_int_equal(vw_findings_status(report->finding, report->finding_count, VW_DEGRADED),
			 VW_STATUS_UNKNOWN);
	vw_report_free(report);
}

static void test_clocksources(void **state)
{
	static const struct {
		const char *current, *available;
		enum vw_status status;
		enum vw_severity severity;
	} cases[] = {
		{"tsc", "tsc kvm-clock acpi_pm", VW_PASS, VW_DEGRADED},
		{"kvm-clock", "kvm-clock tsc", VW_PASS, VW_DEGRADED},
		{"hyperv_clocksource_tsc_page", "hyperv_clocksource_tsc_page", VW_PASS, VW_DEGRADED},
		{"arch_sys_counter", "arch_sys_counter", VW_PASS, VW_DEGRADED},
		{"hpet", "hpet acpi_pm", VW_FAIL, VW_DEGRADED},
		{"acpi_pm", "kvm-clock acpi_pm", VW_FAIL, VW_DEGRADED},
		{"xen", "xen", VW_PASS, VW_DEGRADED},
		{"xen", "xen tsc", VW_FAIL, VW_ADVICE},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_facts facts = {KVM, .clock = {TEXT(cases[i].current), TEXT(cases[i].available)}};

		expect(&facts, "DRV007", cases[i].status, cases[i].severity);
	}
}

static void test_a_clock_that_may_not_be_read_is_unknown(void **state)
{
	struct vw_facts facts = {KVM, .clock.current.state = VW_DENIED};

	(void)state;
	expect(&facts, "DRV007", VW_STATUS_UNKNOWN, VW_DEGRADED);
	facts.clock.current.state = VW_ABSENT;
	expect_none(&facts, "DRV007");
}

static void test_versions_of_ena(void **state)
{
	static const struct {
		const char *version, *release;
		enum vw_status status;
		enum vw_severity severity;
	} cases[] = {
		{"2.13.0g", "4.4.0-1128-aws", VW_PASS, VW_DEGRADED},
		{"2.10.0", "3.10.0-1160.el7.x86_64", VW_PASS, VW_DEGRADED},
		{"2.2.9", "3.10.0-1160.el7.x86_64", VW_PASS, VW_DEGRADED},
		{"2.2.8", "3.10.0-1160.el7.x86_64", VW_FAIL, VW_ADVICE},
		{"1.2.0", "3.10.0-1160.el7.x86_64", VW_FAIL, VW_ADVICE},
		{"1.1.9", "3.10.0-1160.el7.x86_64", VW_FAIL, VW_FATAL},
		{"1.0.2K", "4.9.0-19-amd64", VW_FAIL, VW_FATAL},
		{NULL, "6.1.0-50-cloud-amd64", VW_PASS, VW_DEGRADED},
		{NULL, "5.10.0", VW_PASS, VW_DEGRADED},
		{NULL, "5.9.0-5-amd64", VW_STATUS_UNKNOWN, VW_ADVICE},
		{"2.1.0K", "5.4.0-1024-aws", VW_FAIL, VW_ADVICE},
		{"2.1.0K", "5.4.0-1025-aws", VW_PASS, VW_DEGRADED},
		{"2.1.0K", "5.4.0-1025-generic", VW_STATUS_UNKNOWN, VW_ADVICE},
		{"2.0.3K", "4.18.0-193.28.1.el8_2.x86_64", VW_FAIL, VW_ADVICE},
		{"2.1.0K", "4.18.0-240.1.1.el8_3.x86_64", VW_PASS, VW_DEGRADED},
		{"2.1.0K", "5.3.18-24.12-default", VW_FAIL, VW_ADVICE},
		{"2.1.0K", "5.3.18-24.15-default", VW_FAIL, VW_ADVICE},
		{"2.1.0K", "5.3.18-24.15.1-default", VW_PASS, VW_DEGRADED},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_class_device eth0 = {
			.name = "eth0", .driver = "ena", .version = cases[i].version};
		struct vw_facts facts = {KVM, .clock.current = TEXT("tsc"),
					 .kernel.release = TEXT(cases[i].release),
					 .devices.net = {.state = VW_VALUE, .count = 1, .item = &eth0}};

		expect(&facts, "DRV005", cases[i].status, cases[i].severity);
	}
}

static void test_how_long_ebs_volumes_are_waited_for(void **state)
{
	static const struct {
		uint64_t milliseconds;
		const char *release;
		enum vw_status status;
	} cases[] = {
		{30000, "6.1.0", VW_FAIL},      {255000, "6.1.0", VW_FAIL},
		{255000, "4.14.186", VW_PASS},  {30000, "4.14.186", VW_FAIL},
		{4294967295, "6.1.0", VW_PASS}, {4294967288, "6.1.0", VW_PASS},
		{4294966296, "6.1.0", VW_PASS}, {4294000000, "6.1.0", VW_FAIL},
		{UINT64_MAX, "6.1.0", VW_PASS}, {0, "6.1.0", VW_FAIL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_class_device disk = {.name = "nvme0n1",
						     .driver = "nvme",
						     .model = "Amazon Elastic Block Store",
						     .io_timeout = {VW_VALUE, cases[i].milliseconds, "test"}};
		struct vw_facts facts = {KVM, .clock.current = TEXT("tsc"),
					 .kernel.release = TEXT(cases[i].release),
					 .devices.block = {.state = VW_VALUE, .count = 1, .item = &disk}};

		expect(&facts, "DRV006", cases[i].status, VW_DEGRADED);
	}
}

static void test_what_is_absent_is_not_called_unreadable(void **state)
{
	static const struct {
		enum vw_state disk, module;
		const char *message;
	} cases[] = {
		{VW_ABSENT, VW_ABSENT,
		 "how long a request may take is not told: neither the disk nor nvme_core has a setting"},
		{VW_DENIED, VW_ABSENT, "how long a request may take could not be read"},
		{VW_ABSENT, VW_MALFORMED, "how long a request may take could not be read"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_class_device disk = {.name = "nvme0n1",
						     .driver = "nvme",
						     .model = "Amazon Elastic Block Store",
						     .io_timeout = {.state = cases[i].disk}};
		struct vw_facts facts = {KVM, .clock.current = TEXT("tsc"),
					 .devices = {.block = {.state = VW_VALUE, .count = 1, .item = &disk},
						     .nvme_timeout = {.state = cases[i].module}}};
		struct vw_report *report = detect(&facts);
		const struct vw_finding *finding = finding_of(report, "DRV006");

		assert_non_null(finding);
		assert_int_equal(finding->status, VW_STATUS_UNKNOWN);
		assert_string_equal(finding->message, cases[i].message);
		vw_report_free(report);
	}
}

/* What to do is an instruction; why it is so belongs to the message. */
static void test_what_cannot_be_helped_has_no_remedy(void **state)
{
	struct vw_facts facts = {KVM, .clock.current = TEXT("tsc"), .kvm.device = {.state = VW_ABSENT}};
	struct vw_report *report = detect(&facts);

	(void)state;
	assert_int_equal(finding_of(report, "DRV009")->status, VW_STATUS_UNKNOWN);
	assert_null(finding_of(report, "DRV009")->remedy);
	vw_report_free(report);

	facts.kvm.device.state = VW_DENIED;
	report = detect(&facts);
	assert_int_equal(finding_of(report, "DRV009")->status, VW_STATUS_UNKNOWN);
	assert_non_null(finding_of(report, "DRV009")->remedy);
	vw_report_free(report);
}

static void test_counters_that_are_not_there_have_no_class(void **state)
{
	static const char *const names[] = {"software", "cpu"};
	struct vw_facts facts = {KVM, .devices.pmu = {.state = VW_VALUE, .count = 1, .name = names}};

	(void)state;
	for (size_t count = 1; count <= VW_COUNT(names); count++) {
		struct vw_report *report;

		facts.devices.pmu.count = count;
		report = detect(&facts);
		assert_int_equal(report->device_count, 1);
		assert_string_equal(report->device[0].kind, "pmu");
		assert_int_equal(report->device[0].class == VW_CLASS_NONE, count == 1);
		vw_report_free(report);
	}
}

static void test_the_last_network_device_is_worth_more_than_one_of_two(void **state)
{
	const struct vw_pci_device pci[] = {
		{.slot = "0000:00:03.0", .vendor = 0x1af4, .device = 0x1041, .class = 0x0200},
		{.slot = "0000:00:04.0",
		 .vendor = 0x1af4,
		 .device = 0x1042,
		 .class = 0x0100,
		 .driver = "virtio-pci"},
		{.slot = "0000:00:05.0",
		 .vendor = 0x1af4,
		 .device = 0x1041,
		 .class = 0x0200,
		 .driver = "vfio-pci"},
	};
	struct vw_facts facts = {KVM, .clock.current = TEXT("tsc"),
				 .devices = {.pci_state = VW_VALUE, .pci_count = 2, .pci = pci}};

	(void)state;
	expect(&facts, "DRV001", VW_FAIL, VW_FATAL);
	expect(&facts, "DRV002", VW_PASS, VW_DEGRADED);
	facts.devices.pci = pci + 1;
	expect(&facts, "DRV001", VW_PASS, VW_DEGRADED);
}

/* What the probes read for them. */

#define NVME0 "/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0"

static void put_nvme(struct guest *guest)
{
	guest_new(guest, "x86_64");
	put(guest, NVME0 "/model", "Amazon Elastic Block Store              \n");
	put(guest, NVME0 "/nvme0n1/size", "8\n");
	put_link(guest, "/sys/class/nvme/nvme0", "../../devices/pci0000:00/0000:00:04.0/nvme/nvme0");
	put_link(guest, "/sys/block/nvme0n1", "../devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1");
}

static void test_timeouts_are_read_where_asked_for(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	put_nvme(&guest);
	put(&guest, NVME0 "/nvme0n1/queue/io_timeout", "30000\n");
	facts = guest_probe(&guest, VW_PROBE_WIDE);
	assert_int_equal(facts->devices.block.count, 1);
	assert_int_equal(facts->devices.block.item[0].io_timeout.state, VW_VALUE);
	assert_int_equal(facts->devices.block.item[0].io_timeout.value, 30000);
	assert_int_equal(facts->devices.nvme_timeout.state, VW_NOT_PROBED);
	guest_free(&guest);

	put_nvme(&guest);
	put(&guest, NVME0 "/nvme0n1/queue/io_timeout", "30000\n");
	facts = guest_probe(&guest, 0);
	assert_int_equal(facts->devices.block.item[0].io_timeout.state, VW_NOT_PROBED);
	guest_free(&guest);

	put_nvme(&guest);
	put(&guest, "/sys/module/nvme_core/parameters/io_timeout", "255\n");
	facts = guest_probe(&guest, VW_PROBE_WIDE);
	assert_int_equal(facts->devices.block.item[0].io_timeout.state, VW_ABSENT);
	assert_int_equal(facts->devices.nvme_timeout.value, 255);
	guest_free(&guest);

	put_nvme(&guest);
	put(&guest, NVME0 "/nvme0n1/queue/io_timeout", "for ever\n");
	facts = guest_probe(&guest, VW_PROBE_WIDE);
	assert_int_equal(facts->devices.block.item[0].io_timeout.state, VW_MALFORMED);
	guest_free(&guest);
}

static void test_devices_of_hyperv(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/bus/vmbus/devices/a/class_id", "{f8615163-df3e-46c5-913f-f2d2f965ed0e}\n");
	put_link(&guest, "/sys/bus/vmbus/devices/a/driver", "../../../../bus/vmbus/drivers/hv_netvsc");
	put(&guest, "/sys/bus/vmbus/devices/b/class_id", "{}\n");
	put_directory(&guest, "/sys/bus/vmbus/devices/c");
	facts = guest_probe(&guest, VW_PROBE_WIDE);
	assert_int_equal(facts->devices.vmbus_count, 3);
	assert_string_equal(facts->devices.vmbus_device[0].class, "f8615163-df3e-46c5-913f-f2d2f965ed0e");
	assert_string_equal(facts->devices.vmbus_device[0].driver, "hv_netvsc");
	assert_string_equal(facts->devices.vmbus_device[1].class, "{}");
	assert_null(facts->devices.vmbus_device[1].driver);
	assert_null(facts->devices.vmbus_device[2].class);
	guest_free(&guest);
}

/* What is printed. */

static void test_what_failed_comes_first(void **state)
{
	struct vw_facts facts = {KVM, .clock = {TEXT("hpet"), TEXT("hpet acpi_pm")}};
	struct vw_report *report = detect(&facts);
	struct vwx_view view = {.ascii = true, .columns = 100};
	struct vwb_buffer out = {0};
	const char *failed, *passed;

	(void)state;
	assert_int_equal(vwx_drivers_render(report, &view, &out), 0);
	failed = strstr(out.data, "degraded  DRV007  clocksource: hpet");
	passed = strstr(out.data, "pass      DRV010");
	assert_true(failed && passed && failed < passed);
	assert_non_null(strstr(out.data, "1 passed, 1 failed"));
	vwb_buffer_free(&out);
	vw_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table_lists_live_checks_for_no_target),
		cmocka_unit_test(test_facts_of_nothing_give_no_finding),
		cmocka_unit_test(test_what_the_bare_command_does_not_read_is_no_finding),
		cmocka_unit_test(test_decisive_checks_that_are_unknown_are_no_pass),
		cmocka_unit_test(test_clocksources),
		cmocka_unit_test(test_a_clock_that_may_not_be_read_is_unknown),
		cmocka_unit_test(test_versions_of_ena),
		cmocka_unit_test(test_how_long_ebs_volumes_are_waited_for),
		cmocka_unit_test(test_what_is_absent_is_not_called_unreadable),
		cmocka_unit_test(test_what_cannot_be_helped_has_no_remedy),
		cmocka_unit_test(test_counters_that_are_not_there_have_no_class),
		cmocka_unit_test(test_the_last_network_device_is_worth_more_than_one_of_two),
		cmocka_unit_test(test_timeouts_are_read_where_asked_for),
		cmocka_unit_test(test_devices_of_hyperv),
		cmocka_unit_test(test_what_failed_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
