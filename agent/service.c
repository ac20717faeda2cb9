/* SPDX-License-Identifier: MIT */
#include "agent/service.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "agent/changes.h"
#include "agent/http.h"
#include "agent/inspect.h"
#include "agent/journal.h"
#include "agent/log.h"
#include "agent/monitor.h"
#include "agent/publish.h"
#include "agent/state.h"

#define MS UINT64_C(1000) /* of sd-event's microseconds */

enum {
	PROBLEM_SIZE = 512,
	SOCKETS_MAX = 64,         /* of socket activation */
	SLACK_MAX_MS = 5 * 60000, /* a probe at the interval may come so much later, with another wake-up */
	MALLOC_KEEP = 64 * 1024,  /* of free memory, at most, is not given back */
};

struct vw_service {
	int argc;
	char **argv;
	struct vw_config config;
	sd_event *event;
	sd_event_source *terminate, *interrupt, *reload, *interval;
	struct vw_monitor *monitor; /* NULL: a snapshot is replayed */
	struct vw_http *http;
	bool inherited;        /* its sockets are systemd's */
	struct vw_buffer held; /* what holds until it is restarted, as text */
	struct vw_store store;
	struct vw_kept textfile;
	struct vw_rendered rendered; /* of the last report */
	struct vw_digest digest;     /* of the last report, also of the one before this service started */
	bool compared;               /* there is such a digest */
	struct vw_counter_reader *counters;
	struct vw_service_state state;
	struct vw_trouble inspecting, rendering, serving;
};

/* --- a probe and what follows ------------------------------------------------------------------------ */

static double unix_time(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Say what became of the machine since the last report. */
static int compare(struct vw_service *service, const struct vw_report *report)
{
	_cleanup_(vw_changes_free) struct vw_changes changes = {0};
	_cleanup_(vw_digest_free) struct vw_digest digest = {0};
	struct vw_digest before;
	int r = vw_digest_of(report, &digest);

	if (r == 0 && service->compared)
		r = vw_changes_between(&service->digest, &digest, &changes);
	if (r < 0)
		return r;
	if (changes.count) {
		service->state.changes++;
		service->state.last_change = service->state.last_probe;
		vw_journal_changes(&changes, &service->digest, &digest);
	}
	before = service->digest;
	service->digest = digest;
	service->compared = true;
	digest = before;
	return 0;
}

static void write_textfile(struct vw_service *service, const struct vw_report *report)
{
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};

	if (!service->textfile.path)
		return;
	if (vw_publish_text(report, &service->state, service->counters, &text) == 0)
		vw_keep(&service->textfile, text.data, text.size, true);
}

/* Render, keep and serve a report. */
static int spread(struct vw_service *service, const struct vw_report *report)
{
	struct vw_rendered rendered = {0};
	int r = vw_render_all(report, &service->rendered, &rendered);

	vw_trouble(&service->rendering, r < 0 ? r : 0, "rendering the report", NULL);
	if (r < 0)
		return r;
	vw_rendered_free(&service->rendered);
	service->rendered = rendered;
	vw_store_keep(&service->store, vw_body_bytes(rendered.document), vw_body_size(rendered.document),
		      r > 0);
	service->state.report_written = service->store.report.written || !service->store.report.path;
	if (service->http)
		vw_trouble(&service->serving, vw_publish(service->http, report, &service->rendered),
			   "rendering what is served", NULL);
	write_textfile(service, report);
	return 0;
}

static int take(struct vw_service *service, struct vw_inspected *inspected)
{
	int r;

	service->state.last_probe = unix_time();
	service->state.probe_seconds = inspected->seconds;
	vw_counter_reader_free(service->counters);
	service->counters = inspected->counters;
	inspected->counters = NULL;
	r = compare(service, inspected->report);
	if (r == 0)
		r = spread(service, inspected->report);
	return r;
}

static void set_interval(struct vw_service *service)
{
	uint64_t interval = service->config.interval;

	if (!interval || sd_event_source_set_time_relative(service->interval, interval * MS) < 0)
		(void)sd_event_source_set_enabled(service->interval, SD_EVENT_OFF);
	else
		(void)sd_event_source_set_enabled(service->interval, SD_EVENT_ONESHOT);
}

/* Probe, and go on with the last report where that fails. */
static int probe(struct vw_service *service)
{
	struct vw_inspected inspected = {0};
	char problem[PROBLEM_SIZE] = "";
	int r = vw_inspect(&service->config, &inspected, problem, sizeof(problem));

	service->state.probes++;
	vw_trouble(&service->inspecting, r, "probing", problem);
	if (r == 0)
		r = take(service, &inspected);
	if (r < 0)
		service->state.probe_failures++;
	vw_inspected_free(&inspected);
	malloc_trim(0);
	set_interval(service);
	return r;
}

