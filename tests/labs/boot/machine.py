# SPDX-License-Identifier: MIT
"""Processes that are machines: started, watched, ended in time; and the disk by which they hand files out."""

import dataclasses
import json
import pathlib
import re
import signal
import socket
import subprocess
import tarfile
import threading
import time

DISK_MARK = b"LAB-OUT\n"  # a guest finds the disk that is meant for its results by these first bytes
DISK_SIZE = 64 << 20

stopping = threading.Event()  # ends all machines, and no other is started


@dataclasses.dataclass
class Outcome:
    seconds: float
    ended: bool      # by itself, within the limit
    console: str     # what it wrote
    peak_mib: int    # the most memory that the process held


def boot(command, log, limit, folder, reactions=None, until=None):
    """Run a machine in @folder, its console being its standard output, until it ends or @limit seconds pass.

    @log: the file that takes the console
    @reactions: {text: function}, each called once when the console shows the text
    @until: a pattern; the machine is stopped when its console shows it
    """
    reactions = dict(reactions or {})
    start, peak = time.monotonic(), 0
    with open(log, "wb") as console:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=console,
                                   stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
    try:
        while process.poll() is None and time.monotonic() - start < limit and not stopping.is_set():
            time.sleep(0.2)
            peak = max(peak, held_mib(process.pid))
            seen = read_console(log) if reactions or until else ""
            for text in [t for t in reactions if t in seen]:
                reactions.pop(text)()
            if until and re.search(until, seen):
                break
        ended = process.poll() is not None
    finally:
        stop(process)
    return Outcome(time.monotonic() - start, ended, read_console(log), peak)


def stop(process):
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(sign)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                pass


def held_mib(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    words = status.partition("VmHWM:")[2].split()
    return int(words[0]) >> 10 if words else 0


def read_console(log):
    return pathlib.Path(log).read_text(errors="replace")


def new_disk(path):
    """An empty disk for a guest's results."""
    with open(path, "wb") as disk:
        disk.write(DISK_MARK)
        disk.truncate(DISK_SIZE)
    return path


def take_disk(path, folder):
    """Unpack what a guest has handed out. Returns False when there is nothing whole on the disk."""
    folder = pathlib.Path(folder)
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                target = (folder / member.name).resolve()
                if not member.isfile() or not target.is_relative_to(folder.resolve()):
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.extractfile(member).read())
    except (tarfile.TarError, EOFError, OSError):
        return False
    return True


def qmp(path, commands):
    """Send commands to a QEMU machine by its QMP socket. Raises OSError or ValueError when one fails."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(path))
        stream = connection.makefile("rw")
        stream.readline()
        for command in [{"execute": "qmp_capabilities"}, *commands]:
            stream.write(json.dumps(command) + "\n")
            stream.flush()
            answer = {}
            while "return" not in answer and "error" not in answer:
                answer = json.loads(stream.readline())
            if "error" in answer:
                raise ValueError(answer["error"]["desc"])
