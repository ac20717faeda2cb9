#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""virtwhere metrics on every fixture, read by parsers that others wrote: metrics.py build/virtwhere

Both expositions must parse, and say what the report says. promtool reads the text too, where it is installed.
"""

import concurrent.futures
import json
import math
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(sys.argv[1]).resolve())
PROMTOOL = shutil.which("promtool")
LIMIT = 60  # seconds for one command
SERIES = 1000  # of one machine, at the most
DEVICE_KINDS = ("network", "storage", "other")
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()
PROMTOOL_STEP = 8  # the parsers of its client library read every exposition
SANITIZED_STEP = 4

sys.path[:0] = [str(TOP / "tests/corpus"), str(TOP / "tests")]
import compose  # noqa: E402
import tally  # noqa: E402
from tally import check  # noqa: E402



def run(*arguments, **options):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
    options = {"capture_output": True, "timeout": LIMIT, "stdin": subprocess.DEVNULL, "env": environment} | options
    return subprocess.run([PROGRAM, *map(str, arguments)], **options)


# Samples.

def samples(families):
    """{name: {labels: value}} of a parsed exposition; a series that comes twice is None."""
    result = {}
    for family in families:
        for sample in family.samples:
            series = result.setdefault(sample.name, {})
            labels = frozenset(sample.labels.items())
            series[labels] = None if labels in series else sample.value
    return result


def labels_of(found, name):
    return [dict(labels) for labels in found.get(name, {})]


def value_of(found, name, **labels):
    return found.get(name, {}).get(frozenset(labels.items()))


def families_of(text, openmetrics_text):
    try:
        if openmetrics_text:
            return list(openmetrics_parser.text_string_to_metric_families(text)), None
        return list(parser.text_string_to_metric_families(text)), None
    except ValueError as error:
        return [], error


# A fixture.

def expected_info(report):
    platform = report["platform"]
    info = {"platform": platform["id"], "confidence": platform["confidence"], "cloud": platform["cloud"]["provider"],
            "instance_type": platform["cloud"]["instance_type"]}
    for key in ("hypervisor", "vmm", "mode", "row", "container", "confidential"):
        info[key] = platform[key]
    return {key: value for key, value in info.items() if value}


def worst_status(findings):
    order = ["skip", "pass", "warn", "unknown", "fail"]
    worst = {}
    for finding in findings:
        rank = order.index(finding["status"])
        worst[finding["id"]] = max(rank, worst.get(finding["id"], rank))
    return {check_id: order[rank] for check_id, rank in worst.items()}


def check_report(name, found, report, vm_known):
    """Do the samples say what the report says? @vm_known: it is told whether a hypervisor is under the kernel."""
    check(f"{name}: info", labels_of(found, "virtwhere_info") == [expected_info(report)],
          labels_of(found, "virtwhere_info"))
    level = value_of(found, "virtwhere_level")
    check(f"{name}: level", level == (report["level"] if vm_known else None), level)
    classes = {labels["dimension"]: labels["class"] for labels in labels_of(found, "virtwhere_dimension_class")}
    check(f"{name}: dimensions", classes == {key: value["class"] for key, value in report["dimensions"].items()},
          classes)
    can_host = report["nested"]["can_host"]
    check(f"{name}: nested", value_of(found, "virtwhere_nested_can_host") ==
          (None if can_host is None else float(can_host)))
    check(f"{name}: features", sorted(labels["feature"] for labels in labels_of(found, "virtwhere_nested_feature")) ==
          sorted(report["nested"]["features"]))
    check(f"{name}: conflicts", value_of(found, "virtwhere_conflicts") == len(report["conflicts"]))
    check(f"{name}: unread", value_of(found, "virtwhere_unread_sources") == len(report["unread"]))
    statuses = {labels["check"]: labels["status"] for labels in labels_of(found, "virtwhere_check_status")}
    check(f"{name}: checks", statuses == worst_status(report["findings"]), statuses)
    devices = {(labels["kind"] if labels["kind"] in DEVICE_KINDS else "other", labels["device"])
               for labels in labels_of(found, "virtwhere_device_info")}
    reported = {(kind, device["name"]) for kind in DEVICE_KINDS for device in report["devices"][kind]}
    check(f"{name}: devices", devices == reported, devices ^ reported)


def check_text(name, text, openmetrics_text):
    """Is it well formed, and free of what names a machine? Returns its samples."""
    families, error = families_of(text, openmetrics_text)
    check(f"{name}: parses", not error, f"{error}\n{text}")
    found = samples(families)
    doubles = [(metric, dict(labels)) for metric, series in found.items()
               for labels, value in series.items() if value is None]
    check(f"{name}: each series once", not doubles, doubles)
    check(f"{name}: {SERIES} series at the most", 5 < sum(map(len, found.values())) < SERIES)
    named = [family.name for family in families if not family.name.startswith("virtwhere")]
    check(f"{name}: names", not named, named)
    untold = [family.name for family in families if not family.documentation or family.type == "unknown"]
    check(f"{name}: each family with help and type", not untold, untold)
    strange = [labels for series in found.values() for labels, value in series.items()
               if value is None or not math.isfinite(value)]
    check(f"{name}: values are finite", not strange, strange)
    return found


def without_durations(found):
    return {metric: series for metric, series in found.items() if metric != "virtwhere_probe_duration_seconds"}


def check_promtool(name, text):
    if not PROMTOOL:
        return
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text.encode(), capture_output=True, timeout=LIMIT)
    check(f"{name}: promtool is silent", done.returncode == 0 and not done.stdout and not done.stderr,
          done.stdout + done.stderr)


def check_fixture(name, snapshot, with_promtool):
    done = run("metrics", "--snapshot", snapshot)
    report = json.loads(run("metrics", "--snapshot", snapshot, "--json").stdout)
    unknown = report["platform"]["id"] == "unknown"
    check(f"{name}: exit status", done.returncode == (3 if unknown else 0), done)
    check(f"{name}: no message", not done.stderr, done.stderr)
    text = done.stdout.decode()
    found = check_text(f"{name}, text", text, False)
    check_report(name, found, report, run("is", "vm", "--snapshot", snapshot).returncode != 3)
    if with_promtool:
        check_promtool(name, text)
    instance = report["platform"]["cloud"]["instance_id"]
    check(f"{name}: no instance id", not instance or instance not in text)
    text = run("metrics", "--format=openmetrics", "--snapshot", snapshot).stdout.decode()
    other = check_text(f"{name}, OpenMetrics", text, True)
    check(f"{name}: both say the same", without_durations(other) == without_durations(found))
    return found


# The rest.

def check_limits(found):
    """The fixture that has counters."""
    check("stolen time", value_of(found, "virtwhere_steal_seconds_total") == 250.17)
    check("ENA's version", labels_of(found, "virtwhere_ena_driver_info") == [{"device": "eth0", "version": "2.13.0g"}])
    check("ENA's counters", value_of(found, "virtwhere_ena_bw_in_allowance_exceeded_total", device="eth0") == 12044)
    check("ENA's gauges", value_of(found, "virtwhere_ena_conntrack_allowance_available", device="eth0") == 0)
    check("ENA Express", value_of(found, "virtwhere_ena_srd_resource_utilization_ratio", device="eth0") == 0.04)
    check("NVMe's patience", value_of(found, "virtwhere_nvme_io_timeout_seconds", device="nvme0n1",
                                      model="Amazon Elastic Block Store") == 4294967.295)


def check_textfile(folder, snapshot):
    target = folder / "virtwhere.prom"
    printed = run("metrics", "--snapshot", snapshot)
    done = run("metrics", "--snapshot", snapshot, "--textfile", target)
    written = target.read_bytes()
    check("--textfile: nothing printed", done.returncode == 0 and not done.stdout and not done.stderr, done)
    check("--textfile: all written", without_durations(samples(families_of(written.decode(), False)[0])) ==
          without_durations(samples(families_of(printed.stdout.decode(), False)[0])))
    check("--textfile: others may read it", stat.S_IMODE(target.stat().st_mode) & 0o444 == 0o444)
    check("--textfile: nothing beside it", os.listdir(folder) == ["virtwhere.prom"], os.listdir(folder))

    before = target.stat().st_ino
    run("metrics", "--snapshot", snapshot, "--textfile", target)
    check("--textfile: replaced, not written over", target.stat().st_ino != before)
    done = run("metrics", "--snapshot", snapshot, "--textfile", folder / "no-such-folder/x.prom")
    check("--textfile: a folder that is not there", done.returncode == 4 and b"no-such-folder" in done.stderr, done)
    done = run("metrics", "--snapshot", folder / "no-such-snapshot", "--textfile", target)
    check("--textfile: kept when there is nothing to say", done.returncode == 3 and target.stat().st_size > 1000, done)


def check_usage(snapshot):
    for arguments in (["metrics", "--format=text"], ["metrics", "x"], ["metrics", "-o", "/tmp/x"],
                      ["--textfile", "/tmp/x"], ["explain", "--textfile", "/tmp/x"],
                      ["metrics", "--textfile", "/proc/x", "--format=openmetrics"],
                      ["metrics", "--textfile", "/proc/x", "--format=json"],
                      ["metrics", "--json=compact", "--textfile", "/proc/x"]):
        done = run(*arguments, "--snapshot", snapshot)
        check(f"refused: {' '.join(arguments)}",
              done.returncode == 2 and done.stderr.count(b"\n") == 1 and not done.stdout, done)


def check_this_machine():
    start = time.monotonic()
    done = run("metrics", "--timing")
    check("this machine: in time", time.monotonic() - start < 20)
    found = check_text("this machine", done.stdout.decode(), False)
    check("this machine: stolen time", value_of(found, "virtwhere_steal_seconds_total") is not None)
    durations = found.get("virtwhere_probe_duration_seconds", {})
    check("this machine: each probe took its time", durations and all(0 < value < 20 for value in durations.values()))
    check("this machine: an outcome for each probe",
          set(durations) == set(found.get("virtwhere_probe_success", {})))
    check_promtool("this machine", done.stdout.decode())


# Hostile snapshots.

META = json.dumps({"format": "virtwhere.snapshot/1", "arch": "x86_64"})
HOSTILE = '"} 1\n# EOF\\\n\x1b[31m\x07{a="\u202e\u00e4'


def machine(folder, name, files):
    root = folder / "hostile" / name
    for path, content in ({"meta.json": META} | files).items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(place)
        elif isinstance(content, bytes):
            place.write_bytes(content)
        else:
            place.write_text(content)
    return root


def interfaces(count, text="x"):
    return json.dumps({f"{text}{number}": {"driver": "ena", "version": text * 9, "firmware": text, "statistics": {
        "tx_timeout": number, text: number} | {f"{text}{i}": i for i in range(200)}} for number in range(count)})


def check_hostile(folder):
    outside = folder / "outside"
    outside.write_text(json.dumps({"eth0": {"version": "canary-5c1d"}}))
    devices = {f"sys/class/net/eth{number}": lambda place, number=number: place.symlink_to(
        f"../../devices/pci0000:00/0000:00:03.0/net/eth{number}") for number in range(300)}
    ethtool = {
        "hostile words": interfaces(3, HOSTILE), "many interfaces": interfaces(2000), "empty": "", "not UTF-8": b"{\"\xff\": {}}",
        "deep": "[" * 100_000, "deep objects": '{"a":' * 100_000, "numbers": '{"eth0": {"statistics": {"tx_timeout": 1e999}}}',
        "huge number": '{"eth0": {"statistics": {"tx_timeout": 99999999999999999999999}}}', "2 MiB": " " * (2 << 20) + "{}",
        "FIFO": os.mkfifo, "folder": Path.mkdir, "link outside": lambda place: place.symlink_to(outside),
        "loop": lambda place: place.symlink_to(place.name),
    }
    cases = {f"ethtool.json: {name}": {"ethtool.json": content} for name, content in ethtool.items()}
    cases |= {
        "stat: hostile": {"proc/stat": HOSTILE}, "stat: endless": {"proc/stat": "cpu " + "9" * 100_000},
        "stat: 2^64": {"proc/stat": "cpu 1 2 3 4 5 6 7 18446744073709551616\n"},
        "stat: FIFO": {"proc/stat": os.mkfifo},
        "words": {"sys/class/dmi/id/product_name": HOSTILE * 40, "sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
                  "proc/sys/kernel/osrelease": HOSTILE, "proc/version": f"Linux version {HOSTILE} ", "run/systemd/container": HOSTILE},
        "interfaces": devices,
        "interfaces of one name": {f"sys/class/net/e\x01{i}".replace(str(i), chr(i + 1)): lambda place: place.symlink_to(
            "../../devices/pci0000:00/0000:00:03.0/net/x") for i in range(8)},
    }
    for name, files in cases.items():
        root = machine(folder, name.replace(" ", "-").replace(":", ""), files)
        for exposition in ("prometheus", "openmetrics"):
            done = run("metrics", f"--format={exposition}", "--snapshot", root)
            check(f"{name}: exit status", done.returncode in (0, 3) and not done.stderr, done)
            text = done.stdout.decode()
            check(f"{name}: nothing of outside", "canary" not in text)
            check_text(f"{name}, {exposition}", text, exposition == "openmetrics")
        check_promtool(name, run("metrics", "--snapshot", root).stdout.decode())


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        compose.write_all(str(folder / "composed"))
        snapshots = sorted(folder.glob("composed/*/*")) + sorted((TOP / "tests/corpus/lab").glob("*.tar.gz"))
        check("there are fixtures", len(snapshots) > 50, len(snapshots))
        if SANITIZED:
            snapshots = [one for index, one in enumerate(snapshots)
                         if index % SANITIZED_STEP == 0 or one.name == "nitro-c5-large-at-its-limits"]
            tally.skip(f"{SANITIZED_STEP - 1} fixtures of {SANITIZED_STEP}", "a sanitizer makes them too slow")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            all_found = list(pool.map(lambda index: check_fixture(
                snapshots[index].name, snapshots[index], index % PROMTOOL_STEP == 0), range(len(snapshots))))
        for snapshot, found in zip(snapshots, all_found):
            if snapshot.name == "nitro-c5-large-at-its-limits":
                check_limits(found)
                (folder / "text").mkdir()
                check_textfile(folder / "text", snapshot)
                check_usage(snapshot)
        check_hostile(folder)
    check_this_machine()
    if not PROMTOOL:
        tally.skip("promtool on each exposition", "promtool is not installed (prometheus)")
    return tally.end()


sys.exit(main())
