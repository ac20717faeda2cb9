# SPDX-License-Identifier: MIT
"""What AWS's nitro_check_script.sh would say of a root, for its branch of Debian.

It looks at the running kernel only, which is taken to be the root's. In its order: "nvme" in /boot/System.map, else
modinfo of nvme and "nvme" in what lsinitramfs lists; modinfo of ena; names of devices in the first column of fstab.
Source: awslabs/aws-support-tools, EC2/NitroInstanceChecks/nitro_check_script.sh and its Readme.md. It asks for
nvme's io_timeout too, which is a warning and not part of the verdict.
"""

import re

from images import chroot


def runs(tree, root, *command):
    """Does a program of the tree find what it looks for in the root? (True or False, its output)"""
    output = chroot(['mount --bind "$2" mnt'], tree.folder, root,
                    "sh", "-c", '"$@" && echo found || true', "sh", *command)
    return output.endswith("found\n"), output


def nitro_check(tree, root, release):
    """The errors that the script would report; none when it finds the instance ready.

    @tree: Debian packages with kmod and initramfs-tools, whose programs are run
    """
    errors = []
    if "nvme" not in (root / f"boot/System.map-{release}").read_text(errors="replace"):
        if not known(tree, root, release, "nvme"):
            errors.append("no NVMe module")
        elif "nvme" not in listed(tree, root, release):
            errors.append("no NVMe module in the initramfs")
    if not known(tree, root, release, "ena"):
        errors.append("no ENA module")
    if re.search(r"^/dev/(sd|xvd)[a-z]", (root / "etc/fstab").read_text(), re.MULTILINE):
        errors.append("fstab names devices")
    return errors


def known(tree, root, release, module):
    return runs(tree, root, "modinfo", "-b", "/mnt", "-k", release, module)[0]


def listed(tree, root, release):
    return runs(tree, root, "lsinitramfs", f"/mnt/boot/initrd.img-{release}")[1]
