/* SPDX-License-Identifier: MIT */

/* What makes the service probe: events of devices and a clock that is set, gathered into few calls. The
 * kernel, udev and the clock are the test's own: no device is plugged, and no clock is set. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <libudev.h>

#include "agent/monitor.h"
#include "tests/unit/fake_event.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/said.h"

#define MS UINT64_C(1000)

enum { START = 7000000, CALLS_MAX = 64, DEVICES_MAX = 300, FILTERS_MAX = 32 };

/* Udev's place. */

struct udev {
	unsigned references;
};

struct udev_monitor {
	unsigned references;
};

struct udev_device {
	const char *subsystem, *path, *generation;
	int err; /* no device comes, but this error */
};

static struct {
	struct udev udev;
	struct udev_monitor monitor;
	struct udev_device device[DEVICES_MAX];
	size_t devices, taken, given_back;
	const char *filter[FILTERS_MAX];
	size_t filters;
	char group[16];
	bool receiving, udevd_runs;
	int fd, no_monitor, no_filter, no_receiving;
} kernel;

struct udev *udev_new(void)
{
	kernel.udev.references++;
	return &kernel.udev;
}

struct udev *udev_unref(struct udev *udev)
{
	if (udev)
		udev->references--;
	return NULL;
}

struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name)
{
	assert_ptr_equal(udev, &kernel.udev);
	snprintf(kernel.group, sizeof(kernel.group), "%s", name);
	errno = kernel.no_monitor;
	if (kernel.no_monitor)
		return NULL;
	kernel.monitor.references++;
	return &kernel.monitor;
}

struct udev_monitor *udev_monitor_unref(struct udev_monitor *monitor)
{
	if (monitor)
		monitor->references--;
	return NULL;
}

int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *monitor, const char *subsystem,
						    const char *devtype)
{
	(void)monitor;
	assert_false(kernel.receiving);
	assert_null(devtype);
	assert_true(kernel.filters < FILTERS_MAX);
	kernel.filter[kernel.filters++] = subsystem;
	return kernel.no_filter;
}

int udev_monitor_set_receive_buffer_size(struct udev_monitor *monitor, int size)
{
	(void)monitor;
	assert_int_equal(size, 1024 * 1024);
	return -EPERM;
}

int udev_monitor_enable_receiving(struct udev_monitor *monitor)
{
	(void)monitor;
	kernel.receiving = !kernel.no_receiving;
	return kernel.no_receiving;
}

int udev_monitor_get_fd(struct udev_monitor *monitor)
{
	(void)monitor;
	return kernel.fd;
}

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
	struct udev_device *device = &kernel.device[kernel.taken];

	(void)monitor;
	if (kernel.taken == kernel.devices) {
		errno = EAGAIN;
		return NULL;
	}
	kernel.taken++;
	errno = device->err;
	if (!device->err)
		return device;
	kernel.given_back++;
	return NULL;
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
	assert_non_null(device);
	kernel.given_back++;
	return NULL;
}

const char *udev_device_get_subsystem(struct udev_device *device)
{
	return device->subsystem;
}

const char *udev_device_get_devpath(struct udev_device *device)
{
	return device->path;
}

const char *udev_device_get_property_value(struct udev_device *device, const char *key)
{
	return strcmp(key, "NEW_VMGENID") == 0 ? device->generation : NULL;
}

/* The C library's place, for what the kernel would be asked. */

static struct {
	int fd, create_error, read_error, arm_error;
	unsigned armed;
	bool closed;
} timer;

/* By these names at the linker's: the headers may have functions of their own for them. */
ssize_t read_in_place(int fd, void *bytes, size_t size) __asm__("read");
int access_in_place(const char *path, int mode) __asm__("access");
int close_in_place(int fd) __asm__("close");
int timerfd_create_in_place(clockid_t id, int flags) __asm__("timerfd_create");
int timerfd_settime_in_place(int fd, int flags, const struct itimerspec *new,
			     struct itimerspec *old) __asm__("timerfd_settime");

int timerfd_create_in_place(clockid_t id, int flags)
{
	assert_int_equal(id, CLOCK_REALTIME);
	assert_int_equal(flags, TFD_NONBLOCK | TFD_CLOEXEC);
	errno = timer.create_error;
	return timer.create_error ? -1 : timer.fd;
}

