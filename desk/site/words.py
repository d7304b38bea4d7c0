"""What the desk calls things, in French, its only language."""

from collections.abc import Mapping
from typing import Final

from core.numbers.msisdn import Operator
from core.text.languages import Language
from core.text.words import DESK, Word, label

LANGUAGES: Final[Mapping[str, str]] = {language.value: language.staff_name for language in Language}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "language": LANGUAGES,
    "operator": {operator.value: label(operator, DESK) for operator in Operator},
}


def word(value: object, kind: str = "") -> str:
    """What a value of a kind is called; the value itself when it has no name, '' for None."""
    if isinstance(value, Word):
        return label(value, DESK)
    if isinstance(value, Language):
        return value.staff_name
    return "" if value is None else WORDS[kind].get(str(value), str(value))
