#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hold the default command to its budget: system calls, CPUID executions, libraries. budget.py PROGRAM"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import measure  # noqa: E402

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
            print("skipped: a sanitizer makes calls of its own")
            return 77
        extra = {library for library in loaded - allowed if not library.startswith("ld-linux")}
        results.append((f"{name} loads {', '.join(sorted(loaded))}", not extra and "libc.so.6" in loaded))
        where, calls = "with ten PCI devices", measure.ten_devices(build, command)
        if calls is None:
            where, calls = "on this machine, for lack of rights", measure.system_calls(build, command)
        results.append((f"{name} makes {calls} system calls {where}", calls <= measure.TARGET_CALLS))
        cpuids = measure.cpuids(build, command)
        if cpuids is not None:
            results.append((f"{name} executes CPUID {cpuids} times", 0 < cpuids <= measure.TARGET_CPUID))
    for name, good in results:
        print(f"{'ok' if good else 'FAIL'}: {name}")
    failed = sum(not good for _, good in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
