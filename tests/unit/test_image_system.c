/* SPDX-License-Identifier: MIT */
#include "tests/unit/image_parts.h"

#define READ(part) image_read(root, vw_image_probe_##part, NULL)

static void put_elf(struct image_root *root, const char *path, unsigned char class, unsigned char machine,
		    const char *strings)
{
	unsigned char bytes[512] = {0x7f, 'E', 'L', 'F', class, 1, 1};

	bytes[18] = machine;
	assert_true(strlen(strings) < sizeof(bytes) - 64);
	put_word(bytes + 64, strings);
	put_bytes(&root->guest, path, bytes, sizeof(bytes));
}

/* Os. */

static void os_is_told(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_os *os = &root->facts.os;

	put(&root->guest, "/etc/os-release",
	    "NAME=\"Amazon Linux\"\nVERSION=\"2\"\nID=\"amzn\"\nID_LIKE='centos rhel fedora'\n"
	    "VERSION_ID=2\n# comment\nPRETTY_NAME=\"Amazon Linux \\\"2\\\"\"\n");
	put_elf(root, "/usr/bin/dash", 2, 62, "");
	put_link(&root->guest, "/bin", "usr/bin");
	put_link(&root->guest, "/usr/bin/sh", "dash");
	put(&root->guest, "/usr/lib/systemd/systemd", "");
	put_link(&root->guest, "/sbin/init", "/usr/lib/systemd/systemd");
	READ(os);
	assert_text(os->id, "amzn");
	assert_text(os->id_like, "centos rhel fedora");
	assert_text(os->version_id, "2");
	assert_text(os->name, "Amazon Linux \"2\"");
	assert_text(os->arch, "x86_64");
	assert_text(os->init, "/usr/lib/systemd/systemd");
	assert_string_equal(os->id.source, "/etc/os-release");
}

static void os_of_the_vendor_and_none(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_os *os = &root->facts.os;

	READ(os);
	assert_state(os->id, VW_ABSENT);
	assert_state(os->arch, VW_ABSENT);
	assert_state(os->init, VW_ABSENT);
	put(&root->guest, "/usr/lib/os-release", "ID=alpine\nPRETTY_NAME=\"never closed\nNAME=Alpine\n");
	put_elf(root, "/bin/busybox", 2, 183, "");
	READ(os);
	assert_text(os->id, "alpine");
	assert_string_equal(os->id.source, "/usr/lib/os-release");
	assert_state(os->version_id, VW_ABSENT);
	assert_text(os->arch, "aarch64");
	put(&root->guest, "/bin/sh", "#!/bin/nothing\n");
	put(&root->guest, "/bin/busybox",
	    "\x7f"
	    "ELF");
	READ(os);
	assert_state(os->arch, VW_MALFORMED);
	assert_string_equal(os->arch.source, "/bin/sh");
}

static void os_release_that_is_no_file(void **state)
{
	struct image_root *root = *state;

	put_fifo(&root->guest, "/etc/os-release");
	READ(os);
	assert_state(root->facts.os.id, VW_MALFORMED);
	assert_non_null(image_unread_error(root, "/etc/os-release"));
}

static void kmod_tells_what_it_reads(void **state)
{
	struct image_root *root = *state;

	READ(os);
	assert_state(root->facts.kmod, VW_ABSENT);
	put_elf(root, "/usr/bin/kmod", 2, 62, "+ZSTD +XZ -ZLIB +LIBCRYPTO");
	put_elf(root, "/usr/lib/x86_64-linux-gnu/libkmod.so.2", 2, 62, "liblzma.so.5 libz.so.1");
	READ(os);
	assert_text(root->facts.kmod, "ko ko.xz ko.zst");
	put_elf(root, "/usr/bin/kmod", 2, 62, "libkmod.so.2");
	READ(os);
	assert_text(root->facts.kmod, "ko ko.gz ko.xz");
	put_elf(root, "/usr/lib/x86_64-linux-gnu/libkmod.so.2", 2, 62, "libc.so.6");
	READ(os);
	assert_text(root->facts.kmod, "ko");
	put(&root->guest, "/usr/bin/kmod", "#!/bin/sh\n");
	put(&root->guest, "/usr/lib/x86_64-linux-gnu/libkmod.so.2", "");
	READ(os);
	assert_state(root->facts.kmod, VW_MALFORMED);
}

