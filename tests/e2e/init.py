#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Init and its libraries, as this machine's compiler links them, in roots of both layouts: init.py build/virtwhere"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tally  # noqa: E402
from tally import check  # noqa: E402

PROGRAM = sys.argv[1]


def findings(root):
    done = subprocess.run([PROGRAM, "preflight", "--root", root, "--target", "kvm", "--json"], capture_output=True,
                          text=True, timeout=60)
    told = {}
    for finding in json.loads(done.stdout)["findings"]:
        told.setdefault(finding["id"], []).append((finding["status"], finding["severity"], finding["subject"]))
    return told


def expect(name, root, identity, *wanted):
    told = findings(root).get(identity)
    check(f"{name}: {identity}", told and {t[:len(w)] for t in told for w in wanted} >= set(wanted)
          and {t[0] for t in told} == {w[0] for w in wanted}, told)


def link(folder, *arguments):
    subprocess.run(["cc", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def libraries_of(path):
    """What the dynamic linker loads for it, as name -> where it is here; names with '/' are the linker itself."""
    done = subprocess.run(["ldd", path], capture_output=True, text=True, timeout=60)
    found = {}
    for line in done.stdout.splitlines():
        words = line.split()
        if len(words) > 2 and words[1] == "=>" and words[2].startswith("/"):
            found[words[0]] = words[2]
        elif words and words[0].startswith("/"):
            found[words[0]] = words[0]
    return found


def build(work):
    """A program that needs libinner.so, which lies in a folder of its own, and that needs libfar.so beside it."""
    (work / "far.c").write_text("int far_away(void) { return 1; }\n")
    (work / "inner.c").write_text("int far_away(void);\nint inner(void) { return far_away(); }\n")
    (work / "init.c").write_text("int inner(void);\nint main(void) { return inner(); }\n")
    link(work, "-shared", "-fPIC", "-o", "libfar.so", "far.c")
    link(work, "-shared", "-fPIC", "-o", "libinner.so", "inner.c", "-L.", "-lfar", "-Wl,-rpath,$ORIGIN/../far")
    link(work, "-o", "init", "init.c", "-L.", "-linner", "-Wl,-rpath-link,.", "-Wl,-rpath,/opt/inner/lib")


def whole(work, root):
    """/lib and its like are links into /usr, as distributions have it now."""
    for folder in ("dev", "proc", "run", "sys", "usr/sbin", "usr/lib64", "usr/lib", "opt/inner/lib", "opt/inner/far"):
        (root / folder).mkdir(parents=True)
    for name in ("lib", "lib64", "sbin"):
        (root / name).symlink_to(f"usr/{name}")
    shutil.copy2(work / "init", root / "usr/sbin/init")
    shutil.copy2(work / "libinner.so", root / "opt/inner/lib/libinner.so")
    shutil.copy2(work / "libfar.so", root / "opt/inner/far/libfar.so")
    for name, path in libraries_of("/bin/sh").items():
        place = root / (name.lstrip("/") if name.startswith("/") else f"usr/lib/{name}")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(os.path.realpath(path), place)


def main():
    with tempfile.TemporaryDirectory(prefix="virtwhere-test.") as name:
        work = Path(name)
        build(work)
        passed = ("pass", "fatal")

        def case(name, identity, change, *wanted):
            root = work / "root"
            whole(work, root)
            change(root)
            expect(name, root, identity, *wanted)
            shutil.rmtree(root)

        case("whole", "INI001", lambda root: None, passed)
        case("whole", "INI002", lambda root: None, passed)
        case("whole", "INI003", lambda root: None, passed)
        case("without /sbin/init", "INI001", lambda root: (root / "usr/sbin/init").unlink(), ("fail", "fatal", "/sbin/init"))
        case("the link is lost", "INI001", lambda root: (root / "sbin").unlink(), ("fail", "fatal", "/sbin/init"))
        case("without the C library", "INI002", lambda root: next((root / "usr/lib").glob("libc.*")).unlink(),
             ("fail", "fatal"))
        case("without the dynamic linker", "INI002",
             lambda root: [path.unlink() for path in [*root.glob("usr/lib*/ld-*")]], ("fail", "fatal"))
        case("the links of /lib are lost", "INI002",
             lambda root: [(root / name).unlink() for name in ("lib", "lib64")], ("fail", "fatal"))
        case("a library of its own", "INI002", lambda root: (root / "opt/inner/lib/libinner.so").unlink(),
             ("fail", "fatal", "libinner.so"))
        case("what that needs", "INI002", lambda root: (root / "opt/inner/far/libfar.so").unlink(),
             ("fail", "fatal", "libfar.so"))
        case("in a configured folder", "INI002", lambda root: (
            (root / "opt/inner/far/libfar.so").rename(root / "opt/libfar.so"), (root / "etc/ld.so.conf.d").mkdir(parents=True),
            (root / "etc/ld.so.conf.d/far.conf").write_text("# far\n/opt\n")), passed)
        case("a damaged library", "INI002", lambda root: (root / "opt/inner/far/libfar.so").write_bytes(b"\x7fELF"),
             ("unknown", "fatal"))
        case("a script", "INI002", lambda root: (root / "usr/sbin/init").write_text("#! /usr/bin/no-shell -x\n"),
             ("unknown", "degraded", "/usr/bin/no-shell"))
        case("no library at all", "INI002", lambda root: (shutil.rmtree(root / "usr/lib"), shutil.rmtree(root / "usr/lib64")),
             ("unknown", "degraded"))
        case("no /proc", "INI003", lambda root: (root / "proc").rmdir(), ("fail", "fatal", "/proc"))
        case("a loop of links", "INI001", lambda root: (
            (root / "usr/sbin/init").unlink(), (root / "usr/sbin/init").symlink_to("init")), ("unknown", "fatal"))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
