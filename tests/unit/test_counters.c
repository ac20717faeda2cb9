/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "probes/machine/counters.h"
#include "probes/read/json.h"
#include "tests/unit/left_out.h"
#include "tests/unit/scratch.h"

/* /proc/stat. */

static void test_steal(void **state)
{
	static const struct {
		const char *text;
		uint64_t ticks;
		int r;
		uint64_t ms;
	} cases[] = {
		{"cpu  1352190 717983 806971 2003744 17906 0 15233 42810 0 0\ncpu0 1 2 3\n", 100, 0, 428100},
		{"cpu  1 2 3 4 5 6 7 8", 100, 0, 80},
		{"cpu 1 2 3 4 5 6 7 3 9 10\n", 1024, 0, 2},
		{"cpu  1 2 3 4 5 6 7\n", 100, -ENODATA, 0}, /* Linux before 2.6.11 */
		{"cpu\n", 100, -ENODATA, 0},
		{"cpu  1 2 3 4 5 6 7 18446744073709551615\n", 100, -EBADMSG, 0},
		{"cpu  1 2 3 4 5 6 7 18446744073709551\n", 1000, 0, 18446744073709551},
		{"cpu  1 2 3 4 5 6 7 18446744073709552\n", 1000, -EBADMSG, 0},
		{"cpu  1 2 x 4 5 6 7 8\n", 100, -EBADMSG, 0},
		{"cpu  1 2 -3 4 5 6 7 8\n", 100, -EBADMSG, 0},
		{"cpu0 1 2 3 4 5 6 7 8\n", 100, -EBADMSG, 0},
		{"intr 1\ncpu  1 2 3 4 5 6 7 8\n", 100, -EBADMSG, 0},
		{"", 100, -EBADMSG, 0},
		{"\n", 100, -EBADMSG, 0},
		{"cpu  1 2 3 4 5 6 7 8\n", 0, -EBADMSG, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		uint64_t ms = 12345;

		assert_int_equal(vw_steal_parse(cases[i].text, strlen(cases[i].text), cases[i].ticks, &ms),
				 cases[i].r);
		assert_int_equal(ms, cases[i].r ? 12345 : cases[i].ms);
	}
}

static void test_steal_of_a_long_line(void **state)
{
	char text[4 * VW_STAT_HEAD];
	uint64_t ms = 1;

	(void)state;
	memset(text, '1', sizeof(text));
	memcpy(text, "cpu ", 4);
	assert_int_equal(vw_steal_parse(text, sizeof(text), 100, &ms), -EBADMSG);
	assert_int_equal(ms, 1);

	/* one that fits, with or without its break, and one that does not */
	memset(text, ' ', sizeof(text));
	memcpy(text, "cpu 1 2 3 4 5 6 7 8", 19);
	assert_int_equal(vw_steal_parse(text, VW_STAT_HEAD, 100, &ms), -EBADMSG);
	assert_int_equal(ms, 1);
	assert_int_equal(vw_steal_parse(text, VW_STAT_HEAD - 1, 100, &ms), 0);
	assert_int_equal(ms, 80);
	text[VW_STAT_HEAD - 1] = '\n';
	ms = 1;
	assert_int_equal(vw_steal_parse(text, sizeof(text), 100, &ms), 0);
	assert_int_equal(ms, 80);
}

/* Choosing statistics. */

static void name_string(char *strings, uint32_t at, const char *name)
{
	memcpy(strings + (size_t)at * VW_STATISTIC_NAME, name, strnlen(name, VW_STATISTIC_NAME));
}

static void test_device_wide_statistics(void **state)
{
	char strings[6 * VW_STATISTIC_NAME] = {0};
	const uint64_t values[6] = {10, 11, 12, 13, 14, 15};
	struct vw_interface_statistics interface = {0};

	(void)state;
	name_string(strings, 0, "tx_timeout");
	name_string(strings, 1, "queue_0_tx_cnt");
	name_string(strings, 2, "");
	name_string(strings, 3, "a_name_without_room_for_its_NUL_");
	name_string(strings, 4, "bad\x01\xffname");
	name_string(strings, 5, "bw_in_allowance_exceeded");
	vw_statistics_choose(&interface, strings, 6);
	vw_statistics_take(&interface, values);
	assert_int_equal(interface.strings, 6);
	assert_int_equal(interface.count, 4);
	assert_string_equal(interface.counter[0].name, "tx_timeout");
	assert_int_equal(interface.counter[0].value, 10);
	assert_string_equal(interface.counter[1].name, "a_name_without_room_for_its_NUL_");
	assert_int_equal(interface.counter[1].value, 13);
	assert_string_equal(interface.counter[2].name, "bad??name");
	assert_string_equal(interface.counter[3].name, "bw_in_allowance_exceeded");
	assert_int_equal(interface.counter[3].value, 15);

	vw_statistics_choose(&interface, strings, 1); /* the driver has fewer now */
	vw_statistics_take(&interface, values);
	assert_int_equal(interface.count, 1);
}

static void test_many_statistics(void **state)
{
	enum { MANY = VW_STATISTICS + 10 };
	char strings[MANY * VW_STATISTIC_NAME] = {0};
	struct vw_interface_statistics interface = {0};

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		char name[VW_STATISTIC_NAME];

		snprintf(name, sizeof(name), "statistic_%u", i);
		name_string(strings, i, name);
	}
	vw_statistics_choose(&interface, strings, MANY);
	assert_int_equal(interface.count, VW_STATISTICS);
}

