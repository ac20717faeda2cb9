# SPDX-License-Identifier: MIT
"""Other arrangements of the same distributions: all checks pass on them too, but for what is told of each."""

import dataclasses

from image import PARTUUID, UUID, Image, Link, archive, kernel, kit
from systems import TOKEN, alpine, amazon_2023, debian, rhel_8, rhel_9, sles_15, ubuntu


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    system: object
    change: object
    skips: tuple = ()  # checks that say skip
    unknown: tuple = ()  # and unknown
    kernels: int = 1
    but: str = ""  # a target that it is not for


def own_boot(image):
    """/boot is a file system of its own, whose files loaders name from its top."""
    image.loader["own"] = True
    image.fstab.append("UUID=5f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1 /boot xfs defaults 0 0")


def subvolume(image):
    image.loader["volume"] = "/@"
    image.fstab[0] = f"UUID={UUID} / btrfs subvol=@ 0 0"
    image.drivers["btrfs"] = "m"
    image.cmdline.append("rootflags=subvol=@")


def rescue_and_crash(image):
    """What kernel-install's rescue plugin and kdump leave beside the kernel."""
    release = f"0-rescue-{TOKEN}"
    image.put |= {f"boot/vmlinuz-{release}": kernel(image.release, "x86_64"),
                  f"boot/initramfs-{release}.img": image.initramfs(),
                  f"boot/initramfs-{image.release}kdump.img": image.initramfs(),
                  f"boot/loader/entries/{TOKEN}-{release}.conf": f"title rescue\nversion {release}\nlinux /boot/vmlinuz-{release}\n"
                  f"initrd /boot/initramfs-{release}.img\noptions {' '.join(image.cmdline)}\n"}


def two_kernels(image):
    """An older kernel with all that belongs to it, in the submenu; its links are in the root."""
    older = Image(dataclasses.replace(image.system, release="6.12.43+deb13-amd64"))
    image.put |= older.kernel_files() | {older.system.place("initrd"): older.initramfs()}
    image.loader["more"] = older.release
    image.put |= {"vmlinuz": Link(f"boot/vmlinuz-{image.release}"),
                  "vmlinuz.old": Link(f"boot/vmlinuz-{older.release}"),
                  "initrd.img": Link(f"boot/initrd.img-{image.release}")}


def initrdless(image):
    """Ubuntu's cloud images first boot without the initramfs, by the partition's UUID, and with it when that failed."""
    words = " ".join([f"root=PARTUUID={PARTUUID}", *image.cmdline[1:]])
    image.build_in("xfs", "btrfs", "virtio_scsi", "hv_vmbus", "hv_storvsc")
    image.put |= {"etc/default/grub.d/40-force-partuuid.cfg": f"GRUB_FORCE_PARTUUID={PARTUUID}\n",
                  "boot/grub/grub.cfg": f"""
set default="0"
if [ x"${{feature_menuentry_id}}" = xy ]; then
  menuentry_id_option="--id"
fi
function initrdfail {{
    if [ -n "${{have_grubenv}}" ]; then if [ -n "${{partuuid}}" ]; then
        if [ -z "${{initrdfail}}" ]; then set initrdfail=1; fi
        save_env initrdfail
    fi; fi
}}
menuentry 'Ubuntu' --class ubuntu $menuentry_id_option 'gnulinux-simple-{UUID}' {{
	search --no-floppy --fs-uuid --set=root {UUID}
	if [ "${{initrdfail}}" = 1 ]; then
	  linux	/{image.system.place('vmlinuz')} {words}
	  initrd	/{image.system.place('initrd')}
	else
	  linux	/{image.system.place('vmlinuz')} {words} panic=-1
	fi
	initrdfail
}}
"""}


