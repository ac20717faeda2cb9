# SPDX-License-Identifier: MIT
"""Images as the rows of images.toml tell them: a root to look at, and what a machine boots of it."""

import dataclasses
import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import threading
import tomllib

import packages
from initramfs import Initramfs, index_modules, record

HERE = pathlib.Path(__file__).resolve().parent
UUID = "5a0e9c1e-3a6b-4d1c-9f43-6d1a5c0b7a11"
DISK_ID = "0x5a0e9c1e"
PARTUUID = DISK_ID[2:] + "-01"
LABEL = "oracle"
START = 1 << 20  # of the partition, bytes
SIZE = 64 << 20
HERE_BOOTS = "ORACLE: init runs from "

INIT = f"""#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
echo "{HERE_BOOTS}$(busybox awk '$2 == "/" {{ d = $1 }} END {{ print d }}' /proc/mounts)"
busybox poweroff -f
"""

# What a maker of an initramfs would write, for machines whose makers cannot be run here.
SMALL_INIT = """#!/bin/busybox sh
for name in proc sys dev root; do busybox mkdir -p /$name; done
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
for name in nvme ext4; do /usr/sbin/modprobe --use-blacklist $name; done
root=$(busybox sed 's/.*root=\\([^ ]*\\).*/\\1/' /proc/cmdline)
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	case $root in
	UUID=*) device=$(busybox findfs "$root") ;;
	*) device=$root ;;
	esac
	[ ! -b "$device" ] || break
	busybox sleep 1
done
busybox mount -o ro -t ext4 "$device" /root || { echo "ALERT! $root does not exist"; busybox reboot -f; }
exec busybox switch_root /root /sbin/init
"""


@dataclasses.dataclass
class Image:
    folder: pathlib.Path  # of all that belongs to it
    root: pathlib.Path    # what pre-flight looks at
    kernel: pathlib.Path
    release: str
    arch: str             # as Debian says: "amd64" or "arm64"
    initrd: pathlib.Path  # or None
    cmdline: str
    disk: pathlib.Path = None


