#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hold what pre-flight says of an image against whether the image boots.

The rows of images.toml say what is made: a root with one of Debian's kernels, an initramfs by Debian's own tools, a
GRUB configuration. virtwhere judges the root; then the same kernel, initramfs and command line boot in QEMU with
the root on an NVMe disk. Making an initramfs needs root, for chroot(2).
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path[:0] = [str(HERE.parent / "boot"), str(TOP / "tests")]
sys.path.insert(0, str(HERE))
import images  # noqa: E402
import machine  # noqa: E402
import packages  # noqa: E402
import table  # noqa: E402
import tally  # noqa: E402
from nitro_check import nitro_check  # noqa: E402

LIMIT = 240  # seconds
ATTEMPTS = 2  # of a boot that decides nothing
# Checks of what the machine here does without: it loads the kernel itself, and nobody is to reach it.
BESIDE = ("LDR", "NET", "SSH")
TARGETS = {"amd64": "nitro", "arm64": "nitro-arm64"}
BOOTS = re.escape(images.HERE_BOOTS) + r"/dev/\S+"
# A kernel or an initramfs gives up. Whatever else keeps a machine from booting is no fault of the image.
GIVES_UP = (r"Kernel panic - not syncing: (?:VFS: |No working init|Requested init|Attempted to kill init)[^\r\n]*|"
            r"ALERT!\s+[^\r\n]* does not exist|No root device specified[^\r\n]*|"
            r"Warning: Could not boot\.|Warning: Boot has failed\.|Failed to mount [^\r\n]* as root file system")
EMULATOR_FAILS = (r"Oops: [^\r\n]*|double fault[^\r\n]*|BUG: unable to handle[^\r\n]*|"
                  r"Kernel panic - not syncing: (?!VFS: |No working init|Requested init|Attempted to kill init)[^\r\n]*")
# Words of our own for the boot: what waits for a root does so for a bounded time, and then ends the machine; the
# kernel leaves out what only costs time here.
BOUNDED = "panic=1 rootdelay=10 rd.shell=0 rd.emergency=reboot rd.retry=10 mitigations=off cryptomgr.notests no_timer_check"


class Oracle:
    def __init__(self, work, program, patience):
        self.work, self.program, self.patience = work, program, patience
        self.systems = images.Systems(work)
        self.images = images.Images(work, self.systems)

    def judge(self, image):
        """What pre-flight says: True, False or None, and the ids of the fatal checks that make it so."""
        done = subprocess.run([self.program, "preflight", "--root", image.root, "--target", TARGETS[image.arch],
                               "--fail-on=fatal", "--format=json"], capture_output=True, text=True, timeout=120)
        said = {0: True, 1: False}.get(done.returncode)
        told = {status: sorted({f["id"] for f in json.loads(done.stdout)["findings"] if f["decides"] and
                                f["severity"] == "fatal" and f["status"] == status and not f["id"].startswith(BESIDE)})
                for status in ("fail", "unknown")}
        if told["fail"]:
            return False, told["fail"]
        return (None, told["unknown"]) if said is None and told["unknown"] else (True, [])

    def other(self, image, row):
        """What AWS's script says: its errors."""
        tools = self.systems.tree(row.get("system", "bookworm").partition("-")[0])  # lsinitramfs must run here
        return nitro_check(tools, image.root, image.release)

    def command(self, image):
        """The machine that boots an image."""
        if image.arch == "arm64":
            tree, emulator = self.systems.tree("emulator-arm64"), "/usr/bin/qemu-system-aarch64"
            machine_words = ["-M", "virt", "-cpu", "cortex-a72"]
        else:
            tree, emulator = self.systems.tree("emulator"), "/usr/bin/qemu-system-x86_64"
            firmware = [word for name in ("qemu", "seabios") for word in ("-L", tree.path(f"/usr/share/{name}"))]
            # Without CMPXCHG16B, for kernels of 6.12 end in a double fault at QEMU's: 7.2 and 10.0 do.
            machine_words = ["-M", "q35", "-cpu", "Nehalem,-cx16", *firmware]
        return ["env", f"QEMU_MODULE_DIR={tree.path('/usr/lib/x86_64-linux-gnu/qemu')}", *tree.command(emulator),
                "-accel", "tcg,thread=multi", *machine_words, "-m", "1024", "-nodefaults", "-display", "none", "-no-reboot",
                "-serial", "stdio",
                "-drive", f"file={image.disk},if=none,id=root,format=raw,cache=unsafe",
                "-device", "nvme,drive=root,serial=vol0", "-kernel", image.kernel,
                "-append", f"{image.cmdline} {BOUNDED}", *(["-initrd", image.initrd] if image.initrd else [])]

    def boot(self, image):
        """Does it boot from an NVMe disk? Returns (True or False, the words that decide, seconds)."""
        for attempt in range(1, ATTEMPTS + 1):
            outcome = machine.boot(self.command(image), image.folder / "console", LIMIT * self.patience, image.folder,
                                   until=f"{BOOTS}|{GIVES_UP}|{EMULATOR_FAILS}")
            try:
                return (*verdict(outcome), outcome.seconds)
            except packages.Unavailable:
                if attempt == ATTEMPTS or machine.stopping.is_set():
                    raise

    def run(self, name, row):
        image = None
        try:
            if machine.stopping.is_set():
                raise packages.Unavailable("stopped")
            image = self.images.make(name, row)
            said, wrong = self.judge(image)
            other = self.other(image, row)
            booted, last, seconds = self.boot(image)
        except (packages.Unavailable, OSError, subprocess.SubprocessError, ValueError) as reason:
            return {"status": "skip", "reason": str(reason)}
        finally:
            if image:
                shutil.rmtree(image.root, ignore_errors=True)
                image.disk.unlink(missing_ok=True)
        return {"status": "pass" if said == booted else "fail", "kernel": image.release, "said": said, "wrong": wrong,
                "other": other, "booted": booted, "seconds": round(seconds, 1), "last": last}

    def run_all(self, rows, lanes):
        """The results of rows by name, each told as it ends."""
        results = {}
        with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
            running = {pool.submit(self.run, name, row): name for name, row in rows.items()}
            for done in concurrent.futures.as_completed(running):
                results[running[done]] = done.result()
                tell(running[done], done.result())
        return {name: results[name] for name in rows}


