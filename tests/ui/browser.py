"""A headless Chromium (Debian's package), driven through its own DevTools protocol. Nothing else is needed."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def found():
    """The path of the browser, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def opened():
    """A browser with one page. No name but the loopback address resolves in it."""
    with tempfile.TemporaryDirectory(prefix="kliping-browser-", ignore_cleanup_errors=True) as home:
        words = [
            found(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
            "--remote-debugging-port=0", f"--user-data-dir={home}",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--hide-scrollbars", "about:blank",
        ]  # fmt: skip
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port = int(eventually(lambda: (Path(home) / "DevToolsActivePort").read_text().split()[0], 60))
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                target = next(each for each in json.load(answer) if each["type"] == "page")
            with connect(target["webSocketDebuggerUrl"], max_size=None, compression=None, ping_interval=None) as socket:
                yield Page(socket)
        finally:
            process.kill()  # it has nothing to save
            process.wait(20)


def eventually(ask, seconds=90):
    """What `ask` answers once that is true; fails with its last answer or error."""
    until, last = time.monotonic() + seconds, None
    while time.monotonic() < until:
        try:
            if last := ask():
                return last
        except Exception as error:
            last = error
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain; the last answer was {last!r}")


class Page:
    """One page. Selectors are CSS; `requests` and `problems` grow while it lives."""

    def __init__(self, socket):
        self.socket, self.number = socket, 0
        self.requests, self.problems = [], []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)

    def send(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=60))
            if message.get("id") == self.number:
                assert "error" not in message, (method, message["error"])
                return message["result"]
            self._hear(message)

    def _hear(self, message):
        told = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(told["url"])
            case "Runtime.exceptionThrown":
                self.problems.append(told["exceptionDetails"])
            case "Page.javascriptDialogOpening":
                self.problems.append({"dialog": told["message"]})
                self.number += 1
                self.socket.send(
                    json.dumps({"id": self.number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}})
                )

    def go(self, url):
        self.js("window.left = true")
        self.send("Page.navigate", url=url)
        eventually(lambda: self.js("!window.left && document.readyState === 'complete'"))

    def js(self, expression):
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self):
        return self.js("document.body ? document.body.innerText : ''")

    def sees(self, words, seconds=90):
        """Wait until the page shows these words."""
        return eventually(lambda: words in self.text() or None, seconds)

    def spot(self, find):
        """The middle of the element that a JavaScript expression finds, scrolled into view."""
        where = eventually(
            lambda: self.js(
                f"(() => {{ const e = {find}; if (!e) return null; e.scrollIntoView({{block: 'center'}});"
                "const b = e.getBoundingClientRect();"
                "return b.width ? [b.x + b.width / 2, b.y + b.height / 2] : null; })()"
            )
        )
        return {"x": where[0], "y": where[1]}

    def click(self, find):
        at = self.spot(find)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)

    def click_text(self, words, among="button, a, [role=tab], [role=menuitem], [role=option], label, li"):
        self.click(
            f"[...document.querySelectorAll({json.dumps(among)})].filter(e => e.offsetParent)"
            f".find(e => e.innerText.trim() === {json.dumps(words)})"
        )

    def fill(self, find, words):
        """Replace what an input holds, as a person does."""
        self.click(find)
        self.press("a", 2)
        self.send("Input.insertText", text=words)
        held = "[...document.querySelectorAll('input, textarea')].some(e => e.value === " + json.dumps(words) + ")"
        eventually(lambda: self.js(held))

    def press(self, key, modifiers=0):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowDown": 40, "ArrowUp": 38}
        code = codes.get(key, ord(key[0].upper()))
        text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 and not modifiers else "")
        shared = {"key": key, "code": f"Key{key.upper()}" if len(key) == 1 and key.isalpha() else key}
        commands = {"commands": ["selectAll"]} if key == "a" and modifiers else {}
        for kind in ("keyDown", "keyUp"):
            self.send(
                "Input.dispatchKeyEvent", type=kind, modifiers=modifiers, windowsVirtualKeyCode=code, **shared,
                **({"text": text, **commands} if kind == "keyDown" else {}),
            )  # fmt: skip

    def size(self, width, height, *, dark=False):
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def shot(self, path, *, whole=False):
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(answer["data"]))
