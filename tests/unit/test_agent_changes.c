/* SPDX-License-Identifier: MIT */

/* What became of a machine: digests of reports, of their documents, and the sentences between two of them. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "agent/changes.h"
#include "export/export.h"
#include "tests/unit/sample_reports.h"

/* --- a digest is the same from the report and from its document --------------------------------------- */

static void check_same(const struct vw_digest *a, const struct vw_digest *b)
{
	struct vw_changes changes = {0};

	assert_int_equal(vw_changes_between(a, b, &changes), 0);
	for (size_t i = 0; i < changes.count; i++)
		print_error("%s: %s\n", vw_change_word(changes.change[i].kind), changes.change[i].sentence);
	assert_int_equal(changes.count, 0);
	assert_int_equal(a->device_count, b->device_count);
	assert_int_equal(a->finding_count, b->finding_count);
	assert_int_equal(a->devices_known, b->devices_known);
	vw_changes_free(&changes);
}

static void test_document(void **state)
{
	static const struct vw_report *const reports[] = {&sample_nitro, &sample_empty, &sample_metal,
							  &sample_hostile};
	const struct vw_view view = {0};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(reports); i++) {
		struct vw_digest direct = {0}, parsed = {0};
		struct vw_buffer text = {0};

		assert_int_equal(vw_digest_of(reports[i], &direct), 0);
		if (vw_render_json(reports[i], &view, &text) == 0) {
			assert_int_equal(vw_digest_parse(text.data, text.size, &parsed), 0);
			if (reports[i] != &sample_hostile) /* whose strings are not clean */
				check_same(&direct, &parsed);
		}
		vw_buffer_free(&text);
		vw_digest_free(&parsed);
		vw_digest_free(&direct);
	}
}

static void test_bad_documents(void **state)
{
#define GOOD \
	"\"schema\":\"virtwhere.report/1\",\"level\":1,\"platform\":{\"id\":\"kvm\",\"hypervisor\":\"kvm\"}"
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"null",
		"{" GOOD,
		"{" GOOD "} trailing",
		"{" GOOD ",\"level\":1}",
		"{\"schema\":\"virtwhere.report/2\",\"platform\":{\"id\":\"kvm\",\"hypervisor\":\"kvm\"}}",
		"{\"schema\":\"virtwhere.report/1\",\"platform\":{\"id\":7,\"hypervisor\":\"kvm\"}}",
		"{\"schema\":\"virtwhere.report/1\",\"platform\":[]}",
		"{\"schema\":\"virtwhere.report/"
		"1\",\"level\":-1,\"platform\":{\"id\":\"kvm\",\"hypervisor\":\"kvm\"}}",
		"{\"schema\":\"virtwhere.report/"
		"1\",\"level\":65,\"platform\":{\"id\":\"kvm\",\"hypervisor\":\"kvm\"}}",
		"{" GOOD ",\"devices\":{\"network\":[7]}}",
		"{" GOOD ",\"devices\":{\"other\":[{\"kind\":null}]}}",
		"{" GOOD ",\"findings\":[{\"id\":\"A\",\"status\":\"perhaps\",\"severity\":\"fatal\"}]}",
		"{" GOOD ",\"findings\":[{\"id\":\"A\",\"status\":\"pass\",\"severity\":\"unknown\"}]}",
		"{" GOOD ",\"findings\":[\"A\"]}",
		"{\"schema\":\"\xff\"}",
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		struct vw_digest digest = {0};

		assert_int_equal(vw_digest_parse(bad[i], strlen(bad[i]), &digest), -EBADMSG);
		assert_null(digest.arena);
	}
}

