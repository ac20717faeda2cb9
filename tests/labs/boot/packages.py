# SPDX-License-Identifier: MIT
"""Debian packages, fetched and unpacked into a folder, and the programs in it run from there."""

import hashlib
import os
import pathlib
import re
import shutil
import struct
import subprocess

TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
MERGED = ("bin", "sbin", "lib", "lib64")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Unavailable(Exception):
    """Something that an environment needs is not to be had here; the text says what."""


class Tree:
    """Unpacked packages of one architecture."""

    def __init__(self, arch, folder, archives):
        self.arch = arch
        self.folder = pathlib.Path(folder)
        self.archives = archives
        triplet = TRIPLETS[arch]
        self.library_folders = [f"/usr/lib/{triplet}", "/usr/lib", f"/usr/lib/{triplet}/systemd", "/usr/lib64"]

    def path(self, name):
        """Where the tree keeps the file that its programs call @name, links followed inside the tree."""
        parts, real, hops = name.strip("/").split("/"), [], 0
        while parts:
            part = parts.pop(0)
            if part == "..":
                real = real[:-1]
                continue
            here = self.folder.joinpath(*real, part)
            if here.is_symlink():
                hops += 1
                if hops > 40:
                    raise Unavailable(f"{name}: too many links")
                target = os.readlink(here)
                real = [] if target.startswith("/") else real
                parts = [p for p in target.split("/") if p not in ("", ".")] + parts
            else:
                real.append(part)
        found = self.folder.joinpath(*real)
        if not found.exists():
            raise Unavailable(f"no {name} in Debian's packages for {self.arch}")
        return found

    def glob(self, pattern):
        """Names in the tree that match, as its programs call them."""
        return sorted("/" + str(p.relative_to(self.folder)) for p in self.folder.glob(pattern.lstrip("/")))

    def kernel(self, flavour):
        """(path of the kernel, its release) of the newest one with this flavour, such as "cloud-amd64"."""
        found = [k for k in self.glob("/boot/vmlinuz-*") if re.fullmatch(rf"/boot/vmlinuz-[^-]+(-\d+)?-{flavour}", k)]
        if not found:
            raise Unavailable(f"no kernel {flavour}")
        return self.path(found[-1]), found[-1].split("-", 1)[1]

    def version(self, package):
        """The version of a package, without the parts that only Debian counts."""
        found = sorted(self.archives.glob(f"{package}_*.deb"))
        return found[0].name.split("_")[1].replace("%3a", ":").split(":")[-1].split("+")[0] if found else "unknown"

    def libraries(self, program):
        """Names of the loader and all libraries that a program or library needs, by its dynamic section.

        @program: its path, in this tree or elsewhere
        """
        found, todo = {}, [program]
        while todo:
            path = todo.pop()
            interpreter, needed, runpath = dynamic(path)
            inside = path.is_relative_to(self.folder)
            origin = "/" + str(path.parent.relative_to(self.folder)) if inside else str(path.parent)
            folders = [r.replace("$ORIGIN", origin) for r in runpath] + self.library_folders
            for library in needed + ([interpreter] if interpreter else []):
                if library in found:
                    continue
                found[library] = library if "/" in library else self.find_library(library, folders)
                todo.append(self.path(found[library]))
        return sorted(set(found.values()))

    def find_library(self, library, folders=None):
        for folder in folders or self.library_folders:
            if os.path.lexists(self.folder / folder.lstrip("/") / library):
                return f"{folder}/{library}"
        raise Unavailable(f"no library {library} in Debian's packages for {self.arch}")

    def command(self, name, *arguments):
        """The command line that runs a program of the tree with the tree's libraries. Static ones run as is."""
        path = self.path(name)
        interpreter, _, runpath = dynamic(path)
        if not interpreter:
            return [str(path), *arguments]
        folders = [str(self.folder / f.lstrip("/")) for f in runpath + self.library_folders]
        loader = [str(self.path(interpreter)), "--argv0", name, "--library-path", ":".join(folders)]
        return [*loader, str(path), *arguments]


