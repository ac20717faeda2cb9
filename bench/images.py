#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measure pre-flight beside what else reads an initramfs, and write that part of the page: images.py BUILD PAGE [ROOT]

ROOT is the root directory of a Debian system with two kernels, whose initramfs files are compressed as a whole; without
it one is made of Debian's packages in BUILD/bench/root, which takes root and a network. Everything is read once before
it is measured. All commands run in turns; each counts with the best of its runs.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

RUNS = 7

TARGET_CODEC, FREE = 1.3, 0.020  # of the codec's own tool, and seconds besides
TARGET_LSINITRD, TARGET_LSINITRAMFS = 5.0, 2.0  # times as fast as these

HEAD = "## Pre-flight of images\n"
PART = HEAD + """
Written by `make bench-images`, apart from the above; one run on {processors} processors, load average before it {load:.1f}.
{runs} runs of each command in turns, output to `/dev/null`, everything in the page cache; each counts with the best of
its runs: elapsed time from before the start to after the end, processor time of it and its children. Processor time
decides whether a target holds: elapsed time is also that of whatever else runs on the machine, which its load tells.

### A root with two kernels

`virtwhere preflight --root ROOT --target nitro` beside its initramfs files, unpacked to `/dev/null` by the codec's own
tool: {files}.

{whole}

Wanted: ≤ {codec} times the tool, and {free:.0f} ms.

### One kernel, each layout of its initramfs

The same initramfs of {size:.0f} MiB unpacked, packed in each way. Pre-flight reads all of a root around it (kernel,
configuration, {modules:,} modules' names, boot loader, …); the others list the one file.

{layouts}

{others}
"""

TOOLS = {b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"], b"\x1f\x8b": ["gzip", "-dc"], b"\xfd7zXZ": ["xz", "-dc"],
         b"\x02\x21\x4c\x18": ["lz4", "-dcq"]}
PACKERS = {"zstd": ["zstd", "-3", "-q", "-c"], "gzip": ["gzip", "-6", "-c"], "xz": ["xz", "-1", "--check=crc32", "-c"],
           "lz4": ["lz4", "-l", "-q", "-c"]}
OTHERS = {"lsinitrd": TARGET_LSINITRD, "lsinitramfs": TARGET_LSINITRAMFS}
PACKAGES = "linux-image-amd64,linux-image-cloud-amd64,initramfs-tools,zstd,kmod"


class Best:
    """The best of a command's runs, in seconds."""

    def __init__(self, command):
        self.command, self.elapsed, self.processor = [str(word) for word in command], float("inf"), float("inf")

    def run(self):
        before = time.perf_counter()
        null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, flags, 0) for fd, flags in
                ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY))]
        child = os.posix_spawn(shutil.which(self.command[0]), self.command, os.environ, file_actions=null)
        _, status, usage = os.wait4(child, 0)
        self.elapsed = min(self.elapsed, time.perf_counter() - before)
        self.processor = min(self.processor, usage.ru_utime + usage.ru_stime)
        return os.waitstatus_to_exitcode(status)


def measure(commands):
    """The best of each, all of them in turns."""
    best = [Best(command) for command in commands]
    for one in best:
        status = one.run()
        if status not in (0, 1):
            raise SystemExit(f"images: {one.command} ended with {status}")
    for one in best:
        one.elapsed = one.processor = float("inf")
    for _ in range(RUNS):
        for one in best:
            one.run()
    return best


def tool_of(path):
    with path.open("rb") as file:
        head = file.read(8)
    for magic, tool in TOOLS.items():
        if head.startswith(magic):
            return tool
    raise SystemExit(f"images: {path} is not compressed as a whole")


def make_root(folder):
    if not (folder / "boot").is_dir():
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(folder)], check=True,
                       stdout=subprocess.DEVNULL)
    return folder


# A root of one kernel, in each layout.

def early_cpio():
    """Microcode as an early archive has it: four megabytes that nobody unpacks."""
    def entry(name, data, mode):
        fields = (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name + b"\0"
        return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)

    folders = [entry(name, b"", 0o040755) for name in (b"kernel", b"kernel/x86", b"kernel/x86/microcode")]
    file = entry(b"kernel/x86/microcode/GenuineIntel.bin", os.urandom(4 << 20), 0o100644)
    archive = b"".join(folders) + file + entry(b"TRAILER!!!", b"", 0)
    return archive + bytes(-len(archive) % 512)


