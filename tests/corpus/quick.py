#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold what is told of every fixture against what is kept of it, in one process: quick.py EXE

The part of run.py that mutants meet first. The snapshots are written once for each state of the fixtures, and
tests/tools/tell.c (built beside EXE) reads them all. What each option, exit status and denied source does is run.py's.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import compose  # noqa: E402
import record  # noqa: E402
import run  # noqa: E402


def digest():
    whole = hashlib.sha1()
    for folder in ("", "composed", "lab"):
        for name in sorted(os.listdir(os.path.join(HERE, folder))):
            path = os.path.join(HERE, folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    whole.update(file.read())
    return whole.hexdigest()


def snapshots(output):
    """[(family/name, folder, expect)] of every fixture, written below @output unless they are there."""
    mark = os.path.join(output, "digest")
    now = digest()
    if not os.path.exists(mark) or open(mark).read() != now:
        shutil.rmtree(output, ignore_errors=True)
        compose.write_all(output)
        for archive, expect in run.find_cases(os.path.join(HERE, "lab")):
            folder = os.path.join(output, "lab", run.name_of(archive))
            with tarfile.open(archive) as file:
                file.extractall(folder)
            with open(os.path.join(folder, "expect.json"), "w") as file:
                json.dump(expect, file)
        with open(mark, "w") as file:
            file.write(now)
    return [(f"{os.path.basename(os.path.dirname(folder))}/{os.path.basename(folder)}", folder, expect)
            for folder, expect in run.find_cases(output)]


def main():
    build = os.path.dirname(os.path.abspath(sys.argv[1]))
    cases = snapshots(os.path.join(build, "tests", "quick"))
    done = subprocess.run([os.path.join(build, "tests", "tools", "tell"), *(folder for _, folder, _ in cases)],
                          capture_output=True, timeout=300, check=False)
    lines = done.stdout.decode(errors="replace").splitlines()
    kept = record.all_kept()
    problems = []
    if done.returncode or len(lines) != len(cases):
        problems.append(f"tell: exit {done.returncode}, {len(lines)} of {len(cases)}: {done.stderr.decode()[-200:]}")
    for (name, _, expect), line in zip(cases, lines):
        report = json.loads(line)
        problems += [f"{name}: {problem}" for problem in record.differences(record.lines_of(report), kept.get(name, {}))]
        problems += [f"{name}: {path}: {run.values_at(report, path)} not in {want}" for path, want in expect.items()
                     if not run.holds(run.values_at(report, path), want)]
    for problem in problems[:20]:
        print(f"MISS {problem}")
    wrong = len({problem.split(":")[0] for problem in problems})
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
