# SPDX-License-Identifier: MIT
"""What a run of a program costs: time, system calls, CPUID executions, libraries. For make bench and its guard
in the test suite."""

import os
import platform
import re
import shutil
import statistics
import subprocess
from pathlib import Path

import machine

TOP = Path(__file__).resolve().parent.parent

TARGET_CPUID = 30  # executions
TARGET_CALLS = 300  # system calls on a machine with ten PCI devices


def capture(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=TOP, **more).stdout


def medians(build, commands, runs):
    """Median nanoseconds of each command, all of them measured in turns."""
    words = [word for command in commands for word in ("--", *command)]
    lines = capture([build / "bench/spawn", str(runs), *words]).splitlines()
    return [statistics.median(map(int, line.split())) for line in lines]


def system_calls(build, command, prefix=()):
    log = build / "bench/strace.log"
    status = subprocess.run(
        [*prefix, "strace", "-f", "-c", "-o", log, *command], stdout=subprocess.DEVNULL, cwd=TOP
    ).returncode
    total = re.search(r"^100\.00 +\S+ +\S* +(\d+) .*total$", log.read_text(), re.M)
    if status not in (0, 3) or not total:
        raise RuntimeError(f"strace of {command} failed with {status}")
    return int(total.group(1))


# /sys is made private first, in a namespace of its own, so that nobody else sees what is mounted over it. In a
# chroot "/" is no mount point, and unshare(1) could not change the propagation of all.
PRIVATE_SYS = ["unshare", "-m", "--propagation", "unchanged", "sh", "-c"]


def ten_devices(build, command):
    """System calls on a machine with ten PCI devices, whose tree is mounted over /sys for this command only.

    None where mounting is not allowed.
    """
    if subprocess.run([*PRIVATE_SYS, "mount --make-rprivate /sys"], capture_output=True).returncode != 0:
        return None
    tree = (build / "bench/ten").resolve()
    shutil.rmtree(tree, ignore_errors=True)
    machine.build(tree)
    script = 'mount --make-rprivate /sys && mount --bind "$0" /sys && exec "$@"'
    return system_calls(build, command, [*PRIVATE_SYS, script, str(tree)])


def libraries(command):
    """Paths of what the dynamic loader initialized, opened at start or later."""
    result = subprocess.run(
        command, env=dict(os.environ, LD_DEBUG="files"), capture_output=True, text=True, cwd=TOP
    )
    return sorted(set(re.findall(r"calling init: (\S+)", result.stderr)))


def cpuid_sites(path):
    """Where CPUID instructions stand in a program or library, as offsets in the file."""
    loads = [
        tuple(int(word, 16) for word in line.split()[1:5])
        for line in capture(["readelf", "-lW", path]).splitlines()
        if line.split()[:1] == ["LOAD"]
    ]
    for address in re.findall(
        r"^ *([0-9a-f]+):\tcpuid *$", capture(["objdump", "-d", "--no-show-raw-insn", path]), re.M
    ):
        for offset, start, _, size in loads:
            if start <= int(address, 16) < start + size:
                yield int(address, 16) - start + offset


def cpuids(build, command):
    """CPUID executions of a program after its start-up by the dynamic loader, or None off x86-64."""
    if platform.machine() != "x86_64":
        return None
    sites = build / "bench/cpuid-sites"
    files = [os.path.realpath(path) for path in (command[0], *libraries(command))]
    sites.write_text("".join(f"{offset:x} {path}\n" for path in files for offset in cpuid_sites(path)))
    return int(capture([build / "bench/cpuids", sites, *command]))
