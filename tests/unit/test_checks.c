/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "detect/checks.h"

/* One image whose facts are all good, and for each check what makes it fail, or what cannot be read. */

#define TEXT(t)                         \
	{                               \
		VW_VALUE, (t), "/place" \
	}
#define NUMBER(n)                       \
	{                               \
		VW_VALUE, (n), "/place" \
	}

enum { MODULES = 24, RULES = 4, LINES = 4 };

struct world {
	struct vw_image_facts facts;
	struct vw_image_kernel kernel;
	struct vw_module module[MODULES], early[MODULES], extra[1];
	struct vw_module_tree tree[1];
	struct vw_boot_entry entry[1];
	struct vw_segment segment[1];
	struct vw_modprobe_rule rule[1];
	struct vw_mount mount[2];
	struct vw_netconf conf[1];
	struct vw_line line[1];
	struct vw_unread unread[1];
	struct vw_ami ami;
	bool has_ami;
	const char *name[2];
	const char *initrd[1], *initrd_at[1];
};

static const char *const module_names[] = {
	"ena",        "ext4",        "gve",          "hv_netvsc",   "hv_storvsc", "hv_vmbus",
	"ixgbevf",    "kvm",         "kvm_intel",    "mana",        "nvme",       "nvme_core",
	"sd_mod",     "tun",         "vhost_net",    "vhost_vsock", "virtio_blk", "virtio_net",
	"virtio_pci", "virtio_scsi", "xen_blkfront", "xen_netfront"};
static const uint32_t nvme_depends[] = {11};

static const char config[] =
	"CONFIG_MODULES=y\nCONFIG_XEN_PV=y\nCONFIG_XEN_PVHVM=y\nCONFIG_HVC_XEN=y\n"
	"CONFIG_RD_ZSTD=y\nCONFIG_RD_GZIP=y\nCONFIG_SERIAL_8250_CONSOLE=y\n"
	"CONFIG_SERIAL_8250_PCI=y\nCONFIG_HOTPLUG_PCI_ACPI=y\nCONFIG_HOTPLUG_PCI_PCIE=y\n"
	"CONFIG_PCIEASPM=y\nCONFIG_TCG_CRB=m\nCONFIG_EFI_STUB=y\nCONFIG_ACPI=y\n";

#define RELEASE "6.1.0-9-test"

static void make_modules(struct world *w)
{
	static const char *const suffix[] = {"ko"};

	for (size_t i = 0; i < VW_COUNT(module_names); i++) {
		w->module[i] = (struct vw_module){.name = module_names[i],
						  .path = "kernel/one.ko",
						  .info = {.state = VW_VALUE, .vermagic = RELEASE " SMP"}};
		w->early[i] = (struct vw_module){.name = module_names[i], .path = "kernel/one.ko"};
	}
	w->module[10].depend = nvme_depends;
	w->module[10].depend_count = 1;
	w->kernel.modules = (struct vw_module_tree){.state = VW_VALUE,
						    .folder = "/lib/modules/" RELEASE,
						    .index = VW_VALUE,
						    .module = w->module,
						    .count = VW_COUNT(module_names),
						    .file_count = VW_COUNT(module_names),
						    .builtin.state = VW_VALUE,
						    .suffixes = {VW_VALUE, suffix, "/place", 1}};
	w->tree[0] = w->kernel.modules;
	w->tree[0].module = w->early;
}

static void make_kernel(struct world *w)
{
	static const char cmdline[] = "root=UUID=1 console=ttyS0 console=hvc0 nvme_core.io_timeout=255";

	w->kernel.release = RELEASE;
	w->kernel.is_default = true;
	w->kernel.file = (struct vw_kernel_file){.state = VW_VALUE,
						 .path = "/boot/vmlinuz-" RELEASE,
						 .format = "bzImage",
						 .arch = "x86_64",
						 .version = RELEASE,
						 .compression = "xz"};
	w->kernel.config = (struct vw_text)TEXT(config);
	w->kernel.cmdline = (struct vw_text)TEXT(cmdline);
	w->kernel.entry = w->entry;
	w->segment[0] = (struct vw_segment){.format = "zstd"};
	w->kernel.initramfs = (struct vw_initramfs){.state = VW_VALUE,
						    .path = "/boot/initrd.img-" RELEASE,
						    .segment = w->segment,
						    .segment_count = 1,
						    .entries = 9,
						    .init = "/init",
						    .init_arch = "x86_64",
						    .tree = w->tree,
						    .tree_count = 1,
						    .modprobe.state = VW_VALUE,
						    .lacking.state = VW_VALUE,
						    .generator = "dracut"};
	w->initrd[0] = w->initrd_at[0] = "/boot/initrd.img-" RELEASE;
	w->entry[0] = (struct vw_boot_entry){.loader = "grub",
					     .source = "/boot/grub/grub.cfg:1",
					     .kernel = w->kernel.file.path,
					     .kernel_at = w->kernel.file.path,
					     .initrd = w->initrd,
					     .initrd_at = w->initrd_at,
					     .initrd_count = 1,
					     .cmdline = cmdline,
					     .is_default = true};
}

