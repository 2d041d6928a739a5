"""The page in a real browser: ``python -m benchmarks.page``. Weight, layout shift, answers, filters over 1,000 sheets.

Times are medians of one run on one machine: read them as ratios.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import gradio as gr  # after the server, which keeps it from calling out
import httpx
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, expect, sync_playwright

from assistant.corpus.catalogue import Catalogue
from assistant.settings import read_settings
from assistant.stores.store import Store
from assistant.web import renewal, server
from assistant.web.shelf import Shelf, shelve

MANY = 1_000
ROUNDS = 7
QUESTIONS = ("isolement des seniors", "la parole des jeunes", "un jardin partagé", "les parents", "fête de quartier")
_OURS = ("page.css", "page.js", "stream.js", "favicon.svg")
_SHIFT = """() => { window.shift = 0; new PerformanceObserver((seen) => {
  for (const entry of seen.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true }); }"""


@contextmanager
def served(sheets: int | None) -> Iterator[str]:
    """The page over the real sheets, repeated up to a number in the list of sheets when one is given."""
    settings = read_settings()

    def shelf(store: Store, data: Path) -> Shelf:
        found = shelve(store, data)
        real = found.catalogue.sheets
        if sheets is None:
            return found
        copies = [replace(real[n % len(real)], id=f"{real[n % len(real)].id}-{n}") for n in range(sheets)]
        return replace(found, catalogue=Catalogue(copies))

    setattr(renewal, "shelve", shelf)  # noqa: B010 - only a benchmark repeats sheets
    with _running(server.create_app(settings)) as url:
        while httpx.get(f"{url}/healthz").status_code != 200:
            time.sleep(0.1)
        yield url


@contextmanager
def _running(app: FastAPI) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        while not running.started:
            time.sleep(0.1)
        yield url
        running.should_exit = True
        thread.join(timeout=10)


def _milliseconds(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def _filtering(page: Page, url: str) -> float:
    """From a filter ticked to its sheets shown."""
    page.goto(f"{url}/?vue=fiches")
    page.locator("#view .row").first.wait_for()
    times = []
    for _ in range(ROUNDS):
        before = page.locator("#view .found").text_content() or ""

        def tick(before: str = before) -> None:
            page.locator("#view input.go").nth(1).click()
            expect(page.locator("#view .found")).not_to_have_text(before)

        times.append(_milliseconds(tick))
    return statistics.median(times)


def _empty(page: Page, url: str) -> float:
    """Gradio's own round trip: a button whose event does nothing, from the click to its answer on the page."""
    page.goto(url)
    button = page.get_by_role("button", name="Rien", exact=True)
    button.wait_for()
    times = []
    for number in range(1, ROUNDS + 1):

        def press(number: int = number) -> None:
            button.click()
            expect(page.get_by_role("textbox", name="Fois")).to_have_value(str(number))

        times.append(_milliseconds(press))
    return statistics.median(times)


@contextmanager
def _blank() -> Iterator[str]:
    """An application of Gradio that does nothing."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        times = gr.Textbox("0", label="Fois")
        gr.Button("Rien").click(lambda said: str(int(said) + 1), times, times, show_progress="hidden")
    app = gr.mount_gradio_app(FastAPI(), blocks, path="/", ssr_mode=False)
    with _running(app) as url:
        yield url


def _answering(page: Page, url: str) -> tuple[float, float, float]:
    """From Enter to the first card; the server's own time for the same questions; the layout shift meanwhile."""
    page.goto(url)
    box = page.get_by_role("textbox", name="Votre question")
    box.wait_for()
    page.evaluate(_SHIFT)
    shown, own = [], []
    for number, question in enumerate(QUESTIONS, start=1):

        def ask_api(question: str = question) -> None:
            httpx.post(f"{url}/api/ask", json={"question": question})

        own.append(_milliseconds(ask_api))
        box.fill(question)

        def ask(number: int = number) -> None:
            box.press("Enter")
            page.locator("#conversation .it").nth(number - 1).wait_for()

        shown.append(_milliseconds(ask))
    return statistics.median(shown), statistics.median(own), page.evaluate("window.shift")


def main() -> None:
    """Print the figures."""
    folder = Path(server.__file__).parent
    print(f"our own files: {sum((folder / name).stat().st_size for name in _OURS) / 1000:.0f} kB")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(reduced_motion="reduce")
        with served(None) as url:
            shown, own, shift = _answering(page, url)
            few = _filtering(page, url)
        with _blank() as url:
            empty = _empty(page, url)
        with served(MANY) as url:
            many = _filtering(page, url)
        browser.close()
    print(f"Enter to the first card: {shown:.0f} ms; the API alone: {own:.0f} ms; Gradio's empty trip: {empty:.0f} ms")
    besides, both = (shown - empty) / own, shown / (own + empty)
    print(f"  besides the empty trip, {besides:.1f}x the API's time (at most 3 is wanted); {both:.1f}x both together")
    print(f"layout shift: {shift / len(QUESTIONS):.3f} an answer, over {len(QUESTIONS)}")
    print(f"a filter over the real sheets: {few:.0f} ms; over {MANY}: {many:.0f} ms ({many / few:.1f}x)")


if __name__ == "__main__":
    main()