def link(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def one_kernel(root, release, folder):
    """The files of @root that belong to one kernel, and the system's own configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in (f"boot/vmlinuz-{release}", f"boot/config-{release}", "etc/os-release", "etc/fstab"):
        if (root / name).exists():
            link((root / name).resolve() if (root / name).is_symlink() else root / name, folder / name)
    source = root / "usr/lib/modules" / release
    if not source.is_dir():
        source = root / "lib/modules" / release
    count = 0
    for path in source.rglob("*"):
        if path.is_file() and not path.is_symlink():
            link(path, folder / "lib/modules" / release / path.relative_to(source))
            count += ".ko" in path.name
    return count


def pack(plain, scratch):
    """Each layout by its name."""
    packed = {name: scratch / name for name in PACKERS}
    for name, place in packed.items():
        with plain.open("rb") as source, place.open("wb") as target:
            subprocess.run(PACKERS[name], stdin=source, stdout=target, check=True)
    early = scratch / "early"
    early.write_bytes(early_cpio() + packed["zstd"].read_bytes())
    return packed | {"microcode, then zstd": early}


# Tables.

def table(head, rows):
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def milliseconds(seconds):
    return f"{seconds * 1e3:.0f}"


def whole(program, root):
    files = sorted((root / "boot").glob("initrd.img-*"))
    if len(files) != 2:
        raise SystemExit(f"images: {root}/boot does not have two initrd.img-* files")
    ours, *theirs = measure([[program, "preflight", "--root", root, "--target", "nitro"],
                             *[[*tool_of(path), path] for path in files]])
    rows = []
    for name, of in (("elapsed", lambda best: best.elapsed), ("processor", lambda best: best.processor)):
        tool, own = sum(map(of, theirs)), of(ours)
        holds = "yes" if own <= TARGET_CODEC * tool + FREE else "**no**"
        rows.append((name, milliseconds(own), milliseconds(tool), f"{(own - FREE) / tool:.2f}", holds))
    shown = ", ".join(f"`{path.name}` ({path.stat().st_size / 2**20:.0f} MiB, {tool_of(path)[0]})" for path in files)
    return shown, table(("time", "pre-flight, ms", "tool, ms", f"times, less {FREE * 1e3:.0f} ms", "holds"), rows)


def compare(program, layout, file, folder, release):
    place = folder / f"boot/initrd.img-{release}"
    place.unlink(missing_ok=True)
    link(file, place)
    names = [name for name in OTHERS if shutil.which(name)]
    ours, *theirs = measure([[program, "preflight", "--root", folder, "--target", "nitro"], *[[name, file] for name in names]])
    for name, best in zip(names, theirs):
        listed = subprocess.run([name, file], capture_output=True, text=True).stdout.count("\n")
        elapsed, processor = best.elapsed / ours.elapsed, best.processor / ours.processor
        holds = "yes" if processor >= OTHERS[name] else "**no**"
        yield (f"{layout}, `{name}`", listed, milliseconds(best.elapsed), milliseconds(ours.elapsed), f"{elapsed:.1f}",
               f"{processor:.1f}", f"≥ {OTHERS[name]:.0f}", holds)


def layouts(program, root, scratch):
    file = sorted((root / "boot").glob("initrd.img-*"), key=lambda path: path.stat().st_size)[0]
    release = file.name.removeprefix("initrd.img-")
    plain, folder = scratch / "plain", scratch / "root"
    with plain.open("wb") as target:
        subprocess.run([*tool_of(file), file], stdout=target, check=True)
    modules = one_kernel(root, release, folder)
    rows = [row for name, packed in pack(plain, scratch).items()
            for row in compare(program, name, packed, folder, release)]
    head = ("layout", "lines told", "ms", "pre-flight, ms", "times as fast", "by processor time", "wanted", "holds")
    return plain.stat().st_size / 2**20, modules, table(head, rows)


def versions():
    told = []
    for package, program in (("dracut-core", "lsinitrd"), ("initramfs-tools-core", "lsinitramfs")):
        if shutil.which(program):
            version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
            told.append(f"`{program}` of {package} {version.stdout}")
    return f"{', '.join(told)}." if told else "Neither `lsinitrd` nor `lsinitramfs` is there."


def main():
    build, page, load = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), os.getloadavg()[0]
    scratch = build / "bench/images"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    program = build / "virtwhere"
    root = Path(sys.argv[3]) if len(sys.argv) > 3 else make_root(build / "bench/root")
    files, first = whole(program, root)
    size, modules, second = layouts(program, root, scratch)
    part = PART.format(processors=os.cpu_count(), load=load, runs=RUNS, files=files, whole=first, codec=TARGET_CODEC,
                       free=FREE * 1e3, size=size, modules=modules, layouts=second, others=versions())
    before = page.read_text().partition(HEAD)[0] if page.exists() else "# Performance\n\n"
    page.write_text(before.rstrip("\n") + "\n\n" + part)
    shutil.rmtree(scratch)
    print(part)


if __name__ == "__main__":
    main()
