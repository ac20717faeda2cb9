#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The service from outside: what it tells systemd, keeps on disk and says of changes, and what it survives.

service.py PROGRAM [--kills N] [--events N]; virtwhered is taken from PROGRAM's folder.
"""

import argparse
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jsonschema

TOP = Path(__file__).resolve().parents[2]
LAB = TOP / "tests/corpus/lab"
SCHEMA = jsonschema.Draft202012Validator(json.loads((TOP / "export/report.schema.json").read_text()))
PATIENCE = 60  # seconds for what comes at once on an idle machine
UEVENT = "/sys/class/net/{}/uevent"

checks = []


def check(function):
    checks.append(function)
    return function


class Skip(Exception):
    """A check that this machine cannot make, and why."""


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"did not happen: {what}"
        time.sleep(0.01)


class Service:
    """A virtwhered with its folders, and with us in systemd's place."""

    def __init__(self, program, folder, *options, environment=None, http=True, conf=None, user=None, handed=None):
        self.folder = folder
        self.report, self.state = folder / "report.json", folder / "state"
        self.http = folder / "http"
        self.state.mkdir(exist_ok=True)
        self.socket_path = folder / "notify"
        self.socket_path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.socket_path))
        os.chmod(self.socket_path, 0o777)
        self.told = []
        self.log_path = folder / "log"
        given = [f"--report-file={self.report}", f"--state-directory={self.state}", "--interval=0", "--settle=50ms"]
        if http is not None:
            given.append(f"--listen={self.http if http else ''}")
        if conf:
            given.append(f"--config={conf}")
        clean = {name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"}
        command = [program, *given, *options]
        if handed:  # a listening socket, as systemd passes it on: sd_listen_fds(3)
            command = ["sh", "-c", f'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@" 3<&{handed.fileno()}', "sh", *command]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user,
                group=user, extra_groups=None if user is None else [],
                pass_fds=[handed.fileno()] if handed else [],
                env={**clean, "NOTIFY_SOCKET": str(self.socket_path), **(environment or {})})

    def wait_told(self, wanted):
        """Wait for a message that has all of @wanted; returns it. What came before it is forgotten."""
        deadline = time.monotonic() + PATIENCE
        while True:
            while self.told:
                message = self.told.pop(0)
                if all(line in message for line in wanted):
                    return message
            left = deadline - time.monotonic()
            assert left > 0 and self.process.poll() is None, \
                f"never told {wanted}; exit {self.process.poll()}: {self.log()}"
            if select.select([self.socket], [], [], min(left, 0.1))[0]:
                self.told.append(self.socket.recv(65536).decode())

    def ready(self):
        return self.wait_told(["READY=1"])

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        self.wait_told(["RELOADING=1"])
        return self.ready()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def complaints(self):
        """What it says besides where it listens."""
        return re.sub(r"^virtwhered: listening on .*\n", "", self.log(), flags=re.M)

    def get(self, path):
        """A GET over the Unix socket: (status, body)."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(str(self.http))
            link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: link.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()

    def metric(self, name):
        found = re.search(rf"^{name} (\S+)$", self.get("/metrics")[1], re.M)
        assert found, f"no sample of {name}"
        return float(found[1])

    def end(self):
        """End it as systemd does. Returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.socket.close()


class Machines:
    """A snapshot that becomes another one: a link that is turned."""

    def __init__(self, folder):
        self.folder, self.link = folder, folder / "machine"
        folder.mkdir(exist_ok=True)

    def become(self, name):
        place = self.folder / name
        if not place.exists():
            place.mkdir()
            subprocess.run(["tar", "-xzf", str(LAB / f"{name}.tar.gz"), "-C", str(place)], check=True)
        new = self.folder / "new"
        new.symlink_to(place)
        new.rename(self.link)

    def vanish(self):
        self.link.unlink()


def document(path):
    """The report in a file, which must be whole and valid."""
    report = json.loads(path.read_text())
    SCHEMA.validate(report)
    return report


# --- systemd -----------------------------------------------------------------------------------------------


