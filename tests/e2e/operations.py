#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What is shipped for operations fits the programs: operations.py build/virtwhere [--write]

Rules, dashboard and docs name only metrics that exist; the manuals and the example name the service's options and what
they are without them; the shells complete the options of both programs; the units name files that are installed. --write renews the table of metrics in
docs/operations.md.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests"))
import tally  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve().parent
RULES = TOP / "packaging/prometheus/virtwhere.rules.yml"
RULES_TEST = TOP / "packaging/prometheus/virtwhere.rules.test.yml"
DASHBOARD = TOP / "packaging/grafana/virtwhere.json"
DOCS = TOP / "docs/operations.md"
MARK = "<!-- metrics: written by tests/e2e/operations.py --write -->\n"
EXAMPLE, CONF_MAN, MAN = (TOP / name for name in ("systemd/virtwhered.conf", "agent/man/virtwhered.conf.5",
                                                  "agent/man/virtwhered.8"))
# labels and words that look like a metric, and metrics of Prometheus itself
WORD = re.compile(r"\bvirtwhere(?::\w+)+|\bvirtwhere_\w+")

passed = failed = 0


def check(name, wrong):
    global passed, failed
    passed, failed = passed + (not wrong), failed + bool(wrong)
    if wrong:
        print(f"FAIL: {name}: {wrong}")


def table():
    """{name: help} of the metrics."""
    said = subprocess.run([BUILD / "tests/tools/metrics"], capture_output=True, text=True, check=True).stdout
    return dict(line.split("\t", 1) for line in said.splitlines())


