/* SPDX-License-Identifier: MIT */
#include "agent/service.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "agent/changes.h"
#include "agent/http.h"
#include "agent/inspect.h"
#include "agent/journal.h"
#include "agent/log.h"
#include "agent/monitor.h"
#include "agent/publish.h"
#include "agent/state.h"
#include "base/clock.h"

#define MS UINT64_C(1000) /* of sd-event's microseconds */

enum {
	PROBLEM_SIZE = 512,
	SOCKETS_MAX = 64,         /* of socket activation */
	DESCRIPTORS = 128,        /* besides those of connections: sockets that listen, what a probe opens */
	FILES_MAX = 3,            /* that are kept */
	SLACK_MAX_MS = 5 * 60000, /* a probe at the interval may come so much later, with another wake-up */
	MALLOC_KEEP = 64 * 1024,  /* of free memory, at most, is not given back */
};

struct vwd_service {
	int argc;
	char **argv;
	struct vwd_config config;
	sd_event *event;
	sd_event_source *terminate, *interrupt, *reload, *interval;
	struct vwd_monitor *monitor; /* NULL: a snapshot is replayed */
	struct vwd_http *http;
	bool inherited;         /* its sockets are systemd's */
	struct vwb_buffer held; /* what holds until it is restarted, as text */
	uint64_t connections;   /* that there are descriptors for */
	struct vwd_store store;
	struct vwd_rendered rendered; /* of the last report */
	struct vwd_digest digest;     /* of the last report, also of the one before this service started */
	bool compared;                /* there is such a digest */
	struct vw_counter_reader *counters;
	struct vwx_service_state state;
	struct vwx_labelled changes[VW_CHANGES], files[FILES_MAX]; /* of the state */
	struct vwd_log_trouble inspecting, rendering, serving;
};

static void add_file(struct vwd_service *service, const struct vwd_kept *kept, const char *label,
		     bool written)
{
	if (kept->path)
		service->files[service->state.files++] = (struct vwx_labelled){label, written};
}

/* What the metrics say of the files. */
static void tell_files(struct vwd_service *service)
{
	const struct vwd_store *store = &service->store;
	bool changed =
		!store->last_change.path || store->last_change.written || service->state.last_change <= 0;

	service->state.files = 0;
	add_file(service, &store->report, "report", store->report.written);
	add_file(service, &store->last, "state", store->last.written && changed);
	add_file(service, &store->textfile, "textfile", store->textfile.written);
}

/* The file tells of itself, too: who reads it finds it written. */
static void write_textfile(struct vwd_service *service)
{
	struct vwd_kept *kept = &service->store.textfile;
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};

	if (!kept->path)
		return;
	kept->written = true;
	tell_files(service);
	if (vwd_publish_text(&service->rendered, &service->state, service->counters, &text) == 0)
		vwd_state_write(kept, text.data, text.size, true);
	else
		kept->written = false;
}

/* Bring the files to what is known, after each probe: another report, or something wrong with a file.
 * @changed: the report's bytes are others than the last time */
static void keep(struct vwd_service *service, bool changed)
{
	const struct vwd_body *document = service->rendered.document;

	if (!document)
		return;
	vwd_state_write(&service->store.report, document->text.data, document->text.size, changed);
	vwd_state_write(&service->store.last, service->digest.text, service->digest.size, changed);
	vwd_store_write_change(&service->store, (uint64_t)service->state.last_change);
	write_textfile(service);
	tell_files(service);
}

/* Say what became of the machine since the last report. */
static int compare(struct vwd_service *service, const struct vw_report *report)
{
	_cleanup_(vwd_changes_free) struct vwd_changes changes = {0};
	_cleanup_(vwd_digest_free) struct vwd_digest digest = {0};
	struct vwd_digest before;
	int r = vwd_digest_of(report, &digest);

	if (r == 0 && service->compared)
		r = vwd_changes_between(&service->digest, &digest, &changes);
	if (r < 0)
		return r;
	for (size_t i = 0; i < changes.count; i++)
		service->changes[changes.change[i].kind].value++;
	if (vwd_changes_are_of_machine(&changes))
		service->state.last_change = (double)(uint64_t)service->state.last_probe;
	if (changes.count)
		vwd_journal_changes(&changes, &service->digest, &digest);
	before = service->digest;
	service->digest = digest;
	service->compared = true;
	digest = before;
	return 0;
}

