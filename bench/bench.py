#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measure the program beside its peers in one run and write the tables: bench.py BUILD OUTPUT.md"""

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import measure
from measure import TARGET_CALLS, TARGET_CPUID, TOP

RUNS = 200
REPLAYS = 1000

TARGET_PEER = 0.40  # of systemd-detect-virt
TARGET_EMPTY = 2.5  # of an empty program
TARGET_REPLAY = 2.0  # seconds

EMPTY, PEER = "an empty C program", "`systemd-detect-virt`"
PEERS = {PEER: ["systemd-detect-virt"], "`lscpu`": ["lscpu"], "`virt-what`": ["virt-what"]}

PAGE = """# Performance

Written by `make bench`; do not edit. Every figure is of one run on one machine:

- {processor}, {processors} processors, {pci} PCI devices, Linux {kernel}, {machine}, as {user}; load average before
  the run {load:.1f}
- {runs} runs of each command in turns, whole processes: from before `posix_spawn` to after `waitpid`, output to
  `/dev/null`
- the empty C program is `int main(void) {{ return 0; }}` with the compiler, flags and libc of virtwhere

## Targets

{targets}

## Beside the peers

{peers}

They do not tell the same amount. On this machine:

{said}

## How it is counted

- System calls: `strace -f -c`, all of the process from `execve` on. With ten PCI devices: the same, with the tree of
  a composed Nitro instance (two network interfaces, four NVMe disks; `bench/machine.py`) mounted over `/sys` in a
  mount namespace of its own.
- CPUID: a breakpoint on each such instruction of the program and its libraries, set at the program's entry point
  (`bench/cpuids.c`). What the dynamic loader executes before, in every program, is not counted.
- Replays: the {snapshots} recorded machines of `tests/corpus/lab`, unpacked, round robin, pinned to one core.
{libraries}
"""

IMAGES = "## Pre-flight of images\n"  # what follows is of bench/images.py


def snapshots(build):
    """The recorded machines of the test suite, unpacked."""
    found = []
    for archive in sorted((TOP / "tests/corpus/lab").glob("*.tar.gz")):
        folder = build / "bench/snapshots" / archive.name.removesuffix(".tar.gz")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with tarfile.open(archive) as tar:
            tar.extractall(folder)
        found.append(str(folder))
    if not found:
        raise SystemExit("bench: no snapshots in tests/corpus/lab")
    return found


def replays(build, program, paths):
    """Seconds of 1,000 replays to JSON, pinned to one core: in one process, and in a process each."""
    spawn = [build / "bench/spawn", "-c", "0"]
    one = measure.capture([*spawn, "1", "--", build / "bench/replay", str(REPLAYS), *paths])
    # Every snapshot equally often, at least 1,000 in all; the sum is scaled down to 1,000.
    words = [word for path in paths for word in ("--", program, "--snapshot", path, "--json=compact")]
    times = measure.capture([*spawn, str(-(-REPLAYS // len(paths))), *words]).split()
    return int(one) / 1e9, sum(map(int, times)) * REPLAYS / len(times) / 1e9


def said(command):
    """What a command says of this machine, in a few words."""
    lines = subprocess.run(command, capture_output=True, text=True, cwd=TOP).stdout.splitlines()
    if command[0] == "lscpu":
        lines = [line.split(":")[1].strip() for line in lines if line.startswith(("Hypervisor", "Virtual"))]
    elif command[0].endswith("virtwhere"):
        lines = lines[:1]
    return " ".join(filter(None, lines)) or "nothing"


def table(head, rows):
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def target(name, measured, wanted, shown="{}"):
    holds = "yes" if measured <= wanted else "**no**"
    return name, shown.format(measured), "≤ " + shown.format(wanted), holds


def targets(build, ours, time, replayed):
    """Every target with what was measured."""
    for name, command in ours.items():
        yield target(f"{name}, times of {PEER}", time[name] / time[PEER], TARGET_PEER, "{:.2f}")
        yield target(f"{name}, times of {EMPTY}", time[name] / time[EMPTY], TARGET_EMPTY, "{:.2f}")
        cpuids = measure.cpuids(build, command)
        if cpuids is not None:
            yield target(f"{name}, CPUID executions", cpuids, TARGET_CPUID)
        calls = measure.ten_devices(build, command)
        if calls is not None:
            yield target(f"{name}, system calls with ten PCI devices", calls, TARGET_CALLS)
    for name, seconds in zip(("in one process", "in a process each"), replayed):
        yield target(f"{REPLAYS:,} snapshots to JSON, {name}, one core", seconds, TARGET_REPLAY, "{:.2f} s")


def peers(build, commands, time):
    for name, value in time.items():
        yield (name, f"{value / time[PEER]:.2f}", f"{value / time[EMPTY]:.2f}", f"{value / 1e6:.2f}",
               measure.system_calls(build, commands[name]))


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def pci_devices():
    folder = Path("/sys/bus/pci/devices")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def loaded(command):
    return ", ".join(f"`{Path(path).name}`" for path in measure.libraries(command))


def main():
    build, output, load = Path(sys.argv[1]), Path(sys.argv[2]), os.getloadavg()[0]
    program = str(build / "virtwhere")
    ours = {"`virtwhere`": [program], "`virtwhere --json`": [program, "--json"]}
    commands = {EMPTY: [str(build / "bench/empty")], **ours, **PEERS}

    measure.medians(build, list(commands.values()), 3)  # fills the page cache
    time = dict(zip(commands, measure.medians(build, list(commands.values()), RUNS)))
    recorded = snapshots(build)
    page = PAGE.format(
        processor=processor(), processors=os.cpu_count(), pci=pci_devices(), kernel=platform.release(),
        machine=platform.machine(), user="root" if os.geteuid() == 0 else "an ordinary user", load=load,
        runs=RUNS, snapshots=len(recorded),
        targets=table(("target", "measured", "wanted", "holds"),
                      targets(build, ours, time, replays(build, program, recorded))),
        peers=table(("command", f"times of {PEER}", f"times of {EMPTY}", "median, ms", "system calls"),
                    peers(build, commands, time)),
        said=table(("command", "says"), ((name, said(command)) for name, command in
                                         {"`virtwhere`": [program], **PEERS}.items())),
        libraries="\n".join(f"- Libraries that {name} loads: {loaded(ours[name])}." for name in ours),
    )
    output.parent.mkdir(exist_ok=True)
    _, images, rest = output.read_text().partition(IMAGES) if output.exists() else ("", "", "")
    output.write_text(page + ("\n" if images else "") + images + rest)
    print(page)


if __name__ == "__main__":
    main()
