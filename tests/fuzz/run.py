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
sys.path[:0] = [str(TOP / name) for name in ("tests/corpus", "tests/security", "tests")]
import compose  # noqa: E402
import image_kit as kit  # noqa: E402
import tally  # noqa: E402

MAX_SIZE = 16 * 1024
TARGET_SIZES = {"machine": 64 * 1024, "record": 64 * 1024, "passport": 512, "archive": 64 * 1024,
                "initramfs": 64 * 1024, "uki": 64 * 1024, "image-archive": 256 * 1024, "ami": 4096,
                "keep": 64 * 1024, "headers": 1024, "listen": 256}
MEMORY = 1024  # MiB
SLOWEST = 20  # seconds for one input
MARK = b"\n@"
PROGRAMS = ("fuzz", "images", "agent")

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


# What the service reads: each key, and values and lines that just miss.
HEAD = b"[virtwhered]\n"
CONFIGS = [
    HEAD + b"listen = 0.0.0.0:80\nlisten = [::1]:9796 ; a comment\nlisten = /run/x\nweb-config-file = /w\nconnections = 7\n"
    b"timeout = 2min\nreport-file = /r\nstate-directory =\ntextfile = /t\ninterval = 1d\nsettle = 20 ms\ntiming = on\n"
    b"snapshot = /s\n",
    HEAD + b"# comment\nlisten = :9796\n /run/y\nlisten =\nsettle: 5s\n",
    b"\xef\xbb\xbf" + HEAD + b"interval=365d\r\ntiming=0\r\n",
    b"interval = 1h\n", b"[oth\x1ber]\nsettle = 1\n", HEAD + b"a\x1b = 1\n", HEAD + b"help = yes\n", HEAD + b"settle = 5001ms\n",
    HEAD + b"connections = 4097\n", HEAD + b"textfile = a\x1b[2Jb\n", HEAD + b"interval = 99999999999999999999d\n",
    HEAD + b"listen = here\n", HEAD + b"timing\n", HEAD + b"snapshot = /s\nsnapshot = /t\n", HEAD + b"#" * 300 + b"\ntiming = yes\n",
]
BCRYPT = b"$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"
TLS = b"tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
WEBS = [
    TLS, TLS + b"  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n  client_allowed_sans: [a, 'b']\n"
    b"  min_version: TLS12\n  max_version: TLS13\n  prefer_server_cipher_suites: false\n"
    b"  curve_preferences: [X25519, CurveP256]\n  cipher_suites:\n"
    b"  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n  - TLS_AES_128_GCM_SHA256\n",
    b"http_server_config:\n  http2: on\n  headers:\n    x-frame-options: SAMEORIGIN\n    Strict-Transport-Security: 'max-age=1'\n"
    b"    Content-Security-Policy: \"default-src 'self'\"\n    X-Content-Type-Options: nosniff\nbasic_auth_users:\n  alice: "
    + BCRYPT + b"\n  \"bob\": '" + BCRYPT + b"'\n",
    b"basic_auth_users: &a {x: &b '" + BCRYPT + b"', y: *b}\nhttp_server_config: {headers: *a}\n",
    b"%YAML 1.1\n---\ntls_server_config: ~\nbasic_auth_users:\n  ? !!str a\n  : >-\n    x\n...\n",
    b"http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\r\\nb: c\"\n",
    b"http_server_config:\n  headers:\n    Content-Security-Policy: \"\\x9b\\N\\u2028\"\n", TLS + b"  client_ca_file: ca.pem\n",
    TLS + b"  max_version: TLS11\n", TLS + b"  cipher_suites: [TLS_NULL]\n", TLS + b"  cert_file: x\n", b"- a\n", b"a: [\n",
    b"basic_auth_users:\n  a: $2y$31" + BCRYPT[6:] + b"\n", b"basic_auth_users:\n  \"a:b\": " + BCRYPT + b"\n",
    b"tls_server_config: {cert_file: /nothing, key_file: cert.pem}\n",
]
KEPT = [
    b"virtwhere.last/1\t0\t0\nmachine\t1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n",
    b"virtwhere.last/1\t3\t2\nmachine\t2\t2\t1\t=nitro\t=kvm\t=nitro\t=hvm\t=n\t=docker\t=sev-snp\t=aws\t=m5.large\t=i-0\n"
    b"device\t=network\t=eth0\t=1d0f:ec20\t=ena\t=2.1.0K\t=ENA\tVH\ndevice\t=network\t\t\t\t\t\tunknown\n"
    b"device\t=storage\t=sda\t\t=ata_piix\t\t\tVS\nfinding\t=NET001\t=eth0\t=m\tfail\tfatal\n"
    b"finding\t=CLK001\t=clocksource\t=m\tpass\tadvice\n",
    b"virtwhere.last/1\t2\t2\nmachine\t0\t1\t0\t=a\x1b\xc2\x85\t= \r\t\t\t\t\t\t\t\t\ndevice\t=gpu\t\t\t\t\t=x\tnone\n"
    b"device\t=gpu\t\t\t\t\t=x\tP\nfinding\t=A\t\t\tpass\tfatal\nfinding\t=A\t\t\tfail\tfatal\n",
    b"virtwhere.last/2\t0\t0\nmachine\t1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n",
    b"virtwhere.last/1\t0\t0\nmachine\t-1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\n",
    b"virtwhere.last/1\t0\t1\nmachine\t1\t0\t1\t=kvm\t=kvm\t\t\t\t\t\t\t\t\nfinding\t=A\t\t\tfail\n",
]
HEADERS = [
    b"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
    b"text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    b'text/plain;q="1.000", application/openmetrics-text ; version="1.0.0" ; q=0.999',
    b"gzip, deflate, br", b"x-gzip;q=0.001, *;q=0", b"identity, *;q=0.5", b"gzip;q=1.001", b'W/"0123456789abcdef", "x"',
    b'"a\\"b,c", *', b'"0123456789abcdef', b";;=,=;q=,,\t",
]
ADDRESSES = [b"127.0.0.1:9796", b"[::1]:9796", b":0", b"/run/virtwhere/http", b"127.0.0.1:65536", b"[::1:80", b"localhost:80",
             b"[::ffff:1.2.3.4]:1", b"/" + b"x" * 107, b"1.2.3.4:80 ", b"[" + b"0:" * 30 + b"]:1"]


