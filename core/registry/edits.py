"""Correcting a household at the desk: phones, language, name and village, each with a reason, in the audit trail.

What is corrected is kept as a correction too (`corrections`), which stands over older lists. Where a setting asks for
it, a second person approves first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlmodel import col, delete, select, update

from core.numbers import msisdn
from core.platform.database import Session, writing
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.registry.corrections import OF_PHONE, CorrectedField, Correction, CorrectionState
from core.registry.models import Household, HouseholdPhone
from core.registry.statuses import PhonePosition
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.folding import NoRule, fold
from core.text.languages import Language
from core.text.words import DESK, Word, called

SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 200
LONGEST_WORDS: Final = 60
FRESH: Final = {"populate_existing": True}
"""Read again what the transaction has read before it held the lock."""


class EditFault(Word):
    """Why something is not corrected so."""

    FIRST_STAYS = "the first phone is replaced, not taken away"
    SAME_NUMBER = "it is this number already"
    OTHER_NUMBER = "it is the other number of this household already"
    BAD_NUMBER = "no number of Mali"
    SAME_LANGUAGE = "it is this language already"
    NO_LANGUAGE = "no language of the line"
    SAME_WORDS = "it is written so already"
    NO_WORDS = "nothing is written"
    LONG_WORDS = "it is too long"
    ODD_LETTER = "a letter that no phone shows"
    WAITS = "another correction of it waits for a second person"
    OWN = "one's own correction is approved by another person"
    NO_REASON = "no reason is given"
    LONG_REASON = "the reason is too long"


called(
    EditFault,
    DESK,
    {
        EditFault.FIRST_STAYS: "Le premier téléphone se remplace, il ne s'efface pas.",
        EditFault.SAME_NUMBER: "C'est déjà ce numéro.",
        EditFault.OTHER_NUMBER: "C'est déjà l'autre numéro de ce ménage.",
        EditFault.BAD_NUMBER: "Numéro inutilisable : attendu +223 et 8 chiffres, ou 8 chiffres.",
        EditFault.SAME_LANGUAGE: "C'est déjà cette langue.",
        EditFault.NO_LANGUAGE: "Ce n'est pas une langue de la ligne.",
        EditFault.SAME_WORDS: "C'est déjà écrit ainsi.",
        EditFault.NO_WORDS: "Un nom ne peut pas être vide.",
        EditFault.LONG_WORDS: f"{LONGEST_WORDS} caractères au plus.",
        EditFault.ODD_LETTER: "Un de ces caractères ne s'affiche pas sur un téléphone simple.",
        EditFault.WAITS: "Une autre correction attend déjà une deuxième personne.",
        EditFault.OWN: "Une autre personne doit approuver votre correction.",
        EditFault.NO_REASON: "Dites pourquoi, en quelques mots.",
        EditFault.LONG_REASON: f"{LONGEST_REASON} caractères au plus.",
    },
)
OF_THE_REASON: Final = frozenset({EditFault.NO_REASON, EditFault.LONG_REASON})
"""What is wrong with the reason, not with the value."""


class CannotCorrect(JigiError, ValueError):
    """It is not corrected so; `fault` says why."""

    def __init__(self, fault: EditFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class ChangedMeanwhile(JigiError, ValueError):
    """It is no longer what the page showed."""


class NoSuchHousehold(JigiError, LookupError):
    """There is no household of this number, or none that is seen."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who corrects something, why and when."""

    actor: Actor
    reason: str
    now: datetime


POSITIONS: Final[Mapping[CorrectedField, PhonePosition]] = {field: position for position, field in OF_PHONE.items()}
COLUMNS: Final[Mapping[CorrectedField, str]] = {
    CorrectedField.LANGUAGE: "language",
    CorrectedField.NAME: "head_name",
    CorrectedField.VILLAGE: "village",
}
ACTS: Final[Mapping[CorrectedField, Act]] = {
    CorrectedField.PHONE: Act.PHONE_CORRECTED,
    CorrectedField.ALT_PHONE: Act.PHONE_CORRECTED,
    CorrectedField.LANGUAGE: Act.LANGUAGE_CORRECTED,
    CorrectedField.NAME: Act.NAME_CORRECTED,
    CorrectedField.VILLAGE: Act.VILLAGE_CORRECTED,
}


