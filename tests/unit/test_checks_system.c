/* SPDX-License-Identifier: MIT */
#include "tests/unit/good_image.h"

/* What the checks on network, firmware, cloud-init, time and registration say, word for word. */

static void make_arm(struct world *w)
{
	make_world(w);
	w->kernel.file.arch = "aarch64";
	w->facts.os.arch.text = "aarch64";
	w->ami.architecture = "arm64";
}

/* Network. */

static void test_hardware_addresses(void **state)
{
	IMAGE;
	SAYS(&w, VW_KVM, "NET001",
	     "pass fatal image | nothing binds the network to a hardware address | - | -");
	w.line[1] = (struct vw_line){"ATTR{address}==\"00:16:3e:00:00:01\", NAME=\"eth0\"",
				     "/etc/udev/rules.d/70-a.rules:1"};
	w.line[2] = (struct vw_line){"NAME=\"eth1\"", "/etc/udev/rules.d/70-a.rules:2"};
	w.facts.persistent_net = (struct vw_lines){VW_VALUE, 2, w.line + 1};
	SAYS(&w, VW_KVM, "NET001",
	     "fail fatal /etc/udev/rules.d/70-a.rules:1 | /etc/udev/rules.d/70-a.rules:1 binds an "
	     "interface's name to a hardware address, which the next instance does not have | delete "
	     "/etc/udev/rules.d/70-a.rules:1, or what names a hardware address in it | "
	     "/etc/udev/rules.d/70-a.rules:1\n"
	     "fail fatal /etc/udev/rules.d/70-a.rules:2 | /etc/udev/rules.d/70-a.rules:2 binds an "
	     "interface's name to a hardware address, which the next instance does not have | delete "
	     "/etc/udev/rules.d/70-a.rules:2, or what names a hardware address in it | "
	     "/etc/udev/rules.d/70-a.rules:2");
	w.facts.persistent_net.state = VW_DENIED;
	SAYS(&w, VW_KVM, "NET001",
	     "unknown fatal udev | the udev rules may not be read | look through the udev rules by hand | -");
	w.facts.persistent_net.state = VW_ABSENT;
	SAYS(&w, VW_KVM, "NET001",
	     "pass fatal image | nothing binds the network to a hardware address | - | -");
}

static void test_configurations_bound_to_a_hardware_address(void **state)
{
	static const char *const kinds[] = {"ifcfg",          "ifupdown", "netplan", "networkd",
					    "NetworkManager", "wicked",   "link"};
	IMAGE;
	w.conf[0].mac = "00:16:3e:00:00:01";
	for (size_t i = 0; i < VW_COUNT(kinds); i++) {
		w.conf[0].kind = kinds[i];
		SAYS(&w, VW_KVM, "NET001",
		     "fail fatal /etc/systemd/network/a.network | /etc/systemd/network/a.network is bound to "
		     "the hardware address 00:16:3e:00:00:01, which the next instance does not have | delete "
		     "/etc/systemd/network/a.network, or what names a hardware address in it | "
		     "/etc/systemd/network/a.network");
	}
	w.conf[0].kind = "udev";
	SAYS(&w, VW_KVM, "NET001",
	     "pass fatal image | nothing binds the network to a hardware address | - | -");
	w.conf[0].kind = "link";
	w.conf[1] = w.conf[0];
	w.conf[1].source = "/etc/b";
	w.facts.network.count = 2;
	w.facts.network.incomplete = true;
	SAYS(&w, VW_KVM, "NET001",
	     "fail fatal /etc/systemd/network/a.network | /etc/systemd/network/a.network is bound to the "
	     "hardware address 00:16:3e:00:00:01, which the next instance does not have | delete "
	     "/etc/systemd/network/a.network, or what names a hardware address in it | "
	     "/etc/systemd/network/a.network\n"
	     "fail fatal /etc/b | /etc/b is bound to the hardware address 00:16:3e:00:00:01, which the next "
	     "instance does not have | delete /etc/b, or what names a hardware address in it | /etc/b\n"
	     "unknown fatal network | the network's configuration was not understood as a whole | look "
	     "through the network's configuration by hand | -");
	w.facts.network.state = VW_MALFORMED;
	SAYS(&w, VW_KVM, "NET001",
	     "unknown fatal network | the network's configuration is damaged | look through the network's "
	     "configuration by hand | -");
	w.facts.network = (struct vw_netconfs){.state = VW_ABSENT};
	SAYS(&w, VW_KVM, "NET001",
	     "pass fatal image | nothing binds the network to a hardware address | - | -");
}

/* Names that a platform may give otherwise, and those that are nobody's device or a pattern. */
static void test_names_of_interfaces(void **state)
{
	static const char *const names[] = {"eth0", "ens5", "enp1s0", "eno1", "enx00163e000001"};
	static const char *const others[] = {"en*",   "eth?",  "e[nt]*", "lo", "br0",
					     "bond0", "wlan0", "virbr0", NULL};
	IMAGE;
	w.conf[0].dhcp = false;
	w.facts.cloud_init.enabled.value = 0;
	for (size_t i = 0; i < VW_COUNT(names); i++) {
		char expected[512];

		w.conf[0].interface = names[i];
		snprintf(expected, sizeof(expected),
			 "fail fatal %s | /etc/systemd/network/a.network configures %s; a KVM guest may call "
			 "its interface otherwise | configure the interface by its driver or by en* and "
			 "eth*, with DHCP | /etc/systemd/network/a.network",
			 names[i], names[i]);
		SAYS(&w, VW_KVM, "NET002", expected);
	}
	for (size_t i = 0; i < VW_COUNT(others); i++) {
		w.conf[0].interface = others[i];
		SAYS(&w, VW_KVM, "NET002",
		     "pass fatal image | no interface is configured by a name that may not exist | - | -");
	}
}

