"""The report of an evaluation: README.md with its plots beside it. The same run writes the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.answer import Assistant
from assistant.errors import UsageError
from assistant.evaluation.plots import plot_kinds, plot_reliability
from assistant.evaluation.reliability import Bin, brier, reliability
from assistant.evaluation.run import Evaluation, Files, Progress, without_needs
from assistant.evaluation.wording import (
    MEASURE_NAMES,
    NOTHING,
    between,
    by_group,
    changes,
    group_name,
    number,
    signed,
    signed_between,
)
from assistant.typography import guillemets

README = "README.md"
KINDS = "ndcg.svg"
RELIABILITY = "fiabilite.svg"
_RANKING = ("ndcg", "mrr", "recall", "section_hit")
_QUOTING = ("coverage", "words_a_sheet", "exactness", "refusal", "false_refusal")
_RANKED = ("ndcg", "mrr", "recall")

_MEASURES = f"""## Ce qui est mesuré

- **nDCG@5**, gain 2^note − 1\u00a0: les bonnes fiches sont-elles en tête\u202f? Zéro quand la réponse est refusée
  à tort.
- **MRR**\u00a0: inverse du rang de la première fiche de la meilleure note. **Rappel@5**\u00a0: part des fiches
  utiles montrées, sur cinq au plus.
- **Section**\u00a0: une citation vient d’une section jugée d’une fiche de la meilleure note.
  **Couverture**\u00a0: part des extraits attendus qui sont cités. **Mots/fiche**\u00a0: mots cités par
  fiche\u00a0; couvrir en versant tout ne vaut rien.
- **Exactitude**\u00a0: part des citations qui sont, à la lettre et à leur place, dans le texte de la fiche.
- **Refus justes**\u00a0: part refusée des questions sans fiche. **Refus à tort**\u00a0: part refusée des autres.

Entre crochets, l’intervalle de confiance à 95\u00a0% (bootstrap par question, graine fixe). Les questions sont
partagées en deux moitiés selon leur identifiant\u00a0: on règle sur la moitié {guillemets("à régler")}, on regarde
l’autre pour vérifier.
"""


def write_report(
    folder: Path, assistant: Assistant, files: Files, evaluation: Evaluation, command: str, progress: Progress
) -> None:
    """Write the report in a folder, made if need be; asks the questions twice more, for the needs.

    Args:
        files: the judged questions that were evaluated.
        command: what made the report.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        plot_kinds(folder / KINDS, evaluation.figures)
        bins = reliability(evaluation.results)
        plot_reliability(folder / RELIABILITY, bins, assistant.calibration.threshold)
        manifest = assistant.store.manifest
        about = {
            "Commande": f"`{command}`",
            "Questions": f"{len(evaluation.results)} ({', '.join(f'`{name}`' for name in files)})",
            "Corpus": f"version `{manifest.corpus_version}`, {manifest.sheets} fiches, {manifest.passages} passages",
            "Modèle": f"`{manifest.model}`",
        }
        text = _report(evaluation, without_needs(assistant, files, progress), about, bins)
        (folder / README).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"Le rapport ne peut pas être écrit dans {folder} ({error.strerror}).", "Donnez un autre dossier."
        ) from None


def _report(evaluation: Evaluation, needs: Mapping[str, Any], about: Mapping[str, str], bins: Sequence[Bin]) -> str:
    figures = evaluation.figures
    blocks = [
        "# Évaluation",
        "\n".join(f"- {name}\u00a0: {value}" for name, value in about.items()),
        _MEASURES.rstrip(),
        "## Résultats",
        *_results(figures),
        f"![nDCG@5 par genre de question, avec son intervalle]({KINDS})",
    ]
    for name, found in figures.get("files", {}).items():
        blocks += [f"### {name}", *_results(found)]
    blocks += _reliability(evaluation, bins)
    blocks += _needs(needs)
    if "comparison" in figures:
        blocks += _comparison(figures["comparison"])
    return "\n\n".join(blocks) + "\n"


def _results(figures: Mapping[str, Any]) -> list[str]:
    return [_summaries(figures, _RANKING), _summaries(figures, _QUOTING)]


def _summaries(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    rows = [
        [group_name(group), str(found["questions"]), *(_cell(found, name) for name in names)]
        for group, found in by_group(figures).items()
    ]
    return _table(["questions", "n", *(MEASURE_NAMES[name] for name in names)], rows)


def _cell(found: Mapping[str, Any], name: str) -> str:
    if found[name] is None:
        return NOTHING
    return f"{number(found[name], name)} [{between(found['intervals'][name], name)}]"


def _reliability(evaluation: Evaluation, bins: Sequence[Bin]) -> list[str]:
    rows = [
        [
            f"{each.low:.1f}–{each.high:.1f}".replace(".", ","),
            str(each.questions),
            number(each.predicted),
            number(each.relevant),
        ]
        for each in bins
    ]
    return [
        "## L’abstention sait-elle ce qu’elle sait\u202f?",
        "Chaque réponse porte la probabilité que le corpus réponde à la question. Si elle dit vrai, les questions "
        "annoncées à 0,8 ont une fiche huit fois sur dix. Score de Brier (0 est le mieux)\u00a0: "
        f"{number(brier(evaluation.results))}. La probabilité est ajustée comme si la moitié des questions avaient "
        "une fiche\u00a0: quand elles sont plus nombreuses, les points se tiennent au-dessus de la diagonale.",
        f"![Probabilité annoncée et part des questions qui ont une fiche]({RELIABILITY})",
        _table(["annoncée", "n", "moyenne annoncée", "part qui a une fiche"], rows),
    ]


def _needs(differences: Mapping[str, Any]) -> list[str]:
    return [
        "## Avec et sans les besoins de needs.yaml",
        "Le classement seul, sur les questions qui ont une fiche. Rien n’est refusé d’un côté ni de l’autre\u00a0: "
        "l’abstention pèse les besoins, et sans eux son seuil n’a pas de sens. Dans chaque case\u00a0: sans → avec, "
        "puis la différence et son intervalle.",
        _differences(differences, _RANKED),
    ]


def _comparison(comparison: Mapping[str, Any]) -> list[str]:
    moved = comparison["moved"]
    blocks = [
        "## Comparaison avec une autre mesure",
        "Dans chaque case\u00a0: l’autre → celle-ci, puis la différence et son intervalle (bootstrap apparié).",
        _differences(comparison["differences"], _RANKING),
        _differences(comparison["differences"], _QUOTING),
        f"Questions qui ont bougé\u00a0: {len(moved)}" + (", la pire d’abord." if moved else "."),
    ]
    if moved:
        rows = [[move["id"], move["kind"], move["question"], changes(move)] for move in moved]
        blocks.append(_table(["id", "genre", "question", "mesures"], rows))
    return blocks


def _differences(differences: Mapping[str, Any], names: Sequence[str]) -> str:
    rows = [
        [group_name(group), str(found["questions"]), *(_difference(found[name], name) for name in names)]
        for group, found in differences.items()
        if any(found[name] for name in names)
    ]
    return _table(["questions", "n", *(MEASURE_NAMES[name] for name in names)], rows)


def _difference(found: Mapping[str, Any] | None, name: str) -> str:
    if found is None:
        return NOTHING
    both = f"{number(found['before'], name)} → {number(found['after'], name)}"
    return f"{both}, {signed(found['difference'], name)} [{signed_between(found['interval'], name)}]"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in row) + " |" for row in lines
    )
