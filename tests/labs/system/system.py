#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boot a real systemd with the service installed and see what becomes of it: system.py [--build DIR] [--work DIR]

The system is Debian's packages, unpacked, and `make install`; the machine is QEMU's, in emulation. guest.sh does
things to the service in it and records what comes of them; each check below judges one of them. Needs root, for
the files in the system are root's. What could not be booted fails; where packages are not to be had, nothing was
tested (exit status 77).
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path[:0] = [str(HERE.parent / "boot"), str(TOP / "tests")]
import machine  # noqa: E402
import packages  # noqa: E402
import tally  # noqa: E402
from initramfs import Initramfs, index_modules  # noqa: E402

PACKAGES = ["linux-image-cloud-amd64", "busybox-static", "kmod", "systemd", "systemd-sysv", "udev", "libnss-systemd",
            "bash", "dash", "coreutils", "util-linux", "mount", "grep", "sed", "findutils", "procps", "e2fsprogs", "curl",
            "tar", "gzip", "base-passwd", "libpci3", "libcpuid16", "libjansson4", "libmicrohttpd12", "libyaml-0-2",
            "libinih1", "libcrypt1", "libsystemd0", "libudev1"]
EMULATOR = ["qemu-system-x86", "seabios"]
SIZE = "1200M"
LIMIT = 1800
UNITS_OFF = ["serial-getty@ttyS0.service", "getty@tty1.service", "systemd-hwdb-update.service", "ldconfig.service",
             "systemd-firstboot.service", "systemd-journal-catalog-update.service", "e2scrub_reap.service",
             "systemd-update-utmp.service", "systemd-networkd.service", "systemd-networkd.socket",
             "systemd-networkd-wait-online.service", "systemd-timesyncd.service", "systemd-resolved.service"]
NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/zoneinfo", "boot")
PASSPORT = "virtwhere:1;stack=kvm/qemu"
PLUG = [{"execute": "device_add", "arguments": device} for device in (
    {"driver": "nvme", "id": "plugged0", "drive": "plug", "serial": "plugged"},
    {"driver": "virtio-net-pci", "id": "plugged1", "netdev": "net1", "romfile": ""})]
PLUG_AGAIN = [{"execute": "device_add",
               "arguments": {"driver": "virtio-net-pci", "id": "plugged2", "netdev": "net2", "romfile": ""}}]

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
modprobe -a virtio_pci virtio_blk ext4
for try in 1 2 3 4 5 6 7 8 9 10; do
	mount -t ext4 -o rw /dev/vda /system && break
	sleep 1
