/* SPDX-License-Identifier: MIT */
#include "agent/monitor.h"

#include <errno.h>
#include <libudev.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "agent/log.h"

#define UDEVD_RUNS "/run/udev/control"
#define MS         UINT64_C(1000) /* of sd-event's microseconds */

enum {
	RECEIVE_BUFFER = 1024 * 1024,
	AT_ONCE = 128, /* events taken before others get their turn */
	SLACK_MS = 20,
};

struct vwd_monitor {
	sd_event *event;
	struct udev *udev;
	struct udev_monitor *monitor;
	sd_event_source *uevents, *clock, *quiet;
	int timer;                    /* CLOCK_REALTIME: is cancelled when the clock is set */
	uint64_t settle, first, last; /* µs: of the storm that is being gathered; first 0: none is */
	const char *why;
	void (*happened)(void *context, const char *why);
	void *context;
};

static uint64_t now_of(const struct vwd_monitor *monitor)
{
	uint64_t now = 0;

	(void)sd_event_now(monitor->event, CLOCK_MONOTONIC, &now);
	return now;
}

static int at_quiet(sd_event_source *source, uint64_t due, void *context)
{
	struct vwd_monitor *monitor = context;
	uint64_t quiet = monitor->last + monitor->settle;
	uint64_t limit = monitor->first + VW_MONITOR_STORM_MS * MS;
	uint64_t next = quiet < limit ? quiet : limit;

	(void)due;
	/* the timer was set by the first event; the last one decides */
	if (next > now_of(monitor) && sd_event_source_set_time(source, next) >= 0)
		return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	monitor->first = 0;
	monitor->happened(monitor->context, monitor->why);
	return 0;
}

static void gather(struct vwd_monitor *monitor, const char *why)
{
	monitor->last = now_of(monitor);
	if (monitor->first)
		return;
	monitor->first = monitor->last;
	monitor->why = why;
	if (sd_event_source_set_time(monitor->quiet, monitor->last + monitor->settle) < 0 ||
	    sd_event_source_set_enabled(monitor->quiet, SD_EVENT_ONESHOT) < 0)
		monitor->first = 0;
}

/* Subsystems whose events are of interest. Events of the last two come from all kinds of devices: one counts
 * only as what a kernel says when a VM was resumed from a snapshot: Linux 6.8 and vendors' kernels that kept
 * it (drivers/virt/vmgenid.c, "vmgenid: emit uevent when VMGENID updates", taken back in 6.9). */
static const struct subsystem {
	const char *name, *why;
	bool generation_only;
} subsystems[] = {
	{"pci", "a PCI event", false},
	{"nvme", "an NVMe event", false},
	{"block", "a disk event", false},
	{"net", "a network event", false},
	{"xen", "a Xen event", false},
	{"virtio", "a virtio event", false},
	{"vmbus", "a VMBus event", false},
	{"acpi", "a new VM generation", true},
	{"platform", "a new VM generation", true},
};

/* Why the event matters, or NULL. Devices that the kernel made up itself (loop, veth, bridges) do not. */
static const char *reason_of(struct udev_device *device)
{
	const char *name = udev_device_get_subsystem(device), *path = udev_device_get_devpath(device);

	if (!name || vwb_text_starts(path, "/devices/virtual/"))
		return NULL;
	for (size_t i = 0; i < VW_COUNT(subsystems); i++) {
		if (!vwb_text_equal(subsystems[i].name, name))
			continue;
		if (subsystems[i].generation_only && !udev_device_get_property_value(device, "NEW_VMGENID"))
			return NULL;
		return subsystems[i].why;
	}
	return NULL;
}

/* Take one event. Returns false when there is none left. */
static bool receive(struct vwd_monitor *monitor)
{
	struct udev_device *device;
	const char *why;

	errno = 0;
	device = udev_monitor_receive_device(monitor->monitor);
	if (!device) {
		if (errno == ENOBUFS) /* some were lost: a storm, which one probe answers */
			gather(monitor, "more events than there was room for");
		return errno == ENOBUFS || errno == EINTR;
	}
	why = reason_of(device);
	if (why)
		gather(monitor, why);
	udev_device_unref(device);
	return true;
}

