#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Change the program in small ways, one at a time, and see whether the tests notice: mutate.py [options]

The mutants are those that operators.py makes of the sources (a sample of COUNT, drawn by SEED, spread over the folders
and, within a folder, over the operators) and the hand-picked ones in picked/*.toml. Each is built in a copy of the tree. One that does not
compile is none; one whose object is what it was is equivalent. The others meet the tests that nearest.toml names for
their file, in that order, until one fails. With --rest, those that survive are put together into a few builds
that meet all other tests of `make check`; where one fails there, each mutant of that build is tried on it alone.

Results are kept in BUILD/mutate/results.jsonl: a run that was ended goes on where it stopped. --again forgets the
survivors, for new tests; --fresh forgets everything.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import json
import os
import re
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(HERE))
import operators  # noqa: E402

# Shares of the generated sample. A folder with more knowledge in it gets more.
SHARES = {"base": 1, "detect/know": 2, "detect/decide": 3, "detect/check": 3, "probes/read": 2, "probes/machine": 3, "probes/image": 5, "export": 4,
          "agent": 3, "agent/web": 1, "cli": 3}
COPIED = [*"agent base bench cli detect docs export packaging probes systemd tests".split(), "Makefile", "README.md", "LICENSE"]
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc")
SLOWER = 6      # a test that takes so many times what it took before counts as hanging
LEAST = 20      # seconds that every test may take
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable  # the one with Debian's modules
TOGETHER = 16   # survivors in one build, for --rest
OUTCOMES = ("killed", "survived", "equivalent", "no mutant")


# what there is to change

def sources():
    names = [name for pattern in ("base/*.c", "agent/*.c", "agent/*/*.c", "cli/*.c", "detect/*/*.c", "export/*.c", "probes/*/*.c")
             for name in glob.glob(pattern, root_dir=TOP)]
    headers = [name for pattern in ("*/*.h", "agent/*/*.h", "detect/*/*.h", "probes/*/*.h") for name in glob.glob(pattern, root_dir=TOP)]
    texts = {name: (TOP / name).read_text() for name in sorted(names)}
    next_of = operators.enums([*texts.values(), *((TOP / name).read_text() for name in sorted(headers))])
    return texts, next_of


def folder_of(mutant):
    return mutant.file.rsplit("/", 1)[0]


def generated(texts, next_of, count, seed, only):
    """A sample: each folder has its share, each operator within it as many as there are, drawn without looking."""
    pools = collections.defaultdict(lambda: collections.defaultdict(list))
    for name, text in texts.items():
        for mutant in operators.mutants_of(name, text, next_of):
            pools[folder_of(mutant)][mutant.operator].append(mutant)
    chosen = []
    for folder, pool in sorted(pools.items()):
        draw = random.Random(f"{seed} {folder}")
        for found in pool.values():
            draw.shuffle(found)
        wanted = round(count * SHARES[folder] / sum(SHARES.values()))
        if only and not any(fnmatch.fnmatch(name, only) for name in texts if name.rsplit("/", 1)[0] == folder):
            continue
        while wanted > 0 and any(pool.values()):
            for operator in sorted(pool):
                if pool[operator] and wanted > 0:
                    chosen.append(pool[operator].pop())
                    wanted -= 1
    return chosen


def picked(texts, complain):
    """The hand-picked mutants. A row whose text is not in its file exactly once is told, and fails the run."""
    for path in sorted((HERE / "picked").glob("*.toml")):
        for row in tomllib.loads(path.read_text()).get("mutant", []):
            text = texts.get(row["file"], "")
            found = list(re.finditer(r"\s+".join(map(re.escape, row["old"].split())), text))  # however lines are broken
            if len(found) != 1:
                complain(f"{path.name}: {row['id']}: its text occurs {len(found)} times in {row['file']}")
                continue
            start, end = found[0].span()
            yield operators.Mutant(row["id"], row["file"], text.count("\n", 0, start) + 1, "picked", row["what"], start,
                                   end, row["new"].strip(), row.get("equivalent", ""))