static void make_world(struct world *w)
{
	static const char *const units[] = {"systemd-logind"}, *const archs[] = {"aarch64", "x86_64"};

	*w = (struct world){0};
	make_modules(w);
	make_kernel(w);
	w->mount[0] = (struct vw_mount){"fstab", "UUID=1", "/", "ext4", "defaults", "/etc/fstab:1"};
	w->conf[0] = (struct vw_netconf){.kind = "networkd",
					 .source = "/etc/systemd/network/a.network",
					 .interface = "en*",
					 .dhcp = true};
	w->line[0] = (struct vw_line){"server 169.254.169.123", "/etc/chrony.conf:1"};
	w->ami = (struct vw_ami){.ena_support = VW_YES, .boot_mode = "uefi"};
	w->has_ami = true;
	w->facts = (struct vw_image_facts){
		.path = "/image",
		.os = {.id = TEXT("debian"), .arch = TEXT("x86_64")},
		.kernel = &w->kernel,
		.kernel_count = 1,
		.boot = {.entry = w->entry,
			 .count = 1,
			 .grub_config = TEXT("/boot/grub/grub.cfg"),
			 .menu_lst = TEXT("/boot/grub/menu.lst")},
		.modprobe.state = VW_VALUE,
		.kmod = TEXT("ko ko.xz"),
		.mounts = {VW_VALUE, 1, w->mount},
		.network = {.state = VW_VALUE, .count = 1, .conf = w->conf},
		.persistent_net.state = VW_VALUE,
		.io_timeout.state = VW_VALUE,
		.initramfs_conf.state = VW_VALUE,
		.cloud_init = {.installed = NUMBER(1),
			       .disabled.state = VW_ABSENT,
			       .enabled = NUMBER(1),
			       .datasource_list.state = VW_ABSENT},
		.esp = {.folder = TEXT("/boot/efi"), .archs = {VW_VALUE, archs, "/boot/efi", 2}},
		.selinux = TEXT("permissive"),
		.autorelabel.state = VW_ABSENT,
		.units = {VW_VALUE, units, "/place", 1},
		.host_keys.state = VW_VALUE,
		.machine_id = TEXT(""),
		.chrony = {VW_VALUE, 1, w->line}};
}

/* --- what is wrong with it --- */

static const char *const built_in[] = {"nvme", "nvme_core", "ext4"};

#define CHANGE(name, ...)                 \
	static void name(struct world *w) \
	{                                 \
		__VA_ARGS__;              \
	}

static void lose(struct world *w, const char *name)
{
	for (size_t i = 0; i < VW_COUNT(module_names); i++) {
		if (!vw_equal(module_names[i], name))
			continue;
		w->module[i].name = w->early[i].name = w->module[i ? i - 1 : 1].name;
	}
}

static void block(struct world *w, const char *kind, const char *module, const char *argument)
{
	w->rule[0] = (struct vw_modprobe_rule){kind, module, argument, "/etc/modprobe.d/a.conf:1"};
	w->kernel.initramfs.modprobe = w->facts.modprobe = (struct vw_modprobe){VW_VALUE, 1, w->rule};
}

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
CHANGE(early_nvme, w->early[10].name = "nvm")
CHANGE(early_core, w->early[11].name = "nvme_cor")
CHANGE(nested, w->early[10].name = "nvm"; w->kernel.initramfs.nested = "squashfs-root.img")
CHANGE(early_ext4, w->early[1].name = "ext")
CHANGE(early_ext4_unseen, w->early[1].name = "ext"; w->kernel.initramfs.incomplete = true)
CHANGE(blacklist, block(w, "blacklist", "nvme", ""))
CHANGE(install, block(w, "install", "nvme", "/bin/false"))
CHANGE(install_harmless, block(w, "install", "nvme",
			       "/sbin/modprobe --ignore-install "
			       "nvme"))
CHANGE(modprobe_denied, w->facts.modprobe.state = VW_DENIED)
CHANGE(list_denied, w->kernel.cmdline = (struct vw_text){.state = VW_DENIED})
CHANGE(cmdline_list, w->kernel.cmdline.text = "r"
					      "o"
					      "o"
					      "t"
					      "="
					      "U"
					      "U"
					      "I"
					      "D"
					      "="
					      "1"
					      " "
					      "m"
					      "o"
					      "d"
					      "u"
					      "l"
					      "e"
					      "_"
					      "b"
					      "l"
					      "a"
					      "c"
					      "k"
					      "l"
					      "i"
					      "s"
					      "t"
					      "="
					      "f"
					      "l"
					      "o"
					      "p"
					      "p"
					      "y"
					      ","
					      "n"
					      "v"
					      "m"
					      "e")
