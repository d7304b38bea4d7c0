"""Proven pieces: what staff name in a text by a word in braces, and each language says in words that were checked."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from core.numbers.msisdn import BadNumber, local, parse
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.platform.settings.in_force import in_force
from core.text.translator import Translator

_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")


class NoSuchPiece(JigiError, ValueError):
    """A text names a piece that there is not; `name` is it, `own` are those of this text beside the proven ones."""

    def __init__(self, name: str, own: Iterable[str] = ()) -> None:
        self.name = name
        self.pieces = ", ".join(f"{{{each}}}" for each in (*PIECES, *own))
        super().__init__(f"there is no {{{name}}}: write {self.pieces}")

    @property
    def in_french(self) -> str:
        """What the desk shows of it."""
        return f"« {{{self.name}}} » n'existe pas. Ce qui peut être écrit ainsi : {self.pieces}."


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


def pieces_in(text: str) -> frozenset[str]:
    """The names of the pieces that a text asks for."""
    return frozenset(placeholder[1] for placeholder in _PLACEHOLDER.finditer(text))


def refuse_strange_pieces(text: str, own: Collection[str] = ()) -> None:
    """Raise NoSuchPiece for a text that names a piece that there is not; `own` are its own ones."""
    for placeholder in _PLACEHOLDER.finditer(text):
        if placeholder[1] not in PIECES and placeholder[1] not in own:
            raise NoSuchPiece(placeholder[1], own)


PIECES: Final[Mapping[str, Callable[[Translator], str]]] = {
    "prudence": _nobody_may_ask,
    "ligne": _code,
    "contact": _contact,
}
"""The sentence against scams, the code of the line, the first telephone of the programme."""


NO_OWN: Final[Mapping[str, str]] = {}


def filled(text: str, translator: Translator, own: Mapping[str, str] = NO_OWN) -> str:
    """A text with its pieces in words of a language, and with its own pieces. Raises NoSuchPiece."""
    refuse_strange_pieces(text, own)
    return _PLACEHOLDER.sub(
        lambda placeholder: own[placeholder[1]] if placeholder[1] in own else PIECES[placeholder[1]](translator), text
    )
