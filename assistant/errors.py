"""One tree of errors. Each says, in French, what happened and what to do.

```text
AssistantError
├── UsageError        bad usage or input: exit code 2
│   ├── QuestionError     a question that cannot be asked
│   ├── CorpusError       a source file that cannot be read
│   ├── UnknownSheet      no sheet has this id
│   ├── IncomingError     a file, or a sheet of it, that cannot be added
│   ├── SchemaError       a schema or data file that cannot be read
│   ├── JudgedError       a line of a questions file that cannot be read
│   └── ConversationError a kept conversation that cannot be read
└── FailureError      the work cannot be done: exit code 1
    ├── MissingIndex      no index
    ├── StaleIndex        the data changed since it was indexed
    ├── DamagedIndex      an index that does not hold together
    ├── IndexBusy         another process is indexing
    ├── StoreUnreachable  a database that does not answer
    ├── StoreUnfit        a database that answers, but cannot hold an index as it is
    ├── EncoderError      no model, or not the index's
    ├── ServerError       the page cannot be served
    └── MissingExtra      an optional part that is not installed
```
"""

from __future__ import annotations


class AssistantError(Exception):
    """What happened, and what to do about it; both are shown to the user as they are."""

    exit_code = 1

    def __init__(self, happened: str, remedy: str = "") -> None:
        super().__init__(f"{happened} {remedy}".strip())
        self.happened = happened
        self.remedy = remedy


class UsageError(AssistantError):
    exit_code = 2


class QuestionError(UsageError):
    pass


class CorpusError(UsageError):
    """A source that cannot be read; ``line`` is 1-based."""

    def __init__(self, file: str, line: int, happened: str, remedy: str) -> None:
        super().__init__(f"{file}, ligne {line}\u00a0: {happened}", remedy)
        self.file = file
        self.line = line


class UnknownSheet(UsageError):
    def __init__(self, sheet: str) -> None:
        shown = sheet.encode("utf-8", "replace").decode()[:80]
        super().__init__(
            f"Aucune fiche n’a pour identifiant «\u00a0{shown}\u00a0».",
            "Les identifiants sont dans la liste des fiches.",
        )


class IncomingError(UsageError):
    pass


class SchemaError(UsageError):
    pass


class JudgedError(UsageError):
    pass


class ConversationError(UsageError):
    pass


class FailureError(AssistantError):
    pass


class MissingIndex(FailureError):
    pass


class StaleIndex(FailureError):
    pass


class DamagedIndex(FailureError):
    pass


class IndexBusy(FailureError):
    pass


class StoreUnreachable(FailureError):
    pass


class StoreUnfit(FailureError):
    pass


class EncoderError(FailureError):
    pass


class ServerError(FailureError):
    pass


class MissingExtra(FailureError):
    """``extra`` is its name in ``pyproject.toml``; ``purpose`` a French noun, what it is for."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(
            f"Il manque de quoi faire {purpose}.",
            f"Installez-le\u00a0: .venv/bin/python -m pip install --constraint constraints.txt --editable '.[{extra}]' "
            f"(ou, pour le paquet seul, pip install 'assistant-centres-sociaux[{extra}]').",
        )
