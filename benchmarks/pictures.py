"""The pictures of the guide, taken of the real page over the real sheets: ``python -m benchmarks.pictures``."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from assistant.web.guide import FOLDER
from benchmarks.page import served

_COLOURS = 64
_HEIGHT = 900
_SHEETS = ("les-visiteurs-a-domicile-7832b2", "atelier-memoire-pep-s-eureka-a0c3c4", "atelier-mosaique-a0ffeb")
_ISOLATION = "Comment lutter contre l’isolement des seniors en milieu rural\u202f?"
_NOWHERE = "Comment lutter contre l’isolement des seniors en Bretagne\u202f?"


class Picture(NamedTuple):
    """What to open, what to do there, and how large."""

    link: str
    act: Callable[[Page], None]
    width: int = 1280
    height: int = _HEIGHT


def _nothing(_page: Page) -> None:
    pass


def _to_the_quote(page: Page) -> None:
    page.locator("mark.here").evaluate("mark => mark.scrollIntoView({ block: 'center' })")


def _ask(question: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        box = page.get_by_role("textbox", name="Votre question")
        box.fill(question)
        box.press("Enter")
        expect(page.locator("#conversation :is(.card, .theme)").last).to_be_visible()

    return act


def _keep(page: Page) -> None:
    for number in (1, 2):
        page.get_by_role("button", name="Ajouter à ma sélection").first.click()
        expect(page.locator("#top")).to_contain_text(f"Ma sélection ({number})")
    page.get_by_role("link", name="Ma sélection (").click()
    page.get_by_label("Ma note").first.fill("À montrer mardi, avec la question des transports.")


_PICTURES: Mapping[str, Picture] = {
    "accueil": Picture("/", _nothing, height=640),
    "reponse": Picture("/", _ask(_ISOLATION), height=1000),
    "reponse-mobile": Picture("/", _ask(_ISOLATION), 390, 844),
    "refus": Picture("/", _ask(_NOWHERE)),
    "seance": Picture("/", _ask("prépare une séance sur la participation des habitants"), height=1000),
    "fiche": Picture(f"/?fiche={_SHEETS[0]}&extrait=45953-46188", _to_the_quote),
    "comparer": Picture(f"/?vue=comparer&fiches={','.join(_SHEETS)}", _nothing, height=1000),
    "selection": Picture("/?vue=fiches&public=Seniors", _keep, height=1000),
    "fiches": Picture("/?vue=fiches", _nothing),
    "couverture": Picture("/?vue=couverture", _nothing, height=1080),
    "transposer": Picture(f"/?vue=transposer&fiche={_SHEETS[0]}", _nothing),
}


def _written(picture: bytes, path: Path) -> None:
    """In few colours, as the page has few: a fifth of the bytes."""
    few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main() -> None:
    """Take them all, and say what they weigh."""
    folder = FOLDER / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with served(None) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, taken in _PICTURES.items():
            context = browser.new_context(locale="fr-FR", reduced_motion="reduce")
            page = context.new_page()
            page.set_viewport_size({"width": taken.width, "height": taken.height})
            page.goto(f"{url}{taken.link}")
            opened = page.locator('#kept[value="0"]')
            expect(opened).to_be_attached(timeout=30_000)
            taken.act(page)
            page.evaluate("document.activeElement.blur()")
            page.evaluate("document.fonts.ready")
            path = folder / f"{name.removesuffix('-mobile')}-{taken.width}.png"
            _written(page.screenshot(caret="hide", animations="disabled"), path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
            context.close()
        browser.close()
    print(f"in all: {sum(path.stat().st_size for path in folder.glob('*.png')) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
