"""Places by what somebody writes: `Safo`, `safo kati`, `commune de Safo, cercle de Kati`, `cercle de Kati`, `Gao`.

The best comes first: the name itself, then names that begin so, names of which a word does, names that hold it, and
names that only a slip of the finger is away. All is compared as it sounds (`loose`). What is found shares its letters
with what was written; what shares them with no name finds nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.places.communes import CommuneHit
from core.places.likeness import (
    JOINTS,
    SLIP_LETTERS,
    Likeness,
    PlaceKind,
    bare,
    kind_named,
    likeness,
    slip,
    words_of,
)
from core.platform import sql


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place with what it lies in, as far as it is smaller."""

    kind: PlaceKind
    pcode: str
    name: str
    cercle: str
    region: str


@dataclass(frozen=True, slots=True)
class Within:
    """Words for what a place lies in, and the kind of it if that was said."""

    words: tuple[str, ...]
    kind: PlaceKind | None = None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A way to read what was written: the words of a name (none: any place), and all that it lies in."""

    name: tuple[str, ...]
    within: tuple[Within, ...] = ()


SOUND: Final = frozenset({Likeness.SAME, Likeness.SOUNDS_SAME})

WIDER: Final = frozenset({PlaceKind.REGION, PlaceKind.CERCLE})

FIGURES: Final = {"1": "i", "2": "ii", "3": "iii", "4": "iv", "5": "v", "6": "vi"}
"""The communes of Bamako have Roman numbers, which no keypad writes."""

_PARTED = re.compile(r"[,;()/]")


def interpretations(written: str) -> list[Interpretation]:
    """The ways to read what was written, the plainest first; one alone where a cercle or region is named as such."""
    parts = [words_of(part) for part in _PARTED.split(written)]
    parts = [part for part in parts if part]
    words = tuple(word for part in parts for word in part)
    if not words or (len(words) > 1 and JOINTS.issuperset(words)):
        return []
    if kind_named(words[0]) in WIDER:
        return _from_wide_to_narrow(words)
    ways = _inside(words, ())
    if len(parts) > 1:
        ways += _inside(parts[0], [segment for part in parts[1:] for segment in _segments(part)])
    for whole in dict.fromkeys((words, bare(words))):
        for at in range(1, len(whole)):
            ways += _inside(whole[:at], _segments(whole[at:]))
            ways += _inside(whole[at:], _segments(whole[:at]))
    return [*dict.fromkeys(ways), Interpretation((), (Within(bare(words)),))]


def _from_wide_to_narrow(words: Sequence[str]) -> list[Interpretation]:
    """`Cercle de Kati`, and `cercle de Kati, commune de Safo`."""
    at = next((at for at, word in enumerate(words) if kind_named(word) is PlaceKind.COMMUNE), len(words))
    within = _segments(words[:at])
    names = _inside(words[at:], within) if at < len(words) else []
    return [*names, Interpretation((), within)] if within else names


def _inside(name: Sequence[str], within: Sequence[Within]) -> list[Interpretation]:
    """A name as it stands, with its number as it is registered, and without the kind of place beside it."""
    behind = name[1:] if kind_named(name[0]) is not None else ()
    while behind and behind[0] in JOINTS:
        behind = behind[1:]
    names = [tuple(name), tuple(behind), bare(name)]
    numbered = [(*each[:-1], FIGURES[each[-1]]) for each in names if each and each[-1] in FIGURES]
    return [Interpretation(each, tuple(within)) for each in dict.fromkeys([*names, *numbered]) if each]


def _segments(words: Sequence[str]) -> tuple[Within, ...]:
    """What a place lies in, from the words for it: each kind of place begins another."""
    starts = sorted({0, *(at for at, word in enumerate(words) if kind_named(word) in WIDER)})
    pieces = [tuple(words[start:end]) for start, end in zip(starts, [*starts[1:], len(words)], strict=True)]
    segments = (Within(bare(piece), kind_named(piece[0])) for piece in pieces)
    return tuple(Within(each.words, each.kind if each.kind in WIDER else None) for each in segments if each.words)


Nearness = tuple[Likeness, int]
"""How like what a place lies in is to the words for it; of two as like, the cercle goes before the region."""

NOT_ASKED: Final = (Likeness.SAME, -PlaceKind.CERCLE)


def _nearness(cercle: str, region: str, within: Sequence[Within]) -> Nearness | None:
    """How like a cercle and its region are to all of the words, by the unlikest; None where one is unlike."""
    each_near = []
    for each in within:
        names = [(PlaceKind.CERCLE, cercle), (PlaceKind.REGION, region)]
        likes = [(_like_wider(each.words, name), -kind) for kind, name in names if name and each.kind in (None, kind)]
        near = min(((like, kind) for like, kind in likes if like is not None), default=None)
        if near is None:
            return None
        each_near.append(near)
    return max(each_near, default=NOT_ASKED)


@lru_cache(maxsize=4096)
def _like_wider(words: tuple[str, ...], name: str) -> Likeness | None:
    like = likeness(words, name)
    if like in SOUND or (like is Likeness.BEGINS and len("".join(words)) >= SLIP_LETTERS):
        return like
    return slip(words, name)


Rank = tuple[Likeness, Nearness]


def ranked(places: Iterable[KnownPlace], ways: Sequence[Interpretation]) -> list[tuple[Likeness, KnownPlace]]:
    """The places that an interpretation names, best first; those with a slip only where there is no other."""
    places = list(places)
    around = {(place.cercle, place.region) for place in places}
    near = {way: {pair: _nearness(*pair, way.within) for pair in around} for way in ways if way.name}
    hopeful = [(way, pairs) for way, pairs in near.items() if any(pairs.values())]
    for like in (likeness, slip):
        best = _best(places, hopeful, like)
        if best:
            best.sort(key=lambda each: (each[0], each[1].kind, each[1].name, each[1].cercle, each[1].pcode))
            return [(rank[0], place) for rank, place in best]
    return []


def _best(
    places: Iterable[KnownPlace],
    hopeful: Sequence[tuple[Interpretation, Mapping[tuple[str, str], Nearness | None]]],
    like: Callable[[tuple[str, ...], str], Likeness | None],
) -> list[tuple[Rank, KnownPlace]]:
    """The places that fit, each with its best rank."""
    best = []
    for place in places:
        ranks = []
        for way, pairs in hopeful:
            near = pairs[place.cercle, place.region]
            alike = None if near is None else like(way.name, place.name)
            if near is not None and alike is not None:
                ranks.append((alike, near))
        if ranks:
            best.append((min(ranks), place))
    return best


@dataclass(frozen=True, slots=True)
class PlaceSearch:
    """The communes meant, best first; and where no more than a cercle or region is named, that, with its communes."""

    communes: Sequence[KnownPlace]
    wider: KnownPlace | None = None


def search(places: Sequence[KnownPlace], written: str) -> PlaceSearch:
    """What somebody who writes this looks for."""
    ways = interpretations(written)
    communes = [place for place in places if place.kind is PlaceKind.COMMUNE]
    hits = ranked(communes, ways)
    if hits or not ways:
        return PlaceSearch([place for _, place in hits])
    wider = _wider(places, ways[-1])
    if wider is None:
        return PlaceSearch(())
    inside = [place for place in communes if wider.name == _name_around(place, wider.kind)]
    return PlaceSearch(sorted(inside, key=lambda place: (place.name, place.cercle, place.pcode)), wider)


def _name_around(place: KnownPlace, kind: PlaceKind) -> str:
    return place.cercle if kind is PlaceKind.CERCLE else place.region


def _wider(places: Iterable[KnownPlace], way: Interpretation) -> KnownPlace | None:
    """The cercle or region that is the likest to the words; of two as like, the cercle."""
    named, *around = way.within
    fitting = [
        (like, -each.kind, each.name, each.pcode, each)
        for each in places
        if each.kind in WIDER and named.kind in (None, each.kind)
        if (like := _like_wider(named.words, each.name)) is not None
        if _nearness(each.cercle, each.region, around) is not None
    ]
    return min(fitting, key=lambda each: each[:4])[4] if fitting else None


def places_like(places: Iterable[KnownPlace], written: str) -> list[KnownPlace]:
    """The places of any kind that are as like as any to what was written, the wider first."""
    ways = interpretations(written)
    kind = kind_named(words_of(written)[0]) if ways else None
    if kind in WIDER and any(way.name for way in ways):
        kind = PlaceKind.COMMUNE
    if kind is not None:
        places = [place for place in places if place.kind is kind]
    if kind in WIDER:
        ways = [Interpretation(way.within[0].words, way.within[1:]) for way in ways]
    hits = ranked(places, ways)
    return [place for like, place in hits if like is hits[0][0]]


ALL: Final = """
SELECT 0 AS kind, pcode, name, '' AS cercle, '' AS region FROM region
UNION ALL SELECT 1, cercle.pcode, cercle.name, '', region.name
FROM cercle JOIN region ON region.pcode = cercle.region_pcode
UNION ALL SELECT 2, commune.pcode, commune.name, cercle.name, region.name
FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode JOIN region ON region.pcode = cercle.region_pcode
"""


async def known_places() -> list[KnownPlace]:
    """Every place of the registry."""
    return await sql.rows(KnownPlace, ALL)


async def search_communes(written: str, limit: int = 10) -> tuple[CommuneHit, ...]:
    """The communes that are meant, best first, no more than `limit`."""
    hits = search(await known_places(), written).communes[:limit]
    return tuple(CommuneHit(place.pcode, place.name, place.cercle, place.region) for place in hits)
