#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run the fuzz targets one after the other: run.py [--seconds N] FOLDER [TARGET...]

FOLDER holds the programs of tests/fuzz as `make check-fuzz` builds them. The seeds are made from the fixtures of
tests/corpus and the image of tests/security; what libFuzzer finds new is kept in FOLDER for the next run. An input
that breaks a target is kept in FOLDER/crashes; this runs it again: VW_FUZZ=TARGET PROGRAM FILE.
"""

import argparse
import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/corpus"), str(TOP / "tests/security")]
import compose  # noqa: E402
import image_kit as kit  # noqa: E402

MAX_SIZE = 16 * 1024
TARGET_SIZES = {"machine": 64 * 1024, "record": 64 * 1024, "passport": 512, "archive": 64 * 1024,
                "initramfs": 64 * 1024, "uki": 64 * 1024, "image-archive": 256 * 1024, "ami": 4096}
MEMORY = 1024  # MiB
SLOWEST = 20  # seconds for one input
MARK = b"\n@"
PROGRAMS = ("fuzz", "images")

# The file of a machine that is a target's seed.
FILES = {
    "cpuid": ["cpuid.txt", "cpuid-xenpv.txt"], "smbios": ["sys/firmware/dmi/tables/DMI"],
    "acpi": ["sys/firmware/acpi/tables/FACP"], "cpuinfo": ["proc/cpuinfo"], "cpuinfo-s390": ["proc/cpuinfo"],
    "interrupts": ["proc/interrupts"], "sysinfo": ["proc/sysinfo"], "environ": ["proc/1/environ"],
    "meta": ["meta.json"], "timing": ["timing.json"],
    "ethtool": ["ethtool.json"], "stat": ["proc/stat"],
}
PASSPORTS = [b"virtwhere:1;stack=nitro/kvm;cloud=aws;type=c8i.large", b"virtwhere:1;stack=unknown/qemu",
             b"virtwhere:1;stack=a/b/c/d/e/f/g/h;x=y", b"virtwhere:2;stack=kvm"]
# What no fixture has, and a hostile machine may.
METAS = [
    b'{"format": "virtwhere.snapshot/1", "arch": "aarch64", "captured": "2026-01-01T00:00:00Z", '
    b'"denied": {"/sys/class/dmi": "EACCES", "cpuid": "EACCES", "/sys/bus/pci/devices": "EFBIG"}}',
    b'{"format": "virtwhere.snapshot/1", "arch": "\\u001b[31m\\u0085", "denied": {"": "EIO"}}',
]

# The file of an image that is a target's seed, in the image's own words and in others.
IMAGE_FILES = {
    "kernel": f"boot/vmlinuz-{kit.RELEASE}", "uki": "boot/efi/EFI/Linux/a.efi",
    "module": f"{kit.MODULES}/kernel/drivers/nvme.ko", "modules-dep": f"{kit.MODULES}/modules.dep",
    "builtin-modinfo": f"{kit.MODULES}/modules.builtin.modinfo", "kconfig": f"boot/config-{kit.RELEASE}",
    "grub": "boot/grub/grub.cfg", "grubenv": "boot/grub/grubenv", "menu-lst": "boot/grub/menu.lst",
    "extlinux": "boot/extlinux/extlinux.conf", "bls": "boot/loader/entries/a.conf", "fstab": "etc/fstab",
    "modprobe": "etc/modprobe.d/a.conf", "netplan": "etc/netplan/50-cloud-init.yaml",
    "interfaces": "etc/network/interfaces", "ifcfg": "etc/sysconfig/network-scripts/ifcfg-eth0",
    "cloud-init": "etc/cloud/cloud.cfg.d/90.cfg", "udev": "etc/udev/rules.d/70-ec2-nvme-devices.rules",
}
MORE = {
    "grub": [b"set default=\"${saved_entry}\"\nif [ x$feature = xy ]; then\nmenuentry_id_option=\"--id\"\nfi\n"
             b"function f {\nlinux /vmlinuz $1\n}\nsubmenu 'S' --id s {\nmenuentry \"A\" --id a {\nf \\\n ro\n}\n}\n"
             b"source /boot/grub/custom.cfg\nblscfg\n"],
    "fstab": [b"LABEL=a\\040b /x\\011y xfs nofail,x-systemd.device-timeout=1 0 0\n/dev/nvme1n1p1 swap swap sw 0 0\n"],
    "modprobe": [b"install nvme /bin/false\nblacklist n-v_me\nalias pci:v* nvme\nsoftdep a pre: b post: c\noptions nvme_core \\\n"
                 b" io_timeout=255\nremove x y\n"],
    "netplan": [b"network: {version: 2, ethernets: {a: {match: {macaddress: '02:00:00:00:00:01'}, set-name: e0}}}\n",
                b"network:\n  ethernets:\n    ? a\n    : &x {dhcp4: yes}\n    b: *x\n  x: |\n    y\n  z: >-\n   w\n---\n"],
    "interfaces": [b"source-directory interfaces.d\nauto eth0\niface eth0 inet static\n  address 10.0.0.1/24\n  hwaddress ether "
                   b"02:00:00:00:00:01\nmapping eth*\n"],
    "ifcfg": [b"DEVICE=eth0\nHWADDR='02:00:00:00:00:01'\nBOOTPROTO=\"dhcp\"\n"],
    "cloud-init": [b"#cloud-config\ndatasource_list: ['Azure', \"GCE\"]\ndatasource:\n  Ec2:\n    metadata_urls: [a, b]\n"],
    "ami": [b'{"Images": [{"ImageId": "ami-0", "Architecture": "x86_64", "EnaSupport": true, "BootMode": "uefi"}]}'],
}


def initramfs_seeds():
    """Each codec, several segments, what the kernel would refuse."""
    plain = kit.cpio(*kit.initramfs_entries())
    early = kit.cpio(kit.entry("kernel/x86/microcode/GenuineIntel.bin", b"x" * 64))
    packed = [gzip.compress(plain, 9), lzma.compress(plain, check=lzma.CHECK_CRC32), kit.zstd_of(plain),
              lzma.compress(plain, format=lzma.FORMAT_ALONE), bz2.compress(plain), kit.lz4_legacy(plain)]
    yield from (plain, early + packed[0], early + bytes(512) + packed[2] + packed[0], *packed)


def image_seeds():
    files = kit.small_root()
    seeds = {target: [files[path], *MORE.get(target, ())] if path in files else list(MORE[target])
             for target, path in IMAGE_FILES.items()}
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return seeds | {"initramfs": list(initramfs_seeds()), "ami": MORE["ami"],
                    "image-archive": [data.getvalue(), gzip.compress(data.getvalue()), lzma.compress(data.getvalue())]}


def machines():
    """The files and links of each fixture, by their paths."""
    for _, case in compose.load():
        with tempfile.TemporaryDirectory(prefix="virtwhere-fuzz-") as folder:
            compose.compose(case).write(folder)
            yield {str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
                   for path in Path(folder).rglob("*") if path.is_symlink() or path.is_file()}


def one_input(machine):
    """A machine in the words of fuzz.c."""
    parts = [f">{name}\n{content}".encode() if isinstance(content, str) else name.encode() + b"\n" + content
             for name, content in sorted(machine.items())]
    return MARK + MARK.join(parts)


def archive(machine, mode):
    """A small archive of a machine, in which every kind of member occurs."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode, format=tarfile.PAX_FORMAT if ":gz" in mode else tarfile.GNU_FORMAT) as tar:
        for name, content in list(sorted(machine.items()))[:24]:
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                tar.addfile(member)
            else:
                member.size = len(content[:2048])
                tar.addfile(member, io.BytesIO(content[:2048]))
        for kind in (tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.LNKTYPE):
            member = tarfile.TarInfo(f"dev/{kind.decode()}")
            member.type, member.linkname = kind, "meta.json"
            tar.addfile(member)
    return data.getvalue()


