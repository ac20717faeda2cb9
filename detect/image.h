/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_IMAGE_H
#define VW_DETECT_IMAGE_H

/*
 * What was seen in an image: a root file system that is not running. Facts without opinion, as detect/facts.h
 * has them of a machine. Paths are absolute as the image's own system would see them ("/boot/vmlinuz-6.1.0"),
 * and places in files carry a line number ("/etc/fstab:3"). Module names are the kernel's own, with '_'.
 * A structure of zeros holds no fact. Everything belongs to the image that was read.
 */

#include "detect/facts.h"

/* A line of a text file that somebody has to judge. */
struct vw_line {
	const char *text;   /* cleaned, without its comment */
	const char *source; /* "/etc/udev/rules.d/70-persistent-net.rules:2" */
};

struct vw_lines {
	enum vw_state state; /* VW_VALUE when the places were looked at, even if nothing was found */
	size_t count;
	const struct vw_line *line;
};

/* Kernels and modules. */

/* What .modinfo of a module's file says. */
struct vw_modinfo {
	enum vw_state state; /* VW_MALFORMED for a file that is no module, or damaged; VW_NOT_PROBED unless
				wanted */
	const char *vermagic, *version, *srcversion; /* each may be NULL */
	bool intree, is_signed;
	const char *arch; /* of the ELF file: "x86_64"; NULL when not known */
};

struct vw_module {
	const char *name;
	const char *path; /* below the tree's folder: "kernel/drivers/nvme/host/nvme.ko.xz" */
	size_t depend_count;
	const uint32_t *depend; /* indexes into the tree's modules: all that must be loaded before it */
	bool unresolved;        /* it depends on a module that the tree does not have */
	const char *lacking;    /* the name of such a one, else NULL */
	struct vw_modinfo info;
};

/* A folder lib/modules/RELEASE, of an image or inside an initramfs. */
struct vw_module_tree {
	enum vw_state state; /* of the folder */
	const char *folder;  /* "/usr/lib/modules/6.1.0-56-amd64" */
	enum vw_state index; /* of modules.dep: VW_ABSENT where depmod was never run */
	size_t count;
	const struct vw_module
		*module;            /* in ascending order of name; a name once: the one modprobe would load */
	struct vw_names builtin;    /* modules.builtin */
	struct vw_names parameters; /* "nvme_core.io_timeout:uint", of modules.builtin.modinfo */
	size_t file_count;          /* files *.ko* that lie in the folder */
	size_t unindexed_count;     /* of them, those that modules.dep does not name */
	const char *unindexed;      /* the path of one of them, else NULL */
	size_t missing_count;       /* modules that modules.dep names and that are not there */
	const char *missing;        /* the path of one of them, else NULL */
	size_t extra_count;
	const struct vw_module *extra; /* files below updates/, extra/, weak-updates/ with their .modinfo */
	struct vw_names suffixes;      /* "ko", "ko.xz": how its files are compressed */
};

enum vw_driver_state {
	VW_DRIVER_UNKNOWN = 0, /* neither index nor files could be read */
	VW_DRIVER_ABSENT,
	VW_DRIVER_MODULE,
	VW_DRIVER_BUILTIN,
};

/* The header of a kernel's file. */
struct vw_kernel_file {
	enum vw_state state;
	const char *path;
	const char *format;  /* "bzImage", "arm64 Image", "zboot", "EFI", "ELF"; NULL: none that is known */
	const char *arch;    /* "x86_64", "i386", "aarch64", …; NULL when the header does not tell */
	const char *version; /* the release that the header names; NULL when it names none */
	const char
		*compression; /* of the payload: "xz", "gzip", "zstd", "lz4", "lzo", "bzip2", "lzma"; NULL */
	bool efi_stub;
	uint64_t size;
};

/* A modprobe.d directive, of the image or inside an initramfs. */
struct vw_modprobe_rule {
	const char *kind;     /* "blacklist", "install", "options", "alias", "softdep", "remove" */
	const char *module;   /* with '_' */
	const char *argument; /* the rest of the line; "" for none */
	const char *source;   /* "/etc/modprobe.d/nvme.conf:1" */
};

struct vw_modprobe {
	enum vw_state state;
	size_t count;
	const struct vw_modprobe_rule *rule;
};

