"""Places: regions, cercles and communes, imported dated data keyed by P-code because names repeat."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Field

from core.platform.columns import Row
from core.platform.database import reading


class Region(Row, table=True):
    """A region, by its P-code."""

    __tablename__ = "region"

    pcode: str = Field(primary_key=True)
    name: str


class Cercle(Row, table=True):
    """A cercle of a region, by its P-code."""

    __tablename__ = "cercle"

    pcode: str = Field(primary_key=True)
    region_pcode: str = Field(foreign_key="region.pcode", index=True)
    name: str


class Commune(Row, table=True):
    """A commune of a cercle, by its P-code; `search` is `loose(name)`."""

    __tablename__ = "commune"

    pcode: str = Field(primary_key=True)
    cercle_pcode: str = Field(foreign_key="cercle.pcode", index=True)
    name: str
    search: str


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


REGIONS = text("SELECT pcode, name FROM region ORDER BY name, pcode")
CERCLES = text("SELECT pcode, name FROM cercle WHERE region_pcode = :within ORDER BY name, pcode")
COMMUNES = text("SELECT pcode, name FROM commune WHERE cercle_pcode = :within ORDER BY name, pcode")


async def regions() -> tuple[Place, ...]:
    """All regions, by name."""
    async with reading() as connection:
        rows = await connection.execute(REGIONS)
    return tuple(Place(*row) for row in rows)


async def cercles(region_pcode: str) -> tuple[Place, ...]:
    """The cercles of a region, by name."""
    async with reading() as connection:
        rows = await connection.execute(CERCLES, {"within": region_pcode})
    return tuple(Place(*row) for row in rows)


async def communes(cercle_pcode: str) -> tuple[Place, ...]:
    """The communes of a cercle, by name."""
    async with reading() as connection:
        rows = await connection.execute(COMMUNES, {"within": cercle_pcode})
    return tuple(Place(*row) for row in rows)


COMMUNE = text(
    "SELECT commune.pcode, commune.name, cercle.name, region.name FROM commune "
    "JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode "
    "WHERE commune.pcode = :pcode"
)


async def commune(pcode: str) -> CommuneHit | None:
    """The commune with this P-code, or None."""
    async with reading() as connection:
        row = (await connection.execute(COMMUNE, {"pcode": pcode})).one_or_none()
    return CommuneHit(*row) if row else None


LETTERS = str.maketrans({"ɛ": "e", "ε": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "ng", "œ": "oe", "æ": "ae"})
SPELLINGS = (
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
NOT_A_LETTER = re.compile(r"[^a-z0-9]")


def loose(name: str) -> str:
    """The form in which spellings of one name meet: Ségou, Segu and SEGOU are all `segu`.

    Small letters and digits only: no accents, è/ɛ/e and ò/ɔ/o alike, ny/ɲ/gn, ou/u/w, dj/j, c/k, no doubled letters.
    """
    plain = unicodedata.normalize("NFD", name.lower().translate(LETTERS))
    letters = NOT_A_LETTER.sub("", plain)
    for spelling, form in SPELLINGS:
        letters = spelling.sub(form, letters)
    return letters


TYPO_LETTERS = 4
SEARCH = text(
    "SELECT commune.pcode, commune.name, cercle.name, region.name, CASE "
    "WHEN search = :exact THEN 0 WHEN search LIKE :starts THEN 1 WHEN search LIKE :holds THEN 2 ELSE 3 END AS rank "
    "FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode "
    "WHERE search LIKE :holds OR search LIKE ANY(:typos) "
    "ORDER BY rank, commune.name, cercle.name, commune.pcode LIMIT :limit"
)


def _one_typo(letters: str) -> list[str]:
    """LIKE patterns of the names one wrong, missing, surplus or swapped letter away."""
    if len(letters) < TYPO_LETTERS:
        return []
    places = range(len(letters))
    wrong = {letters[:at] + "_" + letters[at + 1 :] for at in places}
    surplus = {letters[:at] + letters[at + 1 :] for at in places}
    missing = {letters[:at] + "_" + letters[at:] for at in range(len(letters) + 1)}
    swapped = {letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :] for at in places[:-1]}
    return sorted(wrong | surplus | missing | swapped)


async def search_communes(letters: str, limit: int = 10) -> tuple[CommuneHit, ...]:
    """Communes whose name is, starts with or holds the letters typed; failing those, names one typo away."""
    typed = loose(letters)
    if not typed:
        return ()
    values = {"exact": typed, "starts": f"{typed}%", "holds": f"%{typed}%", "typos": _one_typo(typed), "limit": limit}
    async with reading() as connection:
        rows = (await connection.execute(SEARCH, values)).all()
    sure = [row for row in rows if row.rank < 3]
    return tuple(CommuneHit(*row[:4]) for row in sure or rows)
