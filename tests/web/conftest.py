"""The real server in a process of its own, with outbound network denied."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from starlette.testclient import TestClient

from assistant.api.mount import answer_problems, mount
from assistant.api.operations import Operations, over
from assistant.settings import Settings

_LAUNCH = Path(__file__).resolve().parent / "launch.py"
_PATIENCE = 90  # seconds: Gradio takes its time to import on a busy machine


@dataclass(frozen=True)
class Server:
    """A running server: its address, what it wrote, and where it wanted to connect to."""

    url: str
    log: Path
    attempts: Path
    process: subprocess.Popen[bytes]

    def wait(self, status: int = 200) -> None:
        """Until the health check gives this status."""
        end = time.monotonic() + _PATIENCE
        while httpx.get(f"{self.url}/healthz", timeout=60).status_code != status:
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)

    def ask(self, question: object, **more: object) -> httpx.Response:
        return httpx.post(f"{self.url}/api/ask", json={"question": question, **more}, timeout=30)


@contextmanager
def _running(
    settings: Settings, folder: Path, warm_up: float = 0, more: Mapping[str, str] | None = None
) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    attempts = folder / "attempts"
    attempts.touch()
    log = folder / "log"
    places = ["--data", str(settings.data), "--index", str(settings.index)]
    command = [sys.executable, str(_LAUNCH), str(attempts), str(warm_up), "serve", "--port", str(port), *places]
    environment = {**os.environ, "PYTHONPATH": str(_LAUNCH.parents[2]), "PYTHONUNBUFFERED": "1", **(more or {})}
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        _wait_for(port, process, log)
        yield Server(f"http://127.0.0.1:{port}", log, attempts, process)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"the server stopped: {log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the server does not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is ready."""
    with _running(settings, tmp_path_factory.mktemp("server")) as running:
        running.wait()
        yield running


@pytest.fixture(scope="session")
def operations(assistant) -> Operations:
    return over(assistant)


@pytest.fixture(scope="session")
def application(operations: Operations) -> FastAPI:
    """What programs ask, without the page; the encoder is that of all tests."""
    app = FastAPI(openapi_url=None)
    mount(app, operations)
    answer_problems(app)
    return app


@pytest.fixture(scope="session")
def client(application: FastAPI) -> Iterator[TestClient]:
    with TestClient(application, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.fixture
def slow_server(settings: Settings, tmp_path: Path) -> Callable[[float], object]:
    """``with slow_server(seconds) as server``: one whose model takes so many seconds more to warm up."""
    return lambda seconds: _running(settings, tmp_path, seconds)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "no chromium found: apt install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


def _is_fault(message: ConsoleMessage) -> bool:
    """An export or a file that the server refuses is said by the browser too."""
    return message.type == "error" and not message.location["url"].endswith(("/emporter", "/gerer/fichiers"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in an English browser; fails if it asks anything of another host, or if a script fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", reduced_motion="reduce")
    opened = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    yield opened
    context.close()
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts <= {"127.0.0.1"}
    assert not faults


# a loaded machine answers late; what is never shown still fails
expect.set_options(timeout=20_000)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]


def check_access(page: Page) -> None:
    """No fault that axe finds, once the page's own notice that it loads has left."""
    expect(page.locator("p.loading")).to_have_count(0)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}})
    assert found.violations_count == 0, found.generate_report()


@dataclass(frozen=True)
class Person:
    """Someone at the page: opens, asks, clicks, and looks at what is there."""

    page: Page
    url: str

    def open(self, link: str = "/") -> None:
        """Open a link and wait for the page to be drawn."""
        self.page.goto(f"{self.url}{link}")
        expect(self.page.locator("#kept")).to_be_attached(timeout=30_000)

    def ask(self, question: str) -> None:
        box = self.page.get_by_role("textbox", name="Votre question")
        box.fill(question)
        box.press("Enter")

    def press(self, name: str, nth: int = 0) -> None:
        """Press the button or link of this name, or that begins with it."""
        wanted = re.compile(f"^{re.escape(name)}")
        found = self.page.get_by_role("button", name=wanted).or_(self.page.get_by_role("link", name=wanted))
        found.nth(nth).click()

    def see(self, title: str) -> None:
        """Wait for the view of this title."""
        expect(self.page.locator("#head h1")).to_have_text(title)

    def check_access(self) -> None:
        """No fault that axe finds, nothing that scrolls sideways but tables."""
        check_access(self.page)
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture
def person(page: Page, server: Server) -> Person:
    return Person(page, server.url)
