"""Build: a corpus into the next generation of an index, encoding only the sheets that changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.corpus.corpus import Corpus
from assistant.corpus.outline import OutlinedCorpus
from assistant.corpus.schema import Schema
from assistant.indexing.alignment import unit
from assistant.indexing.draft import Draft, Placed, Record
from assistant.indexing.encoder import Encoder, Vectors
from assistant.indexing.manifest import Manifest
from assistant.indexing.passages import (
    OVERVIEW_CHARACTERS,
    PASSAGE_CHARACTERS,
    overview_text,
    passage_text,
    split_sheet,
)
from assistant.language.thesaurus import Concept, Thesaurus, dump_concepts, sheet_concepts
from assistant.values import Sheet

Progress = Callable[[int, int], None]
_SAMPLE = 3  # examples encoded again, to know whether the vectors that are held can be kept
_ALIKE = 0.998  # cosine: what is held was rounded


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did, in sheets."""

    manifest: Manifest
    added: int
    changed: int
    removed: int
    kept: int


def build(
    corpus: Corpus | OutlinedCorpus,
    inputs: Mapping[str, str],
    encoder: Encoder,
    draft: Draft,
    progress: Progress,
) -> Build:
    """Write what changed since the draft's beginning, then swap.

    Args:
        inputs: the hashes of the corpus's files, for the manifest.
        draft: entered by this function; an exception leaves the current generation as it was.
        progress: called with sheets done and sheets to encode.
    """
    digests, places, read = _listed(corpus)
    with draft:
        before = draft.digests()
        removed = [sheet_id for sheet_id in before if sheet_id not in digests]
        fresh = [read(sheet_id) for sheet_id, digest in digests.items() if before.get(sheet_id) != digest]
        draft.delete(removed)
        progress(0, len(fresh))
        for done, sheet in enumerate(fresh, start=1):
            draft.upsert(_record(sheet, digests[sheet.id], corpus, encoder))
            progress(done, len(fresh))
        _write_examples(corpus, encoder, draft)
        _write_mentions(corpus.concepts, fresh, map(read, digests), draft)
        draft.place(places)
        manifest = draft.swap(encoder.name, encoder.dimension, inputs)
    added = sum(sheet.id not in before for sheet in fresh)
    return Build(manifest, added, len(fresh) - added, len(removed), len(digests) - len(fresh))


def _listed(
    corpus: Corpus | OutlinedCorpus,
) -> tuple[dict[str, str], Sequence[Placed], Callable[[str], Sheet]]:
    """The digests of the sheets by their ids, where they stand, both in their order; and what reads one by its id."""
    if isinstance(corpus, Corpus):
        sheets = {sheet.id: sheet for sheet in corpus.sheets}
        digests = {key: sheet_digest(sheet, corpus.schema) for key, sheet in sheets.items()}
        return digests, corpus.sheets, sheets.__getitem__
    outlines = {outline.id: outline for outline in corpus.outlines}
    digests = {key: outline.digest for key, outline in outlines.items()}
    return digests, corpus.outlines, lambda sheet_id: corpus.sheet(outlines[sheet_id])


def _record(sheet: Sheet, digest: str, corpus: Corpus | OutlinedCorpus, encoder: Encoder) -> Record:
    passages = split_sheet(sheet, corpus.schema)
    texts = [*(passage_text(sheet, passage) for passage in passages), overview_text(sheet)]
    vectors = encoder.encode_passages(texts)
    return Record(sheet, digest, passages, vectors[:-1], vectors[-1])


def _write_examples(corpus: Corpus | OutlinedCorpus, encoder: Encoder, draft: Draft) -> None:
    texts = [example.text for example in corpus.examples]
    known = draft.examples()
    held = [text for text in texts if text in known][:_SAMPLE]
    if not all(
        _same(*pair) for pair in zip(encoder.encode_questions(held), (known[text] for text in held), strict=True)
    ):
        known = {}  # the engine of questions, or its adapter, is another
    fresh = [text for text in texts if text not in known]
    known |= dict(zip(fresh, encoder.encode_questions(fresh), strict=True))
    nothing = np.zeros((0, encoder.dimension), dtype=np.float32)
    draft.replace_examples(corpus.examples, np.stack([known[text] for text in texts]) if texts else nothing)


def _same(one: Vectors, other: Vectors) -> bool:
    return one.shape == other.shape and float(unit(one) @ unit(other)) >= _ALIKE


def _write_mentions(concepts: Sequence[Concept], fresh: Iterable[Sheet], every: Iterable[Sheet], draft: Draft) -> None:
    """The concepts that sheets name: those of the fresh ones, of all when the thesaurus changed."""
    document = json.dumps(dump_concepts(concepts))
    digest = hashlib.sha256(document.encode()).hexdigest()
    known = draft.thesaurus() == digest
    if not known:
        draft.replace_thesaurus(concepts, digest)
    thesaurus = Thesaurus(concepts)
    for sheet in fresh if known else every:
        draft.mention(sheet.id, sheet_concepts(sheet, thesaurus))


def sheet_digest(sheet: Sheet, schema: Schema) -> str:
    """Changes with whatever a sheet's stored form depends on, but not with where it stands in its source."""
    sizes = f"{PASSAGE_CHARACTERS} {OVERVIEW_CHARACTERS}"
    parts = (sheet.text, sheet.source, schema.written_form, repr(sorted(sheet.facets.items())), sizes)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
