#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The service's HTTP server, end to end: web.py build/virtwhere [TEST...]

Talks to build/tests/tools/agent_http over loopback and Unix sockets: what is answered, how it is bounded against
clients that are slow, many or hostile, TLS with and without client certificates, passwords, and reloads. What
virtwhered itself makes of it, how it says what is wrong and where it listens, is looked at last.
"""

import base64
import contextlib
import crypt
import gzip
import html
import http.client
import os
import random
import re
import resource
import select
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tally  # noqa: E402
from tally import check  # noqa: E402

TOOL = str(Path(sys.argv[1]).resolve().parent / "tests/tools/agent_http")
PROGRAM = str(Path(sys.argv[1]).resolve())
CROWD = Path(__file__).resolve().parents[1] / "crowd.py"
SERVICE = str(Path(sys.argv[1]).resolve().parent / "virtwhered")
SANITIZED = b"__asan_init" in Path(TOOL).read_bytes()
KEEPS, SLOWS = "a sanitizer keeps what is freed", "a sanitizer makes all work slower"
BUSY = max(1.0, os.getloadavg()[0] / os.cpu_count())  # how many others want what is to be measured
PATIENCE = BUSY * (60 if SANITIZED else 20)  # seconds, for what should take none
SLOW = BUSY * (8 if SANITIZED else 3)        # seconds within which a scrape must get through
PROMETHEUS = ("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
              "text/plain;version=0.0.4;q=0.3,*/*;q=0.2")

folder = None


# The server.

class Server:
    """agent_http with options; ends it and looks at its exit status."""

    def __init__(self, *options, listen=("127.0.0.1:0",), prepare=None, shell=False, **more):
        arguments = [TOOL, *(word for one in listen for word in ("--listen", one)), *options]
        if shell:
            arguments = ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", *arguments]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        preexec_fn=prepare, **more)
        self.pid = self.process.pid
        self.said = []
        while not self.said or self.said[-1] != "ready":
            line = self.process.stdout.readline()
            if not line:
                break
            self.said.append(line.rstrip("\n"))
        self.alive = self.said[-1:] == ["ready"]
        self.addresses = [line for line in self.said[:-1] if not line.startswith("note: ")]
        self.address = self.addresses[0] if self.alive else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        rest = self.process.stdout.read()
        self.process.stdout.close()
        if self.alive:
            check("the server ends well", status == 0, f"{status} {rest[-2000:]}")

    def signal(self, number):
        """Send a signal and return the line that it answers with."""
        os.kill(self.pid, number)
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        return self.process.stdout.readline().rstrip("\n") if readable else "(nothing)"

    def seconds(self):
        """Processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def switches(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)[1])

    def anonymous(self):
        """KiB."""
        return int(re.search(r"^Anonymous:\s*(\d+)", Path(f"/proc/{self.pid}/smaps_rollup").read_text(), re.M)[1])


def refused(name, words, *options, **more):
    """It must not start, and say why."""
    with Server(*options, **more) as server:
        said = " ".join(server.said)
        check(name, not server.alive and server.process.wait(PATIENCE) == 1 and words in said, said)


# Talking.

def connect(address, source=None, timeout=PATIENCE):
    if address.startswith("/"):
        one = socket.socket(socket.AF_UNIX)
        one.settimeout(timeout)
        one.connect(address)
        return one
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout, (source, 0) if source else None)


class Client(http.client.HTTPConnection):
    """One connection to an address as the server prints it, over TLS when there is a context."""

    def __init__(self, address, context=None, source=None):
        super().__init__("localhost", timeout=PATIENCE)
        self.where, self.context, self.from_address = address, context, source

    def connect(self):
        self.sock = connect(self.where, self.from_address)
        if self.context:
            self.sock = self.context.wrap_socket(self.sock, server_hostname="localhost")

    def ask(self, path, method="GET", headers=None, body=None):
        self.request(method, path, body=body, headers=headers or {})
        answer = self.getresponse()
        answer.text = answer.read()
        return answer


def ask(address, path="/metrics", method="GET", headers=None, body=None, context=None, source=None):
    with contextlib.closing(Client(address, context, source)) as client:
        return client.ask(path, method, headers, body)


def scrape(address, limit=SLOW, **more):
    """Does a scrape get through, in time?"""
    start = time.monotonic()
    try:
        answer = ask(address, **more)
        good = answer.status == 200 and b"rendered_total" in answer.text
    except (OSError, http.client.HTTPException) as error:
        return f"{error!r}"
    took = time.monotonic() - start
    return "" if good and took < limit else f"status {answer.status} after {took:.2f} s"


def read_all(one, seconds=PATIENCE):
    """What comes until the other side closes."""
    one.settimeout(seconds)
    got = b""
    with contextlib.suppress(ConnectionError):
        while chunk := one.recv(65536):
            got += chunk
    return got


def raw(address, data):
    """Send bytes; what comes until the other side closes, or has answered and waits for more."""
    with connect(address) as one:
        with contextlib.suppress(OSError):
            one.sendall(data)
            one.shutdown(socket.SHUT_WR)
        got = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while chunk := one.recv(65536):
                got += chunk
                one.settimeout(0.05 if got.startswith(b"HTTP/1.1 ") else PATIENCE)
        return got


# What is answered.

