# SPDX-License-Identifier: MIT
"""An image of a distribution, composed: the paths, names and configuration syntax are the distribution's own, the
kernel, modules and programs are the few bytes of each that say what it is.

A System says how a distribution lays its files out; an Image is one root of it that can be changed: drivers, what is
in the initramfs, the command line, any file. Nothing here judges.
"""

import bz2
import copy
import dataclasses
import functools
import gzip
import lzma
import os
import shutil
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "security"))

import image_kit as kit  # noqa: E402
from image_kit import FILE, FOLDER, LINK, UUID, entry  # noqa: E402

PARTUUID = "5a0e9c1e-01"
MACHINE = {"x86_64": 62, "aarch64": 183}
PROGRAM = FILE | 0o111

# Driver: its folder, its option in the kernel's configuration, and what it depends on.
DRIVERS = {
    "nvme-core": ("kernel/drivers/nvme/host", "NVME_CORE", ()),
    "nvme": ("kernel/drivers/nvme/host", "BLK_DEV_NVME", ("nvme-core",)),
    "ena": ("kernel/drivers/net/ethernet/amazon/ena", "ENA_ETHERNET", ()),
    "ixgbevf": ("kernel/drivers/net/ethernet/intel/ixgbevf", "IXGBEVF", ()),
    "gve": ("kernel/drivers/net/ethernet/google/gve", "GVE", ()),
    "mana": ("kernel/drivers/net/ethernet/microsoft/mana", "MICROSOFT_MANA", ()),
    "xen-blkfront": ("kernel/drivers/block", "XEN_BLKDEV_FRONTEND", ()),
    "xen-netfront": ("kernel/drivers/net", "XEN_NETDEV_FRONTEND", ()),
    "virtio_ring": ("kernel/drivers/virtio", "VIRTIO", ()),
    "virtio_pci": ("kernel/drivers/virtio", "VIRTIO_PCI", ("virtio_ring",)),
    "virtio_blk": ("kernel/drivers/block", "VIRTIO_BLK", ("virtio_ring",)),
    "virtio_net": ("kernel/drivers/net", "VIRTIO_NET", ("virtio_ring",)),
    "virtio_scsi": ("kernel/drivers/scsi", "SCSI_VIRTIO", ("virtio_ring",)),
    "sd_mod": ("kernel/drivers/scsi", "BLK_DEV_SD", ()),
    "hv_vmbus": ("kernel/drivers/hv", "HYPERV", ()),
    "hv_storvsc": ("kernel/drivers/scsi", "HYPERV_STORAGE", ("hv_vmbus",)),
    "hv_netvsc": ("kernel/drivers/net/hyperv", "HYPERV_NET", ("hv_vmbus",)),
    "kvm": ("kernel/arch/x86/kvm", "KVM", ()),
    "kvm-intel": ("kernel/arch/x86/kvm", "KVM_INTEL", ("kvm",)),
    "kvm-amd": ("kernel/arch/x86/kvm", "KVM_AMD", ("kvm",)),
    "vhost_net": ("kernel/drivers/vhost", "VHOST_NET", ("tun",)),
    "vhost_vsock": ("kernel/drivers/vhost", "VHOST_VSOCK", ()),
    "tun": ("kernel/drivers/net", "TUN", ()),
    "ext4": ("kernel/fs/ext4", "EXT4_FS", ("jbd2",)),
    "jbd2": ("kernel/fs/jbd2", "JBD2", ()),
    "xfs": ("kernel/fs/xfs", "XFS_FS", ()),
    "btrfs": ("kernel/fs/btrfs", "BTRFS_FS", ()),
    "dm-mod": ("kernel/drivers/md", "BLK_DEV_DM", ()),
    "dm-crypt": ("kernel/drivers/md", "DM_CRYPT", ("dm-mod",)),
}
# What the makers of initramfs take for any machine.
EARLY = {"nvme", "xen-blkfront", "virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod", "hv_vmbus", "hv_storvsc",
         "ext4",
         "xfs", "btrfs", "dm-mod"}
OPTIONS = {name: "y" for name in (
    "MODULES BLK_DEV_INITRD RD_GZIP RD_BZIP2 RD_LZMA RD_XZ RD_LZO RD_LZ4 RD_ZSTD XEN XEN_PV XEN_PVHVM XEN_PVHVM_GUEST "
    "HVC_XEN SERIAL_8250_CONSOLE SERIAL_8250_PCI HOTPLUG_PCI_ACPI HOTPLUG_PCI_PCIE PCIEASPM EFI_STUB ACPI "
    "KVM_GUEST TCG_CRB").split()}


