/* SPDX-License-Identifier: MIT */

/* What became of a machine: digests of reports, the text that is kept of them, and the sentences between two
 * of them. */

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
#include "tests/unit/left_behind.h"
#include "tests/unit/sample_reports.h"

/* A digest is the same from the report and from what is kept. */

static void check_same(const struct vwd_digest *a, const struct vwd_digest *b)
{
	struct vwd_changes changes = {0};

	assert_int_equal(vwd_changes_between(a, b, &changes), 0);
	for (size_t i = 0; i < changes.count; i++)
		print_error("%s: %s\n", vwd_change_word(changes.change[i].kind), changes.change[i].sentence);
	assert_int_equal(changes.count, 0);
	assert_int_equal(a->device_count, b->device_count);
	assert_int_equal(a->finding_count, b->finding_count);
	assert_int_equal(a->devices_known, b->devices_known);
	vwd_changes_free(&changes);
}

static void test_document(void **state)
{
	static const struct vw_report *const reports[] = {&sample_nitro, &sample_empty, &sample_metal,
							  &sample_hostile};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(reports); i++) {
		struct vwd_digest direct = {0}, parsed = {0};

		assert_int_equal(vwd_digest_of(reports[i], &direct), 0);
		assert_int_equal(vwd_digest_parse(direct.text, direct.size, &parsed), 0);
		check_same(&direct, &parsed);
		assert_int_equal(parsed.size, direct.size);
		assert_memory_equal(parsed.text, direct.text, direct.size);
		/* whatever part of it is there, it is not taken */
		for (size_t size = 0; size < direct.size; size++) {
			struct vwd_digest part = {0};

			assert_int_equal(vwd_digest_parse(direct.text, size, &part), -EBADMSG);
			assert_null(part.arena);
		}
		vwd_digest_free(&parsed);
		vwd_digest_free(&direct);
	}
}

#define FIRST(devices, findings) "virtwhere.last/1\t" devices "\t" findings "\n"
#define MACHINE                  "machine\t1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n"
#define GOOD                     FIRST("0", "0") MACHINE
#define DEVICE                   "device\t=network\t=eth0\t\t=ena\t\t\tVH\n"
#define FINDING                  "finding\t=A\t\t\tpass\tfatal\n"

static void test_bad_documents(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"{}",
		FIRST("0", "0"),
		MACHINE,
		GOOD "\n",
		GOOD "more",
		GOOD MACHINE,
		GOOD DEVICE,
		"virtwhere.last/2\t0\t0\n" MACHINE,
		"virtwhere.last/1\t0\n" MACHINE,
		"virtwhere.last/1\t0\t0\t0\n" MACHINE,
		FIRST("-1", "0") MACHINE,
		FIRST("x", "0") MACHINE,
		FIRST("1025", "0") MACHINE,
		FIRST("0", "1025") MACHINE,
		FIRST("1", "0") MACHINE,
		FIRST("0", "1") MACHINE DEVICE,
		FIRST("1", "1") MACHINE FINDING DEVICE,
		FIRST("0", "0") "machine\t-1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t2147483648\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t1\t3\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t1\t0\t2\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t1\t0\t1\t\t=kvm\t\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t1\t0\t1\t=kvm\t\t\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t1\t0\t1\t=kvm\tkvm\t\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\n",
		FIRST("0", "0") "machine\t1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\t\n",
		FIRST("1", "0") MACHINE "device\t\t=eth0\t\t=ena\t\t\tVH\n",
		FIRST("1", "0") MACHINE "device\t=network\t=eth0\t\t=ena\t\t\tno class\n",
		FIRST("1", "0") MACHINE "device\t=network\t=eth0\t\t=ena\t\t\t\n",
		FIRST("0", "1") MACHINE "finding\t\t\t\tpass\tfatal\n",
		FIRST("0", "1") MACHINE "finding\t=A\t\t\tperhaps\tfatal\n",
		FIRST("0", "1") MACHINE "finding\t=A\t\t\tpass\tunknown\n",
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		struct vwd_digest digest = {0};

		if (vwd_digest_parse(bad[i], strlen(bad[i]), &digest) != -EBADMSG)
			fail_msg("row %zu", i);
		assert_null(digest.arena);
	}
	{
		struct vwd_digest digest = {0};

		assert_int_equal(vwd_digest_parse(GOOD, sizeof(GOOD), &digest), -EBADMSG); /* with its NUL */
		assert_int_equal(vwd_digest_parse(NULL, 0, &digest), -EBADMSG);
		assert_null(digest.arena);
	}
}

