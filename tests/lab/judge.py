# SPDX-License-Identifier: MIT
"""Holds what a guest said against what is true of it."""

import json
import subprocess

LESS_CERTAIN = ["unknown", "unknown-hypervisor"]  # what an ordinary user may be told instead


def values(document, path):
    """All that a path such as "stack.*.kind" leads to."""
    found = [document]
    for step in path.split("."):
        if step == "*":
            found = [child for node in found if isinstance(node, (list, dict))
                     for child in (node.values() if isinstance(node, dict) else node)]
        elif step.isdigit():
            found = [node[int(step)] for node in found if isinstance(node, list) and len(node) > int(step)]
        else:
            found = [node[step] for node in found if isinstance(node, dict) and step in node]
    return found


def word(value):
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def misses(document, truth):
    """What of the truth the report does not say, a line each."""
    lines = []
    for path, wanted in truth.items():
        said = {word(v) for v in values(document, path)}
        need = {word(w) for w in wanted if not word(w).startswith("!")}
        never = {word(w)[1:] for w in wanted if word(w).startswith("!")}
        if need and not said & need:
            lines.append(f"{path}: {', '.join(sorted(said)) or 'nothing'}, not {' or '.join(sorted(need))}")
        if said & never:
            lines.append(f"{path}: {', '.join(sorted(said & never))}")
    return lines


def load(path):
    """The JSON document of a file, or None."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def judge(folder, environment, program, schema):
    """All that is wrong with what a guest handed out into @folder, a line each.

    @program: ours, built for the machine that judges: it replays the guest's snapshot
    @schema: the report's JSON Schema, or None when nothing here can validate
    """
    if (folder / "limit.txt").exists():
        return [f"the guest was {(folder / 'limit.txt').read_text().strip()}"]
    report = load(folder / "report.json")
    if report is None:
        return ["the guest gave no report: " + text(folder / "report.json.err", "no message")]
    lines = misses(report, environment.get("truth", {}))
    if environment.get("hotplug"):
        after = load(folder / "after/report.json")
        lines += ["after hot-plug: no report"] if after is None else \
            [f"after hot-plug: {line}" for line in misses(after, environment["truth_after"])]
    lines += judge_user(load(folder / "user.json"), environment)
    lines += judge_replay(folder, report, program)
    if schema:
        import jsonschema
        lines += [f"schema: {error.message}" for error in jsonschema.Draft202012Validator(schema).iter_errors(report)]
    return lines


def judge_user(report, environment):
    """An ordinary user is told less, never something wrong."""
    if report is None:
        return ["no report as an ordinary user"]
    truth = {path: wanted + LESS_CERTAIN + environment.get("user", [])
             for path, wanted in environment.get("truth", {}).items()
             if path in ("platform.id", "platform.hypervisor")}
    return [f"as a user: {line}" for line in misses(report, truth)]


def judge_replay(folder, report, program):
    """The guest's snapshot gives the guest's report on another machine, but for where and when it was taken."""
    snapshot = folder / "snapshot.tar.gz"
    if not snapshot.exists():
        return ["no snapshot: " + text(folder / "snapshot.txt.err", "no message")]
    done = subprocess.run([program, "--snapshot", snapshot, "--json"], capture_output=True, timeout=60)
    try:
        replayed = json.loads(done.stdout)
    except ValueError:
        return [f"the snapshot does not replay: {done.stderr.decode(errors='replace').strip()}"]
    for document in (report, replayed):
        for key in ("kind", "path", "captured"):
            document.get("source", {}).pop(key, None)
    if json.dumps(report) == json.dumps(replayed):
        return []
    return ["the snapshot's report differs in " + ", ".join(differences(report, replayed)[:6])]


def differences(a, b, path=""):
    """The paths at which two documents differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for key in sorted(a.keys() | b.keys()) for d in differences(a.get(key), b.get(key), f"{path}.{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{path}.{i}")]
    return [] if a == b else [path.lstrip(".")]


def text(path, otherwise):
    try:
        return " ".join(path.read_text(errors="replace").split()) or otherwise
    except OSError:
        return otherwise


def peers(folder):
    """The peers' words in one guest, by their program."""
    said = {name: text(folder / f"{name}.txt", "nothing") for name in ("systemd-detect-virt", "virt-what")}
    cpu = (folder / "lscpu.txt").read_text(errors="replace") if (folder / "lscpu.txt").exists() else ""
    wanted = [line.split(":", 1)[1].strip() for line in cpu.splitlines()
              if line.startswith(("Hypervisor vendor:", "Virtualization type:"))]
    said["lscpu"] = " / ".join(wanted) or "nothing"
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
