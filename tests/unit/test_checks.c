/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "tests/unit/good_image.h"

#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"

/* For each check, what makes it pass, fail, or what cannot be read. */

/* What is wrong with it. */

static const char *const built_in[] = {"nvme", "nvme_core", "ext4"};

#define CHANGE(name, ...)                 \
	static void name(struct world *w) \
	{                                 \
		__VA_ARGS__;              \
	}

static void block(struct world *w, const char *kind, const char *module, const char *argument)
{
	w->rule[0] = (struct vw_modprobe_rule){kind, module, argument, "/etc/modprobe.d/a.conf:1"};
	w->kernel.initramfs.modprobe = w->facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, w->rule};
}

static const char few_options[] = "CONFIG_MODULES=y\nCONFIG_HVC_XEN=m\n";

static void no_config_text(struct world *w)
{
	w->kernel.config = (struct vw_text){.state = VW_DENIED};
}

#define MODULE_LOST(name) CHANGE(no_##name, lose(w, #name))
MODULE_LOST(ena)
MODULE_LOST(nvme)
MODULE_LOST(ixgbevf)
MODULE_LOST(xen_blkfront)
MODULE_LOST(xen_netfront)
MODULE_LOST(virtio_pci)
MODULE_LOST(hv_vmbus)
MODULE_LOST(mana)
MODULE_LOST(kvm)
MODULE_LOST(tun)
CHANGE(no_google_disk, lose(w, "virtio_scsi"); lose(w, "nvme"))
CHANGE(no_google_network, lose(w, "virtio_net"); lose(w, "gve"))
CHANGE(modules_denied, w->kernel.modules = (struct vw_module_tree){.state = VW_DENIED}; no_config_text(w))
CHANGE(early_nvme, leave_out(w, "nvme"))
CHANGE(early_core, leave_out(w, "nvme_core"))
CHANGE(nested, leave_out(w, "nvme"); w->kernel.initramfs.nested = "squashfs-root.img")
CHANGE(early_ext4, leave_out(w, "ext4"))
CHANGE(early_ext4_unseen, leave_out(w, "ext4"); w->kernel.initramfs.incomplete = true)
CHANGE(blacklist, block(w, "blacklist", "nvme", ""))
CHANGE(install, block(w, "install", "nvme", "/bin/false"))
CHANGE(install_harmless, block(w, "install", "nvme", "/sbin/modprobe --ignore-install nvme"))
CHANGE(modprobe_denied, w->facts.modprobe.state = VW_DENIED)
CHANGE(list_denied, w->kernel.cmdline = (struct vw_text){.state = VW_DENIED})
CHANGE(cmdline_list, set_cmdline(w, "root=UUID=1 module_blacklist=floppy,nvme"))
CHANGE(cmdline_initcall, set_cmdline(w, "initcall_blacklist=nvme_init"))
CHANGE(cmdline_after, set_cmdline(w, "root=UUID=1 -- module_blacklist=nvme"))
CHANGE(cmdline_root, set_cmdline(w, "root=/dev/xvda1"))
CHANGE(cmdline_bare, set_cmdline(w, "root=UUID=1"))
CHANGE(ena_old, w->module[module_at("ena")].info.version = "1.1.3")
CHANGE(ena_untold, w->kernel.release = "4.9.0"; w->tree[0].folder = "/lib/modules/4.9.0")
CHANGE(no_config, w->kernel.config = (struct vw_text){.state = VW_DENIED})
CHANGE(empty_config, w->kernel.config.text = few_options)

static void add_extra(struct world *w, enum vw_state state, const char *vermagic)
{
	w->extra[0] = (struct vw_module){
		.name = "ena", .path = "updates/ena.ko", .info = {.state = state, .vermagic = vermagic}};
	w->kernel.modules.extra = w->extra;
	w->kernel.modules.extra_count = 1;
}
CHANGE(extra_other, add_extra(w, VW_VALUE, "5.10.0 SMP"))
CHANGE(extra_damaged, add_extra(w, VW_MALFORMED, NULL))
CHANGE(extra_unsigned, add_extra(w, VW_VALUE, "6.1.0-9 SMP");
       w->kernel.config.text = "CONFIG_MODULE_SIG_FORCE=y\n")
CHANGE(extra_unsigned_untold, add_extra(w, VW_VALUE, "6.1.0-9 SMP"); no_config(w))
CHANGE(no_kernel, w->facts.kernel_count = 0)
CHANGE(folder_empty, w->kernel.modules.count = w->kernel.modules.file_count = 0)
CHANGE(file_damaged, w->kernel.file.state = VW_MALFORMED)
CHANGE(modules_unread, w->kernel.modules = (struct vw_module_tree){.state = VW_NOT_PROBED})
CHANGE(no_kernel_seen, w->facts.kernel_count = 0; w->unread[0] = (struct vw_unread){"/boot", "EACCES"};
       w->facts.unread = w->unread; w->facts.unread_count = 1)
CHANGE(other_arch, w->kernel.file.arch = "aarch64")
CHANGE(file_denied, w->kernel.file.state = VW_DENIED)
CHANGE(index_lost, w->kernel.modules.index = VW_ABSENT)
CHANGE(index_denied, w->kernel.modules.index = VW_DENIED)
static const char *const xz[] = {"ko.zst"};
CHANGE(suffix_unread, w->kernel.modules.suffixes.name = xz)
CHANGE(suffix_untold, w->kernel.modules.suffixes.name = xz; w->facts.kmod.state = VW_ABSENT)
CHANGE(no_timeout_known, cmdline_bare(w); w->facts.io_timeout.state = VW_DENIED)
CHANGE(lz4, w->kernel.file.compression = "lz4")
CHANGE(no_compression, w->kernel.file.compression = NULL)
CHANGE(default_lost, w->facts.boot.default_lost = "Old")
CHANGE(default_untold, w->entry[0].is_default = false)
CHANGE(entry_stale, w->initrd_at[0] = NULL)
CHANGE(no_entry, w->facts.boot.count = 0; w->facts.boot.grub_config.state = VW_ABSENT)
CHANGE(boot_denied, no_entry(w); w->facts.boot.grub_config.state = VW_DENIED;
       w->facts.boot.bios_loader.state = VW_DENIED; w->facts.esp.archs.count = 0)
CHANGE(initramfs_damaged, w->kernel.initramfs.state = VW_MALFORMED)
CHANGE(initramfs_denied, w->kernel.initramfs = (struct vw_initramfs){.state = VW_DENIED})
CHANGE(initramfs_hides, w->kernel.initramfs.nested = "root.img")
CHANGE(no_initramfs, w->kernel.initramfs = (struct vw_initramfs){.state = VW_ABSENT})
CHANGE(no_initramfs_no_cmdline, no_initramfs(w); list_denied(w); w->mount[0].type = "auto")
CHANGE(no_init, w->kernel.initramfs.init = NULL; w->kernel.initramfs.lacking.state = VW_NOT_PROBED)
CHANGE(all_built_in,
       w->kernel.modules.builtin = ((struct vw_names){VW_VALUE, built_in, "", VW_COUNT(built_in)}))
CHANGE(no_init_needed, no_init(w); all_built_in(w); w->kernel.cmdline.text = "root=/dev/nvme0n1p1")
CHANGE(unpacks_nothing, no_init(w); initramfs_damaged(w); w->segment[0].format = "lz4 frame")
CHANGE(unpacks_nothing_needed, no_init_needed(w); initramfs_damaged(w); w->segment[0].format = "lz4 frame")
CHANGE(damaged_behind_init, no_init_needed(w); initramfs_damaged(w); w->kernel.initramfs.init = "/init")
CHANGE(default_of_extlinux_lost, default_lost(w); w->entry[0].loader = "extlinux")
CHANGE(no_initramfs_needed, no_initramfs(w); entry_stale(w); all_built_in(w);
       w->kernel.cmdline.text = "root=/dev/nvme0n1p1")
CHANGE(initrd_needed_by_loader, no_initramfs_needed(w); w->entry[0].loader = "systemd-boot")
CHANGE(other_modules, w->tree[0].folder = "/lib/modules/0.1")
CHANGE(other_modules_unneeded, other_modules(w); all_built_in(w))
CHANGE(no_root, w->kernel.cmdline.text = "console=ttyS0"; w->kernel.initramfs.generator = "initramfs-tools")
CHANGE(no_root_but_live, no_root(w); w->kernel.cmdline.text = "boot=live")
CHANGE(no_root_in_dracut, no_root(w); w->kernel.initramfs.generator = "dracut")
CHANGE(lz4_frame, w->segment[0].format = "lz4 frame")
CHANGE(xz_crc64, w->segment[0].format = "xz CRC64")
CHANGE(no_segments, w->kernel.initramfs.segment_count = 0)
CHANGE(lib_lacks, w->name[0] = "libc.so.6";
       w->kernel.initramfs.lacking = ((struct vw_names){VW_VALUE, w->name, "", 1}))
CHANGE(host_only, w->line[0].text = "hostonly=yes";
       w->facts.initramfs_conf = ((struct vw_lines){VW_VALUE, 1, w->line}))
CHANGE(conf_denied, w->facts.initramfs_conf.state = VW_DENIED)
CHANGE(fstab_name, w->mount[0].what = "/dev/xvda1")
CHANGE(fstab_denied, w->facts.mounts.state = VW_DENIED)
CHANGE(pinned, w->facts.persistent_net = ((struct vw_lines){VW_VALUE, 1, w->line}))
CHANGE(net_denied, w->facts.network.state = VW_DENIED; w->facts.network.count = 0)
CHANGE(net_name, w->conf[0].interface = "ens5"; w->facts.cloud_init.enabled.value = 0)
CHANGE(net_old, net_name(w); w->conf[0].interface = "eth0";
       w->facts.os.init = (struct vw_text)TEXT("/bin/busybox"))
CHANGE(net_new, net_old(w); w->facts.os.init.text = "/usr/lib/systemd/systemd")
CHANGE(net_fixed, w->conf[0].dhcp = false; w->conf[0].address = "10.0.0.1/8")
CHANGE(no_units, w->facts.units.count = 0)
CHANGE(units_denied, w->facts.units.state = VW_DENIED)
CHANGE(arm, w->kernel.file.arch = "aarch64"; w->facts.os.arch.text = "aarch64";
       w->facts.init.arch = "aarch64"; w->ami.architecture = "arm64")
CHANGE(no_esp, arm(w); w->facts.esp.archs.count = 0)
CHANGE(no_esp_x86, w->facts.esp.archs.count = 0)
CHANGE(esp_denied, arm(w); w->facts.esp = (struct vw_image_esp){.folder.state = VW_DENIED})
CHANGE(cloud_off, w->facts.cloud_init.disabled = (struct vw_text)TEXT("/etc/cloud/cloud-init.disabled"))
CHANGE(cloud_denied, w->facts.cloud_init.disabled.state = VW_DENIED)
CHANGE(cloud_list, w->facts.cloud_init.datasource_list = (struct vw_text)TEXT("NoCloud"))
CHANGE(has_id, w->facts.machine_id.text = "0123456789abcdef0123456789abcdef")
CHANGE(id_denied, w->facts.machine_id.state = VW_DENIED)
CHANGE(enforcing, w->facts.selinux.text = "enforcing")
CHANGE(enforcing_flag, enforcing(w); w->facts.autorelabel = (struct vw_number)NUMBER(0))
CHANGE(enforcing_relabel, enforcing(w); w->facts.autorelabel = (struct vw_number)NUMBER(1))
CHANGE(selinux_denied, w->facts.selinux.state = VW_DENIED)
CHANGE(no_chrony, w->facts.chrony.count = 0)
CHANGE(chrony_denied, w->facts.chrony = (struct vw_lines){.state = VW_DENIED})
CHANGE(not_ena, w->ami.ena_support = VW_NO)
CHANGE(ena_not_told, w->ami.ena_support = VW_UNKNOWN)
static void resume_from(struct world *w, const char *device)
{
	static char text[256];

	snprintf(text, sizeof(text), "root=UUID=1 resume=%s", device);
	w->kernel.cmdline.text = text;
}
CHANGE(resume_named, resume_from(w, "/dev/xvda2"))
CHANGE(resume_untold, resume_from(w, "UUID=2"))
CHANGE(resume_right, resume_from(w, "UUID=2");
       w->mount[1] = (struct vw_mount){"fstab", "UUID=2", "none", "swap", "", "/etc/fstab:2"};
       w->facts.mounts.count = 2)
