/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_GOOD_IMAGE_H
#define VW_TESTS_UNIT_GOOD_IMAGE_H

/*
 * The facts of one image in which all is good, for tests that change one of them, and the whole of what a
 * check then says of it.
 */

#include "tests/unit/told.h"

#include "detect/checks.h"

#define RELEASE "6.1.0-9"
#define CMDLINE "root=UUID=1 console=ttyS0 console=hvc0 nvme_core.io_timeout=255"
#define CONFIG                                                     \
	"CONFIG_MODULES=y\nCONFIG_XEN_PV=y\nCONFIG_XEN_PVHVM=y\n"  \
	"CONFIG_HVC_XEN=y\nCONFIG_RD_ZSTD=y\nCONFIG_RD_GZIP=y\n"   \
	"CONFIG_SERIAL_8250_CONSOLE=y\nCONFIG_SERIAL_8250_PCI=y\n" \
	"CONFIG_HOTPLUG_PCI_ACPI=y\nCONFIG_HOTPLUG_PCI_PCIE=y\n"   \
	"CONFIG_PCIEASPM=y\nCONFIG_TCG_CRB=m\nCONFIG_EFI_STUB=y\n" \
	"CONFIG_ACPI=y\n"

/* In initializers. */
#define TEXT(t)                         \
	{                               \
		VW_VALUE, (t), "/place" \
	}
#define NUMBER(n)                       \
	{                               \
		VW_VALUE, (n), "/place" \
	}

static const char *const module_names[] = {
	"dm_crypt",   "dm_mod",     "ena",        "ext4",        "gve",          "hv_netvsc",
	"hv_storvsc", "hv_vmbus",   "ixgbevf",    "kvm",         "kvm_intel",    "mana",
	"nvme",       "nvme_core",  "sd_mod",     "tun",         "vhost_net",    "vhost_vsock",
	"virtio_blk", "virtio_net", "virtio_pci", "virtio_scsi", "xen_blkfront", "xen_netfront"};

enum { MODULES = VW_COUNT(module_names), SEVERAL = 4 };

struct world {
	struct vw_image_facts facts;
	struct vw_image_kernel kernel, beyond;
	struct vw_module module[MODULES], early[MODULES], extra[SEVERAL];
	uint32_t nvme_depends[1];
	struct vw_module_tree tree[2];
	struct vw_boot_entry entry[SEVERAL];
	struct vw_segment segment[SEVERAL];
	struct vw_modprobe_rule rule[SEVERAL], early_rule[SEVERAL];
	struct vw_mount mount[SEVERAL];
	struct vw_netconf conf[SEVERAL];
	struct vw_line line[SEVERAL];
	struct vw_unread unread[SEVERAL];
	struct vw_ami ami;
	bool has_ami;
	const char *name[SEVERAL], *built_in[MODULES];
	char changes[256], lost[MODULES][16];
	const char *initrd[2], *initrd_at[2];
};

static inline size_t module_at(const char *name)
{
	for (size_t i = 0; i < MODULES; i++)
		if (vwb_text_equal(module_names[i], name))
			return i;
	fail_msg("no module %s", name);
	return 0;
}

static inline void make_modules(struct world *w)
{
	static const char *const suffix[] = {"ko", "ko.beyond"};
	size_t nvme = module_at("nvme");

	for (size_t i = 0; i < MODULES; i++) {
		w->module[i] = (struct vw_module){.name = module_names[i],
						  .path = "kernel/one.ko",
						  .info = {.state = VW_VALUE, .vermagic = RELEASE " SMP"}};
		w->early[i] = (struct vw_module){.name = module_names[i], .path = "kernel/one.ko"};
	}
	w->nvme_depends[0] = (uint32_t)module_at("nvme_core");
	w->module[nvme].depend = w->nvme_depends;
	w->module[nvme].depend_count = 1;
	w->kernel.modules = (struct vw_module_tree){.state = VW_VALUE,
						    .folder = "/lib/modules/" RELEASE,
						    .index = VW_VALUE,
						    .module = w->module,
						    .count = MODULES,
						    .file_count = MODULES,
						    .builtin.state = VW_VALUE,
						    .suffixes = {VW_VALUE, suffix, "/place", 1},
						    .extra = w->extra};
	w->tree[0] = w->kernel.modules;
	w->tree[0].module = w->early;
}

