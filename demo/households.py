"""The invented households of the demonstration: who they are and what they are enrolled in, the same at every build."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from core.numbers.identifiers import household_no
from core.registry.components import ComponentCode
from core.registry.statuses import Status, StatusReason
from core.text.languages import Language
from demo.callers import CALLER_HOUSEHOLDS, FIRST_SERIAL, OTHER_SERIALS, CallerHousehold, Situation
from demo.names import head_name, villages
from demo.places import DemoPlace

VILLAGES: Final = 12
"""In each commune."""

ROUNDS: Final = 12
"""Quarters of the 36 months that the programme pays."""

LEAN_SEASON_REGIONS: Final = frozenset({"ML01", "ML02", "ML04", "ML05", "ML07"})
"""Kayes, Koulikoro, Ségou, Mopti and Gao, where the emergency transfer was paid."""

CASH_PLUS_CERCLE: Final = "Yanfolila"

_STATUSES: Final = {
    Status.BENEFICIARY: 78,
    Status.ELIGIBLE: 4,
    Status.WAITING: 6,
    Status.NOT_ELIGIBLE: 5,
    Status.SUSPENDED: 2,
    Status.EXITED: 5,
}
"""How many of a hundred households."""

_REASONS: Final = {
    Status.NOT_ELIGIBLE: (
        StatusReason.AREA, StatusReason.POOREST, StatusReason.OTHER_HELP, StatusReason.MISSING,
    ),
    Status.SUSPENDED: (StatusReason.DOCUMENT, StatusReason.CORRECT, StatusReason.ABSENT, StatusReason.CHECK),
    Status.EXITED: (StatusReason.DONE_36,),
}  # fmt: skip
_ENROLLED: Final = frozenset({Status.BENEFICIARY, Status.SUSPENDED})
_FOLLOWS: Final = {ComponentCode.AGR: 0.3, ComponentCode.MUT: 0.6}
"""What households that have finished are enrolled in, and how likely."""

_CALLER_STATUSES: Final = {
    Situation.ELIGIBLE: Status.ELIGIBLE,
    Situation.WAITING: Status.WAITING,
    Situation.NOT_RETAINED: Status.NOT_ELIGIBLE,
    Situation.SUSPENDED: Status.SUSPENDED,
    Situation.FINISHED: Status.EXITED,
}


@dataclass(frozen=True, slots=True)
class DemoHousehold:
    """A household of the demonstration, in the commune at an index of its places.

    `rounds` are the quarters it was paid for before the present one.
    """

    serial: int
    commune: int
    head_name: str
    birth_year: int
    phone: str
    alt_phone: str
    village: str
    language: Language
    status: Status
    reason: StatusReason | None
    components: tuple[ComponentCode, ...]
    rounds: int
    situation: Situation | None = None

    @property
    def number(self) -> str:
        """Its household number."""
        return household_no(self.serial)


def households(count: int, places: Sequence[DemoPlace]) -> Iterator[DemoHousehold]:
    """The households behind the demonstration phones, then invented ones, `count` in all."""
    names = [villages(_drawing(place.commune_pcode), VILLAGES) for place in places]
    for caller in CALLER_HOUSEHOLDS:
        yield _of_a_caller(caller, places, names)
    for index in range(count - len(CALLER_HOUSEHOLDS)):
        yield _invented(index, places, names)


def _drawing(seed: int | str) -> Random:
    return Random(f"jigi {seed}")  # noqa: S311 - an invented world must come out the same each time


def _of_a_caller(caller: CallerHousehold, places: Sequence[DemoPlace], names: Sequence[Sequence[str]]) -> DemoHousehold:
    draw = _drawing(caller.serial)
    status = _CALLER_STATUSES.get(caller.situation, Status.BENEFICIARY)
    commune = _commune_of(caller, places)
    return DemoHousehold(
        serial=caller.serial,
        commune=commune,
        head_name=head_name(draw),
        birth_year=caller.birth_year,
        phone=caller.msisdn,
        alt_phone="",
        village=draw.choice(names[commune]),
        language=Language.default() if caller.serial % 2 else Language.staff(),
        status=status,
        reason=_REASONS.get(status, (None,))[0],
        components=_caller_components(caller.situation, status),
        rounds=ROUNDS if status in (Status.BENEFICIARY, Status.SUSPENDED, Status.EXITED) else 0,
        situation=caller.situation,
    )


def _commune_of(caller: CallerHousehold, places: Sequence[DemoPlace]) -> int:
    if caller.situation is Situation.ALL_COMPONENTS:
        yanfolila = (at for at, place in enumerate(places) if place.cercle == CASH_PLUS_CERCLE)
        return next(yanfolila, 0)
    return (caller.serial - FIRST_SERIAL - 1) % len(places)


def _caller_components(situation: Situation, status: Status) -> tuple[ComponentCode, ...]:
    if situation is Situation.ALL_COMPONENTS:
        return tuple(sorted(ComponentCode))
    if situation is Situation.SEVERAL:
        return (ComponentCode.PNR, ComponentCode.TM)
    if situation is Situation.FINISHED:
        return (ComponentCode.AGR, ComponentCode.MUT)
    three = (ComponentCode.ANAM, ComponentCode.MA, ComponentCode.TM)
    return three if status in _ENROLLED else ()


def _invented(index: int, places: Sequence[DemoPlace], names: Sequence[Sequence[str]]) -> DemoHousehold:
    serial = OTHER_SERIALS + index
    draw = _drawing(serial)
    commune = index % len(places)
    status = draw.choices(tuple(_STATUSES), tuple(_STATUSES.values()))[0]
    return DemoHousehold(
        serial=serial,
        commune=commune,
        head_name=head_name(draw),
        birth_year=draw.randint(1945, 1998),
        phone=_phone(index, draw),
        alt_phone=f"+22365{index:06}" if draw.random() < 0.15 else "",
        village=draw.choice(names[commune]),
        language=Language.default() if draw.random() < 0.8 else Language.staff(),
        status=status,
        reason=draw.choice(_REASONS.get(status, (None,))),
        components=_components(status, places[commune], draw),
        rounds=_rounds(status, draw),
    )


def _phone(index: int, draw: Random) -> str:
    """None for one in twelve; for one in thirty the phone of the household before; else its own."""
    chance = draw.random()
    if chance < 1 / 12:
        return ""
    owner = index - 1 if chance < 1 / 12 + 1 / 30 and index else index
    prefix = ("70", "60", "50")[min(owner % 10 // 4, 2)]
    return f"+223{prefix}{100 + owner:06}"


def _components(status: Status, place: DemoPlace, draw: Random) -> tuple[ComponentCode, ...]:
    if status is Status.EXITED:
        return tuple(code for code, chance in _FOLLOWS.items() if draw.random() < chance)
    if status not in _ENROLLED:
        return ()
    chances = {
        ComponentCode.TM: 1.0,
        ComponentCode.MA: 0.9,
        ComponentCode.ANAM: 0.9,
        ComponentCode.PNP: 0.25,
        ComponentCode.HIMO: 0.1,
        ComponentCode.AGR: 0.08,
        ComponentCode.PNR: 0.12 if place.region_pcode in LEAN_SEASON_REGIONS else 0.0,
        ComponentCode.CASH_PLUS: 0.3 if place.cercle == CASH_PLUS_CERCLE else 0.0,
    }
    return tuple(code for code, chance in chances.items() if draw.random() < chance)


def _rounds(status: Status, draw: Random) -> int:
    match status:
        case Status.BENEFICIARY:
            return draw.randint(0, ROUNDS)
        case Status.SUSPENDED:
            return draw.randint(1, ROUNDS - 1)
        case Status.EXITED:
            return ROUNDS
        case _:
            return 0
