#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measure the service at rest, under scrapes, probes and events, beside prometheus-node-exporter on the same machine.

service.py BUILD DOCUMENT [--quick] [--rest S] [--kills N]: writes the tables of DOCUMENT. What a machine does not allow is left out, with
its reason. --quick makes few of everything, to see that it works.
"""

import argparse
import contextlib
import datetime
import http.client
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests/e2e"))
import service as e2e  # noqa: E402

PEER = "prometheus-node-exporter"
e2e.PATIENCE = 180  # seconds for an answer; what is measured here is not how soon it comes
TARGETS = {"rss": 8.0, "anonymous": 2.5, "times": 10.0}  # MiB, MiB, scrapes per processor second


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def memory(pid):
    """(resident, anonymous) in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return tuple(int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "RssAnon"))


def cpu_seconds(pid):
    """Processor time of a process so far (proc(5), /proc/PID/stat, fields 14 and 15)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def scrape(port, times):
    """@times GETs of /metrics, on one connection as Prometheus does it. Returns the size of the last body."""
    link, size = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
    for _ in range(times):
        link.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        answer = link.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise OSError(f"status {answer.status}")
    link.close()
    return size


def load(pid, port, seconds):
    """wrk against a server: {scrapes a second, per processor second, p99 in ms}."""
    before = cpu_seconds(pid)
    said = subprocess.run(["wrk", "-t1", "-c4", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/metrics"],
                          capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(pid) - before
    requests = int(re.search(r"(\d+) requests in", said)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said).groups()
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if wrong or not used:
        raise OSError(f"{wrong[0] if wrong else 'no processor time used'}")
    return {"second": requests / seconds, "cpu": requests / used, "p99": float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]}


@contextlib.contextmanager
def peer():
    """node_exporter with what it does by default: (pid, port)."""
    port = free_port()
    process = subprocess.Popen([PEER, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                scrape(port, 1)
                break
            time.sleep(0.1)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(10)


def wakeups(service, seconds, watchdog):
    """System calls by which it came back from sleeping, in @seconds; who is in systemd's place reads what it says."""
    if not shutil.which("strace"):
        raise e2e.Skip("no strace")
    trace = service.folder / "trace"
    tracer = subprocess.Popen(["strace", "-f", "-e", "trace=epoll_wait,epoll_pwait,epoll_pwait2,poll,ppoll,select,nanosleep",
                               "-o", trace, "-p", str(service.process.pid)], stderr=subprocess.PIPE, text=True)
    line = tracer.stderr.readline()
    if "attached" not in line:
        tracer.wait()
        raise e2e.Skip(line.strip())
    time.sleep(seconds)
    tracer.send_signal(signal.SIGINT)
    tracer.wait(20)
    # a call that ended with events or by its time, not the one that the tracer came into or left
    came_back = [call for call in trace.read_text().splitlines() if re.search(r"= \d+", call)]
    return len(came_back), seconds / watchdog