static void units_and_groups(void **state)
{
	static const char *const units[] = {"systemd-logind", "acpid",    "masked", "none",
					    "serial-getty@",  "libvirtd", "sshd",   NULL};
	static const char *const groups[] = {"kvm", "libvirt", "kv", NULL};
	const struct vw_image_wish wish = {.units = units, .groups = groups};
	struct image_root *root = *state;

	put(&root->guest, "/usr/lib/systemd/system/systemd-logind.service", "");
	put(&root->guest, "/lib/systemd/system/acpid.socket", "");
	put(&root->guest, "/usr/lib/systemd/system/masked.service", "");
	put_link(&root->guest, "/etc/systemd/system/masked.service", "/dev/null");
	put(&root->guest, "/usr/lib/systemd/system/serial-getty@.service", "");
	put(&root->guest, "/etc/init.d/sshd", "");
	put(&root->guest, "/etc/group", "root:x:0:\nkvm:x:104:me\nlibvirtx:x:1:\n:\nlibvirt\n");
	image_read(root, vw_image_probe_os, &wish);
	assert_names(root->facts.units, "acpid serial-getty@ sshd systemd-logind");
	assert_names(root->facts.groups, "kvm");
}

/* Mounts. */

static void assert_mount(const struct vw_mounts *mounts, size_t index, const char *source, const char *what,
			 const char *where, const char *type, const char *options)
{
	assert_true(index < mounts->count);
	assert_string_equal(mounts->mount[index].source, source);
	assert_string_equal(mounts->mount[index].what, what);
	assert_string_equal(mounts->mount[index].where, where);
	assert_string_equal(mounts->mount[index].type, type);
	assert_string_equal(mounts->mount[index].options, options);
}

static void mounts_are_told(void **state)
{
	struct image_root *root = *state;
	const struct vw_mounts *mounts = &root->facts.mounts;

	put(&root->guest, "/etc/fstab",
	    "# <file system> <mount point>\n\nUUID=ab-12\t/\text4\terrors=remount-ro 0 1\n"
	    " /dev/xvdb  /mnt/my\\040data auto defaults,nofail\n#/dev/sda1 /old ext3\n/dev/sdc");
	put(&root->guest, "/etc/crypttab", "home /dev/sdb2 none luks\n");
	put(&root->guest, "/etc/systemd/system/data.mount",
	    "[Unit]\nWhat=/dev/no\n[Mount]\nWhere=/data\nWhat=/dev/xvdc\nType=xfs\n");
	put(&root->guest, "/usr/lib/systemd/system/data.mount", "[Mount]\nWhat=/dev/hidden\n");
	put(&root->guest, "/usr/lib/systemd/system/tmp.mount", "[Mount]\nWhat=tmpfs\n");
	put_link(&root->guest, "/etc/systemd/system/tmp.mount", "/dev/null");
	put(&root->guest, "/etc/initramfs-tools/conf.d/resume", "RESUME=UUID=cd-34\n");
	READ(mounts);
	assert_state(*mounts, VW_VALUE);
	assert_int_equal(mounts->count, 6);
	assert_mount(mounts, 0, "/etc/fstab:3", "UUID=ab-12", "/", "ext4", "errors=remount-ro");
	assert_mount(mounts, 1, "/etc/fstab:4", "/dev/xvdb", "/mnt/my data", "auto", "defaults,nofail");
	assert_mount(mounts, 2, "/etc/fstab:6", "/dev/sdc", "", "", "");
	assert_mount(mounts, 3, "/etc/crypttab:1", "/dev/sdb2", "home", "", "luks");
	assert_mount(mounts, 4, "/etc/systemd/system/data.mount:5", "/dev/xvdc", "/data", "xfs", "");
	assert_mount(mounts, 5, "/etc/initramfs-tools/conf.d/resume:1", "UUID=cd-34", "", "", "");
	assert_string_equal(mounts->mount[4].kind, "mount unit");
	assert_string_equal(mounts->mount[5].kind, "resume");
}

static void mounts_that_are_damaged(void **state)
{
	static const char bytes[] = "\\04\\0400\\999\\\0 \x01\x02 x\n\xff\xfe / \\\n";
	struct image_root *root = *state;

	READ(mounts);
	assert_state(root->facts.mounts, VW_ABSENT);
	put_bytes(&root->guest, "/etc/fstab", bytes, sizeof(bytes));
	put_directory(&root->guest, "/etc/crypttab");
	READ(mounts);
	assert_state(root->facts.mounts, VW_VALUE);
	assert_string_equal(root->facts.mounts.mount[0].where, "??");
	assert_non_null(image_unread_error(root, "/etc/crypttab"));
}