/* Render and serve a report. Returns 1 when it is another one, 0 when it is the same, or a negative errno. */
static int spread(struct vwd_service *service, const struct vw_report *report)
{
	struct vwd_rendered rendered = {0};
	int r = vwd_report_render(report, &service->rendered, &rendered);

	vwd_log_trouble(&service->rendering, r < 0 ? r : 0, "rendering the report", NULL);
	if (r < 0)
		return r;
	vwd_rendered_free(&service->rendered);
	service->rendered = rendered;
	if (service->http)
		vwd_log_trouble(&service->serving, vwd_publish(service->http, report, &service->rendered),
				"rendering what is served", NULL);
	return r;
}

/* Returns as spread(). */
static int take(struct vwd_service *service, struct vwd_inspected *inspected)
{
	int r;

	service->state.last_probe = (double)vwb_clock_ns(CLOCK_REALTIME) / 1e9;
	service->state.probe_seconds = inspected->seconds;
	vw_counter_reader_free(service->counters);
	service->counters = inspected->counters;
	inspected->counters = NULL;
	r = compare(service, inspected->report);
	return r < 0 ? r : spread(service, inspected->report);
}

static void set_interval(struct vwd_service *service)
{
	uint64_t interval = service->config.interval, slack = interval / 10;

	if (slack > SLACK_MAX_MS)
		slack = SLACK_MAX_MS;
	if (!interval || sd_event_source_set_time_accuracy(service->interval, slack * MS) < 0 ||
	    sd_event_source_set_time_relative(service->interval, interval * MS) < 0)
		(void)sd_event_source_set_enabled(service->interval, SD_EVENT_OFF);
	else
		(void)sd_event_source_set_enabled(service->interval, SD_EVENT_ONESHOT);
}

/* Probe, and go on with the last report where that fails. */
static int probe(struct vwd_service *service)
{
	struct vwd_inspected inspected = {0};
	char problem[PROBLEM_SIZE] = "";
	int r = vwd_inspect(&service->config, &inspected, problem, sizeof(problem));

	service->state.probes++;
	vwd_log_trouble(&service->inspecting, r, "probing", problem);
	if (r == 0)
		r = take(service, &inspected);
	service->state.probe_succeeded = r >= 0;
	service->state.probe_failures += r < 0;
	vwd_inspected_free(&inspected);
	keep(service, r > 0);
	malloc_trim(0);
	set_interval(service);
	return r < 0 ? r : 0;
}

static void tell_status(struct vwd_service *service, const char *before)
{
	const char *doubt = service->inspecting.err < 0 ? " (it could not be probed again)" : "";

	sd_notifyf(0, "%sSTATUS=%s%s", before, service->rendered.headline, doubt);
}

static void probe_because(void *context, const char *why)
{
	struct vwd_service *service = context;

	vwd_log_say(LOG_DEBUG, "probing: %s", why);
	(void)probe(service);
	tell_status(service, "");
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
static void put_held(const struct vwd_service *service, const struct vwd_config *config,
		     struct vwb_buffer *out)
{
	for (size_t i = 0; i < config->listen.count && !service->inherited; i++)
		vwb_putf(out, "%s\n", config->listen.address[i]);
	vwb_putf(out, "%ju\n%ju\n", (uintmax_t)config->connections, (uintmax_t)config->timeout);
}

static void warn_of_restart(const struct vwd_service *service, const struct vwd_config *before,
			    const struct vwd_config *after)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer wanted = {0};

	put_held(service, after, &wanted);
	if (!vwb_text_equal(wanted.data, service->held.data))
		vwd_log_say(LOG_WARNING, "%sconnections and timeout hold after a restart",
			    service->inherited ? "" : "listen, ");
	if (!vwb_text_equal(before->snapshot, after->snapshot) && (!before->snapshot || !after->snapshot))
		vwd_log_say(LOG_WARNING,
			    "devices are watched, or not, as before: restart after a change of snapshot");
}

static void say_where(const struct vwd_service *service)
{
	const char *text;

	for (size_t i = 0; service->http && (text = vwd_http_listening(service->http, i)) != NULL; i++)
		vwd_log_say(LOG_INFO, "listening on %s%s", text,
			    service->inherited ? ", a socket of systemd's: the option listen is not used"
					       : "");
	for (size_t i = 0; service->http && (text = vwd_http_note(service->http, i)) != NULL; i++)
		vwd_log_say(LOG_INFO, "%s: %s", service->config.web_config, text);
}

