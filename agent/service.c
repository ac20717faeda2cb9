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
	DESCRIPTORS = 128,        /* besides those of connections: sockets that listen, what a probe opens */
	FILES_MAX = 3,            /* that are kept */
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
	uint64_t connections;  /* that there are descriptors for */
	struct vw_store store;
	struct vw_rendered rendered; /* of the last report */
	struct vw_digest digest;     /* of the last report, also of the one before this service started */
	bool compared;               /* there is such a digest */
	struct vw_counter_reader *counters;
	struct vw_service_state state;
	struct vw_labelled changes[VW_CHANGES], files[FILES_MAX]; /* of the state */
	struct vw_trouble inspecting, rendering, serving;
};

static double unix_time(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- what is kept ------------------------------------------------------------------------------------ */

static bool holds(const struct vw_kept *kept)
{
	return !kept->path || kept->written;
}

static void add_file(struct vw_service *service, const struct vw_kept *kept, const char *label, bool written)
{
	if (kept->path)
		service->files[service->state.files++] = (struct vw_labelled){label, written};
}

/* What the metrics say of the files. */
static void tell_files(struct vw_service *service)
{
	const struct vw_store *store = &service->store;
	bool changed = holds(&store->last_change) || service->state.last_change <= 0;

	service->state.files = 0;
	add_file(service, &store->report, "report", store->report.written);
	add_file(service, &store->last, "state", store->last.written && changed);
	add_file(service, &store->textfile, "textfile", store->textfile.written);
}

/* The file tells of itself, too: who reads it finds it written. */
static void write_textfile(struct vw_service *service)
{
	struct vw_kept *kept = &service->store.textfile;
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};

	if (!kept->path)
		return;
	kept->written = true;
	tell_files(service);
	if (vw_publish_text(&service->rendered, &service->state, service->counters, &text) == 0)
		vw_keep(kept, text.data, text.size, true);
	else
		kept->written = false;
}

/* Bring the files to what is known, after each probe: another report, or something wrong with a file.
 * @changed: the report's bytes are others than the last time */
static void keep(struct vw_service *service, bool changed)
{
	const struct vw_body *document = service->rendered.document;

	if (!document)
		return;
	vw_store_keep(&service->store, vw_body_bytes(document), vw_body_size(document), changed);
	vw_store_keep_change(&service->store, (uint64_t)service->state.last_change);
	write_textfile(service);
	tell_files(service);
}

/* --- a probe and what follows ------------------------------------------------------------------------ */

static void count_changes(struct vw_service *service, const struct vw_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		service->changes[changes->change[i].kind].value++;
	if (vw_changes_are_of_machine(changes))
		service->state.last_change = (double)(uint64_t)service->state.last_probe;
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
		count_changes(service, &changes);
		vw_journal_changes(&changes, &service->digest, &digest);
	}
	before = service->digest;
	service->digest = digest;
	service->compared = true;
	digest = before;
	return 0;
}

/* Render and serve a report. Returns 1 when it is another one, 0 when it is the same, or a negative errno. */
static int spread(struct vw_service *service, const struct vw_report *report)
{
	struct vw_rendered rendered = {0};
	int r = vw_render_all(report, &service->rendered, &rendered);

	vw_trouble(&service->rendering, r < 0 ? r : 0, "rendering the report", NULL);
	if (r < 0)
		return r;
	vw_rendered_free(&service->rendered);
	service->rendered = rendered;
	if (service->http)
		vw_trouble(&service->serving, vw_publish(service->http, report, &service->rendered),
			   "rendering what is served", NULL);
	return r;
}

/* Returns as spread(). */
static int take(struct vw_service *service, struct vw_inspected *inspected)
{
	int r;

	service->state.last_probe = unix_time();
	service->state.probe_seconds = inspected->seconds;
	vw_counter_reader_free(service->counters);
	service->counters = inspected->counters;
	inspected->counters = NULL;
	r = compare(service, inspected->report);
	return r < 0 ? r : spread(service, inspected->report);
}

static uint64_t slack_of(uint64_t interval)
{
	uint64_t slack = interval / 10;

	return slack < SLACK_MAX_MS ? slack : SLACK_MAX_MS;
}

