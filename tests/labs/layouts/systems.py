# SPDX-License-Identifier: MIT
"""The distributions whose layouts are composed. Each states its own paths and syntax; sources are the distributions'
packages and manuals: grub2-mkconfig(8), the Boot Loader Specification, extlinux(1) and update-extlinux of Alpine,
GRUB legacy's menu.lst as EC2's user-provided kernels read it, ifcfg(5), netplan(5), systemd.network(5),
nm-settings-keyfile(5), interfaces(5), dracut.conf(5), initramfs.conf(5), mkinitfs.conf(5)."""

import dataclasses

from image import PROGRAM, UUID, Link, System, c_library, kit, loader_of, program

X86 = ("nitro", "ec2-metal", "nested-host", "kvm", "xen-hvm")
ALL = (*X86, "xen-pv", "gcp", "azure")
ARM = ("nitro-arm64", "ec2-metal-arm64", "kvm")
MAC = "02:4d:6f:00:00:01"
TOKEN = "ec2d1c0b3a594c6f8e7d000000000001"

# What every system has, in its own places.


def userland(image, kmod="usr/bin/kmod", init="usr/lib/systemd/systemd", shell="usr/bin/bash"):
    arch = image.system.arch
    elf = program(arch, loader_of(image.system), (f"libc.musl-{arch}.so.1" if image.system.musl else "libc.so.6",))
    bins = "usr/" if image.system.merged else ""
    library = "lib" if image.system.musl else f"usr/lib/{arch}-linux-gnu" if image.system.merged else "lib64"
    libraries = {path: data if kind == PROGRAM else Link(data.decode())
                 for path, (kind, data) in c_library(image.system, library).items()}
    points = {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "usr/sbin/dhclient": "#!/bin/sh\n"} | {f"{folder}/.keep": "" for folder in ("dev", "proc", "run", "sys")}
    bios = {} if image.arm else {"boot/grub/i386-pc/core.img": "loader"}
    return libraries | points | bios | {shell: elf, f"{bins}bin/sh": Link(f"/{shell}"), init: elf, f"{bins}sbin/init": Link(f"/{init}"),
            "usr/sbin/sshd": elf, "usr/libexec/openssh/sshd-keygen": "#!/bin/sh\n", "usr/bin/cloud-init": "#!/usr/bin/python3\n", kmod: kit.elf(2) + image.kmod.encode(),
            f"{bins}sbin/modprobe": Link(f"/{kmod}"),
            "etc/group": "root:x:0:\nkvm:x:36:\n"}


def started(image, name, folder="usr/lib/systemd/system"):
    """What starts a service under each init."""
    if image.system.name == "amazon-1":
        return {f"etc/rc.d/rc3.d/S50{name}": Link(f"../init.d/{name}"), f"etc/rc.d/init.d/{name}": "#!/bin/sh\n"}
    if image.system.name == "alpine":
        return {f"etc/runlevels/default/{name}": Link(f"/etc/init.d/{name}"), f"etc/init.d/{name}": "#!/sbin/openrc-run\n"}
    return {f"{folder}/{name}.service": "[Unit]\n",
            f"etc/systemd/system/multi-user.target.wants/{name}.service": Link(f"/{folder}/{name}.service")}


def systemd(image, folder="usr/lib/systemd/system"):
    return started(image, "NetworkManager", folder) | started(image, "sshd", folder) | {
            f"{folder}/systemd-logind.service": "[Unit]\n", f"{folder}/cloud-init.service": "[Unit]\n",
            "etc/systemd/system/multi-user.target.wants/cloud-init.service": Link(f"/{folder}/cloud-init.service"),
            "etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service": Link(f"/{folder}/serial-getty@.service")}


def cloud(chrony="etc/chrony.conf"):
    return {"etc/cloud/cloud.cfg": "users:\n - default\n",
            chrony: "pool 0.pool.ntp.org iburst\nserver 169.254.169.123 "
            "prefer iburst minpoll 4 maxpoll 4\n",
            "etc/cloud/cloud.cfg.d/90_datasources.cfg": "datasource_list: [ Ec2, GCE, Azure, None ]\n"}


