/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "probes/image/network.h"
#include "probes/image/parts.h"
#include "probes/image/settings.h"
#include "probes/image/yaml.h"

enum { SOURCES_LIMIT = 64 };

static const char program[] = "/usr/bin/cloud-init";

/* Any of these starts the rest. Newer ones have cloud-init-main and -network in the place of cloud-init.
 * Source: cloud-init, folder systemd */
static const char *const units[] = {"cloud-init.service", "cloud-init-main.service",
				    "cloud-init-local.service", "cloud-init-network.service",
				    "cloud-init.target"};

/* The first of these that exists, or NULL. */
static const char *first_of(struct vw_image *image, const char *const *path, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (vw_image_stat(image, path[i], NULL, NULL) == 0)
			return path[i];
	return NULL;
}

static void read_units(struct vw_image *image, struct vw_image_cloud_init *ret)
{
	for (size_t i = 0; i < VW_COUNT(units); i++) {
		bool masked;
		const char *path = vw_unit_find(image, units[i], &masked);

		if (path && masked && ret->disabled.state != VW_VALUE)
			vw_image_set_text(image, &ret->disabled, 0, path, strlen(path), path);
		if (path && !masked && ret->installed.state != VW_VALUE)
			vw_flag_set(&ret->installed, true, path);
	}
}

static void read_installed(struct vw_image *image, struct vw_image_cloud_init *ret)
{
	static const char *const programs[] = {program, "/usr/local/bin/cloud-init", "/bin/cloud-init",
					       "/etc/init.d/cloud-init"};
	static const char *const disabled[] = {"/etc/cloud/cloud-init.disabled"};
	const char *found = first_of(image, disabled, VW_COUNT(disabled));

	vw_image_set_text(image, &ret->disabled, found ? 0 : -ENOENT, found, found ? strlen(found) : 0,
			  disabled[0]);
	read_units(image, ret);
	found = first_of(image, programs, VW_COUNT(programs));
	if (ret->installed.state != VW_VALUE)
		vw_flag_set(&ret->installed, found != NULL, found ? found : program);
}

/* Who starts it. */

