#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page of every fixture, taken apart: page.py build/virtwhere [--write]

It is well-formed XML, and to an HTML parser the same; it needs nothing from outside; its policy allows its style
and nothing else; names, headings and tables are in order; and it says what the JSON report says. --write puts the
hash of the style into export/page.c, where the policy takes it from.
"""

import base64
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(TOP / "tests/corpus"), str(TOP / "tests")]
import compose  # noqa: E402
import tally  # noqa: E402

SPACE = "{http://www.w3.org/1999/xhtml}"
VOID = {"meta", "link", "br"}
LETTERS = {"VS": "VS", "P": "P", "VH": "VH", "H": "H", "none": "–", "unknown": "?"}
DIMENSIONS = ("cpu_memory", "network", "local_storage", "remote_storage", "interrupts_timers", "motherboard_boot")
SIZE_LIMIT = 256 * 1024
ATTACK = "</style></title><script>alert(1)</script>\"'><img src=https://x/ onerror=x>&amp;\u202e\u2066\x1b[2J"
HOSTILE = {
    "meta.json": json.dumps({"format": "virtwhere.snapshot/1", "arch": "x86_64", "captured": ATTACK}),
    "proc/version": f"Linux version {ATTACK} (a@b)\n",
    "proc/sys/kernel/osrelease": ATTACK,
    "sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
    "sys/class/dmi/id/product_name": ATTACK * 200 + "\n",
    "sys/class/dmi/id/board_asset_tag": "i-" + ATTACK,
    "sys/class/dmi/id/bios_vendor": "\xff\xfe caf\xe9".encode("latin-1"),
    "run/systemd/container": ATTACK,
    "sys/devices/system/clocksource/clocksource0/current_clocksource": ATTACK,
    "sys/devices/system/clocksource/clocksource0/available_clocksource": ATTACK + " kvm-clock",
}


class Events(HTMLParser):
    """What an HTML parser sees: elements with attributes, and text, as a flat list."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.seen = []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag in VOID:
            self.seen.append(("/", tag))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.seen.append(("/", tag))

    def handle_startendtag(self, tag, attributes):
        self.seen += [(tag, dict(attributes)), ("/", tag)]

    def handle_data(self, data):
        if self.seen and self.seen[-1][0] == "":
            data = self.seen.pop()[1] + data
        self.seen.append(("", data))


def events_of(element):
    """The same of a tree of XML."""
    tag = element.tag.rpartition("}")[2]
    yield tag, {name.lower(): value for name, value in element.attrib.items()}
    if element.text:
        yield "", element.text
    for below in element:
        yield from events_of(below)
        if below.tail:
            yield "", below.tail
    yield "/", tag


def same_to_both(page, root):
    parser = Events()
    parser.feed(page.partition("<!DOCTYPE html>\n")[2])
    parser.close()
    html = [(kind, {k.lower(): v for k, v in what.items() if k != "xmlns"} if isinstance(what, dict) else what)
            for kind, what in parser.seen]
    while html and html[-1][0] == "":
        html.pop()
    return html == list(events_of(root))


def words(element):
    return " ".join("".join(element.itertext()).split())


def find(root, path, name):
    return [element for element in root.iter(SPACE + path) if element.get("class") == name]


def structure(root):
    """Lines about what is not in order."""
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    if len(ids) != len(set(ids)):
        yield f"ids that occur twice: {sorted(one for one in set(ids) if ids.count(one) > 1)}"
    for element in root.iter():
        target = element.get("aria-labelledby") or (element.get("href") or "")[1:]
        if (element.get("aria-labelledby") or (element.get("href") or "").startswith("#")) and target not in ids:
            yield f"refers to {target}, which is not there"
        if element.get("style") or any(name.startswith("on") for name in element.attrib):
            yield f"{element.tag} has an attribute that the policy forbids"
        for name in ("src", "srcset", "action", "data", "poster", "background"):
            if element.get(name):
                yield f"{element.tag} has {name}"
    for element in root.iter():
        href, tag = element.get("href"), element.tag.rpartition("}")[2]
        if href and not (tag == "a" and re.match(r"#|https://", href) or tag == "link" and href.startswith("data:image/")):
            yield f"{tag} refers to {href}"
        if tag in ("script", "img", "iframe", "object", "embed", "video", "audio", "form", "base"):
            yield f"has {tag}"
    levels = [int(element.tag[-1]) for element in root.iter() if re.search(r"}h[1-6]$", element.tag)]
    if levels[:1] != [1] or levels.count(1) != 1 or any(b > a + 1 for a, b in zip(levels, levels[1:])):
        yield f"headings out of order: {levels}"
    for name in ("header", "main", "footer"):
        if len(list(root.iter(SPACE + name))) != 1:
            yield f"not one {name}"
    for table in root.iter(SPACE + "table"):
        widths = {len(row) for row in table.iter(SPACE + "tr")}
        if len(widths) != 1 or table[0].tag != SPACE + "caption":
            yield f"a table of {widths} columns, or without a caption"


def policy_and_style(page, root):
    style = next(root.iter(SPACE + "style")).text
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [e.get("content") for e in root.iter(SPACE + "meta")
                if e.get("http-equiv") == "Content-Security-Policy"]
    if len(policies) != 1 or f"style-src 'sha256-{digest}';" not in policies[0]:
        yield f"the policy is not for this style, sha256-{digest}; page.py PROGRAM --write mends that"
    if "default-src 'none'" not in policies[0] or "unsafe" in policies[0]:
        yield f"a weak policy: {policies[0]}"
    if re.search(r"[<&]|url\(|@import", style):
        yield "the style holds markup, or takes something from elsewhere"
    if len(re.findall(r"</?style", page)) != 2:
        yield "more than one style"


