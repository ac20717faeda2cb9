#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the composed fixtures as snapshot directories: compose.py OUTPUT [FILE.json...]

Each file of composed/ is a list of cases. A case describes a machine in the words of MACHINE_KEYS (README.md
explains them) and is expanded here into the files, links and CPUID leaves that such a machine shows. A case
with a "base" starts from that case's machine: dictionaries are merged, lists and words replaced, null
removes.
"""

import copy
import json
import os
import re
import shutil
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CASE_KEYS = {"name", "kind", "source", "base", "expect", "near_miss", "note", "with"}
MACHINE_KEYS = {
    "arch", "cpu", "cpuid", "cpuid_xen", "dmi", "smbios", "acpi", "pci", "virtio_mmio", "xenbus", "vmbus",
    "xen", "clock", "interrupts", "kernel", "environ", "cgroup", "timing", "files", "links", "dirs", "nodes", "denied",
}
FLAGS_ECX1 = {
    "pni": 0, "pclmulqdq": 1, "dtes64": 2, "monitor": 3, "vmx": 5, "smx": 6, "est": 7, "tm2": 8, "ssse3": 9,
    "fma": 12, "cx16": 13, "xtpr": 14, "pdcm": 15, "pcid": 17, "dca": 18, "sse4_1": 19, "sse4_2": 20,
    "x2apic": 21, "movbe": 22, "popcnt": 23, "tsc_deadline_timer": 24, "aes": 25, "xsave": 26, "avx": 28,
    "f16c": 29, "rdrand": 30, "hypervisor": 31,
}
FLAGS_EDX1 = {
    "fpu": 0, "vme": 1, "de": 2, "pse": 3, "tsc": 4, "msr": 5, "pae": 6, "mce": 7, "cx8": 8, "apic": 9,
    "sep": 11, "mtrr": 12, "pge": 13, "mca": 14, "cmov": 15, "pat": 16, "pse36": 17, "clflush": 19, "mmx": 23,
    "fxsr": 24, "sse": 25, "sse2": 26, "ss": 27, "ht": 28,
}
FLAGS_ECX81 = {"lahf_lm": 0, "cmp_legacy": 1, "svm": 2, "cr8_legacy": 4, "abm": 5, "sse4a": 6, "topoext": 22}
FLAGS_EDX81 = {"syscall": 11, "nx": 20, "pdpe1gb": 26, "rdtscp": 27, "lm": 29}
DMI_FILES = (
    "bios_date", "bios_vendor", "bios_version", "sys_vendor", "product_name", "product_version",
    "product_family", "product_serial", "product_uuid", "product_sku", "board_vendor", "board_name",
    "board_version", "board_asset_tag", "board_serial", "chassis_vendor", "chassis_version",
    "chassis_asset_tag", "chassis_serial", "chassis_type",
)
VIRTIO_TYPES = {"net": 1, "disk": 2, "console": 3, "rng": 4, "balloon": 5, "scsi": 8, "vsock": 19, "fs": 26,
                "gpu": 16, "nsm": 33}
VIRTIO_DRIVERS = {1: "virtio_net", 2: "virtio_blk", 3: "virtio_console", 4: "virtio_rng", 5: "virtio_balloon",
                  8: "virtio_scsi", 16: "virtio_gpu", 19: "vmw_vsock_virtio_transport", 26: "virtiofs",
                  33: "nsm"}
VMBUS_CLASSES = {"net": "f8615163-df3e-46c5-913f-f2d2f965ed0e", "disk": "ba6163d9-04a1-4d29-b605-72e2ffb1dc7f"}
VMBUS_DRIVERS = {"net": "hv_netvsc", "disk": "hv_storvsc", "balloon": "hv_balloon", "util": "hv_utils"}


class Mistake(Exception):
    """A fixture that cannot be meant."""


# Reading the cases.

def merge(base, over, keep_null):
    """Dictionaries merge key by key; null removes, or is kept where it says that a file is to vanish."""
    result = copy.deepcopy(base)
    for key, value in over.items():
        if value is None and not keep_null:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value, keep_null)
        else:
            result[key] = copy.deepcopy(value)
    return result


def derive(base, case):
    result = {}
    for key in MACHINE_KEYS | {"source"}:
        over, under = case.get(key), base.get(key)
        if key not in case:
            if under is not None:
                result[key] = copy.deepcopy(under)
        elif over is None:
            continue
        elif isinstance(over, dict):
            result[key] = merge(under if isinstance(under, dict) else {}, over, key == "files")
        else:
            result[key] = copy.deepcopy(over)
    return result


def each(case, marks):
    """A case `with` a list of marks stands for one case with each of them: the same machine, and what shows that
    mark and nothing else."""
    if "with" not in case:
        return [case]
    rest = {key: value for key, value in case.items() if key != "with"}
    return [merge(rest, mark, True) | {"name": f"{case['name']}-{name}"}
            for one in case["with"].split() for name, mark in marks[one].items()]


def load(paths=None):
    """All cases in the order of their files, with their machines complete: [(family, case)]."""
    folder = os.path.join(HERE, "composed")
    paths = paths or sorted(os.path.join(folder, name) for name in os.listdir(folder)
                            if name.endswith(".json"))
    cases, order = {}, []
    with open(os.path.join(HERE, "marks.json"), encoding="utf-8") as file:
        marks = json.load(file)
    for path in paths:
        family = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            for case in (one for written in json.load(file) for one in each(written, marks)):
                unknown = set(case) - CASE_KEYS - MACHINE_KEYS
                if unknown or case["name"] in cases:
                    raise Mistake(f"{path}: {case['name']}: {', '.join(sorted(unknown)) or 'named twice'}")
                cases[case["name"]] = case
                order.append((family, case["name"]))
    done = {}

    def complete(name, depth=0):
        if name in done:
            return done[name]
        if name not in cases or depth > 20:
            raise Mistake(f"no such base, or a loop of bases: {name}")
        case = cases[name]
        machine = derive(complete(case["base"], depth + 1) if "base" in case else {}, case)
        if not machine.get("source"):
            raise Mistake(f"{name} has no source")
        done[name] = machine
        return machine

    result, first_of = [], {}
    for family, name in order:
        case = cases[name]
        machine = complete(name)
        if "expect" not in case:
            continue  # only a base
        like = neighbour_of(family, name, cases, first_of)
        expect = {key: value if isinstance(value, list) else [value] for key, value in case["expect"].items()}
        result.append((family, {"name": name, "kind": "composed", "near_miss": case.get("near_miss", False),
                                "expect": expect, "source": machine["source"], "machine": machine,
                                "like": like}))
    return result


def neighbour_of(family, name, cases, first_of):
    """The case whose machine is nearest to that of @name: the first one among its bases, or where that is only a base
    the family's first that starts from it. None where there is none. @first_of remembers those firsts."""
    base = cases[name].get("base")
    while base:
        if "expect" in cases[base]:
            return base
        if first_of.setdefault((family, base), name) != name:
            return first_of[family, base]
        base = cases[base].get("base")
    return None