class Systems:
    """Trees of Debian packages, fetched when they are first needed."""

    def __init__(self, work):
        self.work, self.rows = work, tomllib.loads((HERE / "packages.toml").read_text())["tree"]
        self.trees, self.lock = {}, threading.Lock()

    def tree(self, name):
        with self.lock:
            if name not in self.trees:
                row = self.rows[name]
                names = row.get("packages") or self.rows[row["like"]]["packages"]
                self.trees[name] = packages.fetch(row.get("arch", "amd64"), names, self.work, name, row.get("suite"))
                self.settle(self.trees[name])
            return self.trees[name]

    def settle(self, tree):
        """What the packages' own installation would have made, as far as making an initramfs needs it."""
        top = tree.folder
        for name in ("proc", "dev", "sys", "run", "tmp", "mnt", "var/tmp", "etc/modprobe.d",
                     "etc/initramfs-tools/conf.d"):
            (top / name).mkdir(parents=True, exist_ok=True)
        for link, target in (("usr/bin/awk", "mawk"), ("usr/bin/sh", "dash"),
                             ("etc/os-release", "../usr/lib/os-release")):
            if not os.path.lexists(top / link):
                (top / link).symlink_to(target)
        (top / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        (top / "etc/fstab").write_text(f"UUID={UUID} / ext4 errors=remount-ro 0 1\n")
        for kernel in tree.glob("/boot/vmlinuz-*"):
            index_modules(self.tools(), tree, kernel.split("-", 1)[1])

    def tools(self):
        """The tree whose programs run here outside of it, too; with the lock held."""
        row = self.rows["bookworm"]
        return packages.fetch("amd64", row["packages"], self.work, "bookworm", row["suite"])


class Images:
    def __init__(self, work, systems):
        self.work, self.systems = work, systems
        self.locks, self.lock = {}, threading.Lock()

    def make(self, name, row):
        """All that a row tells; raises Unavailable where this machine cannot."""
        system = self.systems.tree(row.get("system", "bookworm"))
        flavour = {"cloud": f"cloud-{system.arch}", "generic": system.arch}[row.get("kernel", "cloud")]
        kernel, release = system.kernel(flavour)
        folder = self.work / "images" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        image = Image(folder, folder / "root", kernel, release, system.arch, None, cmdline(row, system.arch))
        image.initrd = self.initramfs(image, row, system)
        self.root(image, row, system)
        image.disk = self.disk(image)
        return image

    # --- the initramfs ---

    def initramfs(self, image, row, system):
        """The path of a row's initramfs, or None."""
        maker = row.get("maker", "initramfs-tools")
        if maker == "none":
            return None
        path = image.folder / "initrd"
        for_kernel = system.kernel(row["made-for"])[1] if "made-for" in row else image.release
        shutil.copyfile(self.kept(MAKERS[maker], row, system, for_kernel), path)
        zstd = self.systems.tree("bookworm").command("/usr/bin/zstd")
        if row.get("without"):
            path.write_bytes(packed(zstd, without(unpacked(zstd, path), row["without"])))
        for change in row.get("after", []):
            globals()["after_" + change.replace("-", "_")](path, self.systems.tree("bookworm"))
        return path

    def kept(self, maker, row, system, release):
        """The path of what a maker makes; rows that want the same share one."""
        settings = [row.get(k) for k in ("system", "maker", "compress", "modules", "list", "options", "modprobe")]
        key = hashlib.sha256(repr((settings, release)).encode()).hexdigest()[:16]
        path = self.work / "initramfs" / f"{release}-{key}"
        path.parent.mkdir(exist_ok=True)
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            if not path.exists():
                with Scratch(self.work / "initramfs.new" / path.name) as scratch:
                    maker(self, row, system, release, scratch).rename(path)
        return path

    # Makers return the path of what they make, in a scratch folder.

    def initramfs_tools(self, row, system, release, scratch):
        return self.inside(system, row, scratch, "mkinitramfs", "-o", "/mnt/initrd", release)

    def dracut(self, row, system, release, scratch):
        tree = self.systems.tree(row.get("system", "bookworm") + "-dracut")
        return self.inside(tree, row, scratch, "dracut", "--force", "--no-hostonly", "--kver", release, "--compress",
                           row.get("compress", "zstd"), *row.get("options", []), "/mnt/initrd")

    def busybox(self, row, system, release, scratch):
        """An initramfs of our own making."""
        made = Initramfs()
        made.merged_folders()
        made.console()
        made.programs(system, "/usr/bin/busybox", "/usr/bin/kmod")
        made.link("/usr/sbin/modprobe", "../bin/kmod")
        made.add("/init", SMALL_INIT.encode(), 0o755)
        folder = f"/usr/lib/modules/{release}"
        for index in system.glob(f"{folder}/modules.*"):
            made.add(index, system.path(index))
        for module in closure(system.path(folder), row.get("list", ["nvme", "ext4", "crc32c_generic"])):
            made.add(f"{folder}/{module}", system.path(f"{folder}/{module}"))
        for number, line in enumerate(row.get("modprobe", [])):
            made.add(f"/etc/modprobe.d/{number}.conf", f"{line}\n".encode())
        plain = made.write(scratch / "plain").read_bytes()
        (scratch / "initrd").write_bytes(packed(self.systems.tree("bookworm").command("/usr/bin/zstd"), plain))
        return scratch / "initrd"

    def inside(self, tree, row, scratch, *command):
        """Run a maker in its tree, which stays as it is, with a row's settings; it writes /mnt/initrd."""
        settings(scratch, tree.folder / "etc", row)
        mounts = ['mount -t tmpfs tmpfs tmp', 'mount --bind "$2/out" mnt', 'mount --bind "$2/modprobe.d" etc/modprobe.d',
                  'mount --bind "$2/initramfs-tools" etc/initramfs-tools']
        chroot(mounts, tree.folder, scratch, *command)
        return scratch / "out/initrd"

    # --- the root and the disk ---

    def root(self, image, row, system):
        """The root that pre-flight looks at: the modules are links to the tree's."""
        root = image.root
        for folder in ("boot/grub", "etc/modprobe.d", "usr/bin", "usr/sbin", "proc", "dev", "sys", "run", "tmp",
                       "usr/lib/modules"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for link in ("bin", "sbin", "lib"):
            (root / link).symlink_to(f"usr/{link}")
        modules = system.path(f"/usr/lib/modules/{image.release}")
        subprocess.run(["cp", "-al", modules, root / "usr/lib/modules"], check=True)
        shutil.copy(image.kernel, root / f"boot/vmlinuz-{image.release}")
        for name in ("config", "System.map"):
            shutil.copy(system.path(f"/boot/{name}-{image.release}"), root / "boot")
        if image.initrd:
            shutil.copy(image.initrd, root / f"boot/initrd.img-{image.release}")
        (root / "boot/grub/grub.cfg").write_text(grub(image))
        (root / "etc/fstab").write_text(f"UUID={UUID} / ext4 errors=remount-ro 0 1\n")
        shutil.copy(system.path("/usr/lib/os-release") if system.glob("/usr/lib/os-release") else
                    self.systems.tree("bookworm").path("/usr/lib/os-release"), root / "etc/os-release")
        if row.get("modprobe"):
            (root / "etc/modprobe.d/oracle.conf").write_text("".join(f"{line}\n" for line in row["modprobe"]))
        for name in ["/usr/bin/busybox", "/usr/bin/kmod", *system.glob("/usr/lib/*/libkmod.so.2")]:
            (root / name[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(system.path(name), root / name[1:])
        (root / "usr/bin/sh").symlink_to("busybox")
        (root / "usr/sbin/init").write_text(INIT)
        (root / "usr/sbin/init").chmod(0o755)
        if image.arch == "arm64":
            (root / "boot/efi/EFI/BOOT").mkdir(parents=True)
            loader = system.path("/usr/lib/grub/arm64-efi/monolithic/grubaa64.efi")
            shutil.copy(loader, root / "boot/efi/EFI/BOOT/BOOTAA64.EFI")

    def disk(self, image):
        """A disk with one partition: the root without what only pre-flight looks at."""
        small, part, disk = (image.folder / name for name in ("small", "part", "disk"))
        tools = self.systems.tree("bookworm")
        shutil.copytree(image.root, small, symlinks=True, ignore=shutil.ignore_patterns("modules", "boot"))
        with open(part, "wb") as out:
            out.truncate(SIZE)
        subprocess.run([*tools.command("/usr/sbin/mkfs.ext4"), "-q", "-U", UUID, "-L", LABEL, "-O",
                        "^metadata_csum_seed,^orphan_file", "-d", small, part], check=True, capture_output=True)
        shutil.rmtree(small)
        with open(disk, "wb") as out:
            out.truncate(START + SIZE)
        table = f"label: dos\nlabel-id: {DISK_ID}\nstart={START // 512}, size={SIZE // 512}, type=83, bootable\n"
        piped([*tools.command("/usr/sbin/sfdisk"), "-q", disk], table.encode())
        subprocess.run(["dd", f"if={part}", f"of={disk}", "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none"],
                       check=True)
        part.unlink()
        return disk


MAKERS = {"initramfs-tools": Images.initramfs_tools, "dracut": Images.dracut, "busybox": Images.busybox}


def piped(command, data):
    """What a program makes of data."""
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


class Scratch:
    """A folder for the time of a "with"."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def chroot(mounts, tree, other, *command):
    """Run a program of a tree in it, with mounts that nobody else sees, and return its output.

    @mounts: commands of a shell that stands in the tree; "$2" is @other
    """
    script = " && ".join(['cd "$1"', "mount -t proc proc proc", "mount --rbind /dev dev",
                          "mount -t tmpfs tmpfs var/tmp", *mounts, "shift 2", 'exec chroot . "$@"'])
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", tree, other, *command],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
    if done.returncode:
        raise packages.Unavailable(f"{command[0]}: {(done.stderr.strip() or 'no message').splitlines()[-1]}")
    return done.stdout


def settings(scratch, etc, row):
    """A copy of the settings of a tree's makers, with a row's own."""
    (scratch / "out").mkdir()
    for folder in ("initramfs-tools", "modprobe.d"):
        shutil.copytree(etc / folder, scratch / folder)
    (scratch / "initramfs-tools/conf.d/oracle").write_text(
        f"MODULES={row.get('modules', 'most')}\nCOMPRESS={row.get('compress', 'zstd')}\nCOMPRESSLEVEL=1\nRESUME=none\n")
    (scratch / "initramfs-tools/modules").write_text("".join(f"{m}\n" for m in row.get("list", [])))
    (scratch / "modprobe.d/oracle.conf").write_text("".join(f"{line}\n" for line in row.get("modprobe", [])))


def cmdline(row, arch):
    root = row.get("root", "UUID")
    root = {"UUID": f"UUID={UUID}", "PARTUUID": f"PARTUUID={PARTUUID}", "LABEL": f"LABEL={LABEL}"}.get(root, root)
    console = {"amd64": "console=ttyS0,115200n8", "arm64": "console=ttyS0,115200n8 console=ttyAMA0"}[arch]
    return " ".join(filter(None, [f"root={root}" if root else "", f"ro rootfstype=ext4 {console}", row.get("append")]))


def grub(image):
    lines = ["set default=0", "menuentry 'Linux' {", "\tinsmod ext2",
             f"\tsearch --no-floppy --fs-uuid --set=root {UUID}",
             f"\tlinux /boot/vmlinuz-{image.release} {image.cmdline}"]
    lines += [f"\tinitrd /boot/initrd.img-{image.release}"] if image.initrd else []
    return "\n".join([*lines, "}", ""])


def closure(folder, names):
    """Paths of modules below @folder, with those they depend on."""
    depends = dict(line.split(":", 1) for line in (folder / "modules.dep").read_text().splitlines())
    paths = {pathlib.PurePath(path).name.split(".")[0].replace("-", "_"): path for path in depends}
    wanted = [paths[name] for name in names if name in paths]
    return sorted({d for path in wanted for d in [path, *depends[path].split()]})


# What is done to an initramfs.

def unpacked(zstd, path):
    return piped([*zstd, "-dcq", path], b"")


def packed(zstd, plain):
    return piped([*zstd, "-1cq"], plain)


def without(archive, names):
    """A cpio archive without the files that are called so."""
    out, at = [], 0
    while archive[at:at + 6] == b"070701":
        size, length = (int(archive[at + o:at + o + 8], 16) for o in (54, 94))
        name = archive[at + 110:at + 110 + length - 1].decode()
        data = (at + 110 + length + 3) // 4 * 4
        end = (data + size + 3) // 4 * 4
        if name.rpartition("/")[2] not in names:
            out.append(archive[at:end])
        at = end
    return b"".join(out)


def archive_of(*files):
    """A cpio archive of files (path, content or None for a folder)."""
    out = io.BytesIO()
    for number, (path, data) in enumerate(files, 1):
        record(out, path, number, 0o40755 if data is None else 0o100644, data or b"", 0)
    record(out, "TRAILER!!!", 0, 0, b"", 0)
    return out.getvalue() + b"\0" * (-len(out.getvalue()) % 512)


def after_early(path, _):
    """In front, something where the kernel looks for microcode; the kernel passes over it."""
    early = archive_of(("kernel", None), ("kernel/x86", None), ("kernel/x86/microcode", None),
                       ("kernel/x86/microcode/AuthenticAMD.bin", b"\0" * 4096))
    path.write_bytes(early + path.read_bytes())


def after_another(path, tools):
    """Behind it, a second archive, compressed in another way."""
    another = archive_of(("etc", None), ("etc/second", b"yes\n"))
    path.write_bytes(path.read_bytes() + piped([*tools.command("/usr/bin/gzip"), "-c"], another))


def after_truncate(path, _):
    os.truncate(path, path.stat().st_size // 2)


def after_append_zeros(path, _):
    os.truncate(path, (path.stat().st_size + 4095) // 4096 * 4096 + 8192)


def after_corrupt(path, _):
    """One byte in the middle is another."""
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0x55]))


def after_lz4_frame(path, tools):
    """Packed again in a format that the kernel does not read."""
    plain = unpacked(tools.command("/usr/bin/zstd"), path)
    path.write_bytes(piped([*tools.command("/usr/bin/lz4"), "-1cq"], plain))


def after_xz_crc64(path, tools):
    """Packed again as xz does without options: with a check sum that the kernel does not compute."""
    plain = unpacked(tools.command("/usr/bin/zstd"), path)
    path.write_bytes(piped([*tools.command("/usr/bin/xz"), "-0c"], plain))