def dynamic(path):
    """(interpreter or None, needed libraries, run path) of an ELF file of 64 bits, little-endian (ELF
    specification 1.2, part 2: program headers and the dynamic section). Other files need nothing."""
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        return None, [], []
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    headers = [struct.unpack_from("<IIQQQQQQ", data, offset + i * size) for i in range(count)]
    interpreter, entries = None, []
    for kind, _, at, _, _, length, _, _ in headers:
        if kind == 3:  # PT_INTERP
            interpreter = data[at:at + length].rstrip(b"\0").decode()
        elif kind == 2:  # PT_DYNAMIC
            entries = [struct.unpack_from("<qQ", data, at + i) for i in range(0, length, 16)]
    strings = dict(entries).get(5)  # DT_STRTAB, an address
    for kind, _, at, address, _, length, _, _ in headers:
        if kind == 1 and strings is not None and address <= strings < address + length:  # PT_LOAD
            strings += at - address
            break

    def text(index):
        start = strings + index
        return data[start:data.index(b"\0", start)].decode()

    needed = [text(value) for tag, value in entries if tag == 1]  # DT_NEEDED
    runpath = [p for tag, value in entries if tag in (15, 29) for p in text(value).split(":")]  # DT_R(UN)PATH
    return interpreter, needed, runpath


def fetch(arch, names, work, key, suite=None):
    """Unpack packages and what they depend on into @work/@key, once for each list of names. Needs the network
    the first time, no privilege, and changes nothing of the host's own packages.

    @suite: of Debian, such as "trixie"; by default what the host's apt knows
    """
    folder, state = work / key, work / "apt" / key
    tree = Tree(arch, folder, state / "archives")
    stamp = folder / ".complete"
    wanted = hashlib.sha256(" ".join(sorted(names) + [suite] * bool(suite)).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return tree
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise Unavailable(f"{tool} is not installed: the lab takes its systems from Debian's packages")
    for part in ("lists/partial", "archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    options = {"APT::Architecture": arch, "APT::Architectures": arch, "Dir::State": state,
               "Dir::State::lists": state / "lists", "Dir::State::status": state / "status",
               "Dir::Cache": state, "Dir::Cache::archives": state / "archives", "APT::Sandbox::User": "root",
               "Acquire::Languages": "none", "APT::Install-Recommends": "false", "Debug::NoLocking": "true"}
    if suite:
        source = state / "sources.list"
        source.write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n")
        options |= {"Dir::Etc::sourcelist": source, "Dir::Etc::sourceparts": "-"}
    apt = ["apt-get", "-qq", "-y"] + [f"-o{key}={value}" for key, value in options.items()]
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    done = subprocess.run([*apt, "--download-only", "install", *names], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, timeout=1800)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"apt-get gives {done.returncode}"]
        raise Unavailable(f"packages for {arch}: {reason[0]}")
    shutil.rmtree(folder, ignore_errors=True)
    for part in MERGED:
        (folder / "usr" / part).mkdir(parents=True)
        (folder / part).symlink_to(f"usr/{part}")
    for package in sorted((state / "archives").glob("*.deb")):
        unpack(package, folder)
    stamp.write_text(wanted)
    return tree


def mirror():
    """The archive of Debian that this machine uses: as its apt knows it, or as its sources name it before they were
    ever fetched."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Origin: Debian"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    sites = [site for site in done.stdout.split() if not site.rstrip("/").endswith("-security")]
    return sites[0] if sites else mirror_of("/etc/apt")


def mirror_of(folder):
    """The first archive of Debian in apt's sources: sources.list and sources.list.d, one line each or deb822."""
    folder = pathlib.Path(folder)
    for place in [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list")),
                  *sorted(folder.glob("sources.list.d/*.sources"))]:
        if place.is_file():
            entries = stanzas if place.suffix == ".sources" else lines
            for site, components in entries(place.read_text(errors="replace")):
                if "main" in components and re.search(r"/debian(/|$|\.list$)", site):
                    return site
    raise Unavailable(f"no archive of Debian in {folder}/sources.list and {folder}/sources.list.d: name there the one to use")


def lines(text):
    """(address, components) of each archive of packages that is named in one line (sources.list(5))."""
    for site, words in re.findall(r"^[ \t]*deb[ \t]+(?:\[[^]\n]*\][ \t]*)?(\S+)(.*)$", text, re.M):
        yield site, words.partition("#")[0].split()[1:]


def stanzas(text):
    """The same of the form deb822."""
    for stanza in re.split(r"\n(?:[ \t]*\n)+", re.sub(r"^#.*\n?", "", text, flags=re.M)):
        fields = {name.lower(): value.split() for name, value in re.findall(r"^([\w-]+):(.*(?:\n[ \t].*)*)", stanza, re.M)}
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"])[0].lower() in ("yes", "true", "on", "1"):
            for site in fields.get("uris", []):
                yield site, fields.get("components", [])


def unpack(package, folder):
    """dpkg-deb -x, but links such as /lib -> usr/lib stay."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "-xf", "-", "-C", folder, "--keep-directory-symlink", "--no-same-owner"],
                       stdin=packed.stdout, check=True)
    if packed.returncode:
        raise Unavailable(f"{package.name} cannot be unpacked")
