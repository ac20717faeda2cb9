#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The lab reports what did not work, and never as passed: lab.py build/virtwhere

Nothing is booted here: machines are small commands, and what a guest would have handed out is a recorded fixture.
tests/labs/boot/lab.py boots the real ones.
"""

import contextlib
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(TOP / "tests/labs/boot"), str(TOP / "tests")]
import document  # noqa: E402
import lab as harness  # noqa: E402
import machine  # noqa: E402
import packages  # noqa: E402
import tally  # noqa: E402
from tally import check  # noqa: E402
from initramfs import Initramfs  # noqa: E402

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
GUEST, WRONG = "xen-hvm", "kvm"  # a recorded fixture, and a platform that it is not
ROW = {"about": "a machine that is none", "qemu": "", "truth": {"platform.id": ["xen-pvhvm"]}}
TABLE = harness.read_table()


class Small(harness.Lab):
    """A lab whose machines are shell commands: row["says"], with the disk for results as "disk"."""

    def image(self, row):
        return Initramfs()

    def command_qemu(self, row, place):
        return ["sh", "-c", row["says"]]


def small(work, rows, patience=1):
    table = {"environment": {name: ROW | row for name, row in rows.items()}, "smbios": {}}
    return Small(table, work, {"amd64": PROGRAM, "arm64": PROGRAM}, patience)


def outcomes(lab, name):
    """What the lab tells of an environment and its guests."""
    return dict(lab.run(name, list(lab.rows)))


def handed_out(folder):
    """What a guest hands out when all goes well, made from a fixture: a folder of files."""
    folder.mkdir(parents=True)
    snapshot = folder / "snapshot.tar.gz"
    shutil.copy(TOP / f"tests/corpus/lab/{GUEST}.tar.gz", snapshot)
    report = subprocess.run([PROGRAM, "--snapshot", snapshot, "--json"], capture_output=True, check=True).stdout
    for name in ("report.json", "user.json"):
        (folder / name).write_bytes(report)
    return folder


def disk_of(folder):
    """The same as a guest leaves it on the disk for results."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, ".")
    disk = folder.with_suffix(".disk")
    disk.write_bytes(packed.getvalue())
    return disk


def change(folder, name, path, value):
    """Another value at a path of a JSON document."""
    report = json.loads((folder / name).read_text())
    inner = report
    *parents, last = path.split(".")
    for key in parents:
        inner = inner[key]
    inner[last] = value
    (folder / name).write_text(json.dumps(report))


# What a guest hands out.

def judged(work, name, spoil, row=None):
    """(status, reasons) of an environment whose guest hands out what @spoil leaves."""
    folder = handed_out(work / name)
    spoil(folder)
    says = f"cat {disk_of(folder)} >disk"
    lab = small(work / f"{name}-lab", {name: {"says": says} | (row or {})})
    result = outcomes(lab, name)[name]
    return result["status"], "; ".join(result["reasons"])


def guests_words(work):
    cases = {
        "as it should be": (lambda f: None, {}, "pass", ""),
        "not true": (lambda f: None, {"truth": {"platform.id": [WRONG]}}, "fail", f"platform.id: xen-pvhvm, not {WRONG}"),
        "nothing at all": (lambda f: [p.unlink() for p in f.iterdir()], {}, "fail", "no report"),
        "report cut": (lambda f: (f / "report.json").write_text('{"schema": '), {}, "fail", "no report"),
        "another report than the snapshot's": (lambda f: change(f, "report.json", "platform.confidence", "guess"), {},
                                               "fail", "differs in platform.confidence"),
        "no snapshot": (lambda f: (f / "snapshot.tar.gz").unlink(), {}, "fail", "no snapshot.tar.gz"),
        "snapshot cut": (lambda f: (f / "snapshot.tar.gz").write_bytes(b"\x1f\x8b\x08"), {}, "fail", "does not replay"),
        "an archive promised": (lambda f: None, {"archive": True}, "fail", "no archive.tar.gz"),
        "not as the schema wants": (lambda f: change(f, "report.json", "level", "high"), {}, "fail", "schema: "),
        "nothing for a user": (lambda f: (f / "user.json").unlink(), {}, "fail", "no report as an ordinary user"),
        "no ordinary user there": (lambda f: (f / "user.json").unlink(), {"ordinary": False}, "pass", ""),
        "a user told less": (lambda f: change(f, "user.json", "platform.id", "unknown"), {}, "pass", ""),
        "a user told something wrong": (lambda f: change(f, "user.json", "platform.id", WRONG), {},
                                        "fail", f"as a user: platform.id: {WRONG}"),
        "no report after hot-plug": (lambda f: None, {"hotplug": [{"driver": "nvme"}], "truth_after": {}}, "fail",
                                     "after hot-plug: no report"),
    }
    for number, (name, (spoil, row, status, reason)) in enumerate(cases.items()):
        got = judged(work, f"guest{number}", spoil, row)
        check(name, got[0] == status and reason in got[1] and (got[1] == "") == (reason == ""), got)


