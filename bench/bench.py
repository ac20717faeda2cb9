#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measure the program beside its peers in one run and write the table: bench.py BUILD OUTPUT.md"""

import os
import platform
import shutil
import sys
import tarfile
from pathlib import Path

from measure import (TARGET_CALLS, TARGET_CPUID, TOP, capture, cpuids, libraries, medians, system_calls,
                     ten_devices)

RUNS = 200
REPLAYS = 1000

TARGET_PEER = 0.40     # of systemd-detect-virt
TARGET_EMPTY = 2.5     # of an empty program
TARGET_REPLAY = 2.0    # seconds for 1,000 replays


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

    medians(build, list(commands.values())[:3], RUNS)  # fills the page cache
    time = dict(zip(commands, medians(build, list(commands.values()), RUNS)))
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
