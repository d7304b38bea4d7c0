"""Communes: chosen step by step from their region, by their P-code, and how their names sound."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from core.platform import sql


@dataclass(frozen=True, slots=True)
class Place:
    """A place to choose, within the one chosen before."""

    pcode: str
    name: str


@dataclass(frozen=True, slots=True)
class CommuneHit:
    """A commune with what tells it from its namesakes."""

    pcode: str
    name: str
    cercle: str
    region: str


REGIONS: Final = "SELECT pcode, name FROM region ORDER BY name, pcode"
CERCLES: Final = "SELECT pcode, name FROM cercle WHERE region_pcode = %(within)s ORDER BY name, pcode"
COMMUNES: Final = "SELECT pcode, name FROM commune WHERE cercle_pcode = %(within)s ORDER BY name, pcode"


async def regions() -> tuple[Place, ...]:
    """All regions, by name."""
    return tuple(await sql.rows(Place, REGIONS))


async def cercles(region_pcode: str) -> tuple[Place, ...]:
    """The cercles of a region, by name."""
    return tuple(await sql.rows(Place, CERCLES, {"within": region_pcode}))


async def communes(cercle_pcode: str) -> tuple[Place, ...]:
    """The communes of a cercle, by name."""
    return tuple(await sql.rows(Place, COMMUNES, {"within": cercle_pcode}))


COMMUNE: Final = """
SELECT commune.pcode, commune.name, cercle.name AS cercle, region.name AS region FROM commune
JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode
WHERE commune.pcode = %(pcode)s
"""


async def commune(pcode: str) -> CommuneHit | None:
    """The commune with this P-code, or None."""
    return await sql.row(CommuneHit, COMMUNE, {"pcode": pcode})


OF_DIGITS: Final = """
SELECT commune.pcode, commune.name, cercle.name AS cercle, region.name AS region FROM commune
JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode
WHERE regexp_replace(commune.pcode, '[^0-9]', '', 'g') = %(digits)s LIMIT 2
"""


async def commune_of_digits(digits: str) -> CommuneHit | None:
    """The commune whose P-code has these digits, `020529` for ML020529; None where there is none, or more than one."""
    hits = await sql.rows(CommuneHit, OF_DIGITS, {"digits": digits}) if digits.isascii() and digits.isdigit() else []
    return hits[0] if len(hits) == 1 else None


LETTERS: Final = str.maketrans({"ɛ": "e", "ε": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "ng", "œ": "oe", "æ": "ae"})
SPELLINGS: Final = (
    (re.compile(r"gn|n[iy](?=[aeou])"), "ny"),
    (re.compile(r"dj|d[iy](?=[aeou])"), "j"),
    (re.compile(r"tch|t[iy](?=[aeou])"), "c"),
    (re.compile(r"ch|sh"), "s"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"qu|kh|q"), "k"),
    (re.compile(r"c(?![eiy])"), "k"),
    (re.compile(r"c"), "s"),
    (re.compile(r"h"), ""),
    (re.compile(r"ou|w"), "u"),
    (re.compile(r"(.)\1+"), r"\1"),
)
NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]")


def loose(name: str) -> str:
    """The form in which spellings of one name meet: Ségou, Segu and SEGOU are all `segu`.

    Small letters and digits only: no accents, è/ɛ/e and ò/ɔ/o alike, ny/ɲ/gn, ou/u/w, dj/j, c/k, no doubled letters.
    """
    plain = unicodedata.normalize("NFD", name.lower().translate(LETTERS))
    letters = NOT_A_LETTER.sub("", plain)
    for spelling, form in SPELLINGS:
        letters = spelling.sub(form, letters)
    return letters
