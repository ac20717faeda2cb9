#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The oracle tells images that do not boot from machines that do not run, and counts only what booted or gave up.

Nothing is booted here: machines are small commands that write a console. tests/labs/images/oracle.py boots the real ones.
"""

import contextlib
import io
import pathlib
import sys
import tempfile
import tomllib

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(TOP / name) for name in ("tests/labs/boot", "tests/labs/images", "tests")]
import images  # noqa: E402
import oracle as harness  # noqa: E402
import packages  # noqa: E402
import table  # noqa: E402
import tally  # noqa: E402
from tally import check  # noqa: E402

INIT_RUNS = f"[    1.5] x\n{images.HERE_BOOTS}/dev/nvme0n1p1\nreboot: Power down\n"
PANIC = "[    2.1] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n"
UNMOUNTED = "mount: mounting /dev/a on /root failed: No such device\nFailed to mount /dev/a as root file system.\n"
ALERT = "Gave up waiting for root file system device.\nALERT!  UUID=5a0e does not exist.  Dropping to a shell!\n"
OOPS = "[    0.2] Oops: double fault: 0000 [#1] PREEMPT SMP NOPTI\n"


class Small(harness.Oracle):
    """An oracle whose images are empty, and whose machines are shell commands: row["says"]."""

    def __init__(self, work, said=True, errors=()):
        super().__init__(work, work / "no-program", 1)
        self.said, self.errors, self.images = said, list(errors), self

    def make(self, name, row):
        if "lacks" in row:
            raise packages.Unavailable(row["lacks"])
        folder = self.work / name
        (folder / "root").mkdir(parents=True)
        self.says, self.patience = row["says"], row.get("patience", 1)
        return images.Image(folder, folder / "root", folder / "kernel", "6.1.0", "amd64", None, "root=x",
                            folder / "disk")

    def judge(self, image):
        return self.said, [] if self.said else ["NVM002"]

    def other(self, image, row):
        return self.errors

    def command(self, image):
        return self.says if isinstance(self.says, list) else ["sh", "-c", self.says]


def result_of(work, name, row, **said):
    return Small(work / name, **said).run("image", row)


def console(text, then=""):
    return {"says": f"cat <<'END'\n{text}END\n{then}"}


def verdicts(work):
    """(console, what pre-flight says) and the status that it gives."""
    cases = {
        "boots, as said": (console(INIT_RUNS), True, "pass", True),
        "does not boot, as said": (console(PANIC), False, "pass", False),
        "no root, as said": (console(ALERT), False, "pass", False),
        "a root that cannot be mounted, as said": (console(UNMOUNTED), False, "pass", False),
        "boots, against what was said": (console(INIT_RUNS), False, "fail", True),
        "does not boot, against what was said": (console(PANIC), True, "fail", False),
        "said to be unknown": (console(INIT_RUNS), None, "fail", True),
    }
    for number, (name, (row, said, status, booted)) in enumerate(cases.items()):
        result = result_of(work, f"verdict{number}", row, said=said)
        check(name, (result["status"], result.get("booted")) == (status, booted), result)


def machines(work):
    """Machines that decide nothing: skipped, whatever pre-flight says."""
    cases = {
        "silent": {"says": "true"},
        "ended early": console("[    1.0] Run /init as init process\n"),
        "hung": console("[    1.0] Run /init as init process\n", "exec sleep 60") | {"patience": 0.003},
        "failed by its emulator": console(OOPS + PANIC),
        "without a timer": console("[    0.9] Kernel panic - not syncing: IO-APIC + timer doesn't work!\n"),
        "without an emulator": {"says": [str(work / "no-such-emulator")]},
        "an emulator that complains": {"says": "echo 'qemu: could not load kernel' >&2; exit 1"},
        "without packages": {"lacks": "no kernel cloud-amd64"},
    }
    for number, (name, row) in enumerate(cases.items()):
        for said in (True, False):
            result = result_of(work, f"machine{number}-{said}", row, said=said)
            check(f"{name}: skipped, with a reason", result["status"] == "skip" and result["reason"], result)
    once = work / "once"
    row = console(INIT_RUNS)
    row["says"] = f"if ! [ -e {once} ]; then touch {once}; exit; fi\n{row['says']}"
    check("tried a second time", result_of(work, "flaky", row)["status"] == "pass")


def sums(work):
    """A skipped image never counts as passed."""
    rows = {"good": console(INIT_RUNS), "none": {"says": "true"}}
    cases = ((["good"], 0, "1 passed, 0 failed, 0 skipped"), (["none"], 1, "0 passed, 0 failed, 1 skipped"),
             (["good", "none"], 1, "1 passed, 0 failed, 1 skipped"), ([], 1, "0 passed, 0 failed, 0 skipped"))
    for number, (names, status, line) in enumerate(cases):
        with contextlib.redirect_stdout(io.StringIO()) as told:
            results = {name: Small(work / f"sums{number}-{name}").run(name, rows[name]) for name in names}
            got = harness.sum_up(results)
        check(f"sum of {names}", got == status and told.getvalue().splitlines()[-1] == line,
              (got, told.getvalue()))


def document(work):
    """What the table says where the script of AWS, the boot and pre-flight do not agree."""
    rows = {"a": console(INIT_RUNS), "b": console(PANIC), "c": {"says": "true"}}
    about = {name: {"about": f"image {name}"} for name in rows}
    with contextlib.redirect_stdout(io.StringIO()):
        ready = {name: Small(work / f"ready-{name}").run(name, row) for name, row in rows.items()}
        wary = {name: Small(work / f"wary-{name}", errors=["no NVMe module"]).run(name, row)
                for name, row in rows.items()}
    text = table.render(ready, about)
    check("verdicts are counted", "1 of 2 verdicts are what the boot shows (1 images boot, 1 do not)" in text, text)
    check("a wrong verdict is marked", "**wrong**: boots |  | does not boot | **false pass**: OK" in text, text)
    check("a skipped image has no verdict", "| c | image c | | | | skipped: " in text, text)
    check("an error where it boots", "boots | **false fail**: no NVMe module" in table.render(wary, about))
    check("an error where it does not boot", "does not boot | no NVMe module" in table.render(wary, about))


def changes():
    """What is done to an initramfs is done."""
    archive = images.archive_of(("lib", None), ("lib/a.ko", b"one"), ("lib/b.ko", b"other"))
    rest = images.without(archive, ["a.ko"])
    check("a file is taken out", rest.count(b".ko\0") == 1 and b"other" in rest and b"TRAILER!!!" in rest, rest)
    check("no other", images.without(archive, ["c.ko"]).count(b".ko\0") == 2)


def the_table():
    """Rows that cannot be made as they stand would only be found by a long run."""
    rows = tomllib.loads((TOP / "tests/labs/images/images.toml").read_text())["image"]
    trees = tomllib.loads((TOP / "tests/labs/images/packages.toml").read_text())["tree"]
    known = {"about", "system", "kernel", "maker", "made-for", "compress", "modules", "list", "options", "modprobe",
             "without", "after", "root", "append", "quick"}
    for name, row in rows.items():
        check(f"{name}: keys", not set(row) - known and row.get("about"), set(row) - known)
        maker = row.get("maker", "initramfs-tools")
        check(f"{name}: maker", maker == "none" or maker in images.MAKERS, maker)
        system = row.get("system", "bookworm") + ("-dracut" if maker == "dracut" else "")
        check(f"{name}: system", system in trees, system)
        check(f"{name}: changes", all(hasattr(images, "after_" + c.replace("-", "_")) for c in row.get("after", [])))
    check("at least 30 images", len(rows) >= 30, len(rows))
    check("at least 8 of them quick", sum(row.get("quick", False) for row in rows.values()) >= 8)


def main():
    with tempfile.TemporaryDirectory(prefix="virtwhere-oracle-") as folder:
        for part in (verdicts, machines, sums, document):
            part(pathlib.Path(folder))
    changes()
    the_table()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
