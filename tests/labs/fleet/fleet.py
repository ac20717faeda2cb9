#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A fleet on one machine: Prometheus scrapes 300 agents that replay different snapshots.

fleet.py BUILD [AGENTS] [--document FILE]

Each fixture of tests/corpus is an agent on a port of its own, and some agents get into trouble while they run. Then all
agents are to be up but the one that was ended; every query of the dashboard is to be answered; and each alert is to
fire for the agents that it is meant for and for no other. For whom it is meant is taken from the reports of `virtwhere`, not
from metrics. The rules are those that are shipped, with shorter times. Prometheus scrapes itself too, and a target that is
down, in jobs of their own: neither is an agent. Nothing leaves the loopback. What the run takes is measured and
printed, and written to FILE.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/corpus"))
sys.path.insert(0, str(TOP / "tests/e2e"))
sys.path.insert(0, str(TOP / "tests"))
import compose  # noqa: E402
import tally  # noqa: E402
from operations import DASHBOARD, RULES, RULES_TEST  # noqa: E402

AGENTS = 300
SCRAPE = "10s"
# The times of the rules, made short. Windows hold several scrapes; the rest is `for:` and limits in seconds.
SHORTER = [(r"for: \w+", "for: 6s"), (r"\[5m\]", "[45s]"), (r"> 10800", "> 90"), (r"< 900", "< 3600")]
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
        self.port, self.process, self.log = None, None, None

    def start(self):
        folder = self.fleet.work / "agents" / self.name
        folder.mkdir(parents=True)
        options = {"listen": "127.0.0.1:0", "snapshot": self.snapshot, "config": self.fleet.config,
                   "report-file": folder / "report.json", "state-directory": "", "interval": f"{INTERVAL}s"} | self.options
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([self.fleet.build / "virtwhered", *[f"--{k}={v}" for k, v in options.items()]],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)

    def listens(self):
        """Whether it says where it listens. A port that was chosen before could be another agent's by now."""
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", self.log.read_text(errors="replace"))
        self.port = found and int(found[1])
        return found

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
        self.composed, self.fixtures = [], 0  # fixtures: that are replayed as they are

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
        self.fixtures = len(self.lab) + room
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
            f"scrape_configs:\n- job_name: virtwhere\n  static_configs:\n{targets}"
            + "".join(f'- job_name: {job}\n  static_configs:\n    - targets: ["127.0.0.1:{port}"]\n'
                      for job, port in (("prometheus", self.port), ("node", free_port()))))

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
        return {sample["metric"]["instance"] for sample in self.query('up{job="virtwhere"} == 1')}

    def firing(self):
        """{(alert, instance or what stands for it, detail)}"""
        alerts = [alert["labels"] for alert in self.ask("alerts")["alerts"] if alert["state"] == "firing"]
        return {(a["alertname"], a.get("instance") or a.get("instance_type"), a.get("check") or a.get("dimension") or
                 a.get("allowance") or a.get("file") or "") for a in alerts}

    # --- trouble, and what is to come of it ---

    def add_trouble(self):
        """Agents that get into trouble, and what nearly is trouble."""
        quiet = self.lab["l2-q35"]
        self.add("down", quiet)
        self.add("blind", self.work / "composed/metal/unknown-nothing-readable")
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
                  ("VirtwhereFileNotWritten", "unwritten", "report"), ("VirtwhereReportStale", "old", ""),
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


def variables(fleet, document):
    """What each variable of the dashboard stands for while all is chosen, which is how it opens."""
    all_of = {}
    for variable in document["templating"]["list"]:
        if variable["type"] != "query":
            continue
        series = re.fullmatch(r"label_values\((.*), (\w+)\)", resolve(variable["query"]["query"], all_of))
        values = sorted(one["metric"].get(series[2], "") for one in fleet.query(f"group by ({series[2]}) ({series[1]})"))
        check(f"dashboard: variable {variable['name']}", not values and "no value")
        all_of[variable["name"]] = variable.get("allValue") or "(" + "|".join(map(re.escape, values)) + ")"
    return all_of