def says_the_same(root, report):
    """Lines about what the page says otherwise than the report."""
    def hold(name, page, other):
        if page != other:
            yield f"{name}: the page says {page!r}, the report {other!r}"

    shown = [words(e) for e in find(root, "span", "name")]
    clean = [re.sub(r"\s+", " ", one["name"] or one["kind"]).strip() for one in reversed(report["stack"])]
    if all(name.isascii() and len(name) < 1000 for name in clean):
        yield from hold("stack", shown, clean)
    own = next(e for e in root.iter(SPACE + "tbody") if e.get("class") == "own")
    yield from hold("own line", [words(e) for e in own.iter(SPACE + "td")],
                    [LETTERS[report["dimensions"][name]["class"]] for name in DIMENSIONS])
    fits = [words(e.find(f".//{SPACE}code")) for e in find(root, "tr", "fits")]
    yield from hold("row", fits, [report["platform"]["row"]] if report["platform"]["row"] else [])
    devices = sum(map(len, report["devices"].values()))
    tables = {words(e.find(f"{SPACE}caption"))[:11]: e for e in root.iter(SPACE + "table")}
    yield from hold("devices", len(list(tables["Each device"].iter(SPACE + "tr"))) - 1 if devices else 0, devices)
    pieces = tables.get("Every piece")
    yield from hold("evidence", 0 if pieces is None else len(list(pieces.iter(SPACE + "tr"))) - 1, len(report["evidence"]))
    if pieces is not None and not report["evidence"]:
        yield "a table of evidence without any"
    closed = root.find(f".//{SPACE}section[@aria-labelledby='unread']")
    yield from hold("what could not be read", [words(e) for e in closed.iter(SPACE + "li")],
                    [f"{one['source']} {one['error']}" for one in report["unread"]])
    listed = [e for name in ("findings", "quiet") for ul in find(root, "ul", name) for e in ul
              if ul.get("class") == "findings" or e.find(f"{SPACE}strong") is not None]
    yield from hold("findings", len(listed), len(report["findings"]))
    remedies = sum(bool(f["remedy"]) for f in report["findings"] if f["status"] not in ("pass", "skip"))
    yield from hold("remedies", len(find(root, "p", "remedy")), remedies)


def ask(program, snapshot, *options):
    return subprocess.run([program, "--snapshot", snapshot, *options], capture_output=True, cwd=TOP,
                          stdin=subprocess.DEVNULL, timeout=60).stdout


def examine(program, snapshot):
    """Lines about one fixture's page."""
    bytes_ = ask(program, snapshot, "--format=html")
    report = json.loads(ask(program, snapshot, "drivers", "--json"))
    try:
        page = bytes_.decode()
        root = ElementTree.fromstring(page)
    except (ValueError, ElementTree.ParseError) as problem:
        return [f"{snapshot}: {problem}"]
    wrong = [*structure(root), *policy_and_style(page, root), *says_the_same(root, report)]
    if not same_to_both(page, root):
        wrong.append("an HTML parser sees another document than an XML parser")
    if snapshot.endswith(".tar.gz") and bytes_ != ask(program, snapshot, "--format=html"):
        wrong.append("other bytes the second time")
    if len(bytes_) > SIZE_LIMIT:
        wrong.append(f"{len(bytes_)} bytes")
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", page):
        wrong.append("a character that a browser obeys or hides")
    return [f"{snapshot}: {one}" for one in wrong]


def written_whole(program, snapshot, folder):
    """-o writes the same bytes, and a page that cannot be written leaves the old file."""
    path = os.path.join(folder, "page.html")
    done = subprocess.run([program, "--snapshot", snapshot, "--format=html", "-o", path], capture_output=True, cwd=TOP)
    page = ask(program, snapshot, "--format=html")
    if done.returncode or done.stdout or Path(path).read_bytes() != page:
        yield f"-o: {done}"
    done = subprocess.run([program, "--snapshot", snapshot, "--format=html", "-o", folder + "/none/page.html"],
                          capture_output=True, cwd=TOP)
    if done.returncode != 4 or done.stdout:
        yield f"-o into a folder that is not there: {done}"


def hostile(program, folder):
    root = Path(folder, "hostile")
    for name, content in HOSTILE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    page = ask(program, str(root), "--format=html").decode()
    if "&lt;script&gt;" not in page:
        yield "hostile: what was planted is not on the page"
    yield from examine(program, str(root))


def write_hash(program, snapshot):
    root = ElementTree.fromstring(ask(program, snapshot, "--format=html"))
    style = next(root.iter(SPACE + "style")).text
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    source = TOP / "export/page.c"
    source.write_text(re.sub(r'(?<=#define STYLE_HASH ")[^"]*', "sha256-" + digest, source.read_text()))


def main():
    program = str(Path(sys.argv[1]).resolve())
    recorded = sorted(str(path) for path in (TOP / "tests/corpus/lab").glob("*.tar.gz"))
    if "--write" in sys.argv[2:]:
        return write_hash(program, recorded[0])
    with tempfile.TemporaryDirectory() as folder:
        cases = compose.write_all(folder)
        snapshots = recorded + [os.path.join(folder, family, case["name"]) for family, case in cases]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda one: examine(program, one), snapshots))
        results += [list(hostile(program, folder)), list(written_whole(program, snapshots[0], folder))]
    for line in sum(results, []):
        print(f"FAIL: {line}")
    failed = sum(map(bool, results))
    return tally.end(len(results) - failed, failed + (len(results) < 100))


if __name__ == "__main__":
    sys.exit(main())