# A tree of files.

class Tree:
    def __init__(self):
        self.files, self.links, self.dirs = {}, {}, set()

    def file(self, path, content):
        if isinstance(content, dict):
            content = bytes.fromhex(content["hex"]) if "hex" in content else content["raw"].encode()
        elif isinstance(content, str):
            content = content.encode() + (b"" if content.endswith("\n") else b"\n")
        self.files[path] = content

    def node(self, path):
        self.files[path] = b""

    def link(self, path, target):
        """@target is absolute as the guest sees it; what is written is relative."""
        if target.startswith("/"):
            target = os.path.relpath(target, os.path.dirname(path))
        self.links[path] = target

    def remove(self, path):
        for kind in (self.files, self.links):
            for name in [name for name in kind if name == path or name.startswith(path + "/")]:
                del kind[name]
        self.dirs = {name for name in self.dirs if name != path and not name.startswith(path + "/")}

    def write(self, root):
        for path in sorted(self.dirs):
            os.makedirs(root + path, exist_ok=True)
        for path, content in self.files.items():
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            with open(root + path, "wb") as file:
                file.write(content)
        for path, target in self.links.items():
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)


# Processors.

def number(value):
    return int(value, 0) if isinstance(value, str) else value


def words_of(text, count):
    return struct.unpack(f"<{count}I", text.encode().ljust(4 * count, b"\0")[:4 * count])


