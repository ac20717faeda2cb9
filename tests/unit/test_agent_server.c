/* SPDX-License-Identifier: MIT */

/* The HTTP server on its loop, with clients in the same thread: who is served, who is dropped and when. The
 * clock can be put forward, so that nobody waits for a deadline. */

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <systemd/sd-event.h>

#include "agent/http.h"
#include "agent/listen.h"
#include "tests/unit/certificate.h"
#include "tests/unit/left_behind.h"
#include "tests/unit/scratch.h"

enum { SECOND = 1000000, ANSWER_MAX = 64 * 1024, CLIENTS = 24, LARGE = 8 << 20 };

/* A clock that can be put forward. */

static struct {
	uint64_t forward; /* µs */
	sd_event_source *source;
	uint64_t at; /* of the source's timer */
} clock_of;

int now_in_place(sd_event *event, clockid_t id, uint64_t *ret) __asm__("sd_event_now");
int time_in_place(sd_event_source *source, uint64_t at) __asm__("sd_event_source_set_time");
int accept_in_place(int fd, struct sockaddr *address, socklen_t *size, int flags) __asm__("accept4");
int clock_in_place(clockid_t id, struct timespec *ret) __asm__("clock_gettime");

/* libmicrohttpd's own clock is the coarse one. */
int clock_in_place(clockid_t id, struct timespec *ret)
{
	int r = (int)syscall(SYS_clock_gettime, id, ret);

	if (id == CLOCK_MONOTONIC_COARSE)
		ret->tv_sec += (time_t)(clock_of.forward / SECOND);
	return r;
}

static void *next_of(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	assert_non_null(symbol);
	return symbol;
}

int now_in_place(sd_event *event, clockid_t id, uint64_t *ret)
{
	int (*real)(sd_event * event, clockid_t id, uint64_t * ret);
	int r;

	*(void **)&real = next_of("sd_event_now");
	r = real(event, id, ret);
	*ret += clock_of.forward;
	return r;
}

int time_in_place(sd_event_source *source, uint64_t at)
{
	int (*real)(sd_event_source * source, uint64_t at);

	*(void **)&real = next_of("sd_event_source_set_time");
	clock_of.source = source;
	clock_of.at = at;
	return real(source, at > clock_of.forward ? at - clock_of.forward : 0);
}

static int accept_error;      /* instead of a connection */
static unsigned accept_calls; /* so many from now on */

int accept_in_place(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	int (*real)(int fd, struct sockaddr *address, socklen_t *size, int flags);

	*(void **)&real = next_of("accept4");
	if (accept_calls) {
		accept_calls--;
		errno = accept_error;
		return -1;
	}
	return real(fd, address, size, flags);
}

/* The server. */

static struct {
	struct scratch *scratch;
	sd_event *event;
	struct vwd_http *http;
	char path[96], problem[VW_HTTP_PROBLEM_MAX], web[96];
} server;

/* Until nothing is left to do. */
static void pump(void)
{
	unsigned quiet = 0;

	while (quiet < 3) {
		int r = sd_event_run(server.event, 0);

		assert_true(r >= 0);
		quiet = r > 0 ? 0 : quiet + 1;
	}
}

/* As if so many microseconds had passed. */
static void pass(uint64_t microseconds)
{
	clock_of.forward += microseconds;
	if (clock_of.source)
		assert_true(sd_event_source_set_time(clock_of.source, clock_of.at) >= 0);
	/* a timer's accuracy */
	for (unsigned i = 0; i < 3; i++) {
		assert_true(sd_event_run(server.event, 8000) >= 0);
		pump();
	}
}

static int start_with(struct vwd_http_options *options)
{
	return vwd_http_new(server.event, options, &server.http, server.problem, sizeof(server.problem));
}

