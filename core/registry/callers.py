"""Callers: what a phone's number tells of who is calling, and what that phone chose."""

from dataclasses import dataclass
from typing import Final

from core.platform import sql
from core.platform.settings import settings
from core.registry.phone_claims import OWN_PHONES, ClaimState
from core.text.languages import Language


@dataclass(frozen=True, slots=True)
class HouseholdCard:
    """A household to choose."""

    id: int
    household_no: str
    head_name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the language this phone chose (None: not yet) and the households it is a phone of, by name.

    `asked` are the ids of those in whose name this phone, which the register has, may answer for another.
    """

    language: Language | None
    sms_stopped: bool
    households: tuple[HouseholdCard, ...]
    asked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Row:
    """What a phone chose, with one of its households; those fields are None where it has none."""

    language: Language | None
    sms_stopped: bool
    id: int | None
    household_no: str
    head_name: str
    asked: bool | None


CALLER: Final = f"""
SELECT phone.language, phone.sms_stopped_at IS NOT NULL AS sms_stopped,
    household.id, household.household_no, household.head_name,
    own.registered AND EXISTS (SELECT FROM phone_claim
        WHERE phone_claim.household_id = household.id AND phone_claim.state = '{ClaimState.ASKED}') AS asked
FROM (SELECT CAST(%(msisdn)s AS varchar) AS msisdn) AS calling LEFT JOIN phone USING (msisdn)
LEFT JOIN (
    SELECT household_id, bool_or(registered) AS registered, count(*) OVER () AS households FROM ({OWN_PHONES}) AS each
    WHERE msisdn = %(msisdn)s GROUP BY household_id
) AS own ON own.households <= %(crowd)s OR NOT own.registered
LEFT JOIN household ON household.id = own.household_id
ORDER BY household.head_name, household.household_no
"""  # noqa: S608 - our own words


async def recognise(msisdn: str) -> Caller:
    """Who calls from this number (E.164), in one query.

    A number that the register gives for more than `phone_crowd` households is none of theirs, a dummy most likely.
    """
    rows = await sql.rows(_Row, CALLER, {"msisdn": msisdn, "crowd": settings().phone_crowd})
    households = tuple(HouseholdCard(row.id, row.household_no, row.head_name) for row in rows if row.id is not None)
    return Caller(
        rows[0].language, rows[0].sms_stopped, households, frozenset(row.id for row in rows if row.id and row.asked)
    )


REMEMBER: Final = """
INSERT INTO phone (msisdn, language) VALUES (%(msisdn)s, %(language)s) ON CONFLICT (msisdn) DO UPDATE
SET language = EXCLUDED.language, updated_at = now() WHERE phone.language IS DISTINCT FROM EXCLUDED.language
"""
STOP: Final = """
INSERT INTO phone (msisdn, sms_stopped_at) VALUES (%(msisdn)s, now()) ON CONFLICT (msisdn) DO UPDATE
SET sms_stopped_at = now(), updated_at = now() WHERE phone.sms_stopped_at IS NULL
"""
RESTART: Final = """
UPDATE phone SET sms_stopped_at = NULL, updated_at = now() WHERE msisdn = %(msisdn)s AND sms_stopped_at IS NOT NULL
"""
LANGUAGE: Final = "SELECT language FROM phone WHERE msisdn = %(msisdn)s"
SPOKEN: Final = """
SELECT coalesce((SELECT language FROM phone WHERE msisdn = %(msisdn)s), (SELECT min(household.language)
FROM household_phone JOIN household ON household.id = household_id WHERE household_phone.msisdn = %(msisdn)s))
"""


async def spoken_by(msisdn: str) -> Language | None:
    """The language to speak to this phone: the one it chose, else that of a household it belongs to, or None."""
    return _language(await sql.scalar(SPOKEN, {"msisdn": msisdn}))


async def language_of(msisdn: str) -> Language | None:
    """The language this phone chose, or None."""
    return _language(await sql.scalar(LANGUAGE, {"msisdn": msisdn}))


async def remember_language(msisdn: str, language: Language) -> None:
    """Keep the language that a phone chose."""
    await sql.execute(REMEMBER, {"msisdn": msisdn, "language": language.value})


async def stop_sms(msisdn: str) -> None:
    """Send no more SMS to this phone; the first time it asked is kept."""
    await sql.execute(STOP, {"msisdn": msisdn})


async def restart_sms(msisdn: str) -> None:
    """Send SMS to this phone again."""
    await sql.execute(RESTART, {"msisdn": msisdn})


def _language(code: str | None) -> Language | None:
    return Language(code) if code else None