async def correct_phone(
    actor: Actor, household_no: str, position: PhonePosition, typed: str, was: str, reason: str, now: datetime
) -> bool:
    """Give a household another first or second phone; '' takes the second away.

    `was` is the number that the page showed ('' for none). Whether it is corrected: else it waits for a second person.
    Raises CannotCorrect, ChangedMeanwhile, NoSuchHousehold and NotAllowed.
    """
    deed = _deed(actor, reason, now)
    new = _phone(typed) if typed else ""
    if not new and position is PhonePosition.FIRST:
        raise CannotCorrect(EditFault.FIRST_STAYS)
    async with writing() as session:
        household = await _locked(session, household_no)
        numbers = {phone.position: phone.msisdn for phone in await _phones(session, household)}
        before = numbers.pop(int(position), "")
        if before != was:
            raise ChangedMeanwhile(household_no)
        if new == before:
            raise CannotCorrect(EditFault.SAME_NUMBER)
        if new and new in numbers.values():
            raise CannotCorrect(EditFault.OTHER_NUMBER)
        return await _enter(session, deed, household, OF_PHONE[position], before or None, new or None)


async def correct_language(
    actor: Actor, household_no: str, language: Language, was: Language | None, reason: str, now: datetime
) -> bool:
    """Let a household be spoken to in another language, on phones that chose none; answers as `correct_phone`."""
    deed = _deed(actor, reason, now)
    async with writing() as session:
        household = await _locked(session, household_no)
        before = household.language
        if before != was:
            raise ChangedMeanwhile(household_no)
        if before == language:
            raise CannotCorrect(EditFault.SAME_LANGUAGE)
        return await _enter(session, deed, household, CorrectedField.LANGUAGE, before, language)


async def correct_words(
    actor: Actor, household_no: str, field: CorrectedField, typed: str, was: str, reason: str, now: datetime
) -> bool:
    """Write the name or the village of a household anew ('' only for a village); answers as `correct_phone`."""
    deed = _deed(actor, reason, now)
    new = _words(typed, field)
    async with writing() as session:
        household = await _locked(session, household_no)
        before = await _current(session, household, field)
        if (before or "") != was:
            raise ChangedMeanwhile(household_no)
        if (before or "") == new:
            raise CannotCorrect(EditFault.SAME_WORDS)
        return await _enter(session, deed, household, field, before, new or None)


async def correct(
    actor: Actor, household_id: int, field: CorrectedField, typed: str, reason: str, now: datetime
) -> bool:
    """Correct a field of the household of this row, whatever it is now: what a complaint says; as `correct_phone`."""
    async with writing() as session:
        one = select(Household).where(col(Household.id) == household_id).with_for_update()
        household = (await session.exec(one, execution_options=FRESH)).one_or_none()
        if household is None:
            raise NoSuchHousehold(str(household_id))
        number, was = household.household_no, await _current(session, household, field) or ""
        if field in POSITIONS:
            return await correct_phone(actor, number, POSITIONS[field], typed, was, reason, now)
        if field is not CorrectedField.LANGUAGE:
            return await correct_words(actor, number, field, typed, was, reason, now)
        if typed not in tuple(Language):
            raise CannotCorrect(EditFault.NO_LANGUAGE)
        return await correct_language(actor, number, Language(typed), household.language, reason, now)


