"""A real browser, where there is one."""

import json
import os
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from tools import CHROMIUM

_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


def browsed(address: str, profile: Path) -> str:
    """The page at `address` after its scripts have run, with a profile below the folder `profile`."""
    command = [str(CHROMIUM), *_OPTIONS, f"--user-data-dir={profile / 'profile'}", "--dump-dom", address]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@dataclass(frozen=True)
class Browser:
    """A browser with one page, driven over pipes by https://chromedevtools.github.io/devtools-protocol."""

    requests: BinaryIO
    answers: BinaryIO
    numbers: Iterator[int]
    session: str = ""

    def ask(self, method: str, **parameters: object) -> Any:
        """The answer to one request."""
        number = next(self.numbers)
        request = {"id": number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        self.requests.write(json.dumps(request).encode() + b"\0")
        self.requests.flush()
        while (answer := self._next()).get("id") != number:
            pass
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _next(self) -> Any:
        read = bytearray()
        while (byte := self.answers.read(1)) not in (b"\0", b""):
            read += byte
        assert read, "the browser has ended"
        return json.loads(read)

    def run(self, script: str) -> Any:
        """What an expression is in the page; a promise is waited for."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        answer = self.ask("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def open(self, address: str) -> None:
        """Go to a page; ready when its scripts have run."""
        self.ask("Page.navigate", url=address)
        self.run(
            "new Promise((done) => (document.readyState === 'complete' ? done() : addEventListener('load', done)))"
        )

    def hover(self, selector: str) -> None:
        """Move the mouse to the middle of the first element that matches."""
        x, y = self._middle(selector)
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector: str, modifiers: int = 0) -> None:
        """Click with the mouse in the middle of the first element that matches."""
        x, y = self._middle(selector)
        self.click_at(x, y, modifiers)

    def click_at(self, x: float, y: float, modifiers: int = 0) -> None:
        """Click with the mouse at a place."""
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            told = {"button": "left", "clickCount": 1, "modifiers": modifiers}
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, **told)

    def settle(self) -> None:
        """Wait until the page has been painted as it is now."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")

    def _middle(self, selector: str) -> Any:
        self.settle()
        return self.run(f"({_MIDDLE})({json.dumps(selector)})")

    def type(self, text: str) -> None:
        """Write `text` where the focus is."""
        self.ask("Input.insertText", text=text)

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press one key, by its name in `KeyboardEvent.key`."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        code = {"Enter": 13, "Tab": 9, "Escape": 27}.get(key, 0)
        for kind in ("keyDown", "keyUp"):
            told = {"text": text} if kind == "keyDown" and text else {}
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, modifiers=modifiers, **told
            )

    def picture(self) -> bytes:
        """The page as PNG."""
        return b64decode(self.ask("Page.captureScreenshot", format="png")["data"])


_MIDDLE = """(selector) => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""


@contextmanager
def browser(profile: Path, *options: str, width: int = 1280, height: int = 800) -> Iterator[Browser]:
    """A browser with a window of that size, with a profile below the folder `profile`."""
    asked, requests = os.pipe()
    answers, answering = os.pipe()
    size = f"--window-size={width},{height}"
    folder = f"--user-data-dir={profile / 'profile'}"
    command = [str(CHROMIUM), *_OPTIONS, "--remote-debugging-pipe", size, folder, *options]
    # The protocol has its two pipes at 3 and 4.
    shell = ["bash", "-c", f'exec "$@" 3<&{asked} 4>&{answering}', "bash", *command]
    with subprocess.Popen(shell, pass_fds=(asked, answering), stderr=subprocess.DEVNULL) as process:
        os.close(asked)
        os.close(answering)
        with os.fdopen(requests, "wb") as writer, os.fdopen(answers, "rb") as reader:
            whole = Browser(writer, reader, count(1))
            target = whole.ask("Target.createTarget", url="about:blank")["targetId"]
            session = whole.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            page = Browser(writer, reader, whole.numbers, session)
            page.ask(
                "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
            )
            page.ask("Page.enable")
            yield page
            whole.ask("Browser.close")
        process.wait(timeout=30)