CHANGE(resume_unused, resume_named(w); no_initramfs(w))
CHANGE(fips_same, w->kernel.cmdline.text = "root=UUID=1 fips=1 boot=UUID=3")
CHANGE(fips_alone, w->kernel.cmdline.text = "root=UUID=1 fips=1")
CHANGE(fips_off, w->kernel.cmdline.text = "root=UUID=1 fips=0 boot=/dev/sda1")
CHANGE(boot_mounted, w->mount[1] = (struct vw_mount){"fstab", "UUID=3", "/boot", "ext4", "", "/etc/fstab:2"};
       w->facts.mounts.count = 2)
CHANGE(fips_right, fips_same(w); boot_mounted(w))
CHANGE(fips_without_boot, fips_alone(w); boot_mounted(w))
CHANGE(fips_named, boot_mounted(w); w->kernel.cmdline.text = "root=UUID=1 fips=1 boot=/dev/sda1")
CHANGE(root_on_loop, w->kernel.cmdline.text = "root=/dev/loop0p2")
CHANGE(root_intended, w->line[0].text = "GRUB_CMDLINE_LINUX=\"root=/dev/loop0p2 quiet\"";
       w->facts.boot.intent = ((struct vw_lines){VW_VALUE, 1, w->line}))
CHANGE(root_intended_right, w->line[0].text = "root=UUID=1 overlayroot=/dev/sda";
       w->facts.boot.intent = ((struct vw_lines){VW_VALUE, 1, w->line}))
static void mount_remote(struct world *w, const char *type, const char *options)
{
	w->mount[1] = (struct vw_mount){"fstab", "fs-1:/", "/srv", type, options, "/etc/fstab:2"};
	w->facts.mounts.count = 2;
}
CHANGE(efs, mount_remote(w, "efs", "defaults,tls"))
CHANGE(efs_waits, mount_remote(w, "efs", "_netdev,tls"))
CHANGE(efs_not_needed, mount_remote(w, "efs", "nofail"))
CHANGE(nfs, mount_remote(w, "nfs4", "defaults"))
CHANGE(root_is_mapped, w->mount[0].what = "/dev/mapper/vg-root")
CHANGE(lvm_devices, w->line[0].text = "IDTYPE=sys_wwid IDNAME=naa.1 DEVNAME=/dev/sda3";
       w->facts.lvm_devices = ((struct vw_lines){VW_VALUE, 1, w->line}))
CHANGE(lvm_by_serial, lvm_devices(w); root_is_mapped(w))
CHANGE(lvm_by_name, lvm_by_serial(w); w->line[0].text = "IDTYPE=devname IDNAME=/dev/nvme0n1p3")
CHANGE(lvm_denied, w->facts.lvm_devices.state = VW_DENIED)
CHANGE(root_here, w->mount[0].what = "/dev/nvme0n1p1")
CHANGE(automounted, fstab_name(w); w->mount[0].options = "x-systemd.automount")
CHANGE(timeout_short, w->kernel.cmdline.text = "nvme_core.io_timeout=30")
CHANGE(timeout_old_name, w->kernel.cmdline.text = "nvme.io_timeout=4294967295")
CHANGE(timeout_of_aws, timeout_old_name(w); w->kernel.release = "4.15.0-1039-aws")
CHANGE(timeout_of_old, timeout_old_name(w); w->kernel.release = "4.4.0-1")
CHANGE(embedded, no_initramfs(w); w->kernel.cmdline.text = "console=ttyS0";
       w->kernel.config.text = "CONFIG_INITRAMFS_SOURCE=\"bootengine.cpio\"\n")
CHANGE(not_embedded, embedded(w); w->kernel.config.text = "CONFIG_INITRAMFS_SOURCE=\"\"\n")
CHANGE(layout_not_followed, no_kernel(w); no_entry(w); no_units(w);
       w->facts.layout = (struct vw_text)TEXT("/ostree"))
static void start_only(struct world *w, const char *name)
{
	w->name[0] = name;
	w->facts.started = (struct vw_names){VW_VALUE, w->name, "/place", *name ? 1 : 0};
}
CHANGE(single, w->kernel.cmdline.text = "root=UUID=1 single")
CHANGE(rescue_unit, w->kernel.cmdline.text = "systemd.unit=rescue.target")
CHANGE(singleton, w->kernel.cmdline.text = "root=UUID=1 singleton single=no -- single")
CHANGE(target_dangles, w->facts.default_target.state = VW_MALFORMED)
CHANGE(target_of_none, target_dangles(w); w->facts.init.systemd.state = VW_ABSENT)
CHANGE(target_denied, w->facts.default_target.state = VW_DENIED)
CHANGE(nothing_started, start_only(w, ""))
CHANGE(started_denied, nothing_started(w); w->facts.started.state = VW_DENIED)
CHANGE(first_boot, nothing_started(w); w->facts.machine_id.text = "uninitialized")
CHANGE(no_system, nothing_started(w); w->facts.init.libraries = false)
CHANGE(by_network_manager, start_only(w, "NetworkManager"); w->facts.network.count = 0)
CHANGE(by_netifrc, start_only(w, "net.eth0"); w->facts.network.count = 0)
CHANGE(by_netplan, nothing_started(w); w->conf[0].kind = "netplan")
CHANGE(by_ifupdown, start_only(w, "networking"); w->conf[0].kind = "ifupdown";
       w->facts.cloud_init.enabled.value = 0)
CHANGE(no_dhclient, by_ifupdown(w); w->facts.dhcp_client.state = VW_ABSENT)
CHANGE(no_dhclient_needed, no_dhclient(w); w->conf[0].dhcp = false)
CHANGE(only_lo, by_ifupdown(w); w->conf[0].interface = "lo")
CHANGE(networkd_idle, w->facts.network.count = 0; w->facts.cloud_init.enabled.value = 0)
CHANGE(networkd_by_cloud, w->facts.network.count = 0)
CHANGE(no_passwd, w->facts.passwd = (struct vw_number)NUMBER(0))
CHANGE(no_passwd_nor_system, no_passwd(w); no_system(w))
CHANGE(first_boot_with_ssh, first_boot(w); w->name[1] = "ssh";
       w->facts.units = ((struct vw_names){VW_VALUE, w->name + 1, "/place", 1}))
CHANGE(by_dropbear, start_only(w, "dropbear"))
CHANGE(init_gone,
       w->facts.init = ((struct vw_image_init){.path.state = VW_ABSENT, .systemd.state = VW_ABSENT}))
CHANGE(init_by_systemd, w->facts.init.path.state = VW_ABSENT)
CHANGE(init_link_gone, init_by_systemd(w); w->kernel.initramfs.generator = "initramfs-tools")
CHANGE(init_without_initramfs, init_by_systemd(w); w->kernel.initramfs.state = VW_ABSENT)
CHANGE(init_from_where, init_by_systemd(w); w->kernel.initramfs.generator = NULL)
CHANGE(init_below, init_gone(w); w->facts.layout = (struct vw_text)TEXT("/ostree"))
CHANGE(init_named, init_gone(w); w->kernel.cmdline.text = "root=UUID=1 init=/nix/init")
CHANGE(init_denied, w->facts.init.path.state = VW_DENIED)
CHANGE(init_of_arm, w->facts.init.arch = "aarch64")
CHANGE(init_of_i386, w->facts.init.arch = "i386")
CHANGE(init_lacks, w->name[0] = "libc.so.6";
       w->facts.init.lacking = ((struct vw_names){VW_VALUE, w->name, "", 1}))
CHANGE(init_lacks_all, init_lacks(w); w->facts.init.libraries = false)
CHANGE(init_unread, w->facts.init.lacking.state = VW_DENIED)
CHANGE(no_proc, w->name[0] = "/proc";
       w->facts.init.mount_points_lacking = ((struct vw_names){VW_VALUE, w->name, "", 1}))
CHANGE(no_proc_nor_libraries, no_proc(w); w->facts.init.libraries = false)
CHANGE(no_bios, w->facts.boot.bios_loader.state = VW_ABSENT)
CHANGE(no_uefi, w->facts.esp.archs.count = 0)
CHANGE(no_loader, no_bios(w); no_uefi(w))
CHANGE(no_loader_seen, no_loader(w); w->facts.init.libraries = false)
CHANGE(no_loader_here, no_loader(w); w->mount[1].where = "/boot/grub2/i386-pc"; w->facts.mounts.count = 2)
CHANGE(legacy, no_bios(w); w->ami.boot_mode = "legacy-bios")
CHANGE(mode_untold, no_bios(w); w->ami.boot_mode = NULL)
CHANGE(mode_preferred, no_bios(w); w->ami.boot_mode = "uefi-preferred")
CHANGE(init_mode_bad, w->facts.init_mode.value = 0644)
CHANGE(init_mode_denied, w->facts.init_mode.state = VW_DENIED)
CHANGE(no_host_keys, w->facts.cloud_init.enabled.value = 0)
CHANGE(host_keys_denied, no_host_keys(w); w->facts.host_keys.state = VW_DENIED)
CHANGE(root_closed, w->facts.root_mode.value = 0700)
CHANGE(root_mode_denied, w->facts.root_mode.state = VW_DENIED)
CHANGE(nothing, (void)w)

