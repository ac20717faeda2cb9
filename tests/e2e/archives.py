#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Pre-flight of archives: archives.py build/virtwhere

An archive of a root tells what the root itself tells, in every format of compression. One that is damaged, hostile or
something else ends with exit status 3, one line, within bounds of time and memory; nothing outside the private directory
is made or told, and that is gone in the end, also when the program is interrupted.
"""

import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("security", ".")]

import image_kit as kit  # noqa: E402
import tally  # noqa: E402
from tally import check  # noqa: E402

PROGRAM = str(Path(sys.argv[1]).resolve())
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()
SECONDS = 40 if SANITIZED else 10
MEMORY = (1024 if SANITIZED else 256) << 20
MIB = 1 << 20
CANARY = "canary-of-the-host"


# Archives.

def member(name, data=b"", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(data)
    return info, data


def tar(*members, form=tarfile.GNU_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def members_of(files, prefix="./", folders=True):
    made = set()
    for path, data in sorted(files.items()):
        for parent in reversed(Path(path).parents):
            if folders and str(parent) not in made | {"."}:
                made.add(str(parent))
                yield member(f"{prefix}{parent}", kind=tarfile.DIRTYPE)
        yield member(f"{prefix}{path}", data)


def lz4_frame(data):
    """Blocks that are not compressed. Source: LZ4 Frame Format Description; the header's checksum is given, for it is
    always the same."""
    blocks = [data[at:at + 4 * MIB] for at in range(0, len(data), 4 * MIB)]
    return (b"\x04\x22\x4d\x18\x60\x70\x73" + b"".join((len(b) | 1 << 31).to_bytes(4, "little") + b for b in blocks)
            + bytes(4))


def compressed(data):
    """By the name of each format."""
    yield "tar", data
    yield "gzip", gzip.compress(data, 1)
    yield "xz", lzma.compress(data, preset=0)
    yield "bzip2", bz2.compress(data, 1)
    yield "zstd", kit.zstd_of(data)
    yield "lz4", lz4_frame(data)


# Running.

class Place:
    def __init__(self, folder):
        self.folder, self.scratch = folder, folder / "scratch"
        self.scratch.mkdir()

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(self.scratch)} | kept

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path


class Done:
    def __init__(self, place, root, *more, prefix=()):
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            start = time.monotonic()
            child = subprocess.Popen(
                [*prefix, PROGRAM, "preflight", "--root", root, "--target", "nitro", *more], stdin=subprocess.DEVNULL,
                stdout=output, stderr=errors, env=place.environment(),
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
            late = threading.Timer(SECONDS, child.kill)
            late.start()
            _, status, usage = os.wait4(child.pid, 0)
            late.cancel()
            child.returncode = self.status = os.waitstatus_to_exitcode(status)
            self.seconds, self.memory = time.monotonic() - start, usage.ru_maxrss * 1024
            output.seek(0)
            errors.seek(0)
            self.output, self.errors = output.read().decode(), errors.read().decode()

    def __str__(self):
        return f"{self.status}, {self.seconds:.1f} s, {self.memory >> 20} MiB, {self.output[:300]!r}, {self.errors!r}"


def told(place, root, *more):
    done = Done(place, root, "--format", "json", *more)
    check(f"{root.name}: status", done.status == 1 and not done.errors, done)  # small, so something is missing
    report = json.loads(done.output)
    check(f"{root.name}: path", report["image"].pop("path") == str(root))
    report.pop("captured")
    return report


# What holds.

def same_as_the_directory(place, files):
    root = place.folder / "root"
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    expected = told(place, root)
    check("there are findings", len(expected["findings"]) > 20, expected)
    whole = tar(*members_of(files))
    for name, data in compressed(whole):
        archive = place.write(f"whole.{name}", data)
        check(f"{name}: the same", told(place, archive) == expected)
        archive.unlink()
    for name, data in {
        "pax": tar(*members_of(files), form=tarfile.PAX_FORMAT),
        "without-folders": tar(*members_of(files, "", folders=False)),
        "absolute": tar(*members_of(files, "/")),
        "in-a-folder": tar(*members_of(files, "image/")),
    }.items():
        check(f"{name}: the same", told(place, place.write(name, data)) == expected)
    on_standard_input(place, whole, expected)
    if shutil.which("tar"):
        grown = root / "etc/fstab"  # with a hole in it, which those formats leave out
        os.truncate(grown, grown.stat().st_size + 300_000)
        with grown.open("ab") as file:
            file.write(b"\n/dev/xvdb /behind ext4 defaults 0 0\n")
        sparse = told(place, root)
        check("sparse: another directory", sparse != expected)
        for form in ("gnu", "pax"):
            archive = place.folder / f"sparse-{form}.tar"
            subprocess.run(["tar", "-C", root, "-S", f"--format={form}", "-cf", archive, "."], check=True)
            check(f"sparse, {form}: smaller", archive.stat().st_size < (root / "etc/fstab").stat().st_size + sum(map(len, files.values())))
            check(f"sparse, {form}: the same", told(place, archive) == sparse)
    linked = [(info, data) if not info.name.endswith(f"initrd.img-{kit.RELEASE}") else
              member(info.name, kind=tarfile.LNKTYPE, link="./boot/first") for info, data in members_of(files)]
    first = member("./boot/first", files[f"boot/initrd.img-{kit.RELEASE}"])
    report = told(place, place.write("hard-link", tar(first, *linked)))
    check("hard link: the same", report["findings"] == expected["findings"])


def on_standard_input(place, whole, expected):
    """From a pipe and from a file; what is no archive, and nothing at all."""
    command = [PROGRAM, "preflight", "-", "--target", "nitro", "--format", "json"]
    archive = place.write("whole", gzip.compress(whole))
    with archive.open("rb") as file:
        from_file = subprocess.run(command, stdin=file, capture_output=True, env=place.environment())
    from_pipe = subprocess.run(command, input=archive.read_bytes(), capture_output=True, env=place.environment())
    for name, done in ("file", from_file), ("pipe", from_pipe):
        report = json.loads(done.stdout or "{}")
        check(f"standard input, {name}: status", done.returncode == 1 and not done.stderr, done)
        check(f"standard input, {name}: path", report["image"].pop("path") == "standard input")
        report.pop("captured")
        check(f"standard input, {name}: the same", report == expected)
    for name, data in ("empty", b""), ("text", b"no archive"), ("half", archive.read_bytes()[:-20]):
        done = subprocess.run(command, input=data, capture_output=True, env=place.environment())
        check(f"standard input, {name}: one line and status 3", done.returncode == 3 and not done.stdout and
              re.fullmatch(rb"virtwhere: standard input: [^\n]*\n", done.stderr), done)
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=place.environment()) as child:
        child.stdin.write(whole[:1000])
        child.stdin.flush()
        child.terminate()
    check("standard input, interrupted: nothing is left", not os.listdir(place.scratch), os.listdir(place.scratch))


def hostile(files):
    """Each with words of the reason that is given."""
    good = list(members_of(files))
    whole = tar(*good)
    fstab = member("./etc/fstab", b"/dev/xvda1 / ext4 defaults 0 1\n")
    yield "empty", b"", "no archive"
    yield "text", b"root:x:0:0:root:/root:/bin/sh\n" * 100, "no archive"
    yield "disk", bytes(510) + b"\x55\xaa" + b"EFI PART" + bytes(MIB), "no archive|not of a root"
    yield "zeros", bytes(MIB), "no archive|not of a root"
    yield "cut", whole[:len(whole) // 2], "damaged archive"
    yield "cut-between-entries", tar(fstab)[:1024], "the end is missing"
    yield "checksum", whole[:512 * 9] + b"\xff" * 512 + whole[512 * 10:], "damaged archive"
    yield "no-root", tar(member("a"), member("b")), "not of a root"
    yield "layers", tar(member("manifest.json", b"[]"), member("blobs", kind=tarfile.DIRTYPE)), "not of a root"
    packed = next(data for name, data in compressed(whole) if name == "gzip")
    yield "gzip-cut", packed[:-300], "damaged archive"
    yield "gzip-damaged", packed[:2000] + bytes(500) + packed[2500:], "damaged archive"
    for up in ("../outside", "./etc/../../outside", "etc/..", "/../outside", ".."):
        yield f"name {up!r}", tar(*good, member(up, CANARY.encode())), "leads out of"
    for target in ("/etc", "..", "/", "../../.."):
        yield f"through a link to {target}", tar(member("./way", kind=tarfile.SYMTYPE, link=target),
                                                 member("./way/outside", CANARY.encode()), *good), "leads through"
    yield "hard link out", tar(member("./etc/fstab", kind=tarfile.LNKTYPE, link="../../../etc/passwd"), *good), "leads out"
    yield "hard link to nothing", tar(member("./etc/x", kind=tarfile.LNKTYPE, link="/etc/passwd"), *good), "not there"
    yield "hard link through a link", tar(member("./way", kind=tarfile.SYMTYPE, link="/etc"), member(
        "./etc/x", kind=tarfile.LNKTYPE, link="./way/passwd"), *good), "leads through"
    yield "deep", tar(*good, member("/".join(["d"] * 100))), "too deep"
    yield "file as a folder", tar(member("./etc"), member("./etc/fstab")), "leads through what is no directory"
    big = member("./huge")[0]
    big.size = 1 << 40
    yield "huge by its header", big.tobuf() + bytes(2048), "too big"
    zeros = member("./zeros")[0]
    zeros.size = 4 << 30
    head = whole[:-tarfile.RECORDSIZE] + zeros.tobuf(tarfile.GNU_FORMAT)
    for name, bomb in {"gzip": kit.gzip_bomb, "xz": kit.xz_bomb, "bzip2": kit.bzip2_bomb, "zstd": kit.zstd_bomb}.items():
        yield f"{name} bomb", bomb(head, 1 << 29), "too big"
    entry = member("./etc/a")[0].tobuf(tarfile.GNU_FORMAT)
    yield "a million entries", gzip.compress(entry * 1000000, 1), "too big"


def refused(place, files):
    canary = place.folder / "outside"
    canary.write_text(CANARY)
    before = sorted(os.listdir(place.folder))
    for name, data, reason in hostile(files):
        archive = place.write("archive", data)
        done = Done(place, archive)
        check(f"{name}: status", done.status == 3 and not done.output, done)
        check(f"{name}: one line", re.fullmatch(rf"virtwhere: [^\n]*({reason})[^\n]*\n", done.errors), done)
        check(f"{name}: bounds", done.memory <= MEMORY and done.seconds <= SECONDS, done)
        check(f"{name}: nothing is left", not os.listdir(place.scratch), os.listdir(place.scratch))
        archive.unlink()
    check("nothing was made outside", sorted(os.listdir(place.folder)) == before and canary.read_text() == CANARY,
          os.listdir(place.folder))


def links_stay_inside(place, files):
    """What is in the archive may point anywhere: it is read as the image's own system would."""
    outside = place.folder / "secret"
    outside.write_text(f"/dev/{CANARY} /mnt ext4 defaults 0 0\n")
    others = [(info, data) for info, data in members_of(files) if not info.name.endswith("etc/fstab")]
    for target in (str(outside), "../../../../" + str(outside), "/proc/self/root" + str(outside)):
        archive = place.write("archive", tar(*others, member("./etc/fstab", kind=tarfile.SYMTYPE, link=target)))
        done = Done(place, archive, "--format", "json")
        check(f"link to {target}", done.status in (0, 1, 3) and CANARY not in done.output + done.errors, done)


