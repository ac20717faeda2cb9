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
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import jsonschema

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests"))
import tally  # noqa: E402
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

    def __init__(self, program, folder, *options, environment=None, http=True, conf=None, user=None, handed=None,
                 interval="0", settle="50ms", stderr=None, limit=None):
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
        given = [f"--report-file={self.report}", f"--state-directory={self.state}"]
        if http is not None:
            given.append(f"--listen={self.http if http else ''}")
        if interval:
            given.append(f"--interval={interval}")
        if settle:
            given.append(f"--settle={settle}")
        if conf:
            given.append(f"--config={conf}")
        clean = {name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"}
        command = [program, *given, *options]
        if handed:  # a listening socket, as systemd passes it on: sd_listen_fds(3)
            command = ["sh", "-c", f'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@" 3<&{handed.fileno()}', "sh", *command]
        if limit:  # of open files, hard
            command = ["prlimit", f"--nofile={limit}", *command]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log if stderr is None else stderr, user=user,
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

    def get(self, path, accept="*/*"):
        """A GET over the Unix socket: (status, body)."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(str(self.http))
            link.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n"
                         "Connection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: link.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()

    def metric(self, name):
        found = re.search(rf"^{name} (\S+)$", self.get("/metrics")[1], re.M)
        assert found, f"no sample of {name}"
        return float(found[1])

    def changed(self, kind=None):
        """How many changes it has counted, of one kind or of all."""
        found = dict(re.findall(r'^virtwhere_changes_total\{kind="([a-z-]+)"\} (\d+)$', self.get("/metrics")[1],
                                re.M))
        assert len(found) > 10, found
        return int(found[kind]) if kind else sum(map(int, found.values()))

    def written(self, file):
        """Does it say that it has written a file? None: it says nothing of it."""
        found = re.search(rf'^virtwhere_file_written\{{file="{file}"\}} ([01])$', self.get("/metrics")[1], re.M)
        return int(found[1]) if found else None

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


def whole_last(path):
    """What is kept of the last report: as many lines as it says."""
    lines = path.read_text().split("\n")
    counts = re.fullmatch(r"virtwhere\.last/1\t(\d+)\t(\d+)", lines[0])
    assert counts and len(lines) == 3 + int(counts[1]) + int(counts[2]) and lines[-1] == "", lines
    assert lines[1].startswith("machine\t"), lines


# Systemd.


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
        whole_last(service.state / "last")
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
        plain, other = (service.get("/metrics", accept)[1] for accept in ("text/plain", "application/openmetrics-text"))
        for text in (plain, other):  # the part of the report, that of the service, and the counters
            for sample in ("virtwhere_info{", "virtwhere_probes_total 1\n", "virtwhere_build_info{"):
                assert text.count(sample) == 1, (sample, text)
        assert "# TYPE virtwhere_probes_total counter\n" in plain and "# EOF" not in plain, plain
        assert "# TYPE virtwhere_probes counter\n" in other and other.endswith("\n# EOF\n"), other
        assert other.count("# EOF") == 1, other
        assert service.end() == 0


# What is kept.


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
        assert service.changed() == 0
        machines.become("xen-hvm-ec2")
        service.reload()
        assert service.report.stat().st_ino != before.st_ino
        assert service.changed("platform") == 1


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
        assert service.changed("platform") == 1
        when = service.metric("virtwhere_last_change_timestamp_seconds")
        assert when > time.time() - 60
        assert service.end() == 0
    lines = service.complaints()
    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        assert service.complaints() == lines, "something is said to have changed"
        assert service.changed() == 0
        assert service.metric("virtwhere_last_change_timestamp_seconds") == when, "it has forgotten when"


@check
def plugged(program, folder, _):
    """A device that comes is counted as such, and the machine has not become another one."""
    machines = Machines(folder / "machines")
    machines.become("tcg-pc-hotplug")
    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        machines.become("tcg-pc-hotplug-after")
        service.reload()
        metrics = service.get("/metrics")[1]
        assert service.changed("device-new") > 0, service.log()
        assert "virtwhere_last_change_timestamp_seconds" not in metrics, service.log()
        assert not (service.state / "last-change").exists()
        assert service.end() == 0


@check
def hostile_time(program, folder, _):
    """A time of the last change that is none is said, ignored, and replaced by the next."""
    (folder / "state").mkdir()
    kept = folder / "state/last-change"
    machines = Machines(folder / "machines")
    names = ["tcg-pc-ec2nitro", "xen-hvm-ec2"]
    for number, text in enumerate([b"", b"\n", b"1700000000", b"-1\n", b" 17\n", b"0\n", b"1e9\n", b"17\n18\n",
                                   b"9" * 15 + b"\n", b"\xff" * 9, b"1\0\n", b"1" * 4096]):
        kept.write_bytes(text)
        (folder / "log").unlink(missing_ok=True)
        (folder / "state/last").unlink(missing_ok=True)
        machines.become(names[number % 2])
        with Service(program, folder, f"--snapshot={machines.link}") as service:
            service.ready()
            said = service.complaints()
            assert said.count("last-change: ") == said.count("\n") == 1, (text, said)
            assert "virtwhere_last_change" not in service.get("/metrics")[1]
            assert kept.read_bytes() == text
            machines.become(names[(number + 1) % 2])
            service.reload()
            assert re.fullmatch(r"\d{10}\n", kept.read_text())
            assert service.metric("virtwhere_last_change_timestamp_seconds") == int(kept.read_text())
            assert service.end() == 0


@check
def damaged_state(program, folder, _):
    """A last report that is damaged is said, ignored, and replaced."""
    (folder / "state").mkdir()
    last = folder / "state/last"
    for number, text in enumerate([b"", b"{", b"[" * 100000, b"\xff\xfe", b"{}", b"x" * (2 << 20)]):
        last.write_bytes(text)
        with Service(program, folder, http=False) as service:
            service.ready()
            said = re.findall(r"last: is (?:damaged|too big)", service.log())
            assert len(said) == number + 1, service.log()
            whole_last(last)
            assert service.end() == 0


# Configuration.


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
    done = run(program, "--version")
    assert re.fullmatch(r"virtwhered \d+\.\d+\.\d+\n", done.stdout) and done.returncode == 0, done
    for option in ("--help", "--version"):
        with open("/dev/full", "wb") as full:
            assert subprocess.run([program, option], stdout=full, stderr=subprocess.DEVNULL, check=False).returncode == 4


@check
def closed_descriptors(program, folder, _):
    """Without standard descriptors nothing that it says lands in a file or a connection."""
    machines = Machines(folder / "machines")
    machines.become("tcg-pc-ec2nitro")
    wrapped = folder / "wrapped"
    wrapped.write_text('#!/bin/sh\nexec "$0.program" "$@" 0<&- 1>&- 2>&-\n')
    wrapped.chmod(0o755)
    (folder / "wrapped.program").symlink_to(program)
    with Service(str(wrapped), folder, f"--snapshot={machines.link}", f"--textfile={folder}/text.prom") as service:
        service.ready()
        for number in range(3):
            assert os.readlink(f"/proc/{service.process.pid}/fd/{number}") == "/dev/null", number
        machines.vanish()
        service.reload()
        assert document(service.report)
        assert json.loads(service.get("/report")[1]) == document(service.report)
        assert "virtwhered:" not in (folder / "text.prom").read_text()
        assert service.end() == 0


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
        before, lines = text.read_text(), service.log()
        conf.write_text(f"[virtwhered]\ntextfile = {folder}/none/text.prom\nlisten = /other\n")
        service.reload()
        assert f"{folder}/none/text.prom: No such file" in service.log()[len(lines):], service.log()
        assert service.written("textfile") == 0
        assert text.read_text() == before
        assert service.get("/-/healthy")[0] == 200
        conf.write_text(f"[virtwhered]\ntextfile = {text}\nsnapshot = {folder}/none\n")
        lines = service.log()
        service.reload()
        assert re.search(rf"{folder}/none\b.*; the configuration stays as it was", service.log()[len(lines):]), \
            service.log()
        assert service.metric("virtwhere_probe_failures_total") == 0
        assert text.read_text() == before
        assert service.end() == 0


@check
def sooner(program, folder, _):
    """A shorter interval holds at once, with its own slack."""
    conf = folder / "conf"
    conf.write_text("[virtwhered]\ninterval = 1h\n")
    with Service(program, folder, conf=conf, interval=None) as service:
        service.ready()
        conf.write_text("[virtwhered]\ninterval = 1s\n")
        service.reload()
        probes = service.metric("virtwhere_probes_total")
        time.sleep(5)  # a question would wake it, and let it see that it is late
        assert service.metric("virtwhere_probes_total") >= probes + 3
        assert service.end() == 0


@check
def garbage_around(program, folder, _):
    """What of its surroundings keeps it from starting is named."""
    done = subprocess.run([program, "--listen=", "--report-file=", "--state-directory="], capture_output=True,
                          text=True, timeout=PATIENCE, check=False, env={**os.environ, "WATCHDOG_USEC": "garbage"})
    assert done.returncode == 4 and "WATCHDOG_USEC" in done.stderr and done.stderr.count("\n") == 1, done


# Faults.


@check
def no_folder(program, folder, _):
    """Folders that are not there: said once, shown in metrics, and over when they are."""
    options = [f"--report-file={folder}/run/report.json", f"--state-directory={folder}/lib"]
    with Service(program, folder, *options) as service:
        service.ready()
        service.reload()
        assert service.log().count("run/report.json: No such file") == 1, service.log()
        assert service.log().count("lib/last: No such file") == 1, service.log()
        assert (service.written("report"), service.written("state"), service.written("textfile")) == (0, 0, None)
        assert json.loads(service.get("/report")[1])["schema"] == "virtwhere.report/1"
        (folder / "run").mkdir()
        (folder / "lib").mkdir()
        service.reload()
        assert (service.written("report"), service.written("state")) == (1, 1)
        assert service.log().count("works again") == 2, service.log()
        document(folder / "run/report.json")
        assert service.end() == 0


def no_files():
    """What can stand in place of a file that is to be written, and no data can be put into."""
    return [("fifo", os.mkfifo), ("device", lambda path: os.symlink("/dev/full", path)),
            ("socket", lambda path: socket.socket(socket.AF_UNIX).bind(str(path))), ("folder", os.mkdir)]


@check
def no_regular_file(program, folder, _):
    """What is no regular file is neither written nor waited for."""
    for what, make in no_files():
        for name in ("report.json", "state/last", "state/last-change", "text.prom"):
            place = folder / f"{what}-{name.replace('/', '-')}"
            (place / "state").mkdir(parents=True)
            make(place / name)
            before = os.lstat(place / name)
            machines = Machines(place / "machines")
            machines.become("xen-hvm-ec2")
            with Service(program, place, f"--textfile={place}/text.prom", f"--snapshot={machines.link}") as service:
                service.ready()
                machines.become("tcg-pc-ec2nitro")
                service.reload()
                where = {"report.json": "report", "text.prom": "textfile"}.get(name, "state")
                own = what == "device" and name.startswith("state/")  # a link in our own folder is replaced
                for file in ("report", "state", "textfile"):
                    assert service.written(file) == (file != where or own), (what, name, file, service.log())
                assert own or f"{name}: is" in service.log().lower(), service.log()
                start = time.monotonic()
                assert service.end() == 0
                assert time.monotonic() - start < 5
            after = os.lstat(place / name)
            assert own or (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode), (what, name)


@check
def link_as_state(program, folder, _):
    """A link in place of the last report is said, replaced, and where it leads is left alone."""
    (folder / "state").mkdir()
    (folder / "other").write_text("mine")
    (folder / "state/last").symlink_to(folder / "other")
    with Service(program, folder) as service:
        service.ready()
        assert "last: is a symbolic link" in service.log(), service.log()
        assert service.written("state") == 1
        assert not (folder / "state/last").is_symlink()
        whole_last(folder / "state/last")
        assert (folder / "other").read_text() == "mine"
        assert service.end() == 0


@check
def deleted(program, folder, _):
    """A file that somebody removes, empties or replaces is written again at the next probe."""
    def swap(path):
        path.with_name("theirs").write_bytes(b"x" * path.stat().st_size)
        path.with_name("theirs").rename(path)

    text = folder / "text.prom"
    machines = Machines(folder / "machines")
    machines.become("xen-hvm-ec2")
    with Service(program, folder, f"--textfile={text}", f"--snapshot={machines.link}") as service:
        service.ready()
        machines.become("tcg-pc-ec2nitro")
        service.reload()
        for harm in (Path.unlink, lambda path: os.truncate(path, 0), swap):
            files = (service.report, service.state / "last", service.state / "last-change", text)
            before = [path.read_bytes() for path in files[:3]]
            for path in files:
                harm(path)
            service.reload()
            assert [path.read_bytes() for path in files[:3]] == before
            assert "virtwhere_probes_total" in text.read_text()
            assert [service.written(file) for file in ("report", "state", "textfile")] == [1, 1, 1]
        machines.vanish()  # also after a probe that failed
        service.report.unlink()
        service.reload()
        assert document(service.report)
        assert service.end() == 0


@check
def full_disk(program, folder, _):
    """A disk without room: the old files stay whole."""
    disk = folder / "disk"
    disk.mkdir()
    machines = Machines(folder / "machines")
    machines.become("xen-hvm-ec2")
    if os.geteuid() != 0:
        raise Skip("only root may mount")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)],
                                           capture_output=True, check=False).returncode:
        raise Skip("no tmpfs can be mounted here")
    try:
        (disk / "state").mkdir()
        files = [disk / name for name in ("report.json", "state/last", "text.prom")]
        options = [f"--report-file={files[0]}", f"--snapshot={machines.link}", f"--state-directory={disk}/state",
                   f"--textfile={files[2]}"]
        with Service(program, folder, *options) as service:
            service.ready()
            before = [path.read_bytes() for path in files]
            document(files[0])
            with open(disk / "filler", "wb", buffering=0) as filler:
                try:
                    while filler.write(b"x" * 4096):
                        pass
                except OSError:
                    pass
            machines.become("tcg-pc-ec2nitro")
            service.reload()
            assert [path.read_bytes() for path in files] == before
            for path in files:
                assert f"{path}: No space left" in service.log(), service.log()
            assert [service.written(file) for file in ("report", "state", "textfile")] == [0, 0, 0]
            assert [path.name for path in disk.rglob("*~")] == []
            (disk / "filler").unlink()
            service.reload()
            assert document(files[0]) != json.loads(before[0])
            whole_last(files[1])
            assert all(path.read_bytes() != was for path, was in zip(files, before))
            assert [service.written(file) for file in ("report", "state", "textfile")] == [1, 1, 1]
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
    text = folder / "text.prom"
    machines = Machines(folder / "machines")
    machines.become("tcg-pc-ec2nitro")
    with Service(program, folder, f"--snapshot={machines.link}", f"--textfile={text}") as service:
        service.ready()
        assert "\nvirtwhere_last_probe_success 1\n" in text.read_text()
        when = re.search(r"^virtwhere_last_probe_timestamp_seconds .*$", text.read_text(), re.M)[0]
        before = service.get("/report")
        machines.vanish()
        service.reload()
        assert "could not be probed again" in service.reload()
        assert service.get("/report") == before, service.get("/report")
        assert service.log().count("No such file or directory") == 1, service.log()
        assert service.metric("virtwhere_probe_failures_total") == 2
        assert service.metric("virtwhere_last_probe_success") == 0
        assert when in text.read_text()
        assert "\nvirtwhere_probe_failures_total 2\n" in text.read_text()
        assert "\nvirtwhere_info{" in text.read_text()
        machines.become("tcg-pc-ec2nitro")
        service.reload()
        assert service.metric("virtwhere_probe_failures_total") == 2
        assert service.metric("virtwhere_last_probe_success") == 1
        assert "works again" in service.log()
        assert service.end() == 0


def hold(path, count):
    """So many connections that say nothing."""
    links = []
    for _ in range(count):
        link = socket.socket(socket.AF_UNIX)
        until(lambda link=link: link.connect_ex(bytes(path)) == 0, "a connection")
        links.append(link)
    return links


@check
def many_clients(program, folder, _):
    """Clients that take all connections that are allowed leave enough for a probe."""
    count = 1200
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < 2 * count:
        raise Skip(f"no more than {hard} files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * count, hard))
    with Service(program, folder, "--connections=4096", "--timeout=1h", limit="1024:8192") as service:
        service.ready()
        before = service.get("/report")
        links = hold(service.http, count)
        until(lambda: len(os.listdir(f"/proc/{service.process.pid}/fd")) > count, "all of them are taken")
        for _ in range(3):
            service.reload()
        assert json.loads(service.get("/report")[1]) == json.loads(before[1])
        assert service.changed() == 0
        assert service.metric("virtwhere_probe_failures_total") == 0
        assert service.complaints() == "", service.log()
        for link in links:
            link.close()
        assert service.end() == 0


@check
def few_descriptors(program, folder, _):
    """Where fewer files may be open than connections need, there are fewer connections, and probes go on."""
    with Service(program, folder, "--connections=4096", "--timeout=1h", limit="256:256") as service:
        service.ready()
        assert re.search(r"connections: 128 instead of 4096\b.*\b256 files", service.log()), service.log()
        links = hold(service.http, 300)
        lines = service.complaints()
        service.reload()
        assert service.changed() == 0
        assert service.metric("virtwhere_probe_failures_total") == 0
        assert service.complaints() == lines, service.log()
        for link in links:
            link.close()
        assert service.end() == 0


@check
def no_descriptor(program, folder, _):
    """A probe that cannot open its sources for want of descriptors has failed: nothing is said to have changed."""
    with Service(program, folder) as service:
        service.ready()
        before = service.report.read_bytes()
        used = len(os.listdir(f"/proc/{service.process.pid}/fd"))
        for room in (0, 1, 2, 3):
            resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (used + room, 8192))
            service.reload()
            assert service.report.read_bytes() == before
        assert "Too many open files" in service.log(), service.log()
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (1024, 8192))
        service.reload()
        assert service.metric("virtwhere_probe_failures_total") >= 1
        assert service.metric("virtwhere_last_probe_success") == 1
        assert service.changed() == 0
        assert service.end() == 0


@check
def deaf_reader(program, folder, _):
    """Nobody reads its standard error: it goes on."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while os.write(writer, b"x" * 4096):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    machines = Machines(folder / "machines")
    machines.become("tcg-pc-ec2nitro")
    with Service(program, folder, f"--snapshot={machines.link}", stderr=writer) as service:
        service.ready()
        machines.vanish()
        service.reload()
        machines.become("xen-hvm-ec2")
        service.reload()
        assert service.metric("virtwhere_probes_total") == 3
        assert service.end() == 0
    os.close(reader)
    os.close(writer)


def probe_beside(service, disturb, probes):
    """Probe so often while @disturb goes on in a thread until its event is set; the platform stays what it was."""
    platform = document(service.report)["platform"]
    stop = threading.Event()
    thread = threading.Thread(target=disturb, args=(stop,))
    thread.start()
    try:
        for _ in range(probes):
            service.reload()
            assert document(service.report)["platform"] == platform
    finally:
        stop.set()
        thread.join()


@check
def flicker(program, folder, options):
    """Devices that go and come in the middle of probes: never an end, a broken report, or another platform."""
    machines = Machines(folder / "machines")
    machines.become("tcg-pc-ec2nitro")
    patterns = ("sys/class/net/*", "sys/block/*", "sys/bus/pci/devices/*", "sys/devices/pci*/*")
    devices = [path for pattern in patterns for path in machines.link.resolve().glob(pattern)]
    assert len(devices) > 5, devices
    away = folder / "away"
    away.mkdir()

    def move(stop):
        chance = random.Random(7)
        while not stop.is_set():
            device = chance.choice(devices)
            device.rename(away / "device")
            time.sleep(chance.uniform(0, 0.002))
            (away / "device").rename(device)

    with Service(program, folder, f"--snapshot={machines.link}") as service:
        service.ready()
        before = document(service.report)
        probe_beside(service, move, options.probes)
        service.reload()
        assert document(service.report)["devices"] == before["devices"]
        metrics = service.get("/metrics")[1]
        assert service.changed("device-gone") > 0, "no probe has met a device that is gone"
        assert service.changed("platform") == 0, service.log()
        assert "virtwhere_probe_failures_total 0\n" in metrics
        assert service.end() == 0


def some_plug(number):
    """How to add and to remove a device of this machine that nobody else uses: two functions."""
    name = f"vwt{number}"
    for kind in ("dummy", "bridge"):
        add, remove = ["ip", "link", "add", name, "type", kind], ["ip", "link", "delete", name]
        if shutil.which("ip") and subprocess.run(add, capture_output=True, check=False).returncode == 0:
            subprocess.run(remove, capture_output=True, check=True)
            return (lambda: subprocess.run(add, capture_output=True, check=True),
                    lambda: subprocess.run(remove, capture_output=True, check=True))
    raise Skip("no interface can be added here")


@check
def flicker_live(program, folder, options):
    """The same on this machine, with an interface that is added and removed."""
    add, remove = some_plug(os.getpid() % 100000)
    plugged = []

    def plug(stop):
        while not stop.is_set():
            add()
            remove()
            plugged.append(True)

    with Service(program, folder) as service:
        service.ready()
        probe_beside(service, plug, options.probes)
        assert len(plugged) > 5, plugged
        assert service.metric("virtwhere_probe_failures_total") == 0
        assert service.changed("platform") == 0
        assert service.end() == 0


@check
def killed(program, folder, options):
    """Killed at any moment, the files are whole and valid, and nothing is left for long."""
    chance = random.Random(5)
    machines = Machines(folder / "machines")
    state, text = folder / "state", folder / "text.prom"
    span = 0.06
    for number in range(options.kills):
        machines.become(("xen-hvm-ec2", "tcg-pc-ec2nitro")[number % 2])
        with Service(program, folder, f"--snapshot={machines.link}", f"--textfile={text}", http=False) as service:
            if number == 0:
                start = time.monotonic()
                service.ready()
                span = min(1.5 * (time.monotonic() - start), 0.3)
            time.sleep(chance.uniform(0, span))
            service.process.kill()
            service.process.wait()
        for path, whole in ((folder / "report.json", document), (state / "last", whole_last)):
            if path.exists():
                whole(path)
        if text.exists():
            assert re.search(r"^virtwhere_file_written\{file=\"textfile\"\} 1$", text.read_text(), re.M)
    with Service(program, folder, f"--snapshot={machines.link}", f"--textfile={text}", http=False) as service:
        service.ready()
        assert service.end() == 0
    left = [path.name for path in (*folder.iterdir(), *state.iterdir()) if path.name.endswith("~")]
    assert left == [], left
    assert "damaged" not in (folder / "log").read_text()


# Events and rest.


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
        if b"__asan_init" in Path(program).read_bytes():
            tally.skip("memory after a storm", "a sanitizer keeps what is freed")
        else:
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
    parser.add_argument("--probes", type=int, default=200, help="while devices come and go")
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
                tally.skip(function.__name__, reason)
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError,
                    jsonschema.ValidationError) as error:
                failed += 1
                line = error.__traceback__.tb_next.tb_lineno
                print(f"FAIL: {function.__name__}, line {line}: {type(error).__name__}: {error}")
    return tally.end(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
