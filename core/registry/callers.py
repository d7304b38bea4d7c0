"""Callers: what a phone's number tells of who is calling, and what that phone chose."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, text
from sqlmodel import Field

from core.platform.columns import Row, one_of, stamped
from core.platform.database import reading
from core.text.languages import Language


class Phone(Row, table=True):
    """A phone that chose a language or stopped its SMS; it need not belong to a household."""

    __tablename__ = "phone"

    msisdn: str = Field(primary_key=True)
    language: Language | None = Field(default=None, sa_type=one_of(Language))
    sms_stopped_at: datetime | None = None
    created_at: datetime = stamped()
    updated_at: datetime = stamped()


@dataclass(frozen=True, slots=True)
class HouseholdCard:
    """A household to choose."""

    id: int
    household_no: str
    head_name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the language this phone chose (None: not yet) and the households reached at its number, by name."""

    language: Language | None
    sms_stopped: bool
    households: tuple[HouseholdCard, ...]


CALLER = text(
    "SELECT DISTINCT phone.language, phone.sms_stopped_at IS NOT NULL AS stopped, "
    "household.id, household.household_no, household.head_name "
    "FROM (SELECT CAST(:msisdn AS varchar) AS msisdn) AS calling LEFT JOIN phone USING (msisdn) "
    "LEFT JOIN household_phone USING (msisdn) LEFT JOIN household ON household.id = household_phone.household_id "
    "ORDER BY household.head_name, household.household_no"
)


async def recognise(msisdn: str) -> Caller:
    """Who calls from this number (E.164), in one query."""
    async with reading() as connection:
        rows = (await connection.execute(CALLER, {"msisdn": msisdn})).all()
    language, stopped, *_ = rows[0]
    households = tuple(HouseholdCard(*row[2:]) for row in rows if row.id is not None)
    return Caller(Language(language) if language else None, stopped, households)


REMEMBER = text(
    "INSERT INTO phone (msisdn, language) VALUES (:msisdn, :language) ON CONFLICT (msisdn) DO UPDATE "
    "SET language = EXCLUDED.language, updated_at = now() WHERE phone.language IS DISTINCT FROM EXCLUDED.language"
)
STOP = text(
    "INSERT INTO phone (msisdn, sms_stopped_at) VALUES (:msisdn, now()) ON CONFLICT (msisdn) DO UPDATE "
    "SET sms_stopped_at = now(), updated_at = now() WHERE phone.sms_stopped_at IS NULL"
)
RESTART = text(
    "UPDATE phone SET sms_stopped_at = NULL, updated_at = now() WHERE msisdn = :msisdn AND sms_stopped_at IS NOT NULL"
)
LANGUAGE = text("SELECT language FROM phone WHERE msisdn = :msisdn")


SPOKEN = text(
    "SELECT coalesce((SELECT language FROM phone WHERE msisdn = :msisdn), (SELECT min(household.language) "
    "FROM household_phone JOIN household ON household.id = household_id WHERE household_phone.msisdn = :msisdn))"
)


async def spoken_by(msisdn: str) -> Language | None:
    """The language to speak to this phone: the one it chose, else that of a household it belongs to, or None."""
    async with reading() as connection:
        language = await connection.scalar(SPOKEN, {"msisdn": msisdn})
    return Language(language) if language else None


async def remember_language(msisdn: str, language: Language) -> None:
    """Keep the language that a phone chose."""
    await _note(REMEMBER, msisdn=msisdn, language=language.value)


async def stop_sms(msisdn: str) -> None:
    """Send no more SMS to this phone; the first time it asked is kept."""
    await _note(STOP, msisdn=msisdn)


async def restart_sms(msisdn: str) -> None:
    """Send SMS to this phone again."""
    await _note(RESTART, msisdn=msisdn)


async def language_of(msisdn: str) -> Language | None:
    """The language this phone chose, or None."""
    async with reading() as connection:
        language = await connection.scalar(LANGUAGE, {"msisdn": msisdn})
    return Language(language) if language else None


async def _note(statement: TextClause, **values: str) -> None:
    # One statement is a transaction of its own: no BEGIN and COMMIT around it, so one trip.
    async with reading() as connection:
        await connection.execute(statement, values)