static void tell_status(struct vw_service *service, const char *before)
{
	const char *doubt = service->inspecting.err < 0 ? " (it could not be probed again)" : "";

	sd_notifyf(0, "%sSTATUS=%s%s", before, service->rendered.headline, doubt);
}

static void probe_because(struct vw_service *service, const char *why)
{
	vw_say(LOG_DEBUG, "probing: %s", why);
	(void)probe(service);
	tell_status(service, "");
}

/* --- events ------------------------------------------------------------------------------------------ */

static void at_happening(void *context, const char *why)
{
	probe_because(context, why);
}

static int at_interval(sd_event_source *source, uint64_t due, void *context)
{
	(void)source;
	(void)due;
	probe_because(context, "the interval is over");
	return 0;
}

static int at_end(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	(void)info;
	(void)context;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* What a running service cannot follow. */
static void put_held(const struct vw_service *service, const struct vw_config *config, struct vw_buffer *out)
{
	for (size_t i = 0; i < config->listen.count && !service->inherited; i++)
		vw_putf(out, "%s\n", config->listen.address[i]);
	vw_putf(out, "%ju\n%ju\n", (uintmax_t)config->connections, (uintmax_t)config->timeout);
}

static void warn_of_restart(const struct vw_service *service, const struct vw_config *before,
			    const struct vw_config *after)
{
	_cleanup_(vw_buffer_free) struct vw_buffer wanted = {0};

	put_held(service, after, &wanted);
	if (!vw_equal(wanted.data, service->held.data))
		vw_say(LOG_WARNING, "%sconnections and timeout hold after a restart",
		       service->inherited ? "" : "listen, ");
	if (!vw_equal(before->snapshot, after->snapshot) && (!before->snapshot || !after->snapshot))
		vw_say(LOG_WARNING,
		       "devices are watched, or not, as before: restart after a change of snapshot");
}

static void say_where(const struct vw_service *service)
{
	const char *text;

	for (size_t i = 0; service->http && (text = vw_http_listening(service->http, i)) != NULL; i++)
		vw_say(LOG_INFO, "listening on %s%s", text,
		       service->inherited ? ", a socket of systemd's: the option listen is not used" : "");
	for (size_t i = 0; service->http && (text = vw_http_note(service->http, i)) != NULL; i++)
		vw_say(LOG_INFO, "%s: %s", service->config.web_config, text);
}

/* Either all of a new configuration holds, or nothing of it. */
static int apply(struct vw_service *service, struct vw_config *config)
{
	_cleanup_(vw_store_free) struct vw_store store = {0};
	char problem[VW_HTTP_PROBLEM_MAX] = "";
	struct vw_store old_store = service->store;
	struct vw_config old_config = service->config;
	int r = 0;

	if (!vw_equal(old_config.report_file, config->report_file) ||
	    !vw_equal(old_config.state_directory, config->state_directory))
		r = vw_store_init(&store, config->report_file, config->state_directory);
	if (r == 0 && service->http)
		r = vw_http_reload(service->http, config->web_config, problem, sizeof(problem));
	if (r < 0) {
		vw_say(LOG_ERR, "%s; the configuration stays as it was", *problem ? problem : strerror(-r));
		return r;
	}
	warn_of_restart(service, &old_config, config);
	if (store.arena) {
		service->store = store;
		store = old_store;
	}
	if (!vw_equal(old_config.textfile, config->textfile))
		service->textfile.trouble = (struct vw_trouble){0};
	service->textfile.path = config->textfile;
	if (service->monitor)
		vw_monitor_settle(service->monitor, config->settle);
	service->config = *config;
	*config = old_config;
	say_where(service);
	return 0;
}

static void reload(struct vw_service *service)
{
	_cleanup_(vw_config_free) struct vw_config config = {0};
	char problem[PROBLEM_SIZE] = "";

	if (vw_config_read(service->argc, service->argv, &config, problem, sizeof(problem)) < 0)
		vw_say(LOG_ERR, "%s; the configuration stays as it was", problem);
	else
		(void)apply(service, &config);
}

static int at_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct vw_service *service = context;
	struct timespec now = {0};

	(void)source;
	(void)info;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%jd",
		   (intmax_t)now.tv_sec * 1000000 + (intmax_t)now.tv_nsec / 1000);
	reload(service);
	(void)probe(service);
	tell_status(service, "READY=1\n");
	return 0;
}

/* --- life -------------------------------------------------------------------------------------------- */

static int render_tail(void *context, enum vw_resource resource, struct vw_buffer *out)
{
	struct vw_service *service = context;

	return vw_publish_tail(&service->state, service->counters,
			       resource == VW_RESOURCE_OPENMETRICS ? VW_OPENMETRICS : VW_PROMETHEUS_TEXT,
			       out);
}