def bits(flags, table):
    return sum(1 << bit for name, bit in table.items() if name in flags)


with open(os.path.join(HERE, "processors.json"), encoding="utf-8") as processors_file:
    PROCESSORS = json.load(processors_file)


def processor_of(machine):
    cpu = dict(PROCESSORS[machine["cpu"]["model"]])
    cpu.update({key: value for key, value in machine["cpu"].items() if key != "model"})
    add, drop = cpu.get("add", "").split(), cpu.get("drop", "").split()
    cpu["flags"] = [flag for flag in cpu["flags"].split() if flag not in drop] + add
    return cpu


def x86_leaves(cpu):
    flags, vendor = set(cpu["flags"]), cpu["vendor"]
    eax, ebx, ecx, edx = number(cpu.get("max", "0xd")), *words_of(vendor, 3)
    leaves = {(0, 0): (eax, ebx, edx, ecx)}
    ecx1 = bits(flags, FLAGS_ECX1) | (1 << 27 if "xsave" in flags else 0)
    leaf1_ecx = number(cpu["leaf1_ecx"]) if "leaf1_ecx" in cpu else ecx1
    leaves[1, 0] = (number(cpu["signature"]), 0x00010800, leaf1_ecx, bits(flags, FLAGS_EDX1))
    highest = number(cpu.get("max", "0xd"))
    if highest >= 7:
        leaves[7, 0] = tuple(number(x) for x in cpu.get("leaf7", [0, 0, 0, 0]))
    if highest >= 0xA:
        leaves[0xA, 0] = tuple(number(x) for x in cpu.get("pmu", [0, 0, 0, 0]))
    if highest >= 0xD:
        leaves[0xD, 0] = (7, 0x340, 0x340, 0)
    if highest > 0xD:
        leaves[highest, 0] = tuple(number(x) for x in cpu.get("highest", [0x64, 0x9C4, 0x64, 0]))
    if cpu.get("max_extended", "0x80000008") is not None:
        amd = vendor in ("AuthenticAMD", "HygonGenuine")
        same = leaves[0, 0][1:] if amd else (0, 0, 0)
        leaves[0x80000000, 0] = (number(cpu.get("max_extended", "0x80000008")), *same)
        leaves[0x80000001, 0] = (0, 0, bits(flags, FLAGS_ECX81), bits(flags, FLAGS_EDX81))
        brand = words_of(cpu["brand"], 12)
        for index in range(3):
            leaves[0x80000002 + index, 0] = brand[4 * index:4 * index + 4]
        if "svm" in flags:
            leaves[0x8000000A, 0] = (1, 0x8000, 0, 0x1BCFF)
        if number(cpu.get("max_extended", "0x80000008")) >= 0x8000001F:
            leaves[0x8000001F, 0] = tuple(number(x) for x in cpu.get("sev", [0, 0, 0, 0]))
    return leaves


def overlay_leaves(leaves, described):
    for name, value in described.items():
        leaf, _, subleaf = name.partition("/")
        key = number(leaf), number(subleaf or "0")
        if len(value) == 2:
            leaves[key] = (number(value[0]), *words_of(value[1], 3))
        else:
            leaves[key] = tuple(number(x) for x in value)


def fill_hypervisor_range(leaves, vendor):
    """What answers where no hypervisor does: Intel repeats its highest basic leaf, AMD says zero."""
    highest = leaves[0, 0][0]
    other = leaves.get((highest, 0), (0, 0, 0, 0)) if vendor == "GenuineIntel" else (0, 0, 0, 0)
    for base in range(0x40000000, 0x40000400, 0x100):
        leaves.setdefault((base, 0), other)


def cpuid_text(leaves):
    lines = ["CPU 0:"]
    for (leaf, subleaf), (eax, ebx, ecx, edx) in sorted(leaves.items()):
        lines.append(f"   0x{leaf:08x} 0x{subleaf:02x}: eax=0x{eax:08x} ebx=0x{ebx:08x} ecx=0x{ecx:08x} "
                     f"edx=0x{edx:08x}")
    return "\n".join(lines) + "\n"


