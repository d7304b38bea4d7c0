"""A place as somebody writes it: a P-code or a name, of a region, a cercle or a commune."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from core.places.communes import loose
from core.platform.database import reading


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place, with what tells it from its namesakes."""

    pcode: str
    label: str


ALL: Final = text("""
SELECT pcode, name, 'région ' || name AS label, 0 AS size FROM region
UNION ALL SELECT cercle.pcode, cercle.name, 'cercle ' || cercle.name || ', ' || region.name, 1
FROM cercle JOIN region ON region.pcode = cercle.region_pcode
UNION ALL
SELECT commune.pcode, commune.name, 'commune ' || commune.name || ', ' || cercle.name || ', ' || region.name, 2
FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode
ORDER BY size, label
""")


async def places_named(written: str, most: int = 12) -> tuple[NamedPlace, ...]:
    """The places of a P-code or a name, loosely spelt; failing those, the ones whose name begins so."""
    letters, pcode = loose(written), written.strip().upper()
    if not letters:
        return ()
    async with reading() as connection:
        rows = (await connection.execute(ALL)).all()
    found = (
        [row for row in rows if row.pcode == pcode]
        or [row for row in rows if loose(row.name) == letters]
        or [row for row in rows if loose(row.name).startswith(letters)]
    )
    return tuple(NamedPlace(row.pcode, row.label) for row in found[:most])