/* Snapshots. */

#define META "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"x86_64\"}"

static struct vw_counters counters_of(struct scratch *scratch, struct vw_counter_reader **ret_reader)
{
	struct vw_source *source = begin_source(scratch, false);
	struct vw_facts *facts = NULL;
	struct vw_counters counters = {0};

	assert_int_equal(vw_probe(source, 0, &facts), 0);
	assert_int_equal(vw_counter_reader_new(source, facts, ret_reader), 0);
	vw_facts_free(facts);
	assert_int_equal(vw_counter_reader_read(*ret_reader, &counters), 0);
	return counters;
}

static void test_snapshot(void **state)
{
	struct scratch *scratch = *state;
	struct vw_counter_reader *reader = NULL;
	struct vw_counters counters;

	put_file(scratch, "meta.json", META);
	put_file(scratch, "proc/stat", "cpu  1 2 3 4 5 6 7 250 9 10\n");
	put_file(scratch, "ethtool.json",
		 "{\"ens5\": {\"driver\": \"ena\", \"version\": \"2.13.0g\", \"firmware\": \"\", "
		 "\"statistics\": "
		 "{\"tx_timeout\": 2, \"conntrack_allowance_available\": 136812}}, \"ens6\": {}}");
	counters = counters_of(scratch, &reader);
	vw_source_free(scratch->source); /* the reader does without it */
	scratch->source = NULL;
	assert_int_equal(vw_counter_reader_read(reader, &counters), 0);

	assert_int_equal(counters.steal_ms.state, VW_VALUE);
	assert_int_equal(counters.steal_ms.value, 2500);
	assert_string_equal(counters.steal_ms.source, "/proc/stat");
	assert_int_equal(counters.interfaces, 2);
	assert_string_equal(counters.interface[0].name, "ens5");
	assert_string_equal(counters.interface[0].driver, "ena");
	assert_string_equal(counters.interface[0].version, "2.13.0g");
	assert_null(counters.interface[0].firmware);
	assert_int_equal(counters.interface[0].count, 2);
	assert_string_equal(counters.interface[0].counter[0].name, "tx_timeout");
	assert_int_equal(counters.interface[0].counter[0].value, 2);
	assert_int_equal(counters.interface[0].counter[1].value, 136812);
	assert_string_equal(counters.interface[1].name, "ens6");
	assert_int_equal(counters.interface[1].count, 0);
	vw_counter_reader_free(reader);
}

/* A line that is cut may end in half a number. */
static void test_snapshot_of_a_long_line(void **state)
{
	char text[VW_STAT_HEAD + 64];
	struct vw_counter_reader *reader = NULL;
	struct vw_counters counters;

	memset(text, ' ', sizeof(text));
	memcpy(text, "cpu 1 2 3 4 5 6 7", 17);
	memcpy(text + VW_STAT_HEAD - 2, "1234", 5);
	put_file(*state, "meta.json", META);
	put_file(*state, "proc/stat", text);
	counters = counters_of(*state, &reader);
	assert_int_equal(counters.steal_ms.state, VW_MALFORMED);
	vw_counter_reader_free(reader);
}