/* Either all of a new configuration holds, or nothing of it. */
static int apply(struct vwd_service *service, struct vwd_config *config)
{
	_cleanup_(vwd_store_free) struct vwd_store store = {0};
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	char problem[PROBLEM_SIZE] = "";
	struct vwd_store old_store = service->store;
	struct vwd_config old_config = service->config;
	int r = 0;

	if (config->snapshot && !vwb_text_equal(old_config.snapshot, config->snapshot))
		r = vw_source_snapshot(config->snapshot, &source, problem, sizeof(problem));
	if (r == 0 && !(vwb_text_equal(old_config.report_file, config->report_file) &&
			vwb_text_equal(old_config.state_directory, config->state_directory) &&
			vwb_text_equal(old_config.textfile, config->textfile)))
		r = vwd_store_init(&store, config->report_file, config->state_directory, config->textfile);
	if (r == 0 && service->http)
		r = vwd_http_reload(service->http, config->web_config, problem, sizeof(problem));
	if (r < 0) {
		vwd_log_say(LOG_ERR, "%s; the configuration stays as it was",
			    *problem ? problem : strerror(-r));
		return r;
	}
	warn_of_restart(service, &old_config, config);
	if (store.arena) {
		service->store = store;
		store = old_store;
	}
	if (service->monitor)
		vwd_monitor_settle(service->monitor, config->settle);
	service->config = *config;
	*config = old_config;
	say_where(service);
	return 0;
}

static void reload(struct vwd_service *service)
{
	_cleanup_(vwd_config_free) struct vwd_config config = {0};
	char problem[PROBLEM_SIZE] = "";

	if (vwd_config_read(service->argc, service->argv, &config, problem, sizeof(problem)) < 0)
		vwd_log_say(LOG_ERR, "%s; the configuration stays as it was", problem);
	else
		(void)apply(service, &config);
}

static int at_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct vwd_service *service = context;

	(void)source;
	(void)info;
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%ju", (uintmax_t)(vwb_clock_ns(CLOCK_MONOTONIC) / 1000));
	reload(service);
	(void)probe(service);
	tell_status(service, "READY=1\n");
	return 0;
}

static int render_tail(void *context, enum vwd_resource resource, struct vwb_buffer *out)
{
	struct vwd_service *service = context;

	return vwd_publish_tail(&service->state, service->counters,
				resource == VW_RESOURCE_OPENMETRICS ? VW_OPENMETRICS : VW_PROMETHEUS_TEXT,
				out);
}

