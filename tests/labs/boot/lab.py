#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boot real hypervisors, run our programs in their guests, and hold what they say against what is true.

The rows of environments.toml say what there is. An environment that hosts others is booted once, with those of
its guests that are wanted. What could not be booted is failed or skipped, with the reason.
"""

import argparse
import concurrent.futures
import datetime
import json
import pathlib
import platform
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import tomllib

import jsonschema

import bochs
import document
import judge
import machine
from packages import Unavailable
from systems import HERE, Systems

TOP = HERE.parents[2]
sys.path.insert(0, str(TOP / "tests"))
import tally  # noqa: E402
LIMIT = 200
MEMORY = {"amd64": 512, "arm64": 768}
GUEST_MEMORY = 400
CONSOLE = {"amd64": "ttyS0", "arm64": "ttyAMA0"}
ATTEMPTS = 3  # of a boot that left no report: in emulated Xen a process of dom0 or of a domU dies now and then


class Lab:
    def __init__(self, table, work, programs, patience):
        self.rows = table["environment"]
        self.smbios = table["smbios"]
        self.work = work
        self.patience = patience
        self.systems = Systems(work, programs)
        self.results = work / "results"
        self.building = threading.Lock()
        host = platform.machine()
        self.program = programs["arm64" if host == "aarch64" else "amd64"]
        schema = json.loads((TOP / "export/report.schema.json").read_text())
        self.validator = jsonschema.Draft202012Validator(schema)

    # --- which environments ---

    def guests_of(self, name, wanted):
        """The wanted guests of an environment, and those that host wanted ones."""
        return [n for n, row in self.rows.items()
                if row.get("under") == name and (n in wanted or self.guests_of(n, wanted))]

    def roots(self, wanted):
        return [n for n, row in self.rows.items()
                if "under" not in row and (n in wanted or self.guests_of(n, wanted))]

    # --- one boot, with all its guests ---

    def run(self, root, wanted):
        """Boot an environment; what lacks files afterwards gets one more try. Yields (name, result)."""
        todo = self.family(root, wanted)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                outcome = self.boot(root, todo)
            except Unavailable as reason:
                for name in todo:
                    yield name, {"status": "skip", "reasons": [str(reason)]}
                return
            except (OSError, ValueError) as error:
                for name in todo:
                    yield name, {"status": "fail", "reasons": [f"it could not be started: {error}"]}
                return
            if machine.stopping.is_set():
                return
            missing = []
            for name in self.family(root, todo):
                folder = self.folder(name)
                if name not in todo:
                    continue
                if not (folder / "report.json").exists() and attempt < ATTEMPTS:
                    missing.append(name)
                    continue
                yield name, self.result(name, outcome if name == root else None, attempt)
            if not missing:
                return
            todo = missing

    def family(self, name, wanted):
        """An environment and the wanted ones in it, hosts first."""
        guests = [g for guest in self.guests_of(name, wanted) for g in self.family(guest, wanted)]
        return [name] + guests

    def folder(self, name):
        """Where an environment's files are: a guest's lie below its host's."""
        under = self.rows[name].get("under")
        return self.folder(under) / "guests" / name if under else self.work / "out" / name

    def boot(self, root, wanted):
        row, folder = self.rows[root], self.folder(root)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        place = self.work / "machines" / root
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        disk = machine.new_disk(place / "disk")
        with self.building:
            image = self.image(row)
            if row.get("hosts"):
                self.add_guests(image, root, wanted, place)
            image.write(place / "initrd")
        with tempfile.TemporaryDirectory() as private:
            socket = pathlib.Path(private) / "qmp"
            command = getattr(self, "command_" + row.get("way", "qemu"))(row, place)
            reactions = {}
            if row.get("hotplug"):
                command += ["-qmp", f"unix:{socket},server=on,wait=off"]
                plug = [{"execute": "device_add", "arguments": device} for device in row["hotplug"]]
                reactions["LAB HOTPLUG"] = lambda: machine.qmp(socket, plug)
            limit = sum(self.limit(name) for name in self.family(root, wanted))
            outcome = machine.boot(command, place / "console", limit, place, reactions)
        machine.take_disk(disk, folder)
        shutil.move(place / "console", folder / "console.txt")
        shutil.rmtree(place)
        (folder / "command.txt").write_text(shlex.join(map(str, command)) + "\n")
        if not outcome.ended:
            (folder / "limit.txt").write_text(f"not ended after {limit} seconds\n")
        return outcome

    def limit(self, name):
        """Seconds until an environment counts as hung, without those of its guests."""
        return int(self.rows[name].get("limit", LIMIT) * self.patience)

    def image(self, row):
        if row.get("way") == "uml":
            return self.systems.guest("amd64", None)
        flavour = "generic" if row.get("way") == "xen" else row.get("kernel", "cloud")
        return self.systems.guest(row.get("arch", "amd64"), flavour, row.get("hosts"), row.get("archive"),
                                  row.get("modules", []))

    # --- command lines ---

    def append(self, row, console):
        words = [f"console={console} quiet panic=-1", row.get("append", "")]
        words += [f"lab.hosts={row['hosts']}"] if row.get("hosts") else []
        words += [f"lab.hotplug={len(row['hotplug'])}"] if row.get("hotplug") else []
        return " ".join(filter(None, words))

    def fill(self, text, place):
        """Put in what a row cannot know; @place is None for a guest of a guest."""
        path = self.systems.tree("amd64").path
        fillers = {
            "%blank2": lambda: blank(place, "blank2"), "%blank": lambda: blank(place, "blank"),
            "%ovmf": lambda: str(path("/usr/share/OVMF/OVMF_CODE.fd")),
            "%efi": lambda: str(path("/usr/share/qemu-efi-aarch64/QEMU_EFI.fd")),
            "%khz": tsc_khz,
        }
        for key, value in fillers.items():
            text = text.replace(key, value()) if key in text else text
        return text

    def qemu(self, row, place=None):
        """QEMU's arguments for a row, without the kernel and what belongs to it."""
        disk = place / "disk" if place else "/tmp/guest.img"
        words = ["-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none"]
        words += shlex.split(self.fill(row["qemu"], place))
        words += [] if "-netdev" in words else ["-nic", "none"]
        for entry in self.smbios.get(row.get("smbios"), []):
            words += ["-smbios", entry]
        words += ["-drive", f"file={disk},if=none,id=lab,format=raw,cache=unsafe"]
        device, _, options = row.get("out", "virtio-blk-pci").partition(",")
        return words + ["-device", f"{device},drive=lab" + (f",{options}" if options else "")]

    def command_qemu(self, row, place):
        arch = row.get("arch", "amd64")
        kernel, _ = self.systems.kernel(arch, row.get("kernel", "cloud"))
        program = {"amd64": "x86_64", "arm64": "aarch64"}[arch]
        memory = row.get("memory", MEMORY[arch])
        return self.emulator(program, memory) + self.qemu(row, place) + [
            "-kernel", kernel, "-initrd", place / "initrd",
            "-append", self.fill(self.append(row, CONSOLE[arch]), place)]

    def emulator(self, program, memory):
        tree = self.systems.tree("amd64")
        folders = [word for name in ("qemu", "seabios") for word in ("-L", tree.path(f"/usr/share/{name}"))]
        modules = tree.path("/usr/lib/x86_64-linux-gnu/qemu")
        return ["env", f"QEMU_MODULE_DIR={modules}", *tree.command(f"/usr/bin/qemu-system-{program}"),
                "-accel", "tcg,thread=multi", "-m", str(memory), *folders]

    def command_xen(self, row, place):
        kernel, _ = self.systems.kernel("amd64", "generic")
        # cpuidle=0: an idle Xen waits by MWAIT with "break on interrupt", which QEMU's emulation answers with #GP,
        # so that Xen panics as soon as dom0 has told it of that idle state
        xen = ("com1=115200,8n1 console=com1 cpuidle=0 noreboot=no dom0_mem=1600M,max:1600M dom0_max_vcpus=1 "
               + row.get("xen", ""))
        return self.emulator("x86_64", 4000) + self.qemu(row | {"out": "nvme,serial=lab"}, place) + [
            "-kernel", self.systems.xen(place), "-append", xen,
            "-initrd", f"{kernel} {self.append(row, 'hvc0')},{place / 'initrd'}"]

    def command_bochs(self, row, place):
        kernel, _ = self.systems.kernel("amd64", row["kernel"])
        return bochs.command(self.systems.tree("bochs"), place, kernel, self.append(row, "ttyS0"), row["bochs"],
                             row.get("memory", MEMORY["amd64"]))

    def command_uml(self, row, _):
        # TMPDIR: the memory of the machine is a file there. Started by name, not through a loader, for it lays
        # out its memory by where the kernel put the program.
        program = self.systems.tree("amd64").path("/usr/bin/linux.uml")
        return ["env", "TMPDIR=/dev/shm", program, "mem=512M",
                "initrd=initrd", "ubda=disk", "con0=null,fd:1", "con=null", "ssl=null", "uml_dir=.",
                *self.append(row, "tty0").split()[1:]]

    # --- guests of guests ---

    def add_guests(self, image, host, wanted, place):
        """What the host needs to start its wanted guests: their systems and a script, /lab/guests."""
        names = self.guests_of(host, wanted)
        below = [row for name in self.family(host, wanted)[1:] for row in [self.rows[name]]]
        flavours = {row.get("kernel", "cloud") for row in below if "run" not in row}
        # Xen's QEMU copies a kernel and an initramfs byte by byte
        self.systems.inner(image, sorted(flavours), place, compressed=self.rows[host]["hosts"] == "xen")
        image.add("/lab/guests", self.script(names, host).encode())
        for name in self.family(host, wanted)[1:]:
            if self.rows[name].get("hosts"):
                image.add(f"/lab/guests.{name}", self.script(self.guests_of(name, wanted), name).encode())
            if "xl" in self.rows[name]:
                image.add(f"/lab/{name}.cfg", self.domain(name).encode())

    def script(self, names, host):
        way = self.rows[host].get("hosts")
        return "".join(getattr(self, f"start_{way}")(name) + "\n" for name in names)

    def start_kvm(self, name):
        row = self.rows[name]
        flavour = row.get("kernel", "cloud")
        append = self.append(row, CONSOLE["amd64"]) + (f" lab.guests=.{name}" if row.get("hosts") else "")
        initrd = "/tmp/own-initrd" if row.get("hosts") else f"/lab/initrd-{flavour}"
        words = ["qemu-system-x86_64", "-accel", "kvm", "-nodefaults", "-m", str(row.get("memory", GUEST_MEMORY)),
                 "-L", "/usr/share/qemu", "-L", "/usr/share/seabios", *self.qemu(row),
                 "-kernel", f"/lab/kernel-{flavour}", "-initrd", initrd, "-append", append]
        line = shlex.join(words).replace("%nvme", "$(assign 0x010802)")
        if row.get("passport"):
            way = row["passport"]
            line += f' -{way.replace("_", "_")} "$(passport {way})"'
        prepare = f"own_initrd {initrd}\n" if row.get("hosts") else ""
        limit = sum(self.limit(n) for n in self.family(name, self.rows))
        return f"{prepare}guest {name} {limit} {line}"

    def start_xen(self, name):
        return f"guest {name} {self.limit(name)} {name}"

    def start_container(self, name):
        return f"guest {name} {self.limit(name)} {self.rows[name]['run']}"

    def domain(self, name):
        """The configuration of a Xen domain, for xl."""
        row = self.rows[name]
        flavour, hvm = row.get("kernel", "cloud"), "type='hvm'" in row["xl"]
        append = self.append(row, "ttyS0" if hvm else "hvc0")
        disk = f"format=raw,vdev={'hda' if hvm else 'xvda'},access=rw,target=/dev/loop0"
        lines = [f"name='{name}'", f"memory={GUEST_MEMORY}", "vcpus=1", f"kernel='/lab/kernel-{flavour}'",
                 f"ramdisk='/lab/initrd-{flavour}'", f"extra='{append}'", f"disk=['{disk}']",
                 "on_poweroff='destroy'", "on_reboot='destroy'", "on_crash='destroy'", *row["xl"]]
        if not any(line.startswith("vif") for line in row["xl"]):
            lines.append("vif=['type=vif,script=vif-lab,mac=00:16:3e:00:00:01']")
        if hvm:
            # boot: the kernel comes as a ROM, which the firmware tries after the disk otherwise
            lines += ["boot='n'", "serial='file:/tmp/serial'", "vga='none'", "nographic=1",
                      "device_model_override='/usr/libexec/xen-qemu-system-i386'"]
        return "\n".join(lines) + "\n"

    # --- results ---

    def run_all(self, wanted, lanes):
        """Boot what is wanted, as many machines at a time as there are lanes. Returns how often each status came."""
        counts, telling = {"pass": 0, "fail": 0, "skip": 0}, threading.Lock()

        def one(root):
            if machine.stopping.is_set():
                return
            for name, result in self.run(root, wanted):
                with telling:
                    self.keep(name, result)
                    counts[result["status"]] += 1
                    told = document.brief(result)
                    print(tally.line(name, told) if result["status"] == "skip" else f"{result['status']:4}  {name:22} {told}",
                          flush=True)

        roots = self.roots(wanted)
        if lanes > 1:  # those that take long begin
            roots.sort(key=lambda name: not self.rows[name].get("hosts"))
        with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
            for done in [pool.submit(one, root) for root in roots]:
                done.result()
        return counts

    def result(self, name, outcome, attempt):
        folder, row = self.folder(name), self.rows[name]
        reasons = judge.judge(folder, row, self.program, self.validator)
        report = judge.load(folder / "report.json") or {}
        seconds = outcome.seconds if outcome else judge.number(folder / "seconds.txt")
        return {
            "status": "fail" if reasons else "pass", "reasons": reasons, "attempt": attempt, "seconds": seconds,
            "peak_mib": outcome.peak_mib if outcome else None, "we": judge.our_words(report),
            "they": judge.peers(folder), "timing": judge.timing(folder),
            "when": datetime.date.today().isoformat(),
        }

    def keep(self, name, result):
        """Store a result, and the files that it rests on, for docs and fixtures."""
        place = self.results / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        if self.folder(name).exists():
            shutil.copytree(self.folder(name), place / "files", ignore=shutil.ignore_patterns("guests"))
        (place / "result.json").write_text(json.dumps(result, indent=1) + "\n")

    def versions(self):
        """The packages that matter, in words."""
        tree = self.systems.tree("amd64")
        words = [f"{what} {tree.version(package)}" for what, package in
                 (("QEMU", "qemu-system-x86"), ("Xen", "xen-hypervisor-4.17-amd64"), ("Linux", "linux-image-cloud-amd64"))]
        return ", ".join(words)


