/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "probes/machine/counters.h"
#include "probes/read/json.h"
#include "probes/read/source_internal.h"

/*
 * ethtool.json of a snapshot:
 * {"eth0": {"driver": "ena", "version": "…", "firmware": "…", "statistics": {"tx_timeout": 0, …}}, …}
 */

#define ETHTOOL "/ethtool.json"

/* Reading. */

/* Text that has room; what is too long or no text was not told. */
static bool take_text(const char *text, char *to, size_t room)
{
	size_t size = text ? strlen(text) : 0;

	if (!size || size >= room)
		return false;
	memcpy(to, text, size + 1);
	return vwb_text_clean(to, size);
}

static void take_member(const json_t *object, const char *key, char to[VW_DRIVER_TEXT + 1])
{
	take_text(vwb_json()->json_string_value(vwb_json()->json_object_get(object, key)), to,
		  VW_DRIVER_TEXT + 1);
}

static void take_statistics(json_t *statistics, struct vw_interface_statistics *interface)
{
	for (void *i = vwb_json()->json_object_iter(statistics); i && interface->count < VW_STATISTICS;
	     i = vwb_json()->json_object_iter_next(statistics, i)) {
		json_int_t value = vwb_json()->json_integer_value(vwb_json()->json_object_iter_value(i));
		char *label = interface->label[interface->count];

		if (!json_is_integer(vwb_json()->json_object_iter_value(i)) || value < 0 ||
		    !take_text(vwb_json()->json_object_iter_key(i), label, sizeof(interface->label[0])))
			continue;
		interface->counter[interface->count++] =
			(struct vw_counter){.name = label, .value = (uint64_t)value};
	}
}

static bool is_of_another(const json_t *item, const char *driver)
{
	const char *named = vwb_json()->json_string_value(vwb_json()->json_object_get(item, "driver"));

	return driver && named && *named && !vwb_text_equal(named, driver);
}

int vw_ethtool_read(struct vw_source *source, const char *driver, struct vw_interface_statistics *interface,
		    size_t room, size_t *ret_count)
{
	_cleanup_(vwb_json_release) json_t *json = NULL;
	int r = vw_json_read(source, ETHTOOL, &json);
	size_t count = 0;

	if (r == -EBADMSG)
		vw_source_note(source, ETHTOOL, r);
	if (r < 0 && r != -ENOENT)
		return r;
	for (void *i = json ? vwb_json()->json_object_iter(json) : NULL; i && count < room;
	     i = vwb_json()->json_object_iter_next(json, i)) {
		json_t *item = vwb_json()->json_object_iter_value(i);

		if (is_of_another(item, driver) ||
		    !take_text(vwb_json()->json_object_iter_key(i), interface[count].name, IFNAMSIZ))
			continue;
		take_member(item, "driver", interface[count].driver);
		take_member(item, "version", interface[count].version);
		take_member(item, "firmware", interface[count].firmware);
		take_statistics(vwb_json()->json_object_get(item, "statistics"), &interface[count]);
		count++;
	}
	*ret_count = count;
	return 0;
}

/* Writing. */

/* Give @value to @object; both may be NULL after a failure. */
static int put(json_t *object, const char *key, json_t *value)
{
	return vwb_json()->json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

static int put_text(json_t *object, const char *key, const char *text)
{
	return text ? put(object, key, vwb_json()->json_string(text)) : 0;
}

static int put_interface(json_t *json, const struct vw_interface_counters *interface)
{
	json_t *item = vwb_json()->json_object(), *statistics;
	int r = put(json, interface->name, item);

	if (r == 0)
		r = put_text(item, "driver", interface->driver);
	if (r == 0)
		r = put_text(item, "version", interface->version);
	if (r == 0)
		r = put_text(item, "firmware", interface->firmware);
	if (r < 0)
		return r;
	statistics = vwb_json()->json_object();
	r = put(item, "statistics", statistics);
	for (size_t i = 0; i < interface->count && r == 0; i++)
		if (interface->counter[i].value <= INT64_MAX)
			r = put(statistics, interface->counter[i].name,
				vwb_json()->json_integer((json_int_t)interface->counter[i].value));
	return r;
}

int vw_ethtool_write(struct vw_source *source, const struct vw_counters *counters, const char **ret_text)
{
	_cleanup_(vwb_json_release) json_t *json = NULL;
	int r = 0;

	if (!vwb_json())
		return -EOPNOTSUPP;
	json = vwb_json()->json_object();
	if (!json)
		return -ENOMEM;
	for (size_t i = 0; i < counters->interfaces && r == 0; i++)
		r = put_interface(json, &counters->interface[i]);
	return r < 0 ? r : vw_json_text(source, json, ret_text);
}
