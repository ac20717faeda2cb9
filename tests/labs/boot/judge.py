# SPDX-License-Identifier: MIT
"""Holds what a guest said against what is true of it."""

import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "corpus"))
from run import holds, values_at  # noqa: E402 (one meaning of expectations for fixtures and guests)

LESS_CERTAIN = ["unknown", "unknown-hypervisor"]  # what an ordinary user may be told instead


def misses(document, truth):
    """What of the truth the report does not say, a line each."""
    return [f"{path}: {found(document, path)}, not {wanted(want)}" for path, want in truth.items()
            if not holds(values_at(document, path), [None if word == "null" else word for word in want])]


def found(document, path):
    return " ".join(map(str, values_at(document, path))) or "nothing"


def wanted(want):
    return " or ".join(map(str, want))


def load(path):
    """The JSON document of a file, or None."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def judge(folder, environment, program, validator):
    """All that is wrong with what a guest handed out into @folder, a line each.

    @program: ours, built for the machine that judges: it replays the guest's snapshot
    @validator: of the report's schema
    """
    if (folder / "limit.txt").exists():
        return [f"the guest was {(folder / 'limit.txt').read_text().strip()}"]
    report = load(folder / "report.json")
    if report is None:
        return ["the guest gave no report: " + text(folder / "report.json.err", last_words(folder / "console.txt"))]
    lines = misses(report, environment.get("truth", {}))
    if environment.get("hotplug"):
        after = load(folder / "after/report.json")
        lines += ["after hot-plug: no report"] if after is None else \
            [f"after hot-plug: {line}" for line in misses(after, environment["truth_after"])]
    lines += judge_user(load(folder / "user.json"), environment)
    for archive in ["snapshot.tar.gz"] + (["archive.tar.gz"] if environment.get("archive") else []):
        lines += judge_replay(folder / archive, report, program)
    return lines + [f"schema: {error.message}" for error in validator.iter_errors(report)]


def judge_user(report, environment):
    """An ordinary user is told less, never something wrong."""
    if report is None:
        return ["no report as an ordinary user"] if environment.get("ordinary", True) else []
    truth = {path: wanted + LESS_CERTAIN + environment.get("user", [])
             for path, wanted in environment.get("truth", {}).items()
             if path in ("platform.id", "platform.hypervisor")}
    return [f"as a user: {line}" for line in misses(report, truth)]


def judge_replay(snapshot, report, program):
    """The guest's snapshot gives the guest's report on another machine, but for where and when it was taken."""
    if not snapshot.exists():
        return [f"no {snapshot.name}: " + text(snapshot.parent / "snapshot.txt.err", "no message")]
    done = subprocess.run([program, "--snapshot", snapshot, "--json"], capture_output=True, timeout=60)
    try:
        replayed = json.loads(done.stdout)
    except ValueError:
        return [f"{snapshot.name} does not replay: {done.stderr.decode(errors='replace').strip()}"]
    taken, again = (json.dumps(strip(document)) for document in (report, replayed))
    if taken == again:
        return []
    paths = differences(strip(report), strip(replayed)) or ["the order of keys"]
    return [f"the report of {snapshot.name} differs in " + ", ".join(paths[:6])]


def strip(report):
    """A report without where and when its facts were read."""
    source = {key: value for key, value in report["source"].items() if key not in ("kind", "path", "captured")}
    return report | {"source": source}


def differences(a, b, path=""):
    """The paths at which two documents differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for key in sorted(a.keys() | b.keys()) for d in differences(a.get(key), b.get(key), f"{path}.{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{path}.{i}")]
    return [] if a == b else [path.lstrip(".")]


def text(path, otherwise):
    """A file's words."""
    try:
        return " ".join(path.read_text(errors="replace").split()) or otherwise
    except OSError:
        return otherwise


def lines_of(path):
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def last_words(console):
    said = [line for line in map(str.strip, lines_of(console)) if line]
    return f"its console ends in \"{said[-1]}\"" if said else "nothing on its console"


def peers(folder):
    """The peers' words in one guest, by their program."""
    said = {name: text(folder / f"{name}.txt", "nothing") for name in ("systemd-detect-virt", "virt-what")}
    told = [line.split(":", 1)[1].strip() for line in lines_of(folder / "lscpu.txt")
            if line.startswith(("Hypervisor vendor:", "Virtualization type:"))]
    said["lscpu"] = " / ".join(told) or "nothing"
    return said


def number(path):
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None


def our_words(report):
    """What we say, in a few words: platform, cloud and container, and the layers under it."""
    platform = report.get("platform", {})
    words = [platform.get("id", "nothing")]
    words += [w for w in (platform.get("cloud", {}).get("provider"), platform.get("container")) if w]
    layers = [f"{layer['kind']}{'' if layer['known'] == 'observed' else ' (' + layer['known'] + ')'}"
              for layer in report.get("stack", [])]
    return " ".join(words) + (f"; {' > '.join(layers)}" if layers else "")


def timing(folder):
    """Rounds of CPUID's time in ns, as (shortest, median) of each."""
    rounds = [json.loads(line) for line in lines_of(folder / "timing.txt") if line.startswith("{")]
    return [(r["cpuid_exit_ns"]["min"], r["cpuid_exit_ns"]["median"]) for r in rounds]