@dataclasses.dataclass(frozen=True)
class System:
    """How one distribution lays out its files. {R} is the kernel's release."""

    name: str
    release: str
    os_release: str
    targets: tuple
    tool: dict  # what its remedies are to name: "initramfs", "menu", "install", "default", "cmdline"
    base: object  # Image -> its own files
    loader: object  # Image -> the boot loader's files
    network: dict  # what is configured -> files: "dhcp", "name", "mac", "fixed"
    generator: str  # of the initramfs: "initramfs-tools", "dracut" or "mkinitfs"
    arch: str = "x86_64"
    merged: bool = True  # /lib is a link to usr/lib
    vmlinuz: str = "boot/vmlinuz-{R}"
    config: str = "boot/config-{R}"
    initrd: str = "boot/initramfs-{R}.img"
    suffix: str = "ko"
    codec: str = "gzip"
    layout: str = "one"  # of the initramfs: "one" archive, "microcode" or "modules" in an early one
    filesystem: str = "ext4"
    console: str = "console=tty0 console=hvc0 console=ttyS0,115200n8"
    words: str = "nvme_core.io_timeout=4294967295"
    builtin: tuple = ()
    folders: tuple = ()  # (driver, folder) where it is not Linux' own
    musl: bool = False

    @property
    def modules(self):
        return f"{'usr/' if self.merged else ''}lib/modules/{self.release}"

    def place(self, name):
        return getattr(self, name).replace("{R}", self.release)


