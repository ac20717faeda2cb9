/* SPDX-License-Identifier: MIT */
#include "tests/unit/image_parts.h"

#define READ() image_read(root, vw_image_probe_network, NULL)

struct expected {
	const char *kind, *source, *interface, *mac, *driver, *address;
	bool renames, dhcp;
};

static void same(const char *a, const char *b)
{
	if (!vwb_text_equal(a, b))
		fail_msg("%s is not %s", a ? a : "nothing", b ? b : "nothing");
}

static void assert_confs(const struct image_root *root, const struct expected *expected, size_t count)
{
	const struct vw_netconfs *network = &root->facts.network;

	assert_int_equal(network->state, VW_VALUE);
	for (size_t i = 0; i < count && i < network->count; i++) {
		same(network->conf[i].kind, expected[i].kind);
		same(network->conf[i].source, expected[i].source);
		same(network->conf[i].interface, expected[i].interface);
		same(network->conf[i].mac, expected[i].mac);
		same(network->conf[i].driver, expected[i].driver);
		same(network->conf[i].address, expected[i].address);
		assert_int_equal(network->conf[i].renames, expected[i].renames);
		assert_int_equal(network->conf[i].dhcp, expected[i].dhcp);
	}
	assert_int_equal(network->count, count);
}

#define EXPECT(...)                                           \
	do {                                                  \
		const struct expected list[] = {__VA_ARGS__}; \
		assert_confs(root, list, VW_COUNT(list));     \
	} while (0)

static void nothing_is_configured(void **state)
{
	struct image_root *root = *state;

	READ();
	assert_confs(root, NULL, 0);
	assert_false(root->facts.network.incomplete);
	assert_int_equal(root->facts.persistent_net.state, VW_VALUE);
}

static void ifcfg(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/etc/sysconfig/network-scripts/ifcfg-eth0",
	    "DEVICE=\"eth0\"\nBOOTPROTO=\"dhcp\"\nONBOOT=yes\nHWADDR=02:0a:0b:0c:0d:0e # old\n");
	put(&root->guest, "/etc/sysconfig/network-scripts/ifcfg-lo", "DEVICE=lo\n");
	put(&root->guest, "/etc/sysconfig/network-scripts/ifcfg-eth0.bak", "DEVICE=eth9\n");
	put(&root->guest, "/etc/sysconfig/network-scripts/ifup-eth", "DEVICE=eth8\n");
	put(&root->guest, "/etc/sysconfig/network-scripts/ifcfg-eth1",
	    "#HWADDR=00:00:00:00:00:00\nBOOTPROTO=none\nIPADDR=10.0.0.2\n");
	put(&root->guest, "/etc/sysconfig/network/ifcfg-eth0", "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n");
	READ();
	EXPECT({"ifcfg", "/etc/sysconfig/network-scripts/ifcfg-eth0", "eth0", "02:0a:0b:0c:0d:0e", NULL, NULL,
		true, true},
	       {"ifcfg", "/etc/sysconfig/network-scripts/ifcfg-eth1", "eth1", NULL, NULL, "10.0.0.2", false,
		false},
	       {"wicked", "/etc/sysconfig/network/ifcfg-eth0", "eth0", NULL, NULL, NULL, false, true});
	assert_false(root->facts.network.incomplete);
}

static void ifupdown(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/etc/network/interfaces",
	    "# comment\nsource /etc/network/interfaces.d/*.cfg\nauto lo eth0\niface lo inet loopback\n"
	    "allow-hotplug eth0\niface eth0 inet dhcp\niface eth1 inet static\n\taddress 10.0.0.2/24\n"
	    "auto eth2\n\taddress 10.9.9.9\nsource-directory more\n");
	put(&root->guest, "/etc/network/interfaces.d/50.cfg", "iface ens5 inet6 auto\n");
	put(&root->guest, "/etc/network/interfaces.d/51.txt", "iface no inet dhcp\n");
	put(&root->guest, "/etc/network/more/a", "iface ens6 inet manual\nsource a\n");
	READ();
	EXPECT({"ifupdown", "/etc/network/interfaces.d/50.cfg:1", "ens5", NULL, NULL, NULL, false, true},
	       {"ifupdown", "/etc/network/interfaces:6", "eth0", NULL, NULL, NULL, false, true},
	       {"ifupdown", "/etc/network/interfaces:7", "eth1", NULL, NULL, "10.0.0.2/24", false, false},
	       {"ifupdown", "/etc/network/more/a:1", "ens6", NULL, NULL, NULL, false, false},
	       {"ifupdown", "/etc/network/more/a:1", "ens6", NULL, NULL, NULL, false, false},
	       {"ifupdown", "/etc/network/more/a:1", "ens6", NULL, NULL, NULL, false, false});
	/* a file that sources itself */
	assert_true(root->facts.network.incomplete);
}