static void test_snapshot_without(void **state)
{
	struct vw_counter_reader *reader = NULL;
	struct vw_counters counters;

	put_file(*state, "meta.json", META);
	counters = counters_of(*state, &reader);
	assert_int_equal(counters.steal_ms.state, VW_ABSENT);
	assert_int_equal(counters.interfaces, 0);
	vw_counter_reader_free(reader);
}

static void test_damaged_ethtool(void **state)
{
	static const struct {
		const char *text;
		size_t interfaces, counters;
		bool unread;
	} cases[] = {
		{"", 0, 0, true},
		{"[]", 0, 0, true},
		{"{\"ens5\": ", 0, 0, true},
		{"{\"ens5\": {}, \"ens5\": {}}", 0, 0, true},
		{"{}", 0, 0, false},
		{"{\"ens5\": 7}", 1, 0, false},
		{"{\"ens5\": {\"driver\": 7, \"statistics\": []}}", 1, 0, false},
		{"{\"ens5\": {\"statistics\": {\"a\": -1, \"b\": 1.5, \"c\": \"2\", \"\": 3, \"d\": 4}}}", 1,
		 1, false},
		{"{\"ens5\": {\"statistics\": {\"a_name_of_more_than_thirty_two_bytes\": 1}}}", 1, 0, false},
		{"{\"\": {}, \"a_name_of_sixteen\": {}, \"\\u0001\": {}}", 1, 0, false},
		/* another driver's count something else by the same names */
		{"{\"eth0\": {\"driver\": \"ixgbe\", \"statistics\": {\"tx_timeout\": 1, \"b\": 2}}, "
		 "\"ens5\": {\"driver\": \"ena\", \"statistics\": {\"tx_timeout\": 1}}}",
		 1, 1, false},
		{"{\"eth0\": {\"driver\": \"enatoo\", \"statistics\": {\"tx_timeout\": 1}}}", 0, 0, false},
	};
	struct scratch *scratch = *state;

	put_file(scratch, "meta.json", META);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_counter_reader *reader = NULL;
		struct vw_counters counters;

		unlinkat(scratch->fd, "ethtool.json", 0);
		put_file(scratch, "ethtool.json", cases[i].text);
		counters = counters_of(scratch, &reader);
		assert_int_equal(counters.interfaces, cases[i].interfaces);
		if (cases[i].interfaces)
			assert_int_equal(counters.interface[0].count, cases[i].counters);
		assert_int_equal(unread_error(scratch->source, "/ethtool.json") != NULL, cases[i].unread);
		vw_counter_reader_free(reader);
	}
}

#define TEXT31 "a_text_of_one_and_thirty_bytes_"

/* Texts that fit, and texts that are longer by one byte; numbers that are none. */
static void test_bounds_of_ethtool(void **state)
{
	static const struct {
		const char *text, *driver, *version, *counter;
		uint64_t value;
	} cases[] = {
		{"{\"fifteen_bytes__\": {\"version\": \"" TEXT31 "2\", \"statistics\": {\"" TEXT31
		 "2\": 1}}}",
		 NULL, TEXT31 "2", TEXT31 "2", 1},
		{"{\"ens5\": {\"version\": \"" TEXT31 "23\", \"statistics\": {\"" TEXT31 "23\": 1}}}", NULL,
		 NULL, NULL, 0},
		{"{\"sixteen_bytes___\": {}, \"ens5\": {\"driver\": \"\"}}", NULL, NULL, NULL, 0},
		{"{\"ens5\": {\"driver\": \"ena\", \"statistics\": {\"a\": 0}}}", "ena", NULL, "a", 0},
		{"{\"ens5\": {\"statistics\": {\"x\": true, \"a\": 9223372036854775807}}}", NULL, NULL, "a",
		 INT64_MAX},
		{"{\"ens5\": {\"statistics\": {\"x\": null, \"y\": 1.0, \"z\": []}}}", NULL, NULL, NULL, 0},
	};
	struct scratch *scratch = *state;

	put_file(scratch, "meta.json", META);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_counter_reader *reader = NULL;
		struct vw_counters counters;
		const struct vw_interface_counters *interface;

		unlinkat(scratch->fd, "ethtool.json", 0);
		put_file(scratch, "ethtool.json", cases[i].text);
		counters = counters_of(scratch, &reader);
		assert_int_equal(counters.interfaces, 1);
		interface = &counters.interface[0];
		assert_true(vwb_text_equal(interface->driver, cases[i].driver));
		assert_true(vwb_text_equal(interface->version, cases[i].version));
		assert_int_equal(interface->count, cases[i].counter != NULL);
		if (cases[i].counter) {
			assert_string_equal(interface->counter[0].name, cases[i].counter);
			assert_int_equal(interface->counter[0].value, cases[i].value);
		}
		vw_counter_reader_free(reader);
	}
}

