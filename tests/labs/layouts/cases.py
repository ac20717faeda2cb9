# SPDX-License-Identifier: MIT
"""For each check of images: what makes it fail, and what is near and passes.

A Case is held against every system that has its target, or against those it names. On the unchanged image the check
passes; changed by `bad` it says `says` with `severity`, and no other check of that target fails but those of `also`
(ANY: what follows from it is not told); changed by `good` it passes. `remedy` is what the finding is to name: a key of
the system's tools, or words.
"""

import dataclasses

from image import UUID, Closed, Link, kernel, packed, program
from systems import SYSTEMS, TOKEN, started

ANY = None
FAMILIES = {"debian": ("debian", "ubuntu"),
            "dracut": ("amazon-2", "amazon-2023", "rhel-8", "rhel-9", "sles-15"),
            "bls": ("amazon-2023", "rhel-8", "rhel-9"), "grub": ("debian", "ubuntu", "amazon-2", "sles-15"),
            "packed": ("debian", "ubuntu", "amazon-2023", "rhel-8", "rhel-9", "sles-15", "alpine"),
            "not-amazon": ("debian", "ubuntu", "rhel-8", "rhel-9", "sles-15", "alpine"),
            "selinux": ("rhel-8", "rhel-9", "amazon-2", "amazon-2023"),
            "pv": ("debian", "ubuntu", "sles-15", "alpine")}


@dataclasses.dataclass(frozen=True)
class Case:
    check: str
    target: str
    bad: object
    good: object = None
    severity: str = "fatal"
    says: str = "fail"
    also: object = ()
    remedy: str = ""
    on: str = ""  # a family, or names of systems; "": all that have the target


# Checks that cannot fail, and why. They are held to what they say instead.
NEVER = {"IRD006": "what is hidden may be right: it says unknown",
         "SSH003": "the root folder is the test's own"}


def systems_of(case):
    names = FAMILIES.get(case.on) or case.on.split()
    return [s for s in SYSTEMS if case.target in s.targets and (not names or s.name in names)]


def calls(*steps):
    """A change made of several: (name of the method, arguments…)."""
    def change(image):
        for name, *arguments in steps:
            getattr(image, name)(*arguments)
    return change


def lose(*drivers):
    return calls(("lose", *drivers))


def late(*drivers):
    return calls(("late", *drivers))


def built_in(*drivers):
    return calls(("build_in", *drivers))


def sets(**values):
    def change(image):
        for name, value in values.items():
            setattr(image, name, value)
    return change


def option(**options):
    return lambda image: image.config.update(options)


def says(*words, without=""):
    def change(image):
        if without:
            image.unsay(without)
        image.cmdline += words
    return change


def puts(**files):
    return lambda image: image.put.update(files)


def file(path, text):
    return lambda image: image.put.update({path: text})


def mounts(line):
    return lambda image: image.fstab.append(line)


def modprobe(text):
    return lambda image: image.modprobe.update({"local.conf": text})


def ami(**fields):
    def change(image):
        image.ami.update(fields)
        image.told |= set(fields)
    return change


def both(*changes):
    def change(image):
        for one in changes:
            one(image)
    return change


def versioned(version):
    return lambda image: image.versions.update(ena=version)


def foreign(folder, **about):
    """An ENA driver from elsewhere, of which modules.dep knows."""
    def change(image):
        path = f"{folder}/ena.{image.system.suffix}"
        data = image.module_bytes("ena", version="2.13.0g", **about)
        image.extra += [(path, packed(data, image.system.suffix))]
        before = image.module_files(image.as_modules())["modules.dep"].decode()
        image.extra += [("modules.dep", f"{path}:\n{before}")]
    return change


def weak(image):
    """As weak-modules links a module that another kernel of the same interface was given."""
    other, path = f"{image.release}.1", f"ena.{image.system.suffix}"
    folder = image.system.modules.replace(image.release, other)
    image.put[f"{folder}/extra/{path}"] = packed(image.module_bytes("ena", release=other), image.system.suffix)
    image.extra += [(f"weak-updates/{path}", Link(f"/{folder}/extra/{path}"))]
    before = image.module_files(image.as_modules())["modules.dep"].decode()
    image.extra += [("modules.dep", f"weak-updates/{path}:\n{before}")]