/* It must not end before a clock that is wrong does, and has to be cancelled when that is set. */
int timerfd_settime_in_place(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	assert_int_equal(fd, timer.fd);
	assert_int_equal(flags, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	assert_true(sizeof(time_t) == 4 || new->it_value.tv_sec > 100LL * 365 * 86400 * 10);
	assert_true(new->it_value.tv_sec > 0);
	assert_int_equal(new->it_interval.tv_sec | new->it_interval.tv_nsec, 0);
	assert_null(old);
	timer.armed++;
	errno = timer.arm_error ? timer.arm_error : EINVAL; /* what a call left that went well */
	return timer.arm_error ? -1 : 0;
}

ssize_t read_in_place(int fd, void *bytes, size_t size)
{
	if (fd == timer.fd && timer.read_error) {
		errno = timer.read_error;
		return -1;
	}
	return syscall(SYS_read, fd, bytes, size);
}

int access_in_place(const char *path, int mode)
{
	if (strcmp(path, "/run/udev/control") != 0)
		return faccessat(AT_FDCWD, path, mode, 0);
	errno = ENOENT;
	return kernel.udevd_runs ? 0 : -1;
}

int close_in_place(int fd)
{
	timer.closed |= fd == timer.fd;
	return (int)syscall(SYS_close, fd);
}

/* A monitor. */

static struct {
	sd_event event;
	struct vwd_monitor *monitor;
	size_t calls;
	uint64_t at[CALLS_MAX]; /* ms after START */
	const char *why[CALLS_MAX];
} watch;

static void take_note(void *context, const char *why)
{
	assert_ptr_equal(context, &watch);
	assert_true(watch.calls < CALLS_MAX);
	watch.at[watch.calls] = (watch.event.now - START) / MS;
	watch.why[watch.calls++] = why;
}

static int begin(uint64_t settle)
{
	return vwd_monitor_new(&watch.event, settle, take_note, &watch, &watch.monitor);
}

static void pass_to(uint64_t ms)
{
	fake_pass(&watch.event, START + ms * MS);
}

static void send_device(const char *subsystem, const char *path, const char *generation)
{
	assert_true(kernel.devices < DEVICES_MAX);
	kernel.device[kernel.devices++] =
		(struct udev_device){.subsystem = subsystem, .path = path, .generation = generation};
}

static void send_error(int err)
{
	assert_true(kernel.devices < DEVICES_MAX);
	kernel.device[kernel.devices++] = (struct udev_device){.err = err};
}

static void dispatch(void)
{
	fake_readable(kernel.fd);
	if (kernel.taken < kernel.devices)
		return;
	assert_int_equal(kernel.given_back, kernel.taken);
	kernel.devices = kernel.taken = kernel.given_back = 0;
}

static void send_disk(void)
{
	send_device("block", "/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1", NULL);
	dispatch();
}

static int setup(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	memset(&timer, 0, sizeof(timer));
	fake_set_time_error = 0;
	watch.event = (sd_event){.now = START, .references = 1};
	watch.calls = 0;
	kernel.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	timer.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return kernel.fd < 0 || timer.fd < 0;
}

static int teardown(void **state)
{
	(void)state;
	if (watch.monitor) {
		vwd_monitor_free(watch.monitor);
		assert_true(timer.closed);
	}
	watch.monitor = NULL;
	fake_end(&watch.event, 1);
	assert_int_equal(kernel.udev.references | kernel.monitor.references, 0);
	syscall(SYS_close, kernel.fd);
	if (!timer.closed)
		syscall(SYS_close, timer.fd);
	return 0;
}

/* Devices. */

static void each_subsystem_has_its_reason(void **state)
{
	static const struct {
		const char *subsystem, *path, *generation, *why;
	} rows[] = {
		{"pci", "/devices/pci0000:00/0000:00:05.0", NULL, "a PCI event"},
		{"nvme", "/devices/pci0000:00/0000:00:05.0/nvme/nvme0", NULL, "an NVMe event"},
		{"block", "/devices/vbd-768/block/xvda", NULL, "a disk event"},
		{"net", "/devices/vif-0/net/eth0", NULL, "a network event"},
		{"xen", "/devices/vif-0", NULL, "a Xen event"},
		{"virtio", "/devices/pci0000:00/0000:00:03.0/virtio0", NULL, "a virtio event"},
		{"vmbus", "/devices/LNXSYSTM:00/ACPI0004:00/VMBUS:00/f8615163", NULL, "a VMBus event"},
		{"acpi", "/devices/LNXSYSTM:00/QEMUVGID:00", "1", "a new VM generation"},
		{"platform", "/devices/platform/QEMUVGID:00", "1", "a new VM generation"},
		/* of all kinds of devices */
		{"acpi", "/devices/LNXSYSTM:00/PNP0C0A:00", NULL, NULL},
		{"platform", "/devices/platform/pcspkr", NULL, NULL},
		/* nobody plugged them: the kernel made them up */
		{"net", "/devices/virtual/net/veth0", NULL, NULL},
		{"block", "/devices/virtual/block/loop0", NULL, NULL},
		{"acpi", "/devices/virtual/QEMUVGID:00", "1", NULL},
		{"net", "/devices/virtualbox/net/eth0", NULL, "a network event"},
		{"net", NULL, NULL, "a network event"},
		{"usb", "/devices/pci0000:00/usb1", NULL, NULL},
		{"pcie", "/devices/pci0000:00/0000:00:05.0", NULL, NULL},
		{NULL, "/devices/pci0000:00/0000:00:05.0", NULL, NULL},
	};

	(void)state;
	assert_int_equal(begin(500), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		watch.calls = 0;
		send_device(rows[i].subsystem, rows[i].path, rows[i].generation);
		dispatch();
		pass_to((i + 1) * 10000);
		assert_int_equal(watch.calls, rows[i].why != NULL);
		if (rows[i].why)
			assert_string_equal(watch.why[0], rows[i].why);
	}
}

/* The kernel wakes us for no others: a filter for each of them. */
static void only_these_are_received(void **state)
{
	static const char *const names[] = {"pci",    "nvme",  "block", "net",     "xen",
					    "virtio", "vmbus", "acpi",  "platform"};

	(void)state;
	assert_int_equal(begin(500), 0);
	assert_true(kernel.receiving);
	assert_int_equal(kernel.filters, VW_COUNT(names));
	for (size_t i = 0; i < VW_COUNT(names); i++)
		assert_string_equal(kernel.filter[i], names[i]);
	assert_string_equal(kernel.group, "kernel");
}

/* Where udevd runs, its events are waited for: a device has its name then. */
static void udevd_is_listened_to_where_it_runs(void **state)
{
	(void)state;
	kernel.udevd_runs = true;
	assert_int_equal(begin(500), 0);
	assert_string_equal(kernel.group, "udev");
}

static void lost_events_are_one(void **state)
{
	(void)state;
	assert_int_equal(begin(500), 0);
	send_error(EINTR);
	send_error(ENOBUFS);
	send_device("pci", "/devices/pci0000:00/0000:00:05.0", NULL);
	dispatch();
	assert_int_equal(kernel.devices, 0);
	pass_to(10000);
	assert_int_equal(watch.calls, 1);
	assert_string_equal(watch.why[0], "more events than there was room for");
	send_error(EIO);
	send_device("usb", "/devices/usb1", NULL);
	dispatch();
	assert_int_equal(kernel.taken, 1); /* nothing more comes after an error of another kind */
	pass_to(20000);
	assert_int_equal(watch.calls, 1);
}

/* Very many events leave others their turn. */
static void so_many_are_taken_at_once(void **state)
{
	(void)state;
	assert_int_equal(begin(500), 0);
	for (size_t i = 0; i < DEVICES_MAX; i++)
		send_device("usb", "/devices/usb1", NULL);
	dispatch();
	assert_int_equal(kernel.taken, 128);
	dispatch();
	assert_int_equal(kernel.taken, 256);
	dispatch();
	assert_int_equal(kernel.taken, 0);
}

/* Gathering. */

/* Events from 0 to @until, one each @every ms; when each call comes, 0 for no more. */
static void storms_are_gathered(void **state)
{
	static const struct {
		uint64_t settle, until, every, call[6];
	} rows[] = {
		{500, 0, 1, {500}},
		{500, 100, 100, {600}},
		{500, 900, 300, {1400}},
		/* quiet of just so long ends it, and the next event begins another */
		{500, 1000, 500, {500, 1000, 1500}},
		{500, 998, 499, {1498}},
		{500, 501, 501, {500, 1001}},
		/* a storm ends after 5 s at the latest, also one without an end */
		{500, 4400, 400, {4900}},
		{500, 4600, 400, {4900}},
		{500, 4800, 400, {5000}},
		{500, 12000, 100, {5000, 10000, 12500}},
		{5000, 0, 1, {5000}},
		{5000, 12000, 100, {5000, 10000, 15000}},
		{1, 0, 1, {1}},
		{1, 20, 10, {1, 11, 21}},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		assert_int_equal(begin(rows[i].settle), 0);
		for (uint64_t at = 0; at <= rows[i].until; at += rows[i].every) {
			pass_to(at);
			send_disk();
		}
		pass_to(100000);
		for (size_t k = 0; k < 6 && (rows[i].call[k] || k == 0); k++) {
			if (watch.calls <= k || watch.at[k] != rows[i].call[k])
				fail_msg("row %zu, call %zu: %ju", i, k, (uintmax_t)watch.at[k]);
			assert_int_equal(watch.calls > k + 1, k < 5 && rows[i].call[k + 1] != 0);
		}
		teardown(NULL);
		setup(NULL);
	}
}

/* Without a time to settle, the next turn of the loop makes the call. */
static void no_quiet_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(begin(0), 0);
	send_disk();
	assert_int_equal(watch.calls, 0);
	pass_to(0);
	assert_int_equal(watch.calls, 1);
	pass_to(10000);
	assert_int_equal(watch.calls, 1);
}