class Image:
    """One root. Change what it is made of, then take files()."""

    real = None  # a kernel, its modules and initramfs that were not composed: real.Real

    def __init__(self, system):
        self.system = system = self.real.fitted(system) if self.real else system
        self.release = system.release
        self.drivers = {name: "m" for name in DRIVERS}
        self.drivers |= self.real.drivers() if self.real else dict.fromkeys(system.builtin, "y")
        if system.arch == "aarch64":
            self.drivers |= {"kvm": "y"}
            self.drivers = {name: state for name,
                            state in self.drivers.items() if name not in ("kvm-intel", "kvm-amd")}
        self.early = set(EARLY)
        self.early_without = set()  # dependencies that are left out of the initramfs
        self.versions = {}  # of modules
        self.extra = []  # (path below the modules' folder, bytes or Link)
        self.config = {} if self.real else dict(OPTIONS)
        self.indexed = True  # depmod was run
        self.cmdline = [f"root=UUID={UUID}", "ro", *system.console.split(), *system.words.split()]
        self.fstab = [f"UUID={UUID} / {system.filesystem} defaults 0 1",
                      "UUID=7A1B-2C3D /boot/efi vfat umask=0077 0 2"]
        self.modprobe = {}  # name -> text, in the image and in its initramfs
        self.connected = "dhcp"
        self.has_initramfs = True
        self.codec = system.codec
        self.build = ""  # more of the parameters that the initramfs was made with
        self.hidden = {}  # more entries of the initramfs: name -> bytes
        self.lacking = set()  # names of files that the initramfs does not have
        self.spoil = bytes  # what becomes of the initramfs' bytes
        self.spoil_kernel = bytes
        self.kernel_codec = b"\xfd7zXZ\0"
        self.loader = {}  # words for the boot loader's files
        self.kmod = "+ZSTD +XZ +ZLIB"
        self.ami = {"ImageId": "ami-0123456789abcdef0", "Architecture": "arm64" if self.arm else "x86_64",
                    "VirtualizationType": "hvm", "RootDeviceType": "ebs", "EnaSupport": True,
                    "BootMode": "uefi" if self.arm else "uefi-preferred"}
        self.told = set()  # fields of it that a case sets
        self.put = {}  # files of one's own; None: not there

    @property
    def arm(self):
        return self.system.arch == "aarch64"

    def copy(self):
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, (dict, set, list)):
                setattr(other, name, value.copy())
        return other

    # --- changes ---

    def lose(self, *drivers):
        """The kernel does not have these drivers."""
        for name in drivers:
            self.drivers.pop(name, None)
            self.early.discard(name)

    def late(self, *drivers):
        """They are modules, and not in the initramfs."""
        for name in drivers:
            self.drivers[name] = "m"
            self.early.discard(name)

    def build_in(self, *drivers):
        for name in drivers:
            self.drivers[name] = "y"
            self.early.discard(name)

    def module(self, *drivers):
        """They are modules, in the initramfs too."""
        for name in drivers:
            self.drivers[name] = "m"
            self.early.add(name)

    def unsay(self, prefix):
        self.cmdline = [word for word in self.cmdline if not word.startswith(prefix)]

    # --- kernels and modules ---

    def module_bytes(self, name, release=None, version=None, signed=True, depends=()):
        if self.real and signed and not release and not version and name in self.real.paths:
            return self.real.module(name)
        text = [f"version={version}"] if version else []
        text += ["license=GPL", "depends=" + ",".join(d.replace("-", "_") for d in depends),
                 f"name={name.replace('-', '_')}",
                 f"vermagic={release or self.release} SMP mod_unload modversions "]
        data = kit.elf(1, MACHINE[self.system.arch], [(".modinfo", b"".join(t.encode() + b"\0" for t in text))])
        return data + (bytes(12) + b"~Module signature appended~\n" if signed else b"")

    def module_path(self, name):
        if self.real:
            return f"{self.real.paths[name]}.{self.system.suffix}"
        folder = dict(self.system.folders).get(name) or DRIVERS[name][0]
        return f"{folder}/{name}.{self.system.suffix}"

    def depends(self, name):
        """All modules that must be loaded before this one."""
        if self.real:
            return [d for d in self.real.depends[name] if self.drivers.get(d) == "m"]
        found = []
        for other in DRIVERS[name][2]:
            if self.drivers.get(other) == "m":
                found += [other, *self.depends(other)]
        return found

    def module_files(self, names, indexed=True):
        files = {}
        for name in sorted(names):
            data = self.module_bytes(name, version=self.versions.get(name),
                                     depends=DRIVERS.get(name, ("", "", ()))[2])
            files[self.module_path(name)] = packed(data, self.system.suffix)
        if indexed:
            files["modules.dep"] = "".join(
                f"{self.module_path(n)}:{''.join(' ' + self.module_path(d) for d in self.depends(n))}\n"
                for n in sorted(names)).encode()
        return files

    def as_modules(self):
        return {name for name, state in self.drivers.items() if state == "m"}

    def kernel_files(self):
        system, place = self.system, self.system.modules
        options = (self.real.config if self.real
                   else {}) | dict.fromkeys((d[1] for d in DRIVERS.values()), "n") | self.config
        options |= {DRIVERS[name][1]: state for name, state in self.drivers.items() if name in DRIVERS}
        text = [f"CONFIG_{k}={v}" if v in "ym" else f"# CONFIG_{k} is not set" for k,
                v in sorted(options.items())]
        composed = not self.real or self.kernel_codec != Image(system).kernel_codec
        vmlinuz = kernel(self.release, system.arch, self.kernel_codec) if composed else self.real.vmlinuz
        files = {system.place("vmlinuz"): self.spoil_kernel(vmlinuz),
                 system.place("config"): "\n".join([f"# Linux/{system.arch} {self.release} Kernel Configuration", *text, ""])}
        files |= {f"{place}/{path}": data for path,
                  data in self.module_files(self.as_modules(), self.indexed).items()}
        builtin = [f"{DRIVERS[n][0]}/{n}.ko\n" for n,
                   state in sorted(self.drivers.items()) if state == "y" and n in DRIVERS]
        files[f"{place}/modules.builtin"] = "".join(builtin) or "kernel/lib/crc16.ko\n"
        files[f"{place}/modules.builtin.modinfo"] = b"nvme_core.parmtype=io_timeout:uint\0"
        files |= {f"{place}/{path}": data for path, data in self.extra}
        return files

    # --- the initramfs ---

    def early_modules(self):
        wanted = {name for name in self.early if self.drivers.get(name) == "m"}
        return wanted | {d for name in wanted for d in self.depends(name)} - self.early_without

    def initramfs_modules(self):
        names = self.early_modules() - self.early_without
        files = self.module_files(names)
        base = f"usr/lib/modules/{self.release}" if self.skeleton() else self.system.modules
        return {f"{base}/{path}": data for path, data in files.items()}

    def skeleton(self):
        return self.real.skeletons.get(self.system.generator) if self.real else None

    def initramfs_files(self):
        """Entries as name -> bytes, or (mode, bytes)."""
        if self.skeleton():
            files = self.skeleton() | {f"etc/modprobe.d/{name}": text.encode() for name,
                                       text in self.modprobe.items()} | self.hidden
            if self.build:
                files["usr/lib/dracut/build-parameter.txt"] = self.build.encode()
            return {name: data for name, data in files.items() if Path(name).name not in self.lacking}
        files = dict(SKELETONS[self.system.generator](self))
        files |= {f"etc/modprobe.d/{name}": text.encode() for name, text in self.modprobe.items()}
        files |= self.hidden
        if self.system.merged:
            files |= {name: (LINK, f"usr/{name}".encode()) for name in ("lib", "bin", "sbin")}
        return {name: data for name, data in files.items() if Path(name).name not in self.lacking}

    def initramfs(self):
        modules, rest = self.initramfs_modules(), self.initramfs_files()
        if self.system.layout == "modules":
            return archive(modules) + bytes(92) + packed(archive(rest), self.codec)
        early = archive({"kernel/x86/microcode/GenuineIntel.bin": bytes(2048)}) if self.system.layout == "microcode" else b""
        return early + packed(archive(rest | modules), self.codec)

    # --- the whole ---

    def files(self):
        """Path -> bytes, or Link."""
        system = self.system
        files = {"etc/os-release": system.os_release, "etc/fstab": "\n".join([*self.fstab, ""]),
                 "etc/machine-id": "",
                 "boot/efi/EFI/BOOT/BOOTAA64.EFI" if self.arm else "boot/efi/EFI/BOOT/BOOTX64.EFI":
                     kit.pe([(b".text", b"x")], 0xaa64 if self.arm else 0x8664)}
        files |= self.kernel_files()
        if self.has_initramfs:
            files[system.place("initrd")] = self.spoil(self.initramfs())
        files |= {f"etc/modprobe.d/{name}": text for name, text in self.modprobe.items()}
        files |= system.network[self.connected] | system.base(self) | system.loader(self) | self.put
        if system.merged:
            files |= {name: Link(f"usr/{name}") for name in ("lib", "bin", "sbin")}
        return {path: data.encode() if isinstance(data, str) and not isinstance(data, Link) else data
                for path, data in files.items() if data is not None}