CHANGE(cmdline_initcall, w->kernel.cmdline.text = "initcall_"
						  "blacklist=nvme_"
						  "init")
CHANGE(cmdline_after, w->kernel.cmdline.text = "root="
					       "UUID="
					       "1 -- "
					       "modul"
					       "e_"
					       "black"
					       "list="
					       "nvme")
CHANGE(cmdline_root, w->kernel.cmdline.text = "root=/dev/"
					      "xvda1")
CHANGE(cmdline_bare, w->kernel.cmdline.text = "root="
					      "UUID="
					      "1")
CHANGE(ena_old, w->module[0].info.version = "1.1.3")
CHANGE(ena_untold, w->kernel.release = "4.9.0"; w->tree[0].folder = "/lib/modules/4.9.0")
CHANGE(no_config, w->kernel.config = (struct vw_text){.state = VW_DENIED})
CHANGE(empty_config, w->kernel.config.text = "CONFI"
					     "G_"
					     "MODUL"
					     "ES="
					     "y\nCO"
					     "NFIG_"
					     "HVC_"
					     "XEN="
					     "m\n")

static void add_extra(struct world *w, enum vw_state state, const char *vermagic)
{
	w->extra[0] = (struct vw_module){
		.name = "ena", .path = "updates/ena.ko", .info = {.state = state, .vermagic = vermagic}};
	w->kernel.modules.extra = w->extra;
	w->kernel.modules.extra_count = 1;
}
CHANGE(extra_other, add_extra(w, VW_VALUE, "5.10.0 SMP"))
CHANGE(extra_damaged, add_extra(w, VW_MALFORMED, NULL))
CHANGE(extra_unsigned, add_extra(w, VW_VALUE, RELEASE " SMP");
       w->kernel.config.text = "CONFIG_MODULE_SIG_FORCE=y\n")
CHANGE(extra_unsigned_untold, add_extra(w, VW_VALUE, RELEASE " SMP"); no_config(w))
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
CHANGE(boot_denied, no_entry(w); w->facts.boot.grub_config.state = VW_DENIED)
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
CHANGE(arm, w->kernel.file.arch = "aarch64"; w->facts.os.arch.text = "aarch64"; w->ami.architecture = "arm64")
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

static struct vw_preflight *hold(const struct world *w, unsigned targets)
{
	struct vw_preflight_request request = {.targets = targets,
					       .kernel = "all",
					       .fail_on = VW_DEGRADED,
					       .ami = w->has_ami ? &w->ami : NULL};
	struct vw_preflight *preflight = NULL;

	assert_int_equal(vw_preflight(&w->facts, &request, &preflight), 0);
	return preflight;
}

/* The worst of what a check said: fail, then unknown, then pass, then skip. */
static enum vw_status said(const struct vw_preflight *preflight, const char *id)
{
	static const enum vw_status order[] = {VW_FAIL, VW_STATUS_UNKNOWN, VW_PASS, VW_SKIP};

	for (size_t k = 0; k < VW_COUNT(order); k++)
		for (size_t i = 0; i < preflight->finding_count; i++)
			if (vw_equal(preflight->finding[i].finding.id, id) &&
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
		if (vw_equal(cases[i].id, id) && cases[i].status == status)
			return true;
	return false;
}

/* FST003 has nothing to read in a folder; what IRD006 does not see is unknown by its nature. */
static void test_each_check_has_examples(void **state)
{
	const struct vw_check_word *word;

	(void)state;
	for (size_t i = 0; (word = vw_check_at(i)); i++) {
		if (!word->targets || vw_equal(word->id, "FST003"))
			continue;
		if (!reached(word->id, VW_PASS) || !reached(word->id, VW_STATUS_UNKNOWN) ||
		    (!reached(word->id, VW_FAIL) && !vw_equal(word->id, "IRD006")))
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
			assert_true(vw_starts_with(word->reference, "https://"));
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

/* What kept the image from booting, and what did not: tests/oracle/images.toml has the same in real images.
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
			if (vw_equal(preflight->finding[k].finding.id, rows[i].check))
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_check_says_what_is_so),
		cmocka_unit_test(test_each_check_has_examples),
		cmocka_unit_test(test_the_table_is_whole_and_in_order),
		cmocka_unit_test(test_findings_are_in_order_and_speak),
		cmocka_unit_test(test_the_verdict_is_the_worst_that_decides),
		cmocka_unit_test(test_what_the_kernel_does_without_is_not_fatal),
		cmocka_unit_test(test_only_the_chosen_kernel_decides),
		cmocka_unit_test(test_remedies_are_those_of_the_distribution),
		cmocka_unit_test(test_targets_have_words),
		cmocka_unit_test(test_command_lines_are_read_as_the_kernel_does),
		cmocka_unit_test(test_drivers_have_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