def special_files(place, files):
    """Devices, FIFOs and a sparse file of 10 GiB that nobody can read."""
    odd = [member("./dev/null", kind=tarfile.CHRTYPE), member("./dev/sda", kind=tarfile.BLKTYPE),
           member("./run/fifo", kind=tarfile.FIFOTYPE), member("./etc/passwd.link", kind=tarfile.SYMTYPE, link="passwd")]
    report = told(place, place.write("odd", tar(*members_of(files), *odd)))
    check("special files: findings", len(report["findings"]) > 20)


def is_confined(place, files):
    if SANITIZED or not shutil.which("strace"):
        tally.skip("sandbox as a tracer sees it", "a sanitizer makes calls of its own" if SANITIZED else "no strace")
        return
    trace = place.folder / "trace"
    done = Done(place, place.write("archive", tar(*members_of(files))), prefix=("strace", "-f", "-o", trace))
    calls = trace.read_text()
    before, found, after = calls.partition("SECCOMP_SET_MODE_FILTER")
    check("sandbox: no folder is made", found and not re.search(r"\bmkdir|\bsymlink", calls), done)
    check("sandbox: nothing is opened", not re.search(r"\bopen(at2?)?\(", after), done)
    denied = [line for line in after.splitlines() if "EPERM" in line or "EACCES" in line]
    check("sandbox: nothing that is needed is denied", not denied, denied[:3])


