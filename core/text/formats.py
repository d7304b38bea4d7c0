"""Days, hours, numbers and money in words.

The names of months and weekdays come from CLDR through Babel. The patterns are ours: CLDR's Bambara has the names right
and the order, the numbers and the currency wrong. Money always carries its unit, because Bambara counts it in fives.
"""

from datetime import date, time

from babel import Locale

from core.text.languages import Language


def _cldr(language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    locale = Locale.parse(language.value)
    months, weekdays = locale.months["format"]["wide"], locale.days["format"]["wide"]
    return tuple(months[month] for month in range(1, 13)), tuple(weekdays[weekday] for weekday in range(7))


_BM_MONTHS, _BM_WEEKDAYS = _cldr(Language.BM)
_FR_MONTHS, _FR_WEEKDAYS = _cldr(Language.FR)
_BM_BEFORE_DON = {"ntɛnɛ": "ntɛnɛn"}
"""CLDR's Monday as it is written in the attested ntɛnɛndon."""

MONTHS = {Language.BM: tuple(f"{name}kalo" for name in _BM_MONTHS), Language.FR: _FR_MONTHS}
"""Month names, January first; in Bambara with kalo, month."""

WEEKDAYS = {
    Language.BM: tuple(f"{_BM_BEFORE_DON.get(name, name)}don" for name in _BM_WEEKDAYS),
    Language.FR: _FR_WEEKDAYS,
}
"""Weekday names, Monday first; in Bambara with don, day."""


def date_phrase(language: Language, day: date, *, year: bool = False) -> str:
    """Say a day: `ntɛnɛndon, nowanburukalo tile 23`, `lundi 23 novembre`; with the year when asked."""
    weekday, month = WEEKDAYS[language][day.weekday()], MONTHS[language][day.month - 1]
    if language is Language.BM:
        return f"{weekday}, {month} tile {day.day}" + (f", san {day.year}" if year else "")
    number = "1er" if day.day == 1 else day.day
    return f"{weekday} {number} {month}" + (f" {day.year}" if year else "")


def short_date(day: date) -> str:
    """Write a day in figures, the same in both languages: `23/11/2026`."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


def hour_phrase(language: Language, hour: time) -> str:
    """Say an hour of the day in Bamako (UTC): `nɛgɛkanɲɛ 8 ni sanga 30`, `8 h 30`."""
    if language is Language.BM:
        return f"nɛgɛkanɲɛ {hour.hour}" + (f" ni sanga {hour.minute}" if hour.minute else "")
    return f"{hour.hour} h" + (f" {hour.minute:02}" if hour.minute else "")


def number_phrase(number: int) -> str:
    """Write a whole number with a space between thousands: `30 000`."""
    return f"{number:,}".replace(",", " ")


def amount_phrase(xof: int) -> str:
    """Write whole F CFA with their unit, the same in both languages: `30 000 F CFA`."""
    return f"{number_phrase(xof)} F CFA"
