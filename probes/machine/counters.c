/* SPDX-License-Identifier: MIT */
#include "probes/machine/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define STAT "/proc/stat"

_Static_assert(VW_STATISTIC_NAME == ETH_GSTRING_LEN, "names as long as the kernel's");

struct vw_counter_reader {
	int stat, socket; /* -1 where there is none, and on a snapshot */
	uint64_t ticks;
	struct vw_number steal;
	size_t interfaces, room;
	struct vw_interface_statistics *interface;
	struct vw_interface_counters *shown;
	struct ethtool_stats *values; /* room for VW_STATISTIC_STRINGS */
};

/* Parsing. */

enum { STEAL_FIELD = 8 };

int vw_steal_parse(const char *text, size_t size, uint64_t ticks, uint64_t *ret_ms)
{
	char line[VW_STAT_HEAD], *rest, *field;
	const char *end = memchr(text, '\n', size);
	uint64_t value = 0;

	if (end)
		size = (size_t)(end - text);
	if (!ticks || size >= sizeof(line))
		return -EBADMSG;
	memcpy(line, text, size);
	line[size] = '\0';
	field = strtok_r(line, " ", &rest);
	if (!vwb_text_equal(field, "cpu"))
		return -EBADMSG;
	for (int i = 0; i < STEAL_FIELD; i++) {
		field = strtok_r(NULL, " ", &rest);
		if (!field)
			return -ENODATA;
		if (vwb_number_parse(field, 10, UINT64_MAX / 1000, &value) < 0)
			return -EBADMSG;
	}
	*ret_ms = value * 1000 / ticks;
	return 0;
}

void vw_statistics_choose(struct vw_interface_statistics *interface, const char *strings, uint32_t count)
{
	interface->strings = count;
	interface->count = 0;
	for (uint32_t i = 0; i < count && interface->count < VW_STATISTICS; i++) {
		const char *name = strings + (size_t)i * VW_STATISTIC_NAME;
		char *label = interface->label[interface->count];
		size_t size = strnlen(name, VW_STATISTIC_NAME);

		memcpy(label, name, size);
		label[size] = '\0';
		if (vwb_text_clean(label, size) && !vwb_text_starts(label, "queue_"))
			interface->index[interface->count++] = i;
	}
}

void vw_statistics_take(struct vw_interface_statistics *interface, const uint64_t *value)
{
	for (size_t i = 0; i < interface->count; i++)
		interface->counter[i] =
			(struct vw_counter){.name = interface->label[i], .value = value[interface->index[i]]};
}

/* The live machine. */

static int ethtool(const struct vw_counter_reader *reader, const char *name, void *command)
{
	struct ifreq request = {.ifr_data = command};

	memcpy(request.ifr_name, name, IFNAMSIZ);
	return ioctl(reader->socket, SIOCETHTOOL, &request) < 0 ? -errno : 0;
}

static void take_text(char to[VW_DRIVER_TEXT + 1], const char *from)
{
	size_t size = strnlen(from, VW_DRIVER_TEXT);

	memcpy(to, from, size);
	to[size] = '\0';
	vwb_text_clean(to, size);
}

static int read_strings(struct vw_counter_reader *reader, struct vw_interface_statistics *interface,
			uint32_t count)
{
	struct ethtool_gstrings *strings =
		calloc(1, sizeof(*strings) + (size_t)VW_STATISTIC_STRINGS * VW_STATISTIC_NAME);
	int r;

	if (!strings)
		return -ENOMEM;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_STATS;
	strings->len = count;
	r = ethtool(reader, interface->name, strings);
	if (r == 0 && strings->len != count)
		r = -EAGAIN; /* it changed between the two calls */
	if (r == 0)
		vw_statistics_choose(interface, (const char *)strings->data, count);
	free(strings);
	return r;
}

/* The kernel writes as many values as the driver has, whatever room was announced: ask for their number
 * first.
 */
static int read_interface(struct vw_counter_reader *reader, struct vw_interface_statistics *interface)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	int r = ethtool(reader, interface->name, &driver);

	if (r < 0)
		return r;
	take_text(interface->driver, driver.driver);
	take_text(interface->version, driver.version);
	take_text(interface->firmware, driver.fw_version);
	if (driver.n_stats > VW_STATISTIC_STRINGS)
		return -E2BIG;
	if (driver.n_stats != interface->strings)
		r = read_strings(reader, interface, driver.n_stats);
	if (r < 0 || !driver.n_stats)
		return r;
	reader->values->cmd = ETHTOOL_GSTATS;
	reader->values->n_stats = driver.n_stats;
	r = ethtool(reader, interface->name, reader->values);
	if (r == 0 && reader->values->n_stats != interface->strings)
		r = -EAGAIN;
	if (r == 0)
		vw_statistics_take(interface, (const uint64_t *)(const void *)reader->values->data);
	return r;
}

static void read_steal(struct vw_counter_reader *reader)
{
	char text[VW_STAT_HEAD];
	ssize_t size = pread(reader->stat, text, sizeof(text), 0);
	int r = size < 0 ? -errno : vw_steal_parse(text, (size_t)size, reader->ticks, &reader->steal.value);

	reader->steal.state = vw_state_of(r);
	reader->steal.source = STAT;
}

