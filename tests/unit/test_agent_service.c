/* SPDX-License-Identifier: MIT */

/* The service's loop, in this process: what it tells systemd, when it probes again, what it counts and keeps.
 * systemd is the test: each time that it is told something, the next step is made. */

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include <cmocka.h>

#include <libudev.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "agent/service.h"
#include "tests/unit/left_behind.h"
#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/open_fails.h"
#include "tests/unit/said.h"
#include "tests/unit/scratch.h"

enum { TOLD_MAX = 4096, STRIDE = 7 };

/* Systemd's and the kernel's place. */

static struct scratch *scratch;

static struct {
	char told[TOLD_MAX];
	unsigned statuses; /* that were told */
	void (*step)(unsigned number), (*reloading)(void);
	int watchdog, watchdog_error;
	uint64_t accuracy, relative; /* µs: of the interval; 0: none is set */
	int accuracy_error;
	sd_event_source *interval;
	struct rlimit limit, wanted;
	bool limit_fails;
	int trim, top_pad, arenas, threshold;
} host;

static void tell(const char *message)
{
	size_t used = strlen(host.told);

	assert_true(used + strlen(message) + 2 < TOLD_MAX);
	snprintf(host.told + used, TOLD_MAX - used, "%s\n", message);
	if (strncmp(message, "RELOADING=1", 11) == 0 && host.reloading)
		host.reloading();
	if (strstr(message, "STATUS="))
		host.step(++host.statuses);
}

int notify_in_place(int unset, const char *message) __asm__("sd_notify");
int notifyf_in_place(int unset, const char *format, ...) __asm__("sd_notifyf") _printf_(2, 3);
int watchdog_in_place(sd_event *event, int on) __asm__("sd_event_set_watchdog");
int accuracy_in_place(sd_event_source *source, uint64_t usec) __asm__("sd_event_source_set_time_accuracy");
int relative_in_place(sd_event_source *source, uint64_t usec) __asm__("sd_event_source_set_time_relative");
int getrlimit_in_place(int resource, struct rlimit *ret) __asm__("getrlimit");
int setrlimit_in_place(int resource, const struct rlimit *limit) __asm__("setrlimit");
int mallopt_in_place(int option, int value) __asm__("mallopt");

int notify_in_place(int unset, const char *message)
{
	assert_int_equal(unset, 0);
	tell(message);
	return 1;
}

int notifyf_in_place(int unset, const char *format, ...)
{
	char message[1024];
	va_list arguments;

	assert_int_equal(unset, 0);
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	tell(message);
	return 1;
}

int watchdog_in_place(sd_event *event, int on)
{
	assert_non_null(event);
	host.watchdog = on;
	return host.watchdog_error;
}

/* The interval itself is not waited for. */
int accuracy_in_place(sd_event_source *source, uint64_t usec)
{
	host.interval = source;
	host.accuracy = usec;
	return host.accuracy_error;
}

int relative_in_place(sd_event_source *source, uint64_t usec)
{
	host.relative = usec;
	return sd_event_source_set_time(source, UINT64_MAX - 1);
}

int getrlimit_in_place(int resource, struct rlimit *ret)
{
	if (resource != RLIMIT_NOFILE) /* a sanitizer asks for others */
		return (int)syscall(SYS_prlimit64, 0, resource, NULL, ret);
	*ret = host.limit;
	return 0;
}

int setrlimit_in_place(int resource, const struct rlimit *limit)
{
	if (resource != RLIMIT_NOFILE)
		return (int)syscall(SYS_prlimit64, 0, resource, limit, NULL);
	assert_int_equal(limit->rlim_max, host.limit.rlim_max);
	host.wanted = *limit;
	if (!host.limit_fails)
		host.limit = *limit;
	return host.limit_fails ? -1 : 0;
}

int mallopt_in_place(int option, int value)
{
	*(option == M_ARENA_MAX        ? &host.arenas
	  : option == M_TRIM_THRESHOLD ? &host.trim
	  : option == M_MMAP_THRESHOLD ? &host.threshold
				       : &host.top_pad) = value;
	return 1;
}