static void test_bounds(void **state)
{
	static char text[VW_DIGEST_LIMIT + 1];
	struct vw_digest digest = {0};
	size_t used;

	(void)state;
	memset(text, ' ', sizeof(text));
	assert_int_equal(vw_digest_parse(text, sizeof(text), &digest), -E2BIG);
	memset(text, '[', VW_DIGEST_LIMIT);
	assert_int_equal(vw_digest_parse(text, VW_DIGEST_LIMIT, &digest), -EBADMSG);

	used = (size_t)snprintf(text, sizeof(text),
				"{" GOOD ",\"devices\":{\"network\":[{\"kind\":\"network\"}");
	for (size_t i = 0; i < VW_DIGEST_DEVICES; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, ",{\"kind\":\"network\"}");
	used += (size_t)snprintf(text + used, sizeof(text) - used, "]}}");
	assert_int_equal(vw_digest_parse(text, used, &digest), 0);
	assert_int_equal(digest.device_count, VW_DIGEST_DEVICES);
	vw_digest_free(&digest);
}

/* --- sentences --------------------------------------------------------------------------------------- */

static struct vw_device nic(const char *name, const char *driver, enum vw_class class)
{
	return (struct vw_device){
		.kind = "network", .name = name, .driver = driver, .what = "card", .class = class};
}

struct pair {
	struct vw_digest before, after;
	struct vw_device devices[2][2];
	struct vw_digest_finding findings[2], twins[2];
};

/* Two machines that are alike. */
static void make_pair(struct pair *pair)
{
	*pair = (struct pair){
		.devices = {{nic("eth0", "ena", VW_CLASS_VH)}, {nic("eth0", "ena", VW_CLASS_VH)}},
		.findings = {{"DRV001", "eth0", "driven by ena", VW_PASS, VW_FATAL},
			     {"DRV001", "eth0", "driven by ena", VW_PASS, VW_FATAL}},
	};
	pair->before = pair->after = (struct vw_digest){
		.platform = {.id = "nitro", .hypervisor = "kvm", .cloud = {"aws", "m5.large", "i-1"}},
		.level = 1,
		.can_host = VW_NO,
		.devices_known = true,
		.device_count = 1,
		.finding_count = 1,
	};
	pair->before.device = pair->devices[0];
	pair->after.device = pair->devices[1];
	pair->before.finding = &pair->findings[0];
	pair->after.finding = &pair->findings[1];
}

static void from_xen(struct pair *pair)
{
	pair->before.platform.id = "xen-pvhvm";
	pair->before.platform.hypervisor = "xen";
	pair->before.platform.cloud.instance_type = "m4.large";
}

static void other_type(struct pair *pair)
{
	pair->after.platform.cloud.instance_type = "m5.xlarge";
}

static void no_type(struct pair *pair)
{
	pair->after.platform.id = "unknown";
	pair->after.platform.cloud.instance_type = NULL;
}

static void fall_back(struct pair *pair)
{
	pair->devices[1][0] = nic("eth0", "e1000", VW_CLASS_VS);
}

static void move_up(struct pair *pair)
{
	pair->devices[0][0] = nic("eth0", "e1000", VW_CLASS_VS);
}

static void lose_driver(struct pair *pair)
{
	pair->devices[1][0] = nic("eth0", NULL, VW_CLASS_UNKNOWN);
}

static void get_driver(struct pair *pair)
{
	pair->devices[0][0] = nic("eth0", NULL, VW_CLASS_UNKNOWN);
}

static void new_version(struct pair *pair)
{
	pair->devices[0][0].driver_version = "2.8";
	pair->devices[1][0].driver_version = "2.10";
}

static void new_device(struct pair *pair)
{
	pair->devices[1][1] = nic("eth1", "ena", VW_CLASS_VH);
	pair->after.device_count = 2;
}

static void gone_device(struct pair *pair)
{
	pair->after.device_count = 0;
}

/* Two of a kind without names: one of them goes. */
static void gone_twin(struct pair *pair)
{
	for (size_t i = 0; i < 2; i++)
		pair->devices[i][0] = pair->devices[i][1] = nic(NULL, "ena", VW_CLASS_VH);
	pair->before.device_count = 2;
}

static void hosts_now(struct pair *pair)
{
	pair->after.can_host = VW_YES;
}

static void hosts_no_more(struct pair *pair)
{
	pair->before.can_host = VW_YES;
}

static void hosts_perhaps(struct pair *pair)
{
	pair->after.can_host = VW_UNKNOWN;
}

static void deeper(struct pair *pair)
{
	pair->after.level = 2;
}

static void contained(struct pair *pair)
{
	pair->after.platform.container = "docker";
}