static void start_on(const char *address, unsigned connections, unsigned timeout, const char *web_config)
{
	const char *const listen[] = {server.path, address};
	struct vwd_http_options options = {.listen = listen,
					   .listen_count = 2,
					   .connections = connections,
					   .timeout_seconds = timeout,
					   .web_config = web_config};
	struct vwb_buffer text = {0};
	struct vwd_body *body;

	if (start_with(&options) != 0)
		fail_msg("%s", server.problem);
	assert_string_equal(server.problem, "");
	vwb_put_repeated(&text, "report\n", 200);
	assert_int_equal(vwd_body_new("text/x-report", &text, &body), 0);
	vwd_http_publish(server.http, VW_RESOURCE_REPORT, body);
	vwd_body_unref(body);
}

/* On a Unix socket and on a port of 127.0.0.1. */
static void start(unsigned connections, unsigned timeout, const char *web_config)
{
	start_on("127.0.0.1:0", connections, timeout, web_config);
}

static int setup(void **state)
{
	int r = scratch_setup(state);

	memset(&server, 0, sizeof(server));
	memset(&clock_of, 0, sizeof(clock_of));
	accept_calls = 0;
	server.scratch = *state;
	snprintf(server.path, sizeof(server.path), "%s/http", server.scratch->directory);
	snprintf(server.web, sizeof(server.web), "%s/web.yml", server.scratch->directory);
	return r || sd_event_new(&server.event) < 0;
}

static int teardown(void **state)
{
	vwd_http_free(server.http);
	sd_event_unref(server.event);
	assert_int_equal(access(server.path, F_OK), -1);
	return scratch_teardown(state);
}

/* Clients. */

static int join_local(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", server.path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	pump();
	return fd;
}