def resolve(expression, all_of):
    for name, value in all_of.items():
        expression = expression.replace(f"${name}", value.replace("\\", "\\\\"))
    return expression


def dashboard(fleet):
    """Every query is answered, and the panels that count or name machines do so with the right ones."""
    document = json.loads(DASHBOARD.read_text())
    all_of = variables(fleet, document)
    said = {}
    for panel in document["panels"]:
        for target in panel.get("targets", []):
            expression = resolve(target["expr"], all_of)
            try:
                said[panel["title"]] = fleet.query(expression)
                check(f"dashboard: {panel['title']}", not said[panel["title"]] and "no answer to " + expression)
            except (urllib.error.HTTPError, ValueError) as error:
                check(f"dashboard: {panel['title']}", f"{error}: {expression}")
    hosts = {row[1] for row in fleet.meant() if row[0] == "VirtwhereNestedHost"}
    for title, wanted in (("Agents up", len(fleet.agents) - 1), ("Agents down", 1), ("Guests that can host guests", len(hosts))):
        found = [float(sample["value"][1]) for sample in said.get(title, []) if not sample["metric"].get("instance")]
        check(f"dashboard: {title} is {wanted}", found != [wanted] and found)
    for title, wanted in (("Agents that are down", {"down"}), ("Guests that can host guests, by name", hosts)):
        found = {sample["metric"].get("instance") for sample in said.get(title, [])}
        check(f"dashboard: {title}: {len(wanted)} machines", sorted(found ^ wanted)[:10])


# What it takes.

