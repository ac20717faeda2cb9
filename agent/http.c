/* SPDX-License-Identifier: MIT */
#include "agent/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/answers.h"
#include "agent/connections.h"
#include "agent/listen.h"
#include "agent/web/web.h"

enum {
	LISTENERS_MAX = 16,
	ACCEPTED_AT_ONCE = 8, /* then those that are connected have their turn */
	TURNS = 2,            /* of the daemon, then the loop has its own */
	TLS_TURNS = 4,
	TLS_PAUSE = 10000,     /* microseconds */
	REQUEST_MEMORY = 8192, /* of a connection: the request line, its headers, and those of the answer */
	IDLE_SECONDS = 120,    /* longer than the usual interval of scrapes */
	PAUSE_SECONDS = 1,     /* when no descriptor is free */
	TIMER_ACCURACY = 5000, /* microseconds */
	SECOND = 1000000,
	OPTIONS_MAX = 16,
};

/* What speaks one TLS, or none. */
struct server {
	struct MHD_Daemon *daemon;     /* NULL: there is none */
	sd_event_source *readable;     /* of its epoll */
	struct vwd_web_config *config; /* with its certificates; NULL for none */
};

struct vwd_http {
	sd_event *event;
	struct vwd_listener listener[LISTENERS_MAX];
	sd_event_source *accepting[LISTENERS_MAX];
	size_t listener_count;

	struct server server;
	struct server leaving;  /* from before a reload: it sends what it has begun */
	sd_event_source *again; /* when one has more to do than one turn */
	sd_event_source *timer; /* off while nobody has a deadline */
	uint64_t timer_at;

	struct vwd_connections connections;
	struct vwd_answers *answers;
	struct vwd_auth *auth;
	struct vwd_web_config *config; /* with passwords and headers; often the server's. NULL for none */
};

static uint64_t now_of(const struct vwd_http *http)
{
	uint64_t now = 0;

	/* It fails in another process only. */
	(void)sd_event_now(http->event, CLOCK_MONOTONIC, &now);
	return now;
}

/* The daemon's turn */

static void set_timer(struct vwd_http *http, uint64_t at)
{
	if (at >= http->timer_at)
		return;
	if (sd_event_source_set_time(http->timer, at) >= 0 &&
	    sd_event_source_set_enabled(http->timer, SD_EVENT_ONESHOT) >= 0)
		http->timer_at = at;
}

static bool has_more_to_do(const struct server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	return MHD_get_timeout(server->daemon, &timeout) == MHD_YES && timeout == 0;
}

/* libmicrohttpd (0.9.75, and all before 1.0) takes a connection whose handshake waits for the client for one
 * that can be read, and would be called again and again. Over TLS it therefore waits a little before it has
 * another turn; what really comes in meanwhile wakes it at once. */
static void run_server(struct vwd_http *http, const struct server *server)
{
	bool tls = server->config && server->config->tls;
	unsigned turns = tls ? TLS_TURNS : TURNS;

	do
		MHD_run(server->daemon);
	while (has_more_to_do(server) && --turns > 0);
	if (turns > 0)
		return;
	if (tls)
		set_timer(http, now_of(http) + TLS_PAUSE);
	else
		(void)sd_event_source_set_enabled(http->again, SD_EVENT_ONESHOT);
}

static void stop_server(struct server *server)
{
	sd_event_source_unref(server->readable);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	vwd_web_config_free(server->config);
	*server = (struct server){NULL, NULL, NULL};
}

static void run(struct vwd_http *http)
{
	run_server(http, &http->server);
	if (!http->leaving.daemon)
		return;
	run_server(http, &http->leaving);
	if (!vwd_connections_are_leaving(&http->connections))
		stop_server(&http->leaving);
}

static void take_turn(struct vwd_http *http)
{
	run(http);
	set_timer(http, vwd_connections_expire(&http->connections, now_of(http)));
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	take_turn(userdata);
	return 0;
}

static int on_again(sd_event_source *source, void *userdata)
{
	(void)source;
	take_turn(userdata);
	return 0;
}

/* Outside of a thread of its own the daemon does not notice by itself. */
static void on_resumed(void *context)
{
	take_turn(context);
}