static const struct {
	const char *id;
	unsigned target;
	enum vw_status status;
	void (*change)(struct world *w);
} cases[] = {
#define BOTH(id, target, bad, unread)                               \
	{id, target, VW_PASS, nothing}, {id, target, VW_FAIL, bad}, \
	{                                                           \
		id, target, VW_STATUS_UNKNOWN, unread               \
	}
	BOTH("API001", VW_NITRO, not_ena, ena_not_told),
	BOTH("AZR001", VW_AZURE, no_hv_vmbus, initramfs_denied),
	BOTH("AZR002", VW_AZURE, no_hv_vmbus, modules_denied),
	BOTH("AZR003", VW_AZURE, no_nvme, modules_denied),
	BOTH("AZR004", VW_AZURE, no_mana, modules_denied),
	BOTH("BLK001", VW_NITRO, blacklist, modprobe_denied),
	{"BLK001", VW_NITRO, VW_FAIL, install},
	{"BLK001", VW_NITRO, VW_PASS, install_harmless},
	BOTH("BLK002", VW_NITRO, cmdline_list, list_denied),
	{"BLK002", VW_NITRO, VW_FAIL, cmdline_initcall},
	{"BLK002", VW_NITRO, VW_PASS, cmdline_after},
	BOTH("CLI001", VW_NITRO, cloud_off, cloud_denied),
	{"CLI001", VW_NITRO, VW_FAIL, cloud_list},
	BOTH("CLI002", VW_NITRO, has_id, id_denied),
	BOTH("CON001", VW_NITRO, cmdline_bare, list_denied),
	BOTH("ENA001", VW_NITRO, no_ena, modules_denied),
	BOTH("ENA002", VW_NITRO, ena_old, ena_untold),
	BOTH("ENA003", VW_NITRO, extra_other, extra_damaged),
	BOTH("ENA004", VW_NITRO, extra_unsigned, extra_unsigned_untold),
	BOTH("FST001", VW_NITRO, fstab_name, fstab_denied),
	BOTH("FST002", VW_NITRO, cmdline_root, list_denied),
	{"FST002", VW_NITRO, VW_FAIL, no_root},
	{"FST002", VW_NITRO, VW_PASS, no_root_but_live},
	{"FST002", VW_NITRO, VW_PASS, no_root_in_dracut},
	BOTH("GCP001", VW_GCP, no_google_disk, initramfs_denied),
	BOTH("GCP002", VW_GCP, no_google_network, modules_denied),
	BOTH("GCP003", VW_GCP, no_nvme, initramfs_denied),
	BOTH("HOT001", VW_NITRO, empty_config, no_config),
	{"HOT001", VW_EC2_METAL, VW_FAIL, empty_config},
	BOTH("INI005", VW_NITRO, init_mode_bad, init_mode_denied),
	BOTH("IRD001", VW_NITRO, initramfs_damaged, initramfs_denied),
	{"IRD001", VW_NITRO, VW_FAIL, no_init},
	{"IRD001", VW_NITRO, VW_FAIL, other_modules},
	{"IRD001", VW_NITRO, VW_FAIL, unpacks_nothing_needed},
	{"IRD002", VW_NITRO, VW_FAIL, unpacks_nothing_needed},
	{"IRD005", VW_NITRO, VW_FAIL, unpacks_nothing},
	{"IRD005", VW_NITRO, VW_PASS, unpacks_nothing_needed},
	{"NVM002", VW_NITRO, VW_FAIL, unpacks_nothing},
	BOTH("IRD002", VW_NITRO, lz4_frame, no_segments),
	{"IRD002", VW_NITRO, VW_FAIL, xz_crc64},
	{"IRD002", VW_NITRO, VW_FAIL, empty_config},
	{"IRD002", VW_NITRO, VW_STATUS_UNKNOWN, no_config},
	BOTH("IRD003", VW_NITRO, early_ext4, early_ext4_unseen),
	BOTH("IRD004", VW_NITRO, host_only, conf_denied),
	BOTH("IRD005", VW_NITRO, no_initramfs, no_initramfs_no_cmdline),
	{"IRD003", VW_NITRO, VW_FAIL, no_init},
	{"IRD005", VW_NITRO, VW_FAIL, no_init},
	{"IRD005", VW_NITRO, VW_PASS, no_init_needed},
	{"IRD006", VW_NITRO, VW_PASS, nothing},
	{"IRD006", VW_NITRO, VW_STATUS_UNKNOWN, initramfs_hides},
	BOTH("IRD007", VW_NITRO, lib_lacks, initramfs_denied),
	{"IRD007", VW_NITRO, VW_SKIP, no_init},
	BOTH("FST003", VW_NITRO, resume_named, list_denied),
	{"FST003", VW_NITRO, VW_FAIL, resume_untold},
	{"FST003", VW_NITRO, VW_PASS, resume_right},
	{"FST003", VW_NITRO, VW_PASS, resume_unused},
	{"FST003", VW_XEN_PV, VW_FAIL, resume_named}, /* advice: it is not in fstab */
	{"FST003", VW_NITRO, VW_FAIL, fips_same},
	{"FST003", VW_NITRO, VW_PASS, fips_alone},
	{"FST003", VW_NITRO, VW_PASS, fips_off},
	{"FST003", VW_NITRO, VW_PASS, fips_right},
	{"FST003", VW_NITRO, VW_FAIL, fips_without_boot},
	{"FST003", VW_NITRO, VW_FAIL, fips_named},
	{"FST002", VW_NITRO, VW_FAIL, root_on_loop},
	{"FST002", VW_NITRO, VW_FAIL, root_intended},
	{"FST002", VW_NITRO, VW_PASS, root_intended_right},
	BOTH("FST004", VW_NITRO, efs, fstab_denied),
	{"FST004", VW_NITRO, VW_PASS, efs_waits},
	{"FST004", VW_NITRO, VW_PASS, efs_not_needed},
	{"FST004", VW_NITRO, VW_PASS, nfs},
	BOTH("LVM001", VW_NITRO, lvm_by_serial, lvm_denied),
	{"LVM001", VW_NITRO, VW_PASS, lvm_devices},
	{"LVM001", VW_NITRO, VW_PASS, lvm_by_name},
	{"NVM003", VW_NITRO, VW_FAIL, timeout_short},
	{"NVM003", VW_NITRO, VW_FAIL, timeout_old_name},
	{"NVM003", VW_NITRO, VW_STATUS_UNKNOWN, timeout_of_aws},
	{"NVM003", VW_NITRO, VW_PASS, timeout_of_old},
	{"IRD005", VW_NITRO, VW_STATUS_UNKNOWN, embedded},
	{"IRD005", VW_NITRO, VW_FAIL, not_embedded},
	{"KRN001", VW_NITRO, VW_STATUS_UNKNOWN, layout_not_followed},
	{"KRN004", VW_NITRO, VW_STATUS_UNKNOWN, layout_not_followed},
	{"PWR001", VW_NITRO, VW_STATUS_UNKNOWN, layout_not_followed},
	BOTH("INI001", VW_NITRO, init_gone, init_denied),
	{"INI001", VW_NITRO, VW_PASS, init_by_systemd},
	{"INI001", VW_NITRO, VW_FAIL, init_link_gone},
	{"INI001", VW_NITRO, VW_FAIL, init_without_initramfs},
	{"INI001", VW_NITRO, VW_STATUS_UNKNOWN, init_from_where},
	{"INI001", VW_NITRO, VW_STATUS_UNKNOWN, init_below},
	{"INI001", VW_NITRO, VW_STATUS_UNKNOWN, init_named},
	{"INI001", VW_NITRO, VW_FAIL, init_of_arm},
	{"INI001", VW_KVM, VW_FAIL, init_of_arm},
	{"INI001", VW_NITRO, VW_PASS, init_of_i386},
	BOTH("INI002", VW_NITRO, init_lacks, init_unread),
	{"INI002", VW_NITRO, VW_STATUS_UNKNOWN, init_lacks_all},
	{"INI002", VW_NITRO, VW_SKIP, init_gone},
	BOTH("INI003", VW_NITRO, no_proc, no_proc_nor_libraries),
	BOTH("INI004", VW_NITRO, single, target_denied),
	{"INI004", VW_NITRO, VW_FAIL, rescue_unit},
	{"INI004", VW_NITRO, VW_PASS, singleton},
	{"INI004", VW_NITRO, VW_FAIL, target_dangles},
	{"INI004", VW_NITRO, VW_PASS, target_of_none},
	BOTH("NET004", VW_NITRO, nothing_started, started_denied),
	{"NET004", VW_NITRO, VW_STATUS_UNKNOWN, first_boot},
	{"NET004", VW_NITRO, VW_STATUS_UNKNOWN, no_system},
	{"NET004", VW_NITRO, VW_PASS, by_network_manager},
	{"NET004", VW_NITRO, VW_PASS, by_netifrc},
	{"NET004", VW_NITRO, VW_PASS, by_netplan},
	{"NET004", VW_NITRO, VW_PASS, by_ifupdown},
	{"NET004", VW_NITRO, VW_FAIL, no_dhclient},
	{"NET004", VW_NITRO, VW_PASS, no_dhclient_needed},
	{"NET004", VW_NITRO, VW_FAIL, only_lo},
	{"NET004", VW_NITRO, VW_FAIL, networkd_idle},
	{"NET004", VW_NITRO, VW_PASS, networkd_by_cloud},
	BOTH("SSH001", VW_NITRO, nothing_started, started_denied),
	{"SSH001", VW_NITRO, VW_FAIL, first_boot},
	{"SSH001", VW_NITRO, VW_STATUS_UNKNOWN, first_boot_with_ssh},
	{"SSH001", VW_NITRO, VW_FAIL, no_passwd},
	{"SSH001", VW_NITRO, VW_STATUS_UNKNOWN, no_passwd_nor_system},
	{"SSH001", VW_NITRO, VW_PASS, by_dropbear},
	BOTH("KRN001", VW_NITRO, no_kernel, no_kernel_seen),
	{"KRN001", VW_NITRO, VW_FAIL, folder_empty},
	{"KRN001", VW_NITRO, VW_STATUS_UNKNOWN, modules_unread},
	{"KRN001", VW_NITRO, VW_FAIL, file_damaged},
	BOTH("KRN002", VW_NITRO, default_lost, default_untold),
	BOTH("KRN003", VW_NITRO, other_arch, file_denied),
	BOTH("KRN004", VW_NITRO, entry_stale, boot_denied),
	{"KRN004", VW_NITRO, VW_FAIL, no_entry},
	BOTH("KVM001", VW_NESTED_HOST, no_kvm, modules_denied),
	BOTH("KVM002", VW_NESTED_HOST, no_tun, modules_denied),
	BOTH("LDR001", VW_KVM, no_loader, no_loader_seen),
	{"LDR001", VW_KVM, VW_STATUS_UNKNOWN, no_loader_here},
	{"LDR001", VW_KVM, VW_STATUS_UNKNOWN, boot_denied},
	{"LDR001", VW_KVM, VW_PASS, no_bios},
	{"LDR001", VW_KVM, VW_PASS, no_uefi},
	{"LDR001", VW_XEN_HVM, VW_FAIL, no_bios},
	{"LDR001", VW_XEN_HVM, VW_PASS, no_uefi},
	{"LDR001", VW_NITRO, VW_FAIL, legacy},
	{"LDR001", VW_NITRO, VW_FAIL, mode_untold},
	{"LDR001", VW_NITRO, VW_PASS, mode_preferred},
	BOTH("MOD001", VW_NITRO, index_lost, index_denied),
	BOTH("MOD002", VW_NITRO, suffix_unread, suffix_untold),
	BOTH("NET001", VW_NITRO, pinned, net_denied),
	BOTH("NET002", VW_NITRO, net_name, net_denied),
	{"NET002", VW_NITRO, VW_PASS, net_old},
	{"NET002", VW_NITRO, VW_FAIL, net_new},
	BOTH("NET003", VW_NITRO, net_fixed, net_denied),
	BOTH("NVM001", VW_NITRO, no_nvme, modules_denied),
	BOTH("NVM002", VW_NITRO, early_nvme, nested),
	{"NVM002", VW_NITRO, VW_FAIL, early_core},
	{"NVM002", VW_NITRO, VW_FAIL, no_initramfs},
	{"NVM002", VW_NITRO, VW_FAIL, no_init},
	{"NVM002", VW_NITRO, VW_PASS, no_init_needed},
	{"NVM002", VW_NITRO, VW_SKIP, no_nvme},
	BOTH("NVM003", VW_NITRO, cmdline_bare, no_timeout_known),
	BOTH("PWR001", VW_NITRO, no_units, units_denied),
	BOTH("SEL001", VW_NITRO, enforcing, selinux_denied),
	{"SEL001", VW_NITRO, VW_FAIL, enforcing_flag},
	{"SEL001", VW_NITRO, VW_PASS, enforcing_relabel},
	BOTH("SSH002", VW_NITRO, no_host_keys, host_keys_denied),
	BOTH("SSH003", VW_NITRO, root_closed, root_mode_denied),
	BOTH("TIM001", VW_NITRO, no_chrony, chrony_denied),
	{"UEF001", VW_NITRO_ARM64, VW_PASS, arm},
	{"UEF001", VW_NITRO_ARM64, VW_FAIL, no_esp},
	{"UEF001", VW_NITRO_ARM64, VW_STATUS_UNKNOWN, esp_denied},
	BOTH("UEF002", VW_NITRO, no_esp_x86, esp_denied),
	BOTH("UEF003", VW_NITRO, empty_config, no_config),
	BOTH("VF001", VW_XEN_HVM, no_ixgbevf, modules_denied),
	BOTH("VIO001", VW_KVM, no_virtio_pci, initramfs_denied),
	BOTH("VIO002", VW_KVM, no_virtio_pci, modules_denied),
	BOTH("XEN001", VW_XEN_PV, no_xen_blkfront, initramfs_denied),
	BOTH("XEN002", VW_XEN_PV, no_xen_netfront, modules_denied),
	BOTH("XEN003", VW_XEN_PV, empty_config, no_config),
	BOTH("XEN004", VW_XEN_PV, lz4, no_compression),
};

/* The worst of what a check said: fail, then unknown, then pass, then skip. */
static enum vw_status said(const struct vw_preflight *preflight, const char *id)
{
	static const enum vw_status order[] = {VW_FAIL, VW_STATUS_UNKNOWN, VW_PASS, VW_SKIP};

	for (size_t k = 0; k < VW_COUNT(order); k++)
		for (size_t i = 0; i < preflight->finding_count; i++)
			if (vwb_text_equal(preflight->finding[i].finding.id, id) &&
			    preflight->finding[i].finding.status == order[k])
				return order[k];
	return 0;
}

/* Every case is tried, so that one run tells all that is wrong. */
static void test_each_check_says_what_is_so(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vw_preflight *preflight;
		enum vw_status status;
		struct world w;

		make_world(&w);
		cases[i].change(&w);
		preflight = hold(&w, cases[i].target);
		status = said(preflight, cases[i].id);
		if (status != cases[i].status) {
			print_error("case %zu, %s on %s: %s, not %s\n", i, cases[i].id,
				    vw_target_word(cases[i].target), vw_status_word(status),
				    vw_status_word(cases[i].status));
			wrong++;
		}
		vw_preflight_free(preflight);
	}
	assert_int_equal(wrong, 0);
}