/* Initramfs. */

struct vw_segment {
	const char *format;    /* "cpio", "gzip", "xz", "zstd", "bzip2", "lz4 legacy", "lz4 frame", "lzma",
				  "lzo", "xz CRC64", "xz SHA-256" */
	uint64_t offset, size; /* bytes in the file */
	uint64_t unpacked;     /* bytes that it gave */
	size_t entries;        /* of cpio, TRAILER!!! not counted */
};

struct vw_initramfs {
	enum vw_state state; /* VW_MALFORMED: the kernel would not unpack all of it, see problem */
	const char *path;
	const char *problem; /* one line: "segment 2 (zstd) ends after 13,340,639 bytes, in the middle of a
				block" */
	bool incomplete; /* a bound, or a codec that is not installed, kept us from reading all of it: what
			    was not seen is not known to be missing */
	uint64_t size;
	size_t segment_count;
	const struct vw_segment *segment;
	size_t entries;
	const char *init;      /* "/init" or NULL */
	const char *init_arch; /* of its ELF file, or of the interpreter that its first line names */
	struct vw_names
		lacking; /* libraries that init, or what interprets it, needs and that are not in it */
	size_t tree_count;
	const struct vw_module_tree *tree; /* each lib/modules/RELEASE in it; no builtins of its own kernel */
	struct vw_modprobe modprobe;
	struct vw_lines load; /* modules that it is told to load: conf/modules, etc/modules-load.d */
	struct vw_names firmware_early; /* "kernel/x86/microcode/GenuineIntel.bin" */
	const char *nested; /* a file system image in it, which was not read ("squashfs-root.img"), or NULL */
	const char *generator;  /* "dracut", "initramfs-tools", "mkinitcpio", "mkinitfs", "systemd" or NULL */
	struct vw_text build;   /* dracut's build parameters, or the like */
	struct vw_text cmdline; /* what is in it of a command line: etc/cmdline.d */
};

/* Boot. */

/* What a loader's absolute path may be relative to. */
enum vw_boot_place { VW_ON_ROOT = 1 << 0, VW_ON_BOOT = 1 << 1 };

struct vw_boot_entry {
	const char *loader;    /* "grub", "bls", "extlinux", "menu.lst", "uki", "systemd-boot", "zipl" */
	const char *title;     /* may be NULL */
	const char *source;    /* "/boot/grub/grub.cfg:120" */
	const char *kernel;    /* path as written, or NULL */
	const char *kernel_at; /* where that is in the image; NULL: nowhere */
	unsigned
		kernel_on; /* of enum vw_boot_place: where there is such a file; 0: its path names a device */
	size_t initrd_count;
	const char *const *initrd;    /* as written */
	const char *const *initrd_at; /* where each is in the image; NULL: nowhere */
	bool initrds_cut;             /* there are more than were kept */
	const char *cmdline;          /* without the kernel; "" for none */
	bool cmdline_cut;             /* it is longer than what was kept */
	const char
		*root_set; /* grub: the value of `set root=` that holds, when no search by UUID follows it */
	bool is_default;
};

struct vw_boot {
	size_t count;
	const struct vw_boot_entry *entry; /* in the order of the menu; UKIs after the others */
	const char *default_by; /* what named the default: "saved_entry in /boot/grub/grubenv", or NULL: none
				   did */
	const char *default_lost;   /* an entry that was named as the default and does not exist, else NULL */
	struct vw_text grub_config; /* VW_VALUE (its path) when there is one with at least one entry;
				       VW_MALFORMED for an empty one */
	struct vw_text
		bios_loader;     /* a file of the loader that a BIOS starts: "/boot/grub/i386-pc/core.img" */
	struct vw_text menu_lst; /* the path of a menu.lst for PV-GRUB, likewise */
	struct vw_lines intent;  /* GRUB_* of /etc/default/grub, /etc/kernel/cmdline, DEFAULTKERNEL: what the
				    next update of the loader would use */
};