def x86_cpuinfo(cpu):
    signature = number(cpu["signature"])
    family, model = signature >> 8 & 15, signature >> 4 & 15
    if family == 15:
        family += signature >> 20 & 255
    if family in (6,) or family >= 15:
        model |= (signature >> 16 & 15) << 4
    flags = cpu["flags"]
    if "cpuinfo_drop" in cpu:
        flags = [flag for flag in flags if flag not in cpu["cpuinfo_drop"].split()]
    blocks = []
    for index in range(cpu.get("count", 2)):
        lines = [f"processor\t: {index}", f"vendor_id\t: {cpu['vendor']}", f"cpu family\t: {family}",
                 f"model\t\t: {model}", f"model name\t: {cpu['brand']}", f"stepping\t: {signature & 15}",
                 "microcode\t: 0x1", "cpu MHz\t\t: 2499.998", "cache size\t: 36608 KB", "physical id\t: 0",
                 f"siblings\t: {cpu.get('count', 2)}", f"core id\t\t: {index}",
                 f"cpu cores\t: {cpu.get('count', 2)}", f"apicid\t\t: {index}", f"initial apicid\t: {index}",
                 "fpu\t\t: yes", "fpu_exception\t: yes", f"cpuid level\t: {number(cpu.get('max', '0xd'))}",
                 "wp\t\t: yes", "flags\t\t: " + " ".join(flags)]
        if "vmx" in flags and cpu.get("vmx_flags"):
            lines.append("vmx flags\t: " + cpu["vmx_flags"])
        lines += ["bugs\t\t: spectre_v1 spectre_v2", "bogomips\t: 4999.99", "clflush size\t: 64",
                  "cache_alignment\t: 64", "address sizes\t: 46 bits physical, 48 bits virtual",
                  "power management:", ""]
        blocks.append("\n".join(lines))
    return "\n".join(blocks) + "\n"


def arm_cpuinfo(cpu):
    blocks = []
    for index in range(cpu.get("count", 2)):
        blocks.append("\n".join([
            f"processor\t: {index}", "BogoMIPS\t: 243.75", "Features\t: " + " ".join(cpu["flags"]),
            f"CPU implementer\t: {cpu['implementer']}", "CPU architecture: 8",
            f"CPU variant\t: {cpu['variant']}", f"CPU part\t: {cpu['part']}", "CPU revision\t: 1", ""]))
    return "\n".join(blocks) + "\n"


def add_cpu(tree, machine):
    if "cpu" not in machine:
        if "cpuid" in machine:
            leaves = {}
            overlay_leaves(leaves, machine["cpuid"])
            tree.file("/cpuid.txt", {"raw": cpuid_text(leaves)})
        return
    cpu = processor_of(machine)
    if "implementer" in cpu:
        tree.file("/proc/cpuinfo", arm_cpuinfo(cpu))
        return
    tree.file("/proc/cpuinfo", x86_cpuinfo(cpu))
    leaves = x86_leaves(cpu)
    overlay_leaves(leaves, machine.get("cpuid", {}))
    fill_hypervisor_range(leaves, cpu["vendor"])
    tree.file("/cpuid.txt", {"raw": cpuid_text(leaves)})
    if "cpuid_xen" in machine:
        leaves = x86_leaves(cpu)
        overlay_leaves(leaves, machine["cpuid_xen"])
        tree.file("/cpuid-xenpv.txt", {"raw": cpuid_text(leaves)})


# Firmware.

def smbios_structure(kind, handle, body, strings):
    data = struct.pack("<BBH", kind, 4 + len(body), handle) + body
    text = b"".join(string.encode() + b"\0" for string in strings if string)
    return data + (text or b"\0") + b"\0"


def smbios_uuid(text):
    hexadecimal = text.replace("-", "")
    if not re.fullmatch("[0-9A-Fa-f]{32}", hexadecimal):
        return bytes(16)
    raw = bytes.fromhex(hexadecimal)
    return raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]