@check
def life(program, folder, _):
    environment = {"WATCHDOG_USEC": "1000000"}
    with Service(program, folder, environment=environment) as service:
        assert "STATUS=" in service.ready()
        assert document(service.report)["source"]["kind"] == "live"
        service.wait_told(["WATCHDOG=1"])
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        service.process.send_signal(signal.SIGHUP)
        told = service.wait_told(["RELOADING=1", "MONOTONIC_USEC="])
        stamp = int(re.search(r"MONOTONIC_USEC=(\d+)", told)[1]) / 1e6
        assert before <= stamp <= time.clock_gettime(time.CLOCK_MONOTONIC)
        service.ready()
        service.process.terminate()
        service.wait_told(["STOPPING=1"])
        assert service.process.wait(PATIENCE) == 0
        assert document(service.state / "last.json") == document(service.report)
        assert not service.http.exists(), "its Unix socket stays behind"
        assert service.complaints() == "", service.log()


@check
def activated(program, folder, _):
    """A socket that systemd made is served, and `listen` is not."""
    path, conf = folder / "made", folder / "conf"
    conf.write_text("[virtwhered]\n")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))
        made.listen()
        with Service(program, folder, handed=made, conf=conf, http=None) as service:
            service.ready()
            assert not service.http.exists()
            service.http = path
            assert service.get("/-/ready")[0] == 200
            assert f"listening on {path}, a socket of systemd's: the option listen is not used\n" in service.log()
            conf.write_text("[virtwhered]\nlisten = 127.0.0.1:1\n")
            service.reload()
            assert "restart" not in service.log(), service.log()
            conf.write_text("[virtwhered]\nconnections = 7\n")
            service.reload()
            assert ": connections and timeout hold after a restart" in service.log(), service.log()
            assert service.end() == 0
    assert path.exists(), "the socket is not ours to remove"


@check
def unprivileged(program, folder, _):
    """Without rights it runs, says nothing, and reports what it could not read."""
    if os.geteuid() != 0:
        raise Skip("only root can become somebody else")
    nobody = 65534
    (folder / "state").mkdir()
    for path in (folder, folder / "state"):
        os.chown(path, nobody, nobody)
    try:
        subprocess.run([program, "--version"], user=nobody, group=nobody, extra_groups=[], capture_output=True,
                       check=True)
    except OSError as error:
        raise Skip(f"the program cannot be started by others: {error}") from error
    with Service(program, folder, user=nobody) as service:
        service.ready()
        unread = document(service.report)["unread"]
        assert all(entry["error"] for entry in unread)
        assert service.metric("virtwhere_unread_sources") == len(unread)
        assert service.metric("virtwhere_probe_failures_total") == 0
        assert service.complaints() == "", service.log()
        assert service.end() == 0


@check
def same_as_the_command(program, folder, _):
    """The report is what the command prints."""
    snapshot = LAB / "tcg-pc-ec2nitro.tar.gz"
    with Service(program, folder, f"--snapshot={snapshot}") as service:
        service.ready()
        printed = subprocess.run([str(Path(program).parent / "virtwhere"), "--json", "--snapshot", str(snapshot)],
                                 capture_output=True, text=True, check=False).stdout
        ours, theirs = document(service.report), json.loads(printed)
        for key in ("platform", "level", "stack", "dimensions", "nested"):
            assert ours[key] == theirs[key], key
        assert json.loads(service.get("/report")[1]) == ours
        assert service.get("/-/ready")[0] == 200
        assert service.get("/")[1].startswith("<!DOCTYPE html>")
        assert service.get("/metrics")[1].count("virtwhere_info{") == 1
        assert service.end() == 0


# --- what is kept ------------------------------------------------------------------------------------------


@check
def written_once(program, folder, _):
    """A report that has not changed is not written again."""
    machines = Machines(folder / "machines")
    machines.become("tcg-pc-ec2nitro")
    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        before = service.report.stat()
        for _ in range(3):
            service.reload()
        after = service.report.stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
        assert service.metric("virtwhere_probes_total") == 4
        assert service.metric("virtwhere_changes_total") == 0
        machines.become("xen-hvm-ec2")
        service.reload()
        assert service.report.stat().st_ino != before.st_ino
        assert service.metric("virtwhere_changes_total") == 1