def menu_lst(image):
    """What PV-GRUB reads, beside the loader of the other platforms."""
    return {"boot/grub/menu.lst": f"default {image.loader.get('default', '0')}\ntimeout 0\n\ntitle {image.release}\n\troot (hd0)\n"
            f"\tkernel /{image.system.place('vmlinuz')} {' '.join(image.cmdline)}\n" +
            (f"\tinitrd /{image.system.place('initrd')}\n" if image.has_initramfs else "")}


# Boot loaders.

def written(image, path, release=None):
    """A path as a boot loader's file has it: below the file system that it is on."""
    path = path.replace("{R}", release or image.release)
    return f"{image.loader.get('volume', '')}/{path.removeprefix('boot/') if image.loader.get('own') else path}"


def grub_entry(image, title, number, release, initrd):
    """One entry as grub-mkconfig writes it."""
    system = image.system
    lines = [f"menuentry '{title}' --class os $menuentry_id_option 'gnulinux-{number}-{UUID}' {{",
             "\tload_video",
             "\tinsmod gzio", "\tif [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi",
             "\tinsmod part_gpt",
             "\tinsmod ext2", f"\tsearch --no-floppy --fs-uuid --set=root {UUID}",
             f"\tlinux\t{written(image, system.vmlinuz, release)} {' '.join(image.cmdline)}"]
    if initrd:
        lines.append(f"\tinitrd\t{written(image, system.initrd, release)}")
    return "\n".join([*lines, "}", ""])


def grub(folder="boot/grub"):
    def files(image):
        default = image.loader.get("default", "0")
        text = ("if [ -s $prefix/grubenv ]; then\n  load_env\nfi\n"
                "if [ x\"${feature_menuentry_id}\" = xy ]; then\n  menuentry_id_option=\"--id\"\nelse\n"
                "  menuentry_id_option=\"\"\nfi\nexport menuentry_id_option\nif [ \"${next_entry}\" ] ; then\n"
                "   set default=\"${next_entry}\"\n   set next_entry=\n   save_env next_entry\n   set boot_once=true\nelse\n"
                f"   set default=\"{default}\"\nfi\nfunction load_video {{\n  insmod all_video\n}}\nset timeout=0\n")
        if not image.loader.get("empty"):
            text += grub_entry(image, image.system.name, "simple", image.release, image.has_initramfs)
        if image.loader.get("more"):
            text += f"submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced-{UUID}' {{\n"
            text += grub_entry(image, "an older one", "old", image.loader["more"], image.has_initramfs) + "}\n"
        grubenv = f"# GRUB Environment Block\nsaved_entry={image.loader.get('saved', 'gnulinux-simple-' + UUID)}\n"
        return {f"{folder}/grub.cfg": text, f"{folder}/grubenv": grubenv.ljust(1024, "#")}
    return files


def bls(variables):
    """Entries of the Boot Loader Specification, read by GRUB. @variables: options stand in grubenv, as in RHEL 8."""
    def entry(image, release, initrd):
        system = image.system
        options = "$kernelopts $tuned_params" if variables else " ".join(image.cmdline)
        lines = [f"title {system.name} ({release})", f"version {release}",
                 f"linux {written(image, system.vmlinuz, release)}"]
        if initrd:
            lines.append(f"initrd {written(image, system.initrd, release)} $tuned_initrd")
        return "\n".join([*lines, f"options {options}", "grub_users $grub_users", "grub_arg --unrestricted",
                          ""])

    def files(image):
        token = f"{TOKEN}-{image.release}"
        grubenv = f"# GRUB Environment Block\nsaved_entry={image.loader.get('saved', token)}\n"
        if variables:
            grubenv += f"kernelopts={' '.join(image.cmdline)}\nboot_success=0\n"
        found = {"boot/grub2/grub.cfg": "set pager=1\nif [ -f ${config_directory}/grubenv ]; then\n"
                 "  load_env -f ${config_directory}/grubenv\nelif [ -s $prefix/grubenv ]; then\n  load_env\nfi\n"
                 "if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\n   set next_entry=\n"
                 "   save_env next_entry\nelse\n   set default=\"${saved_entry}\"\nfi\n"
                 f"search --no-floppy --fs-uuid --set=root {UUID}\ninsmod blscfg\nblscfg\n",
                 "boot/grub2/grubenv": grubenv.ljust(1024, "#")}
        if not image.loader.get("empty"):
            found[f"boot/loader/entries/{token}.conf"] = entry(image, image.release, image.has_initramfs)
        if image.loader.get("more"):
            found[f"boot/loader/entries/{TOKEN}-0-older.conf"] = entry(image, image.loader["more"], False)
        return found
    return files