/* A list that is too long is told, not cut in silence. */
static void mounts_without_end(void **state)
{
	enum { LINES = 5000 };
	struct image_root *root = *state;
	char *text = malloc(LINES * 2);

	assert_non_null(text);
	for (size_t i = 0; i < LINES; i++)
		memcpy(text + i * 2, "a\n", 2);
	put_bytes(&root->guest, "/etc/fstab", text, LINES * 2);
	free(text);
	READ(mounts);
	assert_int_equal(root->facts.mounts.count, 4096);
	assert_string_equal(image_unread_error(root, "/etc/fstab"), "E2BIG");
}

/* Udev, initramfs' settings. */

static void io_timeout_is_told(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/usr/lib/udev/rules.d/70-ec2-nvme.rules",
	    "# ATTR{queue/io_timeout}=\"1\"\nKERNEL==\"nvme*\", \\\n  "
	    "ATTR{queue/io_timeout}=\"4294967295\"\n");
	put_link(&root->guest, "/lib", "usr/lib");
	put(&root->guest, "/etc/tuned/active_profile", "mine\n");
	put(&root->guest, "/etc/tuned/mine/tuned.conf", "[main]\ninclude=base\n");
	put(&root->guest, "/usr/lib/tuned/base/tuned.conf",
	    "[main]\ninclude=mine base\n[sysfs]\n/sys/block/nvme0n1/queue/io_timeout=255\n");
	put(&root->guest, "/usr/lib/tuned/other/tuned.conf", "[sysfs]\nio_timeout=1\n");
	READ(udev);
	assert_int_equal(root->facts.io_timeout.count > 1, 1);
	assert_line(&root->facts.io_timeout, 0, "/usr/lib/udev/rules.d/70-ec2-nvme.rules:2",
		    "KERNEL==\"nvme*\", \\   ATTR{queue/io_timeout}=\"4294967295\"");
	assert_line(&root->facts.io_timeout, 1, "/usr/lib/tuned/base/tuned.conf:4",
		    "/sys/block/nvme0n1/queue/io_timeout=255");
}

static void io_timeout_of_a_hidden_rule(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/usr/lib/udev/rules.d/70-a.rules", "ATTR{queue/io_timeout}=\"1\"\n");
	put_link(&root->guest, "/etc/udev/rules.d/70-a.rules", "/dev/null");
	put(&root->guest, "/etc/udev/rules.d/71-a.rules.bak", "ATTR{queue/io_timeout}=\"1\"\n");
	put(&root->guest, "/etc/tuned/active_profile", "../../../etc/secret .. \n");
	READ(udev);
	assert_int_equal(root->facts.io_timeout.count, 0);
	assert_int_equal(root->facts.io_timeout.state, VW_VALUE);
}

static void initramfs_settings_are_told(void **state)
{
	struct image_root *root = *state;
	const struct vw_lines *lines = &root->facts.initramfs_conf;

	put(&root->guest, "/etc/dracut.conf", "#add_drivers+=\" no \"\n");
	put(&root->guest, "/etc/dracut.conf.d/ec2.conf",
	    "hostonly=\"no\" # all\nadd_drivers+=\" nvme \\\n xen-blkfront \"\nunknown=1\n");
	put(&root->guest, "/usr/lib/dracut/dracut.conf.d/ec2.conf", "hostonly=yes\n");
	put(&root->guest, "/etc/initramfs-tools/initramfs.conf", "MODULES=most\nBOOT=local\nCOMPRESS=zstd\n");
	put(&root->guest, "/etc/initramfs-tools/modules", "# list\nnvme # disks\n");
	put(&root->guest, "/etc/mkinitcpio.conf", "MODULES=(nvme # x )\n 'ena')\nHOOKS=(base\n");
	put(&root->guest, "/etc/mkinitfs/mkinitfs.conf", "features=\"base nvme\"");
	READ(initramfs_conf);
	assert_int_equal(lines->count, 8);
	assert_line(lines, 0, "/etc/dracut.conf.d/ec2.conf:1", "hostonly=no");
	assert_line(lines, 1, "/etc/dracut.conf.d/ec2.conf:2", "add_drivers+=nvme  xen-blkfront");
	assert_line(lines, 2, "/etc/initramfs-tools/initramfs.conf:1", "MODULES=most");
	assert_line(lines, 3, "/etc/initramfs-tools/initramfs.conf:3", "COMPRESS=zstd");
	assert_string_equal(lines->line[4].source, "/etc/mkinitcpio.conf:1");
	assert_true(vwb_text_has_word(lines->line[4].text + strlen("MODULES="), "ena"));
	assert_false(vwb_text_has_word(lines->line[4].text + strlen("MODULES="), "x"));
	assert_line(lines, 5, "/etc/mkinitcpio.conf:3", "HOOKS=base");
	assert_line(lines, 6, "/etc/mkinitfs/mkinitfs.conf:1", "features=base nvme");
	assert_line(lines, 7, "/etc/initramfs-tools/modules:2", "nvme");
}