/* The first event says why. */
static void the_first_says_why(void **state)
{
	(void)state;
	assert_int_equal(begin(500), 0);
	send_device("net", "/devices/vif-0/net/eth0", NULL);
	dispatch();
	pass_to(200);
	send_disk();
	pass_to(10000);
	assert_int_equal(watch.calls, 1);
	assert_string_equal(watch.why[0], "a network event");
	send_disk();
	pass_to(20000);
	assert_int_equal(watch.calls, 2);
	assert_string_equal(watch.why[1], "a disk event");
}

/* Another time to settle holds at once, also for the storm that is under way. */
static void settle_can_be_changed(void **state)
{
	(void)state;
	assert_int_equal(begin(100), 0);
	send_disk();
	vwd_monitor_settle(watch.monitor, 1000);
	pass_to(5000);
	assert_int_equal(watch.calls, 1);
	assert_int_equal(watch.at[0], 1000);
	vwd_monitor_settle(watch.monitor, 50);
	send_disk();
	pass_to(10000);
	assert_int_equal(watch.calls, 2);
	assert_int_equal(watch.at[1], 5050);
}

/* A timer that cannot be set loses one event, not all that come after it. */
static void a_timer_that_fails_is_tried_again(void **state)
{
	(void)state;
	assert_int_equal(begin(500), 0);
	fake_set_time_error = -ENOMEM;
	send_disk();
	pass_to(1000);
	assert_int_equal(watch.calls, 0);
	fake_set_time_error = 0;
	send_disk();
	pass_to(10000);
	assert_int_equal(watch.calls, 1);
	assert_int_equal(watch.at[0], 1500);
}

