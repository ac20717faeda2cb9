#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measure the program beside its peers in one run and write the table: bench.py BUILD OUTPUT.md"""

import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
from pathlib import Path

import machine

TOP = Path(__file__).resolve().parent.parent
RUNS = 200
REPLAYS = 1000

TARGET_PEER = 0.40     # of systemd-detect-virt
TARGET_EMPTY = 2.5     # of an empty program
TARGET_CPUID = 30      # executions
TARGET_CALLS = 300     # system calls on a machine with ten PCI devices
TARGET_REPLAY = 2.0    # seconds for 1,000 replays


def capture(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=TOP, **more).stdout


def medians(build, commands):
    """Median nanoseconds of each command, all of them measured in turns."""
    words = [word for command in commands for word in ("--", *command)]
    lines = capture([build / "bench/spawn", str(RUNS), *words]).splitlines()
    return [statistics.median(map(int, line.split())) for line in lines]


def system_calls(build, command, prefix=()):
    log = build / "bench/strace.log"
    status = subprocess.run([*prefix, "strace", "-f", "-c", "-o", log, *command], stdout=subprocess.DEVNULL,
                            cwd=TOP).returncode
    total = re.search(r"^100\.00 +\S+ +\S* +(\d+) .*total$", log.read_text(), re.M)
    if status not in (0, 3) or not total:
        raise SystemExit(f"bench: strace of {command} failed")
    return int(total.group(1))


def ten_devices(build, command):
    """System calls on a machine with ten PCI devices: its tree is mounted over /sys, seen by this command only."""
    if os.geteuid() != 0:
        return None
    tree = (build / "bench/ten").resolve()
    shutil.rmtree(tree, ignore_errors=True)
    machine.build(tree)
    script = 'mount --bind "$0" /sys && exec "$@"'
    return system_calls(build, command, ["unshare", "-m", "sh", "-c", script, str(tree)])


def libraries(command):
    """Paths of what the dynamic loader initialized, opened at start or later."""
    result = subprocess.run(command, env=dict(os.environ, LD_DEBUG="files"), capture_output=True, text=True, cwd=TOP)
    return sorted(set(re.findall(r"calling init: (\S+)", result.stderr)))


def cpuid_sites(path):
    """Where CPUID instructions stand in a program or library, as offsets in the file."""
    loads = [tuple(int(word, 16) for word in line.split()[1:5])
             for line in capture(["readelf", "-lW", path]).splitlines() if line.split()[:1] == ["LOAD"]]
    for address in re.findall(r"^ *([0-9a-f]+):\tcpuid *$", capture(["objdump", "-d", "--no-show-raw-insn", path]), re.M):
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


def snapshots(build):
    """The recorded machines of the test suite, unpacked."""
    found = []
    for archive in sorted((TOP / "tests/corpus/lab").glob("*.tar.gz")):
        folder = build / "bench/snapshots" / archive.name.removesuffix(".tar.gz")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(folder)
        found.append(str(folder))
    if not found:
        raise SystemExit("bench: no snapshots in tests/corpus/lab")
    return found


