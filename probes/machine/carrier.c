/* SPDX-License-Identifier: MIT */
#include "probes/machine/carrier.h"

#include <errno.h>
#include <string.h>

/* The words of a path. */

static bool is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hexadecimal(char c)
{
	return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/*
 * Does a word have a shape? In the shape H is one hexadecimal digit, X are one or more, D is one or more
 * decimal digits, A one or more lower-case letters; everything else stands for itself.
 */
static bool has_shape(const char *word, const char *shape)
{
	for (; *shape; shape++) {
		bool (*many)(char) = *shape == 'D' ? is_decimal : *shape == 'X' ? is_hexadecimal : is_lower;
		const char *start = word;

		if (strchr("DXA", *shape))
			while (many(*word))
				word++;
		else if (*shape == 'H' ? is_hexadecimal(*word) : *word == *shape)
			word++;
		if (word == start)
			return false;
	}
	return !*word;
}

/* How buses name their devices (Linux: dev_set_name() of each). */
static const struct bus_shape {
	const char *shape, *bus;
} bus_shapes[] = {
	{"X:HH:HH.D", "pci"}, {"virtioD", "virtio"},  {"HHHHHHHH-HHHH-HHHH-HHHH-HHHHHHHHHHHH", "vmbus"},
	{"vmbus_D", "vmbus"}, {"vmbus_D_D", "vmbus"}, {"D-D:D.D", "usb"},
	{"D-D.D:D.D", "usb"}, {"D-D.D.D:D.D", "usb"}, {"D-D.D.D.D:D.D", "usb"},
};

static const char scsi_shape[] = "D:D:D:D", frontend_shape[] = "A-D", backend_shape[] = "A-D-D";

/* Layers between a device and what it offers: nothing from there on is a device of its own. */
static const char *const layers[] = {"net", "block", "nvme", "hostD", "ataD", "sessionD", "mmc_host"};

static bool is_layer(const char *word)
{
	for (size_t i = 0; i < VW_COUNT(layers); i++)
		if (has_shape(word, layers[i]))
			return true;
	return false;
}

static const char *bus_of(const char *word)
{
	for (size_t i = 0; i < VW_COUNT(bus_shapes); i++)
		if (has_shape(word, bus_shapes[i].shape))
			return bus_shapes[i].bus;
	return NULL;
}

/* A path. */

struct walker {
	struct vw_carrier *carrier;
	const char *top;   /* the component below "devices": a bus's root, or a device without a bus */
	const char *other; /* nearest directory that no shape fits */
	const char *scsi;
	bool in_layer;
};

static void take_word(struct walker *walker, const char *word, bool is_top)
{
	struct vw_carrier *carrier = walker->carrier;
	const char *bus = bus_of(word);

	if (is_top) {
		walker->top = word;
		carrier->is_virtual = vwb_text_equal(word, "virtual");
		carrier->is_backend = has_shape(word, backend_shape);
		if (has_shape(word, frontend_shape) || carrier->is_backend)
			bus = "xen";
	}
	if (is_layer(word))
		walker->in_layer = true;
	if (has_shape(word, scsi_shape))
		walker->scsi = word;
	else if (!bus && !is_top && !walker->in_layer)
		walker->other = word;
	if (!bus)
		return;
	carrier->bus = bus;
	carrier->address = word;
	if (vwb_text_equal(bus, "pci"))
		carrier->pci = word;
}

/* No bus has shown itself: SCSI's own layer, or a device of the platform or of a bus without a name here. */
static void take_rest(const struct walker *walker)
{
	struct vw_carrier *carrier = walker->carrier;

	if (carrier->bus)
		return;
	carrier->address = walker->other;
	if (walker->other && vwb_text_equal(walker->top, "platform"))
		carrier->bus = "platform";
	if (!walker->other && walker->scsi) {
		carrier->bus = "scsi";
		carrier->address = walker->scsi;
	}
}

void vw_carrier_of(struct vw_run *run, const char *path, const char *class, struct vw_carrier *ret)
{
	struct walker walker = {.carrier = ret};
	char *rest = vwb_arena_string(run->arena, path), *word;
	/* a device's own link tells no more than its last component, which then is as good as a top one */
	bool is_top = !rest || !strstr(rest, "devices/");

	*ret = (struct vw_carrier){0};
	if (rest)
		vwb_text_clean(rest, strlen(rest));
	while ((word = strsep(&rest, "/")) && !vwb_text_equal(word, class)) {
		if (vwb_text_equal(word, "devices"))
			is_top = true;
		else if (*word && !vwb_text_equal(word, "..") &&
			 !(vwb_text_equal(word, "sys") && !walker.top)) {
			take_word(&walker, word, is_top);
			is_top = false;
		}
	}
	ret->has_scsi = walker.scsi;
	take_rest(&walker);
}

const char *vw_path_parent(struct vw_run *run, const char *path)
{
	const char *last = strrchr(path, '/'), *start = last;

	while (start && start > path && start[-1] != '/')
		start--;
	return last ? vw_clean_copy(run, start, (size_t)(last - start)) : NULL;
}

/* What is known of the carrier. */

const struct vw_pci_device *vw_pci_find(const struct vw_facts *facts, const char *slot)
{
	for (size_t i = 0; slot && i < facts->devices.pci_count; i++)
		if (vwb_text_equal(facts->devices.pci[i].slot, slot))
			return &facts->devices.pci[i];
	return NULL;
}

/* Was the device read by another probe? Then its driver is known, or known to be none. */
static bool find_driver(const struct vw_facts *facts, const struct vw_carrier *carrier, const char **ret)
{
	const struct vw_pci_device *function =
		vwb_text_equal(carrier->bus, "pci") ? vw_pci_find(facts, carrier->address) : NULL;

	if (function) {
		*ret = function->driver;
		return true;
	}
	for (size_t i = 0; i < facts->devices.virtio_count; i++)
		if (vwb_text_equal(facts->devices.virtio[i].name, carrier->address)) {
			*ret = facts->devices.virtio[i].driver;
			return true;
		}
	for (size_t i = 0; i < facts->xen.devices; i++)
		if (vwb_text_equal(facts->xen.device[i].name, carrier->address)) {
			*ret = facts->xen.device[i].driver;
			return true;
		}
	return false;
}

const char *vw_carrier_driver(struct vw_run *run, const struct vw_carrier *carrier)
{
	const char *driver;

	if (!carrier->bus || !carrier->address)
		return NULL;
	if (find_driver(run->facts, carrier, &driver))
		return driver;
	return vw_bound_driver(run, vw_path(run, "/sys/bus/%s/devices/%s", carrier->bus, carrier->address));
}

const char *vw_driver_version(struct vw_run *run, const char *driver)
{
	/* those whose version decides what an instance's network can do */
	static const char *const always[] = {"ena", "ixgbevf"};
	bool worth = run->flags & VW_PROBE_WIDE;
	struct vw_text version;

	for (size_t i = 0; i < VW_COUNT(always); i++)
		worth |= vwb_text_equal(driver, always[i]);
	if (!driver || !worth)
		return NULL;
	vw_fact_read_text(run->source, vw_path(run, "/sys/module/%s/version", driver), &version);
	return version.text;
}

/* A class. */

static bool is_skipped(const struct vw_class_walk *walk, const char *name)
{
	for (const char *const *prefix = walk->skip; *prefix; prefix++)
		if (vwb_text_starts(name, *prefix)) {
			const char *rest = name + strlen(*prefix);

			if (!*rest || is_decimal(*rest))
				return true;
		}
	return false;
}

/*
 * Where a member's device is. Members are links into /sys/devices; a dump may have copied them as
 * directories, which hold a link to their device when they have one.
 *
 * Returns 0; 1 when the member has no device; or a negative errno when that cannot be told.
 */
static int find_carrier(struct vw_run *run, const struct vw_class_walk *walk, const char *path,
			struct vw_carrier *ret)
{
	const char *target;
	const char *const *name;
	size_t count;
	int r = vw_source_link(run->source, path, &target);

	if (r == -EINVAL) {
		r = vw_source_link(run->source, vw_path(run, "%s/device", path), &target);
		if (r == -ENOENT && vw_source_list(run->source, path, &count, &name) == 0)
			return 1;
	}
	if (r < 0)
		return r == -ENOENT ? -EBADMSG : r;
	vw_carrier_of(run, target, walk->word, ret);
	return 0;
}

/* Returns 1 when @ret was filled, 0 when the member is left out, or why it cannot be told. */
static int read_member(struct vw_run *run, const struct vw_class_walk *walk, const char *name,
		       struct vw_class_device *ret)
{
	const char *path = vw_path(run, "%s/%s", walk->directory, name);
	struct vw_class_device device = {.name = vw_clean_name(run, name)};
	struct vw_carrier carrier;
	int r = find_carrier(run, walk, path, &carrier);

	if (r != 0)
		return r < 0 ? r : 0;
	if (carrier.is_backend || !walk->take(run, path, &carrier, &device))
		return 0;
	device.bus = carrier.bus;
	device.address = carrier.address;
	device.pci = carrier.pci;
	if (!device.driver)
		device.driver = vw_carrier_driver(run, &carrier);
	if (!device.driver)
		device.driver = vw_bound_driver(run, vw_path(run, "%s/device", path));
	device.version = vw_driver_version(run, device.driver);
	*ret = device;
	return 1;
}

void vw_class_each(struct vw_run *run, const struct vw_class_walk *walk, struct vw_device_list *ret)
{
	size_t limit = run->flags & VW_PROBE_WIDE ? VW_LIST_LIMIT : VW_CLASS_LIMIT, looked = 0, count;
	struct vw_class_device *device;
	const char *const *name;
	int r = vw_source_list(run->source, walk->directory, &count, &name), failure = 0;

	ret->state = vw_state_of(r);
	if (r < 0 || !(device = vwb_arena_array(run->arena, count < limit ? count : limit, sizeof(*device))))
		return;
	ret->item = device;
	for (size_t i = 0; i < count; i++) {
		if (is_skipped(walk, name[i]))
			continue;
		if (looked++ == limit) {
			vw_note(run, walk->directory, "EFBIG");
			break;
		}
		r = read_member(run, walk, name[i], &device[ret->count]);
		if (r > 0)
			ret->count++;
		else if (r < 0)
			failure = r;
	}
	ret->incomplete = failure < 0 || looked > limit;
	if (failure == -EBADMSG || failure == -EINVAL)
		vw_note(run, walk->directory, "EBADMSG");
	if (!ret->count && failure < 0)
		ret->state = vw_state_of(failure);
}
