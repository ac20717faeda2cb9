#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hold what pre-flight says of an image against whether the image boots.

The rows of images.toml say what is made: a root with one of Debian's kernels, an initramfs by Debian's own tools, a
GRUB configuration. virtwhere judges the root; then the same kernel, initramfs and command line boot in QEMU with
the root on an NVMe disk. Making an initramfs needs root, for chroot(2).
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "lab"))
import machine  # noqa: E402
import packages  # noqa: E402
from initramfs import index_modules, record  # noqa: E402

BUILDER = ["linux-image-cloud-amd64", "linux-image-amd64", "busybox-static", "kmod", "udev", "zstd", "lz4", "lzop",
           "bzip2", "xz-utils", "gzip", "cpio", "mawk", "e2fsprogs", "util-linux", "mount", "fdisk", "dash", "coreutils",
           "findutils", "sed", "grep", "procps", "systemd", "bash", "libc-bin"]
MAKERS = {"initramfs-tools": ["initramfs-tools", "klibc-utils"], "dracut": ["dracut"]}  # which exclude each other
EMULATOR = ["qemu-system-x86", "seabios"]
UUID = "5a0e9c1e-3a6b-4d1c-9f43-6d1a5c0b7a11"
DISK_ID = "0x5a0e9c1e"
PARTUUID = DISK_ID[2:] + "-01"
BOOTED = "ORACLE: init runs from "
LIMIT = 240
START = 1 << 20  # of the partition, bytes
SIZE = 192 << 20

INIT = f"""#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
echo "{BOOTED}$(busybox awk '$2 == "/" {{ d = $1 }} END {{ print d }}' /proc/mounts)"
busybox poweroff -f
"""


