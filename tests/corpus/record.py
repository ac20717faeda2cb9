# SPDX-License-Identifier: MIT
"""All that a report tells of a machine, as lines that are kept beside the fixtures and compared exactly.

A line is a path and a text: {"platform.id": "kvm", "evidence cpuid 0x40000000: KVMKVMKVM": "decisive kvm"}. What is
absent or null has no line. told/FAMILY.json holds the lines of each case of a family; of a case whose machine
starts from another case's, "like" names that one, and only lines that differ from its lines stand there, null for
one that is gone.
"""

import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TOLD = os.path.join(HERE, "told")
# Of one machine alone, and told by the snapshot, not by a verdict.
NOT_KEPT = ("schema", "version", "source")


def scalar(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def words(*parts):
    return " ".join(scalar(part) for part in parts if part)


def plain_lines(path, value):
    """One line for each value of a part of the report that holds nothing but names and values."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from plain_lines(f"{path}.{key}", below)
    elif isinstance(value, list):
        yield path, ", ".join(map(scalar, value)) or None
    else:
        yield path, None if value is None else scalar(value)


def lines_of_stack(stack):
    for place, layer in enumerate(stack):
        # The kernel's release says nothing of its place, and changes with each recording.
        name = None if layer["kind"] == "linux" else f"({layer['name']})"
        yield f"stack.{place}", words(f"L{layer['level']}", layer["kind"], layer["known"], name)


def lines_of_dimensions(dimensions, source_of):
    for name, cell in dimensions.items():
        known_by = ", ".join(source_of[number] for number in cell["evidence"])
        yield f"dimensions.{name}", words(cell["class"], cell["with"] and f"({cell['with']})",
                                          known_by and f"by {known_by}")


def lines_of_devices(devices):
    for group, members in devices.items():
        for device in members:
            shown = words(device["class"], device["what"] and f"({device['what']})", device["kind"], device["bus"],
                          device["ids"], device["driver"], device["driver_version"])
            yield f"devices.{group} {device['name']}", shown


def lines_of_findings(findings):
    for finding in findings:
        shown = words(finding["status"], finding["severity"]) + ": " + finding["message"]
        for key in ("remedy", "evidence"):
            if finding[key] is not None:
                shown += f" | {key}: {finding[key]}"
        yield f"findings.{finding['id']} {finding['subject']}", shown


def lines_of(report):
    """{path: text} of a report, in the report's order."""
    source_of = {entry["id"]: entry["source"] for entry in report["evidence"]}
    lines = {}

    def add(pairs):
        for path, text in pairs:
            if text is None:
                continue
            while path in lines:  # two alike stay two
                path += "+"
            lines[path] = text

    for part, value in report.items():
        if part in NOT_KEPT:
            continue
        if part == "stack":
            add(lines_of_stack(value))
        elif part == "dimensions":
            add(lines_of_dimensions(value, source_of))
        elif part == "devices":
            add(lines_of_devices(value))
        elif part == "findings":
            add(lines_of_findings(value))
        elif part == "evidence":
            add((f"evidence {entry['source']}: {entry['value']}",
                 f"{entry['weight']} {', '.join(sorted(entry['supports']))}") for entry in value)
        elif part == "conflicts":
            add((f"conflict {' | '.join(source_of[number] for number in entry['evidence'])}", entry["message"])
                for entry in value)
        elif part == "unread":
            add((f"unread {entry['source']}", entry["error"]) for entry in value)
        else:
            add(plain_lines(part, value))
    return lines


# Kept.

def apart(lines, like, like_lines):
    """What of @lines is not so in @like_lines, those of the case @like."""
    return {"like": like} | {path: text for path, text in lines.items() if like_lines.get(path) != text} | \
        dict.fromkeys(path for path in like_lines if path not in lines)


def read(family):
    path = os.path.join(TOLD, f"{family}.json")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(family, entries):
    """Sorted by case, one line for each line of a case. A family without cases has no file."""
    path = os.path.join(TOLD, f"{family}.json")
    if not entries:
        os.remove(path)
        return
    blocks = []
    for name in sorted(entries):
        inner = ",\n".join(f"  {json.dumps(path, ensure_ascii=False)}: {json.dumps(text, ensure_ascii=False)}"
                           for path, text in entries[name].items())
        blocks.append(f" {json.dumps(name)}: {{\n{inner}\n }}" if inner else f" {json.dumps(name)}: {{}}")
    os.makedirs(TOLD, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(blocks) + "\n}\n")


def families():
    names = os.listdir(TOLD) if os.path.isdir(TOLD) else []
    return {name.removesuffix(".json") for name in names if name.endswith(".json")}


def all_kept():
    """{"family/case": lines}, whole."""
    kept = {f"{family}/{name}": entry for family in sorted(families()) for name, entry in read(family).items()}
    done = {}

    def complete(case):
        if case not in done:
            entry = dict(kept[case])
            like = entry.pop("like", None)
            lines = (complete(like) if like in kept else {}) | entry
            done[case] = {path: text for path, text in lines.items() if text is not None}
        return done[case]

    return {case: complete(case) for case in kept}


def differences(told, kept):
    """One line for each line that is told otherwise than it is kept."""
    for path in [*told, *(path for path in kept if path not in told)]:
        if path not in kept:
            yield f"{path}: now {told[path]!r}, not kept"
        elif path not in told:
            yield f"{path}: kept {kept[path]!r}, not told"
        elif told[path] != kept[path]:
            yield f"{path}: kept {kept[path]!r}, now {told[path]!r}"
