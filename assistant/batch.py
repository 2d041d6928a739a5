"""Many questions from a JSON Lines file, answered into another; all or nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answer import Assistant
from assistant.conversation.state import Conversation
from assistant.errors import JudgedError, QuestionError
from assistant.export.json_form import answer_document
from assistant.typography import guillemets


class Question(BaseModel):
    """A line of a questions file; ``history`` are the earlier questions of its conversation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    question: str
    history: tuple[str, ...] | None = None


QuestionT = TypeVar("QuestionT", bound=Question)


def read_questions(path: Path, form: type[QuestionT]) -> list[QuestionT]:
    """The questions of a file, blank lines left out.

    Raises:
        JudgedError: the file cannot be read, or a line is not such a question; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgedError(
            f"{path} ne peut pas être lu ({type(error).__name__}).", "Donnez un fichier JSON Lines en UTF-8."
        ) from None
    questions: dict[str, QuestionT] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = form.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            fault = f"champ {guillemets(field)} absent ou fautif" if field else "JSON illisible"
            raise JudgedError(
                f"{path}, ligne {number}\u00a0: {fault}.", "Corrigez cette ligne\u00a0; aucune réponse n’a été écrite."
            ) from None
        if question.id in questions:
            raise JudgedError(
                f"{path}, ligne {number}\u00a0: l’identifiant {question.id} est déjà pris.", "Donnez-en un autre."
            )
        questions[question.id] = question
    return list(questions.values())


def answer_all(assistant: Assistant, questions: Sequence[Question]) -> Iterator[dict[str, Any]]:
    """The answer of each question as a document, with its id; earlier turns are replayed first.

    A question that cannot be asked is not answered, and says why.
    """
    for question in questions:
        conversation = Conversation()
        try:
            for turn in question.history or ():
                _, conversation = assistant.ask(turn, conversation)
            answer, _ = assistant.ask(question.question, conversation)
        except QuestionError as error:
            yield {
                "id": question.id,
                "question": question.question,
                "answered": False,
                "message": str(error),
                "sheets": [],
                "nearest": [],
                "confidence": 0.0,
            }
            continue
        yield {"id": question.id, **answer_document(answer)}


def write_lines(path: Path, documents: Iterable[dict[str, Any]]) -> int:
    """Write one document a line, aside, then rename: a run cut short leaves no half-written file.

    Raises:
        JudgedError: the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        with draft.open("w", encoding="utf-8") as file:
            for document in documents:
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
                count += 1
        draft.replace(path)
    except OSError as error:
        raise JudgedError(
            f"{path} ne peut pas être écrit ({error.strerror}).", "Choisissez un autre fichier."
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    return count
