"""Telephone numbers (MSISDN), E.164 inside and out of every table: +223 and 8 digits in Mali, no trunk 0.

Which numbers exist is what phonenumbers knows; which operator holds a range is the public numbering of Mali. Mali's own
numbers are read by its patterns alone, because an import reads hundreds of thousands of them.
"""

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from core.platform.errors import JigiError
from core.text.words import DESK, Word, called


class Operator(Word):
    """An operator of Mali; `malitel` is called Moov Africa now."""

    ORANGE = "orange"
    MALITEL = "malitel"
    TELECEL = "telecel"


called(Operator, DESK, {Operator.ORANGE: "Orange", Operator.MALITEL: "Moov Africa", Operator.TELECEL: "Telecel"})

_MALI = "ML"
_PREFIX = "+223"
_DIGITS_OF_MALI = 8
_CALLING = re.compile(r"[0-9]{4,15}")
_SCHEME = re.compile(r"tel:", re.IGNORECASE)
_TYPED = re.compile(r"(?:(?:\+|00)?223)?([0-9]{8})")
_TYPED_ANYWHERE = re.compile(r"(?:\+|00)?[0-9]{4,15}")
_BETWEEN_DIGITS = re.compile("[\\s./()‐‑‒–—\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff-]+")
"""Also the invisible marks that numbers bring along from an address book."""

_PAIRS = re.compile(r"[0-9]{2}")

_RANGES: Final = {
    Operator.ORANGE: re.compile(r"\+223(?:7[0-9]|8[2-5]|9[0-4])[0-9]{6}"),
    Operator.MALITEL: re.compile(r"\+223(?:6[0-9]|89|9[5-9])[0-9]{6}"),
    Operator.TELECEL: re.compile(r"\+2235[0-3][0-9]{6}"),
}

_RANGE_LETTERS: Final = len(_PREFIX) + 2
"""Two digits tell the operator of a number."""


def _ranges(*types: str) -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(_MALI)
    if metadata is None:
        raise LookupError("phonenumbers does not know Mali")
    patterns = (getattr(metadata, number_type).national_number_pattern for number_type in types)
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_VALID = _ranges("fixed_line", "mobile", "toll_free")
_MOBILE = _ranges("mobile")
_FIXED = _ranges("fixed_line", "toll_free")


class BadNumber(JigiError, ValueError):
    """What was written is no telephone number that exists; the message does not repeat it."""


def calling(text: str) -> str:
    """Read the number of a phone that calls or writes, as its gateway gives it, to E.164.

    `+22376123456`, `22376123456`, `0022376123456`, `tel:+22376123456` and `76123456` are one phone of Mali. Whoever is
    there has a number, so none is refused for a range that nobody here knows; raises BadNumber for what is no number.
    """
    typed = _bare(text)
    digits = typed.lstrip("+") if typed.startswith("+") else typed.removeprefix("00")
    if _CALLING.fullmatch(digits) is None:
        raise BadNumber("no telephone number")
    return f"{_PREFIX}{digits}" if len(digits) == _DIGITS_OF_MALI and not typed.startswith("00") else f"+{digits}"


def _bare(text: str) -> str:
    """What was written, without `tel:`, and nothing between its digits."""
    return _BETWEEN_DIGITS.sub("", _SCHEME.sub("", text.strip(), count=1))


def parse(text: str) -> str:
    """Read a number of Mali, as people write it, to E.164: `76 12 34 56`, `0022376123456`, `+223 76.12.34.56`.

    Raises BadNumber.
    """
    typed = _TYPED.fullmatch(_bare(text))
    if typed is None or _VALID.fullmatch(typed[1]) is None:
        raise BadNumber("no number of Mali")
    return _PREFIX + typed[1]


def parse_any(text: str) -> str:
    """Read a number of any country to E.164, one without `+` or `00` as a number of Mali.

    Raises BadNumber.
    """
    try:
        return parse(text)
    except BadNumber:
        return _foreign(_bare(text))


def operator(msisdn: str) -> Operator | None:
    """The operator in whose range of Mali a number is."""
    return next((name for name, ranges in _RANGES.items() if ranges.fullmatch(msisdn)), None)


def can_get_sms(msisdn: str) -> bool:
    """Say whether a number, in E.164, is a mobile one; a fixed or toll-free line cannot get an SMS."""
    if msisdn.startswith(_PREFIX):
        return _MOBILE.fullmatch(msisdn, len(_PREFIX)) is not None
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(msisdn))
    except NumberParseException:
        return False
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def is_fixed_line(msisdn: str) -> bool:
    """Whether a number, in E.164, is known to be a fixed or toll-free line of Mali: no person writes from it."""
    return msisdn.startswith(_PREFIX) and _FIXED.fullmatch(msisdn, len(_PREFIX)) is not None


def operator_sql(column: str) -> str:
    """SQL that names the operator of the number in `column` (a column of ours, in E.164), as `operator` does.

    By its first digits, of which there are few: patterns cost ten times as much.
    """
    cases = " ".join(
        f"WHEN left({column}, {_RANGE_LETTERS}) = ANY ('{{{','.join(_beginnings(ranges))}}}') THEN '{name}'"
        for name, ranges in _RANGES.items()
    )
    return f"CASE WHEN length({column}) = {len(_PREFIX) + _DIGITS_OF_MALI} THEN CASE {cases} END END"


def _beginnings(ranges: re.Pattern[str]) -> list[str]:
    """The beginnings of all numbers of these ranges."""
    digits = _RANGE_LETTERS - len(_PREFIX)
    rest = "0" * (_DIGITS_OF_MALI - digits)
    every = (f"{_PREFIX}{number:0{digits}}" for number in range(10**digits))
    return [beginning for beginning in every if ranges.fullmatch(beginning + rest)]


def can_get_sms_sql(column: str) -> str:
    """SQL that tells whether the number of Mali in `column` (a column of ours) is a mobile one."""
    return rf"{column} ~ '^\+223(?:{_MOBILE.pattern})$'"


def mask(msisdn: str) -> str:
    """Write a number so that a log does not tell whose it is: `+223****56`. Takes any text."""
    if len(msisdn) < 8:
        return "****"
    return f"{_PREFIX if msisdn.startswith(_PREFIX) else ''}****{msisdn[-2:]}"


def local(msisdn: str) -> str:
    """Write a number, in E.164, as it is read out in Mali, `76 12 34 56`; a foreign one keeps its country code."""
    if msisdn.startswith(_PREFIX):
        return " ".join(_PAIRS.findall(msisdn, len(_PREFIX)))
    try:
        return phonenumbers.format_number(phonenumbers.parse(msisdn), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return msisdn


def _foreign(typed: str) -> str:
    if _TYPED_ANYWHERE.fullmatch(typed) is None:
        raise BadNumber("no telephone number")
    try:
        number = phonenumbers.parse(typed, _MALI)
    except NumberParseException as error:
        raise BadNumber("no telephone number") from error
    if not phonenumbers.is_valid_number(number):
        raise BadNumber("no telephone number that exists")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
