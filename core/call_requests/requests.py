"""Requests to be called by the desk: asked on the line, and as the desk lists them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from core.call_requests.models import CallRequest
from core.call_requests.rules import is_taken
from core.call_requests.vocabulary import ENDED, OPEN, CallRequestState, Period
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import reading, writing
from core.platform.locks import by_name
from core.registry.numbers import PROGRAMME_NO
from core.text.languages import Language

ONE_AT_A_TIME: Final = f"SELECT {by_name('call to', 'msisdn')}"
ASK: Final = f"""
INSERT INTO callback_request (key, msisdn, language, household_id, asked_at, state)
SELECT %(key)s, CAST(%(msisdn)s AS text), %(language)s, %(household_id)s, %(asked_at)s, '{CallRequestState.ASKED}'
WHERE NOT EXISTS (
    SELECT FROM callback_request AS earlier
    WHERE msisdn = CAST(%(msisdn)s AS text) AND household_id IS NOT DISTINCT FROM CAST(%(household_id)s AS integer)
        AND state = '{CallRequestState.ASKED}' AND asked_at > CAST(%(asked_at)s AS timestamptz) - interval '1 day')
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608 - our own words


async def ask_call(
    key: str, msisdn: str, language: Language, household_id: int | None, now: datetime, number: str | None = None
) -> None:
    """Ask the desk to call `number`, or the calling phone (both E.164); the same `key` again asks nothing more.

    Nor does who asks once more within a day and waits still: their call was cut, and they do not know that it counted.
    Two calls of one phone wait for each other, as one that was cut may still be writing when the next comes.
    """
    values = {
        "key": key,
        "msisdn": number or msisdn,
        "language": language.value,
        "household_id": household_id,
        "asked_at": now,
    }
    async with writing():
        await sql.execute(ONE_AT_A_TIME, {"msisdn": number or msisdn})
        await sql.execute(ASK, values)


@dataclass(frozen=True, slots=True)
class RequestedCall:
    """A request as the desk sees it; `caller` is the name of who took it last, until `taken_until`.

    So many requests of this phone are `waiting`: a call answers all of them.
    """

    id: int
    msisdn: str
    language: Language
    household_id: int | None
    household_no: str | None
    programme_no: str | None
    head_name: str | None
    village: str | None
    commune: str | None
    asked_at: datetime
    state: CallRequestState
    agreed_on: date | None
    agreed_period: Period | None
    again_on: date | None
    tries: int
    tried_at: datetime | None
    waiting: int
    taken_by: int | None
    caller: str | None
    taken_until: datetime | None

    @property
    def open(self) -> bool:
        """Whether the person waits to be called still."""
        return self.state in OPEN

    def taken(self, now: datetime) -> bool:
        """Whether somebody calls this person now."""
        return is_taken(self, now)


WAITING: Final = f"other.msisdn = callback_request.msisdn AND other.state IN {listed(OPEN)}"
CALL: Final = f"""
SELECT callback_request.id, callback_request.msisdn, callback_request.language, household.id AS household_id,
    household_no, {PROGRAMME_NO}, head_name, village, commune.name AS commune, asked_at, state, agreed_on,
    agreed_period, again_on,
    (SELECT count(*) FROM callback_try WHERE callback_request_id = callback_request.id) AS tries,
    (SELECT max(at) FROM callback_try WHERE callback_request_id = callback_request.id) AS tried_at,
    (SELECT count(*) FROM callback_request AS other WHERE {WAITING}) AS waiting,
    taken_by, agent.name AS caller, taken_until
FROM callback_request LEFT JOIN household ON household.id = callback_request.household_id
LEFT JOIN commune ON commune.pcode = household.commune_pcode LEFT JOIN agent ON agent.id = taken_by
"""  # noqa: S608
_PERIODS: Final = ", ".join(f"'{period}'" for period in Period)
TO_CALL: Final = f"""
{CALL} WHERE state IN {listed(OPEN)}
    AND NOT EXISTS (SELECT FROM callback_request AS other WHERE {WAITING} AND other.id > callback_request.id)
ORDER BY greatest(coalesce(again_on, agreed_on), %(today)s) NULLS FIRST, agreed_on IS NULL,
    array_position(ARRAY[{_PERIODS}], CAST(agreed_period AS text)), asked_at, id LIMIT %(most)s OFFSET %(skip)s
"""
"""Of the requests of one phone the last one stands for all: one call answers them."""

OVER: Final = f"""
{CALL} WHERE state IN {listed(ENDED)} ORDER BY asked_at DESC, id DESC LIMIT %(most)s OFFSET %(skip)s
"""
ONE: Final = f"{CALL} WHERE callback_request.id = %(id)s"
TRIES: Final = """
SELECT at, agent.name AS by, reached, again_on, note FROM callback_try LEFT JOIN agent ON agent.id = agent_id
WHERE callback_request_id = %(id)s ORDER BY at, callback_try.id
"""


async def to_call(now: datetime, most: int, skip: int = 0) -> tuple[tuple[RequestedCall, ...], int]:
    """Who waits to be called, each phone once, those to call first first, and how many they are."""
    calls = await sql.rows(RequestedCall, TO_CALL, {"today": now.date(), "most": most, "skip": skip})
    return tuple(calls), await _count(OPEN, func.distinct(col(CallRequest.msisdn)))


async def ended_calls(most: int, skip: int = 0) -> tuple[tuple[RequestedCall, ...], int]:
    """Who was called or given up, newest first, and how many they are."""
    calls = await sql.rows(RequestedCall, OVER, {"most": most, "skip": skip})
    return tuple(calls), await _count(ENDED, func.distinct(col(CallRequest.id)))


async def _count(states: frozenset[CallRequestState], counting: ColumnElement[Any]) -> int:
    async with reading() as session:
        counted = select(func.count(counting)).where(col(CallRequest.state).in_(states))
        return (await session.exec(counted)).one()


async def call(request_id: int) -> RequestedCall | None:
    """A request by its number, or None."""
    return await sql.row(RequestedCall, ONE, {"id": request_id})


OTHERS: Final = f"""
{CALL} WHERE state IN {listed(OPEN)} AND callback_request.id <> %(id)s
    AND callback_request.msisdn = (SELECT msisdn FROM callback_request WHERE id = %(id)s)
ORDER BY asked_at DESC, callback_request.id DESC
"""  # noqa: S608


async def others(request_id: int) -> tuple[RequestedCall, ...]:
    """The other requests of its phone that wait, the last one first."""
    return tuple(await sql.rows(RequestedCall, OTHERS, {"id": request_id}))


@dataclass(frozen=True, slots=True)
class Try:
    """A call that was tried, and by whom."""

    at: datetime
    by: str | None
    reached: bool
    again_on: date | None
    note: str | None


async def tries(request_id: int) -> tuple[Try, ...]:
    """The calls that were tried, oldest first."""
    return tuple(await sql.rows(Try, TRIES, {"id": request_id}))
