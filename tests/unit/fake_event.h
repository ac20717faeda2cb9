/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_FAKE_EVENT_H
#define VW_TESTS_UNIT_FAKE_EVENT_H

/*
 * sd-event(3) with a clock of the test's own: what stands here takes the place of libsystemd's functions, so
 * that a storm of seconds takes none, and a deadline is met to the microsecond. Include after <cmocka.h>.
 */

#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include "base/base.h"

struct sd_event {
	uint64_t now; /* µs of CLOCK_MONOTONIC */
	unsigned references;
};

struct sd_event_source {
	sd_event *event;
	sd_event_io_handler_t on_io;
	sd_event_time_handler_t on_time;
	void *userdata;
	int fd, enabled;
	uint32_t events;
	uint64_t at, accuracy;
};

enum { FAKE_SOURCES = 8 };

static struct sd_event_source fake_source[FAKE_SOURCES];
static int fake_set_time_error; /* what sd_event_source_set_time() fails with */

static inline sd_event_source *fake_add(sd_event *event, sd_event_source **ret)
{
	for (size_t i = 0; i < FAKE_SOURCES; i++) {
		if (fake_source[i].event)
			continue;
		fake_source[i] = (struct sd_event_source){.event = event, .fd = -1};
		return *ret = &fake_source[i];
	}
	fail_msg("more than %d sources", FAKE_SOURCES);
	return NULL;
}

int sd_event_add_io(sd_event *event, sd_event_source **ret, int fd, uint32_t events,
		    sd_event_io_handler_t callback, void *userdata)
{
	sd_event_source *source = fake_add(event, ret);

	source->on_io = callback;
	source->userdata = userdata;
	source->fd = fd;
	source->events = events;
	source->enabled = SD_EVENT_ON;
	return 0;
}

int sd_event_add_time(sd_event *event, sd_event_source **ret, clockid_t clock, uint64_t at, uint64_t accuracy,
		      sd_event_time_handler_t callback, void *userdata)
{
	sd_event_source *source = fake_add(event, ret);

	assert_int_equal(clock, CLOCK_MONOTONIC);
	source->on_time = callback;
	source->userdata = userdata;
	source->at = at;
	source->accuracy = accuracy;
	source->enabled = SD_EVENT_ONESHOT;
	return 0;
}

int sd_event_source_set_time(sd_event_source *source, uint64_t at)
{
	if (fake_set_time_error)
		return fake_set_time_error;
	source->at = at;
	return 0;
}

int sd_event_source_set_enabled(sd_event_source *source, int enabled)
{
	source->enabled = enabled;
	return 0;
}

sd_event *sd_event_source_get_event(sd_event_source *source)
{
	return source->event;
}

sd_event_source *sd_event_source_unref(sd_event_source *source)
{
	if (source)
		*source = (struct sd_event_source){.event = NULL};
	return NULL;
}

sd_event_source *sd_event_source_disable_unref(sd_event_source *source)
{
	return sd_event_source_unref(source);
}

sd_event *sd_event_ref(sd_event *event)
{
	event->references++;
	return event;
}

sd_event *sd_event_unref(sd_event *event)
{
	event->references--;
	return NULL;
}

int sd_event_now(sd_event *event, clockid_t clock, uint64_t *ret)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*ret = event->now;
	return 0;
}

/* The descriptor can be read. */
static inline void fake_readable(int fd)
{
	for (size_t i = 0; i < FAKE_SOURCES; i++)
		if (fake_source[i].event && fake_source[i].on_io && fake_source[i].fd == fd) {
			assert_int_equal(fake_source[i].events, EPOLLIN);
			assert_true(fake_source[i].on_io(&fake_source[i], fd, EPOLLIN,
							 fake_source[i].userdata) >= 0);
			return;
		}
	fail_msg("nobody waits for descriptor %d", fd);
}

static inline sd_event_source *fake_next(uint64_t to)
{
	sd_event_source *next = NULL;

	for (size_t i = 0; i < FAKE_SOURCES; i++) {
		sd_event_source *one = &fake_source[i];

		if (one->event && one->on_time && one->enabled == SD_EVENT_ONESHOT && one->at <= to &&
		    (!next || one->at < next->at))
			next = one;
	}
	return next;
}

/* Time passes until @to, and each timer ends when it is due. */
static inline void fake_pass(sd_event *event, uint64_t to)
{
	sd_event_source *next;

	for (unsigned rounds = 0; (next = fake_next(to)); rounds++) {
		assert_true(rounds < 10000); /* a timer that never ends */
		if (event->now < next->at)
			event->now = next->at;
		next->enabled = SD_EVENT_OFF;
		assert_true(next->on_time(next, next->at, next->userdata) >= 0);
	}
	event->now = to;
}

/* Nothing was left behind. */
static inline void fake_end(const sd_event *event, unsigned references)
{
	for (size_t i = 0; i < FAKE_SOURCES; i++)
		assert_null(fake_source[i].event);
	assert_int_equal(event->references, references);
}

#endif
