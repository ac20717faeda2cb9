#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run the tests of one build and sum them up.

A test is a program that exits 0 when all of it passed. What it counted is read from cmocka's closing lines or
from a last line "N passed, N failed, N skipped"; one that counts nothing counts as one test. A count never hides an
exit status. What was left out is told in lines "skipped: WHAT: WHY" (tally.py), is counted apart, and is told again
in the end; to leave out something without such a line is a failure.
"""

import argparse
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

import tally  # noqa: E402

TOP = Path(__file__).resolve().parent.parent
LIMIT = 900  # seconds for one program
ALONE = {"tests/e2e/budget.py", "tests/e2e/service.py"}  # they count time and wake-ups
# They start the program thousands of times, and to look for leaks takes longer than what it does: the unit tests, and
# the scripts that are not here, look for them in the same code.
NO_LEAKS = {"tests/corpus/run.py", "tests/e2e/layouts.py", "tests/e2e/metrics.py"}

CMOCKA_RAN = re.compile(r"^\[=+\]\s*(\d+) test\(s\) run\.", re.M)
CMOCKA_PASSED = re.compile(r"^\[\s*PASSED\s*\]\s*(\d+) test\(s\)", re.M)
CMOCKA_SKIPPED = re.compile(r"^\[\s*SKIPPED\s*\]\s*(\d+) test\(s\)", re.M)


def counts(output, status):
    """Passed and failed tests of one program, from what it said and how it ended, and how many skips it owns to."""
    ran, skipped = sum(map(int, CMOCKA_RAN.findall(output))), 0
    sums = tally.SUM.findall(output)
    if ran:
        passed = sum(map(int, CMOCKA_PASSED.findall(output)))
        skipped = sum(map(int, CMOCKA_SKIPPED.findall(output)))
        failed = ran - passed - skipped
    elif sums:
        passed, failed, skipped = (int(number or 0) for number in sums[-1])
        if passed + failed == 0 and status != tally.ALL_SKIPPED:
            failed = 1
    else:
        passed, failed = (1, 0) if status == 0 else (0, 1)
    if failed == 0 and status != 0 and not (status == tally.ALL_SKIPPED and skipped):
        failed = 1
    return passed, failed, skipped


def run(command, environment):
    """Run one test program. Returns its passed and failed tests, its lines of skips, and what there is to print."""
    start = time.monotonic()
    if NO_LEAKS.intersection(command):
        environment = environment | {"ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0"}
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
    passed, failed, owned = counts(output, status)
    skips = [match.group() for match in tally.SKIPPED.finditer(output)]
    if owned > len(skips):
        failed += 1
        output += f"{owned} skipped, of which {len(skips)} are told as a line 'skipped: WHAT: WHY'\n"
    shown = " ".join(word.removeprefix(f"{TOP}/") for word in command)
    end = f"== failed, exit status {status}\n" if status not in (0, tally.ALL_SKIPPED) else ""
    seconds = time.monotonic() - start
    return passed, failed, skips, (f"== {shown}\n{output}{end}"
                                   f"== {passed} passed, {failed} failed, {len(skips)} skipped, {seconds:.1f} s")


def run_all(commands, environment):
    """Run as many programs at a time as there are processors, those of ALONE alone. Yields as they end, with
    their commands."""
    alone = [command for command in commands if any(word in ALONE for word in command)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run, command, environment): command for command in commands if command not in alone}
        for done in concurrent.futures.as_completed(running):
            yield running[done], *done.result()
    for command in alone:
        yield command, *run(command, environment)


def unit(build, emulator):
    # The programs of the sources that are there now: a stale program of a removed source does not run.
    for source in sorted((TOP / "tests/unit").glob("test_*.c")):
        yield [*emulator, str(build / "tests/unit" / source.stem)]


def rest(build, compiler):
    program = str(build / "virtwhere")
    yield [sys.executable, "tests/security/hostile_images.py", program]  # the longest
    yield [sys.executable, "tests/corpus/run.py", program]
    yield [sys.executable, "tests/architecture/check.py", "--build", str(build), "--cc", compiler]
    for script in sorted((TOP / "tests/e2e").glob("*.py")):
        yield [sys.executable, str(script.relative_to(TOP)), program]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build", type=Path)
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--emulator", default="")
    parser.add_argument("what", choices=["all", "unit"])
    options = parser.parse_args()

    for number in (signal.SIGINT, signal.SIGHUP):  # nohup and the shell's & ignore them, and so would the tests
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    build = options.build.resolve()
    environment = dict(
        os.environ,
        LC_ALL="C.UTF-8",
        VW_BUILD=str(build),
        ASAN_OPTIONS="detect_leaks=1:abort_on_error=0",
        UBSAN_OPTIONS="print_stacktrace=1",
        PYTHONDONTWRITEBYTECODE="1",
    )
    environment.pop("NO_COLOR", None)
    commands = list(unit(build, options.emulator.split()))
    if options.what == "all":
        commands = [*rest(build, options.cc), *commands]

    passed = failed = 0
    wrong, skips = [], []
    for command, good, bad, left_out, text in run_all(commands, environment):
        print(text, flush=True)
        passed, failed = passed + good, failed + bad
        skips += left_out
        if bad:
            wrong.append(next(word for word in command if "tests/" in word).removeprefix(f"{TOP}/"))
    for line in sorted(skips):
        print(line)
    for name in wrong:
        print(f"failed: {name}")
    print(tally.closing(passed, failed, len(skips)))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
