/* SPDX-License-Identifier: MIT */
#include "probes/image/network.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "probes/image/parts.h"

enum {
	SOURCE_DEPTH = 4, /* of files that name files */
	SOURCE_FILES = 128,
};

static const char *not_empty(const char *text)
{
	return text && text[0] ? text : NULL;
}

/* Ifcfg of Red Hat and SUSE. */

struct ifcfg {
	struct vw_network_facts *network;
	const char *kind;
};

/* What editors and package managers leave behind. Source: initscripts network-functions; ifcfg(5) of wicked
 */
static bool is_backup(const char *name)
{
	static const char *const ends[] = {"~",        ".bak",     ".old", ".orig",    ".rpmnew",
					   ".rpmorig", ".rpmsave", ".swp", ".template"};

	for (size_t i = 0; i < VW_COUNT(ends); i++)
		if (vwb_text_ends(name, ends[i]))
			return true;
	return false;
}

static bool asks_dhcp(const char *value)
{
	static const char *const words[] = {"dhcp",  "dhcp4", "dhcp6", "dhcp+autoip",
					    "bootp", "auto",  "autoip"};

	for (size_t i = 0; value && i < VW_COUNT(words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

static bool is_true(const char *value)
{
	return value && vw_span_true(vw_span_of(value, strlen(value)));
}

static int visit_ifcfg(void *context, struct vw_image *image, const char *path, const char *text, size_t size)
{
	const struct ifcfg *ifcfg = context;
	struct vw_assignment assignment = {.rest = {text, size}};
	const char *name = strrchr(path, '/') + strlen("/ifcfg-"), *device = NULL;
	struct vw_netconf *conf;

	if (vwb_text_equal(name, "lo") || is_backup(name))
		return 0;
	conf = vw_network_add(ifcfg->network, ifcfg->kind, path, 0);
	while (conf && vw_assignment_next(&assignment)) {
		const char *value = not_empty(vw_assigned(image, &assignment));

		if (vw_span_is(assignment.key, "DEVICE"))
			device = value;
		else if (vw_span_is(assignment.key, "HWADDR"))
			conf->mac = value;
		else if (vw_span_is(assignment.key, "BOOTPROTO"))
			conf->dhcp |= asks_dhcp(value);
		else if (vw_span_is(assignment.key, "DHCPV6C"))
			conf->dhcp |= is_true(value);
		else if (vw_span_is(assignment.key, "IPADDR") || vw_span_is(assignment.key, "IPADDR0") ||
			 vw_span_is(assignment.key, "IPADDR_0"))
			conf->address = value;
		else if (vw_span_is(assignment.key, "ONBOOT"))
			conf->by_hand = value && vwb_text_equal(value, "no");
	}
	if (conf) {
		conf->interface = device ? device : vw_image_clean(image, name, strlen(name));
		conf->renames = conf->mac != NULL;
	}
	return vw_image_memory(image);
}

static int read_ifcfg(struct vw_network_facts *network)
{
	static const struct {
		const char *kind, *folder[2];
	} places[] = {
		{"ifcfg", {"/etc/sysconfig/network-scripts", NULL}},
		{"wicked", {"/etc/sysconfig/network", NULL}},
	};
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(places) && r == 0; i++) {
		struct vw_file_set set = {.folder = places[i].folder, .prefix = "ifcfg-"};
		struct ifcfg ifcfg = {.network = network, .kind = places[i].kind};

		r = vw_files_each(network->image, &set, visit_ifcfg, &ifcfg);
		network->lost |= set.lost;
	}
	return r;
}

/* Ifupdown. */

struct ifupdown {
	struct vw_network_facts *network;
	unsigned depth, files;
	struct vw_growing automatic; /* interfaces, and patterns of them, that are brought up at boot */
};

static int read_interfaces(struct ifupdown *ifupdown, const char *path);

/* A file's name that source-directory takes. Source: interfaces(5) */
static bool is_plain_name(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

/* Files of a folder: all whose names fit; without a pattern, those with plain names. Source: interfaces(5) */
static int read_sourced(struct ifupdown *ifupdown, const char *folder, const char *pattern)
{
	const struct vw_entry *entry;
	size_t count = 0;
	int r = vw_image_list(ifupdown->network->image, folder, &count, &entry);

	if (r < 0) {
		ifupdown->network->lost |= r != -ENOENT;
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < count && r == 0; i++) {
		const char *path;

		if (entry[i].type == VW_ENTRY_FOLDER ||
		    (pattern ? fnmatch(pattern, entry[i].name, FNM_PERIOD) != 0
			     : !is_plain_name(entry[i].name)))
			continue;
		path = vwb_arena_printf(vw_image_arena(ifupdown->network->image), "%s/%s", folder,
					entry[i].name);
		r = path ? read_interfaces(ifupdown, path) : -ENOMEM;
	}
	return r;
}

/* source PATTERN, or source-directory FOLDER. A relative path starts at the file's own folder. */
static int follow_source(struct ifupdown *ifupdown, const char *path, struct vw_span word, bool folder)
{
	struct vwb_arena *arena = vw_image_arena(ifupdown->network->image);
	const char *slash = strrchr(path, '/');
	char *target = vwb_arena_copy(arena, word.at, word.size), *last;

	if (target && target[0] != '/')
		target = vwb_arena_printf(arena, "%.*s/%s", (int)(slash - path), path, target);
	if (!target)
		return -ENOMEM;
	if (folder)
		return read_sourced(ifupdown, target, NULL);
	last = strrchr(target, '/');
	*last = '\0';
	if (strpbrk(target, "*?[")) { /* patterns of folders */
		ifupdown->network->lost = true;
		return 0;
	}
	return read_sourced(ifupdown, target[0] ? target : "/", last + 1);
}

static struct vw_netconf *begin_iface(struct vw_network_facts *network, const char *path, unsigned line,
				      struct vw_span rest)
{
	struct vw_span name, family = {0}, method = {0};
	struct vw_netconf *conf;

	if (!vw_word_next(&rest, &name) || vw_span_is(name, "lo"))
		return NULL;
	if (vw_word_next(&rest, &family) && !vw_word_next(&rest, &method))
		method = vw_span_of("", 0);
	if (vw_span_is(method, "loopback"))
		return NULL;
	conf = vw_network_add(network, "ifupdown", path, line);
	if (conf) {
		conf->interface = vw_span_copy(network->image, name);
		conf->dhcp = vw_span_is(method, "dhcp") || vw_span_is(method, "auto");
	}
	return conf;
}

/* Source: interfaces(5), "auto" and "allow-" */
static void add_automatic(struct ifupdown *ifupdown, struct vw_span rest)
{
	struct vw_span word;

	while (vw_word_next(&rest, &word)) {
		const char **name =
			vw_grow(ifupdown->network->image, &ifupdown->automatic, sizeof(*name), SOURCE_FILES);

		if (!name)
			ifupdown->network->lost = true;
		else
			*name = vw_span_copy(ifupdown->network->image, word);
	}
}

static bool is_automatic(const struct ifupdown *ifupdown, const char *interface)
{
	const char *const *name = ifupdown->automatic.item;

	for (size_t i = 0; i < ifupdown->automatic.count; i++)
		if (name[i] && interface &&
		    (vwb_text_equal(name[i], interface) || name[i][0] == '/' ||
		     fnmatch(name[i], interface, 0) == 0))
			return true;
	return false;
}

static void mark_by_hand(const struct ifupdown *ifupdown)
{
	struct vw_netconf *conf = ifupdown->network->confs.item;

	for (size_t i = 0; i < ifupdown->network->confs.count; i++)
		if (vwb_text_equal(conf[i].kind, "ifupdown"))
			conf[i].by_hand = !is_automatic(ifupdown, conf[i].interface);
}

static int read_interface_lines(struct ifupdown *ifupdown, const char *path, struct vw_line_reader lines)
{
	struct vw_joined joined = {.lines = lines};
	struct vw_network_facts *network = ifupdown->network;
	struct vw_netconf *conf = NULL;
	int r = 0;

	while (r == 0 && vw_joined_next(&joined)) {
		struct vw_span rest = vw_span_of(joined.line, joined.length), word, value;

		if (!vw_word_next(&rest, &word))
			continue;
		if (vw_span_is(word, "iface")) {
			conf = begin_iface(network, path, joined.number, rest);
		} else if (vw_span_is(word, "source") || vw_span_is(word, "source-directory")) {
			conf = NULL;
			if (vw_word_next(&rest, &value))
				r = follow_source(ifupdown, path, value,
						  vw_span_is(word, "source-directory"));
		} else if (vw_span_is(word, "auto") || vw_span_is(word, "mapping") ||
			   vw_span_is(word, "rename") ||
			   (word.size > 6 && memcmp(word.at, "allow-", 6) == 0)) {
			conf = NULL;
			if (vw_span_is(word, "auto") || vw_span_is(word, "allow-auto") ||
			    vw_span_is(word, "allow-hotplug"))
				add_automatic(ifupdown, rest);
		} else if (conf && vw_span_is(word, "address") && vw_word_next(&rest, &value)) {
			conf->address = vw_span_copy(network->image, value);
		}
	}
	return r;
}

static int read_interfaces(struct ifupdown *ifupdown, const char *path)
{
	struct vw_line_reader lines = {.image = ifupdown->network->image};
	int r;

	if (ifupdown->depth >= SOURCE_DEPTH || ifupdown->files >= SOURCE_FILES) {
		ifupdown->network->lost = true;
		return 0;
	}
	r = vw_image_read(ifupdown->network->image, path, VW_IMAGE_TEXT_LIMIT, &lines.rest, &lines.size);
	if (r < 0) {
		ifupdown->network->lost |= r != -ENOENT;
		return r == -ENOMEM ? r : 0;
	}
	ifupdown->depth++;
	ifupdown->files++;
	r = read_interface_lines(ifupdown, path, lines);
	ifupdown->depth--;
	return r;
}

/* Rules that give names. */

struct naming {
	struct vw_span name, mac, driver;
	bool assigns;
};

static bool is_match(const struct vw_rule_token *token)
{
	return vw_span_is(token->operation, "==");
}

static void read_naming(struct vw_span rule, struct naming *ret)
{
	static const char *const addresses[] = {"ATTR{address}", "ATTRS{address}", "SYSFS{address}"};
	static const char *const drivers[] = {"DRIVERS", "DRIVER", "ENV{ID_NET_DRIVER}"};
	struct vw_rule_token token;

	while (vw_token_next(&rule, &token)) {
		for (size_t i = 0; i < VW_COUNT(addresses); i++)
			if (is_match(&token) && vw_span_is(token.key, addresses[i]))
				ret->mac = token.value;
		for (size_t i = 0; i < VW_COUNT(drivers); i++)
			if (is_match(&token) && vw_span_is(token.key, drivers[i]) &&
			    !vw_span_is(token.value, "?*"))
				ret->driver = token.value;
		if (vw_span_is(token.key, "NAME") && !is_match(&token) &&
		    !vw_span_is(token.operation, "!=")) {
			ret->name = token.value;
			ret->assigns = true;
		}
	}
}

static int visit_rules(void *context, struct vw_image *image, const char *path, const char *text, size_t size)
{
	struct vw_network_facts *network = context;
	struct vw_rules rules = {.rest = {text, size}};

	while (vw_rule_next(&rules)) {
		struct naming naming = {0};
		struct vw_netconf *conf;

		read_naming(rules.rule, &naming);
		/* NAME= of a rule that matches no interface is a device's file */
		if (!naming.assigns || (!naming.mac.size && !vw_span_has(rules.rule, "\"net\"")))
			continue;
		conf = vw_network_add(network, "udev", path, rules.line);
		if (!conf)
			break;
		conf->interface = vw_span_copy(image, naming.name);
		conf->mac = naming.mac.size ? vw_span_copy(image, naming.mac) : NULL;
		conf->driver = naming.driver.size ? vw_span_copy(image, naming.driver) : NULL;
		conf->renames = true;
		if (conf->mac)
			vw_lines_add(image, &network->pins, path, rules.line, rules.rule);
	}
	return vw_image_memory(image);
}

/* Only what an administrator or an installer wrote: rules of packages name nothing by its address. */
static int read_rules(struct vw_network_facts *network)
{
	static const char *const folders[] = {"/etc/udev/rules.d", NULL};
	struct vw_file_set set = {.folder = folders, .suffix = ".rules"};
	int r = vw_files_each(network->image, &set, visit_rules, network);

	network->lost |= set.lost;
	return r;
}

int vw_image_probe_network(struct vw_image *image, struct vw_image_facts *facts)
{
	struct vw_network_facts network = {.image = image};
	struct ifupdown ifupdown = {.network = &network};
	int r = read_ifcfg(&network);

	if (r == 0)
		r = read_interfaces(&ifupdown, "/etc/network/interfaces");
	if (r == 0)
		mark_by_hand(&ifupdown);
	if (r == 0)
		r = vw_network_netplan(&network);
	if (r == 0)
		r = vw_network_networkd(&network);
	if (r == 0)
		r = vw_network_manager(&network);
	if (r == 0)
		r = read_rules(&network);
	if (r < 0)
		return r;
	facts->network = (struct vw_netconfs){
		.state = VW_VALUE,
		.incomplete = network.lost,
		.count = network.confs.count,
		.conf = network.confs.item,
	};
	vw_lines_set(&facts->persistent_net, &network.pins);
	return vw_image_memory(image);
}
