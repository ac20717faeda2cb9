/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* How a system comes to its network. */

VW_CHECKS_OF(network);

static bool has_cloud_init(const struct vw_image_facts *image)
{
	return image->cloud_init.enabled.state == VW_VALUE && image->cloud_init.enabled.value;
}

/* Configurations of the system, and behind them cloud-init's own where it starts; NULL behind the last. */
static const struct vw_netconf *conf_at(const struct vw_image_facts *image, size_t index)
{
	const struct vw_netconfs *network = &image->network, *cloud = &image->cloud_init.network;
	size_t count = network->state == VW_VALUE ? network->count : 0;

	if (index < count)
		return &network->conf[index];
	index -= count;
	return has_cloud_init(image) && cloud->state == VW_VALUE && index < cloud->count ? &cloud->conf[index]
											 : NULL;
}

static void network_unread(struct vw_assessment *a)
{
	const struct vw_netconfs *network = &a->image->network;

	a->remedy = "look through the network's configuration by hand";
	if (vw_state_unreadable(network->state) || network->incomplete)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "network", NULL, "the network's configuration %s",
		       vw_state_unreadable(network->state) ? vw_state_reason(network->state)
							   : "was not understood as a whole");
}

static void no_address_is_pinned(struct vw_assessment *a)
{
	const struct vw_lines *rules = &a->image->persistent_net;
	const struct vw_netconf *conf;

	for (size_t i = 0; rules->state == VW_VALUE && i < rules->count; i++)
		vw_say(a, VW_FAIL, a->severity, rules->line[i].source, rules->line[i].source,
		       "%s binds an interface's name to a hardware address, which the next instance does not "
		       "have",
		       rules->line[i].source);
	for (size_t i = 0; (conf = conf_at(a->image, i)); i++)
		if (conf->mac && !vwb_text_equal(conf->kind, "udev"))
			vw_say(a, VW_FAIL, a->severity, conf->source, conf->source,
			       "%s is bound to the hardware address %s, which the next instance does not "
			       "have",
			       conf->source, conf->mac);
	a->remedy = "look through the udev rules by hand";
	if (vw_state_unreadable(rules->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "udev", NULL, "the udev rules %s",
		       vw_state_reason(rules->state));
	network_unread(a);
	vw_say_passed(a, NULL, "nothing binds the network to a hardware address");
}

VW_CHECK(NET001, VW_ON_ALL, VW_FATAL, VW_BREAKS_REACH, "no hardware address is configured",
	 "delete {subject}, or what names a hardware address in it",
	 VW_EC2_GUIDE "enhanced-networking-ena.html", .assess = no_address_is_pinned);

static bool is_pattern(const char *interface)
{
	return !interface || strpbrk(interface, "*?[") != NULL;
}

/* Names that no driver gives by itself are those of bridges, bonds and the like: nobody's device. */
static bool is_a_device(const char *interface)
{
	return vwb_text_starts(interface, "eth") || vwb_text_starts(interface, "en");
}

static bool old_names(const struct vw_image_facts *image)
{
	const char *value;
	size_t length;

	for (size_t i = 0; i < image->kernel_count; i++)
		if (image->kernel[i].cmdline.state == VW_VALUE &&
		    vw_cmdline_find(image->kernel[i].cmdline.text, "net.ifnames", &value, &length) &&
		    length == 1 && *value == '0')
			return true;
	return false;
}

static bool reaches_all(const struct vw_image_facts *image)
{
	const struct vw_netconf *conf;

	for (size_t i = 0; (conf = conf_at(image, i)); i++)
		if (conf->dhcp && is_pattern(conf->interface) && !conf->mac)
			return true;
	return false;
}

static bool renamed(const struct vw_image_facts *image, const char *interface)
{
	const struct vw_netconf *conf;

	for (size_t i = 0; (conf = conf_at(image, i)); i++)
		if (conf->renames && vwb_text_equal(conf->interface, interface))
			return true;
	return false;
}

/* Interfaces are renamed by systemd's udev: under another init eth0 is what the kernel says. Source: systemd,
 * systemd.net-naming-scheme(7). */
static bool renames_none(const struct vw_image_os *os)
{
	return os->init.state == VW_VALUE && !strstr(os->init.text, "systemd");
}

/* Of a service's names the first that something starts. "net.eth0" is netifrc's. */
static const char *started_of(const struct vw_image_facts *image, const char *names)
{
	for (size_t i = 0; i < image->started.count; i++)
		if (vwb_text_has_word(names, image->started.name[i]) ||
		    (vwb_text_starts(image->started.name[i], "net.") && strstr(names, "net.")))
			return image->started.name[i];
	return NULL;
}

/* cloud-init writes the network's configuration at each first boot, unless it is told not to, or what to
 * write; NetworkManager asks for an address where no configuration fits. */
static bool is_written_there(const struct vw_image_facts *image)
{
	const struct vw_image_cloud_init *cloud = &image->cloud_init;

	return has_cloud_init(image) &&
	       ((cloud->no_network.state != VW_VALUE && cloud->network.state != VW_VALUE) ||
		started_of(image, "NetworkManager"));
}

static void names_will_exist(struct vw_assessment *a)
{
	bool others = reaches_all(a->image) || is_written_there(a->image);
	bool old = old_names(a->image) || renames_none(&a->image->os) || a->target & VW_ON_XEN;
	const struct vw_netconf *conf;

	for (size_t i = 0; (conf = conf_at(a->image, i)); i++) {
		if (is_pattern(conf->interface) || conf->renames || !is_a_device(conf->interface) ||
		    (old && vwb_text_starts(conf->interface, "eth")) || renamed(a->image, conf->interface))
			continue;
		vw_say(a, VW_FAIL, others ? VW_ADVICE : a->severity, conf->interface, conf->source,
		       "%s configures %s; %s may call its interface otherwise", conf->source, conf->interface,
		       vw_target_name(a->target));
	}
	network_unread(a);
	vw_say_passed(a, NULL, "no interface is configured by a name that may not exist");
}

VW_CHECK(NET002, VW_ON_ALL, VW_FATAL, VW_BREAKS_REACH,
	 "no interface is configured by a name that may not exist",
	 "configure the interface by its driver or by en* and eth*, with DHCP",
	 "https://www.freedesktop.org/software/systemd/man/latest/systemd.net-naming-scheme.html",
	 .assess = names_will_exist);

static void dhcp_is_used(struct vw_assessment *a)
{
	const struct vw_netconf *conf;
	bool dhcp = false;

	for (size_t i = 0; (conf = conf_at(a->image, i)); i++)
		dhcp |= conf->dhcp;
	for (size_t i = 0; (conf = conf_at(a->image, i)); i++)
		if (conf->address && !conf->dhcp && (!conf->interface || is_a_device(conf->interface)))
			vw_say(a, VW_FAIL, dhcp ? VW_ADVICE : a->severity, conf->source, conf->source,
			       "%s gives the fixed address %s", conf->source, conf->address);
	network_unread(a);
	vw_say_passed(a, NULL, "no fixed address is configured");
}

VW_CHECK(NET003, VW_ON_ALL, VW_FATAL, VW_BREAKS_REACH, "the address comes by DHCP", "use DHCP in {subject}",
	 "https://docs.aws.amazon.com/vm-import/latest/userguide/prerequisites.html", .milder_on = VW_KVM,
	 .milder = VW_ADVICE, .assess = dhcp_is_used);

/* systemd brings files for its containers' interfaces and for Wi-Fi. */
static bool is_of_containers(const char *source)
{
	return vwb_text_starts(source, "/usr/lib/systemd/network/80-") ||
	       vwb_text_starts(source, "/lib/systemd/network/80-");
}

static bool is_configured_by(const struct vw_netconfs *network, const char *kinds, bool dhcp)
{
	for (size_t i = 0; i < network->count; i++)
		if (vwb_text_has_word(kinds, network->conf[i].kind) && (!dhcp || network->conf[i].dhcp) &&
		    !network->conf[i].by_hand && !vwb_text_equal(network->conf[i].interface, "lo") &&
		    !is_of_containers(network->conf[i].source))
			return true;
	return false;
}

/* Before a system's first boot, systemd enables what its presets name. Source: systemd, machine-id(5), "First
 * boot semantics". */
static bool presets_apply(const struct vw_image_facts *image)
{
	return image->machine_id.state != VW_VALUE || vwb_text_equal(image->machine_id.text, "uninitialized");
}

/* What brings an interface up. NetworkManager does so without a configuration, netplan starts what it needs,
 * and cloud-init writes the configuration of the others. */
static void network_is_started(struct vw_assessment *a)
{
	const struct vw_image_facts *image = a->image;
	const struct vw_netconfs *network = &image->network;
	bool cloud = has_cloud_init(image) && image->cloud_init.no_network.state != VW_VALUE;
	const char *by_itself = started_of(image, "NetworkManager dhcpcd connman net.");
	const char *networkd = started_of(image, "systemd-networkd");
	const char *scripts = cloud || is_configured_by(network, "ifupdown ifcfg wicked", false)
				      ? started_of(image, "networking network wicked wickedd")
				      : NULL;
	bool known = image->started.state == VW_VALUE && network->state == VW_VALUE &&
		     image->init.libraries && image->layout.state == VW_ABSENT && !network->incomplete &&
		     image->init.path.state == VW_VALUE;

	if (by_itself || is_configured_by(network, "netplan", false))
		vw_say_passed(a, image->started.source, "%s brings the network up",
			      by_itself ? by_itself : "netplan");
	else if (!known || (!networkd && !scripts && presets_apply(image)))
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "network", NULL,
		       "whether something brings the network up is not known");
	else if (!networkd && !scripts)
		vw_say(a, VW_FAIL, a->severity, "network", image->started.source,
		       "nothing that brings the network up is started: neither systemd-networkd, "
		       "NetworkManager, "
		       "ifupdown, nor another");
	else if (networkd && !scripts && !cloud && !is_configured_by(network, "networkd", false))
		vw_say(a, VW_FAIL, a->severity, "systemd-networkd", image->started.source,
		       "systemd-networkd is started, and no .network file tells it what to do");
	else if (!networkd && vwb_text_has_word("networking network", scripts) &&
		 is_configured_by(network, "ifupdown ifcfg", true) && image->dhcp_client.state == VW_ABSENT)
		vw_say(a, VW_FAIL, a->severity, "dhclient", image->dhcp_client.source,
		       "the network is configured by DHCP, and no DHCP client is installed");
	vw_say_passed(a, image->started.source, "%s brings the network up", networkd ? networkd : scripts);
}