static inline void make_initramfs(struct world *w)
{
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
						    .modprobe = {VW_VALUE, 0, w->early_rule},
						    .lacking = {VW_VALUE, w->name, "", 0},
						    .load = {VW_VALUE, 0, w->line},
						    .generator = "dracut"};
}

static inline void make_kernel(struct world *w)
{
	w->kernel.release = RELEASE;
	w->kernel.is_default = true;
	w->kernel.file = (struct vw_kernel_file){.state = VW_VALUE,
						 .path = "/boot/vmlinuz-" RELEASE,
						 .format = "bzImage",
						 .arch = "x86_64",
						 .version = RELEASE,
						 .compression = "xz"};
	w->kernel.config = (struct vw_text)TEXT(CONFIG);
	w->kernel.cmdline = (struct vw_text)TEXT(CMDLINE);
	w->kernel.entry = w->entry;
	make_initramfs(w);
	w->initrd[0] = w->initrd_at[0] = "/boot/initrd.img-" RELEASE;
	w->entry[0] = (struct vw_boot_entry){.loader = "grub",
					     .source = "/boot/grub/grub.cfg:1",
					     .kernel = w->kernel.file.path,
					     .kernel_at = w->kernel.file.path,
					     .initrd = w->initrd,
					     .initrd_at = w->initrd_at,
					     .initrd_count = 1,
					     .cmdline = CMDLINE,
					     .is_default = true};
}

/* What stands behind the end of each list: no check may look at it. */
static inline void make_beyond(struct world *w)
{
	w->beyond = (struct vw_image_kernel){.release = "beyond",
					     .is_default = true,
					     .file = {.state = VW_VALUE, .path = "/beyond"},
					     .cmdline = TEXT("net.ifnames=0")};
	w->tree[1] = (struct vw_module_tree){.state = VW_VALUE, .folder = "/beyond/" RELEASE};
	w->initrd[1] = "/beyond";
	for (size_t i = 0; i < SEVERAL; i++) {
		w->extra[i] = (struct vw_module){
			.name = "ena", .path = "/beyond", .info = {.state = VW_VALUE, .vermagic = "0"}};
		w->entry[i] =
			(struct vw_boot_entry){.source = "/beyond", .kernel = "/beyond", .is_default = true};
		w->segment[i].format = "xz CRC64";
		w->rule[i] = w->early_rule[i] =
			(struct vw_modprobe_rule){"blacklist", i ? "ena" : "nvme", "", "/beyond"};
		w->mount[i] = (struct vw_mount){"fstab", "/dev/sda1", "/boot", "vfat", "", "/beyond"};
		w->conf[i] = (struct vw_netconf){
			.kind = "link", .source = "/beyond", .interface = "eth0", .mac = "0", .address = "0"};
		w->line[i] = (struct vw_line){"hostonly=yes io_timeout", "/beyond"};
		w->unread[i] = (struct vw_unread){"/boot", "EACCES"};
		w->name[i] = "beyond";
	}
	w->rule[1] = (struct vw_modprobe_rule){"options", "kvm_amd", "nested=0", "/beyond"};
}

static inline void make_world(struct world *w)
{
	static const char *const units[] = {"systemd-logind", "acpid"};
	static const char *const archs[] = {"aarch64", "x86_64"};
	static const char *const started[] = {"sshd", "systemd-networkd", "NetworkManager"};

	*w = (struct world){0};
	make_beyond(w);
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
		.init = {.path = TEXT("/usr/lib/systemd/systemd"),
			 .systemd = TEXT("/usr/lib/systemd/systemd"),
			 .arch = "x86_64",
			 .lacking = {VW_VALUE, w->name, "/place", 0},
			 .libraries = true,
			 .mount_points_lacking = {VW_VALUE, w->name, "/place", 0}},
		.layout.state = VW_ABSENT,
		.kernel = &w->kernel,
		.kernel_count = 1,
		.boot = {.entry = w->entry,
			 .count = 1,
			 .grub_config = TEXT("/boot/grub/grub.cfg"),
			 .bios_loader = TEXT("/boot/grub/i386-pc/core.img"),
			 .menu_lst = TEXT("/boot/grub/menu.lst")},
		.modprobe = {VW_VALUE, 0, w->rule},
		.kmod = TEXT("ko ko.xz"),
		.mounts = {VW_VALUE, 1, w->mount},
		.lvm_devices = {VW_VALUE, 0, w->line + 1},
		.network = {.state = VW_VALUE, .count = 1, .conf = w->conf},
		.persistent_net = {VW_VALUE, 0, w->line},
		.io_timeout = {VW_VALUE, 0, w->line + 1},
		.initramfs_conf = {VW_VALUE, 0, w->line + 1},
		.dkms = {VW_VALUE, NULL, "/place", 0},
		.unread = w->unread,
		.cloud_init = {.installed = NUMBER(1),
			       .disabled.state = VW_ABSENT,
			       .enabled = NUMBER(1),
			       .datasource_list.state = VW_ABSENT},
		.esp = {.folder = TEXT("/boot/efi"), .archs = {VW_VALUE, archs, "/boot/efi", 2}},
		.init_mode = NUMBER(0755),
		.root_mode = NUMBER(0755),
		.sshd = TEXT("/usr/sbin/sshd"),
		.key_maker.state = VW_ABSENT,
		.sshd_unknown = {VW_VALUE, 0, w->line},
		.selinux = TEXT("permissive"),
		.autorelabel.state = VW_ABSENT,
		.units = {VW_VALUE, units, "/place", 1},
		.started = {VW_VALUE, started, "/place", 2},
		.default_target.state = VW_ABSENT,
		.dhcp_client = TEXT("/sbin/dhclient"),
		.passwd = NUMBER(1),
		.host_keys = {VW_VALUE, w->name, "/place", 0},
		.machine_id = TEXT(""),
		.chrony = {VW_VALUE, 1, w->line}};
}

