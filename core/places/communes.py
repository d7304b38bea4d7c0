"""Communes: chosen step by step from their region, or found by the letters of their name."""

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


TYPO_LETTERS: Final = 4
GUESS: Final = 3
"""The rank of a name that only a typo leads to."""

SEARCH: Final = f"""
SELECT commune.pcode, commune.name, cercle.name AS cercle, region.name AS region, CASE
    WHEN search = %(exact)s THEN 0 WHEN search LIKE %(starts)s THEN 1 WHEN search LIKE %(holds)s THEN 2 ELSE {GUESS}
    END AS rank
FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode
WHERE search LIKE %(holds)s OR search LIKE ANY(%(typos)s)
ORDER BY rank, commune.name, cercle.name, commune.pcode LIMIT %(limit)s
"""  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class _Match:
    pcode: str
    name: str
    cercle: str
    region: str
    rank: int


def _one_typo(letters: str) -> list[str]:
    """LIKE patterns of the names one wrong, missing, surplus or swapped letter away."""
    if len(letters) < TYPO_LETTERS:
        return []
    letter = range(len(letters))
    wrong = {letters[:at] + "_" + letters[at + 1 :] for at in letter}
    surplus = {letters[:at] + letters[at + 1 :] for at in letter}
    missing = {letters[:at] + "_" + letters[at:] for at in range(len(letters) + 1)}
    swapped = {letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :] for at in letter[:-1]}
    return sorted(wrong | surplus | missing | swapped)


async def search_communes(letters: str, limit: int = 10) -> tuple[CommuneHit, ...]:
    """Communes whose name is, starts with or holds the letters typed; failing those, names one typo away."""
    typed = loose(letters)
    if not typed:
        return ()
    values = {"exact": typed, "starts": f"{typed}%", "holds": f"%{typed}%", "typos": _one_typo(typed), "limit": limit}
    matches = await sql.rows(_Match, SEARCH, values)
    sure = [match for match in matches if match.rank < GUESS]
    return tuple(CommuneHit(match.pcode, match.name, match.cercle, match.region) for match in sure or matches)
