#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Clients that take all they can get of an HTTP server: crowd.py PORT SECONDS COUNT [KIND...]

COUNT connections to the loopback at once, from several of its addresses, in equal parts of the kinds below. One that
is closed is opened anew. Prints how many were, and what was read.
"""

import base64
import collections
import errno
import socket
import sys
import time

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
SOURCES = 8


def guess(number):
    name = base64.b64encode(f"prometheus:wrong {number}".encode()).decode()
    return f"{ASK.decode()}Authorization: Basic {name}\r\n\r\n".encode()


# What each sends at once, whether it goes on sending that, and how many bytes it reads in a second; 0: none.
KINDS = {
    "greedy": lambda n: (200 * (ASK + b"\r\n"), True, 2000000),
    "slow": lambda n: (200 * (ASK + b"\r\n"), True, 24000),
    "deaf": lambda n: (200 * (ASK + b"\r\n"), False, 0),
    "silent": lambda n: (b"", False, 1),
    "half": lambda n: (ASK, False, 1),
    "drops": lambda n: (b"X: y\r\n", True, 100),
    "guesser": lambda n: (guess(n), False, 2000000),
    "alike": lambda n: (guess(n // 500), False, 2000000),
}


class One:
    def __init__(self, kind, number, port):
        self.kind, self.number = kind, number
        self.data, self.again, self.rate = KINDS[kind](number)
        self.sent = 0
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if kind in ("slow", "deaf"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        self.socket.bind((f"127.0.0.{1 + number % SOURCES}", 0))
        if self.socket.connect_ex(("127.0.0.1", port)) not in (0, errno.EINPROGRESS):
            raise OSError

    def turn(self, seconds):
        """Send and read for so long a time. Returns what was read, or None when it was closed."""
        read, left = 0, int(self.rate * seconds)
        try:
            if self.sent < len(self.data):
                self.sent += self.socket.send(self.data[self.sent:])
                if self.sent == len(self.data) and self.again:
                    self.sent = 0
            while left > 0:
                got = self.socket.recv(min(left, 65536))
                if not got:
                    return None
                read += len(got)
                left -= len(got)
        except BlockingIOError:
            pass
        except OSError as error:
            return read if error.errno == errno.ENOTCONN else None
        return read


def main():
    port, seconds, count = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    kinds = sys.argv[4:] or list(KINDS)
    end, ones, number = time.monotonic() + seconds, [None] * count, 0
    opened, read = collections.Counter(), collections.Counter()
    last = time.monotonic()
    while time.monotonic() < end:
        now = time.monotonic()
        for index, one in enumerate(ones):
            if one is None:
                number += 1
                try:
                    one = ones[index] = One(kinds[index % len(kinds)], number, port)
                except OSError:
                    continue
                opened[one.kind] += 1
                continue
            got = one.turn(max(now - last, 0.02))
            if got is None:
                one.socket.close()
                ones[index] = None
            else:
                read[one.kind] += got
        last = now
        time.sleep(max(0, 0.02 - (time.monotonic() - now)))
    print("; ".join(f"{kind}: {opened[kind]} opened, {read[kind]} bytes" for kind in kinds), flush=True)


if __name__ == "__main__":
    main()