/* As many statistics as there is room for, and one more. */
static void test_many_recorded_statistics(void **state)
{
	struct scratch *scratch = *state;

	put_file(scratch, "meta.json", META);
	for (unsigned many = VW_STATISTICS - 1; many <= VW_STATISTICS + 1; many++) {
		char text[VW_STATISTICS * 16] = "{\"ens5\": {\"statistics\": {";
		struct vw_counter_reader *reader = NULL;
		struct vw_counters counters;
		size_t size = strlen(text);

		for (unsigned i = 0; i < many; i++)
			size += (size_t)snprintf(text + size, sizeof(text) - size, "%s\"s%u\":%u",
						 i ? "," : "", i, i);
		snprintf(text + size, sizeof(text) - size, "}}}");
		unlinkat(scratch->fd, "ethtool.json", 0);
		put_file(scratch, "ethtool.json", text);
		counters = counters_of(scratch, &reader);
		assert_int_equal(counters.interface[0].count, many > VW_STATISTICS ? VW_STATISTICS : many);
		vw_counter_reader_free(reader);
	}
}

static void test_many_interfaces(void **state)
{
	enum { MANY = VW_COUNTER_INTERFACES + 4, ROOM = 16 };
	char text[MANY * ROOM + 2] = "{";
	struct vw_counter_reader *reader = NULL;
	struct vw_counters counters;

	for (unsigned i = 0; i < MANY; i++)
		snprintf(text + strlen(text), ROOM, "%s\"e%u\":{}", i ? "," : "", i);
	memcpy(text + strlen(text), "}", 2);
	put_file(*state, "meta.json", META);
	put_file(*state, "ethtool.json", text);
	counters = counters_of(*state, &reader);
	assert_int_equal(counters.interfaces, VW_COUNTER_INTERFACES);
	vw_counter_reader_free(reader);
}

/* What was recorded comes back. */
static void test_recorded_again(void **state)
{
	static const char recorded[] =
		"{\"ens5\": {\"driver\": \"ena\", \"version\": \"2.13.0g\", \"firmware\": "
		"\"7\", \"statistics\": {\"say \\\"hi\\\"\": 2, \"tx_timeout\": 1}}}";
	struct scratch *scratch = *state;
	struct vw_counter_reader *reader = NULL;
	struct vw_counters counters;
	char path[128], problem[512] = "";
	const char *text = NULL;

	put_file(scratch, "meta.json", META);
	put_file(scratch, "ethtool.json", recorded);
	put_file(scratch, "proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2\nbtime 1700000000\n");
	snprintf(path, sizeof(path), "%s/again", scratch->directory);
	assert_int_equal(vw_snapshot_record(begin_source(scratch, false), path, 0, problem, sizeof(problem)),
			 0);

	vw_source_free(scratch->source);
	scratch->source = NULL;
	assert_int_equal(vw_source_snapshot(path, &scratch->source, problem, sizeof(problem)), 0);
	assert_int_equal(read_of(scratch->source, "/proc/stat", &text), 0);
	assert_string_equal(text, "cpu  1 2 3 4 5 6 7 8 9 10\n"); /* not when the machine was started */
	memcpy(scratch->snap, path, sizeof(scratch->snap));
	counters = counters_of(scratch, &reader);
	assert_int_equal(counters.interfaces, 1);
	assert_string_equal(counters.interface[0].firmware, "7");
	assert_int_equal(counters.interface[0].count, 2);
	assert_string_equal(counters.interface[0].counter[0].name, "say \"hi\"");
	assert_int_equal(counters.interface[0].counter[0].value, 2);
	assert_int_equal(counters.steal_ms.value, 80);
	vw_counter_reader_free(reader);
}