/* It is milder where DHCP reaches every interface, or cloud-init writes the configuration anew. */
static void test_a_name_beside_what_reaches_all(void **state)
{
	IMAGE;
	w.conf[0].interface = "ens5";
	w.facts.cloud_init.enabled.value = 0;
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.facts.cloud_init.enabled.value = 1;
	SAYS(&w, VW_NITRO, "NET002",
	     "fail advice ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.facts.cloud_init.enabled.state = VW_ABSENT;
	w.conf[1] = (struct vw_netconf){.kind = "networkd", .source = "/b", .interface = "e*", .dhcp = true};
	w.facts.network.count = 2;
	SAYS(&w, VW_NITRO, "NET002",
	     "fail advice ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.conf[1].interface = NULL;
	SAYS(&w, VW_NITRO, "NET002",
	     "fail advice ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.conf[1].dhcp = false;
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.conf[1].dhcp = true;
	w.conf[1].mac = "00:16:3e:00:00:01";
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.conf[1] = w.conf[0];
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network\n"
	     "fail fatal ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.conf[1] = (struct vw_netconf){.kind = "link", .source = "/b", .interface = "ens5", .renames = true};
	SAYS(&w, VW_NITRO, "NET002",
	     "pass fatal image | no interface is configured by a name that may not exist | - | -");
	w.conf[1].interface = "ens6";
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
}

/* cloud-init that is told what to write, or nothing, writes no configuration for this platform. */
static void test_what_cloud_init_is_told_of_the_network(void **state)
{
	static const char fatal[] =
		"fail fatal ens160 | /etc/cloud/cloud.cfg.d/90.cfg:3 configures ens160; a Nitro instance may "
		"call its interface otherwise | configure the interface by its driver or by en* and eth*, "
		"with "
		"DHCP | /etc/cloud/cloud.cfg.d/90.cfg:3";
	static const char fine[] =
		"pass fatal image | no interface is configured by a name that may not exist | - | -";
	struct vw_netconf conf = {.kind = "cloud-init",
				  .source = "/etc/cloud/cloud.cfg.d/90.cfg:3",
				  .interface = "ens160",
				  .dhcp = true};
	IMAGE;
	w.facts.network.count = 0;
	w.facts.cloud_init.network = (struct vw_netconfs){.state = VW_VALUE, .count = 1, .conf = &conf};
	SAYS(&w, VW_NITRO, "NET002", fatal);
	conf.address = "10.0.0.2/24";
	conf.dhcp = false;
	SAYS(&w, VW_NITRO, "NET003",
	     "fail fatal /etc/cloud/cloud.cfg.d/90.cfg:3 | /etc/cloud/cloud.cfg.d/90.cfg:3 gives the fixed "
	     "address 10.0.0.2/24 | use DHCP in /etc/cloud/cloud.cfg.d/90.cfg:3 | "
	     "/etc/cloud/cloud.cfg.d/90.cfg:3");
	conf.mac = "00:50:56:00:00:01";
	SAYS(&w, VW_NITRO, "NET001",
	     "fail fatal /etc/cloud/cloud.cfg.d/90.cfg:3 | /etc/cloud/cloud.cfg.d/90.cfg:3 is bound to the "
	     "hardware address 00:50:56:00:00:01, which the next instance does not have | delete "
	     "/etc/cloud/cloud.cfg.d/90.cfg:3, or what names a hardware address in it | "
	     "/etc/cloud/cloud.cfg.d/90.cfg:3");
	w.facts.cloud_init.enabled.value = 0;
	SAYS(&w, VW_NITRO, "NET002", fine);
	w.facts.cloud_init.enabled.value = 1;
	w.facts.cloud_init.network = (struct vw_netconfs){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "NET002", fine);

	w.facts.network.count = 1;
	conf.mac = NULL;
	w.facts.network.conf = &conf;
	w.facts.cloud_init.no_network = (struct vw_text){VW_VALUE, "/c", "/c"};
	SAYS(&w, VW_NITRO, "NET002", fatal);
	w.facts.started = (struct vw_names){VW_VALUE, (const char *const[]){"NetworkManager"}, "/", 1};
	SAYS(&w, VW_NITRO, "NET002",
	     "fail advice ens160 | /etc/cloud/cloud.cfg.d/90.cfg:3 configures ens160; a Nitro instance may "
	     "call its interface otherwise | configure the interface by its driver or by en* and eth*, with "
	     "DHCP | /etc/cloud/cloud.cfg.d/90.cfg:3");
}

/* What names no device, or renames one, hides nothing behind it. */
static void test_each_configuration_is_looked_at(void **state)
{
	IMAGE;
	w.facts.cloud_init.enabled.value = 0;
	w.facts.network.count = 4;
	w.conf[0] = (struct vw_netconf){
		.kind = "networkd", .source = "/a", .interface = "br0", .address = "10.0.0.1"};
	w.conf[1] = (struct vw_netconf){.kind = "link", .source = "/b", .interface = "wan0", .renames = true};
	w.conf[2] = (struct vw_netconf){.kind = "udev", .source = "/c", .interface = "en*", .mac = "0"};
	w.conf[3] = (struct vw_netconf){.kind = "ifcfg",
					.source = "/d",
					.interface = "ens5",
					.mac = "00:16:3e:00:00:01",
					.address = "10.0.0.2"};
	SAYS(&w, VW_NITRO, "NET001",
	     "fail fatal /d | /d is bound to the hardware address 00:16:3e:00:00:01, which the next instance "
	     "does not have | delete /d, or what names a hardware address in it | /d");
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal ens5 | /d configures ens5; a Nitro instance may call its interface otherwise | "
	     "configure the interface by its driver or by en* and eth*, with DHCP | /d");
	SAYS(&w, VW_NITRO, "NET003",
	     "fail fatal /d | /d gives the fixed address 10.0.0.2 | use DHCP in /d | /d");
}

/* What helps a configuration may stand before it. */
static void test_what_helps_may_stand_first(void **state)
{
	IMAGE;
	w.facts.cloud_init.enabled.value = 0;
	w.facts.network.count = 2;
	w.conf[1] = (struct vw_netconf){
		.kind = "ifcfg", .source = "/b", .interface = "ens5", .address = "10.0.0.2"};
	SAYS(&w, VW_NITRO, "NET002",
	     "fail advice ens5 | /b configures ens5; a Nitro instance may call its interface otherwise | "
	     "configure the interface by its driver or by en* and eth*, with DHCP | /b");
	SAYS(&w, VW_NITRO, "NET003",
	     "fail advice /b | /b gives the fixed address 10.0.0.2 | use DHCP in /b | /b");
	w.conf[0] = (struct vw_netconf){.kind = "link", .source = "/a", .interface = "ens5", .renames = true};
	SAYS(&w, VW_NITRO, "NET002",
	     "pass fatal image | no interface is configured by a name that may not exist | - | -");
	SAYS(&w, VW_NITRO, "NET003",
	     "fail fatal /b | /b gives the fixed address 10.0.0.2 | use DHCP in /b | /b");
}

/* eth0 stays eth0 with net.ifnames=0, without systemd, and on Xen. */
static void test_where_the_old_names_hold(void **state)
{
	IMAGE;
	w.conf[0].interface = "eth0";
	w.facts.cloud_init.enabled.value = 0;
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal eth0 | /etc/systemd/network/a.network configures eth0; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	SAYS(&w, VW_XEN_PV, "NET002",
	     "pass fatal image | no interface is configured by a name that may not exist | - | -");
	SAYS(&w, VW_XEN_HVM, "NET002",
	     "pass fatal image | no interface is configured by a name that may not exist | - | -");
	set_cmdline(&w, "root=UUID=1 net.ifnames=0");
	SAYS(&w, VW_NITRO, "NET002",
	     "pass fatal image | no interface is configured by a name that may not exist | - | -");
	set_cmdline(&w, "root=UUID=1 net.ifnames=1");
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal eth0 | /etc/systemd/network/a.network configures eth0; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	set_cmdline(&w, "root=UUID=1 net.ifnames=00");
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal eth0 | /etc/systemd/network/a.network configures eth0; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	set_cmdline(&w, "root=UUID=1 net.ifnames=0");
	w.kernel.cmdline.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal eth0 | /etc/systemd/network/a.network configures eth0; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.facts.os.init = (struct vw_text)TEXT("/bin/busybox");
	SAYS(&w, VW_NITRO, "NET002",
	     "pass fatal image | no interface is configured by a name that may not exist | - | -");
	w.conf[0].interface = "ens5";
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal ens5 | /etc/systemd/network/a.network configures ens5; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.conf[0].interface = "eth0";
	w.facts.os.init.text = "/usr/lib/systemd/systemd";
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal eth0 | /etc/systemd/network/a.network configures eth0; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
	w.facts.os.init = (struct vw_text){.state = VW_DENIED, .text = "/bin/busybox"};
	SAYS(&w, VW_NITRO, "NET002",
	     "fail fatal eth0 | /etc/systemd/network/a.network configures eth0; a Nitro instance may call "
	     "its interface otherwise | configure the interface by its driver or by en* and eth*, with DHCP "
	     "| /etc/systemd/network/a.network");
}

/* A fixed address beside DHCP in one place does no harm; alone it may leave the guest without network. */
static void test_fixed_addresses(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "NET003", "pass fatal image | no fixed address is configured | - | -");
	w.conf[0].address = "10.0.0.1/8";
	SAYS(&w, VW_NITRO, "NET003", "pass fatal image | no fixed address is configured | - | -");
	w.conf[0].dhcp = false;
	SAYS(&w, VW_NITRO, "NET003",
	     "fail fatal /etc/systemd/network/a.network | /etc/systemd/network/a.network gives the fixed "
	     "address 10.0.0.1/8 | use DHCP in /etc/systemd/network/a.network | "
	     "/etc/systemd/network/a.network");
	SAYS(&w, VW_KVM, "NET003",
	     "fail advice /etc/systemd/network/a.network | /etc/systemd/network/a.network gives the fixed "
	     "address 10.0.0.1/8 | use DHCP in /etc/systemd/network/a.network | "
	     "/etc/systemd/network/a.network");
	SAYS(&w, VW_AZURE, "NET003",
	     "fail fatal /etc/systemd/network/a.network | /etc/systemd/network/a.network gives the fixed "
	     "address 10.0.0.1/8 | use DHCP in /etc/systemd/network/a.network | "
	     "/etc/systemd/network/a.network");
	w.conf[1] = (struct vw_netconf){.kind = "ifcfg", .source = "/b", .interface = "eth1", .dhcp = true};
	w.facts.network.count = 2;
	SAYS(&w, VW_NITRO, "NET003",
	     "fail advice /etc/systemd/network/a.network | /etc/systemd/network/a.network gives the fixed "
	     "address 10.0.0.1/8 | use DHCP in /etc/systemd/network/a.network | "
	     "/etc/systemd/network/a.network");
	w.facts.network.count = 1;
	w.conf[0].interface = NULL;
	SAYS(&w, VW_NITRO, "NET003",
	     "fail fatal /etc/systemd/network/a.network | /etc/systemd/network/a.network gives the fixed "
	     "address 10.0.0.1/8 | use DHCP in /etc/systemd/network/a.network | "
	     "/etc/systemd/network/a.network");
	w.conf[0].interface = "br0";
	SAYS(&w, VW_NITRO, "NET003", "pass fatal image | no fixed address is configured | - | -");
	w.facts.network.incomplete = true;
	SAYS(&w, VW_NITRO, "NET003",
	     "unknown fatal network | the network's configuration was not understood as a whole | look "
	     "through the network's configuration by hand | -");
	w.facts.network.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "NET003",
	     "unknown fatal network | the network's configuration may not be read | look through the "
	     "network's configuration by hand | -");
}

