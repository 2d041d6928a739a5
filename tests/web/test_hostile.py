"""A corpus that attacks: answers and exports quote its sheets to the letter, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator

import httpx
import pytest

from assistant.corpus.catalogue import Catalogue
from assistant.corpus.corpus import read_corpus, source_texts
from assistant.settings import Settings
from assistant.update import update_index
from tests.hostile import LONG, PAYLOADS, write_hostile
from tests.web.conftest import Server, _running


@pytest.fixture(scope="module")
def hostile(tiny_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(tiny_settings.data, folder / "data")
    (export,) = (folder / "data" / "actions").iterdir()
    write_hostile(export, export)
    (folder / "data" / "needs.yaml").write_text("[]\n", encoding="utf-8")
    found = Settings(data=folder / "data", index=folder / "index")
    update_index(found, None, full=False, progress=lambda _done, _total: None)
    return found


@pytest.fixture(scope="module")
def attacked(hostile: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _running(hostile, tmp_path_factory.mktemp("attacked")) as running:
        running.wait()
        yield running


@pytest.fixture(scope="module")
def catalogue(hostile: Settings) -> Catalogue:
    return Catalogue(read_corpus(hostile.data).sheets)


def test_quotes_are_exact_and_no_cell_is_a_formula(attacked: Server, hostile: Settings, catalogue: Catalogue) -> None:
    assert len(PAYLOADS) >= 60
    sources = source_texts(hostile.data)
    answer = attacked.ask("un potager, quelles limites ?", top=9).json()
    quotes = [quote for sheet in answer["sheets"] + answer["nearest"] for quote in sheet["quotes"]]
    assert quotes
    assert all(sources[quote["source"]][quote["start"] : quote["end"]] == quote["text"] for quote in quotes)
    assert LONG.strip() in sources[catalogue.sheets[0].source]
    ids = ",".join(sheet.id for sheet in catalogue.sheets[1:])
    for form in ("csv", "md", "docx", "pdf"):
        file = httpx.post(
            f"{attacked.url}/emporter",
            data={"quoi": "selection", "format": form, "fiches": ids, "question": "=1+1"},
            timeout=120,
        )
        assert file.status_code == 200, file.text
        if form == "csv":
            rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), delimiter=";"))
            cells = [cell for row in rows for cell in row]
            assert any("HYPERLINK" in cell for cell in cells)
            assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