static void ifupdown_that_is_damaged(void **state)
{
	static const char bytes[] =
		"iface\niface \0 inet\nsource\nsource ../../../../*/x\niface e inet\n\xff\xfe";
	struct image_root *root = *state;

	put_bytes(&root->guest, "/etc/network/interfaces", bytes, sizeof(bytes));
	READ();
	assert_int_equal(root->facts.network.count, 2);
	same(root->facts.network.conf[1].interface, "e");
	assert_true(root->facts.network.incomplete);
}

static void netplan(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/etc/netplan/50-cloud-init.yaml",
	    "# This file is generated\nnetwork:\n    ethernets:\n        eth0:\n            dhcp4: true\n"
	    "            match:\n                macaddress: '0a:0b:0c:0d:0e:0f'\n            set-name: "
	    "eth0\n"
	    "        ens5: {dhcp6: yes, addresses: [10.0.0.2/24, \"::1/64\"]}\n"
	    "        all:\n            match: {name: \"en*\", driver: [ena, ixgbevf]}\n            "
	    "addresses:\n"
	    "            - 10.0.0.3/24:\n                label: x\n            - 10.0.0.4/24\n"
	    "            dhcp4: no\n        lo:\n            addresses: [127.0.0.2/8]\n    version: 2\n");
	put(&root->guest, "/etc/netplan/60.yaml.save", "network: {ethernets: {eth9: {}}}\n");
	READ();
	EXPECT({"netplan", "/etc/netplan/50-cloud-init.yaml:4", "eth0", "0a:0b:0c:0d:0e:0f", NULL, NULL, true,
		true},
	       {"netplan", "/etc/netplan/50-cloud-init.yaml:9", "ens5", NULL, NULL, "10.0.0.2/24", false,
		true},
	       {"netplan", "/etc/netplan/50-cloud-init.yaml:10", "en*", NULL, "ena ixgbevf", "10.0.0.3/24",
		false, false});
	assert_false(root->facts.network.incomplete);
}

/* What is not understood is told; nothing of it crashes or hangs. */
static void netplan_that_is_not_understood(void **state)
{
	static const char *const texts[] = {
		"network:\n  ethernets:\n    &a eth0: *b\n",
		"network:\n\tethernets: {}\n",
		"network: {ethernets: {eth0: {dhcp4: true\n",
		"network:\n  ethernets:\n    eth0:\n      dhcp4: true\n        addresses: [10.0.0.1/8]\n",
		"network: {}\n---\nnetwork: {}\n",
		"network:\n  bridges:\n    br0: {dhcp4: true}\n",
		"network: \"never closed\n",
		"- network\n",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		"- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - a: b\n",
		"}]\n",
		"network: }\n",
		": :\n?\n-\n",
	};
	struct image_root *root = *state;

	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		put(&root->guest, "/etc/netplan/a.yaml", texts[i]);
		READ();
		if (!root->facts.network.incomplete)
			fail_msg("text %zu is thought to be understood", i);
	}
}

static void networkd(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/usr/lib/systemd/network/80-ec2.network",
	    "[Match]\nDriver=ena ixgbevf vif\n[Link]\nMTUBytes=9001\n[Network]\nDHCP=yes\n");
	put(&root->guest, "/usr/lib/systemd/network/80-container-host0.network",
	    "[Match]\nVirtualization=container\nName=host0\n[Network]\nDHCP=yes\n");
	put(&root->guest, "/etc/systemd/network/10-two.network",
	    "[Match]\nName=eth0 ens*\nMACAddress=02:00:00:00:00:01\n[Network]\nDHCP=no\n[Address]\n"
	    "Address=10.0.0.2/24\n");
	put(&root->guest, "/etc/systemd/network/20-none.network", "[Network]\nDHCP=yes\n");
	put(&root->guest, "/etc/systemd/network/10-name.link",
	    "[Match]\nMACAddress=02:00:00:00:00:01\n\n[Link]\n# x\nName=lan0\n");
	put(&root->guest, "/usr/lib/systemd/network/99-default.link",
	    "[Match]\nOriginalName=*\n[Link]\nNamePolicy=keep kernel\n");
	READ();
	EXPECT({"networkd", "/etc/systemd/network/10-two.network", "eth0", "02:00:00:00:00:01", NULL,
		"10.0.0.2/24", false, false},
	       {"networkd", "/etc/systemd/network/10-two.network", "ens*", "02:00:00:00:00:01", NULL,
		"10.0.0.2/24", false, false},
	       {"networkd", "/usr/lib/systemd/network/80-ec2.network", NULL, NULL, "ena ixgbevf vif", NULL,
		false, true},
	       {"link", "/etc/systemd/network/10-name.link:6", "lan0", "02:00:00:00:00:01", NULL, NULL, true,
		false});
	assert_int_equal(root->facts.persistent_net.count, 0);
}