done
umount /proc /sys
exec switch_root /system /lib/systemd/systemd
"""
TEST_UNIT = """[Unit]
Description=What is done to the service
After=multi-user.target virtwhered.service
[Service]
Type=oneshot
ExecStart=/system/guest.sh
StandardError=file:/out/messages.txt
[Install]
WantedBy=multi-user.target
"""
# Times for a machine in emulation on a host that may be busy.
DROP_IN = """[Service]
WatchdogSec=60s
TimeoutStartSec=5min
TimeoutStopSec=1min
TimeoutAbortSec=10s
"""


class Guest:
    def __init__(self, build, work):
        self.build, self.work = build.resolve(), work
        self.tree = packages.fetch("amd64", PACKAGES, work, "system")
        self.emulator = packages.fetch("amd64", EMULATOR, work, "emulator")
        self.kernel, self.release = self.tree.kernel("cloud-amd64")
        index_modules(self.tree, self.tree, self.release)

    def root(self, top):
        """The system: the packages, what their installation would have made, and the service."""
        subprocess.run(["cp", "-al", self.tree.folder, top], check=True)
        for name in NOT_NEEDED:
            shutil.rmtree(top / name, ignore_errors=True)
        for name in ("proc", "sys", "dev", "run", "tmp", "var/tmp", "var/log", "root", "out", "system", "etc/systemd/system"):
            (top / name).mkdir(parents=True, exist_ok=True)
        (top / "tmp").chmod(0o1777)
        (top / "var/tmp").chmod(0o1777)
        link(top / "usr/bin/sh", "dash")
        link(top / "var/run", "/run")
        link(top / "etc/systemd/system/default.target", "/lib/systemd/system/multi-user.target")
        for unit in UNITS_OFF:
            link(top / "etc/systemd/system" / unit, "/dev/null")
        master = top / "usr/share/base-passwd"
        write(top / "etc/passwd", (master / "passwd.master").read_text().replace(":*:", "::"))
        write(top / "etc/group", (master / "group.master").read_text().replace(":*:", "::") +
              "kvm:x:105:\nrender:x:106:\ninput:x:107:\nsgx:x:108:\nsystemd-journal:x:109:\n")
        write(top / "etc/nsswitch.conf", "passwd: files systemd\ngroup: files systemd\n")
        write(top / "etc/hostname", "guest\n")
        write(top / "etc/hosts", "127.0.0.1 localhost\n")
        write(top / "etc/machine-id", "00112233445566778899aabbccddeeff\n")
        write(top / "etc/fstab", "")
        write(top / "etc/systemd/system/virtwhered.service.d/test.conf", DROP_IN)
        write(top / "etc/systemd/system/guest-test.service", TEST_UNIT)
        write(top / "system/guest.sh", (HERE / "guest.sh").read_text(), 0o755)
        subprocess.run(["make", "-s", "-C", TOP, f"BUILD={self.build}", f"DESTDIR={top}", "PREFIX=/usr", "install"],
                       check=True, stdout=subprocess.DEVNULL)
        wants = top / "etc/systemd/system/multi-user.target.wants"
        link(wants / "guest-test.service", "../guest-test.service")
        link(wants / "virtwhered.service", "/usr/lib/systemd/system/virtwhered.service")
        subprocess.run(self.tree.command("/usr/bin/journalctl", "--root", top, "--update-catalog"), check=True)
        return top

    def disk(self, place):
        """The system as a file system of its own on a disk."""
        disk = place / "root.img"
        disk.touch()
        os.truncate(disk, int(SIZE[:-1]) << 20)
        subprocess.run([*self.tree.command("/usr/sbin/mkfs.ext4"), "-q", "-F", "-d", self.root(place / "root"), disk],
                       check=True)
        shutil.rmtree(place / "root")
        return disk

    def initrd(self, place):
        image = Initramfs()
        image.merged_folders()
        image.console()
        for folder in ("/proc", "/sys", "/dev", "/system"):
            image.folder(folder)
        image.add("/usr/bin/busybox", self.tree.path("/bin/busybox"), 0o755)
        image.add("/init", INIT.encode(), 0o755)
        image.modules(self.tree, self.release, ["drivers/virtio/*", "drivers/block/virtio_blk.ko", "fs/ext4/*",
                                                "arch/x86/crypto/crc32*", "crypto/crc32c_generic.ko", "lib/libcrc32c.ko"])
        return image.write(place / "initrd")

    def boot(self, place, out):
        """Boot; what the guest handed out is in @out afterwards."""
        results, tree = machine.new_disk(place / "results"), self.emulator
        command = ["env", f"QEMU_MODULE_DIR={tree.path('/usr/lib/x86_64-linux-gnu/qemu')}",
                   *tree.command("/usr/bin/qemu-system-x86_64")]
        command += [word for name in ("qemu", "seabios") for word in ("-L", tree.path(f"/usr/share/{name}"))]
        command += ["-accel", "tcg,thread=multi", "-M", "pc", "-cpu", "EPYC,+svm,+npt", "-m", "1024",
                    "-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none", "-nic", "none",
                    "-smbios", f"type=11,value={PASSPORT}", "-kernel", self.kernel, "-initrd", self.initrd(place),
                    "-append", "console=ttyS0 quiet panic=-1 no_timer_check systemd.show_status=false"]
        with open(place / "plug", "wb") as blank:
            blank.truncate(16 << 20)
        for name, path in (("root", self.disk(place)), ("results", results)):
            command += ["-drive", f"file={path},if=none,id={name},format=raw,cache=unsafe",
                        "-device", f"virtio-blk-pci,drive={name}"]
        command += ["-drive", f"file={place}/plug,if=none,id=plug,format=raw"]
        for number in (1, 2):
            command += ["-netdev", f"hubport,id=net{number},hubid=0"]
        socket = place / "qmp"
        command += ["-qmp", f"unix:{socket},server=on,wait=off"]
        reactions = {"SYSTEM HOTPLUG": lambda: machine.qmp(socket, PLUG),
                     "SYSTEM PLUG": lambda: machine.qmp(socket, PLUG_AGAIN)}
        outcome = machine.boot(command, place / "console", LIMIT, place, reactions)
        machine.take_disk(results, out)
        (out / "console.txt").write_text(outcome.console)
        return outcome


def link(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(path):
        path.symlink_to(target)


def write(path, text, mode=0o644):
    """A new file, never through a link to the packages' own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(mode)