def memory(pid):
    """MiB: resident, of it anonymous."""
    rows = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(int(rows[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread(values, shown="{:,.1f}"):
    values = sorted(values)
    return " | ".join(shown.format(value) for value in (statistics.median(values), values[int(len(values) * 0.99)], values[-1]))


def one(fleet, expression):
    return float(fleet.query(expression)[0]["value"][1])


def measure(fleet, prometheus, seconds):
    """Lines of tables: what the run takes."""
    running = [agent.process.pid for agent in fleet.agents.values() if agent.process.poll() is None]
    resident, anonymous = zip(*map(memory, running))

    def each(name, factor=1.0):
        return [float(sample["value"][1]) * factor for sample in fleet.query(f'{name}{{job="virtwhere"}} and up == 1')]
    return [
        "| of each agent | median | 99 % | the most |", "| --- | --- | --- | --- |",
        f"| resident memory, MiB | {spread(resident)} |",
        f"| of it anonymous, MiB | {spread(anonymous)} |",
        f"| processor time, ms a minute | {spread([processor_seconds(pid) * 60000 / seconds for pid in running])} |",
        f"| series | {spread(each('scrape_samples_scraped'), '{:,.0f}')} |",
        f"| a scrape, ms | {spread(each('scrape_duration_seconds', 1000))} |", "",
        "| of the whole | |", "| --- | --- |",
        f"| targets: agents, others | {len(fleet.agents)}, {len(fleet.query('up')) - len(fleet.agents)} |",
        f"| agents that are up | {len(fleet.up())} |",
        f"| metrics by name | {one(fleet, 'count(count by (__name__) ({__name__=~%s}))' % json.dumps('virtwhere_.*')):,.0f} |",
        f"| series of agents at one moment | {one(fleet, 'sum(scrape_samples_scraped{job=%s})' % json.dumps('virtwhere')):,.0f} |",
        f"| series that Prometheus holds, with those of rules and alerts | {one(fleet, 'prometheus_tsdb_head_series'):,.0f} |",
        f"| alerts that fire | {len(fleet.firing())} |",
        f"| all agents together, anonymous MiB | {sum(anonymous):,.0f} |",
        f"| Prometheus, resident MiB | {memory(prometheus.pid)[0]:,.0f} |",
        f"| one evaluation of all rules, ms | {one(fleet, 'sum(prometheus_rule_group_last_duration_seconds)') * 1000:,.0f} |",
    ]


def document(lines, settled, agents, fixtures):
    version = subprocess.run(["prometheus", "--version"], capture_output=True, text=True, timeout=30)
    name = re.match(r"prometheus, version (\S+)", version.stdout + version.stderr)
    return "\n".join([
        "# A fleet", "",
        f"Written by `tests/labs/fleet/fleet.py build {agents} --document docs/fleet.md` on {datetime.date.today()};",
        f"{os.cpu_count()} processors, Linux {platform.release()}, Prometheus {name[1] if name else '?'}; load average then: "
        f"{os.getloadavg()[0]:.1f}.", "",
        f"{agents} agents on one machine: {fixtures} replay a fixture of `tests/corpus` each, and {agents - fixtures} one of "
        "these again, to",
        f"get into trouble or nearly so. They probe every {INTERVAL} s and are",
        f"scraped every {SCRAPE}: both much oftener than they are in use, where an hour and a minute are usual.",
        f"**{failed} of {passed + failed} checks failed.**" if failed else
        f"{passed} checks passed: all but the one agent that was killed are up, every alert of `packaging/prometheus` fires for the\n"
        "machines that it is meant for and for no other, and every query of the dashboard is answered.", "", *lines, "",
        f"The alerts were as they should be {settled:.0f} s after the trouble began, with their times cut to seconds.",
        "Resident memory counts pages of libraries that the agents share.", ""])


def run(fleet, agents):
    fleet.unpack()
    fleet.add_trouble()
    fleet.add_fixtures(agents)
    fleet.count_ena(0)
    for agent in fleet.agents.values():
        agent.facts()
        agent.start()
    silent = [name for name, agent in fleet.agents.items() if not wait_for(agent.listens, 30, 0.1)]
    check("every agent says where it listens", silent)
    fleet.write_prometheus()
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
        trouble = time.monotonic()
        wait_for(settled, SETTLED, 2.0)
        took = time.monotonic() - trouble
        found = fleet.firing()
        for name in sorted(names):
            mine = [{row for row in rows if row[0] == name} for rows in (found, wanted)]
            check(f"{name} fires for {len(mine[1])} and no other", difference(*mine))
        wait_for(lambda: not settled(), STILL, 2.0)
        check("the alerts stay as they are", difference(fleet.firing(), wanted))
        ended = {name for name, agent in fleet.agents.items() if agent.process.poll() is not None}
        check("only one has ended", sorted(ended ^ {"down"}))
        check("all but one are up", sorted(set(fleet.agents) - {"down"} ^ fleet.up()))
        dashboard(fleet)
        return measure(fleet, prometheus, time.monotonic() - begin), took
    finally:
        prometheus.terminate()
        prometheus.wait(30)


def main():
    for tool in ("prometheus", "promtool"):
        if not shutil.which(tool):
            return tally.skip_all("a fleet under Prometheus", f"{tool} is not installed")
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("agents", type=int, nargs="?", default=AGENTS)
    parser.add_argument("--document", type=pathlib.Path, help="write there what was measured")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    subprocess.run(["promtool", "test", "rules", RULES_TEST], check=True)
    with tempfile.TemporaryDirectory() as work:
        fleet = Fleet(options.build.resolve(), pathlib.Path(work))
        try:
            text = document(*run(fleet, options.agents), len(fleet.agents), fleet.fixtures)
        finally:
            for agent in fleet.agents.values():
                if agent.process:
                    agent.process.terminate()
            for agent in fleet.agents.values():
                if agent.process:
                    agent.process.wait(30)
    print(text)
    if options.document:
        options.document.write_text(text)
    return tally.end(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