def expressions(dashboard):
    """Every query of a dashboard: those of its panels, and those of its variables."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"]


def rows(metrics):
    return "| metric | means |\n| --- | --- |\n" + "".join(f"| `{name}` | {text} |\n" for name, text in metrics.items())


def metrics_are_real(metrics):
    rules = RULES.read_text()
    recorded = set(re.findall(r"- record: (\S+)", rules))
    known = set(metrics) | recorded
    check("metrics of the rules", sorted(set(WORD.findall(rules)) - known))
    dashboard = json.loads(DASHBOARD.read_text())
    used = {word for _, query in expressions(dashboard) for word in WORD.findall(query)}
    check("metrics of the dashboard", sorted(used - known))
    check("queries of the dashboard", [] if len(used) > 10 else ["hardly any"])
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    check("panels without a query", [panel["title"] for panel in panels if not panel.get("targets")])
    check("ids of panels", [] if len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) else "double")
    head, _, written = DOCS.read_text().partition(MARK)
    check("metrics of docs/operations.md", sorted(set(WORD.findall(head)) - known))
    check("table of docs/operations.md, renew it with --write", written != "\n" + rows(metrics))


def alerts_are_tested_and_told():
    alerts = re.findall(r"- alert: (\S+)", RULES.read_text())
    tests = RULES_TEST.read_text()
    fired = set()
    for case in re.split(r"\n {2}- name: ", tests)[1:]:
        parts = re.split(r"\n {6}- eval_time: ", case)
        if 'instance="near"' in parts[0]:
            fired |= {name for part in parts[1:] if "exp_alerts:" in part for name in re.findall(r"alertname: (\S+)", part)}
    check("alerts without a test that fires them beside a near miss", [a for a in alerts if a not in fired])
    told = re.findall(r"^\| (Virtwhere\w+) \|", DOCS.read_text(), re.M)
    check("alerts of docs/operations.md", sorted(set(alerts) ^ set(told)))
    if shutil.which("promtool"):
        for command in (["check", "rules", RULES], ["test", "rules", RULES_TEST]):
            done = subprocess.run(["promtool", *command], capture_output=True, text=True, timeout=120)
            check(f"promtool {command[0]} rules", done.stderr + done.stdout if done.returncode else "")
    else:
        tally.skip("rules by promtool", "promtool is not installed (prometheus); make check-fleet tests them with it")


def options_are_told():
    service = BUILD / "virtwhered"
    said = subprocess.run([service, "--help"], capture_output=True, text=True, check=True).stdout
    options = dict(re.findall(r"^\s+(?:-\w, )?--([\w-]+)\S*\s(?:.*\((\S+)\)$)?", said, re.M))
    check("options of --help", [] if len(options) > 10 else said)
    manual = MAN.read_text().replace("\\-", "-")
    check("options in virtwhered(8)", [name for name in options if f"--{name}" not in manual])
    keys = {name: standard for name, standard in options.items() if name not in ("config", "check-config", "help", "version")}
    manual = CONF_MAN.read_text().replace("\\-", "-")
    check("keys in virtwhered.conf(5)", sorted(set(keys) ^ set(re.findall(r"^\.TP\n\.B (\S+)$", manual, re.M))))
    example = re.findall(r"^#([\w-]+) =(?: (\S.*))?$", EXAMPLE.read_text(), re.M)
    check("keys of the example", sorted(set(keys) ^ {name for name, _ in example}))
    for name, standard in keys.items():
        values = [value for key, value in example if key == name]
        check(f"{name} in the example is {standard}", values[:1] != [standard])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "virtwhered.conf"
        for text in (EXAMPLE.read_text(), re.sub(r"^#(?=[\w-]+ =)", "", EXAMPLE.read_text(), flags=re.M)):
            path.write_text(text)
            done = subprocess.run([service, "--check-config", f"--config={path}"], capture_output=True, text=True, timeout=30)
            check("the example is accepted", done.stderr if done.returncode else "")


def options_of(said):
    """What is an option in a help: what begins a line of its list."""
    return set(re.findall(r"^ {2,6}(?:-\w, )?(--[a-z][a-z-]*)", said, re.M))


def completions_fit():
    """The shells offer the options that there are, and no others."""
    def said(*words):
        return subprocess.run(words, capture_output=True, text=True, check=True, timeout=30).stdout

    where, service = str(BUILD / "virtwhere"), str(BUILD / "virtwhered")
    commands = re.findall(r"^  ([a-z]+) ", said(where, "--help").partition("Commands:")[2].partition("Options:")[0], re.M)
    options = {"cli/completions/virtwhere": options_of(said(where, "--help")).union(
                   *(options_of(said(where, "help", command)) for command in commands)),
               "agent/completions/virtwhered": options_of(said(service, "--help"))}
    lists = re.findall(r"[a-z]+", re.search(r"LIST is one of (.*?)\.", said(where, "help", "list"), re.S)[1])
    check("lists of virtwhere", [] if len(lists) > 8 else lists)
    makefile = (TOP / "packaging/install.mk").read_text()
    for name, wanted in options.items():
        check(f"options of {name}", [] if len(wanted) > 8 else sorted(wanted))
        for shell, pattern in (("bash", r"(?<![\w-])--[a-z][a-z-]*"), ("zsh", r"(?<![\w-])--[a-z][a-z-]*"),
                               ("fish", r"(?<= -l )[a-z-]+(?= )")):
            path = TOP / f"{name}.{shell}"
            text = "".join(line for line in path.open() if not line.startswith(("#", "set -l ")))
            found = {word if word.startswith("--") else f"--{word}" for word in re.findall(pattern, text)}
            check(f"options in {name}.{shell}", sorted(found ^ wanted))
            check(f"{name}.{shell} is installed", f"\t{name}.{shell}:" not in makefile)
            if name.startswith("cli/"):
                offered = re.findall(r"\bplatforms [a-z ]+", path.read_text())
                check(f"lists in {name}.{shell}", [one for one in offered if one.split() != lists] if offered else "none")
            if not shutil.which(shell):
                tally.skip(f"{name}.{shell} is written well", f"{shell} is not installed")
            else:
                done = subprocess.run([shell, "-n", path], capture_output=True, text=True, timeout=30)
                check(f"{name}.{shell} is written well", done.stderr)
    script = ('. "$1"; COMP_WORDS=(virtwhered "${@:2}"); COMP_CWORD=$(($# - 1)); _virtwhered; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    everything = " ".join(re.findall(r"--[a-z][a-z-]*(?==|\s{2})", said(service, "--help")))
    for given, offered in ((["--"], everything), (["--s"], "--state-directory --settle --snapshot"), (["--timing", "=", ""], "yes no"),
                           (["--listen", "=", "/"], "/run/virtwhere/http"), (["--interval", "1"], "")):
        done = said("bash", "-c", script, "bash", str(TOP / "agent/completions/virtwhered.bash"), *given)
        check(f"bash offers for {given}", done.split() != offered.split() and done)


def units_are_sound():
    """systemd's own judgement of the units, as they are installed."""
    if not shutil.which("systemd-analyze"):
        tally.skip("units by systemd-analyze", "systemd is not installed; make check-system tests them with it")
        return
    with tempfile.TemporaryDirectory() as folder:
        units = []
        for path in sorted((TOP / "systemd").glob("virtwhere*.*")):
            if path.suffix in (".service", ".socket", ".timer"):
                units.append(pathlib.Path(folder) / path.name)
                units[-1].write_text(re.sub(r"@bindir@/\w+", "/bin/true", path.read_text()))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60)
        check("systemd-analyze verify", done.stderr + done.stdout)
        for unit in (unit for unit in units if unit.suffix == ".service"):
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                                  capture_output=True, text=True, timeout=60)
            level = re.search(r"Overall exposure level \S+ \S+: ([\d.]+)", done.stdout)
            check(f"systemd-analyze security of {unit.name} is 1.2 or less", not level or float(level[1]) > 1.2)


