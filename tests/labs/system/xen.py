#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Save and restore a Xen PV guest in which the service runs, and see that it probes: xen.py [--build DIR] [--work DIR]

QEMU boots Xen with its dom0 in emulation, as the lab does; xl starts the guest, saves it to a file, and restores it
from there, which is what a migration is to the guest. The service is alone in the guest: no udevd, no time service.
What could not be booted fails; where packages are not to be had, nothing was tested (exit status 77).
"""

import argparse
import gzip
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(HERE.parent / "boot"))
import machine  # noqa: E402
import packages  # noqa: E402
from system import tally, tell  # noqa: E402
from systems import Systems  # noqa: E402

LIBRARIES = ["libpci3", "libcpuid16", "libjansson4", "libmicrohttpd12", "libyaml-0-2", "libinih1", "libcrypt1",
             "libsystemd0", "libudev1"]
LIMIT = 600
APPEND = "console=hvc0 quiet panic=-1"
# No idle states: Xen asks for them by MWAIT, of which QEMU makes a general protection fault at times.
XEN = "com1=115200,8n1 console=com1 dom0_mem=1600M,max:1600M dom0_max_vcpus=1 noreboot=no cpuidle=0"
CPU = "EPYC,+svm,+npt,-smap"  # SMAP off: with it QEMU 7.2 lets Xen's paravirtual dom0 die
GUEST_INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /run /tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
exec >/dev/console 2>&1 </dev/null
ifconfig lo 127.0.0.1 up
virtwhered --report-file=/run/report.json --state-directory= --interval=0 &
while sleep 2; do
	echo "GUEST $(wget -qO- http://127.0.0.1:9796/metrics | sed -n 's/^virtwhere_probes_total //p') probes"
done
"""
GUEST = """name='saved'
memory=256
vcpus=1
type='pv'
kernel='/lab/kernel'
ramdisk='/lab/guest'
extra='console=hvc0 quiet panic=-1'
on_poweroff='destroy'
on_reboot='destroy'
on_crash='destroy'
"""
HOST = """log=/var/log/xen/guest-saved.log
probes() {
	sed -n 's/^GUEST \\([0-9]\\{1,\\}\\) probes.*/\\1/p' $log | tail -n 1
}
for attempt in 1 2 3; do # in emulation processes die at times
	xl create /lab/saved.cfg >>/out/create.txt 2>&1
	wait_for '[ -n "$(probes)" ]' 90 && break
	xl destroy saved
done
sleep 20
echo "before $(probes)" >/out/probes.txt
xl save saved /tmp/saved >/out/save.txt 2>&1
sleep 5
xl list >/out/while-saved.txt 2>&1
: >$log
xl restore /tmp/saved >/out/restore.txt 2>&1
wait_for '[ -n "$(probes)" ]' 120
sleep 20
echo "after $(probes)" >>/out/probes.txt
cp $log /out/guest.txt
xl destroy saved
hand_out
"""


def boot(build, work, place, out):
    systems = Systems(work, {"amd64": build / "virtwhere"})
    service = packages.fetch("amd64", LIBRARIES, work, "service")
    kernel, _ = systems.kernel("amd64", "cloud")
    guest = systems.guest("amd64", "cloud")
    guest.program(service, "/usr/bin/virtwhered", build / "virtwhered")
    guest.add("/init", GUEST_INIT.encode(), 0o755)
    host = systems.guest("amd64", "generic", "xen")
    host.add("/lab/kernel", kernel)
    host.add("/lab/guest", gzip.compress(guest.write(place / "guest").read_bytes(), 6))
    host.add("/lab/saved.cfg", GUEST.encode())
    host.add("/lab/guests", HOST.encode())
    host.write(place / "initrd")
    results = machine.new_disk(place / "disk")
    tree, (kernel, _) = systems.tree("amd64"), systems.kernel("amd64", "generic")
    command = ["env", f"QEMU_MODULE_DIR={tree.path('/usr/lib/x86_64-linux-gnu/qemu')}",
               *tree.command("/usr/bin/qemu-system-x86_64"), "-accel", "tcg,thread=multi", "-m", "4000",
               *[word for name in ("qemu", "seabios") for word in ("-L", tree.path(f"/usr/share/{name}"))],
               "-M", "q35", "-cpu", CPU, "-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none",
               "-nic", "none", "-drive", f"file={results},if=none,id=lab,format=raw,cache=unsafe",
               "-device", "nvme,serial=lab,drive=lab", "-kernel", systems.xen(place), "-append", XEN,
               "-initrd", f"{kernel} {APPEND} lab.hosts=xen,{place / 'initrd'}"]
    outcome = machine.boot(command, place / "console", LIMIT, place)
    machine.take_disk(results, out)
    (out / "console.txt").write_text(outcome.console)
    return outcome


# What is true afterwards, as in system.py.

def probes(out):
    return {name: int(count) for name, count in (line.split() for line in out.text("probes.txt").splitlines())}


def gone_while_saved(out):
    return "it ran on" if re.search(r"^saved\s", out.text("while-saved.txt"), re.M) else None


def ran_on(out):
    return None if {"before", "after"} <= set(probes(out)) else f"probes: {probes(out)}"


def probed_when_it_ran_again(out):
    found = probes(out)
    return None if found["after"] == found["before"] + 1 else f"probes: {found}"


CHECKS = [gone_while_saved, ran_on, probed_when_it_ran_again]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build")
    parser.add_argument("--work", type=pathlib.Path, default=TOP / "build/lab")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    out = options.work.resolve() / "out-saved"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    try:
        with tempfile.TemporaryDirectory(dir=options.work) as place:
            outcome = boot(options.build.resolve(), options.work.resolve(), pathlib.Path(place).resolve(), out)
    except packages.Unavailable as reason:
        return tally.skip_all("a Xen guest that is saved", reason)
    return tell(CHECKS, out, outcome)


if __name__ == "__main__":
    sys.exit(main())
