"""A place as somebody writes it: a P-code or a name, of a region, a cercle or a commune."""

from dataclasses import dataclass
from typing import Final

from core.places.likeness import PlaceKind
from core.places.search import KnownPlace, known_places, places_like

KINDS: Final = {PlaceKind.REGION: "région", PlaceKind.CERCLE: "cercle", PlaceKind.COMMUNE: "commune"}


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place, with what tells it from its namesakes."""

    pcode: str
    label: str


async def places_named(written: str, most: int = 12) -> tuple[NamedPlace, ...]:
    """The place of a P-code, or the places that are the likest to a name, the wider first."""
    places = await known_places()
    pcode = written.strip().upper()
    fitting = [place for place in places if place.pcode == pcode] or places_like(places, written)
    return tuple(NamedPlace(place.pcode, _label(place)) for place in fitting[:most])


def _label(place: KnownPlace) -> str:
    return ", ".join(part for part in (f"{KINDS[place.kind]} {place.name}", place.cercle, place.region) if part)
