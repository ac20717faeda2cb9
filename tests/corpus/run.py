#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold reports against what is known of the machines they were made from.

    run.py EXE [--schema FILE] [--deny PROGRAM] [DIR...]

Each DIR holds cases: folders with an expect.json, or NAME.tar.gz beside NAME.expect.json. An expectation is
{"path.in.report": [acceptable values]}; "*" stands for any element of a list, a value that begins with "!"
must not occur ("!null": no null); the elements of a list that have an id can be named by it. A case that
expects something of findings is asked with `drivers`, which looks at more. Every report is validated against the schema. Without DIR the project's own
fixtures are run, the lists of words are held against them, and ../shared/lab and ../shared/corpus/* too where
they exist. Exits 1 on a miss, 2 when nothing ran.
"""

import argparse
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import compose  # noqa: E402

# Each word of these lists must be the only acceptable answer of a fixture, and forbidden by a near miss.
COVERED = {
    "platforms": "platform.id", "clouds": "platform.cloud.provider", "containers": "platform.container",
    "hypervisors": "platform.hypervisor", "vmms": "platform.vmm", "modes": "platform.mode",
    "rows": "platform.row", "confidential": "platform.confidential",
}
# What no snapshot can carry: the SEV status is in a model-specific register (contract, section 4).
NOT_RECORDABLE = {("confidential", "sev"), ("confidential", "sev-es")}


# --- cases --------------------------------------------------------------------------------------------------

def find_cases(folder):
    """[(snapshot, expect)] of a folder."""
    cases = []
    for parent, below, names in os.walk(folder):
        below.sort()
        if "expect.json" in names:
            cases.append((parent, os.path.join(parent, "expect.json")))
            below.clear()
        cases += [(os.path.join(parent, name[:-len(".expect.json")] + ".tar.gz"), os.path.join(parent, name))
                  for name in sorted(names) if name.endswith(".expect.json")]
    result = []
    for snapshot, path in cases:
        with open(path, encoding="utf-8") as file:
            expect = json.load(file)
        result.append((snapshot, expect))
    return result


def unmarked(folder):
    """Lines about recorded snapshots that index.json does not call real, and the reverse."""
    with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
        index = json.load(file)
    there = {os.path.basename(snapshot)[:-len(".tar.gz")] for snapshot, _ in find_cases(folder)}
    told = {name for name, entry in index.items() if entry.get("kind") == "real" and entry.get("source")}
    return [f"lab: {name} is in the folder or in index.json only" for name in sorted(there ^ told)]


def values_at(report, path):
    values = [report]
    for part in path.split("."):
        below = []
        for value in values:
            if part == "*":
                below += value if isinstance(value, list) else []
            elif isinstance(value, list):
                below += [entry for entry in value if isinstance(entry, dict) and entry.get("id") == part]
            elif isinstance(value, dict) and part in value:
                below.append(value[part])
        values = below
    return values


def forbidden(word):
    return None if word == "!null" else word[1:]


def is_forbidden(value):
    return isinstance(value, str) and value.startswith("!")


def same(a, b):
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def holds(values, want):
    wanted = [word for word in want if not is_forbidden(word)]
    if any(same(value, forbidden(word)) for word in want if is_forbidden(word) for value in values):
        return False
    return not wanted or any(same(value, word) for word in wanted for value in values)


def load_validator(path):
    try:
        import jsonschema
    except ImportError:
        sys.exit("run.py: python3-jsonschema is missing: apt-get install python3-jsonschema")
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def exit_code_of(findings, otherwise):
    """What `drivers` exits with: a failed check that is more than advice, or a fatal one that is unknown."""
    if any(one["status"] == "fail" and one["severity"] != "advice" for one in findings):
        return 1
    if any(one["status"] == "unknown" and one["severity"] == "fatal" for one in findings):
        return 3
    return otherwise


def run_case(exe, validator, case):
    """None, or why the case missed."""
    snapshot, expect = case
    try:
        drivers = any(path.startswith("findings.") for path in expect)
        done = subprocess.run([exe, "--snapshot", snapshot, "--json=compact", *(["drivers"] if drivers else [])],
                              capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return "timed out"
    try:
        report = json.loads(done.stdout.decode())
    except ValueError:
        return f"no JSON, exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[:120]}"
    # A verdict exits 0; "unknown" is 3, never 0 (contract, section 2). A check that failed is 1.
    exit_code = 3 if report.get("platform", {}).get("id") == "unknown" else 0
    if drivers:
        exit_code = exit_code_of(report["findings"], exit_code)
    misses = [] if done.returncode == exit_code else [f"exit {done.returncode} instead of {exit_code}"]
    problem = next(iter(validator.iter_errors(report)), None)
    if problem is not None:
        misses.append(f"schema: /{'/'.join(map(str, problem.absolute_path))}: {problem.message[:120]}")
    misses += [f"{path}: {values_at(report, path)} not in {want}" for path, want in expect.items()
               if not holds(values_at(report, path), want)]
    return "; ".join(misses)[:400] or None


def run_folder(exe, validator, folder, title):
    cases = find_cases(folder)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        whys = list(pool.map(lambda case: run_case(exe, validator, case), cases))
    for case, why in zip(cases, whys):
        if why:
            print(f"MISS {title}/{os.path.relpath(case[0], folder)}: {why}")
    failed = sum(1 for why in whys if why)
    print(f"{title}: {len(cases) - failed} passed, {failed} failed")
    return cases, len(cases) - failed, failed


# --- coverage -----------------------------------------------------------------------------------------------

def words_of(exe, name):
    done = subprocess.run([exe, "list", name, "--json=compact"], capture_output=True, timeout=20, check=False)
    if done.returncode != 0:
        return None
    return [entry["word"] for entry in next(value for value in json.loads(done.stdout).values()
                                            if isinstance(value, list))]


def words_of_schema(validator, path):
    node = validator.schema["properties"]
    for part in path.split("."):
        node = node[part]
        while "$ref" in node:
            node = validator.schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        node = node.get("properties", node)
    found = []

    def walk(part):
        if isinstance(part, dict):
            found.extend(word for word in part.get("enum", []) if word is not None)
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(node)
    return found


def uncovered(exe, validator, cases):
    """Lines about words that no fixture reaches or no near miss forbids; and how many words there are."""
    reached, denied = {}, {}
    for expect, near_miss in cases:
        for path, want in expect.items():
            wanted = [word for word in want if not is_forbidden(word)]
            if len(wanted) == 1:
                reached.setdefault(path, set()).add(wanted[0])
            if near_miss:
                denied.setdefault(path, set()).update(forbidden(word) for word in want if is_forbidden(word))
    problems, count = [], 0
    for name, path in COVERED.items():
        words = words_of(exe, name)
        if words is None:
            words = words_of_schema(validator, path)
        if not words:
            problems.append(f"no words of {name}: neither `list {name}` nor the schema has them")
        for word in words:
            count += 1
            if word not in reached.get(path, ()) and (name, word) not in NOT_RECORDABLE:
                problems.append(f"{name}: no fixture reaches {word}")
            if word not in denied.get(path, ()):
                problems.append(f"{name}: no near miss forbids {word}")
    return problems, count


# --- an ordinary user, on this machine ----------------------------------------------------------------------

PRIVATE = ("/proc/1/environ", "/sys/firmware/dmi/tables/DMI", "/sys/firmware/acpi/tables/FACP")


def run_ordinary_user(exe, validator, scratch):
    """The live machine as nobody: a sane exit code, a valid report, and what could not be read is named."""
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]
    if os.geteuid() != 0:
        user = []
    os.chmod(scratch, 0o755)  # nobody may not look into every folder that is built in
    own = shutil.copy(exe, scratch)
    done = subprocess.run([*user, own, "--json=compact"], capture_output=True, timeout=20, check=False)
    as_root = subprocess.run([exe, "--json=compact"], capture_output=True, timeout=20, check=False)
    try:
        report, whole = json.loads(done.stdout), json.loads(as_root.stdout)
    except ValueError:
        return [f"no JSON, exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[:160]}"]
    problems = [f"schema: {problem.message[:120]}" for problem in validator.iter_errors(report)][:3]
    if done.returncode not in (0, 3):
        problems.append(f"exit {done.returncode}")
    families = (whole["platform"]["hypervisor"], "unknown")
    if report["platform"]["hypervisor"] not in families:
        problems.append(f"hypervisor {report['platform']['hypervisor']}, as root {families[0]}")
    for entry in report["unread"]:
        readable = subprocess.run([*user, "test", "-r", entry["source"]], check=False).returncode == 0
        if entry["error"] in ("EACCES", "EPERM") and entry["source"].startswith("/") and readable:
            problems.append(f"unread names {entry['source']}, which this user may read")
    private = [path for path in PRIVATE if os.path.exists(path)]
    named = {entry["source"] for entry in report["unread"]}
    if private and not any((path + "/").startswith(source + "/") for path in private for source in named):
        problems.append(f"unread names none of {', '.join(private)}")
    return problems


# --- main ---------------------------------------------------------------------------------------------------

def default_folders(output):
    folders = [(os.path.join(HERE, "lab"), "lab")]
    folders += [(path, os.path.basename(path)) for path in sorted(glob.glob(os.path.join(output, "*")))]
    shared = os.path.join(os.path.dirname(TOP), "shared")
    if os.path.isdir(os.path.join(shared, "lab")):
        folders.append((os.path.join(shared, "lab"), "shared/lab"))
    folders += [(path, f"shared/corpus/{os.path.basename(path)}")
                for path in sorted(glob.glob(os.path.join(shared, "corpus", "*"))) if os.path.isdir(path)]
    return folders


def run_deny(program, folders, scratch):
    """Every source of every fixture denied in turn: tests/tools/deny.c. Archives are unpacked for it once."""
    shutil.rmtree(scratch, ignore_errors=True)
    snapshots = []
    for folder, _ in folders:
        for snapshot, _ in find_cases(folder):
            if not os.path.isdir(snapshot):
                unpacked = os.path.join(scratch, os.path.basename(snapshot)[:-len(".tar.gz")])
                with tarfile.open(snapshot) as archive:
                    archive.extractall(unpacked)
                snapshot = unpacked
            snapshots.append(snapshot)
    if not os.path.exists(program):
        print(f"MISS deny: {program} is not built")
        return False
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda part: subprocess.run([program, *part], capture_output=True, timeout=900,
                                                         check=False), (snapshots[0::2], snapshots[1::2])))
    sources = misses = 0
    for run in runs:
        *lines, total = run.stdout.decode(errors="replace").splitlines() or [""]
        found = re.fullmatch(r"deny: (\d+) sources denied, (\d+) misses", total)
        print("".join(line + "\n" for line in lines), end="")
        if run.returncode not in (0, 1) or not found:
            print(f"MISS deny: exit {run.returncode}: {run.stderr.decode(errors='replace').strip()[:200]}")
            return False
        sources, misses = sources + int(found[1]), misses + int(found[2])
    print(f"deny: {sources} sources denied, {misses} misses")
    return not misses


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("exe")
    parser.add_argument("--schema", default=os.path.join(TOP, "export", "report.schema.json"))
    parser.add_argument("--deny", help="tests/tools/deny.c as built (tests/tools/deny beside EXE)")
    parser.add_argument("folders", nargs="*")
    arguments = parser.parse_args()
    validator = load_validator(arguments.schema)
    exe = os.path.abspath(arguments.exe)
    own = not arguments.folders
    if own:
        output = os.path.join(os.path.dirname(exe), "tests", "corpus")
        shutil.rmtree(output, ignore_errors=True)
        cases_written = compose.write_all(output)
        near_misses = {case["name"] for _, case in cases_written if case["near_miss"]}
        folders = default_folders(output)
        problems = unmarked(os.path.join(HERE, "lab"))
    else:
        near_misses, problems = set(), []
        folders = [(path.rstrip("/"), os.path.basename(path.rstrip("/"))) for path in arguments.folders]
    passed = failed = 0
    own_cases = []
    for folder, title in folders:
        cases, good, bad = run_folder(exe, validator, folder, title)
        passed, failed = passed + good, failed + bad
        if own and not title.startswith("shared/"):
            own_cases += [(expect, os.path.basename(snapshot) in near_misses) for snapshot, expect in cases]
    if not passed + failed:
        print("0 passed, 0 failed")
        return 2
    if own:
        missing, count = uncovered(exe, validator, own_cases)
        problems += missing
        for problem in problems:
            print(f"MISS coverage: {problem}")
        print(f"coverage: {count} words, {len(problems)} not covered")
        with tempfile.TemporaryDirectory() as scratch:
            user_problems = run_ordinary_user(exe, validator, scratch)
        for problem in user_problems:
            print(f"MISS ordinary user: {problem}")
        print(f"ordinary user: {int(not user_problems)} passed, {int(bool(user_problems))} failed")
        passed += int(not problems) + int(not user_problems)
        failed += int(bool(problems)) + int(bool(user_problems))
        deny = arguments.deny or os.path.join(os.path.dirname(exe), "tests", "tools", "deny")
        good = run_deny(deny, [pair for pair in folders if not pair[1].startswith("shared/")],
                        os.path.join(os.path.dirname(exe), "tests", "lab"))
        passed, failed = passed + int(good), failed + int(not good)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