def argue(mutants, texts, next_of, complain):
    """Generated mutants that nobody can tell from the program, each with its reason. One that is no longer made is told."""
    rows = tomllib.loads((HERE / "equivalent.toml").read_text()).get("equivalent", [])
    reasons = {row["id"]: row["why"] for row in rows}
    for mutant in mutants:
        mutant.equivalent = mutant.equivalent or reasons.get(mutant.id, "")
    for name in sorted({row["file"] for row in rows}):
        made = {mutant.id for mutant in operators.mutants_of(name, texts.get(name, ""), next_of)}
        for row in rows:
            if row["file"] == name and row["id"] not in made:
                complain(f"equivalent.toml: {row['id']}: {name} has no such mutant any more")


# a copy of the tree in which mutants are built and tested

class Tree:
    def __init__(self, folder, nearest, needs):
        self.folder, self.nearest, self.needs = folder, nearest, needs
        self.seconds, self.texts = {}, set()
        for name in COPIED:
            source, target = TOP / name, folder / name
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, ignore=NOT_COPIED, dirs_exist_ok=True,
                                copy_function=copy_if_newer)
                for gone in sorted(set(relative(target)) - set(relative(source))):
                    (target / gone).unlink()
            else:
                copy_if_newer(source, target)

    def make(self, *goals):
        return self.run(["make", "-s", "CFLAGS=-g0 -w", *goals], 900)

    def run(self, command, limit):
        """(status, output), the status None where it took longer than the limit. Ends all that it started."""
        log = self.folder / "output"
        with open(log, "wb") as output:
            environment = dict(os.environ, LC_ALL="C.UTF-8", VW_BUILD=str(self.folder / "build"))
            environment.pop("NO_COLOR", None)
            environment.pop("MAKEFLAGS", None)
            child = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
                                     stderr=subprocess.STDOUT, start_new_session=True, env=environment)
            try:
                status = child.wait(limit)
            except subprocess.TimeoutExpired:
                status = None
            try:
                os.killpg(child.pid, signal.SIGKILL)  # what a test left behind
            except ProcessLookupError:
                pass
            child.wait()
        return status, log.read_text(errors="replace")

    def write(self, mutants):
        """Change the sources by these mutants; what the call before changed is put back."""
        wanted = {}
        for mutant in sorted(mutants, key=lambda one: (one.file, -one.start)):
            text = wanted.get(mutant.file) or (TOP / mutant.file).read_text()
            wanted[mutant.file] = text[:mutant.start] + mutant.new + text[mutant.end:]
        for name in set(self.texts) - set(wanted):
            wanted[name] = (TOP / name).read_text()
        for name, text in wanted.items():
            (self.folder / name).write_text(text)
        self.texts = {mutant.file for mutant in mutants}

    def object_of(self, name):
        return self.folder / "build" / f"{name.removesuffix('.c')}.o"

    def programs(self, steps):
        """What must be linked for these steps."""
        names = set()
        for step in steps:
            names |= set(self.needs.get(step[0], ["build/virtwhere"] if step[0].endswith(".py") else [f"build/{step[0]}"]))
        return sorted(names)

    def passes(self, step):
        command = [str(self.folder / "build" / step[0]), *step[1:]]
        if step[0].endswith(".py"):
            command = [PYTHON, step[0], *[word.format(build="build", program="build/virtwhere") for word in step[1:]]]
        start = time.monotonic()
        allowed = max(LEAST, SLOWER * self.seconds.get(tuple(step), 300))
        status, output = self.run(command, allowed)
        self.took = time.monotonic() - start
        self.last_output = output
        return status in (0, 77)

    def prepare(self, steps, known=None):
        """Build what is unchanged, and see that every step passes, and in what time, if that is not known."""
        self.write([])
        if known and known.exists():
            self.seconds = {tuple(step): seconds for step, seconds in json.loads(known.read_text())}
        status, output = self.make("all", "units", "tools")
        if status != 0:
            sys.exit(f"mutate.py: the unchanged program does not build:\n{output[-2000:]}")
        for step in steps:
            if tuple(step) in self.seconds:
                continue
            for _ in range(2):  # the first time, a test may make what it then keeps
                if not self.passes(step):
                    sys.exit(f"mutate.py: {' '.join(step)} fails on the unchanged program:\n{self.last_output[-2000:]}")
                self.seconds[tuple(step)] = self.took
                if self.took < LEAST / 4:
                    break
        if known:
            known.write_text(json.dumps(list(self.seconds.items())))


