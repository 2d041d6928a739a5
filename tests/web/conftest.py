"""The real server in a process of its own, with outbound network denied."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from assistant.settings import Settings

_LAUNCH = Path(__file__).resolve().parent / "launch.py"
_PATIENCE = 90  # seconds: Gradio takes its time to import on a busy machine


@dataclass(frozen=True)
class Server:
    """A running server: its address, what it wrote, and where it wanted to connect to."""

    url: str
    log: Path
    attempts: Path

    def ask(self, question: object, **more: object) -> httpx.Response:
        return httpx.post(f"{self.url}/api/ask", json={"question": question, **more}, timeout=30)


@contextmanager
def _running(settings: Settings, folder: Path, warm_up: float = 0) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    attempts = folder / "attempts"
    attempts.touch()
    log = folder / "log"
    places = ["--data", str(settings.data), "--index", str(settings.index)]
    command = [sys.executable, str(_LAUNCH), str(attempts), str(warm_up), "serve", "--port", str(port), *places]
    environment = {**os.environ, "PYTHONPATH": str(_LAUNCH.parents[2]), "PYTHONUNBUFFERED": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        _wait_for(port, process, log)
        yield Server(f"http://127.0.0.1:{port}", log, attempts)
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
        end = time.monotonic() + _PATIENCE
        while httpx.get(f"{running.url}/healthz").status_code != 200:
            assert time.monotonic() < end, running.log.read_text()
            time.sleep(0.1)
        yield running


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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in an English browser; fails if it asks anything of another host, or if a script fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", reduced_motion="reduce")
    opened = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts <= {"127.0.0.1"}
    assert not faults
