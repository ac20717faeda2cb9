/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_MACHINE_COUNTERS_H
#define VW_PROBES_MACHINE_COUNTERS_H

/*
 * Counters apart from where they are read, so that tests can feed them. Internal to probes/.
 * The counters that others see are in probes.h.
 */

#include <net/if.h>

#include "probes/read/source.h"

enum {
	VW_STATISTICS = 64,          /* kept of one interface */
	VW_STATISTIC_NAME = 32,      /* ETH_GSTRING_LEN of linux/ethtool.h: bytes of a name, NUL or not */
	VW_STATISTIC_STRINGS = 8192, /* that a driver may have; 128 queues of ENA have about 5000 */
	VW_DRIVER_TEXT = 32,         /* ETHTOOL_BUSINFO_LEN and its like */
	VW_STAT_HEAD = 512,          /* bytes of /proc/stat that hold its first line */
	VW_SNAPSHOT_TICKS = 100,     /* USER_HZ of every architecture that is left, in ticks a second */
};

/* What is known of an interface. */
struct vw_interface_statistics {
	char name[IFNAMSIZ];
	char driver[VW_DRIVER_TEXT + 1], version[VW_DRIVER_TEXT + 1], firmware[VW_DRIVER_TEXT + 1];
	uint32_t strings; /* how many statistics the driver has; the following holds for that number */
	size_t count;
	char label[VW_STATISTICS][VW_STATISTIC_NAME + 1];
	uint32_t index[VW_STATISTICS]; /* of each among the driver's */
	struct vw_counter counter[VW_STATISTICS];
};

/**
 * Read the time that was stolen from the first line of /proc/stat.
 *
 * @ticks: that a second has
 * @ret_ms: untouched on failure
 *
 * Returns 0; -ENODATA for a kernel that does not tell it (before 2.6.11); -EBADMSG for what is no such line.
 * Source: proc(5): the eighth number, in units of USER_HZ.
 */
_must_check_ int vw_steal_parse(const char *text, size_t size, uint64_t ticks, uint64_t *ret_ms);

/**
 * Choose the statistics of the device as a whole among a driver's, and set label, index and count.
 *
 * @strings: @count names of VW_STATISTIC_NAME bytes each
 */
void vw_statistics_choose(struct vw_interface_statistics *interface, const char *strings, uint32_t count);

/** Take the values of the chosen ones. @value: as many as the interface has strings */
void vw_statistics_take(struct vw_interface_statistics *interface, const uint64_t *value);

/**
 * Prepare to read the interfaces of one driver, see vw_counter_reader_new().
 *
 * @driver: NULL for any
 */
_must_check_ int vw_counter_reader_new_for(struct vw_source *source, const struct vw_facts *facts,
					   const char *driver, struct vw_counter_reader **ret_reader);

/**
 * Take what a snapshot recorded in ethtool.json.
 *
 * @driver: whose interfaces; one whose driver is not named is taken too. NULL for any
 * @interface: @room of them
 *
 * Returns 0, also without such a file; -EBADMSG for a damaged one, which is noted as unread; or what reading
 * gave.
 */
_must_check_ int vw_ethtool_read(struct vw_source *source, const char *driver,
				 struct vw_interface_statistics *interface, size_t room, size_t *ret_count);

/**
 * Make the text of ethtool.json.
 *
 * @ret_text: owned by the source
 *
 * Returns 0, -ENOMEM, or -EOPNOTSUPP without jansson.
 */
_must_check_ int vw_ethtool_write(struct vw_source *source, const struct vw_counters *counters,
				  const char **ret_text);

#endif