def read_table():
    """environments.toml, each row with the truth of those that it is like."""
    table = tomllib.loads((HERE / "environments.toml").read_text())
    for row in table["environment"].values():
        row["truth"] = table["truths"].get(row.get("like"), {}) | row.get("truth", {})
    return table


def keep_programs(programs, work):
    """Copies, so that one and the same program runs in the guests and judges them."""
    for arch, program in programs.items():
        (work / f"virtwhere-{arch}").unlink(missing_ok=True)
        if program.exists():
            shutil.copy(program, work / f"virtwhere-{arch}")
    return {arch: work / f"virtwhere-{arch}" for arch in programs}


def blank(place, name):
    """An empty disk; those of guests of guests are made by guest/host-kvm."""
    if not place:
        return f"/tmp/{name}.img"
    with open(place / name, "wb") as disk:
        disk.truncate(machine.DISK_SIZE)
    return str(place / name)


def tsc_khz():
    """The rate of this machine's time stamp counter, which an emulated one follows."""
    for line in open("/proc/cpuinfo", encoding="ascii", errors="replace"):
        if line.startswith("cpu MHz"):
            return str(int(float(line.split(":")[1]) * 1000))
    raise Unavailable("the rate of this machine's TSC is not known")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("environments", nargs="*", help="all by default")
    parser.add_argument("--quick", action="store_true", help="only the rows that are marked so")
    parser.add_argument("--list", action="store_true", help="print the environments")
    parser.add_argument("--work", type=pathlib.Path, default=TOP / "build/lab", help="packages, images, results")
    parser.add_argument("--program", type=pathlib.Path, default=TOP / "build/virtwhere")
    parser.add_argument("--program-arm64", type=pathlib.Path, default=TOP / "build/aarch64-linux-gnu/virtwhere")
    parser.add_argument("--patience", type=float, default=1, help="factor for all limits, on a slow machine")
    parser.add_argument("--lanes", type=int, default=1, help="machines at a time, 1 by default")
    parser.add_argument("--document", type=pathlib.Path, help="write the table of all results there")
    parser.add_argument("--fixtures", type=pathlib.Path, help="renew the fixtures there from passed environments")
    arguments = parser.parse_args()
    table = read_table()
    rows = table["environment"]
    unknown = [name for name in arguments.environments if name not in rows]
    if unknown:
        parser.error(f"no environment {unknown[0]}; --list prints them")
    wanted = [name for name in rows if name in arguments.environments or not arguments.environments
              and (rows[name].get("quick") or not arguments.quick)]
    if arguments.list:
        print("\n".join(wanted))
        return 0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: machine.stopping.set())
    arguments.work.mkdir(parents=True, exist_ok=True)
    programs = {"amd64": arguments.program, "arm64": arguments.program_arm64}
    lab = Lab(table, arguments.work.resolve(), keep_programs(programs, arguments.work.resolve()),
              arguments.patience)
    counts = lab.run_all(wanted, arguments.lanes)
    if machine.stopping.is_set():
        return 1
    if arguments.fixtures:
        document.renew_fixtures(lab, arguments.fixtures)
    if arguments.document:
        arguments.document.write_text(document.render(lab))
    print(tally.closing(counts["pass"], counts["fail"], counts["skip"]))
    return 1 if counts["fail"] or not counts["pass"] else 0


if __name__ == "__main__":
    sys.exit(main())
