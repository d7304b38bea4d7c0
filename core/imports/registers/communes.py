"""Communes as forms write them: by their P-code, or by their name, with the cercle where a name has several."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from core.imports.values import BadValue
from core.places.communes import loose
from core.places.likeness import PlaceKind, bare, words_of
from core.places.search import KnownPlace, known_places

NAMED: Final = 4
"""Namesakes that a refusal names."""


class CommuneNames:
    """The communes of the registry, by code and by how their names sound."""

    def __init__(self, places: Iterable[KnownPlace]) -> None:
        communes = [place for place in places if place.kind is PlaceKind.COMMUNE]
        self._codes = {place.pcode: place for place in communes}
        self._names: dict[str, list[KnownPlace]] = defaultdict(list)
        for place in communes:
            for form in _forms(place.name):
                self._names[form].append(place)

    def commune(self, text: str, cercle: str = "") -> KnownPlace:
        """The one commune that is meant; raises BadValue, in French, where it is none or one of several."""
        if place := self._codes.get(text.upper()):
            return place
        namesakes = self._named(text)
        if not namesakes:
            raise BadValue("commune inconnue : code de lieu, ou nom comme dans la liste des communes, attendu")
        within = [place for place in namesakes if not cercle or _is_in(place, cercle)]
        if not within:
            raise BadValue(f"aucune commune de ce nom dans ce cercle ; il y en a dans : {_cercles(namesakes)}")
        if len(within) > 1:
            raise BadValue(f"plusieurs communes de ce nom ({_cercles(within)}) : il faut le cercle, ou le code")
        return within[0]

    def placed(self, pcode: str | None) -> str:
        """A commune and its cercle, `Safo (Kati)`; '' for none."""
        place = self._codes.get(pcode or "")
        return f"{place.name} ({place.cercle})" if place else ""

    def _named(self, text: str) -> Sequence[KnownPlace]:
        places = {place.pcode: place for form in _forms(text) for place in self._names.get(form, ())}
        return list(places.values())


async def commune_names() -> CommuneNames:
    """The communes as they are known now."""
    return CommuneNames(await known_places())


def _forms(name: str) -> frozenset[str]:
    """How a name sounds, also without the kind of place beside it."""
    words = words_of(name.replace("_", " "))
    return frozenset(filter(None, (loose("".join(words)), loose("".join(bare(words))))))


def _is_in(place: KnownPlace, cercle: str) -> bool:
    return place.pcode.startswith(cercle.upper()) or bool(_forms(place.cercle) & _forms(cercle))


def _cercles(places: Sequence[KnownPlace]) -> str:
    named = ", ".join(f"{place.cercle} {place.pcode}" for place in places[:NAMED])
    return f"{named}, …" if len(places) > NAMED else named
