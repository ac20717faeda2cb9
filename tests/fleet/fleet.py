#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A fleet on one machine: Prometheus scrapes 300 agents that replay different snapshots. fleet.py BUILD [AGENTS]

Each fixture of tests/corpus is an agent on a port of its own, and some agents get into trouble while they run. Then all
agents are to be up but the one that was ended; every query of the dashboard is to be answered; and each alert is to
fire for the agents that it is meant for and for no other. For whom it is meant is taken from the reports of `virtwhere`, not
from metrics. The rules are those that are shipped, with shorter times. Nothing leaves the loopback.
"""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/corpus"))
sys.path.insert(0, str(TOP / "tests/e2e"))
import compose  # noqa: E402
from operations import DASHBOARD, RULES, RULES_TEST, expressions  # noqa: E402

AGENTS = 300
SCRAPE = "10s"
# The times of the rules, made short. Windows hold several scrapes; the rest is `for:` and limits in seconds.
SHORTER = [(r"for: \w+", "for: 6s"), (r"\[5m\]", "[45s]"), (r"\[15m\]", "[90s]"), (r"> 10800", "> 90"), (r"< 900", "< 3600")]
SETTLED = 300  # seconds until the alerts are to be what they should be; a minute and a half where nothing else runs
STILL = 15     # seconds for which they are to stay so
INTERVAL = 30  # of the agents' probes

passed = failed = 0


def check(name, wrong):
    global passed, failed
    passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f"{'FAIL' if wrong else 'pass'}  {name}{f': {wrong}' if wrong else ''}", flush=True)


class Agent:
    """One virtwhered, and what `virtwhere` says of its snapshot."""

    def __init__(self, fleet, name, snapshot, **options):
        self.fleet, self.name, self.snapshot, self.options = fleet, name, snapshot, options
        self.port, self.process = free_port(), None

    def start(self):
        folder = self.fleet.work / "agents" / self.name
        folder.mkdir(parents=True)
        options = {"listen": f"127.0.0.1:{self.port}", "snapshot": self.snapshot, "config": self.fleet.config,
                   "report-file": folder / "report.json", "state-directory": "", "interval": f"{INTERVAL}s"} | self.options
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen([self.fleet.build / "virtwhered", *[f"--{k}={v}" for k, v in options.items()]],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)

    def say(self, *words):
        done = subprocess.run([self.fleet.build / "virtwhere", *words, "--snapshot", self.snapshot],
                              capture_output=True, text=True, timeout=60)
        return json.loads(done.stdout)

    def facts(self):
        self.report = self.say("drivers", "--json")


class Fleet:
    def __init__(self, build, work):
        self.build, self.work = build, work
        self.config = work / "virtwhered.conf"
        self.config.write_text("[virtwhered]\n")
        self.agents = {}
        self.port = free_port()
        self.lab = {}  # fixture -> its snapshot
        self.composed = []

    def add(self, name, snapshot, **options):
        self.agents[name] = Agent(self, name, snapshot, **options)
        return self.agents[name]

    def unpack(self):
        for archive in sorted((TOP / "tests/corpus/lab").glob("*.tar.gz")):
            name = archive.name.removesuffix(".tar.gz")
            self.lab[name] = self.work / "lab" / name
            with tarfile.open(archive) as packed:
                packed.extractall(self.lab[name])
        compose.write_all(str(self.work / "composed"))
        self.composed = sorted(path.parent for path in (self.work / "composed").glob("*/*/expect.json"))

    def add_fixtures(self, agents):
        """The recorded machines, and of the composed ones as many as there is room for, taken evenly."""
        for name, snapshot in self.lab.items():
            self.add(f"lab-{name}", snapshot)
        room = min(agents - len(self.agents), len(self.composed))
        for index in range(room):
            snapshot = self.composed[index * len(self.composed) // room]
            self.add(f"{snapshot.parent.name}-{snapshot.name}", snapshot)

    def copy(self, name, fixture):
        return shutil.copytree(fixture, self.work / "own" / name, symlinks=True)

    # --- Prometheus ---

    def write_prometheus(self):
        rules = RULES.read_text()
        for pattern, short in SHORTER:
            rules, count = re.subn(pattern, short, rules)
            check(f"the rules have a time such as {pattern}", not count)
        (self.work / "rules.yml").write_text(rules)
        targets = "".join(f'    - targets: ["127.0.0.1:{agent.port}"]\n      labels: {{instance: "{name}"}}\n'
                          for name, agent in self.agents.items())
        (self.work / "prometheus.yml").write_text(
            f"global: {{scrape_interval: {SCRAPE}, evaluation_interval: 5s}}\nrule_files: [rules.yml]\n"
            f"scrape_configs:\n- job_name: virtwhere\n  static_configs:\n{targets}")

    def start_prometheus(self):
        with open(self.work / "prometheus.log", "wb") as log:
            return subprocess.Popen(
                ["prometheus", f"--config.file={self.work}/prometheus.yml", f"--storage.tsdb.path={self.work}/tsdb",
                 f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def ask(self, path, **words):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            document = json.load(answer)
        if document["status"] != "success":
            raise ValueError(document)
        return document["data"]

    def query(self, expression):
        return self.ask("query", query=expression)["result"]

    def up(self):
        return {sample["metric"]["instance"] for sample in self.query("up == 1")}

    def firing(self):
        """{(alert, instance or what stands for it, detail)}"""
        alerts = [alert["labels"] for alert in self.ask("alerts")["alerts"] if alert["state"] == "firing"]
        return {(a["alertname"], a.get("instance") or a.get("instance_type"), a.get("check") or a.get("dimension") or
                 a.get("allowance") or "") for a in alerts}

    # --- trouble, and what is to come of it ---

    def add_trouble(self):
        """Agents that get into trouble, and what nearly is trouble."""
        quiet = self.lab["l2-q35"]
        self.add("down", quiet)
        self.add("unwritten", quiet, **{"report-file": "/proc/nowhere/report.json"})
        self.add("old", quiet, interval="0")
        self.add("broken", self.copy("broken", quiet))
        self.add("changed", self.copy("changed", quiet))
        self.add("changed-near", self.copy("changed-near", quiet))
        ena = self.work / "composed/ec2/nitro-c5-large"
        self.add("ena", self.with_all(self.copy("ena", ena)), interval="2s", timing="yes")
        self.add("ena-near", self.copy("ena-near", ena), interval="2s")

    @staticmethod
    def with_all(snapshot):
        """What no fixture has and the dashboard asks for: steal time, measured exits, a source that is damaged."""
        (snapshot / "proc/stat").write_text("cpu  100 0 100 1000 0 0 0 50 0 0\n")
        (snapshot / "timing.json").write_text('{"cpuid_exit_ns": {"min": 1000, "median": 1200}}')
        tables = snapshot / "sys/firmware/dmi/tables"
        tables.mkdir(parents=True, exist_ok=True)
        (tables / "DMI").write_bytes(b"\xff" * 7)
        return snapshot

    def make_trouble(self):
        self.agents["down"].process.kill()
        broken = self.agents["broken"].snapshot
        broken.rename(broken.with_name("broken.gone"))
        replace(self.agents["changed"].snapshot, self.agents["lab-xen-hvm"].snapshot)
        replace(self.agents["changed-near"].snapshot, self.agents["lab-l2-q35"].snapshot)
        for name in ("changed", "changed-near"):
            self.agents[name].process.send_signal(signal.SIGHUP)

    def count_ena(self, seconds):
        """ENA's counters at this moment: one device exceeds a limit, the other has done so once."""
        for name, excess in (("ena", 1000 + 50 * seconds), ("ena-near", 1000)):
            write_ethtool(self.agents[name].snapshot, {
                "bw_in_allowance_exceeded": 0, "conntrack_allowance_exceeded": int(excess),
                "conntrack_allowance_available": 10000 - int(seconds)})

    def meant(self):
        """The alerts that are to fire, by what the programs say of each snapshot."""
        wanted = {("VirtwhereAgentDown", "down", ""), ("VirtwhereProbeFailing", "broken", ""),
                  ("VirtwhereReportNotWritten", "unwritten", ""), ("VirtwhereReportStale", "old", ""),
                  ("VirtwhereReportStale", "broken", ""), ("VirtwhereMachineChanged", "changed", ""),
                  ("VirtwhereEnaLimitExceeded", "ena", "conntrack")}
        kernels = {}
        for name, agent in self.agents.items():
            if name == "down":
                continue
            report = agent.report
            platform = report["platform"]
            if platform["id"] in ("unknown", "unknown-hypervisor"):
                wanted.add(("VirtwherePlatformUnknown", name, ""))
            if report["conflicts"]:
                wanted.add(("VirtwhereEvidenceContradicts", name, ""))
            wanted |= {("VirtwhereEmulatedDevices", name, dimension)
                       for dimension in ("network", "local_storage", "remote_storage")
                       if report["dimensions"][dimension]["class"] == "VS"}
            wanted |= {("VirtwhereCheckFailed", name, finding["id"]) for finding in report["findings"]
                       if finding["status"] == "fail" and finding["severity"] in ("fatal", "degraded")}
            if report["nested"]["can_host"] and report["level"] > 0:
                wanted.add(("VirtwhereNestedHost", name, ""))
            if report["level"] > 1:
                wanted.add(("VirtwhereNestedGuest", name, ""))
            kernel, kind = report["source"]["kernel"], platform["cloud"]["instance_type"]
            if kind and kernel:
                kernels.setdefault(kind, set()).add(kernel)
        return wanted | {("VirtwhereImageDrift", kind, "") for kind, seen in kernels.items() if len(seen) > 1}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replace(folder, other):
    """Another snapshot in the place of one, at once."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.copytree(other, fresh, symlinks=True)
    folder.rename(folder.with_name(folder.name + ".old"))
    fresh.rename(folder)


def write_ethtool(snapshot, statistics):
    fresh = snapshot / "ethtool.json.new"
    fresh.write_text(json.dumps({"eth0": {"driver": "ena", "version": "2.0", "statistics": statistics}}))
    fresh.rename(snapshot / "ethtool.json")


def wait_for(condition, seconds, pause=1.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            if condition():
                return True
        time.sleep(pause)
    return False


def difference(found, wanted):
    return [f"{sign}{' '.join(row)}" for sign, rows in (("missing ", wanted - found), ("too much ", found - wanted))
            for row in sorted(rows)][:12]


def dashboard(fleet):
    document = json.loads(DASHBOARD.read_text())
    for title, expression in expressions(document):
        expression = expression.replace("$job", ".*").replace("$instance", ".*")
        series = re.fullmatch(r"label_values\((.*), (\w+)\)", expression)
        try:
            found = fleet.query(f"group by ({series[2]}) ({series[1]})" if series else expression)
            check(f"dashboard: {title}", not found and "no answer to " + expression)
        except (urllib.error.HTTPError, ValueError) as error:
            check(f"dashboard: {title}", f"{error}: {expression}")


def run(fleet, agents):
    fleet.unpack()
    fleet.add_trouble()
    fleet.add_fixtures(agents)
    fleet.write_prometheus()
    fleet.count_ena(0)
    for agent in fleet.agents.values():
        agent.facts()
        agent.start()
    begin = time.monotonic()
    prometheus = fleet.start_prometheus()
    try:
        wait_for(lambda: fleet.up() == set(fleet.agents), 240)
        check(f"{len(fleet.agents)} agents are up", sorted(set(fleet.agents) - fleet.up())[:10])
        fleet.make_trouble()
        names = set(re.findall(r"- alert: (\S+)", RULES.read_text()))
        fleet.agents["changed"].facts()
        wanted = fleet.meant()
        check("every alert is meant for somebody", sorted(names - {row[0] for row in wanted}))

        def settled():
            fleet.count_ena(time.monotonic() - begin)
            return fleet.firing() == wanted
        wait_for(settled, SETTLED, 2.0)
        found = fleet.firing()
        for name in sorted(names):
            mine = [{row for row in rows if row[0] == name} for rows in (found, wanted)]
            check(f"{name} fires for {len(mine[1])} and no other", difference(*mine))
        wait_for(lambda: not settled(), STILL, 2.0)
        check("the alerts stay as they are", difference(fleet.firing(), wanted))
        check("all but one are up", sorted(set(fleet.agents) - {"down"} ^ fleet.up()))
        dashboard(fleet)
    finally:
        prometheus.terminate()
        prometheus.wait(30)


def main():
    for tool in ("prometheus", "promtool"):
        if not shutil.which(tool):
            print(f"nothing tested: {tool} is not installed")
            return 77
    build = pathlib.Path(sys.argv[1]).resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    agents = int(sys.argv[2]) if len(sys.argv) > 2 else AGENTS
    subprocess.run(["promtool", "test", "rules", RULES_TEST], check=True)
    with tempfile.TemporaryDirectory() as work:
        fleet = Fleet(build, pathlib.Path(work))
        try:
            run(fleet, agents)
        finally:
            for agent in fleet.agents.values():
                if agent.process:
                    agent.process.terminate()
            for agent in fleet.agents.values():
                if agent.process:
                    agent.process.wait(30)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