# What is true afterwards: each check gets what was handed out, and returns a reason or None.

class Out:
    def __init__(self, folder):
        self.folder = folder

    def text(self, name):
        return (self.folder / name).read_text(errors="replace")

    def json(self, name):
        return json.loads(self.text(name))

    def lines(self, name):
        return [json.loads(line) for line in self.text(name).splitlines()]

    def state(self, name):
        return dict(line.split("=", 1) for line in self.text(name).splitlines() if "=" in line)


def differs(found, **wanted):
    wrong = [f"{key}={found.get(key)!r}, not {value!r}" for key, value in wanted.items() if found.get(key) != value]
    return ", ".join(wrong) or None


def running(state):
    return differs(state, ActiveState="active", SubState="running")


def notified(out):
    state = out.state("started.txt")
    return running(state) or differs(state, Type="notify", NRestarts="0") or \
        (None if state["StatusText"] else "no STATUS=")


def no_other_unit_failed(out):
    return out.text("failed-units.txt").strip() or None


def dynamic_user(out):
    status = dict(line.split(":\t", 1) for line in out.text("status.txt").splitlines() if ":\t" in line)
    uids = {int(uid) for uid in status["Uid"].split()}
    if any(not 61184 <= uid <= 65519 for uid in uids):  # systemd.exec(5), DynamicUser=
        return f"uids {uids}"
    return differs(status, CapEff="0" * 16, CapBnd="0" * 16, NoNewPrivs="1", Seccomp="2")


def modes(out):
    found = {line.split()[0]: line.split()[1] for line in out.text("modes.txt").splitlines()}
    return differs(found, **{"/run/virtwhere": "755", "/run/virtwhere/report.json": "644",
                             "/var/lib/private/virtwhere": "750"}) or \
        (None if out.json("read-by-user.json")["schema"] else "an ordinary user cannot read the report")


def credentials(out):
    if "dmi.table" not in out.text("credentials.txt").split():
        return "no dmi.table: " + out.text("credentials.txt")
    unread = [entry["source"] for entry in out.json("report.json")["unread"]
              if entry["source"].startswith(("/sys/firmware/dmi", "/sys/class/dmi", "/sys/firmware/acpi/tables/FACP"))]
    declared = [layer for layer in out.json("report.json")["stack"] if layer["known"] == "declared"]
    without = [layer for layer in out.json("user.json")["stack"] if layer["known"] == "declared"]
    if unread or without or not declared:
        return f"unread {unread}; declared by the table that only root reads: {declared}, without it {without}"


def same_as_root(out):
    root, ours = out.json("root.json"), out.json("report.json")
    # The service has mounts of its own, and may not see PID 1's to compare its root.
    if ours["platform"]["in_chroot"] is None:
        root["platform"]["in_chroot"] = None
    wrong = [key for key in ("platform", "level", "stack", "devices") if root[key] != ours[key]]
    classes = [{name: cell["class"] for name, cell in report["dimensions"].items()} for report in (root, ours)]
    if wrong or classes[0] != classes[1]:
        return f"root's report differs in {wrong or 'dimensions'}"


def kvm_is_seen(out):
    nested = out.json("report.json")["nested"]
    return None if "is not: see the kernel log" not in str(nested) else f"/dev/kvm is hidden: {nested}"


def http(out):
    if "200" not in out.text("metrics.head").splitlines()[0] or "\nvirtwhere_info{" not in out.text("metrics.txt"):
        return "no metrics: " + out.text("metrics.head")
    if not out.text("openmetrics.txt").endswith("# EOF\n") or "<html" not in out.text("page.html"):
        return "no OpenMetrics or no page"
    if out.json("http-report.json")["platform"] != out.json("report.json")["platform"]:
        return "another report"
    return None if out.text("codes.txt").split() == ["200", "200"] else "codes: " + out.text("codes.txt")


def verified(out):
    return out.text("verify.txt").strip() or None


def secure(out):
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", out.text("security.txt"))
    return None if found and float(found[1]) <= 1.2 else "no level of 1.2 or less: " + out.text("security.txt")[-200:]


def change_entry(out):
    text = out.text("changes.json")
    if "nvme" not in text or "virtio_net" not in text:
        return f"no entry with both: {text[:300]}"
    fields = out.lines("changes.json")[0]
    missing = [name for name in ("MESSAGE", "PRIORITY", "VIRTWHERE_CHANGE") if name not in fields]
    return f"no {missing}" if missing else None


