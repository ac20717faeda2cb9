# SPDX-License-Identifier: MIT
"""The first root file system of a guest: files in memory, written as a cpio archive."""

import os
import pathlib
import stat
import subprocess

from packages import Unavailable


class Initramfs:
    """Files by their path in the guest. Folders above them come by themselves."""

    def __init__(self):
        self.entries = {}  # path without leading slash -> (mode, bytes or path of the content, device number)

    def add(self, path, content, mode=0o644):
        """A file; @content is bytes, or the path of a file outside."""
        self.entry(path, stat.S_IFREG | mode, content)

    def link(self, path, target):
        self.entry(path, stat.S_IFLNK | 0o777, target.encode())

    def folder(self, path, mode=0o755):
        self.entry(path, stat.S_IFDIR | mode, b"")

    def console(self):
        """/dev/console, which the kernel opens for the first process before anything is mounted."""
        self.entry("/dev/console", stat.S_IFCHR | 0o600, b"", os.makedev(5, 1))

    def entry(self, path, mode, content, device=0):
        path = path.strip("/")
        for parent in list(pathlib.PurePosixPath(path).parents)[-2::-1]:
            self.entries.setdefault(str(parent), (stat.S_IFDIR | 0o755, b"", 0))
        self.entries[path] = (mode, content, device)

    def merged_folders(self):
        for name in ("bin", "sbin", "lib", "lib64"):
            self.folder(f"/usr/{name}")
            self.link(f"/{name}", f"usr/{name}")

    def programs(self, tree, *names):
        """Programs and libraries of a tree of packages, with all libraries that they need."""
        for name in names:
            self.program(tree, name, tree.path(name))

    def program(self, tree, name, path):
        """A program from anywhere, with its libraries from a tree."""
        self.add(usr(name), path, 0o755)
        for library in tree.libraries(path):
            self.add(usr(library), tree.path(library), 0o755)

    def files(self, tree, *patterns):
        """Plain files of a tree."""
        for pattern in patterns:
            for name in tree.glob(pattern):
                if tree.path(name).is_file():
                    self.add(usr(name), tree.path(name), tree.path(name).stat().st_mode & 0o777)

    def modules(self, tree, release, patterns):
        """Kernel modules below lib/modules/@release/kernel that match, with those they depend on. The indexes
        are those of all modules: modprobe passes over what is not there."""
        base = f"/usr/lib/modules/{release}"
        for index in ("dep", "alias", "softdep", "builtin", "order"):
            self.add(f"{base}/modules.{index}", tree.path(f"{base}/modules.{index}"))
        root = tree.path(f"{base}/kernel")
        depends = dict(line.split(":", 1) for line in tree.path(f"{base}/modules.dep").read_text().splitlines())
        wanted = {str(m.relative_to(root.parent)) for p in patterns for m in root.glob(p) if m.suffix == ".ko"}
        for module in sorted(wanted | {d for m in wanted for d in depends.get(m, "").split()}):
            self.add(f"{base}/{module}", root.parent / module)

    def write(self, path):
        """Write the archive ("newc", Linux Documentation/driver-api/early-userspace/buffer-format.rst)."""
        with open(path, "wb") as out:
            for number, (name, (mode, content, device)) in enumerate(self.entries.items(), 1):
                data = content.read_bytes() if isinstance(content, pathlib.Path) else content
                record(out, name, number, mode, data, device)
            record(out, "TRAILER!!!", 0, 0, b"", 0)
        return path


def usr(name):
    """The name behind the links of a merged /usr."""
    return f"/usr{name}" if name.split("/")[1] in ("bin", "sbin", "lib", "lib64") else name


def record(out, name, number, mode, data, device):
    encoded = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, os.major(device), os.minor(device), len(encoded), 0)
    out.write(b"070701" + b"".join(b"%08X" % field for field in fields) + encoded)
    out.write(b"\0" * (-(110 + len(encoded)) % 4) + data + b"\0" * (-len(data) % 4))


def index_modules(tools, tree, release):
    """Make modules.dep and its like, which Debian's packages leave to their installation.

    @tools: the tree with a depmod that runs here
    """
    base = tree.folder / "usr/lib/modules" / release
    if not (base / "modules.dep").exists():
        done = subprocess.run(tools.command("/usr/sbin/depmod", "-b", tree.folder, release), timeout=120)
        if done.returncode:
            raise Unavailable(f"depmod fails for {release}")