static void set_accepting(struct vwd_http *http, int enabled)
{
	for (size_t i = 0; i < http->listener_count; i++)
		(void)sd_event_source_set_enabled(http->accepting[i], enabled);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct vwd_http *http = userdata;

	(void)source;
	(void)usec;
	http->timer_at = UINT64_MAX;
	set_accepting(http, SD_EVENT_ON);
	set_timer(http, vwd_connections_expire(&http->connections, now_of(http)));
	run(http);
	return 0;
}

/* No descriptor is free: one is taken from who can be spared, and the queue waits for it. */
static void pause_accepting(struct vwd_http *http)
{
	uint64_t now = now_of(http);

	(void)vwd_connections_drop_one(&http->connections, now);
	set_accepting(http, SD_EVENT_OFF);
	set_timer(http, now + PAUSE_SECONDS * (uint64_t)SECOND);
}

static bool accept_one(struct vwd_http *http, int listener)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr *address = (struct sockaddr *)&storage;
	socklen_t size = sizeof(storage);
	int fd;

	fd = accept4(listener, address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_accepting(http);
		/* A client that went away meanwhile says nothing about the next one. */
		return errno == ECONNABORTED || errno == EINTR;
	}

	vwd_connections_make_room(&http->connections, address, now_of(http));
	/* It closes what it does not take. */
	(void)MHD_add_connection(http->server.daemon, fd, address, size);
	return true;
}

static int on_connect(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct vwd_http *http = userdata;

	(void)source;
	(void)events;
	/* Nobody takes the place of one that has not had a turn. */
	for (unsigned i = 0; i < ACCEPTED_AT_ONCE && i < http->connections.limit_per_address; i++)
		if (!accept_one(http, fd))
			break;
	take_turn(http);
	return 0;
}

static const struct sockaddr *client_of(struct MHD_Connection *connection)
{
	static const struct sockaddr nobody = {.sa_family = AF_UNIX};
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	return info && info->client_addr ? info->client_addr : &nobody;
}

static void start_connection(struct vwd_http *http, struct MHD_Connection *connection, void **record)
{
	const union MHD_ConnectionInfo *info;
	int fd;

	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	fd = info->connect_fd;
	*record = vwd_connections_add(&http->connections, fd, client_of(connection), now_of(http));
	/* Who is not in the list has no deadline, and whose certificate cannot be asked for has no answer. */
	if (!*record || !vwd_tls_prepare(http->server.config, connection))
		shutdown(fd, SHUT_RDWR);
}

static void notify_connection(void *userdata, struct MHD_Connection *connection, void **record,
			      enum MHD_ConnectionNotificationCode code)
{
	struct vwd_http *http = userdata;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		start_connection(http, connection, record);
	} else if (*record) {
		vwd_connections_remove(&http->connections, *record);
		*record = NULL;
	}
}

static void enter_stage(struct vwd_http *http, struct MHD_Connection *connection, enum vwd_stage stage)
{
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	if (info && info->socket_context)
		vwd_connection_enter(info->socket_context, stage, now_of(http));
}

/* What libmicrohttpd keeps for a request: NULL before its headers were seen, then this, or what
 * vwd_auth_check() keeps in its place. */
static char seen;

static void notify_completed(void *userdata, struct MHD_Connection *connection, void **request,
			     enum MHD_RequestTerminationCode code)
{
	struct vwd_http *http = userdata;

	(void)code;
	if (*request != &seen)
		vwd_auth_forget(*request);
	*request = NULL;
	enter_stage(http, connection, VW_STAGE_IDLE);
}

/* A NUL would cut the path short, to that of another page. */
static size_t unescape(void *userdata, struct MHD_Connection *connection, char *text)
{
	(void)userdata;
	(void)connection;
	return strstr(text, "%00") ? strlen(text) : MHD_http_unescape(text);
}

