"""Links: what is written is read back, and whatever is wrong is said in one sentence."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.catalogue import Order
from assistant.values import Facet, Role, Span
from assistant.web.address import Address, View
from assistant.web.shelf import Shelf, open_shelf


@pytest.fixture(scope="module")
def shelf(settings) -> Shelf:
    return open_shelf(settings)


def _read(shelf: Shelf, link: str) -> tuple[Address, str]:
    assert link.startswith("/?")
    return shelf.read(parse_qsl(link[2:], keep_blank_values=True))


@pytest.mark.parametrize("view", View)
def test_what_is_written_is_read_back(shelf: Shelf, view: View) -> None:
    sheets = shelf.catalogue.sheets
    address = Address(
        view,
        question="l’été & l’hiver ?",
        facets={Facet.PUBLIC: ("Seniors", "Adultes"), Facet.KEYWORDS: ("Démocratie & citoyenneté",)},
        words="jeux «d'été»",
        order=Order.TITLE,
        page=3,
        sheets=(sheets[2].id, sheets[0].id),
        sheet=sheets[1].id,
        extract=Span(sheets[1].start + 2, sheets[1].start + 9),
        roles=(Role.PERSPECTIVES, Role.FUNDING),
        rows=Facet.TERRITORY,
        corpus=shelf.version,
    )
    assert _read(shelf, shelf.link(address)) == (address, "")


@pytest.mark.parametrize(
    ("link", "view"),
    [("/?q=x", View.TALK), ("/?public=Seniors", View.BROWSE), ("/?vue=fiche", View.BROWSE), ("/?", View.TALK)],
)
def test_what_a_link_does_not_say_is_guessed(shelf: Shelf, link: str, view: View) -> None:
    address, fault = _read(shelf, link)
    assert address.view is view
    assert fault == ""


def test_a_sheet_alone_is_opened(shelf: Shelf) -> None:
    sheet = shelf.catalogue.sheets[0].id
    assert _read(shelf, f"/?fiche={sheet}")[0].view is View.SHEET


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("vue=nulle", "la vue «\u00a0nulle\u00a0» n’existe pas"),
        ("public=Martiens", "aucune fiche n’a «\u00a0Martiens\u00a0» pour public"),
        ("fiche=perdue", "la fiche «\u00a0perdue\u00a0» n’existe pas"),
        ("fiches=perdue", "la fiche «\u00a0perdue\u00a0» n’existe pas"),
        ("tri=x", "le tri"),
        ("p=-1", "la page"),
        ("p=0", "la page"),
        ("p=²", "la page"),
        ("rubriques=x", "la rubrique"),
        ("grille=x", "la grille"),
        ("session=1", "n’est pas attendu"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_honoured(shelf: Shelf, link: str, said: str) -> None:
    address, fault = _read(shelf, f"/?{link}&statut=Terminée")
    assert said in fault
    assert fault.count(". ") == 0
    assert address.facets == {Facet.STATUS: ("Terminée",)}


@pytest.mark.parametrize("extract", ["1-2", "9-3", "-", "a-b", "1", "99999999999999-1", "-5-9"])
def test_an_extract_outside_its_sheet_is_none(shelf: Shelf, extract: str) -> None:
    address, fault = _read(shelf, f"/?fiche={shelf.catalogue.sheets[3].id}&extrait={extract}")
    assert address.extract is None
    assert "l’extrait" in fault


def test_a_changed_corpus_is_said(shelf: Shelf) -> None:
    assert "ont changé depuis" in _read(shelf, "/?vue=fiches&corpus=0123")[1]
    assert _read(shelf, f"/?vue=fiches&corpus={shelf.version}")[1] == ""


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=60)), max_size=8))
def test_any_link_is_read(shelf: Shelf, parameters) -> None:
    _, fault = shelf.read(parameters)
    assert len(fault) < 600


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["vue", "fiche", "fiches", "p", "tri", "extrait", "rubriques", "grille", "corpus", "public"]
            ),
            st.text(max_size=60),
        ),
        max_size=8,
    )
)
def test_any_value_is_read(shelf: Shelf, parameters) -> None:
    shelf.read(parameters)