class Oracle:
    def __init__(self, work, program, patience):
        self.work, self.program, self.patience = work, program, patience
        self.builders = {maker: packages.fetch("amd64", BUILDER + more, work, maker) for maker, more in MAKERS.items()}
        self.builder = self.builders["initramfs-tools"]
        self.emulator = packages.fetch("amd64", EMULATOR, work, "emulator")
        for builder in self.builders.values():
            for flavour in ("cloud-amd64", "amd64"):
                index_modules(builder, builder, builder.kernel(flavour)[1])
            self.prepare(builder.folder)

    @staticmethod
    def prepare(top):
        """What the packages' own installation would have made, as far as making an initramfs needs it."""
        for name in ("proc", "dev", "sys", "run", "tmp", "var/tmp"):
            (top / name).mkdir(parents=True, exist_ok=True)
        for link, target in (("usr/bin/awk", "mawk"), ("usr/bin/sh", "dash"), ("etc/os-release", "../usr/lib/os-release")):
            if not os.path.lexists(top / link):
                (top / link).symlink_to(target)
        (top / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        (top / "etc/fstab").write_text(f"UUID={UUID} / ext4 errors=remount-ro 0 1\n")
        (top / "etc/initramfs-tools/conf.d").mkdir(parents=True, exist_ok=True)
        (top / "etc/modprobe.d").mkdir(parents=True, exist_ok=True)

    @staticmethod
    def inside(top, *command):
        """Run a program of a tree in it."""
        script = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, top, *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
        if done.returncode:
            raise packages.Unavailable(f"{command[0]}: {(done.stderr.strip() or 'no message').splitlines()[-1]}")

    # --- what an image is made of ---

    def kernel(self, row):
        return self.builder.kernel("amd64" if row.get("kernel") == "generic" else "cloud-amd64")

    def initramfs(self, name, row):
        """The path of the row's initramfs, or None."""
        maker = row.get("maker", "initramfs-tools")
        if maker == "none":
            return None
        _, release = self.kernel(row)
        top = self.builders[maker].folder
        settle(top / "etc", row)
        made = top / "tmp/initrd"
        made.unlink(missing_ok=True)
        if maker == "dracut":
            self.inside(top, "dracut", "--force", "--no-hostonly", "--kver", release, "--compress",
                        row.get("compress", "zstd"), *row.get("options", []), "/tmp/initrd")
        else:
            self.inside(top, "mkinitramfs", "-o", "/tmp/initrd", release)
        path = self.work / "images" / name / "initrd"
        shutil.move(made, path)
        if row.get("early"):
            path.write_bytes(early_cpio() + path.read_bytes())
        if row.get("after"):
            globals()["after_" + row["after"].replace("-", "_")](path)
        return path

    def cmdline(self, row):
        root = {"UUID": f"UUID={UUID}", "PARTUUID": f"PARTUUID={PARTUUID}"}.get(row.get("root", "UUID"), row.get("root"))
        return " ".join(filter(None, [f"root={root} ro rootfstype=ext4 console=ttyS0,115200n8", row.get("append")]))

    def root(self, name, row, initrd):
        """The root that pre-flight looks at: the modules are links to the builder's."""
        root = self.work / "images" / name / "root"
        kernel, release = self.kernel(row)
        for folder in ("boot/grub", "etc/modprobe.d", "usr/bin", "usr/sbin", "proc", "dev", "sys", "run", "tmp",
                       "usr/lib/modules"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for link in ("bin", "sbin", "lib"):
            (root / link).symlink_to(f"usr/{link}")
        subprocess.run(["cp", "-al", self.builder.path(f"/usr/lib/modules/{release}"), root / "usr/lib/modules"], check=True)
        shutil.copy(kernel, root / f"boot/vmlinuz-{release}")
        shutil.copy(self.builder.path(f"/boot/config-{release}"), root / "boot")
        lines = ["set default=0", "menuentry 'Linux' {", "\tinsmod ext2", f"\tsearch --no-floppy --fs-uuid --set=root {UUID}",
                 f"\tlinux /boot/vmlinuz-{release} {self.cmdline(row)}"]
        if initrd:
            shutil.copy(initrd, root / f"boot/initrd.img-{release}")
            lines.append(f"\tinitrd /boot/initrd.img-{release}")
        (root / "boot/grub/grub.cfg").write_text("\n".join([*lines, "}", ""]))
        (root / "etc/fstab").write_text(f"UUID={UUID} / ext4 errors=remount-ro 0 1\n")
        (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
        if row.get("modprobe"):
            (root / "etc/modprobe.d/oracle.conf").write_text("".join(f"{line}\n" for line in row["modprobe"]))
        shutil.copy(self.builder.path("/usr/bin/busybox"), root / "usr/bin/busybox")
        (root / "usr/bin/sh").symlink_to("busybox")
        (root / "usr/sbin/init").write_text(INIT)
        (root / "usr/sbin/init").chmod(0o755)
        return root

    # --- the two verdicts ---

    def judge(self, root):
        """What pre-flight says: True, False or None, and the ids of the fatal checks that failed."""
        done = subprocess.run([self.program, "preflight", "--root", root, "--target", "nitro", "--fail-on=fatal",
                               "--format=json"], capture_output=True, text=True, timeout=120)
        document = json.loads(done.stdout)
        wrong = [f["id"] for f in document["findings"] if f["severity"] == "fatal" and f["status"] in ("fail", "unknown")]
        return {0: True, 1: False}.get(done.returncode), sorted(set(wrong))

    def boot(self, name, row, root, initrd):
        """Does it boot from an NVMe disk? Returns (True or False, seconds, the last words of its console)."""
        folder = self.work / "images" / name
        disk, kernel = self.disk(folder, root), self.kernel(row)[0]
        tree = self.emulator
        options = [word for name in ("qemu", "seabios") for word in ("-L", tree.path(f"/usr/share/{name}"))]
        modules = tree.path("/usr/lib/x86_64-linux-gnu/qemu")
        command = ["env", f"QEMU_MODULE_DIR={modules}", *tree.command("/usr/bin/qemu-system-x86_64"), "-accel", "tcg,thread=multi", "-M", "q35", "-cpu", "max",
                   "-m", "1024", "-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none", "-nic", "none",
                   *options, "-drive", f"file={disk},if=none,id=root,format=raw,cache=unsafe",
                   "-device", "nvme,drive=root,serial=vol0", "-kernel", kernel,
                   "-append", self.cmdline(row) + " panic=1 rootdelay=10 rd.shell=0 rd.emergency=reboot"]
        command += ["-initrd", initrd] if initrd else []
        outcome = machine.boot(command, folder / "console", LIMIT * self.patience, folder)
        disk.unlink()
        last = [line for line in outcome.console.splitlines() if line.strip()][-1:] or ["nothing"]
        return BOOTED in outcome.console, outcome.seconds, last[0].strip()

    def disk(self, folder, root):
        """A disk with one partition: the root without the modules, which only pre-flight looks at."""
        small, disk = folder / "small", folder / "disk"
        shutil.copytree(root, small, symlinks=True, ignore=shutil.ignore_patterns("modules", "vmlinuz-*", "initrd.img-*"))
        part = folder / "part"
        subprocess.run(["truncate", "-s", str(SIZE), part], check=True)
        subprocess.run([*self.builder.command("/usr/sbin/mkfs.ext4"), "-q", "-U", UUID, "-d", small, part], check=True)
        shutil.rmtree(small)
        with open(disk, "wb") as out:
            out.truncate(START + SIZE)
        subprocess.run([*self.builder.command("/usr/sbin/sfdisk"), "-q", disk], check=True, text=True,
                       input=f"label: dos\nlabel-id: {DISK_ID}\nstart={START // 512}, size={SIZE // 512}, type=83, bootable\n")
        subprocess.run(["dd", f"if={part}", f"of={disk}", "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none"], check=True)
        part.unlink()
        return disk

    def run(self, name, row):
        folder = self.work / "images" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            initrd = self.initramfs(name, row)
            root = self.root(name, row, initrd)
            said, wrong = self.judge(root)
            booted, seconds, last = self.boot(name, row, root, initrd)
        except packages.Unavailable as reason:
            return {"status": "skip", "reason": str(reason)}
        finally:
            shutil.rmtree(folder / "root", ignore_errors=True)
        return {"status": "pass" if said == booted else "fail", "said": said, "wrong": wrong, "booted": booted,
                "seconds": round(seconds, 1), "last": last}


def settle(etc, row):
    """Write a row's settings into the /etc of the tree that makes its initramfs."""
    (etc / "initramfs-tools/conf.d/oracle").write_text(
        f"MODULES={row.get('modules', 'most')}\nCOMPRESS={row.get('compress', 'zstd')}\nRESUME=none\n")
    (etc / "initramfs-tools/modules").write_text("".join(f"{m}\n" for m in row.get("list", [])))
    (etc / "modprobe.d/oracle.conf").write_text("".join(f"{line}\n" for line in row.get("modprobe", [])))


# --- what is done to an initramfs ---

def early_cpio():
    """An uncompressed archive with something where the kernel looks for microcode; the kernel passes over it."""
    import io
    out = io.BytesIO()
    for number, (path, mode, data) in enumerate((("kernel", 0o40755, b""), ("kernel/x86", 0o40755, b""),
                                                 ("kernel/x86/microcode", 0o40755, b""),
                                                 ("kernel/x86/microcode/AuthenticAMD.bin", 0o100644, b"\0" * 4096)), 1):
        record(out, path, number, mode, data, 0)
    record(out, "TRAILER!!!", 0, 0, b"", 0)
    return out.getvalue() + b"\0" * (-len(out.getvalue()) % 512)


def after_truncate(path):
    os.truncate(path, path.stat().st_size // 2)


def after_append_zeros(path):
    os.truncate(path, (path.stat().st_size + 4095) // 4096 * 4096 + 8192)


def after_lz4_frame(path):
    """Unpacked and packed again in a format that the kernel does not read."""
    plain = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
    path.write_bytes(subprocess.run(["lz4", "-1cq"], input=plain, capture_output=True, check=True).stdout)


# --- the table ---

def words(value):
    return {True: "boots", False: "does not boot", None: "cannot tell"}[value]


def render(results, rows):
    lines = ["<!-- Written by tests/oracle/oracle.py --document; edit that. -->", "# The oracle", "",
             "Each image is judged by `virtwhere preflight --target nitro --fail-on=fatal`, and then booted in QEMU (software",
             "emulation) with its root on an NVMe disk: `make oracle`. Kernels and initramfs are made by Debian 12's packages.", "",
             f"{sum(r['status'] == 'pass' for r in results.values())} of {len(results)} verdicts are what the boot shows.", "",
             "| image | what it is | pre-flight | because of | the boot | s |", "| --- | --- | --- | --- | --- | ---: |"]
    for name, result in results.items():
        if result["status"] == "skip":
            lines.append(f"| {name} | {rows[name]['about']} | | | skipped: {result['reason']} | |")
            continue
        mark = "" if result["status"] == "pass" else "**wrong**: "
        lines.append(f"| {name} | {rows[name]['about']} | {mark}{words(result['said'])} | {' '.join(result['wrong'])} | "
                     f"{words(result['booted'])} | {result['seconds']:.0f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", nargs="*", help="all by default")
    parser.add_argument("--quick", action="store_true", help="only the rows that are marked so")
    parser.add_argument("--work", type=pathlib.Path, default=TOP / "build/oracle")
    parser.add_argument("--program", type=pathlib.Path, default=TOP / "build/virtwhere")
    parser.add_argument("--patience", type=float, default=1, help="factor for all limits, on a slow machine")
    parser.add_argument("--document", type=pathlib.Path, help="write the table there")
    arguments = parser.parse_args()
    rows = tomllib.loads((HERE / "images.toml").read_text())["image"]
    for name in arguments.images:
        if name not in rows:
            parser.error(f"no image {name}")
    if os.geteuid() != 0:
        print("the oracle makes its images with chroot: run it as root", file=sys.stderr)
        return 1
    wanted = [n for n in rows if n in arguments.images or not arguments.images
              and (rows[n].get("quick") or not arguments.quick)]
    arguments.work.mkdir(parents=True, exist_ok=True)
    oracle = Oracle(arguments.work.resolve(), arguments.program.resolve(), arguments.patience)
    results = {}
    for name in wanted:
        result = results[name] = oracle.run(name, rows[name])
        told = result.get("reason") or (f"{words(result['said'])} ({' '.join(result['wrong']) or 'nothing fatal'}); it "
                                        f"{words(result['booted'])} ({result['seconds']} s): {result['last']}")
        print(f"{result['status']:4}  {name:26} {told}", flush=True)
    if arguments.document:
        arguments.document.write_text(render(results, rows))
    counts = [sum(r["status"] == s for r in results.values()) for s in ("pass", "fail", "skip")]
    print(f"{counts[2]} skipped\n{counts[0]} passed, {counts[1] + counts[2]} failed")
    return 0 if counts[0] == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
