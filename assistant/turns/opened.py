"""What the turns of a conversation are answered with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.conversation.follow_up import Resolver
from assistant.conversation.plan import Plan
from assistant.corpus.schema import Schema
from assistant.indexing.alignment import Read
from assistant.replies import Answer, Excerpt
from assistant.stores.store import Store
from assistant.values import Hit, Query


@dataclass(frozen=True, slots=True)
class Opened:
    """One open index, and what is done with it.

    ``find`` searches and answers a query, ``search`` only ranks sheets for it, ``excerpt`` cuts what one
    sheet says to it by the rank at which it is shown, ``read`` gives the aligned vector of a need, which the
    turns of a conversation ask for again and again.
    """

    resolver: Resolver
    store: Store
    schema: Schema
    find: Callable[[str, Query, Plan, int], Answer]
    search: Callable[[Query, int], list[Hit]]
    excerpt: Callable[[Hit, Query, Mapping[str, float], Mapping[str, set[str]], int], Excerpt]
    read: Read
