#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Read whole what Debian's tools make: initramfs-tools of Debian 13, dracut with microcode, UKIs.

    tests/labs/layouts/whole.py [WORD…] [--work FOLDER] [--program build/virtwhere] [--document docs/preflight-layouts.md]

Packages of Debian 12 and 13 are fetched and unpacked, each initramfs is made in such a tree by the distribution's own
tool, and read by us and by a second reader that goes by the kernel's rules (walker.py): segments, entries and modules
must be the same. Needs the network the first time, and root for chroot(2). What is made here tests/e2e/layouts.py takes
with --real.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path[:0] = [str(HERE), str(TOP / "tests/labs/boot"), str(TOP / "tests")]

import packages  # noqa: E402
import tally  # noqa: E402
import walker  # noqa: E402
from cases import CASES, NEVER, systems_of  # noqa: E402
from compare import compare  # noqa: E402
from initramfs import index_modules  # noqa: E402
from systems import SYSTEMS  # noqa: E402
from variants import VARIANTS  # noqa: E402

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
BASE = ["linux-image-amd64", "busybox-static", "kmod", "udev", "zstd", "xz-utils", "gzip", "lz4", "bzip2",
        "cpio", "mawk", "dash",
        "bash", "coreutils", "findutils", "sed", "grep", "util-linux", "mount", "e2fsprogs", "procps",
        "systemd", "libc-bin"]
TREES = {  # suite and packages
    "trixie-initramfs-tools": ("trixie",
                               ["initramfs-tools", "klibc-utils", "intel-microcode", "python3", "systemd-ukify",
                                          "python3-pefile", "systemd-boot-efi"]),
    "trixie-dracut": ("trixie", ["dracut", "intel-microcode", "systemd-boot-efi", "binutils"]),
    "bookworm-initramfs-tools": ("bookworm", ["initramfs-tools", "klibc-utils", "intel-microcode"]),
    "bookworm-dracut": ("bookworm", ["dracut", "intel-microcode", "systemd-boot-efi", "binutils"]),
}
STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
DRACUT = ["dracut", "--force", "--no-hostonly", "--kver", "{R}", "--compress", "zstd -q -1"]
MAKE = ["mkinitramfs", "-o", "/tmp/made", "{R}"]
# What it is, the tree that makes it, the command, and settings: path -> text.
ROWS = [
    ("Debian 13, initramfs-tools", "trixie-initramfs-tools", MAKE, {}),
    ("Debian 13, initramfs-tools, few modules, xz", "trixie-initramfs-tools", MAKE,
     {"etc/initramfs-tools/conf.d/local": "MODULES=list\nCOMPRESS=xz\n"}),
    ("Debian 13, UKI by ukify", "trixie-initramfs-tools", None, {}),
    ("Debian 13, dracut, early microcode", "trixie-dracut", [*DRACUT, "--early-microcode", "/tmp/made"], {}),
    ("Debian 13, dracut, UKI", "trixie-dracut", [*DRACUT, "--early-microcode", "--uefi", "--kernel-cmdline",
                                                 "root=LABEL=root ro", "/tmp/made"], {}),
    ("Debian 12, initramfs-tools, early microcode", "bookworm-initramfs-tools", MAKE, {}),
    ("Debian 12, initramfs-tools, lz4", "bookworm-initramfs-tools", MAKE,
     {"etc/initramfs-tools/conf.d/local": "COMPRESS=lz4\n"}),
    ("Debian 12, dracut, early microcode", "bookworm-dracut", [*DRACUT, "--early-microcode", "/tmp/made"], {}),
    ("Debian 12, dracut, not compressed", "bookworm-dracut", [*DRACUT[:5], "--no-compress", "/tmp/made"], {}),
    ("Debian 12, UKI by objcopy", "bookworm-dracut", "objcopy", {}),
]


