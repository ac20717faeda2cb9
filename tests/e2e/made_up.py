#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A made-up hypervisor, device, driver, check, command and metric are added to a copy of the tree, built, and looked for
wherever such a thing is listed: made_up.py build/virtwhere

EDITS is what docs/HACKING.md asks of somebody who adds one. Each edit is a file, the text before which it goes, and
what is added; a file without such a text is new.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests/corpus")]
import tally  # noqa: E402
from tally import check  # noqa: E402

ROOMS = "agent base cli detect export packaging probes".split()
COPIED = [*ROOMS, "bench", "docs", "tests", "Makefile"]

EDITS = {
    "hypervisor": [
        ("detect/know/platforms.c", '\t{\n\t\t.id = "openbsd-vmm",', """\t{
\t\t.id = "made-up",
\t\t.signatures = IDS("MadeUpMadeUp"),
\t\t.name = "Made-up hypervisor",
\t\t.hypervisor = "made-up-family",
\t\t.needs = VW_RULES(C_SIGNATURE("MadeUpMadeUp", VW_DECISIVE, "nobody")),
\t\t.cpu = VW_CLASS_VH,
\t\t.board = VW_CLASS_VS,
\t},
"""),
        ("detect/decide/words.c", '{"acrn", "ACRN", "acrn"},', '{"made-up-family", "Made-up family", "made-up-family"},\n\t'),
        ("export/words.c", '{"vm-other", .platform = "openbsd-vmm"},', '{"made-up-systemd", .platform = "made-up"},\n\t'),
        ("export/words.c", '{"vmm", .platform = "openbsd-vmm"},', '{"made-up-virt-what", .platform = "made-up"},\n\t'),
    ],
    "device": [
        ("detect/know/signatures.c", '{0x1d0f, 0xec20, {"Amazon',
         '{0x1d0f, 0xfefe, {"Made-up adapter", VW_CLASS_VH}, VW_DISK_UNTOLD, "made_up_net", false},\n\t'),
    ],
    "driver": [
        ("detect/know/drivers.c", '{.module = "efa",', '{.module = "made_up_net", .drives = VWK_NETWORK},\n\t'),
    ],
    "check": [
        ("detect/check/system.c", "static void labels_are_right(", """static void nothing_is_made_up(struct vw_assessment *a)
{
\tvw_say(a, VW_FAIL, a->severity, NULL, NULL, "all of it is made up");
}

VW_CHECK(ZZZ001, VW_ON_ALL, VW_ADVICE, VW_BREAKS_NOTHING, "nothing is made up", "make it true", "https://example.org/",
\t .assess = nothing_is_made_up);

"""),
    ],
    "command": [
        ("cli/made_up.c", None, """/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

static enum vwc_exit run_made_up(const struct vwc_request *request)
{
\t(void)request;
\treturn VW_EXIT_NO;
}

const struct vwc_command vwc_made_up_command = {
\t.name = "madeup",
\t.arguments = "",
\t.summary = "nothing that anybody needs",
\t.details = "It is made up.",
\t.formats = VWC_FORMATS("text"),
\t.run = run_made_up,
};
"""),
    ],
    "metric": [
        ("export/metrics.c", '{"virtwhere_level", GAUGE,',
         '{"virtwhere_made_up", GAUGE, NULL, 0, "Made up.", put_level, NULL},\n\t'),
    ],
}


def copy_tree(folder, build):
    """The sources, and the objects that the program was made of, so that only what changes is compiled."""
    for name in COPIED:
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    (folder / "build").mkdir()
    for name in ("flags", "libvirtwhere.a"):
        shutil.copy2(build / name, folder / "build" / name)
    for room in ROOMS:
        if (build / room).is_dir():
            shutil.copytree(build / room, folder / "build" / room)