/* The clock. */

static void a_clock_that_is_set_is_noticed(void **state)
{
	(void)state;
	assert_int_equal(begin(500), 0);
	assert_int_equal(timer.armed, 1);
	for (unsigned i = 0; i < 3; i++) {
		timer.read_error = ECANCELED;
		fake_readable(timer.fd);
		assert_int_equal(timer.armed, i + 2); /* for the next time */
		pass_to((i + 1) * 10000ULL);
		assert_int_equal(watch.calls, i + 1);
		assert_int_equal(watch.at[i], i * 10000ULL + 500);
		assert_string_equal(watch.why[i], "the clock was set");
	}
	/* it has ended, as clocks go: the same */
	timer.read_error = 0;
	assert_int_equal(eventfd_write(timer.fd, 1), 0);
	fake_readable(timer.fd);
	pass_to(50000);
	assert_int_equal(watch.calls, 4);
	assert_int_equal(timer.armed, 5);
}

static void a_clock_that_was_not_set_is_not(void **state)
{
	(void)state;
	assert_int_equal(begin(500), 0);
	timer.read_error = EAGAIN;
	fake_readable(timer.fd);
	pass_to(10000);
	assert_int_equal(watch.calls, 0);
	assert_int_equal(timer.armed, 1);
}

/* A clock that is set in a storm belongs to it. */
static void the_clock_is_gathered_too(void **state)
{
	(void)state;
	assert_int_equal(begin(500), 0);
	send_disk();
	pass_to(300);
	timer.read_error = ECANCELED;
	fake_readable(timer.fd);
	pass_to(10000);
	assert_int_equal(watch.calls, 1);
	assert_int_equal(watch.at[0], 800);
	assert_string_equal(watch.why[0], "a disk event");
}

