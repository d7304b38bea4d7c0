"""Whom a number is of, what is held of them, and its erasure (loi 2013-015), each time in the audit trail.

A phone and a household are two subjects: phones are shared, and what is held of a household is not for whoever has one
of its phones. A sensitive complaint is in neither answer, and no answer tells whether there is one: who asks at the
counter may be whom it speaks of. What reads and erases is in the database (migration 0019), for administrators alone.
A household is named by either of its numbers, and stands in the trail by ours.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.numbers import identifiers, msisdn
from core.platform import sql
from core.platform.database import writing
from core.platform.errors import JigiError
from core.rights.sources import Source
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.staff.row_security import seen_by
from core.text.words import COMMAND, DESK, Word, called

SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 300


class NumberKind(Word):
    """What a number is of."""

    HOUSEHOLD = "household"
    PHONE = "phone"


called(NumberKind, DESK, {NumberKind.HOUSEHOLD: "ménage", NumberKind.PHONE: "téléphone"})
called(NumberKind, COMMAND, {kind: kind.value for kind in NumberKind})


class SubjectFault(Word):
    """Why nothing is shown or erased."""

    NO_NUMBER = "neither a phone nor a household number"
    NOTHING_HELD = "nothing is held of this number"
    TWO_SUBJECTS = "a household and a phone have this number: say which"
    TWO_HOUSEHOLDS = "two households have this number: give the other number"
    NO_REASON = "who asked, and when, is to be said in a few words"


called(
    SubjectFault,
    DESK,
    {
        SubjectFault.NO_NUMBER: "Ce n'est ni un téléphone ni un numéro de ménage.",
        SubjectFault.NOTHING_HELD: "Rien n'est gardé sous ce numéro.",
        SubjectFault.TWO_SUBJECTS: "Un ménage et un téléphone ont ce numéro : choisissez lequel.",
        SubjectFault.TWO_HOUSEHOLDS: "Deux ménages ont ce numéro : donnez l'autre numéro du ménage.",
        SubjectFault.NO_REASON: "Écrivez qui a demandé, quand et comment : c'est gardé au journal.",
    },
)


class NoSubject(JigiError, ValueError):
    """It is not done; `fault` says why."""

    def __init__(self, fault: SubjectFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class DataSubject:
    """A phone (E.164) or a household, by its number; the other one is None."""

    phone: str | None = None
    household_no: str | None = None

    @property
    def about(self) -> str:
        """How the trail names it: a household by its number, a phone by its last two digits."""
        return f"household {self.household_no}" if self.household_no else f"phone …{(self.phone or '')[-2:]}"

    @property
    def kind(self) -> NumberKind:
        """What it is."""
        return NumberKind.HOUSEHOLD if self.household_no else NumberKind.PHONE


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row that is held, with its columns by name, as PostgreSQL writes JSON."""

    source: Source
    held: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many rows of a source were erased or made nameless, and how many stay."""

    source: Source
    erased: int
    kept: int


class _OnTrial(Exception):
    """Undoes an erasure that was only a trial."""


NUMBERS: Final = "SELECT person_numbers(%(number)s)"
HELD: Final = "SELECT source, held FROM person_held(%(phone)s, %(household_no)s)"
ERASE: Final = "SELECT source, erased, kept FROM person_erase(%(phone)s, %(household_no)s)"


async def show(
    actor: Actor | None, number: str, kind: NumberKind | None, why: str, now: datetime
) -> tuple[DataSubject, Sequence[HeldRow]]:
    """Everything held of whom a number is of, entered in the trail; None at the shell.

    `kind` is needed where both a household and a phone have the number. Raises NoSubject and NotAllowed.
    """
    reason = _reason(why)
    async with _acting(actor):
        whose, rows = await _subject(number, kind)
        detail = {"why": reason, "rows": len(rows)}
        await audit.record(actor.id if actor else None, Act.PERSON_DATA_SHOWN, whose.about, now, detail)
        return whose, rows


async def would_erase(actor: Actor | None, number: str, kind: NumberKind | None) -> Sequence[Erasure]:
    """What an erasure would do, with nothing done; raises NoSubject and NotAllowed."""
    erasures: Sequence[Erasure] = ()
    try:
        async with _acting(actor):
            whose, _ = await _subject(number, kind)
            erasures = await _erase(whose)
            raise _OnTrial
    except _OnTrial:
        return erasures


async def erase(
    actor: Actor | None, number: str, kind: NumberKind | None, why: str, now: datetime
) -> Sequence[Erasure]:
    """Erase what may be erased of whom a number is of, entered in the trail; what stays has its reason in `WHY_KEPT`.

    Raises NoSubject and NotAllowed.
    """
    reason = _reason(why)
    async with _acting(actor):
        whose, _ = await _subject(number, kind)
        erasures = await _erase(whose)
        counts = {each.source.value: [each.erased, each.kept] for each in erasures}
        detail = {"why": reason, "erased_kept": counts}
        await audit.record(actor.id if actor else None, Act.PERSON_DATA_ERASED, whose.about, now, detail)
        return erasures


@asynccontextmanager
async def _acting(actor: Actor | None) -> AsyncIterator[None]:
    """The transaction of an administrator at the desk, or of the shell, which signs in as the owner of the tables."""
    if actor is None:
        async with writing():
            yield
        return
    must(actor, Permission.ANSWER_FOR_PERSONS)
    async with seen_by(actor):
        yield


async def _subject(number: str, kind: NumberKind | None) -> tuple[DataSubject, Sequence[HeldRow]]:
    candidates = [each for each in await _candidates(number) if kind in (None, each.kind)]
    if not candidates:
        raise NoSubject(SubjectFault.NO_NUMBER)
    held = [(each, rows) for each in candidates if (rows := await _held(each))]
    if not held:
        raise NoSubject(SubjectFault.NOTHING_HELD)
    if len(held) > 1:
        same = len({each.kind for each, _ in held}) == 1
        raise NoSubject(SubjectFault.TWO_HOUSEHOLDS if same else SubjectFault.TWO_SUBJECTS)
    return held[0]


async def _candidates(number: str) -> Sequence[DataSubject]:
    households = await _households(number)
    try:
        return [*households, DataSubject(phone=msisdn.parse_any(number))]
    except msisdn.BadNumber:
        return households


async def _households(number: str) -> Sequence[DataSubject]:
    """The households that have this number, their own or ours; one of ours that none has may stand in the trail yet."""
    key = identifiers.number_key(number)
    numbers = await sql.scalars(NUMBERS, {"number": key})
    if not numbers and identifiers.is_household_no(key):
        numbers = [key]
    return [DataSubject(household_no=household_no) for household_no in numbers]


async def _held(whose: DataSubject) -> Sequence[HeldRow]:
    return await sql.rows(HeldRow, HELD, {"phone": whose.phone, "household_no": whose.household_no})


async def _erase(whose: DataSubject) -> Sequence[Erasure]:
    rows = await sql.rows(Erasure, ERASE, {"phone": whose.phone, "household_no": whose.household_no})
    return [each for each in rows if each.erased or each.kept]


def _reason(why: str) -> str:
    reason = " ".join(why.split())[:LONGEST_REASON]
    if len(reason) < SHORTEST_REASON:
        raise NoSubject(SubjectFault.NO_REASON)
    return reason