# Machines that do not run.

def machines(work):
    lab = small(work / "silent", {"silent": {"says": "echo Kernel panic; echo x >>tries"}})
    result = outcomes(lab, "silent")["silent"]
    check("a silent guest fails, with the console's last words", result["status"] == "fail"
          and "Kernel panic" in result["reasons"][0], result)
    check("after a second try", result["attempt"] == harness.ATTEMPTS, result)

    start = time.monotonic()
    lab = small(work / "hung", {"hung": {"says": "sleep 60", "limit": 1}})
    result = outcomes(lab, "hung")["hung"]
    check("a hung guest fails", result["status"] == "fail" and "not ended after 1 seconds" in result["reasons"][0], result)
    check("in time", time.monotonic() - start < 20)

    lab = small(work / "host", {"host": {"says": "true"}, "guest": {"under": "host"}})
    told = outcomes(lab, "host")
    check("a host that does not boot: its guests fail too",
          [told[name]["status"] for name in ("host", "guest")] == ["fail", "fail"], told)

    flaky = handed_out(work / "flaky")
    says = f"if [ -e {work}/once ]; then cat {disk_of(flaky)} >disk; else touch {work}/once; fi"
    result = outcomes(small(work / "flaky-lab", {"flaky": {"says": says}}), "flaky")["flaky"]
    check("one that boots the second time passes", (result["status"], result["attempt"]) == ("pass", 2), result)

    class Broken(Small):
        def command_qemu(self, row, place):
            return [str(work / "no-such-emulator")]

    lab = Broken({"environment": {"none": ROW}, "smbios": {}}, work / "none", {"amd64": PROGRAM, "arm64": PROGRAM}, 1)
    result = outcomes(lab, "none")["none"]
    check("no emulator", result["status"] == "fail" and "could not be started" in result["reasons"][0], result)


def without_packages(work):
    """Rows of the real table where Debian's packages lack something: skipped, with the reason."""
    lab = harness.Lab(TABLE, work / "bare", {"amd64": PROGRAM, "arm64": PROGRAM}, 1)
    empty = work / "bare/amd64"
    empty.mkdir(parents=True)
    lab.systems.trees["amd64"] = packages.Tree("amd64", empty, empty)
    for name in ("tcg-pc", "kvm-l1", "xen-dom0", "uml"):
        told = outcomes(lab, name)
        check(f"{name} without packages is skipped, with its guests",
              all(r["status"] == "skip" and r["reasons"][0].startswith("no ") for r in told.values()), told)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        counts = lab.run_all(["tcg-pc", "uml"], 2)
    check("skipped ones do not count as passed", counts == {"pass": 0, "fail": 0, "skip": 2}, counts)
    check("and are told", len(tally.SKIPPED.findall(said.getvalue())) == 2, said.getvalue())
    rows = [line for line in document.render(lab).splitlines() if line.startswith("| tcg-pc |")]
    check("in the document too", rows and rows[0].endswith("| skip |"), rows)
    done = subprocess.run(["/usr/bin/python3", TOP / "tests/labs/boot/lab.py", "--work", work / "missing", "--program",
                           work / "no-program", "--program-arm64", work / "no-program", "uml"],
                          capture_output=True, text=True, env={"PATH": "/nonexistent"})
    check("a run in which nothing passed fails", done.returncode == 1 and "1 skipped" in done.stdout, done)


