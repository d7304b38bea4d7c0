"""A translator says the line's texts in one language."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from core.text.catalogue import Catalogue, load
from core.text.formats import amount_phrase, date_phrase, hour_phrase
from core.text.languages import Language


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext's tools know
    """Mark a text for the catalogues where it is written; `Translator.t` says it later."""
    return msgid


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text that was said: its msgid, and as the catalogue has it."""

    msgid: str
    text: str


_utterances: ContextVar[list[Utterance] | None] = ContextVar("utterances", default=None)


@contextmanager
def listening() -> Iterator[list[Utterance]]:
    """Hear every text that is said inside, for whoever checks what people are shown."""
    utterances: list[Utterance] = []
    mark = _utterances.set(utterances)
    try:
        yield utterances
    finally:
        _utterances.reset(mark)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money to be said, in whole F CFA."""

    xof: int


@dataclass(frozen=True, slots=True)
class Translator:
    """Says texts of the catalogue in its language.

    Values fill the `{name}` fields: a date, a time and an Amount are said in the language, the rest as `str`. What a
    value holds is never read as a field.
    """

    language: Language
    catalogue: Catalogue

    def t(self, msgid: str, /, **values: object) -> str:
        """Say a text. Raises KeyError when a field has no value."""
        return self._filled(msgid, self.catalogue.singular(msgid), values)

    def n(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """Say the form of a text that fits the count; `{n}` is the count unless given. Raises KeyError as `t`."""
        return self._filled(singular, self.catalogue.plural(singular, plural, count), {"n": count} | values)

    def _filled(self, msgid: str, text: str, values: dict[str, object]) -> str:
        utterances = _utterances.get()
        if utterances is not None:
            utterances.append(Utterance(msgid, text))
        return text.format_map({name: self.write(value) for name, value in values.items()})

    def write(self, value: object) -> str:
        """A value as the language writes it."""
        match value:
            case str():
                return value
            case Amount(xof):
                return amount_phrase(self.language, xof)
            case date():
                return date_phrase(self.language, value)
            case time():
                return hour_phrase(self.language, value)
        return str(value)


@lru_cache
def translator(language: Language) -> Translator:
    """Give the translator of a language; its catalogue is read once. Raises UnusableLocale."""
    return Translator(language, load(language))


def read_all() -> None:
    """Read the catalogue of every language; raises UnusableLocale for one that cannot be spoken."""
    for language in Language:
        translator(language)
