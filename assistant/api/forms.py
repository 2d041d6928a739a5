"""What a program asks, as models: they refuse what is malformed, and describe themselves in French."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.corpus.catalogue import Order
from assistant.values import Facet, Role

MOST_CHARACTERS = 2000  # of any text; the settings may allow a question less
MOST_TURNS = 50
MOST_SHEETS = 50  # of an answer
MOST_LISTED = 200  # of a page of the list
MOST_VALUES = 50  # of one filter
COMPARED = (2, 6)

_Text = Annotated[str, Field(max_length=MOST_CHARACTERS)]
_Values = Annotated[list[_Text], Field(max_length=MOST_VALUES)]
_Id = Annotated[str, Field(min_length=1, max_length=200, description="Identifiant d’une fiche.")]


class Form(BaseModel):
    """A name that is not expected is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Filters(Form):
    """Values that a sheet must bear, alternatives within one facet."""

    public: _Values = Field(default=[], description="Publics visés.")
    territoire: _Values = Field(default=[], description="Territoires.")
    statut: _Values = Field(default=[], description="États de l’action.")
    dimension: _Values = Field(default=[], description="Dimensions.")
    keywords: _Values = Field(default=[], alias="mots-clés", description="Mots-clés.")
    initiative: _Values = Field(default=[], description="À l’initiative de qui.")
    partenaires: _Values = Field(default=[], description="Partenaires.")
    structure: _Values = Field(default=[], description="Centres sociaux.")
    department: _Values = Field(default=[], alias="département", description="Départements.")
    region: _Values = Field(default=[], alias="région", description="Régions.")

    def by_facet(self) -> dict[Facet, tuple[str, ...]]:
        """The facets that are given values."""
        return {facet: tuple(values) for facet, values in self._given() if values}

    def _given(self) -> Iterator[tuple[Facet, list[str]]]:
        names: Mapping[str, str] = {name: field.alias or name for name, field in Filters.model_fields.items()}
        for name, written in names.items():
            yield Facet(written), getattr(self, name)


class Asked(Form):
    """A question with the earlier ones of its conversation."""

    model_config = ConfigDict(strict=True)

    question: _Text = Field(
        min_length=1,
        description="La question, en français, comme elle vient.",
        examples=["Comment lutter contre l’isolement des seniors en milieu rural\u202f?"],
    )
    history: list[_Text] = Field(
        default=[], max_length=MOST_TURNS, description="Les questions précédentes de la conversation, de la première."
    )
    filters: Filters = Field(default=Filters(), description="Choix imposés aux fiches.")
    top: int | None = Field(
        default=None, ge=1, le=MOST_SHEETS, description="Nombre de fiches au plus\u00a0; sinon le réglage du serveur."
    )
    as_typed: bool = Field(default=False, description="Lire les mots tels quels, sans les corriger.")


class Listed(Filters):
    """A page of the list of sheets."""

    words: str = Field(default="", max_length=200, description="Débuts de mots que la fiche contient tous.")
    order: Order = Field(default=Order.CORPUS, description="Le tri.")
    limit: int = Field(default=MOST_LISTED, ge=1, le=MOST_LISTED, description="Nombre de fiches au plus.")
    offset: int = Field(default=0, ge=0, le=10**6, description="Nombre de fiches à passer.")


class Counted(Filters):
    """Under which choices values are counted."""


class Compared(Form):
    """Sheets to set side by side."""

    sheets: list[_Id] = Field(
        min_length=COMPARED[0], max_length=COMPARED[1], description="Identifiants des fiches, dans l’ordre voulu."
    )
    sections: list[Role] = Field(
        default=[], max_length=len(Role), description="Rubriques voulues\u00a0; sinon les principales."
    )


class Read(Form):
    """One sheet to read."""

    sheet: _Id
