#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hostile images: hostile_images.py build/virtwhere [WORD…]

Each row of CASES is a root directory that is broken, huge, endless or meant to lead out of itself. Whatever it is:
exit 0, 1 or 3, within bounds of time and memory, in every format valid and fit to print, nothing outside the root
opened (as a tracer sees it) nor told (a canary lies there), no device or FIFO opened, and nothing changed.
With words, only the cases whose name has one of them are run, and their times are shown.
"""

import contextlib
import ctypes
import gzip
import itertools
import json
import lzma
import os
import random
import re
import resource
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[i]) for i in (0, 1)]

import image_kit as kit  # noqa: E402
import tally  # noqa: E402
from tally import check  # noqa: E402
from image_kit import LINK, MODULES, RELEASE, cpio, entry, initramfs_entries  # noqa: E402

PROGRAM = str(Path(sys.argv[1]).resolve())
WORDS = sys.argv[2:]
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()
SECONDS = 40 if SANITIZED else 10  # of its processor: a busy machine shall not decide
PATIENCE = 12  # times as long on the clock, and it hangs
MEMORY = (1024 if SANITIZED else 256) << 20
LANDLOCK = ctypes.CDLL(None).syscall(444, None, 0, 1) > 0  # landlock_create_ruleset(…_VERSION); one number on all
STRACE = shutil.which("strace")
TARGETS = ("--target", "ec2", "--target", "nitro-arm64")
FORMATS = ("text", "junit", "tap", "sarif", "github")

CANARY = "canary" + random.SystemRandom().randbytes(8).hex()
GRUB, GRUBENV = "boot/grub/grub.cfg", "boot/grub/grubenv"
VMLINUZ, INITRD, CONFIG = (f"boot/{name}-{RELEASE}" for name in ("vmlinuz", "initrd.img", "config"))
NVME = f"{MODULES}/kernel/drivers/nvme.ko"
SMALL = kit.small_root()

GIB, MIB = 1 << 30, 1 << 20

folder = scratch = None
forbidden = []
cases = []


# Running.

class Done:
    """How one run ended."""

    def __init__(self, status, output, errors, usage):
        self.status, self.output, self.errors = status, output, errors
        self.seconds = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss * 1024

    def __str__(self):
        return f"{self.status}, {self.seconds:.1f} s, {self.memory >> 20} MiB, {self.output[:400]!r}, {self.errors[-700:]!r}"


def environment(traced=False):
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    if traced:  # the leak checker cannot work below a tracer
        kept["ASAN_OPTIONS"] = kept.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", "TMPDIR": str(scratch)} | kept


def before():
    """In the child after fork(): with vfork() its peak of memory would be that of this script."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, seconds=SECONDS * PATIENCE, traced=False):
    with tempfile.TemporaryFile(dir=folder) as output, tempfile.TemporaryFile(dir=folder) as errors:
        child = subprocess.Popen([os.fsencode(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                 stderr=errors, env=environment(traced), preexec_fn=before, start_new_session=True)
        late = threading.Timer(seconds, lambda: os.killpg(child.pid, signal.SIGKILL))
        late.start()
        _, status, usage = os.wait4(child.pid, 0)
        late.cancel()
        late.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        return Done(child.returncode, output.read(), errors.read(), usage)


def command(root, form="json", *more):
    return [PROGRAM, "preflight", "--root", root, *TARGETS, "--format", form, *more]


# What comes out.

def is_clean(data):
    """UTF-8 without a control character but the line's end."""
    try:
        return all(c == "\n" or not (ord(c) < 0x20 or 0x7f <= ord(c) < 0xa0)
                   for c in data.decode())
    except UnicodeDecodeError:
        return False


def wrong_json(data):
    document = json.loads(data)
    return "" if isinstance(document, dict) and document else "no object"


def wrong_sarif(data):
    return "" if json.loads(data)["version"] == "2.1.0" else "version"


def wrong_junit(data):
    root = xml.etree.ElementTree.fromstring(data)
    bad = [node.tag for node in root.iter() if node.tag not in (
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "properties", "property", "system-out",
        "system-err")]
    return f"elements {bad}" if bad else ""


def wrong_tap(data):
    """A plan that holds, and no line that is none of TAP's."""
    lines = data.decode().removesuffix("\n").split("\n")
    plan = [int(line[3:].split()[0]) for line in lines if re.match(r"1\.\.\d+", line)]
    points = [line for line in lines if re.match(r"(not )?ok\b", line)]
    other = [line for line in lines if not re.match(r"TAP version 1[34]$|1\.\.\d+|(not )?ok\b|#|\s|$", line)]
    numbers = [int(match[1]) for line in points if (match := re.match(r"(?:not )?ok (\d+)", line))]
    return ("" if plan == [len(points)] and numbers == list(range(1, len(points) + 1)) and not other
            else f"plan {plan}, {len(points)} points, other lines {other[:3]}")


def wrong_github(data):
    """Annotations, then a line each target."""
    known = r"::(error|warning|notice)( [^:]*)?::|[a-z0-9-]+: (pass|fail|unknown)$"
    other = [line for line in data.decode().removesuffix("\n").split("\n") if not re.match(known, line)]
    return f"{other[:3]}" if other else ""


WRONG = {"json": wrong_json, "sarif": wrong_sarif, "junit": wrong_junit, "tap": wrong_tap, "github": wrong_github,
         "text": lambda data: "" if data.strip() else "nothing said"}


def check_output(name, form, done):
    told = done.output + done.errors
    check(f"{name}: no signal, exit 0, 1 or 3", done.status in (0, 1, 3), done)
    check(f"{name}: in time", done.seconds <= SECONDS, done)
    check(f"{name}: memory", done.memory <= MEMORY, done)
    check(f"{name}: nothing from outside", not any(word in told for word in forbidden), done)
    check(f"{name}: fit to print", is_clean(told), done)
    check(f"{name}: at most one line of trouble", done.errors.count(b"\n") <= 1, done)
    if done.output or done.status in (0, 1):
        try:
            wrong = WRONG[form](done.output)
        except (ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
            wrong = f"{type(error).__name__}: {error}"
        check(f"{name}: valid", not wrong, f"{wrong}: {done}")
    else:
        check(f"{name}: says why", done.errors.startswith(b"virtwhere: ") and done.errors.count(b"\n") == 1, done)


# What is opened.

OPENED = re.compile(r"^\d+ +(?:open|openat|openat2|creat)\((.*)\) += (\d+)<(.*)>$")
CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
AT_PLACE = re.compile(r'^(AT_FDCWD(?:<[^"]*?>)?|-?\d+(?:<.*?>(?:\(deleted\))?)?), (?:"((?:[^"\\]|\\.)*)"|NULL)')
BESIDES_PATHS = {"execve", "getcwd", "fchdir", "seccomp", "landlock_restrict_self"}
# Before the sandbox is closed, or in a build that has none: the program's libraries, and what a sanitizer looks at.
BEFORE = re.compile(r'"(?:/proc/(?:self|\d+)/(?:maps|task|mem|status|cmdline|environ|exe|fd)\b[^"]*|/etc/ld\.so\.[^"]*|(?:/usr)?/lib[^"]*\.so[^"]*'
                    r'|(?:/usr)?/lib(?:/[^".]*)?|/sys/fs/cgroup[^"]*|/dev/(?:null|tty))"')


SEED = '"/dev/urandom", O_RDONLY'  # jansson's, for its hashes; it does without where the sandbox keeps it from it


def wrong_call(name, rest, line):
    """Why a call could leave the root: by an absolute path, from the current folder, or through a link."""
    at = AT_PLACE.match(rest)
    if not at or at[1].startswith("AT_FDCWD"):
        return "not below a folder that is open"
    path = at[2] or ""
    if "RESOLVE_IN_ROOT" in line or "RESOLVE_BENEATH" in line:
        return ""
    if path.startswith("/") or path != ".." and "/" in path:
        return "a path of several parts, by a call that has no bounds"
    if path in ("", ".", "..") or "NOFOLLOW" in line or name in ("readlinkat", "unlinkat"):
        return ""
    return "a link would be followed anywhere"


def unescape(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1", "replace")


def trace(root, name, more=(), outputs=()):
    """Everything opened once the sandbox is closed: below the root, and no file that is not a plain one."""
    if not STRACE:
        return
    log = Path(folder, "trace.log")
    done = run(["strace", "-f", "-y", "-qq", "--seccomp-bpf", "-s", "0", "-e",
                "trace=file,openat2,landlock_restrict_self,seccomp", "-e", "signal=none", "-o", log,
                *command(root, "json", *more)], SECONDS * PATIENCE, traced=True)
    check(f"{name}: traced", done.status in (0, 1, 3), done)
    inside, rooted, closed, wrong, opened = os.path.realpath(root), False, False, [], 0
    for line in log.read_text(errors="replace").splitlines():
        if "landlock_restrict_self(" in line:
            closed = closed or line.endswith("= 0")
        call = CALL.match(line)
        if not rooted:
            result = OPENED.match(line)
            rooted = bool(result) and "O_PATH" in line and result[3] == inside
            continue
        if not call or call[1] in BESIDES_PATHS or any(output in line for output in outputs):
            continue
        if SEED in line or not closed and BEFORE.search(line):
            continue
        at = AT_PLACE.match(call[2]) if call[1] != "readlink" else re.match('()"([^"]*)"', call[2])
        if not closed and at and at[2] and any(output.startswith(at[2]) for output in outputs):
            continue  # realpath() of the output
        why = wrong_call(call[1], call[2], line)
        if why and not (not closed and f'"{root}"' in line):  # Landlock's rule names the root
            wrong.append(f"{why}: {line}")
            continue
        result = OPENED.match(line)
        if not result:
            continue
        opened += 1
        place = unescape(result[3].removesuffix(" (deleted)"))
        within = place == os.fsencode(inside) or place.startswith(os.fsencode(inside) + b"/")
        if not within:
            wrong.append(f"outside: {line}")
        elif "O_PATH" not in line and stat.S_IFMT(os.lstat(place).st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
            wrong.append(f"no plain file: {line}")
    check(f"{name}: the tracer saw the root", rooted, done)
    if LANDLOCK and not SANITIZED:
        check(f"{name}: the sandbox is closed", closed, done)
    if done.status in (0, 1):
        check(f"{name}: the tracer saw what was opened", opened > 0, done)
    check(f"{name}: nothing opened outside", not wrong, wrong[:5])
    log.unlink()


def listing(root):
    """What is there, with its times, and the same of what lies outside. What a folder that is closed to us holds, nobody
    changes as us."""
    found = []
    stack = [os.open(root, os.O_RDONLY | os.O_DIRECTORY)]
    while stack:
        here = stack.pop()
        with os.scandir(here) as items:
            for item in items:
                status = item.stat(follow_symlinks=False)
                found.append((status.st_dev, status.st_ino, item.name, status.st_mode, status.st_size, status.st_mtime_ns,
                              status.st_ctime_ns))
                if stat.S_ISDIR(status.st_mode):
                    with contextlib.suppress(PermissionError):
                        stack.append(os.open(item.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here))
        os.close(here)
    return sorted(found)


turns = itertools.count()


def formats_in_turn():
    """Two of the formats, the next time the next two: of roots whose texts are as others have them."""
    turn = next(turns)
    return [FORMATS[turn % len(FORMATS)], FORMATS[(turn + 1) % len(FORMATS)]]


def judge(name, make, slow=False, traced=True, texts=True):
    root = Path(folder, "root")
    root.mkdir()
    started = time.monotonic()
    try:
        try:
            make(root)
        except PermissionError as error:
            tally.skip(f"root with {name}", f"not in this container, {error}" if os.geteuid() == 0 else "devices are for root to make")
            return None
        made = time.monotonic()
        earlier = listing(root)
        done = run(command(root))
        check_output(f"{name}: json", "json", done)
        for form in () if slow or SANITIZED else FORMATS if texts else formats_in_turn():
            other = run(command(root, form))
            check_output(f"{name}: {form}", form, other)
            check(f"{name}: {form}: exit as of json", other.status == done.status, f"{done.status}: {other}")
        if traced:
            trace(root, name)
        check(f"{name}: nothing changed", listing(root) == earlier)
        check(f"{name}: nothing left", not os.listdir(scratch), os.listdir(scratch))
        if WORDS:
            print(f"{name}: made {made - started:.1f} s, {done.seconds:.1f} s, {done.memory >> 20} MiB, exit {done.status}, "
                  f"all {time.monotonic() - started:.1f} s", flush=True)
        return done
    finally:
        if subprocess.run(["rm", "-rf", str(root)], stderr=subprocess.DEVNULL, check=False).returncode:  # closed folders
            subprocess.run(["chmod", "-R", "u+rwX", str(root)], check=True)
            subprocess.run(["rm", "-rf", str(root)], check=True)


# Making.

def lay(root, files):
    for path, data in files.items():
        place = Path(root, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data if isinstance(data, bytes) else data.encode(errors="surrogateescape"))


def case(name, slow=False, traced=True):
    """The maker of one case: it is given the small root, laid out."""
    def add(maker):
        def make(root):
            lay(root, SMALL)
            maker(root)
        cases.append((name, make, slow, traced))
        return maker
    return add


def files(name, changes, slow=False, without=(), traced=True):
    """A case of files that differ; a value may be a function, for what takes memory to make."""
    def maker(root):
        for path in without:
            Path(root, path).unlink()
        for path, data in changes.items():
            lay(root, {path: data() if callable(data) else data})
    case(name, slow, traced)(maker)


def removed(root, path):
    place = Path(root, path)
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.is_dir():
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def up(path):
    return "../" * 24 + str(path).lstrip("/")


# Links out of the root.

# Each file of the small root has a twin outside, in which the canary is whatever could be told of it.
LINKED = (GRUB, GRUBENV, INITRD, VMLINUZ, CONFIG, f"{MODULES}/modules.dep", NVME, "etc/fstab", "etc/os-release",
          "etc/modprobe.d/a.conf", "etc/cloud/cloud.cfg.d/90.cfg", "etc/netplan/50-cloud-init.yaml",
          "etc/dracut.conf.d/ec2.conf", "boot/efi/EFI/BOOT/BOOTX64.EFI", "boot/efi/EFI/Linux/a.efi", "etc/default/grub")
LINKED_FOLDERS = ("etc", "boot", "boot/grub", "boot/efi", "boot/loader", "lib", "lib/modules", MODULES, "etc/modprobe.d",
                  "etc/netplan", "etc/cloud", "usr", "etc/systemd/network", "etc/udev/rules.d")


def outside():
    return Path(folder, "outside")


def relative_link(place, path):
    place.symlink_to(up(outside() / path))


def absolute_link(place, path):
    place.symlink_to(outside() / path)


def link_through_folder(place, path):
    way = place.parent / f".way-{place.name}"
    way.symlink_to(up(outside()))
    place.symlink_to(f"{way.name}/{path}")


def link_chain(place, path):
    for i in range(12):
        (place.parent / f".chain-{place.name}-{i}").symlink_to(f".chain-{place.name}-{i + 1}" if i < 11 else up(outside() / path))
    place.symlink_to(f".chain-{place.name}-0")


def link_by_process(place, path):
    place.symlink_to(f"/proc/self/root{outside() / path}")


def link_by_process_up(place, path):
    place.symlink_to(up(f"/proc/self/root{outside() / path}"))


def link_by_folder_of_process(place, path):
    place.symlink_to(up(f"/proc/self/cwd{outside() / path}"))


def link_of_dots(place, path):
    place.symlink_to("./.././" * 24 + "." + str(outside() / path))


LINKS = {"relative": relative_link, "absolute": absolute_link, "through a folder": link_through_folder, "chain": link_chain,
         "/proc/self/root": link_by_process, "up to /proc/self/root": link_by_process_up,
         "up to /proc/self/cwd": link_by_folder_of_process, "dots": link_of_dots}


def link_cases():
    for kind, link in LINKS.items():
        @case(f"links out, {kind}: each file")
        def every(root, link=link):
            for path in SMALL:
                link(removed(root, path), path)
    for number, path in enumerate(LINKED):
        kinds = (relative_link, list(LINKS.values())[1 + number % (len(LINKS) - 1)])
        for link in kinds:
            @case(f"link out: {path}: {link.__name__}", slow=True)
            def one(root, link=link, path=path):
                link(removed(root, path), path)
    for path in LINKED_FOLDERS:
        for link in (relative_link, absolute_link, link_by_process_up):
            @case(f"folder out: {path}: {link.__name__}", slow=True)
            def one_folder(root, link=link, path=path):
                link(removed(root, path), path)

    @case("folders of this machine")
    def host(root):
        for path in ("etc", "boot", "lib", "usr", "proc", "sys", "dev", "run", "var"):
            removed(root, path).symlink_to(up(path))

    @case("/etc/hostname and its like instead of files")
    def hostname(root):
        for path in SMALL:
            removed(root, path).symlink_to(up("/etc/hostname" if len(path) % 2 else "/etc/machine-id"))

    @case("boot entries that lead out")
    def entries(root):
        place = up(outside())
        text = "".join(f"menuentry 'a{i}' {{\n linux {base}/{VMLINUZ} root=/dev/x\n initrd {base}/{INITRD}\n}}\n"
                       for i, base in enumerate((place, f"/boot/{place}", str(outside()), f"(hd0){outside()}", "/../..",
                                                 f"/proc/self/root{outside()}", f"$root{outside()}")))
        lay(root, {GRUB: text + f"configfile {place}/{GRUB}\nsource {outside()}/{GRUB}\n",
                   "boot/loader/entries/a.conf": f"linux {place}/{VMLINUZ}\ninitrd {place}/{INITRD}\n",
                   "boot/extlinux/extlinux.conf": f"include {place}/x\nlabel a\nkernel {place}/{VMLINUZ}\nappend initrd={place}/{INITRD}\n",
                   "etc/network/interfaces": f"source {place}/etc/network/interfaces\nsource-directory {outside()}/etc/network\n",
                   "etc/os-release": "ID=../../../../x\n",
                   "etc/default/grub": f". {outside()}/etc/default/grub\nGRUB_DEFAULT=$(cat {outside()}/etc/fstab)\n",
                   f"{MODULES}/modules.dep": f"{place}/{NVME}: {outside()}/{NVME}\n/{NVME}:\n../../../../{NVME}:\n"})

    @case("link loops")
    def loops(root):
        for number, path in enumerate(SMALL):
            place = removed(root, path)
            place.symlink_to((place.name, ".", "..", f"{place.name}/x", "/" + path)[number % 5])

    @case("folders that are in themselves")
    def circles(root):
        for path, target in {"etc/modprobe.d/x": "..", f"{MODULES}/kernel/x": "..", f"{MODULES}/updates": "../..",
                             f"{MODULES}/build": "/", f"{MODULES}/source": ".", "boot/boot": ".", "boot/efi/EFI/x": "..",
                             "etc/netplan/x": "../..", "usr/lib": "../lib", "lib/systemd/system/x": "../../..",
                             "etc/network/interfaces.d": ".", "var/lib/dkms/ena": "../../..", "boot/efi/EFI/BOOT/x": "/boot"}.items():
            removed(root, path).symlink_to(target)

    @case("sixty links in a row")
    def row(root):
        for path in (INITRD, VMLINUZ, GRUB, "etc/fstab", NVME):
            place = Path(root, path)
            place.rename(place.parent / f"{place.name}.60")
            for i in range(60):
                (place.parent / (f"{place.name}.{i}" if i else place.name)).symlink_to(f"{place.name}.{i + 1}")


# What is no file.

def listening_socket(place):
    here = os.getcwd()
    os.chdir(place.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(place.name[:90])
    finally:
        os.chdir(here)


def device(kind, major, minor):
    return lambda place: os.mknod(place, 0o666 | kind, os.makedev(major, minor))


INSTEAD = {"FIFO": os.mkfifo, "socket": listening_socket, "random device": device(stat.S_IFCHR, 1, 8),
           "memory device": device(stat.S_IFCHR, 1, 1), "zero device": device(stat.S_IFCHR, 1, 5),
           "console": device(stat.S_IFCHR, 5, 1), "block device": device(stat.S_IFBLK, 7, 0), "folder": Path.mkdir}


def special_cases():
    for kind, make in INSTEAD.items():
        @case(f"{kind} instead of each file")
        def every(root, make=make):
            for path in SMALL:
                make(removed(root, path))
        for path in (INITRD, VMLINUZ, GRUB, NVME):
            @case(f"{kind} instead of {path}", slow=True)
            def one(root, make=make, path=path):
                make(removed(root, path))

        if kind != "folder":
            @case(f"{kind} instead of folders", slow=True)
            def folders(root, make=make):
                for path in ("etc/modprobe.d", "etc/netplan", "etc/cloud", "boot/efi/EFI", f"{MODULES}/kernel", "boot/grub",
                             "boot/loader/entries", "lib/systemd/system", "etc/udev/rules.d"):
                    make(removed(root, path))

        @case(f"links to a {kind}", slow=True)
        def linked(root, make=make):
            make(Path(root, "special"))
            for path in (INITRD, VMLINUZ, GRUB, NVME, "etc/fstab", "etc/netplan/50-cloud-init.yaml"):
                removed(root, path).symlink_to("/special")
    for path in ("etc", "boot", "lib", "lib/modules", MODULES, "usr"):
        @case(f"a file instead of {path}", slow=True)
        def file(root, path=path):
            removed(root, path).write_text("x")

    @case("an empty root")
    def empty(root):
        for path in os.listdir(root):
            shutil.rmtree(Path(root, path))

    @case("no right to read", slow=True)
    def closed(root):
        for path in (INITRD, GRUB, "etc", "boot"):
            Path(root, path).chmod(0)


# Big.

def sparse(root, path, size, head=b""):
    place = removed(root, path)
    with open(place, "wb") as file:
        file.write(head)
        file.truncate(size)


def big_cases():
    heads = {INITRD: entry("big", filesize=0xfffffff0), VMLINUZ: SMALL[VMLINUZ], GRUB: b"set default=0\n"}
    for path in (INITRD, VMLINUZ, GRUB, GRUBENV, CONFIG, f"{MODULES}/modules.dep", NVME, "etc/fstab",
                 "boot/efi/EFI/Linux/a.efi"):
        @case(f"10 GiB, sparse: {path}", slow=True)
        def huge(root, path=path):
            sparse(root, path, 10 * GIB, heads.get(path, b""))

    @case("10 GiB, sparse: each file")
    def all_huge(root):
        for path in SMALL:
            sparse(root, path, 10 * GIB, heads.get(path, SMALL[path]))

    @case("900 MiB of zeros as initramfs", slow=True)
    def zeros(root):
        sparse(root, INITRD, 900 * MIB)

    @case("one file of 900 MiB in an initramfs", slow=True)
    def one_file(root):
        sparse(root, INITRD, 900 * MIB, entry("big", filesize=890 * MIB))

    @case("one wanted file of 900 MiB in an initramfs", slow=True)
    def wanted_file(root):
        sparse(root, INITRD, 900 * MIB, entry("etc/modprobe.d/a.conf", filesize=890 * MIB))

    @case("an ELF init of 900 MiB", slow=True)
    def init(root):
        sparse(root, INITRD, 900 * MIB, entry("init", filesize=890 * MIB, mode=0o100755))

    files("grub.cfg of 50 MB", {GRUB: lambda: SMALL[GRUB] * (50_000_000 // len(SMALL[GRUB]))}, slow=True)
    files("grub.cfg of 1 MB, 3,000 entries", {GRUB: lambda: (SMALL[GRUB] * 3000)[:MIB - 1]}, slow=True)
    files("grub.cfg of one line", {GRUB: lambda: "menuentry 'a' { linux /vmlinuz " + "x=1 " * 250_000})
    files("fstab of one line of 20 MB", {"etc/fstab": lambda: b"x" * 20_000_000}, slow=True)
    files("fstab of one line of 1 MB", {"etc/fstab": lambda: b"/dev/sda1 /" + b"x" * (MIB - 100) + b" ext4 defaults 0 0\n"})
    files("fstab of 80,000 lines", {"etc/fstab": lambda: "/dev/sd / x\n" * 80_000}, slow=True)
    files("modprobe.d: a line of 10 MB, continued", {"etc/modprobe.d/a.conf": lambda: b"blacklist \\\n" * 900_000}, slow=True)
    files("modprobe.d: a line of 1 MB, continued", {"etc/modprobe.d/a.conf": lambda: b"options a \\\n" * 90_000})
    files("modprobe.d: 100,000 directives", {"etc/modprobe.d/a.conf": lambda: "blacklist a\n" * 87_000}, slow=True)
    files("modules.dep of one line of 10 MB", {f"{MODULES}/modules.dep": lambda: "kernel/drivers/nvme.ko: " + "kernel/drivers/ena.ko " * 450_000}, slow=True)
    files("modules.dep of one name of 10 MB", {f"{MODULES}/modules.dep": lambda: b"x" * 10_000_000}, slow=True)
    files("modules.dep of 300,000 modules", {f"{MODULES}/modules.dep": lambda: "".join(f"kernel/{i}.ko: kernel/{i + 1}.ko\n" for i in range(300_000))}, slow=True)
    files("modules.dep in a circle", {f"{MODULES}/modules.dep": "".join(
        f"kernel/drivers/{a}.ko: kernel/drivers/{b}.ko kernel/drivers/{a}.ko\n" for a in kit.DRIVERS for b in kit.DRIVERS)})
    files("modules.dep, everything needs everything", {f"{MODULES}/modules.dep": lambda: "".join(
        f"k/{i}.ko: " + " ".join(f"k/{j}.ko" for j in range(1000)) + "\n" for i in range(1000))}, slow=True)
    files("modules.builtin of 15 MB", {f"{MODULES}/modules.builtin": lambda: "".join(f"kernel/a/b{i}.ko\n" for i in range(800_000))}, slow=True)
    files("modules.builtin.modinfo without an end", {f"{MODULES}/modules.builtin.modinfo": lambda: b"nvme_core.parmtype=" + b"x" * MIB})
    files("a configuration of 15 MB", {CONFIG: lambda: "CONFIG_A=y\n" * 1_400_000}, slow=True)
    files("a configuration without line ends", {CONFIG: lambda: "CONFIG_XEN=y " * 80_000})
    files("60 kernels", {f"lib/modules/6.{i}.0/modules.dep": "a.ko:\n" for i in range(60)} |
          {f"boot/vmlinuz-6.{i}.0": SMALL[VMLINUZ][:8192] for i in range(60)}, slow=True)
    files("1,000 kernels", {f"boot/vmlinuz-6.{i}.0": b"x" for i in range(1000)}, slow=True)

    # each of them within its own bound; what they are together is not
    for path in ("etc/modprobe.d/{}.conf", "etc/modules-load.d/{}.conf", "etc/default/grub.d/{}.cfg", "boot/loader/entries/{}.conf",
                 "etc/udev/rules.d/{}.rules", "etc/netplan/{}.yaml", "etc/cloud/cloud.cfg.d/{}.cfg", "etc/dracut.conf.d/{}.conf"):
        @case(f"4,000 files of 1 MiB, sparse: {path}", slow=True, traced=False)
        def much(root, path=path):
            for i in range(4000):
                sparse(root, path.format(i), MIB)

    @case("1,500 files of 12,000 directives in modprobe.d", slow=True, traced=False)
    def many_directives(root):
        for i in range(1500):
            lay(root, {f"etc/modprobe.d/{i}.conf": "options nvme a=b\n" * 12_000})

    @case("40 files of 16 MiB, sparse: modules.dep", slow=True, traced=False)
    def many_indexes(root):
        for i in range(40):
            sparse(root, f"lib/modules/6.{i}/modules.dep", 16 * MIB)

    @case("100,000 files in modprobe.d", slow=True)
    def many_files(root):
        fd = os.open(Path(root, "etc/modprobe.d"), os.O_RDONLY)
        for i in range(100_000):
            os.close(os.open(f"{i}.conf", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
        os.close(fd)

    @case("10,000 files in modprobe.d", slow=True)
    def less_files(root):
        for i in range(10_000):
            Path(root, f"etc/modprobe.d/{i}.conf").write_text(f"blacklist m{i}\n")

    @case("200,000 files in a module folder", slow=True)
    def many_modules(root):
        for i in range(200):
            place = Path(root, f"{MODULES}/kernel/drivers/d{i}")
            place.mkdir()
            fd = os.open(place, os.O_RDONLY)
            for j in range(1000):
                os.close(os.open(f"m{i}-{j}.ko", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
            os.close(fd)

    @case("folders 2,000 deep", slow=True)
    def deep(root):
        for path in (f"{MODULES}/kernel", "boot/efi/EFI", "etc/modprobe.d", f"{MODULES}/updates", "boot/loader/entries"):
            place = Path(root, path)
            place.mkdir(parents=True, exist_ok=True)
            fd = os.open(place, os.O_RDONLY)
            for _ in range(2000):
                os.mkdir("d" * 20, dir_fd=fd)
                below = os.open("d" * 20, os.O_RDONLY, dir_fd=fd)
                os.close(fd)
                fd = below
            os.close(os.open("nvme.ko", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
            os.close(fd)


# Initramfs.

BOMBS = {"gzip": kit.gzip_bomb, "xz": kit.xz_bomb, "zstd": kit.zstd_bomb, "bzip2": kit.bzip2_bomb, "lz4": kit.lz4_bomb,
         "lzma": kit.lzma_bomb}
ENDLESS = ("gzip", "zstd", "lz4")  # those that can be made huge at no cost


def tree(*more):
    return cpio(*initramfs_entries(), *more)


def bomb_cases():
    for codec, make in BOMBS.items():
        size = 8 * GIB if codec in ENDLESS else 40 * MIB
        files(f"bomb: {codec}", {INITRD: lambda make=make, size=size: make(kit.zero_file_head(), size)}, slow=True)
        files(f"bomb of padding: {codec}", {INITRD: lambda make=make, size=size: make(b"", size)}, slow=True)
        if codec in ("gzip", "xz", "zstd"):
            suffix = {"gzip": "gz", "zstd": "zst"}.get(codec, codec)
            files(f"bomb: nvme.ko.{suffix}", {
                f"{NVME}.{suffix}": lambda make=make, size=size: make(kit.module("nvme"), size),
                f"{MODULES}/updates/ena.ko.{suffix}": lambda make=make, size=size: make(kit.module("ena"), size),
                f"{MODULES}/modules.dep": f"kernel/drivers/nvme.ko.{suffix}:\nupdates/ena.ko.{suffix}:\n"},
                slow=True, without=(NVME,))
    files("1 GiB at a ratio that is none of a bomb", {INITRD: lambda: kit.gzip_slow(kit.zero_file_head(), GIB)}, slow=True)
    files("900 MiB at a ratio that is none of a bomb", {INITRD: lambda: kit.gzip_slow(kit.zero_file_head(), 900 * MIB)}, slow=True)
    files("packed ten times", {INITRD: lambda: nested_gzip(10)})
    files("4,000 small streams", {INITRD: lambda: gzip.compress(cpio(entry("a", b"x"))) * 4000}, slow=True)
    files("200,000 streams of nothing", {INITRD: lambda: gzip.compress(b"", mtime=0) * 200_000}, slow=True)
    files("streams of all codecs", {INITRD: lambda: tree() + bytes(512) + gzip.compress(tree()) +
                                    kit.xz_bomb(tree(), 0) + kit.zstd_of(tree()) + kit.bzip2_bomb(tree(), 0)})
    files("lz4 with blocks that lie", {INITRD: b"\x02\x21\x4c\x18" + b"\xff\xff\xff\xff" + bytes(9999)})
    files("lz4 with blocks of nothing", {INITRD: b"\x02\x21\x4c\x18" + bytes(100_000)})
    files("zstd with a window of 2 GiB", {INITRD: b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x03\0\0" + bytes(100)})
    files("zstd with a window of 16 EiB", {INITRD: b"\x28\xb5\x2f\xfd\x00\xff" + b"\x03\0\0" + bytes(100)})
    files("zstd that declares 16 EiB", {INITRD: b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + b"\x03\0\0" + bytes(100)})
    files("zstd frames to be skipped", {INITRD: (b"\x28\xb5\x2f\xfd" + b"\x50\x2a\x4d\x18\xff\xff\xff\xff") * 1000})
    files("lzma with a dictionary of 4 GiB", {INITRD: b"\x5d\0\0\xff\xff" + b"\xff" * 8 + bytes(1000)})
    files("lzma with a dictionary of 1.5 GiB", {INITRD: b"\x5d\0\0\0\x60" + b"\xff" * 8 + bytes(1000)})
    files("xz with a dictionary of 1.5 GiB", {INITRD: lambda: xz_with_dictionary()})
    files("bzip2, magic only", {INITRD: b"BZh9" + b"1AY&SY" + bytes(1000)})
    files("gzip with a name without end", {INITRD: b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"n" * 300_000})
    files("lzo", {INITRD: b"\x89LZO\0\r\n\x1a\n" + b"\xff" * 500})
    noise = random.Random(4).randbytes(50_000)
    for name, head in {"gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\3", "xz": b"\xfd7zXZ\0\0\1", "zstd": b"\x28\xb5\x2f\xfd\4\x58",
                       "bzip2": b"BZh91AY&SY", "lz4": b"\x02\x21\x4c\x18", "lzma": b"\x5d\0\0\x80\0" + b"\xff" * 8,
                       "lzo": b"\x89LZO\0\r\n\x1a\n\x10\x30", "cpio": b"070701", "nothing": b""}.items():
        files(f"noise after {name}", {INITRD: head + noise}, slow=True)


def xz_with_dictionary():
    """Its header says 1.5 GiB: what a decoder sets aside without a bound of its own."""
    data = bytearray(lzma.compress(tree(), check=lzma.CHECK_CRC32))
    size = (data[12] + 1) * 4
    place = data.index(b"\x21\x01", 12) + 2
    data[place] = 39  # 3 << 29 (xz file format 5.3.1)
    data[12 + size - 4:12 + size] = zlib.crc32(data[12:12 + size - 4]).to_bytes(4, "little")
    return bytes(data)


def nested_gzip(times):
    data = tree()
    for _ in range(times):
        data = gzip.compress(data)
    return data


def cpio_cases():
    wrong = {
        "absolute and .. in names": tree(*(entry(name, CANARY.encode()) for name in (
            "/etc/modprobe.d/a.conf", "/etc/passwd", "../../../../etc/passwd", "..", ".", "/", "", "a/../../b", "./init",
            "lib/modules/../../../x/modules.dep", f"lib/modules/{RELEASE}/../../x.ko"))),
        "links out": tree(*(entry(name, target.encode(), mode=LINK) for name, target in {
            "lib": "/usr/lib", "usr/lib": "../lib", "init": "/proc/self/root/sbin/init", "bin/sh": "../" * 30 + "bin/sh",
            "etc": "/etc", "loop": "loop", "lib64": "x" * 5000, "sbin": ""}.items())),
        "sizes of ffffffff": cpio(*(entry(f"a{i}", filesize=0xffffffff, namesize=n) for i, n in enumerate((3, 0xffffffff)))),
        "a name's size of ffffffff": entry("a", namesize=0xffffffff) + tree(),
        "a name's size of 0": cpio(entry("a", namesize=0), *initramfs_entries()),
        "a name of 70,000 bytes": cpio(entry("n" * 70_000, b"x"), *initramfs_entries()),
        "a name of 4,096 bytes": cpio(entry("n/" * 2047 + "n", b"x"), *initramfs_entries()),
        "a name without its end": cpio(entry("abc", namesize=3), *initramfs_entries()),
        "a negative size": cpio(entry("a", filesize=b"-0000001"), *initramfs_entries()),
        "a size in words": cpio(entry("a", filesize=b"0x000010"), entry("b", filesize=b" 0000010"), entry("c", filesize=b"0000001g")),
        "fields that are no numbers": b"070701" + b"z" * 104 + tree(),
        "the magic 070707": entry("a", magic=b"070707") + tree(),
        "the magic 070702 with wrong sums": cpio(*(entry("a", b"x", magic=b"070702", check=7) for _ in range(9))),
        "junk between": tree() + b"junk" + tree(),
        "an odd place": b"\0" + tree() + b"\0\0\0" + tree(),
        "nothing but a magic": b"070701",
        "nothing": b"",
        "zeros": bytes(4096),
        "links with many names": cpio(*(entry(f"l{i}", b"" if i else b"x" * 99, ino=7, nlink=0xffffffff) for i in range(3000))),
        "links that are each other's": cpio(*(entry("init", b"x" * (i % 3), ino=i % 2, nlink=2, mode=0o100755) for i in range(1000))),
        "devices": cpio(*(entry(f"dev/{i}", mode=0o060600, rdevmajor=i, rdevminor=0xffffffff) for i in range(100))),
        "every type": cpio(*(entry(f"t{i}", b"x", mode=i << 12 | 0o777) for i in range(16)), *initramfs_entries()),
        "a file as a folder": cpio(entry("lib", b"x"), entry("lib/modules", b"x"), *initramfs_entries()),
        "control characters": tree(*(entry(name, b"x") for name in INJECTIONS),
                                   *(entry(f"lib/modules/{name}/modules.dep".encode() if isinstance(name, str) else
                                           b"lib/modules/" + name + b"/modules.dep", b"a.ko:\n") for name in INJECTIONS)),
        "a hundred TRAILERs": entry("TRAILER!!!") * 100 + tree(),
        "a TRAILER with content": cpio(entry("TRAILER!!!", b"x" * 1000), *initramfs_entries()),
        "a shebang loop": cpio(entry("init", b"#!/init\n", 0o100755)),
        "a shebang of 1 MB": cpio(entry("init", b"#!" + b"/" * MIB, 0o100755)),
        "a broken ELF as init": cpio(entry("init", b"\x7fELF\x02\x01\x01" + b"\xff" * 200, 0o100755)),
        "libraries in a circle": cpio(entry("init", dynamic(("liba.so",), "/lib/ld.so"), 0o100755),
                                      *(entry(f"lib/lib{a}.so", dynamic((f"lib{b}.so", "../../x.so", "/etc/passwd")))
                                        for a, b in ("ab", "bc", "ca")), entry("lib/ld.so", dynamic(("ld.so",)))),
        "5,000 libraries": cpio(entry("init", dynamic(tuple(f"lib{i}.so" for i in range(5000))), 0o100755)),
        "modules.dep in a circle": cpio(entry(f"{MODULES}/modules.dep", b"nvme.ko: nvme-core.ko\nnvme-core.ko: nvme.ko\n"),
                                        entry(f"{MODULES}/nvme.ko"), entry(f"{MODULES}/nvme-core.ko")),
        "two thousand module folders": cpio(*(entry(f"lib/modules/6.{i}/modules.dep", b"a.ko:\n") for i in range(2000))),
        "deep names": cpio(*(entry("d/" * i + "f") for i in range(0, 2000, 7))),
    }
    for name, data in wrong.items():
        files(f"cpio: {name}", {INITRD: data})
        files(f"cpio, packed: {name}", {INITRD: gzip.compress(data, 1)}, slow=True)
    whole = gzip.compress(tree(), 1)
    for cut in (1, 2, 10, 18, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        files(f"initramfs cut after {cut}", {INITRD: whole[:cut]}, slow=True)
    for cut in (3, 109, 110, 111, 300, 1000, len(tree()) // 2):
        files(f"cpio cut after {cut}", {INITRD: tree()[:cut]}, slow=True)
    files("a million entries", {INITRD: lambda: entry("a") * 1_000_000}, slow=True)
    files("1.2 million entries, packed", {INITRD: lambda: gzip.compress(entry("a") * 1_200_000, 1)}, slow=True)
    files("150,000 modules", {INITRD: lambda: gzip.compress(b"".join(
        entry(f"{MODULES}/kernel/m{i}.ko") for i in range(150_000)), 1)}, slow=True)
    files("early archives by the thousand", {INITRD: lambda: (cpio(entry("kernel/x86/microcode/GenuineIntel.bin", b"x" * 50)) +
                                                             bytes(512)) * 5000 + gzip.compress(tree())}, slow=True)
    files("100,000 TRAILERs", {INITRD: lambda: padded_trailers(100_000)}, slow=True)
    files("wanted files of 1 MB, a thousand of them", {INITRD: lambda: gzip.compress(b"".join(
        entry(f"etc/modprobe.d/{i}.conf", b"#" * 1_000_000) for i in range(300)), 1)}, slow=True)
    files("links to links, 20,000", {INITRD: lambda: cpio(*(entry(f"l{i}", f"l{i + 1}".encode(), mode=LINK) for i in range(20_000)),
                                                           entry("init", b"l0/l1/l2", mode=LINK))}, slow=True)


def padded_trailers(count):
    return entry("TRAILER!!!") * count


def dynamic(needed, interpreter=None, **over):
    """A shared object with its dynamic section."""
    strings, entries = b"\0", b""
    for name in needed:
        entries += struct.pack("<QQ", 1, len(strings))
        strings += name.encode() + b"\0"
    place = len(strings)
    strings += (interpreter or "").encode() + b"\0"
    base = 64 + 56 * 3
    entries += struct.pack("<QQQQQQ", 5, base, 10, over.get("strsz", len(strings)), 0, 0)
    strings = kit.padded(strings, 8)
    at = base + len(strings)
    heads = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, at + len(entries), at + len(entries), 4096)
    heads += struct.pack("<IIQQQQQQ", 2, 6, at, at, at, len(entries), len(entries), 8)
    heads += struct.pack("<IIQQQQQQ", 3 if interpreter else 0, 4, base + place, base + place, base + place,
                         len(interpreter or "") + 1, len(interpreter or "") + 1, 1)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    return ident + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 3, 64, 0, 0) + heads + strings + entries


# Modules, kernels, PE.

def binary_cases():
    good = kit.module("nvme")
    broken = {
        "section table beyond the file": kit.module("nvme", shoff=1 << 40),
        "e_shoff that overflows": kit.module("nvme", shoff=(1 << 64) - 64),
        "e_shoff that is odd": kit.module("nvme", shoff=63),
        "65,535 sections": kit.module("nvme", shnum=0xffff),
        "sections of one byte": kit.module("nvme", shentsize=1),
        "sections of 65,535 bytes": kit.module("nvme", shentsize=0xffff),
        "names beyond the table": kit.module("nvme", shstrndx=0xffff),
        "names in no section": kit.module("nvme", shstrndx=0),
        "no section": kit.module("nvme", shnum=0, shoff=0),
        "the count in the first section": kit.module("nvme", shnum=0),
        ".modinfo without NUL": kit.module("nvme", modinfo=b"vermagic=" + b"v" * 5000),
        ".modinfo of nothing": kit.module("nvme", modinfo=b""),
        ".modinfo of NULs": kit.module("nvme", modinfo=bytes(10_000)),
        ".modinfo of many depends": kit.module("nvme", modinfo=b"depends=" + b"a," * 300_000 + b"\0"),
        ".modinfo of 200,000 aliases": kit.module("nvme", modinfo=b"alias=a\0" * 200_000),
        ".modinfo with escape sequences": kit.module("nvme", modinfo=b"version=\x1b[31m\n::error::x\0vermagic=\xff\xfe\x9b \0"
                                                                     b"depends=nvme-core,nvme\0"),
        "big endian": good[:5] + b"\x02" + good[6:],
        "32 bits that are 64": good[:4] + b"\x01" + good[5:],
        "header only": good[:64],
        "magic only": good[:4],
        "empty": b"",
        "noise": random.Random(3).randbytes(5000),
        "a signature that lies": good + b"\0" * 8 + b"\xff\xff\xff\xff" + b"~Module signature appended~\n",
        "a script": b"#!/bin/sh\ntouch /tmp/x\n",
    }
    for name, data in broken.items():
        files(f"module: {name}", {NVME: data, f"{MODULES}/kernel/drivers/ena.ko": data, f"{MODULES}/updates/ena.ko": data,
                                  f"{MODULES}/extra/nvme.ko": data}, slow=".modinfo" not in name)
    files("module: sections that overlap the end", {NVME: kit.elf(1, sections=[(".modinfo", b"a=b\0")]).replace(
        b"\x04\0\0\0\0\0\0\0" + bytes(8), b"\xff" * 8 + bytes(8))})
    packed = {"gz": gzip.compress(good), "xz": kit.xz_bomb(good, 0), "zst": kit.zstd_of(good)}
    for suffix, data in packed.items():
        files(f"module.{suffix}, cut", {f"{NVME}.{suffix}": data[:len(data) // 2],
                                        f"{MODULES}/modules.dep": f"kernel/drivers/nvme.ko.{suffix}:\n"}, without=(NVME,))
        files(f"module.{suffix} that is none", {f"{NVME}.{suffix}": b"not packed", f"{MODULES}/modules.dep":
                                                f"kernel/drivers/nvme.ko.{suffix}:\n"}, without=(NVME,), slow=True)
    noise = random.Random(5).randbytes(4000)
    kernels = {
        "setup_sects of 255": kit.bzimage(setup_sects=255), "setup_sects of 0": kit.bzimage(setup_sects=0),
        "payload beyond the file": kit.bzimage(payload_offset=0x7fffffff),
        "payload offset that overflows": kit.bzimage(payload_offset=0xffffffff, payload_length=0xffffffff),
        "version beyond the file": kit.bzimage(version_at=0xffff), "version without an end": kit.bzimage(b"v" * 5000),
        "version of escape sequences": kit.bzimage(b"\x1b[2J\x1b]0;x\x07\n::error::\xff x"),
        "a protocol of 0": kit.bzimage(protocol=0), "no HdrS": kit.bzimage(magic=b"XXXX"),
        "HdrS only": bytes(0x202) + b"HdrS", "one byte": b"M", "empty": b"", "noise": noise,
        "an arm64 Image of nothing": b"MZ\0\0" + bytes(52) + b"ARM\x64" + b"\xff" * 8,
        "zboot beyond the file": b"MZ\0\0zimg" + b"\xff" * 16 + b"gzip\0\0\0\0" + b"\xff" * 40,
        "zboot with a codec of escapes": b"MZ\0\0zimg" + bytes(16) + b"\x1b[31m\n\xff" + b"\xff" * 40,
        "gzip of nothing": gzip.compress(b""), "a gzip bomb": None, "an ELF": kit.elf(2, phnum=0xffff, phoff=1 << 63),
        "a riscv Image": bytes(48) + b"RISCV\0\0\0RSC\x05" + noise,
    }
    for name, data in kernels.items():
        files(f"kernel: {name}", {VMLINUZ: data if data is not None else lambda: kit.gzip_bomb(b"", 4 * GIB)},
              slow="escape" not in name)
    some = [(b".linux", kit.bzimage()), (b".initrd", kit.initramfs())]
    images = {
        "65,535 sections": kit.pe(some, count=0xffff), "no section": kit.pe([], count=0),
        "offsets beyond the file": kit.pe([(name, 0xffffff00, 0xffffffff) for name in (b".linux", b".initrd", b".cmdline",
                                                                                       b".uname", b".osrel")]),
        "sections that are the whole file": kit.pe([(name, 0, 5000) for name in (b".linux", b".initrd", b".cmdline", b".uname")] + some),
        "a command line of 2 MB": kit.pe([(b".cmdline", b"a" * 2_000_000), *some]),
        "a command line of escape sequences": kit.pe([(b".cmdline", b"root=/dev/sda\x1b[31m\0\n::error::\xff"),
                                                      (b".uname", b"\x1b]0;x\x07/../../x\n"), *some]),
        "ten thousand .initrd": kit.pe([(b".initrd", b"")] * 10_000),
        "an offset of the header beyond the file": b"MZ" + bytes(58) + b"\xff\xff\xff\xff",
        "an offset of the header that is its own": b"MZ" + bytes(58) + b"\0\0\0\0" + bytes(500),
        "an optional header of 65,535 bytes": kit.pe(some, optional=240)[:0x94] + b"\xff\xff" + kit.pe(some)[0x96:],
        "an .initrd that bombs": None, "an .initrd that is cut": kit.pe([(b".linux", kit.bzimage()), (b".initrd", kit.initramfs()[:300])]),
        "machine of 0": kit.pe(some, machine=0), "MZ": b"MZ", "noise": b"MZ" + noise,
    }
    for name, data in images.items():
        def bomb():
            return kit.pe([(b".linux", kit.bzimage()), (b".initrd", kit.zstd_bomb(kit.zero_file_head(), 8 * GIB))])
        what = data if data is not None else bomb
        files(f"PE: {name}", {"boot/efi/EFI/Linux/a.efi": what, "boot/efi/EFI/BOOT/BOOTX64.EFI": what,
                              "boot/efi/EFI/BOOT/BOOTAA64.EFI": what}, slow="escape" not in name)
    files("names by the hundred in the ESP", {f"boot/efi/EFI/x{i}/a.efi": b"MZ" for i in range(900)}, slow=True)


# Texts.

INJECTIONS = ("a\n::error file=x,line=1::owned", "a\n::stop-commands::x", "a\nnot ok 999 - owned", "a\nBail out! owned",
              "a # SKIP owned", "]]><owned/>", "\"/><owned a='", "&owned;", "a\r\nowned", "\x1b[2J\x1b]0;owned\x07", "%0Aowned,a::b",
              "\x9b31m\u2028", "{\"owned\": \"", "a\\\"b\\", b"\xff\xfe\xc0\x80\xed\xa0\x80", "a: b, c: [d", "$(owned)`owned`",
              "\u202eowned\u202c", "\x7f\x08\x08", "\ufffe\uffff")
ESCAPES = "\x1b[2J\x1b]0;owned\x07 \x9b31m \u009b32m \x7f \x08\x08 \r::error::owned\r\n::error::owned\nnot ok 999\n]]><x>&\u2028end\n"


def injected(text):
    return text if isinstance(text, bytes) else text.encode(errors="surrogateescape")


def text_cases():
    for number, text in enumerate(INJECTIONS):
        plain = injected(text).replace(b"/", b"_")

        @case(f"injection {number} as names")
        def names(root, plain=plain):
            base = os.fsencode(root)
            for path, data in {b"etc/modprobe.d/%s.conf": b"blacklist nvme\ninstall ena /bin/false\n", b"etc/netplan/%s.yaml": b"network: [",
                               b"etc/udev/rules.d/70-%s.rules": b'ATTR{address}=="02:00:00:00:00:01", NAME="eth0"\n',
                               b"lib/modules/6.9%s/modules.dep": b"a.ko:\n", b"boot/vmlinuz-6.9%s": b"x",
                               b"boot/initrd.img-6.9%s": b"junk", b"boot/loader/entries/%s.conf": b"title x\nlinux /no\n",
                               b"boot/efi/EFI/Linux/%s.efi": b"MZ", b"boot/efi/EFI/BOOT/%s.efi": b"MZ",
                               b"etc/systemd/network/%s.network": b"[Match]\nMACAddress=02:00:00:00:00:01\n",
                               b"etc/systemd/system/%s.mount": b"[Mount]\nWhat=/dev/sdb1\nWhere=/x\n",
                               b"etc/sysconfig/network-scripts/ifcfg-%s": b"DEVICE=eth0\nHWADDR=02:00:00:00:00:01\n",
                               b"etc/cloud/cloud.cfg.d/%s.cfg": b"datasource_list: [ NoCloud ]\n",
                               b"var/lib/dkms/%s/1/x": b"", b"etc/ssh/ssh_host_%s_key": b"",
                               MODULES.encode() + b"/updates/%s.ko": b"x",
                               b"etc/NetworkManager/system-connections/%s.nmconnection": b"[ethernet]\nmac-address=02:00:00:00:00:01\n",
                               }.items():
                place = os.path.join(base, path % plain)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "wb") as file:
                    file.write(data)

        @case(f"injection {number} as values")
        def values(root, text=injected(text)):
            word = text.replace(b"\n", b"\r").replace(b" ", b"_")
            lay(root, {"etc/fstab": b"/dev/sda%s / ext4 defaults 0 1\n/dev/sdb1 /%s x%s y%s 0 2\n" % (word, word, word, word),
                       "etc/os-release": b'ID="%s"\nPRETTY_NAME=\'%s\'\nVERSION_ID=%s\nID_LIKE="%s"\n' % (text, text, text, text),
                       GRUB: b"menuentry '%s' {\n linux /boot/%s root=/dev/sda%s\n initrd /boot/%s\n}\n" % (word, word, word, word),
                       GRUBENV: b"# GRUB Environment Block\nsaved_entry=%s\nkernelopts=%s\n" % (word, word),
                       "etc/modprobe.d/a.conf": b"blacklist %s\ninstall nvme %s\n" % (word, word),
                       "etc/cloud/cloud.cfg.d/90.cfg": b"datasource_list: [ '%s' ]\n" % text,
                       "etc/netplan/50-cloud-init.yaml": b"network:\n ethernets:\n  \"%s\":\n   addresses: [\"%s\"]\n" % (word, word),
                       "etc/network/interfaces": b"iface %s inet static\n address %s\n" % (word, word),
                       "etc/crypttab": b"%s /dev/sda%s none luks\n" % (word, word),
                       "etc/machine-id": text, "etc/selinux/config": b"SELINUX=" + text,
                       "etc/default/grub": b'GRUB_CMDLINE_LINUX="%s"\n' % text, "etc/chrony/chrony.conf": b"server " + text,
                       f"{MODULES}/modules.dep": b"kernel/%s.ko: kernel/%s.ko\n" % (word, word)})
    texts = {"escapes": ESCAPES.encode(errors="surrogateescape"), "every byte": bytes(range(256)) * 8, "NULs": bytes(5000),
             "not UTF-8": b"\xff\xfe\xc0\x80\xed\xa0\x80\xf5" * 500, "formats": b"%s%n%x%1000000d \" ' < > & \\ \n" * 50,
             "UTF-16": "a=b\n".encode("utf-16") * 100, "no line end": b"x", "line ends": b"\n" * 100_000, "CR": b"a=b\r" * 1000,
             "brackets": b"[{(<" * 20_000, "quotes": b"'" * 9999 + b'"' * 9999, "backslashes": b"\\" * 50_000,
             "blanks": b" \t" * 200_000 + b"\n", "equals": b"=" * 60_000, "hashes": b"#" * 60_000}
    for name, text in texts.items():
        @case(f"{name} in each file", slow=len(text) > 50_000)
        def everywhere(root, text=text):
            lay(root, {path: text for path in SMALL})

        @case(f"{name} at the end of each file", slow=True)
        def behind(root, text=text):
            lay(root, {path: data + text for path, data in SMALL.items()})

    @case("noise in each file")
    def noise(root):
        lay(root, {path: random.Random(path).randbytes(3000) for path in SMALL})

    @case("each file cut in the middle")
    def cut(root):
        lay(root, {path: data[:len(data) // 2] for path, data in SMALL.items()})

    def submenus(depth, close=True):
        return "".join(f"submenu 'm{i}' {{\n" for i in range(depth)) + SMALL[GRUB].decode() + ("}\n" * depth if close else "")

    files("submenus 10,000 deep", {GRUB: submenus(10_000)})
    files("submenus 10,000 deep, not closed", {GRUB: submenus(10_000, False)})
    files("braces that close nothing", {GRUB: "}\n" * 100_000 + SMALL[GRUB].decode()})
    files("variables that are themselves", {GRUB: "set a=$a$a$a\nset b=${a}${b}\nset default=\"${b}\"\n" + "set a=$a$a\n" * 60 +
                                            SMALL[GRUB].decode().replace("root=", "$a${b}${c root=")})
    files("variables that double", {GRUB: "set v0=0123456789\n" + "".join(f"set v{i + 1}=$v{i}$v{i}\n" for i in range(80)) +
                                    "menuentry 'a' {\n linux /boot/vmlinuz-" + RELEASE + " $v80$v79$v40\n initrd $v30\n}\n"})
    files("10,000 variables", {GRUB: "".join(f"set v{i}=$v{i - 1}x\n" for i in range(40_000)) + SMALL[GRUB].decode()}, slow=True)
    files("configfile of itself", {GRUB: f"configfile /{GRUB}\nsource /{GRUB}\nconfigfile ($root)/{GRUB}\n" * 50,
                                   "boot/efi/EFI/debian/grub.cfg": "configfile /boot/efi/EFI/debian/grub.cfg\n"}, slow=True)
    files("a default that no one has", {GRUB: SMALL[GRUB].replace(b'"0"', b'"99999999999999999999"')})
    files("a default deep down", {GRUB: SMALL[GRUB].replace(b'"0"', b'"' + b"0>" * 100_000 + b'0"')})
    files("defaults of -1, 0x7fffffff, 2^63", {GRUB: SMALL[GRUB].replace(b'"0"', b"-1"), "boot/grub/menu.lst": "default 9223372036854775808\n" +
          "title x\nkernel /x\n", GRUBENV: b"# GRUB Environment Block\nsaved_entry=-9223372036854775809\nnext_entry=1>2>3>-1\n" + b"#" * 900})
    files("an entry with 50,000 initrds", {GRUB: "menuentry 'a' {\n linux /boot/vmlinuz-" + RELEASE + "\n initrd " + "/boot/i " * 50_000 + "\n}\n"}, slow=True)
    many_line_cases()
    files("grubenv of noise", {GRUBENV: random.Random(9).randbytes(1024)})
    files("loader.conf with globs", {"boot/loader/loader.conf": "default " + "*" * 50_000 + "x\n", "boot/loader/entries/" + "a" * 200 + ".conf": "linux /x\n"})
    files("loader.conf with sets", {"boot/loader/loader.conf": "default " + "[a-z]*?[!" * 5000 + "\n"})
    files("5,000 boot entries", {f"boot/loader/entries/e{i}.conf": f"title {i}\nlinux /boot/vmlinuz-{RELEASE}\n" for i in range(5_000)}, slow=True)
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40))
    files("YAML of aliases", {"etc/netplan/50-cloud-init.yaml": bomb + "network:\n  ethernets: *a39\n", "etc/cloud/cloud.cfg": bomb +
                              "datasource_list: *a39\n"})
    files("YAML of merges", {"etc/netplan/50-cloud-init.yaml": "network: &n\n  <<: *n\n  ethernets: {<<: *n, a: *n}\n"})
    for shape, text in {"flow lists": "[" * 100_000, "flow maps": "{a: " * 60_000, "blocks": "".join(" " * i + "a:\n" for i in range(1300)),
                        "lists": "- " * 100_000, "keys": "? " * 100_000, "quotes": '"' + "\\x" * 100_000, "tags": "!" * 100_000,
                        "anchors": "&a " * 100_000, "documents": "---\n" * 100_000, "directives": "%YAML 9.9\n" * 1000,
                        "a literal": "a: |9\n" + "         x\n" * 50_000}.items():
        files(f"YAML: {shape}", {"etc/netplan/50-cloud-init.yaml": "network:\n ethernets:\n  a: " + text, "etc/cloud/cloud.cfg.d/90.cfg": "datasource_list: " + text,
                                 "etc/netplan/60.yaml": text}, slow=True)
    files("interfaces that include themselves", {"etc/network/interfaces": "source /etc/network/*\nsource interfaces\nsource-directory /etc/network\n" * 50,
                                                 "etc/network/interfaces.d/a": "source /etc/network/interfaces\nsource interfaces.d/*\n"}, slow=True)
    files("interfaces with globs", {"etc/network/interfaces": "source /" + "*/" * 60 + "*\nsource /**/**/**/**\nsource " + "[" * 9999 + "\n"})
    @case("units that are links in circles")
    def units(root):
        for name in ("cloud-init", "systemd-logind", "acpid", "sshd"):
            removed(root, f"etc/systemd/system/{name}.service").symlink_to(f"{name}.service")
            removed(root, f"etc/systemd/system/a.target.wants/{name}.service").symlink_to("../../../../../../../../dev/null")

    files("two kernels of one name that differ in bytes", {"boot/vmlinuz-6.1": b"x", "boot/vmlinuz-6.1.": b"x", "boot/vmlinuz-": b"x",
                                                           "boot/vmlinuz--": b"x", "boot/vmlinuz-" + "9" * 200: b"x", f"lib/modules/{'9' * 200}/modules.dep": b"",
                                                           "lib/modules/-/modules.dep": b"", "lib/modules/.../modules.dep": b""})


def many_line_cases():
    """Boot entries whose texts grow with each of very many lines, or out of a variable that very many lines name.
    Where each line is a path that is looked for, a tracer would take minutes."""
    kernel = f"/boot/vmlinuz-{RELEASE}"

    def many(head, line, tail=""):
        return lambda: head + line * ((MIB - len(head) - len(tail)) // len(line)) + tail

    value = "set b=" + "/" + "x" * 3900 + "\n"
    long = value + "set c=$b$b$b$b\nset d=$c$c$c$c$c$c$c\n"
    files("many lines: APPEND", {"boot/extlinux/extlinux.conf": many(f"LABEL a\nLINUX {kernel}\n", "APPEND y\n")}, slow=True)
    files("many lines: INITRD", {"boot/extlinux/extlinux.conf": many(f"LABEL a\nLINUX {kernel}\n", "INITRD /y\n")}, slow=True)
    for key in ("options", "initrd"):
        files(f"many lines: {key} of BLS", {"boot/loader/entries/a.conf": many(f"linux {kernel}\n", f"{key} y\n")}, slow=True)
    for name, line in {"the value of another": "set a=$b\n", "the root": "set root=$d\n", "the default": "set default=$b\n",
                       "entries' titles": "menuentry $d { }\n", "entries' words": "menuentry a { linux /x $d; }\n"}.items():
        files(f"many lines: a variable as {name}", {GRUB: many(long, line)}, slow=True)
    for name, line in {"a path that is asked for": "if [ -f $b ]; then true; fi\n", "a file that goes on": "configfile $b\n",
                       "entries' initrds": "menuentry a { initrd $b $b $b $b $b $b; }\n"}.items():
        files(f"many lines: a variable as {name}", {GRUB: many(long, line)}, slow=True, traced=False)
    for name, line in {"kernel": "linux $b\n", "words": "linux /x $d\n"}.items():
        files(f"many lines: a variable as one entry's {name}", {GRUB: many(long + "menuentry a {\n", line, "}\n")}, slow=True, traced=False)


# All of it.

def words_of_this_machine():
    """What would show that a byte from outside the root got out."""
    words = {CANARY}
    for path in ("/etc/hostname", "/etc/machine-id", "/proc/version", "/proc/cmdline", "/proc/sys/kernel/random/boot_id"):
        try:
            words.add(Path(path).read_text(errors="replace").strip())
        except OSError:
            pass
    return [word.encode() for word in words if len(word) > 7]


def check_output_file():
    """With -o, that file is the only thing that is written."""
    root, place = Path(folder, "root"), Path(folder, "results")
    root.mkdir()
    place.mkdir()
    lay(root, SMALL)
    earlier = listing(root)
    trace(root, "with -o", ("-o", place / "out.json"), (str(place),))
    check("with -o: the file is there, alone", os.listdir(place) == ["out.json"], os.listdir(place))
    check("with -o: nothing changed", listing(root) == earlier)
    os.chdir(place)
    place.joinpath("inside").symlink_to(root)
    run(command(root, "json", "-o", place / "out.json"))
    check("written twice: valid", not wrong_json(place.joinpath("out.json").read_bytes()))
    os.chdir("/")
    shutil.rmtree(root)


def check_paths():
    """Roots that cannot be opened: one line, exit 3."""
    places = {"missing": Path(folder, "missing"), "a file": Path(PROGRAM), "a device": "/dev/null", "hostile": Path(folder, "\x1b[31m\n::error::\x9b"),
              "long": "/x" * 5000, "long name": Path(folder, "x" * 300), "empty": ""}
    loop, fifo = Path(folder, "loop"), Path(folder, "fifo")
    loop.symlink_to("loop")
    os.mkfifo(fifo)
    for name, path in (places | {"a loop": loop, "a FIFO": fifo}).items():
        for form in ("json", *FORMATS):
            done = run(command(path, form))
            check(f"root that is {name}: {form}: exit {3 if path else '2 or 3'}", done.status == 3 or (not path and done.status == 2), done)
            check(f"root that is {name}: {form}: one line, no output", done.output == b"" and is_clean(done.errors) and
                  (done.errors.count(b"\n") == 1 or not path), done)


def check_twin():
    """That the canary would be seen: the twin outside, given as a root, tells it in each format that shows findings."""
    done = run(command(outside()))
    check("the canary shows where it may", CANARY.encode() in done.output, done)


def tell_left_out():
    """What holds for every case, once."""
    if SANITIZED:
        tally.skip("formats of each root, but for json", "a sanitizer makes them too slow")
        tally.skip("Landlock as a tracer sees it", "a sanitizer opens files of its own")
    elif not LANDLOCK:
        tally.skip("Landlock as a tracer sees it", "this kernel has none")
    if not STRACE:
        tally.skip("what is opened of each root", "no strace")


def main():
    global folder, scratch, forbidden
    tell_left_out()
    forbidden = words_of_this_machine()
    for part in (link_cases, special_cases, big_cases, bomb_cases, cpio_cases, binary_cases):
        part()
    first_text = len(cases)
    text_cases()
    names = [name for name, *_ in cases]
    check("each case has a name of its own", len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1))
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
    with tempfile.TemporaryDirectory(prefix="virtwhere-images-", dir=memory) as folder:
        scratch = Path(tempfile.mkdtemp(dir=folder, prefix="scratch-"))
        lay(outside(), kit.small_root(CANARY))
        twin = listing(outside())
        start, slowest = time.monotonic(), []
        if not WORDS:
            judge("the small root itself", lambda root: lay(root, SMALL))
            check_twin()
            check_output_file()
            check_paths()
        for index, (name, make, slow, traced) in enumerate(cases):
            if not WORDS or any(word in name for word in WORDS):
                began = time.monotonic()
                judge(name, make, slow, traced, index >= first_text)
                slowest.append((time.monotonic() - began, name))
        check("what lies outside is as it was", listing(outside()) == twin)
        print(f"{len(slowest)} roots, {time.monotonic() - start:.1f} s; slowest: " +
              ", ".join(f"{name} {took:.1f} s" for took, name in sorted(slowest, reverse=True)[:8]))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
