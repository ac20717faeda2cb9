# SPDX-License-Identifier: MIT
"""The bytes of which an image is made, right or wrong: cpio, codecs, ELF, PE, kernels, and a small whole root.

Each writer takes what is to be wrong as an argument. The formats' sources: Linux Documentation/driver-api/
early-userspace/buffer-format.rst, Documentation/arch/x86/boot.rst, RFC 1951 and 8878, elf(5), PE format (Microsoft).
"""

import bz2
import gzip
import lzma
import struct
import zlib

RELEASE = "6.1.0-9-cloud-amd64"
MODULES = f"lib/modules/{RELEASE}"
DRIVERS = ("nvme", "nvme-core", "ena", "ext4", "xen-blkfront", "xen-netfront", "virtio_blk", "virtio_net")
UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"

FOLDER, FILE, LINK = 0o040755, 0o100644, 0o120777


# Cpio.

def entry(name, data=b"", mode=FILE, magic=b"070701", **over):
    """One entry as newc has it. @over: fields that are to say something else, as numbers or as their 8 bytes."""
    name = name if isinstance(name, bytes) else name.encode()
    fields = {"ino": 1, "mode": mode, "uid": 0, "gid": 0, "nlink": 1, "mtime": 0, "filesize": len(data),
              "devmajor": 0, "devminor": 0, "rdevmajor": 0, "rdevminor": 0, "namesize": len(name) + 1, "check": 0}
    fields |= over
    head = magic + b"".join(v if isinstance(v, bytes) else b"%08x" % (v & 0xffffffff) for v in fields.values())
    return padded(padded(head + name + b"\0") + data)


def padded(data, to=4):
    return data + bytes(-len(data) % to)


def cpio(*entries):
    return padded(b"".join(entries) + entry("TRAILER!!!"), 512)


# Codecs: streams that become as big as wanted.

MIB = 1 << 20


