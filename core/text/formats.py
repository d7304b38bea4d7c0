"""Days, hours, numbers and money in words, as each language's own file (`locales/<code>/language.toml`) has them.

Money always carries its unit, because Bambara counts it in fives.
"""

from datetime import date, time

from core.text.languages import Language


def date_phrase(language: Language, day: date, *, year: bool = False) -> str:
    """Say a day: `ntɛnɛndon, nowanburukalo tile 23`, `lundi 23 novembre`; with the year when asked."""
    formats = language.traits.formats
    pattern = formats.day_and_year if year else formats.day
    return pattern.format(
        weekday=formats.weekdays[day.weekday()],
        day=formats.first if day.day == 1 else day.day,
        month=formats.months[day.month - 1],
        year=day.year,
    )


def month_phrase(language: Language, month: date) -> str:
    """Say a month and its year: `novembre 2026`."""
    return f"{language.traits.formats.months[month.month - 1]} {month.year}"


def short_date(day: date) -> str:
    """Write a day in figures, the same in every language: `23/11/2026`."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


def hour_phrase(language: Language, hour: time) -> str:
    """Say an hour of the day in Bamako (UTC): `nɛgɛkanɲɛ 8 ni sanga 30`, `8 h 30`."""
    formats = language.traits.formats
    pattern = formats.hour_and_minutes if hour.minute else formats.hour
    return pattern.format(hour=hour.hour, minutes=hour.minute)


def number_phrase(number: int, thousands: str = " ") -> str:
    """Write a whole number with a space between thousands: `30 000`."""
    return f"{number:,}".replace(",", thousands)


def amount_phrase(language: Language, xof: int) -> str:
    """Write whole F CFA with their unit: `30 000 F CFA`."""
    formats = language.traits.formats
    return formats.amount.format(number=number_phrase(xof, formats.thousands))
