/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_FACTS_H
#define VW_DETECT_FACTS_H

/*
 * What was seen on one machine, without opinion. The probes fill it, detect reads it, nobody else needs it.
 *
 * Every fact carries its own state, so that "not there" and "not allowed to look" travel to the verdict by
 * themselves, and the source that it came from, so that evidence can name it. A structure of zeros holds no
 * fact: everything in it is VW_NOT_PROBED. Strings and arrays belong to the vw_facts that they hang on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vw_state {
	VW_NOT_PROBED = 0, /* nobody looked, or this architecture has no such source */
	VW_VALUE,          /* the fact holds what the source said */
	VW_ABSENT,         /* looked: the source does not exist */
	VW_DENIED,         /* looked: not allowed to read it */
	VW_MALFORMED,      /* read, and it makes no sense, or the read failed */
};

struct vw_text {
	enum vw_state state;
	const char *text;   /* trimmed, UTF-8, without control characters; NULL unless VW_VALUE */
	const char *source; /* "/sys/class/dmi/id/sys_vendor" */
};

struct vw_number {
	enum vw_state state;
	uint64_t value;
	const char *source;
};

/* Names in ascending byte order: a directory's entries, or the strings of a list. */
struct vw_names {
	enum vw_state state;
	const char *const *name;
	const char *source;
	size_t count;
};

/* A rule asks for state and source without knowing which of the three it looks at. */
_Static_assert(offsetof(struct vw_text, source) == offsetof(struct vw_names, source), "sources in one place");
_Static_assert(offsetof(struct vw_text, source) == offsetof(struct vw_number, source) || sizeof(void *) < 8,
	       "sources in one place");

/* CPUID. */

struct vw_leaf {
	uint32_t leaf, subleaf;
	uint32_t eax, ebx, ecx, edx;
};

/* One hypervisor interface: a signature found at a base leaf. Two of them are two interfaces of one
 * hypervisor, not two hypervisors. */
struct vw_interface {
	uint32_t base;      /* 0x40000000, 0x40000100, … */
	uint32_t max;       /* highest leaf that it answers, as EAX says */
	char signature[13]; /* the twelve bytes of EBX, ECX, EDX; NUL-terminated, trailing NULs dropped */
	const char *source; /* "cpuid 0x40000100" */
};

enum { VW_INTERFACES = 8 };

struct vw_cpuid_facts {
	enum vw_state state; /* VW_VALUE when leaves were read */
	size_t count;
	const struct vw_leaf *leaf; /* each (leaf, subleaf) once, in the order of execution */
	size_t interfaces;
	struct vw_interface interface[VW_INTERFACES];
	struct vw_text unknown_signature; /* printable text at 0x40000000 that no table knows ("vwlab") */
	struct vw_number hypervisor_bit;  /* leaf 1 ECX[31] */
	struct vw_text vendor;            /* leaf 0: "GenuineIntel" */
	struct vw_text brand;             /* leaves 0x80000002 to 4 */
};

/* Kernel's view of processor and hypervisor. */

struct vw_cpuinfo_facts {
	struct vw_text vendor;     /* vendor_id, "CPU implementer", "vendor_id : IBM/S390" */
	struct vw_text model;      /* "model name", "cpu", "Processor", "cpu model" */
	struct vw_text flags;      /* "flags", "Features", "features": the first processor's, as one line */
	struct vw_text vmx_flags;  /* "vmx flags", kernel 5.7 and later */
	struct vw_text platform;   /* POWER's "platform", s390's "machine", MIPS' "machine", sparc's "type" */
	struct vw_text machine;    /* POWER's "machine" ("CHRP IBM,8233-E8B"), ARM's "Hardware" */
	struct vw_text hypervisor; /* "Hypervisor" of LoongArch and others, where printed */
	struct vw_text uml;        /* "host": present under user-mode Linux only */
	struct vw_number translated; /* 1: of another architecture than the program, or a translator's own */
};

struct vw_xenbus_device {
	const char *name;   /* "vif-0" */
	const char *type;   /* "vif", "vbd" */
	const char *driver; /* bound driver's name or NULL */
};

struct vw_xen_facts {
	struct vw_text type;       /* /sys/hypervisor/type: "xen" */
	struct vw_text guest_type; /* "PV", "HVM", "PVH"; "Xen" on Arm */
	struct vw_text uuid;
	struct vw_text major, minor, extra;
	struct vw_number features;        /* /sys/hypervisor/properties/features, hexadecimal */
	struct vw_text capabilities;      /* /sys/hypervisor/properties/capabilities */
	struct vw_names proc;             /* /proc/xen's entries; may be there and empty */
	struct vw_text proc_capabilities; /* /proc/xen/capabilities: "control_d" in dom0, else empty text */
	struct vw_names bus_drivers;      /* /sys/bus/xen/drivers */
	size_t devices;
	const struct vw_xenbus_device *device; /* /sys/bus/xen/devices */
	enum vw_state devices_state;
};