/* Sentences. */

static struct vw_device nic(const char *name, const char *driver, enum vw_class class)
{
	return (struct vw_device){
		.kind = "network", .name = name, .driver = driver, .what = "card", .class = class};
}

struct pair {
	struct vwd_digest before, after;
	struct vw_device devices[2][2];
	struct vwd_digest_finding findings[2], twins[2];
};

/* Two machines that are alike. */
static void make_pair(struct pair *pair)
{
	*pair = (struct pair){
		.devices = {{nic("eth0", "ena", VW_CLASS_VH)}, {nic("eth0", "ena", VW_CLASS_VH)}},
		.findings = {{"DRV001", "eth0", "driven by ena", VW_PASS, VW_FATAL},
			     {"DRV001", "eth0", "driven by ena", VW_PASS, VW_FATAL}},
	};
	pair->before = pair->after = (struct vwd_digest){
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
		struct vwd_changes changes = {0};
		struct pair pair;

		make_pair(&pair);
		cases[i].change(&pair);
		assert_int_equal(vwd_changes_between(&pair.before, &pair.after, &changes), 0);
		assert_int_equal(changes.count, 1);
		assert_string_equal(vwd_change_word(changes.change[0].kind), cases[i].kind);
		assert_string_equal(changes.change[0].sentence, cases[i].sentence);
		assert_int_equal(changes.change[0].priority, cases[i].priority);
		assert_int_equal(vwd_changes_priority(&changes), cases[i].priority);
		if (cases[i].device)
			assert_string_equal(changes.change[0].device, cases[i].device);
		else
			assert_null(changes.change[0].device);
		vwd_changes_free(&changes);
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
	pair->twins[0] = (struct vwd_digest_finding){"NET001", NULL, "ena", VW_PASS, VW_DEGRADED};
	pair->twins[1] = (struct vwd_digest_finding){"NET001", NULL, "e1000 is in use", VW_FAIL, VW_DEGRADED};
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
		struct vwd_changes changes = {0};
		struct pair pair;

		make_pair(&pair);
		cases[i](&pair);
		assert_int_equal(vwd_changes_between(&pair.before, &pair.after, &changes), 0);
		assert_int_equal(changes.count, 0);
		vwd_changes_free(&changes);
	}
}

static void test_unread_lists(void **state)
{
	static const struct {
		const char *source;
		bool devices_known;
	} rows[] = {{"/proc/1/environ", true},    {"/sys/class/net", false}, {"/sys/class/block", false},
		    {"/sys/block", false},        {"/sys/bus/pci", false},   {"/sys/bus/pci/devices", false},
		    {"/sys/class/net/eth0", true}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vw_unread unread[] = {
			{"/proc/1/environ", "EACCES"}, {rows[i].source, "EIO"}, {"/proc/2", "EACCES"}};
		struct vw_facts facts = {.unread_count = VW_COUNT(unread), .unread = unread};
		struct vw_report report = sample_metal;
		struct vwd_digest digest = {0}, parsed = {0};

		report.facts = &facts;
		assert_int_equal(vwd_digest_of(&report, &digest), 0);
		assert_int_equal(digest.devices_known, rows[i].devices_known);
		assert_int_equal(vwd_digest_parse(digest.text, digest.size, &parsed), 0);
		assert_int_equal(parsed.devices_known, rows[i].devices_known);
		vwd_digest_free(&parsed);
		facts.unread_count = 1;
		vwd_digest_free(&digest);
		assert_int_equal(vwd_digest_of(&report, &digest), 0);
		assert_true(digest.devices_known);
		vwd_digest_free(&digest);
	}
}