/* A value that JSON's readers cannot hold is left out. */
static void test_written_bounds(void **state)
{
	const struct vw_counter counter[] = {{"huge", UINT64_MAX}, {"fits", INT64_MAX}};
	const struct vw_interface_counters interface = {"ens5", NULL, NULL, NULL, 2, counter};
	const struct vw_counters counters = {.interfaces = 1, .interface = &interface};
	const char *text = NULL;

	put_file(*state, "meta.json", META);
	assert_int_equal(vw_ethtool_write(begin_source(*state, false), &counters, &text), 0);
	assert_null(strstr(text, "huge"));
	assert_non_null(strstr(text, "\"fits\": 9223372036854775807"));
}

/* This machine. */

static void test_live_steal(void **state)
{
	struct vw_source *source = NULL;
	struct vw_facts facts = {0};
	struct vw_counter_reader *reader = NULL;
	struct vw_counters first, second;

	(void)state;
	assert_int_equal(vw_source_live(&source), 0);
	assert_int_equal(vw_counter_reader_new(source, &facts, &reader), 0);
	vw_source_free(source);
	assert_int_equal(vw_counter_reader_read(reader, &first), 0);
	assert_int_equal(vw_counter_reader_read(reader, &second), 0);
	assert_int_equal(first.steal_ms.state, VW_VALUE);
	assert_true(second.steal_ms.value >= first.steal_ms.value);
	assert_int_equal(first.interfaces, 0);
	vw_counter_reader_free(reader);
}

static void test_denied_steal(void **state)
{
	struct vw_source *source = NULL;
	struct vw_facts facts = {0};
	struct vw_counter_reader *reader = NULL;
	struct vw_counters counters;

	(void)state;
	assert_int_equal(vw_source_live(&source), 0);
	assert_int_equal(vw_source_deny(source, "/proc"), 0);
	assert_int_equal(vw_counter_reader_new(source, &facts, &reader), 0);
	assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
	assert_int_equal(counters.steal_ms.state, VW_DENIED);
	vw_counter_reader_free(reader);
	vw_source_free(source);
}

static void add_attribute(struct nlmsghdr *message, unsigned short type, const char *text)
{
	struct rtattr *attribute =
		(struct rtattr *)(void *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(text ? strlen(text) + 1 : 0);
	if (text)
		memcpy(RTA_DATA(attribute), text, strlen(text) + 1);
	message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + RTA_ALIGN(attribute->rta_len);
}

/* A pair of virtual Ethernet interfaces, whose driver counts too. Returns false where the kernel has none. */
static bool make_pair(const char *name)
{
	_Alignas(struct nlmsghdr) char room[256] = {0};
	struct nlmsghdr *message = (struct nlmsghdr *)(void *)room;
	struct rtattr *information;
	struct nlmsgerr answer = {.error = -EIO};
	_Alignas(struct nlmsghdr) char reply[512];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	message->nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg));
	message->nlmsg_type = RTM_NEWLINK;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
	add_attribute(message, IFLA_IFNAME, name);
	information = (struct rtattr *)(void *)(room + NLMSG_ALIGN(message->nlmsg_len));
	add_attribute(message, IFLA_LINKINFO, NULL);
	add_attribute(message, IFLA_INFO_KIND, "veth");
	information->rta_len = (unsigned short)(room + message->nlmsg_len - (char *)information);
	if (fd < 0)
		return false;
	if (send(fd, room, message->nlmsg_len, 0) > 0 &&
	    recv(fd, reply, sizeof(reply), 0) >= (ssize_t)NLMSG_LENGTH(sizeof(answer)))
		memcpy(&answer, reply + NLMSG_HDRLEN, sizeof(answer));
	close(fd);
	return answer.error == 0;
}

/* An emulated kernel interface (qemu-user) has no such ioctl. */
static bool has_ethtool(const char *name)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq request = {.ifr_data = (char *)&info};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	has = fd >= 0 && ioctl(fd, SIOCETHTOOL, &request) == 0;
	if (fd >= 0)
		close(fd);
	return has;
}

