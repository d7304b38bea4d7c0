"""The truth oracle for the events of a component: what its page must tell of them, worked out a second time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from proof.truth import SAYS, near
from proof.truth_of_communes import SPELT_OTHERWISE

NAME: Final[Mapping[str, str]] = {"fr": "Informations, formations", "bm": "Kunnafoni ni kalan"}
GIVES: Final[Mapping[str, str]] = {
    "fr": "Des réunions sur la nourriture, la santé et les enfants.",
    "bm": "Nyògònyew bè kè balo, kènèya ani denw kan.",
}
WHAT: Final[Mapping[str, str]] = {"fr": "causerie sur l'eau", "bm": "ji ko"}
HOURS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {"full": "{h} h", "half": "{h} h 30", "at": "à {begin}", "span": "de {begin} à {end}"},
    "bm": {
        "full": "nègèkannyè {h}", "half": "nègèkannyè {h} ni sanga 30", "at": "{begin}", "span": "{begin} fo {end}",
    },
}  # fmt: skip
NOW: Final = 10 * 60
"""Minutes of the day that are over when it is asked: ten in the morning."""

LASTS: Final = 4 * 60
"""Minutes that an event lasts of which no file says when it ends."""

MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Gathering:
    """An event of the commune; its day is counted from today, its hours in minutes of the day."""

    village: str | None
    day: int
    begin: int | None
    end: int | None
    place: str


def must_be_told(village: str | None, sessions: Sequence[Gathering], language: str) -> list[list[str]]:
    """What must be told to a household of a village: its sessions of the next day, what it gives."""
    own = [each for each in sessions if _is_for(village, each) and not _is_over(each)]
    if not own:
        return [[NAME[language]], [SAYS[language]["no day"]], [GIVES[language]]]
    first = min(each.day for each in own)
    hours = {(each.begin, each.end, each.place) for each in own if each.day == first}
    in_order = sorted(hours, key=lambda each: (24 * 60 if each[0] is None else each[0], each[2]))
    groups = [[NAME[language]], [WHAT[language]]]
    for begin, end, place in in_order[:MOST]:
        where = SAYS[language]["where"].format(place=place)
        groups.append([f"{near(first, language)} {where} {_hours(begin, end, language)}".strip()])
    return [*groups, [GIVES[language]]]


def _is_for(village: str | None, session: Gathering) -> bool:
    if session.village is None:
        return True
    theirs = SPELT_OTHERWISE.get(session.village, session.village)
    return village is not None and SPELT_OTHERWISE.get(village, village) == theirs


def _is_over(session: Gathering) -> bool:
    """Whether it has ended: one without an hour when its day is over."""
    if session.day != 0 or session.begin is None:
        return session.day < 0
    return (session.begin + LASTS if session.end is None else session.end) <= NOW


def _hours(begin: int | None, end: int | None, language: str) -> str:
    words = HOURS[language]
    if begin is None:
        return ""
    return words["at" if end is None else "span"].format(begin=_hour(begin, language), end=_hour(end or 0, language))


def _hour(minutes: int, language: str) -> str:
    return HOURS[language]["half" if minutes % 60 else "full"].format(h=minutes // 60)
