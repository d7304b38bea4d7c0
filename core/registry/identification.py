"""Identification from a phone that is not registered: household number and year of birth, three tries, then 24 h."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from core.numbers import identifiers
from core.platform import sql
from core.platform.database import writing
from core.platform.locks import by_name
from core.platform.settings import settings
from core.registry.attempts import BLOCK, TRIES, blocked_until, recent
from core.registry.numbers import NUMBERED

log = structlog.get_logger(__name__)


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
    household_no: str
    head_name: str
    birth_year: int | None


LATELY: Final = timedelta(days=30)
"""How long it is known of a phone that it was wrong about a household."""

LOCK: Final = f"SELECT {by_name('identify from', 'msisdn')}, {by_name('identify as', 'household_no')}"
WRONG: Final = """
SELECT at, msisdn, household_no FROM identification_try
WHERE NOT ok AND at > %(since)s AND (msisdn = %(msisdn)s OR household_no = %(household_no)s) ORDER BY at
"""
GOT_IT_RIGHT: Final = """
SELECT EXISTS (SELECT FROM identification_try WHERE ok AND msisdn = %(msisdn)s AND household_no = %(household_no)s)
"""
BLOCKED_LATELY: Final = """
SELECT count(*) FROM (SELECT household_no FROM identification_try WHERE NOT ok AND at > %(hour_ago)s
    GROUP BY household_no HAVING count(*) >= %(tries)s) AS blocked
"""
HOUSEHOLD: Final = f"""
SELECT id, household_no, head_name, birth_year FROM household WHERE {NUMBERED}
ORDER BY household_no <> %(number)s LIMIT 1
"""  # noqa: S608 - our own words
"""Of two households, whose phone number it is: that is what is typed on a phone."""

DIGITS: Final = """
SELECT EXISTS (SELECT FROM household WHERE programme_key ~ '^[0-9]+$' AND length(programme_key) = %(length)s)
"""
TRIED: Final = """
INSERT INTO identification_try (msisdn, household_no, at, ok) VALUES (%(msisdn)s, %(household_no)s, %(at)s, %(ok)s)
"""


async def may_be_right(digits: str) -> bool:
    """Whether a household may have this number, without telling whether one has: a slip of ours is told by its digit.

    Numbers of the programme's own system have none: as many digits as one of them has may be right.
    """
    if identifiers.is_household_no(digits):
        return True
    if not (digits.isascii() and digits.isdigit() and len(digits) <= identifiers.LONGEST_PROGRAMME_NO):
        return False
    return bool(await sql.scalar(DIGITS, {"length": len(digits)}))


async def identify(msisdn: str, number: str, birth_year: int, now: datetime) -> Identified | Mismatch | Blocked:
    """Try the number of a household, its own or ours in digits, and its recipient's year of birth from this phone.

    The phone is E.164. Tries by either number of a household count as one.

    Wrong tries of the last 24 h count for the phone and for the household number apart; the third blocks for 24 h, in
    which nothing is tried. Right ones do not wipe the count, so that nobody buys tries with a household of their own.
    Tries that come together wait for each other.

    No lock is a weapon: a phone that got this household right before is not shut out by what others tried; and phones
    that were wrong about it on an earlier day of the last `LATELY` are counted together, apart from the others, so that
    nobody shuts a household out day after day.
    """
    async with writing():
        household = await sql.row(_Household, HOUSEHOLD, {"number": number})
        household_no = household.household_no if household else number
        who = {"msisdn": msisdn, "household_no": household_no}
        await sql.execute(LOCK, who)
        wrong = await sql.rows(_WrongTry, WRONG, {**who, "since": now - LATELY})
        by_phone = [each.at for each in wrong if each.msisdn == msisdn]
        by_household = _beside(wrong, msisdn, household_no, now)
        own, household_shut = _shut(by_phone, now), _shut(by_household, now)
        if household_shut and own is None and await sql.scalar(GOT_IT_RIGHT, who):
            household_shut = None
        if own or household_shut:
            return Blocked(max(until for until in (own, household_shut) if until))
        ok = household is not None and household.birth_year == birth_year
        await sql.execute(TRIED, {**who, "at": now, "ok": ok})
    if household is not None and ok:
        return Identified(household.id, household.head_name)
    await _alarm(now)
    left = TRIES - 1 - max(recent(by_phone, now), recent(by_household, now))
    return Mismatch(left) if left else Blocked(now + BLOCK)


def _shut(tries: Sequence[datetime], now: datetime) -> datetime | None:
    """Until when these tries shut, None where they do not."""
    until = blocked_until(tries)
    return until if until is not None and now < until else None


def _beside(wrong: Sequence[_WrongTry], msisdn: str, household_no: str, now: datetime) -> list[datetime]:
    """The wrong tries about a household that count for this phone: of phones that are new to it too, or not either."""
    about_it = [each for each in wrong if each.household_no == household_no]
    first = {each.msisdn: each.at for each in reversed(about_it)}

    def is_new(phone: str, at: datetime) -> bool:
        return at - first.get(phone, at) < BLOCK

    own_kind = is_new(msisdn, now)
    return [each.at for each in about_it if is_new(each.msisdn, each.at) is own_kind]


async def _alarm(now: datetime) -> None:
    """Log an error where many households were shut within an hour: somebody tries them one after the other."""
    values = {"hour_ago": now - timedelta(hours=1), "tries": TRIES}
    blocked = int(await sql.scalar(BLOCKED_LATELY, values) or 0)
    if blocked >= settings().locks_alarm:
        log.error("many_households_shut", households=blocked)