def units_fit():
    makefile = (TOP / "packaging/install.mk").read_text()
    files = {str(path.relative_to(TOP)) for path in (TOP / "systemd").iterdir()}
    check("files of systemd/ that are not installed", [name for name in sorted(files) if f"\t{name}:" not in makefile])
    unit = (TOP / "systemd/virtwhered.service").read_text()
    textfile = (TOP / "systemd/virtwhere-textfile.service").read_text()
    opened = [set(re.findall(r"^DeviceAllow=(.*)$", text, re.M)) for text in (unit, textfile)]
    check("devices that only one of the services may open", sorted(opened[0] ^ opened[1]) if opened[0] else "none at all")
    check("status 3 of virtwhere, with which it has written the file", "\nSuccessExitStatus=3\n" not in textfile)
    loaded = set(re.findall(r"^LoadCredential=([\w.-]+):", unit, re.M))
    check("credentials without a default", sorted(loaded ^ set(re.findall(r"^SetCredential=([\w.-]+):absent$", unit, re.M))))
    manual = MAN.read_text().replace("\\-", "-")
    check("credentials in virtwhered(8)", [name for name in sorted(loaded) if name not in manual])
    source = "".join(path.read_text() for path in (TOP / "agent").glob("*.c"))
    check("credentials that the service does not take", [name for name in sorted(loaded) if f'"{name}"' not in source])
    message = re.search(r'VW_CHANGE_MESSAGE_ID "(\w+)"', (TOP / "agent/changes.h").read_text())[1]
    for path in ("systemd/virtwhered.catalog", "agent/man/virtwhered.8", "docs/operations.md", "packaging/prometheus/virtwhere.rules.yml"):
        check(f"MESSAGE_ID in {path}", message not in (TOP / path).read_text())


def changes_are_told():
    """The docs list the kinds of changes as the table has them."""
    rows = re.findall(r'^\t\[VW_CHANGE_\w+\] = \{"([a-z-]+)", (true|false)\},$', (TOP / "agent/changes.c").read_text(), re.M)
    text = DOCS.read_text()
    start, middle = text.index("The kinds are the label"), text.index("These set `virtwhere_last_change")
    end = text.index("Before an image is made", middle)
    for part, of_machine in ((text[start:middle], "true"), (text[middle:end], "false")):
        wanted = {word for word, value in rows if value == of_machine}
        named = {word for word in re.findall(r"`([a-z-]+)`", part) if word != "kind"}
        check(f"kinds of changes in docs/operations.md, of the machine: {of_machine}", sorted(wanted ^ named) or not wanted)


def descriptors_suffice():
    """The unit allows as many open files as the most connections need."""
    unit = (TOP / "systemd/virtwhered.service").read_text()
    most = re.search(r'\{"connections", NULL, 0, NUMBER, false, FIELD\(connections\), 1, (\d+),', (TOP / "agent/config.c").read_text())
    besides = re.search(r"\bDESCRIPTORS = (\d+)", (TOP / "agent/service.c").read_text())
    allowed = re.search(r"^LimitNOFILE=(\d+)$", unit, re.M)
    check("LimitNOFILE= of the unit", not (most and besides and allowed) or
          int(allowed[1]) != int(most[1]) + int(besides[1]))


def main():
    metrics = table()
    if "--write" in sys.argv:
        head, mark, _ = DOCS.read_text().partition(MARK)
        DOCS.write_text(head + mark + "\n" + rows(metrics))
        return 0
    metrics_are_real(metrics)
    alerts_are_tested_and_told()
    options_are_told()
    completions_fit()
    units_fit()
    units_are_sound()
    changes_are_told()
    descriptors_suffice()
    return tally.end(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