@check
def changes(program, folder, _):
    """What changed is said: between two probes, and across a restart."""
    machines = Machines(folder / "machines")
    machines.become("xen-hvm-ec2")
    before = None
    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        before = document(service.report)["platform"]["id"]
        assert service.complaints() == "", service.log()
        machines.become("tcg-pc-ec2nitro")
        service.reload()
        after = document(service.report)["platform"]["id"]
        assert before != after
        assert re.search(rf"virtwhered: {before}( on \S+)? became {after}", service.log()), service.log()
        assert service.end() == 0
    machines.become("xen-hvm-ec2")
    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        assert re.search(rf"virtwhered: {after}( on \S+)? became {before}", service.log()), service.log()
        assert service.metric("virtwhere_changes_total") == 1
        assert service.metric("virtwhere_last_change_timestamp_seconds") > time.time() - 60
        assert service.end() == 0
    lines = service.complaints()
    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        assert service.complaints() == lines, "something is said to have changed"


@check
def damaged_state(program, folder, _):
    """A last report that is damaged is said, ignored, and replaced."""
    (folder / "state").mkdir()
    last = folder / "state/last.json"
    for number, text in enumerate([b"", b"{", b"[" * 100000, b"\xff\xfe", b"{}", b"x" * (2 << 20)]):
        last.write_bytes(text)
        with Service(program, folder, http=False) as service:
            service.ready()
            said = re.findall(r"last\.json: is (?:damaged|too big)", service.log())
            assert len(said) == number + 1, service.log()
            document(last)
            assert service.end() == 0


# --- configuration -----------------------------------------------------------------------------------------


def run(program, *options):
    return subprocess.run([program, *options], capture_output=True, text=True, timeout=PATIENCE, check=False)


@check
def refused(program, folder, _):
    """What is wrong is one line with its place, and exit 2."""
    conf = folder / "conf"
    cases = [("[virtwhered]\ninterval = 1h\nlisten_adress = x\n", ":3: no such key: listen_adress"),
             ("[virtwhered]\nconnections = 0\n", ":2: connections: '0' is not between 1 and 4096"),
             ("[virtwhered]\nlisten = nonsense:\n", ":2: listen: 'nonsense:' is no address such as 127.0.0.1:9796, "
              "[::1]:9796, :9796 or an absolute path of at most 107 bytes")]
    for text, problem in cases:
        conf.write_text(text)
        for more in ([], ["--check-config"]):
            done = run(program, "--config", str(conf), *more)
            assert (done.returncode, done.stderr) == (2, f"virtwhered: {conf}{problem}\n"), done
    assert run(program, "--nonsense").returncode == 2
    done = run(program, "--listen=", "--report-file=", "--state-directory=", f"--snapshot={folder}/none")
    assert done.returncode == 2 and f"{folder}/none" in done.stderr, done
    conf.write_text("[virtwhered]\n# nothing\n")
    assert run(program, "--config", str(conf), "--check-config").returncode == 0
    assert run(program, "--help").stdout.startswith("Usage: virtwhered")
    assert run(program, "--version").stdout.startswith("virtwhered ")


@check
def reloaded(program, folder, _):
    """A good configuration holds after a reload; of a bad one nothing does."""
    conf, text = folder / "conf", folder / "text.prom"
    conf.write_text("[virtwhered]\n")
    with Service(program, folder, conf=conf) as service:
        service.ready()
        conf.write_text(f"[virtwhered]\ntextfile = {text}\nnonsense = 1\n")
        service.reload()
        assert f"{conf}:3: no such key: nonsense; the configuration stays as it was" in service.log()
        assert not text.exists()
        conf.write_text(f"[virtwhered]\ntextfile = {text}\nweb-config-file = {folder}/none.yml\n")
        service.reload()
        assert service.log().count("the configuration stays as it was") == 2, service.log()
        assert not text.exists()
        conf.write_text(f"[virtwhered]\ntextfile = {text}\n")
        service.reload()
        assert "virtwhere_probes_total 4" in text.read_text()
        conf.write_text("[virtwhered]\ntextfile = /a\nlisten = /other\n")
        service.reload()
        assert "/a: " in service.log() or os.geteuid() == 0
        assert service.get("/-/healthy")[0] == 200
        if os.geteuid() == 0:
            Path("/a").unlink(missing_ok=True)
        assert service.end() == 0