/* Firmware. */

struct vw_dmi_facts {
	struct vw_text bios_vendor, bios_version;
	struct vw_text sys_vendor, product_name, product_version, product_family, product_serial,
		product_uuid;
	struct vw_text board_vendor, board_name, board_version, board_asset_tag;
	struct vw_text chassis_vendor, chassis_asset_tag;
	struct vw_number vm_bit;     /* SMBIOS type 0, byte 0x13, bit 4 */
	struct vw_names oem_strings; /* SMBIOS type 11, in their own order */
};

struct vw_acpi_table {
	const char *name;   /* "FACP" */
	const char *oem_id; /* trimmed */
	const char *oem_table_id;
	const char *creator;
};

struct vw_acpi_facts {
	enum vw_state state; /* of /sys/firmware/acpi/tables */
	size_t count;
	const struct vw_acpi_table *table;
	struct vw_text hypervisor_vendor; /* FADT's Hypervisor Vendor Identity */
	struct vw_names hids; /* /sys/bus/acpi/devices without instance numbers: "QEMU0002", "VMGENCTR" */
};

struct vw_devicetree_facts {
	struct vw_names root; /* entries of the root node */
	struct vw_text model;
	struct vw_names compatible; /* of the root node, in their own order */
	struct vw_names hypervisor; /* /hypervisor/compatible, in its own order */
};

/* Devices. */

struct vw_pci_device {
	const char *slot;               /* "0000:00:03.0" */
	uint16_t vendor, device, class; /* class: base and sub class, 0x0200 is Ethernet */
	uint16_t subvendor, subdevice;  /* 0 where not read */
	const char *driver;             /* bound driver's name or NULL */
	bool virtual_function;          /* it has a physfn link */
};

struct vw_virtio_device {
	const char *name; /* "virtio0" */
	uint32_t type;    /* 1 net, 2 block, 4 entropy, 8 SCSI, 19 vsock, 26 fs … (virtio 1.2, section 5) */
	const char *driver;
	const char *parent; /* the device that carries it: a PCI slot, "LNRO0005:00", "d0000000.virtio_mmio"
			       or NULL */
};

/* A network interface or a disk with the path of what carries it. */
struct vw_class_device {
	const char *name; /* "eth0", "nvme0n1" */
	const char
		*driver; /* of the nearest parent that has one: "ena", "virtio_blk", "nvme"; NULL when none */
	const char *bus; /* "pci", "virtio", "xen", "vmbus", "usb", "scsi", "platform" or NULL */
	const char *address;   /* the carrying device's name: "0000:00:05.0", "vif-0", "virtio1" or NULL */
	const char *pci;       /* nearest PCI slot in its path or NULL */
	const char *model;     /* disks: device/model or NULL */
	bool model_unread;     /* there is one, and it could not be read */
	const char *version;   /* the driver's /sys/module/DRIVER/version or NULL */
	const char *transport; /* NVMe: "pcie", "tcp", …; NULL elsewhere */
	struct vw_number io_timeout; /* NVMe: ms until a request counts as lost; wide probes only */
};

struct vw_vmbus_device {
	const char *name;   /* as in /sys/bus/vmbus/devices */
	const char *class;  /* GUID of its kind, without braces; NULL when it could not be read */
	const char *driver; /* bound driver's name or NULL */
};

struct vw_device_list {
	enum vw_state state;
	bool incomplete; /* there are more, which could not be read */
	size_t count;
	const struct vw_class_device *item;
};

struct vw_device_facts {
	enum vw_state pci_state;
	bool pci_incomplete; /* there are more functions, which could not be read */
	size_t pci_count;
	const struct vw_pci_device *pci;
	enum vw_state virtio_state;
	size_t virtio_count;
	const struct vw_virtio_device *virtio;
	struct vw_device_list net;   /* physical and paravirtual ones: nothing below /sys/devices/virtual */
	struct vw_device_list block; /* likewise: no loop, ram, zram, dm, md */
	struct vw_names vmbus;       /* /sys/bus/vmbus/devices */
	size_t vmbus_count;          /* wide probes only */
	const struct vw_vmbus_device *vmbus_device;
	struct vw_number nvme_timeout; /* seconds: nvme_core's parameter io_timeout; wide probes only */
	struct vw_names pmu;           /* /sys/bus/event_source/devices */
};