/* The whole machine's changes come first, and the most urgent one gives the priority. */
static void test_order(void **state)
{
	struct vwd_changes changes = {0};
	struct pair pair;

	(void)state;
	make_pair(&pair);
	fails(&pair);
	fall_back(&pair);
	from_xen(&pair);
	assert_int_equal(vwd_changes_between(&pair.before, &pair.after, &changes), 0);
	assert_int_equal(changes.count, 3);
	assert_string_equal(vwd_change_word(changes.change[0].kind), "platform");
	assert_string_equal(vwd_change_word(changes.change[1].kind), "driver-fallback");
	assert_string_equal(vwd_change_word(changes.change[2].kind), "finding-fails");
	assert_int_equal(vwd_changes_priority(&changes), LOG_ERR);
	vwd_changes_free(&changes);
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
		assert_non_null(vwd_change_word((enum vwd_change_kind)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(vwd_change_word((enum vwd_change_kind)i),
						vwd_change_word((enum vwd_change_kind)k));
	}
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vwd_changes changes = {0};
		struct pair pair;

		make_pair(&pair);
		cases[i].change(&pair);
		assert_int_equal(vwd_changes_between(&pair.before, &pair.after, &changes), 0);
		assert_int_equal(vwd_changes_are_of_machine(&changes), cases[i].of_machine);
		vwd_changes_free(&changes);
	}
}

/* Each row and each neighbour. */

/* Each kind by its word, and whether it says that the machine is another one, or does worse. */
static void test_words(void **state)
{
	static const struct {
		enum vwd_change_kind kind;
		const char *word;
		bool of_machine;
	} rows[] = {
		{VW_CHANGE_PLATFORM, "platform", true},
		{VW_CHANGE_INSTANCE_TYPE, "instance-type", true},
		{VW_CHANGE_CLOUD, "cloud", true},
		{VW_CHANGE_INSTANCE, "instance", true},
		{VW_CHANGE_VMM, "vmm", true},
		{VW_CHANGE_ROW, "row", false},
		{VW_CHANGE_CONTAINER, "container", true},
		{VW_CHANGE_CONFIDENTIAL, "confidential", true},
		{VW_CHANGE_LEVEL, "level", true},
		{VW_CHANGE_NESTED, "nested", true},
		{VW_CHANGE_DRIVER_FALLBACK, "driver-fallback", true},
		{VW_CHANGE_DRIVER, "driver", false},
		{VW_CHANGE_DRIVER_VERSION, "driver-version", false},
		{VW_CHANGE_DEVICE_NEW, "device-new", false},
		{VW_CHANGE_DEVICE_GONE, "device-gone", false},
		{VW_CHANGE_FINDING_FAILS, "finding-fails", false},
		{VW_CHANGE_FINDING_PASSES, "finding-passes", false},
	};
	const struct vwd_changes none = {.count = 0};

	(void)state;
	assert_int_equal(VW_COUNT(rows), VW_CHANGES);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwd_change change[] = {{VW_CHANGE_ROW, LOG_INFO, NULL, "x"},
					      {rows[i].kind, LOG_ERR, NULL, "x"}};
		const struct vwd_changes changes = {.count = 2, .change = change};

		assert_string_equal(vwd_change_word(rows[i].kind), rows[i].word);
		assert_int_equal(vwd_changes_are_of_machine(&changes), rows[i].of_machine);
		assert_int_equal(vwd_changes_priority(&changes), LOG_ERR);
	}
	assert_false(vwd_changes_are_of_machine(&none));
	assert_int_equal(vwd_changes_priority(&none), LOG_DEBUG);
}

/* What two machines differ in, and all that is said of it; NULL for nothing. */
static void check_told(const struct pair *pair, const char *kind, const char *sentence, int priority)
{
	struct vwd_changes changes = {0};

	assert_int_equal(vwd_changes_between(&pair->before, &pair->after, &changes), 0);
	if (changes.count != (sentence ? 1 : 0))
		fail_msg("%zu changes instead of: %s", changes.count, sentence ? sentence : "none");
	if (sentence) {
		assert_string_equal(changes.change[0].sentence, sentence);
		assert_string_equal(vwd_change_word(changes.change[0].kind), kind);
		assert_int_equal(changes.change[0].priority, priority);
	}
	vwd_changes_free(&changes);
}