# --- faults ------------------------------------------------------------------------------------------------


@check
def no_folder(program, folder, _):
    """Folders that are not there: said once, shown in metrics, and over when they are."""
    options = [f"--report-file={folder}/run/report.json", f"--state-directory={folder}/lib"]
    with Service(program, folder, *options) as service:
        service.ready()
        service.reload()
        assert service.log().count("run/report.json: No such file") == 1, service.log()
        assert service.log().count("lib/last.json: No such file") == 1, service.log()
        assert service.metric("virtwhere_report_written") == 0
        assert json.loads(service.get("/report")[1])["schema"] == "virtwhere.report/1"
        (folder / "run").mkdir()
        (folder / "lib").mkdir()
        service.reload()
        assert service.metric("virtwhere_report_written") == 1
        assert service.log().count("works again") == 2, service.log()
        document(folder / "run/report.json")
        assert service.end() == 0


@check
def full_disk(program, folder, _):
    """A disk without room: the old report stays whole."""
    disk = folder / "disk"
    disk.mkdir()
    machines = Machines(folder / "machines")
    machines.become("xen-hvm-ec2")
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)],
                                           capture_output=True, check=False).returncode:
        raise Skip("no tmpfs can be mounted here")
    try:
        options = [f"--report-file={disk}/report.json", f"--snapshot={machines.link}"]
        with Service(program, folder, *options) as service:
            service.ready()
            before = document(disk / "report.json")
            with open(disk / "filler", "wb", buffering=0) as filler:
                try:
                    while filler.write(b"x" * 4096):
                        pass
                except OSError:
                    pass
            machines.become("tcg-pc-ec2nitro")
            service.reload()
            assert document(disk / "report.json") == before
            assert "No space left" in service.log(), service.log()
            assert service.metric("virtwhere_report_written") == 0
            assert [path.name for path in disk.iterdir() if path.name.endswith("~")] == []
            (disk / "filler").unlink()
            service.reload()
            assert document(disk / "report.json") != before
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            machines.become("xen-hvm-ec2")
            service.reload()
            assert "Read-only file system" in service.log(), service.log()
            assert service.end() == 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@check
def vanished(program, folder, _):
    """What cannot be probed any more: the last report stays, and it is said once."""
    machines = Machines(folder / "machines")
    machines.become("tcg-pc-ec2nitro")
    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        before = service.get("/report")
        machines.vanish()
        service.reload()
        assert "could not be probed again" in service.reload()
        assert service.get("/report") == before, service.get("/report")
        assert service.log().count("No such file or directory") == 1, service.log()
        assert service.metric("virtwhere_probe_failures_total") == 2
        machines.become("tcg-pc-ec2nitro")
        service.reload()
        assert service.metric("virtwhere_probe_failures_total") == 2
        assert "works again" in service.log()
        assert service.end() == 0


@check
def killed(program, folder, options):
    """Killed at any moment, the files are whole and valid, and nothing is left for long."""
    chance = random.Random(5)
    machines = Machines(folder / "machines")
    state = folder / "state"
    span = 0.06
    for number in range(options.kills):
        machines.become(("xen-hvm-ec2", "tcg-pc-ec2nitro")[number % 2])
        with Service(program, folder, f"--snapshot={machines.link}", http=False) as service:
            if number == 0:
                start = time.monotonic()
                service.ready()
                span = min(1.5 * (time.monotonic() - start), 0.3)
            time.sleep(chance.uniform(0, span))
            service.process.kill()
            service.process.wait()
        for path in (folder / "report.json", state / "last.json"):
            if path.exists():
                document(path)
    with Service(program, folder, f"--snapshot={machines.link}", http=False) as service:
        service.ready()
        assert service.end() == 0
    left = [path.name for path in (*folder.iterdir(), *state.iterdir()) if path.name.endswith("~")]
    assert left == [], left
    assert "damaged" not in (folder / "log").read_text()


