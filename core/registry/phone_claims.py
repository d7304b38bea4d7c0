"""Phones that say they are a household's: each identified itself, and is remembered once somebody of it said yes.

Who knows the number and the year of birth of a household may be a neighbour who read its paper. So a phone is asked for
("this phone is mine") and answered for once, by a phone that the register has for the household or by the desk. It is
then the household's own on the line; SMS of payments go to the phones of the register alone, and no file removes it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Index, text
from sqlmodel import Field

from core.numbers.msisdn import local
from core.platform import sql
from core.platform.columns import TableRow, one_of
from core.platform.database import writing
from core.registry.edits import ChangedMeanwhile, NoSuchHousehold
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.words import DESK, Word, called

MOST_ASKED: Final = 3
"""Phones that may wait for one household's answer: more of them would be a nuisance."""


class ClaimState(Word):
    """What became of a phone that says it is a household's."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


called(
    ClaimState,
    DESK,
    {
        ClaimState.ASKED: "attend un oui",
        ClaimState.CONFIRMED: "reconnu",
        ClaimState.REFUSED: "refusé",
    },
)


class PhoneClaim(TableRow, table=True):
    """A phone that says it is a household's; asked once, and answered for once unless the desk changes it."""

    __tablename__ = "phone_claim"
    __table_args__ = (
        Index("ix_phone_claim_msisdn", "msisdn", postgresql_where=text("state = 'confirmed'")),
        Index("ix_phone_claim_asked_at", "asked_at"),
    )

    household_id: int = Field(foreign_key="household.id", ondelete="CASCADE", primary_key=True)
    msisdn: str = Field(primary_key=True)
    state: ClaimState = Field(sa_type=one_of(ClaimState))
    asked_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimCard:
    """A phone that says it is a household's."""

    msisdn: str
    state: ClaimState
    asked_at: datetime
    answered_at: datetime | None


OWN_PHONES: Final = f"""
SELECT household_id, msisdn, true AS registered FROM household_phone
UNION ALL SELECT household_id, msisdn, false FROM phone_claim WHERE state = '{ClaimState.CONFIRMED}'
"""  # noqa: S608 - our own words
"""SQL of all phones that are a household's own: those of the register, and those that were confirmed."""

CLAIM: Final = f"""
INSERT INTO phone_claim (household_id, msisdn, state, asked_at)
SELECT %(household_id)s, %(msisdn)s, '{ClaimState.ASKED}', %(now)s WHERE %(most)s > (
    SELECT count(*) FROM phone_claim WHERE household_id = %(household_id)s AND state = '{ClaimState.ASKED}')
ON CONFLICT DO NOTHING RETURNING household_id
"""  # noqa: S608
STATE: Final = "SELECT state FROM phone_claim WHERE household_id = %(household_id)s AND msisdn = %(msisdn)s"
ASKED: Final = f"""
SELECT msisdn, state, asked_at, answered_at FROM phone_claim
WHERE household_id = %(household_id)s AND state = '{ClaimState.ASKED}' ORDER BY asked_at, msisdn
"""  # noqa: S608
ALL: Final = """
SELECT msisdn, state, asked_at, answered_at FROM phone_claim WHERE household_id = %(household_id)s
ORDER BY asked_at DESC, msisdn
"""
ANSWER: Final = f"""
UPDATE phone_claim SET state = %(state)s, answered_at = %(now)s
WHERE household_id = %(household_id)s AND msisdn = %(msisdn)s AND state = '{ClaimState.ASKED}'
    AND EXISTS (SELECT FROM household_phone AS own
        WHERE own.household_id = phone_claim.household_id AND own.msisdn = %(answering)s)
"""  # noqa: S608
ANSWER_AT_DESK: Final = """
UPDATE phone_claim SET state = %(state)s, answered_at = %(now)s FROM household
WHERE household.id = household_id AND household_no = %(household_no)s AND msisdn = %(msisdn)s AND state = %(was)s
"""
KNOWN: Final = "SELECT id FROM household WHERE household_no = %(household_no)s"


async def claim(household_id: int, msisdn: str, now: datetime) -> bool:
    """Ask for this phone (E.164) to be remembered as the household's; False when it asked before, or too many wait."""
    values = {"household_id": household_id, "msisdn": msisdn, "now": now, "most": MOST_ASKED}
    return await sql.scalar(CLAIM, values) is not None


async def state_of(household_id: int, msisdn: str) -> ClaimState | None:
    """What became of this phone's asking; None when it never asked."""
    state = await sql.scalar(STATE, {"household_id": household_id, "msisdn": msisdn})
    return ClaimState(state) if state else None


async def waiting_for(household_id: int) -> tuple[ClaimCard, ...]:
    """The phones that wait for the household's answer, oldest first."""
    return tuple(await sql.rows(ClaimCard, ASKED, {"household_id": household_id}))


async def claims_of(household_id: int) -> tuple[ClaimCard, ...]:
    """All phones that asked, newest first."""
    return tuple(await sql.rows(ClaimCard, ALL, {"household_id": household_id}))


async def answer_claim(household_id: int, msisdn: str, answering: str, now: datetime, *, yes: bool) -> bool:
    """Answer for a phone on the line; False unless it waits and the answering phone (E.164) is of the register."""
    state = ClaimState.CONFIRMED if yes else ClaimState.REFUSED
    values = {"household_id": household_id, "msisdn": msisdn, "answering": answering, "state": state.value, "now": now}
    return bool(await sql.execute(ANSWER, values))


async def answer_claim_at_desk(
    actor: Actor, household_no: str, msisdn: str, was: ClaimState, state: ClaimState, now: datetime
) -> None:
    """Answer for a phone at the desk, or change what was answered.

    `was` is what the page showed. Raises ChangedMeanwhile, NoSuchHousehold and NotAllowed.
    """
    must(actor, Permission.CORRECT_HOUSEHOLDS)
    values = {"household_no": household_no, "msisdn": msisdn, "was": was.value, "state": state.value, "now": now}
    async with writing():
        if await sql.scalar(KNOWN, {"household_no": household_no}) is None:
            raise NoSuchHousehold(household_no)
        if not await sql.execute(ANSWER_AT_DESK, values):
            raise ChangedMeanwhile(household_no)
        detail = {"phone": local(msisdn), "before": was.value, "after": state.value}
        await audit.record(actor.id, Act.PHONE_CLAIM_ANSWERED, f"household {household_no}", now, detail)
