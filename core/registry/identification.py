"""Identification from a phone that is not registered: household number and year of birth, three tries, then 24 h."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, text
from sqlmodel import Field

from core.platform.columns import Row
from core.platform.database import writing

TRIES = 3
BLOCK = timedelta(hours=24)


class IdentificationTry(Row, table=True):
    """One try, right or wrong; the year that was typed is never kept."""

    __tablename__ = "identification_try"
    __table_args__ = (
        Index("ix_identification_try_msisdn_at", "msisdn", "at"),
        Index("ix_identification_try_household_no_at", "household_no", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    msisdn: str
    household_no: str
    at: datetime
    ok: bool


@dataclass(frozen=True, slots=True)
class Identified:
    """The household that the caller proved to belong to."""

    household_id: int
    head_name: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Number and year do not go together, or there is no such household; the two read the same."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """Three wrong tries were made by this phone, or for this household."""

    until: datetime


LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('identify from ' || CAST(:msisdn AS text), 0)), "
    "pg_advisory_xact_lock(hashtextextended('identify as ' || CAST(:household_no AS text), 0))"
)
WRONG = text(
    "SELECT at, msisdn, household_no FROM identification_try "
    "WHERE NOT ok AND at > :since AND (msisdn = :msisdn OR household_no = :household_no) ORDER BY at"
)
HOUSEHOLD = text("SELECT id, head_name, birth_year FROM household WHERE household_no = :household_no")
NOTE = text("INSERT INTO identification_try (msisdn, household_no, at, ok) VALUES (:msisdn, :household_no, :at, :ok)")


async def identify(msisdn: str, household_no: str, birth_year: int, now: datetime) -> Identified | Mismatch | Blocked:
    """Try a household number and its recipient's year of birth from this phone (E.164).

    Wrong tries of the last 24 h count for the phone and for the household number apart; the third blocks for 24 h, in
    which nothing is tried. Right ones do not wipe the count, so that nobody buys tries with a household of their own.
    Tries that come together wait for each other.
    """
    actor = {"msisdn": msisdn, "household_no": household_no}
    async with writing() as session:
        await session.execute(LOCK, actor)
        wrong = (await session.execute(WRONG, {**actor, "since": now - 2 * BLOCK})).all()
        by_phone = [row.at for row in wrong if row.msisdn == msisdn]
        by_household = [row.at for row in wrong if row.household_no == household_no]
        blocks = [until for tries in (by_phone, by_household) if (until := _blocked_until(tries)) and now < until]
        if blocks:
            return Blocked(max(blocks))
        household = (await session.execute(HOUSEHOLD, {"household_no": household_no})).one_or_none()
        ok = household is not None and household.birth_year == birth_year
        await session.execute(NOTE, {**actor, "at": now, "ok": ok})
    if household is not None and ok:
        return Identified(household.id, household.head_name)
    left = TRIES - 1 - max(_counted(by_phone, now), _counted(by_household, now))
    return Mismatch(left) if left else Blocked(now + BLOCK)


def _counted(tries: Sequence[datetime], now: datetime) -> int:
    return sum(now - at < BLOCK for at in tries)


def _blocked_until(tries: Sequence[datetime]) -> datetime | None:
    if not tries or _counted(tries, tries[-1]) < TRIES:
        return None
    return tries[-1] + BLOCK
