#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hostile input, end to end: hostile.py build/virtwhere

Snapshots that are broken, huge, looping or meant to lead out of themselves; places to record to that are taken,
full, closed or gone; and an end in the middle. Whatever comes in: one line and exit 3, or a valid report that says
what it left out; never a crash, never a word of this machine, and nothing left behind.
"""

import gzip
import io
import json
import lzma
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import jsonschema

TOP = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests"))
import tally  # noqa: E402
from tally import check  # noqa: E402

PROGRAM = str(Path(sys.argv[1]).resolve())
SCHEMA = jsonschema.Draft202012Validator(json.loads((TOP / "export/report.schema.json").read_text()))
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()
SECONDS = 40 if SANITIZED else 10
MEMORY = 512 << 20
NOBODY = 65534

CANARY = "canary-7f3a91"
FORMAT = {"format": "virtwhere.snapshot/1", "arch": "x86_64"}
CPUID = """CPU 0:
   0x00000000 0x00: eax=0x0000000d ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69
   0x00000001 0x00: eax=0x000306f2 ebx=0x00010800 ecx=0x80000000 edx=0x0fabfbff
   0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 edx=0x0000004d
"""
GUEST = {
    "meta.json": json.dumps(FORMAT),
    "cpuid.txt": CPUID,
    "proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Test\nflags\t\t: fpu hypervisor\n",
    "proc/1/environ": "",
    "proc/sys/kernel/osrelease": "1.2.3-hostile\n",
    "sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
    "sys/class/dmi/id/product_name": "c5.large\n",
}
COMMANDS = [[], ["--json"], ["explain"], ["explain", "--json"], ["is", "vm"], ["--format=virt-what"], ["passport"]]

folder = scratch = None
forbidden = []


# Running.

def limit():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def environment(**over):
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", "TMPDIR": str(scratch)} | kept | over


def run(*words, program=PROGRAM, env=None, before=limit, **options):
    """Run it under limits; what takes too long counts as a crash."""
    try:
        done = subprocess.run([program, *map(os.fsencode, words)], stdin=subprocess.DEVNULL, capture_output=True,
                              env=environment(**env or {}), timeout=SECONDS, preexec_fn=before, **options)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(words, "timeout", late.stdout or b"", late.stderr or b"")
    return done


def shown(done):
    return f"{done.returncode}, {done.stdout[:300]!r}, {done.stderr[:300]!r}"


def is_clean(text):
    """No control character but the line's end, and UTF-8."""
    try:
        return all(c == "\n" or not (ord(c) < 0x20 or 0x7f <= ord(c) < 0xa0) for c in text.decode())
    except UnicodeDecodeError:
        return False


def check_silence(name, done):
    """Nothing of this machine, no escape sequence, nothing left behind."""
    told = done.stdout + done.stderr
    check(f"{name}: nothing of the host", not any(word in told for word in forbidden), shown(done))
    check(f"{name}: fit to print", is_clean(told), shown(done))
    check(f"{name}: nothing left", not os.listdir(scratch), os.listdir(scratch))
    for left in os.listdir(scratch):
        shutil.rmtree(Path(scratch, left), ignore_errors=True)


def one_line(done):
    return done.stderr.startswith(b"virtwhere: ") and done.stderr.count(b"\n") == 1 and done.stderr.endswith(b"\n")


def refuse(name, path, reason=b"", commands=([], ["--json"], ["is", "vm"])):
    """Of no use as a whole: exit 3, one line that names it, and no output."""
    for words in commands:
        done = run(*words, "--snapshot", path)
        label = f"{name}: {' '.join(words)}"
        check(f"{label}: refused", done.returncode == 3 and done.stdout == b"" and one_line(done), shown(done))
        named = os.fsencode(path).decode(errors="replace")[:40].split("\x1b")[0].split("\n")[0].encode()
        check(f"{label}: named", named in done.stderr and reason in done.stderr, shown(done))
        check_silence(label, done)
    target = Path(folder, "recorded")
    done = run("snapshot", "-o", target, "--snapshot", path)
    check(f"{name}: not recorded", done.returncode == 3 and one_line(done) and not target.exists(), shown(done))
    shutil.rmtree(target, ignore_errors=True)


def check_recorded(name, path):
    """What is recorded from it leads nowhere else, and says the same."""
    target = Path(folder, "recorded.tar")
    done = run("snapshot", "-o", target, "--snapshot", path)
    check(f"{name}: recorded", done.returncode == 0, shown(done))
    check_silence(f"{name}: recorded", done)
    if done.returncode == 0:
        check(f"{name}: recorded: nothing of the host", CANARY.encode() not in target.read_bytes())
        again = run("--json", "--snapshot", target)
        check(f"{name}: recorded: read again", again.returncode in (0, 3) and again.stdout, shown(again))
        target.unlink()