static bool reached(const char *id, enum vw_status status)
{
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		if (vwb_text_equal(cases[i].id, id) && cases[i].status == status)
			return true;
	return false;
}

/* What IRD006 does not see is unknown by its nature. */
static void test_each_check_has_examples(void **state)
{
	const struct vw_check_word *word;

	(void)state;
	for (size_t i = 0; (word = vw_check_at(i)); i++) {
		if (!word->targets)
			continue;
		if (!reached(word->id, VW_PASS) || !reached(word->id, VW_STATUS_UNKNOWN) ||
		    (!reached(word->id, VW_FAIL) && !vwb_text_equal(word->id, "IRD006")))
			fail_msg("%s lacks an example that passes, fails or is unknown", word->id);
	}
}

static void test_the_table_is_whole_and_in_order(void **state)
{
	const struct vw_check_word *word, *before = NULL;

	(void)state;
	for (size_t i = 0; (word = vw_check_at(i)); i++, before = word) {
		assert_true(!before || strcmp(before->id, word->id) < 0);
		assert_true(word->title && word->severity);
		if (word->targets) {
			assert_true(vwb_text_starts(word->reference, "https://"));
			assert_non_null(word->remedy);
		}
	}
}

static void test_findings_are_in_order_and_speak(void **state)
{
	struct vw_preflight *preflight;
	struct world w;

	(void)state;
	make_world(&w);
	preflight = hold(&w, (1u << VW_TARGETS) - 1);
	assert_int_equal(preflight->target_count, VW_TARGETS);
	for (size_t i = 0; i < preflight->finding_count; i++) {
		const struct vw_image_finding *now = &preflight->finding[i], *last = now - (i > 0);

		assert_true(last->target <= now->target);
		assert_true(now->finding.message && *now->finding.message && now->finding.subject);
		assert_null(strchr(now->finding.message, '\n'));
		assert_true(!now->finding.remedy || !strchr(now->finding.remedy, '{'));
	}
	vw_preflight_free(preflight);
}

static enum vw_status verdict(void (*change)(struct world *w), unsigned target)
{
	struct vw_preflight *preflight;
	enum vw_status status;
	struct world w;

	make_world(&w);
	change(&w);
	preflight = hold(&w, target);
	status = preflight->status;
	vw_preflight_free(preflight);
	return status;
}

/* The verdict when only what is fatal counts. */
static enum vw_status worst(void (*change)(struct world *w), unsigned target)
{
	struct vw_preflight_request request = {.targets = target, .kernel = "all", .fail_on = VW_FATAL};
	struct vw_preflight *preflight = NULL;
	enum vw_status status;
	struct world w;

	make_world(&w);
	change(&w);
	assert_int_equal(vw_preflight(&w.facts, &request, &preflight), 0);
	status = preflight->status;
	vw_preflight_free(preflight);
	return status;
}

static void test_the_verdict_is_the_worst_that_decides(void **state)
{
	(void)state;
	assert_int_equal(verdict(nothing, VW_NITRO), VW_PASS);
	assert_int_equal(verdict(nothing, VW_NITRO | VW_XEN_HVM | VW_KVM), VW_PASS);
	assert_int_equal(verdict(early_nvme, VW_NITRO), VW_FAIL);
	assert_int_equal(verdict(early_nvme, VW_KVM), VW_PASS);
	assert_int_equal(verdict(nested, VW_NITRO), VW_STATUS_UNKNOWN);
	assert_int_equal(verdict(no_kernel, VW_KVM), VW_FAIL);
	assert_int_equal(verdict(no_chrony, VW_NITRO), VW_PASS);
}

CHANGE(too_much, w->facts.cut = true)
CHANGE(too_much_and_early_nvme, early_nvme(w); w->facts.cut = true)
CHANGE(too_much_and_no_kernel, no_kernel(w); w->facts.cut = true)

/* Where not all of an image was read, it is not known to pass nor to fail. */
static void test_too_much_to_read_is_no_verdict(void **state)
{
	struct world w;

	(void)state;
	assert_int_equal(verdict(too_much, VW_NITRO), VW_STATUS_UNKNOWN);
	assert_int_equal(verdict(too_much_and_early_nvme, VW_NITRO), VW_STATUS_UNKNOWN);
	assert_int_equal(verdict(too_much_and_no_kernel, VW_KVM), VW_STATUS_UNKNOWN);
	make_world(&w);
	too_much_and_no_kernel(&w);
	SAYS(&w, VW_KVM, "KRN001",
	     "unknown fatal /boot | the image is too much to read, else: no kernel is installed | apt-get "
	     "install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws) | -");
}

/* What kept the image from booting, and what did not: tests/labs/images/images.toml has the same in real
 * images.
 */
static void test_what_the_kernel_does_without_is_not_fatal(void **state)
{
	(void)state;
	assert_int_equal(worst(no_init, VW_NITRO), VW_FAIL);
	assert_int_equal(worst(no_init_needed, VW_NITRO), VW_PASS);
	assert_int_equal(worst(unpacks_nothing, VW_NITRO), VW_FAIL);
	assert_int_equal(worst(unpacks_nothing_needed, VW_NITRO), VW_PASS);
	assert_int_equal(worst(damaged_behind_init, VW_NITRO), VW_FAIL);
	assert_int_equal(worst(other_modules, VW_NITRO), VW_FAIL);
	assert_int_equal(worst(other_modules_unneeded, VW_NITRO), VW_PASS);
	assert_int_equal(worst(default_lost, VW_NITRO), VW_PASS);
	assert_int_equal(worst(default_of_extlinux_lost, VW_NITRO), VW_FAIL);
	assert_int_equal(worst(no_initramfs_needed, VW_NITRO), VW_PASS);
	assert_int_equal(worst(initrd_needed_by_loader, VW_NITRO), VW_FAIL);
	assert_int_equal(worst(fstab_name, VW_NITRO), VW_FAIL);
	assert_int_equal(worst(root_here, VW_NITRO), VW_PASS);
	assert_int_equal(worst(root_here, VW_KVM), VW_FAIL);
	assert_int_equal(worst(automounted, VW_NITRO), VW_PASS);
	assert_int_equal(worst(resume_untold, VW_NITRO), VW_PASS);
	assert_int_equal(worst(root_intended, VW_NITRO), VW_PASS);
	assert_int_equal(worst(no_root, VW_NITRO), VW_FAIL);
}

static void test_only_the_chosen_kernel_decides(void **state)
{
	struct vw_preflight_request request = {.targets = VW_NITRO, .kernel = "all", .fail_on = VW_FATAL};
	struct vw_image_kernel kernel[2];
	struct vw_preflight *preflight;
	struct world w;

	(void)state;
	make_world(&w);
	kernel[0] = (struct vw_image_kernel){
		.release = "7.0", .file.state = VW_ABSENT, .modules.state = VW_ABSENT};
	kernel[1] = w.kernel;
	w.facts.kernel = kernel;
	w.facts.kernel_count = 2;
	assert_int_equal(vw_preflight(&w.facts, &request, &preflight), 0);
	assert_int_equal(preflight->status, VW_PASS);
	vw_preflight_free(preflight);
	request.kernel = "7.0";
	assert_int_equal(vw_preflight(&w.facts, &request, &preflight), 0);
	assert_int_equal(preflight->status, VW_FAIL);
	vw_preflight_free(preflight);
	request.kernel = "8.0";
	assert_int_equal(vw_preflight(&w.facts, &request, &preflight), -ENOENT);
}

/* A remedy names what the distribution at hand has. */
static void test_remedies_are_those_of_the_distribution(void **state)
{
	static const struct {
		const char *id, *version, *check, *remedy;
		void (*change)(struct world *w);
	} rows[] = {
		{"debian", "13", "ENA001", "apt-get install", no_ena},
		{"rhel", "9.5", "ENA001", "dnf install", no_ena},
		{"amzn", "2023", "ENA001", "dnf install", no_ena},
		{"amzn", "2", "ENA001", "yum install", no_ena},
		{"amzn", "2018.03", "ENA001", "yum install", no_ena},
		{"rhel", "7.9", "ENA001", "yum install", no_ena},
		{"amzn", "2", "NVM002", "dracut -f", early_nvme},
		{"sles", "15.5", "ENA001", "zypper install", no_ena},
		{"alpine", "3.21", "ENA001", "apk add", no_ena},
		{"alpine", "3.21", "NVM003", "update-extlinux", cmdline_bare},
		{"alpine", "3.21", "KRN002", "update-extlinux", default_lost},
		{"alpine", "3.21", "CON001", "update-extlinux", cmdline_bare},
		{"rhel", "9.5", "CON001", "grubby", cmdline_bare},
		{"debian", "13", "CON001", "update-grub", cmdline_bare},
		{"debian", "13", "CON001", "a kernel with CONFIG_SERIAL_8250_CONSOLE", empty_config},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_preflight *preflight;
		const char *remedy = NULL;
		struct world w;

		make_world(&w);
		rows[i].change(&w);
		w.facts.os.id.text = rows[i].id;
		w.facts.os.version_id = (struct vw_text){VW_VALUE, rows[i].version, "/etc/os-release"};
		preflight = hold(&w, VW_NITRO);
		for (size_t k = 0; k < preflight->finding_count; k++)
			if (vwb_text_equal(preflight->finding[k].finding.id, rows[i].check))
				remedy = preflight->finding[k].finding.remedy;
		if (!remedy || !strstr(remedy, rows[i].remedy))
			fail_msg("%s %s: %s: %s", rows[i].id, rows[i].version, rows[i].check,
				 remedy ? remedy : "nothing");
		vw_preflight_free(preflight);
	}
}

static void test_targets_have_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VW_TARGETS; i++)
		assert_int_equal(vw_target_of(vw_target_word(1u << i)), 1u << i);
	assert_int_equal(vw_target_of("ec2"), VW_NITRO | VW_EC2_METAL);
	assert_int_equal(vw_target_of("toaster"), 0);
}

static void test_command_lines_are_read_as_the_kernel_does(void **state)
{
	const char *value = NULL;
	size_t length = 0;

	(void)state;
	assert_true(vw_cmdline_find("a=1 nvme-core.io_timeout=2 nvme_core.io-timeout=3",
				    "nvme_core.io_timeout", &value, &length));
	assert_true(length == 1 && *value == '3');
	assert_true(vw_cmdline_find("x=\"a b\" quiet", "x", &value, &length));
	assert_true(length == 3 && !strncmp(value, "a b", 3));
	assert_true(vw_cmdline_find("x quiet", "quiet", &value, &length) && !value);
	assert_false(vw_cmdline_find("x=\"a root=1\" -- root=2", "root", &value, &length));
	assert_false(vw_cmdline_find("", "root", &value, &length));
	assert_false(vw_cmdline_find("rootfs=1", "root", &value, &length));
}

static void test_drivers_have_a_state(void **state)
{
	static const char *const builtin[] = {"nvme-core"};
	struct world w;

	(void)state;
	make_world(&w);
	assert_int_equal(vw_image_driver(&w.kernel, "nvme"), VW_DRIVER_MODULE);
	assert_int_equal(vw_image_driver(&w.kernel, "none"), VW_DRIVER_ABSENT);
	w.kernel.modules.builtin = (struct vw_names){VW_VALUE, builtin, "", 1};
	assert_int_equal(vw_image_driver(&w.kernel, "nvme_core"), VW_DRIVER_BUILTIN);
	w.kernel.modules = (struct vw_module_tree){.state = VW_ABSENT};
	w.kernel.config.text = "# CONFIG_ENA_ETHERNET is not set\nCONFIG_BLK_DEV_NVME=y\nCONFIG_IXGBEVF=m\n";
	assert_int_equal(vw_image_driver(&w.kernel, "nvme"), VW_DRIVER_BUILTIN);
	assert_int_equal(vw_image_driver(&w.kernel, "ena"), VW_DRIVER_ABSENT);
	assert_int_equal(vw_image_driver(&w.kernel, "ixgbevf"), VW_DRIVER_ABSENT);
	w.kernel.config.state = VW_DENIED;
	assert_int_equal(vw_image_driver(&w.kernel, "nvme"), VW_DRIVER_UNKNOWN);
}

/* What each target asks, and how gravely. */