/* A file of arrays that never end takes no longer than any other. */
static void initramfs_settings_without_end(void **state)
{
	enum { LINES = 100000 };
	static const char line[] = "HOOKS=(\n";
	struct image_root *root = *state;
	size_t size = strlen(line);
	char *text = malloc(LINES * size);

	assert_non_null(text);
	for (size_t i = 0; i < LINES; i++)
		memcpy(text + i * size, line, size);
	text[LINES * size - 1] = '\'';
	put_bytes(&root->guest, "/etc/mkinitcpio.conf", text, LINES * size);
	free(text);
	READ(initramfs_conf);
	assert_line(&root->facts.initramfs_conf, 0, "/etc/mkinitcpio.conf:1", "HOOKS=");
	assert_string_equal(image_unread_error(root, "/etc/mkinitcpio.conf"), "E2BIG");
}

/* Cloud-init. */

static void cloud_init_has_a_network(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_cloud_init *cloud = &root->facts.cloud_init;

	put(&root->guest, "/etc/cloud/cloud.cfg",
	    "system_info:\n  network:\n    renderers: ['netplan']\nnetwork:\n  config: disabled\n");
	READ(cloud_init);
	assert_text(cloud->no_network, "/etc/cloud/cloud.cfg:4");
	assert_state(cloud->network, VW_ABSENT);

	put(&root->guest, "/etc/cloud/cloud.cfg.d/50-curtin.cfg",
	    "network:\n  version: 1\n  config:\n  - type: physical\n    name: ens33\n"
	    "    mac_address: '00:50:56:00:00:01'\n    subnets:\n    - type: static\n"
	    "      address: 10.0.0.2/24\n    - type: dhcp4\n  - type: nameserver\n    address: 10.0.0.1\n"
	    "  - type: physical\n    name: eth1\n    subnets: [{type: manual}]\n");
	READ(cloud_init);
	assert_state(cloud->no_network, VW_ABSENT);
	assert_state(cloud->network, VW_VALUE);
	assert_int_equal(cloud->network.count, 2);
	assert_string_equal(cloud->network.conf[0].kind, "cloud-init");
	assert_string_equal(cloud->network.conf[0].interface, "ens33");
	assert_string_equal(cloud->network.conf[0].mac, "00:50:56:00:00:01");
	assert_string_equal(cloud->network.conf[0].address, "10.0.0.2/24");
	assert_true(cloud->network.conf[0].dhcp);
	assert_true(cloud->network.conf[0].renames);
	assert_string_equal(cloud->network.conf[1].interface, "eth1");
	assert_false(cloud->network.conf[1].dhcp);
	assert_false(cloud->network.conf[1].renames);
	assert_null(cloud->network.conf[1].address);

	put(&root->guest, "/etc/cloud/cloud.cfg.d/90-installer-network.cfg",
	    "network:\n  ethernets:\n    ens160:\n      dhcp4: true\n  version: 2\n");
	READ(cloud_init);
	assert_int_equal(cloud->network.count, 1);
	assert_string_equal(cloud->network.conf[0].interface, "ens160");
	assert_true(cloud->network.conf[0].dhcp);
	assert_string_equal(cloud->network.conf[0].source,
			    "/etc/cloud/cloud.cfg.d/90-installer-network.cfg:3");

	put(&root->guest, "/etc/cloud/cloud.cfg.d/95.cfg", "network: {version: 2}\n");
	READ(cloud_init);
	assert_state(cloud->network, VW_ABSENT);
	assert_state(cloud->no_network, VW_ABSENT);
	put(&root->guest, "/etc/cloud/cloud.cfg.d/96.cfg", "network: enabled\n");
	READ(cloud_init);
	assert_state(cloud->network, VW_ABSENT);
}

