"""An invented family whose names, numbers, year and words are looked for wherever they must not be."""

import re
from collections.abc import Mapping
from typing import Final

from core.numbers.identifiers import household_no
from tests.core import seed

NAME, VILLAGE, WORDS = "Zulmabounty", "Xirabougouda", "kakalamissa"
PHONE, STRANGER, NUMBER, YEAR = "+22376987654", "+22366345678", household_no(7_654_321), 1931
PROGRAMME_NO = "QXZ/777"
PLANTED: Final[Mapping[str, re.Pattern[str]]] = {
    "name": re.compile(f"{NAME}|{VILLAGE}", re.IGNORECASE),
    "words": re.compile(WORDS, re.IGNORECASE),
    "phone": re.compile(r"(?:223)?76987654|(?:223)?66345678|76 98 76 54|66 34 56 78"),
    "household": re.compile(f"{NUMBER}|{PROGRAMME_NO}", re.IGNORECASE),
    "year": re.compile(rf"(?<![\w.]){YEAR}(?!\w)"),
}


def kinds_in(text: str) -> set[str]:
    """The kinds of planted things that stand in a text."""
    return {kind for kind, pattern in PLANTED.items() if pattern.search(text)}


async def plant_family() -> int:
    """Plant the household, in the commune of Safo, which is planted too; its id."""
    await seed.safo()
    return await seed.household(
        NUMBER,
        head_name=f"{NAME} Traoré",
        birth_year=YEAR,
        village=VILLAGE,
        phones=(PHONE,),
        programme_no=PROGRAMME_NO,
    )
