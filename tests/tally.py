# SPDX-License-Identifier: MIT
"""What a script of tests left out, and how it ends.

What this machine cannot test is one line, "skipped: WHAT: WHY", and is counted apart from what passed. The last line
is "N passed, N failed, N skipped". tests/run.py and .ci/run read both.
"""

import re
import socket
import threading

ALL_SKIPPED = 77  # exit status of a program that could test nothing here
SKIPPED = re.compile(r"^skipped: ([^:\n]+): (\S.*)$", re.M)
SUM = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)

_left_out = []
_counted = [0, 0]  # what check() passed and failed
_lock = threading.Lock()


def line(what, why):
    """What is printed of one thing that is left out. The first colon ends @what."""
    text = f"skipped: {what.replace(': ', ', ').replace(':', '.')}: {' '.join(str(why).split())}"
    assert SKIPPED.fullmatch(text), text
    return text


def closing(passed, failed, skipped):
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def skip(what, why):
    """Leave one thing out, in this program's count."""
    text = line(what, why)
    with _lock:
        _left_out.append(text)
        print(text, flush=True)


def check(name, holds, shown=""):
    """Count one test, from any thread; what failed is printed with the beginning of what is @shown."""
    with _lock:
        _counted[not holds] += 1
        if not holds:
            print(f"failed: {name}: {str(shown)[:4000]}", flush=True)


def end(passed=0, failed=0):
    """Print the last line, with what check() counted. Returns the exit status."""
    passed, failed = passed + _counted[0], failed + _counted[1]
    print(closing(passed, failed, len(_left_out)), flush=True)
    if failed:
        return 1
    if passed:
        return 0
    return ALL_SKIPPED if _left_out else 1


def skip_all(what, why):
    """End a program that can test nothing here. Returns the exit status."""
    skip(what, why)
    return end(0, 0)


def has_loopback():
    """Whether programs of this machine can talk to each other over TCP."""
    try:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            one.listen()
            other.settimeout(5)
            other.connect(one.getsockname())
        return True
    except OSError:
        return False


NO_LOOPBACK = "no loopback that is up here: ip link set lo up"