def tell(name, path, unread=(), platform="nitro", cleaned=None):
    """Readable, with parts that are not: a valid report that names them."""
    for words in COMMANDS:
        done = run(*words, "--snapshot", path)
        label = f"{name}: {' '.join(words)}"
        check(f"{label}: told", done.returncode in ((0, 1, 3) if words[:1] == ["is"] else (0, 3)) and
              done.stderr == b"", shown(done))
        check_silence(label, done)
        if "--json" not in words:
            continue
        try:
            document = json.loads(done.stdout)
        except ValueError as error:
            check(f"{label}: JSON", False, error)
            continue
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in SCHEMA.iter_errors(document)]
        check(f"{label}: valid", not errors, errors[:3])
        told = {entry["source"]: entry["error"] for entry in document["unread"]}
        for source in unread:
            check(f"{label}: unread {source}", source in told, told)
        if platform:
            check(f"{label}: platform", document["platform"]["id"] == platform, document["platform"])
        if cleaned:
            check(f"{label}: cleaned", cleaned in done.stdout.decode(), done.stdout[:2000])
    check_recorded(name, path)


# Making.

def machine(name, files=None, without=()):
    """A directory of a small guest; @files adds to it or replaces, @without leaves out."""
    root = Path(folder, name)
    for path, content in (GUEST | (files or {})).items():
        if path in without:
            continue
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def place_of(root, path):
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def sparse(place, size):
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place, "wb") as file:
        file.truncate(size)
    return place


