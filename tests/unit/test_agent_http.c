/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include <gnutls/gnutls.h>

#include "agent/body.h"
#include "agent/connections.h"
#include "agent/gzip.h"
#include "agent/negotiate.h"
#include "agent/web/tls.h"

/* What clients ask for. */

static void openmetrics_is_for_who_names_it(void **state)
{
	static const struct {
		const char *accept;
		bool openmetrics;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"*/*", false},
		{"application/*", false},
		{"text/plain", false},
		{"application/openmetrics-text", true},
		{"APPLICATION/OpenMetrics-Text", true},
		{"application/openmetrics-text;version=1.0.0", true},
		{"application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", true},
		{"application/openmetrics-text;version=0.0.1", false},
		{"application/openmetrics-text;version=2.0.0, text/plain", false},
		{"application/openmetrics-text;q=0", false},
		{"application/openmetrics-text;q=0.000", false},
		{"application/openmetrics-text;q=0.001", true},
		{"application/openmetrics-text;q=1.001", false},
		{"application/openmetrics-text;q=1", true},
		{"application/openmetrics-text;q=1.", true},
		{"application/openmetrics-text;q=1.000", true},
		{"application/openmetrics-text;q=1.0000", false},
		{"application/openmetrics-text;q=0.0001", false},
		{"application/openmetrics-text;q=0.9999", false},
		{"application/openmetrics-text;q=2", false},
		{"application/openmetrics-text;q=10", false},
		{"application/openmetrics-text;q=.5", false},
		{"application/openmetrics-text;q=0,5", false},
		{"application/openmetrics-text;q=0.1;q=0", false},
		{"application/openmetrics-text;q=0;q=0.1", true},
		{"application/openmetrics-text;Q=0", false},
		{"application/openmetrics-text;q=\"0\"", false},
		{"application/openmetrics-text;q=\"0.1\"", true},
		{"application/openmetrics-text;\tq\t=0", false},
		{"application/openmetrics-text;qq=0", true},
		{"application/openmetrics-text;q", true},
		{"application/openmetrics-text\t;\tq=\t0", false},
		{"application/openmetrics-text;version=1.0", false},
		{"application/openmetrics-text;version=1.0.00", false},
		{"application/openmetrics-text;version=\"1.0.0", false},
		{"application/openmetrics-text;VERSION=1.0.0", true},
		{"application/openmetrics-text;q=0.01,text/plain;q=0.009", true},
		{"application/openmetrics-text;q=0.01,text/plain;q=0.011", false},
		{"application/openmetrics-text;q=0.1,application/openmetrics-text;q=0.9,text/plain;q=0.5",
		 true},
		{"application/openmetrics-text;q=0.9,application/openmetrics-text;q=0.1,text/plain;q=0.5",
		 true},
		{"application/openmetrics-text;q=0.5,text/plain;q=0.9,text/plain;q=0.1", false},
		{"text/html;a=\"\\\",\",application/openmetrics-text", true},
		{"text/html;a=\"\\\",application/openmetrics-text", false},
		{"text/html;a=\"\\", false},
		{"application/openmetrics-text;q=x", false},
		{"application/openmetrics-text;q=", false},
		{"application/openmetrics-text;q=-1", false},
		{"application/openmetrics-text;q=0.5,text/plain;q=0.6", false},
		{"application/openmetrics-text;q=0.6,text/plain;q=0.5", true},
		{"text/plain;q=0.5 , application/openmetrics-text;q=0.5", true},
		{"text/plain, application/openmetrics-text;q=0.9", false},
		{"text/html;a=\",application/openmetrics-text,\"", false},
		{"application/openmetrics-textual", false},
		/* Prometheus 2.42, 2.53 and 3 */
		{"application/openmetrics-text;version=1.0.0,application/"
		 "openmetrics-text;version=0.0.1;q=0.75,"
		 "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 true},
		{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		 "application/openmetrics-text;version=0.0.1;q=0.5,text/"
		 "plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
		 "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		 true},
		/* a browser */
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
		{",,;;==\"", false},
		{";q=1", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vwd_client_accepts_openmetrics(rows[i].accept) != rows[i].openmetrics)
			fail_msg("%s", rows[i].accept);
}

static void gzip_is_for_who_can_take_it(void **state)
{
	static const struct {
		const char *accept_encoding;
		bool gzip;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"gzip", true},
		{"x-gzip", true},
		{"GZIP", true},
		{"deflate, gzip;q=1.0, *;q=0.5", true},
		{"gzip;q=0", false},
		{"*", true},
		{"*;q=0", false},
		{"gzip;q=0, *", false},
		{"gzipped", false},
		{"identity", false},
		{"br,gzip", true},
		{"gzip ; q=0.5", true},
		{"*;q=0.001", true},
		{"gzip;q=0.001", true},
		{"gzip, *;q=0", true},
		{"gzip;q=0,gzip", true},
		{"x-gzip;q=0, *", false},
		{"X-GZIP", true},
		{"*;q=0, *;q=0.1", true},
		{"\tgzip\t", true},
		{"gzip;q=0.0, deflate", false},
		{"gzi", false},
		{"**", false},
		{"deflate;q=1", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vwd_client_accepts_gzip(rows[i].accept_encoding) != rows[i].gzip)
			fail_msg("%s", rows[i].accept_encoding);
}

static void hosts_of_this_machine_are_known(void **state)
{
	static const struct {
		const char *host;
		bool local;
	} rows[] = {
		{"localhost", true},
		{"LocalHost:9796", true},
		{"localhost:", true},
		{"127.0.0.1", true},
		{"127.0.0.1:9796", true},
		{"192.0.2.7:1", true},
		{"[::1]", true},
		{"[::1]:9796", true},
		{"[2001:db8::1]", true},
		{"[1111:2222:3333:4444:5555:6666:111.111.111.111]:1", true},
		{NULL, false},
		{"", false},
		{":9796", false},
		{"localhost.example", false},
		{"localhost:9796.example", false},
		{"localhost:9796:1", false},
		{"a.localhost", false},
		{"127.0.0.1.example", false},
		{"127.1", false},
		{"127.0.0.1 ", false},
		{"::1", false},
		{"[::1", false},
		{"[::1]x", false},
		{"[::1]9796", false},
		{"[127.0.0.1]", false},
		{"[localhost]", false},
		{"[]", false},
		{"[1111:2222:3333:4444:5555:6666:111.111.111.111111111111111]", false},
		{"1234567890123456789012345678901234567890123456", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vwd_host_is_local(rows[i].host) != rows[i].local)
			fail_msg("%s", rows[i].host);
}

static void tags_match_as_a_whole(void **state)
{
	static const struct {
		const char *header;
		bool matches;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"\"abc\"", true},
		{"W/\"abc\"", true},
		{"*", true},
		{"abc", false},
		{"\"abcd\"", false},
		{"\"ab\"", false},
		{"\"ABC\"", false},
		{"\"x\",\"y\"", false},
		{"\"x\", \"abc\"", true},
		{"\"x,\"abc\"", false},
		{"\"a,b\", \"abc\"", true},
		{"W/", false},
		{"W", false},
		{"w/\"abc\"", false},
		{"W/W/\"abc\"", false},
		{"W/*", true},
		{"**", false},
		{" \t\"abc\"\t ", true},
		{"\"x\",*", true},
		{"\"x\",,\"abc\"", true},
		{"\"\\\"\",\"abc\"", true},
		{"\"abc\" \"abc\"", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vwd_etag_matches(rows[i].header, "\"abc\"") != rows[i].matches)
			fail_msg("%s", rows[i].header);
}

/* Bodies. */

static struct vwd_body *body_of(const char *text)
{
	struct vwb_buffer buffer = {0};
	struct vwd_body *body;

	vwb_put(&buffer, text);
	assert_int_equal(vwd_body_new("text/plain", &buffer, &body), 0);
	assert_null(buffer.data);
	return body;
}

static void a_body_is_tagged_by_its_bytes(void **state)
{
	_cleanup_(vwd_body_unrefp) struct vwd_body *one = body_of("one"), *same = body_of("one"),
						   *other = body_of("two"), *empty = body_of("");

	(void)state;
	assert_string_equal(one->etag, same->etag);
	assert_string_not_equal(one->etag, other->etag);
	/* sha256sum of "one" and of nothing */
	assert_string_equal(one->etag, "\"7692c3ad3540bb803c020b3aee66cd88\"");
	assert_string_equal(empty->etag, "\"e3b0c44298fc1c149afbf4c8996fb924\"");
	assert_int_equal(one->text.size, 3);
	assert_string_equal(one->text.data, "one");
	assert_string_equal(one->media_type, "text/plain");
	assert_int_equal(empty->text.size, 0);
}

static void a_body_lives_as_long_as_its_references(void **state)
{
	struct vwd_body *body = body_of("text"), *again = vwd_body_ref(body);

	(void)state;
	vwd_body_unref(body);
	assert_string_equal(again->text.data, "text");
	vwd_body_unref(again);
	assert_null(vwd_body_ref(NULL));
	vwd_body_unref(NULL);
}

static void a_body_that_cannot_be_leaves_its_text(void **state)
{
	struct vwb_buffer broken = {.error = -ENOMEM}, good = {0};
	char type[VW_MEDIA_TYPE_MAX + 2];
	struct vwd_body *body = NULL;

	(void)state;
	assert_int_equal(vwd_body_new("text/plain", &broken, &body), -ENOMEM);
	memset(type, 'x', sizeof(type) - 1);
	type[sizeof(type) - 1] = '\0';
	vwb_put(&good, "text");
	assert_int_equal(vwd_body_new(type, &good, &body), -EINVAL);
	assert_null(body);
	assert_string_equal(good.data, "text");
	vwb_buffer_free(&good);
}

static void what_is_compressed_is_gzip(void **state)
{
	struct vwb_buffer text = {0}, small = {0};

	(void)state;
	vwb_put_repeated(&text, "0123456789", 10000);
	assert_int_equal(vwd_gzip(text.data, text.size, &small), 0);
	assert_true(small.size > 18 && small.size < text.size / 50);
	assert_memory_equal(small.data, "\x1f\x8b\x08", 3);
	/* The length at the end, RFC 1952, section 2.3.1. */
	assert_memory_equal(small.data + small.size - 4, "\xa0\x86\x01\x00", 4);
	vwb_buffer_free(&text);
	vwb_buffer_free(&small);
}

/* Connections. */

enum { SECOND = 1000000 };

struct crowd {
	struct vwd_connections connections;
	uint64_t now;
};

static struct crowd crowd_of(unsigned limit, unsigned per_address)
{
	return (struct crowd){
		.connections = {.limit = limit,
				.limit_per_address = per_address,
				.timeout = 10 * SECOND,
				.idle_timeout = 100 * SECOND},
		.now = 1000ULL * SECOND,
	};
}

/* No descriptor is behind them: dropping is seen by the mark. */
static struct vwd_connection *join(struct crowd *crowd, const char *address, bool *ret_dropped)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr local = {.sa_family = AF_UNIX};
	const struct sockaddr *from = &local;
	unsigned before;

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
		from = (const void *)&v4;
	else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1)
		from = (const void *)&v6;
	crowd->now++;
	before = crowd->connections.count;
	vwd_connections_make_room(&crowd->connections, from, crowd->now);
	*ret_dropped = crowd->connections.count < before;
	return vwd_connections_add(&crowd->connections, -1, from, crowd->now);
}

static void leave_all(struct crowd *crowd)
{
	while (crowd->connections.first)
		vwd_connections_remove(&crowd->connections, crowd->connections.first);
	assert_int_equal(crowd->connections.count, 0);
}

static void the_least_needed_makes_room(void **state)
{
	struct crowd crowd = crowd_of(4, 4);
	struct vwd_connection *idle, *answering, *oldest, *second;
	bool dropped;

	(void)state;
	idle = join(&crowd, "10.0.0.1", &dropped);
	answering = join(&crowd, "10.0.0.2", &dropped);
	oldest = join(&crowd, "10.0.0.3", &dropped);
	second = join(&crowd, "10.0.0.4", &dropped);
	vwd_connection_enter(idle, VW_STAGE_IDLE, crowd.now);
	vwd_connection_enter(answering, VW_STAGE_ANSWERING, crowd.now);
	assert_false(dropped);
	crowd.now += SECOND / 4;

	assert_non_null(join(&crowd, "10.0.0.5", &dropped));
	assert_true(dropped && oldest->dropped && !second->dropped);
	assert_non_null(join(&crowd, "10.0.0.5", &dropped));
	assert_true(dropped && second->dropped && !idle->dropped);
	assert_int_equal(crowd.connections.count, 4);
	leave_all(&crowd);
}

static void idle_ones_go_before_those_that_are_answered(void **state)
{
	struct crowd crowd = crowd_of(2, 2);
	struct vwd_connection *idle, *answering, *held;
	bool dropped;

	(void)state;
	idle = join(&crowd, "10.0.0.1", &dropped);
	answering = join(&crowd, "10.0.0.2", &dropped);
	vwd_connection_enter(idle, VW_STAGE_IDLE, crowd.now);
	vwd_connection_enter(answering, VW_STAGE_ANSWERING, crowd.now);
	held = join(&crowd, "10.0.0.3", &dropped);
	assert_true(held && idle->dropped);
	vwd_connection_enter(held, VW_STAGE_HELD, crowd.now);

	/* A password has as long as it takes, while anybody else is there. */
	crowd.now += SECOND;
	assert_non_null(join(&crowd, "10.0.0.4", &dropped));
	assert_true(dropped && answering->dropped && !held->dropped);
	assert_non_null(join(&crowd, "10.0.0.5", &dropped));
	assert_true(dropped && !held->dropped);
	vwd_connection_enter(crowd.connections.first, VW_STAGE_HELD, crowd.now);
	assert_non_null(join(&crowd, "10.0.0.6", &dropped));
	assert_true(dropped && held->dropped);
	leave_all(&crowd);
}

/* The first answer has a second, while others can go; one that follows at once has none. */
static void only_a_pause_gives_time_again(void **state)
{
	static const struct {
		uint64_t idle, answering;
		bool stays;
	} rows[] = {{0, 0, false},
		    {SECOND - 1, 0, false},
		    {SECOND, 0, true},
		    {SECOND, SECOND - 3, true},
		    {SECOND, SECOND, false}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct crowd crowd = crowd_of(2, 2);
		struct vwd_connection *again, *first;
		bool dropped;

		again = join(&crowd, "10.0.0.1", &dropped);
		vwd_connection_enter(again, VW_STAGE_ANSWERING, crowd.now);
		vwd_connection_enter(again, VW_STAGE_IDLE, crowd.now);
		crowd.now += rows[i].idle;
		vwd_connection_enter(again, VW_STAGE_ANSWERING, crowd.now);
		crowd.now += rows[i].answering;
		first = join(&crowd, "10.0.0.2", &dropped);
		assert_false(dropped);
		vwd_connection_enter(first, VW_STAGE_ANSWERING, crowd.now);
		assert_non_null(join(&crowd, "10.0.0.3", &dropped));
		/* of two that have time, the one whose time ends first goes */
		assert_true(dropped && again->dropped && !first->dropped);
		leave_all(&crowd);

		/* against one that asks again and again and was asked later: it stays only for that time */
		crowd = crowd_of(2, 2);
		first = join(&crowd, "10.0.0.2", &dropped);
		again = join(&crowd, "10.0.0.1", &dropped);
		vwd_connection_enter(again, VW_STAGE_ANSWERING, crowd.now);
		vwd_connection_enter(again, VW_STAGE_IDLE, crowd.now);
		crowd.now += rows[i].idle;
		vwd_connection_enter(again, VW_STAGE_ANSWERING, crowd.now);
		vwd_connection_enter(first, VW_STAGE_ANSWERING, crowd.now);
		vwd_connection_enter(first, VW_STAGE_IDLE, crowd.now);
		vwd_connection_enter(first, VW_STAGE_ANSWERING, crowd.now + 1);
		crowd.now += rows[i].answering + 1;
		assert_non_null(join(&crowd, "10.0.0.3", &dropped));
		assert_int_equal(again->dropped, !rows[i].stays);
		assert_int_equal(first->dropped, rows[i].stays);
		leave_all(&crowd);
	}
}

/* Who comes while all have time left takes the place of the one that came first. */
static void so_many_must_come_before_it_goes(void **state)
{
	struct crowd crowd = crowd_of(8, 8);
	struct vwd_connection *one;
	bool dropped;

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		assert_non_null(join(&crowd, "10.0.0.1", &dropped));
	crowd.now--; /* at the same time as the last one */
	one = join(&crowd, "10.0.0.2", &dropped);
	for (unsigned i = 0; i < 8; i++) {
		assert_false(one->dropped);
		crowd.now--;
		assert_non_null(join(&crowd, "10.0.0.3", &dropped));
		assert_true(dropped);
	}
	assert_true(one->dropped);
	assert_int_equal(crowd.connections.count, 8);
	leave_all(&crowd);
}

static void one_address_takes_its_share_only(void **state)
{
	static const char *const same[][3] = {
		{"10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"2001:db8::1", "2001:db8::2", "2001:db8::ffff:3"},
		{"10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1"},
	};
	static const char *const different[][3] = {
		{"10.0.0.1", "10.0.0.2", "::ffff:10.0.0.3"},
		{"2001:db8::1", "2001:db8:0:1::1", "10.0.0.1"},
		{"local", "local", "local"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(same); i++) {
		struct crowd crowd = crowd_of(10, 2);
		struct vwd_connection *first;
		bool dropped;

		first = join(&crowd, same[i][0], &dropped);
		assert_non_null(join(&crowd, same[i][1], &dropped));
		assert_false(dropped);
		assert_non_null(join(&crowd, same[i][2], &dropped));
		assert_true(dropped && first->dropped);
		leave_all(&crowd);
	}
	for (size_t i = 0; i < VW_COUNT(different); i++) {
		struct crowd crowd = crowd_of(10, 1);
		bool dropped;

		for (size_t j = 0; j < 3; j++) {
			assert_non_null(join(&crowd, different[i][j], &dropped));
			assert_false(dropped);
		}
		leave_all(&crowd);
	}
}

static void stages_have_deadlines(void **state)
{
	struct crowd crowd = crowd_of(10, 10);
	struct vwd_connection *first, *idle, *held, *answering;
	uint64_t start;
	bool dropped;

	(void)state;
	assert_true(vwd_connections_expire(&crowd.connections, crowd.now) == UINT64_MAX);
	first = join(&crowd, "10.0.0.1", &dropped);
	start = crowd.now;
	idle = join(&crowd, "10.0.0.1", &dropped);
	held = join(&crowd, "10.0.0.1", &dropped);
	answering = join(&crowd, "10.0.0.1", &dropped);
	vwd_connection_enter(idle, VW_STAGE_IDLE, start);
	vwd_connection_enter(held, VW_STAGE_HELD, start);
	vwd_connection_enter(answering, VW_STAGE_ANSWERING, start + SECOND);

	assert_true(vwd_connections_expire(&crowd.connections, start) == start + 10 * SECOND);
	assert_false(first->dropped);
	assert_true(vwd_connections_expire(&crowd.connections, start + 10 * SECOND) == start + 11 * SECOND);
	assert_true(first->dropped);
	assert_true(vwd_connections_expire(&crowd.connections, start + 11 * SECOND) == start + 100 * SECOND);
	assert_true(answering->dropped && !idle->dropped);
	assert_true(vwd_connections_expire(&crowd.connections, start + 100 * SECOND) == UINT64_MAX);
	assert_true(idle->dropped && !held->dropped);
	assert_int_equal(crowd.connections.count, 1);
	assert_true(vwd_connections_drop_one(&crowd.connections, start + 1000ULL * SECOND));
	assert_true(held->dropped);
	assert_false(vwd_connections_drop_one(&crowd.connections, start + 1000ULL * SECOND));
	leave_all(&crowd);
}

/* Of those that can be spared equally well, the one that stands there longest goes. */
static void the_newest_of_a_stage_stays(void **state)
{
	static const enum vwd_stage stages[] = {VW_STAGE_FIRST, VW_STAGE_IDLE, VW_STAGE_ANSWERING};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(stages); i++) {
		struct crowd crowd = crowd_of(3, 3);
		struct vwd_connection *one[3];
		bool dropped;

		for (size_t k = 0; k < 3; k++)
			one[k] = join(&crowd, "10.0.0.1", &dropped);
		/* the second has been so for longest */
		for (size_t k = 0; k < 3; k++)
			vwd_connection_enter(one[k], stages[i], crowd.now + (k == 1 ? 0 : 10 + k));
		crowd.now += 2ULL * SECOND;
		assert_true(vwd_connections_drop_one(&crowd.connections, crowd.now));
		assert_true(one[1]->dropped && !one[0]->dropped && !one[2]->dropped);
		assert_true(vwd_connections_drop_one(&crowd.connections, crowd.now));
		assert_true(one[0]->dropped && !one[2]->dropped);
		assert_int_equal(crowd.connections.count, 1);
		assert_true(vwd_connections_drop_one(&crowd.connections, crowd.now));
		assert_false(vwd_connections_drop_one(&crowd.connections, crowd.now));
		assert_int_equal(crowd.connections.count, 0);
		leave_all(&crowd);
	}
}

static bool is_shut(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};
	char byte;

	return poll(&one, 1, 0) == 1 && read(fd, &byte, 1) == 0;
}

/* When all are to leave, who waits for an answer gets it and goes then, the others go at once. */
static void who_leaves_has_its_answer(void **state)
{
	static const struct {
		enum vwd_stage stage;
		bool at_once;
	} rows[] = {{VW_STAGE_FIRST, true},
		    {VW_STAGE_IDLE, true},
		    {VW_STAGE_ANSWERING, false},
		    {VW_STAGE_HELD, false}};
	const struct sockaddr local = {.sa_family = AF_UNIX};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct crowd crowd = crowd_of(3, 3);
		struct vwd_connection *one, *later;
		int fd[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
		one = vwd_connections_add(&crowd.connections, fd[0], &local, crowd.now);
		assert_non_null(one);
		vwd_connection_enter(one, rows[i].stage, crowd.now);
		assert_false(vwd_connections_are_leaving(&crowd.connections));
		vwd_connections_leave(&crowd.connections);
		assert_true(vwd_connections_are_leaving(&crowd.connections));
		assert_int_equal(one->dropped, rows[i].at_once);
		assert_int_equal(is_shut(fd[1]), rows[i].at_once);
		assert_int_equal(crowd.connections.count, rows[i].at_once ? 0 : 1);
		/* who comes after it stays */
		later = vwd_connections_add(&crowd.connections, -1, &local, crowd.now);
		assert_false(later->leaving);
		if (!rows[i].at_once) {
			vwd_connection_enter(one, VW_STAGE_ANSWERING, crowd.now);
			assert_false(is_shut(fd[1]));
			vwd_connection_enter(one, VW_STAGE_IDLE, crowd.now);
			assert_true(is_shut(fd[1]));
		}
		vwd_connections_remove(&crowd.connections, one);
		assert_false(vwd_connections_are_leaving(&crowd.connections));
		assert_int_equal(crowd.connections.count, 1);
		leave_all(&crowd);
		close(fd[0]);
		close(fd[1]);
	}
}

/* Nobody knows who a local client is: the limit of all counts, that of an address does not. */
static void local_clients_have_one_limit(void **state)
{
	struct crowd crowd = crowd_of(3, 1);
	struct vwd_connection *one[3];
	bool dropped;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		one[i] = join(&crowd, "local", &dropped);
		assert_false(dropped);
	}
	assert_non_null(join(&crowd, "local", &dropped));
	assert_true(dropped && one[0]->dropped && !one[1]->dropped && !one[2]->dropped);
	/* one from the middle of the list, its last and its first */
	vwd_connections_remove(&crowd.connections, one[1]);
	assert_int_equal(crowd.connections.count, 2);
	vwd_connections_remove(&crowd.connections, one[0]);
	assert_int_equal(crowd.connections.count, 2);
	assert_ptr_equal(crowd.connections.first->next, one[2]);
	assert_null(one[2]->next);
	assert_ptr_equal(one[2]->previous, crowd.connections.first);
	leave_all(&crowd);
}

