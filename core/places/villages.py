"""Villages: known by their names alone, which no two files spell alike."""

import re
from typing import Final

from core.places.communes import loose

NOT_A_DIGIT: Final = re.compile(r"[^0-9]+")
NUMERAL: Final = re.compile(r"[- ]([ivx]+)\Z")


def loose_village(name: str) -> str:
    """The form in which spellings of one village meet: Faracoro, Fàrakoro and FARAKORO are all `farakoro`.

    It is `loose(name)`, then its digits and its last numeral as they are written: no doubled letter of Sikoro II and no
    doubled digit of Sikoro 11 is one that was doubled by chance. PostgreSQL writes the same by its `loose_village`.
    """
    numeral = NUMERAL.search(name.lower())
    return f"{loose(name)}{NOT_A_DIGIT.sub('', name)}{numeral[1] if numeral else ''}"