def extlinux(image):
    def label(name, kernel, initrd):
        lines = [f"LABEL {name}", "  MENU LABEL Linux " + name, f"  LINUX {kernel}"]
        lines += [f"  INITRD {initrd}"] if initrd else []
        return [*lines, f"  APPEND {' '.join(image.cmdline)} modules=sd-mod,usb-storage,{image.system.filesystem} quiet", ""]

    lines = [f"DEFAULT {image.loader.get('default', 'virt')}", "PROMPT 0", "MENU TITLE Alpine/Linux Boot Menu",
             "TIMEOUT 10", ""]
    if not image.loader.get("empty"):
        names = (image.system.place(what).removeprefix("boot/") for what in ("vmlinuz", "initrd"))
        lines += label("virt", next(names), next(names) if image.has_initramfs else None)
    if image.loader.get("more"):
        lines += label("lts", f"vmlinuz-{image.loader['more']}", None)
    return {"boot/extlinux.conf": "\n".join(lines), "etc/update-extlinux.conf": "default=virt\noverwrite=1\n"}


def legacy(image):
    """Amazon Linux of 2018: GRUB legacy, which PV-GRUB takes for itself too."""
    files = menu_lst(image)
    if image.loader.get("empty"):
        files["boot/grub/menu.lst"] = "default 0\ntimeout 0\n"
    if image.loader.get("more"):
        files["boot/grub/menu.lst"] += f"title older\n\troot (hd0)\n\tkernel /boot/vmlinuz-{image.loader['more']} ro\n"
    return files | {"boot/grub/grub.conf": Link("menu.lst")}


# Networks.

PERSISTENT = {"etc/udev/rules.d/70-persistent-net.rules":
              f'SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{{address}}=="{MAC}", NAME="eth0"\n'}


def ifupdown(name):
    head = "auto lo\niface lo inet loopback\n\n"

    def config(*lines):
        return {"etc/network/interfaces": head + "".join(f"{line}\n" for line in lines)}
    return {"dhcp": config(f"auto {name}", f"iface {name} inet dhcp"),
            "name": config("auto ens5", "iface ens5 inet dhcp"),
            "mac": config(f"auto {name}", f"iface {name} inet dhcp") | PERSISTENT,
            "fixed": config("auto eth0", "iface eth0 inet static", "\taddress 10.0.0.5/24",
                            "\tgateway 10.0.0.1")}


def netplan(match, *more):
    lines = ["network:", "  version: 2", "  ethernets:", "    primary:" if match else "    ens5:"]
    lines += ["      match:", f"        {match}"] if match else []
    return {"etc/netplan/50-cloud-init.yaml": "\n".join([*lines,
                                                         *(f"      {m}" for m in more or ["dhcp4: true"]), ""])}


NETPLAN = {"dhcp": netplan('name: "en*"'), "name": netplan(None), "mac": netplan(f'macaddress: "{MAC}"'),
           "fixed": {"etc/netplan/01-static.yaml": "network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [10.0.0.5/24]\n"}}


def networkd(*match):
    return {"etc/systemd/network/80-ec2.network": "[Match]\n" + "".join(f"{m}\n" for m in match) + "\n[Network]\nDHCP=yes\n"}


