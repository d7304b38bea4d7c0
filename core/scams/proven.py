"""Proven pieces: what staff name in a text by a word in braces, and each language says in words that were checked."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from core.numbers.msisdn import BadNumber, local, parse
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.platform.settings.in_force import in_force
from core.text.translator import Translator

_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")


class NoSuchPiece(JigiError, ValueError):
    """A text names a piece that there is not; `name` is it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no {{{name}}}: write {', '.join(f'{{{each}}}' for each in PIECES)}")
        self.name = name

    @property
    def in_french(self) -> str:
        """What the desk shows of it."""
        pieces = ", ".join(f"{{{each}}}" for each in PIECES)
        return f"« {{{self.name}}} » n'existe pas. Ce qui peut être écrit ainsi : {pieces}."


def _nobody_may_ask(translator: Translator) -> str:
    return translator.t("No one must ask money or a code of you.")


def _code(_: Translator) -> str:
    return settings().service_code


def _contact(_: Translator) -> str:
    phones = in_force().contact_phones
    if not phones:
        return ""
    try:
        return local(parse(phones[0]))
    except BadNumber:
        return phones[0]


def refuse_strange_pieces(text: str) -> None:
    """Raise NoSuchPiece for a text that names a piece that there is not."""
    for placeholder in _PLACEHOLDER.finditer(text):
        if placeholder[1] not in PIECES:
            raise NoSuchPiece(placeholder[1])


PIECES: Final[Mapping[str, Callable[[Translator], str]]] = {
    "prudence": _nobody_may_ask,
    "ligne": _code,
    "contact": _contact,
}
"""The sentence against scams, the code of the line, the first telephone of the programme."""


def filled(text: str, translator: Translator) -> str:
    """A text with its pieces in words of a language. Raises NoSuchPiece."""
    refuse_strange_pieces(text)
    return _PLACEHOLDER.sub(lambda placeholder: PIECES[placeholder[1]](translator), text)