class Link(str):
    """A symbolic link's target."""


class Closed(bytes):
    """A program that may not be executed."""


# Bytes.

def packed(data, how):
    """@how: a module's suffix, or the format of an initramfs."""
    return (pack_small if len(data) < 1 << 20 else pack_large)(data, how)


def pack(data, how):
    return {"ko": bytes, "cat": bytes, "ko.gz": gz, "gzip": gz, "ko.xz": xz, "xz": xz, "ko.zst": zstd,
            "zstd": zstd, "lz4": kit.lz4_legacy, "bzip2": bz2.compress,
            "lzma": lambda d: lzma.compress(d, format=lzma.FORMAT_ALONE),
            "lz4 frame": lambda d: b"\x04\x22\x4d\x18" + d}[how](data)


pack_small, pack_large = functools.lru_cache(maxsize=None)(pack), functools.lru_cache(maxsize=8)(pack)


def zstd(data):
    """A frame of blocks as they are. RFC 8878, section 3.1.1.2"""
    step, parts = 1 << 17, [b"\x28\xb5\x2f\xfd\0\x88"]
    for at in range(0, len(data), step):
        block = data[at:at + step]
        parts += [(len(block) << 3 | (at + step >= len(data))).to_bytes(3, "little"), block]
    return b"".join(parts)


def gz(data):
    return gzip.compress(data, 1, mtime=0)


def xz(data):
    return lzma.compress(data, preset=0, check=lzma.CHECK_CRC32)


def archive(files):
    """A cpio archive of files, with the folders above them before them."""
    entries, seen = [entry(".", mode=FOLDER)], set()
    for name, data in files.items():
        mode, data = data if isinstance(data, tuple) else (FILE, data)
        for parent in list(Path(name).parents)[-2::-1]:
            if str(parent) not in seen and files.get(str(parent), (0,))[0] != LINK:
                seen.add(str(parent))
                entries.append(entry(str(parent), mode=FOLDER))
        entries.append(entry(name, data, mode))
    return kit.cpio(*entries)


@functools.lru_cache(maxsize=None)
def kernel(release, arch, payload=b"\xfd7zXZ\0"):
    if arch == "x86_64":
        return kit.bzimage(f"{release} (builder@composed) #1 SMP".encode(), payload=payload)
    # Linux Documentation/arch/arm64/booting.rst: code0 is MZ's, the magic at 56, PE's place at 60
    head = b"MZ" + bytes(54) + b"ARM\x64" + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<H", 0xaa64)
    return head + bytes(8192 - len(head))


