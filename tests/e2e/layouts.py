#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every check on images of every distribution, failing and passing: layouts.py build/virtwhere [WORD…]

The roots are composed (tests/labs/layouts/): a distribution's own paths and syntax around kernels and programs of a few
bytes. With words, only those checks, on those systems. With --real, a kernel, modules and initramfs of
Debian's stand in the place of composed ones, as tests/labs/layouts/whole.py has fetched and made them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/labs/layouts"), str(TOP / "tests")]

import tally  # noqa: E402
from tally import check  # noqa: E402
from cases import ANY, CASES, NEVER, systems_of  # noqa: E402
from image import Image, Root  # noqa: E402
from systems import SYSTEMS  # noqa: E402
from real import Real  # noqa: E402
from variants import VARIANTS  # noqa: E402

PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("program", type=Path)
PARSER.add_argument("words", nargs="*")
PARSER.add_argument("--real", type=Path, help="the work folder of tests/labs/layouts/whole.py")
OPTIONS = PARSER.parse_intermixed_args()
PROGRAM, WORDS = str(OPTIONS.program.resolve()), OPTIONS.words
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()
SKIPPED = {"SEL001"}  # of an image without what it is about


def preflight(root, image, target):
    """Findings of an image, by check: the worst first."""
    ami = dict(image.ami)
    if target == "xen-pv" and ami["VirtualizationType"] == "hvm" and "VirtualizationType" not in image.told:
        ami["VirtualizationType"] = "paravirtual"
    described = root.folder.parent / "ami.json"
    described.write_text(json.dumps({"Images": [ami]}))
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
    done = subprocess.run([PROGRAM, "preflight", "--root", root.folder, "--target", target, "--ami-json",
                           described,
                           "--format", "json"], stdin=subprocess.DEVNULL, capture_output=True, env=environment,
                           timeout=60)
    if not done.stdout:
        return {"": [{"status": "fail", "severity": "fatal", "message": done.stderr.decode(), "remedy": ""}]}
    order = ["fail", "unknown", "pass", "skip"]
    severities = ["fatal", "degraded", "advice"]
    found = {}
    for finding in json.loads(done.stdout)["findings"]:
        found.setdefault(finding["id"], []).append(finding)
    for findings in found.values():
        findings.sort(key=lambda f: (order.index(f["status"]), severities.index(f["severity"])))
    return found


def wanted(system, case=None):
    """By the words: of systems, of checks, of both; the whole of a system is wanted where no check is named."""
    names = {s.name for s in SYSTEMS} & set(WORDS)
    checks = set(WORDS) - names
    if SANITIZED and case is not None and not WORDS and system != neighbours(case)[0]:
        return False
    return (not names or system.name in names) and (not checks or case is not None and case.check in checks)


