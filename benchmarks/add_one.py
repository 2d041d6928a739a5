"""What adding one sheet to many costs, beside encoding its passages: a made-up corpus, an encoder that costs nothing.

    python -m benchmarks.add_one --sheets 10000

As the encoder costs nothing, the time shown is all that comes on top of encoding the sheet's passages.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import shutil
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from assistant.ingest import add_files
from assistant.settings import Settings
from assistant.update import update_index
from benchmarks.hashed_encoder import HashedEncoder

_DATA = Path(__file__).resolve().parent.parent / "data"
_EXPORT = "actions/actions-centres-sociaux.txt"
_PER_SOURCE = 1000


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
    with (
        tempfile.TemporaryDirectory() as name,
        patch("assistant.update.open_encoder", lambda _name, _asking=None: encoder),
    ):
        place = Settings(data=Path(name) / "data", index=Path(name) / "index")
        make_data(place.data, arguments.sheets, chance)
        began = time.perf_counter()
        manifest = update_index(place, None, False, _silent).manifest
        print(f"{manifest.sheets} sheets, {manifest.passages} passages, indexed in {time.perf_counter() - began:.1f} s")
        words = "soupe jardin atelier rencontre voisins repas lecture marche".split()
        for number in (1, 2):
            path = Path(name) / f"une-{number}.txt"
            path.write_text(made_up(arguments.sheets + number, words, chance), encoding="utf-8")
            profile = cProfile.Profile()
            began = time.perf_counter()
            if arguments.profile and number == 2:
                profile.enable()
            busy = time.process_time()
            add_files(place, [path], None, _silent, print)
            profile.disable()
            spent = time.process_time() - busy
            print(f"one more added in {time.perf_counter() - began:.2f} s ({spent:.2f} s of CPU) beside its encoding")
        if arguments.profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def _silent(_done: int, _total: int) -> None:
    return


if __name__ == "__main__":
    main()