static int at_uevent(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)fd;
	(void)events;
	for (size_t i = 0; i < AT_ONCE; i++)
		if (!receive(context))
			break;
	return 0;
}

static int watch_devices(struct vwd_monitor *monitor)
{
	const char *group = access(UDEVD_RUNS, F_OK) == 0 ? "udev" : "kernel";
	int r;

	monitor->udev = udev_new();
	monitor->monitor = monitor->udev ? udev_monitor_new_from_netlink(monitor->udev, group) : NULL;
	if (!monitor->monitor)
		return errno ? -errno : -ENOMEM;
	for (size_t i = 0; i < VW_COUNT(subsystems); i++) {
		r = udev_monitor_filter_add_match_subsystem_devtype(monitor->monitor, subsystems[i].name,
								    NULL);
		if (r < 0)
			return r;
	}
	/* without privilege the kernel grants less, which is no error */
	(void)udev_monitor_set_receive_buffer_size(monitor->monitor, RECEIVE_BUFFER);
	r = udev_monitor_enable_receiving(monitor->monitor);
	if (r < 0)
		return r;
	return sd_event_add_io(monitor->event, &monitor->uevents, udev_monitor_get_fd(monitor->monitor),
			       EPOLLIN, at_uevent, monitor);
}

/* A timer that never ends, and that the kernel cancels when the clock jumps: timerfd_create(2). */
static int arm(const struct vwd_monitor *monitor)
{
	const struct itimerspec never = {.it_value.tv_sec = (time_t)INT32_MAX
							    << (sizeof(time_t) > 4 ? 8 : 0)};
	int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;

	return timerfd_settime(monitor->timer, flags, &never, NULL) < 0 ? -errno : 0;
}

static int at_clock(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct vwd_monitor *monitor = context;
	uint64_t times;

	(void)source;
	(void)events;
	if (read(fd, &times, sizeof(times)) < 0 && errno != ECANCELED)
		return 0;
	gather(monitor, "the clock was set");
	return arm(monitor);
}

static int watch_clock(struct vwd_monitor *monitor)
{
	int r;

	monitor->timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (monitor->timer < 0)
		return -errno;
	r = arm(monitor);
	return r < 0 ? r
		     : sd_event_add_io(monitor->event, &monitor->clock, monitor->timer, EPOLLIN, at_clock,
				       monitor);
}

int vwd_monitor_new(sd_event *event, uint64_t settle, void (*happened)(void *context, const char *why),
		    void *context, struct vwd_monitor **ret)
{
	struct vwd_monitor *monitor = calloc(1, sizeof(*monitor));
	int r;

	if (!monitor)
		return -ENOMEM;
	*monitor = (struct vwd_monitor){
		.event = sd_event_ref(event), .timer = -1, .happened = happened, .context = context};
	vwd_monitor_settle(monitor, settle);
	r = sd_event_add_time(event, &monitor->quiet, CLOCK_MONOTONIC, 0, SLACK_MS * MS, at_quiet, monitor);
	if (r >= 0)
		r = sd_event_source_set_enabled(monitor->quiet, SD_EVENT_OFF);
	if (r >= 0)
		r = watch_clock(monitor);
	if (r < 0) {
		vwd_monitor_free(monitor);
		return r;
	}
	r = watch_devices(monitor);
	if (r < 0)
		vwd_log_say(LOG_WARNING, "events of devices cannot be watched: %s", strerror(-r));
	*ret = monitor;
	return 0;
}

void vwd_monitor_settle(struct vwd_monitor *monitor, uint64_t settle)
{
	monitor->settle = settle * MS;
}

void vwd_monitor_free(struct vwd_monitor *monitor)
{
	if (!monitor)
		return;
	sd_event_source_disable_unref(monitor->uevents);
	sd_event_source_disable_unref(monitor->clock);
	sd_event_source_disable_unref(monitor->quiet);
	if (monitor->timer >= 0)
		close(monitor->timer);
	udev_monitor_unref(monitor->monitor);
	udev_unref(monitor->udev);
	sd_event_unref(monitor->event);
	free(monitor);
}
