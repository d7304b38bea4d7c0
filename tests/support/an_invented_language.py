"""A third language made from nothing but the English texts of the code: a folder beside those of the other two."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.pofile import read_po, write_po

from core.text import languages
from core.text.catalogue import path_of
from core.text.languages import Language
from core.text.translator import translator

CODE, NAME = "qaa", "Zorgo"
"""A code that ISO 639-2 keeps for local use."""

SHIFTED = str.maketrans("aeiouAEIOU", "eiouaEIOUA")
LANGUAGE = f"""
name = "{NAME}"

[formats]
months = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12"]
weekdays = ["d1", "d2", "d3", "d4", "d5", "d6", "d7"]
day = "{{weekday}}-{{day}}-{{month}}"
day_and_year = "{{weekday}}-{{day}}-{{month}}-{{year}}"
hour = "{{hour}} z"
hour_and_minutes = "{{hour}} z {{minutes:02}}"
"""


def invented_text(english: str) -> str:
    """An English text in the invented language: each vowel is the next one; fields stay as they are."""
    return "".join(
        part if part.startswith("{") else part.translate(SHIFTED) for part in re.split(r"(\{\w+\})", english)
    )


@contextmanager
def spoken(folder: Path) -> Iterator[Language]:
    """The languages that there are, and the invented one, while this lasts."""
    was, locales = languages.LOCALES, folder / "locales"
    shutil.copytree(was, locales)
    write_catalogue(locales)
    languages.LOCALES = locales
    translator.cache_clear()
    try:
        yield Language(CODE)
    finally:
        languages.LOCALES = was
        translator.cache_clear()


def write_catalogue(locales: Path) -> None:
    """The folder of the invented language, from the msgids of the French one."""
    with path_of(locales, Language("fr")).open("rb") as file:
        texts = read_po(file, locale="fr")
    for message in texts:
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            message.string = invented_text(ids[0]) if len(ids) == 1 else tuple(map(invented_text, ids))
    path = locales / CODE / "LC_MESSAGES" / "jigi.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, texts)
    (locales / CODE / "language.toml").write_text(LANGUAGE, "utf-8")