static void cloud_init_is_told(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_cloud_init *cloud = &root->facts.cloud_init;

	put(&root->guest, "/usr/bin/cloud-init", "");
	put(&root->guest, "/usr/lib/systemd/system/cloud-init.service", "");
	put(&root->guest, "/usr/lib/systemd/system-generators/cloud-init-generator", "");
	put(&root->guest, "/etc/cloud/cloud.cfg",
	    "users:\n - default\ndatasource_list: [ NoCloud ]\nnested:\n  datasource_list: [ Azure ]\n"
	    "write_files:\n- content: |\n    datasource_list: [ GCE ]\n  path: /x\n");
	put(&root->guest, "/etc/cloud/cloud.cfg.d/90_dpkg.cfg",
	    "# written\ndatasource_list: [ 'Ec2',\n  None ] # two\n");
	put(&root->guest, "/etc/cloud/cloud.cfg.d/99.cfg.dpkg-old", "datasource_list: [ Old ]\n");
	put(&root->guest, "/etc/cloud/ds-identify.cfg", "#policy: no\npolicy: enabled # x\n");
	put_link(&root->guest, "/var/lib/cloud/instance", "instances/i-gone");
	READ(cloud_init);
	assert_number(cloud->installed, 1);
	assert_number(cloud->enabled, 1);
	assert_state(cloud->disabled, VW_ABSENT);
	assert_text(cloud->datasource_list, "Ec2, None");
	assert_string_equal(cloud->datasource_list.source, "/etc/cloud/cloud.cfg.d/90_dpkg.cfg:2");
	assert_text(cloud->ds_identify, "enabled");
	assert_number(cloud->instance, 1);

	put(&root->guest, "/etc/cloud/cloud.cfg.d/95.cfg", "datasource_list:\n- Ec2\n- \"None\"\n- x: y\n");
	put(&root->guest, "/etc/cloud/cloud-init.disabled", "");
	READ(cloud_init);
	assert_text(cloud->datasource_list, "Ec2, None");
	assert_string_equal(cloud->datasource_list.source, "/etc/cloud/cloud.cfg.d/95.cfg:1");
	assert_text(cloud->disabled, "/etc/cloud/cloud-init.disabled");
}

static void cloud_init_that_is_not_there(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_cloud_init *cloud = &root->facts.cloud_init;

	READ(cloud_init);
	assert_number(cloud->installed, 0);
	assert_number(cloud->enabled, 0);
	assert_number(cloud->instance, 0);
	assert_state(cloud->datasource_list, VW_ABSENT);
	assert_state(cloud->ds_identify, VW_ABSENT);
	put_link(&root->guest, "/etc/systemd/system/cloud-init.service", "/dev/null");
	put(&root->guest, "/etc/init.d/cloud-init", "");
	put(&root->guest, "/etc/cloud/cloud.cfg", "\t\n{[datasource_list: [ Ec2\n - ]}: &x *x\n]");
	READ(cloud_init);
	assert_number(cloud->installed, 1);
	assert_number(cloud->enabled, 0);
	assert_text(cloud->disabled, "/etc/systemd/system/cloud-init.service");
}

/* The rest. */

static void system_is_told(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_facts *facts = &root->facts;

	put(&root->guest, "/etc/selinux/config",
	    "# SELINUX=disabled\nSELINUX=enforcing\nSELINUXTYPE=targeted\n");
	put(&root->guest, "/.autorelabel", "");
	put(&root->guest, "/etc/machine-id", "uninitialized\n");
	put(&root->guest, "/etc/ssh/ssh_host_rsa_key", "");
	put(&root->guest, "/etc/ssh/ssh_host_rsa_key.pub", "");
	put_directory(&root->guest, "/var/lib/dkms/ena/2.13.0");
	put_link(&root->guest, "/var/lib/dkms/ena/kernel-6.1-x86_64", "2.13.0/6.1");
	put(&root->guest, "/var/lib/dkms/mok.key", "");
	put_link(&root->guest, "/etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service", "/x");
	put_link(&root->guest, "/etc/systemd/system/getty.target.wants/getty@tty1.service", "/x");
	put(&root->guest, "/etc/inittab",
	    "#T0:23:respawn:/sbin/getty -L ttyS1\nhvc0::respawn:/sbin/getty -L 9600 /dev/hvc0 "
	    "vt100\nid:3:initdefault:\n");
	put(&root->guest, "/etc/chrony.conf",
	    "! old\n#server a\nserver 169.254.169.123 prefer iburst\nservers\nrefclock PHC /dev/ptp0\n");
	put(&root->guest, "/etc/systemd/timesyncd.conf", "[Time]\n#NTP=\nNTP=a.example\n[Other]\nNTP=b\n");
	READ(system);
	assert_text(facts->selinux, "enforcing");
	assert_number(facts->autorelabel, 1);
	assert_text(facts->machine_id, "uninitialized");
	assert_names(facts->host_keys, "ssh_host_rsa_key");
	assert_names(facts->dkms, "ena/2.13.0");
	assert_names(facts->gettys, "hvc0 tty1 ttyS0");
	assert_int_equal(facts->chrony.count, 3);
	assert_line(&facts->chrony, 0, "/etc/chrony.conf:3", "server 169.254.169.123 prefer iburst");
	assert_line(&facts->chrony, 1, "/etc/chrony.conf:5", "refclock PHC /dev/ptp0");
	assert_line(&facts->chrony, 2, "/etc/systemd/timesyncd.conf:3", "NTP=a.example");
}

