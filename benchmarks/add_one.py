"""What adding one sheet to many costs, beside encoding its passages: `assistant add` on a made-up corpus.

    python -m benchmarks.add_one --sheets 10000

The corpus is indexed by an encoder that costs nothing, under the name of the default model; the sheets that are
added are encoded by the default model itself. Its passages are encoded alone first, by an engine that is open, and
the most that adding may take is 1.2 times that and a second. Sheets are added within one process, where only the
imports have been paid for, then by the command, which pays for all.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from assistant.corpus.corpus import DEPARTMENTS, SCHEMA
from assistant.corpus.places import load_departments
from assistant.corpus.reader import read_source
from assistant.corpus.schema import load_schema
from assistant.indexing.encoder import DEFAULT_MODEL, open_encoder
from assistant.indexing.passages import overview_text, passage_text, split_sheet
from assistant.ingest import add_files
from assistant.settings import Settings
from assistant.stores import open_store
from assistant.update import update_index
from benchmarks.hashed_encoder import HashedEncoder
from benchmarks.reliability import figure, write_row

_DATA = Path(__file__).resolve().parent.parent / "data"
_EXPORT = "actions/actions-centres-sociaux.txt"
_PER_SOURCE = 1000
_TIMES = 5
_ASSISTANT = "from assistant.cli import main; main()"


def make_data(folder: Path, sheets: int, chance: random.Random) -> None:
    """A data folder of made-up sheets: the labels of the real one, its words drawn anew."""
    (folder / "actions").mkdir(parents=True)
    for path in _DATA.iterdir():
        if path.is_file() and path.name not in ("needs.yaml", "background.yaml"):
            shutil.copy(path, folder)
    text = (_DATA / _EXPORT).read_text("utf-8")
    words = [word for word in text.split() if word.isalpha() and word != "Actions"]
    for first in range(0, sheets, _PER_SOURCE):
        made = [made_up(number, words, chance) for number in range(first, min(first + _PER_SOURCE, sheets))]
        (folder / "actions" / f"federation-{first:05d}.txt").write_text("".join(made), encoding="utf-8")


def made_up(number: int, words: list[str], chance: random.Random) -> str:
    """A sheet of about the size of the real ones: 3 kB, a dozen passages."""

    def text(count: int) -> str:
        return "\n".join(" ".join(chance.choices(words, k=12)).capitalize() + "." for _ in range(count // 12))

    return (
        f"Actions\nFiche {number} {' '.join(chance.choices(words, k=3))}\n"
        f"- Structure organisatrice\n- Centre {number % 700} - Aube\n- Statut de l'action\n- En cours\n"
        f"- Dimension\n- Services\n- Mots clés associés à l'action\n- Culture\n- Résumé\n{text(60)}\n"
        "- Qui est à l'initiative de l'action ?\n- Le centre social\n- Territoire concerné\n- Un quartier\n"
        "- Description de l'expérience, ses objectifs, ses acteurs et ses différentes phases.\n"
        f"{text(180)}\n- Public\n- Seniors\n- Avec qui cette action a-t-elle été menée ?\n- Association locale\n"
        f"- Description générale\n{text(84)}\n- Ressources financières mobilisées pour cette action\n{text(24)}\n"
        f"- Nombre de personnes mobilisés pour cette action\n{text(12)}\n- Résultat sur le territoire\n{text(36)}\n"
        f"- Résultat pour le centre social\n{text(24)}\n- Résultat pour les habitants\n{text(24)}\n"
        f"- Suite de l'action : Limites\n{text(36)}\n- Suite de l'action : Perspectives\n{text(24)}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sheets", type=int, default=10_000)
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    arguments = parser.parse_args()
    chance = random.Random(7)
    encoder = HashedEncoder(384)
    encoder.name = DEFAULT_MODEL
    with tempfile.TemporaryDirectory() as name:
        place = Settings(data=Path(name) / "data", index=Path(name) / "index")
        make_data(place.data, arguments.sheets, chance)
        began = time.perf_counter()
        with patch("assistant.update.open_encoder", lambda _name, _asking=None: encoder):
            manifest = update_index(place, None, False, _silent).manifest
        print(f"{manifest.sheets} sheets, {manifest.passages} passages, indexed in {time.perf_counter() - began:.1f} s")
        words = "soupe jardin atelier rencontre voisins repas lecture marche".split()
        paths = [Path(name) / f"une-{number}.txt" for number in range(2 * _TIMES)]
        for number, path in enumerate(paths):
            path.write_text(made_up(arguments.sheets + number, words, chance), encoding="utf-8")
        alone = encoding(place, paths[:_TIMES])
        profile = cProfile.Profile()
        within = [_within(place, path, profile if arguments.profile else None) for path in paths[:_TIMES]]
        command = [_command(place, path) for path in paths[_TIMES:]]
        if arguments.profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        store = open_store(place)
        faults = store.check()
        if store.manifest.sheets != arguments.sheets + len(paths):
            raise SystemExit(f"{store.manifest.sheets} sheets in the end: not every one was added")
    most = 1.2 * min(alone) + 1
    measured = (
        f"to {figure(arguments.sheets)} sheets ({figure(manifest.passages)} passages), the best of {_TIMES}: "
        f"{min(within):.2f} s once imported, {min(command):.2f} s the whole command; its passages alone are encoded in "
        f"{min(alone):.2f} s, so at most {most:.2f} s was asked for; {len(faults)} faults found afterwards"
    )
    write_row("one more sheet", measured, f"python -m benchmarks.add_one --sheets {arguments.sheets}")


def encoding(place: Settings, paths: list[Path]) -> list[float]:
    """Seconds to encode what an index holds of each of these sheets, by an engine that is open."""
    encoder = open_encoder(DEFAULT_MODEL, place)
    encoder.encode_passages(["Un texte pour ouvrir le moteur."])
    schema, departments = load_schema(place.data / SCHEMA), load_departments(place.data / DEPARTMENTS)
    seconds = []
    for path in paths:
        (sheet,) = read_source(path.name, path.read_bytes(), schema, departments).sheets
        texts = [passage_text(sheet, passage) for passage in split_sheet(sheet, schema)]
        began = time.perf_counter()
        encoder.encode_passages([*texts, overview_text(sheet)])
        seconds.append(time.perf_counter() - began)
    return seconds


def _within(place: Settings, path: Path, profile: cProfile.Profile | None) -> float:
    began, busy = time.perf_counter(), time.process_time()
    if profile:
        profile.enable()
    add_files(place, [path], None, _silent, print)
    if profile:
        profile.disable()
    seconds = time.perf_counter() - began
    print(f"added in {seconds:.2f} s ({time.process_time() - busy:.2f} s of CPU)")
    return seconds


def _command(place: Settings, path: Path) -> float:
    folders = ["--data", str(place.data), "--index", str(place.index)]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", _ASSISTANT, "add", str(path), *folders], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def _silent(_done: int, _total: int) -> None:
    return


if __name__ == "__main__":
    main()
