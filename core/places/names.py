"""A place as somebody writes it: a P-code or a name, of a region, a cercle or a commune."""

from dataclasses import dataclass
from typing import Final

from core.places.communes import loose
from core.platform import sql


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place, with what tells it from its namesakes."""

    pcode: str
    label: str


@dataclass(frozen=True, slots=True)
class _Place:
    pcode: str
    name: str
    label: str
    size: int


ALL: Final = """
SELECT pcode, name, 'région ' || name AS label, 0 AS size FROM region
UNION ALL SELECT cercle.pcode, cercle.name, 'cercle ' || cercle.name || ', ' || region.name, 1
FROM cercle JOIN region ON region.pcode = cercle.region_pcode
UNION ALL
SELECT commune.pcode, commune.name, 'commune ' || commune.name || ', ' || cercle.name || ', ' || region.name, 2
FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode
ORDER BY size, label
"""


async def places_named(written: str, most: int = 12) -> tuple[NamedPlace, ...]:
    """The places of a P-code or a name, loosely spelt; failing those, the ones whose name begins so."""
    letters, pcode = loose(written), written.strip().upper()
    if not letters:
        return ()
    places = await sql.rows(_Place, ALL)
    fitting = (
        [place for place in places if place.pcode == pcode]
        or [place for place in places if loose(place.name) == letters]
        or [place for place in places if loose(place.name).startswith(letters)]
    )
    return tuple(NamedPlace(place.pcode, place.label) for place in fitting[:most])