/* What is changed in it. */

/* A name that no driver has, which keeps the place of the module in the order of names. */
static inline const char *name_lost(struct world *w, size_t at)
{
	snprintf(w->lost[at], sizeof(w->lost[at]), "%.*s", (int)strlen(module_names[at]) - 1,
		 module_names[at]);
	return w->lost[at];
}

/* The kernel does not have the module at all. */
static inline void lose(struct world *w, const char *name)
{
	size_t at = module_at(name);

	w->module[at].name = w->early[at].name = name_lost(w, at);
}

/* It is a module that the initramfs does not have. */
static inline void leave_out(struct world *w, const char *name)
{
	size_t at = module_at(name);

	w->early[at].name = name_lost(w, at);
}

/* It is built into the kernel. */
static inline void build_in(struct world *w, const char *name)
{
	struct vw_names *builtin = &w->kernel.modules.builtin;

	assert_true(builtin->count < VW_COUNT(w->built_in));
	w->built_in[builtin->count++] = name;
	builtin->name = w->built_in;
}

/* "-nvme ~ena +ext4": the first is lost, the second is left out of the initramfs, the third is built in. */
static inline void change_drivers(struct world *w, const char *changes)
{
	char *word, *rest = w->changes;

	assert_true(strlen(changes) < sizeof(w->changes));
	memcpy(w->changes, changes, strlen(changes) + 1);
	while ((word = strtok_r(rest, " ", &rest))) {
		if (*word == '-')
			lose(w, word + 1);
		else if (*word == '~')
			leave_out(w, word + 1);
		else
			build_in(w, word + 1);
	}
}

static inline void set_cmdline(struct world *w, const char *text)
{
	w->kernel.cmdline.text = text;
}

/* What is said of it. */

static inline struct vw_preflight *hold_by(const struct world *w, const struct vw_preflight_request *request)
{
	struct vw_preflight *preflight = NULL;

	assert_int_equal(vw_preflight(&w->facts, request, &preflight), 0);
	return preflight;
}

static inline struct vw_preflight *hold(const struct world *w, unsigned targets)
{
	struct vw_preflight_request request = {.targets = targets,
					       .kernel = "all",
					       .fail_on = VW_DEGRADED,
					       .ami = w->has_ami ? &w->ami : NULL};

	return hold_by(w, &request);
}

static inline void check_says(const char *file, int line, const struct world *w, unsigned target,
			      const char *id, const char *expected)
{
	struct vw_preflight *preflight = hold(w, target);
	char told[TOLD_MAX] = "";

	for (size_t i = 0; i < preflight->finding_count; i++)
		if (vwb_text_equal(preflight->finding[i].finding.id, id))
			tell(told, &preflight->finding[i].finding);
	vw_preflight_free(preflight);
	compare_told(file, line, told, expected);
}

/** All that the check @id says of an image on one target, a line for each finding. */
#define SAYS(w, target, id, expected) check_says(__FILE__, __LINE__, w, target, id, expected)

/** How a test of an image begins. */
#define IMAGE           \
	struct world w; \
                        \
	(void)state;    \
	make_world(&w)

#endif