# --- events and rest ---------------------------------------------------------------------------------------


def real_interface():
    """An interface that is a device's, whose events we may cause."""
    for path in sorted(Path("/sys/class/net").glob("*/device")):
        uevent = path.parent / "uevent"
        if os.access(uevent, os.W_OK):
            return str(uevent)
    raise Skip("no network device whose uevent file can be written")


@check
def storm(program, folder, options):
    """Events of a device lead to a probe, and very many of them to few, without more memory."""
    uevent = real_interface()
    if os.path.exists("/run/udev/control"):
        raise Skip("udevd runs here: its work is not for a test to cause")

    def resident():
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{service.process.pid}/status").read_text())[1])

    settle = 0.5
    with Service(program, folder, f"--settle={settle * 1000:.0f}ms") as service:
        service.ready()
        with open(uevent, "wb", buffering=0) as file:
            file.write(b"change")
            until(lambda: service.metric("virtwhere_probes_total") == 2, "a probe after an event")
            for _ in range(10):
                service.reload()
            before, start = resident(), time.monotonic()
            for _ in range(options.events):
                file.write(b"change")
        seconds = time.monotonic() - start
        until(lambda: service.metric("virtwhere_probes_total") > 12, "a probe after a storm")
        time.sleep(2 * settle)
        probes = service.metric("virtwhere_probes_total") - 12
        assert probes <= 2 + seconds / settle, f"{probes} probes in {seconds:.1f} s"
        if b"__asan_init" not in Path(program).read_bytes():  # a sanitizer keeps what is freed
            assert resident() - before <= 512, f"{before} KiB became {resident()}"
        assert service.end() == 0


@check
def rest(program, folder, options):
    """At rest it does nothing at all."""
    strace = shutil.which("strace")
    if not strace:
        raise Skip("no strace")
    with Service(program, folder) as service:
        service.ready()
        assert service.get("/-/healthy")[0] == 200
        time.sleep(3)  # until the connection is forgotten
        trace = folder / "trace"
        tracer = subprocess.Popen([strace, "-f", "-o", str(trace), "-p", str(service.process.pid)],
                                  stderr=subprocess.PIPE, text=True)
        line = tracer.stderr.readline()
        if "attached" not in line:
            tracer.wait()
            raise Skip(line.strip())
        time.sleep(options.rest)
        tracer.send_signal(signal.SIGINT)
        tracer.wait(PATIENCE)
        calls = [call for call in trace.read_text().splitlines() if re.match(r"\d+ +\w+\(", call)]
        assert len(calls) <= 1 and all("epoll_wait" in call for call in calls), calls
        assert service.end() == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=100, help="of SIGKILL at random moments")
    parser.add_argument("--events", type=int, default=2000, help="of a device")
    parser.add_argument("--rest", type=float, default=4, help="seconds of watching it rest")
    parser.add_argument("names", nargs="*", help="of checks; all of them")
    options = parser.parse_intermixed_args()
    program = str(Path(options.program).resolve().parent / "virtwhered")

    passed = failed = 0
    for function in checks:
        if options.names and function.__name__ not in options.names:
            continue
        with tempfile.TemporaryDirectory(prefix="virtwhere-test-") as name:
            try:
                function(program, Path(name), options)
                passed += 1
            except Skip as reason:
                print(f"skipped: {function.__name__}: {reason}")
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError,
                    jsonschema.ValidationError) as error:
                failed += 1
                line = error.__traceback__.tb_next.tb_lineno
                print(f"FAIL: {function.__name__}, line {line}: {type(error).__name__}: {error}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
