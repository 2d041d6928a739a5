"""Build: a corpus into the next generation of an index, encoding only the sheets that changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.corpus.corpus import Corpus
from assistant.indexing.alignment import unit
from assistant.indexing.draft import Draft, Record
from assistant.indexing.encoder import Encoder, Vectors
from assistant.indexing.manifest import Manifest
from assistant.indexing.passages import (
    OVERVIEW_CHARACTERS,
    PASSAGE_CHARACTERS,
    overview_text,
    passage_text,
    split_sheet,
)
from assistant.language.thesaurus import Thesaurus, dump_concepts, sheet_concepts
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
    corpus: Corpus,
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
    digests = {sheet.id: _digest(sheet, corpus) for sheet in corpus.sheets}
    with draft:
        before = draft.digests()
        removed = [sheet_id for sheet_id in before if sheet_id not in digests]
        fresh = [sheet for sheet in corpus.sheets if before.get(sheet.id) != digests[sheet.id]]
        draft.delete(removed)
        progress(0, len(fresh))
        for done, sheet in enumerate(fresh, start=1):
            draft.upsert(_record(sheet, digests[sheet.id], corpus, encoder))
            progress(done, len(fresh))
        _write_examples(corpus, encoder, draft)
        _write_mentions(corpus, fresh, draft)
        draft.place(corpus.sheets)
        manifest = draft.swap(encoder.name, encoder.dimension, inputs)
    added = sum(sheet.id not in before for sheet in fresh)
    return Build(manifest, added, len(fresh) - added, len(removed), len(digests) - len(fresh))


def _record(sheet: Sheet, digest: str, corpus: Corpus, encoder: Encoder) -> Record:
    passages = split_sheet(sheet, corpus.schema)
    texts = [*(passage_text(sheet, passage) for passage in passages), overview_text(sheet)]
    vectors = encoder.encode_passages(texts)
    return Record(sheet, digest, passages, vectors[:-1], vectors[-1])


def _write_examples(corpus: Corpus, encoder: Encoder, draft: Draft) -> None:
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


def _write_mentions(corpus: Corpus, fresh: Sequence[Sheet], draft: Draft) -> None:
    """The concepts that sheets name: those of the fresh ones, of all when the thesaurus changed."""
    document = json.dumps(dump_concepts(corpus.concepts))
    digest = hashlib.sha256(document.encode()).hexdigest()
    known = draft.thesaurus() == digest
    if not known:
        draft.replace_thesaurus(corpus.concepts, digest)
    thesaurus = Thesaurus(corpus.concepts)
    for sheet in fresh if known else corpus.sheets:
        draft.mention(sheet.id, sheet_concepts(sheet, thesaurus))


def _digest(sheet: Sheet, corpus: Corpus) -> str:
    """Changes with whatever a sheet's stored form depends on, but not with where it stands in its source."""
    parts = (
        sheet.text,
        sheet.source,
        corpus.schema.written_form,
        repr(sorted(sheet.facets.items())),
        f"{PASSAGE_CHARACTERS} {OVERVIEW_CHARACTERS}",
    )
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