static void test_texts(void **state)
{
	static const struct {
		size_t field;
		const char *before, *after, *kind, *sentence;
		int priority;
	} rows[] = {
#define FIELD(name) offsetof(struct vw_platform, name)
		{FIELD(cloud.provider), "gcp", "azure", "cloud", "the cloud changed from gcp to azure",
		 LOG_NOTICE},
		{FIELD(cloud.provider), NULL, "azure", "cloud", "the cloud changed from none to azure",
		 LOG_NOTICE},
		{FIELD(cloud.instance_id), "i-1", NULL, "instance", "the instance changed from i-1 to none",
		 LOG_INFO},
		{FIELD(vmm), "qemu", "firecracker", "vmm", "the VMM changed from qemu to firecracker",
		 LOG_NOTICE},
		{FIELD(row), "a", "b", "row", "the row of the EC2 table changed from a to b", LOG_INFO},
		{FIELD(container), "docker", NULL, "container", "the container changed from docker to none",
		 LOG_NOTICE},
		{FIELD(confidential), NULL, "tdx", "confidential",
		 "confidential computing changed from none to tdx", LOG_WARNING},
		{FIELD(cloud.instance_type), NULL, "m5.large", "instance-type",
		 "nitro became nitro on m5.large", LOG_NOTICE},
		{FIELD(id), "kvm", "nitro", "platform", "kvm on m5.large became nitro on m5.large",
		 LOG_NOTICE},
		/* no words for these: they follow from others */
		{FIELD(hypervisor), "kvm", "xen", NULL, NULL, 0},
		{FIELD(mode), "a", "b", NULL, NULL, 0},
#undef FIELD
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct pair pair;

		make_pair(&pair);
		memcpy((char *)&pair.before.platform + rows[i].field, &rows[i].before,
		       sizeof(rows[i].before));
		memcpy((char *)&pair.after.platform + rows[i].field, &rows[i].after, sizeof(rows[i].after));
		check_told(&pair, rows[i].kind, rows[i].sentence, rows[i].priority);
	}
}

static void test_tristates(void **state)
{
	static const char *const sentences[] = {
		[VW_UNKNOWN] = "whether this system can host guests is not known any more",
		[VW_NO] = "this system can no longer host guests",
		[VW_YES] = "this system can host guests now",
	};
	static const enum vw_tristate all[] = {VW_UNKNOWN, VW_NO, VW_YES};

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		enum vw_tristate before = all[i / 3], after = all[i % 3];
		struct pair pair;

		make_pair(&pair);
		pair.before.can_host = before;
		pair.after.can_host = after;
		check_told(&pair, "nested", before == after ? NULL : sentences[after],
			   after == VW_YES ? LOG_NOTICE : LOG_WARNING);
	}
}

