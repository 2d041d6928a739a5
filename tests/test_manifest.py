"""The manifest: what is missing, damaged or of another form is refused with the command that mends it."""

from __future__ import annotations

import json

import pytest

from assistant.errors import DamagedIndex, MissingIndex
from assistant.indexing.manifest import FILE, FORMAT, FORMAT_SHARING, Manifest, file_hash, read_manifest, write_manifest

MANIFEST = Manifest(
    format=FORMAT,
    generation="generation-000001",
    model="toy",
    dimension=5,
    inputs={"schema.yaml": "00"},
    files={"vectors.faiss": "11"},
    sheets=5,
    passages=20,
)


def test_what_is_written_is_read(tmp_path):
    write_manifest(tmp_path, MANIFEST)
    assert read_manifest(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_no_manifest_says_how_to_build_one(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(MissingIndex, match="assistant index"):
            read_manifest(folder)


DOCUMENT = MANIFEST.model_dump()


@pytest.mark.parametrize(
    "document",
    [
        DOCUMENT | {"format": FORMAT_SHARING + 1},
        DOCUMENT | {"format": str(FORMAT)},
        DOCUMENT | {"colour": "red"},
        DOCUMENT | {"inputs": ["schema.yaml"]},
        DOCUMENT | {"dimension": "many"},
        {key: value for key, value in DOCUMENT.items() if key != "files"},
        {},
        [],
        None,
        "manifest",
    ],
)
def test_another_form_is_refused(tmp_path, document):
    (tmp_path / FILE).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DamagedIndex, match="assistant index --full"):
        read_manifest(tmp_path)


def test_the_formats_that_are_read_are_all_named(tmp_path):
    (tmp_path / FILE).write_text(json.dumps(DOCUMENT | {"format": FORMAT_SHARING + 1}), encoding="utf-8")
    with pytest.raises(DamagedIndex, match=f"les formats {FORMAT} et {FORMAT_SHARING}"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("left", [1, 20, 100, -2])
def test_a_manifest_cut_short_is_refused(tmp_path, left):
    write_manifest(tmp_path, MANIFEST)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:left])
    with pytest.raises(DamagedIndex):
        read_manifest(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"\x00" * 100])
def test_a_manifest_that_is_no_json_is_refused(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(DamagedIndex):
        read_manifest(tmp_path)


def test_the_corpus_version_changes_with_any_input():
    other = MANIFEST.model_copy(update={"inputs": {"schema.yaml": "01"}})
    more = MANIFEST.model_copy(update={"inputs": {"schema.yaml": "00", "needs.yaml": "22"}})
    versions = {MANIFEST.corpus_version, other.corpus_version, more.corpus_version}
    assert len(versions) == 3
    assert all(len(version) == 12 for version in versions)
    assert MANIFEST.model_copy(update={"generation": "generation-000002"}).corpus_version == MANIFEST.corpus_version


def test_hash_is_sha256(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    assert file_hash(tmp_path / "file") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