def relative(folder):
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def copy_if_newer(source, target):
    """Objects are kept between runs: a file that is the same keeps its time."""
    source, target = Path(source), Path(target)
    if not target.exists() or source.read_bytes() != target.read_bytes():
        shutil.copy(source, target)
    return target


# a mutant and its tests

def judge(tree, mutant, baseline, longest):
    """(outcome, which test saw it). Tests that take more than @longest seconds are left to --rest."""
    steps = [step for step in steps_for(tree.nearest, mutant.file) if tree.seconds.get(tuple(step), 0) <= longest]
    tree.write([mutant])
    target = tree.object_of(mutant.file)
    status, _ = tree.make(str(target.relative_to(tree.folder)))
    if status != 0:
        return "no mutant", "does not compile"
    if target.read_bytes() == baseline[mutant.file]:
        return "equivalent", "the object is the same"
    linked = set()
    for step in steps:
        goals = [name for name in tree.programs([step]) if name not in linked]
        if goals:
            status, output = tree.make(*goals)
            if status != 0:
                return "no mutant", "does not link"
            linked.update(goals)
        if not tree.passes(step):
            return "killed", " ".join(step)
    return "survived", ""


def steps_for(nearest, name):
    for row in nearest:
        if any(fnmatch.fnmatch(name, pattern) for pattern in row["files"]):
            return row["steps"]
    sys.exit(f"mutate.py: nearest.toml has no tests for {name}")


def all_steps(tree):
    """Every program of `make check`, as tests/run.py has them."""
    sys.path.insert(0, str(tree.folder / "tests"))
    import run as runner
    build = tree.folder / "build"
    steps = []
    for command in [*runner.unit(build, []), *runner.rest(build, "gcc")]:
        words = [str(word).removeprefix(f"{tree.folder}/").removeprefix(f"{TOP}/") for word in command]
        if words[0] == sys.executable:
            words = words[1:]
        steps.append([word.removeprefix("build/") if word.startswith("build/tests/") else word for word in words])
    return steps


def judge_rest(tree, group, record):
    """Survivors of the nearest tests in one build, against all tests. What fails is tried on each alone."""
    steps = all_steps(tree)
    left = list(group)
    while left:
        tree.write(left)
        status, output = tree.make("all", "units", "tools")
        if status != 0:
            half = len(left) // 2
            if half == 0:
                break
            judge_rest(tree, left[:half], record)
            left = left[half:]
            continue
        failed = [step for step in steps if not tree.passes(step)]
        if not failed:
            break
        found = []
        for mutant in left:
            tree.write([mutant])
            if tree.make("all", "units", "tools")[0] == 0:
                for step in failed:
                    if not tree.passes(step):
                        record(mutant, "killed", " ".join(step))
                        found.append(mutant)
                        break
        left = [mutant for mutant in left if mutant not in found]
        if not found:
            break  # only together do they fail
        steps = failed


# results

class Results:
    def __init__(self, path, fresh, again):
        self.path, self.lock, self.rows = path, threading.Lock(), {}
        if path.exists() and not fresh:
            for line in path.read_text().splitlines():
                row = json.loads(line)
                self.rows[row["key"]] = row
        if again:
            self.rows = {key: row for key, row in self.rows.items() if row["outcome"] != "survived"}
        path.write_text("".join(json.dumps(row) + "\n" for row in self.rows.values()))

    @staticmethod
    def key(mutant):
        return f"{mutant.file} {mutant.id} {hash_of(mutant)}"

    def get(self, mutant):
        row = self.rows.get(self.key(mutant))
        if row and row["outcome"] == "survived" and mutant.equivalent:  # argued since
            return {**row, "outcome": "equivalent", "by": mutant.equivalent}
        return row

    def add(self, mutant, outcome, by):
        row = {"key": self.key(mutant), "outcome": outcome, "by": by}
        with self.lock:
            self.rows[row["key"]] = row
            with open(self.path, "a") as file:
                file.write(json.dumps(row) + "\n")


