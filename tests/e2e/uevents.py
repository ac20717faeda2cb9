#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Which events of devices make the service probe: uevents.py PROGRAM [--events N]; virtwhered is in PROGRAM's folder.

The machine is umockdev's, so that it has devices of each kind: it answers for /sys and sends the events. Without it,
all of it is skipped.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from service import Service, tally, until

try:
    import gi
    gi.require_version("UMockdev", "1.0")
    from gi.repository import UMockdev
except (ImportError, ValueError):
    UMockdev = None

PRELOAD = "libumockdev-preload.so.0"
SETTLE = 0.1  # seconds
IN_FLIGHT = 4  # events; umockdev gives up when a socket is full, and one may hold no more than eleven

# subsystem, name, what it is a child of, properties; and whether its event matters
EVENTS = [
    ("pci", "0000:00:05.0", None, ["DRIVER", "nvme", "PCI_ID", "1D0F:8061"], True),
    ("nvme", "nvme0", "0000:00:05.0", [], True),
    ("block", "nvme0n1", "0000:00:05.0", ["DEVTYPE", "disk"], True),
    ("net", "eth0", "0000:00:05.0", ["INTERFACE", "eth0"], True),
    ("xen", "vif-0", None, ["DRIVER", "vif"], True),
    ("virtio", "virtio0", None, ["MODALIAS", "virtio:d00000001v00001AF4"], True),
    ("vmbus", "f8615163-df3e-46c5-913f-f2d2f965ed0e", None, ["DRIVER", "hv_netvsc"], True),
    ("acpi", "QEMUVGID:00", None, ["NEW_VMGENID", "1"], True),
    ("platform", "QEMUVGID:01", None, ["NEW_VMGENID", "1"], True),
    ("acpi", "PNP0C0A:00", None, ["MODALIAS", "acpi:PNP0C0A:"], False),
    ("platform", "pcspkr", None, ["MODALIAS", "platform:pcspkr"], False),
    ("usb", "usb1", None, [], False),
    ("cpu", "cpu1", None, [], False),
    ("net", "virtual/net/veth0", None, ["INTERFACE", "veth0"], False),
    ("block", "virtual/block/loop0", None, ["DEVTYPE", "disk"], False),
]


def probes(service):
    return service.metric("virtwhere_probes_total")


def resident(service):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{service.process.pid}/status").read_text())[1])


def kinds(bed, service, _):
    """Each kind of event that matters leads to one probe, and no other does."""
    wrong = []
    for subsystem, name, parent, properties, matters in EVENTS:
        before = probes(service)
        bed.add_device(subsystem, name, f"/sys/devices/{parent}" if parent else None, [], properties)
        if matters:  # it says "add" by itself
            until(lambda: probes(service) > before, f"a probe after an event of {subsystem}")
        time.sleep(3 * SETTLE)
        if probes(service) != before + matters:
            wrong.append(f"{subsystem} {name}: {probes(service) - before:.0f} probes")
    assert wrong == [], wrong


def storm(bed, service, options):
    """Very many events are gathered, and leave nothing behind."""
    paths = [bed.add_device(subsystem, f"storm-{subsystem}", None, [], properties)
             for subsystem, _, _, properties, matters in EVENTS if matters and subsystem != "platform"]
    time.sleep(3 * SETTLE)
    for _ in range(10):
        service.reload()
    before, memory, start = probes(service), resident(service), time.monotonic()
    for number in range(options.events):
        bed.uevent(paths[number % len(paths)], "change")
        if number % IN_FLIGHT == IN_FLIGHT - 1:
            assert service.get("/-/healthy")[0] == 200
    seconds = time.monotonic() - start
    until(lambda: probes(service) > before, "a probe after a storm")
    time.sleep(3 * SETTLE)
    made, grown = probes(service) - before, resident(service) - memory
    print(f"{options.events} events in {seconds:.1f} s: {made:.0f} probes, {grown} KiB more")
    assert made <= 2 + seconds / 5, f"{made} probes in {seconds:.1f} s"
    if b"__asan_init" in Path(service.process.args[0]).read_bytes():
        tally.skip("memory after a storm of all kinds", "a sanitizer keeps what is freed")
    else:
        assert grown <= 512, f"{grown} KiB more"


def settled(bed, service, _):
    """Another time to settle holds from the reload that brings it."""
    before = probes(service)
    bed.add_device("net", "eth0", None, [], ["INTERFACE", "eth0"])
    until(lambda: probes(service) > before, "a probe after an event")
    (service.folder / "conf").write_text("[virtwhered]\nsettle = 5s\n")
    service.reload()
    before = probes(service)
    bed.add_device("net", "eth1", None, [], ["INTERFACE", "eth1"])
    time.sleep(6 * SETTLE)
    assert probes(service) == before, "it has not waited for more quiet"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("--events", type=int, default=2000, help="of the storm")
    options = parser.parse_args()
    if UMockdev is None:
        return tally.skip_all("events of devices", "no umockdev (gir1.2-umockdev-1.0, python3-gi)")
    if PRELOAD not in os.environ.get("LD_PRELOAD", ""):  # the bed itself is behind the preloaded library, too
        os.environ["LD_PRELOAD"] = PRELOAD
        os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    program = str(options.program.resolve().parent / "virtwhered")
    passed = failed = 0
    for check in (kinds, storm, settled):
        bed = UMockdev.Testbed.new()
        with tempfile.TemporaryDirectory(prefix="virtwhere-test-") as folder:
            conf = Path(folder) / "conf"
            conf.write_text(f"[virtwhered]\nsettle = {SETTLE * 1000:.0f}ms\n")
            with Service(program, Path(folder), conf=conf, settle=None,
                         environment={"UMOCKDEV_DIR": bed.get_root_dir()}) as service:
                try:
                    service.ready()
                    check(bed, service, options)
                    assert service.end() == 0
                    passed += 1
                except (AssertionError, OSError, ValueError) as error:
                    failed += 1
                    print(f"FAIL: {check.__name__}: {type(error).__name__}: {error}")
        del bed
    return tally.end(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
