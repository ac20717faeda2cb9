# SPDX-License-Identifier: MIT
"""Bochs: the one emulator of Debian's that has Intel's VMX. It starts a kernel from a CD with a boot loader."""

import gzip
import shutil
import subprocess

from packages import Unavailable

CONFIGURATION = """\
display_library: rfb, options="timeout=0"
megs: {memory}
cpu: model={cpu}, count=1, ips=50000000, reset_on_triple_fault=0
romimage: file={share}/seabios/bios.bin
vgaromimage: file={share}/seabios/vgabios-stdvga.bin
com1: enabled=1, mode=file, dev=console
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path=disk, mode=flat
ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15
ata1-master: type=cdrom, path=cd, status=inserted
boot: cdrom
pci: enabled=1, chipset=i440fx
log: log
panic: action=fatal
error: action=ignore
info: action=ignore
"""


def command(tree, place, kernel, append, cpu, memory):
    """The command line for a machine in the folder @place, which holds "initrd" and "disk".

    @tree: with bochs, isolinux, syslinux-common, genisoimage and seabios
    """
    folder = place / "files/isolinux"
    folder.mkdir(parents=True)
    for name in ("/usr/lib/ISOLINUX/isolinux.bin", "/usr/lib/syslinux/modules/bios/ldlinux.c32"):
        shutil.copy(tree.path(name), folder)
    shutil.copy(kernel, folder / "kernel")
    # the firmware reads the CD word by word
    (folder / "initrd").write_bytes(gzip.compress((place / "initrd").read_bytes(), 6))
    (folder / "isolinux.cfg").write_text(f"default lab\nlabel lab\nkernel kernel\ninitrd initrd\nappend {append}\n")
    done = subprocess.run(tree.command("/usr/bin/genisoimage", "-quiet", "-R", "-o", place / "cd", "-b",
                                       "isolinux/isolinux.bin", "-c", "isolinux/boot.cat", "-no-emul-boot",
                                       "-boot-load-size", "4", "-boot-info-table", place / "files"), timeout=120)
    if done.returncode:
        raise Unavailable(f"genisoimage gives {done.returncode}")
    share = tree.folder / "usr/share"
    (place / "bochsrc").write_text(CONFIGURATION.format(share=share, memory=memory, cpu=cpu))
    (place / "rc").write_text("c\n")  # Debian's has a debugger, which waits to be told to continue
    plugins = tree.path("/usr/lib/x86_64-linux-gnu/bochs/plugins")
    return ["env", f"LTDL_LIBRARY_PATH={plugins}", f"BXSHARE={share}/bochs", "sh", "-c", 'exec "$@" >words', "sh",
            *tree.command("/usr/bin/bochs-bin", "-q", "-f", "bochsrc", "-rc", "rc")]