def unified(image):
    """kernel-uki-virt: the kernel, its initramfs and command line in one file that the firmware starts."""
    uki = kit.pe([(b".osrel", image.system.os_release.encode()), (b".uname", image.release.encode()),
                  (b".cmdline", " ".join(image.cmdline).encode()), (b".linux", kernel(image.release, "x86_64")),
                  (b".initrd", image.initramfs())])
    image.put |= {path: None for path in image.files()
                  if path.startswith(("boot/vmlinuz", "boot/initramfs", "boot/loader", "boot/grub2"))}
    image.put |= {f"{image.system.modules}/vmlinuz": None,
                  f"boot/efi/EFI/Linux/{TOKEN}-{image.release}.efi": uki}


def systemd_boot(image):
    """What kernel-install makes: kernel and initramfs on the ESP, in a folder of the machine's token."""
    system, folder = image.system, f"boot/efi/{TOKEN}/{image.release}"
    menu = image.files()["boot/grub/menu.lst"].decode()
    for what, name in (("vmlinuz", "linux"), ("initrd", "initrd.img")):
        menu = menu.replace(f"/{system.place(what)}", f"/{folder}/{name}")
    image.put |= dict.fromkeys(("boot/grub/grub.cfg", "boot/grub/grubenv", system.place("vmlinuz"),
                                system.place("initrd")))
    image.put |= {f"{folder}/linux": kernel(image.release, "x86_64"), f"{folder}/initrd.img": image.initramfs(),
                  "boot/grub/menu.lst": menu, "etc/kernel/entry-token": f"{TOKEN}\n",
                  "boot/efi/loader/loader.conf": f"timeout 3\ndefault {TOKEN}-*\n",
                  f"boot/efi/loader/entries/{TOKEN}-{image.release}.conf": "\n".join((
                      "title Debian GNU/Linux 13 (trixie)", f"version {image.release}", f"machine-id {TOKEN}",
                      "sort-key debian",
                      f"options    {' '.join(image.cmdline)}", f"linux      /{TOKEN}/{image.release}/linux",
                      f"initrd     /{TOKEN}/{image.release}/initrd.img", ""))}


def shipped_network(image):
    """amazon-ec2-net-utils' own file, where packages keep theirs."""
    text = image.files()["etc/systemd/network/80-ec2.network"]
    image.put |= {"etc/systemd/network/80-ec2.network": None, "usr/lib/systemd/network/80-ec2.network": text}


def modloop(image):
    """A diskless Alpine: modules are in a squashfs beside the kernel, and the initramfs brings those that boot it."""
    image.put |= {path: None for path in image.files() if path.startswith(image.system.modules)}
    image.put |= {"boot/modloop-virt": b"hsqs" + bytes(4096)}
    image.cmdline += ["modloop=/boot/modloop-virt"]


def no_dracut_marks(image):
    """An initramfs whose early archive holds microcode and ACPI tables for the kernel."""
    image.spoil = lambda data: archive({"kernel/firmware/acpi/ssdt.aml": bytes(512)}) + data


VARIANTS = (
    Variant("/boot of its own", rhel_9, own_boot),
    Variant("/boot of its own, GRUB", debian, own_boot),
    Variant("a subvolume of btrfs", ubuntu, subvolume, but="xen-pv"),  # PV-GRUB reads no btrfs
    Variant("a subvolume of btrfs", sles_15, subvolume, but="xen-pv"),
    Variant("rescue and crash kernels", rhel_9, rescue_and_crash),
    Variant("rescue and crash kernels", rhel_8, rescue_and_crash),
    Variant("two kernels", debian, two_kernels, kernels=2),
    Variant("without an initramfs first", ubuntu, initrdless, skips=("IRD001", "IRD002", "IRD007")),
    Variant("a UKI", rhel_9, unified),
    Variant("systemd-boot", debian, systemd_boot),
    Variant("networkd's file of a package", amazon_2023, shipped_network),
    Variant("ACPI tables before the initramfs", amazon_2023, no_dracut_marks),
    Variant("modules in a modloop", alpine, modloop, skips=("ENA002",),
            unknown=tuple("KRN001 MOD001 MOD002 NVM001 ENA001 KVM001 KVM002 VF001 VIO002 XEN002 GCP002 AZR002 AZR003 "
                          "AZR004".split())),
)
