#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Initramfs are read to their end: initramfs_whole.py build/virtwhere

Composed ones of every layout, and of layouts that only the kernel's grammar allows, read by us and by a second reader
that goes by the kernel's rules: both find the same segments, entries and modules. tests/labs/layouts/whole.py does the same
with those that distributions' tools make.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/labs/layouts"), str(TOP / "tests")]

import tally  # noqa: E402
from tally import check  # noqa: E402
import walker  # noqa: E402
from compare import compare  # noqa: E402
from image import Image, archive, kernel, kit, packed  # noqa: E402
from systems import SYSTEMS, alpine, debian, ubuntu  # noqa: E402

PROGRAM = Path(sys.argv[1]).resolve()
READER = PROGRAM.parent / "tests/tools/initramfs"


# What is read.

def bare(*entries):
    """An archive without its end, which the kernel does not ask for."""
    return b"".join(entries)


def linked(image):
    """A module as a hard link, its content with the second name; two archives in one stream; one file twice."""
    base = image.system.modules
    module = image.module_bytes("loop")
    one = bare(*(kit.entry("/".join(f"{base}/kernel".split("/")[:n + 1]), mode=kit.FOLDER) for n in range(4)),
               kit.entry(f"{base}/kernel/loop.ko", nlink=2, ino=7),
               kit.entry(f"{base}/kernel/again.ko", module, nlink=2, ino=7))
    two = kit.cpio(kit.entry("init", b"#!/bin/sh\n", walker.stat.S_IFREG | 0o755),
                   kit.entry("init", b"#!/bin/sh\n#\n"))
    return one + kit.cpio() + two


def uki(image, *more):
    pe = [(b".osrel", image.system.os_release.encode()), (b".cmdline", b"root=LABEL=x ro"),
          (b".uname", image.release.encode()), *more, (b".linux", kernel(image.release, image.system.arch)),
          (b".initrd", image.initramfs())]
    return kit.pe(pe)


def microcode():
    return archive({"kernel/x86/microcode/AuthenticAMD.bin": bytes(3000),
                    "kernel/x86/microcode/GenuineIntel.bin": bytes(700)})


def layouts():
    """Name and bytes of each."""
    for system in SYSTEMS:
        yield system.name, Image(system).initramfs()
    image = Image(ubuntu)
    modules, rest = archive(image.initramfs_modules()), archive(image.initramfs_files())
    for codec in ("gzip", "xz", "zstd", "bzip2", "lzma", "lz4", "cat"):
        yield f"microcode, then {codec}", microcode() + packed(rest, codec)
        yield f"modules, then {codec}", modules + bytes(92) + packed(rest, codec)
    apart = bytes(4) + packed(rest, "gzip") + bytes(511)
    yield "three archives, each of its own", microcode() + packed(modules, "xz") + apart
    yield "compressed, then plain", packed(modules, "gzip") + bytes(-len(packed(modules, "gzip")) % 4) + rest
    yield "zeros before", bytes(512) + packed(rest, "gzip")
    yield "two in one stream", packed(rest + bytes(64) + modules, "zstd")
    yield "without a trailer", bare(*(kit.entry(f"a{i}", bytes(i)) for i in range(40)))
    yield "hard links and names twice", packed(linked(Image(alpine)), "gzip")
    yield "checksums", kit.cpio(kit.entry("init", b"#!/bin/sh\n", magic=b"070702", check=sum(b"#!/bin/sh\n")))
    yield "files without their folders", bare(*(kit.entry(path, data) for path,
                                                data in image.initramfs_modules().items()))
    yield "UKI", uki(Image(debian))
    yield "UKI with microcode", uki(Image(debian), (b".ucode", microcode()))
    yield "UKI of dracut's", uki(Image(SYSTEMS[3]))


# What is not whole.

def damaged():
    image = Image(debian)
    data = image.initramfs()
    modules = archive(image.initramfs_modules())
    yield "cut in the second", data[:-40]
    yield "cut in the first", data[:len(modules) // 2]
    yield "junk between", modules + b"junk" + data[len(modules):]
    yield "junk in the stream", packed(modules + b"junk", "gzip")
    yield "a wrong checksum", kit.cpio(kit.entry("init", b"#!/bin/sh\n", magic=b"070702"))
    yield "an old archive", b"070707" + bytes(200)


def main():
    with tempfile.TemporaryDirectory(prefix="virtwhere-test-") as name:
        folder = Path(name)
        for about, data in layouts():
            (folder / "initrd").write_bytes(data)
            wrong, _ = compare(READER, folder, "/initrd", walker.read(data))
            check(about, not wrong, wrong)
        for about, data in damaged():
            (folder / "initrd").write_bytes(data)
            said = subprocess.run([READER, folder, "/initrd"], capture_output=True, text=True,
                                  check=True).stdout
            try:
                walker.read(data)
                check(f"{about}: the kernel would not", False, "the second reader takes it")
            except walker.Broken as reason:
                check(f"{about}: damaged", said.startswith("state damaged"), f"{reason}; {said[:200]}")
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