def add_smbios(tree, dmi, smbios):
    """The tables behind /sys/class/dmi/id (DMTF DSP0134), which only root may read."""
    def numbered(*names):
        strings, numbers = [], []
        for name in names:
            if dmi.get(name):
                strings.append(dmi[name])
            numbers.append(len(strings) if dmi.get(name) else 0)
        return numbers, strings

    (vendor, version, date), strings = numbered("bios_vendor", "bios_version", "bios_date")
    # Byte 0x13 is the second extension byte; its bit 4 says "the SMBIOS table describes a virtual machine".
    bios = struct.pack("<BBHBBQBBBBBB", vendor, version, 0xE800, date, 0, 0x8, 0,
                       0x10 if smbios.get("vm") else 0, 1, 0, 0xFF, 0xFF)
    tables = [smbios_structure(0, 0, bios, strings)]
    (maker, product, version, serial, sku, family), strings = numbered(
        "sys_vendor", "product_name", "product_version", "product_serial", "product_sku", "product_family")
    uuid = smbios_uuid(dmi.get("product_uuid", ""))
    body = struct.pack("<BBBB16sBBB", maker, product, version, serial, uuid, 6, sku, family)
    tables.append(smbios_structure(1, 0x100, body, strings))
    (maker, product, version, serial, tag), strings = numbered(
        "board_vendor", "board_name", "board_version", "board_serial", "board_asset_tag")
    body = struct.pack("<BBBBBBBHBB", maker, product, version, serial, tag, 9, 0, 0x300, 10, 0)
    tables.append(smbios_structure(2, 0x200, body, strings))
    (maker, version, serial, tag), strings = numbered(
        "chassis_vendor", "chassis_version", "chassis_serial", "chassis_asset_tag")
    body = struct.pack("<BBBBBBBBBIBBBB", maker, 1, version, serial, tag, 3, 3, 3, 2, 0, 0, 0, 0, 0)
    tables.append(smbios_structure(3, 0x300, body, strings))
    if smbios.get("oem"):
        tables.append(smbios_structure(11, 0xE00, struct.pack("<B", len(smbios["oem"])), smbios["oem"]))
    tree.file("/sys/firmware/dmi/entries/0-0/raw", {"hex": tables[0].hex()})
    tree.file("/sys/firmware/dmi/entries/1-0/raw", {"hex": tables[1].hex()})
    if smbios.get("oem"):
        tree.file("/sys/firmware/dmi/entries/11-0/raw", {"hex": tables[4].hex()})
    tables.append(smbios_structure(127, 0x7F00, b"", []))
    tree.file("/sys/firmware/dmi/tables/DMI", {"hex": b"".join(tables).hex()})


def add_dmi(tree, machine):
    dmi = machine.get("dmi")
    if not dmi:
        return
    folder = "/sys/devices/virtual/dmi/id"
    for name, value in dmi.items():
        if name not in DMI_FILES:
            raise Mistake(f"no DMI file {name}")
        tree.file(f"{folder}/{name}", value)
    tree.link("/sys/class/dmi/id", folder)
    if "smbios" in machine:
        add_smbios(tree, dmi, machine["smbios"])


def acpi_table(name, acpi):
    revision = acpi.get("revision", 6) if name == "FACP" else 2
    size = {"FACP": 276 if revision >= 6 else 244}.get(name, 64)
    table_id = acpi.get("table", "").replace("*", name)
    creator = acpi.get("creator", "INTL").encode().ljust(4)[:4]
    header = struct.pack("<4sIBB6s8sI4sI", name.encode(), size, revision, 0,
                         acpi["oem"].encode().ljust(6)[:6], table_id.encode().ljust(8)[:8], 1, creator, 1)
    body = bytearray(header.ljust(size, b"\0"))
    if name == "FACP" and acpi.get("vendor") and size >= 276:
        body[268:276] = acpi["vendor"].encode().ljust(8, b"\0")[:8]
    body[9] = -sum(body) & 255
    return bytes(body)


def add_acpi(tree, machine):
    acpi = machine.get("acpi")
    if not acpi:
        return
    if "oem" in acpi:
        for name in acpi.get("tables", ["APIC", "DSDT", "FACP", "FACS"]):
            tree.file(f"/sys/firmware/acpi/tables/{name}", {"hex": acpi_table(name, acpi).hex()})
    for hid in acpi.get("hids", []):
        name = hid if ":" in hid else hid + ":00"
        tree.link(f"/sys/bus/acpi/devices/{name}", f"/sys/devices/LNXSYSTM:00/{name}")
        tree.file(f"/sys/devices/LNXSYSTM:00/{name}/hid", name.split(":")[0])