/* Firmware. */

static void test_who_listens_to_the_power_button(void **state)
{
	static const char *const acpid[] = {"cron", "acpid"};
	IMAGE;
	SAYS(&w, VW_NITRO, "PWR001", "pass degraded image | the power button is listened to | - | -");
	w.facts.units.name = acpid;
	SAYS(&w, VW_NITRO, "PWR001",
	     "fail degraded acpid | neither systemd-logind nor acpid is there: stopping the instance cuts "
	     "its power | install acpid, or systemd with systemd-logind | /place");
	w.facts.units.count = 2;
	SAYS(&w, VW_NITRO, "PWR001", "pass degraded image | the power button is listened to | - | -");
	w.facts.units.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "PWR001",
	     "unknown degraded acpid | whether something listens to the power button is not known: the units "
	     "may not be read | install acpid, or systemd with systemd-logind | /place");
	w.facts.units.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "PWR001",
	     "fail degraded acpid | neither systemd-logind nor acpid is there: stopping the instance cuts "
	     "its power | install acpid, or systemd with systemd-logind | /place");
}

static void test_what_uefi_starts_on_arm(void **state)
{
	static const char *const x86[] = {"x86_64"};
	struct world w;

	(void)state;
	make_arm(&w);
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "pass fatal image | UEFI finds what it starts on the EFI system partition | - | /boot/efi");
	w.facts.esp.archs = (struct vw_names){VW_VALUE, x86, "/boot/efi", 1};
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "fail fatal BOOTAA64.EFI | /boot/efi has no EFI/BOOT/BOOTAA64.EFI | grub-install "
	     "--target=arm64-efi --removable | /boot/efi");
	w.facts.esp.archs.state = VW_DENIED;
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "unknown fatal BOOTAA64.EFI | whether EFI/BOOT/BOOTAA64.EFI is there is not known: the EFI "
	     "system partition was read | grub-install --target=arm64-efi --removable | /place");
	w.facts.esp.folder = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "fail fatal BOOTAA64.EFI | there is no EFI system partition with EFI/BOOT/BOOTAA64.EFI | "
	     "grub-install --target=arm64-efi --removable | -");
	w.facts.esp.folder.state = VW_DENIED;
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "unknown fatal BOOTAA64.EFI | whether EFI/BOOT/BOOTAA64.EFI is there is not known: the EFI "
	     "system partition may not be read | grub-install --target=arm64-efi --removable | -");
	make_arm(&w);
	w.facts.os.arch.text = "x86_64";
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "fail fatal /place | /place is for x86_64; a Graviton instance runs aarch64 | make the image of "
	     "packages for 64-bit Arm | /place");
	w.facts.os.arch.source = NULL;
	SAYS(&w, VW_EC2_METAL_ARM64, "UEF001",
	     "fail fatal image | the system is for x86_64; a Graviton bare metal instance runs aarch64 | "
	     "make the image of packages for 64-bit Arm | -");
	w.facts.os.arch.state = VW_ABSENT;
	w.kernel.config.text = "CONFIG_MODULES=y\n";
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "fail fatal EFI_STUB | kernel 6.1.0-9 has no CONFIG_EFI_STUB | use a kernel with "
	     "CONFIG_EFI_STUB=y | /place\n"
	     "fail fatal ACPI | kernel 6.1.0-9 has no CONFIG_ACPI | use a kernel with CONFIG_ACPI=y | "
	     "/place");
	w.kernel.config.text = "CONFIG_EFI_STUB=y\nCONFIG_ACPI=y\n";
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "pass fatal image | UEFI finds what it starts on the EFI system partition | - | /boot/efi");
	w.kernel.config = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "pass fatal image | UEFI finds what it starts on the EFI system partition | - | /boot/efi");
	w.facts.kernel_count = 0;
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "pass fatal image | UEFI finds what it starts on the EFI system partition | - | /boot/efi");
}