def verdict(outcome):
    """(does it boot, the words that decide) by a machine's console. Raises Unavailable when nothing there decides:
    a machine that was ended, an emulator that does not start or does what no processor does."""
    console = outcome.console
    if found := re.search(BOOTS, console):
        return True, found.group()
    if found := re.search(EMULATOR_FAILS, console):
        raise packages.Unavailable(f"the emulated machine fails: {found.group()}")
    if found := re.search(GIVES_UP, console):
        return False, found.group()
    last = [line.strip() for line in console.splitlines() if line.strip()][-1:] or ["nothing on its console"]
    raise packages.Unavailable(f"undecided after {outcome.seconds:.0f} s: {last[0]}")


def tell(name, result):
    told = result.get("reason") or (
        f"{table.words(result['said'])} ({' '.join(result['wrong']) or 'nothing fatal'}); it {table.words(result['booted'])} "
        f"({result['seconds']} s): {result['last']}; AWS's script: {', '.join(result['other']) or 'OK'}")
    print(tally.line(name, told) if result["status"] == "skip" else f"{result['status']:4}  {name:26} {told}", flush=True)


def sum_up(results):
    """Print how many images passed, and return the exit status: 0 when all did. One that is skipped did not."""
    passed, failed, skipped = (sum(r["status"] == s for r in results.values()) for s in ("pass", "fail", "skip"))
    print(tally.closing(passed, failed, skipped))
    return 0 if passed and passed == len(results) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", nargs="*", help="all by default")
    parser.add_argument("--quick", action="store_true", help="only the rows that are marked so")
    parser.add_argument("--work", type=pathlib.Path, default=TOP / "build/oracle")
    parser.add_argument("--program", type=pathlib.Path, default=TOP / "build/virtwhere")
    parser.add_argument("--patience", type=float, default=1, help="factor for all limits, on a slow machine")
    parser.add_argument("--lanes", type=int, default=1, help="machines at a time, 1 by default")
    parser.add_argument("--document", type=pathlib.Path, help="write the table there")
    arguments = parser.parse_args()
    rows = tomllib.loads((HERE / "images.toml").read_text())["image"]
    for name in arguments.images:
        if name not in rows:
            parser.error(f"no image {name}")
    if os.geteuid() != 0:
        print("the oracle makes its images with chroot: run it as root", file=sys.stderr)
        return 1
    wanted = {n: row for n, row in rows.items() if n in arguments.images or not arguments.images
              and (row.get("quick") or not arguments.quick)}
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: machine.stopping.set())
    arguments.work.mkdir(parents=True, exist_ok=True)
    oracle = Oracle(arguments.work.resolve(), arguments.program.resolve(), arguments.patience)
    results = oracle.run_all(wanted, arguments.lanes)
    if machine.stopping.is_set():
        return 1
    if arguments.document:
        arguments.document.write_text(table.render(results, rows))
    return sum_up(results)


if __name__ == "__main__":
    sys.exit(main())