# Devices.

def bind(tree, device, bus, driver):
    tree.link(f"{device}/subsystem", f"/sys/bus/{bus}")
    if driver:
        tree.link(f"{device}/driver", f"/sys/bus/{bus}/drivers/{driver}")
        tree.link(f"/sys/bus/{bus}/drivers/{driver}/{os.path.basename(device)}", device)


def add_net(tree, device, name):
    folder = f"{device}/net/{name}"
    tree.file(f"{folder}/type", "1")
    tree.file(f"{folder}/operstate", "up")
    tree.link(f"{folder}/device", device)
    tree.link(f"/sys/class/net/{name}", folder)


def add_disk(tree, device, name, model=None, below="block"):
    folder = f"{device}/{below}/{name}" if below else f"{device}/{name}"
    tree.file(f"{folder}/size", "16777216")
    tree.link(f"{folder}/device", device)
    tree.link(f"/sys/block/{name}", folder)
    tree.link(f"/sys/class/block/{name}", folder)
    if model:
        tree.file(f"{device}/model", model.ljust(16))


def add_scsi_disk(tree, device, host, name, model, vendor="ATA"):
    target = f"{device}/host{host}/target{host}:0:0/{host}:0:0:0"
    tree.file(f"{target}/vendor", vendor.ljust(8))
    bind(tree, target, "scsi", "sd")
    add_disk(tree, target, name, model)


def add_virtio(tree, parent, index, spec):
    kind = next(key for key in spec if key in VIRTIO_TYPES)
    number_of_type = VIRTIO_TYPES[kind]
    device = f"{parent}/virtio{index}"
    tree.file(f"{device}/device", f"0x{number_of_type:04x}")
    tree.file(f"{device}/vendor", "0x1af4")
    tree.file(f"{device}/modalias", f"virtio:d{number_of_type:08X}v00001AF4")
    bind(tree, device, "virtio", spec.get("driver", VIRTIO_DRIVERS[number_of_type]))
    tree.link(f"/sys/bus/virtio/devices/virtio{index}", device)
    if not spec[kind]:
        return
    if kind == "net":
        add_net(tree, device, spec[kind])
    elif kind == "disk":
        add_disk(tree, device, spec[kind])
    elif kind == "scsi":
        add_scsi_disk(tree, device, index, spec[kind], "PersistentDisk", "Google")


def add_nvme(tree, device, index, spec):
    controller = f"{device}/nvme/nvme{index}"
    tree.file(f"{controller}/model", spec["model"])
    tree.file(f"{controller}/transport", spec.get("transport", "pcie"))
    if "serial" in spec:
        tree.file(f"{controller}/serial", spec["serial"])
    tree.link(f"{controller}/device", device)
    tree.link(f"/sys/class/nvme/nvme{index}", controller)
    add_disk(tree, controller, f"nvme{index}n1", below="")
    if "io_timeout" in spec:
        tree.file(f"{controller}/nvme{index}n1/queue/io_timeout", spec["io_timeout"])


