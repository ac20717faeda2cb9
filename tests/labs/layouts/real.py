# SPDX-License-Identifier: MIT
"""A kernel, its modules and initramfs as Debian's packages have them, to stand in the composed ones' place.

Of the modules those are taken that checks ask for, and what they depend on; of an initramfs all but its modules.
"""

import dataclasses
from pathlib import Path

import walker
from image import DRIVERS, LINK

WORD = "nvme_core.io_timeout=4294967295"


class Real:
    def __init__(self, folder, release, skeletons):
        """@folder: of a tree of packages; @skeletons: maker of initramfs -> the bytes of one"""
        base = Path(folder) / "usr/lib/modules" / release
        self.base, self.release = base, release
        self.vmlinuz = (Path(folder) / f"boot/vmlinuz-{release}").read_bytes()
        self.config = dict(line.removeprefix("CONFIG_").split("=", 1) for line in
                           (Path(folder) / f"boot/config-{release}").read_text().splitlines()
                           if line.startswith("CONFIG_") and line[-2:] in ("=y", "=m"))
        self.index(base)
        self.builtin = {Path(line).stem.replace("-", "_")
                        for line in (base / "modules.builtin").read_text().splitlines()}
        self.skeletons = {maker: self.skeleton(data) for maker, data in skeletons.items()}

    @classmethod
    def made_by_whole(cls, work):
        """Of the kernel of Debian 12, and the initramfs that its tools made."""
        made = {maker: (work / f"bookworm-{maker}.initrd").read_bytes()
                for maker in ("initramfs-tools", "dracut")}
        folder = work / "bookworm-dracut"
        kernels = sorted(folder.glob("boot/vmlinuz-*-amd64"))
        return cls(folder, kernels[-1].name.split("-", 1)[1], made)

    def index(self, base):
        """modules.dep, of what is asked for and what that depends on."""
        lines = dict(line.split(":", 1) for line in (base / "modules.dep").read_text().splitlines())
        asked = {name.replace("-", "_") for name in DRIVERS}
        paths = {path for path in lines if self.plain(path) in asked}
        paths |= {path for one in paths for path in lines[one].split()}
        self.files = {self.name(path): base / path for path in paths}
        self.paths = {self.name(path): path.split(".ko")[0] for path in paths}
        self.depends = {self.name(path): [self.name(d) for d in lines[path].split()] for path in paths}

    @staticmethod
    def plain(path):
        return Path(path).name.split(".ko")[0].replace("-", "_")

    @classmethod
    def name(cls, path):
        """As DRIVERS has it, where it has it."""
        known = {name.replace("-", "_"): name for name in DRIVERS}
        return known.get(cls.plain(path), cls.plain(path))

    def drivers(self):
        states = dict.fromkeys(self.paths, "m")
        return states | {n: "y" for n in DRIVERS if n.replace("-", "_") in self.builtin and n not in self.paths}

    def module(self, name):
        data = self.files[name].read_bytes()
        return walker.lzma.decompress(data) if self.files[name].suffix == ".xz" else data

    @staticmethod
    def skeleton(data):
        """All but modules and microcode; of several names of one file all but the first become links to it."""
        first, found = {}, {}
        for name, (mode, content) in walker.read(data).names.items():
            if name == "." or "lib/modules/" in name or name.startswith("kernel/x86"):
                continue
            other = first.setdefault((mode, id(content)), name) if content else name
            found[name] = (mode, content) if other == name else (LINK, f"/{other}".encode())
        return found

    def fitted(self, system):
        """A system with this kernel in the places and names that it has for its own."""
        flavour = self.release.rsplit("-", 1)[1]
        places = {what: getattr(system, what).replace("-virt", f"-{flavour}")
                  for what in ("vmlinuz", "config", "initrd")}
        words = system.words if WORD in system.words else f"{system.words} {WORD}"
        return dataclasses.replace(system, release=self.release, builtin=(), words=words, **places)

