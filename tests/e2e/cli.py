#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The command line as a user meets it: cli.py build/virtwhere

Commands, exit codes, formats, messages and behaviour at closed, full and broken outputs, on small snapshots and on
the machine that runs the test.
"""

import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jsonschema

TOP = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests"))
import tally  # noqa: E402
from tally import check  # noqa: E402
PROGRAM = str(Path(sys.argv[1]).resolve())
SCHEMA = jsonschema.Draft202012Validator(json.loads((TOP / "export/report.schema.json").read_text()))
HELP_COLUMNS = 80

CPUID = """CPU 0:
   0x00000000 0x00: eax=0x0000000d ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69
   0x00000001 0x00: eax=0x000306f2 ebx=0x00010800 ecx={ecx} edx=0x0fabfbff
"""
KVM = "   0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 edx=0x0000004d\n"
CPUINFO = "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Test\nflags\t\t: fpu {flag}\n"

EMPTY = {"meta.json": json.dumps({"format": "virtwhere.snapshot/1", "arch": "x86_64"})}
GUEST = EMPTY | {
    "cpuid.txt": CPUID.format(ecx="0x80000000") + KVM,
    "proc/cpuinfo": CPUINFO.format(flag="hypervisor"),
    "proc/1/environ": "",
    "sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
    "sys/class/dmi/id/product_name": "c5.large\n",
    "sys/class/dmi/id/board_asset_tag": "i-0123456789abcdef0\n",
}
METAL = EMPTY | {
    "cpuid.txt": CPUID.format(ecx="0x00000000"),
    "proc/cpuinfo": CPUINFO.format(flag="vmx"),
    "proc/1/environ": "",
    "sys/class/dmi/id/sys_vendor": "Dell Inc.\n",
    "sys/class/dmi/id/product_name": "PowerEdge R640\n",
}

folder = None


def run(*words, **options):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | options.pop("env", {})
    for name in os.environ:
        if name.endswith("SAN_OPTIONS"):
            environment[name] = os.environ[name]
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([PROGRAM, *words], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env=environment, timeout=60, **options)


def expect(words, status, out=None, err=None, **options):
    """Run it and hold its exit status, and its outputs against regular expressions."""
    done = run(*words, **options)
    told, complained = (done.stdout or b"").decode(), done.stderr.decode()
    name = "virtwhere " + " ".join(words).replace(folder, "")
    check(f"{name}: status", done.returncode == status, f"{done.returncode}, not {status}; {complained}")
    check(f"{name}: output", told == "" if out is None else re.search(out, told, re.M), repr(told[:300]))
    check(f"{name}: message", complained == "" if err is None else re.fullmatch(err, complained), repr(complained))
    return told


def snapshot(name, files):
    for path, text in files.items():
        place = Path(folder, name, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return ["--snapshot", str(Path(folder, name))]


def report(*words, **options):
    done = run("--json", *words, **options)
    document = json.loads(done.stdout)
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in SCHEMA.iter_errors(document)]
    check("schema " + " ".join(words).replace(folder, ""), not errors, errors[:3])
    return document


def verdicts(guest, metal, empty):
    expect(guest, 0, out=r"\A.* on Amazon EC2 c5\.large")
    expect(metal, 0, out=r"^    hw  ")
    expect(empty, 3, out=r"^    L\?  ")
    check("guest", report(*guest)["platform"]["id"] == "nitro")
    check("metal", report(*metal)["platform"]["id"] == "metal")
    check("empty", report(*empty)["platform"]["id"] == "unknown")
    check("order", list(report(*guest)) == [
        "schema", "version", "source", "platform", "level", "stack", "dimensions", "nested", "devices", "findings",
        "evidence", "conflicts", "unread"])
    live = report()
    check("live", live["source"]["kind"] == "live" and live["source"]["path"] is None, live["source"])
    expect(["--json=compact", *guest], 0, out=r"\A\{[^\n]*\}\n\Z")
    expect(["--format=json", *guest], 0, out=r"\A\{\n")
    expect(["explain", *guest], 0, out=r"^e1    decisive")
    expect(["explain", *empty], 3, out=r"^No evidence$")
    expect(["explain", "--json", *metal], 0, out=r'"id": "metal"')
    expect(["-v", *guest], 0, out=r"^    L1  ")
    expect(["--timing", *guest], 0, out=r"^    L1  ")


def words(guest, metal, empty):
    expect(["is", "nitro", *guest], 0)
    expect([*guest, "is", "vm", "kvm", "aws"], 0)
    expect(["is", "metal", *guest], 1)
    expect(["is", "vm", "metal", "kvm", *guest], 1)
    expect(["is", "metal", *metal], 0)
    expect(["is", "vm", *metal], 1)
    expect(["is", "vm", *empty], 3)
    expect(["is", "metal", "nitro", *empty], 3)
    expect(["is", "nitr", *guest], 2, err=r"virtwhere: is: no word 'nitr'; did you mean 'nitro'\?\n")
    expect(["is", "vm", "bogusword", *guest], 2, err=r"virtwhere: is: no word 'bogusword'; see .*\n")
    expect(["is", *guest], 2, err=r"virtwhere: is: which WORD\.\.\.\?\n")
    expect(["is", "--json=compact", "vm", "metal", *guest], 1,
           out=r'\A\{"holds":false,"words":\[\{"word":"vm","holds":true\},\{"word":"metal","holds":false\}\]\}\n\Z')
    expect(["is", "--json=compact", "vm", *empty], 3, out=r'\A\{"holds":null,')
    known = [line.split()[0] for line in run("list", "words").stdout.decode().splitlines()]
    check("words are listed once", len(known) == len(set(known)) > 50, len(known))
    for word in known:
        status = run("is", word, *guest).returncode
        check(f"is {word}", status in (0, 1, 3), status)


def older_tools(guest, metal, empty):
    expect(["--format=systemd-detect-virt", *guest], 0, out=r"\Aamazon\n\Z")
    expect(["--format=systemd-detect-virt", *metal], 1, out=r"\Anone\n\Z")
    expect(["--format=systemd-detect-virt", *empty], 3)
    expect(["--format=virt-what", *guest], 0, out=r"\Akvm\naws\n\Z")
    expect(["--format=virt-what", *metal], 0)
    expect(["--format=virt-what", *empty], 3)


def passports(guest, metal, empty):
    line = r"virtwhere:1;stack=nitro/(kvm|qemu);cloud=aws;type=c5\.large"
    expect(["passport", "--format=raw", *guest], 0, out=rf"\A{line}\n\Z")
    expect(["passport", "--format=qemu", *guest], 0,
           out=rf"\A-smbios 'type=11,value={line}'\n-fw_cfg 'name=opt/virtwhere/passport,string={line}'\n\Z")
    expect(["passport", "--format=libvirt", *guest], 0, out=rf"<entry name='opt/virtwhere/passport'>{line}</entry>")
    expect(["passport", *guest], 0, out=r"^# QEMU")
    expect(["passport", "--json", *guest], 0, out=rf'"passport": "{line}"')
    expect(["passport", "--format=raw", *metal], 0, out=r"\Avirtwhere:1;stack=(kvm|qemu)\n\Z")
    expect(["passport", "--format=raw", *empty], 3, out=r"\Avirtwhere:1;stack=unknown/(kvm|qemu)\n\Z")
    # What one system prints, its guest reads.
    line = run("passport", "--format=raw", *guest).stdout.decode().strip()
    inner = report(*snapshot("inner", {k: v for k, v in GUEST.items() if "dmi" not in k} | {
        "sys/firmware/qemu_fw_cfg/by_name/opt/virtwhere/passport/raw": line}))
    check("declared", [(layer["level"], layer["kind"], layer["known"]) for layer in inner["stack"]][:2] ==
          [(0, "nitro", "declared"), (1, "kvm", "observed")], inner["stack"])


def lists():
    for name in ("platforms", "targets", "words", "clouds", "containers"):
        expect(["list", name], 0, out=r"\A[a-z0-9-]+ +\S")
        document = json.loads(run("list", name, "--json").stdout)
        check(f"list {name} --json", document["list"] == name and len(document["words"]) > 5)
    enumerated = SCHEMA.schema["$defs"]["platform"]["properties"]["id"]["enum"]
    known = [row["word"] for row in json.loads(run("list", "platforms", "--json").stdout)["words"]]
    check("the schema's platforms", sorted(enumerated) == sorted(known), set(enumerated) ^ set(known))
    expect(["list", "platform"], 2, err=r"virtwhere: no list 'platform'; did you mean 'platforms'\?\n")
    expect(["list"], 2, err=r"virtwhere: list: which LIST\?\n")
    expect(["list", "words", "more"], 2, err=r"virtwhere: list: 'more' is one argument too many\n")


def help_and_usage(guest):
    text = expect(["--help"], 0, out=r"\AUsage: virtwhere \[OPTIONS\] \[COMMAND\]\n")
    commands = re.findall(r"^  ([a-z]+) ", text.split("Commands:")[1].split("Options:")[0], re.M)
    check("commands", commands == ["drivers", "explain", "help", "is", "list", "metrics", "passport", "preflight", "snapshot"],
          commands)
    manual = (TOP / "cli/man/virtwhere.1").read_text().replace("\\-", "-")
    for command in commands:
        text = expect(["help", command], 0, out=rf"\AUsage: virtwhere {command} ")
        check(f"{command} --help", run(command, "--help").stdout.decode() == text)
        check(f"{command}: width", max(map(len, text.split("\n"))) <= HELP_COLUMNS)
        check(f"{command}: manual", re.search(rf'^\.(B|BI) "?{command}\b', manual, re.M))
        for option in re.findall(r"--[a-z-]+", text.split("Options:")[1].split("Formats:")[0]):
            check(f"{option}: manual", option in manual)
    expect(["-h"], 0, out=r"\AUsage")
    expect(["--version"], 0, out=r"\Avirtwhere \d+\.\d+\.\d+\n\Z")
    expect(["-V"], 0, out=r"\Avirtwhere ")
    expect(["help", "nothing"], 2, err=r"virtwhere: help: no command 'nothing'\n")
    expect(["explian"], 2, err=r"virtwhere: no command 'explian'; did you mean 'explain'\?\n")
    expect(["\x1b[31mred"], 2, err=r"virtwhere: no command '\?\[31mred'; .*\n")
    expect(["--nonsense"], 2, err=r"virtwhere: unrecognized option '--nonsense'\n")
    expect(["--snapshot"], 2, err=r"virtwhere: option '--snapshot' requires an argument\n")
    expect(["--format=yaml"], 2, err=r"virtwhere: no format 'yaml' here; .*\n")
    expect(["--format=jsn"], 2, err=r"virtwhere: no format 'jsn' here; did you mean 'json'\?\n")
    expect(["is", "--format=virt-what", "vm", *guest], 2, err=r"virtwhere: no format 'virt-what' here; .*\n")
    expect(["--json=yes"], 2, err=r"virtwhere: --json: 'yes' is none of its words: .*\n")
    expect(["--color=maybe"], 2, err=r"virtwhere: --color: 'maybe' is none of its words: .*\n")
    expect(["is", "vm", "-o", "x"], 2, err=r"virtwhere: --output is for the bare command, 'explain', "
                                           r"'drivers', 'snapshot' and 'preflight' only\n")
    expect(["--with-ids"], 2, err=r"virtwhere: --with-ids is for 'snapshot' only\n")
    expect(["explain", "more"], 2, err=r"virtwhere: explain: 'more' is one argument too many\n")


def snapshots(guest):
    place = str(Path(folder, "none"))
    expect(["--snapshot", place], 3, err=rf"virtwhere: .*{place}.*\n")
    expect(["is", "vm", "--snapshot", place], 3, err=r"virtwhere: [^\n]*\n")
    expect(["snapshot"], 2, err=r"virtwhere: snapshot: where to\? give -o PATH\n")
    taken = str(Path(folder, "taken"))
    expect(["snapshot", "-o", taken, *guest], 0)
    check("replayed", report("--snapshot", taken)["platform"] ==
          report(*guest)["platform"] | {"cloud": report("--snapshot", taken)["platform"]["cloud"]})
    expect(["snapshot", "-o", taken, *guest], 2, err=r"virtwhere: [^\n]*taken[^\n]*\n")
    expect(["snapshot", "--json=compact", "--with-ids", "-o", taken + ".tar", *guest], 0,
           out=rf'\A\{{"snapshot":"{taken}.tar","with_ids":true\}}\n\Z')
    check("with ids", report("--snapshot", taken + ".tar")["platform"] == report(*guest)["platform"])
    check("names no id", b"0123456789abcdef0" not in b"".join(
        p.read_bytes() for p in Path(taken).rglob("*") if p.is_file()))


def colour(guest):
    expect(["--color=always", *guest], 0, out="\033\\[30;42m VH \033\\[0m")
    check("pipe: plain", b"\033" not in run(*guest, env={"TERM": "xterm"}).stdout)
    check("C locale: ASCII", run(*guest, env={"LC_ALL": "C"}).stdout.isascii())
    check("no locale: ASCII", run(*guest, env={"LC_ALL": ""}).stdout.isascii())
    check("UTF-8", not run(*guest, env={"LC_ALL": "", "LANG": "de_DE.utf8"}).stdout.isascii())
    check("first variable wins", run(*guest, env={"LC_ALL": "", "LC_CTYPE": "C", "LANG": "C.UTF-8"}).stdout.isascii())

    def terminal(*words, **env):
        master, slave = pty.openpty()
        run(*words, *guest, stdout=slave, env={"TERM": "xterm"} | env)
        os.close(slave)
        text = b""
        try:
            while chunk := os.read(master, 65536):
                text += chunk
        except OSError:
            pass
        os.close(master)
        return text

    check("terminal: colour", b"\033[" in terminal())
    check("NO_COLOR", b"\033" not in terminal(NO_COLOR="1"))
    check("empty NO_COLOR", b"\033[" in terminal(NO_COLOR=""))
    check("dumb", b"\033" not in terminal(TERM="dumb"))
    check("--color=never", b"\033" not in terminal("--color=never"))
    check("NO_COLOR and --color=always", b"\033[" in terminal("--color=always", NO_COLOR="1"))


def outputs(guest):
    with open("/dev/full", "wb") as full:
        for words in ([], ["--json"], ["explain"], ["--help"], ["--version"], ["list", "words"]):
            done = run(*words, *guest, stdout=full)
            check(f"{words} on a full disk", done.returncode == 4 and
                  done.stderr == b"virtwhere: standard output: No space left on device\n", done)
    done = run(*guest, stdout=None, preexec_fn=lambda: os.close(1))
    check("closed output", done.returncode == 4 and b"standard output" in done.stderr, done)
    place = str(Path(folder, "closed.tar"))
    done = run("snapshot", "--json", "-o", place, *guest, stdout=None, preexec_fn=lambda: os.close(1))
    check("closed output stays out of files", b'"snapshot"' not in Path(place).read_bytes(), done)

    def little_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    for words in ([], ["--json"], ["list", "words"]):
        with open(Path(folder, "limited"), "wb") as limited:
            done = run(*words, *guest, stdout=limited, preexec_fn=little_room, restore_signals=False)
        check(f"{words} into a file that is full", done.returncode == 4 and
              done.stderr == b"virtwhere: standard output: File too large\n", done)
    # without standard error, nothing is told, and nothing of it gets into what is written
    report_file = Path(folder, "report")
    for closed in ([2], [1, 2], [0, 1, 2]):
        def close(descriptors=closed):
            for fd in descriptors:
                os.close(fd)

        done = run("--json", "-o", str(report_file), *guest, stdout=subprocess.DEVNULL, preexec_fn=close)
        check(f"{closed} closed: report", done.returncode == 0 and done.stderr == b"" and
              json.loads(report_file.read_text())["platform"]["id"] == "nitro", done)
        report_file.unlink()
        done = run("--nonsense", stdout=subprocess.DEVNULL, preexec_fn=close)
        check(f"{closed} closed: usage", done.returncode == 2 and done.stderr == b"", done)
    reader, writer = os.pipe()
    os.close(reader)
    done = run(*guest, stdout=writer, preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
    os.close(writer)
    check("broken pipe", done.returncode == -signal.SIGPIPE and done.stderr == b"", done)


def leaves_nothing_while_it_waits(guest):
    """What an archive was unpacked into is gone before the report is written, whose reader may let it wait."""
    scratch, fifo, packed = Path(folder, "scratch"), Path(folder, "report.fifo"), Path(folder, "packed.tar")
    scratch.mkdir()
    os.mkfifo(fifo)
    run("snapshot", "-o", str(packed), *guest)
    child = subprocess.Popen([PROGRAM, "--json", "-o", str(fifo), "--snapshot", str(packed)], stdin=subprocess.DEVNULL,
                             env={"LC_ALL": "C.UTF-8", "TMPDIR": str(scratch)})
    asleep, deadline = 0, time.monotonic() + 30
    while asleep < 10 and time.monotonic() < deadline:  # on its report
        state = Path(f"/proc/{child.pid}/stat").read_text().rsplit(") ", 1)[1][0]
        asleep = asleep + 1 if state == "S" else 0
        time.sleep(0.02)
    check("a report that waits: nothing is left", child.poll() is None and not os.listdir(scratch), os.listdir(scratch))
    report = json.loads(fifo.read_bytes())
    check("a report that waits: it comes", child.wait(30) == 0 and report["platform"]["id"] == "nitro")


def libraries():
    linked = subprocess.run(["readelf", "-d", PROGRAM], capture_output=True, text=True).stdout
    needed = re.findall(r"NEEDED.*\[(.*?)\.so", linked)
    check("libraries", needed and not {"libjansson", "libarchive", "libkmod", "libmicrohttpd"} & set(needed), needed)


def main():
    global folder
    with tempfile.TemporaryDirectory(prefix="virtwhere-cli-") as folder:
        guest, metal, empty = snapshot("guest", GUEST), snapshot("metal", METAL), snapshot("empty", EMPTY)
        verdicts(guest, metal, empty)
        words(guest, metal, empty)
        older_tools(guest, metal, empty)
        passports(guest, metal, empty)
        lists()
        help_and_usage(guest)
        snapshots(guest)
        colour(guest)
        outputs(guest)
        leaves_nothing_while_it_waits(guest)
        libraries()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
