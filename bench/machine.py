# SPDX-License-Identifier: MIT
"""A machine of ten PCI devices, as a tree to be mounted over /sys: the shape of an EC2 Nitro instance of the
fifth generation with two network interfaces and four NVMe disks."""

PCI = "devices/pci0000:00/"

# slot, vendor, device, class, driver
DEVICES = [
    ("0000:00:00.0", "0x8086", "0x1237", "0x060000", None),
    ("0000:00:01.0", "0x8086", "0x7000", "0x060100", None),
    ("0000:00:01.3", "0x8086", "0x7113", "0x000000", None),
    ("0000:00:03.0", "0x1d0f", "0x1111", "0x030000", None),
    ("0000:00:04.0", "0x1d0f", "0x8061", "0x010802", "nvme"),
    ("0000:00:05.0", "0x1d0f", "0xec20", "0x020000", "ena"),
    ("0000:00:06.0", "0x1d0f", "0xec20", "0x020000", "ena"),
    ("0000:00:1d.0", "0x1d0f", "0x8061", "0x010802", "nvme"),
    ("0000:00:1e.0", "0x1d0f", "0xcd01", "0x010802", "nvme"),
    ("0000:00:1f.0", "0x1d0f", "0xcd01", "0x010802", "nvme"),
]

MODELS = {"0x8061": "Amazon Elastic Block Store", "0xcd01": "Amazon EC2 NVMe Instance Storage"}

DMI = {
    "bios_vendor": "Amazon EC2",
    "bios_version": "1.0",
    "sys_vendor": "Amazon EC2",
    "product_name": "c5d.4xlarge",
    "product_version": "",
    "product_family": "",
    "product_serial": "ec2e1916-9099-7caf-fd21-012345abcdef",
    "product_uuid": "ec2e1916-9099-7caf-fd21-012345abcdef",
    "board_vendor": "Amazon EC2",
    "board_name": "",
    "board_version": "",
    "board_asset_tag": "i-0123456789abcdef0",
    "chassis_vendor": "Amazon EC2",
    "chassis_asset_tag": "Amazon EC2",
}


def acpi_table(name, length):
    header = (
        name.encode()
        + length.to_bytes(4, "little")
        + b"\1\0"
        + b"AMAZON"
        + b"AMZN"
        + name.encode()
        + b"\0" * 4
    )
    return (header + b"AMZN" + b"\1\0\0\0").ljust(length, b"\0")


def uevent(slot, vendor, device, class_, driver):
    """What the kernel says of a PCI device in one file (Linux, drivers/pci/pci-driver.c, pci_uevent())."""
    lines = [
        f"DRIVER={driver}" if driver else None,
        f"PCI_CLASS={int(class_, 16):X}",
        f"PCI_ID={vendor[2:].upper()}:{device[2:].upper()}",
        f"PCI_SUBSYS_ID={vendor[2:].upper()}:{device[2:].upper()}",
        f"PCI_SLOT_NAME={slot}",
    ]
    return "\n".join(filter(None, lines))


def smbios_table():
    """BIOS information with the bit that says "virtual machine", and the end (DMTF DSP0134, sections 7.1, 7.45)."""
    bios = bytes([0, 0x18, 0, 0, 1, 2, 0, 0xE8, 3, 0]) + b"\0" * 8 + bytes([0, 0x10, 1, 0, 0xFF, 0xFF])
    return bios + b"Amazon EC2\0001.0\0\0" + bytes([127, 4, 1, 0, 0, 0])


def build(top):
    """Write the tree below @top, which must not exist."""

    def put(path, content):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(content if isinstance(content, bytes) else (content + "\n").encode())

    def link(path, target):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).symlink_to(target)

    interfaces = disks = 0
    for slot, vendor, device, class_, driver in DEVICES:
        home = PCI + slot
        for name, value in (
            ("vendor", vendor),
            ("device", device),
            ("class", class_),
            ("irq", "0"),
            ("subsystem_vendor", vendor),
            ("subsystem_device", device),
            ("revision", "0x00"),
        ):
            put(f"{home}/{name}", value)
        put(f"{home}/uevent", uevent(slot, vendor, device, class_, driver))
        link(f"bus/pci/devices/{slot}", f"../../../{home}")
        if driver:
            (top / "bus/pci/drivers" / driver).mkdir(parents=True, exist_ok=True)
            put(f"module/{driver}/version", "2.0")
            link(f"{home}/driver", f"../../../bus/pci/drivers/{driver}")
        if driver == "ena":
            put(f"{home}/net/eth{interfaces}/address", "02:00:00:00:00:00")
            link(f"{home}/net/eth{interfaces}/device", f"../../../{slot}")
            link(f"class/net/eth{interfaces}", f"../../{home}/net/eth{interfaces}")
            interfaces += 1
        if driver == "nvme":
            controller = f"{home}/nvme/nvme{disks}"
            put(f"{controller}/model", MODELS[device])
            put(f"{controller}/transport", "pcie")
            link(f"{controller}/device", f"../../../{slot}")
            put(f"{controller}/nvme{disks}n1/size", "16777216")
            link(f"{controller}/nvme{disks}n1/device", f"../../nvme{disks}")
            link(f"class/nvme/nvme{disks}", f"../../{controller}")
            link(f"class/block/nvme{disks}n1", f"../../{controller}/nvme{disks}n1")
            link(f"block/nvme{disks}n1", f"../{controller}/nvme{disks}n1")
            disks += 1

    for name, value in DMI.items():
        put(f"class/dmi/id/{name}", value)
    for name, length in (("APIC", 120), ("DSDT", 256), ("FACP", 276), ("WAET", 40)):
        put(f"firmware/acpi/tables/{name}", acpi_table(name, length))
    put("firmware/dmi/tables/DMI", smbios_table())
    for name in ("PNP0A03:00", "PNP0501:00", "LNXCPU:00", "LNXPWRBN:00"):
        (top / "bus/acpi/devices" / name).mkdir(parents=True)
    clock = "devices/system/clocksource/clocksource0"
    put(f"{clock}/current_clocksource", "kvm-clock")
    put(f"{clock}/available_clocksource", "kvm-clock tsc acpi_pm")
    (top / "bus/event_source/devices/cpu").mkdir(parents=True)