static void set_interval(struct vw_service *service)
{
	uint64_t interval = service->config.interval;

	if (!interval || sd_event_source_set_time_accuracy(service->interval, slack_of(interval) * MS) < 0 ||
	    sd_event_source_set_time_relative(service->interval, interval * MS) < 0)
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
	service->state.probe_succeeded = r >= 0;
	service->state.probe_failures += r < 0;
	vw_inspected_free(&inspected);
	keep(service, r > 0);
	malloc_trim(0);
	set_interval(service);
	return r < 0 ? r : 0;
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

static bool keeps_the_same(const struct vw_config *a, const struct vw_config *b)
{
	return vw_equal(a->report_file, b->report_file) && vw_equal(a->state_directory, b->state_directory) &&
	       vw_equal(a->textfile, b->textfile);
}

static int check_snapshot(const char *path, char *problem, size_t problem_size)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;

	return vw_source_snapshot(path, &source, problem, problem_size);
}

/* Either all of a new configuration holds, or nothing of it. */
static int apply(struct vw_service *service, struct vw_config *config)
{
	_cleanup_(vw_store_free) struct vw_store store = {0};
	char problem[PROBLEM_SIZE] = "";
	struct vw_store old_store = service->store;
	struct vw_config old_config = service->config;
	int r = 0;

	if (config->snapshot && !vw_equal(old_config.snapshot, config->snapshot))
		r = check_snapshot(config->snapshot, problem, sizeof(problem));
	if (r == 0 && !keeps_the_same(&old_config, config))
		r = vw_store_init(&store, config->report_file, config->state_directory, config->textfile);
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

static int watch_signals(struct vw_service *service)
{
	int r = sd_event_add_signal(service->event, &service->terminate, SIGTERM, at_end, service);

	if (r >= 0)
		r = sd_event_add_signal(service->event, &service->interrupt, SIGINT, at_end, service);
	if (r >= 0)
		r = sd_event_add_signal(service->event, &service->reload, SIGHUP, at_reload, service);
	return r;
}

static int make_loop(struct vw_service *service)
{
	int r = block_signals();

	return r < 0 ? r : sd_event_new(&service->event);
}

static int make_timer(struct vw_service *service)
{
	int r = sd_event_add_time(service->event, &service->interval, CLOCK_BOOTTIME, 0, 0, at_interval,
				  service);

	return r < 0 ? r : sd_event_source_set_enabled(service->interval, SD_EVENT_OFF);
}

static int feed_watchdog(struct vw_service *service)
{
	return sd_event_set_watchdog(service->event, true);
}

static int watch_machine(struct vw_service *service)
{
	if (service->config.snapshot)
		return 0;
	return vw_monitor_new(service->event, service->config.settle, at_happening, service,
			      &service->monitor);
}

static int name_files(struct vw_service *service)
{
	const struct vw_config *config = &service->config;

	return vw_store_init(&service->store, config->report_file, config->state_directory, config->textfile);
}

/* Allow us as many descriptors as the connections need, or as many connections as there are descriptors for.
 */
static int find_descriptors(struct vw_service *service)
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
	vw_say(LOG_WARNING, "connections: %ju instead of %ju, since no more than %ju files may be open",
	       (uintmax_t)service->connections, (uintmax_t)service->config.connections,
	       (uintmax_t)limit.rlim_cur);
	return 0;
}

static int prepare(struct vw_service *service)
{
	static const struct {
		const char *what;
		int (*make)(struct vw_service *service);
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
		vw_say(LOG_ERR, "%s: %s", steps[i].what, strerror(-r));
		return r;
	}
	return 0;
}

/* What the metrics tell from the first moment on. */
static void remember(struct vw_service *service)
{
	uint64_t changed;

	for (size_t i = 0; i < VW_CHANGES; i++)
		service->changes[i].label = vw_change_word((enum vw_change_kind)i);
	service->state.change = service->changes;
	service->state.change_kinds = VW_CHANGES;
	service->state.file = service->files;
	if (vw_store_read_change(&service->store, &changed) == 0)
		service->state.last_change = (double)changed;
	service->compared = vw_store_read(&service->store, &service->digest) == 0;
}

static enum vw_agent_exit start(struct vw_service *service)
{
	enum vw_agent_exit exit;

	if (prepare(service) < 0)
		return VW_AGENT_FAILED;
	exit = start_http(service);
	if (exit != VW_AGENT_OK)
		return exit;
	remember(service);
	if (probe(service) < 0) /* it has been said why */
		return service->config.snapshot ? VW_AGENT_CONFIG : VW_AGENT_FAILED;
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
