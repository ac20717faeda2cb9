/* SPDX-License-Identifier: MIT */

/*
 * The service's HTTP server without the service: agent_http OPTION... -- what tests/e2e/web.py talks to.
 *
 *   --listen ADDRESS      listen there; may be given often
 *   --inherit             listen on the descriptors from 3 on, LISTEN_FDS of them
 *   --web-config FILE     with this web configuration; read again on SIGHUP
 *   --connections N, --timeout SECONDS
 *   --size BYTES          of the report
 *   --bare                publish nothing
 *
 * Each address is printed on a line of its own, then "ready". After each reload "reloaded" or the problem. It
 * is ready from the beginning and turns not ready on SIGUSR1. The tail of the metrics counts how often it was
 * rendered. Ends on SIGTERM; exits 1 when the server does not start.
 */

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "agent/http.h"

enum { LISTEN_MAX = 32, REPORT_SIZE = 20000, LINE = 80 };

static struct {
	const char *listen[LISTEN_MAX];
	int inherited[LISTEN_MAX];
	struct vwd_http_options options;
	size_t report_size;
	bool bare;
} given = {.report_size = REPORT_SIZE};

static unsigned rendered;

static int tail(void *context, enum vwd_resource resource, struct vwb_buffer *out)
{
	(void)context;
	vwb_putf(out, "rendered_total %u\n%s", ++rendered,
		 resource == VW_RESOURCE_OPENMETRICS ? "# EOF\n" : "");
	return out->error;
}

static bool publish(struct vwd_http *http, enum vwd_resource resource, const char *media_type,
		    struct vwb_buffer *text)
{
	struct vwd_body *body = NULL;
	bool good = vwd_body_new(media_type, text, &body) == 0;

	if (good)
		vwd_http_publish(http, resource, body);
	vwd_body_unref(body);
	vwb_buffer_free(text);
	return good;
}

static bool publish_all(struct vwd_http *http)
{
	struct vwb_buffer metrics = {0}, openmetrics = {0}, report = {0}, page = {0};

	vwb_put(&metrics, "# TYPE sample gauge\n");
	vwb_put(&openmetrics, "# TYPE sample gauge\n");
	for (unsigned i = 0; i < 200; i++) {
		vwb_putf(&metrics, "sample{number=\"%u\"} %u\n", i, i * i);
		vwb_putf(&openmetrics, "sample{number=\"%u\"} %u\n", i, i * i);
	}
	vwb_put(&report, "{\"text\": \"");
	vwb_put_repeated(&report, "x", given.report_size);
	vwb_put(&report, "\"}\n");
	vwb_put(&page, "<!DOCTYPE html><title>page</title>\n");
	return publish(http, VW_RESOURCE_METRICS, "text/plain; version=0.0.4; charset=utf-8", &metrics) &&
	       publish(http, VW_RESOURCE_OPENMETRICS,
		       "application/openmetrics-text; version=1.0.0; charset=utf-8", &openmetrics) &&
	       publish(http, VW_RESOURCE_REPORT, "application/json", &report) &&
	       publish(http, VW_RESOURCE_PAGE, "text/html; charset=utf-8", &page);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	char problem[VW_HTTP_PROBLEM_MAX];
	int err;

	(void)source;
	(void)info;
	err = vwd_http_reload(userdata, given.options.web_config, problem, sizeof(problem));
	printf("%s\n", err ? problem : "reloaded");
	return 0;
}

static int on_user(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	(void)source;
	(void)info;
	vwd_http_ready(userdata, false);
	printf("not ready\n");
	return 0;
}

static int serve(sd_event *event, struct vwd_http *http)
{
	const char *text;

	if (!given.bare && !publish_all(http))
		return 1;
	vwd_http_ready(http, true);
	if (sd_event_add_signal(event, NULL, SIGHUP, on_hangup, http) < 0 ||
	    sd_event_add_signal(event, NULL, SIGUSR1, on_user, http) < 0 ||
	    sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL) < 0)
		return 1;
	for (size_t i = 0; (text = vwd_http_listening(http, i)) != NULL; i++)
		printf("%s\n", text);
	for (size_t i = 0; (text = vwd_http_note(http, i)) != NULL; i++)
		printf("note: %s\n", text);
	printf("ready\n");
	return sd_event_loop(event) < 0;
}

static int start(sd_event *event)
{
	char problem[VW_HTTP_PROBLEM_MAX];
	struct vwd_http *http;
	int status;

	if (vwd_http_new(event, &given.options, &http, problem, sizeof(problem)) != 0) {
		printf("%s\n", problem);
		return 1;
	}
	status = serve(event, http);
	vwd_http_free(http);
	return status;
}

static bool take_number(const char *text, unsigned *ret)
{
	uint64_t number;

	if (vwb_number_parse(text, 10, UINT32_MAX, &number) != 0)
		return false;
	*ret = (unsigned)number;
	return true;
}

static void inherit(void)
{
	int count = sd_listen_fds(1);

	for (int i = 0; i < count && i < LISTEN_MAX; i++)
		given.inherited[given.options.inherited_count++] = SD_LISTEN_FDS_START + i;
}

static bool take_option(int option, const char *value)
{
	unsigned number = 0;

	switch (option) {
	case 'l':
		if (given.options.listen_count == LISTEN_MAX)
			return false;
		given.listen[given.options.listen_count++] = value;
		return true;
	case 'i':
		inherit();
		return true;
	case 'w':
		given.options.web_config = value;
		return true;
	case 'c':
		return take_number(value, &given.options.connections);
	case 't':
		return take_number(value, &given.options.timeout_seconds);
	case 's':
		if (!take_number(value, &number))
			return false;
		given.report_size = number;
		return true;
	case 'b':
		given.bare = true;
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"listen", required_argument, NULL, 'l'},
		{"inherit", no_argument, NULL, 'i'},
		{"web-config", required_argument, NULL, 'w'},
		{"connections", required_argument, NULL, 'c'},
		{"timeout", required_argument, NULL, 't'},
		{"size", required_argument, NULL, 's'},
		{"bare", no_argument, NULL, 'b'},
		{NULL, 0, NULL, 0},
	};
	sd_event *event = NULL;
	sigset_t signals;
	int option, status;

	given.options.listen = given.listen;
	given.options.inherited = given.inherited;
	given.options.tail = tail;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(option, optarg))
			return 2;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (sd_event_default(&event) < 0)
		return 1;
	status = start(event);
	sd_event_unref(event);
	return status;
}