static enum vw_agent_exit start_http(struct vw_service *service)
{
	const struct vw_config *config = &service->config;
	int inherited[SOCKETS_MAX], count = sd_listen_fds(0);
	char problem[VW_HTTP_PROBLEM_MAX] = "";
	struct vw_http_options options = {
		.listen = config->listen.address,
		.listen_count = config->listen.count,
		.inherited = inherited,
		.web_config = config->web_config,
		.connections = (unsigned)config->connections,
		.timeout_seconds = (unsigned)((config->timeout + 999) / 1000),
		.tail = render_tail,
		.context = service,
	};
	int r;

	for (int i = 0; i < count && i < SOCKETS_MAX; i++)
		inherited[options.inherited_count++] = SD_LISTEN_FDS_START + i;
	service->inherited = options.inherited_count > 0;
	put_held(service, config, &service->held);
	if (!options.listen_count && !options.inherited_count)
		return VW_AGENT_OK;
	r = vw_http_new(service->event, &options, &service->http, problem, sizeof(problem));
	if (r == 0) {
		say_where(service);
		return VW_AGENT_OK;
	}
	vw_say(LOG_ERR, "%s", *problem ? problem : strerror(-r));
	return r == -EINVAL ? VW_AGENT_CONFIG : VW_AGENT_FAILED;
}

static int block_signals(void)
{
	static const int taken[] = {SIGTERM, SIGINT, SIGHUP};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < VW_COUNT(taken); i++)
		sigaddset(&set, taken[i]);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	return 0;
}

static int start_loop(struct vw_service *service)
{
	uint64_t slack = service->config.interval / 10;
	int r = block_signals();

	if (slack > SLACK_MAX_MS)
		slack = SLACK_MAX_MS;
	if (r >= 0)
		r = sd_event_new(&service->event);
	if (r >= 0)
		r = sd_event_add_signal(service->event, &service->terminate, SIGTERM, at_end, service);
	if (r >= 0)
		r = sd_event_add_signal(service->event, &service->interrupt, SIGINT, at_end, service);
	if (r >= 0)
		r = sd_event_add_signal(service->event, &service->reload, SIGHUP, at_reload, service);
	if (r >= 0)
		r = sd_event_add_time(service->event, &service->interval, CLOCK_BOOTTIME, 0, slack * MS,
				      at_interval, service);
	if (r >= 0)
		r = sd_event_source_set_enabled(service->interval, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_set_watchdog(service->event, true);
	if (r >= 0 && !service->config.snapshot)
		r = vw_monitor_new(service->event, service->config.settle, at_happening, service,
				   &service->monitor);
	return r < 0 ? r : 0;
}

static enum vw_agent_exit start(struct vw_service *service)
{
	const struct vw_config *config = &service->config;
	enum vw_agent_exit exit;
	int r = start_loop(service);

	service->textfile.path = config->textfile;
	if (r == 0)
		r = vw_store_init(&service->store, config->report_file, config->state_directory);
	if (r < 0) {
		vw_say(LOG_ERR, "%s", strerror(-r));
		return VW_AGENT_FAILED;
	}
	exit = start_http(service);
	if (exit != VW_AGENT_OK)
		return exit;
	service->compared = vw_store_read(&service->store, &service->digest) == 0;
	r = probe(service);
	if (r < 0) /* it has been said why */
		return config->snapshot ? VW_AGENT_CONFIG : VW_AGENT_FAILED;
	if (service->http)
		vw_http_ready(service->http, true);
	tell_status(service, "READY=1\n");
	return VW_AGENT_OK;
}

static void end(struct vw_service *service)
{
	vw_http_free(service->http);
	vw_monitor_free(service->monitor);
	sd_event_source_disable_unref(service->terminate);
	sd_event_source_disable_unref(service->interrupt);
	sd_event_source_disable_unref(service->reload);
	sd_event_source_disable_unref(service->interval);
	sd_event_unref(service->event);
	vw_counter_reader_free(service->counters);
	vw_rendered_free(&service->rendered);
	vw_digest_free(&service->digest);
	vw_store_free(&service->store);
	vw_buffer_free(&service->held);
	vw_config_free(&service->config);
}

/* What a probe needed goes back to the system after it: the service rests most of its life. */
static void tame_malloc(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, MALLOC_KEEP);
	mallopt(M_TOP_PAD, 0);
	mallopt(M_MMAP_THRESHOLD, 2 * MALLOC_KEEP);
}

enum vw_agent_exit vw_service_run(int argc, char **argv, struct vw_config *config)
{
	struct vw_service service = {.argc = argc, .argv = argv, .config = *config};
	enum vw_agent_exit exit;
	int r;

	*config = (struct vw_config){0};
	tame_malloc();
	exit = start(&service);
	if (exit == VW_AGENT_OK) {
		r = sd_event_loop(service.event);
		if (r < 0) {
			vw_say(LOG_ERR, "the loop: %s", strerror(-r));
			exit = VW_AGENT_FAILED;
		}
		sd_notify(0, "STOPPING=1");
	}
	end(&service);
	return exit;
}
