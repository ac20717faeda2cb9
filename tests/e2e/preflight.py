#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pre-flight command as a pipeline meets it: preflight.py build/virtwhere

Arguments, exit codes, every format read back by a parser that did not write it, output files that are whole or not
there, names that want to be markup, and a sandbox that holds.
"""

import json
import os
import pty
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import jsonschema

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TOP / "tests/labs/layouts"), str(TOP / "tests")]

import tally  # noqa: E402
from tally import check  # noqa: E402
from image import Image, Root  # noqa: E402
from systems import SYSTEMS  # noqa: E402

PROGRAM = str(Path(sys.argv[1]).resolve())
SCHEMA = jsonschema.Draft202012Validator(json.loads((TOP / "export/preflight.schema.json").read_text()))
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()
FORMATS = ["text", "json", "junit", "tap", "sarif", "github"]
MARKUP = '/dev/xvda1"<&>%0A::error::\x1b[31m#'


def run(*words, **options):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
    return subprocess.run([PROGRAM, "preflight", *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                          env=environment, timeout=60, **options)


def expect(words, status, err=""):
    done = run(*words)
    name = " ".join(map(str, words))
    check(f"{name}: status", done.returncode == status, f"{done.returncode}, not {status}: {done.stderr.decode()}")
    check(f"{name}: message", re.fullmatch(err, done.stderr.decode()), repr(done.stderr.decode()))
    return done.stdout.decode()


def put(root, path, text):
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def composed(folder):
    """A root without a kernel, which boots nowhere, and with names that a format could stumble over."""
    root = folder / "image"
    put(root, "etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian <&> \\"12\\""\n')
    put(root, "etc/fstab", f"{MARKUP} / ext4 defaults 0 1\n/dev/xvdb /data ext4 defaults 0 2\n")
    put(root, "boot/config-9.9.9", "CONFIG_BLK_DEV_NVME=m\n")
    return root


def usage(root, folder):
    target = ["--target", "nitro"]
    expect([], 2, r"virtwhere: preflight: which image\? .*\n")
    expect(["--root", root], 2, r"virtwhere: preflight: to boot where\? .*\n")
    expect(["--root", root, root, *target], 2, r"virtwhere: preflight: '.*' and --root '.*' are two images; give one\n")
    expect([root, folder, *target], 2, r"virtwhere: preflight: '.*' is one argument too many\n")
    expect([folder / "gone", *target], 3, r"virtwhere: .*/gone: No such file or directory\n")
    expect([*target, root, "--kernel", "1.2.3"], 2, r"virtwhere: .*: no kernel '1\.2\.3'.*\n")
    expect(["--root", root, "--target", "nitrox"], 2, r"virtwhere: no target 'nitrox'; did you mean 'nitro'\?\n")
    expect(["--root", root, "--target", "nitro,"], 2, r"virtwhere: no target '';? .*\n")
    expect(["--root", root, *target, "--format", "xml"], 2, r"virtwhere: no format 'xml' here.*\n")
    expect(["--root", root, *target, "--fail-on", "all"], 2, r"virtwhere: --fail-on: 'all' is none of .*\n")
    expect(["--root", root, *target, "--snapshot", root], 2, r"virtwhere: preflight: a snapshot has no image.*\n")
    expect(["--root", root, *target, "--kernel", "1.2.3"], 2, r"virtwhere: .*: no kernel '1\.2\.3'.*\n")
    expect(["--root", folder / "gone", *target], 3, r"virtwhere: .*/gone: No such file or directory\n")
    expect(["--root", root / "etc/fstab", *target], 3, r"virtwhere: .*/etc/fstab: no archive that can be read: .*\n")


def described(root, folder):
    """--ami-json"""
    ami = folder / "ami.json"
    words = ["--root", root, "--target", "nitro", "--ami-json", ami]
    expect(words, 3, r"virtwhere: .*/ami\.json: No such file or directory\n")
    for text in ("", "{", "[]", '{"Images": []}', "x" * (1 << 21), "[" * 100000):
        ami.write_text(text)
        expect(words, 3, r"virtwhere: .*/ami\.json: [^\n]+\n")
    ami.write_text(json.dumps({"Images": [{"ImageId": "ami-0", "Architecture": "x86_64", "EnaSupport": True}]}))
    expect(words, 1)


def formats(root):
    words = ["--root", root, "--target", "nitro,xen-hvm", "-t", "kvm"]
    told = {name: expect([*words, "--format", name], 1) for name in FORMATS}

    document = json.loads(told["json"])
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in SCHEMA.iter_errors(document)]
    check("json: schema", not errors, errors[:3])
    check("json: targets", {t["target"] for t in document["targets"]} == {"nitro", "xen-hvm", "kvm"}, document["targets"])
    findings = document["findings"]
    check("json: verdict", document["status"] == "fail" and any(f["status"] == "fail" for f in findings), findings)
    check("--json", expect(["--json=compact", *words], 1).count("\n") == 1)

    suites = xml.fromstring(told["junit"].encode())
    cases = suites.findall("testsuite/testcase")
    check("junit: suites", len(suites.findall("testsuite")) == 3)
    check("junit: cases", len(cases) == len(findings) == int(suites.get("tests")), len(cases))
    check("junit: failures", len(suites.findall(".//failure")) == int(suites.get("failures")) > 0)

    lines = told["tap"].splitlines()
    points = [line for line in lines if re.match(r"(not )?ok ", line)]
    check("tap: plan", lines[:2] == ["TAP version 14", f"1..{len(points)}"] and len(points) == len(findings), lines[:2])
    check("tap: numbers", [int(re.search(r"\d+", p).group()) for p in points] == list(range(1, len(points) + 1)))

    log = json.loads(told["sarif"])
    driver, results = log["runs"][0]["tool"]["driver"], log["runs"][0]["results"]
    rules = {rule["id"] for rule in driver["rules"]}
    check("sarif: version", log["version"] == "2.1.0" and driver["name"] == "virtwhere")
    check("sarif: rules", {result["ruleId"] for result in results} <= rules, rules)
    check("sarif: levels", all((r["level"] != "none") == (r["kind"] == "fail") for r in results))
    check("sarif: messages", all(r["message"]["text"] and r["locations"] for r in results))

    check("github", all(re.match(r"::(error|warning) ([^:]*)::|[a-z0-9-]+: (pass|fail|unknown)$", line)
                        for line in told["github"].splitlines()), told["github"])
    for name, text in told.items():
        check(f"{name}: control characters", not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text))
    check("text: width", all(len(line) <= 80 or " " not in line.strip() for line in told["text"].splitlines()),
          max(told["text"].splitlines(), key=len))


def verdicts(folder):
    """An image that boots, and one whose initramfs holds a file system that was not read: each format tells which."""
    boots, hides = Image(SYSTEMS[0]), Image(SYSTEMS[0])
    hides.hidden, hides.early = {"squash-root.img": bytes(4096)}, set()
    for image, verdict, status, headline in ((boots, "pass", 0, "will boot"), (hides, "unknown", 3, "cannot tell")):
        place = folder / verdict
        place.mkdir()
        Root(place).become(image.files())
        words = ["--root", place, "--target", "nitro"]
        told = {name: expect([*words, "--format", name], status) for name in FORMATS}
        unsure = verdict == "unknown"

        check(f"{verdict}: text", re.search(rf"^nitro +{headline} ·", told["text"], re.M), told["text"][:300])
        document = json.loads(told["json"])
        statuses = {finding["status"] for finding in document["findings"]}
        check(f"{verdict}: json", document["status"] == verdict and [t["status"] for t in document["targets"]] == [verdict])
        check(f"{verdict}: findings", statuses == {"pass", "skip"} | ({"unknown"} if unsure else set()), statuses)
        suite = xml.fromstring(told["junit"].encode()).find("testsuite")
        check(f"{verdict}: junit", suite.get("failures") == "0" and (int(suite.get("errors")) > 0) == unsure
              and suite.find("properties/property[@name='verdict']").get("value") == verdict, suite.attrib)
        check(f"{verdict}: tap", ("\nnot ok " in told["tap"]) == unsure, told["tap"][:300])
        kinds = {result["kind"] for result in json.loads(told["sarif"])["runs"][0]["results"]}
        check(f"{verdict}: sarif", "fail" not in kinds and ("open" in kinds) == unsure, kinds)
        check(f"{verdict}: github", told["github"].endswith(f"nitro: {verdict}\n") and ("::error" in told["github"]) == unsure,
              told["github"][:300])


def severities(folder):
    """--fail-on: an image with a failed check of one severity, at each level."""
    names = ("advice", "degraded", "fatal")
    images = {name: Image(SYSTEMS[0]) for name in names}
    images["advice"].put["etc/chrony/chrony.conf"] = b"pool 0.pool.ntp.org iburst\n"
    images["degraded"].put["usr/lib/systemd/system/systemd-logind.service"] = None
    images["fatal"].lose("nvme")
    for rank, name in enumerate(names):
        place = folder / name
        place.mkdir()
        Root(place).become(images[name].files())
        words = ["--root", place, "--target", "nitro"]
        for least, level in enumerate(names):
            fails = rank >= least
            document = json.loads(expect([*words, "--json", "--fail-on", level], 1 if fails else 0))
            told = {finding["severity"] for finding in document["findings"] if finding["status"] == "fail"}
            check(f"--fail-on {level}: {name}: what failed", told == {name}, told)
            check(f"--fail-on {level}: {name}: verdict",
                  (document["status"], document["fail_on"]) == ("fail" if fails else "pass", level), document["status"])
        expect(words, 0 if name == "advice" else 1)  # degraded, unless told otherwise


def filters_of(pid):
    """How many filters of system calls a process has; None where the kernel does not tell."""
    found = re.search(r"^Seccomp_filters:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found.group(1)) if found else None


def held_in_the_sandbox(name, words, closed, sizes):
    """While the command waits for a reader of its report: what it has given up. Standard descriptors that were closed
    are held by what can be read only, so that nothing that it opens gets their numbers."""
    fifo = Path(words[-1])
    os.mkfifo(fifo)
    before = {limit: resource.getrlimit(limit)[1] for limit in sizes}

    def close():
        for fd in closed:
            os.close(fd)

    child = subprocess.Popen([PROGRAM, "preflight", *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=close, env={"LC_ALL": "C.UTF-8"})
    deadline = time.monotonic() + 20
    while child.poll() is None and filters_of(child.pid) == filters_of("self") and time.monotonic() < deadline:
        time.sleep(0.001)
    check(f"{name}: a filter more", filters_of(child.pid) == filters_of("self") + 1)
    check(f"{name}: no new privileges", "NoNewPrivs:\t1\n" in Path(f"/proc/{child.pid}/status").read_text())
    for limit, size in sizes.items():
        right = size if before[limit] == resource.RLIM_INFINITY else min(size, before[limit])
        held = resource.prlimit(child.pid, limit)
        check(f"{name}: limit {limit}", held[1] == right >= held[0], f"{held}, not {right}")
    for fd in range(3):
        there = os.readlink(f"/proc/{child.pid}/fd/{fd}")
        flags = int(re.search(r"flags:\s*(\d+)", Path(f"/proc/{child.pid}/fdinfo/{fd}").read_text()).group(1), 8)
        reads = flags & os.O_ACCMODE == os.O_RDONLY
        check(f"{name}: descriptor {fd}", there == "/dev/null" and reads == (fd in closed), (there, flags))
    report = fifo.read_bytes()
    check(f"{name}: report", child.wait(30) == 1 and json.loads(report)["status"] == "fail", report[:100])
    fifo.unlink()


def confined(root, folder):
    if SANITIZED:
        tally.skip("limits of the process that reads an image", "a build with AddressSanitizer has no sandbox")
        return
    if filters_of("self") is None:
        tally.skip("limits of the process that reads an image", "this kernel does not tell how many filters hold")
        return
    sizes = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: 256, resource.RLIMIT_CPU: 600,
             resource.RLIMIT_AS: 2048 << 20, resource.RLIMIT_FSIZE: 64 << 20}
    archive = folder / "image.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(root, ".")
    fifo = folder / "report.fifo"
    for closed in ([], [0], [1], [2], [1, 2], [0, 1, 2]):
        held_in_the_sandbox(f"directory, {closed} closed",
                            ["--root", root, "--target", "nitro", "--json", "-o", fifo], closed, sizes)
    # what may come out of the archive, and a piece more, for the bound is asked when that was written
    held_in_the_sandbox("archive", ["--root", archive, "--target", "nitro", "--json", "-o", fifo], [],
                        sizes | {resource.RLIMIT_FSIZE: (256 << 20) + 100 * archive.stat().st_size + (64 << 10)})


def terminal(root, folder):
    """On a terminal: its colours, and none of them in a file."""
    words = ["--root", root, "--target", "nitro"]
    place = folder / "terminal.txt"
    for more, on_terminal, in_file in (([], True, False), (["--color=always"], True, True), (["--color=never"], False, False)):
        for output in ([], ["-o", place]):
            master, slave = pty.openpty()
            done = subprocess.run([PROGRAM, "preflight", *map(str, [*words, *more, *output])], stdin=slave, stdout=slave,
                                  stderr=slave, env={"LC_ALL": "C.UTF-8", "TERM": "xterm"}, timeout=60)
            os.close(slave)
            shown = b""
            try:
                while piece := os.read(master, 65536):
                    shown += piece
            except OSError:
                pass
            os.close(master)
            name = f"terminal {more} {'to a file' if output else ''}"
            check(f"{name}: status", done.returncode == 1, done.returncode)
            if output:
                check(f"{name}: nothing on it", shown == b"", shown)
                shown = place.read_bytes()
            check(f"{name}: colours", (b"\x1b[" in shown) == (in_file if output else on_terminal), shown[:200])


def outputs(root, folder):
    words = ["--root", root, "--target", "nitro", "--format", "junit"]
    shown = re.sub(r'timestamp="[^"]*"', "", expect(words, 1))
    place = folder / "out" / "report.xml"
    expect([*words, "-o", place], 4, r"virtwhere: .*/report\.xml: No such file or directory\n")
    place.parent.mkdir()
    for _ in range(2):
        expect([*words, "-o", place], 1)
        check("-o: content", re.sub(r'timestamp="[^"]*"', "", place.read_text()) == shown)
        check("-o: nothing else", os.listdir(place.parent) == [place.name], os.listdir(place.parent))
    check("-o: without a folder's name", run(*words, "-o", "here.xml", cwd=place.parent).returncode == 1
          and (place.parent / "here.xml").exists())
    expect([*words, "-o", "/dev/null"], 1)
    expect([*words, "-o", place.parent], 4, r"virtwhere: .*: Is a directory\n")


def sandbox(root, folder):
    if SANITIZED:
        check("sandbox: told", b"no sandbox: built with AddressSanitizer" in
              run("-v", "--root", root, "--target", "nitro").stderr)
        tally.skip("sandbox as a tracer sees it", "it is not entered under a sanitizer")
        return
    trace = folder / "trace"
    subprocess.run(["strace", "-f", "-o", trace, PROGRAM, "preflight", "--root", root, "--target", "nitro"],
                   stdout=subprocess.DEVNULL, check=False, timeout=60)
    calls = trace.read_text()
    before, found, after = calls.partition("SECCOMP_SET_MODE_FILTER")
    check("sandbox: no_new_privs", re.search(r"PR_SET_NO_NEW_PRIVS, 1.* = 0", before))
    check("sandbox: seccomp", found and re.match(r"[^\n]* = 0\n", after), after[:100])
    if "LANDLOCK_CREATE_RULESET_VERSION) = -1" in before:
        tally.skip("sandbox by Landlock", "this kernel has none")
    else:
        check("sandbox: landlock", re.search(r"landlock_restrict_self\(.* = 0", before))
    check("sandbox: image after it", "fstab" in after and "fstab" not in before)
    denied = [line for line in after.splitlines() if "EPERM" in line]
    check("sandbox: nothing that is needed is denied", not denied, denied[:3])


def main():
    with tempfile.TemporaryDirectory(prefix="virtwhere-test-") as name:
        folder = Path(name)
        root = composed(folder)
        usage(root, folder)
        described(root, folder)
        formats(root)
        verdicts(folder)
        severities(folder)
        confined(root, folder)
        terminal(root, folder)
        outputs(root, folder)
        sandbox(root, folder)
    return tally.end()


sys.exit(main())
