"""Where an action stands: the list of départements, and structures split at their last dash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.places import load_departments, split_structure
from assistant.errors import SchemaError


@pytest.fixture(scope="session")
def departments(repository):
    return load_departments(repository / "data" / "departements.csv")


def test_every_french_department_has_a_region(departments):
    assert len(departments) == 101
    assert len({department.region for department in departments.values()}) == 18
    assert {"01", "2A", "2B", "974", "95"} <= {department.code for department in departments.values()}


@pytest.mark.parametrize(
    ("value", "name", "department"),
    [
        ("CENTRE SOCIAL Rosa Parks - Isère", "CENTRE SOCIAL Rosa Parks", "Isère"),
        ("A - B - Seine-Saint-Denis", "A - B", "Seine-Saint-Denis"),
        ("Maison - Alpes-de-Haute-Provence", "Maison", "Alpes-de-Haute-Provence"),
        ("MAISON  -  HAUTE-LOIRE", "MAISON", "Haute-Loire"),
        ("Centre socio-culturel", "Centre socio-culturel", None),
        ("Maison - Île-Perdue", "Maison - Île-Perdue", None),
        ("Maison-Isère", "Maison-Isère", None),
    ],
)
def test_structure_is_split_at_its_last_dash(departments, value, name, department):
    found_name, found = split_structure(value, departments)
    assert found_name == name
    assert (found.name if found else None) == department


@given(name=st.text(min_size=1).filter(lambda text: text == text.strip()))
def test_any_name_comes_back_whole(departments, name):
    assert split_structure(f"{name} - Val-d'Oise", departments) == (name, departments["val-d'oise"])


@pytest.mark.parametrize(
    "content",
    [
        "code,departement\n01,Ain\n",
        "code;departement;region\n01;Ain;Auvergne-Rhône-Alpes\n",
        "code,departement,region\n01\n",
    ],
    ids=["no region", "semicolons", "short row"],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path, content):
    path = tmp_path / "departements.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SchemaError, match=r"departements\.csv"):
        load_departments(path)


def test_a_list_that_is_missing_or_not_utf8_is_refused(tmp_path):
    with pytest.raises(SchemaError, match="colonnes code, departement, region"):
        load_departments(tmp_path / "none.csv")
    path = tmp_path / "latin.csv"
    path.write_bytes("code,departement,region\n38,Isère,Auvergne\n".encode("latin-1"))
    with pytest.raises(SchemaError):
        load_departments(path)
