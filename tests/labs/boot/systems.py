# SPDX-License-Identifier: MIT
"""What the guests are made of: kernels and initramfs images, from packages and guest/."""

import gzip
import pathlib
import re
import tomllib

import packages
from initramfs import Initramfs, index_modules

HERE = pathlib.Path(__file__).resolve().parent
GUEST = HERE / "guest"

# A guest's flavour of kernel -> the modules that it gets
COMMON = ["drivers/virtio/*", "drivers/block/virtio_blk.ko", "drivers/net/virtio_net.ko", "drivers/nvme/host/*",
          "drivers/firmware/qemu_fw_cfg.ko", "drivers/firmware/dmi-sysfs.ko", "drivers/char/virtio_console.ko",
          "drivers/scsi/virtio_scsi.ko", "drivers/char/hw_random/virtio-rng.ko"]
XEN = ["drivers/xen/**/*", "drivers/block/xen-blkfront.ko", "drivers/net/xen-netfront.ko"]
EMULATED = ["drivers/ata/ahci.ko", "drivers/ata/ata_piix.ko", "drivers/ata/ata_generic.ko", "drivers/scsi/sd_mod.ko",
            "drivers/net/ethernet/intel/e1000/*", "drivers/net/ethernet/intel/e1000e/*",
            "drivers/net/ethernet/amazon/**/*", "drivers/net/ethernet/intel/ixgbevf/*"]
HOSTS = {
    "kvm": ["arch/x86/kvm/*", "drivers/vfio/**/*", "drivers/crypto/ccp/*"],
    "xen": ["drivers/block/xen-blkback/*", "drivers/net/xen-netback/*", "drivers/net/tun.ko", "drivers/block/loop.ko"],
    "container": [],
}
PEERS = ["/usr/bin/systemd-detect-virt", "/usr/bin/lscpu", "/usr/sbin/dmidecode",
         "/usr/bin/setpriv", "/usr/libexec/virt-what-cpuid-helper"]
ARCHIVE = "libarchive.so.13"  # brings 40 MB with it, so that few guests have it
FIRMWARE = ["/usr/share/qemu/linuxboot*.bin", "/usr/share/qemu/kvmvapic.bin", "/usr/share/qemu/pvh.bin",
            "/usr/share/seabios/bios*.bin", "/usr/share/seabios/vgabios-stdvga.bin"]
XEN_BIN = "/usr/lib/xen-4.17/bin"


def opened(program):
    """The libraries that our program opens when it needs them: the names of libraries that stand in it."""
    names = re.findall(rb"(?<=\0)lib[\w.+-]+\.so\.\d+(?=\0)", program.read_bytes())
    return sorted({name.decode() for name in names})