static void tell_severities(char told[TOLD_MAX], const struct vw_preflight *preflight)
{
	size_t length = 0;

	for (size_t i = 0; i < preflight->finding_count; i++)
		length += (size_t)snprintf(told + length, TOLD_MAX - length, "%s%s %s", i ? ", " : "",
					   preflight->finding[i].finding.id,
					   vw_severity_word(preflight->finding[i].finding.severity));
}

/* Of an image in which all is good, each check says with what severity it asks. */
static void test_severities_per_target(void **state)
{
	static const struct {
		int line;
		unsigned target;
		const char *expected;
	} rows[] = {
		{__LINE__, VW_XEN_PV,
		 "API001 fatal, CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, "
		 "INI002 "
		 "fatal, INI003 fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LVM001 fatal, "
		 "NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, SEL001 advice, SSH001 fatal, "
		 "SSH002 "
		 "fatal, SSH003 fatal, TIM001 advice, UEF002 fatal, BLK001 fatal, BLK002 fatal, CON001 "
		 "degraded, FST002 fatal, FST003 fatal, INI004 fatal, IRD001 fatal, IRD002 fatal, IRD003 "
		 "fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 fatal, MOD001 "
		 "fatal, "
		 "MOD002 fatal, XEN001 fatal, XEN002 fatal, XEN003 fatal, XEN004 fatal"},
		{__LINE__, VW_XEN_HVM,
		 "API001 fatal, CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, "
		 "INI002 "
		 "fatal, INI003 fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LDR001 fatal, "
		 "LVM001 fatal, NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, SEL001 advice, "
		 "SSH001 "
		 "fatal, SSH002 fatal, SSH003 fatal, TIM001 advice, UEF002 fatal, BLK001 fatal, BLK002 "
		 "fatal, "
		 "CON001 degraded, ENA001 degraded, FST002 fatal, FST003 fatal, INI004 fatal, IRD001 fatal, "
		 "IRD002 fatal, IRD003 fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, "
		 "KRN003 "
		 "fatal, MOD001 fatal, MOD002 fatal, VF001 degraded, XEN001 fatal, XEN002 degraded, XEN003 "
		 "degraded"},
		{__LINE__, VW_NITRO,
		 "API001 fatal, CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, "
		 "INI002 "
		 "fatal, INI003 fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LDR001 fatal, "
		 "LVM001 fatal, NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, PWR001 degraded, "
		 "SEL001 advice, SSH001 fatal, SSH002 fatal, SSH003 fatal, TIM001 advice, UEF002 fatal, "
		 "BLK001 "
		 "fatal, BLK002 fatal, CON001 degraded, ENA001 fatal, ENA002 fatal, ENA003 fatal, ENA004 "
		 "fatal, FST002 fatal, FST003 fatal, HOT001 degraded, INI004 fatal, IRD001 fatal, IRD002 "
		 "fatal, IRD003 fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 "
		 "fatal, "
		 "MOD001 fatal, MOD002 fatal, NVM001 fatal, NVM002 fatal, NVM003 degraded, UEF003 degraded"},
		{__LINE__, VW_NITRO_ARM64,
		 "API001 fatal, CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, "
		 "INI002 "
		 "fatal, INI003 fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LVM001 fatal, "
		 "NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, PWR001 degraded, SEL001 advice, "
		 "SSH001 fatal, SSH002 fatal, SSH003 fatal, TIM001 advice, UEF001 fatal, BLK001 fatal, "
		 "BLK002 "
		 "fatal, CON001 degraded, ENA001 fatal, ENA002 fatal, ENA003 fatal, ENA004 fatal, FST002 "
		 "fatal, FST003 fatal, HOT001 degraded, INI004 fatal, IRD001 fatal, IRD002 fatal, IRD003 "
		 "fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 fatal, MOD001 "
		 "fatal, "
		 "MOD002 fatal, NVM001 fatal, NVM002 fatal, NVM003 degraded"},
		{__LINE__, VW_EC2_METAL,
		 "API001 fatal, CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, "
		 "INI002 "
		 "fatal, INI003 fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LDR001 fatal, "
		 "LVM001 fatal, NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, PWR001 degraded, "
		 "SEL001 advice, SSH001 fatal, SSH002 fatal, SSH003 fatal, TIM001 advice, UEF002 fatal, "
		 "BLK001 "
		 "fatal, BLK002 fatal, CON001 degraded, ENA001 fatal, ENA002 fatal, ENA003 fatal, ENA004 "
		 "fatal, FST002 fatal, FST003 fatal, HOT001 degraded, INI004 fatal, IRD001 fatal, IRD002 "
		 "fatal, IRD003 fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 "
		 "fatal, "
		 "KVM001 advice, MOD001 fatal, MOD002 fatal, NVM001 fatal, NVM002 fatal, NVM003 degraded"},
		{__LINE__, VW_EC2_METAL_ARM64,
		 "API001 fatal, CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, "
		 "INI002 "
		 "fatal, INI003 fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LVM001 fatal, "
		 "NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, PWR001 degraded, SEL001 advice, "
		 "SSH001 fatal, SSH002 fatal, SSH003 fatal, TIM001 advice, UEF001 fatal, BLK001 fatal, "
		 "BLK002 "
		 "fatal, CON001 degraded, ENA001 fatal, ENA002 fatal, ENA003 fatal, ENA004 fatal, FST002 "
		 "fatal, FST003 fatal, HOT001 degraded, INI004 fatal, IRD001 fatal, IRD002 fatal, IRD003 "
		 "fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 fatal, KVM001 "
		 "advice, MOD001 fatal, MOD002 fatal, NVM001 fatal, NVM002 fatal, NVM003 degraded"},
		{__LINE__, VW_NESTED_HOST,
		 "API001 fatal, CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, "
		 "INI002 "
		 "fatal, INI003 fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LDR001 fatal, "
		 "LVM001 fatal, NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, PWR001 degraded, "
		 "SEL001 advice, SSH001 fatal, SSH002 fatal, SSH003 fatal, TIM001 advice, UEF002 fatal, "
		 "BLK001 "
		 "fatal, BLK002 fatal, CON001 degraded, ENA001 fatal, ENA002 fatal, ENA003 fatal, ENA004 "
		 "fatal, FST002 fatal, FST003 fatal, HOT001 degraded, INI004 fatal, IRD001 fatal, IRD002 "
		 "fatal, IRD003 fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 "
		 "fatal, "
		 "KVM001 fatal, KVM002 advice, MOD001 fatal, MOD002 fatal, NVM001 fatal, NVM002 fatal, "
		 "NVM003 "
		 "degraded"},
		{__LINE__, VW_KVM,
		 "CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, INI002 fatal, INI003 fatal, "
		 "INI005 "
		 "fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LDR001 fatal, LVM001 fatal, NET001 fatal, "
		 "NET002 fatal, NET003 advice, NET004 fatal, SEL001 advice, SSH001 fatal, SSH002 fatal, "
		 "SSH003 "
		 "fatal, BLK001 fatal, BLK002 fatal, FST002 fatal, FST003 fatal, INI004 fatal, IRD001 fatal, "
		 "IRD002 fatal, IRD003 fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, "
		 "KRN003 "
		 "fatal, MOD001 fatal, MOD002 fatal, VIO001 fatal, VIO002 fatal"},
		{__LINE__, VW_GCP,
		 "CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, INI002 fatal, "
		 "INI003 "
		 "fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LDR001 fatal, LVM001 fatal, "
		 "NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, SEL001 advice, SSH001 fatal, "
		 "SSH002 "
		 "fatal, SSH003 fatal, BLK001 fatal, BLK002 fatal, FST002 fatal, FST003 fatal, GCP001 fatal, "
		 "GCP002 fatal, GCP003 advice, INI004 fatal, IRD001 fatal, IRD002 fatal, IRD003 fatal, "
		 "IRD004 "
		 "advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 fatal, MOD001 fatal, MOD002 "
		 "fatal"},
		{__LINE__, VW_AZURE,
		 "CLI001 fatal, CLI002 advice, FST001 fatal, FST004 fatal, INI001 fatal, INI002 fatal, "
		 "INI003 "
		 "fatal, INI005 fatal, KRN001 fatal, KRN002 fatal, KRN004 fatal, LDR001 fatal, LVM001 fatal, "
		 "NET001 fatal, NET002 fatal, NET003 fatal, NET004 fatal, SEL001 advice, SSH001 fatal, "
		 "SSH002 "
		 "fatal, SSH003 fatal, AZR001 fatal, AZR002 fatal, AZR003 advice, AZR004 advice, BLK001 "
		 "fatal, "
		 "BLK002 fatal, FST002 fatal, FST003 fatal, INI004 fatal, IRD001 fatal, IRD002 fatal, IRD003 "
		 "fatal, IRD004 advice, IRD005 fatal, IRD006 advice, IRD007 fatal, KRN003 fatal, MOD001 "
		 "fatal, "
		 "MOD002 fatal"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_preflight *preflight;
		char told[TOLD_MAX] = "";
		struct world w;

		make_world(&w);
		if (rows[i].target & (VW_NITRO_ARM64 | VW_EC2_METAL_ARM64))
			arm(&w);
		preflight = hold(&w, rows[i].target);
		tell_severities(told, preflight);
		vw_preflight_free(preflight);
		compare_told(__FILE__, rows[i].line, told, rows[i].expected);
	}
}

/* Remedies. */

/* Each word of os-release(5), alone, in ID or in ID_LIKE, and whose tools it has: KRN001 names them. */
static void test_families_of_distributions(void **state)
{
	static const char apt[] =
		"apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: linux-aws)";
	static const char dnf[] = "dnf install kernel kernel-modules", yum[] = "yum install kernel",
			  zypper[] = "zypper install kernel-default", any[] = "install a kernel";
	static const struct {
		const char *id, *like, *version, *remedy;
	} rows[] = {
		{"debian", NULL, "12", apt},
		{"ubuntu", NULL, "22.04", apt},
		{"rhel", NULL, "9.5", dnf},
		{"rhel", NULL, "8", dnf},
		{"rhel", NULL, "7.9", yum},
		{"rhel", NULL, "7", yum},
		{"rhel", NULL, "6.10", yum},
		{"rhel", NULL, "60", dnf},
		{"rhel", NULL, "77.1", dnf},
		{"rhel", NULL, "5.11", dnf},
		{"fedora", NULL, "41", dnf},
		{"centos", NULL, "7", yum},
		{"centos", NULL, "9", dnf},
		{"amzn", NULL, "2023", dnf},
		{"amzn", NULL, "2", yum},
		{"amzn", NULL, "2018.03", yum},
		{"amzn", NULL, "2017.09", yum},
		{"amzn", NULL, "7", dnf},
		{"rocky", NULL, "9", dnf},
		{"almalinux", NULL, "9", dnf},
		{"ol", NULL, "8.10", dnf},
		{"ol", NULL, "7.9", yum},
		{"suse", NULL, "1", zypper},
		{"sles", NULL, "15.5", zypper},
		{"opensuse", NULL, "42", zypper},
		{"opensuse-leap", NULL, "15.6", zypper},
		{"opensuse-tumbleweed", NULL, "20260101", zypper},
		{"sle_hpc", NULL, "15.4", zypper},
		{"alpine", NULL, "3.21", "apk add linux-virt"},
		{"arch", NULL, "", "pacman -S linux"},
		{"gentoo", NULL, "2", any},
		{"linuxmint", "ubuntu debian", "22", apt},
		{"virtuozzo", "rhel fedora", "7", yum},
		{"sled", "suse", "15", zypper},
		{"postmarketos", "alpine", "24", "apk add linux-virt"},
		{"manjaro", "arch", "", "pacman -S linux"},
		{"debian", "rhel", "7", apt},
		{"debi", "deb ian", "7", any},
		{NULL, "debian", "12", apt},
		{NULL, NULL, NULL, any},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char expected[512];
		struct world w;

		make_world(&w);
		no_kernel(&w);
		w.facts.os.id =
			(struct vw_text){rows[i].id ? VW_VALUE : VW_ABSENT, rows[i].id, "/etc/os-release"};
		w.facts.os.id_like = (struct vw_text){rows[i].like ? VW_VALUE : VW_ABSENT, rows[i].like,
						      "/etc/os-release"};
		w.facts.os.version_id = (struct vw_text){rows[i].version ? VW_VALUE : VW_ABSENT,
							 rows[i].version, "/etc/os-release"};
		snprintf(expected, sizeof(expected), "fail fatal /boot | no kernel is installed | %s | -",
			 rows[i].remedy);
		check_says(rows[i].id ? rows[i].id : "no ID", (int)i, &w, VW_KVM, "KRN001", expected);
	}
}

/* Each remedy in the words of each family, and of none. */
static void test_remedies_of_each_family(void **state)
{
	static const struct {
		int line;
		const char *check;
		unsigned target;
		void (*change)(struct world *w);
		const char *expected;
	} rows[] = {
		{__LINE__, "AZR001", VW_AZURE, no_hv_vmbus,
		 "echo hv_vmbus >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9\n"
		 "echo 'add_drivers+=\" hv_vmbus \"' > /etc/dracut.conf.d/hv_vmbus.conf && dracut -f --kver "
		 "6.1.0-9\n"
		 "echo 'add_drivers+=\" hv_vmbus \"' > /etc/dracut.conf.d/hv_vmbus.conf && dracut -f --kver "
		 "6.1.0-9\n"
		 "echo 'add_drivers+=\" hv_vmbus \"' > /etc/dracut.conf.d/hv_vmbus.conf && dracut -f --kver "
		 "6.1.0-9\n"
		 "add hv_vmbus to features= in /etc/mkinitfs/mkinitfs.conf, then: mkinitfs 6.1.0-9\n"
		 "add hv_vmbus to MODULES=() in /etc/mkinitcpio.conf, then: mkinitcpio -P\n"
		 "add hv_vmbus, hv_storvsc and sd_mod to the initramfs of kernel 6.1.0-9"},
		{__LINE__, "CON001", VW_NITRO, cmdline_bare,
		 "add console=ttyS0 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub\n"
		 "grubby --update-kernel=ALL --args=console=ttyS0\n"
		 "grubby --update-kernel=ALL --args=console=ttyS0\n"
		 "add console=ttyS0 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: grub2-mkconfig -o "
		 "/boot/grub2/grub.cfg\n"
		 "add console=ttyS0 to default_kernel_opts in /etc/update-extlinux.conf, then: "
		 "update-extlinux\n"
		 "add console=ttyS0 to the kernel's command line\n"
		 "add console=ttyS0 to the kernel's command line"},
		{__LINE__, "ENA001", VW_NITRO, no_ena,
		 "apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws)\n"
		 "dnf install kernel-modules kernel-modules-extra, of a kernel that has ena\n"
		 "yum install kernel, one that has ena\n"
		 "zypper install kernel-default (not kernel-default-base)\n"
		 "apk add linux-lts\n"
		 "install a kernel that has ena\n"
		 "install a kernel that has ena"},
		{__LINE__, "IRD001", VW_NITRO, initramfs_damaged,
		 "update-initramfs -c -k 6.1.0-9\n"
		 "dracut -f --kver 6.1.0-9\n"
		 "dracut -f --kver 6.1.0-9\n"
		 "dracut -f --kver 6.1.0-9\n"
		 "mkinitfs 6.1.0-9\n"
		 "mkinitcpio -P\n"
		 "make the initramfs of kernel 6.1.0-9 again; is the disk full?"},
		{__LINE__, "IRD003", VW_NITRO, early_ext4,
		 "echo ext4 >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9\n"
		 "echo 'add_drivers+=\" ext4 \"' > /etc/dracut.conf.d/ext4.conf && dracut -f --kver 6.1.0-9\n"
		 "echo 'add_drivers+=\" ext4 \"' > /etc/dracut.conf.d/ext4.conf && dracut -f --kver 6.1.0-9\n"
		 "echo 'add_drivers+=\" ext4 \"' > /etc/dracut.conf.d/ext4.conf && dracut -f --kver 6.1.0-9\n"
		 "add ext4 to features= in /etc/mkinitfs/mkinitfs.conf, then: mkinitfs 6.1.0-9\n"
		 "add ext4 to MODULES=() in /etc/mkinitcpio.conf, then: mkinitcpio -P\n"
		 "add ext4 to the initramfs of kernel 6.1.0-9"},
		{__LINE__, "IRD004", VW_NITRO, host_only,
		 "set MODULES=most in /etc/initramfs-tools/initramfs.conf, then: update-initramfs -u -k all\n"
		 "dracut -f --no-hostonly --kver 6.1.0-9\n"
		 "dracut -f --no-hostonly --kver 6.1.0-9\n"
		 "dracut -f --no-hostonly --kver 6.1.0-9\n"
		 "make the initramfs with the drivers of all machines\n"
		 "take autodetect out of HOOKS=() in /etc/mkinitcpio.conf, then: mkinitcpio -P\n"
		 "make the initramfs with the drivers of all machines"},
		{__LINE__, "KRN001", VW_NITRO, no_kernel,
		 "apt-get install linux-image-cloud-amd64 (arm64: linux-image-cloud-arm64; Ubuntu: "
		 "linux-aws)\n"
		 "dnf install kernel kernel-modules\n"
		 "yum install kernel\n"
		 "zypper install kernel-default\n"
		 "apk add linux-virt\n"
		 "pacman -S linux\n"
		 "install a kernel"},
		{__LINE__, "KRN002", VW_NITRO, default_lost,
		 "set GRUB_DEFAULT=0 in /etc/default/grub, then: update-grub\n"
		 "grubby --set-default /boot/vmlinuz-RELEASE, of a kernel that is installed\n"
		 "grubby --set-default /boot/vmlinuz-RELEASE, of a kernel that is installed\n"
		 "grub2-set-default 0\n"
		 "set default= in /etc/update-extlinux.conf, then: update-extlinux\n"
		 "choose an entry that exists as the default\n"
		 "choose an entry that exists as the default"},
		{__LINE__, "KRN004", VW_NITRO, entry_stale,
		 "update-grub\n"
		 "grub2-mkconfig -o /boot/grub2/grub.cfg\n"
		 "grub2-mkconfig -o /boot/grub2/grub.cfg\n"
		 "grub2-mkconfig -o /boot/grub2/grub.cfg\n"
		 "grub-mkconfig -o /boot/grub/grub.cfg, or update-extlinux\n"
		 "grub-mkconfig -o /boot/grub/grub.cfg\n"
		 "make the boot loader's configuration again"},
		{__LINE__, "NVM002", VW_NITRO, early_nvme,
		 "echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k 6.1.0-9\n"
		 "echo 'add_drivers+=\" nvme \"' > /etc/dracut.conf.d/nvme.conf && dracut -f --kver 6.1.0-9\n"
		 "echo 'add_drivers+=\" nvme \"' > /etc/dracut.conf.d/nvme.conf && dracut -f --kver 6.1.0-9\n"
		 "echo 'add_drivers+=\" nvme \"' > /etc/dracut.conf.d/nvme.conf && dracut -f --kver 6.1.0-9\n"
		 "add nvme to features= in /etc/mkinitfs/mkinitfs.conf, then: mkinitfs 6.1.0-9\n"
		 "add nvme to MODULES=() in /etc/mkinitcpio.conf, then: mkinitcpio -P\n"
		 "add nvme to the initramfs of kernel 6.1.0-9"},
		{__LINE__, "NVM003", VW_NITRO, cmdline_bare,
		 "add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
		 "update-grub\n"
		 "grubby --update-kernel=ALL --args=nvme_core.io_timeout=4294967295\n"
		 "grubby --update-kernel=ALL --args=nvme_core.io_timeout=4294967295\n"
		 "add nvme_core.io_timeout=4294967295 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
		 "grub2-mkconfig -o /boot/grub2/grub.cfg\n"
		 "add nvme_core.io_timeout=4294967295 to default_kernel_opts in /etc/update-extlinux.conf, "
		 "then: update-extlinux\n"
		 "add nvme_core.io_timeout=4294967295 to the kernel's command line\n"
		 "add nvme_core.io_timeout=4294967295 to the kernel's command line"},
	};
	static const char *const systems[][2] = {{"debian", "12"}, {"rhel", "9"},   {"rhel", "7"},
						 {"sles", "15"},   {"alpine", "3"}, {"arch", ""},
						 {"gentoo", ""}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char told[TOLD_MAX] = "";
		size_t length = 0;

		for (size_t k = 0; k < VW_COUNT(systems); k++) {
			struct vw_preflight *preflight;
			struct world w;

			make_world(&w);
			rows[i].change(&w);
			w.facts.os.id.text = systems[k][0];
			w.facts.os.version_id = (struct vw_text){VW_VALUE, systems[k][1], "/etc/os-release"};
			preflight = hold(&w, rows[i].target);
			for (size_t n = 0; n < preflight->finding_count; n++)
				if (vwb_text_equal(preflight->finding[n].finding.id, rows[i].check) &&
				    preflight->finding[n].finding.status == VW_FAIL)
					length += (size_t)snprintf(told + length, sizeof(told) - length,
								   "%s%s", length ? "\n" : "",
								   preflight->finding[n].finding.remedy);
			vw_preflight_free(preflight);
		}
		compare_told(__FILE__, rows[i].line, told, rows[i].expected);
	}
}

/* Names of an image that somebody else made: in each place from which a remedy may take its subject. */
static void take_names(struct world *w, const char *name, char device[64])
{
	static struct vw_names several;
	static const char *names[1];

	names[0] = name;
	several = (struct vw_names){VW_VALUE, names, name, 1};
	snprintf(device, 64, "/dev/sda%s", name);
	w->kernel.release = name;
	w->tree[0].folder = name;
	w->kernel.file.path = w->kernel.initramfs.path = name;
	w->facts.boot.default_lost = name;
	w->entry[0].kernel = name;
	w->entry[0].kernel_at = NULL;
	w->initrd[0] = name;
	w->initrd_at[0] = NULL;
	w->mount[0].what = device;
	w->conf[0] = (struct vw_netconf){
		.kind = "link", .source = name, .interface = "eth0", .address = name, .mac = name};
	w->line[0].source = name;
	w->facts.persistent_net = (struct vw_lines){VW_VALUE, 1, w->line};
	w->extra[0] = (struct vw_module){.name = name, .path = name, .info = {.state = VW_VALUE}};
	w->kernel.modules.extra = w->extra;
	w->kernel.modules.extra_count = 1;
	w->kernel.modules.suffixes = several;
	w->kernel.initramfs.lacking = w->facts.host_keys = w->facts.dkms = several;
	w->kernel.file.compression = name;
	w->facts.os.arch.source = name;
}

/* Remedies are pasted into a shell: no name of the image may be more than a name there. */
static void test_no_name_of_an_image_reaches_a_shell(void **state)
{
	static const char *const names[] = {"$(x)", "a;x", "`x`", "-x",  "a x",  "a\nx", "a|x",
					    "a&x",  "a>x", "a<x", "a'x", "a\"x", "a\\x", "a*x",
					    "a?x",  "a~x", "a#x", "a!x", "a{x",  "a[x",  "a\x80x"};
	static const char *const systems[] = {"debian", "rhel", "sles", "alpine", "arch", "gentoo"};
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(names) * VW_COUNT(systems); i++) {
		const char *name = names[i % VW_COUNT(names)];
		struct vw_preflight *preflight;
		char device[64];
		struct world w;

		make_world(&w);
		w.kernel.config.text = "CONFIG_MODULE_SIG_FORCE=y\n";
		take_names(&w, name, device);
		w.facts.os.id.text = systems[i / VW_COUNT(names)];
		preflight = hold(&w, (1u << VW_TARGETS) - 1);
		for (size_t k = 0; k < preflight->finding_count; k++) {
			const char *remedy = preflight->finding[k].finding.remedy;

			told += remedy != NULL && (strstr(remedy, "KERNEL") || strstr(remedy, "NAME"));
			if (remedy && (strstr(remedy, name) || strstr(remedy, device)))
				/* "-x" is what a remedy may say itself: "grubby --x", never alone. */
				if (*name != '-' || strstr(remedy, " -x"))
					fail_msg("%s: %s", preflight->finding[k].finding.id, remedy);
		}
		vw_preflight_free(preflight);
	}
	assert_true(told > VW_COUNT(names) * VW_COUNT(systems) * 100);
}