static enum vwd_agent_exit start_http(struct vwd_service *service)
{
	const struct vwd_config *config = &service->config;
	int inherited[SOCKETS_MAX], count = sd_listen_fds(0);
	char problem[VW_HTTP_PROBLEM_MAX] = "";
	struct vwd_http_options options = {
		.listen = config->listen.address,
		.listen_count = config->listen.count,
		.inherited = inherited,
		.web_config = config->web_config,
		.connections = (unsigned)service->connections,
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
	r = vwd_http_new(service->event, &options, &service->http, problem, sizeof(problem));
	if (r == 0) {
		say_where(service);
		return VW_AGENT_OK;
	}
	vwd_log_say(LOG_ERR, "%s", *problem ? problem : strerror(-r));
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

static int watch_signals(struct vwd_service *service)
{
	int r = sd_event_add_signal(service->event, &service->terminate, SIGTERM, at_end, service);

	if (r >= 0)
		r = sd_event_add_signal(service->event, &service->interrupt, SIGINT, at_end, service);
	if (r >= 0)
		r = sd_event_add_signal(service->event, &service->reload, SIGHUP, at_reload, service);
	return r;
}

static int make_loop(struct vwd_service *service)
{
	int r = block_signals();

	return r < 0 ? r : sd_event_new(&service->event);
}

static int make_timer(struct vwd_service *service)
{
	int r = sd_event_add_time(service->event, &service->interval, CLOCK_BOOTTIME, 0, 0, at_interval,
				  service);

	return r < 0 ? r : sd_event_source_set_enabled(service->interval, SD_EVENT_OFF);
}

static int feed_watchdog(struct vwd_service *service)
{
	return sd_event_set_watchdog(service->event, true);
}

static int watch_machine(struct vwd_service *service)
{
	if (service->config.snapshot)
		return 0;
	return vwd_monitor_new(service->event, service->config.settle, probe_because, service,
			       &service->monitor);
}

static int name_files(struct vwd_service *service)
{
	const struct vwd_config *config = &service->config;

	return vwd_store_init(&service->store, config->report_file, config->state_directory,
			      config->textfile);
}

/* Allow us as many descriptors as the connections need, or as many connections as there are descriptors for.
 */
static int find_descriptors(struct vwd_service *service)
{
	uint64_t wanted = service->config.connections + DESCRIPTORS;
	struct rlimit limit;

	service->connections = service->config.connections;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	if (limit.rlim_cur >= wanted)
		return 0;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* what it came to decides */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	if (limit.rlim_cur >= wanted)
		return 0;
	service->connections = limit.rlim_cur > DESCRIPTORS ? limit.rlim_cur - DESCRIPTORS : 1;
	vwd_log_say(LOG_WARNING, "connections: %ju instead of %ju, since no more than %ju files may be open",
		    (uintmax_t)service->connections, (uintmax_t)service->config.connections,
		    (uintmax_t)limit.rlim_cur);
	return 0;
}

static int prepare(struct vwd_service *service)
{
	static const struct {
		const char *what;
		int (*make)(struct vwd_service *service);
	} steps[] = {
		{"the event loop", make_loop},
		{"signals", watch_signals},
		{"the timer", make_timer},
		{"the watchdog, WATCHDOG_USEC and WATCHDOG_PID", feed_watchdog},
		{"watching the machine", watch_machine},
		{"the names of files", name_files},
		{"the limit of open files", find_descriptors},
	};

	for (size_t i = 0; i < VW_COUNT(steps); i++) {
		int r = steps[i].make(service);

		if (r >= 0)
			continue;
		vwd_log_say(LOG_ERR, "%s: %s", steps[i].what, strerror(-r));
		return r;
	}
	return 0;
}

/* What the metrics tell from the first moment on. */
static void remember(struct vwd_service *service)
{
	uint64_t changed;

	for (size_t i = 0; i < VW_CHANGES; i++)
		service->changes[i].label = vwd_change_word((enum vwd_change_kind)i);
	service->state.change = service->changes;
	service->state.change_kinds = VW_CHANGES;
	service->state.file = service->files;
	if (vwd_store_read_change(&service->store, &changed) == 0)
		service->state.last_change = (double)changed;
	service->compared = vwd_store_read(&service->store, &service->digest) == 0;
}

static enum vwd_agent_exit start(struct vwd_service *service)
{
	enum vwd_agent_exit exit;

	if (prepare(service) < 0)
		return VW_AGENT_FAILED;
	exit = start_http(service);
	if (exit != VW_AGENT_OK)
		return exit;
	remember(service);
	if (probe(service) < 0) /* it has been said why */
		return service->config.snapshot ? VW_AGENT_CONFIG : VW_AGENT_FAILED;
	if (service->http)
		vwd_http_ready(service->http, true);
	tell_status(service, "READY=1\n");
	return VW_AGENT_OK;
}

static void end(struct vwd_service *service)
{
	vwd_http_free(service->http);
	vwd_monitor_free(service->monitor);
	sd_event_source_disable_unref(service->terminate);
	sd_event_source_disable_unref(service->interrupt);
	sd_event_source_disable_unref(service->reload);
	sd_event_source_disable_unref(service->interval);
	sd_event_unref(service->event);
	vw_counter_reader_free(service->counters);
	vwd_rendered_free(&service->rendered);
	vwd_digest_free(&service->digest);
	vwd_store_free(&service->store);
	vwb_buffer_free(&service->held);
	vwd_config_free(&service->config);
}

/* What a probe needed goes back to the system after it: the service rests most of its life. */
static void tame_malloc(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, MALLOC_KEEP);
	mallopt(M_TOP_PAD, 0);
	mallopt(M_MMAP_THRESHOLD, 2 * MALLOC_KEEP);
}

enum vwd_agent_exit vwd_service_run(int argc, char **argv, struct vwd_config *config)
{
	struct vwd_service service = {.argc = argc, .argv = argv, .config = *config};
	enum vwd_agent_exit exit;
	int r;

	*config = (struct vwd_config){0};
	tame_malloc();
	exit = start(&service);
	if (exit == VW_AGENT_OK) {
		r = sd_event_loop(service.event);
		if (r < 0) {
			vwd_log_say(LOG_ERR, "the loop: %s", strerror(-r));
			exit = VW_AGENT_FAILED;
		}
		sd_notify(0, "STOPPING=1");
	}
	end(&service);
	return exit;
}
