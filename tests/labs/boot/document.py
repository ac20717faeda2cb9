# SPDX-License-Identifier: MIT
"""What is kept of the lab's results: lines on the terminal, docs/lab.md, fixtures."""

import json
import shutil

INTRODUCTION = """\
<!-- Written by tests/labs/boot/lab.py --document; edit that. -->
# The lab

Hypervisors from Debian's packages, booted by `make lab` (`make lab-quick` for a part of them, two at a time), with
virtwhere in each guest. `make lab ENV="l2-q35 xen-pv"` boots only these, with what hosts them. The systems
are not installed and need no privilege: their packages are unpacked below `build/lab/` and run from there. QEMU emulates
the processors in software, AMD's virtualization extension included, so that KVM and Xen run in it for real; Bochs does
the same with Intel's, far enough for kvm_intel to take it.

An environment passes when the report that root gets holds its truth, an ordinary user is told nothing wrong, the report
fits its schema, and the guest's snapshot gives the same report on the machine that runs the lab, but for where and when
it was taken. What does not boot is tried once more, and then fails or is skipped, with the reason.
"""

LATENCY = """\
## How long a CPUID instruction takes

An instruction that leaves the guest costs more than one that does not, and more for each layer that has to handle it.
Nanoseconds; of five rounds in each environment the shortest time of all, and the lowest and highest median. Guests that
show their host's processor (containers, user-mode Linux) are measured like the others.
"""

LATENCY_WORDS = """\
What this can tell, and what not:

- Software emulation runs CPUID without leaving anything: short times do not mean hardware. Bochs shows one time only,
  because its clock counts instructions: there the figure says nothing about time at all.
- KVM's guest and Xen's HVM and PVH guests cannot be told apart by it: one exit costs each of them about the same here,
  and a second layer of KVM ten times that, because an exit of the inner guest is many exits of the outer one.
  The magnitudes are those of exits in an emulated processor; on a real one they are smaller and lie closer together.
- A Xen PV guest's CPUID does not leave it at all without CPUID faulting. What is measured there is the reading of the
  clock around it.
- User-mode Linux and its like show the exits of the machine that runs the lab, which is a guest itself, and a busy one.
  Medians of the same environment differ between rounds by as much as the table shows, in some by half or double: only
  orders of magnitude count.
- So a time alone proves no layer, and no verdict rests on one. It is recorded to be compared with that of the same
  machine at another time.
"""


def brief(result):
    seconds = f"{result['seconds']:.0f} s" if result.get("seconds") is not None else ""
    return "  ".join(filter(None, [seconds, result.get("we"), "; ".join(result["reasons"])]))


def results(lab):
    """(name, row, the last result of that environment or None), in the order of the table."""
    for name, row in lab.rows.items():
        file = lab.results / name / "result.json"
        yield name, row, json.loads(file.read_text()) if file.exists() else None


def render(lab):
    there = list(results(lab))
    told = [r for _, _, r in there if r]
    counts = {status: sum(r["status"] == status for r in told) for status in ("pass", "fail", "skip")}
    lines = [INTRODUCTION, "## Results", ""]
    lines.append(f"{counts['pass']} passed, {counts['fail']} failed, {counts['skip']} skipped, "
                 f"{len(there) - len(told)} not run; {lab.versions()}. Each row is of the environment's last run. "
                 "Seconds are from the start to the end of the machine on two shared cores; those of a host contain its guests'.")
    lines += ["", "| environment | what it is | truth | virtwhere | systemd-detect-virt | virt-what | lscpu | s | |",
              "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    lines += [row_of(name, row, result) for name, row, result in there]
    wrong = [(name, result) for name, _, result in there if result and result["reasons"]]
    if wrong:
        lines += ["", "### Not passed", ""]
        lines += [f"- `{name}`: {'; '.join(result['reasons'])}" for name, result in wrong]
    return "\n".join(lines + ["", latency(there)])


def row_of(name, row, result):
    truth = " or ".join(row["truth"]["platform.id"])
    about = row["about"] + (" (composed)" if row.get("composed") else "")
    if not result:
        return cells(name, about, truth, "", "", "", "", "", "not run")
    they = result.get("they", {})
    seconds = f"{result['seconds']:.0f}" if result.get("seconds") is not None else ""
    return cells(name, about, truth, result.get("we", ""), they.get("systemd-detect-virt", ""),
                 they.get("virt-what", ""), they.get("lscpu", ""), seconds, result["status"])


def cells(*texts):
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


def latency(there):
    lines = [LATENCY, "| environment | shortest | medians |", "| --- | ---: | ---: |"]
    for name, _, result in there:
        rounds = result.get("timing") if result else None
        if rounds:
            medians = sorted(median for _, median in rounds)
            lines.append(cells(name, f"{min(m for m, _ in rounds):,}", f"{medians[0]:,} – {medians[-1]:,}"))
    return "\n".join(lines + ["", LATENCY_WORDS])


def renew_fixtures(lab, folder):
    """Make fixtures of what passed: the guest's snapshot, its truth, and a line about it in index.json."""
    index = json.loads((folder / "index.json").read_text())
    for name, row, result in results(lab):
        if not result or result["status"] != "pass":
            continue
        files = lab.results / name / "files"
        moments = [(name, "snapshot.tar.gz", row["truth"])]
        if row.get("hotplug"):
            moments.append((f"{name}-after", "after/snapshot.tar.gz", row["truth_after"]))
        for fixture, snapshot, truth in moments:
            shutil.copy(files / snapshot, folder / f"{fixture}.tar.gz")
            expect = {path: [None if word == "null" else word for word in want] for path, want in truth.items()}
            (folder / f"{fixture}.expect.json").write_text(json.dumps(expect, indent=1) + "\n")
            index[fixture] = {"kind": "real", "source": f"{row['about']}; {lab.versions()}"}
    entries = [f" {json.dumps(name)}: {json.dumps(index[name])}" for name in sorted(index)]
    (folder / "index.json").write_text("{\n" + ",\n".join(entries) + "\n}\n")