def neighbours(case):
    """Two systems, others for each case: near misses are held against them, and of all where sanitizers watch the first."""
    names, number = systems_of(case), CASES.index(case)
    return [names[(number + step) % len(names)] for step in (0, (len(names) + 1) // 2)]


def near(case, system):
    return system in neighbours(case) or WORDS


def told(findings):
    return [(f["status"], f["severity"], f["message"]) for f in findings or []] or "nothing"


def remedy_of(case, system):
    return system.tool.get(case.remedy, case.remedy)


def fails(root, case, system):
    image = Image(system)
    case.bad(image)
    root.become(image.files())
    found = preflight(root, image, case.target)
    name = f"{system.name}: {case.check} on {case.target}, case {CASES.index(case)}"
    worst = (found.get(case.check) or [None])[0]
    check(f"{name}: {case.says}, {case.severity}", worst and (worst["status"], worst["severity"]) ==
          (case.says, case.severity), told(found.get(case.check)))
    if worst and remedy_of(case, system):
        check(f"{name}: remedy", remedy_of(case, system) in (worst["remedy"] or ""), worst["remedy"])
    if case.also is not ANY:
        others = {i: told(f[:1]) for i, f in found.items() if f[0]["status"] == "fail"
                  and i not in (case.check, *case.also)}
        check(f"{name}: nothing else", not others, others)


def passes(root, case, system):
    image = Image(system)
    case.good(image)
    root.become(image.files())
    found = preflight(root, image, case.target).get(case.check)
    name = f"{system.name}: {case.check} on {case.target}, case {CASES.index(case)}, near"
    check(name, found and found[0]["status"] == "pass", told(found))


def unchanged(root, system, ids):
    """All checks of all targets pass."""
    image = Image(system)
    root.become(image.files())
    for target in system.targets:
        found = preflight(root, image, target)
        wrong = {i: told(f) for i, f in found.items() if f[0]["status"] != "pass" and i not in NEVER and
                 not (i in SKIPPED and f[0]["status"] == "skip")}
        check(f"{system.name}: whole on {target}", not wrong, wrong)
        check(f"{system.name}: all checks of {target}", set(found) == {i for i in ids if target in ids[i]},
              set(ids) ^ set(found))


def arranged(root, variant):
    """All checks of all targets pass on another arrangement of the same."""
    image = Image(variant.system)
    variant.change(image)
    root.become(image.files())
    allowed = dict.fromkeys(variant.skips, "skip") | dict.fromkeys(variant.unknown, "unknown")
    for target in [t for t in variant.system.targets if t != variant.but]:
        found = preflight(root, image, target)
        wrong = {i: told(f) for i, f in found.items() if f[0]["status"] != allowed.get(i, "pass")
                 and i not in NEVER and
                 not (i in SKIPPED and f[0]["status"] == "skip")}
        check(f"{variant.system.name}, {variant.name}: whole on {target}", not wrong, wrong)
    kernels = {f["kernel"] for findings in found.values() for f in findings if f["kernel"]}
    check(f"{variant.system.name}, {variant.name}: kernels", len(kernels) == variant.kernels, kernels)


def covered(ids):
    """Every check of images fails somewhere and passes somewhere, on two systems at least."""
    for identity in ids:
        rows = [c for c in CASES if c.check == identity]
        bad = {s.name for c in rows if c.says == "fail" for s in systems_of(c)}
        good = {s.name for s in SYSTEMS if set(s.targets) & set(ids[identity])}
        if identity in NEVER:
            check(f"{identity} never fails", not bad, bad)
        else:
            check(f"{identity} fails on two systems", len(bad) >= 2, bad)
            check(f"{identity} passes on two systems", len(good) >= 2, good)
            check(f"{identity} has a near miss", any(c.good for c in rows) or len(rows) > 1, rows)
    check("no case of a check that is not", {c.check for c in CASES} <= set(ids),
          {c.check for c in CASES} - set(ids))


def main():
    listed = subprocess.run([PROGRAM, "list", "checks", "--json"], check=True, capture_output=True, text=True)
    ids = {c["id"]: c["targets"] for c in json.loads(listed.stdout)["checks"] if c["targets"]}
    if not WORDS:
        covered(ids)
    systems = SYSTEMS
    if OPTIONS.real:
        Image.real = Real.made_by_whole(OPTIONS.real)
        systems = [s for s in SYSTEMS if s.arch == "x86_64"]
    if SANITIZED:
        tally.skip("each case on all of its systems but one", "a sanitizer makes them too slow")
    with tempfile.TemporaryDirectory(prefix="virtwhere-test-") as folder:
        for system in systems:
            root = Root(Path(folder) / system.name)
            if wanted(system):
                unchanged(root, system, ids)
                for variant in VARIANTS:
                    if variant.system is system and not OPTIONS.real:
                        arranged(root, variant)
            for case in CASES:
                if system not in systems_of(case) or not wanted(system, case):
                    continue
                fails(root, case, system)
                if case.good and near(case, system):
                    passes(root, case, system)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