static void sealed_no_more(struct pair *pair)
{
	pair->before.platform.confidential = "sev-snp";
}

static void other_instance(struct pair *pair)
{
	pair->after.platform.cloud.instance_id = "i-2";
}

static void fails(struct pair *pair)
{
	pair->findings[1].status = VW_FAIL;
	pair->findings[1].message = "driven by e1000";
}

static void warns(struct pair *pair)
{
	fails(pair);
	pair->findings[1].status = VW_WARN;
}

static void passes(struct pair *pair)
{
	pair->findings[0].status = VW_FAIL;
}

static void test_sentences(void **state)
{
	static const struct {
		void (*change)(struct pair *pair);
		const char *kind, *device, *sentence;
		int priority;
	} cases[] = {
		{from_xen, "platform", NULL, "xen-pvhvm on m4.large became nitro on m5.large", LOG_NOTICE},
		{other_type, "instance-type", NULL, "nitro on m5.large became nitro on m5.xlarge",
		 LOG_NOTICE},
		{no_type, "platform", NULL, "nitro on m5.large became unknown", LOG_NOTICE},
		{fall_back, "driver-fallback", "eth0", "eth0 fell back from ena to e1000", LOG_WARNING},
		{move_up, "driver", "eth0", "eth0 changed from e1000 to ena", LOG_NOTICE},
		{lose_driver, "driver", "eth0", "eth0 lost its driver ena", LOG_WARNING},
		{get_driver, "driver", "eth0", "eth0 got the driver ena", LOG_NOTICE},
		{new_version, "driver-version", "eth0", "eth0's driver ena changed from version 2.8 to 2.10",
		 LOG_INFO},
		{new_device, "device-new", "eth1", "eth1 (ena) is new", LOG_NOTICE},
		{gone_device, "device-gone", "eth0", "eth0 (ena) is gone", LOG_NOTICE},
		{gone_twin, "device-gone", "card", "card (ena) is gone", LOG_NOTICE},
		{hosts_now, "nested", NULL, "this system can host guests now", LOG_NOTICE},
		{hosts_no_more, "nested", NULL, "this system can no longer host guests", LOG_WARNING},
		{hosts_perhaps, "nested", NULL, "whether this system can host guests is not known any more",
		 LOG_WARNING},
		{deeper, "level", NULL, "the level changed from 1 to 2", LOG_NOTICE},
		{contained, "container", NULL, "the container changed from none to docker", LOG_NOTICE},
		{sealed_no_more, "confidential", NULL, "confidential computing changed from sev-snp to none",
		 LOG_WARNING},
		{other_instance, "instance", NULL, "the instance changed from i-1 to i-2", LOG_INFO},
		{fails, "finding-fails", NULL, "DRV001 fails for eth0: driven by e1000", LOG_ERR},
		{warns, "finding-fails", NULL, "DRV001 fails for eth0: driven by e1000", LOG_NOTICE},
		{passes, "finding-passes", NULL, "DRV001 passes for eth0 now", LOG_INFO},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_changes changes = {0};
		struct pair pair;

		make_pair(&pair);
		cases[i].change(&pair);
		assert_int_equal(vw_changes_between(&pair.before, &pair.after, &changes), 0);
		assert_int_equal(changes.count, 1);
		assert_string_equal(vw_change_word(changes.change[0].kind), cases[i].kind);
		assert_string_equal(changes.change[0].sentence, cases[i].sentence);
		assert_int_equal(changes.change[0].priority, cases[i].priority);
		assert_int_equal(vw_changes_priority(&changes), cases[i].priority);
		if (cases[i].device)
			assert_string_equal(changes.change[0].device, cases[i].device);
		else
			assert_null(changes.change[0].device);
		vw_changes_free(&changes);
	}
}

static void unread_devices(struct pair *pair)
{
	gone_device(pair);
	pair->after.devices_known = false;
}

static void unread_before(struct pair *pair)
{
	new_device(pair);
	pair->before.devices_known = false;
}

static void skipped(struct pair *pair)
{
	pair->findings[1].status = VW_SKIP;
}