def answers():
    types = {"/": "text/html; charset=utf-8", "/report": "application/json",
             "/metrics": "text/plain; version=0.0.4; charset=utf-8", "/-/healthy": "text/plain; charset=utf-8",
             "/-/ready": "text/plain; charset=utf-8"}
    with Server() as server:
        for path, media_type in types.items():
            answer = ask(server.address, path)
            check(f"{path} is answered", answer.status == 200 and answer.text, answer.status)
            check(f"{path} has its type", answer.headers["Content-Type"] == media_type, answer.headers)
            for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options",
                         "Cache-Control"):
                check(f"{path} has {name}", len(answer.headers.get_all(name, [])) == 1, answer.headers)
            check(f"{path} names no server", "Server" not in answer.headers, answer.headers)
            head = ask(server.address, path, "HEAD")
            check(f"HEAD {path} is the same without a body",
                  head.status == 200 and not head.text and sorted(set(head.headers) - {"Date"}) ==
                  sorted(set(answer.headers) - {"Date"}) and
                  head.headers["Content-Length"] == str(len(answer.text)), head.headers)
        page = re.search(r"<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]+)\"",
                         subprocess.run([PROGRAM, "--format=html"], capture_output=True, text=True, check=True).stdout)
        check("the page has a policy", page and "style-src 'sha256-" in html.unescape(page[1]), page)
        policies = {path: ask(server.address, path).headers["Content-Security-Policy"] for path in types}
        check("which is its own, and it may not be framed",
              policies.pop("/") == f"{html.unescape(page[1])}; frame-ancestors 'none'", policies)
        check("all else may do nothing", set(policies.values()) == {"default-src 'none'; frame-ancestors 'none'"}, policies)
        for path in ("/nothing", "/metrics/", "//", "/../etc/passwd", "/%00", "/metrics%00x", "/-/"):
            check(f"{path} is not there", ask(server.address, path).status == 404, ask(server.address, path).status)
        check("a query changes nothing", ask(server.address, "/metrics?collect[]=x").status == 200)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
            for body in (None, b"x=1"):
                answer = ask(server.address, "/metrics", method, body=body)
                check(f"{method} is not allowed", answer.status == 405 and
                      answer.headers["Allow"] == "GET, HEAD", answer.status)
        check("a GET with a body is refused", ask(server.address, body=b"x").status == 413)
        check("a chunked GET is refused",
              ask(server.address, body=iter([b"x"]), headers={"Transfer-Encoding": "chunked"}).status == 413)
        check("it is not ready any more", server.signal(signal.SIGUSR1) == "not ready" and
              ask(server.address, "/-/ready").status == 503)
        check("but healthy", ask(server.address, "/-/healthy").status == 200)

    with Server("--bare") as server:
        for path in ("/", "/report", "/metrics"):
            answer = ask(server.address, path, headers={"Accept": PROMETHEUS})
            check(f"{path} is not there yet", answer.status == 503 and "Retry-After" in answer.headers, answer.status)


def conditions():
    with Server() as server:
        for path, encodings in (("/report", ("identity", "gzip")), ("/", ("identity",))):
            tags = []
            for encoding in encodings:
                accept = {"Accept-Encoding": encoding}
                first = ask(server.address, path, headers=accept)
                tag = first.headers["ETag"]
                tags.append(tag)
                check(f"{path} {encoding} has a strong tag", re.fullmatch(r'"[0-9a-f]{32}(-gz)?"', tag or ""), tag)
                for given in (tag, f'"x", {tag}', f"W/{tag}", "*"):
                    answer = ask(server.address, path, headers=accept | {"If-None-Match": given})
                    check(f"{path} {encoding} is unchanged for {given}", answer.status == 304 and not answer.text
                          and answer.headers["ETag"] == tag, answer.status)
                for given in ('"x"', tag.strip('"'), tag[:-2] + '"', ""):
                    answer = ask(server.address, path, headers=accept | {"If-None-Match": given})
                    check(f"{path} {encoding} is sent for {given}", answer.status == 200 and
                          answer.text == first.text, answer.status)
            check(f"{path}: each encoding has its own tag", len(set(tags)) == len(tags), tags)
        check("metrics have none", "ETag" not in ask(server.address).headers)
        tag = ask(server.address, "/report").headers["ETag"]
    with Server() as server:
        check("the same report has the same tag", ask(server.address, "/report").headers["ETag"] == tag)
    with Server("--size", "20001") as server:
        check("another report has another", ask(server.address, "/report").headers["ETag"] != tag)


def forms():
    with Server() as server:
        for accept, openmetrics in ((PROMETHEUS, True), ("text/plain", False), ("*/*", False),
                                    ("application/json", False), ("application/openmetrics-text", True),
                                    ("application/openmetrics-text;q=0.1, text/plain;q=0.2", False)):
            answer = ask(server.address, headers={"Accept": accept})
            check(f"form for {accept}", (answer.headers["Content-Type"].split(";")[0] ==
                                         ("application/openmetrics-text" if openmetrics else "text/plain")) and
                  answer.text.endswith(b"# EOF\n") == openmetrics, answer.headers["Content-Type"])
            check("caches are told what it depends on", "Accept" in answer.headers["Vary"], answer.headers["Vary"])
        plain = ask(server.address, "/report")
        packed = ask(server.address, "/report", headers={"Accept-Encoding": "deflate, gzip"})
        check("it can be compressed", packed.headers["Content-Encoding"] == "gzip" and
              gzip.decompress(packed.text) == plain.text and len(packed.text) < len(plain.text) / 10, packed.headers)
        metrics = ask(server.address, headers={"Accept-Encoding": "gzip", "Accept": PROMETHEUS})
        check("metrics too", gzip.decompress(metrics.text).endswith(b"# EOF\n"))
        check("only for who asks", "Content-Encoding" not in
              ask(server.address, "/report", headers={"Accept-Encoding": "gzip;q=0"}).headers)
        check("and where it is worth it", "Content-Encoding" not in
              ask(server.address, "/", headers={"Accept-Encoding": "gzip"}).headers)


def tail():
    with Server() as server, contextlib.closing(Client(server.address)) as client:
        start = time.monotonic()
        seen = set()
        while time.monotonic() - start < 1.5:
            answer = client.ask("/metrics", headers={"Accept-Encoding": random.choice(["gzip", "identity"])})
            text = gzip.decompress(answer.text) if "Content-Encoding" in answer.headers else answer.text
            seen.add(text.splitlines()[-1])
        check("the tail is rendered again, once a second", 2 <= len(seen) <= 2 + (time.monotonic() - start), seen)


def one_connection():
    with Server() as server:
        with contextlib.closing(Client(server.address)) as client:
            client.connect()
            first = client.sock
            good = all(client.ask(random.choice(["/", "/metrics", "/report", "/nothing"])).status in (200, 404)
                       for _ in range(200))
            check("200 requests on one connection", good and client.sock is first)
        paths = [random.choice(["/", "/-/healthy", "/report", "/nothing"]) for _ in range(40)]
        sent = "".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in paths[:-1])
        got = raw(server.address, (sent + f"GET {paths[-1]} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").encode())
        statuses = re.findall(rb"HTTP/1.1 (\d+)", got)
        check("40 requests at once, answered in order",
              statuses == [b"404" if path == "/nothing" else b"200" for path in paths], statuses)
        check("HTTP/1.0 is answered and closed",
              raw(server.address, b"GET /-/healthy HTTP/1.0\r\n\r\n").endswith(b"healthy\n"))
        slow = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        with connect(server.address) as one:
            for byte in slow:
                one.sendall(bytes([byte]))
            check("byte by byte", read_all(one).endswith(b"healthy\n"))


