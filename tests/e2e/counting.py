#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How tests are counted: what is left out is never a pass, in tests/run.py and in .ci/run. counting.py PROGRAM"""

import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

import run as runner  # noqa: E402
import tally  # noqa: E402

CMOCKA = """[==========] Running 3 test(s).
[ RUN      ] a
skipped: a: no such kernel
[  SKIPPED ] a
[==========] 3 test(s) run.
[  PASSED  ] 2 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] a
"""
ALL = "skipped: everything: no tool\n0 passed, 0 failed, 1 skipped\n"

# What a program says, its exit status; passed, failed and skipped tests.
PROGRAMS = [
    ("2 passed, 0 failed, 0 skipped\n", 0, (2, 0, 0)),
    ("2 passed, 0 failed\n", 0, (2, 0, 0)),
    ("2 passed, 1 failed, 0 skipped\n", 1, (2, 1, 0)),
    ("2 passed, 0 failed, 0 skipped\n", 1, (2, 1, 0)),
    ("2 passed, 0 failed, 0 skipped\n", 77, (2, 1, 0)),
    ("0 passed, 0 failed, 0 skipped\n", 0, (0, 1, 0)),
    ("skipped: a thing: it is not there\n2 passed, 0 failed, 1 skipped\n", 0, (2, 0, 1)),
    ("2 passed, 0 failed, 1 skipped\n", 0, (2, 1, 0)),
    ("skipped: a thing without why\n2 passed, 0 failed, 1 skipped\n", 0, (2, 1, 0)),
    (ALL, 77, (0, 0, 1)),
    (ALL, 0, (0, 1, 1)),
    ("nothing to test here\n", 77, (0, 1, 0)),
    ("", 0, (1, 0, 0)),
    ("", 1, (0, 1, 0)),
    (CMOCKA, 0, (2, 0, 1)),
    (CMOCKA.replace("skipped: a: no such kernel\n", ""), 0, (2, 1, 0)),
    (CMOCKA.replace("2 test(s).", "1 test(s)."), 1, (1, 1, 1)),
]

# Steps of .ci/run, what it counts, and whether it holds.
STEPS = [
    ("one a 9 true", "1 passed, 0 failed, 0 skipped", True),
    ("one a 9 false", "0 passed, 1 failed, 0 skipped", False),
    ("step a 9 echo '5 passed, 0 failed, 0 skipped'", "5 passed, 0 failed, 0 skipped", True),
    ("step a 9 true", "0 passed, 1 failed, 0 skipped", False),
    ("step a 9 sh -c 'echo 5 passed, 2 failed, 0 skipped; exit 1'", "5 passed, 2 failed, 0 skipped", False),
    ("step a 9 sh -c 'echo 5 passed, 0 failed, 0 skipped; exit 1'", "5 passed, 1 failed, 0 skipped", False),
    ("step a 9 sh -c 'echo skipped: x: y; echo 5 passed, 0 failed, 1 skipped; exit 1'", "5 passed, 2 failed, 1 skipped", False),
    ("step a 9 echo '5 passed, 0 failed, 1 skipped'", "5 passed, 1 failed, 1 skipped", False),
    ("step a 9 sh -c 'echo skipped: known: why; echo 5 passed, 0 failed, 1 skipped'", "5 passed, 0 failed, 1 skipped", True),
    ("step b 9 sh -c 'echo skipped: known: why; echo 5 passed, 0 failed, 1 skipped'", "5 passed, 1 failed, 1 skipped", False),
    ("step a 9 sh -c 'echo skipped: other: why; echo 5 passed, 0 failed, 1 skipped'", "5 passed, 1 failed, 1 skipped", False),
    ("step a 9 sh -c 'echo skipped: known: why so; echo 5 passed, 0 failed, 1 skipped'", "5 passed, 1 failed, 1 skipped", False),
    ("one c 9 true; step a 9 sh -c 'echo skipped: known: why; echo 0 passed, 0 failed, 1 skipped; exit 2'",
     "1 passed, 0 failed, 1 skipped", True),
    ("step a 9 sh -c 'echo skipped: known: why; echo 0 passed, 0 failed, 1 skipped; exit 2'", "0 passed, 0 failed, 1 skipped", False),
    ("one a 9 true; one b 9 true; step c 9 echo '5 passed, 1 failed, 0 skipped'", "7 passed, 1 failed, 0 skipped", False),
]

passed = failed = 0


def check(name, holds, shown=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"failed: {name}: {shown}")


def programs(folder):
    said = Path(folder, "said")
    for text, status, wanted in PROGRAMS:
        said.write_text(text)
        good, bad, skips, _ = runner.run(["sh", "-c", f'cat "$0"; exit {status}', str(said)], None)
        check(f"{text!r} with {status}", (good, bad, len(skips)) == wanted, (good, bad, skips))


def steps(folder):
    ci = Path(folder, ".ci")
    ci.mkdir()
    shutil.copy(TOP / ".ci/steps", ci)
    (ci / "skips").write_text("# comment\na | known: wh. | because\n")
    for text, line, holds in STEPS:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", f". .ci/steps; {text}; sum_up"], cwd=folder, text=True,
                              capture_output=True, timeout=60)
        last = done.stdout.splitlines()[-1:]
        check(text, last == [line] and (done.returncode == 0) == holds, (done.returncode, last, done.stderr))
    for line in Path(TOP, ".ci/skips").read_text().splitlines():
        parts = line.split(" | ")
        check(f".ci/skips: {line}", line.startswith("#") or len(parts) == 3 and all(parts), parts)


def ends():
    for counted, left, status, line in (((3, 0), 0, 0, "3 passed, 0 failed, 0 skipped"), ((3, 1), 0, 1, "3 passed, 1 failed, 0 skipped"),
                                        ((0, 0), 0, 1, "0 passed, 0 failed, 0 skipped"), ((3, 0), 2, 0, "3 passed, 0 failed, 2 skipped"),
                                        ((0, 0), 1, 77, "0 passed, 0 failed, 1 skipped"), ((0, 1), 1, 1, "0 passed, 1 failed, 1 skipped")):
        words = "import sys; sys.path.insert(0, sys.argv[1]); import tally\n" + "tally.skip('a: b', 'no\\nc')\n" * left
        done = subprocess.run([sys.executable, "-B", "-c", f"{words}sys.exit(tally.end{counted})", TOP / "tests"], text=True,
                              capture_output=True)
        check(f"end of {counted} and {left}", done.returncode == status and done.stdout ==
              "skipped: a, b: no c\n" * left + line + "\n", done)


def main():
    with tempfile.TemporaryDirectory(prefix="virtwhere-test-") as folder, contextlib.redirect_stderr(io.StringIO()):
        programs(folder)
        steps(folder)
    ends()
    return tally.end(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