def hash_of(mutant):
    return operators.hashlib.sha1(mutant.new.encode()).hexdigest()[:8]


def table(mutants, results):
    """Lines: the score of each folder, generated and hand-picked apart and together."""
    lines = ["| folder | mutants | killed | survived | equivalent | score |", "|---|---|---|---|---|---|"]
    total = collections.Counter()
    for folder in [*SHARES, "all"]:
        count = collections.Counter(results.get(mutant)["outcome"] for mutant in mutants
                                    if folder_of(mutant) == folder and results.get(mutant))
        if folder == "all":
            count = total
        else:
            total.update(count)
        tried = count["killed"] + count["survived"]
        if tried:
            score = 100 * count["killed"] / tried
            lines.append(f"| {folder} | {tried + count['equivalent']} | {count['killed']} | {count['survived']} | "
                         f"{count['equivalent']} | {score:.1f} % |")
    return lines


def by_operator(mutants, results):
    lines = ["| operator | what it does | killed | of | score |", "|---|---|---|---|---|"]
    for name, what in {**operators.OPERATORS, "picked": "picked by hand (tests/mutate/picked/)"}.items():
        count = collections.Counter(results.get(mutant)["outcome"] for mutant in mutants
                                    if mutant.operator == name and results.get(mutant))
        tried = count["killed"] + count["survived"]
        if tried:
            lines.append(f"| {name} | {what} | {count['killed']} | {tried} | {100 * count['killed'] / tried:.0f} % |")
    return lines


def write_document(path, mutants, results, options):
    """Put the tables between the marks of the document; the text around them is written by hand."""
    begin, end = "<!-- mutation -->", "<!-- /mutation -->"
    text = path.read_text()
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    survivors = [f"- `{mutant.file}:{mutant.line}` {mutant.operator}: {mutant.what.replace('|', '&#124;')}" for mutant in mutants
                 if (results.get(mutant) or {}).get("outcome") == "survived"]
    argued = [f"- {mutant.id}, `{mutant.file}:{mutant.line}`, {mutant.what}: {mutant.equivalent}" for mutant in mutants
              if mutant.equivalent]
    command = f"make mutate COUNT={options.count} SEED={options.seed}" + (" REST=1" if options.rest else "")
    path.write_text("\n".join([
        f"{before}{begin}", f"`{command}`:", "", *table(mutants, results), "", *by_operator(mutants, results), "",
        "Argued equivalent:", "", *(argued or ["- none"]), "", "Survivors:", "", *(survivors or ["- none"]), f"{end}{after}"]))


# main

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=600, help="generated mutants (600)")
    parser.add_argument("--seed", default="1", help="which of them are drawn (1)")
    parser.add_argument("--only", help="files that match this pattern, as 'detect/checks*.c'")
    parser.add_argument("--id", action="append", default=[], help="one mutant by its id; may be repeated")
    parser.add_argument("--no-picked", action="store_true", help="without the hand-picked ones")
    parser.add_argument("--rest", action="store_true", help="survivors meet all other tests of make check too")
    parser.add_argument("--longest", type=float, default=10, help="seconds; nearest tests that take more are left to --rest (10)")
    parser.add_argument("--again", action="store_true", help="try survivors of earlier runs again")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="trees at a time (one a processor)")
    parser.add_argument("--list", action="store_true", help="print the mutants and end")
    parser.add_argument("--show", action="store_true", help="print what the mutants of --id change, and the tests' output")
    parser.add_argument("--work", type=Path, default=TOP / "build/mutate")
    parser.add_argument("--document", type=Path, help="write the tables into this file")
    return parser.parse_args()


def choose(options, texts, next_of, complain):
    mutants = generated(texts, next_of, options.count, options.seed, options.only)
    if not options.no_picked:
        mutants += picked(texts, complain)
    if options.only:
        mutants = [mutant for mutant in mutants if fnmatch.fnmatch(mutant.file, options.only)]
    argue(mutants, texts, next_of, complain)
    ids = collections.Counter(mutant.id for mutant in mutants if mutant.operator == "picked")
    for name in sorted(name for name, count in ids.items() if count > 1):
        complain(f"{name} is picked twice")
    if options.id:
        every = [*mutants, *(mutant for name, text in texts.items() for mutant in operators.mutants_of(name, text, next_of))]
        known = {mutant.id: mutant for mutant in every}
        unknown = [name for name in options.id if name not in known]
        if unknown:
            sys.exit(f"mutate.py: no mutant {', '.join(unknown)}")
        mutants = [known[name] for name in options.id]
    return mutants