/* The EFI system partition that fstab mounts is not in a folder that was copied without it. */
static void test_a_system_partition_that_is_elsewhere(void **state)
{
	static const char *const places[] = {"/boot/efi", "/efi", "/boot"};
	struct world w;

	(void)state;
	make_arm(&w);
	w.facts.esp = (struct vw_image_esp){.folder.state = VW_ABSENT};
	w.facts.mounts.count = 2;
	for (size_t i = 0; i < VW_COUNT(places); i++) {
		w.mount[1] = (struct vw_mount){"fstab", "UUID=2", places[i], "vfat", "", "/etc/fstab:2"};
		SAYS(&w, VW_NITRO_ARM64, "UEF001",
		     "unknown fatal BOOTAA64.EFI | whether EFI/BOOT/BOOTAA64.EFI is there is not known: the "
		     "EFI system partition is not in this folder | grub-install --target=arm64-efi "
		     "--removable | -");
	}
	w.mount[0] = w.mount[1];
	w.facts.mounts.count = 1;
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "unknown fatal BOOTAA64.EFI | whether EFI/BOOT/BOOTAA64.EFI is there is not known: the EFI "
	     "system partition is not in this folder | grub-install --target=arm64-efi --removable | -");
	w.mount[0].where = "/";
	w.facts.mounts.count = 2;
	w.mount[1].type = "ext4";
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "fail fatal BOOTAA64.EFI | there is no EFI system partition with EFI/BOOT/BOOTAA64.EFI | "
	     "grub-install --target=arm64-efi --removable | -");
	w.mount[1].type = "vfat";
	w.mount[1].where = "/mnt";
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "fail fatal BOOTAA64.EFI | there is no EFI system partition with EFI/BOOT/BOOTAA64.EFI | "
	     "grub-install --target=arm64-efi --removable | -");
	w.mount[1].where = "/efi";
	w.facts.mounts.state = VW_DENIED;
	SAYS(&w, VW_NITRO_ARM64, "UEF001",
	     "fail fatal BOOTAA64.EFI | there is no EFI system partition with EFI/BOOT/BOOTAA64.EFI | "
	     "grub-install --target=arm64-efi --removable | -");
	w.facts.mounts.state = VW_VALUE;
	w.kernel.file.arch = "x86_64";
	SAYS(&w, VW_NITRO, "UEF002",
	     "unknown fatal BOOTX64.EFI | whether EFI/BOOT/BOOTX64.EFI is there is not known: the EFI system "
	     "partition is not in this folder | grub-install --target=x86_64-efi --removable, or register "
	     "with another boot mode | -");
}

