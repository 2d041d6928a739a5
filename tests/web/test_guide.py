"""The guide: its pictures exist, its links lead somewhere, and it reads at any width, without a script."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from assistant.web.guide import FOLDER, PAGES, rendered


def test_every_picture_that_the_guide_names_exists_and_every_one_is_named() -> None:
    named = {
        name for page in PAGES for name in re.findall(r"\]\((images/[^)]+)\)", (FOLDER / f"{page}.md").read_text())
    }
    assert named == {f"images/{path.name}" for path in (FOLDER / "images").iterdir()}
    assert sum((FOLDER / name).stat().st_size for name in named) < 1_500_000


def test_every_page_is_in_the_guide() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.md")} == set(PAGES)


def test_markup_in_the_guide_is_text() -> None:
    assert "<script" not in rendered("<script>1</script>")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_the_guide_is_accessible_and_its_links_lead_somewhere(person, width: int) -> None:
    person.page.set_viewport_size({"width": width, "height": 800})
    person.open("/")
    with person.page.expect_popup() as opened:  # beside the conversation, which stays
        person.page.get_by_role("link", name="Guide (nouvel onglet)").click()
    opened.value.wait_for_url("**/guide")
    for name in ["", *(f"/{page}" for page in PAGES if page != "README")]:
        person.page.goto(f"{person.url}/guide{name}")
        assert person.page.evaluate("document.documentElement.lang") == "fr"
        assert person.page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth)")
        person.check_access()
        for link in set(person.page.eval_on_selector_all("a", "links => links.map(link => link.href)")):
            assert httpx.get(link, timeout=60).status_code == 200, link


def test_what_is_not_in_the_guide_is_not_served(server) -> None:
    for name in ("/guide/..%2F..%2FREADME", "/guide/images/x.png", "/guide/perdue", "/guide/images/..%2Fbesoin.md"):
        assert httpx.get(f"{server.url}{name}", timeout=60).status_code == 404