def machine_seeds():
    seeds = {"passport": list(PASSPORTS), "meta": list(METAS), "machine": [], "record": [], "archive": []}
    for number, machine in enumerate(machines()):
        for target, names in FILES.items():
            seeds.setdefault(target, []).extend(machine[name] for name in names if name in machine)
        seeds["machine"].append(one_input(machine))
        if number % 8 == 0:
            seeds["record"].append(one_input(machine))
            seeds["archive"].append(archive(machine, "w:gz" if number % 16 else "w"))
    return seeds


def make_seeds(folder, targets):
    """A folder of seeds for each target."""
    seeds = image_seeds()
    if set(targets) - set(seeds):
        seeds |= machine_seeds()
    for target in targets:
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(sorted(set(seeds.get(target, [])))):
            (place / f"seed-{number:04}").write_bytes(content[:TARGET_SIZES.get(target, MAX_SIZE)])


def run(program, target, seconds, folder, scratch):
    """Returns whether the target held."""
    build = program.parent
    new, crashes = build / "new" / target, build / "crashes"
    for place in (new, crashes, folder / target):
        place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(program), f"-max_total_time={seconds}", f"-max_len={TARGET_SIZES.get(target, MAX_SIZE)}",
         f"-rss_limit_mb={MEMORY}", f"-timeout={SLOWEST}", f"-artifact_prefix={crashes}/{target}-",
         "-print_final_stats=1", str(new), str(folder / target)],
        env=os.environ | {"VW_FUZZ": target, "TMPDIR": str(scratch)}, capture_output=True)
    told = done.stderr.decode(errors="replace")
    stats = dict(line.removeprefix("stat::").split(":", 1) for line in told.splitlines() if line.startswith("stat::"))
    print(f"{target}: {stats.get('number_of_executed_units', '?').strip()} inputs, "
          f"{stats.get('peak_rss_mb', '?').strip()} MiB", flush=True)
    if done.returncode != 0:
        print(told[-8000:])
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("folder", type=lambda path: Path(path).resolve())
    parser.add_argument("target", nargs="*")
    options = parser.parse_args()
    program = {}
    for name in PROGRAMS:
        listed = subprocess.run([str(options.folder / name)], env=os.environ | {"VW_FUZZ": "list"}, capture_output=True,
                                check=True)
        program |= dict.fromkeys(listed.stdout.decode().split(), options.folder / name)
    targets = options.target or list(program)
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None, prefix="virtwhere-fuzz-") as scratch:
        seeds = Path(scratch, "seeds")
        make_seeds(seeds, targets)
        held = [run(program[target], target, options.seconds, seeds, scratch) for target in targets]
    print(f"{sum(held)} passed, {len(held) - sum(held)} failed")
    return 0 if held and all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