/* Each boot mode on each target that has one. */
static void test_boot_modes(void **state)
{
	static const char *const arm[] = {"aarch64"};
	static const unsigned targets[] = {VW_NITRO, VW_EC2_METAL, VW_NESTED_HOST, VW_XEN_PV, VW_XEN_HVM};
	IMAGE;
	w.facts.esp.archs = (struct vw_names){VW_VALUE, arm, "/boot/efi", 1};
	for (size_t i = 0; i < VW_COUNT(targets); i++) {
		w.ami.boot_mode = "uefi";
		SAYS(&w, targets[i], "UEF002",
		     "fail fatal BOOTX64.EFI | /boot/efi has no EFI/BOOT/BOOTX64.EFI | grub-install "
		     "--target=x86_64-efi --removable, or register with another boot mode | /boot/efi");
		w.ami.boot_mode = "uefi-preferred";
		SAYS(&w, targets[i], "UEF002",
		     "pass fatal image | the image holds what boot mode uefi-preferred starts | - | "
		     "/boot/efi");
		w.ami.boot_mode = "legacy-bios";
		SAYS(&w, targets[i], "UEF002",
		     "pass fatal image | the image holds what boot mode legacy-bios starts | - | /boot/efi");
		w.ami.boot_mode = NULL;
		SAYS(&w, targets[i], "UEF002",
		     "skip fatal boot-mode | the image's boot mode was not given (--ami-json) | - | -");
		w.has_ami = false;
		SAYS(&w, targets[i], "UEF002",
		     "skip fatal boot-mode | the image's boot mode was not given (--ami-json) | - | -");
		w.has_ami = true;
	}
	make_world(&w);
	SAYS(&w, VW_NITRO, "UEF002",
	     "pass fatal image | the image holds what boot mode uefi starts | - | /boot/efi");
}

/* Cloud-init. */

static void test_whether_cloud_init_starts(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
	w.facts.cloud_init.enabled.value = 0;
	SAYS(&w, VW_NITRO, "CLI001",
	     "fail fatal cloud-init | nothing starts cloud-init | rm -f /etc/cloud/cloud-init.disabled; let "
	     "datasource_list name the platform (EC2: [Ec2, None]) | /place");
	w.facts.cloud_init.enabled.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
	w.facts.cloud_init.disabled = (struct vw_text)TEXT("/etc/cloud/cloud-init.disabled");
	SAYS(&w, VW_NITRO, "CLI001",
	     "fail fatal cloud-init | /etc/cloud/cloud-init.disabled disables cloud-init | rm -f "
	     "/etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, None]) | "
	     "/etc/cloud/cloud-init.disabled");
	w.facts.cloud_init.disabled = (struct vw_text){VW_DENIED, NULL, "/etc/cloud"};
	SAYS(&w, VW_NITRO, "CLI001",
	     "unknown fatal cloud-init | whether cloud-init starts is not known: its files may not be read | "
	     "rm -f /etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, None]) "
	     "| /etc/cloud");
	w.facts.cloud_init.installed.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "CLI001",
	     "unknown fatal cloud-init | whether cloud-init starts is not known: its files is damaged | rm "
	     "-f /etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, None]) | "
	     "/etc/cloud");
	w.facts.cloud_init.installed.state = VW_ABSENT;
	SAYS(&w, VW_NITRO, "CLI001", "skip fatal cloud-init | cloud-init is not installed | - | -");
	w.facts.cloud_init.installed = (struct vw_number)NUMBER(0);
	SAYS(&w, VW_NITRO, "CLI001", "skip fatal cloud-init | cloud-init is not installed | - | -");
}

static void test_what_switches_cloud_init_off(void **state)
{
	IMAGE;
	set_cmdline(&w, "root=UUID=1 cloud-init=disabled");
	SAYS(&w, VW_NITRO, "CLI001",
	     "fail fatal cloud-init | cloud-init=disabled is on the command line of kernel 6.1.0-9 | rm -f "
	     "/etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, None]) | "
	     "/place");
	set_cmdline(&w, "cloud-init=disabled quiet");
	SAYS(&w, VW_NITRO, "CLI001",
	     "fail fatal cloud-init | cloud-init=disabled is on the command line of kernel 6.1.0-9 | rm -f "
	     "/etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, None]) | "
	     "/place");
	set_cmdline(&w, "root=UUID=1 cloud-init=disable");
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
	set_cmdline(&w, "root=UUID=1 cloud-init=disabledd cloud-init=enabled1");
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
	set_cmdline(&w, "root=UUID=1 cloud-init=disabled");
	w.kernel.cmdline.state = VW_DENIED;
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
	w.kernel.cmdline.state = VW_VALUE;
	w.facts.kernel_count = 0;
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
	w.facts.cloud_init.ds_identify =
		(struct vw_text){VW_VALUE, "policy: disabled", "/etc/cloud/ds-identify.cfg"};
	SAYS(&w, VW_NITRO, "CLI001",
	     "fail fatal ds-identify | /etc/cloud/ds-identify.cfg switches ds-identify off, and cloud-init "
	     "with it | rm -f /etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: "
	     "[Ec2, None]) | /etc/cloud/ds-identify.cfg");
	w.facts.cloud_init.ds_identify.source = NULL;
	SAYS(&w, VW_NITRO, "CLI001",
	     "fail fatal ds-identify | its policy switches ds-identify off, and cloud-init with it | rm -f "
	     "/etc/cloud/cloud-init.disabled; let datasource_list name the platform (EC2: [Ec2, None]) | -");
	w.facts.cloud_init.ds_identify.text = "policy: enabled";
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
	w.facts.cloud_init.ds_identify = (struct vw_text){.state = VW_DENIED, .text = "disabled"};
	SAYS(&w, VW_NITRO, "CLI001", "pass fatal image | cloud-init starts and finds its data | - | -");
}