struct vw_image_kernel {
	const char *release;
	bool is_default;
	struct vw_kernel_file file;
	struct vw_text
		config; /* the text of its configuration as it is, a line each option; source tells where */
	struct vw_module_tree modules;
	struct vw_initramfs
		initramfs;      /* what the default entry of this kernel loads, else the file of its name */
	struct vw_text cmdline; /* of the entry that boots it; of /etc/kernel/cmdline or /etc/default/grub
				   where there is no entry: source tells */
	const struct vw_boot_entry *entry; /* NULL: no entry boots it */
};

/* What the system mounts, and how it comes to the network. */

struct vw_mount {
	const char *kind;                          /* "fstab", "mount unit", "crypttab", "resume" */
	const char *what, *where, *type, *options; /* "" where not given */
	const char *source;
};

struct vw_mounts {
	enum vw_state state; /* of /etc/fstab */
	size_t count;
	const struct vw_mount *mount;
};

/* What a configuration says of one network interface. */
struct vw_netconf {
	const char *kind; /* "cloud-init", "ifcfg", "ifupdown", "netplan", "networkd", "NetworkManager",
			     "wicked", "link", "udev" */
	const char *source;
	const char *interface; /* the name, or a pattern ("en*"); NULL: any */
	const char *mac;       /* to which it is bound, or NULL */
	const char *driver;    /* likewise */
	bool renames;          /* it gives @interface as a name to what it matches */
	bool dhcp;
	bool by_hand;        /* nothing brings it up at boot: ONBOOT=no, or no auto and no allow-hotplug */
	const char *address; /* a static one, or NULL */
};

struct vw_netconfs {
	enum vw_state state;
	bool incomplete; /* a file could not be understood */
	size_t count;
	const struct vw_netconf *conf;
};

/* The whole. */

struct vw_image_os {
	struct vw_text id, id_like, version_id, name; /* os-release(5) */
	struct vw_text arch; /* of the userland, from the ELF header of its shell or init: "x86_64" */
	struct vw_text init; /* the path of /sbin/init's file, links followed */
};

/* What the kernel, or the initramfs, starts in the root file system. */
struct vw_image_init {
	struct vw_text path; /* of /sbin/init, /etc/init or /bin/init, links followed; VW_ABSENT: of none */
	struct vw_text systemd; /* its path: an initramfs with systemd starts it without /sbin/init too */
	const char *arch; /* of its ELF file, or of the interpreter that its first line names; or NULL */
	struct vw_names lacking; /* interpreters and libraries that it needs and that are not there; else why
				    that is not known */
	bool libraries;          /* there are shared libraries where the dynamic linker looks */
	struct vw_names mount_points_lacking; /* of /dev, /proc, /sys and /run */
};

struct vw_image_cloud_init {
	struct vw_number installed; /* 1 when its program or its units are there */
	struct vw_text disabled;    /* what disables it: "/etc/cloud/cloud-init.disabled", a masked unit */
	struct vw_number enabled;   /* 1: a unit, or a service of another init, starts it */
	struct vw_text datasource_list; /* the last one that holds: "Ec2, None" */
	struct vw_text ds_identify;     /* the policy of /etc/cloud/ds-identify.cfg */
	struct vw_number instance;      /* /var/lib/cloud/instance: data of an instance is baked in */
	struct vw_text no_network;  /* where the last configuration says that it leaves the network alone */
	struct vw_netconfs network; /* VW_VALUE: what its configuration has in the place of the platform's */
};

struct vw_image_esp {
	struct vw_text folder;   /* "/boot/efi"; VW_ABSENT when there is none with an EFI folder in it */
	struct vw_names loaders; /* files below EFI/ that are PE: "EFI/BOOT/BOOTX64.EFI" */
	struct vw_names archs;   /* of those in EFI/BOOT: "x86_64", "aarch64" */
};

