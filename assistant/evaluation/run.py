"""Running an evaluation: judged files to results, with what a report needs beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from assistant.answer import Assistant
from assistant.batch import answer_all, read_questions
from assistant.corpus.corpus import source_texts
from assistant.errors import JudgedError
from assistant.evaluation.compare import compare
from assistant.evaluation.measures import Judged, Result, measure
from assistant.evaluation.summary import report
from assistant.retrieval.abstention import Calibration

Files = Mapping[str, Sequence[Judged]]
T = TypeVar("T")
_NEVER_REFUSES = Calibration(threshold=0.0, intercept=0.0, weights={})


class Progress(Protocol):
    """Passes items on and shows how many have passed."""

    def __call__(self, items: Iterable[T], total: int, label: str) -> Iterable[T]: ...


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``files`` are the results of each judged file; ``figures`` the document of ``--json``."""

    files: Mapping[str, Sequence[Result]]
    figures: dict[str, Any]

    @property
    def results(self) -> list[Result]:
        return [result for found in self.files.values() for result in found]


def read_judged(paths: Sequence[Path]) -> dict[str, list[Judged]]:
    """The questions of each file, by its path as given.

    Raises:
        JudgedError: a file cannot be read, or two hold the same id.
    """
    files = {str(path): read_questions(path, Judged) for path in paths}
    holder: dict[str, str] = {}
    for path, name in zip(paths, map(str, paths), strict=True):
        for question in files[name]:
            if question.id in holder:
                raise JudgedError(
                    f"{path}\u00a0: l’identifiant {question.id} est déjà pris dans {holder[question.id]}.",
                    "Mesurez ces fichiers l’un après l’autre, ou donnez-lui un autre identifiant.",
                )
            holder[question.id] = name
    return files


def evaluate(
    assistant: Assistant, files: Files, run: Sequence[dict[str, Any]] | None, progress: Progress
) -> Evaluation:
    """Answer and measure every question.

    Args:
        run: the answers of another run on the same questions, to be compared with.
    """
    sources = source_texts(assistant.settings.data)
    questions = _all(files)
    results = measure(questions, _answers(assistant, questions, progress), sources)
    by_id = {result.judged.id: result for result in results}
    by_file = {name: [by_id[question.id] for question in found] for name, found in files.items()}
    figures = report(results, by_file if len(by_file) > 1 else None)
    if run is not None:
        figures["comparison"] = compare(measure(questions, run, sources), results)
    return Evaluation(by_file, figures)


def without_needs(assistant: Assistant, files: Files, progress: Progress) -> dict[str, Any]:
    """What the needs file brings to the ranking: the differences, by group, of with less without.

    Nothing is refused on either side: abstention weighs the needs, so that without them its
    threshold has no sense.
    """
    questions = [question for question in _all(files) if question.relevant]
    results = []
    for needs in (False, True):
        ranking = Assistant.open(replace(assistant.settings, needs=needs), _NEVER_REFUSES)
        results.append(measure(questions, _answers(ranking, questions, progress), {}))
    differences: dict[str, Any] = compare(*results)["differences"]
    return differences


def _all(files: Files) -> list[Judged]:
    return [question for found in files.values() for question in found]


def _answers(assistant: Assistant, questions: Sequence[Judged], progress: Progress) -> list[dict[str, Any]]:
    return list(progress(answer_all(assistant, questions), len(questions), "Questions"))