def replays(build, program):
    """Seconds of 1,000 replays to JSON: in one process, and in a process each; pinned to one core."""
    paths = snapshots(build)
    one = capture([build / "bench/spawn", "-c", "0", "1", "--", str(build / "bench/replay"), str(REPLAYS), *paths])
    # Each snapshot as often as it takes to have at least 1,000 in all, counted down to 1,000.
    words = [word for path in paths for word in ("--", program, "--snapshot", path, "--json=compact")]
    times = capture([build / "bench/spawn", "-c", "0", str(-(-REPLAYS // len(paths))), *words]).split()
    many = sum(map(int, times)) * REPLAYS / len(times)
    return len(paths), int(one) / 1e9, many / 1e9


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def verdict(measured, target):
    return "yes" if measured <= target else "**no**"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def pci_devices():
    folder = Path("/sys/bus/pci/devices")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def main():
    build, output = Path(sys.argv[1]), Path(sys.argv[2])
    program = str(build / "virtwhere")
    ours = {"`virtwhere`": [program], "`virtwhere --json`": [program, "--json"]}
    empty = [str(build / "bench/empty")]
    commands = {"an empty C program": empty, **ours, "`systemd-detect-virt`": ["systemd-detect-virt"],
                "`lscpu`": ["lscpu"], "`virt-what`": ["virt-what"]}

    medians(build, list(commands.values())[:3])  # fills the page cache
    time = dict(zip(commands, medians(build, list(commands.values()))))
    floor, peer = time["an empty C program"], time["`systemd-detect-virt`"]
    calls = {name: system_calls(build, command) for name, command in commands.items()}
    many_calls = {name: ten_devices(build, command) for name, command in ours.items()}
    executed = {name: cpuids(build, command) for name, command in ours.items()}
    count, in_one, in_many = replays(build, program)

    held = [("target", "measured", "wanted", "holds"), ("---", "---:", "---:", "---")]
    for name in ours:
        held.append((f"{name}, times of `systemd-detect-virt`", f"{time[name] / peer:.2f}", f"≤ {TARGET_PEER:.2f}",
                     verdict(time[name] / peer, TARGET_PEER)))
        held.append((f"{name}, times of an empty C program", f"{time[name] / floor:.2f}", f"≤ {TARGET_EMPTY:.1f}",
                     verdict(time[name] / floor, TARGET_EMPTY)))
        if executed[name] is not None:
            held.append((f"{name}, CPUID executions", executed[name], f"≤ {TARGET_CPUID}",
                         verdict(executed[name], TARGET_CPUID)))
        if many_calls[name] is not None:
            held.append((f"{name}, system calls with ten PCI devices", many_calls[name], f"≤ {TARGET_CALLS}",
                         verdict(many_calls[name], TARGET_CALLS)))
    for name, seconds in (("in one process", in_one), ("in a process each", in_many)):
        held.append((f"{REPLAYS:,} snapshots to JSON, {name}, one core", f"{seconds:.2f} s", f"≤ {TARGET_REPLAY:.0f} s",
                     verdict(seconds, TARGET_REPLAY)))

    measured = [("command", "times of `systemd-detect-virt`", "times of an empty C program", "median, ms", "system calls"),
                ("---", "---:", "---:", "---:", "---:")]
    for name, value in time.items():
        measured.append((name, f"{value / peer:.2f}", f"{value / floor:.2f}", f"{value / 1e6:.2f}", calls[name]))

    lines = [
        "# Performance", "",
        "Written by `make bench`; do not edit. Every figure is of one run on one machine:", "",
        f"- {processor()}, {os.cpu_count()} processors, {pci_devices()} PCI devices, Linux {platform.release()}, "
        f"{platform.machine()}, user {'root' if os.geteuid() == 0 else 'ordinary'}",
        f"- {RUNS} runs of each command in turns, whole processes: from before `posix_spawn` to after `waitpid`, "
        "output to `/dev/null`",
        "- the empty C program is `int main(void) { return 0; }` with the compiler, flags and libc of virtwhere", "",
        "## Targets", "", *[row(*cells) for cells in held], "",
        "## Beside the peers", "", *[row(*cells) for cells in measured], "",
        "Median times; the commands do not tell the same amount: see the README.", "",
        "## How it is counted", "",
        "- System calls: `strace -f -c`, all of the process from `execve` on. With ten PCI devices: the same, with the "
        "tree of a composed Nitro instance (two network interfaces, four NVMe disks; `bench/machine.py`) mounted over "
        "`/sys` in a mount namespace of its own.",
        "- CPUID: a breakpoint on each such instruction of the program and its libraries, set at the program's entry "
        "point (`bench/cpuids.c`). What the dynamic loader executes before, in every program, is not counted.",
        f"- Replays: the {count} recorded machines of `tests/corpus/lab`, unpacked, round robin, pinned to one core.",
    ]
    for name, command in ours.items():
        lines.append(f"- Libraries that {name} loads: {', '.join(f'`{Path(path).name}`' for path in libraries(command))}.")
    text = "\n".join(lines) + "\n"
    output.parent.mkdir(exist_ok=True)
    output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