/* The source of data that each platform has. */
static void test_where_cloud_init_gets_its_data(void **state)
{
	static const struct {
		unsigned target;
		const char *source, *called;
	} rows[] = {
		{VW_NITRO, "Ec2", "a Nitro instance"},
		{VW_EC2_METAL, "Ec2", "a bare metal instance"},
		{VW_XEN_PV, "Ec2", "a Xen PV guest"},
		{VW_XEN_HVM, "Ec2", "a Xen HVM guest"},
		{VW_NITRO_ARM64, "Ec2", "a Graviton instance"},
		{VW_EC2_METAL_ARM64, "Ec2", "a Graviton bare metal instance"},
		{VW_NESTED_HOST, "Ec2", "an instance that hosts guests"},
		{VW_GCP, "GCE", "a Compute Engine instance"},
		{VW_AZURE, "Azure", "an Azure virtual machine"},
	};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char expected[512];

		w.facts.cloud_init.datasource_list =
			(struct vw_text){VW_VALUE, rows[i].source, "/etc/cloud/cloud.cfg"};
		SAYS(&w, rows[i].target, "CLI001",
		     "pass fatal image | cloud-init starts and finds its data | - | /etc/cloud/cloud.cfg");
		w.facts.cloud_init.datasource_list.text = "NoCloud, None";
		snprintf(expected, sizeof(expected),
			 "fail fatal datasource_list | cloud-init asks for NoCloud, None only, and %s is %s "
			 "| rm -f /etc/cloud/cloud-init.disabled; let datasource_list name the platform "
			 "(EC2: [Ec2, None]) | /etc/cloud/cloud.cfg",
			 rows[i].called, rows[i].source);
		SAYS(&w, rows[i].target, "CLI001", expected);
		w.facts.cloud_init.datasource_list.state = VW_DENIED;
		SAYS(&w, rows[i].target, "CLI001",
		     "pass fatal image | cloud-init starts and finds its data | - | /etc/cloud/cloud.cfg");
	}
	SAYS(&w, VW_KVM, "CLI001", "");
}

static void test_an_identity_that_is_baked_in(void **state)
{
	IMAGE;
	SAYS(&w, VW_KVM, "CLI002", "pass advice image | no machine's identity is in the image | - | /place");
	w.facts.machine_id.text = "uninitialized";
	SAYS(&w, VW_KVM, "CLI002", "pass advice image | no machine's identity is in the image | - | /place");
	w.facts.machine_id.text = "0123456789abcdef0123456789abcdef";
	SAYS(&w, VW_KVM, "CLI002",
	     "fail advice /etc/machine-id | all instances would have the same machine-id | in the image: "
	     "cloud-init clean "
	     "--logs --machine-id; delete its ssh_host_* where cloud-init makes new ones | /place");
	w.name[0] = "/etc/ssh/ssh_host_rsa_key";
	w.facts.host_keys = (struct vw_names){VW_VALUE, w.name, "/etc/ssh", 1};
	w.facts.cloud_init.instance = (struct vw_number){VW_VALUE, 1, "/var/lib/cloud"};
	SAYS(&w, VW_KVM, "CLI002",
	     "fail advice /etc/machine-id | all instances would have the same machine-id | in the image: "
	     "cloud-init clean "
	     "--logs --machine-id; delete its ssh_host_* where cloud-init makes new ones | /place\n"
	     "fail advice /etc/ssh/ssh_host_rsa_key | all instances would have the same SSH host keys, as "
	     "/etc/ssh/ssh_host_rsa_key | in the image: cloud-init clean --logs --machine-id; delete its "
	     "ssh_host_* where cloud-init makes new ones "
	     "| /etc/ssh/ssh_host_rsa_key\n"
	     "fail advice /var/lib/cloud/instance | cloud-init has data of an instance | in the image: "
	     "cloud-init clean "
	     "--logs --machine-id; delete its ssh_host_* where cloud-init makes new ones | /var/lib/cloud");
	w.facts.machine_id.state = VW_ABSENT;
	w.facts.host_keys.count = 0;
	w.facts.cloud_init.instance.value = 0;
	SAYS(&w, VW_KVM, "CLI002", "pass advice image | no machine's identity is in the image | - | /place");
	w.facts.host_keys.state = VW_DENIED;
	SAYS(&w, VW_KVM, "CLI002",
	     "unknown advice /etc | whether a machine's identity is in the image is not known | in the "
	     "image: cloud-init "
	     "clean --logs --machine-id; delete its ssh_host_* where cloud-init makes new ones | /place");
	w.facts.host_keys.state = VW_ABSENT;
	w.facts.cloud_init.instance = (struct vw_number){.state = VW_DENIED, .value = 1};
	SAYS(&w, VW_KVM, "CLI002", "pass advice image | no machine's identity is in the image | - | /place");
	w.facts.machine_id.state = VW_MALFORMED;
	SAYS(&w, VW_KVM, "CLI002",
	     "unknown advice /etc | whether a machine's identity is in the image is not known | in the "
	     "image: cloud-init "
	     "clean --logs --machine-id; delete its ssh_host_* where cloud-init makes new ones | /place");
}