class Bench:
    def __init__(self, build, folder, quick, rest, kills):
        self.program, self.folder = build / "virtwhered", folder
        self.scrapes, self.probes, self.events = (50, 20, 1000) if quick else (1000, 1000, 100_000)
        self.rest, self.wrk, self.kills = (8, 2, 5) if quick else (rest, 10, kills)
        self.watchdog = 4 if quick else 30
        self.memory, self.speed, self.notes = [], [], []

    def remember(self, what, pid, name="virtwhered"):
        rss, anonymous = memory(pid)
        self.memory.append((name, what, rss, anonymous))
        print(f"{name:28} {what:40} {rss:6.1f} {anonymous:6.1f} MiB", flush=True)

    def note(self, what, found):
        self.notes.append((what, found))
        print(f"{what}: {found}", flush=True)

    def events_of_devices(self, service):
        try:
            path = e2e.real_interface()
        except e2e.Skip as reason:
            return self.note(f"{self.events:,} events of a device", f"not measured: {reason}")
        if os.path.exists("/run/udev/control"):
            return self.note(f"{self.events:,} events of a device", "not measured: udevd runs here")
        before = service.metric("virtwhere_probes_total")
        with open(path, "wb", buffering=0) as file:
            for _ in range(self.events):
                file.write(b"change")
        time.sleep(3)
        self.remember(f"after {self.events:,} events of a device", service.process.pid)
        self.note(f"{self.events:,} events of a device", f"{service.metric('virtwhere_probes_total') - before:.0f} probes")

    def mocked_events(self):
        """Events of devices that this machine does not have, by umockdev."""
        done = subprocess.run([sys.executable, TOP / "tests/e2e/uevents.py", self.program.with_name("virtwhere"),
                               "--events", str(self.events)], capture_output=True, text=True)
        said = done.stdout.strip().splitlines() or [done.stderr.strip()[-300:]]
        found = [line for line in said if " events in " in line]
        self.note(f"{self.events:,} mocked events of PCI, NVMe, disk, network, Xen, virtio, VMBus, VM generation",
                  found[0].partition(": ")[2] if done.returncode == 0 and found else f"not measured: {said[0]}")

    def at_rest(self):
        environment = {"WATCHDOG_USEC": str(self.watchdog * 1000000)}
        with tempfile.TemporaryDirectory() as folder:
            with e2e.Service(self.program, pathlib.Path(folder), environment=environment) as service:
                service.ready()
                time.sleep(3)
                try:
                    count, least = wakeups(service, self.rest, self.watchdog)
                except e2e.Skip as reason:
                    return self.note("wake-ups at rest", f"not measured: {reason}")
        self.note(f"wake-ups at rest in {self.rest} s, with a watchdog of {self.watchdog} s",
                  f"{count}; the watchdog alone needs {2 * least:.0f} at the most")

    def kill(self):
        done = subprocess.run([sys.executable, TOP / "tests/e2e/service.py", self.program.with_name("virtwhere"), "killed",
                               "--kills", str(self.kills)], capture_output=True, text=True)
        self.note(f"SIGKILL at {self.kills:,} random moments",
                  "report and last report whole and valid each time" if done.returncode == 0 else (done.stdout + done.stderr).strip()[-300:])

    def run(self):
        """All that there is to measure; what fails is told in its place."""
        for step in (self.serve, self.probe_often, self.mocked_events, self.at_rest, self.kill):
            try:
                step()
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as error:
                self.note(step.__name__.replace("_", " "), f"not measured: {type(error).__name__}: {error}")

    def serve(self):
        port = free_port()
        with e2e.Service(self.program, self.folder, f"--listen=127.0.0.1:{port}") as service:
            service.ready()
            pid = service.process.pid
            self.remember("at the start", pid)
            ours = scrape(port, self.scrapes)
            self.remember(f"after {self.scrapes:,} scrapes", pid)
            self.compare(pid, port, ours)
            self.remember("after the load below", pid)
            self.events_of_devices(service)

    def probe_often(self):
        with tempfile.TemporaryDirectory() as folder, \
                e2e.Service(self.program, pathlib.Path(folder), "--interval=1ms") as service:
            service.ready()
            for _ in range(self.probes):  # each tells its status, and who is in systemd's place has to listen
                service.wait_told(["STATUS="])
            self.remember(f"after {self.probes:,} probes", service.process.pid)

    def compare(self, pid, port, size):
        if not shutil.which("wrk") or not shutil.which(PEER):
            return self.note("comparison", f"not measured: wrk or {PEER} is missing")
        with peer() as (other, other_port):
            self.remember("at the start", other, "node_exporter")
            theirs = scrape(other_port, self.scrapes)
            self.remember(f"after {self.scrapes:,} scrapes", other, "node_exporter")
            for name, number, at, body in (("virtwhered", pid, port, size), ("node_exporter", other, other_port, theirs)):
                figures = load(number, at, self.wrk)
                self.speed.append((name, body, figures))
                print(f"{name:28} {figures}", flush=True)


def version(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True)
    return done.stdout or "unknown"


def document(bench):
    memory_rows = "".join(f"| {name} | {what} | {rss:.1f} | {anonymous:.1f} |\n" for name, what, rss, anonymous in bench.memory)
    speed_rows = "".join(f"| {name} | {size:,} | {f['second']:,.0f} | {f['cpu']:,.0f} | {f['p99']:.2f} |\n"
                         for name, size, f in bench.speed)
    note_rows = "".join(f"| {what} | {found} |\n" for what, found in bench.notes)
    times = bench.speed[0][2]["cpu"] / bench.speed[1][2]["cpu"] if len(bench.speed) == 2 else 0
    ours = [row for row in bench.memory if row[0] == "virtwhered"]
    most = [max(row[i] for row in ours) for i in (2, 3)]
    held = [f"{'met' if good else 'missed'}: {text}" for good, text in (
        (most[0] <= TARGETS["rss"], f"at the most {most[0]:.1f} MiB resident, the aim is {TARGETS['rss']:.0f}"),
        (most[1] <= TARGETS["anonymous"], f"of it {most[1]:.1f} MiB anonymous, the aim is {TARGETS['anonymous']}"),
        (times >= TARGETS["times"], f"{times:.0f} times node_exporter's scrapes per processor second, the aim is {TARGETS['times']:.0f}"))]
    return f"""# Performance of the service

Written by `make bench-service` on {datetime.date.today().isoformat()}; {os.cpu_count()} processors, Linux {platform.release()},
prometheus-node-exporter {version(PEER)} with its usual collectors. Load average then: {os.getloadavg()[0]:.1f}.

{"".join(f"- {line}" + chr(10) for line in held)}
## Memory, MiB

| program | when | resident | anonymous |
| --- | --- | --- | --- |
{memory_rows}
Resident memory counts pages of libraries that other programs share; anonymous memory is its own.

## Scrapes

wrk, one thread, four connections, {bench.wrk} s each, one after the other.

| program | bytes of a scrape, packed where offered | scrapes a second | scrapes per processor second | p99, ms |
| --- | --- | --- | --- | --- |
{speed_rows}
Both are asked for what they serve as it is; node_exporter reads the machine anew for each scrape and says much more of
it, which is what its processor time goes into. virtwhered renders when the report changes.

## Rest and faults

| what | found |
| --- | --- |
{note_rows}"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("document", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rest", type=int, default=120, help="seconds of watching it rest")
    parser.add_argument("--kills", type=int, default=1000, help="of SIGKILL at random moments")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.build.resolve(), pathlib.Path(folder), options.quick, options.rest,
                      options.kills)
        bench.run()
    options.document.write_text(document(bench))


if __name__ == "__main__":
    main()
