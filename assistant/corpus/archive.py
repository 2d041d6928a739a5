"""Office files are archives of XML from anywhere: looked through, bounded, before any library opens them."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from assistant.errors import IncomingError
from assistant.typography import guillemets

UNPACKED_BYTES = 100_000_000
PARTS = 2_000
# what reading an archive may raise when it is damaged, or made to harm
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_CHUNK = 1 << 20
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST = max(map(len, _DECLARATIONS))
_RESAVE = "Enregistrez le document de nouveau depuis votre tableur ou votre traitement de texte."


def check_archive(name: str, data: bytes, wanted: str) -> None:
    """Let an office file pass only if nothing in it can harm who opens it.

    Args:
        name: the file's, for the messages.
        wanted: a part that must be there.

    Raises:
        IncomingError: not such a file; path names that leave it, too big once unpacked, or XML declarations
            that office files never hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            _check_names(name, parts, wanted)
            left = UNPACKED_BYTES
            for part in parts:
                left -= _check_part(name, packed, part, left)
    except DAMAGED as error:
        raise IncomingError(f"{name}\u00a0: le fichier est abîmé ({str(error)[:80]}).", _RESAVE) from None


def _check_names(name: str, parts: list[zipfile.ZipInfo], wanted: str) -> None:
    names = [part.filename for part in parts]
    if wanted not in names:
        raise IncomingError(
            f"{name}\u00a0: ce n’est pas ce que son nom annonce ({guillemets(wanted)} manque).", _RESAVE
        )
    if len(names) > PARTS or len(set(names)) < len(names):
        raise IncomingError(f"{name}\u00a0: l’archive a trop d’éléments, ou deux du même nom.", _RESAVE)
    for found in names:
        path = PurePosixPath(found.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise IncomingError(
                f"{name}\u00a0: l’archive veut écrire hors de son dossier ({guillemets(found[:80])}).",
                "Ne l’ouvrez pas\u00a0; demandez le fichier d’origine.",
            )


def _check_part(name: str, packed: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """The size of a part, counted as it unpacks: what the archive says of it may be false."""
    size, tail = 0, b""
    is_xml = part.filename.endswith((".xml", ".rels", ".vml"))
    with packed.open(part) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise IncomingError(f"{name}\u00a0: le fichier est trop gros une fois décompressé.", _RESAVE)
            if is_xml:
                _check_xml(name, part.filename, tail + chunk)
                tail = chunk[-_LONGEST:]
    return size


def _check_xml(name: str, part: str, text: bytes) -> None:
    # a NUL is UTF-16, in which a declaration would not be seen
    if b"\x00" in text or any(declaration in text for declaration in _DECLARATIONS):
        raise IncomingError(f"{name}\u00a0: {guillemets(part[:80])} déclare des entités XML\u00a0; refusé.", _RESAVE)
