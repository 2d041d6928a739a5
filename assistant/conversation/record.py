"""A conversation as JSON, and back: what was changed by hand is refused, what is too long too."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.conversation.state import MOST_TURNS, Conversation, Need, Turn
from assistant.errors import ConversationError
from assistant.replies import TurnKind
from assistant.values import Facet, Role

FORM = 1
MOST_BYTES = 4_000_000
_Text = Annotated[str, Field(max_length=20_000)]
_Id = Annotated[str, Field(min_length=1, max_length=200)]
_Number = Annotated[str, Field(pattern=r"^[0-9]{2,4}$")]
_MOST_NUMBERS = 100
_Values = dict[Facet, Annotated[tuple[_Text, ...], Field(max_length=200)]]
_Ids = Annotated[tuple[_Id, ...], Field(max_length=100_000)]
_REMEDY = "Commencez une nouvelle conversation, ou reprenez le fichier tel qu’il a été enregistré."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Need(_Strict):
    text: _Text
    facets: _Values
    excluded: _Values
    preferred: _Values
    dropped: Annotated[tuple[_Text, ...], Field(max_length=200)]
    pieces: Annotated[tuple[_Text, ...], Field(max_length=MOST_TURNS)] = ()


class _Turn(_Strict):
    question: _Text
    kind: TurnKind
    need: _Need
    roles: Annotated[tuple[Role, ...], Field(max_length=len(Role))]
    shown: _Ids
    scores: Annotated[tuple[Annotated[float, Field(allow_inf_nan=False)], ...], Field(max_length=100_000)]
    listed: _Ids
    focus: _Id | None
    near: _Ids = ()


class _Record(_Strict):
    form: int
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    turns: Annotated[tuple[_Turn, ...], Field(max_length=MOST_TURNS)]
    danger: Annotated[tuple[_Number, ...], Field(max_length=_MOST_NUMBERS)] = ()
    sha256: str


_STATE = TypeAdapter(Conversation)


def to_json(conversation: Conversation) -> str:
    """The conversation as one JSON document, with a digest of what it says."""
    document = {"form": FORM, **_STATE.dump_python(conversation, mode="json")}
    return json.dumps({**document, "sha256": _digest(document)}, ensure_ascii=False)


def from_json(text: str) -> Conversation:
    """The conversation of a JSON document.

    Raises:
        ConversationError: it is not such a document, was changed since it was written, or is too long.
    """
    if len(text) > MOST_BYTES:
        raise ConversationError("La conversation enregistrée est trop longue.", _REMEDY)
    try:
        document = json.loads(text)
        record = _Record.model_validate(document)
    except (ValidationError, ValueError, RecursionError):
        raise ConversationError("La conversation enregistrée ne peut pas être lue.", _REMEDY) from None
    said = {name: value for name, value in document.items() if name != "sha256"}
    whole = all(len(turn.shown) == len(turn.scores) for turn in record.turns)
    if record.form != FORM or not whole or record.sha256 != _digest(said):
        raise ConversationError("La conversation enregistrée a été modifiée.", _REMEDY)
    return Conversation(tuple(_turn(turn) for turn in record.turns), record.seed, record.danger)


def _turn(turn: _Turn) -> Turn:
    facets, excluded, preferred = map(_chosen, (turn.need.facets, turn.need.excluded, turn.need.preferred))
    need = Need(turn.need.text, facets, excluded, preferred, turn.need.dropped, turn.need.pieces)
    return Turn(turn.question, turn.kind, need, turn.roles, turn.shown, turn.scores, turn.listed, turn.focus, turn.near)


def _chosen(values: _Values) -> _Values:
    """Without the facets of which nothing is chosen: elsewhere, each that is named has a value."""
    return {facet: chosen for facet, chosen in values.items() if chosen}


def _digest(document: dict[str, object]) -> str:
    """SHA-256 of the document, keys in order: tells a change, not who made it."""
    written = json.dumps(document, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()