def stopped(work):
    """A signal ends all machines, and no result is made up."""
    lab = small(work / "stopped", {"one": {"says": "sleep 60"}, "two": {"says": "sleep 60"}})
    machine.stopping.set()
    start = time.monotonic()
    counts = lab.run_all(["one", "two"], 2)
    machine.stopping.clear()
    check("stopped machines give no result", sum(counts.values()) == 0 and time.monotonic() - start < 20, counts)


def lanes(work):
    """Machines side by side do not share a disk."""
    rows = {}
    for number in range(3):
        folder = handed_out(work / f"lane{number}")
        rows[f"lane{number}"] = {"says": f"sleep 0.{number}; cat {disk_of(folder)} >disk"}
    lab = small(work / "lanes", rows)
    with contextlib.redirect_stdout(io.StringIO()):
        counts = lab.run_all(list(rows), 3)
    check("three at a time", counts == {"pass": 3, "fail": 0, "skip": 0}, counts)


def table():
    """Rows that cannot be run as they stand would only be found by a run of hours."""
    for name, row in TABLE["environment"].items():
        known = {"about", "like", "truth", "under", "hosts", "way", "arch", "kernel", "qemu", "out", "smbios", "composed", "append",
                 "xen", "xl", "run", "memory", "limit", "bochs", "modules", "quick", "archive", "hotplug", "truth_after", "passport",
                 "ordinary", "user"}
        check(f"{name}: keys", not set(row) - known, set(row) - known)
        check(f"{name}: truth and words", row.get("about") and row.get("truth", {}).get("platform.id"))
        check(f"{name}: its host hosts", "under" not in row or TABLE["environment"][row["under"]].get("hosts"))
        check(f"{name}: quick only where its host is",
              not row.get("quick") or "under" not in row or TABLE["environment"][row["under"]].get("quick"))


def sources(work):
    """The archive is the one that the machine's own sources name, and none is made up."""
    one_line = "# deb http://no.example/debian x main\ndeb-src http://no.example/debian x main\n deb {} x main # y\n"
    deb822 = "Types: deb\nURIs: {}\nSuites: x\nComponents: main contrib\n"
    here, other = "http://here.example/debian", "http://no.example/debian"
    two_lines = f"Types: deb-src deb\nSuites: x\nComponents: main\nURIs:\n http://no.example/x\n {here}\n"
    cases = {
        "none": ({}, None),
        "one line": ({"sources.list": one_line.format(here)}, here),
        "one line with options": ({"sources.list": one_line.format(f"[arch=amd64 signed-by=/a/b] {here}/")}, f"{here}/"),
        "one line in a file of its own": ({"sources.list": "\n", "sources.list.d/a.list": one_line.format(here)}, here),
        "of a day": ({"sources.list": one_line.format(f"{here}/20260101T000000Z")}, f"{here}/20260101T000000Z"),
        "deb822": ({"sources.list.d/a.sources": "# x\n" + deb822.format(here)}, here),
        "deb822 after another": ({"sources.list.d/a.sources": deb822.format("http://no.example/x") + "\n" + two_lines}, here),
        "deb822 off": ({"sources.list.d/a.sources": "Enabled: no\n" + deb822.format(here)}, None),
        "deb822 of sources": ({"sources.list.d/a.sources": deb822.format(here).replace("deb\n", "deb-src\n")}, None),
        "security": ({"sources.list": one_line.format(f"{here}-security")}, None),
        "others": ({"sources.list": f"deb {other} x stable\ndeb http://no.example/node x main\n"}, None),
        "a file that apt does not read": ({"sources.list.d/a.list.off": one_line.format(here)}, None),
    }
    for name, (files, wanted) in cases.items():
        folder = work / "sources" / name.replace(" ", "-")
        (folder / "sources.list.d").mkdir(parents=True)
        for path, text in files.items():
            (folder / path).write_text(text)
        try:
            got = packages.mirror_of(folder)
        except packages.Unavailable as reason:
            got = None
            check(f"sources: {name}: it says where there is none", str(folder) in str(reason), reason)
        check(f"sources: {name}", got == wanted, got)


def main():
    with tempfile.TemporaryDirectory(prefix="virtwhere-lab-") as folder:
        for part in (guests_words, machines, without_packages, sources, stopped, lanes):
            part(pathlib.Path(folder))
    table()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