static enum MHD_Result answer(struct vwd_http *http, struct MHD_Connection *connection, const char *path,
			      const char *method, struct vwd_attempt **attempt)
{
	switch (vwd_auth_check(http->auth, http->config, connection, client_of(connection), attempt)) {
	case VW_AUTH_YES:
		return vwd_answers_queue(http->answers, connection, path, method, now_of(http));
	case VW_AUTH_NO:
		return vwd_answers_notice(http->answers, connection, VW_NOTICE_WHO_ARE_YOU);
	case VW_AUTH_TOO_MANY:
		return vwd_answers_notice(http->answers, connection, VW_NOTICE_TOO_MANY_TRIES);
	case VW_AUTH_LATER:
		enter_stage(http, connection, VW_STAGE_HELD);
		return MHD_YES;
	}
	return MHD_NO;
}

/* Who comes by a Unix socket is no browser, and may stand before us for a name. */
static bool must_be_local(const struct vwd_http *http, struct MHD_Connection *connection)
{
	for (size_t i = 0; i < http->listener_count; i++)
		if (!http->listener[i].local)
			return false;
	return client_of(connection)->sa_family != AF_UNIX;
}

/* Called with the headers of a request, then when it is complete, and again when its password has been
 * computed. An answer to the first call would close the connection: that is for those who send what they are
 * not to send. */
static enum MHD_Result handle(void *userdata, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **request)
{
	struct vwd_attempt *attempt = *request == &seen ? NULL : *request;
	struct vwd_http *http = userdata;
	enum MHD_Result result;

	(void)version;
	(void)upload;
	(void)upload_size;
	enter_stage(http, connection, VW_STAGE_ANSWERING);
	if (!*request) {
		enum vwd_notice fault =
			vwd_answers_fault(connection, method, must_be_local(http, connection));

		*request = &seen;
		return fault == VW_NOTICES ? MHD_YES : vwd_answers_notice(http->answers, connection, fault);
	}
	result = answer(http, connection, path, method, &attempt);
	if (attempt)
		*request = attempt;
	return result;
}

static void add_option(struct MHD_OptionItem **end, enum MHD_OPTION option, intptr_t value,
		       const void *pointer)
{
	*(*end)++ = (struct MHD_OptionItem){option, value, (void *)(uintptr_t)pointer};
}

static struct MHD_Daemon *start_daemon(struct vwd_http *http, const struct vwd_web_config *config)
{
	/* Those that were dropped and are not closed yet come on top of our own limit: for a turn, or while
	 * a password is being computed. */
	intptr_t limit = (intptr_t)http->connections.limit + 2 * ACCEPTED_AT_ONCE + VW_AUTH_HELD_MAX;
	unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_SUSPEND_RESUME;
	struct MHD_OptionItem options[OPTIONS_MAX], *end = options;

	add_option(&end, MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_MEMORY, NULL);
	add_option(&end, MHD_OPTION_CONNECTION_LIMIT, limit, NULL);
	add_option(&end, MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL); /* ours are vwd_connections' */
	add_option(&end, MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL);
	add_option(&end, MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)notify_connection, http);
	add_option(&end, MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)notify_completed, http);
	add_option(&end, MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)unescape, NULL);
	if (config && config->tls) {
		flags |= MHD_USE_TLS;
		add_option(&end, MHD_OPTION_HTTPS_MEM_CERT, 0, config->certificate);
		add_option(&end, MHD_OPTION_HTTPS_MEM_KEY, 0, config->key);
		add_option(&end, MHD_OPTION_HTTPS_PRIORITIES, 0, config->priorities);
	}
	if (config && config->client_ca)
		add_option(&end, MHD_OPTION_HTTPS_MEM_TRUST, 0, config->client_ca);
	add_option(&end, MHD_OPTION_END, 0, NULL);
	return MHD_start_daemon(flags, 0, NULL, NULL, handle, http, MHD_OPTION_ARRAY, options,
				MHD_OPTION_END);
}

/* What was begun before the last reload but one ends here. No password may be waited for by a daemon that
 * stops. */
static void stop_leaving(struct vwd_http *http)
{
	if (!http->leaving.daemon)
		return;
	vwd_auth_cancel(http->auth);
	stop_server(&http->leaving);
}

/* Lets the server that runs end what it has begun, and @next, which is taken, begin. */
static void replace_server(struct vwd_http *http, const struct server *next)
{
	stop_leaving(http);
	/* Those that it has not looked at yet leave with the others. */
	if (http->server.daemon)
		MHD_run(http->server.daemon);
	if (http->config != http->server.config)
		vwd_web_config_free(http->config);
	http->leaving = http->server;
	http->server = *next;
	http->config = next->config;
	vwd_connections_leave(&http->connections);
	take_turn(http);
}

