"""What programs may ask of the sheets: a form in, a document out. HTTP and MCP both answer with these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answer import Assistant
from assistant.api.forms import Asked, Compared, Counted, Filters, Listed
from assistant.conversation.comparison import compare
from assistant.conversation.state import Conversation
from assistant.corpus.catalogue import Catalogue, Wanted
from assistant.corpus.schema import Schema
from assistant.errors import QuestionError, UnknownSheet, UsageError
from assistant.export.json_form import answer_document, sheet_document, sheet_line
from assistant.export.turn_json import board_document
from assistant.replies import Answer
from assistant.typography import guillemets
from assistant.values import Facet, Sheet

Document = dict[str, Any]
_MOST_NAMED = 40  # possible values in an error


@dataclass(frozen=True, slots=True)
class Held:
    """The sheets of one version of the corpus."""

    catalogue: Catalogue
    schema: Schema
    version: str


def _unnoted(_question: str, _answer: Answer) -> None:
    """Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Safe to use from several threads, and while another version of the corpus takes the place of this one.

    ``assistant`` gives the one that answers, or says why it cannot yet; ``held`` the sheets in force; ``note`` is told
    each question with its answer.
    """

    assistant: Callable[[], Assistant]
    held: Callable[[], Held]
    note: Callable[[str, Answer], None] = _unnoted

    def ask(self, asked: Asked) -> Document:
        """The answer to a question, after the earlier ones of its conversation.

        Raises:
            QuestionError: a question cannot be asked, or no sheet bears a value of a filter.
            FailureError: the assistant does not answer yet.
        """
        return self.answer(asked.question, asked.history, asked.filters.by_facet(), asked.top, asked.as_typed)

    def answer(
        self,
        question: str,
        history: Sequence[str],
        filters: Mapping[Facet, tuple[str, ...]],
        top: int | None,
        as_typed: bool,
    ) -> Document:
        """The same, of a form that was read otherwise.

        Raises:
            QuestionError, FailureError: as ``ask``.
        """
        assistant = self.assistant()
        check_values(filters, assistant.store.facets())
        conversation = Conversation()
        for turn in history:
            _, conversation = assistant.ask(turn, conversation)
        found, _ = assistant.ask(question, conversation, filters, top, as_typed)
        self.note(question, found)
        return answer_document(found)

    def sheets(self, listed: Listed) -> Document:
        """A page of the list of sheets.

        Raises:
            QuestionError: no sheet bears a value of a filter.
        """
        held = self.held()
        found = held.catalogue.find(Wanted(_choices(listed, held), listed.words, listed.order)).sheets
        page = found[listed.offset : listed.offset + listed.limit]
        lines = [sheet_line(sheet) for sheet in page]
        return {"total": len(found), "offset": listed.offset, "sheets": lines, "corpus": held.version}

    def sheet(self, sheet_id: str) -> Document:
        """One sheet, whole.

        Raises:
            UnknownSheet
        """
        held = self.held()
        return {**sheet_document(_find(sheet_id, held)), "corpus": held.version}

    def facets(self, counted: Counted) -> Document:
        """The values of every facet, with how many sheets there would be with each.

        Raises:
            QuestionError: no sheet bears a value of a filter.
        """
        held = self.held()
        found = held.catalogue.find(Wanted(_choices(counted, held))).counts
        facets = {
            facet.value: [{"value": value, "sheets": sheets} for value, sheets in counts.items()]
            for facet, counts in found.items()
        }
        return {"facets": facets, "corpus": held.version}

    def compare(self, compared: Compared) -> Document:
        """Sheets side by side.

        Raises:
            UnknownSheet
            UsageError: a sheet stands there twice.
        """
        if len(set(compared.sheets)) < len(compared.sheets):
            raise UsageError("Une fiche est donnée deux fois.", "Donnez des fiches différentes.")
        held = self.held()
        sheets = [_find(sheet, held) for sheet in compared.sheets]
        return {**board_document(compare(sheets, held.schema, compared.sections)), "corpus": held.version}


def over(assistant: Assistant) -> Operations:
    """The operations of an open assistant."""
    store = assistant.store
    held = Held(Catalogue(store.sheets(store.sheet_ids({}))), assistant.schema, store.manifest.corpus_version)
    return Operations(lambda: assistant, lambda: held)


def check_values(
    filters: Mapping[Facet, Sequence[str]], known: Mapping[Facet, Sequence[str] | Mapping[str, int]]
) -> None:
    """Refuse a value that no sheet bears.

    Raises:
        QuestionError: says which values there are.
    """
    for facet, values in filters.items():
        unknown = next((value for value in values if value not in known[facet]), None)
        if unknown is not None:
            possible = list(known[facet])
            more = " …" if len(possible) > _MOST_NAMED else "."
            raise QuestionError(
                f"Aucune fiche n’a {guillemets(unknown)} pour {facet.value}.",
                f"Valeurs possibles\u00a0: {', '.join(possible[:_MOST_NAMED])}{more}",
            )


def _find(sheet_id: str, held: Held) -> Sheet:
    sheet = held.catalogue.get(sheet_id)
    if sheet is None:
        raise UnknownSheet(sheet_id)
    return sheet


def _choices(filters: Filters, held: Held) -> Mapping[Facet, tuple[str, ...]]:
    choices = filters.by_facet()
    check_values(choices, {facet: held.catalogue.values(facet) for facet in choices})
    return choices
