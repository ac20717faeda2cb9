#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run the fuzz targets one after the other: run.py [--seconds N] PROGRAM [TARGET...]

PROGRAM is tests/fuzz/fuzz.c as `make check-fuzz` builds it. The seeds are made from the fixtures of
tests/corpus; what libFuzzer finds new is kept beside PROGRAM for the next run. An input that breaks a target
is kept in crashes/ beside PROGRAM; this runs it again: VW_FUZZ=TARGET PROGRAM FILE.
"""

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/corpus"))
import compose  # noqa: E402

MAX_SIZE = 16 * 1024
TARGET_SIZES = {"machine": 64 * 1024, "record": 64 * 1024, "passport": 512, "archive": 64 * 1024}
MEMORY = 1024  # MiB
SLOWEST = 20  # seconds for one input
MARK = b"\n@"

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


def make_seeds(folder):
    """A folder of seeds for each target."""
    seeds = {"passport": list(PASSPORTS), "meta": list(METAS), "machine": [], "record": [], "archive": []}
    for number, machine in enumerate(machines()):
        for target, names in FILES.items():
            seeds.setdefault(target, []).extend(machine[name] for name in names if name in machine)
        seeds["machine"].append(one_input(machine))
        if number % 8 == 0:
            seeds["record"].append(one_input(machine))
            seeds["archive"].append(archive(machine, "w:gz" if number % 16 else "w"))
    for target, inputs in seeds.items():
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(sorted(set(inputs))):
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
    parser.add_argument("program", type=lambda path: Path(path).resolve())
    parser.add_argument("target", nargs="*")
    options = parser.parse_args()
    known = subprocess.run([str(options.program)], env=os.environ | {"VW_FUZZ": "list"}, capture_output=True,
                           check=True).stdout.decode().split()
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None, prefix="virtwhere-fuzz-") as scratch:
        seeds = Path(scratch, "seeds")
        make_seeds(seeds)
        held = [run(options.program, target, options.seconds, seeds, scratch) for target in options.target or known]
    print(f"{sum(held)} passed, {len(held) - sum(held)} failed")
    return 0 if held and all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
