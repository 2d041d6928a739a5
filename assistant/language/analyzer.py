"""Terms: what is indexed and looked up. Folded, elisions cut, sigles closed up, stop words out, stemmed.

Folding comes before stemming, so that « prevention sante » typed without accents meets
« prévention santé ». Stems are Snowball's French ones (https://snowballstem.org/algorithms/french).
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from assistant.language.folding import fold, remembered

_SIGLE = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?|\b(?:[^\W\d_]\.)+[^\W\d_]\b")
# « bien-être », « maison pour tous »: compounds that carry a subject though no part does by itself
_COMPOUND = (
    r"bien-[êe]tre|entre-soi|aller[- ]vers|maisons?[- ]pour[- ]tous|chez[- ]soi d'abord"
    r"|sans-(?:abris?|logis|papiers?)|rendez-vous"
)
_WORD = re.compile(rf"\b(?:{_COMPOUND})\b|[^\W_]+(?:'[^\W_]+)*", re.IGNORECASE)
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)'", re.IGNORECASE)
_SUMMER = re.compile(r"[dl]'ete")
_APOSTROPHES = str.maketrans("’‘ʼ", "'''")

# Words that carry no subject: Snowball's French list, with the words that only frame a question.
STOP_WORDS = frozenset(
    fold(word)
    for word in """
a ai aie aient ait as au aura aurai auraient aurais aurait auront aussi autre autres aux avaient avais avait
avant avec avez aviez avoir avons ayant bien c ca car ce ceci cela celle celles celui ces cet cette ceux chaque
chez comme comment d dans de depuis des deux donc dont du durant elle elles en encore entre es est et etaient
etais etait etant ete etes etre eu eux fait faire faites faut fois font fut hors ici il ils j je juste l la le
les leur leurs lors lui m ma mais me meme memes mes mien moi moins mon n ne ni nos notre nous on ont ou par
parce pas peu peut peuvent plus plutot pour pourquoi pourrait puis qu quand que quel quelle quelles quels
quelque quelques qui quoi s sa sans se sera seront ses si sien soi soient sois soit sommes son sont sous suis
sur t ta tandis te tel telle tes toi ton tous tout toute toutes tres tu un une va vers veut veux voici voila vos
votre vous vraiment y dites dis dit donne donner donnez connaissez existe existent auriez pouvez puis-je est-ce
cherche cherchons recherche trouver trouve voudrais voudrait aimerais aimerait souhaite souhaitons bonjour
bonsoir salut merci svp stp lutter contre truc trucs chose choses idee idees exemple exemples fiche fiches
action actions question autour genre type sorte
""".split()
)

# the plurals that Snowball leaves apart from their singulars: nouns in -eu, -ail and -yau
_SINGULARS = {
    **{f"{noun}x": noun for noun in "adieu aveu cheveu enjeu feu jeu milieu neveu noyau boyau tuyau voeu".split()},
    "baux": "bail", "travaux": "travail", "vitraux": "vitrail", "yeux": "oeil",
}  # fmt: skip

_stemmers = threading.local()


class Token(NamedTuple):
    """A word as it is written, less its elision, and its stem."""

    word: str
    term: str


def tokens(text: str) -> list[Token]:
    """The words of ``text`` that carry a subject, in order, repeated as they are repeated.

    Elisions are cut (l’isolement) and dotted sigles closed up (C.A.F. -> CAF).
    """
    return list(_read(text))


@remembered
def _read(text: str) -> tuple[Token, ...]:
    closed = _SIGLE.sub(lambda sigle: sigle.group().replace(".", "") + " ", text.translate(_APOSTROPHES))
    return tuple(filter(None, map(_token, _WORD.findall(closed))))


@lru_cache(maxsize=20_000)
def _token(written: str) -> Token | None:
    """A word as it stands in a text; None when it carries no subject."""
    word = _ELISION.sub("", written).replace("'", "")
    folded = fold(word)
    # « l’été », « d’été » is the summer; « été » alone is mostly what has been
    if not folded or (folded in STOP_WORDS and not _SUMMER.fullmatch(fold(written))):
        return None
    return Token(word, stem(folded.replace("-", "").replace(" ", "")))


def terms(text: str) -> list[str]:
    """The stems of the words that carry a subject, in order, repeated as they are repeated."""
    return [token.term for token in tokens(text)]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The French stem of one folded word."""
    stemmer: Stemmer.Stemmer | None = getattr(_stemmers, "french", None)
    if stemmer is None:
        # a Stemmer keeps state between calls and must not be shared by threads
        stemmer = _stemmers.french = Stemmer.Stemmer("french")
    return fold(stemmer.stemWord(_SINGULARS.get(word, word)))