/* In each remedy that has a name, the stand-in is where the name was. */
static void test_stand_ins_for_names(void **state)
{
	static const struct {
		int line;
		const char *check;
		unsigned target;
		const char *expected;
	} rows[] = {
		{__LINE__, "ENA004", VW_NITRO,
		 "fail degraded $(x);y | $(x);y has no signature, and kernel $(x);y loads none without | "
		 "sign NAME with a key that kernel KERNEL trusts | $(x);y"},
		{__LINE__, "FST001", VW_NITRO,
		 "fail fatal /dev/sda$(x);y | /etc/fstab:1 /dev/sda$(x);y on /: a Nitro instance may call it "
		 "otherwise, use its UUID | replace NAME by UUID= and what blkid -s UUID tells of it | "
		 "/etc/fstab:1"},
		{__LINE__, "IRD007", VW_NITRO,
		 "fail fatal $(x);y | init of $(x);y needs $(x);y, which is not in it | update-initramfs -c "
		 "-k KERNEL | $(x);y"},
		{__LINE__, "KRN003", VW_NITRO,
		 "fail fatal $(x);y | $(x);y says that it is 6.1.0-9; its modules would be looked for below "
		 "that name | install the kernel package for the target's machine, or reinstall KERNEL | "
		 "$(x);y"},
		{__LINE__, "MOD001", VW_NITRO,
		 "fail fatal $(x);y | modules.dep of kernel $(x);y is not there: nvme cannot be loaded by "
		 "name | depmod -a KERNEL | /lib/modules/6.1.0-9"},
		{__LINE__, "NET001", VW_NITRO,
		 "fail fatal $(x);y | $(x);y binds an interface's name to a hardware address, which the next "
		 "instance does not have | delete NAME, or what names a hardware address in it | $(x);y\n"
		 "fail fatal $(x);y | $(x);y is bound to the hardware address $(x);y, which the next "
		 "instance does not have | delete NAME, or what names a hardware address in it | $(x);y"},
		{__LINE__, "NET003", VW_NITRO,
		 "fail fatal $(x);y | $(x);y gives the fixed address $(x);y | use DHCP in NAME | $(x);y"},
		{__LINE__, "NVM002", VW_NITRO,
		 "fail fatal nvme | nvme, for NVMe disks, is a module of kernel $(x);y and not in $(x);y | "
		 "echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k KERNEL | $(x);y"},
		{__LINE__, "VIO001", VW_KVM,
		 "fail fatal virtio_blk | virtio_blk, for virtio disks, is a module of kernel $(x);y and not "
		 "in $(x);y | echo virtio_blk >> /etc/initramfs-tools/modules && update-initramfs -u -k "
		 "KERNEL | $(x);y"},
	};
	char device[64];
	struct world w;

	(void)state;
	make_world(&w);
	w.kernel.config.text = "CONFIG_MODULE_SIG_FORCE=y\n";
	take_names(&w, "$(x);y", device);
	w.kernel.modules.index = VW_ABSENT;
	change_drivers(&w, "~nvme ~virtio_blk ~sd_mod");
	for (size_t i = 0; i < MODULES; i++)
		w.module[i].info.state = VW_NOT_PROBED;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		check_says(__FILE__, rows[i].line, &w, rows[i].target, rows[i].check, rows[i].expected);
}

