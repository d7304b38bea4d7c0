"""Numbers typed on a basic phone; each ends in a Damm check digit, so a slip is told at once.

One wrong digit, or two neighbours swapped, is always found.
A household number has 8 digits; the programme's own system has another for the same household, any text at all, of
which no check digit is asked. A grievance reference is random and never starts with 0. It
has 7 digits, or 10 where it is all that is asked of who follows the grievance (docs/decisions/0014).
"""

import re
import secrets
from typing import Final

from stdnum import damm

HOUSEHOLD_DIGITS: Final = 8
LONGEST_PROGRAMME_NO: Final = 40

SHORT_REFERENCE: Final = 7
SECRET_DIGITS: Final = 4

_HOUSEHOLD_NO = re.compile(rf"[0-9]{{{HOUSEHOLD_DIGITS}}}")
_REFERENCE = re.compile(r"[1-9][0-9]{6}(?:[0-9]{3})?")
_BETWEEN_DIGITS = re.compile(r"[\s.‐‑‒–—-]+")


def digits(text: str) -> str:
    """Take the spaces, dots and dashes out of a number as people write it."""
    return _BETWEEN_DIGITS.sub("", text)


def check_digit(digits: str) -> str:
    """Give the Damm check digit of some digits."""
    return damm.calc_check_digit(digits)


def household_no(serial: int) -> str:
    """Make the household number of a serial, 0 to 9 999 999. Raises ValueError outside."""
    if not 0 <= serial <= 9_999_999:
        raise ValueError(f"no household number for serial {serial}: from 0 to 9999999")
    return _checked(f"{serial:07}")


def is_household_no(text: str) -> bool:
    """Say whether these are 8 digits, the last the right check digit."""
    return _HOUSEHOLD_NO.fullmatch(text) is not None and damm.checksum(text) == 0


def number_key(text: str) -> str:
    """The form in which spellings of a household's number meet, be it ours or the programme's: `kt/02 7` is `KT/027`.

    Spaces and small letters tell no numbers apart, zeros and signs do; a number of ours is its bare digits.
    """
    if text.isascii() and text.isdigit():
        return text
    bare = digits(text)
    return bare if is_household_no(bare) else "".join(text.split()).upper()


def new_reference(*, long: bool = False) -> str:
    """Draw a grievance reference that nobody can guess from another; the caller makes sure it is not taken."""
    least = 10**8 if long else 10**5
    return _checked(str(least + secrets.randbelow(9 * least)))


def is_reference(text: str) -> bool:
    """Say whether these are the 7 or 10 digits a reference can have, the last the right check digit."""
    return _REFERENCE.fullmatch(text) is not None and damm.checksum(text) == 0


def is_short(reference: str) -> bool:
    """Say whether a reference has the 7 digits of one that is followed from a phone or a household."""
    return len(reference) == SHORT_REFERENCE


def told_number(text: str) -> tuple[str, str]:
    """A reference and its secret, where both were typed as the one number of 11 digits that a focal person tells."""
    both = len(text) == SHORT_REFERENCE + SECRET_DIGITS and is_reference(text[:SHORT_REFERENCE])
    return (text[:SHORT_REFERENCE], text[SHORT_REFERENCE:]) if both else (text, "")


def _checked(serial: str) -> str:
    return serial + check_digit(serial)
