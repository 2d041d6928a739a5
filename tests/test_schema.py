"""The schema: a fault in it is refused with its line; the real one knows every placeholder."""

from __future__ import annotations

import pytest

from assistant.corpus.schema import letters, load_schema
from assistant.errors import SchemaError
from assistant.values import Facet, Kind, Role


@pytest.fixture
def changed(repository, tmp_path):
    """``changed(old, new)`` loads the real schema with one change, and gives the line of that change."""

    def run(old: str, new: str):
        text = (repository / "data" / "schema.yaml").read_text("utf-8")
        assert old in text
        path = tmp_path / "schema.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path, text[: text.index(old)].count("\n") + 1

    return run


def test_the_real_schema_names_every_role_and_facet(corpus):
    assert set(corpus.schema.roles) == set(Role)
    fed = {label.facet for label in corpus.schema.labels if label.facet}
    assert fed == set(Facet) - {Facet.DEPARTMENT, Facet.REGION}  # both are read from the structure
    assert all(label.kind is Kind.CHOICE for label in corpus.schema.labels if label.facet)


@pytest.mark.parametrize(
    ("old", "new", "shift"),
    [
        ("    role: summary", "    role: resume", 0),
        ("    facet: dimension", "    facet: couleur", 0),
        ("    kind: text", "    kind: texte", 0),
        ("    optional: true", "    optionnal: true", 0),
        ("  - label: Dimension", "  - label: [Dimension", 1),
        ("  - 'p\\.?j\\.?\\s?\\d*\\.?'", "  - 'p(j'", 0),
        ("  - label: Résumé\n    kind: text", "  - label: Résumé\n    values: [Un]\n    kind: text", 0),
    ],
    ids=["role", "facet", "kind", "key", "bad YAML", "bad regex", "values of a text"],
)
def test_a_fault_is_refused_with_its_line(changed, old, new, shift):
    path, line = changed(old, new)
    with pytest.raises(SchemaError) as refused:
        load_schema(path)
    assert str(path) in str(refused.value)
    assert f"ligne {line + shift} " in str(refused.value)


def test_a_label_defined_twice_is_refused_with_its_line(changed):
    path, line = changed("  - label: Public\n", "  - label: Résumé\n")
    with pytest.raises(SchemaError, match="libellé défini deux fois") as refused:
        load_schema(path)
    assert "Résumé" in str(refused.value)
    text = path.read_text("utf-8").split("\n")
    lines = [number for number, each in enumerate(text, start=1) if each == "  - label: Résumé"]
    assert line in lines
    assert any(f"ligne {number} " in str(refused.value) for number in lines), str(refused.value)


def test_a_role_without_a_name_is_refused(changed):
    path, _ = changed("  limits: Limites\n", "")
    with pytest.raises(SchemaError, match="limits"):
        load_schema(path)


def test_letters_tell_a_label_written_almost_right(corpus):
    assert letters("- Suite de l’action:limites.") == letters("Suite de l'action : Limites")
    assert len(corpus.schema.by_key) == len(corpus.schema.labels)


@pytest.mark.parametrize(
    "text",
    """Cf document joint|cf docment joint|CF DOCUMENT JOINT.|PJ3|pj|P.J. 2|Voir budget joint.|voir la fiche d'action|.|…
Difficile à quantifier|non renseigné|néant|R.A.S.|à compléter|
Pour les moyens financiers, matériels et humains, voir la fiche d'action""".replace("\n", "|").split("|"),
)
def test_placeholders_are_known(corpus, text):
    if text:
        assert corpus.schema.is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "4",
        "budget thé/café",
        "Il est difficile à quantifier le nombre de bénévoles.",
        "Les habitants sont venus voir la fiche projet affichée.",
        "Le document joint par la Caf a été lu par tous.",
        "Cette action n'a pas de limites",
        "PJJ et Caf",
    ],
)
def test_what_says_something_is_no_placeholder(corpus, text):
    assert not corpus.schema.is_placeholder(text)
