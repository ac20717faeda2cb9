#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Pre-flight inside a build of Packer: packer.py build/virtwhere

docs/packer/preflight.pkr.hcl with the null builder: an image that will not boot ends the build, one that will does not,
and the build's own words have the exit status of the contract. The JUnit report is read back by a library of others
and by one of Python's, which must agree. Packer gets a network of its own, which has nobody in it.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

try:
    import junitparser
except ImportError:
    junitparser = None

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/labs/layouts"), str(TOP / "tests")]

import tally  # noqa: E402
from tally import check  # noqa: E402
from image import Image, Root  # noqa: E402
from systems import SYSTEMS  # noqa: E402

PROGRAM = Path(sys.argv[1]).resolve()
TEMPLATE = TOP / "docs/packer/preflight.pkr.hcl"
ALONE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]  # plugins talk over the loopback


def is_packer():
    """cracklib has a program of that name too."""
    if not shutil.which("packer"):
        return False
    done = subprocess.run(["packer", "version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          env=os.environ | {"CHECKPOINT_DISABLE": "1"})
    return done.stdout.startswith("Packer v")


def alone():
    done = subprocess.run([*ALONE, "true"], capture_output=True)
    return ALONE if done.returncode == 0 else []


def build(folder, prefix, root, **variables):
    """Returns Packer's exit status, what it said, and the report's place."""
    report = folder / "preflight.xml"
    report.unlink(missing_ok=True)
    variables |= {"root": root, "report": report}
    words = [word for name, value in variables.items() for word in ("-var", f"{name}={value}")]
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    done = subprocess.run(
        [*prefix, "packer", "build", "-color=false", *words, TEMPLATE], stdin=subprocess.DEVNULL, cwd=folder, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=kept | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "TMPDIR": str(folder),
                    "PACKER_CONFIG_DIR": str(folder / "config"), "CHECKPOINT_DISABLE": "1", "LC_ALL": "C.UTF-8"})
    return done.returncode, done.stdout, report


def ended_with(output):
    """The exit status of the script as Packer tells it, or 0."""
    told = re.search(r"non-zero exit status: (\d+)", output)
    return int(told.group(1)) if told else 0


def by_junitparser(report):
    """Suites, cases, failures, and the failed cases' names."""
    document = junitparser.JUnitXml.fromfile(str(report))
    cases = [case for suite in document for case in suite]
    wrong = [case.name for case in cases if any(isinstance(r, junitparser.Failure) for r in case.result)]
    check("junitparser: its own count", document.tests == len(cases) and document.failures == len(wrong),
          (document.tests, len(cases), document.failures, len(wrong)))
    return sorted(suite.name for suite in document), len(cases), sorted(wrong)


def by_python(report):
    tree = xml.parse(report).getroot()
    cases = tree.findall("testsuite/testcase")
    return (sorted(suite.get("name") for suite in tree.findall("testsuite")), len(cases),
            sorted(case.get("name") for case in cases if case.find("failure") is not None))


def read_back(name, report):
    there = report.exists()
    check(f"{name}: report", there)
    if not there:
        return [], 0, []
    theirs, ours = by_junitparser(report), by_python(report)
    check(f"{name}: both parsers agree", theirs == ours, (theirs, ours))
    return ours


def good_image(folder, prefix, root):
    status, output, report = build(folder, prefix, root.folder)
    check("good: build", status == 0 and ended_with(output) == 0, output)
    suites, cases, wrong = read_back("good", report)
    check("good: report", len(suites) == 1 and cases > 25 and not wrong, (suites, cases, wrong))

    status, output, report = build(folder, prefix, root.folder, target="nitro,xen-hvm")
    check("two targets: build", status == 0, output)
    check("two targets: a suite for each", len(read_back("two targets", report)[0]) == 2)

    archive = folder / "image.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(root.folder, ".")
    status, output, report = build(folder, prefix, archive)
    check("archive: build", status == 0, output)
    check("archive: the same report", read_back("archive", report)[1:] == (cases, []))


def bad_images(folder, prefix, root):
    image = Image(SYSTEMS[0])
    image.lose("nvme")
    root.become(image.files())
    status, output, report = build(folder, prefix, root.folder)
    check("without nvme: build", status == 1 and ended_with(output) == 1, output)
    check("without nvme: told", "NVM001" in output and "will not boot" in output, output)
    suites, cases, wrong = read_back("without nvme", report)
    check("without nvme: report", any("NVM001" in name for name in wrong), wrong)

    status, output, report = build(folder, prefix, folder / "nowhere")
    check("no image: build", status == 1 and ended_with(output) == 3, output)
    check("no image: no report", not report.exists())
    status, output, report = build(folder, prefix, root.folder, target="moon")
    check("no target: build", status == 1 and ended_with(output) == 2, output)


def main():
    if not is_packer():
        return tally.skip_all("pre-flight in Packer", "packer is not installed")
    if not junitparser:
        return tally.skip_all("pre-flight in Packer", "python3-junitparser is not installed")
    prefix = alone()
    if not prefix:
        if not tally.has_loopback():
            return tally.skip_all("pre-flight in Packer", tally.NO_LOOPBACK)
        tally.skip("Packer with nobody in its network", "no network of its own is allowed here (unshare, ip)")
    with tempfile.TemporaryDirectory(prefix="virtwhere-test-") as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        (folder / "bin/virtwhere").symlink_to(PROGRAM)
        (folder / "root").mkdir()
        root = Root(folder / "root")
        root.become(Image(SYSTEMS[0]).files())
        good_image(folder, prefix, root)
        bad_images(folder, prefix, root)
    return tally.end()


sys.exit(main())