/* The ioctl's way, on a driver that is everywhere: only the choice of interfaces is ENA's. */
static void test_live_interface(void **state)
{
	const struct vw_class_device item[] = {{.name = "vwtest0", .driver = "veth"},
					       {.name = "vwgone0", .driver = "veth"},
					       {.name = "lo"},
					       {.name = "a_name_of_sixteen"}};
	struct vw_facts facts = {.devices.net = {.state = VW_VALUE, .count = VW_COUNT(item), .item = item}};
	struct vw_counter_reader *reader = NULL;
	struct vw_source *source = NULL;
	struct vw_counters counters;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0 || !make_pair("vwtest0") || !has_ethtool("vwtest0"))
		LEAVE_OUT_ALL("no network namespace with a veth pair that tells of itself here");
	assert_int_equal(vw_source_live(&source), 0);
	assert_int_equal(vw_counter_reader_new_for(source, &facts, "veth", &reader), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
		assert_int_equal(counters.interfaces, 1);
		assert_string_equal(counters.interface[0].name, "vwtest0");
		assert_string_equal(counters.interface[0].driver, "veth");
		assert_non_null(counters.interface[0].version);
		assert_true(counters.interface[0].count > 0);
		assert_string_equal(counters.interface[0].counter[0].name, "peer_ifindex");
		assert_true(counters.interface[0].counter[0].value > 0);
	}
	vw_counter_reader_free(reader);

	assert_int_equal(vw_counter_reader_new_for(source, &facts, NULL, &reader), 0);
	assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
	assert_true(counters.interfaces <= 2); /* those that are there */
	vw_counter_reader_free(reader);

	assert_int_equal(vw_counter_reader_new(source, &facts, &reader), 0);
	assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
	assert_int_equal(counters.interfaces, 0); /* none is ENA's */
	vw_counter_reader_free(reader);
	vw_source_free(source);
}

/* A driver that changes. */

/* What an interface of a name that begins so tells. The ioctl passes through here. */
#define FAKE "vwfake"

static struct {
	uint32_t says, strings, values; /* how many statistics each of the three calls finds */
	int err[3];                     /* what it fails with */
	unsigned called[3];
	const char *gone; /* an interface that is not there any more */
} fake;