/* The rest. */

static void test_labels_of_selinux(void **state)
{
	IMAGE;
	SAYS(&w, VW_KVM, "SEL001",
	     "pass advice image | SELinux finds its labels, or does not enforce them | - | /place");
	w.facts.selinux.text = "enforcing";
	SAYS(&w, VW_KVM, "SEL001",
	     "fail advice /.autorelabel | SELinux enforces, and /.autorelabel is not there: what was changed "
	     "from outside has no label | touch /.autorelabel | /place");
	w.facts.autorelabel = (struct vw_number)NUMBER(0);
	SAYS(&w, VW_KVM, "SEL001",
	     "fail advice /.autorelabel | SELinux enforces, and /.autorelabel is not there: what was changed "
	     "from outside has no label | touch /.autorelabel | /place");
	w.facts.autorelabel.value = 1;
	SAYS(&w, VW_KVM, "SEL001",
	     "pass advice image | SELinux finds its labels, or does not enforce them | - | /place");
	w.facts.autorelabel.state = VW_DENIED;
	SAYS(&w, VW_KVM, "SEL001",
	     "fail advice /.autorelabel | SELinux enforces, and /.autorelabel is not there: what was changed "
	     "from outside has no label | touch /.autorelabel | /place");
	w.facts.selinux.state = VW_MALFORMED;
	SAYS(&w, VW_KVM, "SEL001",
	     "unknown advice selinux | /etc/selinux/config is damaged | touch /.autorelabel | /place");
	w.facts.selinux.state = VW_ABSENT;
	SAYS(&w, VW_KVM, "SEL001", "skip advice selinux | the image has no SELinux configuration | - | -");
}

/* Each source of time that is near, and others that are not. */
static void test_where_the_time_comes_from(void **state)
{
	static const struct {
		const char *line, *near;
	} rows[] = {
		{"server 169.254.169.123 prefer iburst", "169.254.169.123"},
		{"server fd00:ec2::123 iburst", "fd00:ec2::123"},
		{"refclock PHC /dev/ptp0 poll 2", "PHC"},
		{"pool time.aws.com iburst", "time.aws.com"},
		{"refclock X /dev/ptp_ena", "/dev/ptp"},
	};
	static const char *const far[] = {"server 169.254.169.124", "pool 2.debian.pool.ntp.org",
					  "server fd00:ec2::12"};
	IMAGE;
	w.line[0] = (struct vw_line){"server ntp.example.org", "/etc/chrony.conf:1"};
	w.line[1].source = "/etc/chrony.conf:2";
	w.facts.chrony.count = 2;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char expected[512];

		w.line[1].text = rows[i].line;
		snprintf(expected, sizeof(expected),
			 "pass advice image | the time comes from %s | - | /etc/chrony.conf:2", rows[i].near);
		SAYS(&w, VW_NITRO, "TIM001", expected);
	}
	for (size_t i = 0; i < VW_COUNT(far); i++) {
		w.line[1].text = far[i];
		SAYS(&w, VW_NITRO, "TIM001",
		     "fail advice chrony | no time service asks 169.254.169.123, Amazon's, which is the "
		     "nearest | add to chrony's configuration: server 169.254.169.123 prefer iburst minpoll "
		     "4 maxpoll 4 | -");
	}
	w.facts.chrony = (struct vw_lines){.state = VW_ABSENT};
	SAYS(&w, VW_NITRO, "TIM001",
	     "fail advice chrony | no time service asks 169.254.169.123, Amazon's, which is the nearest | "
	     "add to chrony's configuration: server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4 | -");
	w.facts.chrony.state = VW_MALFORMED;
	SAYS(&w, VW_NITRO, "TIM001",
	     "unknown advice chrony | from where the time comes is not known | add to chrony's "
	     "configuration: server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4 | -");
}

