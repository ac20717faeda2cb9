/* SPDX-License-Identifier: MIT */

/* Network configurations that are INI or YAML files: networkd, NetworkManager, netplan. */

#include "probes/image/network.h"

#include <errno.h>
#include <string.h>

#include "probes/image/yaml.h"

enum { WORDS_LIMIT = 32 }; /* of one list */

static bool is_word(struct vw_span value, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (vw_span_is(value, words[i]))
			return true;
	return false;
}

/* Systemd-networkd, and .link files of udev. */

static const char *const networkd_folders[] = {
	"/etc/systemd/network",     "/run/systemd/network", "/usr/local/lib/systemd/network",
	"/usr/lib/systemd/network", "/lib/systemd/network", NULL,
};

/* A [Match] that no interface of a cloud's instance fits. Source: systemd.network(5) */
static bool is_foreign(const struct vw_ini *ini)
{
	static const char *const kinds[] = {"Virtualization", "Kind",  "WLANInterfaceType",
					    "SSID",           "BSSID", NULL};
	static const char *const types[] = {"wlan", "wwan", "loopback", "bridge",
					    "bond", "vlan", "can",      NULL};
	bool negated = ini->value.size && ini->value.at[0] == '!';

	if (vw_span_is(ini->key, "Type"))
		return is_word(ini->value, types);
	if (vw_span_is(ini->key, "Virtualization"))
		return vw_span_is(ini->value, "container") || vw_span_is(ini->value, "!vm");
	return is_word(ini->key, kinds) && !negated;
}

static bool is_mac_key(struct vw_span key)
{
	return vw_span_is(key, "MACAddress") || vw_span_is(key, "PermanentMACAddress");
}

static int visit_network(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	static const char *const dhcp[] = {"yes",  "true", "on", "1",    "ipv4",
					   "ipv6", "v4",   "v6", "both", NULL};
	struct vw_ini ini = {.lines = {.image = image, .rest = text, .size = size}};
	struct vw_netconf conf = {.kind = "networkd", .source = path};
	const char *names = NULL;
	bool matches = false;

	while (vw_setting_next(&ini)) {
		bool match = vw_span_is(ini.section, "Match");

		if (match && is_foreign(&ini))
			return 0;
		matches |= match;
		if (match && vw_span_is(ini.key, "Name"))
			names = vw_span_copy(image, ini.value);
		else if (match && is_mac_key(ini.key))
			conf.mac = vw_span_copy(image, ini.value);
		else if (match && vw_span_is(ini.key, "Driver"))
			conf.driver = vw_span_copy(image, ini.value);
		else if (vw_span_is(ini.section, "Network") && vw_span_is(ini.key, "DHCP"))
			conf.dhcp = is_word(ini.value, dhcp);
		else if (!match && vw_span_is(ini.key, "Address") && !conf.address)
			conf.address = vw_span_copy(image, ini.value);
	}
	/* without [Match] networkd takes no interface with it */
	if (matches && !vwb_text_equal(names, "lo"))
		vw_network_add_each(context, &conf, names);
	return vw_image_memory(image);
}

static int visit_link(void *context, struct vw_image *image, const char *path, const char *text, size_t size)
{
	struct vw_ini ini = {.lines = {.image = image, .rest = text, .size = size}};
	struct vw_netconf found = {0}, *conf;
	unsigned line = 0;

	while (vw_setting_next(&ini)) {
		if (vw_span_is(ini.section, "Match") && is_mac_key(ini.key))
			found.mac = vw_span_copy(image, ini.value);
		else if (vw_span_is(ini.section, "Match") && vw_span_is(ini.key, "Driver"))
			found.driver = vw_span_copy(image, ini.value);
		else if (vw_span_is(ini.section, "Link") && vw_span_is(ini.key, "Name")) {
			found.interface = vw_span_copy(image, ini.value);
			line = ini.lines.number;
		}
	}
	if (!found.interface || !found.interface[0])
		return vw_image_memory(image);
	conf = vw_network_add(context, "link", path, line);
	if (conf) {
		conf->interface = found.interface;
		conf->mac = found.mac;
		conf->driver = found.driver;
		conf->renames = true;
	}
	return vw_image_memory(image);
}

int vw_network_networkd(struct vw_network_facts *network)
{
	struct vw_file_set networks = {.folder = networkd_folders, .suffix = ".network"};
	struct vw_file_set links = {.folder = networkd_folders, .suffix = ".link"};
	int r = vw_files_each(network->image, &networks, visit_network, network);

	if (r == 0)
		r = vw_files_each(network->image, &links, visit_link, network);
	network->lost |= networks.lost || links.lost;
	return r;
}

/* NetworkManager. */

/* Source: nm-settings-keyfile(5); old names of types as NetworkManager still reads them */
static int visit_keyfile(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	static const char *const ethernet[] = {"ethernet", "802-3-ethernet", NULL};
	static const char *const dhcp[] = {"auto", "dhcp", NULL};
	struct vw_ini ini = {.lines = {.image = image, .rest = text, .size = size}};
	struct vw_netconf conf = {.kind = "NetworkManager", .source = path};
	const char *name = strrchr(path, '/') + 1, *names = NULL;
	bool ours = true, any = false;

	if (vwb_text_ends(name, "~") || vwb_text_ends(name, ".rpmsave"))
		return 0;
	while (ours && vw_setting_next(&ini)) {
		bool ip = vw_span_is(ini.section, "ipv4") || vw_span_is(ini.section, "ipv6");

		any = true;
		if (vw_span_is(ini.section, "connection") && vw_span_is(ini.key, "type"))
			ours = is_word(ini.value, ethernet);
		else if (vw_span_is(ini.key, "interface-name") && !vw_span_is(ini.section, "ovs-bridge"))
			names = vw_span_copy(image, ini.value);
		else if (is_word(ini.section, ethernet) && vw_span_is(ini.key, "mac-address"))
			conf.mac = vw_span_copy(image, ini.value);
		else if (vw_span_is(ini.section, "match") && vw_span_is(ini.key, "driver"))
			conf.driver = vw_span_copy(image, ini.value);
		else if (ip && vw_span_is(ini.key, "method"))
			conf.dhcp |= is_word(ini.value, dhcp);
		else if (ip && !conf.address &&
			 (vw_span_is(ini.key, "address1") || vw_span_is(ini.key, "addresses")))
			conf.address = vw_span_copy(image, ini.value);
	}
	if (!any)
		((struct vw_network_facts *)context)->lost = true;
	else if (ours)
		vw_network_add_each(context, &conf, names);
	return vw_image_memory(image);
}