static void test_drivers(void **state)
{
	static const struct {
		struct vw_device before, after;
		const char *kind, *sentence;
		int priority;
	} rows[] = {
		/* only what does worse has fallen back */
		{{.driver = "a", .class = VW_CLASS_VH},
		 {.driver = "b", .class = VW_CLASS_P},
		 "driver-fallback",
		 "eth0 fell back from a to b",
		 LOG_WARNING},
		{{.driver = "a", .class = VW_CLASS_P},
		 {.driver = "b", .class = VW_CLASS_VS},
		 "driver-fallback",
		 "eth0 fell back from a to b",
		 LOG_WARNING},
		{{.driver = "a", .class = VW_CLASS_P},
		 {.driver = "b", .class = VW_CLASS_P},
		 "driver",
		 "eth0 changed from a to b",
		 LOG_NOTICE},
		{{.driver = "a", .class = VW_CLASS_P},
		 {.driver = "b", .class = VW_CLASS_VH},
		 "driver",
		 "eth0 changed from a to b",
		 LOG_NOTICE},
		{{.driver = "a", .class = VW_CLASS_P},
		 {.driver = "b", .class = VW_CLASS_UNKNOWN},
		 "driver",
		 "eth0 changed from a to b",
		 LOG_NOTICE},
		{{.driver = "a", .class = VW_CLASS_P},
		 {.driver = "b", .class = VW_CLASS_NONE},
		 "driver",
		 "eth0 changed from a to b",
		 LOG_NOTICE},
		/* the class alone is not told */
		{{.driver = "a", .class = VW_CLASS_VH}, {.driver = "a", .class = VW_CLASS_VS}, NULL, NULL, 0},
		{{.driver = "a", .driver_version = "1"},
		 {.driver = "a", .driver_version = "1"},
		 NULL,
		 NULL,
		 0},
		{{.driver = "a"},
		 {.driver = "a", .driver_version = "1"},
		 "driver-version",
		 "eth0's driver a changed from version none to 1",
		 LOG_INFO},
		{{.driver = "a", .driver_version = "1"},
		 {.driver = "a"},
		 "driver-version",
		 "eth0's driver a changed from version 1 to none",
		 LOG_INFO},
		{{.driver = "a", .driver_version = "1"},
		 {.driver = "b", .driver_version = "2"},
		 "driver",
		 "eth0 changed from a to b",
		 LOG_NOTICE},
		{{.driver = NULL}, {.driver = NULL}, NULL, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct pair pair;

		make_pair(&pair);
		pair.devices[0][0] = rows[i].before;
		pair.devices[1][0] = rows[i].after;
		for (size_t k = 0; k < 2; k++) {
			pair.devices[k][0].kind = "network";
			pair.devices[k][0].name = "eth0";
		}
		check_told(&pair, rows[i].kind, rows[i].sentence, rows[i].priority);
	}
}

/* A device is the same by its kind and name; without a name by what it is. */
static void test_same_devices(void **state)
{
	static const struct {
		struct vw_device before, after;
		const char *gone, *new; /* NULL: it is the same */
	} rows[] = {
		{{.kind = "network", .name = "a", .ids = "1"},
		 {.kind = "network", .name = "a", .ids = "2"},
		 NULL,
		 NULL},
		{{.kind = "network", .name = "a", .what = "x"},
		 {.kind = "network", .name = "a", .what = "y"},
		 NULL,
		 NULL},
		{{.kind = "network", .name = "a"},
		 {.kind = "network", .name = "b"},
		 "a (without a driver) is gone",
		 "b (without a driver) is new"},
		{{.kind = "network", .name = "a"},
		 {.kind = "disk", .name = "a"},
		 "a (without a driver) is gone",
		 "a (without a driver) is new"},
		{{.kind = "network", .ids = "1", .what = "x"},
		 {.kind = "network", .ids = "1", .what = "x"},
		 NULL,
		 NULL},
		{{.kind = "network", .ids = "1", .what = "x"},
		 {.kind = "network", .ids = "2", .what = "x"},
		 "x (without a driver) is gone",
		 "x (without a driver) is new"},
		{{.kind = "network", .ids = "1", .driver = "d"},
		 {.kind = "network", .ids = "1", .what = "y"},
		 "1 (d) is gone",
		 "y (without a driver) is new"},
		{{.kind = "network"},
		 {.kind = "disk"},
		 "network (without a driver) is gone",
		 "disk (without a driver) is new"},
		{{.kind = "network", .name = "a", .driver = "d"},
		 {.kind = "network", .driver = "d"},
		 "a (d) is gone",
		 "network (d) is new"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwd_changes changes = {0};
		struct pair pair;

		make_pair(&pair);
		pair.devices[0][0] = rows[i].before;
		pair.devices[1][0] = rows[i].after;
		assert_int_equal(vwd_changes_between(&pair.before, &pair.after, &changes), 0);
		assert_int_equal(changes.count, rows[i].gone ? 2 : 0);
		if (rows[i].gone) {
			assert_string_equal(changes.change[0].sentence, rows[i].gone);
			assert_string_equal(changes.change[1].sentence, rows[i].new);
			assert_int_equal(changes.change[0].kind, VW_CHANGE_DEVICE_GONE);
			assert_int_equal(changes.change[1].kind, VW_CHANGE_DEVICE_NEW);
			assert_int_equal(changes.change[0].priority, LOG_NOTICE);
			assert_int_equal(changes.change[1].priority, LOG_NOTICE);
		}
		vwd_changes_free(&changes);
	}
}

/* From each status to each other one. */
static void test_findings(void **state)
{
	static const enum vw_status all[] = {VW_PASS, VW_FAIL, VW_WARN, VW_SKIP, VW_STATUS_UNKNOWN};
	static const int priorities[] = {
		[VW_ADVICE] = LOG_NOTICE, [VW_DEGRADED] = LOG_WARNING, [VW_FATAL] = LOG_ERR};

	(void)state;
	for (int severity = VW_ADVICE; severity <= VW_FATAL; severity++) {
		for (size_t i = 0; i < VW_COUNT(all) * VW_COUNT(all); i++) {
			enum vw_status before = all[i / VW_COUNT(all)], after = all[i % VW_COUNT(all)];
			bool was_wrong = before == VW_FAIL || before == VW_WARN;
			bool is_wrong = after == VW_FAIL || after == VW_WARN;
			struct pair pair;

			make_pair(&pair);
			pair.findings[0].status = before;
			pair.findings[1].status = after;
			pair.findings[1].severity = (enum vw_severity)severity;
			if (is_wrong && !was_wrong)
				check_told(&pair, "finding-fails", "DRV001 fails for eth0: driven by ena",
					   after == VW_FAIL ? priorities[severity] : LOG_NOTICE);
			else if (after == VW_PASS && was_wrong)
				check_told(&pair, "finding-passes", "DRV001 passes for eth0 now", LOG_INFO);
			else
				check_told(&pair, NULL, NULL, 0);
		}
	}
}

/* A finding is the same by its id and subject. */
static void test_same_findings(void **state)
{
	struct pair pair;

	(void)state;
	make_pair(&pair);
	fails(&pair);
	pair.findings[0].status = VW_FAIL;
	check_told(&pair, NULL, NULL, 0);
	pair.findings[0].subject = "eth1";
	check_told(&pair, "finding-fails", "DRV001 fails for eth0: driven by e1000", LOG_ERR);
	pair.findings[0].subject = "eth0";
	pair.findings[0].id = "DRV002";
	check_told(&pair, "finding-fails", "DRV001 fails for eth0: driven by e1000", LOG_ERR);
	/* one that was not there before */
	pair.before.finding_count = 0;
	pair.findings[1].subject = pair.findings[1].message = NULL;
	check_told(&pair, "finding-fails", "DRV001 fails for none: none", LOG_ERR);
	/* one that is not there any more has neither failed nor passed */
	pair.before.finding_count = 1;
	pair.after.finding_count = 0;
	check_told(&pair, NULL, NULL, 0);
}

/* What is kept, field by field. */

static struct vwd_digest parsed(const char *text)
{
	struct vwd_digest digest = {0};

	if (vwd_digest_parse(text, strlen(text), &digest) != 0)
		fail_msg("%s", text);
	return digest;
}

static void test_members(void **state)
{
	struct vwd_digest digest =
		parsed(FIRST("3", "2") "machine\t64\t2\t1\t=a\t=b\t=c\t=d\t=e\t=f\t=g\t=h\t=i\t=j\n"
				       "device\t=k\t=l\t=m\t=n\t=o\t=p\033\tVH\n"
				       "device\t=q\t\t\t\t\t\tVS\n"
				       "device\t=r\t=\t\t\t\t\tunknown\n"
				       "finding\t=t\t=u\t=v\twarn\tdegraded\n"
				       "finding\t=w\t\t\tunknown\tadvice\n");

	(void)state;
	assert_int_equal(digest.level, 64);
	assert_int_equal(digest.can_host, VW_YES);
	assert_true(digest.devices_known);
	assert_string_equal(digest.platform.id, "a");
	assert_string_equal(digest.platform.hypervisor, "b");
	assert_string_equal(digest.platform.vmm, "c");
	assert_string_equal(digest.platform.mode, "d");
	assert_string_equal(digest.platform.row, "e");
	assert_string_equal(digest.platform.container, "f");
	assert_string_equal(digest.platform.confidential, "g");
	assert_string_equal(digest.platform.cloud.provider, "h");
	assert_string_equal(digest.platform.cloud.instance_type, "i");
	assert_string_equal(digest.platform.cloud.instance_id, "j");
	assert_int_equal(digest.device_count, 3);
	assert_string_equal(digest.device[0].kind, "k");
	assert_string_equal(digest.device[0].name, "l");
	assert_string_equal(digest.device[0].ids, "m");
	assert_string_equal(digest.device[0].driver, "n");
	assert_string_equal(digest.device[0].driver_version, "o");
	assert_string_equal(digest.device[0].what, "p?");
	assert_int_equal(digest.device[0].class, VW_CLASS_VH);
	assert_string_equal(digest.device[1].kind, "q");
	assert_int_equal(digest.device[1].class, VW_CLASS_VS);
	assert_null(digest.device[1].name);
	assert_string_equal(digest.device[2].kind, "r");
	assert_string_equal(digest.device[2].name, "");
	assert_null(digest.device[2].ids);
	assert_int_equal(digest.device[2].class, VW_CLASS_UNKNOWN);
	assert_int_equal(digest.finding_count, 2);
	assert_string_equal(digest.finding[0].id, "t");
	assert_string_equal(digest.finding[0].subject, "u");
	assert_string_equal(digest.finding[0].message, "v");
	assert_int_equal(digest.finding[0].status, VW_WARN);
	assert_int_equal(digest.finding[0].severity, VW_DEGRADED);
	assert_int_equal(digest.finding[1].status, VW_STATUS_UNKNOWN);
	assert_int_equal(digest.finding[1].severity, VW_ADVICE);
	vwd_digest_free(&digest);
}

/* A text that would end a field or a line does not. */
static void test_separators(void **state)
{
	const struct vw_facts facts = {.unread_count = 0};
	struct vw_device device = {.kind = "a\tb", .name = "", .what = "x\nfinding\t=B"};
	struct vw_report report = {.facts = &facts,
				   .platform = {.id = "=\t", .hypervisor = "\n"},
				   .nested = {.can_host = VW_NO},
				   .device = &device,
				   .device_count = 1};
	struct vwd_digest digest = {0};

	(void)state;
	assert_int_equal(vwd_digest_of(&report, &digest), 0);
	assert_string_equal(digest.platform.id, "=?");
	assert_string_equal(digest.platform.hypervisor, "?");
	assert_int_equal(digest.can_host, VW_NO);
	assert_int_equal(digest.device_count, 1);
	assert_int_equal(digest.finding_count, 0);
	assert_string_equal(digest.device[0].kind, "a?b");
	assert_string_equal(digest.device[0].name, "");
	assert_null(digest.device[0].driver);
	assert_string_equal(digest.device[0].what, "x?finding?=B");
	vwd_digest_free(&digest);
}

/* Each word of the closed lists is read as it is written. */
static void test_closed_lists(void **state)
{
	const struct vw_facts facts = {.unread_count = 0};

	(void)state;
	for (int class = VW_CLASS_UNKNOWN; class <= VW_CLASS_H; class ++) {
		struct vw_device device = {.kind = "k", .class = (enum vw_class) class};
		struct vw_report report = {.facts = &facts,
					   .platform = {.id = "kvm", .hypervisor = "kvm"},
					   .device = &device,
					   .device_count = 1};
		struct vwd_digest digest = {0};

		assert_int_equal(vwd_digest_of(&report, &digest), 0);
		assert_int_equal(digest.device[0].class, class);
		vwd_digest_free(&digest);
	}
	for (int i = 0; i < VW_STATUS_UNKNOWN * VW_FATAL; i++) {
		int status = VW_PASS + i / VW_FATAL, severity = VW_ADVICE + i % VW_FATAL;
		struct vw_finding finding = {
			.id = "A", .status = (enum vw_status)status, .severity = (enum vw_severity)severity};
		struct vw_report report = {.facts = &facts,
					   .platform = {.id = "kvm", .hypervisor = "kvm"},
					   .finding = &finding,
					   .finding_count = 1};
		struct vwd_digest digest = {0};

		assert_int_equal(vwd_digest_of(&report, &digest), 0);
		assert_int_equal(digest.finding[0].status, status);
		assert_int_equal(digest.finding[0].severity, severity);
		vwd_digest_free(&digest);
	}
}

/* As many devices and findings as there is room for; more are not kept. */
static void test_room(void **state)
{
	static struct vw_device device[VW_DIGEST_DEVICES + 1];
	static struct vw_finding finding[VW_DIGEST_FINDINGS + 1];
	const struct vw_facts facts = {.unread_count = 0};

	(void)state;
	for (size_t i = 0; i <= VW_DIGEST_DEVICES; i++)
		device[i] = (struct vw_device){.kind = "network"};
	for (size_t i = 0; i <= VW_DIGEST_FINDINGS; i++)
		finding[i] = (struct vw_finding){.id = "A", .status = VW_PASS, .severity = VW_FATAL};
	for (size_t more = 0; more < 2; more++) {
		struct vw_report report = {.facts = &facts,
					   .platform = {.id = "kvm", .hypervisor = "kvm"},
					   .device = device,
					   .device_count = VW_DIGEST_DEVICES + more,
					   .finding = finding,
					   .finding_count = VW_DIGEST_FINDINGS + more};
		struct vwd_digest digest = {0}, again = {0};

		assert_int_equal(vwd_digest_of(&report, &digest), 0);
		assert_int_equal(digest.device_count, VW_DIGEST_DEVICES);
		assert_int_equal(digest.finding_count, VW_DIGEST_FINDINGS);
		assert_true(digest.size < VW_DIGEST_LIMIT / 2);
		assert_int_equal(vwd_digest_parse(digest.text, digest.size, &again), 0);
		assert_int_equal(again.finding_count, VW_DIGEST_FINDINGS);
		vwd_digest_free(&digest);
		vwd_digest_free(&again);
	}
}

static void live(void)
{
	struct vwd_changes changes = {0};
	struct vwd_digest digest = {0};
	struct pair pair;

	make_pair(&pair);
	from_xen(&pair);
	assert_int_equal(vwd_changes_between(&pair.before, &pair.after, &changes), 0);
	vwd_changes_free(&changes);
	assert_int_equal(vwd_digest_of(&sample_nitro, &digest), 0);
	vwd_digest_free(&digest);
	assert_int_equal(vwd_digest_parse(GOOD, strlen(GOOD), &digest), 0);
	vwd_digest_free(&digest);
	assert_int_equal(vwd_digest_parse(GOOD "x", strlen(GOOD "x"), &digest), -EBADMSG);
}

/* No memory. */
static void test_left_behind(void **state)
{
	(void)state;
	check_leaves_nothing(live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),     cmocka_unit_test(test_bad_documents),
		cmocka_unit_test(test_sentences),    cmocka_unit_test(test_silence),
		cmocka_unit_test(test_unread_lists), cmocka_unit_test(test_order),
		cmocka_unit_test(test_kinds),        cmocka_unit_test(test_words),
		cmocka_unit_test(test_texts),        cmocka_unit_test(test_tristates),
		cmocka_unit_test(test_drivers),      cmocka_unit_test(test_same_devices),
		cmocka_unit_test(test_findings),     cmocka_unit_test(test_same_findings),
		cmocka_unit_test(test_members),      cmocka_unit_test(test_closed_lists),
		cmocka_unit_test(test_separators),   cmocka_unit_test(test_room),
		cmocka_unit_test(test_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
