# SPDX-License-Identifier: MIT
"""A headless Chromium, spoken to over its debugging pipe (Chrome DevTools Protocol); standard library only."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

LIMIT = 180  # seconds for one answer
NAMES = ("chromium", "chromium-browser", "google-chrome")


class Failed(Exception):
    pass


def find():
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One tab. What its console and its policy complain of gathers in `complaints`."""

    def __init__(self, program):
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()
        self.profile = tempfile.TemporaryDirectory(prefix="virtwhere-page-")
        command = [program, "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu",
                   "--no-sandbox", "--disable-dev-shm-usage", "--disable-extensions", "--hide-scrollbars",
                   "--disable-background-networking", "--disable-component-update",
                   f"--user-data-dir={self.profile.name}", "about:blank"]

        # Chromium reads requests from descriptor 3 and answers on 4. Ours may have these very numbers.
        reader, writer = os.dup2(to_read, 103), os.dup2(to_write, 104)
        script = 'exec "$@" 3<&103 4>&104 103<&- 104>&-'
        self.process = subprocess.Popen(["bash", "-c", script, "bash", *command], pass_fds=(reader, writer),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for end in {to_read, to_write, reader, writer}:
            os.close(end)
        self.buffer, self.number, self.session = b"", 0, None
        self.complaints, self.events = [], []
        self.url = None  # what was asked for

    def __enter__(self):
        try:
            target = self.ask("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.ask(f"{domain}.enable")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Failed, OSError):
            self.ask("Browser.close")
        self.close()

    def close(self):
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.read_end)
        os.close(self.write_end)
        with contextlib.suppress(OSError):
            self.profile.cleanup()

    def message(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read_end], [], [], max(0, deadline - time.monotonic()))
            part = os.read(self.read_end, 1 << 20) if ready else b""
            if not part:
                raise Failed("the browser does not answer")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message:
            self.note(message)
        return message

    def note(self, event):
        method, values = event["method"], event["params"]
        self.events.append(method)
        if method == "Log.entryAdded" and values["entry"]["level"] in ("warning", "error"):
            self.complaints.append(values["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and values["type"] in ("warning", "error", "assert"):
            self.complaints.append(json.dumps(values["args"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(values["exceptionDetails"]["text"])
        elif method == "Network.requestWillBeSent" and not values["request"]["url"].startswith("data:") and \
                values["request"]["url"] != self.url:
            self.complaints.append("asks for " + values["request"]["url"])

    def ask(self, method, **values):
        self.number += 1
        number = self.number
        request = {"id": number, "method": method, "params": values}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.write_end, json.dumps(request).encode() + b"\0")
        deadline = time.monotonic() + LIMIT
        while True:
            message = self.message(deadline)
            if message.get("id") == number:
                if "error" in message:
                    raise Failed(f"{method}: {message['error'].get('message')}")
                return message["result"]

    def show(self, url, width, height=900, scheme="light", media="screen"):
        """Open a page in a window of this width, in a colour scheme, and wait until it is there."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", media=media,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.url = url
        self.ask("Page.navigate", url=url)
        deadline = time.monotonic() + LIMIT
        while "Page.loadEventFired" not in self.events:
            self.message(deadline)

    def value(self, expression):
        """What a script says; the page's policy does not bind the debugger."""
        answer = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Failed(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def picture(self, path):
        """The whole page, however long: what lies outside the window is not always painted."""
        width, height = self.value("[innerWidth, document.documentElement.scrollHeight]")
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 600)
        data = self.ask("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
