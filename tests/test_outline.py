"""A corpus by its outlines is the corpus read whole, whatever is remembered of it."""

from __future__ import annotations

import json

import pytest

from assistant.corpus import outline as outline_module
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.corpus.likeness import sketch as sketched
from assistant.corpus.likeness import worth_comparing
from assistant.corpus.outline import OutlinedCorpus, outline_corpus
from assistant.errors import CorpusError
from assistant.indexing.build import sheet_digest

EXPORT = "actions/reseau-imaginaire.txt"
OTHER = "Actions\r\nUne sieste\r\n- Résumé\r\nDormir un peu.\r\nActions\r\nSans libellé connu\r\nRien\r\n"


@pytest.fixture
def outline(tiny, tmp_path):
    """Outlines the tiny corpus; what is remembered is written each time."""

    def run() -> OutlinedCorpus:
        corpus = outline_corpus(tiny, tmp_path / "kept", sheet_digest)
        assert corpus.concepts
        corpus.kept.write()
        return corpus

    return run


@pytest.fixture
def reread(monkeypatch) -> list[str]:
    """The sheets that are read as texts, by the beginning of each."""
    read, seen = outline_module.read_source, []

    def run(name, data, *rest):
        seen.append(data.decode().split("\n")[1].strip())
        return read(name, data, *rest)

    monkeypatch.setattr(outline_module, "read_source", run)
    return seen


def check(found: OutlinedCorpus, data) -> None:
    """Everything is that of the corpus read whole."""
    whole = read_corpus(data)
    assert [found.sheet(outline) for outline in found.outlines] == list(whole.sheets)
    texts = [found.sources[outline.source][outline.start : outline.end] for outline in found.outlines]
    assert texts == [sheet.text for sheet in whole.sheets]
    assert [outline.digest for outline in found.outlines] == [sheet_digest(s, whole.schema) for s in whole.sheets]
    assert found.warnings == tuple(warning for reading in whole.readings for warning in reading.warnings)
    assert found.sources == {reading.name: reading.text for reading in whole.readings}
    assert found.inputs == input_hashes(data)
    assert (found.examples, found.concepts) == (whole.examples, whole.concepts)


def test_it_is_the_corpus_read_whole_the_first_time_and_the_next(outline, tiny):
    (tiny / "actions" / "z.txt").write_bytes(("\ufeff" + OTHER).encode())
    (tiny / "actions" / "y.txt").write_bytes(("Un en-tête\n" + OTHER).encode())
    for _ in range(2):
        check(outline(), tiny)


def test_only_what_changed_is_read_again(outline, tiny, change, reread):
    outline()
    assert len(reread) >= 5
    reread.clear()
    outline()
    assert reread == []
    change("12 jardiniers", "Treize jardiniers et leurs voisins")
    outline()
    assert set(reread) == {"Le potager partagé"}
    check(outline(), tiny)


def test_the_same_sheet_and_the_same_name_are_told_apart_across_sources(outline, tiny):
    outline()
    text = (tiny / EXPORT).read_text("utf-8")
    (tiny / "actions" / "a.txt").write_text(text.replace("12 jardiniers", "14 jardiniers"), encoding="utf-8")
    check(outline(), tiny)
    (tiny / "actions" / "a.txt").unlink()
    check(outline(), tiny)


@pytest.mark.parametrize("name", ["schema.yaml", "departements.csv"])
def test_another_schema_or_list_of_places_has_all_read_again(outline, tiny, reread, name):
    outline()
    reread.clear()
    text = (tiny / name).read_text("utf-8")
    other = text.replace("name: ", "name: Autre ", 1) if name == "schema.yaml" else text + "999,Ailleurs,Loin\n"
    (tiny / name).write_text(other, encoding="utf-8")
    outline()
    assert len(reread) >= 5


def test_what_is_remembered_and_damaged_is_read_again(outline, tiny, tmp_path):
    outline()
    for path in (tmp_path / "kept").glob("*.json"):
        whole = path.read_bytes()
        for spoilt in (whole.replace(b"potager", b"patager"), whole[: len(whole) // 2], b"", b"\xff"):
            path.write_bytes(spoilt)
            check(outline(), tiny)


def test_what_is_no_longer_there_is_forgotten(outline, tiny, change, tmp_path):
    outline()
    before = {path.name for path in (tmp_path / "kept").iterdir()}
    change("12 jardiniers", "Treize jardiniers")
    outline()
    after = {path.name for path in (tmp_path / "kept").iterdir()}
    assert len(after) == len(before) == 2
    assert len(after & before) == 1, "the thesaurus"


def test_a_sheet_without_a_title_is_said_with_its_line(outline, tiny, change):
    change("Actions\nPause papote", "Actions\n\nPause papote")
    with pytest.raises(CorpusError) as whole:
        read_corpus(tiny)
    with pytest.raises(CorpusError) as found:
        outline()
    assert str(found.value) == str(whole.value)


def test_nothing_is_lost_when_nothing_can_be_kept(tiny, tmp_path):
    (tmp_path / "kept").write_text("not a folder")
    corpus = outline_corpus(tiny, tmp_path / "kept", sheet_digest)
    corpus.kept.write()
    check(corpus, tiny)


# --- likeness

TEXT = " ".join(f"mot{number % 97} suite{number % 89}" for number in range(300))


def worth(own: str, *others: str) -> list[int]:
    return worth_comparing(own, [len(other) for other in others], [sketched(other) for other in others])


def test_a_text_is_compared_with_those_that_it_shares_words_with():
    words = TEXT.split()
    third = " ".join("autre" if place % 3 == 0 else word for place, word in enumerate(words))
    strange = " ".join(f"rien{place}" for place in range(len(words)))
    assert worth(TEXT, TEXT.upper(), third, strange) == [0, 1]


def test_short_texts_are_always_compared():
    assert worth("La soupe", "Les soupes", TEXT) == [0, 1]
    assert worth(TEXT, "Les soupes") == [0]


def test_what_is_kept_is_json_under_a_checksum(outline, tmp_path):
    outline()
    for path in (tmp_path / "kept").glob("*.json"):
        checksum, text = path.read_text("utf-8").split("\n", 1)
        assert len(checksum) == 64
        json.loads(text)