static void system_that_is_empty(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_facts *facts = &root->facts;

	READ(system);
	assert_state(facts->selinux, VW_ABSENT);
	assert_number(facts->autorelabel, 0);
	assert_state(facts->machine_id, VW_ABSENT);
	assert_state(facts->host_keys, VW_ABSENT);
	assert_state(facts->dkms, VW_ABSENT);
	put_link(&root->guest, "/etc/machine-id", "/etc/machine-id");
	put(&root->guest, "/etc/selinux/config", "SELINUX\n=enforcing\nSELINUX =permissive\n");
	put(&root->guest, "/etc/ssh", "no folder");
	READ(system);
	assert_state(facts->machine_id, VW_MALFORMED);
	assert_state(facts->selinux, VW_ABSENT);
	assert_state(facts->host_keys, VW_ABSENT);
}

/* ESP. */

static void put_pe(struct image_root *root, const char *path, unsigned char low, unsigned char high)
{
	unsigned char bytes[256] = {'M', 'Z'};

	bytes[0x3c] = 0x40;
	bytes[0x40] = 'P';
	bytes[0x41] = 'E';
	bytes[0x44] = low;
	bytes[0x45] = high;
	put_bytes(&root->guest, path, bytes, sizeof(bytes));
}

static void esp_is_told(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_esp *esp = &root->facts.esp;

	put_directory(&root->guest, "/boot/efi");
	READ(esp);
	assert_state(esp->folder, VW_ABSENT);
	put_pe(root, "/boot/efi/efi/Boot/bootaa64.efi", 0x64, 0xaa);
	put_pe(root, "/boot/efi/efi/debian/grubx64.efi", 0x64, 0x86);
	put(&root->guest, "/boot/efi/efi/Boot/broken.efi", "MZ");
	put(&root->guest, "/boot/efi/efi/Boot/grub.cfg", "");
	put_fifo(&root->guest, "/boot/efi/efi/Boot/fifo.efi");
	READ(esp);
	assert_text(esp->folder, "/boot/efi");
	assert_names(esp->loaders, "efi/Boot/bootaa64.efi efi/debian/grubx64.efi");
	assert_names(esp->archs, "aarch64");
}

static void esp_that_is_boot(void **state)
{
	struct image_root *root = *state;
	const struct vw_image_esp *esp = &root->facts.esp;

	put_pe(root, "/boot/EFI/BOOT/BOOTX64.EFI", 0x64, 0x86);
	put_link(&root->guest, "/boot/EFI/loop", "../EFI");
	put_pe(root, "/boot/EFI/1/2/3/4/5/deep.efi", 0x64, 0x86);
	READ(esp);
	assert_text(esp->folder, "/boot");
	assert_names(esp->loaders, "EFI/BOOT/BOOTX64.EFI");
	assert_names(esp->archs, "x86_64");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, image_setup, image_teardown)
	const struct CMUnitTest tests[] = {
		TEST(os_is_told),
		TEST(os_of_the_vendor_and_none),
		TEST(os_release_that_is_no_file),
		TEST(kmod_tells_what_it_reads),
		TEST(units_and_groups),
		TEST(mounts_are_told),
		TEST(mounts_that_are_damaged),
		TEST(mounts_without_end),
		TEST(io_timeout_is_told),
		TEST(io_timeout_of_a_hidden_rule),
		TEST(initramfs_settings_are_told),
		TEST(initramfs_settings_without_end),
		TEST(cloud_init_is_told),
		TEST(cloud_init_has_a_network),
		TEST(cloud_init_that_is_not_there),
		TEST(system_is_told),
		TEST(system_that_is_empty),
		TEST(esp_is_told),
		TEST(esp_that_is_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