def no_initramfs(*words):
    """The kernel boots without one; its disks and file systems are built in."""
    def change(image):
        image.has_initramfs = False
        image.build_in("nvme", "nvme-core", "ext4", "jbd2", "xfs", "btrfs")
        if words:
            image.unsay("root=")
            image.cmdline += words
    return change


def unsupported(image):
    """The kernel does not unpack what the initramfs is packed with."""
    image.config[{"zstd": "RD_ZSTD", "gzip": "RD_GZIP", "xz": "RD_XZ"}[image.codec]] = "n"


def other_codecs_off(image):
    image.config.update({f"RD_{name}": "n" for name in ("GZIP", "BZIP2", "LZMA", "XZ", "LZO", "LZ4", "ZSTD")})
    image.config[{"zstd": "RD_ZSTD", "gzip": "RD_GZIP", "xz": "RD_XZ"}[image.codec]] = "y"


def cut(data):
    return data[:-64]


def host_only(image):
    if image.system.generator == "dracut":
        image.build = "--hostonly"
        image.put["etc/dracut.conf.d/host.conf"] = 'hostonly="yes"\n'
    else:
        image.put["etc/initramfs-tools/initramfs.conf"] = "MODULES=dep\n"


def root_driver(change):
    """Of the file system that the root has."""
    return lambda image: getattr(image, change)(image.system.filesystem)


def no_tree(image):
    image.drivers = {}
    image.put |= {f"{image.system.modules}/{name}": None
                  for name in ("modules.dep", "modules.builtin", "modules.builtin.modinfo")}


def no_kernel(image):
    image.put[image.system.place("vmlinuz")] = None
    image.put[f"{image.system.modules}/vmlinuz"] = None


def other_machine(image):
    image.put[image.system.place("vmlinuz")] = kernel(image.release, "x86_64" if image.arm else "aarch64")


def default_by_id(image):
    names = {"alpine": "virt", "amazon-1": "0"}
    image.loader |= {"default": names.get(image.system.name, f"gnulinux-simple-{UUID}")}


def acpid_only(image):
    units = "usr/lib/systemd/system"
    image.put |= {f"{units}/systemd-logind.service": None, f"{units}/acpid.service": "[Unit]\n"}


def no_power(image):
    image.put |= {"usr/lib/systemd/system/systemd-logind.service": None, "etc/init.d/acpid": None,
                  "etc/runlevels/default/acpid": None}


def chrony(text):
    def change(image):
        name = next(path for path in image.files() if path.endswith("/chrony.conf"))
        image.put[name] = text
    return change


def no_cloud_init(image):
    image.put |= {path: None for path in image.files() if "cloud-init" in path and "netplan" not in path}


def masked(image):
    """Neither enabled nor started: a link to nothing, or none."""
    image.put |= {path: None for path in image.files() if "cloud-init" in path
                  and ("runlevels" in path or "/rc" in path)}
    if image.system.merged or image.system.name == "sles-15":
        image.put["etc/systemd/system/cloud-init.service"] = Link("/dev/null")


def no_loader(image):
    image.put |= {path: None for path in image.files() if path.startswith("boot/efi/EFI/BOOT/BOOT")}
    image.put["boot/efi/EFI/vendor/shim.efi"] = b"no loader"


def files_lost(*parts):
    """Whatever has one of these in its path is not in the root."""
    def change(image):
        image.put |= {path: None for path in image.files() if any(part in f"/{path}" for part in parts)}
    return change


def not_to_be_run(*names):
    """Programs without the permission to execute them."""
    def change(image):
        image.put |= {path: Closed(data) for path, data in image.files().items()
                      if isinstance(data, bytes) and path.endswith(names)}
    return change


def not_started(*services):
    return lambda image: image.put.update({path: None for path in image.files()
                                           if ("wants/" in path or "/rc3.d/" in path or "runlevels/" in path)
                                           and any(name in path for name in services)})


def init_of_other_machine(image):
    other = "x86_64" if image.arm else "aarch64"
    for path in ("usr/lib/systemd/systemd", "bin/busybox", "sbin/init"):
        if path in image.files() and isinstance(image.files()[path], bytes):
            image.put[path] = program(other, None)


def swap_on(device):
    return mounts(f"{device} none swap defaults 0 0")


def lvm_by(kind):
    return file("etc/lvm/devices/system.devices", f"# LVM\nVERSION=1.1.2\nIDTYPE={kind} IDNAME=naa.6000 PVID=0lcS PART=3\n")


def starts(name):
    return lambda image: image.put.update(started(image, name))


