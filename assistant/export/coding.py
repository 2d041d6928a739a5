"""Characters that a format cannot carry, written as their code: ⟨U+0007⟩. Nothing is lost, nothing is ambiguous."""

from __future__ import annotations

import re
from collections.abc import Callable

_OPENS = "⟨"
_CODE = re.compile(r"⟨U\+([0-9A-F]{4,6})⟩")


def coded(text: str, carried: Callable[[str], bool]) -> str:
    """The text with a code for each character that is not carried."""
    return "".join(char if char != _OPENS and carried(char) else f"{_OPENS}U+{ord(char):04X}⟩" for char in text)


def decoded(text: str, carried: Callable[[str], bool]) -> str:
    """The text that ``coded`` was given; the text itself when ``coded`` never wrote it so."""
    found = _CODE.sub(lambda code: _char(int(code[1], 16)) or code[0], text)
    return found if coded(found, carried) == text else text


def _char(number: int) -> str:
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""