def add_pci(tree, machine):
    counts = {"virtio": len(machine.get("virtio_mmio", {})), "nvme": 0, "host": 0}
    for slot, described in sorted(machine.get("pci", {}).items()):
        ids, class_code, driver, *rest = described
        spec = rest[0] if rest else {}
        slot = slot if slot.count(":") == 2 else f"0000:{slot}"
        vendor, device_id = (int(x, 16) for x in ids.split(":"))
        sub_vendor, sub_device = (int(x, 16) for x in spec.get("sub", "0:0").split(":"))
        bridge = f"/0000:{spec['behind']}" if "behind" in spec else ""
        device = f"/sys/devices/pci{slot[:5] + '00'}{bridge}/{slot}"
        for name, value in (("vendor", f"0x{vendor:04x}"), ("device", f"0x{device_id:04x}"),
                            ("class", f"0x{class_code}"), ("subsystem_vendor", f"0x{sub_vendor:04x}"),
                            ("subsystem_device", f"0x{sub_device:04x}"),
                            ("modalias", f"pci:v{vendor:08X}d{device_id:08X}"
                                         f"sv{sub_vendor:08X}sd{sub_device:08X}"
                                         f"bc{class_code[:2]}sc{class_code[2:4]}i{class_code[4:]}")):
            tree.file(f"{device}/{name}", value)
        config = bytearray(64)
        struct.pack_into("<HH4xBBBB", config, 0, vendor, device_id, 0, *reversed(bytes.fromhex(class_code)))
        struct.pack_into("<HH", config, 44, sub_vendor, sub_device)
        tree.file(f"{device}/config", {"hex": config.hex()})
        bind(tree, device, "pci", driver)
        tree.link(f"/sys/bus/pci/devices/{slot}", device)
        if spec.get("vf"):
            tree.link(f"{device}/physfn", "../0000:00:00.0")
        if "net" in spec:
            add_net(tree, device, spec["net"])
        if "nvme" in spec:
            add_nvme(tree, device, counts["nvme"], spec["nvme"])
            counts["nvme"] += 1
        if "ata" in spec:
            for name, model in spec["ata"].items():
                add_scsi_disk(tree, f"{device}/ata{counts['host'] + 1}", counts["host"], name, model,
                              spec.get("scsi_vendor", "ATA"))
                counts["host"] += 1
        if "virtio" in spec:
            add_virtio(tree, device, counts["virtio"], spec["virtio"])
            counts["virtio"] += 1


def add_other_buses(tree, machine):
    for index, (name, spec) in enumerate(sorted(machine.get("virtio_mmio", {}).items())):
        device = f"/sys/devices/platform/{name}"
        bind(tree, device, "platform", "virtio-mmio")
        tree.link(f"/sys/bus/platform/devices/{name}", device)
        add_virtio(tree, device, index, spec)
    for name, spec in machine.get("xenbus", {}).items():
        device, kind = f"/sys/devices/{name}", name.split("-")[0]
        tree.file(f"{device}/devtype", kind)
        tree.file(f"{device}/nodename", f"device/{name.replace('-', '/')}")
        tree.file(f"{device}/modalias", f"xen:{kind}")
        bind(tree, device, "xen", spec.get("driver", kind))
        tree.link(f"/sys/bus/xen/devices/{name}", device)
        if "net" in spec:
            add_net(tree, device, spec["net"])
        if "disk" in spec:
            add_disk(tree, device, spec["disk"])
    for guid, spec in machine.get("vmbus", {}).items():
        device = f"/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/{guid}"
        tree.file(f"{device}/device_id", "{%s}" % guid)
        if spec["kind"] in VMBUS_CLASSES:
            tree.file(f"{device}/class_id", "{%s}" % VMBUS_CLASSES[spec["kind"]])
        bind(tree, device, "vmbus", spec.get("driver", VMBUS_DRIVERS[spec["kind"]]))
        tree.link(f"/sys/bus/vmbus/devices/{guid}", device)
        if "net" in spec:
            add_net(tree, device, spec["net"])
        if "disk" in spec:
            add_scsi_disk(tree, device, 0, spec["disk"], "Virtual Disk", "Msft")
    tree.link("/sys/class/net/lo", "/sys/devices/virtual/net/lo")
    tree.dirs.add("/sys/block")
    tree.file("/sys/devices/virtual/net/lo/type", "772")


# The rest.

def add_xen(tree, machine):
    xen = machine.get("xen")
    if not xen:
        return
    paths = {"type": "type", "guest_type": "guest_type", "uuid": "uuid", "features": "properties/features",
             "capabilities": "properties/capabilities", "major": "version/major", "minor": "version/minor",
             "extra": "version/extra"}
    for key, value in xen.items():
        if key in paths:
            tree.file(f"/sys/hypervisor/{paths[key]}", value)
        elif key == "proc":
            tree.dirs.add("/proc/xen")
            for name, content in value.items():
                tree.file(f"/proc/xen/{name}", {"raw": content})
        elif key == "drivers":
            for driver in value:
                tree.dirs.add(f"/sys/bus/xen/drivers/{driver}")
        else:
            raise Mistake(f"xen has no {key}")