static int fake_ethtool(struct ifreq *request)
{
	union {
		char *data;
		struct ethtool_drvinfo *driver;
		struct ethtool_gstrings *strings;
		struct ethtool_stats *stats;
	} command = {.data = request->ifr_data};
	uint32_t number;
	int which;

	memcpy(&number, command.data, sizeof(number));
	which = number == ETHTOOL_GDRVINFO ? 0 : number == ETHTOOL_GSTRINGS ? 1 : 2;
	fake.called[which]++;
	if (fake.err[which] || vwb_text_equal(request->ifr_name, fake.gone)) {
		errno = fake.err[which] ? fake.err[which] : ENODEV;
		return -1;
	}
	if (which == 0) {
		memset(command.driver->driver, 'd', sizeof(command.driver->driver));
		memset(command.driver->version, 'v', sizeof(command.driver->version));
		memset(command.driver->fw_version, 'f', sizeof(command.driver->fw_version));
		command.driver->n_stats = fake.says;
	} else if (which == 1) {
		assert_int_equal(command.strings->string_set, ETH_SS_STATS);
		assert_int_equal(command.strings->len, fake.says);
		command.strings->len = fake.strings;
		for (uint32_t i = 0; i < fake.strings && i < fake.says; i++)
			snprintf((char *)command.strings->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN,
				 "%s%u", i % 2 ? "queue_" : "count_", i);
	} else {
		assert_int_equal(number, ETHTOOL_GSTATS);
		assert_int_equal(command.stats->n_stats, fake.says);
		command.stats->n_stats = fake.values;
		for (uint32_t i = 0; i < fake.values && i < fake.says; i++)
			command.stats->data[i] = 1000 + i;
	}
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	void *argument;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	if (request == SIOCETHTOOL && vwb_text_starts(((struct ifreq *)argument)->ifr_name, FAKE))
		return fake_ethtool(argument);
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

static struct vw_counter_reader *read_fakes(size_t count)
{
	struct vw_class_device item[VW_COUNTER_INTERFACES + 1];
	char name[VW_COUNTER_INTERFACES + 1][IFNAMSIZ];
	struct vw_facts facts = {.devices.net = {.state = VW_VALUE, .count = count, .item = item}};
	struct vw_counter_reader *reader = NULL;
	struct vw_source *source = NULL;

	for (size_t i = 0; i < count; i++) {
		snprintf(name[i], sizeof(name[i]), FAKE "%zu", i);
		item[i] = (struct vw_class_device){.name = name[i], .driver = "ena"};
	}
	assert_int_equal(vw_source_live(&source), 0);
	assert_int_equal(vw_counter_reader_new(source, &facts, &reader), 0);
	vw_source_free(source);
	return reader;
}

/* Names and values belong together: where their number changes between two calls, neither counts this time.
 */
static void test_changing_driver(void **state)
{
	static const struct {
		uint32_t says, strings, values;
		int err[3];
		bool shown;
		size_t count;
	} steps[] = {
		{5, 5, 5, {0}, true, 3},
		{5, 5, 4, {0}, false, 0}, /* a queue went before the values were read */
		{5, 5, 6, {0}, false, 0},
		{5, 5, 5, {0}, true, 3},
		{3, 2, 3, {0}, false, 0}, /* or before the names were */
		{3, 4, 3, {0}, false, 0},
		{3, 3, 3, {0}, true, 2},
		{3, 3, 3, {ENODEV, 0, 0}, false, 0},
		{7, 7, 7, {0, ENOMEM, 0}, false, 0},
		{3, 3, 3, {0, 0, ENODEV}, false, 0},
		{VW_STATISTIC_STRINGS + 1, VW_STATISTIC_STRINGS + 1, VW_STATISTIC_STRINGS + 1, {0}, false, 0},
		{VW_STATISTIC_STRINGS, VW_STATISTIC_STRINGS, VW_STATISTIC_STRINGS, {0}, true, VW_STATISTICS},
		{1, 1, 1, {0}, true, 1},
	};
	struct vw_counter_reader *reader = read_fakes(1);

	(void)state;
	for (size_t i = 0; i < VW_COUNT(steps); i++) {
		struct vw_counters counters;

		fake.says = steps[i].says;
		fake.strings = steps[i].strings;
		fake.values = steps[i].values;
		memcpy(fake.err, steps[i].err, sizeof(fake.err));
		assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
		if (counters.interfaces != steps[i].shown)
			fail_msg("step %zu", i);
		if (!steps[i].shown)
			continue;
		assert_int_equal(counters.interface[0].count, steps[i].count);
		for (size_t k = 0; k < steps[i].count; k++) {
			char name[32];

			snprintf(name, sizeof(name), "count_%zu", 2 * k);
			assert_string_equal(counters.interface[0].counter[k].name, name);
			assert_int_equal(counters.interface[0].counter[k].value, 1000 + 2 * k);
		}
	}
	vw_counter_reader_free(reader);
}

/* Names are asked for once for a number of statistics, values each time; without any, neither. */
static void test_calls_of_a_driver(void **state)
{
	static const struct {
		uint32_t count;
		unsigned called[3]; /* so far */
	} steps[] = {{3, {1, 1, 1}}, {3, {2, 1, 2}}, {4, {3, 2, 3}}, {4, {4, 2, 4}}, {0, {5, 3, 4}}};
	struct vw_counter_reader *reader;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	reader = read_fakes(1);
	for (size_t i = 0; i < VW_COUNT(steps); i++) {
		struct vw_counters counters;

		fake.says = fake.strings = fake.values = steps[i].count;
		assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
		assert_int_equal(counters.interfaces, 1);
		assert_int_equal(counters.interface[0].count, (steps[i].count + 1) / 2);
		assert_memory_equal(fake.called, steps[i].called, sizeof(fake.called));
	}
	vw_counter_reader_free(reader);

	/* one that never had any is not asked for names */
	memset(&fake, 0, sizeof(fake));
	reader = read_fakes(1);
	{
		struct vw_counters counters;

		assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
		assert_int_equal(counters.interfaces, 1);
		assert_int_equal(counters.interface[0].count, 0);
		assert_int_equal(fake.called[1] + fake.called[2], 0);
		/* texts fill their fields, which have no NUL then */
		assert_int_equal(strlen(counters.interface[0].driver), VW_DRIVER_TEXT);
		assert_int_equal(strspn(counters.interface[0].driver, "d"), VW_DRIVER_TEXT);
		assert_int_equal(strspn(counters.interface[0].version, "v"), VW_DRIVER_TEXT);
		assert_int_equal(strspn(counters.interface[0].firmware, "f"), VW_DRIVER_TEXT);
	}
	vw_counter_reader_free(reader);
}

/* One that has gone costs itself, wherever it stood. */
static void test_gone_interfaces(void **state)
{
	static const char *const names[] = {FAKE "0", FAKE "1", FAKE "2"};
	struct vw_counter_reader *reader;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	reader = read_fakes(VW_COUNT(names));
	for (size_t gone = 0; gone < VW_COUNT(names); gone++) {
		struct vw_counters counters;

		fake.gone = names[gone];
		assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
		assert_int_equal(counters.interfaces, VW_COUNT(names) - 1);
		assert_string_equal(counters.interface[0].name, names[gone == 0]);
		assert_string_equal(counters.interface[1].name, names[gone == 2 ? 1 : 2]);
	}
	vw_counter_reader_free(reader);
	memset(&fake, 0, sizeof(fake));
}

static void test_many_live_interfaces(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	for (size_t count = VW_COUNTER_INTERFACES - 1; count <= VW_COUNTER_INTERFACES + 1; count++) {
		struct vw_counter_reader *reader = read_fakes(count);
		struct vw_counters counters;

		assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
		assert_int_equal(counters.interfaces,
				 count > VW_COUNTER_INTERFACES ? VW_COUNTER_INTERFACES : count);
		vw_counter_reader_free(reader);
	}
}

/* A name that the kernel's field holds with its NUL, and one that it does not. */
static void test_names_of_interfaces(void **state)
{
	const struct vw_class_device item[] = {{.name = FAKE "fifteen__", .driver = "ena"},
					       {.name = FAKE "sixteen___", .driver = "ena"},
					       {.name = FAKE "other", .driver = "enas"},
					       {.name = FAKE "none"}};
	struct vw_facts facts = {.devices.net = {.state = VW_VALUE, .count = VW_COUNT(item), .item = item}};
	struct vw_counter_reader *reader = NULL;
	struct vw_source *source = NULL;
	struct vw_counters counters;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	assert_int_equal(strlen(item[0].name), IFNAMSIZ - 1);
	assert_int_equal(vw_source_live(&source), 0);
	assert_int_equal(vw_counter_reader_new(source, &facts, &reader), 0);
	assert_int_equal(vw_counter_reader_read(reader, &counters), 0);
	assert_int_equal(counters.interfaces, 1);
	assert_string_equal(counters.interface[0].name, item[0].name);
	vw_counter_reader_free(reader);
	vw_source_free(source);
}

/* How probes went. */

static void test_outcomes(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	struct vw_facts *facts = NULL;
	size_t failed = 0;

	put_file(scratch, "meta.json", META);
	put_file(scratch, "sys/class/dmi/id/sys_vendor", "Xen\n");
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_deny(source, "/sys/class/dmi/id/product_serial"), 0);
	assert_int_equal(vw_probe(source, VW_PROBE_OUTCOMES, &facts), 0);
	assert_true(facts->outcome_count > 10);
	for (size_t i = 0; i < facts->outcome_count; i++) {
		assert_non_null(facts->outcome[i].name);
		assert_true(facts->outcome[i].duration_ns < 60000000000U);
		if (facts->outcome[i].success)
			continue;
		assert_string_equal(facts->outcome[i].name, "dmi");
		failed++;
	}
	assert_int_equal(failed, 1);
	vw_facts_free(facts);

	source = begin_source(scratch, false);
	assert_int_equal(vw_probe(source, 0, &facts), 0);
	assert_int_equal(facts->outcome_count, 0);
	vw_facts_free(facts);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steal),
		cmocka_unit_test(test_steal_of_a_long_line),
		cmocka_unit_test(test_device_wide_statistics),
		cmocka_unit_test(test_many_statistics),
		TEST(test_snapshot),
		TEST(test_snapshot_of_a_long_line),
		TEST(test_snapshot_without),
		TEST(test_damaged_ethtool),
		TEST(test_bounds_of_ethtool),
		TEST(test_many_recorded_statistics),
		TEST(test_many_interfaces),
		TEST(test_recorded_again),
		TEST(test_written_bounds),
		cmocka_unit_test(test_live_steal),
		cmocka_unit_test(test_denied_steal),
		cmocka_unit_test(test_live_interface),
		cmocka_unit_test(test_changing_driver),
		cmocka_unit_test(test_calls_of_a_driver),
		cmocka_unit_test(test_gone_interfaces),
		cmocka_unit_test(test_many_live_interfaces),
		cmocka_unit_test(test_names_of_interfaces),
		TEST(test_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