def certificate(folder):
    """A certificate that signs itself, and its key, in the words of the row web-files."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=fuzz", "-keyout", "key.pem", "-out", "cert.pem"],
                   cwd=folder, check=True, capture_output=True)
    pem = {name: Path(folder, name).read_bytes() for name in ("cert.pem", "key.pem")}
    return pem | {"ca.pem": pem["cert.pem"]}


def agent_seeds():
    with tempfile.TemporaryDirectory(prefix="virtwhere-fuzz-") as folder:
        files = certificate(folder)
    webs = [files, files | {"web.yml": WEBS[0]}, {"key.pem": files["cert.pem"]}, {"ca.pem": files["key.pem"]},
            {"ca.pem": b"\n" + files["cert.pem"] * 2, "cert.pem": "ca.pem"}, {"key.pem": b"\0"}, {"web.yml": "web.yml"}]
    kept = KEPT + [b"\n@\n".join(pair) for pair in zip(KEPT, KEPT[1:])]
    return {"config": CONFIGS, "web-config": WEBS, "web-files": [one_input(web) for web in webs], "kept": kept,
            "headers": HEADERS, "listen": ADDRESSES}


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
    """A machine in the words of add_parts()."""
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
    seeds = {"passport": list(PASSPORTS), "meta": list(METAS), "machine": [], "record": [], "archive": [],
             "keep": []}
    for number, machine in enumerate(machines()):
        for target, names in FILES.items():
            seeds.setdefault(target, []).extend(machine[name] for name in names if name in machine)
        for target in ("machine", "keep"):
            seeds[target].append(one_input(machine))
        if number % 8 == 0:
            seeds["record"].append(one_input(machine))
            seeds["archive"].append(archive(machine, "w:gz" if number % 16 else "w"))
    return seeds


def make_seeds(folder, targets):
    """A folder of seeds for each target."""
    seeds = image_seeds() | agent_seeds()
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
    return tally.end(sum(held), len(held) - sum(held))


if __name__ == "__main__":
    sys.exit(main())