NETWORKD = {"dhcp": networkd("Driver=ena ixgbevf vif"), "name": networkd("Name=ens5"),
            "mac": networkd(f"MACAddress={MAC}"),
            "fixed": {"etc/systemd/network/10-a.network": "[Match]\nName=eth0\n\n[Network]\nAddress=10.0.0.5/24\n"}}


def ifcfg(name, *lines):
    return {f"etc/sysconfig/network-scripts/ifcfg-{name}": "".join(f"{line}\n"
                                                                   for line in (f"DEVICE={name}", "ONBOOT=yes", *lines))}


IFCFG = {"dhcp": ifcfg("eth0", "BOOTPROTO=dhcp", "TYPE=Ethernet"), "name": ifcfg("ens5", "BOOTPROTO=dhcp"),
         "mac": ifcfg("eth0", "BOOTPROTO=dhcp", f"HWADDR={MAC}"),
         "fixed": ifcfg("eth0", "BOOTPROTO=none", "IPADDR=10.0.0.5", "PREFIX=24")}


def keyfile(*lines, ethernet=(), ipv4=("method=auto",)):
    parts = ["[connection]", "id=primary", "type=ethernet", *lines, "", "[ethernet]", *ethernet, "", "[ipv4]",
             *ipv4, ""]
    return {"etc/NetworkManager/system-connections/primary.nmconnection": "\n".join(parts)}


MANAGER = {"dhcp": keyfile(), "name": keyfile("interface-name=ens5"),
           "mac": keyfile(ethernet=(f"mac-address={MAC}",)),
           "fixed": keyfile("interface-name=eth0", ipv4=("address1=10.0.0.5/24,10.0.0.1", "method=manual"))}


def wicked(name, *lines):
    return {f"etc/sysconfig/network/ifcfg-{name}": "".join(f"{line}\n"
                                                           for line in ("STARTMODE='auto'", *lines)),
            "etc/sysconfig/network/config": "NETCONFIG_DNS_POLICY=\"auto\"\n"}


WICKED = {"dhcp": wicked("eth0", "BOOTPROTO='dhcp'"), "name": wicked("ens5", "BOOTPROTO='dhcp'"),
          "mac": wicked("eth0", "BOOTPROTO='dhcp'") | PERSISTENT,
          "fixed": wicked("eth0", "BOOTPROTO='static'", "IPADDR='10.0.0.5/24'")}

# The systems.


def debian_base(image):
    return userland(image) | systemd(image) | cloud("etc/chrony/chrony.conf") | menu_lst(image) | {
        "etc/initramfs-tools/initramfs.conf": "MODULES=most\nBUSYBOX=auto\nCOMPRESS=zstd\n",
        "etc/initramfs-tools/modules": "# one a line\n",
        "etc/default/grub": "GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX=\"\"\n"}


def dracut_base(image):
    return userland(image) | systemd(image) | cloud() | {
        "usr/lib/dracut/dracut.conf.d/01-dist.conf": 'hostonly="no"\ncompress="gzip"\n',
        "etc/dracut.conf.d/ec2.conf": 'add_drivers+=" nvme xen-blkfront ena "\n',
        "etc/default/grub": "GRUB_DEFAULT=saved\nGRUB_ENABLE_BLSCFG=true\n"}


def redhat_base(image):
    return dracut_base(image) | {"etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n",
                                 ".autorelabel": "",
                                 f"lib/modules/{image.release}/vmlinuz".replace("lib/", "usr/lib/"): Link(
                                     f"/boot/vmlinuz-{image.release}")}


def amazon_base(image):
    return redhat_base(image) | {"etc/selinux/config": "SELINUX=permissive\n", ".autorelabel": None}


def old_amazon_base(image):
    init = program(image.system.arch, loader_of(image.system), ("libc.so.6",))
    return userland(image, "bin/kmod", "lib/upstart/init", "bin/bash") | cloud() | started(image, "network") | started(
        image, "sshd") | {
        "sbin/init": init, "etc/init.d/acpid": "#!/bin/sh\n", "etc/init.d/cloud-init": "#!/bin/sh\n",
        "etc/rc.d/rc3.d/S52cloud-init": Link("../init.d/cloud-init"),
        "etc/dracut.conf.d/ec2.conf": 'hostonly="no"\n',
        "boot/efi/EFI/BOOT/BOOTX64.EFI": None}


