#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold reports against what is known of the machines they were made from.

    run.py EXE [--schema FILE] [--deny PROGRAM] [DIR...]
    run.py EXE --record

Each DIR holds cases: folders with an expect.json, or NAME.tar.gz beside NAME.expect.json. An expectation is
{"path.in.report": [acceptable values]}; "*" stands for any element of a list, a value that begins with "!"
must not occur ("!null": no null); the elements of a list that have an id can be named by it. Every machine is
asked twice: where it runs, and with `drivers`, which looks at more; what is expected of findings is held against
the second answer, the rest against the first. Every report is validated against the schema. Without DIR the
project's own fixtures are run: all that is told of each is held against told/ (record.py), the lists of words
against the expectations; and ../shared/lab and ../shared/corpus/* are run too where they exist. Exits 1 on a miss,
2 when nothing ran. --record writes told/ from what the program says now, and prints what changed in it.
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
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(TOP, "tests")]
import compose  # noqa: E402
import record  # noqa: E402
import tally  # noqa: E402

# Each word of these lists must be the only acceptable answer of a fixture, and forbidden by a near miss.
COVERED = {
    "platforms": "platform.id", "clouds": "platform.cloud.provider", "containers": "platform.container",
    "hypervisors": "platform.hypervisor", "vmms": "platform.vmm", "modes": "platform.mode",
    "rows": "platform.row", "confidential": "platform.confidential",
}
# What no snapshot can carry: the SEV status is in a model-specific register (contract, section 4).
NOT_RECORDABLE = {("confidential", "sev"), ("confidential", "sev-es")}
# `drivers` looks at more, and that changes none of these.
SAME_IN_BOTH = ("platform", "level", "stack", "dimensions", "nested", "unread")
# Families of machines whose verdict hangs on one fact, each with near misses for that fact. To refuse it does change the
# verdict: a guard against what dresses up as another machine does not shut when it may not look.
HANGS_ON_ONE_FACT = {"marks", "reports", "guards", "pairs", "xen-kernels", "container-marks"}
TOLD_SHOWN = 20
SANITIZED_STEP = 8


# Cases.

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


def ask(exe, snapshot, *command):
    """The report of a snapshot and what the program exited with, or None and why there is no report."""
    try:
        done = subprocess.run([exe, "--snapshot", snapshot, "--json=compact", *command], capture_output=True,
                              timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return None, "timed out"
    try:
        return json.loads(done.stdout.decode()), done.returncode
    except ValueError:
        return None, f"no JSON, exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[:120]}"


def misses_of(validator, report, status, due):
    misses = [] if status == due else [f"exit {status} instead of {due}"]
    problem = next(iter(validator.iter_errors(report)), None)
    if problem is not None:
        misses.append(f"schema: /{'/'.join(map(str, problem.absolute_path))}: {problem.message[:120]}")
    return misses


def run_case(exe, validator, case):
    """(None, or why the case missed; what `drivers` told of it, or None)."""
    snapshot, expect = case
    report, status = ask(exe, snapshot)
    if report is None:
        return status, None
    wide, wide_status = ask(exe, snapshot, "drivers")
    if wide is None:
        return f"drivers: {wide_status}", None
    # A verdict exits 0; "unknown" is 3, never 0 (contract, section 2). A check that failed is 1.
    exit_code = 3 if report["platform"]["id"] == "unknown" else 0
    misses = misses_of(validator, report, status, exit_code)
    misses += misses_of(validator, wide, wide_status, exit_code_of(wide["findings"], exit_code))
    misses += [f"drivers: another {part}" for part in SAME_IN_BOTH if report[part] != wide[part]]
    for path, want in expect.items():
        values = values_at(wide if path.startswith("findings.") else report, path)
        if not holds(values, want):
            misses.append(f"{path}: {values} not in {want}")
    return "; ".join(misses)[:400] or None, wide


def name_of(snapshot):
    return os.path.basename(snapshot).removesuffix(".tar.gz")


def run_folder(exe, validator, folder, title):
    """Its cases, {case: lines that were told of it}, how many passed and how many failed."""
    cases = find_cases(folder)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda case: run_case(exe, validator, case), cases))
    told, failed = {}, 0
    for (snapshot, _), (why, report) in zip(cases, results):
        if report:
            told[name_of(snapshot)] = record.lines_of(report)
        if why:
            failed += 1
            print(f"MISS {title}/{os.path.relpath(snapshot, folder)}: {why}")
    print(f"{title}: {len(cases) - failed} passed, {failed} failed")
    return cases, told, len(cases) - failed, failed


# What is kept of all that is told.

def hold_told(told):
    """Hold what was told of each case against what is kept. How many were as kept, how many not."""
    kept = record.all_kept()
    bad = 0
    for case in sorted(told.keys() | kept.keys()):
        if case not in kept:
            problems = ["told/ has nothing of it: run.py EXE --record writes that"]
        elif case not in told:
            problems = ["there is no such case, or it told nothing"]
        else:
            problems = list(record.differences(told[case], kept[case]))
        for problem in problems[:TOLD_SHOWN]:
            print(f"MISS told/{case}: {problem}")
        if len(problems) > TOLD_SHOWN:
            print(f"MISS told/{case}: and {len(problems) - TOLD_SHOWN} more")
        bad += bool(problems)
    good = len(told.keys() | kept.keys()) - bad
    print(f"told: {good} passed, {bad} failed")
    return good, bad


def write_told(told, like_of):
    """Keep what is told now, and print what that changes."""
    kept = record.all_kept()
    entries, changes = {case.partition("/")[0]: {} for case in kept}, []
    for case in sorted(told.keys() | kept.keys()):
        if case not in told:
            changes.append(f"told/{case}: gone")
            continue
        for problem in record.differences(told[case], kept[case]) if case in kept else ["new"]:
            changes.append(f"told/{case}: {problem}")
        family, _, name = case.partition("/")
        like = like_of.get(case)
        entries.setdefault(family, {})[name] = record.apart(told[case], like, told[like]) if like else told[case]
    for family, cases in entries.items():
        record.write(family, cases)
    for change in changes:
        print(change)


# Coverage.

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


# An ordinary user, on this machine.

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


# Main.

def default_folders(output):
    folders = [(os.path.join(HERE, "lab"), "lab")]
    folders += [(path, os.path.basename(path)) for path in sorted(glob.glob(os.path.join(output, "*")))]
    shared = os.path.join(os.path.dirname(TOP), "shared")
    if os.path.isdir(os.path.join(shared, "lab")):
        folders.append((os.path.join(shared, "lab"), "shared/lab"))
    folders += [(path, f"shared/corpus/{os.path.basename(path)}")
                for path in sorted(glob.glob(os.path.join(shared, "corpus", "*"))) if os.path.isdir(path)]
    return folders


def unpack(folders, scratch):
    """The fixtures as folders; archives are unpacked once for all that looks at them."""
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
    return snapshots


def run_tool(name, program, parts, total):
    """Run a program of tests/tools once for each part of the fixtures. Its numbers, that @total finds in its last
    line, in sum, or None where it did not come to an end."""
    if not os.path.exists(program):
        print(f"MISS {name}: {program} is not built")
        return None
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda part: subprocess.run([program, *part], capture_output=True, timeout=900,
                                                         check=False), parts))
    sums = []
    for run in runs:
        *lines, last = run.stdout.decode(errors="replace").splitlines() or [""]
        found = re.fullmatch(total, last)
        print("".join(line + "\n" for line in lines), end="")
        if run.returncode not in (0, 1) or not found:
            print(f"MISS {name}: exit {run.returncode}: {run.stderr.decode(errors='replace').strip()[:200]}")
            return None
        sums.append([int(number) for number in found.groups()])
    return [sum(numbers) for numbers in zip(*sums)]


def run_deny(program, snapshots):
    """Every source of every fixture denied in turn: tests/tools/deny.c."""
    sums = run_tool("deny", program, (snapshots[0::2], snapshots[1::2]), r"deny: (\d+) sources denied, (\d+) misses")
    if sums:
        print(f"deny: {sums[0]} sources denied, {sums[1]} misses")
    return bool(sums) and not sums[1]


def run_rules(program, snapshots):
    """Every part of every table changed in turn, until a fixture shows it: tests/tools/rules.c."""
    sums = run_tool("rules", program, (snapshots,),
                    r"rules: (\d+) changes of the tables, (\d+) excused, (\d+) misses")
    if sums:
        print(f"rules: {sums[0]} changes of the tables, {sums[1]} that no machine shows, {sums[2]} misses")
    return bool(sums) and not sums[2]


def run_folders(exe, validator, paths):
    passed = failed = 0
    for path in (path.rstrip("/") for path in paths):
        _, _, good, bad = run_folder(exe, validator, path, os.path.basename(path))
        passed, failed = passed + good, failed + bad
    return passed, failed


def check_coverage(exe, validator, own_cases):
    problems, count = uncovered(exe, validator, own_cases)
    problems += unmarked(os.path.join(HERE, "lab"))
    for problem in problems:
        print(f"MISS coverage: {problem}")
    print(f"coverage: {count} words, {len(problems)} not covered")
    return not problems


def check_ordinary_user(exe, validator):
    with tempfile.TemporaryDirectory() as scratch:
        problems = run_ordinary_user(exe, validator, scratch)
    for problem in problems:
        print(f"MISS ordinary user: {problem}")
    print(f"ordinary user: {int(not problems)} passed, {int(bool(problems))} failed")
    return not problems


def run_own(exe, validator, deny, recording):
    """The project's own fixtures, and all that is known of them; those of ../shared besides."""
    output = os.path.join(os.path.dirname(exe), "tests", "corpus")
    shutil.rmtree(output, ignore_errors=True)
    composed = compose.write_all(output)
    near_misses = {case["name"] for _, case in composed if case["near_miss"]}
    family_of = {case["name"]: family for family, case in composed}
    like_of = {f"{family}/{case['name']}": f"{family_of[case['like']]}/{case['like']}"
               for family, case in composed if case["like"]}
    folders = default_folders(output)
    own = [pair for pair in folders if not pair[1].startswith("shared/")]
    passed = failed = 0
    own_cases, told = [], {}
    for folder, title in own if recording else folders:
        cases, lines_of, good, bad = run_folder(exe, validator, folder, title)
        passed, failed = passed + good, failed + bad
        if not title.startswith("shared/"):
            told |= {f"{title}/{name}": lines for name, lines in lines_of.items()}
            own_cases += [(expect, name_of(snapshot) in near_misses) for snapshot, expect in cases]
    if recording:
        write_told(told, like_of)
        return passed, failed
    good, bad = hold_told(told)
    passed, failed = passed + good, failed + bad
    snapshots = unpack(own, os.path.join(os.path.dirname(exe), "tests", "lab"))
    deniable = [path for path in snapshots if os.path.basename(os.path.dirname(path)) not in HANGS_ON_ONE_FACT]
    held = [check_coverage(exe, validator, own_cases), check_ordinary_user(exe, validator)]
    if is_sanitized(exe):
        held.append(run_deny(deny, deniable[::SANITIZED_STEP]))
        tally.skip(f"sources of {SANITIZED_STEP - 1} machines of {SANITIZED_STEP} denied",
                   "a sanitizer makes them too slow")
        tally.skip("rules", "the same facts are only decided again")
    else:
        held += [run_deny(deny, deniable), run_rules(os.path.join(os.path.dirname(deny), "rules"), snapshots)]
    return passed + sum(held), failed + len(held) - sum(held)


def is_sanitized(exe):
    with open(exe, "rb") as file:
        return b"__asan_init" in file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("exe")
    parser.add_argument("--schema", default=os.path.join(TOP, "export", "report.schema.json"))
    parser.add_argument("--deny", help="tests/tools/deny.c as built (tests/tools/deny beside EXE)")
    parser.add_argument("--record", action="store_true", help="write told/ from what the program says now")
    parser.add_argument("folders", nargs="*")
    arguments = parser.parse_args()
    if arguments.record and arguments.folders:
        parser.error("--record is for the project's own fixtures")
    validator = load_validator(arguments.schema)
    exe = os.path.abspath(arguments.exe)
    if arguments.folders:
        passed, failed = run_folders(exe, validator, arguments.folders)
    else:
        deny = arguments.deny or os.path.join(os.path.dirname(exe), "tests", "tools", "deny")
        passed, failed = run_own(exe, validator, deny, arguments.record)
    status = tally.end(passed, failed)
    return status if passed + failed else 2


if __name__ == "__main__":
    sys.exit(main())