def run_nearest(options, trees, mutants, results):
    todo = collections.deque(mutant for mutant in mutants if not results.get(mutant) or options.id)
    whole, start = len(todo), time.monotonic()
    print(f"{len(mutants)} mutants, {whole} to try", flush=True)
    steps = []
    for mutant in todo:
        if not mutant.equivalent:
            steps += [step for step in steps_for(trees[0].nearest, mutant.file) if step not in steps]
    with concurrent.futures.ThreadPoolExecutor(len(trees)) as pool:
        list(pool.map(lambda tree: tree.prepare([]), trees))
    trees[0].prepare(steps, options.work / "seconds.json")
    for tree in trees:
        tree.seconds = dict(trees[0].seconds)
    baseline = {mutant.file: trees[0].object_of(mutant.file).read_bytes() for mutant in todo}

    def work(tree):
        while True:
            try:
                mutant = todo.popleft()
            except IndexError:
                return
            outcome, by = "equivalent", mutant.equivalent
            if not mutant.equivalent:
                outcome, by = judge(tree, mutant, baseline, options.longest)
            results.add(mutant, outcome, by)
            left = f"{whole - len(todo)}/{whole} {time.monotonic() - start:.0f} s"
            print(f"[{left}] {outcome}: {mutant.id} {mutant.file}:{mutant.line} {mutant.operator}: {mutant.what}"
                  f"{' | ' + by if by else ''}", flush=True)
            if options.show:
                print(tree.last_output[-3000:] if outcome == "killed" else "", flush=True)

    with concurrent.futures.ThreadPoolExecutor(len(trees)) as pool:
        for done in [pool.submit(work, tree) for tree in trees]:
            done.result()
    for tree in trees:
        tree.write([])


def run_rest(trees, mutants, results):
    left = [mutant for mutant in mutants if results.get(mutant)["outcome"] == "survived"]
    print(f"{len(left)} survivors meet all tests", flush=True)
    tree = trees[0]  # one after the other: some tests count time
    tree.prepare(all_steps(tree))
    for begin in range(0, len(left), TOGETHER):
        # Neighbours in the list stand in one file and would hide each other: every n-th goes into one build.
        group = left[begin // TOGETHER::(len(left) + TOGETHER - 1) // TOGETHER]
        judge_rest(tree, group, results.add)
    tree.write([])


def main():
    options = arguments()
    wrong = []
    texts, next_of = sources()
    mutants = choose(options, texts, next_of, wrong.append)
    if options.list:
        for mutant in mutants:
            print(f"{mutant.id} {mutant.file}:{mutant.line} {mutant.operator}: {mutant.what}")
        for line in wrong:
            print(f"wrong: {line}")
        return 1 if wrong else 0
    options.work.mkdir(parents=True, exist_ok=True)
    results = Results(options.work / "results.jsonl", options.fresh, options.again)
    nearest = tomllib.loads((HERE / "nearest.toml").read_text())
    trees = []
    for number in range(min(options.jobs, max(1, len(mutants)))):
        folder = options.work / f"tree{number}"
        folder.mkdir(exist_ok=True)
        trees.append(Tree(folder, nearest["near"], nearest["needs"]))
    run_nearest(options, trees, mutants, results)
    if options.rest:
        run_rest(trees, mutants, results)

    print()
    for mutant in mutants:
        if results.get(mutant)["outcome"] == "survived":
            print(f"survived: {mutant.id} {mutant.file}:{mutant.line} {mutant.operator}: {mutant.what}")
    print()
    print("\n".join([*table(mutants, results), "", *by_operator(mutants, results)]))
    if options.document:
        write_document(options.document, mutants, results, options)
    for line in wrong:
        print(f"wrong: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