def catalogue(out):
    text = out.text("changes.txt")
    return None if "Defined-By: virtwhered" in text else f"no explanation: {text[:300]}"


def report_after(out):
    drivers = {device.get("driver") for kind in out.json("report-after.json")["devices"].values() for device in kind}
    return None if {"nvme", "virtio_net"} <= drivers else f"drivers {drivers}"


def clock(out):
    before, after = map(int, out.text("clock.txt").split())
    return None if after == before + 1 else f"{after - before} probes after the clock was set"


def reloaded(out):
    return running(out.state("reload.txt")) or differs(out.state("reload.txt"), NRestarts="0") or \
        (None if out.text("reload.rc").strip() == "0" else "systemctl reload failed")


def watchdog(out):
    state = out.state("watchdog.txt")
    return running(state) or differs(state, NRestarts="1") or \
        (None if "Watchdog timeout" in out.text("journal.txt") else "systemd tells of no watchdog") or \
        (None if out.text("watchdog.code").strip() == "200" else "no scrape afterwards")


def killed(out):
    return running(out.state("sigkill.txt")) or differs(out.state("sigkill.txt"), NRestarts="2")


def refused(out):
    if out.text("check-config.rc").strip() != "2" or "virtwhered.conf:2:" not in out.text("check-config.txt"):
        return "--check-config: " + out.text("check-config.txt")
    return running(out.state("refused-reload.txt")) or \
        differs(out.state("refused-start.txt"), ActiveState="failed", ExecMainStatus="2", Result="exit-code")


def change_at_start(out):
    return None if "virtio_net" in out.text("changes-at-start.json") else out.text("changes-at-start.json")[:300] or "none"


def stopped(out):
    return differs(out.state("stopped.txt"), ActiveState="inactive", Result="success", ExecMainStatus="0") or \
        (None if "No such file" in out.text("left.txt") else "left behind: " + out.text("left.txt"))


def socket_activated(out):
    return differs(out.state("socket-before.txt"), ActiveState="inactive") or running(out.state("socket-after.txt")) or \
        (None if "\nvirtwhere_info{" in out.text("socket-metrics.txt") else "the first scrape got no metrics")


def textfile(out):
    """The unit writes what root's own command says of the machine and of KVM, and of one that is not known too."""
    written, own, blind = (out.text(name) for name in ("textfile.prom", "root.prom", "blind.prom"))
    for name in ("virtwhere_info", "virtwhere_nested_info"):
        found, wanted = (re.findall(f"^{name}.*$", text, re.M) for text in (written, own))
        if not wanted or found != wanted:
            return f"{name}: {found}, to root it is {wanted}"
    if "virtwhere_info{platform=\"unknown\"" not in blind:
        return f"of a machine that is not known: {blind[:200]!r}"
    return differs({name: out.text(name).strip() for name in ("textfile.rc", "blind.rc")}, **{"textfile.rc": "0", "blind.rc": "0"})


CHECKS = [notified, no_other_unit_failed, dynamic_user, modes, credentials, same_as_root, kvm_is_seen, http, verified, secure,
          change_entry, catalogue, report_after, clock, reloaded, watchdog, killed, refused, change_at_start, stopped,
          socket_activated, textfile]


def judge(checks, out):
    """(name, reason or None) of each check; what was not handed out is a reason too."""
    for check in checks:
        try:
            yield check.__name__, check(out)
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            yield check.__name__, f"{type(error).__name__}: {error}"


def tell(checks, folder, outcome):
    """Print what became of each check. Returns the exit status."""
    passed = failed = 0
    for name, reason in judge(checks, Out(folder)):
        passed, failed = passed + (reason is None), failed + (reason is not None)
        print(f"{'fail' if reason else 'pass'}  {name.replace('_', ' ')}{': ' + reason if reason else ''}")
    print(f"{outcome.seconds:.0f} s, {outcome.peak_mib} MiB; what the guest said: {folder}")
    return tally.end(passed, failed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build")
    parser.add_argument("--work", type=pathlib.Path, default=TOP / "build/system")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    out = options.work.resolve() / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    try:
        guest = Guest(options.build, options.work.resolve())
    except packages.Unavailable as reason:
        print(f"nothing tested: {reason}")
        return 77
    with tempfile.TemporaryDirectory(dir=options.work) as place:
        outcome = guest.boot(pathlib.Path(place).resolve(), out)
    return tell(CHECKS, out, outcome)


if __name__ == "__main__":
    sys.exit(main())
