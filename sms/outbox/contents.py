"""What a campaign tells one number, before it is said in a language: equal contents are one text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from core.registry.components import ComponentCode
from sms.outbox.personal_words import PersonalWords


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """Money that `households` of one phone get each, the same day at the same place.

    `names` tells whose it is where the households of a phone do not all get the same; empty otherwise. `day` is the day
    of the payment or, for money that waits, the last day to take it; `old_day` the day it was moved from. `hour` is
    when to come on the day, where it is the same for all of them.
    """

    households: int
    names: str
    amount_xof: int
    day: date | None
    place: str
    old_day: date | None
    hour: time | None = None


@dataclass(frozen=True, slots=True)
class OtherLine:
    """Open money of another round at the same phone; `names` is empty where it is for all its households.

    `day` is when it is given or, where that is over, None and `until` the last day to take it; `last_day` is that of a
    day that comes.
    """

    component: ComponentCode
    names: str
    households: int
    amount_xof: int
    day: date | None
    until: date | None
    last_day: date | None
    place: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event of a component, in the words of each language."""

    what: Mapping[str, str]
    day: date
    hour: time | None
    place: str


@dataclass(frozen=True, slots=True)
class FreeWords:
    """A text that somebody wrote in every language."""

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Payments:
    """What a phone is told of money; of which component where that is not what people mean by money.

    `who` are the names of those who are told of, where the phone serves other households too. `last_day` and `agency`
    are said where all lines have the same. `others` are lines of other rounds, the earliest first, beside money of the
    component `of`. None of these makes it another content: they are said beside it.
    """

    lines: Sequence[PaymentLine]
    component: ComponentCode | None = None
    who: str = ""
    last_day: date | None = None
    agency: str = ""
    of: ComponentCode | None = None
    others: Sequence[OtherLine] = ()


@dataclass(frozen=True, slots=True)
class Events:
    """What a phone is told of events, the soonest first."""

    lines: Sequence[EventLine]


Content = Payments | Events | FreeWords | PersonalWords


def payments_of(content: str, component: ComponentCode | None = None, beside: str | None = None) -> Payments:
    """Read the lines that the database gathered: `[[households, names, amount, day, place, old day], …]`, with
    an hour behind some.

    `beside` is what is said beside them: `[who, last day, agency]`, and of some `[…, component of the round, others]`.
    """
    who, last_day, agency, *rest = json.loads(beside) if beside else ("", None, "")
    of, others = rest or (None, ())
    return Payments(
        tuple(
            PaymentLine(count, names or "", amount, _day(day), place or "", _day(old), *map(time.fromisoformat, hour))
            for count, names, amount, day, place, old, *hour in json.loads(content)
        ),
        component,
        who or "",
        _day(last_day),
        agency or "",
        ComponentCode(of) if of else None,
        tuple(
            OtherLine(ComponentCode(other), names, count, amount, _day(day), _day(until), _day(last), place or "")
            for other, names, count, amount, day, until, last, place in others
        ),
    )


def events_of(content: str) -> Events:
    """Read the lines that the database gathered: `[[what by language, day, hour, place], …]`."""
    return Events(
        tuple(
            EventLine(what, date.fromisoformat(day), time.fromisoformat(hour) if hour else None, place)
            for what, day, hour, place in json.loads(content)
        )
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
