#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page as a browser shows it: check.py build/virtwhere --axe axe.min.js [--pictures FOLDER] [--only NAME]

Pages of different machines, narrow and wide, light and dark, in headless Chromium: nothing on the console, nothing
asked for, nothing that sticks out sideways, and no violation that axe-core finds. So with the page as a file, and as
virtwhered beside the program serves it, under the policy of its answer. Pictures are taken as the page opens, and with
all folds open. Exits 77 where Chromium or axe-core are not there.
"""

import argparse
import contextlib
import http.server
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import browser

TOP = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests/corpus"), str(TOP / "tests")]
import compose  # noqa: E402
import tally  # noqa: E402

WIDTHS = (390, 1280)
NARROWEST = 360
SCHEMES = ("light", "dark")
PAGES = {  # name: fixture, of tests/corpus/lab or tests/corpus/composed
    "nitro": "ec2/nitro-c8i-nested-on",
    "nitro-user": "ec2/nitro-ordinary-user",
    "xen-hvm": "lab/xen-hvm.tar.gz",
    "nested": "lab/l2-q35.tar.gz",
    "declared": "kvm/kvm-declared-outer-layer-by-name",
    "metal": "metal/metal-dell-r740",
    "container": "containers/docker",
    "unknown": "metal/unknown-nothing-readable",
    "findings": "drivers/drivers-kvm-emulated",
}
AXE = """axe.run(document, {resultTypes: ['violations']}).then(result => result.violations.map(
    one => one.id + ': ' + one.help + ' ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(' | ')))"""
# What sticks out of the window, but for what lies in a box that scrolls.
OUTSIDE = """[...document.querySelectorAll('body *')].filter(one => !one.closest('.scroll, svg') &&
    one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 100)).slice(0, 3)"""
# A short word that is broken over two lines.
BROKEN = """[...document.querySelectorAll('body *')].flatMap(one => [...one.childNodes])
    .filter(one => one.nodeType == Node.TEXT_NODE && /^\\s*\\w{2,12}\\s*$/.test(one.data)).filter(one => {
        const range = document.createRange()
        range.selectNodeContents(one)
        return new Set([...range.getClientRects()].map(box => box.top)).size > 1
    }).map(one => one.data).slice(0, 3)"""
STYLED = "getComputedStyle(document.querySelector('main') ?? document.body).display == 'grid'"
SERVED = ("nitro-user", "nested")
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true })"


def render(program, folder, names):
    """Write the pages, and give them with their snapshots by name."""
    cases = {(family, case["name"]): case for family, case in compose.load()}
    for name in names:
        family, _, case = PAGES[name].partition("/")
        snapshot = TOP / "tests/corpus" / PAGES[name]
        if family != "lab":
            snapshot = Path(folder, case)
            compose.compose(cases[family, case]).write(str(snapshot))
        path = Path(folder, f"{name}.html")
        subprocess.run([program, "--snapshot", snapshot, "--format=html", "-o", path], cwd=TOP)
        yield name, path, snapshot


@contextlib.contextmanager
def served(program, snapshot, folder):
    """The address of the page of a service that replays a snapshot."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (Path(folder) / "virtwhered.conf").write_text("[virtwhered]\n")
    options = {"listen": f"127.0.0.1:{port}", "snapshot": snapshot, "config": f"{folder}/virtwhered.conf",
               "report-file": f"{folder}/report.json", "state-directory": ""}
    service = subprocess.Popen([program.with_name("virtwhered"), *[f"--{key}={value}" for key, value in options.items()]],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        service.terminate()
        service.wait(20)


def look(tab, url, width, scheme, axe, picture):
    """Lines about what is wrong with one page in one window."""
    tab.complaints.clear()
    tab.show(url, width, scheme=scheme)
    if picture:
        tab.picture(picture)
    tab.value(UNFOLD)
    if picture:
        tab.picture(picture.with_stem(picture.stem + "-open"))
    wrong = [f"sticks out: {one}" for one in tab.value(OUTSIDE)]
    wrong += [f"broken in two: {one}" for one in tab.value(BROKEN)]
    if not tab.value(STYLED):
        wrong.append("its style does not apply")
    if axe:
        tab.value(axe)
        wrong += tab.value(AXE)
    return wrong + tab.complaints


def bites(tab, axe, folder):
    """The check itself: a page with known faults is found wanting."""
    path = Path(folder, "faulty.html")
    path.write_text("<!DOCTYPE html><title>x</title><body><p style='width:5000px'>wide</p><img src='x.png'>"
                    "<p style='color:#999;background:#aaa'>grey</p><p style='width:1em;overflow-wrap:anywhere'>decisive</p>"
                    "<script>console.error('x')</script>")
    found = " ".join(look(tab, path.as_uri(), WIDTHS[0], "light", axe, None))
    faults = ("sticks out", "broken in two: decisive", "image-alt", "color-contrast", '"x"')
    yield from (f"a faulty page passes: no {one}" for one in faults if one not in found)
    found = " ".join(refused(tab, "<!DOCTYPE html><title>x</title><style>main{display:grid}</style><main>x</main>"))
    yield from (f"a page whose style is refused passes: no {one}" for one in ("does not apply", "Content Security Policy")
                if one not in found)


def refused(tab, page):
    """What is said of a page that is served under a policy which forbids its style."""
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", "default-src 'none'")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = look(tab, f"http://127.0.0.1:{server.server_port}/", WIDTHS[0], "light", None, None)
        server.shutdown()
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("--axe", type=Path, required=True)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--only", action="append", choices=PAGES)
    options = parser.parse_args()
    chromium = browser.find()
    if not chromium or not options.axe.exists():
        return tally.skip_all("the page in a browser", f"{'axe-core' if chromium else 'Chromium'} is not there")

    axe = options.axe.read_text()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    counts = [0, 0]

    def tell(name, wrong):
        counts[bool(wrong)] += 1
        for line in wrong:
            print(f"FAIL: {name}: {line}", flush=True)

    with tempfile.TemporaryDirectory() as folder, browser.Browser(chromium) as tab:
        program = options.program.resolve()
        tell("the check itself", list(bites(tab, axe, folder)))
        for name, path, snapshot in render(program, folder, options.only or PAGES):
            for width in WIDTHS:
                for scheme in SCHEMES:
                    picture = options.pictures and options.pictures / f"{name}-{width}-{scheme}.png"
                    tell(f"{name}, {width} px, {scheme}", look(tab, path.as_uri(), width, scheme, axe, picture))
            tell(f"{name}, {NARROWEST} px", look(tab, path.as_uri(), NARROWEST, "light", None, None))
            if name in SERVED:
                with served(program, snapshot, folder) as url:
                    for width, scheme in zip(WIDTHS, SCHEMES):
                        tell(f"{name}, served, {width} px, {scheme}", look(tab, url, width, scheme, axe, None))
            print(f"looked at {name}", flush=True)
    passed, failed = counts
    return tally.end(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