/* An entry of a folder whose name has "cloud-init" in it and begins so; the path of the first, or NULL. */
static const char *starter_in(struct vw_image *image, const char *folder, const char *prefix)
{
	const struct vw_entry *entry;
	size_t count = 0;

	if (vw_image_list(image, folder, &count, &entry) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (vwb_text_starts(entry[i].name, prefix) && strstr(entry[i].name, "cloud-init"))
			return vwb_arena_printf(vw_image_arena(image), "%s/%s", folder, entry[i].name);
	return NULL;
}

static const char *find_starter(struct vw_image *image)
{
	static const char *const generators[] = {"/usr/lib/systemd/system-generators/cloud-init-generator",
						 "/lib/systemd/system-generators/cloud-init-generator",
						 "/etc/systemd/system-generators/cloud-init-generator"};
	static const struct {
		const char *folder, *prefix;
	} folders[] = {
		{"/etc/systemd/system/cloud-init.target.wants", "cloud-"},
		{"/etc/systemd/system/multi-user.target.wants", "cloud-"},
		{"/etc/systemd/system/sysinit.target.wants", "cloud-"},
		{"/usr/lib/systemd/system/cloud-init.target.wants", "cloud-"},
		{"/usr/lib/systemd/system/multi-user.target.wants", "cloud-"},
		{"/etc/runlevels/boot", "cloud-"},
		{"/etc/runlevels/default", "cloud-"},
		{"/etc/rc3.d", "S"},
		{"/etc/rc2.d", "S"},
		{"/etc/rc.d/rc3.d", "S"},
		{"/etc/init", "cloud-"},
	};
	const char *found = first_of(image, generators, VW_COUNT(generators));

	for (size_t i = 0; i < VW_COUNT(folders) && !found; i++)
		found = starter_in(image, folders[i].folder, folders[i].prefix);
	return found;
}

/* Where it looks for its data. */

static const char *join(struct vw_image *image, const struct vw_yaml *list)
{
	const char *joined = "";
	size_t left = SOURCES_LIMIT;

	for (const struct vw_yaml *item = list->child; item && left && joined; item = item->next, left--)
		if (vw_yaml_text(item))
			joined = vwb_arena_printf(vw_image_arena(image), "%s%s%s", joined,
						  joined[0] ? ", " : "", item->text);
	return joined;
}

/* The network's configuration, which stands in the place of what the platform tells. */

/* Version 1: a list of devices, each with its subnets. Source: cloud-init's documentation, "Networking config
 * Version 1" */
static void read_device(struct vw_network_facts *network, const char *path, const struct vw_yaml *device)
{
	const struct vw_yaml *subnets = vw_yaml_get(device, "subnets");
	size_t left = SOURCES_LIMIT;
	struct vw_netconf *conf;

	if (!vwb_text_equal(vw_yaml_text(vw_yaml_get(device, "type")), "physical"))
		return;
	conf = vw_network_add(network, "cloud-init", path, device->line);
	if (!conf)
		return;
	conf->interface = vw_yaml_text(vw_yaml_get(device, "name"));
	conf->mac = vw_yaml_text(vw_yaml_get(device, "mac_address"));
	conf->renames = conf->interface && conf->mac;
	for (const struct vw_yaml *subnet = subnets ? subnets->child : NULL; subnet && left;
	     subnet = subnet->next, left--) {
		const char *type = vw_yaml_text(vw_yaml_get(subnet, "type"));

		conf->dhcp |=
			type && vwb_text_has_word("dhcp dhcp4 dhcp6 ipv6_dhcpv6-stateful ipv6_slaac", type);
		if (!conf->address)
			conf->address = vw_yaml_text(vw_yaml_get(subnet, "address"));
	}
}

static void take_network(struct vw_image *image, struct vw_image_cloud_init *ret, const char *path,
			 const struct vw_yaml *top)
{
	struct vw_network_facts network = {.image = image};
	const struct vw_yaml *config = vw_yaml_get(top, "config");
	size_t left = SOURCES_LIMIT;

	ret->network = (struct vw_netconfs){.state = VW_ABSENT};
	ret->no_network = (struct vw_text){.state = VW_ABSENT};
	if (vwb_text_equal(vw_yaml_text(config), "disabled")) {
		const char *place = vw_image_place(image, path, top->line);

		vw_image_set_text(image, &ret->no_network, 0, place, strlen(place), place);
		return;
	}
	if (config && config->kind == VW_YAML_LIST)
		for (const struct vw_yaml *device = config->child; device && left;
		     device = device->next, left--)
			read_device(&network, path, device);
	vw_network_ethernets(&network, "cloud-init", path, vw_yaml_get(top, "ethernets"));
	if (network.confs.count)
		ret->network = (struct vw_netconfs){
			.state = VW_VALUE, .count = network.confs.count, .conf = network.confs.item};
}

static int visit_config(void *context, struct vw_image *image, const char *path, const char *text,
			size_t size)
{
	const struct vw_yaml *root = NULL, *sources, *network;
	struct vw_image_cloud_init *ret = context;
	const char *list;
	bool lost;
	int r;

	if (!vw_span_has(vw_span_of(text, size), "datasource_list") &&
	    !vw_span_has(vw_span_of(text, size), "network"))
		return 0;
	r = vw_yaml_read(image, text, size, &root, &lost);
	if (r < 0)
		return r;
	network = vw_yaml_get(root, "network");
	if (network && network->kind == VW_YAML_MAPPING)
		take_network(image, ret, path, network);
	sources = vw_yaml_get(root, "datasource_list");
	if (!sources)
		return vw_image_memory(image);
	list = sources->kind == VW_YAML_LIST ? join(image, sources) : vw_yaml_text(sources);
	vw_image_set_text(image, &ret->datasource_list, list ? 0 : -EBADMSG, list, list ? strlen(list) : 0,
			  vw_image_place(image, path, sources->line));
	return vw_image_memory(image);
}

/* Later files hold. Source: cloud-init's documentation, "Configuration sources" */
static int read_config(struct vw_image *image, struct vw_image_cloud_init *ret)
{
	static const char main_file[] = "/etc/cloud/cloud.cfg";
	static const char *const folders[] = {"/etc/cloud/cloud.cfg.d", NULL};
	struct vw_file_set set = {.folder = folders, .suffix = ".cfg", .hidden = true};
	int r = vw_file_one(image, main_file, visit_config, ret, NULL);

	if (r == 0)
		r = vw_files_each(image, &set, visit_config, ret);
	if (ret->datasource_list.state == VW_NOT_PROBED)
		vw_image_set_text(image, &ret->datasource_list, -ENOENT, NULL, 0, main_file);
	return r;
}

/* "policy: search,found=all,maybe=none,notfound=disabled". Source: cloud-init tools/ds-identify */
static int visit_identify(void *context, struct vw_image *image, const char *path, const char *text,
			  size_t size)
{
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		struct vw_span line = vw_span_trim(vw_span_of(lines.line, lines.length));
		const char *colon = line.size ? memchr(line.at, ':', line.size) : NULL;
		struct vw_span value, policy;

		if (!colon ||
		    !vw_span_is(vw_span_trim(vw_span_of(line.at, (size_t)(colon - line.at))), "policy"))
			continue;
		value = vw_span_of(colon + 1, line.size - (size_t)(colon - line.at) - 1);
		if (vw_word_next(&value, &policy))
			vw_image_set_text(image, context, 0, policy.at, policy.size,
					  vw_image_place(image, path, lines.number));
	}
	return vw_image_memory(image);
}

static int read_identify(struct vw_image *image, struct vw_text *fact)
{
	static const char path[] = "/etc/cloud/ds-identify.cfg";
	bool lost = false;
	int r = vw_file_one(image, path, visit_identify, fact, &lost);

	if (fact->state == VW_NOT_PROBED)
		vw_image_set_text(image, fact, lost ? -EIO : -ENOENT, NULL, 0, path);
	return r;
}

int vw_image_probe_cloud_init(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char instance[] = "/var/lib/cloud/instance";
	struct vw_image_cloud_init *ret = &facts->cloud_init;
	const char *starter, *target;
	int r;

	read_installed(image, ret);
	starter = ret->installed.value ? find_starter(image) : NULL;
	vw_flag_set(&ret->enabled, starter != NULL, starter ? starter : ret->installed.source);
	/* a link into instances/, which may have been removed by itself */
	vw_flag_set(&ret->instance,
		    vw_image_stat(image, instance, NULL, NULL) == 0 ||
			    vw_image_readlink(image, instance, &target) == 0,
		    instance);
	r = read_config(image, ret);
	return r < 0 ? r : read_identify(image, &ret->ds_identify);
}