VW_CHECK(NET004, VW_ON_ALL, VW_FATAL, VW_BREAKS_REACH, "something that brings the network up is started",
	 "systemctl enable systemd-networkd, or networking, or NetworkManager, in the image",
	 "https://www.freedesktop.org/software/systemd/man/latest/systemd-networkd.service.html",
	 .assess = network_is_started);

/* Source: EC2 User Guide, "Connect to your instance"; sshd(8), dropbear(8). */
static void somebody_gets_in(struct vw_assessment *a)
{
	const struct vw_image_facts *image = a->image;
	const char *way = started_of(
		image, "ssh sshd sshd@ dropbear amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent "
		       "google-guest-agent walinuxagent tailscaled teleport");
	bool known =
		image->started.state == VW_VALUE && image->init.libraries && image->layout.state == VW_ABSENT;
	bool installed = image->units.state != VW_VALUE || vw_names_have(&image->units, "ssh") ||
			 vw_names_have(&image->units, "sshd") || vw_names_have(&image->units, "dropbear");

	if (known && image->passwd.state == VW_VALUE && !image->passwd.value)
		vw_say(a, VW_FAIL, a->severity, "/etc/passwd", image->passwd.source,
		       "/etc/passwd is not there: nobody can log in");
	else if (way)
		vw_say_passed(a, image->started.source, "%s is started", way);
	else if (!known || (presets_apply(image) && installed))
		vw_say(a, VW_STATUS_UNKNOWN, VW_ADVICE, "sshd", NULL,
		       "whether somebody can log in is not known");
	else
		vw_say(a, VW_FAIL, VW_DEGRADED, "sshd", image->started.source,
		       "nothing is started by which somebody could log in: neither sshd nor another");
	vw_say_passed(a, NULL, "somebody can log in");
}

VW_CHECK(SSH001, VW_ON_ALL, VW_FATAL, VW_BREAKS_REACH, "somebody can log in",
	 "install and enable openssh-server in the image; an appliance without it may pass over this",
	 VW_EC2_GUIDE "connect-to-linux-instance.html", .assess = somebody_gets_in);
