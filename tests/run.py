#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run the tests of one build and sum them up.

A test is a program that exits 0 when all of it passed. What it counted is read from cmocka's closing lines or
from a last line "N passed, N failed"; one that counts nothing counts as one test. A count never hides an exit
status.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LIMIT = 900  # seconds for one program
SKIPPED = 77  # exit status of a program that cannot test this build and has said why

CMOCKA_RAN = re.compile(r"^\[=+\]\s*(\d+) test\(s\) run\.", re.M)
CMOCKA_PASSED = re.compile(r"^\[\s*PASSED\s*\]\s*(\d+) test\(s\)", re.M)
CMOCKA_SKIPPED = re.compile(r"^\[\s*SKIPPED\s*\]\s*(\d+) test\(s\)", re.M)
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed\b", re.M)


def counts(output, status):
    """Passed and failed tests of one program, from what it said and how it ended."""
    if status == SKIPPED:
        return 0, 0
    ran = sum(map(int, CMOCKA_RAN.findall(output)))
    if ran:
        passed = sum(map(int, CMOCKA_PASSED.findall(output)))
        skipped = sum(map(int, CMOCKA_SKIPPED.findall(output)))
        failed = ran - passed - skipped
    elif SUMMARY.search(output):
        passed, failed = map(int, SUMMARY.findall(output)[-1])
        if passed + failed == 0:
            failed = 1
    else:
        passed, failed = (1, 0) if status == 0 else (0, 1)
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed


def run(command, environment):
    """Run one test program; its output goes out as it comes. Returns its counts."""
    shown = " ".join(word.removeprefix(f"{TOP}/") for word in command)
    print(f"== {shown}", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryFile() as log:
        try:
            child = subprocess.Popen(
                command,
                cwd=TOP,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            status = child.wait(LIMIT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            status = -1
            log.write(f"no end within {LIMIT} s\n".encode())
        except OSError as error:
            status = -1
            log.write(f"{error}\n".encode())
        log.seek(0)
        output = log.read().decode(errors="replace")
    sys.stdout.write(output)
    passed, failed = counts(output, status)
    if status not in (0, SKIPPED):
        print(f"== failed, exit status {status}")
    print(f"== {passed} passed, {failed} failed, {time.monotonic() - start:.1f} s", flush=True)
    return passed, failed


def unit(build, emulator):
    # The programs of the sources that are there now: a stale program of a removed source does not run.
    for source in sorted((TOP / "tests/unit").glob("test_*.c")):
        yield [*emulator, str(build / "tests/unit" / source.stem)]


def rest(build, compiler):
    program = str(build / "virtwhere")
    yield [sys.executable, "tests/architecture/check.py", "--build", str(build), "--cc", compiler]
    for script in sorted((TOP / "tests/e2e").glob("*")):
        if script.suffix in (".py", ".sh"):
            yield [sys.executable if script.suffix == ".py" else "bash", str(script), program]
    yield [sys.executable, "tests/security/hostile_images.py", program]
    if (TOP / "tests/corpus/run.py").exists():
        yield [sys.executable, "tests/corpus/run.py", program]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build", type=Path)
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--emulator", default="")
    parser.add_argument("what", choices=["all", "unit"])
    options = parser.parse_args()

    build = options.build.resolve()
    environment = dict(
        os.environ,
        LC_ALL="C.UTF-8",
        VW_BUILD=str(build),
        ASAN_OPTIONS="detect_leaks=1:abort_on_error=0",
        UBSAN_OPTIONS="print_stacktrace=1",
    )
    environment.pop("NO_COLOR", None)
    commands = list(unit(build, options.emulator.split()))
    if options.what == "all":
        commands += rest(build, options.cc)

    passed = failed = 0
    wrong = []
    for command in commands:
        good, bad = run(command, environment)
        passed, failed = passed + good, failed + bad
        if bad:
            wrong.append(next(word for word in command if "tests/" in word).removeprefix(f"{TOP}/"))
    for name in wrong:
        print(f"failed: {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
