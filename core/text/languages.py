"""The languages of the line: one for each folder of `locales/`, and what is particular to each.

`locales/<code>/language.toml` says what the language is called, how it writes a day, an hour and money, and the words
people write by SMS; the texts stand beside it in `LC_MESSAGES/jigi.po`. `docs/translators.md` tells what stands where.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from pydantic_core import CoreSchema, core_schema

from core.platform.errors import JigiError

LOCALES = Path(__file__).parents[2] / "locales"

DEFAULT: Final = "bm"
"""The code of the language that callers are spoken to in until they choose."""

STAFF: Final = "fr"
"""The code of the language that staff work in."""


class UnusableLocale(JigiError):
    """A language cannot be spoken: a file of its folder is missing or cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Formats:
    """How a language writes days, hours and money: names, and patterns with fields in braces.

    `months` begin with January, `weekdays` with Monday. Left out of the file, the names are those of CLDR, which
    `month` and `weekday` then dress. `first` is the first day of a month where it is not written `1`.
    """

    months: Sequence[str]
    weekdays: Sequence[str]
    day: str
    day_and_year: str
    hour: str
    hour_and_minutes: str
    first: str = "1"
    thousands: str = " "
    amount: str = "{number} F CFA"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a language's own file says of it.

    `back_translated` asks of each of its texts a back-translation and how sure it is. `keywords` are the words of SMS
    that people send, by what they mean.
    """

    name: str
    formats: Formats
    back_translated: bool = False
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)


class _Languages(type):
    """The class itself lists the languages: the default first, the others by their own names."""

    def __iter__(cls) -> Iterator["Language"]:
        return iter(_languages(LOCALES).values())

    def __len__(cls) -> int:
        return len(_languages(LOCALES))


class Language(str, metaclass=_Languages):
    """A language a person can choose, by its ISO 639 code; raises ValueError for one that has no folder."""

    traits: Traits

    def __new__(cls, code: str) -> "Language":
        languages = _languages(LOCALES)
        if code not in languages:
            raise ValueError(f"no language {code!r}: one of {', '.join(languages)}")
        return languages[code]

    def __reduce__(self) -> tuple[type["Language"], tuple[str]]:
        return Language, (str(self),)

    @classmethod
    def codes(cls) -> tuple[str, ...]:
        """The code of every language, in the order they are offered."""
        return tuple(_languages(LOCALES))

    @classmethod
    def named(cls, code: str) -> "Language | None":
        """The language with this code; None when there is none."""
        return _languages(LOCALES).get(code)

    @classmethod
    def default(cls) -> "Language":
        """The language of callers who have not chosen."""
        return cls(DEFAULT)

    @classmethod
    def staff(cls) -> "Language":
        """The language of the desk, of papers and of the book."""
        return cls(STAFF)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls)

    @property
    def value(self) -> str:
        """Its code, as it is stored."""
        return str(self)

    @property
    def name(self) -> str:
        """What its speakers call it: `Bamanankan`."""
        return self.traits.name

    @property
    def staff_name(self) -> str:
        """What staff call it, in their language: `bambara`; its own name where CLDR has none."""
        try:
            return Locale.parse(str(self)).get_display_name(STAFF) or self.name
        except UnknownLocaleError:
            return self.name


def in_language(texts: Mapping[str, str], language: Language) -> str:
    """What people wrote in this language, or in the default where nobody wrote it in this one; '' for neither."""
    return texts.get(language) or texts.get(DEFAULT, "")


@lru_cache
def _languages(locales: Path) -> Mapping[str, Language]:
    """The languages that have a folder, by code, in the order they are offered; raises UnusableLocale."""
    folders = [each for each in locales.iterdir() if each.is_dir()] if locales.is_dir() else []
    spoken = {folder.name: _read(folder) for folder in folders if not folder.name.startswith((".", "_"))}
    for needed in (DEFAULT, STAFF):
        if needed not in spoken:
            raise UnusableLocale(f"there is no language {needed!r} in {locales}")
    return dict(sorted(spoken.items(), key=lambda each: (each[0] != DEFAULT, each[1].name.casefold())))


def _read(folder: Path) -> Language:
    path = folder / "language.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        language = str.__new__(Language, folder.name)
        language.traits = _traits(folder.name, data)
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise UnusableLocale(f"{path} cannot be used: {type(error).__name__}: {error}") from error
    return language


def _traits(code: str, data: dict[str, Any]) -> Traits:
    formats = _formats(code, dict(data.pop("formats")))
    keywords = {meaning: tuple(words.split()) for meaning, words in data.pop("keywords", {}).items()}
    return Traits(**data, formats=formats, keywords=keywords)


def _formats(code: str, data: dict[str, Any]) -> Formats:
    """The formats as the file tells them, tried once so that a wrong pattern stops the start and no call."""
    month, weekday = data.pop("month", "{name}"), data.pop("weekday", "{name}")
    spelling = data.pop("spelling", {})
    if "months" not in data or "weekdays" not in data:
        months, weekdays = _cldr(code)
        data.setdefault("months", [month.format(name=spelling.get(name, name)) for name in months])
        data.setdefault("weekdays", [weekday.format(name=spelling.get(name, name)) for name in weekdays])
    formats = Formats(**{**data, "months": tuple(data["months"]), "weekdays": tuple(data["weekdays"])})
    if (len(formats.months), len(formats.weekdays)) != (12, 7):
        raise ValueError("there are 12 months and 7 weekdays")
    for pattern in (formats.day, formats.day_and_year):
        pattern.format(weekday="", month="", day="", year="")
    for pattern in (formats.hour, formats.hour_and_minutes):
        pattern.format(hour=0, minutes=0)
    if "F CFA" not in formats.amount.format(number="0"):
        raise ValueError("an amount is written with its unit, F CFA")
    return formats


def _cldr(code: str) -> tuple[Sequence[str], Sequence[str]]:
    """Month and weekday names of CLDR."""
    locale = Locale.parse(code)
    months, weekdays = locale.months["format"]["wide"], locale.days["format"]["wide"]
    return [months[month] for month in range(1, 13)], [weekdays[weekday] for weekday in range(7)]