/* Every byte that a name may have, and none besides; a '-' not at its begin; no empty name. */
static void test_which_names_fit_a_shell(void **state)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+:/@=-";
	struct world w;

	(void)state;
	for (int c = 1; c < 256; c++) {
		for (size_t at = 0; at < 3; at++) {
			char name[] = "abc", expected[256], told[TOLD_MAX] = "";
			struct vw_preflight *preflight;
			bool fits = strchr(fit, c) && !(c == '-' && at == 0);

			name[at] = (char)c;
			make_world(&w);
			add_extra(&w, VW_VALUE, "6.1.0-9 SMP");
			w.extra[0].name = name;
			w.kernel.config.text = "CONFIG_MODULE_SIG_FORCE=y\n";
			preflight = hold(&w, VW_NITRO);
			for (size_t i = 0; i < preflight->finding_count; i++)
				if (vwb_text_equal(preflight->finding[i].finding.id, "ENA004"))
					snprintf(told, sizeof(told), "%s",
						 preflight->finding[i].finding.remedy);
			vw_preflight_free(preflight);
			snprintf(expected, sizeof(expected), "sign %s with a key that kernel 6.1.0-9 trusts",
				 fits ? name : "NAME");
			compare_told("byte", c, told, expected);
		}
	}
	make_world(&w);
	no_kernel(&w);
	w.facts.boot.default_lost = "";
	SAYS(&w, VW_NITRO, "KRN002",
	     "fail degraded  | the default entry '' does not exist | set GRUB_DEFAULT=0 in "
	     "/etc/default/grub, "
	     "then: update-grub | -");
	make_world(&w);
	add_extra(&w, VW_VALUE, "6.1.0-9 SMP");
	w.extra[0].name = "";
	w.kernel.config.text = "CONFIG_MODULE_SIG_FORCE=y\n";
	SAYS(&w, VW_NITRO, "ENA004",
	     "fail degraded  | updates/ena.ko has no signature, and kernel 6.1.0-9 loads none without | sign "
	     "NAME with a key that kernel 6.1.0-9 trusts | updates/ena.ko");
}

static void join(char joined[TOLD_MAX], const char *const *names)
{
	size_t length = 0;

	*joined = '\0';
	for (; *names; names++)
		length += (size_t)snprintf(joined + length, TOLD_MAX - length, "%s%s", length ? " " : "",
					   *names);
}

/* What is read of an image is what its checks ask for. */
static void test_what_is_read_for_the_checks(void **state)
{
	const char *modules[VW_CHECKED_MODULES];
	char names[TOLD_MAX];

	(void)state;
	join(names, vw_checked_units);
	assert_string_equal(names, "systemd-logind acpid ssh sshd dropbear");
	join(names, vw_checked_groups);
	assert_string_equal(names, "kvm");
	vw_checked_modules(modules);
	join(names, modules);
	assert_string_equal(
		names,
		"nvme nvme_core ena ixgbevf xen_blkfront xen_netfront virtio_pci virtio_blk virtio_net "
		"virtio_scsi sd_mod gve hv_vmbus hv_storvsc hv_netvsc mana ext4 xfs btrfs");
}

/* Verdicts. */

/* A failure counts from the limit on, an unknown only when it is fatal, and a failure before it. */
static void test_limits_of_severity(void **state)
{
	static const enum vw_severity severities[] = {VW_ADVICE, VW_DEGRADED, VW_FATAL};

	(void)state;
	for (size_t s = 0; s < VW_COUNT(severities); s++) {
		for (size_t l = 0; l < VW_COUNT(severities); l++) {
			struct vw_finding finding[3] = {{.status = VW_PASS, .severity = VW_FATAL},
							{.status = VW_FAIL, .severity = severities[s]},
							{.status = VW_SKIP, .severity = VW_FATAL}};

			assert_int_equal(vw_findings_status(finding, 3, severities[l]),
					 s >= l ? VW_FAIL : VW_PASS);
			finding[1].status = VW_STATUS_UNKNOWN;
			assert_int_equal(vw_findings_status(finding, 3, severities[l]),
					 severities[s] == VW_FATAL ? VW_STATUS_UNKNOWN : VW_PASS);
			finding[0] = (struct vw_finding){.status = VW_FAIL, .severity = severities[l]};
			assert_int_equal(vw_findings_status(finding, 3, severities[l]), VW_FAIL);
			finding[2] = finding[0];
			finding[0] = (struct vw_finding){.status = VW_STATUS_UNKNOWN, .severity = VW_FATAL};
			assert_int_equal(vw_findings_status(finding, 3, severities[l]), VW_FAIL);
			assert_int_equal(vw_findings_status(finding, 1, severities[l]), VW_STATUS_UNKNOWN);
			assert_int_equal(vw_findings_status(finding, 0, severities[l]), VW_PASS);
		}
	}
}

/* "fail: 1 fatal, 2 degraded, 0 advice, 3 unknown, 4 passed" */
static void check_verdict(int line, const struct world *w, unsigned target, enum vw_severity fail_on,
			  const char *expected)
{
	struct vw_preflight_request request = {.targets = target, .fail_on = fail_on, .ami = &w->ami};
	struct vw_preflight *preflight = hold_by(w, &request);
	const struct vw_target_verdict *verdict = preflight->target;
	char told[TOLD_MAX];

	assert_int_equal(preflight->target_count, 1);
	assert_int_equal(preflight->status, verdict->status);
	assert_int_equal(preflight->fail_on, fail_on);
	assert_ptr_equal(preflight->image, &w->facts);
	assert_int_equal(verdict->target, target);
	snprintf(told, sizeof(told), "%s: %zu fatal, %zu degraded, %zu advice, %zu unknown, %zu passed",
		 vw_status_word(verdict->status), verdict->fatal, verdict->degraded, verdict->advice,
		 verdict->unknown, verdict->passed);
	vw_preflight_free(preflight);
	compare_told(__FILE__, line, told, expected);
}

#define VERDICT(change, fail_on, expected)                                \
	do {                                                              \
		make_world(&w);                                           \
		change(&w);                                               \
		check_verdict(__LINE__, &w, VW_NITRO, fail_on, expected); \
	} while (0)

static void test_verdicts_count_what_was_found(void **state)
{
	struct world w;

	(void)state;
	VERDICT(nothing, VW_ADVICE, "pass: 0 fatal, 0 degraded, 0 advice, 0 unknown, 50 passed");
	VERDICT(no_chrony, VW_ADVICE, "fail: 0 fatal, 0 degraded, 1 advice, 0 unknown, 49 passed");
	VERDICT(no_chrony, VW_DEGRADED, "pass: 0 fatal, 0 degraded, 1 advice, 0 unknown, 49 passed");
	VERDICT(no_units, VW_ADVICE, "fail: 0 fatal, 1 degraded, 0 advice, 0 unknown, 49 passed");
	VERDICT(no_units, VW_DEGRADED, "fail: 0 fatal, 1 degraded, 0 advice, 0 unknown, 49 passed");
	VERDICT(no_units, VW_FATAL, "pass: 0 fatal, 1 degraded, 0 advice, 0 unknown, 49 passed");
	VERDICT(early_nvme, VW_ADVICE, "fail: 1 fatal, 0 degraded, 0 advice, 0 unknown, 49 passed");
	VERDICT(early_nvme, VW_DEGRADED, "fail: 1 fatal, 0 degraded, 0 advice, 0 unknown, 49 passed");
	VERDICT(early_nvme, VW_FATAL, "fail: 1 fatal, 0 degraded, 0 advice, 0 unknown, 49 passed");
	VERDICT(units_denied, VW_DEGRADED, "pass: 0 fatal, 0 degraded, 0 advice, 1 unknown, 49 passed");
	VERDICT(list_denied, VW_FATAL, "unknown: 0 fatal, 1 degraded, 0 advice, 5 unknown, 44 passed");
	VERDICT(no_config, VW_FATAL, "pass: 0 fatal, 0 degraded, 0 advice, 3 unknown, 47 passed");
	VERDICT(no_nvme, VW_FATAL, "fail: 1 fatal, 0 degraded, 0 advice, 0 unknown, 48 passed");
}

static void test_the_worst_target_is_the_images_verdict(void **state)
{
	static const struct {
		unsigned targets;
		enum vw_status status;
	} rows[] = {
		{VW_NITRO | VW_KVM | VW_GCP, VW_FAIL}, /* NVMe is left out */
		{VW_KVM | VW_AZURE, VW_PASS},
		{VW_KVM | VW_XEN_PV, VW_STATUS_UNKNOWN}, /* its compression is not known */
		{VW_XEN_PV | VW_NITRO, VW_FAIL},
	};
	struct world w;

	(void)state;
	make_world(&w);
	early_nvme(&w);
	no_compression(&w);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_preflight *preflight = hold(&w, rows[i].targets);

		assert_int_equal(preflight->status, rows[i].status);
		vw_preflight_free(preflight);
	}
}

static void test_no_target_is_no_failure(void **state)
{
	struct vw_preflight *preflight;
	struct world w;

	(void)state;
	make_world(&w);
	no_kernel(&w);
	preflight = hold(&w, 0);
	assert_int_equal(preflight->status, VW_PASS);
	assert_int_equal(preflight->target_count, 0);
	assert_int_equal(preflight->finding_count, 0);
	vw_preflight_free(preflight);
}

