"""The sections of a sheet as stored: offsets from its start, so that a sheet that moves is not written again."""

from __future__ import annotations

import json

from assistant.values import Kind, Role, Section, Sheet, Span, Status


def dump_sections(sheet: Sheet) -> str:
    """JSON that ``load_sections`` reads."""
    shift = sheet.start
    return json.dumps(
        [
            [
                s.label,
                s.role,
                s.kind,
                s.status,
                s.start - shift,
                s.end - shift,
                [[a - shift, b - shift] for a, b in s.values],
            ]
            for s in sheet.sections
        ],
        ensure_ascii=False,
    )


def load_sections(document: str, shift: int) -> tuple[Section, ...]:
    """What ``dump_sections`` wrote, for a sheet that starts at ``shift``."""
    return tuple(
        Section(
            label,
            Role(role),
            Kind(kind),
            Status(status),
            start + shift,
            end + shift,
            tuple(Span(a + shift, b + shift) for a, b in values),
        )
        for label, role, kind, status, start, end, values in json.loads(document)
    )