def suse_base(image):
    release = image.release
    return userland(image) | systemd(image) | cloud() | menu_lst(image) | {
        "etc/dracut.conf.d/10-ec2.conf": 'hostonly="no"\nadd_drivers+=" nvme xen-blkfront ena "\n',
        "etc/sysconfig/kernel": 'DEFAULTKERNEL="default"\n',
        "etc/sysconfig/bootloader": 'LOADER_TYPE="grub2"\n',
        "boot/vmlinuz": Link(f"vmlinuz-{release}"), "boot/initrd": Link(f"initrd-{release}"),
        "etc/default/grub": "GRUB_DEFAULT=saved\n"}


def alpine_base(image):
    service = "#!/sbin/openrc-run\n"
    return userland(image, "bin/kmod", "bin/busybox",
                    "bin/busybox") | cloud("etc/chrony/chrony.conf") | menu_lst(image) | started(image, "networking") | started(
        image, "sshd") | {
        "bin/sh": Link("/bin/busybox"), "sbin/init": Link("/bin/busybox"), "etc/init.d/acpid": service,
        "etc/init.d/cloud-init": service,
        "etc/runlevels/boot/cloud-init-local": Link("/etc/init.d/cloud-init-local"),
        "etc/runlevels/default/cloud-init": Link("/etc/init.d/cloud-init"),
        "etc/runlevels/default/acpid": Link("/etc/init.d/acpid"),
        "etc/inittab": "::sysinit:/sbin/openrc sysinit\nttyS0::respawn:/sbin/getty -L 0 ttyS0 vt100\n",
        "etc/mkinitfs/mkinitfs.conf": 'features="base ext4 keymap nvme scsi virtio xen"\n',
        "boot/boot": Link(".")}


def os_release(identity, version, name, like=None):
    return f'ID={identity}\nVERSION_ID="{version}"\nPRETTY_NAME="{name}"\n' + (f'ID_LIKE="{like}"\n' if like else "")


DEBIAN_TOOLS = {"initramfs": "update-initramfs", "menu": "update-grub", "install": "apt-get",
                "default": "update-grub",
                "cmdline": "update-grub"}
REDHAT_TOOLS = {"initramfs": "dracut -f", "menu": "grub2-mkconfig", "install": "dnf", "default": "grubby",
                "cmdline": "grubby"}
SUSE_TOOLS = {"initramfs": "dracut -f", "menu": "grub2-mkconfig", "install": "zypper",
              "default": "grub2-set-default",
              "cmdline": "grub2-mkconfig"}
ALPINE_TOOLS = {"initramfs": "mkinitfs", "menu": "update-extlinux", "install": "apk",
                "default": "update-extlinux",
                "cmdline": "update-extlinux"}

AMAZON_ENA = (("ena", "kernel/drivers/amazon/net/ena"),)
UBUNTU_BUILTIN = ("nvme-core", "nvme", "ext4", "jbd2", "xen-blkfront", "virtio_ring", "virtio_pci",
                  "virtio_blk", "sd_mod")

debian = System(
    "debian", "6.12.48+deb13-amd64", os_release("debian", "13", "Debian GNU/Linux 13 (trixie)"), ALL,
    DEBIAN_TOOLS, debian_base,
    grub(), ifupdown("en*"), "initramfs-tools", initrd="boot/initrd.img-{R}", suffix="ko.xz", codec="zstd",
    layout="modules")
debian_arm = dataclasses.replace(
    debian, name="debian-arm64", release="6.12.48+deb13-arm64", arch="aarch64", targets=ARM)
ubuntu = System(
    "ubuntu", "6.8.0-1021-aws", os_release("ubuntu", "24.04", "Ubuntu 24.04.2 LTS", "debian"), ALL,
    DEBIAN_TOOLS, debian_base,
    grub(), NETPLAN, "initramfs-tools", initrd="boot/initrd.img-{R}", suffix="ko.zst", codec="zstd",
    layout="microcode",
    builtin=UBUNTU_BUILTIN)
