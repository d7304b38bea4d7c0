"""Corrections of a household at the desk: its phones and its language, each with a reason, in the audit trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlmodel import col, select

from core.numbers import msisdn
from core.platform.database import Session, writing
from core.platform.errors import JigiError
from core.registry.models import Household, HouseholdPhone
from core.registry.statuses import PhonePosition
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.languages import Language
from core.text.words import DESK, Word, called

SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 200
FRESH: Final = {"populate_existing": True}
"""Read again what the transaction has read before it held the lock."""


class EditFault(Word):
    """Why something is not corrected so."""

    FIRST_STAYS = "the first phone is replaced, not taken away"
    SAME_NUMBER = "it is this number already"
    OTHER_NUMBER = "it is the other number of this household already"
    BAD_NUMBER = "no number of Mali"
    SAME_LANGUAGE = "it is this language already"
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


async def correct_phone(
    actor: Actor, household_no: str, position: PhonePosition, typed: str, was: str, reason: str, now: datetime
) -> None:
    """Give a household another first or second phone; '' takes the second away.

    `was` is the number that the page showed ('' for none). Raises CannotCorrect, ChangedMeanwhile, NoSuchHousehold and
    NotAllowed.
    """
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    why = _reason(reason)
    new = _phone(typed) if typed else ""
    if not new and position is PhonePosition.FIRST:
        raise CannotCorrect(EditFault.FIRST_STAYS)
    async with writing() as session:
        household = await _locked(session, household_no)
        phones = {phone.position: phone for phone in await _phones(session, household)}
        phone = phones.pop(int(position), None)
        before = phone.msisdn if phone else ""
        if before != was:
            raise ChangedMeanwhile(household_no)
        if new == before:
            raise CannotCorrect(EditFault.SAME_NUMBER)
        if new and any(other.msisdn == new for other in phones.values()):
            raise CannotCorrect(EditFault.OTHER_NUMBER)
        if phone and new:
            phone.msisdn = new
        elif phone:
            await session.delete(phone)
        else:
            own = {"household_id": household.id, "position": int(position), "msisdn": new}
            await session.exec(insert(HouseholdPhone).values(own))
        household.updated_at = now
        await session.flush()
        detail = {"position": int(position), "before": before or None, "after": new or None, "reason": why}
        await audit.record(actor.id, Act.PHONE_CORRECTED, f"household {household_no}", now, detail)


async def correct_language(
    actor: Actor, household_no: str, language: Language, was: Language | None, reason: str, now: datetime
) -> None:
    """Let a household be spoken to in another language, on phones that chose none.

    Raises CannotCorrect, ChangedMeanwhile, NoSuchHousehold and NotAllowed.
    """
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    why = _reason(reason)
    async with writing() as session:
        household = await _locked(session, household_no)
        before = household.language
        if before != was:
            raise ChangedMeanwhile(household_no)
        if before == language:
            raise CannotCorrect(EditFault.SAME_LANGUAGE)
        household.language, household.updated_at = language, now
        await session.flush()
        detail = {"before": before, "after": language, "reason": why}
        await audit.record(actor.id, Act.LANGUAGE_CORRECTED, f"household {household_no}", now, detail)


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


def _reason(reason: str) -> str:
    why = " ".join(reason.split())
    if len(why) < SHORTEST_REASON:
        raise CannotCorrect(EditFault.NO_REASON)
    if len(why) > LONGEST_REASON:
        raise CannotCorrect(EditFault.LONG_REASON)
    return why
