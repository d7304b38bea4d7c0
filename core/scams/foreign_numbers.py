"""Numbers in a text that may lead a person to somebody else: telephones, accounts, codes to dial.

Sums, days, hours, household numbers and references of complaints are none of these, nor are the programme's contacts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from core.numbers.identifiers import is_household_no, is_reference
from core.numbers.msisdn import BadNumber, parse_any

_BETWEEN: Final = r"[ .()/‐‑‒–—-]{0,2}"


class ForeignKind(Enum):
    """What a number that is not the programme's looks like."""

    PHONE = "phone"
    ACCOUNT = "account"
    DIALLED = "dialled"


@dataclass(frozen=True, slots=True)
class ForeignNumber:
    """A number, where it stands in the text, and what it looks like."""

    start: int
    end: int
    kind: ForeignKind


_CURRENCY: Final = r"(?=\s?(?:F\b|F?\.?\s?CFA|XOF|francs?))"
_HARMLESS: Final = re.compile(
    r"\b[0-3]?\d([/.-])[01]?\d\1(?:20)?\d\d\b|\b20\d\d-[01]\d-[0-3]\d\b|\b[0-3]?\d/[01]?\d\b"
    rf"|\b\d{{1,3}}(?:[ .\u00a0\u202f]\d{{3}}){{1,3}}{_CURRENCY}|\b\d{{1,9}}{_CURRENCY}"
    r"|\b\d{1,3}[ .\u00a0\u202f]\d{3}\b(?![ .]?\d)|\b[0-2]?\d ?[h:] ?[0-5]\d\b",
    re.IGNORECASE,
)
_DIALLED: Final = re.compile(r"[*#][\d*# ]{2,}\d[\d*# ]*#?|[*#]\d+#")
_RUN: Final = re.compile(rf"(?<![\w])(?:\+|00)?\d(?:{_BETWEEN}\d)*")
_CALL: Final = re.compile(
    r"(?:appel\w*|rappel\w*|compos\w*|contact\w*|t[eé]l[eé]?phone\w*|t[eé]l\.?|whats?app|sms au|wele|num[eé]ro"
    r"|(?:envoy|r[eé]pond)\w*(?: \w+){0,3} au|joindre\w*|joignez)(?: (?:au|le|la|sur|ce))?\W{0,3}$",
    re.IGNORECASE,
)
_HOUSEHOLD: Final = re.compile(
    r"(?:m[eé]nage|ga|dossier|inscription|num[eé]ro|n[o°]|nim[oɔòo]r[oɔò])\W{0,3}(?:\w+\W{1,2})?$", re.IGNORECASE
)
_O_IN_DIGITS: Final = re.compile(r"(?<=\d)([ .-]?)[oO](?=[ .-]?\d)")
_SHORTEST_TO_CALL: Final = 3
_SHORTEST: Final = 7


def own_numbers(text: str, own: Sequence[str]) -> list[tuple[int, int]]:
    """From where to where the programme's own numbers and dial codes stand, however their digits are parted."""
    return [place.span() for each in own for place in _pattern(each).finditer(text)]


def _pattern(number: str) -> re.Pattern[str]:
    if "*" in number or "#" in number:
        return re.compile(r"\s?".join(map(re.escape, number.replace(" ", ""))))
    digits = re.sub(r"\D", "", number)
    national = digits.removeprefix("223") if len(digits) == len("223") + 8 else digits
    prefix = rf"(?:(?:\+|00)?223{_BETWEEN})?" if national != digits else ""
    return re.compile(rf"(?<![\d*]){prefix}{_BETWEEN.join(national)}(?![\d#])")


def foreign_number(text: str, proven: Sequence[tuple[int, int]] = ()) -> ForeignNumber | None:
    """The first number of a text that is somebody else's; what stands at `proven` is none."""
    bare = _blanked(text, proven)
    dialled = _DIALLED.search(bare)
    if dialled:
        return ForeignNumber(*dialled.span(), ForeignKind.DIALLED)
    bare = _O_IN_DIGITS.sub(r"\g<1>0", bare)
    for run in _RUN.finditer(_blanked(bare, [place.span() for place in _sums(bare)])):
        kind = _kind(run[0], bare[: run.start()])
        if kind:
            return ForeignNumber(*run.span(), kind)
    return None


def _sums(text: str) -> list[re.Match[str]]:
    return [place for place in _HARMLESS.finditer(text) if not _CALL.search(text[: place.start()])]


def _blanked(text: str, places: Sequence[tuple[int, int]]) -> str:
    for start, end in places:
        text = f"{text[:start]}{'|' * (end - start)}{text[end:]}"
    return text


def _kind(number: str, before: str) -> ForeignKind | None:
    digits = re.sub(r"\D", "", number)
    if _CALL.search(before) and len(digits) >= _SHORTEST_TO_CALL and not _is_ours(digits, number, before):
        return ForeignKind.PHONE
    if len(digits) < _SHORTEST or _is_ours(digits, number, before):
        return None
    return ForeignKind.PHONE if _is_phone(number) else ForeignKind.ACCOUNT


def _is_ours(digits: str, number: str, before: str) -> bool:
    """Whether it is the reference of a complaint or the number of a household."""
    if is_reference(digits):
        return True
    return is_household_no(digits) and (bool(_HOUSEHOLD.search(before)) or not _is_phone(number))


def _is_phone(number: str) -> bool:
    try:
        parse_any(number)
    except BadNumber:
        return False
    return True