amazon_1 = System(
    "amazon-1", "4.14.336-178.554.amzn1.x86_64",
    os_release("amzn", "2018.03", "Amazon Linux AMI 2018.03", "rhel fedora"),
    ("xen-pv", "xen-hvm", "nitro"), REDHAT_TOOLS | {"install": "yum"}, old_amazon_base, legacy, IFCFG, "dracut",
    merged=False,
    console="console=ttyS0 console=hvc0", words="net.ifnames=0", folders=AMAZON_ENA)
amazon_2 = System(
    "amazon-2", "5.10.230-223.885.amzn2.x86_64",
    os_release("amzn", "2", "Amazon Linux 2", "centos rhel fedora"), X86,
    REDHAT_TOOLS | {"install": "yum"}, amazon_base, grub("boot/grub2"), IFCFG, "dracut", filesystem="xfs",
    layout="microcode",
    words="net.ifnames=0 biosdevname=0 rd.emergency=poweroff rd.shell=0", folders=AMAZON_ENA)
amazon_2023 = System(
    "amazon-2023", "6.1.119-129.201.amzn2023.x86_64",
    os_release("amzn", "2023", "Amazon Linux 2023.6", "fedora"), X86,
    REDHAT_TOOLS, amazon_base, bls(False), NETWORKD, "dracut", filesystem="xfs", layout="microcode",
    suffix="ko.xz", codec="zstd",
    words="rd.emergency=poweroff rd.shell=0 selinux=1 security=selinux quiet", folders=AMAZON_ENA)
amazon_2023_arm = dataclasses.replace(
    amazon_2023, name="amazon-2023-arm64", release="6.1.119-129.201.amzn2023.aarch64", arch="aarch64",
    targets=ARM, layout="one")
rhel_8 = System(
    "rhel-8", "4.18.0-553.34.1.el8_10.x86_64",
    os_release("rhel", "8.10", "Red Hat Enterprise Linux 8.10 (Ootpa)", "fedora"),
    (*X86, "gcp", "azure"), REDHAT_TOOLS, redhat_base, bls(True), IFCFG, "dracut", filesystem="xfs",
    layout="microcode",
    suffix="ko.xz", words="net.ifnames=0 nvme_core.io_timeout=4294967295 crashkernel=auto")
rhel_9 = System(
    "rhel-9", "5.14.0-503.22.1.el9_5.x86_64",
    os_release("rhel", "9.5", "Red Hat Enterprise Linux 9.5 (Plow)", "fedora"),
    (*X86, "gcp", "azure"), REDHAT_TOOLS, redhat_base, bls(False), MANAGER, "dracut", filesystem="xfs",
    layout="microcode",
    suffix="ko.xz", words="net.ifnames=0 nvme_core.io_timeout=4294967295 crashkernel=1G-4G:192M,4G-64G:256M")
sles_15 = System(
    "sles-15", "5.14.21-150500.55.88-default",
    os_release("sles", "15.5", "SUSE Linux Enterprise Server 15 SP5", "suse"), ALL,
    SUSE_TOOLS, suse_base, grub("boot/grub2"), WICKED, "dracut", merged=False, initrd="boot/initrd-{R}",
    suffix="ko.zst",
    codec="xz", layout="microcode", words="net.ifnames=0 nvme_core.io_timeout=4294967295 multipath=off")
alpine = System(
    "alpine", "6.12.13-0-virt", os_release("alpine", "3.21.3", "Alpine Linux v3.21"), ALL, ALPINE_TOOLS,
    alpine_base, extlinux,
    ifupdown("eth0"), "mkinitfs", merged=False, vmlinuz="boot/vmlinuz-virt", config="boot/config-virt",
    initrd="boot/initramfs-virt", suffix="ko.gz", codec="gzip", musl=True)

SYSTEMS = (debian, ubuntu, amazon_1, amazon_2, amazon_2023, rhel_8, rhel_9, sles_15, alpine, debian_arm,
           amazon_2023_arm)