struct vw_image_facts {
	const char *path; /* as the user named it */
	struct vw_image_os os;
	struct vw_image_init init;
	struct vw_text layout; /* what shows that systems lie below this root in a way that is not followed:
				  "/ostree", "/nix/store"; else VW_ABSENT */
	size_t kernel_count;
	const struct vw_image_kernel *kernel; /* newest first; a module folder or a kernel file makes one */
	struct vw_boot boot;
	struct vw_modprobe modprobe;  /* of the image: etc, run, usr/local/lib, usr/lib, lib */
	struct vw_lines modules_load; /* /etc/modules, modules-load.d */
	struct vw_text kmod;          /* the suffixes that the image's own kmod reads: "ko ko.xz ko.zst" */
	struct vw_mounts mounts;
	struct vw_lines lvm_devices; /* IDTYPE= lines of /etc/lvm/devices/system.devices */
	struct vw_netconfs network;
	struct vw_lines persistent_net; /* rules that pin a name to a hardware address */
	struct vw_lines
		io_timeout; /* udev rules and tuned profiles that set queue/io_timeout of NVMe disks */
	struct vw_lines initramfs_conf; /* settings of dracut, initramfs-tools, mkinitcpio, mkinitfs */
	struct vw_image_cloud_init cloud_init;
	struct vw_image_esp esp;
	struct vw_names dkms;         /* modules below /var/lib/dkms: "ena/2.13.0" */
	struct vw_text selinux;       /* SELINUX= of /etc/selinux/config */
	struct vw_number autorelabel; /* /.autorelabel */
	struct vw_names
		units; /* of those that checks ask for, the ones that are there: "systemd-logind", "acpid" */
	struct vw_names started;       /* services that something starts at boot: "ssh", "systemd-networkd" */
	struct vw_text default_target; /* what the link of /etc leads to; VW_MALFORMED: to nothing; VW_ABSENT:
					  there is none, and the one of /usr holds */
	struct vw_text dhcp_client;    /* a program by which ifupdown or ifcfg ask for an address */
	struct vw_number passwd;       /* /etc/passwd is there */
	struct vw_number init_mode;    /* permissions of init's file; VW_NOT_PROBED in an archive */
	struct vw_number root_mode;    /* of the root folder, likewise */
	struct vw_text sshd;           /* its program */
	struct vw_text key_maker;      /* what makes SSH host keys where there are none */
	struct vw_lines sshd_unknown;  /* of sshd_config those whose keyword does not stand in sshd */
	struct vw_names gettys;        /* terminals that get a login: "ttyS0", "hvc0" */
	struct vw_names host_keys;     /* /etc/ssh/ssh_host_*_key */
	struct vw_text machine_id;     /* "", "uninitialized", or the id; VW_ABSENT */
	struct vw_lines chrony;        /* server and refclock lines of chrony, ntp and timesyncd */
	struct vw_names groups; /* "kvm" and others that checks ask for, of those that /etc/group has */
	bool cut; /* the image is more than is read of one: what is not among the facts is not known to be
		     missing */
	size_t unread_count;
	const struct vw_unread *unread; /* what is there and could not be read, and why */
};

/** The state of a driver in a kernel. @name: with '_' */
enum vw_driver_state vw_image_driver(const struct vw_image_kernel *kernel, const char *name);

/** Find a module in a tree by its name, with '_'. Returns NULL when it is not there. */
const struct vw_module *vw_image_module(const struct vw_module_tree *tree, const char *name);

/**
 * The value of an option of a kernel's configuration.
 *
 * @option: without CONFIG_: "XEN_PV"
 * @ret: 'y', 'm', 'n' (also for an option that is not mentioned), or 's' for any other value
 *
 * Returns 0, or -ENODATA when the kernel's configuration could not be read.
 */
int vw_image_config(const struct vw_image_kernel *kernel, const char *option, char *ret);

struct vw_cmdline_word {
	const char *name, *value; /* neither NUL-terminated; value NULL for a bare word */
	size_t name_length, value_length;
};

/** Step through the words of a command line up to "--". @at: where it stands, moved on. False at the end. */
bool vw_cmdline_next(const char **at, struct vw_cmdline_word *ret);

/** Is a word's name this one? '-' and '_' are the same. */
bool vw_cmdline_is(const struct vw_cmdline_word *word, const char *name);

/**
 * The value of a parameter of a command line, the last one that holds.
 *
 * @name: "root", or a module's "nvme_core.io_timeout"; '-' and '_' are the same, as the kernel has it
 * @value: receives the start of the value, not NUL-terminated; NULL for a bare word
 * @length: receives its length
 *
 * Returns whether it is there. Source: Linux kernel/params.c, parse_args().
 */
bool vw_cmdline_find(const char *cmdline, const char *name, const char **value, size_t *length);

#endif