/* TLS. */

static int priorities_of(const struct vwd_tls_wish *wish, char *problem, size_t problem_size)
{
	struct vwb_buffer out = {0};
	int err = vwd_tls_priorities(wish, &out, problem, problem_size);

	vwb_buffer_free(&out);
	return err;
}

#define SUITES(...)                                  \
	.suite = (const char *const[]){__VA_ARGS__}, \
	.suite_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static void suites_are_those_that_were_asked_for(void **state)
{
	const struct vwd_tls_wish good[] = {
		{.min = VW_TLS_ANY},
		{.min = VW_TLS_1_0},
		{.min = VW_TLS_1_3},
		{.max = VW_TLS_1_2},
		{.client_chooses = true},
		{.curve = (const char *const[]){"CurveP521", "X25519"}, .curve_count = 2},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")},
		{SUITES("TLS_AES_128_GCM_SHA256")},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA")},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), .min = VW_TLS_1_0, .max = VW_TLS_1_0},
		{SUITES("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
			"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")},
		{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")},
	};
	const struct {
		struct vwd_tls_wish wish;
		const char *words;
	} bad[] = {
		{{SUITES("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")},
		 "would allow"},
		{{SUITES("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA")},
		 "would allow"},
		{{SUITES("TLS_AES_128_GCM_SHA256"), .max = VW_TLS_1_2}, "no cipher suite"},
	};
	char problem[256];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(good); i++) {
		snprintf(problem, sizeof(problem), "row %zu", i);
		if (priorities_of(&good[i], problem, sizeof(problem)) != 0)
			fail_msg("%s", problem);
	}
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		problem[0] = '\0';
		assert_int_equal(priorities_of(&bad[i].wish, problem, sizeof(problem)), -EINVAL);
		if (!strstr(problem, bad[i].words))
			fail_msg("row %zu: %s", i, problem);
	}
}