/* Udev's place. */

struct udev_device {
	int left; /* events */
};

static struct udev_device plugged;
static int events; /* eventfd */

struct udev *udev_new(void)
{
	return (struct udev *)&plugged;
}

struct udev *udev_unref(struct udev *udev)
{
	(void)udev;
	return NULL;
}

struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name)
{
	(void)name;
	return (struct udev_monitor *)udev;
}

struct udev_monitor *udev_monitor_unref(struct udev_monitor *monitor)
{
	(void)monitor;
	return NULL;
}

int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *monitor, const char *subsystem,
						    const char *devtype)
{
	(void)monitor;
	(void)subsystem;
	(void)devtype;
	return 0;
}

int udev_monitor_set_receive_buffer_size(struct udev_monitor *monitor, int size)
{
	(void)monitor;
	(void)size;
	return 0;
}

int udev_monitor_enable_receiving(struct udev_monitor *monitor)
{
	(void)monitor;
	return 0;
}

int udev_monitor_get_fd(struct udev_monitor *monitor)
{
	(void)monitor;
	return events;
}

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
	eventfd_t count;

	(void)monitor;
	errno = EAGAIN;
	return eventfd_read(events, &count) == 0 ? &plugged : NULL;
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
	(void)device;
	return NULL;
}

const char *udev_device_get_subsystem(struct udev_device *device)
{
	(void)device;
	return "net";
}

const char *udev_device_get_devpath(struct udev_device *device)
{
	(void)device;
	return "/devices/vif-0/net/eth0";
}

/* Machines. */

static char path[5][128]; /* see PATHS */

enum { CONF, MACHINE, REPORT, TEXTFILE, STATE };

static void put_machine(const char *name, const char *cpuinfo)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/%s", scratch->directory, name);
	assert_int_equal(mkdir(file, 0755), 0);
	snprintf(file, sizeof(file), "%s/%s/proc", scratch->directory, name);
	assert_int_equal(mkdir(file, 0755), 0);
	snprintf(file, sizeof(file), "%s/%s/meta.json", scratch->directory, name);
	write_text(file, "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"x86_64\"}");
	snprintf(file, sizeof(file), "%s/%s/proc/cpuinfo", scratch->directory, name);
	write_text(file, cpuinfo);
	snprintf(file, sizeof(file), "%s/%s/proc/stat", scratch->directory, name);
	write_text(file, "cpu  1 2 3 4 5 6 7 850 9 10\n");
}

/* The snapshot is another machine from now on. NULL: there is none. */
static void become(const char *name)
{
	(void)unlink(path[MACHINE]);
	if (name)
		assert_int_equal(symlink(name, path[MACHINE]), 0);
}

static void configure(const char *more)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "[virtwhered]\nlisten =\nreport-file = %s\ntextfile = %s\nstate-directory = %s\nsnapshot = "
		 "%s\n%s",
		 path[REPORT], path[TEXTFILE], path[STATE], path[MACHINE], more);
	write_text(path[CONF], text);
}

static void configure_live(const char *settle)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "[virtwhered]\nlisten =\nreport-file =\nstate-directory =\ntextfile = %s\nsettle = %s\n",
		 path[TEXTFILE], settle);
	write_text(path[CONF], text);
}

