#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pre-flight command as a pipeline meets it: preflight.py build/virtwhere

Arguments, exit codes, every format read back by a parser that did not write it, output files that are whole or not
there, names that want to be markup, and a sandbox that holds.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

import jsonschema

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/layouts"))

from image import Image, Root  # noqa: E402
from systems import SYSTEMS  # noqa: E402

PROGRAM = str(Path(sys.argv[1]).resolve())
SCHEMA = jsonschema.Draft202012Validator(json.loads((TOP / "export/preflight.schema.json").read_text()))
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()
FORMATS = ["text", "json", "junit", "tap", "sarif", "github"]
MARKUP = '/dev/xvda1"<&>%0A::error::\x1b[31m#'

passed = failed = 0


def check(name, holds, shown=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"failed: {name}: {shown}")


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
        return
    trace = folder / "trace"
    subprocess.run(["strace", "-f", "-o", trace, PROGRAM, "preflight", "--root", root, "--target", "nitro"],
                   stdout=subprocess.DEVNULL, check=False, timeout=60)
    calls = trace.read_text()
    before, found, after = calls.partition("SECCOMP_SET_MODE_FILTER")
    check("sandbox: no_new_privs", re.search(r"PR_SET_NO_NEW_PRIVS, 1.* = 0", before))
    check("sandbox: seccomp", found and re.match(r"[^\n]* = 0\n", after), after[:100])
    if "LANDLOCK_CREATE_RULESET_VERSION) = -1" not in before:
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
        outputs(root, folder)
        sandbox(root, folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
