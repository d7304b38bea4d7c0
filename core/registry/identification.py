"""Identification from a phone that is not registered: household number and year of birth, three tries, then 24 h."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.platform import sql
from core.platform.database import writing
from core.platform.locks import by_name
from core.registry.attempts import BLOCK, TRIES, blocked_until, recent


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


@dataclass(frozen=True, slots=True)
class _WrongTry:
    at: datetime
    msisdn: str
    household_no: str


@dataclass(frozen=True, slots=True)
class _Household:
    id: int
    head_name: str
    birth_year: int | None


LOCK: Final = f"SELECT {by_name('identify from', 'msisdn')}, {by_name('identify as', 'household_no')}"
WRONG: Final = """
SELECT at, msisdn, household_no FROM identification_try
WHERE NOT ok AND at > %(since)s AND (msisdn = %(msisdn)s OR household_no = %(household_no)s) ORDER BY at
"""
HOUSEHOLD: Final = "SELECT id, head_name, birth_year FROM household WHERE household_no = %(household_no)s"
TRIED: Final = """
INSERT INTO identification_try (msisdn, household_no, at, ok) VALUES (%(msisdn)s, %(household_no)s, %(at)s, %(ok)s)
"""


async def identify(msisdn: str, household_no: str, birth_year: int, now: datetime) -> Identified | Mismatch | Blocked:
    """Try a household number and its recipient's year of birth from this phone (E.164).

    Wrong tries of the last 24 h count for the phone and for the household number apart; the third blocks for 24 h, in
    which nothing is tried. Right ones do not wipe the count, so that nobody buys tries with a household of their own.
    Tries that come together wait for each other.
    """
    who = {"msisdn": msisdn, "household_no": household_no}
    async with writing():
        await sql.execute(LOCK, who)
        wrong = await sql.rows(_WrongTry, WRONG, {**who, "since": now - 2 * BLOCK})
        by_phone = [each.at for each in wrong if each.msisdn == msisdn]
        by_household = [each.at for each in wrong if each.household_no == household_no]
        blocks = [until for tries in (by_phone, by_household) if (until := blocked_until(tries)) and now < until]
        if blocks:
            return Blocked(max(blocks))
        household = await sql.row(_Household, HOUSEHOLD, who)
        ok = household is not None and household.birth_year == birth_year
        await sql.execute(TRIED, {**who, "at": now, "ok": ok})
    if household is not None and ok:
        return Identified(household.id, household.head_name)
    left = TRIES - 1 - max(recent(by_phone, now), recent(by_household, now))
    return Mismatch(left) if left else Blocked(now + BLOCK)