static void untold(struct pair *pair)
{
	passes(pair);
	pair->findings[1].status = VW_STATUS_UNKNOWN;
}

static void still_wrong(struct pair *pair)
{
	passes(pair);
	pair->findings[1].status = VW_WARN;
}

/* Two devices without names, of which one does well. */
static void twins(struct pair *pair)
{
	pair->twins[0] = (struct vw_digest_finding){"NET001", NULL, "ena", VW_PASS, VW_DEGRADED};
	pair->twins[1] = (struct vw_digest_finding){"NET001", NULL, "e1000 is in use", VW_FAIL, VW_DEGRADED};
	pair->before.finding = pair->after.finding = pair->twins;
	pair->before.finding_count = pair->after.finding_count = 2;
}

static void nothing(struct pair *pair)
{
	(void)pair;
}

/* What could not be looked at is no change. */
static void test_silence(void **state)
{
	static void (*const cases[])(struct pair * pair) = {nothing, unread_devices, unread_before, skipped,
							    untold,  still_wrong,    twins};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_changes changes = {0};
		struct pair pair;

		make_pair(&pair);
		cases[i](&pair);
		assert_int_equal(vw_changes_between(&pair.before, &pair.after, &changes), 0);
		assert_int_equal(changes.count, 0);
		vw_changes_free(&changes);
	}
}

static void test_unread_lists(void **state)
{
	static const struct vw_unread unread[] = {{"/proc/1/environ", "EACCES"}, {"/sys/class/net", "EIO"}};
	struct vw_facts facts = {.unread_count = 1, .unread = unread};
	struct vw_report report = sample_metal;
	struct vw_digest digest = {0};

	(void)state;
	report.facts = &facts;
	assert_int_equal(vw_digest_of(&report, &digest), 0);
	assert_true(digest.devices_known);
	vw_digest_free(&digest);
	facts.unread_count = 2;
	assert_int_equal(vw_digest_of(&report, &digest), 0);
	assert_false(digest.devices_known);
	vw_digest_free(&digest);
}

/* The whole machine's changes come first, and the most urgent one gives the priority. */
static void test_order(void **state)
{
	struct vw_changes changes = {0};
	struct pair pair;

	(void)state;
	make_pair(&pair);
	fails(&pair);
	fall_back(&pair);
	from_xen(&pair);
	assert_int_equal(vw_changes_between(&pair.before, &pair.after, &changes), 0);
	assert_int_equal(changes.count, 3);
	assert_string_equal(vw_change_word(changes.change[0].kind), "platform");
	assert_string_equal(vw_change_word(changes.change[1].kind), "driver-fallback");
	assert_string_equal(vw_change_word(changes.change[2].kind), "finding-fails");
	assert_int_equal(vw_changes_priority(&changes), LOG_ERR);
	vw_changes_free(&changes);
}

/* Each kind has a word of its own, and only what makes another machine of it counts as that. */
static void test_kinds(void **state)
{
	static const struct {
		void (*change)(struct pair *pair);
		bool of_machine;
	} cases[] = {{from_xen, true},     {other_type, true},  {deeper, true},       {hosts_now, true},
		     {contained, true},    {fall_back, true},   {move_up, false},     {lose_driver, false},
		     {new_version, false}, {new_device, false}, {gone_device, false}, {fails, false},
		     {passes, false},      {nothing, false}};

	(void)state;
	for (int i = 0; i < VW_CHANGES; i++) {
		assert_non_null(vw_change_word((enum vw_change_kind)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(vw_change_word((enum vw_change_kind)i),
						vw_change_word((enum vw_change_kind)k));
	}
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_changes changes = {0};
		struct pair pair;

		make_pair(&pair);
		cases[i].change(&pair);
		assert_int_equal(vw_changes_between(&pair.before, &pair.after, &changes), 0);
		assert_int_equal(vw_changes_are_of_machine(&changes), cases[i].of_machine);
		vw_changes_free(&changes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document), cmocka_unit_test(test_bad_documents),
		cmocka_unit_test(test_bounds),   cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_silence),  cmocka_unit_test(test_unread_lists),
		cmocka_unit_test(test_order),    cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