static void network_manager(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/etc/NetworkManager/system-connections/eth0.nmconnection",
	    "[connection]\nid=eth0\ntype=ethernet\ninterface-name=eth0\n\n[ethernet]\n"
	    "mac-address=02:00:00:00:00:02\n[ipv4]\nmethod=manual\naddress1=10.0.0.2/24,10.0.0.1\n"
	    "[ipv6]\nmethod=ignore\n");
	put(&root->guest, "/etc/NetworkManager/system-connections/any",
	    "[connection]\ntype=802-3-ethernet\n"
	    "[ipv4]\nmethod=auto\n");
	put(&root->guest, "/etc/NetworkManager/system-connections/wifi.nmconnection",
	    "[connection]\ntype=wifi\ninterface-name=wlan0\n");
	READ();
	EXPECT({"NetworkManager", "/etc/NetworkManager/system-connections/any", NULL, NULL, NULL, NULL, false,
		true},
	       {"NetworkManager", "/etc/NetworkManager/system-connections/eth0.nmconnection", "eth0",
		"02:00:00:00:00:02", NULL, "10.0.0.2/24,10.0.0.1", false, false});
	assert_false(root->facts.network.incomplete);
	put(&root->guest, "/etc/NetworkManager/system-connections/wifi.nmconnection", "\xff\xff[[[");
	READ();
	assert_true(root->facts.network.incomplete);
}

static void names_by_rules(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/etc/udev/rules.d/70-persistent-net.rules",
	    "# PCI device 0x8086:0x10ed\nSUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", \\\n"
	    "ATTR{address}==\"02:00:00:00:00:03\", KERNEL==\"eth*\", NAME=\"eth0\"\n"
	    "SUBSYSTEM==\"net\", ATTR{address}==\"02:00:00:00:00:04\", NAME==\"eth1\"\n"
	    "SUBSYSTEM==\"net\", DRIVERS==\"ena\", NAME:=\"ena0\"\n"
	    "KERNEL==\"sda\", NAME=\"disk\"\nSUBSYSTEM==\"net\", ATTR{address}==\"02:00");
	put(&root->guest, "/usr/lib/udev/rules.d/70-persistent-net.rules",
	    "ATTR{address}==\"02:00:00:00:00:05\", NAME=\"eth5\"\n");
	READ();
	EXPECT({"udev", "/etc/udev/rules.d/70-persistent-net.rules:2", "eth0", "02:00:00:00:00:03", NULL,
		NULL, true, false},
	       {"udev", "/etc/udev/rules.d/70-persistent-net.rules:5", "ena0", NULL, "ena", NULL, true,
		false});
	assert_int_equal(root->facts.persistent_net.count, 1);
	assert_string_equal(root->facts.persistent_net.line[0].source,
			    "/etc/udev/rules.d/70-persistent-net.rules:2");
}

/* Nothing of another machine's is read through a link. */
static void links_stay_inside(void **state)
{
	struct image_root *root = *state;

	put_link(&root->guest, "/etc/sysconfig/network-scripts/ifcfg-eth0", "../../../../../../etc/hostname");
	put_link(&root->guest, "/etc/sysconfig/network-scripts/ifcfg-eth1", "ifcfg-eth1");
	put_fifo(&root->guest, "/etc/network/interfaces");
	READ();
	assert_int_equal(root->facts.network.count, 0);
	assert_true(root->facts.network.incomplete);
	assert_non_null(image_unread_error(root, "/etc/network/interfaces"));
	assert_string_equal(image_unread_error(root, "/etc/sysconfig/network-scripts/ifcfg-eth1"), "ELOOP");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, image_setup, image_teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_configured),
		TEST(ifcfg),
		TEST(ifupdown),
		TEST(ifupdown_that_is_damaged),
		TEST(netplan),
		TEST(netplan_that_is_not_understood),
		TEST(networkd),
		TEST(network_manager),
		TEST(names_by_rules),
		TEST(links_stay_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