async def approve(actor: Actor, correction_id: int, now: datetime) -> None:
    """Let a correction that waits stand; raises CannotCorrect for one's own, ChangedMeanwhile, NoSuchHousehold.

    And NotAllowed.
    """
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    async with writing() as session:
        waiting, household = await _waiting(session, correction_id, CorrectionState.PROPOSED)
        if waiting.made_by == actor.id:
            raise CannotCorrect(EditFault.OWN)
        if await _current(session, household, waiting.field) != waiting.before:
            raise ChangedMeanwhile(household.household_no)
        await _apply(session, household, waiting.field, waiting.value, now)
        detail = _detail(waiting.field, waiting.before, waiting.value, waiting.reason)
        waiting.approved_by = actor.id
        await _stand(session, waiting, now)
        await _record(actor, household, waiting.field, now, {**detail, "proposed_by": waiting.made_by})


async def refuse(actor: Actor, correction_id: int, now: datetime) -> None:
    """Refuse a correction that waits, one's own too; raises as `approve`."""
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    async with writing() as session:
        waiting, household = await _waiting(session, correction_id, CorrectionState.PROPOSED)
        waiting.state, waiting.ended_by, waiting.ended_at = CorrectionState.REFUSED, actor.id, now
        await session.flush()
        about, detail = f"household {household.household_no}", {"field": waiting.field.value}
        await audit.record(actor.id, Act.CORRECTION_REFUSED, about, now, detail)


async def settle(actor: Actor, correction_id: int, now: datetime, *, keep: bool) -> None:
    """Decide between a correction and a newer list that says otherwise: keep the correction, or follow the list.

    The same value of later lists is then no conflict again. Raises as `approve`, without its own.
    """
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    async with writing() as session:
        standing, household = await _waiting(session, correction_id, CorrectionState.STANDS)
        if standing.met_at is None:
            raise ChangedMeanwhile(household.household_no)
        standing.met_at = None
        if not keep:
            await _apply(session, household, standing.field, standing.list_value, now)
            standing.state, standing.ended_by, standing.ended_at = CorrectionState.OVERRULED, actor.id, now
        await session.flush()
        about, detail = f"household {household.household_no}", {"field": standing.field.value, "kept": keep}
        await audit.record(actor.id, Act.CORRECTION_SETTLED, about, now, detail)


async def _enter(
    session: Session, deed: Deed, household: Household, field: CorrectedField, before: str | None, value: str | None
) -> bool:
    """Write a correction and let it stand, or let it wait for a second person; whether it stands."""
    own = [Correction.household_id == household.id, Correction.field == field]
    entered = Correction(
        household_id=household.id or 0, field=field, before=before, value=value, reason=deed.reason,
        state=CorrectionState.PROPOSED, made_by=deed.actor.id, made_at=deed.now,
    )  # fmt: skip
    waits = select(Correction.id).where(*own, col(Correction.state) == CorrectionState.PROPOSED)
    if (await session.exec(waits)).first() is not None:
        raise CannotCorrect(EditFault.WAITS)
    session.add(entered)
    await session.flush()
    detail = _detail(field, before, value, deed.reason)
    if settings().corrections_need_second:
        about = f"household {household.household_no}"
        await audit.record(deed.actor.id, Act.CORRECTION_PROPOSED, about, deed.now, {"field": field.value})
        return False
    await _apply(session, household, field, value, deed.now)
    await _stand(session, entered, deed.now)
    await _record(deed.actor, household, field, deed.now, detail)
    return True


async def _stand(session: Session, entered: Correction, now: datetime) -> None:
    """Let a correction stand in the place of an earlier one; one that gives back what lists have needs not stand."""
    others = select(Correction).where(
        col(Correction.household_id) == entered.household_id,
        col(Correction.field) == entered.field,
        col(Correction.state) == CorrectionState.STANDS,
    )
    earlier = (await session.exec(others)).one_or_none()
    if earlier is not None:
        earlier.state, earlier.ended_by, earlier.ended_at = CorrectionState.REPLACED, entered.made_by, now
        entered.before = earlier.before
        await session.flush()
    entered.state = CorrectionState.CONFIRMED if entered.before == entered.value else CorrectionState.STANDS
    await session.flush()


