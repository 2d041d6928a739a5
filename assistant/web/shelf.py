"""What views are made from: the sheets, how they are written, where they stand, the version of the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.conversation.wordings import load_talk
from assistant.corpus.catalogue import Catalogue
from assistant.corpus.corpus import DEPARTMENTS, SCHEMA, TALK
from assistant.corpus.places import Department, load_departments
from assistant.corpus.schema import Schema, load_schema
from assistant.errors import DamagedIndex
from assistant.indexing.manifest import REBUILD
from assistant.journal import known_words
from assistant.masking import Names, load_names
from assistant.settings import Settings
from assistant.stores import open_store
from assistant.stores.store import Store
from assistant.values import Role
from assistant.web.address import Address, link, read_address


@dataclass(frozen=True, slots=True)
class Shelf:
    """``difficulties`` are the kinds of difficulty that limits tell of, as patterns over folded text;
    ``discussion`` the questions of a training session, by role;
    ``names`` what names of persons are known by; ``behind`` one sentence when a newer corpus could not be opened.
    """

    catalogue: Catalogue
    schema: Schema
    departments: tuple[Department, ...]
    difficulties: Mapping[str, tuple[str, ...]]
    discussion: Mapping[Role, str]
    version: str
    names: Names = field(default=Names(frozenset()), repr=False)
    behind: str = ""

    def link(self, address: Address) -> str:
        return link(address, self.schema.roles)

    def read(self, parameters: list[tuple[str, str]]) -> tuple[Address, str]:
        """The address of a link, and one sentence on what of it cannot be followed."""
        return read_address(parameters, self.catalogue, self.schema, self.version)


def open_shelf(settings: Settings) -> Shelf:
    """The shelf of an index: every sheet in memory.

    Raises:
        MissingIndex, DamagedIndex, StaleIndex, SchemaError: each says what to do.
    """
    store = open_store(settings)
    try:
        return shelve(store, settings.data)
    finally:
        store.close()


def shelve(store: Store, data: Path) -> Shelf:
    """The shelf of an open index, which is checked.

    Raises:
        DamagedIndex: a file changed since it was written, or parts of the index are out of step.
        SchemaError
    """
    if faults := store.check():
        raise DamagedIndex(f"L’index est abîmé\u00a0: {faults[0]}", REBUILD)
    talk = load_talk(data / TALK)
    sheets = store.sheets(store.sheet_ids({}))
    return Shelf(
        Catalogue(sheets),
        load_schema(data / SCHEMA),
        tuple(load_departments(data / DEPARTMENTS).values()),
        talk.difficulties,
        talk.discussion,
        store.manifest.corpus_version,
        load_names(data, known_words(sheets)),
    )
