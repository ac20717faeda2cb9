# SPDX-License-Identifier: MIT
"""Hold what we read of an initramfs against what the kernel's rules give."""

import os
import subprocess


def ours(reader, root, path):
    """What tests/tools/initramfs prints: key -> list of the rest of its lines."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
    done = subprocess.run([reader, root, path], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300,
                          env=environment)
    if done.returncode:
        return {"state": [f"exit status {done.returncode}: {done.stderr[:300]}"]}
    said = {}
    for line in done.stdout.splitlines():
        key, _, rest = line.partition(" ")
        said.setdefault(key, []).append(rest)
    return said


def compare(reader, root, path, theirs):
    """What differs, as words, and what we read: entries, modules, segments as (format, bytes unpacked, entries)."""
    said, wrong = ours(reader, root, path), []
    segments = [line.split(" ", 4) for line in said.get("segment", [])]
    numbers = {"entries": int(said.get("entries", ["0"])[0]),
               "modules": sum(int(line.split()[1]) for line in said.get("tree", [])),
               "named": {line.lstrip("/") for line in said.get("module", [])},
               "segments": [(s[4], int(s[2]), int(s[3])) for s in segments]}
    if said["state"] != ["whole"]:
        wrong.append(f"state {said['state'][0]}: {said.get('problem')}")
    if numbers["entries"] != theirs.entries:
        wrong.append(f"{numbers['entries']} entries, not {theirs.entries}")
    modules = theirs.modules()
    if numbers["modules"] != len(modules):
        wrong.append(f"{numbers['modules']} modules, not {len(modules)}")
    if not numbers["named"] <= modules:
        wrong.append(f"modules that are not there: {sorted(numbers['named'] - modules)[:3]}")
    if any(name.endswith("/modules.dep") for name in theirs.names) and numbers["named"] != modules:
        wrong.append(f"modules that are not told: {sorted(modules - numbers['named'])[:3]}")
    if [s[0] for s in numbers["segments"]] != [s[0] for s in theirs.segments]:
        wrong.append(f"segments {[s[0] for s in numbers['segments']]}, not {[s[0] for s in theirs.segments]}")
    if [int(s[3]) for s in segments] != [s[4] for s in theirs.segments]:
        wrong.append(f"entries of segments {[int(s[3]) for s in segments]}, not {[s[4] for s in theirs.segments]}")
    return wrong, numbers