/* What is not there. */

/* Without events of devices the clock is watched alone. */
static void without_events_the_clock_remains(void **state)
{
	static const struct {
		int no_monitor, no_filter, no_receiving;
		const char *reason;
	} rows[] = {{EPERM, 0, 0, "Operation not permitted"},
		    {0, -ENOMEM, 0, "Cannot allocate memory"},
		    {0, 0, -EACCES, "Permission denied"}};

	char line[128];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		teardown(NULL);
		setup(NULL);
		kernel.no_monitor = rows[i].no_monitor;
		kernel.no_filter = rows[i].no_filter;
		kernel.no_receiving = rows[i].no_receiving;
		said_begin();
		assert_int_equal(begin(500), 0);
		snprintf(line, sizeof(line), "virtwhered: events of devices cannot be watched: %s\n",
			 rows[i].reason);
		assert_string_equal(said_end(), line);
		for (size_t k = 0; k < FAKE_SOURCES; k++)
			assert_true(!fake_source[k].event || fake_source[k].fd != kernel.fd);
		timer.read_error = ECANCELED;
		fake_readable(timer.fd);
		pass_to(10000);
		assert_int_equal(watch.calls, 1);
	}
}

static void without_a_clock_there_is_no_monitor(void **state)
{
	(void)state;
	timer.create_error = EMFILE;
	assert_int_equal(begin(500), -EMFILE);
	assert_null(watch.monitor);
	fake_end(&watch.event, 1);
	timer.create_error = 0;
	timer.arm_error = EINVAL;
	assert_int_equal(begin(500), -EINVAL);
	assert_null(watch.monitor);
	assert_true(timer.closed);
	vwd_monitor_free(NULL);
	if (memory_ends_at(1)) {
		assert_int_equal(begin(500), -ENOMEM);
		assert_true(memory_had_ended());
	}
}

/* Any descriptor may be the clock's, also the first. */
static void descriptor_0_is_one_too(void **state)
{
	int before = dup(STDIN_FILENO), own = timer.fd;

	(void)state;
	assert_true(dup2(own, STDIN_FILENO) == STDIN_FILENO);
	timer.fd = STDIN_FILENO;
	assert_int_equal(begin(500), 0);
	timer.read_error = ECANCELED;
	fake_readable(STDIN_FILENO);
	pass_to(10000);
	assert_int_equal(watch.calls, 1);
	vwd_monitor_free(watch.monitor);
	watch.monitor = NULL;
	assert_true(timer.closed);
	if (before >= 0)
		assert_true(dup2(before, STDIN_FILENO) == STDIN_FILENO);
	syscall(SYS_close, before);
	syscall(SYS_close, own);
}

/* One event wakes it once, when its quiet is over, and may do so a little later with others. */
static void one_event_wakes_it_once(void **state)
{
	sd_event_source *quiet;

	(void)state;
	assert_int_equal(begin(500), 0);
	assert_null(fake_next(UINT64_MAX));
	send_disk();
	quiet = fake_next(UINT64_MAX);
	assert_non_null(quiet);
	assert_true(quiet->at == START + 500 * MS);
	assert_int_equal(quiet->accuracy, 20 * MS);
	pass_to(10000);
	assert_null(fake_next(UINT64_MAX));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_subsystem_has_its_reason),
		TEST(only_these_are_received),
		TEST(udevd_is_listened_to_where_it_runs),
		TEST(lost_events_are_one),
		TEST(so_many_are_taken_at_once),
		TEST(storms_are_gathered),
		TEST(no_quiet_is_waited_for),
		TEST(the_first_says_why),
		TEST(settle_can_be_changed),
		TEST(a_timer_that_fails_is_tried_again),
		TEST(a_clock_that_is_set_is_noticed),
		TEST(a_clock_that_was_not_set_is_not),
		TEST(the_clock_is_gathered_too),
		TEST(without_events_the_clock_remains),
		TEST(without_a_clock_there_is_no_monitor),
		TEST(descriptor_0_is_one_too),
		TEST(one_event_wakes_it_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
