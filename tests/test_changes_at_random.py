"""Whatever comes, changes, goes and comes back, an index that shares files answers as one written whole.

``RANDOM_SEQUENCES=50`` plays more of it than is played each time.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.corpus.columns import Columns
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.corpus.incoming import Content
from assistant.history import records
from assistant.indexing.build import build
from assistant.indexing.fields import sheet_fields
from assistant.ingest import add_contents, remove_sheet, restore_generation
from assistant.integrity import check_index
from assistant.settings import Settings
from assistant.stores import local_finish, local_nearest, local_terms, open_draft, open_store
from assistant.stores.local_changes import CHANGES
from assistant.stores.store import Store
from assistant.update import update_index
from assistant.values import Facet
from benchmarks import soak_kills
from benchmarks.hashed_encoder import HashedEncoder

SEQUENCES = int(os.environ.get("RANDOM_SEQUENCES", "2"))
STEPS = 10
WORDS = (
    "potager repas cuisine vélo lecture jardin voisins parents enfants santé école musique théâtre atelier "
    "partage couture informatique vacances quartier solidarité alimentation 🎈 d’Éva œuvre"
).split()
PLACES = ("Maison Bidule - Aube", "Centre Truc - Jura", "Espace sans lieu", "Centre Bidule - Aube")


class Village:
    """A data folder and its index, to which things happen."""

    def __init__(self, place: Settings, seed: int) -> None:
        self.place = place
        self._chance = random.Random(seed)
        self._gone: list[str] = []
        self._count = 0
        (place.data / "actions" / "a.txt").write_text(self._export(30), "utf-8")
        text = f"\ufeffEn-tête\n{self._export(6)}".replace("\n", "\r\n")
        (place.data / "actions" / "b.txt").write_bytes(text.encode())
        self.full()

    def happen(self) -> str:
        """Something happens; its name."""
        some: list[Callable[[], None]] = [self.add, self.add, self.edit, self.edit, self.remove, self.remove]
        some += [self.again, self.again, self.restore, self.shift, self.twin, self.need, self.rename, self.nothing]
        if self._chance.random() < 0.15:
            some = [self.full, self.thesaurus, self.many, self.departments, self.copy]
        what = self._chance.choice(some)
        what()
        return what.__name__

    def add(self) -> None:
        self._add(self._export(self._chance.randint(1, 3)))

    def many(self) -> None:
        self._add(self._export(12))

    def edit(self) -> None:
        """A sheet says something else, by a file that comes in."""
        title, body = self._any()
        label = "- Résumé\n"
        self._add(f"Actions\n{title}\n{body.replace(label, f'{label}{self._words(9)}{chr(10)}', 1)}")

    def remove(self) -> None:
        sheet, _ = remove_sheet(self.place, self._chance.choice, quiet, quiet)
        self._gone.append(f"Actions\n{sheet.text}\n")

    def again(self) -> None:
        """One that went comes back, the same."""
        if self._gone:
            self._add(self._gone.pop(self._chance.randrange(len(self._gone))))

    def restore(self) -> None:
        restore_generation(self.place, self._chance.choice(records(self.place)).manifest.generation, quiet, quiet)

    def shift(self) -> None:
        """Sheets stand elsewhere in their source."""
        path = self._chance.choice(self._sources())
        text = path.read_bytes().decode()
        head, mark, rest = text.partition("Actions")
        path.write_bytes((f"{head}{self._words(3)}\n{mark}{rest}").encode() if mark else text.encode())
        self._update()

    def twin(self) -> None:
        """Another sheet of the same title and structure, before the first one or after."""
        title, body = self._any()
        name = self._chance.choice(("0.txt", "z.txt"))
        (self.place.data / "actions" / name).write_text(
            f"Actions\n{title}\n{body}{self._words(4)}\nActions\n{title}\n{body}", "utf-8"
        )
        self._update()

    def need(self) -> None:
        title, _ = self._any()
        (self.place.data / "needs.yaml").write_text(f"- sheet: {title}\n  needs: [{self._words(5)}.]\n", "utf-8")
        self._update()

    def rename(self) -> None:
        path = self._chance.choice(self._sources())
        path.rename(path.with_name(f"{self._chance.choice('acmy')}{self._next()}.txt"))
        self._update()

    def thesaurus(self) -> None:
        path = self.place.data / "thesaurus.yaml"
        text = path.read_text("utf-8")
        new = {"synonyms: [cuisine, repas]": "synonyms: [couture]", "synonyms: [couture]": "synonyms: [cuisine, repas]"}
        old = next(old for old in new if old in text)
        path.write_text(text.replace(old, new[old]), "utf-8")
        self._update()

    def departments(self) -> None:
        with (self.place.data / "departements.csv").open("a", encoding="utf-8") as file:
            file.write(f"{900 + self._next()},Ailleurs{self._next()},Loin\n")
        self._update()

    def copy(self) -> None:
        """The index goes elsewhere, without its hard links."""
        other = self.place.index.with_name(f"index-{self._next()}")
        shutil.copytree(self.place.index, other)
        self.place = replace(self.place, index=other)

    def full(self) -> None:
        update_index(self.place, None, True, quiet)

    def nothing(self) -> None:
        self._update()

    def _update(self) -> None:
        update_index(self.place, None, False, quiet)

    def _add(self, text: str) -> None:
        add_contents(self.place, [Content(f"f{self._next()}.txt", text.encode())], Columns(), quiet, quiet)

    def _sources(self) -> list[Path]:
        return sorted((self.place.data / "actions").glob("*.txt"))

    def _any(self) -> tuple[str, str]:
        """The title of a sheet, and what stands under it."""
        sheet = self._chance.choice(read_corpus(self.place.data).sheets)
        title, _, body = sheet.text.partition("\n")
        return title.strip(), f"{body.strip()}\n"

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _words(self, count: int) -> str:
        return " ".join(self._chance.choice(WORDS) for _ in range(count))

    def _export(self, sheets: int) -> str:
        return "".join(self._sheet() for _ in range(sheets))

    def _sheet(self) -> str:
        place, status = self._chance.choice(PLACES), self._chance.choice(("En cours", "Terminée"))
        lines = ["Actions", f"Fiche {self._next()} {self._words(2)}", "- Structure organisatrice", f"- {place}"]
        lines += ["- Statut de l'action", f"- {status}", "- Mots clés associés à l'action"]
        lines += [f"- {self._words(1)}" for _ in range(self._chance.randint(0, 3))]
        for label in ("Résumé", "Description générale", "Suite de l'action : Limites"):
            lines += [
                f"- {label}",
                *(f"{self._words(self._chance.randint(2, 40))}." for _ in range(self._chance.randint(0, 2))),
            ]
        return "\n".join(lines) + "\n"


def quiet(*_: object) -> None:
    return


@pytest.fixture
def village(tmp_path, monkeypatch) -> Iterator[Callable[[int], Village]]:
    for limit, value in (("LARGE", 40), ("MOST_CHANGED", 0.4), ("MOST_MOVED", 0.2)):
        monkeypatch.setattr(local_finish, limit, value)
    monkeypatch.setattr(local_terms, "_MANY", 2)
    with soak_kills.hashed_encoding():
        place = soak_kills.make_place(tmp_path)
        yield lambda seed: Village(place, seed)


def whole(place: Settings, index: Path) -> Store:
    """The same corpus, written whole."""
    other = replace(place, index=index)
    draft = open_draft(other, full=True)
    build(read_corpus(place.data), input_hashes(place.data), HashedEncoder(), draft, quiet)
    return open_store(other)


def same(one: Store, other: Store, data: Path, chance: random.Random) -> None:
    corpus = read_corpus(data)
    texts = {reading.name: reading.text for reading in corpus.readings}
    ids = other.sheet_ids({})
    assert one.sheet_ids({}) == ids == [sheet.id for sheet in corpus.sheets]
    assert one.sheets(ids) == other.sheets(ids) == list(corpus.sheets)
    for facet, counts in other.facets().items():
        assert list(one.facets()[facet].items()) == list(counts.items())
    concepts = [concept.term for concept in corpus.concepts]
    assert one.naming(concepts) == other.naming(concepts)
    words = sorted({term for sheet in corpus.sheets for found in sheet_fields(sheet).values() for term in found})
    assert one.bearing(words) == other.bearing(words)
    assert one.rarity(words) == other.rarity(words)
    assert one.examples()[0] == other.examples()[0]
    assert one.examples()[1] == pytest.approx(other.examples()[1], abs=4e-3)
    assert (one.manifest.sheets, one.manifest.passages) == (other.manifest.sheets, other.manifest.passages)
    for number in range(8):
        vector = HashedEncoder().encode_question(str(chance.random()))
        facets = {
            facet: tuple(chance.sample([*other.facets()[facet], "x"], k=min(2, len(other.facets()[facet]))))
            for facet in chance.sample([Facet.STATUS, Facet.KEYWORDS, Facet.DEPARTMENT, Facet.STRUCTURE], k=number % 3)
        }
        assert one.sheet_ids(facets) == other.sheet_ids(facets)
        asked = {concept: chance.random() + 0.1 for concept in chance.sample(concepts, k=min(2, len(concepts)))}
        terms = chance.sample(words, k=min(4, len(words)))
        for limit in (4, 10_000):
            ours, theirs = (store.search(vector, terms, asked, facets, limit) for store in (one, other))
            close(dict(ours.passages), dict(theirs.passages), limit)
            close(ours.sheets, theirs.sheets, limit)
            close(ours.concepts, theirs.concepts, limit)
            for passage, _ in ours.passages:
                sheet = one.sheets([passage.sheet_id])[0]
                section = sheet.sections[passage.section]
                assert section.start <= passage.start < passage.end <= section.end <= len(texts[sheet.source])
        for sheet_id in chance.sample(ids, k=3):
            assert dict(one.similarities(vector, sheet_id)) == pytest.approx(
                dict(other.similarities(vector, sheet_id)), abs=1e-5
            )
            assert one.overview(vector, sheet_id) == pytest.approx(other.overview(vector, sheet_id), abs=1e-5)
            held = [dict(store.encoded(sheet_id)) for store in (one, other)]
            assert list(held[0]) == list(held[1])
            assert np.allclose(list(held[0].values()), list(held[1].values()), atol=1e-5)


def close(ours, theirs, limit: int) -> None:
    """The same, best first, but for what ties at the last place."""
    assert list(ours.values()) == pytest.approx(list(theirs.values()), abs=1e-5)
    last = min(theirs.values(), default=0)
    sure = {key for key, value in theirs.items() if value > last + 1e-5}
    assert sure <= set(ours)
    assert set(ours) == set(theirs) or len(ours) == limit


@pytest.mark.parametrize("lists", [False, True], ids=["all compared", "lists of neighbours"])
@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_after_whatever_happened_it_answers_as_written_whole(village, tmp_path, monkeypatch, seed, lists):
    if lists:
        for name, value in (("MOST_COMPARED", 30), ("_MOST_LEFT", 10), ("_READ", 1.0), ("_WIDER", 9)):
            monkeypatch.setattr(local_nearest, name, value)
    story, chance = village(seed), random.Random(seed)
    told: list[str] = []
    for happen in [*[story.happen] * STEPS, story.many, story.full, story.add]:
        told.append(happen() or "")
        assert check_index(story.place) == [], told
        one, other = open_store(story.place), whole(story.place, tmp_path / "whole")
        same(one, other, story.place.data, chance)
        one.close()
        other.close()
    assert CHANGES in one.manifest.files, "the last of it, at least"