/* The rest. */

struct vw_clock_facts {
	struct vw_text current;   /* "tsc" */
	struct vw_text available; /* "xen tsc hpet acpi_pm" */
};

struct vw_interrupt_facts {
	struct vw_text
		names; /* first words of /proc/interrupts' rows, those of no number: "NMI LOC HYP HVS" */
	struct vw_text chips; /* the controllers named in it, each once: "IO-APIC PCI-MSI xen-dyn" */
};

struct vw_kvm_facts {
	struct vw_number module;          /* 1 when /sys/module/kvm is there; VW_ABSENT otherwise */
	struct vw_number intel, amd, pvm; /* likewise kvm_intel, kvm_amd, kvm_pvm */
	struct vw_text nested;            /* "Y" or "1": the vendor module's parameter */
	struct vw_number device;          /* /dev/kvm: 1 when it could be opened for reading and writing */
};

/* Links below /proc/self/ns; namespaces(7). */
enum vw_namespace { VW_NS_PID, VW_NS_USER, VW_NS_MNT, VW_NS_UTS, VW_NS_IPC, VW_NS_CGROUP, VW_NAMESPACES };

/* The mount on "/", by mountinfo; proc_pid_mountinfo(5). */
struct vw_root_mount {
	struct vw_number parent; /* its parent's id; absent: the file has no line for "/" */
	struct vw_number id;
	struct vw_text device; /* "254:0" */
	struct vw_text folder; /* of the file system, that is mounted: "/", "/@", "/var/lib/machines/x" */
	struct vw_text type;   /* "ext4", "overlay" */
};

struct vw_container_facts {
	struct vw_number ns[VW_NAMESPACES];   /* inode numbers of this process's namespaces */
	struct vw_root_mount root, pid1_root; /* of this process; of PID 1 where they may differ (root) */
	struct vw_text own_cgroup;            /* /proc/self/cgroup */
	struct vw_text pid2;           /* /proc/2/comm: "kthreadd" where the initial PID namespace shows */
	struct vw_text tracer;         /* the name of the process that traces this one */
	struct vw_text hostname_mount; /* what is mounted on /etc/hostname: ".../containers/ID/hostname" */
	struct vw_number unit_mount;   /* /run/systemd/incoming is one: the namespace of a service */
	struct vw_number firejail;     /* /run/firejail/mnt is one */
	struct vw_number kata;         /* a mount of kata-agent's, "kataShared" */
	struct vw_text host_manager;   /* /run/host/container-manager */
	struct vw_number flatpak;      /* /.flatpak-info */
	struct vw_number lxc;          /* /dev/.lxc-boot-id */
	struct vw_number singularity;  /* /.singularity.d */
	struct vw_number incus;        /* /dev/incus/sock */
	struct vw_number charliecloud; /* /ch/environment */
	struct vw_text
		pid1_container; /* container= of PID 1's environment, "" when the variable is not there */
	struct vw_names pid1_markers; /* names of its other telling variables: "LIBPOD_…",
					 "KUBERNETES_SERVICE_HOST" */
	struct vw_text manager;       /* /run/systemd/container */
	struct vw_number
		systemd; /* /run/systemd/system: systemd is PID 1, and writes that file for all users */
	struct vw_number dockerenv;        /* /.dockerenv */
	struct vw_number dockerinit;       /* /.dockerinit */
	struct vw_text containerenv;       /* /run/.containerenv, "" when empty */
	struct vw_text cgroup;             /* /proc/1/cgroup, else /proc/self/cgroup */
	struct vw_number proc_vz, proc_bc; /* OpenVZ: /proc/vz, and /proc/bc on its host only */
	struct vw_text vxid; /* VxID or s_context of /proc/self/status (Linux-VServer); "0" on its host */
	struct vw_number kubernetes; /* /run/secrets/kubernetes.io or /var/run/… */
	struct vw_number wsl;        /* /proc/sys/fs/binfmt_misc/WSLInterop or /run/WSL */
	struct vw_number lxd;        /* /dev/lxd/sock */
	struct vw_text proc_version; /* /proc/version: illumos lx says "BrandZ virtual linux" */
	struct vw_text uid_map;      /* /proc/self/uid_map */
};

