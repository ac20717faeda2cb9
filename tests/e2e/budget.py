#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hold the default command to its budget: system calls, CPUID executions, libraries. budget.py PROGRAM"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[2] / name) for name in ("bench", "tests")]

import measure  # noqa: E402
import tally  # noqa: E402

# What the default command may load. libpci is for kernels that do not tell of a device in one file.
TEXT = {"libc.so.6", "libcpuid.so.16"}
ALLOWED = {"": TEXT, "--json": TEXT | {"libjansson.so.4"}}


def main():
    program = sys.argv[1]
    build = Path(program).parent
    results = []
    for option, allowed in ALLOWED.items():
        command = [program, option] if option else [program]
        name = " ".join(["virtwhere", *command[1:]])
        loaded = {Path(path).name for path in measure.libraries(command)}
        if any(library.startswith("libasan") for library in loaded):
            return tally.skip_all("budget of calls", "a sanitizer makes calls of its own")
        extra = {library for library in loaded - allowed if not library.startswith("ld-linux")}
        results.append((f"{name} loads {', '.join(sorted(loaded))}", not extra and "libc.so.6" in loaded))
        where, calls = "with ten PCI devices", measure.ten_devices(build, command)
        if calls is None:
            tally.skip(f"{name} with ten PCI devices", "no folder may be mounted over /sys here")
            where, calls = "on this machine", measure.system_calls(build, command)
        results.append((f"{name} makes {calls} system calls {where}", calls <= measure.TARGET_CALLS))
        cpuids = measure.cpuids(build, command)
        if cpuids is None:
            tally.skip(f"{name} counts CPUID", "it is an instruction of x86-64")
        else:
            results.append((f"{name} executes CPUID {cpuids} times", 0 < cpuids <= measure.TARGET_CPUID))
    for name, good in results:
        print(f"{'ok' if good else 'FAIL'}: {name}")
    failed = sum(not good for _, good in results)
    return tally.end(len(results) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