def interrupts_text(spec):
    lines = ["           CPU0       CPU1       "]
    for index, (chip, action) in enumerate(spec.get("lines", [])):
        lines.append(f"{index:3d}:       1234          0   {chip}      {action}")
    names = {"NMI": "Non-maskable interrupts", "LOC": "Local timer interrupts",
             "RES": "Rescheduling interrupts", "CAL": "Function call interrupts",
             "HYP": "Hypervisor callback interrupts",
             "HRE": "Hyper-V reenlightenment interrupts", "HVS": "Hyper-V stimer0 interrupts",
             "PIN": "Posted-interrupt notification event"}
    for name in spec.get("rows", ["NMI", "LOC", "RES", "CAL"]):
        lines.append(f"{name}:      23570       1500   {names[name]}")
    return "\n".join(lines) + "\n"


def add_system(tree, machine):
    if "clock" in machine:
        folder = "/sys/devices/system/clocksource/clocksource0"
        current, available = machine["clock"]
        tree.file(f"{folder}/current_clocksource", current)
        tree.file(f"{folder}/available_clocksource", available)
    if "interrupts" in machine:
        tree.file("/proc/interrupts", {"raw": interrupts_text(machine["interrupts"])})
    kernel = machine.get("kernel", {})
    release = kernel.get("release", "6.1.0-18-cloud-amd64")
    tree.file("/proc/sys/kernel/osrelease", release)
    tree.file("/proc/version", kernel.get("version", f"Linux version {release} (build@host) (gcc 12.2.0, "
                                                     "GNU ld 2.40) #1 SMP PREEMPT_DYNAMIC"))
    tree.file("/proc/cmdline", kernel.get("cmdline", "BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet"))
    tree.file("/proc/self/uid_map", "         0          0 4294967295")
    if "environ" in machine:
        tree.file("/proc/1/environ", {"raw": "".join(f"{k}={v}\0" for k, v in machine["environ"].items())})
    if "cgroup" in machine:
        tree.file("/proc/1/cgroup", machine["cgroup"])
        tree.file("/proc/self/cgroup", machine["cgroup"])
    if "timing" in machine:
        tree.file("/timing.json", json.dumps({"cpuid_exit_ns": machine["timing"]}))


def denials(tree, paths):
    """A folder that may not be entered denies each file in it, and a snapshot names them one by one."""
    result = {}
    for path in paths:
        target = os.path.normpath(os.path.join(os.path.dirname(path), tree.links.get(path, path)))
        for name in (path, *(path + name[len(target):] for name in tree.files if name.startswith(target + "/"))):
            result[name] = "EACCES"
    return result


def compose(case):
    machine, tree = case["machine"], Tree()
    arch = machine.get("arch", "x86_64")
    for add in (add_cpu, add_dmi, add_acpi, add_pci, add_other_buses, add_xen, add_system):
        add(tree, machine)
    for path in machine.get("dirs", []):
        tree.dirs.add(path)
    for path in machine.get("nodes", []):
        tree.node(path)
    for path, target in machine.get("links", {}).items():
        tree.link(path, target)
    for path, content in machine.get("files", {}).items():
        if content is None:
            tree.remove(path)
        else:
            tree.file(path, content)
    denied = denials(tree, machine.get("denied", []))
    tree.file("/meta.json", json.dumps({"format": "virtwhere.snapshot/1", "arch": arch,
                                        "origin": f"composed: {case['name']}"} |
                                       ({"denied": denied} if denied else {})))
    return tree


def write_all(output, paths=None):
    """Compose every case below @output/FAMILY/NAME; what was there before goes. Returns the cases."""
    cases = load(paths)
    for family in sorted({family for family, _ in cases}):
        shutil.rmtree(os.path.join(output, family), ignore_errors=True)
    for family, case in cases:
        root = os.path.join(output, family, case["name"])
        os.makedirs(root)
        compose(case).write(root)
        with open(os.path.join(root, "expect.json"), "w", encoding="utf-8") as file:
            json.dump(case["expect"], file, indent=1)
    return cases


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        cases = write_all(arguments[0], arguments[1:])
    except (Mistake, KeyError, ValueError) as problem:
        print(f"compose.py: {problem}", file=sys.stderr)
        return 1
    print(f"{len(cases)} snapshots in {arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