# Where it listens.

def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
        return True
    except OSError:
        return False


def sockets():
    path = f"{folder}/socket"
    with Server(listen=["127.0.0.1:0", path]) as server:
        mode = os.stat(path).st_mode
        check("a Unix socket of mode 0660", stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660, oct(mode))
        check("scrape over both", all(scrape(one) == "" for one in server.addresses), server.addresses)
        refused("a socket that lives is left alone", "Address already in use", listen=[path])
        check("it still lives", scrape(path) == "")
        port = server.address
        refused("a port that is taken", "Address already in use", listen=[port])
    check("its socket is removed", not os.path.exists(path))

    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(path)
    with Server(listen=[path]) as server:
        check("a stale socket is replaced", server.alive and scrape(path) == "", server.said)
        os.unlink(path)
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(path)
    check("another one in its place is not removed", os.path.exists(path))
    os.unlink(path)

    Path(path).write_text("precious")
    refused("a file is left alone", "no socket", listen=[path])
    check("and keeps what it holds", Path(path).read_text() == "precious")
    os.unlink(path)
    os.symlink(f"{folder}/elsewhere", path)
    refused("a link is left alone", "no socket", listen=[path])
    check("and nothing comes into being behind it", not os.path.exists(f"{folder}/elsewhere"))
    os.unlink(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(path)
        refused("somebody's datagram socket is left alone", "in use", listen=[path])
    os.unlink(path)

    for text in ("9796", "localhost:9796", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:9796",
                 "[::1]", "[::1:9796", "127.0.0.1:+1", "1.2.3:9796", "relative/socket", "", ":", "127.0.0.1:0x10",
                 "/" + "x" * 200, "[" + "1" * 200 + "]:1"):
        refused(f"no address: {text[:30]}", "no address", listen=[text])
    refused("too many addresses", "more than", listen=["127.0.0.1:0"] * 17)
    refused("a folder that is not there", "No such file", listen=[f"{folder}/nothing/socket"])

    with Server(listen=[":0"]) as server:
        check("every address", scrape("127.0.0.1:" + server.address.rpartition(":")[2]) == "", server.address)
    if not has_ipv6():
        tally.skip("listening on IPv6", "no ::1 here")
    else:
        with Server(listen=["[::1]:0", "127.0.0.1:0"]) as server:
            check("IPv6 and IPv4", server.address.startswith("[::1]:") and
                  all(scrape(one) == "" for one in server.addresses), server.said)


def handed_in():
    path = f"{folder}/handed"
    inherited = [socket.socket(), socket.socket(socket.AF_UNIX)]
    inherited[0].bind(("127.0.0.1", 0))
    inherited[1].bind(path)
    if not has_ipv6():
        tally.skip("an IPv6 socket that is handed in", "no ::1 here")
    else:
        inherited.append(socket.socket(socket.AF_INET6))
        inherited[-1].bind(("::1", 0))
    for one in inherited:
        one.listen()

    def place(*given):
        """Descriptors from 3 on, as systemd hands them in."""
        numbers = [os.dup(one.fileno()) for one in given]
        high = [os.dup2(number, 200 + i) for i, number in enumerate(numbers)]
        for i, number in enumerate(high):
            os.dup2(number, 3 + i)

    def start(*given, **more):
        return dict(prepare=lambda: place(*given), shell=True, listen=(), close_fds=False,
                    env=os.environ | {"LISTEN_FDS": str(len(given))}, **more)

    with Server("--inherit", **start(*inherited)) as server:
        check("sockets that were handed in", len(server.addresses) == len(inherited) and
              all(scrape(one) == "" for one in server.addresses), server.said)
    check("are not removed", os.path.exists(path))
    for one in inherited:
        one.close()

    with socket.socket() as deaf, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
            open("/dev/null") as null:
        datagrams.bind(("127.0.0.1", 0))
        for name, one in (("deaf", deaf), ("datagrams", datagrams), ("null", null)):
            refused(f"no listening socket: {name}", "inherited descriptor 3", "--inherit", **start(one))


# Clients that are hostile, slow or many.

def garbage():
    get = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
    requests = [
        b"", b"\r\n" * 10000, b"\0" * 10000, b"\xff" * 100000, b"GET", b"GET \r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n", b"GET / FTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"x" * 100000 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        get + b"X: " + b"y" * 100000 + b"\r\n\r\n", get + b"X: y\r\n" * 20000 + b"\r\n",
        get + b"X" * 100000 + b": y\r\n\r\n", get + b"no colon\r\n\r\n", get + b": empty\r\n\r\n",
        get + b"X:\0\0\0\r\n\r\n", get + b" folded: x\r\n\tfolded\r\n\r\n",
        get + b"Content-Length: -1\r\n\r\n", get + b"Content-Length: 99999999999999999999999999\r\n\r\n",
        get + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", get + b"Content-Length: 5\r\n\r\n",
        get + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n", get + b"Transfer-Encoding: x\r\n\r\n",
        get + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        get + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", get + b"Range: bytes=0-1\r\n\r\n",
        get + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        get + b"Accept: " + b"," * 3000 + b"\r\n\r\n", get + b'Accept: "' + b"\\" * 3000 + b"\r\n\r\n",
        get + b"Accept: a;q=" + b"9" * 3000 + b"\r\n\r\n", get + b"Accept-Encoding: gzip;q=\r\n\r\n",
        get + b"If-None-Match: " + b'"' * 3000 + b"\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://x/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /%zz%2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ]
    source = random.Random(5)
    requests += [source.randbytes(source.randrange(1, 3000)) for _ in range(100)]
    for _ in range(100):
        mangled = bytearray(get + b"Accept: " + PROMETHEUS.encode() + b"\r\nAccept-Encoding: gzip\r\n\r\n")
        for _ in range(source.randrange(1, 6)):
            mangled[source.randrange(len(mangled))] = source.randrange(256)
        requests.append(bytes(mangled))
    with Server("--timeout", "2") as server:
        for number, request in enumerate(requests):
            start = time.monotonic()
            got = raw(server.address, request)
            check(f"garbage {number} is answered with HTTP or closed", (not got or got.startswith(b"HTTP/1.")) and
                  time.monotonic() - start < 2 + SLOW, (request[:60], got[:60], time.monotonic() - start))
        check("after garbage a scrape gets through", scrape(server.address) == "", scrape(server.address))
        over = raw(server.address, get + b"X: " + b"y" * 20000 + b"\r\n\r\n")
        check("headers that are too large are told so", re.match(rb"HTTP/1.1 (431|413|400) ", over), over[:60])
        check("a header that fits is taken", ask(server.address, headers={"X": "y" * 2000}).status == 200)


def closed_within(ones, seconds):
    """How many of the sockets the other side closes in that time."""
    end = time.monotonic() + seconds
    poll = select.poll()
    left = {one.fileno(): one for one in ones}
    for number in left:
        poll.register(number, select.POLLIN)
    while left and time.monotonic() < end:
        for number, _ in poll.poll(200):
            try:
                if left[number].recv(4096):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            poll.unregister(number)
            del left[number]
    return len(ones) - len(left)


def many_slow(server, begin, name, count=1000, **more):
    """Connections that never finish what they begin stand around a scrape."""
    ones, missed = [], []
    try:
        for number in range(count):
            one = connect(server.address)
            with contextlib.suppress(OSError):
                one.sendall(begin)
                one.setblocking(False)
            ones.append(one)
            if number % 250 == 249:
                missed.append(scrape(server.address, **more))
        check(f"a scrape gets through {count} {name}", not any(missed), missed)
        check(f"{name} are closed in time", closed_within(ones, 3 * SLOW) == len(ones), closed_within(ones, 0))
        check(f"and after {name}", scrape(server.address, **more) == "")
    finally:
        for one in ones:
            one.close()


def slow():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with Server("--timeout", "2") as server:
        many_slow(server, b"", "connections that say nothing")
        many_slow(server, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ", "requests that never end")
        with connect(server.address) as one:
            start = time.monotonic()
            with contextlib.suppress(OSError):
                one.sendall(b"GET /metrics HTTP/1.1\r\n")
                while time.monotonic() - start < PATIENCE:
                    one.sendall(b"X: y\r\n")
                    time.sleep(0.1)
            took = time.monotonic() - start
            check("headers in drops do not stretch the time", 1.5 < took < 2 + SLOW, took)
        with connect(server.address) as one:
            one.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(2.6)
            one.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            check("who had an answer may wait longer", read_all(one).count(b"healthy\n") == 2)
        check("it is quiet then", server.seconds() < 30, server.seconds())

    with Server("--timeout", "2", "--size", str(32 << 20)) as server:
        ones = [connect(server.address) for _ in range(60)]
        for one in ones:
            with contextlib.suppress(OSError):
                one.sendall(b"GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(1.2)
        missed = [scrape(server.address) for _ in range(5)]
        check("a scrape gets through readers that do not read", not any(missed), missed)
        time.sleep(2)
        left = [one for one in ones if len(read_all(one)) > 32 << 20]
        check("who does not read is dropped", not left, len(left))
        for one in ones:
            one.close()

    with Server("--timeout", "5") as server, \
            contextlib.closing(Client(server.address, source="127.0.0.2")) as other:
        check("another address is served", other.ask("/metrics").status == 200)
        kept = other.sock
        ones = [connect(server.address) for _ in range(200)]
        check("and keeps its connection while one takes all it can get",
              other.ask("/metrics").status == 200 and other.sock is kept)
        check("which is half of them", 200 - closed_within(ones, 1) == 32, closed_within(ones, 0))
        for one in ones:
            one.close()


def beside_crowd(name, server, seconds, count, *kinds, **more):
    """A hundred scrapes, each on a connection of its own, while a crowd takes what it can get."""
    if more:
        check(f"before {name}", ask(server.address, **more).status == 200)  # its password is known
    crowd = subprocess.Popen([sys.executable, str(CROWD), server.address.rpartition(":")[2], str(seconds), str(count),
                              *kinds], stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    missed, end = [], time.monotonic() + seconds - 1
    for _ in range(100):
        missed.append(scrape(server.address, BUSY, **more))
        time.sleep(max(0, min(0.05, (end - time.monotonic()) / 100)))
    check("the crowd is there to the end", crowd.poll() is None)
    crowd.terminate()
    crowd.communicate()
    # Where all takes eight times as long, a connection may be closed for a newer one before its request is sent.
    check(f"100 of 100 scrapes get through {name}", sum(map(bool, missed)) <= (3 if SANITIZED else 0),
          f"{sum(map(bool, missed))}: {set(missed)}")


def crowds():
    """Fairness is by the connection: neither many requests, nor many connections or guesses keep a scrape out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    size = ("--size", "40000")
    with Server(*size) as server:
        beside_crowd("readers that ask again and again", server, 20, 32, "greedy")
        beside_crowd("sixty-four of them", server, 20, 64, "greedy")
        beside_crowd("slow ones", server, 20, 64, "slow")
    good = {"headers": named("prometheus", "right")}
    with Server("--web-config", write_config(users(prometheus=bcrypt("right", 10))), *size) as server:
        beside_crowd("wrong passwords", server, 20, 64, "alike", **good)
        beside_crowd("a thousand of all kinds", server, 30, 1000, **good)
        check("which take no memory", SANITIZED or server.anonymous() < 8192, server.anonymous())


def no_descriptors():
    """With fewer descriptors than connections."""
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))
    with Server("--timeout", "2", prepare=few) as server:
        ones = [connect(server.address) for _ in range(60)]
        before = server.seconds()
        time.sleep(1)
        check("no descriptor is free: it does not spin", server.seconds() - before < 0.5, server.seconds() - before)
        check("a scrape gets through", scrape(server.address, limit=SLOW + 3) == "")
        for one in ones:
            one.close()


def rest():
    with Server() as server:
        ask(server.address)
        time.sleep(0.3)
        before = server.switches()
        time.sleep(1.5)
        check("nobody connected: no wake-up", server.switches() == before, server.switches() - before)
        for _ in range(1000 if not SANITIZED else 50):
            ask(server.address, headers={"Accept": PROMETHEUS, "Accept-Encoding": "gzip"})
        with contextlib.closing(Client(server.address)) as client:
            for _ in range(1000):
                client.ask("/report", headers={"Accept-Encoding": random.choice(["gzip", "identity"])})
        if SANITIZED:
            tally.skip("memory after 2,000 requests", KEEPS)
        else:
            check("memory after 2,000 requests", server.anonymous() < 1800, server.anonymous())


# TLS.

def openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def certificate(name, signer, usage, names, days="2"):
    (folder / f"{name}.ext").write_text(f"extendedKeyUsage={usage}\nsubjectAltName={names}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}.key",
            "-CAcreateserial", "-days", days, "-extfile", f"{name}.ext", "-out", f"{name}.pem")


def write_config(text, name="web.yml"):
    path = folder / name
    path.write_text(text)
    return str(path)


def trusting(client=None, signer="ours", low=None, high=None, ciphers=None):
    context = ssl.create_default_context(cafile=folder / f"{signer}.pem")
    if low:
        context.minimum_version = low
    if high:
        context.maximum_version = high
    if ciphers:
        context.set_ciphers(ciphers)
    if client:
        context.load_cert_chain(folder / f"{client}.pem", folder / f"{client}.key")
    return context


def over_tls(server, **more):
    """A scrape over TLS: "" or why not."""
    try:
        return scrape(server.address, context=trusting(**more))
    except ssl.SSLError as error:
        return repr(error)


OLD_VERSIONS = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)


def outdated(version):
    """A client that has nothing newer; OpenSSL lets it be only at this level of security."""
    return dict(low=version, high=version, ciphers="ALL:@SECLEVEL=0")


TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"


def make_certificates():
    authority("ours")
    authority("theirs")
    certificate("server", "ours", "serverAuth", "DNS:localhost,IP:127.0.0.1")
    certificate("second", "ours", "serverAuth", "DNS:localhost")
    certificate("friend", "ours", "clientAuth", "DNS:friend.example,email:me@example.org,IP:10.0.0.1,"
                "IP:fd00::7,URI:spiffe://example.org/friend,RID:1.2.3.4")
    certificate("stranger", "theirs", "clientAuth", "DNS:friend.example")
    certificate("misused", "ours", "serverAuth", "DNS:friend.example")
    certificate("expired", "ours", "clientAuth", "DNS:friend.example", days="-1")


def tls():
    with Server("--web-config", write_config(TLS), "--timeout", "2") as server:
        check("a scrape over TLS", over_tls(server) == "", over_tls(server))
        for low, high, works in ((ssl.TLSVersion.TLSv1_3, None, True), (None, ssl.TLSVersion.TLSv1_2, True)):
            check(f"TLS {low} {high}", (over_tls(server, low=low, high=high) == "") == works)
        for version in OLD_VERSIONS:
            check(f"{version.name} is not spoken", over_tls(server, **outdated(version)) != "")
        check("200 requests on one connection",
              all(one.status == 200 for one in many_requests(server, trusting(), 200)))
        check("a large answer over TLS", len(ask(server.address, "/report", context=trusting()).text) > 20000)
        plain = raw(server.address, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        check("plain HTTP gets nothing", b"sample" not in plain, plain[:60])
        for request in (b"\x16\x03\x01" + b"\xff" * 5000, b"\0" * 5000, b"\x16\x03\x01\x00\x05\x01\x00"):
            raw(server.address, request)
        check("after garbage a scrape gets through", over_tls(server) == "")
        many_slow(server, b"\x16\x03\x01", "handshakes that never end", 250, context=trusting())
        old = server_certificate(server)
        write_config(TLS.replace("server", "second").replace("tls_second", "tls_server"))
        check("the file is read again", server.signal(signal.SIGHUP) == "reloaded")
        check("and another certificate is shown", server_certificate(server) != old and over_tls(server) == "")
        write_config(TLS + "  surprise: 1\n")
        said = server.signal(signal.SIGHUP)
        check("a wrong one is told by its line", re.search(r"web\.yml:4: unknown key surprise", said), said)
        check("and changes nothing", over_tls(server) == "" and server_certificate(server) != old)
        write_config("basic_auth_users:\n")
        check("TLS can end", server.signal(signal.SIGHUP) == "reloaded" and scrape(server.address) == "")
        write_config(TLS)
        check("and come again", server.signal(signal.SIGHUP) == "reloaded" and over_tls(server) == "")

    refused("a key that does not fit", "web.yml:2: cert_file and key_file", "--web-config",
            write_config(TLS.replace("server.key", "friend.key")))
    with Server("--web-config", write_config(TLS + "  max_version: TLS12\n  cipher_suites:\n"
                                             "  - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n"
                                             "  curve_preferences: [CurveP384]\n")) as server:
        check("the suite that was asked for", over_tls(server, ciphers="ECDHE-ECDSA-AES256-GCM-SHA384") == "")
        for words in (dict(ciphers="ECDHE-ECDSA-AES128-GCM-SHA256", high=ssl.TLSVersion.TLSv1_2),
                      dict(low=ssl.TLSVersion.TLSv1_3)):
            check(f"and no other: {words}", over_tls(server, **words) != "")
    for number, word in enumerate(("TLS10", "TLS11", "TLS12")):
        with Server("--web-config", write_config(TLS + f"  min_version: {word}\n")) as server:
            for version in OLD_VERSIONS:  # so that they can be spoken, where they are asked for
                said = over_tls(server, **outdated(version))
                check(f"{version.name} from {word} on", (said == "") == (OLD_VERSIONS.index(version) >= number), said)
    with Server("--web-config", write_config(TLS + "  min_version: TLS13\n")) as server:
        check("TLS 1.3 only", over_tls(server) == "" and over_tls(server, high=ssl.TLSVersion.TLSv1_2) != "")


def many_requests(server, context, count):
    with contextlib.closing(Client(server.address, context)) as client:
        for _ in range(count):
            yield client.ask("/metrics")


def server_certificate(server):
    with contextlib.closing(Client(server.address, trusting())) as client:
        client.connect()
        return client.sock.getpeercert(True)


def client_certificates():
    clients = (None, "friend", "stranger", "misused", "expired")
    modes = {
        "NoClientCert": ("", {*clients}),
        "RequestClientCert": ("", {*clients}),
        "RequireAnyClientCert": ("", {*clients} - {None}),
        "VerifyClientCertIfGiven": ("  client_ca_file: ours.pem\n", {None, "friend"}),
        "RequireAndVerifyClientCert": ("  client_ca_file: ours.pem\n", {"friend"}),
    }
    for mode, (more, welcome) in modes.items():
        with Server("--web-config", write_config(TLS + f"  client_auth_type: {mode}\n{more}")) as server:
            for client in clients:
                for high in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                    said = over_tls(server, client=client, high=high)
                    check(f"{mode} with {client} over {high.name}", (said == "") == (client in welcome), said)
    for names, works in (("[friend.example]", True), ("[x, me@example.org]", True), ("[10.0.0.1]", True),
                         ("['fd00::7']", True), ("['spiffe://example.org/friend']", True), ("[1.2.3.4]", False),
                         ("[stranger.example]", False), ("[friend]", False), ("[CN=friend]", False)):
        with Server("--web-config", write_config(
                TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ours.pem\n"
                f"  client_allowed_sans: {names}\n")) as server:
            check(f"a client of {names}", (over_tls(server, client="friend") == "") == works)


# Passwords.

def bcrypt(password, cost):
    return crypt.crypt(password, f"$2b${cost:02}$abcdefghijklmnopqrstuu")


def named(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def users(**given):
    return "basic_auth_users:\n" + "".join(f"  {name}: {value}\n" for name, value in given.items())


def passwords():
    config = write_config(users(prometheus=bcrypt("right", 8), other=bcrypt("different", 4)))
    good = named("prometheus", "right")
    with Server("--web-config", config) as server:
        for path in ("/", "/metrics", "/report", "/-/healthy", "/nothing"):
            answer = ask(server.address, path)
            check(f"{path} needs a name", answer.status == 401 and
                  answer.headers["WWW-Authenticate"].startswith("Basic "), answer.status)
        check("right", scrape(server.address, headers=good) == "")
        check("another user", scrape(server.address, headers=named("other", "different")) == "")
        for name, password in (("prometheus", "wrong"), ("prometheus", ""), ("", ""), ("nobody", "right"),
                               ("other", "right"), ("Prometheus", "right"), ("prometheus", "right "),
                               ("prometheus", "x" * 1000)):
            answer = ask(server.address, headers=named(name, password))
            check(f"wrong: {name}:{password[:9]}", answer.status == 401 and b"sample" not in answer.text,
                  answer.status)
        for text in ("Basic", "Basic !!!", "Bearer x", "Basic " + base64.b64encode(b"nocolon").decode(), "basic \xff",
                     "Basic " + "A" * 3000):
            check(f"no name: {text[:20]}", ask(server.address, headers={"Authorization": text}).status == 401)
        before = server.seconds()
        check("a scrape costs no hash again", all(scrape(server.address, headers=good) == "" for _ in range(100)) and
              server.seconds() - before < (5 if SANITIZED else 0.5), server.seconds() - before)
        write_config(users(prometheus=bcrypt("changed", 4)))
        check("a new password", server.signal(signal.SIGHUP) == "reloaded" and
              ask(server.address, headers=good).status == 401 and
              scrape(server.address, headers=named("prometheus", "changed")) == "")

    config = write_config(users(prometheus=bcrypt("right", 10)))
    with Server("--web-config", config) as server:
        check("right at a cost of 10", scrape(server.address, headers=good) == "")
        statuses, start, before = [], time.monotonic(), server.seconds()
        threads = [threading.Thread(target=guess, args=(server.address, number, statuses)) for number in range(16)]
        for thread in threads:
            thread.start()
        missed = []
        while any(thread.is_alive() for thread in threads):
            missed.append(scrape(server.address, headers=good))
        for thread in threads:
            thread.join()
        took = time.monotonic() - start
        check("guesses get nothing", set(statuses) <= {401, 429} and len(statuses) == 48, set(statuses))
        check("not all of them are computed", statuses.count(429) > 3, statuses.count(429))
        check("and scrapes get through meanwhile", not any(missed) and missed, [one for one in missed if one][:3])
        spent = server.seconds() - before
        if SANITIZED:
            tally.skip("what guesses cost", SLOWS)
        else:
            check("nor do they take the processor", spent < 2 + took / 5 + 2, f"{spent} of {took}")

        guesses = [connect(server.address) for _ in range(6)]
        for number, one in enumerate(guesses):
            one.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic "
                        f"{base64.b64encode(f'prometheus:late {number}'.encode()).decode()}\r\n\r\n".encode())
        check("a reload while one is computed", server.signal(signal.SIGHUP) == "reloaded" and
              scrape(server.address, headers=good) == "")
        for number, one in enumerate(guesses):
            one.close()
        guesses = [connect(server.address) for _ in range(6)]
        for number, one in enumerate(guesses):
            one.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic "
                        f"{base64.b64encode(f'prometheus:last {number}'.encode()).decode()}\r\n\r\n".encode())
        time.sleep(0.05)
    # It ends with its last six still waiting.
    for one in guesses:
        one.close()

    with Server("--web-config", write_config(users(prometheus=bcrypt("right", 10)))) as server:
        results = []
        threads = [threading.Thread(target=lambda: results.append(scrape(server.address, headers=good)))
                   for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check("eight at once with the right one", results == [""] * 8, results)

    with Server("--web-config", write_config(TLS + users(prometheus=bcrypt("right", 6)))) as server:
        check("over TLS", scrape(server.address, headers=good, context=trusting()) == "" and
              ask(server.address, context=trusting()).status == 401)


def guess(address, number, statuses):
    for i in range(3):
        statuses.append(ask(address, headers=named("prometheus", f"guess {number} {i}")).status)


def guessers():
    """Who guesses leaves room for others: for whom is known at once, for whom is new after few guesses."""
    config = write_config(users(prometheus=bcrypt("right", 10), other=bcrypt("other", 10)))
    good = named("prometheus", "right")
    with Server("--web-config", config) as server:
        ends, statuses = [], []

        def guess_on(number):
            count = 0
            while not ends:
                count += 1
                statuses.append(ask(server.address, headers=named("prometheus", f"{number} {count}"),
                                    source="127.0.0.2").status)

        threads = [threading.Thread(target=guess_on, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + PATIENCE
        while statuses.count(429) < 50 and time.monotonic() < deadline:
            time.sleep(0.01)
        check("who guesses is told to come later", statuses.count(429) >= 50, len(statuses))
        said = scrape(server.address, headers=good)
        check("who is new has an answer meanwhile", said == "", said)
        said = scrape(server.address, headers=named("other", "other"), source="127.0.0.3")
        check("and so has another", said == "", said)
        answers = {ask(server.address, path, headers=good).status for path in ("/-/healthy", "/report") for _ in range(20)}
        check("who is known has one at once", answers == {200}, answers)
        tried = len(statuses)
        before, start = server.seconds(), time.monotonic()
        time.sleep(1.5)
        if SANITIZED:
            tally.skip("what many guesses cost", SLOWS)
        else:
            check("guesses do not take the processor", server.seconds() - before <
                  0.2 * (time.monotonic() - start) + 0.3 * (len(statuses) - tried) / 1000 + 0.4, server.seconds() - before)
        ends.append(True)
        for thread in threads:
            thread.join()
        check("and get nothing", set(statuses) == {401, 429}, set(statuses))

    config = write_config(users(prometheus=bcrypt("right", 4)))
    with Server("--web-config", config) as server:
        statuses = {ask(server.address, headers=named("prometheus", f"wrong {number}"),
                        source=f"127.0.{1 + number // 100}.{1 + number % 100}").status for number in range(200)}
        check("wrong ones of many addresses, one after the other", statuses == {401}, statuses)
        check("and one that is right", scrape(server.address, headers=good) == "")


def headers():
    config = write_config("http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: sameorigin\n"
                          "    Strict-Transport-Security: max-age=1\n")
    with Server("--web-config", config) as server:
        for path in ("/", "/nothing", "/metrics"):
            answer = ask(server.address, path)
            check("a header of the file replaces ours", answer.headers.get_all("X-Frame-Options") == ["sameorigin"] and
                  answer.headers["Strict-Transport-Security"] == "max-age=1" and
                  answer.headers["X-Content-Type-Options"] == "nosniff", answer.headers)
        check("what is not done is said", any(line.startswith("note: http2") for line in server.said), server.said)
        write_config("")
        check("an empty file changes back", server.signal(signal.SIGHUP) == "reloaded" and
              ask(server.address, "/").headers["X-Frame-Options"] == "DENY")
    refused("a file that is not there", "No such file", "--web-config", f"{folder}/nothing.yml")
    refused("a file that is wrong", "web.yml:2:", "--web-config", write_config("http_server_config:\n  http3: true\n"))


# Reloads.

class Kept:
    """A connection that has had an answer, and one whose request has half arrived."""

    HALF, REST = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nX-Half: ", b"there\r\nConnection: close\r\n\r\n"

    def __init__(self, address, context=None, headers=None):
        self.client, self.headers = Client(address, context), headers
        self.client.ask("/-/healthy", headers=headers)
        self.before = self.client.sock
        self.half = connect(address)
        if context:
            self.half = context.wrap_socket(self.half, server_hostname="localhost")
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items()).encode()
        self.half.sendall(self.HALF.replace(b"X-Half", more + b"X-Half"))
        time.sleep(0.05)

    def lives(self):
        """Are both served to their end?"""
        try:
            good = self.client.ask("/-/healthy", headers=self.headers).status == 200 and self.client.sock is self.before
            self.half.sendall(self.REST)
            return good and b" 200 OK" in read_all(self.half)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            self.client.close()
            self.half.close()


def reloads():
    good = named("prometheus", "right")
    right, other = users(prometheus=bcrypt("right", 4)), users(prometheus=bcrypt("right", 4), other=bcrypt("other", 4))
    header = "http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n"
    for before, after, keeps in ((None, None, True), (right, right, True), (right, other, True), (right, header, True),
                                 (TLS, TLS, True), (TLS, f"# another text\n{TLS}", True), (TLS, TLS + right, True),
                                 (TLS, TLS + "  min_version: TLS13\n", False), (right, TLS + right, False)):
        name = f"{before!r}, then {after!r}"
        options = ("--web-config", write_config(before)) if before else ()
        with Server(*options) as server:
            kept = Kept(server.address, trusting() if before and TLS in before else None, good)
            if after:
                write_config(after)
            check(f"{name}: is read again", server.signal(signal.SIGHUP) == "reloaded")
            check(f"{name}: connections stay" if keeps else f"{name}: connections go", kept.lives() == keeps)
    for before, after, tries in ((TLS, TLS + "  min_version: TLS13\n", 1), (right, TLS + right, 1), (TLS + right, right, 1),
                                 (TLS, TLS + "  min_version: TLS13\n", 2)):
        name = f"{before!r}, then {tries} times {after!r}"
        context = trusting() if TLS in before else None
        with Server("--size", "12000000", "--web-config", write_config(before)) as server:
            with contextlib.closing(Client(server.address, context)) as client:
                client.request("GET", "/report", headers=good)
                answer = client.getresponse()
                got = answer.read(1000)
                for number in range(tries):
                    write_config(after if number == 0 else before)
                    check(f"{name}: is read again", server.signal(signal.SIGHUP) == "reloaded")
                try:
                    got += answer.read()
                except (OSError, http.client.HTTPException):
                    got = b""
                check(f"{name}: the answer under way is sent to its end" if tries == 1 else
                      f"{name}: only of the reload before", (len(got) > 12000000) == (tries == 1), len(got))
                try:
                    client.sock.settimeout(PATIENCE)
                    closed = client.sock.recv(1) == b""
                except OSError:
                    closed = True
                check(f"{name}: and the connection is closed", closed)
            check(f"{name}: what is new holds", scrape(
                server.address, headers=good, context=trusting() if TLS in (after if tries == 1 else before) else None) == "")
    slow = users(prometheus=bcrypt("right", 12))
    with Server("--web-config", write_config(slow)) as server:
        with contextlib.closing(Client(server.address)) as client:
            client.request("GET", "/-/healthy", headers=good)
            time.sleep(0.05)
            write_config(TLS + slow)
            check("while a password is computed", server.signal(signal.SIGHUP) == "reloaded")
            check("its request is answered", client.getresponse().status == 200)
        waiting = [Client(server.address, trusting()) for _ in range(3)]
        for number, client in enumerate(waiting):
            client.request("GET", "/-/healthy", headers=named("prometheus", f"wrong {number}"))
        time.sleep(0.05)
        write_config(slow)
        check("and again", server.signal(signal.SIGHUP) == "reloaded")
        write_config(TLS + slow)
        check("and once more before they are answered", server.signal(signal.SIGHUP) == "reloaded")
        check("and all is well", scrape(server.address, headers=good, context=trusting()) == "")
        for client in waiting:
            client.close()
    with Server("--web-config", write_config(TLS + right)) as server:
        kept = Kept(server.address, trusting(), good)
        shutil.copy(folder / "server.key", folder / "server.key.before")
        shutil.copy(folder / "server.pem", folder / "server.pem.before")
        for kind in ("key", "pem"):
            shutil.copy(folder / f"second.{kind}", folder / f"server.{kind}")
        check("the same file with another certificate", server.signal(signal.SIGHUP) == "reloaded" and not kept.lives())
        for kind in ("key", "pem"):
            shutil.copy(folder / f"server.{kind}.before", folder / f"server.{kind}")
        check("and back", server.signal(signal.SIGHUP) == "reloaded")
        kept = Kept(server.address, trusting(), good)
        write_config(TLS + users(prometheus=bcrypt("changed", 4)))
        check("a password that is taken away is none on the connections that there are",
              server.signal(signal.SIGHUP) == "reloaded" and
              kept.client.ask("/", headers=good).status == 401 and kept.client.sock is kept.before and
              kept.client.ask("/", headers=named("prometheus", "changed")).status == 200)
        kept.lives()


# The service.

class Service:
    """virtwhered itself with a configuration file; what it says stands in `said`."""

    def __init__(self, text, *options):
        self.conf, self.log = folder / "virtwhered.conf", folder / "virtwhered.log"
        self.conf.write_text(f"[virtwhered]\nreport-file =\nstate-directory =\ninterval = 0\n{text}")
        self.log.write_text("")
        environment = {name: value for name, value in os.environ.items() if name not in ("JOURNAL_STREAM", "NOTIFY_SOCKET")}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([SERVICE, f"--config={self.conf}", *options], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=environment)

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_said(self, pattern):
        """Wait until it is said; returns the match, or None."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = re.search(pattern, self.said())
            if found or self.process.poll() is not None:
                return found
            time.sleep(0.01)
        return None

    def wait_ready(self, address):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(address, "/-/ready").status == 200:
                    return True
            time.sleep(0.02)
        return False

    def reload(self, text):
        """Another configuration; waits until it is in force, and returns what was said."""
        self.conf.write_text(f"[virtwhered]\nreport-file =\nstate-directory =\ninterval = 0\n{text}")
        self.log.write_text("")
        self.process.send_signal(signal.SIGHUP)
        self.wait_said(r"listening on .*\n|stays as it was")
        return self.said()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        check("the service ends well", self.process.wait(PATIENCE) == 0, self.said())


def service_refuses():
    (folder / "big.yml").write_text("#" * 70000)
    nothing = folder / "nothing.yml"
    cases = [(nothing, f"{nothing}: No such file"), (folder, f"{folder}: this is no regular file"),
             (f"{nothing}/x/y", "No such file"), (folder / "big.yml", "big.yml: File too large"),
             (write_config(TLS.replace("server.key", "nothing.key"), "key.yml"), "key.yml:3: .*nothing.key: No such file"),
             (write_config(TLS.replace("server.pem", "nothing.pem"), "cert.yml"), "cert.yml:2: .*nothing.pem: No such file"),
             (write_config("a: b\n", "wrong.yml"), "wrong.yml:1: unknown key a"),
             (write_config("{}\n---\n" + users(a=bcrypt("a", 4)), "two.yml"), "two.yml:2: a second document")]
    for path, words in cases:
        for more in ((), ("--check-config",)):
            done = subprocess.run([SERVICE, f"--web-config-file={path}", "--listen=127.0.0.1:0", "--report-file=", "--state-directory=", *more],
                                  capture_output=True, text=True, timeout=PATIENCE, check=False)
            check(f"virtwhered {path} {more}", done.returncode == 2 and re.search(words, done.stderr) and
                  done.stderr.count("\n") == 1, f"{done.returncode} {done.stderr}")
    for text, words in (("listen = localhost:80\n", r"virtwhered\.conf:2: listen: 'localhost:80' is no address"),
                        ("[bad]\n", r"virtwhered\.conf:2: no such section: \[bad\]")):
        conf = folder / "virtwhered.conf"
        conf.write_text("[virtwhered]\n" + text)
        for more in ((), ("--check-config",)):
            done = subprocess.run([SERVICE, f"--config={conf}", "--report-file=", "--state-directory=", *more],
                                  capture_output=True, text=True, timeout=PATIENCE, check=False)
            check(f"virtwhered {text!r} {more}", done.returncode == 2 and re.search(words, done.stderr), done)
    good = write_config(TLS + users(a=bcrypt("a", 4)))
    done = subprocess.run([SERVICE, "--check-config", f"--web-config-file={good}"], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    check("a good one is good", done.returncode == 0 and not done.stderr, done)


def service_says():
    web = write_config("http_server_config:\n  http2: true\n")
    listen = "listen = 127.0.0.1:0\n"
    with Service(f"{listen}web-config-file = {web}\n") as service:
        found = service.wait_said(r"virtwhered: listening on (127\.0\.0\.1:(?!0\n)\d+)\n")
        check("it says where it listens, with the port that it got", found, service.said())
        address = found and found[1]
        check("and listens there", found and service.wait_ready(address), service.said())
        check("what is not done is said", f"virtwhered: {web}: http2: " in service.said(), service.said())
        with contextlib.closing(Client(address)) as client:
            client.ask("/metrics")
            before = client.sock
            said = service.reload(f"{listen}web-config-file = {web}\nconnections = 7\n")
            check("a change that needs a restart is said", "listen, connections and timeout hold" in said, said)
            check("and where it listens", f"listening on {address}\n" in said and "http2: " in said, said)
            said = service.reload(f"{listen}web-config-file = {web}\n")
            check("the way back needs none", "hold after a restart" not in said, said)
            said = service.reload(f"listen = here\nweb-config-file = {web}\n")
            check("no address is told by its line", "virtwhered.conf:5: listen: 'here' is no address" in said and
                  "the configuration stays as it was" in said, said)
            check("a connection outlives reloads", client.ask("/-/healthy").status == 200 and client.sock is before)


def main():
    global folder
    if not tally.has_loopback():
        return tally.skip_all("the HTTP server", tally.NO_LOOPBACK)
    with tempfile.TemporaryDirectory(prefix="virtwhere-http.") as name:
        folder = Path(name)
        tests = (answers, conditions, forms, tail, one_connection, sockets, handed_in, garbage, slow,
                 crowds, no_descriptors, rest, tls, client_certificates, passwords, guessers, headers, reloads,
                 service_refuses, service_says)
        wanted = sys.argv[2:]
        make_certificates()
        for test in tests:
            if wanted and test.__name__ not in wanted:
                continue
            start = time.monotonic()
            test()
            if wanted:
                print(f"{test.__name__}: {time.monotonic() - start:.1f} s", flush=True)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
