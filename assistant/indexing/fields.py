"""Fields: the terms of a sheet by what they are for, so that ranking can weigh them."""

from __future__ import annotations

from enum import StrEnum

from assistant.language.analyzer import terms
from assistant.values import Kind, Role, Sheet, Status


class Field(StrEnum):
    TITLE = "title"
    CHOICES = "choices"
    SUMMARY = "summary"
    DESCRIPTION = "description"
    MEANS = "means"
    RESULTS = "results"
    LIMITS = "limits"
    PERSPECTIVES = "perspectives"


FIELD_WEIGHTS = dict.fromkeys(Field, 1.0) | {Field.TITLE: 3.0}

_FIELD_OF_ROLE = {
    Role.SUMMARY: Field.SUMMARY,
    Role.FUNDING: Field.MEANS,
    Role.PEOPLE: Field.MEANS,
    Role.RESULTS: Field.RESULTS,
    Role.LIMITS: Field.LIMITS,
    Role.PERSPECTIVES: Field.PERSPECTIVES,
}


def sheet_fields(sheet: Sheet) -> dict[Field, list[str]]:
    """The terms of each field of a sheet, every field present; placeholders give none."""
    fields: dict[Field, list[str]] = {field: [] for field in Field}
    fields[Field.TITLE] = terms(sheet.title)
    for values in sheet.facets.values():
        # facets rather than choices: they are spelt right and hold the région
        fields[Field.CHOICES] += terms(" ".join(values))
    for section in sheet.sections:
        if section.kind is Kind.TEXT and section.status is Status.FILLED:
            field = _FIELD_OF_ROLE.get(section.role, Field.DESCRIPTION)
            fields[field] += terms(sheet.slice(section.start, section.end))
    return fields