/* Readers. */

static bool is_chosen(const struct vw_class_device *device, const char *driver)
{
	return strlen(device->name) < IFNAMSIZ && (!driver || vwb_text_equal(device->driver, driver));
}

static size_t count_chosen(const struct vw_facts *facts, const char *driver)
{
	const struct vw_device_list *net = &facts->devices.net;
	size_t count = 0;

	for (size_t i = 0; i < net->count && count < VW_COUNTER_INTERFACES; i++)
		count += is_chosen(&net->item[i], driver);
	return count;
}

static void choose_interfaces(struct vw_counter_reader *reader, const struct vw_facts *facts,
			      const char *driver)
{
	const struct vw_device_list *net = &facts->devices.net;

	for (size_t i = 0; i < net->count && reader->interfaces < reader->room; i++)
		if (is_chosen(&net->item[i], driver))
			memcpy(reader->interface[reader->interfaces++].name, net->item[i].name,
			       strlen(net->item[i].name) + 1);
}

static void open_live(struct vw_counter_reader *reader, struct vw_source *source)
{
	long ticks = sysconf(_SC_CLK_TCK);
	int r = vw_source_exists(source, STAT);

	reader->ticks = ticks > 0 ? (uint64_t)ticks : 0;
	if (r == 0)
		reader->stat = open(STAT, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (reader->stat < 0)
		reader->steal = (struct vw_number){.state = vw_state_of(r < 0 ? r : -errno), .source = STAT};
	if (reader->interfaces)
		reader->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void take_snapshot(struct vw_counter_reader *reader, struct vw_source *source, const char *driver)
{
	const char *bytes;
	size_t size;
	int r = vw_source_read(source, STAT, VW_STAT_HEAD, &bytes, &size);

	if (r == 0)
		r = vw_steal_parse(bytes, size, VW_SNAPSHOT_TICKS, &reader->steal.value);
	reader->steal.state = vw_state_of(r);
	reader->steal.source = STAT;
	if (vw_ethtool_read(source, driver, reader->interface, reader->room, &reader->interfaces) < 0)
		reader->interfaces = 0;
}

static struct vw_counter_reader *make_reader(size_t room)
{
	struct vw_counter_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->stat = reader->socket = -1;
	reader->room = room;
	if (!room)
		return reader;
	reader->interface = calloc(room, sizeof(*reader->interface));
	reader->shown = calloc(room, sizeof(*reader->shown));
	reader->values = calloc(1, sizeof(*reader->values) + VW_STATISTIC_STRINGS * sizeof(uint64_t));
	if (reader->interface && reader->shown && reader->values)
		return reader;
	vw_counter_reader_free(reader);
	return NULL;
}

int vw_counter_reader_new_for(struct vw_source *source, const struct vw_facts *facts, const char *driver,
			      struct vw_counter_reader **ret_reader)
{
	bool snapshot = vw_source_is_snapshot(source);
	struct vw_counter_reader *reader =
		make_reader(snapshot ? VW_COUNTER_INTERFACES : count_chosen(facts, driver));

	if (!reader)
		return -ENOMEM;
	if (snapshot) {
		take_snapshot(reader, source, driver);
	} else {
		choose_interfaces(reader, facts, driver);
		open_live(reader, source);
	}
	*ret_reader = reader;
	return 0;
}

int vw_counter_reader_new(struct vw_source *source, const struct vw_facts *facts,
			  struct vw_counter_reader **ret_reader)
{
	return vw_counter_reader_new_for(source, facts, "ena", ret_reader);
}

static const char *text_or_null(const char *text)
{
	return *text ? text : NULL;
}

int vw_counter_reader_read(struct vw_counter_reader *reader, struct vw_counters *ret)
{
	size_t shown = 0;

	if (reader->stat >= 0)
		read_steal(reader);
	for (size_t i = 0; i < reader->interfaces; i++) {
		struct vw_interface_statistics *interface = &reader->interface[i];

		if (reader->socket >= 0 && read_interface(reader, interface) < 0)
			continue;
		reader->shown[shown++] = (struct vw_interface_counters){
			.name = interface->name,
			.driver = text_or_null(interface->driver),
			.version = text_or_null(interface->version),
			.firmware = text_or_null(interface->firmware),
			.count = interface->count,
			.counter = interface->counter,
		};
	}
	*ret = (struct vw_counters){
		.steal_ms = reader->steal, .interfaces = shown, .interface = reader->shown};
	return 0;
}

void vw_counter_reader_free(struct vw_counter_reader *reader)
{
	if (!reader)
		return;
	if (reader->stat >= 0)
		close(reader->stat);
	if (reader->socket >= 0)
		close(reader->socket);
	free(reader->interface);
	free(reader->shown);
	free(reader->values);
	free(reader);
}

void vw_counter_reader_freep(struct vw_counter_reader **reader)
{
	vw_counter_reader_free(*reader);
	*reader = NULL;
}