static int setup(void **state)
{
	static const char *const names[] = {"conf", "machine", "report.json", "text.prom", "state"};
	int r = scratch_setup(state);

	scratch = *state;
	memset(&host, 0, sizeof(host));
	host.limit = (struct rlimit){1024, 4096};
	for (size_t i = 0; i < VW_COUNT(names); i++)
		snprintf(path[i], sizeof(path[i]), "%s/%s", scratch->directory, names[i]);
	assert_int_equal(mkdir(path[STATE], 0755), 0);
	put_machine("uml", "vendor_id\t: User Mode Linux\nmodel name\t: UML\nmode\t\t: skas\n");
	put_machine("other", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor\n");
	become("uml");
	configure("");
	said_begin();
	return r;
}

static int teardown(void **state)
{
	said_end();
	return scratch_teardown(state);
}

/* Runs it; @step is called each time that it tells a status. */
static enum vwd_agent_exit run(void (*step)(unsigned number))
{
	static char name[] = "virtwhered", option[] = "--config";
	char *argv[] = {name, option, path[CONF], NULL};
	char problem[256] = "";
	struct vwd_config config;

	host.step = step;
	host.statuses = 0;
	host.told[0] = '\0';
	if (vwd_config_read(3, argv, &config, problem, sizeof(problem)) != 0)
		fail_msg("%s", problem);
	return vwd_service_run(3, argv, &config);
}

static void reload(const char *more)
{
	configure(more);
	assert_int_equal(raise(SIGHUP), 0);
}

static void end(void)
{
	assert_int_equal(raise(SIGTERM), 0);
}

/* Lines of the textfile, which was written before the status was told. */
static bool tells(const char *line)
{
	char text[32768], whole[160];
	FILE *file = fopen(path[TEXTFILE], "re");
	size_t size;

	if (!file)
		return false;
	size = fread(text, 1, sizeof(text) - 1, file);
	assert_int_equal(fclose(file), 0);
	text[size] = '\0';
	snprintf(whole, sizeof(whole), "\n%s\n", line);
	return strstr(text, whole) != NULL;
}

static void check_tells(const char *line)
{
	if (!tells(line))
		fail_msg("it does not tell: %s", line);
}

/* What systemd is told. */

static void step_life(unsigned number)
{
	if (number == 1)
		assert_int_equal(raise(SIGHUP), 0);
	else
		end();
}

static void a_life_is_told(void **state)
{
	struct timespec before, after;
	uintmax_t stamp, first, last;
	const char *at;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(run(step_life), VW_AGENT_OK);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(host.watchdog, 1);
	assert_int_equal(host.statuses, 2);
	at = strstr(host.told, "RELOADING=1\nMONOTONIC_USEC=");
	assert_non_null(at);
	stamp = strtoumax(at + strlen("RELOADING=1\nMONOTONIC_USEC="), NULL, 10);
	first = (uintmax_t)before.tv_sec * 1000000 + (uintmax_t)before.tv_nsec / 1000;
	last = (uintmax_t)after.tv_sec * 1000000 + (uintmax_t)after.tv_nsec / 1000;
	assert_true(first <= stamp && stamp <= last);
	assert_int_equal(strncmp(host.told, "READY=1\nSTATUS=User Mode Linux", 30), 0);
	assert_non_null(strstr(at, "\nREADY=1\nSTATUS=User Mode Linux"));
	assert_string_equal(host.told + strlen(host.told) - 11, "STOPPING=1\n");
	assert_string_equal(said_since(), "");
}

static void step_interrupt(unsigned number)
{
	(void)number;
	assert_int_equal(raise(SIGINT), 0);
}

static void an_interrupt_ends_it_too(void **state)
{
	(void)state;
	assert_int_equal(run(step_interrupt), VW_AGENT_OK);
	assert_non_null(strstr(host.told, "STOPPING=1\n"));
	assert_int_equal(signal(SIGPIPE, SIG_DFL) == SIG_IGN, 1);
	/* what a probe needs goes back */
	assert_int_equal(host.arenas, 1);
	assert_true(host.trim > 0 && host.trim <= 64 * 1024);
	assert_true(host.threshold > 0 && host.threshold <= 128 * 1024);
	assert_int_equal(host.top_pad, 0);
}

/* A watchdog that cannot be fed would end it later: it is told at once. */
static void what_it_needs_is_named(void **state)
{
	(void)state;
	host.watchdog_error = -EINVAL;
	assert_int_equal(run(step_life), VW_AGENT_FAILED);
	assert_string_equal(said_since(),
			    "virtwhered: the watchdog, WATCHDOG_USEC and WATCHDOG_PID: Invalid argument\n");
	assert_string_equal(host.told, "");
}

static void without_a_report_it_does_not_start(void **state)
{
	(void)state;
	become(NULL);
	assert_int_equal(run(step_life), VW_AGENT_CONFIG);
	assert_string_equal(host.told, "");
	assert_non_null(strstr(said_since(), "/machine: "));
	assert_int_equal(access(path[REPORT], F_OK), -1);
}

/* Of a snapshot it is the configuration that is wrong; that this machine cannot be looked at is no fault of
 * it. */
static void without_a_machine_it_does_not_start(void **state)
{
	(void)state;
	events = -1;
	configure_live("1s");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", scratch->directory, 1), 0);
	open_error = EMFILE;
	assert_int_equal(run(step_life), VW_AGENT_FAILED);
	open_error = 0;
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_string_equal(host.told, "");
	assert_non_null(strstr(said_since(), "virtwhered: probing: /: Too many open files\n"));
}

/* Whether it is the configuration that is wrong, or the machine that does not let it listen. */
static void where_it_cannot_listen_it_does_not_start(void **state)
{
	static const struct {
		const char *listen, *web, *said;
		enum vwd_agent_exit exit;
	} rows[] = {
		{"http", "nothing.yml", "/nothing.yml: No such file or directory\n", VW_AGENT_CONFIG},
		{"http", "canary", "/canary:1: keys with values are expected here\n", VW_AGENT_CONFIG},
		{"nothing/http", NULL, "/nothing/http: No such file or directory\n", VW_AGENT_FAILED},
		{"canary", NULL, "/canary: something stands there that is no socket\n", VW_AGENT_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char more[512];
		size_t used = (size_t)snprintf(more, sizeof(more), "listen = %s/%s\n", scratch->directory,
					       rows[i].listen);

		if (rows[i].web)
			snprintf(more + used, sizeof(more) - used, "web-config-file = %s/%s\n",
				 scratch->directory, rows[i].web);
		configure(more);
		assert_int_equal(run(step_life), rows[i].exit);
		assert_string_equal(host.told, "");
		assert_non_null(strstr(said_since(), rows[i].said));
	}
}

/* The interval. */

static const struct {
	const char *text;
	uint64_t relative, accuracy; /* ms; 0: there is none */
} intervals[] = {
	{"1h", 3600000, 300000}, {"50min", 3000000, 300000},    {"49min", 2940000, 294000},
	{"10s", 10000, 1000},    {"365d", 31536000000, 300000}, {"0", 0, 0},
};

static void check_interval(bool on)
{
	int is = -1;

	assert_int_equal(sd_event_source_get_enabled(host.interval, &is), on);
	assert_int_equal(is, on ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static void step_interval(unsigned number)
{
	char more[64];

	check_interval(number == 1 || intervals[number - 2].relative);
	if (number > 1) {
		assert_true(host.relative == intervals[number - 2].relative * 1000);
		assert_true(host.accuracy == intervals[number - 2].accuracy * 1000);
	}
	host.relative = host.accuracy = 0;
	if (number > VW_COUNT(intervals)) {
		end();
		return;
	}
	snprintf(more, sizeof(more), "interval = %s\n", intervals[number - 1].text);
	reload(more);
}

static void step_no_timer(unsigned number)
{
	check_interval(number == 1);
	host.accuracy_error = -EINVAL;
	if (number == 1)
		reload("interval = 1s\n");
	else
		end();
}

/* A timer that cannot be set is off, rather than at the time before. */
static void an_interval_that_cannot_be_is_off(void **state)
{
	(void)state;
	assert_int_equal(run(step_no_timer), VW_AGENT_OK);
}

/* A tenth of it is slack, and five minutes at most. */
static void an_interval_has_its_slack(void **state)
{
	(void)state;
	assert_int_equal(run(step_interval), VW_AGENT_OK);
	assert_int_equal(host.statuses, VW_COUNT(intervals) + 1);
}

/* What it counts and keeps. */

static void step_change(unsigned number)
{
	char line[160];

	snprintf(line, sizeof(line), "virtwhere_probes_total %u", number);
	check_tells(line);
	check_tells("virtwhere_probe_failures_total 0");
	check_tells("virtwhere_last_probe_success 1");
	check_tells("virtwhere_file_written{file=\"report\"} 1");
	check_tells("virtwhere_file_written{file=\"state\"} 1");
	check_tells("virtwhere_file_written{file=\"textfile\"} 1");
	snprintf(line, sizeof(line), "virtwhere_changes_total{kind=\"platform\"} %u", number > 2);
	check_tells(line);
	check_tells("virtwhere_changes_total{kind=\"device-new\"} 0");
	snprintf(line, sizeof(line), "%s/last-change", path[STATE]);
	assert_int_equal(access(line, F_OK) == 0, number > 2);
	if (number == 2)
		become("other");
	if (number == 4)
		end();
	else
		reload("");
}

static void a_change_is_counted_once(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(run(step_change), VW_AGENT_OK);
	text = said_since();
	assert_non_null(strstr(text, "virtwhered: uml became "));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

/* The value of a sample without labels, or 0. */
static double value_of(const char *name)
{
	char text[32768], start[96];
	FILE *file = fopen(path[TEXTFILE], "re");
	const char *at;
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	assert_int_equal(fclose(file), 0);
	text[size] = '\0';
	snprintf(start, sizeof(start), "\n%s ", name);
	at = strstr(text, start);
	return at ? strtod(at + strlen(start), NULL) : 0;
}

static double last_change(void)
{
	return value_of("virtwhere_last_change_timestamp_seconds");
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double started;

static void step_time(unsigned number)
{
	double probed = value_of("virtwhere_last_probe_timestamp_seconds");

	/* the text has milliseconds */
	if (probed < started - 0.001 || probed > now() + 0.001)
		fail_msg("%f is not between %f and %f", probed, started, now());
	assert_true(value_of("virtwhere_last_probe_duration_seconds") > 0);
	assert_true(value_of("virtwhere_steal_seconds_total") == 8.5); /* a counter, read beside the report */
	if (number == 20) {
		end();
		return;
	}
	started = now();
	assert_int_equal(raise(SIGHUP), 0);
}

static void a_probe_has_its_time(void **state)
{
	(void)state;
	started = now();
	assert_int_equal(run(step_time), VW_AGENT_OK);
}

static void step_unkept(unsigned number)
{
	char kept[192];

	check_tells("virtwhere_file_written{file=\"report\"} 1");
	check_tells(number == 2 ? "virtwhere_file_written{file=\"state\"} 0"
				: "virtwhere_file_written{file=\"state\"} 1");
	snprintf(kept, sizeof(kept), "%s/last-change", path[STATE]);
	if (number == 1)
		become("other");
	if (number == 2)
		assert_int_equal(rmdir(kept), 0);
	if (number == 3)
		end();
	else
		assert_int_equal(raise(SIGHUP), 0);
}

/* The state is kept when both of its files are, and the second one is none before something has changed. */
static void a_state_is_kept_as_a_whole(void **state)
{
	char kept[192];

	(void)state;
	snprintf(kept, sizeof(kept), "%s/last-change", path[STATE]);
	assert_int_equal(mkdir(kept, 0755), 0);
	assert_int_equal(run(step_unkept), VW_AGENT_OK);
	assert_non_null(strstr(said_since(), "last-change: Is a directory\n"));
}

static void put_interface(const char *machine, const char *name)
{
	static const char *const folders[] = {"", "/class", "/class/net", "/class/net/"};
	char place[256];

	for (size_t i = 0; i < VW_COUNT(folders); i++) {
		snprintf(place, sizeof(place), "%s/%s/sys%s%s", scratch->directory, machine, folders[i],
			 i == 3 ? name : "");
		assert_true(mkdir(place, 0755) == 0 || errno == EEXIST);
	}
	snprintf(place, sizeof(place), "%s/%s/sys/class/net/%s/type", scratch->directory, machine, name);
	write_text(place, "1\n");
	snprintf(place, sizeof(place), "%s/%s/sys/class/net/%s/device", scratch->directory, machine, name);
	assert_int_equal(symlink("../../../devices/vif-0", place), 0);
}

static void step_plug(unsigned number)
{
	check_tells(number == 1 ? "virtwhere_changes_total{kind=\"device-new\"} 0"
				: "virtwhere_changes_total{kind=\"device-new\"} 1");
	assert_true(last_change() == 0);
	if (number == 1) {
		put_interface("uml", "eth1");
		assert_int_equal(raise(SIGHUP), 0);
	} else {
		end();
	}
}

/* A device that comes is counted, but the machine is no other one. */
static void a_device_makes_no_other_machine(void **state)
{
	char kept[192];

	(void)state;
	put_interface("uml", "eth0");
	assert_int_equal(run(step_plug), VW_AGENT_OK);
	assert_string_equal(said_since(), "virtwhered: eth1 (without a driver) is new\n");
	snprintf(kept, sizeof(kept), "%s/last-change", path[STATE]);
	assert_int_equal(access(kept, F_OK), -1);
}

static double first_change;

static void step_again(unsigned number)
{
	(void)number;
	assert_true(last_change() > (double)time(NULL) - 60 && last_change() <= (double)time(NULL));
	check_tells("virtwhere_changes_total{kind=\"platform\"} 1");
	first_change = last_change();
	end();
}

static void step_same(unsigned number)
{
	(void)number;
	assert_true(last_change() == first_change);
	check_tells("virtwhere_changes_total{kind=\"platform\"} 0");
	end();
}

static void step_none(unsigned number)
{
	(void)number;
	assert_true(last_change() == 0);
	end();
}

/* What changed while it did not run is told when it does. */
static void a_change_outlives_it(void **state)
{
	(void)state;
	assert_int_equal(run(step_none), VW_AGENT_OK);
	assert_string_equal(said_since(), "");
	become("other");
	assert_int_equal(run(step_again), VW_AGENT_OK);
	assert_non_null(strstr(said_since(), "virtwhered: uml became "));
	assert_int_equal(run(step_same), VW_AGENT_OK);
	assert_string_equal(said_since(), "");
}

static void step_failure(unsigned number)
{
	static const char *const failures[] = {"0", "1", "2", "2"};
	char line[160];

	snprintf(line, sizeof(line), "virtwhere_probe_failures_total %s", failures[number - 1]);
	check_tells(line);
	snprintf(line, sizeof(line), "virtwhere_probes_total %u", number);
	check_tells(line);
	check_tells(number == 2 || number == 3 ? "virtwhere_last_probe_success 0"
					       : "virtwhere_last_probe_success 1");
	assert_int_equal(strstr(strrchr(host.told, '='), "(it could not be probed again)") != NULL,
			 number == 2 || number == 3);
	if (number == 1)
		become(NULL);
	if (number == 3)
		become("uml");
	if (number == 4)
		end();
	else
		assert_int_equal(raise(SIGHUP), 0);
}

/* The last report stays, and it is said once. */
static void a_probe_that_fails_is_told(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(run(step_failure), VW_AGENT_OK);
	text = said_since();
	assert_non_null(strstr(text, "virtwhered: probing: "));
	assert_null(strstr(strstr(text, "probing: ") + 1, "probing: /"));
	assert_non_null(strstr(text, "virtwhered: probing: works again\n"));
}

static unsigned lacked; /* reloads that memory ended in */

/* Not before: libsystemd's loop has memory of its own. */
static void end_memory(void)
{
	memory_ends_at(1 + lacked * STRIDE);
}

static void step_memory(unsigned number)
{
	host.told[0] = '\0';
	(void)said_since();
	if (number > 1 && !memory_had_ended()) {
		check_tells("virtwhere_last_probe_success 1");
		end();
		return;
	}
	lacked += number > 1;
	assert_true(number < 20000);
	assert_int_equal(raise(SIGHUP), 0);
}

/* Wherever memory ends in a reload and its probe, the service goes on, and nothing is said to have changed.
 */
static void memory_that_ends_is_no_change(void **state)
{
	static const char *const kinds[] = {"platform",    "level",         "nested", "device-new",
					    "device-gone", "finding-fails", "driver"};

	(void)state;
	if (!memory_ends_at(0))
		LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
	put_interface("uml", "eth0");
	lacked = 0;
	host.reloading = end_memory;
	assert_int_equal(run(step_memory), VW_AGENT_OK);
	assert_true(lacked > 30);
	for (size_t i = 0; i < VW_COUNT(kinds); i++) {
		char line[96];

		snprintf(line, sizeof(line), "virtwhere_changes_total{kind=\"%s\"} 0", kinds[i]);
		check_tells(line);
	}
}

/* Reloads. */

static void step_reloads(unsigned number)
{
	static const struct {
		const char *more, *said; /* what is said of it; "": nothing */
	} rows[] = {
		{"", ""},
		{"connections = 7\n", "virtwhered: listen, connections and timeout hold after a restart\n"},
		{"", ""},
		{"timeout = 7s\n", "virtwhered: listen, connections and timeout hold after a restart\n"},
		{"listen = /nowhere\n", "virtwhered: listen, connections and timeout hold after a restart\n"},
		{"settle = 1s\ninterval = 2h\ntiming = no\n", ""},
		{"nonsense = 1\n", "conf:7: no such key: nonsense; the configuration stays as it was\n"},
		{"", ""},
	};
	const char *text = said_since();

	if (number > 1 && (!*rows[number - 2].said ? *text != '\0' : !strstr(text, rows[number - 2].said)))
		fail_msg("after %s%s", rows[number - 2].more, text);
	if (number > VW_COUNT(rows))
		end();
	else
		reload(rows[number - 1].more);
}

static void what_needs_a_restart_is_told(void **state)
{
	(void)state;
	assert_int_equal(run(step_reloads), VW_AGENT_OK);
}

static void step_snapshot(unsigned number)
{
	static const char *text;
	char line[512];

	text = said_since();
	switch (number) {
	case 1: /* none: this machine */
		snprintf(line, sizeof(line),
			 "[virtwhered]\nlisten =\nreport-file =\nstate-directory =\ntextfile = %s\n",
			 path[TEXTFILE]);
		write_text(path[CONF], line);
		assert_int_equal(raise(SIGHUP), 0);
		break;
	case 2:
		assert_non_null(strstr(text,
				       "virtwhered: devices are watched, or not, as before: restart after a "
				       "change of snapshot\n"));
		assert_null(strstr(host.told + 20, "User Mode Linux"));
		assert_false(tells("virtwhere_file_written{file=\"report\"} 1"));
		check_tells("virtwhere_file_written{file=\"textfile\"} 1");
		configure("");
		become("other");
		assert_int_equal(raise(SIGHUP), 0);
		break;
	case 3:
		assert_non_null(strstr(text, "restart after a change of snapshot\n"));
		/* from one to another nothing is said of it */
		snprintf(line, sizeof(line),
			 "[virtwhered]\nlisten =\nreport-file =\nstate-directory =\ntextfile = %s\n"
			 "snapshot = %s/uml\n",
			 path[TEXTFILE], scratch->directory);
		write_text(path[CONF], line);
		assert_int_equal(raise(SIGHUP), 0);
		break;
	case 4:
		assert_null(strstr(text, "restart"));
		/* one that is not there changes nothing */
		configure("");
		become(NULL);
		assert_int_equal(raise(SIGHUP), 0);
		break;
	default:
		assert_non_null(strstr(text, "; the configuration stays as it was\n"));
		check_tells("virtwhere_probe_failures_total 0");
		assert_false(tells("virtwhere_file_written{file=\"report\"} 1"));
		end();
	}
}

static void another_snapshot_is_taken_over(void **state)
{
	(void)state;
	assert_int_equal(run(step_snapshot), VW_AGENT_OK);
	assert_int_equal(host.statuses, 5);
}

static struct timespec plugged_at;

static void step_settle(unsigned number)
{
	struct timespec now;

	switch (number) {
	case 1:
		configure_live("20ms");
		assert_int_equal(raise(SIGHUP), 0);
		break;
	case 2:
		clock_gettime(CLOCK_MONOTONIC, &plugged_at);
		assert_int_equal(eventfd_write(events, 1), 0);
		break;
	default:
		clock_gettime(CLOCK_MONOTONIC, &now);
		assert_true(now.tv_sec - plugged_at.tv_sec < 4);
		check_tells("virtwhere_probes_total 3");
		end();
	}
}

/* An event of a device leads to a probe, after as much quiet as the last configuration asks for. */
static void events_are_waited_for_as_it_is_told(void **state)
{
	(void)state;
	events = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(events >= 0);
	configure_live("5s");
	assert_int_equal(run(step_settle), VW_AGENT_OK);
	assert_int_equal(host.statuses, 3);
	close(events);
}

/* Descriptors. */

static void step_once(unsigned number)
{
	(void)number;
	end();
}

/* A connection needs one, and all else 128. */
static void descriptors_are_asked_for(void **state)
{
	static const struct {
		unsigned connections;
		rlim_t soft, hard;
		bool fails;
		rlim_t wanted; /* 0: nothing is asked for */
		const char *said;
	} rows[] = {
		{64, 1024, 4096, false, 0, ""},
		{64, 192, 4096, false, 0, ""},
		{64, 191, 4096, false, 192, ""},
		{4000, 1024, 8192, false, 4128, ""},
		{4000, 1024, 4128, false, 4128, ""},
		{4000, 1024, 4127, false, 4127,
		 "virtwhered: connections: 3999 instead of 4000, since no more than 4127 files may be "
		 "open\n"},
		{4000, 1024, 8192, true, 4128,
		 "virtwhered: connections: 896 instead of 4000, since no more than 1024 files may be open\n"},
		{64, 100, 129, false, 129,
		 "virtwhered: connections: 1 instead of 64, since no more than 129 files may be open\n"},
		{64, 100, 100, false, 100,
		 "virtwhered: connections: 1 instead of 64, since no more than 100 files may be open\n"},
	};
	char more[64];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		snprintf(more, sizeof(more), "connections = %u\n", rows[i].connections);
		configure(more);
		host.limit = (struct rlimit){rows[i].soft, rows[i].hard};
		host.wanted = (struct rlimit){0, 0};
		host.limit_fails = rows[i].fails;
		assert_int_equal(run(step_once), VW_AGENT_OK);
		assert_int_equal(host.wanted.rlim_cur, rows[i].wanted);
		assert_string_equal(said_since(), rows[i].said);
	}
}

/* What is left behind. */

static void step_live(unsigned number)
{
	if (number == 1)
		become("other");
	if (number == 2)
		become(NULL);
	if (number == 3)
		become("uml");
	if (number == 4)
		reload("nonsense = 1\n");
	else if (number == 5)
		end();
	else
		reload(number == 3 ? "connections = 7\n" : "");
}

static void live(void)
{
	configure("");
	become("uml");
	assert_int_equal(run(step_live), VW_AGENT_OK);
	(void)said_since();
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	check_leaves_nothing(live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_life_is_told),
		TEST(an_interrupt_ends_it_too),
		TEST(what_it_needs_is_named),
		TEST(without_a_report_it_does_not_start),
		TEST(without_a_machine_it_does_not_start),
		TEST(where_it_cannot_listen_it_does_not_start),
		TEST(an_interval_has_its_slack),
		TEST(an_interval_that_cannot_be_is_off),
		TEST(a_change_is_counted_once),
		TEST(a_change_outlives_it),
		TEST(a_probe_that_fails_is_told),
		TEST(what_needs_a_restart_is_told),
		TEST(another_snapshot_is_taken_over),
		TEST(descriptors_are_asked_for),
		TEST(a_device_makes_no_other_machine),
		TEST(a_probe_has_its_time),
		TEST(nothing_is_left_behind),
		TEST(memory_that_ends_is_no_change),
		TEST(a_state_is_kept_as_a_whole),
		TEST(events_are_waited_for_as_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
