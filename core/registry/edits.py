"""Corrections of a household at the desk: its phones and its language, each with a reason, in the audit trail."""

from datetime import datetime
from typing import Final

from sqlalchemy import text

from core.numbers import msisdn
from core.platform.database import writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.languages import Language

SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 200


class CannotCorrect(ValueError):
    """It is not corrected so; the message says why, in French, and `field` where: value or reason."""

    def __init__(self, message: str, field: str = "value") -> None:
        super().__init__(message)
        self.field = field


class ChangedMeanwhile(ValueError):
    """It is no longer what the page showed."""


HOUSEHOLD = text("SELECT id, language FROM household WHERE household_no = :household_no FOR UPDATE")
PHONES = text("SELECT position, msisdn FROM household_phone WHERE household_id = :household_id")
SET_PHONE = text(
    "INSERT INTO household_phone (household_id, position, msisdn) VALUES (:household_id, :position, :msisdn) "
    "ON CONFLICT (household_id, position) DO UPDATE SET msisdn = EXCLUDED.msisdn"
)
NO_PHONE = text("DELETE FROM household_phone WHERE household_id = :household_id AND position = :position")
SET_LANGUAGE = text("UPDATE household SET language = :language WHERE id = :household_id")
TOUCHED = text("UPDATE household SET updated_at = :now WHERE id = :household_id")


async def correct_phone(
    actor: Actor, household_no: str, position: int, typed: str, was: str, reason: str, now: datetime
) -> None:
    """Give a household another first (1) or second (2) phone; '' takes the second away.

    `was` is the number that the page showed ('' for none). Raises CannotCorrect, ChangedMeanwhile, LookupError when
    there is no such household, and NotAllowed.
    """
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    why = _reason(reason)
    new = _phone(typed) if typed else ""
    if not new and position == 1:
        raise CannotCorrect("Le premier téléphone se remplace, il ne s'efface pas.")
    async with writing() as session:
        household = (await session.execute(HOUSEHOLD, {"household_no": household_no})).one_or_none()
        if household is None:
            raise LookupError(household_no)
        own = {"household_id": household.id}
        phones = {row.position: row.msisdn for row in await session.execute(PHONES, own)}
        before = phones.pop(position, "")
        if before != was:
            raise ChangedMeanwhile(household_no)
        if new == before:
            raise CannotCorrect("C'est déjà ce numéro.")
        if new and new in phones.values():
            raise CannotCorrect("C'est déjà l'autre numéro de ce ménage.")
        if new:
            await session.execute(SET_PHONE, {**own, "position": position, "msisdn": new})
        else:
            await session.execute(NO_PHONE, {**own, "position": position})
        await session.execute(TOUCHED, {**own, "now": now})
        detail = {"position": position, "before": before or None, "after": new or None, "reason": why}
        await audit.note(actor.id, Act.PHONE_CORRECTED, f"household {household_no}", now, detail)


async def correct_language(
    actor: Actor, household_no: str, language: Language, was: Language | None, reason: str, now: datetime
) -> None:
    """Let a household be spoken to in another language, on phones that chose none.

    Raises CannotCorrect, ChangedMeanwhile, LookupError when there is no such household, and NotAllowed.
    """
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    why = _reason(reason)
    async with writing() as session:
        household = (await session.execute(HOUSEHOLD, {"household_no": household_no})).one_or_none()
        if household is None:
            raise LookupError(household_no)
        if household.language != was:
            raise ChangedMeanwhile(household_no)
        if household.language == language:
            raise CannotCorrect("C'est déjà cette langue.")
        own = {"household_id": household.id}
        await session.execute(SET_LANGUAGE, {**own, "language": language.value})
        await session.execute(TOUCHED, {**own, "now": now})
        detail = {"before": household.language, "after": language.value, "reason": why}
        await audit.note(actor.id, Act.LANGUAGE_CORRECTED, f"household {household_no}", now, detail)


def _phone(typed: str) -> str:
    try:
        return msisdn.parse(typed)
    except msisdn.BadNumber:
        raise CannotCorrect("Numéro inutilisable : attendu +223 et 8 chiffres, ou 8 chiffres.") from None


def _reason(reason: str) -> str:
    why = " ".join(reason.split())
    if len(why) < SHORTEST_REASON:
        raise CannotCorrect("Dites pourquoi, en quelques mots.", "reason")
    if len(why) > LONGEST_REASON:
        raise CannotCorrect(f"{LONGEST_REASON} caractères au plus.", "reason")
    return why