@functools.lru_cache(maxsize=None)
def program(arch, interpreter=None, needed=()):
    """A program or library of 64 bits with a dynamic section. ELF specification 1.2, part 2."""
    base, strings = 0x1000, b"\0"
    dynamic = b""
    for name in needed:
        dynamic += struct.pack("<qQ", 1, len(strings))  # DT_NEEDED
        strings += name.encode() + b"\0"
    at_dynamic = 64 + 3 * 56
    at_strings = at_dynamic + len(dynamic) + 32
    dynamic += struct.pack("<qQqQ", 5, base + at_strings, 0, 0)  # DT_STRTAB, DT_NULL
    at_interpreter = at_strings + len(strings)
    tail = (interpreter or "").encode() + b"\0"
    size = at_interpreter + len(tail)
    headers = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    headers += struct.pack("<IIQQQQQQ", 2, 4, at_dynamic, base + at_dynamic, 0, len(dynamic), len(dynamic), 8)
    if interpreter:
        headers += struct.pack("<IIQQQQQQ", 3, 4, at_interpreter, base + at_interpreter, 0, len(tail),
                               len(tail), 1)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = ident + struct.pack("<HHIQQQIHHHHHH", 3, MACHINE[arch], 1, base, 64, 0, 0, 64, 56,
                               len(headers) // 56, 0, 0, 0)
    return (head + headers).ljust(at_dynamic, b"\0") + dynamic + strings + tail


# What makers of initramfs put into them.

def loader_of(system):
    if system.musl:
        return f"/lib/ld-musl-{system.arch}.so.1"
    return "/lib64/ld-linux-x86-64.so.2" if system.arch == "x86_64" else "/lib/ld-linux-aarch64.so.1"


def c_library(system, folder):
    arch = system.arch
    interpreter = loader_of(system).lstrip("/")
    if system.merged and interpreter.startswith("lib/"):
        interpreter = f"usr/{interpreter}"
    files = {interpreter: (PROGRAM, program(arch))}
    if system.musl:
        files[f"{folder}/libc.musl-{arch}.so.1"] = (LINK, f"ld-musl-{arch}.so.1".encode())
        return files
    return files | {f"{folder}/libc.so.6": (PROGRAM, program(arch, None, (Path(interpreter).name,)))}


def initramfs_tools(image):
    system = image.system
    folder = f"usr/lib/{system.arch}-linux-gnu"
    return {"init": (PROGRAM, b"#!/bin/sh\n"), "conf/arch.conf": b"",
            "conf/initramfs.conf": b"MODULES=most\nCOMPRESS=zstd\n",
            "conf/conf.d/build": image.build.encode(), "scripts/functions": b"\n", "conf/modules": b"",
            "usr/bin/busybox": (PROGRAM, program(system.arch, loader_of(system), ("libc.so.6",))),
            "usr/bin/sh": (LINK, b"busybox"), **c_library(system, folder)}


def dracut(image):
    system = image.system
    return {"init": (LINK, b"usr/lib/systemd/systemd"), "early_cpio": b"1\n", "usr/lib/dracut-lib.sh": b"\n",
            "usr/lib/dracut/build-parameter.txt": f"--kver '{image.release}' {image.build}\n".encode(),
            "usr/lib/systemd/systemd": (PROGRAM, program(system.arch, loader_of(system), ("libc.so.6",))),
            "usr/bin/bash": (PROGRAM, program(system.arch, loader_of(system), ("libc.so.6",))),
            "usr/bin/sh": (LINK, b"bash"), **c_library(system, "usr/lib64")}


def mkinitfs(image):
    system = image.system
    needed = (f"libc.musl-{system.arch}.so.1",)
    return {"init": (PROGRAM, b"#!/bin/sh\n"), "bin/sh": (LINK, b"/bin/busybox"), "etc/mkinitfs": b"",
            "bin/busybox": (PROGRAM, program(system.arch, loader_of(system), needed)),
            "sbin/nlplug-findfs": (PROGRAM, program(system.arch, loader_of(system), needed)),
            **c_library(system, "lib")}


SKELETONS = {"initramfs-tools": initramfs_tools, "dracut": dracut, "mkinitfs": mkinitfs}


# A folder that is such a root.

class Root:
    """A folder that becomes one image after the other; only what differs is written."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.there = {}

    def become(self, files):
        for path in [p for p in self.there if p not in files]:
            self.remove(path)
        for path, data in files.items():
            if self.there.get(path) == data and type(self.there[path]) is type(data):
                continue
            if path in self.there:
                self.remove(path)
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, Link):
                place.symlink_to(data)
            else:
                place.write_bytes(data)
                runs = data.startswith((b"\x7fELF", b"#!")) and not isinstance(data, Closed)
                place.chmod(0o755 if runs else 0o644)
            self.there[path] = data

    def remove(self, path):
        place = self.folder / path
        place.unlink()
        del self.there[path]
        for parent in place.parents:
            if parent == self.folder or os.listdir(parent):
                break
            parent.rmdir()

    def clear(self):
        shutil.rmtree(self.folder)