def tree(work, key):
    """Packages of one suite, unpacked, as far as making an initramfs needs it."""
    suite, more = TREES[key]
    sources, settings = work / f"{suite}.list", work / f"{suite}.conf"
    lines = [f"deb [signed-by={KEYRING}] {packages.mirror()} {suite} main non-free-firmware\n"]
    sources.write_text("".join(lines))
    settings.write_text(f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "-";\n')
    os.environ["APT_CONFIG"] = str(settings)
    found = packages.fetch("amd64", BASE + more, work, key)
    top = found.folder
    index_modules(found, found, release_of(found))
    for name in ("proc", "dev", "sys", "run", "tmp", "var/tmp", "etc/initramfs-tools/conf.d", "etc/modprobe.d"):
        (top / name).mkdir(parents=True, exist_ok=True)
    for link, target in (("usr/bin/awk", "mawk"), ("usr/bin/sh", "dash"),
                         ("etc/os-release", "../usr/lib/os-release")):
        if not os.path.lexists(top / link):
            (top / link).symlink_to(target)
    (top / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (top / "etc/fstab").write_text("LABEL=root / ext4 errors=remount-ro 0 1\n")
    return found


def release_of(found):
    names = found.glob("/boot/vmlinuz-*-amd64")
    if not names:
        raise packages.Unavailable("no kernel")
    return names[-1].split("-", 1)[1]


def inside(top, *command):
    """Run a program of a tree in it."""
    script = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, top, *command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=1800,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
    if done.returncode:
        raise packages.Unavailable(f"{command[0]}: {(done.stderr.strip() or 'no message').splitlines()[-1]}")


def by_objcopy(top, release):
    """A UKI as its documentation makes one by hand: sections added to systemd's stub."""
    inside(top, "dracut", "--force", "--no-hostonly", "--early-microcode", "--kver", release, "--compress",
           "zstd -q -1", "/tmp/initrd")
    (top / "tmp/cmdline").write_text("root=LABEL=root ro")
    parts = {".osrel": "/usr/lib/os-release", ".cmdline": "/tmp/cmdline", ".linux": f"/boot/vmlinuz-{release}",
             ".initrd": "/tmp/initrd"}
    places = {".osrel": 0x20000, ".cmdline": 0x30000, ".linux": 0x2000000, ".initrd": 0x6000000}
    words = [w for n, path in parts.items()
             for w in ("--add-section", f"{n}={path}", "--change-section-vma", f"{n}={places[n]:#x}")]
    inside(top, "objcopy", *words, STUB, "/tmp/made")


def by_ukify(top, release):
    inside(top, "mkinitramfs", "-o", "/tmp/initrd", release)
    inside(top, "/usr/bin/python3", "/usr/bin/ukify", "build", f"--linux=/boot/vmlinuz-{release}",
           "--initrd=/tmp/initrd",
           "--cmdline=root=LABEL=root ro", f"--stub={STUB}", "--output=/tmp/made")


def make(found, command, settings):
    """Make one; returns its path."""
    top, release = found.folder, release_of(found)
    shutil.rmtree(top / "etc/initramfs-tools/conf.d", ignore_errors=True)
    (top / "etc/initramfs-tools/conf.d").mkdir(parents=True)
    (top / "etc/initramfs-tools/conf.d/fast").write_text("COMPRESSLEVEL=1\n")
    for path, text in settings.items():
        (top / path).write_text(text)
    made = top / "tmp/made"
    made.unlink(missing_ok=True)
    if command == "objcopy":
        by_objcopy(top, release)
    elif command is None:
        by_ukify(top, release)
    else:
        inside(top, *(word.replace("{R}", release) for word in command))
    return made


def measure(reader, made):
    start = time.monotonic()
    theirs = walker.read(made.read_bytes())
    wrong, numbers = compare(reader, made.parent, f"/{made.name}", theirs)
    return {"wrong": wrong, "size": made.stat().st_size, "segments": numbers["segments"],
            "entries": numbers["entries"],
            "modules": numbers["modules"], "their_entries": theirs.entries,
            "their_modules": len(theirs.modules()),
            "seconds": time.monotonic() - start}


LAYOUTS = {"one": "one archive", "microcode": "microcode, then the rest",
           "modules": "modules uncompressed, then the rest"}


def render_systems():
    lines = ["## Systems", "", "Roots are composed: a distribution's own paths and syntax around kernels, modules and programs of a few",
             "bytes (`tests/labs/layouts/systems.py`), or around the kernel, modules and initramfs of Debian 12's packages (`make layouts`).",
             "", "| system | kernel | modules | initramfs | its layout | checks that fail and pass on it |",
             "| --- | --- | --- | --- | --- | ---: |"]
    for system in SYSTEMS:
        checks = {c.check for c in CASES if system in systems_of(c)}
        lines.append(f"| {system.name} | `/{system.place('vmlinuz')}` | `/{system.modules}`, .{system.suffix} | {system.generator}, "
                     f"{system.codec} | {LAYOUTS[system.layout]} | {len(checks)} |")
    lines += ["", f"{len({c.check for c in CASES})} checks in {len(CASES)} cases (`tests/labs/layouts/cases.py`), each with what makes it fail"
              " and what is near and passes; `tests/e2e/layouts.py` holds them, and that every check of images is among them.", ""]
    lines += [f"- {identity} does not fail by design: {why}." for identity, why in NEVER.items()]
    lines += ["", "Other arrangements of the same (`tests/labs/layouts/variants.py`), on which checks pass too:", ""]
    for variant in VARIANTS:
        told = [f"{word}: {', '.join(ids)}" for word,
                ids in (("skipped", variant.skips), ("unknown", variant.unknown)) if ids]
        lines.append(f"- {variant.system.name}: {variant.name}{' (' + '; '.join(told) + ')' if told else ''}")
    return lines


def render(results):
    same = sum(not r.get("wrong") and "reason" not in r for r in results.values())
    lines = ["<!-- Written by tests/labs/layouts/whole.py --document; edit that. -->",
             "# Layouts of distributions, and initramfs that are read whole",
             "", *render_systems(), "", "## Initramfs", "",
             "Each is made by the named tool of Debian's packages and read twice: by virtwhere, and by a second reader that",
             "goes by the kernel's rules (`tests/labs/layouts/walker.py`; `init/initramfs.c`, `lib/decompress.c`). Segments, entries",
             "and modules must be the same, each module by its name. `make layouts` does it again. Composed ones, of every",
             "layout above and of what only the grammar allows, are held to the same in `tests/e2e/initramfs_whole.py`.", "",
             f"{same} of {len(results)} are the same.", "",
             "| made by | bytes | segments: bytes unpacked (entries) | entries | by the kernel's rules | modules | by the kernel's rules |",
             "| --- | ---: | --- | ---: | ---: | ---: | ---: |"]
    for name, r in results.items():
        if "reason" in r:
            lines.append(f"| {name} | | skipped: {r['reason']} | | | | |")
            continue
        segments = ", ".join(f"{kind} {unpacked:,} ({entries})" for kind, unpacked, entries in r["segments"])
        lines.append(f"| {name}{' **differs**' if r['wrong'] else ''} | {r['size']:,} | {segments} | {r['entries']} | "
                     f"{r['their_entries']} | {r['modules']} | {r['their_modules']} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="only rows in whose name one of them is")
    parser.add_argument("--work", type=Path, default=TOP / "build/layouts")
    parser.add_argument("--program", type=Path, default=TOP / "build/virtwhere")
    parser.add_argument("--document", type=Path, help="write the table there")
    arguments = parser.parse_intermixed_args()
    if os.geteuid() != 0:
        print("initramfs are made with chroot: run it as root", file=sys.stderr)
        return 1
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    reader = arguments.program.resolve().parent / "tests/tools/initramfs"
    known = work / "results.json"
    results = json.loads(known.read_text()) if arguments.words and known.exists() else {}
    for name, key, command, settings in ROWS:
        if arguments.words and not any(word in name for word in arguments.words):
            continue
        try:
            made = make(tree(work, key), command, settings)
            result = measure(reader, made)
            if key.startswith("bookworm") and name.endswith("early microcode"):
                shutil.copy(made, work / f"{key}.initrd")
            told = "; ".join(result["wrong"]) or f"{result['entries']} entries, {result['modules']} modules: the same"
        except packages.Unavailable as reason:
            result, told = {"reason": str(reason)}, str(reason)
        results[name] = result
        known.write_text(json.dumps(results))
        print(tally.line(name, told) if "reason" in result else f"{'fail' if result['wrong'] else 'pass':4}  {name:46} {told}",
              flush=True)
    results = {name: results[name] for name, *_ in ROWS if name in results}
    if arguments.document:
        arguments.document.write_text(render(results))
    skipped = sum("reason" in r for r in results.values())
    same = sum(not r.get("wrong") and "reason" not in r for r in results.values())
    print(tally.closing(same, len(results) - same - skipped, skipped))
    return 0 if same == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