async def _apply(
    session: Session, household: Household, field: CorrectedField, value: str | None, now: datetime
) -> None:
    """Write a corrected value into the registry."""
    if field in POSITIONS:
        await _put_phone(session, household, POSITIONS[field], value)
        values: dict[str, object] = {}
    else:
        values = {COLUMNS[field]: Language(value) if value and field is CorrectedField.LANGUAGE else value}
    await session.exec(update(Household).where(col(Household.id) == household.id).values(**values, updated_at=now))


async def _put_phone(session: Session, household: Household, position: PhonePosition, value: str | None) -> None:
    own = (col(HouseholdPhone.household_id) == household.id, col(HouseholdPhone.position) == int(position))
    await session.exec(delete(HouseholdPhone).where(*own))
    if value:
        row = {"household_id": household.id, "position": int(position), "msisdn": value}
        await session.exec(insert(HouseholdPhone).values(row))


async def _current(session: Session, household: Household, field: CorrectedField) -> str | None:
    """What the registry has now."""
    if field not in POSITIONS:
        value: str | None = getattr(household, COLUMNS[field])
        return value
    numbers = {phone.position: phone.msisdn for phone in await _phones(session, household)}
    return numbers.get(int(POSITIONS[field]))


async def _waiting(session: Session, correction_id: int, state: CorrectionState) -> tuple[Correction, Household]:
    """A correction in this state with its household, both locked; raises NoSuchHousehold, and ChangedMeanwhile."""
    one = select(Correction).where(col(Correction.id) == correction_id).with_for_update()
    waiting = (await session.exec(one, execution_options=FRESH)).one_or_none()
    if waiting is None:
        raise NoSuchHousehold(str(correction_id))
    of = select(Household).where(col(Household.id) == waiting.household_id).with_for_update()
    household = (await session.exec(of, execution_options=FRESH)).one_or_none()
    if household is None:
        raise NoSuchHousehold(str(correction_id))
    if waiting.state is not state:
        raise ChangedMeanwhile(household.household_no)
    return waiting, household


def _detail(field: CorrectedField, before: str | None, after: str | None, reason: str) -> dict[str, object]:
    position = {"position": int(POSITIONS[field])} if field in POSITIONS else {}
    return {**position, "before": before, "after": after, "reason": reason}


async def _record(
    actor: Actor, household: Household, field: CorrectedField, now: datetime, detail: dict[str, object]
) -> None:
    await audit.record(actor.id, ACTS[field], f"household {household.household_no}", now, detail)


async def _locked(session: Session, household_no: str) -> Household:
    one = select(Household).where(col(Household.household_no) == household_no).with_for_update()
    household = (await session.exec(one, execution_options=FRESH)).one_or_none()
    if household is None:
        raise NoSuchHousehold(household_no)
    return household


async def _phones(session: Session, household: Household) -> Sequence[HouseholdPhone]:
    own = select(HouseholdPhone).where(col(HouseholdPhone.household_id) == household.id)
    return (await session.exec(own, execution_options=FRESH)).all()


def _phone(typed: str) -> str:
    try:
        return msisdn.parse(typed)
    except msisdn.BadNumber:
        raise CannotCorrect(EditFault.BAD_NUMBER) from None


def _words(typed: str, field: CorrectedField) -> str:
    words = " ".join(typed.split())
    if not words and field is CorrectedField.NAME:
        raise CannotCorrect(EditFault.NO_WORDS)
    if len(words) > LONGEST_WORDS:
        raise CannotCorrect(EditFault.LONG_WORDS)
    try:
        fold(words)
    except NoRule:
        raise CannotCorrect(EditFault.ODD_LETTER) from None
    return words


def _deed(actor: Actor, reason: str, now: datetime) -> Deed:
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    return Deed(actor, _reason(reason), now)


def _reason(reason: str) -> str:
    why = " ".join(reason.split())
    if len(why) < SHORTEST_REASON:
        raise CannotCorrect(EditFault.NO_REASON)
    if len(why) > LONGEST_REASON:
        raise CannotCorrect(EditFault.LONG_REASON)
    return why