def not_packed(image):
    image.kmod = "-ZSTD -XZ -ZLIB"


CASES = (
    Case("API001", "nitro", ami(EnaSupport=False), ami(SriovNetSupport="simple"), remedy="register-image"),
    Case("API001", "nitro-arm64", ami(Architecture="x86_64"), remedy="register-image"),
    Case("API001", "xen-pv", ami(VirtualizationType="hvm"), remedy="register-image"),
    Case("AZR001", "azure", late("hv_storvsc", "hv_vmbus"), built_in("hv_storvsc", "hv_vmbus"),
         remedy="initramfs"),
    Case("AZR002", "azure", lose("hv_netvsc"), built_in("hv_netvsc")),
    Case("AZR003", "azure", lose("nvme"), built_in("nvme", "nvme-core"), severity="advice"),
    Case("AZR004", "azure", lose("mana"), built_in("mana"), severity="advice"),
    Case("BLK001", "nitro", modprobe("blacklist ena\n"), modprobe("blacklist ena_old\n")),
    Case("BLK001", "nitro", both(calls(("module", "nvme", "nvme-core")), modprobe("install nvme /bin/false\n")),
         modprobe("install nvme /sbin/modprobe --ignore-install nvme\n")),
    Case("BLK002", "nitro", says("module_blacklist=ena"), says("--", "module_blacklist=ena")),
    Case("BLK002", "nitro", both(calls(("module", "nvme", "nvme-core")), says("rd.driver.blacklist=nvme")),
         says("rd.driver.blacklist=nouveau"), on="dracut"),
    Case("CLI001", "nitro", file("etc/cloud/cloud-init.disabled", ""),
         file("etc/cloud/cloud.cfg.d/99-ec2.cfg", "datasource_list: [Ec2]\n"), remedy="cloud-init.disabled"),
    Case("CLI001", "nitro", file("etc/cloud/cloud.cfg.d/99-local.cfg", "datasource_list: [ NoCloud ]\n")),
    Case("CLI001", "nitro", masked),
    Case("CLI002", "nitro", file("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
         file("etc/machine-id", "uninitialized\n"), severity="advice", remedy="cloud-init clean"),
    Case("CLI002", "nitro", file("etc/ssh/ssh_host_ed25519_key", "key"), file("etc/ssh/sshd_config", ""),
         severity="advice"),
    Case("CON001", "nitro", says(without="console=ttyS0"), says("console=ttyS0", without="console=ttyS0"),
         severity="degraded"),
    Case("CON001", "xen-pv", says(without="console=hvc0"), severity="degraded"),
    Case("ENA001", "nitro", lose("ena"), built_in("ena"), remedy="install"),
    Case("ENA001", "xen-hvm", lose("ena"), severity="degraded", remedy="install"),
    Case("ENA002", "nitro", versioned("1.1.3"), versioned("2.13.0g")),
    Case("ENA002", "nitro", versioned("2.2.8g"), versioned("2.2.10"), severity="advice"),
    Case("ENA003", "nitro", foreign("updates/dkms", release="5.4.0-1-other"), foreign("updates/dkms"),
         also=("MOD001",)),
    Case("ENA003", "nitro", file("var/lib/dkms/ena/2.13.0/source/Makefile", ""), weak, severity="degraded",
         on="dracut"),
    Case("ENA004", "nitro", both(option(MODULE_SIG_FORCE="y"), foreign("extra", signed=False)),
         both(option(MODULE_SIG_FORCE="y"), foreign("extra"))),
    Case("FST001", "nitro", mounts("/dev/xvdb /data ext4 defaults 0 2"),
         mounts("LABEL=data /data ext4 defaults 0 2"),
         remedy="blkid"),
    Case("FST001", "nitro", mounts("/dev/sdf /data xfs defaults,nofail 0 2"),
         mounts("tmpfs /tmp tmpfs defaults 0 0"),
         severity="degraded"),
    Case("FST001", "xen-hvm", mounts("/dev/disk/by-path/xen-vbd-51712 /data ext4 defaults 0 2"),
         mounts("/dev/mapper/vg-data /data ext4 defaults 0 2")),
    Case("FST002", "nitro", says("root=/dev/xvda1", without="root="),
         says("root=PARTUUID=5a0e9c1e-01", without="root=")),
    Case("FST002", "xen-hvm", says("root=/dev/nvme0n1p1", without="root="),
         says("root=LABEL=root", without="root=")),
    Case("GCP001", "gcp", late("virtio_scsi", "nvme"), late("virtio_scsi"), also=("GCP003",),
         remedy="initramfs"),
    Case("GCP002", "gcp", lose("virtio_net", "gve"), lose("gve"), remedy=""),
    Case("GCP003", "gcp", both(calls(("module", "nvme", "nvme-core")), late("nvme")),
         built_in("nvme", "nvme-core"),
         severity="advice", remedy="initramfs"),
    Case("HOT001", "nitro", option(HOTPLUG_PCI_ACPI="n"), option(HOTPLUG_PCI_PCIE="n"), severity="degraded"),
    Case("HOT001", "ec2-metal", option(PCIEASPM="n"), option(HOTPLUG_PCI_ACPI="n"), severity="degraded"),
    Case("FST003", "nitro", both(swap_on("UUID=2"), says("resume=/dev/xvda2")),
         both(swap_on("UUID=2"), says("resume=UUID=2")), on="amazon-2023 rhel-8 rhel-9 sles-15"),
    Case("FST003", "nitro", says("fips=1", "boot=UUID=3"), says("fips=1"), on="amazon-2 amazon-2023"),
    Case("FST003", "nitro", says("resume=UUID=2"), severity="advice"),
    Case("FST004", "nitro", mounts("fs-1:/ /srv efs defaults,tls 0 2"), mounts("fs-1:/ /srv efs _netdev,tls 0 2")),
    Case("LVM001", "nitro", both(mounts("/dev/mapper/vg-home /home xfs defaults 0 0"), lvm_by("sys_wwid")),
         both(mounts("/dev/mapper/vg-home /home xfs defaults 0 0"), lvm_by("devname"))),
    Case("INI001", "nitro", files_lost("/sbin/init", "systemd/systemd"), files_lost("/etc/inittab"), also=("NET002",), remedy=""),
    Case("INI001", "kvm", init_of_other_machine, also=ANY, remedy=""),
    Case("INI002", "nitro", files_lost("/libc.so", "/ld-musl"), files_lost("/usr/share/"), remedy="lib64"),
    Case("INI002", "kvm", files_lost("/ld-linux", "/ld-musl"), files_lost("/usr/local/"), remedy="lib64"),
    Case("INI003", "nitro", files_lost("/proc/"), files_lost("/var/"), remedy="/proc"),
    Case("INI004", "nitro", says("single"), says("singleton")),
    Case("INI004", "kvm", lambda image: image.put.update({"etc/systemd/system/default.target": Link("/usr/lib/gone.target")}),
         lambda image: image.put.update({"etc/systemd/system/default.target": Link("/usr/lib/multi.target"),
                                         "usr/lib/multi.target": "[Unit]\n"}), on="debian rhel-9"),
    Case("INI005", "nitro", not_to_be_run("systemd/systemd", "bin/busybox", "upstart/init", "sbin/init"), not_to_be_run("/sshd"),
         remedy="chmod"),
    Case("IRD001", "nitro", sets(spoil=cut), sets(spoil=lambda data: data + bytes(8192)), remedy="initramfs"),
    Case("IRD001", "nitro", sets(lacking={"init"}), severity="degraded", also=("IRD003", "IRD005", "NVM002"),
         remedy="initramfs"),
    Case("IRD001", "xen-hvm", sets(spoil=lambda data: b""), also=ANY, remedy="initramfs"),
    Case("IRD002", "nitro", unsupported, other_codecs_off),
    Case("IRD002", "nitro", sets(codec="lz4 frame"), sets(codec="lz4"), also=ANY),
    Case("IRD003", "nitro", root_driver("late"), root_driver("build_in"), remedy="initramfs"),
    Case("IRD003", "nitro-arm64", root_driver("late"), root_driver("build_in"), remedy="initramfs"),
    Case("IRD004", "nitro", host_only, file("etc/dracut.conf.d/a.conf", 'hostonly="no"\n'), severity="advice",
         remedy="initramfs", on="dracut"),
    Case("IRD004", "nitro", host_only, file("etc/initramfs-tools/conf.d/driver-policy", "MODULES=most\n"),
         severity="advice",
         remedy="initramfs", on="debian"),
    Case("IRD005", "nitro", no_initramfs(), no_initramfs("root=PARTUUID=5a0e9c1e-01"), remedy="initramfs"),
    Case("IRD005", "xen-hvm", both(no_initramfs("root=PARTUUID=5a0e9c1e-01"), built_in("xen-blkfront"),
                                   root_driver("late")),
         both(no_initramfs("root=PARTLABEL=root"), built_in("xen-blkfront")), also=("IRD003",),
         remedy="initramfs"),
    Case("IRD006", "nitro", sets(hidden={"squash-root.img": bytes(4096)}),
         sets(hidden={"usr/share/root.img": bytes(64)}),
         severity="advice", says="unknown"),
    Case("IRD007", "nitro", sets(lacking={"libc.so.6", "ld-musl-x86_64.so.1"}), sets(lacking={"no.so.1"}),
         remedy="initramfs"),
    Case("KRN001", "nitro", no_tree, also=ANY, remedy="install"),
    Case("KRN001", "nitro", no_kernel, file("boot/vmlinuz-0-rescue-5f0c", "no kernel"), also=ANY,
         remedy="install"),
    Case("KRN002", "nitro", sets(loader={"default": "7"}), default_by_id, severity="degraded", remedy="default", on="grub"),
    Case("KRN002", "nitro", sets(loader={"saved": f"{TOKEN}-5.0.0"}), sets(loader={"saved": "0"}), severity="degraded",
         remedy="default",
         on="bls"),
    Case("KRN002", "nitro", sets(loader={"default": "lts"}), default_by_id, remedy="default", on="alpine"),
    Case("KRN002", "xen-pv", sets(loader={"default": "3"}), default_by_id, remedy="default", on="amazon-1"),
    Case("KRN003", "nitro", other_machine, also=ANY),
    Case("KRN003", "nitro-arm64", other_machine, also=ANY),
    Case("KRN003", "xen-hvm", sets(spoil_kernel=lambda data: data[:2000]), also=("KRN001",)),
    Case("KRN004", "nitro", sets(loader={"more": "4.9.0-gone"}), severity="degraded", remedy="menu",
         on="debian ubuntu amazon-2 amazon-2023 rhel-8 rhel-9 sles-15 alpine"),
    Case("KRN004", "nitro", sets(loader={"empty": True}), also=ANY, remedy="menu", on="bls"),
    Case("KVM001", "nested-host", lose("kvm-intel"), modprobe("options kvm_intel nested=1\n")),
    Case("KVM001", "nested-host", modprobe("blacklist kvm\n"), modprobe("blacklist kvm_amd\n")),
    Case("KVM001", "ec2-metal", lose("kvm", "kvm-intel", "kvm-amd"), severity="advice"),
    Case("KVM002", "nested-host", lose("vhost_vsock"), built_in("vhost_vsock"), severity="advice"),
    Case("LDR001", "kvm", both(no_loader, files_lost("/i386-pc/")), no_loader,
         on="debian ubuntu amazon-2 amazon-2023 rhel-8 rhel-9 sles-15 alpine"),
    Case("LDR001", "kvm", no_loader, files_lost("/i386-pc/"), on="debian-arm64 amazon-2023-arm64"),
    Case("LDR001", "xen-hvm", files_lost("/i386-pc/"), no_loader,
         on="debian ubuntu amazon-2 amazon-2023 rhel-8 rhel-9 sles-15 alpine"),
    Case("LDR001", "nitro", both(ami(BootMode="legacy-bios"), files_lost("/i386-pc/")),
         both(ami(BootMode="uefi-preferred"), files_lost("/i386-pc/")),
         on="debian ubuntu amazon-2 amazon-2023 rhel-8 rhel-9 sles-15 alpine"),
    Case("MOD001", "nitro", sets(indexed=False), file("etc/depmod.d/dist.conf", "search updates built-in\n")),
    Case("MOD002", "nitro", not_packed, sets(kmod="+ZSTD +XZ +ZLIB +LIBCRYPTO"), on="packed"),
    Case("NET001", "nitro", sets(connected="mac"), remedy="delete"),
    Case("NET001", "nitro-arm64", sets(connected="mac"), remedy="delete"),
    Case("NET002", "nitro", sets(connected="name"), severity="advice"),
    Case("NET002", "nitro", both(sets(connected="name"), no_cloud_init), no_cloud_init),
    Case("NET003", "xen-hvm", sets(connected="fixed"), sets(connected="dhcp")),
    Case("NET004", "nitro", files_lost("/NetworkManager.service"),
         both(files_lost("/NetworkManager.service"), starts("networking")), on="debian amazon-2 amazon-2023 rhel-8 rhel-9"),
    Case("NET004", "kvm", files_lost("/dhclient"), files_lost("/dhcpcd"), on="amazon-1"),
    Case("NVM001", "nitro", lose("nvme", "nvme-core"), built_in("nvme", "nvme-core")),
    Case("NVM001", "nitro-arm64", lose("nvme", "nvme-core"), built_in("nvme", "nvme-core")),
    Case("NVM002", "nitro", both(calls(("module", "nvme", "nvme-core")), late("nvme")),
         built_in("nvme", "nvme-core"),
         remedy="initramfs"),
    Case("NVM002", "nitro", both(calls(("module", "nvme", "nvme-core")), sets(early_without={"nvme-core"})),
         calls(("module", "nvme", "nvme-core")), remedy="initramfs"),
    Case("NVM002", "ec2-metal-arm64", late("nvme"), built_in("nvme", "nvme-core"), remedy="initramfs"),
    Case("NVM003", "nitro", says(without="nvme_core.io_timeout"),
         both(says(without="nvme_core.io_timeout"), file("etc/udev/rules.d/70-ec2.rules",
              'KERNEL=="nvme[0-9]*n[0-9]*", ATTR{queue/io_timeout}="4294967295"\n')),
         severity="degraded", remedy="cmdline", on="not-amazon"),
    Case("PWR001", "nitro", no_power, acpid_only, severity="degraded", remedy="acpid"),
    Case("SEL001", "nitro", both(file("etc/selinux/config", "SELINUX=enforcing\n"), file(".autorelabel", None)),
         file("etc/selinux/config", "SELINUX=permissive\n"), severity="advice", remedy="autorelabel",
         on="selinux"),
    Case("SSH001", "nitro", files_lost("/sshd.service", "sshd"), both(files_lost("/sshd.service", "sshd"), starts("dropbear")),
         severity="degraded"),
    Case("SSH001", "kvm", files_lost("/etc/passwd"), files_lost("/etc/shadow")),
    Case("SSH002", "nitro", not_started("ssh"), files_lost("/sshd-keygen"), also=("SSH001",), remedy="ssh"),
    Case("TIM001", "nitro", chrony("pool 0.pool.ntp.org iburst\n"),
         chrony("refclock PHC /dev/ptp_ena poll 0\n"),
         severity="advice", remedy="169.254.169.123"),
    Case("UEF001", "nitro-arm64", no_loader, remedy=""),
    Case("UEF001", "ec2-metal-arm64", option(EFI_STUB="n")),
    Case("UEF002", "nitro", both(ami(BootMode="uefi"), no_loader),
         both(ami(BootMode="legacy-bios"), no_loader)),
    Case("UEF003", "nitro", both(ami(TpmSupport="v2.0"), option(TCG_CRB="n")), option(TCG_CRB="m"),
         severity="degraded"),
    Case("UEF003", "nitro", option(TCG_CRB="n"), severity="advice"),
    Case("VF001", "xen-hvm", lose("ixgbevf"), built_in("ixgbevf"), severity="degraded"),
    Case("VIO001", "kvm", late("virtio_blk", "virtio_scsi"), late("virtio_blk"), remedy="initramfs"),
    Case("VIO002", "kvm", lose("virtio_net"), built_in("virtio_net", "virtio_ring", "virtio_pci")),
    Case("XEN001", "xen-hvm", late("xen-blkfront"), built_in("xen-blkfront"), remedy="initramfs"),
    Case("XEN001", "xen-pv", lose("xen-blkfront"), built_in("xen-blkfront"), remedy="initramfs"),
    Case("XEN002", "xen-pv", lose("xen-netfront"), built_in("xen-netfront")),
    Case("XEN002", "xen-hvm", lose("xen-netfront"), severity="degraded"),
    Case("XEN003", "xen-pv", option(XEN_PV="n"), option(XEN_PVHVM="n", XEN_PVHVM_GUEST="n")),
    Case("XEN003", "xen-hvm", option(XEN_PVHVM="n", XEN_PVHVM_GUEST="n"), option(XEN_PV="n"),
         severity="degraded"),
    Case("XEN004", "xen-pv", file("boot/grub/menu.lst", None), sets(kernel_codec=b"\x1f\x8b\x08\0"), on="pv"),
    Case("XEN004", "xen-pv", sets(kernel_codec=b"\x02\x21\x4c\x18"), sets(kernel_codec=b"\x1f\x8b\x08\0")),
)
