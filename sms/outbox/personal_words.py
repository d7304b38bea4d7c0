"""A personal message: the words of supervisors, filled with the columns of a row of their spreadsheet."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from core.files.cells import Kind
from core.files.headers import plain
from core.scams.proven import PIECES
from core.text.languages import in_language
from core.text.translator import Translator

_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")

CellValue = tuple[str, str]
"""The kind of a cell and what it holds, so that a day is said in each language: `("day", "2026-12-31")`."""


@dataclass(frozen=True, slots=True)
class PersonalWords:
    """What one number is told: the words by language code, and by the plain name of each column its value."""

    texts: Mapping[str, str]
    values: Mapping[str, CellValue]


def personal_words(texts: Mapping[str, str], content: str) -> PersonalWords:
    """Read what the plan gathered: `[hash of the words, {column: [kind, value], …}]`."""
    _, values = json.loads(content)
    return PersonalWords(texts, {name: (kind, text) for name, (kind, text) in values.items()})


def personal_text(words: PersonalWords, translator: Translator) -> str:
    """The message in a language, with the programme's name before it; raises KeyError for a column that there is not.

    What a value holds is never read as a name in braces.
    """
    text = in_language(words.texts, translator.language) or next(filter(None, words.texts.values()), "")
    return translator.t(
        "Jigisèmèjiri: {text}", text=_IN_BRACES.sub(lambda name: _said(name[1], words, translator), text)
    )


def names_in_braces(text: str) -> list[str]:
    """What stands in braces in a text, as it is written."""
    return _IN_BRACES.findall(text)


def _said(written: str, words: PersonalWords, translator: Translator) -> str:
    if written in PIECES:
        return PIECES[written](translator)
    kind, text = words.values[plain(written)]
    match kind:
        case Kind.DAY:
            return translator.write(date.fromisoformat(text))
        case Kind.HOUR:
            return translator.write(time.fromisoformat(text))
        case _:
            return text