class Systems:
    def __init__(self, work, programs):
        """@programs: {architecture: the path of our program}"""
        self.work = work
        self.programs = programs
        self.trees = {}

    def tree(self, key):
        """The unpacked packages of a part of packages.toml: an architecture, or what is apart from it."""
        if key not in self.trees:
            with open(HERE / "packages.toml", "rb") as file:
                wanted = tomllib.load(file)[key]
            names = [name for group in wanted.values() for name in group]
            self.trees[key] = packages.fetch(key if key in packages.TRIPLETS else "amd64", names, self.work, key)
        return self.trees[key]

    def kernel(self, arch, flavour):
        return self.tree(arch).kernel(arch if flavour == "generic" else f"{flavour}-{arch}")

    def xen(self, place):
        """Xen itself, unpacked: QEMU loads it as a multiboot kernel."""
        image = place / "xen"
        image.write_bytes(gzip.decompress(self.tree("amd64").path("/boot/xen-4.17-amd64.gz").read_bytes()))
        return image

    def base(self, arch):
        """A guest without modules: a shell, the peers, our program."""
        tree, image = self.tree(arch), Initramfs()
        image.merged_folders()
        image.console()
        for folder in ("/proc", "/sys", "/dev", "/run", "/out"):
            image.folder(folder)
        image.folder("/tmp", 0o1777)
        image.add("/usr/bin/busybox", tree.path("/bin/busybox"), 0o755)
        image.link("/usr/bin/sh", "busybox")
        image.programs(tree, *[p for p in PEERS if arch == "amd64" or "cpuid" not in p])
        image.files(tree, "/usr/sbin/virt-what", "/usr/share/misc/pci.ids")
        program = self.programs.get(arch)
        if not program or not program.exists():
            raise packages.Unavailable(f"{program or 'no program'} is not built for {arch}")
        image.program(tree, "/usr/bin/virtwhere", program)
        image.programs(tree, *[tree.find_library(name) for name in opened(program) if name != ARCHIVE])
        image.add("/init", GUEST / "init", 0o755)
        image.add("/etc/passwd", b"root:x:0:0:root:/:/bin/sh\nguest:x:1000:1000:guest:/:/bin/sh\n")
        image.add("/etc/group", b"root:x:0:\nguest:x:1000:\n")
        for script in GUEST.iterdir():
            if script.name != "init" and script.is_file():
                image.add(f"/lab/{script.name}", script, script.stat().st_mode & 0o777)
        return image

    def guest(self, arch, flavour, hosts=None, archive=False, more=()):
        """A guest's initramfs; flavour None for a kernel without modules, @more: patterns of modules."""
        image = self.base(arch)
        if archive:
            image.programs(self.tree(arch), self.tree(arch).find_library(ARCHIVE))
        if flavour:
            tree, (_, release) = self.tree(arch), self.kernel(arch, flavour)
            index_modules(self.tree("amd64"), tree, release)
            patterns = COMMON + (XEN if arch == "amd64" else []) + (EMULATED if flavour == "generic" else [])
            image.modules(tree, release, patterns + HOSTS.get(hosts, []) + list(more))
        if hosts:
            getattr(self, f"host_{hosts}")(image)
        return image

    def inner(self, image, flavours, place, compressed):
        """Put the systems of a host's guests into the host's image."""
        for flavour in flavours:
            kernel, _ = self.kernel("amd64", flavour)
            image.add(f"/lab/kernel-{flavour}", kernel)
            initrd = self.guest("amd64", flavour).write(place / f"inner-{flavour}")
            image.add(f"/lab/initrd-{flavour}", gzip.compress(initrd.read_bytes(), 6) if compressed else initrd)

    def host_kvm(self, image):
        tree = self.tree("amd64")
        image.programs(tree, "/usr/bin/qemu-system-x86_64")
        image.files(tree, *FIRMWARE)

    def host_xen(self, image):
        tree = self.tree("amd64")
        image.programs(tree, *[f"{XEN_BIN}/{p}" for p in ("xl", "xenstored", "xenconsoled", "xenconsole",
                                                          "xen-init-dom0", "libxl-save-helper")],
                       *[f"/usr/bin/xenstore-{p}" for p in ("ls", "read", "write")],
                       "/usr/libexec/xen-qemu-system-i386")
        for name in ("xl", "xenstored", "xenconsoled"):
            image.link(f"/usr/sbin/{name}", f"{XEN_BIN}/{name}")
        image.files(tree, "/usr/lib/xen-4.17/boot/*", "/etc/xen/xl.conf", "/usr/share/qemu/keymaps/*", *FIRMWARE)
        for name in ("block", "vif-lab"):
            image.add(f"/etc/xen/scripts/{name}", GUEST / f"xen-{name}", 0o755)

    def host_container(self, image):
        tree = self.tree("amd64")
        programs = "systemd-nspawn", "bwrap", "podman", "conmon", "crun", "lxc-start"
        image.programs(tree, *[f"/usr/bin/{program}" for program in programs])
        image.files(tree, "/etc/containers/*")
        image.folder("/usr/lib/x86_64-linux-gnu/lxc/rootfs")
        image.folder("/box")
        image.add("/usr/lib/os-release", b"ID=lab\nNAME=Lab\n")
        image.link("/etc/os-release", "../usr/lib/os-release")
        image.add("/etc/machine-id", b"00112233445566778899aabbccddeeff\n")