/* From 127.0.0.@from. */
static int join_from(unsigned from)
{
	struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 + from)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	to.sin_port =
		htons((in_port_t)strtoul(strrchr(vwd_http_listening(server.http, 1), ':') + 1, NULL, 10));
	assert_int_equal(bind(fd, (const struct sockaddr *)&source, sizeof(source)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	pump();
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	pump();
}

/* What has come; "" where it was closed, NULL where it waits. */
static const char *hear(int fd)
{
	static char text[ANSWER_MAX];
	size_t size = 0;
	ssize_t got;

	while ((got = recv(fd, text + size, sizeof(text) - 1 - size, 0)) > 0)
		size += (size_t)got;
	text[size] = '\0';
	return size || got == 0 || errno == ECONNRESET ? text : NULL;
}

static bool is_closed(int fd)
{
	const char *text = hear(fd);

	return text && !*text;
}

static unsigned status_of(const char *text)
{
	return text && strncmp(text, "HTTP/1.1 ", 9) == 0 ? (unsigned)strtoul(text + 9, NULL, 10) : 0;
}

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"

static unsigned ask(int fd, const char *request)
{
	say(fd, request);
	return status_of(hear(fd));
}

/* What is answered. */

static void requests_are_answered(void **state)
{
	static const struct {
		const char *request;
		unsigned status;
		bool closes;
	} rows[] = {
		{ASK("/report"), 200, false},
		{ASK("/-/healthy"), 200, false},
		{ASK("/-/ready"), 503, false},
		{ASK("/metrics"), 503, false},
		{ASK("/nothing"), 404, false},
		{ASK("/%72eport"), 200, false},
		{ASK("/report%00"), 404, false},
		{ASK("/report?a=b"), 200, false},
		{"HEAD /report HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, false},
		{"POST /report HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, false},
		{"GET /report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 200, false},
		{"GET /report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n", 413, true},
		{"POST /report HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 405, true},
		{"GET /report HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200, true},
		{"GET /report HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400, true},
		{"GET /report HTTP/1.1\r\nHost : localhost\r\nHost: localhost\r\n\r\n", 400, true},
		{"GET /report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 36\r\n\r\n",
		 400, true},
		{"GET /report HTTP/1.1\r\nHost: localhost\r\nContent-Length : 36\r\n\r\n", 400, true},
		{"GET /report HTTP/1.1\r\n\r\n", 400, true}, /* strict: a host is to be named */
	};

	(void)state;
	start(0, 0, NULL);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int fd = i % 2 ? join_local() : join_from(1);

		if (ask(fd, rows[i].request) != rows[i].status)
			fail_msg("%s", rows[i].request);
		assert_int_equal(is_closed(fd), rows[i].closes);
		if (!rows[i].closes)
			assert_int_equal(ask(fd, ASK("/-/healthy")), 200);
		close(fd);
	}
	vwd_http_ready(server.http, true);
	{
		int fd = join_local();

		assert_int_equal(ask(fd, ASK("/-/ready")), 200);
		close(fd);
	}
}

/* Headers have eight KiB. */
static void headers_have_a_bound(void **state)
{
	static const struct {
		size_t size;
		bool taken;
	} rows[] = {{100, true}, {6000, true}, {9000, false}, {30000, false}};
	static char request[40000];

	(void)state;
	start(0, 0, NULL);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int fd = join_local();
		size_t used = (size_t)snprintf(request, sizeof(request),
					       "GET /report HTTP/1.1\r\nHost: localhost\r\nX: ");

		memset(request + used, 'y', rows[i].size);
		snprintf(request + used + rows[i].size, sizeof(request) - used - rows[i].size, "\r\n\r\n");
		(void)!send(fd, request, strlen(request), MSG_NOSIGNAL);
		pump();
		assert_int_equal(status_of(hear(fd)) == 200, rows[i].taken);
		close(fd);
	}
}

/* How long is waited. */

/* For a request so long as is asked for, 10 s when nothing is; for the next one at least two minutes. */
static void who_is_late_is_dropped(void **state)
{
	static const struct {
		unsigned timeout;
		uint64_t request, idle; /* seconds */
	} rows[] = {{0, 10, 120}, {2, 2, 120}, {119, 119, 120}, {121, 121, 121}, {300, 300, 300}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int silent, half, idle;

		start(0, rows[i].timeout, NULL);
		silent = join_local();
		half = join_local();
		say(half, "GET /report HTTP/1.1\r\nHost: localhost\r\n");
		idle = join_local();
		assert_int_equal(ask(idle, ASK("/report")), 200);
		pass(rows[i].request * SECOND - SECOND / 2);
		assert_false(is_closed(silent) || is_closed(half));
		say(half, "X: more\r\n"); /* which does not help */
		pass(SECOND / 2 + SECOND / 10);
		assert_true(is_closed(silent) && is_closed(half));
		if (rows[i].idle > rows[i].request) {
			assert_false(is_closed(idle));
			pass((rows[i].idle - rows[i].request) * SECOND - SECOND / 2);
			assert_false(is_closed(idle));
			pass(SECOND / 2);
		}
		assert_true(is_closed(idle));
		/* the next is served */
		close(idle);
		idle = join_from(1);
		assert_int_equal(ask(idle, ASK("/report")), 200);
		close(idle);
		close(silent);
		close(half);
		vwd_http_free(server.http);
		server.http = NULL;
		clock_of.source = NULL;
	}
}

static void publish_large(void)
{
	struct vwb_buffer text = {0};
	struct vwd_body *body;

	vwb_put_repeated(&text, "x", LARGE);
	assert_int_equal(vwd_body_new("text/x-report", &text, &body), 0);
	vwd_http_publish(server.http, VW_RESOURCE_REPORT, body);
	vwd_body_unref(body);
}

/* While nobody else can reach it, a name of somebody else's is one that was pointed here. */
static void other_hosts_are_refused(void **state)
{
	static const struct {
		const char *request;
		unsigned status;
	} rows[] = {{"GET /report HTTP/1.1\r\nHost: a.example\r\n\r\n", 421},
		    {"GET /-/healthy HTTP/1.1\r\nHost: a.example:9796\r\n\r\n", 421},
		    {"GET /report HTTP/1.1\r\nHost:\r\n\r\n", 421},
		    {"GET /report HTTP/1.0\r\n\r\n", 200},
		    {"GET /report HTTP/1.1\r\nHost: 127.0.0.1:9796\r\n\r\n", 200}};

	(void)state;
	for (unsigned open = 0; open < 2; open++) {
		start_on(open ? "0.0.0.0:0" : "127.0.0.1:0", 0, 0, NULL);
		for (size_t i = 0; i < VW_COUNT(rows); i++) {
			int local = join_local(), fd = join_from(1);

			assert_int_equal(ask(local, rows[i].request), 200);
			assert_int_equal(ask(fd, rows[i].request), open ? 200 : rows[i].status);
			close(local);
			close(fd);
		}
		vwd_http_free(server.http);
		server.http = NULL;
	}
}

/* How much comes until it is closed, or waits. */
static size_t drain(int fd, bool *ret_closed)
{
	static char some[ANSWER_MAX];
	size_t size = 0;
	ssize_t got;

	while ((got = recv(fd, some, sizeof(some), 0)) > 0) {
		size += (size_t)got;
		pump();
	}
	*ret_closed = got == 0 || errno == ECONNRESET;
	return size;
}

/* An answer that nobody takes has as long as a request. */
static void who_does_not_read_is_dropped(void **state)
{
	bool closed;
	int fd;

	(void)state;
	start(0, 5, NULL);
	publish_large();
	fd = join_local();
	say(fd, ASK("/report"));
	pass(4 * SECOND);
	say(fd, " ");
	pass(2 * SECOND);
	assert_true(drain(fd, &closed) < LARGE);
	assert_true(closed);
	close(fd);
}

/* One that says nothing has a deadline, too, when nobody else is there. */
static void silence_has_a_deadline(void **state)
{
	int fd;

	(void)state;
	start(0, 0, NULL);
	fd = join_local();
	pass(10 * SECOND - SECOND / 2);
	assert_false(is_closed(fd));
	pass(SECOND);
	assert_true(is_closed(fd));
	close(fd);
}

/* How many. */

/* Who comes when all are taken takes the place of the one that was idle for longest. */
static void all_of_them_have_a_bound(void **state)
{
	static const unsigned limits[] = {1, 3, 0};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(limits); i++) {
		unsigned limit = limits[i] ? limits[i] : VW_HTTP_CONNECTIONS;
		int fd[VW_HTTP_CONNECTIONS + 2];

		start(limits[i], 0, NULL);
		for (unsigned k = 0; k < limit + 2; k++) {
			fd[k] = join_local();
			assert_int_equal(ask(fd[k], ASK("/report")), 200);
			for (unsigned n = 0; k >= limit && n <= k; n++)
				assert_int_equal(is_closed(fd[n]), n <= k - limit);
		}
		for (unsigned k = 0; k < limit + 2; k++)
			close(fd[k]);
		vwd_http_free(server.http);
		server.http = NULL;
	}
}

/* One address has half of them, and one more where that is odd. */
static void an_address_has_half(void **state)
{
	static const struct {
		unsigned limit, half;
	} rows[] = {{2, 1}, {3, 2}, {4, 2}, {5, 3}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int fd[8], other;

		start(rows[i].limit, 0, NULL);
		other = join_from(2);
		assert_int_equal(ask(other, ASK("/report")), 200);
		for (unsigned k = 0; k <= rows[i].half; k++) {
			fd[k] = join_from(1);
			assert_int_equal(ask(fd[k], ASK("/report")), 200);
		}
		assert_true(is_closed(fd[0]));
		for (unsigned k = 1; k <= rows[i].half; k++)
			assert_false(is_closed(fd[k]));
		assert_int_equal(is_closed(other), rows[i].limit < rows[i].half + 1);
		close(other);
		for (unsigned k = 0; k <= rows[i].half; k++)
			close(fd[k]);
		vwd_http_free(server.http);
		server.http = NULL;
	}
}

/* Who is answered for the first time is not dropped for another one, within a second, while anybody else can
 * go; somebody always goes. */
static void an_answer_makes_no_room(void **state)
{
	int busy, silent, fd;
	bool closed;

	(void)state;
	start(2, 0, NULL);
	publish_large();
	busy = join_local();
	say(busy, ASK("/report"));
	silent = join_local();
	pass(SECOND / 2);
	fd = join_local();
	assert_true(is_closed(silent));
	close(silent);
	assert_true(drain(busy, &closed) > LARGE);
	assert_false(closed);
	say(busy, ASK("/report"));
	assert_int_equal(ask(fd, ASK("/-/healthy")), 200);

	/* the one that asks for more goes, and before the second is over, too */
	silent = join_local();
	assert_int_equal(ask(silent, ASK("/-/healthy")), 200);
	close(fd);
	pump();
	fd = join_local();
	say(fd, ASK("/report"));
	close(silent);
	pump();
	silent = join_local();
	assert_int_equal(ask(silent, ASK("/-/healthy")), 200);
	assert_true(drain(busy, &closed) < LARGE);
	assert_true(closed);
	assert_true(drain(fd, &closed) > LARGE);
	close(fd);
	close(silent);
	close(busy);
}

/* Those that went away take no place. */
static void who_is_gone_takes_no_place(void **state)
{
	int one, two;

	(void)state;
	start(2, 0, NULL);
	for (unsigned i = 0; i < 5; i++) {
		one = join_local();
		assert_int_equal(ask(one, ASK("/-/healthy")), 200);
		close(one);
		pump();
	}
	one = join_local();
	two = join_local();
	assert_int_equal(ask(one, ASK("/-/healthy")), 200);
	assert_int_equal(ask(two, ASK("/-/healthy")), 200);
	assert_int_equal(ask(one, ASK("/-/healthy")), 200);
	close(one);
	close(two);
}

/* Many that come at once all have their turn. */
static void many_at_once_are_served(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd[CLIENTS];

	(void)state;
	start(0, 0, NULL);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", server.path);
	for (size_t i = 0; i < CLIENTS; i++) {
		fd[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		assert_int_equal(connect(fd[i], (const struct sockaddr *)&address, sizeof(address)), 0);
		assert_true(send(fd[i], ASK("/report"), strlen(ASK("/report")), MSG_NOSIGNAL) > 0);
	}
	pump();
	for (size_t i = 0; i < CLIENTS; i++) {
		assert_int_equal(status_of(hear(fd[i])), 200);
		close(fd[i]);
	}
}

/* Without a descriptor one is taken from who can be spared, and the queue waits for a second. */
static void without_descriptors_it_pauses(void **state)
{
	static const int errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};

	(void)state;
	start(0, 0, NULL);
	for (size_t i = 0; i < VW_COUNT(errors); i++) {
		int idle = join_local(), later = join_local(), fd;

		assert_int_equal(ask(idle, ASK("/report")), 200);
		assert_int_equal(ask(later, ASK("/report")), 200); /* has a deadline of its own */
		accept_error = errors[i];
		accept_calls = 1;
		fd = join_local();
		assert_int_equal(accept_calls, 0);
		assert_true(is_closed(idle));
		say(fd, ASK("/report"));
		assert_null(hear(fd));
		pass(SECOND / 2);
		assert_null(hear(fd));
		pass(SECOND / 2 + SECOND / 10);
		assert_int_equal(status_of(hear(fd)), 200);
		assert_int_equal(ask(later, ASK("/report")), 200);
		close(fd);
		close(idle);
		close(later);
		pump();
	}
	/* one that went away meanwhile says nothing about the next */
	for (size_t i = 0; i < 2; i++) {
		int fd;

		accept_error = i ? EINTR : ECONNABORTED;
		accept_calls = 3;
		fd = join_local();
		assert_int_equal(accept_calls, 0);
		assert_int_equal(ask(fd, ASK("/report")), 200);
		close(fd);
	}
}

/* The configuration. */

#define HASH "$2b$04$abcdefghijklmnopqrstuuDvLtwG9dyN2NhC1TRuXW7ULgYYtT4OW" /* nobody's */

static int reload(const char *text)
{
	if (text)
		write_text(server.web, text);
	return vwd_http_reload(server.http, text ? server.web : NULL, server.problem, sizeof(server.problem));
}

static void a_reload_holds_for_the_next_request(void **state)
{
	int fd;

	(void)state;
	start(0, 0, NULL);
	fd = join_local();
	assert_int_equal(ask(fd, ASK("/report")), 200);
	assert_int_equal(
		reload("http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: sameorigin\n"),
		0);
	assert_string_equal(server.problem, "");
	assert_string_equal(vwd_http_note(server.http, 0), "http2: only HTTP/1.1 is spoken here");
	assert_null(vwd_http_note(server.http, 1));
	say(fd, ASK("/report"));
	assert_non_null(strstr(hear(fd), "\r\nX-Frame-Options: sameorigin\r\n"));
	/* what is wrong changes nothing */
	assert_int_equal(reload("nonsense: 1\n"), -EINVAL);
	assert_non_null(strstr(server.problem, "/web.yml:1: unknown key nonsense"));
	assert_int_equal(unlink(server.web), 0);
	assert_int_equal(vwd_http_reload(server.http, server.web, server.problem, sizeof(server.problem)),
			 -EINVAL);
	assert_non_null(strstr(server.problem, "/web.yml: No such file or directory"));
	say(fd, ASK("/report"));
	assert_non_null(strstr(hear(fd), "\r\nX-Frame-Options: sameorigin\r\n"));
	assert_int_equal(reload("basic_auth_users:\n  alice: " HASH "\n"), 0);
	assert_null(vwd_http_note(server.http, 0));
	assert_int_equal(ask(fd, ASK("/report")), 401);
	assert_int_equal(reload("basic_auth_users:\n  alice: " HASH "\n"), 0);
	assert_int_equal(ask(fd, ASK("/-/healthy")), 401);
	assert_int_equal(reload(NULL), 0);
	say(fd, ASK("/report"));
	assert_non_null(strstr(hear(fd), "\r\nX-Frame-Options: DENY\r\n"));
	close(fd);
}

#define TLS "tls_server_config:\n  cert_file: one.pem\n  key_file: one.key\n"

/* Another TLS: who waits for the next request leaves, an answer under way is sent to its end, and of the
 * reload before nothing is. */
static void another_tls_lets_them_leave(void **state)
{
	(void)state;
	write_certificate(server.scratch, "one");
	for (unsigned reloads = 1; reloads <= 2; reloads++) {
		int idle, busy, next;
		bool closed;
		size_t size;

		start(0, 0, NULL);
		publish_large();
		idle = join_local();
		assert_int_equal(ask(idle, ASK("/-/healthy")), 200);
		busy = join_local();
		say(busy, ASK("/report"));
		assert_int_equal(reload(TLS), 0);
		if (reloads == 2)
			assert_int_equal(reload(NULL), 0);
		pump();
		assert_true(is_closed(idle));
		size = drain(busy, &closed);
		assert_true(closed);
		assert_int_equal(size > LARGE, reloads == 1);
		next = join_local();
		assert_int_equal(ask(next, ASK("/-/healthy")), reloads == 1 ? 0 : 200);
		close(idle);
		close(busy);
		close(next);
		pump();
		vwd_http_free(server.http);
		server.http = NULL;
	}
}

/* The same TLS, with other words or passwords, keeps them all. */
static void the_same_tls_lets_them_stay(void **state)
{
	int fd;

	(void)state;
	start(0, 0, NULL);
	fd = join_local();
	assert_int_equal(ask(fd, ASK("/-/healthy")), 200);
	assert_int_equal(reload("# nothing\n"), 0);
	assert_int_equal(reload("{}\n"), 0);
	assert_int_equal(ask(fd, ASK("/-/healthy")), 200);
	close(fd);
}

#define ALICE                                                                                               \
	"GET /report HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YWxpY2U6d3Jvbmc=\r\n\r\n" /* wrong \
												    */
#define RIGHT "GET /report HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YWxpY2U6cmlnaHQ=\r\n\r\n"
#define USERS "basic_auth_users:\n  alice: "

/* The status of what takes its time. */
static unsigned wait_for(int fd)
{
	const char *text = NULL;

	for (unsigned i = 0; i < 2000 && !(text = hear(fd)); i++)
		assert_true(sd_event_run(server.event, 10000) >= 0);
	return status_of(text);
}

/* While a password is computed its connection is neither late nor dropped; it is answered when that is known.
 */
static void a_password_is_waited_for(void **state)
{
	int fd, other;

	(void)state;
	write_text(server.web, USERS "$2b$10$abcdefghijklmnopqrstuu1VS0P7v3ZJmd2gzBFIzgfN7OOl6Rl52\n");
	start(1, 1, server.web);
	fd = join_local();
	say(fd, ALICE);
	pass(5 * SECOND);
	assert_int_equal(wait_for(fd), 401);
	/* a wrong one is computed again, a right one is remembered */
	for (unsigned i = 0; i < 2; i++) {
		const char *request = i ? RIGHT : ALICE;

		say(fd, request);
		pass(5 * SECOND);
		assert_int_equal(wait_for(fd), i ? 200 : 401);
	}
	assert_int_equal(ask(fd, RIGHT), 200);
	other = join_local();
	assert_int_equal(ask(other, ASK("/report")), 401);
	close(fd);
	close(other);
}

/* Where it listens. */

static void it_says_where_it_listens(void **state)
{
	char name[VW_LISTEN_NAME_MAX];

	(void)state;
	start(0, 0, NULL);
	assert_string_equal(vwd_http_listening(server.http, 0), server.path);
	snprintf(name, sizeof(name), "%s", vwd_http_listening(server.http, 1));
	assert_int_equal(strncmp(name, "127.0.0.1:", 10), 0);
	assert_int_not_equal(strtoul(name + 10, NULL, 10), 0);
	assert_null(vwd_http_listening(server.http, 2));
}

static void what_it_cannot_listen_on_is_told(void **state)
{
	const char *many[17], *first[2] = {server.path, NULL};
	struct vwd_http_options options = {.listen = many, .listen_count = 17};
	char file[128], expected[256];
	int fd = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(many); i++)
		many[i] = "127.0.0.1:0";
	assert_int_equal(start_with(&options), -EINVAL);
	assert_string_equal(server.problem, "more than 16 addresses to listen on");
	options.listen_count = 16;
	assert_int_equal(start_with(&options), 0);
	vwd_http_free(server.http);
	server.http = NULL;

	/* the first is closed again when the second fails */
	options.listen = first;
	options.listen_count = 2;
	first[1] = "here";
	assert_int_equal(start_with(&options), -EINVAL);
	assert_string_equal(server.problem, "here: is no address such as " VW_LISTEN_FORMS);
	assert_int_equal(access(server.path, F_OK), -1);
	snprintf(file, sizeof(file), "%s/canary", server.scratch->directory);
	first[1] = file;
	assert_int_equal(start_with(&options), -EEXIST);
	snprintf(expected, sizeof(expected), "%s: something stands there that is no socket", file);
	assert_string_equal(server.problem, expected);
	snprintf(file, sizeof(file), "%s/nothing/http", server.scratch->directory);
	assert_int_equal(start_with(&options), -ENOENT);
	snprintf(expected, sizeof(expected), "%s: No such file or directory", file);
	assert_string_equal(server.problem, expected);

	options = (struct vwd_http_options){.inherited = &fd, .inherited_count = 1};
	fd = server.scratch->fd;
	assert_int_equal(start_with(&options), -ENOTSOCK);
	snprintf(expected, sizeof(expected),
		 "inherited descriptor %d: this is no socket that listens for streams", fd);
	assert_string_equal(server.problem, expected);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	assert_null(server.http);
	options.web_config = server.web;
	assert_int_equal(start_with(&options), -EINVAL);
	assert_non_null(strstr(server.problem, "/web.yml: No such file"));
}

/* Sockets that are handed in are served, and those that are named are not. */
static void what_is_handed_in_is_served(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *const listen_on[] = {"127.0.0.1:0"};
	int handed = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
	struct vwd_http_options options = {
		.listen = listen_on, .listen_count = 1, .inherited = &handed, .inherited_count = 1};

	(void)state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", server.path);
	assert_int_equal(bind(handed, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(handed, 5), 0);
	assert_int_equal(start_with(&options), 0);
	assert_string_equal(vwd_http_listening(server.http, 0), server.path);
	assert_null(vwd_http_listening(server.http, 1));
	fd = join_local();
	assert_int_equal(ask(fd, ASK("/-/healthy")), 200);
	close(fd);
	vwd_http_free(server.http);
	server.http = NULL;
	assert_int_equal(fcntl(handed, F_GETFD), -1);
	assert_int_equal(unlink(server.path), 0);
}

/* What is left behind. */

static void live(void)
{
	const char *const bad[] = {server.path, "here"};
	struct vwd_http_options options = {.listen = bad, .listen_count = 2};
	int fd[3];

	sd_event_unref(server.event);
	assert_true(sd_event_new(&server.event) >= 0);
	assert_int_equal(start_with(&options), -EINVAL);
	start(2, 0, NULL);
	for (unsigned i = 0; i < 3; i++) {
		fd[i] = join_local();
		assert_int_equal(ask(fd[i], ASK("/report")), 200);
	}
	assert_int_equal(reload("http_server_config:\n  http2: true\n"), 0);
	assert_int_equal(reload("http_server_config:\n  http2: true\n"), 0);
	assert_int_equal(reload("nonsense: 1\n"), -EINVAL);
	assert_int_equal(reload("basic_auth_users:\n  alice: " HASH "\n"), 0);
	assert_int_equal(ask(fd[2], ASK("/report")), 401);
	say(fd[2], ALICE);
	assert_int_equal(wait_for(fd[2]), 401);
	assert_int_equal(reload(TLS), 0);
	assert_int_equal(reload(TLS "  min_version: TLS13\n"), 0);
	assert_int_equal(reload("basic_auth_users:\n  alice: " HASH "\n"), 0);
	close(fd[0]);
	pump();
	vwd_http_free(server.http); /* with two connections that are open */
	vwd_http_free(NULL);
	server.http = NULL;
	close(fd[1]);
	close(fd[2]);
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	write_certificate(server.scratch, "one");
	check_leaves_nothing(live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(requests_are_answered),
		TEST(other_hosts_are_refused),
		TEST(other_hosts_are_refused),
		TEST(headers_have_a_bound),
		TEST(who_is_late_is_dropped),
		TEST(who_does_not_read_is_dropped),
		TEST(all_of_them_have_a_bound),
		TEST(an_address_has_half),
		TEST(silence_has_a_deadline),
		TEST(an_answer_makes_no_room),
		TEST(who_is_gone_takes_no_place),
		TEST(many_at_once_are_served),
		TEST(without_descriptors_it_pauses),
		TEST(a_reload_holds_for_the_next_request),
		TEST(another_tls_lets_them_leave),
		TEST(the_same_tls_lets_them_stay),
		TEST(a_password_is_waited_for),
		TEST(it_says_where_it_listens),
		TEST(what_it_cannot_listen_on_is_told),
		TEST(what_is_handed_in_is_served),
		TEST(nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