def gzip_bomb(head, size):
    """@head, then zeros; made once and repeated, as deflate's blocks allow after a full flush."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + first + again * (size // MIB) + b"\x03\0" + bytes(8)


def gzip_slow(head, size, ratio=200):
    """As big, and at no suspicious ratio."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    noise = bytes((i * i * 31 + i * 7919 >> 3) & 255 for i in range(MIB // ratio))
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(noise + bytes(MIB - len(noise))) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + first + again * (size // MIB) + b"\x03\0" + bytes(8)


def zstd(*blocks, checksum=False):
    """A frame of raw blocks (bytes) and runs (their size)."""
    out = b"\x28\xb5\x2f\xfd" + bytes([4 if checksum else 0]) + b"\x88"  # window of 128 MiB
    for number, block in enumerate(blocks):
        last = number == len(blocks) - 1
        kind, size = (0, len(block)) if isinstance(block, bytes) else (1, block)
        out += struct.pack("<I", last | kind << 1 | size << 3)[:3] + (block if kind == 0 else b"\0")
    return out


def zstd_of(data):
    step = 1 << 17
    return zstd(*(data[i:i + step] for i in range(0, len(data), step)))


def zstd_bomb(head, size):
    run = struct.pack("<I", 1 << 1 | (1 << 17) << 3)[:3] + b"\0"
    return zstd(head, b"")[:-3] + run * (size >> 17) + struct.pack("<I", 1)[:3]


def lz4_legacy(data):
    """Blocks of literals."""
    out = b"\x02\x21\x4c\x18"
    for i in range(0, len(data), 8 * MIB):
        part = data[i:i + 8 * MIB]
        block = bytes([min(len(part), 15) << 4])
        if len(part) >= 15:
            block += b"\xff" * ((len(part) - 15) // 255) + bytes([(len(part) - 15) % 255])
        out += struct.pack("<I", len(block) + len(part)) + block + part
    return out


def lz4_bomb(head, size):
    def block(start):
        literal = start + b"\0"
        length = (bytes([255]) * ((len(literal) - 15) // 255) + bytes([(len(literal) - 15) % 255])
                  if len(literal) >= 15 else b"")
        data = (bytes([min(len(literal), 15) << 4 | 15]) + length + literal + b"\x01\0" + b"\xff" * 32000 + b"\0" +
                b"\x50" + bytes(5))
        return struct.pack("<I", len(data)) + data

    return b"\x02\x21\x4c\x18" + block(head) + block(b"") * (size // (8 * MIB))


def xz_bomb(head, size):
    return lzma.compress(head + bytes(size), preset=0, check=lzma.CHECK_CRC32)


def lzma_bomb(head, size):
    return lzma.compress(head + bytes(size), format=lzma.FORMAT_ALONE, preset=0)


def bzip2_bomb(head, size):
    return bz2.compress(head + bytes(size), 9)


def zero_file_head(size=0xfffffff0):
    """What makes the zeros behind it the content of a file."""
    return entry("big", filesize=size)


# ELF.

def elf(kind=1, machine=62, sections=(), bits=64, **over):
    """An ELF file; @sections: (name, bytes). @over: fields of the header that say something else."""
    names, offsets, content, place = b"\0", [], b"", 64
    for name, data in sections:
        offsets.append((len(names), place + len(content), len(data)))
        names += name.encode() + b"\0"
        content += padded(data, 8)
    shstr = (len(names), place + len(content), 0)
    names += b".shstrtab\0"
    content += padded(names, 8)
    offsets.append((shstr[0], shstr[1], len(names)))
    header = {"type": kind, "machine": machine, "version": 1, "entry": 0, "phoff": 0, "shoff": place + len(content),
              "flags": 0, "ehsize": 64, "phentsize": 56, "phnum": 0, "shentsize": 64, "shnum": len(offsets) + 1,
              "shstrndx": len(offsets)} | over
    table = bytes(64)
    for number, (name, offset, size) in enumerate(offsets):
        table += struct.pack("<IIQQQQIIQQ", name, 3 if number == len(offsets) - 1 else 1, 0, 0, offset, size, 0, 0, 1, 0)
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1, 1]) + bytes(9)
    return ident + struct.pack("<HHIQQQIHHHHHH", *header.values()) + content + table


def module(name, extra=b"", modinfo=None, **over):
    text = b"".join(part + b"\0" for part in (
        b"license=GPL", b"description=" + name.encode(), b"depends=", b"name=" + name.encode(),
        b"vermagic=" + RELEASE.encode() + b" SMP preempt mod_unload modversions ", *([extra] if extra else [])))
    return elf(1, sections=[(".modinfo", text if modinfo is None else modinfo)], **over)


# Kernels and PE.

def bzimage(version=RELEASE.encode() + b" (builder@example) #1 SMP", setup=4, payload=b"\xfd7zXZ\0", **over):
    """The head of an x86 kernel. @over: setup_sects, version_at, payload_offset, payload_length."""
    data = bytearray((setup + 1) * 512 + 4096)
    data[0x1f1] = over.get("setup_sects", setup)
    data[0x1fe:0x200] = b"\x55\xaa"
    data[0x202:0x206] = over.get("magic", b"HdrS")
    data[0x206:0x208] = struct.pack("<H", over.get("protocol", 0x20f))
    at = over.get("version_at", 0x400)
    data[0x20e:0x210] = struct.pack("<H", at)
    data[0x211] = 1
    data[0x236] = 3
    data[0x248:0x250] = struct.pack("<II", over.get("payload_offset", 0x40) & 0xffffffff,
                                    over.get("payload_length", 1024) & 0xffffffff)
    if at + 0x200 + len(version) < len(data):
        data[at + 0x200:at + 0x200 + len(version) + 1] = version + b"\0"
    place = (setup + 1) * 512 + 0x40
    data[place:place + len(payload)] = payload
    return bytes(data)


def pe(sections, machine=0x8664, count=None, at=0x80, optional=240):
    """A PE file; @sections: (name, bytes) or (name, offset, size) for one that lies where it says."""
    table, content, place = b"", b"", at + 24 + optional + 40 * len(sections)
    for section in sections:
        name, data = section[0], section[1]
        offset, size = (place + len(content), len(data)) if len(section) == 2 else section[1:3]
        if len(section) == 2:
            content += data
        table += struct.pack("<8sIIIIIIHHI", name, size, 0x1000, size, offset, 0, 0, 0, 0, 0x40000040)
    head = b"MZ" + bytes(58) + struct.pack("<I", at)
    head += bytes(max(0, at - len(head)))
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, len(sections) if count is None else count, 0, 0, 0, optional, 0x22e)
    return head[:at] + coff + struct.pack("<H", 0x20b) + bytes(max(0, optional - 2)) + table + content


# The whole.

def initramfs_entries(mark="", modules=DRIVERS):
    """What is in an initramfs; @mark goes into whatever could be told of it."""
    kept = [entry(".", mode=FOLDER), entry("init", b"#!/bin/sh\n", 0o100755), entry("bin", mode=FOLDER),
            entry("bin/sh", elf(2, sections=[(".text", b"x")]), 0o100755), entry("conf", mode=FOLDER),
            entry("conf/initramfs.conf", f"MODULES=most{mark}\n".encode()), entry("scripts/functions", b"\n"),
            entry("conf/modules", f"nvme\n{mark}\n".encode()),
            entry("etc/modprobe.d/a.conf", f"options loop{mark} max_loop=8\n".encode())]
    folder = f"lib/modules/{RELEASE}"
    dep = "".join(f"kernel/drivers/{name}.ko:\n" for name in modules)
    kept.append(entry(f"{folder}/modules.dep", dep.encode()))
    kept += [entry(f"{folder}/kernel/drivers/{name}.ko", module(name)) for name in modules]
    return kept


def initramfs(mark=""):
    return gzip.compress(cpio(*initramfs_entries(mark)), 1)


def grub(mark=""):
    line = f"root=UUID={UUID} ro console=tty0 console=ttyS0,115200 nvme_core.io_timeout=4294967295 mark{mark}"
    return f"""set default="0"
if [ -s $prefix/grubenv ]; then
  load_env
fi
menuentry 'System{mark}' --class os $menuentry_id_option 'gnulinux-simple' {{
	insmod ext2
	search --no-floppy --fs-uuid --set=root {UUID}
	linux	/boot/vmlinuz-{RELEASE} {line}
	initrd	/boot/initrd.img-{RELEASE}
}}
"""


OPTIONS = ("BLK_DEV_NVME=y", "ENA_ETHERNET=y", "EXT4_FS=y", "XEN=y", "XEN_PV=y", "XEN_PVHVM=y", "XEN_PVHVM_GUEST=y",
           "HVC_XEN=y", "RD_GZIP=y", "RD_XZ=y", "RD_ZSTD=y", "RD_LZ4=y", "SERIAL_8250_CONSOLE=y", "HOTPLUG_PCI_ACPI=y",
           "HOTPLUG_PCI_PCIE=y", "PCIEASPM=y", "EFI_STUB=y", "ACPI=y", "KVM_GUEST=y", "BLK_DEV_INITRD=y")


def small_root(mark=""):
    """The files of an image as Debian makes them; @mark is a word that goes into all that could be told."""
    dashed = f"-{mark}" if mark else ""
    spaced = f" {mark}" if mark else ""
    files = {
        "etc/os-release": f'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12{dashed}"\nNAME="Debian{dashed}"\n',
        "etc/fstab": f"UUID={UUID} / ext4 rw 0 1\n{'/dev/sdb' + mark + ' /mnt ext4 defaults 0 2' if mark else ''}\n",
        "etc/crypttab": f"swap{mark} /dev/sdc{mark} none luks\n" if mark else "",
        "etc/machine-id": mark,
        "etc/group": f"root:x:0:\nkvm:x:104:{mark}\n",
        "etc/modules": f"loop{mark}\n",
        "etc/modules-load.d/a.conf": f"loop{mark}\n",
        "etc/modprobe.d/a.conf": f"options loop{mark} max_loop=8\n{'blacklist nvme # ' + mark if mark else ''}\n",
        "etc/default/grub": f'GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX="console=ttyS0{spaced}"\n',
        "etc/kernel/cmdline": f"root=UUID={UUID} ro{spaced}\n",
        "etc/initramfs-tools/initramfs.conf": f"MODULES=most{dashed}\nCOMPRESS=gzip\n",
        "etc/initramfs-tools/modules": f"nvme\n{mark}\n",
        "etc/dracut.conf.d/ec2.conf": f'add_drivers+=" nvme xen-blkfront{spaced} "\n',
        "etc/cloud/cloud.cfg": "users:\n - default\n",
        "etc/cloud/cloud.cfg.d/90.cfg": f"datasource_list: [ Ec2, None{', ' + mark if mark else ''} ]\n",
        "etc/cloud/ds-identify.cfg": f"policy: search,found=all,maybe=all{mark}\n",
        "etc/netplan/50-cloud-init.yaml": "network:\n  version: 2\n  ethernets:\n    primary:\n      match:\n"
                                          f"        name: \"en*{mark}\"\n      dhcp4: true\n",
        "etc/network/interfaces": f"auto lo\niface lo inet loopback\n{'iface ' + mark + ' inet dhcp' if mark else ''}\n",
        "etc/systemd/network/10-a.network": f"[Match]\nName=en*{mark}\n[Network]\nDHCP=yes\n",
        "etc/systemd/network/10-a.link": f"[Match]\nOriginalName=x*\n[Link]\nName={mark or 'x0'}\n",
        "etc/NetworkManager/system-connections/a.nmconnection":
            f"[connection]\nid=a\ntype=ethernet\ninterface-name={mark or 'enp0'}\n[ipv4]\nmethod=auto\n",
        "etc/sysconfig/network-scripts/ifcfg-eth0": f"DEVICE=eth0{mark}\nBOOTPROTO=dhcp\n" if mark else "",
        "etc/udev/rules.d/70-persistent-net.rules":
            f'SUBSYSTEM=="net", ATTR{{address}}=="02:00:00:00:00:01", NAME="{mark}"\n' if mark else "",
        "etc/udev/rules.d/70-ec2-nvme-devices.rules":
            f'KERNEL=="nvme[0-9]*n[0-9]*", ATTR{{queue/io_timeout}}="4294967295" # {mark}\n',
        "etc/selinux/config": f"SELINUX=disabled{mark}\n",
        "etc/chrony/chrony.conf": f"server 169.254.169.123 prefer iburst {mark}\n",
        "boot/grub/grub.cfg": grub(dashed),
        "boot/grub/menu.lst": f"default 0\ntitle A{dashed}\nroot (hd0)\nkernel /boot/vmlinuz-{RELEASE} root=LABEL=x "
                              f"console=hvc0{spaced}\ninitrd /boot/initrd.img-{RELEASE}\n",
        "boot/grub/grubenv": f"# GRUB Environment Block\nsaved_entry=0{mark}\n".ljust(1024, "#"),
        "boot/extlinux/extlinux.conf": f"default l0\nlabel l0\n menu label A{dashed}\n linux /boot/vmlinuz-{RELEASE}\n"
                                       f" initrd /boot/initrd.img-{RELEASE}\n append root=UUID={UUID} ro{spaced}\n",
        "boot/loader/entries/a.conf": f"title A{dashed}\nversion {RELEASE}\nlinux /boot/vmlinuz-{RELEASE}\n"
                                      f"initrd /boot/initrd.img-{RELEASE}\noptions root=UUID={UUID} ro{spaced}\n",
        f"boot/config-{RELEASE}": "".join(f"CONFIG_{option}\n" for option in OPTIONS) + f'CONFIG_LOCALVERSION="{mark}"\n',
        f"boot/vmlinuz-{RELEASE}": bzimage((RELEASE + dashed).encode() + b" (b@e) #1 SMP"),
        f"boot/initrd.img-{RELEASE}": initramfs(mark),
        "boot/efi/EFI/BOOT/BOOTX64.EFI": pe([(b".text", b"x" + mark.encode())]),
        "boot/efi/EFI/Linux/a.efi": pe([(b".cmdline", f"root=UUID={UUID} ro{spaced}".encode()),
                                        (b".uname", (RELEASE + dashed).encode()),
                                        (b".osrel", f"ID=debian\nPRETTY_NAME=A{dashed}\n".encode()),
                                        (b".linux", bzimage()), (b".initrd", initramfs(mark))]),
        f"{MODULES}/modules.dep": "".join(f"kernel/drivers/{name}.ko:\n" for name in DRIVERS) +
                                  (f"kernel/{mark}.ko:\n" if mark else ""),
        f"{MODULES}/modules.builtin": f"kernel/fs/squashfs{mark}.ko\n",
        f"{MODULES}/modules.builtin.modinfo": f"nvme_core{mark}.parmtype=io_timeout:uint\0",
        "usr/bin/kmod": elf(2) + b"liblzma libzstd libz.so " + mark.encode(),
        "bin/sh": elf(2), "sbin/init": elf(2),
        "lib/systemd/system/cloud-init.service": "[Unit]\n", "lib/systemd/system/systemd-logind.service": "[Unit]\n",
        "lib/systemd/system/mnt.mount": f"[Mount]\nWhat=UUID={UUID}{dashed}\nWhere=/mnt\nType=ext4\nOptions=nofail\n",
        "etc/systemd/system/multi-user.target.wants/cloud-init.service": "[Unit]\n",
    }
    files |= {f"{MODULES}/kernel/drivers/{name}.ko": module(name, f"version={mark or 1}".encode()) for name in DRIVERS}
    return {path: data.encode() if isinstance(data, str) else data for path, data in files.items() if data}