struct vw_confidential_facts {
	struct vw_number sev_guest, tdx_guest; /* /dev/sev-guest, /dev/tdx_guest */
	struct vw_number sev_status;           /* MSR 0xC0010131 (root) */
	struct vw_text s390_guest;             /* /sys/firmware/uv/prot_virt_guest */
	struct vw_number arm_cca;              /* /sys/devices/platform/arm-cca-dev */
	struct vw_number nsm;                  /* /dev/nsm: inside a Nitro enclave */
	struct vw_number nitro_enclaves;       /* /dev/nitro_enclaves: parent of enclaves */
};

struct vw_s390_facts {
	struct vw_names vm; /* "KVM/Linux", "z/VM 6.1.0": VMnn Control Program of /proc/sysinfo, VM00
			       (innermost) first */
	struct vw_text lpar_name;
	struct vw_text type; /* "2964" */
};

struct vw_power_facts {
	struct vw_text shared_processor; /* shared_processor_mode of /proc/ppc64/lparcfg */
	struct vw_text partition;        /* partition name or number */
	struct vw_number lparcfg;        /* /proc/ppc64/lparcfg is there */
	struct vw_number hmc_managed;    /* device tree's hmc-managed? */
};

struct vw_sparc_facts {
	struct vw_number mdesc; /* /dev/mdesc: the hypervisor's machine description */
};

struct vw_kernel_facts {
	struct vw_text release; /* of /proc/version, else /proc/sys/kernel/osrelease */
	struct vw_text cmdline;
};

struct vw_passport_facts {
	struct vw_number fw_cfg_present; /* /sys/firmware/qemu_fw_cfg/by_name */
	struct vw_text fw_cfg;           /* opt/virtwhere/passport */
	struct vw_text oem_string;       /* the SMBIOS OEM string that begins with "virtwhere:" */
};

struct vw_exit_facts {
	struct vw_number min_ns, median_ns; /* one CPUID instruction; only when asked for */
};

struct vw_unread {
	const char *source; /* path, or "cpuid" */
	const char *error;  /* "EACCES" */
};

/* How one probe went; recorded when asked for. */
struct vw_probe_outcome {
	const char *name; /* "dmi": the probe's row */
	bool success;     /* all that it asked for was read, or is not there */
	uint64_t duration_ns;
};

struct vw_facts {
	bool snapshot;
	const char *path;     /* the snapshot's path or NULL */
	const char *arch;     /* as uname -m says: "x86_64" */
	const char *captured; /* RFC 3339, or NULL when the snapshot does not tell */
	struct vw_cpuid_facts cpuid;
	struct vw_cpuid_facts cpuid_xen; /* through Xen's forced-emulation prefix; PV guests only */
	struct vw_cpuinfo_facts cpuinfo;
	struct vw_xen_facts xen;
	struct vw_dmi_facts dmi;
	struct vw_acpi_facts acpi;
	struct vw_devicetree_facts devicetree;
	struct vw_device_facts devices;
	struct vw_clock_facts clock;
	struct vw_interrupt_facts interrupts;
	struct vw_kvm_facts kvm;
	struct vw_container_facts container;
	struct vw_confidential_facts confidential;
	struct vw_s390_facts s390;
	struct vw_power_facts power;
	struct vw_sparc_facts sparc;
	struct vw_kernel_facts kernel;
	struct vw_passport_facts passport;
	struct vw_exit_facts exits;
	size_t unread_count;
	const struct vw_unread
		*unread; /* each source that exists and could not be read; ENOENT is not among them */
	size_t outcome_count;
	const struct vw_probe_outcome *outcome; /* VW_PROBE_OUTCOMES only: in the order in which they ran */
};

/* What runs on while the machine does. */

struct vw_counter {
	const char *name; /* as the driver calls it: "bw_in_allowance_exceeded" */
	uint64_t value;
};

/* What a network driver counts for its device as a whole; what it counts for each queue is left out. */
struct vw_interface_counters {
	const char *name, *driver;
	const char *version, *firmware; /* the driver's, and the device's as it tells it; each may be NULL */
	size_t count;
	const struct vw_counter *counter; /* in the driver's order */
};

struct vw_counters {
	struct vw_number steal_ms; /* of all processors together */
	size_t interfaces;         /* those of Amazon's Elastic Network Adapter */
	const struct vw_interface_counters *interface;
};

/**
 * Find a CPUID leaf among those that were read.
 *
 * @cpuid: the leaves
 * @leaf: EAX of the instruction
 * @subleaf: ECX of the instruction
 *
 * Returns the leaf, owned by @cpuid, or NULL when it was not read.
 */
const struct vw_leaf *vw_cpuid_find(const struct vw_cpuid_facts *cpuid, uint32_t leaf, uint32_t subleaf);

#endif
