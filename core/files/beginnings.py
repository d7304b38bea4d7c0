"""What a file is by how it begins, where its name says otherwise: it is refused as what it is."""

from pathlib import Path
from typing import Final

from core.files.cells import UnreadableFile

PACKED: Final = b"PK\x03\x04"
OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What Office wrote before 2007, and writes still around a workbook with a password (MS-CFB, 2.2)."""

OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument."
"""Stands behind the first header of the archive (OpenDocument 1.3, part 2, 3.3)."""

WORKBOOK: Final = "Ce fichier est un classeur ou une archive, non un CSV. Un classeur Excel porte un nom en .xlsx."
CALC: Final = "Ce fichier est un document LibreOffice. Enregistrez-le en « CSV UTF-8 » ou en classeur .xlsx."
OLD: Final = "Ce fichier est un ancien .xls, ou il a un mot de passe. Enregistrez-le en .xlsx, sans mot de passe."
PICTURE: Final = "Ce fichier est une image, non un tableau."
OTHERS: Final = {
    OLD_OFFICE: OLD,
    b"%PDF-": "Ce fichier est un PDF, non un tableau. Demandez le tableau lui-même, en .csv ou .xlsx.",
    b"{\\rtf": "Ce fichier est un texte mis en forme (RTF), non un tableau.",
    b"\xff\xd8\xff": PICTURE,
    b"\x89PNG\r\n": PICTURE,
    b"GIF8": PICTURE,
    b"<!doctype html": "Ce fichier est une page web, non un tableau.",
    b"<html": "Ce fichier est une page web, non un tableau.",
}
"""How files begin that hold no table, in small letters where they may be written in either, and what is said."""

LONGEST: Final = 128


def refuse_others(path: Path, *, named_workbook: bool) -> None:
    """Raise UnreadableFile for what is certainly neither CSV nor workbook, or not the one that its name says."""
    with path.open("rb") as file:
        beginning = file.read(LONGEST)
    if beginning.startswith(PACKED):
        if OPEN_DOCUMENT in beginning:
            raise UnreadableFile(CALC)
        if not named_workbook:
            raise UnreadableFile(WORKBOOK)
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, sentence in OTHERS.items():
        if beginning.startswith(start) or text.startswith(start):
            raise UnreadableFile(sentence)