/* IANA's numbers. Source: IANA, TLS Cipher Suites. */
static const struct {
	const char *word;
	uint16_t id;
} all_suites[] = {
	{"TLS_RSA_WITH_AES_128_CBC_SHA", 0x002f},
	{"TLS_RSA_WITH_AES_256_CBC_SHA", 0x0035},
	{"TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009c},
	{"TLS_RSA_WITH_AES_256_GCM_SHA384", 0x009d},
	{"TLS_AES_128_GCM_SHA256", 0x1301},
	{"TLS_AES_256_GCM_SHA384", 0x1302},
	{"TLS_CHACHA20_POLY1305_SHA256", 0x1303},
	{"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xc009},
	{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xc00a},
	{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xc013},
	{"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xc014},
	{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02b},
	{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xc02c},
	{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc02f},
	{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xc030},
	{"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca8},
	{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca9},
};

/* Do priorities bring a suite with that number? */
static bool brings(const char *text, uint16_t wanted)
{
	gnutls_priority_t priorities;
	bool found = false;
	unsigned number;
	int err;

	assert_int_equal(gnutls_priority_init(&priorities, text, NULL), 0);
	for (unsigned i = 0; (err = gnutls_priority_get_cipher_suite_index(priorities, i, &number)) >= 0 ||
			     err == GNUTLS_E_UNKNOWN_CIPHER_SUITE;
	     i++) {
		unsigned char id[2];

		if (err >= 0 && gnutls_cipher_suite_info(number, id, NULL, NULL, NULL, NULL))
			found |= (id[0] << 8 | id[1]) == wanted;
	}
	gnutls_priority_deinit(priorities);
	return found;
}

/* Each suite that can be asked for is the one of its name, and brings no other. */
static void each_suite_is_the_one_of_its_name(void **state)
{
	char problem[256];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(all_suites); i++) {
		const bool new = all_suites[i].id >> 8 == 0x13;
		const struct vwd_tls_wish wish = {.suite = &all_suites[i].word,
						  .suite_count = 1,
						  .min = new ? VW_TLS_1_3 : VW_TLS_1_2,
						  .max = new ? VW_TLS_1_3 : VW_TLS_1_2};
		struct vwb_buffer text = {0};

		assert_true(vwd_tls_knows_suite(all_suites[i].word));
		if (vwd_tls_priorities(&wish, &text, problem, sizeof(problem)) != 0)
			fail_msg("%s: %s", all_suites[i].word, problem);
		for (size_t k = 0; k < VW_COUNT(all_suites); k++)
			if (brings(text.data, all_suites[k].id) != (i == k))
				fail_msg("%s brings %s", all_suites[i].word, all_suites[k].word);
		vwb_buffer_free(&text);
	}
	assert_false(vwd_tls_knows_suite("TLS_RSA_WITH_RC4_128_SHA"));
	assert_false(vwd_tls_knows_suite("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"));
	assert_false(vwd_tls_knows_suite(""));
	assert_false(vwd_tls_knows_suite("TLS_AES_128_GCM_SHA25"));
}

static void words_of_tls_are_those_of_go(void **state)
{
	(void)state;
	assert_int_equal(vwd_tls_version("TLS10"), VW_TLS_1_0);
	assert_int_equal(vwd_tls_version("TLS11"), VW_TLS_1_1);
	assert_int_equal(vwd_tls_version("TLS12"), VW_TLS_1_2);
	assert_int_equal(vwd_tls_version("TLS13"), VW_TLS_1_3);
	assert_int_equal(vwd_tls_version("TLS1.2"), VW_TLS_ANY);
	assert_int_equal(vwd_tls_version(""), VW_TLS_ANY);
	assert_int_equal(vwd_tls_version("SSL30"), VW_TLS_ANY);
	assert_string_equal(vwd_tls_curve("CurveP256"), "SECP256R1");
	assert_string_equal(vwd_tls_curve("CurveP384"), "SECP384R1");
	assert_string_equal(vwd_tls_curve("CurveP521"), "SECP521R1");
	assert_string_equal(vwd_tls_curve("X25519"), "X25519");
	assert_null(vwd_tls_curve("CurveP224"));
	assert_null(vwd_tls_curve(""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(openmetrics_is_for_who_names_it),
		cmocka_unit_test(gzip_is_for_who_can_take_it),
		cmocka_unit_test(hosts_of_this_machine_are_known),
		cmocka_unit_test(tags_match_as_a_whole),
		cmocka_unit_test(a_body_is_tagged_by_its_bytes),
		cmocka_unit_test(a_body_lives_as_long_as_its_references),
		cmocka_unit_test(a_body_that_cannot_be_leaves_its_text),
		cmocka_unit_test(what_is_compressed_is_gzip),
		cmocka_unit_test(the_least_needed_makes_room),
		cmocka_unit_test(idle_ones_go_before_those_that_are_answered),
		cmocka_unit_test(only_a_pause_gives_time_again),
		cmocka_unit_test(so_many_must_come_before_it_goes),
		cmocka_unit_test(one_address_takes_its_share_only),
		cmocka_unit_test(stages_have_deadlines),
		cmocka_unit_test(suites_are_those_that_were_asked_for),
		cmocka_unit_test(each_suite_is_the_one_of_its_name),
		cmocka_unit_test(words_of_tls_are_those_of_go),
		cmocka_unit_test(the_newest_of_a_stage_stays),
		cmocka_unit_test(who_leaves_has_its_answer),
		cmocka_unit_test(local_clients_have_one_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