/* Takes @config on success. */
static int start_server(struct vwd_http *http, struct vwd_web_config *config)
{
	struct server next = {.daemon = start_daemon(http, config)};
	int err;

	if (!next.daemon)
		return -EPROTO;
	err = sd_event_add_io(http->event, &next.readable,
			      MHD_get_daemon_info(next.daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN,
			      on_readable, http);
	if (err >= 0)
		err = vwd_answers_set_headers(http->answers, config);
	if (err < 0) {
		stop_server(&next);
		return err;
	}
	next.config = config;
	replace_server(http, &next);
	return 0;
}

/* Takes @config on success. Other passwords and headers hold on the connections that there are. */
static int adopt(struct vwd_http *http, struct vwd_web_config *config)
{
	int err;

	if (!http->server.daemon || !vwd_web_config_same_tls(http->server.config, config))
		return start_server(http, config);
	if (vwd_web_config_same(http->config, config)) {
		vwd_web_config_free(config);
		return 0;
	}
	err = vwd_answers_set_headers(http->answers, config);
	if (err)
		return err;
	if (http->config != http->server.config)
		vwd_web_config_free(http->config);
	http->config = config;
	return 0;
}

static int load_and_adopt(struct vwd_http *http, const char *path, char *problem, size_t problem_size)
{
	struct vwd_web_config *config = NULL;
	int err = 0;

	if (path)
		err = vwd_web_config_load(path, &config, problem, problem_size);
	/* A file that cannot be read is as wrong as one that cannot be understood. That there is no memory or
	 * no descriptor says nothing about the file. */
	if (err)
		return err == -ENOMEM || err == -EMFILE || err == -ENFILE ? err : -EINVAL;
	err = adopt(http, config);
	if (err) {
		snprintf(problem, problem_size, "the HTTP server does not start: %s", strerror(-err));
		vwd_web_config_free(config);
	}
	return err;
}

int vwd_http_reload(struct vwd_http *http, const char *web_config, char *problem, size_t problem_size)
{
	if (problem_size)
		problem[0] = '\0';
	return load_and_adopt(http, web_config, problem, problem_size);
}

static int open_listener(struct vwd_http *http, const struct vwd_http_options *options, size_t index)
{
	struct vwd_listener *listener = &http->listener[http->listener_count];
	int err;

	err = options->inherited_count ? vwd_listen_inherit(options->inherited[index], listener)
				       : vwd_listen(options->listen[index], listener);
	if (err)
		return err;
	err = sd_event_add_io(http->event, &http->accepting[http->listener_count], listener->fd, EPOLLIN,
			      on_connect, http);
	if (err < 0) {
		if (!options->inherited_count)
			vwd_listen_close(listener);
		return err;
	}
	http->listener_count++;
	return 0;
}

static const char *listen_problem(int err)
{
	switch (err) {
	case -EINVAL:
		return "is no address such as " VW_LISTEN_FORMS;
	case -EEXIST:
		return "something stands there that is no socket";
	case -ENOTSOCK:
		return "this is no socket that listens for streams";
	default:
		return strerror(-err);
	}
}

static int open_listeners(struct vwd_http *http, const struct vwd_http_options *options, char *problem,
			  size_t problem_size)
{
	size_t count = options->inherited_count ? options->inherited_count : options->listen_count;

	if (count > LISTENERS_MAX) {
		snprintf(problem, problem_size, "more than %d addresses to listen on", LISTENERS_MAX);
		return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		int err = open_listener(http, options, i);

		if (!err)
			continue;
		if (options->inherited_count)
			snprintf(problem, problem_size, "inherited descriptor %d: %s", options->inherited[i],
				 listen_problem(err));
		else
			snprintf(problem, problem_size, "%s: %s", options->listen[i], listen_problem(err));
		return err;
	}
	return 0;
}

static int add_sources(struct vwd_http *http)
{
	int err;

	err = sd_event_add_time(http->event, &http->timer, CLOCK_MONOTONIC, 0, TIMER_ACCURACY, on_timer,
				http);
	if (err >= 0)
		err = sd_event_source_set_enabled(http->timer, SD_EVENT_OFF);
	if (err >= 0)
		err = sd_event_add_defer(http->event, &http->again, on_again, http);
	/* It is enabled again in its own turn, and is then older than all that waits. */
	if (err >= 0)
		err = sd_event_source_set_priority(http->again, SD_EVENT_PRIORITY_IDLE);
	if (err >= 0)
		err = sd_event_source_set_enabled(http->again, SD_EVENT_OFF);
	return err < 0 ? err : 0;
}

static void set_limits(struct vwd_http *http, const struct vwd_http_options *options)
{
	unsigned limit = options->connections ? options->connections : VW_HTTP_CONNECTIONS;
	unsigned seconds = options->timeout_seconds ? options->timeout_seconds : VW_HTTP_TIMEOUT_SECONDS;

	if (limit > VW_HTTP_CONNECTIONS_MAX)
		limit = VW_HTTP_CONNECTIONS_MAX;
	http->timer_at = UINT64_MAX;
	http->connections.limit = limit;
	http->connections.limit_per_address = (limit + 1) / 2;
	http->connections.timeout = seconds * (uint64_t)SECOND;
	http->connections.idle_timeout = (seconds > IDLE_SECONDS ? seconds : IDLE_SECONDS) * (uint64_t)SECOND;
}

static int start(struct vwd_http *http, const struct vwd_http_options *options, char *problem,
		 size_t problem_size)
{
	int err;

	set_limits(http, options);
	err = add_sources(http);
	if (!err)
		err = vwd_answers_new(options, &http->answers);
	if (!err)
		err = vwd_auth_new(http->event, on_resumed, http, &http->auth);
	if (err) {
		snprintf(problem, problem_size, "the HTTP server does not start: %s", strerror(-err));
		return err;
	}
	err = load_and_adopt(http, options->web_config, problem, problem_size);
	if (err)
		return err;
	return open_listeners(http, options, problem, problem_size);
}

static void close_listeners(struct vwd_http *http, bool keep)
{
	for (size_t i = 0; i < http->listener_count; i++) {
		sd_event_source_unref(http->accepting[i]);
		if (!keep)
			vwd_listen_close(&http->listener[i]);
	}
	http->listener_count = 0;
}

int vwd_http_new(sd_event *event, const struct vwd_http_options *options, struct vwd_http **ret,
		 char *problem, size_t problem_size)
{
	struct vwd_http *http = calloc(1, sizeof(*http));
	int err;

	if (problem_size)
		problem[0] = '\0';
	if (!http) {
		snprintf(problem, problem_size, "out of memory");
		return -ENOMEM;
	}
	http->event = sd_event_ref(event);
	err = start(http, options, problem, problem_size);
	if (err) {
		close_listeners(http, options->inherited_count > 0);
		vwd_http_free(http);
		return err;
	}
	*ret = http;
	return 0;
}

void vwd_http_publish(struct vwd_http *http, enum vwd_resource resource, struct vwd_body *body)
{
	vwd_answers_publish(http->answers, resource, body);
}

void vwd_http_ready(struct vwd_http *http, bool ready)
{
	vwd_answers_ready(http->answers, ready);
}

const char *vwd_http_listening(const struct vwd_http *http, size_t index)
{
	return index < http->listener_count ? http->listener[index].name : NULL;
}

const char *vwd_http_note(const struct vwd_http *http, size_t index)
{
	return http->config && index < http->config->note_count ? http->config->note[index] : NULL;
}

void vwd_http_free(struct vwd_http *http)
{
	if (!http)
		return;
	close_listeners(http, false);
	if (http->auth)
		vwd_auth_cancel(http->auth);
	if (http->config != http->server.config)
		vwd_web_config_free(http->config);
	stop_server(&http->leaving);
	stop_server(&http->server);
	vwd_auth_free(http->auth);
	vwd_answers_free(http->answers);
	sd_event_source_unref(http->timer);
	sd_event_source_unref(http->again);
	sd_event_unref(http->event);
	free(http);
}