static void test_how_an_image_is_registered(void **state)
{
	IMAGE;
	SAYS(&w, VW_NITRO, "API001",
	     "pass fatal image | the image is registered with what a Nitro instance needs | - | -");
	w.ami.ena_support = VW_NO;
	SAYS(&w, VW_NITRO, "API001",
	     "fail fatal EnaSupport | the image is registered without EnaSupport, which a Nitro instance "
	     "needs | aws ec2 register-image --ena-support --virtualization-type hvm, with the right "
	     "--architecture | -");
	SAYS(&w, VW_XEN_HVM, "API001",
	     "pass fatal image | the image is registered with what a Xen HVM guest needs | - | -");
	w.ami.ena_support = VW_UNKNOWN;
	SAYS(&w, VW_NITRO, "API001",
	     "unknown fatal EnaSupport | whether the image is registered with EnaSupport is not told | aws "
	     "ec2 register-image --ena-support --virtualization-type hvm, with the right --architecture | -");
	w.ami.ena_support = VW_YES;
	w.ami.architecture = "arm64";
	SAYS(&w, VW_NITRO, "API001",
	     "fail fatal Architecture | the image is registered with Architecture arm64; a Nitro instance "
	     "needs x86_64 | aws ec2 register-image --ena-support --virtualization-type hvm, with the right "
	     "--architecture | -");
	w.ami.architecture = "x86_64";
	w.ami.virtualization_type = "paravirtual";
	SAYS(&w, VW_NITRO, "API001",
	     "fail fatal VirtualizationType | the image is registered with VirtualizationType paravirtual; a "
	     "Nitro instance needs hvm | aws ec2 register-image --ena-support --virtualization-type hvm, "
	     "with the right --architecture | -");
	SAYS(&w, VW_XEN_HVM, "API001",
	     "fail fatal VirtualizationType | the image is registered with VirtualizationType paravirtual; a "
	     "Xen HVM guest needs hvm | aws ec2 register-image --ena-support --virtualization-type hvm, with "
	     "the right --architecture | -");
	SAYS(&w, VW_XEN_PV, "API001",
	     "pass fatal image | the image is registered with what a Xen PV guest needs | - | -");
	w.ami.virtualization_type = "hvm";
	SAYS(&w, VW_XEN_PV, "API001",
	     "fail fatal VirtualizationType | the image is registered with VirtualizationType hvm; a Xen PV "
	     "guest needs paravirtual | aws ec2 register-image --virtualization-type paravirtual, with the "
	     "right "
	     "--architecture | -");
	w.ami.root_device_type = "instance-store";
	SAYS(&w, VW_XEN_HVM, "API001",
	     "pass fatal image | the image is registered with what a Xen HVM guest needs | - | -");
	SAYS(&w, VW_EC2_METAL, "API001",
	     "fail fatal RootDeviceType | the image is registered with RootDeviceType instance-store; a bare "
	     "metal instance needs ebs | aws ec2 register-image --ena-support --virtualization-type hvm, "
	     "with the right --architecture | -");
	w.ami.root_device_type = "ebs";
	SAYS(&w, VW_NESTED_HOST, "API001",
	     "pass fatal image | the image is registered with what an instance that hosts guests needs | - | "
	     "-");
	w.has_ami = false;
	SAYS(&w, VW_NITRO, "API001",
	     "skip fatal --ami-json | how the image is registered was not given | - | -");
}

/* Graviton starts by UEFI only. */
static void test_how_an_image_for_arm_is_registered(void **state)
{
	struct world w;

	(void)state;
	make_arm(&w);
	SAYS(&w, VW_NITRO_ARM64, "API001",
	     "pass fatal image | the image is registered with what a Graviton instance needs | - | -");
	w.ami.boot_mode = "uefi-preferred";
	SAYS(&w, VW_NITRO_ARM64, "API001",
	     "pass fatal image | the image is registered with what a Graviton instance needs | - | -");
	w.ami.boot_mode = NULL;
	SAYS(&w, VW_EC2_METAL_ARM64, "API001",
	     "pass fatal image | the image is registered with what a Graviton bare metal instance needs | - "
	     "| -");
	w.ami.boot_mode = "legacy-bios";
	SAYS(&w, VW_NITRO_ARM64, "API001",
	     "fail fatal BootMode | the image is registered with BootMode legacy-bios; a Graviton instance "
	     "needs uefi | aws ec2 register-image --ena-support --virtualization-type hvm, with the right "
	     "--architecture | -");
	SAYS(&w, VW_EC2_METAL_ARM64, "API001",
	     "fail fatal BootMode | the image is registered with BootMode legacy-bios; a Graviton bare metal "
	     "instance needs uefi | aws ec2 register-image --ena-support --virtualization-type hvm, with the "
	     "right --architecture | -");
	SAYS(&w, VW_NITRO, "API001",
	     "fail fatal Architecture | the image is registered with Architecture arm64; a Nitro instance "
	     "needs x86_64 | aws ec2 register-image --ena-support --virtualization-type hvm, with the right "
	     "--architecture | -");
	w.ami.boot_mode = "uefi";
	w.ami.architecture = "x86_64";
	SAYS(&w, VW_NITRO_ARM64, "API001",
	     "fail fatal Architecture | the image is registered with Architecture x86_64; a Graviton "
	     "instance needs arm64 | aws ec2 register-image --ena-support --virtualization-type hvm, with "
	     "the right --architecture | -");
	w.ami.architecture = NULL;
	w.ami.ena_support = VW_NO;
	SAYS(&w, VW_NITRO_ARM64, "API001",
	     "fail fatal EnaSupport | the image is registered without EnaSupport, which a Graviton instance "
	     "needs | aws ec2 register-image --ena-support --virtualization-type hvm, with the right "
	     "--architecture | -");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_FINDINGS(test_hardware_addresses),
		TEST_OF_FINDINGS(test_configurations_bound_to_a_hardware_address),
		TEST_OF_FINDINGS(test_names_of_interfaces),
		TEST_OF_FINDINGS(test_a_name_beside_what_reaches_all),
		TEST_OF_FINDINGS(test_what_cloud_init_is_told_of_the_network),
		TEST_OF_FINDINGS(test_each_configuration_is_looked_at),
		TEST_OF_FINDINGS(test_what_helps_may_stand_first),
		TEST_OF_FINDINGS(test_where_the_old_names_hold),
		TEST_OF_FINDINGS(test_fixed_addresses),
		TEST_OF_FINDINGS(test_who_listens_to_the_power_button),
		TEST_OF_FINDINGS(test_what_uefi_starts_on_arm),
		TEST_OF_FINDINGS(test_a_system_partition_that_is_elsewhere),
		TEST_OF_FINDINGS(test_boot_modes),
		TEST_OF_FINDINGS(test_whether_cloud_init_starts),
		TEST_OF_FINDINGS(test_what_switches_cloud_init_off),
		TEST_OF_FINDINGS(test_where_cloud_init_gets_its_data),
		TEST_OF_FINDINGS(test_an_identity_that_is_baked_in),
		TEST_OF_FINDINGS(test_labels_of_selinux),
		TEST_OF_FINDINGS(test_where_the_time_comes_from),
		TEST_OF_FINDINGS(test_how_an_image_is_registered),
		TEST_OF_FINDINGS(test_how_an_image_for_arm_is_registered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