def working(pid):
    """Has it read more than its libraries?"""
    with contextlib.suppress(OSError, ValueError):
        return int(re.search(r"wchar: (\d+)", Path(f"/proc/{pid}/io").read_text())[1]) > MIB
    return False


def interrupted(place, files):
    """A compressed one is stopped while its bytes are stored."""
    noise = os.urandom(MIB)
    many = [member(f"./usr/{number}", noise) for number in range(200)]
    archive = place.write("archive", gzip.compress(tar(*members_of(files), *many), 1))
    child = subprocess.Popen([PROGRAM, "preflight", "--root", archive, "--target", "nitro"], env=place.environment(),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + SECONDS
    while child.poll() is None and time.monotonic() < end and not working(child.pid):
        time.sleep(0.002)
    child.send_signal(signal.SIGTERM)
    check("interrupted", child.wait(SECONDS) == -signal.SIGTERM, child.returncode)
    check("interrupted: nothing is left", not os.listdir(place.scratch), os.listdir(place.scratch))


def main():
    files = kit.small_root()
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None, prefix="virtwhere-test-") as name:
        place = Place(Path(name))
        same_as_the_directory(place, files)
        refused(place, files)
        links_stay_inside(place, files)
        special_files(place, files)
        is_confined(place, files)
        interrupted(place, files)
    return tally.end()


sys.exit(main())