def listening_socket(place):
    here = os.getcwd()
    os.chdir(place.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(place.name)
    finally:
        os.chdir(here)


def member(name, content=b"", kind=tarfile.REGTYPE, target="", size=None, **fields):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    info.size = len(content) if size is None else size
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


def tar(*members, form=tarfile.GNU_FORMAT, guest=True):
    """The bytes of a tar of the small guest and @members."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as archive:
        base = [member(name, content.encode()) for name, content in GUEST.items()] if guest else []
        for info, content in base + list(members):
            archive.addfile(info, io.BytesIO(content) if content else None)
    return data.getvalue()


def archive(name, data):
    place = Path(folder, name)
    place.write_bytes(data)
    return place


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


# Of no use as a whole.

def unreadable_paths():
    refuse("missing", Path(folder, "missing"), b"No such file")
    refuse("empty name", "")
    refuse("below a file", Path(machine("plain"), "meta.json", "x"))
    refuse("hostile name", Path(folder, "\x1b[31mred\nline\x9b"))
    refuse("long name", Path(folder, "x" * 300))
    refuse("longer than any path", "/x" * 5000)
    loop = Path(folder, "loop")
    loop.symlink_to("loop")
    refuse("looping path", loop)
    dangling = Path(folder, "dangling")
    dangling.symlink_to("missing")
    refuse("dangling path", dangling)
    fifo = Path(folder, "fifo.tar")
    os.mkfifo(fifo)
    refuse("FIFO", fifo, b"neither")
    listening_socket(Path(folder, "socket.tar"))
    refuse("socket", Path(folder, "socket.tar"))
    for device in ("/dev/zero", "/dev/null", "/dev/full", "/dev/tty"):
        if Path(device).exists():
            refuse(device, device, b"neither")
    empty = Path(folder, "nothing")
    empty.mkdir()
    refuse("empty directory", empty, b"is no snapshot")
    (empty / "notes").write_text(CANARY)
    refuse("some directory", empty, b"is no snapshot")


def unreadable_archives():
    good = tar()
    packed, frame = gzip.compress(good), zstd(good)
    noise = random.Random(1).randbytes(100_000)
    cases = {
        "empty.tar": b"", "empty.tar.gz": b"", "empty.tar.zst": b"",
        "text.tar": b"This is a letter.\n" * 1000, "noise.tar": noise, "noise.tar.gz": noise, "zeros.tar.gz": bytes(9999),
        "program.tar": Path("/bin/true").read_bytes(),
        "magic.tar.gz": packed[:10], "magic.tar.zst": frame[:4],
        "half.tar": good[:2 * 512 + 100], "half.tar.gz": packed[:len(packed) // 2], "half.tar.zst": frame[:len(frame) // 2],
        "no-end.tar": good.rstrip(b"\0"), "between.tar": good[:1024],
        "noisy.tar.gz": gzip.compress(noise), "noisy.tar.zst": zstd(noise),
        "checksum.tar": good[:148] + b"0000000\0" + good[156:],
        "packed-otherwise.tar": lzma.compress(good),
        "twice.tar.gz": gzip.compress(gzip.compress(gzip.compress(noise))),
        "other-folder.tar": tar(member("a/notes", b"x"), guest=False),
        "only-link.tar": tar(member("a", kind=tarfile.SYMTYPE, target="/"), guest=False),
        "no-members.tar": bytes(10240),
        "cpio.tar": b"070701" + b"0" * 104 + b"TRAILER!!!\0\0\0\0",
        "zip.tar": b"PK\x03\x04" + bytes(1000),
    }
    for name, data in cases.items():
        refuse(name, archive(name, data))
    for seed in range(40):
        # a flipped byte need not be found (no checksum covers a tar's contents), and never does harm
        suffix, data = (("tar", good), ("tar.gz", packed), ("tar.zst", frame))[seed % 3]
        place = random.Random(seed).randrange(len(data))
        flipped = archive(f"flipped-{seed}.{suffix}", data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1:])
        done = run("--json", "--snapshot", flipped)
        check(f"{flipped.name}: told or refused", done.returncode in (0, 3) and
              (one_line(done) if not done.stdout else done.stderr == b""), shown(done))
        check_silence(flipped.name, done)


def huge_archives():
    place = sparse(Path(folder, "huge.tar"), 1 << 30)
    refuse("1 GiB archive", place, b"too big")
    zeros = bytes(1 << 20)
    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb", compresslevel=9) as file:
        file.write(member("proc/cpuinfo", size=1 << 30)[0].tobuf())
        for _ in range(1 << 10):
            file.write(zeros)
    refuse("bomb.tar.gz", archive("bomb.tar.gz", data.getvalue()), b"too big")
    once = gzip.compress(b"".join([zeros] * 200), 9)
    refuse("bomb without a header", archive("bare-bomb.tar.gz", once))
    refuse("a TiB declared", archive("declared.tar", member("sys/x", size=1 << 40)[0].tobuf(tarfile.GNU_FORMAT)),
           b"too big")
    refuse("negative size", archive("negative.tar", member("sys/x", size=-5)[0].tobuf(tarfile.GNU_FORMAT) + bytes(2048)))
    many = b"".join(member(f"sys/{i}")[0].tobuf() for i in range(70_000))
    refuse("70,000 members", archive("many.tar.gz", gzip.compress(many + bytes(1024), 1)), b"too big", [[]])
    refuse("deep", archive("deep.tar", tar(member("sys/" + "d/" * 500 + "f"))), b"too deep")
    refuse("long", archive("long.tar", tar(member("sys/" + "/".join(["d" * 250] * 20)))), b"too long")
    refuse("long component", archive("component.tar", tar(member("sys/" + "d" * 1000))), b"too long")


def leading_archives():
    """Members that lead out of the place where they are unpacked."""
    outside = Path(folder, "outside")
    outside.mkdir()
    secret = Path(folder, "secret")
    secret.write_text(CANARY)
    up = "../" * 12
    cases = {
        "dots": [member("../outside/a", b"x")],
        "dots inside": [member("proc/../../outside/a", b"x")],
        "many dots": [member(up.rstrip("/") + str(outside / "a"), b"x")],
        "only dots": [member("..", kind=tarfile.DIRTYPE)],
        "through a link": [member("proc/out", kind=tarfile.SYMTYPE, target=str(outside)), member("proc/out/a", b"x")],
        "through a relative link": [member("proc/out", kind=tarfile.SYMTYPE, target=up + str(outside)),
                                    member("proc/out/a", b"x")],
        "through the root": [member("sys", kind=tarfile.SYMTYPE, target="/"), member(f"sys{outside}/a", b"x")],
        "hard link outside": [member("proc/stat", kind=tarfile.LNKTYPE, target=str(secret))],
        "hard link up": [member("proc/stat", kind=tarfile.LNKTYPE, target=up + str(secret))],
        "hard link through a link": [member("proc/out", kind=tarfile.SYMTYPE, target=folder),
                                     member("proc/stat", kind=tarfile.LNKTYPE, target="proc/out/secret")],
        "hard link to a link": [member("proc/out", kind=tarfile.SYMTYPE, target=str(secret)),
                                member("proc/stat", kind=tarfile.LNKTYPE, target="proc/out")],
        "hard link to nothing": [member("proc/stat", kind=tarfile.LNKTYPE, target="proc/nothing")],
        "hard link to a folder": [member("proc/stat", kind=tarfile.LNKTYPE, target="proc")],
        "below a file": [member("proc/cpuinfo/a", b"x")],
        "file for a folder": [member("proc", b"x")],
    }
    for number, (name, members) in enumerate(cases.items()):
        data = tar(*members)
        refuse(name, archive(f"leading-{number}.tar", data))
        refuse(f"{name}, packed", archive(f"leading-{number}.tar.gz", gzip.compress(data)))
    check("nothing made outside", not os.listdir(outside), os.listdir(outside))
    check("the secret is as it was", secret.read_text() == CANARY)


def bad_meta():
    cases = {
        "empty": "", "garbage": "\0\1\2", "array": "[1]", "another format": '{"format": "virtwhere.snapshot/9"}',
        "no format": "{}", "cut": '{"format": "virtwhere.sna', "not UTF-8": b'{"format": "\xff\xfe"}',
        "deep": "[" * 100_000, "deep objects": '{"a":' * 50_000, "long": '{"a": "' + "x" * (2 << 20) + '"}',
        "doubled": '{"format": "virtwhere.snapshot/1", "format": "virtwhere.snapshot/1"}',
        "unknown error": json.dumps(FORMAT | {"denied": {"/proc": "EVERYTHING"}}),
        "many denied": json.dumps(FORMAT | {"denied": {f"/{i}": "EACCES" for i in range(9999)}}),
    }
    for number, (name, content) in enumerate(cases.items()):
        refuse(f"meta.json: {name}", machine(f"meta-{number}", {"meta.json": content}), b"meta.json")
    root = machine("meta-fifo", without=("meta.json",))
    os.mkfifo(root / "meta.json")
    refuse("meta.json: FIFO", root, b"meta.json")
    root = machine("meta-folder", without=("meta.json",))
    (root / "meta.json").mkdir()
    refuse("meta.json: folder", root, b"meta.json")
    root = machine("meta-loop", without=("meta.json",))
    (root / "meta.json").symlink_to("meta.json")
    refuse("meta.json: loop", root, b"meta.json")
    refuse("meta.json: 1 GiB", sparse(machine("meta-huge") / "meta.json", 1 << 30).parent, b"meta.json")


# Readable in part.

def links_out():
    secret = Path(folder, "outside-secret")
    secret.write_text(CANARY + "\n")
    up = "../" * 20
    for name, target in {"absolute": str(secret), "relative": up + str(secret), "magic": f"/proc/self/root{secret}",
                         "fd": "/proc/self/fd/0", "cwd": "/proc/self/cwd/README.md"}.items():
        root = machine(f"link-{name}", without=("sys/class/dmi/id/product_name", "proc/sys/kernel/osrelease"))
        for path in ("sys/class/dmi/id/product_name", "sys/class/dmi/id/bios_vendor", "proc/sys/kernel/osrelease",
                     "proc/version", "run/.containerenv", "sys/hypervisor/uuid", "sys/firmware/dmi/tables/DMI",
                     "sys/bus/pci/devices/0000:00:03.0/vendor", "timing.json", "cpuid-xenpv.txt"):
            place_of(root, path).symlink_to(target)
        tell(f"{name} links to a file outside", root)
    # whole trees of this machine
    for name, links in {"proc": {"proc": "/proc"}, "sys": {"sys": "/sys"}, "up": {"sys": up + "sys", "proc": up + "proc"},
                        "root": {"sys": "/", "dev": "/dev", "run": "/run", "etc": "/etc"}}.items():
        root = machine(f"tree-{name}", without=[path for path in GUEST if path.split("/")[0] in links])
        for path, target in links.items():
            (root / path).symlink_to(target)
        tell(f"the host's {name}", root, platform=None)
    root = machine("devices-outside")
    for path, target in {"sys/bus/pci/devices": "/sys/bus/pci/devices", "sys/class/net": "/sys/class/net",
                         "sys/block": up + "sys/block", "sys/firmware": "/sys/firmware", "dev/kvm": "/dev/kvm",
                         "proc/interrupts": "/proc/interrupts", "proc/self": "/proc/self",
                         "proc/cmdline": "/proc/cmdline"}.items():
        place_of(root, path).symlink_to(target)
    tell("the host's devices", root, platform=None)
    root = machine("slots-outside")
    for slot in os.listdir("/sys/bus/pci/devices") or ["0000:00:00.0"]:
        place_of(root, f"sys/bus/pci/devices/{slot}").symlink_to(f"/sys/bus/pci/devices/{slot}")
    tell("the host's PCI functions", root, platform=None)
    link = Path(folder, "link-to-machine")
    link.symlink_to("plain")
    tell("a path that is a link", link)


def special_files():
    def with_instead(name, path, make):
        root = machine(name, without=(path,))
        make(place_of(root, path))
        return root

    makers = {
        "FIFO": os.mkfifo, "folder": Path.mkdir, "socket": listening_socket,
        "loop": lambda place: place.symlink_to(place.name), "huge": lambda place: sparse(place, 1 << 30),
    }
    if os.geteuid() != 0:
        tally.skip("device nodes in a snapshot", "only root can make them")
    else:
        makers["device"] = lambda place: os.mknod(place, 0o666 | 0o020000, os.makedev(1, 5))
    for number, path in enumerate(("proc/cpuinfo", "sys/class/dmi/id/product_name", "proc/1/environ", "proc/version",
                                   "sys/firmware/dmi/tables/DMI", "run/.containerenv", "proc/interrupts")):
        for kind, make in makers.items():
            try:
                root = with_instead(f"{kind}-{number}", path, make)
            except PermissionError as error:  # no device nodes in some containers
                tally.skip(f"{path} as a {kind}", error)
                continue
            wide = path == "proc/interrupts"  # read for explain only
            tell(f"{path}: {kind}", root, unread=[] if wide else [f"/{path}"], platform=None)
    for kind, make in makers.items():
        if kind != "device":
            root = with_instead(f"cpuid-{kind}", "cpuid.txt", make)
            tell(f"cpuid.txt: {kind}", root, unread=["/cpuid.txt"], platform=None)
            tell(f"timing.json: {kind}", with_instead(f"timing-{kind}", "timing.json", make))


def loops_and_depth():
    root = machine("loops")
    for path, target in {"sys/bus/pci/devices": ".", "sys/class/net/eth0": "..", "sys/class/net/eth1": "eth2",
                         "sys/class/net/eth2": "eth1", "sys/block/sda": "sda/sda/sda", "sys/bus/virtio/devices": "../..",
                         "sys/bus/xen": "xen", "sys/class/nvme/nvme0": "/sys/class/nvme",
                         "proc/device-tree": "device-tree/base"}.items():
        place_of(root, path).symlink_to(target)
    tell("links in circles", root, platform=None)
    root = machine("chain")
    place = place_of(root, "sys/class/net/eth0")
    for i in range(60):
        place.parent.joinpath(f"eth{i}").symlink_to(f"eth{i + 1}")
    tell("sixty links", root)
    root = machine("deep")
    here = os.getcwd()
    place_of(root, "sys/bus/pci/devices/x")
    os.chdir(root / "sys/bus/pci/devices")
    for _ in range(2000):
        os.mkdir("d" * 20)
        os.chdir("d" * 20)
    os.chdir(here)
    tell("deep directories", root)
    root = machine("wide")
    for path in ("sys/class/net", "sys/block"):
        place_of(root, path + "/x")
        for i in range(5000):
            os.mkdir(root / path / f"0000:{i >> 8:02x}:{i >> 3 & 31:02x}.{i & 7}-{i}")
    tell("5,000 devices of a class", root, unread=["/sys/class/net", "/sys/block"], platform=None)
    root = machine("many-pci")
    for i in range(1500):
        below = root / f"sys/bus/pci/devices/0000:{i >> 8:02x}:{i >> 3 & 31:02x}.{i & 7}"
        below.mkdir(parents=True)
        for name, text in {"vendor": "0x1af4", "device": "0x1000", "class": "0x020000", "irq": "0",
                           "resource": "0 0 0\n" * 13, "config": "\0" * 64}.items():
            (below / name).write_text(text)
    tell("1,500 PCI functions", root, platform=None)


ESCAPES = "\x1b[2J\x1b]0;owned\x07 \x9b31m \u009b32m \x00 \x7f \x08\x08 \r\n\u2028end"


def hostile_texts():
    texts = {"escapes": ESCAPES.encode(errors="surrogateescape"), "bytes": bytes(range(256)), "not UTF-8": b"\xff\xfe\xc0\x80\xed\xa0\x80",
             "long": b"A" * 100_000, "long UTF-8": "ä€😀".encode() * 20_000, "NULs": bytes(4096), "empty": b"",
             "formats": b"%s%n%x%1000000d $(id) `id` ' \" < > & \\"}
    for number, (name, text) in enumerate(texts.items()):
        files = {f"sys/class/dmi/id/{key}": text for key in
                 ("bios_vendor", "bios_version", "product_name", "product_version", "board_name", "board_asset_tag",
                  "chassis_asset_tag", "product_family", "product_uuid", "product_serial")}
        files |= {path: text for path in
                  ("proc/sys/kernel/osrelease", "proc/version", "proc/cmdline", "proc/interrupts", "proc/cpuinfo",
                   "proc/1/environ", "proc/1/cgroup", "proc/self/uid_map", "proc/self/status", "proc/sysinfo",
                   "run/systemd/container", "run/.containerenv", "sys/hypervisor/type", "sys/hypervisor/guest_type",
                   "sys/hypervisor/version/extra", "sys/hypervisor/properties/features", "proc/xen/capabilities",
                   "sys/devices/system/clocksource/clocksource0/available_clocksource", "timing.json",
                   "sys/firmware/dmi/tables/DMI", "sys/firmware/acpi/tables/FACP", "sys/firmware/acpi/tables/DSDT",
                   "proc/device-tree/compatible", "proc/device-tree/model", "proc/device-tree/hypervisor/compatible",
                   "sys/firmware/qemu_fw_cfg/by_name/opt/virtwhere/passport/raw", "cpuid-xenpv.txt",
                   "sys/class/net/eth0/address", "sys/block/vda/size", "sys/class/nvme/nvme0/model")}
        tell(f"texts: {name}", machine(f"text-{number}", files), platform=None)
        tell(f"texts: {name}, no CPUID", machine(f"text-{number}-bare", files | {"cpuid.txt": text}), platform=None)
    cleaned = machine("cleaned", {"sys/class/dmi/id/product_name": b"c5.\x1b[31mlarge\xff\xc2\x9b2J\n"})
    tell("a hostile name of an instance", cleaned, platform=None, cleaned="c5.?[31mlarge??2J")
    tell("a hostile architecture", machine("arch", {"meta.json": json.dumps(FORMAT | {
        "arch": ESCAPES, "captured": ESCAPES, "denied": {ESCAPES: "EACCES", "": "EIO", "../..": "EIO"}}).replace(
            "\\u0000", "")}), platform=None)
    tell("hostile words", machine("words", {
        "proc/1/environ": f"container={ESCAPES}\0".encode() + b"container=\xff\0KUBERNETES_\x1b[31m=\xff\0",
        "run/systemd/container": "a b/c\x1b[1m" * 40, "proc/cpuinfo": GUEST["proc/cpuinfo"] +
        "vmx flags\t: ept\x1b[31m EPT x" + "y" * 300 + " \u00e4 vpid\n", "sys/module/kvm/parameters/x": "",
        "sys/class/dmi/id/board_asset_tag": "i-\x1b[31m0123 4567", "sys/class/dmi/id/product_name": "c5.\u00e4 x" * 90,
        "sys/module/ena/version": "\x1b[31m" * 99}), platform=None)
    fields = {"sys/hypervisor/type": "xen\n", "sys/hypervisor/properties/features": "f" * 5000,
              "sys/hypervisor/version/major": "9" * 5000, "timing.json": '{"cpuid_exit_ns": {"min": 1e999, "median": -1}}',
              "sys/bus/pci/devices/0000:00:03.0/vendor": "0x" + "f" * 100}
    tell("numbers out of range", machine("numbers", fields), platform=None)
    leaves = "CPU 0:\n" + "".join(f"   0x{i:08x} 0x00: eax=0x00000001 ebx=0x00000002 ecx=0x00000003 edx=0x00000004\n"
                                  for i in range(0x40000000, 0x40000000 + 12_000))
    tell("12,000 leaves", machine("leaves", {"cpuid.txt": leaves}), platform=None)


def hostile_names():
    root = machine("names")
    for path in ("sys/class/net", "sys/block", "sys/bus/acpi/devices", "sys/bus/vmbus/devices", "sys/bus/xen/devices",
                 "sys/bus/virtio/devices", "sys/bus/event_source/devices", "sys/firmware/acpi/tables", "proc/xen",
                 "proc/device-tree"):
        for name in (b"\x1b[2J\xff", b"a\nb", b"\xc2\x9b1m", b"...", b"-", b"eth0\x7f", b"n" * 255, "ü".encode() * 127):
            os.makedirs(os.fsencode(root) + b"/" + path.encode() + b"/" + name)
    device = root / "sys/devices/pci0000:00"
    device.mkdir(parents=True)
    os.symlink(b"../../../devices/\x1b[31m/\xff\xfe/net", os.fsencode(root) + b"/sys/class/net/eth9")
    os.symlink(b"../\x1b[31m\xff", os.fsencode(root) + b"/sys/class/net/eth0\x7f/driver")
    tell("hostile names", root, platform=None)


def archives_in_part():
    outside = Path(folder, "not-to-be-made")
    kinds = {
        "device": [member("proc/version", kind=tarfile.CHRTYPE, devmajor=1, devminor=5)],
        "block device": [member("dev/kvm", kind=tarfile.BLKTYPE, devmajor=8, devminor=0)],
        "FIFO": [member("proc/version", kind=tarfile.FIFOTYPE)],
        "unknown kind": [member("proc/version", b"x", kind=b"Z")],
        "contiguous": [member("proc/version", b"x", kind=tarfile.CONTTYPE)],
        "set-uid": [member("proc/version", b"x", mode=0o7777, uid=0, uname="root")],
        "no modes": [member("sys/class/net", kind=tarfile.DIRTYPE, mode=0), member("sys/class/net/eth0", b"x", mode=0)],
        "absolute name": [member(str(outside), b"x")],
        "slashes and dots": [member("//././/proc/./version", b"x")],
        "absolute link": [member("proc/version", kind=tarfile.SYMTYPE, target="/etc/hostname")],
        "link up": [member("proc/version", kind=tarfile.SYMTYPE, target="../" * 30 + "etc/hostname")],
        "the same twice": [member("proc/cpuinfo", b"x"), member("proc/cpuinfo", GUEST["proc/cpuinfo"].encode())],
        "a file for a link": [member("proc/version", kind=tarfile.SYMTYPE, target="/etc/hostname"),
                              member("proc/version", b"x")],
        "hard link": [member("proc/version", kind=tarfile.LNKTYPE, target="proc/cpuinfo")],
        "2 MiB of interrupts": [member("proc/interrupts", b"9" * (2 << 20))],
        "not UTF-8": [member("sys/class/net/\udcff\udcfe\x1b[31m", b"x")],
    }
    for number, (name, members) in enumerate(kinds.items()):
        data = tar(*members)
        tell(f"archive: {name}", archive(f"part-{number}.tar", data))
        if number % 4 == 0:
            tell(f"archive: {name}, gzip", archive(f"part-{number}.tar.gz", gzip.compress(data)))
            tell(f"archive: {name}, zstd", archive(f"part-{number}.tar.zst", zstd(data)))
    tell("archive: pax names", archive("pax.tar", tar(member("sys/class/net/" + "ü" * 120, b"x"), form=tarfile.PAX_FORMAT)))
    folded = tar(*[member("top/" + name, content.encode()) for name, content in GUEST.items()], guest=False)
    tell("archive: in a folder of its own", archive("top.tar", folded))
    check("nothing made outside", not outside.exists())


# Recording.

def refuse_output(name, path, source, statuses=(2, 4), **options):
    before = sorted(os.listdir(folder))
    done = run("snapshot", "-o", path, "--snapshot", source, **options)
    check(f"recording: {name}", done.returncode in statuses and done.stdout == b"" and one_line(done), shown(done))
    check(f"recording: {name}: nothing left", sorted(os.listdir(folder)) == before and not os.listdir(scratch),
          set(os.listdir(folder)) ^ set(before))


def outputs(source):
    taken = Path(folder, "taken.tar")
    taken.write_text("mine")
    link = Path(folder, "taken-link.tar")
    link.symlink_to("taken.tar")
    nowhere = Path(folder, "nowhere-link")
    nowhere.symlink_to("not-there-yet")
    fifo = Path(folder, "taken-fifo.tar")
    os.mkfifo(fifo)
    busy = Path(folder, "busy")
    (busy / "below").mkdir(parents=True)
    for path in (taken, link, nowhere, fifo, busy, "/dev/full", "/dev/null", "/", ".", "..", f"{busy}/.", f"{busy}/..",
                 f"{busy}/", f"{taken}"):
        refuse_output(f"over {path}", path, source, statuses=(2, 4) if str(path).endswith(".") else (2,))
    check("recording: what was there is as it was", taken.read_text() == "mine" and os.listdir(busy) == ["below"] and
          not Path(folder, "not-there-yet").exists())
    for path in ("", "x/y/z.tar", "/dev/full/x.tar", f"{taken}/x.tar", f"{folder}/missing/x", "/proc/x.tar", "/proc/x",
                 f"{folder}/{'x' * 256}", f"{folder}/{'x' * 256}.tar", "/x" * 3000, f"{folder}/x.tgz", f"{folder}/x.zip"):
        refuse_output(f"to {path[-40:]}", path, source)
    # a name with escapes: made as it is, and told cleaned
    strange = Path(folder, "\x1b[31m.tar")
    done = run("snapshot", "--json", "-o", strange, "--snapshot", source)
    check("recording: a strange name", done.returncode == 0 and strange.exists() and b"\x1b" not in done.stdout, shown(done))
    refuse_output("a strange name again", strange, source)

    def small_files():
        limit()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60, 60))

    for path in ("full.tar", "full.tar.zst", "full"):
        refuse_output(f"{path}: no room", Path(folder, path), source, statuses=(4,), before=small_files,
                      restore_signals=False)
    if os.geteuid() != 0:
        tally.skip("recording as another user", "only root can become somebody else")
    else:
        # a copy, since the build folder may be closed to others
        public = Path(tempfile.mkdtemp(prefix="virtwhere-public-"))
        try:
            public.chmod(0o755)
            shutil.copy(PROGRAM, public / "virtwhere")
            shutil.copytree(source, public / "machine")
            for path in ("x", "x.tar"):
                done = run("snapshot", "-o", public / path, "--snapshot", public / "machine", user=NOBODY,
                           program=str(public / "virtwhere"), cwd="/")
                check(f"recording: {path}: not allowed", done.returncode == 4 and one_line(done) and
                      b"Permission denied" in done.stderr, shown(done))
            check("recording: not allowed: nothing left", sorted(os.listdir(public)) == ["machine", "virtwhere"])
            (public / "machine").chmod(0o700)
            done = run("--snapshot", public / "machine", user=NOBODY, program=str(public / "virtwhere"), cwd="/")
            check("a snapshot of others", done.returncode == 3 and one_line(done), shown(done))
        finally:
            shutil.rmtree(public)


def poor_surroundings(source):
    packed = archive("poor.tar.gz", gzip.compress(tar()))
    for name, value in {"missing": "/nonexistent", "a file": str(packed), "closed": "/proc"}.items():
        done = run("--snapshot", packed, env={"TMPDIR": value})
        check(f"TMPDIR: {name}", done.returncode == 3 and one_line(done), shown(done))
    for files in (3, 4, 5, 6, 64):
        def few_files(count=files):
            resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))

        for words in (["--snapshot", packed], ["--snapshot", source], ["--json", "--snapshot", packed]):
            done = run(*words, before=few_files)
            check(f"{files} descriptors: {words}", done.returncode in (0, 3, 4, 127) and done.returncode != 1, shown(done))
            check(f"{files} descriptors: nothing left", not os.listdir(scratch), os.listdir(scratch))
    if SANITIZED:
        tally.skip("little memory", "a sanitizer reserves addresses without end")
        return
    for size in (3, 4, 6, 8, 12, 16):
        def little_memory(bytes_=size << 20):
            resource.setrlimit(resource.RLIMIT_AS, (bytes_, bytes_))

        for words in (["--snapshot", packed], ["--snapshot", source], ["--json", "--snapshot", packed]):
            done = run(*words, before=little_memory)
            # the dynamic linker gives up with 127, or the kernel kills what it cannot even map
            check(f"{size} MiB: {words[0]}", done.returncode in (0, 3, 4, 127, -signal.SIGKILL, -signal.SIGSEGV)
                  if size < 6 else done.returncode in (0, 3, 4, 127), shown(done))
            check(f"{size} MiB: nothing left", not os.listdir(scratch), os.listdir(scratch))


# Ended in the middle.

def end(name, words, stop, place, begun):
    """Send a signal as soon as @begun shows that something temporary stands below @place."""
    child = subprocess.Popen([PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, env=environment(), preexec_fn=limit)
    deadline = time.monotonic() + SECONDS
    while child.poll() is None and not begun() and time.monotonic() < deadline:
        pass
    child.send_signal(stop)
    try:
        status = child.wait(SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        status = child.wait()
    check(f"{name}: ended by the signal", status == -stop, status)
    left = [entry for entry in os.listdir(place) if "virtwhere." in entry or entry.startswith("ended")]
    check(f"{name}: nothing left", not left, left)
    for entry in left:
        shutil.rmtree(Path(place, entry), ignore_errors=True)


def ended():
    members = b"".join(member(f"sys/class/net/{i >> 8}/{i}")[0].tobuf() for i in range(20_000))
    packed = archive("slow.tar.gz", gzip.compress(members + tar(), 1))
    root = machine("slow")
    for path in ("sys/bus/acpi/devices", "sys/bus/vmbus/devices", "sys/bus/event_source/devices"):
        for i in range(3000):
            place_of(root, f"{path}/{i}").touch()
    target = Path(folder, "targets")
    target.mkdir()
    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        end(f"unpacking, {stop.name}", ["--snapshot", packed], stop, scratch, lambda: os.listdir(scratch))
        for name in ("ended", "ended.tar", "ended.tar.gz"):
            end(f"recording {name}, {stop.name}", ["snapshot", "-o", target / name, "--snapshot", root], stop, target,
                lambda: os.listdir(target))


# All of it.

def words_of_this_machine():
    """What would show that a byte of this machine got out."""
    words = {CANARY, os.uname().release}
    for path in ("/etc/hostname", "/etc/machine-id", "/proc/sys/kernel/random/boot_id", "/proc/version",
                 "/sys/class/dmi/id/product_uuid", "/sys/class/dmi/id/product_serial", "/sys/class/dmi/id/product_name",
                 "/sys/class/dmi/id/board_asset_tag", "/proc/cmdline"):
        try:
            words.add(Path(path).read_text(errors="replace").strip())
        except OSError:
            pass
    known = "".join(GUEST.values())
    return [word.encode() for word in words if len(word) > 5 and word not in known]


def main():
    global folder, scratch, forbidden
    forbidden = words_of_this_machine()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
    with tempfile.TemporaryDirectory(prefix="virtwhere-hostile-", dir=memory) as folder:
        scratch = Path(tempfile.mkdtemp(dir=folder, prefix="scratch-"))
        source = machine("source")
        tell("the small guest itself", source)
        tell("the small guest, archived", archive("guest.tar", tar()))
        for part in (unreadable_paths, unreadable_archives, huge_archives, leading_archives, bad_meta, links_out,
                     special_files, loops_and_depth, hostile_texts, hostile_names, archives_in_part, ended):
            start = time.monotonic()
            part()
            print(f"{part.__name__}: {time.monotonic() - start:.1f} s", flush=True)
        outputs(source)
        poor_surroundings(source)
        # deeper than shutil.rmtree() goes
        subprocess.run(["rm", "-rf", str(Path(folder, "deep"))], check=False)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