int vw_network_manager(struct vw_network_facts *network)
{
	static const char *const written[] = {"/etc/NetworkManager/system-connections", NULL};
	static const char *const shipped[] = {"/run/NetworkManager/system-connections",
					      "/usr/lib/NetworkManager/system-connections", NULL};
	struct vw_file_set own = {.folder = written};
	struct vw_file_set others = {.folder = shipped, .suffix = ".nmconnection"};
	int r = vw_files_each(network->image, &own, visit_keyfile, network);

	if (r == 0)
		r = vw_files_each(network->image, &others, visit_keyfile, network);
	network->lost |= own.lost || others.lost;
	return r;
}

/* Netplan. */

static bool yaml_true(const struct vw_yaml *node)
{
	const char *text = vw_yaml_text(node);

	return text && vw_span_true(vw_span_of(text, strlen(text)));
}

/* A scalar, or the words of a list. */
static const char *yaml_words(struct vw_network_facts *network, const struct vw_yaml *node)
{
	const char *words = NULL;
	size_t left = WORDS_LIMIT;

	if (!node || node->kind != VW_YAML_LIST)
		return vw_yaml_text(node);
	for (const struct vw_yaml *item = node->child; item && left; item = item->next, left--)
		if (vw_yaml_text(item))
			words = words ? vwb_arena_printf(vw_image_arena(network->image), "%s %s", words,
							 item->text)
				      : item->text;
	return words;
}

/* "10.0.0.2/24", or a mapping of one address to its options. */
static const char *first_address(const struct vw_yaml *addresses)
{
	const struct vw_yaml *first = addresses ? addresses->child : NULL;

	if (!first || addresses->kind != VW_YAML_LIST)
		return NULL;
	return first->kind == VW_YAML_MAPPING && first->child ? first->child->key : vw_yaml_text(first);
}

/* Source: netplan(5), "Properties for physical device types" */
static void read_ethernet(struct vw_network_facts *network, const char *kind, const char *path,
			  const struct vw_yaml *device)
{
	const struct vw_yaml *match = vw_yaml_get(device, "match");
	const char *set_name = vw_yaml_text(vw_yaml_get(device, "set-name"));
	struct vw_netconf *conf;

	if (!device->key || vwb_text_equal(device->key, "lo"))
		return;
	conf = vw_network_add(network, kind, path, device->line);
	if (!conf)
		return;
	conf->renames = match && set_name;
	conf->interface = conf->renames ? set_name
			  : match       ? vw_yaml_text(vw_yaml_get(match, "name"))
					: device->key;
	conf->mac = vw_yaml_text(vw_yaml_get(match, "macaddress"));
	conf->driver = yaml_words(network, vw_yaml_get(match, "driver"));
	conf->dhcp = yaml_true(vw_yaml_get(device, "dhcp4")) || yaml_true(vw_yaml_get(device, "dhcp6"));
	conf->address = first_address(vw_yaml_get(device, "addresses"));
}

void vw_network_ethernets(struct vw_network_facts *network, const char *kind, const char *path,
			  const struct vw_yaml *ethernets)
{
	if (ethernets && ethernets->kind == VW_YAML_MAPPING)
		for (const struct vw_yaml *device = ethernets->child; device; device = device->next)
			read_ethernet(network, kind, path, device);
}

static int visit_netplan(void *context, struct vw_image *image, const char *path, const char *text,
			 size_t size)
{
	/* an interface's own addresses are then on another one */
	static const char *const virtual[] = {"bonds", "bridges", "vlans", "vrfs", "tunnels"};
	struct vw_network_facts *network = context;
	const struct vw_yaml *root = NULL, *top, *ethernets;
	bool lost = false;
	int r = vw_yaml_read(image, text, size, &root, &lost);

	if (r < 0)
		return r;
	top = vw_yaml_get(root, "network");
	ethernets = vw_yaml_get(top, "ethernets");
	network->lost |= lost || (root && (!top || top->kind != VW_YAML_MAPPING));
	network->lost |= ethernets && ethernets->kind != VW_YAML_MAPPING &&
			 !vwb_text_equal(vw_yaml_text(ethernets), "");
	for (size_t i = 0; i < VW_COUNT(virtual); i++)
		network->lost |= vw_yaml_get(top, virtual[i]) != NULL;
	vw_network_ethernets(network, "netplan", path, ethernets);
	return vw_image_memory(image);
}

int vw_network_netplan(struct vw_network_facts *network)
{
	/* of two files of one name netplan takes the one in /run, then in /etc */
	static const char *const folders[] = {"/run/netplan", "/etc/netplan", "/lib/netplan",
					      "/usr/lib/netplan", NULL};
	struct vw_file_set set = {.folder = folders, .suffix = ".yaml"};
	int r = vw_files_each(network->image, &set, visit_netplan, network);

	network->lost |= set.lost;
	return r;
}