/* Wherever memory ends, it is told, and no verdict is given; qsort() does without. */
static void test_memory_that_ends(void **state)
{
	struct vw_preflight_request request = {.targets = (1u << VW_TARGETS) - 1, .fail_on = VW_DEGRADED};
	struct vw_preflight *whole, *preflight;
	unsigned long number;
	struct world w;
	bool ended = true;

	(void)state;
	make_world(&w);
	whole = hold_by(&w, &request);
	for (number = 1; ended && number < 1000; number++) {
		int r;

		preflight = NULL;
		if (!memory_ends_at(number)) {
			vw_preflight_free(whole);
			LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
		}
		r = vw_preflight(&w.facts, &request, &preflight);
		ended = memory_had_ended();
		if (r != 0 && (!ended || r != -ENOMEM || preflight))
			fail_msg("allocation %lu: %d", number, r);
		for (size_t i = 0; preflight && i < whole->finding_count; i++)
			assert_string_equal(preflight->finding[i].finding.message,
					    whole->finding[i].finding.message);
		vw_preflight_free(preflight);
	}
	vw_preflight_free(whole);
	assert_true(number > 4 && number < 1000);
}

/* A message has room for 1023 bytes, whatever an image calls its files. */
static void test_long_messages_are_cut(void **state)
{
	struct vw_preflight *preflight;
	char name[2048];
	struct world w;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	make_world(&w);
	w.facts.boot.default_lost = w.kernel.file.path = name;
	preflight = hold(&w, VW_KVM);
	for (size_t i = 0; i < preflight->finding_count; i++)
		if (vwb_text_has_word("KRN002 KRN003", preflight->finding[i].finding.id))
			assert_int_equal(strlen(preflight->finding[i].finding.message), 1023);
	vw_preflight_free(preflight);
}

/* Which kernel decides. */

struct kernels {
	struct world w;
	struct vw_image_kernel kernel[4];
};

enum { KERNELS = 3 };

/* The newest has no file, the second is good, the third has no modules; one behind the end is no kernel. */
static void make_kernels(struct kernels *k)
{
	make_world(&k->w);
	for (size_t i = 0; i < VW_COUNT(k->kernel); i++) {
		k->kernel[i] = k->w.kernel;
		k->kernel[i].is_default = false;
	}
	k->kernel[0].release = "7.0";
	k->kernel[0].file.state = VW_ABSENT;
	k->kernel[2].release = "5.0";
	k->kernel[2].file.version = NULL;
	k->kernel[2].modules = (struct vw_module_tree){.state = VW_ABSENT};
	k->w.facts.kernel = k->kernel;
	k->kernel[3].release = "8.0";
	k->kernel[3].is_default = true;
	k->w.facts.kernel_count = KERNELS;
}

/* Of KRN003: "7.0 fail decides, 6.1.0-9 pass". */
static void check_kernels(int line, const struct kernels *k, const char *kernel, enum vw_status status,
			  const char *expected)
{
	struct vw_preflight_request request = {.targets = VW_NITRO, .kernel = kernel, .fail_on = VW_FATAL};
	struct vw_preflight *preflight = hold_by(&k->w, &request);
	char told[TOLD_MAX] = "";
	size_t length = 0;

	for (size_t i = 0; i < preflight->finding_count; i++) {
		const struct vw_image_finding *said = &preflight->finding[i];

		if (vwb_text_equal(said->finding.id, "KRN003"))
			length += (size_t)snprintf(told + length, sizeof(told) - length, "%s%s %s%s",
						   length ? ", " : "", said->kernel,
						   vw_status_word(said->finding.status),
						   said->decides ? " decides" : "");
		else if (vwb_text_equal(said->finding.id, "KRN001"))
			assert_true(said->decides && !said->kernel);
	}
	compare_told(__FILE__, line, told, expected);
	assert_int_equal(preflight->status, status);
	vw_preflight_free(preflight);
}

static void test_the_default_kernel_decides(void **state)
{
	struct kernels k;
	struct vw_preflight_request request = {.targets = VW_NITRO, .kernel = "8.0", .fail_on = VW_FATAL};
	struct vw_preflight *preflight;

	(void)state;
	make_kernels(&k);
	check_kernels(__LINE__, &k, NULL, VW_FAIL, "7.0 fail decides, 6.1.0-9 pass, 5.0 pass");
	check_kernels(__LINE__, &k, "all", VW_FAIL, "7.0 fail decides, 6.1.0-9 pass, 5.0 pass");
	check_kernels(__LINE__, &k, "default", VW_FAIL, "7.0 fail decides");
	check_kernels(__LINE__, &k, "6.1.0-9", VW_PASS, "6.1.0-9 pass decides");
	check_kernels(__LINE__, &k, "5.0", VW_FAIL, "5.0 pass decides");
	k.kernel[1].is_default = true;
	check_kernels(__LINE__, &k, NULL, VW_PASS, "7.0 fail, 6.1.0-9 pass decides, 5.0 pass");
	check_kernels(__LINE__, &k, "all", VW_PASS, "7.0 fail, 6.1.0-9 pass decides, 5.0 pass");
	check_kernels(__LINE__, &k, "default", VW_PASS, "6.1.0-9 pass decides");
	check_kernels(__LINE__, &k, "7.0", VW_FAIL, "7.0 fail decides");
	assert_int_equal(vw_preflight(&k.w.facts, &request, &preflight), -ENOENT);
	k.w.facts.kernel_count = 0;
	check_kernels(__LINE__, &k, "default", VW_FAIL, "");
}

/* What a fatal failure breaks stands in the check's row, and each finding has it of its check. */
static void test_findings_tell_what_breaks(void **state)
{
	static const struct {
		const char *id;
		enum vw_breaks breaks;
	} rows[] = {
		{"API001", VW_BREAKS_START},   {"BLK001", VW_BREAKS_BOOT},    {"CLI001", VW_BREAKS_REACH},
		{"ENA001", VW_BREAKS_REACH},   {"HOT001", VW_BREAKS_NOTHING}, {"KRN003", VW_BREAKS_BOOT},
		{"KVM001", VW_BREAKS_HOSTING}, {"NET003", VW_BREAKS_REACH},   {"NVM001", VW_BREAKS_BOOT},
	};
	struct vw_preflight *preflight;
	const struct vw_check_word *word;
	struct kernels k;

	(void)state;
	make_kernels(&k);
	preflight = hold(&k.w, VW_NESTED_HOST);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		size_t found = 0;

		for (size_t n = 0; n < preflight->finding_count; n++) {
			if (!vwb_text_equal(preflight->finding[n].finding.id, rows[i].id))
				continue;
			assert_int_equal(preflight->finding[n].breaks, rows[i].breaks);
			found++;
		}
		assert_true(found);
	}
	vw_preflight_free(preflight);
	for (size_t i = 0; (word = vw_check_at(i)); i++)
		assert_true(word->breaks != VW_BREAKS_NOTHING || word->severity != VW_FATAL);
}

/* Findings stand by target, then by kernel as the image has them, then by check. */
static void test_the_order_of_findings(void **state)
{
	struct vw_preflight *preflight;
	struct kernels k;
	size_t order = 0;

	(void)state;
	make_kernels(&k);
	preflight = hold(&k.w, VW_KVM | VW_NITRO | VW_AZURE);
	for (size_t i = 1; i < preflight->finding_count; i++) {
		const struct vw_image_finding *last = &preflight->finding[i - 1], *now = last + 1;
		size_t before = order;

		assert_true(last->target <= now->target);
		order = 0;
		for (size_t n = 0; n < KERNELS; n++)
			if (vwb_text_equal(now->kernel, k.kernel[n].release))
				order = n + 1;
		if (last->target == now->target)
			assert_true(before < order ||
				    (before == order && strcmp(last->finding.id, now->finding.id) <= 0));
	}
	assert_int_equal(preflight->target_count, 3);
	assert_int_equal(preflight->target[0].target, VW_NITRO);
	assert_int_equal(preflight->target[1].target, VW_KVM);
	assert_int_equal(preflight->target[2].target, VW_AZURE);
	vw_preflight_free(preflight);
}

/* What a finding has besides what its check says. */
static void test_findings_have_their_checks_reference(void **state)
{
	struct vw_preflight *preflight;
	struct world w;

	(void)state;
	make_world(&w);
	empty_config(&w);
	list_denied(&w);
	preflight = hold(&w, (1u << VW_TARGETS) - 1);
	for (size_t i = 0; i < preflight->finding_count; i++) {
		const struct vw_finding *finding = &preflight->finding[i].finding;
		const struct vw_check_word *word = NULL;

		for (size_t n = 0; (word = vw_check_at(n)) && !vwb_text_equal(word->id, finding->id); n++)
			;
		assert_non_null(word);
		assert_true(word->targets & preflight->finding[i].target);
		assert_string_equal(finding->reference, word->reference);
		assert_int_equal(finding->remedy != NULL,
				 finding->status == VW_FAIL || finding->status == VW_STATUS_UNKNOWN);
	}
	vw_preflight_free(preflight);
}

static void test_words_of_targets(void **state)
{
	static const struct {
		unsigned target;
		const char *word;
	} rows[] = {
		{VW_XEN_PV, "xen-pv"},
		{VW_XEN_HVM, "xen-hvm"},
		{VW_NITRO, "nitro"},
		{VW_NITRO_ARM64, "nitro-arm64"},
		{VW_EC2_METAL, "ec2-metal"},
		{VW_EC2_METAL_ARM64, "ec2-metal-arm64"},
		{VW_NESTED_HOST, "nested-host"},
		{VW_KVM, "kvm"},
		{VW_GCP, "gcp"},
		{VW_AZURE, "azure"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		assert_int_equal(vw_target_of(rows[i].word), rows[i].target);
		assert_string_equal(vw_target_word(rows[i].target), rows[i].word);
	}
	assert_int_equal(vw_target_of("ec2"), VW_NITRO | VW_EC2_METAL);
	assert_int_equal(vw_target_of("nitr"), 0);
	assert_int_equal(vw_target_of("nitro2"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_FINDINGS(test_each_check_says_what_is_so),
		TEST_OF_FINDINGS(test_each_check_has_examples),
		TEST_OF_FINDINGS(test_the_table_is_whole_and_in_order),
		TEST_OF_FINDINGS(test_findings_are_in_order_and_speak),
		TEST_OF_FINDINGS(test_the_verdict_is_the_worst_that_decides),
		TEST_OF_FINDINGS(test_too_much_to_read_is_no_verdict),
		TEST_OF_FINDINGS(test_what_the_kernel_does_without_is_not_fatal),
		TEST_OF_FINDINGS(test_only_the_chosen_kernel_decides),
		TEST_OF_FINDINGS(test_remedies_are_those_of_the_distribution),
		TEST_OF_FINDINGS(test_targets_have_words),
		TEST_OF_FINDINGS(test_command_lines_are_read_as_the_kernel_does),
		TEST_OF_FINDINGS(test_drivers_have_a_state),
		TEST_OF_FINDINGS(test_severities_per_target),
		TEST_OF_FINDINGS(test_families_of_distributions),
		TEST_OF_FINDINGS(test_remedies_of_each_family),
		TEST_OF_FINDINGS(test_no_name_of_an_image_reaches_a_shell),
		TEST_OF_FINDINGS(test_stand_ins_for_names),
		TEST_OF_FINDINGS(test_which_names_fit_a_shell),
		TEST_OF_FINDINGS(test_what_is_read_for_the_checks),
		TEST_OF_FINDINGS(test_limits_of_severity),
		TEST_OF_FINDINGS(test_verdicts_count_what_was_found),
		TEST_OF_FINDINGS(test_the_worst_target_is_the_images_verdict),
		TEST_OF_FINDINGS(test_no_target_is_no_failure),
		TEST_OF_FINDINGS(test_memory_that_ends),
		TEST_OF_FINDINGS(test_long_messages_are_cut),
		TEST_OF_FINDINGS(test_the_default_kernel_decides),
		TEST_OF_FINDINGS(test_the_order_of_findings),
		TEST_OF_FINDINGS(test_findings_tell_what_breaks),
		TEST_OF_FINDINGS(test_findings_have_their_checks_reference),
		TEST_OF_FINDINGS(test_words_of_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