def insert(folder):
    for kind, edits in EDITS.items():
        for name, before, added in edits:
            path = folder / name
            if before is None:
                check(f"{kind}: {name} is new", not path.exists())
                path.write_text(added)
                continue
            text = path.read_text()
            check(f"{kind}: its place in {name} stands there once", text.count(before) == 1, text.count(before))
            path.write_text(text.replace(before, added + before, 1))


def machine(folder):
    """A snapshot in which the hypervisor's signature and the device are seen."""
    import compose
    case = {"name": "made-up", "source": "nobody", "cpu": {"model": "xeon-e5-2686", "add": "hypervisor"},
            "cpuid": {"0x40000000": ["0x40000000", "MadeUpMadeUp"]},
            "pci": {"00:02.0": ["1d0f:fefe", "020000", "ena", {"net": "enp0s2"}]},
            "clock": ["tsc", "tsc"], "expect": {"platform.id": "made-up"}}
    path = folder / "made-up.json"
    path.write_text(json.dumps([case]))
    compose.write_all(str(folder / "snapshots"), [str(path)])
    return next(path.parent for path in (folder / "snapshots").rglob("cpuid.txt"))


def look(folder, snapshot):
    program = str(folder / "build/virtwhere")

    def said(*words, status=0):
        done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=60)
        check(f"{' '.join(map(str, words[-3:]))}: status", done.returncode == status, done)
        return done.stdout

    report = json.loads(said("--snapshot", snapshot, "--json"))
    check("the verdict", report["platform"]["id"] == "made-up", report["platform"])
    check("its family", report["platform"]["hypervisor"] == "made-up-family", report["platform"])
    check("its layer", any(layer["kind"] == "made-up" for layer in report["stack"]), report["stack"])
    said("--snapshot", snapshot, "is", "made-up")
    check("list platforms", "made-up " in said("list", "platforms"))
    check("list hypervisors", "made-up-family " in said("list", "hypervisors"))
    check("list words", "made-up" in said("list", "words"))
    check("systemd-detect-virt's word", said("--snapshot", snapshot, "--format=systemd-detect-virt") == "made-up-systemd\n")
    check("virt-what's word", "made-up-virt-what" in said("--snapshot", snapshot, "--format=virt-what").splitlines())
    check("the driver", "it needs made_up_net" in json.dumps(report["findings"]), report["findings"])
    check("the device", "Made-up adapter" in json.dumps(report["devices"]), report["devices"])

    check("list checks", "ZZZ001 " in said("list", "checks"))
    (folder / "image/etc").mkdir(parents=True)
    found = json.loads(said("preflight", "--root", folder / "image", "--target", "kvm", "--json", status=1))
    check("the check's finding", "all of it is made up" in json.dumps(found))
    subprocess.run([sys.executable, folder / "tests/e2e/checks.py", program, "--write"], check=True, timeout=60)
    check("docs/checks.md", "## ZZZ001: nothing is made up" in (folder / "docs/checks.md").read_text())

    check("help", "  madeup " in said("--help") and "It is made up." in said("help", "madeup"))
    said("madeup", status=1)
    for words in ([], ["--format=openmetrics"]):
        check(f"metrics {words}", "\nvirtwhere_made_up 1\n" in said("--snapshot", snapshot, "metrics", *words))


def main():
    build = Path(sys.argv[1]).resolve().parent
    with tempfile.TemporaryDirectory(prefix="virtwhere-test.") as name:
        folder = Path(name)
        copy_tree(folder, build)
        insert(folder)
        # A make that runs this hands on its flags and what was set on its command line.
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("BUILD", "CC", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "SANITIZE")}
        sanitize = ["SANITIZE=1"] if b"__asan_init" in Path(sys.argv[1]).read_bytes() else []
        done = subprocess.run(["make", "-C", folder, "-j2", *sanitize, "build/virtwhere"], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        check("the tree with them builds", done.returncode == 0, done.stderr[-1500:])
        if done.returncode == 0:
            look(folder, machine(folder))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
